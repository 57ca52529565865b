"""Encoding: from categories to what a model can read.

Each takes the table of numbers and categories, whole.
"""

from __future__ import annotations

from typing import Any

from bench.registry import Component, Registry
from bench.space import OneOf, Real, Whole


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


def count(scale: str) -> Any:
    """How often the level occurs in the training rows, as a share or a logarithm; an unseen one 0."""
    from bench.components.steps.encoding.counts import LevelCounts

    return LevelCounts(scale=scale)


def hashing(width: int) -> Any:
    """+1 or -1 for each level at a place its hash says, of ``width`` that all columns share; needs no training."""
    from bench.components.steps.encoding.hashing import HashedLevels

    return HashedLevels(width=width)


def similarity(prototypes: int) -> Any:
    """The n-gram likeness of the level to the most frequent ones: spelling variants come to lie together."""
    from bench.components.steps.encoding.similarity import SimilarLevels

    return SimilarLevels(prototypes=prototypes)


def target(smooth: float, folds: int) -> Any:
    """The level's share of positives, shrunk to the mean; training rows are encoded without their own company."""
    from bench.components.steps.encoding.target import TargetMean

    return TargetMean(smooth=smooth, folds=folds)


def james_stein(folds: int) -> Any:
    """As `target`, shrunk the more, the less the levels of a column differ beyond what chance would make of them."""
    from bench.components.steps.encoding.target import JamesStein

    return JamesStein(folds=folds)


def weight_of_evidence(smooth: float, folds: int) -> Any:
    """How far the level moves the log-odds of a positive from the mean's; training rows without their own company."""
    from bench.components.steps.encoding.target import WeightOfEvidence

    return WeightOfEvidence(smooth=smooth, folds=folds)


def catboost_style(prior: float, permutations: int) -> Any:
    """The level's share of positives among the companies before, in a random order; new rows by all of training."""
    from bench.components.steps.encoding.target import OrderedTarget

    return OrderedTarget(prior=prior, permutations=permutations)


def native() -> Any:
    """Levels kept as levels for boosters that split on them; one unseen in training counts as missing."""
    from bench.components.steps.encoding.native import NativeCategories

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
_SPARSE = frozenset({"sparse"})
_SMOOTH = Real(10.0, 0.0, 1000.0, search=(1.0, 100.0))
_FOLDS = Whole(5, 2, 20, search=(4, 10))

REGISTRY = Registry(
    "encoding",
    (
        Component(
            "one_hot",
            one_hot,
            {"rare": Whole(10, 1, 1000, log=True, search=(2, 100))},
            clears=_ENCODED,
            brings=_SPARSE,
            source="scikit-learn OneHotEncoder(min_frequency, handle_unknown='infrequent_if_exist')",
        ),
        Component("ordinal", ordinal, clears=_ENCODED, source="scikit-learn OrdinalEncoder"),
        Component(
            "target",
            target,
            {"smooth": _SMOOTH, "folds": _FOLDS},
            clears=_ENCODED,
            source="Micci-Barreca 2001, doi:10.1145/507533.507538; cross-fitting: Pargent et al. 2022, "
            "doi:10.1007/s00180-022-01207-6",
        ),
        Component("native", native, source="LightGBM categorical_feature, XGBoost enable_categorical; Ke et al. 2017"),
        Component(
            "count",
            count,
            {"scale": OneOf("share", ("share", "log"))},
            clears=_ENCODED,
            source="frequency encoding in Pargent et al. 2022, doi:10.1007/s00180-022-01207-6",
        ),
        Component(
            "hashing",
            hashing,
            {"width": Whole(512, 8, 2**20, log=True, search=(64, 8192))},
            clears=_ENCODED,
            brings=_SPARSE,
            source="Weinberger et al. 2009, arXiv:0902.2206; scikit-learn FeatureHasher",
        ),
        Component(
            "james_stein",
            james_stein,
            {"folds": _FOLDS},
            clears=_ENCODED,
            source="Efron and Morris 1977, Scientific American 236; Morris 1983, JASA 78:47-55",
        ),
        Component(
            "weight_of_evidence",
            weight_of_evidence,
            {"smooth": Real(10.0, 0.01, 1000.0, search=(1.0, 100.0)), "folds": _FOLDS},
            clears=_ENCODED,
            source="Good 1950, Probability and the Weighing of Evidence; Siddiqi 2006, Credit Risk Scorecards",
        ),
        Component(
            "catboost_style",
            catboost_style,
            {
                "prior": Real(1.0, 0.01, 1000.0, log=True, search=(0.5, 30.0)),
                "permutations": Whole(1, 1, 20, search=(1, 4)),
            },
            clears=_ENCODED,
            source="Prokhorenkova et al. 2018, arXiv:1706.09516, section 3.2",
        ),
        Component(
            "similarity",
            similarity,
            {"prototypes": Whole(20, 1, 1000, log=True, search=(5, 100))},
            clears=_ENCODED,
            source="Cerda, Varoquaux and Kégl 2018, arXiv:1806.00979; skrub SimilarityEncoder",
        ),
    ),
)
