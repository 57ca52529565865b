"""What goes with what: numbers, categories and the outcome in one clustered matrix."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Final

import numpy as np
import pandas as pd

from bench.audit.association import draw
from bench.data.notices import listed, shortened
from bench.explore.look import Look, Seen
from bench.explore.outcomes import Outcomes
from bench.explore.pairs import OF_TEXT, Codes, Column, Pair, columns_of, pair_of
from bench.page.block import Block, PageTable, Plot
from bench.page.plots import FIRST, axes, drawn

MOST_ROWS: Final = 20_000
PAIRED: Final = 80  # columns that are paired with each other: 200 would make 20,000 pairs
TELLS: Final = 0.1  # from which a column is said to go with the outcome
SPOKEN: Final = 0.2  # from which it is worth a warning that a few companies make it
DRAWN, NUMBERED, LISTED = 40, 20, 15
SMALLEST: Final = 0.05  # association that is drawn
LETTERS: Final = 28


def association(look: Look) -> Seen | None:
    """Return how much every two columns say of each other, and of the outcome.

    Columns left out of the features are looked at too: they may be left out because of what they know. Of a text its
    length is, of a date its day, of an identifier nothing: it differs in every row.
    """
    outcomes = look.outcomes
    rows = draw(look.dataset.y, MOST_ROWS)
    rows = rows[outcomes.kept[rows]]
    outcome = Column(str(look.roles.target), look.dataset.y[rows].astype(np.int64), None)
    columns = list(columns_of(look, rows))
    if not columns:
        return None
    with_outcome = _by_outcome([pair_of(column, outcome) for column in columns])
    first = {pair.one for pair in with_outcome[:PAIRED]}
    columns = [column for column in columns if column.name in first]
    pairs = [*(pair_of(one, other) for one, other in combinations(columns, 2)), *with_outcome]
    names = [column.name for column in columns]
    about = _Outcome(
        outcome.name,
        with_outcome,
        _once(outcomes, rows, columns, outcome),
        frozenset(map(str, look.dataset.features)),
    )
    sentences = [
        _how(len(rows), int(outcomes.kept.sum())),
        *_with_outcome(about),
        *_alike(pairs, names),
    ]
    sheet = pd.DataFrame([_cells(pair) for pair in sorted(pairs, key=lambda pair: -np.nan_to_num(pair.value))])
    plot = _plot(_clustered(_matrix(pairs, [*names, outcome.name]), outcome.name), outcome.name)
    block = Block("What goes with what", sentences, [_table(about)], [plot])
    act = [*_act(about), *_repeated(pairs, [name for name in names if name in about.features])]
    return Seen(block, act, {"association": sheet})


@dataclass(frozen=True)
class _Outcome:
    """What goes with the outcome.

    Attributes
    ----------
    pairs : of a column and the outcome, the strongest first
    once : of each column the association with one lead of each company; none where no company has two leads
    """

    name: str
    pairs: Sequence[Pair]
    once: Mapping[str, float]
    features: frozenset[str]

    def called(self, pair: Pair) -> str:
        """Return the name of a pair's column, and whether it is left out of the features."""
        return shortened(pair.one, LETTERS) + (
            "" if pair.one.removesuffix(OF_TEXT) in self.features else " (no feature)"
        )


def _by_outcome(pairs: Sequence[Pair]) -> list[Pair]:
    """Return pairs of a column and the outcome, the strongest first and the unknown last."""
    return sorted(pairs, key=lambda pair: -np.nan_to_num(pair.value, nan=-1.0))


def _once(outcomes: Outcomes, rows: Codes, columns: Sequence[Column], outcome: Column) -> dict[str, float]:
    """Return how much each column goes with the outcome in one drawn lead of each company."""
    first = np.unique(outcomes.company[rows], return_index=True)[1]
    if len(first) == len(rows):
        return {}
    pairs = [pair_of(column.of(first), outcome.of(first)) for column in columns]
    return {pair.one: pair.value for pair in pairs}


