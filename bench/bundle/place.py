"""A folder that appears whole or not at all, whoever else writes one there."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex

from bench.record.disk import named, sync, sync_folder


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Wait until nobody else holds the place of a folder, which need not be there, and hold it; raises OSError.

    The lock is a file of its own beside it: a run holds the folder it writes to, in which a bundle stands.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    path = folder.with_name(f".{folder.name}.lock")
    while True:
        with path.open("ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            if _stands(path, os.fstat(file.fileno())):
                try:
                    yield
                finally:
                    path.unlink(missing_ok=True)
                return


def _stands(path: Path, opened: os.stat_result) -> bool:
    """Say whether a file is still the one that was opened: who held it before has removed it."""
    try:
        return os.path.samestat(path.stat(), opened)
    except FileNotFoundError:
        return False


def replace_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Let files stand in a folder, together or not at all; for who is `alone` there.

    Parameters
    ----------
    files : path inside the folder -> content

    Raises
    ------
    OSError
        If the disk cannot take them; an older folder is then as it was.
    """
    older = folder.with_name(f".{folder.name}.old")
    if older.exists() and not folder.exists():  # a writer died between its two renames
        older.rename(folder)
    leftover = re.compile(rf"\.{re.escape(folder.name)}\.(old|([0-9a-f]{{16}}\.)?part)")
    for path in folder.parent.iterdir():
        if leftover.fullmatch(path.name):
            shutil.rmtree(path, ignore_errors=True)
    beside = folder.with_name(f".{folder.name}.{token_hex(8)}.part")
    try:
        _write(beside, files)
        if folder.exists():
            folder.rename(older)
        try:
            beside.rename(folder)
        except BaseException:  # an interrupt too
            if older.exists():
                older.rename(folder)
            raise
        sync_folder(folder.parent)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    shutil.rmtree(older, ignore_errors=True)


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    folder.mkdir()
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        with named(path), path.open("wb") as file:
            file.write(content)
            sync(file)
    for written in {(folder / name).parent for name in files} | {folder}:
        sync_folder(written)
