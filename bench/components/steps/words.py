"""Matrices from text columns, whatever the columns hold: gaps, one word, nothing at all."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer


class NoText(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """No column, whatever the text."""

    def fit(self, X: pd.DataFrame, y: object = None) -> NoText:
        """Learn nothing."""
        return self

    def transform(self, X: pd.DataFrame) -> NDArray[np.float64]:
        """Return a matrix of shape (n, 0)."""
        return np.empty((len(X), 0))


class TextVectors(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """TF-IDF of every text column, side by side.

    Parameters
    ----------
    terms : at most so many terms of each column, the most frequent ones
    words : a term is one word up to so many in a row
    rare : a term stands in at least so many training rows
    """

    def __init__(self, terms: int = 5000, words: int = 2, rare: int = 3) -> None:
        self.terms = terms
        self.words = words
        self.rare = rare

    def fit(self, X: pd.DataFrame, y: object = None) -> TextVectors:
        """Learn the terms of X, a table of texts with gaps."""
        self.vectorisers_ = {}
        for name in X.columns:
            vectoriser = TfidfVectorizer(
                ngram_range=(1, self.words),
                min_df=min(self.rare, len(X)),
                max_features=self.terms,
                sublinear_tf=True,
            )
            try:
                self.vectorisers_[name] = vectoriser.fit(_filled(X[name]))
            except ValueError as error:
                # The two ways it says that no term is left; such a column adds no column.
                if "empty vocabulary" not in str(error) and "no terms remain" not in str(error):
                    raise
        return self

    def transform(self, X: pd.DataFrame) -> sparse.csr_matrix:
        """Return a sparse matrix of shape (n, terms of all columns)."""
        blocks = [vectoriser.transform(_filled(X[name])) for name, vectoriser in self.vectorisers_.items()]
        return sparse.hstack(blocks, format="csr") if blocks else sparse.csr_matrix((len(X), 0))


class TextTopics(TextVectors):
    """TF-IDF of every text column, reduced together by a truncated SVD.

    Parameters
    ----------
    components : columns of the result; fewer where there are fewer terms
    terms, words, rare : as in `TextVectors`
    """

    def __init__(
        self,
        components: int = 30,
        terms: int = 5000,
        words: int = 2,
        rare: int = 3,
        random_state: int | None = None,
    ) -> None:
        super().__init__(terms=terms, words=words, rare=rare)
        self.components = components
        self.random_state = random_state

    def fit(self, X: pd.DataFrame, y: object = None) -> TextTopics:
        """Learn the terms of X and the directions in which they vary."""
        super().fit(X)
        vectors = super().transform(X)
        components = min(self.components, vectors.shape[1], len(X) - 1)
        self.svd_ = None
        if components > 0 and vectors.nnz:
            self.svd_ = TruncatedSVD(components, random_state=self.random_state).fit(vectors)
        return self

    def transform(self, X: pd.DataFrame) -> NDArray[np.float64]:
        """Return a dense matrix of shape (n, components)."""
        if self.svd_ is None:
            return np.empty((len(X), 0))
        topics: NDArray[np.float64] = self.svd_.transform(super().transform(X))
        return topics


def _filled(texts: pd.Series[str]) -> NDArray[np.object_]:
    return texts.fillna("").to_numpy(dtype=object)
