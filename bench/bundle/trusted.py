"""Fitted steps and models to bytes and back, by skops and a list of trusted types; never by pickle."""

from __future__ import annotations

import warnings
from typing import Any
from zipfile import ZIP_DEFLATED

from bench.bundle.archive import MOST_UNPACKED_BYTES, Asked, read_asked, refused
from bench.bundle.bounds import check_bounds
from bench.bundle.types import ALLOWED
from bench.errors import BundleError
from bench.run.job import first_line


def save(fitted: Any, place: str, most_bytes: int = MOST_UNPACKED_BYTES) -> tuple[bytes, Asked]:
    """Return a fitted object as a skops file, and what it holds, of at most ``most_bytes`` unpacked.

    Boosters are in it in their own formats: XGBoost as UBJSON, LightGBM as text, CatBoost as cbm.

    Raises
    ------
    BundleError
        If it holds what `load` would refuse, such as a component that another package brings.
    """
    from skops.io import dumps

    try:
        content = dumps(fitted, compression=ZIP_DEFLATED, compresslevel=1)
        check_bounds(fitted, place)
        return content, read_asked(content, place, most_bytes)
    except BundleError as error:
        reason = str(error).removeprefix(f"{place} ").split("; nothing of it was loaded")[0]
    except Exception as error:  # whatever a foreign class does when it is asked for its state
        reason = f"cannot be saved ({first_line(error)})"
    raise BundleError(
        f"{place} {reason}. A bundle holds Leadbench's own components only: export a trial without what other packages "
        "bring."
    )


def load(content: bytes, place: str) -> Any:
    """Return the object that a skops file holds: `check` and then `build`."""
    check(content, place)
    return build(content, place)


def check(content: bytes, place: str, most_bytes: int = MOST_UNPACKED_BYTES) -> int:
    """Compare all that a skops file asks for with `ALLOWED`, and return its size unpacked; nothing is built.

    Raises
    ------
    BundleError
        If it is damaged, is larger unpacked than ``most_bytes`` or asks for what is not trusted; ``place`` opens the
        sentence.
    """
    return read_asked(content, place, most_bytes).unpacked_bytes


def build(content: bytes, place: str) -> Any:
    """Return the object that a checked skops file holds; its trees and matrices are checked before they are used.

    A CatBoost model is read by CatBoost alone, and what it holds is not checked: see `check_bounds`.

    Raises
    ------
    BundleError
        If a library does not take it, or a tree does not stay within its own bounds.
    """
    from skops.io import loads

    trusted = sorted(frozenset().union(*ALLOWED.values()))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # other versions than the bundle's are said once, for all of it
            fitted = loads(content, trusted=trusted)
    except Exception as error:  # skops, or a library that does not take its own state
        raise refused(place, f"cannot be built again ({first_line(error)})") from None
    check_bounds(fitted, place)
    return fitted
