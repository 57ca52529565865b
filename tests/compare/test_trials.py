"""The same id is the same trial: what it ranked, scored and predicted in both runs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bench.compare.recorded import Cell, Place, Recorded
from bench.compare.trials import overlap, shared_metric

DATA = '[data]\ntrain = "t.csv"\ntarget = "won"\npositive = "yes"\n[grid]\nmodel = ["constant"]\n[objective]\n'


def run(scores: dict[str, float], checksums: str = "", tied: str = "", metric: str = 'metric = "f1"') -> Recorded:
    """Return a run of trials with one cell each, ranked by their scores."""
    order = sorted(scores, key=lambda trial: -scores[trial])
    ranking = {
        trial: Place(rank, f"made/{trial}", "done", trial in tied, {"f1": scores[trial], "roc_auc": 0.5})
        for rank, trial in enumerate(order, start=1)
    }
    cells = {(trial, 0, 0): Cell("done", 1.0, 100.0, f"{trial}{checksums}") for trial in scores}
    return Recorded(Path("one"), DATA + metric, {}, "data", "folds", cells, {}, ranking, ())


def test_trials_in_both_stand_by_how_much_their_score_changed() -> None:
    one = run({"a": 0.9, "b": 0.8, "c": 0.7, "x": 0.1}, tied="ab")
    other = run({"c": 0.95, "a": 0.85, "b": 0.84, "y": 0.2, "z": 0.3}, tied="ca")
    found = overlap(one, other)
    assert [(moved.trial, moved.ranks) for moved in found.moved] == [("c", (3, 1)), ("a", (1, 2)), ("b", (2, 3))]
    assert [moved.change for moved in found.moved] == pytest.approx([0.25, -0.05, 0.04])
    assert found.tau == pytest.approx(-1 / 3)  # of three pairs, two turned round
    assert found.tied == (2, 1, 2)


def test_trials_of_one_run_alone_stand_by_their_rank() -> None:
    found = overlap(run({"a": 0.9, "x": 0.1}), run({"a": 0.9, "y": 0.2, "z": 0.3}))
    assert (found.only_one, found.many, found.tau) == (["x"], 1, None)
    named = replace(run({"y": 0.2, "z": 0.3, "a": 0.9}), configurations={"y": "second", "z": "first"})
    assert overlap(run({"a": 0.9}), named).only_other == ["z", "y"]


def test_a_trial_stopped_in_one_run_is_in_both_and_has_not_moved() -> None:
    one, other = run({"a": 0.9, "b": 0.8}), run({"a": 0.9, "b": 0.8})
    stopped = replace(other.ranking["b"], status="stopped")
    found = overlap(one, replace(other, ranking={**other.ranking, "b": stopped}))
    assert ([moved.trial for moved in found.moved], found.unfinished, found.many) == (["a"], 1, 2)


def test_predictions_are_the_same_where_their_checksums_are() -> None:
    one, other = run({"a": 0.9, "b": 0.8}), run({"a": 0.9, "b": 0.8})
    found = overlap(one, other)
    assert (found.equal, found.compared, found.unequal) == (2, 2, [])
    apart = {**other.cells, ("b", 0, 0): Cell("done", 1.0, 100.0, "else")}
    found = overlap(one, replace(other, cells=apart))
    assert (found.equal, found.compared, found.unequal) == (1, 2, ["b"])


@pytest.mark.parametrize("field", ["data_id", "folds_id"])
def test_predictions_of_other_rows_are_not_compared(field: str) -> None:
    one = run({"a": 0.9})
    assert overlap(one, replace(one, **{field: "else"})).compared == 0


def test_a_cell_that_failed_has_no_predictions_to_compare() -> None:
    one = run({"a": 0.9})
    failed = replace(one, cells={("a", 0, 0): Cell("failed", 1.0, 100.0, "0")})
    assert overlap(one, failed).compared == 0


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        ('metric = "f1"', 'metric = "roc_auc"', "f1"),
        ('metric = "profit"\nvalue = 9\ncost = 2', 'metric = "roc_auc"', "roc_auc"),
        ('metric = "f_beta"\nbeta = 2', 'metric = "f_beta"\nbeta = 3', "f1"),
        ('metric = "roc_auc"\nreport = ["brier"]', 'metric = "roc_auc"', "roc_auc"),
    ],
)
def test_scores_are_compared_by_a_metric_that_means_the_same_in_both(one: str, other: str, shared: str) -> None:
    runs = []
    for metric in (one, other):
        made = run({"a": 0.9}, metric=metric)
        scores = {**made.ranking["a"].scores, "profit": 1.0, "f_beta": 1.0}
        runs.append(replace(made, ranking={"a": replace(made.ranking["a"], scores=scores)}))
    assert shared_metric(runs[0], runs[1]) == shared


def test_runs_without_a_leaderboard_have_trials_and_no_ranks() -> None:
    one = replace(run({"a": 0.9, "b": 0.8}), ranking={}, configurations={"a": "first"})
    found = overlap(one, run({"a": 0.9}))
    assert (found.moved, found.unfinished, found.only_one, found.tau) == ([], 1, ["b"], None)
