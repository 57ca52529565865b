"""What feedback says, in sentences."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Final

import numpy as np

from bench.audit.finding import Finding
from bench.customer.feedback.judge import FEWEST_OUTCOMES, Feedback, Measured
from bench.customer.feedback.measures import FEWEST_UNITS, Difference
from bench.customer.feedback.threshold import FEWEST_EACH
from bench.data.notices import listed, plural, shortened
from bench.score.objective import WITHOUT_THRESHOLD

MANY_MET: Final = 0.05  # of the leads: more are hardly new ones that look like old ones
MOST_TOLD: Final = 6  # differences in sentences; feedback.csv has all
MOSTLY: Final = 0.75  # of a gain
MANY_CALLED: Final = 3  # times the odds to be called that held-out leads of training have: not by drift alone
LONGEST: Final = 60  # letters of a level

_MEASURED: Final = {
    "precision": ("of the leads called", "converted"),
    "recall": ("of the leads that converted", "were called"),
}
_DRIFTED: Final = {
    "drifted-column": "values are distributed otherwise in",
    "new-values": "more new levels than chance brings in",
    "vanished-values": "large levels of training gone from",
    "missing-shift": "gaps more or less frequent in",
}


def sentences(feedback: Feedback) -> list[str]:
    """Return what is to be known, the most important first."""
    return [*answers(feedback), *details(feedback)]


def answers(feedback: Feedback) -> list[str]:
    """Return what was expected and what came, what that rests on, and whether the threshold should move."""
    said = [_counts(feedback), *_known_by_heart(feedback), *_selection(feedback)]
    if not feedback.enough:
        few = f"it takes {FEWEST_OUTCOMES} known outcomes, of {FEWEST_UNITS} companies or of none"
        return [*said, f"That is too few to say more: {few}."]
    return [*said, _expected(feedback), _calls(feedback), *_threshold(feedback)]


def details(feedback: Feedback) -> list[str]:
    """Return how good the scores were, and in which parts of the leads they were not; nothing of too few outcomes."""
    if not feedback.enough:
        return []
    return [
        *_estimate(feedback),
        _calibration(feedback),
        *_ranking(feedback),
        *_shares(feedback),
        *_differences(feedback),
    ]


def drift_sentences(findings: Iterable[Finding] | None, new_levels: dict[str, float], why: str) -> list[str]:
    """Return how the leads' columns differ from training; ``why`` they are not compared, with ``findings`` None."""
    if findings is None:
        shown = [f"{name} ({share:.0%} of the leads)" for name, share in new_levels.items() if share >= 0.005]
        levels = f" Levels that training never showed: {listed(shown)}." if shown else ""
        return [f"{why} So columns are not compared with training's, only scores and levels.{levels}"]
    places: defaultdict[str, list[str]] = defaultdict(list)
    for finding in findings:
        places[finding.code].append(finding.place)
    if not places:
        return ["No column differs from training beyond chance in its values, levels or gaps."]
    return ["Against training: " + "; ".join(f"{_DRIFTED[code]} {listed(held)}" for code, held in places.items()) + "."]


def level_told(level: str) -> str:
    """Return a level as a sentence can hold it."""
    return shortened(level, LONGEST)


def share_told(row: Any, name: str) -> str:
    """Return a share of a row of the table with its interval, "" where it is not defined."""
    if np.isnan(row[name]):
        return ""
    ends = (row[f"{name}_low"], row[f"{name}_high"])
    told = "" if np.isnan(ends).any() else f" ({ends[0]:.1%} to {ends[1]:.1%})"
    return f"{row[name]:.1%}{told}"


def _counts(feedback: Feedback) -> str:
    row = feedback.overall
    unknown = (
        f" {plural(feedback.unknown, 'lead')} whose outcome is not known yet left out." if feedback.unknown else ""
    )
    return (
        f"Of {plural(int(row['leads']), 'lead')} with a known outcome {row['converted']:,} converted "
        f"({feedback.rate_now:.1%}); the bundle calls {row['called']:,} of the {row['leads']:,}.{unknown}"
    )


def _known_by_heart(feedback: Feedback) -> list[str]:
    if feedback.met < MANY_MET:
        return []
    return [
        f"{feedback.met:.0%} of them equal a row of training in every feature (those that chance brings left out): the "
        "bundle may know them by heart, and all that is said here flatters."
    ]


