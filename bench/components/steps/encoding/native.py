"""Categories kept as categories, with the levels of the training rows and no others."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin


class NativeCategories(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Give each category column the levels seen in training, as whole numbers; any other level becomes missing.

    XGBoost raises on a level it has not seen, and column names may hold characters that LightGBM refuses, so
    neither reaches a model: columns are numbered.
    """

    def fit(self, X: pd.DataFrame, y: object = None) -> NativeCategories:
        """Learn the levels of the category columns of X, a table of shape (n, columns)."""
        categories = X.select_dtypes(exclude="number")
        self.levels_ = {name: sorted(categories[name].dropna().unique()) for name in categories}
        return self

    def transform(self, X: pd.DataFrame) -> pd.DataFrame | NDArray[np.float64]:
        """Return a table of the same shape with ``category`` columns; without any, a plain matrix."""
        if not self.levels_:
            return X.to_numpy(dtype=np.float64)
        columns = {}
        for number, name in enumerate(X.columns):
            column = X[name]
            if name in self.levels_:
                levels: list[str] = self.levels_[name]
                codes = pd.Index(levels).get_indexer(pd.Index(column))  # -1, a gap, for a level that is not there
                columns[f"x{number}"] = pd.Series(pd.Categorical.from_codes(codes, pd.RangeIndex(len(levels))))
            else:
                columns[f"x{number}"] = column.reset_index(drop=True)
        return pd.DataFrame(columns)
