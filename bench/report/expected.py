"""Say what is expected of a submission, and at which share of positives it would be otherwise."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from bench.audit.finding import Finding
from bench.ensemble.foresight import Foresight
from bench.ensemble.submission import HandedIn
from bench.page.block import PageTable
from bench.record.columns import EXPECTED
from bench.record.disk import replacing
from bench.score.metrics import Counts
from bench.score.outlook import Expectation

CHOSEN: Final = "chosen"  # in the origin of a row: the share that the submission was made for
LOWER_END: Final = "its lower end"  # of the interval of the estimated share
UPPER_END: Final = "its upper end"
DOUBT: Final = "Doubt: "  # opens what speaks against it
_POLICY: Final = {
    "train": "as among the labelled rows",
    "estimate": "as estimated from the scores",
    "given": "as given",
}


@dataclass(frozen=True)
class Assumed:
    """What is expected if so many of the rows to predict are positive: a row of `bench.record.columns.EXPECTED`."""

    positive_rate: float
    origin: str
    threshold: float
    predicted_positives: int
    true_positives: float
    false_positives: float
    precision: float
    recall: float
    f1: float


@dataclass(frozen=True)
class Foretold:
    """What was said of a submission when it was written.

    Attributes
    ----------
    members : trial -> weight of what it was made by
    table : the same at other shares of positives, by share; empty where it cannot be read any more
    """

    members: dict[str, float]
    sentences: list[str]
    table: Sequence[Assumed]

    @property
    def chosen(self) -> Assumed | None:
        """What is expected at the share that the submission was made for."""
        return next((row for row in self.table if CHOSEN in row.origin), None)

    @property
    def doubted(self) -> bool:
        """Whether it is said that more than the share of positives has changed."""
        return any(sentence.startswith(DOUBT) for sentence in self.sentences)


def foretell(handed_in: HandedIn, findings: Sequence[Finding]) -> Foretold:
    """Put into words what is expected of a submission, and which findings of the audit speak against it."""
    foresight = handed_in.foresight
    sentences = [handed_in.sentence(), *expected_sentences(foresight), *_drift(findings)]
    return Foretold(handed_in.winner.weights, sentences, [_assumed(foresight, row) for row in foresight.table])


def read_foretold(folder: Path) -> Foretold | None:
    """Return what was said of the newest submission of a run; None where there is none."""
    try:
        said = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
        return Foretold(said["members"], said["sentences"], _read_table(folder / "expected.csv"))
    except (OSError, ValueError, TypeError, KeyError):
        return None


def expected_sentences(foresight: Foresight) -> list[str]:
    """Say what is expected, what the scores say of the share of positives, and what speaks against it."""
    chosen, estimate = foresight.chosen, foresight.estimate
    rows = sum(foresight.composition.values())
    who = ", ".join(f"{count:,} {_CUSTOMERS[name]}" for name, count in foresight.composition.items())
    sentences = [
        f"Expected of these {rows:,} rows ({who}) if {chosen.rate:.1%} of them are positive, "
        f"{_POLICY[foresight.policy]}: F1 {chosen.counts.f1:.3f}."
    ]
    if estimate is None:
        return [*sentences, "The scores do not tell the classes apart, so no share of positives can be estimated."]
    said = f"The scores speak for {estimate.rate:.1%} positives ({estimate.low:.1%} to {estimate.high:.1%})"
    ends = sorted(_at(foresight, end).counts.f1 for end in (estimate.low, estimate.high))
    between = f"between these ends F1 would be {ends[0]:.3f} to {ends[1]:.3f}"
    if foresight.policy == "estimate":
        sentences.append(f"{said}; {between}.")
    elif estimate.low <= chosen.rate <= estimate.high:
        sentences.append(f"{said}.")
    else:
        there = _at(foresight, estimate.rate)
        sentences.append(
            f"{said}, not for {chosen.rate:.1%}. At that rate {there.predicted_positives:,} rows would be called and "
            f"{_scores(there.counts)} expected: positive_rate in [submission] decides."
        )
    if not estimate.fits:
        sentences.append(
            f"{DOUBT}the scores to predict are no mixture of the scores that held-out positives and negatives have "
            f"(p = {estimate.p_value:.3f}), so more than the share of positives has changed: {between}, and even that "
            "rests on the mixture."
        )
    return sentences


def expected_table(table: Sequence[Assumed]) -> PageTable:
    """Return what is expected at each assumed share of positives.

    Conversions are left out: they are expected of about as many calls, so that they are not precision times calls.
    """
    columns = ("assumed share", "which it is", "threshold", "leads called", "precision", "recall", "F1")
    rows = [
        (
            f"{one.positive_rate:.1%}",
            one.origin,
            f"{one.threshold:.4f}",
            f"{one.predicted_positives:,}",
            *(f"{score:.3f}" for score in (one.precision, one.recall, one.f1)),
        )
        for one in table
    ]
    caption = (
        "What is expected of the rows to predict if another share of them is positive, each share with the threshold "
        "that is best for it. Scores are those of held-out leads, each fold's at a threshold chosen on the others."
    )
    return PageTable(caption, columns, rows, frozenset(columns) - {"which it is"})


def write_expected(handed_in: HandedIn, findings: Sequence[Finding], folder: Path) -> Foretold:
    """Write expected.csv, the table, and expected.json, what is said of it."""
    told = foretell(handed_in, findings)
    with replacing(folder / "expected.csv") as file:
        writer = csv.DictWriter(file, list(EXPECTED), lineterminator="\n")
        writer.writeheader()
        writer.writerows(asdict(row) for row in told.table)
    with replacing(folder / "expected.json") as file:
        json.dump({"members": told.members, "sentences": told.sentences}, file, indent=2, ensure_ascii=False)
        file.write("\n")
    return told


_CUSTOMERS = {
    "known": "of known customers",
    "new": "of new ones",
    "like new": "taken to be like new customers",
    "later": "later than the labelled ones",
    "all": "taken to be like the labelled ones",
}


def _drift(findings: Sequence[Finding]) -> list[str]:
    """Say that the rows to predict differ, where a classifier tells them from the labelled ones."""
    told_apart = [finding.evidence for finding in findings if finding.code == "adversarial-drift"]
    return [
        f"{DOUBT}{evidence[0].lower()}{evidence[1:]} What is expected holds as far as converting leads still look like "
        "converting leads, and no table without outcomes can show that."
        for evidence in told_apart
    ]


def _scores(counts: Counts) -> str:
    return f"F1 {counts.f1:.3f}, precision {counts.precision:.3f}, recall {counts.recall:.3f}"


def _at(foresight: Foresight, rate: float) -> Expectation:
    """Return the row of the table nearest to a rate."""
    return min(foresight.table, key=lambda row: abs(row.rate - rate))


def _assumed(foresight: Foresight, row: Expectation) -> Assumed:
    """Return a row in as many digits as are written, so that what is read again says the same."""
    counts = row.counts
    return Assumed(
        positive_rate=round(row.rate, 6),
        origin=_origin(foresight, row),
        threshold=row.threshold,
        predicted_positives=row.predicted_positives,
        true_positives=round(float(counts.true_positives), 1),
        false_positives=round(float(counts.false_positives), 1),
        precision=round(float(counts.precision), 6),
        recall=round(float(counts.recall), 6),
        f1=round(float(counts.f1), 6),
    )


def _read_table(path: Path) -> list[Assumed]:
    """Read what `write_expected` wrote, of this version or an earlier one; nothing where it is not that."""
    kinds = {"origin": str, "predicted_positives": int}
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return [
                Assumed(**{name: kinds.get(name, float)(line[name]) for name in EXPECTED})
                for line in csv.DictReader(file)
            ]
    except (OSError, ValueError, TypeError, KeyError, csv.Error):
        return []


def _origin(foresight: Foresight, row: Expectation) -> str:
    """Say where a rate comes from."""
    estimate = foresight.estimate
    marks = [
        *([CHOSEN] if row is foresight.chosen else []),
        *(["train"] if row.rate == foresight.train_rate else []),
        *(["estimate"] if estimate and row.rate == estimate.rate else []),
        *([LOWER_END] if estimate and row.rate == estimate.low else []),
        *([UPPER_END] if estimate and row.rate == estimate.high else []),
    ]
    return ", ".join(marks)
