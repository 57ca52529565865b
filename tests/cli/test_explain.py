"""`bench explain` tells what the winner leans on, and why leads get their probability."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from bench.question import ask
from tests.cli.commands import bench
from tests.conftest import page_of


@pytest.fixture
def experiment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A run of a column that decides and one that does not, with leads to predict."""
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(4)
    visits, noise = rng.normal(size=(2, 180)).round(3)
    won = np.where(visits + 0.3 * rng.normal(size=180) > 0, "yes", "no")
    table = pd.DataFrame({"visits": visits, "noise": noise, "won": won})
    table[:150].to_csv("train.csv", index=False)
    asked = table[150:].drop(columns="won")
    asked.insert(0, "id", [f"{number:04}" for number in range(30)])
    asked.to_csv("asked.csv", index=False)
    Path("leads.toml").write_text(
        '[data]\ntrain = "train.csv"\nsubmission = "asked.csv"\nid = "id"\ntarget = "won"\npositive = "yes"\n'
        '[folds]\ncount = 3\n[grid]\nmodel = ["constant", "logistic", "knn"]\n'
    )
    assert bench("run", "leads.toml", "--workers", "0").code == 0
    return "leads.toml"


def test_columns_are_told_on_the_terminal_and_on_the_leaderboard(experiment: str) -> None:
    page = Path("results/leads/leaderboard.md")
    before = page.read_text(encoding="utf-8")
    ended = bench("explain", experiment, "--workers", "0")
    assert ended.code == 0, ended.err
    assert " leans most on visits (0." in ended.out
    after = page.read_text(encoding="utf-8")
    assert "## Which columns the winner leans on" not in before
    assert "## Which columns the winner leans on\n\n| column | average precision lost |" in after
    assert [line for line in before.splitlines() if line not in after.splitlines()] == []
    assert "leans most on visits (0." in page_of(ask(Path(experiment), Path("results")))
    assert pd.read_csv("results/leads/importance.csv")["column"].tolist() == ["visits", "noise"]
    assert bench("run", experiment, "--workers", "0").code == 0
    assert page.read_text(encoding="utf-8") == after  # a run that changes nothing keeps what was said


def test_what_is_said_of_a_trial_that_does_not_lead_is_not_on_the_leaderboard(experiment: str) -> None:
    board = pd.read_csv("results/leads/leaderboard.csv", dtype="str")
    floor = board.loc[board["model"] == "constant", "trial"].item()
    ended = bench("explain", experiment, "--trial", floor, "--workers", "0")
    assert ended.out.startswith(f"No single column is seen to matter to trial {floor}.")
    assert "the winner leans on" not in Path("results/leads/leaderboard.md").read_text(encoding="utf-8")


def test_reasons_are_given_for_the_likeliest_and_for_leads_by_id(experiment: str) -> None:
    board = pd.read_csv("results/leads/leaderboard.csv", dtype="str")
    logistic = board.loc[board["model"] == "logistic", "trial"].item()
    asked = pd.read_csv("asked.csv", dtype="str").set_index("id")
    ended = bench("explain", experiment, "--trial", logistic, "--leads", "4", "--workers", "0")
    assert ended.code == 0, ended.err
    table = pd.read_csv("results/leads/reasons.csv", dtype="str")
    assert table["lead"].unique().tolist() == list(asked["visits"].astype(float).nlargest(4).index)
    visits = table[table["column"] == "visits"].set_index("lead")
    assert (visits["direction"] == "raises").all()
    assert visits["value"].tolist() == asked.loc[visits.index, "visits"].tolist()
    words = ("--trial", logistic, "--lead", "0007", "--lead", "0003", "--workers", "0")
    assert bench("explain", experiment, *words).code == 0
    assert pd.read_csv("results/leads/reasons.csv", dtype="str")["lead"].unique().tolist() == ["0007", "0003"]


def test_slips_are_one_sentence(experiment: str) -> None:
    board = pd.read_csv("results/leads/leaderboard.csv", dtype="str")
    knn = board.loc[board["model"] == "knn", "trial"].item()
    slips = {
        ("--lead", "7"): "bench: --lead 7: is not an id of the submission, such as '0000'. Ids are compared as written",
        ("--trial", "a", "--ensemble"): "bench: --trial and --ensemble: name one of them.",
        ("--leads", "3", "--lead", "0001"): "bench: --leads and --lead: name one of them.",
        ("--trial", "nobody"): "bench: no finished trial 'nobody'.",
        (
            "--trial",
            knn,
            "--leads",
            "3",
        ): "bench: no reasons can be given for what keep_gaps/native/drop_text/as_is/knn",
    }
    for words, sentence in slips.items():
        ended = bench("explain", experiment, *words, "--workers", "0")
        assert (ended.code, ended.err.count("\n"), ended.out) == (2, 1, ""), words
        assert ended.err.startswith(sentence)
