"""Several steps of one axis, one after the other."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from inspect import signature
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin


class InARow(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Transform by each of ``steps`` what the one before it made.

    Unlike a `Pipeline` it hands the companies to every step that asks for them.
    """

    def __init__(self, steps: Sequence[Any]) -> None:
        self.steps = steps

    def fit_transform(
        self, X: pd.DataFrame, y: NDArray[np.int8] | None = None, groups: NDArray[np.int64] | None = None
    ) -> Any:
        """Fit the steps on the training rows X of shape (n, columns) and return these transformed.

        Without y only steps that learn nothing can work.
        """
        for step in self.steps:
            X = fit_transform(step, X, y, groups)
            if getattr(step, "columns_", None) == []:
                # The plan only knows what the first finds: the others may work on what those before them made.
                name = type(step).__name__
                warnings.warn(f"{name} finds no column to work on and adds nothing", UserWarning, stacklevel=2)
        return X

    def fit(
        self, X: pd.DataFrame, y: NDArray[np.int8] | None = None, groups: NDArray[np.int64] | None = None
    ) -> InARow:
        """Fit the steps on the training rows X."""
        self.fit_transform(X, y, groups)
        return self

    def transform(self, X: pd.DataFrame) -> Any:
        """Transform rows that were not trained on."""
        for step in self.steps:
            X = step.transform(X)
        return X


def fit_transform(step: Any, X: pd.DataFrame, y: NDArray[np.int8] | None, groups: NDArray[np.int64] | None) -> Any:
    """Fit a step on the training rows and return them transformed; steps that ask for the companies get them."""
    if "groups" in signature(step.fit_transform).parameters:
        return step.fit_transform(X, y, groups=groups)
    return step.fit_transform(X, y)
