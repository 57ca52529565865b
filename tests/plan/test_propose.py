"""A first experiment file sets what is certain, says why, and can be run as it is."""

import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from bench.data.dataset import Dataset, read_dataset
from bench.data.roles import Roles
from bench.errors import DataError, ExperimentError
from bench.plan.experiment import experiment_of
from bench.plan.grid import make_plan
from bench.plan.propose import propose

N = 240


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def leads(n: int = N) -> pd.DataFrame:
    rows = np.arange(n)
    return pd.DataFrame(
        {
            "key": [f"L-{row:05d}" for row in rows],
            "age": np.where(rows % 9 == 0, "", (rows * 7 % 50 + 20).astype(str)),
            "source": np.array(["web", "fair", "Select", "none"])[rows % 4],
            "message": [f"please send offer number {row} today" for row in rows],
            "won": np.where(rows % 5 == 0, "yes", "no"),
        }
    )


def proposed(train: pd.DataFrame, asked: pd.DataFrame | None = None, **options: Any) -> tuple[str, dict[str, Any]]:
    """Write the tables, and return the text of the proposal and what it holds."""
    train.to_csv("train.csv", index=False)
    if asked is not None:
        asked.to_csv("asked.csv", index=False)
        options["submission"] = Path("asked.csv")
    text = propose(Path("train.csv"), "won", **options)
    return text, tomllib.loads(text)


def read(experiment: dict[str, Any]) -> Dataset:
    return read_dataset(Roles.model_validate(experiment["data"]))


def test_the_proposal_can_be_read_back_and_used() -> None:
    asked = leads(9).drop(columns="won").assign(id=[str(row) for row in range(9)])
    text, experiment = proposed(leads(), asked)
    assert list(experiment) == ["question", "data", "folds", "objective", "grid", "ensemble", "submission"]
    assert experiment["submission"] == {"positive_rate": "train"}
    assert experiment["data"] == {
        "train": "train.csv",
        "submission": "asked.csv",
        "target": "won",
        "positive": "yes",
        "id": "id",
        "texts": ["message"],
        "missing": ["Select"],
        "drop": ["key"],
    }
    assert list(read(experiment).features) == ["age", "source", "message"]
    assert 'positive = "yes"  # the rarer label; the other is "no"' in text
    assert '"Select",  # 60 cells: source 60' in text
    assert '#     "none",  # 60 cells: source 60' in text
    assert '"key",  # identifier: a different word' in text
    assert '"message",  # sentences, 6 words on average' in text


def test_the_positive_label_may_be_named() -> None:
    _, experiment = proposed(leads(), positive="no")
    assert experiment["data"]["positive"] == "no"
    with pytest.raises(DataError, match="no won is 'No', named in positive"):
        proposed(leads(), positive="No")


def test_a_target_that_cannot_be_learned_is_refused() -> None:
    with pytest.raises(DataError, match="won holds 3 values"):
        proposed(leads().assign(won=["a", "b", "c"] * 80))
    leads().to_csv("train.csv", index=False)
    with pytest.raises(DataError, match=r"no column 'wom', named in target\. Did you mean 'won'"):
        propose(Path("train.csv"), "wom")


def test_columns_that_look_like_people_are_dropped_with_the_reason() -> None:
    rows = range(N)
    train = leads().assign(
        reach=[f"ann{row % 99}@example.com" for row in rows],
        mobile=[str(2_125_550_100 + row % 99) for row in rows],
        line=[f"+82 2-555-{row % 99:04d}" for row in rows],
        contact_name=[f"Kim {row % 80}" for row in rows],
        product_name=[f"Pump {row % 80}" for row in rows],
        span=[f"{row % 3}000 - {row % 3}999" for row in rows],
    )
    text, experiment = proposed(train)
    assert experiment["data"]["drop"] == ["key", "reach", "mobile", "line", "contact_name"]
    assert '"reach",  # looks like e-mail addresses' in text
    assert '"mobile",  # looks like phone numbers' in text
    assert '"contact_name",  # looks like names of people' in text


