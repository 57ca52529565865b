"""The opening of a report: the answer first, and what speaks against it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bench.audit.finding import Finding
from bench.ensemble.customers import OnCustomers
from bench.ensemble.judge import Verdict
from bench.record.allowed import Allowed
from bench.record.submissions import Submission, append_submission
from bench.report.expected import Foretold
from bench.report.sections.answer import answer, in_words
from bench.score.metrics import Counts
from bench.score.objective import Objective
from tests.report.sections.small import by, having, told
from tests.report.test_effects import made

DRIFT = Finding("adversarial-drift", "rows", "ROC AUC of 0.9.", "Trust folds by time.", "drift")
LEAK = Finding("target-copy", "colour", "'blue' says all of lead 7.", "Drop it.", "leak")
NOTE = Finding("constant-column", "size", "One value.", "Drop it.", "note")


def test_the_first_sentence_names_winner_corrected_score_interval_and_calls() -> None:
    run = told()
    verdict = run.board.verdict
    assert verdict.winner is not None
    found = verdict.estimate_of(verdict.winner)
    assert found is not None
    first = answer(run)[0]
    assert first.startswith(f"The ensemble of {len(verdict.winner.weights)} trials, each a model with ")
    assert " wins: its F1, " in first
    assert "no part in training or choosing it. It calls" in first
    assert f"is {found.value:.3f} (95 % interval {found.low:.3f} to {found.high:.3f})" in first
    assert first.endswith(f"It calls {verdict.winner.score.predicted_positives:.0f} of 240 labelled rows positive.")


def test_a_single_trial_is_named_in_words_and_what_does_nothing_is_left_out() -> None:
    verdict = told().board.verdict
    said = answer(having(told(), verdict=replace(verdict, winner=verdict.single)))[0]
    assert said.startswith("The trial lightgbm with encoding target wins: its F1, ")
    assert in_words(made()) == "constant"


def test_the_question_comes_first_and_stays_text() -> None:
    run = told()
    asked = having(run, experiment=replace(run.experiment, question="<b>어느</b> 모델?"))
    assert answer(asked)[0] == "<b>어느</b> 모델?"


def test_rows_to_predict_are_counted_by_the_line_of_the_submission_that_was_told() -> None:
    run = told()
    for digit, called in (("a", 11), ("b", 12)):
        append_submission(run.folder, _submission(digit * 64, called))
    foretold = having(run, foretold=Foretold({}, ["submissions.csv keeps it as aaaaaaaaaa."], []))
    assert "It calls 11 of 30 rows to predict positive." in answer(foretold)[0]
    unknown = having(run, foretold=Foretold({}, ["submissions.csv keeps it as cccccccccc."], []))
    assert "labelled rows positive." in answer(unknown)[0]


def test_the_gravest_finding_is_the_doubt_without_the_values_it_quotes() -> None:
    run = told()
    (_, _, doubt) = answer(replace(run, findings=[LEAK, DRIFT, NOTE]))
    assert doubt == (
        "Doubt: new leads may do worse than these scores say, since the audit found in colour: a column that alone "
        "nearly determines the target (and 1 more finding); “What the audit found in the table” says what to do."
    )
    assert answer(replace(run, findings=[DRIFT]))[2].startswith(
        "Doubt: the leads to predict differ from those that the scores are of, since the audit found: a model tells"
    )
    assert len(answer(replace(run, findings=[NOTE]))) == 2


def test_new_customers_are_told_of_before_the_doubt() -> None:
    run = having(told(), winner=OnCustomers(Counts(9, 1, 1, 9), Counts(5, 5, 5, 5), None, "new"))
    assert answer(replace(run, findings=[LEAK]))[2].startswith("The winner on customers it trained on: F1 0.9000;")


def test_a_budget_without_draws_leaves_the_score_uncorrected_and_says_so() -> None:
    verdict = told().board.verdict
    short = replace(verdict, certainty=None, allowed=Allowed(budget=9.0, candidates=5, draws=0, finalists=None))
    first, second = answer(having(told(), verdict=short))
    assert "no part in training it, but in choosing it, which flatters" in first
    assert "interval" not in first
    assert second.startswith("The budget left no time to tell how far chance goes")
    few = answer(having(told(), verdict=replace(verdict, certainty=None)))
    assert few[1].startswith("There are too few leads, or companies, of each outcome")


def test_without_a_finished_trial_there_is_no_answer() -> None:
    run = having(told(), verdict=Verdict({}))
    partial = [row | {"status": "partial"} for row in run.board.rows]
    command = f"`bench run asked.toml --results {run.folder.parent}`"
    assert answer(having(run, rows=partial)) == [
        f"There is no answer yet: of 6 trials none is finished on every fold (6 partial). {command} goes on; with "
        "--retry failed it also runs again what failed."
    ]
    assert answer(having(run, rows=[])) == [f"There is no answer yet: nothing has run. {command} begins."]


def test_which_trials_may_be_the_best_is_said_without_a_word_of_statistics() -> None:
    run = told()
    certainty = run.board.certainty
    assert certainty is not None
    many = answer(run)[1]
    tied, finished = len(certainty.ties.tied), sum(row["status"] == "done" for row in run.board.rows)
    assert many.startswith(f"Of {finished} finished trials {tied} may be the best, as far as these leads can tell; the")
    leader = replace(certainty.ties, tied=certainty.ties.tied[:1])
    alone = having(run, verdict=replace(run.board.verdict, certainty=replace(certainty, ties=leader)))
    assert answer(alone)[1].startswith(f"Of {finished} finished trials only lightgbm with encoding target may be the")
    single = [row for row in run.board.rows if row["trial"] == leader.tied[0]]
    assert len(answer(having(alone, rows=single))) == 1


def test_what_was_to_be_kept_is_told_of_the_very_score_that_is_told() -> None:
    run = by(Objective(metric="precision", at_recall=0.9))
    verdict = run.board.verdict
    assert verdict.winner is not None
    assert verdict.certainty is not None
    # Ten positives: the leaderboard's calls find all; those that did not choose their threshold find eight.
    kept, missed = Counts(10, 5, 0, 5), Counts(8, 2, 2, 8)
    winner = replace(verdict.winner, score=replace(verdict.winner.score, counts=kept))
    certainty = replace(verdict.certainty, blended=replace(verdict.certainty.blended, counts=missed))
    said = answer(having(run, verdict=replace(verdict, winner=winner, certainty=certainty)))[0]
    assert "at a recall of 0.8000 (0.9 is asked for and missed) on leads that had no part" in said
    uncorrected = answer(having(run, verdict=replace(verdict, winner=winner, certainty=None)))[0]
    assert "at a recall of 1.0000 (0.9 is asked for) on leads that had no part in training it" in uncorrected


@pytest.mark.parametrize(
    ("objective", "said"),
    [
        (
            Objective(metric="roc_auc"),
            "its ROC AUC, how often a converting lead stands before one that does not convert (by chance 0.5), is",
        ),
        (
            Objective(metric="brier"),
            "its Brier score, the mean squared distance of the probability from the outcome (less is",
        ),
        (
            Objective(metric="precision", at_recall=0.9),
            "its precision, the share of calls that are right, is ",
        ),
    ],
)
def test_every_objective_is_explained(objective: Objective, said: str) -> None:
    assert said in answer(by(objective))[0]


def _submission(sha256: str, called: int) -> Submission:
    return Submission(
        made_at="2025-01-01T00:00:00Z",
        sha256=sha256,
        path="submission.csv",
        bytes=1,
        rows=30,
        made_by="ensemble",
        weights={},
        scales={},
        refit="all",
        threshold=0.5,
        policy="train",
        positive_rate=0.1,
        predicted_positives=called,
        expected_precision=0.5,
        expected_recall=0.5,
        expected_f1=0.5,
        data_id="d",
        folds_id="f",
        asked_id="a",
        environment={},
    )
