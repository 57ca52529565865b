"""What a skops file asks for and how large it is, read and refused before anything of it is built."""

from __future__ import annotations

import json
import math
import os
import re
import struct
import zlib
from dataclasses import dataclass
from io import BytesIO
from typing import IO, Any, Final
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from bench.bundle.boosters import lightgbm_holds
from bench.bundle.types import ALLOWED
from bench.errors import BundleError

PROTOCOL: Final = 2  # of skops; older ones are read by other code, newer ones are not known
MOST_ENTRIES: Final = 1_000_000
MOST_UNPACKED_BYTES: Final = 4_000_000_000  # of all files of a bundle together
MOST_SCHEMA_BYTES: Final = 32_000_000  # of a file, unpacked: read as JSON it takes up to thirty times as much memory
MOST_SPARSE_LIST_BYTES: Final = 10_000  # of the list of entries in an .npz, which has six
_NAME = re.compile(r"schema\.json|\d{1,20}\.np[yz]|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.bin")
_SPARSE_NAME = re.compile(r"(indices|indptr|format|shape|data|_is_array)\.npy")
_MARKS = ("__loader__", "__class__", "__module__", "__id__")


@dataclass(frozen=True)
class Asked:
    """What a skops file would build.

    Attributes
    ----------
    types : full names of them all
    unpacked_bytes : of its entries, and of those inside of them
    """

    types: frozenset[str]
    unpacked_bytes: int


def read_asked(content: bytes, place: str, most_bytes: int = MOST_UNPACKED_BYTES) -> Asked:
    """Return what a skops file would build, and how large it is unpacked.

    Of a CatBoost model, which is an entry in CatBoost's own format, nothing but its size is looked at.

    Parameters
    ----------
    content : of the file
    place : opens the sentence of what is raised
    most_bytes : that it may hold unpacked

    Raises
    ------
    BundleError
        If it is no whole skops file of protocol 2, holds an entry that climbs, is doubled, is packed in an unknown
        way or is larger unpacked than ``most_bytes``, an array that is a pickle or is not as large as it says, or
        asks for a type, a function or a kind of node that is not in `ALLOWED`.
    """
    try:
        with ZipFile(BytesIO(content)) as archive:
            names, unpacked = _check_entries(archive, _NAME, place, most_bytes)
            if "schema.json" not in names:
                raise refused(place, "is a zip file without schema.json, not a skops file")
            if (size := archive.getinfo("schema.json").file_size) > MOST_SCHEMA_BYTES:
                raise refused(place, f"has a schema.json of {size:,} bytes, of at most {MOST_SCHEMA_BYTES:,}")
            unpacked += _check_arrays(archive, place, most_bytes - unpacked)
            types = _check_nodes(json.loads(archive.read("schema.json")), names, place)
    except (BadZipFile, EOFError, OSError, zlib.error) as error:
        raise refused(place, f"is no whole skops file ({error})") from None
    except (ValueError, KeyError, TypeError, NotImplementedError, RecursionError, SyntaxError, struct.error) as error:
        raise refused(place, f"cannot be read as a skops file ({error})") from None
    return Asked(types, unpacked)


def refused(place: str, finding: str) -> BundleError:
    """Return the sentence of a file that must not be loaded."""
    return BundleError(f"{place} {finding}; nothing of it was loaded. Get the bundle anew from who made it.")


def _check_entries(archive: ZipFile, allowed: re.Pattern[str], place: str, most_bytes: int) -> tuple[set[str], int]:
    entries = archive.infolist()
    if len(entries) > MOST_ENTRIES:
        raise refused(place, f"has {len(entries):,} entries, of at most {MOST_ENTRIES:,}")
    names = set()
    for entry in entries:
        if not allowed.fullmatch(entry.filename):
            raise refused(place, f"has an entry {entry.filename[:80]!r}, which skops would not write")
        if entry.filename in names:
            raise refused(place, f"has two entries {entry.filename!r}")
        if entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED) or entry.flag_bits & 1:
            raise refused(place, f"has an entry {entry.filename!r} that is encrypted or packed in an unknown way")
        names.add(entry.filename)
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > most_bytes:
        raise refused(place, f"holds {unpacked:,} bytes unpacked, of at most {most_bytes:,}")
    return names, unpacked


def _check_nodes(schema: Any, names: set[str], place: str) -> frozenset[str]:
    """Compare every node of the tree with the list, whether skops would come to it or not."""
    if not isinstance(schema, dict) or schema.get("protocol") != PROTOCOL or schema["protocol"] is True:
        said = schema.get("protocol") if isinstance(schema, dict) else None
        raise refused(place, f"is written in skops protocol {said!r}, and only {PROTOCOL} is read")
    asked: set[str] = set()
    by_id: dict[int, dict[str, Any]] = {}
    left: list[Any] = [schema]
    while left:
        node = left.pop()
        if isinstance(node, list):
            left.extend(node)
        elif isinstance(node, dict):
            if any(mark in node for mark in _MARKS):
                asked.add(_check_node(node, names, place))
                # skops takes a second node of one id for the first, by which sixty short lines could make a tree of
                # 2**60 nodes; what it writes holds every node in full.
                if "__id__" in node and not _alike(by_id.setdefault(node["__id__"], node), node):
                    raise refused(place, "holds two different nodes of one id")
            left.extend(node.values())
    return frozenset(asked)


