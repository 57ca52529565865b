"""What is expected of a submission, in the report."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bench.page.page import page
from bench.report.expected import Assumed, Foretold
from bench.report.sections.expected import expected_block
from bench.report.told import Told
from tests.report.sections.made import TRIAL, run_of

TABLE = (
    Assumed(0.1, "train, its lower end", 0.5, 6, 4.0, 2.0, 0.667, 0.4, 0.5),
    Assumed(0.3, "chosen, estimate", 0.3, 40, 24.0, 16.0, 0.6, 0.8, 0.686),
    Assumed(0.5, "its upper end", 0.2, 60, 45.0, 15.0, 0.75, 0.9, 0.818),
)


def run(folder: Path, foretold: Foretold | None, objective: str = "") -> Told:
    return run_of(folder, [1, 0, 0, 1] * 5, [[0.9, 0.2, 0.6, 0.4] * 5], objective, submission=100, foretold=foretold)


def test_each_assumed_share_is_a_row_and_the_chosen_one_is_marked(tmp_path: Path) -> None:
    block = expected_block(run(tmp_path, Foretold({TRIAL: 1.0}, ["said"], TABLE)))
    assert block is not None
    assert block.sentences == ["said"]
    assert block.tables[0].rows[1] == ("30.0%", "chosen, estimate", "0.3000", "40", "0.600", "0.800", "0.686")
    assert "assumed: 30.0%" in block.plots[0].svg
    assert "between 10.0% and 50.0% (shaded); 30.0% is assumed (dotted), where F1 0.686" in block.plots[0].caption


def test_an_objective_of_its_own_has_a_column(tmp_path: Path) -> None:
    foretold = Foretold({TRIAL: 1.0}, ["said"], TABLE)
    block = expected_block(run(tmp_path, foretold, 'metric = "profit"\nvalue = 900\ncost = 400'))
    assert block is not None
    assert block.tables[0].columns[-1] == "profit a lead"
    # Of 100 rows 24 convert at 900, 40 calls at 400: 5,600, or 56 a row.
    assert block.tables[0].rows[1][-1] == "56.000"


def test_without_a_submission_there_is_nothing_and_without_its_table_sentences_alone(tmp_path: Path) -> None:
    told = run(tmp_path, None)
    assert expected_block(told) is None
    foretold = Foretold({TRIAL: 1.0}, ["said"], [])
    block = expected_block(replace(told, board=replace(told.board, foretold=foretold)))
    assert block is not None
    assert (block.tables, block.plots) == ([], [])


def test_the_folder_of_whoever_runs_this_is_not_named(tmp_path: Path) -> None:
    block = expected_block(
        run(tmp_path, Foretold({TRIAL: 1.0}, [f"{Path.home()}/results/submission.csv: 4 of 9"], TABLE))
    )
    assert block is not None
    assert list(block.sentences) == ["~/results/submission.csv: 4 of 9"]


def test_without_an_estimate_no_region_is_shaded(tmp_path: Path) -> None:
    table = [replace(TABLE[0], origin="chosen, train"), replace(TABLE[2], origin="")]
    block = expected_block(run(tmp_path, Foretold({TRIAL: 1.0}, ["said"], table)))
    assert block is not None
    assert "the scores speak for" not in block.plots[0].svg


def test_words_of_a_submission_stay_text(tmp_path: Path) -> None:
    hostile = '<script>alert(1)</script> & "quotes" 전환.csv 🙂 {{ 7 * 7 }} ' + "x" * 10_000
    told = run(tmp_path, Foretold({TRIAL: 1.0}, [hostile], [replace(TABLE[0], origin=hostile), *TABLE[1:]]))
    block = expected_block(told)
    assert block is not None
    html = page("title", [], [block])
    assert "<script" not in html
    assert html.count("전환.csv 🙂 {{ 7 * 7 }}") == 2
