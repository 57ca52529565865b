"""How time and memory grow with the number of cells: planning, resuming, recording, judging, refusing.

Nothing is fitted: what is recorded is made up, so that what is measured is the bookkeeping alone.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import numpy as np
import psutil

from bench.data.dataset import Dataset, read_dataset
from bench.data.folds import Folds, make_folds
from bench.ensemble.judge import judge
from bench.ensemble.scoreboard import Scoreboard
from bench.plan.experiment import Experiment, read_experiment
from bench.plan.grid import make_plan
from bench.record.cells import CellResult, Key
from bench.record.events import open_events
from bench.record.store import open_store, read_store
from bench.report.diary import Diary
from bench.run.runner import CellJob, CellTask, run_plan
from bench.score.ranking import score_trial

DATA = '[data]\ndemo = { rows = 500 }\ntarget = "is_converted"\npositive = "True"\nid = "id"\ntexts = ["message"]\n'
# The peak that a parent is told of a child counts what the parent held when it started it.
WITH_PEAK = """
import atexit, pathlib, runpy, sys
status = pathlib.Path("/proc/self/status")
atexit.register(lambda: print(status.read_text().split("VmHWM:")[1].split()[0], file=sys.stderr))
runpy.run_module("bench", run_name="__main__")
"""


def main() -> None:
    """Print what each costs."""
    with TemporaryDirectory() as place:
        os.chdir(place)
        experiment = asked("few", models(2_000))
        dataset = read_dataset(experiment.data)
        folds = make_folds(dataset, experiment.folds)
        start = time.perf_counter()
        cells = sum(1 for _ in make_plan(experiment, dataset).cells(1, 5))
        print(f"planning {cells:,} cells: {time.perf_counter() - start:.2f} s", flush=True)
        # Before anything that leaves room behind which a growing record could fill unseen.
        growing(asked("many", models(4_000)), dataset, folds)
        resuming(folds, 100_000)
        resuming(Folds(np.arange(300_000)[None] % 5, "made", ()), 2_000)
        refusing("205,379,000 configurations, 10^9 cells", crossed(590, 590, 590))
        refusing("2,000,000 configurations, 10^9 cells", crossed(200, 100, 100), "[folds]\ncount = 50\nrepeats = 10\n")


def models(configurations: int) -> str:
    """Return a grid of so many configurations of one model."""
    return f'model = [{{ name = "lightgbm", trees = {list(range(5, 5 + configurations))} }}]\n'


def crossed(trees: int, terms: int, rare: int) -> str:
    """Return a grid of so many models, texts and encodings."""
    return (
        models(trees)
        + f'text = [{{ name = "tfidf", terms = {list(range(10, 10 + terms))} }}]\n'
        + f'encoding = [{{ name = "one_hot", rare = {list(range(2, 2 + rare))} }}]\n'
    )


def asked(name: str, grid: str, folds: str = "") -> Experiment:
    """Write an experiment and read it."""
    Path(f"{name}.toml").write_text(f"{DATA}{folds}[grid]\n{grid}")
    return read_experiment(Path(f"{name}.toml"))


def made_up(key: Key, folds: Folds) -> CellResult:
    """Return a cell that is done, with predictions drawn at random."""
    size = len(folds.held_out(*key[1:]))
    return CellResult(*key, "done", fit_seconds=0.1, probability=np.random.default_rng(key[2]).random(size))


def resuming(folds: Folds, cells: int) -> None:
    """Print what it takes to read back what is recorded."""
    folder = Path(f"resuming{cells}")
    with patch("os.fsync"), open_store(folder, "made", folds) as store:
        for number in range(cells // 5):
            for fold in range(5):
                store.append(made_up((f"{number:016x}", 0, fold), folds))
    size = sum(path.stat().st_size for path in folder.rglob("*.f64")) / 1e9
    start, busy = time.perf_counter(), time.process_time()
    assert len(read_store(folder, "made", folds).done()) == cells
    taken, busy = time.perf_counter() - start, time.process_time() - busy
    what = f"resuming {cells:,} recorded cells, {size:.2f} GB of predictions verified"
    print(f"{what}: {taken:.2f} s, {busy:.2f} of them of the processor", flush=True)


@dataclass(frozen=True)
class MadeUpJob(CellJob):
    """Hands in made-up cells."""

    def run(self, task: CellTask, given: Mapping[str, Any]) -> CellResult:
        """Make up one cell."""
        return made_up(task.cell.key, self.folds)


def growing(experiment: Experiment, dataset: Dataset, folds: Folds) -> None:
    """Print what 20,000 made-up cells take through one worker, recorded, followed and scored; then judge them."""
    plan, memory = make_plan(experiment, dataset), {}
    # The libraries that score are loaded first: their memory is that of a run of any size.
    score_trial(dataset.y, np.random.default_rng(0).random((1, len(dataset.y))), folds.fold_of, experiment.objective)

    def watch(diary: Diary) -> None:
        if diary.progress.ran % 1_000 == 0:
            memory[diary.progress.ran] = megabytes()

    with (
        open_store(Path("growing"), dataset.data_id, folds) as store,
        open_events(Path("growing")) as events,
        patch("bench.run.runner.CellJob", MadeUpJob),
    ):
        board = Scoreboard(dataset, store, experiment.objective)
        start, busy = time.perf_counter(), time.process_time()
        run_plan(plan, dataset, store, 1, Diary(plan, board, store, events, {}, watch).follow)
        cells = len(plan.trials) * folds.count
        each = 1000 * (time.perf_counter() - start) / cells
        busy = 1000 * (time.process_time() - busy) / cells
        print(f"{cells:,} made-up cells through a worker, recorded, synced, followed and scored: {each:.2f} ms each,")
        print(f"  {busy:.2f} of them of the coordinator's processor")
        grown = max(memory.values()) - memory[1_000]
        print(f"  memory of the coordinator: {memory[1_000]:.0f} MB at 1,000 cells, at most {grown:.0f} MB more later")
        start, before = time.perf_counter(), megabytes()
        judge(plan, dataset, store, experiment, board)
        taken = time.perf_counter() - start
        print(
            f"  judging {len(plan.trials):,} scored trials: {taken:.1f} s, {megabytes() - before:.0f} MB more",
            flush=True,
        )


def refusing(what: str, grid: str, folds: str = "") -> None:
    """Print what the command takes to refuse a grid that is too large."""
    Path("large.toml").write_text(f"{DATA}{folds}[grid]\n{grid}")
    start = time.perf_counter()
    ended = subprocess.run([sys.executable, "-c", WITH_PEAK, "run", "large.toml"], capture_output=True, text=True)
    taken, (*_, said, peak) = time.perf_counter() - start, ended.stderr.splitlines()
    print(f"refusing {what}: exit code {ended.returncode}, {taken:.1f} s, {int(peak) / 1000:.0f} MB: {said}")


def megabytes() -> float:
    """Return the resident memory of this process."""
    return float(psutil.Process().memory_info().rss / 1e6)


if __name__ == "__main__":
    from benchmarks.scale import main as by_name  # workers look the job up by the name of its module

    by_name()
