"""What feedback says as a page, which names no lead and no customer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from bench.customer.feedback.judge import Feedback
from bench.customer.feedback.said import answers, details, level_told, share_told
from bench.customer.feedback.slices import CUSTOMER, FEWEST_LEADS, PERIOD, SCORE
from bench.data.notices import plural
from bench.page.block import Block, PageTable, Plot
from bench.page.page import page
from bench.page.plots import FIRST, PALE, axes, drawn

_SLICES: Final = {PERIOD: "By period", CUSTOMER: "Known and new customers", SCORE: "By score"}


def feedback_page(feedback: Feedback, drift: Iterable[str], made: Sequence[str]) -> str:
    """Return a page whose opening answers, and whose block says what the answers rest on.

    Parameters
    ----------
    drift : what `drift_sentences` says
    made : how the page is made again
    """
    title = f"{feedback.manifest.experiment}: feedback"
    return page(title, answers(feedback), [feedback_block(feedback, drift)], made)


def feedback_block(feedback: Feedback, drift: Iterable[str] = ()) -> Block:
    """Return what stands behind the answers.

    No lead and no customer is named, and no level of fewer than `FEWEST_LEADS` leads or `FEWEST_UNITS` companies.

    Parameters
    ----------
    drift : what `drift_sentences` says
    """
    named = {slicing.name for slicing in feedback.slicings if slicing.named}
    told = tuple(one for one in feedback.unlike if one.slicing in named)
    compared = feedback.compared if told or not feedback.unlike else 0  # not "no part differs" where one is not named
    said = details(replace(feedback, unlike=told, compared=compared))
    tables = [
        _table(feedback, slicing.name)
        for slicing in sorted(feedback.slicings, key=lambda one: one.name != PERIOD)
        if slicing.named
    ]
    plots = [_reliability(feedback)] if feedback.enough else []
    return Block("How good the scores were, and where", [*said, *drift], [one for one in tables if one.rows], plots)


def _table(feedback: Feedback, name: str) -> PageTable:
    rows = feedback.table
    # An interval needs `FEWEST_UNITS` companies: a level of one of them may be its name.
    shown = (rows["leads"] >= FEWEST_LEADS) & rows["converted_of_expected_low"].notna()
    held = rows[(rows["slice"] == name) & shown]
    cells = [
        (
            level_told(row["level"]),
            f"{row['leads']:,}",
            f"{row['called']:,}",
            f"{row['converted']:,}",
            f"{row['expected']:,.0f}",
            share_told(row, "precision"),
            share_told(row, "recall"),
        )
        for _, row in held.iterrows()
    ]
    columns = (name, "leads", "called", "converted", "expected", "of the called converted", "of the converting called")
    caption = f"{_SLICES.get(name, f'By {name}')}, with 95 % intervals."
    if name == PERIOD and feedback.periods:
        caption = f"{caption} {feedback.periods}"
    return PageTable(caption, columns, cells, frozenset(columns[1:]))


def _reliability(feedback: Feedback) -> Plot:
    """Draw what came against what was expected, leads in ten bins."""
    assert feedback.calibration is not None
    table = feedback.calibration.table
    figure, plain = axes(4.6, 4.2)
    most = min(1.0, 1.05 * float(table[["predicted", "high"]].to_numpy().max()))
    plain.plot([0, most], [0, most], color=PALE, linestyle="--", label="as expected")
    observed = table["observed"].to_numpy()
    ends = np.clip([observed - table["low"], table["high"] - observed], 0, None)
    plain.errorbar(table["predicted"], observed, yerr=ends, fmt="o", color=FIRST, capsize=3, label="what came")
    plain.set(xlabel="expected share that converts", ylabel="share that converted", xlim=(0, most), ylim=(0, most))
    plain.legend(frameon=False)
    return Plot(
        drawn(figure),
        f"Expected and real conversions of {plural(len(table), 'band')} of about as many leads, from the least to the "
        "likeliest, with 95 % intervals that take leads for independent; on the dashed line they are the same.",
    )
