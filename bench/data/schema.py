"""What new leads must hold to be read as training read its own, and reading them so, in pieces of any size."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bench.data.cells import cells_of
from bench.data.match import Ids
from bench.data.notices import Notices, listed, plural
from bench.data.roles import Kind, Roles
from bench.data.table import Table
from bench.data.typed import ALL_MISSING, Levels, typed_like_train
from bench.data.understand import Column, Placeholders, is_feature
from bench.errors import DataError
from bench.section import Section

KNOWN, NEW, NONE = "known", "new", "none"  # a company that training met, one that it did not, no company at all


class Wanted(Section):
    """A column of new leads that is looked at."""

    name: str
    kind: Kind
    levels: tuple[str, ...] = ()  # of a category and of the company: as training spells them, sorted
    required: bool = True  # the company may be absent where it was dropped


class Schema(Section):
    """What is looked at in new leads, and which levels training knew: all of them, but none of its rows."""

    columns: tuple[Wanted, ...]  # the features in their order, then the company if it is none of them
    features: tuple[str, ...]
    others: tuple[str, ...]  # columns that training had or dropped: not looked at, and no surprise
    missing: tuple[str, ...]  # placeholders that stand for a gap
    target: str
    id: str | None
    groups: str | None
    ungrouped: tuple[str, ...]  # values of ``groups`` that are no company


@dataclass(frozen=True)
class NewLeads:
    """New leads, or a piece of them, as models take them.

    Attributes
    ----------
    features : DataFrame of shape (n, features)
        As `Dataset.features`. The levels of a category are those of training and those that only stand here, sorted.
    companies : Series of category, or None
        The company of each row in training's spelling, ``ungrouped`` values included; None without such a column.
    known : ndarray of shape (n,) of str, or None
        "known" where training met the company of the row, "new" where not, "none" for a row of no company.
    ids : Series of str, or None
        Exactly as written.
    """

    features: pd.DataFrame
    companies: pd.Series[Any] | None
    known: NDArray[np.str_] | None
    ids: pd.Series[str] | None


def schema_of(cells: pd.DataFrame, columns: Sequence[Column], roles: Roles) -> Schema:
    """Return what new leads must hold.

    Parameters
    ----------
    cells : the training table as text without its target, placeholders already gaps
    columns : what each of its columns is
    """
    features = [column.name for column in columns if is_feature(column, roles)]
    kinds = {column.name: column.kind for column in columns}

    def wanted(name: str) -> Wanted:
        spelled = _is_spelled(name, kinds[name], roles.groups)
        levels = tuple(sorted(cells_of(cells[name]).levels)) if spelled else ()
        return Wanted(name=name, kind=kinds[name], levels=levels, required=name not in roles.drop)

    company = [roles.groups] if roles.groups and roles.groups not in features else []
    looked_at = [*features, *company]
    others = {*map(str, cells), *roles.drop} - {*looked_at, roles.id}
    return Schema(
        columns=tuple(map(wanted, looked_at)),
        features=tuple(features),
        others=tuple(sorted(others)),
        missing=roles.missing,
        target=roles.target,
        id=roles.id,
        groups=roles.groups,
        ungrouped=roles.ungrouped,
    )


class Reader:
    """Reads one table of new leads piece by piece, and tells at the end what was done to its cells.

    What a row becomes depends on the schema and the row alone, but for the levels of categories (`NewLeads`).
    """

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._levels = {c.name: Levels(c.levels) for c in schema.columns if _is_spelled(c.name, c.kind, schema.groups)}
        self._ids = Ids(schema.id) if schema.id else None
        self._place = ""
        self._foreign: list[str] = []
        self._rows = 0
        self._filled = Counter[str]()
        self._placeholders, self._spelling, self._cells = Placeholders(), Notices(), Notices()

    def read(self, table: Table) -> NewLeads:
        """Return the next rows of the table, as models take them.

        Raises
        ------
        DataError
            If a column is missing that is needed, or an id is missing or stands twice.
        """
        schema, frame = self._schema, table.frame
        if not self._rows:
            self._place, self._foreign = table.place, _foreign_columns(schema, table)
        ids = self._ids.next(table) if self._ids else None
        given = [column for column in schema.columns if column.name in frame]
        cells = self._placeholders.blank(frame[[column.name for column in given]], schema.missing)
        self._rows += len(frame)
        for name in [name for name in (*cells, schema.target) if name in frame]:
            self._filled[name] += int((cells if name in cells else frame)[name].count())
        typed = {column.name: self._typed(column, cells[column.name]) for column in given}
        features = pd.DataFrame({name: typed[name][0] for name in schema.features})
        companies = typed[schema.groups][1] if schema.groups in typed else None
        return NewLeads(features, companies, None if companies is None else self._met(companies), ids)

    def notices(self) -> tuple[str, ...]:
        """Return a sentence for each thing that was left out, repaired or unusual in what was read."""
        schema, place = self._schema, self._place
        said = []
        if schema.target in self._filled:
            what = "not looked at" if self._filled[schema.target] else "empty"
            said.append(f"{place}: its column {schema.target} is {what}; left out.")
        if self._foreign:
            said.append(
                f"{place}: {plural(len(self._foreign), 'column')} that train lacks left out: {listed(self._foreign)}."
            )
        said += self._placeholders.sentences(place)
        empty = Notices()
        for column in schema.columns:
            if column.name in self._filled and not self._filled[column.name]:
                empty.add(ALL_MISSING, column.name, self._rows)
        notices = (*self._spelling.sentences(), *self._cells.sentences(), *empty.sentences())
        return (*said, *(f"{place}: {sentence}" for sentence in notices))

    def _typed(self, column: Wanted, text: pd.Series[str]) -> tuple[pd.Series[Any], pd.Series[Any] | None]:
        """Return a column by its kind, and as a category in training's spelling if it is one or the company."""
        name, category = column.name, None
        if name in self._levels:
            category = self._levels[name].spelled(name, text, self._spelling)
            if column.kind == "category":
                return category, category
        return typed_like_train(column.kind, name, text, self._cells), category

    def _met(self, companies: pd.Series[Any]) -> NDArray[np.str_]:
        """Say of each row whether training met its company."""
        levels = companies.cat.categories
        known = self._levels[str(self._schema.groups)].dtype.categories
        met = np.where(known.get_indexer(levels) >= 0, KNOWN, NEW)
        met[levels.isin(self._schema.ungrouped)] = NONE
        of_row: NDArray[np.str_] = np.append(met, NONE)[companies.cat.codes]
        return of_row


def _is_spelled(name: str, kind: Kind, groups: str | None) -> bool:
    """Say if the levels of a column are kept, to give new cells their spelling."""
    return kind == "category" or name == groups


def _foreign_columns(schema: Schema, table: Table) -> list[str]:
    """Return the columns that training lacks; refuse a table that lacks one it needs."""
    place, columns = table.place, list(table.frame.columns)
    seen = {*(column.name for column in schema.columns), *schema.others, schema.target, schema.id}
    foreign = [name for name in columns if name not in seen]
    absent = [column.name for column in schema.columns if column.required and column.name not in columns]
    if absent:
        names = listed([f"'{name}'" for name in absent])
        near = get_close_matches(absent[0], foreign, n=1)
        guess = f" Is '{near[0]}' the first of them?" if near else ""
        raise DataError(f"{place} lacks {names}, which train has.{guess} Add them, or train without them (drop).")
    return foreign
