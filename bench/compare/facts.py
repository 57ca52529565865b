"""What two runs say of their data, their folds, their versions and machines, and what they cost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from bench.compare.recorded import Recorded

Line = tuple[str, str, str]
"""What it is, and how it stands in A and in B; empty where it is not known."""


def data_lines(one: Recorded, other: Recorded) -> list[Line]:
    """Return fingerprints, rows, positives and number of columns of both."""

    def line(name: str, told: Any) -> Line:
        return name, told(one), told(other)

    return [
        line("fingerprint of the data", lambda run: run.data_id),
        line("labelled rows", lambda run: _count(run.facts.get("rows"))),
        line("of them positive", _positives),
        line("columns beside the target", lambda run: _count(len(_columns(run)) or None)),
        line("fingerprint of the folds", lambda run: run.folds_id),
    ]


def changed_columns(one: Recorded, other: Recorded) -> list[Line] | None:
    """Return the columns that came, went or are read as another kind; None where a run did not keep them."""
    left, right = _columns(one), _columns(other)
    if not left or not right:
        return None
    names = [*left, *(name for name in right if name not in left)]
    return [(name, left.get(name, ""), right.get(name, "")) for name in names if left.get(name) != right.get(name)]


def differing_machines(one: Recorded, other: Recorded) -> list[Line]:
    """Return commit, Python, machine and libraries, as far as they differ."""
    left, right = (dict(_made_with(run)) for run in (one, other))
    names = [*left, *(name for name in right if name not in left)]
    return [(name, left.get(name, ""), right.get(name, "")) for name in names if left.get(name) != right.get(name)]


def same_arithmetic(one: Recorded, other: Recorded) -> bool:
    """Say whether equal cells have to give equal bytes: the same processor, Python, system and libraries throughout."""
    facts = [{name: value for name, value in _made_with(run) if name != "commit"} for run in (one, other)]
    return facts[0] == facts[1] != {} and not any(run.facts.get("earlier_versions") for run in (one, other))


def cost_lines(one: Recorded, other: Recorded) -> list[Line]:
    """Return cells, seconds, memory and budget of both."""
    both = one.cells.keys() & other.cells.keys()

    def line(name: str, told: Any) -> Line:
        return name, told(one), told(other)

    return [
        line("cells", _statuses),
        line("seconds of all cells, one after the other", lambda run: _seconds(run, run.cells.keys())),
        line(f"seconds of the {len(both):,} cells that both have", lambda run: _seconds(run, both)),
        line(
            "highest memory of a worker, in megabytes",
            lambda run: f"{max(cell.megabytes for cell in run.cells.values()):,.0f}",
        ),
        line("budget in seconds", lambda run: "none" if run.allowed is None else f"{run.allowed.budget:,.0f}"),
    ]


def _count(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else ""


def _positives(run: Recorded) -> str:
    rows, positives = run.facts.get("rows"), run.facts.get("positives")
    if not isinstance(rows, int) or not isinstance(positives, int) or not rows:
        return ""
    return f"{positives:,} ({positives / rows:.1%})"


def _columns(run: Recorded) -> dict[str, str]:
    """Return column -> kind, dropped ones marked."""
    columns = run.facts.get("columns")
    if not isinstance(columns, dict):
        return {}
    dropped = () if run.asked is None else run.asked.data.drop
    return {str(name): "dropped" if name in dropped else str(kind) for name, kind in columns.items()}


def _made_with(run: Recorded) -> Iterator[tuple[str, str]]:
    for name in ("commit", "python", "system", "processor"):
        if run.facts.get(name):
            yield name, str(run.facts[name])
    versions = run.facts.get("versions")
    if isinstance(versions, dict):
        yield from ((str(name), str(version)) for name, version in versions.items())


def _statuses(run: Recorded) -> str:
    counts = Counter(cell.status for cell in run.cells.values())
    return ", ".join(f"{cells:,} {status}" for status, cells in counts.most_common())


def _seconds(run: Recorded, keys: Any) -> str:
    return f"{sum(run.cells[key].seconds for key in keys):,.0f}"
