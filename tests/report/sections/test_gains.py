"""Lift and gains in the report, by small numbers."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.report.sections.gains import gains_block
from tests.report.sections.made import leave_undrawn, run_of, run_of_many

# Twenty leads in bands of five: 4, 1, 0 and 1 of them convert.
Y = [1, 1, 1, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0]
SCORES = [[0.99 - 0.04 * place for place in range(20)]]


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    leave_undrawn(monkeypatch)


@pytest.mark.usefixtures("undrawn")
def test_bands_tell_share_lift_and_what_is_found_so_far(tmp_path: Path) -> None:
    block = gains_block(run_of(tmp_path, Y, SCORES))
    assert block is not None
    (table,) = block.tables
    told = [(row[0], row[1], row[2], row[3], row[5], row[6]) for row in table.rows]
    assert told == [
        ("0–25", "5", "4", "80.0%", "2.67", "66.7%"),
        ("25–50", "5", "1", "20.0%", "0.67", "83.3%"),
        ("50–75", "5", "0", "0.0%", "0.00", "83.3%"),
        ("75–100", "5", "1", "20.0%", "0.67", "100.0%"),
    ]
    assert block.sentences[:2] == [
        "Calling the best 25.0% of the leads finds 66.7% of the conversions, 2.7 times as many as calling at random.",
        "Half of the conversions are found within the first 3 calls (15.0% of the leads); at random it takes 10.",
    ]


@pytest.mark.usefixtures("undrawn")
def test_equal_leads_are_never_parted(tmp_path: Path) -> None:
    block = gains_block(run_of(tmp_path, Y, [[0.8] * 6 + [0.2] * 14]))
    assert block is not None
    assert [row[0] for row in block.tables[0].rows] == ["0–30", "30–100"]
    assert block.sentences[-1].endswith("there are 2 bands in place of 4.")


def test_a_constant_finds_what_chance_does(tmp_path: Path) -> None:
    # Two folds take turns by two leads; their constants differ a little, as the shares that they were trained on do.
    for folder, second in (("alike", 0.3), ("by fold", 0.31)):
        block = gains_block(run_of(tmp_path / folder, Y, [[0.3, 0.3, second, second] * 5]))
        assert block is not None
        (sentence,) = block.sentences
        assert sentence.startswith("The model of each fold gives all of its leads the same probability")
        assert not block.plots
        assert not block.tables


@pytest.mark.usefixtures("undrawn")
def test_a_later_band_that_surely_converts_more_often_is_named(tmp_path: Path) -> None:
    backwards = [1 - score for score in SCORES[0]]
    block = gains_block(run_of(tmp_path, [1] * 10 + [0] * 10, [backwards]))
    assert block is not None
    assert block.sentences[-1].startswith("A later band surely converts more often")


@pytest.mark.usefixtures("undrawn")
def test_counts_of_repeats_are_means(tmp_path: Path) -> None:
    block = gains_block(run_of(tmp_path, Y, SCORES * 3))
    assert block is not None
    assert [row[1:3] for row in block.tables[0].rows] == [("5", "4"), ("5", "1"), ("5", "0"), ("5", "1")]


@pytest.mark.usefixtures("undrawn")
def test_tenths_of_many_leads_are_ten(tmp_path: Path) -> None:
    block = gains_block(run_of_many(tmp_path))
    assert block is not None
    assert [row[1] for row in block.tables[0].rows] == ["40"] * 10
    assert "For the intervals leads count as independent" in block.tables[0].caption


def test_the_plots_tell_chance_and_every_band(tmp_path: Path) -> None:
    block = gains_block(run_of(tmp_path, Y, SCORES))
    assert block is not None
    gains, rates = block.plots
    assert "at random" in gains.svg
    assert "the first 25% find 67%" in gains.caption
    assert all(f">{name}<" in rates.svg for name in ("0", "25", "50", "75", "100", "all leads: 30.0 %"))
