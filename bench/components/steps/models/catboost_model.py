"""CatBoost behind the interface that the other models have."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import numpy as np
import pandas as pd
from catboost import CatBoostClassifier, CatBoostError, Pool
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.dummy import DummyClassifier

from bench.components.steps.columns import text_columns

RARE = 3  # a word stands in a text column's dictionary from so many occurrences in training


class CatBoost(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """`CatBoostClassifier` that finds the category and text columns of a table itself.

    A gap in a category column is a level, one in a text column an empty text. Texts are read as their words in lower
    case: the most frequent 200 of each column as indicators, and all of them by a naive Bayes that, like CatBoost's
    statistics of categories, only learns from rows that came before in a random order. A text column without a word
    that training shows three times is left out.

    Parameters
    ----------
    trees, learning_rate, depth, l2 : as CatBoost's iterations, learning_rate, depth, l2_leaf_reg
    """

    def __init__(
        self,
        trees: int = 200,
        learning_rate: float = 0.1,
        depth: int = 6,
        l2: float = 3.0,
        random_state: int | None = None,
    ) -> None:
        self.trees = trees
        self.learning_rate = learning_rate
        self.depth = depth
        self.l2 = l2
        self.random_state = random_state

    def fit(self, X: Any, y: NDArray[np.int8], sample_weight: NDArray[np.float64] | None = None) -> CatBoost:
        """Fit on X of shape (n, columns): dense, sparse, or a table with category and text columns."""
        self.classes_ = np.unique(y)
        read = _in_words(X)
        self.silent_ = [name for name in _texts(read) if not _has_dictionary(read[name])]
        reads = len(_texts(read)) > len(self.silent_)
        self.model_ = CatBoostClassifier(
            iterations=self.trees,
            learning_rate=self.learning_rate,
            depth=self.depth,
            l2_leaf_reg=self.l2,
            text_processing=_READING if reads else None,
            has_time=reads,
            random_seed=self.random_state,
            thread_count=1,
            allow_writing_files=False,
            verbose=False,
        )
        if X.shape[1] > len(self.silent_):
            try:
                self.model_.fit(self._shuffled(read, y, sample_weight) if reads else self._pool(read, y, sample_weight))
                return self
            except CatBoostError as error:
                if "All features are either constant or ignored" not in str(error):
                    raise
        # The other models take a table without variation for what it is and predict the share of positives.
        self.model_ = DummyClassifier(strategy="prior").fit(np.zeros((len(y), 1)), y, sample_weight)
        return self

    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """Return probabilities of shape (n, 2)."""
        if isinstance(self.model_, DummyClassifier):
            constant: NDArray[np.float64] = self.model_.predict_proba(np.zeros((X.shape[0], 1)))
            return constant
        probability: NDArray[np.float64] = self.model_.predict_proba(self._pool(_in_words(X)), thread_count=1)
        return probability

    def contributions(self, X: Any) -> NDArray[np.float64] | None:
        """Return what each column adds to the log-odds, and their base last: SHAP values, shape (n, columns + 1).

        None where nothing but the share of positives was learned.
        """
        if isinstance(self.model_, DummyClassifier):
            return None
        pool = self._pool(_in_words(X))
        found = np.asarray(self.model_.get_feature_importance(pool, type="ShapValues", thread_count=1))
        read = [number for number, name in enumerate(X) if name not in self.silent_] if self.silent_ else slice(-1)
        values = np.zeros((X.shape[0], X.shape[1] + 1))
        values[:, read], values[:, -1] = found[:, :-1], found[:, -1]
        return values

    def _shuffled(self, X: pd.DataFrame, y: NDArray[np.int8], weight: NDArray[np.float64] | None) -> Pool:
        """Return the rows in one random order, for statistics of categories and of words alike.

        With categories CatBoost draws several orders itself, and its naive Bayes on words is of little use then: on
        reviews of clothes beside their categories, a ROC AUC of 0.89 became 0.95.
        """
        order = np.random.default_rng(self.random_state).permutation(len(y))
        return self._pool(X.iloc[order], y[order], None if weight is None else weight[order])

    def _pool(self, X: Any, y: Any = None, weight: Any = None) -> Pool:
        if not isinstance(X, pd.DataFrame):
            return Pool(X, y, weight=weight, thread_count=1)
        categories = list(X.select_dtypes("category"))
        codes = X.drop(columns=self.silent_)
        for name in categories:
            codes[name] = X[name].cat.codes.astype(np.int32)  # of a gap -1, a level like any other to CatBoost
        texts = _texts(codes) or None
        return Pool(codes, y, cat_features=categories, text_features=texts, weight=weight, thread_count=1)


# One word dictionary; with that of word pairs, and with thousands of words as indicators, a fit takes many times as
# long for little more.
_READING = {
    "tokenizers": [{"tokenizer_id": "Space", "separator_type": "ByDelimiter", "delimiter": " "}],
    "dictionaries": [{"dictionary_id": "Word", "gram_order": "1", "occurrence_lower_bound": str(RARE)}],
    "feature_processing": {
        "default": [
            {
                "tokenizers_names": ["Space"],
                "dictionaries_names": ["Word"],
                "feature_calcers": ["BoW:top_tokens_count=200", "NaiveBayes"],
            }
        ]
    },
}


def _in_words(X: Any) -> Any:
    """Return a table with each text as its words in lower case with a space between them; a matrix as it is."""
    if not isinstance(X, pd.DataFrame):
        return X
    read = X.copy(deep=False)
    for name in _texts(X):
        words = [" ".join(re.findall(r"\w+", text.lower())) for text in X[name].fillna("")]
        read[name] = pd.Series(words, index=X.index, dtype="str")
    return read


def _texts(X: Any) -> list[str]:
    return text_columns(X) if isinstance(X, pd.DataFrame) else []


def _has_dictionary(texts: pd.Series[str]) -> bool:
    """Say whether a word occurs often enough; CatBoost raises on a text column without one."""
    times = Counter(word for text in texts for word in text.split())
    return max(times.values(), default=0) >= RARE
