"""The ensemble: the best trials on one scale, weighed and given a threshold without the rows that score it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from bench.ensemble.weigh import Pool, combine
from bench.plan.sections import EnsembleSection
from bench.score.combine import Combination
from bench.score.objective import Objective
from bench.score.ranking import Score, score_calls
from bench.score.thresholds import best_threshold, best_values_without

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Blend:
    """A trial, or several combined.

    Attributes
    ----------
    combination : what is exported; scales and weights are learned on all out-of-fold rows
    score : of the whole procedure: scales, members, weights and threshold for each fold chosen on the other folds
    threshold : for the exported combination, chosen with it on all out-of-fold rows
    """

    combination: Combination
    score: Score
    threshold: float

    @classmethod
    def of_one(cls, trial: str, score: Score) -> Blend:
        """Return a trial by itself."""
        return cls(Combination.of_one(trial), score, score.threshold)

    @property
    def weights(self) -> dict[str, float]:
        """Trial -> weight; they sum to 1."""
        return self.combination.weights


def who_predicts(weights: Mapping[str, float]) -> str:
    """Say who predicts, a trial or the ensemble."""
    return f"trial {next(iter(weights))}" if len(weights) == 1 else "the ensemble"


def blend(
    y: NDArray[np.int8],
    trials: Mapping[str, Floats],
    fold_of: NDArray[np.int64],
    objective: Objective,
    section: EnsembleSection,
    ranked: Sequence[str],
) -> Blend:
    """Combine the best trials.

    Parameters
    ----------
    y : ndarray of shape (n,), 0 or 1
    trials : trial -> out-of-fold probabilities of shape (repeats, n); read one after the other, so that they need
        not all be in memory
    fold_of : ndarray of shape (repeats, n)
    section : how, and how many trials may become members: for the export the first of ``ranked``, for a fold the
        best by themselves on the other folds
    ranked : the trials, the best first
    """
    exported = ranked[: section.candidates]
    names = sorted({*contenders(y, trials, fold_of, objective, section.candidates), *exported})
    stack = {name: trials[name] for name in names}
    pairs = [
        cross_fitted_blend(y, {name: stack[name][repeat] for name in names}, folds, objective, section)
        for repeat, folds in enumerate(fold_of)
    ]
    blended, thresholds = (np.stack(parts) for parts in zip(*pairs, strict=True))
    # The members of the export are chosen on every row; so is their threshold, as a trial's is.
    made = combine(pool_of(y, stack, exported), section.method)
    score = score_calls(y, blended, thresholds, fold_of, objective, made(stack))
    return Blend(made, score, score.threshold)


def contenders(
    y: NDArray[np.int8], trials: Mapping[str, Floats], fold_of: NDArray[np.int64], objective: Objective, candidates: int
) -> set[str]:
    """Return the trials that are candidates for some fold."""
    values = {
        trial: [
            *chain.from_iterable(
                best_values_without(y, scores, folds, objective)
                for scores, folds in zip(probability, fold_of, strict=True)
            )
        ]
        for trial, probability in trials.items()
    }
    folds = range(len(next(iter(values.values()))))
    return {trial for fold in folds for trial in _best({one: values[one][fold] for one in values}, candidates)}


def cross_fitted_blend(
    y: NDArray[np.int8],
    trials: Mapping[str, Floats],
    fold_of: NDArray[np.int64],
    objective: Objective,
    section: EnsembleSection,
) -> tuple[Floats, Floats]:
    """Return for each row the combined probability and the threshold, by a blend that did not see its label.

    For each fold candidates, scales, members and weights are chosen on the other folds, and so is the threshold, of
    that combination there. A threshold chosen afterwards on the blended column would see the fold's labels through the
    other folds' members.

    Parameters
    ----------
    y, fold_of : ndarrays of shape (n,)
    trials : trial -> out-of-fold probabilities of shape (n,)
    """
    values = {trial: best_values_without(y, trials[trial], fold_of, objective) for trial in trials}
    blended, thresholds = np.empty(len(y)), np.empty(len(y))
    for place, fold in enumerate(np.unique(fold_of)):
        others, held_out = fold_of != fold, fold_of == fold
        candidates = _best({trial: values[trial][place] for trial in trials}, section.candidates)
        known = {trial: trials[trial][others] for trial in candidates}
        made = combine(pool_of(y[others], known, candidates), section.method)
        blended[held_out] = made({trial: trials[trial][held_out] for trial in made.weights})
        thresholds[held_out] = best_threshold(y[others], made(known), objective)
    return blended, thresholds


def pool_of(
    y: NDArray[np.int8], trials: Mapping[str, Floats], candidates: Sequence[str], counts: Floats | None = None
) -> Pool:
    """Gather candidates, the best first, with the rows that choose among them; repeats are further rows.

    Parameters
    ----------
    y : ndarray of shape (n,)
    trials : trial -> probabilities of shape (n,) or (repeats, n)
    counts : of shape (n,); rows of 0 are left out
    """
    counts = np.ones(len(y)) if counts is None else counts
    rows = counts > 0
    probability = np.stack([trials[trial][..., rows].ravel() for trial in candidates])
    repeats = probability.shape[1] // int(rows.sum())
    return Pool(tuple(candidates), np.tile(y[rows], repeats), probability, np.tile(counts[rows], repeats))


def _best(values: Mapping[str, float], most: int) -> list[str]:
    """Return the trials of the largest values, the largest first; of equals, the first by id."""
    return sorted(values, key=lambda trial: (-values[trial], trial))[:most]
