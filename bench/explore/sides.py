"""The labelled leads and those to predict, side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from bench.data.notices import Notices, listed, plural, shortened
from bench.data.roles import Kind
from bench.data.typed import typed_like_train
from bench.explore.apart import LETTERS, REST, Side, side_of
from bench.explore.look import Look, Seen
from bench.explore.outcomes import percent
from bench.page.block import Block, PageTable, Plot
from bench.page.plots import FIRST, PALE, SECOND, axes, drawn

CLEAR: Final = 0.1  # difference, beyond chance, that is spoken of; also of shares of gaps, as in `bench.audit.drift`
DRAWN: Final = 0.03  # from which a difference beyond chance is drawn
FEW_KNOWN: Final = 0.5  # share of the rows to predict whose company is known, below which folds have to say so
PLOTTED, LISTED = 6, 20


def sides(look: Look) -> Seen | None:
    """Return how the rows to predict differ from the labelled leads; None without rows to predict."""
    if look.dataset.submission is None or not len(look.dataset.submission):
        return None
    found = sorted(_sides(look), key=lambda side: -side.differs)
    known = _companies(look)
    sentences = [*_told_apart(look), *known, *_differing(found), *_respelled(found)]
    features = [side for side in found if side.name in look.dataset.features]
    drawn_sides = [side for side in features if side.parts and side.distance - side.chance >= DRAWN]
    drawn_sides.sort(key=lambda side: side.chance - side.distance)
    plots = [_plot(drawn_sides[:PLOTTED])] if drawn_sides else []
    act = [*_spell(features), *_know(look), *_gaps(look, features)]
    sheets = {"sides": _sheet(found)}
    if any(side.parts for side in found):
        sheets["sides_parts"] = _part_sheet(found)
    if any(side.respelled for side in found):
        sheets["sides_spellings"] = _spelling_sheet(found)
    block = Block("Labelled leads and those to predict", sentences, [_table(found)], plots)
    return Seen(block, act, sheets)


def _sides(look: Look) -> Iterator[Side]:
    codes: dict[str, list[str]] = {}
    for finding in look.findings:
        codes.setdefault(finding.place, []).append(finding.code)
    for column in look.dataset.columns:
        apart = column.kind in ("identifier", "constant") or column.name in (look.roles.id, look.roles.groups)
        if (both := _both(look, column.name, column.kind)) and not apart:
            yield side_of(column.name, column.kind, *both, codes.get(column.name, ()))


def _both(look: Look, name: str, kind: Kind) -> tuple[pd.Series[Any], pd.Series[Any]] | None:
    """Return a column of both tables as models take it, or would if it were a feature; None if one lacks it."""
    features, asked, cells = look.dataset.features, look.dataset.submission, look.submission_cells
    if asked is not None and name in asked and name in features:
        return features[name], asked[name]
    if cells is None or name not in cells:
        return None
    one, other = (typed_like_train(kind, name, table[name], Notices()) for table in (look.cells, cells))
    return one, other


def _asked(look: Look) -> int:
    return 0 if look.dataset.submission is None else len(look.dataset.submission)


def _told_apart(look: Look) -> Iterator[str]:
    """Say what the audit found when it let a classifier tell the tables apart."""
    yield from (finding.evidence for finding in look.findings if finding.code == "adversarial-drift")
    times = (_both(look, look.roles.time, "date") if look.roles.time else None) or ()
    if len(times) == 2 and times[0].notna().any() and times[1].notna().any() and times[1].min() > times[0].max():
        yield "Every row to predict is later than every labelled lead."


def _known_share(look: Look) -> tuple[float, float] | None:
    """Return the shares of the rows to predict of companies that labelled leads have, and of none; None if unnamed."""
    groups, asked = look.dataset.groups, look.dataset.submission_groups
    if groups is None or asked is None or not (asked >= 0).any():
        return None
    return float(np.isin(asked, groups[groups >= 0]).mean()), float((asked < 0).mean())


def _companies(look: Look) -> Iterator[str]:
    if (shares := _known_share(look)) is not None:
        known, none = shares
        of_none = f", {percent(none)} of none" if none else ""
        yield (
            f"Of the rows to predict {percent(known)} are of companies that labelled leads have, "
            f"{percent(1 - known - none)} of new ones{of_none}."
        )


def _differing(found: Sequence[Side]) -> Iterator[str]:
    if not found:
        return
    far = [side for side in found if side.differs >= CLEAR]
    if not far:
        yield f"No column differs by {percent(CLEAR)} of the leads or more, beyond chance."
        return
    said = listed(f"{side.called} {percent(side.differs)}" for side in far)
    yield (
        f"{len(far):,} of {plural(len(found), 'column')} {'differs' if len(far) == 1 else 'differ'} by "
        f"{percent(CLEAR)} of the leads or more, beyond chance, in their values or in what is missing: {said}."
    )


def _respelled(found: Sequence[Side]) -> Iterator[str]:
    names = [side for side in found if side.respelled]
    if names:
        said = listed(f"{side.called} in {percent(side.respelled_share)} of the leads" for side in names)
        yield f"Levels spelled anew in the rows to predict: {said}."


def _spell(found: Sequence[Side]) -> Iterator[str]:
    """Say which features are spelled anew, the most leads first."""
    spelled = sorted((side for side in found if side.respelled_share >= CLEAR), key=lambda side: -side.respelled_share)
    if spelled:
        first, *others = spelled
        old, new = (shortened(level, LETTERS) for level in first.respelled[0][:2])
        also = f"; so are levels of {listed(side.called for side in others)}" if others else ""
        yield (
            f"{first.called}: levels of {percent(first.respelled_share)} of the labelled leads are spelled anew in "
            f"the rows to predict ('{old}' is now '{new}'){also}. Read spellings as one: derived = [\"normalise\"]."
        )


def _know(look: Look) -> Iterator[str]:
    shares = _known_share(look)
    if shares is not None and shares[0] < FEW_KNOWN:
        yield (
            f"{shortened(str(look.roles.groups), LETTERS)}: only {percent(shares[0])} of the {_asked(look):,} rows to "
            "predict are of known companies. Judge models on folds that keep a company together, and by their score on "
            "new companies."
        )


def _gaps(look: Look, found: Sequence[Side]) -> Iterator[str]:
    moved = [side for side in found if abs(side.gaps_asked - side.gaps_train) >= CLEAR]
    if moved:
        moved.sort(key=lambda side: -abs(side.gaps_asked - side.gaps_train))
        first, *others = moved
        also = f"; gaps of {listed(side.called for side in others)} moved too" if others else ""
        yield (
            f"{first.called} is missing in {percent(first.gaps_train)} of the labelled leads and in "
            f"{percent(first.gaps_asked)} of the {_asked(look):,} to predict{also}. Find out what changed: a gap there "
            "is no lasting sign."
        )


def _table(found: Sequence[Side]) -> PageTable:
    shown = found[:LISTED]
    cells = {
        "column": [side.called for side in shown],
        "values differ": [percent(side.distance) if side.measure else "" for side in shown],
        "by chance": [percent(side.chance) if side.measure else "" for side in shown],
        "missing, labelled": [percent(side.gaps_train) for side in shown],
        "missing, to predict": [percent(side.gaps_asked) for side in shown],
        "only labelled": [percent(side.only_train) if side.kind == "category" else "" for side in shown],
        "only to predict": [percent(side.only_asked) if side.kind == "category" else "" for side in shown],
        "audit": [", ".join(side.found) for side in shown],
    }
    rest = f" The {LISTED} that differ most of {len(found):,}; all are in sides.csv." if len(found) > LISTED else ""
    caption = (
        "How far the values of both sides differ (the share of filled cells that would have to change for both to look "
        "alike; of numbers, the share up to any value is so far apart at most), how far they would by chance alone, "
        f"gaps, and the share of rows with levels that only one side has.{rest}"
    )
    return PageTable(
        caption, list(cells), list(zip(*cells.values(), strict=True)), frozenset(cells) - {"column", "audit"}
    )


def _plot(shown: Sequence[Side]) -> Plot:
    """Draw the parts of the columns that differ most, a small plot each: a ring for train, a square for the rest."""
    rows = -(-len(shown) // 2)
    figure, whole = axes(9.4, 2.6 * rows + 0.4)
    whole.remove()
    plots = figure.subplots(rows, 2, squeeze=False).ravel()
    for plain in plots[len(shown) :]:
        plain.remove()
    for side, plain in zip(shown, plots, strict=False):
        parts = [part for part in side.parts if part.name != REST]
        train, asked = (100 * np.array([getattr(part, of) for part in parts]) for of in ("train", "asked"))
        places = np.arange(len(parts))
        plain.hlines(places, train, asked, color=PALE)
        plain.plot(train, places, "o", color=FIRST, fillstyle="none", markersize=6, label="labelled")
        plain.plot(asked, places, "s", color=SECOND, markersize=5, label="to predict")
        plain.set_yticks(places, [shortened(part.name, 22) for part in parts], fontsize=9)
        plain.set_title(side.called, loc="left", fontsize=9)
        plain.set(xlim=(0, None), ylim=(len(places) - 0.5, -0.5), xlabel="% of the leads that give it")
        plain.spines[["top", "right"]].set_visible(False)
        plain.grid(alpha=0.25)
        plain.set_axisbelow(True)
    figure.legend(*plots[0].get_legend_handles_labels(), frameon=False, ncols=2, loc="outside upper left")
    names = ", ".join(side.called for side in shown)
    return Plot(
        drawn(figure),
        f"The columns whose values differ most, {names}: rings are labelled leads, squares those to predict.",
    )


def _sheet(found: Sequence[Side]) -> pd.DataFrame:
    names = ("name", "kind", "measure", "distance", "chance", "gaps_train", "gaps_asked", "only_train", "only_asked")
    return pd.DataFrame(
        {
            **{name: getattr(side, name) for name in names},
            "respelled_share": side.respelled_share,
            "audit": ", ".join(side.found),
        }
        for side in found
    )


def _part_sheet(found: Sequence[Side]) -> pd.DataFrame:
    return pd.DataFrame({"column": side.name, **vars(part)} for side in found for part in side.parts)


def _spelling_sheet(found: Sequence[Side]) -> pd.DataFrame:
    rows = [(side.name, *one) for side in found for one in side.respelled]
    return pd.DataFrame(rows, columns=["column", "labelled", "to_predict", "leads"])
