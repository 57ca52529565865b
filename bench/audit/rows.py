"""Rows that are not one lead each, and rows in the order of the outcome."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bench.audit.association import Codes, can_ask, chance_error
from bench.audit.finding import Finding
from bench.data.dataset import Dataset
from bench.data.notices import plural

MOST_BY_CHANCE = 0.1  # of the pairs of equal rows; with more, a table of few values simply has equal rows
CHANCE = 0.001  # a share of positives this unlikely is no accident
TIMES_THE_ODDS = 2.0  # of a positive; below it copies are about as often positive as other rows
ORDERED = 0.9  # ROC AUC of the place in the file


@dataclass(frozen=True)
class _Equal:
    """Which rows are equal in every feature: the set each belongs to, and the rows of each set."""

    of_row: Codes
    size: Codes


def check_rows(dataset: Dataset, codes: Mapping[str, Codes]) -> Iterator[Finding]:
    """Yield what is found about duplicates, conflicting outcomes and the order of the rows."""
    of_row = pd.factorize(pd.util.hash_pandas_object(pd.DataFrame(codes), index=False))[0].astype(np.int64)
    equal = _Equal(of_row, np.bincount(of_row))
    if not _by_chance(equal, codes):
        yield from _duplicates(equal, dataset.y)
        yield from _conflicts(equal, dataset.y)
    if can_ask(dataset.y):
        yield from _order(dataset.y)


def _by_chance(equal: _Equal, codes: Mapping[str, Codes]) -> bool:
    """Say if columns that have nothing to do with each other would give about as many pairs of equal rows.

    Two rows then agree with the product over the columns of the sum of the levels' squared shares.
    """
    rows = len(equal.of_row)
    agree = [np.sum((np.unique(code, return_counts=True)[1] / rows) ** 2) for code in codes.values()]
    pairs = np.sum(equal.size * (equal.size - 1) / 2)
    return bool(rows * (rows - 1) / 2 * np.prod(agree) > MOST_BY_CHANCE * pairs)


def _duplicates(equal: _Equal, y: NDArray[np.int8]) -> Iterator[Finding]:
    from scipy.stats import fisher_exact

    copy = pd.Series(equal.of_row).duplicated().to_numpy()
    copies, positives = int(copy.sum()), int(y[copy].sum())
    if not copies:
        return
    others, other_positives = len(y) - copies, int(y[~copy].sum())
    counts = [[positives, copies - positives], [other_positives, others - other_positives]]
    test = fisher_exact(counts, alternative="greater")
    flattering = test.pvalue < CHANCE and test.statistic > TIMES_THE_ODDS
    yield Finding(
        "duplicate-rows",
        "rows",
        f"{plural(copies, 'row')} ({copies / len(y):.1%}) repeat another in every feature; {positives:,} of them "
        f"({positives / copies:.1%}) are positive, of the other rows {other_positives / others:.1%}"
        + (f" (Fisher's exact test: p < {CHANCE})." if flattering else "."),
        "Find out who copied the positives and delete the copies: copies on both sides of a split are known by heart."
        if flattering
        else "Delete the copies if they are no leads of their own; till then keep them in one fold "
        '([folds] duplicates = "together").',
        "leak" if flattering else "note",
    )


def _conflicts(equal: _Equal, y: NDArray[np.int8]) -> Iterator[Finding]:
    positives = np.bincount(equal.of_row, y)
    wrong = np.minimum(positives, equal.size - positives)
    mixed = wrong > 0
    if mixed.any():
        yield Finding(
            "label-conflicts",
            "rows",
            f"{plural(int(equal.size[mixed].sum()), 'row')} in {plural(int(mixed.sum()), 'set')} of equal rows have "
            f"different outcomes, so no model can be right on {int(wrong.sum()):,} of them.",
            "Look whether these are corrections of one lead: keep the last word on each, or leave the noise in.",
            "note",
        )


def _order(y: NDArray[np.int8]) -> Iterator[Finding]:
    from sklearn.metrics import roc_auc_score

    auc = float(roc_auc_score(y, np.arange(len(y))))
    if max(auc, 1 - auc) < ORDERED or abs(auc - 0.5) < 5 * chance_error(y):
        return
    runs, rate = 1 + int(np.sum(np.diff(y) != 0)), float(y.mean())
    expected = 1 + 2 * rate * (1 - rate) * len(y)
    tenths = [float(part.mean()) for part in np.array_split(y, 10)]
    yield Finding(
        "ordered-by-target",
        "rows",
        f"The place in the file tells the outcome with ROC AUC {auc:.3f}: {tenths[0]:.1%} positives in the first tenth "
        f"of the rows, {tenths[-1]:.1%} in the last, and {runs:,} runs of one outcome where a random order has "
        f"{expected:,.0f}.",
        "Ask how the file was put together, and drop every column that counts its rows or its time.",
        "leak",
    )
