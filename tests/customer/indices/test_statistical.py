"""Indices of small tables worked by hand, of an experiment, and of the made-up washing log."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from bench.components.steps.derived.shares import ABOVE, UNTOLD
from bench.customer.indices.log import Log, log_of_experiment, log_of_file
from bench.customer.indices.statistical import Indices, indices_block, indices_of, write_indices
from bench.data.washing import make_washing
from bench.errors import DataError, ExperimentError
from bench.plan.experiment import read_experiment
from bench.plan.indices import IndexSection, index_file_of
from bench.record.columns import INDICES

WASHING = Path(__file__).parents[3] / "experiments" / "indices" / "washing.toml"


def section(name: str = "it", **keys: Any) -> IndexSection:
    return IndexSection(name=name, **keys)


def log(customer: list[str | None], **columns: list[str | None]) -> Log:
    cells = pd.DataFrame({"who": customer} | columns, dtype="str")
    return Log(cells, cells["who"], tuple(map(str, cells)), "runs.csv")


def table(keys: dict[str, Any], customer: list[str | None], **columns: list[str | None]) -> pd.DataFrame:
    (index,) = indices_of([section(**keys)], log(customer, **columns)).of
    return index.table


def test_runs_of_70_10_15_5_in_a_day_have_these_shares() -> None:
    starts = ["05:00", "08:30", "10:59"] * 4 + ["06:15"] * 2 + ["11:00", "16:59"] + ["17:00"] * 3 + ["02:00"]
    parts = {"morning": (5, 11), "day": (11, 17), "evening": (17, 22), "night": (22, 5)}
    runs = log(["anna"] * 20 + ["ben"], at=[*starts, "12:00"])
    indices = indices_of([section(name, column="at", hours=hours) for name, hours in parts.items()], runs)
    shares = [index.table.loc["anna", "share"] for index in indices.of]
    assert shares == pytest.approx([70.0, 10.0, 15.0, 5.0])
    assert indices.of[0].table.loc["anna", "difference"] == pytest.approx(70 - (70 + 0) / 2)


def test_60_percent_at_60_degrees_or_more_among_10_on_average_is_50_points_above() -> None:
    others = [f"household {number}" for number in range(5) for _ in range(10)]
    degrees = ["60"] * 4 + ["90"] * 2 + ["40"] * 4 + ["30"] * 50
    found = table({"column": "degrees", "values": ("60", "90")}, ["anna"] * 10 + others, degrees=degrees)
    assert found.loc["anna", ["share", "average", "difference"]].tolist() == pytest.approx([60.0, 10.0, 50.0])
    assert found.loc["anna", "state"] == ABOVE


def test_a_share_of_amounts_sums_them_up() -> None:
    # anna: 6 of 8 kWh at night; ben: 1 of 2. Effective rows: 64 / (36 + 4), 4 / 2.
    found = table(
        {"column": "at", "hours": (22, 6), "amount": "kwh"},
        ["anna", "anna", "ben", "ben"],
        at=["23:30", "12:00", "05:59", "06:00"],
        kwh=["6", "2", "1", "1.0"],
    )
    assert found["share"].tolist() == pytest.approx([75.0, 50.0])
    assert found["exposure"].tolist() == pytest.approx([1.6, 2.0])


def test_rows_with_a_gap_in_what_is_looked_at_or_without_a_customer_count_nowhere() -> None:
    found = table(
        {"column": "load", "between": (5, 8), "amount": "kwh"},
        ["anna", "anna", "anna", "anna", None, "ben", "ben"],
        load=["5", "8", None, "6", "6", "4.9", "NA"],
        kwh=["1", "1", "1", None, "1", "3", "3"],
    )
    # anna has two rows, of which 5 kg count and 8 kg do not; ben has one.
    assert found["share"].tolist() == pytest.approx([50.0, 0.0])
    assert found["exposure"].tolist() == pytest.approx([2.0, 1.0])


def test_a_customer_without_a_row_for_an_index_has_no_line_in_it_and_no_share() -> None:
    runs = log(["anna", "ben"] * 30, a=["x", "y"] * 30, b=["x", None] * 20 + ["y", None] * 10)
    indices = indices_of([section("a", column="a", values=("x",)), section("b", column="b", values=("x",))], runs)
    assert indices.of[1].table.index.tolist() == ["anna"]
    assert indices.customers == ("anna", "ben")
    assert indices.shares.loc["ben"].isna().tolist() == [False, True]


def test_a_share_that_cannot_be_told_is_not_handed_on() -> None:
    runs = log(["anna"] * 40 + ["ben"] * 40 + ["cem"], a=["x"] * 35 + ["y"] * 45 + ["x"])
    indices = indices_of([section("a", column="a", values=("x",))], runs)
    (index,) = indices.of
    assert index.table.loc["cem", "state"] == UNTOLD
    assert indices.shares["a"].isna().tolist() == [False, False, True]
    assert indices.shares.loc["anna", "a"] == index.table.loc["anna", "shrunk"]


@pytest.mark.parametrize(
    ("keys", "columns", "said"),
    [
        ({"column": "lod", "between": (1, 2)}, {"load": ["1"]}, "there is no column 'lod'. Did you mean 'load'?"),
        ({"column": "a", "values": ("Web",)}, {"a": ["web"]}, "no cell of 'a' is 'Web', and so no row counts. Values"),
        ({"column": "a", "between": (5, 9)}, {"a": ["nan"]}, "all cells of 'a' are missing."),
        ({"column": "a", "hours": (5, 9)}, {"a": ["2024-01-01"]}, "1 of 1 filled cell of 'a' are no times like 07:45"),
        ({"column": "a", "between": (5, 9)}, {"a": ["six"]}, "1 of 1 filled cell of 'a' are no numbers."),
        ({"column": "a", "between": (5, 9)}, {"a": [None]}, "all cells of 'a' are missing."),
        (
            {"column": "a", "values": ("x",), "amount": "b"},
            {"a": ["x"], "b": ["-2"]},
            "1 amount of 'b' below 0, the first in row 1.",
        ),
        ({"column": "a", "values": ("x",), "amount": "b"}, {"a": ["x"], "b": ["0"]}, "no amount of 'b' is above 0."),
        ({"converted": True}, {"a": ["x"]}, "'converted' is asked for, but no row says who converted."),
    ],
)
def test_a_slip_is_one_sentence_with_table_and_index(keys: dict[str, Any], columns: Any, said: str) -> None:
    with pytest.raises(DataError) as error:
        table(keys, ["anna"], **columns)
    assert str(error.value).startswith(f"runs.csv, index 'it': {said}")


def test_without_a_customer_there_is_no_index() -> None:
    with pytest.raises(DataError, match=r"runs.csv: no row names a customer in 'who'"):
        table({"column": "a", "values": ("x",)}, [None], a=["x"])
    with pytest.raises(DataError, match="index 'it': no row of a customer has all that is looked at"):
        table({"column": "a", "values": ("x",)}, ["anna", None], a=[None, "x"])


def test_a_few_cells_of_another_kind_and_a_value_that_is_absent_are_noticed() -> None:
    runs = log(["anna"] * 200, a=["1"] * 199 + ["inf"], b=["web"] * 200)
    given = [section("a", column="a", between=(0, 2)), section("b", column="b", values=("web", "wob"))]
    indices = indices_of(given, runs)
    assert indices.of[0].table["exposure"].item() == 199
    assert indices.notices == (
        "runs.csv, index 'a': 1 cell of 'a' that are no numbers left out.",
        "runs.csv, index 'b': no cell of 'b' is 'wob', named in values. Near it: 'web'.",
    )


EXPERIMENT = """[data]
train = "train.csv"
submission = "new.csv"
target = "won"
positive = "yes"
groups = "company"
ungrouped = ["9"]
missing = ["?"]
[grid]
model = ["constant"]
[[index]]
name = "fair goer"
column = "source"
values = ["7"]
[[index]]
name = "converts"
converted = true
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("train.csv").write_text("company,source,won\n1,7,yes\n1,8,no\n2,?,no\n9,7,no\n", encoding="utf-8")
    Path("new.csv").write_text("company,source\n1.0,7.0\n3,7\n", encoding="utf-8")
    return tmp_path


