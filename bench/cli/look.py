"""`bench plan`, `bench list`, `bench schema`: what would run and what can be named."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from bench.cli import show
from bench.cli.options import RESULTS, File


def add_commands(app: typer.Typer) -> None:
    """Add this family to the command line."""
    app.command("plan")(plan)
    app.command("list")(list_components)
    app.command("schema")(schema)


def plan(
    file: File,
    trials: Annotated[bool, typer.Option("--trials", help="list every trial")] = False,
) -> None:
    """Print what an experiment will run, and what it leaves out and why."""
    from bench.question import ask
    from bench.report.raced import stages

    question = ask(file, RESULTS)
    planned, folds = question.plan, question.folds
    show.notices(question.notices)
    data = question.dataset
    share = f"{data.y.mean():.1%}"
    print(f"{len(data.y):,} rows, {data.y.sum():,} ({share}) of them {data.labels[1]!r}; data {data.data_id}")
    cells = len(planned.trials) * folds.count * folds.repeats
    times = f"{folds.count} folds × {folds.repeats} repeats" if folds.repeats > 1 else f"{folds.count} folds"
    print(f"{len(planned.trials)} trials × {times} = {cells:,} cells; folds {folds.folds_id}")
    for sentence in stages(question.experiment, folds.count * folds.repeats):
        print(sentence)
    for title, reasons in (("dropped", planned.dropped), ("collapsed", planned.collapsed)):
        for reason, count in sorted(reasons.items(), key=lambda item: -item[1]):
            print(f"{title} {count}: {reason}")
    if trials:
        show.table(["trial", "configuration"], ([trial.id, trial.configuration] for trial in planned.trials))


def list_components(axis: Annotated[str | None, typer.Argument(help="one axis only")] = None) -> None:
    """Print the components of every axis, with one line each."""
    from bench.components import REGISTRIES
    from bench.errors import ExperimentError, did_you_mean

    if axis is not None and axis not in REGISTRIES:
        raise ExperimentError(f"no axis '{axis}'.{did_you_mean(axis, REGISTRIES)}")
    rows = [
        [registry.axis, component.name, component.about, _settings(component.space)]
        for registry in REGISTRIES.values()
        if axis in (None, registry.axis)
        for component in registry
    ]
    show.table(["axis", "component", "what it does", "hyperparameters"], rows)


def schema() -> None:
    """Print the JSON Schema of experiment files, for an editor that completes and checks them."""
    from bench.plan.experiment import json_schema

    print(json.dumps(json_schema(), indent=2, ensure_ascii=False))


def _settings(space: object) -> str:
    return ", ".join(f"{name} = {parameter.default}" for name, parameter in space.items())  # type: ignore[attr-defined]
