"""The whole customer index, of a finished run or of a log without an outcome: its sheets and its page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bench.audit.adversarial import tell_apart
from bench.bundle.loaded import Bundle
from bench.components.steps.derived.shares import FEWEST_ROWS
from bench.customer.classes.latent import Classes, latent_classes
from bench.customer.classes.levels import per_customer
from bench.customer.classes.told import classes_block, write_classes
from bench.customer.conversion.chances import score_leads, tiers_of
from bench.customer.conversion.people import people_of, people_of_both, people_table
from bench.customer.conversion.told import conversion_block, conversion_index, write_conversion
from bench.customer.indices.log import log_of_experiment, log_of_file
from bench.customer.indices.statistical import Indices, indices_block, indices_of, write_indices
from bench.customer.leads import Scored
from bench.customer.offers.conditions import Offer, check_offers, read_offers
from bench.customer.offers.match import Offered, match_offers
from bench.customer.offers.told import offers_block, write_offers
from bench.customer.readable import company_columns
from bench.customer.shortlist.shortlist import Shortlist, shortlist, shortlist_block, write_shortlist
from bench.customer.target.segments import target_table, write_target
from bench.customer.target.told import target_block
from bench.data.dataset import read_tables
from bench.data.notices import plural
from bench.data.understand import Placeholders
from bench.ensemble.blend import who_predicts
from bench.ensemble.customers import Customers
from bench.ensemble.foresight import foresee
from bench.ensemble.reasons import stacked
from bench.errors import ExperimentError
from bench.page.block import Block
from bench.page.page import page
from bench.plan.experiment import Experiment
from bench.plan.grid import Plan
from bench.plan.indices import CustomersSection, IndexFile
from bench.record.disk import replacing

_WHOM = "It names no single lead or customer; the sheets beside it do, and are for those who call."


def index_of_run(
    plan: Plan, experiment: Experiment, customers: Customers, bundle: Bundle, folder: Path, workers: int
) -> list[str]:
    """Make the customer index of a finished run, write it into a folder, and say what came of it.

    Parameters
    ----------
    bundle : what was exported from this run: the winner, unless another was asked for
    folder : where the sheets and ``index.html`` go

    Raises
    ------
    ExperimentError, DataError, BundleError
        If the sections [[index]] and [customers] do not fit the table, or the bundle does not fit the run.
    """
    section = experiment.customers
    indices = indices_of(experiment.index, log_of_experiment(experiment)) if experiment.index else None
    offers, cells = _offers(section), _cells(experiment, customers)
    scored = score_leads(customers, bundle)
    tiers = tiers_of(section, scored.rate)
    # What can be refused, is so before the longer work.
    check_offers(offers, map(str, cells), [one.name for one in experiment.index], [tier.name for tier in tiers])
    target = target_table(scored, section, {tier.name: tier.lowest for tier in tiers})

    conversion = conversion_index(scored, section, bundle)
    short = _shortlist(plan, experiment, customers, bundle, scored, workers)
    classes = _classes(scored, section) if section.classes else None
    offered = None
    if offers:
        facts, shares = _facts(scored, people_table(scored, tiers), classes, indices)
        people = people_of(scored.to_call, scored.companies)
        offered = match_offers(offers, people.names, facts, shares, cells, people.of, [tier.name for tier in tiers])

    differ = short is not None and bool(short.doubts)
    parts = [_Part(conversion_block(conversion, differ), partial(write_conversion, conversion))]
    if short and scored.open:
        parts.append(_Part(shortlist_block(short), partial(write_shortlist, short, scored.open, scored.companies)))
    parts.append(_Part(target_block(target), partial(write_target, target)))
    answer = [part.block.sentences[0] for part in parts]
    parts += _others(indices, classes, offered, people_of_both(scored).names)
    return _written(experiment.name, [experiment.question, *answer], parts, _made(experiment, bundle), folder)


def index_of_log(file: IndexFile, folder: Path) -> list[str]:
    """Make the statistical indices of a log, with latent classes and offers, and say what came of it.

    Raises
    ------
    ExperimentError, DataError
        If the log cannot be read, or a section does not fit it.
    """
    if not file.index:
        raise ExperimentError(f"{file.path}: there is no [[index]] section. Write one for each share to be looked at.")
    section, offers = file.customers, _offers(file.customers)
    log = log_of_file(file, [one.column for offer in offers for one in offer.when if one.column])
    check_offers(offers, log.columns, [one.name for one in file.index], ())
    indices = indices_of(file.index, log)
    profiles, classes = indices.profiles, None
    if section.classes and len(profiles):
        classes = latent_classes(profiles, section.classes, smallest=section.smallest, columns=section.columns)
    offered = None
    if offers:
        told = pd.Series(classes.labels if classes else "", profiles.index, dtype="str")
        facts = pd.DataFrame({"class": told.reindex(list(indices.customers), fill_value="").to_numpy()})
        numbers, _ = log.numbered()
        whose = numbers >= 0
        offered = match_offers(offers, indices.customers, facts, indices.shares, log.cells[whose], numbers[whose])

    parts = _others(indices, classes, offered, tuple(profiles.index))
    opening = [file.question]
    if section.classes:
        opening.append(
            f"Kinds of customers are looked for among the {len(profiles):,} of {len(indices.customers):,} customers "
            f"with {FEWEST_ROWS} rows or more in every index."
        )
    made = f"`bench index {file.path}` makes this page again. {_WHOM}"
    return _written(file.name, opening, parts, [made], folder)


@dataclass(frozen=True)
class _Part:
    """A part of the index: what the page says of it, and how its sheets are written into a folder."""

    block: Block
    write: Callable[[Path], Path | tuple[Path, ...]]


def _offers(section: CustomersSection) -> tuple[Offer, ...]:
    return read_offers(Path(section.offers)) if section.offers else ()


def _cells(experiment: Experiment, customers: Customers) -> pd.DataFrame:
    """Return the leads to call as their file writes them, placeholders as gaps."""
    train, submission, _ = read_tables(experiment.data)
    if submission is not None:
        frame = submission.frame
    else:
        frame = train.frame.drop(columns=experiment.data.target).iloc[customers.main.labels.rows]
    return Placeholders().blank(frame, experiment.data.missing)


def _shortlist(
    plan: Plan, experiment: Experiment, customers: Customers, bundle: Bundle, scored: Scored, workers: int
) -> Shortlist | None:
    """Return the shortlist; None where there is nobody to call."""
    if scored.open is None:
        return None
    dataset, combination = customers.dataset, bundle.predictor.combination
    foresight = foresee(
        customers.kinds(combination, scored.open.score),
        float(dataset.y.mean()),
        experiment.submission.positive_rate,
        experiment.objective,
    )
    return shortlist(
        plan,
        experiment,
        customers,
        combination,
        scored.open.score,
        experiment.customers,
        workers,
        tell_apart(dataset),
        foresight.estimate,
    )


def _classes(scored: Scored, section: CustomersSection) -> Classes:
    """Find latent classes among the customers of both tables."""
    labelled, both = scored.labelled, people_of_both(scored)
    assert labelled.y is not None  # they are labelled
    features = labelled.features if scored.open is None else stacked(labelled.features, scored.open.features)
    # Of a company its own name says nothing; as a number it would even be cut into bands.
    groups = np.concatenate([table.groups for table in (labelled, scored.open) if table is not None])
    names = company_columns(features, groups, scored.companies) - set(section.columns)
    features = features.drop(columns=[*names])
    of_labelled, size = both.of[: len(labelled)], len(both.names)
    known, converted = np.bincount(of_labelled, minlength=size), np.bincount(of_labelled, labelled.y, size)
    return latent_classes(
        per_customer(features, both.of),
        section.classes,
        converted.astype(np.int64),
        known.astype(np.int64),
        section.smallest,
        section.columns,
    )


def _facts(
    scored: Scored, table: pd.DataFrame, classes: Classes | None, indices: Indices | None
) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    """Return what is known of each customer to call, in the order of `people_of`, and its statistical indices.

    Parameters
    ----------
    table : of `people_table`
    """
    leads, both = scored.to_call, people_of_both(scored)
    first = np.unique(people_of(leads, scored.companies).of, return_index=True)[1]
    own: NDArray[np.intp] = both.of[len(both.of) - len(leads) :][first]
    facts = table[["tier", "index"]].iloc[own].reset_index(drop=True)
    if classes is not None:
        facts["class"] = classes.labels[own]
    shares = None
    if indices is not None:
        # A lead of no company may be called what a company is called.
        names = np.array(both.names, dtype=object)[own]
        shares = indices.shares.reindex(names).reset_index(drop=True)
        shares.loc[leads.groups[first] < 0] = np.nan
    return facts, shares


def _others(
    indices: Indices | None, classes: Classes | None, offered: Offered | None, classed: Sequence[str]
) -> list[_Part]:
    """Return the parts that a log without an outcome may have too; ``classed`` are the customers of the classes."""
    parts = []
    if indices:
        parts.append(_Part(indices_block(indices), partial(write_indices, indices)))
    if classes:
        parts.append(_Part(classes_block(classes), partial(write_classes, classes, classed)))
    if offered:
        parts.append(_Part(offers_block(offered), partial(write_offers, offered)))
    return parts


def _made(experiment: Experiment, bundle: Bundle) -> list[str]:
    """Say how the page was made, and by whose probabilities: a bundle need not be the winner's."""
    manifest = bundle.manifest
    who = f"{who_predicts(manifest.weights)} ({plural(len(manifest.members), 'trial')})"
    if len(manifest.members) == 1:
        who = f"{who_predicts(manifest.weights)} ({manifest.members[0].configuration})"
    return [
        f"`bench index {experiment.path}` makes this page again, from the bundle of {manifest.experiment} (training "
        f"table {manifest.data_id}, folds {manifest.folds_id}). {_WHOM}",
        f"Probabilities are those of {who}, which `bench run` or `bench export` wrote into the bundle last.",
        *bundle.notices,
    ]


def _written(name: str, opening: Sequence[str], parts: Sequence[_Part], made: Sequence[str], folder: Path) -> list[str]:
    """Write the sheets and the page, once all is made, and return what is said of them."""
    whole = page(f"{name}: customer index", [one for one in opening if one], [part.block for part in parts], made)
    folder.mkdir(parents=True, exist_ok=True)
    sheets: list[Path] = []
    for part in parts:
        places = part.write(folder)
        sheets += [places] if isinstance(places, Path) else places
    place = folder / "index.html"
    with replacing(place) as file:
        file.write(whole)
    said = [f"{part.block.title}: {part.block.sentences[0]}" for part in parts]
    if older := [path.name for path in sorted(folder.glob("*.csv")) if path not in sheets]:
        said.append(f"Not of this index, but of an earlier one: {', '.join(older)}.")
    return [
        *said,
        f"Beside the page, for those who call: {', '.join(path.name for path in sheets)}.",
        f"The page: {place}",
    ]
