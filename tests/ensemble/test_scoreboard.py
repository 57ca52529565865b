"""Every finished trial is scored once, and what judges them reads one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bench.data.dataset import Dataset
from bench.data.folds import FoldsSection, make_folds
from bench.ensemble import scoreboard
from bench.ensemble.judge import judge
from bench.ensemble.scoreboard import OutOfFold, Scoreboard
from bench.plan.experiment import read_experiment
from bench.plan.grid import Plan
from bench.record.store import CellResult, Store, open_store
from bench.score.objective import Objective
from bench.score.ranking import rank, score_trial
from tests.components.catalogue import choice, trial

PLAN = Plan(tuple(trial(model=choice("model", "logistic", C=float(n))) for n in range(1, 9)), {}, {})


@pytest.fixture
def store(tmp_path: Path, dataset: Dataset) -> Iterator[Store]:
    with open_store(tmp_path / "leads", dataset.data_id, make_folds(dataset, FoldsSection(count=3))) as opened:
        yield opened


def record(store: Store, dataset: Dataset, place: int, folds: tuple[int, ...] = (0, 1, 2)) -> str:
    """Record cells of a trial of the plan, each trial better than the one before, and return its id."""
    rng = np.random.default_rng(place)
    for fold in folds:
        y = dataset.y[store.folds.held_out(0, fold)]
        probability = np.clip(0.5 + (place / 40) * (2 * y - 1.0) + 0.2 * rng.normal(size=len(y)), 0, 1)
        store.append(CellResult(PLAN.trials[place].id, 0, fold, "done", probability=probability))
    return PLAN.trials[place].id


def test_a_trial_is_scored_once_and_when_its_last_cell_is_there(
    store: Store, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    scored = []

    def counted(*given: object) -> object:
        scored.append(given)
        return score_trial(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(scoreboard, "score_trial", counted)
    board = Scoreboard(dataset, store, Objective())
    one = record(store, dataset, 0, (0, 2))
    assert board.score(one) is None
    assert (board.best(), len(scored)) == (None, 0)
    record(store, dataset, 0, (1,))
    assert board.score(one) is board.score(one)
    assert board.best() == (one, board.score(one))
    assert len(scored) == 1


def test_the_best_is_the_one_that_ranks_first_of_those_scored(store: Store, dataset: Dataset) -> None:
    board = Scoreboard(dataset, store, Objective())
    scores = {}
    for place in (3, 1, 7, 5):
        name = record(store, dataset, place)
        score = board.score(name)
        assert score is not None
        scores[name] = score
        assert board.best() == (rank(scores, Objective())[0], scores[rank(scores, Objective())[0]])


def test_a_verdict_is_the_same_with_a_board_that_was_kept(store: Store, dataset: Dataset, tmp_path: Path) -> None:
    (tmp_path / "asked.toml").write_text(
        '[data]\ndemo = { rows = 500 }\ntarget = "t"\npositive = "True"\n[grid]\nmodel = ["logistic"]\n'
    )
    experiment = read_experiment(tmp_path / "asked.toml")
    board = Scoreboard(dataset, store, experiment.objective)
    for place in range(7):
        board.score(record(store, dataset, place))
    assert judge(PLAN, dataset, store, experiment, board) == judge(PLAN, dataset, store, experiment)


def test_predictions_are_read_when_they_are_asked_for(store: Store, dataset: Dataset) -> None:
    one, other = record(store, dataset, 0), record(store, dataset, 1)
    recorded = OutOfFold(store, [one])
    assert list(recorded) == [one]
    assert len(recorded) == 1
    np.testing.assert_array_equal(recorded[one], np.asarray(store.out_of_fold(one)))
    with pytest.raises(KeyError, match=other):
        recorded[other]


def test_rows_that_are_never_held_out_are_not_scored(dataset: Dataset, tmp_path: Path) -> None:
    """The labels of the first block in time are turned round: nothing that judges may see it."""
    (tmp_path / "asked.toml").write_text(
        '[data]\ndemo = { rows = 500 }\ntarget = "t"\npositive = "True"\n[grid]\nmodel = ["logistic"]\n'
    )
    experiment = read_experiment(tmp_path / "asked.toml")
    dataset = replace(dataset, time=np.arange(len(dataset.y), dtype=float))
    turned = replace(dataset, y=np.r_[1 - dataset.y[:30], dataset.y[30:]].astype(np.int8))
    folds = make_folds(dataset, FoldsSection(count=3, scheme="time"))
    with open_store(tmp_path / "leads", dataset.data_id, folds) as store:
        names = [record(store, dataset, place) for place in (2, 4)]
    one, other = (judge(PLAN, table, store, experiment) for table in (dataset, turned))
    assert one == other
    assert set(one.scores) == set(names)
    assert one.winner is not None
    counts = one.winner.score.counts
    assert counts.true_positives + counts.false_negatives == dataset.y[30:].sum()
