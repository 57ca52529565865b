"""How sure the ranking is: the leader's score corrected for being chosen, and the trials that may be as good."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from time import perf_counter

import numpy as np

from bench.companies import company_of
from bench.data.dataset import Dataset
from bench.data.folds import scored_rows
from bench.ensemble.blend import Blend, pool_of
from bench.ensemble.replayed import blend_of
from bench.ensemble.scoreboard import OnSomeFolds, OutOfFold
from bench.ensemble.weigh import combine
from bench.plan.experiment import Experiment
from bench.plan.sections import EnsembleSection
from bench.record.store import Store
from bench.run.budget import Pace
from bench.score.bootstrap import draws_of
from bench.score.objective import Objective
from bench.score.ranking import Score, rank
from bench.score.redraws import Redraws, redraw
from bench.score.replay import best_trial_of
from bench.score.stopped import Completed
from bench.score.thresholds import best_threshold
from bench.score.ties import Ties, find_ties
from bench.score.uncertainty import Corrected, corrected_estimate
from bench.score.weighted import drawn_score


@dataclass(frozen=True)
class Certainty:
    """What draws of the rows, companies whole, say of a ranking.

    Attributes
    ----------
    corrected : what the best single trial is worth once the luck of choosing it is paid for
    blended : what the ensemble is worth once the luck of making it is paid for
    ties : which trials may be the best one
    redrawn : the scores of all finished trials in the same draws
    """

    corrected: Corrected
    blended: Corrected
    ties: Ties
    redrawn: Redraws


DRAWS = 200
TRIED = (25, 5)  # draws and candidates by which judging is timed
FEWEST = 10  # companies, or rows of none, with a positive and with a negative: draws of fewer say nothing


def certainty(
    dataset: Dataset,
    store: Store,
    scores: dict[str, Score],
    objective: Objective,
    ensemble: Blend,
    section: EnsembleSection,
    draws: int = DRAWS,
    stopped: Iterable[str] = (),
) -> Certainty | None:
    """Draw the rows held out again and again, and see how the ranking and the ensemble change.

    None where no trial is finished or keeps the objective's floor, or there are too few companies to draw.

    Parameters
    ----------
    stopped : trials that a race left unfinished; the choice among all is what is replayed, see `Completed`
    """
    known, recorded = scored_rows(dataset, store.folds), OutOfFold(store, scores)
    groups = None if dataset.groups is None else dataset.groups[known.rows]
    company = company_of(groups, len(known.y))
    enough = all(len(np.unique(company[known.y == label])) >= FEWEST for label in (0, 1))
    if not enough or not any(score.keeps_floor(objective) for score in scores.values()):
        return None
    leader = rank(scores, objective)[0]
    trials = Completed(recorded, OnSomeFolds(store, stopped), known.fold_of, leader)
    told = {trial: scores.get(trial, scores[leader]) for trial in trials}
    every = redraw(known.y, trials, told, known.fold_of, objective, groups)
    finished, every = _finished(every, len(scores)), _to_choose_in_draws(every, len(scores))
    rules = best_trial_of(every), blend_of(ensemble, every, section)
    corrected, blended = (
        corrected_estimate(known.y, trials, known.fold_of, objective, rule, groups, draws) for rule in rules
    )
    return Certainty(corrected, blended, find_ties(finished, objective), finished)


def measured_pace(dataset: Dataset, store: Store, ranked: Sequence[str], experiment: Experiment) -> Pace:
    """Time a little of what judging does, on this machine and as busy as it is now.

    The scores of one trial in a few draws, and an ensemble of a few candidates; both as `certainty` makes them.

    Parameters
    ----------
    ranked : the finished trials, the best first
    """
    objective, known = experiment.objective, scored_rows(dataset, store.folds)
    draws, candidates = TRIED
    names = ranked[: min(candidates, experiment.ensemble.candidates)]
    if not names:
        return Pace.guessed(len(known.y))
    recorded = OutOfFold(store, names)
    units = company_of(None if dataset.groups is None else dataset.groups[known.rows], len(known.y))
    (drawn,) = draws_of(units, draws, seed=0, at_once=draws)
    began = perf_counter()
    probability = recorded[names[0]]
    drawn_score(known.y, probability, known.fold_of, objective, np.ascontiguousarray(drawn.T))
    trial = DRAWS / draws * (perf_counter() - began)
    began = perf_counter()
    pool = pool_of(known.y, recorded, names)
    made = combine(pool, experiment.ensemble.method)
    best_threshold(pool.y, made(dict(zip(pool.names, pool.probability, strict=True))), objective, pool.counts)
    return Pace(trial, (perf_counter() - began) / len(names))


def _finished(every: Redraws, many: int) -> Redraws:
    """Return the scores of the first ``many`` trials alone."""
    return replace(
        every,
        trials=every.trials[:many],
        value=every.value[:many],
        keeps=every.keeps[:many],
        drawn=every.drawn[:, :many],
        kept=every.kept[:, :many],
    )


def _to_choose_in_draws(every: Redraws, many: int) -> Redraws:
    """Return all, where those behind the first ``many`` may be chosen in a draw, but not on the table as it is."""
    may = np.arange(len(every.trials)) < many
    return replace(every, value=np.where(may, every.value, np.nan), keeps=every.keeps & may)
