"""Whether the corrected score comes true where a race stopped trials and tuning asked for more.

    python -m benchmarks.searched [FILE ...] [--seeds 20] [--keep FOLDER] [--tune 0] [--simulate 100]

Each table is split into labelled and fresh rows as in `benchmarks.fresh`. Columns hold the corrected F1 of the first of
the ranking less the F1 that its refit reaches on the fresh rows at its exported threshold: of the full grid; of a race,
the choice replayed with the stopped trials, as the board does it; the same replayed among the finished alone; and, with
``--tune``, of the grid and so many trials of tuning, without a race. Behind them stands each less the full grid's,
paired, since fresh rows are few on small tables. Standard errors are over splits.

The simulation behind it asks for trials one batch after the other where the truth is known: scores as in
`benchmarks.equal_trials`, whose noise is a smooth function of three hyperparameters (a Gaussian process, 0.3 of the
space long), 8 random trials and 32 that TPE asks for in batches of 8; the truth is flat, or a hump. "Random" asks for
all of them at random.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from bench.plan.experiment import Experiment, read_experiment
from bench.plan.sections import RaceSection, TuneSection
from bench.score.metrics import count
from bench.score.objective import Objective
from bench.score.ranking import rank, score_trial
from bench.score.replay import Trials
from bench.score.thresholds import best_threshold, cross_fitted_calls
from bench.score.uncertainty import corrected_estimate
from benchmarks.equal_trials import POSITIVE, SHARED, SIGNAL, folds_of, true_f1
from benchmarks.fresh import Kept, keep
from benchmarks.race import race, replayable
from benchmarks.tuning import tuned

F1 = Objective()
Floats = NDArray[np.float64]
DIMENSIONS, LENGTH, WAVES = 3, 0.3, 50  # of the space of hyperparameters; waves that make up the noise
RANDOM, ASKED, BATCH = 8, 32, 8  # trials
HUMP = 2.0  # standard deviations that the classes move together at a distance of 1 from the best hyperparameters


def main() -> None:
    """Print the table of splits, and the simulation."""
    parser = argparse.ArgumentParser()
    parser.add_argument("experiments", type=Path, nargs="*")
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--tune", type=int, default=0, help="trials of tuning; every one is fitted")
    parser.add_argument("--simulate", type=int, default=100, help="repeats")
    given = parser.parse_args()
    experiments = [read_experiment(path) for path in given.experiments]
    splits = [
        {"table": one.name, **errors(one, seed, given.keep, given.tune)}
        for one in experiments
        for seed in range(given.seeds)
    ]
    if splits:
        print_splits(pd.DataFrame(splits))
    if given.simulate:
        print_simulation(given.simulate)


def errors(experiment: Experiment, seed: int, folder: Path | None, tune: int = 0) -> dict[str, float]:
    """Return for each way to search the corrected less the fresh F1 of its winner, on one split."""
    kept = keep(experiment, seed, folder)
    found = raced_errors(kept)
    if tune:
        found["tuned"] = _error(tuned(replace(experiment, tune=TuneSection(trials=tune)), seed, folder).kept)
    return found


def raced_errors(kept: Kept) -> dict[str, float]:
    """Return the errors of the full grid and of the race, replayed in both ways."""
    names, trials = _trials(kept)
    floor = [name for name, made in zip(names, kept.names, strict=True) if made.endswith("/constant")]
    single = {name: probability[0] for name, probability in trials.items()}
    ran = race(kept.y, single, kept.fold_of, _groups(kept), RaceSection().error, floor)
    finished = {name: trials[name] for name in sorted(ran[-1])}
    winner = _first(kept, finished)
    return {
        "full": _error(kept),
        "raced": _error_of(kept, winner, replayable(trials, kept.fold_of[None], ran, winner)),
        "finished": _error_of(kept, winner, finished),
    }


def print_splits(found: pd.DataFrame) -> None:
    """Print the means by table, and over tables, each as heavy as the others."""
    ways = [way for way in found if way != "table"]
    for way in ways[1:]:
        found[f"{way} - full"] = found[way] - found["full"]
    by_table = found.groupby("table", sort=False)
    means, noise, splits = by_table.mean(), by_table.sem(), by_table.size().astype(str)
    noise.loc["all"] = np.sqrt((noise**2).sum()) / len(noise)
    means.loc["all"] = means.mean()
    splits["all"] = str(len(found))
    print("| table | splits | " + " | ".join(means) + " |\n| --- | ---: |" + " ---: |" * means.shape[1])
    for table, mean in means.iterrows():
        cells = [f"{mean[way]:+.4f} ± {noise.loc[table, way]:.4f}" for way in means]
        print(f"| {table} | {splits[table]} | {' | '.join(cells)} |", flush=True)


def print_simulation(repeats: int) -> None:
    """Print what becomes of the promise where trials are asked for one batch after the other."""
    print("\n| truth | asked | rows | repeats | true F1 | promised - true | corrected - true | coverage |")
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for hump, rows, learning in ((0.0, 1_000, False), (0.0, 1_000, True), (HUMP, 1_000, True), (0.0, 5_000, True)):
        promised, value, low, high, true = np.array([asked(seed, rows, hump, learning) for seed in range(repeats)]).T
        error = value - true
        print(
            f"| {'hump' if hump else 'flat'} | {'TPE' if learning else 'random'} | {rows:,} | {repeats} "
            f"| {true.mean():.3f} | {np.mean(promised - true):+.4f} "
            f"| {error.mean():+.4f} ± {error.std() / np.sqrt(repeats):.4f} "
            f"| {np.mean((low <= true) & (true <= high)):.1%} |",
            flush=True,
        )


def asked(
    seed: int, rows: int, hump: float, learning: bool, draws: int = 100
) -> tuple[float, float, float, float, float]:
    """Return the plain score of the first of a search, its corrected one with the interval, and the truth."""
    rng = np.random.default_rng([seed, rows, DIMENSIONS])
    y = (rng.random(rows) < POSITIVE).astype(np.int8)
    fold_of, shared = folds_of(y), rng.normal(size=rows)
    waves = rng.normal(size=(WAVES, DIMENSIONS)) / LENGTH
    parts = rng.normal(size=(2, WAVES, rows)).astype(np.float32) / np.sqrt(WAVES)
    scores: list[float] = []
    places: list[Floats] = []
    trials: dict[str, Floats] = {}
    for place in _places(rng, seed, learning, places, scores):
        own = np.cos(waves @ place) @ parts[0] + np.sin(waves @ place) @ parts[1]  # variance 1 everywhere
        score = _signal(place, hump) * y + np.sqrt(SHARED) * shared + np.sqrt(1 - SHARED) * own
        trials[f"{len(places):03d}"] = expit(score)[None]
        places.append(place)
        scores.append(float(count(y, cross_fitted_calls(y, expit(score), fold_of[0])).f1))
    best = int(np.argmax(scores))
    threshold = best_threshold(y, trials[f"{best:03d}"][0])
    got = corrected_estimate(y, trials, fold_of, F1, draws=draws, seed=seed)
    return scores[best], got.value, got.low, got.high, true_f1(_signal(places[best], hump), threshold)


def _places(
    rng: np.random.Generator, seed: int, learning: bool, places: list[Floats], scores: list[float]
) -> Iterator[Floats]:
    """Yield where to try next; the scores of what was tried before are there when a batch begins."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    space: dict[str, optuna.distributions.BaseDistribution] = {
        f"x{axis}": optuna.distributions.FloatDistribution(0, 1) for axis in range(DIMENSIONS)
    }
    yield from rng.random((RANDOM, DIMENSIONS))
    for batch in range(ASKED // BATCH):
        if not learning:
            yield from rng.random((BATCH, DIMENSIONS))
            continue
        sampler = optuna.samplers.TPESampler(n_startup_trials=2, seed=100 * seed + batch)  # made anew, as in a run
        study = optuna.create_study(sampler=sampler, direction="maximize")
        for place, score in zip(places, scores, strict=True):
            params = dict(zip(space, place.tolist(), strict=True))
            study.add_trial(optuna.trial.create_trial(params=params, distributions=space, value=score))
        yield from [np.array([study.ask(space).params[axis] for axis in space]) for _ in range(BATCH)]


def _signal(place: Floats, hump: float) -> float:
    """Return the standard deviations between the classes."""
    return SIGNAL - hump * float(((place - 0.5) ** 2).sum())


def _error(kept: Kept) -> float:
    """Return the corrected less the fresh F1 of the first of all trials."""
    trials = _trials(kept)[1]
    return _error_of(kept, _first(kept, trials), trials)


def _error_of(kept: Kept, winner: str, trials: Trials) -> float:
    threshold = score_trial(kept.y, trials[winner], kept.fold_of[None], F1).threshold
    fresh = count(kept.y_fresh, kept.asked[int(winner), -1] >= threshold).f1
    return corrected_estimate(kept.y, trials, kept.fold_of[None], F1, groups=_groups(kept)).value - float(fresh)


def _first(kept: Kept, names: Iterable[str]) -> str:
    trials = _trials(kept)[1]
    return rank({name: score_trial(kept.y, trials[name], kept.fold_of[None], F1) for name in names}, F1)[0]


def _trials(kept: Kept) -> tuple[list[str], dict[str, Floats]]:
    """Return the trials by their places."""
    names = [f"{place:03d}" for place in range(len(kept.names))]
    return names, {name: probability[None] for name, probability in zip(names, kept.oof, strict=True)}


def _groups(kept: Kept) -> NDArray[np.int64] | None:
    return kept.groups if (kept.groups >= 0).any() else None


if __name__ == "__main__":
    main()
