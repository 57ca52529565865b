"""What a replayed race takes of a grid, by seconds worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.fresh import Kept
from benchmarks.race import replay

NAMES = (
    "median/one_hot/drop_text/as_is/constant",
    "median/one_hot/drop_text/as_is/logistic",
    "median/one_hot/drop_text/as_is/lightgbm",
    "median/target/drop_text/as_is/logistic",
    "median/target/drop_text/as_is/lightgbm",
)
# The table took 2 s, one-hot 3 s and target 4 s, each with the first that needs it; logistic takes 1 s, LightGBM 10 s.
SECONDS = (2.0 + 3.0 + 0.5, 1.0, 10.0, 4.0 + 1.0, 10.0)


def kept(signals: tuple[float, ...]) -> Kept:
    """Return five folds of 2,000 rows on which the trials know so much."""
    rng = np.random.default_rng(0)
    y = (np.arange(2000) % 10 < 2).astype(np.int8)
    scores = [signal * y + rng.normal(size=2000) for signal in signals]
    return Kept(
        y=y,
        fold_of=np.arange(2000) // 10 % 5,
        groups=np.full(2000, -1),
        names=np.array(NAMES),
        oof=1 / (1 + np.exp(-np.stack(scores))),
        asked=np.zeros((5, 6, 0), dtype=np.float32),
        y_fresh=np.zeros(0, dtype=np.int8),
        seconds=np.repeat(np.array(SECONDS)[:, None], 6, axis=1),
    )


def test_the_race_keeps_the_best_and_the_floor_and_pays_for_what_they_share() -> None:
    (result,) = replay(kept((0.0, 0.5, 0.5, 0.5, 4.0)), [0.1])
    assert (result["loss"], result["tied"], result["stopped"]) == (0.0, True, False)
    # All five in the first round, then the floor and the last: 5 + 4 x 2 of 25 cells. The last needs the target
    # encoding, made by a trial that has stopped: 4 s more than the quickest logistic regression.
    assert result["cells"] == pytest.approx(13 / 25)
    assert result["seconds"] == pytest.approx((31.5 + 4 * (5.5 + 10 + 4)) / (5 * 31.5))


def test_equal_trials_all_run_to_the_end() -> None:
    same = kept((0.0, 0.0, 0.0, 0.0, 0.0))
    equal = Kept(**{**vars(same), "oof": np.repeat(same.oof[:1], 5, axis=0)})
    (result,) = replay(equal, [0.4])
    assert (result["cells"], result["seconds"]) == (1.0, pytest.approx(1.0))
