"""Resampling: which rows, how often, with what weight."""

import pickle
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from scipy import sparse

from bench.components import REGISTRIES
from bench.components.steps.resampling.smote_nc import _nearest
from bench.components.steps.resampling.training_set import TrainingSet
from bench.plan.grid import Trial
from bench.run.assemble import build, build_resampling, seed_of
from bench.run.recipes import Part, Place, Prepared
from tests.components import catalogue
from tests.components.catalogue import of_rows, prepared, said
from tests.conftest import make_dataset

RNG = np.random.default_rng(0)
X = np.column_stack([RNG.normal(size=100), 1000 * RNG.normal(size=100)])
Y = np.r_[np.ones(20), np.zeros(80)].astype(np.int8)
GROUPS = np.r_[np.full(40, 7), np.full(40, -1), np.arange(20) + 8]
TABLE = pd.DataFrame(
    {
        "x0": X[:, 0],
        "x1": pd.Categorical.from_codes(RNG.integers(0, 3, 100), pd.RangeIndex(5)),
        "x2": X[:, 1],
        "x3": pd.Categorical.from_codes(np.r_[RNG.integers(0, 2, 20), RNG.integers(2, 4, 80)], pd.RangeIndex(4)),
    },
    index=RNG.permutation(100) + 1000,
)
EVERY = REGISTRIES["resampling"].names()
ADDING = ["smote", "borderline_smote", "adasyn", "smote_nc"]
CLEANING = ["smote_enn", "smote_tomek"]
DRAWING = ["random_over", "random_under", "balanced_bagging", "cap_entities", *ADDING, *CLEANING]


def sets(name: str, matrix: Any = None, y: Any = Y, groups: Any = GROUPS, seed: int = 0, **values: Any) -> Any:
    component = REGISTRIES["resampling"][name]
    if matrix is None:
        matrix = TABLE if name == "smote_nc" else X
    return component.factory(**component.settle(values, "test"))(matrix, np.asarray(y, dtype=np.int8), groups, seed)


def drawn(name: str, matrix: Any = None, y: Any = Y, **values: Any) -> TrainingSet:
    (one,) = sets(name, matrix, y, **values)
    return one


def rows_of(one: TrainingSet) -> list[int]:
    assert one.rows is not None
    return list(one.rows)


def counts(one: TrainingSet) -> list[int]:
    return np.bincount(one.y, minlength=2).tolist()


def line(positives: list[float], negatives: list[float]) -> tuple[NDArray[np.float64], NDArray[np.int8]]:
    """One column, the positives first."""
    y = np.r_[np.ones(len(positives)), np.zeros(len(negatives))].astype(np.int8)
    return np.array([*positives, *negatives])[:, None], y


# Rows of all kinds


def test_as_is_takes_the_matrix_itself() -> None:
    assert drawn("as_is").matrix(X) is X


@pytest.mark.parametrize("name", EVERY)
def test_a_single_class_is_left_as_it_is(name: str) -> None:
    one = drawn(name, y=np.zeros(100), groups=None)
    assert rows_of(one) == list(range(100))
    assert one.weights is None or (one.weights == 1).all()


@pytest.mark.parametrize("name", ["random_over", "random_under", "balanced_bagging", *ADDING])
def test_classes_already_in_the_ratio_are_left_as_they_are(name: str) -> None:
    matrix = TABLE if name == "smote_nc" else X
    assert drawn(name, ratio=0.25).matrix(matrix) is matrix


