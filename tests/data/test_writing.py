"""A CSV is read back as the table it was written from."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from bench.data.table import read_table
from bench.data.writing import csv_text


def test_only_what_needs_it_is_quoted() -> None:
    frame = pd.DataFrame({"id": ["7", "a,b", 'say "no"'], "share": [0.1, 1e-07, 1.0]})
    assert csv_text(frame) == 'id,share\n7,0.1\n"a,b",1e-07\n"say ""no""",1.0\n'
    assert csv_text(frame, delimiter=";", header=False) == '7;0.1\na,b;1e-07\n"say ""no""";1.0\n'


def test_a_carriage_return_in_a_cell_or_a_name_is_quoted_and_numbers_stay_as_they_are() -> None:
    assert csv_text(pd.DataFrame({"id": ["a\rb"], "share": [0.1]})) == '"id","share"\n"a\rb",0.1\n'
    assert csv_text(pd.DataFrame({"i\rd": ["a"], "share": [0.1]})) == '"i\rd","share"\n"a",0.1\n'


def test_a_carriage_return_in_an_id_is_read_back(tmp_path: Path) -> None:
    frame = pd.DataFrame({"id": ["a\rb", "c\r\nd", "e"], "decision": ["True", "False", "True"]}, dtype="str")
    (tmp_path / "said.csv").write_text(csv_text(frame), encoding="utf-8", newline="")
    pd.testing.assert_frame_equal(read_table(tmp_path / "said.csv").frame, frame)
