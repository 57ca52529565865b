"""Which trials two runs have in common, and how rank, score and predictions of these have changed."""

from __future__ import annotations

from dataclasses import dataclass

from bench.compare.recorded import ALWAYS, Recorded


@dataclass(frozen=True)
class Moved:
    """A trial that both have finished.

    Attributes
    ----------
    ranks, scores : in A and in B; both are among all trials of the run
    """

    trial: str
    configuration: str
    ranks: tuple[int, int]
    scores: tuple[float, float]

    @property
    def change(self) -> float:
        """By how much the score is larger in B."""
        return self.scores[1] - self.scores[0]


@dataclass(frozen=True)
class Overlap:
    """The trials of two runs; an id is made of a trial's content, so the same id is the same trial.

    Attributes
    ----------
    metric : of the scores
    moved : finished in both, those whose score changed most first
    unfinished : in both, and finished in one at most
    only_one, only_other : the trials that one run alone has, the best first
    tau : Kendall's rank correlation of the trials finished in both; None of fewer than two
    tied : how many may be the best in A, of them in B too, and in B
    equal, compared : cells done in both whose predictions are equal bit for bit, and how many there are; 0 where the
        data or the folds are others
    unequal : trials with a cell whose predictions differ
    """

    metric: str
    moved: list[Moved]
    unfinished: int
    only_one: list[str]
    only_other: list[str]
    tau: float | None
    tied: tuple[int, int, int]
    equal: int
    compared: int
    unequal: list[str]

    @property
    def many(self) -> int:
        """How many trials are in both."""
        return len(self.moved) + self.unfinished


def overlap(one: Recorded, other: Recorded) -> Overlap:
    """Compare the trials of two runs by their ids."""
    metric = shared_metric(one, other)
    left, right = one.finished, other.finished
    both = [trial for trial in left if trial in right]
    moved = [
        Moved(
            trial,
            left[trial].configuration,
            (left[trial].rank, right[trial].rank),
            (left[trial].scores[metric], right[trial].scores[metric]),
        )
        for trial in both
    ]
    moved.sort(key=lambda one: (-abs(one.change), min(one.ranks), one.trial))
    tied = [{trial for trial, place in run.items() if place.tied} for run in (left, right)]
    keys = [key for key, cell in one.cells.items() if cell.status == "done" and _is_done(other, key)]
    if (one.data_id, one.folds_id) != (other.data_id, other.folds_id):
        keys = []
    unequal = [key for key in keys if one.cells[key].checksum != other.cells[key].checksum]
    return Overlap(
        metric,
        moved,
        len(one.trials.keys() & other.trials.keys()) - len(moved),
        _alone(one, other),
        _alone(other, one),
        _kendall([left[trial].rank for trial in both], [right[trial].rank for trial in both]),
        (len(tied[0]), len(tied[0] & tied[1]), len(tied[1])),
        len(keys) - len(unequal),
        len(keys),
        sorted({trial for trial, _, _ in unequal}),
    )


def shared_metric(one: Recorded, other: Recorded) -> str:
    """Return a column that means the same in both leaderboards: what both rank by, else one that every one has."""
    if one.metric == other.metric and (one.metric in ALWAYS or _objective(one) == _objective(other)):
        return one.metric
    return next((metric for metric in (one.metric, other.metric) if metric in ALWAYS), "f1")


def _objective(run: Recorded) -> dict[str, object] | None:
    return None if run.asked is None else run.asked.objective.model_dump(exclude={"report"})


def _is_done(run: Recorded, key: tuple[str, int, int]) -> bool:
    return key in run.cells and run.cells[key].status == "done"


def _alone(one: Recorded, other: Recorded) -> list[str]:
    """Return the trials that ``one`` alone has: ranked ones first, the others by their configurations."""
    last = len(one.ranking) + 1
    ranks = {trial: one.ranking[trial].rank if trial in one.ranking else last for trial in one.trials}
    alone = [trial for trial in one.trials if trial not in other.trials]
    return sorted(alone, key=lambda trial: (ranks[trial], one.trials[trial], trial))


def _kendall(one: list[int], other: list[int]) -> float | None:
    """Return Kendall's tau (1938, doi:10.1093/biomet/30.1-2.81); None of fewer than two trials."""
    from scipy.stats import kendalltau

    return float(kendalltau(one, other).statistic) if len(one) > 1 else None