def test_codes_by_name_are_stated_as_categories() -> None:
    text, experiment = proposed(leads().assign(shop_id=[str(row % 12) for row in range(N)]))
    assert experiment["data"]["kinds"] == {"shop_id": "category"}
    assert '# "shop_id": whole numbers, a code by its name (12 different)' in text


def test_the_only_column_of_companies_becomes_the_group_and_a_giant_is_pointed_at() -> None:
    companies = [str(row % 70) if row % 4 else "999" for row in range(N)]
    text, experiment = proposed(leads().assign(customer_idx=companies))
    assert experiment["data"]["groups"] == "customer_idx"
    assert '# "999" has 60 rows. If that stands for an unknown company:' in text
    assert '# ungrouped = ["999"]' in text


def test_of_two_columns_of_companies_neither_is_chosen() -> None:
    companies = [str(row % 70) for row in range(N)]
    text, experiment = proposed(leads().assign(customer_idx=companies, account_id=companies))
    assert "groups" not in experiment["data"]
    assert '# groups = "customer_idx"  # 70 different' in text
    assert '# groups = "account_id"  # 70 different' in text


def test_one_column_of_dates_is_the_time_and_of_two_neither() -> None:
    dates = [f"2024-01-{row % 28 + 1:02d}" for row in range(N)]
    _, experiment = proposed(leads().assign(day=dates))
    assert experiment["data"]["time"] == "day"
    text, experiment = proposed(leads().assign(day=dates, seen=dates))
    assert "time" not in experiment["data"]
    assert '# time = "day"' in text


def test_a_sample_beside_the_submission_is_found_and_names_the_id() -> None:
    asked = leads(9).drop(columns="won").assign(n=[str(row) for row in range(9)])
    pd.DataFrame({"key": asked["key"], "won": "no"}).to_csv("sample_submission.csv", index=False)
    _, experiment = proposed(leads(), asked)
    assert experiment["data"]["sample"] == "sample_submission.csv"
    assert experiment["data"]["id"] == "key"
    assert "key" not in experiment["data"]["drop"]
    assert read(experiment).sample is not None


@pytest.mark.parametrize(
    "content", ["id,won\n7,no\n", "id\n0\n", "id,won\n0\n"], ids=["other ids", "no target", "broken"]
)
def test_a_file_beside_the_submission_that_is_no_sample_is_left_out(content: str) -> None:
    Path("sample_submission.csv").write_text(content)
    asked = leads(9).drop(columns="won").assign(id=[str(row) for row in range(9)])
    _, experiment = proposed(leads(), asked)
    assert "sample" not in experiment["data"]


def test_names_and_paths_of_every_kind_survive_toml(tmp_path: Path) -> None:
    folder = tmp_path / 'a "b" 폴더'
    folder.mkdir()
    odd = {'say "it"': "key", "회사\\코드": "source", "two\nlines": "message", "del\x7f": "age"}
    train = leads().rename(columns={new: old for old, new in odd.items()}).assign(**{"한 결과": leads()["won"]})
    train.loc[::4, "회사\\코드"] = "?"
    path = folder / "리드.csv"
    train.drop(columns="won").to_csv(path, index=False)
    experiment = tomllib.loads(propose(path, "한 결과"))
    assert experiment["data"]["train"] == str(path)
    assert experiment["data"]["target"] == "한 결과"
    assert experiment["data"]["texts"] == ["two\nlines"]
    assert experiment["data"]["drop"] == ['say "it"']
    assert set(read(experiment).features) == {"회사\\코드", "two\nlines", "del\x7f"}


def test_axes_that_make_no_difference_are_left_out_of_the_grid() -> None:
    plain = leads().drop(columns=["message", "source"]).assign(age=[str(row % 50) for row in range(N)])
    _, experiment = proposed(plain)
    assert experiment["grid"]["imputation"] == ["keep_gaps"]
    assert experiment["grid"]["encoding"] == ["one_hot"]
    assert "text" not in experiment["grid"]
    assert experiment["grid"]["model"][0] == "constant"


def size(experiment: dict[str, Any]) -> int:
    return int(np.prod([len(entries) for entries in experiment["grid"].values()]))


