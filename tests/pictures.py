"""The pictures of the documentation, taken of the pages of the demo run; `make pictures` takes them anew."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import which
from typing import Literal

from playwright.sync_api import Browser, Page, sync_playwright

PLACE = Path(__file__).parents[1] / "docs" / "pictures"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@dataclass(frozen=True)
class Picture:
    """A part of a page as it is seen.

    Attributes
    ----------
    page : below the folder of a run
    heading : of the section that is shown; empty for the top of the page
    height : in CSS pixels
    filtered : a list above its table and what is chosen there
    """

    name: str
    page: str
    heading: str = ""
    height: int = 720
    scheme: Literal["light", "dark"] = "light"
    filtered: tuple[str, str] | None = None


PICTURES = (
    Picture("report", "report.html", height=900),
    Picture("leaderboard", "report.html", "Leaderboard", height=1050, filtered=("model", "lightgbm")),
    Picture("choices", "report.html", "What each choice is worth", height=980, scheme="dark"),
    Picture("explore", "explore/explore.html", height=900),
    Picture("association", "explore/explore.html", "What goes with what", height=1250, scheme="dark"),
)


def take(run: Path) -> None:
    """Write every picture of the pages of a run, as PNG."""
    PLACE.mkdir(parents=True, exist_ok=True)
    with browser() as chromium:
        for picture in PICTURES:
            path = PLACE / f"{picture.name}.png"
            with opened(chromium, run, picture) as page:
                page.screenshot(path=path)
            print(path)


@contextmanager
def browser() -> Iterator[Browser]:
    """Open the system's Chromium."""
    found = next(filter(None, map(which, BROWSERS)), None)
    if found is None:
        sys.exit(f"none of {', '.join(BROWSERS)} is installed; on Debian: apt-get install chromium.")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found)
        yield chromium
        chromium.close()


@contextmanager
def opened(chromium: Browser, run: Path, picture: Picture) -> Iterator[Page]:
    """Open a page at the section that a picture shows."""
    page = chromium.new_page(viewport={"width": 1100, "height": picture.height}, color_scheme=picture.scheme)
    page.goto((run / picture.page).resolve().as_uri())
    if picture.filtered:
        name, value = picture.filtered
        choices = page.get_by_role("combobox", name=name).first
        texts = choices.locator("option").all_text_contents()
        choices.select_option(label=next(text for text in texts if text.startswith(f"{value} (")))
    if picture.heading:
        heading = page.get_by_role("heading", level=2, name=picture.heading, exact=True)
        heading.evaluate("element => element.scrollIntoView({block: 'start'})")
    yield page
    page.close()


if __name__ == "__main__":
    take(Path(sys.argv[1] if len(sys.argv) > 1 else "results/leads"))
