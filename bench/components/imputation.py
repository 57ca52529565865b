"""Imputation: what becomes of missing cells.

Each takes and returns the table of numbers and categories, learns from the training rows alone and never looks at the
target. A level unseen in training passes unchanged. What fills gaps also fills a column without a value in training,
with 0, the constant or a level of its own, so that both sides have the same columns. ``indicators`` adds a 0/1 column
for each column with some gaps, not only gaps, in training.
"""

from __future__ import annotations

from typing import Any

from bench.registry import Component, Registry
from bench.space import Columns, OneOf, Real, Whole


def keep_gaps(indicators: bool) -> Any:
    """Leave missing cells missing: encoders give the gaps of categories a level, boosters split on those of numbers."""
    from sklearn.preprocessing import FunctionTransformer

    return _marked(FunctionTransformer(), indicators)


def drop_sparse(share: float, indicators: bool) -> Any:
    """Leave out columns whose share of gaps in training is above ``share``; the others keep theirs."""
    from bench.components.steps.imputation.sparse_columns import WithoutSparse

    return _marked(WithoutSparse(share), indicators)


def constant(number: int, indicators: bool) -> Any:
    """Fill numbers with ``number`` and categories with a level of their own, "missing"."""
    from sklearn.impute import SimpleImputer

    numbers = SimpleImputer(strategy="constant", fill_value=number, keep_empty_features=True)
    return _marked(_by_kind(numbers, _own_level()), indicators)


def median(indicators: bool) -> Any:
    """Fill numbers with the training median and categories with the most frequent training level."""
    from bench.components.steps.imputation.usual_fill import UsualFill

    return _marked(UsualFill(), indicators)


def group_median(by: str, rare: int, indicators: bool) -> Any:
    """Fill with the median or most frequent level among rows that share a level of the most telling category column."""
    from bench.components.steps.imputation.group_fill import GroupFill

    return _marked(GroupFill(by=by, rare=rare), indicators)


def knn(neighbours: int, donors: int, indicators: bool) -> Any:
    """Fill numbers with the mean of the nearest of ``donors`` random training rows, categories with "missing"."""
    from sklearn.impute import KNNImputer

    from bench.components.steps.imputation.scaled_numbers import ScaledImputer

    nearest = KNNImputer(n_neighbors=neighbours, keep_empty_features=True)
    return _marked(_by_kind(ScaledImputer(nearest, rows=donors), _own_level()), indicators)


def iterative(rounds: int, nearest: int, indicators: bool) -> Any:
    """Fill each number by ridge regression on ``nearest`` others, in ``rounds``; categories with "missing"."""
    from sklearn.experimental import enable_iterative_imputer  # noqa: F401
    from sklearn.impute import IterativeImputer
    from sklearn.linear_model import BayesianRidge

    from bench.components.steps.imputation.scaled_numbers import ScaledImputer

    chained = IterativeImputer(
        BayesianRidge(),
        max_iter=rounds,
        n_nearest_features=nearest,
        initial_strategy="median",
        skip_complete=True,
        keep_empty_features=True,
        # Standard deviations: one round's wild guess is the next one's input.
        min_value=-10,
        max_value=10,
    )
    return _marked(_by_kind(ScaledImputer(chained, rows=10_000), _own_level()), indicators)


def related(columns: int, levels: int, indicators: bool) -> Any:
    """Fill each gap by a small forest on the most associated columns; its accuracy on masked cells is reported."""
    from bench.components.steps.imputation.related_fill import RelatedFill

    return _marked(RelatedFill(columns=columns, levels=levels), indicators)


def _marked(imputation: Any, indicators: bool) -> Any:
    """Add the 0/1 columns of the gaps to what ``imputation`` returns."""
    from bench.components.steps.imputation.gap_marks import MarkedGaps

    return MarkedGaps(imputation) if indicators else imputation


def _by_kind(numbers: Any, categories: Any) -> Any:
    """Fill number columns by the one imputer and category columns by the other."""
    from sklearn.compose import make_column_selector, make_column_transformer

    return make_column_transformer(
        (numbers, make_column_selector(dtype_include="number")),
        (categories, make_column_selector(dtype_exclude="number")),
        verbose_feature_names_out=False,
    ).set_output(transform="pandas")


def _own_level() -> Any:
    from sklearn.impute import SimpleImputer

    from bench.components.steps.imputation.usual_fill import MISSING

    return SimpleImputer(strategy="constant", fill_value=MISSING, keep_empty_features=True)


_GAPS = frozenset({"number_gaps", "category_gaps"})
_MARKS = {"indicators": OneOf(False, (False, True))}

REGISTRY = Registry(
    "imputation",
    (
        Component(
            "keep_gaps",
            keep_gaps,
            _MARKS,
            source="Josse, Prost, Scornet and Varoquaux 2019, arXiv:1902.06931: gaps left to trees, and indicators",
        ),
        Component(
            "drop_sparse",
            drop_sparse,
            {"share": Real(0.8, 0.0, 1.0, search=(0.5, 0.95)), **_MARKS},
            source="as skrub DropUninformative (drop_null_fraction)",
        ),
        Component(
            "constant",
            constant,
            {"number": Whole(-1, -1_000_000, 1_000_000, search=(-1, 0)), **_MARKS},
            clears=_GAPS,
            source="scikit-learn SimpleImputer (constant); Josse et al. 2019, arXiv:1902.06931",
        ),
        Component(
            "median",
            median,
            _MARKS,
            clears=_GAPS,
            source="scikit-learn SimpleImputer (median, most_frequent)",
        ),
        Component(
            "group_median",
            group_median,
            {"by": Columns("*"), "rare": Whole(5, 1, 1000, log=True, search=(3, 50)), **_MARKS},
            clears=_GAPS,
            source="pandas.DataFrame.groupby; the column by Bergsma 2013, doi:10.1016/j.jkss.2012.10.002",
        ),
        Component(
            "knn",
            knn,
            {
                "neighbours": Whole(10, 1, 100, search=(5, 20)),
                "donors": Whole(1000, 10, 20_000, log=True, search=(500, 2000)),
                **_MARKS,
            },
            clears=_GAPS,
            source="Troyanskaya et al. 2001, doi:10.1093/bioinformatics/17.6.520; scikit-learn KNNImputer",
        ),
        Component(
            "iterative",
            iterative,
            {
                "rounds": Whole(5, 1, 50, search=(3, 10)),
                "nearest": Whole(10, 1, 200, search=(5, 20)),
                **_MARKS,
            },
            clears=_GAPS,
            source="van Buuren and Groothuis-Oudshoorn 2011, doi:10.18637/jss.v045.i03; scikit-learn IterativeImputer",
        ),
        Component(
            "related",
            related,
            {"columns": Whole(5, 1, 30, search=(3, 10)), "levels": Whole(50, 2, 200, search=(20, 100)), **_MARKS},
            clears=_GAPS,
            source="Stekhoven and Bühlmann 2012, doi:10.1093/bioinformatics/btr597, one pass",
        ),
    ),
)
