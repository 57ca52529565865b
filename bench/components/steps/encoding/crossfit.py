"""What a level is worth by the outcomes of other rows: no row's own outcome reaches it, nor its company's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.model_selection import GroupKFold, KFold, StratifiedKFold

from bench.companies import company_of
from bench.components.steps.encoding.levels import coded, named, numbers

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Seen:
    """What training shows of one category column; ndarrays of shape (n,).

    Attributes
    ----------
    code : the level of each row, as `coded`; 0 is the pool
    alike : how many rows of the same company hold the same level
    company : the company of each row, from 0
    y : the outcome of each row, 0 or 1
    levels : number of codes, the pool included
    """

    code: NDArray[np.intp]
    alike: NDArray[np.intp]
    company: NDArray[np.intp]
    y: NDArray[np.int8]
    levels: int

    def counts(self, rows: NDArray[np.intp], agreement: float) -> tuple[Floats, Floats]:
        """Return how many rows, and how many positive ones, the evidence of ``rows`` on each code is worth."""
        weight = worth(self.alike[rows], agreement)
        code = self.code[rows]
        return _sums(code, weight, self.levels), _sums(code, weight * self.y[rows], self.levels)


class TargetStatistic(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Replace each category column by a number that its levels' outcomes say.

    A subclass has the formula, `_values`, and what the training rows are encoded by, `_training_side`: never by their
    own company. New rows are encoded by all of training. So the two sides differ, and should: a model that saw
    training rows carry their own outcome would trust the column too much.

    A level that only one company holds (without companies: one row) is pooled with the other such levels and with
    those unseen in training. Its training rows could never be encoded by another company, so they would carry the
    mean of a fold while new rows carried the company's own outcome, and a model could learn nothing true from it.
    A gap is a level like any other.

    Rows of one company that hold the same level count for less than as many independent ones, the less the more
    companies' outcomes agree within themselves (`worth`). Counted in full, a company with half of all positives would
    decide what its levels are worth to all rows but its own, and a model would learn the reverse of the truth.
    """

    def fit_transform(self, X: pd.DataFrame, y: NDArray[np.int8], groups: NDArray[np.int64] | None = None) -> Floats:
        """Return the training rows X, each encoded without its own company, and learn all of them for `transform`.

        X : DataFrame of shape (n, columns); y : 0 or 1; groups : companies, -1 for none. The result, of shape (n,
        columns), has the encoded columns first and the numbers behind.
        """
        company, grouped = _companies(len(y), groups)
        self.levels_: dict[str, list[str]] = {}
        self.values_: list[Floats] = []
        encoded = []
        for name, column in X.select_dtypes(exclude="number").items():
            levels = _shared(column, company)
            code = coded(column, levels)
            seen = Seen(code, _alike(code, company), company, y, len(levels) + 1)
            self.levels_[str(name)] = levels
            self.values_.append(self._values(*seen.counts(np.arange(len(y)), agreement(company, y))))
            encoded.append(self._training_side(seen, grouped))
        return np.column_stack([*encoded, numbers(X)])

    def fit(self, X: pd.DataFrame, y: NDArray[np.int8], groups: NDArray[np.int64] | None = None) -> TargetStatistic:
        """Learn the encodings of X."""
        self.fit_transform(X, y, groups)
        return self

    def transform(self, X: pd.DataFrame) -> Floats:
        """Return rows that were not trained on, encoded by the whole of the training rows."""
        columns = zip(self.levels_.items(), self.values_, strict=True)
        return np.column_stack([*(values[coded(X[name], levels)] for (name, levels), values in columns), numbers(X)])

    def _values(self, seen: Floats, positive: Floats) -> Floats:
        """Return the value of each code from its rows and its positive rows; the prior's where it has none."""
        raise NotImplementedError

    def _training_side(self, seen: Seen, grouped: bool) -> Floats:
        """Return the training rows encoded, shape (n,); ``grouped`` says whether companies are known."""
        raise NotImplementedError


class CrossFitted(TargetStatistic):
    """A target statistic of the companies of the other folds (without companies: of the rows of the other folds).

    Parameters
    ----------
    folds : number of folds for encoding the training rows
    """

    def __init__(self, folds: int = 5, random_state: int | None = None) -> None:
        self.folds = folds
        self.random_state = random_state

    def _training_side(self, seen: Seen, grouped: bool) -> Floats:
        encoded = np.empty(len(seen.y))
        for learned, own in self._splits(seen.y, seen.company, grouped):
            values = self._values(*seen.counts(learned, agreement(seen.company[learned], seen.y[learned])))
            encoded[own] = values[seen.code[own]]
        return encoded

    def _splits(self, y: NDArray[np.int8], company: NDArray[np.intp], grouped: bool) -> list[Any]:
        if grouped:
            folds = min(self.folds, len(np.unique(company)))
            return list(GroupKFold(folds, shuffle=True, random_state=self.random_state).split(y, groups=company))
        rarer = int(np.bincount(y, minlength=2).min())
        splitter = StratifiedKFold if rarer > 1 else KFold
        folds = max(2, min(self.folds, rarer))
        return list(splitter(folds, shuffle=True, random_state=self.random_state).split(y, y))


def worth(alike: NDArray[np.intp], agreement: float) -> Floats:
    """Return how many independent rows each of ``alike`` rows of one company is worth, 0 to 1.

    One by the design effect 1 + (rows - 1) * agreement of a cluster sample (Kish 1965, Survey Sampling):
    1 if outcomes do not agree within companies, 1 / rows if companies are all of one outcome.
    """
    return np.asarray(1.0 / (1.0 + (alike - 1) * agreement), dtype=np.float64)


def agreement(company: NDArray[np.intp], y: NDArray[np.int8]) -> float:
    """Return the intraclass correlation of outcomes within companies, 0 to 1: their analysis of variance estimate.

    Ridout, Demétrio and Firth (1999), Estimating intraclass correlation for binary data, Biometrics 55.
    """
    rows = np.bincount(company)
    positive = np.bincount(company, y)[rows > 0]
    rows = rows[rows > 0]
    n, companies = rows.sum(), len(rows)
    if companies in (1, n):
        return 0.0
    between = (rows * (positive / rows - y.mean()) ** 2).sum() / (companies - 1)
    within = (positive * (1 - positive / rows)).sum() / (n - companies)
    size = (n - (rows**2).sum() / n) / (companies - 1)  # what a company's rows are on average, for this purpose
    total = between + (size - 1) * within
    return float(np.clip((between - within) / total, 0.0, 1.0)) if total > 0 else 0.0


def _sums(code: NDArray[np.intp], amount: Floats, codes: int) -> Floats:
    return np.bincount(code, amount, minlength=codes).astype(np.float64)


def _companies(n: int, groups: NDArray[np.int64] | None) -> tuple[NDArray[np.intp], bool]:
    """Return the company of each row, numbered from 0, and whether there is more than one to learn from."""
    if groups is not None and (companies := company_of(groups, len(groups))).max() > 0:
        return companies, True
    return np.arange(n), False


def _shared(column: pd.Series[Any], company: NDArray[np.intp]) -> list[str]:
    """Return the levels that two companies or more hold."""
    held = pd.DataFrame({"level": named(column), "company": company}).drop_duplicates()
    times = held["level"].value_counts()
    return sorted(times.index[times > 1])


def _alike(code: NDArray[np.intp], company: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return for each row how many rows hold its level for its company."""
    pairs = code.astype(np.int64) * (company.max() + 1) + company
    _, place, times = np.unique(pairs, return_inverse=True, return_counts=True)
    counted: NDArray[np.intp] = times[place]
    return counted