def test_a_larger_table_gets_a_smaller_grid_and_fewer_folds(monkeypatch: pytest.MonkeyPatch) -> None:
    small = proposed(leads())[1]
    monkeypatch.setattr("bench.plan.propose._LARGE", 100)
    monkeypatch.setattr("bench.plan.propose._USUAL", "1s")
    large = proposed(leads())[1]
    assert size(small) > size(large)
    assert (small["folds"]["count"], large["folds"]["count"]) == (5, 3)


def test_a_budget_is_written_down_with_a_race_and_a_grid_that_suits_it() -> None:
    text, experiment = proposed(leads(), budget="90s")
    assert text.startswith("# Written by `bench auto` after a look at")
    assert (experiment["budget"], experiment["race"]) == ("90s", {})
    assert list(experiment) == ["question", "budget", "data", "folds", "objective", "race", "grid", "ensemble"]
    assert experiment["grid"]["resampling"] == ["as_is"]
    assert size(experiment) > size(proposed(leads(), budget="1s")[1])
    with pytest.raises(ExperimentError, match=r"^--budget: .90. is no time; write a number"):
        proposed(leads(), budget="90")


@pytest.mark.parametrize("budget", [None, "1s", "1h"])
def test_every_grid_that_is_proposed_can_be_planned(budget: str | None) -> None:
    for train in (leads(), leads().drop(columns="message"), leads()[["age", "won"]]):
        experiment = experiment_of(proposed(train, budget=budget)[0], Path("x.toml"))
        plan = make_plan(experiment, read_dataset(experiment.data))
        models = {trial.named("model") for trial in plan.trials}
        assert {choice.component.name for (choice,) in experiment.axes["model"]} == models


def test_there_are_no_more_folds_than_positives() -> None:
    _, experiment = proposed(leads().assign(won=["yes"] * 3 + ["no"] * (N - 3)))
    assert experiment["folds"]["count"] == 3
    assert experiment["data"]["positive"] == "yes"


def companies(first: int, n: int = N) -> list[str]:
    return [str(first + row % 70) for row in range(n)]


def test_folds_keep_companies_whole_where_most_rows_to_predict_are_of_new_ones() -> None:
    train, asked = leads().assign(customer_idx=companies(1)), leads(40).drop(columns="won")
    asked = asked.assign(customer_idx=[*companies(100, 30), *companies(1, 10)], id=[str(row) for row in range(40)])
    text, experiment = proposed(train, asked)
    assert experiment["folds"]["scheme"] == "stratified_group"
    assert "# 75% of the rows to predict are of companies never seen in train, so no company stands in two" in text
    known = asked.assign(customer_idx=[*companies(1, 30), *companies(100, 9), ""])  # no company is a new one
    text, experiment = proposed(train, known)
    assert experiment["folds"]["scheme"] == "stratified"
    assert "# 75% of the rows to predict are of companies seen in train; " in text


def test_without_rows_to_predict_companies_are_taken_for_new_and_without_companies_there_is_nothing_to_keep() -> None:
    text, experiment = proposed(leads().assign(customer_idx=companies(1)))
    assert experiment["folds"]["scheme"] == "stratified_group"
    assert "# New leads come mostly from new companies, so no company stands in two folds." in text
    assert proposed(leads())[1]["folds"]["scheme"] == "stratified"


def test_there_are_no_more_folds_than_companies_with_positives() -> None:
    won = ["yes" if row % 70 in (3, 8, 9) else "no" for row in range(N)]
    train = leads().assign(customer_idx=companies(1), won=won)
    assert proposed(train)[1]["folds"] == {"count": 3, "scheme": "stratified_group", "seed": 7}
    train["won"] = ["yes" if row % 70 == 3 else "no" for row in range(N)]
    assert proposed(train)[1]["folds"]["scheme"] == "stratified"


def test_a_column_of_dates_is_mentioned_as_another_way_to_fold() -> None:
    dates = [f"2024-01-{row % 28 + 1:02d}" for row in range(N)]
    text, experiment = proposed(leads().assign(day=dates))
    assert '# scheme = "time"  # would train on what "day" puts first and hold out what comes later' in text
    assert experiment["folds"]["scheme"] == "stratified"
    assert 'scheme = "time"' not in proposed(leads())[0]
