"""Columns of noise and a shuffled target tell a model nothing; a copy of the target tells it all."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from scipy.stats import t
from sklearn.metrics import roc_auc_score

from bench.data.dataset import Dataset
from bench.registry import Component
from bench.vocabulary import Axis
from tests.components.catalogue import EVERY, IDS, part_of, said, trial
from tests.components.test_contract import _needs as needs
from tests.conftest import make_leads

SEEDS = 12
# Of the components that all share one test, 1 in 1,000 would be outside by chance if the seeds were drawn anew. They
# are fixed.
SURE = 0.999

__all__ = ["needs"]  # an autouse fixture: leaves out what is not installed
every = pytest.mark.parametrize(("axis", "component"), EVERY, ids=IDS)


@every
def test_noise_tells_nothing(axis: Axis, component: Component) -> None:
    """A row's own code, a category per row, is among the columns: whoever encodes it by its own target shows it."""
    scores = [auc(axis, component, noise(seed)) for seed in range(SEEDS)]
    spread = float(np.std(scores, ddof=1) / np.sqrt(SEEDS) * t.ppf((1 + SURE) / 2, SEEDS - 1))
    assert abs(np.mean(scores) - 0.5) <= spread + 1e-9, (np.mean(scores), spread)


@every
def test_a_copy_of_the_target_is_found(axis: Axis, component: Component) -> None:
    if component.name in ("constant", "drop_text") and axis in ("model", "text"):
        return
    assert auc(axis, component, told(make_leads(300, 1, submission=150), axis)) > 0.95


def auc(axis: Axis, component: Component, dataset: Dataset) -> float:
    """Return the area under the ROC curve on fresh rows, behind a model that looks at every column."""
    one = trial(dataset, **{axis: component.name})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        probability = said(one, part_of(dataset))
    return float(roc_auc_score(answers(dataset), probability))


def noise(seed: int) -> Dataset:
    """Return leads of which nothing, the row's own code included, has to do with the target."""
    leads = make_leads(200, seed, submission=200)
    assert leads.submission is not None
    codes = np.random.default_rng(seed + 100).permutation(400).astype(str).astype(object)
    target = np.random.default_rng(seed + 200).permutation(np.arange(400) % 4 == 0).astype(np.int8)
    levels = sorted(codes)
    return with_answers(
        replace(
            leads,
            features=leads.features.assign(own=pd.Categorical(codes[:200], levels)),
            submission=leads.submission.assign(own=pd.Categorical(codes[200:], levels)),
        ),
        target,
    )


def told(leads: Dataset, axis: Axis) -> Dataset:
    """Return leads that say their target: in the message when text is looked at, else in a number and a category."""
    target = np.random.default_rng(5).permutation(np.arange(450) % 4 == 0).astype(np.int8)

    def saying(table: pd.DataFrame, told: NDArray[np.int8]) -> pd.DataFrame:
        if axis == "text":
            words = pd.Series(np.where(told, " tender awarded", " no budget"), index=table.index, dtype="str")
            return table.assign(message=table["message"].fillna("thanks") + words)
        return table.assign(
            visits=told.astype(float), source=pd.Categorical(np.where(told, "yes", "no"), ["no", "yes"])
        )

    assert leads.submission is not None
    leads = replace(
        leads, features=saying(leads.features, target[:300]), submission=saying(leads.submission, target[300:])
    )
    return with_answers(leads, target)


def with_answers(leads: Dataset, target: NDArray[np.int8]) -> Dataset:
    """Return leads with a target for both tables; that of the fresh rows is kept where nothing looks: in the ids."""
    rows = len(leads.features)
    return replace(leads, y=target[:rows], ids=pd.Series(target[rows:]).astype("str"))


def answers(leads: Dataset) -> Any:
    assert leads.ids is not None
    return leads.ids.astype(int)
