"""What each choice is worth, drawn: references named, cuts said, nothing drawn where there is nothing."""

from __future__ import annotations

from dataclasses import replace

from bench.page.block import Block
from bench.plan.experiment import Choice
from bench.plan.grid import Plan, Trial
from bench.report.sections.choices import MOST, choices_block
from bench.report.told import Told
from bench.score.objective import Objective
from tests.components.catalogue import choice
from tests.report.sections.small import by, having, told
from tests.report.test_effects import GRID, made, redrawn


def run_of(scores: dict[Trial, float], objective: Objective) -> Told:
    """Return a run of these trials."""
    run = by(objective)
    verdict = run.board.verdict
    assert verdict.certainty is not None
    assert verdict.single is not None
    best = max(scores, key=scores.__getitem__).id
    sure = replace(verdict.certainty, redrawn=redrawn(scores, noise=0.01))
    single = replace(verdict.single, combination=type(verdict.single.combination).of_one(best))
    return having(run, plan=Plan(tuple(scores), {}, {}), verdict=replace(verdict, single=single, certainty=sure))


def block_of(scores: dict[Trial, float], objective: Objective | None = None) -> Block:
    block = choices_block(run_of(scores, objective or Objective()))
    assert block is not None
    return block


def test_the_weightiest_choice_and_the_axes_without_one_are_said() -> None:
    block = block_of(GRID)
    assert block.sentences[0].startswith(
        "The choice that matters most is on encoding: target is better than native by 0.065 F1, everything else being "
        "equal (95 % interval 0.06"
    )
    effects, heat = block.plots
    assert "encoding, against native" in effects.svg
    assert "constant" not in effects.svg  # the floor is no choice; the table tells it
    assert any(row[:3] == ("model", "constant", "lightgbm") for row in block.tables[0].rows)
    assert heat.caption.startswith("Encoding and model, the two axes whose components differ most")
    gap = bool([one for one in ("native", "target") if made(model="logistic", encoding=one) not in GRID])
    assert ("Of an empty cell" in heat.caption) == gap


def test_of_a_loss_less_is_better() -> None:
    block = block_of(GRID, Objective(metric="brier"))
    assert "native is better than target by 0.065 Brier score" in block.sentences[0]
    assert "better is to the left" in block.plots[0].caption
    assert block.tables[0].caption.endswith("Less is better.")


def test_one_axis_alone_has_no_heat_map_and_a_floor_alone_no_plot() -> None:
    one = block_of(
        {trial: GRID[trial] for trial in (made(), made(model="lightgbm"), made(model="lightgbm", encoding="target"))}
    )
    assert len(one.plots) == 1
    assert block_of({made(): 0.2, made(model="lightgbm"): 0.4}).plots == []


def test_components_without_a_pair_are_in_the_table_alone() -> None:
    lonely = made(model="naive_bayes", encoding="one_hot", imputation="median")
    block = block_of({**GRID, lonely: 0.3})
    (row,) = [row for row in block.tables[0].rows if row[1] == "one_hot"]
    assert row[3:] == ("", "", "0")
    assert "one_hot" not in block.plots[0].svg


def test_of_forty_components_the_most_frequent_are_shown_and_it_is_said() -> None:
    models = [renamed("lightgbm", f"<b>모델 {number}</b>") for number in range(40)]
    scores = {
        Trial((*made(encoding=encoding).choices[:-1], model)): 0.3 + 0.001 * number + 0.01 * (encoding == "target")
        for number, model in enumerate(models)
        for encoding in ("native", "target")
    }
    block = block_of(scores)
    assert (
        f"Of each axis the {MOST} components with most pairs are shown; left out are 27 of model."
        in block.sentences[-1]
    )
    effects, heat = block.plots
    assert "&lt;b&gt;모델 1&lt;/b&gt;" in effects.svg
    assert "<b>" not in effects.svg + heat.svg
    assert heat.caption.endswith(f"Of model the {MOST} most frequent are shown.")


def test_without_certainty_nothing_is_said_of_choices() -> None:
    run = told()
    assert choices_block(having(run, verdict=replace(run.board.verdict, certainty=None))) is None


def renamed(name: str, called: str) -> Choice:
    """Return a model under another name."""
    there = choice("model", name)
    return replace(there, component=replace(there.component, name=called))
