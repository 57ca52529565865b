"""A component, what it asks of a table and what it makes of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bench.errors import ExperimentError, did_you_mean
from bench.space import Hyperparameter, Value
from bench.vocabulary import TRAITS, Axis


@dataclass(frozen=True, eq=False)  # a component is itself, not its fields
class Component:
    """One named choice on one axis.

    Attributes
    ----------
    factory : callable
        Takes the hyperparameters by name and returns the step. Heavy libraries are imported inside it, so that
        planning does not wait for them.
    space : its hyperparameters
    clears, brings : traits that are gone, or new, behind it
    requires : traits it cannot do without
    refuses : traits it cannot take; ``"a+b"`` refuses the two together only
    ignores : axes whose choice makes no difference to it
    source : the paper or the library that describes the method, its defaults and the values worth trying
    rowwise : on derived and text, whether an output row depends on its own input row alone, so that it is made once
        for all folds
    subject : callable or None
        Takes the table of features and the hyperparameters by name and returns the columns it would work on; a table
        without any has no use for it. None stands for whatever columns there are.
    extra : the optional library it needs, which is also the name of the extra that installs it
    cost : of a model, how long a fit takes beside one of logistic regression, roughly; long ones start first
    """

    name: str
    factory: Callable[..., Any]
    space: Mapping[str, Hyperparameter] = field(default_factory=dict)
    clears: frozenset[str] = frozenset()
    brings: frozenset[str] = frozenset()
    requires: frozenset[str] = frozenset()
    refuses: frozenset[str] = frozenset()
    ignores: frozenset[Axis] = frozenset()
    source: str = ""
    rowwise: bool = False
    subject: Callable[..., list[str]] | None = None
    extra: str = ""
    cost: float = 1.0

    def __post_init__(self) -> None:
        named = {t for refusal in self.refuses for t in refusal.split("+")}
        unknown = (self.clears | self.brings | self.requires | named) - TRAITS.keys()
        if unknown:
            raise ValueError(f"component {self.name!r} names unknown traits {sorted(unknown)}")

    @property
    def about(self) -> str:
        """The first line of the factory's docstring, for a terminal."""
        return (self.factory.__doc__ or "").strip().splitlines()[0].replace("`", "")

    def objection(self, traits: Mapping[str, str]) -> str | None:
        """Return why it cannot work behind ``traits`` (each with where it comes from), in words, or None."""
        for trait in sorted(self.requires - traits.keys()):
            return f"{self.name} needs {TRAITS[trait]}"
        for refusal in sorted(self.refuses):
            if traits.keys() >= set(refusal.split("+")):
                found = " with ".join(f"{TRAITS[trait]} ({traits[trait]})" for trait in refusal.split("+"))
                return f"{self.name} cannot take {found}"
        return None

    def settle(self, given: Mapping[str, Value], place: str) -> dict[str, Value]:
        """Return a value for every hyperparameter: the given ones, checked, and the defaults.

        Raises
        ------
        ExperimentError
            If a name is unknown or a value is not allowed; ``place`` opens the sentence.
        """
        for name, value in given.items():
            if name not in self.space:
                known = did_you_mean(name, self.space) if self.space else " It has none."
                raise ExperimentError(f"{place}: '{self.name}' has no hyperparameter '{name}'.{known}")
            allowed = self.space[name].refusal(value)
            if allowed:
                raise ExperimentError(f"{place}: '{name}' of '{self.name}' is {value!r}, but must be {allowed}.")
        return {name: parameter.cast(given.get(name, parameter.default)) for name, parameter in self.space.items()}


@dataclass(frozen=True)
class Registry:
    """The components of one axis, by name, in the order of their table."""

    axis: Axis
    table: tuple[Component, ...]

    def __iter__(self) -> Iterator[Component]:
        return iter(self.table)

    def __contains__(self, name: str) -> bool:
        return any(component.name == name for component in self.table)

    def __getitem__(self, name: str) -> Component:
        for component in self.table:
            if component.name == name:
                return component
        raise KeyError(name)

    def names(self) -> tuple[str, ...]:
        """Return the names in table order."""
        return tuple(component.name for component in self.table)