def _selection(feedback: Feedback) -> list[str]:
    row = feedback.overall
    if feedback.selection == "called":
        if feedback.called_then >= 1:
            return ["The bundle calls everybody: nothing can be said of leads that are not called."]
        return [
            f"Outcomes are known of called leads alone, or nearly ({row['called']:,} of {row['leads']:,}): which "
            "converting leads were missed, F1, how well leads are ranked, and whether a lower threshold would be "
            "better cannot be known from them. Call a few of the others by lot to know."
        ]
    if feedback.selection == "uneven":
        return [
            f"The outcome is known of {feedback.known_called:.0%} of the called leads and of "
            f"{feedback.known_uncalled:.0%} of the others: recall, F1 and the share that converts lean to where more "
            "is known."
        ]
    odds = [share / max(1 - share, 1e-9) for share in (feedback.called_now, feedback.called_then)]
    if odds[0] > MANY_CALLED * odds[1]:
        return [
            f"{feedback.called_now:.0%} of these leads are called, where {feedback.called_then:.0%} of those held out "
            "of training were: if outcomes are kept more often of called leads, recall and F1 flatter."
        ]
    return []


def _calls(feedback: Feedback) -> str:
    row = feedback.overall
    if not row["called"]:
        return "No lead is called."
    said = f"Of the leads called {share_told(row, 'precision')} converted (precision)"
    if np.isnan(row["recall"]):
        return said + "."
    told = feedback.manifest.estimate.metric == "f1"  # beside the bundle's own
    f1 = "" if told else f"; F1 {_number(row, 'f1')}"
    return f"{said}; of those that converted {share_told(row, 'recall')} were called (recall){f1}."


def _estimate(feedback: Feedback) -> list[str]:
    estimate, found = feedback.manifest.estimate, feedback.estimate
    if found is None:
        return [
            f"The bundle's card expects a precision of {estimate.precision:.1%} at the share of positives of training."
        ]
    name = "F1" if estimate.metric == "f1" else estimate.metric
    here = f"{name} is {_told(found)} here"
    if estimate.low is None or estimate.high is None:
        return [f"{here}, and {estimate.value:.3f} on the bundle's card, without an interval."]
    card = f"{estimate.value:.3f} ({estimate.low:.3f} to {estimate.high:.3f}) on the bundle's card"
    other = (
        f" The card's is for a share of positives of {feedback.rate_then:.1%}: compare with care."
        if feedback.manifest.policy.word != "train"
        else ""
    )
    if estimate.low <= found.value <= estimate.high:
        return [f"{here}, within the {card}.{other}"]
    side = "below" if found.value < estimate.low else "above"
    near = found.low <= estimate.high and found.high >= estimate.low
    return [f"{here}, {side} the {card}{', but no further than chance may bring' if near else ''}.{other}"]


def _expected(feedback: Feedback) -> str:
    row = feedback.overall
    low, high = row["converted_of_expected_low"], row["converted_of_expected_high"]
    ratio = row["converted_of_expected"]
    beyond = "within chance" if low <= 1 <= high else "beyond chance"
    at = "" if _same_rate(feedback) else f" (at the assumed share of {feedback.rate_assumed:.1%})"
    then = (
        ""
        if _same_rate(feedback)
        else f" At the share of training, {feedback.rate_then:.1%}, it would have been {feedback.expected_then:,.0f}."
    )
    return (
        f"{row['expected']:,.0f} conversions were expected{at} and {row['converted']:,} came: "
        f"{ratio:.2f} times as many ({low:.2f} to {high:.2f}), {beyond}.{then}"
    )


def _calibration(feedback: Feedback) -> str:
    found, slope = feedback.calibration, feedback.slope
    assert found is not None
    assert slope is not None
    # The slope is of how far leads are apart, not of how many convert in all: likely ones may still convert more.
    apart = "further" if slope.low > 1 else "less far" if slope.high < 1 else "as far"
    than = "as" if apart == "as far" else "than"
    return (
        f"Calibration slope {_told(slope, 2)}, intercept {found.intercept:.2f}: likely and unlikely leads are {apart} "
        f"apart {than} their probabilities say; expected and real shares differ by "
        f"{100 * found.calibration_error:.1f} percentage points on average."
    )


def _ranking(feedback: Feedback) -> list[str]:
    if not feedback.ranking:
        return []
    return [
        f"The likeliest tenth converted {_number(feedback.overall, 'lift', 1)} times as often as all; "
        f"average precision {_told(feedback.ranking['average_precision'])}, AUC {_told(feedback.ranking['roc_auc'])}."
    ]


