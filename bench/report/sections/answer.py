"""The answer in a sentence: what won, what it is worth, and how many leads it calls."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from bench.audit.finding import CODES, Finding
from bench.audit.inspect import WEIGHTS
from bench.data.notices import listed, plural, shortened
from bench.ensemble.blend import Blend
from bench.errors import StoreError
from bench.plan.grid import Trial
from bench.record.submissions import read_submissions
from bench.report.certain import certainty_sentences, floor_words
from bench.report.commands import typed_command
from bench.report.known import customers_sentence
from bench.report.sections.findings import TITLE as FINDINGS
from bench.report.told import Told
from bench.vocabulary import AXES

DOUBTS: Final = {
    "leak": "new leads may do worse than these scores say",
    "drift": "the leads to predict differ from those that the scores are of",
}
_MEANT: Final = {
    "f1": "the balance between calls that are right and converting leads that are found",
    "f_beta": "the balance between calls that are right and converting leads that are found",
    "precision": "the share of calls that are right",
    "recall": "the share of converting leads that are found",
    "precision_at_k": "the share of the calls there is capacity for that are right",
    "recall_at_k": "the share of converting leads found with the calls there is capacity for",
    "profit": "for each lead",
    "average_precision": "how well converting leads stand before the others (1 is perfect)",
    "roc_auc": "how often a converting lead stands before one that does not convert (by chance 0.5)",
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
    rows, run = told.board.rows, f"`{typed_command(told, 'run')}`"
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
    together = f"The ensemble of {len(members)} trials, each a model with its preparation,"
    who = together if others else f"The trial {in_words(trials[first])}"
    found = told.board.verdict.estimate_of(winner)
    if found is None:
        score = f"{winner.score.value(objective):.3f}{floor_words(objective, winner.score.counts)}"
        score += " on leads that had no part in training it, but in choosing it, which flatters"
    else:
        score = f"{found.value:.3f} (95 % interval {found.low:.3f} to {found.high:.3f})"
        score += f"{floor_words(objective, found.counts)} on leads that had no part in training or choosing it"
    metric = f"{objective.named}, {_MEANT[objective.metric]},"
    return f"{who} wins: its {metric} is {score}. It calls {_called(told, winner)} positive."


def _called(told: Told, winner: Blend) -> str:
    """Say how many rows to predict the winner calls, or else how many of those held out."""
    said = told.board.foretold.sentences[:1] if told.board.foretold else []
    try:
        written = [row for row in read_submissions(told.folder) if any(row.short in sentence for sentence in said)]
    except StoreError:
        written = []
    if written:
        return f"{written[-1].predicted_positives:,} of {plural(written[-1].rows, 'row')} to predict"
    return f"{winner.score.predicted_positives:,.0f} of {plural(len(told.held_out.y), 'labelled row')}"


def _as_good(told: Told) -> list[str]:
    """Say which trials may be as good, or why that cannot be said."""
    board, experiment = told.board, told.experiment
    if board.certainty is None:
        return certainty_sentences(None, experiment, board.rows, board.verdict.allowed)
    tied = board.certainty.ties
    named = {trial.id: in_words(trial) for trial in board.plan.trials}
    finished = {row["trial"]: row["fit_seconds"] for row in board.rows if row["status"] == "done"}
    if len(finished) == 1:
        return []
    first, of = named[tied.tied[0]], f"Of {len(finished):,} finished trials"
    if len(tied.tied) == 1:
        return [f"{of} only {first} may be the best, as far as these leads can tell."]
    return [
        f"{of} {len(tied.tied):,} may be the best, as far as these leads can tell; the quickest of them to train is "
        f"{named[tied.cheapest(finished)]}."
    ]


def _doubt(findings: Sequence[Finding]) -> list[str]:
    """Name the gravest finding of the audit that speaks against the score; no value of a cell is quoted."""
    grave = [finding for finding in findings if finding.weight != "note"]
    if not grave:
        return []
    first = min(grave, key=lambda one: (list(WEIGHTS).index(one.weight), one.code != "adversarial-drift"))
    where = "" if first.place == "rows" else f" in {shortened(first.place, 60)}"
    more = f" (and {plural(len(grave) - 1, 'more finding')})" if len(grave) > 1 else ""
    return [
        f"Doubt: {DOUBTS[first.weight]}, since the audit found{where}: {CODES[first.code]}{more}; “{FINDINGS}” says "
        "what to do."
    ]
