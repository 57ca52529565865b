"""Text: what becomes of the free text columns.

Each takes the table of texts and returns a matrix.
"""

from __future__ import annotations

from typing import Any

from bench.registry import Component, Registry
from bench.space import Whole


def drop_text() -> Any:
    """Leave the text out."""
    from bench.components.steps.words import NoText

    return NoText()


def tfidf(terms: int, words: int, rare: int) -> Any:
    """TF-IDF of the most frequent terms of each text column: single words up to runs of ``words``."""
    from bench.components.steps.words import TextVectors

    return TextVectors(terms=terms, words=words, rare=rare)


def tfidf_svd(components: int, terms: int, words: int, rare: int) -> Any:
    """TF-IDF reduced to a few dense columns by a truncated SVD (latent semantic analysis)."""
    from bench.components.steps.words import TextTopics

    return TextTopics(components=components, terms=terms, words=words, rare=rare)


_TERMS = {
    "terms": Whole(5000, 10, 500_000, log=True),
    "words": Whole(2, 1, 3),
    "rare": Whole(3, 1, 1000, log=True),
}
_TEXT = frozenset({"raw_text"})

REGISTRY = Registry(
    "text",
    (
        Component("drop_text", drop_text, clears=_TEXT),
        # Boosters read categories from a table of columns, which a sparse matrix cannot join.
        Component(
            "tfidf",
            tfidf,
            _TERMS,
            clears=_TEXT,
            brings=frozenset({"sparse", "columns"}),
            refuses=frozenset({"categories"}),
        ),
        Component(
            "tfidf_svd",
            tfidf_svd,
            {"components": Whole(30, 2, 500, log=True), **_TERMS},
            clears=_TEXT,
            brings=frozenset({"columns"}),
        ),
    ),
)
