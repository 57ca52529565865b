"""Text columns as the smallest hashes of their runs of letters, which nothing is learned for."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from skrub import MinHashEncoder

from bench.components.steps.text.words import each_text_once


class MinHashes(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """The smallest hash of each text's runs of two to four bytes, for several hash functions.

    Two texts agree in a column as often as their sets of runs overlap, and a text whose runs hold another's is never
    above it. No text is 0, above nearly all others.

    Parameters
    ----------
    components : hash functions, each of them a column of the result for each text column
    """

    def __init__(self, components: int = 30) -> None:
        self.components = components

    def fit(self, X: pd.DataFrame, y: object = None) -> MinHashes:
        """Learn nothing."""
        return self

    def transform(self, X: pd.DataFrame) -> NDArray[np.float64]:
        """Return a dense matrix of shape (n, components * text columns), of -1 to 1."""
        return each_text_once(X, self.components, self._hashes)

    def _hashes(self, texts: list[str]) -> NDArray[np.float64]:
        # The encoder reads as many bytes as the text has letters; as many spaces more as bytes make it read all.
        padded = [text + " " * (len(text.encode()) - len(text)) for text in texts]
        hashes = MinHashEncoder(n_components=self.components, n_jobs=1).fit_transform(pd.Series(padded, dtype="str"))
        return hashes.to_numpy(dtype=np.float64) / 2**31  # type: ignore[no-any-return]
