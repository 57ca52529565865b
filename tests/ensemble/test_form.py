"""A submission has the form that is asked for to the letter, and what has not is refused with its reason."""

from __future__ import annotations

import gzip
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from bench.data.dataset import Dataset, read_dataset
from bench.data.roles import Roles
from bench.ensemble.form import asked_form, check_submission, sample_form, submission_frame, submission_text
from bench.errors import SubmissionError
from bench.plan.experiment import read_experiment
from tests.conftest import make_dataset

SAMPLE = "id,won\n007,False\n008,False\n012,False\n"
RIGHT = "id,won\n007,False\n008,True\n012,False\n"

# the file checked, and what is said of it
WRONG = {
    "doubled id": (
        "id,won\n007,False\n008,True\n008,True\n012,False\n",
        "given.csv: id '008' stands in 2 rows (1 such id). Keep one row for each.",
    ),
    "doubled id in place of another": (
        "id,won\n007,False\n008,True\n008,False\n",
        "given.csv: id '008' stands in 2 rows (1 such id). Keep one row for each.",
    ),
    "lost row": (
        "id,won\n007,False\n012,False\n",
        "given.csv: lacks 1 id that the sample sample.csv asks for, '008' first. Ids are compared as written, leading "
        "zeros included.",
    ),
    "foreign id": (
        "id,won\n007,False\n008,True\n013,False\n",
        "given.csv: lacks 1 id that the sample sample.csv asks for, '012' first, and has 1 id that it does not ask "
        "for, '013' first. Ids are compared as written, leading zeros included.",
    ),
    "more rows": (
        RIGHT + "013,False\n014,True\n",
        "given.csv: has 2 ids that the sample sample.csv does not ask for, '013' first. Take them out.",
    ),
    "another order": (
        "id,won\n007,False\n012,False\n008,True\n",
        "given.csv, line 3: id is '012' where the sample sample.csv has '008'. Keep its order.",
    ),
    "leading zeros lost": (
        "id,won\n7,False\n8,True\n12,False\n",
        "given.csv: lacks 3 ids that the sample sample.csv asks for, '007' first, and has 3 ids that it does not ask "
        "for, '7' first. Ids are compared as written, leading zeros included.",
    ),
    "gap among the ids": (
        "id,won\n007,False\n,True\n012,False\n",
        "given.csv, line 3: no id, like 1 row. Every row needs one.",
    ),
    "label of another spelling": (
        RIGHT.replace("True", "true"),
        "given.csv, line 3: 'won' holds the label 'true'; the sample sample.csv asks for 'False', 'True'.",
    ),
    "number for a label": (
        RIGHT.replace("True", "1"),
        "given.csv, line 3: 'won' holds the label '1'; the sample sample.csv asks for 'False', 'True'.",
    ),
    "probability for a label": (
        RIGHT.replace("True", "0.93"),
        "given.csv, line 3: 'won' holds the label '0.93'; the sample sample.csv asks for 'False', 'True'.",
    ),
    "label with a space": (
        RIGHT.replace("True", '" True"'),
        "given.csv, line 3: 'won' holds the label ' True'; the sample sample.csv asks for 'False', 'True'.",
    ),
    "third label": (
        "id,won\n007,False\n008,True\n012,maybe\n",
        "given.csv, line 4: 'won' holds the label 'maybe'; the sample sample.csv asks for 'False', 'True'.",
    ),
    "empty label": (
        "id,won\n007,False\n008,\n012,\n",
        "given.csv, line 3: 'won' is empty, like 2 rows. Every row needs a label.",
    ),
    "another column": (
        RIGHT.replace("won", "Won"),
        "given.csv: has the columns 'id', 'Won'; the sample sample.csv asks for 'id', 'won'. "
        "Write the same ones in the same order.",
    ),
    "columns in another order": (
        "won,id\nFalse,007\nTrue,008\nFalse,012\n",
        "given.csv: has the columns 'won', 'id'; the sample sample.csv asks for 'id', 'won'. "
        "Write the same ones in the same order.",
    ),
    "a column more": (
        "id,won,chance\n007,False,.1\n008,True,.9\n012,False,.2\n",
        "given.csv: has the columns 'id', 'won', 'chance'; the sample sample.csv asks for 'id', 'won'. "
        "Write the same ones in the same order.",
    ),
    "a comma at the end of each line": (
        RIGHT.replace("\n", ",\n"),
        "given.csv: has the columns 'id', 'won', ''; the sample sample.csv asks for 'id', 'won'. "
        "Write the same ones in the same order.",
    ),
    "a byte-order mark": (
        "\ufeff" + RIGHT,
        "given.csv: begins with a byte-order mark; the sample sample.csv asks for none. Write it as UTF-8 without it "
        "(in a spreadsheet: CSV, not CSV UTF-8).",
    ),
    "another delimiter": (
        RIGHT.replace(",", ";"),
        "given.csv: separates its columns by ';'; the sample sample.csv asks for ','.",
    ),
}


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def checked(given: str, sample: str = SAMPLE) -> int:
    Path("given.csv").write_text(given, encoding="utf-8")
    Path("sample.csv").write_text(sample, encoding="utf-8")
    return check_submission(Path("given.csv"), sample_form(Path("sample.csv")))


