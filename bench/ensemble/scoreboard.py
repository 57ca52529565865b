"""The scores of finished trials, each made once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from bench.data.dataset import Dataset
from bench.data.folds import scored_rows
from bench.record.store import Store
from bench.score.objective import Objective
from bench.score.ranking import Score, rank, score_trial


class Scoreboard:
    """The scores of the trials of a store. A trial is scored when it is first asked for after its last cell."""

    def __init__(self, dataset: Dataset, store: Store, objective: Objective) -> None:
        self._store, self.objective = store, objective
        self._held_out = scored_rows(dataset, store.folds)
        self._scores: dict[str, Score] = {}
        self._leader: str | None = None

    def score(self, trial: str) -> Score | None:
        """Return the score of a trial, or None if a cell of it is not done."""
        if trial not in self._scores:
            probability = _scored(self._store, trial)
            if probability is None:
                return None
            known = self._held_out
            self._scores[trial] = score_trial(known.y, probability, known.fold_of, self.objective)
            both = {one: self._scores[one] for one in (trial, self._leader) if one is not None}
            self._leader = rank(both, self.objective)[0]
        return self._scores[trial]

    def scores(self, trials: Iterable[str]) -> dict[str, Score]:
        """Return the scores of those of ``trials`` that are finished."""
        return {trial: score for trial in trials if (score := self.score(trial)) is not None}

    def best(self) -> tuple[str, Score] | None:
        """Return the trial that ranks first among those scored so far, and its score; None before the first."""
        return None if self._leader is None else (self._leader, self._scores[self._leader])


class OutOfFold(Mapping[str, NDArray[np.float64]]):
    """The out-of-fold probabilities of finished trials, of the rows held out, read from the disk when asked for."""

    def __init__(self, store: Store, trials: Iterable[str]) -> None:
        self._store, self._trials = store, dict.fromkeys(trials)

    def __getitem__(self, trial: str) -> NDArray[np.float64]:
        probability = _scored(self._store, trial) if trial in self._trials else None
        if probability is None:
            raise KeyError(trial)
        return probability

    def __iter__(self) -> Iterator[str]:
        return iter(self._trials)

    def __len__(self) -> int:
        return len(self._trials)


class OnSomeFolds(Mapping[str, NDArray[np.float64]]):
    """The same of trials that have run on some of the folds, NaN on the others, as a race leaves them.

    Those of ``trials`` with a cell that failed, or with none or all of them done, are left out.
    """

    def __init__(self, store: Store, trials: Iterable[str]) -> None:
        self._store = store
        self._ran = {trial: ran for trial in trials if (ran := _ran(store, trial))}

    def __getitem__(self, trial: str) -> NDArray[np.float64]:
        probability = self._store.out_of_fold(trial, self._ran[trial])
        if probability is None:
            raise KeyError(trial)
        return probability[:, self._store.folds.scored]

    def __iter__(self) -> Iterator[str]:
        return iter(self._ran)

    def __len__(self) -> int:
        return len(self._ran)


def _ran(store: Store, trial: str) -> list[tuple[int, int]]:
    """Return the (repeat, fold) that a trial ran on, if these are some of them, none failed, and all can be read."""
    pairs = [(int(repeat), int(fold)) for repeat, fold in np.ndindex(store.folds.repeats, store.folds.count)]
    status = {pair: store.status((trial, *pair)) for pair in pairs}
    ran = [pair for pair in pairs if status[pair] == "done"]
    some = 0 < len(ran) < len(pairs) and set(status.values()) == {"done", None}
    return ran if some and store.out_of_fold(trial, ran) is not None else []


def _scored(store: Store, trial: str) -> NDArray[np.float64] | None:
    """Return a trial's probabilities of shape (repeats, m) for the m rows that are held out; None if it is not done."""
    probability = store.out_of_fold(trial)
    return None if probability is None else probability[:, store.folds.scored]
