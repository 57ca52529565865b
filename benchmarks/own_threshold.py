"""What remains of a fold in its own threshold: through the models of the other folds, which trained on it.

    python -m benchmarks.own_threshold [--seeds 20] [--rows 2000]

A fold's threshold is chosen on the other folds' predictions, and the models that made those had this fold among their
training rows. Nested, they have not: predictions of the other folds come from models that never saw the fold. The two
ways to choose are put to the same models on the same held-out rows of made-up leads; only the threshold differs.
"""

from __future__ import annotations

import argparse

import numpy as np
from numpy.typing import NDArray
from sklearn.base import ClassifierMixin
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from bench.data.dataset import read_dataset
from bench.data.roles import Demo, Roles
from bench.score.metrics import Counts, count
from bench.score.thresholds import best_threshold

FOLDS = 5


def main() -> None:
    """Print for three models the F1 at both thresholds and their difference."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--rows", type=int, default=2000)
    given = parser.parse_args()
    models = {
        "logistic": make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)),
        "boosting": HistGradientBoostingClassifier(max_iter=60, random_state=0),
        "forest": RandomForestClassifier(60, random_state=0),
    }
    print("| model | F1, threshold of the other folds | F1, nested | difference | standard error |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for name, model in models.items():
        pairs = np.array([_both(model, given.rows, seed) for seed in range(given.seeds)])
        off = pairs[:, 0] - pairs[:, 1]
        print(
            f"| {name} | {pairs[:, 0].mean():.4f} | {pairs[:, 1].mean():.4f} | {off.mean():+.4f} | "
            f"{off.std(ddof=1) / np.sqrt(len(off)):.4f} |",
            flush=True,
        )


def _both(model: ClassifierMixin, rows: int, seed: int) -> tuple[float, float]:
    """Return the pooled F1 with the thresholds of the other folds, and with nested ones."""
    X, y = _leads(rows, seed)
    fold_of = _folds(y, seed)
    ours, nested = Counts(0, 0, 0, 0), Counts(0, 0, 0, 0)
    out_of_fold = np.empty(len(y))
    for fold in range(FOLDS):
        held_out = fold_of == fold
        out_of_fold[held_out] = _fitted(model, X[~held_out], y[~held_out], X[held_out])
    for fold in range(FOLDS):
        held_out, others = fold_of == fold, fold_of != fold
        inner, inside = np.empty(int(others.sum())), fold_of[others]
        for other in np.unique(inside):
            rest = inside != other
            inner[~rest] = _fitted(model, X[others][rest], y[others][rest], X[others][~rest])
        scores = out_of_fold[held_out]
        ours += count(y[held_out], scores >= best_threshold(y[others], out_of_fold[others]))
        nested += count(y[held_out], scores >= best_threshold(y[others], inner))
    return float(ours.f1), float(nested.f1)


def _leads(rows: int, seed: int) -> tuple[NDArray[np.float64], NDArray[np.int8]]:
    """Return made-up leads as numbers, codes of categories in no order."""
    roles = Roles(
        demo=Demo(rows=rows, seed=seed),
        target="is_converted",
        positive="True",
        id="id",
        texts=("message",),
        drop=("customer_idx", "customer_country.1", "lead_date", "message"),
    )
    dataset = read_dataset(roles)
    codes = [c.cat.codes if c.dtype == "category" else c.fillna(-1.0) for _, c in dataset.features.items()]
    return np.column_stack([np.asarray(column, dtype=float) for column in codes]), dataset.y


def _folds(y: NDArray[np.int8], seed: int) -> NDArray[np.int64]:
    fold_of = np.empty(len(y), dtype=np.int64)
    splits = StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(y, y)
    for fold, (_, held_out) in enumerate(splits):
        fold_of[held_out] = fold
    return fold_of


def _fitted(
    model: ClassifierMixin, X: NDArray[np.float64], y: NDArray[np.int8], asked: NDArray[np.float64]
) -> NDArray[np.float64]:
    return np.asarray(model.fit(X, y).predict_proba(asked)[:, 1])


if __name__ == "__main__":
    main()
