"""Locations such as "street / City / Country" read as city, country and continent."""

from __future__ import annotations

import warnings
from collections import Counter, defaultdict
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin

from bench.components.steps.columns import by_frequency, category, category_columns, levels_and_codes, spread
from bench.components.steps.derived.added import with_new_columns
from bench.components.steps.derived.countries import (
    continent_of,
    country_elsewhere,
    country_of,
    country_plainly,
    folded,
)

SAMPLE = 500  # levels looked at to tell whether a column holds places, the most frequent ones
MOSTLY = 0.5  # share of their rows that has to name a country
FEW = 5  # rows from which on what the training rows say of a city or a subsidiary is believed
SURE = 0.9  # share of a city's rows that has to name the same country
# A column whose name says country may hold codes; elsewhere AS, ID and IT are business units.
SAYS_COUNTRY = ("country", "nationality", "pais", "país", "국가", "나라")


class Place(NamedTuple):
    """What one location says: a country, a city, and what stands in the country's place without being one."""

    country: str | None
    city: str
    stray: str


class Places(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Add the country, the continent and the city of each location, and whether it lies where a subsidiary does.

    What is learned from the training rows, never from their outcome: which columns hold places; in which country a
    city lies, so that it is known where the city stands in the country's place; and in which country most rows of
    each subsidiary lie. A place without a known country keeps a gap.

    Parameters
    ----------
    columns : which columns to look at for places
    beside : which category columns to compare the country with; new columns of 1, 0 and, where one is unknown, a gap
    replace : whether the locations themselves are left out
    """

    def __init__(self, columns: str = "*", beside: str = "*subsidiary*, *corporate*", replace: bool = True) -> None:
        self.columns = columns
        self.beside = beside
        self.replace = replace

    def subject(self, X: pd.DataFrame) -> list[str]:
        """Return those category columns of X that match ``columns`` and mostly hold countries or end in one.

        Names have to be spelled right and to be those of two countries at least.
        """
        return [name for name in category_columns(X, self.columns) if _holds_places(X[name])]

    def fit_transform(self, X: pd.DataFrame, y: object = None) -> pd.DataFrame:
        """Learn from the training rows X and return them with their places; warns of those without a known country."""
        self.columns_ = self.subject(X)
        self.cities_: dict[str, dict[str, str]] = {}
        self.has_cities_: dict[str, bool] = {}
        self.homes_: dict[str, dict[str, dict[str, str]]] = {}
        unknown = Counter[str]()
        for name in self.columns_:
            levels, codes = levels_and_codes(X[name])
            places = [parsed(level) for level in levels]
            rows = np.bincount(codes[codes >= 0], minlength=len(levels))
            self.cities_[name] = _countries_of_cities(places, rows)
            known = [_located(place, self.cities_[name]) for place in places]
            in_cities = [rows[number] for number, (country, city) in enumerate(known) if country and city]
            self.has_cities_[name] = sum(in_cities) >= FEW
            countries = spread([country for country, _ in known], codes)
            self.homes_[name] = {
                other: homes
                for other in category_columns(X, self.beside)
                if other not in self.columns_ and (homes := _homes(X[other], countries))
            }
            lost = [at for at, level in enumerate(levels) if not known[at][0] and any(map(str.isalnum, level))]
            unknown.update({"rows": int(rows[lost].sum()), "spellings": len(lost)})
        if unknown["spellings"]:
            warnings.warn(
                f"{unknown['rows']} of {len(X) * len(self.columns_)} places ({', '.join(self.columns_)}), in "
                f"{unknown['spellings']} spellings, name no country that is known; their country is a gap",
                UserWarning,
                stacklevel=2,
            )
        return self.transform(X)

    def fit(self, X: pd.DataFrame, y: object = None) -> Places:
        """Learn from the training rows X."""
        self.fit_transform(X, y)
        return self

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        """Return X of shape (n, columns) with the columns of places behind it."""
        new: dict[str, Any] = {}
        for name in self.columns_:
            levels, codes = levels_and_codes(X[name])
            known = [_located(parsed(level), self.cities_[name]) for level in levels]
            countries = [country for country, _ in known]
            new[f"country of {name}"] = category(countries, codes)
            new[f"continent of {name}"] = category([c and continent_of(c) for c in countries], codes)
            if self.has_cities_[name]:
                new[f"city of {name}"] = category([city for _, city in known], codes)
            for other, homes in self.homes_[name].items():
                new[f"{name} agrees with {other}"] = _agreement(spread(countries, codes), X[other], homes)
        kept = X.drop(columns=self.columns_) if self.replace else X
        return with_new_columns(kept, new)


def parsed(location: str) -> Place:
    """Return what a location says: parts between slashes or else commas, the country last, the city before it.

    Behind an e-mail address, a postal code or nothing at all in the country's place, a country is looked for in the
    other parts, and only by its plain English name.
    """
    separator = "/" if "/" in location else ","
    parts = [part.strip() for part in location.split(separator)]
    country = country_of(location, codes=True) if separator == "," else None
    if country:
        return Place(country, "", "")
    *others, last = parts
    if len(parts) > 1 and (country := country_of(last)):
        return Place(country, _city(others[-1] if separator == "/" else others[0]), "")
    if folded(last) and "@" not in last:  # behind a city, "TN 37087" lies in Tennessee, whatever the city's name
        return Place(None, _city(others[-1]) if others else "", last)
    for at in reversed(range(len(others))):
        if country := country_elsewhere(others[at]):
            return Place(country, _city(others[at - 1]) if at else "", "")
    return Place(None, _city(others[-1]) if others else "", "")


def _holds_places(column: pd.Series[Any]) -> bool:
    codes = any(word in str(column.name).casefold() for word in SAYS_COUNTRY)
    countries: set[str] = set()
    asked = named = 0
    for level, rows in [*by_frequency(column).items()][:SAMPLE]:
        text, alone = _end(level)
        if _city(text):
            asked += rows
            if country := country_plainly(text, codes=codes and alone):
                countries.add(country)
                named += rows
    return len(countries) >= 2 and named >= MOSTLY * asked


def _end(level: str) -> tuple[str, bool]:
    """Return what stands in the place of a country, and whether it stands alone."""
    parts = level.split("/" if "/" in level else ",")
    if "/" not in level and country_plainly(level):
        return level, True
    return parts[-1].strip(), len(parts) == 1


def _city(text: str) -> str:
    """Return ``text`` if it can be the name of a place: with letters, without digits and no e-mail address."""
    return text if folded(text) and "@" not in text and not any(c.isdigit() for c in text) else ""


def _countries_of_cities(places: list[Place], rows: NDArray[np.intp]) -> dict[str, str]:
    """Return the country of each city that `FEW` rows or more agree on, by the city's folded name."""
    said: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for place, times in zip(places, rows.tolist(), strict=True):
        if place.country and place.city:
            said[folded(place.city)][place.country] += times
    found = {city: (countries.most_common(1)[0], countries.total()) for city, countries in said.items()}
    return {city: country for city, ((country, n), total) in found.items() if n >= FEW and n >= SURE * total}


def _located(place: Place, cities: dict[str, str]) -> tuple[str | None, str | None]:
    """Return country and city of a place, the country by the city where it is not said."""
    country, city = place.country, folded(place.city)
    if not country and (stray := folded(place.stray)) in cities:
        country, city = cities[stray], stray
    elif not country and not place.stray:
        country = cities.get(city)
    return country, city.title() or None


def _homes(column: pd.Series[Any], countries: NDArray[np.object_]) -> dict[str, str]:
    """Return the country in which most rows of each level lie, of levels with `FEW` such rows or more.

    A rare level would always agree with itself in training and never be asked on new rows.
    """
    pairs = pd.DataFrame({"level": column.astype(object).to_numpy(), "country": countries}).dropna()
    times = pairs.value_counts().reset_index(name="rows").sort_values(["rows", "country"], ascending=[False, True])
    enough = times.groupby("level")["rows"].sum() >= FEW
    first = times.drop_duplicates("level")
    return {
        str(level): str(home) for level, home in zip(first["level"], first["country"], strict=True) if enough[level]
    }


def _agreement(countries: NDArray[np.object_], column: pd.Series[Any], homes: dict[str, str]) -> NDArray[np.float64]:
    levels, codes = levels_and_codes(column)
    home = spread([homes.get(level) for level in levels], codes)
    known = np.array([a is not None and b is not None for a, b in zip(countries, home, strict=True)], dtype=bool)
    return np.where(known, (countries == home).astype(np.float64), np.nan)
