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
from bench.errors import DataError
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


def test_a_member_that_cannot_predict_rows_is_named_in_one_sentence() -> None:
    fit = FittedTrial("t", "median/one_hot/logistic", {}, "nowhere", ())
    with pytest.raises(DataError, match=r"^median/one_hot/logistic cannot predict these rows: KeyError: 'nowhere'\. `"):
        Predictor(Combination.of_one("t"), {"t": (fit,)}).probability(pd.DataFrame({"a": [1.0]}))


def test_a_reason_that_ends_in_a_full_stop_has_no_second_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise ValueError("Input X contains NaN.")

    monkeypatch.setattr(FittedTrial, "probability", refuse)
    fit = FittedTrial("t", "median/one_hot/logistic", {}, "nowhere", ())
    with pytest.raises(DataError, match=r"Input X contains NaN\. `bench export --trial ID` tries another trial\.$"):
        Predictor(Combination.of_one("t"), {"t": (fit,)}).probability(pd.DataFrame({"a": [1.0]}))
