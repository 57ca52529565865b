"""Training rows as they are, chosen, repeated or weighed."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from imblearn.over_sampling import RandomOverSampler
from imblearn.under_sampling import RandomUnderSampler
from numpy.typing import NDArray

from bench.components.steps.resampling.training_set import Groups, Matrix, TrainingSet, all_rows, in_ratio, rarer

FEW = 10  # a company of so few rows dominates no model, whatever their share of a small table


def class_weight(X: Matrix, y: NDArray[np.int8], groups: Groups, seed: int, *, ratio: float) -> list[TrainingSet]:
    """Weigh the rarer class ``ratio`` times as much as the other in sum, where it weighs less without."""
    weights = np.ones(len(y))
    if not in_ratio(y, ratio):
        rare = y == rarer(y)
        weights[rare] = ratio * (~rare).sum() / rare.sum()
    # The mean weight is one, so that regularisation means the same as without weights.
    return [TrainingSet(y, rows=np.arange(len(y)), weights=weights / weights.mean())]


def random_rows(
    X: Matrix, y: NDArray[np.int8], groups: Groups, seed: int, *, sampler: str, ratio: float
) -> list[TrainingSet]:
    """Repeat rows of the rarer class (``sampler`` "over") or drop rows of the other ("under") up to ``ratio``."""
    if in_ratio(y, ratio):
        return all_rows(X, y, groups, seed)
    make = RandomOverSampler if sampler == "over" else RandomUnderSampler
    drawn = make(sampling_strategy=ratio, random_state=seed)
    drawn.fit_resample(np.arange(len(y)).reshape(-1, 1), y)
    return [_of_rows(y, drawn.sample_indices_)]


def balanced_bags(
    X: Matrix, y: NDArray[np.int8], groups: Groups, seed: int, *, ratio: float, models: int
) -> list[TrainingSet]:
    """Give each of several models all rows of the rarer class and a part of the others that no other model gets.

    Parts are of single rows, not of whole companies: kept whole, one giant company would be a part of its own.
    """
    if in_ratio(y, ratio):
        return all_rows(X, y, groups, seed)
    is_rare = y == rarer(y)
    rare = np.flatnonzero(is_rare)
    others = np.random.default_rng(seed).permutation(np.flatnonzero(~is_rare))
    size = int(len(rare) / ratio)
    parts = min(models, math.ceil(len(others) / size))
    return [_of_rows(y, np.concatenate([rare, part])) for part in np.array_split(others[: parts * size], parts)]


def cap_companies(X: Matrix, y: NDArray[np.int8], groups: Groups, seed: int, *, share: float) -> list[TrainingSet]:
    """Keep of each company at most ``share`` of the number of training rows, or `FEW`, drawn at random."""
    if groups is None:
        return all_rows(X, y, groups, seed)
    most = max(FEW, math.floor(share * len(y) + 1e-9))  # 0.29 * 100 falls short of 29
    order = np.random.default_rng(seed).permutation(len(y))
    company = groups[order]
    earlier = pd.Series(company).groupby(company).cumcount().to_numpy()  # rows of the same company drawn before
    return [_of_rows(y, order[(company < 0) | (earlier < most)])]


def _of_rows(y: NDArray[np.int8], rows: NDArray[np.intp]) -> TrainingSet:
    rows = np.sort(rows)
    return TrainingSet(y[rows], rows=rows)
