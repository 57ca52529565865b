"""Offers by conditions that are data: who gets which, why, and what is said of slips and conflicts."""

from __future__ import annotations

import re
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from bench.customer.offers.conditions import check_offers, read_offers
from bench.customer.offers.match import Offered, match_offers
from bench.customer.offers.told import offers_block, write_offers
from bench.errors import ExperimentError
from bench.page.page import page
from bench.record.columns import OFFERED

FILE = """\
[[offer]]
name = "visit"
text = "We come by."
priority = 2
when = [{ tier = ["A", "B"] }, { column = "product", values = ["signage", "video wall"] }]

[[offer]]
name = "call"
when = [{ column = "length", from = 50, below = 200 }]

[[offer]]
name = "early"
when = [{ index = "morning lover", from = 60 }]
"""
NAMES = ("Acme", "Bolt", "lead 7")
# Acme has two leads to call, Bolt and the lead of no company one each.
OF = np.array([0, 1, 0, 2])
CELLS = pd.DataFrame(
    {
        "product": ["monitor", "signage", "video wall", None],
        "length": ["49.9", "200", "7", "50"],
        "note": ["a", "b", None, "d"],
    },
    dtype="str",
)
FACTS = pd.DataFrame({"tier": ["A", "C", "B"], "index": [40.0, 10.0, 20.0], "class": ["1", "", "2"]})
SHARES = pd.DataFrame({"morning lover": [72.4, np.nan, 60]})


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "offers.toml"
    path.write_text(text, encoding="utf-8")
    return path


def matched(tmp_path: Path, text: str) -> Offered:
    return match_offers(read_offers(written(tmp_path, text)), NAMES, FACTS, SHARES, CELLS, OF)


def one(condition: str, name: str = "x", priority: int = 0) -> str:
    """Return an [[offer]] of one condition."""
    return f'[[offer]]\nname = "{name}"\npriority = {priority}\nwhen = [{condition}]\n'


def test_each_customer_gets_the_best_offer_with_its_reason(tmp_path: Path) -> None:
    found = matched(tmp_path, FILE)
    assert found.matches.tolist() == [[True, False, True], [False, False, False], [False, True, True]]
    assert found.best.tolist() == [0, -1, 1]
    assert found.reasons == ("tier A and product is video wall", "", "length is 50")


@pytest.mark.parametrize(
    ("condition", "who"),
    [
        ('{ column = "product", values = ["Signage", " signage"] }', []),
        ('{ column = "product", values = ["signage"] }', [1]),
        ('{ column = "product", missing = true }', [2]),
        ('{ column = "product", missing = false }', [0, 1]),
        ('{ column = "note", missing = true }', [0]),
        ('{ column = "length", below = 50 }', [0]),
        ('{ column = "length", from = 50 }', [1, 2]),
        ('{ index = "conversion", from = 10, below = 40 }', [1, 2]),
        ('{ index = "morning lover", below = 101 }', [0, 2]),
        ('{ class = ["2", "1"] }', [0, 2]),
        ('{ tier = ["C"] }', [1]),
        ("", [0, 1, 2]),
    ],
)
def test_a_condition_holds_for_whom_it_says(tmp_path: Path, condition: str, who: list[int]) -> None:
    assert np.flatnonzero(matched(tmp_path, one(condition)).matches[:, 0]).tolist() == who


def test_an_index_that_cannot_be_told_yet_fits_no_condition(tmp_path: Path) -> None:
    text = one('{ index = "morning lover", below = 60 }', "low") + one('{ index = "morning lover", from = 0 }', "any")
    assert not matched(tmp_path, text).matches[1].any()


def test_reasons_are_those_of_the_customer(tmp_path: Path) -> None:
    text = FILE.split("\n\n")[2] + one('{ index = "conversion", from = 5 }, { class = ["1", "2"] }', "both")
    assert matched(tmp_path, text).reasons == (
        "conversion index 40 and class 1",
        "",
        "conversion index 20 and class 2",
    )
    assert matched(tmp_path, FILE.split("\n\n")[2]).reasons == ("morning lover 72%", "", "morning lover 60%")
    assert matched(tmp_path, one("")).reasons == ("for everybody",) * 3


def test_conditions_on_columns_must_hold_of_one_lead(tmp_path: Path) -> None:
    # Acme asks for a monitor in 49.9 letters and for a video wall in 7.
    apart = one('{ column = "product", values = ["monitor"] }, { column = "length", below = 10 }', "apart")
    same = one('{ column = "length", below = 10 }, { column = "product", missing = false }', "same")
    found = matched(tmp_path, apart + same)
    assert found.matches[0].tolist() == [False, True]
    assert found.reasons[0] == "length is 7 and product is not missing"


