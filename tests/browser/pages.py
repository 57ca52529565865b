"""Made-up pages to open in a browser: a name, and what writes the page into a folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from bench.page.block import Block, PageTable, Plot
from bench.page.page import page
from bench.page.plots import FIRST, axes, drawn
from tests.page.made import HOSTILE, hostile, trials

LABELS: Final = ("제조업 한국 전환율이 높은 기업", "독일", "기타 국가의 고객")


def made(folder: Path) -> Path:
    """A page with all that pages are made of: 63 trials, hostile words, Korean labels."""
    words = PageTable(HOSTILE[0], HOSTILE[:3], [HOSTILE[:3], HOSTILE[3:6], HOSTILE[6:9]])
    blocks = [
        Block("Ranking", ["Three trials are tied."], live=trials(63)),
        Block("Rates", ["Korea converts most often."], [words], [korean_plot()]),
        Block(HOSTILE[0], HOSTILE, live=hostile(), commands=["make bench FILE=experiments/leads.toml", HOSTILE[0]]),
    ]
    return _written(folder / "made.html", page("leads", ["The answer, in a sentence.", HOSTILE[0]], blocks, HOSTILE))


def plain(folder: Path) -> Path:
    """A page without a live table, which has no script."""
    table = PageTable("Leads.", ("country", "leads"), [("독일", "12"), ("한국", "1,200")], frozenset({"leads"}))
    blocks = [Block("One", ["A sentence."], [table], [korean_plot()]), Block("Two", commands=["make test"])]
    return _written(folder / "plain.html", page("plain", ["The answer."], blocks, ["Made with care."]))


MADE_UP: Final[dict[str, Callable[[Path], Path]]] = {"made": made, "plain": plain}


def korean_plot() -> Plot:
    figure, plain = axes(4.6, 2.6)
    plain.barh(LABELS, [3, 2, 1], color=FIRST)
    plain.set_xlabel("전환율, %")
    return Plot(drawn(figure), "Rate by country.")


def _written(path: Path, html: str) -> Path:
    path.write_text(html, encoding="utf-8")
    return path
