"""What the board says of luck, where a race stopped most of the trials."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from bench.data.dataset import Dataset
from bench.data.folds import FoldsSection, make_folds
from bench.ensemble import judge as judging
from bench.ensemble.blend import Blend
from bench.ensemble.certainty import Certainty, certainty
from bench.ensemble.judge import judge
from bench.ensemble.scoreboard import OnSomeFolds, Scoreboard
from bench.plan.experiment import experiment_of
from bench.plan.grid import Plan
from bench.plan.sections import EnsembleSection
from bench.record.store import CellResult, Store, open_store
from bench.score.objective import Objective
from bench.score.ranking import rank
from tests.components.catalogue import choice, trial
from tests.conftest import make_dataset

PLAN = Plan(tuple(trial(model=choice("model", "logistic", C=float(n))) for n in range(1, 13)), {}, {})
FINISHED = [one.id for one in PLAN.trials[:3]]
STOPPED = [one.id for one in PLAN.trials[3:]]


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    return make_dataset(300, texts=False)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, dataset: Dataset) -> Iterator[Store]:
    """Twelve trials that are equally good; three have run on all folds, nine on the first."""
    folder = tmp_path_factory.mktemp("raced")
    with open_store(folder, dataset.data_id, make_folds(dataset, FoldsSection(count=3))) as opened:
        for number, one in enumerate(PLAN.trials):
            rng = np.random.default_rng(number)
            for fold in range(3 if one.id in FINISHED else 1):
                y = dataset.y[opened.folds.held_out(0, fold)]
                said = 1 / (1 + np.exp(-2 * y - 1.5 * rng.normal(size=len(y))))
                opened.append(CellResult(one.id, 0, fold, "done", probability=said))
        yield opened


@pytest.fixture(scope="module")
def alone(dataset: Dataset, store: Store) -> Certainty:
    """As if there were the finished trials alone."""
    return _certainty(dataset, store, [])


@pytest.fixture(scope="module")
def together(dataset: Dataset, store: Store) -> Certainty:
    """With the stopped ones."""
    return _certainty(dataset, store, STOPPED)


def _certainty(dataset: Dataset, store: Store, stopped: list[str]) -> Certainty:
    scores = Scoreboard(dataset, store, Objective()).scores(FINISHED)
    leader = rank(scores, Objective())[0]
    blend = Blend.of_one(leader, scores[leader])
    found = certainty(dataset, store, scores, Objective(), blend, EnsembleSection(candidates=4), stopped=stopped)
    assert found is not None
    return found


def test_the_luck_of_having_put_out_others_early_is_paid_for(alone: Certainty, together: Certainty) -> None:
    assert set(alone.corrected.chosen) <= set(FINISHED)
    assert set(together.corrected.chosen) & set(STOPPED)
    assert together.corrected.value < alone.corrected.value
    assert set(together.blended.chosen) & set(STOPPED)


def test_what_is_reported_and_what_ties_is_of_finished_trials(alone: Certainty, together: Certainty) -> None:
    assert together.corrected.reported == alone.corrected.reported
    assert together.ties == alone.ties
    assert set(together.redrawn.trials) == set(FINISHED)
    np.testing.assert_array_equal(together.redrawn.drawn, alone.redrawn.drawn)


@pytest.mark.parametrize(("line", "counted"), [("", []), ("[race]\n", STOPPED)])
def test_unfinished_trials_count_where_a_race_left_them(
    dataset: Dataset, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, counted: list[str]
) -> None:
    text = '[data]\ndemo = { rows = 500 }\ntarget = "t"\npositive = "True"\n[grid]\nmodel = ["logistic"]\n'
    seen: list[object] = []
    monkeypatch.setattr(judging, "certainty", lambda *given: seen.extend(given))
    judge(PLAN, dataset, store, experiment_of(line + text, tmp_path / "asked.toml"))
    assert [one for one in seen if isinstance(one, list)] == [counted]


def test_trials_that_failed_or_never_ran_or_finished_are_not_stopped_ones(
    dataset: Dataset, store: Store, tmp_path: Path
) -> None:
    with open_store(tmp_path, dataset.data_id, store.folds) as other:
        for trial_id, folds in {"stopped": 1, "failed": 1, "finished": 3}.items():
            for fold in range(folds):
                said = np.full(len(store.folds.held_out(0, fold)), 0.1 * fold)
                other.append(CellResult(trial_id, 0, fold, "done", probability=said))
        other.append(CellResult("failed", 0, 1, "failed", reason="no"))
        some = OnSomeFolds(other, ["stopped", "failed", "finished", "never"])
        assert list(some) == ["stopped"]
        np.testing.assert_array_equal(some["stopped"], np.where(store.folds.fold_of == 0, 0.0, np.nan))
