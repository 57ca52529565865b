"""`bench audit`: what may keep a score from coming true, before a model is fitted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from bench.cli import show
from bench.cli.options import RESULTS, File, Results

if TYPE_CHECKING:
    from bench.question import Question


def add_commands(app: typer.Typer) -> None:
    """Add this family to the command line."""
    app.command("audit")(audit)


def audit(
    file: File,
    plant: Annotated[
        bool, typer.Option("--plant", help="plant known leaks in copies of the table and show what sees them")
    ] = False,
    results: Results = RESULTS,
) -> None:
    """Look for leaks, drift and odd rows and columns in the table of an experiment."""
    from bench import flow
    from bench.audit.finding import CODES, Finding
    from bench.audit.inspect import WEIGHTS, write_audit
    from bench.data.notices import plural
    from bench.question import ask

    question = ask(file, results)
    if plant:
        _hunt(question)
        return
    findings = flow.inspect(question)
    path = write_audit(findings, question.folder)
    for weight, title in WEIGHTS.items():
        by_code: dict[tuple[str, str], list[Finding]] = {}
        for finding in findings:
            if finding.weight == weight:
                by_code.setdefault((finding.code, finding.advice), []).append(finding)
        if by_code:
            print(f"{title}\n")
        for (code, advice), alike in by_code.items():
            print(f"  {code}: {CODES[code]}")
            for finding in alike:
                print(f"    {show.one_line(finding.place)}: {show.one_line(finding.evidence)}")
            print(f"    What to do: {show.one_line(advice)}\n")
    print(f"{plural(len(findings), 'finding')}; what each code means: docs/audit.md. Written to {path}.")


def _hunt(question: Question) -> None:
    from bench.audit import inspect
    from bench.audit.plant import hunt, hunted_rows

    show.table(
        *hunted_rows(hunt(question.dataset, lambda table: inspect.audit(table, question.experiment.data))), set()
    )