def of(text: str) -> Indices:
    Path("leads.toml").write_text(text, encoding="utf-8")
    experiment = read_experiment(Path("leads.toml"))
    return indices_of(experiment.index, log_of_experiment(experiment))


def test_of_an_experiment_both_tables_count_and_outcomes_of_labelled_rows_only(here: Path) -> None:
    fair, converts = of(EXPERIMENT).of
    # Company 1 has three rows in both tables, spelled 1 and 1.0; 2 has a placeholder; 9 is no company.
    assert fair.table["exposure"].to_dict() == {"1": 3.0, "3": 1.0}
    assert fair.table["share"].tolist() == pytest.approx([200 / 3, 100.0])
    assert converts.table["exposure"].to_dict() == {"1": 2.0, "2": 1.0}
    assert converts.table["share"].tolist() == pytest.approx([50.0, 0.0])


def test_an_experiment_without_companies_has_no_customers(here: Path) -> None:
    with pytest.raises(ExperimentError, match=r"leads.toml: \[\[index\]\] needs to know whose row is whose"):
        of(EXPERIMENT.replace('groups = "company"\nungrouped = ["9"]\n', ""))
    with pytest.raises(DataError, match=r"groups in \[data\] is 'compny', and train.csv has no such column. Did you"):
        of(EXPERIMENT.replace('groups = "company"', 'groups = "compny"'))


