"""Turn text columns into numbers, dates, categories and texts, in train and other tables alike."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bench.data.cells import Cells, are_markers, cells_of, days, moments, numbers, same_values
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
ALL_MISSING = "{cells} missing: all of a column that train has ({columns})."


class Levels:
    """The levels of a category in training, by which the cells of other tables are spelled.

    Attributes
    ----------
    dtype : these levels, sorted
    """

    def __init__(self, levels: Iterable[str]) -> None:
        self._sorted = sorted(levels)
        self._place = {level: place for place, level in enumerate(self._sorted)}
        self.dtype = _dtype(self._sorted)

    def spelled(self, name: str, text: pd.Series[str], notices: Notices) -> pd.Series[Any]:
        """Return a column as a category of these levels and of its own new ones, all sorted.

        A level that train lacks but that has the value of exactly one of train's ("1.0" for "1", "TRUE" for
        "True") is that level, written by another program. Other new levels stay and are counted.
        """
        cells = cells_of(text)
        levels = cells.levels.to_numpy(dtype=object)
        places = np.array([self._place.get(level, -1) for level in levels], dtype=np.int64)
        new = places < 0
        if new.any():
            values = same_values(cells.levels[new])
            places[new] = [-1 if value is None else self._place_of_value.get(value, -1) for value in values]
        foreign = places < 0
        notices.add(_RESPELLED, name, cells.count(new & ~foreign))
        notices.add(_NEW, name, cells.count(foreign))
        dtype = self.dtype
        if foreign.any():
            own = levels[foreign]
            order = np.argsort(own)
            dtype = _dtype(sorted([*self._sorted, *own]))
            # By bisection, since an index of all levels is slow to look them up in where there are many.
            before = np.array([bisect(self._sorted, level) for level in own[order]])
            places += np.searchsorted(before, places, side="right")
            places[np.flatnonzero(foreign)[order]] = before + np.arange(len(own))
        category = pd.Categorical.from_codes(np.append(places, -1)[cells.codes], dtype=dtype)
        return pd.Series(category, index=text.index, name=name)

    @cached_property
    def _place_of_value(self) -> dict[float | str, int]:
        """The place in ``known`` of each value that exactly one level has."""
        places: dict[float | str, int] = {}
        for place, value in enumerate(same_values(pd.Series(self._sorted, dtype="str"))):
            if value is not None:
                places[value] = -1 if value in places else place
        return places


def type_features(
    columns: Sequence[Column], cells: pd.DataFrame, asked: pd.DataFrame | None
) -> tuple[pd.DataFrame, Notices]:
    """Return the features of train by their kinds, and what was done to its cells.

    Parameters
    ----------
    columns : the columns that are features
    cells : train as text
    asked : the features of the table to predict, whose levels the categories of train share

    Raises
    ------
    DataError
        If the experiment calls numbers or dates what mostly is neither.
    """
    notices = Notices()
    features: dict[str, pd.Series] = {}
    for column in columns:
        name, text = column.name, cells[column.name]
        if column.kind != "category":
            features[name] = _typed(column.kind, name, text, notices)
        elif asked is None:
            features[name] = Levels(cells_of(text).levels).spelled(name, text, notices)
        else:
            features[name] = text.astype(asked[name].dtype)
    return pd.DataFrame(features), notices


def typed_like_train(kind: Kind, name: str, text: pd.Series[str], notices: Notices) -> pd.Series[Any]:
    """Return a column of another table by its kind in train; cells not of that kind become missing."""
    if kind not in ("number", "date"):
        return text
    cells = cells_of(text)
    values = _parser(kind)(cells.levels)
    notices.add(_DRIFT[kind], name, cells.count(np.isnan(values)))
    return _column(kind, _finite(cells, values, name, notices), name)


def _typed(kind: Kind, name: str, train: pd.Series[str], notices: Notices) -> pd.Series[Any]:
    """Return a column of train by its kind.

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


def _dtype(levels: list[str]) -> pd.CategoricalDtype:
    return pd.CategoricalDtype(pd.Index(levels, dtype="str"))


def _parser(kind: Kind) -> Callable[[pd.Series[str]], NDArray[np.float64]]:
    return numbers if kind == "number" else days


def _column(kind: Kind, values: NDArray[np.float64], name: str) -> pd.Series[Any]:
    return pd.Series(values if kind == "number" else moments(values), name=name)


def _finite(cells: Cells, values: NDArray[np.float64], name: str, notices: Notices) -> NDArray[np.float64]:
    infinite = np.isinf(values)
    notices.add(_INFINITE, name, cells.count(infinite))
    return cells.spread(np.where(infinite, np.nan, values))
