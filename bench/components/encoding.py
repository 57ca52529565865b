"""Encoding: from categories to what a model can read.

Each takes the table of numbers and categories, whole.
"""

from __future__ import annotations

from typing import Any

from bench.registry import Component, Registry
from bench.space import Real, Whole


def one_hot(rare: int) -> Any:
    """One 0/1 column for each level seen in ``rare`` training rows or more; rarer and unseen ones share one."""
    from sklearn.preprocessing import OneHotEncoder

    encoder = OneHotEncoder(min_frequency=rare, handle_unknown="infrequent_if_exist")
    return _beside_numbers(encoder, sparse_threshold=1.0)


def ordinal() -> Any:
    """One whole number for each level in alphabetical order; a gap is -1, what training did not show -2."""
    from sklearn.preprocessing import OrdinalEncoder

    encoder = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-2, encoded_missing_value=-1)
    return _beside_numbers(encoder)


def target(smooth: float, folds: int) -> Any:
    """The level's share of positives, shrunk to the mean; training rows are encoded without their own company."""
    from bench.components.steps.target import CrossFittedTarget

    return CrossFittedTarget(smooth=smooth, folds=folds)


def native() -> Any:
    """Levels kept as levels for boosters that split on them; one unseen in training counts as missing."""
    from bench.components.steps.native import NativeCategories

    return NativeCategories()


def _beside_numbers(encoder: Any, sparse_threshold: float = 0.0) -> Any:
    """Apply ``encoder`` to the category columns and let the numbers pass."""
    from sklearn.compose import make_column_selector, make_column_transformer

    return make_column_transformer(
        (encoder, make_column_selector(dtype_exclude="number")),
        remainder="passthrough",
        sparse_threshold=sparse_threshold,
    )


_ENCODED = frozenset({"categories", "category_gaps"})

REGISTRY = Registry(
    "encoding",
    (
        Component(
            "one_hot",
            one_hot,
            {"rare": Whole(10, 1, 1000, log=True)},
            clears=_ENCODED,
            brings=frozenset({"sparse"}),
        ),
        Component("ordinal", ordinal, clears=_ENCODED),
        Component(
            "target",
            target,
            {"smooth": Real(10.0, 0.0, 1000.0), "folds": Whole(5, 2, 20)},
            clears=_ENCODED,
        ),
        Component("native", native),
    ),
)
