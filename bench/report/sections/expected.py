"""What is expected of the submission, and at other shares of positives."""

from __future__ import annotations

from collections.abc import Sequence

from bench.page.block import Block, PageTable, Plot
from bench.page.plots import FIRST, PALE, SECOND, THIRD, axes, drawn
from bench.report.discreet import homeless
from bench.report.expected import LOWER_END, UPPER_END, Assumed, Foretold, expected_table
from bench.report.told import Told
from bench.score.metrics import Counts
from bench.score.objective import Objective


def expected_block(told: Told) -> Block | None:
    """Show what is expected at each assumed share of positives; None where no submission of the winner is written."""
    foretold, asked = told.board.foretold, told.dataset.submission
    if foretold is None or not foretold.sentences:
        return None
    tables, plots = [], []
    if foretold.table and asked is not None:
        tables = [_table(foretold.table, len(asked), told.experiment.objective)]
        plots = [_plot(foretold)]
    return Block("What is expected of the submission", [homeless(one) for one in foretold.sentences], tables, plots)


def _table(table: Sequence[Assumed], rows: int, objective: Objective) -> PageTable:
    """Return what is expected at each share; of an objective that is none of the scores shown, that too."""
    shown = expected_table(table)
    if objective.metric not in ("f_beta", "profit", "precision_at_k"):
        return shown
    named = "profit a lead" if objective.metric == "profit" else objective.named
    cells = [(*row, f"{objective.of(_counts(one, rows)):.3f}") for row, one in zip(shown.rows, table, strict=True)]
    return PageTable(shown.caption, (*shown.columns, named), cells, shown.numbers | {named})


def _counts(one: Assumed, rows: int) -> Counts:
    positives = one.positive_rate * rows
    right, wrong = one.true_positives, one.false_positives
    return Counts(right, wrong, max(0.0, positives - right), max(0.0, rows - positives - wrong))


def _plot(foretold: Foretold) -> Plot:
    """Draw the expected scores against the assumed share, the chosen one and the estimate's interval marked."""
    table, chosen = foretold.table, foretold.chosen
    share = [100 * one.positive_rate for one in table]
    figure, plain = axes(height=4.2)
    ends = [_of_origin(table, end) for end in (LOWER_END, UPPER_END)]
    caption = "Expected F1, precision and recall of the submission by the share of positives among the rows to predict"
    if ends[0] is not None and ends[1] is not None:
        plain.axvspan(100 * ends[0], 100 * ends[1], color=PALE, alpha=0.25, linewidth=0, label="the scores speak for")
        caption += f"; the scores speak for a share between {ends[0]:.1%} and {ends[1]:.1%} (shaded)"
    for name, colour, mark, scores in (
        ("F1", FIRST, "o-", [one.f1 for one in table]),
        ("precision", SECOND, "s--", [one.precision for one in table]),
        ("recall", THIRD, "^-.", [one.recall for one in table]),
    ):
        plain.plot(share, scores, mark, color=colour, markersize=5, label=name)
    if chosen is not None:
        label = f"assumed: {chosen.positive_rate:.1%}"
        plain.axvline(100 * chosen.positive_rate, color=PALE, linestyle=":", linewidth=2, label=label)
        caption += f"; {chosen.positive_rate:.1%} is assumed (dotted), where F1 {chosen.f1:.3f} is expected"
    plain.set(xlabel="assumed share of positives, %", ylabel="expected score", ylim=(0, 1.02))
    plain.set_xlim(left=0)
    figure.legend(loc="outside upper center", ncols=3, frameon=False)
    return Plot(drawn(figure), f"{caption}.")


def _of_origin(table: Sequence[Assumed], origin: str) -> float | None:
    return next((one.positive_rate for one in table if origin in one.origin), None)
