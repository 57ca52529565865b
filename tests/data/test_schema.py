"""New leads are read as training read its own, whole or in pieces, and what does not fit is refused or counted."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from bench.data.cells import same_value, same_values
from bench.data.dataset import Dataset, read_dataset
from bench.data.roles import Roles
from bench.data.schema import NewLeads, Reader, Schema
from bench.data.table import read_chunks, table_from_frame
from bench.errors import DataError

ROLES = {"id": "id", "groups": "company", "ungrouped": ["0"], "missing": ["Select"], "texts": ["message"]}


def leads(n: int = 60) -> pd.DataFrame:
    """Return labelled leads of companies 0 to 6, of which 0 is none, and of three sources."""
    rows = np.arange(n)
    return pd.DataFrame(
        {
            "id": [f"{row:04}" for row in rows],
            "age": (rows * 7 % 50 + 20).astype(str),
            "source": np.array(["web", "fair", "Select"])[rows % 3],
            "company": (rows % 7).astype(str),
            "day": [f"2024-01-{row % 28 + 1:02d}" for row in rows],
            "message": [f"please send offer number {row} today" for row in rows],
            "form": "short",
            "won": np.where(rows % 4 == 0, "yes", "no"),
        }
    )


def new_leads(n: int = 9) -> pd.DataFrame:
    return leads(n).drop(columns="won")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def trained(**roles: object) -> Dataset:
    leads().to_csv("train.csv", index=False)
    return read_dataset(Roles.model_validate({"train": "train.csv", "target": "won", "positive": "yes", **roles}))


def schema(**roles: object) -> Schema:
    found = trained(**{**ROLES, **roles}).schema
    assert found is not None
    return found


def read(known: Schema, frame: pd.DataFrame, rows: int | None = None) -> tuple[list[NewLeads], tuple[str, ...]]:
    """Read leads from a file in pieces of so many rows; return the pieces and what was said."""
    frame.to_csv("new.csv", index=False)
    reader = Reader(known)
    pieces = [reader.read(table) for table in read_chunks(Path("new.csv"), rows)]
    return pieces, reader.notices()


@pytest.mark.usefixtures("folder")
def test_a_schema_is_the_same_after_json() -> None:
    known = schema()
    assert Schema.model_validate_json(known.model_dump_json()) == known
    assert known.features == ("age", "source", "company", "day", "message")
    assert {column.name: column.levels for column in known.columns} == {
        "age": (),
        "source": ("fair", "web"),
        "company": tuple("0123456"),
        "day": (),
        "message": (),
    }


@pytest.mark.usefixtures("folder")
def test_the_submission_is_read_as_new_leads_are() -> None:
    asked = new_leads().assign(source="letter", company=["1.0", "0", "99"] * 3)
    (piece,), said = read(schema(), asked)
    asked.to_csv("new.csv", index=False)
    dataset = trained(**ROLES, submission="new.csv")
    assert dataset.submission is not None
    assert dataset.ids is not None
    pd.testing.assert_frame_equal(piece.features, dataset.submission)
    assert dataset.submission["source"].cat.categories.tolist() == ["fair", "letter", "web"]
    assert piece.ids is not None
    assert piece.ids.tolist() == dataset.ids.tolist()
    assert set(said) <= set(dataset.notices)
    assert len(said) == 2


@pytest.mark.usefixtures("folder")
def test_pieces_make_the_same_rows_and_notices_as_the_whole() -> None:
    asked = new_leads(20).assign(won="", extra="1")
    asked.loc[[3, 17], "age"] = "old"
    asked.loc[[4, 18], "source"] = ["letter", "poster"]
    asked.loc[[5, 19], "company"] = ["2.0", "99"]
    asked["day"] = [*[None] * 19, "2024-05-01"]
    known = schema()
    (whole,), said = read(known, asked)
    pieces, said_in_pieces = read(known, asked, rows=7)
    assert [len(piece.features) for piece in pieces] == [7, 7, 6]
    assert said_in_pieces == said == (
        "new.csv: its column won is empty; left out.",
        "new.csv: 1 column that train lacks left out: extra.",
        "new.csv: 6 cells with a placeholder read as missing ('Select' 6), in source 6.",
        "new.csv: 3 cells with a level that train never shows (source 2, company 1).",
        "new.csv: 1 cell spelled as in 1.0 where train has 1 read as train's (company 1).",
        "new.csv: 2 cells without a number where train has numbers read as missing (age 2).",
    )  # fmt: skip
    joined = pd.concat([piece.features.astype({"source": "str", "company": "str"}) for piece in pieces])
    expected = whole.features.astype({"source": "str", "company": "str"})
    pd.testing.assert_frame_equal(joined.reset_index(drop=True), expected)
    for name in ("known", "ids"):
        parts = np.concatenate([np.asarray(getattr(piece, name)) for piece in pieces])
        assert parts.tolist() == np.asarray(getattr(whole, name)).tolist()
    assert pieces[0].features["source"].cat.categories.tolist() == ["fair", "letter", "web"]
    assert pieces[1].features["source"].cat.categories.tolist() == ["fair", "web"]


@pytest.mark.usefixtures("folder")
def test_a_company_is_known_new_or_none() -> None:
    asked = new_leads(5).assign(company=["3", "99", "0", None, "4.0"])
    (piece,), _ = read(schema(), asked)
    assert piece.known is not None
    assert piece.known.tolist() == ["known", "new", "none", "none", "known"]


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("roles", [{"groups": None, "ungrouped": []}, {"drop": ["company"]}])
def test_without_a_company_no_lead_is_called_known_or_new(roles: dict[str, object]) -> None:
    (piece,), _ = read(schema(**roles), new_leads().drop(columns=["company"] if "drop" in roles else []))
    assert piece.known is None
    assert ("company" in piece.features) == ("drop" not in roles)


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("kinds", [{}, {"company": "number"}, {"company": "identifier"}])
def test_the_company_is_known_whether_or_not_it_is_a_feature(kinds: dict[str, str]) -> None:
    known = schema(kinds=kinds)
    (piece,), _ = read(known, new_leads(3).assign(company=["3", "99", "0"]))
    assert piece.known is not None
    assert piece.known.tolist() == ["known", "new", "none"]
    assert tuple(piece.features) == known.features


@pytest.mark.usefixtures("folder")
def test_columns_in_another_order_are_put_in_trainings() -> None:
    (piece,), said = read(schema(), new_leads()[::-1].iloc[:, ::-1])
    assert list(piece.features) == ["age", "source", "company", "day", "message"]
    assert not [sentence for sentence in said if "column" in sentence]


@pytest.mark.usefixtures("folder")
def test_a_lacking_column_is_refused_with_what_may_be_meant() -> None:
    with pytest.raises(DataError, match=r"new\.csv lacks 'age', 'day', which train has\. Is 'Age' the first of them\?"):
        read(schema(), new_leads().rename(columns={"age": "Age"}).drop(columns="day"))


@pytest.mark.usefixtures("folder")
def test_ids_are_kept_as_written_and_may_not_be_missing() -> None:
    (piece,), _ = read(schema(), new_leads(3).assign(id=["007", "7", "7.0"]))
    assert piece.ids is not None
    assert piece.ids.tolist() == ["007", "7", "7.0"]
    with pytest.raises(DataError, match=r"new\.csv, line 9: no id, like 1 row of the 8 read"):
        read(schema(), new_leads(9).assign(id=[*"1234567", None, "9"]), rows=4)
    with pytest.raises(DataError, match="no column 'id', named in id"):
        read(schema(), new_leads().drop(columns="id"))


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("first", [0, 3, 8])
def test_an_id_that_stood_in_any_piece_before_is_found(first: int) -> None:
    ids = [f"{row:04}" for row in range(13)]
    ids[11] = ids[first]
    with pytest.raises(DataError, match=rf"new\.csv, line 13: the id '{ids[first]}' stood before"):
        read(schema(), new_leads(13).assign(id=ids), rows=2)


@pytest.mark.usefixtures("folder")
def test_a_frame_is_read_as_a_file_is() -> None:
    known, frame = schema(), new_leads().assign(age=np.arange(9.0))
    table = table_from_frame(frame, "the leads")
    piece = Reader(known).read(table)
    assert piece.features["age"].tolist() == list(range(9))
    later = Reader(known)
    later.read(table)
    with pytest.raises(DataError, match="the leads, row 10: the id '0000' stood before"):
        later.read(replace(table, start=9))


@pytest.mark.usefixtures("folder")
def test_a_column_is_called_missing_only_if_no_piece_fills_it() -> None:
    asked = new_leads(8).assign(age=None, day=[None] * 7 + ["2024-05-01"])
    _, said = read(schema(), asked, rows=3)
    assert "new.csv: 8 cells missing: all of a column that train has (age 8)." in said


def test_values_of_many_texts_are_those_of_each() -> None:
    texts = pd.Series(
        ["1", " 1.0", "01", "1e0", "+1", "TRUE", "false ", "nan", "inf", "-Infinity", "1_000", "१", "", "x", "0x1", "."]
    )
    assert same_values(texts) == [same_value(text) for text in texts]
    assert same_values(texts[:5]) == [1.0] * 5