def _matrix(pairs: Sequence[Pair], names: Sequence[str]) -> pd.DataFrame:
    """Return the associations of these columns as a symmetric table, 1 on the diagonal, 0 where nothing is known."""
    matrix = pd.DataFrame(np.eye(len(names)), index=list(names), columns=list(names))
    for pair in (pair for pair in pairs if pair.one in matrix):
        matrix.loc[pair.one, pair.other] = matrix.loc[pair.other, pair.one] = np.nan_to_num(pair.value)
    return matrix


def _clustered(matrix: pd.DataFrame, outcome: str) -> pd.DataFrame:
    """Return the columns that go most with any other, and the outcome, columns that go together side by side.

    Average linkage on 1 - association, leaves in the order that puts the most alike next to each other (Bar-Joseph,
    Gifford and Jaakkola 2001).
    """
    from scipy.cluster.hierarchy import leaves_list, linkage
    from scipy.spatial.distance import squareform

    most = (matrix - np.eye(len(matrix))).max().drop(outcome).sort_values(ascending=False, kind="stable")
    names = [*most.index[: DRAWN - 1], outcome]
    values = np.clip(matrix.loc[names, names].to_numpy(), 0, 1)
    if len(names) == 2:
        return matrix.loc[names, names]
    tree = linkage(squareform(1 - values, checks=False), "average", optimal_ordering=True)
    order = [names[at] for at in leaves_list(tree)]
    return matrix.loc[order, order]


def _how(drawn_rows: int, rows: int) -> str:
    sample = f" (measured on {drawn_rows:,} of {rows:,} leads, drawn at random)" if drawn_rows < rows else ""
    return (
        "How much two columns say of each other, from 0, nothing, to 1, one says the other"
        f"{sample}: for numbers the rank correlation without its sign, for categories Cramér's V, for one of each the "
        "correlation ratio; the two last are corrected for what chance brings."
    )


def _groups(pairs: Sequence[Pair], among: Sequence[str]) -> list[list[str]]:
    """Return which of some columns say the same, directly or by way of others, the largest groups first."""
    from scipy.sparse.csgraph import connected_components

    same = pd.DataFrame(np.zeros((len(among), len(among)), dtype=bool), index=list(among), columns=list(among))
    for pair in pairs:
        if pair.same and pair.one in same and pair.other in same:
            same.loc[pair.one, pair.other] = True
    _, label = connected_components(same.to_numpy(), directed=False)
    groups = [[name for name, of in zip(among, label, strict=True) if of == at] for at in np.unique(label)]
    return sorted((group for group in groups if len(group) > 1), key=len, reverse=True)


def _alike(pairs: Sequence[Pair], names: Sequence[str]) -> Iterator[str]:
    if groups := _groups(pairs, names):
        yield f"Columns that say the same where both are given: {'; '.join(map(_named, groups[:5]))}."
    if nested := [both for pair in pairs if (both := pair.nested) and pair.other in names]:
        said = listed(
            (f"{shortened(coarse, LETTERS)} from {shortened(fine, LETTERS)}" for fine, coarse in nested), "pair"
        )
        yield f"Columns known from a finer one: {said}."


def _with_outcome(about: _Outcome) -> Iterator[str]:
    if len(about.pairs) > PAIRED:
        yield f"Of {len(about.pairs):,} columns, the {PAIRED} that go with the outcome most are paired with each other."
    told = [pair for pair in about.pairs if pair.value >= TELLS]
    if told:
        said = listed(f"{about.called(pair)} {pair.value:.2f}" for pair in told)
        yield f"With the outcome, {shortened(about.name, LETTERS)}, go most: {said}."
    else:
        yield f"No single column goes with the outcome, {shortened(about.name, LETTERS)}, by {TELLS} or more."


