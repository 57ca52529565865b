"""How to make the run again: commands, versions, fingerprints."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bench.data.notices import plural, shortened
from bench.errors import StoreError
from bench.page.block import Block, PageTable
from bench.record.events import FILE as EVENTS
from bench.record.submissions import Submission, read_submissions
from bench.report.commands import typed_command
from bench.report.discreet import homeless, typed
from bench.report.told import Told

BUNDLE = "bundle"  # folder of the winner as last exported


def again_block(told: Told) -> Block | None:
    """Return the section: what is typed to make the run again, and what it was made of.

    Everything is read from the record, nothing of this moment, so the same record gives the same section.
    """
    run = _read(told.folder / "run.json")
    handed_in = _handed_in(told.folder)
    tables = [PageTable("What the run was made of.", ("what", "is"), list(_facts(told, run)))]
    if versions := _versions(run):
        columns = ("library", "version", "earlier")[: len(versions[0])]
        tables.append(PageTable("Versions of the libraries that compute.", columns, versions))
    return Block(
        "How to make the run again", list(_sentences(told, run, handed_in)), tables, commands=_commands(told, handed_in)
    )


def _sentences(told: Told, run: Mapping[str, Any], handed_in: Submission | None) -> Iterator[str]:
    yield (
        "Type these where the experiment's paths begin. What is recorded is not run again: to make all of it anew, "
        "name another folder with --results."
    )
    allowed = told.board.verdict.allowed
    if allowed is not None:
        yield (
            f"The run had a budget of {allowed.budget:g} s: how far it came depends on the machine, so another run may "
            "stop other trials. What is recorded decides alike wherever it is read."
        )
    if handed_in is not None:
        yield (
            f"The newest submission has {plural(handed_in.rows, 'row')} and the SHA-256 {handed_in.sha256}; the last "
            "command makes it again to the byte, or says why it cannot."
        )
    if not run:
        yield f"{homeless(str(told.folder / 'run.json'))} cannot be read, so versions and machine are not known."
    elif run.get("earlier_versions"):
        yield "Some cells were recorded with other versions of libraries: their results may differ a little."


def _commands(told: Told, handed_in: Submission | None) -> list[str]:
    """Return the commands: the run, its report, and what checks it where there is something to check."""
    allowed = told.board.verdict.allowed
    budget = () if allowed is None else ("--budget", f"{allowed.budget:.10g}s")
    commands = [typed_command(told, "run", *budget), typed_command(told, "report")]
    if (told.folder / BUNDLE).is_dir():
        commands.append(f"bench verify {typed(told.folder / BUNDLE)}")
    if handed_in is not None:
        commands.append(typed_command(told, "export", "--again", handed_in.short))
    return commands


def _facts(told: Told, run: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what a reader compares: fingerprints, seeds, commit, machine."""
    experiment, dataset, folds = told.experiment, told.dataset, told.experiment.folds
    yield "experiment", homeless(str(experiment.path))
    if experiment.data.demo is not None:
        yield "table", f"made-up leads, {experiment.data.demo.rows:,} rows, seed {experiment.data.demo.seed}"
    yield "fingerprint of the training table", told.store.data_id
    positive = shortened(dataset.labels[1], 60)
    yield "rows", f"{len(dataset.y):,}, of them {int(dataset.y.sum()):,} '{positive}'"
    yield "fingerprint of the folds", told.store.folds.folds_id
    repeats = f", {folds.repeats} times" if folds.repeats > 1 else ""
    yield "folds", f"{folds.count} by {folds.scheme}{repeats}, seed {folds.seed}"
    yield "trials in the plan", f"{len(told.board.plan.trials):,}"
    yield "objective", experiment.objective.named
    if began := _began(told.folder):
        yield "the last run began", began
    for name, label in (
        ("commit", "commit"),
        ("python", "Python"),
        ("system", "system"),
        ("processor", "processor"),
        ("processors", "processors"),
        ("memory_gigabytes", "memory, GB"),
    ):
        if run.get(name) is not None:
            yield label, shortened(str(run[name]), 120)


def _versions(run: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """Return each library with its version, and with those that earlier cells were recorded with if there are any."""
    versions, earlier = run.get("versions", {}), run.get("earlier_versions", {})
    return [
        (name, str(versions.get(name, "missing")), *([", ".join(earlier.get(name, ()))] if earlier else []))
        for name in dict.fromkeys([*versions, *earlier])
    ]


def _handed_in(folder: Path) -> Submission | None:
    """Return the submission that was written last; None where there is none, or its record cannot be read."""
    try:
        return next(reversed(read_submissions(folder)), None)
    except (StoreError, OSError):
        return None


def _began(folder: Path) -> str | None:
    """Return when the last run began, UTC to the minute, by the first of its events."""
    try:
        with (folder / EVENTS).open(encoding="utf-8") as file:
            return f"{str(json.loads(file.readline())['at'])[:16].replace('T', ' ')} UTC"
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _read(path: Path) -> dict[str, Any]:
    """Return what a JSON file holds; nothing where it is not there or not as it was written."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}
