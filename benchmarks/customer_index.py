"""What the conversion index says of leads to call, and what came true.

    python -m benchmarks.customer_index [experiments/leads.toml ...] [--seeds 5] [--rows 6000] [--same-period]
        [--keep FOLDER]

Of an experiment on made-up leads a slice of the grid is run on each seed's leads; those to call come later, with four
times the share of positives, or with --same-period are of other companies of the same period, thinned to as many
positives. There the share is the one estimated from the scores, and beside it the true one as if it were given. Of an
experiment on a table of its own, 5,000 labelled rows are drawn and the others are to be called (`benchmarks.fresh`,
where --keep says where predictions are kept); the winner is the trial of the highest average precision, and nothing is
assumed of the share. For each: the labelled leads out-of-fold, and the leads to call against the answers kept back.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score

from bench import flow, load_bundle
from bench.bundle.manifest import Policy
from bench.customer.conversion.chances import chances, tier_of, tiers_of
from bench.customer.conversion.people import alikeness, converting, people_of
from bench.customer.leads import Floats, Leads, Scored
from bench.data.dataset import read_dataset
from bench.data.folds import Folds, FoldsSection
from bench.ensemble.customers import Customers
from bench.plan.experiment import Experiment, read_experiment
from bench.plan.indices import CustomersSection
from bench.question import question_of
from bench.record.store import CellResult, open_store
from bench.score.calibration import reliability
from bench.score.combine import Combination
from benchmarks.fresh import keep, split
from benchmarks.later_leads import SLICE, of_later, of_same_period

BINS = 10


@dataclass(frozen=True)
class Came:
    """What an index said of some leads, and what came.

    Attributes
    ----------
    lift : positives among the tenth of the leads with the highest index, times the share of all
    error : mean distance of predicted and observed shares in ten bins (expected calibration error)
    by_chance : what that error is of an index that is right, mean of 200 draws
    tiers : observed share of each tier of 20 leads and more, from A
    within : bins whose observed share is one that the intervals and chance explain, of 100
    expected, real : conversions
    single, several : customers of one lead and of several whose conversions lie in their interval, of 100
    """

    lift: float
    error: float
    by_chance: float
    tiers: tuple[float, ...]
    within: float
    expected: float
    real: int
    single: float
    several: float


def main() -> None:
    """Print a row for each table, side and seed, and the means."""
    parser = argparse.ArgumentParser()
    parser.add_argument("experiments", type=Path, nargs="*", default=[Path("experiments/leads.toml")])
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--rows", type=int, default=6000)
    parser.add_argument("--same-period", action="store_true")
    parser.add_argument("--keep", type=Path)
    given = parser.parse_args()
    print(
        "| table | seed | leads | lift of the first tenth | calibration error (by chance) | tiers from A | bins within "
        "| expected | came | single customers within | of several leads |\n|" + " --- |" * 11,
        flush=True,
    )
    rows: dict[str, list[Came]] = {}
    for path in given.experiments:
        experiment = read_experiment(path)
        for seed in range(1, given.seeds + 1):
            if experiment.data.demo is not None:
                sides = made_up(experiment, given.rows, seed, given.same_period)
            else:
                sides = own_table(experiment, seed, given.keep)
            for name, leads, came_true, scored in sides:
                told = came(leads, came_true, scored)
                rows.setdefault(f"{experiment.name} {name}", []).append(told)
                print(_line(f"{experiment.name} {name}", seed, len(leads), told), flush=True)
    for name, found in rows.items():
        print(_summary(name, found))


Side = tuple[str, Leads, NDArray[np.int8], Scored]


def made_up(experiment: Experiment, rows: int, seed: int, same: bool) -> Iterator[Side]:
    """Yield labelled and open made-up leads, as the winner of a slice scores them."""
    with tempfile.TemporaryDirectory() as place:
        data, answers = (of_same_period if same else of_later)(experiment.data, rows, seed, Path(place))
        truth, dataset = answers.to_numpy().astype(np.int8), read_dataset(data)
        question = question_of(replace(experiment, data=data), dataset, Path(place) / "results")
        flow.answer(question, SLICE, False, 1, lambda diary: None)
        store = flow.read_store(question.folder, dataset.data_id, question.folds)
        customers, bundle = flow.recorded_customers(question, store), load_bundle(question.folder / "bundle")
        assert dataset.submission is not None  # the leads to call
        scores, policy = bundle.predictor.probability(dataset.submission), bundle.manifest.policy
        for word, rate in ((policy.word, policy.assumed_rate), ("given", float(truth.mean()))):
            assumed = policy.model_copy(update={"word": word, "assumed_rate": rate})
            scored = chances(customers, bundle.predictor.combination, scores, assumed)
            if word == policy.word:
                yield "labelled", scored.labelled, dataset.y[customers.main.labels.rows], scored
            assert scored.open is not None
            yield f"open, share {word}", scored.open, truth, scored


def own_table(experiment: Experiment, seed: int, folder: Path | None) -> Iterator[Side]:
    """Yield labelled and open leads of a table, by its best single trial."""
    kept, (_, dataset, truth) = keep(experiment, seed, folder), split(experiment, seed)
    best = int(np.argmax([average_precision_score(kept.y, one) for one in np.nan_to_num(kept.oof)]))
    folds = Folds(kept.fold_of[None], "kept000000", ())
    with tempfile.TemporaryDirectory() as place, open_store(Path(place), dataset.data_id, folds) as store:
        for fold in range(kept.folds):
            held_out = kept.oof[best][folds.held_out(0, fold)]
            store.append(CellResult("best", 0, fold, "done", probability=held_out))
        customers = Customers.of(dataset, FoldsSection(), store, None)
        policy = Policy(word="train", assumed_rate=float(kept.y.mean()), called_share=0.0)
        scores = kept.asked[best, -1].astype(np.float64)
        scored = chances(customers, Combination.of_one("best"), scores, policy)
    assert scored.open is not None
    yield "labelled", scored.labelled, kept.y, scored
    yield "open, share train", scored.open, truth, scored


def came(leads: Leads, y: NDArray[np.int8], scored: Scored) -> Came:
    """Hold what is said of leads against their labels ``y`` of shape (n,)."""
    rng = np.random.default_rng(0)
    first = np.argsort(-leads.chance, kind="stable")[: max(1, len(y) // 10)]
    redrawn = [(rng.random(len(y)) < leads.chance).astype(np.int8) for _ in range(200)]
    tiers = tiers_of(CustomersSection(), scored.rate)
    tier = tier_of(100 * leads.chance, tiers)
    shares = [y[tier == one.name].mean() for one in tiers if (tier == one.name).sum() >= 20]
    people = people_of(leads, scored.companies)
    size = np.bincount(people.of)
    low, high = converting(leads, people.of, len(size), alikeness(scored.labelled))
    real = np.bincount(people.of, y)
    held = 100 * ((low <= real) & (real <= high))
    return Came(
        lift=float(y[first].mean() / y.mean()),
        error=_error(y, leads.chance),
        by_chance=float(np.mean([_error(one, leads.chance) for one in redrawn if 0 < one.sum() < len(one)])),
        tiers=tuple(float(one) for one in shares),
        within=_within(leads, y, rng),
        expected=float(leads.chance.sum()),
        real=int(y.sum()),
        single=float(held[size == 1].mean()) if (size == 1).any() else float("nan"),
        several=float(held[size > 1].mean()) if (size > 1).any() else float("nan"),
    )


def _error(y: NDArray[np.int8], chance: Floats) -> float:
    return reliability(y, chance, BINS).calibration_error


def _within(leads: Leads, y: NDArray[np.int8], rng: np.random.Generator) -> float:
    """Return how many of 100 bins of the index have a share of positives that the intervals and chance explain."""
    bins = np.array_split(np.argsort(leads.chance, kind="stable"), BINS)
    held = []
    for rows in bins:
        ends = [
            rng.binomial(1, np.broadcast_to(end[rows], (400, len(rows)))).mean(axis=1)
            for end in (leads.low, leads.high)
        ]
        held.append(np.quantile(ends[0], 0.025) <= y[rows].mean() <= np.quantile(ends[1], 0.975))
    return 100 * float(np.mean(held))


def _line(name: str, seed: int, leads: int, told: Came) -> str:
    tiers = " > ".join(f"{one:.0%}" for one in told.tiers)
    return (
        f"| {name} | {seed} | {leads:,} | {told.lift:.2f} | {told.error:.3f} ({told.by_chance:.3f}) | {tiers} "
        f"| {told.within:.0f} % | {told.expected:.0f} | {told.real} | {told.single:.1f} % | {told.several:.1f} % |"
    )


def _summary(name: str, found: list[Came]) -> str:
    ordered = sum(list(one.tiers) == sorted(one.tiers, reverse=True) for one in found)
    table = pd.DataFrame([vars(one) for one in found]).drop(columns="tiers")
    mean, ratio = table.mean(), table.expected / table.real
    return (
        f"{name}: lift {mean.lift:.2f}, calibration error {mean.error:.3f} ({mean.by_chance:.3f} by chance), tiers in "
        f"order {ordered} of {len(found)}, bins within {mean.within:.0f} %, expected / came {ratio.mean():.2f} "
        f"({ratio.min():.2f} to {ratio.max():.2f}), customers within {mean.single:.1f} % of one lead, "
        f"{mean.several:.1f} % of several"
    )


if __name__ == "__main__":
    main()
