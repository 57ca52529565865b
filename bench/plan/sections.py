"""The sections of an experiment file, beside those that other folders know of."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, TypeAdapter, ValidationError, model_validator

from bench.data.folds import FoldsSection
from bench.data.roles import Roles
from bench.errors import ExperimentError
from bench.plan.indices import CustomersSection, IndexSections
from bench.score.objective import Objective
from bench.section import Section
from bench.space import Value
from bench.vocabulary import DO_NOTHING

ComponentName = Annotated[str, Field(min_length=1)]
Settings = dict[str, Value | list[Value]]
Entry = ComponentName | Settings
Refit = Literal["all", "folds"]
BlendMethod = Literal["greedy", "stacking", "mean"]
_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0}


def _seconds(written: Any) -> Any:
    """Return the seconds of a time written as ``"30m"``."""
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([smh])\s*", written) if isinstance(written, str) else None
    if match is None or not float(match[1]):
        raise ValueError(f'{written!r} is no time; write a number with its unit, such as "90s", "30m" or "2h"')
    return float(match[1]) * _UNITS[match[2]]


Budget = Annotated[float, BeforeValidator(_seconds, json_schema_input_type=str)]
"""Wall seconds, written as "90s", "30m" or "2h"."""


def seconds_of(budget: str) -> float:
    """Return the seconds of a budget as the option ``--budget`` writes it.

    Raises
    ------
    ExperimentError
        If it is no time.
    """
    try:
        return TypeAdapter(Budget).validate_python(budget)
    except ValidationError as error:
        said = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise ExperimentError(f"--budget: {said}.") from None


Listed = Annotated[tuple[Entry, ...], Field(strict=False, min_length=1)]


class GridSection(Section):
    """The `[grid]` section: the components to cross. A component with values of its own is a table.

    ``{ name = "lightgbm", trees = [200, 400] }`` is one choice for each value; several lists are crossed. On derived,
    a list within the list is done in a row: ``derived = ["raw", ["location", "missing"]]``.
    """

    derived: Annotated[tuple[Entry | Listed, ...], Field(strict=False, min_length=1)] = (DO_NOTHING["derived"],)
    imputation: Listed = (DO_NOTHING["imputation"],)
    encoding: Listed = ("ordinal",)
    text: Listed = (DO_NOTHING["text"],)
    resampling: Listed = (DO_NOTHING["resampling"],)
    model: Listed


class EnsembleSection(Section):
    """The `[ensemble]` section."""

    candidates: int = Field(25, ge=1, le=1000, description="the best trials that may become members")
    method: BlendMethod = Field(
        "greedy",
        description="how members are weighed: drawn one by one with replacement; by a logistic regression on their "
        "logits, none below zero; or the plain mean of the best five",
    )


class SubmissionSection(Section):
    """The `[submission]` section: what is assumed of the rows to predict."""

    positive_rate: float | str = Field(
        "train",
        description="the share of positives that the threshold is chosen for: a number such as 0.35, 'train' for that "
        "of the labelled rows, or 'estimate' for the one that the scores speak for",
    )
    refit: Refit = Field(
        "all",
        description="what the exported members are fitted on: 'all' labelled rows, or 'folds' for the mean of the "
        "models of the folds",
    )
    finalists: int = Field(
        5, ge=0, le=100, description="the best trials that are also scored on other folds: new customers, or later rows"
    )

    @model_validator(mode="after")
    def _is_a_share(self) -> SubmissionSection:
        rate = self.positive_rate
        if rate not in ("train", "estimate") and (isinstance(rate, str) or not 0 < rate < 1):
            raise ValueError(
                f"'positive_rate' is {rate!r}; write 'train', 'estimate' or a share between 0 and 1, such as 0.35"
            )
        return self


class LimitsSection(Section):
    """The `[limits]` section: what a cell may take. A piece that several cells share counts by itself."""

    cell_seconds: float | None = Field(None, gt=0, le=1e8, description="wall seconds; no limit where it is not given")
    cell_gigabytes: float | None = Field(
        None, gt=0, le=1e5, description="10^9 bytes of memory of its worker, libraries included; likewise"
    )

    @property
    def given(self) -> bool:
        """Whether there is any."""
        return self.cell_seconds is not None or self.cell_gigabytes is not None


class RaceSection(Section):
    """The `[race]` section, which may be empty: folds in rounds, and trials that can no longer win stop."""

    error: float = Field(
        0.1,
        gt=0,
        lt=0.5,
        description="of a trial that all folds would put before the best so far, the chance that it is stopped, all "
        "rounds together",
    )


class TuneSection(Section):
    """The `[tune]` section, which may be empty: hyperparameters are searched around the best configurations.

    What is searched of one is what its component thinks worth trying, and as far as [grid] lists values beyond that.
    """

    configurations: int = Field(
        3, ge=1, le=100, description="the best of the grid whose hyperparameters are searched; they take turns"
    )
    trials: int = Field(40, ge=1, le=10_000, description="asked for in all")
    batch: int = Field(8, ge=1, le=1000, description="asked for at once, on what is known of those before")
    seed: int = Field(7, ge=0, le=2**31)


class ExperimentFile(Section):
    """An experiment file: one question and everything needed to answer it."""

    question: str = Field("", description="what the experiment is to find out")
    budget: Budget | None = Field(
        None, description='wall time for the whole run, such as "30m"; its end is reserved for, its result complete'
    )
    data: Roles
    folds: FoldsSection = FoldsSection()
    objective: Objective = Objective()
    grid: GridSection
    ensemble: EnsembleSection = EnsembleSection()
    submission: SubmissionSection = SubmissionSection()
    limits: LimitsSection = LimitsSection()
    race: RaceSection | None = None
    tune: TuneSection | None = None
    index: IndexSections = ()
    customers: CustomersSection = CustomersSection()
