"""A slip in an experiment file in one sentence: its place, what was found, what is allowed."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from bench.errors import ExperimentError, did_you_mean

Model = TypeVar("Model", bound=BaseModel)


def place_of(path: Path, text: str, *keys: str, nth: int = 0) -> str:
    """Name the file and, where it can be found, the line of a dotted key: tomllib does not tell.

    ``nth``, from 0, tells apart the tables of an array such as ``[[index]]``.
    """
    header: list[str] = []
    tables: Counter[str] = Counter()
    for number, line in enumerate(text.splitlines(), start=1):
        if found := re.match(r"\s*\[+([^\]]+)\]", line):
            header = [part.strip(" \"'") for part in found.group(1).split(".")]
            here = header
            tables[header[0]] += line.lstrip().startswith("[[")
        elif found := re.match(r"""\s*(?:"([^"]+)"|'([^']+)'|([^\s"'=\[{#]+))\s*=""", line):
            quoted, literal, bare = found.groups()
            here = header + (bare.split(".") if bare else [quoted or literal])
        else:
            continue
        if here == list(keys) and (not header or tables[header[0]] in (0, nth + 1)):
            return f"{path}, line {number}"
    return place_of(path, text, *keys[:-1], nth=nth) if keys else str(path)


def validated(model: type[Model], text: str, path: Path) -> Model:
    """Read the text of a TOML file; ``path`` names it.

    Raises
    ------
    ExperimentError
        With the place (file, line, key), what was found and what is allowed.
    """
    try:
        content = tomllib.loads(text)
    except ValueError as error:  # a TOMLDecodeError, or a number of more digits than Python reads
        raise ExperimentError(f"{path}: not valid TOML: {error}.") from None
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise ExperimentError(sentence(model, path, text, content, error.errors())) from None


def sentence(model: type[BaseModel], path: Path, text: str, content: dict[str, Any], errors: list[ErrorDetails]) -> str:
    """Say the first of pydantic's findings on a file's ``content``, which ``model`` describes, in one sentence."""
    error = _first(errors)
    keys = _keys(content, error)
    key, outside = keys[-1], keys[:-1]
    nth = error["loc"][1] if len(error["loc"]) > 1 else 0
    place = place_of(path, text, *keys, nth=nth if isinstance(nth, int) else 0)
    inside = f" in [{'.'.join(outside)}]" if outside else ""
    if error["type"] == "extra_forbidden":
        return f"{place}: unknown key '{key}'{inside}.{did_you_mean(key, _known(model, outside))}"
    if error["type"] == "missing" and isinstance(error["loc"][-1], int):
        return f"{place}: '{key}'{inside} lists {error['input']!r}, which is too short."
    if error["type"] == "missing":
        what = f"key '{key}'" if outside else f"section [{key}]"
        return f"{place}: the {what} is missing{inside}."
    if error["type"] == "value_error":
        return f"{place}: {error['msg'].removeprefix('Value error, ')}."
    if outside == ["grid"] and any(isinstance(part, int) for part in error["loc"]):
        return f"{place}: '{key}'{inside} lists {error['input']!r}, but {_entry(key, error['input'])}."
    return f"{place}: '{key}'{inside} is {error['input']!r}, but should be {_wanted(error)}."


def _first(errors: list[ErrorDetails]) -> ErrorDetails:
    """Return the finding to speak of: a key that is not known explains one that is missing."""
    return min(errors, key=lambda error: error["type"] != "extra_forbidden")


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
            here = here[part] if part < len(here) else None
        elif error["type"] == "missing":
            keys.append(str(part))
    return keys


def _wanted(error: ErrorDetails) -> str:
    """Return what pydantic allows, in the words of TOML."""
    words = {
        "tuple_type": "a list" + ", each section of it under [[two brackets]]" * (len(error["loc"]) == 1),
        "too_long": f"a list of at most {error.get('ctx', {}).get('max_length')}",
        "bool_type": "true or false",
        "dict_type": "a table of keys and values",
        "model_type": "a table of keys and values",
        "string_type": "a text in quotes",
        "int_type": "a whole number",
        "float_type": "a number",
        "string_too_short": "a text that is not empty",
        "too_short": "a list that is not empty",
    }
    return words.get(error["type"], error["msg"].removeprefix("Input should be "))


def _known(model: Any, sections: list[str]) -> list[str]:
    """Return the keys that are allowed in a section."""
    for section in sections:
        annotation = model.model_fields[section].annotation
        parts = getattr(annotation, "__args__", (annotation,))
        model = next(part for part in parts if hasattr(part, "model_fields"))
    return [field.alias or name for name, field in model.model_fields.items()]
