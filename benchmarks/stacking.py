"""Compare on fresh rows the ensemble with the best single trial, over many splits of some tables.

    python -m benchmarks.stacking experiments/x.toml [more.toml ...] [--seeds 20] [--keep FOLDER] [--draws 100]

A split has 5,000 labelled rows and as many fresh ones as there are, at most 15,000. The grid is fitted on the labelled
rows; members, scales, weights and thresholds are learned from its out-of-fold predictions, and what is compared is F1
on the fresh rows, as models refitted on all labelled rows call them: the ensemble's less that of the first of the
ranking. Both are called by one rule: at the exported threshold, or as many as it calls out of fold. "winner" is what a
run hands in: the greedy ensemble, unless its corrected estimate is below the single trial's by more than chance.
"raw" is greedy selection by F1 of probabilities as they are, without scales. Intervals are Student's, over splits.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import t as student

from bench.ensemble.blend import Blend, blend
from bench.ensemble.replayed import blend_of
from bench.plan.experiment import read_experiment
from bench.plan.sections import BlendMethod, EnsembleSection
from bench.score.metrics import count
from bench.score.objective import Objective
from bench.score.ranking import rank, score_trial
from bench.score.redraws import redraw
from bench.score.replay import best_trial_of
from bench.score.thresholds import best_threshold, best_value
from bench.score.uncertainty import corrected_estimate
from benchmarks.fresh import Kept, keep

Floats = NDArray[np.float64]

RULES = ("threshold", "share")


def main() -> None:
    """Print a table for each rule."""
    parser = argparse.ArgumentParser()
    parser.add_argument("experiments", type=Path, nargs="+")
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--draws", type=int, default=100)
    given = parser.parse_args()
    experiments = [read_experiment(path) for path in given.experiments]
    print_tables(
        (one.name, seed, keep(one, seed, given.keep), given.draws) for one in experiments for seed in range(given.seeds)
    )


def print_tables(splits: Iterable[tuple[str, int, Kept, int]]) -> None:
    """Print what all splits have in common."""
    gains = pd.concat([gain(kept, draws).assign(table=name, seed=seed) for name, seed, kept, draws in splits])
    for rule in RULES:
        print(f"\nFresh F1 less the single trial's, the {rule} kept:\n")
        found = gains[gains["rule"] == rule]
        tables = list(dict.fromkeys(found["table"]))
        print(f"| made by | {' | '.join(tables)} | all | members |")
        print("| --- |" + " ---: |" * (len(tables) + 2))
        for way, rows in found.groupby("way", sort=False):
            by_table = [rows.loc[rows["table"] == table, "gain"].to_numpy() for table in tables]
            print(
                f"| {way} | {' | '.join(_interval(values) for values in by_table)} | {_interval(by_table)} | "
                f"{rows['members'].mean():.1f} |"
            )


def gain(kept: Kept, draws: int) -> pd.DataFrame:
    """Return for each way to make an ensemble and each rule its fresh F1 less the single trial's, on one split."""
    objective, fold_of = Objective(), kept.fold_of[None]
    names = [f"{place:03d}" for place in range(len(kept.oof))]
    trials = {name: kept.oof[place][None] for place, name in enumerate(names)}
    asked = {name: kept.asked[place, -1].astype(np.float64) for place, name in enumerate(names)}
    scores = {name: score_trial(kept.y, trials[name], fold_of, objective) for name in names}
    ranked = rank(scores, objective)
    single = Blend.of_one(ranked[0], scores[ranked[0]])
    made = {
        method: blend(kept.y, trials, fold_of, objective, EnsembleSection(method=method), ranked)
        for method in get_args(BlendMethod)
    }
    groups = kept.groups if (kept.groups >= 0).any() else None
    redrawn = redraw(kept.y, trials, scores, fold_of, objective, groups, draws)
    rules = best_trial_of(redrawn), blend_of(made["greedy"], redrawn, EnsembleSection())
    alone, together = (corrected_estimate(kept.y, trials, fold_of, objective, rule, groups, draws) for rule in rules)
    winner = single if together.surely_worse(alone, objective) else made["greedy"]
    ways: dict[str, tuple[Callable[[dict[str, Floats]], Floats], int]] = {
        "winner": (winner.combination, len(winner.weights)),
        **{method: (one.combination, len(one.weights)) for method, one in made.items()},
        "raw": _raw(kept.y, trials, ranked),
    }
    base = _fresh(kept, single.combination(trials)[0], single.combination(asked))
    rows = []
    for way, (combination, members) in ways.items():
        came = _fresh(kept, combination(trials)[0], combination(asked))
        rows += [(way, rule, came[rule] - base[rule], members) for rule in RULES]
    return pd.DataFrame(rows, columns=["way", "rule", "gain", "members"])


def _fresh(kept: Kept, probability: Floats, asked: Floats) -> dict[str, float]:
    """Return by rule the F1 of the fresh rows."""
    threshold = best_threshold(kept.y, probability)
    most = round(float((probability >= threshold).mean()) * len(asked))
    first = np.zeros(len(asked), dtype=bool)
    first[np.argsort(-asked, kind="stable")[:most]] = True
    calls = {"threshold": asked >= threshold, "share": first}
    return {rule: float(count(kept.y_fresh, calls[rule]).f1) for rule in RULES}


def _raw(
    y: NDArray[np.int8], trials: dict[str, Floats], ranked: list[str]
) -> tuple[Callable[[dict[str, Floats]], Floats], int]:
    """Select members greedily by F1 of the mean of probabilities as they are, with replacement, at most ten."""
    drawn, best = [ranked[0]], best_value(y, trials[ranked[0]][0])
    while len(drawn) < 10:
        total = np.sum([trials[one][0] for one in drawn], axis=0)
        values = [best_value(y, (total + trials[one][0]) / (len(drawn) + 1)) for one in ranked[:25]]
        if max(values) <= best:
            break
        best = max(values)
        drawn.append(ranked[int(np.argmax(values))])
    return lambda given: np.mean([given[one] for one in drawn], axis=0), len(set(drawn))


def _interval(values: Floats | list[Floats]) -> str:
    """Return a mean with its 95 % interval; of several tables the mean of their means, each as heavy as the others."""
    tables = values if isinstance(values, list) else [values]
    variance = sum(table.var(ddof=1) / len(table) for table in tables) / len(tables) ** 2
    degrees = sum(len(table) - 1 for table in tables)
    mean, half = np.mean([table.mean() for table in tables]), student.ppf(0.975, degrees) * np.sqrt(variance)
    return f"{mean:+.4f} [{mean - half:+.4f}, {mean + half:+.4f}]"


if __name__ == "__main__":
    main()
