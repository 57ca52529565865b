"""Look at a table and suggest which part each column plays, with the reason."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bench.data.cells import Cells, cells_of
from bench.data.kinds import is_code_name, suspect_numbers, suspect_placeholders
from bench.data.match import check_roles, check_sample, read_labels
from bench.data.notices import counted, listed, plural
from bench.data.roles import Kind, Roles
from bench.data.table import Table, read_table
from bench.data.understand import Column, is_feature, understand, without_placeholders
from bench.errors import DataError

_EMAIL = r"\s*[^@\s]+@[^@\s]+\.[A-Za-z]{2,}\s*"
_PHONE = r"\s*\+?[(]?[0-9][0-9 ()./-]{5,18}[0-9]\s*"
_EMAIL_NAME = re.compile(r"(?i)e-?mail|이메일")
_PHONE_NAME = re.compile(r"(?i)(?:^|[\W_])(?:phone|tel|telephone|mobile|cell|fax)(?:$|[\W_])|phone|전화|휴대폰|연락처")
_PERSON_NAME = re.compile(
    r"(?i)^(?:(?:first|last|full|middle|given|family|contact|customer|lead|client|person)[\W_]?)?name$"
    r"|surname|이름|성명"
)
_COMPANY_NAME = re.compile(r"(?i)customer|company|account|client|organi[sz]ation|buyer|firm|merchant|회사|고객|업체")
_MOST_DISTINCT = 0.9  # share of different values beyond which a column groups nothing
_SAMPLES = ("sample_submission.csv", "sample_submission.csv.gz", "sampleSubmission.csv", "sample.csv")


@dataclass(frozen=True)
class Suggestions:
    """What an experiment on a table may say in [data]; every dict is from a name or value to the reason."""

    labels: tuple[str, str]
    y: NDArray[np.int8]
    columns: tuple[Column, ...]
    features: tuple[Column, ...]
    id: str | None
    sample: Path | None
    texts: dict[str, str] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)  # candidates
    ungrouped: dict[str, str] = field(default_factory=dict)  # of the only candidate
    companies: int = 0  # of the only candidate: how many hold the label that fewer of them hold
    never_seen: float | None = None  # share of the rows to predict whose company, likewise, is not in train
    times: dict[str, str] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    doubtful: dict[str, str] = field(default_factory=dict)  # may stand for a gap, or not
    kinds: dict[str, tuple[Kind, str]] = field(default_factory=dict)
    drop: dict[str, str] = field(default_factory=dict)
    gaps: bool = False  # of a number or date among the features, in the rows to predict too


def suggest(
    train: Path, target: str, *, submission: Path | None, sample: Path | None, positive: str | None
) -> Suggestions:
    """Read the tables and return what an experiment on them may say.

    Raises
    ------
    DataError
        If a table cannot be read strictly, or the target is not one of exactly two labels in every row.
    """
    table = read_table(train)
    if not target:
        raise DataError(f"{train}: the target has no name. Its columns: {listed(map(str, table.frame))}.")
    asked = read_table(submission) if submission else None
    check_roles(_roles(train, target), table, asked)
    y, labels = read_labels(table, target, positive)
    cells = table.frame.drop(columns=target)
    missing, doubtful = _placeholders(cells, understand(cells, _roles(train, target)))
    cells, _ = without_placeholders(cells, tuple(missing), str(train))
    columns = understand(cells, _roles(train, target))
    sample_path, sample_table = _find_sample(submission, sample, target)
    id_name = _find_id(cells, columns, asked, sample_table, target)
    if sample is None and asked and sample_table and not _fits(train, target, id_name, asked, sample_table):
        sample_path = None
    drop = {c.name: reason for c in columns if c.name != id_name and (reason := _why_drop(c, cells[c.name]))}
    kept = _roles(train, target, id=id_name, drop=tuple(drop))
    features = tuple(column for column in columns if is_feature(column, kept))
    groups = _group_candidates(features, len(y))
    company = next(iter(groups)) if len(groups) == 1 else None
    return Suggestions(
        labels=labels,
        y=y,
        columns=columns,
        features=features,
        id=id_name,
        sample=sample_path,
        texts={c.name: c.reason for c in features if c.kind == "text"},
        groups=groups,
        ungrouped=_giants(cells_of(cells[company])) if company else {},
        companies=_companies_of_each_label(cells[company], y) if company else 0,
        never_seen=_never_seen(cells[company], asked) if company and asked else None,
        times={c.name: c.reason for c in features if c.kind == "date"},
        missing=missing,
        doubtful=doubtful | _sentinels(cells, features),
        kinds={c.name: (c.kind, c.reason) for c in features if "a code" in c.reason},
        drop=drop,
        gaps=any(c.gaps or _has_gap(c.name, asked, missing) for c in features if c.kind in ("number", "date")),
    )


def _has_gap(name: str, asked: Table | None, missing: Mapping[str, str]) -> bool:
    """Say whether a column of the rows to predict has a cell that is empty or holds a placeholder."""
    if asked is None or name not in asked.frame:
        return False
    cells = asked.frame[name]
    return bool((cells.isna() | cells.isin(missing)).any())


def _roles(train: Path, target: str, **more: object) -> Roles:
    return Roles.model_validate({"train": str(train), "target": target, "positive": "", **more})


def _placeholders(cells: pd.DataFrame, columns: Sequence[Column]) -> tuple[dict[str, str], dict[str, str]]:
    """Return the texts that surely and that perhaps stand for a gap, with where they do."""
    sure: dict[str, dict[str, int]] = {}
    doubtful: dict[str, dict[str, int]] = {}
    for column in columns:
        if column.kind == "category":
            for suspect in suspect_placeholders(cells_of(cells[column.name])):
                place = sure if suspect.sure else doubtful
                place.setdefault(suspect.value, {})[column.name] = suspect.cells
    return _with_places(sure), _with_places(doubtful)


def _sentinels(cells: pd.DataFrame, columns: Sequence[Column]) -> dict[str, str]:
    found: dict[str, dict[str, int]] = {}
    for column in columns:
        if column.kind == "number":
            for suspect in suspect_numbers(cells_of(cells[column.name])):
                found.setdefault(suspect.value, {})[column.name] = suspect.cells
    return _with_places(found)


def _with_places(found: Mapping[str, Mapping[str, int]]) -> dict[str, str]:
    """Return each value with how many cells hold it and where, the most frequent first."""
    ranked = sorted(found.items(), key=lambda item: -sum(item[1].values()))
    return {value: f"{plural(sum(counts.values()), 'cell')}: {counted(counts)}" for value, counts in ranked}


def _find_sample(submission: Path | None, sample: Path | None, target: str) -> tuple[Path | None, Table | None]:
    """Return the sample submission that was named, or one beside the submission that has the target."""
    if sample or submission is None:
        return sample, read_table(sample) if sample else None
    for name in _SAMPLES:
        path = submission.with_name(name)
        if path != submission and path.is_file():
            try:
                table = read_table(path)
            except DataError:
                continue  # nobody named it, so nobody need hear of it
            if target in table.frame:
                return path, table
    return None, None


def _find_id(
    cells: pd.DataFrame, columns: Sequence[Column], asked: Table | None, sample: Table | None, target: str
) -> str | None:
    """Return the column that names the rows to predict: the sample's, one only they have, or a shared one."""
    if asked is None:
        return None
    unique = [str(name) for name in asked.frame if asked.frame[name].notna().all() and asked.frame[name].is_unique]
    if sample:
        shared = [name for name in unique if name in sample.frame and name != target]
        if shared:
            return shared[0]
    alone = [name for name in unique if name not in cells and name != target]
    if alone:
        return next((name for name in alone if is_code_name(name)), alone[0])
    identifiers = [c.name for c in columns if c.kind == "identifier" and c.name in unique]
    return next((name for name in identifiers if is_code_name(name)), None)


