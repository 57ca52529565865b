"""Text columns as words and pieces of words: TF-IDF, topics, hashed terms, or the texts themselves."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import HashingVectorizer, TfidfVectorizer


class NoText(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """No column, whatever the text."""

    def fit(self, X: pd.DataFrame, y: object = None) -> NoText:
        """Learn nothing."""
        return self

    def transform(self, X: pd.DataFrame) -> NDArray[np.float64]:
        """Return a matrix of shape (n, 0)."""
        return np.empty((len(X), 0))


class KeptText(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """The texts as they are, a gap as an empty one; a column without a single word in training is left out."""

    def fit(self, X: pd.DataFrame, y: object = None) -> KeptText:
        """Learn which columns of X, a table of texts with gaps, hold a word."""
        self.columns_ = [name for name in X.columns if X[name].str.contains(r"\w", na=False).any()]
        return self

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        """Return a table of shape (n, columns with words), of ``str`` columns without gaps."""
        return X[self.columns_].fillna("")


class TextVectors(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """TF-IDF of every text column, side by side.

    A word has two letters or more and ends at whatever is no letter, digit or underscore, so a script without spaces
    makes one word of a sentence, and languages whose words have one letter lose them: see `TextPieces` for these.

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
        self.fit_transform(X)
        return self

    def fit_transform(self, X: pd.DataFrame, y: object = None) -> sparse.csr_matrix:
        """Learn the terms of X and return what `transform` returns of it."""
        self.vectorisers_ = {}
        blocks = []
        for name in X.columns:
            vectoriser = self._vectoriser(rare=min(self.rare, len(X)))
            try:
                blocks.append(vectoriser.fit_transform(filled(X[name])))
            except ValueError as error:
                raise_unless_wordless(error)  # such a column adds no column
            else:
                self.vectorisers_[name] = vectoriser
        return _side_by_side(blocks, len(X))

    def transform(self, X: pd.DataFrame) -> sparse.csr_matrix:
        """Return a sparse matrix of shape (n, terms of all columns)."""
        blocks = [vectoriser.transform(filled(X[name])) for name, vectoriser in self.vectorisers_.items()]
        return _side_by_side(blocks, len(X))

    def _vectoriser(self, rare: int) -> TfidfVectorizer:
        return TfidfVectorizer(ngram_range=(1, self.words), min_df=rare, max_features=self.terms, sublinear_tf=True)


class TextPieces(TextVectors):
    """TF-IDF of the pieces of the words of every text column, side by side.

    A word is whatever stands between spaces, and a piece may hold the space at its end. Misspelt words share most of
    their pieces with the right ones, and so do the forms of a word and words of scripts without spaces.

    Parameters
    ----------
    terms, rare : as in `TextVectors`
    shortest, longest : letters of a piece
    """

    def __init__(self, terms: int = 5000, shortest: int = 3, longest: int = 4, rare: int = 3) -> None:
        self.terms = terms
        self.shortest = shortest
        self.longest = longest
        self.rare = rare

    def _vectoriser(self, rare: int) -> TfidfVectorizer:
        return TfidfVectorizer(
            analyzer="char_wb",
            ngram_range=(self.shortest, self.longest),
            min_df=rare,
            max_features=self.terms,
            sublinear_tf=True,
        )


class TextTopics(TextVectors):
    """TF-IDF of every text column, reduced together by a truncated SVD.

    Parameters
    ----------
    components : columns of the result; where there are no more terms than that, each term keeps its own
    terms, words, rare : as in `TextVectors`
    """

    def __init__(
        self,
        components: int = 100,
        terms: int = 5000,
        words: int = 2,
        rare: int = 3,
        random_state: int | None = None,
    ) -> None:
        super().__init__(terms=terms, words=words, rare=rare)
        self.components = components
        self.random_state = random_state

    def fit_transform(self, X: pd.DataFrame, y: object = None) -> NDArray[np.float64]:
        """Learn the terms of X and the directions in which they vary, and return what `transform` returns of it."""
        vectors = super().fit_transform(X)
        components = max(1, min(self.components, len(X) - 1))
        self.svd_ = None
        if vectors.shape[1] > components:
            with np.errstate(divide="ignore", invalid="ignore"):  # its share of a variance that is 0 if texts agree
                self.svd_ = TruncatedSVD(components, random_state=self.random_state).fit(vectors)
        return self._reduced(vectors)

    def transform(self, X: pd.DataFrame) -> NDArray[np.float64]:
        """Return a dense matrix of shape (n, components)."""
        return self._reduced(super().transform(X))

    def _reduced(self, vectors: sparse.csr_matrix) -> NDArray[np.float64]:
        if self.svd_ is None:
            return vectors.toarray()  # type: ignore[no-any-return]
        topics: NDArray[np.float64] = self.svd_.transform(vectors)
        return topics


class HashedWords(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Terms of every text column in a fixed number of columns each, by a hash of the term; nothing is learned.

    Terms that share a column get a random sign, so that they cancel out rather than add up (Weinberger et al. 2009).
    A text's row has length one. Every text column has hash columns of its own.

    Parameters
    ----------
    bits : each text column becomes 2**bits columns
    words : a term is one word up to so many in a row; for what is a word see `TextVectors`
    """

    def __init__(self, bits: int = 12, words: int = 2) -> None:
        self.bits = bits
        self.words = words

    def fit(self, X: pd.DataFrame, y: object = None) -> HashedWords:
        """Learn nothing."""
        return self

    def transform(self, X: pd.DataFrame) -> sparse.csr_matrix:
        """Return a sparse matrix of shape (n, 2**bits * text columns)."""
        vectoriser = HashingVectorizer(n_features=2**self.bits, ngram_range=(1, self.words))
        return _side_by_side([vectoriser.transform(filled(X[name])) for name in X.columns], len(X))


def filled(texts: pd.Series[str]) -> NDArray[np.object_]:
    """Return a text column as an array of str, a gap as an empty text."""
    return texts.fillna("").to_numpy(dtype=object)


def each_text_once(
    X: pd.DataFrame, components: int, numbers: Callable[[list[str]], NDArray[np.float64]]
) -> NDArray[np.float64]:
    """Return the ``components`` numbers of each text of X, column beside column."""
    blocks = [np.empty((len(X), 0))]
    for name in X.columns:
        codes, texts = pd.factorize(filled(X[name]))
        # Texts of like length stand together, so that a batch holds little padding.
        order = np.argsort([len(text) for text in texts], kind="stable")
        of_text = np.empty((len(texts), components))
        if len(texts):
            of_text[order] = numbers([texts[place] for place in order])
        blocks.append(of_text[codes])
    return np.hstack(blocks)


def raise_unless_wordless(error: ValueError) -> None:
    """Raise the ``error`` of a vectoriser again, unless it is one of the two ways to say that no term is left."""
    if "empty vocabulary" not in str(error) and "no terms remain" not in str(error):
        raise error


def _side_by_side(blocks: list[sparse.csr_matrix], rows: int) -> sparse.csr_matrix:
    return sparse.hstack(blocks, format="csr") if blocks else sparse.csr_matrix((rows, 0))
