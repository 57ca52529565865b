"""The mess of a made-up table: spellings that drift, fields misused, notes written after the outcome."""

from __future__ import annotations

import numpy as np

from bench.data.demo import words
from bench.data.demo.columns import Column, places_of
from bench.data.demo.leads import Leads
from bench.data.demo.owners import Flags
from bench.data.demo.text import Texts, is_given
from bench.data.demo.world import Companies

LONGEST_CATEGORY = 100  # the form cut longer lists


def add_mess(columns: dict[str, Column], companies: Companies, leads: Leads, rng: np.random.Generator) -> None:
    """Change ``columns`` in place; labels, codes and derived columns stay as they are."""
    country = _locations(companies, leads, rng)
    columns["customer_country"] = country
    columns["customer_country.1"] = country
    for name, change in (
        ("customer_type", _types),
        ("inquiry_type", _inquiries),
        ("expected_timeline", _timelines),
        ("product_category", _categories),
        ("customer_job", _jobs),
        ("customer_position", _positions),
    ):
        column = columns[name].astype(object)
        change(column, leads, rng)
        columns[name] = column


def _locations(companies: Companies, leads: Leads, rng: np.random.Generator) -> Texts:
    """Return "/City/Country" in earlier leads and "street / City / Country" in later ones, with blanks and slips."""
    n, company = leads.company.size, leads.company
    country, city = (place[company] for place in places_of(companies))
    _vary(country, rng, rng.random(n) < 0.06, words.COUNTRY_SPELLINGS)
    number = np.array([f"{i} " for i in range(1, 2_000)], dtype=object)[rng.integers(1_999, size=n)]
    street = number + np.array(words.STREETS, dtype=object)[rng.integers(len(words.STREETS), size=n)]
    city[rng.random(n) < 0.27] = ""
    _put(city, rng, rng.random(n) < 0.03, tuple(str(10_000 + 137 * i) for i in range(600)))
    _put(country, rng, ~leads.later & (rng.random(n) < 0.004), tuple(f"lead{i}@example.com" for i in range(300)))
    blank = rng.random(n) < 0.026
    city[blank] = country[blank] = ""
    spaced = leads.later | (rng.random(n) < np.clip((leads.day - 450) / 500, 0.02, 0.9))
    street[~spaced | blank | (rng.random(n) < 0.45)] = ""
    text: Texts = np.where(spaced, street + " / " + city + " / " + country, "/" + city + "/" + country)
    text[~leads.later & (rng.random(n) < 0.0166)] = None
    return text


def _types(column: Texts, leads: Leads, rng: np.random.Generator) -> None:
    n = column.size
    old = ~leads.later & (rng.random(n) < np.where(leads.day < 720, 0.8, 0.25))
    _vary(column, rng, old, {"End Customer": "End-Customer", "Home Owner": "Homeowner"})
    spellings = {"Specifier/ Influencer": "Specifier / Influencer", "Distributor": "Dealer/Distributor",
                 "Other": "Etc.", "Software/Solution Provider": "Software / Solution Provider",
                 "End-Customer": "End-user"}  # fmt: skip
    _vary(column, rng, ~leads.later & (rng.random(n) < 0.015), spellings)


def _inquiries(column: Texts, leads: Leads, rng: np.random.Generator) -> None:
    """The casing of the commonest value changes and one value is retired: most old rows have none of the later ones."""
    n = column.size
    old = ~leads.later & (rng.random(n) < np.where(leads.day < 560, 0.92, 0.2))
    lower = {name: name.capitalize() for name in ("Quotation or Purchase Consultation",
                                                  "Usage or Technical Consultation", "Sales")}  # fmt: skip
    lower["Usage or Technical Consultation"] = "Usage or technical consultation"
    lower["Sales"] = "sales"
    lower["Other"] = "other"
    _vary(column, rng, old, lower)
    _vary(column, rng, leads.later, {"Sales Inquiry": "Quotation or Purchase Consultation", "Other": "Others"})
    snake = {"Quotation or purchase consultation": "quotation_or_purchase_consultation", "other": "other_",
             "Usage or technical consultation": "usage_or_technical_consultation", "Other": "ETC."}  # fmt: skip
    _vary(column, rng, ~leads.later & (rng.random(n) < 0.01), snake)
    _put(column, rng, ~leads.later & (rng.random(n) < 0.001), words.ODD_INQUIRIES)


def _timelines(column: Texts, leads: Leads, rng: np.random.Generator) -> None:
    """Some earlier leads that failed carry a note of the call instead: it was written after the outcome."""
    n = column.size
    _put(column, rng, ~leads.later & (rng.random(n) < 0.012), words.ODD_TIMELINES)
    notes = tuple(start + end for start in words.NOTE_OPENINGS for end in words.NOTE_ENDINGS)
    noted = ~leads.later & (rng.random(n) < np.where(leads.converted, 0.006, 0.031))
    _put(column, rng, noted, notes)


def _categories(column: Texts, leads: Leads, rng: np.random.Generator) -> None:
    n = column.size
    several = is_given(column) & (rng.random(n) < 0.03)
    for chance in (1.0, 0.5, 0.4, 0.4, 0.4):
        rows = np.flatnonzero(several & (rng.random(n) < chance))
        others = column[is_given(column) & ~several]
        if rows.size and others.size:
            column[rows] = column[rows] + "," + others[rng.integers(others.size, size=rows.size)]
    column[several] = [text[:LONGEST_CATEGORY] for text in column[several]]
    _put(column, rng, rng.random(n) < 0.02, words.PRODUCT_SPELLINGS)


def _jobs(column: Texts, leads: Leads, rng: np.random.Generator) -> None:
    _put(column, rng, rng.random(column.size) < 0.06, words.ODD_JOBS)
    rows = np.flatnonzero(is_given(column) & (rng.random(column.size) < 0.012))
    column[rows] = [text[: 3 + at % 7] for at, text in zip(rows.tolist(), column[rows], strict=True)]
    _vary(column, rng, leads.later, {"other": "others"})


def _positions(column: Texts, leads: Leads, rng: np.random.Generator) -> None:
    given = column != "none"
    _put(column, rng, given & ~leads.later & (rng.random(column.size) < 0.02), words.ODD_POSITIONS)
    _vary(column, rng, leads.later, {"other": "others"})


def _vary(column: Texts, rng: np.random.Generator, where: Flags, spellings: dict[str, str]) -> None:
    """Write another spelling over the values that have one, where asked."""
    for name, spelling in spellings.items():
        column[where & (column == name)] = spelling


def _put(column: Texts, rng: np.random.Generator, where: Flags, choices: tuple[str, ...]) -> None:
    """Write one of ``choices`` over the values that are there, where asked."""
    rows = np.flatnonzero(where & is_given(column))
    column[rows] = np.array(choices, dtype=object)[rng.integers(len(choices), size=rows.size)]
