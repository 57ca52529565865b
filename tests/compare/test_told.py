"""A comparison opens with its answer, and says what it cannot tell."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bench import flow
from bench.compare.facts import same_arithmetic
from bench.compare.paired import Pair, Paired
from bench.compare.parts import blocks
from bench.compare.recorded import Cell, Place
from bench.compare.told import Comparison, answer
from bench.compare.trials import overlap
from bench.compare.whole import compare, read_both, write_comparison
from bench.page.block import Block
from bench.record.allowed import Allowed, write_allowed
from bench.score.objective import Objective

FIRST, SECOND = Path("results/first"), Path("results/second")

pytestmark = pytest.mark.usefixtures("made")


def compared(one: Path = FIRST, other: Path = SECOND) -> Comparison:
    """Compare what two folders tell without their tables."""
    return compare(read_both((one, other), Path("results")), ("it is far away.", "it is far away."))


def compared_with_tables(one: Path = FIRST, other: Path = SECOND) -> Comparison:
    return flow.compare((one, other), Path("results"), None)[0]


def copied(change: Callable[[Path], None] = lambda folder: None) -> Path:
    """Keep a copy of the first run elsewhere, changed."""
    shutil.copytree(FIRST, "kept/first")
    change(Path("kept/first"))
    return Path("kept/first")


def edited(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def part(found: Comparison, title: str) -> Block:
    return next(block for block in blocks(found) if block.title == title)


def with_pair(found: Comparison, pair: Pair, same_folds: bool = True, missed: tuple[str, ...] = ()) -> list[str]:
    return answer(replace(found, paired=Paired((pair,), ("trial a", "an ensemble of 3"), missed, same_folds, 90, 90)))


def test_the_answer_says_who_is_ahead_by_how_much_and_how_surely() -> None:
    found = compared()
    first, luck, one, other, changed = with_pair(found, Pair("winner", Objective(), True, 0.5, 0.6, 0.05))
    assert first == (
        "B is ahead by 0.1000 of F1 (95 % interval 0.0020 to 0.1980), more than chance makes: F1 0.5000 of A and "
        "0.6000 of B."
    )
    assert luck.startswith("These are scores of the winners on rows that had no part in choosing them")
    assert (one, other) == (
        "A is results/first: 2 trials, won by trial a.",
        "B is results/second: 3 trials, won by an ensemble of 3.",
    )
    assert changed == (
        "The same: the data, the folds, versions and machine. Changed: 2 keys of the file (grid.model, "
        "submission.finalists)."
    )


@pytest.mark.parametrize(("units", "said"), [(90, "of the 90 rows, so"), (30, "of 30 companies (a row of no company")])
def test_it_is_said_what_was_drawn(units: int, said: str) -> None:
    pairs = (Pair("winner", Objective(), True, 0.5, 0.6, 0.05),)
    found = replace(compared(), paired=Paired(pairs, ("trial a", "trial b"), (), True, 90, units))
    assert said in part(found, "Scores of the same rows").sentences[0]


def test_of_a_loss_the_lower_one_is_ahead() -> None:
    by = Objective.model_validate({"metric": "brier"})
    said = with_pair(compared(), Pair("winner", by, True, 0.10, 0.15, 0.01))[0]
    assert said.startswith("A is ahead by 0.0500 of Brier score (95 % interval 0.0304 to 0.0696)")
    assert said.endswith("Brier score 0.1000 of A and 0.1500 of B, where less is better.")


def test_a_floor_that_is_missed_is_said_beside_the_score() -> None:
    by = Objective.model_validate({"metric": "precision", "at_recall": 0.5})
    said = with_pair(compared(), Pair("winner", by, True, 0.5, 0.9, 0.1), missed=("B",))
    assert "B misses the recall or precision that is asked for, and so ranks behind." in said


def test_a_difference_that_chance_may_explain_puts_nobody_ahead() -> None:
    pair = Pair("best single trial", Objective(), False, 0.5, 0.52, 0.05)
    first, luck, folds, *_ = with_pair(compared(), pair, same_folds=False)
    assert first.startswith("Neither is shown to be ahead: F1 0.5000 of A and 0.5200 of B. B less A is +0.0200")
    assert "the best of many was partly lucky" in luck
    assert folds.startswith("The folds are others too: ")


def test_a_difference_without_an_interval_is_not_called_a_lead() -> None:
    said = with_pair(compared(), Pair("winner", Objective(), False, 0.5, 0.9, None))[0]
    assert said == (
        "F1 0.5000 of A and 0.9000 of B: too few companies or rows of either outcome to say whether that is chance."
    )


def test_a_copy_of_a_run_is_the_same_and_nothing_is_drawn_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.compare.paired.judge", None)
    found = compared_with_tables(FIRST, copied())
    assert found.identical
    assert answer(found)[0] == "A and B are the same: what they were asked, their cells, predictions and ranks."
    assert "All 6 cells done in both hold the same predictions, bit for bit." in part(found, "Trials").sentences


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"python"', '"python_"', "Versions or machine differ, which may explain it."),
        ('"commit": "', '"commit": "x', "Versions and machine are the same, the code is not"),
        ('"rows"', '"rows_"', "Versions, machine and code are the same, so they should be equal"),
    ],
)
def test_other_predictions_of_the_same_cell_are_a_finding(old: str, new: str, said: str) -> None:
    def change(folder: Path) -> None:
        lines = (folder / "cells.csv").read_text(encoding="utf-8").splitlines()
        fields = lines[1].split(",")
        fields[11] = "7"  # predictions_crc32
        (folder / "cells.csv").write_text("\n".join([lines[0], ",".join(fields), *lines[2:], ""]), encoding="utf-8")
        facts = (folder / "run.json").read_text(encoding="utf-8")
        if '"commit": null' in facts:  # not run from a repository
            facts = facts.replace('"commit": null', '"commit": "a"')
            (FIRST / "run.json").write_text(facts, encoding="utf-8")
        (folder / "run.json").write_text(facts.replace(old, new), encoding="utf-8")

    sentences = part(compared(FIRST, copied(change)), "Trials").sentences
    assert any(one.startswith("Of 6 cells done in both, 1 hold other predictions") for one in sentences)
    assert any(one.startswith(said) for one in sentences)


def test_a_folder_without_its_file_is_compared_by_what_is_there() -> None:
    found = compared_with_tables(FIRST, copied(lambda folder: (folder / "experiment.toml").unlink()))
    first, own, *_ = answer(found)
    assert first == "A and B cannot be compared row by row. B: no experiment file was kept that names its table."
    assert own.startswith("By their own leaderboards the best single trial has F1 0.")
    assert part(found, "What the files ask for").sentences[0].startswith("B kept no experiment file")


def test_versions_that_nobody_kept_are_not_called_the_same() -> None:
    (FIRST / "run.json").unlink()
    (SECOND / "run.json").unlink()
    found = compared()
    assert "versions" not in answer(found)[4]
    assert not same_arithmetic(found.one, found.other)


def test_a_budget_and_a_slice_that_the_command_named_are_changes_though_the_file_is_the_same() -> None:
    def change(folder: Path) -> None:
        write_allowed(folder, Allowed(20.0, 1, 0, None))
        lines = (folder / "cells.csv").read_text(encoding="utf-8").splitlines()
        kept = [line for line in lines if not line.startswith(compared().overlap.moved[0].trial)]
        (folder / "cells.csv").write_text("\n".join([*kept, ""]), encoding="utf-8")

    assert answer(compared(FIRST, copied(change)))[4] == (
        "The same: the file, the data, the folds, versions and machine. Changed: the budget (none in A, 20 s in B); "
        "which trials of the file were run."
    )


def test_a_table_that_changed_since_or_is_gone_leaves_no_paired_scores() -> None:
    other = copied(lambda folder: edited(folder / "experiment.toml", "train.csv", "gone.csv"))
    assert "B: " in answer(compared_with_tables(FIRST, other))[0]
    assert "gone.csv" in answer(compared_with_tables(FIRST, other))[0]
    edited(other / "experiment.toml", "gone.csv", "train.csv")
    edited(other / "cells.csv", compared().one.data_id, "0123456789")
    assert "B: its table is no longer the one that was run" in answer(compared_with_tables(FIRST, other))[0]


def test_columns_that_came_went_or_changed_their_kind_are_told() -> None:
    other = copied(lambda folder: edited(folder / "run.json", '"source": "category"', '"pages": "number"'))
    table = part(compared(FIRST, other), "Data and folds").tables[1]
    assert table.rows == [("source", "category", ""), ("pages", "", "number")]


def test_names_and_values_are_text_on_the_page() -> None:
    evil = "<script>alert(1)</script>"
    other = copied(lambda folder: edited(folder / "run.json", '"source": "category"', f'"{evil}": "number"'))
    edited(other / "experiment.toml", "[data]", f'question = "{evil}"\n[data]')
    write_comparison(compared(FIRST, other), Path("page.html"))
    page = Path("page.html").read_text(encoding="utf-8")
    assert evil not in page
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") == 2


def test_every_trial_stands_in_one_table_those_that_changed_most_first() -> None:
    found = compared(SECOND, FIRST)
    table = part(found, "Trials").live
    assert table is not None
    assert [row.facets["in"] for row in table.rows] == ["both", "both", "A alone"]
    assert {row.facets["model"] for row in table.rows} == {"constant", "logistic", "knn"}
    last = dict(zip(table.columns, table.rows[-1].cells, strict=True))
    assert last["configuration"].endswith("/knn")
    assert (last["rank in B"], last["F1 in B"], last["B less A"]) == ("", "", "")
    assert last["F1 in A"] == f"{found.one.finished[last['trial']].scores['f1']:.4f}"
    assert table.rows[-1].details == [("hyperparameters", "knn.neighbours=5"), ("in A", "done"), ("in B", "not run")]


def test_a_trial_that_one_run_stopped_has_no_score_there_and_says_why() -> None:
    def change(folder: Path) -> None:
        edited(folder / "leaderboard.csv", ",done,", ",stopped,")

    table = part(compared(FIRST, copied(change)), "Trials").live
    assert table is not None
    cells = dict(zip(table.columns, table.rows[0].cells, strict=True))
    assert (cells["in"], cells["rank in B"], cells["B less A"]) == ("both", "", "")
    assert table.rows[0].details[-2:] == [("in A", "done"), ("in B", "stopped")]
    assert not any(row.marked for row in table.rows)


def test_many_trials_are_all_in_the_table_and_drawn_thinned() -> None:
    found = compared()
    ranks = range(1, 2001)
    runs = [
        replace(
            run,
            cells={(f"{name}{rank:04}", 0, 0): Cell("done", 1.0, 1.0, "0") for rank in ranks for name in (letter, "c")},
            configurations={},
            ranking={
                f"{name}{rank:04}": Place(rank, "made/" * 40, "done", True, {"f1": rank / share})
                for rank in ranks
                for name in (letter, "c")
            },
        )
        for run, letter, share in zip(found.runs, "ab", (5000, 2500), strict=True)
    ]
    big = replace(found, one=runs[0], other=runs[1], overlap=overlap(*runs))
    shown = part(big, "Trials")
    assert shown.live is not None
    assert [len(shown.live.rows), shown.live.rows[0].cells[0]] == [6000, "c2000"]
    assert shown.plots[0].caption.startswith("F1 of 286 of the 2,000 trials finished in both")
    write_comparison(big, Path("page.html"))
    assert Path("page.html").stat().st_size < 3_000_000
