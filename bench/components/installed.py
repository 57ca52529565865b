"""Components that other installed packages bring, through the entry-point group `bench.components`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from bench.errors import ComponentError, did_you_mean
from bench.registry import Component, Registry
from bench.vocabulary import Axis

GROUP = "bench.components"


def with_installed(registries: Mapping[Axis, Registry]) -> dict[Axis, Registry]:
    """Return the registries with the components of installed packages behind their own.

    An entry point of the group names a mapping from an axis to its components, such as
    ``COMPONENTS = {"model": [Component(...)], "encoding": [Component(...)]}``.

    Raises
    ------
    ComponentError
        If an entry point cannot be loaded, names no axis, holds something else than components, or takes a name twice.
    """
    all_of = dict(registries)
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        for axis, components in _loaded(point).items():
            if axis not in all_of:
                raise ComponentError(f"{_named(point)} adds to an axis '{axis}'.{did_you_mean(str(axis), all_of)}")
            for component in _checked(point, axis, components):
                if component.name in all_of[axis]:
                    raise ComponentError(
                        f"{_named(point)} adds '{component.name}' to {axis}, which has a component of that name. "
                        "Name it otherwise, or uninstall the package."
                    )
                all_of[axis] = Registry(axis, (*all_of[axis].table, component))
    return all_of


def _loaded(point: EntryPoint) -> Mapping[Axis, Iterable[Component]]:
    try:
        loaded = point.load()
    except Exception as error:  # whatever the package does when it is imported
        raise ComponentError(
            f"{_named(point)} cannot be loaded ({type(error).__name__}: {error}). Repair or uninstall the package."
        ) from error
    if not isinstance(loaded, Mapping):
        raise ComponentError(
            f"{_named(point)} is a {type(loaded).__name__}, but must map an axis to a list of components."
        )
    return loaded


def _checked(point: EntryPoint, axis: Axis, components: Any) -> list[Component]:
    if not isinstance(components, list | tuple) or not all(isinstance(one, Component) for one in components):
        raise ComponentError(f"{_named(point)} holds something else than a list of bench.registry.Component on {axis}.")
    return list(components)


def _named(point: EntryPoint) -> str:
    package = f" of the package {point.dist.name}" if point.dist else ""
    return f"the entry point '{point.name}' in {GROUP}{package}"
