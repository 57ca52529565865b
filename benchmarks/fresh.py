"""What every trial of a grid says of rows it never saw, by fold models and by refits, kept for other benchmarks."""

from __future__ import annotations

import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import f1_score
from sklearn.model_selection import train_test_split

from bench.data.dataset import Dataset, read_dataset
from bench.data.demo import make_demo
from bench.data.folds import Folds, make_folds
from bench.data.roles import Roles
from bench.data.table import read_table, table_from_frame
from bench.data.writing import csv_text
from bench.plan.experiment import Experiment
from bench.plan.grid import Trial, make_plan
from bench.run.cell import every_place, fit_predict, fold_place
from bench.run.prepared import Pieces
from bench.run.recipes import Part, Place, Prepared

LABELLED, MOST_FRESH = 5_000, 15_000  # rows of a split
SHARE = 2 / 3  # of the rows of a smaller table are labelled ones
OTHER_LEADS = 100  # added to the seed of a split, so that made-up leads are not those of the experiment


@dataclass(frozen=True)
class Kept:
    """Predictions of a grid on one split of a table into labelled and fresh rows.

    Attributes
    ----------
    y, fold_of, groups : ndarrays of shape (n,) of the labelled rows; group -1 is no company
    names : ndarray of shape (trials,)
        Configurations, in their order; two that differ in a hyperparameter alone have the same one.
    oof : ndarray of shape (trials, n)
        Out-of-fold probabilities of the labelled rows.
    asked : ndarray of float32, shape (trials, folds + 1, m)
        Probabilities of the fresh rows, by the models of each fold and, last, by those of all labelled rows.
    y_fresh : ndarray of shape (m,)
    seconds : ndarray of shape (trials, folds + 1)
        To prepare, fit and predict, in each fold and, last, on all labelled rows; what trials share counts for the
        first.
    """

    y: NDArray[np.int8]
    fold_of: NDArray[np.int64]
    groups: NDArray[np.int64]
    names: NDArray[np.str_]
    oof: NDArray[np.float64]
    asked: NDArray[np.float32]
    y_fresh: NDArray[np.int8]
    seconds: NDArray[np.float64]

    @property
    def folds(self) -> int:
        """Number of folds."""
        return len(np.unique(self.fold_of))


def keep(experiment: Experiment, seed: int, folder: Path | None = None) -> Kept:
    """Return the predictions of one split, from ``folder`` where they are there, else made and written to it.

    Parameters
    ----------
    experiment : its own submission is left out; only the first repeat of its folds is run
    seed : of the split; of made-up leads also of the leads themselves
    folder : None keeps no file
    """
    file = None if folder is None else folder / f"{experiment.name}-{seed}.npz"
    if file is not None and file.exists():
        with np.load(file) as arrays:
            return Kept(**{field.name: arrays[field.name] for field in fields(Kept)})
    kept = predict_all(*split(experiment, seed))
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=file.parent, suffix=".part", delete=False) as part:
            np.savez(part, **vars(kept))
        Path(part.name).rename(file)
    return kept


def split(
    experiment: Experiment, seed: int, labelled_rows: int = LABELLED
) -> tuple[Experiment, Dataset, NDArray[np.int8]]:
    """Return the experiment on some of its labelled rows, its data with the fresh rows as submission, their labels."""
    roles = experiment.data
    table = _labelled_rows(roles, seed)
    y = (table[roles.target] == roles.positive).to_numpy(dtype=np.int8)
    size = min(labelled_rows, int(SHARE * len(y)))
    labelled, fresh = train_test_split(np.arange(len(y)), train_size=size, stratify=y, random_state=seed)
    fresh = fresh[:MOST_FRESH]
    with tempfile.TemporaryDirectory() as place:
        files = {"train": f"{place}/train.csv", "submission": f"{place}/fresh.csv"}
        Path(files["train"]).write_text(csv_text(table.iloc[labelled]), "utf-8", newline="")
        Path(files["submission"]).write_text(
            csv_text(table.iloc[fresh].drop(columns=roles.target)), "utf-8", newline=""
        )
        roles = roles.model_copy(update={"demo": None, "sample": None, "id": None} | files)
        return replace(experiment, data=roles), read_dataset(roles), y[fresh]


