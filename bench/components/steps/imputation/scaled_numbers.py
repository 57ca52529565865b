"""Numbers filled by an imputer that compares columns, so on a common scale and from a bounded sample of rows."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn import config_context
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin, clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.preprocessing import StandardScaler
from sklearn.utils.validation import validate_data

DISTANCES_MEGABYTES = 32  # at a time; scikit-learn's default is 1024 for each worker


class ScaledImputer(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Fit ``imputer`` on at most ``rows`` random training rows of standardised numbers, and fill gaps on their scale.

    A filled cell stays within the range that its column has in training. A column that has values in training but
    none in the sample is filled with its training mean, one without any value in training with 0.

    Parameters
    ----------
    imputer : scikit-learn's, with ``keep_empty_features=True``
    rows : bounds time and memory, which for nearest neighbours grow with training rows times rows to fill
    """

    def __init__(self, imputer: Any, rows: int = 1000, random_state: int | None = None) -> None:
        self.imputer = imputer
        self.rows = rows
        self.random_state = random_state

    def fit(self, X: Any, y: object = None) -> ScaledImputer:
        """Learn from X, numbers with gaps of shape (n, columns)."""
        values = validate_data(self, X, dtype=np.float64, ensure_all_finite="allow-nan")
        self.low_, self.high_ = np.fmin.reduce(values), np.fmax.reduce(values)
        without = np.isnan(self.low_)
        self.scaler_ = StandardScaler().fit(np.where(without, 0.0, values))
        rng = np.random.default_rng(self.random_state)
        sample = np.sort(rng.permutation(len(values))[: self.rows])
        with warnings.catch_warnings():
            # The number of rounds is a choice, not a failure to converge.
            warnings.simplefilter("ignore", ConvergenceWarning)
            self.imputer_ = clone(self.imputer).fit(self.scaler_.transform(values[sample]))
        return self

    def transform(self, X: Any) -> NDArray[np.float64]:
        """Return X with its gaps filled; known cells are untouched."""
        values = validate_data(self, X, dtype=np.float64, ensure_all_finite="allow-nan", reset=False)
        with config_context(working_memory=DISTANCES_MEGABYTES):
            filled = self.imputer_.transform(self.scaler_.transform(values))
        filled = np.clip(self.scaler_.inverse_transform(filled), self.low_, self.high_)
        complete: NDArray[np.float64] = np.where(np.isnan(values), np.nan_to_num(filled), values)
        return complete