def test_a_log_of_its_own_is_read(here: Path) -> None:
    text = '[table]\npath = "new.csv"\ncustomer = "{}"\n[[index]]\nname = "x"\ncolumn = "source"\nvalues = ["7"]\n'
    (index,) = indices_of((file := index_file_of(text.format("company"), Path("x.toml"))).index, log_of_file(file)).of
    assert index.table["share"].to_dict() == {"1.0": 0.0, "3": 100.0}
    with pytest.raises(DataError, match=r"x.toml: customer in \[table\] is 'who', and new.csv has no such column"):
        log_of_file(index_file_of(text.format("who"), Path("x.toml")))


@pytest.fixture(scope="module")
def washing() -> Indices:
    file = index_file_of(WASHING.read_text(encoding="utf-8"), WASHING)
    return indices_of(file.index, log_of_file(file))


def test_the_washing_log_tells_households_apart_by_what_they_are(washing: Indices) -> None:
    segment = make_washing().segment
    planted = {"morning lover": "early birds", "hygiene sensitive": "hygiene sensitive", "drum filler": "families"}
    for index in washing.of:
        if index.name in planted:
            above = index.table.index[index.table["state"] == ABOVE]
            assert (segment[above] == planted[index.name]).mean() > 0.6
        assert 0.05 < (index.table["state"] == UNTOLD).mean() < 0.5


def test_the_table_that_is_written_has_a_line_for_each_customer_and_index(washing: Indices, tmp_path: Path) -> None:
    written = pd.read_csv(write_indices(washing, tmp_path))
    assert list(written) == list(INDICES)
    assert len(written) == sum(len(index.table) for index in washing.of)
    assert written["customer"].drop_duplicates().tolist() == list(washing.customers)
    assert written["index"][: len(washing.of)].tolist() == [index.name for index in washing.of]


def test_every_figure_that_is_written_can_be_worked_out_from_the_log(washing: Indices, tmp_path: Path) -> None:
    path = write_indices(washing, tmp_path)
    assert ",-0.0," not in path.read_text(encoding="utf-8")
    written = pd.read_csv(path)
    runs = make_washing().log.dropna(subset=["started", "kwh"])
    hour = runs["started"].str[11:13].astype(int)
    night = runs["kwh"].where((hour >= 22) | (hour < 5), 0.0)
    energy, squares = (of.groupby(runs["household"]).sum() for of in (runs["kwh"], runs["kwh"] ** 2))
    share = 100 * night.groupby(runs["household"]).sum() / energy
    tariff = written[written["index"] == "night tariff"].set_index("customer")
    share = share[tariff.index]
    assert tariff["exposure"].to_numpy() == pytest.approx((energy**2 / squares)[tariff.index].to_numpy(), abs=1e-3)
    assert tariff["share"].to_numpy() == pytest.approx(share.to_numpy(), abs=1e-3)
    assert tariff["average"].to_numpy() == pytest.approx(share.mean(), abs=1e-3)
    assert tariff["difference"].to_numpy() == pytest.approx((share - share.mean()).to_numpy(), abs=1e-3)
    below = (tariff["shrunk"].rank() - 0.5) / len(tariff)
    assert tariff["percentile"].to_numpy() == pytest.approx(100 * below.to_numpy(), abs=0.5)
    beyond = (tariff["low"] > tariff["average"]) & (tariff["exposure"] >= 5)
    assert beyond.eq(tariff["state"] == ABOVE).all()


