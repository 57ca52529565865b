"""Cross the axes, drop what cannot work, collapse what makes no difference, list the cells."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from hashlib import sha256
from itertools import chain
from math import prod

import pandas as pd

from bench.components import REGISTRIES
from bench.data.dataset import Dataset
from bench.errors import ExperimentError, did_you_mean
from bench.plan.experiment import Choice, Experiment, Option
from bench.registry import Component
from bench.space import Value, matching
from bench.vocabulary import AXES, DO_NOTHING, SUBJECTS, Axis


@dataclass(frozen=True)
class Trial:
    """A configuration with a value for every hyperparameter: one `Choice` for each axis, several on derived."""

    choices: tuple[Choice, ...]

    def on(self, *axes: Axis) -> tuple[Choice, ...]:
        """Return what it does on some axes, in their order."""
        return tuple(choice for choice in self.choices if choice.axis in axes)

    @cached_property
    def by_name(self) -> dict[str, Choice]:
        """Its choices by axis and component, as ``model.lightgbm``.

        Of a component that stands several times in a row the second is ``derived.cross (2)``, and so on.
        """
        found: dict[str, Choice] = {}
        times = Counter[str]()
        for choice in self.choices:
            name = f"{choice.axis}.{choice.component.name}"
            times[name] += 1
            found[f"{name} ({times[name]})" if times[name] > 1 else name] = choice
        return found

    def named(self, axis: Axis) -> str:
        """Return the name of its component on an axis, of several in a row as ``location+missing``."""
        return "+".join(choice.component.name for choice in self.on(axis))

    def does_nothing(self, axis: Axis) -> bool:
        """Say whether it leaves the rows on an axis as they are."""
        return self.named(axis) == DO_NOTHING.get(axis)

    @cached_property
    def configuration(self) -> str:
        """The components' names in the order of the axes, such as ``median/target/drop_text/smote/lightgbm``.

        What is derived stands first, unless the table stays as it is.
        """
        shown = AXES if self.named("derived") != DO_NOTHING["derived"] else AXES[1:]
        return "/".join(self.named(axis) for axis in shown)

    @cached_property
    def id(self) -> str:
        """Sixteen hexadecimal digits made of what the trial is, and of nothing else."""
        return self.fingerprint(*AXES)

    def fingerprint(self, *axes: Axis) -> str:
        """Return sixteen hexadecimal digits made of the choices on some axes: enough for `LARGEST_GRID` trials."""
        return _fingerprint(self.on(*axes))

    def row(self) -> dict[str, str | Value]:
        """Return the trial as one row: id, configuration, a column for each axis and each hyperparameter.

        A hyperparameter is named behind its component's name in `by_name`.
        """
        row: dict[str, str | Value] = {"trial": self.id, "configuration": self.configuration}
        row |= {axis: self.named(axis) for axis in AXES}
        for component, choice in self.by_name.items():
            row |= {f"{component}.{name}": value for name, value in choice.values}
        return row


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
        """Yield the cells so that those with the same prepared rows follow each other, the longest first.

        Fold after fold of one table block, so that what was prepared of a fold is soon done with; within it, text by
        text and resampling by resampling. By the costs that the components name: they decide the order, never a
        result.
        """
        blocks: dict[str, list[Trial]] = {}
        for trial in self.trials:
            blocks.setdefault(trial.fingerprint("derived", "imputation", "encoding"), []).append(trial)
        for block in blocks.values():
            places: dict[str, int] = {}
            for trial in block:
                for axes in (("text",), ("text", "resampling")):
                    places.setdefault(trial.fingerprint(*axes), len(places))
            in_order = sorted(
                block,
                key=lambda trial: (
                    places[trial.fingerprint("text")],
                    places[trial.fingerprint("text", "resampling")],
                    -trial.on("model")[0].component.cost,
                ),
            )
            for repeat in range(repeats):
                for fold in range(folds):
                    for trial in in_order:
                        yield Cell(trial, repeat, fold)

    def having(self, trials: Iterable[Trial]) -> Plan:
        """Return the plan with more trials behind its own."""
        return replace(self, trials=tuple(dict.fromkeys((*self.trials, *trials))))

    def only(self, wanted: dict[str, set[str]]) -> Plan:
        """Return the slice whose components are among ``wanted[axis]`` on every axis named there.

        Raises
        ------
        ExperimentError
            If an axis or component is unknown, or nothing is left.
        """
        for axis, names in wanted.items():
            present = {trial.named(axis) for trial in self.trials} if axis in AXES else set()
            if not names <= present:
                allowed = ", ".join(sorted(present)) if present else f"axes are {', '.join(AXES)}"
                raise ExperimentError(f"--only {axis}={','.join(sorted(names))}: not in this plan ({allowed}).")
        kept = tuple(
            trial
            for trial in self.trials
            if all(trial.named(axis) in names for axis, names in wanted.items() if axis in AXES)
        )
        if not kept:
            raise ExperimentError("--only: no configuration of the plan has all of these components together.")
        return Plan(kept, self.dropped, self.collapsed)


def make_plan(experiment: Experiment, dataset: Dataset) -> Plan:
    """Enumerate the grid of ``experiment`` on the table ``dataset``, fitting nothing.

    Raises
    ------
    ExperimentError
        If nothing of it can work.
    """
    _check_columns(experiment, dataset)
    # The floor is in every grid: a leaderboard without one cannot be read.
    walk = _Walk(experiment.axes, _idle(experiment, dataset), {_floor(): None})
    walk.extend((), dict.fromkeys(table_traits(dataset), "in the table"))
    if len(walk.trials) == 1 and any(choice.component.name != "constant" for (choice,) in experiment.axes["model"]):
        reasons = "; ".join(f"{reason} ({count})" for reason, count in walk.dropped.most_common(3))
        raise ExperimentError(f"{experiment.path}: no configuration of [grid] can work on this table: {reasons}.")
    return Plan(tuple(walk.trials), dict(walk.dropped), dict(walk.collapsed))


def trial_of(choices: Iterable[tuple[Axis, str, Mapping[str, Value]]]) -> Trial:
    """Return the trial of these components, each with its axis and hyperparameters; others keep their defaults.

    Raises
    ------
    KeyError
        If there is no such component.
    ExperimentError
        If a value is not allowed.
    """
    found = []
    for axis, name, values in choices:
        component = REGISTRIES[axis][name]
        found.append(Choice(axis, component, tuple(component.settle(dict(values), f"{axis} {name}").items())))
    return Trial(tuple(found))


def table_traits(dataset: Dataset) -> frozenset[str]:
    """Return the traits of a table, the rows to predict included: their gaps have to be dealt with too."""
    tables = [dataset.features] if dataset.submission is None else [dataset.features, dataset.submission]
    traits = set() if dataset.groups is None else {"groups"}
    for name, column in dataset.features.items():
        gaps = any(table[name].isna().any() for table in tables)
        if pd.api.types.is_numeric_dtype(column.dtype) or pd.api.types.is_datetime64_any_dtype(column.dtype):
            traits |= {"columns"} | ({"number_gaps"} if gaps else set())
        elif isinstance(column.dtype, pd.CategoricalDtype):
            traits |= {"columns", "categories"} | ({"category_gaps"} if gaps else set())
        else:
            traits.add("raw_text")
    return frozenset(traits)


def follow(choices: Option, traits: dict[str, str]) -> tuple[dict[str, str], str | None]:
    """Return the traits behind choices made in a row, each with where it comes from, and why one cannot work, if so."""
    for choice in choices:
        objection = choice.component.objection(traits)
        if objection:
            return traits, f"{choice.axis} {objection}"  # names recur: knn is an imputation and a model
        traits = _passed_on(choice.axis, choice.component, traits)
    return traits, None


def default_choice(axis: Axis, name: str) -> Choice:
    """Return a component with its defaults."""
    component = REGISTRIES[axis][name]
    return Choice(axis, component, tuple(component.settle({}, name).items()))


@lru_cache(1024)  # trials that follow each other share most of their choices
def _fingerprint(choices: tuple[Choice, ...]) -> str:
    content = [[choice.axis, choice.component.name, dict(choice.values)] for choice in choices]
    return sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]


def _floor() -> Trial:
    return Trial((*(default_choice(a, DO_NOTHING[a]) for a in AXES[:-1]), default_choice("model", "constant")))


def _check_columns(experiment: Experiment, dataset: Dataset) -> None:
    """Refuse names of columns that the table does not have, unless a derived column may be meant."""
    known = [str(name) for name in dataset.features]
    derives = any(option[0].component.name != DO_NOTHING["derived"] for option in experiment.axes["derived"])
    for option in chain.from_iterable(experiment.axes.values()):
        for choice in option[:1] if option[0].axis == "derived" or not derives else ():
            for name, pattern in choice.patterns():
                if pattern != choice.component.space[name].default and not matching(pattern, known):
                    raise ExperimentError(
                        f"{experiment.path}: '{name}' of '{choice.component.name}' in [grid] is '{pattern}', and no "
                        f"column that is a feature has that name.{did_you_mean(pattern, known)}"
                    )


def _idle(experiment: Experiment, dataset: Dataset) -> dict[Choice, str]:
    """Return the choices that find no column of this table to work on, each with the reason.

    Of several in a row only the first is asked: the others may work on what those before them made.
    """
    reasons = {}
    for choice in (option[0] for options in experiment.axes.values() for option in options):
        if not choice.has_a_subject(dataset.features):
            among = ", ".join(f"{name} = '{pattern}'" for name, pattern in choice.patterns())
            reasons[choice] = (
                f"{choice.axis} {choice.component.name} finds no column to work on ({among or 'in this table'})"
            )
    return reasons


@dataclass(frozen=True)
class _Walk:
    """Goes along the axes, carrying the traits of the table, and gathers what it finds."""

    axes: dict[Axis, tuple[Option, ...]]
    idle: dict[Choice, str]
    trials: dict[Trial, None]
    dropped: Counter[str] = field(default_factory=Counter)
    collapsed: Counter[str] = field(default_factory=Counter)

    def extend(self, chosen: tuple[Option, ...], traits: dict[str, str]) -> None:
        """Extend ``chosen`` by every option of the next axis; ``traits`` says of each where it comes from."""
        if len(chosen) == len(AXES):
            self._finish(chosen)
            return
        axis = AXES[len(chosen)]
        behind = prod(len(self.axes[other]) for other in AXES[len(chosen) + 1 :])
        for option in self._worth_trying(axis, traits, behind):
            left, objection = follow(option, traits)
            objection = self.idle.get(option[0]) or objection
            if objection:
                self.dropped[objection] += behind
            else:
                self.extend((*chosen, option), left)

    def _worth_trying(self, axis: Axis, traits: dict[str, str], behind: int) -> tuple[Option, ...]:
        options = self.axes[axis]
        if axis not in SUBJECTS or SUBJECTS[axis] & traits.keys():
            return options
        idle = (default_choice(axis, DO_NOTHING[axis]),)
        if options != (idle,):
            reason = f"{axis} has nothing to do on this table, so {DO_NOTHING[axis]} stands for every choice"
            self.collapsed[reason] += len(options) * behind
        return (idle,)

    def _finish(self, chosen: tuple[Option, ...]) -> None:
        model = chosen[-1][0].component
        if model.ignores:
            self.collapsed[f"{model.name} does not look at {', '.join(a for a in AXES if a in model.ignores)}"] += 1
            pairs = zip(AXES, chosen, strict=True)
            chosen = tuple((default_choice(a, DO_NOTHING[a]),) if a in model.ignores else row for a, row in pairs)
        self.trials[Trial(tuple(chain.from_iterable(chosen)))] = None


def _passed_on(axis: Axis, component: Component, traits: dict[str, str]) -> dict[str, str]:
    """Return the traits behind a component, each with the one to blame: who made it, or could have cleared it."""
    left = {trait: origin for trait, origin in traits.items() if trait not in component.clears}
    left |= dict.fromkeys(left.keys() & SUBJECTS.get(axis, frozenset()), f"left by {axis} {component.name}")
    return left | dict.fromkeys(component.brings, f"made by {axis} {component.name}")
