"""Write the ranking as CSV, Markdown and a terminal table."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from bench.ensemble.blend import Blend
from bench.plan.experiment import Experiment
from bench.plan.grid import Plan, Trial
from bench.record.columns import FLOOR, LEADERBOARD
from bench.record.disk import replacing
from bench.record.store import Store
from bench.score.ranking import Score, rank
from bench.vocabulary import AXES

Row = dict[str, Any]


def leaderboard(plan: Plan, scores: dict[str, Score], store: Store, experiment: Experiment) -> list[Row]:
    """Return one row for each trial of the plan with a recorded cell: finished ones by rank, then the others by id.

    Every field is a scalar; a trial with a cell not done has no score.
    """
    seconds = store.fit_seconds()
    trials = {trial.id: trial for trial in plan.trials if trial.id in seconds}
    finished = rank({trial: score for trial, score in scores.items() if trial in trials}, experiment.objective)
    unfinished = sorted(trials.keys() - set(finished))
    return [
        {
            "rank": place,
            **_named(trials[trial]),
            **(_scored(scores[trial]) if trial in scores else {"status": "partial"}),
            **({"floor": _floor(scores.get(trial), experiment)} if experiment.objective.has_floor else {}),
            "fit_seconds": round(seconds[trial], 3),
        }
        for place, trial in enumerate([*finished, *unfinished], start=1)
    ]


def write_leaderboard(rows: list[Row], sentences: list[str], experiment: Experiment, folder: Path) -> None:
    """Write leaderboard.csv and leaderboard.md."""
    columns = [*LEADERBOARD, *(FLOOR if experiment.objective.has_floor else {})]
    with replacing(folder / "leaderboard.csv") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n", restval="")
        writer.writeheader()
        writer.writerows(rows)
    with replacing(folder / "leaderboard.md") as file:
        file.write(_markdown(rows, sentences, experiment))


def shown_columns(experiment: Experiment, rows: list[Row]) -> list[str]:
    """Return the columns of the short table: the objective first, then what the experiment reports."""
    objective = experiment.objective
    wanted = [objective.metric, "f1", *objective.report]
    floor = ["floor"] if objective.has_floor else []
    settings = ["hyperparameters"] if any(row["hyperparameters"] for row in rows) else []
    status = ["status"] if any(row["status"] != "done" for row in rows) else []
    return [
        "rank",
        "trial",
        "configuration",
        *settings,
        *status,
        *dict.fromkeys(wanted),
        *floor,
        "threshold",
        "predicted_positives",
    ]


def cell_text(value: object) -> str:
    """Return a value as the short table writes it."""
    return f"{value:.4f}" if isinstance(value, float) else str(value)


def blend_sentence(blend: Blend, trials: Iterable[Trial]) -> str:
    """Say in one sentence what the ensemble is and what it is worth."""
    names = {trial.id: trial.configuration for trial in trials}
    members = ", ".join(f"{weight:.2f} × {names[trial]}" for trial, weight in blend.weights.items())
    counts = blend.score.counts
    return (
        f"Ensemble of {len(blend.weights)}: F1 {counts.f1:.4f}, precision {counts.precision:.4f}, recall "
        f"{counts.recall:.4f} (members and threshold chosen on the other folds): {members}."
    )


def _named(trial: Trial) -> Row:
    settings = [
        f"{choice.component.name}.{name}={value}"
        for choice in trial.choices
        for name, value in choice.values
        if value != choice.component.space[name].default
    ]
    return {
        "trial": trial.id,
        "configuration": trial.configuration,
        **{axis: trial.named(axis) for axis in AXES},
        "hyperparameters": " ".join(settings),
    }


def _scored(score: Score) -> Row:
    return {
        "status": "done",
        "f1": round(score.counts.f1, 6),
        "precision": round(score.counts.precision, 6),
        "recall": round(score.counts.recall, 6),
        "threshold": score.threshold,
        "predicted_positives": round(score.predicted_positives),
        "average_precision": round(score.average_precision, 6),
        "roc_auc": round(score.roc_auc, 6),
    }


def _floor(score: Score | None, experiment: Experiment) -> str:
    """Say whether the recall or precision that has to be kept was kept on rows that did not choose the threshold."""
    if score is None:
        return ""
    return "kept" if score.keeps_floor(experiment.objective) else "missed"


def _markdown(rows: list[Row], sentences: list[str], experiment: Experiment) -> str:
    columns = shown_columns(experiment, rows)
    lines = [f"# {experiment.name}", ""]
    if experiment.question:
        lines += [_inert(experiment.question), ""]
    for sentence in sentences:
        lines += [sentence, ""]
    lines += ["| " + " | ".join(columns) + " |", "|" + " --- |" * len(columns)]
    lines += ["| " + " | ".join(cell_text(row.get(name, "")) for name in columns) + " |" for row in rows]
    lines += [
        "",
        f"Ranked by {experiment.objective.metric}. What each column means stands in results/README.md.",
        "",
    ]
    return "\n".join(lines)


def _inert(text: str) -> str:
    """Keep a user's words from being read as HTML."""
    return text.replace("&", "&amp;").replace("<", "&lt;")
