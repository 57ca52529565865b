"""The engine on the reference grid, beside the limit and scikit-learn's GridSearchCV, all in one run.

    python -m benchmarks.reference [TABLE ...] [--rows N] [--folds K] [--workers N] [--quick]

The grid crosses 3 imputations, 3 encodings, 4 resamplings and 5 models, as far as a table allows. Each TABLE is an
experiment file whose table and folds are taken; without one, made-up leads. Class weights cannot pass through an
imblearn pipeline, nor companies and texts, so neither side has them.

The limit is what every distinct prepare, resample, fit and predict costs if made once. "once" is the CPU seconds of a
pass in one process that does just that; "recorded" the wall seconds that the engine's own run recorded for them. A
ratio of CPU is to the limit, a ratio of wall time to the limit divided by the workers. What is measured is a whole
process with all it starts, from a cold interpreter; memory is what they hold together, shared pages counted once.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import psutil

from bench.components.steps.columns import text_columns
from bench.data.cells import in_days
from bench.data.dataset import Dataset, read_dataset
from bench.data.roles import Demo
from bench.plan.experiment import read_experiment
from bench.question import Question, question_of
from bench.run import artefact
from bench.run.worker import ONE_THREAD
from benchmarks.grid_search import Agreement, compare, grid_search, grid_search_with_memory
from benchmarks.passes import Engine, engine_pass, once_pass

GRID = """
[data]
demo = { rows = 10_000 }
target = "is_converted"
positive = "True"
id = "id"
texts = ["message"]
[grid]
imputation = ["median", "knn", "iterative"]
encoding = ["one_hot", "target", "ordinal"]
text = ["drop_text"]
resampling = ["as_is", "smote", "random_over", "random_under"]
model = [
    "logistic",
    { name = "lightgbm", trees = 50 },
    { name = "xgboost", trees = 50 },
    { name = "random_forest", trees = 20 },
    "naive_bayes",
]
"""
QUICK = 2  # options of each axis, and folds
QUICK_ROWS = 500
LOOK_SECONDS = 0.5  # between two looks at the memory, each of which takes about 10 ms of a processor


@dataclass(frozen=True)
class Cost:
    """What a process and all it started took."""

    cpu_seconds: float
    wall_seconds: float
    peak_megabytes: float


def main(arguments: list[str] | None = None) -> None:
    """Print for each table what each way through the grid costs, and whether they agree."""
    parser = argparse.ArgumentParser()
    parser.add_argument("tables", nargs="*", type=Path, metavar="TABLE", help="an experiment file")
    parser.add_argument("--rows", type=int, help="made-up leads, or rows drawn from a table; all without")
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--quick", action="store_true", help="few rows, few options: to see that it works")
    given = parser.parse_args(arguments)
    for table in given.tables or [None]:
        with TemporaryDirectory(prefix="leadbench-") as made:
            folder = Path(made)
            rows, folds = (QUICK_ROWS, QUICK) if given.quick else (given.rows, given.folds)
            question = ask(table, folder, rows, folds, QUICK if given.quick else None)
            run(question, given.workers)


def ask(table: Path | None, folder: Path, rows: int | None, folds: int, options: int | None = None) -> Question:
    """Lay the reference grid on a table, with the first ``options`` of each axis; what is made goes to ``folder``."""
    path = folder / "leads.toml"
    path.write_text(GRID)
    grid = read_experiment(path)
    axes = {axis: listed[:options] for axis, listed in grid.axes.items()}
    experiment = replace(grid if table is None else read_experiment(table), axes=axes)
    roles = experiment.data
    if roles.demo is not None and rows is not None:
        roles = roles.model_copy(update={"demo": Demo(rows=rows, seed=roles.demo.seed)})
    section = experiment.folds.model_copy(update={"count": folds, "repeats": 1})
    question = question_of(replace(experiment, folds=section), plain(read_dataset(roles), rows), folder)
    trials = tuple(trial for trial in question.plan.trials if trial.named("model") != "constant")
    return replace(question, plan=replace(question.plan, trials=trials), folder=folder)


def plain(dataset: Dataset, rows: int | None) -> Dataset:
    """Return a table of numbers and categories alone, and at most ``rows`` of it, drawn at random."""
    drawn = np.sort(np.random.default_rng(0).permutation(len(dataset.y))[:rows])
    features = dataset.features.drop(columns=text_columns(dataset.features)).iloc[drawn].reset_index(drop=True)
    for name in features.select_dtypes("datetime"):
        features[name] = in_days(features[name])
    return replace(dataset, features=features, y=dataset.y[drawn], groups=None, time=None, submission=None)


def run(question: Question, workers: int) -> None:
    """Measure each way on one table, one after the other, and print it."""
    folder, cells = question.folder, len(question.plan.trials) * question.folds.count
    artefact.write(question, folder / "question")
    print(
        f"## {question.experiment.name}: {len(question.dataset.y):,} rows, {question.dataset.features.shape[1]} "
        f"columns, {question.folds.count} folds, {cells:,} cells, {workers} workers; load before: "
        f"{os.getloadavg()[0]:.1f}\n",
        flush=True,
    )
    measure(once_pass, folder, workers)
    costs = {
        "Leadbench": measure(engine_pass, folder, workers),
        "GridSearchCV": measure(grid_search, folder, workers),
        "GridSearchCV, memory": measure(grid_search_with_memory, folder, workers),
    }
    measure(compare, folder, workers)
    once: float = artefact.read(folder / "once")
    engine: Engine = artefact.read(folder / "engine")
    agreement: Agreement = artefact.read(folder / "agreement")
    print_ratios(costs, {"once": once, "recorded": engine.recorded_seconds}, workers)
    ours = costs["Leadbench"]
    beside = ours.cpu_seconds - engine.cpu_seconds
    print(
        f"\nOf the engine's CPU seconds {engine.cpu_seconds:.1f} are spent on pieces and cells, {beside:.1f} beside "
        f"them: interpreters, imports, files, orders, the record.\nOverhead of a cell, start and end included: "
        f"{1000 * (ours.cpu_seconds - once) / cells:.1f} ms CPU, "
        f"{1000 * (ours.wall_seconds - once / workers) / cells:.1f} ms wall against once; "
        f"{1000 * beside / cells:.1f} ms CPU beside pieces and cells.\n{engine.pieces:,} distinct pieces, each made "
        f"once.\n{agreement.sentences()}\n",
        flush=True,
    )


def print_ratios(costs: dict[str, Cost], limits: dict[str, float], workers: int) -> None:
    """Print a table of what each way costs, and its ratios to each limit in seconds."""
    ratios = [f"{what} / {name}" for name in limits for what in ("CPU", "wall")]
    print(f"| {' | '.join(['', 'CPU s', 'wall s', 'peak MB', *ratios])} |\n|{' --- |' * (4 + len(ratios))}")
    for name, limit in limits.items():
        print(f"| limit: {name} | {limit:.1f} | {limit / workers:.1f} |{' |' * (1 + len(ratios))}")
    for way, cost in costs.items():
        told = [f"{cost.cpu_seconds:.1f}", f"{cost.wall_seconds:.1f}", f"{cost.peak_megabytes:,.0f}"]
        for limit in limits.values():
            told += [f"{cost.cpu_seconds / limit:.2f}", f"{workers * cost.wall_seconds / limit:.2f}"]
        print(f"| {way} | {' | '.join(told)} |")


def measure(work: Callable[[Path, int], None], folder: Path, workers: int) -> Cost:
    """Return what ``work(folder, workers)`` costs in an interpreter of its own.

    By its name, so that processes it starts can import what it is made of.
    """
    code = f"from {work.__module__} import {work.__name__} as work; from pathlib import Path"
    code += f"; work(Path({str(folder)!r}), {workers})"
    environment = os.environ | ONE_THREAD | {"PYTHONWARNINGS": "ignore"}
    before, start = _children_seconds(), time.perf_counter()
    process = psutil.Popen([sys.executable, "-c", code], env=environment)
    peak = 0.0
    while True:
        try:
            failed = process.wait(LOOK_SECONDS)
            break
        except (psutil.TimeoutExpired, subprocess.TimeoutExpired):
            peak = max(peak, _megabytes(process))
    wall = time.perf_counter() - start
    if failed:
        sys.exit(f"{work.__name__} ended with exit code {failed}.")
    return Cost(_children_seconds() - before, wall, peak)


def _children_seconds() -> float:
    """Return the CPU seconds of the processes that have ended below this one."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _megabytes(process: psutil.Process) -> float:
    """Return the memory of a process and all below it; a page that several share counts once."""
    total = 0.0
    try:
        family = [process, *process.children(recursive=True)]
    except psutil.Error:
        return total
    for member in family:
        try:
            memory = member.memory_full_info()
        except psutil.Error:  # it has ended meanwhile
            continue
        total += getattr(memory, "pss", memory.uss) / 1e6
    return total


if __name__ == "__main__":
    main()
