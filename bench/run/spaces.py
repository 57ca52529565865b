"""What is searched around a configuration: its hyperparameters, each with a range."""

from __future__ import annotations

import math
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final, Literal

from bench.data.dataset import Dataset
from bench.plan.experiment import Choice
from bench.plan.grid import Plan, Trial, follow, table_traits
from bench.score.objective import Objective
from bench.score.ranking import Score, rank
from bench.space import OneOf, Real, Value, Whole
from bench.vocabulary import AXES, SUBJECTS

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution

DIGITS: Final = 2  # of a value that is asked for, so that it reads well in an experiment file
AT_THE_EDGE: Final = 0.05  # of a range


@dataclass(frozen=True)
class Range:
    """The numbers of a hyperparameter that are searched, both ends included."""

    parameter: Whole | Real
    low: float
    high: float

    def distribution(self) -> BaseDistribution:
        """Return it as Optuna knows it."""
        from optuna.distributions import FloatDistribution, IntDistribution

        if isinstance(self.parameter, Whole):
            return IntDistribution(int(self.low), int(self.high), log=self.parameter.log)
        return FloatDistribution(self.low, self.high, log=self.parameter.log)

    def read(self, value: Value) -> Value:
        """Return a value to `DIGITS` significant digits, within the range."""
        rounded = float(f"{float(value):.{DIGITS}g}")
        return self.parameter.cast(min(max(rounded, self.low), self.high))

    def edge(self, value: Value) -> Literal["lower", "upper"] | None:
        """Return the end of the range that a value sits at, unless nothing behind it is allowed."""
        low, high, here = (self._scaled(float(number)) for number in (self.low, self.high, value))
        place = (here - low) / (high - low)
        if place <= AT_THE_EDGE and self.low > self.parameter.low:
            return "lower"
        if place >= 1 - AT_THE_EDGE and self.high < self.parameter.high:
            return "upper"
        return None

    def beyond(self, edge: Literal["lower", "upper"]) -> Value:
        """Return an allowed value behind an end, a quarter of the range away."""
        low, high = self._scaled(self.low), self._scaled(self.high)
        there = low - (high - low) / 4 if edge == "lower" else high + (high - low) / 4
        behind = math.exp(there) if self.parameter.log else there
        return replace(self, low=self.parameter.low, high=self.parameter.high).read(behind)

    def _scaled(self, number: float) -> float:
        return math.log(number) if self.parameter.log else number


@dataclass(frozen=True)
class Named:
    """The few values of a hyperparameter, all of which are searched."""

    parameter: OneOf

    def distribution(self) -> BaseDistribution:
        """Return it as Optuna knows it."""
        from optuna.distributions import CategoricalDistribution

        return CategoricalDistribution(self.parameter.choices)

    def read(self, value: Value) -> Value:
        """Return a value as it is."""
        return value


@dataclass(frozen=True)
class Space:
    """A configuration and what is searched around it.

    Attributes
    ----------
    like : its best trial; what is not searched, such as names of columns, stays as it is there
    ranges : axis, component and hyperparameter as ``model.lightgbm.leaves`` -> what is searched of it
    """

    like: Trial
    ranges: Mapping[str, Range | Named]

    @property
    def name(self) -> str:
        """The configuration."""
        return self.like.configuration

    @cached_property
    def distributions(self) -> dict[str, BaseDistribution]:
        """What is searched, as Optuna knows it."""
        return {name: searched.distribution() for name, searched in self.ranges.items()}

    def holds(self, trial: Trial) -> bool:
        """Say whether a trial differs from `like` in nothing but what is searched."""
        return _fixed(trial, self.ranges) == _fixed(self.like, self.ranges)

    def values(self, trial: Trial) -> dict[str, Value]:
        """Return the values of a trial that it holds."""
        return {name: value for name, value in trial.row().items() if name in self.ranges}

    def trial(self, values: Mapping[str, Value]) -> Trial:
        """Return the trial with some values, rounded to be read.

        Raises
        ------
        ExperimentError
            If a component does not allow one.
        """
        return Trial(tuple(self._choice(named, choice, values) for named, choice in self.like.by_name.items()))

    def _choice(self, named: str, choice: Choice, values: Mapping[str, Value]) -> Choice:
        searched = {
            name: self.ranges[key].read(values[key])
            for name in choice.component.space
            if (key := f"{named}.{name}") in self.ranges
        }
        settled = choice.component.settle(dict(choice.values) | searched, self.name)
        return replace(choice, values=tuple(settled.items()))


