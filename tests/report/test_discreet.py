"""A page quotes no lead that a library choked on, and names nobody by a path."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from bench.report.discreet import Reasons, homeless, typed
from tests.conftest import make_dataset

REASONS = Reasons(frozenset({"customer_job"}), ("Acme GmbH",))


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("ValueError: could not convert to float: 'Kim Minsu'", "ValueError: could not convert to float: …"),
        ("KeyError: 'Kim Minsu'", "KeyError: …"),
        ("KeyError: \"Kim's\"", "KeyError: …"),
        ("KeyError: 'customer_job'", "KeyError: 'customer_job'"),
        ("UserWarning: unknown levels ['a', \"b's\", 'c'] in column 2", "UserWarning: unknown levels […] in column 2"),
        ("ValueError: bad cell 'Kim Min", "ValueError: bad cell …"),  # cut off in the middle of it
        ("ValueError: bad cell b'Kim' or “Kim” or `Kim`", "ValueError: bad cell … or … or …"),
        ("ValueError: it doesn't fit, and can't", "ValueError: it doesn't fit, and can't"),
        ("ValueError: unable to parse this: Kim Minsu, at position 3", "ValueError: unable to parse this: …"),
        ("ValueError: no rule for Acme GmbH here", "ValueError: no rule for … here"),
        ("ValueError: mail kim@acme.kr or call 01012345678", "ValueError: mail … or call …"),
        ("ValueError: 1200 rows of 3, float64, x=500", "ValueError: … rows of 3, float64, x=500"),
        ("Timeout: not done within cell_seconds = 300", "Timeout: not done within cell_seconds = 300"),
    ],
)  # fmt: skip
def test_what_may_be_a_cell_of_the_table_is_left_out_of_a_reason(reason: str, said: str) -> None:
    assert REASONS.told(reason) == [said]


def test_warnings_are_told_one_by_one_and_a_semicolon_in_a_cell_does_not_uncover_its_other_half() -> None:
    assert REASONS.told("AWarning: one; BWarning: bad 'Kim; Minsu' there; and 3 more") == [
        "AWarning: one",
        "BWarning: bad … there",
        "and 3 more",
    ]


def test_levels_companies_and_ids_of_fewer_than_five_leads_are_looked_for() -> None:
    dataset = make_dataset(20, submission=4)
    both = pd.Series(["often"] * 4 + ["seldom"] * 4 + [None] * 12 + ["often", "new one", None, None])
    levels = pd.Categorical(both)
    dataset = replace(
        dataset,
        features=dataset.features.assign(level=levels[:20]),
        submission=dataset.submission.assign(level=levels[20:]) if dataset.submission is not None else None,
        groups=np.repeat([0, 1], [18, 2]),
        submission_groups=np.array([1, 1, -1, 2]),
        group_names=("Large", "Small", "Once"),
    )
    rare = Reasons.of(dataset).rare
    assert {"seldom", "new one", "Small", "Once", "0000"} <= set(rare)  # ids are of one lead each
    assert not {"often", "Large"} & set(rare)  # in five leads of both tables together


def test_the_folder_of_whoever_runs_it_is_not_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/anna")
    assert homeless("/home/anna/leads.csv: 3 blank lines skipped.") == "~/leads.csv: 3 blank lines skipped."
    assert typed(Path("/home/anna/our leads/ask.toml")) == "~/'our leads/ask.toml'"
    assert typed(Path("실험/our leads.toml")) == "'실험/our leads.toml'"
    monkeypatch.setenv("HOME", "/")
    assert typed(Path("/data/ask.toml")) == "/data/ask.toml"
