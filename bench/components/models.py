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


def one_rule(intervals: int, smooth: float) -> Any:
    """The share of positives by the one column that ranks best: what a business rule on one field is worth."""
    from bench.components.steps.models.one_rule import OneRule

    return OneRule(intervals=intervals, smooth=smooth)


def logistic(C: float) -> Any:
    """Logistic regression with an L2 penalty on scaled numbers; strong on sparse text."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    from bench.components.steps.models.scaling import NumberScaler

    return make_pipeline(NumberScaler(), LogisticRegression(C=C, max_iter=1000))


def linear_svm(C: float) -> Any:
    """A linear support vector machine on scaled numbers, with a sigmoid from margins to probabilities."""
    from sklearn.pipeline import make_pipeline

    from bench.components.steps.models.margins import LinearMargins
    from bench.components.steps.models.scaling import NumberScaler

    return make_pipeline(NumberScaler(), LinearMargins(C=C))


def naive_bayes(alpha: float, intervals: int) -> Any:
    """Multinomial naive Bayes, numbers cut into intervals: every cell speaks for itself."""
    from sklearn.naive_bayes import MultinomialNB
    from sklearn.pipeline import make_pipeline

    from bench.components.steps.models.indicators import Indicators

    return make_pipeline(Indicators(intervals=intervals), MultinomialNB(alpha=alpha))


def knn(neighbours: int) -> Any:
    """The share of positives among the nearest training rows on scaled numbers, the nearer the heavier."""
    from sklearn.pipeline import make_pipeline

    from bench.components.steps.models.neighbours import Neighbours
    from bench.components.steps.models.scaling import NumberScaler

    return make_pipeline(NumberScaler(), Neighbours(neighbours=neighbours))


def decision_tree(depth: int, leaf: int) -> Any:
    """One tree of questions on single columns (CART, Breiman et al. 1984): rules that can be read."""
    from sklearn.tree import DecisionTreeClassifier

    return DecisionTreeClassifier(max_depth=depth, min_samples_leaf=leaf, random_state=0)


def random_forest(trees: int, features: float, leaf: int) -> Any:
    """Trees on bootstrap rows, averaged (Breiman 2001); each split looks at a share of the columns."""
    from sklearn.ensemble import RandomForestClassifier

    return RandomForestClassifier(
        n_estimators=trees, max_features=features, min_samples_leaf=leaf, n_jobs=1, random_state=0
    )


def extra_trees(trees: int, features: float, leaf: int) -> Any:
    """Trees on all rows that draw where to split, averaged (Geurts et al. 2006): smoother than a forest."""
    from sklearn.ensemble import ExtraTreesClassifier

    return ExtraTreesClassifier(
        n_estimators=trees, max_features=features, min_samples_leaf=leaf, n_jobs=1, random_state=0
    )


def ada_boost(trees: int, learning_rate: float, depth: int) -> Any:
    """Small trees in turn, each on rows weighed by how wrong those before were (Freund and Schapire 1997)."""
    from sklearn.ensemble import AdaBoostClassifier
    from sklearn.tree import DecisionTreeClassifier

    tree = DecisionTreeClassifier(max_depth=depth, random_state=0)
    return AdaBoostClassifier(tree, n_estimators=trees, learning_rate=learning_rate, random_state=0)


def hist_gradient_boosting(trees: int, learning_rate: float, leaves: int, leaf: int, l2: float, columns: float) -> Any:
    """Gradient boosting on histograms as scikit-learn grows it; splits on categories and gaps."""
    from bench.components.steps.models.histogram import HistogramBoosting

    return HistogramBoosting(trees=trees, learning_rate=learning_rate, leaves=leaves, leaf=leaf, l2=l2, columns=columns)


def lightgbm(trees: int, learning_rate: float, leaves: int, leaf: int, l2: float, columns: float) -> Any:
    """Gradient boosting on histograms, grown leaf by leaf (Ke et al. 2017)."""
    from lightgbm import LGBMClassifier

    return LGBMClassifier(
        n_estimators=trees,
        learning_rate=learning_rate,
        num_leaves=leaves,
        min_child_samples=leaf,
        reg_lambda=l2,
        colsample_bytree=columns,
        n_jobs=1,
        random_state=0,
        deterministic=True,
        force_row_wise=True,
        verbose=-1,
    )


def xgboost(
    trees: int, learning_rate: float, depth: int, child_weight: float, l2: float, rows: float, columns: float
) -> Any:
    """Gradient boosting with a regularised second-order gain (Chen and Guestrin 2016)."""
    from xgboost import XGBClassifier

    return XGBClassifier(
        n_estimators=trees,
        learning_rate=learning_rate,
        max_depth=depth,
        min_child_weight=child_weight,
        reg_lambda=l2,
        subsample=rows,
        colsample_bytree=columns,
        tree_method="hist",
        enable_categorical=True,
        n_jobs=1,
        random_state=0,
    )


def catboost(trees: int, learning_rate: float, depth: int, l2: float) -> Any:
    """Gradient boosting on symmetric trees with ordered statistics of categories and words (Prokhorenkova 2018)."""
    from bench.components.steps.models.catboost_model import CatBoost

    return CatBoost(trees=trees, learning_rate=learning_rate, depth=depth, l2=l2)


def mlp(units: int, layers: int, alpha: float, learning_rate: float, epochs: int) -> Any:
    """A small neural network with an L2 penalty on scaled numbers, trained for a fixed number of epochs."""
    from sklearn.pipeline import make_pipeline

    from bench.components.steps.models.network import Network
    from bench.components.steps.models.scaling import NumberScaler

    network = Network(units=units, layers=layers, alpha=alpha, learning_rate=learning_rate, epochs=epochs)
    return make_pipeline(NumberScaler(), network)


_LEARNING_RATE = Real(0.05, 0.001, 1.0, log=True, search=(0.02, 0.2))
_TREES = Whole(200, 5, 5000, log=True, search=(100, 400))
_AVERAGED_TREES = Whole(200, 5, 5000, log=True, search=(100, 300))  # more of them only make the mean steadier
_SHARE = Real(1.0, 0.05, 1.0, search=(0.4, 1.0))
_COLUMNS = frozenset({"columns"})
_TEXT = frozenset({"raw_text"})
_LEVELS_AND_GAPS = frozenset({"number_gaps", "category_gaps", "categories"})
# scikit-learn's trees split on gaps in a dense matrix only.
_IN_A_TREE = frozenset({"sparse+number_gaps", "category_gaps", "categories"})

REGISTRY = Registry(
    "model",
    (
        Component(
            "constant",
            constant,
            ignores=frozenset({"derived", "imputation", "encoding", "text", "resampling"}),
            source="scikit-learn DummyClassifier(strategy='prior')",
            cost=0.1,
        ),
        Component(
            "one_rule",
            one_rule,
            {
                "intervals": Whole(10, 2, 100, log=True, search=(4, 20)),
                "smooth": Real(10.0, 0.1, 1000.0, log=True, search=(3.0, 100.0)),
            },
            requires=_COLUMNS,
            refuses=_TEXT | {"sparse"},
            source="Holte 1993, Very simple classification rules, doi:10.1023/A:1022631118932",
            cost=10,
        ),
        Component(
            "logistic",
            logistic,
            {"C": Real(1.0, 1e-4, 1e4, log=True, search=(0.03, 30.0))},
            requires=_COLUMNS,
            refuses=_TEXT | _LEVELS_AND_GAPS,
            source="scikit-learn LogisticRegression",
        ),
        Component(
            "linear_svm",
            linear_svm,
            {"C": Real(0.1, 1e-4, 1e3, log=True, search=(0.003, 3.0))},
            requires=_COLUMNS,
            refuses=_TEXT | _LEVELS_AND_GAPS,
            source="Fan et al. 2008, LIBLINEAR, through scikit-learn LinearSVC; Platt 1999 for the sigmoid",
            cost=3,
        ),
        Component(
            "naive_bayes",
            naive_bayes,
            {
                "alpha": Real(0.1, 1e-6, 100.0, log=True, search=(0.01, 3.0)),
                "intervals": Whole(50, 2, 500, log=True, search=(5, 100)),
            },
            requires=_COLUMNS,
            # A gap would pass for the largest number.
            refuses=_TEXT | _LEVELS_AND_GAPS,
            source="scikit-learn MultinomialNB; equal-frequency intervals, see Dougherty et al. 1995, ICML, 194-202",
            cost=1,
        ),
        Component(
            "knn",
            knn,
            {"neighbours": Whole(25, 1, 1000, log=True, search=(5, 100))},
            requires=_COLUMNS,
            refuses=_TEXT | _LEVELS_AND_GAPS | {"weights"},
            source="scikit-learn KNeighborsClassifier; 1 / distance as in Dudani 1976, doi:10.1109/TSMC.1976.5408784",
            cost=10,
        ),
        Component(
            "decision_tree",
            decision_tree,
            {"depth": Whole(10, 1, 30, search=(3, 20)), "leaf": Whole(20, 1, 10_000, log=True, search=(5, 200))},
            requires=_COLUMNS,
            refuses=_TEXT | _IN_A_TREE,
            source="scikit-learn DecisionTreeClassifier; depth allowed as in Probst et al. 2019, arXiv:1802.09596",
            cost=5,
        ),
        Component(
            "random_forest",
            random_forest,
            {
                "trees": _AVERAGED_TREES,
                "features": Real(0.3, 0.01, 1.0, search=(0.1, 0.7)),
                "leaf": Whole(2, 1, 100, log=True, search=(1, 10)),
            },
            requires=_COLUMNS,
            refuses=_TEXT | _IN_A_TREE,
            source="scikit-learn RandomForestClassifier; features near those of Probst et al. 2019, arXiv:1802.09596",
            cost=200,
        ),
        Component(
            "extra_trees",
            extra_trees,
            {
                "trees": _AVERAGED_TREES,
                "features": Real(0.3, 0.01, 1.0, search=(0.1, 1.0)),
                "leaf": Whole(2, 1, 100, log=True, search=(1, 10)),
            },
            requires=_COLUMNS,
            refuses=_TEXT | _IN_A_TREE,
            source="scikit-learn ExtraTreesClassifier; Geurts et al. 2006, doi:10.1007/s10994-006-6226-1",
            cost=100,
        ),
        Component(
            "ada_boost",
            ada_boost,
            {
                "trees": Whole(100, 5, 5000, log=True, search=(50, 300)),
                "learning_rate": Real(0.5, 0.001, 10.0, log=True, search=(0.05, 2.0)),
                "depth": Whole(3, 1, 16, search=(1, 5)),
            },
            requires=_COLUMNS,
            refuses=_TEXT | _LEVELS_AND_GAPS,
            source="scikit-learn AdaBoostClassifier; Freund and Schapire 1997, doi:10.1006/jcss.1997.1504",
            cost=150,
        ),
        Component(
            "hist_gradient_boosting",
            hist_gradient_boosting,
            {
                "trees": _TREES,
                "learning_rate": _LEARNING_RATE,
                "leaves": Whole(31, 2, 1024, log=True, search=(7, 63)),
                "leaf": Whole(20, 1, 1000, log=True, search=(5, 100)),
                "l2": Real(1.0, 0.0, 1000.0, search=(0.0, 10.0)),
                "columns": _SHARE,
            },
            requires=_COLUMNS,
            refuses=_TEXT | {"sparse"},
            source="scikit-learn HistGradientBoostingClassifier; leaves, leaf around the centres of Grinsztajn et al. "
            "2022, arXiv:2207.08815",
            cost=50,
        ),
        Component(
            "lightgbm",
            lightgbm,
            {
                "trees": _TREES,
                "learning_rate": _LEARNING_RATE,
                "leaves": Whole(31, 2, 1024, log=True, search=(7, 127)),
                "leaf": Whole(20, 1, 1000, log=True, search=(5, 200)),
                "l2": Real(0.0, 0.0, 1000.0, search=(0.0, 10.0)),
                "columns": _SHARE,
            },
            requires=_COLUMNS,
            refuses=_TEXT,
            source="Ke et al. 2017, NeurIPS 30; what to tune: https://lightgbm.readthedocs.io/en/stable/Parameters-Tuning.html",
            cost=25,
        ),
        Component(
            "xgboost",
            xgboost,
            {
                "trees": _TREES,
                "learning_rate": _LEARNING_RATE,
                "depth": Whole(6, 1, 16, search=(3, 10)),
                "child_weight": Real(1.0, 0.0, 1000.0, search=(0.0, 10.0)),
                "l2": Real(1.0, 0.0, 1000.0, search=(0.0, 10.0)),
                "rows": Real(1.0, 0.1, 1.0, search=(0.5, 1.0)),
                "columns": _SHARE,
            },
            requires=_COLUMNS,
            # It takes what a sparse matrix leaves out for missing, so a gap and a zero would be one.
            refuses=_TEXT | {"sparse+number_gaps"},
            source="Chen and Guestrin 2016, arXiv:1603.02754; depth, rows as in Gorishniy et al. (arXiv:2106.11959)",
            cost=20,
        ),
        Component(
            "catboost",
            catboost,
            {
                "trees": _TREES,
                "learning_rate": Real(0.1, 0.001, 1.0, log=True, search=(0.03, 0.3)),
                "depth": Whole(6, 1, 10, search=(4, 8)),
                "l2": Real(3.0, 0.0, 1000.0, search=(1.0, 10.0)),
            },
            requires=_COLUMNS,
            source="arXiv:1706.09516; what to tune: https://catboost.ai/docs/en/concepts/parameter-tuning",
            cost=60,
        ),
        Component(
            "mlp",
            mlp,
            {
                "units": Whole(64, 1, 1024, log=True, search=(16, 128)),
                "layers": Whole(1, 1, 4, search=(1, 2)),
                "alpha": Real(0.1, 0.0, 100.0, search=(0.0, 1.0)),
                "learning_rate": Real(0.002, 1e-5, 0.1, log=True, search=(0.0003, 0.01)),
                "epochs": Whole(15, 1, 1000, log=True, search=(5, 30)),
            },
            requires=_COLUMNS,
            refuses=_TEXT | _LEVELS_AND_GAPS,
            source="scikit-learn MLPClassifier; small, for tables of thousands of rows",
            cost=20,
        ),
    ),
)
