"""Resampling: which training rows a model sees, how often and with what weight.

Held-out rows never pass here. A resampling takes ``(X, y, groups, seed)`` of the training rows and returns one or
several `TrainingSet`; a cell averages the models of several.

``ratio`` is everywhere the rows of the rarer class for one row of the other. Classes already in it get no new row and
lose none; the two that clean still clean.
"""

from __future__ import annotations

from functools import partial

from bench.components.steps.resampling.training_set import Resampling, all_rows
from bench.registry import Component, Registry
from bench.space import Hyperparameter, OneOf, Real, Whole


def as_is() -> Resampling:
    """Every training row once."""
    return all_rows


def class_weight(ratio: float) -> Resampling:
    """Every training row once; the rarer class weighs ``ratio`` times as much as the other in sum."""
    from bench.components.steps.resampling.rows import class_weight

    return partial(class_weight, ratio=ratio)


def random_over(ratio: float) -> Resampling:
    """Repeat rows of the rarer class, drawn at random, until it has ``ratio`` times the rows of the other."""
    from bench.components.steps.resampling.rows import random_rows

    return partial(random_rows, sampler="over", ratio=ratio)


def random_under(ratio: float) -> Resampling:
    """Drop rows of the more frequent class at random until the rarer has ``ratio`` times its rows."""
    from bench.components.steps.resampling.rows import random_rows

    return partial(random_rows, sampler="under", ratio=ratio)


def balanced_bagging(ratio: float, models: int) -> Resampling:
    """Average models that each see the whole rarer class and a part of the other that no other model sees.

    There are as many parts as it takes to use every row with at most the rows in each that ``ratio`` allows, but no
    more than ``models``; rows beyond that are left out.
    """
    from bench.components.steps.resampling.rows import balanced_bags

    return partial(balanced_bags, ratio=ratio, models=models)


def cap_entities(share: float) -> Resampling:
    """Thin companies at random to ``share`` of the number of training rows, though not below 10 rows.

    Rows that belong to no company all stay.
    """
    from bench.components.steps.resampling.rows import cap_companies

    return partial(cap_companies, share=share)


def smote(ratio: float, neighbours: int) -> Resampling:
    """New rows of the rarer class between near neighbours."""
    from imblearn.over_sampling import SMOTE

    from bench.components.steps.resampling.smote import oversample

    return partial(oversample, sampler=SMOTE(sampling_strategy=ratio, k_neighbors=neighbours))


def smote_nc(ratio: float, neighbours: int) -> Resampling:
    """New rows of the rarer class: numbers between near neighbours, categories by their vote."""
    from bench.components.steps.resampling.smote_nc import smote_nc

    return partial(smote_nc, ratio=ratio, neighbours=neighbours)


def borderline_smote(ratio: float, neighbours: int, surroundings: int) -> Resampling:
    """SMOTE from those rows alone whose ``surroundings`` nearest rows are mostly, not all, of the other class."""
    from imblearn.over_sampling import BorderlineSMOTE

    from bench.components.steps.resampling.smote import oversample

    sampler = BorderlineSMOTE(sampling_strategy=ratio, k_neighbors=neighbours, m_neighbors=surroundings)
    return partial(oversample, sampler=sampler)


def adasyn(ratio: float, neighbours: int) -> Resampling:
    """SMOTE with more new rows where more of the neighbours are of the other class; meets ``ratio`` roughly."""
    from imblearn.over_sampling import ADASYN

    from bench.components.steps.resampling.smote import oversample

    return partial(oversample, sampler=ADASYN(sampling_strategy=ratio, n_neighbors=neighbours))


def smote_enn(ratio: float, neighbours: int, agree: str) -> Resampling:
    """SMOTE, then rows of either class go unless most (or all) of their 3 nearest rows are of their class."""
    from imblearn.over_sampling import SMOTE
    from imblearn.under_sampling import EditedNearestNeighbours

    from bench.components.steps.resampling.smote import oversample

    return partial(
        oversample,
        sampler=SMOTE(sampling_strategy=ratio, k_neighbors=neighbours),
        cleaner=EditedNearestNeighbours(sampling_strategy="all", kind_sel="mode" if agree == "most" else "all"),
    )


