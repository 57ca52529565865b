"""Split the rows into folds, duplicates together, with a fingerprint; say which rows are scored."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from bench.companies import company_of
from bench.data.companies import giants, join_companies
from bench.data.dataset import Dataset
from bench.data.duplicates import duplicate_clusters
from bench.data.notices import plural
from bench.data.splits import block_of_times, stratified, stratified_group, trained_before
from bench.errors import DataError
from bench.section import Section


class FoldsSection(Section):
    """The `[folds]` section."""

    count: int = Field(5, ge=2, le=50, description="folds of one repeat")
    repeats: int = Field(1, ge=1, le=50, description="how many times the rows are split anew")
    scheme: Literal["stratified", "stratified_group", "time"] = Field(
        "stratified",
        description="each fold has the table's share of positives; with stratified_group it holds whole companies; "
        "with time it holds out later rows than it trains on",
    )
    gap_days: int = Field(0, ge=0, le=36_500, description="of scheme time: days between training and held-out rows")
    duplicates: Literal["auto", "together", "apart"] = Field(
        "auto", description="rows equal in every feature share a fold; auto: unless they are too many"
    )
    seed: int = Field(7, ge=0, le=2**31)

    @model_validator(mode="after")
    def _goes_together(self) -> FoldsSection:
        if self.gap_days and self.scheme != "time":
            raise ValueError(f"'gap_days' goes with scheme = \"time\"; '{self.scheme}' knows no order of time")
        if self.repeats > 1 and self.scheme == "time":
            raise ValueError(
                f"'repeats' is {self.repeats}, but rows have one order in time: with scheme = \"time\" it is 1"
            )
        return self


@dataclass(frozen=True)
class Folds:
    """Which fold holds each row out.

    Attributes
    ----------
    fold_of : ndarray of shape (repeats, n), 0 to count - 1; -1 for a row that is never held out
    folds_id : fingerprint of ``fold_of`` and ``trained``
    notices : what was done about duplicates, companies and times, one sentence each
    trained : ndarray of bool, shape (count, n), or None
        The rows that each fold of the only repeat trains on. None: all that it does not hold out.
    """

    fold_of: NDArray[np.int64]
    folds_id: str
    notices: tuple[str, ...]
    trained: NDArray[np.bool_] | None = None

    @property
    def count(self) -> int:
        """Folds of one repeat."""
        return int(self.fold_of.max()) + 1

    @property
    def repeats(self) -> int:
        """How many times the rows are split."""
        return len(self.fold_of)

    @property
    def scored(self) -> NDArray[np.bool_]:
        """Which rows are held out, and so have out-of-fold predictions; the same in every repeat."""
        scored: NDArray[np.bool_] = self.fold_of[0] >= 0
        return scored

    def training(self, repeat: int, fold: int) -> NDArray[np.intp]:
        """Return the numbers of the rows a cell trains on."""
        return np.flatnonzero(self.fold_of[repeat] != fold if self.trained is None else self.trained[fold])

    def held_out(self, repeat: int, fold: int) -> NDArray[np.intp]:
        """Return the numbers of the rows a cell predicts."""
        return np.flatnonzero(self.fold_of[repeat] == fold)


@dataclass(frozen=True)
class HeldOut:
    """The rows that are held out, on which everything is scored.

    Attributes
    ----------
    y : ndarray of shape (m,), 0 or 1
    fold_of : ndarray of shape (repeats, m), 0 to count - 1
    rows : ndarray of shape (m,)
        Their places in the table.
    """

    y: NDArray[np.int8]
    fold_of: NDArray[np.int64]
    rows: NDArray[np.intp]


def scored_rows(dataset: Dataset, folds: Folds) -> HeldOut:
    """Return the labels and folds of the rows of ``dataset`` that ``folds`` holds out."""
    rows = np.flatnonzero(folds.scored)
    return HeldOut(dataset.y[rows], folds.fold_of[:, rows], rows)


def make_folds(dataset: Dataset, section: FoldsSection) -> Folds:
    """Split the rows of ``dataset``; the same rows and section give the same folds.

    Raises
    ------
    DataError
        If a class has fewer rows than there are folds, a fold would hold one class only, or the scheme needs companies
        or times that [data] does not name.
    """
    rare = int(np.bincount(dataset.y, minlength=2).min())
    if rare < section.count:
        raise DataError(
            f"[folds] count = {section.count}, but the rarer label stands in {rare} rows only. "
            f"Every fold needs one: set count to {max(2, rare)} or less, or bring more rows."
        )
    return _by_time(dataset, section) if section.scheme == "time" else _dealt(dataset, section)


def _dealt(dataset: Dataset, section: FoldsSection) -> Folds:
    """Split the rows into folds of which each trains on all others."""
    y = dataset.y
    unit, notices = duplicate_clusters(dataset.features, section.duplicates)
    deal, kept, left, cure = stratified, "equal rows", "rows that differ", 'duplicates = "apart"'
    if section.scheme == "stratified_group":
        deal, kept, left, cure = stratified_group, "rows of a company", "companies", 'scheme = "stratified"'
        unit, said = _with_companies(dataset, unit, always=section.duplicates == "together")
        notices += said
    units = len(np.unique(unit))
    if units < section.count:
        enough = f"Set count to {units} or less, or" if units > 1 else "Set"
        raise DataError(
            f"[folds] count = {section.count}, but {kept} kept together leave {units} {left}. {enough} {cure}."
        )
    seeds = [(section.seed + 1_000_003 * repeat) % 2**32 for repeat in range(section.repeats)]
    fold_of = np.stack([deal(y, unit, section.count, seed) for seed in seeds])
    for repeat in fold_of:
        if any(_one_label(y[repeat == fold]) for fold in range(section.count)):
            raise DataError(
                f"[folds] count = {section.count}: keeping {kept} together leaves a fold with one label only. "
                f"Set count lower, or {cure}."
            )
    return Folds(fold_of, _fingerprint(fold_of), notices)


def _with_companies(
    dataset: Dataset, cluster: NDArray[np.int64], *, always: bool
) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    if dataset.groups is None:
        raise DataError(
            '[folds] scheme = "stratified_group" keeps the rows of a company together, but [data] names no company. '
            'Name its column in groups, or set scheme = "stratified".'
        )
    unit, notices = join_companies(company_of(dataset.groups, len(dataset.y)), cluster, always=always)
    return unit, (*giants(dataset.y, dataset.groups, dataset.group_names), *notices)


def _by_time(dataset: Dataset, section: FoldsSection) -> Folds:
    """Split the rows into folds of which each trains on what came before."""
    if dataset.time is None:
        raise DataError(
            '[folds] scheme = "time" holds out later rows than it trains on, but [data] names no time. '
            'Name its column in time, or set scheme = "stratified".'
        )
    block_of = block_of_times(dataset.time, section.count + 1)
    if block_of is None:
        days = len(np.unique(np.floor(dataset.time[~np.isnan(dataset.time)])))
        raise DataError(
            f'[folds] count = {section.count} with scheme = "time" needs rows of {section.count + 1} days or more, '
            f"one block to begin with and one for each fold; the table holds {plural(days, 'day')}. "
            f"{f'Set count to {days - 1} or less.' if days > 2 else 'Choose another scheme.'}"
        )
    kept = "a fold does not train on a row equal to one it holds out"
    cluster, notices = duplicate_clusters(dataset.features, section.duplicates, kept)
    fold_of = np.where(block_of > 0, block_of - 1, -1)
    trained, purged = trained_before(dataset.time, fold_of, section.gap_days, cluster)
    _check_labels(dataset.y, fold_of, trained, section)
    undated = int(np.isnan(dataset.time).sum())
    if purged:
        notices += (f"{plural(purged, 'training row')} left out where the fold holds out an equal row.",)
    if undated:
        notices += (f"{plural(undated, 'row')} without a time: no fold trains on them or holds them out.",)
    first = int((block_of == 0).sum())
    notices += (f"Trained on only, since no block comes before it: the first {plural(first, 'row')} in time.",)
    return Folds(fold_of[None], _fingerprint(fold_of, np.packbits(trained)), notices, trained)


def _check_labels(
    y: NDArray[np.int8], fold_of: NDArray[np.int64], trained: NDArray[np.bool_], section: FoldsSection
) -> None:
    """Refuse folds in time that cannot be learned or scored."""
    for fold in range(section.count):
        for rows, what in ((trained[fold], "trains on"), (fold_of == fold, "holds out")):
            if _one_label(y[rows]):
                found = f"{plural(int(rows.sum()), 'row')} of one label only" if rows.any() else "no row at all"
                shorter = ", or gap_days shorter" if section.gap_days and what == "trains on" else ""
                raise DataError(
                    f'[folds] count = {section.count}: fold {fold} of scheme = "time" {what} {found}. '
                    f'Set count lower{shorter}, or scheme = "stratified".'
                )


def _one_label(y: NDArray[np.int8]) -> bool:
    return len(np.unique(y)) < 2


def _fingerprint(fold_of: NDArray[np.int64], trained: NDArray[np.uint8] | None = None) -> str:
    """Return ten hex digits that change with everything that decides what a cell trains on and predicts."""
    digest = sha256(fold_of.astype("<i2").tobytes())
    if trained is not None:
        digest.update(trained.tobytes())
    return digest.hexdigest()[:10]
