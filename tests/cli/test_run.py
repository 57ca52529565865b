"""What `bench run` may be told, what it says while it runs, and what `bench status` sees of it."""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Callable, Iterator
from itertools import cycle
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

from bench.cli import show
from bench.plan.sections import LimitsSection
from bench.run.engine import run_batches
from tests.cli.commands import bench, leads, write_experiment

pytestmark = pytest.mark.usefixtures("here")
LIMITS = "[limits]\ncell_seconds = 50\ncell_gigabytes = 2\n"


def events() -> list[dict[str, Any]]:
    return [json.loads(line) for line in Path("results/quick/events.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[LimitsSection | None]:
    """Run cells and refits in this process, and return the limits they were to have."""
    limits: list[LimitsSection | None] = []

    def run(job: Any, batches: Any, workers: int, given: LimitsSection | None = None, scratch: Any = None) -> Any:
        limits.append(given)
        return run_batches(job, batches, 0)

    monkeypatch.setattr("bench.run.runner.run_batches", run)
    monkeypatch.setattr("bench.run.engine.run_batches", run)  # as a refit calls it
    return limits


def with_limits(file: str, to_predict: bool = False) -> str:
    """Add limits to an experiment, and a table to predict."""
    text = Path(file).read_text(encoding="utf-8")
    if to_predict:
        leads(9).drop(columns="결과").to_csv("asked.csv", index=False)
        text = text.replace("[data]\n", '[data]\nsubmission = "asked.csv"\n')
    Path(file).write_text(text + LIMITS, encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("words", "seconds", "gigabytes"),
    [([], 50, 2), (["--cell-seconds", "1.5"], 1.5, 2), (["--cell-gigabytes", "9", "--cell-seconds", "7"], 7, 9)],
)
def test_limits_on_the_command_line_replace_those_of_the_file_for_cells_and_the_last_refit(
    asked: list[LimitsSection | None], words: list[str], seconds: float, gigabytes: float
) -> None:
    file = with_limits(write_experiment(), to_predict=True)
    assert bench("run", file, *words).code == 0
    assert asked == [LimitsSection(cell_seconds=seconds, cell_gigabytes=gigabytes)] * 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--cell-seconds", "0"], "--cell-seconds 0: should be greater than 0"),
        (["--cell-seconds", "-1.5"], "--cell-seconds -1.5: should be greater than 0"),
        (["--cell-seconds", "nan"], "--cell-seconds nan: should be"),
        (["--cell-gigabytes", "-2"], "--cell-gigabytes -2: should be greater than 0"),
        (["--cell-gigabytes", "inf"], "--cell-gigabytes inf: should be less than or equal to 100000"),
        (["--cell-gigabytes", "two"], "Invalid value for '--cell-gigabytes'"),
    ],
)
def test_a_limit_that_is_none_is_refused_before_anything_is_read(words: list[str], said: str) -> None:
    file = write_experiment()
    Path("train.csv").unlink()
    ended = bench("run", file, *words)
    assert (ended.code, ended.out) == (2, "")
    assert said in ended.err


def test_without_workers_no_limit_holds_and_that_is_said() -> None:
    note = "note: with --workers 0 no limit holds: nobody is there to end a cell from outside.\n"
    file = write_experiment(model='"constant"')
    assert note not in bench("run", file, "--workers", "0").err
    assert note in bench("run", file, "--workers", "0", "--cell-seconds", "1e-9").err


def test_cells_that_exceed_a_limit_end_with_3_and_are_run_again_when_asked() -> None:
    file = write_experiment()
    first = bench("run", file, "--only", "model=constant", "--workers", "1", "--cell-seconds", "1e-6")
    assert first.code == 3
    rows = pd.read_csv("results/quick/cells.csv")
    assert set(rows["status"]) == {"timeout"}
    again = bench("run", file, "--only", "model=constant", "--workers", "0")
    assert (again.code, len(pd.read_csv("results/quick/cells.csv"))) == (3, 3)
    seen = bench("status", file)
    assert seen.code == 0
    assert "3 of 3 cells of the slice model=constant are recorded: 3 timeout" in seen.out
    assert re.search(r"^ +3 × Timeout: not done within cell_seconds = 1e-06$", seen.out, re.MULTILINE)
    retried = bench("run", file, "--only", "model=constant", "--workers", "0", "--retry", "failed")
    assert retried.code == 0
    assert "3 of 3 cells of the slice model=constant are recorded: 3 done" in bench("status", file).out


