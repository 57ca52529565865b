"""One trial on one set of training rows; a failure becomes a row."""

from __future__ import annotations

import resource
import sys
import time
import warnings
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.components.models import constant
from bench.components.steps.resampling.training_set import Matrix
from bench.data.dataset import Dataset
from bench.data.folds import Folds
from bench.plan.grid import Cell, Trial
from bench.record.cells import CellResult, PieceCost
from bench.run.assemble import build
from bench.run.fitted import FittedTrial, mean_output, positive_column
from bench.run.job import first_line
from bench.run.prepared import Pieces, pieces_of
from bench.run.recipes import Part, Place, Prepared

MOST_WARNINGS = 10  # in the reason of a cell


@dataclass(frozen=True)
class Fitted:
    """What a trial says of the held-out rows.

    Attributes
    ----------
    seconds : wall seconds to fit and to predict
    costs : of each piece it used, by key, whoever made it
    warned : what libraries warned of, one line each
    """

    probability: NDArray[np.float64]
    seconds: tuple[float, float]
    costs: dict[str, PieceCost]
    warned: frozenset[str]


def fold_place(dataset: Dataset, folds: Folds, repeat: int, fold: int) -> Place:
    """Return the name of a cell's rows."""
    return Place(f"{folds.folds_id}/{repeat}/{fold}", dataset.data_id, (repeat, fold))


def fold_part(dataset: Dataset, folds: Folds, repeat: int, fold: int) -> Part:
    """Return the rows of a cell: those of its fold to predict, and those that the fold trains on."""
    training = folds.training(repeat, fold)
    return Part(
        place=fold_place(dataset, folds, repeat, fold),
        tables=Prepared(dataset.features, dataset.features),
        y=dataset.y[training],
        groups=None if dataset.groups is None else dataset.groups[training],
        training_rows=training,
        held_out_rows=folds.held_out(repeat, fold),
    )


def every_place(dataset: Dataset) -> Place:
    """Return the name of a refit's rows."""
    return Place(f"{dataset.data_id}/all")


def every_part(dataset: Dataset) -> Part:
    """Return the rows of a refit: every labelled row to train on, none to predict yet."""
    return Part(every_place(dataset), Prepared(dataset.features, None), dataset.y, dataset.groups)


def run_cell(cell: Cell, dataset: Dataset, folds: Folds, pieces: Pieces) -> CellResult:
    """Run one cell; what it raises becomes its row here, where its seconds and its peak are known.

    Raises
    ------
    MemoryError
        For the engine, which knows the limit.
    """
    _forget_peak()
    start = time.perf_counter()
    try:
        fitted = fit_predict(cell.trial, fold_part(dataset, folds, cell.repeat, cell.fold), pieces)
    except MemoryError:
        raise
    except Exception as error:  # any library's, on any table: the row says which
        seconds = time.perf_counter() - start
        return CellResult(*cell.key, "failed", first_line(error), fit_seconds=seconds, peak_megabytes=_peak())
    fit_seconds, predict_seconds = fitted.seconds
    return CellResult(
        *cell.key,
        "done",
        _some(fitted.warned),
        fit_seconds=fit_seconds,
        predict_seconds=predict_seconds,
        peak_megabytes=_peak(),
        probability=fitted.probability,
        costs=fitted.costs,
    )


def _some(warned: frozenset[str]) -> str:
    """Return warnings as one line, of many the first."""
    shown = sorted(warned)
    more = [f"and {len(shown) - MOST_WARNINGS} more"] if len(shown) > MOST_WARNINGS else []
    return "; ".join(shown[:MOST_WARNINGS] + more)


def fit(trial: Trial, part: Part, pieces: Pieces) -> FittedTrial:
    """Prepare, resample and fit, and keep what was fitted to predict rows that come later."""
    part = replace(part, keeps=True)
    prepared, *_ = pieces_of(trial, part.place)
    learnt = pieces.get(prepared, part).learnt
    models = tuple(_models(trial, part, pieces, _Watch()))
    return FittedTrial(trial.id, trial.configuration, dict(learnt), prepared.key, models)


def fit_predict(trial: Trial, part: Part, pieces: Pieces) -> Fitted:
    """Prepare, resample, fit and predict.

    Raises
    ------
    ValueError
        If the model's output is not one probability for each held-out row.
    """
    prepared = pieces.prepare(trial, part)
    fitting, predicting = _Watch(), _Watch()
    outputs = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for model in _models(trial, part, pieces, fitting):
            with predicting:
                outputs.append(positive_column(model, prepared.held_out))
    probability = mean_output(outputs, prepared.held_out.shape[0])
    used = [pieces.get(piece, part) for piece in pieces_of(trial, part.place)]
    return Fitted(
        probability,
        (fitting.seconds, predicting.seconds),
        {key: cost for made in used for key, cost in made.costs.items()},
        frozenset(first_line(warning.message) for warning in caught).union(*(made.warned for made in used)),
    )


def _models(trial: Trial, part: Part, pieces: Pieces, watch: _Watch) -> Iterator[Any]:
    """Yield the models of a trial, each fitted on a training set of its own."""
    training = pieces.prepare(trial, part).training
    if not training.shape[1]:
        warnings.warn("no column is left to learn from; the share of positives is predicted", stacklevel=2)
    for training_set in pieces.sets(trial, part):
        model = build(trial, "model", part.place.name) if training.shape[1] else constant()
        with watch:
            _fit(model, training_set.matrix(training), training_set.y, training_set.weights)
        yield model


def _fit(model: object, X: Matrix, y: NDArray[np.int8], weights: NDArray[np.float64] | None) -> None:
    name = "sample_weight"
    if hasattr(model, "steps"):  # a pipeline passes weights to its last step by name
        name = f"{model.steps[-1][0]}__sample_weight"
    model.fit(X, y, **({} if weights is None else {name: weights}))  # type: ignore[attr-defined]


class _Watch:
    """Adds up the wall seconds spent inside it."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __enter__(self) -> None:
        self._start = time.perf_counter()

    def __exit__(self, *error: object) -> None:
        self.seconds += time.perf_counter() - self._start


def _forget_peak() -> None:
    """Let the system measure the peak anew, where it can."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def _peak() -> float:
    """Return the highest resident memory of this process since it was forgotten, or ever, in 10^6 bytes."""
    try:
        status = Path("/proc/self/status").read_text()
        return float(status.split("VmHWM:")[1].split()[0]) * 1024 / 1e6
    except (OSError, IndexError):
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6
