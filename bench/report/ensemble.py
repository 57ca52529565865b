"""The ensemble in a sentence and in a table of its members."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import mean
from typing import Any

from bench.ensemble.judge import Verdict
from bench.ensemble.members import Member
from bench.plan.grid import Trial
from bench.record.columns import ENSEMBLE
from bench.record.disk import replacing
from bench.score.combine import Combination
from bench.score.objective import Objective


def blend_sentence(verdict: Verdict, objective: Objective) -> str:
    """Say what the ensemble is worth, and whether it or the best single trial wins."""
    assert verdict.ensemble is not None  # else there is nothing to say
    counts, named = verdict.ensemble.score.counts, objective.named
    said = (
        f"Ensemble of {len(verdict.ensemble.weights)}: F1 {counts.f1:.4f}, precision {counts.precision:.4f}, recall "
        f"{counts.recall:.4f} (scales, members and threshold chosen on the other folds)"
    )
    if verdict.certainty:
        found = verdict.certainty.blended
        said += (
            f"; corrected for having been made, {named} {found.value:.4f} (95 % interval {found.low:.3f} to "
            f"{found.high:.3f})"
        )
    if verdict.winner is not verdict.ensemble:
        return f"{said}: the best single trial wins."
    sure = verdict.certainty
    behind = sure and objective.sign * (sure.blended.value - sure.corrected.value) < 0
    return f"{said}: the ensemble wins{', as it is not surely worse than the best trial' if behind else ''}."


def ensemble_markdown(members: Sequence[Member], trials: Iterable[Trial], objective: Objective) -> list[str]:
    """Return the table of members that leaderboard.md shows, and a sentence that explains it."""
    names = {trial.id: trial.configuration for trial in trials}
    lines = [
        f"| member | configuration | weight | {objective.named} alone | errors | errors shared | lost without |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for member in members:
        shared = f"{mean(member.overlap.values()):.0%}" if member.overlap else ""
        loss = f"{member.loss:+.4f}" if member.loss is not None else ""
        lines.append(
            f"| {member.trial} | {names[member.trial]} | {member.weight:.2f} | {member.value:.4f} | "
            f"{member.errors:,.0f} | {shared} | {loss} |"
        )
    return [
        *lines,
        "",
        "Members are put on one scale, then their logits are averaged by these weights. Errors shared: of the rows "
        "that a member or another one calls wrongly, those that both do, mean over the others. Lost without: by how "
        "much the ensemble is worse if a member is left out and the others keep their proportions.",
    ]


def write_ensemble(members: Iterable[Member], combination: Combination, trials: Iterable[Trial], folder: Path) -> None:
    """Write ensemble.csv."""
    names = {trial.id: trial.configuration for trial in trials}
    with replacing(folder / "ensemble.csv") as file:
        writer = csv.DictWriter(file, ENSEMBLE, lineterminator="\n")
        writer.writeheader()
        for member in members:
            row = _row(member, combination) | {"configuration": names[member.trial]}
            writer.writerow({name: _text(value) for name, value in row.items()})


def _row(member: Member, combination: Combination) -> dict[str, Any]:
    scale, alike = (
        combination.scales.get(member.trial),
        max(member.overlap, key=member.overlap.__getitem__, default=None),
    )
    return {
        "trial": member.trial,
        "weight": member.weight,
        "slope": scale.slope if scale else 1.0,
        "intercept": scale.intercept if scale else 0.0,
        "value": member.value,
        "errors": member.errors,
        "overlap": mean(member.overlap.values()) if member.overlap else None,
        "most_alike": alike,
        "most_overlap": member.overlap[alike] if alike else None,
        "loss": member.loss,
    }


def _text(value: object) -> object:
    return f"{value:.6f}" if isinstance(value, float) else value
