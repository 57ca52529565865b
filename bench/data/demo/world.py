"""The companies behind made-up leads: their segments, their manner, and what moves their chances."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bench.data.demo import words
from bench.data.demo.owners import Flags, Floats, Ints, Owners, Sizes, choose, reassign

WON_CODE = 25_096  # one code that holds half of all positives before, and nothing after
UNKNOWN_CODE = 47_466  # one code for every company nobody knows

# Strengths of what moves a lead, in log-odds up to a common scale. They are calibrated together against the published
# figures that tests/data/acceptance.py measures: weak signals make models without the two codes collapse.
SUBSIDIARY = 1.3
UNIT_IN_SUBSIDIARY = 1.0
AREA = 0.6
PRODUCT = 0.8
FORM = 0.5
LENGTH = 3.0
WORDS = 2.5
SMALL = 1.5
NEW = 1.0
LUCK = 0.25  # scale of the logistic rest
HOT = 20.0  # of the segments that buy readily: without them no model could be as sure as the published ones are
HOT_SHARE = 0.09  # of the leads of every subsidiary
HOT_STAYS = 0.93  # share of the later companies for whom the same segments are hot
LARGE = 4  # subsidiaries that are a market of their own

SMALL_SHARE = 0.36
NEW_SHARE = 0.77


@dataclass(frozen=True)
class Companies:
    """Companies, one element each; leads of unknown companies have a company of their own here, without a code."""

    code: Ints
    later: Flags  # first seen in the later period
    known: Flags  # an ordinary company with a code of its own
    subsidiary: Ints
    owner: Ints
    unit: Ints
    area: Ints
    product: Ints  # place in the unit's tuple of words.PRODUCTS
    kind: Ints  # customer type, place in words.TYPES
    inquiry: Ints
    timeline: Ints
    job: Ints
    position: Ints
    small: Flags
    new: Flags  # no earlier business with us
    length: Floats  # how much they write
    seriousness: Floats  # how they write it
    country: Floats  # in [0, 1): which country and city of the subsidiary
    base: Floats  # log-odds of all that but the owner
    luck: Floats  # the rest, logistic; shared by companies of one family


def draw_companies(sizes: Sizes, owners: Owners, rng: np.random.Generator) -> Companies:
    """Return the ordinary companies in the order of their codes, then one for each lead of an unknown company.

    About an eighth are sisters of their neighbour in the alphabet: same segment, same manner, same luck.
    """
    named = sizes.companies + sizes.new_companies
    ghosts = sizes.unknown + sizes.unknown_later
    n = named + ghosts
    later = np.zeros(n, dtype=bool)
    later[:named] = rng.permutation(named) >= sizes.companies
    later[named + sizes.unknown :] = True
    sister = rng.random(n) < 0.12
    sister[0] = sister[named:] = False
    head = np.maximum.accumulate(np.where(sister, 0, np.arange(n)))

    unknown = np.arange(n) >= named
    owner = _owners_of(owners, later, unknown, head, rng)
    unit = choose(rng, np.array(words.UNIT_WEIGHTS), n)[head]
    area, product = _segment(unit, later, rng)
    drawn = Companies(
        code=np.append(_codes(named, rng), np.full(ghosts, UNKNOWN_CODE)),
        later=later,
        known=~unknown,
        subsidiary=owners.subsidiary[owner],
        owner=owner,
        unit=unit,
        area=area[head],
        product=product[head],
        kind=choose(rng, _weights(words.TYPES), n)[head],
        inquiry=choose(rng, _weights(words.INQUIRIES), n)[head],
        timeline=choose(rng, _weights(words.TIMELINES), n)[head],
        job=choose(rng, _weights(words.JOBS), n)[head],
        position=choose(rng, _weights(words.POSITIONS), n)[head],
        small=(rng.random(n) < SMALL_SHARE)[head],
        new=(rng.random(n) < NEW_SHARE)[head],
        length=rng.normal(size=n)[head],
        seriousness=rng.normal(size=n)[head],
        country=rng.random(n)[head],
        base=np.zeros(n),
        luck=rng.logistic(0, LUCK, n)[head],
    )
    drawn.base[:] = _log_odds(drawn, rng)
    return drawn


def _owners_of(owners: Owners, later: Flags, unknown: Flags, head: Ints, rng: np.random.Generator) -> Ints:
    """Return each company's owner; sisters share one, unless theirs does not work in their period."""
    owner = np.empty(later.size, dtype=np.int64)
    for period, weights in ((False, owners.weight), (True, owners.weight_later)):
        mine = (later == period) & ~unknown
        owner[mine] = choose(rng, weights, int(mine.sum()))
    owner[unknown] = choose(rng, owners.weight_unknown, int(unknown.sum()))
    owner = owner[head]
    for period, weights in ((False, owners.weight), (True, owners.weight_later)):
        gone = (later == period) & (weights[owner] == 0)
        owner[gone] = reassign(owners, owner[gone], rng, later=period)
    return owner


