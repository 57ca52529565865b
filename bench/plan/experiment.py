"""The experiment file, checked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from importlib.util import find_spec
from itertools import product
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from bench.components import REGISTRIES
from bench.data.folds import FoldsSection
from bench.data.roles import Roles
from bench.errors import ExperimentError, did_you_mean
from bench.plan.indices import CustomersSection, IndexSection
from bench.plan.sections import (
    EnsembleSection,
    Entry,
    ExperimentFile,
    LimitsSection,
    RaceSection,
    Settings,
    SubmissionSection,
    TuneSection,
    seconds_of,
)
from bench.plan.slips import place_of, validated
from bench.registry import Component
from bench.score.objective import Objective
from bench.space import Columns, Value
from bench.vocabulary import AXES, DO_NOTHING, Axis

if TYPE_CHECKING:
    import pandas as pd

LARGEST_GRID = 2_000_000  # configurations; checked before any is made
BY_DERIVE = "By `bench derive`"  # in the comment above variables that it added
LARGEST_CELLS = 20_000_000  # of all configurations on all folds; likewise


@dataclass(frozen=True)
class Choice:
    """A component of an axis with a value for each of its hyperparameters."""

    axis: Axis
    component: Component
    values: tuple[tuple[str, Value], ...]

    @property
    def settings(self) -> dict[str, Value]:
        """Its hyperparameters that are not the defaults."""
        return {name: value for name, value in self.values if value != self.component.space[name].default}

    def patterns(self) -> list[tuple[str, str]]:
        """Return its hyperparameters that name columns, each with the name it gives."""
        return [(name, str(value)) for name, value in self.values if isinstance(self.component.space[name], Columns)]

    def has_a_subject(self, table: pd.DataFrame) -> bool:
        """Say whether its component finds columns of a table to work on, if it looks for any."""
        subject = self.component.subject
        return subject is None or bool(subject(table, **dict(self.values)))


Option = tuple[Choice, ...]
"""What a trial may do on one axis: one choice, or on derived several in a row."""


@dataclass(frozen=True)
class Experiment:
    """An experiment file that passed every check that needs no data.

    Attributes
    ----------
    name : the file's stem; results go to ``results/<name>``
    source : the file as it is written
    budget : wall seconds for a whole run; None for as long as it takes
    race, tune : None where every trial runs on every fold, and where no trial is added to the grid
    axes : for each axis its options, hyperparameter values crossed, in the file's order
    """

    name: str
    path: Path
    source: str
    question: str
    budget: float | None
    data: Roles
    folds: FoldsSection
    objective: Objective
    ensemble: EnsembleSection
    submission: SubmissionSection
    limits: LimitsSection
    race: RaceSection | None
    tune: TuneSection | None
    index: tuple[IndexSection, ...]
    customers: CustomersSection
    axes: dict[Axis, tuple[Option, ...]]

    @property
    def derived_by_outcome(self) -> bool:
        """Whether its file says that `bench derive` chose variables by the outcomes of these rows."""
        return f"# {BY_DERIVE}" in self.source

    def within(self, limits: Mapping[str, float | None]) -> Experiment:
        """Return the experiment with limits in place of those of its file, by name; None leaves the file's.

        Raises
        ------
        ExperimentError
            If one is no limit; the sentence names the option of the command line.
        """
        given = {name: value for name, value in limits.items() if value is not None}
        try:
            section = LimitsSection.model_validate(self.limits.model_dump() | given)
        except ValidationError as error:
            wrong = error.errors()[0]
            option = f"--{wrong['loc'][0]}".replace("_", "-")
            raise ExperimentError(
                f"{option} {wrong['input']:g}: should be {wrong['msg'].removeprefix('Input should be ')}."
            ) from None
        return replace(self, limits=section)

    def spending(self, budget: str | None) -> Experiment:
        """Return the experiment with another budget, as an option writes it; None leaves the file's.

        Raises
        ------
        ExperimentError
            If it is no time.
        """
        return self if budget is None else replace(self, budget=seconds_of(budget))

    def assuming(self, positive_rate: str | None) -> Experiment:
        """Return the experiment with another share of positives, as an option writes it; None leaves the file's.

        Raises
        ------
        ExperimentError
            If it is neither a share nor one of the words for one.
        """
        if positive_rate is None:
            return self
        given: float | str = positive_rate
        with suppress(ValueError):
            given = float(positive_rate)
        try:
            section = SubmissionSection.model_validate(self.submission.model_dump() | {"positive_rate": given})
        except ValidationError as error:
            said = error.errors()[0]["msg"].removeprefix("Value error, ")
            raise ExperimentError(f"--positive-rate: {said}.") from None
        return replace(self, submission=section)

    def capacity_among(self, rows: int) -> Experiment:
        """Return the experiment with a number of calls in its objective as their share of ``rows``.

        Raises
        ------
        ExperimentError
            If there are no more rows than calls.
        """
        k = self.objective.k
        if k is not None and k >= rows:
            raise ExperimentError(
                f"{self.path}: 'k' in [objective] is {k:g}, and there are {rows:,} rows to call among. Write a smaller "
                "number, or a share below 1."
            )
        return replace(self, objective=self.objective.among(rows))


def read_experiment(path: Path) -> Experiment:
    """Read and check an experiment file.

    Raises
    ------
    ExperimentError
        With the place (file, line, key), what was found, what is allowed and the nearest known name.
    """
    return experiment_of(read_source(path), path)


def experiment_of(text: str, path: Path) -> Experiment:
    """Check the text of an experiment file; ``path`` names it. Raises as `read_experiment` does."""
    file = validated(ExperimentFile, text, path)
    axes = {axis: _options(axis, getattr(file.grid, axis), place_of(path, text, "grid", axis)) for axis in AXES}
    _check_grid(path, prod(len(options) for options in axes.values()), file.folds)
    sections = {name: getattr(file, name) for name in ExperimentFile.model_fields if name != "grid"}
    return Experiment(path.stem, path, text, **sections, axes=axes)


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of an experiment file, for editors; component names included."""
    schema = ExperimentFile.model_json_schema()
    for axis, registry in REGISTRIES.items():
        named: list[dict[str, Any]] = [{"enum": list(registry.names())}]
        named += [
            {
                "type": "object",
                "required": ["name"],
                "additionalProperties": False,
                "properties": {"name": {"const": component.name}} | {key: {} for key in component.space},
            }
            for component in registry
        ]
        if axis == "derived":
            named.append({"type": "array", "minItems": 1, "items": {"anyOf": list(named)}})
        schema["$defs"]["GridSection"]["properties"][axis]["items"] = {"anyOf": named}
    return schema | {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Leadbench experiment",
    }


