"""Reasons of leads and customers are words of their table, and the page says what several leads share."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from bench.bundle.predictor import Predictor
from bench.customer.conversion.why import LOWERS, RAISES, Why, in_words, why
from bench.customer.leads import Leads
from bench.data.dataset import Dataset
from bench.plan.grid import Trial
from bench.run.runner import fit_trials
from bench.score.combine import Combination
from tests.audit.tables import dataset_of, text
from tests.components.catalogue import trial
from tests.customer.made import leads_of

LABELLED = pd.DataFrame(
    {
        "length": [1.0, 2, 3, 4, 5, 6, 7, 8, np.nan],  # the middle half is from 2.75 to 6.25
        "product": pd.Categorical([*"aabbccdd", None]),
        "message": pd.Series(["hello"] * 9, dtype="str"),
        "day": pd.to_datetime(["2024-01-01"] * 9),
    }
)


def test_cells_are_said_as_they_are_and_numbers_by_where_they_lie() -> None:
    words = in_words(LABELLED.iloc[[0, 3, 7, 8]], LABELLED)
    assert words["length"].tolist() == [
        *("length is low (1)", "length is 4", "length is high (8)", "length is missing")
    ]
    assert words["product"].tolist()[2:] == ["product is d", "product is missing"]
    assert words["message"].tolist()[0] == 'message says "hello"'
    assert words["day"].tolist()[0] == "day is 2024-01-01"


def test_plain_words_tell_no_number_day_or_text_of_a_lead() -> None:
    words = in_words(LABELLED.iloc[[0, 3, 7, 8]], LABELLED, plain=True)
    assert words["length"].tolist() == ["length is low", "length is middling", "length is high", "length is missing"]
    assert words["message"].tolist()[0] == "message is given"
    assert words["day"].tolist()[0] == "day is given"
    assert words["product"].tolist()[0] == "product is a"


def test_gaps_of_texts_and_days_and_columns_without_a_number_are_missing() -> None:
    empty = pd.DataFrame(
        {"n": [np.nan], "t": pd.Series([None], dtype="str"), "d": pd.Series([pd.NaT], dtype="datetime64[s]")}
    )
    assert in_words(empty, empty).iloc[0].tolist() == ["n is missing", "t is missing", "d is missing"]
    known = in_words(pd.DataFrame({"n": [3.0]}), pd.DataFrame({"n": [np.nan]}))
    assert known["n"].tolist() == ["n is 3"]  # of which none was labelled


def test_a_long_cell_or_name_is_cut_and_stands_in_one_line() -> None:
    table = pd.DataFrame({"x" * 400: pd.Series(["a\nb " * 300], dtype="str")})
    (said,) = in_words(table, table).iloc[0]
    assert len(said) <= 95
    assert "\n" not in said
    assert said.startswith("xxx")
    assert 'says "a b a b' in said


def told(added: dict[str, list[float]], words: dict[str, list[str]] | None = None) -> Why:
    """Reasons of leads 0, 1, ... without a model."""
    contributions = pd.DataFrame(added)
    said = pd.DataFrame(words or {name: [f"{name} is there"] * len(contributions) for name in added})
    return Why(np.arange(len(contributions)), contributions, said, said, "")


def test_a_lead_has_the_three_strongest_reasons_each_way_the_strongest_first() -> None:
    found = told({"a": [0.5], "b": [-2.0], "c": [0.9], "d": [1.5], "e": [0.6], "f": [0.04], "g": [-0.04]})
    assert found.of_leads(2, RAISES) == ["d is there; c is there; e is there", ""]
    assert found.of_leads(2, LOWERS) == ["b is there", ""]  # g moves the odds by less than a twentieth


def test_a_customer_has_the_mean_reasons_of_its_leads() -> None:
    """Of lead 0 and 1, which are one customer's, column a adds 0.5 on average, b 0.2, and c nothing."""
    found = told(
        {"a": [0.2, 0.8, 9.0], "b": [0.2, 0.2, 0.0], "c": [0.5, -0.5, 0.0]},
        {"a": ["a is x", "a is y", "a is z"], "b": ["b is high"] * 3, "c": ["c is 1"] * 3},
    )
    of = np.array([1, 1, 2, 0])
    assert found.of_people(of, 3, RAISES) == ["", "a; b is high", "a is z"]
    assert found.of_people(of, 3, LOWERS) == ["", "", ""]


