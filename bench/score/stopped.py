"""Complete the predictions of trials that a race stopped, so that the choice among all of them can be replayed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Completed(Mapping[str, Floats]):
    """Holds all trials of a race, the finished first; on folds that a stopped one lacks, another speaks for it.

    The winner of a race beat the trials that it put out in early folds too. Replayed among the finished alone, that
    luck is not paid for. What a stopped trial would have said further on nobody knows, but not that it would go on as
    badly: it was stopped where it did worst. So on each fold it lacks it says what another trial says that ran it,
    drawn at random, the leader aside, whose luck there is the one in question; at the same place among its own
    probabilities as it has among the other's, on the rows that both have seen, so that a threshold means the same. No
    label is looked at. Others that got so far are no worse than itself, if trials differ, so that the estimate is
    rather too low than too high.

    Where only the leader ran a fold, nothing was near it, and trials that lack this fold are left out. One that says
    the same of all rows stands in for nobody.

    Parameters
    ----------
    finished : trial -> out-of-fold probabilities of shape (repeats, n)
    stopped : likewise, NaN in the folds that did not run
    fold_of : ndarray of shape (repeats, n)
    leader : one of the finished
    """

    def __init__(
        self, finished: Mapping[str, Floats], stopped: Mapping[str, Floats], fold_of: NDArray[np.int64], leader: str
    ) -> None:
        self._finished, self._stopped = finished, stopped
        folds = int(fold_of.max()) + 1
        self._part = (np.arange(len(fold_of))[:, np.newaxis] * folds + fold_of).ravel()  # (repeat, fold) by number
        self._others: dict[int, list[str]] = {part: [] for part in range(len(fold_of) * folds)}  # that may stand in
        lack: dict[str, list[int]] = {}
        for trial in sorted([*finished, *stopped]) if stopped else ():
            said = {part: self._said(trial)[self._part == part] for part in self._others}
            lack[trial] = [part for part in said if np.isnan(said[part]).any()]
            for part in said:
                if trial != leader and part not in lack[trial] and np.ptp(said[part]) > 0:
                    self._others[part].append(trial)
        self._lack = {trial: lack[trial] for trial in stopped if all(self._others[part] for part in lack[trial])}

    def __getitem__(self, trial: str) -> Floats:
        if trial in self._finished:
            return self._finished[trial]
        own = self._said(trial).copy()
        seen = ~np.isnan(own)
        rng = np.random.default_rng(list(trial.encode()))  # the same each time, whatever else there is
        for part in self._lack[trial]:
            other = self._said(str(rng.choice(self._others[part])))
            rows = self._part == part
            place = np.searchsorted(np.sort(other[seen]), other[rows]) / seen.sum()
            own[rows] = np.quantile(own[seen], place)
        return own.reshape(self._stopped[trial].shape)

    def __iter__(self) -> Iterator[str]:
        return chain(self._finished, self._lack)

    def __len__(self) -> int:
        return len(self._finished) + len(self._lack)

    def _said(self, trial: str) -> Floats:
        return (self._finished if trial in self._finished else self._stopped)[trial].ravel()
