"""A customer's share as a feature."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from bench.components.derived import REGISTRY
from bench.components.steps.derived.customer_share import CustomerShare
from bench.components.steps.derived.shares import History, Prior, posterior
from tests.components.catalogue import choice, trial
from tests.conftest import make_dataset
from tests.leaks import held_out_rows_leak
from tests.run.test_leaks import said_by

Y = np.array([1, 0, 0, 1, 0, 0], dtype=np.int8)


def table() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "owner": pd.Categorical(["a", "a", "a", "b", "b", None]),
            "source": pd.Categorical(["web", "web", "fair", "fair", None, "web"]),
            "visits": [1.0, 3.0, np.nan, 8.0, 4.0, 5.0],
            "asked": pd.to_datetime(["2024-01-01 07:45", "2024-01-02 23:00", "2024-01-03 02:00"] * 2),
        }
    )


def shares(step: CustomerShare, pairs: list[tuple[float, float]]) -> list[float]:
    """Return the shares of customers of (rows, rows that count) by what the step learned of all."""
    exposure, counted = np.array(pairs, dtype=np.float64).T
    return [float(mean) for mean in posterior(History(exposure, counted), Prior(*step.prior_)).mean]


def test_a_row_counts_itself_in_training_as_later() -> None:
    step = CustomerShare(by="owner", column="source", values="web")
    training = step.fit_transform(table(), Y)["share of source that counts by owner"]
    # a: 2 of 3; b: 0 of 1, its gap adds nothing; nobody: itself.
    assert training.tolist() == pytest.approx(shares(step, [(3, 2)] * 3 + [(1, 0)] * 2 + [(1, 1)]))
    fresh = pd.DataFrame(
        {
            "owner": pd.Categorical(["a", "b", "new", None, "a"]),
            "source": pd.Categorical(["fair", "web", "web", "never seen", None]),
        }
    )
    later = step.transform(fresh)["share of source that counts by owner"]
    assert later.tolist() == pytest.approx(shares(step, [(4, 2), (2, 1), (1, 1), (1, 0), (3, 2)]))


@pytest.mark.parametrize(
    ("column", "start", "end", "counted"),
    [("visits", 3, 6, [(2, 1), (2, 1), (1, 1)]), ("asked", 22, 6, [(3, 2), (2, 1), (1, 1)])],
)
def test_numbers_and_hours_count_between_two_of_them(
    column: str, start: float, end: float, counted: list[tuple[float, float]]
) -> None:
    step = CustomerShare(by="owner", column=column, start=start, end=end)
    training = step.fit_transform(table(), Y)[f"share of {column} that counts by owner"]
    assert training.tolist() == pytest.approx(shares(step, [counted[0]] * 3 + [counted[1]] * 2 + [counted[2]]))


@pytest.mark.parametrize(
    ("values", "subject"),
    [
        ({}, ["owner", "source"]),
        ({"by": "source"}, ["source", "owner"]),
        ({"values": "f*, radio"}, ["owner", "source"]),
        ({"values": "radio"}, []),
        ({"column": "visits"}, []),
        ({"column": "visits", "start": 6.0, "end": 3.0}, []),
        ({"start": 6.0, "end": 9.0}, ["owner", "visits"]),
        ({"column": "asked", "start": 22.0, "end": 6.0}, ["owner", "asked"]),
        ({"target": True}, ["owner"]),
        ({"by": "visits"}, []),
    ],
)
def test_it_finds_the_customer_and_what_is_looked_at(values: dict[str, Any], subject: list[str]) -> None:
    larger = pd.concat([table()] * 10, ignore_index=True).astype({"owner": "category", "source": "category"})
    larger["owner"] = larger["owner"].cat.add_categories("c").where(np.arange(60) > 11, "c")
    assert REGISTRY["customer_share"].subject(larger, **REGISTRY["customer_share"].settle(values, "test")) == subject  # type: ignore[misc]


def leads(rows: int = 300) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(2)
    owner = rng.integers(0, 8, rows)
    X = pd.DataFrame({"owner": pd.Categorical([f"o{number}" for number in owner])})
    return X, (rng.random(rows) < 0.1 + 0.1 * owner).astype(np.int8), rng.integers(0, 60, rows)


def test_no_outcome_of_a_company_reaches_the_share_of_its_rows() -> None:
    X, y, groups = leads()
    name = "shrunk share of positives by owner"
    before = CustomerShare(target=True, random_state=1).fit_transform(X, y, groups=groups)[name]
    own = groups == 7
    after = CustomerShare(target=True, random_state=1).fit_transform(X, np.where(own, 1 - y, y), groups=groups)[name]
    assert np.array_equal(before[own], after[own])
    assert not np.array_equal(before[~own], after[~own])


def test_outcomes_that_are_chance_are_not_told_by_the_shares_of_training_rows() -> None:
    """Learned of all rows, shares hold each row's own outcome; in training they must not."""
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"owner": pd.Categorical([f"o{number}" for number in rng.integers(0, 200, 1200)])})
    y = (rng.random(1200) < 0.3).astype(np.int8)
    name = "shrunk share of positives by owner"
    for groups in (None, rng.integers(0, 300, 1200)):
        step = CustomerShare(target=True, random_state=1)
        training = step.fit_transform(X, y, groups=groups)[name]
        assert abs(roc_auc_score(y, training) - 0.5) < 0.06
        assert roc_auc_score(y, step.transform(X)[name]) > 0.7


