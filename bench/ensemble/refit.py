"""The winner fitted again: on every labelled row, or on what each fold trains on."""

from __future__ import annotations

from bench.bundle.predictor import Predictor
from bench.data.dataset import Dataset
from bench.data.folds import Folds
from bench.plan.experiment import Experiment
from bench.plan.grid import Plan
from bench.plan.sections import Refit
from bench.run.runner import fit_trials
from bench.score.combine import Combination


def refit(
    combination: Combination,
    plan: Plan,
    experiment: Experiment,
    dataset: Dataset,
    folds: Folds,
    workers: int,
    form: Refit | None = None,
) -> Predictor:
    """Fit the members of a combination again.

    Parameters
    ----------
    form : in place of that in [submission]

    Raises
    ------
    DataError
        If one cannot be fitted.
    """
    trials = {trial.id: trial for trial in plan.trials}
    members = [trials[member] for member in combination.weights]
    on_folds = (form or experiment.submission.refit) == "folds"
    fits = fit_trials(members, dataset, workers, experiment.limits, folds if on_folds else None)
    return Predictor(combination, fits)
