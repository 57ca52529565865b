"""What a trial learned from its training rows, kept to predict rows that come later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bench.components.steps.resampling.training_set import Matrix
from bench.run.recipes import Kind, applied


@dataclass(frozen=True)
class Learnt:
    """What was fitted to make a prepared piece.

    Attributes
    ----------
    steps : fitted transformers, in order; None where there was no column to fit on
    needs : keys of the pieces it is made of
    """

    kind: Kind
    steps: tuple[Any, ...]
    needs: tuple[str, ...]


@dataclass(frozen=True)
class FittedTrial:
    """A trial fitted on some rows; the resampling of these leaves nothing behind.

    Attributes
    ----------
    trial : its id
    pieces : what its preparation learned, by key; trials fitted on the same rows share those of equal keys
    prepared : the key of what the models are given
    models : their outputs are averaged
    """

    trial: str
    configuration: str
    pieces: dict[str, Learnt]
    prepared: str
    models: tuple[Any, ...]

    def probability(self, features: pd.DataFrame, made: dict[str, Matrix] | None = None) -> NDArray[np.float64]:
        """Return the probability of the positive class, shape (m,).

        Parameters
        ----------
        features : DataFrame of shape (m, features), with the columns and kinds it was fitted on
        made : pieces of these rows at hand, by key; those made now are added

        Raises
        ------
        ValueError
            If the output is not one probability for each row.
        """
        prepared = self.matrix(features, made)
        return mean_output([positive_column(model, prepared) for model in self.models], len(features))

    def matrix(self, features: pd.DataFrame, made: dict[str, Matrix] | None = None) -> Matrix:
        """Return what the models are given of some rows; parameters as of `probability`."""
        return self._made(self.prepared, features, {} if made is None else made)

    def _made(self, key: str, features: pd.DataFrame, made: dict[str, Matrix]) -> Matrix:
        if key not in made:
            learnt = self.pieces[key]
            behind = [self._made(need, features, made) for need in learnt.needs]
            made[key] = applied(learnt.kind, learnt.steps, features, *behind)
        return made[key]


def positive_column(model: Any, X: Matrix) -> NDArray[np.float64]:
    """Return the probability of class 1, which is not the last column where a model knows one class only."""
    classes = list(model.classes_)
    output = np.asarray(model.predict_proba(X), dtype=np.float64)
    return output[:, classes.index(1)] if 1 in classes else np.zeros(len(output))


def mean_output(outputs: Sequence[NDArray[np.float64]], rows: int) -> NDArray[np.float64]:
    """Return the mean of what models say of some rows.

    Raises
    ------
    ValueError
        If it is not one probability for each row.
    """
    probability: NDArray[np.float64] = np.mean(outputs, axis=0)
    if probability.shape != (rows,):
        raise ValueError(f"predictions of shape {probability.shape} for {rows} rows")
    if not ((probability >= 0) & (probability <= 1)).all():
        raise ValueError("predictions that are not numbers from 0 to 1")
    return probability
