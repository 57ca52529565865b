"""A table is understood column by column, and what does not fit its roles is refused in one sentence."""

import gzip
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from bench.data.cells import in_days
from bench.data.dataset import Dataset, read_dataset
from bench.data.roles import Demo, Roles
from bench.errors import BenchError, DataError, ExperimentError

N = 60


def leads(n: int = N, start: int = 0) -> pd.DataFrame:
    """Return a small table with one column of each kind."""
    rows = np.arange(start, start + n)
    return pd.DataFrame(
        {
            "key": [f"L-{row:05d}" for row in rows],
            "age": (rows * 7 % 50 + 20).astype(str),
            "source": np.array(["web", "fair", "call"])[rows % 3],
            "company_idx": (rows % 7 + 1).astype(str),
            "day": [f"2024-01-{row % 28 + 1:02d}" for row in rows],
            "message": [f"please send offer number {row} today" for row in rows],
            "form": "short",
            "won": np.where(rows % 4 == 0, "yes", "no"),
        }
    )


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def read(
    train: pd.DataFrame, asked: pd.DataFrame | None = None, sample: pd.DataFrame | None = None, **roles: object
) -> Dataset:
    """Write the tables into the working folder and read them under the roles."""
    given: dict[str, object] = {"train": "train.csv", "target": "won", "positive": "yes", **roles}
    for key, frame in (("train", train), ("submission", asked), ("sample", sample)):
        if frame is not None:
            frame.to_csv(f"{key}.csv", index=False)
            given[key] = f"{key}.csv"
    return read_dataset(Roles.model_validate(given))


def asked_for(n: int = 9) -> pd.DataFrame:
    later = leads(n, start=100).drop(columns="won")
    return later.assign(id=[str(row) for row in range(n)])


def notices(dataset: Dataset) -> str:
    return "\n".join(dataset.notices)


