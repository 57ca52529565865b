"""The report of a run as a page: what was asked, the answer, and what it rests on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.page.block import Block, PageTable
from bench.page.page import page
from bench.record.disk import replacing
from bench.report.commands import typed_command
from bench.report.discreet import Reasons
from bench.report.sections.again import again_block
from bench.report.sections.answer import answer
from bench.report.sections.calibrated import calibrated_block
from bench.report.sections.choices import choices_block
from bench.report.sections.cost import cost_block
from bench.report.sections.customers import customers_block
from bench.report.sections.expected import expected_block
from bench.report.sections.failures import failed_sentence, failures_block
from bench.report.sections.findings import findings_block
from bench.report.sections.gains import gains_block
from bench.report.sections.leaning import leaning_block
from bench.report.sections.members import members_block
from bench.report.sections.ranking import ranking_block
from bench.report.sections.thresholds import thresholds_block
from bench.report.told import Told
from bench.run.job import first_line

FILE: Final = "report.html"
WINNER: Final = "a winner, and so a trial that is done on every fold"


@dataclass(frozen=True)
class Section:
    """A part of the report.

    Attributes
    ----------
    block : returns None where there is nothing to tell
    about : what it tells, for a reader who does not find it
    needs : what there must be for it
    """

    block: Callable[[Told], Block | None]
    about: str
    needs: str


SECTIONS: Final = (
    Section(ranking_block, "The leaderboard", "a trial with a recorded cell"),
    Section(failures_block, "What failed", "a recorded cell"),
    Section(
        choices_block,
        "What each choice is worth",
        "finished trials that differ in one choice, and leads and time enough to tell how far chance goes",
    ),
    Section(customers_block, "Known and new customers", "a winner, and companies, a time or rows to predict in [data]"),
    Section(thresholds_block, "The threshold, and what another would mean", WINNER),
    Section(gains_block, "How much sooner than chance conversions are found", WINNER),
    Section(calibrated_block, "Whether probabilities mean what they say", WINNER),
    Section(
        expected_block, "What to expect of the submission", "a submission of the winner, which needs rows to predict"
    ),
    Section(members_block, "The ensemble and its members", "an ensemble of several trials that are done on every fold"),
    Section(leaning_block, "Which columns the winner leans on", "`bench explain`, run after the winner was found"),
    Section(cost_block, "Race and cost", "a recorded cell"),
    Section(findings_block, "What the audit found in the table", "a table"),
    Section(again_block, "How to make the run again", "a record"),
)
"""In the order of the page: what failed stands where it is seen before anything is read into a score."""


def write_report(told: Told) -> Path:
    """Write report.html into the folder of the run, and return where it lies.

    The page comes whatever the run ended with: a part that there is nothing for, or that cannot be made, is named with
    the reason. The same record gives the same bytes, whenever and wherever it is read: nothing on the page is of this
    moment, and what it says of the machine is what the run wrote down.

    Raises
    ------
    OSError
        If the file cannot be written; an earlier one is left as it is.
    """
    opening, blocks, missing = _opening(told), [], []
    for section in SECTIONS:
        made = _made(section, told)
        if isinstance(made, Block):
            blocks.append(made)
        else:
            missing.append((section.about, made))
    if missing:
        table = PageTable("What could not be told of this run.", ("part", "why it is missing"), missing)
        blocks.append(Block("What is missing here", tables=[table]))
    path, closing = told.folder / FILE, f"`{typed_command(told, 'report')}` makes this page again."
    with replacing(path) as file:
        file.write(page(told.experiment.name, opening, blocks, [closing]))
    return path


def _opening(told: Told) -> list[str]:
    try:
        said = answer(told)
    except Exception as error:  # as in `_made`
        said = [*([told.experiment.question] if told.experiment.question else []), _failed(error, told)]
    failed = failed_sentence(told)
    return [*said, *([failed] if failed else [])]


def _made(section: Section, told: Told) -> Block | str:
    """Return a part of the page, or why it is missing."""
    try:
        return section.block(told) or f"It needs {section.needs}."
    except Exception as error:  # of any part, on any record: the others, and the results of hours, are not lost for it
        return _failed(error, told)


def _failed(error: Exception, told: Told) -> str:
    (said,) = Reasons.of(told.dataset).told(first_line(error).replace("; ", ", "))
    return f"It could not be made ({said}), which is an error of Leadbench: please report it."
