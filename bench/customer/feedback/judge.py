"""Judge predictions by outcomes: what was expected, what came, and of which leads that can be known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import pandas as pd

from bench.bundle.manifest import Facts
from bench.customer.feedback.measures import (
    DRAWS,
    FEWEST_UNITS,
    LEVEL,
    SEED,
    Difference,
    Floats,
    Judged,
    differences,
    measure,
    spread_of,
)
from bench.customer.feedback.outcomes import Outcomes
from bench.customer.feedback.slices import Slicing
from bench.customer.feedback.threshold import Move, move
from bench.errors import DataError
from bench.score.bootstrap import draws_of
from bench.score.calibration import Reliability, reliability
from bench.score.interval import NORMAL_95
from bench.score.metrics import count, score_of_probabilities
from bench.score.objective import WITHOUT_THRESHOLD, Objective
from bench.score.prior import moved
from bench.score.weighted import scores_of_probabilities

FEWEST_OUTCOMES: Final = 30  # below, an interval of a share is wider than a third: counts are told alone
HIDDEN: Final = 0.2  # of the uncalled leads to be expected: with fewer of them known, outcomes are of called leads
UNEVEN: Final = 1.25  # times as often known of called leads as of others: recall is flattered by that much

Selection = Literal["all", "uneven", "called"]


@dataclass(frozen=True)
class Measured:
    """A number with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Feedback:
    """What was predicted against what happened.

    Attributes
    ----------
    unknown : leads whose outcome is not known yet
    known_called, known_uncalled : share of the called leads, and of the others, whose outcome is known; NaN of none
    selection : whether outcomes are known of "all" leads alike, "uneven"ly, or of "called" leads (nearly) alone
    rate_then, rate_assumed, rate_now : share of positives in training, assumed by the threshold, and come
    expected_then : conversions expected by the probabilities as they are, made at ``rate_then``; the table's expected
        ones are moved to ``rate_assumed``
    called_then, called_now : share of leads called: held-out ones of training, and all of these
    met : share of the leads that equal a row of training in every feature, less the share of training's rows that equal
        another; 0 where its table is not at hand
    table : a row for all leads and one for each part, see `bench.record.columns.FEEDBACK`; counts alone with too few
    slicings : the parts
    periods : how periods were chosen
    unlike : parts that differ from the rest beyond chance
    compared : how many comparisons were made for that
    estimate : what the bundle's estimate is of, on these leads; None where it cannot be known
    ranking : average_precision and roc_auc; empty where they cannot be known
    calibration : None with too few outcomes
    slope : of calibration, with its interval
    move : None with too few outcomes, or where it cannot be known
    """

    manifest: Facts
    objective: Objective
    unknown: int
    known_called: float
    known_uncalled: float
    selection: Selection
    rate_then: float
    rate_assumed: float
    rate_now: float
    expected_then: float
    called_then: float
    called_now: float
    met: float
    table: pd.DataFrame
    slicings: tuple[Slicing, ...] = ()
    periods: str = ""
    unlike: tuple[Difference, ...] = ()
    compared: int = 0
    estimate: Measured | None = None
    ranking: dict[str, Measured] | None = None
    calibration: Reliability | None = None
    slope: Measured | None = None
    move: Move | None = None

    @property
    def enough(self) -> bool:
        """Whether there are outcomes enough to say more than counts."""
        return self.calibration is not None

    @property
    def overall(self) -> pd.Series:
        """The row of all leads."""
        return self.table.iloc[0]


