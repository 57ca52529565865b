"""What every component is worth, one axis at a time: the others are held at a reference.

    python -m benchmarks.axes experiments/x.toml [--axis AXIS ...] [--hold AXIS=NAME ...] [--without NAME ...]

There are two references, one with a model that splits and one with a linear one, since what helps the one may harm the
other. Where a component does not go with a reference, the next choice for another axis stands in, and is named. Scores
are out-of-fold F1 at cross-fitted thresholds, and average precision; seconds are those of a fold. What is recorded
stays in --results and is not run again.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path

from bench.components import REGISTRIES
from bench.data.dataset import Dataset, read_dataset
from bench.data.folds import make_folds
from bench.plan.experiment import Choice, read_experiment
from bench.plan.grid import Plan, Trial, default_choice, follow, table_traits
from bench.record.store import Store, open_store
from bench.run.runner import run_plan
from bench.score.objective import Objective
from bench.score.ranking import score_trial
from bench.vocabulary import AXES, SUBJECTS, Axis

# For each axis what it is held at, and what stands in where that does not go with the component looked at.
Reference = Mapping[Axis, tuple[str, ...]]
TREES: Reference = {
    "derived": ("raw",),
    "imputation": ("median",),
    "encoding": ("ordinal", "native"),
    "text": ("drop_text",),
    "resampling": ("as_is",),
    "model": ("lightgbm", "catboost"),
}
LINEAR: Reference = {**TREES, "encoding": ("one_hot",), "model": ("logistic",)}


def main() -> None:
    """Run what is missing and print a table for each axis."""
    parser = argparse.ArgumentParser()
    parser.add_argument("experiment", type=Path)
    parser.add_argument("--results", type=Path, default=Path("results/axes"))
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--axis", nargs="*", default=list(AXES), choices=AXES)
    parser.add_argument("--hold", nargs="*", default=[], help="hold an axis elsewhere, such as text=tfidf")
    parser.add_argument("--without", nargs="*", default=[], help="components to leave out, such as too slow ones")
    given = parser.parse_args()
    held = {axis: (name,) for axis, name in (pair.split("=") for pair in given.hold)}
    references = ({**TREES, **held}, {**LINEAR, **held})
    experiment = read_experiment(given.experiment)
    dataset = read_dataset(experiment.data)
    folds = make_folds(dataset, experiment.folds)
    tried = {
        choice: [beside({choice.axis: choice}, reference, dataset) for reference in references]
        for choice in worth_trying(dataset)
        if choice.axis in given.axis and choice.component.name not in given.without
    }
    trials = dict.fromkeys(trial for pair in tried.values() for trial in pair if trial is not None)
    with open_store(given.results / experiment.name, dataset.data_id, folds) as store:
        run_plan(Plan(tuple(trials), {}, {}), dataset, store, given.workers, lambda progress: None)
        print(f"## {experiment.name}: {len(dataset.y):,} rows, {dataset.y.mean():.1%} positive, {folds.count} folds")
        for axis in given.axis:
            print(f"\n| {axis} | trees: F1 | AP | s | linear: F1 | AP | s |\n|{' --- |' * 7}")
            for choice, pair in tried.items():
                if choice.axis == axis:
                    others = [{a: names for a, names in reference.items() if a != axis} for reference in references]
                    told = [_told(*each, dataset, store) for each in zip(pair, others, strict=True)]
                    print(f"| {choice.component.name} | {' | '.join(told)} |")


def beside(chosen: Mapping[Axis, Choice], reference: Reference, dataset: Dataset) -> Trial | None:
    """Return the trial that has ``chosen`` on some axes and the reference on the others, if that can work."""
    traits = dict.fromkeys(table_traits(dataset), "in the table")
    options = [
        (chosen[axis],) if axis in chosen else [default_choice(axis, name) for name in reference[axis]] for axis in AXES
    ]
    return next((Trial(choices) for choices in product(*options) if follow(choices, traits)[1] is None), None)


def worth_trying(dataset: Dataset) -> Iterator[Choice]:
    """Yield every component at its defaults that finds something to do on this table."""
    traits = table_traits(dataset)
    for axis, registry in REGISTRIES.items():
        for component in registry:
            choice = default_choice(axis, component.name)
            looks = component.subject is None or component.subject(dataset.features, **dict(choice.values))
            if looks and (axis not in SUBJECTS or SUBJECTS[axis] & traits):
                yield choice


def _told(trial: Trial | None, others: Reference, dataset: Dataset, store: Store) -> str:
    if trial is None:
        return "– | – | –"
    cells = [cell for cell in store.rows() if cell["trial"] == trial.id]
    probability = store.out_of_fold(trial.id)
    if probability is None:
        return f"{next(cell['reason'] for cell in cells if cell['status'] != 'done')[:80]} | – | –"
    score = score_trial(dataset.y, probability, store.folds.fold_of, Objective())
    seconds = sum(float(cell[f"{part}_seconds"]) for cell in cells for part in ("prepare", "resample", "fit"))
    stands_in = [name for axis, names in others.items() if (name := trial.named(axis)) in names[1:]]
    note = f" ({'/'.join(stands_in)})" if stands_in else ""
    return f"{score.counts.f1:.3f}{note} | {score.average_precision:.3f} | {seconds / len(cells):.1f}"


if __name__ == "__main__":
    main()