@contextmanager
def without_a_fifth(experiment: Experiment, seed: int) -> Iterator[tuple[Experiment, Path, NDArray[np.bool_]]]:
    """Yield the experiment on four fifths of its rows, a folder for results, and the outcomes of the other fifth.

    These are the rows to predict; `f1_handed_in` scores what is handed in of them.
    """
    roles = experiment.data
    table = _labelled_rows(roles, seed)
    y = (table[roles.target] == roles.positive).to_numpy()
    kept, fresh = fifth(y, seed)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        table.iloc[kept].to_csv(folder / "train.csv", index=False)
        table.iloc[fresh].drop(columns=roles.target).to_csv(folder / "fresh.csv", index=False)
        files = {
            "demo": None,
            "train": str(folder / "train.csv"),
            "submission": str(folder / "fresh.csv"),
            "sample": None,
            "id": None,
        }
        yield replace(experiment, data=roles.model_copy(update=files)), folder, y[fresh]


def fifth(y: NDArray[np.bool_], seed: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the numbers of four fifths of the rows and those of a fifth, with as many positives in each."""
    kept, fresh = train_test_split(np.arange(len(y)), test_size=0.2, stratify=y, random_state=seed)
    return kept, fresh


def f1_handed_in(submission: Path, roles: Roles, fresh: NDArray[np.bool_]) -> float:
    """Return the F1 of a submission; ``fresh`` says which of its rows are positive."""
    called = read_table(submission).frame[roles.target] == roles.positive
    return float(f1_score(fresh, called.to_numpy()))


def in_order(experiment: Experiment, dataset: Dataset) -> list[Trial]:
    """Return the trials of the grid in the order in which they are kept."""
    return sorted(make_plan(experiment, dataset).trials, key=lambda trial: trial.configuration)


def predict_all(
    experiment: Experiment, dataset: Dataset, y_fresh: NDArray[np.int8], trials: list[Trial] | None = None
) -> Kept:
    """Fit every trial on each fold and on all labelled rows; predict what was held out, and the fresh rows.

    Without ``trials`` those of the grid.
    """
    folds = make_folds(dataset, experiment.folds)
    trials = in_order(experiment, dataset) if trials is None else trials
    labelled = len(dataset.y)
    oof = np.full((len(trials), labelled), np.nan)
    asked = np.empty((len(trials), folds.count + 1, len(y_fresh)), dtype=np.float32)
    seconds = np.empty((len(trials), folds.count + 1))
    for fold in range(folds.count + 1):
        part, pieces = _part(dataset, folds, fold), Pieces()
        held_out = folds.held_out(0, fold)  # of the refit none
        for place, trial in enumerate(trials):
            start = time.perf_counter()
            probability = _predict(trial, part, pieces)
            seconds[place, fold] = time.perf_counter() - start
            oof[place, held_out] = probability[: len(held_out)]
            asked[place, fold] = probability[len(held_out) :]
    return Kept(
        y=dataset.y,
        fold_of=folds.fold_of[0],
        groups=np.full(labelled, -1) if dataset.groups is None else dataset.groups,
        names=np.array([trial.configuration for trial in trials]),
        oof=oof,
        asked=asked,
        y_fresh=y_fresh,
        seconds=seconds,
    )


def _labelled_rows(roles: Roles, seed: int) -> pd.DataFrame:
    """Return the labelled table as text."""
    if roles.demo is not None:
        return table_from_frame(make_demo(roles.demo.rows, OTHER_LEADS + seed).train, "demo train").frame
    assert roles.train is not None  # Roles has one source
    return read_table(Path(roles.train)).frame


def _part(dataset: Dataset, folds: Folds, fold: int) -> Part:
    """Return the rows of a fold, or for the number behind the last fold those of the refit, fresh rows behind both."""
    assert dataset.submission is not None  # the fresh rows
    labelled, fresh = len(dataset.y), len(dataset.submission)
    refit = fold == folds.count
    place = every_place(dataset) if refit else fold_place(dataset, folds, 0, fold)
    training = np.arange(labelled) if refit else folds.training(0, fold)
    both = pd.concat([dataset.features, dataset.submission], ignore_index=True)
    return Part(
        place=Place(place.name),  # held-out rows and fresh ones are no table that a piece could be named after
        tables=Prepared(dataset.features, both),
        y=dataset.y[training],
        groups=None if dataset.groups is None else dataset.groups[training],
        training_rows=training,
        held_out_rows=np.append(folds.held_out(0, fold), labelled + np.arange(fresh)),
    )


def _predict(trial: Trial, part: Part, pieces: Pieces) -> NDArray[np.float64]:
    """Return what a trial says; what its libraries warn of stands in a run's record, not here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return fit_predict(trial, part, pieces).probability
