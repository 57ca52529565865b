"""Ask for trials around the best configurations of the grid, batch by batch."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from hashlib import sha256
from itertools import groupby
from typing import Final

from bench.plan.experiment import Choice
from bench.plan.grid import Trial
from bench.record.tuned import Asked, append_tuned
from bench.run.spaces import Named, Range, Space
from bench.run.studies import Known, direction, quietly, told, trials_of
from bench.score.ranking import Score, rank
from bench.space import Value
from bench.vocabulary import AXES

STARTUP: Final = 2  # finished trials of a configuration before its sampler speaks; draws before that are random ones
ATTEMPTS: Final = 50  # draws for a trial that is new, before its configuration counts as exhausted


def batches(known: Known, scores: Callable[[Iterable[str]], Mapping[str, Score]]) -> Iterator[tuple[Trial, ...]]:
    """Yield what was asked for so far, batch by batch, then new ones, each recorded before it is yielded.

    Parameters
    ----------
    scores : of those of some trials that are finished; asked when the cells of the batch before have ended
    """
    for _, batch in groupby(known.asked, key=lambda one: one.batch):
        if trials := trials_of(tuple(batch))[0]:
            yield trials
    while True:
        known = replace(known, scores=scores(trial.id for trial in (*known.grid.trials, *known.trials)))
        new = next_batch(known)
        if not new:
            return
        append_tuned(known.store.folder, new)
        known = replace(known, asked=known.asked + new)
        yield trials_of(new)[0]


def next_batch(known: Known) -> tuple[Asked, ...]:
    """Return the trials to ask for next, none twice; empty when enough are asked for or every space is exhausted.

    A pure function of what is recorded, if the cells of the batches before have ended: the samplers are made anew with
    seeds of their own and told all of it. The configurations take turns, so each gets the same number of trials
    whatever the order in which cells end; what is spent on a poor one the race keeps small.

    References
    ----------
    Bergstra et al. (2011), Algorithms for hyper-parameter optimization; Optuna's TPESampler, multivariate, with trials
    of the same batch as constant liars.
    """
    section = known.experiment.tune
    left = 0 if section is None else min(section.batch, section.trials - len(known.asked))
    if section is None or left <= 0:
        return ()
    batch = 1 + max((one.batch for one in known.asked), default=-1)
    there = {trial.id for trial in (*known.grid.trials, *known.trials)}
    found: list[Asked] = []
    with quietly():
        samplers = [_Sampler(known, space, f"{section.seed} {space.name} {batch}") for space in known.spaces]
        turn = len(known.asked)
        while samplers and len(found) < left:
            sampler = samplers[turn % len(samplers)]
            trial = sampler.new(there)
            if trial is None:
                samplers.remove(sampler)
                continue
            there.add(trial.id)
            plain = tuple((choice.axis, choice.component.name, dict(choice.values)) for choice in trial.choices)
            found.append(Asked(batch, sampler.space.name, plain))
            turn += 1
    return tuple(found)


def edge_sentences(known: Known) -> list[str]:
    """Say of the best trial of each tuned configuration which values sit at an end of what was searched."""
    sentences = []
    for space in known.spaces:
        own = [trial for trial in (*known.grid.trials, *known.trials) if space.holds(trial)]
        finished = {trial.id: known.scores[trial.id] for trial in own if trial.id in known.scores}
        best = rank(finished, known.experiment.objective)[0]
        (trial,) = {trial for trial in own if trial.id == best}
        if trial in known.trials:
            sentences += [
                _edge_sentence(choice, name, space.ranges[key], value)
                for component, choice in trial.by_name.items()
                for name, value in choice.values
                if (key := f"{component}.{name}") in space.ranges
            ]
    return [sentence for sentence in dict.fromkeys(sentences) if sentence]


class _Sampler:
    """Holds the samplers of one space, told what is recorded."""

    def __init__(self, known: Known, space: Space, seed: str) -> None:
        from optuna import create_study
        from optuna.samplers import BaseSampler, RandomSampler, TPESampler

        number = int(sha256(seed.encode()).hexdigest()[:8], 16)
        samplers: tuple[BaseSampler, ...] = (
            TPESampler(n_startup_trials=STARTUP, seed=number),
            RandomSampler(seed=number),
        )
        self.space, self._features = space, known.dataset.features
        self._learned, self._random = (
            create_study(sampler=sampler, direction=direction(known.experiment.objective)) for sampler in samplers
        )
        self._learned.add_trials(told(known, space))

    def new(self, there: set[str]) -> Trial | None:
        """Return a trial whose id is not ``there`` yet, a random one if need be; None if none is found."""
        for study in (self._learned, *[self._random] * ATTEMPTS):
            trial = self.space.trial(study.ask(self.space.distributions).params)
            if trial.id not in there and self._has_a_subject(trial):
                return trial
        return None

    def _has_a_subject(self, trial: Trial) -> bool:
        """Say whether its components find columns to work on, as the plan asks of those of the grid."""
        return all(
            choice in self.space.like.choices or choice.has_a_subject(self._features)
            for choice in (trial.on(axis)[0] for axis in AXES)
        )


def _edge_sentence(choice: Choice, name: str, searched: Range | Named, value: Value) -> str:
    """Return a sentence about a value at an edge, empty for one that is not."""
    edge = searched.edge(value) if isinstance(searched, Range) else None
    if not isinstance(searched, Range) or edge is None:
        return ""
    columns = [(key, pattern) for key, pattern in choice.patterns() if key in choice.settings]
    named = ", ".join(f"{key} = {json.dumps(pattern, ensure_ascii=False)}" for key, pattern in columns)
    written = f'name = "{choice.component.name}", {f"{named}, " if named else ""}'
    return (
        f"The best {name} of {choice.component.name}{f' ({named})' if named else ''} is {value:g}, at the {edge} edge "
        f"of what was searched ({searched.low:g} to {searched.high:g}). To search beyond it, list a value there in "
        f"[grid]: {{ {written}{name} = [{value:g}, {searched.beyond(edge):g}] }}."
    )
