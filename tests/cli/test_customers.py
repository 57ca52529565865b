"""`bench index`, from a run that wrote its bundle to the sheets and the page."""

from __future__ import annotations

import shutil
from contextlib import chdir
from html import unescape
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from bench.errors import DataError
from bench.record.columns import CLASSES, CUSTOMERS, INDICES, LEADS, MEMBERSHIP, OFFERED, SHORTLIST, TARGET
from tests.cli.commands import Ended, bench

INDEX = Path("results/leads/index")
SHEETS = {
    "leads.csv": LEADS,
    "customers.csv": CUSTOMERS,
    "shortlist.csv": SHORTLIST,
    "target.csv": TARGET,
    "indices.csv": INDICES,
    "classes.csv": CLASSES,
    "membership.csv": MEMBERSHIP,
    "offers.csv": OFFERED,
}
EXPERIMENT = """question = "Who buys?"
[data]
train = "train.csv"
submission = "asked.csv"
id = "id"
target = "won"
positive = "yes"
groups = "firm"
drop = ["firm"]
[folds]
count = 3
[grid]
encoding = ["one_hot"]
model = ["constant", "logistic"]
[customers]
capacity = 10
smallest = 10
classes = 2
offers = "offers.toml"
[[index]]
name = "fair goer"
column = "source"
values = ["fair"]
"""
OFFERS = """[[offer]]
name = "visit"
when = [{ tier = ["A", "B"] }]
[[offer]]
name = "fair"
when = [{ index = "fair goer", from = 20 }]
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run; a lead to call has the name of a company, and sources look like HTML and a formula."""
    folder = tmp_path_factory.mktemp("made")
    rng = np.random.default_rng(4)
    visits = rng.normal(size=240).round(3)
    source = rng.choice(["web", "fair", "<b>mail</b>", "=1+1"], 240)
    firm = np.array([f"=회사{number:02}" for number in rng.integers(0, 24, 240)], dtype=object)
    firm[rng.random(240) < 0.1] = None
    won = np.where(visits + (source == "fair") + 0.7 * rng.normal(size=240) > 0.3, "yes", "no")
    table = pd.DataFrame({"visits": visits, "source": source, "firm": firm, "won": won})
    asked = table[180:].drop(columns="won")
    asked.insert(0, "id", [f"id{number:04}" for number in range(60)])
    asked.loc[asked["firm"].isna().idxmax(), "id"] = "=회사00"
    with chdir(folder):
        table[:180].to_csv("train.csv", index=False)
        asked.to_csv("asked.csv", index=False)
        Path("leads.toml").write_text(EXPERIMENT, encoding="utf-8")
        Path("offers.toml").write_text(OFFERS, encoding="utf-8")
        assert bench("run", "leads.toml", "--workers", "0").code == 0
    return folder


