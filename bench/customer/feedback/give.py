"""Give feedback on a bundle: read outcomes, judge, and write what came out."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from bench.audit.finding import Finding
from bench.bundle.loaded import CUSTOMER as CUSTOMER_COLUMN
from bench.bundle.loaded import DECISION, PROBABILITY, Bundle, load_bundle
from bench.bundle.manifest import Facts
from bench.customer.feedback.drift import Trained, column_drift, new_levels, trained_on
from bench.customer.feedback.judge import Feedback, called_alone, judge
from bench.customer.feedback.measures import ALL
from bench.customer.feedback.outcomes import UNKNOWN, Outcomes, read_outcomes
from bench.customer.feedback.page import feedback_page
from bench.customer.feedback.said import drift_sentences, sentences
from bench.customer.feedback.slices import CUSTOMER, PERIOD, SCORE, Slicing, by_level, by_period, by_score
from bench.customer.feedback.training import BIAS, check_free, met_in_training, sha256_of, write_training
from bench.data.cells import cells_of, days
from bench.data.files import check_file
from bench.data.schema import KNOWN, NEW, NONE
from bench.data.table import Table
from bench.data.understand import Placeholders
from bench.errors import DataError, did_you_mean
from bench.record.columns import AUDIT, FEEDBACK
from bench.record.disk import make_room, replacing
from bench.record.sheet import write_sheet
from bench.score.objective import Objective

PAGE: Final = "feedback.html"
MANIFEST: Final = "manifest.json"
HALF: Final = ".feedback.part"  # in the folder: what is being written, or was when a run was killed
_CUSTOMERS: Final = {KNOWN: "known", NEW: "new", NONE: "no company"}


@dataclass(frozen=True)
class Wanted:
    """What is asked of feedback.

    Attributes
    ----------
    outcomes, leads : as `bench.customer.feedback.outcomes.read_outcomes` takes them
    time : column that periods are made of; None for the experiment's, where the leads have it
    by : columns whose levels are looked at one by one
    output : folder of what is written; None for one beside the bundle, named by the outcomes' SHA-256
    train_out : the next training table, if one is to be written
    """

    outcomes: Path
    leads: Path | None = None
    time: str | None = None
    by: tuple[str, ...] = ()
    output: Path | None = None
    train_out: Path | None = None


@dataclass(frozen=True)
class Given:
    """What feedback came to.

    Attributes
    ----------
    drift : how the leads differ from training, in sentences
    findings : the same column by column; None without the training table
    notices : what was unusual about the files
    folder : where tables and page were written; ``written`` says which
    """

    feedback: Feedback
    folder: Path
    drift: tuple[str, ...]
    findings: tuple[Finding, ...] | None
    notices: tuple[str, ...]
    written: tuple[str, ...]

    def sentences(self) -> list[str]:
        """Return all that is said of the leads, the most important first."""
        return [*sentences(self.feedback), *self.drift]


def give_feedback(folder: Path, wanted: Wanted) -> Given:
    """Judge a bundle by outcomes, and write tables, a page and, if asked for, the next training table.

    Raises
    ------
    BundleError
        If the bundle cannot be loaded.
    DataError
        If a file cannot be read or joined, holds no known outcome of a class, or would be written over.
    """
    check_file(wanted.outcomes)
    output = wanted.output or folder.resolve().parent / f"feedback-{sha256_of(wanted.outcomes)[:10]}"
    _check_places(folder, output, wanted.train_out)
    bundle = load_bundle(folder)
    outcomes = read_outcomes(bundle, wanted.outcomes, wanted.leads)
    trained = trained_on(bundle.manifest)
    slicings, periods = _slicings(outcomes, trained, bundle, wanted)
    objective, unread = _objective(bundle.manifest, trained)
    met = _met(outcomes, trained, bundle)
    feedback = judge(bundle.manifest, outcomes, objective, slicings, periods, met)
    findings, drift = _drift(feedback, outcomes, trained, bundle)
    tables = feedback_tables(feedback, outcomes, findings)
    written = _write(output, tables, feedback_page(feedback, drift, _made(folder, wanted, bundle.manifest)))
    if wanted.train_out is not None:
        sources = {"manifest": folder / MANIFEST, "outcomes": wanted.outcomes}
        sources |= {} if wanted.leads is None else {"leads": wanted.leads}
        extended = write_training(wanted.train_out, bundle.manifest, outcomes, trained, sources)
        written += [*extended.sentences(), *([] if feedback.selection == "all" else [BIAS])]
    said = [periods] if periods and feedback.enough else []
    return Given(feedback, output, tuple(drift), findings, (*outcomes.notices, *unread, *said), tuple(written))


def feedback_tables(
    feedback: Feedback, outcomes: Outcomes, findings: Sequence[Finding] | None
) -> dict[str, pd.DataFrame]:
    """Return the tables that are written, by file name."""
    measured = feedback.table.copy()
    for name, found in (feedback.ranking or {}).items():
        for column, value in ((name, found.value), (f"{name}_low", found.low), (f"{name}_high", found.high)):
            measured[column] = np.nan
            measured.loc[0, column] = value
    unlike: dict[tuple[str, str], list[str]] = {}
    for one in feedback.unlike:
        word = "higher" if one.value > one.rest else "lower"
        unlike.setdefault((one.slicing, one.level), []).append(f"{one.measure} {word}")
    keys = zip(measured["slice"], measured["level"], strict=True)
    measured["differs"] = ["; ".join(unlike.get(key, ())) for key in keys]
    tables = {"feedback.csv": measured.reindex(columns=list(FEEDBACK)), "outcomes.csv": _predicted(feedback, outcomes)}
    if findings is not None:
        rows = [(f.weight, f.code, f.place, f.evidence, f.advice) for f in findings]
        tables["drift.csv"] = pd.DataFrame(rows, columns=list(AUDIT))
    return tables


def _check_places(folder: Path, output: Path, train_out: Path | None) -> None:
    """Keep what belongs to others from being overwritten, and see that there is room."""
    for option, place in (("-o", output), ("--train-out", train_out)):
        if place is not None and place.resolve().is_relative_to(folder.resolve()):
            raise DataError(f"{place}: stands in the bundle, which is not changed. Name another place with {option}.")
    if output.exists():
        what = "is no folder" if not output.is_dir() else "is there already, and nothing in it is overwritten"
        if not output.is_dir() or any(path.name != HALF for path in output.iterdir()):
            raise DataError(f"{output}: {what}. Name another folder with -o.")
    if train_out is not None:
        check_free(train_out)


def _objective(manifest: Facts, trained: Trained) -> tuple[Objective, list[str]]:
    if trained.experiment is not None:
        return trained.experiment.objective, []
    return Objective(), [f"{trained.why} Thresholds are judged by F1."]


def _slicings(outcomes: Outcomes, trained: Trained, bundle: Bundle, wanted: Wanted) -> tuple[list[Slicing], str]:
    """Cut the leads whose outcome is known into parts."""
    known = outcomes.known
    slicings = [by_score(outcomes.probability[known])] if known.any() else []
    if outcomes.read.known is not None and known.any():
        slicings.append(by_level(CUSTOMER, pd.Series(outcomes.read.known[known], dtype="str").map(_CUSTOMERS)))
    for name in dict.fromkeys(wanted.by):
        cells = _column(outcomes.leads, name, "--by", bundle.schema.missing)
        title = f"column {name}" if name in (ALL, PERIOD, SCORE, CUSTOMER) else name
        names = name in (bundle.schema.groups, bundle.schema.id)
        codes = names or name in {c.name for c in bundle.schema.columns if c.kind == "category"}
        slicings.append(by_level(title, cells[known], named=not names, codes=codes))
    period, said = _periods(outcomes, trained, bundle, wanted)
    return [*([] if period is None else [period]), *slicings], said


def _periods(outcomes: Outcomes, trained: Trained, bundle: Bundle, wanted: Wanted) -> tuple[Slicing | None, str]:
    """Cut the leads whose outcome is known by the time asked for, else by the experiment's where they have it."""
    name, known = wanted.time, outcomes.known
    if name is None:
        name = None if trained.experiment is None else trained.experiment.data.time
        if name is None or name not in outcomes.leads.frame:
            return None, "No column of time is known, so periods are not told apart; --time names one."
    cells = cells_of(_column(outcomes.leads, name, "--time", bundle.schema.missing))
    since = days(cells.levels)
    wrong = cells.count(np.isnan(since))
    if wrong > 0.01 * max(cells.present, 1):
        raise DataError(
            f"{outcomes.leads.place}: {name}, the column of time, holds {wrong:,} of {cells.present:,} values that are "
            "no dates. Write dates like 2024-03-31 or 2024-03-31T14:05, or name another column with --time."
        )
    time = cells.spread(since)[known]
    period, said = by_period(time, outcomes.y[known] == 1)
    undated = int(np.isnan(time).sum())
    return period, said + (f" {undated:,} leads have no date and belong to none." if undated and period else "")


