"""Tables to look at: words that would break a page that trusted them, and trials as a report has them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from html.parser import HTMLParser

from bench.page.block import LiveRow, LiveTable

NASTY = "<script>alert(1)</script> & \"quotes\" 'more' 전환 🙂 </svg> {{ 7 * 7 }} " + "x" * 10_000
HOSTILE = (
    NASTY,
    "</script><script>alert(2)</script>",
    "<!--<script>",
    '"><img src=x onerror=alert(3)>',
    "line\u2028break\u2029end",
    "\u202eright to left",
    "مرحبا بالعالم",
    "&lt;b&gt; \\u003c \\",
    "",
)
MODELS = ("catboost", "lightgbm", "logistic")
COLUMNS = ("trial", "model", "F1", "low", "high", "seconds")


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


def trials(count: int, columns: int = len(COLUMNS)) -> LiveTable:
    """Return a table of trials whose F1 are all different; every seventh has no time, the first three are tied."""
    draw = random.Random(7)
    scores = [f"{score / 100_000:.5f}" for score in draw.sample(range(30_000, 60_000), count)]
    names = [*COLUMNS, *(f"score {number}" for number in range(columns - len(COLUMNS)))]
    rows = []
    for place, score in enumerate(scores):
        model, source = MODELS[place % 3], ("web", "전시회")[place % 2]
        cells = [f"t{place:04}", model, score, "0.30", "0.60", "" if place % 7 == 0 else f"{1_000 + place * 13:,}"]
        cells += [f"{draw.random():.4f}" for _ in names[len(COLUMNS) :]]
        folds = ", ".join(f"{draw.random():.4f}" for _ in range(12))
        details = [("scaling", "standard"), ("F1 by fold", folds), ("fingerprint", f"{draw.getrandbits(512):0128x}")]
        details += [("리드 출처", source), ("why", "as the question asked for it, and nothing else was known of it")]
        rows.append(LiveRow(cells, {"model": model, "source": source}, details, marked=place < 3))
    caption = "Every trial, with 95 % intervals."
    return LiveTable(caption, names, rows, frozenset(names[2:]), "trial", ("model", "source"), "tied with the best")


def hostile(words: Sequence[str] = HOSTILE) -> LiveTable:
    """Return a table whose every word is one of those given, wherever words of a table can stand."""
    rows = [
        LiveRow([word, word, "1"], {word: word for word in words[:2]}, [(word, word)], marked=True) for word in words
    ]
    return LiveTable(words[0], [words[0], words[1], "n"], rows, frozenset(["n"]), words[0], words[:2], words[1])
