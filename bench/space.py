"""Hyperparameters: a default, what is allowed, and the range worth searching."""

from __future__ import annotations

from dataclasses import dataclass

Value = bool | int | float | str


@dataclass(frozen=True)
class Whole:
    """A whole number from ``low`` to ``high``; ``log`` says that its order of magnitude is what matters."""

    default: int
    low: int
    high: int
    log: bool = False

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
    """A number from ``low`` to ``high``; ``log`` says that its order of magnitude is what matters."""

    default: float
    low: float
    high: float
    log: bool = False

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

    def cast(self, value: Value) -> Value:
        """Return an allowed ``value`` in the one type it is compared and recorded in."""
        return value

    def refusal(self, value: object) -> str | None:
        """Return what is allowed if ``value`` is not, else None."""
        if any(type(value) is type(choice) and value == choice for choice in self.choices):
            return None
        return "one of " + ", ".join(repr(choice) for choice in self.choices)


Hyperparameter = Whole | Real | OneOf
