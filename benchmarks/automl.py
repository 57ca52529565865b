"""What `bench auto` hands in beside a plain LightGBM and beside AutoGluon: F1 on rows kept back, within the same time.

    python -m benchmarks.automl experiments/x.toml [more.toml ...] --minutes 2 --seeds 5
        [--autogluon PYTHON] [--side-by-side] [--record automl.csv] [--first-seed 0]

Of an experiment file only [data] counts: the table, its target, and the columns to drop, which no contender gets to
see. A fifth of the labelled rows is kept back, stratified, another one with each seed. `bench auto` runs as a command
and may use its minutes for everything, from reading the table to the submission. AutoGluon runs in an environment of
its own, named by its Python: best quality, tuned for F1, with the same minutes for its fit alone. Each runs by itself
with all processors; or, side by side, all at once with one processor each. What is recorded is not run again.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats
from sklearn.metrics import f1_score

from bench.data.table import read_table
from bench.plan.experiment import read_experiment
from benchmarks.fresh import fifth

HERE = Path(__file__).parent
OURS, TARGET = "auto", "converted"
CELLS_FAILED = 3  # of ours, which hands in nevertheless
COLUMNS = ("table", "seed", "minutes", "processors", "contender", "f1", "seconds")
Key = tuple[str, ...]  # the first five columns, as they are written


def main() -> None:
    """Run what is not recorded yet, then print how much better or worse the others are, table by table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("experiments", type=Path, nargs="+")
    parser.add_argument("--minutes", type=float, default=2)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--autogluon", metavar="PYTHON", help="of an environment with autogluon.tabular")
    parser.add_argument("--side-by-side", action="store_true")
    parser.add_argument("--record", type=Path, default=Path("automl.csv"))
    given = parser.parse_args()
    processors = sorted(os.sched_getaffinity(0))
    shares = [[one] for one in processors] if given.side_by_side else [processors]
    commands = contenders(given.minutes, given.autogluon)
    seeds = range(given.first_seed, given.first_seed + given.seeds)
    for path in given.experiments:
        for seed in seeds:
            keys = {name: (path.stem, str(seed), f"{given.minutes:g}", str(len(shares[0])), name) for name in commands}
            missing = {name: key for name, key in keys.items() if key not in recorded(given.record)}
            compete(path, seed, {name: commands[name] for name in missing}, shares, given.record, missing)
        print_differences(path.stem, seeds, given.minutes, len(shares[0]), recorded(given.record))


def contenders(minutes: float, autogluon: str | None) -> dict[str, list[str]]:
    """Return the commands, by name; each is run in a folder with train.csv, fresh.csv and task.json."""
    auto = [sys.executable, "-m", "bench", "auto", "train.csv", "--target", TARGET, "--positive", "1"]
    auto += ["--submission", "fresh.csv", "--budget", f"{60 * minutes:g}s", "-o", "leads.toml"]
    commands = {OURS: auto, "LightGBM": [sys.executable, "-m", "benchmarks.automl_lightgbm"]}
    if autogluon:
        commands["AutoGluon"] = [autogluon, str(HERE / "automl_autogluon.py"), f"{60 * minutes:g}"]
    return commands


def compete(
    path: Path,
    seed: int,
    commands: Mapping[str, list[str]],
    shares: Sequence[Sequence[int]],
    record: Path,
    keys: Mapping[str, Key],
) -> None:
    """Run some commands on one split of a table, as many at once as there are shares of the processors."""
    if not commands:
        return
    with TemporaryDirectory(prefix="leadbench-") as place, ThreadPoolExecutor(len(shares)) as pool:
        folders = {name: Path(place) / name for name in commands}
        answers = [split(path, seed, folder) for folder in folders.values()]
        free = list(shares)

        def work(name: str) -> float:
            share = free.pop()
            try:
                return seconds(commands[name], folders[name], share)
            finally:
                free.append(share)

        running = {name: pool.submit(partial(work, name)) for name in commands}
        for name, job in running.items():
            try:
                taken = job.result()
            except subprocess.CalledProcessError as failed:
                print(
                    f"{' '.join(keys[name])}: {failed}\n{failed.stdout}\n{failed.stderr}", file=sys.stderr, flush=True
                )
                write(record, (*keys[name], "", ""))
                continue
            f1 = float(f1_score(answers[0], called(folders[name])))
            write(record, (*keys[name], f"{f1:.6f}", f"{taken:.1f}"))
            print(f"{' '.join(keys[name])}: F1 {f1:.4f}, {taken:.0f} s", flush=True)