def test_an_index_may_be_called_like_a_column_or_a_fact(tmp_path: Path) -> None:
    shares = pd.DataFrame({name: [80.0, 1.0, 1.0] for name in ("product", "tier", "class", "index")})
    text = "".join(one(f'{{ index = "{name}", from = 50 }}', name) for name in shares)
    text += one('{ tier = ["A"] }, { class = ["1"] }, { index = "conversion", from = 40 }', "all", 1)
    found = match_offers(read_offers(written(tmp_path, text)), NAMES, FACTS, shares, CELLS, OF)
    assert found.matches.tolist() == [[True] * 5, [False] * 5, [False] * 5]
    assert found.reasons[0] == "tier A, class 1 and conversion index 40"


def test_an_index_called_as_the_models_cannot_be_asked_for(tmp_path: Path) -> None:
    offers = read_offers(written(tmp_path, one('{ index = "conversion", from = 40 }')))
    shares = SHARES.rename(columns={"morning lover": "conversion"})
    with pytest.raises(
        ExperimentError, match=r"line 4: offer 'x' asks for the index 'conversion', which is the model's"
    ):
        match_offers(offers, NAMES, FACTS, shares, CELLS, OF)


def test_a_number_without_end_is_none(tmp_path: Path) -> None:
    offers = read_offers(written(tmp_path, one('{ column = "length", from = 50 }')))
    found = match_offers(offers, NAMES, FACTS, SHARES, CELLS.assign(length=["inf", "60", "x", ""]), OF)
    assert found.matches[:, 0].tolist() == [False, True, False]


def test_nobody_to_call_is_no_failure(tmp_path: Path) -> None:
    offers = read_offers(written(tmp_path, FILE))
    found = match_offers(offers, (), FACTS[:0], SHARES[:0], CELLS[:0], OF[:0], tiers=("A", "B"))
    assert offers_block(found).sentences[0] == "0 of 0 customers (0.0%) have an offer."
    assert len(pd.read_csv(write_offers(found, tmp_path))) == 0


def test_a_notice_proposes_no_single_customer(tmp_path: Path) -> None:
    cells = pd.DataFrame({"firm": ["Samsung"] * 9 + ["Acme"]}, dtype="str")
    offers = read_offers(written(tmp_path, one('{ column = "firm", values = ["Samsun"] }')))
    (said,) = match_offers(
        offers, ("a", "b"), FACTS[:0].reindex([0, 1]), None, cells, np.repeat([0, 1], [9, 1])
    ).notices
    assert "Samsung" not in said


def test_names_and_texts_of_any_kind_are_inert_in_the_sheet_and_on_the_page(tmp_path: Path) -> None:
    text = one('{ column = "note", missing = false }', "<b>방문</b>", 1).replace(
        "priority", 'text = "=HYPERLINK(1)\\n+2"\npriority'
    )
    found = matched(tmp_path, text)
    table = pd.read_csv(write_offers(found, tmp_path))
    assert table.loc[0, ["offer", "text"]].tolist() == ["<b>방문</b>", "'=HYPERLINK(1) +2"]
    shown = page("offers", [], [offers_block(found)], [])
    assert "&lt;b&gt;방문&lt;/b&gt;" in shown
    assert "<b>방문" not in shown


def test_priority_comes_before_conditions_and_these_before_the_order(tmp_path: Path) -> None:
    every = '{ column = "length", from = 0 }'
    text = one(every, "first") + one(every, "second") + one(f"{every}, {every}", "exact") + one(every, "high", 1)
    found = matched(tmp_path, text)
    assert found.best.tolist() == [3, 3, 3]
    assert match_offers(found.offers[:3], NAMES, FACTS, SHARES, CELLS, OF).best.tolist() == [2, 2, 2]
    assert match_offers(found.offers[:2], NAMES, FACTS, SHARES, CELLS, OF).best.tolist() == [0, 0, 0]


def test_coverage_and_conflicts_are_counted(tmp_path: Path) -> None:
    text = (
        one('{ column = "length", from = 50 }', "long")  # Bolt and the lead
        + one('{ tier = ["B", "C"] }', "tiers")  # likewise
        + one('{ tier = ["A"] }', "top", 1)  # Acme
        + one('{ column = "product", missing = false }, { tier = ["A"] }', "low", -1)  # Acme, who has a better one
        + one('{ column = "length", from = 900 }', "nobody")
    )
    found = matched(tmp_path, text)
    assert (found.covered, found.conflicts, found.collisions()) == (3, 2, [(0, 1, 2)])
    assert found.overshadowed() == {1: 0, 3: 2}
    block = offers_block(found)
    assert list(block.sentences) == [
        "3 of 3 customers (100.0%) have an offer.",
        "For 2 customers several offers of the same priority match: they get the one of the most conditions, and of "
        "equals the first in the file. Other priorities decide otherwise.",
        "'tiers' is never the best: where it matches, another is, most often 'long'.",
        "'low' is never the best: where it matches, another is, most often 'top'.",
        "'nobody' matches nobody.",
    ]
    assert block.tables[0].rows[3] == ["low", "product is not missing and tier A", "-1", "1", "0"]
    assert block.tables[1].rows == [["long", "tiers", "2"]]
    assert not any(name in str(block) for name in NAMES)


