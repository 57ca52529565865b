"""Plant known leaks in copies of a table, and see which of the guards notice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bench.audit.finding import Finding
from bench.data.dataset import Column, Dataset
from bench.data.folds import FoldsSection, make_folds
from bench.data.roles import Kind
from bench.errors import DataError

FLIPPED: Final = 0.02  # of the rows of each label, in the copy of the target
SPREAD: Final = 0.3  # standard deviation of the noise on the label by which rows are put in order
COPIED: Final = 1 / 3  # of the positives
TIMES: Final = 2  # that each of them stands once more
LARGEST_COMPANY: Final = 20  # rows, where the table names no companies
NOTED: Final = (0.4, 0.8)  # share of the negatives and positives that somebody took a note of afterwards
OPENINGS: Final = ("called back:", "mail answered:", "visited the site:", "after the demo:", "second call:")
ENDINGS: Final = (
    ("no budget, closed as lost", "went to a competitor, lost", "never answered again, lost"),
    ("order signed and invoice sent", "contract signed, delivery agreed", "order received, contract filed"),
)


@dataclass(frozen=True)
class Leak:
    """A leak that can be planted.

    Attributes
    ----------
    about : what is planted, for a person
    plant : makes the copy of the table
    code : of the finding that names it
    """

    about: str
    plant: Callable[[Dataset, np.random.Generator], Dataset]
    code: str


@dataclass(frozen=True)
class Hunted:
    """What became of one planted leak.

    Attributes
    ----------
    kind, planted : a key of `LEAKS`, and what was planted
    seen : True if the audit finds a leak at the planted column, or one of the leak's code where no column is planted,
        with evidence that it does not give on the table as it is
    already : True if it finds such a leak on the table as it is
    guards : what noticed, as "audit: code" and "folds: what they do"; other findings at a planted column among them
    evidence : of the first finding that names the leak
    """

    kind: str
    planted: str
    seen: bool
    already: bool
    guards: tuple[str, ...]
    evidence: str


def hunt(dataset: Dataset, audit: Callable[[Dataset], list[Finding]], seed: int = 0) -> list[Hunted]:
    """Plant each kind of leak in a copy of the table and return which guards notice it; the table stays as it is."""
    before = audit(dataset)
    return [_hunted(kind, dataset, plant(dataset, kind, seed), before, audit) for kind in LEAKS]


def hunted_rows(hunted: Sequence[Hunted]) -> tuple[list[str], list[list[str]]]:
    """Return header and rows of a table for the terminal."""
    rows = []
    for each in hunted:
        verdict = "seen" if each.seen else "NOT SEEN"
        if each.already:
            verdict = "there already; seen with more" if each.seen else "there already; no more seen"
        rows.append([each.kind, each.planted, verdict, ", ".join(each.guards) or "nothing"])
    return ["leak", "planted", "verdict", "seen by"], rows


def plant(dataset: Dataset, kind: str, seed: int) -> Dataset:
    """Return a copy of the table with one of the `LEAKS` in it; the same seed plants the same.

    A column that is planted is called "planted ..."; the rows to predict hold in it what is known before the outcome.
    """
    planted = LEAKS[kind].plant(dataset, np.random.default_rng(seed))
    data_id = sha256(f"{dataset.data_id} {kind} {seed}".encode()).hexdigest()[:10]
    return replace(planted, data_id=data_id)


def _hunted(
    kind: str,
    dataset: Dataset,
    planted: Dataset,
    before: Sequence[Finding],
    audit: Callable[[Dataset], list[Finding]],
) -> Hunted:
    leak = LEAKS[kind]
    column = next((str(name) for name in planted.features if name not in dataset.features), None)
    found = [finding for finding in audit(planted) if finding not in before]
    naming = [f for f in found if f.weight == "leak" and (f.place == column if column else f.code == leak.code)]
    others = [f for f in found if column == f.place and f not in naming]
    return Hunted(
        kind=kind,
        planted=leak.about,
        seen=bool(naming),
        already=any(finding.weight == "leak" and finding.code == leak.code for finding in before) and not column,
        guards=(*dict.fromkeys(f"audit: {f.code}" for f in naming + others), *_folds_that_guard(kind, planted)),
        evidence=naming[0].evidence if naming else "",
    )


def _folds_that_guard(kind: str, planted: Dataset) -> tuple[str, ...]:
    """Return what folds do about a leak, where they do."""
    of_companies = kind == "company that fixes the label" and planted.groups is not None
    try:
        section = FoldsSection(scheme="stratified_group" if of_companies else "stratified")
        fold_of = make_folds(planted, section).fold_of[0]
    except DataError:  # too few rows of a label for folds
        return ()
    if of_companies:
        return ('folds: scheme = "stratified_group" keeps companies whole',)
    if kind == "duplicated positives":
        copies = pd.util.hash_pandas_object(planted.features, index=False).to_numpy()
        together = pd.Series(fold_of).groupby(copies).nunique().max() == 1
        return ("folds: equal rows share one",) if together else ()
    if kind == "order by target":
        rates = pd.Series(planted.y).groupby(fold_of).mean()
        even = rates.max() - rates.min() <= 0.1 * planted.y.mean()
        return ("folds: rows are shuffled",) if even else ()
    return ()


def _target_copy(dataset: Dataset, rng: np.random.Generator) -> Dataset:
    """Add the target with some rows flipped; the rows to predict hold as many of each, unrelated to anything."""
    flipped = rng.random(len(dataset.y)) < FLIPPED
    copy = np.where(flipped, 1 - dataset.y, dataset.y)
    asked = None if dataset.submission is None else rng.choice(copy, len(dataset.submission))
    words = np.array(["open", "closed"], dtype=object)
    return _with_column(dataset, "planted copy", "category", words[copy], None if asked is None else words[asked])


def _order(dataset: Dataset, rng: np.random.Generator) -> Dataset:
    """Put most positives before most negatives."""
    return _taken(dataset, np.argsort(SPREAD * rng.normal(size=len(dataset.y)) - dataset.y))


def _duplicates(dataset: Dataset, rng: np.random.Generator) -> Dataset:
    """Write some positives again, at random places; the other rows keep their order."""
    positives = np.flatnonzero(dataset.y == 1)
    chosen = rng.choice(positives, max(1, round(COPIED * len(positives))), replace=False)
    copies = np.repeat(chosen, TIMES)
    rows = np.arange(len(dataset.y))
    places = np.append(rows, rng.uniform(0, len(rows), len(copies)))
    return _taken(dataset, np.append(rows, copies)[np.argsort(places)])


def _companies(dataset: Dataset, rng: np.random.Generator) -> Dataset:
    """Give all rows of a company the outcome of one of them; without companies, add codes of one outcome each."""
    groups, y = dataset.groups, dataset.y
    if groups is not None and (groups >= 0).any():
        shuffled = rng.permutation(np.flatnonzero(groups >= 0))
        one_of = np.zeros(groups.max() + 1, dtype=np.int64)
        one_of[groups[shuffled]] = shuffled  # the last of each company stays
        return replace(dataset, y=np.where(groups >= 0, y[one_of[groups]], y).astype(np.int8))
    total = len(y) + (0 if dataset.submission is None else len(dataset.submission))
    sizes = rng.integers(1, LARGEST_COMPANY + 1, total)
    dealt = np.repeat(rng.permutation(total), sizes)[:total]  # companies of so many rows, one after the other
    codes = np.array([f"C{number:06}" for number in dealt], dtype=object)
    of_train = np.empty(len(y), dtype=object)
    of_train[np.lexsort((rng.random(len(y)), y))] = codes[: len(y)]
    return _with_column(
        dataset, "planted company", "category", of_train, None if dataset.submission is None else codes[len(y) :]
    )


def _notes(dataset: Dataset, rng: np.random.Generator) -> Dataset:
    """Add notes that were taken after the outcome; on the rows to predict nobody has taken any, or they say nothing."""

    def note(won: int) -> str | None:
        if rng.random() >= NOTED[won]:
            return None
        return f"{rng.choice(OPENINGS)} {rng.choice(ENDINGS[won])}, file {rng.integers(100, 1000)}"

    notes = np.array([note(int(won)) for won in dataset.y], dtype=object)
    asked = None
    if dataset.submission is not None:
        asked = np.full(len(dataset.submission), None, dtype=object)
        if rng.random() < 0.5:
            asked[rng.random(len(asked)) < np.mean(NOTED)] = "new request, to be called"
    return _with_column(dataset, "planted notes", "text", notes, asked)


def _with_column(
    dataset: Dataset, name: str, kind: Kind, train: NDArray[np.object_], asked: NDArray[np.object_] | None
) -> Dataset:
    """Return the table with one more feature, a category or a text."""
    while name in dataset.features or any(column.name == name for column in dataset.columns):
        name += " again"
    both = train if asked is None else np.append(train, asked)
    dtype = pd.CategoricalDtype(sorted({cell for cell in both if cell is not None})) if kind == "category" else "str"
    features = dataset.features.assign(**{name: pd.Series(train, dtype=dtype, index=dataset.features.index)})
    submission = dataset.submission
    if submission is not None and asked is not None:
        submission = submission.assign(**{name: pd.Series(asked, dtype=dtype, index=submission.index)})
    column = Column(name, kind, "planted", int(features[name].isna().sum()), int(features[name].nunique()))
    return replace(dataset, features=features, submission=submission, columns=(*dataset.columns, column))


def _taken(dataset: Dataset, rows: NDArray[np.intp]) -> Dataset:
    """Return the table with these training rows, in this order."""
    return replace(
        dataset,
        features=dataset.features.iloc[rows].reset_index(drop=True),
        y=dataset.y[rows],
        groups=None if dataset.groups is None else dataset.groups[rows],
        time=None if dataset.time is None else dataset.time[rows],
    )


LEAKS: Final[dict[str, Leak]] = {
    "target copy": Leak(f"a column that is the target but for {FLIPPED:.0%} of the rows", _target_copy, "target-copy"),
    "order by target": Leak("rows with most positives first", _order, "ordered-by-target"),
    "duplicated positives": Leak(f"a third of the positives written {TIMES} more times", _duplicates, "duplicate-rows"),
    "company that fixes the label": Leak("all rows of a company share one outcome", _companies, "company-fixes-label"),
    "text after the outcome": Leak(
        "notes of what came of most leads, none on those to predict", _notes, "after-outcome"
    ),
}
