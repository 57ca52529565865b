"""Values and words that go with the outcome in train and are gone from the rows to predict."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bench.audit.association import can_ask, draw
from bench.audit.columns import FEWEST_SHOWN
from bench.audit.finding import Finding, quoted
from bench.data.dataset import Dataset
from bench.data.kinds import is_code_name
from bench.data.notices import listed, plural

EXPECTED = 10.0  # rows to predict that should hold a value or word before its absence says anything
LEFT = 0.1  # of the expected rows; a value with more has not vanished
TIMES_CHANCE = 2.0  # training rows with rare values that vanished, against what chance gives
FEWEST_ROWS = 30  # training rows with the rare values together
TIMES_THE_ODDS = 4.0  # of a positive, surely, up or down
CHANCE = 0.001  # of being surely wrong, over all values and words of the table
TEXT_ROWS = 20_000
FEWEST_TEXTS = 10  # that hold a word
FEWEST_OTHERS = 10  # training rows without it; what stands in every row sets none apart


@dataclass(frozen=True)
class _Vanished:
    """A value, a word or a set of rare values that train has and the rows to predict have not.

    Attributes
    ----------
    place, what : the column, and the value or word in quotes
    rows, positives : training rows that hold it, those of a company with one outcome counted once
    other_rows, other_positives : training rows with something else in that column
    expected, seen : rows to predict that would hold it if nothing had changed, and that do
    """

    place: str
    what: str
    rows: int
    positives: int
    other_rows: int
    other_positives: int
    expected: float
    seen: int

    def surely(self, chance: float) -> float:
        """Return by what factor, up or down, the odds of a positive with it surely differ from those without it.

        "Surely" is the nearer end of the exact binomial interval for its share of positives, of coverage 1 - ``chance``
        (Clopper and Pearson 1934); 1 or less where the others' share lies in it.
        """
        from scipy.stats import beta

        k, n = self.positives, self.rows
        others = (self.other_positives + 0.5) / (self.other_rows - self.other_positives + 0.5)
        if k * (self.other_rows - self.other_positives) > (n - k) * self.other_positives:
            share = float(beta.ppf(chance / 2, k, n - k + 1))
            return share / (1 - share) / others
        share = float(beta.isf(chance / 2, k + 1, n - k)) if k < n else 1.0
        return others * (1 - share) / share


def check_outcome(dataset: Dataset) -> Iterator[Finding]:
    """Yield the columns in which values or words tied to the outcome are gone from the rows to predict."""
    asked = dataset.submission
    if asked is None or not len(asked) or not can_ask(dataset.y):
        return
    vanished: list[_Vanished] = []
    for name in map(str, dataset.features):
        column, to_predict = dataset.features[name], asked[name]
        rows = _heard_once(column, dataset.y, dataset.groups)
        if to_predict.notna().mean() > LEFT * column.notna().mean():  # else it is the column that vanished
            rows, to_predict = rows[column.notna().to_numpy()[rows]], to_predict.dropna()
        if isinstance(column.dtype, pd.CategoricalDtype) and not _is_code(name, column):
            vanished += _values(name, column.iloc[rows], to_predict, dataset.y[rows])
        elif isinstance(column.dtype, pd.StringDtype):
            vanished += _words(name, column.iloc[rows], to_predict, dataset.y[rows])
    vanished = [one for one in vanished if one.other_rows >= FEWEST_OTHERS]
    surely = {one: one.surely(CHANCE / len(vanished)) for one in vanished}
    tied = sorted((one for one in vanished if surely[one] >= TIMES_THE_ODDS), key=lambda one: -surely[one])
    for name in dict.fromkeys(one.place for one in vanished):
        if found := [one for one in tied if one.place == name]:
            yield _finding(found)


def _finding(found: list[_Vanished]) -> Finding:
    each = (
        f"{one.what} in {plural(one.rows, 'training row')}, {one.positives / one.rows:.1%} of them positive (of the "
        f"others {one.other_positives / one.other_rows:.1%}), and in {one.seen:,} rows to predict where "
        f"{one.expected:,.0f} were to be expected"
        for one in found
    )
    return Finding(
        "after-outcome",
        found[0].place,
        f"{listed(each, 'value')}.",
        "Ask whether they are written once the outcome is known; if so, read them as missing or drop the column.",
        "leak",
    )


def _heard_once(column: pd.Series[Any], y: NDArray[np.int8], groups: NDArray[np.int64] | None) -> NDArray[np.int64]:
    """Return rows in which a company says the same of the same outcome once: its rows are no independent witnesses."""
    if groups is None:
        return np.arange(len(y))
    told = pd.DataFrame({"company": groups, "value": pd.factorize(column)[0], "outcome": y})
    return np.flatnonzero(~told.duplicated() | (groups < 0))


def _is_code(name: str, column: pd.Series[Any]) -> bool:
    """Say if a category names somebody: who leaves is no note, whatever the outcomes were."""
    levels = pd.Series(column.cat.categories, dtype="str")
    return is_code_name(name) or bool(levels.str.fullmatch(r"[0-9]+").all())


def _values(name: str, column: pd.Series[Any], asked: pd.Series[Any], y: NDArray[np.int8]) -> list[_Vanished]:
    """Return each frequent value that vanished, and the rare ones together if too many of them did."""
    width = len(column.cat.categories)
    rows, positives = (_counts(column, weights, width) for weights in (None, y))
    seen = _counts(asked, None, width)
    expected = rows / len(column) * len(asked)
    gone = (expected >= EXPECTED) & (seen <= LEFT * expected) & (rows >= FEWEST_SHOWN)
    sets = [(quoted(column.cat.categories[level]), [level]) for level in np.flatnonzero(gone).tolist()]
    rare = (rows > 0) & (expected < EXPECTED) & (seen == 0)
    by_chance = float(np.sum(rows * np.exp(-expected), where=expected < EXPECTED))  # Poisson
    if rows[rare].sum() >= max(FEWEST_ROWS, TIMES_CHANCE * by_chance):
        sets.append((plural(int(rare.sum()), "rare value"), np.flatnonzero(rare).tolist()))
    return [
        _Vanished(
            name,
            what,
            int(rows[levels].sum()),
            int(positives[levels].sum()),
            len(y) - int(rows[levels].sum()),
            int(y.sum() - positives[levels].sum()),
            float(expected[levels].sum()),
            int(seen[levels].sum()),
        )
        for what, levels in sets
    ]


def _counts(column: pd.Series[Any], weights: NDArray[np.int8] | None, width: int) -> NDArray[np.float64]:
    """Return how many rows, or how much weight, each level of a category has."""
    filled = column.notna().to_numpy()
    codes = column.cat.codes.to_numpy()[filled]
    return np.bincount(codes, None if weights is None else weights[filled], width).astype(np.float64)


def _words(name: str, column: pd.Series[str], asked: pd.Series[str], y: NDArray[np.int8]) -> list[_Vanished]:
    """Return each word and pair of words that vanished from a text; at most 20,000 training rows."""
    from sklearn.feature_extraction.text import CountVectorizer

    drawn = draw(y, TEXT_ROWS)
    y = y[drawn]
    counter = CountVectorizer(binary=True, ngram_range=(1, 2), min_df=FEWEST_TEXTS, dtype=np.int32)
    try:
        held = counter.fit_transform(column.iloc[drawn].fillna("").tolist())
    except ValueError:  # no word stands in so many texts
        return []
    rows, positives = (np.asarray(weights @ held) for weights in (np.ones_like(y, dtype=np.int32), y.astype(np.int32)))
    seen = np.asarray(counter.transform(asked.fillna("").tolist()).sum(axis=0)).ravel()
    expected = rows / len(y) * len(asked)
    words = counter.get_feature_names_out()
    return [
        _Vanished(
            name,
            quoted(words[i]),
            int(rows[i]),
            int(positives[i]),
            len(y) - int(rows[i]),
            int(y.sum() - positives[i]),
            float(expected[i]),
            int(seen[i]),
        )
        for i in np.flatnonzero((expected >= EXPECTED) & (seen <= LEFT * expected))
    ]
