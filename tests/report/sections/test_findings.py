"""Findings stand by weight, and what may spoil a score is said first."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from bench.audit.finding import CODES, Finding
from bench.audit.inspect import audit
from bench.data.dataset import read_dataset
from bench.data.roles import Roles
from bench.report.sections.findings import findings_block
from tests.report.recorded import every, told

LEAK = Finding("target-copy", "stage", "It tells all.", "Drop it.", "leak")
NOTE = Finding("constant-column", "plan", "All rows hold one value.", "Drop it.", "note")


def test_findings_stand_by_weight_with_evidence_and_advice(tmp_path: Path) -> None:
    made = findings_block(told(tmp_path, every(), findings=[NOTE, LEAK], notices=("two rows are equal.",)))
    assert made is not None
    assert made.sentences[0].startswith("1 finding may keep the scores on this page from coming true: read it before")
    assert [table.caption for table in made.tables] == [
        "A score may not come true: 1 finding.",
        "Good to know: 1 finding.",
        "What was noticed when the table was read and split into folds.",
    ]
    assert made.tables[0].rows == [["stage", f"{CODES['target-copy']} (target-copy)", "It tells all.", "Drop it."]]
    assert made.tables[2].rows == [["two rows are equal."]]


@pytest.mark.parametrize(
    ("findings", "said"),
    [
        ([], "The audit of the table found nothing."),
        ([NOTE], "Nothing was found that may keep the scores on this page from coming true."),
    ],
)
def test_that_nothing_was_found_is_said(tmp_path: Path, findings: list[Finding], said: str) -> None:
    made = findings_block(told(tmp_path, every(), findings=findings))
    assert made is not None
    assert made.sentences == [said]


def test_neither_a_finding_nor_a_notice_names_a_level_of_fewer_than_five_leads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the rows to predict all but a few levels are new; each of four that are rare is the nearest to a slip."""
    monkeypatch.chdir(tmp_path)
    rows = 300
    numbers = pd.Series(range(rows))
    won = (numbers % 3 == 0).map({True: "yes", False: "no"})
    train = pd.DataFrame(
        {
            "firm": "F" + (numbers % 150).astype(str),
            "level": [f"once-{number}" if number < 60 else "often" for number in numbers],
            "gone": ["Rare-x1"] * 4 + ["Rare-x2"] * 4 + ["gone-often"] * 80 + ["stays"] * 212,
            "won": won,
        }
    )
    train.loc[3, "firm"] = "Lonely-9"
    train.loc[5, "level"] = "Nothing-7"
    asked = pd.DataFrame(
        {
            "firm": [f"G{n}" for n in range(150)],
            "level": [f"new-{n // 3}" for n in range(90)] + ["newer"] * 60,
            "gone": "stays",
        }
    )
    train.to_csv("train.csv", index=False)
    asked.to_csv("asked.csv", index=False)
    roles = Roles(
        train="train.csv",
        submission="asked.csv",
        target="won",
        positive="yes",
        groups="firm",
        ungrouped=("Lonely-8",),
        missing=("Nothing-6",),
    )
    dataset = read_dataset(roles)
    found = audit(dataset, roles)
    said = " ".join([*(finding.sentence() for finding in found), *dataset.notices])
    assert {"new-values", "vanished-values"} <= {finding.code for finding in found}
    assert "no firm is 'Lonely-8', named in ungrouped." in said
    assert "no cell is 'Nothing-6', named in missing." in said
    assert "'newer' 60" in said
    assert "'gone-often' 80" in said
    for rare in ("once-", "Rare-x", "new-", "Lonely-9", "Nothing-7"):
        assert rare not in said.replace("new-values", "")


def test_a_long_value_is_told_by_its_beginning() -> None:
    from bench.audit.finding import quoted

    assert quoted("전환 " + "x" * 10_000) == f"'전환 {'x' * 56}…'"
