"""The chance that each lead converts, calibrated, with an interval, and the tiers it is called by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bench.bundle.loaded import Bundle
from bench.bundle.manifest import Policy
from bench.companies import company_of
from bench.customer.leads import Floats, Leads, Scored
from bench.data.dataset import Dataset
from bench.ensemble.customers import Customers, View
from bench.errors import BundleError
from bench.plan.indices import CustomersSection
from bench.score.bootstrap import draws_of
from bench.score.calibration import Calibrator, cross_fitted_calibration, logit
from bench.score.combine import Combination, scale_of
from bench.score.interval import NORMAL_95
from bench.score.outlook import Kind, rates_of

DRAWS, SEED = 200, 7  # of the labelled rows, companies whole
TIMES_THE_ODDS: Final = {"A": 4.0, "B": 1.0, "C": 0.25}  # where tiers begin; D holds the others
NEAR: Final = 1e-6  # of 0 or 1; a share that is nearer is taken for this one


def score_leads(customers: Customers, bundle: Bundle) -> Scored:
    """Return every lead of both tables with its chance to convert and how sure that is; see `chances`.

    Raises
    ------
    BundleError
        If the bundle is of other data, or the folds do not hold what its members predict.
    """
    dataset, made_of = customers.dataset, bundle.manifest.data_id
    if made_of != dataset.data_id:
        raise BundleError(
            f"the bundle is of the training table {made_of}, and this experiment's is {dataset.data_id}. "
            "`bench export` makes a bundle of this one."
        )
    combination = bundle.predictor.combination
    if customers.main.probability(combination) is None:
        raise BundleError(
            "not all members of the bundle are recorded on this experiment's folds, so labelled leads have no score. "
            "`bench run` finishes them, or `bench export` makes a bundle of those that are."
        )
    scores = None if dataset.submission is None else bundle.predictor.probability(dataset.submission)
    return chances(customers, combination, scores, bundle.manifest.policy)


def chances(customers: Customers, combination: Combination, scores: Floats | None, policy: Policy) -> Scored:
    """Calibrate the scores of both tables.

    Labelled leads have the mean out-of-fold probability of their repeats, calibrated by the folds that do not hold them
    (those of the first repeat). Open leads are calibrated by the labelled rows that stand for them, known and new
    customers apart (`Customers.kinds`). Then the log-odds of all open leads move by one number, to the share of
    positives that the submission assumed. Where it was given or estimated, the chances sum to it, as it fixes how many
    leads a submission calls. Where nothing was said ("train"), the number is the distance of that share from the one of
    the rows that stand for them (Bayes' rule, see `bench.score.prior.moved`), and the sum is what scores make of it.

    Calibration is a sigmoid. Isotonic steps came as near to fresh labels (Brier score within 0.0004, 8 splits of each
    of four tables), and make leads equal that differ: average precision fell by 0.01 to 0.03.

    The interval is of the share that converts among leads with such a score. It holds what the sigmoid would have been
    on other labelled companies: log-odds ± 1.96 standard deviations over `DRAWS` draws. It does not hold that a sigmoid
    may have the wrong shape, that models fitted on other rows would score otherwise, that open leads may be of another
    world, or that the assumed share may be wrong, which moves all of them together. And it is no interval of what a
    single lead does: that one converts or does not.

    Parameters
    ----------
    scores : ndarray of shape (m,), of the table to predict by the winner fitted again; None where there is none
    policy : of the submission: the share of positives that is assumed, and where it comes from
    """
    dataset, probability = customers.dataset, customers.main.probability(combination)
    assert probability is not None  # its members are done
    labelled = _labelled(customers.main, probability.mean(axis=0))
    if scores is None:
        return Scored(labelled, None, float(dataset.y.mean()), dataset.group_names)
    assumed = dataset.y.mean() if policy.assumed_rate is None else policy.assumed_rate
    rate, kinds = float(np.clip(assumed, NEAR, 1 - NEAR)), customers.kinds(combination, scores)
    return Scored(labelled, _open(dataset, kinds, scores, rate, policy.word != "train"), rate, dataset.group_names)


@dataclass(frozen=True)
class Tier:
    """Leads of nearly one index: those from ``lowest``, 0 to 100, up to the next tier."""

    name: str
    lowest: float


def tiers_of(section: CustomersSection, rate: float) -> tuple[Tier, ...]:
    """Return the tiers, the highest first; the last begins at 0.

    Without any of the user's own, A holds leads of at least 4 times the odds of ``rate``, the share of positives, B of
    at least these odds, C of a quarter of them, D the others. Odds, because 4 times a share may lie beyond 100 %.
    """
    if section.tiers:
        return tuple(Tier(name, cut) for name, cut in sorted(section.tiers.items(), key=lambda pair: -pair[1]))
    odds = float(np.clip(rate, NEAR, 1 - NEAR))
    odds /= 1 - odds
    begin = {name: 100 * times * odds / (1 + times * odds) for name, times in TIMES_THE_ODDS.items()}
    return (*(Tier(name, lowest) for name, lowest in begin.items()), Tier("D", 0.0))


def tier_of(index: Floats, tiers: Sequence[Tier]) -> NDArray[np.str_]:
    """Return the name of the tier of each index, 0 to 100; shape (n,)."""
    lowest = [tier.lowest for tier in reversed(tiers)]
    names = np.array([tier.name for tier in reversed(tiers)])
    return np.asarray(names[np.searchsorted(lowest, index, side="right") - 1])


def rank_of(index: Floats) -> NDArray[np.int64]:
    """Return the place of each index, 1 for the highest; equal ones share the best of theirs."""
    from scipy.stats import rankdata

    return np.asarray(rankdata(-index, method="min"), dtype=np.int64)


@dataclass(frozen=True)
class _Sigmoid:
    """A calibration, and by how much it might have come out otherwise.

    Attributes
    ----------
    slope, intercept : of the logit
    strays : ndarray of shape (draws, 2), by how much both differ in draws of the labelled rows
    """

    slope: float
    intercept: float
    strays: Floats

    def error(self, place: Floats) -> Floats:
        """Return the standard deviation of the log-odds of scores with these logits."""
        slope, intercept = self.strays.T
        covariance = np.mean(slope * intercept)
        variance = np.mean(slope**2) * place**2 + 2 * covariance * place + np.mean(intercept**2)
        return np.asarray(np.sqrt(np.maximum(variance, 0)))


def _learned(y: NDArray[np.int8], probability: Floats, weights: Floats, groups: NDArray[np.int64] | None) -> _Sigmoid:
    """Fit the sigmoid of some labelled rows, and again on draws of them.

    Scores that do not order the labels better than chance would are taken for one score.
    """
    units = company_of(groups, len(y))
    if units.max() == 0:  # one company alone is all that is known of the world: its rows are drawn
        units = np.arange(len(y))
    weights = weights * (len(y) / weights.sum())  # so that few votes do not look like few rows
    said = probability if scale_of(y, probability, weights).slope > 0 else np.full(len(y), 0.5)
    centre = scale_of(y, said, weights)
    again = [scale_of(y, said, weights * drawn) for block in draws_of(units, DRAWS, SEED) for drawn in block]
    strays = np.array([[one.slope - centre.slope, one.intercept - centre.intercept] for one in again])
    return _Sigmoid(centre.slope, centre.intercept, strays)


def _labelled(view: View, score: Floats) -> Leads:
    """Return the leads that were held out; ``score`` of shape (m,)."""
    known, dataset = view.labels, view.dataset
    groups = None if dataset.groups is None else view.groups
    learned = _learned(known.y, score, np.ones(len(score)), groups)
    if learned.slope > 0:
        chance = cross_fitted_calibration(known.y, score, known.fold_of[0], "sigmoid")
    else:  # what is left to differ from fold to fold would be the others' share of positives
        chance = Calibrator("sigmoid", np.empty(0), np.empty(0), 0.0, learned.intercept)(score)
    low, high = _interval(logit(chance), learned.error(logit(score)))
    return Leads(
        names=tuple(f"labelled row {row + 1}" for row in known.rows),  # ids of leads to call are often numbers
        features=dataset.features.iloc[known.rows].reset_index(drop=True),
        groups=view.groups,
        score=score,
        chance=chance,
        low=low,
        high=high,
        y=known.y,
    )


def _open(dataset: Dataset, kinds: Sequence[Kind], scores: Floats, rate: float, is_met: bool) -> Leads:
    """Return the leads to call; ``is_met`` says whether their chances have to sum to ``rate`` of them."""
    from scipy.special import expit  # here: planning need not wait for it

    assert dataset.submission is not None  # else there are no scores
    groups = dataset.submission_groups
    groups = np.full(len(scores), -1, dtype=np.int64) if groups is None else groups
    of = np.array([np.isin(groups, kind.asked_groups) for kind in kinds]).argmax(axis=0)  # a company is of one kind
    learned = [_learned(kind.y, kind.probability, kind.weights, kind.groups) for kind in kinds]
    place, odds = logit(scores), np.empty(len(scores))
    for number, sigmoid in enumerate(learned):
        odds[of == number] = sigmoid.intercept + sigmoid.slope * place[of == number]
    odds += _shift(odds, rate) if is_met else _between(kinds, rate)
    chance = np.asarray(expit(odds))
    error = np.empty(len(scores))
    level = _level(learned, of, place, chance) if is_met else np.zeros(DRAWS)
    for number, sigmoid in enumerate(learned):
        strays = np.column_stack([sigmoid.strays[:, 0], sigmoid.strays[:, 1] - level])
        error[of == number] = _Sigmoid(sigmoid.slope, sigmoid.intercept, strays).error(place[of == number])
    low, high = _interval(odds, error)
    return Leads(_names(dataset.ids, len(scores)), dataset.submission, groups, scores, chance, low, high)


def _names(ids: pd.Series[str] | None, rows: int) -> tuple[str, ...]:
    return tuple(str(row) for row in range(1, rows + 1)) if ids is None else tuple(str(one) for one in ids)


def _shift(odds: Floats, rate: float) -> float:
    """Return what has to be added to log-odds for their chances to have the mean ``rate``."""
    from scipy.optimize import brentq
    from scipy.special import expit

    return float(brentq(lambda added: float(expit(odds + added).mean()) - rate, -60, 60))


def _between(kinds: Sequence[Kind], rate: float) -> float:
    """Return by how much the log-odds of the share of positives differ, assumed less labelled; alike in all kinds."""
    first, assumed = kinds[0].rate, rates_of(kinds, rate)[0]
    return float(logit(np.array([assumed]))[0] - logit(np.array([first]))[0])


def _level(learned: Sequence[_Sigmoid], of: NDArray[np.intp], place: Floats, chance: Floats) -> Floats:
    """Return by how much each draw moves all log-odds together; shape (draws,). A share that is met takes it back."""
    weight = np.maximum(chance * (1 - chance), NEAR)  # what a chance moves by for a step of its log-odds
    moved = np.zeros(DRAWS)
    for number, sigmoid in enumerate(learned):
        rows = of == number
        moved += sigmoid.strays @ np.array([weight[rows] @ place[rows], weight[rows].sum()])
    return np.asarray(moved / weight.sum())


def _interval(odds: Floats, error: Floats) -> tuple[Floats, Floats]:
    from scipy.special import expit

    return np.asarray(expit(odds - NORMAL_95 * error)), np.asarray(expit(odds + NORMAL_95 * error))