def test_the_page_counts_customers_and_names_none(washing: Indices) -> None:
    block = indices_block(washing)
    (shown,) = block.tables
    assert all("%" in row[-1] and " %" not in row[-1] for row in shown.rows)
    assert [row[0] for row in shown.rows] == [index.name for index in washing.of]
    for row in shown.rows:
        assert len(row) == len(shown.columns)
        assert sum(int(count) for count in row[3:7]) == int(row[2])
    text = " ".join([*block.sentences, *map(str, shown.rows), *(plot.svg + plot.caption for plot in block.plots)])
    assert not any(name in text for name in washing.customers)
    assert indices_block(washing) == block


def test_what_was_left_out_stands_on_the_page() -> None:
    indices = indices_of([section(column="b", values=("web", "wob"))], log(["anna"] * 50, b=["web"] * 50))
    assert indices.notices
    assert set(indices.notices) <= set(indices_block(indices).sentences)


def test_a_value_that_is_absent_does_not_bring_up_one_of_few_rows() -> None:
    runs = log(["anna"] * 50, a=["web"] * 46 + ["very private"] * 4)
    indices = indices_of([section(column="a", values=("web", "very privat"))], runs)
    assert indices.notices == ("runs.csv, index 'it': no cell of 'a' is 'very privat', named in values.",)


def test_profiles_are_the_shares_of_customers_with_five_rows_in_every_index() -> None:
    runs = log(["anna"] * 5 + ["ben"] * 5 + ["cem"] * 4, a=["x", *"yyyy"] * 2 + [*"xxxx"], b=["x"] * 9 + [None] * 5)
    indices = indices_of([section("a", column="a", values=("x",)), section("b", column="b", values=("x",))], runs)
    assert indices.profiles.to_dict("index") == {"anna": {"a": 20.0, "b": 100.0}}


def test_a_log_holds_the_columns_that_are_asked_for_beside_its_indices(here: Path) -> None:
    text = (
        '[table]\npath = "train.csv"\ncustomer = "company"\n[[index]]\nname = "x"\ncolumn = "source"\nvalues = ["7"]\n'
    )
    file = index_file_of(text, Path("x.toml"))
    assert list(log_of_file(file).cells) == ["company", "source"]
    assert list(log_of_file(file, ["won", "absent"]).cells) == ["company", "source", "won"]


def test_a_level_of_few_rows_is_not_shown() -> None:
    runs = log(["anna"] * 50, a=["web"] * 46 + ["very private"] * 4)
    (index,) = indices_of([section(column="a", values=("web", "very private"))], runs).of
    assert index.what == "rows with 'a' 'web' or 1 rare value"


def test_the_page_begins_with_how_many_customers_are_told_apart() -> None:
    runs = log(["anna"] * 40 + ["ben"] * 40 + ["cem"], a=["x"] * 35 + ["y"] * 45 + ["x"])
    block = indices_block(indices_of([section("a", column="a", values=("x",))], runs))
    said = "Of 3 customers, 2 are above or below the average in at least one index; of 1 nothing can be told yet."
    assert block.sentences[0] == said


def test_doubts_are_said_of_few_rows_and_of_shares_that_rise_with_the_history() -> None:
    single = log([str(number) for number in range(50)], a=["x", "y"] * 25)
    block = indices_block(indices_of([section("fair goer", column="a", values=("x",))], single))
    assert any("No customer has 5 rows for fair goer" in sentence for sentence in block.sentences)
    assert block.plots == []
    rows = [(str(number), place) for number in range(300) for place in range(2 + number % 30)]
    rising = log([name for name, _ in rows], a=["x" if place > 3 + int(name) % 3 else "y" for name, place in rows])
    block = indices_block(indices_of([section("fair goer", column="a", values=("x",))], rising))
    assert any("longer histories have larger shares of fair goer" in sentence for sentence in block.sentences)
