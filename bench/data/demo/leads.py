"""The leads before anyone writes them down: which company, whose, when, and whether it converts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bench.data.demo.owners import Flags, Floats, Ints, Owners, Sizes, choose, reassign
from bench.data.demo.world import LUCK, UNKNOWN_CODE, WON_CODE, Companies

FIRST_DAY = np.datetime64("2021-01-01")
DAYS_BEFORE = 881  # up to 2023-05-31
DAYS_LATER = 149  # up to 2023-10-27

UNKNOWN_RATE = 0.0087
SEEN_LATER = 0.17  # share of the later leads that come from companies of the earlier period
LABEL_STAYS = 0.6  # chance that such a company decides as it did before
WON_DEPTH = 4.0  # log-odds below the median of the positives at which a donor is no less likely
EAGER_DEPTH = 8.0
BIG = 20  # leads of one company
MIXED = 0.0057  # share of the companies that decide now so, now so


@dataclass(frozen=True)
class Leads:
    """Leads of both periods, one element each, those of the earlier period first."""

    company: Ints  # place in Companies
    code: Ints  # customer code as the table shows it
    owner: Ints  # place in Owners
    later: Flags
    day: Ints  # since FIRST_DAY
    length: Floats  # the company's, with some noise of the day
    seriousness: Floats
    converted: Flags


def draw_leads(sizes: Sizes, owners: Owners, companies: Companies, rng: np.random.Generator) -> Leads:
    """Return ``sizes.rows - sizes.copies`` leads of the earlier period and ``sizes.pool`` of the later one."""
    before, label_before = _ordinary_before(sizes, owners, companies, rng)
    donors = _donors(companies, before[label_before], sizes.won, rng)
    unknown = np.flatnonzero(~companies.known & ~companies.later)
    label_unknown = _highest(_score(companies, owners.effect, unknown), round(UNKNOWN_RATE * sizes.unknown))
    later, owner_later, label_later = _later(sizes, owners, companies, before, label_before, rng)

    company = np.concatenate((before, donors, unknown, later))
    won = np.zeros(company.size, dtype=bool)
    won[before.size : before.size + donors.size] = True
    is_later = np.arange(company.size) >= company.size - later.size
    day = np.where(
        is_later,
        DAYS_BEFORE + rng.integers(DAYS_LATER, size=company.size),
        (DAYS_BEFORE * rng.random(company.size) ** 0.8).astype(np.int64),
    )
    return Leads(
        company=company,
        code=np.where(won, WON_CODE, np.where(companies.known[company], companies.code[company], UNKNOWN_CODE)),
        owner=np.append(companies.owner[company[~is_later]], owner_later),
        later=is_later,
        day=day,
        length=companies.length[company] + rng.normal(0, 0.25, company.size),
        seriousness=companies.seriousness[company] + rng.normal(0, 0.25, company.size),
        converted=np.concatenate((label_before, np.ones(sizes.won, dtype=bool), label_unknown, label_later)),
    )


def draw_copies(sizes: Sizes, companies: Companies, leads: Leads, rng: np.random.Generator) -> tuple[Ints, int]:
    """Return which leads of the earlier period stand in the table once more, and how many of the last get label True.

    Most copies that did not convert are of leads who looked as if they would: they asked again and again.
    """
    before = ~leads.later
    yes = np.flatnonzero(before & leads.converted & (leads.code != WON_CODE))
    no = np.flatnonzero(before & ~leads.converted)
    positives = _copies_converted(sizes)
    conflicts = min(max(1, round(0.005 * sizes.copies)), positives - 1)
    base = companies.base[leads.company]
    eager = np.exp(np.clip(base[no] - np.median(base[yes]), -EAGER_DEPTH, 0))
    most = (sizes.copies - positives) * 3 // 4
    copied = (
        rng.choice(yes, positives - conflicts),
        rng.choice(no, most, p=eager / eager.sum()),
        rng.choice(no, sizes.copies - positives - most + conflicts),
    )
    return np.concatenate(copied), conflicts


def _copies_converted(sizes: Sizes) -> int:
    """Return how many of the exact duplicates are positive."""
    return max(2, round(0.065 * sizes.copies))


def _ordinary_before(
    sizes: Sizes, owners: Owners, companies: Companies, rng: np.random.Generator
) -> tuple[Ints, Flags]:
    """Return the company and the label of each ordinary lead of the earlier period.

    A company has one label for all its leads, but for a few that are mixed.
    """
    own = np.flatnonzero(companies.known & ~companies.later)
    tail = rng.pareto(1.25, own.size) + 0.05
    extra = choose(rng, tail, sizes.ordinary - own.size)
    company = np.repeat(own, 1 + np.bincount(extra, minlength=own.size))
    size = np.bincount(company, minlength=companies.code.size)

    wanted = sizes.positives - sizes.won - round(UNKNOWN_RATE * sizes.unknown) - _copies_converted(sizes)
    score = _score(companies, owners.effect, company)
    score[size[company] > BIG] -= 2 * np.ptp(score)  # who asks all the time never buys
    several = np.flatnonzero(size > 1)
    near = np.abs(_score(companies, owners.effect, several) - np.sort(score)[-wanted])
    weight = np.sqrt(np.minimum(size[several], BIG)) * np.exp(-near)
    mixed = rng.choice(
        several, min(several.size, max(1, round(MIXED * own.size))), replace=False, p=weight / weight.sum()
    )
    is_mixed = np.isin(company, mixed)
    label = np.zeros(company.size, dtype=bool)
    first = np.flatnonzero(is_mixed & np.append(True, company[1:] != company[:-1]))
    label[first] = True
    label[is_mixed] |= rng.random(int(is_mixed.sum())) < 0.4
    label[first + 1] = False
    label[~is_mixed] = _highest(score[~is_mixed], max(1, wanted - int(label.sum())))
    return company, label


def _donors(companies: Companies, converted: Ints, rows: int, rng: np.random.Generator) -> Ints:
    """Return whose segments the leads of WON_CODE repeat: those that were likely to convert whoever their owner.

    So that code stays partly recognisable without itself; were it hidden fully, models without codes would collapse.
    """
    base = companies.base[converted]
    weight = np.exp(np.clip(base - np.median(base), -WON_DEPTH, 0))
    return rng.choice(converted, rows, p=weight / weight.sum())


def _later(
    sizes: Sizes,
    owners: Owners,
    companies: Companies,
    before: Ints,
    label_before: Flags,
    rng: np.random.Generator,
) -> tuple[Ints, Ints, Flags]:
    """Return company, owner and label of each lead of the later period, in no order."""
    unknown = np.flatnonzero(~companies.known & companies.later)
    seen_rows = round(SEEN_LATER * sizes.pool)
    seen_at = rng.integers(before.size, size=seen_rows)
    fresh = np.flatnonzero(companies.known & companies.later)
    more = choose(rng, rng.pareto(2.5, fresh.size) + 0.2, max(0, sizes.pool - unknown.size - seen_rows - fresh.size))
    fresh = np.append(fresh, fresh[more])[: sizes.pool - unknown.size - seen_rows]

    company = np.concatenate((unknown, before[seen_at], fresh))
    owner = companies.owner[company]
    gone = owners.weight_later[owner] == 0
    owner[gone] = reassign(owners, owner[gone], rng)
    score = companies.base[company] + owners.effect_later[owner] + companies.luck[company]
    seen = slice(unknown.size, unknown.size + seen_rows)
    redrawn = np.zeros(company.size, dtype=bool)
    redrawn[seen] = rng.random(companies.code.size)[company[seen]] >= LABEL_STAYS
    score[redrawn] = (companies.base + rng.logistic(0, LUCK, companies.code.size))[company[redrawn]]
    score[redrawn] += owners.effect_later[owner[redrawn]]

    label = np.zeros(company.size, dtype=bool)
    label[: unknown.size] = _highest(score[: unknown.size], max(1, round(UNKNOWN_RATE * unknown.size)))
    label[seen] = label_before[seen_at]
    open_ = np.arange(company.size) >= unknown.size
    open_[seen] = redrawn[seen]
    label[open_] = _highest(score[open_], max(1, sizes.positives_later - int(label[~open_].sum())))
    order = rng.permutation(company.size)
    return company[order], owner[order], label[order]


def _score(companies: Companies, effect: Floats, company: Ints) -> Floats:
    return companies.base[company] + effect[companies.owner[company]] + companies.luck[company]


def _highest(score: Floats, wanted: int) -> Flags:
    """Return which elements are the ``wanted`` highest: a logistic model whose intercept meets the total exactly."""
    chosen = np.zeros(score.size, dtype=bool)
    chosen[np.argsort(-score, kind="stable")[:wanted]] = True
    return chosen
