"""Files that are on the disk when the writer says so, and appear whole or not at all."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, TextIO

from bench.errors import BenchError


def write_at(path: Path, content: bytes, place: int | None = None) -> None:
    """Write at a place counted in bytes, or at the end, and return when the disk has it."""
    new = not path.exists()
    with named(path):
        if place is None:
            with path.open("ab") as file:
                file.write(content)
                sync(file)
        else:
            with path.open("wb" if new else "r+b") as file:
                file.seek(place)
                file.write(content)
                sync(file)
        if new:
            sync_folder(path.parent)


def cut_torn_line(path: Path) -> bool:
    """Cut off what stands behind the last line break, and say whether there was anything."""
    content = path.read_bytes()
    whole = content.rfind(b"\n") + 1
    if whole < len(content):
        os.truncate(path, whole)
    return whole < len(content)


@contextmanager
def replacing(path: Path) -> Iterator[TextIO]:
    """Write a UTF-8 file that appears whole or not at all."""
    beside = path.with_name(path.name + ".part")
    try:
        with named(beside):
            with beside.open("w", encoding="utf-8", newline="") as file:
                yield file
                sync(file)
            beside.replace(path)
            sync_folder(path.parent)
    finally:
        beside.unlink(missing_ok=True)


def make_room(path: Path, refusal: type[BenchError]) -> None:
    """See that a file can be written, before the work that is done for it.

    Raises
    ------
    refusal
        If it is a folder or a device, or its folder cannot be made or written to.
    """
    if path.is_dir():
        raise refusal(f"{path}: is a folder. Name a file in it.")
    if path.exists() and not path.is_file():
        raise refusal(f"{path}: is no ordinary file. Name another one.")
    tried = path.with_name(f".{path.name}.try")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(tried):
            pass
        tried.unlink()
    except OSError as error:
        raise refusal(f"{path}: cannot be written there ({error.strerror}). Name another file.") from None


def sync(file: IO[Any]) -> None:
    """Return when the disk has what was written to an open file."""
    file.flush()
    os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Return when the disk knows which files a folder has: a file can be safe and its name not."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno != errno.EINVAL:  # some network drives have nothing to sync there
            raise
    finally:
        os.close(descriptor)


@contextmanager
def named(path: Path) -> Iterator[None]:
    """Say of an error which file it is about; a full disk does not."""
    try:
        yield
    except OSError as error:
        if error.filename is None and error.errno is not None:
            raise OSError(error.errno, error.strerror, str(path)) from None
        raise
