"""The grid of a first experiment: on this table and in this time, the components with the best chance."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Final

from bench.plan.sections import Entry, Settings
from bench.plan.suggest import Suggestions
from bench.vocabulary import Axis

Grid = dict[Axis, tuple[Entry, ...]]

# Chosen on three real tables, on splits that `python -m benchmarks.automl` does not compare on.
_LIGHTGBM: Final[Settings] = {"trees": 400, "learning_rate": 0.03, "leaves": 15, "l2": 5.0, "columns": 0.5}
_LIGHTGBM_ON_WORDS: Final[Settings] = {"trees": 200, "learning_rate": 0.1, "leaves": 15, "columns": 0.3}
_XGBOOST: Final[Settings] = {"trees": 400, "learning_rate": 0.03, "depth": 5, "rows": 0.7, "columns": 0.6}
# Wall seconds for each cell of the table; LightGBM, XGBoost and CatBoost together take about 1e-4 on one core.
_SHORT, _AMPLE, _PLENTY = 1e-4, 5e-4, 2e-3
_AMPLE_WITH_TEXTS = 1e-2  # for each row, where texts decide how long it takes
_MANY_LEVELS = 50  # of a category


def first_grid(found: Suggestions, seconds: float, *, hurry: bool) -> Grid:
    """Return components for each axis that matters on a table, the fewer the less time there is for it.

    Parameters
    ----------
    seconds : wall time of the whole run
    hurry : whether that is a promise; then rows are neither weighed nor drawn anew
        With a threshold chosen for the objective that gains boosters nothing (Elor and Averbuch-Elor 2022,
        arXiv:2201.08528), and would double the grid.
    """
    rows, columns = max(1, len(found.y)), max(1, len(found.features))
    if any(column.kind == "text" for column in found.features):
        grid = _with_texts(found, ample=seconds / rows >= _AMPLE_WITH_TEXTS)
    else:
        grid = _without_texts(found, seconds / rows / columns)
    return grid if hurry else grid | {"resampling": ("as_is", "class_weight")}


def _without_texts(found: Suggestions, seconds_per_cell: float) -> Grid:
    """Boosters that split on levels and gaps as they are; given time, other views and models for the ensemble."""
    levels = [column.levels for column in found.features if column.kind == "category"]
    # Encoders give the gaps of categories a level, so only those of numbers ask for a choice.
    filled = not found.gaps or seconds_per_cell >= _PLENTY
    in_numbers: Entry = "one_hot" if filled and max(levels, default=0) <= _MANY_LEVELS else "target"
    grid: Grid = {
        "derived": ("raw",),
        "imputation": ("keep_gaps",),
        "encoding": ("native",) if levels else ("one_hot",),
        "resampling": ("as_is",),
        "model": ("constant", {"name": "lightgbm", **_LIGHTGBM}, {"name": "xgboost", **_XGBOOST}),
    }
    if seconds_per_cell >= _SHORT:
        grid["model"] += ("catboost",)
    if seconds_per_cell >= _AMPLE:
        grid["encoding"] += (in_numbers,) if levels else ()
        grid["imputation"] += ({"name": "median", "indicators": True},) if found.gaps and filled else ()
        grid["model"] += ({"name": "extra_trees", "trees": 100}, *(["logistic"] if filled else []))
    return grid


def _with_texts(found: Suggestions, ample: bool) -> Grid:
    """Linear models, which read words best, and a booster for what goes with the other columns."""
    grid: Grid = {
        "derived": ("raw",),
        "imputation": ({"name": "median", "indicators": True},) if found.gaps else ("keep_gaps",),
        "encoding": ("one_hot",),
        "text": ("tfidf",),
        "resampling": ("as_is",),
        "model": (
            "constant",
            {"name": "linear_svm", "C": [0.1, 0.2]},
            "naive_bayes",
            {"name": "lightgbm", **_LIGHTGBM_ON_WORDS},
            {"name": "logistic", "C": 4.0},
        ),
    }
    if ample:
        grid["text"] += ({"name": "embedding", "components": 256},) if find_spec("wordllama") else ("tfidf_svd",)
    return grid
