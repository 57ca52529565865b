"""Pages: text is text, nothing is loaded, and what people use to read them works."""

from __future__ import annotations

import re

import pytest

from bench.page.block import Block, PageTable, Plot
from bench.page.page import page
from bench.page.plots import axes, drawn
from tests.page.made import NASTY, Elements


def plotted(label: str) -> Plot:
    figure, plain = axes()
    plain.plot([0, 1], [0, 1])
    plain.set_xlabel(label)
    return Plot(drawn(figure), label)


def with_word(word: str) -> str:
    table = PageTable(word, (word, "leads"), [(word, "12")], frozenset({"leads"}))
    return page(
        word, [word], [Block(word, [word], [table], [plotted(word)]), Block("two", plots=[plotted("x")])], [word]
    )


def test_a_word_of_the_table_is_shown_as_text_wherever_it_stands() -> None:
    elements = Elements(with_word(NASTY))
    plain = {tag for tag, _ in Elements(with_word("plain")).found}
    assert {tag for tag, _ in elements.found} - {"wbr"} == plain  # a place to break a long word
    assert "script" not in plain
    # title, h1, opening, link, heading, sentence, caption of plot, label of plot, caption of table, two cells, closing
    assert elements.text.count(NASTY) == 12


def test_a_page_loads_nothing_and_runs_nothing() -> None:
    html = with_word("plain")
    elements = Elements(html)
    (policy,) = [meta["content"] for meta in elements.named("meta") if meta.get("http-equiv")]
    assert policy == "default-src 'none'; style-src 'unsafe-inline'"
    links = [attributes.get("href") for _, attributes in elements.found if attributes.get("href")]
    assert all(str(link).startswith("#") for link in links)
    assert not [attributes for _, attributes in elements.found if "src" in attributes]
    assert "@import" not in html
    assert "url(http" not in html


def test_every_id_stands_once_and_every_reference_is_met() -> None:
    html = with_word("plain")
    ids = [str(attributes["id"]) for _, attributes in Elements(html).found if "id" in attributes]
    assert len(ids) == len(set(ids)) > 20
    assert set(re.findall(r'url\(#([^)]+)\)|href="#([^"]+)"', html)) != set()
    for groups in re.findall(r'url\(#([^)]+)\)|href="#([^"]+)"', html):
        assert "".join(groups) in ids


def test_a_table_says_what_its_heads_are_of_and_a_plot_has_a_name() -> None:
    elements = Elements(with_word("plain"))
    assert [head["scope"] for head in elements.named("th")] == ["col", "col", "row"]
    assert [svg["role"] for svg in elements.named("svg")] == ["img", "img"]
    assert [svg["aria-label"] for svg in elements.named("svg")] == ["plain", "x"]
    assert len(elements.named("h1")) == 1
    (html,) = elements.named("html")
    assert html["lang"] == "en"


@pytest.mark.parametrize("label", ["plain", "전환율 $5 to $6"])
def test_a_plot_is_the_same_bytes_again_and_its_letters_stay_letters(label: str) -> None:
    assert plotted(label) == plotted(label)
    assert label in plotted(label).svg


@pytest.mark.parametrize("label", ['id="x" href="#y"', "url(#z) #000000", "</style> <style>"])
def test_a_label_that_looks_like_markup_is_shown_as_it_is(label: str) -> None:
    html = page("title", [], [Block("one", plots=[plotted(label)])])
    assert Elements(html).text.count(label) == 2  # under the axis, and below the plot


def test_a_plot_brings_no_style_for_the_rest_of_the_page() -> None:
    assert "<style" not in plotted("plain").svg
    assert len(Elements(with_word("plain")).named("style")) == 1


