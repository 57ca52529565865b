"""What random folds, new customers and the moved threshold promise on made-up leads, and what came true later.

    python -m benchmarks.later_leads [--seeds 10] [--rows 6000] [--scheme stratified] [--same-period]

A slice of experiments/leads.toml on each seed's leads. The leads to predict come later, mostly of new companies, with
four times the share of positives; their outcomes are held against the same scores at three thresholds: for the share
of positives among the labelled rows, for the true one, and for the one estimated from the scores. With --same-period
the leads to predict are those of a third of the companies of the same period, thinned to as many positives: there
nothing has changed but the companies and the share.
"""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import f1_score

from bench import flow
from bench.data.dataset import read_dataset
from bench.data.demo import make_demo
from bench.data.roles import Demo, Roles
from bench.ensemble.foresight import Foresight, foresee
from bench.ensemble.refit import refit
from bench.plan.experiment import read_experiment
from bench.question import question_of
from bench.score.thresholds import best_value

RATE = 0.35  # of the leads to predict, as later
SLICE = {
    "imputation": {"keep_gaps"},
    "text": {"drop_text"},
    "model": {"random_forest", "lightgbm", "xgboost"},
}


@dataclass(frozen=True)
class Outcome:
    """One seed: what was promised, and what the answers say."""

    seed: int
    random_f1: float
    new_f1: float
    foresights: dict[str, Foresight]
    asked: NDArray[np.float64]
    truth: NDArray[np.int8]

    def came_true(self, policy: str) -> float:
        """Return the F1 of the calls at a policy's threshold."""
        return float(f1_score(self.truth, self.asked >= self.foresights[policy].chosen.threshold))

    def expected(self, policy: str) -> float:
        """Return the F1 that was expected."""
        return float(self.foresights[policy].chosen.counts.f1)


