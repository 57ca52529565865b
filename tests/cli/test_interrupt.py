"""Runs that are told to end half-way leave nothing behind, and the same command goes on from there."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

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


SLOW_TABLE = """
import bench.flow, os, time
def read(roles):
    os.write(2, b"reads\\n")
    time.sleep(60)
bench.question.read_dataset = read
"""


def bench(folder: Path, results: str, before: str = "") -> subprocess.Popen[str]:
    """Start a run as a terminal would: a process group of its own, which Ctrl-C reaches whole."""
    script = before + AS_IN_A_TERMINAL
    command = [sys.executable, "-c", script, "run", "asked.toml", "--results", results, "--workers", "2"]
    return subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )


def wait_for(cells: Path, lines: int, run: subprocess.Popen[str]) -> None:
    """Wait until so many lines of cells.csv are written."""
    while not cells.exists() or cells.read_text().count("\n") < lines:
        assert run.poll() is None, run.communicate()[1]
        time.sleep(0.01)


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
    wait_for(cells, 8, run)
    os.killpg(run.pid, signal.SIGINT)
    # How soon it ends is timed by `make perf`.
    _, err = run.communicate(timeout=60)
    assert run.returncode == 130
    recorded = cells.read_text()
    done = recorded.count("\n") - 1
    assert f"interrupted; {done} of 51 cells are recorded. The same command goes on from there." in err
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


@pytest.mark.parametrize(
    ("numbers", "how"),
    [
        ([signal.SIGINT] * 3, "interrupted"),
        ([signal.SIGTERM, signal.SIGINT], "terminated"),
        ([signal.SIGHUP], "hung up"),
    ],
)
def test_a_run_that_is_told_to_end_leaves_no_process_no_lock_and_no_pieces(
    tmp_path: Path, numbers: list[signal.Signals], how: str
) -> None:
    (tmp_path / "asked.toml").write_text(EXPERIMENT.replace("800", "500"))
    folder = tmp_path / "told" / "asked"
    run = bench(tmp_path, "told")
    wait_for(folder / "cells.csv", 3, run)
    workers = psutil.Process(run.pid).children(recursive=True)
    assert len(workers) == 2
    assert (folder / "pieces").exists()
    for number in numbers:
        os.kill(run.pid, number)
        time.sleep(0.2)  # while it cleans up; of two that wait together Python takes the lower number first
    _, err = run.communicate(timeout=60)
    assert run.returncode == 128 + numbers[0]
    assert psutil.wait_procs(workers, timeout=5)[1] == []
    done = (folder / "cells.csv").read_text().count("\n") - 1
    assert err.endswith(f"\nbench: {how}; {done} of 51 cells are recorded. The same command goes on from there.\n")
    assert "Traceback" not in err
    left = {path.name for path in folder.iterdir()}
    assert left == {"cells.csv", "events.jsonl", "experiment.toml", "predictions", "run.json", "trials.csv"}
    last = json.loads((folder / "events.jsonl").read_text().splitlines()[-1])
    assert (last["event"], last["how"]) == ("ended", how)


@pytest.mark.parametrize(("number", "how"), [(signal.SIGINT, "interrupted"), (signal.SIGTERM, "terminated")])
def test_a_command_that_is_told_to_end_before_the_run_begins_says_so_and_has_written_nothing(
    tmp_path: Path, number: signal.Signals, how: str
) -> None:
    (tmp_path / "asked.toml").write_text(EXPERIMENT)
    run = bench(tmp_path, "early", SLOW_TABLE)
    assert run.stderr is not None
    assert run.stderr.readline() == "reads\n"
    os.killpg(run.pid, number)
    assert run.communicate(timeout=60) == ("", f"bench: {how}.\n")
    assert run.returncode == 128 + number
    assert not (tmp_path / "early").exists()
