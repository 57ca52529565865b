"""Split the rows into folds: stratified, duplicates together, with a fingerprint."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field

from bench.data.dataset import Dataset
from bench.errors import DataError
from bench.section import Section

LARGEST_CLUSTER = 0.01  # of the rows; a larger one kept whole would decide a fold by itself
SMALL_CLUSTER = 10  # rows; so few may always stay together
MOST_DUPLICATES = 0.20  # of the rows; beyond it equal rows are how the table is, not an accident


class FoldsSection(Section):
    """The `[folds]` section."""

    count: int = Field(5, ge=2, le=50, description="folds of one repeat")
    repeats: int = Field(1, ge=1, le=50, description="how many times the rows are split anew")
    scheme: Literal["stratified"] = Field("stratified", description="each fold has the table's share of positives")
    duplicates: Literal["auto", "together", "apart"] = Field(
        "auto", description="rows equal in every feature share a fold; auto: unless they are too many"
    )
    seed: int = Field(7, ge=0, le=2**31)


@dataclass(frozen=True)
class Folds:
    """Which fold holds each row out.

    Attributes
    ----------
    fold_of : ndarray of shape (repeats, n), 0 to count - 1
    folds_id : fingerprint of ``fold_of``
    notices : what was done about duplicates, one sentence each
    """

    fold_of: NDArray[np.int64]
    folds_id: str
    notices: tuple[str, ...]

    @property
    def count(self) -> int:
        """Folds of one repeat."""
        return int(self.fold_of.max()) + 1

    @property
    def repeats(self) -> int:
        """How many times the rows are split."""
        return len(self.fold_of)

    def training(self, repeat: int, fold: int) -> NDArray[np.intp]:
        """Return the numbers of the rows a cell trains on."""
        return np.flatnonzero(self.fold_of[repeat] != fold)

    def held_out(self, repeat: int, fold: int) -> NDArray[np.intp]:
        """Return the numbers of the rows a cell predicts."""
        return np.flatnonzero(self.fold_of[repeat] == fold)


def make_folds(dataset: Dataset, section: FoldsSection) -> Folds:
    """Split the rows of ``dataset``; the same rows and section give the same folds.

    Raises
    ------
    DataError
        If a class has fewer rows than there are folds.
    """
    y = dataset.y
    rare = int(np.bincount(y, minlength=2).min())
    if rare < section.count:
        raise DataError(
            f"[folds] count = {section.count}, but the rarer label stands in {rare} rows only. "
            f"Every fold needs one: set count to {max(2, rare)} or less, or bring more rows."
        )
    cluster, notices = _clusters(dataset.features, section.duplicates)
    clusters = len(np.unique(cluster))
    if clusters < section.count:
        raise DataError(
            f"[folds] count = {section.count}, but equal rows kept together leave {clusters} rows that differ. "
            f'Set count to {clusters} or less, or duplicates = "apart".'
        )
    seeds = [(section.seed + 1_000_003 * repeat) % 2**32 for repeat in range(section.repeats)]
    fold_of = np.stack([_stratified(y, cluster, section.count, seed) for seed in seeds])
    for repeat in fold_of:
        if any(len(np.unique(y[repeat == fold])) < 2 for fold in range(section.count)):
            raise DataError(
                f"[folds] count = {section.count}: keeping equal rows together leaves a fold with one label only. "
                'Set count lower, or duplicates = "apart".'
            )
    return Folds(fold_of, sha256(fold_of.astype("<i2").tobytes()).hexdigest()[:10], notices)


def _clusters(features: pd.DataFrame, duplicates: str) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Number the rows so that rows to keep together share a number; say what was found."""
    apart = np.arange(len(features))
    if duplicates == "apart" or not len(features.columns):
        return apart, ()
    hashes = pd.util.hash_pandas_object(features, index=False)
    cluster = pd.factorize(hashes)[0].astype(np.int64)
    size = np.bincount(cluster)[cluster]
    equal = int(np.sum(size > 1))
    if not equal:
        return apart, ()
    found = f"{equal:,} rows ({equal / len(features):.1%}) are equal to another in every feature"
    if duplicates == "together":
        return cluster, (f"{found}; equal rows share a fold.",)
    if equal > MOST_DUPLICATES * len(features):
        return apart, (
            f"{found}, more than {MOST_DUPLICATES:.0%}: they stay apart, so held-out rows are partly known. "
            'Set duplicates = "together" to keep them in one fold.',
        )
    large = size > max(LARGEST_CLUSTER * len(features), SMALL_CLUSTER)
    notices: tuple[str, ...] = (f"{found}; equal rows share a fold.",)
    if large.any():
        # New numbers for the rows of a cluster that is too large: each is on its own.
        cluster = np.where(large, len(features) + apart, cluster)
        notices += (
            f"{int(large.sum()):,} of them, in clusters of more than {LARGEST_CLUSTER:.0%} of the rows, stay apart: "
            'one fold could not hold them. Set duplicates = "together" to keep even those in one fold.',
        )
    return cluster, notices


def _stratified(y: NDArray[np.int8], cluster: NDArray[np.int64], count: int, seed: int) -> NDArray[np.int64]:
    """Deal clusters out to folds so that each gets its share of positives and of clusters of every size."""
    from sklearn.model_selection import StratifiedKFold  # here, since planning reads this module's section only

    frame = pd.DataFrame({"cluster": cluster, "y": y})
    clusters = frame.groupby("cluster", sort=False)["y"].agg(["sum", "size"])
    sizes = np.log2(clusters["size"]).astype(int)
    mixed = (clusters["sum"] > 0).astype(int) + (clusters["sum"] == clusters["size"]).astype(int)
    strata = 3 * sizes + mixed
    splitter = StratifiedKFold(count, shuffle=True, random_state=seed)
    fold_of_cluster = np.empty(len(clusters), dtype=np.int64)
    with warnings.catch_warnings():
        # A stratum of fewer clusters than folds is spread over some of them, which is what is wanted.
        warnings.filterwarnings("ignore", "The least populated class", UserWarning)
        for fold, (_, held_out) in enumerate(splitter.split(strata, strata)):
            fold_of_cluster[held_out] = fold
    return fold_of_cluster[clusters.index.get_indexer(pd.Index(cluster))]
