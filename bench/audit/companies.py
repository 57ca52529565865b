"""Companies that fix the outcome of their rows, or are a large part of the table by themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bench.audit.association import Codes, can_ask
from bench.audit.columns import FEWEST_SHOWN, dominant_level
from bench.audit.finding import Finding, quoted
from bench.data.dataset import Dataset
from bench.data.notices import listed, plural

GIANT = 0.01  # of the rows
TIMES_THE_MEAN = 5.0  # rows of a giant against rows of a company on average
AGREEMENT = 0.3  # of the way from chance to full agreement, and of the intraclass correlation
STANDARD_ERRORS = 3.0
MANY_LEVELS = 20  # from so many on, a category may name somebody

_KEEP_TOGETHER = (
    "Judge models on folds that keep a company together, and drop the column and what stands for it: random folds "
    "reward knowing companies by heart."
)
_NAME_IT = (
    'If it names companies, people or cases, say so with groups = "{name}" and judge models on folds that keep them '
    "together; else ask if it is written after the outcome."
)


def check_companies(dataset: Dataset, codes: Mapping[str, Codes], column: str | None) -> Iterator[Finding]:
    """Yield what is found about the companies that ``column`` names, and about codes that act like companies."""
    groups, place = dataset.groups, column or "groups"
    if can_ask(dataset.y):
        for name, code in codes.items():
            category = isinstance(dataset.features[name].dtype, pd.CategoricalDtype)
            if category and name != column and code.max() + 1 >= MANY_LEVELS:
                yield from _fixes_outcome(dataset.y, code, codes, name, named=False)
    if groups is None or not (groups >= 0).any():
        return
    if can_ask(dataset.y):
        yield from _fixes_outcome(dataset.y, groups, codes, place, named=True)
        yield from _dominant(dataset, groups, place)
    yield from _giants(dataset, groups, place)


def _fixes_outcome(
    y: NDArray[np.int8], of_row: Codes, codes: Mapping[str, Codes], column: str, *, named: bool
) -> Iterator[Finding]:
    """Compare how many companies have one outcome with how many would if rows knew nothing of each other.

    Equal rows count once, and a company of one row says nothing. What is above chance is measured as by Cohen's kappa.
    """
    first = ~pd.DataFrame({**codes, "": of_row}).duplicated().to_numpy() & (of_row >= 0)
    several = np.bincount(of_row[first])[of_row[first]] >= 2
    company, outcome = pd.factorize(of_row[first][several])[0], y[first][several]
    if len(np.unique(company)) < 2 or not can_ask(outcome):
        return
    rows, positives = (np.bincount(company, w).astype(np.float64) for w in (np.ones(len(company)), outcome))
    rate = float(np.mean(positives / rows))  # of a company: a giant of one outcome does not speak for the others
    chance = rate**rows + (1 - rate) ** rows
    pure = (positives == 0) | (positives == rows)
    above = (pure.mean() - chance.mean()) / (1 - chance.mean())
    errors = (pure.sum() - chance.sum()) / np.sqrt(np.sum(chance * (1 - chance)))
    correlation = _intraclass_correlation(rows, positives)
    if min(above, correlation) < AGREEMENT or errors < STANDARD_ERRORS:
        return
    yield Finding(
        "company-fixes-label",
        column,
        f"{pure.mean():.1%} of the {len(rows):,} {'companies' if named else 'levels'} with several different rows have "
        f"one outcome in all of them, where chance gives {chance.mean():.1%}; the intraclass correlation is "
        f"{correlation:.2f}.",
        _KEEP_TOGETHER if named else _NAME_IT.format(name=column),
        "leak",
    )


def _intraclass_correlation(rows: NDArray[np.float64], positives: NDArray[np.float64]) -> float:
    """Return ICC(1) of 0/1 outcomes by one-way analysis of variance (Fleiss 1981; Ridout et al. 1999, eq. 3)."""
    companies, total = len(rows), int(rows.sum())
    share, rate = positives / rows, positives.sum() / total
    between = np.sum(rows * (share - rate) ** 2) / (companies - 1)
    within = np.sum(positives * (1 - share)) / (total - companies)
    typical = (total - np.sum(rows**2) / total) / (companies - 1)
    return float((between - within) / (between + (typical - 1) * within))


def _dominant(dataset: Dataset, groups: NDArray[np.int64], column: str) -> Iterator[Finding]:
    top = dominant_level(groups, dataset.y)
    if top is None:
        return
    rows = groups == top
    name, positives = _named(dataset, column, rows), int(dataset.y[rows].sum())
    yield Finding(
        "dominant-value",
        column,
        f"{name[0].upper()}{name[1:]} holds {positives / dataset.y.sum():.1%} of the positives and "
        f"{rows.mean():.1%} of the rows ({positives:,} of {int(rows.sum()):,} are positive).",
        "Read every score with and without this company: recall is largely about it.",
        "leak",
    )


def _giants(dataset: Dataset, groups: NDArray[np.int64], column: str) -> Iterator[Finding]:
    size = np.bincount(groups[groups >= 0])
    enough = max(GIANT * len(groups), TIMES_THE_MEAN * size[size > 0].mean(), FEWEST_SHOWN - 1)
    giants = [int(number) for number in np.argsort(-size, kind="stable") if size[number] > enough]
    if not giants:
        return
    each = (
        f"{_named(dataset, column, groups == number)} {size[number] / len(groups):.1%} of the rows and "
        f"{dataset.y[groups == number].sum() / dataset.y.sum():.1%} of the positives"
        for number in giants
    )
    yield Finding(
        "giant-company",
        column,
        f"{plural(len(giants), 'company').replace('companys', 'companies')} with more than {GIANT:.0%} of the rows: "
        f"{listed(each, 'giant')}.",
        "Read every score with and without them, and see whether they occur in what is to be predicted.",
        "note",
    )


def _named(dataset: Dataset, column: str, rows: NDArray[np.bool_]) -> str:
    """Return what a company, or a level of a column that names companies, is called."""
    first = int(np.argmax(rows))
    if column in dataset.features:
        return quoted(dataset.features[column].iloc[first])
    groups = dataset.groups
    if groups is not None and 0 <= groups[first] < len(dataset.group_names):
        return quoted(dataset.group_names[groups[first]])
    return f"the company of row {first + 1:,}"