def _fits(train: Path, target: str, id_name: str | None, asked: Table, sample: Table) -> bool:
    try:
        check_sample(_roles(train, target, id=id_name), asked, sample)
    except DataError:
        return False
    return True


def _why_drop(column: Column, values: pd.Series[str]) -> str:
    """Return why a column had better be dropped, or nothing."""
    private = personal(column, cells_of(values))
    if private:
        return f"looks like {private}"
    return f"identifier: {column.reason}" if column.kind == "identifier" else ""


def personal(column: Column, cells: Cells) -> str:
    """Return which data of people a column looks like, such as "e-mail addresses"; nothing where it looks like none."""
    if not cells.present or column.kind in ("constant", "date"):
        return ""

    def share(pattern: str) -> float:
        return cells.count(cells.levels.str.fullmatch(pattern).to_numpy(dtype=bool)) / cells.present

    distinct = len(cells.levels) / cells.present
    if share(_EMAIL) >= 0.5 or (_EMAIL_NAME.search(column.name) and share(_EMAIL) >= 0.05):
        return "e-mail addresses"
    if _PHONE_NAME.search(column.name) and share(_PHONE) >= 0.5:
        return "phone numbers"
    words = column.kind != "number"
    if words and distinct >= 0.3 and share(_PHONE) >= 0.8 and share(r".*[ ()+-].*") >= 0.5:
        return "phone numbers"
    # A company's name stands in many rows, a person's in few.
    enough = _MOST_DISTINCT if _COMPANY_NAME.search(column.name) else 0.2
    if words and distinct >= enough and _PERSON_NAME.search(column.name):
        return "names of people"
    return ""


def _group_candidates(features: Sequence[Column], rows: int) -> dict[str, str]:
    """Return the columns that may name the company: named like one, with many values."""
    return {
        column.name: f"{column.levels:,} different"
        for column in features
        if column.kind == "category"
        and 50 <= column.levels < _MOST_DISTINCT * (rows - column.gaps)
        and _COMPANY_NAME.search(column.name)
        and (is_code_name(column.name) or re.search(r"(?i)name$|company$", column.name))
    }


def _giants(cells: Cells) -> dict[str, str]:
    """Return the groups of over 5 % of the rows: rather "unknown" than a company."""
    large = np.flatnonzero(cells.counts > 0.05 * cells.rows)
    return {str(cells.levels.iloc[i]): f"{cells.counts[i]:,} rows" for i in large}


def _companies_of_each_label(company: pd.Series[str], y: NDArray[np.int8]) -> int:
    """Return how many companies hold the label that fewer of them hold; a row without one is its own."""
    holders = (company[y == label] for label in (0, 1))
    return min(int(one.nunique() + one.isna().sum()) for one in holders)


def _never_seen(company: pd.Series[str], asked: Table) -> float | None:
    """Return the share of the rows to predict of companies that are not in train; None without the column."""
    if company.name not in asked.frame:
        return None
    return 1 - float(asked.frame[company.name].isin(company.dropna()).mean())
