"""By how much the best segment of a tree flatters where it was found: `python -m benchmarks.segments`.

Made-up leads without their giant company, and the same leads with outcomes shuffled: trees grown on 20 halves of the
companies, and how often the best leaf converts there and in the other half. Then tables of noise: the lift of the first
group of the target table, which should be 1, and how often the page names a best group.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bench.companies import company_of
from bench.customer.leads import Leads, Scored
from bench.customer.readable import readable_columns
from bench.customer.target.segments import target_table
from bench.customer.target.told import target_block
from bench.customer.target.tree import grow
from bench.data.dataset import read_dataset
from bench.data.splits import stratified_group
from bench.plan.experiment import read_experiment
from bench.plan.indices import CustomersSection

SMALLEST, HALVES, TABLES = 50, 20, 150


def main() -> None:
    """Print all three."""
    dataset = read_dataset(read_experiment(Path("experiments/leads.toml")).data)
    assert dataset.groups is not None  # the file names companies
    named = dataset.groups[dataset.groups >= 0]
    others = dataset.groups != np.bincount(named).argmax()
    company = company_of(dataset.groups, len(dataset.y))
    shuffled = np.random.default_rng(0).permutation(dataset.y)
    for name, y, rows in (
        ("as they are", dataset.y, others),
        ("shuffled", shuffled, np.ones(len(company), dtype=bool)),
    ):
        grown, elsewhere = _best_leaves(dataset.features[rows], y[rows], company[rows])
        print(f"{name}: the best leaf converts at {grown:.1%} where it was grown, {elsewhere:.1%} in the other half")
    tables = [_noise(seed) for seed in range(TABLES)]
    lifts = [target_table(scored, CustomersSection(smallest=SMALLEST)) for scored in tables]
    first = [target.groups[0].lift for target in lifts]
    claimed = sum(any("the best group is" in said for said in target_block(target).sentences) for target in lifts)
    print(f"{TABLES} tables of noise: lift of the first group {np.mean(first):.2f}, a best group named in {claimed}")


def _best_leaves(features: pd.DataFrame, y: NDArray[np.int8], company: NDArray[np.int64]) -> tuple[float, float]:
    columns, rates = readable_columns(features, (), SMALLEST), []
    for seed in range(HALVES):
        grown = stratified_group(y, company, 2, seed) == 0
        leaves = [rule.holds(features) for rule in grow(columns, features[grown], y[grown], SMALLEST)]
        best = max(leaves, key=lambda leaf: y[leaf & grown].mean())
        rates.append((y[best & grown].mean(), y[best & ~grown].mean() if (best & ~grown).any() else np.nan))
    found, elsewhere = np.nanmean(rates, axis=0)
    return float(found), float(elsewhere)


def _noise(seed: int) -> Scored:
    rng, rows = np.random.default_rng(seed), 1_500
    features = pd.DataFrame({f"x{number}": rng.random(rows) for number in range(6)})
    y, chance = (rng.random(rows) < 0.1).astype(np.int8), rng.random(rows)
    names = tuple(str(row) for row in range(rows))
    leads = Leads(names, features, np.full(rows, -1), chance, chance, chance, chance, y)
    return Scored(leads, None, 0.1, ())


if __name__ == "__main__":
    main()
