"""What each column is: its kind, gaps, different values, placeholders."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import pandas as pd

from bench.audit.columns import NEARLY_ALL
from bench.companies import company_of
from bench.data.kinds import Suspect
from bench.data.notices import listed, plural, shortened
from bench.explore.columns import QUANTILES, Profile, profiles
from bench.explore.look import Look, Seen
from bench.page.block import Block, LiveRow, LiveTable
from bench.score.interval import wilson_of_clusters

_SEVERAL: Final = {  # of each kind
    "number": "numbers",
    "category": "categories",
    "text": "texts",
    "date": "dates",
    "identifier": "identifiers",
    "constant": "constants",
}
_COLUMNS: Final = ("column", "kind", "role", "gaps, %", "different values", "most frequent value", "its leads, %")
_LANGUAGE: Final = {"unknown": "too short to tell"}
_FEW: Final = 0.01  # of the leads; what may stand for a gap in fewer comes last
_NAME_LETTERS: Final = 60
_VALUE_LETTERS: Final = 40


def overview(look: Look) -> Seen | None:
    """Return the columns as a table to search, and the table in a few sentences."""
    found = profiles(look)
    rows = len(look.cells)
    caption = (
        "Every column of the labelled leads; a row opens to tell more. Values are shown that at least five leads share."
    )
    live = LiveTable(
        caption,
        _COLUMNS,
        [_row(profile, rows) for profile in found],
        frozenset({"gaps, %", "different values", "its leads, %"}),
        "column",
        ("kind", "role"),
        "look",
    )
    block = Block("The columns", _sentences(look, found), live=live)
    return Seen(block, list(_acts(look, found)), {"columns": _sheet(found, rows)})


def _sentences(look: Look, found: Sequence[Profile]) -> list[str]:
    dataset, rows = look.dataset, len(look.cells)
    company = company_of(dataset.groups, rows)
    hits = np.bincount(company, dataset.y).astype(np.int64)
    share, low, high = wilson_of_clusters(hits, np.bincount(company))
    alike = "" if dataset.groups is None else ", taking into account that leads of one company may be alike"
    kinds = Counter(profile.kind for profile in found if profile.role != "target")
    repeats = int(dataset.features.duplicated().sum())
    held = listed(
        (
            f"{kinds[kind]:,} {kind if kinds[kind] == 1 else several}"
            for kind, several in _SEVERAL.items()
            if kinds[kind]
        ),
        "kind",
    )
    sentences = [
        f"{plural(rows, 'lead')}, of which {int(dataset.y.sum()):,} converted: {share:.1%} (95 % interval {low:.1%} to "
        f"{high:.1%}{alike}).",
        f"{plural(len(found) - 1, 'column')} besides the outcome: {held}. A model may learn from "
        f"{dataset.features.shape[1]:,} of them.",
        f"{plural(repeats, 'lead')} ({repeats / rows:.1%}) repeat another one in every column a model may learn from."
        if repeats
        else "No lead repeats another one in every column a model may learn from.",
    ]
    if dataset.submission is not None:
        sentences.append(f"{plural(len(dataset.submission), 'lead')} are to be predicted.")
    return sentences


def _acts(look: Look, found: Sequence[Profile]) -> Iterator[str]:
    """Yield what calls for a change of the experiment: data of people, gaps that may be none and the reverse."""
    rows = len(look.cells)
    for profile in found:
        if profile.private and profile.role == "feature":
            yield f"{_short(profile)} looks like {profile.private} and is a feature: add it to drop."
        for value in profile.blanked:
            yield (
                f"{_short(profile)}: '{value}' is read as a gap in {plural(profile.placeholders[value], 'lead')}, "
                "though the column has lower and higher numbers: missing counts in every column. If it is a number "
                "there, take it out of missing and blank the stand-ins in the file."
            )
    told = [(suspect, profile) for profile in found if "feature" in profile.role for suspect in profile.suspects]
    elsewhere = _elsewhere(look, told)
    told.sort(key=lambda pair: -pair[0].cells)
    suspected = [
        (suspect.cells, _suspected(suspect, profile, elsewhere[suspect.value], rows)) for suspect, profile in told
    ]
    yield from (sentence for cells, sentence in suspected if cells >= _FEW * rows)
    same = [
        _short(profile)
        for profile in found
        if profile.role == "feature" and profile.common and profile.common[1] >= NEARLY_ALL * rows
    ]
    if same:
        yield (
            f"{listed(same)}: nearly every lead ({NEARLY_ALL:.1%} or more) has the same value there, so there is "
            "nothing to learn that carries over. Add to drop."
        )
    yield from (sentence for cells, sentence in suspected if cells < _FEW * rows)


def _elsewhere(look: Look, told: Sequence[tuple[Suspect, Profile]]) -> dict[str, list[str]]:
    """Return for each value that may stand for a gap the columns of numbers in which it does not look like one."""
    suspected: dict[str, set[str]] = {}
    for suspect, profile in told:
        suspected.setdefault(suspect.value, set()).add(profile.name)
    numbers = [column.name for column in look.dataset.columns if column.kind == "number"]
    return {
        value: [name for name in numbers if name not in where and (look.values[name].levels == value).any()]
        for value, where in suspected.items()
    }


def _suspected(suspect: Suspect, profile: Profile, elsewhere: Sequence[str], rows: int) -> str:
    return (
        f"{_short(profile)}: '{suspect.value}' stands in {plural(suspect.cells, 'lead')} ({suspect.cells / rows:.1%}) "
        f"and may stand for a gap. {_remedy(suspect, elsewhere)}"
    )


def _remedy(suspect: Suspect, elsewhere: Sequence[str]) -> str:
    if not elsewhere:
        return f'If so, add it to missing = ["{suspect.value}"].'
    return (
        f"If so, blank it there in the file, not by missing: that counts in every column, and {listed(elsewhere)} "
        f"{'has' if len(elsewhere) == 1 else 'have'} it as a number."
    )


def _row(profile: Profile, rows: int) -> LiveRow:
    value, leads = profile.common or ("", 0)
    cells = (
        _short(profile),
        profile.kind,
        profile.role,
        f"{100 * profile.gaps:.1f}",
        f"{profile.levels:,}",
        shortened(value, _VALUE_LETTERS),
        f"{100 * leads / rows:.1f}" if leads else "",
    )
    facets = {"kind": profile.kind, "role": profile.role}
    return LiveRow(cells, facets, list(_details(profile)), bool(profile.suspects or profile.private))


def _details(profile: Profile) -> Iterator[tuple[str, str]]:
    yield "why this kind", profile.why
    if profile.private:
        yield "data of people", f"looks like {profile.private}: its values are not shown"
    if profile.placeholders:
        held = (f"'{shortened(value, _VALUE_LETTERS)}' {leads:,}" for value, leads in profile.placeholders.items())
        yield "read as gaps, leads", listed(held, "value")
    if profile.suspects:
        held = (f"'{shortened(suspect.value, _VALUE_LETTERS)}' {suspect.cells:,}" for suspect in profile.suspects)
        yield "may stand for a gap, leads", listed(held, "value")
    if profile.quantiles:
        of = "characters, by share of leads below" if profile.kind == "text" else "value, by share of leads below"
        yield of, "; ".join(f"{q:.0%}: {_figure(value)}" for q, value in profile.quantiles.items())
    if profile.months:
        yield "months", f"{profile.months[0]} to {profile.months[1]}"
    if profile.languages:
        yield (
            "languages of a sample",
            ", ".join(f"{_LANGUAGE.get(code, code)} {share:.0%}" for code, share in profile.languages.items()),
        )


def _short(profile: Profile) -> str:
    return shortened(profile.name, _NAME_LETTERS)


def _figure(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1_000 else f"{value:.4g}"


def _sheet(found: Sequence[Profile], rows: int) -> pd.DataFrame:
    """Return a row a column; what it does not have stays empty."""
    sheet = pd.DataFrame(
        [
            {
                "column": profile.name,
                "kind": profile.kind,
                "why": profile.why,
                "role": profile.role,
                "gaps_share": profile.gaps,
                "different_values": profile.levels,
                "most_frequent": profile.common[0] if profile.common else "",
                "most_frequent_leads": profile.common[1] if profile.common else None,
                **{f"quantile_{q:.2f}": profile.quantiles.get(q) for q in QUANTILES},
                "first_month": profile.months[0] if profile.months else "",
                "last_month": profile.months[1] if profile.months else "",
                "languages": " ".join(f"{code}:{share:.2f}" for code, share in profile.languages.items()),
                "placeholder_leads": sum(profile.placeholders.values()),
                "suspects": "; ".join(f"{suspect.value}: {suspect.cells}" for suspect in profile.suspects),
                "leads": rows,
            }
            for profile in found
        ]
    )
    return sheet.astype({"most_frequent_leads": "Int64"})