def spaces_of(
    grid: Plan,
    scores: Mapping[str, Score],
    dataset: Dataset,
    objective: Objective,
    configurations: int,
    asked: Sequence[Trial] = (),
) -> list[Space]:
    """Return the spaces around the best configurations of the grid that have one, the best first.

    Parameters
    ----------
    scores : of finished trials
    configurations : how many at most
    asked : trials that were asked for before; a range holds their values too, should the grid no longer do so
    """
    trials = {trial.id: trial for trial in grid.trials}
    found: dict[str, Space] = {}
    for best in rank({trial: score for trial, score in scores.items() if trial in trials}, objective):
        like = trials[best]
        if like.configuration in found or len(found) == configurations:
            continue
        searched = _searched(like, dataset)
        alike = [trial for trial in (*grid.trials, *asked) if _fixed(trial, searched) == _fixed(like, searched)]
        if searched:
            found[like.configuration] = Space(like, _ranges(searched, [trial.row() for trial in alike]))
    return list(found.values())


def _searched(like: Trial, dataset: Dataset) -> dict[str, Whole | Real | OneOf]:
    """Return the hyperparameters of a trial that are worth searching, by the names of `Trial.row`.

    Names of columns and levels are a matter of the table, and so is a number of which the component thinks one alone
    worth trying. An axis that finds nothing to do behind those before it makes no difference, nor does one that the
    model does not look at.
    """
    searched: dict[str, Whole | Real | OneOf] = {}
    traits = dict.fromkeys(table_traits(dataset), "in the table")
    ignored = like.on("model")[0].component.ignores
    for axis in AXES:
        if axis not in ignored and (axis not in SUBJECTS or SUBJECTS[axis] & traits.keys()):
            for named, choice in like.by_name.items():
                for name, parameter in choice.component.space.items() if choice.axis == axis else ():
                    if isinstance(parameter, OneOf | Whole | Real) and _has_room(parameter):
                        searched[f"{named}.{name}"] = parameter
        traits, _ = follow(like.on(axis), traits)
    return searched


def _has_room(parameter: Whole | Real | OneOf) -> bool:
    if isinstance(parameter, OneOf):
        return len(parameter.choices) > 1
    low, high = _worth_trying(parameter)
    return low < high


def _worth_trying(parameter: Whole | Real) -> tuple[float, float]:
    return parameter.search or (parameter.low, parameter.high)


def _ranges(searched: Mapping[str, Whole | Real | OneOf], rows: list[dict[str, Value]]) -> dict[str, Range | Named]:
    """Return what is searched of each hyperparameter.

    A value that the file lists is worth trying whatever the component thinks, so it widens the range: what a trial of
    the grid taught is never left out.
    """
    ranges: dict[str, Range | Named] = {}
    for name, parameter in searched.items():
        if isinstance(parameter, OneOf):
            ranges[name] = Named(parameter)
        else:
            numbers = *_worth_trying(parameter), *(float(row[name]) for row in rows)
            ranges[name] = Range(parameter, min(numbers), max(numbers))
    return ranges


def _fixed(trial: Trial, searched: Container[str]) -> dict[str, Value]:
    """Return what stays of a trial while some of its values are searched."""
    return {name: value for name, value in trial.row().items() if name != "trial" and name not in searched}
