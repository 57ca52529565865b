"""`bench status`: how a run goes, asked from a second terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from bench.cli import show
from bench.cli.options import RESULTS, File, Results

if TYPE_CHECKING:
    from bench.record.glance import Glance

REASONS = 5  # the most frequent ones are shown


def add_commands(app: typer.Typer) -> None:
    """Add this family to the command line."""
    app.command("status")(status)


def status(file: File, results: Results = RESULTS) -> None:
    """Print how far the run of an experiment is, or how the last one ended; nothing is disturbed."""
    from bench.plan.experiment import read_experiment
    from bench.record.glance import glance

    folder = results / read_experiment(file).name
    seen = glance(folder)
    print(f"{folder}: {_who(seen)}.")
    _tell(seen)
    if (folder / "finalists").is_dir():
        print("The finalists on the other folds:")
        _tell(glance(folder / "finalists"))


def _tell(seen: Glance) -> None:
    print(f"{_how_far(seen)}.")
    best = seen.events.get("best")
    if best:
        print(f"best {best['metric']} {best['value']:.4f} {best['configuration']}, trial {best['trial']}")
    reasons = seen.reasons.most_common(REASONS)
    if reasons:
        shown = "" if len(seen.reasons) <= REASONS else f", the {REASONS} most frequent of {len(seen.reasons):,}"
        print(f"Why cells of the experiment failed{shown}:")
        for reason, cells in reasons:
            print(f"{cells:>7,} × {show.one_line(reason)}")


def _who(seen: Glance) -> str:
    if seen.holder is not None:
        return f"{seen.holder}, is writing there"
    if not seen.events:
        return "no run is going on" if seen.done or seen.failures else "nothing is recorded there"
    if seen.events["event"] != "ended":
        return "no run is going on; the last one was killed"
    why = f": {show.one_line(seen.events['sentence'])}".removesuffix(".") if seen.events.get("sentence") else ""
    return f"no run is going on; the last one ended: {seen.events['how']}{why}"


def _how_far(seen: Glance) -> str:
    events = seen.events
    if not {"cells", "recorded", "statuses", "left", "cells_per_second", "seconds_left"} <= events.keys():
        return f"{_counted({'done': seen.done, **seen.failures})}; how many are left is not known before a run begins"
    of = " ".join(f"{axis}={','.join(names)}" for axis, names in events.get("slice", {}).items())
    which = f" of the slice {of}" if of else ""
    words = f"{events['recorded']:,} of {events['cells']:,} cells{which} are recorded: {_counted(events['statuses'])}"
    left = show.pace(events["left"], events["cells_per_second"], events["seconds_left"] if seen.holder else None)
    return f"{words}; {left}"


def _counted(statuses: dict[str, Any]) -> str:
    return ", ".join(f"{cells:,} {status}" for status, cells in statuses.items()) or "none"
