"""Measure on made-up leads the figures that are published of the real table."""

from __future__ import annotations

from dataclasses import dataclass, replace

import lightgbm
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import f1_score, precision_recall_curve, roc_auc_score
from sklearn.model_selection import StratifiedKFold, train_test_split
from sklearn.tree import DecisionTreeClassifier

from bench.data.demo import Demo
from bench.data.demo.world import UNKNOWN_CODE, WON_CODE

IDS = ("customer_idx", "lead_owner")
NOT_IN_REAL_TABLE = ["lead_date", "message", "is_converted", "id"]
BAGS = 10
REPEATS = 5  # of a model that sees four fifths of the columns at each tree

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Tables:
    """Train and submission with the 28 features as numbers: codes as they are, texts by the order of their values."""

    X: pd.DataFrame
    y: Flags
    X_later: pd.DataFrame
    y_later: Flags

    def without(self, *names: str) -> Tables:
        return replace(self, X=self.X.drop(columns=list(names)), X_later=self.X_later.drop(columns=list(names)))


def measure(demo: Demo, folds: int = 3) -> dict[str, float]:
    """Return every figure of the table by name; ``folds`` random folds, thresholds chosen on the other folds."""
    tables = _tables(demo)
    figures = _shares(demo) | _owners_and_customers(demo)

    out_of_fold = _out_of_fold(tables, folds)
    cut, called = _cross_fitted(tables.y, out_of_fold, folds)
    figures["f1_all"] = f1_score(tables.y, called)
    figures |= _seen_and_unseen(tables, called, folds)
    figures["auc_cv"] = roc_auc_score(tables.y, out_of_fold)
    for name, left_out in (("no_owner", IDS[1:]), ("no_customer", IDS[:1]), ("neither", IDS)):
        fewer = tables.without(*left_out)
        figures[f"f1_{name}"] = f1_score(tables.y, _cross_fitted(tables.y, _out_of_fold(fewer, folds), folds)[1])

    later = _fit(tables.X, tables.y).predict_proba(tables.X_later)[:, 1]
    best_cut, figures["f1_later_best"] = _best_cut(tables.y_later, later)
    figures |= {
        "cut_cv": cut,
        "cut_later": best_cut,
        "auc_later": roc_auc_score(tables.y_later, later),
        "f1_later": f1_score(tables.y_later, later >= 0.5),
        "f1_later_moved": f1_score(tables.y_later, later >= 0.1),
        "called_later": float((later >= 0.5).mean()),
    }
    return figures | _tree(tables) | _without_duplicates(demo, tables) | _bag(tables)


def _tables(demo: Demo) -> Tables:
    X = demo.train.drop(columns=NOT_IN_REAL_TABLE, errors="ignore")
    X_later = demo.submission.drop(columns=NOT_IN_REAL_TABLE, errors="ignore")
    for name in X.columns[~X.dtypes.map(pd.api.types.is_numeric_dtype)]:
        values = np.sort(X[name].dropna().unique())
        X[name] = pd.Index(values).get_indexer(X[name]).astype(float)
        X_later[name] = pd.Index(values).get_indexer(X_later[name]).astype(float)
    return Tables(X, demo.train["is_converted"].to_numpy(), X_later, demo.answers["is_converted"].to_numpy())


def _shares(demo: Demo) -> dict[str, float]:
    old, new = demo.train, demo.submission
    return {
        "rate": old["is_converted"].mean(),
        "rate_later": demo.answers["is_converted"].mean(),
        "rate_pool": demo.pool["is_converted"].mean(),
        "unseen_customers": 1 - new["customer_idx"].isin(old["customer_idx"]).mean(),
        "unseen_owners": 1 - new["lead_owner"].isin(old["lead_owner"]).mean(),
        "unknown_later": (new["customer_idx"] == UNKNOWN_CODE).mean(),
        "duplicates": old.duplicated(subset=[c for c in old if c != "is_converted"]).mean(),
        "won": old.loc[old["customer_idx"] == WON_CODE, "is_converted"].mean(),
    }


def _owners_and_customers(demo: Demo) -> dict[str, float]:
    customers = demo.train.groupby("customer_idx")["is_converted"].mean()
    owners = demo.train.groupby("lead_owner")["is_converted"].mean()
    sizes = demo.train["lead_owner"].value_counts(normalize=True)
    return {
        "customers": customers.size,
        "mixed": ((customers > 0) & (customers < 1)).mean(),
        "all_true": (customers == 1).mean(),
        "owners": owners.size,
        "owners_never": (owners == 0).mean(),
        "owners_always": (owners == 1).mean(),
        "five_owners": sizes.iloc[:5].sum(),
        "left_with_their_owner": (~demo.train["lead_owner"].isin(demo.pool["lead_owner"])).mean(),
    }


