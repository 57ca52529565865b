"""Which columns have gaps together, and what a gap says of conversion."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import pandas as pd

from bench.data.notices import listed, plural, shortened
from bench.explore.look import Look, Seen
from bench.explore.missing import LETTERS, Gap, Pattern, gaps_of, missing_cells, patterns_of
from bench.explore.outcomes import Mask, percent
from bench.page.block import Block, PageTable, Plot
from bench.page.plots import FIRST, PALE, axes, drawn

SURE: Final = 0.05  # chance of one false finding or more among all gaps that are tested, by Bonferroni
EXPECTED: Final = 20.0  # leads that chance would bring and that are not there, for a rule to be one
BROKEN: Final = 0.01  # of those, for a rule to hold nevertheless
MORE_GAPS: Final = 0.10  # of the rows, as in `bench.explore.sides`, which says so of these
_ACTS: Final = 1  # the block tells of more
PATTERNS, DRAWN, LISTED = 12, 24, 20  # shown in the plot and the tables
MOSTLY: Final = 0.5  # share of the leads that miss a column, for its gap to be the usual
TELLING: Final = 0.05  # correlation of gap and conversion from which somebody would act upon it


def gaps(look: Look) -> Seen | None:
    """Return which columns are missing together, the patterns they make, and whether a gap goes with conversion."""
    names = [str(name) for name in look.cells if name != look.roles.id]
    missing = missing_cells(look.cells[names], look.dataset.features)
    asked = None
    if look.submission_cells is not None and look.dataset.submission is not None:
        there = [name for name in names if name in look.submission_cells]
        asked = missing_cells(look.submission_cells[there], look.dataset.submission)
    if not missing.to_numpy().any() and (asked is None or not asked.to_numpy().any()):
        return Seen(Block("Gaps", ["No cell is missing."]))
    outcomes = look.outcomes
    found = gaps_of(missing, asked, outcomes)
    patterns = patterns_of(found, outcomes)
    sheets = {"gaps": _sheet(found, missing, asked)}
    if patterns:
        sheets["gap_patterns"] = _pattern_sheet(found, patterns)
    told = sorted((gap for gap in found if gap.doubt < SURE), key=lambda gap: -abs(gap.tells))
    sentences = [_how_many(missing), *_together(found), *_rules(found), *_telling(told, found)]
    plots = [_plot(found, patterns)] if patterns else []
    block = Block("Gaps", sentences, [*_tables(found, patterns)], plots)
    return Seen(block, list(_act(told, look.doubted))[:_ACTS], sheets)


def _how_many(missing: pd.DataFrame) -> str:
    columns = int(missing.any().sum())
    if not columns:
        return "No cell of the labelled leads is missing; of the rows to predict some are."
    whole = int((~missing.to_numpy().any(axis=1)).sum())
    return (
        f"{percent(float(missing.to_numpy().mean()))} of the cells are missing, in {columns:,} of "
        f"{plural(missing.shape[1], 'column')}; {percent(whole / len(missing))} of the leads have no gap."
    )


def _together(found: Sequence[Gap]) -> Iterator[str]:
    groups = [gap for gap in found if len(gap.columns) > 1]
    if groups:
        said = "; ".join(f"{gap.name} (in {percent(gap.share)} of the leads)" for gap in groups[:4])
        yield f"Missing together, and one thing to ask about: {said}."


def _rules(found: Sequence[Gap]) -> Iterator[str]:
    """Say which columns are filled in only where another is, and which never are both."""
    some = [gap for gap in found if 0 < gap.share < 1]
    within = [
        (one, max(around, key=lambda other: other.share))
        for one in some
        if (around := [other for other in some if other.share < one.share and _broken(one, other.missing)])
    ]
    apart = [(one, other) for at, one in enumerate(some) for other in some[:at] if _broken(one, ~other.missing)]
    if within:
        said = "; ".join(
            f"{one.name} only where {shortened(other.columns[0], LETTERS)} is" for one, other in within[:4]
        )
        yield f"Given only where another column is: {said}."
    if apart:
        said = "; ".join(f"{one.name} and {other.name}" for one, other in apart[:4])
        yield f"Never given both in one lead: {said}."


def _broken(one: Gap, elsewhere: Mask) -> bool:
    """Say if a column is (nearly) never given where chance would bring it ``EXPECTED`` times or more."""
    given = ~one.missing
    by_chance = given.sum() * elsewhere.mean()
    return bool(by_chance >= EXPECTED and (given & elsewhere).sum() <= BROKEN * by_chance)


def _telling(told: Sequence[Gap], found: Sequence[Gap]) -> Iterator[str]:
    tested = sum(gap.without.rate is not None and gap.given.rate is not None for gap in found)
    if not tested:
        return
    if not told:
        yield f"No gap surely goes with conversion, of {tested:,} tested together."
        return
    yield (
        f"{len(told):,} of {plural(tested, 'gap')} surely {'goes' if len(told) == 1 else 'go'} with conversion (the "
        f"chance that any of them is a false alarm is below {SURE:.0%}). The most telling: "
        f"{'; '.join(f'{gap.name}, {_both(gap)}' for gap in told[:3])}."
    )


def _both(gap: Gap) -> str:
    return f"{gap.without} of the leads convert where it is missing and {gap.given} where it is given"


def _act(told: Sequence[Gap], doubted: frozenset[str]) -> Iterator[str]:
    """Say of the most telling gaps what to do; those that the rows to predict have more or less often are no sign."""
    for gap in told:
        lasts = gap.asked is None or abs(gap.asked - gap.share) < MORE_GAPS
        if abs(gap.tells) >= TELLING and lasts and doubted.isdisjoint(gap.columns):
            yield (
                f"{gap.name}: {gap.without} of the {gap.without.leads:,} leads without it convert, {gap.given} of the "
                f'{gap.given.leads:,} with it. Let models see the gap (imputation = "keep_gaps"), and ask why it is '
                "not filled in."
            )


def _tables(found: Sequence[Gap], patterns: Sequence[Pattern]) -> Iterator[PageTable]:
    shown = found[:LISTED]
    cells = {
        "missing together": [gap.name for gap in shown],
        "leads": [percent(gap.share) for gap in shown],
        "to predict": ["" if gap.asked is None else percent(gap.asked) for gap in shown],
        "convert where missing": [str(gap.without) for gap in shown],
        "convert where given": [str(gap.given) for gap in shown],
        "surely differ": ["yes" if gap.doubt < SURE else "" for gap in shown],
    }
    if all(gap.asked is None for gap in found):
        del cells["to predict"]
    rest = f" The {LISTED} most frequent of {len(found):,}; all are in gaps.csv." if len(found) > LISTED else ""
    numbers = frozenset(cells) - {"missing together", "surely differ"}
    caption = f"How often columns are missing, and how many leads convert, with 95% intervals.{rest}"
    yield PageTable(caption, list(cells), list(zip(*cells.values(), strict=True)), numbers)
    if len(patterns) > 1:
        usual = listed(gap.name for gap in found if gap.share >= MOSTLY) or "nothing"
        columns = ("pattern", "leads", "convert")
        rows = [(_unusual(found, one), f"{one.leads:,}", str(one.rate)) for one in patterns[:PATTERNS]]
        caption = f"The most frequent patterns of gaps. What most leads miss is the usual: {usual}."
        yield PageTable(caption, columns, rows, frozenset(columns[1:]))


def _unusual(found: Sequence[Gap], one: Pattern) -> str:
    """Return what sets a pattern apart from the columns that most leads miss."""
    pairs = list(zip(found, one.missing, strict=True))
    gone = [gap.name for gap, lacks in pairs if lacks and gap.share < MOSTLY]
    here = [gap.name for gap, lacks in pairs if not lacks and gap.share >= MOSTLY]
    said = [f"{word} {listed(names)}" for word, names in (("also missing", gone), ("given", here)) if names]
    return "; ".join(said) or "the usual"


def _plot(found: Sequence[Gap], patterns: Sequence[Pattern]) -> Plot:
    """Draw each pattern as a bar over its dots: filled where a column is missing (UpSet; Lex et al. 2014)."""
    shown, drawn_gaps = patterns[:PATTERNS], list(found[:DRAWN])
    figure, plain = axes(7.4, 1.9 + 0.24 * len(drawn_gaps))
    most, tall = shown[0].leads, max(3.0, 0.45 * len(drawn_gaps))
    for at, one in enumerate(shown):
        height = tall * one.leads / most
        plain.bar(at, -height, bottom=-0.8, width=0.55, color=FIRST)
        plain.text(at, -0.9 - height, f"{one.leads:,}", ha="center", va="bottom", fontsize=8)
        gone = [row for row, lacks in enumerate(one.missing[: len(drawn_gaps)]) if lacks]
        here = [row for row in range(len(drawn_gaps)) if row not in gone]
        plain.plot([at] * len(gone), gone, "o", color=FIRST, markersize=7)
        plain.plot([at] * len(here), here, "o", color=PALE, markersize=3, fillstyle="none")
    plain.set_yticks(range(len(drawn_gaps)), [_label(gap) for gap in drawn_gaps])
    rates = ["" if one.rate.rate is None else percent(one.rate.rate) for one in shown]
    plain.set_xticks(range(len(shown)), rates, rotation=45)  # side by side they would run together
    plain.set(xlabel="of the leads with this pattern convert", ylim=(len(drawn_gaps) - 0.4, -2.2 - tall))
    plain.grid(visible=False)
    plain.spines["left"].set_visible(False)
    plain.tick_params(length=0)
    total, leads = sum(one.leads for one in shown), len(found[0].missing)
    return Plot(
        drawn(figure),
        f"The {len(shown)} most frequent patterns of gaps, {percent(total / leads)} of the leads: bars are leads, a "
        "large dot below is a column (or several) that they miss, a small ring one that they have.",
    )


def _label(gap: Gap) -> str:
    more = f" + {len(gap.columns) - 1}" if len(gap.columns) > 1 else ""
    return shortened(gap.columns[0], 24) + more


def _sheet(found: Sequence[Gap], missing: pd.DataFrame, asked: pd.DataFrame | None) -> pd.DataFrame:
    """Return a row for each column with gaps; those with one number in ``together`` are missing together."""
    rows: list[dict[str, Any]] = []
    for number, gap in enumerate(found, 1):
        for column in gap.columns:
            rows.append(
                {
                    "column": column,
                    "together": number,
                    "gaps": int(missing[column].sum()),
                    "share": float(missing[column].mean()),
                    "share_to_predict": float(asked[column].mean()) if asked is not None and column in asked else None,
                    **gap.without.cells("missing"),
                    **gap.given.cells("given"),
                    "p_of_all_tested": gap.doubt,
                    "phi": gap.tells,
                }
            )
    return pd.DataFrame(rows)


def _pattern_sheet(found: Sequence[Gap], patterns: Sequence[Pattern]) -> pd.DataFrame:
    """Return a row for each pattern; counted are the leads that its rate is of."""

    def missed(one: Pattern) -> str:
        names = [name for gap, gone in zip(found, one.missing, strict=True) if gone for name in gap.columns]
        return ", ".join(names) or "nothing"

    return pd.DataFrame({"missing": missed(one), "leads": one.leads, **one.rate.cells("counted")} for one in patterns)
