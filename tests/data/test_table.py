"""Reading is strict: what is broken is refused with its place, what can be repaired is repaired and counted."""

import csv
import gzip
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from bench.data.scan import scan
from bench.data.table import Table, read_chunks, read_table, table_from_frame
from bench.errors import DataError

SIX = "a,b,c,d,e,y\n"


def write(folder: Path, content: str | bytes, name: str = "t.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def read(folder: Path, content: str | bytes) -> Table:
    return read_table(write(folder, content))


BROKEN = {
    "a short line": ("a,b\n1,2\n3\n", r"t\.csv, line 3: 1 field where the header has 2\. Every line needs 2"),
    "a long line": ("a,b\n1,2,3\n", "line 2: 3 fields where the header has 2"),
    "many ragged lines": ("a,b\n1\n1,2\n1\n1\n", r"line 2: 1 field .* has 2\. 2 more lines are too short"),
    "a ragged line after a long cell": ('a,b\n"1\n1",2\n3\n', "line 4: 1 field"),
    "doubled names": ("a,b,a\n1,2,3\n", "columns 1 and 3 are both named 'a'"),
    "two doubled names": ("a,b,a,b\n1,2,3,4\n", r"are both named 'a' \(and 1 more names like that\)"),
    "a column without name": ("a,,c\n1,2,3\n", "column 2 of 3 has no name. Give it a name"),
    "row numbers without name": (",b\n0,2\n", "column 1 of 2 has no name. They look like the row numbers"),
    "a filled column without name at the end": ("a,b,\n1,2,3\n", "column 3 of 3 has no name"),
    "no names at all": (",\n,\n", "no column has a name"),
    "an unclosed quote": ('a,b\n1,2\n1,"x\n3,4\n', "line 3: a quote opens in this line and is never closed"),
    "a quote in a quoted field": ('a,b\n1,"5" pipe"\n', "line 2: a quote stands inside a quoted field"),
    "a quote that closes far below": ('a,b\n1,"x\n2,y\n3,"z"\n', "line 2: a quote opens .* in line 4"),
    "a swallowed line": (SIX + '1,"p,3,4,5,0\n2,q",3,4,5,1\n', "line 2: a quote opens .* closes in line 3"),
    "two swallowed lines": (SIX + '1,"p,3,4,5,0\n1,2,3,4,5,0\n2,q",3,4,5,1\n', "would lose a lead"),
    "a swallowed line after a quoted comma": (SIX + '"1,2","p,3,4,5,0\n2,q",3,4,"5,6",1\n', "would lose a lead"),
    "a swallowed line with semicolons": (SIX.replace(",", ";") + '1;"2;3;4;5;0\n1;2";3;4;5;1\n', "lose a lead"),
    "a NUL byte": ("a,b\n1,2\n1,\0\n", "line 3: a NUL byte"),
    "nothing": ("", "t.csv is empty"),
    "blank lines only": ("\n\n\n", "t.csv is empty"),
    "a header only": ("a,b\n", "has a header and no rows"),
    "Korean Windows": ("이름,b\n가나다,2\n".encode("cp949"), "line 1: .*cp949 .*iconv -f CP949 -t UTF-8"),
    "Western Windows": ("a,b\n1,2\ncafé – x,2\n".encode("cp1252"), r"line 3: .*looks like cp1252"),
    "Western European": ("a,b\ncaf\xe9\x81,2\n".encode("latin-1"), "line 2: .*looks like latin-1"),
    "mixed encodings": ("a,b\né,1\né,2\n".encode() + b"\xe9,3\n", "line 4: not UTF-8, like 1 of the 3 lines"),
    "UTF-16 with a mark": ("a,b\n1,2\n".encode("utf-16"), "looks like utf-16. Convert it: iconv -f UTF-16"),
    "UTF-16 without a mark": ("a,b\n1,2\n".encode("utf-16-le"), "looks like utf-16le"),
    "UTF-16, the other way round": ("a,b\n1,2\n".encode("utf-16-be"), "looks like utf-16be"),
    "UTF-32": ("a,b\n1,2\n".encode("utf-32"), "looks like utf-32"),
    "a workbook": (b"PK\x03\x04 and so on", "Excel workbook or a zip archive"),
    "a truncated gzip file": (gzip.compress(b"a,b\n1,2\n" * 99)[:-12], "gzip file ends too early"),
    "a damaged gzip file": (gzip.compress(b"a,b\n1,2\n")[:10] + b"\xff" * 30, "gzip file is damaged"),
    "a broken parquet file": (b"PAR1 and so on", "cannot be read as parquet"),
}


@pytest.mark.parametrize(("content", "sentence"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_file_is_refused_in_one_sentence_with_its_place(
    tmp_path: Path, content: str | bytes, sentence: str
) -> None:
    with pytest.raises(DataError, match=sentence) as caught:
        read(tmp_path, content)
    assert "\n" not in str(caught.value)
    assert str(tmp_path / "t.csv") in str(caught.value)


REPAIRED = {
    "a byte-order mark": (b"\xef\xbb\xbfa,b\n1,2\n", "a byte-order mark"),
    "semicolons": ("a;b\n1;2\n", "the 2 columns are separated by semicolons"),
    "tabs": ("a\tb\n1\t2\n", "separated by tabs"),
    "vertical bars": ("a|b\n1|2\n", "separated by vertical bars"),
    "one blank line": ("a,b\n\n1,2\n", "1 blank line skipped"),
    "blank lines with spaces": ("\na,b\n1,2\n  \n\n", "2 blank lines skipped"),
    "an empty column at the end": ("a,b,\n1,2,\n", "1 column at the end, without name and content"),
    "two empty columns at the end": ("a,b,,\n1,2,,\n", "2 columns at the end"),
}


@pytest.mark.parametrize(("content", "notice"), REPAIRED.values(), ids=REPAIRED.keys())
def test_what_can_be_repaired_is_repaired_with_a_notice(tmp_path: Path, content: str | bytes, notice: str) -> None:
    table = read(tmp_path, content)
    assert table.frame.to_dict("list") == {"a": ["1"], "b": ["2"]}
    assert len(table.notices) == 1
    assert notice in table.notices[0]
    assert table.notices[0].startswith(str(tmp_path / "t.csv"))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_end_is_fine(tmp_path: Path, end: str) -> None:
    table = read(tmp_path, end.join(["a,b", "1,2", '3,"x', 'y"', ""]))
    assert table.frame["b"].tolist() == ["2", f"x{end}y"]
    assert table.notices == ()


def test_cells_are_kept_exactly_as_written(tmp_path: Path) -> None:
    cells = ["007", " 1 ", "1.0", "NA", "nan", "None", "1e5", "True", 'say "hi"', "a, b", "12345678901234567890"]
    path = tmp_path / "t.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["a", "한글"], *([cell, "x"] for cell in cells)])
    table = read_table(path)
    assert table.frame["a"].tolist() == cells
    assert all(dtype == "str" for dtype in table.frame.dtypes)


def test_an_empty_cell_is_missing_quoted_or_not(tmp_path: Path) -> None:
    assert read(tmp_path, 'a,b\n,1\n"",2\n').frame["a"].isna().tolist() == [True, True]


def test_a_blank_line_of_a_single_column_is_a_gap(tmp_path: Path) -> None:
    table = read(tmp_path, "a\n1\n\n2\n")
    assert table.frame["a"].fillna("gap").tolist() == ["1", "gap", "2"]
    assert table.notices == ()


def test_in_a_narrow_table_what_may_be_a_swallowed_line_is_only_counted(tmp_path: Path) -> None:
    table = read(tmp_path, 'a,b,y\n1,"foo,0\n2,bar",1\n')
    assert len(table.frame) == 1
    assert "1 row over several lines" in table.notices[0]
    assert "lines 2 to 3" in table.notices[0]


def test_prose_with_as_many_commas_as_the_header_is_not_taken_for_a_swallowed_line(tmp_path: Path) -> None:
    table = read(tmp_path, SIX + '1,"one, two, three, four, five\nx, and y",3,4,5,1\n')
    assert len(table.frame) == 1
    assert "1 row over several lines" in table.notices[0]


def test_a_text_with_line_breaks_passes_without_a_notice(tmp_path: Path) -> None:
    assert read(tmp_path, SIX + '1,"Dear all,\nplease call.\n\nThanks",3,4,5,1\n').notices == ()


def test_a_delimiter_inside_names_does_not_mislead(tmp_path: Path) -> None:
    assert list(read(tmp_path, "a|b|c,y\n1,2\n").frame) == ["a|b|c", "y"]
    assert list(read(tmp_path, '"a;b;c",y\n1,2\n').frame) == ["a;b;c", "y"]


def test_a_cell_longer_than_the_librarys_limit_is_read(tmp_path: Path) -> None:
    before = csv.field_size_limit()
    assert len(read(tmp_path, f"a,b\n{'x' * 200_000},1\n").frame["a"][0]) == 200_000
    assert csv.field_size_limit() == before


def test_gzip_is_recognised_by_content_whatever_the_name(tmp_path: Path) -> None:
    content = b"a,b\n1,2\n"
    plain = read_table(write(tmp_path, content))
    for name in ("t.csv.gz", "packed.csv"):
        packed = read_table(write(tmp_path, gzip.compress(content), name))
        pd.testing.assert_frame_equal(packed.frame, plain.frame)


def test_a_wrong_encoding_in_a_packed_file_is_told_with_the_command_that_unpacks_it(tmp_path: Path) -> None:
    path = write(tmp_path, gzip.compress("이름,b\n가,2\n".encode("cp949")), "my leads.csv.gz")
    with pytest.raises(DataError, match=r"gzip -dc '.*my leads.csv.gz' \| iconv -f CP949 .*my leads-utf8.csv'"):
        read_table(path)


def test_a_missing_file_is_told_with_its_neighbours(tmp_path: Path) -> None:
    write(tmp_path, "a\n1\n", "train.csv")
    with pytest.raises(DataError, match=r"trian\.csv does not exist\. Near it: .*train\.csv"):
        read_table(tmp_path / "trian.csv")
    with pytest.raises(DataError, match=r"nothing in .* has a name like it"):
        read_table(tmp_path / "zzz.parquet")
    with pytest.raises(DataError, match="nor does the folder"):
        read_table(tmp_path / "nowhere" / "train.csv")


def test_a_folder_is_no_table(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is a folder"):
        read_table(tmp_path)


def test_a_file_that_may_not_be_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path, "a\n1\n")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(DataError, match="permission denied"):
        read_table(path)


@pytest.mark.parametrize("before", range(3))
def test_a_line_end_in_a_text_survives_where_the_file_is_read_in_blocks(
    before: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bench.data.table._BLOCK_BYTES", 64)
    path = tmp_path / "leads.csv"
    texts = ["x" * before + "\r\n".join(["y"] * 9), *["\r\n\r\n"] * 40, "\r"]
    path.write_bytes(b"id,message\n" + b"".join(f'{i},"{text}"\n'.encode() for i, text in enumerate(texts)))
    assert read_table(path).frame["message"].tolist() == texts


def test_two_readers_that_disagree_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path, "a,b\n1,2\n")
    shape = scan(path)
    fewer = replace(shape, rows=2)
    monkeypatch.setattr("bench.data.table.scan", lambda _: fewer)
    with pytest.raises(DataError, match="two readers disagree"):
        read_table(path)


def test_a_row_is_found_again_by_its_line(tmp_path: Path) -> None:
    table = read(tmp_path, '\na,b\n1,2\n\n"x\ny",2\n3,4\n')
    assert [table.where(row) for row in range(3)] == ["line 3", "line 5", "line 7"]
    assert table_from_frame(pd.DataFrame({"a": [1]}), "frame").where(0) == "row 1"


def test_spaces_and_korean_in_paths_are_fine(tmp_path: Path) -> None:
    folder = tmp_path / "새 폴더"
    folder.mkdir()
    assert read_table(write(folder, "a\n1\n", "리드 1.csv")).place.endswith("리드 1.csv")


def test_a_frame_becomes_the_text_that_its_csv_holds(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "truth": [True, False, True],
            "float": [1.0, 0.1, np.nan],
            "whole": [1, 2, 3],
            "text": ["x", "", None],
            "day": pd.to_datetime(["2024-01-31", None, "2024-02-01"]),
            "level": pd.Categorical(["b", None, "a"]),
            "size": pd.Categorical([2, None, 1]),
        }
    )
    frame.to_csv(tmp_path / "t.csv", index=False)
    frame.to_parquet(tmp_path / "t.parquet")
    table = table_from_frame(frame, "made up")
    assert table.frame["float"].fillna("").tolist() == ["1.0", "0.1", ""]
    assert table.frame["truth"].tolist() == ["True", "False", "True"]
    assert table.frame["day"].fillna("").tolist() == ["2024-01-31", "", "2024-02-01"]
    for name in ("t.csv", "t.parquet"):
        read_back = read_table(tmp_path / name).frame.drop(columns="size")
        pd.testing.assert_frame_equal(read_back, table.frame.drop(columns="size"))
    assert table.frame["size"].fillna("").tolist() == ["2", "", "1"]


def test_whole_numbers_of_a_parquet_file_stay_whole_beside_gaps(tmp_path: Path) -> None:
    frame = pd.DataFrame({"n": pd.array([2**60 + 1, None], dtype="Int64")})
    frame.to_parquet(tmp_path / "t.parquet")
    assert read_table(tmp_path / "t.parquet").frame["n"].fillna("").tolist() == [str(2**60 + 1), ""]


def test_a_frame_of_other_than_single_values_is_refused() -> None:
    with pytest.raises(DataError, match="made up, column 'a' holds list in its cells"):
        table_from_frame(pd.DataFrame({"a": [[1], None]}), "made up")
    with pytest.raises(DataError, match="no rows"):
        table_from_frame(pd.DataFrame({"a": []}), "made up")
    with pytest.raises(DataError, match="are both named 'a'"):
        table_from_frame(pd.DataFrame([[1, 2]], columns=["a", "a"]), "made up")


def test_pieces_are_the_rows_of_the_whole(tmp_path: Path) -> None:
    rows = [[f"00{number}", 'say "hi",\nplease' if number % 2 else "", "x" * number] for number in range(20)]
    frame = pd.DataFrame(rows, columns=["a", "b", "c"], dtype="str").replace("", None)
    frame.to_csv(tmp_path / "t.csv", index=False)
    frame.to_csv(tmp_path / "t.csv.gz", index=False)
    frame.to_parquet(tmp_path / "t.parquet", row_group_size=6)
    for name in ("t.csv", "t.csv.gz", "t.parquet"):
        pieces = list(read_chunks(tmp_path / name, 8))
        assert [(piece.start, len(piece.frame)) for piece in pieces] == [(0, 8), (8, 8), (16, 4)]
        whole = read_table(tmp_path / name).frame
        pd.testing.assert_frame_equal(pd.concat([piece.frame for piece in pieces], ignore_index=True), whole)
        pd.testing.assert_frame_equal(whole, frame)


def test_a_row_of_a_later_piece_is_found_by_its_line(tmp_path: Path) -> None:
    path = write(tmp_path, 'a,b\n1,2\n\n"x\ny",2\n3,4\n')
    first, second = read_chunks(path, 2)
    assert (first.where(1), second.where(0)) == ("line 4", "line 6")
    assert (len(first.notices), second.notices) == (1, ())


def test_what_is_broken_at_the_end_is_refused_before_the_first_piece(tmp_path: Path) -> None:
    path = write(tmp_path, "a,b\n" + "1,2\n" * 9 + "3\n")
    with pytest.raises(DataError, match="line 11: 1 field where the header has 2"):
        next(read_chunks(path, 2))


def test_a_column_without_name_that_fills_later_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, "a,b,\n1,2,\n1,2,\n1,2,3\n")
    with pytest.raises(DataError, match="column 3 of 3 has no name"):
        list(read_chunks(path, 2))


def test_cells_stay_in_their_columns_behind_blank_lines_that_end_in_cr(tmp_path: Path) -> None:
    """The usual reader puts the cells of the next line one column too far to the left there."""
    table = read(tmp_path, "a,b,c\r  \r,x,\r1,2,3\r")
    assert table.frame.fillna("").to_numpy().tolist() == [["", "x", ""], ["1", "2", "3"]]


def test_a_record_longer_than_what_is_read_at_once_is_one_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bench.data.table._BLOCK_BYTES", 16)
    long = '한\n"' * 300
    frame = pd.DataFrame({"a": ["1", long, "3"], "b": ["x", "y", long]}, dtype="str")
    frame.to_csv(tmp_path / "t.csv", index=False)
    pd.testing.assert_frame_equal(read_table(tmp_path / "t.csv").frame, frame)


def test_a_file_that_changes_behind_the_check_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path, "a,b\n1,2\n3\n")
    shape = scan(write(tmp_path, "a,b\n1,2\n3,4\n", "before.csv"))
    monkeypatch.setattr("bench.data.table.scan", lambda _: shape)
    with pytest.raises(DataError, match=r"two readers disagree on it .*Expected 2 columns, got 1"):
        read_table(path)


def test_a_parquet_file_without_rows_is_refused(tmp_path: Path) -> None:
    leads = pd.DataFrame({"a": ["x"]})
    leads[:0].to_parquet(tmp_path / "t.parquet")
    for rows in (None, 5):
        with pytest.raises(DataError, match="has no rows or no columns"):
            list(read_chunks(tmp_path / "t.parquet", rows))
