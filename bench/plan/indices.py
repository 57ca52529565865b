"""What the customer index is made of: `[[index]]` and `[customers]`, of an experiment or in a file of their own."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, model_validator

from bench.data.roles import Name
from bench.plan.slips import validated
from bench.section import Section

TAKEN: Final = ("index", "conversion", "tier", "class")  # what offers call other facts of a customer
Hour = Annotated[int, Field(ge=0, le=24)]


class IndexSection(Section):
    """An `[[index]]` section: a share of a customer's rows or amounts, and the name that its readers use for it.

    Exactly one of ``values``, ``hours``, ``between`` and ``converted`` says which rows count. Rows with a gap in a
    column that is looked at are left out.
    """

    name: Name = Field(description="what its readers call it, such as 'morning lover'")
    column: Name | None = Field(None, description="the column that is looked at; none for 'converted'")
    values: tuple[str, ...] = Field((), strict=False, description="rows with one of these cells, as written, count")
    hours: Annotated[tuple[Hour, Hour], Field(strict=False)] | None = Field(
        None,
        description="rows from the first hour up to, but without, the second count, past midnight where the second is "
        "smaller; of times like 07:45 and dates like 2024-03-31T07:45",
    )
    between: Annotated[tuple[float, float], Field(strict=False)] | None = Field(
        None, description="rows with a number from the first up to, but without, the second count"
    )
    converted: bool = Field(False, description="rows that converted count; of labelled rows only")
    amount: Name | None = Field(None, description="a column of numbers that is summed up in place of counting rows")

    @model_validator(mode="after")
    def _one_condition(self) -> IndexSection:
        if self.name in TAKEN:
            raise ValueError(f"no [[index]] can have the name '{self.name}', which offers know as something else")
        given = [bool(self.values), self.hours is not None, self.between is not None, self.converted]
        if sum(given) != 1:
            raise ValueError(
                f"index '{self.name}' needs exactly one of 'values', 'hours', 'between' and 'converted = true'"
            )
        if (self.column is None) != self.converted:
            what = "names a 'column', which 'converted' does not need" if self.converted else "names no 'column'"
            raise ValueError(f"index '{self.name}' {what}")
        if self.hours is not None and self.hours[0] % 24 == self.hours[1] % 24:
            raise ValueError(f"'hours' of index '{self.name}' begin where they end; write two different hours")
        if len(set(self.values)) < len(self.values) or "" in self.values:
            raise ValueError(f"'values' of index '{self.name}' hold one twice or an empty one, which is a gap")
        if self.between is not None and not self.between[0] < self.between[1]:
            raise ValueError(f"'between' of index '{self.name}' is empty; write the smaller number first")
        return self


def _told_apart(sections: tuple[IndexSection, ...]) -> tuple[IndexSection, ...]:
    names = [section.name for section in sections]
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise ValueError(f"two [[index]] sections have the name '{twice[0]}'; give each its own")
    return sections


IndexSections = Annotated[tuple[IndexSection, ...], Field(strict=False), AfterValidator(_told_apart)]
"""All `[[index]]` sections of a file."""


class CustomersSection(Section):
    """The `[customers]` section: how leads and customers are told apart for those who call them."""

    tiers: dict[Name, float] = Field(
        {}, description="name of a tier -> the lowest index, 0 to 100, of its leads; without any, four by the odds"
    )
    columns: tuple[Name, ...] = Field(
        (),
        strict=False,
        description="columns that segments and classes are described by; without any, the readable ones",
    )
    smallest: int = Field(50, ge=5, le=1_000_000, description="leads that a segment has at least")
    capacity: int | None = Field(None, ge=1, description="how many leads can be called")
    precision: float | None = Field(
        None, gt=0, lt=1, description="the share of converting leads the shortlist promises"
    )
    scores: Literal["split", "refit"] = Field(
        "split",
        description="what the shortlist scores leads by: a model fitted without the rows it is calibrated on, or the "
        "winner fitted again, which makes the promise an approximate one",
    )
    classes: int = Field(6, ge=0, le=12, description="the most latent classes that are tried; 0 looks for none")
    offers: Name | None = Field(None, description="a file of offers, each with the customers it is for")
    reasons: int = Field(200, ge=0, le=100_000, description="the likeliest leads that get reasons")

    @model_validator(mode="after")
    def _tiers_cover_everybody(self) -> CustomersSection:
        cuts = list(self.tiers.values())
        if cuts and (min(cuts) != 0 or max(cuts) >= 100 or len(set(cuts)) < len(cuts)):
            raise ValueError("'tiers' are different numbers from 0 up to, but without, 100, and one of them is 0")
        return self


class WashingDemo(Section):
    """A made-up log in place of a file; see `bench.data.washing`."""

    customers: int = Field(500, ge=20, le=100_000, description="households")
    seed: int = Field(7, ge=0, description="the same customers and seed give the same log")


class TableSection(Section):
    """The `[table]` section: a log with a row for each thing a customer did."""

    path: Name | None = Field(None, description="the table: .csv, .csv.gz or .parquet")
    demo: WashingDemo | None = Field(None, description="a made-up log in place of a file")
    customer: Name = Field(description="the column that names the customer")
    missing: tuple[str, ...] = Field((), strict=False, description="placeholders that stand for a gap")

    @model_validator(mode="after")
    def _one_source(self) -> TableSection:
        if (self.path is None) == (self.demo is None):
            raise ValueError("exactly one of 'path' and 'demo' says where the log comes from")
        return self


def _without_outcome(sections: tuple[IndexSection, ...]) -> tuple[IndexSection, ...]:
    for section in sections:
        if section.converted:
            raise ValueError(
                f"index '{section.name}' asks who converted, which a log does not say; write it into an experiment"
            )
    return sections


class _IndexFile(Section):
    question: str = Field("", description="what the indices are for")
    table: TableSection
    index: Annotated[IndexSections, AfterValidator(_without_outcome)] = ()
    customers: CustomersSection = CustomersSection()


@dataclass(frozen=True)
class IndexFile:
    """A file of indices of a log that has no outcome.

    Attributes
    ----------
    name : the file's stem; results go to ``results/<name>``
    """

    name: str
    path: Path
    question: str
    table: TableSection
    index: tuple[IndexSection, ...]
    customers: CustomersSection


def is_index_file(text: str) -> bool:
    """Say if the text of a file describes a log and no experiment: it has a section [table]."""
    try:
        return "table" in tomllib.loads(text)
    except ValueError:
        return False


def index_file_of(text: str, path: Path) -> IndexFile:
    """Check the text of an index file; ``path`` names it.

    Raises
    ------
    ExperimentError
        With the place (file, line, key), what was found and what is allowed.
    """
    file = validated(_IndexFile, text, path)
    return IndexFile(path.stem, path, file.question, file.table, file.index, file.customers)
