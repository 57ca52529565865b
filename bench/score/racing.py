"""Which trials can no longer plausibly win, by the folds that have run."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from bench.score.influence import influence_of_probabilities, value_of_calls
from bench.score.metrics import score_of_probabilities
from bench.score.objective import Objective
from bench.score.thresholds import cuts

Floats = NDArray[np.float64]
Credit = Callable[[str], Floats]
"""What each row adds to the score of a trial; shape (m,)."""

ROUNDING: float = 1e-9  # a lead, or a variance, below it is none


def may_spend(error: float, rounds: int, of: int) -> float:
    """Return what of ``error`` the look after ``rounds`` of the folds may spend.

    As much as the folds are that a trial stopped there is spared: of five, 0.4, 0.3, 0.2 and 0.1 of it, and nothing
    after the last. An error spent over looks at fixed times: Lan and DeMets (1983), doi:10.1093/biomet/70.3.659.
    """
    return error * (of - rounds) / (of * (of - 1) / 2)


def chances(
    y: NDArray[np.int8],
    trials: Mapping[str, Floats],
    fold: NDArray[np.int64],
    units: NDArray[np.int64],
    objective: Objective,
    seen: float,
) -> dict[str, float]:
    """Return for each trial the chance that all folds together put it before the leader of those seen, best first.

    Each trial is called at its own best threshold on all rows seen, where the noise of the threshold is of second
    order. Scores are linearised at the leader's, so the leader's lead is a sum over rows; summed within companies it is
    compared with its standard error, as Student's t. Two things are beside the textbook. The lead asked about is that
    on all rows, of which those seen are a share, so the variance is multiplied by the share unseen (Cochran 1977,
    Sampling Techniques, chapter 2). And its degrees of freedom are those of the variance's own noise, 2 / (sum d^4 /
    (sum d^2)^2 - 1 / m) but at most m - 1 with m units, where d are the rows' parts of the lead less their mean: calls
    differ in few rows, and six positives are not 200 rows (after Satterthwaite 1946, doi:10.2307/3002019).

    So chosen on nine tables with grids of 63 to 82 trials (`benchmarks.race`), at an error of 0.1, where 43 % of the
    cells run and the full grid's first is stopped in 6 %: thresholds cross-fitted over the folds seen stop it in 30 %,
    one look after the first fold in 17 %. Without the share unseen 52 % of the cells run. Guarding all trials at once,
    as Hsu's comparison with the best does, or by the sum of their chances, takes 51 % and 54 % and stops the first as
    often there: it guards a best trial that dozens nearly equal, where stopping it loses next to nothing.

    A trial that calls as the leader does, or lies no further behind than rounding, has the chance 1, and so has every
    trial where the rows seen are of one class.

    Parameters
    ----------
    y : ndarray of shape (m,), 0 or 1; the labels of the predictions seen, a row once for each repeat that has seen it
    trials : trial -> probabilities of shape (m,); read one after the other, twice
    fold : ndarray of shape (m,), which of the folds each prediction is of
    units : ndarray of shape (m,), the company, or row, of each, numbered from 0
    objective : ``k`` has to be a share, see `Objective.among`
    seen : the share of all folds

    References
    ----------
    Racing: Maron and Moore (1994), NeurIPS 6, 59-66; Birattari et al. (2002), GECCO, 11-18.
    """
    if not trials or not 0 < y.sum() < len(y):
        return dict.fromkeys(sorted(trials), 1.0)
    ranked, credit = (_of_calls if objective.needs_threshold else _of_probabilities)(y, trials, fold, objective)
    first = credit(ranked[0])
    lead, error, free = np.zeros(len(ranked)), np.zeros(len(ranked)), np.ones(len(ranked))
    for place, trial in enumerate(ranked):
        ahead = np.bincount(units, first - credit(trial))
        about = ahead - ahead.mean()
        squares, many = float(about @ about), len(about)
        if ahead.sum() > ROUNDING and squares > ROUNDING**2:
            noise = float((about**2) @ (about**2)) / squares**2 - 1 / many  # of the variance, as a share of its square
            lead[place], error[place] = ahead.sum(), np.sqrt(squares * many / (many - 1) * (1 - seen))
            free[place] = np.clip(2 / max(noise, ROUNDING), 1, many - 1)
    from scipy.special import stdtr  # here: planning need not wait for it

    distance = np.divide(lead, error, out=np.where(lead > 0, np.inf, -np.inf), where=error > 0)
    return dict(zip(ranked, stdtr(free, -distance).tolist(), strict=True))


def _of_calls(
    y: NDArray[np.int8], trials: Mapping[str, Floats], fold: NDArray[np.int64], objective: Objective
) -> tuple[list[str], Credit]:
    """Return the trials, best first, and what each row adds to the score of their calls."""
    worth, threshold = {}, {}
    for trial, probability in trials.items():
        tried = cuts(y, probability)
        every = tried.worth(objective)
        worth[trial], threshold[trial] = float(every.max()), tried.thresholds[int(np.argmax(every))]
    ranked = sorted(worth, key=lambda trial: (-worth[trial], trial))
    probability = trials[ranked[0]]
    value = value_of_calls(objective, y, probability >= threshold[ranked[0]], probability)
    return ranked, lambda trial: np.asarray(value[y, (trials[trial] >= threshold[trial]).astype(np.int8)])


def _of_probabilities(
    y: NDArray[np.int8], trials: Mapping[str, Floats], fold: NDArray[np.int64], objective: Objective
) -> tuple[list[str], Credit]:
    """Return likewise for a score that needs no threshold: the mean over the folds that hold both classes."""
    folds = [rows for rows in (np.flatnonzero(fold == one) for one in np.unique(fold)) if 0 < y[rows].sum() < len(rows)]
    metric, sign = objective.metric, objective.sign
    scores = {
        trial: [sign * score_of_probabilities(metric, y[rows], probability[rows]) for rows in folds]
        for trial, probability in trials.items()
    }

    def credit(trial: str) -> Floats:
        probability, credits = trials[trial], np.zeros(len(y))
        for rows, score in zip(folds, scores[trial], strict=True):
            influence = sign * influence_of_probabilities(metric, y[rows], probability[rows])
            credits[rows] = (influence + score / len(rows)) / len(folds)
        return credits

    return sorted(scores, key=lambda trial: (-sum(scores[trial]), trial)), credit
