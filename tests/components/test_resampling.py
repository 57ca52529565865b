"""Resampling: which rows, how often, with what weight."""

import numpy as np
import pytest
from scipy import sparse

from bench.components import REGISTRIES
from bench.components.resampling import TrainingSet

RNG = np.random.default_rng(0)
X = np.column_stack([RNG.normal(size=100), 1000 * RNG.normal(size=100)])
Y = np.r_[np.ones(20), np.zeros(80)].astype(np.int8)


def drawn(name: str, matrix: object = X, seed: int = 0, **values: float) -> TrainingSet:
    component = REGISTRIES["resampling"][name]
    (one,) = component.factory(**component.settle(values, "test"))(matrix, Y, None, seed)
    return one


def test_as_is_takes_the_matrix_itself() -> None:
    assert drawn("as_is").matrix(X) is X


def test_class_weight_gives_both_classes_the_same_sum() -> None:
    weights = drawn("class_weight").weights
    assert weights is not None
    assert weights[Y == 1].sum() == pytest.approx(weights[Y == 0].sum())
    assert weights.mean() == pytest.approx(1.0)


def test_random_over_repeats_positives_only() -> None:
    one = drawn("random_over", ratio=0.5)
    assert one.rows is not None
    assert np.bincount(one.y).tolist() == [80, 40]
    assert sorted(set(one.rows)) == list(range(100))


def test_random_under_drops_negatives_only() -> None:
    one = drawn("random_under")
    assert one.rows is not None
    assert np.bincount(one.y).tolist() == [20, 20]
    assert len(set(one.rows)) == 40


def test_smote_makes_rows_between_rows_of_the_rarer_class() -> None:
    one = drawn("smote")
    assert np.bincount(one.y).tolist() == [80, 80]
    new = one.matrix(X)[100:]
    positives = X[Y == 1]
    assert (new >= positives.min(axis=0) - 1e-9).all()
    assert (new <= positives.max(axis=0) + 1e-9).all()
    assert one.matrix(X)[:100] == pytest.approx(X)


def test_smote_looks_for_neighbours_on_a_scale_where_every_column_counts() -> None:
    def gaps(matrix: np.ndarray) -> float:
        """How far apart in the first column the parents of a new row are, in its own scale."""
        new = drawn("smote", matrix).matrix(matrix)[100:, 0]
        nearest = np.abs(new[:, None] - matrix[None, Y == 1, 0]).min(axis=1)
        return float(np.median(nearest) / matrix[:, 0].std())

    # The same rows in other units give the same draw.
    assert gaps(X) == pytest.approx(gaps(X / np.array([1.0, 1000.0])))


def test_smote_keeps_a_sparse_matrix_sparse() -> None:
    assert sparse.issparse(drawn("smote", sparse.csr_matrix(np.abs(X) * (X > 0))).matrix(X))


@pytest.mark.parametrize("name", ["random_over", "random_under", "smote"])
def test_classes_already_in_the_ratio_are_left_as_they_are(name: str) -> None:
    assert drawn(name, ratio=0.2).matrix(X) is X


@pytest.mark.parametrize("name", ["random_over", "random_under", "smote"])
def test_the_seed_decides_the_draw(name: str) -> None:
    first, again, other = (drawn(name, seed=seed).matrix(X) for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
