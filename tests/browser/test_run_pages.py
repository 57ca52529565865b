"""The pages of a run, its leads out to break them: worked with, and nothing of a lead is more than text."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import PHONE, Opened
from tests.browser.hostile import IMAGE, KIND, KOREAN, SCRIPT, WORDS
from tests.browser.test_live import column, count, reached
from tests.page.made import Elements

if TYPE_CHECKING:
    from playwright.sync_api import Locator

pytestmark = pytest.mark.browser

TRIALS = 17
OURS = {"a", "body", "br", "caption", "code", "defs", "div", "fieldset", "figcaption", "figure", "footer", "g", "h1"}
OURS |= {
    "h2",
    "head",
    "header",
    "html",
    "input",
    "label",
    "legend",
    "li",
    "main",
    "meta",
    "nav",
    "p",
    "path",
    "pattern",
    "pre",
}
OURS |= {"clippath", "rect", "script", "section", "span", "style", "svg", "table", "tbody", "td", "text", "th", "thead"}
OURS |= {"title", "tr", "tspan", "ul", "use", "wbr"}


def cells(live: Locator, heading: str) -> list[str]:
    heads = [words.strip() for words in live.get_by_role("columnheader").all_text_contents()]
    return column(live, heads.index(heading) + 1)


def test_a_report_is_worked_with_by_keyboard_alone(run_pages: dict[str, Path], opened: Opened) -> None:
    page = opened(run_pages["report"], color_scheme="light")
    live = page.locator(".live").first
    everything = cells(live, "configuration")
    assert count(live) == f"{TRIALS} of {TRIALS} shown"

    reached(page, page.locator("#theme-system"))
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(20, 23, 27)"
    page.reload()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(20, 23, 27)"

    reached(page, live.get_by_label("model"))
    page.keyboard.type("logistic")
    assert all("logistic" in name for name in cells(live, "configuration"))
    f1 = live.get_by_role("columnheader", name="F1", exact=True)
    reached(page, f1.get_by_role("button"))
    page.keyboard.press("Enter")
    scores = [float(cell) for cell in cells(live, "F1")]
    assert len(scores) > 3
    assert scores == sorted(scores, reverse=True)
    rank = live.get_by_role("columnheader", name="rank")
    reached(page, rank.get_by_role("button"), "Shift+Tab")
    page.keyboard.press("Enter")
    ranks = [int(cell) for cell in cells(live, "rank")]
    assert ranks == sorted(ranks)

    reached(page, live.get_by_label("search"), "Shift+Tab")
    page.keyboard.type("one_hot TFIDF as_is")
    assert [name.split()[0] for name in cells(live, "configuration")] == ["median/one_hot/tfidf/as_is/logistic"]
    row = reached(page, live.locator("button.open").first)
    page.keyboard.press("Enter")
    details = page.locator(f"#{row.get_attribute('aria-controls')}")
    assert "one_hot" in details.locator("dd").all_text_contents()
    reached(page, live.get_by_role("button", name="reset"), "Shift+Tab")
    page.keyboard.press("Space")
    assert cells(live, "configuration") == everything


def test_a_look_is_searched_for_a_korean_name_and_filtered_by_it(run_pages: dict[str, Path], opened: Opened) -> None:
    page = opened(run_pages["explore"])
    columns, levels = page.locator(".live").all()
    columns.get_by_label("search").fill("고객")
    assert cells(columns, "column") == [KIND]
    levels.locator("select").first.select_option(label=f"{KIND} ({len(KOREAN)})")
    assert {cell.split(" ●")[0].removesuffix(" surely above") for cell in cells(levels, "level")} == set(KOREAN)


def test_nothing_of_the_leads_becomes_an_element(run_page: Path) -> None:
    html = run_page.read_text("utf-8")
    elements = Elements(html)
    assert {tag for tag, _ in elements.found} <= OURS
    assert not [name for _, attributes in elements.found for name in attributes if name.startswith("on")]
    assert "could not be" not in html


def test_hostile_values_and_names_are_there_to_read(run_pages: dict[str, Path]) -> None:
    look = Elements(run_pages["explore"].read_text("utf-8")).text
    assert [word for word in [*KOREAN, KIND, SCRIPT, IMAGE] if word not in look] == []
    starts = [" ".join(word.strip("\u202e")[:30].split()) for word in WORDS]
    assert [start for start in starts if start not in " ".join(look.split())] == []
    report = Elements(run_pages["report"].read_text("utf-8")).text
    assert [word for word in (KIND, SCRIPT, IMAGE, WORDS[1]) if word not in report] == []


@pytest.mark.parametrize("width", [PHONE["width"], 1_400])
def test_no_value_makes_a_part_of_a_page_higher_than_a_screen(run_page: Path, opened: Opened, width: int) -> None:
    page = opened(run_page, viewport={"width": width, "height": 800})
    for row in page.locator("button.open").all():
        row.click()
    high = page.evaluate(
        """[...document.querySelectorAll("p, tr:not(.details), dd, figcaption, caption, .controls label, nav li")]
        .filter(part => part.getBoundingClientRect().height > 800).map(part => part.textContent.slice(0, 100))"""
    )
    assert high == []
