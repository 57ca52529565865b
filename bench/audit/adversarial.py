"""Let a classifier tell the rows to predict from the training rows, and name what it tells them by."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bench.audit.finding import Finding
from bench.data.dataset import Dataset
from bench.data.notices import listed

CLEAR_AUC: Final = 0.55
DEVIATES: Final = 3.29  # standard errors: the two-sided 99.9 %
FEWEST: Final = 20  # rows of each table, or companies: the standard error of fewer is too small
MOST_ROWS: Final = 10_000  # of each table
FOLDS: Final = 5
DEPENDENT_FOLDS: Final = (1 + FOLDS / (FOLDS - 1)) ** 0.5  # models share training rows (Nadeau and Bengio 2003)
WORDS: Final = 16  # columns that the words of a text are hashed into
TELLING_LOSS, TELLING_SHARE = 0.005, 0.1  # of ROC AUC, and of the largest loss, for a column to be named
SEED: Final = 0

_Model = tuple[Any, NDArray[np.intp]]  # a classifier, and the rows it has not seen


def tell_apart(dataset: Dataset) -> list[Finding]:
    """Return a finding if a classifier tells rows to predict from training rows (adversarial validation).

    LightGBM on at most `MOST_ROWS` of each table, in company-disjoint folds where companies are named; every row is
    judged by a model that was not trained on it. The error of the AUC is that of independent rows times 1.5, since the
    folds' models share training rows: on random splits of three tables (300 and 1,000 rows) it was 1.4 times as large.
    Dates are left out: they tell any later table and hide the rest.
    """
    submission = dataset.submission
    if submission is None:
        return []
    rng = np.random.default_rng(SEED)
    train, asked = (np.sort(rng.permutation(len(table))[:MOST_ROWS]) for table in (dataset.features, submission))
    both = pd.concat([dataset.features.iloc[train], submission.iloc[asked]], ignore_index=True)
    is_asked = np.arange(len(both)) >= len(train)
    cluster = np.arange(len(both))
    if dataset.groups is not None and dataset.submission_groups is not None:
        groups = np.append(dataset.groups[train], dataset.submission_groups[asked])
        cluster = np.where(groups < 0, groups.max() + 1 + cluster, groups)
    blocks = {str(name): block for name in both if (block := _as_numbers(both[name])) is not None}
    if not blocks or min(len(np.unique(cluster[side])) for side in (is_asked, ~is_asked)) < FEWEST:
        return []
    X = np.hstack(list(blocks.values()))
    models = _fitted(X, is_asked, cluster)
    said = np.empty(len(X))
    for model, held_out in models:
        said[held_out] = model.predict_proba(X[held_out])[:, 1]
    auc, error = auc_with_error(is_asked, said, cluster)
    error *= DEPENDENT_FOLDS
    if auc < CLEAR_AUC or auc - DEVIATES * error <= 0.5:
        return []
    telling = _telling(models, X, is_asked, said, blocks)
    by = f"; it tells them mostly by {listed(telling)}" if telling else ""
    return [
        Finding(
            "adversarial-drift",
            "rows",
            f"A classifier tells rows to predict from training rows with a ROC AUC of {auc:.3f} "
            f"(95 % interval {auc - 1.96 * error:.3f} to {min(auc + 1.96 * error, 1):.3f}; 0.5 is no difference){by}.",
            "Trust folds by time or company over random ones, and try the columns it tells them by in drop.",
            "drift",
        )
    ]


def auc_with_error(
    positive: NDArray[np.bool_], score: NDArray[np.float64], cluster: NDArray[np.int64]
) -> tuple[float, float]:
    """Return the ROC AUC and its standard error for rows that come in clusters, arrays of shape (n,).

    The variance is the sum over clusters of their squared parts in the AUC's error (Obuchowski 1997); with every row a
    cluster of its own that is DeLong, DeLong and Clarke-Pearson 1988, but for the factors n / (n - 1).
    """
    from scipy.stats import rankdata

    ranks = rankdata(score)
    place = np.empty(len(score))  # share of the rows of the other kind below a row, ties half
    for kind in (positive, ~positive):
        place[kind] = (ranks[kind] - rankdata(score[kind])) / np.sum(~kind)
    auc = float(place[positive].mean())
    parts = np.where(positive, (place - auc) / positive.sum(), (1 - place - auc) / np.sum(~positive))
    by_cluster = np.bincount(np.unique(cluster, return_inverse=True)[1], parts)
    return auc, float(np.sqrt(np.sum(by_cluster**2)))


def _as_numbers(column: pd.Series[Any]) -> NDArray[np.float64] | None:
    """Return a column as numbers of shape (n, 1 or more), NaN for a gap; None for dates."""
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return None
    if isinstance(column.dtype, pd.CategoricalDtype):
        codes = column.cat.codes.to_numpy().astype(float)
        return np.where(codes < 0, np.nan, codes)[:, None]
    if pd.api.types.is_numeric_dtype(column.dtype):
        return column.to_numpy(dtype=float, na_value=np.nan)[:, None]
    from sklearn.feature_extraction.text import HashingVectorizer

    texts = column.fillna("")
    lengths = column.str.len().to_numpy(dtype=float, na_value=np.nan)
    words = HashingVectorizer(n_features=WORDS, alternate_sign=False, norm="l1").transform(texts)
    return np.column_stack([lengths, texts.str.count(r"[0-9A-Z]"), texts.str.count(r"[^\x00-\x7f]"), words.toarray()])


def _fitted(X: NDArray[np.float64], is_asked: NDArray[np.bool_], cluster: NDArray[np.int64]) -> list[_Model]:
    """Return for each fold a model of the other folds and the rows it has not seen."""
    from lightgbm import LGBMClassifier
    from sklearn.model_selection import GroupKFold

    models: list[_Model] = []
    for training, held_out in GroupKFold(FOLDS, shuffle=True, random_state=SEED).split(X, groups=cluster):
        model = LGBMClassifier(
            n_estimators=60, num_leaves=15, random_state=SEED, deterministic=True, n_jobs=1, verbose=-1
        )
        models.append((model.fit(X[training], is_asked[training]), held_out))
    return models


def _telling(
    models: list[_Model],
    X: NDArray[np.float64],
    is_asked: NDArray[np.bool_],
    said: NDArray[np.float64],
    blocks: dict[str, NDArray[np.float64]],
) -> list[str]:
    """Return the columns without which the models tell clearly less, the most telling first.

    Without: its cells shuffled among the rows held out (permutation importance, Breiman 2001), in the pooled ROC AUC.
    """
    from sklearn.metrics import roc_auc_score

    rng = np.random.default_rng(SEED)
    whole, losses, start = roc_auc_score(is_asked, said), dict[str, float](), 0
    for name, block in blocks.items():
        shuffled = X.copy()
        own, start = slice(start, start + block.shape[1]), start + block.shape[1]
        then = np.empty(len(X))
        for model, held_out in models:
            shuffled[held_out, own] = X[rng.permutation(held_out), own]
            then[held_out] = model.predict_proba(shuffled[held_out])[:, 1]
        losses[name] = whole - roc_auc_score(is_asked, then)
    enough = max(TELLING_LOSS, TELLING_SHARE * max(losses.values()))
    return sorted((name for name in losses if losses[name] >= enough), key=lambda name: -losses[name])