def judge(
    manifest: Facts,
    outcomes: Outcomes,
    objective: Objective,
    slicings: Sequence[Slicing] = (),
    periods: str = "",
    met: float = 0.0,
    draws: int = DRAWS,
) -> Feedback:
    """Judge what a bundle predicted by what happened.

    Parameters
    ----------
    objective : of the experiment; a number of calls counts among the leads the bundle was made for
    slicings : of the leads whose outcome is known
    periods : a sentence on how periods were chosen
    met : of the leads that equal a row of training in every feature, their share beyond that of training's own doubles

    Raises
    ------
    DataError
        If no known outcome is positive, or none negative.
    """
    known = outcomes.known
    y = outcomes.y[known]
    if not 0 < y.sum() < len(y):
        word = manifest.labels[1] if not y.sum() else manifest.labels[0]
        raise DataError(
            f"{outcomes.leads.place}: of {len(y):,} known outcomes none is '{word}'. Feedback needs some of both: wait "
            "for more outcomes, or add those of other leads."
        )
    rate_then = manifest.positives / manifest.rows
    rate = rate_then if manifest.policy.assumed_rate is None else manifest.policy.assumed_rate
    probability = outcomes.probability[known]
    expected = moved(probability, rate_then, rate) if 0 < rate_then < 1 else probability
    unit = np.unique(outcomes.unit[known], return_inverse=True)[1].astype(np.int64)
    judged = Judged(y, probability, expected, outcomes.called[known], unit)
    selection = _selection(outcomes, manifest.policy.called_share)
    table = measure(judged, slicings, selection != "called", draws)
    facts = Feedback(
        manifest=manifest,
        objective=objective.among(manifest.rows if manifest.submission is None else manifest.submission.rows),
        unknown=int((~known).sum()),
        known_called=_mean(known[outcomes.called]),
        known_uncalled=_mean(known[~outcomes.called]),
        selection=selection,
        rate_then=rate_then,
        rate_assumed=rate,
        rate_now=float(y.mean()),
        expected_then=float(probability.sum()),
        called_then=manifest.policy.called_share,
        called_now=float(outcomes.called.mean()),
        met=met,
        table=table,
    )
    if len(y) < FEWEST_OUTCOMES or unit.max() + 1 < FEWEST_UNITS:
        return facts
    return _with_doubts(facts, judged, tuple(slicings), periods, draws)


def called_alone(now: float, then: float) -> bool:
    """Say if leads are called ones alone, or nearly, by their share ``now`` and that of all leads ``then``."""
    return now == 1 or 1 - now < HIDDEN * (1 - then)


def _with_doubts(facts: Feedback, judged: Judged, slicings: tuple[Slicing, ...], periods: str, draws: int) -> Feedback:
    """Add what needs more outcomes than a handful."""
    manifest, seen_all = facts.manifest, facts.selection != "called"
    unlike, compared = differences(judged, slicings, seen_all)
    found = reliability(judged.y, judged.expected)
    error = NORMAL_95 * spread_of(judged, found)
    # The worth of a call needs no lead that was not called: who is called less often, is known.
    can_move = (seen_all or facts.objective.metric == "profit") and 0 < facts.rate_then < 1
    return Feedback(
        **vars(facts)
        | {
            "slicings": slicings,
            "periods": periods,
            "unlike": unlike,
            "compared": compared,
            "estimate": _estimated(facts, judged, draws) if seen_all else None,
            "ranking": _ranking(judged, draws) if seen_all else {},
            "calibration": found,
            "slope": Measured(found.slope, found.slope - error, found.slope + error),
            "move": move(judged, manifest.threshold, facts.rate_then, facts.objective, draws) if can_move else None,
        }
    )


def _selection(outcomes: Outcomes, called_share: float) -> Selection:
    """Say of which leads outcomes are known: by the leads without one, or by how many would not have been called."""
    known, called = outcomes.known, outcomes.called
    if called_alone(float(np.mean(called[known])), called_share):
        return "called"
    of_called, of_others = _mean(known[called]), _mean(known[~called])
    return "uneven" if of_called > UNEVEN * of_others or of_others > UNEVEN * of_called else "all"


def _mean(values: np.ndarray) -> float:
    return float(values.mean()) if len(values) else float("nan")


def _estimated(facts: Feedback, judged: Judged, draws: int) -> Measured:
    """Return the metric of the bundle's estimate on these leads."""
    metric = facts.manifest.estimate.metric
    if metric in WITHOUT_THRESHOLD:
        return _drawn_score(metric, judged, draws)
    y, called = judged.y, judged.called
    value = float(facts.objective.of(count(y, called)))
    again = [
        float(facts.objective.of(count(y, called, weights.astype(np.float64))))
        for block in draws_of(judged.unit, draws, SEED)
        for weights in block
    ]
    return _interval(value, np.array(again))


def _ranking(judged: Judged, draws: int) -> dict[str, Measured]:
    return {metric: _drawn_score(metric, judged, draws) for metric in ("average_precision", "roc_auc")}


def _drawn_score(metric: str, judged: Judged, draws: int) -> Measured:
    one_fold = np.zeros((1, len(judged)), dtype=np.int64)
    again = [
        scores_of_probabilities(metric, judged.y, judged.probability[None], one_fold, weights.T)
        for weights in draws_of(judged.unit, draws, SEED)
    ]
    return _interval(score_of_probabilities(metric, judged.y, judged.probability), np.concatenate(again))


def _interval(value: float, drawn: Floats) -> Measured:
    low, high = np.nanpercentile(drawn, [100 * LEVEL / 2, 100 - 100 * LEVEL / 2])
    return Measured(float(value), float(low), float(high))
