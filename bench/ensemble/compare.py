"""Compare what a bundle says of its winner, from weights to submission, with the winner made again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from bench.bundle.loaded import Bundle
from bench.bundle.manifest import Manifest, Policy, Submission
from bench.data.dataset import Dataset
from bench.data.folds import Folds
from bench.ensemble.blend import Blend, pool_of
from bench.ensemble.customers import Customers
from bench.ensemble.foresight import foresee
from bench.ensemble.form import submission_text
from bench.ensemble.handover import estimate_of
from bench.ensemble.judge import Verdict
from bench.ensemble.refit import refit
from bench.ensemble.scoreboard import OutOfFold
from bench.ensemble.submission import digest
from bench.plan.experiment import Experiment
from bench.plan.grid import Plan
from bench.score.calibration import Calibrator
from bench.score.combine import Combination, scale_of
from bench.score.ranking import Score, rank
from bench.score.thresholds import best_threshold


@dataclass(frozen=True)
class Link:
    """Something that a bundle rests on, and whether it is the same when it is made again.

    Attributes
    ----------
    holds : None where it cannot be compared
    said : what was compared; where it differs, both; where it cannot be compared, why
    """

    name: str
    holds: bool | None
    said: str


@dataclass(frozen=True)
class Basis:
    """What a bundle was made of, read again."""

    bundle: Bundle
    experiment: Experiment
    dataset: Dataset
    folds: Folds
    plan: Plan

    @property
    def manifest(self) -> Manifest:
        """What the bundle says of itself."""
        return self.bundle.manifest

    @property
    def is_single(self) -> bool:
        """Whether a trial was exported by itself; an ensemble of one puts it on a scale."""
        return len(self.manifest.weights) == 1 and not self.manifest.scales


def compare_choice(basis: Basis, verdict: Verdict | str) -> Iterator[Link]:
    """Compare what all candidates decide."""
    estimate, exported = basis.manifest.estimate, " + ".join(basis.manifest.weights)
    if isinstance(verdict, str):
        yield from (Link(name, None, verdict) for name in ("choice", "weights", "estimate"))
        return
    chosen = _exported(basis, verdict)
    assert verdict.winner is not None  # else there is no verdict
    other = f"{exported} was exported, {' + '.join(verdict.winner.weights)} leads now"
    yield Link("choice", True, exported) if chosen is verdict.winner else Link("choice", None, other)
    if chosen is None:
        yield from (Link(name, None, other) for name in ("weights", "estimate"))
        return
    yield same_or_not("weights", basis.manifest.weights, chosen.weights)
    corrected = verdict.estimate_of(chosen)
    if corrected is None and estimate.low is not None:  # it may have led among fewer trials
        yield Link("estimate", None, f"it is corrected for choosing the best, and {other}")
    else:
        yield same_or_not("estimate", estimate, estimate_of(chosen, corrected, basis.experiment))


def _exported(basis: Basis, verdict: Verdict) -> Blend | None:
    """Return the trial or the ensemble of a verdict that was exported; None if it is another ensemble."""
    members = set(basis.manifest.weights)
    if basis.is_single:
        if verdict.single is not None and members == set(verdict.single.weights):
            return verdict.single
        trial = min(members)
        return Blend.of_one(trial, verdict.scores[trial]) if trial in verdict.scores else None
    return verdict.ensemble if verdict.ensemble and members == set(verdict.ensemble.weights) else None


def compare_calls(
    basis: Basis, verdict: Verdict | str, customers: Customers, scores: dict[str, Score], workers: int
) -> Iterator[Link]:
    """Compare scales, threshold, members and submission."""
    manifest, experiment, dataset = basis.manifest, basis.experiment, basis.dataset
    scales = _scales(basis, verdict, customers)
    if scales is None:
        scales = manifest.scales
        yield Link("scales", None, "stacking learned them among other candidates than are recorded here")
    else:
        yield same_or_not("scales", _numbers(manifest.scales), _numbers(scales))
    # In the order in which they were added up when they were exported: the last digit depends on it.
    combination = Combination({one: manifest.weights[one] for one in rank(scores, experiment.objective)}, scales)
    held_out = customers.main.probability(combination)
    assert held_out is not None  # each of them is scored
    again = refit(combination, basis.plan, experiment, dataset, basis.folds, workers, manifest.refit)
    rows = dataset.features if dataset.submission is None else dataset.submission
    probability = again.probability(rows)
    if dataset.submission is None:
        y = np.tile(customers.main.labels.y, len(held_out))
        threshold = float(best_threshold(y, held_out.ravel(), experiment.objective))
        policy, rate = "train", float(dataset.y.mean())
    else:
        kinds, asked = customers.kinds(combination, probability), _asked(manifest.policy, experiment)
        foresight = foresee(kinds, float(dataset.y.mean()), asked, experiment.objective)
        threshold, policy = float(foresight.chosen.threshold), foresight.policy
        rate = float(foresight.chosen.rate)
        in_file = experiment.submission.positive_rate
        if asked != in_file and not (in_file == "estimate" and foresight.estimate is None):
            yield Link("rate", None, f"{asked} was asked for when it was exported, {in_file} in the experiment")
    yield same_or_not("threshold", manifest.threshold, threshold)
    called = float((held_out >= threshold).mean())
    yield same_or_not("policy", manifest.policy, Policy(word=policy, assumed_rate=rate, called_share=called))
    alike = replace(again, combination=basis.bundle.predictor.combination).probability(rows)
    apart = float(np.abs(alike - basis.bundle.predictor.probability(rows)).max(initial=0.0))
    yield Link("members", apart == 0, f"largest difference of {len(rows):,} probabilities: {apart:.3g}")
    handed_in = None
    if dataset.submission is not None:
        calls = probability >= threshold
        text = submission_text(dataset, calls, experiment.data)
        handed_in = Submission(sha256=digest(text), rows=len(rows), called=int(calls.sum()))
    yield same_or_not("submission", manifest.submission, handed_in)


def _scales(basis: Basis, verdict: Verdict | str, customers: Customers) -> dict[str, Calibrator] | None:
    """Fit the scale of each member again; None where stacking made them of all candidates, and those are not known."""
    if basis.is_single:
        return {}
    if basis.experiment.ensemble.method == "stacking":
        chosen = None if isinstance(verdict, str) else _exported(basis, verdict)
        return None if chosen is None else chosen.combination.scales
    names = list(basis.manifest.weights)
    pool = pool_of(customers.main.labels.y, OutOfFold(customers.main.store, names), names)
    return {one: scale_of(pool.y, said, pool.counts) for one, said in zip(names, pool.probability, strict=True)}


def _asked(policy: Policy, experiment: Experiment) -> float | str:
    """Return the share of positives that was asked for: an option may stand in for the experiment's."""
    if policy.word == "given" and policy.assumed_rate is not None and 0 < policy.assumed_rate < 1:
        return policy.assumed_rate
    return policy.word if policy.word in ("train", "estimate") else experiment.submission.positive_rate


def _numbers(scales: Mapping[str, Calibrator]) -> dict[str, tuple[float, float]]:
    return {trial: (scale.slope, scale.intercept) for trial, scale in scales.items()}


def same_or_not(name: str, there: object, here: object) -> Link:
    """Compare two values."""
    return Link(name, there == here, f"{there}" if there == here else f"{there} in the bundle, {here} made again")
