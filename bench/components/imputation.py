"""Imputation: what becomes of missing cells.

Each takes and returns the table of numbers and categories.
"""

from __future__ import annotations

from typing import Any

from bench.registry import Component, Registry


def keep_gaps() -> Any:
    """Leave missing cells missing: encoders give the gaps of categories a level, boosters split on those of numbers."""
    from sklearn.preprocessing import FunctionTransformer

    return FunctionTransformer()


def median() -> Any:
    """Fill numbers with the training median and categories with the most frequent training level."""
    from sklearn.compose import make_column_selector, make_column_transformer
    from sklearn.impute import SimpleImputer

    # A column without a value in the training rows stays, so that both sides have the same columns.
    return make_column_transformer(
        (
            SimpleImputer(strategy="median", keep_empty_features=True),
            make_column_selector(dtype_include="number"),
        ),
        (
            SimpleImputer(strategy="most_frequent", keep_empty_features=True),
            make_column_selector(dtype_exclude="number"),
        ),
        verbose_feature_names_out=False,
    ).set_output(transform="pandas")


REGISTRY = Registry(
    "imputation",
    (
        Component("keep_gaps", keep_gaps),
        Component("median", median, clears=frozenset({"number_gaps", "category_gaps"})),
    ),
)
