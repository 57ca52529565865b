"""A customer's share of rows with some levels, numbers or hours, or of positive outcomes, as a feature."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bench.components.steps.columns import by_frequency, by_level
from bench.components.steps.derived.added import AddedColumns, with_new_columns
from bench.components.steps.derived.group_statistics import GroupStatistics
from bench.components.steps.derived.shares import Floats, History, Prior, history_of, learned_prior, posterior
from bench.components.steps.encoding.crossfit import CrossFitted
from bench.space import matching


class TargetShare(CrossFitted):
    """A customer's share of positive outcomes, shrunk as `posterior` shrinks any share.

    Parameters
    ----------
    folds : as in `CrossFitted`
    """

    def _values(self, seen: Floats, positive: Floats) -> Floats:
        # The first is the pool of what only one company holds: no customer.
        prior = learned_prior(History(seen[1:], positive[1:]))
        return posterior(History(seen, positive), prior).mean


class CustomerShare(AddedColumns):
    """The shrunk share of a customer's rows that count, for each of its rows (`posterior`).

    Without ``target`` a row counts itself, in training as later: a new row's share is that of the training rows and
    itself. A row whose cell is a gap adds nothing; one that names no customer is a customer of its own.

    Parameters
    ----------
    by : pattern of the names of columns to choose the customer's from, as `GroupStatistics` chooses
    column : pattern of the names of columns to choose from: the first category column with two levels or more, but
        where ``start`` and ``end`` differ the first column of numbers or dates
    values : the levels that count, in the manner of `bench.space.Columns`; without any the most frequent one
    start, end : numbers from ``start`` up to, but without, ``end`` count; of dates their hours, past midnight where
        ``end`` is the smaller
    target : whether the share of positive outcomes is taken in place of all this; see `TargetShare`
    folds : number of folds for the share of positives of the training rows
    """

    def __init__(
        self,
        by: str = "*",
        column: str = "*",
        values: str = "",
        start: float = 0.0,
        end: float = 0.0,
        target: bool = False,
        folds: int = 5,
        random_state: int | None = None,
    ) -> None:
        self.by = by
        self.column = column
        self.values = values
        self.start = start
        self.end = end
        self.target = target
        self.folds = folds
        self.random_state = random_state

    def subject(self, X: pd.DataFrame) -> list[str]:
        """Return the column that names the customer and, unless outcomes are asked for, the one that is looked at."""
        by = GroupStatistics(column=self.by).subject(X)
        if not by or self.target:
            return by
        found = [name for name in matching(self.column, map(str, X)) if name not in by and self._fits(X[name])]
        return [*by, found[0]] if found else []

    def fit_transform(self, X: pd.DataFrame, y: Any = None, groups: NDArray[np.int64] | None = None) -> pd.DataFrame:
        """Return the training rows X, of shape (n, columns), with their customers' shares, and learn these."""
        self.columns_ = self.subject(X)
        if not self.columns_:
            return X
        if self.target:
            self.encoder_ = TargetShare(self.folds, self.random_state)
            return with_new_columns(X, self._named(self.encoder_.fit_transform(X[self.columns_], y, groups=groups)))
        self.learn(X)
        return with_new_columns(X, self._shares(X, counted=True))

    def fit(self, X: pd.DataFrame, y: Any = None, groups: NDArray[np.int64] | None = None) -> Self:
        """Learn the shares of the customers in X."""
        self.fit_transform(X, y, groups)
        return self

    def learn(self, X: pd.DataFrame) -> None:
        """Learn each customer's history and what the customers together say of one."""
        by, column = self.columns_
        if isinstance(X[column].dtype, pd.CategoricalDtype):
            self.levels_ = self._levels(X[column])
        customers = sorted({str(level) for level in X[by].dropna().unique()})
        self.numbers_ = {level: float(number) for number, level in enumerate(customers)}
        own, counts = self._customer(X), self._counts(X)
        inside = own >= 0
        history = history_of(own[inside], counts[inside], len(customers))
        prior = learned_prior(history)
        self.exposure_, self.counted_ = history.exposure, history.counted
        self.prior_ = np.stack([prior.alpha, prior.beta, prior.weight])

    def added(self, X: pd.DataFrame) -> dict[str, Any]:
        """Return the shares for rows that were not trained on."""
        if not self.columns_:
            return {}
        return self._named(self.encoder_.transform(X[self.columns_])) if self.target else self._shares(X, counted=False)

    def _shares(self, X: pd.DataFrame, counted: bool) -> dict[str, Any]:
        """Return the share of each row's customer; ``counted`` says whether the customers' histories hold the rows."""
        own, counts = self._customer(X), self._counts(X)
        known, filled = own >= 0, ~np.isnan(counts)
        itself = filled & ~(known & counted)
        exposure, positive = (np.append(kept, 0.0)[own] for kept in (self.exposure_, self.counted_))
        history = History(exposure + itself, positive + np.where(itself, counts, 0.0))
        return self._named(posterior(history, Prior(*self.prior_)).mean[:, None])

    def _named(self, shares: Any) -> dict[str, Any]:
        by, *column = self.columns_
        what = f"share of {column[0]} that counts" if column else "shrunk share of positives"
        return {f"{what} by {by}": np.asarray(shares, dtype=np.float64)[:, 0]}

    def _customer(self, X: pd.DataFrame) -> NDArray[np.int64]:
        """Return the number of each row's customer, -1 for an unknown one and for none."""
        return by_level(X[self.columns_[0]], self.numbers_, -1).astype(np.int64)

    def _counts(self, X: pd.DataFrame) -> Floats:
        """Return 1 for each row that counts, 0 for others, NaN for a gap."""
        column = X[self.columns_[1]]
        if isinstance(column.dtype, pd.CategoricalDtype):
            counts = by_level(column, dict.fromkeys(self.levels_, 1.0), 0.0)
        else:
            dates = pd.api.types.is_datetime64_any_dtype(column.dtype)
            hour = column.dt.hour + column.dt.minute / 60 + column.dt.second / 3600 if dates else column
            counts = counted_between(hour.to_numpy(dtype=np.float64), self.start, self.end)
        return np.where(column.isna(), np.nan, counts)

    def _fits(self, column: pd.Series[Any]) -> bool:
        if isinstance(column.dtype, pd.CategoricalDtype):
            return self.start == self.end and column.nunique() > 1 and bool(self._levels(column))
        if pd.api.types.is_datetime64_any_dtype(column.dtype):
            return self.start != self.end
        return pd.api.types.is_numeric_dtype(column.dtype) and self.start < self.end

    def _levels(self, column: pd.Series[Any]) -> list[str]:
        levels = [str(level) for level in by_frequency(column)]
        return matching(self.values, levels) if self.values else levels[:1]


def counted_between(values: Floats, start: float, end: float) -> Floats:
    """Return 1 for values from ``start`` up to, but without, ``end``, 0 for others; beyond both if ``end`` is smaller.

    Hours past midnight are these: from 22 to 6 are those from 22 on and those before 6. A gap is 0.
    """
    inside = (values >= start) & (values < end) if start < end else (values >= start) | (values < end)
    return inside.astype(np.float64)
