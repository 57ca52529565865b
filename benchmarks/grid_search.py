"""The reference grid by scikit-learn's GridSearchCV over an imblearn pipeline of the same steps."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from imblearn.pipeline import Pipeline
from joblib.externals.loky import get_reusable_executor
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GridSearchCV

from bench.components.steps.resampling.training_set import Matrix, Resampling
from bench.plan.grid import Trial
from bench.question import Question
from bench.record.store import Store, read_store
from bench.run import artefact
from bench.run.assemble import build, build_resampling, seed_of
from bench.run.cell import fold_part
from bench.vocabulary import DO_NOTHING, Axis

SHARED: tuple[Axis, ...] = ("imputation", "encoding", "resampling")
EVERY = 7  # of so many trials one is fitted again with our seeds; it divides no number of options of an axis


class Resampler(BaseEstimator):  # type: ignore[misc]
    """One of our resamplings as imblearn calls its own."""

    def __init__(self, draw: Resampling, seed: int) -> None:
        self.draw = draw
        self.seed = seed

    def fit_resample(self, X: Matrix, y: NDArray[np.int8]) -> tuple[Matrix, NDArray[np.int8]]:
        """Return the rows to fit on."""
        (drawn,) = self.draw(X, y, None, self.seed)
        return drawn.matrix(X), drawn.y


@dataclass(frozen=True)
class Agreement:
    """How near the two sides come to each other.

    Attributes
    ----------
    apart : configuration -> largest difference of two probabilities in one cell fitted again with our seeds
    scores : of each trial, the score of the search less ours; the search has seeds of its own
    """

    apart: dict[str, float]
    scores: NDArray[np.float64]

    def sentences(self) -> str:
        """Return it in words."""
        unequal = [f"{name} ({difference:g})" for name, difference in self.apart.items() if difference]
        equal, same = len(self.apart) - len(unequal), int((np.abs(self.scores) < 1e-12).sum())
        return (
            f"{equal} of {len(self.apart)} cells fitted again by an imblearn pipeline with our seeds predict the same "
            f"bit for bit{'; not ' if unequal else ''}{', '.join(unequal)}.\nThe search, on seeds of its own, gives "
            f"{same} of {len(self.scores)} trials the same score (ROC AUC, mean of folds); it is higher by "
            f"{self.scores.mean():.4f} in the mean, apart by {np.abs(self.scores).max():.4f} at most."
        )


def grid_search(folder: Path, workers: int) -> None:
    """Search the grid and keep the scores of each trial."""
    _search(artefact.read(folder / "question"), workers, memory=None)


def grid_search_with_memory(folder: Path, workers: int) -> None:
    """Search the grid with fitted steps kept on disk."""
    _search(artefact.read(folder / "question"), workers, memory=str(folder / "memory"))


def compare(folder: Path, workers: int) -> None:
    """Hold what the engine recorded against scikit-learn: some cells bit for bit, and the scores of all trials."""
    question: Question = artefact.read(folder / "question")
    dataset, trials, folds = question.dataset, question.plan.trials, question.folds
    store = read_store(folder / "store", dataset.data_id, folds)
    apart = {}
    for number, trial in enumerate(trials[::EVERY]):
        part = fold_part(dataset, folds, 0, number % folds.count)
        fitted = pipeline(trial, part.place.name).fit(part.training, part.y)
        theirs = np.asarray(fitted.predict_proba(part.held_out)[:, 1], dtype=np.float64)
        apart[trial.configuration] = float(np.abs(theirs - _recorded(store, trial.id)[part.held_out_rows]).max())
    found: dict[str, float] = artefact.read(folder / "scores")
    scores = [score - _score(question, _recorded(store, trial)) for trial, score in found.items()]
    artefact.write(Agreement(apart, np.array(scores)), folder / "agreement")


def pipeline(trial: Trial, place: str) -> Pipeline:
    """Return the steps of a trial with the seeds they have in the fold that ``place`` names."""
    return Pipeline([*((axis, _step(trial, axis, place)) for axis in SHARED), ("model", build(trial, "model", place))])


def _search(question: Question, workers: int, memory: str | None) -> None:
    blocks: dict[tuple[str, ...], list[Trial]] = {}
    for trial in question.plan.trials:
        blocks.setdefault(tuple(trial.fingerprint(axis) for axis in SHARED), []).append(trial)
    grid: list[dict[str, list[Any]]] = [
        {axis: [_step(block[0], axis, "")] for axis in SHARED}
        | {"model": [build(trial, "model", "") for trial in block]}
        for block in blocks.values()
    ]
    steps = pipeline(question.plan.trials[0], "").set_params(memory=memory)
    folds = [
        (question.folds.training(0, fold), question.folds.held_out(0, fold)) for fold in range(question.folds.count)
    ]
    search = GridSearchCV(steps, grid, scoring="roc_auc", n_jobs=workers, refit=False, cv=folds, error_score="raise")
    search.fit(question.dataset.features, question.dataset.y)
    get_reusable_executor().shutdown(wait=True)  # the CPU seconds of a process count when it has ended
    in_order = [trial.id for block in blocks.values() for trial in block]
    artefact.write(dict(zip(in_order, search.cv_results_["mean_test_score"], strict=True)), question.folder / "scores")


def _step(trial: Trial, axis: Axis, place: str) -> Any:
    if axis != "resampling":
        return build(trial, axis, place)
    if trial.named(axis) == DO_NOTHING[axis]:
        return "passthrough"
    return Resampler(build_resampling(trial), seed_of(trial, axis, place))


def _recorded(store: Store, trial: str) -> NDArray[np.float64]:
    """Return the out-of-fold probabilities of a trial, shape (n,)."""
    probability = store.out_of_fold(trial)
    assert probability is not None, f"{trial} is not done"
    only: NDArray[np.float64] = probability[0]
    return only


def _score(question: Question, probability: NDArray[np.float64]) -> float:
    y, held_out = question.dataset.y, [question.folds.held_out(0, fold) for fold in range(question.folds.count)]
    return float(np.mean([roc_auc_score(y[rows], probability[rows]) for rows in held_out]))
