"""Tables that are worked with: whole without the script, and with it nothing runs but that script."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from hashlib import sha256

import pytest

from bench.page.block import Block, LiveRow, LiveTable, Plot
from bench.page.page import page
from tests.page.made import HOSTILE, NASTY, Elements, hostile, trials

KEPT = re.compile(r'<script type="application/json">(.*?)</script>', re.DOTALL)


def shown(*tables: LiveTable) -> str:
    return page("leads", ["the answer"], [Block(f"part {at}", live=table) for at, table in enumerate(tables)])


def policy(html: str) -> str:
    (found,) = [meta["content"] for meta in Elements(html).named("meta") if meta.get("http-equiv")]
    return str(found)


def test_the_policy_lets_the_one_script_run_and_no_other() -> None:
    html = shown(trials(3), trials(2))
    (script,) = re.findall(r"<script>(.*?)</script>", html, flags=re.DOTALL)
    mark = b64encode(sha256(script.encode()).digest()).decode()
    assert policy(html) == f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{mark}'"
    assert html.index("http-equiv") < html.index("<script>")
    assert not re.search(r"https?:|//\w+\.\w|\beval\b|innerHTML|\bfetch\b|\bimport\b", script)


def test_a_page_without_a_live_table_has_no_script() -> None:
    html = page("leads", [], [Block("one"), Block("two")])
    assert "<script" not in html
    assert "script-src" not in policy(html)


def test_without_a_script_the_whole_table_is_there_to_read() -> None:
    table = trials(40)
    text = Elements(shown(table)).text
    assert all(cell in text for row in table.rows for cell in row.cells)
    assert text.count("tied with the best") == 3
    assert "hidden" not in [name for _, attributes in Elements(shown(table)).found for name in attributes]


def test_a_row_is_named_by_its_column_wherever_that_stands() -> None:
    rows = [LiveRow(["1", "first"]), LiveRow(["2", "second"], marked=True)]
    html = shown(LiveTable("Two.", ("rank", "trial"), rows, frozenset(["rank"]), "trial", mark="tied"))
    assert '<td class="number">1</td><th scope="row">first</th>' in html
    assert '<td class="number">2</td><th scope="row">second <span class="mark">tied</span></th>' in html
    assert [head["scope"] for head in Elements(html).named("th")] == ["col", "col", "row", "row"]


def test_what_rows_are_filtered_by_and_opened_for_is_read_back_as_it_was() -> None:
    table = hostile()
    (text,) = KEPT.findall(shown(table))
    kept = json.loads(text)
    words = kept["words"]
    assert kept["facets"] == list(table.facets)
    for row, facets, details in zip(table.rows, kept["facets_of"], kept["details_of"], strict=True):
        assert [words[at] for at in facets] == [row.facets[name] for name in table.facets]
        assert [words[at] for at in details] == [word for pair in row.details for word in pair]
    assert len(words) == len(set(words))


@pytest.mark.parametrize("word", HOSTILE, ids=range(len(HOSTILE)))
def test_a_word_of_a_live_table_is_text_wherever_it_stands(word: str) -> None:
    def tags(said: str) -> set[str]:
        return {tag for tag, _ in Elements(shown(hostile([said, "other"]))).found}

    assert tags(word) <= tags(NASTY) == {*tags("plain"), "div"}
    html = shown(hostile([word, "other"]))
    assert html.count("<script") == 2 == html.count("</script>")
    assert "<!--" not in html
    assert Elements(html).text.count(word) >= 4  # caption, head, two cells
    assert Elements(shown(hostile(["other", word]))).text.count(word) >= 5  # head, two cells, the mark of both rows


def test_a_word_of_unreasonable_length_scrolls_in_a_box_that_keys_reach() -> None:
    html = shown(hostile([NASTY, "b" * 50]))
    boxes = [box for box in Elements(html).named("div") if box.get("class") == "long"]
    assert {box.get("tabindex") for box in boxes} == {"0", None}  # 50 letters without a space only wrap
    assert "one_hot/<wbr>" in shown(hostile(["one_hot/" * 6, "other"]))
    assert not [box for box in Elements(shown(trials(5))).named("div") if box.get("class") == "long"]


def test_no_rows_and_no_facets_are_a_table_too() -> None:
    html = shown(LiveTable("None.", ("trial", "F1"), [], frozenset(["F1"]), "trial"))
    assert json.loads(KEPT.findall(html)[0]) == {"facets": [], "facets_of": [], "details_of": [], "words": []}
    assert len(Elements(html).named("table")) == 1


def test_the_headings_of_a_page_are_one_and_one_a_part() -> None:
    elements = Elements(shown(trials(3), trials(2)))
    headings = [tag for tag, _ in elements.found if re.fullmatch("h[1-6]", tag)]
    assert headings == ["h1", "h2", "h2"]
    ids = [one["id"] for _, one in elements.found if "id" in one]
    assert len(ids) == len(set(ids))
    assert {one["aria-labelledby"] for one in elements.named("section")} <= set(ids)


def test_a_page_of_two_thousand_trials_and_a_dozen_plots_is_below_three_megabytes() -> None:
    plots = [Plot(f'<svg width="400pt"><!--{"x" * 50_000}--></svg>', "A plot.")] * 12
    table = trials(2_000, columns=14)
    assert sum(len(word) for pair in table.rows[0].details for word in pair) > 300
    assert len(page("leads", [], [Block("trials", plots=plots, live=table)]).encode()) < 3_000_000
