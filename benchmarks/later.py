"""What every preparing component is worth on made-up leads that come later, from other companies.

    python -m benchmarks.later experiments/leads.toml [--seeds 7 8 9] [--without NAME ...]

Cross-validation says what a component is worth on leads of the same time (`benchmarks.axes`). Here each is fitted on
all labelled leads, at the same references, and held against the answers that the made-up leads keep back: the area
under the ROC curve, mean and standard error over the seeds.
"""

from __future__ import annotations

import argparse
import warnings
from collections import defaultdict
from pathlib import Path

import numpy as np
from sklearn.metrics import roc_auc_score

from bench.data.dataset import read_dataset
from bench.data.demo import make_demo
from bench.plan.experiment import read_experiment
from bench.run.cell import every_part, fit
from bench.run.prepared import Pieces
from benchmarks.axes import LINEAR, TREES, beside, worth_trying


def main() -> None:
    """Print a line for each component: axis, name, area behind the model that splits and behind the linear one."""
    warnings.simplefilter("ignore")
    parser = argparse.ArgumentParser()
    parser.add_argument("experiment", type=Path)
    parser.add_argument("--seeds", nargs="*", type=int, default=[7, 8, 9])
    parser.add_argument("--without", nargs="*", default=["smote_enn", "smote_tomek"], help="leave out slow ones")
    given = parser.parse_args()
    roles = read_experiment(given.experiment).data
    assert roles.demo is not None, "an experiment on made-up leads"
    scores: defaultdict[tuple[str, str], list[list[float]]] = defaultdict(list)
    for seed in given.seeds:
        demo = roles.demo.model_copy(update={"seed": seed})
        answers = make_demo(demo.rows, seed).answers["is_converted"].to_numpy()
        dataset, pieces = read_dataset(roles.model_copy(update={"demo": demo})), Pieces()
        part, asked = every_part(dataset), dataset.submission
        assert asked is not None
        for choice in worth_trying(dataset):
            if choice.axis != "model" and choice.component.name not in given.without:
                trials = [beside({choice.axis: choice}, reference, dataset) for reference in (TREES, LINEAR)]
                scores[choice.axis, choice.component.name].append(
                    [
                        roc_auc_score(answers, fit(one, part, pieces).probability(asked)) if one else np.nan
                        for one in trials
                    ]
                )
    print("| axis | component | trees | linear |\n| --- | --- | --- | --- |")
    for (axis, name), found in scores.items():
        # A component may find nothing to do on the leads of some seeds.
        error = np.std(found, axis=0, ddof=1) / np.sqrt(len(found)) if len(found) > 1 else np.zeros(2)
        told = [f"{m:.3f} ± {e:.3f}" if m == m else "–" for m, e in zip(np.mean(found, axis=0), error, strict=True)]
        print(f"| {axis} | {name} | {' | '.join(told)} |")


if __name__ == "__main__":
    main()
