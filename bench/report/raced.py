"""Say what the race stopped, what tuning asked for, and what a budget left time for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from bench.ensemble.certainty import DRAWS
from bench.plan.experiment import Experiment
from bench.plan.sections import RaceSection
from bench.record.allowed import Allowed
from bench.run.search import Decided, Search

_STAGES = {"race": "of the race", "tuning": "of tuning"}


def raced_sentences(search: Search, experiment: Experiment, allowed: Allowed | None) -> list[str]:
    """Say what the race stopped and what the budget cut; nothing where there was neither."""
    if search.race is None and not search.decided:
        return []
    return [*_stopped(search), *(_within(allowed, search, experiment) if allowed else [])]


def stages(experiment: Experiment, folds: int) -> list[str]:
    """Say what race, tuning and budget will do; nothing of those that there are not."""
    said = []
    if experiment.race is not None or experiment.budget is not None:
        error = (experiment.race or RaceSection()).error
        said.append(
            f"race: fold after fold, {folds} in all; after each a trial stops that can no longer win "
            f"(error {error:g}), so that fewer cells run"
        )
    if tune := experiment.tune:
        said.append(
            f"tune: up to {tune.trials:,} trials more, {tune.batch:,} at a time, around the best "
            f"{tune.configurations:,} configurations"
        )
    if experiment.budget is not None:
        said.append(f"budget: {experiment.budget:g} s for all of it; what there is no time for does not run")
    return said


def _stopped(search: Search) -> list[str]:
    stopped = Counter(search.stopped.values())
    ended = sum(len(one.stopped) for one in search.decided) - stopped.total()
    spare = (
        [f"In time that was left {ended:,} of the trials that the race had stopped ran to the end."] if ended else []
    )
    if not stopped:
        return spare or ["The race stopped no trial."]
    after = ", ".join(f"{count:,} after fold {number}" for number, count in sorted(stopped.items()))
    of = search.decided[0].round.of
    trials = len(search.plan.trials)
    ahead = sum((of - number) * count for number, count in stopped.items())
    return [
        f"The race stopped {stopped.total():,} of {trials:,} trials ({after}), which saved {ahead / (of * trials):.0%} "
        "of all cells; what is said of ties and effects is of the finished trials, and of the luck of choosing of all.",
        *spare,
    ]


def _within(allowed: Allowed, search: Search, experiment: Experiment) -> list[str]:
    cut = [one for one in search.decided if one.recorded < one.cells]
    said = []
    if cut:
        said.append(f"The budget of {allowed.budget:g} s ended {_list([_where(one) for one in cut])}")
    members = experiment.ensemble.candidates
    if allowed.candidates < min(members, len(search.plan.trials)):
        said.append(f"only the best {allowed.candidates} of the trials may be members of the ensemble")
    if allowed.draws == 0:
        said.append("no time was left to correct scores for the choice")
    elif allowed.draws < DRAWS:
        said.append(f"scores are corrected for the choice by {allowed.draws} draws of the rows")
    if allowed.finalists is not None:
        said.append(f"{allowed.finalists} of the finalists could be scored on other folds")
    if not said:
        return [f"The budget of {allowed.budget:g} s was enough for all of it."]
    opening = "" if cut else f"The budget of {allowed.budget:g} s was short: "
    return [f"{opening}{'; '.join(said)}."]


def _where(one: Decided) -> str:
    return f"fold {one.round.number} {_STAGES[one.round.stage]} after {one.recorded:,} of {one.cells:,} cells"


def _list(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
