"""Every submission has its line, and the line says enough to make it again."""

from __future__ import annotations

import csv
import fcntl
import json
import os
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from pathlib import Path

import pytest

from bench.errors import StoreError
from bench.record.columns import SUBMISSIONS
from bench.record.submissions import (
    Submission,
    append_submission,
    check_record,
    find_submission,
    read_submissions,
    shown_path,
)

ROW = Submission(
    made_at="2026-03-31T14:05:59Z",
    sha256="ab12" + "0" * 60,
    path="results/leads/submission.csv",
    bytes=1234,
    rows=40,
    made_by="ensemble",
    weights={"0123456789abcdef": 0.1 + 0.2, "fedcba9876543210": 1 / 3},
    scales={"0123456789abcdef": (1.0000000000000002, -0.1)},
    refit="all",
    threshold=0.30000000000000004,
    policy="given",
    positive_rate=0.35,
    predicted_positives=14,
    expected_precision=2 / 3,
    expected_recall=0.5,
    expected_f1=4 / 7,
    data_id="0123456789",
    folds_id="abcdef0123",
    asked_id="9876543210",
    environment={"python": "3.11.7", "processor": 'A "fast", one'},
)
OTHER = replace(ROW, sha256="ab34" + "0" * 60, path="out.csv")


def test_what_is_read_is_what_was_written_to_the_last_digit(tmp_path: Path) -> None:
    for row in (ROW, OTHER):
        append_submission(tmp_path, row)
    assert read_submissions(tmp_path) == [ROW, OTHER]


def test_the_file_is_a_csv_with_the_described_columns(tmp_path: Path) -> None:
    append_submission(tmp_path, ROW)
    with (tmp_path / "submissions.csv").open(newline="", encoding="utf-8") as file:
        (row,) = csv.DictReader(file)
    assert list(row) == list(SUBMISSIONS)
    assert row["predicted_share"] == "0.35"
    assert json.loads(row["weights"]) == ROW.weights


def test_a_line_that_is_there_already_but_for_its_time_is_not_repeated(tmp_path: Path) -> None:
    append_submission(tmp_path, ROW)
    append_submission(tmp_path, replace(ROW, made_at="2026-04-01T00:00:00Z"))
    append_submission(tmp_path, replace(ROW, made_at="2026-04-01T00:00:00Z", path="elsewhere.csv"))
    assert [row.path for row in read_submissions(tmp_path)] == [ROW.path, "elsewhere.csv"]


@pytest.mark.parametrize("torn", [1, 80, 300])
def test_a_torn_last_line_is_passed_over_and_cut_off_by_the_next(tmp_path: Path, torn: int) -> None:
    append_submission(tmp_path, ROW)
    path = tmp_path / "submissions.csv"
    whole = path.read_bytes()
    append_submission(tmp_path, OTHER)
    path.write_bytes(path.read_bytes()[: len(whole) + torn])
    assert read_submissions(tmp_path) == [ROW]
    third = replace(OTHER, path="third.csv")
    append_submission(tmp_path, third)
    assert path.read_bytes().startswith(whole)
    assert read_submissions(tmp_path) == [ROW, third]


def test_a_torn_header_is_begun_anew(tmp_path: Path) -> None:
    (tmp_path / "submissions.csv").write_text("made_at,sha2")
    assert read_submissions(tmp_path) == []
    append_submission(tmp_path, ROW)
    assert read_submissions(tmp_path) == [ROW]


@pytest.mark.parametrize("damage", [("0.35", "a third"), (ROW.sha256, "ab12"), ("{", "["), ("given,", "")])
def test_a_damaged_line_costs_itself_only(tmp_path: Path, damage: tuple[str, str]) -> None:
    append_submission(tmp_path, ROW)
    append_submission(tmp_path, OTHER)
    path = tmp_path / "submissions.csv"
    header, first, second = path.read_text().splitlines(keepends=True)
    path.write_text(header + first.replace(*damage) + second)
    assert read_submissions(tmp_path) == [OTHER]


@pytest.mark.parametrize("header", ["made_at,sha256\n", "\ufeff" + ",".join(SUBMISSIONS) + "\n", "notes of mine"])
def test_a_file_of_other_columns_is_refused_and_left_as_it_is(tmp_path: Path, header: str) -> None:
    path = tmp_path / "submissions.csv"
    path.write_text(header, encoding="utf-8")
    for use in (read_submissions, check_record):
        with pytest.raises(StoreError, match=r"submissions\.csv: its columns are not those of this version\. Move it"):
            use(tmp_path)
    assert path.read_text(encoding="utf-8") == header


@pytest.mark.parametrize(
    ("path", "cell"),
    [
        ("=cmd|' /C calc'!A0.csv", "'=cmd|' /C calc'!A0.csv"),
        ("@x.csv", "'@x.csv"),
        ("-x.csv", "'-x.csv"),
        ("a\nb\r\u2028c.csv", "a b  c.csv"),
        ("나 다.csv", "나 다.csv"),
        ("half \udcff.csv", "half \\udcff.csv"),
    ],
)
def test_a_path_is_no_formula_and_no_second_line(tmp_path: Path, path: str, cell: str) -> None:
    assert shown_path(Path(path)) == cell
    append_submission(tmp_path, replace(ROW, path=shown_path(Path(path))))
    assert len((tmp_path / "submissions.csv").read_text(encoding="utf-8").splitlines()) == 2


def test_the_first_digits_find_the_newest_of_equal_submissions(tmp_path: Path) -> None:
    newer = replace(ROW, made_at="2026-04-02T00:00:00Z", path="newer.csv")
    for row in (ROW, OTHER, newer):
        append_submission(tmp_path, row)
    assert find_submission(tmp_path, "AB12") == newer
    assert find_submission(tmp_path, OTHER.sha256) == OTHER
    with pytest.raises(StoreError, match=r"several begin with 'ab': ab34000000 \(out\.csv, .*Z\), ab12.* Give mo"):
        find_submission(tmp_path, "ab")
    with pytest.raises(StoreError, match=r"no submission has a SHA-256 that begins with 'ff'\. It keeps ab34000000 "):
        find_submission(tmp_path, "ff")
    with pytest.raises(StoreError, match=r"begins with ''\. It keeps ab34"):
        find_submission(tmp_path, "")


def test_where_none_was_written_none_is_found(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"begins with 'ab'\. It keeps none yet\.$"):
        find_submission(tmp_path, "ab")


def test_one_command_waits_while_another_writes_its_line(tmp_path: Path) -> None:
    append_submission(tmp_path, ROW)
    with ThreadPoolExecutor(1) as command, (tmp_path / "submissions.csv").open("ab") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        other.write(b"2026-03-31T14:06:01Z,half a line of a command that is then ki")
        other.flush()
        waits = command.submit(append_submission, tmp_path, OTHER)
        assert not wait([waits], timeout=0.2).done
        fcntl.flock(other, fcntl.LOCK_UN)
        waits.result(60)
    assert read_submissions(tmp_path) == [ROW, OTHER]


def test_a_run_that_holds_the_folder_does_not_keep_a_line_from_being_written(tmp_path: Path) -> None:
    directory = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(directory, fcntl.LOCK_EX)  # as `open_store` does
    try:
        append_submission(tmp_path, ROW)
    finally:
        os.close(directory)
    assert read_submissions(tmp_path) == [ROW]


def test_a_record_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "submissions.csv").mkdir()
    with pytest.raises(StoreError, match=r"submissions\.csv: cannot be written \(Is a directory\), and no submission"):
        check_record(tmp_path)
