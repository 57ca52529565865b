"""Text: what becomes of the free text columns.

Each takes the table of texts and returns a matrix of its rows, or a table of texts.
"""

from __future__ import annotations

from typing import Any

from bench.registry import Component, Registry
from bench.space import OneOf, Whole


def drop_text() -> Any:
    """Leave the text out."""
    from bench.components.steps.text.words import NoText

    return NoText()


def tfidf(terms: int, words: int, rare: int) -> Any:
    """TF-IDF of the most frequent terms of each text column: single words up to runs of ``words``."""
    from bench.components.steps.text.words import TextVectors

    return TextVectors(terms=terms, words=words, rare=rare)


def tfidf_chars(terms: int, shortest: int, longest: int, rare: int) -> Any:
    """TF-IDF of pieces of words, ``shortest`` to ``longest`` letters: for typos and scripts without spaces."""
    from bench.components.steps.text.words import TextPieces

    return TextPieces(terms=terms, shortest=shortest, longest=longest, rare=rare)


def tfidf_svd(components: int, terms: int, words: int, rare: int) -> Any:
    """TF-IDF reduced to a few dense columns by a truncated SVD (latent semantic analysis)."""
    from bench.components.steps.text.words import TextTopics

    return TextTopics(components=components, terms=terms, words=words, rare=rare)


def hashing(bits: int, words: int) -> Any:
    """Words and runs of them counted in 2**``bits`` columns for each text column, by a hash; learns nothing."""
    from bench.components.steps.text.words import HashedWords

    return HashedWords(bits=bits, words=words)


def minhash(components: int) -> Any:
    """The smallest hashes of each text's runs of letters: likeness of spelling, for texts of a few words."""
    from bench.components.steps.text.minhash import MinHashes

    return MinHashes(components=components)


def embedding(components: int) -> Any:
    """The mean vector of a text's tokens from a small model that comes with wordllama: likeness of meaning."""
    from bench.components.steps.text.embedding import Embedding

    return Embedding(components=components)


def keywords(terms: int, words: int, rare: int) -> Any:
    """0/1 columns for the few terms that go with the outcome most, by the chi-squared test on training rows."""
    from bench.components.steps.text.keywords import Keywords

    return Keywords(terms=terms, words=words, rare=rare)


def native() -> Any:
    """Texts kept as they are, for the model that reads them itself."""
    from bench.components.steps.text.words import KeptText

    return KeptText()


_TERMS = Whole(5000, 10, 500_000, log=True, search=(500, 20_000))
_WORDS = Whole(2, 1, 3, search=(1, 2))
_RARE = Whole(3, 1, 1000, log=True, search=(2, 20))
_TEXT = frozenset({"raw_text"})
_DENSE = frozenset({"columns"})
_SPARSE = frozenset({"columns", "sparse"})
_TFIDF = "Salton & Buckley 1988, Information Processing & Management 24:513-523; scikit-learn TfidfVectorizer"

REGISTRY = Registry(
    "text",
    (
        Component("drop_text", drop_text, clears=_TEXT, source="no method: the table without its texts", rowwise=True),
        # Boosters read categories from a table of columns, which a sparse matrix cannot join.
        Component(
            "tfidf",
            tfidf,
            {"terms": _TERMS, "words": _WORDS, "rare": _RARE},
            clears=_TEXT,
            brings=_SPARSE,
            refuses=frozenset({"categories"}),
            source=_TFIDF,
        ),
        Component(
            "tfidf_chars",
            tfidf_chars,
            {
                "terms": _TERMS,
                "shortest": Whole(3, 1, 4, search=(2, 4)),
                "longest": Whole(4, 4, 8, search=(4, 6)),
                "rare": _RARE,
            },
            clears=_TEXT,
            brings=_SPARSE,
            refuses=frozenset({"categories"}),
            source="Cavnar & Trenkle 1994, SDAIR 161-175; skrub StringEncoder; scikit-learn TfidfVectorizer (char_wb)",
        ),
        Component(
            "tfidf_svd",
            tfidf_svd,
            {
                "components": Whole(100, 2, 500, log=True, search=(20, 200)),
                "terms": _TERMS,
                "words": _WORDS,
                "rare": _RARE,
            },
            clears=_TEXT,
            brings=_DENSE,
            source="Deerwester et al. 1990, JASIS 41:391-407; scikit-learn TruncatedSVD (100 recommended)",
        ),
        Component(
            "hashing",
            hashing,
            {"bits": Whole(12, 4, 20, search=(10, 16)), "words": _WORDS},
            clears=_TEXT,
            brings=_SPARSE,
            refuses=frozenset({"categories"}),
            source="Weinberger et al. 2009, arXiv:0902.2206; scikit-learn HashingVectorizer",
            rowwise=True,
        ),
        Component(
            "minhash",
            minhash,
            {"components": Whole(30, 2, 300, log=True, search=(10, 60))},
            clears=_TEXT,
            brings=_DENSE,
            source="Cerda & Varoquaux 2020, arXiv:1907.01860; skrub MinHashEncoder",
            rowwise=True,
        ),
        Component(
            "embedding",
            embedding,
            {"components": OneOf(128, (64, 128, 256))},
            clears=_TEXT,
            brings=_DENSE,
            source="wordllama 0.4, model l2_supercat, https://github.com/dleemiller/WordLlama",
            rowwise=True,
            extra="wordllama",
        ),
        Component(
            "keywords",
            keywords,
            {
                "terms": Whole(100, 1, 1000, log=True, search=(20, 300)),
                "words": Whole(1, 1, 3, search=(1, 2)),
                "rare": Whole(10, 1, 1000, log=True, search=(5, 50)),
            },
            clears=_TEXT,
            brings=_DENSE,
            source="Yang & Pedersen 1997, ICML 412-420; Forman 2003, JMLR 3:1289-1305; scikit-learn chi2",
        ),
        # What follows has to know which columns are text, and a sparse matrix holds no text.
        Component(
            "native",
            native,
            brings=_DENSE,
            requires=_TEXT,
            refuses=frozenset({"sparse"}),
            source="CatBoost text_features",
        ),
    ),
)
