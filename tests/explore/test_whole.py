"""The whole look: what to act upon first, no single lead on any of it, and no table that breaks it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from bench.explore import whole
from bench.explore.look import Look, Seen
from bench.explore.whole import explore
from bench.page.block import Block
from tests.explore.tables import Columns, halves, looked, outcomes

NASTY = "<script>alert(1)</script> \"quoted\" & '전환' 🙂 "


def part(name: str, *act: str, **sheets: pd.DataFrame) -> whole.Part:
    def made(look: Look) -> Seen:
        return Seen(Block(name), act, sheets)

    made.__name__ = name
    return made


def test_the_page_opens_with_what_to_act_upon_the_gravest_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = (
        part("places", "third"),
        part("overview", "second", "told below"),
        part("sides", "first"),
        part("gaps"),
    )
    monkeypatch.setattr(whole, "PARTS", parts)
    explored = explore(looked(tmp_path, {"size": halves(40), "won": outcomes(40)}), tmp_path / "explore")
    assert explored.act == ("first", "second", "third")
    page = explored.path.read_text(encoding="utf-8")
    assert page.index("first</p>") < page.index("second</p>") < page.index("third</p>") < page.index("<nav")
    assert page.index("<nav") < page.index("told below</p>")
    assert page.count("second</p>") == 1


def test_the_page_opens_with_eight_sentences_at_most(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whole, "PARTS", tuple(part(f"part {at}", f"act {at}") for at in range(12)))
    explored = explore(looked(tmp_path, {"size": halves(40), "won": outcomes(40)}), tmp_path / "explore")
    assert explored.act == tuple(f"act {at}" for at in range(8))
    assert "act 11</p>" in explored.path.read_text(encoding="utf-8")  # in its part


def test_where_few_parts_call_for_something_their_second_sentences_follow(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whole, "PARTS", (part("rates", "a", "b", "c", "d"), part("sides", "first")))
    explored = explore(looked(tmp_path, {"size": halves(40), "won": outcomes(40)}), tmp_path / "explore")
    assert explored.act == ("first", "a", "b")


def test_a_sheet_without_rows_is_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whole, "PARTS", (part("rates", rates=pd.DataFrame()),))
    explored = explore(looked(tmp_path, {"size": halves(40), "won": outcomes(40)}), tmp_path / "explore")
    assert [path.name for path in explored.path.parent.iterdir()] == ["explore.html"]


def test_who_is_left_out_is_said_once_at_the_top(tmp_path: Path) -> None:
    columns = {
        "firm": ["big"] * 60 + [f"firm {row}" for row in range(240)],
        "source": ["web", "fair", "mail"] * 100,
        "message": ["please send a price list", "just looking around"] * 150,
        "size": halves(300),
        "won": ["yes"] * 60 + outcomes(240),
    }
    look = looked(tmp_path, columns, groups="firm", drop=("firm",), texts=("message",))
    page = explore(look, tmp_path / "explore").path.read_text(encoding="utf-8")
    assert page.count("left out of every rate below") == 1
    assert page.count("Leads of one company count together") == 1
    assert page.index("left out of every rate below") < page.index("<nav")


def test_a_table_that_calls_for_nothing_is_said_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whole, "PARTS", (part("overview"),))
    explored = explore(looked(tmp_path, {"size": halves(40), "won": outcomes(40)}), tmp_path / "explore")
    assert explored.act == ()
    assert "Nothing in this table calls for" in explored.path.read_text(encoding="utf-8")


def test_a_part_that_cannot_be_made_is_named_without_its_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(look: Look) -> Seen:
        raise ValueError("the cell 'secret'")

    monkeypatch.setattr(whole, "PARTS", (broken, part("rates", "still told")))
    explored = explore(looked(tmp_path, {"size": halves(40), "won": outcomes(40)}), tmp_path / "explore")
    assert explored.act == ("still told",)
    assert explored.failed == ("The part 'broken' could not be made of this table (ValueError).",)
    page = explored.path.read_text(encoding="utf-8")
    assert "ValueError" in page
    assert "secret" not in page


def test_sheets_lie_beside_the_page_and_hold_no_formula(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        whole, "PARTS", (part("rates", rates=pd.DataFrame({"level": ["=1+1", "web"], "leads": [5, 6]})),)
    )
    explored = explore(looked(tmp_path, {"size": halves(40), "won": outcomes(40)}), tmp_path / "explore")
    assert (explored.path.parent / "rates.csv").read_text(encoding="utf-8") == "level,leads\n'=1+1,5\nweb,6\n"
    assert "rates.csv" in explored.path.read_text(encoding="utf-8")


def test_sheets_of_an_earlier_look_are_gone_and_what_is_not_ours_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    look, folder = looked(tmp_path, {"size": halves(40), "won": outcomes(40)}), tmp_path / "explore"
    sheet = pd.DataFrame({"leads": [5]})
    monkeypatch.setattr(whole, "PARTS", (part("rates", rates=sheet), part("terms", terms=sheet)))
    explore(look, folder)
    (folder / "mine.csv").write_text("kept", encoding="utf-8")
    monkeypatch.setattr(whole, "PARTS", (part("rates", rates=sheet),))
    explore(look, folder)
    assert {path.name for path in folder.iterdir()} == {"explore.html", "mine.csv", "rates.csv"}


def test_the_top_says_what_converting_means_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whole, "PARTS", (part("rates", "to act upon"),))
    target = "<b>" + "long " * 100
    columns = {"size": halves(40), target: ["ok", "complaint & more"] * 20}
    look = looked(tmp_path, columns, target=target, positive="complaint & more")
    page = explore(look, tmp_path / "explore").path.read_text(encoding="utf-8")
    assert page.count("A lead converts here if &lt;b&gt;long long") == 1
    assert "… is complaint &amp; more.</p>" in page
    assert page.index("to act upon</p>") < page.index("A lead converts here") < page.index("<h2")


def test_the_audit_is_led_into_with_what_it_counts(tmp_path: Path) -> None:
    won = outcomes(200)
    columns = {"size": halves(200), "state": ["signed" if one == "yes" else "open" for one in won], "won": won}
    look = looked(tmp_path, columns)
    assert any(finding.weight == "leak" for finding in look.findings)
    page = explore(look, tmp_path / "explore", "`bench audit mine.toml`").path.read_text(encoding="utf-8")
    assert "may keep a score from coming true: see <code>bench audit mine.toml</code>." in page


def test_no_value_or_word_of_a_single_lead_is_on_the_page_or_in_a_sheet(tmp_path: Path) -> None:
    rows = 600
    columns: dict[str, list[Any]] = {
        "country": ["India", "Brazil", "Korea"] * 200,
        "source": ["web", "fair", "mail", "Web"] * 150,
        "firm": [f"firm {row // 6}" for row in range(rows)],
        "size": [10.5 + row % 50 for row in range(rows)],
        "day": [f"2024-{1 + row % 9:02}-{1 + row % 27:02}" for row in range(rows)],
        "message": ["please send a price list for our new office today"] * rows,
        "won": outcomes(rows),
    }
    planted = {
        "country": "Zubrowka",
        "source": "xylograph",
        "firm": "Quixotix",
        "size": 98765432.5,
        "day": "1987-06-05",
        "message": "please send a zymurgical price list for our new office",
    }
    asked = {name: [*cells[:60]] for name, cells in columns.items() if name != "won"}
    for name, value in planted.items():
        columns[name][100] = value
        asked[name][10] = value
    look = looked(tmp_path, columns, asked, texts=("message",), groups="firm", time="day", missing=("Zubrowka!",))
    explored = explore(look, tmp_path / "explore")
    assert explored.failed == ()
    files = {path.name: path.read_text(encoding="utf-8") for path in explored.path.parent.iterdir()}
    assert {"explore.html", "columns.csv", "quality.csv"} <= set(files)
    stems = {name.removesuffix(".csv") for name in files if name != "explore.html"}
    assert stems <= set(whole.SHEETS)  # else a later look would leave them
    for name, written in files.items():
        for word in ("zubrowka", "xylograph", "quixotix", "98765432", "98,765,432", "9.877e+07", "1987", "zymurgical"):
            assert word not in written.lower(), (word, name)


ODD: dict[str, tuple[Columns, dict[str, Any]]] = {
    "few leads": ({"size": halves(8), "won": outcomes(8)}, {}),
    "a column of gaps": ({"size": halves(40), "empty": [None] * 40, "won": outcomes(40)}, {}),
    "one category alone": ({"kind": ["a", "b"] * 20, "won": outcomes(40)}, {}),
    "one value or a gap": ({"kind": ["a", None] * 20, "size": halves(40), "won": outcomes(40)}, {}),
    "odd names and values": (
        {NASTY: [NASTY, "x" * 10_000, "y", "z"] * 10, "k" * 10_000: halves(40), "won": outcomes(40, 3)},
        {"groups": NASTY},
    ),
    "long texts": (
        {"message": ["b " * 5_000, "안녕하세요 " * 200, "z", None] * 10, "won": outcomes(40)},
        {"texts": ("message",)},
    ),
    "no day known": ({"day": [None] * 39 + ["2024-01-01"], "size": halves(40), "won": outcomes(40)}, {"time": "day"}),
    "one day": (
        {"day": ["2024-01-01"] * 39 + ["2024-01-02"], "size": halves(40), "won": outcomes(40)},
        {"time": "day"},
    ),
    "nothing but gaps in features": ({"a": ["x", *[None] * 39], "b": [None] * 40, "won": outcomes(40)}, {}),
    "numbers forced": ({"a": ["1", "2", "x", "3"] * 10, "won": outcomes(40)}, {"kinds": {"a": "number"}}),
}


@pytest.mark.parametrize("odd", list(ODD))
def test_an_odd_table_breaks_no_part(tmp_path: Path, odd: str) -> None:
    columns, roles = ODD[odd]
    explored = explore(looked(tmp_path, columns, **roles), tmp_path / "explore")
    assert explored.failed == ()
    page = explored.path.read_text(encoding="utf-8")
    assert "<script>alert" not in page
    assert "x" * 1_000 not in page
