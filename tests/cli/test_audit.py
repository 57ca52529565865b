"""`bench audit` prints what it found and writes it down."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from bench.record.columns import AUDIT
from tests.cli.commands import bench, leads, write_experiment

WRITTEN = Path("results/quick/audit.csv")


def test_findings_are_printed_by_weight_and_written(here: Path) -> None:
    table = leads(200)
    table["=상태"] = table["결과"].map({"전환": "signed", "미전환": "open"})
    table["방문 수.1"] = table["방문 수"]
    experiment = write_experiment()
    table.to_csv("train.csv", index=False)
    ended = bench("audit", experiment)
    assert (ended.code, ended.err) == (0, "")
    lines = ended.out.splitlines()
    assert lines[0] == "A score may not come true"
    assert "  target-copy: a column that alone nearly determines the target" in lines
    assert any(line.startswith("    =상태: This column alone tells the outcome") for line in lines)
    assert lines.index("Good to know") < lines.index("  duplicate-column: the same column twice")
    assert "    방문 수, 방문 수.1: Equal in all 200 rows (23 values, gaps counted as one)." in lines
    written = pd.read_csv(WRITTEN)
    assert list(written) == list(AUDIT)
    assert written.loc[written["code"] == "target-copy", "place"].tolist() == ["'=상태"]
    assert lines[-1] == f"{len(written)} findings; what each code means: docs/audit.md. Written to {WRITTEN}."


def test_a_table_without_findings_says_so(here: Path) -> None:
    experiment = write_experiment()
    ended = bench("audit", experiment)
    assert (ended.code, ended.out) == (
        0,
        f"0 findings; what each code means: docs/audit.md. Written to {WRITTEN}.\n",
    )
    assert len(pd.read_csv(WRITTEN)) == 0


def test_a_file_that_is_not_there_is_a_slip(here: Path) -> None:
    ended = bench("audit", "nope.toml")
    assert ended.code == 2
    assert ended.err.startswith("bench: ")
