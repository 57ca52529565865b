"""Make what a bundle rests on again, link by link, from its files to its submission."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.bundle.loaded import Bundle, load_bundle
from bench.bundle.manifest import Manifest
from bench.data.dataset import Dataset, read_dataset
from bench.data.folds import make_folds
from bench.ensemble.compare import Basis, Link, compare_calls, compare_choice, same_or_not
from bench.ensemble.customers import Customers, other_folds
from bench.ensemble.judge import Verdict, judge
from bench.ensemble.scoreboard import Scoreboard
from bench.errors import BenchError, DataError
from bench.plan.experiment import Experiment, experiment_of
from bench.plan.grid import Trial, make_plan
from bench.record.allowed import read_allowed
from bench.record.facts import environment
from bench.record.store import open_store, read_store
from bench.record.tuned import read_tuned
from bench.run.runner import run_plan
from bench.run.studies import trials_of


def verify(folder: Path, workers: int) -> Iterator[Link]:
    """Yield each link once it is made again; later ones need the table and the folds to be the same.

    The experiment is that in the bundle; its tables are looked for where it says, from the folder that this runs in.
    Members are fitted again. What all candidates decide (which members, weights, the estimate) is made again from the
    run's record, where it stands beside the bundle.

    Raises
    ------
    BundleError
        If the bundle cannot be loaded.
    DataError, ExperimentError
        If the experiment or its tables cannot be read, or a member cannot be fitted.
    """
    bundle = load_bundle(folder)
    manifest = bundle.manifest
    yield Link("files", True, f"{len(manifest.files)} files with the SHA-256 that the manifest lists")
    yield _environment(bundle)
    experiment = experiment_of(manifest.source, Path(f"{manifest.experiment}.toml"))
    dataset = read_dataset(experiment.data)
    experiment = experiment.capacity_among(len(dataset.y if dataset.submission is None else dataset.submission))
    yield same_or_not("table", manifest.data_id, dataset.data_id)
    if dataset.data_id != manifest.data_id:
        return
    yield _reading(manifest, experiment, dataset)
    folds = make_folds(dataset, experiment.folds)
    yield same_or_not("folds", manifest.folds_id, folds.folds_id)
    if folds.folds_id != manifest.folds_id:
        return
    plan = make_plan(experiment, dataset).having(_tuned(folder.resolve().parent))
    configurations = {trial.id: trial.configuration for trial in plan.trials}
    gone = set(manifest.weights) - set(configurations)
    if gone:
        yield Link("grid", False, f"trial {min(gone)} is not in the grid that this version makes of the experiment")
        return
    for member in manifest.members:
        yield same_or_not(f"trial {member.trial}", member.configuration, configurations[member.trial])
    basis = Basis(bundle, experiment, dataset, folds, plan)
    verdict = _verdict(folder.resolve().parent, basis)
    with _customers(basis, folder.resolve().parent, workers) as customers:
        scores = Scoreboard(dataset, customers.main.store, experiment.objective).scores(manifest.weights)
        for member in manifest.members:
            score = scores.get(member.trial)
            value = "not to be fitted" if score is None else score.value(experiment.objective)
            yield same_or_not(f"score of {member.trial}", member.value, value)
        yield from compare_choice(basis, verdict)
        if len(scores) == len(manifest.members):
            yield from compare_calls(basis, verdict, customers, scores, workers)


def _environment(bundle: Bundle) -> Link:
    there, here = bundle.manifest.environment, environment()
    both = {"Python": (there.python, here["python"])}
    both |= {name: (version, here["versions"].get(name)) for name, version in there.versions.items()}
    other = [f"{name} {old} there, {new or 'missing'} here" for name, (old, new) in both.items() if old != new]
    return Link("versions", not other, "; ".join(other) or f"Python and {len(there.versions)} libraries")


def _reading(manifest: Manifest, experiment: Experiment, dataset: Dataset) -> Link:
    """Compare what the manifest says of table and experiment; of the schema's levels no word is said."""
    here = {
        "question": experiment.question,
        "objective": experiment.objective.metric,
        "refit": experiment.submission.refit,
        "target": experiment.data.target,
        "labels": dataset.labels,
        "rows": len(dataset.y),
        "positives": int(dataset.y.sum()),
        "columns": tuple(map(str, dataset.features)),
    }
    pairs = {name: (getattr(manifest, name), value) for name, value in here.items()}
    other = [
        f"{name} {there} in the bundle, {value} read again" for name, (there, value) in pairs.items() if there != value
    ]
    assert dataset.schema is not None  # it was read as text
    for name in type(dataset.schema).model_fields:
        if getattr(manifest.data_schema, name) != getattr(dataset.schema, name):
            other.append(f"data_schema.{name} is not as it is read again")
    return Link("reading", not other, "; ".join(other) or f"{', '.join(here)} and data_schema")


def _tuned(results: Path) -> tuple[Trial, ...]:
    """Return the trials that tuning asked for, as far as this version can read them."""
    return trials_of(read_tuned(results)[0])[0]


def _verdict(results: Path, basis: Basis) -> Verdict | str:
    """Choose the winner again from the recorded predictions; where there are none at hand, say so."""
    try:
        store = read_store(results, basis.dataset.data_id, basis.folds)
        verdict = judge(basis.plan, basis.dataset, store, basis.experiment)
    except BenchError as error:
        return f"the record of the run cannot be read: {error}"
    return f"no record of the run stands in {results}" if verdict.winner is None else verdict


@contextmanager
def _customers(basis: Basis, results: Path, workers: int) -> Iterator[Customers]:
    """Run the members on the folds again, and on those of the other kind, as the run did; all of it forgotten after."""
    dataset, experiment = basis.dataset, basis.experiment
    plan = replace(basis.plan, trials=tuple(one for one in basis.plan.trials if one.id in basis.manifest.weights))
    section, other = other_folds(experiment.folds, dataset), None
    if section is not None and experiment.submission.finalists and dataset.submission is not None:
        with suppress(DataError):  # the run did without them too
            other = make_folds(dataset, section)
    if other is not None and read_allowed(results) is not None:  # its time may have been too short for them
        seen = read_store(results / "finalists", dataset.data_id, other)
        other = other if all(seen.is_done(trial.id) for trial in plan.trials) else None
    with ExitStack() as stack:
        stores = []
        for folds in (basis.folds, *([] if other is None else [other])):
            scratch = Path(stack.enter_context(TemporaryDirectory()))
            stores.append(stack.enter_context(open_store(scratch, dataset.data_id, folds)))
            run_plan(plan, dataset, stores[-1], workers, lambda progress: None, experiment.limits)
        yield Customers.of(dataset, experiment.folds, stores[0], stores[1] if other is not None else None)
