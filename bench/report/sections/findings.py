"""What the audit found in the table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from bench.audit.finding import CODES, Finding
from bench.audit.inspect import WEIGHTS
from bench.data.notices import plural, shortened
from bench.page.block import Block, PageTable
from bench.report.discreet import homeless
from bench.report.told import Told

TITLE: Final = "What the audit found in the table"


def findings_block(told: Told) -> Block | None:
    """Return the section: what may keep the scores from coming true, then what is good to know of the table.

    Neither checks nor notices name a level of fewer than `FEWEST_SHOWN` leads, so they stand here as they are; what a
    notice quotes beside are words of the experiment file.
    """
    tables = [
        _table(f"{title}: {plural(len(found), 'finding')}.", found)
        for weight, title in WEIGHTS.items()
        if (found := [finding for finding in told.findings if finding.weight == weight])
    ]
    if told.notices:
        caption = "What was noticed when the table was read and split into folds."
        tables.append(PageTable(caption, ("notice",), [[homeless(notice)] for notice in told.notices]))
    return Block(TITLE, list(_sentences(told)), tables)


def _sentences(told: Told) -> Iterator[str]:
    leaks = sum(finding.weight == "leak" for finding in told.findings)
    if leaks:
        yield (
            f"{plural(leaks, 'finding')} may keep the scores on this page from coming true: read "
            f"{'it' if leaks == 1 else 'them'} before you rely on a score."
        )
    elif told.findings:
        yield "Nothing was found that may keep the scores on this page from coming true."
    else:
        yield "The audit of the table found nothing."


def _table(caption: str, found: Sequence[Finding]) -> PageTable:
    rows = [
        [shortened(finding.place, 200), f"{CODES[finding.code]} ({finding.code})", finding.evidence, finding.advice]
        for finding in found
    ]
    return PageTable(caption, ("where", "what", "evidence", "what to do"), rows)
