"""The report of a run as a page: what was asked, the answer, and what it rests on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from bench.page.block import Block
from bench.page.page import page
from bench.record.disk import replacing
from bench.report.sections.again import again_block
from bench.report.sections.answer import answer
from bench.report.sections.calibrated import calibrated_block
from bench.report.sections.choices import choices_block
from bench.report.sections.cost import cost_block
from bench.report.sections.customers import customers_block
from bench.report.sections.expected import expected_block
from bench.report.sections.failures import failures_block
from bench.report.sections.findings import findings_block
from bench.report.sections.gains import gains_block
from bench.report.sections.leaning import leaning_block
from bench.report.sections.members import members_block
from bench.report.sections.ranking import ranking_block
from bench.report.sections.thresholds import thresholds_block
from bench.report.told import Told

SECTIONS: Final[tuple[Callable[[Told], Block | None], ...]] = (
    ranking_block,
    choices_block,
    customers_block,
    thresholds_block,
    gains_block,
    calibrated_block,
    expected_block,
    members_block,
    leaning_block,
    cost_block,
    failures_block,
    findings_block,
    again_block,
)
"""In the order of the page; each returns None where there is nothing to tell."""


def write_report(told: Told) -> Path:
    """Write report.html into the folder of the run, and return where it lies."""
    path = told.folder / "report.html"
    blocks = [block for section in SECTIONS if (block := section(told)) is not None]
    with replacing(path) as file:
        file.write(page(told.experiment.name, answer(told), blocks))
    return path
