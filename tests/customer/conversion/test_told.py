"""The conversion index as files that name leads, and as a block that names none."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from bench.bundle.loaded import Bundle
from bench.bundle.predictor import Predictor
from bench.customer.conversion.chances import tiers_of
from bench.customer.conversion.told import Conversion, conversion_block, conversion_index, write_conversion
from bench.customer.conversion.why import Why
from bench.customer.leads import Leads, Scored
from bench.page.block import Block
from bench.plan.indices import CustomersSection
from bench.record.columns import CUSTOMERS, LEADS
from bench.run.runner import fit_trials
from bench.score.combine import Combination
from tests.audit.tables import dataset_of
from tests.components.catalogue import trial
from tests.customer.made import leads_of

NAMES = ("=Acme", "Bolt & Söhne", "Carl")


def labelled(rows: int = 400) -> Leads:
    rng = np.random.default_rng(0)
    chance = rng.beta(0.5, 2.0, rows)
    y = (rng.random(rows) < chance).astype(int)
    groups = np.where(np.arange(rows) % 4 == 0, -1, np.arange(rows) % 100)
    names = [f"row{number}" for number in range(rows)]
    return leads_of(chance.tolist(), groups.tolist(), y.tolist(), names=names, off=0.01)


def reasons(rows: int) -> Why:
    words = pd.DataFrame({"x": ["x is secret 77"] * rows, "z": ["z is high (12)"] * rows})
    plain = pd.DataFrame({"x": ["x is given"] * rows, "z": ["z is high"] * rows})
    added = pd.DataFrame({"x": [0.9] * rows, "z": [-0.5] * rows})
    return Why(np.arange(rows), added, words, plain, "")


@pytest.fixture
def conversion() -> Conversion:
    """Four hundred labelled leads and twenty open ones, ten of which are surely likely."""
    names = [f"lead{number}" for number in range(20)]
    called = leads_of([0.9] * 10 + [0.1] * 10, [0, 1, 2, *[-1] * 17], names=names, off=0.05)
    scored = Scored(labelled(), called, 0.5, NAMES)
    told = conversion_index(replace(scored, open=None), CustomersSection(), bundle_of(None, "estimate"))
    return replace(told, scored=scored, reasons=reasons(10))


def bundle_of(predictor: Predictor | None, word: str) -> Bundle:
    manifest = SimpleNamespace(policy=SimpleNamespace(word=word), data_schema=SimpleNamespace(groups=None))
    return cast(Bundle, SimpleNamespace(predictor=predictor, manifest=manifest))


def outcomes(conversion: Conversion) -> NDArray[np.int8]:
    assert conversion.scored.labelled.y is not None
    return conversion.scored.labelled.y


def text_of(block: Block) -> str:
    cells = [cell for table in block.tables for row in table.rows for cell in row]
    return "\n".join([*block.sentences, *cells, *(plot.svg + plot.caption for plot in block.plots)])


def test_every_lead_of_both_tables_is_in_the_file_the_open_ones_first(conversion: Conversion, tmp_path: Path) -> None:
    path, _ = write_conversion(conversion, tmp_path)
    sheet = pd.read_csv(path, dtype="str", keep_default_na=False)
    assert [*sheet] == [*LEADS]
    assert sheet["table"].tolist() == ["open"] * 20 + ["labelled"] * 400
    assert sorted(sheet["lead"]) == sorted([*conversion.scored.labelled.names, *conversion.scored.to_call.names])
    first, last = sheet.iloc[0], sheet.iloc[19]
    assert first[["index", "low", "high", "rank", "tier", "outcome"]].tolist() == [
        *("90.0", "85.0", "95.0", "1", "A", "")
    ]
    assert first[["raises", "lowers"]].tolist() == ["x is secret 77", "z is high (12)"]
    assert last[["rank", "raises"]].tolist() == ["11", ""]
    assert set(sheet["outcome"][20:]) == {"converted", "not converted"}
    assert (sheet["outcome"] == "converted").sum() == outcomes(conversion).sum()


def test_no_cell_is_taken_for_a_formula(conversion: Conversion, tmp_path: Path) -> None:
    for path in write_conversion(conversion, tmp_path):
        sheet = pd.read_csv(path, dtype="str", keep_default_na=False)
        assert "'=Acme" in set(sheet["customer"])
        assert "=Acme" not in set(sheet["customer"])


def test_every_customer_is_in_the_file_those_to_call_first(conversion: Conversion, tmp_path: Path) -> None:
    _, path = write_conversion(conversion, tmp_path)
    sheet = pd.read_csv(path, keep_default_na=False)
    assert [*sheet] == [*CUSTOMERS]
    assert sheet["leads"].sum() == 420
    assert sheet["converted"].sum() == outcomes(conversion).sum()
    assert sheet["expected"].sum() == pytest.approx(conversion.scored.to_call.chance.sum())
    assert set(sheet["rank"][:10]) == {"1"}
    assert sheet["raises"][0] == "x is secret 77"
    assert set(sheet["open"][20:]) == {0}
    assert set(sheet["rank"][20:]) == {""}


def test_the_tiers_of_the_block_add_up_to_all_leads(conversion: Conversion) -> None:
    table = conversion_block(conversion).tables[0]
    rows = pd.DataFrame(table.rows, columns=list(table.columns))
    assert rows["tier"].tolist() == ["A", "B", "C", "D"]
    assert rows["index from"].tolist() == ["80.0", "50.0", "20.0", "0.0"]
    assert rows["open leads"].tolist() == ["10", "0", "0", "10"]
    assert rows["expected to convert"].tolist() == ["9.0", "0.0", "0.0", "1.0"]
    counts = rows["labelled leads that converted"].str.extract(r"(\d+) of (\d+)").astype(int)
    assert counts[1].sum() == 400
    assert counts[0].sum() == outcomes(conversion).sum()


def test_the_block_quotes_no_lead_and_no_customer(conversion: Conversion) -> None:
    said = text_of(conversion_block(conversion))
    for name in (*conversion.scored.labelled.names, *conversion.scored.to_call.names, *NAMES, "secret", "(12)"):
        assert name not in said


def test_the_block_says_what_is_expected_and_what_is_in_doubt(conversion: Conversion) -> None:
    block = conversion_block(conversion)
    said = text_of(block)
    assert "Of 20 open leads 10 are expected to convert, 9 of them among the 10 of tier A." in said
    share = outcomes(conversion).mean()
    assert (
        f"50.0% of the open leads are assumed to convert, estimated from their scores, and {share:.1%} of the" in said
    )
    assert "likeliest" not in said  # tier A has enough leads to speak for itself
    assert [list(row) for row in block.tables[1].rows] == [
        ["raises", "x is given", "10"],
        ["lowers", "z is high", "10"],
    ]
    assert "points off on average" in said


def test_a_mean_chance_that_is_not_the_assumed_share_is_said(conversion: Conversion) -> None:
    scored = replace(conversion.scored, rate=0.25)
    assert "; by their scores it comes to 50.0%." in text_of(conversion_block(replace(conversion, scored=scored)))
    assert "by their scores" not in text_of(conversion_block(conversion))


def test_tiers_that_are_out_of_order_on_labelled_leads_are_said(conversion: Conversion) -> None:
    wrong = "On labelled leads a lower tier converts more often than a higher one."
    assert wrong not in conversion_block(conversion).sentences
    turned = replace(conversion.scored.labelled, y=(1 - outcomes(conversion)).astype(np.int8))
    scored = replace(conversion.scored, labelled=turned)
    assert wrong in conversion_block(replace(conversion, scored=scored)).sentences


def test_a_tier_of_two_leads_is_not_called_out_of_order() -> None:
    known = leads_of([0.9] * 2 + [0.3] * 40, None, [0, 0] + [1] * 12 + [0] * 28, names=["a"] * 42)
    told = Conversion(Scored(known, None, 0.3, ()), tiers_of(CustomersSection(), 0.3), None, "train")
    assert not any("lower tier" in sentence for sentence in conversion_block(told).sentences)


def test_where_open_leads_are_seen_to_differ_the_doubt_is_said(conversion: Conversion) -> None:
    assert "Doubt: the open leads are seen to differ" in text_of(conversion_block(conversion, differ=True))
    assert "Doubt" not in text_of(conversion_block(conversion))


def test_no_sentence_of_the_block_is_empty(conversion: Conversion) -> None:
    assert all(conversion_block(conversion).sentences)


def test_without_open_leads_there_is_an_index_of_the_labelled_ones(conversion: Conversion, tmp_path: Path) -> None:
    alone = replace(conversion, scored=replace(conversion.scored, open=None), reasons=None)
    block = conversion_block(alone)
    assert block.sentences[0] == (
        "There are no open leads: the index is of 400 labelled leads alone, of which "
        f"{outcomes(conversion).sum()} converted."
    )
    assert "open leads" not in block.tables[0].columns
    assert len(block.tables) == 1
    leads, people = (pd.read_csv(path, keep_default_na=False) for path in write_conversion(alone, tmp_path))
    assert set(leads["table"]) == {"labelled"}
    assert people["rank"].min() == 1
    assert (people["rank"] != "").all()


def test_the_same_index_gives_the_same_bytes(conversion: Conversion, tmp_path: Path) -> None:
    one, two = (conversion_block(conversion).plots[0].svg for _ in range(2))
    assert one == two
    files = [[path.read_bytes() for path in write_conversion(conversion, tmp_path)] for _ in range(2)]
    assert files[0] == files[1]


def test_a_winner_without_reasons_says_so_on_the_page(conversion: Conversion, tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    dataset = dataset_of({"x": rng.normal(size=60)}, (np.arange(60) % 3 == 0).astype(np.int8))
    one = trial(model="knn", imputation="median", encoding="one_hot")
    predictor = Predictor(Combination.of_one(one.id), fit_trials([one], dataset, 0))
    told = conversion_index(conversion.scored, CustomersSection(), bundle_of(predictor, "train"))
    block = conversion_block(told)
    assert any(sentence.startswith("No reasons can be given for what") for sentence in block.sentences)
    assert len(block.tables) == 1
    write_conversion(told, tmp_path)
