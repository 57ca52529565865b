"""The few words that go with the outcome most, as 0/1 columns."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.feature_selection import chi2

from bench.companies import company_of
from bench.components.steps.text.words import filled, raise_unless_wordless


class Keywords(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Whether a text holds each of the terms with the largest chi-squared statistic against the outcome.

    Terms are chosen by the outcomes of the training rows. What a row then carries is what its own text holds, not an
    outcome, so nothing is cross-fitted; but they are the terms that fit these very rows best, and a model behind them
    will think a little too well of them. ``rare`` keeps that little. Where companies are named, a term that a single
    one uses is its signature rather than a keyword, and is left out.

    Parameters
    ----------
    terms : at most so many, of all text columns together
    words : a term is one word up to so many in a row; for what is a word see `TextVectors`
    rare : a term stands in at least so many training rows
    """

    def __init__(self, terms: int = 100, words: int = 1, rare: int = 10) -> None:
        self.terms = terms
        self.words = words
        self.rare = rare

    def fit(self, X: pd.DataFrame, y: NDArray[np.int8], groups: NDArray[np.int64] | None = None) -> Keywords:
        """Choose the terms of X, a table of texts with gaps, by the outcomes y and the companies, if any."""
        found = []
        for name in X.columns:
            vectoriser = CountVectorizer(binary=True, ngram_range=(1, self.words), min_df=min(self.rare, len(X)))
            try:
                holds = vectoriser.fit_transform(filled(X[name]))
            except ValueError as error:
                raise_unless_wordless(error)
                continue
            scores = _association(holds, y)
            if groups is not None:
                scores[_companies(holds, groups) < 2] = 0.0
            found += [
                (-score, place, name, term)
                for place, (term, score) in enumerate(zip(vectoriser.get_feature_names_out(), scores, strict=True))
                if score > 0
            ]
        best = sorted(found, key=lambda each: each[:2])[: self.terms]
        self.terms_ = {name: [str(term) for _, _, of, term in best if of == name] for name in X.columns}
        return self

    def fit_transform(
        self, X: pd.DataFrame, y: NDArray[np.int8], groups: NDArray[np.int64] | None = None
    ) -> NDArray[np.float64]:
        """Choose the terms of X and return what `transform` returns of it."""
        return self.fit(X, y, groups).transform(X)

    def transform(self, X: pd.DataFrame) -> NDArray[np.float64]:
        """Return a dense matrix of 0 and 1 of shape (n, chosen terms)."""
        blocks = [np.empty((len(X), 0))]
        for name, terms in self.terms_.items():
            if terms:
                vectoriser = CountVectorizer(binary=True, ngram_range=(1, self.words), vocabulary=terms)
                blocks.append(vectoriser.transform(filled(X[name])).toarray())
        return np.hstack(blocks).astype(np.float64)


def _association(holds: sparse.csr_matrix, y: NDArray[np.int8]) -> NDArray[np.float64]:
    """Return Pearson's chi-squared statistic of each term and the outcome, 0 where either never varies."""
    rows = holds.shape[0]
    often = np.asarray(holds.sum(axis=0)).ravel()
    varies = often < rows
    scores = np.zeros(len(often))
    if varies.any() and len(np.unique(y)) == 2:
        # scikit-learn sums over the rows that hold a term; those that do not add n(with) / n(without) times as much.
        scores[varies] = chi2(holds[:, varies], y)[0] * rows / (rows - often[varies])
    return scores


def _companies(holds: sparse.csr_matrix, groups: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return how many companies hold each term."""
    members = sparse.csr_matrix((np.ones(len(groups)), (company_of(groups, len(groups)), np.arange(len(groups)))))
    counts: NDArray[np.int64] = np.asarray((members @ holds > 0).sum(axis=0)).ravel()
    return counts
