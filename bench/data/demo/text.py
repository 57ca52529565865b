"""The messages of made-up leads, put together from phrases; how much and how seriously they write is the signal."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bench.data.demo import phrases, words
from bench.data.demo.leads import Leads
from bench.data.demo.owners import Flags, Ints
from bench.data.demo.world import Companies

Texts = NDArray[np.object_]

MISSING = 0.509
MOST_SENTENCES = 9
SILENCE_NOISE = 0.4
SPAN = 16  # phrases of one language and tone; shorter lists are repeated


def draw_messages(companies: Companies, leads: Leads, rng: np.random.Generator) -> Texts:
    """Return the message of each lead, None where there is none; who has little to say leaves none more often."""
    habit = companies.length + rng.normal(0, SILENCE_NOISE, companies.code.size)
    silent = habit[leads.company] < np.quantile(habit[leads.company], MISSING)
    rows = np.flatnonzero(~silent)
    text = np.full(silent.size, None, dtype=object)
    text[rows] = _write(companies, leads, rows, rng)
    return text


def _write(companies: Companies, leads: Leads, rows: Ints, rng: np.random.Generator) -> Texts:
    company, length, serious = leads.company[rows], leads.length[rows], leads.seriousness[rows]
    language = _language(companies, company, rng)
    sentences = (1.5 * np.exp(0.7 * length) + rng.normal(0, 0.3, rows.size)).round().clip(0, MOST_SENTENCES)

    text = _pick(phrases.GREETINGS, rng, rows.size)
    text += _about(companies, company, language, length, rng)
    mean = 1 / (1 + np.exp(-2.2 * serious))
    table = _sentences()
    for place in range(MOST_SENTENCES):
        written = sentences > place
        # The tone wavers around the company's own, so that one sentence alone says little.
        tone = np.clip(np.floor(3 * mean + rng.normal(0, 0.4, rows.size)), 0, 2)
        text += np.where(written, table[language, tone.astype(np.int64), rng.integers(SPAN, size=rows.size)], "")
        text += np.where(written & (sentences > place + 1), _pick((" ", " ", " ", "\n"), rng, rows.size), "")
    urgency = np.array([phrases.URGENCY[name] for name in phrases.LANGUAGES], dtype=object)
    hurry = (1.5 + 0.8 * serious + rng.normal(0, 0.7, rows.size)).astype(np.int64).clip(0, 2)
    text += np.where((sentences > 2) & (rng.random(rows.size) < 0.4), " " + urgency[language, hurry], "")
    text += np.where(sentences > 0, _pick(phrases.CLOSINGS, rng, rows.size), "")
    junk = (length < 0) & (rng.random(rows.size) < 0.35)
    return np.where(junk, _pick(phrases.JUNK, rng, rows.size), np.array([t.strip() or "?" for t in text], dtype=object))


def _language(companies: Companies, company: Ints, rng: np.random.Generator) -> Ints:
    """Return English for most, the subsidiary's language for some; the same for all leads of a company."""
    local = np.array([phrases.LANGUAGES.index(s[4]) for s in words.SUBSIDIARIES])[companies.subsidiary]
    return np.where(rng.random(companies.code.size) < 0.35, local, 0)[company]


def _about(
    companies: Companies, company: Ints, language: Ints, length: NDArray[np.float64], rng: np.random.Generator
) -> Texts:
    """Return what it is about: the product, the place and a quantity, each in some messages."""
    frames = np.array([phrases.FRAMES[name] for name in phrases.LANGUAGES], dtype=object)[language]
    products = np.full((len(words.UNITS), max(map(len, words.PRODUCTS.values()))), "", dtype=object)
    for place, unit in enumerate(words.UNITS):
        products[place, : len(words.PRODUCTS[unit])] = [p[0] for p in words.PRODUCTS[unit]]
    product = products[companies.unit[company], companies.product[company]]
    place_of = np.array(words.AREA_NOUNS, dtype=object)[companies.area[company]]
    amounts = np.array(
        [str(n) for n in (1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 24, 25, 30, 40, 50, 60, 80, 100, 250)], dtype=object
    )
    amount = amounts[(8 + 3 * length + rng.normal(0, 4, company.size)).astype(np.int64).clip(0, amounts.size - 1)]
    inches = " " + _pick(words.SCREEN_SIZES, rng, company.size) + " inch"
    sized = (companies.unit[company] == words.UNITS.index("ID")) & (rng.random(company.size) < 0.3)

    def some(enough: float, text: Texts) -> Texts:
        return np.where(length + rng.normal(0, 0.3, company.size) > enough, text, "")

    text = some(0.2, frames[:, 0] + product + np.where(sized, inches, "") + ". ")
    text += some(0.6, frames[:, 1] + place_of + ". ")
    text += some(1.0, frames[:, 2] + amount + frames[:, 3] + " ")
    return text


def _sentences() -> Texts:
    """Return the phrases as an array of shape (languages, tones, SPAN)."""
    table = np.empty((len(phrases.LANGUAGES), 3, SPAN), dtype=object)
    for place, language in enumerate(phrases.LANGUAGES):
        for tone, known in enumerate(phrases.SENTENCES[language]):
            table[place, tone] = [known[i % len(known)] for i in range(SPAN)]
    return table


def _pick(choices: tuple[str, ...], rng: np.random.Generator, n: int) -> Texts:
    return np.array(choices, dtype=object)[rng.integers(len(choices), size=n)]


def is_given(text: Texts) -> Flags:
    """Return where there is a text: None is a gap."""
    return np.array([t is not None for t in text], dtype=bool)
