"""Compare the race with the full grid it would have run: what it saves, and what it loses.

    python -m benchmarks.race [experiments/x.toml ...] [--seeds 20] [--keep FOLDER] [--error 0.1 ...] [--simulate 200]

`benchmarks/race.toml` without a file. A seed splits a table as `benchmarks.fresh` does and runs every cell; the race is
then replayed on what is recorded, with the function that a run decides by. F1 is cross-fitted over all folds, as
trials rank. Columns:

    cells, seconds : of the full grid's; what trials share counts as long as one of them runs
    tied           : how often the race's winner is in the full grid's tied set
    loss           : mean F1 of the full grid's first less that of the race's winner, with its standard error
    first stopped  : how often the full grid's first is stopped

Behind it stands a simulation in which the truly best trial is known, as in `benchmarks.true_best`: 40 trials, one the
best by a gap in F1, all others equally good, which is the hardest case. How often is the best stopped, how often the
full grid's first, and how often is another than the best put first by the full grid, and by the race?
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bench.companies import company_of
from bench.plan.experiment import read_experiment
from bench.plan.sections import RaceSection
from bench.score.metrics import count
from bench.score.objective import Objective
from bench.score.racing import chances, may_spend
from bench.score.ranking import rank, score_trial
from bench.score.redraws import redraw
from bench.score.stopped import Completed
from bench.score.thresholds import cross_fitted_calls
from bench.score.ties import find_ties
from benchmarks.fresh import Kept, keep
from benchmarks.true_best import GAPS, probabilities, table

F1 = Objective()
SIZES, TRIALS = (1_000, 5_000), 40  # of the simulation
Result = dict[str, float]


def main() -> None:
    """Print a table for each error, and the simulation."""
    parser = argparse.ArgumentParser()
    parser.add_argument("experiments", type=Path, nargs="*", default=[Path(__file__).with_name("race.toml")])
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--error", type=float, nargs="+", default=[RaceSection().error])
    parser.add_argument("--simulate", type=int, default=200)
    given = parser.parse_args()
    found = []
    for one in map(read_experiment, given.experiments):
        for seed in range(given.seeds):
            found += [(one.name, result) for result in replay(keep(one, seed, given.keep), given.error)]
    print_tables(pd.DataFrame([{"table": name, **result} for name, result in found]))
    if given.simulate:
        print_simulation(given.error, given.simulate)


def print_tables(found: pd.DataFrame) -> None:
    """Print the means by error and table, and over tables, each as heavy as the others."""
    for error, rows in found.groupby("error"):
        by_table = rows.drop(columns="error").groupby("table", sort=False)
        means, noise = by_table.mean(), by_table["loss"].sem().fillna(0.0)
        noise.loc["all"] = np.sqrt((noise**2).sum()) / len(noise)
        means.loc["all"] = means.mean()
        print(f"\nerror = {error:g}, {len(rows)} grids:\n")
        print("| table | trials | cells | seconds | tied | loss | first stopped |")
        print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
        for name, mean in means.iterrows():
            print(
                f"| {name} | {mean['trials']:.0f} | {mean['cells']:.1%} | {mean['seconds']:.1%} | {mean['tied']:.1%} "
                f"| {mean['loss']:.4f} ± {noise[name]:.4f} | {mean['stopped']:.1%} |",
                flush=True,
            )


def replay(kept: Kept, errors: Iterable[float]) -> Iterator[Result]:
    """Yield for each error what the race takes of the full grid, and how its winner compares with the grid's first."""
    fold_of, names = kept.fold_of[None], [f"{place:03d}" for place in range(len(kept.names))]
    grid = {name: kept.oof[place][None] for place, name in enumerate(names)}
    scores = {name: score_trial(kept.y, probability, fold_of, F1) for name, probability in grid.items()}
    ranked = rank(scores, F1)
    groups = kept.groups if (kept.groups >= 0).any() else None
    tied: set[str] = {ranked[0]}
    trials = {name: kept.oof[place] for place, name in enumerate(names)}
    floor = [name for name, made in zip(names, kept.names, strict=True) if made.endswith("/constant")]
    for error in errors:
        ran = race(kept.y, trials, kept.fold_of, groups, error, floor)
        winner = next(name for name in ranked if name in ran[-1])
        if winner != ranked[0] and len(tied) == 1:  # drawn only where it takes draws to know
            tied.update(find_ties(redraw(kept.y, grid, scores, fold_of, F1, groups), F1).tied)
        yield {
            "error": error,
            "trials": len(names),
            "cells": sum(map(len, ran)) / (len(names) * kept.folds),
            "seconds": _seconds(kept, ran) / kept.seconds[:, :-1].sum(),
            "tied": winner in tied,
            "loss": scores[ranked[0]].counts.f1 - scores[winner].counts.f1,
            "stopped": ranked[0] not in ran[-1],
        }


