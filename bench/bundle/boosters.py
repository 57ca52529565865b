"""Models of LightGBM and XGBoost that stay within their own bounds, which their libraries do not check."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


def descends(left: Ints, right: Ints, leaf: NDArray[np.bool_]) -> bool:
    """Say whether each child of a row stands behind it and within the table, so that every walk ends in a leaf.

    left, right : of the rows that are no leaf; leaf : of all rows, shape (n,)
    """
    rows = np.flatnonzero(~leaf)
    return all(bool(((child.astype(np.int64) > rows) & (child < len(leaf))).all()) for child in (left, right))


def within(columns: NDArray[Any], width: Any) -> bool:
    """Say whether a tree asks for columns that there are."""
    return isinstance(width, int) and bool(((columns >= 0) & (columns < width)).all())


def lightgbm_holds(text: str) -> bool:
    """Say whether LightGBM can read its model format (v4, two classes) from ``text`` without leaving its memory.

    Raises
    ------
    ValueError, KeyError
        If it is not of that format.
    """
    head, _, rest = text.encode().partition(b"\nTree=")
    body = b"Tree=" + rest
    header = _keyed(head.decode(), _HEADER_LINE)
    width = int(header["max_feature_idx"]) + 1
    if (header["num_class"], header["num_tree_per_iteration"]) != ("1", "1"):
        return False
    if header["objective"] != "binary sigmoid:1":  # another may write more numbers of a row than there is room for
        return False
    end = 0
    for number, size in enumerate(map(int, header["tree_sizes"].split())):
        name, block = f"Tree={number}\n", body[end : end + size].decode()
        if size <= 0 or not block.startswith(name):
            return False
        if not _lightgbm_tree(_keyed(block.removeprefix(name), _TREE_LINE), width):
            return False
        end += size
    return body[end:].startswith(b"end of trees")


# Stricter than LightGBM's own reader, so that there is no line which it would take for something else.
_HEADER_LINE = re.compile(r"[a-z_]+(=[^\x00-\x1f\x7f]*)?")
_TREE_LINE = re.compile(r"[a-z_]+=[-+.0-9einfa ]*")


def _keyed(block: str, allowed: re.Pattern[str]) -> dict[str, str]:
    lines = [line for line in block.split("\n") if line]
    if not all(map(allowed.fullmatch, lines)):
        raise ValueError("a line that LightGBM would not write")
    keyed = {line.partition("=")[0]: line.partition("=")[2] for line in lines}
    if len(keyed) < len(lines):
        raise ValueError("a key stands there twice")
    return keyed


def _lightgbm_tree(said: dict[str, str], width: int) -> bool:
    """Check one tree: inner nodes are numbered from 0, and a leaf n is written as -n - 1."""
    leaves, categories = int(said["num_leaves"]), int(said["num_cat"])
    if leaves < 1 or said["is_linear"] != "0" or len(_numbers(said, "leaf_value")) != leaves:
        return False
    if leaves == 1:
        return True
    left, right, asked, kinds = (
        _whole(said, name) for name in ("left_child", "right_child", "split_feature", "decision_type")
    )
    lengths = {len(left), len(right), len(asked), len(kinds), len(_numbers(said, "threshold"))}
    optional = {
        name: leaves - (not name.startswith("leaf"))
        for name in ("leaf_weight", "leaf_count", "split_gain", "internal_value", "internal_weight", "internal_count")
        if name in said
    }
    rows = np.arange(leaves - 1)
    return (
        lengths == {leaves - 1}
        and all(len(_numbers(said, name)) == size for name, size in optional.items())
        and all(bool((((c > rows) & (c < leaves - 1)) | ((c < 0) & (c >= -leaves))).all()) for c in (left, right))
        and within(asked, width)
        and _lightgbm_categories(said, (kinds & 1) == 1, categories)
    )


def _lightgbm_categories(said: dict[str, str], categorical: NDArray[np.bool_], categories: int) -> bool:
    """Check that a split on categories names a list of them that is there."""
    if not categories:
        return not categorical.any()
    bounds = _whole(said, "cat_boundaries")
    named = _numbers(said, "threshold")[categorical]
    return (
        len(bounds) == categories + 1
        and bounds[0] == 0
        and bool((np.diff(bounds) >= 0).all())
        and bounds[-1] == len(_numbers(said, "cat_threshold"))
        and within(named, categories)
    )


def _numbers(said: dict[str, str], name: str) -> NDArray[np.float64]:
    return np.array(said[name].split(), dtype=np.float64)


def _whole(said: dict[str, str], name: str) -> Ints:
    return np.array([int(word) for word in said[name].split()], dtype=np.int64)


def xgboost_holds(booster: Any) -> bool:
    """Say whether a loaded XGBoost model of two classes can predict without leaving its memory."""
    learner = json.loads(booster.save_raw("json"))["learner"]
    shape, boosted = learner["learner_model_param"], learner["gradient_booster"]
    trees = boosted["model"]["trees"]
    return (
        (shape["num_class"], shape["num_target"], boosted["name"]) == ("0", "1", "gbtree")
        and boosted["model"]["tree_info"] == [0] * len(trees)
        and boosted["model"]["iteration_indptr"] == list(range(len(trees) + 1))
        and int(boosted["model"]["gbtree_model_param"]["num_trees"]) == len(trees)
        and all(_xgboost_tree(tree, int(shape["num_feature"])) for tree in trees)
    )


def _xgboost_tree(tree: dict[str, Any], width: int) -> bool:
    left, right, asked, kinds = (
        np.array(tree[name], dtype=np.int64)
        for name in ("left_children", "right_children", "split_indices", "split_type")
    )
    leaf = left == -1
    lists, starts, sizes = (
        np.array(tree[name], dtype=np.int64) for name in ("categories_nodes", "categories_segments", "categories_sizes")
    )
    return (
        len(left) > 0
        and len({len(left), len(right), len(asked), len(kinds), len(tree["split_conditions"])}) == 1
        and descends(left[~leaf], right[~leaf], leaf)
        and within(asked[~leaf], width)
        and set(np.flatnonzero((kinds == 1) & ~leaf)) <= set(lists)
        and bool((starts >= 0).all() and (sizes >= 0).all() and (starts + sizes <= len(tree["categories"])).all())
        and all(category >= 0 for category in tree["categories"])
    )
