"""Which columns the winner leans on is told by held-out rows, and by the columns of the table."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from bench.data.dataset import Dataset
from bench.data.folds import FoldsSection, make_folds
from bench.ensemble.alike import alike
from bench.ensemble.blend import Blend
from bench.ensemble.explain import DEALS, Importance, first_repeat, importance, losses
from bench.plan.grid import Plan, Trial
from bench.record.store import open_store
from bench.run.runner import fit_trials, run_plan
from bench.score.metrics import score_of_probabilities
from bench.score.objective import Objective
from bench.score.ranking import score_trial
from tests.audit.tables import dataset_of, text
from tests.components.catalogue import trial

ROWS = 300
RNG = np.random.default_rng(5)
DECIDES = RNG.normal(size=ROWS)
NOISE = RNG.normal(size=ROWS)
LABELS = (DECIDES + 0.3 * RNG.normal(size=ROWS) > 0.5).astype(np.int8)


def found_of(
    dataset: Dataset, one: Trial, folder: Path, objective: Objective, repeats: int = 1
) -> dict[str, Importance]:
    """Run one trial and return what it leans on, by column."""
    folds = make_folds(dataset, FoldsSection(count=3, repeats=repeats))
    with open_store(folder, dataset.data_id, folds) as store:
        run_plan(Plan((one,), {}, {}), dataset, store, 0, lambda progress: None)
        probability = store.out_of_fold(one.id)
        assert probability is not None
        score = score_trial(dataset.y, probability, folds.fold_of, objective)
        fits = fit_trials([one], dataset, 0, folds=first_repeat(folds))
        found = importance(Blend.of_one(one.id, score), fits, dataset, store, objective)
    losses_of_ap = [block.average_precision.mean() for block in found]
    assert losses_of_ap == sorted(losses_of_ap, reverse=True)
    return {" + ".join(block.columns): block for block in found}


def test_a_column_that_decides_all_is_first_and_a_useless_one_is_not_shown(tmp_path: Path) -> None:
    dataset = dataset_of({"noise": NOISE, "decides": DECIDES}, LABELS)
    found = found_of(dataset, trial(model="logistic"), tmp_path, Objective(), repeats=2)
    assert list(found) == ["decides", "noise"]
    decides, noise = found.values()
    assert decides.shown
    assert decides.objective.shape == decides.average_precision.shape == (3,)
    assert (decides.objective > 0.4).all()
    assert (decides.average_precision > 0.4).all()
    assert not noise.shown
    assert abs(noise.average_precision.mean()) < 0.02


def test_two_copies_of_a_column_cover_for_each_other_and_together_cost_what_one_would(tmp_path: Path) -> None:
    levels = np.where(DECIDES > 0.5, "a", np.where(DECIDES > -0.5, "b", "c"))
    dataset = dataset_of({"country": levels, "noise": NOISE, "country.1": levels}, LABELS)
    one = trial(model="logistic", encoding="one_hot")
    found = found_of(dataset, one, tmp_path / "both", Objective())
    alone = found_of(dataset_of({"country": levels, "noise": NOISE}, LABELS), one, tmp_path / "one", Objective())
    assert next(iter(found)) == "country + country.1"
    together = found["country + country.1"].average_precision.mean()
    assert together == pytest.approx(alone["country"].average_precision.mean(), abs=0.05)
    assert max(found[name].average_precision.mean() for name in ("country", "country.1")) < 0.75 * together


def test_a_text_column_is_one_column_whatever_is_made_of_it(tmp_path: Path) -> None:
    words = np.where(LABELS == 1, "tender please", "hello there")
    dataset = dataset_of({"noise": NOISE, "message": text(words)}, LABELS)
    found = found_of(dataset, trial(model="logistic", text="tfidf"), tmp_path, Objective())
    assert list(found) == ["message", "noise"]
    assert found["message"].shown


def test_an_id_learned_by_heart_counts_for_nothing(tmp_path: Path) -> None:
    ids = [f"id{number}" for number in RNG.permutation(ROWS)]
    dataset = dataset_of({"id": ids, "decides": DECIDES}, LABELS)
    found = found_of(dataset, trial(model="catboost", encoding="native"), tmp_path, Objective())
    assert abs(found["id"].average_precision.mean()) < 0.02 < found["decides"].average_precision.mean()


def test_of_a_loss_more_is_lost_where_it_grows(tmp_path: Path) -> None:
    dataset = dataset_of({"noise": NOISE, "decides": DECIDES}, LABELS)
    found = found_of(dataset, trial(model="logistic"), tmp_path, Objective(metric="brier"))
    assert (found["decides"].objective > 0.1).all()


def test_columns_of_a_block_move_together_row_by_row() -> None:
    seen: list[pd.DataFrame] = []
    features = pd.DataFrame({"a": np.arange(40.0), "b": np.arange(40.0), "c": np.arange(40.0)})
    y = (np.arange(40) >= 20).astype(np.int8)

    def probability(rows: pd.DataFrame) -> NDArray[np.float64]:
        seen.append(rows)
        return rows["a"].to_numpy() / 40

    def worth(said: NDArray[np.float64]) -> tuple[float, float]:
        return float(np.mean(said)), score_of_probabilities("average_precision", y, said)

    found = losses(probability, features, y, [("a", "b"), ("c",)], worth, np.random.default_rng(0))
    whole, both, single = seen
    assert whole.equals(features)
    assert (len(both), len(single)) == (40 * DEALS, 40 * DEALS)
    assert (both["a"] == both["b"]).all()
    assert sorted(both["a"][:40]) == list(features["a"])
    assert (both["c"].to_numpy() == np.tile(np.arange(40.0), DEALS)).all()
    assert not (both["a"] == both["c"]).all()
    assert found[0, 0] == pytest.approx(0)  # the same cells on other rows have the same mean
    assert found[0, 1] > 0.2
    assert found[1].tolist() == [0, 0]


def test_columns_are_alike_if_one_tells_the_other() -> None:
    rng = np.random.default_rng(8)
    city = rng.choice(["Lima", "Cusco", "Pune", "Delhi"], 400)
    country = np.where(np.isin(city, ["Lima", "Cusco"]), "Peru", "India")
    flag = np.where(country == "Peru", 1.0, np.nan)
    features = dataset_of(
        {"city": city, "owner": rng.choice(["x", "y", "z"], 400), "country": country, "flag": flag}, LABELS
    ).features
    assert alike(features) == [("city", "country", "flag")]


def test_columns_that_hardly_repeat_a_value_are_not_alike_but_equal_ones_are() -> None:
    one, other = ([f"{letter}{number}" for number in range(400)] for letter in "ab")
    note = text([f"note {number}" for number in range(400)])
    features = dataset_of({"one": one, "other": other, "note": note, "note.1": note}, LABELS).features
    assert alike(features) == [("note", "note.1")]