def race(
    y: NDArray[np.int8],
    trials: dict[str, NDArray[np.float64]],
    fold_of: NDArray[np.int64],
    groups: NDArray[np.int64] | None,
    error: float,
    floor: Sequence[str] = (),
) -> list[list[str]]:
    """Return the trials that run in each round, best first once they can be ranked; those of ``floor`` always do.

    Parameters
    ----------
    trials : trial -> out-of-fold probabilities of shape (n,)
    """
    units, folds, going_on = company_of(groups, len(y)), int(fold_of.max()) + 1, list(trials)
    ran = [going_on]
    for rounds in range(1, folds):
        rows = fold_of < rounds
        seen = {name: trials[name][rows] for name in going_on}
        unit = np.unique(units[rows], return_inverse=True)[1]
        chance = chances(y[rows], seen, fold_of[rows], unit, F1, rounds / folds)
        least = may_spend(error, rounds, folds)
        going_on = [name for name in chance if chance[name] >= least or name in floor]
        ran.append(going_on)
    return ran


def replayable(
    trials: dict[str, NDArray[np.float64]], fold_of: NDArray[np.int64], ran: list[list[str]], winner: str
) -> Completed:
    """Return the trials as a race leaves them, so that choosing its winner can be replayed.

    Parameters
    ----------
    trials : trial -> out-of-fold probabilities of shape (1, n)
    fold_of : ndarray of shape (1, n)
    ran : what `race` returned
    """
    last = {name: rounds for rounds, names in enumerate(ran) for name in names}
    stopped = {name: np.where(fold_of <= last[name], trials[name], np.nan) for name in last if name not in ran[-1]}
    return Completed({name: trials[name] for name in sorted(ran[-1])}, stopped, fold_of, winner)


def print_simulation(errors: Sequence[float], repeats: int) -> None:
    """Print how often the truly best of many trials is stopped."""
    print(f"\nOne of {TRIALS} trials is truly the best, {repeats} repeats:\n")
    print(
        "| error | rows | gap | best stopped | grid's first stopped | another first in the grid | in the race | cells |"
    )
    print("| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for rows in SIZES:
        seen = [simulated for seed in range(repeats) for simulated in simulate(rows, seed, errors)]
        for (error, gap), found in pd.DataFrame(seen).groupby(["error", "gap"]):
            mean = found.mean()
            print(
                f"| {error:g} | {rows:,} | {gap:.2f} | {mean['best stopped']:.1%} | {mean['stopped']:.1%} "
                f"| {mean['grid']:.1%} | {mean['race']:.1%} | {mean['cells']:.1%} |",
                flush=True,
            )


def simulate(rows: int, seed: int, errors: Sequence[float]) -> Iterator[Result]:
    """Yield for each gap and error whether the best is stopped, and not first in the full grid and in the race."""
    y, fold_of = table(rows, seed)
    made = {f"{number:03d}": one[0] for number, one in enumerate(probabilities(y, TRIALS, seed))}
    value = {name: count(y, cross_fitted_calls(y, one, fold_of[0])).f1 for name, one in made.items()}
    best, others = list(made)[: len(GAPS)], list(made)[len(GAPS) :]
    for gap, first in list(zip(GAPS, best, strict=True))[1:]:
        ranked = sorted((first, *others), key=lambda name: (-value[name], name))
        for error in errors:
            ran = race(y, {name: made[name] for name in ranked}, fold_of[0], None, error)
            winner = next(name for name in ranked if name in ran[-1])
            yield {
                "error": error,
                "gap": gap,
                "best stopped": first not in ran[-1],
                "stopped": ranked[0] not in ran[-1],
                "grid": ranked[0] != first,
                "race": winner != first,
                "cells": sum(map(len, ran)) / (len(ranked) * len(ran)),
            }


def _seconds(kept: Kept, ran: list[list[str]]) -> float:
    """Return the seconds of the cells that run, what they share with stopped ones included.

    A piece counts in the cell of the first trial that has it. What that cell took beyond the quickest of its text and
    model in the fold is taken to be the piece, and is charged if any trial that shares it runs.
    """
    parts = [tuple(name.split("/")) for name in kept.names]
    total = 0.0
    for fold, names in enumerate(ran):
        seconds, runs = kept.seconds[:, fold], {int(name) for name in names}
        needed = {parts[place][:length] for place in runs for length in range(1, len(parts[place]))}
        quickest: dict[tuple[str, str], float] = {}
        for place, (*_, text, _, model) in enumerate(parts):
            quickest[text, model] = min(seconds[place], quickest.get((text, model), np.inf))
        made: set[tuple[str, ...]] = set()
        for place, part in enumerate(parts):
            pieces = {part[:length] for length in range(1, len(part))}
            if place in runs:
                total += seconds[place]
            elif (pieces - made) & needed:
                total += seconds[place] - quickest[part[-3], part[-1]]
            made |= pieces
    return float(total)


if __name__ == "__main__":
    main()
