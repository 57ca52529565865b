"""`bench auto` goes from a table to a submission within its time, and leaves a file to go on from."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from bench.plan.first_grid import Grid
from tests.cli.commands import bench, leads

FILE = "experiments/leads.toml"
WORDS = ("auto", "leads.csv", "--target", "결과", "--submission", "asked.csv", "--workers", "0")
QUICK: Grid = {"model": ("constant", "logistic")}


@pytest.fixture(autouse=True)
def _here(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in a folder with a table; the models are two that take no time."""
    monkeypatch.setattr("bench.plan.propose.first_grid", lambda found, seconds, hurry: QUICK)
    leads(60).to_csv("leads.csv", index=False)
    leads(9).drop(columns="결과").assign(번호=range(9)).to_csv("asked.csv", index=False)


def written() -> dict[str, Any]:
    return tomllib.loads(Path(FILE).read_text(encoding="utf-8"))


def test_auto_hands_in_and_says_how_to_go_on() -> None:
    ended = bench(*WORDS, "--budget", "40s")
    assert ended.code == 0, ended.err
    assert ended.out.startswith(f"{FILE} is written, and now run with a budget of 40s.\n")
    assert ended.out.endswith(
        f"{FILE} holds what was tried. To go on, edit it (columns to drop, components, the budget), then "
        f"`bench run {FILE}`: what is recorded is not run again.\n"
    )
    submission = pd.read_csv("results/leads/submission.csv")
    assert submission["번호"].tolist() == [*range(9)]
    assert set(submission["결과"]) <= {"전환", "미전환"}
    assert "results/leads/submission.csv" in ended.out
    assert (written()["budget"], written()["race"]) == ("40s", {})
    assert "The budget of 40 s " in ended.out  # the time of the look at the table is part of it, not taken off it


def test_the_file_that_auto_wrote_runs_and_nothing_is_run_twice() -> None:
    bench(*WORDS, "--budget", "40s")
    before = Path("results/leads/cells.csv").read_bytes()
    again = bench(*WORDS, "--budget", "40s")
    assert again.code == 0, again.err
    assert again.out.startswith(f"{FILE} is as it was written; what it lacks is run now, with a budget of 40s.\n")
    assert bench("run", FILE, "--workers", "0").code == 0
    assert Path("results/leads/cells.csv").read_bytes() == before


def test_a_file_that_was_edited_is_neither_overwritten_nor_run() -> None:
    bench(*WORDS, "--budget", "40s")
    edited = Path(FILE).read_text(encoding="utf-8").replace("drop = []", 'drop = ["나이"]')
    Path(FILE).write_text(edited, encoding="utf-8")
    ended = bench(*WORDS, "--budget", "40s")
    assert (ended.code, ended.out) == (2, "")
    assert ended.err == (
        f"bench: {FILE}: exists and is not overwritten. Name another file with -o, or run it as it is: "
        f"`bench run {FILE}`.\n"
    )
    assert Path(FILE).read_text(encoding="utf-8") == edited


@pytest.mark.parametrize(
    "slip",
    [
        ("leads.csv", "--target", "outcome"),
        ("leads.csv", "--target", "결과", "--positive", "yes"),
        ("leads.csv", "--target", "나이"),
        ("leads.csv", "--target", "결과", "--submission", "nowhere.csv"),
        ("leads.csv", "--target", "결과", "-o", "leads.csv/x.toml"),
        ("nowhere.csv", "--target", "결과"),
    ],
)
def test_auto_refuses_what_init_refuses_in_the_same_words(slip: tuple[str, ...]) -> None:
    ended = bench("auto", *slip)
    assert (ended.code, ended.out) == (2, "")
    assert ended == bench("init", *slip)
    assert not Path("results").exists()


@pytest.mark.parametrize("budget", ["10", "0m", "ten minutes", "-5m"])
def test_a_budget_that_is_no_time_is_told_before_a_table_is_read(budget: str) -> None:
    ended = bench("auto", "nowhere.csv", "--target", "결과", "--budget", budget)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err == (
        f'bench: --budget: {budget!r} is no time; write a number with its unit, such as "90s", "30m" or "2h".\n'
    )
