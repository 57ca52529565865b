"""Does a shortlist keep its promise? Mean share of false calls over many simulated submissions.

    python -m benchmarks.shortlist EXPERIMENT.toml ... [--seeds 10] [--draws 500] [--keep FOLDER]

Each field: the mean share of those called that do not convert, with its standard error, and behind it the mean share of
converting rows that are called. An exclamation mark stands where the mean is more than two standard errors above what
was promised. Submissions are drawn in three ways from predictions of 5,000 labelled and up to 15,000 fresh rows of a
table (see `benchmarks.fresh`), the winner being the ensemble:

- dealt: held-out rows of a fold and fresh rows, scored by the model of that fold, change places at random;
- as it is: the held-out rows, whose outcomes the ensemble was chosen by, stay where they are, and submissions are drawn
  from the fresh rows; the standard error is that over splits;
- refit: likewise, all labelled rows with their out-of-fold scores, the fresh rows scored by the winner fitted again.

Then, for experiments with companies, these are dealt as a whole (LightGBM fitted on half of them), with each row
counted by itself and with the rows to call of one company counted together. Then leads to call are made to differ.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bench.audit.adversarial import tell_apart
from bench.companies import company_of
from bench.data.companies import dominant_companies
from bench.data.dataset import Dataset, read_dataset
from bench.data.demo import make_demo
from bench.data.folds import Folds, FoldsSection, make_folds
from bench.plan.experiment import Experiment, read_experiment
from bench.plan.grid import Trial, make_plan
from bench.run.runner import fit_trials
from bench.score.conformal import conformal_p_values, promised, q_values
from benchmarks.fresh import Kept, keep
from benchmarks.refit_forms import winners

Floats = NDArray[np.float64]
PROMISES: Final = (0.5, 0.7, 0.8, 0.9)
CASES: Final = {"200 rows": (200, 1.0), "1,000 rows": (1000, 1.0), "x 4": (1000, 4.0), "x 1/2": (1000, 0.5)}
MOST: Final = 0.8  # share of positives, where four times as many would be more
LEADS: Final = 12_000  # made up, of the drift
TABLES: Final = 4  # of them, for each split of a table: a list of few leads says little


@dataclass(frozen=True)
class Rows:
    """Rows that one model scored and did not train on: y of shape (n,), score of shape (n,)."""

    y: NDArray[np.int8]
    score: Floats

    def __getitem__(self, rows: NDArray[np.intp]) -> Rows:
        return Rows(self.y[rows], self.score[rows])


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("experiments", type=Path, nargs="+")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--draws", type=int, default=500)
    parser.add_argument("--keep", type=Path)
    given = parser.parse_args()
    experiments = [read_experiment(path) for path in given.experiments]
    each = -(-given.draws // given.seeds)
    rows = [
        {"table": experiment.name, **row}
        for experiment, seed in product(experiments, range(given.seeds))
        for row in exchangeable(keep(experiment, seed, given.keep), experiment, seed, each)
    ]
    print_means(pd.DataFrame(rows), ["table", "form", "case"])
    for experiment in experiments:
        if experiment.data.groups is not None:
            print(f"\nCompanies of {experiment.name} dealt as a whole: the share of them that is held out.\n")
            print_means(pd.DataFrame(companies(experiment, given.draws)), ["held out", "counted"])
        if experiment.data.demo is not None:
            tables = TABLES * given.seeds
            print(f"\nMade-up leads of {experiment.name}: {tables} tables of {LEADS:,} labelled leads.\n")
            drifting = [row for seed in range(tables) for row in drifted(experiment, seed)]
            print_means(pd.DataFrame(drifting), ["leads to call", "audit tells"])


def exchangeable(kept: Kept, experiment: Experiment, seed: int, draws: int) -> Iterator[dict[str, object]]:
    """Yield what is called of each drawn submission, in each form, at each promise."""
    # What is kept of the fresh rows is of single precision: equal scores have to be equal on both sides.
    single = replace(kept, oof=kept.oof.astype(np.float32).astype(np.float64))
    output = winners(single, experiment.ensemble)["ensemble"]
    rng = np.random.default_rng([seed, draws])
    for draw in range(draws):
        fold = draw % kept.folds
        held_out = Rows(kept.y, output.out_of_fold)[np.flatnonzero(kept.fold_of == fold)]
        fresh = Rows(kept.y_fresh, output.by_fold[fold])
        refitted = Rows(kept.y_fresh, output.refit)
        for case, (size, factor) in CASES.items():
            forms = {
                "dealt": _dealt(held_out, fresh, rng),
                "as it is": (held_out, fresh),
                "refit": (Rows(kept.y, output.out_of_fold), refitted),
            }
            for form, (labelled, others) in forms.items():
                asked = others[_submission(others.y, size, min(MOST, factor * kept.y.mean()), rng)]
                where = {"form": form, "case": case, "split": None if form == "dealt" else seed}
                yield from (where | row for row in outcomes(labelled.score[labelled.y == 0], asked))


def companies(experiment: Experiment, draws: int) -> Iterator[dict[str, object]]:
    """Yield what is called where companies are dealt as a whole, counted in both ways."""
    dataset = read_dataset(experiment.data)
    company = company_of(dataset.groups, len(dataset.y))
    rng = np.random.default_rng(7)
    trains = rng.random(company.max() + 1) < 0.5
    assert dataset.groups is not None  # else not asked for
    trains[company[np.isin(dataset.groups, dominant_companies(dataset.y, dataset.groups))]] = True
    rows = np.flatnonzero(~trains[company])
    model, unit = _fitted(experiment, dataset, trains[company]), company[rows]
    scored = Rows(dataset.y[rows], model(dataset.features.iloc[rows]))
    for share, _ in product((0.2, 0.5, 0.9), range(draws)):
        held_out = (rng.random(company.max() + 1) < share)[unit]
        asked = scored[np.flatnonzero(~held_out)]
        negatives = scored.score[held_out & (scored.y == 0)]
        together = np.bincount(unit[~held_out])[unit[~held_out]]
        for counted, own in (("by themselves", None), ("together", together)):
            where = {"held out": f"{share:.0%}", "counted": counted}
            yield from (where | row for row in outcomes(negatives, asked, own))


def drifted(experiment: Experiment, seed: int) -> Iterator[dict[str, object]]:
    """Yield what is called of leads of new companies as they are, with a column moved, and of a later time."""
    demo = experiment.data.demo
    assert demo is not None  # else not asked for
    roles = experiment.data.model_copy(update={"demo": demo.model_copy(update={"rows": LEADS, "seed": seed})})
    dataset, made = read_dataset(roles), make_demo(LEADS, seed)
    assert dataset.submission is not None  # made-up leads come with some
    assert dataset.ids is not None
    assert dataset.groups is not None
    folds = make_folds(dataset, FoldsSection(scheme="stratified_group"))
    fold_of = folds.fold_of[0]
    dominant = np.unique(fold_of[np.isin(dataset.groups, dominant_companies(dataset.y, dataset.groups))])
    first, second = np.setdiff1d(np.arange(folds.count), dominant)[:2]
    trains = ~np.isin(fold_of, (first, second))
    held_out, others = np.flatnonzero(fold_of == first), np.flatnonzero(fold_of == second)
    moved = dataset.features.iloc[others].reset_index(drop=True)
    moved["lead_desc_length"] *= 4
    later = made.answers.set_index("id").loc[dataset.ids.astype(int), roles.target].astype(str) == roles.positive
    asked: dict[str, tuple[pd.DataFrame, NDArray[np.int8], NDArray[np.int64] | None]] = {
        "like the labelled": (dataset.features.iloc[others], dataset.y[others], dataset.groups[others]),
        "messages of four times the length": (moved, dataset.y[others], dataset.groups[others]),
        "later": (dataset.submission, np.asarray(later, dtype=np.int8), dataset.submission_groups),
    }
    model = _fitted(experiment, dataset, trains)
    negatives = model(dataset.features.iloc[held_out[dataset.y[held_out] == 0]])
    rest = np.flatnonzero(fold_of != second)
    known = replace(dataset, features=dataset.features.iloc[rest], y=dataset.y[rest], groups=dataset.groups[rest])
    for leads, (features, y, groups) in asked.items():
        company = company_of(groups, len(y))
        features = features.reset_index(drop=True)
        found = tell_apart(replace(known, submission=features, submission_groups=groups))
        where = {"leads to call": leads, "audit tells": "yes" if found else "no", "split": seed}
        rows = outcomes(negatives, Rows(y, model(features)), np.bincount(company)[company])
        yield from (where | row for row in rows)


def outcomes(negatives: Floats, asked: Rows, together: NDArray[np.int64] | None = None) -> Iterator[dict[str, object]]:
    """Yield the share of false calls and of positives called, for each promise."""
    q = q_values(conformal_p_values(negatives, asked.score, together))
    for precision in PROMISES:
        called = promised(q, precision)
        wrong, right = int((called & (asked.y == 0)).sum()), int((called & (asked.y == 1)).sum())
        false = wrong / max(1, wrong + right)
        yield {"promise": precision, "false": false, "found": right / max(1, int(asked.y.sum()))}


def print_means(rows: pd.DataFrame, by: list[str]) -> None:
    """Print a line for each case, a column for each promise."""
    promises = [f"at most {1 - precision:.0%}" for precision in PROMISES]
    print(f"| {' | '.join([*by, 'cases', *promises])} |\n|{' --- |' * (len(by) + 1 + len(PROMISES))}")
    for names, some in rows.groupby(by, sort=False):
        split = "split" in some and some["split"].notna().all()
        fields = []
        for precision in PROMISES:
            drawn = some[some["promise"] == precision]
            means = drawn.groupby("split")["false"].mean() if split else drawn["false"]
            false = means.to_numpy(dtype=np.float64)
            mean, error = float(false.mean()), float(false.std(ddof=1) / np.sqrt(len(false)))
            mark = "!" if mean > 1 - precision + 2 * error else ""
            found = drawn["found"].to_numpy(dtype=np.float64).mean()
            fields.append(f"{mean:.3f} ± {error:.3f}{mark}, {found:.0%}")
        print(f"| {' | '.join([*map(str, names), str(len(some) // len(PROMISES)), *fields])} |", flush=True)


def _dealt(held_out: Rows, fresh: Rows, rng: np.random.Generator) -> tuple[Rows, Rows]:
    """Let rows of both sides change places, within each class."""
    both = Rows(np.append(held_out.y, fresh.y), np.append(held_out.score, fresh.score))
    first = np.zeros(len(both.y), dtype=bool)
    for label in (0, 1):
        of_label = np.flatnonzero(both.y == label)
        first[rng.choice(of_label, int((held_out.y == label).sum()), replace=False)] = True
    return both[np.flatnonzero(first)], both[np.flatnonzero(~first)]


def _submission(y: NDArray[np.int8], size: int, rate: float, rng: np.random.Generator) -> NDArray[np.intp]:
    """Draw rows with a share of positives; these again and again where there are too few."""
    positives, negatives = np.flatnonzero(y == 1), np.flatnonzero(y == 0)
    wanted = rng.binomial(size, rate)
    drawn = rng.choice(positives, wanted, replace=wanted > len(positives))
    return np.append(drawn, rng.choice(negatives, size - wanted, replace=False))


def _trial(experiment: Experiment, dataset: Dataset) -> Trial:
    """Return the first trial with LightGBM as it is."""
    plan = make_plan(experiment, dataset)
    return next(trial for trial in plan.trials if trial.configuration.endswith("as_is/lightgbm"))


def _fitted(experiment: Experiment, dataset: Dataset, trains: NDArray[np.bool_]) -> Callable[[pd.DataFrame], Floats]:
    """Fit a trial on some rows, and return what it says of others."""
    trial = _trial(experiment, dataset)
    folds = Folds(np.where(trains, -1, 0)[None], "shortlist", (), trains[None])
    return fit_trials([trial], dataset, 1, folds=folds)[trial.id][0].probability


if __name__ == "__main__":
    main()