def test_a_cluster_runs_the_cells_within_the_limits_and_the_last_refit_stays_here(
    monkeypatch: pytest.MonkeyPatch, asked: list[LimitsSection | None]
) -> None:
    called: list[tuple[str, LimitsSection | None]] = []

    def run_on_cluster(job: Any, batches: Any, address: str, limits: LimitsSection | None = None) -> Iterator[Any]:
        called.append((address, limits))
        yield from run_batches(job, batches, 0)

    module = ModuleType("bench.run.cluster")
    module.run_on_cluster = run_on_cluster  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "bench.run.cluster", module)
    file = with_limits(write_experiment(), to_predict=True)
    ended = bench("run", file, "--cluster", "tcp://localhost:8786")
    assert (ended.code, Path("results/quick/submission.csv").exists()) == (0, True)
    limits = LimitsSection(cell_seconds=50, cell_gigabytes=2)
    assert called == [("tcp://localhost:8786", limits)]
    assert asked == [limits]
    assert events()[0]["cluster"] == "tcp://localhost:8786"


def test_events_tell_a_run_from_its_first_cell_to_its_end() -> None:
    assert bench("run", write_experiment(), "--workers", "0").code == 0
    started, *cells, ranked, ended = events()
    assert (started["event"], started["workers"], started["cells"], started["recorded"]) == ("started", 0, 6, 0)
    assert isinstance(started["pid"], int)
    recorded = pd.read_csv("results/quick/cells.csv")
    assert [cell["trial"] for cell in cells] == recorded["trial"].tolist()
    assert [(cell["recorded"], cell["left"], cell["failed"]) for cell in cells] == [(n, 6 - n, 0) for n in range(1, 7)]
    assert {cell["status"] for cell in cells} == {"done"}
    assert all(cell["seconds_left"] >= 0 for cell in cells[:-1])
    assert cells[-1]["seconds_left"] == 0
    leader = pd.read_csv("results/quick/leaderboard.csv").iloc[0]
    assert ranked["best"] == {
        "trial": leader["trial"],
        "configuration": leader["configuration"],
        "metric": "f1",
        "value": pytest.approx(leader["f1"]),
    }
    assert ended["how"] == "done"


def test_a_run_whose_events_cannot_be_written_loses_no_cell() -> None:
    Path("results/quick/events.jsonl").mkdir(parents=True)
    file = write_experiment()
    ended = bench("run", file, "--workers", "0")
    assert ended.code == 0
    said = "note: results/quick/events.jsonl: cannot be written (Is a directory); the run goes on without it.\n"
    assert said in ended.err
    assert len(pd.read_csv("results/quick/cells.csv")) == 6
    Path("results/quick/events.jsonl").rmdir()
    assert "6 done; how many are left is not known before a run begins.\n" in bench("status", file).out


def test_the_lines_of_progress_say_what_is_done_left_and_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(show, "QUIET_SECONDS", 0.0)

    fit = LogisticRegression.fit

    def fails(*given: object, **weights: object) -> object:
        if weights:  # no model of a trial, but the calibration that the board speaks of
            return fit(*given, **weights)
        raise ValueError("no luck")

    monkeypatch.setattr("sklearn.linear_model.LogisticRegression.fit", fails)
    ended = bench("run", write_experiment(), "--workers", "0")
    lines = [line for line in ended.err.splitlines() if " cells, " in line]
    assert lines[0] == "0/6 cells, 0 s, 0 cells/s, 6 left"
    assert re.match(r"1/6 cells, \d+ s, [\d.e+]+ cells/s, 5 left, about \d+ s", lines[1])
    assert re.match(r"6/6 cells, \d+ s, [\d.e+]+ cells/s, 0 left, 3 failed, best f1 0\.\d{4} .*/constant$", lines[6])