def _column(table: Table, name: str, option: str, missing: Sequence[str]) -> pd.Series:
    """Return a column as written, placeholders as gaps."""
    if name not in table.frame:
        columns = list(table.frame.columns)
        raise DataError(f"{table.place} has no column '{name}', named in {option}.{did_you_mean(name, columns)}")
    return Placeholders().blank(table.frame[[name]], missing)[name]


def _drift(
    feedback: Feedback, outcomes: Outcomes, trained: Trained, bundle: Bundle
) -> tuple[tuple[Finding, ...] | None, list[str]]:
    if called_alone(feedback.called_now, feedback.called_then):
        return None, ["Columns are not compared with training's: called leads differ by being called."]
    findings = None if trained.dataset is None else column_drift(trained.dataset, outcomes.read)
    return findings, drift_sentences(findings, new_levels(outcomes.read, bundle.schema), trained.why)


def _met(outcomes: Outcomes, trained: Trained, bundle: Bundle) -> float:
    """Return the share of the leads that equal a row of training, beyond that of its own rows that equal another."""
    if trained.table is None or not outcomes.known.any():
        return 0.0
    old, new = trained.table.frame, outcomes.leads.frame[outcomes.known]
    by_chance = old.duplicated(list(bundle.schema.features), keep=False).mean()
    return max(0.0, float(met_in_training(old, new, bundle.schema).mean() - by_chance))


