"""`bench derive`: derived variables that gain on held-out rows, written into the experiment file."""

from __future__ import annotations

from shlex import quote
from typing import TYPE_CHECKING, Annotated

import typer

from bench.cli import show
from bench.cli.options import RESULTS, File, Results
from bench.errors import ExperimentError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.derive.look import Judged


def add_commands(app: typer.Typer) -> None:
    """Add this family to the command line."""
    app.command("derive")(derive)


def derive(
    file: File,
    fdr: Annotated[float, typer.Option("--fdr", help="the share of false ones among those shown, at most")] = 0.05,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="print what is found and write nothing")] = False,
    results: Results = RESULTS,
) -> None:
    """Find derived variables that gain on held-out rows, and add those that are no accident to the experiment file."""
    if not 0 < fdr < 1:
        raise ExperimentError(f"--fdr {fdr:g}: should be a share between 0 and 1, such as 0.05.")
    from bench.data.notices import plural
    from bench.derive.look import look
    from bench.derive.writing import replace_experiment, with_option, write_candidates
    from bench.plan.experiment import experiment_of
    from bench.plan.grid import make_plan
    from bench.question import ask

    question = ask(file, results)
    found = look(question.experiment, question.dataset, question.folds, fdr)
    _print(found.judged)
    text = with_option(question.experiment, found) if found.kept else ""
    print(found.about)
    if not dry_run:
        path = write_candidates(found.judged, found.rows, question.folder)
        print(f"Every candidate is written to {path}.")
    if not found.kept:
        print(f"None is shown to gain anything: {file} stays as it is.")
        return
    if dry_run:
        print(f"{plural(len(found.kept), 'variable')} would be added to derived in {file}; nothing is written.")
        return
    replace_experiment(question.experiment, text)
    print(
        f"{plural(len(found.kept), 'variable')} added to {file}, as one more option of derived. What it gains is a "
        "little flattered, since the rows that chose it score it too: docs/derive.md says by how much."
    )
    again = experiment_of(text, file)
    if not any(trial.on("derived") == again.axes["derived"][-1] for trial in make_plan(again, question.dataset).trials):
        print(
            f"No configuration of [grid] can work with it as yet: `bench plan {quote(str(file))}` says what it lacks."
        )


def _print(judged: Sequence[Judged]) -> None:
    """Print the candidates, those kept first."""
    columns = ["kept", "gain", "low", "high", "p_value", "q_value", "behind", "candidate"]
    rows = [
        [
            "yes" if one.kept else "no",
            *(f"{value:.5f}" for value in (one.gain.mean, one.gain.low, one.gain.high)),
            f"{one.gain.p_value:.2g}",
            f"{one.q_value:.2g}",
            "" if one.behind is None else f"{one.behind.mean:.5f}",
            show.one_line(one.candidate.words),
        ]
        for one in judged
    ]
    show.table(columns, rows, set(columns) - {"kept", "candidate"})