def _shares(feedback: Feedback) -> list[str]:
    row = feedback.overall
    now, then = feedback.called_now, feedback.called_then
    called = f"{now:.1%} of these leads are called, of those held out of training {then:.1%}."
    if feedback.selection == "called":
        return [called]
    low, high = row["converted_share_low"], row["converted_share_high"]
    side = "more" if low > feedback.rate_assumed else "fewer" if high < feedback.rate_assumed else ""
    beyond = f", {side} than by chance" if side else ""
    assumed = "" if _same_rate(feedback) else f", {feedback.rate_assumed:.1%} were assumed"
    came = share_told(row, "converted_share")
    return [f"{feedback.rate_then:.1%} converted in training{assumed}, and {came} did here{beyond}. {called}"]


def _differences(feedback: Feedback) -> list[str]:
    said = [f"{_difference(one)}." for one in feedback.unlike]
    if len(said) > MOST_TOLD:
        return [*said[:MOST_TOLD], f"{plural(len(said) - MOST_TOLD, 'more difference')} beyond chance in feedback.csv."]
    if not said and feedback.compared:
        return [
            f"No part differs from the rest beyond chance in {plural(feedback.compared, 'comparison')} "
            f"({listed([slicing.name for slicing in feedback.slicings])})."
        ]
    return said


def _difference(one: Difference) -> str:
    part = f"By {one.slicing}, {level_told(one.level)}"
    if one.measure in _MEASURED:
        whose, what = _MEASURED[one.measure]
        return f"{part}: {whose} {one.value:.1%} {what}, {one.rest:.1%} elsewhere (beyond chance)"
    return (
        f"{part}: {one.value:.2f} times as many conversions as expected, {one.rest:.2f} times elsewhere (beyond chance)"
    )


def _threshold(feedback: Feedback) -> list[str]:
    move = feedback.move
    ask = "Should the threshold move?"
    if move is None:
        if feedback.selection == "called":
            return [f"{ask} Not to be known: leads below it have no outcome."]
        return [f"{ask} Not to be known yet: fewer than {FEWEST_EACH} leads converted, or did not."]
    objective = feedback.objective
    name = "F1" if objective.metric in WITHOUT_THRESHOLD else objective.named
    gain = f"{move.gain:+.3f} {name} ({move.low:+.3f} to {move.high:+.3f})"
    kept = ""
    if move.breaks:
        what = "more leads are called than can be" if objective.k is not None else "what has to be kept is missed"
        kept = f" At the present one {what}; gains count that too."
    if not move.shown:
        return [
            f"{ask} No: another is not shown to help, {gain}. The present one is {move.present:.3g}, the best on these "
            f"outcomes {move.best:.3g}.{kept}"
        ]
    said = f"{ask} Yes: from {move.present:.3g} to {move.best:.3g}, {gain}.{kept}"
    if feedback.selection == "uneven":
        said += " But outcomes are known unevenly, and that moves it too."
    return [said, _why_moved(feedback)]


def _why_moved(feedback: Feedback) -> str:
    move = feedback.move
    assert move is not None
    assumed, now = feedback.rate_assumed, feedback.rate_now
    came = f"had nothing changed but the share of positives ({assumed:.1%} assumed, {now:.1%} came)"
    alone = f"{came}, {move.by_share:.3g} would be best, a gain of {move.share_gain:+.3f}"
    part = move.share_gain / move.gain if move.gain else 0.0
    if part >= MOSTLY:
        return f"It should because of the share: {alone}."
    if part <= 1 - MOSTLY:
        return f"It should because scores mean something else than it was chosen for: {alone} alone."
    return f"Partly because of the share: {alone}; the rest is in the scores."


def _same_rate(feedback: Feedback) -> bool:
    return abs(feedback.rate_assumed - feedback.rate_then) < 5e-4


def _told(found: Measured, digits: int = 3) -> str:
    return f"{found.value:.{digits}f} ({found.low:.{digits}f} to {found.high:.{digits}f})"


def _number(row: Any, name: str, digits: int = 3) -> str:
    ends = (row[f"{name}_low"], row[f"{name}_high"])
    told = "" if np.isnan(ends).any() else f" ({ends[0]:.{digits}f} to {ends[1]:.{digits}f})"
    return f"{row[name]:.{digits}f}{told}"
