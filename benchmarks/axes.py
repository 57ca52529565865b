"""What every component is worth, one axis at a time: the others are held at a reference.

    python -m benchmarks.axes experiments/x.toml [--results DIR] [--workers 2] [--axis AXIS ...] [--without NAME ...]

There are two references, one for models that split and one for a linear one, since what helps the one may harm the
other. Where a component does not go with a reference, the nearest of the other axes that does stands in, and is named.
Scores are out-of-fold F1 at cross-fitted thresholds, and the area under the precision-recall curve. What is recorded
stays in --results and is not run again.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from itertools import product
from pathlib import Path

from bench.components import REGISTRIES
from bench.data.dataset import Dataset, read_dataset
from bench.data.folds import make_folds
from bench.plan.experiment import Option, read_experiment
from bench.plan.grid import Plan, Trial, default_choice, follow, table_traits
from bench.record.store import Store, open_store
from bench.run.runner import run_plan
from bench.score.objective import Objective
from bench.score.ranking import score_trial
from bench.vocabulary import AXES, SUBJECTS, Axis

# Of each axis the first that goes with the component looked at.
Reference = dict[Axis, tuple[str, ...]]
TREES: Reference = {
    "derived": ("raw",),
    "imputation": ("median",),
    "encoding": ("ordinal", "native"),
    "text": ("drop_text",),
    "resampling": ("as_is",),
    "model": ("lightgbm", "catboost"),
}
LINEAR: Reference = TREES | {"encoding": ("one_hot",), "model": ("logistic",)}


def main() -> None:
    """Run what is missing and print a table for each axis."""
    parser = argparse.ArgumentParser()
    parser.add_argument("experiment", type=Path)
    parser.add_argument("--results", type=Path, default=Path("results/axes"))
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--axis", nargs="*", default=list(AXES), choices=AXES)
    parser.add_argument("--without", nargs="*", default=[], help="components to leave out, such as too slow ones")
    given = parser.parse_args()
    experiment = read_experiment(given.experiment)
    dataset = read_dataset(experiment.data)
    folds = make_folds(dataset, experiment.folds)
    rows = [row for row in around(dataset) if row[0] in given.axis and row[1] not in given.without]
    trials = tuple(dict.fromkeys(trial for _, _, *pair in rows for trial in pair if trial is not None))
    with open_store(given.results / experiment.name, dataset.data_id, folds) as store:
        run_plan(Plan(trials, {}, {}), dataset, store, given.workers, lambda progress: None)
        print(f"## {experiment.name}: {len(dataset.y):,} rows, {dataset.y.mean():.1%} positive, {folds.count} folds")
        for axis in given.axis:
            print(
                f"\n| {axis} | trees: F1 | AP | s | linear: F1 | AP | s |\n| --- | --- | --- | --- | --- | --- | --- |"
            )
            for at, name, *pair in rows:
                if at == axis:
                    print(f"| {name} | " + " | ".join(_told(trial, dataset, store, axis) for trial in pair) + " |")


def around(dataset: Dataset) -> Iterator[tuple[Axis, str, Trial | None, Trial | None]]:
    """Yield axis, component and its trial at each reference, or None where it has nothing to do or no companion."""
    traits = table_traits(dataset)
    for axis, registry in REGISTRIES.items():
        for component in registry:
            choice = default_choice(axis, component.name)
            idle = component.subject and not component.subject(dataset.features, **dict(choice.values))
            if idle or (axis in SUBJECTS and not SUBJECTS[axis] & traits):
                yield axis, component.name, None, None
                continue
            linear = None if axis == "model" and component.name == "constant" else _beside((choice,), LINEAR, dataset)
            yield axis, component.name, _beside((choice,), TREES, dataset), linear


def _beside(option: Option, reference: Reference, dataset: Dataset) -> Trial | None:
    traits = dict.fromkeys(table_traits(dataset), "")
    axis = option[0].axis
    options = [[option] if a == axis else [(default_choice(a, name),) for name in reference[a]] for a in AXES]
    for row in product(*options):
        choices = tuple(choice for option in row for choice in option)
        if follow(choices, traits)[1] is None:
            return Trial(choices)
    return None


def _told(trial: Trial | None, dataset: Dataset, store: Store, axis: Axis) -> str:
    if trial is None:
        return "– | – | –"
    probability = store.out_of_fold(trial.id)
    cells = [cell for cell in store.rows() if cell["trial"] == trial.id]
    seconds = sum(float(cell[f"{part}_seconds"]) for cell in cells for part in ("prepare", "resample", "fit"))
    if probability is None:
        reasons = {cell["reason"] for cell in cells if cell["status"] != "done"}
        return f"{'; '.join(sorted(reasons))[:80]} | – | –"
    score = score_trial(dataset.y, probability, store.folds.fold_of, Objective())
    beside = [n for a in AXES if a != axis and (n := trial.named(a)) in ("native", "catboost")]
    note = f" ({'/'.join(beside)})" if beside else ""
    return f"{score.counts.f1:.3f}{note} | {score.average_precision:.3f} | {seconds / len(cells):.1f}"


if __name__ == "__main__":
    main()
