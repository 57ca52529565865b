"""Shrunk shares against known propensities, in error and in how often intervals hold: `python -m benchmarks.shrinkage`.

Made-up customers whose true shares are known: how far raw and shrunk shares lie from them, how often the 95 % interval
holds the truth, and how often it would if the likeliest prior were taken for the true one (plain empirical Bayes).
Means over customers and tables.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bench.components.steps.derived.shares import (
    Floats,
    History,
    Posterior,
    Prior,
    history_of,
    learned_prior,
    posterior,
)
from bench.customer.indices.log import log_of_file
from bench.customer.indices.statistical import indices_of
from bench.data.washing import make_washing
from bench.plan.indices import WashingDemo, index_file_of

TABLES: Final = {20: 400, 100: 100, 500: 30}  # by how many customers each has
WASHING = Path("experiments/indices/washing.toml")
PLANTED: Final = {
    "morning lover": "morning",
    "hygiene sensitive": "hot",
    "drum filler": "full",
    "night tariff": "night",
}


@dataclass(frozen=True)
class Outcome:
    """What was found over all customers of some tables."""

    raw: float
    shrunk: float
    held: float
    plainly_held: float = float("nan")


def main() -> None:
    """Print a line for each kind of customers and number of them."""
    print(f"{'customers':30}{'error raw':>12}{'shrunk':>12}{'held':>8}{'plain prior':>12}")
    for name, draw in KINDS.items():
        for customers, tables in TABLES.items():
            _print(f"{name}, {customers}", measured(draw, customers, tables))
    for customers in (*TABLES, 5_000):
        for name, outcome in washing(customers, max(1, 4_000 // customers)).items():
            _print(f"{name}, {customers}", outcome)


def measured(
    draw: Callable[[int, np.random.Generator], tuple[History, Floats]], customers: int, tables: int
) -> Outcome:
    """Return how well shares are told on so many tables."""
    rng = np.random.default_rng(11)
    found = []
    for _ in range(tables):
        history, truth = draw(customers, rng)
        prior = learned_prior(history)
        known = posterior(history, prior)
        best = np.argmax(prior.weight)[None]
        plain = posterior(history, Prior(prior.alpha[best], prior.beta[best], np.ones(1)))
        errors = [np.mean((share - truth) ** 2) for share in (history.share, known.mean)]
        found.append([*errors, _held(known, truth), _held(plain, truth)])
    return Outcome(*np.mean(found, axis=0).tolist())


def washing(customers: int, tables: int) -> dict[str, Outcome]:
    """Return how well the indices of the washing log are told, by their names."""
    file = index_file_of(WASHING.read_text(encoding="utf-8"), WASHING)
    found: dict[str, list[list[float]]] = {name: [] for name in PLANTED}
    for seed in range(tables):
        made = file.table.model_copy(update={"demo": WashingDemo(customers=customers, seed=seed)})
        indices = indices_of(file.index, log_of_file(replace(file, table=made)))
        truths = make_washing(customers, seed).propensities
        for index in indices.of:
            if index.name in PLANTED:
                truth = 100 * truths[PLANTED[index.name]].reindex(index.table.index)
                table = index.table
                errors = [float(((table[column] - truth) ** 2).mean()) / 1e4 for column in ("share", "shrunk")]
                found[index.name].append([*errors, float(((table["low"] <= truth) & (truth <= table["high"])).mean())])
    return {name: Outcome(*np.mean(values, axis=0).tolist()) for name, values in found.items()}


def _even(customers: int, rng: np.random.Generator) -> tuple[History, Floats]:
    return _seen(np.full(customers, 20), rng.beta(2, 5, customers), rng)


def _skewed(customers: int, rng: np.random.Generator) -> tuple[History, Floats]:
    return _seen(_skewed_rows(customers, rng), rng.beta(2, 5, customers), rng)


def _rare(customers: int, rng: np.random.Generator) -> tuple[History, Floats]:
    return _seen(_skewed_rows(customers, rng), rng.beta(0.5, 9.5, customers), rng)


def _two_kinds(customers: int, rng: np.random.Generator) -> tuple[History, Floats]:
    first = rng.random(customers) < 0.3
    return _seen(
        _skewed_rows(customers, rng), np.where(first, rng.beta(16, 4, customers), rng.beta(2, 18, customers)), rng
    )


def _two_points(customers: int, rng: np.random.Generator) -> tuple[History, Floats]:
    return _seen(_skewed_rows(customers, rng), np.where(rng.random(customers) < 0.2, 0.8, 0.1), rng)


def _amounts(customers: int, rng: np.random.Generator) -> tuple[History, Floats]:
    truth, rows = rng.beta(2, 5, customers), _skewed_rows(customers, rng)
    customer = np.repeat(np.arange(customers), rows)
    counts = (rng.random(len(customer)) < truth[customer]).astype(np.float64)
    return history_of(customer, counts, customers, rng.lognormal(0.0, 0.8, len(customer))), truth


def _all_alike(customers: int, rng: np.random.Generator) -> tuple[History, Floats]:
    return _seen(_skewed_rows(customers, rng), np.full(customers, 0.3), rng)


def _by_exposure(customers: int, rng: np.random.Generator) -> tuple[History, Floats]:
    rows = _skewed_rows(customers, rng)
    return _seen(rows, rng.beta(2, 5, customers) ** (2 / (1 + np.log10(rows))), rng)


KINDS: Final[dict[str, Callable[[int, np.random.Generator], tuple[History, Floats]]]] = {
    "20 rows each": _even,
    "skewed": _skewed,
    "skewed, rare": _rare,
    "skewed, two kinds": _two_kinds,
    "skewed, two points": _two_points,
    "skewed amounts": _amounts,
    # Two that the method does not fit: nothing to tell, and shares that rise with the rows.
    "all alike": _all_alike,
    "rising with rows": _by_exposure,
}


def _skewed_rows(customers: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Return numbers of rows from 1 to 800, half of them up to 7."""
    return np.clip(np.ceil(rng.lognormal(2.0, 1.4, customers)), 1, 800).astype(np.int64)


def _seen(rows: NDArray[np.int64], truth: Floats, rng: np.random.Generator) -> tuple[History, Floats]:
    return History(rows.astype(np.float64), rng.binomial(rows, truth).astype(np.float64)), truth


def _held(known: Posterior, truth: Floats) -> float:
    return float(np.mean((known.low <= truth) & (truth <= known.high)))


def _print(name: str, outcome: Outcome) -> None:
    plainly = "" if np.isnan(outcome.plainly_held) else f"{outcome.plainly_held:12.3f}"
    print(f"{name:30}{outcome.raw:12.5f}{outcome.shrunk:12.5f}{outcome.held:8.3f}{plainly}", flush=True)


if __name__ == "__main__":
    main()