def _act(about: _Outcome) -> Iterator[str]:
    """Say which features only name large companies."""
    for pair in about.pairs:
        if pair.one not in about.features or not pair.value >= SPOKEN:
            continue
        if (once := about.once.get(pair.one, pair.value)) < pair.value / 2:
            yield (
                f"{about.called(pair)} goes with the outcome by {pair.value:.2f}, but only by {once:.2f} with one lead "
                "of each company: a few companies with many leads make it, so it may not hold for new ones."
            )


def _repeated(pairs: Sequence[Pair], features: Sequence[str]) -> Iterator[str]:
    for group in _groups(pairs, features):
        known = min(pair.known for pair in pairs if pair.same and {pair.one, pair.other} <= set(group))
        yield f"{_named(group)} say the same where both are given ({known:,} leads measured): one of them will do."


def _table(about: _Outcome) -> PageTable:
    shown = [pair for pair in about.pairs if not np.isnan(pair.value)][:LISTED]
    cells = {
        "column": [about.called(pair) for pair in shown],
        "goes with the outcome": [f"{pair.value:.2f}" for pair in shown],
        "one lead of each company": [f"{about.once.get(pair.one, np.nan):.2f}".replace("nan", "") for pair in shown],
        "measure": [pair.measure for pair in shown],
        "tells of the outcome": [f"{pair.of_other:.1%}" for pair in shown],
        "leads that know it": [f"{pair.known:,}" for pair in shown],
    }
    if not about.once:
        del cells["one lead of each company"]
    caption = (
        "The columns that go with the outcome most, and how much of its uncertainty each takes away (mutual "
        "information). All pairs of columns are in association.csv."
    )
    return PageTable(
        caption, list(cells), list(zip(*cells.values(), strict=True)), frozenset(cells) - {"column", "measure"}
    )


def _plot(matrix: pd.DataFrame, outcome: str) -> Plot:
    """Draw each association as a square, the larger the higher."""
    from matplotlib.patches import Rectangle

    names, values = [str(name) for name in matrix], matrix.to_numpy()
    size = 2.2 + 0.3 * len(names) if len(names) > NUMBERED else 2.4 + 0.36 * len(names)
    figure, plain = axes(min(size, 9.5), min(size, 9.5))
    for column, row in combinations(range(len(names)), 2):
        value = float(values[row, column])
        if value < SMALLEST:
            continue
        side = 0.25 + 0.7 * value
        corner = (column - side / 2, row - side / 2)
        plain.add_patch(Rectangle(corner, side, side, facecolor=FIRST, alpha=0.75, linewidth=0))
        if len(names) <= NUMBERED:
            plain.text(column, row, f"{value:.2f}".lstrip("0"), ha="center", va="center", fontsize=8)
    labels = [f"► {shortened(name, LETTERS)}" if name == outcome else shortened(name, LETTERS) for name in names]
    plain.set_yticks(range(len(names)), labels)
    plain.set_xticks(range(len(names)), labels, rotation=90)
    for label in (*plain.get_xticklabels(), *plain.get_yticklabels()):
        label.set(fontsize=9, fontweight="bold" if label.get_text().startswith("►") else "normal")
    plain.set(xlim=(-0.6, len(names) - 0.4), ylim=(len(names) - 0.4, -0.6))
    plain.set_axisbelow(True)
    plain.tick_params(length=0)
    return Plot(
        drawn(figure),
        f"How much every two of {len(names)} columns say of each other: the larger a square, the more. Columns that go "
        "together stand side by side; ► is the outcome.",
    )


def _named(names: Sequence[str]) -> str:
    return listed(shortened(name, LETTERS) for name in names)


def _cells(pair: Pair) -> dict[str, Any]:
    return {
        "one": pair.one,
        "other": pair.other,
        "measure": pair.measure,
        "value": pair.value,
        "mutual_information_nats": pair.information,
        "share_of_one": pair.of_one,
        "share_of_other": pair.of_other,
        "leads_known": pair.known,
    }
