"""Whom to call for a promised precision: conformal p-values among negatives, and their false discovery rate."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from bench.errors import ScoreError

Floats = NDArray[np.float64]

ROUNDING: Final = 1e-12  # 1 - 0.8 is a little less than 0.2


def conformal_p_values(negatives: Floats, scores: Floats, together: NDArray[np.int64] | None = None) -> Floats:
    """Return for each row how rarely a negative scores as high: (c + negatives that do) / (c + negatives).

    ``c`` is 1, the row itself. If the row is a negative and exchangeable with the ``negatives``, its p-value is at most
    t with a chance of at most t. Negatives of the same score count against the row, so that holds with ties too; and
    positives are not looked at, so it holds whatever their share.

    Rows of one company are not exchangeable one by one: a company of negatives that score high may stand on either
    side as a whole. Where companies are, c is how many rows to call the row's own company has: all of them count
    against it, as though they were negatives that score as high. Then the expected number of negatives with a p-value
    of at most t is at most t times that of all negatives: with the company's rows and the ``negatives`` in one heap, no
    p-value is below the row's rank from the top of it, and each company was equally likely to be the one to call.

    Parameters
    ----------
    negatives : ndarray of shape (n,), scores of rows known to be negative
    scores : ndarray of shape (m,)
        Of the rows to call, by the same model; it trained on neither.
    together : ndarray of shape (m,), rows to call of each row's company, itself included; 1 without

    Returns
    -------
    ndarray of shape (m,), above 0 and at most 1

    Raises
    ------
    ScoreError
        If there is no negative, or a score is not a number.

    References
    ----------
    Vovk, Gammerman and Shafer (2005), Algorithmic Learning in a Random World; among negatives alone: Bates, Candès,
    Lei, Romano and Sesia (2023), doi:10.1214/22-AOS2244. Other ways with companies, for a row drawn from a company
    drawn: Dunn, Wasserman and Ramdas (2023), arXiv:1809.07441; where large companies score otherwise they do not hold.
    """
    if not len(negatives):
        raise ScoreError("p-values among negatives need a negative, and there is none")
    if np.isnan(negatives).any() or np.isnan(scores).any():
        raise ScoreError("a score is not a number")
    own = 1 if together is None else together
    reaching = len(negatives) - np.searchsorted(np.sort(negatives), scores, side="left")
    return np.asarray((own + reaching) / (own + len(negatives)))


def q_values(p_values: Floats) -> Floats:
    """Return for each row the lowest q at which the procedure of Benjamini and Hochberg (1995) calls it.

    Who calls all rows with a q-value of at most q keeps the expected share of negatives among those called, 0 where
    nobody is, at or below q times the share of negatives among all rows, whatever that is. What is bounded is a mean
    over draws of the negatives and of the rows, not the share among the rows that are called this time.

    It holds if each negative among the rows is exchangeable with the negatives behind the p-values, given all other
    scores. That all p-values go by the same negatives does no harm: if such a row changes places with one of them that
    scores lower, its own p-value rises and no other falls, so that no more rows are called; ties change nothing of that
    (Bates et al. 2023, theorem 2, and Marandon, Lei, Mary and Roquain 2024, doi:10.1214/23-AOS2338, give the argument
    for scores without ties). Jin and Candès (2023), jmlr.org/papers/v24/22-1176.html, compare with rows of both
    classes, so that the share of positives has to stay as it was; here it need not. For rows of companies, this
    dependence is no longer proved harmless, but measured: see ``benchmarks/shortlist.py``. It does harm where few
    companies are called and one among the negatives is large and scores low: of 120 made-up companies dealt at random,
    12 to call on average and one with 28 % of the negatives, lists at q = 0.5 held 59 % negatives, at 0.3 38 %.

    Parameters
    ----------
    p_values : ndarray of shape (m,), of `conformal_p_values`

    Returns
    -------
    ndarray of shape (m,), at most 1; a row of a lower p-value has no higher one
    """
    from scipy.stats import false_discovery_control  # here: planning need not wait for it

    return np.asarray(false_discovery_control(p_values, method="bh")) if len(p_values) else np.empty(0)


def promised(q: Floats, precision: float) -> NDArray[np.bool_]:
    """Return which rows, by their `q_values`, are called so that the expected precision is at least ``precision``."""
    called: NDArray[np.bool_] = q <= 1 - precision + ROUNDING
    return called