def test_a_page_of_one_part_needs_no_contents() -> None:
    one, two = Block("one"), Block("two")
    assert not Elements(page("title", [], [one])).named("nav")
    assert len(Elements(page("title", [], [one, two])).named("nav")) == 1


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours (WCAG 2.2, relative luminance)."""

    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return sum(share * part for share, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_text_stands_out_on_light_and_on_dark_ground() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    pairs = re.findall(r"--(\w+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)", with_word("plain"))
    for colours in ({name: light for name, light, _ in pairs}, {name: dark for name, _, dark in pairs}):
        for word in ("text", "quiet", "link", "mark"):
            assert min(contrast(colours[word], colours[ground]) for ground in ("ground", "raised")) >= 4.5
        assert contrast(colours["edge"], colours["ground"]) >= 3  # what bounds a control (WCAG 2.2, 1.4.11)


def test_a_browser_that_knows_no_pairs_of_colours_gets_the_light_ones() -> None:
    html = with_word("plain")
    alone = re.findall(r"--(\w+): (#[0-9a-f]{6});", html)
    pairs = re.findall(r"--(\w+): light-dark\((#[0-9a-f]{6}), #[0-9a-f]{6}\);", html)
    assert alone == pairs != []
    assert html.index("--ground: #") < html.index("@supports (color: light-dark(") < html.index("--ground: light-dark")


def test_a_drawing_leaves_room_for_letters_that_its_own_font_lacks() -> None:
    figure, plain = axes(4, 2)
    plain.barh(["한국어로쓴범주의이름", "b"], [1, 2])
    (end,) = re.findall(r'font-size: 10px; text-anchor: end" x="([\d.]+)"[^>]*>한국', drawn(figure))
    assert float(end) > 100  # ten letters as wide as high
    assert "font-family" not in drawn(figure)  # the page's fonts, with Korean ones among them


def test_a_grid_lies_below_what_is_drawn() -> None:
    figure, plain = axes(4, 2)
    plain.bar([0], [1], color="#123456")
    svg = drawn(figure)
    assert 0 < svg.rindex("stroke-opacity: 0.25") < svg.index("#123456")


def test_a_caption_is_no_wider_than_its_plot() -> None:
    figure, plain = axes(4, 2)
    plain.plot([0, 1], [0, 1])
    html = page("title", [], [Block("one", plots=[Plot(drawn(figure), "rising")])])
    assert [one["style"] for one in Elements(html).named("figure")] == ["width: 288pt"]


def test_a_wide_plot_scrolls_on_a_phone_and_is_reached_by_keys() -> None:
    def boxes(width: int) -> list[dict[str, str | None]]:
        plot = Plot(f'<svg width="{width}pt"></svg>', "A plot.")
        return [
            box for box in Elements(page("title", [], [Block("one", plots=[plot])])).named("div") if "tabindex" in box
        ]

    assert boxes(300) == []
    assert boxes(500) == [{"class": "broad", "tabindex": "0"}]


def test_a_column_of_long_names_has_room_and_one_of_short_ones_needs_none() -> None:
    def shown(name: str) -> list[dict[str, str | None]]:
        return Elements(page("title", [], [Block("one", tables=[PageTable("Names.", ("name",), [(name,)])])])).named(
            "table"
        )

    assert shown("a" * 20) == [{}]
    assert shown("a" * 21) == [{"class": "named"}]


def test_what_is_typed_into_a_terminal_is_set_apart_in_a_sentence() -> None:
    html = page("title", ["See `bench audit 'a<b>.toml'`: `bench` and `more` are not typed.", NASTY], [Block("one")])
    assert "See <code>bench audit &#39;a&lt;b&gt;.toml&#39;</code>: `bench` and `more` are not typed." in html
    assert len(Elements(html).named("code")) == 1


def test_no_line_ends_between_a_number_and_its_percent_sign() -> None:
    html = page("title", ["Of 10 % (95 % interval)."], [Block("part", tables=[PageTable("At 5 %.", ("a",), [])])])
    assert "Of 10\u00a0% (95\u00a0% interval)." in html
    assert "<caption>At 5\u00a0%.</caption>" in html


def test_commands_stand_a_line_each_as_they_are_typed() -> None:
    commands = ["bench run 'leads.toml' && echo \"done\"", "make test"]
    html = page("title", [], [Block("again", commands=commands)])
    assert "\n".join(commands) in Elements(html).text
    assert len(Elements(html).named("pre")) == 1


def test_every_page_can_be_turned_dark_without_a_script_and_skipped_into() -> None:
    elements = Elements(with_word("plain"))
    themes = [one for one in elements.named("input") if one["type"] == "radio"]
    assert [one["value"] for one in themes] == ["system", "light", "dark"]
    assert ["checked" in one for one in themes] == [True, False, False]
    first = elements.named("a")[0]
    (main,) = elements.named("main")
    assert first["href"] == f"#{main['id']}"


def test_half_a_surrogate_pair_does_not_keep_a_page_from_being_written() -> None:
    assert "a?b" in page("title", ["a\udc80b"], [])
