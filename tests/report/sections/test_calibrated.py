"""The winner's probabilities against what came, in the report."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bench.report.calibrated import calibration_lines
from bench.report.sections.calibrated import calibrated_block
from tests.report.sections.made import run_of, run_of_many


def test_the_page_and_the_markdown_say_the_same(tmp_path: Path) -> None:
    told = run_of_many(tmp_path)
    block, found = calibrated_block(told), told.board.calibration
    assert block is not None
    assert found is not None
    lines = calibration_lines(found)
    assert block.sentences[0] == lines[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[4:]]
    plain, after = block.tables
    assert [list(row) for row in plain.rows] == rows
    assert len(after.rows) == 10
    assert "after a sigmoid" in block.plots[0].svg


def test_two_probabilities_are_two_groups(tmp_path: Path) -> None:
    # Of ten leads at 0.75 six convert, of ten at 0.25 two: 0.15 and 0.05 apart.
    block = calibrated_block(run_of(tmp_path, [1] * 6 + [0] * 12 + [1] * 2, [[0.75] * 10 + [0.25] * 10]))
    assert block is not None
    assert block.sentences[0].startswith("Predicted and observed shares of positives are 0.100 apart on average")
    assert [row[:2] for row in block.tables[0].rows] == [("25.0%", "20.0%"), ("75.0%", "60.0%")]
    assert block.sentences[1].startswith("Of 2 groups of held-out leads with about the same probability 2 converted")


def test_of_companies_it_is_said_that_intervals_are_too_narrow(tmp_path: Path) -> None:
    y, scores = [1, 0, 0] * 14, [[0.5, 0.1, 0.3] * 14]
    alone, together = (
        calibrated_block(run_of(tmp_path / name, y, scores, groups=groups))
        for name, groups in (("alone", None), ("together", [row // 3 for row in range(42)]))
    )
    assert alone is not None
    assert together is not None
    assert "too narrow" not in " ".join(alone.sentences)
    assert "take leads of one company as independent, so are too narrow" in together.sentences[1]


def test_of_several_repeats_the_first_is_named(tmp_path: Path) -> None:
    block = calibrated_block(run_of_many(tmp_path, repeats=2))
    assert block is not None
    assert block.sentences[-1] == "The first repeat stands for all."
    assert sum(int(row[3]) for row in block.tables[0].rows) == 400


def test_without_a_winner_there_is_nothing_to_show(tmp_path: Path) -> None:
    told = run_of_many(tmp_path, 40)
    assert calibrated_block(replace(told, board=replace(told.board, calibration=None))) is None
