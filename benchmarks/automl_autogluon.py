"""AutoGluon on the table of this folder, in an environment that need not have Leadbench; see `automl.py`.

    PYTHON automl_autogluon.py SECONDS

Reads train.csv and fresh.csv as `pandas.read_csv` does and makes of texts what it always makes of them: counts of
n-grams. The threshold is its own choice, tuned for F1. Without `ray` it fits fold after fold, each with all the
processors that this process may use. Its look at whether stacking overfits can leave no time for a model, and then it
raises; so it is given what is left of the seconds without that look.
"""

import json
import os
import sys
import time
from pathlib import Path

import pandas as pd
from autogluon.tabular import TabularPredictor


def main() -> None:
    """Write calls.csv: 0 or 1 for each row of fresh.csv."""
    target = json.loads(Path("task.json").read_text(encoding="utf-8"))["target"]
    train, end = pd.read_csv("train.csv"), time.monotonic() + float(sys.argv[1])
    try:
        predictor = fitted(train, target, "first", end)
    except (AssertionError, RuntimeError) as error:
        print(f"Fitted again, without a look at stacking: {error}", file=sys.stderr)
        predictor = fitted(train, target, "second", end, dynamic_stacking=False)
    called = predictor.predict(pd.read_csv("fresh.csv"))
    pd.DataFrame({target: called}).to_csv("calls.csv", index=False)


def fitted(train: pd.DataFrame, target: str, folder: str, end: float, **more: object) -> TabularPredictor:
    """Return a predictor that was given the time until ``end``."""
    predictor = TabularPredictor(target, eval_metric="f1", positive_class=1, path=folder, verbosity=1)
    return predictor.fit(
        train,
        presets="best_quality",
        time_limit=end - time.monotonic(),
        num_cpus=len(os.sched_getaffinity(0)),
        **more,
    )


if __name__ == "__main__":
    main()
