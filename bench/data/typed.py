"""Turn text columns into numbers, dates, categories and texts, in train and submission alike."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bench.data.cells import Cells, are_markers, cells_of, days, moments, numbers, same_value
from bench.data.notices import Notices
from bench.data.roles import Kind
from bench.data.understand import Column
from bench.errors import DataError

_DRIFT = {
    "number": "{cells} without a number where train has numbers read as missing ({columns}).",
    "date": "{cells} without a date where train has dates read as missing ({columns}).",
}
_LEFT = {
    "number": "{cells} without a number in columns that kinds calls numbers read as missing ({columns}).",
    "date": "{cells} without a date in columns of dates read as missing ({columns}).",
}
_MARKED = "{cells} with a marker such as NA or - among numbers read as missing ({columns})."
_INFINITE = "{cells} with an infinite number read as missing ({columns})."
_RESPELLED = "{cells} spelled as in 1.0 where train has 1 read as train's ({columns})."
_NEW = "{cells} with a level that train never shows ({columns})."
_ALL_MISSING = "{cells} missing: all of a column that train has ({columns})."


def type_features(
    columns: Sequence[Column], cells: pd.DataFrame, asked: pd.DataFrame | None
) -> tuple[pd.DataFrame, pd.DataFrame | None, Notices, Notices]:
    """Return the features of both tables by their kinds, and what was done to the cells of each.

    Parameters
    ----------
    columns : the columns that are features
    cells, asked : train and the table to predict as text; the latter with its categories in train's spelling

    Raises
    ------
    DataError
        If the experiment calls numbers or dates what mostly is neither.
    """
    in_train, in_asked = Notices(), Notices()
    features: dict[str, pd.Series] = {}
    to_predict: dict[str, pd.Series] = {}
    for column in columns:
        name, kind = column.name, column.kind
        text = None if asked is None else asked[name]
        if kind == "category":
            features[name], category = _as_category(cells[name], text)
            if category is not None:
                to_predict[name] = category
        else:
            features[name] = _typed(kind, name, cells[name], in_train)
            if text is not None:
                to_predict[name] = _typed_like_train(kind, name, text, in_asked)
        if text is not None and text.isna().all():
            in_asked.add(_ALL_MISSING, name, len(text))
    return pd.DataFrame(features), pd.DataFrame(to_predict) if to_predict else None, in_train, in_asked


def respelled(name: str, train: pd.Series[str], submission: pd.Series[str], notices: Notices) -> pd.Series[str]:
    """Return a category of the submission in train's spelling of its levels.

    A level that train lacks but that has the value of exactly one of train's ("1.0" for "1", "TRUE" for
    "True") is that level, written by another program. Other new levels stay and are counted.
    """
    known, cells = cells_of(train).levels, cells_of(submission)
    new = ~cells.levels.isin(known).to_numpy(dtype=bool)
    if not new.any():
        return submission
    spellings: dict[float | str | None, list[str]] = {}
    for level in known:
        spellings.setdefault(same_value(level), []).append(level)
    spellings.pop(None, None)
    levels = cells.levels.to_numpy(dtype=object)
    mapped = np.zeros(len(levels), dtype=bool)
    for place in np.flatnonzero(new):
        same = spellings.get(same_value(levels[place]), [])
        if len(same) == 1:
            levels[place], mapped[place] = same[0], True
    notices.add(_RESPELLED, name, cells.count(mapped))
    notices.add(_NEW, name, cells.count(new & ~mapped))
    return pd.Series(
        np.append(levels, np.array([None], dtype=object))[cells.codes], index=submission.index, dtype="str"
    )


def _typed(kind: Kind, name: str, train: pd.Series[str], notices: Notices) -> pd.Series[Any]:
    """Return a column of train by its kind; categories stay text until the submission's levels are known.

    Raises
    ------
    DataError
        If the experiment calls numbers or dates what mostly is neither.
    """
    if kind not in ("number", "date"):
        return train
    cells = cells_of(train)
    values = _parser(kind)(cells.levels)
    wrong = np.isnan(values)
    if 2 * cells.count(wrong) > cells.present:
        allowed = "numbers" if kind == "number" else "dates written like 2024-03-31"
        raise DataError(
            f"[data] kinds says that '{name}' is a {kind}, but {cells.count(wrong):,} of its {cells.present:,} "
            f"filled cells are no {allowed} ({len(cells.levels):,} different values). "
            "Take it out of kinds, or say category."
        )
    markers = wrong & are_markers(cells.levels) if kind == "number" else np.zeros(len(wrong), dtype=bool)
    notices.add(_MARKED, name, cells.count(markers))
    notices.add(_LEFT[kind], name, cells.count(wrong & ~markers))
    return _column(kind, _finite(cells, values, name, notices), name)


def _typed_like_train(kind: Kind, name: str, submission: pd.Series[str], notices: Notices) -> pd.Series[Any]:
    """Return a column of the submission by its kind in train; cells not of that kind become missing."""
    if kind not in ("number", "date"):
        return submission
    cells = cells_of(submission)
    values = _parser(kind)(cells.levels)
    notices.add(_DRIFT[kind], name, cells.count(np.isnan(values)))
    return _column(kind, _finite(cells, values, name, notices), name)


def _as_category(train: pd.Series[str], submission: pd.Series[str] | None) -> tuple[pd.Series, pd.Series | None]:
    """Return a category with one sorted list of levels for both tables."""
    both = train if submission is None else pd.concat([train, submission])
    dtype = pd.CategoricalDtype(sorted(cells_of(both).levels))
    return train.astype(dtype), None if submission is None else submission.astype(dtype)


def _parser(kind: Kind) -> Callable[[pd.Series[str]], NDArray[np.float64]]:
    return numbers if kind == "number" else days


def _column(kind: Kind, values: NDArray[np.float64], name: str) -> pd.Series[Any]:
    return pd.Series(values if kind == "number" else moments(values), name=name)


def _finite(cells: Cells, values: NDArray[np.float64], name: str, notices: Notices) -> NDArray[np.float64]:
    infinite = np.isinf(values)
    notices.add(_INFINITE, name, cells.count(infinite))
    return cells.spread(np.where(infinite, np.nan, values))
