"""Another share of positives in the rows to predict: estimate it, doubt it, and move probabilities to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bench.companies import one_vote_each
from bench.errors import ScoreError
from bench.score.mixture import Floats, Shares, Units, bin_edges

SEPARATES: Final = 0.25  # true less false positive rate of a threshold worth asking (Forman 2008)
RELEVANT: Final = 0.2  # of the rate: a smaller disagreement between thresholds hardly moves a threshold
EDGE: Final = 1e-6  # nearest to 0 and 1 that a rate is estimated
FEWEST_UNITS: Final = 10  # companies, or rows of none: draws of fewer say nothing of how much chance does
ROUNDING: Final = 1e-9  # a standard error below it is none


@dataclass(frozen=True)
class RateEstimate:
    """The share of positives among rows without labels, and what speaks against it.

    Attributes
    ----------
    rate : ``em`` where the mixture fits, else ``sweep``, which leans less on the surest rows
    low, high : 95 % bootstrap interval of ``em``; where the mixture does not fit, widened to all that is said below
    em : maximum likelihood under label shift (Saerens et al. 2002)
    bbse : from the calls at one threshold (Lipton et al. 2018), the one that separates the classes best
    sweep : the median of the same over thresholds (Forman 2008)
    sweep_low, sweep_high : the smallest and largest of them; under label shift they differ by chance alone
    p_value : of the hypothesis that the scores are a mixture of the two classes' held-out scores
    fits : False where ``p_value`` is below 0.05 and the thresholds disagree by more than a fifth of the rate
    """

    rate: float
    low: float
    high: float
    em: float
    bbse: float
    sweep: float
    sweep_low: float
    sweep_high: float
    p_value: float
    fits: bool


def rate_estimate(
    y: NDArray[np.int8],
    probability: Floats,
    probability_new: Floats,
    groups: NDArray[np.int64] | None = None,
    groups_new: NDArray[np.int64] | None = None,
    weights: Floats | None = None,
    *,
    draws: int = 500,
    seed: int = 7,
) -> RateEstimate:
    """Estimate the share of positives among rows without labels, under the doubt that the data allow.

    All methods here assume label shift: a class's scores are distributed as they were, only the shares of the classes
    move. So their agreement proves nothing, and the assumption is tested by itself: are the new scores a mixture
    r F1 + (1 - r) F0 of the two classes' held-out scores? The statistic adds up, over thresholds, the squared
    differences between the new rows and the best mixture, each in its standard errors (as Anderson and Darling 1952
    do); its distribution comes from bootstrap draws centred at what was observed (van der Vaart and Wellner 1996,
    chapter 3.6), which pay for the noise of both tables, for the estimated rate and for companies that come as a whole.
    Scores are calibrated by the bins themselves: all that the likelihood needs is the ratio of the two classes' shares
    in a bin, and no increasing transformation of all scores changes it. A mixture that fits is no proof either: new
    positives that score as negatives did are counted as negatives, and no test of scores alone can see them.

    Parameters
    ----------
    y : ndarray of shape (n,), 0 or 1
    probability : ndarray of shape (n,)
        Of labelled rows held out on company-disjoint or later-time folds; on random folds the classes look easier to
        tell apart than they will be, and the rate comes out too low. Several repeats: each row's mean.
    probability_new : ndarray of shape (m,)
        Of the rows without labels, by the same kind of model.
    groups, groups_new : ndarrays of shape (n,) and (m,)
        The company of each row, -1 for none. Companies are drawn as a whole.
    weights : ndarray of shape (n,)
        What each labelled row counts for. By default a company counts once in each class: one that holds half of
        all positives would decide alone how positives look. Ones take the submission for more of the same rows.

    Raises
    ------
    ScoreError
        If one class is missing, a probability is not a number, the scores do not tell the classes apart, or there are
        fewer than `FEWEST_UNITS` labelled or new companies.
    """
    _check(y, probability, probability_new)
    weights = one_vote_each(y, groups) if weights is None else weights
    edges = bin_edges(y, probability, weights)
    bins = len(edges) + 1
    cell = np.searchsorted(edges, probability, side="right") + bins * (y == 1)
    labelled = Units.of(cell, 2 * bins, groups, weights)
    new = Units.of(np.searchsorted(edges, probability_new, side="right"), bins, groups_new)
    for what, units in (("labelled", labelled), ("new", new)):
        if units.times.sum() < FEWEST_UNITS:
            raise ScoreError(f"{units.times.sum()} {what} companies or rows are too few to estimate a rate")

    shares = Shares.of(labelled.total(), new.total())
    said, bbse = _rates_by_threshold(shares)
    em = em_rate(shares.balanced(), 0.5, shares.new)
    beyond = shares.beyond(em)
    rng = np.random.default_rng(seed)
    pairs = zip(labelled.draw(draws, rng), new.draw(draws, rng), strict=True)
    rates, by_chance = np.empty(draws), np.empty((draws, bins - 1))
    for draw, (labelled_again, new_again) in enumerate(pairs):
        again = Shares.of(labelled_again, new_again)
        rates[draw] = em_rate(again.balanced(), 0.5, again.new)
        by_chance[draw] = again.beyond(rates[draw]) - beyond
    p_value = _p_value(beyond, by_chance)

    sweep, sweep_low, sweep_high = float(np.median(said)), float(said.min()), float(said.max())
    # Where a threshold asks for a rate below 0 or above 1, what they agree on is the end of the scale.
    agree = sweep_low > 0 and sweep_high < 1 and sweep_high - sweep_low <= RELEVANT * em
    fits = p_value >= 0.05 or agree
    low, high = (float(end) for end in np.quantile(rates, [0.025, 0.975]))
    return RateEstimate(
        rate=em if fits else min(max(sweep, EDGE), 1 - EDGE),
        low=low if fits else max(EDGE, min(low, sweep_low)),
        high=high if fits else min(1 - EDGE, max(high, sweep_high)),
        em=em,
        bbse=bbse,
        sweep=sweep,
        sweep_low=sweep_low,
        sweep_high=sweep_high,
        p_value=p_value,
        fits=fits,
    )


def moved(probability: Floats, rate: float, new_rate: float) -> Floats:
    """Return calibrated probabilities of shape (n,), made at ``rate``, as they are where ``new_rate`` holds.

    Bayes' rule with the other prior, under label shift: Elkan (2001), theorem 2; Saerens et al. (2002), equation 2.4.
    """
    positive = probability * (new_rate / rate)
    return positive / (positive + (1 - probability) * ((1 - new_rate) / (1 - rate)))


def em_rate(probability_new: Floats, rate: float, weights: Floats | None = None) -> float:
    """Return the share of positives, in (0, 1), that makes rows without labels likeliest.

    What the EM of Saerens, Latinne and Decaestecker (2002, doi:10.1162/089976602753284446) converges to, found as the
    root of the likelihood's derivative: the likelihood of one rate is concave, and EM is slow near 0 and 1.

    Parameters
    ----------
    probability_new : ndarray of shape (m,)
        Calibrated at ``rate``: probabilities too sure of themselves bring the rate out wrong.
    rate : float in (0, 1)
    weights : ndarray of shape (m,), how many rows each stands for
    """
    from scipy.optimize import brentq  # here: planning need not wait for it

    p = np.clip(probability_new, EDGE, 1 - EDGE)
    gain = p / rate - (1 - p) / (1 - rate)
    floor = (1 - p) / (1 - rate)
    share = np.ones(len(p)) if weights is None else weights

    def slope(new_rate: float) -> float:
        return float(share @ (gain / (floor + new_rate * gain)))

    if slope(EDGE) <= 0:
        return EDGE
    if slope(1 - EDGE) >= 0:
        return 1 - EDGE
    return float(brentq(slope, EDGE, 1 - EDGE))


def bbse_rate(called: float, true_positive_rate: float, false_positive_rate: float) -> float:
    """Return the share of positives, in [0, 1], at which a threshold calls the share ``called`` of the new rows.

    Black box shift estimation with two classes (Lipton, Wang and Smola 2018, arXiv:1802.03916), the adjusted count of
    Forman (2008). The rates are those of labelled rows held out.

    Raises
    ------
    ScoreError
        If the threshold does not tell the classes apart.
    """
    if true_positive_rate <= false_positive_rate:
        raise ScoreError(
            f"a threshold with true positive rate {true_positive_rate:.3g} and false positive rate "
            f"{false_positive_rate:.3g} does not tell the classes apart; no rate can be estimated from it"
        )
    share = (called - false_positive_rate) / (true_positive_rate - false_positive_rate)
    return float(np.clip(share, 0, 1))


def _check(y: NDArray[np.int8], probability: Floats, probability_new: Floats) -> None:
    if np.isnan(probability).any() or np.isnan(probability_new).any():
        raise ScoreError("a probability is not a number")
    positives = int(y.sum())
    if not 0 < positives < len(y):
        raise ScoreError(f"a rate needs labels of both classes, and {len(y)} rows hold {positives} positives")
    if not len(probability_new):
        raise ScoreError("a rate needs rows without labels, and there are none")


def _p_value(beyond: Floats, by_chance: Floats) -> float:
    """Return how often chance alone strays as far as ``beyond``; shapes (thresholds,) and (draws, thresholds)."""
    error = by_chance.std(axis=0)
    free = error > ROUNDING  # a single threshold is always met exactly: nothing is left to test
    observed = np.sum((beyond[free] / error[free]) ** 2)
    drawn = np.sum((by_chance[:, free] / error[free]) ** 2, axis=1)
    return float((1 + np.sum(drawn >= observed)) / (1 + len(drawn)))


def _rates_by_threshold(shares: Shares) -> tuple[Floats, float]:
    """Return what each threshold that separates the classes says alone, and what the best of them says."""
    called, true_positive_rate, false_positive_rate = shares.called()
    separation = true_positive_rate - false_positive_rate
    best = separation.max(initial=0)
    if best <= 0:
        raise ScoreError("the scores do not tell the classes apart: no rate can be estimated from them")
    asked = np.flatnonzero(separation >= min(SEPARATES, best))
    rates = [bbse_rate(called[at], true_positive_rate[at], false_positive_rate[at]) for at in asked]
    return np.array(rates), rates[int(separation[asked].argmax())]