def _predicted(feedback: Feedback, outcomes: Outcomes) -> pd.DataFrame:
    """Return a line for each lead: what was said of it, and what became of it."""
    negative, positive = feedback.manifest.labels
    words = np.array([negative, positive, ""], dtype=object)  # the last for what is not known yet
    columns: dict[str, object] = {
        "id": outcomes.names.to_numpy(),
        PROBABILITY: outcomes.probability,
        DECISION: words[outcomes.called.astype(int)],
        "outcome": words[np.where(outcomes.y == UNKNOWN, 2, outcomes.y)],
    }
    if outcomes.read.known is not None:
        columns[CUSTOMER_COLUMN] = outcomes.read.known
    return pd.DataFrame(columns)


def _made(folder: Path, wanted: Wanted, manifest: Facts) -> list[str]:
    """Return how the page is made again, in the user's words."""
    words = ["bench", "feedback", str(folder), str(wanted.outcomes)]
    words += [] if wanted.leads is None else ["--leads", str(wanted.leads)]
    words += [] if wanted.time is None else ["--time", wanted.time]
    words += [word for name in wanted.by for word in ("--by", name)]
    return [
        f"`{shlex.join(words)} -o FOLDER` makes this page again in another folder, from the bundle of "
        f"{manifest.experiment} (training table {manifest.data_id}, folds {manifest.folds_id}) and outcomes whose "
        f"SHA-256 begins with {sha256_of(wanted.outcomes)[:10]}.",
        "It names no single lead or customer; the tables beside it may.",
    ]


def _write(output: Path, tables: Mapping[str, pd.DataFrame], page: str) -> list[str]:
    """Write tables and page; a run that is killed leaves nothing that keeps the next from it."""
    half = output / HALF
    make_room(half / PAGE, DataError)
    for name, table in tables.items():
        write_sheet(table, half / name)
    with replacing(half / PAGE) as file:
        file.write(page)
    for name in (*tables, PAGE):
        (half / name).replace(output / name)
    shutil.rmtree(half)  # with what an earlier run may have left there
    return [f"{output}: {', '.join((PAGE, *tables))}."]
