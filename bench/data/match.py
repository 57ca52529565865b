"""Check that the tables have the columns, labels and ids that the experiment speaks of."""

from __future__ import annotations

from difflib import get_close_matches

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bench.data.cells import same_value
from bench.data.notices import listed, plural
from bench.data.roles import Roles
from bench.data.table import Table
from bench.errors import DataError, ExperimentError, did_you_mean


def check_roles(roles: Roles, train: Table, submission: Table | None) -> None:
    """Refuse a role that names no column of the table, or two roles of one column that exclude each other."""
    known = list(train.frame.columns)
    everywhere = known + (list(submission.frame.columns) if submission else [])
    for key, names, where in (
        ("target", [roles.target], known),
        ("id", [roles.id] if roles.id else [], everywhere),
        ("texts", roles.texts, known),
        ("groups", [roles.groups] if roles.groups else [], known),
        ("time", [roles.time] if roles.time else [], known),
        ("kinds", roles.kinds, known),
        ("drop", roles.drop, everywhere),
    ):
        for name in names:
            if name not in where:
                raise DataError(f"{train.place} has no column '{name}', named in {key}.{did_you_mean(name, known)}")
            if key != "target" and name == roles.target:
                raise ExperimentError(f"[data] '{name}' is the target: it cannot stand in {key} too.")
            if key in ("texts", "kinds") and name == roles.id:
                raise ExperimentError(f"[data] '{name}' is the id and no feature: take it out of {key}.")
    for name in set(roles.texts) & set(roles.kinds):
        if roles.kinds[name] != "text":
            raise ExperimentError(f"[data] '{name}' is in texts, but kinds says {roles.kinds[name]}. Keep one.")
    if roles.ungrouped and not roles.groups:
        raise ExperimentError("[data] ungrouped names values of groups, but groups names no column. Set groups too.")


def read_labels(train: Table, target: str, positive: str | None) -> tuple[NDArray[np.int8], tuple[str, str]]:
    """Return 1 for each row with the positive label, and the labels as (negative, positive).

    Without ``positive`` the rarer label is taken.

    Raises
    ------
    DataError
        If the target has gaps or anything but two values, or ``positive`` is none of them.
    """
    values = train.frame[target]
    gaps = np.flatnonzero(values.isna())
    if len(gaps):
        raise DataError(
            f"{train.place}, {train.where(int(gaps[0]))}: no {target}; {len(gaps):,} of "
            f"{plural(len(values), 'row')} have none. Every training row needs a label: take the others out."
        )
    counts = values.value_counts()
    written = listed([f"'{label}' ({count:,})" for label, count in counts.items()], "value")
    if len(counts) != 2:
        advice = "One class only cannot be learned" if len(counts) < 2 else "Recode it, or take the other rows out"
        raise DataError(
            f"{train.place}: {target} holds {plural(len(counts), 'value')}: {written}. It needs exactly two. {advice}."
        )
    labels = [str(label) for label in counts.index]
    if positive is None:
        positive = labels[1]
    if positive not in labels:
        same = [label for label in labels if same_value(label) == same_value(positive) is not None]
        near = same or get_close_matches(positive, labels, n=1, cutoff=0.5)
        guess = f" Did you mean '{near[0]}'? Labels are compared as written." if near else ""
        raise DataError(f"{train.place}: no {target} is '{positive}', named in positive. There are {written}.{guess}")
    labels.remove(positive)
    y: NDArray[np.int8] = (values == positive).to_numpy().astype(np.int8)
    return y, (labels[0], positive)


