"""The members, fitted and combined."""

from __future__ import annotations

import gc
from typing import Any, ClassVar
from weakref import ref

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from bench.bundle.predictor import Predictor
from bench.run.fitted import FittedTrial, Learnt
from bench.score.combine import Combination


class Plus:
    """Adds to every cell, and counts how many tables it made are held at the time."""

    made: ClassVar[list[Any]] = []

    def __init__(self, more: float) -> None:
        self.more = more

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        table = X + self.more
        Plus.made.append(ref(table))
        return table


class Share:
    classes_ = (0, 1)

    def predict_proba(self, X: pd.DataFrame) -> NDArray[np.float64]:
        share = X["visits"].to_numpy()
        return np.column_stack([1 - share, share])


def fold(trial: str, number: int) -> FittedTrial:
    """A trial of one fold: a piece of the whole table, one of the fold that members share, and one of its own."""
    pieces = {
        "derived rows": Learnt("derived rows", (Plus(0.1),), ()),
        f"derived {number}": Learnt("derived", (), ("derived rows",)),
        f"imputed {number}": Learnt("imputed", (Plus(number / 100),), (f"derived {number}",)),
        f"table {number} {trial}": Learnt("table", (Plus(0.0),), (f"imputed {number}",)),
    }
    return FittedTrial(trial, "configuration", pieces, f"table {number} {trial}", (Share(),))


def test_what_is_held_does_not_grow_with_the_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    held: list[tuple[int, int]] = []
    alone = FittedTrial.probability

    def watched(self: FittedTrial, features: pd.DataFrame, made: dict[str, Any] | None = None) -> NDArray[np.float64]:
        said = alone(self, features, made)
        gc.collect()
        assert made is not None
        held.append((len(made), sum(table() is not None for table in Plus.made)))
        return said

    monkeypatch.setattr(FittedTrial, "probability", watched)
    monkeypatch.setattr(Plus, "made", [])
    rounds = 6
    fits = {trial: tuple(fold(trial, number) for number in range(rounds)) for trial in ("one", "other")}
    said = Predictor(Combination({"one": 0.5, "other": 0.5}, {}), fits).each(pd.DataFrame({"visits": [0.0, 0.5]}))
    assert held == [(4, 3), (5, 4)] * rounds
    assert len(Plus.made) == 1 + 3 * rounds  # the whole table is made once, the fold's own for both members
    for number, probability in enumerate(said):
        np.testing.assert_allclose(probability, [0.1 + number / 100, 0.6 + number / 100])
