"""Look at every candidate, correct for how many there are, and keep those that gain one behind the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from bench.data.dataset import Dataset
from bench.data.folds import Folds
from bench.derive.candidates import Candidate, candidates
from bench.derive.judge import Gain, Judging, add, gain, prepare, strengths
from bench.errors import ExperimentError
from bench.plan.experiment import Experiment, Option
from bench.plan.grid import default_choice
from bench.vocabulary import DO_NOTHING

MOST_OPTIONS = 5  # of derived in the file: each further one multiplies the grid


@dataclass(frozen=True)
class Judged:
    """A candidate and what became of it.

    Attributes
    ----------
    gain : by itself, over the columns there are
    q_value : the share of false ones among the candidates of this p value or less, at most (Benjamini-Hochberg)
    behind : behind those kept before it; None where its own gain was not shown
    kept : whether it is worth having
    """

    candidate: Candidate
    gain: Gain
    q_value: float
    behind: Gain | None = None
    kept: bool = False


@dataclass(frozen=True)
class Found:
    """What was found on a table.

    Attributes
    ----------
    judged : every candidate: those kept first, then the others, both by p value
    rows : how many were held out
    base : the option of derived that they were judged behind
    about : one sentence that says what the figures are
    """

    judged: tuple[Judged, ...]
    rows: int
    base: Option
    about: str

    @property
    def kept(self) -> tuple[Judged, ...]:
        """Those worth having."""
        return tuple(one for one in self.judged if one.kept)


def look(experiment: Experiment, dataset: Dataset, folds: Folds, fdr: float) -> Found:
    """Judge the candidates on the table of an experiment, over the last option of its axis derived that can work there.

    Raises
    ------
    ExperimentError
        If the axis is full, or there is no candidate on this table.
    """
    options = experiment.axes["derived"]
    if len(options) >= MOST_OPTIONS:
        raise ExperimentError(
            f"{experiment.path}: derived in [grid] has {len(options)} options, and each further one multiplies the "
            f"grid. Leave {MOST_OPTIONS - 1} or fewer; the last of them is the one that is added to."
        )
    working = [option for option in options if option[0].has_a_subject(dataset.features)]
    base = working[-1] if working else (default_choice("derived", DO_NOTHING["derived"]),)
    judging = prepare(dataset, folds, base)
    columns = strengths(judging)
    found = candidates(judging[0].tables[0][list(columns)], columns, base)
    if not found:
        raise ExperimentError(
            f"{experiment.path}: there is nothing to derive from on this table: no two categories, numbers or dates, "
            "no gaps, no codes and no texts."
        )
    judged = judge(found, judging, dataset.groups, fdr)
    rows, kept = int(folds.scored.sum()), sum(one.kept for one in judged)
    named = "+".join(choice.component.name for choice in base)
    over = "" if named == DO_NOTHING["derived"] else f" behind {named}"
    about = (
        f"{kept} of {len(judged)} candidates are kept at a false discovery rate of {fdr:g}. A gain is log loss per "
        f"row, with its 95 % interval, on {rows:,} held-out rows, over a model in which every column{over} speaks for "
        "itself."
    )
    return Found(tuple(judged), rows, base, about)


def judge(
    found: Sequence[Candidate], folds: Sequence[Judging], groups: NDArray[np.int64] | None, fdr: float
) -> list[Judged]:
    """Return every candidate with what it gains, in the order of `Found`.

    One whose q value is at most ``fdr`` has something to say of its own. Of these the surest is taken first, not
    the one that gains most, which may owe it to a few companies; each other has to gain, and to meet the largest p
    value among them, behind those taken before: of two that say the same, one is enough.
    """
    from scipy.stats import false_discovery_control

    gains = [gain(folds, add(candidate, folds), groups) for candidate in found]
    q_values = map(float, false_discovery_control([one.p_value for one in gains]))
    judged = sorted(map(Judged, found, gains, q_values), key=lambda one: one.gain.p_value)
    shown = [one for one in judged if one.q_value <= fdr]
    bar = max((one.gain.p_value for one in shown), default=0.0)
    kept, left, before = [], [], tuple(folds)
    for one in shown:
        after = add(one.candidate, before)
        behind = gain(before, after, groups)
        if behind.p_value <= bar and behind.mean > 0:
            kept.append(replace(one, behind=behind, kept=True))
            before = after
        else:
            left.append(replace(one, behind=behind))
    return kept + left + judged[len(shown) :]