def test_a_clock_that_jumps_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    jumps = cycle([0.0, 4e9, 1.7e9, -5.0])
    monkeypatch.setattr(time, "time", lambda: next(jumps))
    ended = bench("run", write_experiment(), "--workers", "1", "--cell-seconds", "60")
    assert ended.code == 0
    assert set(pd.read_csv("results/quick/cells.csv")["status"]) == {"done"}
    assert all(event["seconds_left"] is None or 0 <= event["seconds_left"] < 60 for event in events()[:-2])


def test_a_second_run_is_refused_and_leaves_the_first_its_events(monkeypatch: pytest.MonkeyPatch) -> None:
    file = write_experiment()
    refused = while_it_runs(monkeypatch, lambda: bench("run", file, "--workers", "0"))
    assert bench("run", file, "--workers", "0").code == 0
    assert {ended.code for ended in refused} == {2}
    assert "is writing there. Wait for it, or stop it." in refused[0].err
    assert [event["event"] for event in events()] == ["started", *["cell"] * 6, "ranked", "ended"]


def while_it_runs(monkeypatch: pytest.MonkeyPatch, look: Callable[[], Any]) -> list[Any]:
    """Let a run be looked at after its third cell; the list fills when it runs."""
    seen: list[Any] = []
    said = show._PlainLines.__call__

    def looked(lines: Any, run: Any) -> None:
        said(lines, run)
        if run.progress.recorded == 3 and not seen:
            seen.append(None)  # a second run counts its cells as well
            seen[0] = look()

    monkeypatch.setattr(show._PlainLines, "__call__", looked)
    return seen


def test_status_tells_how_a_run_goes_while_it_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    file = write_experiment()
    seen = while_it_runs(monkeypatch, lambda: bench("status", file))
    assert bench("run", file, "--workers", "0").code == 0
    assert (seen[0].code, seen[0].err) == (0, "")
    who, far, *_ = seen[0].out.splitlines()
    assert re.fullmatch(r"results/quick: process \d+ on \S+, since [-\d]+ [:\d]+, is writing there\.", who)
    assert re.fullmatch(r"3 of 6 cells are recorded: 3 done; [\d.e+]+ cells/s, 3 left, about \d+ s\.", far)


def test_status_says_how_the_last_run_ended_and_changes_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    file = write_experiment()
    before = bench("status", file)
    assert (before.code, before.err) == (0, "")
    assert before.out.startswith("results/quick: nothing is recorded there.\n")
    assert not Path("results").exists()
    assert bench("run", file, "--workers", "0").code == 0
    left = {path: path.read_bytes() for path in Path("results/quick").rglob("*") if path.is_file()}
    after = bench("status", file)
    who, far, best = after.out.splitlines()
    assert who == "results/quick: no run is going on; the last one ended: done."
    assert re.fullmatch(r"6 of 6 cells are recorded: 6 done; [\d.e+]+ cells/s, 0 left\.", far)
    assert re.fullmatch(r"best f1 0\.\d{4} \S+, trial [0-9a-f]{16}", best)
    assert {path: path.read_bytes() for path in Path("results/quick").rglob("*") if path.is_file()} == left
    # A run that was killed has no last word.
    lines = Path("results/quick/events.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    Path("results/quick/events.jsonl").write_text("".join(lines[:3]) + lines[3][:20], encoding="utf-8")
    killed = bench("status", file)
    assert "no run is going on; the last one was killed.\n2 of 6 cells are recorded" in killed.out


def test_status_shows_the_most_frequent_reasons_without_what_moves_a_cursor(monkeypatch: pytest.MonkeyPatch) -> None:
    file = write_experiment()
    said = cycle([f"\x1b[31mno {n}\r" for n in (1, 1, 2, 3, 4, 5)])

    def fails(*given: object) -> None:
        raise RuntimeError(next(said))

    monkeypatch.setattr("bench.run.cell.fit_predict", fails)
    assert bench("run", file, "--workers", "0").code == 3
    lines = bench("status", file).out.splitlines()
    assert lines[1].startswith("6 of 6 cells are recorded: 6 failed; ")
    assert lines[2:] == [
        "Why cells of the experiment failed:",
        "      2 × RuntimeError: [31mno 1",
        *(f"      1 × RuntimeError: [31mno {n}" for n in (2, 3, 4, 5)),
    ]