def read_source(path: Path) -> str:
    """Return the text of an experiment file whose name can name a results folder; raises as `read_experiment` does."""
    if re.fullmatch(r"[\w][\w .+-]*", path.stem) is None:
        raise ExperimentError(
            f"{path}: an experiment is named by its file, and '{path.stem}' cannot name a results folder. "
            "Use letters, digits, '-', '_', '.', '+' and spaces."
        )
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        folder = path.parent
        found = sorted(str(other) for other in folder.glob("*.toml")) if folder.is_dir() else []
        there = f" There: {', '.join(found)}." if found else ""
        raise ExperimentError(f"{path}: no such experiment file.{there} `bench init` writes one.") from None
    except IsADirectoryError:
        raise ExperimentError(
            f"{path}: is a folder. Name an experiment file, such as experiments/leads.toml."
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ExperimentError(f"{path}: cannot be read as a UTF-8 text file ({error}).") from None


def _check_grid(path: Path, size: int, folds: FoldsSection) -> None:
    """Refuse a grid that is too large before any of it is made, or a table is read for it."""
    if size > LARGEST_GRID:
        raise ExperimentError(
            f"{path}: [grid] crosses to {size:,} configurations, and {LARGEST_GRID:,} is the most "
            "that one experiment may hold. List fewer components or values."
        )
    times = folds.count * folds.repeats
    if size * times > LARGEST_CELLS:
        raise ExperimentError(
            f"{path}: [grid] crosses to {size:,} configurations, and the {times:,} folds of [folds] make "
            f"{size * times:,} cells of them; {LARGEST_CELLS:,} is the most that one experiment may hold. "
            "List fewer components or values, or set count or repeats lower."
        )


def _options(axis: Axis, entries: tuple[Entry | tuple[Entry, ...], ...], place: str) -> tuple[Option, ...]:
    """Return what a trial may do on an axis; an option written twice counts once."""
    options: dict[Option, None] = {}
    for entry in entries:
        row = entry if isinstance(entry, tuple) else (entry,)
        choices = [_choices(axis, part, place) for part in row]
        names = [listed[0].component.name for listed in choices]
        if len(names) > 1 and DO_NOTHING[axis] in names:
            raise ExperimentError(f"{place}: '{DO_NOTHING[axis]}' stands in a row with others. List it alone.")
        if twice := _repeated(choices):
            raise ExperimentError(f"{place}: '{twice}' stands twice in one row. Name it once.")
        _check_size(" and ".join(names), [len(listed) for listed in choices], place)
        options |= dict.fromkeys(product(*choices))
    return tuple(options)


def _choices(axis: Axis, entry: Entry, place: str) -> tuple[Choice, ...]:
    """Cross the listed values of one component."""
    registry = REGISTRIES[axis]
    settings: Settings = {"name": entry} if isinstance(entry, str) else dict(entry)
    name = settings.pop("name", None)
    if not isinstance(name, str):
        raise ExperimentError(
            f"{place}: a component of '{axis}' in [grid] has no name. "
            f'Write {{ name = "{registry.names()[0]}", ... }}.'
        )
    if name not in registry:
        raise ExperimentError(f"{place}: unknown {axis} '{name}' in [grid].{did_you_mean(name, registry.names())}")
    extra = registry[name].extra
    if extra and find_spec(extra) is None:
        raise ExperimentError(
            f"{place}: '{name}' needs the library {extra}, which is not installed. "
            f"Install it: pip install 'leadbench[{extra}]'."
        )
    listed = [value if isinstance(value, list) else [value] for value in settings.values()]
    if not all(listed):
        empty = list(settings)[listed.index([])]
        raise ExperimentError(f"{place}: '{empty}' of '{name}' is an empty list. List one value or more.")
    _check_size(name, [len(values) for values in listed], place)
    choices = []
    for values in product(*listed):
        settled = registry[name].settle(dict(zip(settings, values, strict=True)), place)
        choices.append(Choice(axis, registry[name], tuple(settled.items())))
    return tuple(choices)


def _repeated(row: list[tuple[Choice, ...]]) -> str | None:
    """Return a component that stands twice in a row; one that names columns may, for other columns each time."""
    for place, listed in enumerate(row):
        for before in row[:place]:
            same = before[0].component is listed[0].component
            if same and (not listed[0].patterns() or set(before) & set(listed)):
                return listed[0].component.name
    return None


def _check_size(names: str, lengths: list[int], place: str) -> None:
    if prod(lengths) > LARGEST_GRID:
        raise ExperimentError(
            f"{place}: the values of '{names}' cross to {prod(lengths):,} choices, and {LARGEST_GRID:,} "
            "configurations are the most that one experiment may hold. List fewer values."
        )
