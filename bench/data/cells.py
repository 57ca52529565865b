"""A column as its distinct values, and what their text says: a number, a day, a stand-in for a gap."""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import compute

# Without (?i) and groups that capture: pandas leaves those to Python's slower engine.
_NUMBER = r"\s*[+-]?(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|[iI][nN][fF](?:[iI][nN][iI][tT][yY])?)\s*"
_DATE = (
    r"\s*[0-9]{4}(?:-[0-9]{2}-|/[0-9]{2}/|\.[0-9]{2}\.)[0-9]{2}"
    r"(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?\s*(?:Z|UTC|[+-][0-9]{2}:?(?:[0-9]{2})?)?)?\s*"
)
# The clock as it was written, whatever its zone: with a date before it or without.
_TIME = (
    r"^\s*(?:[0-9]{4}[-/.][0-9]{2}[-/.][0-9]{2}[T ])?(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})"
    r"(?::[0-9]{2}(?:[.,][0-9]+)?)?\s*(?:Z|UTC|[+-][0-9]{2}:?(?:[0-9]{2})?)?\s*$"
)
_SECONDS_PER_DAY = 86_400
# Written where a number is missing; in a column of words the same text may be an answer.
_MARKERS = frozenset({"na", "n/a", "#n/a", "nan", "<na>", "nat", "null", "none", "nil", "-", "--", "?", ".", ""})
# In a column of words hardly anything but a gap, and what may be either.
SURE_PLACEHOLDERS = frozenset(
    """select|(select)|select...|please select|-- select --|choose|please choose
    |unknown|unk|not known|undefined|missing|(blank)|blank|unspecified|not available|not applicable
    |not provided|not specified|n/a|#n/a|na|nan|<na>|null|(null)|?|??|-|--|---|.|/|//
    |선택|알수없음|알 수 없음|미입력|해당없음""".replace("\n    ", "").split("|")
)
DOUBTFUL_PLACEHOLDERS = frozenset({"none", "nil", "no answer", "not stated", "tbd", "xx", "xxx", "없음"})


@dataclass(frozen=True)
class Cells:
    """A column as its distinct values, in order of first appearance, and where each stands.

    Attributes
    ----------
    levels : the distinct texts
    codes : for each row the place of its text in ``levels``, -1 for a gap
    counts : how many rows hold each level
    """

    levels: pd.Series[str]
    codes: NDArray[np.int64]
    counts: NDArray[np.int64]

    @property
    def rows(self) -> int:
        """Return the number of rows."""
        return len(self.codes)

    @property
    def present(self) -> int:
        """Return the number of rows without a gap."""
        return int(self.counts.sum())

    @property
    def gaps(self) -> int:
        """Return the number of rows with a gap."""
        return self.rows - self.present

    def count(self, chosen: NDArray[np.bool_]) -> int:
        """Return how many rows hold one of the chosen levels."""
        return int(self.counts[chosen].sum())

    def spread(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return one value for each row from one for each level; NaN for a gap."""
        return np.append(values, np.nan)[self.codes]


def cells_of(values: pd.Series[str]) -> Cells:
    """Return a column as its distinct values: later questions are asked once a value, not once a row."""
    codes, levels = pd.factorize(values)
    counts = np.bincount(codes[codes >= 0], minlength=len(levels))
    return Cells(pd.Series(levels, dtype="str"), codes.astype(np.int64), counts.astype(np.int64))


def numbers(levels: pd.Series[str]) -> NDArray[np.float64]:
    """Return the number each text spells, NaN where it spells none; infinity is a number here."""
    bare = pa.array(levels.str.strip(), type=pa.string())
    try:
        return _as_floats(bare)  # much the most columns of numbers hold nothing else
    except pa.ArrowInvalid:
        spelled = levels.str.fullmatch(_NUMBER).to_numpy(dtype=bool)
        values = np.full(len(levels), np.nan)
        values[spelled] = _as_floats(bare.filter(pa.array(spelled)))
        return values


def days(levels: pd.Series[str]) -> NDArray[np.float64]:
    """Return days since 1970-01-01 for each text like 2024-03-31 or 2024-03-31T14:05, NaN for other texts."""
    spelled = levels.str.fullmatch(_DATE).to_numpy(dtype=bool)
    text = levels[spelled].str.strip().str.replace(r"^(\d{4})[/.](\d{2})[/.](\d{2})", r"\1-\2-\3", regex=True)
    moments = pd.to_datetime(text, format="ISO8601", utc=True, errors="coerce")
    epoch = pd.Timestamp(0, tz="UTC").as_unit("us")  # nanoseconds end in 2262, before the usual 9999-12-31
    since = (moments.dt.as_unit("us") - epoch).dt.total_seconds() / _SECONDS_PER_DAY
    values = np.full(len(levels), np.nan)
    values[spelled] = since.to_numpy(dtype=np.float64)
    return values


def clock_hours(levels: pd.Series[str]) -> NDArray[np.float64]:
    """Return the hour of the day, 0 up to 24, of each text like 07:45 or 2024-03-31T07:45, NaN for other texts.

    It is what the clock showed: of 07:45+09:00 it is 7.75.
    """
    found = compute.extract_regex(pa.array(levels, type=pa.string()), _TIME)
    hour, minute = (_as_floats(compute.struct_field(found, part)) for part in ("hour", "minute"))
    return np.where((hour < 24) & (minute < 60), hour + minute / 60, np.nan)


def moments(since: NDArray[np.float64]) -> NDArray[np.datetime64]:
    """Return days since 1970-01-01 as moments to the second, NaN as NaT."""
    known = ~np.isnan(since)
    moment = np.full(len(since), "NaT", dtype="datetime64[s]")
    moment[known] = np.round(since[known] * _SECONDS_PER_DAY).astype(np.int64).astype("datetime64[s]")
    return moment


def in_days(moment: pd.Series[Any]) -> pd.Series[float]:
    """Return a column of moments as days since 1970-01-01, NaT as NaN; the other way round of `moments`."""
    seconds = moment.to_numpy(dtype="datetime64[s]").astype(np.int64).astype(np.float64)
    days_since = np.where(moment.isna(), np.nan, seconds / _SECONDS_PER_DAY)
    return pd.Series(days_since, index=moment.index, name=moment.name)


def are_markers(levels: pd.Series[str]) -> NDArray[np.bool_]:
    """Say of each text if it marks a missing number, as NA, null, - and ? do."""
    return levels.str.strip().str.lower().isin(_MARKERS).to_numpy(dtype=bool)


def same_value(text: str) -> float | str | None:
    """Return what makes two spellings one value ("1" and "1.0", "True" and "TRUE"); None for other texts."""
    bare = text.strip().lower()
    if bare in ("true", "false"):
        return bare
    if not bare.isascii() or "_" in bare:  # float would take other digits and 1_000
        return None
    try:
        value = float(bare)
    except ValueError:
        return None
    return None if np.isnan(value) else value


def same_values(levels: pd.Series[str]) -> list[float | str | None]:
    """Return `same_value` of each text, of all at once."""
    values: list[float | str | None] = [None if isnan(value) else value for value in numbers(levels).tolist()]
    bare = levels.str.strip().str.lower()
    for place in np.flatnonzero(bare.isin(["true", "false"])):
        values[place] = str(bare.iloc[place])
    return values


def _as_floats(texts: pa.StringArray) -> NDArray[np.float64]:
    return np.asarray(texts.cast(pa.float64()).to_numpy(zero_copy_only=False), dtype=np.float64)
