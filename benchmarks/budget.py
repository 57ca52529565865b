"""What a budget buys: seconds taken, cells done and F1 on fresh rows, for several budgets.

    python -m benchmarks.budget experiments/x.toml [more.toml ...] [--seconds 60 180 600] [--seeds 1] [--workers 2]

A fifth of the labelled rows is kept back; nothing of their labels reaches a run. Each run begins with empty results,
and its clock with the reading of its table, as that of `bench run --budget` does but for the start of Python.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import f1_score
from sklearn.model_selection import train_test_split

from bench import flow
from bench.data.dataset import read_dataset
from bench.data.table import read_table
from bench.plan.experiment import Experiment, read_experiment
from bench.question import question_of
from bench.run.budget import Clock


@dataclass(frozen=True)
class Spent:
    """One run: wall seconds, cells recorded, trials finished, F1 on the rows kept back."""

    seconds: float
    cells: int
    finished: int
    fresh: float


def main() -> None:
    """Print a line for each run."""
    parser = argparse.ArgumentParser()
    parser.add_argument("experiments", type=Path, nargs="+")
    parser.add_argument("--seconds", type=float, nargs="+", default=[60.0, 180.0, 600.0])
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    for path in given.experiments:
        print(f"## {path.stem}\n\n| seed | budget, s | taken, s | cells | trials finished | fresh F1 |")
        print("| ---: | ---: | ---: | ---: | ---: | ---: |", flush=True)
        for seed in range(given.seeds):
            with kept_back(read_experiment(path), seed) as (experiment, folder, fresh):
                for budget in given.seconds:
                    one = spend(replace(experiment, budget=budget), folder / f"{budget:g}", fresh, given.workers)
                    print(
                        f"| {seed} | {budget:g} | {one.seconds:.0f} | {one.cells:,} | {one.finished:,} | "
                        f"{one.fresh:.4f} |",
                        flush=True,
                    )
        print()


def spend(experiment: Experiment, results: Path, fresh: NDArray[np.bool_], workers: int) -> Spent:
    """Run an experiment within its budget and score its submission; ``fresh`` says which of its rows are positive."""
    assert experiment.budget is not None
    clock = Clock.starting(experiment.budget)
    question = question_of(experiment, read_dataset(experiment.data), results)
    findings = flow.inspect(question)
    board = flow.answer(question, {}, False, workers, lambda diary: None, findings=findings, clock=clock)
    seconds = experiment.budget - clock.left()
    called = read_table(question.submission).frame[experiment.data.target] == experiment.data.positive
    return Spent(
        seconds,
        len(pd.read_csv(question.folder / "cells.csv", usecols=["trial"])),
        sum(row["status"] == "done" for row in board.rows),
        float(f1_score(fresh, called.to_numpy())),
    )


@contextmanager
def kept_back(experiment: Experiment, seed: int) -> Iterator[tuple[Experiment, Path, NDArray[np.bool_]]]:
    """Yield the experiment on four fifths of its rows, a folder for results, and the outcomes of the other fifth."""
    roles = experiment.data
    assert roles.train is not None, "an experiment on a file, not on made-up leads"
    table = read_table(Path(roles.train)).frame
    y = (table[roles.target] == roles.positive).to_numpy()
    kept, fresh = train_test_split(np.arange(len(table)), test_size=0.2, stratify=y, random_state=seed)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        table.iloc[kept].to_csv(folder / "train.csv", index=False)
        table.iloc[fresh].drop(columns=roles.target).to_csv(folder / "fresh.csv", index=False)
        files = {
            "train": str(folder / "train.csv"),
            "submission": str(folder / "fresh.csv"),
            "sample": None,
            "id": None,
        }
        yield replace(experiment, data=roles.model_copy(update=files)), folder, y[fresh]


if __name__ == "__main__":
    main()
