"""Phrases about time ("3 months ~ 6 months", "within 2 weeks", "6개월") as a number of months."""

from __future__ import annotations

import re
import unicodedata
import warnings
from typing import Any

import numpy as np
import pandas as pd

from bench.components.steps.columns import by_level, category_columns
from bench.components.steps.derived.added import AddedColumns

PARSED = 0.5  # the share of filled rows from which on a column is about time


class TimelineMonths(AddedColumns):
    """The months that a phrase about time stands for; of a gap or anything else than a time, NaN.

    See `months` for the rules.
    """

    def subject(self, X: pd.DataFrame) -> list[str]:
        """Return the category columns of which half of the filled rows or more are times."""
        return [name for name in category_columns(X) if _share(X[name]) >= PARSED]

    def learn(self, X: pd.DataFrame) -> None:
        """Say once how much of the columns is not a time."""
        notes = []
        for name in self.columns_:
            filled = X[name].dropna()
            strange = filled[np.isnan(_months(filled))]
            if len(strange):
                notes.append(f"{len(strange):,} of {len(filled):,} rows of '{name}' ({strange.nunique():,} phrases)")
        if notes:
            warnings.warn(f"no time is read in {'; '.join(notes)}; they count as missing", UserWarning, stacklevel=2)

    def added(self, X: pd.DataFrame) -> dict[str, Any]:
        """Return a number for each column about time."""
        return {f"months of {name}": _months(X[name]) for name in self.columns_}


def months(phrase: str) -> float:
    """Return the months that ``phrase`` stands for as a whole, NaN if it is anything else than a time.

    A range is its middle: "3 months ~ 6 months" is 4.5. What has an upper end only is the middle between now and
    there ("less than 3 months" is 1.5), and what has a lower end only is that and half as much again ("more than a
    year" is 18); "immediately" is 0. Underscores are blanks.
    """
    text = " ".join(unicodedata.normalize("NFKC", phrase).replace("_", " ").casefold().split()).rstrip(".! ")
    if _NOW.fullmatch(text):
        return 0.0
    if found := _RANGE.fullmatch(text):
        unit = _in_months(found["unit"])
        first = _in_months(found["first_unit"]) if found["first_unit"] else unit
        return (_number(found["first"]) * first + _number(found["number"]) * unit) / 2
    if found := _AMOUNT.fullmatch(text):
        amount = _number(found["number"]) * _in_months(found["unit"])
        if found["below"] or found["or_less"]:
            return amount / 2
        return amount * 1.5 if found["above"] or found["or_more"] or found["plus"] else amount
    return np.nan


def _share(column: pd.Series[Any]) -> float:
    filled = column.dropna()
    return float(np.mean(~np.isnan(_months(filled)))) if len(filled) else 0.0


def _months(column: pd.Series[Any]) -> np.ndarray[Any, np.dtype[np.float64]]:
    return by_level(column, {level: months(level) for level in map(str, column.cat.categories)}, np.nan)


def _number(word: str) -> float:
    return _WORDS[word] if word in _WORDS else float(word.replace(",", "."))


def _in_months(unit: str) -> float:
    return next(length for pattern, length in _UNITS.items() if re.fullmatch(pattern, unit))


_DAY = 12 / 365.25
_UNITS = {  # in English, Spanish, Portuguese, German, French, Korean
    r"d|days?|d[ií]as?|tage?n?|jours?|일": _DAY,
    r"wks?|weeks?|semanas?|wochen?|semaines?|주일?": 7 * _DAY,
    r"mos?|mths?|months?|m[eê]s|meses|monate?n?|mois|개월|달": 1.0,
    r"quarters?|trimestres?|quartale?n?|분기": 3.0,
    r"yrs?|years?|a[nñ]os?|jahre?n?|ans?|années?|년": 12.0,
}
_FROM_TWO = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_ONE = ("a", "an", "one", "un", "una", "um", "uma", "ein", "eine", "einem", "einer", "une")
_WORDS = dict.fromkeys(_ONE, 1.0) | {"half a": 0.5, "a half": 0.5, "half": 0.5}
_WORDS |= {word: float(number) for number, word in enumerate(_FROM_TWO, start=2)}
_ANY_UNIT = "|".join(_UNITS)
_ANY_NUMBER = r"\d{1,4}(?:[.,]\d{1,4})?|" + "|".join(sorted(_WORDS, key=len, reverse=True))
_BELOW = (
    r"less than|fewer than|within(?: the next)?|under|below|up to|in the next|no more than|at most|before|<=?|≤"
    r"|(?:en )?menos de|menos que|dentro de|hasta|(?:em )?até|weniger als|unter|innerhalb von|bis zu|moins de"
)
_ABOVE = r"more than|over|above|after|at least|longer than|beyond|>=?|≥|más de|mas de|mais de|mehr als|über|plus de"
_NOW = re.compile(
    r"immediate(?:ly)?|asap|a\.s\.a\.p|as soon as possible|urgent(?:ly|e)?|right (?:away|now)|now|today"
    r"|inmediat[oa](?:mente)?|imediat[oa](?:mente)?|sofort|immédiate?(?:ment)?|즉시|긴급|바로"
)
_RANGE = re.compile(
    rf"(?:(?:in|within|between|from|entre|de|zwischen|von) )?(?P<first>{_ANY_NUMBER})\s*(?P<first_unit>{_ANY_UNIT})?"
    rf"\s*(?:~|-|–|to|and|a|y|e|bis|und|à|et)\s*(?P<number>{_ANY_NUMBER})\s*(?P<unit>{_ANY_UNIT})"
)
_AMOUNT = re.compile(
    r"(?:(?:in|about|around|approx(?:imately|\.)?|en|em|ca\.?|약|~)\s*)?"
    rf"(?:(?:(?P<below>{_BELOW})|(?P<above>{_ABOVE}))\s*)?"
    rf"(?P<number>{_ANY_NUMBER})(?P<plus>\+)?\s*(?P<unit>{_ANY_UNIT})"
    r"(?:\s*(?:(?P<or_less>이내|미만|이하|안에|or (?:less|sooner))"
    r"|(?P<or_more>\+|이상|초과|이후|or (?:more|longer|later))|후|정도|from now|later|time))?"
)
