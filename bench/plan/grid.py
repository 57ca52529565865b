"""Cross the axes, drop what cannot work, collapse what makes no difference, list the cells."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from math import prod

import pandas as pd

from bench.components import REGISTRIES
from bench.data.dataset import Dataset
from bench.errors import ExperimentError
from bench.plan.experiment import LARGEST_GRID, Choice, Experiment
from bench.registry import Component
from bench.space import Value
from bench.vocabulary import AXES, DO_NOTHING, SUBJECTS, Axis


@dataclass(frozen=True)
class Trial:
    """A configuration with a value for every hyperparameter: one `Choice` for each axis."""

    choices: tuple[Choice, ...]

    def __getitem__(self, axis: Axis) -> Choice:
        return self.choices[AXES.index(axis)]

    @cached_property
    def configuration(self) -> str:
        """The components' names in the order of the axes, such as ``median/target/drop_text/smote/lightgbm``."""
        return "/".join(choice.component.name for choice in self.choices)

    @cached_property
    def id(self) -> str:
        """Twelve hexadecimal digits made of what the trial is, and of nothing else."""
        return self.fingerprint(*AXES)

    def fingerprint(self, *axes: Axis) -> str:
        """Return twelve hexadecimal digits made of the choices on some axes: enough for `LARGEST_GRID` trials."""
        content = [[axis, self[axis].component.name, dict(self[axis].values)] for axis in axes]
        return sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:12]

    def row(self) -> dict[str, str | Value]:
        """Return the trial as one row: id, configuration, a column for each axis and each hyperparameter."""
        return {
            "trial": self.id,
            "configuration": self.configuration,
            **{axis: self[axis].component.name for axis in AXES},
            **{f"{c.component.name}.{name}": value for c in self.choices for name, value in c.values},
        }


@dataclass(frozen=True)
class Cell:
    """One trial on one fold: the unit that runs, is recorded and resumes."""

    trial: Trial
    repeat: int
    fold: int

    @property
    def key(self) -> tuple[str, int, int]:
        """What names the cell in the record."""
        return self.trial.id, self.repeat, self.fold


@dataclass(frozen=True)
class Plan:
    """What will run on one table, and what will not and why.

    Attributes
    ----------
    trials : without doubles; trials that share their preparation stand together
    dropped, collapsed : reason -> number of combinations it took away
    """

    trials: tuple[Trial, ...]
    dropped: dict[str, int]
    collapsed: dict[str, int]

    def cells(self, repeats: int, folds: int) -> Iterator[Cell]:
        """Yield the cells so that those with the same prepared rows follow each other, and trials finish early."""
        blocks: dict[str, list[Trial]] = {}
        for trial in self.trials:
            blocks.setdefault(trial.fingerprint("imputation", "encoding", "text"), []).append(trial)
        for block in blocks.values():
            for repeat in range(repeats):
                for fold in range(folds):
                    for trial in block:
                        yield Cell(trial, repeat, fold)

    def only(self, wanted: dict[str, set[str]]) -> Plan:
        """Return the slice whose components are among ``wanted[axis]`` on every axis named there.

        Raises
        ------
        ExperimentError
            If an axis or component is unknown, or nothing is left.
        """
        for axis, names in wanted.items():
            present = {trial[axis].component.name for trial in self.trials} if axis in AXES else set()
            if not names <= present:
                allowed = ", ".join(sorted(present)) if present else f"axes are {', '.join(AXES)}"
                raise ExperimentError(f"--only {axis}={','.join(sorted(names))}: not in this plan ({allowed}).")
        kept = tuple(
            trial
            for trial in self.trials
            if all(trial[axis].component.name in names for axis, names in wanted.items() if axis in AXES)
        )
        if not kept:
            raise ExperimentError("--only: no configuration of the plan has all of these components together.")
        return Plan(kept, self.dropped, self.collapsed)


