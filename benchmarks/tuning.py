"""Whether tuning transfers: what it gains on rows that nobody chose anything by.

    python -m benchmarks.tuning [--seeds 10] [--trials 40] [--configurations 3] [--batch 8] [--kept FOLDER] FILE ...

Each table is split into labelled and fresh rows. The grid of an experiment file is run on the labelled ones, then
tuned without a race. The winner before, and the winner after every so many trials of tuning, is refitted on all
labelled rows and scored on the fresh ones at its exported threshold. ``--kept`` is the folder in which other benchmarks
keep their grids.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from bench.data.folds import make_folds
from bench.plan.experiment import Experiment, read_experiment
from bench.plan.grid import Plan, Trial
from bench.plan.sections import TuneSection
from bench.record.store import Store
from bench.run.studies import Known, trials_of
from bench.run.tune import next_batch
from bench.score.metrics import count
from bench.score.objective import Objective
from bench.score.ranking import Score, rank, score_trial
from benchmarks.fresh import Kept, in_order, keep, predict_all, split

OF_TRIALS = ("names", "oof", "asked", "seconds")  # what of kept predictions has a row for each trial


@dataclass(frozen=True)
class Tuned:
    """A grid and its tuning on one split.

    Attributes
    ----------
    scores : trial -> score, the grid first, then tuning in the order in which it asked
    fresh : trial -> score of its refit on the fresh rows
    grid : how many trials are of the grid
    kept : their predictions, in the same order
    seconds : of all fits, those of the grid and those of tuning
    """

    scores: dict[str, Score]
    fresh: dict[str, float]
    grid: int
    kept: Kept
    seconds: tuple[float, float]

    def after(self, trials: int, objective: Objective) -> tuple[float, float]:
        """Return the score of the winner after so many trials of tuning, out of fold and on fresh rows."""
        there = dict(list(self.scores.items())[: self.grid + trials])
        winner = rank(there, objective)[0]
        return there[winner].value(objective), self.fresh[winner]


def main() -> None:
    """Print for each table the gain of tuning out of fold and on fresh rows, with its interval over seeds."""
    parser = argparse.ArgumentParser()
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--trials", type=int, default=40)
    parser.add_argument("--configurations", type=int, default=3)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--kept", type=Path)
    given = parser.parse_args()
    section = TuneSection(configurations=given.configurations, trials=given.trials, batch=given.batch)
    steps = sorted({step for step in (10, 20, 40, 60, 80, 100, given.trials) if step <= given.trials})
    every: dict[int, list[NDArray[np.float64]]] = {step: [] for step in steps}
    print("| table | trials | out of fold | gained | fresh | gained | seconds: grid, tuning |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for file in given.files:
        experiment = replace(read_experiment(file), tune=section)
        runs = [tuned(experiment, seed, given.kept) for seed in range(given.seeds)]
        before = np.array([run.after(0, experiment.objective) for run in runs])
        seconds = " ".join(f"{taken:.0f}" for taken in np.mean([run.seconds for run in runs], axis=0))
        for step in steps:
            gains = np.array([run.after(step, experiment.objective) for run in runs]) - before
            every[step].append(gains)
            pairs = zip(before.mean(axis=0), gains.T, strict=True)
            inside, fresh = (f"{mean:.4f} | {_interval(gain)}" for mean, gain in pairs)
            print(f"| {experiment.name} | {step} | {inside} | {fresh} | {seconds} |", flush=True)
    for step in steps if len(given.files) > 1 else ():
        inside, fresh = (_interval(gain) for gain in np.mean(every[step], axis=0).T)  # tables weigh the same
        print(f"| all | {step} | | {inside} | | {fresh} | |")


def tuned(experiment: Experiment, seed: int, folder: Path | None) -> Tuned:
    """Run the grid on one split, or read it where it is kept, and tune it."""
    kept = keep(experiment, seed, folder)
    experiment, dataset, y_fresh = split(experiment, seed)
    trials = in_order(experiment, dataset)
    scores, fresh = _scored(trials, kept, experiment.objective)
    with TemporaryDirectory() as place:  # nothing failed or stopped, so that nothing has to be recorded
        store = Store(Path(place), dataset.data_id, make_folds(dataset, experiment.folds))
        known = Known(Plan(tuple(trials), {}, {}), scores, (), dataset, store, experiment)
        every, seconds = kept, 0.0
        while batch := next_batch(known):
            more = predict_all(experiment, dataset, y_fresh, list(trials_of(batch)[0]))
            told, said = _scored(list(trials_of(batch)[0]), more, experiment.objective)
            known = replace(known, scores={**known.scores, **told}, asked=known.asked + batch)
            fresh |= said
            every = _behind(every, more)
            seconds += more.seconds.sum()
    return Tuned(dict(known.scores), fresh, len(trials), every, (kept.seconds.sum(), seconds))


def _scored(trials: list[Trial], kept: Kept, objective: Objective) -> tuple[dict[str, Score], dict[str, float]]:
    """Return by trial the score out of fold and the one of its refit on the fresh rows."""
    scores, fresh = {}, {}
    for trial, probability, asked in zip(trials, kept.oof, kept.asked[:, -1], strict=True):
        score = score_trial(kept.y, probability[None], kept.fold_of[None], objective)
        scores[trial.id] = score
        fresh[trial.id] = float(objective.of(count(kept.y_fresh, asked >= score.threshold)))
    return scores, fresh


def _behind(kept: Kept, more: Kept) -> Kept:
    """Return the trials of both, on the same rows."""
    joined = {name: np.concatenate([getattr(kept, name), getattr(more, name)]) for name in OF_TRIALS}
    return replace(kept, **joined)


def _interval(gains: NDArray[np.float64]) -> str:
    """Return a mean over seeds with its 95 % interval (Student's t)."""
    if len(gains) < 2 or not gains.std():
        return f"{gains.mean():+.4f}"
    low, high = stats.t.interval(0.95, len(gains) - 1, gains.mean(), stats.sem(gains))
    return f"{gains.mean():+.4f} ({low:+.4f} to {high:+.4f})"


if __name__ == "__main__":
    main()
