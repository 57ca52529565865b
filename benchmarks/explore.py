"""How long the look at the leads takes, whole and by part: `python -m benchmarks.explore [TABLE.toml ...]`.

Without a table of yours on 59,299 made-up leads of 30 columns and 5,271 to predict, read from files; the aim is 30 s.
Seconds are of the processor, in one process on one thread.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import chdir
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from bench.audit.inspect import audit
from bench.data.dataset import read_dataset
from bench.data.demo import make_demo, write_demo
from bench.explore.look import look_at
from bench.explore.whole import PARTS, explore
from bench.flow import look
from bench.plan.experiment import Experiment, experiment_of, read_experiment
from bench.plan.propose import propose
from benchmarks.reference import measure

ROWS, SEED = 59_299, 7
Made = TypeVar("Made")


def main() -> None:
    """Print for each table what each step and part costs, and the whole command in a process of its own."""
    with TemporaryDirectory(prefix="leadbench-") as made:
        files = [Path(name).resolve() for name in sys.argv[1:]] or [_demo(Path(made))]
        for number, path in enumerate(files):
            print(f"{path.stem}:", flush=True)
            for name, seconds in steps(read_experiment(path), Path(made) / f"parts {number}"):
                print(f"  {name:14} {seconds:6.2f} s", flush=True)
            folder = Path(made) / f"whole {number}"
            folder.mkdir()
            (folder / "experiment.toml").symlink_to(path)
            cost = measure(whole_look, folder, 0)
            seconds = f"{cost.cpu_seconds:.1f} s of CPU, {cost.wall_seconds:.1f} s by the clock"
            print(f"  the whole look in a process of its own: {seconds}, {cost.peak_megabytes:,.0f} MB", flush=True)


def steps(experiment: Experiment, folder: Path) -> Iterator[tuple[str, float]]:
    """Yield what each step and part of a look takes, in CPU seconds; what parts share counts for the first."""
    dataset, seconds = _timed(lambda: read_dataset(experiment.data))
    yield "reading", seconds
    findings, seconds = _timed(lambda: audit(dataset, experiment.data))
    yield "audit", seconds
    looked, seconds = _timed(lambda: look_at(experiment.name, experiment.data, dataset, findings))
    yield "reading again", seconds
    for part in PARTS:
        yield part.__name__, _timed(lambda part=part: part(looked))[1]  # type: ignore[misc]
    yield "all, and page", _timed(lambda: explore(looked, folder))[1]


def whole_look(folder: Path, workers: int) -> None:
    """Look at the leads of the experiment in a folder, as the command does."""
    with chdir((folder / "experiment.toml").resolve().parent):
        experiment = read_experiment(folder / "experiment.toml")
        look(experiment, read_dataset(experiment.data), folder, "`bench audit FILE`")


def _timed(work: Callable[[], Made]) -> tuple[Made, float]:
    start = time.process_time()
    return work(), time.process_time() - start


def _demo(folder: Path) -> Path:
    """Write made-up leads and the experiment that would be proposed for them."""
    write_demo(make_demo(ROWS, SEED), folder)
    text = propose(folder / "train.csv", "is_converted", submission=folder / "submission.csv")
    path = folder / "demo.toml"
    path.write_text(text, encoding="utf-8")
    experiment_of(text, path)
    return path


if __name__ == "__main__":
    from benchmarks.explore import main as by_name  # a process of its own looks the work up by its module

    by_name()
