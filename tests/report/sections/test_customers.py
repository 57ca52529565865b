"""Known and new customers on the page."""

from __future__ import annotations

from bench.data.coverage import Coverage
from bench.ensemble.customers import OnCustomers
from bench.report.leaderboard import by_side
from bench.report.sections.customers import MOST, customers_block
from bench.report.told import Told
from bench.score.metrics import Counts
from tests.report.sections.small import having, told

GOOD, BAD = Counts(9, 1, 1, 9), Counts(5, 5, 5, 5)
BOTH = OnCustomers(GOOD, BAD, None, "new")


def scored(found: OnCustomers) -> Told:
    """Return the run with a finalist, the first of the ranking, and the winner scored alike."""
    first, *rest = told().board.rows
    return having(told(), winner=found, rows=[first | by_side(found), *rest], coverage=[])


def test_winner_and_finalists_stand_side_by_side() -> None:
    block = customers_block(scored(BOTH))
    assert block is not None
    (table,) = block.tables
    assert table.columns == ("configuration", "trial", "rank", "F1, known customers", "F1, new customers")
    assert [row[0] for row in table.rows] == ["the ensemble of 3", told().board.rows[0]["configuration"]]
    assert {row[3:] for row in table.rows} == {("0.9000", "0.5000")}
    assert "circles" in block.plots[0].caption


def test_without_companies_later_rows_are_not_called_new_customers() -> None:
    block = customers_block(scored(OnCustomers(None, BAD, None, "later")))
    assert block is not None
    assert block.title == "Later rows"
    assert block.tables[0].columns == ("configuration", "trial", "rank", "F1, later rows")
    assert "customers" not in block.plots[0].svg + block.plots[0].caption


def test_a_long_configuration_is_labelled_by_its_beginning_and_its_model() -> None:
    one = scored(BOTH)
    first, *rest = one.board.rows
    long = "ratios+interactions/iterative/target_by_company/tfidf_svd/class_weight/lightgbm"
    block = customers_block(having(one, rows=[first | {"configuration": long}, *rest]))
    assert block is not None
    assert ">1 ratios+interactions/it…class_weight/lightgbm<" in block.plots[0].svg


def test_of_many_columns_the_least_known_are_shown_and_the_others_summed_up() -> None:
    covered = [Coverage(f"<b>열 {number}</b>", 100, number, 10, 5) for number in range(30)]
    block = customers_block(having(told(), coverage=covered))
    assert block is not None
    assert block.title == "What of the rows to predict training has shown"
    assert len(block.tables[0].rows) == MOST
    assert block.tables[0].rows[1][:3] == ("<b>열 1</b>", "100", "1.0%")
    assert block.sentences == ["Of 5 more columns training has shown the value of 25.0% of the rows or more."]


def test_where_customers_are_not_told_apart_and_nothing_is_predicted_there_is_no_section() -> None:
    assert customers_block(having(told(), coverage=[])) is None
    assert customers_block(scored(OnCustomers(None, None, None, "new"))) is None
