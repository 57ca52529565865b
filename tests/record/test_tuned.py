"""What tuning asked for is on the disk, a batch whole or not at all."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bench.record.tuned import FILE, Asked, append_tuned, read_tuned

FIRST = Asked(
    0,
    "keep_gaps/native/drop_text/as_is/lightgbm",
    (
        ("imputation", "keep_gaps", {"indicators": True}),
        ("model", "lightgbm", {"trees": 1, "l2": 1.0, "by": "견적, *"}),
    ),
)
SECOND = replace(FIRST, study="another")
LATER = replace(FIRST, batch=1)


def test_what_is_read_is_what_was_written_and_keeps_its_types(tmp_path: Path) -> None:
    append_tuned(tmp_path, [FIRST, SECOND])
    append_tuned(tmp_path, [LATER])
    asked, notices = read_tuned(tmp_path)
    assert asked == (FIRST, SECOND, LATER)
    assert [type(value) for value in asked[0].choices[1][2].values()] == [int, float, str]
    assert asked[0].choices[0][2]["indicators"] is True
    assert notices == ()


def test_before_the_first_batch_nothing_was_asked_for(tmp_path: Path) -> None:
    assert read_tuned(tmp_path) == ((), ())


@pytest.mark.parametrize("left", [1, 40, -1])
def test_a_batch_whose_line_is_torn_was_never_asked_for(tmp_path: Path, left: int) -> None:
    append_tuned(tmp_path, [FIRST])
    whole = (tmp_path / FILE).read_bytes()
    append_tuned(tmp_path, [LATER, LATER])
    torn = (tmp_path / FILE).read_bytes()[len(whole) :][:left]
    (tmp_path / FILE).write_bytes(whole + torn)
    assert read_tuned(tmp_path) == ((FIRST,), ())
    append_tuned(tmp_path, [LATER])
    assert read_tuned(tmp_path) == ((FIRST, LATER), ())


@pytest.mark.parametrize("line", [b"{}\n", b"\xff\n", b'{"batch": 0, "trials": [["a", [["tea", "oolong", {}]]]]}\n'])
def test_a_line_that_cannot_be_read_is_left_out_and_said(tmp_path: Path, line: bytes) -> None:
    append_tuned(tmp_path, [FIRST])
    with (tmp_path / FILE).open("ab") as file:
        file.write(line)
    append_tuned(tmp_path, [LATER])
    asked, (notice,) = read_tuned(tmp_path)
    assert asked == (FIRST, LATER)
    assert notice.endswith("tuned.jsonl: 1 of its 3 lines cannot be read; the trials asked for there are left out.")
