"""Spellings of one level, apart by case, spaces, hyphens or a slip of a letter, read as the most frequent."""

from __future__ import annotations

import re
import unicodedata
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from rapidfuzz import fuzz, process
from sklearn.base import BaseEstimator, TransformerMixin

from bench.components.steps.columns import by_frequency, category, category_columns, levels_and_codes

SHORTEST = 5  # letters; of shorter levels, one letter more is another word
CHUNK = 512  # levels compared at once, so that the matrix of their similarities stays small
# Ways to say that none of the other levels fits.
OTHERS = frozenset(
    {
        "other", "others", "etc", "etcetera", "otro", "otros", "outro", "outros", "autre", "autres", "altro", "altri",
        "andere", "sonstige", "sonstiges", "기타", "그외", "기타등등", "その他", "其他",
    }
)  # fmt: skip


class Spellings(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Give all spellings of a level the one that is most frequent in training.

    Levels that differ in nothing but case, spaces, hyphens, invisible characters and the like are one; so are "other",
    "others", "etc." and their kin. What else is one by a slip of a letter is decided by similarity: words are compared
    one by one, so that a changed word does not hide in a long phrase; numbers and words of one or two letters have to
    be the same; and a spelling is only read as a more frequent one.

    Two spellings may come from two forms or two years and convert differently, so merging can cost what it tells.

    Parameters
    ----------
    similar : how similar two spellings have to be, in per cent: twice the letters they share in order, divided by the
        letters of both (rapidfuzz's `fuzz.ratio`); at 100 they have to be the same but for case, spaces and hyphens
    columns : which category columns to normalise
    """

    def __init__(self, similar: float = 92.0, columns: str = "*") -> None:
        self.similar = similar
        self.columns = columns

    def subject(self, X: pd.DataFrame) -> list[str]:
        """Return those category columns of X that match ``columns`` and hold a level in more than one spelling."""
        return [
            name
            for name in category_columns(X, self.columns)
            if _respelled(counts := by_frequency(X[name]), _learned(counts, self.similar))
        ]

    def fit_transform(self, X: pd.DataFrame, y: object = None) -> pd.DataFrame:
        """Learn the spellings of the training rows X and return them in one each; warns of how many cells changed."""
        self.spellings_: dict[str, dict[str, str]] = {}
        spellings = cells = 0
        for name in category_columns(X, self.columns):
            counts = by_frequency(X[name])
            self.spellings_[name] = _learned(counts, self.similar)
            respelled = _respelled(counts, self.spellings_[name])
            spellings += len(respelled)
            cells += sum(respelled.values())
        if spellings:
            warnings.warn(
                f"{spellings} spellings in {cells} cells of {len(self.spellings_)} category columns are read as a more "
                "frequent spelling of the same level",
                UserWarning,
                stacklevel=2,
            )
        return self.transform(X)

    def fit(self, X: pd.DataFrame, y: object = None) -> Spellings:
        """Learn the spellings of the training rows X."""
        self.fit_transform(X, y)
        return self

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        """Return X of the same shape; a level that is like none of training's keeps its spelling."""
        X = X.copy(deep=False)
        for name, learned in self.spellings_.items():
            X[name] = _in_one_spelling(X[name], learned, self.similar)
        return X


def one_spelling(counts: Mapping[str, int], similar: float) -> dict[str, str]:
    """Return the spelling that each level of a column is read as, the most frequent of the same; as `Spellings` does.

    Parameters
    ----------
    counts : level -> rows
    similar : as of `Spellings`
    """
    ordered = dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))
    learned = _learned(ordered, similar)
    return {level: learned[_key(level)] for level in counts}


def plain_words(level: str) -> str:
    """Return the words of a level, in lower case with one space between, without punctuation or invisible characters.

    Signs that tell levels apart stay: ``+ < > = % # $`` and other symbols, and a minus in front.
    """
    text = unicodedata.normalize("NFKC", level).casefold().replace("&", " and ")
    minus = re.match(r"\s*-(?=\d)", text)
    kept = "".join(_kept(c) for c in text)
    return "-" * bool(minus) + " ".join(kept.split())


def _respelled(counts: dict[str, int], learned: dict[str, str]) -> dict[str, int]:
    """Return those of the counted levels that are read as another one."""
    return {level: n for level, n in counts.items() if learned[_key(level)] != level}


def _kept(character: str) -> str:
    kind = unicodedata.category(character)
    if kind == "Cf":  # zero-width, direction marks: between the letters of a word
        return ""
    parting = character in "~|" or (kind[0] in "PZC" and character not in "%#")
    return " " if parting else character


