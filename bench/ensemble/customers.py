"""How trials do on customers they have met and on new ones, and which labelled rows stand for those to predict."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from bench.companies import one_vote_each
from bench.data.companies import dominant_companies, giant_companies
from bench.data.dataset import Dataset
from bench.data.folds import FoldsSection, HeldOut, scored_rows
from bench.ensemble.scoreboard import OutOfFold
from bench.record.store import Store
from bench.score.combine import Combination
from bench.score.metrics import Counts, count
from bench.score.objective import Objective
from bench.score.outlook import Kind
from bench.score.thresholds import cross_fitted_calls

FEWEST_POSITIVES = 10  # labelled, and as many negatives: with fewer a kind of customer cannot speak for itself


def other_folds(section: FoldsSection, dataset: Dataset) -> FoldsSection | None:
    """Return the folds that show what ``section`` does not: new companies, known ones or later rows; None for none.

    Folds in time show known and new customers both.
    """
    if section.scheme == "time":
        return None
    if dataset.groups is not None:
        grouped = section.scheme == "stratified_group"
        return section.model_copy(update={"scheme": "stratified" if grouped else "stratified_group"})
    if dataset.time is not None:
        return section.model_copy(update={"scheme": "time", "repeats": 1})
    return None


@dataclass(frozen=True)
class View:
    """The predictions recorded on one set of folds."""

    dataset: Dataset
    store: Store

    @cached_property
    def labels(self) -> HeldOut:
        """The rows held out, their labels and folds."""
        return scored_rows(self.dataset, self.store.folds)

    @cached_property
    def groups(self) -> NDArray[np.int64]:
        """The company of each row held out, -1 for none; shape (m,)."""
        groups = self.dataset.groups
        return np.full(len(self.labels.rows), -1) if groups is None else groups[self.labels.rows]

    @cached_property
    def met(self) -> NDArray[np.bool_]:
        """Which rows are of a company that their fold also trains on; shape (repeats, m)."""
        folds, met = self.store.folds, np.zeros(self.labels.fold_of.shape, dtype=bool)
        if self.dataset.groups is None:
            return met
        for repeat, fold in np.ndindex(folds.repeats, folds.count):
            trained = self.dataset.groups[folds.training(repeat, fold)]
            held_out = self.labels.fold_of[repeat] == fold
            met[repeat, held_out] = np.isin(self.groups[held_out], trained[trained >= 0])
        return met

    def probability(self, combination: Combination) -> NDArray[np.float64] | None:
        """Return the combined probability, shape (repeats, m), or None if a cell of a member is not done."""
        members = combination.weights
        if not all(self.store.is_done(member) for member in members):
            return None
        return combination(OutOfFold(self.store, members))

    def counts(self, combination: Combination, objective: Objective, chosen: NDArray[np.bool_]) -> Counts | None:
        """Count the calls at cross-fitted thresholds of the rows ``chosen`` of shape (repeats, m).

        None if a cell is not done, or no positive is chosen: then there is nothing to find.
        """
        probability = self.probability(combination)
        if probability is None:
            return None
        y, total = self.labels.y, Counts(0, 0, 0, 0)
        for scores, folds, rows in zip(probability, self.labels.fold_of, chosen, strict=True):
            called = cross_fitted_calls(y, scores, folds, objective)
            total = total + count(y[rows], called[rows])
        return total if total.positives else None


@dataclass(frozen=True)
class OnCustomers:
    """The calls of one trial or blend, by customer.

    Attributes
    ----------
    known : of rows whose company was in the training rows of their fold; None where no company is named
    new : of rows whose company was not; without companies, of later rows than the fold trained on
    ordinary : ``new`` without the rows of giant companies; None where there is none
    new_are : "new" or "later": what ``new`` stands for
    """

    known: Counts | None
    new: Counts | None
    ordinary: Counts | None
    new_are: str


@dataclass(frozen=True)
class Customers:
    """Two sides of the same table: folds that mix customers, and folds that keep them apart.

    Attributes
    ----------
    main : the folds that the experiment names
    mixed : None where no company is named
    apart : company-disjoint folds, or folds in time; else ``main``
    new : what rows of ``apart`` stand for: "new" customers, "later" rows, or "all"
    """

    main: View
    mixed: View | None
    apart: View
    new: str

    @classmethod
    def of(cls, dataset: Dataset, section: FoldsSection, store: Store, other: Store | None) -> Customers:
        """Tell which of two records is which; ``other`` is that of `other_folds`, if any."""
        main = View(dataset, store)
        second = main if other is None else View(dataset, other)
        grouped = dataset.groups is not None
        if section.scheme == "time":
            return cls(main, main if grouped else None, main, "new" if grouped else "later")
        if section.scheme == "stratified_group":
            return cls(main, None if other is None else second, main, "new")
        if other is None:
            return cls(main, None, main, "all")
        return cls(main, main if grouped else None, second, "new" if grouped else "later")

    @property
    def dataset(self) -> Dataset:
        """The table both are about."""
        return self.main.dataset

    def score(self, combination: Combination, objective: Objective) -> OnCustomers:
        """Count the calls of a trial or blend on known and on new customers."""
        strangers = self._strangers
        ordinary = strangers & ~np.isin(self.apart.groups, self._giants)
        return OnCustomers(
            self.mixed.counts(combination, objective, self.mixed.met) if self.mixed else None,
            self.apart.counts(combination, objective, strangers),
            self.apart.counts(combination, objective, ordinary) if len(self._giants) else None,
            self.new,
        )

    @property
    def _strangers(self) -> NDArray[np.bool_]:
        """Which rows of ``apart`` stand for others than known customers; shape (repeats, m)."""
        return np.ones_like(self.apart.met) if self.new == "all" else ~self.apart.met

    @property
    def _typical(self) -> NDArray[np.bool_]:
        """Strangers, shape (m,), whose fold of the first repeat trained on every dominant company.

        So does what predicts the submission. A model that never saw a company of half of all positives gives others
        lower probabilities: beside such rows, those to predict would look more promising than they are.
        """
        strangers: NDArray[np.bool_] = self._strangers[0]
        groups = self.dataset.groups
        if groups is None or self.new == "all":
            return strangers
        fold_of = self.apart.labels.fold_of[0]
        dominant = np.isin(self.apart.groups, dominant_companies(self.dataset.y, groups))
        typical: NDArray[np.bool_] = strangers & ~np.isin(fold_of, fold_of[dominant])
        return typical

    @property
    def _giants(self) -> list[int]:
        groups = self.dataset.groups
        return [] if groups is None else giant_companies(self.dataset.y, groups)

    def kinds(self, combination: Combination, asked: NDArray[np.float64]) -> list[Kind]:
        """Return the rows to predict by customer, each with the labelled rows that stand for them.

        A company counts once in each class: else one with half of all positives decides how positives look. Where there
        are too few rows to stand for new customers, all labelled rows stand for all.

        Parameters
        ----------
        asked : ndarray of shape (rows to predict,)
            Probabilities by the same combination.
        """
        groups = self.dataset.submission_groups
        groups = np.full(len(asked), -1) if groups is None else groups
        new = _standing(self.new, self.apart, combination, self._typical)
        if new is None:
            new = _standing(self.new, self.apart, combination, self._strangers[0])
        if new is None:
            new = _standing("all", self.main, combination, np.ones_like(self.main.met[0]))
        assert new is not None  # members are finished on the main folds, each of which holds both classes
        known, trained = None, self.dataset.groups
        is_known = np.zeros(len(asked), dtype=bool)
        if self.mixed is not None and trained is not None and new.name != "all":
            is_known = np.isin(groups, trained[trained >= 0])
            known = _standing("known", self.mixed, combination, self.mixed.met[0], self.apart)
        if known is None:
            name = "like new" if new.name == "new" and is_known.any() else new.name
            return [replace(new, name=name, asked=asked, asked_groups=groups)]
        sides = ((known, is_known), (new, ~is_known))
        return [replace(kind, asked=asked[rows], asked_groups=groups[rows]) for kind, rows in sides if rows.any()]


def _standing(
    name: str, view: View, combination: Combination, chosen: NDArray[np.bool_], folds_by: View | None = None
) -> Kind | None:
    """Return the chosen rows of a view, shape (m,), as a kind that nobody is asked of yet; None if there are too few.

    The first repeat stands for all: in another, a row would choose the threshold of its own fold. The folds that
    thresholds are cross-fitted by are those of ``folds_by``: a row may stand for known and for new customers, and no
    threshold for the one may be chosen on it as the other.
    """
    probability = view.probability(combination)
    if probability is None:
        return None
    rows = np.flatnonzero(chosen)
    y, groups = view.labels.y[rows], view.groups[rows]
    kind = Kind(
        name=name,
        y=y,
        probability=probability[0, rows],
        fold_of=(folds_by or view).labels.fold_of[0, rows],
        groups=groups,
        weights=one_vote_each(y, groups),
        asked=np.empty(0),
        asked_groups=np.empty(0, dtype=np.int64),
    )
    return kind if name == "all" or _speaks(kind) else None


def _speaks(kind: Kind) -> bool:
    """Say whether a kind has enough rows of both classes, without any of its folds too."""
    for rows in (np.ones(len(kind.y), dtype=bool), *(kind.fold_of != fold for fold in np.unique(kind.fold_of))):
        positives = int(kind.y[rows].sum())
        if min(positives, int(rows.sum()) - positives) < FEWEST_POSITIVES:
            return False
    return True
