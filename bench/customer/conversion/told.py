"""The conversion index as files for those who call, and as a part of the page."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from bench.bundle.loaded import Bundle
from bench.customer.conversion.chances import Tier, rank_of, tier_of, tiers_of
from bench.customer.conversion.people import alikeness, converting, people_of, people_of_both, people_table
from bench.customer.conversion.why import LOWERS, RAISES, Why, why
from bench.customer.leads import Leads, Scored
from bench.data.notices import plural
from bench.page.block import Block, PageTable, Plot
from bench.page.plots import FIRST, PALE, axes, drawn
from bench.plan.indices import CustomersSection
from bench.record.columns import CUSTOMERS, LEADS
from bench.record.sheet import write_sheet
from bench.score.calibration import Reliability, reliability
from bench.score.interval import wilson_of_clusters

ORIGINS: Final = {"estimate": "estimated from their scores", "given": "as the experiment says", "train": "as before"}
_MAY_DIFFER: Final = (
    "The index was learned from labelled leads: where open ones come from another time or other sources, it may be off "
    "by more than its interval says."
)
_SEEN_TO_DIFFER: Final = (
    "Doubt: the open leads are seen to differ from the labelled ones that the index was learned from (see the "
    "shortlist), so it may be off by more than its interval says. On made-up leads of a later time who comes before "
    "whom held, and how many convert did not."
)
FEWEST = 5  # leads, or customers, of which something is said
NEARLY = 0.05  # of a share; what differs by less is called the same


@dataclass(frozen=True)
class Conversion:
    """The conversion index of all leads.

    Attributes
    ----------
    tiers : the highest first
    reasons : of the likeliest open leads; None where there are none to call
    origin : where the assumed share of positives comes from: train, estimate or given
    """

    scored: Scored
    tiers: tuple[Tier, ...]
    reasons: Why | None
    origin: str


def conversion_index(scored: Scored, section: CustomersSection, bundle: Bundle) -> Conversion:
    """Put leads into tiers and give the reasons of the likeliest ones to call."""
    reasons, manifest = None, bundle.manifest
    if scored.open is not None:
        company = manifest.data_schema.groups
        reasons = why(bundle.predictor, scored.open, scored.labelled.features, section.reasons, company)
    return Conversion(scored, tiers_of(section, scored.rate), reasons, manifest.policy.word)


def write_conversion(conversion: Conversion, folder: Path) -> tuple[Path, Path]:
    """Write leads.csv and customers.csv, whose columns `bench.record.columns` describes; return their places.

    Both name single leads and customers: they are for those who call.
    """
    scored = conversion.scored
    sheets = [_sheet("labelled", scored.labelled, conversion)]
    if scored.open is not None:
        sheets.insert(0, _sheet("open", scored.open, conversion))
    people = people_table(scored, conversion.tiers)
    of_open = people_of_both(scored).of[len(scored.labelled) :]
    for direction in (RAISES, LOWERS):
        given = conversion.reasons
        people[direction] = "" if given is None else given.of_people(of_open, len(people), direction)
    people = people.sort_values(["rank", "index"], ascending=[True, False], kind="stable")
    leads_path, customers_path = folder / "leads.csv", folder / "customers.csv"
    write_sheet(pd.concat(sheets, ignore_index=True)[list(LEADS)], leads_path)
    write_sheet(people[list(CUSTOMERS)], customers_path)
    return leads_path, customers_path


def conversion_block(conversion: Conversion, differ: bool = False) -> Block:
    """Say what the index is, how sure it is, and what is in doubt; no single lead or customer is quoted.

    Parameters
    ----------
    differ : whether the open leads are seen to differ from the labelled ones
    """
    labelled = conversion.scored.labelled
    assert labelled.y is not None  # they are labelled
    told = reliability(labelled.y, labelled.chance)
    bins = told.table
    held = int(bins["predicted"].between(bins["low"], bins["high"]).sum())
    sentences = [
        _expected(conversion),
        "The conversion index of a lead is its chance to convert, in percent: of 100 leads with an index of 30 about "
        "30 convert.",
        *_how_sure(conversion.scored),
        f"Held against the outcomes of {plural(len(labelled), 'labelled lead')}, scored by models that did not train "
        f"on them, the index is {100 * told.calibration_error:.1f} points off on average. Of {len(bins)} groups by "
        f"index {held} converted as it says, as far as their 95 % intervals can tell.",
        *_doubts(conversion, differ),
    ]
    return Block("Conversion index", sentences, [_tier_table(conversion), *_reason_tables(conversion)], [_plot(told)])


def _sheet(table: str, leads: Leads, conversion: Conversion) -> pd.DataFrame:
    """Return the rows of one table, the likeliest lead first."""
    index = 100 * leads.chance
    outcome = np.full(len(leads), "") if leads.y is None else np.where(leads.y == 1, "converted", "not converted")
    people, given = people_of(leads, conversion.scored.companies), conversion.reasons if leads.y is None else None
    said = [[""] * len(leads) if given is None else given.of_leads(len(leads), way) for way in (RAISES, LOWERS)]
    columns = {
        "table": np.full(len(leads), table),
        "lead": list(leads.names),
        "customer": [people.names[number] for number in people.of],
        "index": index.round(2),
        "low": (100 * leads.low).round(2),
        "high": (100 * leads.high).round(2),
        "rank": rank_of(index),
        "tier": tier_of(index, conversion.tiers),
        "outcome": outcome,
        RAISES: said[0],
        LOWERS: said[1],
    }
    return pd.DataFrame(columns).sort_values("rank", kind="stable")


def _expected(conversion: Conversion) -> str:
    """Say how many of the leads to call convert."""
    leads, labelled, best = conversion.scored.open, conversion.scored.labelled, conversion.tiers[0]
    if leads is None:
        assert labelled.y is not None  # they are labelled
        return (
            f"There are no open leads: the index is of {plural(len(labelled), 'labelled lead')} alone, of which "
            f"{int(labelled.y.sum()):,} converted."
        )
    in_best = 100 * leads.chance >= best.lowest
    return (
        f"Of {plural(len(leads), 'open lead')} {leads.chance.sum():,.0f} are expected to convert, "
        f"{leads.chance[in_best].sum():,.0f} of them among the {int(in_best.sum()):,} of tier {best.name}."
    )


def _how_sure(scored: Scored) -> list[str]:
    if scored.open is None:
        return []
    wide = 100 * float(np.median(scored.open.high - scored.open.low)) / 2
    return [
        f"By what is known from labelled leads, half of the indices are sure to {wide:.1f} points or better: the share "
        "that converts among leads with such a score lies within, in 95 of 100 cases. A single lead converts or not."
    ]


def _doubts(conversion: Conversion, differ: bool) -> list[str]:
    scored = conversion.scored
    assert scored.labelled.y is not None  # they are labelled
    said = [] if _in_order(conversion) else ["On labelled leads a lower tier converts more often than a higher one."]
    if scored.open is not None:
        share, origin = float(scored.labelled.y.mean()), ORIGINS.get(conversion.origin, conversion.origin)
        told = f"{scored.rate:.1%} of the open leads are assumed to convert, {origin}"
        if abs(scored.rate - share) > NEARLY * share:
            told += f", and {share:.1%} of the labelled ones did: the indices of open leads are moved to that share"
        mean = float(scored.open.chance.mean())
        if abs(mean - scored.rate) > NEARLY * scored.rate:
            told += f"; by their scores it comes to {mean:.1%}"
        said += [
            f"{told}. If it is another share, all indices are too high or all too low; who comes before whom stays.",
            _SEEN_TO_DIFFER if differ else _MAY_DIFFER,
        ]
    reasons = conversion.reasons
    return [*said, *_together(scored), *([reasons.sentence] if reasons and reasons.sentence else [])]


def _in_order(conversion: Conversion) -> bool:
    """Say if no tier of labelled leads surely converts more often than one above it, by their 95 % intervals."""
    ends = [(low, high) for known, _, _, low, high in _labelled_tiers(conversion) if known]
    return all(lower[0] <= higher[1] for at, lower in enumerate(ends) for higher in ends[:at])


def _together(scored: Scored) -> list[str]:
    """Say how much leads of one customer convert together, and how often their conversions lie in their interval."""
    labelled = scored.labelled
    assert labelled.y is not None  # they are labelled
    people = people_of(labelled, scored.companies)
    leads = np.bincount(people.of)
    several = leads > 1
    if several.sum() < FEWEST:
        return []
    alike = alikeness(labelled)
    low, high = converting(labelled, people.of, len(leads), alike)
    real = np.bincount(people.of, labelled.y)
    held = float(((low <= real) & (real <= high))[several].mean())
    together = (
        "Leads of one customer convert together, or not at all, more often than their chances say, as if "
        f"{alike:.0%} of the pairs had one fate."
        if alike >= 0.005
        else "Leads of one customer convert together no more often than their chances say."
    )
    return [
        f"{together} The intervals of customers allow for it: they hold what {held:.0%} of the "
        f"{int(several.sum()):,} with several labelled leads did, by which they were made."
    ]


def _labelled_tiers(conversion: Conversion) -> list[tuple[int, int, float, float, float]]:
    """Return of each tier its labelled leads, those that converted, and their share with its 95 % interval."""
    labelled = conversion.scored.labelled
    assert labelled.y is not None  # they are labelled
    tier = tier_of(100 * labelled.chance, conversion.tiers)
    people = people_of(labelled, conversion.scored.companies).of
    found = []
    for one in conversion.tiers:
        mine = tier == one.name
        converted, known = np.bincount(people[mine], labelled.y[mine]), np.bincount(people[mine])
        told = wilson_of_clusters(converted.astype(np.int64), known)
        found.append((int(known.sum()), int(converted.sum()), *told))
    return found


def _tier_table(conversion: Conversion) -> PageTable:
    leads, rows = conversion.scored.open, []
    tier = tier_of(100 * conversion.scored.to_call.chance, conversion.tiers)
    for one, (known, converted, share, low, high) in zip(conversion.tiers, _labelled_tiers(conversion), strict=True):
        row = [one.name, f"{one.lowest:.1f}"]
        if leads is not None:
            expected = leads.chance[tier == one.name]
            row += [f"{len(expected):,}", f"{expected.sum():.1f}"]
        row += [f"{converted:,} of {known:,}", "–", "–"]
        if known:
            row[-2:] = [f"{share:.1%}", f"{low:.1%} to {high:.1%}"]
        rows.append(row)
    columns = ["labelled leads that converted", "share", "95 % interval"]
    if leads is not None:
        columns = ["open leads", "expected to convert", *columns]
    columns = ["tier", "index from", *columns]
    caption = "Tiers by index: what is expected of leads to call, and what labelled leads of the same index did."
    return PageTable(caption, columns, rows, frozenset(columns[1:]))


def _reason_tables(conversion: Conversion) -> list[PageTable]:
    """Return what raises and lowers the index most often in the highest tier, or among all that were asked about."""
    reasons, leads = conversion.reasons, conversion.scored.open
    if reasons is None or leads is None or not len(reasons.rows):
        return []
    best = conversion.tiers[0]
    chosen, called = 100 * leads.chance[reasons.rows] >= best.lowest, f"leads of tier {best.name}"
    if chosen.sum() < FEWEST:
        chosen, called = np.ones(len(reasons.rows), dtype=bool), "likeliest open leads"
    found = [(way, phrase, rows) for way in (RAISES, LOWERS) for phrase, rows in reasons.most_often(chosen, way)]
    rows = [[way, phrase, f"{count:,}"] for way, phrase, count in found]
    caption = f"What is among the strongest reasons of the {int(chosen.sum()):,} {called} most often."
    return [PageTable(caption, ["direction", "reason", "leads"], rows, frozenset({"leads"}))] if rows else []


def _plot(told: Reliability) -> Plot:
    """Draw what was predicted of labelled leads against what was observed."""
    table = told.table
    figure, plain = axes(4.8, 3.6)
    predicted, observed = 100 * table["predicted"], 100 * table["observed"]
    ends = [(observed - 100 * table["low"]).clip(lower=0), (100 * table["high"] - observed).clip(lower=0)]
    plain.plot([0, 100], [0, 100], color=PALE, linewidth=1, linestyle="--")
    plain.errorbar(predicted, observed, yerr=ends, fmt="o", color=FIRST, markersize=4, capsize=2)
    top = 5 + max(predicted.max(), 100 * table["high"].max())
    plain.set(xlabel="index", ylabel="converted, %", xlim=(0, min(top, 100)), ylim=(0, min(top, 100)))
    caption = (
        f"Index and share that converted of {int(table['rows'].sum()):,} labelled leads in bins of equally many, with "
        "95 % intervals; on the dashed line both are the same."
    )
    return Plot(drawn(figure), caption)
