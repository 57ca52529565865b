"""The winner leaves: fitted again, its submission written, its bundle packed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench.bundle.folder import write_bundle
from bench.bundle.manifest import Estimate, Facts, Manifest, Policy, Submission
from bench.bundle.predictor import Predictor
from bench.ensemble.blend import Blend
from bench.ensemble.customers import Customers
from bench.ensemble.refit import refit
from bench.ensemble.scoreboard import Scoreboard
from bench.ensemble.submission import HandedIn, check_place, hand_in
from bench.errors import BundleError
from bench.plan.experiment import Experiment
from bench.plan.grid import Plan
from bench.score.uncertainty import Corrected

BUNDLE = "bundle"


@dataclass(frozen=True)
class HandedOver:
    """What became of a winner.

    Attributes
    ----------
    submission : None where there is no table to predict
    bundle : a sentence on it; None where none was asked for
    packed : whether there is one
    """

    submission: HandedIn | None
    bundle: str | None = None
    packed: bool = False


def hand_over(
    winner: Blend,
    estimate: Corrected | None,
    plan: Plan,
    experiment: Experiment,
    customers: Customers,
    path: Path | None,
    workers: int,
) -> HandedOver:
    """Fit the winner again, call the table to predict if there is one, and pack the bundle.

    Parameters
    ----------
    estimate : what the winner is worth, corrected for being chosen; None where that is not known
    path : where the submission goes; None for its place among the results, with the bundle beside it. Elsewhere the
        file goes alone.

    Raises
    ------
    SubmissionError, StoreError
        As `hand_in` does.
    """
    dataset, store = customers.dataset, customers.main.store
    place = path or store.folder / "submission.csv"
    if path is not None or dataset.submission is not None:
        check_place(dataset, experiment, place, store.folder)  # before anything is fitted for it
    predictor = refit(winner.combination, plan, experiment, dataset, store.folds, workers)
    handed_in = None
    if dataset.submission is not None:
        handed_in = hand_in(winner, predictor, experiment, customers, place)
    if path is not None:
        return HandedOver(handed_in)
    bundle = store.folder / BUNDLE
    try:
        pack(winner, estimate, experiment, customers, predictor, handed_in)
    except BundleError as error:
        older = f" {bundle} is still that of an earlier winner." if bundle.exists() else ""
        return HandedOver(handed_in, f"No bundle: {error}{older}")
    return HandedOver(handed_in, f"{bundle}: the bundle, for `bench predict`.", packed=True)


def pack(
    winner: Blend,
    estimate: Corrected | None,
    experiment: Experiment,
    customers: Customers,
    predictor: Predictor,
    handed_in: HandedIn | None,
) -> Manifest:
    """Write the bundle of a winner that was fitted again into the results."""
    dataset, store = customers.dataset, customers.main.store
    probability = customers.main.probability(winner.combination)
    assert probability is not None  # it was ranked by its predictions
    chosen = None if handed_in is None else handed_in.foresight.chosen
    threshold = winner.threshold if chosen is None else chosen.threshold
    policy = "train" if handed_in is None else handed_in.foresight.policy
    assert dataset.schema is not None  # it was read as text
    facts = Facts(
        experiment=experiment.name,
        question=experiment.question,
        source=experiment.source,
        made=datetime.now(UTC).strftime("%Y-%m-%d"),
        data_id=dataset.data_id,
        folds_id=store.folds.folds_id,
        rows=len(dataset.y),
        positives=int(dataset.y.sum()),
        labels=dataset.labels,
        target=experiment.data.target,
        columns=tuple(str(name) for name in dataset.features),
        objective=experiment.objective.metric,
        refit=experiment.submission.refit,
        threshold=float(threshold),
        policy=Policy(
            word=policy,
            assumed_rate=float(dataset.y.mean() if chosen is None else chosen.rate),
            called_share=float((probability >= threshold).mean()),
        ),
        estimate=estimate_of(winner, estimate, experiment),
        data_schema=dataset.schema,
        submission=None
        if handed_in is None
        else Submission(
            sha256=handed_in.sha256, rows=handed_in.rows, called=handed_in.foresight.chosen.predicted_positives
        ),
    )
    scores = Scoreboard(dataset, store, experiment.objective).scores(winner.weights)
    values = {trial: score.value(experiment.objective) for trial, score in scores.items()}
    return write_bundle(store.folder / BUNDLE, facts, predictor, values)


def estimate_of(winner: Blend, corrected: Corrected | None, experiment: Experiment) -> Estimate:
    """Return what a bundle says that its winner is worth."""
    counts = winner.score.counts if corrected is None else corrected.counts
    return Estimate(
        metric=experiment.objective.metric,
        value=winner.score.value(experiment.objective) if corrected is None else corrected.value,
        precision=float(counts.precision),
        recall=float(counts.recall),
        low=None if corrected is None else corrected.low,
        high=None if corrected is None else corrected.high,
    )
