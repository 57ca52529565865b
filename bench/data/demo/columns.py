"""The columns of a made-up table: what the forms ask, what is left open, and what is derived by rule."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from bench.data.demo import words
from bench.data.demo.leads import FIRST_DAY, Leads
from bench.data.demo.owners import Flags, Floats, Ints, Owners
from bench.data.demo.text import Texts
from bench.data.demo.world import Companies

Column = NDArray[np.generic] | Texts

# The features of the table in its order; lead_date and message follow, then the target.
FEATURES = (
    "bant_submit", "customer_country", "business_unit", "com_reg_ver_win_rate", "customer_idx", "customer_type",
    "enterprise", "historical_existing_cnt", "id_strategic_ver", "it_strategic_ver", "idit_strategic_ver",
    "customer_job", "lead_desc_length", "inquiry_type", "product_category", "product_subcategory",
    "product_modelname", "customer_country.1", "customer_position", "response_corporate", "expected_timeline",
    "ver_cus", "ver_pro", "ver_win_rate_x", "ver_win_ratio_per_bu", "business_area", "business_subarea", "lead_owner",
)  # fmt: skip
LENGTH_OF_NO_TEXT = 3  # of the word "nan": the table was once written so

# Share of the leads that fill a field of the form, before and later.
FILLED = {"position": (0.668, 0.63), "inquiry": (0.984, 0.755), "timeline": (0.48, 0.543), "budget": (0.41, 0.48)}
FILLED_TOGETHER = 0.85  # who fills one field fills the others


@dataclass(frozen=True)
class Shown:
    """Where each part of a form shows; the rest is missing."""

    area: Flags
    subarea: Flags
    kind: Flags
    job: Flags
    product: Flags
    model: Flags
    position: Flags
    inquiry: Flags
    timeline: Flags
    budget: Flags


def draw_columns(
    owners: Owners, companies: Companies, leads: Leads, message: Texts, rng: np.random.Generator
) -> dict[str, Column]:
    """Return the clean columns by name, FEATURES and then lead_date, message and is_converted.

    Texts are object arrays with None for a gap, numbers float64 with NaN.
    """
    company = leads.company
    shown = _shown(companies, leads, rng)
    units, areas = np.array(words.UNITS, dtype=object), np.array(words.AREAS, dtype=object)
    unit, area = companies.unit[company], companies.area[company]
    kinds = np.array([t[0] for t in words.TYPES], dtype=object)[companies.kind[company]]
    product = _products()[unit, companies.product[company]]
    subcategory, model = _models(companies, leads, rng)
    strategic = shown.area & np.isin(area, [0, 2])
    users = shown.area & np.isin(area, [0, 1, 2, 5]) & shown.kind & np.isin(kinds, words.TYPES_THAT_USE)
    displays = shown.area & np.isin(area, [0, 1, 2]) & shown.product & np.isin(product, words.DISPLAYS)
    region_rate, area_rate, unit_rate = _rates(companies, leads, shown.area)
    answers = np.vstack((shown.position, shown.inquiry, shown.timeline, shown.budget))
    country = np.full(company.size, None, dtype=object)  # written by the mess
    return {
        "bant_submit": answers.mean(axis=0),
        "customer_country": country,
        "business_unit": units[unit],
        "com_reg_ver_win_rate": region_rate,
        "customer_idx": leads.code,
        "customer_type": _given(shown.kind, kinds),
        "enterprise": np.where(companies.small[company], "SMB", "Enterprise").astype(object),
        "historical_existing_cnt": _history(companies, rng)[company],
        "id_strategic_ver": np.where(strategic & (unit == 0), 1.0, np.nan),
        "it_strategic_ver": np.where(strategic & (unit == 2), 1.0, np.nan),
        "idit_strategic_ver": np.where(strategic & np.isin(unit, [0, 2]), 1.0, np.nan),
        "customer_job": _given(shown.job, _names(words.JOBS, companies.job[company])),
        "lead_desc_length": np.array([len(t) if t else LENGTH_OF_NO_TEXT for t in message], dtype=np.int64),
        "inquiry_type": _given(shown.inquiry, _names(words.INQUIRIES, companies.inquiry[company])),
        "product_category": _given(shown.product, product),
        "product_subcategory": _given(shown.model, subcategory),
        "product_modelname": _given(shown.model, model),
        "customer_country.1": country,
        "customer_position": np.where(shown.position, _names(words.POSITIONS, companies.position[company]), "none"),
        "response_corporate": np.array([s[0] for s in words.SUBSIDIARIES], dtype=object)[companies.subsidiary[company]],
        "expected_timeline": _given(shown.timeline, _names(words.TIMELINES, companies.timeline[company])),
        "ver_cus": users.astype(np.int64),
        "ver_pro": displays.astype(np.int64),
        "ver_win_rate_x": area_rate,
        "ver_win_ratio_per_bu": unit_rate,
        "business_area": _given(shown.area, areas[area]),
        "business_subarea": _given(shown.subarea, _subareas(companies, rng)[company]),
        "lead_owner": _owner_codes(owners, leads),
        "lead_date": np.datetime_as_string(FIRST_DAY + leads.day).astype(object),
        "message": message,
        "is_converted": leads.converted,
    }  # fmt: skip


def _shown(companies: Companies, leads: Leads, rng: np.random.Generator) -> Shown:
    """Return what is filled in: forms differ by period and unit, and a few gaps go with the outcome."""
    n, later = leads.company.size, leads.later
    unit = companies.unit[leads.company]

    def filled(before: float | Floats, after: float | Floats) -> Flags:
        return np.asarray(rng.random(n) < np.where(later, after, before))

    together = rng.normal(size=n)

    def answered(field: str, nudge: float = 0.0) -> Flags:
        answer = FILLED_TOGETHER * together + np.sqrt(1 - FILLED_TOGETHER**2) * rng.normal(size=n)
        before, after = (NormalDist().inv_cdf(share) for share in FILLED[field])
        return np.asarray(answer + nudge * (leads.converted & ~later) < np.where(later, after, before))

    area = filled(np.array([0.39, 0.23, 0.35, 0.15, 0.5])[unit], np.array([0.53, 0.35, 0.52, 0.3, 0.5])[unit])
    recent = np.clip((leads.day - 300) / 400, 0.08, 1)
    product = filled(0.673, 0.6475)
    return Shown(
        area=area,
        subarea=area & filled(0.30, 0.77),
        kind=filled(0.46 * recent * (1 + 0.3 * leads.converted), 0.72),
        job=filled(0.684, 0.727),
        product=product,
        model=(unit == 0) & (product | (rng.random(n) < 0.15)) & filled(0.5, 0.42),
        position=answered("position"),
        inquiry=answered("inquiry", 0.25),
        timeline=answered("timeline"),
        budget=answered("budget"),
    )


def _given(where: Flags, values: Texts) -> Texts:
    """Return the values where they are given and None elsewhere."""
    column = np.full(values.size, None, dtype=object)
    column[where] = values[where]
    return column


def _names(table: tuple[tuple[str, float, float], ...], choice: Ints) -> Texts:
    return np.array([row[0] for row in table], dtype=object)[choice]


def _products() -> Texts:
    """Return the names of the products as an array of shape (units, most products of a unit)."""
    table = np.full((len(words.UNITS), max(map(len, words.PRODUCTS.values()))), "", dtype=object)
    for place, unit in enumerate(words.UNITS):
        table[place, : len(words.PRODUCTS[unit])] = [p[0] for p in words.PRODUCTS[unit]]
    return table


def _models(companies: Companies, leads: Leads, rng: np.random.Generator) -> tuple[Texts, Texts]:
    """Return series and model of each lead; a model is size, letters of the series and a version."""
    n = leads.company.size
    size = rng.integers(len(words.SCREEN_SIZES), size=n)
    place = companies.product[leads.company] + rng.integers(3, size=n)
    version = rng.integers(1, 6, size=n) + 4 * leads.later  # later leads ask for newer models
    letters = np.array(words.SERIES, dtype=object)[place % len(words.SERIES)]
    series = np.array(words.SERIES_NAMES, dtype=object)[place % len(words.SERIES_NAMES)] + " " + letters
    digits = np.array([str(v) for v in range(10)], dtype=object)[version]
    return series + digits, np.array(words.SCREEN_SIZES, dtype=object)[size] + letters + digits


def _rates(companies: Companies, leads: Leads, area_shown: Flags) -> tuple[Floats, Floats, Floats]:
    """Return the win rates by unit, area and region, by area, and by unit and area: codes more than numbers.

    They are made of the outcomes of the earlier period, as such columns are; a cell without its own rate is missing.
    """
    regions = sorted({s[5] for s in words.SUBSIDIARIES})
    region_of = np.array([regions.index(s[5]) for s in words.SUBSIDIARIES])
    unit, area = companies.unit[leads.company], companies.area[leads.company]
    by_unit = unit * len(words.AREAS) + area
    by_region = by_unit * len(regions) + region_of[companies.subsidiary[leads.company]]
    past, no_it = area_shown & ~leads.later, unit != words.UNITS.index("IT")

    def rate(cell: Ints, least: int) -> Floats:
        rows = np.bincount(cell[past], minlength=int(cell.max()) + 1)
        won = np.bincount(cell[past], leads.converted[past], minlength=rows.size)
        value = (won + 0.16) / (rows + 2) + np.arange(rows.size) * 1e-6  # no two cells share a value
        return np.asarray(np.where(rows >= least, value, np.nan)[cell])

    least = max(3, round(30 * leads.code.size / 80_000))
    area_rate = np.where(area_shown, rate(area, 0) / 40, np.nan)
    unit_rate = np.where(area_shown & no_it, rate(by_unit, 0), np.nan)
    region_rate = np.where(area_shown & no_it, rate(by_region, least), np.nan)
    return region_rate.round(6), area_rate.round(9), unit_rate.round(6)


def _history(companies: Companies, rng: np.random.Generator) -> Floats:
    """Return how often each company bought before, missing for a new one; 0 is a value of its own."""
    often = np.floor(np.exp(rng.normal(1.4, 1.5, companies.code.size))).clip(0, 1_400)
    return np.where(companies.new, np.nan, np.where(rng.random(often.size) < 0.1, 0.0, often))


def _subareas(companies: Companies, rng: np.random.Generator) -> Texts:
    children = [names.split("|") for names in words.SUBAREAS]
    table = np.full((len(children), max(map(len, children))), "", dtype=object)
    for place, names in enumerate(children):
        table[place, : len(names)] = names
    count = np.array([len(names) for names in children])[companies.area]
    child: Texts = table[companies.area, (rng.random(companies.code.size) ** 1.5 * count).astype(np.int64)]
    return child


def _owner_codes(owners: Owners, leads: Leads) -> Ints:
    """Return the codes of the owners, numbered in the order they first appear."""
    appeared = leads.owner[np.argsort(leads.day, kind="stable")]
    present, first = np.unique(appeared, return_index=True)
    code = np.full(owners.subsidiary.size, -1, dtype=np.int64)
    code[present[np.argsort(first)]] = np.arange(present.size)
    return code[leads.owner]


def places_of(companies: Companies) -> tuple[Texts, Texts]:
    """Return country and city of each company, the first country and cities of its subsidiary the most frequent."""
    countries, cities, weights, home = [], [], [], []
    for place, subsidiary in enumerate(words.SUBSIDIARIES):
        for rank, country in enumerate(subsidiary[6].split("|")):
            known = words.CITIES.get(country, "|".join(words.OTHER_CITIES)).split("|")
            countries += [country] * len(known)
            cities += known
            weights += [(1.0 if rank == 0 else 0.3 / rank) / (1 + i) for i in range(len(known))]
            home += [place] * len(known)
    running = np.cumsum(weights)
    first = np.searchsorted(home, companies.subsidiary)
    last = np.searchsorted(home, companies.subsidiary, side="right")
    low = np.where(first > 0, running[first - 1], 0.0)
    at = np.searchsorted(running, low + companies.country * (running[last - 1] - low), side="right")
    at = at.clip(max=running.size - 1)
    return np.array(countries, dtype=object)[at], np.array(cities, dtype=object)[at]
