"""Rows that are equal in every feature: which of them count as one."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

LARGEST_CLUSTER = 0.01  # of the rows; a larger one kept whole would decide a fold by itself
SMALL_CLUSTER = 10  # rows; so few may always stay together
MOST_DUPLICATES = 0.20  # of the rows; beyond it equal rows are how the table is, not an accident


def duplicate_clusters(
    features: pd.DataFrame, rule: str, kept: str = "equal rows share a fold"
) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Number the rows so that rows to keep together share a number; say what was found.

    Parameters
    ----------
    rule : "together", "apart", or "auto": together unless a cluster, or all of them, are too large
    kept : what keeping them together means, for the sentences

    Returns
    -------
    cluster : ndarray of shape (n,)
    notices : one sentence each
    """
    apart = np.arange(len(features))
    if rule == "apart" or not len(features.columns):
        return apart, ()
    hashes = pd.util.hash_pandas_object(features, index=False)
    cluster = pd.factorize(hashes)[0].astype(np.int64)
    size = np.bincount(cluster)[cluster]
    equal = int(np.sum(size > 1))
    if not equal:
        return apart, ()
    found = f"{equal:,} rows ({equal / len(features):.1%}) are equal to another in every feature"
    if rule == "together":
        return cluster, (f"{found}; {kept}.",)
    if equal > MOST_DUPLICATES * len(features):
        return apart, (
            f"{found}, more than {MOST_DUPLICATES:.0%}: they stay apart, so held-out rows are partly known. "
            'Set duplicates = "together" to change that.',
        )
    large = size > most_rows(len(features))
    notices: tuple[str, ...] = (f"{found}; {kept}.",)
    if large.any():
        # New numbers for the rows of a cluster that is too large: each is on its own.
        cluster = np.where(large, len(features) + apart, cluster)
        notices += (
            f"{int(large.sum()):,} of them, in clusters of more than {LARGEST_CLUSTER:.0%} of the rows, stay apart: "
            'each cluster would decide a fold by itself. Set duplicates = "together" to change that.',
        )
    return cluster, notices


def most_rows(rows: int) -> float:
    """Return how many rows of a table may stay together because they are equal."""
    return max(LARGEST_CLUSTER * rows, SMALL_CLUSTER)
