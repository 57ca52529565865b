"""Leadbench: an AutoML benchmarking harness for lead conversion."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bench.bundle.loaded import Bundle

__all__ = ["load_bundle"]


def load_bundle(folder: str | Path) -> Bundle:
    """Load a bundle; see `bench.bundle.loaded.load_bundle`."""
    from bench.bundle import loaded  # here: the command line need not wait for what predicts

    return loaded.load_bundle(folder)
