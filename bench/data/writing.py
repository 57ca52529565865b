"""Write a table as CSV that every reader takes apart as it was."""

from __future__ import annotations

import csv
from typing import Literal

import pandas as pd


def csv_text(frame: pd.DataFrame, delimiter: str = ",", header: bool = True) -> str:
    """Return a table as CSV without its index, lines ended by a line feed, texts exactly as they are.

    Cells are quoted where they must be; all texts are where one of them holds a carriage return.
    """
    texts = [pd.Series(list(frame), dtype="str"), *(frame[name] for name in frame.select_dtypes(exclude="number"))]
    # Python 3.11 sees no need to quote a carriage return, at which readers end the line.
    torn = any(text.str.contains("\r", regex=False).any() for text in texts)
    quoting: Literal[0, 2] = csv.QUOTE_NONNUMERIC if torn else csv.QUOTE_MINIMAL
    written = frame.to_csv(index=False, header=header, lineterminator="\n", sep=delimiter, quoting=quoting)
    assert isinstance(written, str)  # to no file
    return written
