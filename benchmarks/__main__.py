"""Timings, each beside a reference measured in the same run: `make perf`.

The reference is one LightGBM fit on one thread. Machines and days differ; ratios to it differ less.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import median

import numpy as np

from bench.audit.inspect import audit
from bench.components import REGISTRIES
from bench.data.dataset import read_dataset
from bench.data.demo import make_demo
from bench.data.folds import FoldsSection, make_folds
from bench.data.roles import Demo, Roles
from bench.plan.experiment import Choice, read_experiment
from bench.plan.grid import Plan, Trial, make_plan
from bench.record.store import open_store
from bench.run.runner import run_plan
from bench.score.thresholds import cross_fitted_thresholds

GRID = """
[data]
demo = { rows = 6000 }
target = "is_converted"
positive = "True"
id = "id"
texts = ["message"]
[folds]
count = 5
[grid]
imputation = ["keep_gaps", "median"]
encoding = [{ name = "one_hot", rare = [5, 10, 20] }, "ordinal", { name = "target", smooth = [1, 10, 100] }, "native"]
text = ["drop_text", { name = "tfidf", terms = [100, 1000] }, { name = "tfidf_svd", components = [10, 30] }]
resampling = ["as_is", { name = "class_weight", ratio = [0.3, 1.0] }, { name = "random_under", ratio = [0.3, 1.0] }]
model = ["logistic", { name = "lightgbm", trees = [50, 100, 200, 400], leaves = [15, 31] }, "xgboost"]
"""


def main() -> None:
    """Print every timing with its ratio to the reference."""
    reference = seconds(reference_fit, times=5)
    print(f"reference: one LightGBM fit of 20,000 × 20, 100 trees, one thread: {reference:.3f} s")

    def show(what: str, taken: float) -> None:
        print(f"{what}: {taken:.3f} s, {taken / reference:.2f} references", flush=True)

    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        path = folder / "grid.toml"
        path.write_text(GRID)
        experiment = read_experiment(path)
        dataset = read_dataset(experiment.data)
        plan = make_plan(experiment, dataset)
        cells = len(plan.trials) * 5
        show(f"planning {cells:,} cells", seconds(lambda: list(make_plan(experiment, dataset).cells(1, 5)), times=5))
        command = [sys.executable, "-m", "bench", "plan", str(path)]
        whole = seconds(lambda: subprocess.run(command, check=True, capture_output=True), times=3)
        show("  the same as a command, from a cold interpreter to the last line", whole)
        show("reading an experiment file", seconds(lambda: read_experiment(path), times=5))
        show("making up 59,299 leads", seconds(lambda: make_demo(59_299, 7), times=3))
        big = Roles(demo=Demo(rows=59_299), target="is_converted", positive="True", id="id", texts=("message",))
        show("making up, reading and understanding 59,299 leads", seconds(lambda: read_dataset(big), times=3))
        table = read_dataset(big)
        show("five folds of 59,299 leads", seconds(lambda: make_folds(table, FoldsSection()), times=3))
        grouped = replace(table, groups=table.features["customer_idx"].cat.codes.to_numpy().astype(np.int64))
        section = FoldsSection(scheme="stratified_group")
        show("  the same, companies whole", seconds(lambda: make_folds(grouped, section), times=3))
        show("the audit of 59,299 leads", seconds(lambda: audit(table, big), times=1))
        show("thresholds of 20 trials × 60,000 rows, each fold's on the others", seconds(thresholds, times=3))
        overhead(folder)
        print(f"Ctrl-C half-way to the end of the command: {interrupt(folder):.2f} s", flush=True)


def thresholds() -> None:
    """Choose cross-fitted thresholds for 20 trials."""
    rng = np.random.default_rng(0)
    y = (rng.random(60_000) < 0.08).astype(np.int8)
    fold_of = rng.integers(0, 5, 60_000)
    for _ in range(20):
        cross_fitted_thresholds(y, 1 / (1 + np.exp(2 - 1.5 * y - rng.normal(size=60_000))), fold_of)


def interrupt(folder: Path) -> float:
    """Return the seconds from Ctrl-C, with two workers at work, to the end of the command."""
    command = [sys.executable, "-m", "bench", "run", "grid.toml", "--workers", "2"]
    signal.signal(
        signal.SIGINT, signal.default_int_handler
    )  # in the background it is ignored, and children inherit that
    run = subprocess.Popen(command, cwd=folder, start_new_session=True, stderr=subprocess.DEVNULL)
    cells = folder / "results" / "grid" / "cells.csv"
    while not cells.exists() or cells.read_text().count("\n") < 10:
        time.sleep(0.01)
    start = time.perf_counter()
    os.killpg(run.pid, signal.SIGINT)
    run.wait()
    return time.perf_counter() - start


def overhead(folder: Path) -> None:
    """Print what a cell costs beside its own work: 2,000 cells of the constant, on one worker."""
    roles = Roles(demo=Demo(rows=500), target="is_converted", positive="True", id="id", texts=("message",))
    dataset = read_dataset(roles)
    dataset = replace(dataset, features=dataset.features[["bant_submit"]])
    floor = make_plan(read_experiment(folder / "grid.toml"), dataset).trials[0]
    weigh = REGISTRIES["resampling"]["class_weight"]
    ratios = [Choice("resampling", weigh, (("ratio", 0.05 + n / 1000),)) for n in range(400)]
    trials = tuple(Trial((*floor.choices[:-2], ratio, floor.choices[-1])) for ratio in ratios)
    folds = make_folds(dataset, FoldsSection(count=5))
    gaps: list[float] = []
    with open_store(folder / "overhead", dataset.data_id, folds) as store:
        last = time.perf_counter()

        def watch(progress: object) -> None:
            nonlocal last
            now = time.perf_counter()
            gaps.append(now - last)
            last = now

        run_plan(Plan(trials, {}, {}), dataset, store, 1, watch)
    print(f"a cell of the constant, scheduled, run, recorded and synced: {1000 * median(gaps[10:]):.2f} ms (median)")


def reference_fit() -> None:
    """Fit the reference."""
    from lightgbm import LGBMClassifier

    rng = np.random.default_rng(0)
    X = rng.normal(size=(20_000, 20))
    y = (X[:, 0] + rng.normal(size=20_000) > 1).astype(int)
    LGBMClassifier(n_estimators=100, n_jobs=1, verbose=-1).fit(X, y)


def seconds(work: Callable[[], object], times: int) -> float:
    """Return the median wall seconds of ``work``."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return median(taken)


if __name__ == "__main__":
    main()
