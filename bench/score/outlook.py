"""What is to be expected of the rows to predict, by labelled rows that stand for them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.score.metrics import Counts, count, share
from bench.score.objective import Objective
from bench.score.thresholds import best_threshold, cross_fitted_calls


@dataclass(frozen=True)
class Kind:
    """Rows to predict of one kind, and labelled rows that were held out as rows of this kind are met.

    Attributes
    ----------
    name : "known", "new", "later" or "all" customers
    y, probability, fold_of, groups : ndarrays of shape (n,) of the labelled rows
        A threshold is never chosen on a row of its own fold. Group -1 is no company.
    weights : ndarray of shape (n,)
        What each of them counts for.
    asked, asked_groups : ndarrays of shape (m,) of the rows to predict
        Their probabilities, on the same scale, and their companies.
    """

    name: str
    y: NDArray[np.int8]
    probability: NDArray[np.float64]
    fold_of: NDArray[np.int64]
    groups: NDArray[np.int64]
    weights: NDArray[np.float64]
    asked: NDArray[np.float64]
    asked_groups: NDArray[np.int64]

    @property
    def rate(self) -> float:
        """The weighted share of positives among its labelled rows."""
        return float(np.average(self.y, weights=self.weights))

    def stands_for(self, rate: float) -> NDArray[np.float64]:
        """Return how many of the rows to predict each labelled row stands for, if ``rate`` of them are positive."""
        positive, negative = (self.weights[self.y == label].sum() for label in (1, 0))
        of_one = np.where(self.y == 1, share(rate, positive), share(1 - rate, negative))
        return np.asarray(len(self.asked) * self.weights * of_one)


@dataclass(frozen=True)
class Expectation:
    """What a threshold is expected to do on the rows to predict.

    Attributes
    ----------
    rate : share of positives assumed among them
    threshold : the best for this rate, or the one that calls as many rows as the best is expected to
    predicted_positives : how many of them it calls
    counts : expected; made at thresholds that did not see the labelled rows they are counted on
    """

    rate: float
    threshold: float
    predicted_positives: int
    counts: Counts


def expect(kinds: Sequence[Kind], objective: Objective, rate: float, by_share: bool = False) -> Expectation:
    """Choose the threshold for the rows to predict, and say what is expected of it.

    Where the objective has a capacity, the threshold calls as many of the rows to predict as fit, whatever the rate.

    Calls are taken to be as likely among the positives to predict as among the labelled positives of their kind, and
    so among negatives (label shift); only how many there are of each differs. F1 is taken of the expected counts of all
    kinds together, never as a mean of their F1s.

    Parameters
    ----------
    kinds : of which the rows to predict consist; at least one
    rate : share of positives assumed among all rows to predict
    by_share : call as many rows as the best threshold of the labelled rows is expected to call, the most probable
        first, in place of calling at that threshold. With the same distribution of scores in each class both are the
        same; where the scores to predict lie lower or higher as a whole, only this holds (design, section 13).

    Raises
    ------
    ScoreError
        If the labelled rows hold a single class.

    References
    ----------
    Saerens, Latinne and Decaestecker (2002), doi:10.1162/089976602753284446; Elkan (2001).
    """
    rates = rates_of(kinds, rate)
    y = np.concatenate([kind.y for kind in kinds])
    probability = np.concatenate([kind.probability for kind in kinds])
    fold_of = np.concatenate([kind.fold_of for kind in kinds])
    weights = np.concatenate([kind.stands_for(one) for kind, one in zip(kinds, rates, strict=True)])
    counts = count(y, cross_fitted_calls(y, probability, fold_of, objective, weights), weights)
    asked = np.concatenate([kind.asked for kind in kinds])
    if objective.k is not None:
        threshold = _calling(math.floor(objective.k * len(asked) + 1e-9), asked, at_most=True)
    else:
        threshold = best_threshold(y, probability, objective, weights)
        if by_share:
            threshold = _calling(weights[probability >= threshold].sum(), asked, at_most=False)
    return Expectation(rate, threshold, int((asked >= threshold).sum()), counts)


def rates_of(kinds: Sequence[Kind], rate: float) -> list[float]:
    """Return the share of positives of each kind: its labelled rows' odds, moved alike for all to meet ``rate``."""
    from scipy.optimize import brentq  # here: planning need not wait for it
    from scipy.special import expit, logit

    sizes = [len(kind.asked) for kind in kinds]
    odds = logit(np.clip([kind.rate for kind in kinds], 1e-6, 1 - 1e-6))
    shift = brentq(lambda moved: np.average(expit(odds + moved), weights=sizes) - rate, -40, 40)
    return [float(one) for one in expit(odds + shift)]


def _calling(calls: float, asked: NDArray[np.float64], *, at_most: bool) -> float:
    """Return the threshold that calls as many rows as possible up to ``calls``, or nearly so many.

    Rows of one probability are called together.
    """
    values, rows = np.unique(-asked, return_counts=True)
    called = np.append(0, np.cumsum(rows))
    distance = np.where(at_most & (called > calls), np.inf, abs(called - calls))
    last = int(distance.argmin())  # of equals, the fewest
    above, below = np.append(np.inf, -values)[last], np.append(-values, 0.0)[last]
    if last == 0:
        return float(np.nextafter(below, 2))
    middle = (above + below) / 2
    return float(middle if below < middle else above)
