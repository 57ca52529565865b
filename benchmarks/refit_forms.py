"""Refit on all labelled rows or average the fold models? And at which threshold? On rows that neither ever saw.

    python -m benchmarks.refit_forms EXPERIMENT.toml ... [--seeds 20] [--keep FOLDER]

Two winners of each split are compared: the first trial of the ranking, and the ensemble. A form is the refit ("all") or
the mean of the fold models ("folds"). A rule says where the exported threshold goes: it is "kept" as it was chosen on
out-of-fold rows; or it calls as large a "share" of the fresh rows as it called there; or it is "matched": it calls what
the single fold models call of the fresh rows at it, on average. Then the share of positives among the fresh rows is
changed by leaving out three quarters of a class, and the threshold chosen for the old share, or for the true one where
that is said.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Final, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import t
from sklearn.metrics import average_precision_score, log_loss

from bench.ensemble.blend import pool_of
from bench.ensemble.weigh import combine
from bench.plan.experiment import read_experiment
from bench.plan.sections import EnsembleSection
from bench.score.calibration import NEAR
from bench.score.metrics import count
from bench.score.objective import Objective
from bench.score.ranking import rank, score_trial
from bench.score.thresholds import best_threshold, best_value
from benchmarks.fresh import Kept, keep

Form = Literal["all", "folds"]
Floats = NDArray[np.float64]
FORMS: Final[tuple[Form, ...]] = ("all", "folds")
F1: Final = Objective()
STAYS = 0.25  # of a class, where the share of positives is changed
CASES = {"as labelled": None, "more positives": 0, "fewer positives": 1}  # the class that is thinned


@dataclass(frozen=True)
class Output:
    """What one trial or one mean of trials says; out-of-fold of shape (n,), on fresh rows (folds, m) and (m,)."""

    out_of_fold: Floats
    by_fold: Floats
    refit: Floats

    @staticmethod
    def of(kept: Kept, trial: int) -> Output:
        """Return that of a trial."""
        asked = kept.asked[trial].astype(np.float64)
        return Output(kept.oof[trial], asked[:-1], asked[-1])

    def form(self, form: Form) -> Floats:
        """Return what is exported, shape (m,)."""
        return self.refit if form == "all" else self.by_fold.mean(axis=0)

    def on(self, fresh: NDArray[np.intp]) -> Output:
        """Return the same with some of the fresh rows only."""
        return Output(self.out_of_fold, self.by_fold[:, fresh], self.refit[fresh])


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("experiments", type=Path, nargs="+")
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--keep", type=Path)
    given = parser.parse_args()
    winners, trials = [], []
    for path in given.experiments:
        experiment = read_experiment(path)
        for seed in range(given.seeds):
            kept = keep(experiment, seed, given.keep)
            split, section = {"table": experiment.name, "seed": seed}, experiment.ensemble
            winners += [split | row for row in winner_rows(kept, section, seed)]
            trials += [split | row for row in trial_rows(kept, section)]
    thresholds = pd.DataFrame(winners)
    print("F1 on fresh rows, less that of the refit at the threshold kept, in 0.0001; 95 % intervals over splits.\n")
    print_differences(thresholds[thresholds["case"] == "as labelled"])
    print("\nF1 lost against the best threshold in hindsight, in 0.0001, mean of the tables.\n")
    print_losses(thresholds)
    print("\nFold models less refit, in 0.0001: means of a family's trials, and the winners.\n")
    print_families(pd.DataFrame(trials))


def winner_rows(kept: Kept, section: EnsembleSection, seed: int) -> Iterator[dict[str, object]]:
    """Yield the fresh F1 of each winner, form and rule, with the share of positives as it is and changed."""
    for (winner, output), (case, thinned) in product(winners(kept, section).items(), CASES.items()):
        fresh = _thinned(kept.y_fresh, thinned, seed)
        y, asked = kept.y_fresh[fresh], output.on(fresh)
        shares = {"old share": kept.y.mean()} | ({} if thinned is None else {"true share": y.mean()})
        for (said, rate), form in product(shares.items(), FORMS):
            probability = asked.form(form)
            best = best_value(y, probability)
            for rule, threshold in _thresholds(kept.y, asked, rate, probability).items():
                f1 = float(count(y, probability >= threshold).f1)
                where = {"winner": winner, "case": case, "said": said, "form": form, "rule": rule}
                yield where | {"f1": f1, "lost": best - f1}


def winners(kept: Kept, section: EnsembleSection) -> dict[str, Output]:
    """Return the first trial of the ranking, and the ensemble."""
    scores = {f"{i:04}": score_trial(kept.y, p[None], kept.fold_of[None], F1) for i, p in enumerate(kept.oof)}
    ranked = rank(scores, F1)
    said = {name: Output.of(kept, int(name)) for name in ranked[: section.candidates]}
    out_of_fold = {name: one.out_of_fold for name, one in said.items()}
    combined = combine(pool_of(kept.y, out_of_fold, list(said)), section.method)
    ensemble = Output(
        out_of_fold=combined(out_of_fold),
        by_fold=combined({name: one.by_fold for name, one in said.items()}),
        refit=combined({name: one.refit for name, one in said.items()}),
    )
    return {"single": said[ranked[0]], "ensemble": ensemble}


def trial_rows(kept: Kept, section: EnsembleSection) -> Iterator[dict[str, object]]:
    """Yield by how much the fold models are better than the refit, for each trial and for the winners."""
    outputs = [(name.split("/")[-1], Output.of(kept, trial)) for trial, name in enumerate(kept.names)]
    for family, output in [*outputs, *((f"({name})", one) for name, one in winners(kept, section).items())]:
        if family == "constant":
            continue
        threshold = best_threshold(kept.y, output.out_of_fold)
        refit, folds = (_quality(kept.y_fresh, output.form(form), threshold) for form in FORMS)
        yield {"family": family} | {name: folds[name] - refit[name] for name in refit}


def print_differences(rows: pd.DataFrame) -> None:
    """Print the F1 of each form and rule against the refit at the threshold kept, table by table."""
    tables = list(rows["table"].unique())
    print(f"| winner | form | rule | {' | '.join(tables)} | all |\n|{' --- |' * (4 + len(tables))}")
    for (winner, form, rule), some in rows.groupby(["winner", "form", "rule"]):
        against = rows[(rows["winner"] == winner) & (rows["form"] == "all") & (rows["rule"] == "kept")]
        off = some.set_index(["table", "seed"])["f1"] - against.set_index(["table", "seed"])["f1"]
        print(f"| {winner} | {form} | {rule} | {' | '.join(_means(off, tables))} |")


def print_losses(rows: pd.DataFrame) -> None:
    """Print what each rule loses where the share of positives is as it was, and where it is another."""
    columns = list(rows[["case", "said"]].drop_duplicates().itertuples(index=False, name=None))
    names = [f"{case}, {said}" for case, said in columns]
    print(f"| winner | form | rule | {' | '.join(names)} |\n|{' --- |' * (3 + len(columns))}")
    for (winner, form, rule), some in rows.groupby(["winner", "form", "rule"]):
        lost = some.groupby(["case", "said", "table"])["lost"].mean().groupby(["case", "said"]).mean()
        print(f"| {winner} | {form} | {rule} | {' | '.join(f'{lost[one] * 1e4:.0f}' for one in columns)} |")


def print_families(rows: pd.DataFrame) -> None:
    """Print by how much the fold models of each family are better than its refits, table by table."""
    tables = list(rows["table"].unique())
    print(f"| family | measure | {' | '.join(tables)} | all |\n|{' --- |' * (3 + len(tables))}")
    for family, some in rows.groupby("family", sort=False):
        for measure, values in some.groupby(["table", "seed"]).mean(numeric_only=True).items():
            print(f"| {family} | {measure} | {' | '.join(_means(values, tables))} |")


def _means(values: pd.Series[float], tables: list[str]) -> list[str]:
    """Return the mean of each table with the half of its 95 % interval, and the mean of these means with its own."""
    by_table = values.groupby(level="table")
    mean, error = by_table.mean()[tables], by_table.sem()[tables]
    halves = error * t.ppf(0.975, by_table.size()[tables] - 1)
    whole = t.ppf(0.975, len(values) - len(tables)) * np.sqrt((error**2).sum()) / len(tables)
    pairs = [*zip(mean, halves, strict=True), (mean.mean(), whole)]
    return [f"{middle * 1e4:+.0f} ± {half * 1e4:.0f}" for middle, half in pairs]


def _quality(y: NDArray[np.int8], probability: Floats, threshold: float) -> dict[str, float]:
    return {
        "F1, best threshold": best_value(y, probability),
        "F1, threshold kept": float(count(y, probability >= threshold).f1),
        "average precision": float(average_precision_score(y, probability)),
        "log loss": float(log_loss(y, np.clip(probability, NEAR, 1 - NEAR))),
    }


def _thresholds(y: NDArray[np.int8], output: Output, rate: float, probability: Floats) -> dict[str, float]:
    """Return where each rule puts the threshold on ``probability``; ``rate`` is the share of positives it is for."""
    weights = np.where(y == 1, rate / y.mean(), (1 - rate) / (1 - y.mean()))
    kept = best_threshold(y, output.out_of_fold, F1, weights)
    called = {
        "share": np.average(output.out_of_fold >= kept, weights=weights),
        "matched": np.mean(output.by_fold >= kept),
    }
    return {"kept": kept} | {rule: float(np.quantile(probability, 1 - share)) for rule, share in called.items()}


def _thinned(y: NDArray[np.int8], label: int | None, seed: int) -> NDArray[np.intp]:
    """Return the places of all rows, of one class some only."""
    if label is None:
        return np.arange(len(y))
    of_label = np.flatnonzero(y == label)
    stay = np.random.default_rng(seed).choice(of_label, round(STAYS * len(of_label)), replace=False)
    return np.sort(np.append(stay, np.flatnonzero(y != label)))


if __name__ == "__main__":
    main()
