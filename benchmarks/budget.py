"""What a budget buys: seconds taken, cells done and F1 on fresh rows, for several budgets.

    python -m benchmarks.budget experiments/x.toml [more.toml ...] [--seconds 60 180 600] [--seeds 1] [--workers 2]

A fifth of the labelled rows is kept back; nothing of their labels reaches a run. Each run begins with empty results,
and its clock with the reading of its table, as that of `bench run --budget` does but for the start of Python.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bench import flow
from bench.data.dataset import read_dataset
from bench.plan.experiment import Experiment, read_experiment
from bench.question import question_of
from bench.run.budget import Clock
from benchmarks.fresh import f1_handed_in, without_a_fifth


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
            with without_a_fifth(read_experiment(path), seed) as (experiment, folder, fresh):
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
    return Spent(
        seconds,
        len(pd.read_csv(question.folder / "cells.csv", usecols=["trial"])),
        sum(row["status"] == "done" for row in board.rows),
        f1_handed_in(question.submission, experiment.data, fresh),
    )


if __name__ == "__main__":
    main()
