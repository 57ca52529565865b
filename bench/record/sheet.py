"""Tables for spreadsheets: one record a line, and no cell that is taken for a formula."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from pandas.api.types import is_numeric_dtype

from bench.data.writing import csv_text
from bench.record.disk import replacing
from bench.record.inert import inert


def write_sheet(frame: pd.DataFrame, path: Path) -> None:
    """Write a table as CSV: numbers as they are, a gap empty, of texts each in one line and inert."""
    safe = pd.DataFrame(
        {
            inert(str(name)): column if is_numeric_dtype(column) else column.map(_one_line, na_action="ignore")
            for name, column in frame.items()
        }
    )
    with replacing(path) as file:
        file.write(csv_text(safe))


def _one_line(cell: object) -> str:
    return inert(" ".join(str(cell).split()))
