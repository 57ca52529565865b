"""What calling the best segments first is worth, as a part of a page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from bench.customer.target.segments import Segment, Target
from bench.page.block import Block, PageTable, Plot
from bench.page.plots import FIRST, PALE, SECOND, axes, drawn

ASIDE: Final = 1.25  # times that the assumed share of positives lies from the labelled one before it is spoken of


def target_block(target: Target) -> Block:
    """Return the target table as a part of a page: what calling the best segments first is worth."""
    tables = [
        _page_table(target, kind, caption)
        for kind, caption in (
            (target.bands, "Leads by their chance, in tenths."),
            (target.tiers, "Leads by tier."),
            (target.groups, "Leads by what is known of them."),
        )
        if len(kind) > 1
    ]
    return Block("What calling the best first finds", _sentences(target), tables, [_gains_plot(target)])


def _sentences(target: Target) -> list[str]:
    """Say what calling from the best segment down saves, and how far the groups are to be trusted."""
    said = []
    if len(target.bands) > 1:
        at = min(1, len(target.bands) - 2)
        best, leads = target.bands[at], target.bands[-1].cumulative_leads
        first = "the first band" if at == 0 else "the first two bands"
        said.append(
            f"Calling {first}, {_percent(best.cumulative_leads / leads)} of the leads, finds "
            f"{_percent(best.cumulative_gains)} of the conversions: {best.cumulative_leads:,} calls, where calling at "
            f"random takes {best.cumulative_leads + best.calls_saved:,.0f} to find as many."
        )
    else:
        said.append("All leads have the same chance: nobody is to be called first.")
    rate = sum(one.converted for one in target.bands) / sum(one.leads for one in target.bands)
    if target.open_rate is not None and not 1 / ASIDE < target.open_rate / rate < ASIDE:
        said.append(
            f"Of the labelled leads {_percent(rate)} converted, of those to call {_percent(target.open_rate)} are "
            "assumed to: rates and calls saved are of the labelled leads, expected conversions of those to call."
        )
    return said + _of_groups(target)


def _of_groups(target: Target) -> list[str]:
    if len(target.groups) == 1:
        return ["No column tells apart leads that convert more often than others."]
    told = [one for one in target.groups if one.told_by]
    first, last = told[0], told[-1]
    average = sum(one.rate * one.leads for one in told) / sum(one.leads for one in told)
    if sure := first.low > average:
        best = (
            f"Told by what is known of a lead, the best group is: {first.short}. {_rate_words(first)} of its leads "
            f"convert, {_told(first.lift, '.1f')} times the average."
        )
    else:
        best = (
            "By what is known of a lead no group is found that surely converts more often than the average: the most "
            f"promising one, {first.short}, may as well not ({_rate_words(first)}; on average {_percent(average)})."
        )
    if sure and target.open_rate is not None:
        best += f" {first.open_leads:,} leads to call are in it, of whom {first.expected_conversions:,.0f} may convert."
    half = "companies" if target.by_company else "leads"
    said = [
        best,
        f"The rates of the groups are those of {half} that had no part in finding them and putting them in order, and "
        "so differ from converted over leads: of those that had, they are flattered.",
    ]
    if sure and first.low <= last.high:
        said.append("The best and the worst group may yet convert equally often: their intervals overlap.")
    return said


def _page_table(target: Target, segments: Sequence[Segment], caption: str) -> PageTable:
    cells = {
        "segment": [one.short for one in segments],
        "leads": [f"{one.leads:,}" for one in segments],
        "converted": [f"{one.converted:,}" for one in segments],
        "rate": [_rate_words(one) for one in segments],
        "lift": [_told(one.lift, ".1f") for one in segments],
        "found so far": [_percent(one.cumulative_gains) for one in segments],
        "calls saved": [_told(one.calls_saved, ",.0f") for one in segments],
    }
    if target.open_rate is not None:
        cells["to call"] = [f"{one.open_leads:,}" for one in segments]
        cells["expected"] = [f"{one.expected_conversions:,.0f}" for one in segments]
        caption += f" Expected conversions assume that {_percent(target.open_rate)} of the leads to call convert."
    return PageTable(caption, list(cells), list(zip(*cells.values(), strict=True)), frozenset(cells) - {"segment"})


def _gains_plot(target: Target) -> Plot:
    """Draw the share of the conversions that is found against the share of the leads that is called."""
    figure, plain = axes()
    for segments, label, colour, mark in (
        (target.bands, "by chance", FIRST, "o"),
        (target.groups, "by what is known", SECOND, "s"),
    ):
        called = [0.0, *(100 * one.cumulative_leads / segments[-1].cumulative_leads for one in segments)]
        found = [0.0, *(100 * one.cumulative_gains for one in segments)]
        plain.plot(called, found, color=colour, marker=mark, label=label)
    plain.plot([0, 100], [0, 100], "--", color=PALE, label="at random")
    plain.set(xlabel="leads called, % (the best first)", ylabel="conversions found, %", xlim=(0, 100), ylim=(0, 102))
    plain.legend(frameon=False, loc="lower right")
    return Plot(drawn(figure), "Share of the conversions found when leads are called from the best segment down.")


def _rate_words(one: Segment) -> str:
    if not one.told_by:
        return "cannot be told"
    return f"{_percent(one.rate)} ({_hundredths(one.low)} to {_hundredths(one.high)})"


def _percent(share: float) -> str:
    return "?" if np.isnan(share) else f"{_hundredths(share)}%"


def _hundredths(share: float) -> str:
    """Return a share in percent to two digits; near the whole, to three."""
    return _told(100 * share, ".3g" if share > 0.99 else ".2g")


def _told(number: float, form: str) -> str:
    return "?" if np.isnan(number) else f"{number:{form}}"
