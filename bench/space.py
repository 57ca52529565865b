"""Hyperparameters: a default, what is allowed, and the range worth searching."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

import numpy as np

Value = bool | int | float | str


@dataclass(frozen=True)
class Whole:
    """A whole number from ``low`` to ``high``; ``log`` says that its order of magnitude is what matters.

    ``search`` is the narrower range worth trying, where there is one.
    """

    default: int
    low: int
    high: int
    log: bool = False
    search: tuple[int, int] | None = None

    def draw(self, rng: np.random.Generator) -> int:
        """Return a value worth trying."""
        low, high = self.search or (self.low, self.high)
        return round(_between(low, high, self.log, rng))

    def cast(self, value: Value) -> int:
        """Return an allowed ``value`` in the one type it is compared and recorded in."""
        return int(value)

    def refusal(self, value: object) -> str | None:
        """Return what is allowed if ``value`` is not, else None."""
        if isinstance(value, int) and not isinstance(value, bool) and self.low <= value <= self.high:
            return None
        return f"a whole number from {self.low} to {self.high}"


@dataclass(frozen=True)
class Real:
    """A number from ``low`` to ``high``; ``log`` says that its order of magnitude is what matters.

    ``search`` is the narrower range worth trying, where there is one.
    """

    default: float
    low: float
    high: float
    log: bool = False
    search: tuple[float, float] | None = None

    def draw(self, rng: np.random.Generator) -> float:
        """Return a value worth trying."""
        low, high = self.search or (self.low, self.high)
        return _between(low, high, self.log, rng)

    def cast(self, value: Value) -> float:
        """Return an allowed ``value`` in the one type it is compared and recorded in."""
        return float(value)

    def refusal(self, value: object) -> str | None:
        """Return what is allowed if ``value`` is not, else None."""
        if isinstance(value, int | float) and not isinstance(value, bool) and self.low <= value <= self.high:
            return None
        return f"a number from {self.low:g} to {self.high:g}"


@dataclass(frozen=True)
class OneOf:
    """One of a few named values."""

    default: Value
    choices: tuple[Value, ...]

    def draw(self, rng: np.random.Generator) -> Value:
        """Return a value worth trying."""
        return self.choices[int(rng.integers(len(self.choices)))]

    def cast(self, value: Value) -> Value:
        """Return an allowed ``value`` in the one type it is compared and recorded in."""
        return value

    def refusal(self, value: object) -> str | None:
        """Return what is allowed if ``value`` is not, else None."""
        if any(type(value) is type(choice) and value == choice for choice in self.choices):
            return None
        return "one of " + ", ".join(repr(choice) for choice in self.choices)


@dataclass(frozen=True)
class _Pattern:
    """Names of things that only a table has; ``*`` stands for any letters, ``?`` for one, a comma between several."""

    default: str

    def draw(self, rng: np.random.Generator) -> str:
        """Return the default: which names are worth trying is a matter of the table."""
        return self.default

    def cast(self, value: Value) -> str:
        """Return an allowed ``value`` in the one type it is compared and recorded in."""
        return str(value)


@dataclass(frozen=True)
class Columns(_Pattern):
    """Columns of the table by name."""

    def refusal(self, value: object) -> str | None:
        """Return what is allowed if ``value`` is not, else None."""
        if isinstance(value, str) and value.strip():
            return None
        return "the name of a column, '*' for any letters in it, a comma between several"


@dataclass(frozen=True)
class Levels(_Pattern):
    """Levels of a category; an empty text leaves the choice to the component."""

    def refusal(self, value: object) -> str | None:
        """Return what is allowed if ``value`` is not, else None."""
        return None if isinstance(value, str) else "levels, '*' for any letters in them, a comma between several"


def matching(pattern: str, names: Iterable[str]) -> list[str]:
    """Return the ``names`` that a value of `Columns` or `Levels` stands for, in their order."""
    names = list(names)
    if pattern in names:  # a name may hold a comma or a star
        return [pattern]
    # To fnmatch a bracket opens a list of letters.
    wanted = [part.strip().replace("[", "[[]") for part in pattern.split(",")]
    return [name for name in names if any(fnmatchcase(name, part) for part in wanted)]


def _between(low: float, high: float, log: bool, rng: np.random.Generator) -> float:
    if log:
        return float(np.exp(rng.uniform(np.log(low), np.log(high))))
    return float(rng.uniform(low, high))


Hyperparameter = Whole | Real | OneOf | Columns | Levels