@pytest.mark.parametrize("name", DRAWING)
def test_the_seed_decides_the_draw(name: str) -> None:
    matrix = TABLE if name == "smote_nc" else X
    first, again, other = (np.asarray(sets(name, seed=seed)[0].matrix(matrix), dtype=float) for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("name", EVERY)
def test_a_pickled_resampling_draws_the_same(name: str) -> None:
    component = REGISTRIES["resampling"][name]
    matrix = TABLE if name == "smote_nc" else X
    draw = component.factory(**component.settle({}, "test"))
    one, other = (d(matrix, Y, GROUPS, 3)[0] for d in (draw, pickle.loads(pickle.dumps(draw))))
    assert np.array_equal(np.asarray(one.matrix(matrix)), np.asarray(other.matrix(matrix)))
    assert np.array_equal(one.y, other.y)
    np.testing.assert_array_equal(one.weights, other.weights)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("random_over", [80, 40]),
        ("random_under", [40, 20]),
        ("balanced_bagging", [40, 20]),
        ("smote", [80, 40]),
        ("borderline_smote", [80, 40]),
        ("smote_nc", [80, 40]),
    ],
)
def test_the_ratio_is_that_of_the_rows_drawn(name: str, expected: list[int]) -> None:
    assert all(counts(one) == expected for one in sets(name, ratio=0.5))
    # The rarer class may as well be that of the negatives.
    assert all(counts(one) == expected[::-1] for one in sets(name, y=1 - Y, ratio=0.5))


@pytest.mark.parametrize("name", ["random_over", "random_under", "balanced_bagging", *ADDING])
def test_a_ratio_less_than_a_row_away_is_met(name: str) -> None:
    """0.2505 of 80 rows is 20.04; imbalanced-learn raises where it has no whole row to add."""
    matrix = TABLE if name == "smote_nc" else X
    assert drawn(name, ratio=0.2505).matrix(matrix) is matrix


@pytest.mark.parametrize("name", ["random_over", "smote", "borderline_smote", "smote_nc"])
def test_a_ratio_one_row_away_adds_the_one_row(name: str) -> None:
    assert counts(drawn(name, ratio=0.2626)) == [80, 21]  # 21.008 rows


# Chosen, repeated and weighed rows


def test_class_weight_gives_both_classes_the_same_sum() -> None:
    weights = drawn("class_weight").weights
    assert weights is not None
    assert weights[Y == 1].sum() == pytest.approx(weights[Y == 0].sum())
    assert weights.mean() == pytest.approx(1.0)


@pytest.mark.parametrize(("ratio", "weight"), [(0.5, 2.0), (0.2, 1.0)])
def test_class_weight_gives_the_rarer_class_its_ratio_of_the_sum_but_never_less_than_its_rows(
    ratio: float, weight: float
) -> None:
    weights = drawn("class_weight", ratio=ratio).weights
    assert weights is not None
    assert weights[0] / weights[99] == pytest.approx(weight)


def test_random_over_repeats_positives_only() -> None:
    one = drawn("random_over", ratio=0.5)
    assert sorted(set(rows_of(one))) == list(range(100))
    assert len(rows_of(one)) == 120


def test_random_under_drops_negatives_only() -> None:
    one = drawn("random_under")
    assert counts(one) == [20, 20]
    assert len(set(rows_of(one))) == 40


def test_balanced_bagging_shows_every_model_all_positives_and_every_negative_to_one() -> None:
    four = sets("balanced_bagging")
    assert [counts(one) for one in four] == [[20, 20]] * 4
    assert all(set(range(20)) < set(rows_of(one)) for one in four)
    negatives = [row for one in four for row in rows_of(one) if row >= 20]
    assert sorted(negatives) == list(range(20, 100))


def test_balanced_bagging_cuts_what_does_not_divide_into_parts_of_nearly_one_size() -> None:
    y = np.r_[np.ones(30), np.zeros(70)]
    three = sets("balanced_bagging", y=y)
    assert sorted(counts(one)[0] for one in three) == [23, 23, 24]


def test_balanced_bagging_with_few_models_keeps_the_ratio_and_leaves_negatives_out() -> None:
    three = sets("balanced_bagging", models=3)
    assert [counts(one) for one in three] == [[20, 20]] * 3
    assert len({row for one in three for row in rows_of(one)}) == 20 + 60


def test_cap_entities_thins_the_large_company_alone() -> None:
    groups = np.r_[np.full(60, 3), np.full(100, -1), np.repeat(np.arange(10) + 4, 4)]
    one = drawn("cap_entities", np.zeros((200, 1)), np.arange(200) % 2, groups=groups, share=0.1)
    kept = groups[rows_of(one)]
    assert (kept == 3).sum() == 20
    assert (kept == -1).sum() == 100
    assert (kept > 3).sum() == 40
    assert rows_of(one) == sorted(set(rows_of(one)))


