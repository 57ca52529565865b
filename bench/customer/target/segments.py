"""The target table: which segments convert, how often, and how many calls it saves to begin with the best."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bench.companies import company_of
from bench.customer.leads import Floats, Scored
from bench.customer.readable import Mask, readable_columns
from bench.customer.target.tree import EVERYBODY, grow
from bench.data.splits import stratified_group
from bench.plan.indices import CustomersSection
from bench.record.columns import TARGET
from bench.record.sheet import write_sheet
from bench.score.calls import band_edges
from bench.score.interval import wilson_of_clusters

BANDS: Final = 10
SEED: Final = 7  # of the halves: the same leads give the same segments

Places = NDArray[np.int64]


@dataclass(frozen=True)
class Segment:
    """A part of the leads: a row of `bench.record.columns.TARGET`, which says what its figures mean.

    Attributes
    ----------
    short : as ``segment``, of long lists and long levels the beginning
    rate, low, high, lift : NaN where no lead tells them
    """

    kind: str
    segment: str
    short: str
    leads: int
    converted: int
    told_by: int
    rate: float
    low: float
    high: float
    mean_index: float
    lift: float
    cumulative_leads: int
    cumulative_gains: float
    calls_saved: float
    open_leads: int
    expected_conversions: float


@dataclass(frozen=True)
class Target:
    """The target table: three ways to cut all leads into segments, each from the best segment to the worst.

    Which group is best the leads say that shaped them, and so the rates need not fall from one to the next.

    Attributes
    ----------
    bands : tenths of the labelled leads by their chance; fewer where leads are tied
    tiers : those that were asked for
    groups : told by readable columns; a single one if no column tells leads apart
    open_rate : share of positives that is assumed of the open leads; None where there are none
    by_company : whole companies shaped the groups, and others told their rates
    """

    bands: tuple[Segment, ...]
    tiers: tuple[Segment, ...]
    groups: tuple[Segment, ...]
    open_rate: float | None
    by_company: bool


@dataclass(frozen=True)
class _Parts:
    """A cut through all leads: what each part is called, the part of each labelled and open lead, who tells rates."""

    words: Sequence[str]
    short: Sequence[str]
    of: Places
    open_of: Places
    told: Mask


def target_table(scored: Scored, section: CustomersSection, tiers: Mapping[str, float] | None = None) -> Target:
    """Cut the leads into bands by their chance, into tiers, and into groups told by what is known of a lead.

    Groups are the leaves of a decision tree on readable columns. It is grown on one half of the companies (of the leads
    where none is named), and the rate of a leaf is that of the other half: on the leads that chose the splits it would
    be flattered (honest estimation, Athey and Imbens 2016, doi:10.1073/pnas.1510489113). So would the leaves that come
    first, and the gains, if the leads that tell the rates put them in order: on 150 tables without any signal, 10 % of
    1,500 leads positive, the first leaf then had a lift of 1.50, and has 0.97 as it is. Of 20 halves of the demo's
    leads, its giant company aside, the best leaf converts at 29 % where it was found and at 21 % elsewhere; with
    shuffled outcomes, 8 % of them positive, at 22 % and 7 %. Counts are of all leads.

    Parameters
    ----------
    section : its ``columns`` and ``smallest``
    tiers : name -> the lowest index, 0 to 100, of its leads; one of them begins at 0

    Raises
    ------
    ExperimentError
        If ``section`` names a column that cannot describe leads.
    """
    bands = _by_chance(scored, band_edges(scored.labelled.chance, BANDS))
    return Target(
        bands=_segments("band", bands, scored),
        tiers=_segments("tier", _tiers(scored, tiers), scored) if tiers else (),
        groups=_segments("group", _groups(scored, section), scored),
        open_rate=None if scored.open is None else scored.rate,
        by_company=bool((scored.labelled.groups >= 0).any()),
    )


def write_target(target: Target, folder: Path) -> Path:
    """Write ``target.csv`` and return its path; columns are described in `bench.record.columns.TARGET`."""
    rows = [
        [getattr(segment, column) for column in TARGET]
        for kind in (target.bands, target.tiers, target.groups)
        for segment in kind
    ]
    table = pd.DataFrame(rows, columns=list(TARGET))
    if target.open_rate is None:
        table[["open_leads", "expected_conversions"]] = np.nan
    path = folder / "target.csv"
    write_sheet(table, path)
    return path


def _by_chance(scored: Scored, cuts: Floats) -> _Parts:
    """Cut leads where their chance reaches each of ``cuts``, the best part first; equal chances are never parted."""
    of, open_of = (
        len(cuts) - np.searchsorted(cuts, chance, side="right")
        for chance in (scored.labelled.chance, np.empty(0) if scored.open is None else scored.open.chance)
    )
    ends = [f"{100 * cut:.3g}%" for cut in cuts[::-1]]
    words = [f"chance of at least {ends[0]}"] if ends else [EVERYBODY]
    words += [f"chance from {low} to below {high}" for high, low in pairwise(ends)]
    words += [f"chance below {ends[-1]}"] if ends else []
    return _Parts(words, words, of, open_of, np.ones(len(of), dtype=bool))


def _tiers(scored: Scored, tiers: Mapping[str, float]) -> _Parts:
    parts = _by_chance(scored, np.array(sorted(tiers.values())[1:]) / 100)
    names = sorted(tiers, key=lambda name: -tiers[name])
    words = [f"{name}: {said}" for name, said in zip(names, parts.words, strict=True)]
    return replace(parts, words=words, short=words)


def _groups(scored: Scored, section: CustomersSection) -> _Parts:
    """Cut leads by a tree on readable columns; the half that did not grow it tells the rates."""
    leads, y = scored.labelled, _outcomes(scored)
    columns = readable_columns(leads.features, section.columns, section.smallest, leads.groups, scored.companies)
    grown = stratified_group(y, company_of(leads.groups, len(y)), 2, SEED) == 0
    if (~grown).sum() < section.smallest:  # one company has nearly all: nobody else could tell the rates
        grown[:] = False
    rules = grow(columns, leads.features[grown], y[grown], section.smallest)
    if len(rules) > 1:
        rules = tuple(sorted(rules, key=lambda rule: _place(rule.holds(leads.features), grown, y)))
    tables = [leads.features, leads.features[:0] if scored.open is None else scored.open.features]
    of, open_of = (np.array([rule.holds(table) for rule in rules]).argmax(axis=0) for table in tables)
    every = pd.concat([table[[column.name for column in columns]] for table in tables])
    occur = [np.bincount(column.codes(every), minlength=column.width) > 0 for column in columns]
    words, short = ([rule.words(occur, brief=brief) for rule in rules] for brief in (False, True))
    return _Parts(words, short, of, open_of, ~grown)


def _place(inside: Mask, grown: Mask, y: NDArray[np.int8]) -> tuple[bool, float]:
    """Return what puts a leaf in order: its rate among the leads that grew it; one that no other lead tells is last."""
    return not (inside & ~grown).any(), -float(y[inside & grown].mean())


def _segments(kind: str, parts: _Parts, scored: Scored) -> tuple[Segment, ...]:
    """Count what each part holds; one whose rate no lead tells is taken for average where parts are summed up."""
    leads, y = scored.labelled, _outcomes(scored)
    width = len(parts.words)
    unit = company_of(leads.groups, len(y))
    rows = np.bincount(parts.of, minlength=width)
    told = [_rate(y[mine], unit[mine]) for mine in (parts.told & (parts.of == part) for part in range(width))]
    rate = np.array([one[0] for one in told])
    known = ~np.isnan(rate)
    base = float(rate[known] @ rows[known] / rows[known].sum())

    found, reached = np.cumsum(np.where(known, rate, base) * rows), np.cumsum(rows)
    converted, index = np.bincount(parts.of, y, width), np.bincount(parts.of, 100 * leads.chance, width)
    of_open = np.bincount(parts.open_of, minlength=width)
    expected = np.zeros(width) if scored.open is None else np.bincount(parts.open_of, scored.open.chance, width)
    return tuple(
        Segment(
            kind=kind,
            segment=parts.words[part],
            short=parts.short[part],
            leads=int(rows[part]),
            converted=int(converted[part]),
            told_by=told[part][3],
            rate=rate[part],
            low=told[part][1],
            high=told[part][2],
            mean_index=float(index[part] / rows[part]) if rows[part] else np.nan,
            lift=float(rate[part] / base) if base else np.nan,
            cumulative_leads=int(reached[part]),
            cumulative_gains=float(found[part] / found[-1]) if base else np.nan,
            calls_saved=float(found[part] / base - reached[part]) if base else np.nan,
            open_leads=int(of_open[part]),
            expected_conversions=float(expected[part]),
        )
        for part in range(width)
    )


def _rate(y: NDArray[np.int8], unit: Places) -> tuple[float, float, float, int]:
    """Return the share of positives, its 95 % interval and the leads that tell it; NaN without any."""
    company = np.unique(unit, return_inverse=True)[1]
    return *wilson_of_clusters(np.bincount(company, y).astype(np.int64), np.bincount(company)), len(y)


def _outcomes(scored: Scored) -> NDArray[np.int8]:
    assert scored.labelled.y is not None  # of labelled leads they are known
    return scored.labelled.y
