"""The scores of finished trials, each made once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from bench.data.dataset import Dataset
from bench.record.store import Store
from bench.score.objective import Objective
from bench.score.ranking import Score, rank, score_trial


class Scoreboard:
    """The scores of the trials of a store. A trial is scored when it is first asked for after its last cell."""

    def __init__(self, dataset: Dataset, store: Store, objective: Objective) -> None:
        self._dataset, self._store, self.objective = dataset, store, objective
        self._scores: dict[str, Score] = {}
        self._leader: str | None = None

    def score(self, trial: str) -> Score | None:
        """Return the score of a trial, or None if a cell of it is not done."""
        if trial not in self._scores:
            probability = self._store.out_of_fold(trial)
            if probability is None:
                return None
            fold_of = self._store.folds.fold_of
            self._scores[trial] = score_trial(self._dataset.y, probability, fold_of, self.objective)
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
    """The out-of-fold probabilities of finished trials, each read from the disk when it is asked for."""

    def __init__(self, store: Store, trials: Iterable[str]) -> None:
        self._store, self._trials = store, dict.fromkeys(trials)

    def __getitem__(self, trial: str) -> NDArray[np.float64]:
        probability = self._store.out_of_fold(trial) if trial in self._trials else None
        if probability is None:
            raise KeyError(trial)
        return probability

    def __iter__(self) -> Iterator[str]:
        return iter(self._trials)

    def __len__(self) -> int:
        return len(self._trials)