def test_cap_entities_draws_from_the_whole_of_a_company() -> None:
    groups = np.zeros(60, dtype=np.int64)
    drawn_once = {
        row for seed in range(20) for row in rows_of(drawn("cap_entities", groups=groups, y=Y[:60], seed=seed))
    }
    assert len(drawn_once) > 55


def test_cap_entities_does_not_thin_a_company_below_ten_rows_nor_a_table_without_companies() -> None:
    assert len(rows_of(drawn("cap_entities", groups=np.zeros(100, dtype=np.int64), share=0.01))) == 10
    assert rows_of(drawn("cap_entities", groups=None)) == list(range(100))


# New rows


@pytest.mark.parametrize("name", ADDING)
def test_new_rows_lie_between_rows_of_the_rarer_class_behind_the_unchanged_old_ones(name: str) -> None:
    one = drawn(name)
    everything = one.matrix(X)
    if name == "smote_nc":
        everything = everything[["x0", "x2"]].to_numpy()
    new, positives = everything[100:], X[Y == 1]
    assert len(new) == pytest.approx(60, abs=10)  # each of 20 shares of adasyn rounds by up to a half
    assert (one.y[100:] == 1).all()
    assert (new >= positives.min(axis=0) - 1e-9).all()
    assert (new <= positives.max(axis=0) + 1e-9).all()
    assert np.array_equal(everything[:100], X)


@pytest.mark.parametrize("name", [*ADDING[:-1], *CLEANING])
def test_neighbours_are_looked_for_on_a_scale_where_every_column_counts(name: str) -> None:
    units = np.array([1.0, 1000.0])
    one, other = drawn(name, X), drawn(name, X / units)
    assert one.y.tolist() == other.y.tolist()
    assert one.matrix(X) / units == pytest.approx(other.matrix(X / units))


@pytest.mark.parametrize("name", [*ADDING[:-1], *CLEANING])
def test_a_sparse_matrix_stays_sparse_and_a_table_a_table(name: str) -> None:
    holey = X * (X > 0)
    thin = drawn(name, sparse.csr_matrix(holey))
    assert thin.matrix(None).format == "csr"
    assert thin.matrix(None).shape == (len(thin.y), 2)
    table = pd.DataFrame(holey, columns=["visits", "pages"], index=TABLE.index)
    framed = drawn(name, table)
    assert list(framed.matrix(table)) == ["visits", "pages"]
    assert framed.matrix(table).to_numpy() == pytest.approx(drawn(name, holey).matrix(holey))


@pytest.mark.parametrize("name", ["smote", "smote_nc"])
def test_two_positives_are_enough_for_a_line_and_one_is_not(name: str) -> None:
    matrix: Any = np.column_stack([np.arange(8.0), np.arange(8.0)])
    if name == "smote_nc":
        matrix = pd.DataFrame(matrix).assign(source=pd.Categorical(["web"] * 8))
    one = drawn(name, matrix, [1, 0, 1, 0, 0, 0, 0, 0], neighbours=50)
    new = np.asarray(one.matrix(matrix))[8:, :2].astype(float)
    assert len(new) == 4
    assert new[:, 0] == pytest.approx(new[:, 1])
    assert new.min() >= 0
    assert new.max() <= 2
    with pytest.raises(ValueError, match="needs 2 rows of the rarer class to draw a line between, and found 1"):
        drawn(name, matrix, [1, 0, 0, 0, 0, 0, 0, 0])


@pytest.mark.parametrize("name", ["borderline_smote", "adasyn", *CLEANING])
def test_the_kin_of_smote_take_two_positives_too(name: str) -> None:
    # Each of the two positives has the other and a negative for neighbours.
    matrix, y = line([4.0, 5.0], [5.6, 5.7, 8, 9, 10, 11, 12, 13])
    assert counts(drawn(name, matrix, y))[1] == 8


