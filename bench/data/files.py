"""Open the file of a table as UTF-8 text, or say what is there instead and in which encoding it likely is."""

from __future__ import annotations

import gzip
import io
import shlex
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path
from typing import IO, TextIO, cast

from bench.errors import DataError

_LANGUAGE = {"cp949": "Korean Windows", "cp1252": "Western Windows", "latin-1": "Western European"}
_SAMPLE_BYTES = 1 << 20


def check_file(path: Path) -> bytes:
    """Return the first bytes of a file; a DataError says what stands there if it is no readable table.

    Raises
    ------
    DataError
        If nothing is there (the nearest names of that folder are given), or it is a folder, unreadable,
        empty or an archive.
    """
    if path.is_dir():
        raise DataError(f"{path} is a folder. Name one table in it: a .csv, .csv.gz or .parquet file.")
    if not path.exists():
        raise DataError(_nothing_there(path))
    try:
        with path.open("rb") as file:
            head = file.read(4096)
    except PermissionError:
        raise DataError(f"{path} cannot be read: permission denied. Allow reading it (chmod u+r).") from None
    if not head:
        raise DataError(f"{path} is empty. A table needs a header and at least one row.")
    if head.startswith(b"PK\x03\x04"):
        raise DataError(f"{path} is an Excel workbook or a zip archive. Save the table as CSV, or unpack it.")
    return head


@contextmanager
def open_text(path: Path) -> Iterator[TextIO]:
    """Open a CSV, packed with gzip or not, as UTF-8 text without byte-order mark, line ends as written.

    Raises
    ------
    DataError
        Also in the body of the ``with``, once it reads a byte that is not UTF-8 or the packing breaks off.
    """
    try:
        with open_bytes(path) as raw, io.TextIOWrapper(raw, encoding="utf-8-sig", newline="") as text:
            yield text
    except UnicodeDecodeError:
        raise DataError(_not_utf8(path)) from None
    except (EOFError, zlib.error, gzip.BadGzipFile) as slip:
        reason = "ends too early" if isinstance(slip, EOFError) else "is damaged"
        raise DataError(f"{path}: the gzip file {reason}. Copy it or pack it again.") from None


@contextmanager
def open_bytes(path: Path) -> Iterator[IO[bytes]]:
    """Open a file for its bytes, unpacked if they are packed with gzip."""
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
        file.seek(0)
        if not packed:
            yield file
            return
        with gzip.GzipFile(fileobj=file) as unpacked:
            yield cast(IO[bytes], unpacked)


def first_bytes(path: Path, count: int = 4096) -> bytes:
    """Return the first bytes of a file, unpacked."""
    try:
        with open_bytes(path) as raw:
            return raw.read(count)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        return b""  # reading on gives the sentence


def check_encoding(path: Path, head: bytes) -> None:
    """Refuse UTF-16 and UTF-32 by their mark, or by the NUL bytes that they put between ordinary letters."""
    wide = None
    if head.startswith((b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")):
        wide = "UTF-32"
    elif head.startswith((b"\xff\xfe", b"\xfe\xff")):
        wide = "UTF-16"
    elif head.count(0) > len(head) / 4:
        wide = "UTF-16LE" if head[1::2].count(0) > head[::2].count(0) else "UTF-16BE"
    if wide:
        raise DataError(f"{path}, line 1: not UTF-8; it looks like {wide.lower()}. {_convert(path, wide)}")


def _nothing_there(path: Path) -> str:
    folder = path.parent
    if not folder.is_dir():
        return f"{path} does not exist, nor does the folder {folder}. Paths start where the command runs."
    names = sorted(file.name for file in folder.iterdir())
    near = get_close_matches(path.name, names, n=3, cutoff=0.6)
    if near:
        return f"{path} does not exist. Near it: {', '.join(str(folder / name) for name in near)}."
    return f"{path} does not exist, and nothing in {folder} has a name like it."


def _not_utf8(path: Path) -> str:
    """Say in which line the text stops being UTF-8, and in which encoding such lines likely are."""
    good, bad, first_bad, sample = 0, 0, 0, b""
    with open_bytes(path) as raw:
        for number, line in enumerate(raw, start=1):
            if line.isascii():
                continue
            try:
                line.decode("utf-8")
                good += 1
            except UnicodeDecodeError:
                bad += 1
                first_bad = first_bad or number
                if len(sample) < _SAMPLE_BYTES:
                    sample += line
    if good > bad:
        return (
            f"{path}, line {first_bad}: not UTF-8, like {bad:,} of the {good + bad:,} lines with letters "
            "beyond ASCII; the others are. Lines were mixed or cut off: write those again as UTF-8."
        )
    likely = _likely_encoding(sample)
    return (
        f"{path}, line {first_bad}: not UTF-8; it looks like {likely} ({_LANGUAGE[likely]}). "
        f"{_convert(path, likely.upper())}"
    )


def _likely_encoding(sample: bytes) -> str:
    try:
        letters = [letter for letter in sample.decode("cp949") if not letter.isascii()]
        if sum("가" <= letter <= "힣" for letter in letters) >= len(letters) / 2:
            return "cp949"
    except UnicodeDecodeError:
        pass
    try:
        sample.decode("cp1252")
    except UnicodeDecodeError:
        return "latin-1"
    return "cp1252"


def _convert(path: Path, encoding: str) -> str:
    name = path.name.removesuffix(".gz")
    stem, dot, ending = name.rpartition(".")
    target = path.with_name(f"{stem or ending}-utf8{dot if stem else ''}{ending if stem else ''}")
    new, old = shlex.quote(str(target)), shlex.quote(str(path))
    if name != path.name:
        return f"Convert it: gzip -dc {old} | iconv -f {encoding} -t UTF-8 > {new}"
    return f"Convert it: iconv -f {encoding} -t UTF-8 {old} > {new}"
