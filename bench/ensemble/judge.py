"""Score what is recorded, stack the best of it, correct both for luck, name the winner."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bench.data.dataset import Dataset
from bench.data.folds import scored_rows
from bench.ensemble.blend import Blend, blend
from bench.ensemble.certainty import DRAWS, Certainty, certainty
from bench.ensemble.members import Member, members
from bench.ensemble.scoreboard import OutOfFold, Scoreboard
from bench.errors import ExperimentError
from bench.plan.experiment import Experiment
from bench.plan.grid import Plan
from bench.record.allowed import Allowed, read_allowed
from bench.record.store import Store
from bench.score.objective import Objective
from bench.score.ranking import Score, rank
from bench.score.ties import Ties
from bench.score.uncertainty import Corrected


@dataclass(frozen=True)
class Verdict:
    """The scores of the finished trials, by trial id, and what to hand in.

    Attributes
    ----------
    single : the leading trial by itself; None where no trial is finished
    ensemble : the blend of the best trials; None likewise
    winner : the ensemble, unless its corrected score is below the single trial's by more than chance
        By chance corrected scores differ as much as ensembles gain. Where neither can be corrected, the better of the
        two by cross-fitted score, the single trial on a tie.
    members : what each member does for the ensemble
    certainty : how sure the ranking is; None where that cannot be said
    allowed : what the budget of the last run left time for; None where it had none
    """

    scores: dict[str, Score]
    single: Blend | None = None
    ensemble: Blend | None = None
    winner: Blend | None = None
    members: Sequence[Member] = ()
    certainty: Certainty | None = field(default=None, compare=False)
    allowed: Allowed | None = None

    @property
    def ties(self) -> Ties | None:
        """Which trials may be the best one; None where that cannot be said."""
        return self.certainty.ties if self.certainty else None

    def estimate_of(self, chosen: Blend) -> Corrected | None:
        """Return what the leader or the ensemble is worth once the luck of choosing it is paid for.

        None of others, and where that cannot be said.
        """
        if self.certainty is None or self.single is None or self.ensemble is None:
            return None
        if chosen.weights == self.single.weights:
            return self.certainty.corrected
        return self.certainty.blended if chosen.weights == self.ensemble.weights else None

    def finalists(self, experiment: Experiment) -> list[str]:
        """Return the trials that are scored on the other folds too: the first ranked and the winner's members."""
        leaders = rank(self.scores, experiment.objective)[: experiment.submission.finalists]
        found = list(dict.fromkeys([*leaders, *(self.winner.weights if self.winner else ())]))
        return found[: self.allowed.finalists] if self.allowed else found

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
            return Blend.of_one(trial, self.scores[trial])
        return self.ensemble if ensemble else self.winner


def judge(
    plan: Plan,
    dataset: Dataset,
    store: Store,
    experiment: Experiment,
    board: Scoreboard | None = None,
) -> Verdict:
    """Score every trial of the plan whose cells are all done, blend the best, and see which of the two is worth more.

    As many may become members, and scores are corrected by as many draws, as the budget of the last run allowed.

    Parameters
    ----------
    board : what is scored already; a new one without
    """
    objective = experiment.objective
    allowed, section = read_allowed(store.folder), experiment.ensemble
    if allowed is not None:
        section = section.model_copy(update={"candidates": allowed.candidates})
    draws = DRAWS if allowed is None else allowed.draws
    scores = (board or Scoreboard(dataset, store, objective)).scores(trial.id for trial in plan.trials)
    if not scores:
        return Verdict(scores)
    ranked = rank(scores, objective)
    single = Blend.of_one(ranked[0], scores[ranked[0]])
    known, recorded = scored_rows(dataset, store.folds), OutOfFold(store, scores)
    ensemble = blend(known.y, recorded, known.fold_of, objective, section, ranked)
    raced = experiment.race is not None or allowed is not None  # a budget brings one
    stopped = [trial.id for trial in plan.trials if raced and trial.id not in scores]
    sure = certainty(dataset, store, scores, objective, ensemble, section, draws, stopped) if draws else None
    return Verdict(
        scores,
        single,
        ensemble,
        ensemble if _is_better(ensemble, single, sure, objective) else single,
        members(known.y, recorded, known.fold_of, objective, ensemble),
        sure,
        allowed,
    )


def _is_better(ensemble: Blend, single: Blend, sure: Certainty | None, objective: Objective) -> bool:
    """Say whether the ensemble wins; one of the single trial alone does not, nor one that alone misses the floor."""
    if ensemble.weights == single.weights:
        return False
    if single.score.keeps_floor(objective) and not ensemble.score.keeps_floor(objective):
        return False
    if sure is not None:
        return not sure.blended.surely_worse(sure.corrected, objective)
    # Ranked like two trials; the single one comes first among equals.
    return rank({"1 single": single.score, "2 ensemble": ensemble.score}, objective)[0] == "2 ensemble"