class Ids:
    """The ids of a table that is read in pieces, remembered so that one that stands twice is found: 8 bytes a row."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._rows = 0
        self._seen: list[NDArray[np.uint64]] = []  # hashes in sorted runs, each longer than the next

    def next(self, table: Table) -> pd.Series[str]:
        """Return the ids of the next rows, exactly as written.

        Raises
        ------
        DataError
            If an id is missing or stood before; with 64 bits of hash two of a million ids are taken for one with a
            chance of 3e-8.
        """
        name = self._name
        if name not in table.frame:
            raise DataError(
                f"{table.place} has no column '{name}', named in id.{did_you_mean(name, table.frame.columns)}"
            )
        ids: pd.Series[str] = table.frame[name]
        self._rows += len(ids)
        gaps, doubled = np.flatnonzero(ids.isna()), np.flatnonzero(ids.duplicated() | self._stood_before(ids))
        read = f"of the {self._rows:,} read"
        if len(gaps):
            raise DataError(
                f"{table.place}, {table.where(int(gaps[0]))}: no {name}, like {plural(len(gaps), 'row')} {read}. "
                "Every row to predict needs its id."
            )
        if len(doubled):
            first = int(doubled[0])
            raise DataError(
                f"{table.place}, {table.where(first)}: the {name} '{ids.iloc[first]}' stood before, like "
                f"{plural(len(doubled), 'row')} {read}. Every id may stand once: take the doubled rows out."
            )
        return ids

    def _stood_before(self, ids: pd.Series[str]) -> NDArray[np.bool_]:
        """Say of each id if a piece before this one held it, and remember them."""
        hashes = pd.util.hash_pandas_object(ids, index=False, categorize=False).to_numpy().astype(np.uint64)
        before = np.zeros(len(ids), dtype=bool)
        run = np.sort(hashes)
        for seen in self._seen:
            before |= seen[np.searchsorted(seen, hashes).clip(max=len(seen) - 1)] == hashes
        while self._seen and len(self._seen[-1]) <= len(run):
            run = np.sort(np.concatenate([self._seen.pop(), run]), kind="stable")  # merges two sorted runs
        self._seen.append(run)
        return before


def check_sample(roles: Roles, submission: Table, sample: Table) -> tuple[str, ...]:
    """Check that the sample asks for exactly the rows of the submission; return what is unusual about it."""
    place, columns = sample.place, list(sample.frame.columns)
    for name in (roles.id, roles.target):
        if name and name not in columns:
            raise DataError(f"{place} has no column '{name}'.{did_you_mean(name, columns)}")
    foreign = [name for name in columns if name not in (roles.id, roles.target)]
    if foreign:
        allowed = f"'{roles.id}' and '{roles.target}'" if roles.id else f"'{roles.target}', or the id if id names it"
        raise DataError(f"{place} has a column '{foreign[0]}' that a submission cannot fill; allowed: {allowed}.")
    if not roles.id:
        if len(sample.frame) != len(submission.frame):
            raise DataError(
                f"{place} has {len(sample.frame):,} rows, {submission.place} {len(submission.frame):,}. "
                "They need the same rows; name the id column if there is one."
            )
        return ()
    Ids(roles.id).next(sample)
    asked, given = pd.Index(sample.frame[roles.id]), pd.Index(submission.frame[roles.id])
    lacking, extra = asked.difference(given), given.difference(asked)
    if len(lacking) or len(extra):
        example = f"'{lacking[0]}' is only in the sample" if len(lacking) else f"'{extra[0]}' only in the submission"
        raise DataError(
            f"{place}: its ids are not those of {submission.place}: {len(lacking):,} only here, "
            f"{len(extra):,} only there ({example}). Both need the same ids, written alike."
        )
    if not asked.equals(given):
        return (f"{place}: the same {len(asked):,} ids as the submission, in another order.",)
    return ()


def strange_labels(sample: Table, target: str, labels: tuple[str, str]) -> tuple[str, ...]:
    """Return a notice if the sample writes labels that the train table does not."""
    strange = sorted(set(sample.frame[target].dropna()) - set(labels))
    if not strange:
        return ()
    words = f"'{labels[0]}' and '{labels[1]}'"
    return (f"{sample.place}: holds the label '{strange[0]}'; the submission is written in train's words, {words}.",)
