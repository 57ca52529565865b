"""What the report says of thresholds, by small numbers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bench.page.block import Block
from bench.page.page import page
from bench.report.calling import calls_to_predict, held_out_calls
from bench.report.expected import Assumed, Foretold
from bench.report.sections.thresholds import thresholds_block
from bench.report.told import Told
from tests.report.sections.made import TRIAL, leave_undrawn, run_of, run_of_many

# Ten leads: the best four hold three of four conversions; the last stands at 0.2.
Y = [1, 1, 0, 1, 0, 0, 0, 1, 0, 0] * 2
SCORES = np.repeat([[0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.05]], 2, axis=0).reshape(1, 20)


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    leave_undrawn(monkeypatch)


def block_of(told: Told) -> Block:
    made = thresholds_block(told)
    assert made is not None
    return made


@pytest.mark.usefixtures("undrawn")
def test_the_winners_threshold_is_said_with_what_it_calls_and_costs(tmp_path: Path) -> None:
    block = block_of(run_of(tmp_path, Y, SCORES))
    # Down to 0.6: 6 of 8 called convert, 2 of 8 are missed, F1 0.75; half-way to 0.5 lies the threshold.
    assert block.sentences[0] == (
        "At the winner's threshold of 0.5500, 8 of 20 held-out leads are called (40.0%): 6 of these convert, a "
        "precision of 75.0%, and 2 of all 8 conversions are missed, a recall of 75.0%."
    )
    assert block.sentences[-1].startswith("The leaderboard scores other calls, each fold's at a threshold chosen on")


@pytest.mark.usefixtures("undrawn")
def test_the_table_calls_round_numbers_as_called_and_all(tmp_path: Path) -> None:
    told = run_of_many(tmp_path, 400)
    (table,) = block_of(told).tables
    assert [row[0].split(",")[0] for row in table.rows] == ["10", "20", "50", "100", "134", "200", "400"]
    last = dict(zip(table.columns, table.rows[-1], strict=True))
    conversions = int(told.held_out.y.sum())
    assert (last["recall"], last["conversions found"]) == ("100.0%", str(conversions))
    assert last["precision"] == f"{conversions / 400:.1%}"
    marked = [row for row in table.rows if row[0].endswith("as called")]
    assert [row[1] for row in marked] == [f"{told.board.verdict.winner.threshold:.4f}"]  # type: ignore[union-attr]
    assert len(table.columns) == len(table.rows[0])


@pytest.mark.usefixtures("undrawn")
def test_no_number_of_calls_below_ten_is_shown(tmp_path: Path) -> None:
    (table,) = block_of(run_of(tmp_path, Y, SCORES)).tables
    assert [row[0] for row in table.rows] == ["10", "20"]  # 8 are called, of whom the sentence tells


@pytest.mark.usefixtures("undrawn")
def test_leads_of_one_probability_are_called_together(tmp_path: Path) -> None:
    block = block_of(run_of(tmp_path, Y, [[0.6, 0.3] * 10]))
    assert [row[0] for row in block.tables[0].rows] == ["10", "20, as called"]
    constant = block_of(run_of(tmp_path / "constant", Y, [[0.4] * 20]))
    assert "All leads get the same probability, so any threshold calls all of them or nobody." in constant.sentences
    assert len(constant.plots) == 2  # of numbers of calls there is but one


@pytest.mark.parametrize(
    ("objective", "said"),
    [
        ('metric = "roc_auc"', "Ranking by ROC AUC needs no threshold; whom to call is chosen for F1."),
        ('metric = "precision"\nat_recall = 0.5', "A recall of at least 50.0% has to be kept: it is 51.8% here"),
        ('metric = "recall"\nat_precision = 0.6', "A precision of at least 60.0% has to be kept: it is 62.9% here"),
        ('metric = "recall_at_k"\nk = 0.1', "No more than 10.0% of the leads can be called"),
        ('metric = "profit"\nvalue = 10\ncost = 400', "none of 400 held-out leads is called: no call pays."),
    ],
)
def test_what_an_objective_asks_for_is_said_and_drawn(tmp_path: Path, objective: str, said: str) -> None:
    block = block_of(run_of_many(tmp_path, objective=objective))
    assert said in " ".join(block.sentences)
    assert len(block.plots) == 3
    drawn = block.plots[1].svg
    assert ("not allowed" in drawn) == ("\nat_" in objective or "\nk" in objective)
    assert ("to keep" in drawn) == ("\nat_" in objective)
    assert ("profit for each lead" in drawn) == ("profit" in objective)


@pytest.mark.usefixtures("undrawn")
def test_profit_of_a_number_of_calls_is_of_all_of_them(tmp_path: Path) -> None:
    block = block_of(run_of(tmp_path, Y, SCORES, 'metric = "profit"\nvalue = 900\ncost = 400'))
    # The best ten: 6 conversions at 900, 10 calls at 400. All: 8 and 20.
    assert [row[-1] for row in block.tables[0].rows] == ["1,400", "-800"]


@pytest.mark.usefixtures("undrawn")
def test_repeats_are_means_and_a_lead_counts_once(tmp_path: Path) -> None:
    once, thrice = run_of(tmp_path / "1", Y, SCORES), run_of(tmp_path / "3", Y, np.repeat(SCORES, 3, axis=0))
    (_, one), (_, three) = held_out_calls(once) or (), held_out_calls(thrice) or ()
    assert three.calls.counts.predicted_positives.tolist() == one.calls.counts.predicted_positives.tolist()
    assert three.exported.rows == 20
    first, of_three = one.calls.interval(4), three.calls.interval(4)  # ten leads
    assert of_three[0] < first[0]  # by Student's t: no more than ten leads tell it
    assert of_three[1] > first[1]
    assert "Each lead was held out 3 times" in block_of(thrice).sentences[-1]


@pytest.mark.usefixtures("undrawn")
def test_leads_of_one_company_count_as_far_as_they_differ(tmp_path: Path) -> None:
    alone = run_of_many(tmp_path / "alone")
    y, scores = alone.held_out.y, alone.probability
    assert scores is not None
    # Companies of twenty leads with one outcome.
    order = np.argsort(y, kind="stable")
    together = run_of(tmp_path / "together", y[order], scores[:, order], groups=[row // 20 for row in range(400)])
    wide, narrow = (block_of(told).tables[0].rows[-1][3] for told in (together, alone))
    low, high = ([float(end.rstrip("%")) for end in interval.split(" to ")] for interval in (wide, narrow))
    assert low[1] - low[0] > 3 * (high[1] - high[0])


@pytest.mark.usefixtures("undrawn")
def test_rows_to_predict_are_told_of_at_the_share_that_is_assumed(tmp_path: Path) -> None:
    chosen = Assumed(0.6, "chosen", 0.3, 40, 30.0, 10.0, 0.75, 0.5, 0.6)
    alone = run_of_many(tmp_path / "alone")
    assert calls_to_predict(alone) is None
    assert alone.probability is not None
    foretold = Foretold({TRIAL: 1.0}, ["said"], [chosen])
    told = run_of(tmp_path / "asked", alone.held_out.y, alone.probability, submission=100, foretold=foretold)
    made = calls_to_predict(told)
    assert made is not None
    assert made.counts.rows[-1] == pytest.approx(100)
    assert made.counts.positives[-1] == pytest.approx(60)
    block = block_of(told)
    table = block.tables[1]
    assert "threshold" not in table.columns
    assert table.rows[-1][:3] == ["100", "60.0%", "60.0% to 60.0%"]
    assert any("0.3000" in sentence and "60.0%" in sentence for sentence in block.sentences)
    assert "doubt" not in block.plots[-1].caption
    said = block.sentences[-1]
    assert said.startswith("Of these 40 calls a precision of 75.0% is expected where each fold's threshold is chosen")
    listed = next(row for row in table.rows if row[0].endswith("as called"))
    assert said.endswith(f"into one list instead, which comes to {listed[1]}.")
    doubted = replace(foretold, sentences=["said", "Doubt: the scores to predict are no mixture."])
    in_doubt = block_of(replace(told, board=replace(told.board, foretold=doubted)))
    for caption in (in_doubt.plots[-1].caption, in_doubt.tables[-1].caption):
        assert "leads of either outcome look alike in both tables is in doubt here" in caption
    # An older record of which only the sentences can be read.
    older = replace(told, board=replace(told.board, foretold=replace(foretold, table=[])))
    assert len(block_of(older).tables) == 1


def test_without_a_winner_there_is_nothing_to_show(tmp_path: Path) -> None:
    told = run_of(tmp_path, Y, SCORES)
    nobody = replace(told.board, verdict=replace(told.board.verdict, winner=None))
    assert thresholds_block(replace(told, board=nobody)) is None


def test_the_part_is_a_page_and_small(tmp_path: Path) -> None:
    html = page("title", [], [block_of(run_of_many(tmp_path, 2000))])
    assert html.count('role="img"') == 3
    assert len(html) < 150_000
