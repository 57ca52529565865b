"""What the best of many equal trials promises, and what it is worth.

    python -m benchmarks.equal_trials [--repeats 200] [--race 0.1] [--finished-alone]

Scores are Gaussian within each class, so the F1 of a trial at its exported threshold is known for the whole population.
With ``--race`` the trials race at that error, and the choice is replayed with those that were stopped, as the board
does it; with ``--finished-alone`` as if there were only those that finished.
The range is that of corrected - true over the repeats, the central 95 %; the width is that of the mean interval.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit
from scipy.stats import norm
from sklearn.model_selection import StratifiedKFold

from bench.score.metrics import Counts
from bench.score.objective import Objective
from bench.score.replay import best_trial
from bench.score.uncertainty import corrected_estimate
from benchmarks.race import race, replayable

POSITIVE = 0.08  # of the population
SIGNAL = 1.5  # standard deviations between the classes: F1 0.44 at the best threshold
SHARED = 0.7  # of the variance of a score, by all trials: their correlation within a class


@dataclass(frozen=True)
class Setting:
    """Trials that are equally good, but for the first, which is ``ahead`` by so many standard deviations.

    Attributes
    ----------
    error : of the race between them; None without a race
    alone : replay the choice among those that finished the race alone
    """

    rows: int
    trials: int
    ahead: float = 0.0
    error: float | None = None
    alone: bool = False

    def row(self, repeats: int) -> str:
        """Simulate, and return the line of the table."""
        start = time.perf_counter()
        promised, value, low, high, true = np.array([self._once(seed) for seed in range(repeats)]).T
        error = value - true
        central = np.subtract(*np.quantile(error, [0.975, 0.025]))
        covered = np.mean((low <= true) & (true <= high))
        noise = error.std() / np.sqrt(repeats)
        seconds = time.perf_counter() - start
        kind = "first ahead" if self.ahead else "equal"
        return (
            f"| {kind} | {self.rows:,} | {self.trials} | {repeats} | {true.mean():.3f} "
            f"| {np.mean(promised - true):+.4f} | {error.mean():+.4f} ± {noise:.4f} | {covered:.1%} "
            f"| {np.mean(high - low):.3f} | {np.mean(high - low) / central:.2f} | {seconds:.0f} |"
        )

    def _once(self, seed: int) -> tuple[float, float, float, float, float]:
        rng = np.random.default_rng([seed, self.rows, self.trials])
        y = (rng.random(self.rows) < POSITIVE).astype(np.int8)
        shared = rng.normal(size=self.rows)
        signals = SIGNAL + self.ahead * (np.arange(self.trials) == 0)
        own = rng.normal(size=(self.trials, self.rows))
        scores = signals[:, None] * y + np.sqrt(SHARED) * shared + np.sqrt(1 - SHARED) * own
        trials = {f"{number:04}": expit(score)[None] for number, score in enumerate(scores)}
        fold_of = folds_of(y)
        ran = [list(trials)]
        if self.error is not None:
            ran = race(y, {name: one[0] for name, one in trials.items()}, fold_of[0], None, self.error)
        finished = {name: trials[name] for name in sorted(ran[-1])}
        (leader,) = best_trial(y, finished, fold_of, Objective(), np.ones((self.rows, 1), dtype=np.float32))
        (winner,) = leader.weights
        true = true_f1(float(signals[int(winner)]), leader.threshold)
        among = finished if self.alone else replayable(trials, fold_of, ran, winner)
        got = corrected_estimate(y, among, fold_of, Objective(), seed=seed)
        return leader.value, got.value, got.low, got.high, true


class MadeUp(Mapping[str, NDArray[np.float64]]):
    """Trials made anew each time they are asked for, as others are read from the disk."""

    def __init__(self, y: NDArray[np.int8], trials: int) -> None:
        self._y, self._trials = y, trials

    def __getitem__(self, trial: str) -> NDArray[np.float64]:
        return np.asarray(expit(np.random.default_rng(int(trial)).normal(SIGNAL * self._y)))[None]

    def __iter__(self) -> Iterator[str]:
        return (f"{number:04}" for number in range(self._trials))

    def __len__(self) -> int:
        return self._trials


def main() -> None:
    """Print the table of simulations, and what a large estimate costs."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--repeats", type=int, default=200)
    parser.add_argument("--race", type=float, help="the error of a race between the trials")
    parser.add_argument("--finished-alone", action="store_true")
    given = parser.parse_args()
    if given.race is None:
        print(_speed(), flush=True)
    print("\n| trials are | rows | trials | repeats | true F1 | promised - true | corrected - true ", end="")
    print("| coverage | width | width / range | seconds |\n|---|---|---|---|---|---|---|---|---|---|---|", flush=True)
    for setting in (
        Setting(1_000, 40),
        Setting(1_000, 400),
        Setting(5_000, 40),
        Setting(1_000, 40, ahead=0.8),
        Setting(5_000, 40, ahead=0.8),
        Setting(5_000, 400),
    ):
        print(replace(setting, error=given.race, alone=given.finished_alone).row(given.repeats), flush=True)


def _speed(rows: int = 60_000, trials: int = 200) -> str:
    """Return what an estimate of 200 draws takes."""
    y = (np.random.default_rng(0).random(rows) < POSITIVE).astype(np.int8)
    fold_of = folds_of(y)
    start, cpu = time.perf_counter(), time.process_time()
    corrected_estimate(y, MadeUp(y, trials), fold_of, Objective(), draws=200)
    wall, cpu = time.perf_counter() - start, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return f"{trials} trials × {rows:,} rows × 200 draws: {wall:.0f} s, {cpu:.0f} s of CPU, peak {peak:,.0f} MiB"


def folds_of(y: NDArray[np.int8]) -> NDArray[np.int64]:
    """Return five stratified folds; shape (1, n)."""
    fold_of = np.empty((1, len(y)), dtype=np.int64)
    for fold, (_, held_out) in enumerate(StratifiedKFold(5, shuffle=True, random_state=0).split(y, y)):
        fold_of[0, held_out] = fold
    return fold_of


def true_f1(signal: float, threshold: float) -> float:
    """Return the F1 in the population of calling a score at or above the threshold."""
    cut = logit(min(threshold, 1.0))
    right, wrong = POSITIVE * norm.sf(cut - signal), (1 - POSITIVE) * norm.sf(cut)
    return float(Counts(right, wrong, POSITIVE - right, 1 - POSITIVE - wrong).f1)


if __name__ == "__main__":
    main()
