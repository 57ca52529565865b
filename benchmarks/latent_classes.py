"""How well planted kinds of customers are found: adjusted Rand index, and how often there are as many as planted.

python -m benchmarks.latent_classes [seeds]
"""

from __future__ import annotations

import sys
import time

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import adjusted_rand_score

from bench.customer.classes.latent import latent_classes

SHARES = (0.45, 0.35, 0.2)
# Of each kind of household, what it does most: by habit, by hygiene and by price of power.
USUAL = {
    "programme": ("cotton", "hygiene", "eco"),
    "temperature": ("40", "60", "30"),
    "part_of_day": ("morning", "day", "night"),
    "detergent": ("liquid", "powder", "capsules"),
    "dryer": ("no", "often", "seldom"),
    "delayed_start": ("never", "seldom", "often"),
}
OTHERS = ("quick", "no", "seldom")  # levels that any household may have besides
LITRES, WASHES = (4.0, 6.0, 8.0), (3.0, 9.0, 5.0)  # medians of two numbers
SEPARATIONS = {"well apart": 0.8, "apart": 0.65, "overlapping": 0.5, "none": 0.0}


def main() -> None:
    """Print both for each number of households, separation and share of gaps."""
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    print(f"3 kinds of 45, 35 and 20 %; 6 categories and 2 numbers; {seeds} seeds; up to 6 classes of 30 or more")
    for customers in (300, 1_000, 5_000):
        for name, apart in SEPARATIONS.items():
            for gaps in (0.0, 0.2):
                print(
                    f"n = {customers:5,}, {name:11s}, gaps {gaps:3.0%}: {line(customers, apart, gaps, seeds)}",
                    flush=True,
                )


def line(customers: int, apart: float, gaps: float, seeds: int) -> str:
    """Return the figures of one case."""
    start = time.process_time()
    rands, numbers = [], []
    for seed in range(seeds):
        table, kind = households(customers, apart, gaps, seed)
        found = latent_classes(table, 6, smallest=30)
        rands.append(adjusted_rand_score(kind, found.of))
        numbers.append(len(found.names))
    planted = 3 if apart else 1
    each = ", ".join(f"{number}: {numbers.count(number)}" for number in sorted(set(numbers)))
    return (
        f"adjusted Rand {np.mean(rands):.2f} (least {min(rands):.2f}), {planted} found in "
        f"{numbers.count(planted) / seeds:4.0%} ({each}), {(time.process_time() - start) / seeds:.1f} CPU s each"
    )


def households(customers: int, apart: float, gaps: float, seed: int) -> tuple[pd.DataFrame, NDArray[np.int64]]:
    """Return a row for each household that washes, and its kind.

    Parameters
    ----------
    apart : probability of a cell to be as usual of its kind; otherwise it is as of anybody, 0 for no kinds at all
    gaps : share of cells that are missing, at random
    """
    rng = np.random.default_rng(seed)
    kind = rng.choice(3, size=customers, p=SHARES)
    table = {}
    for name, usual in USUAL.items():
        anybody = rng.choice([*usual, *OTHERS], size=customers)
        level = np.where(rng.random(customers) < apart, np.array(usual)[kind], anybody)
        table[name] = pd.Series(level, dtype="category")
    for name, medians in (("litres", LITRES), ("washes", WASHES)):
        whose = np.where(rng.random(customers) < apart, kind, rng.integers(0, 3, customers))
        table[name] = pd.Series(np.array(medians)[whose] * np.exp(rng.normal(0, 0.3, customers)))
    frame = pd.DataFrame(table)
    return frame.mask(rng.random(frame.shape) < gaps), kind


if __name__ == "__main__":
    main()
