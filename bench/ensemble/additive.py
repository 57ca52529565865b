"""What each column a model sees adds to its output: SHAP values of trees, coefficients of linear models."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from bench.components.steps.resampling.training_set import Matrix
from bench.run.fitted import positive_column

Floats = NDArray[np.float64]

ROUNDING = 1e-4  # of a probability; values that miss it by more do not add up, and are not used
STEP = 1e-9  # in which a slope is taken where base and output are one


@dataclass(frozen=True)
class Sum:
    """An output taken apart: ``base`` and what each column adds to it.

    Attributes
    ----------
    base : ndarray of shape (n,), the output before anything is known of the row
    parts : ndarray of shape (n, columns)
    """

    base: Floats
    parts: Floats

    @property
    def total(self) -> Floats:
        """The output, shape (n,)."""
        total: Floats = self.base + self.parts.sum(axis=1)
        return total

    def through(self, function: Callable[[Floats], Floats]) -> Sum:
        """Return an increasing function of the output, taken apart in the same proportions.

        The rescale rule: each part times the slope of the line between base and output (Chen, Lundberg and Lee 2022,
        doi:10.1038/s41467-022-31384-3).
        """
        total, base = self.total, function(self.base)
        same = np.abs(total - self.base) < STEP
        rise = np.where(same, function(self.base + STEP) - base, function(total) - base)
        return Sum(base, self.parts * (rise / np.where(same, STEP, total - self.base))[:, None])


def mean_of(sums: list[Sum], weights: list[float] | None = None) -> Sum:
    """Return the weighted mean of outputs of the same columns."""
    return Sum(
        np.average([one.base for one in sums], axis=0, weights=weights),
        np.average([one.parts for one in sums], axis=0, weights=weights),
    )


def probability(margin: Floats) -> Floats:
    """Return probabilities of log-odds."""
    from scipy.special import expit

    return np.asarray(expit(margin))


def taken_apart(model: Any, prepared: Matrix, background: Matrix) -> Sum | None:
    """Return the probability of each row taken apart by the columns that `seen` gives; None where that cannot be done.

    That it adds up is seen, not believed: shap does not follow scikit-learn's splits on categories.

    Parameters
    ----------
    model : a fitted model of the axis
    prepared : what it is given, of n rows
    background : the same of the rows that the mean of a linear model is taken over
    """
    known = _EXPLAINERS.get(type(last_step(model)).__name__)
    if known is None or needs_extra(model):
        return None
    said = known(last_step(model), seen(model, prepared), seen(model, background))
    told = positive_column(model, prepared)
    return said if bool((np.abs(said.total - told) < ROUNDING).all()) else None


def seen(model: Any, prepared: Matrix) -> Matrix:
    """Return what the last step of a model is given: behind the scaling of those that scale, or what they all are."""
    return model[:-1].transform(prepared) if hasattr(model, "steps") else prepared


def last_step(model: Any) -> Any:
    """Return what learns: the last step of a pipeline, or the model itself."""
    return model.steps[-1][1] if hasattr(model, "steps") else model


def needs_extra(model: Any) -> bool:
    """Say whether the extra shap would take a model apart, and is not there."""
    return _EXPLAINERS.get(type(last_step(model)).__name__) is _forest and find_spec("shap") is None


def _lightgbm(model: Any, X: Matrix, background: Matrix) -> Sum:
    values = model.predict(X, pred_contrib=True)
    return _with_base_last(values.toarray() if sparse.issparse(values) else np.asarray(values))


def _xgboost(model: Any, X: Matrix, background: Matrix) -> Sum:
    from xgboost import DMatrix

    return _with_base_last(
        model.get_booster().predict(DMatrix(X, enable_categorical=True, nthread=1), pred_contribs=True)
    )


def _catboost(model: Any, X: Matrix, background: Matrix) -> Sum:
    values = model.contributions(X)
    return _constant(model, X, background) if values is None else _with_base_last(values)


def _forest(model: Any, X: Matrix, background: Matrix) -> Sum:
    """scikit-learn's trees: of `HistGradientBoosting` log-odds, of the others probabilities."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the plots that it imports
        from shap import TreeExplainer
    rows = X.toarray() if sparse.issparse(X) else X
    boosted = hasattr(model, "levels_")
    explainer = TreeExplainer(model.model_ if boosted else model, feature_perturbation="tree_path_dependent")
    values = np.asarray(explainer.shap_values(model.numbers(X) if boosted else rows, check_additivity=False))
    base = np.full(len(values), np.ravel(explainer.expected_value)[-1])
    return Sum(base, values).through(probability) if boosted else Sum(base, values[..., -1])


def _logistic(model: Any, X: Matrix, background: Matrix) -> Sum:
    return _linear(model.coef_[0], model.intercept_[0], X, background).through(probability)


def _linear_svm(model: Any, X: Matrix, background: Matrix) -> Sum:
    if not hasattr(model.sigmoid_, "coef_"):
        return _constant(model, X, background)
    slope, intercept = model.sigmoid_.coef_[0, 0], model.sigmoid_.intercept_[0]
    machine = model.machine_
    coefficients, constant = slope * machine.coef_[0], slope * machine.intercept_[0] + intercept
    return _linear(coefficients, constant, X, background).through(probability)


def _naive_bayes(model: Any, X: Matrix, background: Matrix) -> Sum:
    negative, positive = model.feature_log_prob_
    prior = model.class_log_prior_[1] - model.class_log_prior_[0]
    return _linear(positive - negative, prior, X, background).through(probability)


def _one_rule(model: Any, X: Matrix, background: Matrix) -> Sum:
    if model.column_ is None:
        return _constant(model, X, background)
    share = positive_column(model, X)
    parts = np.zeros(X.shape)
    parts[:, model.column_] = share - model.overall_
    return Sum(share - parts[:, model.column_], parts)


def _constant(model: Any, X: Matrix, background: Matrix) -> Sum:
    """Return an output that no column adds to."""
    return Sum(positive_column(model, X), np.zeros(X.shape))


def _linear(coefficients: Floats, intercept: float, X: Matrix, background: Matrix) -> Sum:
    """Return coefficient × (value - mean of the background), which are the SHAP values of a linear model."""
    mean = np.asarray(background.mean(axis=0)).ravel()
    dense = X.toarray() if sparse.issparse(X) else np.asarray(X)
    return Sum(np.full(len(dense), intercept + mean @ coefficients), (dense - mean) * coefficients)


def _with_base_last(values: Floats) -> Sum:
    values = values.astype(np.float64)
    return Sum(values[:, -1], values[:, :-1]).through(probability)


_EXPLAINERS: dict[str, Callable[[Any, Matrix, Matrix], Sum]] = {
    "LGBMClassifier": _lightgbm,
    "XGBClassifier": _xgboost,
    "CatBoost": _catboost,
    "DecisionTreeClassifier": _forest,
    "RandomForestClassifier": _forest,
    "ExtraTreesClassifier": _forest,
    "HistogramBoosting": _forest,
    "LogisticRegression": _logistic,
    "LinearMargins": _linear_svm,
    "MultinomialNB": _naive_bayes,
    "OneRule": _one_rule,
    "DummyClassifier": _constant,
}