def _fit(X: pd.DataFrame, y: Flags, trees: int = 160, seed: int = 0) -> lightgbm.LGBMClassifier:
    """Fit a model on all columns at every tree, or with a ``seed`` on four fifths of them."""
    model = lightgbm.LGBMClassifier(
        n_estimators=trees,
        num_leaves=31,
        colsample_bytree=0.8 if seed else 1.0,
        random_state=seed,
        n_jobs=1,
        deterministic=True,
        force_col_wise=True,
        verbose=-1,
    )
    return model.fit(X, y)


def _split(y: Flags, folds: int) -> list[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    return list(StratifiedKFold(folds, shuffle=True, random_state=0).split(y, y))


def _out_of_fold(tables: Tables, folds: int) -> Floats:
    probability = np.zeros(tables.y.size)
    for fitted, held_out in _split(tables.y, folds):
        model = _fit(tables.X.iloc[fitted], tables.y[fitted])
        probability[held_out] = model.predict_proba(tables.X.iloc[held_out])[:, 1]
    return probability


def _cross_fitted(y: Flags, probability: Floats, folds: int) -> tuple[float, Flags]:
    """Return the mean threshold and who is called positive, each fold at the threshold best for the others."""
    called, cuts = np.zeros(y.size, dtype=bool), []
    for others, held_out in _split(y, folds):
        cut, _ = _best_cut(y[others], probability[others])
        cuts.append(cut)
        called[held_out] = probability[held_out] >= cut
    return float(np.mean(cuts)), called


def _best_cut(y: Flags, probability: Floats) -> tuple[float, float]:
    precision, recall, cuts = precision_recall_curve(y, probability)
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-12)
    best = int(np.argmax(f1[:-1]))
    return float(cuts[best]), float(f1[best])


def _seen_and_unseen(tables: Tables, called: Flags, folds: int) -> dict[str, float]:
    code = tables.X["customer_idx"].to_numpy()
    seen = np.zeros(code.size, dtype=bool)
    for fitted, held_out in _split(tables.y, folds):
        seen[held_out] = np.isin(code[held_out], code[fitted])
    return {
        "f1_seen": f1_score(tables.y[seen], called[seen]),
        "f1_unseen": f1_score(tables.y[~seen], called[~seen]),
    }


def _tree(tables: Tables) -> dict[str, float]:
    """The default tree on gaps filled with 0, at first sight and on the submission."""
    X, X_test, y, y_test = train_test_split(tables.X.fillna(0), tables.y, test_size=0.2, random_state=0, shuffle=True)
    tree = DecisionTreeClassifier(random_state=0).fit(X, y)
    again = DecisionTreeClassifier(random_state=0).fit(tables.X.fillna(0), tables.y)
    return {
        "f1_tree": f1_score(y_test, tree.predict(X_test)),
        "f1_tree_later": f1_score(tables.y_later, again.predict(tables.X_later.fillna(0))),
    }


def _without_duplicates(demo: Demo, tables: Tables) -> dict[str, float]:
    """What removing the exact duplicates is worth on the submission, a cut of 0.1: one model alone is too noisy."""
    keep = np.flatnonzero(~demo.train.duplicated().to_numpy())
    scores = {}
    for name, rows in (("with", np.arange(tables.y.size)), ("without", keep)):
        X, y = tables.X.iloc[rows], tables.y[rows]
        later = [_fit(X, y, seed=seed).predict_proba(tables.X_later)[:, 1] for seed in range(1, 1 + REPEATS)]
        scores[name] = np.mean([f1_score(tables.y_later, p >= 0.1) for p in later])
    return {"f1_deduplicated_gain": scores["without"] - scores["with"]}


def _bag(tables: Tables) -> dict[str, float]:
    """The mean of models that each see all positives and as many negatives, called at a half."""
    rng = np.random.default_rng(0)
    yes, no = np.flatnonzero(tables.y), np.flatnonzero(~tables.y)
    bags = [np.append(yes, rng.choice(no, yes.size, replace=False)) for _ in range(BAGS)]
    later = np.mean([_fit(tables.X.iloc[b], tables.y[b], 80).predict_proba(tables.X_later)[:, 1] for b in bags], axis=0)
    return {"f1_bag": f1_score(tables.y_later, later >= 0.5)}
