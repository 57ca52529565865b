"""Probabilities that mean what they say: calibrated by other rows' labels, and how far they are from it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bench.errors import ScoreError
from bench.score.interval import wilson

Floats = NDArray[np.float64]
Method = Literal["sigmoid", "isotonic"]

NEAR: Final = 1e-6  # of 0 or 1; nearer probabilities have no finite logit to reckon with
WEAK_PENALTY: Final = 1e6  # C of the logistic regression: keeps slopes finite where the classes do not overlap


@dataclass(frozen=True, eq=False)
class Calibrator:
    """An increasing map of probabilities, fitted once.

    Attributes
    ----------
    method : sigmoid or isotonic
    x, y : ndarrays of shape (k,)
        isotonic: the steps, joined by straight lines. sigmoid: empty.
    slope, intercept : of the logit; sigmoid only
    """

    method: Method
    x: Floats
    y: Floats
    slope: float = 1.0
    intercept: float = 0.0

    def __eq__(self, other: object) -> bool:
        """Compare number by number: arrays have no truth of their own."""
        return isinstance(other, Calibrator) and all(
            np.array_equal(getattr(self, field.name), getattr(other, field.name)) for field in fields(self)
        )

    __hash__ = None  # type: ignore[assignment]

    def __call__(self, probability: Floats) -> Floats:
        """Return the calibrated ``probability``, same shape; beyond the fitted ones isotonic stays at its ends."""
        if self.method == "isotonic":
            return np.interp(probability, self.x, self.y)
        from scipy.special import expit  # here: planning need not wait for it

        return np.asarray(expit(self.intercept + self.slope * logit(probability)))


def calibrate(y: NDArray[np.int8], probability: Floats, method: Method, weights: Floats | None = None) -> Calibrator:
    """Fit a calibrator that never reverses an order.

    Parameters
    ----------
    y : ndarray of shape (n,), 0 or 1
    probability : ndarray of shape (n,), in [0, 1]
        Of rows that the model did not train on.
    method : {"sigmoid", "isotonic"}
        sigmoid: logistic regression on the logit with Platt's smoothed targets (Platt 1999); two numbers, for few
        positives. isotonic: monotone steps (Zadrozny and Elkan 2002); for a thousand rows and more.
    weights : ndarray of shape (n,), what each row counts for

    Raises
    ------
    ScoreError
        If ``y`` holds a single class or a probability is not a number.
    """
    check_labelled(y, probability)
    weights = np.ones(len(y)) if weights is None else weights
    if method == "isotonic":
        from sklearn.isotonic import IsotonicRegression

        steps = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip").fit(probability, y, sample_weight=weights)
        return Calibrator(method, steps.X_thresholds_.astype(np.float64), steps.y_thresholds_.astype(np.float64))
    slope, intercept = _platt(y, probability, weights)
    return Calibrator(method, np.empty(0), np.empty(0), slope, intercept)


def cross_fitted_calibration(
    y: NDArray[np.int8], probability: Floats, fold_of: NDArray[np.int64], method: Method
) -> Floats:
    """Calibrate each fold by the labels of the other folds only.

    Parameters
    ----------
    y, probability : ndarrays of shape (n,), out-of-fold
    fold_of : ndarray of shape (n,)
        The fold that held each row out; rows of -1 were never held out: they are not used and stay NaN.

    Returns
    -------
    ndarray of shape (n,)

    Raises
    ------
    ScoreError
        If the folds but one hold a single class, or a probability is not a number.
    """
    calibrated = np.full(len(y), np.nan)
    for fold in np.unique(fold_of[fold_of >= 0]):
        held_out, others = fold_of == fold, (fold_of != fold) & (fold_of >= 0)
        calibrated[held_out] = calibrate(y[others], probability[others], method)(probability[held_out])
    return calibrated


@dataclass(frozen=True)
class Reliability:
    """How far probabilities are from what they say.

    Attributes
    ----------
    table : DataFrame with a row for each bin of about as many rows, from the lowest
        ``predicted`` (mean), ``observed`` (share of positives), ``rows``, ``low`` and ``high`` (95 % Wilson interval of
        ``observed``).
    calibration_error : mean distance of ``predicted`` and ``observed``, weighted by rows (Naeini et al. 2015)
    brier : mean squared error; about ``miscalibration`` - ``resolution`` + ``uncertainty`` (Murphy 1973)
    miscalibration, resolution, uncertainty : over the bins; exact where each bin holds one probability
    slope, intercept : of the labels' logistic regression on the logit (Cox 1958)
        Calibrated: 1 and 0. A slope below 1 says probabilities are too sure of themselves.
    """

    table: pd.DataFrame
    calibration_error: float
    brier: float
    miscalibration: float
    resolution: float
    uncertainty: float
    slope: float
    intercept: float


def reliability(y: NDArray[np.int8], probability: Floats, bins: int = 10) -> Reliability:
    """Compare probabilities with what came, in ``bins`` bins of equally many rows; equal probabilities share one.

    Parameters
    ----------
    y : ndarray of shape (n,), 0 or 1
    probability : ndarray of shape (n,), in [0, 1]

    Raises
    ------
    ScoreError
        If ``y`` holds a single class or a probability is not a number.
    """
    check_labelled(y, probability)
    edges = np.unique(np.quantile(probability, np.arange(1, bins) / bins))
    rows = pd.DataFrame({"bin": np.searchsorted(edges, probability), "p": probability, "y": y})
    grouped = rows.groupby("bin")
    table = pd.DataFrame(
        {"predicted": grouped["p"].mean(), "observed": grouped["y"].mean(), "rows": grouped.size()}
    ).reset_index(drop=True)
    intervals = [wilson(k / n, n) for k, n in zip(grouped["y"].sum(), table["rows"], strict=True)]
    table["low"], table["high"] = (np.array(ends) for ends in zip(*intervals, strict=True))
    share = (table["rows"] / len(y)).to_numpy()
    predicted, observed = table["predicted"].to_numpy(), table["observed"].to_numpy()
    base = float(y.mean())
    slope, intercept = _logistic(y, probability, np.ones(len(y)))
    return Reliability(
        table=table,
        calibration_error=float(share @ np.abs(predicted - observed)),
        brier=float(np.mean((probability - y) ** 2)),
        miscalibration=float(share @ (predicted - observed) ** 2),
        resolution=float(share @ (observed - base) ** 2),
        uncertainty=base * (1 - base),
        slope=slope,
        intercept=intercept,
    )


def logit(probability: Floats) -> Floats:
    """Return the logarithm of the odds, same shape; of 0 and 1 a large finite one."""
    from scipy.special import logit as log_odds

    return np.asarray(log_odds(np.clip(probability, NEAR, 1 - NEAR)))


def check_labelled(y: NDArray[np.int8], probability: Floats) -> None:
    """Raise ScoreError unless there are both classes and all probabilities."""
    if np.isnan(probability).any():
        raise ScoreError("a probability is not a number")
    positives = int(y.sum())
    if not 0 < positives < len(y):
        raise ScoreError(f"calibration needs both classes, and {len(y)} rows hold {positives} positives")


def _platt(y: NDArray[np.int8], probability: Floats, weights: Floats) -> tuple[float, float]:
    """Return slope and intercept for Platt's targets: (positives + 1) / (positives + 2) and 1 / (negatives + 2)."""
    positives = float(weights[y == 1].sum())
    negatives = float(weights[y == 0].sum())
    target = np.where(y == 1, (positives + 1) / (positives + 2), 1 / (negatives + 2))
    # A target between 0 and 1 is a row of each class in that proportion.
    both = np.repeat(np.array([1, 0], dtype=np.int8), len(y))
    slope, intercept = _logistic(both, np.tile(probability, 2), np.append(weights * target, weights * (1 - target)))
    if slope >= 0:
        return slope, intercept
    share = float(np.average(target, weights=weights))  # the best of those that reverse no order is a constant
    return 0.0, float(np.log(share / (1 - share)))


def _logistic(y: NDArray[np.int8], probability: Floats, weights: Floats) -> tuple[float, float]:
    """Return slope and intercept of the logistic regression of ``y`` on the logit of ``probability``."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=WEAK_PENALTY, max_iter=1000)
    model.fit(logit(probability)[:, None], y, sample_weight=weights)
    return float(model.coef_[0, 0]), float(model.intercept_[0])
