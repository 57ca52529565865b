"""Which columns the winner leans on, on the page."""

from __future__ import annotations

from bench.ensemble.judge import Verdict
from bench.report.explained import explained
from bench.report.sections.leaning import leaning_block
from bench.score.objective import Objective
from tests.report.sections.small import having, told
from tests.report.test_explained import FOUND


def test_columns_are_drawn_with_their_folds_and_names_stay_text() -> None:
    found = explained({"t": 1.0}, FOUND, Objective())
    block = leaning_block(having(told(), explained=found))
    assert block is not None
    assert block.sentences == found.sentences
    assert "country + country.1" in block.plots[0].svg
    assert block.tables[0].rows[1] == ("=length", "0.200", "0.100 to 0.300", "0.100", "0.100 to 0.100")


def test_a_winner_that_leans_on_nothing_has_no_plot() -> None:
    block = leaning_block(having(told(), explained=explained({"t": 1.0}, FOUND[-1:], Objective())))
    assert block is not None
    assert not block.plots
    assert not block.tables


def test_before_it_is_measured_the_command_is_named_and_without_a_winner_nothing_is() -> None:
    block = leaning_block(told())
    assert block is not None
    assert block.commands == [f"bench explain asked.toml --results {told().folder.parent}"]
    assert leaning_block(having(told(), verdict=Verdict({}))) is None
