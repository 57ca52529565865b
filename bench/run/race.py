"""Stop the trials that can no longer plausibly win, folds being rounds, and order the cells of a round."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.companies import company_of
from bench.data.dataset import Dataset
from bench.errors import StoreError
from bench.plan.grid import Trial
from bench.plan.sections import RaceSection
from bench.record.store import Store
from bench.score.objective import Objective
from bench.score.racing import chances, may_spend
from bench.vocabulary import Axis

_TABLE: tuple[Axis, ...] = ("derived", "imputation", "encoding")


@dataclass(frozen=True)
class Standing:
    """How trials stand at the end of a round, each side with the best so far first.

    Attributes
    ----------
    going_on : may win still
    stopped : can no longer plausibly win
    """

    going_on: tuple[Trial, ...]
    stopped: tuple[Trial, ...]


def after_round(
    trials: Sequence[Trial],
    dataset: Dataset,
    store: Store,
    objective: Objective,
    section: RaceSection,
    rounds: int,
) -> Standing:
    """Return who goes on after the first ``rounds`` of the folds, a pure function of the recorded cells.

    A trial stops when its chance to come out before the leader of the rows seen, once all folds have run, is below
    what the round may spend of ``section.error``; see `bench.score.racing.chances`. So the error is each trial's own,
    spent over the rounds: of many that are as good as each other, the one that all folds would put first is stopped
    more often, and little is lost by it. docs/race.md states how often, on real grids and on equal trials.

    Seconds have no part in it, nor has the order of ``trials``. `constant` is never stopped. A trial that failed in
    one of these folds, or has not run there, is on neither side.

    Parameters
    ----------
    rounds : how many of the folds, in the order of (repeat, fold); of other folds nothing is read

    Raises
    ------
    StoreError
        If predictions were damaged since the record was opened.
    """
    folds = store.folds
    pairs = [(int(repeat), int(fold)) for repeat, fold in np.ndindex(folds.repeats, folds.count)][:rounds]
    number = np.full(folds.fold_of.shape, -1)
    for place, (repeat, fold) in enumerate(pairs):
        number[repeat, folds.held_out(repeat, fold)] = place
    seen = number >= 0
    row = np.nonzero(seen)[1]
    ran = {one.id: one for one in trials if all(store.status((one.id, *pair)) == "done" for pair in pairs)}
    of = folds.repeats * folds.count
    chance = chances(
        dataset.y[row],
        _Seen(store, tuple(ran), pairs, seen),
        number[seen],
        np.unique(company_of(dataset.groups, len(dataset.y))[row], return_inverse=True)[1],
        objective,
        len(pairs) / of,
    )
    least = may_spend(section.error, len(pairs), of)
    going_on = {one for one in chance if chance[one] >= least or ran[one].named("model") == "constant"}
    return Standing(
        tuple(ran[one] for one in chance if one in going_on),
        tuple(ran[one] for one in chance if one not in going_on),
    )


def race_order(trials: Iterable[Trial]) -> list[Trial]:
    """Return the trials in the order in which a round runs them.

    Those that share a prepared table stand together, within it those that share its text and its resampling, and of
    these the cheap ones come first, by the costs that components name. So wherever a budget cuts a round, what has run
    is a spread of models on the same preparations. Blocks keep the order in which they first occur in ``trials``:
    with the best trials first, theirs come first.
    """
    trials = list(trials)
    places: dict[str, int] = {}
    prefixes: tuple[tuple[Axis, ...], ...] = (_TABLE, (*_TABLE, "text"), (*_TABLE, "text", "resampling"))
    for trial in trials:
        for axes in prefixes:
            places.setdefault(trial.fingerprint(*axes), len(places))
    return sorted(
        trials,
        key=lambda trial: (
            *(places[trial.fingerprint(*axes)] for axes in prefixes),
            trial.on("model")[0].component.cost,
        ),
    )


class _Seen(Mapping[str, NDArray[np.float64]]):
    """The predictions of trials in some folds, of shape (m,), read from the disk when asked for."""

    def __init__(
        self, store: Store, trials: tuple[str, ...], pairs: list[tuple[int, int]], seen: NDArray[np.bool_]
    ) -> None:
        self._store, self._trials, self._pairs, self._seen = store, trials, pairs, seen

    def __getitem__(self, trial: str) -> NDArray[np.float64]:
        probability = self._store.out_of_fold(trial, self._pairs)
        if probability is None:
            raise StoreError(
                f"{self._store.folder}: predictions of trial {trial} were damaged while the race ran. "
                "The same command runs these cells again."
            )
        return np.asarray(probability[self._seen])

    def __iter__(self) -> Iterator[str]:
        return iter(self._trials)

    def __len__(self) -> int:
        return len(self._trials)