@pytest.fixture(scope="module")
def indexed(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with its index."""
    folder = shutil.copytree(made, tmp_path_factory.mktemp("indexed"), dirs_exist_ok=True)
    with chdir(folder):
        (folder / "said.txt").write_text(index().out, encoding="utf-8")
    return folder


@pytest.fixture
def here(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the finished run to work in."""
    monkeypatch.chdir(shutil.copytree(made, tmp_path, dirs_exist_ok=True))
    return tmp_path


def index(*words: str) -> Ended:
    ended = bench("index", "leads.toml", "--workers", "0", *words)
    assert (ended.code, ended.err) == (0, "")
    return ended


def sheet(folder: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(folder / INDEX / f"{name}.csv", keep_default_na=False, na_values=[""])


def change(old: str, new: str) -> None:
    path = Path("leads.toml")
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_every_sheet_has_its_columns(indexed: Path) -> None:
    assert {path.name for path in (indexed / INDEX).iterdir()} == {*SHEETS, "index.html"}
    for name, columns in SHEETS.items():
        assert [*pd.read_csv(indexed / INDEX / name)][: len(columns)] == [*columns]


def test_what_is_printed_is_the_answer_and_the_place_of_the_page(indexed: Path) -> None:
    lines = (indexed / "said.txt").read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("Conversion index: Of 60 open leads ")
    assert lines[1].startswith("Shortlist: Of the first 10 leads, ")
    assert lines[2].startswith("What calling the best first finds: Calling ")
    assert lines[3].startswith("Indices: ")
    assert lines[-2] == f"Beside the page, for those who call: {', '.join(SHEETS)}."
    assert lines[-1] == f"The page: {INDEX / 'index.html'}"


def test_the_page_opens_with_the_answer(indexed: Path) -> None:
    page = unescape((indexed / INDEX / "index.html").read_text(encoding="utf-8"))
    lines = (indexed / "said.txt").read_text(encoding="utf-8").splitlines()
    header = page[page.index("<header>") : page.index("</header>")]
    said = [line.removeprefix("<p>").removesuffix("</p>") for line in header.splitlines() if line.startswith("<p>")]
    assert said == ["Who buys?", *(line.split(": ", 1)[1] for line in lines[:3])]


def test_no_company_and_no_lead_is_named_on_the_page(indexed: Path) -> None:
    page = unescape((indexed / INDEX / "index.html").read_text(encoding="utf-8"))
    customers, leads = sheet(indexed, "customers"), sheet(indexed, "leads")
    assert customers["customer"].str.contains("회사").any()
    for name in ("회사", "labelled row", *leads.loc[leads["table"] == "open", "lead"]):
        assert name not in page
    assert "<b>mail" not in (indexed / INDEX / "index.html").read_text(encoding="utf-8")


def test_no_cell_is_taken_for_a_formula(indexed: Path) -> None:
    for name in SHEETS:
        cells = pd.read_csv(indexed / INDEX / name, dtype="str", keep_default_na=False)
        assert not cells.apply(lambda column: column.str.startswith(("=", "+", "@"))).to_numpy().any()


def test_each_kind_of_segment_sums_to_the_whole_and_expects_what_leads_and_customers_do(indexed: Path) -> None:
    target, leads, customers = (sheet(indexed, name) for name in ("target", "leads", "customers"))
    called, known = leads[leads["table"] == "open"], leads[leads["table"] == "labelled"]
    expected = called["index"].sum() / 100
    assert customers["expected"].sum() == pytest.approx(expected, abs=0.02)
    assert (customers["open"].sum(), customers["labelled"].sum()) == (60, 180)
    assert set(target["kind"]) == {"band", "tier", "group"}
    for _, kind in target.groupby("kind"):
        assert kind[["leads", "open_leads"]].sum().tolist() == [180, 60]
        assert kind["converted"].sum() == (known["outcome"] == "converted").sum()
        assert kind["expected_conversions"].sum() == pytest.approx(expected, abs=0.02)
        assert (kind["cumulative_leads"].iloc[-1], kind["cumulative_gains"].iloc[-1]) == (180, pytest.approx(1))
    tiers = target[target["kind"] == "tier"]
    of_target = tiers.set_index(tiers["segment"].str[0])["expected_conversions"]
    of_leads = called.groupby("tier")["index"].sum().reindex(of_target.index, fill_value=0) / 100
    np.testing.assert_allclose(of_target, of_leads, atol=0.01)


def test_the_same_customers_are_in_every_sheet(indexed: Path) -> None:
    leads, customers, membership, offers, short = (
        sheet(indexed, name) for name in ("leads", "customers", "membership", "offers", "shortlist")
    )
    assert sorted(customers["customer"]) == sorted(membership["customer"])
    assert sorted(offers["customer"]) == sorted(customers.loc[customers["open"] > 0, "customer"])
    assert sorted(short["lead"]) == sorted(leads.loc[leads["table"] == "open", "lead"])
    assert (short["within_capacity"] == "yes").sum() == 10


def test_a_lead_that_is_called_as_a_company_is_a_customer_of_its_own(indexed: Path) -> None:
    customers, offers = sheet(indexed, "customers"), sheet(indexed, "offers")
    named = customers[customers["customer"] == "'=회사00"]
    assert sorted(named["is"]) == ["company", "open lead"]
    assert named.loc[named["is"] == "open lead", ["leads", "labelled", "open"]].to_numpy().tolist() == [[1, 0, 1]]
    # No index is known of a lead of no company, whatever the company of its name buys.
    assert not (offers.loc[offers["customer"] == "'=회사00", "others"] == "fair").all()


def test_labelled_leads_of_no_company_are_no_leads_to_call(here: Path) -> None:
    """Ids of leads to call are often numbers, and so are the rows of the training table."""
    asked = pd.read_csv("asked.csv", dtype="str", keep_default_na=False)
    asked.assign(id=[str(number) for number in range(1, 61)]).to_csv("asked.csv", index=False)
    shutil.rmtree("results")
    assert bench("run", "leads.toml", "--workers", "0").code == 0
    index()
    assert sheet(here, "membership")["customer"].is_unique


def test_the_same_run_gives_the_same_bytes(here: Path, indexed: Path) -> None:
    index()
    for path in (indexed / INDEX).iterdir():
        assert (here / INDEX / path.name).read_bytes() == path.read_bytes(), path.name


def test_the_page_says_whose_probabilities_it_shows(here: Path, indexed: Path) -> None:
    board = pd.read_csv("results/leads/leaderboard.csv", dtype="str").set_index("model")
    page = (indexed / INDEX / "index.html").read_text(encoding="utf-8")
    assert f"Probabilities are those of trial {board['trial']['logistic']} (" in page
    assert bench("export", "leads.toml", "--trial", board["trial"]["constant"], "--workers", "0").code == 0
    shutil.rmtree("results/leads/finalists")  # what was recorded on the other folds is no condition
    index()
    page = (here / INDEX / "index.html").read_text(encoding="utf-8")
    assert f"Probabilities are those of trial {board['trial']['constant']} (" in page


def test_a_sheet_of_an_earlier_index_is_pointed_out(here: Path) -> None:
    INDEX.mkdir()
    (INDEX / "offers.csv").write_text("customer\n", encoding="utf-8")
    change('offers = "offers.toml"\n', "")
    assert "Not of this index, but of an earlier one: offers.csv." in index().out.splitlines()


def test_nothing_is_written_where_a_later_part_fails(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(offered: object) -> None:
        raise DataError("broken")

    monkeypatch.setattr("bench.customer.whole.offers_block", broken)
    assert bench("index", "leads.toml", "--workers", "0").err == "bench: broken\n"
    assert not INDEX.exists()


SLIPS = {
    "no run": (lambda: shutil.rmtree("results"), "leads/bundle: there is no bundle, and the index is made from one. "),
    "no bundle": (
        lambda: shutil.move("results/leads/bundle", "elsewhere"),
        "of what was run already `bench export leads.toml` makes it.",
    ),
    "a bundle of other data": (
        lambda: change("drop = [", 'kinds = { visits = "category" }\ndrop = ['),
        "cells.csv was written on other data (",
    ),
    "no offers": (lambda: Path("offers.toml").unlink(), "offers.toml: no such file of offers. "),
    "a slip in the offers": (
        lambda: Path("offers.toml").write_text(OFFERS.replace('["A", "B"]', '["hot"]'), encoding="utf-8"),
        "offers.toml, line 3: offer 'visit' asks for the tier 'hot', which there is not. Known: A, B, C, D.",
    ),
    "a column": (
        lambda: change("classes = 2", 'classes = 2\ncolumns = ["sourc"]'),
        "[customers] columns names 'sourc', which is no feature. Did you mean 'source'?",
    ),
    "tiers that do not cover": (
        lambda: change("classes = 2", "classes = 2\ntiers = { hot = 40, warm = 15 }"),
        "leads.toml, line 15: 'tiers' are different numbers from 0 up to, but without, 100, and one of them is 0.",
    ),
    "an index without companies": (
        lambda: (
            change('groups = "firm"\n', ""),
            shutil.rmtree("results"),
            bench("run", "leads.toml", "--workers", "0"),
        ),
        "leads.toml: [[index]] needs to know whose row is whose. Name the column of the customer as groups in [data].",
    ),
}


@pytest.mark.parametrize(("slip", "said"), SLIPS.values(), ids=SLIPS)
def test_a_slip_is_one_sentence_and_nothing_is_written(here: Path, slip: object, said: str) -> None:
    assert callable(slip)
    slip()
    ended = bench("index", "leads.toml", "--workers", "0")
    assert (ended.code, ended.out) == (2, "")
    assert said in ended.err
    assert len(ended.err.splitlines()) == 1
    assert not INDEX.exists()


def test_a_bundle_of_another_table_is_refused(here: Path) -> None:
    shutil.move("results/leads/bundle", "bundle")
    pd.read_csv("train.csv", dtype="str")[:170].to_csv("train.csv", index=False)
    shutil.rmtree("results")
    assert bench("run", "leads.toml", "--workers", "0").code == 0
    shutil.rmtree("results/leads/bundle")
    shutil.move("bundle", "results/leads/bundle")
    ended = bench("index", "leads.toml", "--workers", "0")
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("bench: the bundle is of the training table ")
    assert not INDEX.exists()


def test_a_log_without_an_index_is_refused(here: Path) -> None:
    Path("log.toml").write_text('[table]\npath = "train.csv"\ncustomer = "firm"\n', encoding="utf-8")
    ended = bench("index", "log.toml", "--workers", "0")
    assert (ended.code, ended.out) == (2, "")
    assert ended.err == "bench: log.toml: there is no [[index]] section. Write one for each share to be looked at.\n"
    assert not Path("results/log").exists()
