"""Latent classes as sheets and as a part of the page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from bench.customer.classes.latent import STABLE, SURE, Classes, Tried
from bench.customer.classes.profile import Conversion, Trait
from bench.customer.readable import LETTERS
from bench.data.notices import shortened
from bench.page.block import Block, PageTable, Plot
from bench.record.columns import CLASSES, MEMBERSHIP
from bench.record.sheet import write_sheet

SHOWN = 4  # levels of a class


def write_classes(classes: Classes, customers: Sequence[str], folder: Path) -> tuple[Path, Path]:
    """Write the profile of each class to ``classes.csv`` and who is in it to ``membership.csv``; return their paths.

    Parameters
    ----------
    customers : names, in the order of the table that the classes were found in
    """
    profile, membership = folder / "classes.csv", folder / "membership.csv"
    write_sheet(pd.DataFrame(_profile(classes), columns=[*CLASSES]), profile)
    state = np.where(classes.told, "told", "cannot tell")
    frame = pd.DataFrame({"customer": list(customers), "class": classes.labels, "state": state})
    for number, probability in enumerate(classes.posterior.T, start=1):
        frame[f"class_{number}"] = probability.round(4)
    assert [*frame][: len(MEMBERSHIP)] == [*MEMBERSHIP]
    write_sheet(frame, membership)
    return profile, membership


def classes_block(classes: Classes) -> Block:
    """Return what the page says of the classes: how many, how sure, what they are and how often they convert."""
    title, tried = "Kinds of customers", _tried(classes)
    copies = [f"{name} ({other})" for name, other in classes.levels.same]
    left_out = [f"Left out, because another column says the same: {', '.join(copies)}."] if copies else []
    if len(classes.names) == 1:
        return Block(title, [*_none_found(classes), *left_out], [tried] if classes.tried else [])
    sentences = [*_how_sure(classes), *_not_chosen(classes), *_converting(classes), *left_out]
    plots = [_rates_drawn(classes)] if any(of.labelled for of in classes.conversions) else []
    return Block(title, sentences, [_sizes(classes), _traits(classes), tried], plots)


def _profile(classes: Classes) -> Iterator[list[object]]:
    unknown = Conversion(0, 0, 0, np.nan, np.nan, np.nan)
    for number, (name, traits) in enumerate(zip(classes.names, classes.traits, strict=True)):
        of = classes.conversions[number] if classes.conversions else unknown
        size = int(np.count_nonzero(classes.of == number))
        start = [number + 1, name, size, of.labelled, of.converted, of.rate, of.low, of.high]
        for t in traits:
            yield [*start, t.column, t.level, t.share, t.rest, t.difference, t.low, t.high, t.customers]
        if not traits:
            yield [*start, None, None, *[np.nan] * 5, None]


def _none_found(classes: Classes) -> list[str]:
    none = "No classes of customers were looked for: "
    if not classes.levels.columns:
        return [f"{none}no column is left that tells customers apart."]
    if len(classes.of) < 2 * classes.fewest:
        return [f"{none}two classes of at least {classes.fewest:,} need more customers than these {len(classes.of):,}."]
    if len(classes.tried) == 1:
        return [f"{none}one is the most that is asked for."]
    return [
        "No classes of customers were found: they are best described as one kind, whose columns vary by themselves.",
        *_not_chosen(classes),
    ]


def _how_sure(classes: Classes) -> list[str]:
    chosen = _chosen(classes)
    return [
        f"Customers fall into {chosen.classes} classes: kinds of customers that fill in their columns alike. Nobody "
        "said what to look for, and whether a lead converted played no part.",
        f"Two halves of the customers find much the same classes (agreement {chosen.agreement:.2f}, where 1 is the "
        f"same and 0 is chance); {classes.told.mean():.1%} of the customers belong to one with a probability of "
        f"{SURE} or more.",
    ]


def _not_chosen(classes: Classes) -> list[str]:
    """Say where the number of classes by BIC and the one taken differ."""
    chosen, best = _chosen(classes), min(classes.tried, key=lambda tried: tried.bic)
    if best is chosen:
        more = best is classes.tried[-1] and best.classes > 1
        return ["It is the largest number that was tried; more might fit better still."] if more else []
    if best.agreement is not None and best.agreement < STABLE:
        why = f"other customers would give others (agreement {best.agreement:.2f}, and {STABLE} is asked for)"
    elif best.smallest < classes.fewest:
        why = f"the smallest would hold {best.smallest:,} customers only"
    else:
        why = f"they would fit only little better than {chosen.classes}"
    return [f"By fit alone (BIC) there would be {best.classes}, but {why}."]


def _converting(classes: Classes) -> list[str]:
    known = [(number, of) for number, of in enumerate(classes.conversions, start=1) if of.labelled]
    if len(known) < 2:
        return []
    most, least = max(known, key=lambda pair: pair[1].rate), min(known, key=lambda pair: pair[1].rate)
    if most[1].low <= least[1].high:
        return ["The classes do not surely differ in how often their leads convert."]
    said = (
        f"Leads of class {most[0]} convert most often ({most[1].rate:.1%}), those of class {least[0]} least "
        f"({least[1].rate:.1%})."
    )
    together = any(of.labelled > of.customers for _, of in known)
    return [said + " Where an interval is wide, a few customers with many leads decide it." * together]


def _sizes(classes: Classes) -> PageTable:
    rows = []
    sizes = np.bincount(classes.of, minlength=len(classes.names))
    for number, name in enumerate(classes.names):
        row = [f"{number + 1}", name, f"{sizes[number]:,}", f"{sizes[number] / sizes.sum():.0%}"]
        if classes.conversions:
            row += _outcomes(classes.conversions[number])
        rows.append(row)
    outcomes = ["Leads with outcome", "Converted", "Rate", "95 % interval"] if classes.conversions else []
    return PageTable(
        "Each customer counts in its likeliest class; a class is named by the two levels it has most more of.",
        ["Class", "What stands out", "Customers", "Share", *outcomes],
        rows,
        frozenset(["Class", "Customers", "Share", *outcomes]),
    )


def _outcomes(of: Conversion) -> list[str]:
    if not of.labelled:
        return ["0", "0", "not known", ""]
    return [f"{of.labelled:,}", f"{of.converted:,}", f"{of.rate:.1%}", f"{of.low:.1%} to {of.high:.1%}"]


def _traits(classes: Classes) -> PageTable:
    shown = [
        (number, trait)
        for number, traits in enumerate(classes.traits, start=1)
        for trait in [trait for trait in traits if trait.low > 0][:SHOWN]
    ]
    rows = [[f"{number}", *_as_read(trait)] for number, trait in shown]
    return PageTable(
        "What each class has more of than the rest; all of it is in classes.csv.",
        ["Class", "Column", "Level", "In the class", "In the rest", "More", "95 % interval"],
        rows,
        frozenset(["Class", "In the class", "In the rest", "More", "95 % interval"]),
    )


def _as_read(trait: Trait) -> list[str]:
    more = f"{100 * trait.difference:+.0f} %p"
    return [
        trait.column,
        shortened(trait.level, LETTERS),
        f"{trait.share:.0%}",
        f"{trait.rest:.0%}",
        more,
        f"{100 * trait.low:+.0f} to {100 * trait.high:+.0f}",
    ]


def _tried(classes: Classes) -> PageTable:
    rows = [
        [
            f"{tried.classes}" + (" (taken)" if tried is _chosen(classes) else ""),
            f"{tried.bic:,.0f}",
            "not asked" if tried.agreement is None else f"{tried.agreement:.2f}",
            f"{tried.smallest:,}",
        ]
        for tried in classes.tried
    ]
    return PageTable(
        f"Taken is the best fit (least BIC) of those that halves of the customers agree on ({STABLE} or more), as long "
        f"as it gains enough by each class; fitted on {classes.customers:,} customers.",
        ["Classes", "BIC", "Agreement", "Smallest class"],
        rows,
        frozenset(["Classes", "BIC", "Agreement", "Smallest class"]),
    )


def _rates_drawn(classes: Classes) -> Plot:
    from bench.page.plots import FIRST, PALE, axes, drawn

    known = [(number, of) for number, of in enumerate(classes.conversions) if of.labelled]
    at = [-number for number, _ in known]
    rate = np.array([100 * of.rate for _, of in known])
    ends = np.array([[100 * of.low, 100 * of.high] for _, of in known]).T
    overall = 100 * sum(of.converted for _, of in known) / sum(of.labelled for _, of in known)
    figure, plain = axes(height=0.9 + 0.4 * len(known))
    plain.errorbar(rate, at, xerr=np.abs(ends - rate), fmt="o", color=FIRST, capsize=3)
    plain.axvline(overall, color=PALE, linestyle="--")
    plain.set_yticks(at, [f"class {number + 1}" for number, _ in known])
    plain.set_xlabel("leads that converted, %")
    plain.set_xlim(left=-1)
    plain.margins(y=0.15)
    return Plot(
        drawn(figure), "How often leads of each class converted, with 95 % intervals; dashed: all classes together."
    )


def _chosen(classes: Classes) -> Tried:
    return next(tried for tried in classes.tried if tried.classes == len(classes.names))
