"""How precise calls are and what they find, of held-out leads and of those to predict, by how many are called."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bench.companies import company_of
from bench.ensemble.blend import Blend
from bench.ensemble.customers import Customers
from bench.page.block import PageTable, Plot
from bench.page.plots import FIRST, PALE, SECOND, axes, drawn
from bench.report.told import Told
from bench.score.calls import Calls, Others, calls, evenly
from bench.score.metrics import Counts, count
from bench.score.objective import Objective
from bench.score.outlook import rates_of

FEWEST_CALLED: Final = 10  # leads that a plot and a table begin with: fewer tell of single ones
POINTS: Final = 100  # of a curve with a band
STEPS: Final = tuple(digit * 10**power for power in range(1, 7) for digit in (1, 2, 5))
MOST_STEPS: Final = 10  # of a table, beside the chosen number of calls and all leads
SIDE_BY_SIDE: Final = 3  # times the chosen number of calls that a plot reaches

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class HeldOutCalls:
    """The winner's out-of-fold predictions of all repeats as one column.

    Attributes
    ----------
    y, probability, units : ndarrays of shape (repeats * m,)
        Rows of one unit are of one company, or one lead in several repeats.
    repeats : by which counts are divided, so that they are of m leads
    exported : what the winner's threshold calls
    """

    y: NDArray[np.int8]
    probability: Floats
    units: NDArray[np.int64]
    repeats: int
    exported: Counts

    @property
    def calls(self) -> Calls:
        """What calling from the likeliest lead down finds, counts as means over the repeats."""
        made = calls(self.y, self.probability, self.units)
        return replace(made, counts=made.counts.scaled(1 / self.repeats))


def held_out_calls(told: Told) -> tuple[Blend, HeldOutCalls] | None:
    """Return the winner with its predictions of held-out leads; None without a winner."""
    winner, probability = told.board.verdict.winner, told.probability
    if winner is None or probability is None:
        return None
    y, repeats = told.held_out.y, len(probability)
    units = np.tile(company_of(told.view.groups, len(y)), repeats)
    labels, scores = np.tile(y, repeats), probability.ravel()
    exported = count(labels, scores >= winner.threshold).scaled(1 / repeats)
    return winner, HeldOutCalls(labels, scores, units, repeats, exported)


def calls_to_predict(told: Told) -> Calls | None:
    """Return the same of the rows to predict at the share that the submission assumes; None without a submission.

    Held-out leads stand for them as where the submission's threshold was chosen: known and new customers by their
    parts, and positives and negatives by the assumed share (`bench.score.outlook.expect`).
    """
    winner, foretold, asked = told.board.verdict.winner, told.board.foretold, told.dataset.submission
    if winner is None or foretold is None or foretold.chosen is None or asked is None:
        return None
    customers = Customers.of(told.dataset, told.experiment.folds, told.store, told.finals)
    kinds = customers.kinds(winner.combination, np.zeros(len(asked)))
    rates = rates_of(kinds, foretold.chosen.positive_rate)
    y, groups, probability = (
        np.concatenate([getattr(kind, name) for kind in kinds]) for name in ("y", "groups", "probability")
    )
    weights = np.concatenate([kind.stands_for(rate) for kind, rate in zip(kinds, rates, strict=True)])
    kind_of = np.repeat(np.arange(len(kinds)), [len(kind.y) for kind in kinds])
    return calls(y, probability, company_of(groups, len(groups)), Others(weights, 2 * kind_of + y))


def interval_words(told: Told) -> str:
    """Say whom the intervals of a share take for one."""
    if told.dataset.groups is None:
        return "leads count as independent of each other"
    return "leads of one company count as far as they tell different things"


def calling_plot(made: Calls, chosen: float, caption: str) -> Plot:
    """Draw precision with its interval, and recall, against the number of leads called; ``chosen`` is marked."""
    called, rows = made.counts.predicted_positives, float(made.counts.rows[-1])
    reaches = min(rows, max(SIDE_BY_SIDE * chosen, 2 * FEWEST_CALLED)) if chosen else rows
    shown = np.flatnonzero((called >= min(FEWEST_CALLED, called[-1])) & (called <= reaches))
    shown = shown if len(shown) else np.array([len(called) - 1])
    places = shown[evenly(called[shown], POINTS)]
    low, high = 100 * np.array([made.interval(place) for place in places]).T
    figure, plain = axes(height=4.2)
    lone = "o" if len(places) == 1 else ""  # a line of one point is none
    precision, recall = 100 * made.counts.precision[places], 100 * made.counts.recall[places]
    plain.plot(called[places], precision, color=FIRST, marker=lone, label="precision: calls that convert")
    plain.fill_between(called[places], low, high, color=FIRST, alpha=0.25, linewidth=0, label="its 95 % interval")
    plain.plot(called[places], recall, "--", color=SECOND, marker=lone, label="recall: conversions found")
    plain.axvline(chosen, color=PALE, linestyle=":", linewidth=2, label=f"as called: {chosen:,.0f}")
    plain.set(xlabel="leads called, the likeliest first", ylabel="%", xlim=(0, reaches), ylim=(0, 102))
    plain.xaxis.set_major_formatter("{x:,.0f}")
    figure.legend(loc="outside upper center", ncols=2, frameon=False)
    return Plot(drawn(figure), caption)


def calling_table(made: Calls, chosen: float, threshold: float | None, objective: Objective, caption: str) -> PageTable:
    """Return about a dozen numbers of calls with what each finds.

    Parameters
    ----------
    chosen : how many leads are called
    threshold : that calls them; None leaves the thresholds out, where those of ``made`` are of another scale
    """
    rows = float(made.counts.rows[-1])
    steps = [step for step in STEPS if step < rows][-MOST_STEPS:]
    as_called = made.nearest(chosen) if chosen >= FEWEST_CALLED else None
    wanted = {made.nearest(step) for step in (*steps, rows)} | ({as_called} if as_called is not None else set())
    places = sorted(place for place in wanted if made.counts.predicted_positives[place] >= min(FEWEST_CALLED, rows))
    named = _score_column(objective)
    columns = ["call the best", "precision", "95 % interval", "recall", "conversions found"]
    cells = []
    for place in places:
        counts, (low, high) = at(made.counts, place), made.interval(place)
        mark = ", as called" if place == as_called else ""
        row = [f"{counts.predicted_positives:,.0f}{mark}", f"{counts.precision:.1%}", f"{low:.1%} to {high:.1%}"]
        row += [f"{counts.recall:.1%}", f"{counts.true_positives:,.0f}"]
        row += [_score_cell(objective, counts)] if named else []
        if threshold is not None:
            row.insert(1, f"{threshold if place == as_called else made.thresholds[place]:.4f}")
        cells.append(row)
    columns += [named] if named else []
    if threshold is not None:
        columns.insert(1, "threshold")
    return PageTable(caption, columns, cells, frozenset(columns))


def threshold_metric(objective: Objective) -> str:
    """Name what thresholds are chosen for."""
    return objective.named if objective.needs_threshold else "F1"


def at(counts: Counts, place: int) -> Counts:
    """Return the counts of one cut."""
    each = (counts.true_positives, counts.false_positives, counts.false_negatives, counts.true_negatives)
    return Counts(*(float(amount[place]) for amount in each))


def _score_column(objective: Objective) -> str:
    """Name what the objective makes of a number of calls; nothing where it is precision or recall."""
    if objective.metric in ("precision", "recall", "precision_at_k", "recall_at_k"):
        return ""
    if objective.metric == "profit":  # the leaderboard's is for each row
        return "profit of all calls"
    return threshold_metric(objective)


def _score_cell(objective: Objective, counts: Counts) -> str:
    if objective.metric == "profit":
        return f"{objective.of(counts) * counts.rows:,.0f}"
    return f"{objective.of(counts):.3f}"
