"""Read a table strictly: every cell as the text it was written as, and nothing broken taken in silence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

import numpy as np
import pandas as pd
import pyarrow as pa
from pandas.api import types
from pyarrow import compute, csv, parquet

from bench.data.files import check_file, open_bytes
from bench.data.scan import Shape, check_header, line_of_row, scan
from bench.errors import DataError

_BLOCK_BYTES = 1 << 22  # of a CSV at once; more if one record may be longer


@dataclass(frozen=True)
class Table:
    """A table as text.

    Attributes
    ----------
    frame : every column of dtype ``str``, cells exactly as written, an empty cell as missing
    place : where it comes from, as the user wrote it
    notices : one sentence for each repair, with its count
    source : the CSV it was read from, in which lines can be named; None for other tables
    start : how many rows of the source stand before this piece of it
    """

    frame: pd.DataFrame
    place: str
    notices: tuple[str, ...] = ()
    source: Path | None = None
    start: int = 0

    def where(self, row: int) -> str:
        """Return where a row (counted from 0) stands, in words: its line in a CSV, else its number."""
        row += self.start
        return f"line {line_of_row(self.source, row)}" if self.source else f"row {row + 1}"


def read_table(path: Path) -> Table:
    """Read a .csv (also packed with gzip) or .parquet file; the content decides which it is, not the name.

    Raises
    ------
    DataError
        If the file is missing, damaged, not UTF-8, or its records are not all as wide as the header.
    """
    (table,) = read_chunks(path)
    return table


def read_chunks(path: Path, rows: int | None = None) -> Iterator[Table]:
    """Read a table as `read_table` does, in pieces of ``rows`` rows, so that memory does not grow with the file.

    A CSV is checked from end to end before the first piece comes. That two readers found the same can be said at its
    end only: what is made of the pieces may be kept once they have all come.

    Raises
    ------
    DataError
        As `read_table`.
    """
    head = check_file(path)
    if head.startswith(b"PAR1") or path.suffix == ".parquet":
        yield from _read_parquet(path, rows)
        return
    shape = scan(path)
    start = characters = 0
    notices = shape.notices
    for piece in _in_pieces(_records(path, shape), rows):
        frame = piece.to_pandas()
        frame.columns = pd.Index(shape.header, dtype="str")
        frame, dropped = _without_unnamed(str(path), frame)
        yield Table(frame, str(path), notices if start else notices + dropped, path, start)
        start, notices = start + len(piece), ()
        characters += sum(compute.sum(compute.utf8_length(column)).as_py() or 0 for column in piece.columns)
    _check_readers_agree(path, shape, start, characters)


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


def _records(path: Path, shape: Shape) -> Iterator[pa.RecordBatch]:
    """Read the cells of a scanned CSV as texts, empty ones as missing; the columns are numbered."""
    several = len(shape.header) > 1
    read = csv.ReadOptions(use_threads=False, block_size=max(_BLOCK_BYTES, 4 * (shape.longest + len(shape.header))))
    parse = csv.ParseOptions(
        delimiter=shape.delimiter,
        newlines_in_values=True,
        ignore_empty_lines=several,
        invalid_row_handler=lambda row: "skip" if several and not row.text.strip() else "error",
    )
    convert = csv.ConvertOptions(
        column_types=dict.fromkeys([*shape.header, ""], pa.large_string()),
        null_values=[""],
        strings_can_be_null=True,
        quoted_strings_can_be_null=True,
    )
    try:
        with open_bytes(path) as raw:
            for batch in csv.open_csv(pa.PythonFile(_WholeLineEnds(raw), "r"), read, parse, convert):
                yield batch.rename_columns([str(number) for number in range(batch.num_columns)])
    except pa.ArrowInvalid as slip:
        raise _disagreement(path, str(slip).splitlines()[0].rstrip(".")) from None


class _WholeLineEnds:
    """A file of which no read ends between CR and LF: inside quotes Arrow loses the LF that opens a block."""

    def __init__(self, raw: IO[bytes]) -> None:
        self._raw = raw
        self._held = b""

    def read(self, size: int) -> bytes:
        block = self._held + self._raw.read(size - len(self._held))
        self._held = b"\r" if len(block) > 1 and block.endswith(b"\r") else b""
        return block.removesuffix(self._held)

    @property
    def closed(self) -> bool:
        return self._raw.closed

    def close(self) -> None:
        """Leave the file to who opened it."""


def _in_pieces(batches: Iterable[pa.RecordBatch], rows: int | None) -> Iterator[pa.Table]:
    """Cut batches anew into tables of ``rows`` rows, the last with the rest; into one without ``rows``."""
    held: list[pa.RecordBatch] = []
    count = 0
    for batch in batches:
        held.append(batch)
        count += len(batch)
        while rows is not None and count >= rows:
            table = pa.Table.from_batches(held)
            yield table[:rows]
            held, count = table[rows:].to_batches(), count - rows
    if count:
        yield pa.Table.from_batches(held)


def _check_readers_agree(path: Path, shape: Shape, rows: int, characters: int) -> None:
    if (rows, characters) != (shape.rows, shape.characters):
        expected = f"{shape.rows:,} rows of {shape.characters:,} characters"
        raise _disagreement(path, f"{expected}, or {rows:,} of {characters:,}")


def _disagreement(path: Path, what: str) -> DataError:
    return DataError(
        f"{path}: two readers disagree on it ({what}). Its quotes or line ends are unusual: write it again."
    )


def _read_parquet(path: Path, rows: int | None) -> Iterator[Table]:
    try:
        with parquet.ParquetFile(path) as file:
            whole = rows is None or not file.metadata.num_rows
            start = 0
            for piece in [file.read()] if whole else _in_pieces(file.iter_batches(rows), rows):
                table = table_from_frame(piece.to_pandas(integer_object_nulls=True), str(path))
                yield replace(table, start=start, notices=() if start else table.notices)
                start += len(piece)
    except (pa.ArrowException, OSError) as slip:
        reason = str(slip).splitlines()[0].rstrip(".")
        raise DataError(f"{path} cannot be read as parquet: {reason}. Write it again from its source.") from None


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