def test_borderline_smote_starts_from_rows_on_the_border_alone() -> None:
    # The 2 nearest rows of 4 are one of each class; those of the other positives are positives.
    matrix, y = line([0, 1, 2, 3, 4], [5.5, 7, 8, 9, 10, 11, 12, 13])
    new = drawn("borderline_smote", matrix, y, neighbours=1, surroundings=2).matrix(matrix)[13:]
    assert len(new) == 3
    assert (new >= 3).all()
    assert (new <= 4).all()


def test_adasyn_adds_where_the_neighbours_are_of_the_other_class() -> None:
    # The nearest row of 10 is a negative, that of the other positives a positive; the positive nearest to 10 is 2.
    matrix, y = line([0, 1, 2, 10], [11, 12, 13, 14, 15, 16, 17, 18])
    new = drawn("adasyn", matrix, y, neighbours=1).matrix(matrix)[12:]
    assert len(new) == 4
    assert (new >= 2).all()
    assert (new <= 10).all()


@pytest.mark.parametrize("name", ["borderline_smote", "adasyn"])
def test_positives_far_from_every_negative_are_left_as_they_are_and_it_is_said(name: str) -> None:
    matrix, y = line([*range(12)], [*range(100, 140)])
    with pytest.warns(UserWarning, match="added no row: none of 12 of the rarer class has enough neighbours"):
        one = drawn(name, matrix, y)
    assert one.matrix(matrix) is matrix


def test_adasyn_is_silent_about_the_row_or_two_that_it_rounds_away() -> None:
    y = np.r_[np.ones(49), np.zeros(51)]
    assert drawn("adasyn", y=y).matrix(X) is X


@pytest.mark.parametrize("name", [*ADDING[:-1], *CLEANING])
def test_an_error_of_the_sampler_that_says_something_else_is_not_swallowed(name: str) -> None:
    with pytest.raises(ValueError, match="contains NaN"):
        drawn(name, np.where(X > 1, np.nan, X))


# Cleaning

# Ten of each class in two heaps, and one of each class astray in the middle of the other heap.
ASTRAY, ASTRAY_Y = line([*range(10), 104.6], [*range(100, 110), 4.6])


@pytest.mark.parametrize(
    ("name", "values", "dropped"),
    [
        # Astray rows have no neighbour of their class.
        ("smote_enn", {"agree": "most"}, [10, 21]),
        # 3, 4, 5 and 6 have 4.6 among their 3 nearest rows; so have their likes in the other heap 104.6.
        ("smote_enn", {"agree": "all"}, [3, 4, 5, 6, 10, 14, 15, 16, 17, 21]),
        # 4.6 and 5 are each other's nearest row, and so are 104.6 and 105.
        ("smote_tomek", {}, [5, 10, 16, 21]),
    ],
)
def test_cleaning_drops_rows_of_both_classes(name: str, values: dict[str, str], dropped: list[int]) -> None:
    assert rows_of(drawn(name, ASTRAY, ASTRAY_Y, **values)) == [row for row in range(22) if row not in dropped]


@pytest.mark.parametrize("name", CLEANING)
def test_cleaning_comes_after_smote_and_finds_nothing_amiss_in_heaps_far_apart(name: str) -> None:
    matrix, y = line([*range(12)], [*range(100, 140)])
    one = drawn(name, matrix, y)
    assert counts(one) == [40, 40]
    assert np.array_equal(one.matrix(matrix), drawn("smote", matrix, y).matrix(matrix))


def test_cleaning_that_would_drop_a_whole_class_drops_nothing_and_says_so() -> None:
    alternating = np.arange(20.0)[:, None]
    with pytest.warns(UserWarning, match="EditedNearestNeighbours would have dropped a whole class, and dropped no"):
        one = drawn("smote_enn", alternating, np.arange(20) % 2)
    assert rows_of(one) == list(range(20))


# Numbers and categories


def test_smote_nc_takes_levels_that_positives_have_and_keeps_the_dtypes() -> None:
    table = drawn("smote_nc").matrix(TABLE)
    assert table.dtypes.equals(TABLE.dtypes)
    assert table.iloc[:100].reset_index(drop=True).equals(TABLE.reset_index(drop=True))
    new = table.iloc[100:]
    assert set(new["x3"]) == {0, 1}  # only negatives have levels 2 and 3
    assert not new.isna().any(axis=None)


