"""What is to be expected of the rows to predict, by labelled rows that stand for them."""

from __future__ import annotations

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
    asked : ndarray of shape (m,)
        Probabilities of the rows to predict, on the same scale.
    """

    name: str
    y: NDArray[np.int8]
    probability: NDArray[np.float64]
    fold_of: NDArray[np.int64]
    groups: NDArray[np.int64]
    weights: NDArray[np.float64]
    asked: NDArray[np.float64]

    @property
    def rate(self) -> float:
        """The share of positives among its labelled rows."""
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
    threshold : the best for this rate
    predicted_positives : how many of them it calls
    counts : expected; made at thresholds that did not see the labelled rows they are counted on
    """

    rate: float
    threshold: float
    predicted_positives: int
    counts: Counts


def expect(kinds: Sequence[Kind], objective: Objective, rate: float | None = None) -> Expectation:
    """Choose the threshold for the rows to predict, and say what is expected of it.

    Calls are taken to be as likely among the positives to predict as among the labelled positives of their kind, and
    so among negatives (label shift); only how many there are of each differs. F1 is taken of the expected counts of all
    kinds together, never as a mean of their F1s.

    Parameters
    ----------
    kinds : of which the rows to predict consist; at least one
    rate : share of positives among all rows to predict; in each kind as among its labelled rows without

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
    threshold = best_threshold(y, probability, objective, weights)
    counts = count(y, cross_fitted_calls(y, probability, fold_of, objective, weights), weights)
    sizes = [len(kind.asked) for kind in kinds]
    return Expectation(
        rate=float(np.average(rates, weights=sizes)),
        threshold=threshold,
        predicted_positives=sum(int((kind.asked >= threshold).sum()) for kind in kinds),
        counts=counts,
    )


def rates_of(kinds: Sequence[Kind], rate: float | None) -> list[float]:
    """Return the share of positives of each kind: its labelled rows' own, their odds moved alike to meet ``rate``."""
    own = np.array([kind.rate for kind in kinds])
    if rate is None:
        return [float(one) for one in own]
    from scipy.optimize import brentq  # here: planning need not wait for it
    from scipy.special import expit, logit

    sizes = np.array([len(kind.asked) for kind in kinds])
    odds = logit(np.clip(own, 1e-6, 1 - 1e-6))
    shift = brentq(lambda moved: np.average(expit(odds + moved), weights=sizes) - rate, -40, 40)
    return [float(one) for one in expit(odds + shift)]