def _check_node(node: dict[str, Any], names: set[str], place: str) -> str:
    loader, module, name = (node.get(mark) for mark in ("__loader__", "__module__", "__class__"))
    if not (isinstance(loader, str) and isinstance(module, str) and isinstance(name, str)):
        raise refused(place, "holds a node without a type")
    if not isinstance(node.get("__id__", 0), int):
        raise refused(place, "holds a node whose id is no number")
    asked = f"{module}.{name}"
    if loader not in ALLOWED:
        raise refused(place, f"asks for {asked[:120]!r} by {loader[:40]!r}, which no component of Leadbench needs")
    if asked not in ALLOWED[loader]:
        raise refused(place, f"asks for {asked[:120]!r}, which is not in Leadbench's list of trusted types")
    if loader == "JsonNode":
        if not isinstance(node.get("content"), str):
            raise refused(place, "holds a node whose content is no text")
        json.loads(node["content"])
    if asked == "lightgbm.basic.Booster" and not lightgbm_holds(_model_text(node)):
        raise refused(place, "holds a damaged LightGBM model")
    if "file" in node and not (isinstance(node["file"], str) and node["file"] in names):
        raise refused(place, f"asks for a file {str(node['file'])[:80]!r} that is not in it")
    return asked


def _model_text(booster: dict[str, Any]) -> str:
    """Return the model as LightGBM would read it: its library has no bounds, so this is looked at first."""
    state = booster["content"]
    handle = state["content"]["_handle"]
    text = json.loads(handle["content"])
    plain = (state["__loader__"], handle["__loader__"]) == ("DictNode", "JsonNode")
    if not plain or "handle" in state["content"] or not isinstance(text, str):
        raise TypeError("a LightGBM model that is not as it would be saved")
    return text


def _alike(first: Any, second: Any) -> bool:
    """Say whether two nodes say the same but for what skops numbers anew each time."""
    if first is second:
        return True
    if isinstance(first, dict) and isinstance(second, dict):
        return first.keys() == second.keys() and all(
            key in ("__id__", "file") or _alike(value, second[key]) for key, value in first.items()
        )
    if isinstance(first, list) and isinstance(second, list):
        return len(first) == len(second) and all(map(_alike, first, second))
    return bool(first == second)


def _check_arrays(archive: ZipFile, place: str, most_bytes: int) -> int:
    """Read what each array says of itself, type and shape have to be the size it has; return what is packed twice."""
    unpacked = 0
    for entry in archive.infolist():
        if entry.filename.endswith(".npy"):
            with archive.open(entry) as file:
                _check_array(file, entry, place)
        elif entry.filename.endswith(".npz"):
            with archive.open(entry) as packed:
                unpacked += _check_sparse(packed, entry, place, most_bytes - unpacked)
    return unpacked


def _check_sparse(packed: IO[bytes], entry: ZipInfo, place: str, most_bytes: int) -> int:
    """Check the arrays of a sparse matrix without unpacking it as a whole; return their size."""
    packed.seek(-42, os.SEEK_END)
    locator, end = packed.read(20), packed.read(22)
    # `ZipFile` reads the list of entries at once, as large as this says or as a record for larger files would.
    signature, *_, list_bytes, _, _ = struct.unpack("<4s4H2LH", end)
    if signature != b"PK\5\6" or locator.startswith(b"PK\6\7") or list_bytes > MOST_SPARSE_LIST_BYTES:
        raise refused(place, f"holds a sparse matrix {entry.filename!r} that is not packed as it would be saved")
    with ZipFile(packed) as inner:
        _, unpacked = _check_entries(inner, _SPARSE_NAME, place, most_bytes)
        for part in inner.infolist():
            with inner.open(part) as file:
                _check_array(file, part, place)
    return unpacked


def _check_array(file: IO[bytes], entry: ZipInfo, place: str) -> None:
    from numpy.lib import format as npy

    if npy.read_magic(file) != (1, 0):  # the head of another version could be of any size
        raise refused(place, f"holds an array {entry.filename!r} of an unknown version")
    shape, _, dtype = npy.read_array_header_1_0(file)
    if dtype.hasobject:
        raise refused(place, f"holds an array {entry.filename!r} of Python objects, which is a pickle")
    if min(shape, default=0) < 0 or entry.file_size != file.tell() + dtype.itemsize * math.prod(shape):
        raise refused(place, f"holds an array {entry.filename!r} that is not as large as it says")
