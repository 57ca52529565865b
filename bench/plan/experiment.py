"""The experiment file, checked."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import product
from math import prod
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError
from pydantic_core import ErrorDetails

from bench.components import REGISTRIES
from bench.data.folds import FoldsSection
from bench.data.roles import Roles
from bench.errors import ExperimentError, did_you_mean
from bench.registry import Component
from bench.score.objective import Objective
from bench.section import Section
from bench.space import Columns, Value
from bench.vocabulary import AXES, DO_NOTHING, Axis

LARGEST_GRID = 2_000_000  # configurations; checked before any is made

ComponentName = Annotated[str, Field(min_length=1)]
Settings = dict[str, Value | list[Value]]
Entry = ComponentName | Settings
Listed = Annotated[tuple[Entry, ...], Field(strict=False, min_length=1)]


class GridSection(Section):
    """The `[grid]` section: the components to cross. A component with values of its own is a table.

    ``{ name = "lightgbm", trees = [200, 400] }`` is one choice for each value; several lists are crossed. On derived,
    a list within the list is done in a row: ``derived = ["raw", ["location", "missing"]]``.
    """

    derived: Annotated[tuple[Entry | Listed, ...], Field(strict=False, min_length=1)] = (DO_NOTHING["derived"],)
    imputation: Listed = (DO_NOTHING["imputation"],)
    encoding: Listed = ("ordinal",)
    text: Listed = (DO_NOTHING["text"],)
    resampling: Listed = (DO_NOTHING["resampling"],)
    model: Listed


class EnsembleSection(Section):
    """The `[ensemble]` section."""

    candidates: int = Field(25, ge=1, le=1000, description="the best trials that may become members")


class ExperimentFile(Section):
    """An experiment file: one question and everything needed to answer it."""

    question: str = Field("", description="what the experiment is to find out")
    data: Roles
    folds: FoldsSection = FoldsSection()
    objective: Objective = Objective()
    grid: GridSection
    ensemble: EnsembleSection = EnsembleSection()


@dataclass(frozen=True)
class Choice:
    """A component of an axis with a value for each of its hyperparameters."""

    axis: Axis
    component: Component
    values: tuple[tuple[str, Value], ...]

    def patterns(self) -> list[tuple[str, str]]:
        """Return its hyperparameters that name columns, each with the name it gives."""
        return [(name, str(value)) for name, value in self.values if isinstance(self.component.space[name], Columns)]


Option = tuple[Choice, ...]
"""What a trial may do on one axis: one choice, or on derived several in a row."""


@dataclass(frozen=True)
class Experiment:
    """An experiment file that passed every check that needs no data.

    Attributes
    ----------
    name : the file's stem; results go to ``results/<name>``
    axes : for each axis its options, hyperparameter values crossed, in the file's order
    """

    name: str
    path: Path
    question: str
    data: Roles
    folds: FoldsSection
    objective: Objective
    ensemble: EnsembleSection
    axes: dict[Axis, tuple[Option, ...]]


def read_experiment(path: Path) -> Experiment:
    """Read and check an experiment file.

    Raises
    ------
    ExperimentError
        With the place (file, line, key), what was found, what is allowed and the nearest known name.
    """
    text = _read(path)
    try:
        content = tomllib.loads(text)
    except ValueError as error:  # a TOMLDecodeError, or a number of more digits than Python reads
        raise ExperimentError(f"{path}: not valid TOML: {error}.") from None
    try:
        file = ExperimentFile.model_validate(content)
    except ValidationError as error:
        raise ExperimentError(_sentence(path, text, content, _first(error.errors()))) from None
    axes = {axis: _options(axis, getattr(file.grid, axis), _place(path, text, "grid", axis)) for axis in AXES}
    return Experiment(path.stem, path, file.question, file.data, file.folds, file.objective, file.ensemble, axes)


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


def _read(path: Path) -> str:
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
    except (OSError, UnicodeDecodeError) as error:
        raise ExperimentError(f"{path}: cannot be read as a UTF-8 text file ({error}).") from None


def _place(path: Path, text: str, *keys: str) -> str:
    """Name the file and, where it can be found, the line of a dotted key: tomllib does not tell."""
    header: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if found := re.match(r"\s*\[+([^\]]+)\]", line):
            header = [part.strip(" \"'") for part in found.group(1).split(".")]
            here = header
        elif found := re.match(r"""\s*(?:"([^"]+)"|'([^']+)'|([^\s"'=\[{#]+))\s*=""", line):
            quoted, literal, bare = found.groups()
            here = header + (bare.split(".") if bare else [quoted or literal])
        else:
            continue
        if here == list(keys):
            return f"{path}, line {number}"
    return _place(path, text, *keys[:-1]) if keys else str(path)


