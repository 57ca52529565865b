"""How much two columns say of each other, whatever they hold: numbers, categories, dates, texts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bench.components.steps.columns import is_number
from bench.data.cells import in_days
from bench.data.notices import Notices
from bench.data.typed import typed_like_train
from bench.explore.look import Look

FEWEST_KNOWN: Final = 30  # leads that know both columns, for their association to be told
SAME: Final = 0.9  # from which two columns say (nearly) the same
FEW: Final = 50  # different values of a number, up to which each is a level of its own in mutual information
OF_TEXT: Final = ": length"  # what is looked at of a text

Codes = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Pair:
    """How much two columns say of each other.

    Attributes
    ----------
    measure : "Spearman", "Cramér's V" or "correlation ratio"
    value : 0 (nothing) to 1 (one says the other); NaN where fewer than `FEWEST_KNOWN` leads know both
    information : mutual information, nats
    of_one, of_other : share of each column's entropy that the other takes away (Theil's U), 0 to 1
    known : leads drawn that know both
    """

    one: str
    other: str
    measure: str
    value: float
    information: float
    of_one: float
    of_other: float
    known: int

    @property
    def same(self) -> bool:
        """Say if each of the columns says (nearly) all of the other."""
        return self.value >= SAME and min(self.of_one, self.of_other) >= SAME

    @property
    def nested(self) -> tuple[str, str] | None:
        """Return (fine, coarse) if one column says (nearly) all of the other, but not the other way round."""
        if self.same or self.value < SAME or max(self.of_one, self.of_other) < SAME:
            return None
        return (self.one, self.other) if self.of_other > self.of_one else (self.other, self.one)


@dataclass(frozen=True)
class Column:
    """A column as it is measured: a number or a category, and in either case codes from 0, -1 for a gap."""

    name: str
    codes: Codes
    numbers: Floats | None

    def of(self, rows: Codes) -> Column:
        """Return it of some rows."""
        return Column(self.name, self.codes[rows], None if self.numbers is None else self.numbers[rows])


def columns_of(look: Look, rows: Codes) -> Iterator[Column]:
    """Yield the columns of some leads, those left out of the features too; of a text its length, of a date its day.

    Identifiers differ in every row and constants in none: they say nothing of others.

    Parameters
    ----------
    rows : ndarray of shape (n,), places of the leads
    """
    from bench.components.steps.imputation.association import coded  # scipy's statistics

    for column in look.dataset.columns:
        if column.kind in ("identifier", "constant") or column.name == look.roles.id:
            continue
        if column.name in look.dataset.features:
            cells = look.dataset.features[column.name].iloc[rows]
        else:
            text = look.cells[column.name].iloc[rows]
            cells = typed_like_train(column.kind, column.name, text, Notices())
        name, cells = column.name, cells.reset_index(drop=True)
        if column.kind == "text":
            name, cells = name + OF_TEXT, cells.str.len().astype("float64")
        elif column.kind == "date":
            cells = in_days(cells)
        few = is_number(cells) and cells.nunique() <= FEW
        codes = coded(cells.astype("category") if few else cells)
        if len(np.unique(codes[codes >= 0])) > 1:
            yield Column(name, codes, np.asarray(cells, dtype=np.float64) if is_number(cells) else None)


def pair_of(one: Column, other: Column) -> Pair:
    """Return how much two columns say of each other.

    Numbers: the absolute rank correlation (Spearman 1904), which one huge value does not move. Categories: Cramér's V
    corrected for bias (Bergsma 2013); levels after the hundred most frequent count as one. A number and a category: the
    correlation ratio (Fisher 1925) of the number's ranks, the root of epsilon squared (Kelley 1935),
    1 - (n - 1) / (n - k) · (1 - eta²) for k levels, so that chance does not count. For a category of two levels all
    three are one measure, but for the corrections.
    """
    from bench.components.steps.imputation.association import cramers_v

    both = (one.codes >= 0) & (other.codes >= 0)
    known = int(both.sum())
    measure = ("Cramér's V", "correlation ratio", "Spearman")[(one.numbers is not None) + (other.numbers is not None)]
    if known < FEWEST_KNOWN:
        return Pair(one.name, other.name, measure, np.nan, np.nan, np.nan, np.nan, known)
    if one.numbers is not None and other.numbers is not None:
        value = abs(_correlation(_ranks(one.numbers[both]), _ranks(other.numbers[both])))
    elif one.numbers is not None:
        value = _correlation_ratio(_ranks(one.numbers[both]), other.codes[both])
    elif other.numbers is not None:
        value = _correlation_ratio(_ranks(other.numbers[both]), one.codes[both])
    else:
        value = cramers_v(one.codes, other.codes)
    return Pair(one.name, other.name, measure, value, *_mutual_information(one.codes[both], other.codes[both]), known)


def _ranks(values: Floats) -> Floats:
    from scipy.stats import rankdata

    ranks: Floats = rankdata(values)
    return ranks


def _correlation(one: Floats, other: Floats) -> float:
    one, other = one - one.mean(), other - other.mean()
    spread = np.sqrt((one @ one) * (other @ other))
    return float(one @ other / spread) if spread else 0.0


def _correlation_ratio(values: Floats, codes: Codes) -> float:
    rows = np.bincount(codes)
    levels, n = int((rows > 0).sum()), len(values)
    whole = float(((values - values.mean()) ** 2).sum())
    if levels < 2 or levels >= n or not whole:
        return 0.0
    means = np.bincount(codes, values) / np.maximum(rows, 1)
    within = float(((values - means[codes]) ** 2).sum())
    return float(np.sqrt(max(0.0, 1 - (n - 1) / (n - levels) * within / whole)))


def _mutual_information(one: Codes, other: Codes) -> tuple[float, float, float]:
    """Return the mutual information of two columns of codes, nats, and its share of the entropy of each.

    Entropies are corrected for bias by (levels - 1) / 2n (Miller 1955). A number of more than `FEW` values comes in
    tenths.
    """
    from scipy.stats import entropy

    width = int(other.max()) + 1
    of_both, of_one, of_other = (
        entropy(counts) + (np.count_nonzero(counts) - 1) / (2 * len(one))
        for counts in (np.bincount(one * width + other), np.bincount(one), np.bincount(other))
    )
    information = max(0.0, float(of_one + of_other - of_both))
    first, second = (min(1.0, information / float(of)) if of > 0 else 0.0 for of in (of_one, of_other))
    return information, first, second
