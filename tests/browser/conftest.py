"""A browser without a window, and pages opened in it that may neither complain nor ask for anything."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.browser.hostile import NAMES as RUN_PAGES
from tests.browser.hostile import write_pages
from tests.browser.pages import MADE_UP

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
LAPTOP: Final = {"width": 1280, "height": 900}
PHONE: Final = {"width": 360, "height": 740}

Opened = Callable[..., "Page"]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium or Chrome of this machine: none is downloaded."""
    driver = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: `make test-browser`")
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.skip(f"no browser found: none of {', '.join(NAMES)} on the path")
    with driver.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found)
        yield browser
        browser.close()


@pytest.fixture
def opened(browser: Browser) -> Iterator[Opened]:
    """Return what opens a file in a window of its own; at the end it has said no error and has loaded nothing else."""
    complaints: list[str] = []
    contexts = []

    def open_page(path: Path, **options: Any) -> Page:
        context = browser.new_context(**{"viewport": LAPTOP, "reduced_motion": "reduce"} | options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: (complaints.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        address = path.as_uri()
        page.on("request", lambda asked: complaints.append(asked.url) if asked.url != address else None)
        page.goto(address)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture(scope="session")
def run_pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The pages of one small but whole run on leads that are out to break them."""
    return write_pages(tmp_path_factory.mktemp("run"))


@pytest.fixture(scope="session", params=[*MADE_UP, *RUN_PAGES])
def html_file(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Each page of the project in turn."""
    if write := MADE_UP.get(request.param):
        return write(tmp_path_factory.mktemp(request.param))
    page: Path = request.getfixturevalue("run_pages")[request.param]
    return page


@pytest.fixture(scope="session", params=RUN_PAGES)
def run_page(request: pytest.FixtureRequest, run_pages: dict[str, Path]) -> Path:
    """Each page of the run in turn."""
    return run_pages[request.param]


@pytest.fixture(scope="session")
def made_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of made-up trials and hostile words."""
    return MADE_UP["made"](tmp_path_factory.mktemp("made"))
