"""The ensemble in a sentence and in a table of its members."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import mean
from typing import Any, Final

from bench.ensemble.judge import Verdict
from bench.ensemble.members import Member
from bench.page.block import PageTable
from bench.plan.grid import Trial
from bench.record.columns import ENSEMBLE
from bench.record.disk import replacing
from bench.report.markdown import table_lines
from bench.score.combine import Combination
from bench.score.objective import Objective

MEANT: Final = (
    "Members are put on one scale, then their logits are averaged by these weights. Errors shared: of the rows "
    "that a member or another one calls wrongly, those that both do, mean over the others. Lost without: by how "
    "much the ensemble is worse if a member is left out and the others keep their proportions."
)


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


def why_not(verdict: Verdict, objective: Objective) -> str:
    """Say why an ensemble of several trials lost against the best of them."""
    single, ensemble, sure = verdict.single, verdict.ensemble, verdict.certainty
    assert single is not None  # else nothing won
    assert ensemble is not None
    if single.score.keeps_floor(objective) and not ensemble.score.keeps_floor(objective):
        return "It lost since it misses what [objective] asks to be kept, and the best single trial keeps it."
    if sure is None:
        return (
            f"It lost by its plain score, {objective.named} {ensemble.score.value(objective):.4f} against "
            f"{single.score.value(objective):.4f}; how far chance goes cannot be told here."
        )
    return (
        f"It lost since its corrected score, {objective.named} {sure.blended.value:.4f}, is worse than that of the "
        f"best single trial, {sure.corrected.value:.4f}, by more than chance."
    )


def ensemble_markdown(members: Sequence[Member], trials: Iterable[Trial], objective: Objective) -> list[str]:
    """Return the table of members that leaderboard.md shows, and a sentence that explains it."""
    return [*table_lines(members_table(members, trials, objective)), "", MEANT]


def members_table(members: Sequence[Member], trials: Iterable[Trial], objective: Objective) -> PageTable:
    """Return a row for each member."""
    names = {trial.id: trial.configuration for trial in trials}
    rows = [
        (
            member.trial,
            names[member.trial],
            f"{member.weight:.2f}",
            f"{member.value:.4f}",
            f"{member.errors:,.0f}",
            f"{mean(member.overlap.values()):.0%}" if member.overlap else "",
            f"{member.loss:+.4f}" if member.loss is not None else "",
        )
        for member in members
    ]
    figures = ("weight", f"{objective.named} alone", "errors", "errors shared", "lost without")
    return PageTable("Members, the heaviest first.", ("member", "configuration", *figures), rows, frozenset(figures))


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
