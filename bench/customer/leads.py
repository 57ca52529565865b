"""Leads with the chance that each converts, as all parts of the customer index look at them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Leads:
    """The leads of one table.

    Attributes
    ----------
    names : ids as written, or numbers of rows from 1; of labelled leads these, as no table says them otherwise
    features : DataFrame of shape (n, features), as `bench.data.dataset.Dataset.features`
    groups : ndarray of shape (n,), the number of each lead's company, -1 for none
    score : ndarray of shape (n,), the winner's probability: of labelled leads by models that did not train on them, of
        open ones by the winner fitted again
    chance : ndarray of shape (n,), calibrated; of open leads at the share of positives that is assumed of them
    low, high : ndarrays of shape (n,), 95 % interval of ``chance``
    y : ndarray of shape (n,), 0 or 1; None of open leads
    """

    names: tuple[str, ...]
    features: pd.DataFrame
    groups: NDArray[np.int64]
    score: Floats
    chance: Floats
    low: Floats
    high: Floats
    y: NDArray[np.int8] | None = None

    def __len__(self) -> int:
        return len(self.names)


@dataclass(frozen=True)
class Scored:
    """Both tables of an experiment.

    Attributes
    ----------
    labelled : leads whose outcome is known, as far as they were held out
    open : leads to call; None where the experiment names none
    rate : share of positives that is assumed of the open leads; of the labelled ones where there are none
    companies : names, by number in ``groups``; a company has the same number on both sides
    """

    labelled: Leads
    open: Leads | None
    rate: float
    companies: tuple[str, ...]

    @property
    def to_call(self) -> Leads:
        """The open leads, or the labelled ones where there are none."""
        return self.labelled if self.open is None else self.open
