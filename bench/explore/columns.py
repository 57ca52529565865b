"""What one column holds, in figures that quote no single lead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bench.data.cells import Cells, days, moments, numbers
from bench.data.dataset import Column
from bench.data.kinds import Suspect, suspect_numbers, suspect_placeholders
from bench.explore.look import Look
from bench.page.block import FEWEST_SHOWN
from bench.plan.suggest import personal

QUANTILES: Final = (0.01, 0.25, 0.50, 0.75, 0.99)
_TEXTS = 500  # drawn to tell their languages
_SEED = 7  # the same texts each time


@dataclass(frozen=True)
class Profile:
    """A column of the labelled table.

    Attributes
    ----------
    role : what the experiment uses it for
    gaps : share of leads whose cell is empty, a placeholder, or unreadable as what the column is
    levels : different values, gaps left out
    common : the most frequent value and its leads; None where fewer than `FEWEST_SHOWN` hold it, or it names somebody
    quantiles : of numbers, and of the lengths of texts in characters; each has as many leads beyond it
    months : of dates, the first and the last month in which as many leads lie
    languages : ISO 639 code -> share of texts drawn, the most frequent first
    placeholders : value read as a gap -> leads
    blanked : placeholders among them that lie between other numbers of the column, and so look like numbers themselves
    suspects : values that may stand for a gap
    private : which data of people it looks like; empty for none
    """

    name: str
    kind: str
    why: str
    role: str
    gaps: float
    levels: int
    common: tuple[str, int] | None
    quantiles: Mapping[float, float]
    months: tuple[str, str] | None
    languages: Mapping[str, float]
    placeholders: Mapping[str, int]
    blanked: tuple[str, ...]
    suspects: tuple[Suspect, ...]
    private: str


def profiles(look: Look) -> list[Profile]:
    """Return what each column holds, the target first, the others in the table's order."""
    return [_target(look), *(_profile(look, column) for column in look.dataset.columns)]


def _target(look: Look) -> Profile:
    y, (negative, positive) = look.dataset.y, look.dataset.labels
    counts = {negative: int((y == 0).sum()), positive: int(y.sum())}
    label = max(counts, key=lambda name: counts[name])
    why = f"{positive} converted, {negative} did not"
    common = (label, counts[label]) if counts[label] >= FEWEST_SHOWN else None
    return Profile(look.roles.target, "category", why, "target", 0.0, 2, common, {}, None, {}, {}, (), (), "")


def _profile(look: Look, column: Column) -> Profile:
    cells = look.values[column.name]
    private = personal(column, cells)
    placeholders = _placeholders(look, column.name)
    named = bool(private) or column.kind == "identifier"
    return Profile(
        name=column.name,
        kind=column.kind,
        why=column.reason,
        role=_role(look, column),
        gaps=float(look.gap[column.name].mean()),
        levels=column.levels,
        common=None if named or column.kind == "text" else _common(cells),
        quantiles={} if named else _quantiles(column.kind, cells),
        months=_months(cells) if column.kind == "date" else None,
        languages=_languages(look.cells[column.name]) if column.kind == "text" and not private else {},
        placeholders=placeholders,
        blanked=_between(placeholders, cells) if column.kind == "number" else (),
        suspects=suspects_of(column.kind, cells),
        private=private,
    )


def _role(look: Look, column: Column) -> str:
    """Return what the experiment uses a column for, in words: of a company that is dropped, both."""
    roles = look.roles
    named = {roles.id: "id", roles.groups: "company", roles.time: "time"}
    parts = [named[column.name]] if column.name in named else []
    if column.name in roles.drop:
        parts.append("dropped")
    elif column.kind in ("identifier", "constant") and not parts:
        parts.append("left out")
    return ", ".join(parts) or "feature"


def _common(cells: Cells) -> tuple[str, int] | None:
    if not cells.present or cells.counts.max() < FEWEST_SHOWN:
        return None
    top = int(np.argmax(cells.counts))
    return str(cells.levels.iloc[top]), int(cells.counts[top])


def _quantiles(kind: str, cells: Cells) -> dict[float, float]:
    """Return quantiles of numbers or of the lengths of texts, those with enough leads on either side."""
    if kind == "number":
        values = cells.spread(numbers(cells.levels))
    elif kind == "text":
        values = cells.spread(np.asarray(cells.levels.str.len(), dtype=np.float64))
    else:
        return {}
    values = values[np.isfinite(values)]
    shown = [q for q in QUANTILES if min(q, 1 - q) * len(values) >= FEWEST_SHOWN]
    return dict(zip(shown, np.quantile(values, shown).tolist(), strict=True)) if shown else {}


def _months(cells: Cells) -> tuple[str, str] | None:
    """Return the first and the last month that enough leads share."""
    months = month_of(cells.spread(days(cells.levels)))
    known, rows = np.unique(months[~np.isnat(months)], return_counts=True)
    enough = known[rows >= FEWEST_SHOWN]
    return (str(enough[0]), str(enough[-1])) if len(enough) else None


def month_of(since: NDArray[np.float64]) -> NDArray[np.datetime64]:
    """Return the month of days since 1970-01-01, NaN as NaT."""
    return moments(since).astype("datetime64[M]")


def _languages(texts: pd.Series[str]) -> dict[str, float]:
    """Return the languages of texts drawn at random, those of enough of them."""
    from bench.components.steps.derived.messages import language_of  # a model of languages, and only texts need it

    filled = texts.dropna()
    drawn = filled.sample(min(_TEXTS, len(filled)), random_state=_SEED)
    told = drawn.map(language_of).value_counts()
    return {str(code): float(rows / len(drawn)) for code, rows in told.items() if rows >= FEWEST_SHOWN}


def _placeholders(look: Look, name: str) -> dict[str, int]:
    """Return the placeholders of a column that the experiment names, the most frequent first."""
    if not look.roles.missing:
        return {}
    written = look.written[name]
    counts = written[written.isin(look.roles.missing)].value_counts()
    return {str(value): int(rows) for value, rows in counts.items() if rows >= FEWEST_SHOWN}


def _between(placeholders: Mapping[str, int], cells: Cells) -> tuple[str, ...]:
    """Return the placeholders that are numbers with others of the column below and above them."""
    texts = pd.Series(list(placeholders), dtype="str")
    others, spelled = numbers(cells.levels), numbers(texts)
    others = others[np.isfinite(others)]
    if not len(others):
        return ()
    return tuple(texts[(spelled > others.min()) & (spelled < others.max())].tolist())


def suspects_of(kind: str, cells: Cells) -> tuple[Suspect, ...]:
    """Return the texts of a category, or the numbers, that may stand for a gap."""
    if kind == "category":
        return suspect_placeholders(cells)
    return suspect_numbers(cells) if kind == "number" else ()