def test_a_value_that_nobody_has_is_a_notice_that_proposes_no_rare_one(tmp_path: Path) -> None:
    cells = pd.DataFrame({"product": ["signage"] * 5 + ["monitor"] * 4}, dtype="str")
    facts = pd.DataFrame(index=range(9))
    text = one('{ column = "product", values = ["sinage", "signage"] }') + one(
        '{ column = "product", values = ["monitors"] }', "y"
    )
    offers = read_offers(written(tmp_path, text))
    found = match_offers(offers, tuple("abcdefghi"), facts, None, cells, np.arange(9))
    path = tmp_path / "offers.toml"
    assert found.notices == (
        f"Offer 'x' ({path}, line 4) asks for 'sinage' of product, which nobody has. Did you mean 'signage'?",
        f"Offer 'y' ({path}, line 8) asks for 'monitors' of product, which nobody has.",
    )
    assert found.covered == 5
    assert set(found.notices) <= set(offers_block(found).sentences)


def test_classes_that_were_not_found_are_a_notice(tmp_path: Path) -> None:
    found = match_offers(
        read_offers(written(tmp_path, one('{ class = ["2"] }'))), NAMES, FACTS[["tier"]], SHARES, CELLS, OF
    )
    assert (found.covered, len(found.notices)) == (0, 1)


def test_a_tier_that_nobody_is_in_is_no_slip(tmp_path: Path) -> None:
    offers = read_offers(written(tmp_path, one('{ tier = ["D"] }')))
    assert match_offers(offers, NAMES, FACTS, SHARES, CELLS, OF, tiers=("A", "B", "C", "D")).covered == 0


SLIPS: dict[str, tuple[str, str]] = {
    one('{ column = "prodct", missing = true }'): (
        ", line 4: offer 'x' asks for the column 'prodct', which there is not. Did you mean 'product'? "
        "Known: length, note, product."
    ),
    FILE + one('{ tier = ["D"] }'): ", line 17: offer 'x' asks for the tier 'D', which there is not. Known: A, B, C.",
    one('{ index = "morning", from = 3 }'): (
        ", line 4: offer 'x' asks for the index 'morning', which there is not. Did you mean 'morning lover'? "
        "Known: conversion, morning lover."
    ),
    one('{ column = "note", from = 3 }'): (
        ", line 4: offer 'x' asks for numbers of the column 'note', in which no cell is "
        "one. Ask for 'values', or leave the condition out."
    ),
    FILE + one('{ colum = "note", from = 3 }'): (
        ", line 17: unknown key 'colum' in [offer.when]. Did you mean 'column'? Known: below, class, column, from, "
        "index, missing, tier, values."
    ),
    one('{ column = "note" }'): (
        ", line 4: a condition on the column 'note' has exactly one of 'values', 'missing' and a stretch of numbers by "
        "'from', 'below' or both."
    ),
    one('{ column = "note", values = ["a"], from = 3 }'): (
        ", line 4: a condition on the column 'note' has exactly one of 'values', 'missing' and a stretch of numbers by "
        "'from', 'below' or both."
    ),
    one("{ from = 3 }"): ", line 4: a condition has exactly one of 'column', 'index', 'tier' and 'class'.",
    one('{ tier = ["A"], class = ["1"] }'): (
        ", line 4: a condition has exactly one of 'column', 'index', 'tier' and 'class'."
    ),
    one('{ tier = ["A"], values = ["1"] }'): ", line 4: 'values' and 'missing' are of a 'column'.",
    one('{ tier = ["A"], from = 1 }'): ", line 4: 'from' and 'below' are of a 'column' or an 'index'.",
    one('{ index = "conversion" }'): (", line 4: a condition on the index 'conversion' needs 'from', 'below' or both."),
    one('{ index = "conversion", from = 101 }'): (
        ", line 4: the index 'conversion' lies between 0 and 100, where this condition never holds."
    ),
    one('{ index = "conversion", below = 0 }'): (
        ", line 4: the index 'conversion' lies between 0 and 100, where this condition never holds."
    ),
    one('{ column = "length", from = 9, below = 9 }'): ", line 4: no number is from 9 to below 9.",
    one("{ class = [2] }"): ", line 4: 'class' in [offer.when] is 2, but should be a text in quotes.",
    one('"tier == A"'): ", line 4: 'when' in [offer] is 'tier == A', but should be a table of keys and values.",
    FILE + one("", "visit"): ": 2 offers are named 'visit'. Give each a name of its own.",
    FILE + '[[offer]]\nname = "y"\n': ", line 14: the key 'when' is missing in [offer].",
    FILE + one("", priority=2).replace("= 2", "= 1.5"): (
        ", line 16: 'priority' in [offer] is 1.5, but should be a whole number."
    ),
    "": ": the section [offer] is missing.",
    "offer = []": ", line 1: 'offer' is [], but should be a list that is not empty.",
    "[[offer]": ": not valid TOML: ",
}


