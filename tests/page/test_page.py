"""Pages: text is text, nothing is loaded, and what people use to read them works."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from bench.page.block import Block, PageTable, Plot
from bench.page.page import page
from bench.page.plots import axes, drawn

NASTY = "<script>alert(1)</script> & \"quotes\" 'more' 전환 🙂 </svg> {{ 7 * 7 }} " + "x" * 10_000


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


class Elements(HTMLParser):
    """The elements of a page, their attributes and all that is shown as text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]


def test_a_word_of_the_table_is_shown_as_text_wherever_it_stands() -> None:
    elements = Elements(with_word(NASTY))
    plain = {tag for tag, _ in Elements(with_word("plain")).found}
    assert {tag for tag, _ in elements.found} == plain
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
    schemes = re.findall(r":root \{([^}]*--ground[^}]*--link[^}]*)\}", with_word("plain"))[:2]
    assert len(schemes) == 2
    for scheme in schemes:
        colours = dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", scheme))
        for word in ("text", "quiet", "link"):
            assert contrast(colours[word], colours["ground"]) >= 4.5
