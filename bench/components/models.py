"""Models: what learns from the prepared rows.

Classifiers with `fit`, `predict_proba` and, but for those that refuse weights, `sample_weight`.
"""

from __future__ import annotations

from typing import Any

from bench.registry import Component, Registry
from bench.space import Real, Whole


def constant() -> Any:
    """The training share of positives for every row: the floor any model has to leave behind."""
    from sklearn.dummy import DummyClassifier

    return DummyClassifier(strategy="prior")


def logistic(C: float) -> Any:
    """Logistic regression with an L2 penalty on scaled numbers; strong on sparse text."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    from bench.components.steps.scaling import NumberScaler

    return make_pipeline(NumberScaler(), LogisticRegression(C=C, max_iter=1000))


def random_forest(trees: int, features: float, leaf: int) -> Any:
    """Trees on bootstrap rows, averaged (Breiman 2001); each split looks at a share of the columns."""
    from sklearn.ensemble import RandomForestClassifier

    return RandomForestClassifier(
        n_estimators=trees, max_features=features, min_samples_leaf=leaf, n_jobs=1, random_state=0
    )


def lightgbm(trees: int, learning_rate: float, leaves: int, leaf: int) -> Any:
    """Gradient boosting on histograms, grown leaf by leaf (Ke et al. 2017)."""
    from lightgbm import LGBMClassifier

    return LGBMClassifier(
        n_estimators=trees,
        learning_rate=learning_rate,
        num_leaves=leaves,
        min_child_samples=leaf,
        n_jobs=1,
        random_state=0,
        deterministic=True,
        force_row_wise=True,
        verbose=-1,
    )


def xgboost(trees: int, learning_rate: float, depth: int) -> Any:
    """Gradient boosting with a regularised second-order gain (Chen and Guestrin 2016)."""
    from xgboost import XGBClassifier

    return XGBClassifier(
        n_estimators=trees,
        learning_rate=learning_rate,
        max_depth=depth,
        tree_method="hist",
        enable_categorical=True,
        n_jobs=1,
        random_state=0,
    )


def catboost(trees: int, learning_rate: float, depth: int) -> Any:
    """Gradient boosting on symmetric trees with ordered statistics of categories (Prokhorenkova et al. 2018)."""
    from bench.components.steps.boosters import CatBoost

    return CatBoost(trees=trees, learning_rate=learning_rate, depth=depth)


_LEARNING_RATE = Real(0.05, 0.001, 1.0, log=True)
_TREES = Whole(200, 5, 5000, log=True)
_COLUMNS = frozenset({"columns"})
_ALL = frozenset({"raw_text"})  # what no model here reads

REGISTRY = Registry(
    "model",
    (
        Component("constant", constant, ignores=frozenset({"derived", "imputation", "encoding", "text", "resampling"})),
        Component(
            "logistic",
            logistic,
            {"C": Real(1.0, 1e-4, 1e4, log=True)},
            requires=_COLUMNS,
            refuses=_ALL | {"number_gaps", "category_gaps", "categories"},
        ),
        Component(
            "random_forest",
            random_forest,
            {"trees": _TREES, "features": Real(0.3, 0.01, 1.0), "leaf": Whole(2, 1, 100, log=True)},
            requires=_COLUMNS,
            # scikit-learn's forests split on gaps in a dense matrix only.
            refuses=_ALL | {"sparse+number_gaps", "category_gaps", "categories"},
        ),
        Component(
            "lightgbm",
            lightgbm,
            {
                "trees": _TREES,
                "learning_rate": _LEARNING_RATE,
                "leaves": Whole(31, 2, 1024, log=True),
                "leaf": Whole(20, 1, 1000, log=True),
            },
            requires=_COLUMNS,
            refuses=_ALL,
        ),
        Component(
            "xgboost",
            xgboost,
            {"trees": _TREES, "learning_rate": _LEARNING_RATE, "depth": Whole(6, 1, 16)},
            requires=_COLUMNS,
            # It takes what a sparse matrix leaves out for missing, so a gap and a zero would be one.
            refuses=_ALL | {"sparse+number_gaps"},
        ),
        Component(
            "catboost",
            catboost,
            {"trees": _TREES, "learning_rate": Real(0.1, 0.001, 1.0, log=True), "depth": Whole(6, 1, 10)},
            requires=_COLUMNS,
            refuses=_ALL,
        ),
    ),
)