def make_plan(experiment: Experiment, dataset: Dataset) -> Plan:
    """Enumerate the grid of ``experiment`` on the table ``dataset``, fitting nothing.

    Raises
    ------
    ExperimentError
        If the grid is larger than `LARGEST_GRID`, or nothing of it can work.
    """
    size = prod(len(choices) for choices in experiment.axes.values())
    if size > LARGEST_GRID:
        raise ExperimentError(
            f"{experiment.path}: [grid] crosses to {size:,} configurations, and {LARGEST_GRID:,} is the most "
            "that one experiment may hold. List fewer components or values."
        )
    # The floor is in every grid: a leaderboard without one cannot be read.
    walk = _Walk(experiment.axes, {_floor(): None})
    walk.extend((), dict.fromkeys(table_traits(dataset), "in the table"))
    if len(walk.trials) == 1 and any(choice.component.name != "constant" for choice in experiment.axes["model"]):
        reasons = "; ".join(f"{reason} ({count})" for reason, count in walk.dropped.most_common(3))
        raise ExperimentError(f"{experiment.path}: no configuration of [grid] can work on this table: {reasons}.")
    return Plan(tuple(walk.trials), dict(walk.dropped), dict(walk.collapsed))


def table_traits(dataset: Dataset) -> frozenset[str]:
    """Return the traits of a table, the rows to predict included: their gaps have to be dealt with too."""
    tables = [dataset.features] if dataset.submission is None else [dataset.features, dataset.submission]
    traits = set()
    for name, column in dataset.features.items():
        gaps = any(table[name].isna().any() for table in tables)
        if pd.api.types.is_numeric_dtype(column.dtype):
            traits |= {"columns"} | ({"number_gaps"} if gaps else set())
        elif isinstance(column.dtype, pd.CategoricalDtype):
            traits |= {"columns", "categories"} | ({"category_gaps"} if gaps else set())
        else:
            traits.add("raw_text")
    return frozenset(traits)


def _choice(axis: Axis, name: str) -> Choice:
    """Return a component with its defaults."""
    component = REGISTRIES[axis][name]
    return Choice(component, tuple(component.settle({}, name).items()))


def _floor() -> Trial:
    return Trial((*(_choice(axis, DO_NOTHING[axis]) for axis in AXES[:-1]), _choice("model", "constant")))


@dataclass(frozen=True)
class _Walk:
    """Goes along the axes, carrying the traits of the table, and gathers what it finds."""

    axes: dict[Axis, tuple[Choice, ...]]
    trials: dict[Trial, None]
    dropped: Counter[str] = field(default_factory=Counter)
    collapsed: Counter[str] = field(default_factory=Counter)

    def extend(self, chosen: tuple[Choice, ...], traits: dict[str, str]) -> None:
        """Extend ``chosen`` by every choice of the next axis; ``traits`` says of each where it comes from."""
        if len(chosen) == len(AXES):
            self._finish(chosen)
            return
        axis = AXES[len(chosen)]
        behind = prod(len(self.axes[other]) for other in AXES[len(chosen) + 1 :])
        for choice in self._worth_trying(axis, traits, behind):
            objection = choice.component.objection(traits)
            if objection:
                self.dropped[objection] += behind
            else:
                self.extend((*chosen, choice), _passed_on(axis, choice.component, traits))

    def _worth_trying(self, axis: Axis, traits: dict[str, str], behind: int) -> tuple[Choice, ...]:
        choices = self.axes[axis]
        if axis not in SUBJECTS or SUBJECTS[axis] & traits.keys():
            return choices
        idle = _choice(axis, DO_NOTHING[axis])
        if choices != (idle,):
            reason = f"{axis} has nothing to do on this table, so {DO_NOTHING[axis]} stands for every choice"
            self.collapsed[reason] += len(choices) * behind
        return (idle,)

    def _finish(self, chosen: tuple[Choice, ...]) -> None:
        model = chosen[-1].component
        if model.ignores:
            self.collapsed[f"{model.name} does not look at {', '.join(a for a in AXES if a in model.ignores)}"] += 1
            pairs = zip(AXES, chosen, strict=True)
            chosen = tuple(_choice(a, DO_NOTHING[a]) if a in model.ignores else choice for a, choice in pairs)
        self.trials[Trial(chosen)] = None


def _passed_on(axis: Axis, component: Component, traits: dict[str, str]) -> dict[str, str]:
    """Return the traits behind a component, each with the one to blame: who made it, or could have cleared it."""
    left = {trait: origin for trait, origin in traits.items() if trait not in component.clears}
    left |= dict.fromkeys(left.keys() & SUBJECTS.get(axis, frozenset()), f"left by {component.name}")
    return left | dict.fromkeys(component.brings, f"made by {component.name}")
