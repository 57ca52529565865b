"""Where the time went, what the race stopped, and what a score costs."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from bench.data.dataset import Dataset
from bench.page.block import Block, PageTable
from bench.record.allowed import Allowed, write_allowed
from bench.record.cells import CellResult
from bench.report.sections.cost import DOTS, cost_block, thinned
from bench.report.told import Told
from tests.report.recorded import FOLDS, TRIALS, done, every, told


def block(one: Told) -> Block:
    made = cost_block(one)
    assert made is not None
    return made


def costs(dataset: Dataset) -> list[CellResult]:
    """A hundredth of a second to predict a cell; of two trials that share their rows, the first prepared them."""
    return [
        done(
            one,
            fold,
            dataset,
            prepare_seconds=4.0 if one == TRIALS[0] else 0.0,
            fit_seconds=1.0 if one.named("model") == "logistic" else 2.0,
            predict_seconds=0.01,
            peak_megabytes=100 + 1000 * TRIALS.index(one),
        )
        for one in TRIALS
        for fold in range(FOLDS)
    ]


def rows(table: PageTable) -> dict[str, list[str]]:
    return {row[0]: list(row[1:]) for row in table.rows}


@pytest.fixture(scope="module")
def raced(tmp_path_factory: pytest.TempPathFactory) -> Block:
    """What is told of four finished trials in a race, which stopped none: on three folds nobody is surely behind."""
    return block(told(tmp_path_factory.mktemp("raced"), costs, "[race]\nerror = 1e-9\n", judged=True))


def test_seconds_are_added_up_by_component_and_what_cells_share_counts_with_the_first(raced: Block) -> None:
    made = raced
    # Prepare 3 * 4, fit 6 * 1 + 6 * 2, predict 12 * 0.01: 30.12 s.
    assert made.sentences[0] == (
        "12 cells, each one of 4 trials on one fold, took 30 s of computing: 40% to prepare, 0% to resample, 60% to "
        "fit, 0% to predict. That is added up over all processes."
    )
    assert made.sentences[1].startswith(
        f"The most memory that a process held was 3.1 GB, in a cell of {TRIALS[3].configuration}"
    )
    table = made.tables[1]
    assert rows(table)["model: logistic"] == ["6", "12.0", "0.0", "6.0", "0.1", "18.1", "60%"]
    assert rows(table)["model: lightgbm"] == ["6", "0.0", "0.0", "12.0", "0.1", "12.1", "40%"]
    assert rows(table)["encoding: one_hot"][0] == "6"
    assert not any(name.startswith("text: ") and len(rows(table)) < 4 for name in rows(table))
    assert "counts with the first cell" in table.caption


def test_a_score_against_its_seconds_is_drawn_with_the_cheapest_of_the_tied_named(raced: Block) -> None:
    _, time, value = raced.plots
    assert time.caption.startswith("Seconds by model and by stage: most went to logistic, 60% of all.")
    assert "cheapest of the tied: " in value.svg
    assert value.caption.startswith("What 4 finished trials score and what they cost to fit")
    assert "mathdefault" not in value.svg


def test_a_loss_says_that_less_is_better(tmp_path: Path) -> None:
    assert (
        "(less is better)" in block(told(tmp_path, costs, '[objective]\nmetric = "brier"\n', judged=True)).plots[-1].svg
    )


@pytest.mark.parametrize("trials", [0, 1])
def test_with_nothing_finished_there_is_no_score_to_draw(tmp_path: Path, trials: int) -> None:
    one = told(tmp_path, lambda dataset: [CellResult(TRIALS[0].id, 0, 0, "failed", "E: x", fit_seconds=2.0)][:trials])
    if not trials:
        assert cost_block(one) is None
    else:
        made = block(one)
        assert len(made.plots) == 1
        assert made.sentences[-1] == "3 trials of the plan have no cell yet."


def test_the_race_is_drawn_fold_after_fold(raced: Block) -> None:
    made = raced
    assert made.plots[0].caption.startswith("4 trials began the race and 4 came through its 3 folds")
    assert [row[0] for row in made.tables[0].rows] == ["race, fold 1", "race, fold 2", "race, fold 3"]
    assert "The race stopped no trial." in made.sentences
    ticks = re.findall(r'id="xtick_\d+".*?<text[^>]*>(.*?)</text>', made.plots[0].svg, flags=re.DOTALL)
    assert ticks == ["0", "1", "2", "3"]


def test_which_trials_are_tied_is_told_elsewhere_on_the_page(raced: Block) -> None:
    assert not any("tied" in sentence for sentence in raced.sentences)


def test_a_round_that_the_budget_ended_is_told(tmp_path: Path) -> None:
    write_budget(tmp_path)
    made = block(told(tmp_path, lambda dataset: costs(dataset)[: FOLDS + 1]))
    assert "ran before the budget ended the fold" in made.plots[0].svg
    assert rows(made.tables[0])["race, fold 1"][:2] == ["4", "2"]
    assert any(
        sentence.startswith("The budget of 60 s ended fold 1 of the race after 2 of 4 cells")
        for sentence in made.sentences
    )


def write_budget(tmp_path: Path) -> None:
    (tmp_path / "asked").mkdir()
    write_allowed(tmp_path / "asked", Allowed(60.0, 25, 200, None))


def test_of_dots_that_lie_on_each_other_one_is_drawn() -> None:
    rng = np.random.default_rng(0)
    across, up = rng.random(5000), rng.random(5000)
    shown = thinned(across, up)
    assert 0.9 * DOTS[0] * DOTS[1] < len(shown) <= DOTS[0] * DOTS[1]
    assert thinned(np.array([1.0, 1.0, 5.0]), np.array([2.0, 2.0, 2.0])).tolist() == [0, 2]
    assert thinned(np.empty(0), np.empty(0)).tolist() == []
    assert thinned(np.ones(3), np.ones(3)).tolist() == [0]


def test_every_trial_alike_is_drawn_too(tmp_path: Path) -> None:
    made = block(told(tmp_path, every(TRIALS[:1]), trials=TRIALS[:1], judged=True))
    assert len(made.plots) == 2  # seconds of 0 have no place on a logarithmic scale of their own
    assert not made.tables[0].rows
