"""An earlier submission made again from its line in the record, to the byte."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from bench.data.dataset import Dataset
from bench.data.folds import Folds
from bench.ensemble.blend import who_predicts
from bench.ensemble.form import submission_text
from bench.ensemble.refit import refit
from bench.ensemble.submission import asked_id, check_place, digest, moment, write_submission
from bench.errors import SubmissionError
from bench.plan.experiment import Experiment
from bench.plan.grid import Plan
from bench.record.submissions import Submission, find_submission, made_with, shown_path
from bench.score.calibration import Calibrator
from bench.score.combine import Combination


def hand_in_again(
    digits: str,
    plan: Plan,
    experiment: Experiment,
    dataset: Dataset,
    folds: Folds,
    folder: Path,
    path: Path | None,
    workers: int,
) -> tuple[str, ...]:
    """Make the submission whose SHA-256 begins with ``digits`` again, and say that it is the same.

    Members, weights and threshold are those of its line: nothing is chosen anew, so the experiment may have grown.

    Parameters
    ----------
    folder : the experiment's results
    path : where to write it; None for a name made of its hash, among the results

    Raises
    ------
    StoreError
        If no submission, or more than one, begins so.
    SubmissionError
        If what it was made of has changed, or the bytes are not those of then. Then nothing is written.
    """
    earlier = find_submission(folder, digits)
    place = path or folder / f"submission-{earlier.short}.csv"
    check_place(dataset, experiment, place, folder)
    _check_inputs(earlier, plan, experiment, dataset, folds, folder)
    assert dataset.submission is not None  # else refused
    scales = {
        trial: Calibrator("sigmoid", np.empty(0), np.empty(0), slope, intercept)
        for trial, (slope, intercept) in earlier.scales.items()
    }
    predictor = refit(Combination(earlier.weights, scales), plan, experiment, dataset, folds, workers, earlier.refit)
    called = predictor.probability(dataset.submission) >= earlier.threshold
    text = submission_text(dataset, called, experiment.data)
    changed = _changed(earlier.environment, made_with())
    if digest(text) != earlier.sha256:
        raise SubmissionError(
            f"{_named(earlier)}: made again, its bytes are others: {earlier.predicted_positives:,} rows were called "
            f"positive, now {called.sum():,}. {changed or _NOTHING_CHANGED} Nothing is written."
        )
    again = replace(earlier, made_at=moment(), path=shown_path(place), environment=made_with())
    write_submission(text, again, folder, place)
    who = who_predicts(earlier.weights)
    said = (
        f"{place}: the same {earlier.bytes:,} bytes as {earlier.path} of {earlier.made_at}; "
        f"{earlier.predicted_positives:,} of {earlier.rows:,} rows ({earlier.predicted_share:.1%}) called positive by "
        f"{who} at threshold {earlier.threshold:.4f}, with an expected precision of {earlier.expected_precision:.3f} "
        f"and recall of {earlier.expected_recall:.3f}."
    )
    return (said, changed) if changed else (said,)


_NOTHING_CHANGED = "Tables, trials, versions, commit and processor are those of then, so a fit is not repeatable."


def _check_inputs(
    earlier: Submission, plan: Plan, experiment: Experiment, dataset: Dataset, folds: Folds, folder: Path
) -> None:
    """Refuse, before anything is fitted, what cannot end in the same bytes."""
    on_folds = earlier.refit == "folds"
    for what, there, here in (
        ("training table, or its roles in [data],", earlier.data_id, dataset.data_id),
        ("table to predict, or its sample,", earlier.asked_id, asked_id(dataset)),
        *([("division into folds", earlier.folds_id, folds.folds_id)] if on_folds else []),
    ):
        if there != here:
            raise SubmissionError(
                f"{_named(earlier)}: the {what} was another one then ({there}, now {here}). It can be made again with "
                "that one only."
            )
    gone = [trial for trial in earlier.weights if trial not in {trial.id for trial in plan.trials}]
    if gone:
        raise SubmissionError(
            f"{_named(earlier)}: its trial {gone[0]} is no longer in the grid of {experiment.path}"
            f"{f', nor are {len(gone) - 1} more' if len(gone) > 1 else ''}. {folder / 'trials.csv'} says what it was: "
            "put it back into [grid]."
        )


def _named(earlier: Submission) -> str:
    return f"submission {earlier.short} of {earlier.made_at}"


def _changed(then: dict[str, str], now: dict[str, str]) -> str:
    """Say what it depends on that is other now; empty where nothing is."""
    names = [name for name in then | now if then.get(name) != now.get(name)]
    said = [f"{name} {then.get(name, 'missing')} then, {now.get(name, 'missing')} now" for name in names]
    return f"Changed since: {'; '.join(said)}." if said else ""
