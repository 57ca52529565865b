"""A small neural network that is trained for a fixed number of epochs."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier


class Network(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """`MLPClassifier` that stops after its epochs without a warning, and takes small steps on few rows.

    An epoch has 20 batches or more, of 200 rows or fewer: what undersampling leaves of a table would otherwise be
    over after a few dozen steps.

    Parameters
    ----------
    units, layers : so many hidden layers of so many units each
    alpha, learning_rate, epochs : as its alpha, learning_rate_init, max_iter
    """

    def __init__(
        self,
        units: int = 64,
        layers: int = 1,
        alpha: float = 0.1,
        learning_rate: float = 0.002,
        epochs: int = 15,
        random_state: int | None = None,
    ) -> None:
        self.units = units
        self.layers = layers
        self.alpha = alpha
        self.learning_rate = learning_rate
        self.epochs = epochs
        self.random_state = random_state

    def fit(self, X: Any, y: NDArray[np.int8], sample_weight: NDArray[np.float64] | None = None) -> Network:
        """Fit on X of shape (n, columns), dense or sparse, scaled and without gaps."""
        self.model_ = MLPClassifier(
            hidden_layer_sizes=(self.units,) * self.layers,
            alpha=self.alpha,
            learning_rate_init=self.learning_rate,
            max_iter=self.epochs,
            batch_size=max(1, min(200, X.shape[0] // 20)),
            random_state=self.random_state,
        )
        with warnings.catch_warnings():
            # To stop before the loss has settled is meant: it keeps a network from learning rows by heart.
            warnings.filterwarnings("ignore", "Stochastic Optimizer", ConvergenceWarning)
            self.model_.fit(X, y, sample_weight)
        self.classes_ = self.model_.classes_
        return self

    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """Return probabilities of shape (n, 2)."""
        probability: NDArray[np.float64] = self.model_.predict_proba(X)
        return probability