@pytest.mark.usefixtures("folder")
def test_each_kind_of_column_becomes_its_form() -> None:
    dataset = read(leads(), asked_for(), id="id", groups="company_idx", time="day")
    assert {column.name: column.kind for column in dataset.columns} == {
        "key": "identifier",
        "age": "number",
        "source": "category",
        "company_idx": "category",
        "day": "date",
        "message": "text",
        "form": "constant",
    }
    for features in (dataset.features, dataset.submission):
        assert features is not None
        assert features.dtypes.astype(str).to_dict() == {
            "age": "float64",
            "source": "category",
            "company_idx": "category",
            "day": "datetime64[s]",
            "message": "str",
        }
    assert str(dataset.features["day"][0]) == "2024-01-01 00:00:00"
    assert dataset.time is not None
    assert dataset.time[0] == 19_723  # days since 1970
    assert dataset.features["source"].cat.categories.tolist() == ["call", "fair", "web"]
    assert dataset.y.tolist() == [1, 0, 0, 0] * (N // 4)
    assert dataset.labels == ("no", "yes")
    assert dataset.ids is not None
    assert dataset.ids.tolist() == [str(row) for row in range(9)]
    np.testing.assert_array_equal(dataset.time, in_days(dataset.features["day"]))


@pytest.mark.usefixtures("folder")
def test_both_tables_share_the_levels_of_a_category() -> None:
    asked = asked_for().assign(source="letter")
    dataset = read(leads(), asked, id="id")
    assert dataset.submission is not None
    assert dataset.features["source"].cat.categories.tolist() == ["call", "fair", "letter", "web"]
    assert dataset.features["source"].dtype == dataset.submission["source"].dtype
    assert "submission.csv: 9 cells with a level that train never shows (source 9)." in notices(dataset)


@pytest.mark.usefixtures("folder")
def test_a_company_has_one_number_in_both_tables_and_the_unknown_none() -> None:
    train = leads().assign(company_idx=["3", "47466", "5", "3", None, "8"] * 10)
    asked = asked_for(4).assign(company_idx=["8", "9", "47466", "3"])
    dataset = read(train, asked, id="id", groups="company_idx", ungrouped=["47466"])
    assert dataset.groups is not None
    assert dataset.submission_groups is not None
    assert dataset.groups[:6].tolist() == [0, -1, 1, 0, -1, 2]
    assert dataset.submission_groups.tolist() == [2, 3, -1, 0]


@pytest.mark.usefixtures("folder")
def test_a_company_written_as_a_float_in_the_submission_is_the_same_company() -> None:
    asked = asked_for(3).assign(company_idx=["1.0", "2.0", "99.0"])
    dataset = read(leads(), asked, id="id", groups="company_idx")
    assert dataset.groups is not None
    assert dataset.submission_groups is not None
    assert dataset.submission_groups[:2].tolist() == dataset.groups[:2].tolist()
    assert dataset.submission_groups[2] not in dataset.groups
    assert "2 cells spelled as in 1.0 where train has 1 read as train's (company_idx 2)" in notices(dataset)


@pytest.mark.usefixtures("folder")
def test_a_spelling_that_two_levels_of_train_share_is_left_alone() -> None:
    train = leads().assign(source=["1", "01", "x"] * 20)
    dataset = read(train, asked_for().assign(source="1.0"), id="id")
    assert dataset.submission is not None
    assert set(dataset.submission["source"]) == {"1.0"}


@pytest.mark.usefixtures("folder")
def test_dropped_columns_and_the_group_may_be_dropped_as_features() -> None:
    dataset = read(leads(), drop=["company_idx", "message", "day"], groups="company_idx")
    assert list(dataset.features) == ["age", "source"]
    assert dataset.groups is not None
    assert [column.reason for column in dataset.columns if column.name == "day"] == ["dropped; dates (28 different)"]


@pytest.mark.usefixtures("folder")
def test_a_dropped_group_may_be_absent_from_the_submission() -> None:
    asked = asked_for().drop(columns="company_idx")
    dataset = read(leads(), asked, id="id", groups="company_idx", drop=["company_idx"])
    assert dataset.submission_groups is not None
    assert set(dataset.submission_groups) == {-1}


@pytest.mark.usefixtures("folder")
def test_the_id_is_never_a_feature_even_if_train_has_it() -> None:
    dataset = read(leads().assign(id=["a", "b"] * 30), asked_for(), id="id")
    assert "id" not in dataset.features
    assert [(c.kind, c.reason) for c in dataset.columns if c.name == "id"] == [("identifier", "named as id")]


@pytest.mark.usefixtures("folder")
def test_a_lone_flag_beside_gaps_is_a_category() -> None:
    dataset = read(leads().assign(flag=["1.0", None] * 30))
    assert dataset.features["flag"].cat.categories.tolist() == ["1.0"]
    assert dataset.features["flag"].isna().sum() == 30


@pytest.mark.usefixtures("folder")
def test_kinds_overrule_the_guess() -> None:
    dataset = read(leads(), kinds={"age": "category", "message": "identifier"})
    assert dataset.features["age"].dtype == "category"
    assert "message" not in dataset.features
    assert [column.reason for column in dataset.columns if column.name == "age"] == ["as kinds says"]


@pytest.mark.usefixtures("folder")
def test_placeholders_are_gaps_in_both_tables_and_counted() -> None:
    train = leads().assign(source=["web", "Select", "call"] * 20)
    dataset = read(train, asked_for().assign(source="Select"), id="id", missing=["Select", "selekt"])
    assert dataset.features["source"].isna().sum() == 20
    assert dataset.features["source"].cat.categories.tolist() == ["call", "web"]
    assert [column.gaps for column in dataset.columns if column.name == "source"] == [20]
    said = notices(dataset)
    assert "train.csv: 20 cells with a placeholder read as missing ('Select' 20), in source 20." in said
    assert "submission.csv: 9 cells with a placeholder" in said
    assert "train.csv: no cell is 'selekt', named in missing." in said
    assert "submission.csv: 9 cells missing: all of a column that train has (source 9)." in said


@pytest.mark.usefixtures("folder")
def test_suspected_placeholders_are_reported_and_left_alone() -> None:
    train = leads().assign(source=["web", "Select", "call"] * 20, age=["-1", "33", "40"] * 20)
    dataset = read(train)
    assert dataset.features["source"].isna().sum() == 0
    said = notices(dataset)
    assert "20 cells with 'Select', which may stand for a gap (source 20); if so, add it to missing" in said
    assert "20 cells with a number that may stand for a gap" in said
    assert "(age -1: 20)" in said


@pytest.mark.usefixtures("folder")
def test_a_wide_table_gets_few_notices() -> None:
    words = np.array(["Select", "unknown", "n/a", "null", "?", "-", "none", "Missing", "yes"])
    wide = {f"c{i}": words[(np.arange(N * 2) + i) % 9] for i in range(100)}
    train = pd.concat([leads(N * 2), pd.DataFrame(wide)], axis=1)
    dataset = read(train, train.drop(columns="won").replace("yes", "maybe"), missing=["blank"])
    assert len(dataset.notices) <= 15
    assert max(map(len, dataset.notices)) < 300


@pytest.mark.usefixtures("folder")
def test_markers_and_infinity_among_numbers_are_gaps_and_counted() -> None:
    train = leads().assign(age=["1.5", "NA", "inf", "7", "-", "9"] * 10)
    dataset = read(train)
    np.testing.assert_array_equal(dataset.features["age"][:6], [1.5, np.nan, np.nan, 7, np.nan, 9])
    assert "20 cells with a marker such as NA or - among numbers read as missing (age 20)" in notices(dataset)
    assert "10 cells with an infinite number read as missing (age 10)" in notices(dataset)
    assert [column.gaps for column in dataset.columns if column.name == "age"] == [30]


@pytest.mark.usefixtures("folder")
def test_a_few_errors_that_make_numbers_a_category_are_reported() -> None:
    train = leads().assign(age=[str(row % 40) if row else "many" for row in range(N)])
    assert "1 cell without a number in columns otherwise of numbers, which makes these categories (age 1)" in notices(
        read(train)
    )
    dataset = read(train, kinds={"age": "number"})
    assert np.isnan(dataset.features["age"][0])
    assert "1 cell without a number in columns that kinds calls numbers read as missing (age 1)" in notices(dataset)


@pytest.mark.usefixtures("folder")
def test_words_where_train_has_numbers_or_dates_are_gaps_in_the_submission() -> None:
    asked = asked_for().assign(age=["old", *["33"] * 8], day=["soon", *["2024-05-01"] * 8])
    dataset = read(leads(), asked, id="id")
    assert dataset.submission is not None
    assert dataset.submission["age"].isna().tolist() == [True] + [False] * 8
    assert dataset.submission["day"].isna().tolist() == [True] + [False] * 8
    assert "submission.csv: 1 cell without a number where train has numbers read as missing (age 1)" in notices(dataset)


@pytest.mark.usefixtures("folder")
def test_columns_the_submission_lacks_may_be_dropped_constant_or_identifiers() -> None:
    asked = asked_for().drop(columns=["key", "form", "day"]).assign(extra="1", won="")
    dataset = read(leads(), asked, id="id", drop=["day"])
    assert dataset.submission is not None
    assert "submission.csv: its column won is empty; left out." in dataset.notices
    assert "submission.csv: 1 column that train lacks left out: extra." in dataset.notices


@pytest.mark.usefixtures("folder")
def test_a_sample_in_another_order_is_fine_and_reported() -> None:
    sample = pd.DataFrame({"id": [str(row) for row in range(8, -1, -1)], "won": "no"})
    dataset = read(leads(), asked_for(), sample, id="id")
    assert dataset.sample is not None
    assert dataset.sample["id"][0] == "8"
    assert "sample.csv: the same 9 ids as the submission, in another order." in dataset.notices


def label(*values: str | None) -> pd.DataFrame:
    return leads().assign(won=[*values, *["yes", "no"] * N][:N])


WRONG: dict[str, tuple[dict[str, object], str]] = {
    "no target": ({"target": "wom"}, r"train.csv has no column 'wom', named in target\. Did you mean 'won'\?"),
    "no such text": ({"texts": ["massage"]}, "'massage', named in texts. Did you mean 'message'"),
    "no such group": ({"groups": "firm"}, "no column 'firm', named in groups. .*Known: age"),
    "no such kind's column": ({"kinds": {"aeg": "number"}}, "'aeg', named in kinds. Did you mean 'age'"),
    "no such dropped column": ({"drop": ["keys"]}, "'keys', named in drop. Did you mean 'key'"),
    "no such id": ({"id": "ID"}, "no column 'ID', named in id"),
    "target in drop": ({"drop": ["won"]}, r"\[data\] 'won' is the target: it cannot stand in drop too"),
    "id in texts": ({"id": "key", "texts": ["key"]}, "'key' is the id and no feature"),
    "two kinds": ({"texts": ["age"], "kinds": {"age": "number"}}, "'age' is in texts, but kinds says number"),
    "ungrouped alone": ({"ungrouped": ["1"]}, "groups names no column"),
    "a target with gaps": ({"frame": label("no", None, None)}, "line 3: no won; 2 of 60 rows have none"),
    "three labels": ({"frame": label("maybe")}, r"won holds 3 values: 'yes' \(30\), 'no' \(29\), 'maybe' \(1\)"),
    "one label": ({"frame": label(*["yes"] * N)}, r"won holds 1 value: 'yes' \(60\)\. .*One class only"),
    "many labels": ({"target": "age"}, "age holds 50 values: .* and 46 more values"),
    "another case": ({"positive": "YES"}, r"no won is 'YES'.*There are 'no' \(45\), 'yes' \(15\)"),
    "another spelling": ({"frame": label(*["0", "1.0"] * 30), "positive": "1"}, r"Did you mean '1\.0'\? Labels are"),
    "words as numbers": ({"kinds": {"source": "number"}}, "'source' is a number, but 60 of its 60 filled cells"),
    "words as dates": ({"kinds": {"source": "date"}}, "are no dates written like 2024-03-31"),
    "words as time": ({"time": "source"}, "source, named in time, holds 60 of 60 values that are no dates"),
    "no feature": ({"frame": leads()[["key", "form", "won"]]}, "no column is left as a feature"),
    "no submission": ({"submission": "nowhere.csv"}, "nowhere.csv does not exist"),
    "a lacking column": ({"asked": asked_for().drop(columns=["age", "day"])}, "submission.csv lacks 'age', 'day'"),
    "a renamed column": ({"asked": asked_for().rename(columns={"age": "Age"})}, "lacks 'age'.* Is 'Age' the first"),
    "no id": ({"asked": asked_for().drop(columns="id"), "id": "key_"}, "no column 'key_', named in id"),
    "an id in train only": ({"asked": asked_for().drop(columns="key"), "id": "key"}, "has no column 'key'"),
    "doubled ids": ({"asked": asked_for().assign(id="1"), "id": "id"}, "line 3: the id '1' stood before, like 8 rows"),
    "ids with gaps": ({"asked": asked_for().assign(id=None), "id": "id"}, "line 2: no id, like 9 rows"),
}  # fmt: skip


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(("case", "sentence"), WRONG.values(), ids=WRONG.keys())
def test_what_does_not_fit_is_refused_in_one_sentence(case: dict[str, object], sentence: str) -> None:
    roles = dict(case)
    frame, asked = roles.pop("frame", leads()), roles.pop("asked", None)
    assert isinstance(frame, pd.DataFrame)
    assert asked is None or isinstance(asked, pd.DataFrame)
    with pytest.raises(BenchError, match=sentence) as caught:
        read(frame, asked, **roles)
    assert "\n" not in str(caught.value)
    assert isinstance(caught.value, DataError | ExperimentError)


SAMPLES = {
    "no id": (pd.DataFrame({"won": ["no"]}), "sample.csv has no column 'id'"),
    "no target": (pd.DataFrame({"id": ["1"]}), "sample.csv has no column 'won'"),
    "other ids": (pd.DataFrame({"id": ["0", "x"], "won": "no"}), r"1 only here, 8 only there \('x' is only in the"),
    "doubled ids": (pd.DataFrame({"id": ["0", "0"], "won": "no"}), "sample.csv, line 3: the id '0' stood before"),
}


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(("sample", "sentence"), SAMPLES.values(), ids=SAMPLES.keys())
def test_a_sample_of_another_form_is_refused(sample: pd.DataFrame, sentence: str) -> None:
    with pytest.raises(DataError, match=sentence):
        read(leads(), asked_for(), sample, id="id")


@pytest.mark.usefixtures("folder")
def test_without_an_id_the_sample_must_have_as_many_rows() -> None:
    sample = pd.DataFrame({"won": ["no"] * 8})
    with pytest.raises(DataError, match=r"sample\.csv has 8 rows, submission\.csv 9"):
        read(leads(), asked_for(), sample)


@pytest.mark.usefixtures("folder")
def test_an_ungrouped_value_that_never_occurs_is_reported() -> None:
    said = notices(read(leads(), groups="company_idx", ungrouped=["47466"]))
    assert "train.csv: no company_idx is '47466', named in ungrouped." in said


def test_the_fingerprint_ignores_name_packing_and_time_of_the_file(folder: Path) -> None:
    first = read(leads()).data_id
    packed = gzip.compress((folder / "train.csv").read_bytes(), mtime=1)
    (folder / "other.gz").write_bytes(packed)
    os.utime(folder / "other.gz", (1, 1))
    again = read_dataset(Roles.model_validate({"train": "other.gz", "target": "won", "positive": "yes"}))
    assert again.data_id == first
    assert len(first) == 10


@pytest.mark.usefixtures("folder")
def test_the_fingerprint_ignores_the_submission_and_the_order_of_a_list() -> None:
    first = read(leads(), missing=["a", "b"], drop=["age", "day"]).data_id
    assert read(leads(), asked_for(), id=None, missing=["b", "a"], drop=["day", "age"]).data_id == first


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    "roles",
    [{"positive": "no"}, {"missing": ["web"]}, {"kinds": {"age": "category"}}, {"groups": "source"}, {"drop": ["age"]}],
)
def test_the_fingerprint_changes_with_what_decides_the_meaning(roles: dict[str, object]) -> None:
    assert read(leads(), **roles).data_id != read(leads()).data_id


@pytest.mark.usefixtures("folder")
def test_the_fingerprint_changes_with_one_cell_and_with_the_order_of_rows() -> None:
    changed = leads()
    changed.loc[3, "age"] = "99"
    ids = {read(frame).data_id for frame in (leads(), changed, leads().iloc[::-1])}
    assert len(ids) == 3


def test_made_up_leads_take_the_same_path_as_files() -> None:
    roles = {"demo": Demo(rows=600), "target": "is_converted", "positive": "True", "id": "id", "texts": ["message"]}
    dataset = read_dataset(Roles.model_validate({**roles, "groups": "customer_idx", "time": "lead_date"}))
    assert len(dataset.features) == len(dataset.y) == 600
    assert dataset.labels == ("False", "True")
    assert dataset.submission is not None
    assert dataset.sample is not None
    assert list(dataset.submission) == list(dataset.features)
    assert dataset.time is not None
