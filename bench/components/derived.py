"""Derived features: what is made of the table before anything else."""

from __future__ import annotations

from typing import Any

from bench.registry import Component, Registry


def raw() -> Any:
    """The table as it is."""
    from sklearn.preprocessing import FunctionTransformer

    return FunctionTransformer()


REGISTRY = Registry("derived", (Component("raw", raw, rowwise=True),))
