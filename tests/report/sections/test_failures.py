"""What failed is told by reason and by the components to blame, and quotes no lead."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from bench.data.dataset import Dataset
from bench.page.block import Block
from bench.record.cells import CellResult
from bench.report.sections.failures import MOST_SHOWN, failed_sentence, failures_block, in_common
from tests.report.recorded import TRIALS, done, every, told

OF = {one.id: one for one in TRIALS}
LOGISTIC = [one for one in TRIALS if one.named("model") == "logistic"]


def block(tmp_path: Path, cells: Callable[[Dataset], list[CellResult]]) -> Block:
    made = failures_block(told(tmp_path, cells))
    assert made is not None
    return made


def test_where_all_is_well_a_sentence_says_so_and_nothing_else(tmp_path: Path) -> None:
    one = told(tmp_path, every())
    made = failures_block(one)
    assert made is not None
    assert made.sentences == ["All 12 cells that ran, of 4 trials, are done: nothing failed."]
    assert not made.tables
    assert not made.commands
    assert failed_sentence(one) is None


def test_cells_of_one_reason_are_told_together_with_the_component_to_blame(tmp_path: Path) -> None:
    def cells(dataset: Dataset) -> list[CellResult]:
        why = "ValueError: could not convert string to float: 'Kim {}'"
        bad = [CellResult(one.id, 0, fold, "failed", why.format(fold)) for one in LOGISTIC for fold in range(2)]
        late = CellResult(TRIALS[2].id, 0, 0, "timeout", "Timeout: not done within cell_seconds = 3")
        return [*bad, late, done(TRIALS[3], 0, dataset)]

    one = told(tmp_path, cells)
    made = failures_block(one)
    assert made is not None
    (table,) = made.tables
    assert [row[:4] for row in table.rows] == [
        ["ValueError: could not convert string to float: …", "failed", "4", "2"],
        ["Timeout: not done within cell_seconds = 3", "took too long", "1", "1"],
    ]
    assert table.rows[0][4].startswith("model logistic (2 of its 2 trials)")
    assert table.rows[1][4] == TRIALS[2].configuration
    assert "Kim" not in str(made)
    assert made.sentences[0].startswith("5 of 6 cells are not done (4 failed, 1 took too long). ")
    assert made.commands == [f"bench run experiments/asked.toml --retry failed --results {tmp_path}"]
    assert failed_sentence(one) == (
        "5 of 6 cells did not come to an end, and their trials are not ranked: see “What failed”."
    )


def test_a_cell_that_was_run_again_and_is_done_did_not_fail(tmp_path: Path) -> None:
    made = block(
        tmp_path, lambda dataset: [CellResult(TRIALS[0].id, 0, 0, "failed", "E: x"), *every(TRIALS[:1])(dataset)]
    )
    assert made.sentences == ["All 3 cells that ran, of 1 trial, are done: nothing failed."]


def test_warnings_of_cells_that_are_done_are_counted_each_by_itself(tmp_path: Path) -> None:
    def cells(dataset: Dataset) -> list[CellResult]:
        reasons = ("AWarning: a; BWarning: b 'Kim'; and 2 more", "AWarning: a", "")
        return [done(TRIALS[0], fold, dataset, reason=reason) for fold, reason in enumerate(reasons)]

    made = block(tmp_path, cells)
    (table,) = made.tables
    assert [(row[0], row[1]) for row in table.rows] == [("AWarning: a", "2"), ("BWarning: b …", "1")]
    assert made.sentences[0] == "All 3 cells that ran, of 1 trial, are done: nothing failed."


def test_of_many_reasons_the_rarest_share_a_row(tmp_path: Path) -> None:
    names = [chr(ord("a") + number) for number in range(MOST_SHOWN + 3)]
    cells = [
        CellResult(TRIALS[number % 4].id, 0, number % 3, "done", "; ".join(f"W: {name}" for name in names))
        for number in range(1)
    ]
    made = block(tmp_path, lambda dataset: [done(TRIALS[0], 0, dataset, reason=cells[0].reason)])
    (table,) = made.tables
    assert len(table.rows) == MOST_SHOWN + 1
    assert table.rows[-1] == ["3 other reasons", "3", "1", ""]


def test_the_component_whose_trials_failed_most_often_comes_first_and_what_all_trials_have_is_no_cause() -> None:
    # Both logistic trials and one of lightgbm's share nothing but what every trial has.
    assert in_common([*(one.id for one in LOGISTIC), TRIALS[2].id], OF) == "nothing that the other trials have not"
    assert in_common([one.id for one in TRIALS], OF) == "all trials"
    ordinal = [one.id for one in TRIALS if one.named("encoding") == "ordinal"]
    assert in_common(ordinal, OF).startswith("encoding ordinal (2 of its 2 trials)")
