"""How often leads convert by category, and how surely."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Final

import pandas as pd

from bench.components.steps.columns import category_columns
from bench.components.steps.derived.spelling import Spellings
from bench.data.notices import listed, plural, shortened
from bench.explore.converting import (
    ABOVE,
    BELOW,
    LETTERS,
    UNSURE,
    Counted,
    Line,
    judged,
    levels_of,
    lines_of,
    rates_by_level,
)
from bench.explore.look import Look, Seen
from bench.explore.outcomes import percent
from bench.explore.panels import SMALL, dotted, panels, titled
from bench.page.block import Block, LiveRow, LiveTable, PageTable, Plot
from bench.page.plots import drawn

DRAWN: Final = 6  # columns
_LEVELS_DRAWN: Final = 9  # of a column, those most surely off the average
_LISTED: Final = 1000  # lines of the page's table; the sheet has them all
_SPELLINGS: Final = 15  # pairs in the table of spellings
_TIMES: Final = 1.5  # times the average that a level converts from which on it is a sign to rank by
_BEYOND: Final = 5  # conversions that a level surely has beyond the average, to be worth a sentence
_ACTS: Final = 3
_COLUMNS: Final = ["column", "level", "leads", "conversions", "rate", "95 % interval", "lift", "verdict"]
_NUMBERS: Final = frozenset({"leads", "conversions", "rate", "95 % interval", "lift"})


def rates(look: Look) -> Seen | None:
    """Return the conversion rate of each level of each category, with what is surely off the average."""
    leads = look.counted
    found = rates_of_columns(leads, look.roles.groups)
    if found is None:
        return None
    found["read_as"] = _read_as(found, leads.features)
    telling = _telling(found, leads.average)
    block = Block(
        "How often leads convert, by category",
        _sentences(found, leads, telling),
        [table for table in (_spellings(found),) if table],
        [_plot(found, telling[:DRAWN], leads.average)],
        _live(found),
    )
    return Seen(block, _worth_ranking(found, leads.average, look.doubted), {"rates": found})


def rates_of_columns(leads: Counted, company: str | None) -> pd.DataFrame | None:
    """Return the lines of every column that has levels to show, judged together; None where none has any.

    Identifiers are no features; the column that names the company is not looked at by level either.
    """
    frames = []
    for name in map(str, leads.features):
        if name != company and (levels := levels_of(leads.features[name])) is not None:
            lines = rates_by_level(*levels, leads)
            lines.insert(0, "column", name)
            if (lines["levels"] <= 1).any():
                frames.append(lines)
    return judged(pd.concat(frames, ignore_index=True)) if frames else None


def _telling(found: pd.DataFrame, average: float) -> list[str]:
    """Return the columns whose levels differ the most first, by the share of the outcome's variance between levels.

    What chance adds to the squared distance of each level, its standard error squared, is taken off.
    """
    error = (found["high"] - found["low"]) / 4
    beyond = found["leads"] * ((found["rate"] - average) ** 2 - error**2)
    by_column = beyond[found["levels"] <= 1].groupby(found["column"], sort=False).sum()
    return [str(name) for name in by_column.sort_values(ascending=False, kind="stable").index]


def _worth_ranking(found: pd.DataFrame, average: float, doubt: frozenset[str]) -> list[str]:
    """Say which levels surely convert well above the average, those with the most conversions beyond it first."""
    sure = found[(found["verdict"] == ABOVE) & (found["levels"] == 1) & (found["lift"] >= _TIMES)]
    sure = sure[(sure["low"] > average) & ~sure["column"].isin(doubt)]
    beyond = (sure["leads"] * (sure["low"] - average)).sort_values(ascending=False, kind="stable")
    beyond = beyond[beyond >= _BEYOND]
    return [
        f"{shortened(line.column, LETTERS)} '{line.short}': {line.said} of {line.leads:,} leads convert, "
        f"{line.lift:.1f} times the average. A sign to rank by, if it is known beforehand."
        for line in lines_of(sure.loc[beyond.index].drop_duplicates("column")[:_ACTS])
    ]


def _read_as(found: pd.DataFrame, features: pd.DataFrame) -> list[str]:
    """Return for each line the spelling that folding reads its level as, empty where that is its own."""
    names = [name for name in category_columns(features) if (found["column"] == name).any()]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that spellings were folded is said here
        folded = Spellings(similar=100.0).fit_transform(features[names])
    pairs = {name: dict(zip(features[name], folded[name], strict=True)) for name in names}
    read = [pairs.get(line.column, {}).get(line.level, line.level) for line in lines_of(found)]
    return [spelling if spelling != level else "" for spelling, level in zip(read, found["level"], strict=True)]


def _sentences(found: pd.DataFrame, leads: Counted, telling: Sequence[str]) -> list[str]:
    asked = found[found["levels"] <= 1]
    above, below = ((asked["verdict"] == verdict).sum() for verdict in (ABOVE, BELOW))
    said = [
        f"On average {percent(leads.average)} of the leads convert. Of {plural(len(asked), 'level')} in "
        f"{plural(found['column'].nunique(), 'column')}, {above:,} surely convert more often and {below:,} less often.",
    ]
    if len(telling) > 1:
        said.append(f"The levels of {listed(telling[:3])} differ most.")
    said.append(
        "'Surely' allows for how many levels were looked at: of those called so, about 5 % may be so by chance. Lift "
        "is the rate over the average. A column that the sales team fills in later knows more than a fresh lead shows."
    )
    if respelled := int((found["read_as"] != "").sum()):
        said.append(
            f"{plural(respelled, 'level')} would be merged with a more frequent spelling by folding case, spaces and "
            "hyphens. Spellings come from different forms and years, so their rates may differ for that reason."
        )
    if len(found) > _LISTED:
        said.append(f"The table holds the {_LISTED:,} surest of {len(found):,} lines; rates.csv holds all.")
    return said


def _spellings(found: pd.DataFrame) -> PageTable | None:
    """Return the spellings that folding would merge beside those they would be read as, those that differ first."""
    lines = lines_of(found)
    known = {(line.column, line.level): line for line in lines if line.levels == 1}
    pairs = [
        (line, other)
        for line, read_as in zip(lines, found["read_as"], strict=True)
        if read_as and (other := known.get((line.column, read_as)))
    ]
    if not pairs:
        return None
    pairs.sort(key=lambda pair: (not _apart(*pair), -pair[0].leads))
    rows = [
        [
            line.column,
            f"{line.short}: {line.said} of {line.leads:,}",
            f"{other.short}: {other.said} of {other.leads:,}",
            "yes" if _apart(line, other) else "not surely",
        ]
        for line, other in pairs[:_SPELLINGS]
    ]
    caption = (
        f"Spellings that folding would merge and how often leads of each convert: {len(rows):,} of {len(pairs):,} "
        "pairs. Where the rates differ, merging loses what the spelling tells."
    )
    return PageTable(caption, ["column", "spelling", "would be read as", "rates differ"], rows)


def _apart(one: Line, other: Line) -> bool:
    """Say if the intervals do not meet."""
    return one.low > other.high or one.high < other.low


def _plot(found: pd.DataFrame, names: Sequence[str], average: float) -> Plot:
    figure, every = panels(len(names), across=2, height=2.4)
    for plain, name in zip(every, names, strict=True):
        lines = found[(found["column"] == name) & (found["levels"] <= 1)]
        lines = lines.sort_values(["p_value", "leads"], ascending=[True, False], kind="stable")[:_LEVELS_DRAWN]
        dotted(plain, lines_of(lines.sort_values("rate", ascending=False, kind="stable")), average)
        titled(plain, name)
    for plain in every[-2:]:
        plain.set_xlabel("convert, %", fontsize=SMALL)
    caption = (
        f"Share of leads that convert, with 95 % intervals, in {listed(names)}: of each the {_LEVELS_DRAWN} levels "
        f"that are off the average most surely (leads in brackets). The dashed line is the average, "
        f"{percent(average)}; triangles up lie surely above it, triangles down surely below, dots may be either."
    )
    return Plot(drawn(figure), caption)


def _live(found: pd.DataFrame) -> LiveTable:
    """Return the surest lines as a table to search and filter."""
    surest = found.sort_values(["p_adjusted", "leads"], ascending=[True, False], kind="stable")[:_LISTED]
    rows = [
        LiveRow(
            [line.column, *line.cells],
            {"column": line.column, "verdict": line.verdict or UNSURE},
            [("folded", f"would be read as '{shortened(read_as, LETTERS)}'")] if read_as else [],
        )
        for line, read_as in zip(lines_of(surest), surest["read_as"], strict=True)
    ]
    caption = "Leads that convert by level of each column, the surest difference from the average first."
    return LiveTable(caption, _COLUMNS, rows, _NUMBERS, "level", ["column", "verdict"])
