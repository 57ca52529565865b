"""What is searched around a configuration is allowed, readable and what the file says of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bench.plan.grid import Plan, Trial
from bench.registry import Component
from bench.run.spaces import Named, Range, Space, spaces_of
from bench.score.metrics import Counts
from bench.score.objective import Objective
from bench.score.ranking import Score
from bench.space import OneOf, Real, Whole
from bench.vocabulary import Axis
from tests.components.catalogue import EVERY, IDS, choice, trial
from tests.conftest import make_dataset, make_leads

F1 = Objective()
LEARNING_RATE = Real(0.05, 0.001, 1.0, log=True, search=(0.02, 0.2))
LEAVES = Whole(31, 2, 1024, log=True, search=(7, 127))
SHARE = Real(1.0, 0.05, 1.0, search=(0.4, 1.0))


def scored(correct: int) -> Score:
    """Return the score of some calls: F1 is the correct ones of a hundred."""
    counts = Counts(correct, 100 - correct, 100 - correct, 0)
    return Score(counts, 0.5, 0.5, 0.5, 0.5, 0.5, 100.0, (0.5, 0.5), (0.5, 0.5))


def space_of(*trials: Trial, asked: tuple[Trial, ...] = ()) -> Space:
    """Return the space around the first of some trials."""
    scores = {one.id: scored(90 - place) for place, one in enumerate(trials)}
    return spaces_of(Plan(trials, {}, {}), scores, make_leads(), F1, 1, asked)[0]


def boosting(**values: Any) -> Trial:
    return trial(model=choice("model", "lightgbm", **values))


@pytest.mark.parametrize(("axis", "component"), EVERY, ids=IDS)
def test_whatever_is_searched_is_allowed_by_the_components(axis: Axis, component: Component) -> None:
    like = trial(**{axis: component.name})
    if component.name == "constant":
        return
    space = space_of(like)
    for end in ("low", "high"):
        values = {
            name: getattr(searched, end) if isinstance(searched, Range) else searched.parameter.choices[-1]
            for name, searched in space.ranges.items()
        }
        made = space.trial(values)  # raises if one is refused
        assert space.holds(made)
        assert space.values(made) == values


def test_the_best_configurations_are_searched_and_each_once() -> None:
    first, again, other, floor = boosting(), boosting(leaves=15), trial(model="logistic"), trial(model="constant")
    plan = Plan((floor, other, again, first), {}, {})
    scores = {first.id: scored(60), again.id: scored(59), floor.id: scored(58), other.id: scored(57)}
    found = spaces_of(plan, scores, make_dataset(), F1, 3)
    assert [space.like for space in found] == [first, other]
    assert [space.like for space in spaces_of(plan, scores, make_dataset(), F1, 1)] == [first]


def test_a_value_of_the_grid_or_asked_for_before_widens_what_is_searched() -> None:
    assert space_of(boosting()).ranges["model.lightgbm.leaves"] == Range(LEAVES, 7, 127)
    assert space_of(boosting(), boosting(leaves=4)).ranges["model.lightgbm.leaves"] == Range(LEAVES, 4, 127)
    asked = (boosting(leaves=200),)
    assert space_of(boosting(), asked=asked).ranges["model.lightgbm.leaves"] == Range(LEAVES, 7, 200)


def test_another_configuration_does_not_widen_it() -> None:
    other = trial(model=choice("model", "lightgbm", leaves=4), resampling="class_weight")
    assert space_of(boosting(), other).ranges["model.lightgbm.leaves"] == Range(LEAVES, 7, 127)


def test_names_of_columns_and_which_cells_count_stay_as_they_are() -> None:
    like = trial(derived=choice("derived", "customer_share", by="owner", column="source", values="web"))
    other = trial(derived=choice("derived", "customer_share", by="source", column="owner", values="o1"))
    space = space_of(like, other)
    assert {name for name in space.ranges if name.startswith("derived")} == {
        "derived.customer_share.target",
        "derived.customer_share.folds",
    }
    assert not space.holds(other)


def test_a_component_that_stands_twice_in_a_row_is_searched_twice() -> None:
    (alone,) = [one for one in boosting().choices if one.axis == "derived"]
    assert alone.component.name == "raw"
    owner, page = (choice("derived", "cross", columns=f"source, {other}") for other in ("owner", "country"))
    like = Trial((owner, page, *boosting().choices[1:]))
    space = space_of(like)
    rare = {"derived.cross.rare": 7, "derived.cross (2).rare": 110}
    assert rare.keys() <= space.ranges.keys()
    made = space.trial(space.values(like) | rare)
    assert [dict(one.values)["rare"] for one in made.on("derived")] == [7, 110]
    assert space.holds(made)
    assert {name: value for name, value in space.values(made).items() if name in rare} == rare


def test_an_axis_with_nothing_to_do_is_not_searched() -> None:
    one = trial(imputation="median", encoding="target", model="lightgbm")

    def axes(columns: list[str]) -> set[str]:
        leads = make_dataset()
        dataset = replace(leads, features=leads.features[columns], submission=None)
        (space,) = spaces_of(Plan((one,), {}, {}), {one.id: scored(5)}, dataset, F1, 1)
        return {name.split(".")[0] for name in space.ranges}

    assert axes(["pages"]) == {"model"}
    assert axes(["pages", "visits"]) == {"model", "imputation"}
    assert axes(["pages", "visits", "source"]) == {"model", "imputation", "encoding"}


@pytest.mark.parametrize(
    ("searched", "value", "read"),
    [
        (Range(LEARNING_RATE, 0.02, 0.2), 0.0473912, 0.047),
        (Range(LEARNING_RATE, 0.0204, 0.2), 0.0204, 0.0204),  # to two digits it would leave the range
        (Range(LEAVES, 7, 127), 126, 127),
        (Range(LEAVES, 7, 127), 44, 44),
        (Named(OneOf(False, (False, True))), True, True),
    ],
)
def test_a_value_reads_well_and_stays_inside(searched: Range | Named, value: Any, read: Any) -> None:
    found = searched.read(value)
    assert found == read
    assert type(found) is type(read)


@pytest.mark.parametrize(
    ("searched", "value", "edge"),
    [
        (Range(LEARNING_RATE, 0.02, 0.2), 0.022, "lower"),  # 4 % of the way, in orders of magnitude
        (Range(LEARNING_RATE, 0.02, 0.2), 0.023, None),  # 6 %
        (Range(LEARNING_RATE, 0.02, 0.2), 0.18, "upper"),
        (Range(SHARE, 0.4, 1.0), 0.43, "lower"),
        (Range(SHARE, 0.4, 1.0), 0.44, None),
        (Range(SHARE, 0.4, 1.0), 1.0, None),  # more is not allowed
    ],
)
def test_an_edge_is_a_twentieth_of_the_range_if_there_is_more_behind_it(
    searched: Range, value: float, edge: str | None
) -> None:
    assert searched.edge(value) == edge


def test_what_lies_beyond_an_edge_is_a_quarter_of_the_range_away_and_allowed() -> None:
    assert Range(LEARNING_RATE, 0.01, 0.16).beyond("lower") == 0.005
    assert Range(LEARNING_RATE, 0.01, 0.9).beyond("upper") == 1.0
    assert Range(SHARE, 0.4, 0.8).beyond("lower") == pytest.approx(0.3)
