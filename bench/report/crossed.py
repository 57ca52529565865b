"""What the components of two axes score together, everything else being equal where that can be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from bench.plan.grid import Trial
from bench.report.effects import Effect, is_floor
from bench.score.objective import Objective
from bench.vocabulary import AXES, Axis


@dataclass(frozen=True)
class Crossed:
    """Scores by the components of two axes.

    Attributes
    ----------
    values : DataFrame of float, a row for each component of one axis and a column for each of the other, those with the
        best value first; NaN where no such trial is finished
    contexts : how many ways of doing everything else each value is the mean over, the same for all; 0 where no way
        was run with all of them: then values are the best of each pair
    left_out : how many components of rows and of columns are not among the most frequent ones
    """

    values: pd.DataFrame
    contexts: int
    left_out: tuple[int, int]


def widest(effects: Iterable[Effect], floors: frozenset[str]) -> list[Axis]:
    """Return the axes with two components or more, those first whose components differ most.

    By the distance from the least to the greatest worth against the axis's reference; the floor does not count.

    Parameters
    ----------
    floors : models that look at no other axis
    """
    worth: dict[Axis, list[float]] = {}
    for effect in effects:
        if effect.axis != "model" or effect.component not in floors:
            worth.setdefault(effect.axis, [0.0]).append(effect.difference or 0.0)
    return sorted(worth, key=lambda axis: (min(worth[axis]) - max(worth[axis]), AXES.index(axis)))


def crossed(
    trials: Iterable[Trial], value: Mapping[str, float], axes: tuple[Axis, Axis], objective: Objective, most: int
) -> Crossed | None:
    """Return what each pair of components scores, floors left out; None where no trial has such a pair.

    The mean over what else trials do, as far as every pair was run with it: a mean over all trials would compare pairs
    in different company, and the best of each favours the pair with more trials. That is what is left where nothing
    was run with every pair.

    Parameters
    ----------
    value : trial -> score; others are not finished
    most : components of an axis, the most frequent ones
    """
    known = [trial for trial in trials if trial.id in value and not is_floor(trial)]
    others = [axis for axis in AXES if axis not in axes]
    context = [trial.fingerprint(*others) for trial in known]
    named = {side: [trial.named(axis) for trial in known] for side, axis in zip(("row", "column"), axes, strict=True)}
    every = pd.DataFrame({**named, "context": context, "value": [value[trial.id] for trial in known]})
    kept = {side: every[side].value_counts().index[:most] for side in named}
    shown = every[every["row"].isin(kept["row"]) & every["column"].isin(kept["column"])]
    if shown.empty:
        return None
    pair = ["row", "column"]
    means = shown.groupby([*pair, "context"])["value"].mean()
    with_all = means.groupby("context").transform("size") == shown.groupby(pair).ngroups
    equal = means[with_all]
    best = "max" if objective.sign > 0 else "min"
    cells = shown.groupby(pair)["value"].agg(best) if equal.empty else equal.groupby(pair).mean()
    table = cells.unstack("column")
    rows, columns = ((objective.sign * table).max(axis=by).sort_values(ascending=False, kind="stable") for by in (1, 0))
    return Crossed(
        table.loc[rows.index, columns.index],
        equal.index.get_level_values("context").nunique(),
        (every["row"].nunique() - len(kept["row"]), every["column"].nunique() - len(kept["column"])),
    )
