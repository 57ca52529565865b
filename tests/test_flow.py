"""Every way to split the rows leads from a file to a submission, and a run of it that was cut goes on."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from bench import flow
from bench.data.folds import scored_rows
from bench.errors import DataError, StoreError, SubmissionError
from bench.question import Question, ask
from bench.record.store import read_store
from bench.report.diary import Diary
from tests.cli.commands import bench
from tests.conftest import page_of

SCHEMES = {
    "stratified_group": 'scheme = "stratified_group"\nrepeats = 2',
    "time": 'scheme = "time"\ngap_days = 5',
}
ROWS = 150


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(3)
    n = ROWS + 20
    visits = rng.normal(size=n)
    days = pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 200, n), unit="D")
    table = pd.DataFrame(
        {
            "visits": visits.round(3),
            "source": rng.choice(["web", "fair", "mail"], n),
            "firm": [f"F{number}" for number in rng.integers(0, 45, n)],
            "day": np.where(rng.random(n) < 0.05, "", days.strftime("%Y-%m-%d")),
            "won": np.where(rng.random(n) < 1 / (1 + np.exp(-2 * visits)), "yes", "no"),
        }
    )
    table[:ROWS].to_csv("train.csv", index=False)
    table[ROWS:].drop(columns="won").assign(id=np.arange(20)).to_csv("asked.csv", index=False)


def written(folds: str, data: str = 'groups = "firm"\ntime = "day"\n') -> Path:
    path = Path("leads.toml")
    path.write_text(
        '[data]\ntrain = "train.csv"\nsubmission = "asked.csv"\nid = "id"\ntarget = "won"\npositive = "yes"\n'
        f'drop = ["firm", "day"]\n{data}[folds]\ncount = 3\n{folds}\n'
        '[grid]\nencoding = ["one_hot", "target"]\nresampling = ["as_is", "class_weight"]\n'
        'model = ["constant", "logistic"]\n'
    )
    return path


def run(folds: str, results: str, stop_after: int | None = None) -> tuple[Question, flow.Board]:
    question = ask(written(folds), Path(results))

    def watch(diary: object) -> None:
        if stop_after is not None and diary.progress.recorded == stop_after:  # type: ignore[attr-defined]
            raise KeyboardInterrupt("pressed")

    return question, flow.answer(question, {}, False, 0, watch)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_run_of_any_scheme_ends_in_a_submission_and_goes_on_when_cut(scheme: str) -> None:
    question, whole = run(SCHEMES[scheme], "whole")
    folds = question.folds
    assert {row["status"] for row in whole.rows} == {"done"}
    assert len(pd.read_csv("whole/leads/submission.csv")) == 20
    store = read_store(question.folder, question.dataset.data_id, folds)
    known = scored_rows(question.dataset, folds)
    assert (len(known.rows) == ROWS) == (scheme == "stratified_group")
    for trial in question.plan.trials:
        probability = store.out_of_fold(trial.id)
        assert probability is not None
        assert np.isnan(probability).any(axis=0).tolist() == (~folds.scored).tolist()
        assert not np.isnan(probability[:, known.rows]).any()
    with pytest.raises(KeyboardInterrupt, match="pressed"):
        run(SCHEMES[scheme], "cut", stop_after=7)
    assert len(pd.read_csv("cut/leads/cells.csv")) == 7
    _, after = run(SCHEMES[scheme], "cut")
    cells = 3 * folds.repeats * len(question.plan.trials)
    assert len(pd.read_csv("cut/leads/cells.csv")) == cells
    assert [row["trial"] for row in after.rows] == [row["trial"] for row in whole.rows]
    assert Path("cut/leads/submission.csv").read_bytes() == Path("whole/leads/submission.csv").read_bytes()
    assert flow.recorded(question).rows == whole.rows
    assert ">Known and new customers</h2>" in page_of(question)


def test_another_gap_is_other_folds_and_refused_by_name() -> None:
    run(SCHEMES["time"], "results")
    with pytest.raises(StoreError, match=r"was written on other folds \(\w{10}, now \w{10}\)"):
        run('scheme = "time"\ngap_days = 6', "results")


@pytest.mark.parametrize(("scheme", "missing"), [("stratified_group", "no company"), ("time", "no time")])
def test_a_scheme_without_its_column_is_refused_before_any_fit(scheme: str, missing: str) -> None:
    with pytest.raises(DataError, match=rf'^\[folds\] scheme = "{scheme}" .*, but \[data\] names {missing}\. '):
        ask(written(f'scheme = "{scheme}"', data=""), Path("results"))


def test_finalists_are_scored_on_the_other_folds_once_and_both_kinds_of_customers_stand_on_the_board() -> None:
    two = "[submission]\nfinalists = 2"
    question, board = run(two, "results")
    assert question.other is not None
    assert board.winner is not None
    assert board.winner.known is not None
    assert board.winner.new is not None
    assert board.winner.new.rows == ROWS
    finalists = [row for row in board.rows if "f1_new" in row]
    assert 2 <= len(finalists) < len(board.rows)
    cells = pd.read_csv("results/leads/finalists/cells.csv")
    assert len(cells) == 3 * len(finalists)
    assert set(cells["folds_id"]) == {question.other.folds_id} != {question.folds.folds_id}
    run(two, "results")
    assert len(pd.read_csv("results/leads/finalists/cells.csv")) == len(cells)
    markdown = Path("results/leads/leaderboard.md").read_text(encoding="utf-8")
    assert "| company | 20 |" in markdown
    assert "The winner on customers it trained on: F1 " in markdown


def test_the_board_says_how_sure_it_is() -> None:
    _, board = run("", "results")
    best, tied = board.sentences[:2]
    assert board.corrected is not None
    assert best.startswith(
        f"The best of 5 trials scores F1 {board.rows[0]['f1']:.4f}; corrected for having been chosen, "
    )
    assert board.corrected.low < board.corrected.value < board.corrected.high
    assert " tied" in tied
    assert board.rows[0]["tied"] == "yes"
    assert board.rows[-1]["configuration"].endswith("constant")
    markdown = Path("results/leads/leaderboard.md").read_text(encoding="utf-8")
    for heading in ("What each choice is worth", "Do the winner's probabilities mean what they say?"):
        assert f"\n## {heading}\n" in markdown
    assert "| the floor | " in markdown
    effects = pd.read_csv("results/leads/effects.csv")
    assert {"encoding", "resampling", "model"} == set(effects["axis"])


def test_what_is_recorded_says_what_the_run_said() -> None:
    question, board = run("", "results")
    again = flow.recorded(question)
    assert again.rows == board.rows
    assert again.sentences == board.sentences
    assert any(sentence.startswith("Expected of these 20 rows (") for sentence in again.sentences)


def test_the_share_of_positives_that_is_given_decides_how_many_are_called() -> None:
    called = []
    for rate in (0.1, 0.8):
        question, board = run(f"[submission]\npositive_rate = {rate}\nfinalists = 1", f"r{rate}")
        submission = pd.read_csv(question.submission)
        called.append(int((submission["won"] == "yes").sum()))
        assert any(f"if {rate:.1%} of them are positive, as given" in sentence for sentence in board.sentences)
    assert called[0] < 8 < 12 < called[1]


def test_a_trial_that_was_no_finalist_is_scored_on_the_other_folds_when_it_is_exported() -> None:
    question, board = run("[submission]\nfinalists = 1", "results")
    other = next(row["trial"] for row in board.rows if "f1_new" not in row)
    told = flow.export(question, other, False, Path("other.csv"), 0)
    assert told.members == {other: 1.0}
    assert f"called positive by trial {other} at threshold" in told.sentences[0]
    assert len(pd.read_csv("other.csv")) == 20
    trials = pd.read_csv("results/leads/finalists/trials.csv")["trial"].tolist()
    assert other in trials
    assert len(trials) > 1  # those of the run are still there


def test_without_finalists_there_are_no_other_folds() -> None:
    question, board = run("[submission]\nfinalists = 0", "results")
    assert question.other is None
    assert board.winner is None
    assert not question.finals.exists()


def test_companies_too_few_for_folds_of_their_own_are_no_reason_to_stop() -> None:
    table = pd.read_csv("train.csv")
    table["firm"] = np.where(table["won"] == "yes", "F1", "F2")
    table.to_csv("train.csv", index=False)
    question, board = run("", "results")
    assert question.other is None
    assert question.notices[-1].startswith('finalists are not scored with scheme = "stratified_group" as well: [folds]')
    assert board.winner is None


@pytest.mark.parametrize(
    "objective",
    [
        'metric = "recall_at_k"\nk = 5',
        'metric = "profit"\nvalue = 900\ncost = 200',
        'metric = "brier"',
        'metric = "recall"\nat_precision = 0.6',
        'metric = "f_beta"\nbeta = 2',
        'metric = "average_precision"',
    ],
)
def test_every_objective_leads_to_a_board_and_a_submission(objective: str) -> None:
    question, board = run(f"[objective]\n{objective}", "results")
    metric = question.experiment.objective.metric
    values = [row[metric] for row in board.rows]
    assert values == sorted(values, reverse=question.experiment.objective.sign > 0) or "floor" in board.rows[0]
    assert metric in Path("results/leads/leaderboard.csv").read_text(encoding="utf-8").splitlines()[0].split(",")
    called = (pd.read_csv(question.submission)["won"] == "yes").sum()
    assert called == 5 if metric == "recall_at_k" else called > 0
    if "at_precision" in objective or metric in ("profit", "brier"):  # a floor, an amount and a loss
        assert ">What is expected of the submission</h2>" in page_of(question)


def test_an_export_in_place_of_the_submission_is_what_is_said_of_it_from_then_on() -> None:
    question, board = run("[submission]\nfinalists = 1", "results")
    constant = board.rows[-1]["trial"]
    told = flow.export(question, constant, False, None, 0)
    assert told.members == {constant: 1.0}
    assert not any("submission.csv:" in sentence for sentence in flow.recorded(question).sentences)


def test_nothing_is_fitted_for_an_export_that_is_refused() -> None:
    question, _ = run("[submission]\nfinalists = 1", "results")
    shutil.rmtree(question.finals)
    with pytest.raises(SubmissionError, match="is an input of the experiment"):
        flow.export(question, None, False, Path("train.csv"), 0)
    assert not question.finals.exists()


def test_a_run_that_is_stopped_among_the_finalists_has_its_leaderboard() -> None:
    question = ask(written(""), Path("results"))

    def watch(diary: Diary) -> None:
        if diary.store.folder == question.finals and diary.progress.recorded == 2:
            raise KeyboardInterrupt("pressed")

    with pytest.raises(KeyboardInterrupt, match="pressed"):
        flow.answer(question, {}, False, 0, watch)
    assert "| 1 | " in (question.folder / "leaderboard.md").read_text(encoding="utf-8")
    assert "f1_new" not in flow.recorded(question).rows[0]
    _, whole = run("", "results")
    assert "f1_new" in whole.rows[0]


def test_too_few_companies_say_neither_ties_nor_a_corrected_score() -> None:
    table = pd.read_csv("train.csv")
    table["firm"] = np.where(np.arange(len(table)) % 2, "F1", "F2")
    table.to_csv("train.csv", index=False)
    _, board = run("", "results")
    assert board.certainty is None
    assert (
        board.sentences[0]
        == "There are too few leads, or companies, of each outcome: neither ties nor a corrected score can be told."
    )
    assert "tied" not in board.rows[0]


def test_a_floor_that_nobody_keeps_is_said() -> None:
    table = pd.read_csv("train.csv")
    table["won"] = np.random.default_rng(5).permutation(table["won"])
    table.to_csv("train.csv", index=False)
    _, board = run('[objective]\nmetric = "recall"\nat_precision = 1.0', "results")
    assert {row["floor"] for row in board.rows} == {"missed"}
    precisions = [row["precision"] for row in board.rows]
    assert precisions == sorted(precisions, reverse=True)
    assert board.sentences[0].startswith("No trial keeps what [objective] asks for; the first comes nearest: ")


def test_status_tells_how_far_the_finalists_are_too() -> None:
    question, _ = run("[submission]\nfinalists = 1", "results")
    cells = len(pd.read_csv(question.finals / "cells.csv"))
    said = bench("status", "leads.toml").out
    assert f"The finalists on the other folds:\n{cells} of {cells} cells are recorded: {cells} done; " in said
