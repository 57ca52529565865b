"""Columns that know the outcome: copies of it, codes that memorise it, numbers in its order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bench.audit.association import (
    SEED,
    Codes,
    Rows,
    can_ask,
    chance_error,
    company_folds,
    draw,
    held_out_auc,
    in_sample_auc,
    mean_auc,
    stratified,
)
from bench.audit.finding import Finding
from bench.data.dataset import Dataset
from bench.data.kinds import is_code_name

TELLS = 0.90  # ROC AUC of one column held out; the best column above suspicion measured 0.81
TEXT_TELLS = 0.97  # a text is many columns: honest reviews tell whether a customer recommends with 0.93
STANDARD_ERRORS = 5.0  # of a column that has nothing to do with the outcome
GAP = 0.10  # of ROC AUC that does not carry over to new rows
MANY_LEVELS = 20
ORDERED = 0.65  # ROC AUC of a number that only counts
CHANCE = 0.001  # that a number and the share of its positives go together
SERIAL = 0.95  # different values in the rows of a serial number
SERIAL_SPAN = 3  # times the rows that its numbers spread over
TREE_ROWS, TEXT_ROWS = 20_000, 10_000


def check_target(dataset: Dataset, codes: Mapping[str, Codes], company: str | None) -> Iterator[Finding]:
    """Yield what is found about each column against the outcome; the company's column is looked at elsewhere."""
    y, groups = dataset.y, dataset.groups
    if not can_ask(y):
        return
    random = stratified(y)
    apart = None if groups is None else company_folds(groups)
    for name, code in codes.items():
        column = dataset.features[name]
        if name == company:
            continue
        if isinstance(column.dtype, pd.StringDtype):
            yield from _copy(name, _text_auc(column, y), TEXT_TELLS, y)
        elif isinstance(column.dtype, pd.CategoricalDtype):
            held_out = held_out_auc(code, y, random)
            yield from _copy(name, held_out, TELLS, y)
            yield from _memorises(name, code, y, held_out, apart)
        else:
            yield from _copy(name, _number_auc(column, y), TELLS, y)
        yield from _ordered(name, column, y)


def _copy(name: str, auc: float, enough: float, y: NDArray[np.int8]) -> Iterator[Finding]:
    if auc >= enough and auc - 0.5 >= STANDARD_ERRORS * chance_error(y):
        yield Finding(
            "target-copy",
            name,
            f"This column alone tells the outcome of rows it has not seen with ROC AUC {auc:.3f}.",
            "Ask when it is filled in: drop it if that is after the outcome, or because of it.",
            "leak",
        )


def _number_auc(column: pd.Series[float], y: NDArray[np.int8]) -> float:
    """Return the held-out ROC AUC of a small tree on one number, at most 20,000 rows."""
    from sklearn.tree import DecisionTreeClassifier

    rows = draw(y, TREE_ROWS)
    values = pd.to_numeric(column.iloc[rows]).where(column.iloc[rows].notna()).to_numpy(dtype=np.float64)[:, None]
    y = y[rows]

    def score(train: Rows, held: Rows) -> NDArray[np.float64]:
        tree = DecisionTreeClassifier(max_leaf_nodes=64, min_samples_leaf=max(5, len(y) // 1000), random_state=SEED)
        scored: NDArray[np.float64] = tree.fit(values[train], y[train]).predict_proba(values[held])[:, 1]
        return scored

    return mean_auc(score, y, stratified(y))


def _text_auc(column: pd.Series[str], y: NDArray[np.int8]) -> float:
    """Return the held-out ROC AUC of a logistic regression on a text's words, at most 10,000 rows."""
    from sklearn.feature_extraction.text import HashingVectorizer
    from sklearn.linear_model import SGDClassifier

    rows = draw(y, TEXT_ROWS)
    words = HashingVectorizer(n_features=2**16, alternate_sign=False).transform(column.iloc[rows].fillna("").tolist())
    y = y[rows]

    def score(train: Rows, held: Rows) -> NDArray[np.float64]:
        model = SGDClassifier(loss="log_loss", alpha=1e-5, max_iter=20, tol=None, random_state=SEED)
        scored: NDArray[np.float64] = model.fit(words[train], y[train]).decision_function(words[held])
        return scored

    return mean_auc(score, y, stratified(y))


def _memorises(name: str, code: Codes, y: NDArray[np.int8], held_out: float, apart: Codes | None) -> Iterator[Finding]:
    levels = int(code.max()) + 1
    if levels < MANY_LEVELS:
        return
    enough = max(GAP, STANDARD_ERRORS * chance_error(y))
    in_sample = in_sample_auc(code, y)
    strange = held_out if apart is None else held_out_auc(code, y, apart)
    if in_sample - held_out < enough and held_out - strange < enough:
        return
    by_company = "" if apart is None else f", and {strange:.3f} on rows of companies it has not seen"
    leaks = held_out - strange >= enough
    yield Finding(
        "memorising-code",
        name,
        f"The share of positives in each of {levels:,} levels tells the outcome with ROC AUC {in_sample:.3f} on the "
        f"rows it was counted on, {held_out:.3f} on rows held out{by_company}.",
        "Judge models on folds that keep a company together, and try the grid without it."
        if leaks
        else "Encode it with cross-fitting (target) or by its count, never by the raw share of its level.",
        "leak" if leaks else "note",
    )


def _ordered(name: str, column: pd.Series[Any], y: NDArray[np.int8]) -> Iterator[Finding]:
    from sklearn.metrics import roc_auc_score

    values = _counting(name, column)
    if values is None:
        return
    known = ~np.isnan(values)
    values, y = values[known], y[known]
    if not can_ask(y):
        return
    auc = float(roc_auc_score(y, values))
    if max(auc, 1 - auc) >= ORDERED and _goes_with(values, y):
        yield Finding(
            "ordered-by-target",
            name,
            f"The larger this code or serial number, the {'more' if auc > 0.5 else 'less'} often positive: ROC AUC "
            f"{auc:.3f} of a number that only counts.",
            "Drop it or make it a category: its size is how the file was put together.",
            "leak",
        )


def _goes_with(values: NDArray[np.float64], y: NDArray[np.int8]) -> bool:
    """Say if the share of positives of each number goes up or down with it: one number of many rows is one witness."""
    from scipy.stats import spearmanr

    levels, of_row = np.unique(values, return_inverse=True)
    return bool(spearmanr(levels, np.bincount(of_row, y) / np.bincount(of_row)).pvalue < CHANCE)


def _counting(name: str, column: pd.Series[Any]) -> NDArray[np.float64] | None:
    """Return the values of a column of whole numbers that name or count rows, None for any other column."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        levels = pd.to_numeric(pd.Series(column.cat.categories), errors="coerce").to_numpy(dtype=np.float64)
        if len(levels) < MANY_LEVELS or np.isnan(levels).any() or (levels != np.floor(levels)).any():
            return None
        return np.asarray(np.append(levels, np.nan)[column.cat.codes], dtype=np.float64)
    if not pd.api.types.is_float_dtype(column):
        return None
    values = column.to_numpy(dtype=np.float64)
    known = values[~np.isnan(values)]
    serial = len(known) > 0 and (np.ptp(known) < SERIAL_SPAN * len(values) or is_code_name(name))
    whole = serial and bool((known == np.floor(known)).all())
    return values if whole and len(np.unique(known)) >= SERIAL * len(values) else None
