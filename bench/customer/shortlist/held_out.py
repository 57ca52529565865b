"""Leads to call and held-out leads that did not convert, scored by models that trained on neither."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bench.bundle.predictor import Predictor
from bench.customer.leads import Floats
from bench.data.companies import dominant_companies
from bench.data.dataset import Dataset
from bench.ensemble.customers import Customers, View
from bench.plan.experiment import Experiment
from bench.plan.grid import Plan
from bench.run.runner import fit_trials
from bench.score.combine import Combination

MOSTLY: Final = 0.5  # of the leads to call
LARGE: Final = 0.15  # of the leads compared with, of one company; see `bench.score.conformal.q_values`


@dataclass(frozen=True)
class Compared:
    """Scores of leads to call, and of what they are compared with.

    Attributes
    ----------
    negatives : ndarray of shape (n,), of held-out leads that did not convert
    asked : ndarray of shape (m,), of the leads to call
    """

    negatives: Floats
    asked: Floats
    approximate: tuple[str, ...]


def by_one_model(
    plan: Plan, experiment: Experiment, customers: Customers, combination: Combination, workers: int
) -> Compared:
    """Fit the winner's members without the rows of one fold, and score these and the leads to call."""
    dataset = customers.dataset
    assert dataset.submission is not None  # else refused
    view, fold, chosen = held_out_fold(customers)
    members = [trial for trial in plan.trials if trial.id in combination.weights]
    fits = fit_trials(members, dataset, workers, experiment.limits, view.store.folds, (0, fold))
    predictor = Predictor(combination, fits)
    negatives = view.labels.rows[chosen & (view.labels.y == 0)]
    trained = view.store.folds.training(0, fold)
    return Compared(
        predictor.probability(dataset.features.iloc[negatives]),
        predictor.probability(dataset.submission),
        (*_other_customers(dataset, trained, negatives), *_one_company(dataset, negatives)),
    )


def by_refit(customers: Customers, combination: Combination, asked: Floats) -> Compared:
    """Set the scores that labelled rows got while held out beside those of the winner fitted again."""
    kind = max(customers.kinds(combination, asked), key=lambda one: len(one.asked))
    reason = (
        "the leads to call are scored by a model fitted on all labelled leads, and those it is compared with by models "
        "fitted on parts of them"
    )
    return Compared(kind.probability[kind.y == 0], asked, (reason,))


def held_out_fold(customers: Customers) -> tuple[View, int, NDArray[np.bool_]]:
    """Choose the fold that stands for the leads to call: its view, its number in the first repeat, and its rows.

    Where most leads to call are of known companies and there are folds that mix companies, the rows are those of the
    fold whose company it trains on too. Else they are all rows of a fold that keeps companies apart; without companies
    of the last fold in time; without either of a fold of the experiment. Folds that hold out a company of over 10 % of
    the positives are passed over where there are others, since what predicts the leads to call trained on it; of those
    left it is the one that holds out the most negatives. Scores are not looked at.

    Returns
    -------
    view, fold, rows : rows of shape (m,), which of the view's rows held out are taken
    """
    dataset = customers.dataset
    known = _known(dataset)
    mixed = customers.mixed if known is not None and known.mean() > MOSTLY else None
    view = mixed or customers.apart
    rows = view.met[0] if mixed else np.ones(len(view.labels.rows), dtype=bool)
    fold_of = view.labels.fold_of[0]
    folds = np.unique(fold_of)
    if view.store.folds.trained is not None:  # in time
        return view, int(folds[-1]), rows & (fold_of == folds[-1])
    if dataset.groups is not None and mixed is None:
        dominant = np.isin(view.groups, dominant_companies(dataset.y, dataset.groups))
        without = np.setdiff1d(folds, fold_of[dominant])
        folds = without if len(without) else folds
    negatives = [int((rows & (fold_of == fold) & (view.labels.y == 0)).sum()) for fold in folds]
    fold = int(folds[int(np.argmax(negatives))])
    return view, fold, rows & (fold_of == fold)


def _known(dataset: Dataset) -> NDArray[np.bool_] | None:
    """Return which leads to call are of a company with labelled rows, shape (m,); None where no company is named."""
    trained, asked = dataset.groups, dataset.submission_groups
    return None if trained is None or asked is None else np.isin(asked, trained[trained >= 0])


def _other_customers(dataset: Dataset, trained: NDArray[np.intp], negatives: NDArray[np.intp]) -> Iterator[str]:
    """Say of how many leads to call the model knows the company where it did not know those compared with, or not."""
    if dataset.groups is None or dataset.submission_groups is None:
        return
    companies = dataset.groups[trained]
    companies = companies[companies >= 0]
    compared = np.isin(dataset.groups[negatives], companies).mean() > MOSTLY
    other = int((np.isin(dataset.submission_groups, companies) != compared).sum())
    if other:
        which = "new to the model" if compared else "known to the model"
        yield (
            f"{other:,} of the {len(dataset.submission_groups):,} leads to call are of companies {which}, and the "
            f"leads they are compared with are not"
        )


def _one_company(dataset: Dataset, negatives: NDArray[np.intp]) -> Iterator[str]:
    """Say if so many of the leads compared with are of one company that the promise hangs on how it scores."""
    if dataset.groups is None:
        return
    groups = dataset.groups[negatives]
    share = np.bincount(groups[groups >= 0]).max(initial=0) / max(1, len(groups))
    if share > LARGE:
        yield (
            f"{share:.0%} of the leads they are compared with are of one company, and if its leads score lower than "
            "those of others, more of those called may not convert"
        )
