"""Score what is recorded, stack the best of it, name the winner."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bench.data.dataset import Dataset
from bench.data.folds import scored_rows
from bench.ensemble.blend import Blend, blend
from bench.ensemble.scoreboard import OutOfFold, Scoreboard
from bench.errors import ExperimentError
from bench.plan.experiment import Experiment
from bench.plan.grid import Plan
from bench.record.store import Store
from bench.score.ranking import Score, rank


@dataclass(frozen=True)
class Verdict:
    """The scores of the finished trials, by trial id, and what to hand in.

    Attributes
    ----------
    single : the leading trial by itself; None where no trial is finished
    ensemble : the blend of the best trials; None likewise
    winner : the better of the two by cross-fitted score, the single trial on a tie
    """

    scores: dict[str, Score]
    single: Blend | None = None
    ensemble: Blend | None = None
    winner: Blend | None = None

    def finalists(self, experiment: Experiment) -> list[str]:
        """Return the trials that are scored on the other folds too: the first ranked and the winner's members."""
        leaders = rank(self.scores, experiment.objective)[: experiment.submission.finalists]
        return list(dict.fromkeys([*leaders, *(self.winner.weights if self.winner else ())]))

    def leads(self, members: Mapping[str, float]) -> bool:
        """Say whether the winner is made of these members and weights."""
        return self.winner is not None and dict(self.winner.weights) == dict(members)

    def choose(self, trial: str | None = None, ensemble: bool = False) -> Blend:
        """Return one trial, the ensemble, or else the winner.

        Raises
        ------
        ExperimentError
            If it is not there: no such trial, or none finished.
        """
        if trial is not None and trial not in self.scores:
            raise ExperimentError(f"no finished trial '{trial}'. The leaderboard lists the ids of those that are.")
        if self.winner is None or self.ensemble is None:
            raise ExperimentError("no trial is finished yet, so there is nothing to export. `bench run` runs them.")
        if trial is not None:
            return Blend({trial: 1.0}, self.scores[trial], self.scores[trial].threshold)
        return self.ensemble if ensemble else self.winner


def judge(
    plan: Plan, dataset: Dataset, store: Store, experiment: Experiment, board: Scoreboard | None = None
) -> Verdict:
    """Score every trial of the plan whose cells are all done, and blend them.

    Parameters
    ----------
    board : what is scored already; a new one without
    """
    objective = experiment.objective
    scores = (board or Scoreboard(dataset, store, objective)).scores(trial.id for trial in plan.trials)
    if not scores:
        return Verdict(scores)
    leader = rank(scores, objective)[0]
    single = Blend({leader: 1.0}, scores[leader], scores[leader].threshold)
    known, recorded = scored_rows(dataset, store.folds), OutOfFold(store, scores)
    ensemble = blend(known.y, recorded, known.fold_of, objective, experiment.ensemble.candidates)
    # Ranked like two trials; the single one comes first among equals.
    better = rank({"1 single": single.score, "2 ensemble": ensemble.score}, objective)[0]
    return Verdict(scores, single, ensemble, single if better == "1 single" else ensemble)
