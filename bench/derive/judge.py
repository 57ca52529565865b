"""What a candidate gains on held-out rows: paired differences in log loss over the folds, and how sure they are."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from bench.companies import company_of
from bench.components.steps.in_a_row import fit_transform
from bench.data.dataset import Dataset
from bench.data.folds import Folds
from bench.derive.additive import Coded, Floats, coded, effects, losses, margins
from bench.derive.candidates import Candidate
from bench.plan.experiment import Choice
from bench.plan.grid import Trial, trial_of
from bench.run.assemble import build
from bench.run.cell import fold_part
from bench.run.recipes import Part

TERMS = 300  # of the texts, in the additive model
SURE = 1.96  # standard errors to either side of a gain: 95 %


@dataclass(frozen=True)
class Gain:
    """What is gained in log loss per row, on rows that were held out.

    Attributes
    ----------
    mean, low, high : with the ends of its 95 % interval
    p_value : one-sided, that what is added has nothing to do with what was left open; see `gain`
    """

    mean: float
    low: float
    high: float
    p_value: float


@dataclass(frozen=True)
class Judging:
    """One fold: its rows as they reach the additive model, and the log-odds it gives them.

    Attributes
    ----------
    held_out : numbers of the rows held out
    tables, margins, y : of both sides, the training rows first
    """

    part: Part
    held_out: NDArray[np.intp]
    tables: tuple[pd.DataFrame, pd.DataFrame]
    margins: tuple[Floats, Floats]
    y: tuple[NDArray[np.int8], NDArray[np.int8]]

    def with_effects(self, columns: Sequence[Coded]) -> Judging:
        """Return the fold with the effects of some columns, learned on its training rows, in its log-odds."""
        training, held_out = self.margins
        for column in columns:
            found = effects(column.training, column.codes, training, self.y[0])
            training, held_out = training + found[column.training], held_out + found[column.held_out]
        return replace(self, margins=(training, held_out))


def prepare(dataset: Dataset, folds: Folds, base: Sequence[Choice]) -> tuple[Judging, ...]:
    """Return every fold of every repeat, its rows derived as ``base`` says, with its additive model."""
    return tuple(_prepared(dataset, folds, base))


def strengths(folds: Sequence[Judging]) -> dict[str, float]:
    """Return how much each column that every fold has gains by itself over the share of positives; a text nothing."""
    common = [name for name in folds[0].tables[0] if all(name in fold.tables[0] for fold in folds)]
    return {str(name): _strength(str(name), folds) for name in common}


def add(candidate: Candidate, folds: Sequence[Judging]) -> tuple[Judging, ...]:
    """Return the folds with what a candidate adds to their log-odds; what it learns it learns on training rows."""
    return tuple(fold.with_effects(_new_columns(candidate, fold)) for fold in folds)


def gain(before: Sequence[Judging], after: Sequence[Judging], groups: NDArray[np.int64] | None) -> Gain:
    """Return what ``after`` gains over ``before``, the same folds with other log-odds.

    Rows are compared with themselves, and companies (``groups``, a row of none by itself) are drawn whole. The p value
    is that of the score: whether what is added to a row's log-odds goes with what was left open of its outcome. That
    is the slope of the gain where next to nothing of it is added. The gain of all of it pays for its noise too, and
    finds less than half as many weak effects. Both speak of the models of these folds (Bayle, Bayle, Janson and Mackey
    2020, arXiv:2007.12671). The corrected t-test of Nadeau and Bengio (2003), for models of other training rows too,
    takes each fold as one number: with 4 degrees of freedom it finds nothing among a hundred candidates.
    """
    from scipy.stats import t

    pairs = list(zip(before, after, strict=True))
    rows = np.concatenate([fold.held_out for fold in before])
    company = _company_of_rows(rows, groups)
    mean, error = _mean(rows, np.concatenate([_gained(*pair) for pair in pairs]), company)
    score, score_error = _mean(rows, np.concatenate([_score(*pair) for pair in pairs]), company)
    p_value = float(t.sf(score / score_error, max(int(company.max()), 1))) if score_error > 0 else 1.0
    return Gain(mean, mean - SURE * error, mean + SURE * error, p_value)


def _prepared(dataset: Dataset, folds: Folds, base: Sequence[Choice]) -> Iterator[Judging]:
    texts = trial_of([("text", "tfidf", {"terms": TERMS})])
    for repeat in range(folds.repeats):
        for fold in range(folds.count):
            part, held_out = fold_part(dataset, folds, repeat, fold), folds.held_out(repeat, fold)
            assert part.held_out is not None  # a fold holds rows out
            tables = _both_sides(tuple(base), part, (part.training, part.held_out))
            said = margins(*tables, part.y, build(texts, "text", part.place.name))
            yield Judging(part, held_out, tables, said, (part.y, dataset.y[held_out]))


def _strength(name: str, folds: Sequence[Judging]) -> float:
    gained = 0.0
    for fold in folds:
        sides = [side[name] for side in fold.tables]
        if isinstance(sides[0].dtype, pd.StringDtype):
            return 0.0
        share = np.clip(fold.y[0].mean(), 1e-9, 1 - 1e-9)
        level = float(np.log(share / (1 - share)))
        flat = replace(fold, margins=(np.full(len(fold.y[0]), level), np.full(len(fold.y[1]), level)))
        gained += float(_gained(flat, flat.with_effects([coded(*sides)])).sum())
    return gained


def _new_columns(candidate: Candidate, fold: Judging) -> list[Coded]:
    training, held_out = (side[list(candidate.columns)] for side in fold.tables)
    made, asked = _both_sides((candidate.choice,), fold.part, (training, held_out))
    return [coded(made[name], asked[name]) for name in made if name not in training]


def _both_sides(
    choices: tuple[Choice, ...], part: Part, sides: tuple[pd.DataFrame, pd.DataFrame]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the training and held-out rows of a fold with what is derived, as a run would."""
    step: Any = build(Trial(choices), "derived", part.place.name)
    training, held_out = sides
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the run that uses it says what it warns of
        return fit_transform(step, training, part.y, part.groups), step.transform(held_out)


def _gained(before: Judging, after: Judging) -> Floats:
    """Return how much less the log loss of each held-out row is."""
    return losses(before.margins[1], before.y[1]) - losses(after.margins[1], after.y[1])


def _score(before: Judging, after: Judging) -> Floats:
    """Return what is added to the log-odds of each held-out row, times what was left open of its outcome."""
    return np.asarray((after.margins[1] - before.margins[1]) * (before.y[1] - expit(before.margins[1])))


def _company_of_rows(rows: NDArray[np.intp], groups: NDArray[np.int64] | None) -> NDArray[np.int64]:
    """Return the company of each different row, in the order of their numbers."""
    scored = np.unique(rows)
    return company_of(None if groups is None else groups[scored], len(scored))


def _mean(rows: NDArray[np.intp], values: Floats, company: NDArray[np.int64]) -> tuple[float, float]:
    """Return the mean over rows, of a row of several repeats its own mean, and its standard error over companies."""
    _, of_row = np.unique(rows, return_inverse=True)
    each = np.bincount(of_row, values) / np.bincount(of_row)
    mean, companies = float(each.mean()), int(company.max()) + 1
    around = np.bincount(company, each - mean)
    return mean, float(np.sqrt((around**2).sum() * companies / max(companies - 1, 1))) / len(each)
