"""What a comparison of two runs says first: which is ahead, how surely, and what has changed between them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from bench.compare.facts import differing_machines
from bench.compare.files import Change
from bench.compare.paired import Pair, Paired
from bench.compare.recorded import Recorded
from bench.compare.trials import Overlap
from bench.data.notices import listed, plural, shortened

LONGEST: Final = 120  # letters of a configuration or a column


@dataclass(frozen=True)
class Comparison:
    """Two runs, A and B, and what became of comparing them.

    Attributes
    ----------
    names : of the runs, as they were given
    files : keys of the experiment files that differ; a sentence where they cannot be compared
    paired : scores of the same rows; why there are none, in sentences
    """

    names: tuple[str, str]
    one: Recorded
    other: Recorded
    files: Sequence[Change] | str
    overlap: Overlap
    paired: Paired | str

    @property
    def same_data(self) -> bool:
        """Whether both were run on the same table, read in the same way."""
        return self.one.data_id == self.other.data_id

    @property
    def same_folds(self) -> bool:
        """Whether both split the rows in the same way."""
        return self.one.folds_id == self.other.folds_id

    @property
    def identical(self) -> bool:
        """Whether both were asked the same and recorded the same, bit for bit."""
        done = [sum(cell.status == "done" for cell in run.cells.values()) for run in self.runs]
        same = self.overlap.equal == done[0] == done[1] and self.one.ranking == self.other.ranking
        return same and self.files == []

    @property
    def runs(self) -> tuple[Recorded, Recorded]:
        """Both records."""
        return self.one, self.other


def answer(found: Comparison) -> list[str]:
    """Return which run is ahead, what the numbers are, who A and B are, and what has changed between them."""
    who = [
        f"{letter} is {shortened(name, LONGEST)}: {plural(len(run.trials), 'trial')}"
        for letter, name, run in zip("AB", found.names, found.runs, strict=True)
    ]
    if found.identical:
        said = ["A and B are the same: what they were asked, their cells, predictions and ranks."]
    elif isinstance(found.paired, str):
        said = [f"A and B cannot be compared row by row. {found.paired}", *_own_scores(found)]
    else:
        said = [*_ahead(found.paired.pairs[0]), *_caveats(found.paired)]
        who = [f"{one}, won by {leader}" for one, leader in zip(who, found.paired.leaders, strict=True)]
    return [*said, *(f"{one}." for one in who), _changed(found), *found.one.notes, *found.other.notes]


def _ahead(pair: Pair) -> Iterator[str]:
    """Yield which is ahead, and by how much."""
    name = pair.objective.named
    scores = f"{name} {number(pair.one)} of A and {number(pair.other)} of B"
    if pair.interval is None:
        yield f"{scores}: too few companies or rows of either outcome to say whether that is chance."
        return
    if pair.difference == 0 and pair.error == 0:
        yield f"A and B come out exactly the same: {name} {number(pair.one)}."
        return
    low, high = pair.interval
    if pair.ahead is None:
        yield (
            f"Neither is shown to be ahead: {scores}. B less A is {pair.difference:+,.4f}, and its 95 % interval, "
            f"{low:+,.4f} to {high:+,.4f}, holds 0: chance may explain it."
        )
        return
    apart = sorted((abs(low), abs(high)))
    lower = ", where less is better" if pair.objective.sign < 0 else ""
    yield (
        f"{pair.ahead} is ahead by {abs(pair.difference):,.4f} of {name} (95 % interval {apart[0]:,.4f} to "
        f"{apart[1]:,.4f}), more than chance makes: {scores}{lower}."
    )


def _caveats(paired: Paired) -> Iterator[str]:
    """Yield what the numbers are, and what the interval does not hold."""
    first = paired.pairs[0]
    if first.corrected:
        yield (
            f"These are scores of the {'winners' if first.who == 'winner' else 'best single trials'} on rows that had "
            "no part in choosing them: a larger grid gains nothing here by luck alone."
        )
    else:
        why = "A and B were ranked by other scores" if len(paired.pairs) > 1 else "the choice cannot be replayed here"
        yield (
            f"These are plain scores of the best single trials, as {why}: the best of many was partly lucky, of more "
            "trials the more."
        )
    if paired.missed:
        yield f"{' and '.join(paired.missed)} misses the recall or precision that is asked for, and so ranks behind."
    if not paired.same_folds:
        yield (
            "The folds are others too: another way to split the rows moves the scores of the very same trials, on "
            "made-up leads about as much as other rows do. The interval does not hold that, so ask more of a lead "
            "than it does."
        )


def _own_scores(found: Comparison) -> Iterator[str]:
    """Yield what each leaderboard says by itself."""
    best = [next(iter(run.finished.values()), None) for run in found.runs]
    if best[0] is None or best[1] is None:
        return
    told = [
        f"{named(run.metric)} {number(place.scores[run.metric])}"
        for run, place in zip(found.runs, best, strict=True)
        if place
    ]
    yield (
        f"By their own leaderboards the best single trial has {told[0]} in A and {told[1]} in B; whether what lies "
        "between them is chance, or lies in the rows, is not known."
    )


def _changed(found: Comparison) -> str:
    """Say in one sentence what is the same and what is not."""
    same: list[str] = []
    other: list[str] = []
    for name, is_same in (("data", found.same_data), ("folds", found.same_folds)):
        (same if is_same else other).append(f"the {name}")
    machines = [name for name, *_ in differing_machines(*found.runs)]
    if machines:
        other.append(listed(machines, "version"))
    elif found.one.facts and found.other.facts:
        same.append("versions and machine")
    if not isinstance(found.files, str):
        keys = f"{plural(len(found.files), 'key')} of the file ({listed((one.key for one in found.files), 'key')})"
        (other if found.files else same).insert(0, keys if found.files else "the file")
    budgets = ["none" if run.allowed is None else f"{run.allowed.budget:g} s" for run in found.runs]
    if budgets[0] != budgets[1]:  # one that was given to the command stands in no file
        other.append(f"the budget ({budgets[0]} in A, {budgets[1]} in B)")
    if not found.files and found.one.trials.keys() != found.other.trials.keys():
        other.append("which trials of the file were run")
    kept = f"The same: {', '.join(same)}. " if same else ""
    return f"{kept}Changed: {'; '.join(other)}." if other else f"{kept}Nothing is known to have changed."


def named(metric: str) -> str:
    """Return a metric as a sentence writes it."""
    return "F1" if metric == "f1" else metric


def number(value: float) -> str:
    """Return a score as a sentence or a table writes it."""
    return f"{value:,.4f}"
