"""The form that a submission is asked for in: to write one, and to find the first thing in which a file differs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bench.data.dataset import Dataset
from bench.data.files import check_file, first_bytes
from bench.data.notices import plural
from bench.data.roles import Roles
from bench.data.scan import scan
from bench.data.table import Table, read_table
from bench.data.writing import csv_text
from bench.errors import SubmissionError
from bench.plan.experiment import Experiment

_PAIRS = [("0", "1"), ("0.0", "1.0"), ("False", "True"), ("false", "true"), ("FALSE", "TRUE"), ("no", "yes")]
_PAIRS += [("No", "Yes"), ("NO", "YES"), ("n", "y"), ("N", "Y"), ("f", "t"), ("F", "T")]
_OPPOSITE = dict(_PAIRS) | {positive: negative for negative, positive in _PAIRS}


@dataclass(frozen=True)
class Writing:
    """How the bytes of a table are written."""

    packing: str  # "a plain text file", "packed with gzip" or "a parquet file"
    delimiter: str | None  # None for parquet
    marked: bool  # by a byte-order mark


@dataclass(frozen=True)
class Form:
    """What is asked for.

    Attributes
    ----------
    name : who asks, in words
    frame : the answer in the right rows and columns, labels left open
    id, target : of its columns; id None where there is none
    labels : the words that are allowed; with fewer than two, any other word may be the missing one
    writing : of the bytes
    """

    name: str
    frame: pd.DataFrame
    id: str | None
    target: str
    labels: frozenset[str]
    writing: Writing


def sample_form(sample: Path) -> Form:
    """Read the form off a sample.

    Of two columns or more, the id is the first in which the sample repeats nothing; the label is the last of the
    others. A sample often holds the negative label only; its opposite in the same spelling is allowed beside it.
    """
    frame = read_table(sample).frame
    names = list(frame.columns)
    ids = next((name for name in names if frame[name].is_unique), names[0]) if len(names) > 1 else None
    target = [name for name in names if name != ids][-1]
    known = set(frame[target].dropna())
    labels = frozenset(known | {_OPPOSITE[word] for word in known if word in _OPPOSITE})
    return Form(f"the sample {sample}", frame, ids, target, labels, _writing(sample))


def asked_form(experiment: Experiment, dataset: Dataset) -> Form:
    """Return the form that an experiment asks for: its sample's rows and columns, the labels of its train table.

    Raises
    ------
    SubmissionError
        If it names no table to predict.
    """
    roles = experiment.data
    if dataset.submission is None:
        raise SubmissionError(f"{experiment.path}: [data] names no submission, so it asks for none.")
    frame = submission_frame(dataset, np.zeros(len(dataset.submission), dtype=bool), roles)
    writing = Writing("a plain text file", _delimiter(dataset, roles), marked=False)
    ids = roles.id if roles.id in frame else None
    return Form(f"the experiment {experiment.path}", frame, ids, roles.target, frozenset(dataset.labels), writing)


def submission_text(dataset: Dataset, called: NDArray[np.bool_], roles: Roles) -> str:
    """Return the submission as CSV: the ids exactly as written, and the label words of the train table.

    Where a sample says the order of rows and columns, or another delimiter, it is followed.

    Parameters
    ----------
    called : ndarray of bool, shape (m,)
        Which rows of the table to predict are called positive.
    """
    return csv_text(submission_frame(dataset, called, roles), _delimiter(dataset, roles))


def submission_frame(dataset: Dataset, called: NDArray[np.bool_], roles: Roles) -> pd.DataFrame:
    """Return the submission of `submission_text` as a table of texts."""
    labels = np.where(called, dataset.labels[1], dataset.labels[0])
    if dataset.ids is None or roles.id is None:
        return pd.DataFrame({roles.target: labels}, dtype="str")
    frame = pd.DataFrame({roles.id: dataset.ids.to_numpy(), roles.target: labels}, dtype="str")
    if dataset.sample is not None:
        frame = frame.set_index(roles.id).loc[dataset.sample[roles.id]].reset_index()
        frame = frame[list(dataset.sample.columns)]
    return frame


def check_submission(path: Path, form: Form) -> int:
    """Check that a submission has the form that is asked for, and return its number of rows.

    Raises
    ------
    SubmissionError
        At the first thing that differs: how it is written, columns, rows, ids, their order, gaps, or labels of
        another spelling.
    """
    table = read_table(path)
    _check_writing(path, _writing(path), form)
    header = list(scan(path).header) if table.source else list(table.frame.columns)  # of a CSV, as it was written
    if header != list(form.frame.columns):
        raise SubmissionError(
            f"{path}: has the columns {_list(header)}; {form.name} asks for {_list(form.frame.columns)}. "
            "Write the same ones in the same order."
        )
    if form.id is not None:
        _check_ids(table, form, form.id)
    elif len(table.frame) != len(form.frame):
        raise SubmissionError(
            f"{path}: has {plural(len(table.frame), 'row')}; {form.name} asks for {len(form.frame):,}."
        )
    _check_labels(table, form)
    return len(table.frame)


def _writing(path: Path) -> Writing:
    head = check_file(path)
    if head.startswith(b"PAR1") or path.suffix == ".parquet":
        return Writing("a parquet file", None, marked=False)
    packing = "packed with gzip" if head.startswith(b"\x1f\x8b") else "a plain text file"
    return Writing(packing, scan(path).delimiter, first_bytes(path).startswith(b"\xef\xbb\xbf"))


def _delimiter(dataset: Dataset, roles: Roles) -> str:
    """Return the sample's delimiter; a comma where there is none, or its file knows no delimiters."""
    asked = dataset.sample is not None and roles.sample and _writing(Path(roles.sample)).delimiter
    return asked or ","