def _first(errors: list[ErrorDetails]) -> ErrorDetails:
    """Return the finding to speak of: a key that is not known explains one that is missing."""
    return min(errors, key=lambda error: error["type"] != "extra_forbidden")


def _sentence(path: Path, text: str, content: dict[str, Any], error: ErrorDetails) -> str:
    """Say one of pydantic's findings in one sentence."""
    keys = _keys(content, error)
    key, outside = keys[-1], keys[:-1]
    place = _place(path, text, *keys)
    inside = f" in [{'.'.join(outside)}]" if outside else ""
    if error["type"] == "extra_forbidden":
        return f"{place}: unknown key '{key}'{inside}.{did_you_mean(key, _known(outside))}"
    if error["type"] == "missing":
        what = f"key '{key}'" if outside else f"section [{key}]"
        return f"{place}: the {what} is missing{inside}."
    if error["type"] == "value_error":
        return f"{place}: {error['msg'].removeprefix('Value error, ')}."
    if outside == ["grid"] and any(isinstance(part, int) for part in error["loc"]):
        return f"{place}: '{key}'{inside} lists {error['input']!r}, but {_entry(key, error['input'])}."
    return f"{place}: '{key}'{inside} is {error['input']!r}, but should be {_wanted(error)}."


def _entry(axis: str, listed: object) -> str:
    """Return what may stand in the list of an axis instead of ``listed``."""
    if listed == []:
        return "a row of components is not empty"
    if isinstance(listed, list) and axis != "derived":
        return "only on derived do several components stand in a row"
    return (
        'a component is its name, or a table such as { name = "lightgbm", trees = [200, 400] } of values and lists of '
        "values"
    )


def _keys(content: dict[str, Any], error: ErrorDetails) -> list[str]:
    """Return the keys of the file that lead to a finding: its place also names branches of a union and list items."""
    keys: list[str] = []
    here: Any = content
    for part in error["loc"]:
        if isinstance(here, dict) and part in here:
            keys.append(str(part))
            here = here[part]
        elif isinstance(here, list) and isinstance(part, int):
            here = here[part]
        elif error["type"] == "missing":
            keys.append(str(part))
    return keys


def _wanted(error: ErrorDetails) -> str:
    """Return what pydantic allows, in the words of TOML."""
    words = {
        "tuple_type": "a list",
        "dict_type": "a table of keys and values",
        "model_type": "a table of keys and values",
        "string_type": "a text in quotes",
        "int_type": "a whole number",
        "float_type": "a number",
        "string_too_short": "a text that is not empty",
        "too_short": "a list that is not empty",
    }
    return words.get(error["type"], error["msg"].removeprefix("Input should be "))


def _known(sections: list[str]) -> list[str]:
    """Return the keys that are allowed in a section."""
    model: Any = ExperimentFile
    for section in sections:
        annotation = model.model_fields[section].annotation
        parts = getattr(annotation, "__args__", (annotation,))
        model = next(part for part in parts if hasattr(part, "model_fields"))
    return list(model.model_fields)


def _options(axis: Axis, entries: tuple[Entry | tuple[Entry, ...], ...], place: str) -> tuple[Option, ...]:
    """Return what a trial may do on an axis; an option written twice counts once."""
    options: dict[Option, None] = {}
    for entry in entries:
        row = entry if isinstance(entry, tuple) else (entry,)
        choices = [_choices(axis, part, place) for part in row]
        names = [listed[0].component.name for listed in choices]
        if len(names) > 1 and DO_NOTHING[axis] in names:
            raise ExperimentError(f"{place}: '{DO_NOTHING[axis]}' stands in a row with others. List it alone.")
        if len(set(names)) < len(names):
            twice = max(names, key=names.count)
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


def _check_size(names: str, lengths: list[int], place: str) -> None:
    if prod(lengths) > LARGEST_GRID:
        raise ExperimentError(
            f"{place}: the values of '{names}' cross to {prod(lengths):,} choices, and {LARGEST_GRID:,} "
            "configurations are the most that one experiment may hold. List fewer values."
        )
