"""What each component is worth, and which of the winner's choices matter."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bench.page.block import PageTable
from bench.plan.grid import Trial
from bench.record.columns import EFFECTS
from bench.record.disk import replacing
from bench.report.markdown import table_lines
from bench.score.objective import Objective
from bench.score.redraws import Redraws
from bench.vocabulary import AXES, DO_NOTHING, Axis

EXACT: Final = 12  # decimals of a sum of scores; the others are the rounding of numbers

Context = dict[str, list[Trial]]
"""Trials that are equal but for one axis, by the name of what they do there."""


@dataclass(frozen=True)
class Effect:
    """What a component is worth against another on its axis, everything else being equal.

    Attributes
    ----------
    difference : of the objective, mean over the pairs; None where there is no pair
    low, high : its 95 % interval over other rows like these; of this component alone, not of all at once
    pairs : how many pairs of finished trials differ on this axis only
    """

    axis: Axis
    component: str
    reference: str
    difference: float | None
    low: float | None
    high: float | None
    pairs: int

    def sentence(self, metric: str) -> str:
        """Say it in words."""
        named = f"{self.component} against {self.reference}"
        if self.difference is None or self.high is None:
            return f"{named}: no pair of trials that are equal but for {self.axis}"
        plural = "pair" if self.pairs == 1 else "pairs"
        margin = self.high - self.difference
        return f"{named}: {self.difference:+.3f} ± {margin:.3f} {metric} ({self.pairs} {plural})"


@dataclass(frozen=True)
class Step:
    """One trial on the way from the floor to the winner.

    Attributes
    ----------
    changed : what it does otherwise than the trial before, such as ``encoding native → target``; empty for the first
    value : its score
    gain, low, high : what the change is worth, with its 95 % interval; None for the first
    """

    trial: str
    changed: tuple[str, ...]
    value: float
    gain: float | None = None
    low: float | None = None
    high: float | None = None


def effects(trials: Iterable[Trial], redrawn: Redraws) -> list[Effect]:
    """Return what the components of each axis are worth against the axis's reference, axis by axis.

    The mean difference over all pairs of finished trials that are equal but for the axis, hyperparameters included;
    a component with several settings pairs with each of them. A model that looks at no other axis, as the constant,
    is equal to every trial. The reference does nothing if a pair has such a trial, else it is the component of most
    trials that have a partner. Means over unpaired trials would compare components in different company, since grids
    have gaps: components that cannot work together, and trials not finished.

    Parameters
    ----------
    trials : of the plan; those that are not in ``redrawn`` are not finished
    """
    found = []
    finished = _finished(trials, redrawn)
    for axis in AXES:
        contexts = _contexts(finished, axis)
        names = dict.fromkeys(name for context in contexts for name in context)
        if len(names) > 1:
            reference = _reference(contexts, axis)
            found += [_effect(axis, name, reference, contexts, redrawn) for name in names if name != reference]
    return found


def ablation(trials: Iterable[Trial], redrawn: Redraws, objective: Objective, winner: str) -> list[Step]:
    """Return the way from the floor to the winner, one axis after another as far as such trials are finished.

    It is walked from the winner down. At each step an axis goes back to its simplest choice with which there is such a
    trial: what does nothing, of models the lightest, else what stands first in the grid. Where no single axis can go
    back, several do at once. Of the trials so found the best is next: what can be spared goes first, and what a reader
    meets first on the way up is what the winner cannot do without.

    Parameters
    ----------
    trials : of the plan; those that are not in ``redrawn`` are not finished
    winner : id of a finished trial

    References
    ----------
    Fawcett and Hoos (2016), doi:10.1007/s10732-014-9275-9.
    """
    finished = _finished(trials, redrawn)
    value = dict(zip(redrawn.trials, objective.sign * redrawn.value, strict=True))
    way = [next(trial for trial in finished if trial.id == winner)]
    while (simpler := _simpler(way[-1], finished, value)) is not None:
        way.append(simpler)
    return [_step(before, after, redrawn) for before, after in zip([None, *way[:0:-1]], way[::-1], strict=True)]


def write_effects(found: Iterable[Effect], folder: Path) -> None:
    """Write effects.csv."""
    with replacing(folder / "effects.csv") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(EFFECTS)
        for effect in found:
            row = (getattr(effect, column) for column in EFFECTS)
            writer.writerow(f"{value:.6f}" if isinstance(value, float) else value for value in row)


def effects_markdown(found: Iterable[Effect], steps: Iterable[Step], objective: Objective) -> list[str]:
    """Return the lines that leaderboard.md says of effects and of the way from the floor to the winner."""
    metric = objective.named
    less = " Less is better." if objective.sign < 0 else ""
    lines = [f"What each component is worth, everything else being equal, with a 95 % interval each.{less}", ""]
    lines += [f"- {effect.axis}: {effect.sentence(metric)}" for effect in found]
    way = steps_table(steps, objective)
    return [*lines, "", way.caption, "", *table_lines(way)]


def steps_table(steps: Iterable[Step], objective: Objective) -> PageTable:
    """Return the way from the floor to the winner, a row for each step."""
    rows = []
    for step in steps:
        worth = "" if step.gain is None or step.high is None else f"{step.gain:+.3f} ± {step.high - step.gain:.3f}"
        rows.append((", ".join(step.changed) or "the floor", f"{step.value:.3f}", worth))
    caption = "From the floor to the first, one choice after another as far as such trials were run."
    return PageTable(caption, ("choice", objective.named, "worth"), rows, frozenset({objective.named, "worth"}))


def is_floor(trial: Trial) -> bool:
    """Say whether no other choice makes a difference to its model."""
    return trial.on("model")[0].component.ignores >= set(AXES[:-1])


def _finished(trials: Iterable[Trial], redrawn: Redraws) -> list[Trial]:
    done = set(redrawn.trials)
    return [trial for trial in trials if trial.id in done]


def _contexts(finished: list[Trial], axis: Axis) -> list[Context]:
    """Return the trials by what they do on all other axes, and there by what they do on this one."""
    others = [other for other in AXES if other != axis]
    floors = [trial for trial in finished if is_floor(trial)]
    contexts: dict[object, Context] = {}
    for trial in finished:
        if not is_floor(trial):
            contexts.setdefault(trial.on(*others), {}).setdefault(trial.named(axis), []).append(trial)
    if axis == "model":
        for context in contexts.values():
            for floor in floors:
                context.setdefault(floor.named(axis), []).append(floor)
    return list(contexts.values())


def _reference(contexts: list[Context], axis: Axis) -> str:
    """Return what the components of an axis are compared with; the floor only where there is nothing else."""
    trials, paired = Counter[str](), Counter[str]()
    for context in contexts:
        there = {name: len(equal) for name, equal in context.items() if not is_floor(equal[0])}
        trials.update(there)
        paired.update(there if len(context) > 1 else {})
    idle = DO_NOTHING.get(axis, "")
    return idle if idle in paired else (paired or trials).most_common(1)[0][0]


def _effect(axis: Axis, component: str, reference: str, contexts: list[Context], redrawn: Redraws) -> Effect:
    pairs = [
        (one.id, other.id)
        for context in contexts
        for one in context.get(component, [])
        for other in context.get(reference, [])
    ]
    if not pairs:
        return Effect(axis, component, reference, None, None, None, 0)
    return Effect(axis, component, reference, *_mean_difference(pairs, redrawn), len(pairs))


def _mean_difference(pairs: list[tuple[str, str]], redrawn: Redraws) -> tuple[float, float, float]:
    """Return the mean of first less second over pairs of trials, and its 95 % interval.

    The scores of all trials move together from draw to draw, so the mean is taken in each draw, and its standard error
    over draws (Efron and Tibshirani 1993, An Introduction to the Bootstrap, chapter 12).
    """
    place = {trial: number for number, trial in enumerate(redrawn.trials)}
    share: NDArray[np.float64] = np.zeros(len(place))
    for one, other in pairs:
        share[place[one]] += 1 / len(pairs)
        share[place[other]] -= 1 / len(pairs)
    difference = float(redrawn.value @ share)
    margin = 1.96 * float(np.std(redrawn.drawn @ share))
    # Trials that predict alike differ by what a sum is rounded by, whose interval would leave out zero.
    low, middle, high = (round(end, EXACT) + 0.0 for end in (difference - margin, difference, difference + margin))
    return middle, low, high


def _simpler(now: Trial, finished: list[Trial], value: dict[str, float]) -> Trial | None:
    """Return the trial that the way goes back to from ``now``; None where none is simpler."""
    places = {axis: _simplest_first(finished, axis) for axis in AXES}
    simplest: dict[tuple[Axis, ...], tuple[int, float, str, Trial]] = {}
    for trial in finished:
        changed = tuple(axis for axis in AXES if trial.on(axis) != now.on(axis))
        there, here = ([places[axis][one.named(axis)] for axis in changed] for one in (trial, now))
        if changed and all(place < before for place, before in zip(there, here, strict=True)):
            found = (sum(there), -value[trial.id], trial.id, trial)
            simplest[changed] = min(simplest.get(changed, found), found, key=lambda one: one[:3])
    nearest = sorted(simplest, key=lambda changed: (len(changed), *simplest[changed][1:3]))
    return simplest[nearest[0]][-1] if nearest else None


def _simplest_first(finished: list[Trial], axis: Axis) -> dict[str, int]:
    """Return the place of each component on an axis: what does nothing, then the lighter model, then the grid's order.

    Only models say how heavy they are.
    """
    weight = {trial.named(axis): (not trial.does_nothing(axis), trial.on(axis)[0].component.cost) for trial in finished}
    return {name: place for place, name in enumerate(sorted(weight, key=weight.__getitem__))}


def _step(before: Trial | None, after: Trial, redrawn: Redraws) -> Step:
    value = float(redrawn.value[redrawn.trials.index(after.id)])
    if before is None:
        return Step(after.id, (), value)
    gained = _mean_difference([(after.id, before.id)], redrawn)
    changed = (
        f"{axis} {before.named(axis)} → {after.named(axis)}" for axis in AXES if before.on(axis) != after.on(axis)
    )
    return Step(after.id, tuple(changed), value, *gained)
