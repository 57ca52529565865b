"""Read a table: target, positive class, kind of each column, fingerprint."""

from __future__ import annotations

import json
from dataclasses import dataclass
from difflib import get_close_matches
from hashlib import sha256
from itertools import chain
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bench.data.cells import cells_of, days
from bench.data.match import check_roles, check_sample, read_labels, strange_labels
from bench.data.roles import Roles
from bench.data.schema import NewLeads, Reader, Schema, schema_of
from bench.data.table import Table, read_table, table_from_frame
from bench.data.typed import type_features
from bench.data.understand import FEWEST_NAMED, is_feature, left_out, suspicions, understand, without_placeholders
from bench.data.understand import Column as Column
from bench.errors import DataError


@dataclass(frozen=True)
class Dataset:
    """A labelled table ready for folds, and the table to predict in the same columns.

    Attributes
    ----------
    features : DataFrame of shape (n, features)
        Kind number as float64 with NaN for a gap, kind date as ``datetime64[s]``, kind category as pandas
        ``category`` of strings (levels of train and submission, sorted), kind text as ``str``. Columns
        that are dropped, identifiers or constant are not in it.
    y : ndarray of shape (n,), 0 or 1
        1 is the positive label.
    labels : (negative, positive)
        As the train file writes them.
    groups : ndarray of shape (n,) or None
        The company of each row as a whole number from 0; -1 for rows that belong to none (``ungrouped`` and
        missing). A company has the same number in train and submission.
    time : ndarray of shape (n,) or None
        Days since 1970-01-01, NaN where missing.
    submission, submission_groups : as ``features`` and ``groups``, for the table to predict; None without one
    ids : Series of str, or None
        The submission's ids exactly as written.
    sample : DataFrame of str, or None
        The sample submission as written.
    columns : every column of the train table but the target, in its order
    notices : one sentence for each repair and each suspicion, with its count
    data_id : fingerprint of the training rows and of what decides their meaning
    group_names : of the companies, by their number in ``groups``
    schema : by which new leads are read as the submission was; None for a table that was never text
    """

    features: pd.DataFrame
    y: NDArray[np.int8]
    labels: tuple[str, str]
    groups: NDArray[np.int64] | None
    time: NDArray[np.float64] | None
    submission: pd.DataFrame | None
    submission_groups: NDArray[np.int64] | None
    ids: pd.Series[str] | None
    sample: pd.DataFrame | None
    columns: tuple[Column, ...]
    notices: tuple[str, ...]
    data_id: str
    group_names: tuple[str, ...] = ()
    schema: Schema | None = None


def read_dataset(roles: Roles) -> Dataset:
    """Read and check the tables that ``roles`` names; see `Dataset`.

    Raises
    ------
    DataError
        If a table cannot be read without guessing, or does not fit its roles.
    ExperimentError
        If two roles exclude each other.
    """
    tables = read_tables(roles)
    train, submission, sample = tables
    check_roles(roles, train, submission)
    y, labels = read_labels(train, roles.target, roles.positive)
    cells = train.frame.drop(columns=roles.target)
    cells, blanked = without_placeholders(cells, roles.missing, train.place)
    columns = understand(cells, roles)
    names = [column.name for column in columns if is_feature(column, roles)]
    if not names:
        raise DataError(f"{train.place}: no column is left as a feature. See drop and kinds in [data].")
    time = _days(roles, cells, train.place)
    notices = [*chain.from_iterable(table.notices for table in tables if table), *blanked]
    schema, new = schema_of(cells, columns, roles), None
    if submission:
        reader = Reader(schema)
        new = reader.read(submission)
        notices += reader.notices()
        if sample:
            notices += check_sample(roles, submission, sample) + strange_labels(sample, roles.target, labels)
    chosen = [column for column in columns if column.name in names]
    features, repairs = type_features(chosen, cells, new.features if new else None)
    notices += [f"{train.place}: {sentence}" for sentence in repairs.sentences()]
    groups, submission_groups, group_names, oddities = _number_groups(roles, cells, new, train.place)
    notices += [*oddities, *left_out(columns, roles, train.place)]
    notices += suspicions({name: cells[name] for name in names}, columns, train.place)
    return Dataset(
        features=features,
        y=y,
        labels=labels,
        groups=groups,
        time=time,
        submission=new.features if new else None,
        submission_groups=submission_groups,
        ids=new.ids if new else None,
        sample=sample.frame if sample else None,
        columns=columns,
        notices=tuple(notices),
        data_id=_fingerprint(train.frame, columns, roles),
        group_names=group_names,
        schema=schema,
    )


