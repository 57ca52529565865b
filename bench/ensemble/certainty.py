"""How sure the ranking is: the leader's score corrected for being chosen, and the trials that may be as good."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bench.companies import company_of
from bench.data.dataset import Dataset
from bench.data.folds import scored_rows
from bench.ensemble.blend import Blend
from bench.ensemble.replayed import blend_of
from bench.ensemble.scoreboard import OutOfFold
from bench.plan.sections import EnsembleSection
from bench.record.store import Store
from bench.score.objective import Objective
from bench.score.ranking import Score
from bench.score.redraws import Redraws, redraw
from bench.score.replay import best_trial_of
from bench.score.ties import Ties, find_ties
from bench.score.uncertainty import Corrected, corrected_estimate


@dataclass(frozen=True)
class Certainty:
    """What draws of the rows, companies whole, say of a ranking.

    Attributes
    ----------
    corrected : what the best single trial is worth once the luck of choosing it is paid for
    blended : what the ensemble is worth once the luck of making it is paid for
    ties : which trials may be the best one
    redrawn : the scores of all trials in the same draws
    """

    corrected: Corrected
    blended: Corrected
    ties: Ties
    redrawn: Redraws


DRAWS = 200
FEWEST = 10  # companies, or rows of none, with a positive and with a negative: draws of fewer say nothing


def certainty(
    dataset: Dataset,
    store: Store,
    scores: dict[str, Score],
    objective: Objective,
    ensemble: Blend,
    section: EnsembleSection,
    draws: int = DRAWS,
) -> Certainty | None:
    """Draw the rows held out again and again, and see how the ranking and the ensemble change.

    None where no trial is finished or keeps the objective's floor, or there are too few companies to draw.
    """
    known, recorded = scored_rows(dataset, store.folds), OutOfFold(store, scores)
    groups = None if dataset.groups is None else dataset.groups[known.rows]
    company = company_of(groups, len(known.y))
    enough = all(len(np.unique(company[known.y == label])) >= FEWEST for label in (0, 1))
    if not enough or not any(score.keeps_floor(objective) for score in scores.values()):
        return None
    redrawn = redraw(known.y, recorded, scores, known.fold_of, objective, groups)
    rules = best_trial_of(redrawn), blend_of(ensemble, redrawn, section)
    corrected, blended = (
        corrected_estimate(known.y, recorded, known.fold_of, objective, rule, groups, draws) for rule in rules
    )
    return Certainty(corrected, blended, find_ties(redrawn, objective), redrawn)
