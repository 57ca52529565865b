"""Which columns of the table the winner leans on: what is lost when their cells are dealt out anew."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bench.bundle.predictor import Predictor
from bench.data.dataset import Dataset
from bench.data.folds import Folds, scored_rows
from bench.ensemble.alike import alike
from bench.ensemble.blend import Blend
from bench.ensemble.scoreboard import OutOfFold
from bench.record.store import Store
from bench.run.fitted import FittedTrial
from bench.score.metrics import count, score_of_probabilities
from bench.score.objective import Objective
from bench.score.thresholds import cross_fitted_thresholds

Floats = NDArray[np.float64]
Fits = Mapping[str, tuple[FittedTrial, ...]]

MOST_ROWS = 2_000  # held out by a fold and looked at; of more, as many drawn from each class by its share
DEALS = 3  # of a column's cells
ROUNDING = 1e-9  # of a score: what is not more than this is no loss
SEED = 7


@dataclass(frozen=True)
class Importance:
    """What is lost on held-out rows when the cells of a column are dealt out anew among them.

    Attributes
    ----------
    columns : one, or several that say the same and are dealt out together
    objective : ndarray of shape (folds,), loss of the experiment's objective; of losses such as Brier's, what is added
    average_precision : ndarray of shape (folds,), loss of average precision, which hangs on no threshold
    """

    columns: tuple[str, ...]
    objective: Floats
    average_precision: Floats

    @property
    def shown(self) -> bool:
        """Whether every fold lost by it: of columns that tell nothing, one in 2 ** folds does."""
        return bool((self.average_precision > ROUNDING).all())


def importance(winner: Blend, fits: Fits, dataset: Dataset, store: Store, objective: Objective) -> list[Importance]:
    """Return the permutation importance of each column and of columns that say the same, the largest loss first.

    Cells are dealt out anew before preparation, so that a column of the table is one column however many are made of
    it, a text column too. The models were trained on other rows: what was learned by heart counts for nothing. Cells
    move singly, whatever company their rows are of.

    Parameters
    ----------
    fits : of the winner's members, one for each fold of the first repeat
    store : with the recorded predictions, of which each fold's threshold is chosen on the other folds

    References
    ----------
    Breiman (2001), doi:10.1023/A:1010933404324; on columns that cover for each other, Strobl et al. (2008),
    doi:10.1186/1471-2105-9-307.
    """
    blocks = [*((str(name),) for name in dataset.features), *alike(dataset.features)]
    thresholds = _thresholds(winner, dataset, store, objective)
    lost = []
    for fold, threshold in enumerate(thresholds):
        rng = np.random.default_rng([SEED, fold])
        rows = _drawn(store.folds.held_out(0, fold), dataset.y, rng)
        predictor = Predictor(winner.combination, {trial: (fit[fold],) for trial, fit in fits.items()})
        features, y = dataset.features.iloc[rows].reset_index(drop=True), dataset.y[rows]
        lost.append(losses(predictor.probability, features, y, blocks, _worth(y, threshold, objective), rng))
    by_block = np.stack(lost, axis=1)  # (blocks, folds, 2)
    found = [Importance(block, one[:, 0], one[:, 1]) for block, one in zip(blocks, by_block, strict=True)]
    return sorted(found, key=lambda one: -one.average_precision.mean())


def first_repeat(folds: Folds) -> Folds:
    """Return the folds of the first repeat: names, seeds and rows of its cells stay what they were."""
    return replace(folds, fold_of=folds.fold_of[:1])


def losses(
    probability: Callable[[pd.DataFrame], Floats],
    features: pd.DataFrame,
    y: NDArray[np.int8],
    blocks: Sequence[tuple[str, ...]],
    worth: Callable[[Floats], tuple[float, float]],
    rng: np.random.Generator,
) -> Floats:
    """Return what is lost when the cells of columns are dealt out anew, mean over the deals; shape (blocks, 2).

    Parameters
    ----------
    probability : takes rows like ``features``
    blocks : names of columns that move together, row by row
    worth : of the probabilities of these rows, in two scores of which more is better
    """
    before = np.array(worth(probability(features)))
    deals = np.concatenate([rng.permutation(len(y)) for _ in range(DEALS)])
    all_deals = features.take(np.tile(np.arange(len(y)), DEALS)).reset_index(drop=True)  # steps cost by the call
    after = []
    for block in blocks:
        dealt = all_deals.assign(**{name: features[name].take(deals).array for name in block})
        after.append(np.mean([worth(one) for one in np.split(probability(dealt), DEALS)], axis=0))
    lost: Floats = before - np.array(after)
    return lost


def _thresholds(winner: Blend, dataset: Dataset, store: Store, objective: Objective) -> list[float]:
    """Return the threshold of each fold of the first repeat, chosen on the recorded predictions of the others."""
    known, recorded = scored_rows(dataset, store.folds), OutOfFold(store, winner.weights)
    probability = winner.combination({trial: recorded[trial][0] for trial in winner.weights})
    fold_of = known.fold_of[0]
    chosen = cross_fitted_thresholds(known.y, probability, fold_of, objective)
    return [float(chosen[fold_of == fold][0]) for fold in range(store.folds.count)]


def _worth(y: NDArray[np.int8], threshold: float, objective: Objective) -> Callable[[Floats], tuple[float, float]]:
    def worth(probability: Floats) -> tuple[float, float]:
        average_precision = score_of_probabilities("average_precision", y, probability)
        if objective.needs_threshold:
            return float(objective.of(count(y, probability >= threshold))), average_precision
        return objective.sign * score_of_probabilities(objective.metric, y, probability), average_precision

    return worth


def _drawn(rows: NDArray[np.intp], y: NDArray[np.int8], rng: np.random.Generator) -> NDArray[np.intp]:
    """Return at most `MOST_ROWS` of some rows, each class by its share and at least one of each."""
    share = min(1.0, MOST_ROWS / len(rows))
    of_class = (rows[y[rows] == label] for label in (0, 1))
    return np.concatenate([rng.permutation(those)[: max(1, round(share * len(those)))] for those in of_class])
