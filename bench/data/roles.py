"""The `[data]` section: where the tables are and which part each column plays."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from bench.section import Section

Kind = Literal["number", "category", "text", "date", "identifier", "constant"]
Name = Annotated[str, Field(min_length=1)]


class Demo(Section):
    """Made-up leads in place of files; see `bench.data.demo`."""

    rows: int = Field(6000, ge=500, le=5_000_000, description="training rows")
    seed: int = Field(7, ge=0, description="the same rows and seed give the same leads")


class Roles(Section):
    """Which table, and what each column is. Names are as in the table's header."""

    train: Name | None = Field(None, description="the labelled table: .csv, .csv.gz or .parquet")
    submission: Name | None = Field(None, description="the table to predict")
    sample: Name | None = Field(None, description="a file in the form of the answer")
    demo: Demo | None = Field(None, description="made-up leads in place of train, submission and sample")
    target: Name = Field(description="the column that says who converted")
    positive: str = Field(description="the positive label as written in the table")
    id: Name | None = Field(None, description="the column that names a row; may stand in the submission only")
    texts: tuple[Name, ...] = Field((), strict=False, description="columns of free text")
    groups: Name | None = Field(None, description="the company: rows of one company belong together")
    ungrouped: tuple[str, ...] = Field((), strict=False, description="values of groups that are no company")
    time: Name | None = Field(None, description="the column that orders the rows in time")
    missing: tuple[str, ...] = Field((), strict=False, description="placeholders that stand for a gap")
    kinds: dict[Name, Kind] = Field({}, description="kinds that differ from the guessed ones")
    drop: tuple[Name, ...] = Field((), strict=False, description="columns that are no features")

    @model_validator(mode="after")
    def _one_source(self) -> Roles:
        if (self.train is None) == (self.demo is None):
            raise ValueError("exactly one of 'train' and 'demo' says where the leads come from")
        if self.demo is not None and (self.submission or self.sample):
            raise ValueError("'demo' brings its own submission and sample: leave both out")
        if self.sample is not None and self.submission is None:
            raise ValueError("'sample' is the form of a submission, but no 'submission' is named")
        return self
