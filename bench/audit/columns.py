"""Columns that say nothing, or nothing of their own, and single values that hold the positives."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bench.audit.association import Codes, can_ask
from bench.audit.finding import Finding, quoted
from bench.data.dataset import Dataset
from bench.data.notices import listed, plural

NEARLY_ALL = 0.999  # of the rows
MOST_LEVELS = 0.5  # of the rows; columns of more levels pair them one to one by accident
FEWEST_SHOWN = 5  # rows that a value must have to be written down
LARGE_SHARE = 0.10  # of the positives
TIMES_THE_ROWS = 3.0  # the share of the positives against the share of the rows
CHANCE = 0.001  # of the largest share among all levels of a column


def check_columns(dataset: Dataset, codes: Mapping[str, Codes], company: str | None) -> Iterator[Finding]:
    """Yield what is found about each column and each pair; ``company`` is looked at elsewhere."""
    yield from _constant(codes)
    yield from _same(dataset.features, codes)
    if can_ask(dataset.y):
        for name, code in codes.items():
            if name != company and not isinstance(dataset.features[name].dtype, pd.StringDtype):
                yield from _dominant(name, dataset.features[name], code, dataset.y)


def dominant_level(codes: Codes, y: NDArray[np.int8]) -> int | None:
    """Return the level that holds a large share of the positives, far above its share of the rows, or None.

    Chance is the binomial tail of its positives at the table's rate, times the number of levels (Bonferroni).
    """
    from scipy.stats import binom

    present = codes >= 0
    if not present.any():
        return None
    rows, positives = np.bincount(codes[present]), np.bincount(codes[present], y[present])
    share = positives / y.sum()
    large = (rows >= FEWEST_SHOWN) & (share > LARGE_SHARE) & (share >= TIMES_THE_ROWS * rows / len(y))
    if not large.any():
        return None
    top = int(np.argmax(np.where(large, positives, 0)))
    accident = binom.sf(positives[top] - 1, rows[top], y.mean()) * len(rows)
    return top if accident < CHANCE else None


def _constant(codes: Mapping[str, Codes]) -> Iterator[Finding]:
    for name, code in codes.items():
        rows = np.unique(code, return_counts=True)[1]
        others = len(code) - int(rows.max())
        if rows.max() >= NEARLY_ALL * len(code):
            yield Finding(
                "constant-column",
                name,
                f"All rows but {others:,} of {len(code):,} hold one value."
                if others
                else f"All {len(code):,} rows hold one value.",
                "Drop it: what is left can only be learnt by heart.",
                "note",
            )


def _same(features: pd.DataFrame, codes: Mapping[str, Codes]) -> Iterator[Finding]:
    """Yield the columns that split the rows alike: levels in order of appearance give them equal codes."""
    alike: dict[bytes, list[str]] = defaultdict(list)
    for name, code in codes.items():
        alike[_split(features[name], code).tobytes()].append(name)
    for names in alike.values():
        copies = [name for name in names[1:] if _equal(features[names[0]], features[name])]
        others = [name for name in names[1:] if name not in copies]
        levels = plural(len(np.unique(codes[names[0]])), "value")
        if copies:
            yield Finding(
                "duplicate-column",
                listed([names[0], *copies]),
                f"Equal in all {len(features):,} rows ({levels}, gaps counted as one).",
                f"Drop {listed(copies)}.",
                "note",
            )
        if others:
            yield Finding(
                "one-to-one",
                listed([names[0], *others]),
                f"Each of the {levels} of one goes with one value of the other in all {len(features):,} rows.",
                "Keep the one that reads better: two names of one thing share its weight among them.",
                "note",
            )


def _split(column: pd.Series[Any], code: Codes) -> NDArray[np.int64]:
    """Return what columns that split the rows alike share; numbers that hardly repeat must also be in one order."""
    if len(np.unique(code)) <= MOST_LEVELS * len(code):
        return code
    if pd.api.types.is_numeric_dtype(column) or pd.api.types.is_datetime64_any_dtype(column):
        return np.asarray(column.rank(method="dense").fillna(0), dtype=np.int64)
    return np.asarray(pd.util.hash_pandas_object(column, index=False)).view(np.int64)


def _equal(one: pd.Series[Any], other: pd.Series[Any]) -> bool:
    gap = one.isna().to_numpy()
    if one.dtype.kind != other.dtype.kind or not np.array_equal(gap, other.isna().to_numpy()):
        return False
    return bool(np.array_equal(one.to_numpy()[~gap], other.to_numpy()[~gap]))


def _dominant(name: str, column: pd.Series[Any], code: Codes, y: NDArray[np.int8]) -> Iterator[Finding]:
    top = dominant_level(code, y)
    if top is None:
        return
    rows = code == top
    value, positives = column.iloc[int(np.argmax(rows))], int(y[rows].sum())
    yield Finding(
        "dominant-value",
        name,
        f"{quoted(value)} holds {positives / y.sum():.1%} of the positives and {rows.mean():.1%} of the rows "
        f"({positives:,} of {int(rows.sum()):,} are positive).",
        "Ask whether it is known before the outcome and still occurs in what is to be predicted; look at the scores "
        "without these rows.",
        "note",
    )
