"""The ways to split rows: each fold like the table, whole companies, or later rows after earlier ones."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
from numpy.typing import NDArray


def stratified(y: NDArray[np.int8], unit: NDArray[np.int64], count: int, seed: int) -> NDArray[np.int64]:
    """Deal units out to folds so that each gets its share of positives and of units of every size.

    Parameters and result are those of `stratified_group`; here units are small.
    """
    from sklearn.model_selection import StratifiedKFold  # here, since planning reads the sections only

    frame = pd.DataFrame({"unit": unit, "y": y})
    units = frame.groupby("unit", sort=False)["y"].agg(["sum", "size"])
    sizes = np.log2(units["size"]).astype(int)
    mixed = (units["sum"] > 0).astype(int) + (units["sum"] == units["size"]).astype(int)
    strata = 3 * sizes + mixed
    splitter = StratifiedKFold(count, shuffle=True, random_state=seed)
    fold_of_unit = np.empty(len(units), dtype=np.int64)
    with warnings.catch_warnings():
        # A stratum of fewer units than folds is spread over some of them, which is what is wanted.
        warnings.filterwarnings("ignore", "The least populated class", UserWarning)
        for fold, (_, held_out) in enumerate(splitter.split(strata, strata)):
            fold_of_unit[held_out] = fold
    return fold_of_unit[units.index.get_indexer(pd.Index(unit))]


def stratified_group(y: NDArray[np.int8], unit: NDArray[np.int64], count: int, seed: int) -> NDArray[np.int64]:
    """Deal whole units out to folds of about equal rows and positives: the largest first, to the fold that lacks most.

    As scikit-learn's StratifiedGroupKFold, which balances classes in place of rows and positives: beside a company of
    half of all positives one of its folds is an eighth too large, and 59,299 leads take it 5 s where this takes 0.1.

    A unit counts for no more positives than half a fold's share of those outside large units, so that the fold of a
    giant gets others too, and can be scored without it.

    Parameters
    ----------
    y, unit : ndarrays of shape (n,); rows of one unit share a fold

    Returns
    -------
    ndarray of shape (n,), 0 to count - 1
    """
    unit = np.unique(unit, return_inverse=True)[1]
    rows, positives = np.bincount(unit), np.bincount(unit, weights=y)
    fair = positives.sum() / count
    counted = np.minimum(positives, max(1.0, positives[positives <= fair / 2].sum() / count / 2))
    # Each column sums to 1, so that a row weighs as much as there are few of them.
    share = np.column_stack((rows / rows.sum(), counted / counted.sum()))
    order = np.random.default_rng(seed).permutation(len(rows))
    order = order[np.argsort(-share.sum(axis=1)[order], kind="stable")]
    fold_of_unit = np.empty(len(rows), dtype=np.int64)
    held = np.zeros((count, 2))
    for one in order:
        # The fold whose shares, squared and summed over all folds, grow least.
        fold = int((held @ share[one]).argmin())
        held[fold] += share[one]
        fold_of_unit[one] = fold
    return fold_of_unit[unit]


def block_of_times(time: NDArray[np.float64], blocks: int) -> NDArray[np.int64] | None:
    """Cut rows in order of time into blocks of about equal rows, at midnights; None with fewer days than blocks.

    Parameters
    ----------
    time : ndarray of shape (n,), days; NaN where missing

    Returns
    -------
    ndarray of shape (n,), 0 to blocks - 1, -1 where the time is missing
    """
    dated = ~np.isnan(time)
    days, day, sizes = np.unique(np.floor(time[dated]), return_inverse=True, return_counts=True)
    if len(days) < blocks:
        return None
    until = np.cumsum(sizes)
    starts = [0]  # of each block, as a place in days
    for block in range(1, blocks):
        nearest = int(np.abs(until - block / blocks * until[-1]).argmin()) + 1
        starts.append(min(max(nearest, starts[-1] + 1), len(days) - blocks + block))
    block_of = np.full(len(time), -1, dtype=np.int64)
    block_of[dated] = np.searchsorted(starts, day, side="right") - 1
    return block_of


def trained_before(
    time: NDArray[np.float64], fold_of: NDArray[np.int64], gap_days: int, cluster: NDArray[np.int64]
) -> tuple[NDArray[np.bool_], int]:
    """Return the rows that each fold trains on: all from before its first less the gap, but for what it holds out.

    An expanding window, as scikit-learn's TimeSeriesSplit. A row of a cluster that the fold holds out a row of is left
    out of its training rows: it would be known.

    Parameters
    ----------
    time, fold_of, cluster : ndarrays of shape (n,)

    Returns
    -------
    trained : ndarray of shape (count, n)
    purged : how many rows some fold leaves out because they are equal to one it holds out
    """
    folds = range(int(fold_of.max()) + 1)
    before = np.stack([time < time[fold_of == fold].min() - gap_days for fold in folds])  # False where it is NaN
    equal = np.stack([np.isin(cluster, cluster[fold_of == fold]) for fold in folds])
    return before & ~equal, int((before & equal).any(axis=0).sum())
