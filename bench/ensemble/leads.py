"""The leads to give reasons for: the likeliest or those that are named, with what is said of them and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bench.bundle.predictor import Predictor
from bench.data.dataset import Dataset
from bench.ensemble.reasons import Reasons, reasons
from bench.errors import DataError


@dataclass(frozen=True)
class Wanted:
    """Which leads: the ``likeliest`` so many, or those whose ids are ``named``; without ids, numbers of rows from 1."""

    likeliest: int = 0
    named: tuple[str, ...] = ()


@dataclass(frozen=True)
class ExplainedLeads:
    """Some leads, the likeliest first or as they were named.

    Attributes
    ----------
    names : ids, or numbers of rows from 1
    rows : ndarray of shape (n,), their places in the table
    probability : ndarray of shape (n,)
    """

    names: list[str]
    rows: NDArray[np.intp]
    probability: NDArray[np.float64]
    reasons: Reasons


def explain_leads(predictor: Predictor, dataset: Dataset, wanted: Wanted) -> ExplainedLeads:
    """Give reasons for leads of the table to predict, by a winner that was fitted on every labelled row.

    Raises
    ------
    DataError
        If there is no table to predict, no such lead in it, or no member that can be taken apart.
    """
    if dataset.submission is None:
        raise DataError("[data] names no submission, so there are no leads to give reasons for.")
    if wanted.named:
        rows = _places(wanted.named, dataset.ids, len(dataset.submission))
        features = dataset.submission.iloc[rows]
        probability = predictor.probability(features)
    else:
        probability = predictor.probability(dataset.submission)
        rows = np.argsort(-probability, kind="stable")[: wanted.likeliest]
        features, probability = dataset.submission.iloc[rows], probability[rows]
    names = [str(row + 1) for row in rows] if dataset.ids is None else [str(one) for one in dataset.ids.iloc[rows]]
    return ExplainedLeads(names, rows, probability, reasons(predictor, features, dataset.features))


def _places(named: Sequence[str], ids: pd.Series[str] | None, rows: int) -> NDArray[np.intp]:
    """Return the places of leads in the table to predict."""
    known = [str(number) for number in range(1, rows + 1)] if ids is None else list(ids)
    places = {name: place for place, name in enumerate(known)}
    strange = [name for name in named if name not in places]
    if strange:
        what = f"a number of a row, 1 to {rows:,}" if ids is None else f"an id of the submission, such as {known[0]!r}"
        raise DataError(f"--lead {strange[0]}: is not {what}. Ids are compared as written, leading zeros included.")
    return np.array([places[name] for name in named], dtype=np.intp)
