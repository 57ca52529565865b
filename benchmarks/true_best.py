"""Whether the truly best trial is among those called tied: simulations in which it is known, and a speed line.

    python -m benchmarks.true_best [--rows 1000 5000] [--trials 40 400] [--repeats 200] [--speed]

Scores are normal in each class, 8 % of the rows are positives, and trials have 80 % of their noise in common. One trial
is the best by a gap in F1, at the best threshold on endless rows; all others are equally good, which is the hardest
case. With a gap of 0 any trial may be called the best, so the share is taken over all. Beside the tied set stand what
is done elsewhere: the leader alone; all that a bootstrap of pairs does not tell from the leader, one at a time at 5 %;
and the tied set with the calls held as they were on the table, where thresholds do not move in the draws.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.stats import norm

from bench.companies import company_of
from bench.score.bootstrap import draws_of
from bench.score.metrics import Counts, count
from bench.score.objective import Objective
from bench.score.ranking import Score
from bench.score.redraws import Redraws, redraw
from bench.score.thresholds import cross_fitted_calls
from bench.score.ties import find_ties

POSITIVES, IN_COMMON, FOLDS, DRAWS = 0.08, 0.8, 5, 200
SEPARATION = 1.6  # of the others, in standard deviations: an F1 of 0.469
GAPS = (0.0, 0.01, 0.02, 0.03)
F1 = Objective()
METHODS = ("tied", "leader", "pairs", "calls held")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, nargs="*", default=[1000, 5000])
    parser.add_argument("--trials", type=int, nargs="*", default=[40, 400])
    parser.add_argument("--repeats", type=int, default=200)
    parser.add_argument("--speed", action="store_true", help="only time 500 trials on 60,000 rows")
    given = parser.parse_args()
    if given.speed:
        speed()
        return
    print("Share of repeats in which the best trial is in the set, and the set's mean size.\n", flush=True)
    print("| rows | trials | gap | " + " | ".join(METHODS) + " |\n|" + " --- |" * (3 + len(METHODS)))
    for rows in given.rows:
        seen: dict[tuple[int, float], list[NDArray[np.float64]]] = defaultdict(list)
        for seed in range(given.repeats):
            for case, found in cases(rows, given.trials, seed):
                seen[case].append(found)
        for (trials, gap), every in sorted(seen.items()):
            means = [f"{share:.1%}, {size:.1f}" for share, size in np.mean(every, axis=0)]
            print(f"| {rows:,} | {trials} | {gap:.2f} | " + " | ".join(means) + " |", flush=True)


def cases(rows: int, sizes: list[int], seed: int) -> Iterator[tuple[tuple[int, float], NDArray[np.float64]]]:
    """Yield for each number of trials and each gap whether each method holds the best, and how many it holds.

    The table, the draws and the other trials are the same in all cases of a seed.
    """
    y, fold_of = table(rows, seed)
    made = {str(number): probability for number, probability in enumerate(probabilities(y, max(sizes), seed))}
    calls = {name: cross_fitted_calls(y, probability[0], fold_of[0]) for name, probability in made.items()}
    scores = {name: score_of(count(y, called)) for name, called in calls.items()}
    moving = redraw(y, made, scores, fold_of, F1, draws=DRAWS, seed=seed)
    held = replace(moving, drawn=f1_of_held_calls(y, np.stack(list(calls.values())), seed))
    for size in sizes:
        for place, gap in enumerate(GAPS):
            # Of all that were made, the first are the best one at each gap; the one without a gap is like the others.
            among = np.array([place, *range(len(GAPS), len(GAPS) + size - 1)])
            sets = sets_of(only(moving, among), only(held, among))
            best = sets if gap == 0 else [chosen[:1] for chosen in sets]
            yield (size, gap), np.array([(b.mean(), chosen.sum()) for b, chosen in zip(best, sets, strict=True)])


def sets_of(moving: Redraws, held: Redraws) -> list[NDArray[np.bool_]]:
    """Return for each method which trials it holds to be as good as the best."""
    leader = int(moving.value.argmax())
    ahead = moving.drawn[:, [leader]] - moving.drawn
    return [
        np.isin(moving.trials, find_ties(moving, F1).tied),
        np.arange(len(moving.trials)) == leader,
        np.quantile(ahead, 0.05, axis=0) <= 0,
        np.isin(held.trials, find_ties(held, F1).tied),
    ]


def table(rows: int, seed: int) -> tuple[NDArray[np.int8], NDArray[np.int64]]:
    """Return labels and stratified folds, of shape (rows,) and (1, rows)."""
    y = (np.arange(rows) < round(POSITIVES * rows)).astype(np.int8)  # the order of rows is of no matter
    rng = np.random.default_rng([1, rows, seed])
    fold_of = np.concatenate([rng.permutation(np.arange(total) % FOLDS) for total in np.bincount(y)[::-1]])
    return y, fold_of[np.newaxis]


def probabilities(y: NDArray[np.int8], trials: int, seed: int) -> Iterator[NDArray[np.float64]]:
    """Yield out-of-fold probabilities of shape (1, rows): the best trial at each gap, then ``trials`` - 1 others."""
    rng = np.random.default_rng([2, len(y), seed])
    common, own = rng.normal(size=len(y)), rng.normal(size=len(y))
    apart = [brentq(lambda d, gap=gap: best_f1(d) - best_f1(SEPARATION) - gap, 1, 4) for gap in GAPS]
    for number, separation in enumerate([*apart, *[SEPARATION] * (trials - 1)]):
        noise = own if number < len(apart) else rng.normal(size=len(y))
        score = np.sqrt(IN_COMMON) * common + np.sqrt(1 - IN_COMMON) * noise + separation * y
        odds = np.exp(separation * score - separation**2 / 2) * POSITIVES / (1 - POSITIVES)
        yield (odds / (1 + odds))[np.newaxis]


def best_f1(separation: float) -> float:
    """Return the F1 of a trial at its best threshold, on endless rows."""
    threshold = np.linspace(-2, 6, 4001)
    right, wrong = POSITIVES * norm.sf(threshold - separation), (1 - POSITIVES) * norm.sf(threshold)
    return float((2 * right / (right + wrong + POSITIVES)).max())


def f1_of_held_calls(y: NDArray[np.int8], calls: NDArray[np.bool_], seed: int) -> NDArray[np.float64]:
    """Return F1 in the draws of `redraw` with the calls of the table, shape (draws, trials)."""
    drawn = np.concatenate(list(draws_of(company_of(None, len(y)), DRAWS, seed)))
    positive, called = y.astype(np.float32), calls.T.astype(np.float32)
    right, wrong = (drawn * positive) @ called, (drawn * (1 - positive)) @ called
    return np.asarray(Counts(right, wrong, (drawn @ positive)[:, np.newaxis] - right, 0).f1)


def score_of(counts: Counts) -> Score:
    """Return a score of which only the counts are told."""
    return Score(counts, 0.5, np.nan, np.nan, np.nan, np.nan, counts.predicted_positives, (0.5, 0.5), (0.5, 0.5))


def only(redrawn: Redraws, among: NDArray[np.intp]) -> Redraws:
    """Return some of the trials."""
    return replace(
        redrawn,
        trials=tuple(redrawn.trials[one] for one in among),
        value=redrawn.value[among],
        keeps=redrawn.keeps[among],
        drawn=redrawn.drawn[:, among],
        kept=redrawn.kept[:, among],
    )


class Made(Mapping[str, NDArray[np.float64]]):
    """Trials on 60,000 rows, each made when it is asked for, as from a disk; their seconds do not count."""

    def __init__(self, y: NDArray[np.int8], trials: int) -> None:
        self._y, self._trials, self.seconds = y, trials, 0.0

    def __getitem__(self, trial: str) -> NDArray[np.float64]:
        start = time.process_time()
        score = np.random.default_rng(int(trial)).normal(size=(1, len(self._y))) + SEPARATION * self._y
        self.seconds += time.process_time() - start
        return np.asarray(norm.cdf(score - 2))

    def __iter__(self) -> Iterator[str]:
        return map(str, range(self._trials))

    def __len__(self) -> int:
        return self._trials


def speed(rows: int = 60_000, trials: int = 500) -> None:
    """Print the CPU seconds that the tied set of many trials takes, and the memory."""
    y, fold_of = table(rows, 0)
    made = Made(y, trials)
    score = score_of(count(y, cross_fitted_calls(y, made["0"][0], fold_of[0])))
    before, start = made.seconds, time.process_time()
    redrawn = redraw(y, made, dict.fromkeys(made, score), fold_of, F1, draws=DRAWS)
    drawn = time.process_time()
    find_ties(redrawn, F1)
    compared = time.process_time()
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    print(
        f"{trials} trials × {rows:,} rows × {DRAWS} draws, CPU seconds of one thread: "
        f"{drawn - start - made.seconds + before:.1f} to score them, {compared - drawn:.1f} to compare; "
        f"{megabytes:,.0f} MB with all libraries"
    )


if __name__ == "__main__":
    main()
