"""The handbook of components, made of the registries; `make handbook` writes docs/components.md."""

from __future__ import annotations

import json
from pathlib import Path

from bench.components import derived, encoding, imputation, models, resampling, text
from bench.registry import Component
from bench.space import Columns, Hyperparameter, Levels, OneOf, Value, Whole
from bench.vocabulary import AXES, DO_NOTHING, TRAITS

PAGE = Path(__file__).parents[1] / "docs" / "components.md"
# Of our own files: what other packages add is not ours to describe.
FILES = {m.REGISTRY.axis: m for m in (derived, imputation, encoding, text, resampling, models)}

HEAD = """# Components

Every choice that an experiment file can name, by axis. Written by `make handbook` from the components themselves, and
held to them by a test. `bench list` prints the same in short.

A component *takes away* and *brings* traits of the table, *needs* some and *refuses* others; the plan drops what cannot
work and says why. The traits are:

{traits}

A hyperparameter has a default, what is allowed, and, where that is narrower, the range worth trying; a range marked
*log* matters by its order of magnitude. The name of a column may hold `*` and `?`; a comma separates several names.
*Row by row* means that it learns nothing, so it is made once for all folds.
"""


def written() -> str:
    """Return the page."""
    parts = [HEAD.format(traits="\n".join(f"- `{name}`: {means}" for name, means in TRAITS.items()))]
    for axis in AXES:
        module = FILES[axis]
        parts.append(f"## {axis}\n\n{_paragraphs(module.__doc__ or '')}\n")
        parts += [_about(component, component.name == DO_NOTHING.get(axis)) for component in module.REGISTRY]
    return "\n".join(parts)


def _about(component: Component, default: bool) -> str:
    lines = [f"### `{component.name}`" + (" (stands where the axis has nothing to do)" if default else ""), ""]
    lines += [_paragraphs(component.factory.__doc__ or ""), ""]
    facts = {
        "Needs": component.requires,
        "Refuses": component.refuses,
        "Takes away": component.clears,
        "Brings": component.brings,
        "Does not look at": component.ignores,
    }
    lines += [f"- {word}: {', '.join(f'`{name}`' for name in sorted(names))}" for word, names in facts.items() if names]
    if component.rowwise:
        lines.append("- Row by row")
    if component.extra:
        lines.append(f"- Needs the extra: `pip install 'leadbench[{component.extra}]'`")
    if component.source:
        lines.append(f"- Source: {component.source}")
    if component.space:
        lines += ["", "| hyperparameter | default | allowed | worth trying |", "| --- | --- | --- | --- |"]
        lines += [f"| `{name}` | {_row(parameter)} |" for name, parameter in component.space.items()]
    return "\n".join(lines) + "\n"


def _row(parameter: Hyperparameter) -> str:
    default = _toml(parameter.default)
    if isinstance(parameter, Columns):
        return f"{default} | columns | "
    if isinstance(parameter, Levels):
        return f"{default} | levels | "
    if isinstance(parameter, OneOf):
        return f"{default} | {', '.join(map(_toml, parameter.choices))} | "
    log = ", log" if parameter.log else ""
    form = ",d" if isinstance(parameter, Whole) else ",g"
    low, high, *search = (format(value, form) for value in (parameter.low, parameter.high, *(parameter.search or ())))
    return f"{default} | {low} to {high}{log} | {' to '.join(dict.fromkeys(search))}"


def _toml(value: Value) -> str:
    """Return a value as an experiment file writes it."""
    return f"`{json.dumps(value)}`"


def _paragraphs(docstring: str) -> str:
    return "\n".join(line.strip() for line in docstring.strip().splitlines())


if __name__ == "__main__":
    PAGE.write_text(written(), encoding="utf-8")
