"""Ctrl-C half-way, then the same command again."""

from __future__ import annotations

import csv
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

EXPERIMENT = """
[data]
demo = { rows = 800, seed = 3 }
target = "is_converted"
positive = "True"
id = "id"
texts = ["message"]
[folds]
count = 3
[grid]
imputation = ["median"]
encoding = ["ordinal", "target"]
resampling = ["as_is", "smote"]
model = ["logistic", { name = "random_forest", trees = [10, 20, 40] }]
"""


# A shell that runs the tests in the background has Ctrl-C ignored, and what it starts would inherit that.
AS_IN_A_TERMINAL = """
import runpy, signal
signal.signal(signal.SIGINT, signal.default_int_handler)
runpy.run_module("bench", run_name="__main__")
"""


def bench(folder: Path, results: str) -> subprocess.Popen[str]:
    """Start a run as a terminal would: a process group of its own, which Ctrl-C reaches whole."""
    command = [sys.executable, "-c", AS_IN_A_TERMINAL, "run", "asked.toml", "--results", results, "--workers", "2"]
    return subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )


def rows(path: Path) -> list[list[str]]:
    """Return the rows of a leaderboard but for its seconds."""
    with path.open(newline="") as file:
        return [row[:-1] for row in csv.reader(file)]


def test_ctrl_c_half_way_and_the_same_command_again_end_like_an_undisturbed_run(tmp_path: Path) -> None:
    (tmp_path / "asked.toml").write_text(EXPERIMENT)
    whole = bench(tmp_path, "whole")
    assert whole.communicate(timeout=120)
    assert whole.returncode == 0

    cells = tmp_path / "halves" / "asked" / "cells.csv"
    run = bench(tmp_path, "halves")
    while not cells.exists() or cells.read_text().count("\n") < 8:
        assert run.poll() is None, run.communicate()[1]
        time.sleep(0.01)
    os.killpg(run.pid, signal.SIGINT)
    # How soon it ends is timed by `make perf`.
    _, err = run.communicate(timeout=60)
    assert run.returncode == 130
    recorded = cells.read_text()
    done = recorded.count("\n") - 1
    assert f"interrupted; {done} of 51 cells are recorded. `bench run asked.toml` goes on from there." in err
    assert "Traceback" not in err
    assert not (tmp_path / "halves" / "asked" / "running.txt").exists()
    assert done < 51

    again = bench(tmp_path, "halves")
    assert again.communicate(timeout=120)
    assert again.returncode == 0
    assert cells.read_text().startswith(recorded)
    named = [line.split(",")[:3] for line in cells.read_text().splitlines()]
    assert len(named) == len({tuple(name) for name in named}) == 1 + 51
    board, submission = "asked/leaderboard.csv", "asked/submission.csv"
    assert rows(tmp_path / "whole" / board) == rows(tmp_path / "halves" / board)
    assert (tmp_path / "whole" / submission).read_bytes() == (tmp_path / "halves" / submission).read_bytes()
