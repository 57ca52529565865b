"""What stands behind the answer of a comparison, part by part: sentences, tables and a plot."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from bench.compare.facts import Line, changed_columns, cost_lines, data_lines, differing_machines, same_arithmetic
from bench.compare.recorded import Recorded
from bench.compare.table import trials_table
from bench.compare.told import LONGEST, Comparison, named, number
from bench.compare.trials import Overlap
from bench.data.notices import listed, plural, shortened
from bench.page.block import Block, PageTable, Plot
from bench.page.plots import FIRST, PALE, axes, drawn

MOST: Final = 200  # rows of a table that is read from top to bottom
DOTS: Final = 300  # of a plot


def blocks(found: Comparison) -> list[Block]:
    """Return what stands behind the answer, part by part."""
    parts = [_scores(found), _file(found), _data(found), _versions(found), _trials(found), _cost(found)]
    return [part for part in parts if part is not None]


def _scores(found: Comparison) -> Block | None:
    if isinstance(found.paired, str):
        return None
    paired = found.paired
    rows = [
        (
            pair.who,
            pair.objective.named,
            "yes" if pair.corrected else "no",
            number(pair.one),
            number(pair.other),
            f"{pair.difference:+,.4f}",
            "" if pair.interval is None else f"{pair.interval[0]:+,.4f} to {pair.interval[1]:+,.4f}",
            pair.ahead or "",
        )
        for pair in paired.pairs
    ]
    companies = f"{paired.units:,} companies (a row of no company is one of its own)"
    drawn_from = companies if paired.units < paired.rows else f"the {paired.rows:,} rows"
    columns = ("of", "score", "corrected", "A", "B", "B less A", "95 % interval", "ahead")
    table = PageTable(f"Scores of the same {paired.rows:,} rows in pairs.", columns, rows, frozenset(columns[3:7]))
    said = [
        f"Both sides are scored in the same draws of {drawn_from}, so what makes rows easy or hard for both falls out "
        "of the difference.",
        "Corrected: in each draw everything is chosen anew, and scored on the rows left out. Not corrected: the "
        "leaders of today, as their leaderboards show them, their thresholds chosen anew in each draw. Intervals are "
        "of the rows that might have come instead, not of another way to split or to train.",
    ]
    return Block("Scores of the same rows", said, [table])


def _file(found: Comparison) -> Block:
    title = "What the files ask for"
    if isinstance(found.files, str):
        return Block(title, [found.files])
    if not found.files:
        texts = found.one.source == found.other.source
        return Block(
            title, ["Both files are the same." if texts else "Both ask for the same, in other words or order."]
        )
    rows = [(shortened(one.key, LONGEST), one.one, one.other) for one in found.files]
    unread = [name for name, run in zip("AB", found.runs, strict=True) if run.asked is None]
    said = [f"{' and '.join(unread)} cannot be read by this version, so defaults are not filled in."] if unread else []
    caption = "Keys that differ; of a list, what the other file's list does not hold."
    return Block(title, said, [PageTable(caption, ("key", "A", "B"), rows[:MOST])])


def _data(found: Comparison) -> Block:
    one, other = found.runs
    columns = changed_columns(one, other)
    said = [
        "Both were run on the same table, read in the same way."
        if found.same_data
        else "The tables differ, or what the file says of their columns does.",
        "Both have the same folds." if found.same_folds else "The folds differ.",
    ]
    tables = [_lines("Data and folds.", data_lines(one, other))]
    if columns is None and not found.same_data:
        said.append("Which columns came or went is not known: a run of an earlier version did not keep their names.")
    if columns:
        tables.append(_lines("Columns that came, went or are read as another kind.", columns, "column"))
    return Block("Data and folds", said, tables)


def _versions(found: Comparison) -> Block:
    lines = differing_machines(*found.runs)
    said = [
        f"{name} has cells of earlier versions too: {listed(run.facts['earlier_versions'], 'library')}."
        for name, run in zip("AB", found.runs, strict=True)
        if isinstance(run.facts.get("earlier_versions"), dict)
    ]
    changed = [name for name, run in zip("AB", found.runs, strict=True) if _is_dirty(run)]
    if changed:
        said.append(f"The code of {' and '.join(changed)} was changed beside its commit, which does not tell how.")
    if not lines:
        return Block("Versions and machine", ["Commit, Python, processor and libraries are the same.", *said])
    return Block("Versions and machine", said, [_lines("What differs.", lines)])


def _is_dirty(run: Recorded) -> bool:
    return str(run.facts.get("commit")).endswith("-dirty")


def _trials(found: Comparison) -> Block:
    both = found.overlap
    alone = f"{len(both.only_one):,} are in A alone, {len(both.only_other):,} in B alone"
    said = [f"{plural(both.many, 'trial')} {'is' if both.many == 1 else 'are'} in both, {alone}."]
    said += _predictions(found)
    if both.moved:
        equal = sum(one.change == 0 for one in both.moved)
        said.append(f"{plural(len(both.moved), 'trial')} finished in both; {equal:,} with the same score to the digit.")
        if not found.same_data and isinstance(found.paired, str):
            said.append(
                "Their scores are of other rows in A than in B: what has changed may be the rows, not the trial."
            )
    if both.tau is not None:
        said.append(f"Their ranks agree with Kendall's tau {both.tau:.2f} (1: the same order, 0: none in common).")
    if both.tied[0] and both.tied[2]:
        said.append(
            f"Of the {both.tied[0]:,} trials that may be the best of A, {both.tied[1]:,} may be that of B too, where "
            f"{both.tied[2]:,} may."
        )
    plots = [_plot(both)] if sum(one.change != 0 for one in both.moved) > 2 else []
    return Block("Trials", said, plots=plots, live=trials_table(found))


def _predictions(found: Comparison) -> Iterator[str]:
    """Yield how many cells hold the same predictions, and what it means if some do not."""
    both, apart = found.overlap, found.overlap.compared - found.overlap.equal
    if not both.compared:
        if both.many:
            yield "Data or folds are others, so the same trial has other predictions in A and in B."
    elif not apart:
        yield f"All {plural(both.compared, 'cell')} done in both hold the same predictions, bit for bit."
    else:
        yield (
            f"Of {plural(both.compared, 'cell')} done in both, {apart:,} hold other predictions "
            f"({listed((f'{trial} {found.one.trials[trial]}' for trial in both.unequal), 'trial')})."
        )
        if not same_arithmetic(*found.runs):
            yield "Versions or machine differ, which may explain it."
        elif found.one.facts.get("commit") != found.other.facts.get("commit"):
            yield "Versions and machine are the same, the code is not: what it computes has changed."
        else:
            yield "Versions, machine and code are the same, so they should be equal: something is left to chance."


def _plot(both: Overlap) -> Plot:
    """Draw the scores of the trials in both against each other."""
    step = -(-len(both.moved) // DOTS)
    dots = sorted(one.scores for one in both.moved)[::step]
    figure, plain = axes(4.6, 4.2)
    low, high = min(min(pair) for pair in dots), max(max(pair) for pair in dots)
    plain.plot([low, high], [low, high], color=PALE, linestyle="--", label="the same in both")
    plain.plot(*zip(*dots, strict=True), "o", color=FIRST, markersize=4, label="a trial")
    name = named(both.metric)
    plain.set(xlabel=f"{name} in A", ylabel=f"{name} in B")
    plain.legend(frameon=False)
    changes = sorted(one.change for one in both.moved)
    middle = changes[len(changes) // 2]
    some = f"{len(dots):,} of the " if step > 1 else ""
    caption = (
        f"{name} of {some}{plural(len(both.moved), 'trial')} finished in both, in A and in B; on the dashed line "
        f"nothing has changed. The middle change is {middle:+,.4f}, the lowest {changes[0]:+,.4f}, the highest "
        f"{changes[-1]:+,.4f}."
    )
    return Plot(drawn(figure), caption)


def _cost(found: Comparison) -> Block:
    said = ["Seconds depend on the machine and on what else it had to do; what cells share counts once."]
    return Block("What they cost", said, [_lines("Cells, seconds and memory.", cost_lines(*found.runs))])


def _lines(caption: str, lines: Sequence[Line], first: str = "what") -> PageTable:
    rows = [tuple(shortened(cell, LONGEST) for cell in line) for line in lines[:MOST]]
    return PageTable(caption, (first, "A", "B"), rows)