@pytest.mark.parametrize(
    "given", [RIGHT, SAMPLE, RIGHT.replace("False", "True")], ids=["mixed", "negative", "positive"]
)
def test_a_file_in_the_form_of_the_sample_passes(given: str) -> None:
    assert checked(given) == 3


@pytest.mark.parametrize(("given", "sentence"), WRONG.values(), ids=WRONG.keys())
def test_a_file_of_another_form_is_refused(given: str, sentence: str) -> None:
    with pytest.raises(SubmissionError, match=r"^given\.csv") as raised:
        checked(given)
    assert str(raised.value) == sentence


@pytest.mark.parametrize(
    ("sample", "right", "wrong"),
    [
        ("0", "1", "1.0"),
        ("0.0", "1.0", "1"),
        ("false", "true", "True"),
        ("no", "yes", "Yes"),
        ("N", "Y", "y"),
        ("1", "0", "-1"),
    ],
)
def test_the_other_label_is_spelled_like_the_one_in_the_sample(sample: str, right: str, wrong: str) -> None:
    form = f"id,won\n1,{sample}\n2,{sample}\n"
    assert checked(f"id,won\n1,{sample}\n2,{right}\n", form) == 2
    with pytest.raises(SubmissionError, match=rf"^given\.csv, line 3: 'won' holds the label '{wrong}'; the sample"):
        checked(f"id,won\n1,{sample}\n2,{wrong}\n", form)


def test_beside_a_label_nobody_knows_one_other_may_stand() -> None:
    form = "id,won\n1,verloren\n2,verloren\n3,verloren\n"
    assert checked("id,won\n1,verloren\n2,gewonnen\n3,gewonnen\n", form) == 3
    with pytest.raises(
        SubmissionError, match=r"'won' holds the label 'Gewonnen'; the sample sample\.csv asks for 'verl"
    ):
        checked("id,won\n1,verloren\n2,gewonnen\n3,Gewonnen\n", form)


def test_a_sample_that_shows_both_labels_allows_these_two() -> None:
    form = "id,won\n1,verloren\n2,gewonnen\n"
    assert checked("id,won\n1,gewonnen\n2,gewonnen\n", form) == 2
    with pytest.raises(SubmissionError, match=r"holds the label 'Gewonnen'; .* asks for 'gewonnen', 'verloren'\.$"):
        checked("id,won\n1,verloren\n2,Gewonnen\n", form)


def test_a_sample_with_empty_labels_allows_any_two() -> None:
    form = "id,won\n1,\n2,\n3,\n"
    assert checked("id,won\n1,no\n2,yes\n3,no\n", form) == 3
    with pytest.raises(SubmissionError, match=r"'won' holds the label 'no'; .* asks for two labels\.$"):
        checked("id,won\n1,maybe\n2,yes\n3,no\n", form)


