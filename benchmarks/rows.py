"""What a cell costs on tables of 10^4, 10^5 and more rows: `python -m benchmarks.rows [ROWS ...]`.

Twelve cheap configurations on made-up leads, three folds, from planning to the submission. A million rows take minutes.
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from bench.flow import answer
from bench.question import ask
from benchmarks.reference import measure

GRID = """
[data]
demo = {{ rows = {rows} }}
target = "is_converted"
positive = "True"
id = "id"
texts = ["message"]
[folds]
count = 3
[grid]
imputation = ["median", "constant"]
encoding = ["ordinal", "target"]
text = ["drop_text"]
model = ["logistic", "decision_tree", {{ name = "lightgbm", trees = 50 }}]
"""


def main() -> None:
    """Print for each size the seconds and the memory of a cell, and of the whole run."""
    for rows in map(int, sys.argv[1:] or ("10000", "100000")):
        with TemporaryDirectory(prefix="leadbench-") as made:
            folder = Path(made)
            (folder / "rows.toml").write_text(GRID.format(rows=rows))
            cost = measure(whole_run, folder, 2)
            cells = pd.read_csv(folder / "results" / "rows" / "cells.csv")
        assert (cells["status"] == "done").all(), cells["reason"].iloc[0]
        seconds = cells.filter(like="_seconds").sum(axis=1)
        print(
            f"{rows:,} rows, {len(cells)} cells on 2 workers: {seconds.median():.2f} s a cell in the middle, "
            f"{seconds.max():.1f} s the longest; {cells['peak_megabytes'].max():,.0f} MB the largest worker; in all "
            f"{cost.wall_seconds:.0f} s and {cost.peak_megabytes:,.0f} MB of all processes",
            flush=True,
        )


def whole_run(folder: Path, workers: int) -> None:
    """Run the experiment in a folder from planning to the submission."""
    question = ask(folder / "rows.toml", folder / "results")
    answer(question, {}, False, workers, lambda diary: None)


if __name__ == "__main__":
    from benchmarks.rows import main as by_name  # a process of its own looks the work up by its module

    by_name()