def _check_writing(path: Path, given: Writing, form: Form) -> None:
    """Refuse what some readers take for something else: `\\ufeffid` for the name of the id, one column for two."""
    asked = form.writing
    if asked.packing == "a plain text file" != given.packing:
        raise SubmissionError(f"{path}: is {given.packing}; {form.name} asks for a plain text file. Write it as one.")
    if given.marked and not asked.marked:
        raise SubmissionError(
            f"{path}: begins with a byte-order mark; {form.name} asks for none. Write it as UTF-8 without it "
            "(in a spreadsheet: CSV, not CSV UTF-8)."
        )
    if asked.delimiter and given.delimiter and given.delimiter != asked.delimiter:
        raise SubmissionError(
            f"{path}: separates its columns by {given.delimiter!r}; {form.name} asks for {asked.delimiter!r}."
        )


def _check_ids(table: Table, form: Form, name: str) -> None:
    place, given, asked = table.place, table.frame[name], form.frame[name]
    gaps = np.flatnonzero(given.isna())
    if len(gaps):
        raise SubmissionError(
            f"{place}, {table.where(int(gaps[0]))}: no {name}, like {plural(len(gaps), 'row')}. Every row needs one."
        )
    doubled = {value: times for value, times in Counter(given).items() if times > 1}
    if doubled:
        first, times = next(iter(doubled.items()))
        raise SubmissionError(
            f"{place}: {name} {first!r} stands in {times:,} rows ({plural(len(doubled), 'such id')}). Keep one row "
            "for each."
        )
    missing, foreign = asked[~asked.isin(given)], given[~given.isin(asked)]
    lost = f"lacks {plural(len(missing), 'id')} that {form.name} asks for" if len(missing) else ""
    more = f"has {plural(len(foreign), 'id')} that {'it' if lost else form.name} does not ask for"
    if lost:
        also = f", and {more}, {foreign.iloc[0]!r} first" if len(foreign) else ""
        raise SubmissionError(
            f"{place}: {lost}, {missing.iloc[0]!r} first{also}. Ids are compared as written, leading zeros included."
        )
    if len(foreign):
        raise SubmissionError(f"{place}: {more}, {foreign.iloc[0]!r} first. Take them out.")
    differs = np.flatnonzero(given.to_numpy() != asked.to_numpy())
    if len(differs):
        row = int(differs[0])
        raise SubmissionError(
            f"{place}, {table.where(row)}: {name} is {given.iloc[row]!r} where {form.name} has {asked.iloc[row]!r}. "
            "Keep its order."
        )


def _check_labels(table: Table, form: Form) -> None:
    given = table.frame[form.target]
    gaps = np.flatnonzero(given.isna())
    if len(gaps):
        raise SubmissionError(
            f"{table.place}, {table.where(int(gaps[0]))}: '{form.target}' is empty, like {plural(len(gaps), 'row')}. "
            "Every row needs a label."
        )
    strange = given[~given.isin(form.labels)].drop_duplicates()
    most = max(0, 2 - len(form.labels))  # of a label whose opposite the sample does not tell, any one word may be it
    if len(strange) > most:
        row, asked = int(strange.index[most]), _list(sorted(form.labels)) or "two labels"
        raise SubmissionError(
            f"{table.place}, {table.where(row)}: '{form.target}' holds the label {given[row]!r}; {form.name} asks for "
            f"{asked}."
        )


def _list(names: Iterable[str]) -> str:
    return ", ".join(repr(name) for name in names)