def main() -> None:
    """Print a row for each seed and what they have in common."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--rows", type=int, default=6000)
    parser.add_argument("--scheme", default="stratified")
    parser.add_argument("--same-period", action="store_true")
    given = parser.parse_args()
    print(
        "| seed | random folds F1 | new customers F1 | train rate: expected, came true "
        "| true rate: expected, came true | estimated rate (true), p | expected, came true | best in hindsight |"
    )
    print("|" + " ---: |" * 8, flush=True)
    outcomes = []
    for seed in range(1, given.seeds + 1):
        outcomes.append(one := outcome(seed, given.rows, given.scheme, given.same_period))
        estimate = one.foresights["estimate"].estimate
        said = f"{estimate.rate:.3f} [{estimate.low:.2f}, {estimate.high:.2f}]" if estimate else "none"
        doubt = f"{estimate.p_value:.2f}{'' if estimate.fits else ' doubt'}" if estimate else ""
        pairs = [
            f"{one.expected(policy):.3f}, {one.came_true(policy):.3f}" for policy in ("train", "given", "estimate")
        ]
        print(
            f"| {seed} | {one.random_f1:.3f} | {one.new_f1:.3f} | {pairs[0]} | {pairs[1]} | {said} "
            f"({one.truth.mean():.3f}), {doubt} | {pairs[2]} | {best_value(one.truth, one.asked):.3f} |",
            flush=True,
        )
    summary(outcomes)


def summary(outcomes: list[Outcome]) -> None:
    """Print how far expectations were off."""
    for policy in ("train", "given", "estimate"):
        off = np.array([one.expected(policy) - one.came_true(policy) for one in outcomes])
        lost = np.array([best_value(one.truth, one.asked) - one.came_true(policy) for one in outcomes])
        print(
            f"{policy}: expected less what came true {off.mean():+.3f} (from {off.min():+.3f} to {off.max():+.3f}), "
            f"beyond 0.05 in {int((abs(off) > 0.05).sum())} of {len(off)}; lost against the best threshold "
            f"{lost.mean():.3f}, at most {lost.max():.3f}"
        )
    naive = np.array([one.random_f1 - one.came_true("train") for one in outcomes])
    print(f"random folds' F1 less what came true at that threshold: {naive.mean():+.3f}, at least {naive.min():+.3f}")
    estimates = [(one, one.foresights["estimate"].estimate) for one in outcomes]
    rates = np.array([found.rate - one.truth.mean() for one, found in estimates if found])
    print(f"estimated less true rate: {rates.mean():+.3f}, mean distance {abs(rates).mean():.3f}")
    silent = [
        one.seed
        for one, found in estimates
        if abs(one.expected("estimate") - one.came_true("estimate")) > 0.05 and (found is None or found.fits)
    ]
    print(f"off by more than 0.05 with the estimated rate and no doubt said: seeds {silent or 'none'}")


def outcome(seed: int, rows: int, scheme: str, same_period: bool) -> Outcome:
    """Run the slice on the leads of one seed and hold it against their answers."""
    experiment = read_experiment(Path("experiments/leads.toml"))
    folds = experiment.folds.model_copy(update={"scheme": scheme})
    with tempfile.TemporaryDirectory() as place:
        data, answers = (of_same_period if same_period else of_later)(experiment.data, rows, seed, Path(place))
        dataset = read_dataset(data)
        truth = answers.to_numpy().astype(np.int8)
        question = question_of(replace(experiment, data=data, folds=folds), dataset, Path(place) / "results")
        board = flow.answer(question, SLICE, False, 2, lambda diary: None)
        assert board.verdict.winner is not None
        assert board.winner is not None
        assert board.winner.new is not None
        combination = board.verdict.winner.combination
        store = flow.read_store(question.folder, dataset.data_id, question.folds)
        customers = flow.recorded_customers(question, store)
        assert dataset.submission is not None
        predictor = refit(combination, question.plan, question.experiment, dataset, question.folds, 2)
        asked = predictor.probability(dataset.submission)
        rates = {"train": "train", "given": float(truth.mean()), "estimate": "estimate"}
        kinds = customers.kinds(combination, asked)
        foresights = {
            policy: foresee(kinds, float(dataset.y.mean()), rate, experiment.objective)
            for policy, rate in rates.items()
        }
        random = board.verdict.winner.score.counts.f1
        return Outcome(seed, random, float(board.winner.new.f1), foresights, asked, truth)


def of_later(roles: Roles, rows: int, seed: int, place: Path) -> tuple[Roles, pd.Series[bool]]:
    """Return the made-up leads as they come, and the answers of those to predict."""
    demo = Demo(rows=rows, seed=seed)
    return roles.model_copy(update={"demo": demo}), make_demo(rows, seed).answers["is_converted"]


def of_same_period(roles: Roles, rows: int, seed: int, place: Path) -> tuple[Roles, pd.Series[bool]]:
    """Hold a third of the companies back, giants left out, and of their negatives as many as the rate allows."""
    rng = np.random.default_rng(seed)
    table = make_demo(rows, seed).train
    sizes = table.groupby("customer_idx")["customer_idx"].transform("size")
    ordinary = table["customer_idx"][sizes <= 0.01 * len(table)].unique()
    back = table["customer_idx"].isin(rng.choice(ordinary, len(ordinary) // 3, replace=False))
    positives = table.index[back & table["is_converted"]]
    negatives = table.index[back & ~table["is_converted"]]
    thinned = rng.choice(negatives, round(len(positives) * (1 - RATE) / RATE), replace=False)
    asked = table.loc[rng.permutation(np.append(positives, thinned))]
    table[~back].to_csv(place / "train.csv", index=False)
    asked.drop(columns="is_converted").assign(id=np.arange(len(asked))).to_csv(place / "asked.csv", index=False)
    files = {"demo": None, "train": str(place / "train.csv"), "submission": str(place / "asked.csv")}
    return roles.model_copy(update=files), asked["is_converted"]


if __name__ == "__main__":
    main()
