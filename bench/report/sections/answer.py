"""The answer in a sentence: what won, what it is worth, and how many leads it calls."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from bench.audit.finding import CODES, Finding
from bench.audit.inspect import WEIGHTS
from bench.data.notices import listed, plural
from bench.ensemble.blend import Blend
from bench.errors import StoreError
from bench.plan.grid import Trial
from bench.record.submissions import read_submissions
from bench.report.certain import certainty_sentences
from bench.report.known import customers_sentence
from bench.report.leaderboard import heading
from bench.report.told import Told
from bench.score.objective import Objective
from bench.vocabulary import AXES

_MEANT: Final = {
    "f1": "the balance between calls that are right and converting leads that are found",
    "f_beta": "the balance between calls that are right and converting leads that are found",
    "precision": "the share of calls that are right",
    "recall": "the share of converting leads that are found",
    "precision_at_k": "the share of the calls there is capacity for that are right",
    "recall_at_k": "the share of converting leads found with the calls there is capacity for",
    "profit": "for each row",
    "average_precision": "how well converting leads stand before the others",
    "roc_auc": "how often a converting lead stands before another one (by chance 0.5)",
    "brier": "the mean squared distance of the probability from the outcome (less is better)",
    "log_loss": "how much outcomes surprise the probabilities (less is better)",
}


def answer(told: Told) -> list[str]:
    """Return the opening of the report: what was asked, the answer, and at most three sentences on how sure it is."""
    verdict, question = told.board.verdict, told.experiment.question
    asked = [question] if question else []
    if verdict.winner is None:
        return [*asked, _unfinished(told)]
    customers = told.board.winner
    return [
        *asked,
        _won(told, verdict.winner),
        *_as_good(told),
        *([customers_sentence(customers)] if customers and customers.new else []),
        *_doubt(told.findings),
    ]


def in_words(trial: Trial) -> str:
    """Return a trial as its model and what it does before, such as "lightgbm with encoding target"."""
    done = [f"{axis} {trial.named(axis)}" for axis in AXES[:-1] if not trial.does_nothing(axis)]
    return f"{trial.named('model')} with {', '.join(done)}" if done else trial.named("model")


def _unfinished(told: Told) -> str:
    rows, run = told.board.rows, f"`bench run {told.experiment.path}`"
    if not rows:
        return f"There is no answer yet: nothing has run. {run} begins."
    ends = Counter(row["status"] for row in rows)
    ended = listed(f"{count:,} {status}" for status, count in ends.items())
    return (
        f"There is no answer yet: of {plural(len(told.board.plan.trials), 'trial')} none is finished on every fold "
        f"({ended}). {run} goes on; with --retry failed it also runs again what failed."
    )


def _won(told: Told, winner: Blend) -> str:
    """Say what won, its score and whom it calls."""
    objective, members = told.experiment.objective, winner.weights
    trials = {trial.id: trial for trial in told.board.plan.trials}
    (first, *others) = members
    who = f"The ensemble of {len(members)} trials" if others else f"The trial {in_words(trials[first])}"
    found = told.board.verdict.estimate_of(winner)
    if found is None:
        score = f"{winner.score.value(objective):.3f}, the luck of having been chosen not yet paid for"
    else:
        score = (
            f"{found.value:.3f} (95 % interval {found.low:.3f} to {found.high:.3f}) once the luck of having been "
            "chosen is paid for"
        )
    metric = f"{heading(objective.metric)}, {_MEANT[objective.metric]}{_floor(winner, objective)},"
    return f"{who} wins: its {metric} is {score}, and it calls {_called(told, winner)} positive."


def _floor(winner: Blend, objective: Objective) -> str:
    """Say what recall or precision was to be kept, and whether it was."""
    if not objective.has_floor:
        return ""
    kept = "kept" if winner.score.keeps_floor(objective) else "missed"
    if objective.at_recall is not None:
        return f" (with a recall of {objective.at_recall:g}, which is {kept})"
    return f" (with a precision of {objective.at_precision:g}, which is {kept})"


def _called(told: Told, winner: Blend) -> str:
    """Say how many rows to predict the winner calls, or else how many of those held out."""
    said = told.board.foretold.sentences[:1] if told.board.foretold else []
    try:
        written = [row for row in read_submissions(told.folder) if any(row.short in sentence for sentence in said)]
    except StoreError:
        written = []
    if written:
        return f"{written[-1].predicted_positives:,} of {plural(written[-1].rows, 'row')} to predict"
    return f"{winner.score.predicted_positives:,.0f} of {plural(len(told.held_out.y), 'held-out row')}"


def _as_good(told: Told) -> list[str]:
    """Say which trials may be as good, or why that cannot be said."""
    board, experiment = told.board, told.experiment
    if board.certainty is None:
        allowed = board.verdict.allowed
        if allowed is not None and not allowed.draws:
            return [
                "The budget left no time to tell how far chance goes: the score may flatter, and others be as good."
            ]
        return certainty_sentences(None, experiment, board.rows)
    named = {trial.id: in_words(trial) for trial in board.plan.trials}
    seconds = {row["trial"]: row["fit_seconds"] for row in board.rows}
    said = board.certainty.ties.sentence(named, seconds, experiment.folds.count * experiment.folds.repeats)
    return [f"As far as these rows can tell, {said[0].lower()}{said[1:]}"]


def _doubt(findings: Sequence[Finding]) -> list[str]:
    """Name the gravest finding of the audit that speaks against the score; no value of a cell is quoted."""
    grave = [finding for finding in findings if finding.weight != "note"]
    if not grave:
        return []
    first = min(grave, key=lambda one: (list(WEIGHTS).index(one.weight), one.code != "adversarial-drift"))
    where = "" if first.place == "rows" else f"{first.place}: "
    more = f"; {plural(len(grave) - 1, 'more finding')} of leaks or drift below" if len(grave) > 1 else ""
    why, what = (f"{said[0].lower()}{said[1:]}" for said in (WEIGHTS[first.weight], first.advice))
    return [f"Doubt: {why} ({where}{CODES[first.code]}{more}); {what}"]
