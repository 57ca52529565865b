"""Compare the rows to predict with the training rows, as a whole and column by column."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bench.audit.adversarial import tell_apart
from bench.audit.finding import Finding, quoted
from bench.data.dataset import Dataset
from bench.data.notices import listed

SURE: Final = 0.001  # chance of a false finding of one code on a table without drift, all its columns together
LARGE_PSI: Final = 0.2
MORE_NEW: Final = 0.05  # of the rows to predict, beyond what chance brings
LARGE_LEVEL: Final = 0.02  # of the training rows
MORE_GAPS: Final = 0.10  # of the rows
BINS: Final = 10
FEWEST_EXPECTED: Final = 5  # rows in a bin of the smaller table, for the chi-square distribution to hold
FEWEST_SHOWN: Final = 5  # rows; a rarer level could point at one lead


@dataclass(frozen=True)
class _Side:
    """A column in one table.

    Attributes
    ----------
    codes : ndarray of shape (n,), the place of each value among the sorted values of both tables; -1 for a gap
    cluster : ndarray of shape (n,), from 0; rows of one company share a number
    counts : rows of each value
    """

    codes: NDArray[np.int64]
    cluster: NDArray[np.int64]
    counts: NDArray[np.int64]

    @property
    def rows(self) -> float:
        """How many independent rows these are worth at least: Kish's n² / sum of squared cluster sizes."""
        return _effective(self.cluster)

    @property
    def filled(self) -> float:
        """The same for the rows without a gap."""
        return _effective(self.cluster[self.codes >= 0])

    @property
    def drawn(self) -> int:
        """How many companies, or rows of none, have no gap."""
        return len(np.unique(self.cluster[self.codes >= 0]))

    @property
    def gaps(self) -> float:
        """Share of the rows with a gap."""
        return float(np.mean(self.codes < 0))

    def holders(self) -> NDArray[np.int64]:
        """Return how many companies, or rows of none, hold each value."""
        filled = self.codes >= 0
        width = len(self.cluster)  # clusters are numbered from 0, so none has a number as large
        pairs = np.unique(
            self.codes[filled] * width + self.cluster[filled]
        )  # of one number, which sorts faster than two
        return np.bincount(pairs // max(width, 1), minlength=len(self.counts))


@dataclass(frozen=True)
class _Column:
    """A column in both tables, and its sorted values; of a text its length."""

    name: str
    kind: str  # "category", "date", "number" or "text"
    values: pd.Index
    train: _Side
    asked: _Side


def drift(dataset: Dataset) -> list[Finding]:
    """Return how the rows to predict differ from the training rows; nothing without rows to predict."""
    return tell_apart(dataset) + compare_columns(dataset)


def compare_columns(dataset: Dataset) -> list[Finding]:
    """Return the columns whose values, levels or gaps differ in the rows to predict, one code after the other.

    A finding needs a difference that matters and that chance does not bring: without drift, each code appears with
    probability `SURE` at most, by Bonferroni over its columns. Where companies are named, they are what was drawn, and
    the rows of one count together (Kish 1965, Survey Sampling, 8.2).
    """
    if dataset.submission is None or not len(dataset.submission):
        return []
    columns = list(_columns(dataset, dataset.submission))
    chance = SURE / len(columns)
    checks = (_drifted, _new_values, _vanished_values, _missing_shift)
    return [found for check in checks for column in columns if (found := check(column, chance))]


def population_stability(train: NDArray[np.int64], asked: NDArray[np.int64]) -> float:
    """Return the population stability index of two tables' rows in the same bins.

    Sum of (q - p) · ln(q / p) over the bins, p and q their shares of train and of the rows to predict (Siddiqi 2006,
    Credit Risk Scorecards), with half a row added to each count, so that it is finite where a bin is empty.
    """
    p, q = ((rows + 0.5) / (rows + 0.5).sum() for rows in (train, asked))
    return float(np.sum((q - p) * np.log(q / p)))


def _columns(dataset: Dataset, submission: pd.DataFrame) -> Iterator[_Column]:
    rows = len(dataset.features)
    clusters = _clusters(dataset.groups, rows), _clusters(dataset.submission_groups, len(submission))
    for name in map(str, dataset.features):
        both = pd.concat([dataset.features[name], submission[name]], ignore_index=True)
        if isinstance(both.dtype, pd.CategoricalDtype):
            kind, codes, values = "category", both.cat.codes.to_numpy(), both.cat.categories
        else:
            kind = "date" if pd.api.types.is_datetime64_any_dtype(both.dtype) else "number"
            if kind == "number" and not pd.api.types.is_numeric_dtype(both.dtype):
                kind, both = "text", both.str.len()
            codes, values = pd.factorize(both, sort=True)
        parts = np.split(codes.astype(np.int64), [rows])
        train, asked = (
            _Side(part, cluster, np.bincount(part[part >= 0], minlength=len(values)))
            for part, cluster in zip(parts, clusters, strict=True)
        )
        yield _Column(name, kind, values, train, asked)


def _clusters(groups: NDArray[np.int64] | None, rows: int) -> NDArray[np.int64]:
    """Number the companies, and each row that belongs to none."""
    if groups is None:
        return np.arange(rows)
    alone = groups.max(initial=-1) + 1 + np.arange(rows)
    return pd.factorize(np.where(groups < 0, alone, groups))[0].astype(np.int64)


def _effective(cluster: NDArray[np.int64]) -> float:
    sizes = np.bincount(cluster).astype(float)
    return float(sizes.sum() ** 2 / max((sizes**2).sum(), 1))


def _drifted(column: _Column, chance: float) -> Finding | None:
    """See a population stability index that is large by custom and larger than sampling makes it.

    Without drift, the index over (1/n + 1/m) follows a chi-square distribution with bins - 1 degrees of freedom
    (Yurdakul 2018, Statistical properties of population stability index).
    """
    from scipy.stats import chi2

    train, asked = column.train, column.asked
    smaller = min(train.filled, asked.filled)
    if smaller < 2 * FEWEST_EXPECTED:
        return None
    bin_of = _bins(column, smaller)
    bins = int(bin_of.max()) + 1
    before, after = (np.bincount(bin_of, side.counts, bins).astype(np.int64) for side in (train, asked))
    psi = population_stability(before, after)
    noise = (1 / train.filled + 1 / asked.filled) * chi2.isf(chance, max(bins - 1, 1))
    if psi < max(LARGE_PSI, noise):
        return None
    what = "the lengths of its texts" if column.kind == "text" else "its values"
    return Finding(
        "drifted-column",
        column.name,
        f"The population stability index of {what} is {psi:.2f} ({LARGE_PSI} is large, chance stays below "
        f"{noise:.2g}): {_what_moved(column)}.",
        "Try it in drop or in a form that lasts (a difference, a share, coarser levels), and fold by time or company.",
        "drift",
    )


def _bins(column: _Column, smaller: float) -> NDArray[np.int64]:
    """Return the bin of each value: between deciles of train, or its own if it is a frequent level, else the last.

    Frequent in both tables together: chosen by train alone, levels would by chance look rarer in the other table.
    """
    train, both = column.train.counts, column.train.counts + column.asked.counts
    most = min(BINS, int(smaller / FEWEST_EXPECTED))
    if column.kind != "category" and len(both) > BINS:
        shares = np.cumsum(train) / train.sum()
        edges = np.unique(np.searchsorted(shares, np.arange(1, most) / most - 1e-9))
        return np.searchsorted(edges, np.arange(len(both)))
    own = np.argsort(-both, kind="stable")[:most]
    own = own[both[own] * smaller >= FEWEST_EXPECTED * both.sum()]
    bin_of = np.full(len(both), len(own))
    bin_of[own] = np.arange(len(own))
    return bin_of


def _what_moved(column: _Column) -> str:
    """Say what moved: the quartiles, or the level with the largest change of its share."""
    train, asked = column.train.counts, column.asked.counts
    if column.kind != "category" and len(train) > BINS:
        first, second = (_quartiles(column.values, counts) for counts in (train, asked))
        return f"its quartiles go from {first} in train to {second}"
    change = np.where(train + asked >= FEWEST_SHOWN, abs(train / train.sum() - asked / asked.sum()), 0)
    level = int(np.argmax(change))
    first, second = (f"{counts[level] / counts.sum():.1%}" for counts in (train, asked))
    return f"{quoted(column.values[level])} goes from {first} of the filled rows of train to {second}"


def _quartiles(values: pd.Index, counts: NDArray[np.int64]) -> str:
    at = np.searchsorted(np.cumsum(counts), counts.sum() * np.array([0.25, 0.5, 0.75]))
    return ", ".join(f"{v:%Y-%m-%d}" if isinstance(v, pd.Timestamp) else f"{v:,.4g}" for v in values[at])


def _new_values(column: _Column, chance: float) -> Finding | None:
    """See more rows with levels that are new than a further sample of the same leads would bring.

    That is the share of training rows whose level no other company (or row) of train holds (Good 1953).
    """
    if column.kind != "category":
        return None
    train, asked = column.train, column.asked
    new = (train.counts == 0) & (asked.counts > 0)
    share = asked.counts[new].sum() / len(asked.codes)
    by_chance = train.counts[train.holders() == 1].sum() / len(train.codes)
    if share < by_chance + MORE_NEW or _doubt(by_chance, train.rows, share, asked.rows) > chance:
        return None
    shown = _most_frequent(column.values, np.where(new, asked.counts, 0))
    return Finding(
        "new-values",
        column.name,
        f"{share:.1%} of the rows to predict hold one of {new.sum():,} levels that train never has, where chance "
        f"brings {by_chance:.1%}{f': {shown}' if shown else ''}.",
        "See if they are old levels spelled anew; else use an encoding that carries over (its parts, a broader level).",
        "drift",
    )


def _vanished_values(column: _Column, chance: float) -> Finding | None:
    """See large levels of train that no row to predict holds, though as many companies (or rows) again would."""
    if column.kind != "category":
        return None
    train, asked = column.train, column.asked
    large = train.counts >= max(LARGE_LEVEL * len(train.codes), FEWEST_SHOWN)
    missed = (1 - train.holders() / max(train.drawn, 1)) ** asked.drawn
    gone = large & (asked.counts == 0) & (missed < chance / max(large.sum(), 1))
    if not gone.any():
        return None
    share = train.counts[gone].sum() / len(train.codes)
    return Finding(
        "vanished-values",
        column.name,
        f"{share:.1%} of the rows of train hold levels that no row to predict has: "
        f"{_most_frequent(column.values, np.where(gone, train.counts, 0))}.",
        "See if they are spelled anew or written after the outcome; what a model learns of them is of no use.",
        "drift",
    )


def _most_frequent(levels: pd.Index, counts: NDArray[np.int64]) -> str:
    """Return "'web' 120, 'fair' 17 and 3 more levels", of levels with rows enough to be shown."""
    order = np.argsort(-counts, kind="stable")
    return listed((f"{quoted(levels[i])} {counts[i]:,}" for i in order if counts[i] >= FEWEST_SHOWN), "level")


def _missing_shift(column: _Column, chance: float) -> Finding | None:
    """See a share of gaps that differs."""
    train, asked = column.train, column.asked
    change = asked.gaps - train.gaps
    if abs(change) < MORE_GAPS or _doubt(train.gaps, train.rows, asked.gaps, asked.rows) > chance:
        return None
    return Finding(
        "missing-shift",
        column.name,
        f"{train.gaps:.1%} of the rows of train have a gap and {asked.gaps:.1%} of the rows to predict.",
        "See if it is filled in only later, or is asked in another form; that there is a gap is no lasting sign.",
        "drift",
    )


def _doubt(p: float, n: float, q: float, m: float) -> float:
    """Return the p-value of the two-sided test that two shares, of n and m rows, are equal (pooled z test)."""
    from scipy.stats import norm

    pooled = (p * n + q * m) / (n + m)
    spread = np.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))
    return float(2 * norm.sf(abs(p - q) / spread)) if spread else 1.0
