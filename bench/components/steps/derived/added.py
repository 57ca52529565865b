"""What every derived feature does: look for its columns, and put new ones behind those of the table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin


class AddedColumns(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """A table of features with new columns behind the old ones, on the same index.

    A subclass says which columns it works on (`subject`) and what it makes of them (`added`), and may learn from the
    training rows (`learn`).
    """

    def subject(self, X: pd.DataFrame) -> list[str]:
        """Return the columns of X that it would work on; without any it adds nothing."""
        raise NotImplementedError

    def learn(self, X: pd.DataFrame) -> None:
        """Learn what `added` needs from the columns ``columns_`` of X."""

    def added(self, X: pd.DataFrame) -> dict[str, Any]:
        """Return the new columns by name: float64 arrays or categoricals, one value for each row of X."""
        raise NotImplementedError

    def fit(self, X: pd.DataFrame, y: object = None) -> Self:
        """Find the columns in X, a table of shape (n, columns), and learn from them."""
        self.columns_ = self.subject(X)
        self.learn(X)
        return self

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        """Return X with the new columns."""
        return with_new_columns(X, self.added(X))


def with_new_columns(X: pd.DataFrame, new: Mapping[str, Any]) -> pd.DataFrame:
    """Return X with the columns ``new`` behind its own; a name that X has already gets a number."""
    if not new:
        return X
    taken = set(X.columns)
    columns: dict[str, Any] = {}
    for wanted, values in new.items():
        name, number = wanted, 1
        while name in taken:
            number += 1
            name = f"{wanted} ({number})"
        taken.add(name)
        columns[name] = values
    return pd.concat([X, pd.DataFrame(columns, index=X.index)], axis=1)
