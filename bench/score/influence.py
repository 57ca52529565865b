"""How much each row moves a score: the derivative of the score by the row's weight."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
from numpy.typing import NDArray

from bench.score.metrics import Counts, count
from bench.score.objective import Objective
from bench.score.thresholds import Cuts, cuts

Floats = NDArray[np.float64]

STEP = 1e-4  # of all rows: how far counts are moved to see how a score changes with them
ASIDE = 0.1  # of recall or precision: how far a floor is moved to see what keeping it costs


def value_of_calls(objective: Objective, y: NDArray[np.int8], called: NDArray[np.bool_], probability: Floats) -> Floats:
    """Return what one row more of each kind adds to the score of these calls; shape (2, 2), by label and by call.

    The score is linearised at these calls: for F1 a row adds (2 TP - F1 (2 TP + FP + FN)) / (2 TP + FP + FN of all
    rows), its own counts in the numerator. Added up over rows, the calls themselves come to 0, and other calls of the
    same rows to more than 0 exactly where their F1, precision, recall or profit is higher.

    With a floor, recall above it is worth the precision that it would cost to have more of it, by the probabilities'
    own curve (a Lagrange multiplier); likewise with precision and recall exchanged.

    Parameters
    ----------
    y : ndarray of shape (n,), 0 or 1, both there
    called : ndarray of shape (n,)
    probability : ndarray of shape (n,), of which ``called`` is made
    """
    counts = count(y, called)
    price = _price(objective, cuts(y, probability)) if objective.has_floor else 0.0

    def worth(at: Counts) -> float:
        if objective.k is not None:  # calls are as many as can be made: what differs is how many of them are right
            return float(at.recall)
        return float(objective.of(at)) + price * float(objective.short(at))

    step = STEP * counts.rows
    adds = {}
    for field in fields(Counts):
        here = float(getattr(counts, field.name))
        more, less = (worth(replace(counts, **{field.name: here + way})) for way in (step, -step))
        adds[field.name] = (more - less) / (2 * step)
    return np.array(
        [[adds["true_negatives"], adds["false_positives"]], [adds["false_negatives"], adds["true_positives"]]]
    )


def influence_of_probabilities(metric: str, y: NDArray[np.int8], probability: Floats) -> Floats:
    """Return the derivative of a score that needs no threshold by the weight of each row; shape (n,), of sum 0.

    Of ROC AUC these are the placement values of DeLong et al. (1988), doi:10.2307/2531595, less the area; of average
    precision what differentiating its definition gives (as scikit-learn's with ``sample_weight``).

    Parameters
    ----------
    metric : "average_precision", "roc_auc", "brier" or "log_loss"
    y : ndarray of shape (n,), 0 or 1, both there
    probability : ndarray of shape (n,), in [0, 1]
    """
    if metric == "roc_auc":
        return _of_area(y, probability)
    if metric == "average_precision":
        return _of_average_precision(y, probability)
    of_outcome = np.where(y == 1, probability, 1 - probability)
    loss = (1 - of_outcome) ** 2 if metric == "brier" else -np.log(np.maximum(of_outcome, np.finfo(float).eps))
    return np.asarray((loss - loss.mean()) / len(y))


def _price(objective: Objective, tried: Cuts) -> float:
    """Return how much of the score a unit of what the floor is about costs along the curve; 0 or more."""
    floor = "at_recall" if objective.at_recall is not None else "at_precision"
    asked = float(getattr(objective, floor))
    score, reached = [], []
    for aside in (max(asked - ASIDE, 0.0), min(asked + ASIDE, 1.0)):
        best = int(np.argmax(tried.worth(objective.model_copy(update={floor: aside}))))
        at = Counts(*(np.asarray(getattr(tried.counts, field.name))[best] for field in fields(Counts)))
        score.append(float(objective.of(at)))
        reached.append(float(objective.short(at)))
    further = reached[1] - reached[0]
    return max(0.0, (score[0] - score[1]) / further) if further > 0 else 0.0


def _of_area(y: NDArray[np.int8], probability: Floats) -> Floats:
    influence = np.empty(len(y))
    for label in (0, 1):
        mine, others = probability[y == label], np.sort(probability[y != label])
        below = np.searchsorted(others, mine, side="left") + np.searchsorted(others, mine, side="right")
        share = below / (2 * len(others))  # of the other class below; half of those at the same height
        placement = share if label else 1 - share
        influence[y == label] = (placement - placement.mean()) / len(mine)  # their mean is the area
    return influence


def _of_average_precision(y: NDArray[np.int8], probability: Floats) -> Floats:
    _, height = np.unique(-probability, return_inverse=True)  # 0 is the highest
    positives = np.bincount(height, weights=y)
    called = np.cumsum(np.bincount(height))
    precision = np.cumsum(positives) / called
    score = float(positives @ precision) / float(positives.sum())
    # A row changes the precision at its own height and at all below.
    raises = np.cumsum((positives / called)[::-1])[::-1][height]
    lowers = np.cumsum((positives * precision / called)[::-1])[::-1][height]
    return np.asarray((y * (precision[height] - score + raises) - lowers) / positives.sum())
