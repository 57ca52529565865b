"""Which run is ahead is said of the same rows, with what luck of choosing and of rows is worth."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bench import flow
from bench.compare.paired import Pair, Side, paired
from bench.compare.recorded import read_recorded
from bench.ensemble.judge import judge
from bench.score.objective import Objective


def side(name: str) -> Side:
    found = flow.side_of(read_recorded(Path("results") / name))
    assert isinstance(found, Side)
    return found


@pytest.fixture
def both(made: Path) -> tuple[Side, Side]:
    return side("first"), side("second")


@pytest.mark.parametrize(
    ("metric", "one", "other", "error", "ahead"),
    [
        ("f1", 0.5, 0.6, 0.05, "B"),
        ("f1", 0.6, 0.5, 0.05, "A"),
        ("brier", 0.5, 0.6, 0.05, "A"),
        ("f1", 0.5, 0.6, 0.0511, None),
        ("f1", 0.5, 0.6, None, None),
        ("f1", 0.5, 0.5, 0.0, None),
    ],
)
def test_a_run_is_ahead_where_the_interval_leaves_out_0(
    metric: str, one: float, other: float, error: float | None, ahead: str | None
) -> None:
    pair = Pair("winner", Objective.model_validate({"metric": metric}), True, one, other, error)
    assert pair.ahead == ahead


def test_an_interval_is_two_standard_errors_to_each_side() -> None:
    pair = Pair("winner", Objective(), True, 0.5, 0.6, 0.05)
    assert pair.interval == pytest.approx((0.002, 0.198), abs=1e-4)


def test_choices_are_replayed_in_the_same_draws_of_both(both: tuple[Side, Side]) -> None:
    found = paired(*both)
    assert not isinstance(found, str)
    one, other = (judge(side.plan, side.dataset, side.store, side.experiment) for side in both)
    assert one.certainty is not None
    assert other.certainty is not None
    pair = next(pair for pair in found.pairs if pair.who == "best single trial" and pair.corrected)
    assert (pair.one, pair.other) == (one.certainty.corrected.value, other.certainty.corrected.value)
    assert pair.error == one.certainty.corrected.error_of_difference(other.certainty.corrected)
    plain = found.pairs[-1]
    assert (plain.corrected, plain.one) == (False, one.scores[next(iter(one.single.weights))].counts.f1)  # type: ignore[union-attr]


def test_a_run_against_itself_differs_by_exactly_nothing(both: tuple[Side, Side]) -> None:
    found = paired(both[0], both[0])
    assert not isinstance(found, str)
    assert {(pair.difference, pair.error) for pair in found.pairs} == {(0.0, 0.0)}
    assert (found.rows, found.units, found.same_folds) == (90, 90, True)


def test_other_objectives_leave_the_leaders_of_each_by_both_scores(both: tuple[Side, Side]) -> None:
    one, other = both
    by = Objective.model_validate({"metric": "roc_auc"})
    found = paired(one, replace(other, experiment=replace(other.experiment, objective=by)))
    assert not isinstance(found, str)
    assert [(pair.objective.metric, pair.corrected) for pair in found.pairs] == [("f1", False), ("roc_auc", False)]


def test_a_winner_that_misses_the_floor_is_named(both: tuple[Side, Side]) -> None:
    by = Objective.model_validate({"metric": "recall", "at_precision": 1.0})
    one, other = both
    found = paired(one, replace(other, experiment=replace(other.experiment, objective=by)))
    assert not isinstance(found, str)
    assert found.missed == ("B",)


def test_what_a_report_shows_beside_it_is_no_other_objective(both: tuple[Side, Side]) -> None:
    one, other = both
    by = one.experiment.objective.model_copy(update={"report": ("brier",)})
    found = paired(replace(one, experiment=replace(one.experiment, objective=by)), other)
    assert not isinstance(found, str)
    assert found.pairs[0].corrected


def test_companies_are_drawn_whole_where_one_of_both_names_them(both: tuple[Side, Side]) -> None:
    groups = np.arange(90) // 3
    one, other = both
    found = paired(one, replace(other, dataset=replace(other.dataset, groups=groups)))
    assert not isinstance(found, str)
    assert found.units == 30


def test_of_too_few_companies_scores_have_no_interval(both: tuple[Side, Side]) -> None:
    found = paired(*(replace(side, dataset=replace(side.dataset, groups=np.arange(90) // 15)) for side in both))
    assert not isinstance(found, str)
    assert [(pair.corrected, pair.interval, pair.ahead) for pair in found.pairs] == [(False, None, None)]


def test_rows_of_other_outcomes_are_not_paired(both: tuple[Side, Side]) -> None:
    one, other = both
    turned = replace(other, dataset=replace(other.dataset, y=1 - other.dataset.y))
    fewer = replace(other, dataset=replace(other.dataset, y=other.dataset.y[:80]))
    assert paired(one, turned) == "Their rows do not have the same outcomes."
    assert paired(one, fewer) == "A has 90 labelled rows and B 80."


def test_a_column_dropped_leaves_the_rows_the_same_and_another_order_does_not(both: tuple[Side, Side]) -> None:
    one, other = both
    named = replace(other, dataset=replace(other.dataset, data_id="dropped"))
    assert not isinstance(paired(one, named), str)
    lines = Path(one.experiment.data.train or "").read_text(encoding="utf-8").splitlines()
    order = [*range(91)]
    yes = [number for number in order[1:] if lines[number].endswith("yes")]
    order[yes[0]], order[yes[1]] = yes[1], yes[0]  # two rows of one outcome have changed places
    Path("moved.csv").write_text("\n".join(lines[number] for number in order), encoding="utf-8")
    roles = other.experiment.data.model_copy(update={"train": "moved.csv"})
    moved = replace(named, experiment=replace(other.experiment, data=roles))
    assert paired(one, moved) == "Their tables hold other rows, or the same in another order."


def test_folds_that_hold_out_other_rows_are_not_paired(both: tuple[Side, Side]) -> None:
    one, other = both
    fold_of = other.folds.fold_of.copy()
    fold_of[:, :5] = -1
    later = replace(other, folds=replace(other.folds, fold_of=fold_of))
    assert paired(one, later) == "Their folds hold out other rows."


def test_a_run_without_a_finished_trial_is_not_paired(both: tuple[Side, Side]) -> None:
    one, other = both
    nothing = replace(other, plan=replace(other.plan, trials=()))
    assert paired(one, nothing) == "No trial of B is finished."
