"""Several categories as one: a level for each combination that is frequent enough."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bench.components.steps.columns import category, category_columns, levels_and_codes
from bench.components.steps.derived.added import AddedColumns

OTHER, GAP = "other", "(gap)"


class Crossed(AddedColumns):
    """One category that names the levels a row has in several, such as "web × Brazil"; a gap is a level too.

    A combination of fewer than ``rare`` training rows, and one that training did not show, is "other".

    Parameters
    ----------
    columns : pattern of the names of the categories, two or more
    rare : rows from which on a combination keeps a level of its own
    """

    def __init__(self, columns: str = "*product*", rare: int = 20) -> None:
        self.columns = columns
        self.rare = rare

    def subject(self, X: pd.DataFrame) -> list[str]:
        """Return the category columns of the pattern, if they are two or more."""
        found = category_columns(X, self.columns)
        return found if len(found) > 1 else []

    def learn(self, X: pd.DataFrame) -> None:
        """Learn which combinations are frequent."""
        if self.columns_:
            names, own = self._combined(X)
            rows = np.bincount(own, minlength=len(names))
            self.known_ = sorted({name for name, count in zip(names, rows, strict=True) if count >= self.rare})

    def added(self, X: pd.DataFrame) -> dict[str, Any]:
        """Return the one category."""
        if not self.columns_:
            return {}
        names, own = self._combined(X)
        known = set(self.known_)
        return {" × ".join(self.columns_): category([name if name in known else OTHER for name in names], own)}

    def _combined(self, X: pd.DataFrame) -> tuple[list[str], NDArray[np.intp]]:
        """Return the combinations that occur, by name, and for each row the number of its own."""
        pairs = [levels_and_codes(X[name]) for name in self.columns_]
        # A name is made once for each combination, not for each row. A gap has the code -1, which the last answers.
        codes, own = np.unique(np.stack([code for _, code in pairs], axis=1), axis=0, return_inverse=True)
        words = [[*levels, GAP] for levels, _ in pairs]
        names = [" × ".join(word[place] for word, place in zip(words, row, strict=True)) for row in codes]
        return names, own.ravel()
