"""How often leads convert by country, on standard names, by continent, and by customer type."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from bench.components.steps.columns import category_columns, levels_and_codes
from bench.components.steps.derived.countries import continent_of
from bench.components.steps.derived.places import Places
from bench.components.steps.derived.spelling import Spellings
from bench.data.notices import plural, shortened
from bench.explore.converting import (
    ABOVE,
    BELOW,
    LETTERS,
    Counted,
    Line,
    judged,
    lines_of,
    rates_by_level,
)
from bench.explore.look import Look, Seen
from bench.explore.outcomes import percent
from bench.explore.panels import SMALL, dotted, panels, titled
from bench.page.block import Block, PageTable, Plot
from bench.page.plots import drawn

CUSTOMER_TYPES: Final = re.compile(
    r"(customer|client|buyer|account|lead)[\s_.-]*(type|category|segment|class)\b"
    r"|(type|tipo)[\s_.-]*(of|de)[\s_.-]*(customer|client|buyer|cliente)|kundentyp|고객[\s_]*(유형|구분|종류)",
    re.IGNORECASE,
)
"""How columns that hold customer types are named, in English, Spanish, Portuguese, German and Korean."""

_DRAWN: Final = 20  # lines of a panel, those with the most leads
_LISTED: Final = 20  # countries in a table; the sheet has them all
_UNREAD: Final = 10  # texts without a country
_ACTS: Final = 3  # countries in a sentence
_FIGURES: Final = ["leads", "conversions", "rate", "95 % interval", "lift", "against the average"]


@dataclass(frozen=True)
class _Column:
    """A column of places, read; of each rates the lines are judged together.

    Attributes
    ----------
    written : leads with any text in the column
    read : those whose country is known
    unread : rates of the texts that no country is known of
    """

    name: str
    countries: pd.DataFrame
    continents: pd.DataFrame
    unread: pd.DataFrame
    written: int
    read: int


def places(look: Look) -> Seen | None:
    """Return what is seen of places and of customer types; None where no column holds either."""
    leads = look.counted
    columns = leads.features.drop(columns=look.roles.groups or [], errors="ignore")
    read = list(_read(columns, leads))
    types = _customer_types(columns, leads)
    if not read and types is None:
        return None
    sheets = {"customer_types": types} if types is not None else {}
    if read:
        sheets["countries"] = pd.concat([one.countries for one in read], ignore_index=True)
        sheets["continents"] = pd.concat([one.continents for one in read], ignore_index=True)
    shown = [*(one.countries for one in read), *([] if types is None else [types])]
    kinds = ["country"] * bool(read) + ["customer type"] * (types is not None)
    block = Block(
        f"How often leads convert, by {' and '.join(kinds)}",
        [*_of_places(read), *_of_types(types)],
        _tables(read, types),
        [_plot(rates, leads.average) for rates in shown if (rates["levels"] <= 1).any()],
    )
    return Seen(block, _act(read, leads.average, look.doubted), sheets)


def _read(features: pd.DataFrame, leads: Counted) -> Iterator[_Column]:
    """Read the columns of places; of several that name the same countries only the first."""
    reader = Places()
    names = reader.subject(features)
    if not names:
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # places without a country are told of here
        made = reader.fit_transform(features[names])
    seen: list[list[str | None]] = []
    for name in names:
        country = made[f"country of {name}"]
        if (countries := country.astype(object).where(country.notna(), None).tolist()) in seen:
            continue
        seen.append(countries)
        written, known = features[name].notna(), country.notna()
        rates = _rates(name, country, leads)
        rates.insert(2, "continent", [continent_of(line.level) if line.levels == 1 else "" for line in lines_of(rates)])
        unread = _rates(name, features[name].where(~known), leads)
        continents = _rates(name, made[f"continent of {name}"], leads)
        yield _Column(name, rates, continents, unread, int(written.sum()), int((written & known).sum()))


def _customer_types(features: pd.DataFrame, leads: Counted) -> pd.DataFrame | None:
    """Return the rates of customer types in one spelling each; None where no column is named like them."""
    names = [name for name in category_columns(features) if CUSTOMER_TYPES.search(name)]
    if not names:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that spellings were folded is said here
        folded = Spellings(similar=100.0).fit_transform(features[names[:1]])
    rates = _rates(names[0], folded[names[0]], leads, "(no value)")
    return rates if (rates["levels"] <= 1).any() else None


def _rates(name: str, column: pd.Series[Any], leads: Counted, gap: str = "(not known)") -> pd.DataFrame:
    rates = rates_by_level(*levels_and_codes(column), leads, gap)
    rates.insert(0, "column", name)
    return judged(rates)


def _of_places(read: Sequence[_Column]) -> list[str]:
    said = []
    for one in read:
        countries = one.countries[one.countries["levels"] == 1]
        above, below = ((countries["verdict"] == verdict).sum() for verdict in (ABOVE, BELOW))
        said.append(
            f"{one.name}: {one.read:,} of the {plural(one.written, 'lead')} with a text there name a country, whatever "
            f"its spelling or language. Countries with 5 leads or more: {len(countries):,}, of which {above:,} surely "
            f"convert more often than the average and {below:,} less often."
        )
    return said


def _of_types(types: pd.DataFrame | None) -> list[str]:
    if types is None:
        return []
    single = types[types["levels"] == 1]
    above, below = ((single["verdict"] == verdict).sum() for verdict in (ABOVE, BELOW))
    return [
        f"{types['column'].iloc[0]}: {plural(len(single), 'type')} with spellings apart by case, spaces and hyphens "
        f"folded, of which {above:,} surely convert more often than the average and {below:,} less often."
    ]


def _act(read: Sequence[_Column], average: float, doubted: frozenset[str]) -> list[str]:
    """Say which countries surely convert more often and which less, those that move most conversions first."""
    said = []
    for one in read:
        lines = sorted(lines_of(one.countries), key=lambda line: -line.leads * abs(line.rate - average))
        for verdict, how in ((ABOVE, "more"), (BELOW, "less")):
            told = [
                f"{line.level} {line.said} of {line.leads:,}"
                for line in lines
                if line.verdict == verdict and line.levels == 1
            ]
            if told and one.name not in doubted:
                said.append(
                    f"{shortened(one.name, LETTERS)}: leads from {', '.join(told[:_ACTS])} surely convert {how} often "
                    f"than the average of {percent(average)}. A sign to rank by."
                )
    return said


def _tables(read: Sequence[_Column], types: pd.DataFrame | None) -> list[PageTable]:
    tables = []
    for one in read:
        tables.append(_table(f"Leads by continent of {one.name}.", "continent", lines_of(one.continents), "continents"))
        tables.append(_table(f"Leads by country of {one.name}.", "country", lines_of(one.countries), "countries"))
        unread = [line for line in lines_of(one.unread) if line.levels == 1][:_UNREAD]
        if unread:
            caption = f"Texts of {one.name} that no country is known of, the most frequent first."
            tables.append(_table(caption, "text", unread))
    if types is not None:
        tables.append(
            _table(f"Leads by {types['column'].iloc[0]}, spellings folded.", "type", lines_of(types), "customer_types")
        )
    return tables


def _table(caption: str, first: str, lines: Sequence[Line], sheet: str = "") -> PageTable:
    rows = [line.cells for line in lines[:_LISTED]]
    if len(lines) > _LISTED:
        caption = (
            f"{caption[:-1]}: the {_LISTED} with the most leads; {len(lines) - _LISTED:,} more lines in {sheet}.csv."
        )
    return PageTable(caption, [first, *_FIGURES], rows, frozenset(_FIGURES[:-1]))


def _plot(rates: pd.DataFrame, average: float) -> Plot:
    """Draw the lines with the most leads, the likeliest to convert on top."""
    lines = sorted(lines_of(rates[rates["levels"] <= 1])[:_DRAWN], key=lambda line: -line.rate)
    name = str(rates["column"].iloc[0])
    figure, (plain,) = panels(1, across=1, height=0.9 + 0.24 * len(lines))
    dotted(plain, lines, average)
    titled(plain, name)
    plain.set_xlabel("convert, %", fontsize=SMALL)
    caption = (
        f"Share of leads that convert, with 95 % intervals, by {name}: the {len(lines)} lines with the most leads "
        f"(leads in brackets). The dashed line is the average, {percent(average)}; triangles up lie surely above it, "
        "triangles down surely below, dots may be either."
    )
    return Plot(drawn(figure), caption)
