"""Where the winner's threshold lies, and what another would mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bench.data.notices import plural
from bench.ensemble.blend import Blend
from bench.page.block import FEWEST_SHOWN, Block, Plot
from bench.page.plots import FIRST, PALE, SECOND, THIRD, axes, drawn
from bench.report.calling import (
    HeldOutCalls,
    at,
    calling_plot,
    calling_table,
    calls_to_predict,
    held_out_calls,
    interval_words,
    threshold_metric,
)
from bench.report.expected import Assumed, Foretold
from bench.report.told import Told
from bench.score.calls import Calls, evenly
from bench.score.metrics import Counts
from bench.score.objective import Objective

Floats = NDArray[np.float64]

POINTS: Final = 250  # of a curve
STEP: Final = 0.1  # of the leads called: what calling more or fewer is told by


def thresholds_block(told: Told) -> Block | None:
    """Show precision, recall and the objective by threshold and by how many leads are called; None without a winner."""
    found = held_out_calls(told)
    if found is None:
        return None
    winner, held_out = found
    made, objective = held_out.calls, told.experiment.objective
    exported = held_out.exported
    whole = f"the {len(told.held_out.y):,} held-out leads"
    sentences = _sentences(told, winner, held_out, made)
    plots = [_precision_recall(made, winner, exported), _objective_plot(made, winner, objective)]
    called = float(exported.predicted_positives)
    if len(made.thresholds) > 1:
        plots.append(
            calling_plot(made, called, f"Precision and recall by how many of {whole} are called. {_band(told)}")
        )
    tables = [
        calling_table(
            made,
            called,
            winner.threshold,
            objective,
            f"What calling the best of {whole} finds; leads of one probability are called together.",
        )
    ]
    foretold = told.board.foretold
    if (asked := calls_to_predict(told)) is not None and foretold is not None and foretold.chosen is not None:
        chosen = foretold.chosen
        of = f"the {asked.counts.rows[-1]:,.0f} rows to predict, if {chosen.positive_rate:.1%} of them are positive"
        how = (
            "Held-out leads stand for them, known and new customers in their parts where they are told apart: it holds "
            "as far as leads that convert look alike in both tables, and leads that do not. The interval is of the "
            f"precision that these rows will show if just so many are positive.{_doubted(foretold)}"
        )
        plots.append(calling_plot(asked, chosen.predicted_positives, f"The same of {of}. {how}"))
        caption = f"What calling the best of {of}, is expected to find.{_doubted(foretold)}"
        tables.append(calling_table(asked, chosen.predicted_positives, None, objective, caption))
        sentences += _to_predict(chosen, asked)
    return Block("Whom to call: thresholds", sentences, tables, plots)


def _sentences(told: Told, winner: Blend, held_out: HeldOutCalls, made: Calls) -> list[str]:
    """Say which threshold it is, what it costs, how flat it is, and why the leaderboard says another score."""
    objective = told.experiment.objective
    said = [
        _at_threshold(winner.threshold, held_out.exported, objective),
        *_what_is_asked(objective, held_out.exported, winner),
    ]
    said += [*_flat(winner, made, objective), *_one_step(made, float(held_out.exported.predicted_positives))]
    said.append(_cross_fitted(winner, objective))
    if held_out.repeats > 1:
        said.append(
            f"Each lead was held out {held_out.repeats} times; figures are means over these, and intervals count it "
            "once."
        )
    return said


def _to_predict(chosen: Assumed, asked: Calls) -> list[str]:
    """Say at which threshold the rows to predict are called, and why two precisions are expected of these calls."""
    said = [
        f"The rows to predict are called at a threshold of their own, {chosen.threshold:.4f}: it is chosen for their "
        f"customers and for {chosen.positive_rate:.1%} positives among them."
    ]
    if not chosen.predicted_positives:
        return said
    listed = at(asked.counts, asked.nearest(chosen.predicted_positives))
    return [
        *said,
        f"Of these {plural(chosen.predicted_positives, 'call')} a precision of {chosen.precision:.1%} is expected "
        f"where each fold's threshold is chosen on the other folds; the table below puts all folds' leads into one "
        f"list instead, which comes to {listed.precision:.1%}.",
    ]


def _doubted(foretold: Foretold) -> str:
    if not foretold.doubted:
        return ""
    return (
        " That leads of either outcome look alike in both tables is in doubt here (see “What is expected of the "
        "submission”), and no interval holds that doubt."
    )


def _at_threshold(threshold: float, counts: Counts, objective: Objective) -> str:
    if not counts.predicted_positives:
        why = ": no call pays" if objective.metric == "profit" else ""
        return f"At the winner's threshold none of {counts.rows:,.0f} held-out leads is called{why}."
    return (
        f"At the winner's threshold of {threshold:.4f}, {counts.predicted_positives:,.0f} of {counts.rows:,.0f} "
        f"held-out leads are called ({counts.predicted_positives / counts.rows:.1%}): "
        f"{counts.true_positives:,.0f} of these convert, a precision of {counts.precision:.1%}, and "
        f"{counts.false_negatives:,.0f} of all {counts.positives:,.0f} conversions are missed, a recall of "
        f"{counts.recall:.1%}."
    )


def _what_is_asked(objective: Objective, exported: Counts, winner: Blend) -> list[str]:
    """Say what holds thresholds back, or that the ranking needs none."""
    if not objective.needs_threshold:
        return [f"Ranking by {objective.named} needs no threshold; whom to call is chosen for F1."]
    if objective.k is not None:
        return [f"No more than {objective.k:.1%} of the leads can be called: that alone says where the list ends."]
    if objective.floor is None:
        return []
    kept, floor = objective.floor
    here, there = (float(objective.short(counts)) for counts in (exported, winner.score.counts))
    return [
        f"A {kept} of at least {floor:.1%} has to be kept: it is {here:.1%} here, and {there:.1%} with thresholds "
        f"chosen on other folds, which {'keep' if winner.score.keeps_floor(objective) else 'miss'} it."
    ]


def _flat(winner: Blend, made: Calls, objective: Objective) -> list[str]:
    """Say how far the threshold can move; nothing where a capacity sets it, or nobody is called."""
    if len(made.thresholds) == 1:
        return ["All leads get the same probability, so any threshold calls all of them or nobody."]
    low, high = winner.score.flat
    if objective.k is not None or winner.threshold > made.thresholds[0]:
        return []
    many, few = (float((made.counts.predicted_positives[made.thresholds >= end]).max(initial=0)) for end in (low, high))
    name = threshold_metric(objective)
    if few == many:
        return [f"Any other threshold worth trying loses more than 1 % of the best {name}: the choice matters here."]
    return [
        f"Thresholds from {low:.4f} to {high:.4f} lose at most 1 % of the best {name}: any number of calls from "
        f"{few:,.0f} to {many:,.0f} is about as good."
    ]


def _one_step(made: Calls, called: float) -> list[str]:
    """Say what a tenth more and a tenth fewer calls would bring and cost."""
    if not called:
        return []
    here, more, fewer = (
        at(made.counts, made.nearest(number)) for number in (called, (1 + STEP) * called, (1 - STEP) * called)
    )
    said = []
    for one, other, form in (
        (more, here, "the next {} would bring {}"),
        (here, fewer, "the last {} of those called bring {}"),
    ):
        leads = one.predicted_positives - other.predicted_positives
        found = one.true_positives - other.true_positives
        if leads >= FEWEST_SHOWN:
            brought = f"{plural(round(found), 'conversion')} ({found / leads:.0%} of them)"
            said.append(form.format(f"{leads:,.0f} leads", brought))
    return [f"What a call more or less is worth: {', '.join(said)}."] if said else []


def _cross_fitted(winner: Blend, objective: Objective) -> str:
    counts, (low, high) = winner.score.counts, winner.score.spread
    by = "" if len(winner.weights) == 1 else " and by a blend"
    between = f"{low:.4f}" if low == high else f"{low:.4f} to {high:.4f}"
    scores = [
        plural(round(winner.score.predicted_positives), "call"),
        f"precision {counts.precision:.1%}",
        f"recall {counts.recall:.1%}",
    ]
    if objective.metric == "profit":
        scores.append(f"profit {objective.of(counts):,.2f} a lead")
    elif objective.metric not in ("precision", "recall"):
        scores.append(f"{threshold_metric(objective)} {objective.of(counts):.4f}")
    return (
        f"The leaderboard scores other calls, each fold's at a threshold{by} chosen on the other folds ({between}): "
        f"{', '.join(scores)}. That is the honest point; the winner's threshold is shown on the leads that chose it."
    )


def _band(told: Told) -> str:
    return (
        "The band is a 95 % interval of the precision for each number of calls by itself (Wilson's), for which "
        f"{interval_words(told)}; it leaves out the luck of having chosen this winner."
    )


def _precision_recall(made: Calls, winner: Blend, exported: Counts) -> Plot:
    """Draw precision against recall, with the two points that are called."""
    counts = made.counts
    places = evenly(np.asarray(counts.recall), POINTS)
    places = places[counts.true_positives[places] > 0]
    figure, plain = axes(height=4.2)
    base = 100 * float(counts.positives[-1] / counts.rows[-1])
    scored = winner.score.counts
    plain.axhline(base, color=PALE, linestyle="--", label=f"calling at random: {base:.1f} %")
    plain.plot(100 * counts.recall[places], 100 * counts.precision[places], color=FIRST, label="the winner")
    for point, name, colour, mark in (
        (exported, "its threshold", SECOND, "o"),
        (scored, "as the leaderboard scores it", THIRD, "D"),
    ):
        plain.plot([100 * point.recall], [100 * point.precision], mark, color=colour, markersize=8, label=name)
    plain.set(xlabel="recall: conversions found, %", ylabel="precision: calls that convert, %")
    plain.set(xlim=(0, 102), ylim=(0, 104))
    figure.legend(loc="outside upper center", ncols=2, frameon=False)
    return Plot(
        drawn(figure),
        f"Precision against recall of held-out leads, threshold by threshold. At the winner's threshold (circle) "
        f"precision is {exported.precision:.1%} and recall {exported.recall:.1%}; with thresholds chosen on other "
        f"folds (diamond) {scored.precision:.1%} and {scored.recall:.1%}.",
    )


def _objective_plot(made: Calls, winner: Blend, objective: Objective) -> Plot:
    """Draw the objective against the threshold, with the flat region and the thresholds of the folds."""
    curve, name = _by_threshold(made, objective), threshold_metric(objective)
    (low, high), (first, last) = winner.score.flat, winner.score.spread
    top = min(1.0, 1.05 * float(made.thresholds[0]))
    figure, plain = axes(height=4.2)
    caption = f"{name[0].upper()}{name[1:]} of held-out leads by threshold"
    if low < high and objective.k is None:
        plain.axvspan(min(low, top), min(high, top), color=PALE, alpha=0.25, linewidth=0, label="loses at most 1 %")
        caption += f"; shaded from {low:.4f} to {high:.4f}, where at most 1 % of the best is lost"
    if not curve.allowed.all():
        plain.step(curve.thresholds, curve.score, ":", where="pre", color=FIRST, label=f"{name}, not allowed")
        caption += "; dotted where a threshold breaks what [objective] asks for"
    plain.step(curve.thresholds, np.where(curve.allowed, curve.score, np.nan), where="pre", color=FIRST, label=name)
    if objective.floor is not None:
        what, floor = objective.floor
        plain.step(curve.thresholds, curve.kept, "-.", where="pre", color=THIRD, label=what)
        plain.axhline(floor, color=THIRD, linestyle=":", label=f"{what} to keep")
    plain.axvline(min(winner.threshold, top), color=SECOND, label="the winner's threshold")
    for end, label in ((first, "of the folds: lowest, highest"), (last, None)):
        plain.axvline(min(end, top), color=SECOND, linestyle=":", label=label)
    plain.set(xlabel="threshold", ylabel="profit for each lead" if name == "profit" else name, xlim=(0, top))
    figure.legend(loc="outside upper center", ncols=2, frameon=False)
    return Plot(
        drawn(figure),
        f"{caption}. The winner's threshold is {winner.threshold:.4f}; those of the folds lie from {first:.4f} to "
        f"{last:.4f}.",
    )


@dataclass(frozen=True)
class _ByThreshold:
    """What thresholds are worth, from 0 up: each holds down to the one before it; the last calls nobody.

    Attributes
    ----------
    allowed : whether what the objective asks for is kept
    kept : the recall or precision that has to be kept; of no meaning where there is no such floor
    """

    thresholds: Floats
    score: Floats
    allowed: NDArray[np.bool_]
    kept: Floats


def _by_threshold(made: Calls, objective: Objective) -> _ByThreshold:
    """Return at most `POINTS` thresholds, evenly spread."""
    right, wrong = (np.append(0, part) for part in (made.counts.true_positives, made.counts.false_positives))
    counts = Counts(right, wrong, right[-1] - right, wrong[-1] - wrong)
    rising = np.append(made.thresholds[::-1], max(1.0, 2 * made.thresholds[0]))
    places = evenly(rising, POINTS)
    falling = np.append(places[0], places)  # the first holds from 0
    falling = len(rising) - 1 - falling
    allowed = objective.keeps(counts)
    if objective.k is not None:
        allowed = counts.predicted_positives <= objective.k * counts.rows + 1e-9
    return _ByThreshold(
        np.append(0.0, rising[places]),
        np.asarray(objective.of(counts))[falling],
        np.asarray(allowed)[falling],
        np.asarray(objective.short(counts))[falling],
    )
