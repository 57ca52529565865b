"""Read a CSV once, record by record, and refuse what a reader would take in silence."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TextIO

from bench.data.files import check_encoding, first_bytes, open_text
from bench.errors import DataError

_NAMES = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}
_FIELD_LIMIT = 1 << 24  # characters; the library's 131,072 is less than a long mail thread
_SURE_WIDTH = 6  # from this many columns on, a text hardly has by chance the commas of a whole line


@dataclass(frozen=True)
class Shape:
    """What a CSV holds, as far as one pass over it can tell."""

    header: tuple[str, ...]
    delimiter: str
    rows: int
    characters: int  # in all cells together: a second reader must find as many
    longest: int  # characters of the cells of one record at most
    notices: tuple[str, ...]


def scan(path: Path) -> Shape:
    """Check that every record of a CSV has the header's width and every quote its partner.

    Raises
    ------
    DataError
        At the first quote that cannot be right, or after the pass if records have another width.
    """
    head = first_bytes(path)
    check_encoding(path, head)
    delimiter = _sniff(path)
    before = csv.field_size_limit(_FIELD_LIMIT)
    try:
        with open_text(path) as text:
            shape = _walk(path, text, delimiter)
    finally:
        csv.field_size_limit(before)
    notices = list(shape.notices)
    if delimiter != ",":
        notices.insert(0, f"{path}: the {len(shape.header)} columns are separated by {_NAMES[delimiter]}.")
    if head.startswith(b"\xef\xbb\xbf"):
        notices.insert(0, f"{path}: a byte-order mark before the header was left out.")
    return replace(shape, notices=tuple(notices))


def line_of_row(path: Path, row: int) -> int:
    """Return the line of the file in which a row (counted from 0, without the header) begins."""
    with open_text(path) as text:
        lines = _Lines(path, text)
        records = csv.reader(lines, delimiter=_sniff(path))
        width = len(next(filter(None, records), []))
        lines.record.clear()
        for record in records:
            if not _is_blank(record, width):
                row -= 1
            if row < 0:
                break
            lines.record.clear()
        return lines.first


def check_header(place: str, header: tuple[str, ...]) -> None:
    """Refuse a header in which a name stands twice."""
    doubled = [name for name, times in Counter(header).items() if times > 1 and name.strip()]
    if doubled:
        where = [str(number) for number, name in enumerate(header, start=1) if name == doubled[0]]
        more = f" (and {len(doubled) - 1} more names like that)" if len(doubled) > 1 else ""
        raise DataError(
            f"{place}: columns {' and '.join(where)} are both named '{doubled[0]}'{more}. "
            "Every column needs a name of its own: rename or delete one."
        )


class _Lines:
    """The lines of a file, with those of the record being read at hand."""

    def __init__(self, path: Path, text: TextIO) -> None:
        self.path, self.text = path, text
        self.last = 0  # number of the line read last
        self.record: list[str] = []

    @property
    def first(self) -> int:
        return self.last - len(self.record) + 1

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self.text)
        self.last += 1
        self.record.append(line)
        if "\0" in line:
            raise DataError(
                f"{self.path}, line {self.last}: a NUL byte, which no text holds. Write the file again from its source."
            )
        return line


def _sniff(path: Path) -> str:
    """Return the delimiter under which the header has columns and the first records agree with it best."""
    with open_text(path) as text:
        head = list(islice(text, 50))

    def fit(delimiter: str) -> tuple[float, int]:
        widths = [len(record) for record in csv.reader(head, delimiter=delimiter) if record]
        if not widths or widths[0] < 2:
            return 0.0, 0
        return widths.count(widths[0]) / len(widths), widths[0]

    before = csv.field_size_limit(_FIELD_LIMIT)
    try:
        return max(_NAMES, key=fit)  # the comma is first and wins a draw
    except csv.Error:
        return ","
    finally:
        csv.field_size_limit(before)


def _walk(path: Path, text: TextIO, delimiter: str) -> Shape:
    lines = _Lines(path, text)
    records = _strictly(path, lines, delimiter)
    header = tuple(next(filter(None, records), ()))
    if not header:
        raise DataError(f"{path} is empty. A table needs a header and at least one row.")
    check_header(str(path), header)
    width, rows, characters, longest, blank, doubtful, ragged = len(header), 0, 0, 0, 0, 0, 0
    first_ragged, first_doubtful = "", ""
    lines.record.clear()
    for record in records:
        if len(record) != width and _is_blank(record, width):
            blank += 1
        elif record and len(record) != width:
            ragged += 1
            first_ragged = first_ragged or f"line {lines.first}: {_fields(len(record))}"
        else:
            rows += 1
            length = len("".join(record))
            characters += length
            if length > longest:
                longest = length
            if len(lines.record) > 1 and _swallows(record, lines, delimiter):
                doubtful += 1
                first_doubtful = first_doubtful or f"lines {lines.first} to {lines.last}"
        lines.record.clear()
    if ragged:
        others = f" {ragged - 1:,} more lines are too short or too long." if ragged > 1 else ""
        raise DataError(
            f"{path}, {first_ragged} where the header has {width}.{others} "
            f"Every line needs {width}; look for a stray {_NAMES[delimiter][:-1]} or quote there."
        )
    if not rows:
        raise DataError(f"{path} has a header and no rows. A table needs at least one row.")
    return Shape(header, delimiter, rows, characters, longest, _remarks(path, blank, doubtful, first_doubtful))


def _strictly(path: Path, lines: _Lines, delimiter: str) -> Iterator[list[str]]:
    try:
        yield from csv.reader(lines, delimiter=delimiter, strict=True)
    except csv.Error as slip:
        first, last = lines.first, lines.last
        place = f"{path}, line {first}"
        if "expected after" not in str(slip):
            what = "a quote opens in this line and is never closed"
        elif first == last:
            what = "a quote stands inside a quoted field"
        else:
            what = f"a quote opens in this line, and the next one, in line {last}, does not end a field"
        raise DataError(f"{place}: {what}. Write a quote inside a field twice, or take the stray one out.") from None


def _is_blank(record: list[str], width: int) -> bool:
    """Say if a line is blank; in a file of one column a blank line is a row with a gap."""
    return width > 1 and (not record or (len(record) == 1 and not record[0].strip()))


def _swallows(record: list[str], lines: _Lines, delimiter: str) -> bool:
    """Refuse a record over several lines each of which would be a whole record without its stray quote.

    One quote that opens in a line and one that closes in a later line make two records one of the right
    width: the second lead is gone and the first has its label. A text with line breaks looks the same if it
    happens to have the right number of commas in every line. So in a narrow table, and where the commas are
    those of prose (with a space behind), the record is only doubtful, and the return value says so.
    """
    width = len(record)
    if any(_width_without_stray(line, delimiter, line is lines.record[0]) != width for line in lines.record):
        return False
    inside = "".join(field for field in record if "\n" in field or "\r" in field)
    if width < _SURE_WIDTH or 2 * inside.count(delimiter + " ") > inside.count(delimiter):
        return True
    raise DataError(
        f"{lines.path}, line {lines.first}: a quote opens in this line and closes in line {lines.last}, but "
        f"each of these lines has the header's {width} fields: read as one row, they would lose a lead and "
        "give its label to its neighbour. Take the stray quotes out."
    )


def _width_without_stray(line: str, delimiter: str, opens: bool) -> int:
    """Count the fields of a line, less the quote without partner: the last of an opening line, else the first."""
    if line.count('"') % 2:
        head, _, tail = line.rpartition('"') if opens else line.partition('"')
        line = head + tail
    return len(next(csv.reader([line], delimiter=delimiter), []))


def _fields(count: int) -> str:
    return "1 field" if count == 1 else f"{count} fields"


def _remarks(path: Path, blank: int, doubtful: int, first_doubtful: str) -> tuple[str, ...]:
    remarks = []
    if blank:
        remarks.append(f"{path}: {blank:,} blank line{'s' if blank > 1 else ''} skipped.")
    if doubtful:
        remarks.append(
            f"{path}: {doubtful:,} row{'s' if doubtful > 1 else ''} over several lines, each with as many "
            f"fields as the header (first: {first_doubtful}); unless it is text, a stray quote joins leads."
        )
    return tuple(remarks)
