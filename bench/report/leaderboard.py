"""The ranking as rows, and how the short table shows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from bench.ensemble.customers import OnCustomers
from bench.ensemble.so_far import SoFar
from bench.plan.experiment import Experiment
from bench.plan.grid import Plan, Trial
from bench.record.columns import FLOOR, LEADERBOARD, RACED
from bench.record.store import Store
from bench.score.objective import Objective, metric_name
from bench.score.ranking import Score, rank
from bench.score.ties import Ties
from bench.vocabulary import AXES

Row = dict[str, Any]

SIDES: Final = ("f1_known", "f1_new", "f1_ordinary")
_HEADINGS: Final = {
    "predicted_positives": "called positive",
    "fit_seconds": "seconds",
    "f1_known": "F1, known customers",
    "f1_new": "F1, new customers",
    "f1_ordinary": "F1, new customers but giant ones",
}


def leaderboard(
    plan: Plan,
    scores: dict[str, Score],
    store: Store,
    experiment: Experiment,
    customers: Mapping[str, OnCustomers] | None = None,
    ties: Ties | None = None,
    stopped: Mapping[str, SoFar] | None = None,
) -> list[Row]:
    """Return one row for each trial of the plan with a recorded cell: finished ones by rank, then the others.

    These are first the ones that the race stopped, by how many folds they have and by what they are worth on them, then
    those with a cell that failed or is missing, by id. Every field is a scalar; of the latter there is no score.

    Parameters
    ----------
    customers : of the finalists, how they do on known and on new customers
    ties : which trials may be the best one
    stopped : of the trials that the race stopped, what they are worth so far
    """
    seconds = store.fit_seconds()
    trials = {trial.id: trial for trial in plan.trials if trial.id in seconds}
    finished = rank({trial: score for trial, score in scores.items() if trial in trials}, experiment.objective)
    so_far = {trial: score for trial, score in (stopped or {}).items() if trial in trials.keys() - scores.keys()}
    behind = sorted(so_far, key=lambda trial: _standing(so_far[trial], experiment.objective, trial))
    unfinished = sorted(trials.keys() - {*finished, *behind})
    all_folds = store.folds.repeats * store.folds.count
    return [
        {
            "rank": place,
            **_named(trials[trial]),
            **(_scored(scores[trial], experiment.objective) if trial in scores else {"status": "partial"}),
            **(_scored_so_far(so_far[trial], experiment.objective) if trial in so_far else {}),
            **({"folds": all_folds} if so_far and trial in scores else {}),
            **(_compared(ties, trial) if ties and trial in scores else {}),
            **by_side((customers or {}).get(trial)),
            **({"floor": _floor(scores.get(trial), experiment)} if experiment.objective.has_floor else {}),
            "fit_seconds": round(seconds[trial], 3),
        }
        for place, trial in enumerate([*finished, *behind, *unfinished], start=1)
    ]


def columns(experiment: Experiment, rows: list[Row]) -> list[str]:
    """Return the columns of leaderboard.csv: the objective, its floor and folds only where they tell something."""
    named = dict.fromkeys([*LEADERBOARD, experiment.objective.metric])
    raced = RACED if any("folds" in row for row in rows) else {}
    return [*named, *(FLOOR if experiment.objective.has_floor else {}), *raced]


def shown_columns(experiment: Experiment, rows: list[Row]) -> list[str]:
    """Return the columns of the short table: the objective first, then what the experiment reports."""
    objective = experiment.objective
    wanted = [objective.metric, "f1", *objective.report]
    floor = ["floor"] if objective.has_floor else []
    settings = ["hyperparameters"] if any(row["hyperparameters"] for row in rows) else []
    status = ["status"] if any(row["status"] != "done" for row in rows) else []
    folds = ["folds"] if any("folds" in row for row in rows) else []
    tied = ["tied"] if any("tied" in row for row in rows) else []
    customers = [name for name in ("f1_known", "f1_new") if any(name in row for row in rows)]
    return [
        "rank",
        "trial",
        "configuration",
        *settings,
        *status,
        *folds,
        *dict.fromkeys(wanted),
        *floor,
        *tied,
        *customers,
        "threshold",
        "predicted_positives",
    ]


def heading(column: str, new_are: str = "new") -> str:
    """Return a column's name as a page writes it; ``new_are`` is that of `OnCustomers`."""
    if column == "f1_new" and new_are == "later":
        return "F1, later rows"
    return _HEADINGS.get(column) or metric_name(column)


def by_side(score: OnCustomers | None) -> Row:
    """Return F1 on known and on new customers, as far as there are such."""
    if score is None:
        return {}
    sides = zip(SIDES, (score.known, score.new, score.ordinary), strict=True)
    return {name: round(counts.f1, 6) for name, counts in sides if counts is not None}


def cell_text(value: object) -> str:
    """Return a value as the short table writes it."""
    return f"{value:.4f}" if isinstance(value, float) else str(value)


def _named(trial: Trial) -> Row:
    settings = [
        f"{component.split('.', 1)[1]}.{name}={value}"
        for component, choice in trial.by_name.items()
        for name, value in choice.settings.items()
    ]
    return {
        "trial": trial.id,
        "configuration": trial.configuration,
        **{axis: trial.named(axis) for axis in AXES},
        "hyperparameters": " ".join(settings),
    }


def _scored(score: Score, objective: Objective) -> Row:
    return {
        "status": "done",
        objective.metric: round(score.value(objective), 6),
        "f1": round(score.counts.f1, 6),
        "precision": round(score.counts.precision, 6),
        "recall": round(score.counts.recall, 6),
        "threshold": score.threshold,
        "threshold_low": score.spread[0],
        "threshold_high": score.spread[1],
        "flat_low": score.flat[0],
        "flat_high": score.flat[1],
        "predicted_positives": round(score.predicted_positives),
        "average_precision": round(score.average_precision, 6),
        "roc_auc": round(score.roc_auc, 6),
        "brier": round(score.brier, 6),
        "log_loss": round(score.log_loss, 6),
    }


def _scored_so_far(score: SoFar, objective: Objective) -> Row:
    return {
        "status": "stopped",
        objective.metric: round(score.value, 6),
        "f1": round(float(score.counts.f1), 6),
        "precision": round(float(score.counts.precision), 6),
        "recall": round(float(score.counts.recall), 6),
        "folds": score.folds,
    }


def _standing(score: SoFar, objective: Objective, trial: str) -> tuple[float, float, str]:
    return -score.folds, -objective.sign * score.value, trial


def _compared(ties: Ties, trial: str) -> Row:
    return {"tied": "yes" if trial in ties.tied else "no", "surely_behind": round(ties.at_least[trial], 6)}


def _floor(score: Score | None, experiment: Experiment) -> str:
    """Say whether the recall or precision that has to be kept was kept on rows that did not choose the threshold."""
    if score is None:
        return ""
    return "kept" if score.keeps_floor(experiment.objective) else "missed"