@pytest.mark.parametrize(("text", "said"), SLIPS.items(), ids=[said[:60] for said in SLIPS.values()])
def test_a_slip_is_one_sentence(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ExperimentError, match=re.escape(f"{tmp_path / 'offers.toml'}{said}")) as slip:
        matched(tmp_path, text)
    assert "\n" not in str(slip.value) or said.startswith(": not valid")


def test_a_file_that_is_missing_says_who_named_it(tmp_path: Path) -> None:
    with pytest.raises(ExperimentError, match=r"no\.toml: no such file of offers\. See 'offers' in \[customers\]\."):
        read_offers(tmp_path / "no.toml")


def test_what_is_written_is_inert_and_has_its_columns(tmp_path: Path) -> None:
    cells = CELLS.assign(product=["=1+1", "signage", "x", "y\nz"])
    text = one('{ column = "product", missing = false }', "+offer") + one('{ tier = ["B"] }', "other", -1)
    offers = read_offers(written(tmp_path, text))
    path = write_offers(match_offers(offers, ("@Acme", "Bolt", "7"), FACTS, SHARES, cells, OF), tmp_path)
    table = pd.read_csv(path, dtype="str").fillna("")
    assert list(table) == list(OFFERED)
    assert table.iloc[0].tolist() == ["'@Acme", "'+offer", "", "product is not missing", ""]
    assert table.iloc[2].tolist() == ["7", "'+offer", "", "product is not missing", "other"]


def test_the_example_fits_the_demo_leads() -> None:
    from bench.data.demo import make_demo

    offers = read_offers(Path("experiments/indices/offers.toml"))
    cells = make_demo(2000, 7).submission.astype("str")
    rows = len(cells)
    facts = pd.DataFrame({"tier": np.where(np.arange(rows) % 5, "B", "A"), "index": np.linspace(0, 100, rows)})
    found = match_offers(offers, tuple(map(str, range(rows))), facts, None, cells, np.arange(rows))
    assert found.notices == ()
    assert found.covered == rows
    assert found.matches.any(axis=0).all()


def test_the_example_of_a_log_fits_its_columns_and_indices() -> None:
    offers = read_offers(Path("experiments/indices/washing-offers.toml"))
    columns = ("household", "machine", "started", "programme", "temperature", "load_kg", "kwh")
    check_offers(offers, columns, ("morning lover", "hygiene sensitive", "drum filler", "night tariff"), ())
    assert offers[3].words() == "drum filler at least 60% and machine is W7"


def test_those_who_only_get_what_is_for_everybody_are_counted(tmp_path: Path) -> None:
    block = offers_block(matched(tmp_path, one('{ tier = ["A"] }', "a") + one("", "b")))
    assert block.sentences[0] == "3 of 3 customers (100.0%) have an offer. 2 of them have one that is for everybody."


def test_a_long_cell_is_shortened_in_a_reason(tmp_path: Path) -> None:
    cells = CELLS.assign(length="7" + "0" * 99)
    assert matched(tmp_path, one('{ column = "length", from = 1 }')).reasons[0] == "length is 49.9"
    offers = read_offers(tmp_path / "offers.toml")
    assert match_offers(offers, NAMES, FACTS, SHARES, cells, OF).reasons[0] == f"length is 7{'0' * 58}…"


def test_fifty_thousand_customers_and_fifty_offers_take_seconds() -> None:
    rng = np.random.default_rng(0)
    rows = 50_000
    cells = pd.DataFrame(
        {"kind": rng.choice(["a", "b", "c", "d"], rows), "size": rng.integers(0, 99, rows).astype(str)}, dtype="str"
    )
    facts = pd.DataFrame({"tier": rng.choice(["A", "B"], rows), "index": rng.random(rows) * 100})
    text = "".join(
        one(f'{{ column = "kind", values = ["{"abcd"[i % 4]}"] }}, {{ column = "size", from = {i} }}', str(i), i % 3)
        for i in range(50)
    )
    path = Path("unused")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "read_text", lambda *_, **__: text)
        offers = read_offers(path)
    begun = time.perf_counter()
    found = match_offers(offers, tuple(map(str, range(rows))), facts, None, cells, np.arange(rows))
    offers_block(found)
    assert time.perf_counter() - begun < 10
    assert found.covered > 0
