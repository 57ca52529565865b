"""Say how the winner does on known and on new customers, and how many of the rows to predict are known."""

from __future__ import annotations

from collections.abc import Sequence

from bench.data.coverage import Coverage
from bench.ensemble.customers import OnCustomers
from bench.page.block import PageTable


def customers_sentence(winner: OnCustomers) -> str:
    """Say how far the winner's F1 on new customers lies below that on known ones; ``new`` has to be counted."""
    assert winner.new is not None
    new = float(winner.new.f1)
    if winner.new_are == "later":
        return f"The winner on rows later than those it trained on: F1 {new:.4f}."
    ordinary = f" ({winner.ordinary.f1:.4f} without giant companies)" if winner.ordinary else ""
    if winner.known is None:
        return f"The winner on customers it never trained on: F1 {new:.4f}{ordinary}."
    known = float(winner.known.f1)
    apart = f"{abs(known - new):.4f} {'less' if new <= known else 'more'}"
    return f"The winner on customers it trained on: F1 {known:.4f}; on new ones {new:.4f}, {apart}{ordinary}."


def coverage_table(covered: Sequence[Coverage]) -> PageTable:
    """Return a table of customers and categories: rows to predict and their values that training showed."""
    columns = ("column", "rows to predict with a value", "of them seen in training", "values", "of them seen")
    rows = [
        (
            one.column,
            f"{one.rows:,}",
            f"{one.seen_rows / max(1, one.rows):.1%}",
            f"{one.levels:,}",
            f"{one.seen_levels / max(1, one.levels):.1%}",
        )
        for one in covered
    ]
    return PageTable("What of the rows to predict training has shown.", columns, rows, frozenset(columns[1:]))
