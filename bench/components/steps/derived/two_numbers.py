"""Two numbers, or two dates, as one: their ratio or their difference."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bench.components.steps.columns import is_number
from bench.components.steps.derived.added import AddedColumns
from bench.space import matching

Floats = NDArray[np.float64]


class _TwoNumbers(AddedColumns):
    """One number made of two columns.

    Parameters
    ----------
    column : pattern of the names of columns to choose the first from: the first number (or date) among them
    by : the same for the second, which is another column of the same kind
    log : whether both are put on the scale of sign(x) log(1 + |x|) before (of a ratio: the result)
    """

    dates = False

    def __init__(self, column: str = "*", by: str = "*", log: bool = False) -> None:
        self.column = column
        self.by = by
        self.log = log

    def subject(self, X: pd.DataFrame) -> list[str]:
        """Return the two columns, or none where there is no such pair."""
        kinds = {str(name): self._kind(X[name]) for name in X}
        for one in matching(self.column, kinds):
            for other in matching(self.by, kinds):
                if one != other and kinds[one] is not None and kinds[one] == kinds[other]:
                    return [one, other]
        return []

    def _kind(self, column: pd.Series[Any]) -> str | None:
        if is_number(column):
            return "number"
        return "date" if self.dates and pd.api.types.is_datetime64_any_dtype(column.dtype) else None


class Ratio(_TwoNumbers):
    """The first number for each one of the second; a division by zero, or by or of a gap, is a gap."""

    def added(self, X: pd.DataFrame) -> dict[str, Any]:
        """Return the ratio."""
        if not self.columns_:
            return {}
        one, other = (X[name].to_numpy(dtype=np.float64) for name in self.columns_)
        with np.errstate(over="ignore", invalid="ignore"):
            quotient = np.divide(one, other, out=np.full(len(X), np.nan), where=other != 0)
        quotient[np.isinf(quotient)] = np.nan
        return {" per ".join(self.columns_): _signed_log(quotient) if self.log else quotient}


class Difference(_TwoNumbers):
    """The first number less the second, of dates the days from the second to the first; with a gap it is a gap."""

    dates = True

    def added(self, X: pd.DataFrame) -> dict[str, Any]:
        """Return the difference."""
        if not self.columns_:
            return {}
        one, other = (_as_number(X[name]) for name in self.columns_)
        if self.log:
            one, other = _signed_log(one), _signed_log(other)
        with np.errstate(over="ignore", invalid="ignore"):
            difference = one - other
        difference[np.isinf(difference)] = np.nan
        return {" less ".join(self.columns_): difference}


def _as_number(column: pd.Series[Any]) -> Floats:
    if is_number(column):
        return column.to_numpy(dtype=np.float64)
    return np.asarray((column - pd.Timestamp(0)) / pd.Timedelta(days=1), dtype=np.float64)


def _signed_log(values: Floats) -> Floats:
    return np.asarray(np.sign(values) * np.log1p(np.abs(values)))
