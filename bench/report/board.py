"""What came of an experiment: the ranking, what leads it, and what is expected of its submission."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.data.coverage import Coverage
from bench.ensemble.certainty import Certainty
from bench.ensemble.customers import OnCustomers
from bench.ensemble.judge import Verdict
from bench.ensemble.so_far import SoFar
from bench.plan.experiment import Experiment
from bench.plan.grid import Plan
from bench.record.disk import replacing
from bench.report.calibrated import Calibrated, calibration_lines
from bench.report.certain import certainty_sentences
from bench.report.effects import ablation, effects, effects_markdown, write_effects
from bench.report.ensemble import blend_sentence, ensemble_markdown, write_ensemble
from bench.report.expected import Foretold, expected_table
from bench.report.explained import Explained, explained_lines
from bench.report.known import coverage_table, customers_sentence
from bench.report.leaderboard import Row, cell_text, columns, shown_columns
from bench.report.markdown import inert, table_lines
from bench.report.raced import raced_sentences
from bench.run.search import Search
from bench.score.uncertainty import Corrected


@dataclass(frozen=True)
class Board:
    """What the recorded cells say.

    Attributes
    ----------
    rows : of the leaderboard
    notices : what is to be known of the record itself
    winner : of the winner, how it does on known and on new customers; None where they are not told apart
    calibration : of the winner's probabilities
    coverage : how much of the rows to predict training has shown
    foretold : of the winner's submission, once it is written
    bundle : what became of the winner's bundle, in the run that wrote it
    explained : of the winner, which columns it leans on; None before `bench explain`
    edges : sentences on tuned values that lie at an end of what was searched
    search : the rounds of the run, and what was decided after them
    stopped : trials that the race stopped, by what they are worth so far
    """

    experiment: Experiment
    plan: Plan
    rows: list[Row]
    verdict: Verdict
    notices: list[str]
    winner: OnCustomers | None = None
    calibration: Calibrated | None = None
    coverage: Sequence[Coverage] = ()
    foretold: Foretold | None = None
    bundle: str | None = None
    explained: Explained | None = None
    edges: Sequence[str] = ()
    search: Search | None = None
    stopped: Mapping[str, SoFar] = field(default_factory=dict)

    @property
    def certainty(self) -> Certainty | None:
        """How sure the ranking is; None where that cannot be said."""
        return self.verdict.certainty

    @property
    def corrected(self) -> Corrected | None:
        """What the best single trial is worth once the luck of choosing it is paid for."""
        return self.certainty.corrected if self.certainty else None

    @property
    def sentences(self) -> list[str]:
        """What stands below the ranking."""
        allowed = self.verdict.allowed
        said = certainty_sentences(self.certainty, self.experiment, self.rows, allowed)
        said += raced_sentences(self.search, self.experiment, allowed) if self.search else []
        said += self.edges
        said += [blend_sentence(self.verdict, self.experiment.objective)] if self.verdict.ensemble else []
        said += [customers_sentence(self.winner)] if self.winner and self.winner.new else []
        return [*said, *(self.foretold.sentences if self.foretold else [])]


def write_board(board: Board, folder: Path) -> None:
    """Write leaderboard.csv, leaderboard.md, ensemble.csv and effects.csv."""
    with replacing(folder / "leaderboard.csv") as file:
        writer = csv.DictWriter(file, columns(board.experiment, board.rows), lineterminator="\n", restval="")
        writer.writeheader()
        writer.writerows(board.rows)
    if board.verdict.ensemble:
        write_ensemble(board.verdict.members, board.verdict.ensemble.combination, board.plan.trials, folder)
    if board.certainty:
        write_effects(effects(board.plan.trials, board.certainty.redrawn), folder)
    with replacing(folder / "leaderboard.md") as file:
        file.write("\n".join(_markdown(board)))


def _markdown(board: Board) -> list[str]:
    experiment, shown = board.experiment, shown_columns(board.experiment, board.rows)
    lines = [f"# {experiment.name}", ""]
    if experiment.question:
        lines += [inert(experiment.question), ""]
    for sentence in board.sentences:
        lines += [sentence, ""]
    lines += ["| " + " | ".join(shown) + " |", "|" + " --- |" * len(shown)]
    lines += ["| " + " | ".join(inert(cell_text(row.get(name, ""))) for name in shown) + " |" for row in board.rows]
    lines += ["", f"Ranked by {experiment.objective.named}. What each column means stands in results/README.md.", ""]
    if board.verdict.members:
        lines += ["## The ensemble", ""]
        lines += [*ensemble_markdown(board.verdict.members, board.plan.trials, experiment.objective), ""]
    if board.certainty and board.verdict.single:
        trials, redrawn = board.plan.trials, board.certainty.redrawn
        (leader,) = board.verdict.single.weights
        steps = ablation(trials, redrawn, experiment.objective, leader)
        lines += ["## What each choice is worth", ""]
        lines += [*effects_markdown(effects(trials, redrawn), steps, experiment.objective), ""]
    if board.calibration:
        lines += ["## Do the winner's probabilities mean what they say?", "", *calibration_lines(board.calibration), ""]
    if board.explained:
        lines += ["## Which columns the winner leans on", "", *explained_lines(board.explained), ""]
    if board.coverage:
        lines += ["## What of the rows to predict training has shown", ""]
        lines += [*table_lines(coverage_table(board.coverage)), ""]
    if board.foretold and board.foretold.table:
        lines += ["## If another share of the rows to predict is positive", ""]
        lines += [*table_lines(expected_table(board.foretold.table)), ""]
    return lines
