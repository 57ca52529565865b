"""A coordinator killed at any moment loses nothing that was recorded, and leaves nobody behind."""

from __future__ import annotations

import csv
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

EXPERIMENT = """
[data]
demo = {{ rows = 500, seed = 3 }}
target = "is_converted"
positive = "True"
id = "id"
[folds]
count = {folds}
[grid]
imputation = ["median"]
encoding = ["ordinal"]
resampling = ["as_is", "random_under"]
model = [{{ name = "one_rule", intervals = [5, 10] }}, {{ name = "logistic", C = [0.1, 1.0] }}]
"""
TRIALS = 2 * 4 + 1
MOST_SECONDS = 120.0  # for any one thing that is waited for

OUTLIVED_SECONDS = 2.0  # by a worker at most


def bench(folder: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "bench", "run", "asked.toml", "--workers", "2"]
    here, quiet = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}, subprocess.DEVNULL
    return subprocess.Popen(command, cwd=folder, env=here, stdout=quiet, stderr=quiet, start_new_session=True)


def recorded(folder: Path) -> list[bytes]:
    """Return the lines of cells.csv that are whole, without the header."""
    cells = folder / "results" / "asked" / "cells.csv"
    content = cells.read_bytes() if cells.exists() else b""
    return [line for line in content.splitlines(keepends=True)[1:] if line.endswith(b"\n")]


def cells_of(lines: list[bytes]) -> list[tuple[bytes, ...]]:
    return [tuple(line.split(b",")[:3]) for line in lines]


def board(folder: Path) -> list[list[str]]:
    """Return the rows of the leaderboard but for its seconds."""
    with (folder / "results" / "asked" / "leaderboard.csv").open(newline="") as file:
        return [row[:-1] for row in csv.reader(file)]


def kill_after(folder: Path, rows: int, chance: random.Random) -> None:
    """Start the run, kill it a moment after it has recorded ``rows`` more rows, and see that nobody outlives it."""
    before = len(recorded(folder))
    run = bench(folder)
    patient_until = time.monotonic() + (MOST_SECONDS if rows else chance.uniform(0.0, 3.0))
    while run.poll() is None and (not rows or len(recorded(folder)) < before + rows):
        if time.monotonic() > patient_until:
            assert not rows, "the run records nothing"
            break
        time.sleep(0.002)
    time.sleep(chance.uniform(0.0, 0.05))
    workers = psutil.Process(run.pid).children(recursive=True) if run.poll() is None else []
    run.kill()
    run.wait()
    killed_at = time.monotonic()
    while any(alive(worker) for worker in workers):
        assert time.monotonic() - killed_at < OUTLIVED_SECONDS
        time.sleep(0.01)


def alive(process: psutil.Process) -> bool:
    """Say whether a process still runs: one that is dead may wait for whoever inherited it to take note."""
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def kills(folder: Path, times: int, folds: int, seed: int) -> None:
    """Kill a run again and again, let it finish, and compare it with one that was left alone."""
    chance = random.Random(seed)
    for name in ("whole", "killed"):
        (folder / name).mkdir()
        (folder / name / "asked.toml").write_text(EXPERIMENT.format(folds=folds))
    undisturbed = bench(folder / "whole")

    killed, cells = folder / "killed", TRIALS * folds
    before: list[bytes] = []
    for left in range(times, 0, -1):
        kill_after(killed, chance.randint(0, 2 * (cells - len(before)) // (left + 2)), chance)
        lines = recorded(killed)
        assert lines[: len(before)] == before  # nothing that was whole is lost or changed
        assert len(set(cells_of(lines))) == len(lines)  # nothing is there twice
        before = lines
    assert len(before) > 0
    assert bench(killed).wait(MOST_SECONDS) == 0
    lines = recorded(killed)
    assert lines[: len(before)] == before
    assert len(set(cells_of(lines))) == len(lines) == cells
    assert undisturbed.wait(MOST_SECONDS) == 0
    assert set(cells_of(lines)) == set(cells_of(recorded(folder / "whole")))
    assert board(killed) == board(folder / "whole")
    submissions = [
        (folder / name / "results" / "asked" / "submission.csv").read_bytes() for name in ("whole", "killed")
    ]
    assert submissions[0] == submissions[1]
    left = [
        sorted(path.name for path in (folder / name / "results" / "asked").iterdir()) for name in ("whole", "killed")
    ]
    assert left[0] == left[1]


def test_a_run_killed_again_and_again_ends_like_one_left_alone(tmp_path: Path) -> None:
    kills(tmp_path, times=3, folds=4, seed=0)


@pytest.mark.slow
def test_a_run_killed_a_hundred_times_ends_like_one_left_alone(tmp_path: Path) -> None:
    kills(tmp_path, times=100, folds=20, seed=1)
