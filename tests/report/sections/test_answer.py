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
    assert first.startswith(f"The ensemble of {len(verdict.winner.weights)} trials wins: its F1, ")
    assert f"is {found.value:.3f} (95 % interval {found.low:.3f} to {found.high:.3f})" in first
    assert first.endswith(f"it calls {verdict.winner.score.predicted_positives:.0f} of 240 held-out rows positive.")


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
    assert "it calls 11 of 30 rows to predict positive." in answer(foretold)[0]
    unknown = having(run, foretold=Foretold({}, ["submissions.csv keeps it as cccccccccc."], []))
    assert "held-out rows positive." in answer(unknown)[0]


def test_the_gravest_finding_is_the_doubt_without_the_values_it_quotes() -> None:
    run = told()
    (_, _, doubt) = answer(replace(run, findings=[LEAK, DRIFT, NOTE]))
    assert doubt == (
        "Doubt: a score may not come true (colour: a column that alone nearly determines the target; 1 more finding of "
        "leaks or drift below); drop it."
    )
    assert (
        "(a model tells the rows to predict from the training rows); trust" in answer(replace(run, findings=[DRIFT]))[2]
    )
    assert len(answer(replace(run, findings=[NOTE]))) == 2


def test_new_customers_are_told_of_before_the_doubt() -> None:
    run = having(told(), winner=OnCustomers(Counts(9, 1, 1, 9), Counts(5, 5, 5, 5), None, "new"))
    assert answer(replace(run, findings=[LEAK]))[2].startswith("The winner on customers it trained on: F1 0.9000;")


def test_a_budget_without_draws_leaves_the_score_uncorrected_and_says_so() -> None:
    verdict = told().board.verdict
    short = replace(verdict, certainty=None, allowed=Allowed(budget=9.0, candidates=5, draws=0, finalists=None))
    first, second = answer(having(told(), verdict=short))
    assert "the luck of having been chosen not yet paid for" in first
    assert "interval" not in first
    assert second.startswith("The budget left no time to tell how far chance goes")
    few = answer(having(told(), verdict=replace(verdict, certainty=None)))
    assert few[1].startswith("There are too few leads, or companies, of each outcome")


def test_without_a_finished_trial_there_is_no_answer() -> None:
    run = having(told(), verdict=Verdict({}))
    partial = [row | {"status": "partial"} for row in run.board.rows]
    assert answer(having(run, rows=partial)) == [
        "There is no answer yet: of 6 trials none is finished on every fold (6 partial). `bench run asked.toml` goes "
        "on; with --retry failed it also runs again what failed."
    ]
    assert answer(having(run, rows=[])) == ["There is no answer yet: nothing has run. `bench run asked.toml` begins."]


@pytest.mark.parametrize(
    ("objective", "said"),
    [
        (
            Objective(metric="roc_auc"),
            "its ROC AUC, how often a converting lead stands before another one (by chance 0.5), is",
        ),
        (
            Objective(metric="brier"),
            "its Brier score, the mean squared distance of the probability from the outcome (less is",
        ),
        (
            Objective(metric="precision", at_recall=0.9),
            "the share of calls that are right (with a recall of 0.9, which is ",
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
