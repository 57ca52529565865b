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


def _scored(store: Store, trial: str) -> NDArray[np.float64] | None:
    """Return a trial's probabilities of shape (repeats, m) for the m rows that are held out; None if it is not done."""
    probability = store.out_of_fold(trial)
    return None if probability is None else probability[:, store.folds.scored]
