"""Phrases about time."""

import warnings

import numpy as np
import pandas as pd
import pytest

from bench.components.steps.derived.timeline import TimelineMonths, months


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [
        ("less than 3 months", 1.5),
        ("less_than_3_months", 1.5),
        ("Less than  3 Months.", 1.5),
        ("3 months ~ 6 months", 4.5),
        ("3_months_~_6_months", 4.5),
        ("3-6 months", 4.5),
        ("between 3 and 6 months", 4.5),
        ("9 months ~ 1 year", 10.5),
        ("6 months ～ 9 months", 7.5),
        ("more than a year", 18.0),
        ("more_than_a_year", 18.0),
        ("over 2 years", 36.0),
        ("12+ months", 18.0),
        ("1 year or more", 18.0),
        ("within 2 weeks", 7 * 12 / 365.25),
        ("in 6 months", 6.0),
        ("half a year", 6.0),
        ("two quarters", 6.0),
        ("1.5 years", 18.0),
        ("immediately", 0.0),
        ("ASAP", 0.0),
        ("today", 0.0),
        ("6개월", 6.0),
        ("3개월 이내", 1.5),
        ("1년 이상", 18.0),
        ("3개월 ~ 6개월", 4.5),
        ("menos de 3 meses", 1.5),
        ("más de un año", 18.0),
        ("3 a 6 meses", 4.5),
        ("6 bis 9 Monate", 7.5),
    ],
)
def test_a_phrase_about_time_is_a_number_of_months(phrase: str, expected: float) -> None:
    assert months(phrase) == pytest.approx(expected)


@pytest.mark.parametrize(
    "phrase",
    [
        "", "etc.", "being followed up.", "called twice, no answer", "customer has no budget this year", "3",
        "will call in 2 weeks and ask", "2023-05-01", "will buy 3 units", "months", "more than", "99999 days",
        "3 months, closed",
    ],
)  # fmt: skip
def test_a_note_is_no_time(phrase: str) -> None:
    assert np.isnan(months(phrase))


def column(*levels: str | None) -> pd.DataFrame:
    return pd.DataFrame({"when": pd.Categorical(levels)})


def test_gaps_and_notes_are_missing_and_notes_are_counted_without_being_quoted() -> None:
    X = column("6 months", "6 months", "1 year", "rang Ms Smith", "rang Ms Smith", None)
    with pytest.warns(
        UserWarning, match=r"^no time is read in 2 of 5 rows of 'when' \(1 phrases\); they count"
    ) as said:
        table = TimelineMonths().fit_transform(X)
    assert len(said) == 1
    assert "Smith" not in str(said[0].message)
    assert table["months of when"].tolist()[:3] == [6.0, 6.0, 12.0]
    assert table["months of when"].isna().tolist() == [False] * 3 + [True] * 3


def test_a_column_without_notes_is_read_in_silence() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        TimelineMonths().fit(column("6 months", None))


def test_a_column_is_about_time_if_half_of_its_filled_rows_are() -> None:
    assert TimelineMonths().subject(column("6 months", "soon", None, None, None)) == ["when"]
    assert TimelineMonths().subject(column("6 months", "soon", "later")) == []
    assert TimelineMonths().subject(column(None, None)) == []


def test_phrases_new_to_training_are_read_by_the_same_rules() -> None:
    step = TimelineMonths().fit(column("6 months"))
    fresh = step.transform(column("2 years", "who knows"))["months of when"]
    assert fresh[0] == 24.0
    assert np.isnan(fresh[1])
