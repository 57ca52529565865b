"""What is said of columns and leads: the figures by hand, no lead on a page, no formula in a file."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd

from bench.ensemble.explain import Importance
from bench.ensemble.leads import ExplainedLeads
from bench.ensemble.reasons import Reasons
from bench.record.columns import IMPORTANCE, REASONS
from bench.report.explained import explained, explained_lines, read_explained, write_importance, write_reasons
from bench.score.objective import Objective

FOUND = [
    Importance(("country", "country.1"), np.array([0.2, 0.4]), np.array([0.3, 0.5])),
    Importance(("=length",), np.array([0.1, 0.1]), np.array([0.1, 0.3])),
    Importance(("country",), np.array([0.0, 0.1]), np.array([0.05, 0.15])),
    Importance(("country.1",), np.array([0.0, 0.0]), np.array([0.0, 0.02])),
    Importance(("<b>|",), np.array([0.0, 0.0]), np.array([-0.01, 0.01])),
]


def test_the_first_columns_the_covered_and_the_idle_ones_are_said() -> None:
    told = explained({"t": 1.0}, FOUND, Objective())
    first, together, idle, how = told.sentences
    assert first.startswith("Trial t leans most on =length (0.200), country (0.100): average precision lost")
    assert together == (
        "country and country.1 say nearly the same (Cramér's V of 0.9 or more) and can cover for each other: "
        "dealt out together they cost 0.400, the first of them alone 0.100."
    )
    assert idle == "Not seen to matter, since one fold at least lost nothing by them: <b>|."
    assert how.startswith("What is lost on at most 2,000 held-out rows of each fold")
    assert told.table == [
        "| column | average precision lost | lowest to highest fold | F1 lost | lowest to highest fold |",
        "| --- | ---: | ---: | ---: | ---: |",
        "| country + country.1 | 0.400 | 0.300 to 0.500 | 0.300 | 0.200 to 0.400 |",
        "| =length | 0.200 | 0.100 to 0.300 | 0.100 | 0.100 to 0.100 |",
        "| country | 0.100 | 0.050 to 0.150 | 0.050 | 0.000 to 0.100 |",
    ]
    assert not any("<b>" in line for line in explained_lines(told))


def test_a_winner_that_leans_on_nothing_says_so() -> None:
    told = explained({"t": 1.0}, FOUND[-1:], Objective())
    assert told.sentences[0] == "No single column is seen to matter to trial t."
    assert told.table == []


def test_what_was_said_is_read_again_and_the_csv_holds_every_column(tmp_path: Path) -> None:
    told = explained({"t": 1.0}, FOUND, Objective())
    assert read_explained(tmp_path) is None
    write_importance(told, FOUND, tmp_path)
    assert read_explained(tmp_path) == told
    table = pd.read_csv(tmp_path / "importance.csv")
    assert list(table) == list(IMPORTANCE)
    assert table["column"].tolist() == ["country + country.1", "'=length", "country", "country.1", "<b>|"]
    assert table.loc[0].tolist()[1:] == [2, 0.4, 0.3, 0.5, 0.3, 0.2, 0.4, "yes"]
    assert table["shown"].tolist() == ["yes", "yes", "yes", "no", "no"]


def test_what_an_earlier_version_said_without_figures_is_passed_over(tmp_path: Path) -> None:
    earlier = {"members": {"t": 1.0}, "sentences": ["Trial t leans most on x."], "table": ["| column |"]}
    (tmp_path / "importance.json").write_text(json.dumps(earlier))
    assert read_explained(tmp_path) is None


def test_reasons_stand_in_a_file_by_lead_with_cells_as_written_and_no_formula(tmp_path: Path) -> None:
    parts = pd.DataFrame({"a": [0.5, 0.0], "b": [-1.0, 0.0], "c": [2.0, 0.1], "d": [0.2, 0.0], "e": [0.3, 0.0]})
    told = Reasons(np.zeros(2), parts, 0.75, ("one/knn",))
    leads = ExplainedLeads(["007", "=2"], np.array([1, 0]), np.array([0.9, 0.4]), told)
    written = pd.DataFrame({name: ["x", "1"] for name in "abcde"}, dtype="str")
    written.loc[0, "c"], written.loc[1, "c"], written.loc[1, "b"] = "=SUM(1)\nsecond line", "w" * 300, None
    said = write_reasons(leads, written, tmp_path / "reasons.csv")
    assert said[0].endswith("reasons.csv: the reasons for the probability of 2 leads. It quotes them: keep it apart.")
    assert said[1] == "The reasons speak for 75% of the ensemble's weight, not for one/knn."
    table = pd.read_csv(tmp_path / "reasons.csv", dtype="str", keep_default_na=False)
    assert list(table) == list(REASONS)
    assert table.to_numpy().tolist() == [
        ["007", "0.900000", "raises", "c", "w" * 199 + "…", "2.0000"],
        ["007", "0.900000", "raises", "a", "1", "0.5000"],
        ["007", "0.900000", "raises", "e", "1", "0.3000"],
        ["007", "0.900000", "lowers", "b", "", "-1.0000"],
        ["'=2", "0.400000", "raises", "c", "'=SUM(1) second line", "0.1000"],
    ]
