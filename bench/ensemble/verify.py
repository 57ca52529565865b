"""Make what a bundle rests on again, link by link, from its files to its submission."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.bundle.loaded import Bundle, load_bundle
from bench.data.dataset import Dataset, read_dataset
from bench.data.folds import Folds, make_folds, scored_rows
from bench.ensemble.form import submission_text
from bench.ensemble.judge import judge
from bench.ensemble.refit import refit
from bench.ensemble.submission import digest
from bench.errors import BenchError
from bench.plan.experiment import Experiment, experiment_of
from bench.plan.grid import Plan, make_plan
from bench.record.facts import environment
from bench.record.store import read_store
from bench.run.runner import fit_trials
from bench.score.ranking import score_trial


@dataclass(frozen=True)
class Link:
    """Something that a bundle rests on, and whether it is the same when it is made again.

    Attributes
    ----------
    said : what was compared; where it differs, both
    """

    name: str
    holds: bool
    said: str


def verify(folder: Path, workers: int) -> Iterator[Link]:
    """Yield each link once it is made again; later ones need the table and the folds to be the same.

    The experiment is that in the bundle; its tables are looked for where it says, from the folder that this runs in.
    The choice of members is made again where the run's record stands beside the bundle.

    Raises
    ------
    BundleError
        If the bundle cannot be loaded.
    DataError, ExperimentError
        If the experiment or its tables cannot be read.
    """
    bundle = load_bundle(folder)
    manifest = bundle.manifest
    yield Link("files", True, f"{len(manifest.files)} files with the SHA-256 that the manifest lists")
    yield _environment(bundle)
    experiment = experiment_of(manifest.source, Path(f"{manifest.experiment}.toml"))
    dataset = read_dataset(experiment.data)
    experiment = experiment.capacity_among(len(dataset.y if dataset.submission is None else dataset.submission))
    yield _same("table", manifest.data_id, dataset.data_id)
    if dataset.data_id != manifest.data_id:
        return
    folds = make_folds(dataset, experiment.folds)
    yield _same("folds", manifest.folds_id, folds.folds_id)
    if folds.folds_id != manifest.folds_id:
        return
    plan = make_plan(experiment, dataset)
    gone = set(manifest.weights) - {trial.id for trial in plan.trials}
    if gone:
        yield Link("grid", False, f"trial {min(gone)} is not in the grid that this version makes of the experiment")
        return
    yield from _choice(folder.resolve().parent, bundle, experiment, dataset, folds, plan)
    yield from _scores(bundle, experiment, dataset, folds, plan, workers)
    yield from _members(bundle, experiment, dataset, folds, plan, workers)


def _environment(bundle: Bundle) -> Link:
    there, here = bundle.manifest.environment, environment()
    both = {"Python": (there.python, here["python"])}
    both |= {name: (version, here["versions"].get(name)) for name, version in there.versions.items()}
    other = [f"{name} {old} there, {new or 'missing'} here" for name, (old, new) in both.items() if old != new]
    return Link("versions", not other, "; ".join(other) or f"Python and {len(there.versions)} libraries")


def _choice(
    results: Path, bundle: Bundle, experiment: Experiment, dataset: Dataset, folds: Folds, plan: Plan
) -> Iterator[Link]:
    """Choose the winner again from the recorded predictions, where they are at hand."""
    try:
        store = read_store(results, dataset.data_id, folds)
        verdict = judge(plan, dataset, store, experiment)
    except BenchError:
        return
    if verdict.winner is None or set(verdict.winner.weights) != set(bundle.manifest.weights):
        return  # another was exported than the one that leads now; what it rests on are its own members
    weights, estimate = verdict.winner.combination.weights, verdict.estimate_of(verdict.winner)
    same = weights == bundle.manifest.weights and (estimate is None or estimate.value == bundle.manifest.estimate.value)
    named = ", ".join(f"{weight:.3f} × {trial}" for trial, weight in weights.items())
    yield Link("choice", same, f"members and corrected score from the recorded predictions: {named}")


def _scores(
    bundle: Bundle, experiment: Experiment, dataset: Dataset, folds: Folds, plan: Plan, workers: int
) -> Iterator[Link]:
    """Fit the members on the folds again, and compare the score of each."""
    known = scored_rows(dataset, folds)
    trials = [trial for trial in plan.trials if trial.id in bundle.manifest.weights]
    fits = fit_trials(trials, dataset, workers, experiment.limits, folds)
    for member in bundle.manifest.members:
        probability = np.full((folds.repeats, len(dataset.y)), np.nan)
        pairs = np.ndindex(folds.repeats, folds.count)
        for (repeat, fold), fitted in zip(pairs, fits.get(member.trial, ()), strict=False):
            rows = folds.held_out(repeat, fold)
            probability[repeat, rows] = fitted.probability(dataset.features.iloc[rows])
        score = score_trial(known.y, probability[:, folds.scored], known.fold_of, experiment.objective)
        yield _same(f"score of {member.trial}", member.value, score.value(experiment.objective))


def _members(
    bundle: Bundle, experiment: Experiment, dataset: Dataset, folds: Folds, plan: Plan, workers: int
) -> Iterator[Link]:
    """Fit the members again as they were exported, and compare what they say, and the submission."""
    manifest = bundle.manifest
    again = refit(bundle.predictor.combination, plan, experiment, dataset, folds, workers, manifest.refit)
    rows = dataset.features if dataset.submission is None else dataset.submission
    probability, before = again.probability(rows), bundle.predictor.probability(rows)
    apart = float(np.abs(probability - before).max(initial=0.0))
    yield Link("members", apart == 0, f"largest difference of {len(rows):,} probabilities: {apart:.3g}")
    if manifest.submission is not None and dataset.submission is not None:
        text = submission_text(dataset, probability >= manifest.threshold, experiment.data)
        yield _same("submission", manifest.submission.sha256, digest(text))


def _same(name: str, there: object, here: object) -> Link:
    return Link(name, there == here, f"{there}" if there == here else f"{there} in the bundle, {here} made again")
