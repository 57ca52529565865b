"""Which of the best single trial and the ensemble wins."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bench.data.dataset import Dataset
from bench.data.folds import FoldsSection, make_folds
from bench.ensemble import judge as judging
from bench.ensemble.blend import Blend
from bench.ensemble.certainty import Certainty
from bench.ensemble.judge import Verdict, judge
from bench.plan.experiment import Experiment, read_experiment
from bench.plan.grid import Plan
from bench.record.store import CellResult, open_store
from bench.score.metrics import Counts
from bench.score.objective import Objective
from tests.components.catalogue import trial
from tests.conftest import make_dataset

PLAN = Plan(tuple(trial(model=name) for name in ("logistic", "lightgbm", "xgboost")), {}, {})


@pytest.fixture
def dataset() -> Dataset:
    return make_dataset(300, texts=False)


@pytest.fixture
def experiment(tmp_path: Path) -> Experiment:
    path = tmp_path / "asked.toml"
    path.write_text('[data]\ndemo = { rows = 500 }\ntarget = "t"\npositive = "True"\n[grid]\nmodel = ["logistic"]\n')
    return read_experiment(path)


def judged(
    folder: Path, dataset: Dataset, experiment: Experiment, noise: tuple[float, ...] = (0.5, 0.5, 0.5)
) -> Verdict:
    """Record three trials whose errors differ, and judge them."""
    folds = make_folds(dataset, FoldsSection(count=3))
    rng = np.random.default_rng(0)
    with open_store(folder, dataset.data_id, folds) as store:
        for one, spread in zip(PLAN.trials, noise, strict=True):
            for fold in range(3):
                y = dataset.y[folds.held_out(0, fold)]
                said = 1 / (1 + np.exp(1 - 2 * y - 3 * spread * rng.normal(size=len(y))))
                store.append(CellResult(one.id, 0, fold, "done", probability=said))
        return judge(PLAN, dataset, store, experiment)


def corrected(monkeypatch: pytest.MonkeyPatch, single: float, blended: float) -> None:
    """Let what is judged have these corrected scores."""
    found = judging.certainty

    def certainty(*given: object) -> Certainty:
        sure = found(*given)  # type: ignore[arg-type]
        assert sure is not None
        return replace(
            sure, corrected=replace(sure.corrected, value=single), blended=replace(sure.blended, value=blended)
        )

    monkeypatch.setattr(judging, "certainty", certainty)


def test_trials_that_err_differently_make_an_ensemble_that_wins(
    tmp_path: Path, dataset: Dataset, experiment: Experiment
) -> None:
    verdict = judged(tmp_path, dataset, experiment)
    assert verdict.winner is not None
    assert verdict.winner is verdict.ensemble
    assert len(verdict.winner.weights) == 3
    assert [member.trial for member in verdict.members] == sorted(
        verdict.winner.weights, key=lambda one: (-verdict.winner.weights[one], one)
    )
    assert verdict.certainty is not None
    assert verdict.estimate_of(verdict.winner) is verdict.certainty.blended
    assert verdict.certainty.blended.reported == verdict.winner.score.counts.f1


@pytest.mark.parametrize(("blended", "winner"), [(0.50, "single"), (0.69, "ensemble"), (0.71, "ensemble")])
def test_the_ensemble_wins_unless_its_corrected_score_is_below_by_more_than_chance(
    tmp_path: Path,
    dataset: Dataset,
    experiment: Experiment,
    monkeypatch: pytest.MonkeyPatch,
    blended: float,
    winner: str,
) -> None:
    corrected(monkeypatch, 0.70, blended)
    verdict = judged(tmp_path, dataset, experiment)
    assert verdict.winner is getattr(verdict, winner)


def test_of_losses_the_lower_corrected_one_wins(
    tmp_path: Path, dataset: Dataset, experiment: Experiment, monkeypatch: pytest.MonkeyPatch
) -> None:
    objective = experiment.objective.model_copy(update={"metric": "log_loss"})
    corrected(monkeypatch, 0.20, 0.60)
    verdict = judged(tmp_path, dataset, replace(experiment, objective=objective))
    assert verdict.winner is verdict.single


def test_an_ensemble_that_misses_the_floor_does_not_win(
    tmp_path: Path, dataset: Dataset, experiment: Experiment, monkeypatch: pytest.MonkeyPatch
) -> None:
    corrected(monkeypatch, 0.70, 0.90)
    kept = judged(tmp_path / "kept", dataset, experiment)
    assert kept.winner is kept.ensemble
    found = judging.blend

    def short(*given: object) -> Blend:
        made = found(*given)  # type: ignore[arg-type]
        return replace(made, score=replace(made.score, counts=Counts(1, 0, 99, 200)))

    monkeypatch.setattr(judging, "blend", short)
    floor = Objective(metric="precision", at_recall=0.3)
    verdict = judged(tmp_path / "missed", dataset, replace(experiment, objective=floor))
    assert verdict.single is not None
    assert verdict.single.score.keeps_floor(floor)
    assert verdict.winner is verdict.single


def test_where_nothing_can_be_corrected_the_better_cross_fitted_score_wins(
    tmp_path: Path, dataset: Dataset, experiment: Experiment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judging, "certainty", lambda *_: None)
    verdict = judged(tmp_path, dataset, experiment)
    assert verdict.single is not None
    assert verdict.ensemble is not None
    better = verdict.ensemble.score.counts.f1 > verdict.single.score.counts.f1
    assert verdict.winner is (verdict.ensemble if better else verdict.single)
    assert verdict.winner is not None
    assert verdict.estimate_of(verdict.winner) is None


def test_an_ensemble_of_the_leader_alone_is_the_leader_as_it_is(
    tmp_path: Path, dataset: Dataset, experiment: Experiment
) -> None:
    verdict = judged(tmp_path, dataset, experiment, noise=(0.0, 9.0, 9.0))
    assert verdict.winner is not None
    assert verdict.winner is verdict.single
    assert verdict.winner.combination.scales == {}
