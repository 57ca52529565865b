"""What is said of the best trial's luck."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bench.ensemble.certainty import Certainty
from bench.plan.experiment import experiment_of
from bench.report.certain import certainty_sentences
from bench.score.metrics import Counts
from bench.score.redraws import Redraws
from bench.score.ties import Ties
from bench.score.uncertainty import Corrected

ROWS = [{"trial": "a", "configuration": "raw/logistic", "status": "done", "fit_seconds": 1.0}]


def said(more: str, optimism: float) -> list[str]:
    """Of a best trial that scores 0.5."""
    text = f'[data]\ndemo = {{ rows = 500 }}\ntarget = "t"\npositive = "True"\n[grid]\nmodel = ["logistic"]\n{more}'
    found = Corrected(0.5 - optimism, 0.3, 0.6, 0.5, optimism, Counts(1, 1, 1, 1), {"a": 1.0})
    nothing = np.zeros((0, 1))
    redrawn = Redraws(("a",), 1, np.array([0.5]), np.array([True]), nothing, nothing > 0)
    sure = Certainty(found, found, Ties(("a",), {"a": 0.0}, {"a": 0.0}), redrawn)
    return certainty_sentences(sure, experiment_of(text, Path("asked.toml")), ROWS)


def test_tuning_says_by_how_much_the_corrected_score_flatters_still() -> None:
    before, tuning, after = said("[tune]\n", 0.04)
    assert [before, after] == said("", 0.04)
    assert "corrected for having been chosen, 0.4600" in before
    assert tuning.endswith("the corrected score may flatter by 0.0080 still.")  # a fifth of 0.04


@pytest.mark.parametrize("optimism", [0.0, -0.01])
def test_of_luck_that_was_not_there_nothing_is_said(optimism: float) -> None:
    assert said("[tune]\n", optimism) == said("", optimism)
