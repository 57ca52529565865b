"""Every page, opened in a browser: accessible, readable on a phone and on paper, and quiet."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.conftest import Opened

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

AXE = Path(__file__).parents[2] / ".venv" / "axe" / "node_modules" / "axe-core" / "axe.min.js"
PHONE = {"width": 360, "height": 740}
PAPER = {"width": 718, "height": 1_000}  # A4 within margins of a centimetre, in CSS pixels


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_serious_fault_of_accessibility_is_found(html_file: Path, opened: Opened, scheme: str) -> None:
    if not AXE.exists():
        pytest.skip("axe-core is not there: `make test-browser` fetches it where npm is installed")
    page = opened(html_file, color_scheme=scheme, bypass_csp=True)
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


def korean_fonts() -> set[str]:
    """Ask fontconfig for the families that have Korean letters."""
    if shutil.which("fc-list") is None:
        return set()
    listed = subprocess.run(["fc-list", ":lang=ko", "family"], capture_output=True, text=True, check=True).stdout
    return {name.strip() for line in listed.splitlines() for name in line.split(",")}


def test_korean_letters_lie_within_their_drawing_and_come_from_a_korean_font(made_file: Path, browser: Browser) -> None:
    if not (korean := korean_fonts()):
        pytest.skip("no Korean font is installed, as far as fontconfig knows")
    page = browser.new_page()
    page.goto(made_file.as_uri())
    label = page.locator("figure text", has_text="제조업").first
    drawing, box = label.locator("xpath=ancestor::*[name()='svg']").bounding_box(), label.bounding_box()
    assert drawing is not None
    assert box is not None
    assert drawing["x"] <= box["x"]
    assert box["x"] + box["width"] <= drawing["x"] + drawing["width"]
    label.evaluate("element => element.id = 'korean'")
    fonts = fonts_of(page, "#korean")
    page.close()
    letters = sum(one["glyphCount"] for one in fonts if one["familyName"] in korean)
    assert letters >= len("제조업한국전환율이높은기업")


def fonts_of(page: Page, selector: str) -> list[dict[str, Any]]:
    """Return the fonts that an element is drawn with, as the browser's own tools tell."""
    session = page.context.new_cdp_session(page)
    session.send("DOM.enable")
    session.send("CSS.enable")
    root = session.send("DOM.getDocument")["root"]["nodeId"]
    node = session.send("DOM.querySelector", {"nodeId": root, "selector": selector})["nodeId"]
    return session.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]
