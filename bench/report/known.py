"""Say how the winner does on known and on new customers, and how many of the rows to predict are known."""

from __future__ import annotations

from collections.abc import Sequence

from bench.data.coverage import Coverage
from bench.ensemble.customers import OnCustomers


def customers_sentence(winner: OnCustomers) -> str:
    """Say how far the winner's F1 on new customers lies below that on known ones; ``new`` has to be counted."""
    assert winner.new is not None
    new = float(winner.new.f1)
    if winner.new_are == "later":
        return f"The winner on rows later than those it trained on: F1 {new:.4f}."
    on_new = f"{new:.4f}" + (f", {winner.ordinary.f1:.4f} without giant companies" if winner.ordinary else "")
    if winner.known is None:
        return f"The winner on customers it never trained on: F1 {on_new}."
    known = float(winner.known.f1)
    return f"The winner on customers it trained on: F1 {known:.4f}; on new ones {on_new}: a gap of {known - new:.4f}."


def coverage_table(covered: Sequence[Coverage]) -> list[str]:
    """Return a Markdown table of customers and categories: rows to predict and their values that training showed."""
    lines = [
        "| column | rows to predict with a value | of them seen in training | values | of them seen |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for one in covered:
        lines.append(
            f"| {inert(one.column)} | {one.rows:,} | {one.seen_rows / max(1, one.rows):.1%} | {one.levels:,} | "
            f"{one.seen_levels / max(1, one.levels):.1%} |"
        )
    return lines


def inert(text: str) -> str:
    """Keep a user's words from ending a cell of a table or being read as HTML."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("|", "&#124;").replace("\n", " ")
