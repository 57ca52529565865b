"""A live table in a browser: sorted, filtered, searched and opened, by mouse and by keyboard."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bench.page.block import Block, LiveRow, LiveTable
from bench.page.page import page
from tests.browser.conftest import Opened
from tests.page.made import HOSTILE, MODELS, trials

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = pytest.mark.browser

INSTANT_MS = 200
SLACK = 2  # for a machine that does other work too


def column(live: Locator, number: int) -> list[str]:
    return live.locator("tbody tr:not(.details)").locator(f"> :nth-child({number})").all_text_contents()


def count(live: Locator) -> str:
    return live.get_by_role("status").text_content() or ""


def reached(page: Page, control: Locator, key: str = "Tab") -> Locator:
    """Press a key until a control has the focus, and is seen to have it."""
    for _ in range(300):
        page.keyboard.press(key)
        if control.evaluate("element => element === document.activeElement"):
            assert control.evaluate("element => getComputedStyle(element).outlineStyle") == "solid"
            return control
    raise AssertionError(f"the keyboard does not reach {control}")


def given(tmp_path: Path, *tables: LiveTable) -> Path:
    path = tmp_path / "given.html"
    path.write_text(page("given", [], [Block(f"part {at}", live=one) for at, one in enumerate(tables)]), "utf-8")
    return path


def test_by_keyboard_alone_a_trial_is_found_sorted_and_opened(made_file: Path, opened: Opened) -> None:
    page = opened(made_file)
    live = page.locator("#live-1")
    assert count(live) == "25 of 63 shown"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"  # the link that skips to it

    reached(page, live.get_by_label("model"))
    page.keyboard.type("light")
    assert count(live) == "21 of 63 shown"
    assert set(column(live, 2)) == {"lightgbm"}

    f1 = live.get_by_role("columnheader", name="F1")
    reached(page, f1.get_by_role("button"))
    page.keyboard.press("Enter")
    scores = [float(cell) for cell in column(live, 3)]
    assert scores == sorted(scores, reverse=True)
    assert f1.get_attribute("aria-sort") == "descending"
    page.keyboard.press("Space")
    assert [float(cell) for cell in column(live, 3)] == sorted(scores)
    assert f1.get_attribute("aria-sort") == "ascending"

    reached(page, live.get_by_label("search"), "Shift+Tab")
    page.keyboard.type("전시회 T00")
    assert 0 < len(column(live, 1)) < 21

    row = reached(page, live.locator("button.open").first)
    assert row.get_attribute("aria-expanded") == "false"
    page.keyboard.press("Space")
    assert row.get_attribute("aria-expanded") == "true"
    details = page.locator(f"#{row.get_attribute('aria-controls')}")
    assert details.locator("dt").all_text_contents() == ["scaling", "F1 by fold", "fingerprint", "리드 출처", "why"]
    assert details.locator("dd").nth(3).text_content() == "전시회"
    page.keyboard.press("Enter")
    assert details.count() == 0

    reached(page, live.get_by_role("button", name="reset"), "Shift+Tab")
    page.keyboard.press("Enter")
    assert count(live) == "25 of 63 shown"
    assert column(live, 3) == [row.cells[2] for row in trials(63).rows[:25]]
    assert live.locator("[aria-sort]").count() == 0


def test_numbers_sort_as_numbers_words_as_words_and_gaps_come_last(tmp_path: Path, opened: Opened) -> None:
    cells = [("b10", "1,200"), ("b9", ""), ("", "3"), ("A", "−4"), ("가", "0.5 (0.4 to 0.6)"), ("나", "12 %")]
    rows = [LiveRow(pair) for pair in cells]
    table = LiveTable("Six.", ("name", "n"), rows, frozenset(["n"]), "name")
    live = opened(given(tmp_path, table)).locator("#live-1")

    def orders(number: int) -> list[list[str]]:
        button = live.get_by_role("columnheader").nth(number - 1).get_by_role("button")
        return [column(live, number) for _ in range(2) if button.click() is None]

    assert orders(2) == [
        ["1,200", "12 %", "3", "0.5 (0.4 to 0.6)", "−4", ""],
        ["−4", "0.5 (0.4 to 0.6)", "3", "12 %", "1,200", ""],
    ]
    assert orders(1) == [["A", "b9", "b10", "가", "나", ""], ["나", "가", "b10", "b9", "A", ""]]
    assert live.locator("button.open").count() == 0  # nothing to open


def test_a_rank_sorts_from_its_best_first_and_other_numbers_from_the_highest(tmp_path: Path, opened: Opened) -> None:
    cells = [("1", "0.7", "3", "2"), ("2", "0.6", "", "2"), ("2", "0.5", "5", "2"), ("10", "0.4", "4", "2")]
    columns = ("rank", "F1", "seconds", "folds")
    table = LiveTable("Four.", columns, [LiveRow(row) for row in cells], frozenset(columns), "rank")
    live = opened(given(tmp_path, table)).locator("#live-1")
    for at, (name, first) in enumerate(zip(columns, ("ascending", *["descending"] * 3), strict=True)):
        head = live.get_by_role("columnheader").nth(at)
        seen = [head.get_attribute("aria-sort") for _ in range(2) if head.get_by_role("button").click() is None]
        assert seen == [first, "descending" if first == "ascending" else "ascending"], name


def test_a_filter_counts_what_the_others_leave(made_file: Path, opened: Opened) -> None:
    live = opened(made_file).locator("#live-1")

    def options(label: str) -> list[str]:
        return live.get_by_label(label).locator("option").all_text_contents()

    assert options("model") == ["all (63)", *(f"{name} (21)" for name in MODELS)]
    assert options("source") == ["all (63)", "web (32)", "전시회 (31)"]
    live.get_by_label("source").select_option(label="전시회 (31)")
    assert options("model") == ["all (31)", "catboost (10)", "lightgbm (11)", "logistic (10)"]
    assert options("source") == ["all (63)", "web (32)", "전시회 (31)"]
    assert count(live) == "25 of 31 that match shown, of 63 in all"
    live.get_by_label("search").fill("no such trial")
    assert count(live) == "none of 63 matches"


def test_a_search_looks_for_all_words_whatever_their_case_and_form(made_file: Path, opened: Opened) -> None:
    live = opened(made_file).locator("#live-1")
    search = live.get_by_label("search")
    for words in ("LightGBM 전시회", "전시회  lightgbm ", "전시회 lightgbm"):
        search.fill(words)
        assert count(live) == "11 of 63 shown"
    search.fill("tied")
    assert column(live, 1) == [f"t000{place} tied with the best" for place in range(3)]


def test_all_rows_are_shown_when_asked_for(made_file: Path, opened: Opened) -> None:
    live = opened(made_file).locator("#live-1")
    live.get_by_role("button", name="show all 63").click()
    assert len(column(live, 1)) == 63
    assert count(live) == "63 of 63 shown"
    live.get_by_role("button", name="show the first 25").click()
    assert len(column(live, 1)) == 25


def test_an_opened_row_keeps_its_details_below_it_when_sorted(made_file: Path, opened: Opened) -> None:
    live = opened(made_file).locator("#live-1")
    live.get_by_role("rowheader", name="t0002").click()
    live.get_by_role("columnheader", name="trial").get_by_role("button").click(click_count=2)
    live.get_by_role("button", name="show all 63").click()
    following = live.get_by_role("rowheader", name="t0002").locator("xpath=../following-sibling::tr[1]")
    assert following.get_attribute("class") == "details"


def test_tables_of_a_page_are_worked_with_each_for_itself(tmp_path: Path, opened: Opened) -> None:
    page = opened(given(tmp_path, trials(30), trials(40)))
    first, second = page.locator("#live-1"), page.locator("#live-2")
    first.get_by_label("search").fill("lightgbm")
    second.get_by_role("columnheader", name="F1").get_by_role("button").click()
    assert (count(first), count(second)) == ("10 of 30 shown", "25 of 40 shown")
    assert first.locator("[aria-sort]").count() == 0


def test_hostile_words_are_text_in_cells_filters_and_details(made_file: Path, opened: Opened) -> None:
    page = opened(made_file)
    live = page.locator("#live-3")
    elements = page.evaluate("document.querySelectorAll('img, script:not([type])').length")
    for row in live.locator("button.open").all():
        row.click()
    assert live.locator("dd").all_text_contents() == [*HOSTILE]
    assert live.locator("dt").all_text_contents() == [*HOSTILE]
    values = live.locator("select").first.locator("option").all_text_contents()
    assert len(values) == 2
    assert max(map(len, values)) < 80
    assert page.evaluate("document.querySelectorAll('img, script:not([type])').length") == elements == 1
    row = live.locator("tbody tr:not(.details)").first.bounding_box()
    assert row is not None
    assert row["height"] < 250
    long = live.locator("tbody th .long").first
    long.focus()
    assert long.evaluate("element => element === document.activeElement && element.textContent.length") > 10_000


def test_a_chosen_theme_is_remembered(made_file: Path, opened: Opened) -> None:
    page = opened(made_file, color_scheme="light")
    page.locator("#theme-light").focus()
    page.keyboard.press("ArrowRight")
    page.reload()
    assert page.locator("#theme-dark").is_checked()
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"


def test_a_page_that_may_remember_nothing_works_all_the_same(made_file: Path, opened: Opened) -> None:
    page = opened(made_file)
    page.context.add_init_script("Object.defineProperty(window, 'localStorage', {get() { throw new Error('denied') }})")
    page.reload()
    page.locator("#theme-light").focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"
    assert count(page.locator("#live-1")) == "25 of 63 shown"


def test_without_scripts_the_whole_table_is_shown(made_file: Path, opened: Opened) -> None:
    page = opened(made_file, java_script_enabled=False)
    assert page.locator("#live-1 tbody tr").filter(visible=True).count() == 63
    assert page.locator("#live-1 button").count() == 0


def test_two_thousand_rows_are_sorted_filtered_and_opened_at_once(tmp_path: Path, opened: Opened) -> None:
    page = opened(given(tmp_path, trials(2_000, columns=14)))
    took = """click => new Promise(done => {
        const began = performance.now();
        eval(click);
        requestAnimationFrame(() => setTimeout(() => done(performance.now() - began)));
    })"""
    sort, open_row = "document.querySelectorAll('.sort')[2].click()", "document.querySelectorAll('.open')[3].click()"

    def best(click: str) -> float:
        return min(page.evaluate(took, click) for _ in range(5))

    spent = {"sorted": best(sort), "opened": best(open_row)}
    page.locator(".more").click()
    page.locator("tbody tr:not(.details)").nth(1_999).wait_for(state="attached")  # the last come in steps
    spent |= {"opened among all": best(open_row), "sorted among all": best(sort)}
    assert {what: round(ms) for what, ms in spent.items() if ms > SLACK * INSTANT_MS} == {}, spent