@lru_cache(maxsize=200_000)
def _key(level: str) -> str:
    """Return what the spellings of one level share: its words without spaces, but for those between two numbers."""
    key = re.sub(r"(?<!\d) | (?!\d)", "", plain_words(level))
    if key in OTHERS:
        return "other"
    return key or level


def _learned(counts: dict[str, int], similar: float) -> dict[str, str]:
    """Return the spelling to use for each key of levels with these ``counts``, the most frequent first."""
    best: dict[str, str] = {}
    rows = Counter[str]()
    for level, times in counts.items():
        best.setdefault(_key(level), level)
        rows[_key(level)] += times
    read_as = _slips(best, rows, similar) if similar < 100 else {}
    return {key: best[read_as.get(key, key)] for key in best}


def _slips(best: dict[str, str], rows: Counter[str], similar: float) -> dict[str, str]:
    """Return the more frequent key that each misspelt one is read as; no chains."""
    nearest: dict[str, list[tuple[float, int, str]]] = {}
    for ratio, rare, frequent in _alike(best, best, similar):
        if rows[rare] < rows[frequent]:
            nearest.setdefault(rare, []).append((ratio, rows[frequent], frequent))
    slips: dict[str, str] = {}
    for rare in sorted(nearest, key=lambda key: (-rows[key], key)):
        found = [pair for pair in nearest[rare] if pair[2] not in slips]
        if found:
            slips[rare] = max(found)[2]
    return slips


def _alike(spelled: dict[str, str], known: dict[str, str], similar: float) -> Iterator[tuple[float, str, str]]:
    """Yield the pairs of keys, one of each (key to level), that are so similar, and how similar they are."""
    blocks = _blocks(known)
    for fixed, new in _blocks(spelled).items():
        keys, old = sorted(new, key=len), sorted(blocks.get(fixed, []), key=len)
        lengths = np.array([len(key) for key in old])
        for start in range(0, len(keys), CHUNK):
            chunk = keys[start : start + CHUNK]
            # A key cannot be `similar` to one so much shorter or longer.
            most = 200 / similar - 1
            first, last = np.searchsorted(lengths, [len(chunk[0]) / most, len(chunk[-1]) * most + 1])
            ratios = process.cdist(chunk, old[first:last], scorer=fuzz.ratio, score_cutoff=similar, dtype=np.float32)
            for one, two in np.argwhere(ratios > 0):
                key, other = chunk[one], old[first + two]
                if key != other and _same_words(spelled[key], known[other], similar):
                    yield float(ratios[one, two]), key, other


def _blocks(best: dict[str, str]) -> dict[tuple[str, ...], list[str]]:
    """Return the keys long enough to be misspelt, together with those that have the same numbers and short words."""
    blocks: dict[tuple[str, ...], list[str]] = {}
    for key, level in best.items():
        if len(key) >= SHORTEST:
            blocks.setdefault(_fixed(level), []).append(key)
    return blocks


def _fixed(level: str) -> tuple[str, ...]:
    """Return what a slip must not change: words with a digit or a sign and those of one or two letters."""
    return tuple(word for word in plain_words(level).split() if len(word) <= 2 or not word.isalpha())


def _same_words(one: str, two: str, similar: float) -> bool:
    """Return whether two levels are alike word by word or, where a space is lost or added, but for one letter."""
    words, others = plain_words(one).split(), plain_words(two).split()
    if len(words) != len(others):
        return abs(len("".join(words)) - len("".join(others))) <= 1
    return all(a == b or fuzz.ratio(a, b) >= similar for a, b in zip(words, others, strict=True))


def _in_one_spelling(column: pd.Series[Any], learned: dict[str, str], similar: float) -> pd.Categorical:
    levels, codes = levels_and_codes(column)
    return category(_spelled(levels, learned, similar), codes)


def _spelled(levels: list[str], learned: dict[str, str], similar: float) -> list[str]:
    """Return training's spelling of each level that has one, whatever the other levels are."""
    unseen: dict[str, list[str]] = {}
    for level in levels if similar < 100 else ():
        if (key := _key(level)) not in learned:
            unseen.setdefault(key, []).append(level)
    known = {_key(level): level for level in learned.values()}
    nearest: dict[str, tuple[float, str]] = {}
    for turn in range(max(map(len, unseen.values()), default=0)):
        new = {key: same[turn] for key, same in unseen.items() if turn < len(same)}
        for ratio, key, other in _alike(new, known, similar):
            nearest[new[key]] = max(nearest.get(new[key], (0.0, "")), (ratio, learned[other]))
    return [learned.get(_key(level)) or nearest.get(level, (0.0, level))[1] for level in levels]
