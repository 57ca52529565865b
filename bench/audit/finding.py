"""What an audit can find: the codes with their titles, and one finding with its figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from bench.data.notices import shortened

CODES: Final[dict[str, str]] = {
    # leaks
    "duplicate-rows": "the same row more than once",
    "label-conflicts": "equal rows with different outcomes",
    "target-copy": "a column that alone nearly determines the target",
    "memorising-code": "codes that memorise the outcome and do not carry over to new rows",
    "company-fixes-label": "rows of a company share one outcome",
    "ordered-by-target": "the order of the rows, or a number like an id, goes with the target",
    "after-outcome": "values that go with the target in train and are gone from the rows to predict",
    # one value, one company
    "dominant-value": "one value holds a large share of the positives",
    "giant-company": "one company holds a large share of the rows",
    # columns that say nothing of their own
    "constant-column": "one value in nearly every row",
    "duplicate-column": "the same column twice",
    "one-to-one": "two columns that name the same thing differently",
    # drift
    "adversarial-drift": "a model tells the rows to predict from the training rows",
    "drifted-column": "a column's values are distributed differently in the rows to predict",
    "new-values": "values in the rows to predict that no training row has",
    "vanished-values": "values of the training rows that no row to predict has",
    "missing-shift": "gaps more or less frequent in the rows to predict",
}
LETTERS: Final = 60  # of a value in a sentence; of a longer one the beginning


@dataclass(frozen=True)
class Finding:
    """What an audit saw: a stable code, where, the evidence in figures, and what to do.

    Attributes
    ----------
    code : a key of `CODES`, with a section of that name in docs/audit.md
    place : column, several columns, or "rows"
    evidence : one sentence with the figures
    advice : one sentence: what to do
    weight : "leak" (a score may not come true), "drift" (the rows to predict differ) or "note"
    """

    code: str
    place: str
    evidence: str
    advice: str
    weight: Literal["leak", "drift", "note"]

    def sentence(self) -> str:
        """Return place, title and evidence in one line, for a log or a list of notices."""
        return f"{self.place}: {CODES[self.code]} ({self.code}). {self.evidence}"


def quoted(value: object) -> str:
    """Return a cell as a sentence names it: in quotes, in one line, of a long one the beginning."""
    return f"'{shortened(str(value), LETTERS)}'"