def test_a_row_has_the_same_share_whether_it_is_trained_on_or_new() -> None:
    X, y, _ = leads()
    X["source"] = pd.Categorical(np.random.default_rng(3).choice(["web", "fair"], len(X)))
    name = "share of source that counts by owner"
    trained = CustomerShare(by="owner", column="source", values="web").fit_transform(X, y)[name]
    for row in range(0, len(X), 50):
        others = X.drop(index=row)
        step = CustomerShare(by="owner", column="source", values="web").fit(others, np.delete(y, row))
        assert step.transform(X.iloc[[row]])[name].item() == pytest.approx(trained[row], abs=0.01)


def test_the_share_of_positives_of_a_new_row_is_the_shrunk_one_of_its_customer() -> None:
    X, y, _ = leads()
    step = CustomerShare(target=True, random_state=1)
    step.fit(X, y)
    said = step.transform(X)["shrunk share of positives by owner"].groupby(X["owner"], observed=True).first()
    raw = pd.Series(y, dtype=float).groupby(X["owner"], observed=True).mean()
    assert ((said - y.mean()).abs() < (raw - y.mean()).abs()).all()
    assert said.corr(raw) > 0.99
    unknown = step.transform(pd.DataFrame({"owner": pd.Categorical(["never seen"])})).iloc[0, 1]
    assert unknown == pytest.approx(said.mean(), abs=0.03)


def test_the_share_of_positives_learns_nothing_from_a_held_out_row() -> None:
    from bench.data.folds import FoldsSection, make_folds

    dataset = make_dataset(200)
    one = trial(derived=choice("derived", "customer_share", target=True), model="logistic")
    assert not held_out_rows_leak(said_by(one), dataset, make_folds(dataset, FoldsSection(count=4)))


@pytest.mark.parametrize("values", [{}, {"target": True}], ids=["rows", "outcomes"])
def test_it_goes_into_a_bundle_and_back(values: dict[str, Any]) -> None:
    from bench.bundle.trusted import load, save

    X, y, groups = leads()
    X["source"] = pd.Categorical(np.where(y == 1, "web", "fair"))
    step = CustomerShare(by="owner", random_state=1, **values)
    step.fit(X, y, groups)
    again = load(save(step, "it")[0], "it")
    pd.testing.assert_frame_equal(again.transform(X), step.transform(X))