def _segment(unit: Ints, later: Flags, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Return the area and the product of each company, by its unit; areas shift in the later period."""
    area, product = np.empty_like(unit), np.empty_like(unit)
    for place, name in enumerate(words.UNITS):
        for period in (False, True):
            mine = (unit == place) & (later == period)
            weights = np.array(words.AREA_COUNTS[place]) * (np.array(words.AREA_LATER) if period else 1.0)
            area[mine] = choose(rng, weights, int(mine.sum()))
        mine = unit == place
        product[mine] = choose(rng, np.array([p[1] for p in words.PRODUCTS[name]]), int(mine.sum()))
    return area, product


def _weights(table: tuple[tuple[str, float, float], ...]) -> Floats:
    return np.array([row[1] for row in table], dtype=float)


def _codes(n: int, rng: np.random.Generator) -> Ints:
    """Return ``n`` rising codes without the two giant ones: below UNKNOWN_CODE as long as they fit, then beyond."""
    highest = max(UNKNOWN_CODE - 1, n + 2)
    free = np.setdiff1d(np.arange(1, highest + 1), [WON_CODE, UNKNOWN_CODE])
    return np.sort(rng.choice(free, n, replace=False))


def _log_odds(companies: Companies, rng: np.random.Generator) -> Floats:
    """Return what each company's segment, form and message are worth, its owner left out."""
    units, places = len(words.UNITS), len(words.SUBSIDIARIES)
    home = np.array([s[3] for s in words.SUBSIDIARIES])
    cell = rng.normal(0, 1, (units, places))
    area = np.tile(words.AREA_EFFECTS, (units, 1)) + rng.normal(0, 0.4, (units, len(words.AREAS)))
    for (unit, name), effect in words.AREA_IN_UNIT.items():
        area[words.UNITS.index(unit), words.AREAS.index(name)] = effect
    odds = SUBSIDIARY * home[companies.subsidiary]
    odds += UNIT_IN_SUBSIDIARY * cell[companies.unit, companies.subsidiary]
    kinds = (companies.small.astype(np.int64), companies.new.astype(np.int64))
    hot = _hot_segments(rng)[companies.subsidiary, companies.unit, *kinds]
    moved = companies.later & (rng.random(hot.size) > HOT_STAYS)
    odds += HOT * np.where(moved, rng.random(hot.size) < hot.mean(), hot)
    odds += AREA * area[companies.unit, companies.area]
    for place, name in enumerate(words.UNITS):
        mine = companies.unit == place
        odds[mine] += PRODUCT * np.array([p[2] for p in words.PRODUCTS[name]])[companies.product[mine]]
    for table, choice in (
        (words.TYPES, companies.kind),
        (words.INQUIRIES, companies.inquiry),
        (words.TIMELINES, companies.timeline),
        (words.JOBS, companies.job),
        (words.POSITIONS, companies.position),
    ):
        odds += FORM * np.array([row[2] for row in table])[choice]
    odds += SMALL * companies.small + NEW * companies.new
    return odds + LENGTH * companies.length + WORDS * companies.seriousness


def _hot_segments(rng: np.random.Generator) -> Flags:
    """Return which of (subsidiary, unit, small or not, new or not) buy readily: a like share of every subsidiary.

    The largest subsidiaries are markets of their own, the others of one region are one.
    """
    unit = np.array(words.UNIT_WEIGHTS) / sum(words.UNIT_WEIGHTS)
    small, new = np.array([1 - SMALL_SHARE, SMALL_SHARE]), np.array([1 - NEW_SHARE, NEW_SHARE])
    share = np.einsum("i,j,k->ijk", unit, small, new).ravel()
    market = [s[0] if place < LARGE else s[5] for place, s in enumerate(words.SUBSIDIARIES)]
    markets = sorted(set(market))
    hot = np.zeros((len(markets), share.size), dtype=bool)
    for chosen in hot:
        # Large segments come first, or the small units would be hot everywhere.
        for cell in rng.choice(share.size, share.size, replace=False, p=share):
            chosen[cell] = share[chosen].sum() + share[cell] < HOT_SHARE
    return hot.reshape(len(markets), unit.size, 2, 2)[[markets.index(name) for name in market]]
