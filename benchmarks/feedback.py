"""Does feedback name what is not there, and see what is? `python -m benchmarks.feedback [worlds]`, by itself 200.

Made-up leads whose probabilities are right, in companies of about three that convert together: how often a difference
between parts is named or a new threshold advised although there is none, and how often 95 % intervals hold the truth.
Then leads whose threshold was put too high: how often a better one is advised.
"""

from __future__ import annotations

import sys

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit
from scipy.stats import norm

from bench.customer.feedback.measures import Judged, differences, measure, spread_of
from bench.customer.feedback.slices import Slicing, by_score
from bench.customer.feedback.threshold import move
from bench.score.calibration import reliability
from bench.score.interval import NORMAL_95
from bench.score.objective import Objective

THRESHOLD, DRAWS = 0.25, 200
Outcomes = tuple[NDArray[np.int8], NDArray[np.float64], NDArray[np.int64]]


def main() -> None:
    """Print how often each happens."""
    worlds = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    truth, best = _truth()
    held = dict.fromkeys(truth, 0) | {"slope": 0}
    named = moved = 0
    for seed in range(worlds):
        rng = np.random.default_rng([1, seed])
        y, probability, company = _world(800, rng, together=0.3)
        judged = Judged(y, probability, probability, probability >= THRESHOLD, company)
        parts = Slicing("part", tuple("abcdef"), rng.integers(0, 6, len(y)))
        own = Slicing("company's", tuple("abcd"), rng.integers(0, 4, company.max() + 1)[company])
        slicings = [parts, own, by_score(probability)]
        named += bool(differences(judged, slicings, seen_all=True)[0])
        row = measure(judged, slicings, seen_all=True, draws=DRAWS).iloc[0]
        for name, true in truth.items():
            held[name] += row[f"{name}_low"] <= true <= row[f"{name}_high"]
        found = reliability(y, probability)
        held["slope"] += abs(found.slope - 1) <= NORMAL_95 * spread_of(judged, found)
        moved += _advised(judged, best)
    print(
        f"{worlds} worlds of 800 leads: a difference named {named / worlds:.1%}, another threshold {moved / worlds:.1%}"
    )
    print("the truth held: " + ", ".join(f"{name} {times / worlds:.1%}" for name, times in held.items()))
    for rows in (1_000, 3_000):
        for threshold in (0.45, 0.55):
            advised = 0
            for seed in range(worlds // 5):
                y, probability, company = _world(rows, np.random.default_rng([2, seed]), together=0.0)
                judged = Judged(y, probability, probability, probability >= threshold, company)
                advised += _advised(judged, threshold)
            lost = _f1(*_many(), best) - _f1(*_many(), threshold)
            print(f"{rows:,} leads, a threshold that costs {lost:.3f} F1: seen {advised / (worlds // 5):.1%}")


def _world(rows: int, rng: np.random.Generator, together: float) -> Outcomes:
    """Return outcomes, their probabilities and companies; ``together`` is how much leads of a company agree."""
    company = np.unique(rng.integers(0, rows // 3, rows), return_inverse=True)[1].astype(np.int64)
    probability = expit(rng.normal(-2.2, 1.5, rows))
    shared, own = rng.normal(size=company.max() + 1)[company], rng.normal(size=rows)
    fate = norm.cdf(np.sqrt(together) * shared + np.sqrt(1 - together) * own)
    return (fate < probability).astype(np.int8), probability, company


def _many() -> tuple[NDArray[np.int8], NDArray[np.float64]]:
    return _world(400_000, np.random.default_rng(0), together=0.0)[:2]


def _truth() -> tuple[dict[str, float], float]:
    """Return what the measures are at `THRESHOLD`, and the best threshold for F1."""
    y, probability = _many()
    called = probability >= THRESHOLD
    true = {"precision": float(y[called].mean()), "recall": float(called[y == 1].mean())}
    true |= {"f1": _f1(y, probability, THRESHOLD), "converted_of_expected": 1.0}
    return true, float(max(np.linspace(0.1, 0.5, 81), key=lambda one: _f1(y, probability, one)))


def _f1(y: NDArray[np.int8], probability: NDArray[np.float64], threshold: float) -> float:
    called = probability >= threshold
    return float(2 * (y * called).sum() / (called.sum() + y.sum()))


def _advised(judged: Judged, threshold: float) -> bool:
    found = move(judged, threshold, float(judged.probability.mean()), Objective(), draws=DRAWS)
    return found is not None and found.shown


if __name__ == "__main__":
    main()
