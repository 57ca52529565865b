"""Every page, opened in a browser: accessible, readable on a phone and on paper, and quiet."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.conftest import LAPTOP, PHONE, Opened

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

AXE = Path(__file__).parents[2] / ".venv" / "axe" / "node_modules" / "axe-core" / "axe.min.js"

PAPER = {"width": 718, "height": 1_000}  # A4 within margins of a centimetre, in CSS pixels


@pytest.mark.parametrize(("scheme", "size"), [("light", LAPTOP), ("dark", LAPTOP), ("light", PHONE)])
def test_no_serious_fault_of_accessibility_is_found(
    html_file: Path, opened: Opened, scheme: str, size: dict[str, int]
) -> None:
    if not AXE.exists():
        pytest.skip("axe-core is not there: `make test-browser` fetches it where npm is installed")
    page = opened(html_file, color_scheme=scheme, viewport=size, bypass_csp=True)
    for row in page.locator("button.open").all()[:3]:
        row.click()
    page.add_script_tag(path=AXE)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    serious = [
        (one["id"], one["help"], [node["html"][:200] for node in one["nodes"][:3]])
        for one in found
        if one["impact"] in ("serious", "critical")
    ]
    assert serious == []


def test_a_page_opens_and_asks_for_nothing(html_file: Path, opened: Opened) -> None:
    page = opened(html_file)
    assert page.locator("h1").count() == 1
    assert page.locator("h2").count() == page.locator("main > section").count()
    assert page.evaluate("performance.getEntriesByType('resource').length") == 0


@pytest.mark.parametrize("size", [PHONE, {"width": 900, "height": 700}, {"width": 1_600, "height": 900}])
def test_a_page_is_never_wider_than_the_screen(html_file: Path, opened: Opened, size: dict[str, int]) -> None:
    page = opened(html_file, viewport=size)
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]


def test_paper_is_light_without_controls_and_with_whole_tables(html_file: Path, opened: Opened) -> None:
    page = opened(html_file, viewport=PAPER, color_scheme="dark")
    for row in page.locator("button.open").all()[:3]:
        row.click()
    page.emulate_media(media="print")
    assert page.locator("button:not(.sort), input, select, nav, .skip").filter(visible=True).count() == 0
    colours = "(style => [style.backgroundColor, style.color])(getComputedStyle(document.body))"
    assert page.evaluate(colours) == ["rgb(255, 255, 255)", "rgb(0, 0, 0)"]
    too_wide = "[...document.querySelectorAll('.wide, figure')].filter(part => part.scrollWidth > part.clientWidth + 1)"
    assert page.evaluate(f"{too_wide}.length") == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= PAPER["width"]


@pytest.mark.parametrize("system", ["light", "dark"])
def test_the_theme_is_the_systems_until_another_is_chosen(html_file: Path, opened: Opened, system: str) -> None:
    page = opened(html_file, color_scheme=system)

    def ground() -> str:
        colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
        return {"rgb(255, 255, 255)": "light", "rgb(20, 23, 27)": "dark"}[colour]

    assert ground() == system
    page.locator("#theme-system").focus()
    seen = []
    for _ in range(3):
        page.keyboard.press("ArrowRight")
        seen.append(ground())
    assert seen == ["light", "dark", system]


def test_a_browser_that_knows_no_pairs_of_colours_shows_a_light_page(
    made_file: Path, tmp_path: Path, opened: Opened
) -> None:
    old = tmp_path / "old.html"
    old.write_text(made_file.read_text("utf-8").replace("light-dark(", "not-known-then("), "utf-8")
    page = opened(old, color_scheme="dark")
    style = page.evaluate("(style => [style.backgroundColor, style.color])(getComputedStyle(document.body))")
    assert style == ["rgb(255, 255, 255)", "rgb(26, 30, 35)"]
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "light"
    assert not page.locator(".theme").is_visible()


def test_without_scripts_a_page_is_whole_and_has_no_controls(html_file: Path, opened: Opened) -> None:
    page = opened(html_file, java_script_enabled=False)
    assert page.locator("button, select, input:not([name=theme])").count() == 0
    rows = page.locator("tbody tr")
    assert rows.filter(visible=True).count() == rows.count() > 0
    assert page.locator("main > section").filter(visible=True).count() == page.locator("main > section").count()


def korean_fonts() -> set[str]:
    """Ask fontconfig for the families that have Korean letters."""
    if shutil.which("fc-list") is None:
        return set()
    listed = subprocess.run(["fc-list", ":lang=ko", "family"], capture_output=True, text=True, check=True).stdout
    return {name.strip() for line in listed.splitlines() for name in line.split(",")}


@pytest.mark.parametrize("name", ["made", "report", "explore"])
def test_korean_letters_of_plots_lie_within_the_page_and_come_from_a_korean_font(
    name: str, made_file: Path, run_pages: dict[str, Path], browser: Browser
) -> None:
    if not (korean := korean_fonts()):
        pytest.skip("no Korean font is installed, as far as fontconfig knows")
    page = browser.new_page()  # not `opened`: the browser's tools load the page once more to tell its fonts
    page.goto({"made": made_file, **run_pages}[name].as_uri())
    labels = page.locator("figure text").filter(has_text=re.compile("[가-힣]{2}"))
    assert labels.count() > 0
    for at, label in enumerate(labels.all()):
        section, box = label.locator("xpath=ancestor::*[name()='section']").bounding_box(), label.bounding_box()
        assert section is not None
        assert box is not None
        assert section["x"] <= box["x"]
        assert box["x"] + box["width"] <= section["x"] + section["width"]
        label.evaluate("(element, at) => element.id = `korean-${at}`", at)
        letters = sum(one["glyphCount"] for one in fonts_of(page, f"#korean-{at}") if one["familyName"] in korean)
        assert letters >= len(re.findall("[가-힣]", label.text_content() or ""))
    page.close()


def fonts_of(page: Page, selector: str) -> list[dict[str, Any]]:
    """Return the fonts that an element is drawn with, as the browser's own tools tell."""
    session = page.context.new_cdp_session(page)
    session.send("DOM.enable")
    session.send("CSS.enable")
    root = session.send("DOM.getDocument")["root"]["nodeId"]
    node = session.send("DOM.querySelector", {"nodeId": root, "selector": selector})["nodeId"]
    return session.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]
