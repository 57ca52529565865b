"""Rows that have to share a fold because they are of one company, and the companies too large for one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bench.data.duplicates import most_rows

GIANT_POSITIVES = 0.10  # of all; a company beyond that shows in every score, as one of over 1 % of the rows does
FEWEST_NAMED = 5  # rows of a company that a sentence may name
_NAMED = 4  # giants described in a sentence; the others are counted


def join_companies(
    company: NDArray[np.int64], cluster: NDArray[np.int64], *, always: bool
) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Number the rows so that those of one company share a number, and so do those of one cluster of equal rows.

    Equal rows can chain company to company. Where a chain has more rows than the largest company, and more than equal
    rows may have, its companies go their own ways.

    Parameters
    ----------
    company, cluster : ndarrays of shape (n,), numbers of their own
    always : keep such a chain too

    Returns
    -------
    unit : ndarray of shape (n,)
    notices : one sentence each
    """
    from scipy.sparse import coo_array  # here, since planning reads the sections only
    from scipy.sparse.csgraph import connected_components

    cluster = np.unique(cluster, return_inverse=True)[1]
    companies = int(company.max()) + 1
    nodes = companies + int(cluster.max()) + 1
    edges = coo_array((np.ones(len(company), dtype=bool), (company, companies + cluster)), shape=(nodes, nodes))
    unit = connected_components(edges, directed=False)[1][company].astype(np.int64)
    size = np.bincount(unit)[unit]
    chained = size > max(most_rows(len(company)), int(np.bincount(company).max()))
    if always or not chained.any():
        return unit, ()
    across = _meets_several(cluster, company) & chained
    return np.where(chained, nodes + company, unit), (
        f"{int(across.sum()):,} rows equal to a row of another company stay apart: they would chain companies to "
        f"clusters of up to {size.max() / len(company):.1%} of the rows.",
    )


def _meets_several(cluster: NDArray[np.int64], company: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which rows are of a cluster that holds rows of several companies."""
    lowest = np.full(cluster.max() + 1, company.max() + 1)
    highest = np.full(cluster.max() + 1, -1)
    np.minimum.at(lowest, cluster, company)
    np.maximum.at(highest, cluster, company)
    several: NDArray[np.bool_] = (lowest < highest)[cluster]
    return several


def giants(y: NDArray[np.int8], groups: NDArray[np.int64], names: tuple[str, ...]) -> tuple[str, ...]:
    """Return a sentence on the companies of over 1 % of the rows or 10 % of the positives, or none.

    Parameters
    ----------
    y, groups : ndarrays of shape (n,); -1 for rows of no company
    names : of the companies by number; a company without one is called by its number
    """
    largest = giant_companies(y, groups)
    if not largest:
        return ()
    rows, positives = _counted(y, groups)
    said = [
        f"'{names[one] if one < len(names) else one}' {rows[one] / len(y):.1%} of the rows and "
        f"{positives[one] / y.sum():.1%} of the positives"
        for one in largest[:_NAMED]
    ]
    more = [f"{len(largest) - _NAMED:,} more are beyond 1% or 10%"] if len(largest) > _NAMED else []
    return (f"Giant companies, each whole in one fold, decide much of its score: {'; '.join(said + more)}.",)


def giant_companies(y: NDArray[np.int8], groups: NDArray[np.int64]) -> list[int]:
    """Return the companies of over 1 % of the rows or 10 % of the positives, the weightiest first."""
    rows, positives = _counted(y, groups)
    giant = (rows > most_rows(len(y))) | _dominant(rows, positives, y)
    weight = np.maximum(rows / len(y), positives / y.sum())
    return sorted((int(one) for one in np.flatnonzero(giant)), key=lambda one: (-weight[one], one))


def dominant_companies(y: NDArray[np.int8], groups: NDArray[np.int64]) -> list[int]:
    """Return the companies of over 10 % of the positives: models that never saw one take positives for rarer."""
    return [int(one) for one in np.flatnonzero(_dominant(*_counted(y, groups), y))]


def _counted(y: NDArray[np.int8], groups: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the rows and the positives of each company, by its number."""
    named = groups >= 0
    rows = np.bincount(groups[named]).astype(np.int64)
    return rows, np.bincount(groups[named], weights=y[named]).astype(np.float64)


def _dominant(rows: NDArray[np.int64], positives: NDArray[np.float64], y: NDArray[np.int8]) -> NDArray[np.bool_]:
    large: NDArray[np.bool_] = (positives > GIANT_POSITIVES * y.sum()) & (rows >= FEWEST_NAMED)
    return large
