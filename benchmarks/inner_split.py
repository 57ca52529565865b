"""Keep a fifth of an experiment's labelled rows back, run the experiment on the rest, and score its submission.

    python -m benchmarks.inner_split experiments/x.toml [--drop COLUMN ...] [--seed 0] [--workers 2]

What the run promised and what came true stand side by side. Nothing of the kept rows' labels reaches the run.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.metrics import f1_score
from sklearn.model_selection import train_test_split

from bench import flow
from bench.data.dataset import read_dataset
from bench.data.folds import make_folds
from bench.data.table import read_table
from bench.plan.experiment import read_experiment
from bench.plan.grid import make_plan


def main() -> None:
    """Run one experiment on four fifths of its rows and print what it promised and what came true."""
    parser = argparse.ArgumentParser()
    parser.add_argument("experiment", type=Path)
    parser.add_argument("--drop", nargs="*", default=[])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    experiment = read_experiment(given.experiment)
    roles = experiment.data
    assert roles.train is not None, "an experiment on a file, not on made-up leads"
    table = read_table(Path(roles.train)).frame
    y = (table[roles.target] == roles.positive).to_numpy()
    kept, fresh = train_test_split(np.arange(len(table)), test_size=0.2, stratify=y, random_state=given.seed)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        table.iloc[kept].to_csv(folder / "train.csv", index=False)
        table.iloc[fresh].drop(columns=roles.target).to_csv(folder / "fresh.csv", index=False)
        inside = roles.model_copy(
            update={
                "train": str(folder / "train.csv"),
                "submission": str(folder / "fresh.csv"),
                "sample": None,
                "id": None,
                "drop": (*roles.drop, *given.drop),
            }
        )
        experiment = replace(experiment, data=inside)
        dataset = read_dataset(inside)
        plan = make_plan(experiment, dataset)
        question = flow.Question(experiment, dataset, make_folds(dataset, experiment.folds), plan, folder / "results")
        start = time.monotonic()
        answer = flow.answer(question, {}, False, given.workers, lambda diary: None)
        seconds = time.monotonic() - start
        called = read_table(question.submission).frame[roles.target] == roles.positive
    best = answer.rows[0]
    print(f"{experiment.name}, {len(plan.trials)} trials, {seconds:.0f} s, seed {given.seed}, dropped {given.drop}")
    print(f"best trial {best['configuration']} {best['hyperparameters']}: promised F1 {best['f1']:.4f}")
    print("\n".join(answer.sentences))
    print(
        f"F1 on the {len(fresh):,} rows kept back: {f1_score(y[fresh], pd.Series(called).to_numpy()):.4f}", flush=True
    )


if __name__ == "__main__":
    main()
