"""Read a table strictly: every cell as the text it was written as, and nothing broken taken in silence."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from pandas.api import types

from bench.data.files import check_file, open_text
from bench.data.scan import Shape, check_header, line_of_row, scan
from bench.errors import DataError


@dataclass(frozen=True)
class Table:
    """A table as text.

    Attributes
    ----------
    frame : every column of dtype ``str``, cells exactly as written, an empty cell as missing
    place : where it comes from, as the user wrote it
    notices : one sentence for each repair, with its count
    source : the CSV it was read from, in which lines can be named; None for other tables
    """

    frame: pd.DataFrame
    place: str
    notices: tuple[str, ...] = ()
    source: Path | None = None

    def where(self, row: int) -> str:
        """Return where a row (counted from 0) stands, in words: its line in a CSV, else its number."""
        return f"line {line_of_row(self.source, row)}" if self.source else f"row {row + 1}"


def read_table(path: Path) -> Table:
    """Read a .csv (also packed with gzip) or .parquet file; the content decides which it is, not the name.

    Raises
    ------
    DataError
        If the file is missing, damaged, not UTF-8, or its records are not all as wide as the header.
    """
    head = check_file(path)
    if head.startswith(b"PAR1") or path.suffix == ".parquet":
        return _read_parquet(path)
    shape = scan(path)
    with open_text(path) as text:
        frame = pd.read_csv(
            text,
            sep=shape.delimiter,
            header=0,
            names=[str(number) for number in range(len(shape.header))],
            index_col=False,
            dtype=str,
            keep_default_na=False,
            na_values=[""],
            skip_blank_lines=len(shape.header) > 1,
        )
    _check_readers_agree(path, frame, shape)
    frame.columns = pd.Index(shape.header, dtype="str")
    frame, dropped = _without_unnamed(str(path), frame)
    return Table(frame, str(path), shape.notices + dropped, path)


def table_from_frame(frame: pd.DataFrame, place: str) -> Table:
    """Return a frame of ordinary dtypes as the text a CSV of it would hold.

    Truth values become "True" and "False", floats their shortest text (1.0 stays "1.0"), dates ISO 8601.

    Raises
    ------
    DataError
        If a column name stands twice, a column holds something other than single values, or there is no row.
    """
    header = tuple(str(name) for name in frame.columns)
    check_header(place, header)
    if frame.empty:
        raise DataError(f"{place} has no rows or no columns. A table needs at least one of each.")
    columns = [_as_text(frame.iloc[:, i], f"{place}, column '{header[i]}'") for i in range(len(header))]
    text = pd.concat([column.reset_index(drop=True) for column in columns], axis=1)
    text.columns = pd.Index(header, dtype="str")
    text, dropped = _without_unnamed(place, text)
    return Table(text, place, dropped)


def _read_parquet(path: Path) -> Table:
    try:
        frame = pq.read_table(path).to_pandas(integer_object_nulls=True)
    except (pa.ArrowException, OSError) as slip:
        reason = str(slip).splitlines()[0].rstrip(".")
        raise DataError(f"{path} cannot be read as parquet: {reason}. Write it again from its source.") from None
    return table_from_frame(frame, str(path))


def _check_readers_agree(path: Path, frame: pd.DataFrame, shape: Shape) -> None:
    characters = sum(int(frame[name].str.len().sum()) for name in frame)
    if (len(frame), frame.shape[1], characters) != (shape.rows, len(shape.header), shape.characters):
        raise DataError(
            f"{path}: two readers disagree on it ({shape.rows:,} rows of {shape.characters:,} characters, or "
            f"{len(frame):,} of {characters:,}). Its quotes or line ends are unusual: write it again."
        )


def _without_unnamed(place: str, frame: pd.DataFrame) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Drop the empty columns that trailing delimiters make; refuse any other column without a name."""
    keep = frame.shape[1]
    while keep and not frame.columns[keep - 1].strip() and frame.iloc[:, keep - 1].isna().all():
        keep -= 1
    unnamed = [number for number in range(keep) if not frame.columns[number].strip()]
    if unnamed:
        hint = " They look like the row numbers a notebook writes." if unnamed == [0] else ""
        raise DataError(
            f"{place}: column {unnamed[0] + 1} of {keep} has no name.{hint} Give it a name in the header, or delete it."
        )
    if not keep:
        raise DataError(f"{place}: no column has a name. The first line must be the header.")
    dropped = frame.shape[1] - keep
    if not dropped:
        return frame, ()
    these = "1 column" if dropped == 1 else f"{dropped} columns"
    return frame.iloc[:, :keep], (f"{place}: {these} at the end, without name and content, left out.",)


def _as_text(column: pd.Series, place: str) -> pd.Series[str]:
    """Return a column as the text a CSV would hold; gaps and empty texts are missing."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        levels = _as_text(pd.Series(column.cat.categories), place)
        texts = levels.reindex(column.cat.codes.to_numpy()).reset_index(drop=True)
        return texts.astype("str")
    gaps = column.isna().to_numpy()
    if types.is_datetime64_any_dtype(column.dtype):
        days_only = bool((column.dropna() == column.dropna().dt.normalize()).all())
        texts = column.map(lambda moment: str(moment.date()) if days_only else moment.isoformat(), "ignore")
    elif types.is_float_dtype(column.dtype):
        texts = pd.Series(column.to_numpy(na_value=np.nan).astype(str))
    else:
        odd = {
            type(cell).__name__ for cell in column[~gaps] if isinstance(cell, bytes | list | dict | tuple | np.ndarray)
        }
        if odd:
            raise DataError(f"{place} holds {', '.join(sorted(odd))} in its cells. Every cell must be one value.")
        texts = column.reset_index(drop=True).map(str)
    texts = pd.Series(texts.to_numpy(dtype=object), dtype=object)
    texts[gaps | (texts == "").to_numpy()] = None
    return texts.astype("str")
