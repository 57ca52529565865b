"""How the winner does on known and on new customers, and how much of the rows to predict is known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bench.data.notices import plural
from bench.ensemble.customers import OnCustomers
from bench.page.block import Block, PageTable, Plot
from bench.page.plots import FIRST, PALE, SECOND, axes, drawn
from bench.report.known import coverage_table, customers_sentence
from bench.report.leaderboard import SIDES, Row, by_side, heading
from bench.report.told import Told

MOST: Final = 25  # columns whose coverage is shown, the least known; leaderboard.md has all
_LETTERS: Final = 44  # of a configuration in the plot
_MEANT: Final = {
    "new": "Known are customers with a lead among those a model trained on, new are all others: the leads to come are "
    "of both kinds, and a model may know the first ones by heart.",
    "later": "Models are also trained on earlier rows and judged by later ones: so it will be with the leads to come.",
}


def customers_block(told: Told) -> Block | None:
    """Return the section; None where customers are not told apart, and nothing is to be predicted."""
    board, winner = told.board, told.board.winner
    covered = [coverage_table(board.coverage[:MOST])] if board.coverage else []
    if winner is None or winner.new is None:
        return Block("What of the rows to predict training has shown", _rest(told), covered) if covered else None
    shown = _of_winner(told, winner) + [row for row in board.rows if "f1_new" in row]
    title = "Later rows" if winner.new_are == "later" else "Known and new customers"
    sides = [side for side in SIDES if any(side in row for row in shown)]
    return Block(
        title,
        [customers_sentence(winner), _MEANT[winner.new_are], *_rest(told)],
        [_table(shown, sides, winner.new_are), *covered],
        [_plot(shown, winner.new_are)],
    )


def _rest(told: Told) -> list[str]:
    """Say of how many columns the coverage is not shown."""
    rest = told.board.coverage[MOST:]
    if not rest:
        return []
    least = min(one.seen_rows / max(1, one.rows) for one in rest)
    return [f"Of {plural(len(rest), 'more column')} training has shown the value of {least:.1%} of the rows or more."]


def _of_winner(told: Told, winner: OnCustomers) -> list[Row]:
    """Return the ensemble as a row where it wins; a single trial is among the finalists."""
    blend = told.board.verdict.winner
    if blend is None or len(blend.weights) == 1:
        return []
    named = f"the ensemble of {len(blend.weights)}"
    return [{"rank": "", "trial": "", "configuration": named, **by_side(winner)}]


def _table(shown: Sequence[Row], sides: Sequence[str], new_are: str) -> PageTable:
    figures = ["rank", *(heading(side, new_are) for side in sides)]
    rows = [
        (
            row["configuration"],
            row["trial"],
            str(row["rank"]),
            *(f"{row[side]:.4f}" if side in row else "" for side in sides),
        )
        for row in shown
    ]
    caption = "The winner and the finalists: the first of the ranking and the members of the ensemble."
    return PageTable(caption, ("configuration", "trial", *figures), rows, frozenset(figures))


def _plot(shown: Sequence[Row], new_are: str) -> Plot:
    """Draw F1 on known and on new customers, a line between them."""
    figure, plain = axes(7.8, 1.2 + 0.3 * len(shown))
    for place, row in enumerate(shown):
        if "f1_known" in row:
            plain.plot([row["f1_new"], row["f1_known"]], [place, place], color=PALE, linewidth=1.5, zorder=1)
    known = [(row["f1_known"], place) for place, row in enumerate(shown) if "f1_known" in row]
    if known:
        plain.plot(*zip(*known, strict=True), "o", color=FIRST, markersize=7, label="known customers")
    new = "later rows" if new_are == "later" else "new customers"
    plain.plot([row["f1_new"] for row in shown], range(len(shown)), "D", color=SECOND, markersize=6, label=new)
    labels = [f"{row['rank']} {_shortened_inside(row['configuration'])}".strip() for row in shown]
    plain.set_yticks(range(len(shown)), labels=labels)
    plain.set(xlabel="F1", ylim=(len(shown) - 0.4, -0.6))
    plain.tick_params(axis="y", length=0)
    plain.grid(visible=False, axis="y")
    figure.legend(loc="outside upper center", ncols=2, frameon=False)
    what = "known customers (circles) and on new ones (diamonds)" if known else f"{new} (diamonds)"
    return Plot(
        drawn(figure),
        f"F1 on {what} of the winner and the finalists, by rank. With few converting leads on a side its points may "
        "lie apart by chance.",
    )


def _shortened_inside(configuration: str) -> str:
    """Return a configuration as a label can hold it: of a long one both ends, as its model stands last."""
    if len(configuration) <= _LETTERS:
        return configuration
    end = (_LETTERS - 1) // 2
    return f"{configuration[: _LETTERS - 1 - end]}…{configuration[-end:]}"