def test_smote_nc_gives_a_new_row_the_level_of_its_surroundings() -> None:
    # Two heaps of positives, with a level each.
    visits = np.r_[np.arange(5), np.arange(5) + 100, np.linspace(0, 100, 40)]
    source = pd.Categorical(["web"] * 5 + ["fair"] * 5 + ["mail", "web"] * 20)
    table = pd.DataFrame({"visits": visits, "source": source})
    new = drawn("smote_nc", table, np.r_[np.ones(10), np.zeros(40)], neighbours=3).matrix(table).iloc[50:]
    assert len(new) == 30
    assert (new["source"] == np.where(new["visits"] < 50, "web", "fair")).all()
    assert new["source"].nunique() == 2


def test_smote_nc_counts_another_level_as_far_as_a_typical_number_spreads() -> None:
    # By the number alone 0.9 is nearer to 0.5; the spread of the numbers is 0.37, so 0.9 is 0.54 away.
    numbers = np.array([[0.0], [0.5], [0.9]])
    assert _nearest(numbers, np.array([[0], [0], [1]]), 1)[1].tolist() == [0]
    assert _nearest(numbers, np.array([[0], [0], [0]]), 1)[1].tolist() == [2]


def test_smote_nc_works_on_categories_alone_and_takes_a_gap_for_a_level() -> None:
    levels = np.array(["a", "b"] * 5 + ["c"] * 30)
    table = pd.DataFrame({"source": pd.Categorical(levels), "area": pd.Categorical([None] * 40, ["north"])})
    new = drawn("smote_nc", table, np.r_[np.ones(10), np.zeros(30)], neighbours=2).matrix(table).iloc[40:]
    assert set(new["source"]) == {"a", "b"}
    assert new["area"].isna().all()


def test_smote_nc_without_categories_is_smote() -> None:
    assert np.array_equal(drawn("smote_nc", X).matrix(X), drawn("smote", X).matrix(X))


# Inside a cell


def trial(resampling: str, model: str = "lightgbm") -> Trial:
    return catalogue.trial(resampling=resampling, model=catalogue.choice("model", model, trees=10))


def part() -> Part:
    """240 leads to learn from, of which one in six is a positive, and 30 to predict."""
    dataset = make_dataset(240)
    assert dataset.submission is not None
    y = np.where(np.cumsum(dataset.y) <= 40, dataset.y, 0).astype(np.int8)
    return Part(Place("test"), Prepared(dataset.features, dataset.submission), y, dataset.groups)


@pytest.mark.parametrize("name", EVERY)
def test_a_resampling_never_sees_a_held_out_row(name: str) -> None:
    known = part()
    strange = known.held_out.copy()
    strange.loc[10:, "visits"] = 1e6
    one, other = (said(trial(name), of_rows(known, held_out=h)) for h in (known.held_out, strange))
    assert np.array_equal(one[:10], other[:10])
    assert not np.array_equal(one, other)


def test_a_cell_averages_the_models_of_several_training_sets() -> None:
    one, known = trial("balanced_bagging"), part()
    rows = prepared(one, known)
    bags = build_resampling(one)(rows.training, known.y, known.groups, seed_of(one, "resampling", "test"))
    outputs = [
        build(one, "model", "test").fit(bag.matrix(rows.training), bag.y).predict_proba(rows.held_out)[:, 1]
        for bag in bags
    ]
    assert len(outputs) == 5  # 200 negatives for 40 positives
    assert said(one, known) == pytest.approx(np.mean(outputs, axis=0))
    assert not np.allclose(outputs[0], outputs[1])


@pytest.mark.parametrize("model", ["lightgbm", "xgboost", "catboost"])
def test_models_that_split_on_levels_read_what_smote_nc_makes(model: str) -> None:
    probability = said(trial("smote_nc", model), part())
    # Half of what they learned from is positive, of the training rows it is a sixth.
    assert probability.mean() > said(trial("as_is", model), part()).mean()
