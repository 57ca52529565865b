"""What tuning knows of each configuration, as Optuna is told it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from bench.data.dataset import Dataset
from bench.errors import ExperimentError
from bench.plan.experiment import Experiment
from bench.plan.grid import Plan, Trial, trial_of
from bench.record.store import Store
from bench.record.tuned import Asked
from bench.run.spaces import Space, spaces_of
from bench.score.objective import Objective
from bench.score.ranking import Score
from bench.score.thresholds import best_value
from bench.vocabulary import AXES

if TYPE_CHECKING:
    import optuna

JOURNAL: Final = "optuna.journal"


@dataclass(frozen=True)
class Known:
    """What tuning goes by.

    Attributes
    ----------
    grid : without the trials that tuning asked for
    scores : trial -> score, of those whose cells are all done
    asked : so far, in order
    """

    grid: Plan
    scores: Mapping[str, Score]
    asked: tuple[Asked, ...]
    dataset: Dataset
    store: Store
    experiment: Experiment

    @cached_property
    def trials(self) -> tuple[Trial, ...]:
        """The trials asked for so far that can still be read."""
        return trials_of(self.asked)[0]

    @cached_property
    def spaces(self) -> list[Space]:
        """What is searched: nothing if the file does not ask for it."""
        section = self.experiment.tune
        if section is None:
            return []
        objective = self.experiment.objective
        return spaces_of(self.grid, self.scores, self.dataset, objective, section.configurations, self.trials)


def trials_of(asked: Sequence[Asked]) -> tuple[tuple[Trial, ...], tuple[str, ...]]:
    """Return the trials that were asked for, and sentences about those that this version cannot run."""
    trials: list[Trial] = []
    notices: dict[str, None] = {}
    for one in asked:
        axes = [axis for axis, _ in groupby(axis for axis, _, _ in one.choices)]
        try:
            if axes != list(AXES) or any(len([c for c in one.choices if c[0] == axis]) > 1 for axis in AXES[1:]):
                raise ExperimentError("its components are not one for each axis")
            trials.append(trial_of(one.choices))
        except KeyError as error:
            notices[f"tuning asked for a trial with {error.args[0]!r}, which is no component now; it is left out."] = (
                None
            )
        except ExperimentError as error:
            notices[f"tuning asked for a trial that cannot run now: {str(error).rstrip('.')}; it is left out."] = None
    return tuple(dict.fromkeys(trials)), tuple(notices)


def write_journal(known: Known) -> Path:
    """Write what tuning knows as Optuna's storage, for its dashboard and `optuna.load_study`; it is never read back."""
    from optuna import create_study
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend

    path = known.store.folder / JOURNAL
    beside = path.with_name(path.name + ".part")
    beside.unlink(missing_ok=True)
    sought = direction(known.experiment.objective)
    try:
        with quietly():
            storage = JournalStorage(JournalFileBackend(str(beside)))
            for space in known.spaces:
                study = create_study(storage=storage, study_name=space.name, direction=sought)
                study.add_trials(told(known, space))
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    return path


def told(known: Known, space: Space) -> list[optuna.trial.FrozenTrial]:
    """Return what is recorded of a configuration: by id what the grid tried, then what was asked for, in order.

    A trial that the race stopped is told as pruned where it stopped: TPE takes it for one of the poor ones.
    """
    from optuna.trial import TrialState, create_trial

    found = []
    of_grid = sorted(known.grid.trials, key=lambda trial: trial.id)
    for trial in (trial for trial in dict.fromkeys((*of_grid, *known.trials)) if space.holds(trial)):
        score, folds = known.scores.get(trial.id), _folds_done(known.store, trial)
        tell = partial(
            create_trial,
            params=space.values(trial),
            distributions=space.distributions,
            user_attrs={"trial": trial.id},
        )
        if score is not None:
            found.append(tell(value=_worth(score, known.experiment.objective)))
        elif folds is None:
            found.append(tell(state=TrialState.FAIL))
        elif folds:
            found.append(tell(state=TrialState.PRUNED, intermediate_values={folds: _so_far(known, trial, folds)}))
    return found


def direction(objective: Objective) -> Literal["maximize", "minimize"]:
    """Return which way the objective is searched."""
    return "maximize" if objective.sign > 0 else "minimize"


@contextmanager
def quietly() -> Iterator[None]:
    """Keep Optuna from printing what it makes."""
    from optuna import logging

    before = logging.get_verbosity()
    logging.set_verbosity(logging.ERROR)
    try:
        yield
    finally:
        logging.set_verbosity(before)


def _folds_done(store: Store, trial: Trial) -> int | None:
    """Return how many folds of a trial are done, from the first on; None if one failed."""
    statuses = [store.status((trial.id, int(repeat), int(fold))) for repeat, fold in _in_order(store)]
    if any(status not in ("done", None) for status in statuses):
        return None
    return [*statuses, None].index(None)


def _so_far(known: Known, trial: Trial, folds: int) -> float:
    """Return the score of the folds done, at its own best threshold: flattering, but alike for all of so many folds."""
    done = _in_order(known.store)[:folds]
    probability = known.store.out_of_fold(trial.id, done)
    assert probability is not None  # these cells are done
    held_out = ~np.isnan(probability)
    y = np.broadcast_to(known.dataset.y, probability.shape)[held_out]
    objective = known.experiment.objective
    return objective.sign * best_value(y, probability[held_out], objective)


def _in_order(store: Store) -> list[tuple[int, int]]:
    return [(repeat, fold) for repeat in range(store.folds.repeats) for fold in range(store.folds.count)]


def _worth(score: Score, objective: Objective) -> float:
    """Return the number that is searched for; where a floor is not kept, one below all that keep it."""
    if score.keeps_floor(objective):
        return score.value(objective)
    return float(objective.short(score.counts)) - 2  # as `Objective.worth` does
