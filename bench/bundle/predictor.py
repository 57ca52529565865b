"""The winner's members, fitted and combined: what predicts new rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bench.components.steps.resampling.training_set import Matrix
from bench.errors import DataError
from bench.run.fitted import FittedTrial
from bench.run.job import first_line
from bench.score.combine import Combination

ROWS_AT_ONCE = 50_000  # prepared together; memory does not grow with the table
WHOLE_TABLE: Final = ("derived rows", "text rows")  # kinds of pieces that are the same in every fold


@dataclass(frozen=True)
class Predictor:
    """A winner that was fitted again.

    Attributes
    ----------
    combination : of its members
    fits : trial -> what was fitted: one for all labelled rows, or one for each fold, whose outputs are averaged
    """

    combination: Combination
    fits: dict[str, tuple[FittedTrial, ...]]

    def probability(self, features: pd.DataFrame) -> NDArray[np.float64]:
        """Return the probability of the positive class, shape (m,), of rows of shape (m, features)."""
        starts = range(0, len(features), ROWS_AT_ONCE)
        parts = [self._of_some(features.iloc[start : start + ROWS_AT_ONCE]) for start in starts]
        return np.concatenate([np.empty(0), *parts])

    def each(self, features: pd.DataFrame) -> list[NDArray[np.float64]]:
        """Return what each round of fits says of some rows: one for all labelled rows, or one for each fold.

        Only pieces that a whole table was made of in training are kept from one round to the next: what learned from
        a fold is not needed again, and folds times repeats of it need not fit into memory.

        Raises
        ------
        DataError
            If a member cannot predict these rows.
        """
        whole: dict[str, Matrix] = {}
        said = []
        for fits in zip(*self.fits.values(), strict=True):
            made = whole.copy()
            said.append(self.combination({fit.trial: _said(fit, features, made) for fit in fits}))
            kinds = {key: learnt.kind for fit in fits for key, learnt in fit.pieces.items()}
            whole = {key: matrix for key, matrix in made.items() if kinds.get(key) in WHOLE_TABLE}
        return said

    def _of_some(self, features: pd.DataFrame) -> NDArray[np.float64]:
        mean: NDArray[np.float64] = np.mean(self.each(features.reset_index(drop=True)), axis=0)
        return mean


def _said(fit: FittedTrial, features: pd.DataFrame, made: dict[str, Matrix]) -> NDArray[np.float64]:
    try:
        return fit.probability(features, made)
    except MemoryError:
        raise
    except Exception as error:  # any library's, on any rows
        raise DataError(
            f"{fit.configuration} cannot predict these rows: {first_line(error).rstrip('.')}. "
            "`bench export --trial ID` tries another trial."
        ) from error
