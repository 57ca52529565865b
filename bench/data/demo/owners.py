"""The sizes of a made-up table and its sales owners: a heavy tail, five giants, many who never win."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.data.demo import words

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

# Log-odds of a lead by its owner, on the scale of the strengths in world.
OWNER = 2.0  # spread of most owners
OWNER_NEVER = -6.0
OWNER_HOT = 40.0
OWNER_GIANT = -6.0

# The five largest owners: share of the ordinary leads, place of their subsidiary, and whether they stay.
GIANTS = ((0.066, 0, True), (0.058, 0, False), (0.036, 1, True), (0.035, 0, False), (0.032, 1, False))


@dataclass(frozen=True)
class Sizes:
    """How many of everything a table of ``rows`` leads has; at 59,299 the published totals."""

    rows: int
    pool: int
    submission: int
    won: int  # rows of WON_CODE
    unknown: int  # rows of UNKNOWN_CODE, before
    unknown_later: int
    ordinary: int  # rows of ordinary companies, copies left out
    copies: int  # exact duplicates
    companies: int
    new_companies: int
    owners: int
    new_owners: int
    positives: int
    positives_later: int

    @staticmethod
    def of(rows: int) -> Sizes:
        """Return the totals for ``rows`` training rows, in the proportions of the full table."""

        def share(of_full: int, least: int = 1) -> int:
            return max(least, round(rows * of_full / 59_299))

        won, unknown, copies = share(2_421), share(7_686), share(3_519, 4)
        ordinary = rows - won - unknown - copies
        pool = share(21_341)
        return Sizes(
            rows=rows,
            pool=pool,
            submission=share(5_271),
            won=won,
            unknown=unknown,
            unknown_later=round(pool * 0.085),
            ordinary=ordinary,
            copies=copies,
            companies=min(share(35_110), ordinary),
            new_companies=share(12_354),
            owners=share(1_040, 24),
            new_owners=share(85, 3),
            positives=share(4_850),
            positives_later=share(1_850),
        )


@dataclass(frozen=True)
class Owners:
    """Sales owners: arrays of one element an owner, those who only come later at the end."""

    subsidiary: Ints
    weight: Floats  # expected ordinary leads before
    weight_later: Floats
    weight_unknown: Floats  # share of the leads of unknown companies
    effect: Floats
    effect_later: Floats


def draw_owners(sizes: Sizes, rng: np.random.Generator) -> Owners:
    """Return the owners, nested in subsidiaries, with a heavy tail of sizes and five giants."""
    before, total = sizes.owners, sizes.owners + sizes.new_owners
    places = min(len(words.SUBSIDIARIES), max(6, before // 5))
    rows_of = np.array([s[1] for s in words.SUBSIDIARIES[:places]], dtype=float)
    rows_later = np.array([s[2] for s in words.SUBSIDIARIES[:places]], dtype=float)
    giants = len(GIANTS)
    subsidiary = np.empty(total, dtype=np.int64)
    subsidiary[:giants] = [g[1] for g in GIANTS]
    subsidiary[giants : giants + places] = np.arange(places)
    rest = total - giants - places
    subsidiary[giants + places :] = rng.choice(places, rest, p=rows_of**0.8 / (rows_of**0.8).sum())

    # never, hot and small, or in between; one owner in between stays in every subsidiary.
    kind = rng.choice(3, total, p=(0.46, 0.115, 0.425))
    kind[: giants + places] = 2
    kind[before:] = 2
    effect = rng.normal(0, OWNER, total)
    effect = np.where(kind == 0, OWNER_NEVER, np.where(kind == 1, OWNER_HOT, effect))
    effect[:giants] = OWNER_GIANT
    redrawn = rng.random(total) < 0.4
    redrawn[:giants] = False
    effect_later = np.where(redrawn, rng.normal(0, OWNER, total), effect)

    weight = rng.lognormal(0, 1.3, total)
    weight[kind == 1] = 0
    weight[:giants] = 0
    weight[before:] = 0
    # The giants take their leads from their colleagues, so that a subsidiary keeps its size.
    left = rows_of / rows_of.sum() - np.bincount(subsidiary[:giants], [g[0] for g in GIANTS], places)
    weight *= (left / np.bincount(subsidiary, weight, places))[subsidiary] * sizes.ordinary
    weight[kind == 1] = rng.choice((1.0, 2.0, 2.0, 3.0), int((kind == 1).sum()))
    for place, (share, _, _) in enumerate(GIANTS):
        weight[place] = share * sizes.ordinary

    stays = rng.random(total) < 0.62
    stays[:giants] = [g[2] for g in GIANTS]
    stays[giants : giants + places] = True
    weight_later = np.where(stays, weight, 0.0)
    weight_later[before:] = 0
    weight_later *= (rows_later / np.bincount(subsidiary, weight_later, places))[subsidiary]
    fresh = rng.lognormal(0, 0.8, sizes.new_owners)
    weight_later[before:] = fresh / fresh.sum() * 0.078 * weight_later.sum()
    weight_unknown = weight / weight.sum() * 0.3
    weight_unknown[:giants] += 0.7 / giants
    return Owners(subsidiary, weight, weight_later, weight_unknown, effect, effect_later)


def reassign(owners: Owners, owner: Ints, rng: np.random.Generator, *, later: bool = True) -> Ints:
    """Return for each owner one of the same subsidiary who works in the period, by weight."""
    weights = owners.weight_later if later else owners.weight
    order = np.argsort(owners.subsidiary, kind="stable")
    running = np.cumsum(weights[order])
    places = owners.subsidiary[order]
    home = owners.subsidiary[owner]
    first, last = np.searchsorted(places, home), np.searchsorted(places, home, side="right")
    low = np.where(first > 0, running[first - 1], 0.0)
    point = low + rng.random(owner.size) * (running[last - 1] - low)
    return order[np.minimum(np.searchsorted(running, point, side="right"), running.size - 1)]


def choose(rng: np.random.Generator, weights: Floats, n: int) -> Ints:
    """Draw ``n`` places by weight; faster than rng.choice with p for many draws."""
    running = np.cumsum(weights, dtype=float)
    at: Ints = np.searchsorted(running, rng.random(n) * running[-1], side="right").clip(max=running.size - 1)
    return at
