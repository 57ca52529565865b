"""What two experiment files ask for differently, key by key, defaults filled in where both can be read."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bench.compare.recorded import Recorded
from bench.data.notices import shortened

LONGEST = 160  # letters of a value


@dataclass(frozen=True)
class Change:
    """A key whose values differ, each as it is read; empty where a file does not have it.

    Of lists, what the other file's list does not hold: their order decides nothing.
    """

    key: str
    one: str
    other: str


def changes(one: Recorded, other: Recorded) -> list[Change] | str:
    """Return the keys that differ, in the order of the file; a sentence where there is nothing to compare."""
    missing = [name for name, run in (("A", one), ("B", other)) if run.source is None]
    if missing:
        return f"{' and '.join(missing)} kept no experiment file, so what was asked for cannot be compared."
    left, right = _written(one), _written(other)
    if left is None or right is None:
        return f"The experiment file that {'A' if left is None else 'B'} kept is not valid TOML."
    defaults: tuple[set[str], set[str]] = set(), set()
    if one.asked is not None and other.asked is not None:  # else one is of another version: both as they are written
        filled = dict(_flat(one.asked.model_dump())), dict(_flat(other.asked.model_dump()))
        defaults = filled[0].keys() - left.keys(), filled[1].keys() - right.keys()
        left, right = filled
    keys = [*left, *(key for key in right if key not in left)]
    return [
        Change(key, *_shown(key, left, right, defaults))
        for key in keys
        if _as_set(left.get(key)) != _as_set(right.get(key))
    ]


def _written(run: Recorded) -> dict[str, Any] | None:
    try:
        return dict(_flat(tomllib.loads(run.source or "")))
    except ValueError:
        return None


def _flat(table: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """Yield dotted keys with their values: what is not set is left out, a list is a tuple of texts."""
    for name, value in table.items():
        key = f"{above}{name}"
        if isinstance(value, Mapping):
            yield from _flat(value, f"{key}.")
        elif isinstance(value, (list, tuple)):
            if all(isinstance(part, Mapping) for part in value) and not above:  # [[index]]
                yield from _flat({str(part.get("name")): part for part in value}, f"{key}.")
            else:
                yield key, tuple(_entry(part) for part in value)
        elif value is not None:
            yield key, value


def _entry(part: Any) -> str:
    """Return what stands in a list: of a component, its name and the values it is to have."""
    if isinstance(part, (list, tuple)):
        return " + ".join(_entry(inner) for inner in part)
    if isinstance(part, Mapping):
        given = [f"{name} = {_value(value)}" for name, value in part.items() if name != "name"]
        return f"{part.get('name')} ({', '.join(given)})" if given else f"{part.get('name')}"
    return _value(part)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return " or ".join(_value(part) for part in value)
    return f"{value:g}" if isinstance(value, float) else str(value) or '""'


def _as_set(value: Any) -> Any:
    return frozenset(value) if isinstance(value, tuple) else value


def _shown(
    key: str, left: Mapping[str, Any], right: Mapping[str, Any], defaults: tuple[set[str], set[str]]
) -> tuple[str, str]:
    one, other = left.get(key), right.get(key)
    if isinstance(one, tuple) or isinstance(other, tuple):
        mine, theirs = (value if isinstance(value, tuple) else () for value in (one, other))
        apart = [part for part in mine if part not in theirs], [part for part in theirs if part not in mine]
        return _cut(", ".join(apart[0])), _cut(", ".join(apart[1]))
    values = ["" if value is None else _value(value) for value in (one, other)]
    told = [
        f"{value} (default)" if value and key in filled else value
        for value, filled in zip(values, defaults, strict=True)
    ]
    return _cut(told[0]), _cut(told[1])


def _cut(text: str) -> str:
    return shortened(text, LONGEST)