def test_a_sample_of_one_column_says_how_many_rows_and_which_labels() -> None:
    form = "won\n0\n0\n0\n"
    assert checked("won\n0\n1\n1\n", form) == 3
    with pytest.raises(SubmissionError, match=r"^given\.csv: has 2 rows; the sample sample\.csv asks for 3\.$"):
        checked("won\n0\n1\n", form)
    with pytest.raises(SubmissionError, match=r"^given\.csv: has 4 rows; the sample sample\.csv asks for 3\.$"):
        checked("won\n0\n1\n0\n1\n", form)
    with pytest.raises(SubmissionError, match=r"^given\.csv, line 3: 'won' is empty, like 1 row\."):
        checked("won\n0\n\n1\n", form)
    with pytest.raises(SubmissionError, match=r"holds the label 'True'; the sample sample\.csv asks for '0', '1'\.$"):
        checked("won\n0\nTrue\n1\n", form)


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_the_delimiter_is_that_of_the_sample(delimiter: str) -> None:
    form = SAMPLE.replace(",", delimiter)
    assert checked(RIGHT.replace(",", delimiter), form) == 3
    with pytest.raises(
        SubmissionError, match=r"^given\.csv: separates its columns by ','; the sample sample\.csv asks"
    ):
        checked(RIGHT, form)


def test_a_mark_quotes_and_line_ends_that_the_sample_allows_pass() -> None:
    assert checked("\ufeff" + RIGHT, "\ufeff" + SAMPLE) == checked(RIGHT, "\ufeff" + SAMPLE) == 3
    assert checked(RIGHT.replace("\n", "\r\n").replace("007", '"007"')) == 3


def test_a_packed_file_or_parquet_is_no_plain_text() -> None:
    Path("sample.csv").write_text(SAMPLE)
    Path("given.csv").write_bytes(gzip.compress(RIGHT.encode()))
    pd.DataFrame({"id": ["007", "008", "012"], "won": ["False"] * 3}).to_parquet("given.parquet")
    for name, said in (("given.csv", "packed with gzip"), ("given.parquet", "a parquet file")):
        with pytest.raises(SubmissionError, match=rf"^{name}: is {said}; the sample sample\.csv asks for a plain text"):
            check_submission(Path(name), sample_form(Path("sample.csv")))
    Path("sample.csv.gz").write_bytes(gzip.compress(SAMPLE.encode()))
    assert check_submission(Path("given.csv"), sample_form(Path("sample.csv.gz"))) == 3


ROLES = Roles(train="train.csv", target="won", positive="yes", id="id")
CALLED = np.array([True, False, True])


def asked(ids: list[str] | None, sample: pd.DataFrame | None = None) -> Dataset:
    """Return a table with three rows to predict."""
    dataset = make_dataset(submission=3)
    series = None if ids is None else pd.Series(ids, name="id", dtype="str")
    return replace(dataset, labels=("아니오", "예"), ids=series, sample=sample)


def test_a_submission_has_ids_as_written_and_labels_as_in_train() -> None:
    frame = submission_frame(asked(["007", "1e5", "가 나"]), CALLED, ROLES)
    assert list(frame.columns) == ["id", "won"]
    assert frame["id"].tolist() == ["007", "1e5", "가 나"]
    assert frame["won"].tolist() == ["예", "아니오", "예"]


def test_a_submission_follows_the_rows_and_columns_of_its_sample() -> None:
    sample = pd.DataFrame({"won": ["-"] * 3, "id": ["1e5", "가 나", "007"]}, dtype="str")
    frame = submission_frame(asked(["007", "1e5", "가 나"], sample), CALLED, ROLES)
    assert list(frame.columns) == ["won", "id"]
    assert frame["id"].tolist() == ["1e5", "가 나", "007"]
    assert frame["won"].tolist() == ["아니오", "예", "예"]


def test_a_submission_without_ids_is_its_labels_in_order() -> None:
    frame = submission_frame(asked(None), CALLED, ROLES.model_copy(update={"id": None}))
    assert list(frame.columns) == ["won"]
    assert frame["won"].tolist() == ["예", "아니오", "예"]