def test_what_fewer_than_five_leads_share_is_not_told() -> None:
    found = told(
        {"a": [1.0] * 10, "b": [0.5] * 10},
        {"a": ["a is rare"] * 4 + ["a is usual"] * 6, "b": ["b is there"] * 10},
    )
    assert found.most_often(np.ones(10, dtype=bool), RAISES) == [("b is there", 10), ("a is usual", 6)]
    assert found.most_often(np.arange(10) < 4, RAISES) == []
    assert found.most_often(np.ones(10, dtype=bool), LOWERS) == []


def fitted(one: Trial, dataset: Dataset) -> Predictor:
    return Predictor(Combination.of_one(one.id), fit_trials([one], dataset, 0))


def called(dataset: Dataset, predictor: Predictor) -> Leads:
    return leads_of(predictor.probability(dataset.features).tolist(), names="a", features=dataset.features)


def test_the_column_that_decides_is_the_reason_of_the_likeliest_leads() -> None:
    rng = np.random.default_rng(2)
    decides = rng.integers(0, 2, 200)
    dataset = dataset_of({"noise": rng.normal(size=200), "kind": np.where(decides, "x", "z")}, decides.astype(np.int8))
    predictor = fitted(trial(model="logistic", encoding="one_hot"), dataset)
    found = why(predictor, called(dataset, predictor), dataset.features, 20)
    assert len(found.rows) == 20
    assert found.sentence == ""
    raised = found.of_leads(200, RAISES)
    assert all(raised[row].startswith("kind is x") for row in found.rows)
    assert sum(bool(said) for said in raised) == 20


def test_of_a_table_of_texts_alone_the_text_is_the_reason() -> None:
    rng = np.random.default_rng(3)
    words = [" ".join(rng.choice(["tender", "price", "hello", "demo"], 3)) for _ in range(200)]
    y = np.array(["tender" in one for one in words]).astype(np.int8)
    dataset = dataset_of({"message": text(words)}, y)
    predictor = fitted(trial(model="logistic", text="tfidf"), dataset)
    found = why(predictor, called(dataset, predictor), dataset.features, 8)
    assert all(found.of_leads(200, RAISES)[row].startswith('message says "') for row in found.rows)
    assert found.most_often(np.ones(8, dtype=bool), RAISES) == [("message is given", 8)]


@pytest.mark.parametrize("model", ["constant", "knn"])
def test_a_winner_without_reasons_loses_nothing_else(model: str) -> None:
    rng = np.random.default_rng(4)
    dataset = dataset_of({"x": rng.normal(size=60)}, (np.arange(60) % 3 == 0).astype(np.int8))
    one = trial(model=model) if model == "constant" else trial(model=model, imputation="median", encoding="one_hot")
    predictor = fitted(one, dataset)
    found = why(predictor, called(dataset, predictor), dataset.features, 5)
    assert found.of_leads(60, RAISES) == found.of_leads(60, LOWERS) == [""] * 60
    assert found.of_people(np.arange(60), 60, RAISES) == [""] * 60
    assert found.sentence.startswith("No reasons can be given for what") == (model == "knn")


def test_nobody_is_asked_about_where_no_reasons_are_wanted() -> None:
    dataset = dataset_of({"x": [1.0, 2.0, 3.0, 4.0]}, np.array([0, 1, 0, 1], dtype=np.int8))
    predictor = fitted(trial(model="constant"), dataset)
    assert len(why(predictor, called(dataset, predictor), dataset.features, 0).rows) == 0


def test_no_company_is_named_among_what_leads_share() -> None:
    decides = (np.arange(100) % 2).astype(np.int8)
    companies = pd.Series(np.where(decides, "Acme", "Bolt"), dtype="category")
    dataset = dataset_of({"company": companies, "noise": np.arange(100.0) % 7}, decides)
    predictor = fitted(trial(model="logistic", encoding="one_hot"), dataset)
    found = why(predictor, called(dataset, predictor), dataset.features, 10, "company")
    assert found.of_leads(100, RAISES)[found.rows[0]].startswith("company is Acme")  # for those who call
    assert found.most_often(np.ones(10, dtype=bool), RAISES)[0] == ("company is given", 10)
