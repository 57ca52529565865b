"""Say how sure the ranking is."""

from __future__ import annotations

from collections.abc import Iterable

from bench.ensemble.certainty import Certainty
from bench.plan.experiment import Experiment
from bench.record.allowed import Allowed
from bench.report.leaderboard import Row
from bench.score.metrics import Counts
from bench.score.objective import Objective
from bench.score.uncertainty import Corrected

UNPAID = (
    0.2  # of the correction, what tuning adds at most to the luck: `benchmarks.searched`, on trials that are all equal
)


def certainty_sentences(
    certainty: Certainty | None, experiment: Experiment, rows: Iterable[Row], allowed: Allowed | None = None
) -> list[str]:
    """Say what the best trial is worth once choosing it is paid for, and which trials may be as good.

    Parameters
    ----------
    allowed : what a budget left time for; None without one
    """
    finished, objective = [row for row in rows if row["status"] == "done"], experiment.objective
    if certainty is None and allowed is not None and not allowed.draws and finished:
        return ["The budget left no time to tell how far chance goes: the score may flatter, and others be as good."]
    if certainty is None:
        missed = bool(finished) and finished[0].get("floor") == "missed"
        why = (
            "No trial keeps what [objective] asks for; the first comes nearest"
            if missed
            else "There are too few leads, or companies, of each outcome"
        )
        return [f"{why}: neither ties nor a corrected score can be told."] if finished else []
    found = certainty.corrected
    named = objective.named
    fits = experiment.folds.count * experiment.folds.repeats
    configurations = {row["trial"]: row["configuration"] for row in finished}
    seconds = {row["trial"]: row["fit_seconds"] for row in finished}
    return [
        f"The best of {len(finished):,} trials scores {named} {found.reported:.4f}; corrected for having been chosen, "
        f"{found.value:.4f} (95 % interval {found.low:.3f} to {found.high:.3f}){floor_words(objective, found.counts)}.",
        *_tuned_sentence(found, experiment),
        certainty.ties.sentence(configurations, seconds, fits),
    ]


def floor_words(objective: Objective, counts: Counts) -> str:
    """Say which recall or precision goes with a score that asks for one; nothing where it asks for none.

    A corrected score is of rows that did not choose the threshold: it may be the better for missing the floor.
    """
    if objective.floor is None:
        return ""
    kept, floor = objective.floor
    missed = "" if objective.keeps(counts) else " and missed"
    return f" at a {kept} of {float(objective.short(counts)):.4f} ({floor:g} is asked for{missed})"


def _tuned_sentence(found: Corrected, experiment: Experiment) -> list[str]:
    """Say how much tuning may flatter still; nothing where there was none, or no luck to pay for."""
    if experiment.tune is None or found.optimism <= 0:
        return []
    return [
        "Tuning asked for trials that these rows spoke for, which no draw of the rows can replay: where trials differ "
        f"by chance alone, the corrected score may flatter by {UNPAID * found.optimism:.4f} still."
    ]
