"""Seconds and peak memory of the imputations that compare rows or columns, at 60,000 rows of 30 numbers.

    python -m benchmarks.imputation

Each is measured in a process of its own, on one thread, since a process keeps its peak.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import time
import warnings
from concurrent.futures import ProcessPoolExecutor

import numpy as np
import pandas as pd

from bench.components import REGISTRIES

ROWS, COLUMNS, GAPS = 60_000, 30, 0.4


def main() -> None:
    """Print what each takes for the training rows, and what its process held at most."""
    os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"  # before the children load numpy
    alone = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=alone, max_tasks_per_child=1) as processes:
        print(f"{ROWS:,} rows of {COLUMNS} numbers, {GAPS:.0%} of the cells missing; defaults")
        for name in ("median", "knn", "iterative", "related"):
            taken, before, peak = processes.submit(measure, name).result()
            print(f"{name:10s} {taken:6.1f} s, peak {peak:5.0f} MB, of which {before:.0f} MB before", flush=True)


def measure(name: str) -> tuple[float, float, float]:
    """Return wall seconds, and the process's peak megabytes before and after."""
    component = REGISTRIES["imputation"][name]
    step = component.factory(**component.settle({}, "benchmark"))
    table = made_up()
    before = peak_megabytes()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        start = time.perf_counter()
        step.fit_transform(table)
    return time.perf_counter() - start, before, peak_megabytes()


def made_up() -> pd.DataFrame:
    """Return numbers that depend on five hidden ones, with gaps anywhere."""
    rng = np.random.default_rng(0)
    values = rng.normal(size=(ROWS, 5)) @ rng.normal(size=(5, COLUMNS)) + rng.normal(size=(ROWS, COLUMNS))
    values[rng.random(values.shape) < GAPS] = np.nan
    return pd.DataFrame(values, columns=[f"x{number}" for number in range(COLUMNS)])


def peak_megabytes() -> float:
    """Return the highest resident memory of this process so far (Linux counts in kilobytes)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10


if __name__ == "__main__":
    main()
