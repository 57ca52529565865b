"""How well one column alone tells the outcome: its levels as codes, scored in sample and out of fold."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Codes = NDArray[np.int64]
Rows = NDArray[np.bool_]
Score = Callable[[Rows, Rows], NDArray[np.float64]]
"""Takes the rows to learn from and the rows held out; returns a score for each row held out."""

SEED = 7  # of the folds and samples: the same table is found the same
FOLDS = 5
FEWEST = 10  # rows of each outcome; with fewer nothing is said about the outcome


def coded(features: pd.DataFrame) -> dict[str, Codes]:
    """Return the levels of each column as whole numbers from 0 in order of appearance, a gap as -1."""
    return {str(name): pd.factorize(features[name])[0].astype(np.int64) for name in features}


def with_gap(codes: Codes) -> Codes:
    """Return codes from 0 in which a gap is a level of its own."""
    return codes + 1 if (codes < 0).any() else codes


def stratified(y: NDArray[np.int8]) -> Codes:
    """Return a fold for each row, each with the table's share of positives."""
    from sklearn.model_selection import StratifiedKFold

    fold_of = np.empty(len(y), dtype=np.int64)
    for fold, (_, held) in enumerate(StratifiedKFold(FOLDS, shuffle=True, random_state=SEED).split(y, y)):
        fold_of[held] = fold
    return fold_of


def company_folds(groups: NDArray[np.int64]) -> Codes:
    """Return a fold for each row that it shares with its company; a row of no company is one of its own."""
    own = np.where(groups < 0, groups.max() + 1 + np.arange(len(groups)), groups)
    companies, of_row = np.unique(own, return_inverse=True)
    dealt: Codes = np.random.default_rng(SEED).permutation(len(companies)) % FOLDS
    return dealt[of_row]


def in_sample_auc(codes: Codes, y: NDArray[np.int8]) -> float:
    """Return the ROC AUC of the share of positives in each level, counted on the rows it is scored on."""
    from sklearn.metrics import roc_auc_score

    levels = with_gap(codes)
    return float(roc_auc_score(y, (np.bincount(levels, y) / np.bincount(levels))[levels]))


def held_out_auc(codes: Codes, y: NDArray[np.int8], fold_of: Codes) -> float:
    """Return the ROC AUC of the level's share of positives in the other folds, mean over the folds.

    The share has one row of the average mixed in (the m-estimate with m = 1, Cestnik 1990), so a level that the
    other folds do not have scores as the average.
    """
    levels = with_gap(codes)
    width = int(levels.max()) + 1

    def score(train: Rows, held: Rows) -> NDArray[np.float64]:
        rows, positives = np.bincount(levels[train], minlength=width), np.bincount(levels[train], y[train], width)
        scored: NDArray[np.float64] = ((positives + y[train].mean()) / (rows + 1))[levels[held]]
        return scored

    return mean_auc(score, y, fold_of)


def chance_error(y: NDArray[np.int8]) -> float:
    """Return the standard error of the ROC AUC of a column that has nothing to do with the outcome.

    The null variance of the Mann-Whitney statistic, (n + 1) / (12 n1 n0); Hanley and McNeil 1982.
    """
    positives = int(y.sum())
    return float(np.sqrt((len(y) + 1) / (12 * positives * (len(y) - positives))))


def mean_auc(score: Score, y: NDArray[np.int8], fold_of: Codes) -> float:
    """Return the mean ROC AUC over the folds that hold both outcomes; 0.5 where none does.

    Folds of whole companies differ in their share of positives, so their scores are never pooled.
    """
    from sklearn.metrics import roc_auc_score

    found = []
    for fold in range(FOLDS):
        held = fold_of == fold
        if len(np.unique(y[held])) == len(np.unique(y[~held])) == 2:
            found.append(roc_auc_score(y[held], score(~held, held)))
    return float(np.mean(found)) if found else 0.5


def can_ask(y: NDArray[np.int8]) -> bool:
    """Say if there are enough rows of both outcomes to say anything about the outcome."""
    return int(np.bincount(y, minlength=2).min()) >= FEWEST


def draw(y: NDArray[np.int8], most: int) -> NDArray[np.int64]:
    """Return at most so many rows, always the same ones, each outcome with its share."""
    if len(y) <= most:
        return np.arange(len(y))
    from sklearn.model_selection import train_test_split

    drawn: NDArray[np.int64] = train_test_split(np.arange(len(y)), train_size=most, stratify=y, random_state=SEED)[0]
    return drawn
