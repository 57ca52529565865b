"""The file to hand in, checked before it is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bench.bundle.predictor import Predictor
from bench.data.dataset import Dataset
from bench.data.table import read_table
from bench.ensemble.blend import Blend
from bench.ensemble.customers import Customers
from bench.ensemble.foresight import Foresight, foresee
from bench.errors import SubmissionError
from bench.plan.experiment import Experiment
from bench.plan.grid import Plan
from bench.record.disk import replacing
from bench.run.runner import fit_trials
from bench.score.combine import Combination

_PAIRS = [("0", "1"), ("0.0", "1.0"), ("False", "True"), ("false", "true"), ("FALSE", "TRUE"), ("no", "yes")]
_PAIRS += [("No", "Yes"), ("NO", "YES"), ("n", "y"), ("N", "Y"), ("f", "t"), ("F", "T")]
_OPPOSITE = dict(_PAIRS) | {positive: negative for negative, positive in _PAIRS}


@dataclass(frozen=True)
class HandedIn:
    """A submission that was written: how many of its rows are called positive, by whom, and what is expected of it."""

    path: Path
    rows: int
    winner: Blend
    foresight: Foresight

    def sentence(self) -> str:
        """Say it in one sentence."""
        who = f"trial {next(iter(self.winner.weights))}" if len(self.winner.weights) == 1 else "the ensemble"
        chosen = self.foresight.chosen
        share = chosen.predicted_positives / max(1, self.rows)
        return (
            f"{self.path}: {chosen.predicted_positives:,} of {self.rows:,} rows ({share:.1%}) called positive by {who} "
            f"at threshold {chosen.threshold:.4f}."
        )


def hand_in(
    winner: Blend, plan: Plan, experiment: Experiment, customers: Customers, path: Path, workers: int
) -> HandedIn:
    """Refit the winner's members on every labelled row, call the table to predict, and write the file.

    The threshold is chosen for these rows: for the known and new customers among them, and the share of positives that
    the experiment assumes.

    Raises
    ------
    SubmissionError
        If there is no table to predict, or ``path`` is one of the experiment's own files or cannot be written.
    """
    dataset, roles = customers.dataset, experiment.data
    check_place(dataset, experiment, path)
    assert dataset.submission is not None  # else refused
    trials = {trial.id: trial for trial in plan.trials}
    members = [trials[member] for member in winner.weights]
    fits = fit_trials(members, dataset, workers, experiment.limits)
    probability = Predictor(Combination(winner.weights, {}), fits).probability(dataset.submission)
    foresight = foresee(
        customers.kinds(winner.weights, probability),
        float(dataset.y.mean()),
        experiment.submission.positive_rate,
        experiment.objective,
    )
    frame = submission_frame(dataset, probability >= foresight.chosen.threshold, roles.id, roles.target)
    with replacing(path) as file:
        frame.to_csv(file, index=False, lineterminator="\n")
    return HandedIn(path, len(frame), winner, foresight)


def check_place(dataset: Dataset, experiment: Experiment, path: Path) -> None:
    """See that there is something to predict, and that the file can be written; raises as `hand_in` does."""
    roles = experiment.data
    if dataset.submission is None:
        raise SubmissionError(f"{experiment.path}: [data] names no submission, so there is nothing to predict.")
    _refuse_inputs(path, (str(experiment.path), roles.train, roles.submission, roles.sample))
    _make_room(path)


def submission_frame(dataset: Dataset, called: NDArray[np.bool_], id_name: str | None, target: str) -> pd.DataFrame:
    """Return the submission: the ids exactly as written, in their order, and the label words of the train file.

    Where a sample says the order of rows and columns, it is followed.

    Parameters
    ----------
    called : ndarray of bool, shape (m,)
        Which rows of the submission table are called positive.
    """
    labels = np.where(called, dataset.labels[1], dataset.labels[0])
    if dataset.ids is None or id_name is None:
        return pd.DataFrame({target: labels})
    frame = pd.DataFrame({id_name: dataset.ids.to_numpy(), target: labels}, dtype="str")
    if dataset.sample is not None:
        frame = frame.set_index(id_name).loc[dataset.sample[id_name]].reset_index()
        frame = frame[list(dataset.sample.columns)]
    return frame


def check_submission(path: Path, sample: Path) -> int:
    """Check that a submission has the form of its sample, and return its number of rows.

    Of two columns or more, the id is the first in which the sample repeats nothing; the label is the last of the
    others.

    Raises
    ------
    SubmissionError
        At the first thing that differs: columns, rows, ids, their order, gaps, or labels of another spelling.
    """
    form, given = read_table(sample).frame, read_table(path).frame
    if list(given.columns) != list(form.columns):
        raise SubmissionError(
            f"{path}: has the columns {_list(given.columns)}; the sample {sample} has {_list(form.columns)}. "
            "Write the same ones in the same order."
        )
    names = list(form.columns)
    ids = next((name for name in names if form[name].is_unique), names[0]) if len(names) > 1 else None
    target = [name for name in names if name != ids][-1]
    if ids is not None:
        _check_ids(path, given[ids], form[ids])
    elif len(given) != len(form):
        raise SubmissionError(f"{path}: has {len(given):,} rows; the sample {sample} has {len(form):,}.")
    gaps = np.flatnonzero(given[target].isna())
    if len(gaps):
        raise SubmissionError(
            f"{path}, row {gaps[0] + 1}: '{target}' is empty ({len(gaps):,} such rows). Every row needs a label."
        )
    _check_labels(path, given[target], form[target])
    return len(given)


def _refuse_inputs(path: Path, inputs: tuple[str | None, ...]) -> None:
    for given in inputs:
        if given is not None and path.exists() and Path(given).exists() and path.samefile(given):
            raise SubmissionError(f"{path}: is an input of the experiment and is not overwritten. Name another file.")


def _make_room(path: Path) -> None:
    """See that the file can be written before anything is fitted for it."""
    if path.is_dir():
        raise SubmissionError(f"{path}: is a folder. Name a file in it.")
    if path.exists() and not path.is_file():
        raise SubmissionError(f"{path}: is no ordinary file. Name another one.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path.with_name(f".{path.name}.try")):
            pass
        path.with_name(f".{path.name}.try").unlink()
    except OSError as error:
        raise SubmissionError(f"{path}: cannot be written there ({error.strerror}). Name another file.") from None


def _check_ids(path: Path, given: pd.Series[str], form: pd.Series[str]) -> None:
    name = form.name
    doubled = [value for value, times in Counter(given.dropna()).items() if times > 1]
    if doubled:
        raise SubmissionError(
            f"{path}: {name} {doubled[0]!r} stands there twice ({len(doubled):,} such). Keep one row for each."
        )
    if given.isna().any():
        raise SubmissionError(f"{path}: {int(given.isna().sum()):,} rows have no {name}. Every row needs one.")
    missing = form[~form.isin(given)]
    foreign = given[~given.isin(form)]
    if len(missing):
        raise SubmissionError(
            f"{path}: {len(missing):,} ids of the sample are missing, {missing.iloc[0]!r} first. Ids are compared as "
            "written, leading zeros included."
        )
    if len(foreign):
        raise SubmissionError(
            f"{path}: {len(foreign):,} ids are not in the sample, {foreign.iloc[0]!r} first. Take them out."
        )
    if list(given) != list(form):
        place = next(row for row, pair in enumerate(zip(given, form, strict=True)) if pair[0] != pair[1])
        raise SubmissionError(
            f"{path}, row {place + 1}: {name} is {given.iloc[place]!r} where the sample has {form.iloc[place]!r}. "
            "Keep the sample's order."
        )


def _check_labels(path: Path, given: pd.Series[str], form: pd.Series[str]) -> None:
    """A sample often holds the negative label only; its opposite in the same spelling is allowed beside it."""
    known = set(form.dropna())
    allowed = known | {_OPPOSITE[word] for word in known if word in _OPPOSITE}
    strange = sorted(set(given) - allowed)
    most = max(0, 2 - len(allowed))  # of a label whose opposite the sample does not tell, any one word may be it
    if len(strange) > most:
        written = f"as the sample writes them: {_list(sorted(allowed))}" if allowed else "two labels"
        raise SubmissionError(
            f"{path}: '{given.name}' holds the label {strange[-1 if most else 0]!r}; allowed, {written}."
        )


def _list(names: Iterable[str]) -> str:
    return ", ".join(repr(name) for name in names)
