"""One trial on one set of training rows; a failure becomes a row."""

from __future__ import annotations

import resource
import sys
import time
import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.components.models import constant
from bench.components.steps.resampling.training_set import Matrix, all_rows
from bench.data.dataset import Dataset
from bench.data.folds import Folds
from bench.plan.grid import Cell, Trial
from bench.record.store import CellResult
from bench.run.assemble import build, build_resampling, seed_of
from bench.run.prepared import Part, Pieces, Whole


@dataclass(frozen=True)
class Fitted:
    """What a trial says of the held-out rows, and the wall seconds to prepare, resample, fit and predict."""

    probability: NDArray[np.float64]
    seconds: tuple[float, float, float, float]


def run_cell(cell: Cell, dataset: Dataset, folds: Folds, pieces: Pieces) -> CellResult:
    """Run one cell; whatever it raises becomes its row."""
    where = (cell.repeat, cell.fold)
    training, held_out = folds.training(*where), folds.held_out(*where)
    part = Part(
        place=f"{folds.folds_id}/{cell.repeat}/{cell.fold}",
        training=dataset.features.iloc[training],
        y=dataset.y[training],
        groups=None if dataset.groups is None else dataset.groups[training],
        held_out=dataset.features.iloc[held_out],
        whole=Whole(dataset.data_id, dataset.features, dataset.features),
    )
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            fitted = fit_predict(cell.trial, part, pieces)
    except MemoryError:
        return CellResult(*cell.key, "memory", "MemoryError: not enough memory", worker_peak_megabytes=_peak())
    except Exception as error:  # any library's, on any table: the row says which
        return CellResult(*cell.key, "failed", first_line(error), worker_peak_megabytes=_peak())
    return CellResult(
        *cell.key,
        "done",
        "; ".join(sorted({first_line(warning.message) for warning in caught})),
        *fitted.seconds,
        worker_peak_megabytes=_peak(),
        probability=fitted.probability,
    )


def refit(trial: Trial, dataset: Dataset, pieces: Pieces) -> NDArray[np.float64]:
    """Fit ``trial`` on every labelled row and return the submission's probabilities, shape (m,)."""
    assert dataset.submission is not None
    part = Part(
        place=f"{dataset.data_id}/all",
        training=dataset.features,
        y=dataset.y,
        groups=dataset.groups,
        held_out=dataset.submission,
        whole=Whole(f"{dataset.data_id}/submission", dataset.features, dataset.submission),
    )
    return fit_predict(trial, part, pieces).probability


def fit_predict(trial: Trial, part: Part, pieces: Pieces) -> Fitted:
    """Prepare, resample, fit and predict.

    Raises
    ------
    ValueError
        If the model's output is not one probability for each held-out row.
    """
    prepare, resample, fit, predict = _Watch(), _Watch(), _Watch(), _Watch()
    with prepare:
        prepared = pieces.prepare(trial, part)
    with resample:
        columns = prepared.training.shape[1]
        draw = build_resampling(trial) if columns else all_rows
        sets = draw(prepared.training, part.y, part.groups, seed_of(trial, "resampling", part.place))
    outputs = []
    if not columns:
        warnings.warn("no column is left to learn from; the share of positives is predicted", UserWarning, stacklevel=2)
    for training_set in sets:
        model = build(trial, "model", part.place) if columns else constant()
        with fit:
            _fit(model, training_set.matrix(prepared.training), training_set.y, training_set.weights)
        with predict:
            outputs.append(_positive_column(model, prepared.held_out))
    probability = np.mean(outputs, axis=0)
    if probability.shape != (len(part.held_out),):
        raise ValueError(f"predictions of shape {probability.shape} for {len(part.held_out)} rows")
    if not ((probability >= 0) & (probability <= 1)).all():
        raise ValueError("predictions that are not numbers from 0 to 1")
    return Fitted(probability, (prepare.seconds, resample.seconds, fit.seconds, predict.seconds))


def _fit(model: object, X: Matrix, y: NDArray[np.int8], weights: NDArray[np.float64] | None) -> None:
    name = "sample_weight"
    if hasattr(model, "steps"):  # a pipeline passes weights to its last step by name
        name = f"{model.steps[-1][0]}__sample_weight"
    model.fit(X, y, **({} if weights is None else {name: weights}))  # type: ignore[attr-defined]


def _positive_column(model: object, X: Matrix) -> NDArray[np.float64]:
    """Return the probability of class 1, which is not the last column where a model knows one class only."""
    classes = list(model.classes_)  # type: ignore[attr-defined]
    output = np.asarray(model.predict_proba(X), dtype=np.float64)  # type: ignore[attr-defined]
    return output[:, classes.index(1)] if 1 in classes else np.zeros(len(output))


class _Watch:
    """Adds up the wall seconds spent inside it."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __enter__(self) -> None:
        self._start = time.perf_counter()

    def __exit__(self, *error: object) -> None:
        self.seconds += time.perf_counter() - self._start


def first_line(problem: Warning | Exception | str) -> str:
    """Return an error or warning as one line that opens with its type."""
    lines = str(problem).strip().splitlines() or [""]
    return f"{type(problem).__name__}: {lines[0]}"[:300]


def _peak() -> float:
    """Return the highest resident memory of this process so far, in megabytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 2**10
