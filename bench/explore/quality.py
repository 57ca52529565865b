"""How good the data are: accuracy, completeness, consistency, timeliness."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import pandas as pd

from bench.data.notices import plural, shortened
from bench.explore.accuracy import accuracy
from bench.explore.completeness import GAP, completeness
from bench.explore.consistency import consistency
from bench.explore.fault import Dimension, Fault, largest_first
from bench.explore.look import Look, Seen
from bench.explore.timeliness import timeliness
from bench.page.block import FEWEST_SHOWN, Block, PageTable

SOURCE: Final = (
    "The dimensions are those of Wang and Strong (1996, Beyond accuracy: what data quality means to data consumers) "
    "and of Pipino, Lee and Wang (2002, Data quality assessment), who count each as the share of what is as it should "
    "be. They are not added up: what a fault costs depends on the question."
)
_SHOWN: Final = 12  # faults of one dimension on the page; the sheet has them all
_LETTERS: Final = 120
_FEW: Final = 0.002  # of the leads; a fault of fewer stands in the tables and calls for nothing


def quality(look: Look) -> Seen | None:
    """Return a share for each dimension, by which it was counted, and the columns to blame.

    Each share is a simple ratio, 1 less what is wrong against all (Pipino, Lee and Wang 2002, Data quality assessment,
    doi:10.1145/505248.506010); the dimensions are four of Wang and Strong (1996, doi:10.1080/07421222.1996.11518099).
    What no table can tell by itself, such as a wrong value that looks right, is in none of them.
    """
    dimensions = [accuracy(look), completeness(look), consistency(look), timeliness(look)]
    leads = len(look.cells)
    block = Block(
        "Data quality",
        [*_opening(dimensions), *(sentence for one in dimensions for sentence in one.sentences), SOURCE],
        [_measures(dimensions), *_faults(dimensions, leads)],
        [plot for one in dimensions for plot in one.plots],
    )
    acts = list(_acts(look, dimensions))[:1]  # the tables say what to do about the others
    return Seen(block, acts, {"quality": _sheet(dimensions, leads)})


def _opening(dimensions: Sequence[Dimension]) -> Iterator[str]:
    told = [f"{one.name.lower()} {percent(one.share)}%" for one in dimensions if one.share is not None]
    yield f"In one line: {', '.join(told)}. What each share counts stands in the first table below."


def _acts(look: Look, dimensions: Sequence[Dimension]) -> Iterator[str]:
    """Yield the faults to do something about, those of most leads first."""
    leads = len(look.cells)
    faults = [fault for one in dimensions for fault in one.faults if _calls(look, fault)]
    for fault in largest_first(faults):
        counted, share = plural(fault.leads, "lead"), f"{percent(fault.leads / leads)}%"
        if fault.columns:
            yield f"{shortened(fault.place, _LETTERS)}: {fault.what} ({counted}, {share}). {fault.advice}"
        else:
            yield f"{counted} ({share}) are {fault.what}. {fault.advice}"


def _calls(look: Look, fault: Fault) -> bool:
    """Say whether to do something about a fault: not of few leads, nor of a column that nobody uses."""
    roles = look.roles
    unused = set(roles.drop) - {roles.groups, roles.time}
    if fault.leads < max(FEWEST_SHOWN, _FEW * len(look.cells)):
        return False
    if not fault.columns:  # equal leads may differ in their outcome by chance, which the audit tells
        return any(finding.code == "label-conflicts" for finding in look.findings)
    return bool(fault.advice) and unused.isdisjoint(fault.columns)


def percent(share: float) -> str:
    """Return a share in percent with one decimal; 0.0 and 100.0 only where it is none and all."""
    if 0 < share < 0.0005:
        return "< 0.1"
    return "> 99.9" if 0.9995 <= share < 1 else f"{100 * share:.1f}"


def _measures(dimensions: Sequence[Dimension]) -> PageTable:
    rows = [(one.name, "not told" if one.share is None else percent(one.share), one.measure) for one in dimensions]
    return PageTable(
        "The dimensions, and what each share counts", ("dimension", "%", "what is counted"), rows, frozenset("%")
    )


def _faults(dimensions: Sequence[Dimension], leads: int) -> Iterator[PageTable]:
    for one in dimensions:
        faults = [fault for fault in one.faults if fault.what != GAP]  # a part of its own tells of gaps
        if faults:
            rest = len(faults) - _SHOWN
            more = f"; {rest:,} more are in quality.csv" if rest > 0 else ""
            shown = faults[:_SHOWN]
            cells = {
                "column": [shortened(fault.place, _LETTERS) for fault in shown],
                "leads": [f"{fault.leads:,}" for fault in shown],
                "% of leads": [percent(fault.leads / leads) for fault in shown],
                "what may be wrong": [fault.what for fault in shown],
            }
            if any(fault.advice for fault in shown):
                cells["what to do"] = [fault.advice for fault in shown]
            yield PageTable(
                f"{one.name}: what may be wrong, most leads first{more}",
                list(cells),
                list(zip(*cells.values(), strict=True)),
                frozenset({"leads", "% of leads"}),
            )


def _sheet(dimensions: Sequence[Dimension], leads: int) -> pd.DataFrame:
    """Return a row for each share, its column empty, and one for each fault."""
    names = ["dimension", "column", "what", "leads", "share", "advice"]
    rows: list[tuple[object, ...]] = [(one.name, "", one.measure, leads, one.share, "") for one in dimensions]
    rows += [
        (one.name, fault.place, fault.what, fault.leads, fault.leads / leads, fault.advice)
        for one in dimensions
        for fault in one.faults
    ]
    return pd.DataFrame(rows, columns=names)