def smote_tomek(ratio: float, neighbours: int) -> Resampling:
    """SMOTE, then both rows go of every pair of different classes that are each other's nearest row."""
    from imblearn.over_sampling import SMOTE
    from imblearn.under_sampling import TomekLinks

    from bench.components.steps.resampling.smote import oversample

    return partial(
        oversample,
        sampler=SMOTE(sampling_strategy=ratio, k_neighbors=neighbours),
        cleaner=TomekLinks(sampling_strategy="all"),
    )


# Below the share of positives a ratio changes nothing, so the search starts where it does at 6 to 10 % of them.
_RATIO = Real(1.0, 0.05, 1.0, search=(0.15, 1.0))
_NEIGHBOURS = Whole(5, 1, 50, search=(3, 10))
_SMOTE: dict[str, Hyperparameter] = {"ratio": _RATIO, "neighbours": _NEIGHBOURS}
_COLUMNS = frozenset({"columns"})
_GAPS = frozenset({"number_gaps", "category_gaps", "raw_text"})  # what no line can be drawn between
_LEVELS = _GAPS | {"categories"}
_BATISTA = "Batista, Prati and Monard 2004, doi:10.1145/1007730.1007735"

REGISTRY = Registry(
    "resampling",
    (
        Component(
            "as_is",
            as_is,
            source="Elor and Averbuch-Elor 2022, arXiv:2201.08528: with a tuned threshold, strong models gain nothing "
            "from balancing",
        ),
        Component(
            "class_weight",
            class_weight,
            {"ratio": _RATIO},
            brings=frozenset({"weights"}),
            source="scikit-learn class_weight; King and Zeng 2001, doi:10.1093/oxfordjournals.pan.a004868",
        ),
        Component(
            "random_over",
            random_over,
            {"ratio": _RATIO},
            source=f"imbalanced-learn RandomOverSampler; {_BATISTA}",
        ),
        Component(
            "smote",
            smote,
            _SMOTE,
            requires=_COLUMNS,
            refuses=_LEVELS,
            source="imbalanced-learn SMOTE; Chawla et al. 2002, doi:10.1613/jair.953",
        ),
        Component(
            "random_under",
            random_under,
            {"ratio": _RATIO},
            source=f"imbalanced-learn RandomUnderSampler; {_BATISTA}",
        ),
        Component(
            "smote_nc",
            smote_nc,
            _SMOTE,
            requires=frozenset({"categories"}),
            refuses=_GAPS,
            source="Chawla et al. 2002, section 6.1, doi:10.1613/jair.953; imbalanced-learn SMOTENC",
        ),
        Component(
            "borderline_smote",
            borderline_smote,
            _SMOTE | {"surroundings": Whole(10, 1, 100, search=(5, 20))},
            requires=_COLUMNS,
            refuses=_LEVELS,
            source="imbalanced-learn BorderlineSMOTE; Han, Wang and Mao 2005, doi:10.1007/11538059_91",
        ),
        Component(
            "adasyn",
            adasyn,
            _SMOTE,
            requires=_COLUMNS,
            refuses=_LEVELS,
            source="imbalanced-learn ADASYN; He et al. 2008, doi:10.1109/IJCNN.2008.4633969",
        ),
        Component(
            "smote_enn",
            smote_enn,
            _SMOTE | {"agree": OneOf("most", ("most", "all"))},
            requires=_COLUMNS,
            refuses=_LEVELS,
            source=f"imbalanced-learn SMOTEENN; {_BATISTA}",
        ),
        Component(
            "smote_tomek",
            smote_tomek,
            _SMOTE,
            requires=_COLUMNS,
            refuses=_LEVELS,
            source=f"imbalanced-learn SMOTETomek; {_BATISTA}",
        ),
        Component(
            "balanced_bagging",
            balanced_bagging,
            {"ratio": _RATIO, "models": Whole(12, 2, 100, search=(5, 20))},
            source="Chan and Stolfo 1998, KDD, 164-168; Liu, Wu and Zhou 2009, doi:10.1109/TSMCB.2008.2007853",
        ),
        Component(
            "cap_entities",
            cap_entities,
            {"share": Real(0.01, 0.0001, 1.0, log=True, search=(0.002, 0.05))},
            requires=frozenset({"groups"}),
            source="after Hoffman, Sen and Weinberg 2001 (one row a cluster), doi:10.1093/biomet/88.4.1121",
        ),
    ),
)
