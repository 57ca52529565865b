"""What a submission is expected to be worth at the assumed share of positives and at others, and how surely."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bench.errors import ScoreError
from bench.score.objective import Objective
from bench.score.outlook import Expectation, Kind, expect, rates_of
from bench.score.prior import RateEstimate, rate_estimate

ASSUMED = (0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5)  # rows of the table beside the rates in question


@dataclass(frozen=True)
class Foresight:
    """What is expected of the rows to predict.

    Attributes
    ----------
    chosen : at the rate that was asked for; its threshold is exported
    policy : "train", "estimate" or "given": where that rate comes from
    train_rate : share of positives among the labelled rows
    estimate : what the scores say of the rate; None where they do not tell the classes apart
    table : the same at other rates, by rate
    composition : kind of customer -> rows to predict
    """

    chosen: Expectation
    policy: str
    train_rate: float
    estimate: RateEstimate | None
    table: tuple[Expectation, ...]
    composition: dict[str, int]


def foresee(
    kinds: Sequence[Kind],
    train_rate: float,
    positive_rate: float | str,
    objective: Objective,
) -> Foresight:
    """Choose the threshold of a submission and say what is expected of it.

    Parameters
    ----------
    kinds : of which the rows to predict consist
    train_rate : share of positives among the labelled rows
    positive_rate : of `SubmissionSection`; where nothing can be estimated, "train" stands for "estimate"
    """
    estimate = _estimate(kinds, train_rate)
    if estimate is None and positive_rate == "estimate":
        positive_rate = "train"
    if positive_rate == "estimate" and estimate is not None:
        rate = estimate.rate
    else:
        rate = train_rate if isinstance(positive_rate, str) else positive_rate
    asked_for = {rate, train_rate, *((estimate.low, estimate.rate, estimate.high) if estimate else ())}
    others = {one for one in ASSUMED if all(abs(one - near) > 0.01 for near in asked_for)}
    rates = sorted(one for one in asked_for | others if 0 < one < 1)
    # Where nothing is said of the rate, nothing is known of how many to call: then the threshold itself is kept.
    kept = rate if positive_rate == "train" else None
    table = tuple(expect(kinds, objective, one, by_share=one != kept) for one in rates)
    return Foresight(
        chosen=table[rates.index(rate)],
        policy=positive_rate if isinstance(positive_rate, str) else "given",
        train_rate=train_rate,
        estimate=estimate,
        table=table,
        composition={kind.name: len(kind.asked) for kind in kinds},
    )


def _estimate(kinds: Sequence[Kind], train_rate: float) -> RateEstimate | None:
    """Return the estimate over all kinds together, each with its part of the rows to predict."""
    shares = zip(kinds, rates_of(kinds, train_rate), strict=True)
    try:
        return rate_estimate(
            np.concatenate([kind.y for kind in kinds]),
            np.concatenate([kind.probability for kind in kinds]),
            np.concatenate([kind.asked for kind in kinds]),
            np.concatenate([kind.groups for kind in kinds]),
            np.concatenate([kind.asked_groups for kind in kinds]),
            np.concatenate([kind.stands_for(rate) for kind, rate in shares]),
        )
    except ScoreError:
        return None