def split(path: Path, seed: int, folder: Path) -> NDArray[np.int64]:
    """Write the table of a contender, the rows kept back and what it has to know; return the answers.

    Labels are 1 and 0 for all of them.
    """
    roles = read_experiment(path).data
    assert roles.train is not None, "an experiment on a file, not on made-up leads"
    table = read_table(Path(roles.train)).frame
    y = (table[roles.target] == roles.positive).to_numpy().astype(int)
    table = table.drop(columns=[roles.target, *roles.drop])
    kept, fresh = fifth(y == 1, seed)
    folder.mkdir()
    table.iloc[kept].assign(**{TARGET: y[kept]}).to_csv(folder / "train.csv", index=False)
    table.iloc[fresh].to_csv(folder / "fresh.csv", index=False)
    task = {"target": TARGET, "texts": list(roles.texts)}
    (folder / "task.json").write_text(json.dumps(task), encoding="utf-8")
    return y[fresh]


def seconds(command: Sequence[str], folder: Path, share: Sequence[int]) -> float:
    """Run a command on some processors and return the wall seconds it took.

    Raises
    ------
    CalledProcessError
        If it handed in nothing.
    """
    environment = os.environ | {"PYTHONPATH": str(HERE.parent), "OMP_NUM_THREADS": str(len(share))}
    start = time.monotonic()
    pinned = ["taskset", "--cpu-list", ",".join(map(str, share)), *command]
    ended = subprocess.run(pinned, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if ended.returncode != CELLS_FAILED:
        ended.check_returncode()
    return time.monotonic() - start


def called(folder: Path) -> NDArray[np.int64]:
    """Return what was called of each row kept back, 0 or 1: the submission of ours, calls.csv of the others."""
    ours = folder / "results" / "leads" / "submission.csv"
    return pd.read_csv(ours if ours.exists() else folder / "calls.csv")[TARGET].to_numpy(dtype=int)


def recorded(record: Path) -> dict[Key, tuple[float, float]]:
    """Return F1 and seconds of what is recorded; not a number where the contender failed."""
    if not record.exists():
        return {}
    with record.open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))[1:]
    return {tuple(row[:5]): (float(row[5] or "nan"), float(row[6] or "nan")) for row in rows}


def write(record: Path, row: Sequence[str]) -> None:
    """Add a line to the record."""
    begun = record.exists()
    with record.open("a", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([row] if begun else [COLUMNS, row])


def print_differences(
    table: str, seeds: Sequence[int], minutes: float, processors: int, done: Mapping[Key, tuple[float, float]]
) -> None:
    """Print the mean F1 of each contender, and by how much ours is better: mean and 95 % t-interval over seeds."""
    print(f"\n## {table}, {minutes:g} minutes, {processors} processors each\n")
    print("| contender | fresh F1 | seconds | auto's F1 less this one's |\n| --- | ---: | ---: | --- |")
    for name in (OURS, "LightGBM", "AutoGluon"):
        keys = {seed: (table, str(seed), f"{minutes:g}", str(processors)) for seed in seeds}
        both = [
            (done[*key, OURS], done[*key, name]) for key in keys.values() if {(*key, OURS), (*key, name)} <= {*done}
        ]
        if not both:
            continue
        ended = np.array([pair for pair in both if not np.isnan(pair).any()]).reshape(-1, 2, 2)
        told = [] if name == OURS or not len(ended) else [interval(ended[:, 0, 0] - ended[:, 1, 0])]
        told += [f"{len(both) - len(ended)} failed"] if len(ended) < len(both) else []
        f1, taken = ended[:, 1].mean(axis=0) if len(ended) else (np.nan, np.nan)
        print(f"| {name} | {f1:.4f} | {taken:.0f} | {', '.join(told)} |")
    print(flush=True)


def interval(differences: NDArray[np.float64]) -> str:
    """Return the mean of differences and its 95 % t-interval."""
    mean, n = float(differences.mean()), len(differences)
    if n < 2:
        return f"{mean:+.4f}"
    half = float(stats.t.ppf(0.975, n - 1) * differences.std(ddof=1) / np.sqrt(n))
    return f"{mean:+.4f} ({mean - half:+.4f} to {mean + half:+.4f}), {n} seeds"


if __name__ == "__main__":
    main()