def test_the_id_is_found_wherever_the_sample_has_it(tmp_path: Path) -> None:
    (tmp_path / "sample.csv").write_text("won,id\nno,1\nno,2\nno,3\n")
    (tmp_path / "given.csv").write_text("won,id\nno,1\nyes,2\nno,3\n")
    assert check_submission(tmp_path / "given.csv", sample_form(tmp_path / "sample.csv")) == 3


ODD_IDS = ["007", " 8", "9 ", 'a"b', "a,b", "a;b", "=1+1", "나 다", "e\u0301", "é", "NA", "1e5", "two\nlines", "tail\r"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_odd_ids_are_written_so_that_they_are_read_again(delimiter: str) -> None:
    """Leading zeros, spaces, quotes, delimiters, formulas, letters composed and not, line ends."""
    sample = pd.DataFrame({"id": ODD_IDS, "won": ["아니오"] * len(ODD_IDS)}, dtype="str")
    sample.to_csv("sample.csv", index=False, sep=delimiter, lineterminator="\n", quoting=1)
    roles = ROLES.model_copy(update={"sample": "sample.csv"})
    dataset = replace(asked(ODD_IDS[::-1], sample), submission=make_dataset(submission=len(ODD_IDS)).submission)
    text = submission_text(dataset, np.arange(len(ODD_IDS)) < 3, roles)
    Path("given.csv").write_bytes(text.encode())
    assert check_submission(Path("given.csv"), sample_form(Path("sample.csv"))) == len(ODD_IDS)
    read = pd.read_csv("given.csv", sep=delimiter, dtype=str, keep_default_na=False)  # by another reader
    assert read["id"].tolist() == ODD_IDS
    assert read["won"].tolist() == ["아니오"] * (len(ODD_IDS) - 3) + ["예"] * 3


def write_tables(roles: str = 'id = "id"\nsample = "sample.csv"\n') -> Path:
    """Write an experiment that asks for three rows, in an order of the sample's own; labels 0.0 and 1.0."""
    Path("train.csv").write_text("age,won\n" + "".join(f"{n % 7},{n % 2:.1f}\n" for n in range(20)))
    Path("asked.csv").write_text("id,age\n007,3\n008,4\n012,5\n")
    Path("sample.csv").write_text("won,id\n0.0,012\n0.0,007\n0.0,008\n")
    path = Path("leads.toml")
    path.write_text(
        f'[data]\ntrain = "train.csv"\nsubmission = "asked.csv"\ntarget = "won"\npositive = "1.0"\n{roles}'
        '[grid]\nmodel = ["constant"]\n'
    )
    return path


def by_experiment(given: str, path: Path) -> int:
    Path("given.csv").write_text(given)
    experiment = read_experiment(path)
    return check_submission(Path("given.csv"), asked_form(experiment, read_dataset(experiment.data)))


@pytest.mark.parametrize(
    ("roles", "right"),
    [
        ('id = "id"\nsample = "sample.csv"\n', "won,id\n1.0,012\n1.0,007\n0.0,008\n"),
        ('id = "id"\n', "id,won\n007,1.0\n008,1.0\n012,0.0\n"),
        ("", "won\n1.0\n1.0\n0.0\n"),
    ],
    ids=["of the sample", "of the table to predict", "without ids"],
)
def test_an_experiment_asks_for_its_rows_and_the_labels_of_its_train_table(roles: str, right: str) -> None:
    path = write_tables(roles)
    assert by_experiment(right, path) == 3
    with pytest.raises(
        SubmissionError, match=r"'won' holds the label '1'; the experiment leads\.toml asks for '0\.0', "
    ):
        by_experiment(right.replace("1.0", "1"), path)
    lost = right[: right.rindex("\n", 0, -1) + 1]
    with pytest.raises(
        SubmissionError, match=r"lacks 1 id that the experiment leads\.toml|has 2 rows; the experiment lead"
    ):
        by_experiment(lost, path)


def test_an_experiment_without_rows_to_predict_asks_for_none() -> None:
    path = write_tables("")
    path.write_text(path.read_text().replace('submission = "asked.csv"\n', ""))
    with pytest.raises(SubmissionError, match=r"^leads\.toml: \[data\] names no submission, so it asks for none\.$"):
        by_experiment("won\n1.0\n", path)