def read_tables(roles: Roles) -> tuple[Table, Table | None, Table | None]:
    """Return train, submission and sample as text, from files or made up: one form, one path from here on."""
    if roles.demo is None:
        train, submission, sample = (
            read_table(Path(path)) if path else None for path in (roles.train, roles.submission, roles.sample)
        )
        assert train is not None  # Roles has one source
        return train, submission, sample
    from bench.data.demo import make_demo  # imports much, and only the demo needs it

    demo = make_demo(roles.demo.rows, roles.demo.seed)
    return (
        table_from_frame(demo.train, "demo train"),
        table_from_frame(demo.submission, "demo submission"),
        table_from_frame(demo.sample, "demo sample"),
    )


def _number_groups(
    roles: Roles, cells: pd.DataFrame, new: NewLeads | None, place: str
) -> tuple[NDArray[np.int64] | None, NDArray[np.int64] | None, tuple[str, ...], list[str]]:
    """Return the companies of both tables under the same numbers, -1 for rows of none, and their names."""
    if roles.groups is None:
        return None, None, (), []
    both = cells[roles.groups]
    if new and new.companies is not None:
        both = pd.concat([both, new.companies.astype("str")])
    notices = []
    for value in roles.ungrouped:
        if not (both == value).any():
            rows = both.value_counts()
            near = get_close_matches(value, [str(level) for level in rows.index[rows >= FEWEST_NAMED]], n=1)
            guess = f" Near it: '{near[0]}'." if near else ""
            notices.append(f"{place}: no {roles.groups} is '{value}', named in ungrouped.{guess}")
    codes, levels = pd.factorize(both.where(~both.isin(roles.ungrouped)))
    numbers, names = codes.astype(np.int64), tuple(str(level) for level in levels)
    if new is None:
        return numbers, None, names, notices
    asked = numbers[len(cells) :] if new.companies is not None else np.full(len(new.features), -1)
    return numbers[: len(cells)], asked, names, notices


def _days(roles: Roles, cells: pd.DataFrame, place: str) -> NDArray[np.float64] | None:
    if roles.time is None:
        return None
    column = cells_of(cells[roles.time])
    since = days(column.levels)
    wrong = column.count(np.isnan(since))
    if wrong > 0.01 * max(column.present, 1):
        raise DataError(
            f"{place}: {roles.time}, named in time, holds {wrong:,} of {column.present:,} values that are no "
            "dates. Write dates like 2024-03-31 or 2024-03-31T14:05."
        )
    return column.spread(since)


def _fingerprint(train: pd.DataFrame, columns: tuple[Column, ...], roles: Roles) -> str:
    """Return ten hex digits that change with the training cells and with what decides their meaning."""
    meaning = {
        "columns": list(train.columns),
        "kinds": {column.name: column.kind for column in columns},
        "roles": [roles.target, roles.positive, roles.groups, roles.time, roles.id],
        "sets": [sorted(values) for values in (roles.texts, roles.ungrouped, roles.missing, roles.drop)],
    }
    digest = sha256(json.dumps(meaning, sort_keys=True).encode())
    digest.update(pd.util.hash_pandas_object(train, index=False).to_numpy().tobytes())
    return digest.hexdigest()[:10]
