"""What is written after the outcome is gone from the rows to predict."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from bench.audit.finding import Finding
from bench.audit.outcome import check_outcome
from tests.audit.tables import Bits, dataset_of, outcomes, text


def found(name: str, train: Any, asked: Any, y: Bits, groups: Any = None) -> list[Finding]:
    return list(check_outcome(dataset_of({name: train}, y, groups=groups, submission={name: asked})))


def states(y: Bits, lost: int) -> np.ndarray:
    """Asked or called, and of the negatives so many closed."""
    cells = np.where(np.arange(len(y)) % 2, "asked", "called").astype(object)
    cells[np.flatnonzero(y == 0)[:lost]] = "closed"
    return cells


def test_a_value_of_one_outcome_that_vanishes_is_found() -> None:
    y = outcomes(1000)
    asked = np.where(np.arange(400) % 2, "asked", "called")
    (finding,) = found("state", states(y, 200), asked, y)
    assert (finding.code, finding.place, finding.weight) == ("after-outcome", "state", "leak")
    assert finding.evidence == (
        "'closed' in 200 training rows, 0.0% of them positive (of the others 25.0%), and in 0 rows to predict where "
        "80 were to be expected."
    )


def test_a_value_of_one_outcome_that_stays_is_not_found() -> None:
    y = outcomes(1000)
    assert found("state", states(y, 200), states(outcomes(400), 80), y) == []


def test_a_value_that_vanishes_but_says_nothing_is_not_found() -> None:
    y = outcomes(1000)
    retired = np.where(np.arange(1000) % 5, "asked", "Asked")
    assert found("state", retired, np.repeat("asked", 400), y) == []


def test_a_rare_value_is_not_missed_in_a_small_table() -> None:
    y = outcomes(1000)
    assert found("state", states(y, 200), np.repeat("called", 20), y) == []  # four were to be expected


def test_rare_notes_are_judged_together_and_none_is_quoted() -> None:
    y = outcomes(2000)
    cells = np.repeat("asked", 2000).astype(object)
    for n, row in enumerate(np.flatnonzero(y == 0)[:200]):
        cells[row] = f"no budget, file {n // 4}"
    (finding,) = found("state", cells, np.repeat("asked", 800), y)
    assert finding.evidence.startswith("50 rare values in 200 training rows, 0.0% of them positive")
    assert "budget" not in finding.evidence


def test_a_code_of_somebody_who_left_is_no_note() -> None:
    y = outcomes(1000)
    owner = pd.Series(states(y, 200)).map({"asked": "11", "called": "12", "closed": "13"})
    assert found("by", list(owner), np.where(np.arange(400) % 2, "11", "12"), y) == []


def test_one_company_that_left_is_no_note_however_many_rows_it_has() -> None:
    y = outcomes(1000)
    cells, groups = states(y, 200), np.arange(1000)
    groups[cells == "closed"] = 5000
    asked = np.where(np.arange(400) % 2, "asked", "called")
    assert found("state", cells, asked, y, groups) == []
    assert len(found("state", cells, asked, y, np.arange(1000))) == 1


def test_words_of_one_outcome_that_vanish_are_found() -> None:
    y = outcomes(1000)
    notes = text([f"please call {'contract signed' if won else ''}" for won in y])
    (finding,) = found("note", notes, text(["please call"] * 400), y)
    assert (finding.code, finding.place) == ("after-outcome", "note")
    assert "'contract' in 200 training rows, 100.0% of them positive (of the others 0.0%)" in finding.evidence
    assert "'please'" not in finding.evidence
    assert found("note", notes, notes[:400], y) == []


def test_notes_that_nobody_has_taken_yet_are_found() -> None:
    y = outcomes(1000)
    notes = text([f"{'signed' if won else 'lost'} after a call" if n % 2 else None for n, won in enumerate(y)])
    assert [finding.place for finding in found("note", notes, text([None] * 400), y)] == ["note"]


def test_a_word_in_every_text_sets_no_row_apart() -> None:
    y = outcomes(1000)
    notes, asked = text([f"file {n}" for n in range(1000)]), text([f"request {n}" for n in range(400)])
    assert found("note", notes, asked, y) == []


def test_a_handful_of_one_outcome_is_not_surely_tied() -> None:
    y = outcomes(1000)
    assert found("state", states(y, 30), np.where(np.arange(400) % 2, "asked", "called"), y) == []


def test_without_rows_to_predict_nothing_is_missed() -> None:
    y = outcomes(1000)
    assert list(check_outcome(dataset_of({"state": states(y, 200)}, y))) == []
