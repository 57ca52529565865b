"""Keep a fifth of an experiment's labelled rows back, run the experiment on the rest, and score what it hands in.

    python -m benchmarks.inner_split experiments/x.toml [more.toml ...] [--seeds 1] [--slice model=a,b ...]

What the run promised and what came true stand side by side, for the best single trial: its plain score, the score
corrected for the choice with its interval, and F1 on the rows kept back, called as its submission is. Nothing of their
labels reaches the run. The prediction interval adds what chance does to so few fresh rows: its half is that of the
estimate's times the square root of 1 + rows / fresh rows.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench import flow
from bench.data.dataset import read_dataset
from bench.plan.experiment import Experiment, read_experiment
from bench.question import question_of
from benchmarks.fresh import f1_handed_in, without_a_fifth


@dataclass(frozen=True)
class Kept:
    """One split: the F1 promised for the best single trial, and what came true."""

    plain: float
    corrected: float
    low: float
    high: float
    fresh: float
    ensemble: float

    @property
    def hit(self) -> bool:
        """Whether the prediction interval holds what came true."""
        return self.low <= self.fresh <= self.high


def main() -> None:
    """Print a line for each split and what they have in common, table by table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("experiments", type=Path, nargs="+")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--slice", nargs="*", default=[])
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    only = {axis: set(names.split(",")) for axis, _, names in (part.partition("=") for part in given.slice)}
    for path in given.experiments:
        print(f"## {path.stem}\n")
        print("| seed | plain F1 | corrected F1 | prediction interval | fresh F1 | ensemble's fresh F1 | s |")
        print("| ---: | ---: | ---: | ---: | ---: | ---: | ---: |", flush=True)
        splits = []
        for seed in range(given.seeds):
            start = time.monotonic()
            splits.append(one := kept_back(read_experiment(path), seed, only, given.workers))
            print(
                f"| {seed} | {one.plain:.4f} | {one.corrected:.4f} | {one.low:.3f} to {one.high:.3f} | "
                f"{one.fresh:.4f} | {one.ensemble:.4f} | {time.monotonic() - start:.0f} |",
                flush=True,
            )
        off = np.array([one.corrected - one.fresh for one in splits])
        naive = np.array([one.plain - one.fresh for one in splits])
        print(
            f"\ncorrected less fresh {off.mean():+.4f}, plain less fresh {naive.mean():+.4f}, "
            f"prediction interval holds {sum(one.hit for one in splits)} of {len(splits)}\n",
            flush=True,
        )


def kept_back(experiment: Experiment, seed: int, only: flow.Slice, workers: int) -> Kept:
    """Run an experiment on four fifths of its rows and score its submission on the fifth kept back."""
    with without_a_fifth(experiment, seed) as (inside, folder, fresh):
        question = question_of(inside, read_dataset(inside.data), folder / "results")

        def fresh_f1() -> float:
            return f1_handed_in(question.submission, inside.data, fresh)

        board = flow.answer(question, only, False, workers, lambda diary: None)
        assert board.corrected is not None
        assert board.verdict.single is not None
        ensemble, promised = fresh_f1(), board.corrected
        (best,) = board.verdict.single.weights
        flow.export(question, best, False, None, workers)
        wider = float(np.sqrt(1 + len(question.dataset.y) / len(fresh)))
        return Kept(
            plain=float(board.verdict.scores[best].counts.f1),
            corrected=promised.value,
            low=promised.value - wider * (promised.value - promised.low),
            high=promised.value + wider * (promised.high - promised.value),
            fresh=fresh_f1(),
            ensemble=ensemble,
        )


if __name__ == "__main__":
    main()
