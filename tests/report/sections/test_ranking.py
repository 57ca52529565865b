"""The leaderboard of the page: what is in a row, what is behind it, and how large it grows."""

from __future__ import annotations

from dataclasses import replace

from bench.page.block import LiveTable
from bench.page.page import page
from bench.record.allowed import Allowed
from bench.report.sections.ranking import ranking_block
from bench.report.told import Told
from bench.score.metrics import Counts
from bench.score.objective import Objective
from tests.report.sections.small import FAILED, by, having, told


def live(run: Told | None = None) -> LiveTable:
    block = ranking_block(run or told())
    assert block is not None
    assert block.live is not None
    return block.live


def test_rows_stand_by_rank_and_those_tied_with_the_best_are_marked() -> None:
    table, rows = live(), told().board.rows
    assert [row.cells[0] for row in table.rows] == [str(row["rank"]) for row in rows]
    assert [row.marked for row in table.rows] == [row.get("tied") == "yes" for row in rows]
    assert table.mark == "tied"
    assert table.columns[table.columns.index("configuration")] == table.named_by
    assert set(table.columns) - table.numbers == {"configuration", "status", "trial"}


def test_facets_are_the_axes_with_a_choice() -> None:
    table = live()
    assert list(table.facets) == ["encoding", "model", "tied", "status"]
    assert table.rows[0].facets == {"encoding": "target", "model": "lightgbm", "tied": "yes", "status": "done"}


def test_an_opened_row_tells_what_its_cells_do_not() -> None:
    first = dict(live().rows[0].details)
    row = told().board.rows[0]
    assert first["text"] == "drop_text"
    assert first["Brier score"] == f"{row['brier']:.4f}"
    assert first["thresholds of the folds"] == f"{row['threshold_low']:.4f} to {row['threshold_high']:.4f}"
    assert "ROC AUC" not in first


def test_a_trial_that_failed_says_how_its_folds_ended_and_shows_no_score() -> None:
    table = live()
    (failed,) = [row for row in table.rows if row.cells[-1] == FAILED.id]
    assert dict(failed.details)["folds"] == "2 done, 1 failed"
    assert failed.cells[table.columns.index("F1")] == ""


def test_a_stopped_trial_shows_what_it_is_worth_so_far_and_on_how_many_folds() -> None:
    run = told()
    *done, last = run.board.rows
    stopped = last | {"status": "stopped", "f1": 0.5, "folds": 1}
    raced = having(run, rows=[*[row | {"folds": 3} for row in done], stopped])
    table = live(raced)
    cells = dict(zip(table.columns, table.rows[-1].cells, strict=True))
    assert (cells["status"], cells["F1"], cells["folds"]) == ("stopped", "0.5000", "1")
    block = ranking_block(raced)
    assert block is not None
    assert block.sentences[-1].startswith("Trials that the race stopped rank below")


def test_the_best_trial_stands_beside_the_ensemble_with_what_luck_costs() -> None:
    block, verdict = ranking_block(told()), told().board.verdict
    assert block is not None
    (candidates,) = block.tables
    assert verdict.certainty is not None
    assert [row[0] for row in candidates.rows] == ["the best single trial", "the ensemble of 3 (wins)"]
    assert [row[2] for row in candidates.rows] == [
        f"{verdict.certainty.corrected.value:.4f}",
        f"{verdict.certainty.blended.value:.4f}",
    ]


def test_a_corrected_score_stands_beside_the_floor_that_it_does_not_see() -> None:
    asked = Objective(metric="precision", at_recall=0.75)
    verdict = told().board.verdict
    assert verdict.certainty is not None
    kept, missed = Counts(6, 2, 2, 90), Counts(5, 0, 3, 92)  # a recall of 6 / 8 and of 5 / 8
    certainty = replace(
        verdict.certainty,
        corrected=replace(verdict.certainty.corrected, counts=kept),
        blended=replace(verdict.certainty.blended, counts=missed),
    )
    block = ranking_block(having(by(asked), verdict=replace(verdict, certainty=certainty)))
    assert block is not None
    (candidates,) = block.tables
    place = candidates.columns.index("recall with that (0.75 asked for)")
    assert [row[place] for row in candidates.rows] == ["0.7500", "0.6250, missed"]
    assert all(len(row) == len(candidates.columns) for row in candidates.rows)


def test_that_tied_trials_are_marked_is_said_where_there_are_several() -> None:
    run, said = told(), "Trials marked tied are not shown to be worse than the best."
    for rows, expected in ((2, True), (1, False)):
        tied = [row | {"tied": "yes" if at < rows else "no"} for at, row in enumerate(run.board.rows)]
        block = ranking_block(having(run, rows=tied))
        assert block is not None
        assert (said in block.sentences) == expected


def test_an_ensemble_of_another_trial_alone_is_not_called_one_of_several() -> None:
    verdict = told().board.verdict
    assert verdict.ensemble is not None
    other = verdict.ensemble.combination.of_one(told().board.plan.trials[-2].id)
    block = ranking_block(
        having(told(), verdict=replace(verdict, ensemble=replace(verdict.ensemble, combination=other)))
    )
    assert block is not None
    assert block.tables[0].rows[1][0].startswith("the ensemble, which is another trial alone")


def test_a_budget_without_draws_is_not_told_as_too_few_leads() -> None:
    allowed = Allowed(budget=9.0, candidates=5, draws=0, finalists=None)
    short = having(told(), verdict=replace(told().board.verdict, certainty=None, allowed=allowed))
    block = ranking_block(short)
    assert block is not None
    assert block.sentences[0].startswith("The budget left no time to tell how far chance goes")
    assert short.board.sentences[0] == block.sentences[0]


def test_nothing_that_ran_is_no_leaderboard() -> None:
    assert ranking_block(having(told(), rows=[])) is None


def test_two_thousand_trials_stay_well_below_two_megabytes() -> None:
    run = told()
    rows = [
        run.board.rows[0]
        | {"rank": rank, "trial": f"{rank:016x}", "f1": rank / 3000, "brier": rank / 7000, "log_loss": rank / 6000}
        | {
            "threshold_low": rank / 5000,
            "threshold_high": rank / 4000,
            "flat_low": rank / 9000,
            "surely_behind": rank / 9,
        }
        | {"hyperparameters": f"lightgbm.trees={rank} lightgbm.learning_rate={rank / 1e4} lightgbm.leaves=15"}
        for rank in range(1, 2001)
    ]
    block = ranking_block(having(run, rows=rows, verdict=replace(run.board.verdict, certainty=None)))
    assert block is not None
    assert len(page("large", [], [block]).encode()) < 1_700_000
