"""The file to hand in, checked before it is written and recorded as it is."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Final

import pandas as pd

from bench.bundle.predictor import Predictor
from bench.data.dataset import Dataset
from bench.ensemble.blend import Blend, who_predicts
from bench.ensemble.customers import Customers
from bench.ensemble.foresight import Foresight, foresee
from bench.ensemble.form import submission_text
from bench.errors import SubmissionError
from bench.plan.experiment import Experiment
from bench.record.disk import make_room, replacing, sync
from bench.record.submissions import (
    SHOWN,
    Submission,
    append_submission,
    check_record,
    made_with,
    shown_path,
)

ENSEMBLE: Final = "ensemble"


@dataclass(frozen=True)
class HandedIn:
    """A submission that was written: how many of its rows are called positive, by whom, and what is expected of it."""

    path: Path
    rows: int
    winner: Blend
    foresight: Foresight
    sha256: str

    def sentence(self) -> str:
        """Say it in one sentence."""
        chosen = self.foresight.chosen
        share = chosen.predicted_positives / max(1, self.rows)
        return (
            f"{self.path}: {chosen.predicted_positives:,} of {self.rows:,} rows ({share:.1%}) called positive by "
            f"{who_predicts(self.winner.weights)} at threshold {chosen.threshold:.4f}, with an expected precision of "
            f"{chosen.counts.precision:.3f} and recall of {chosen.counts.recall:.3f}; submissions.csv keeps it as "
            f"{self.sha256[:SHOWN]}."
        )


def hand_in(winner: Blend, predictor: Predictor, experiment: Experiment, customers: Customers, path: Path) -> HandedIn:
    """Call the table to predict by the winner fitted again, write the file and record it.

    The threshold is chosen for these rows: for the known and new customers among them, and the share of positives that
    the experiment assumes.

    Raises
    ------
    SubmissionError
        If there is no table to predict, or ``path`` is one of the experiment's own files or cannot be written.
    StoreError
        If it cannot be recorded.
    """
    dataset, store = customers.dataset, customers.main.store
    check_place(dataset, experiment, path, store.folder)
    assert dataset.submission is not None  # else refused
    probability = predictor.probability(dataset.submission)
    foresight = foresee(
        customers.kinds(winner.combination, probability),
        float(dataset.y.mean()),
        experiment.submission.positive_rate,
        experiment.objective,
    )
    chosen = foresight.chosen
    text = submission_text(dataset, probability >= chosen.threshold, experiment.data)
    row = Submission(
        made_at=moment(),
        sha256=digest(text),
        path=shown_path(path),
        bytes=len(text.encode()),
        rows=len(probability),
        made_by=next(iter(winner.weights)) if len(winner.weights) == 1 else ENSEMBLE,
        weights=dict(winner.weights),
        scales={trial: (scale.slope, scale.intercept) for trial, scale in predictor.combination.scales.items()},
        refit=experiment.submission.refit,
        threshold=float(chosen.threshold),
        policy=foresight.policy,
        positive_rate=float(chosen.rate),
        predicted_positives=chosen.predicted_positives,
        expected_precision=float(chosen.counts.precision),
        expected_recall=float(chosen.counts.recall),
        expected_f1=float(chosen.counts.f1),
        data_id=dataset.data_id,
        folds_id=store.folds.folds_id,
        asked_id=asked_id(dataset),
        environment=made_with(),
    )
    write_submission(text, row, store.folder, path)
    return HandedIn(path, row.rows, winner, foresight, row.sha256)


def check_place(dataset: Dataset, experiment: Experiment, path: Path, folder: Path) -> None:
    """See that there is something to predict, and that file and record can be written; raises as `hand_in` does.

    Parameters
    ----------
    folder : the experiment's results
    """
    roles = experiment.data
    if dataset.submission is None:
        raise SubmissionError(f"{experiment.path}: [data] names no submission, so there is nothing to predict.")
    _refuse_inputs(path, (str(experiment.path), roles.train, roles.submission, roles.sample))
    _refuse_results(path, folder)
    make_room(path, SubmissionError)
    check_record(folder)


def write_submission(text: str, row: Submission, folder: Path, path: Path) -> None:
    """Write a submission that appears whole or not at all, and its line in the record of ``folder``."""
    try:
        with replacing(path) as file:
            file.write(text)
            sync(file)
            append_submission(folder, row)  # before the file has its name: no submission is without its line
    except OSError as error:
        raise _unwritable(path, error) from None


def asked_id(dataset: Dataset) -> str:
    """Return ten hex digits that change with the rows to predict, their ids and the order that the sample asks for."""
    assert dataset.submission is not None  # else nothing is asked
    sample = None if dataset.sample is None else list(dataset.sample.columns)
    made_of = sha256(json.dumps([list(dataset.submission.columns), dataset.labels, sample]).encode())
    parts: list[pd.DataFrame | pd.Series[str]] = [dataset.submission]
    if dataset.ids is not None:
        parts.append(dataset.ids)
        parts += [] if dataset.sample is None else [dataset.sample[dataset.ids.name]]
    for part in parts:
        made_of.update(pd.util.hash_pandas_object(part, index=False).to_numpy().tobytes())
    return made_of.hexdigest()[:10]


def digest(text: str) -> str:
    """Return the SHA-256 of a file that holds ``text``."""
    return sha256(text.encode()).hexdigest()


def moment() -> str:
    """Return the time, UTC, to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _refuse_inputs(path: Path, inputs: tuple[str | None, ...]) -> None:
    for given in inputs:
        if given is not None and path.exists() and Path(given).exists() and path.samefile(given):
            raise SubmissionError(f"{path}: is an input of the experiment and is not overwritten. Name another file.")


def _refuse_results(path: Path, folder: Path) -> None:
    """Keep the record of the run from being taken for a place to write to."""
    name, place = path.name, path.resolve()
    ours = name.startswith("submission") and name != "submissions.csv" and place.parent == folder.resolve()
    if place.is_relative_to(folder.resolve()) and not ours:
        raise SubmissionError(
            f"{path}: stands among the results, where only files named submission-... are to be written. "
            "Name such a one, or one elsewhere."
        )


def _unwritable(path: Path, error: OSError) -> SubmissionError:
    return SubmissionError(f"{path}: cannot be written there ({error.strerror}). Name another file.")
