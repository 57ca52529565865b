"""Whether `bench derive` finds planted variables and leaves useless ones, and what those it finds do on fresh rows.

    python -m benchmarks.derive [EXPERIMENT.toml ...] [--seeds 20] [--rows 6000] [--fresh 3]

First made-up tables of eight categories and eight numbers. Each column has an effect of its own, most of them curved,
and three pairs have one together: two categories, a ratio, a difference. All other candidates are useless. Then each
experiment: what is found on some labelled rows, and what a logistic regression and LightGBM gain by it on fresh ones.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, log_loss

from bench.data.dataset import Dataset
from bench.data.folds import Folds, FoldsSection, make_folds
from bench.derive.candidates import Candidate, candidates
from bench.derive.judge import add, gain, prepare, strengths
from bench.derive.look import Judged, judge
from bench.plan.experiment import Choice, read_experiment
from bench.plan.grid import Trial, default_choice, trial_of
from bench.run.cell import every_place, fit_predict
from bench.run.prepared import Pieces
from bench.run.recipes import Part, Prepared
from benchmarks.fresh import LABELLED, split

FDR = 0.05
FRESH = 20_000  # made-up rows kept back
# The pairs that have an effect together, and as what they should be found.
PLANTED = {"cross": {"c0", "c1"}, "ratio": {"n0", "n1"}, "difference": {"n2", "n3"}}
MODELS = {
    "logistic": [("imputation", "median", {}), ("encoding", "one_hot", {}), ("model", "logistic", {"C": 0.3})],
    "lightgbm": [
        ("imputation", "keep_gaps", {}),
        ("encoding", "target", {}),
        ("model", "lightgbm", {"trees": 150, "learning_rate": 0.05, "leaves": 15}),
    ],
}


def main() -> None:
    """Print what was found and kept on made-up tables, then on the tables of experiments."""
    parser = argparse.ArgumentParser()
    parser.add_argument("experiments", nargs="*", type=Path)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--from", dest="first", type=int, default=0, help="the first seed")
    parser.add_argument("--rows", type=int, default=6000)
    parser.add_argument("--strength", type=float, default=0.6, help="planted, in log-odds to either side; 0 for none")
    parser.add_argument("--fresh", type=int, default=3, help="splits of each experiment")
    parser.add_argument("--labelled", type=int, default=LABELLED, help="rows of a split that are looked at, at most")
    given = parser.parse_args()
    if given.seeds:
        on_planted(range(given.first, given.first + given.seeds), given.rows, given.strength)
    for path in given.experiments:
        for seed in range(given.fresh):
            on_fresh(path, seed, given.labelled)


def on_planted(seeds: range, rows: int, strength: float) -> None:
    """Print how many of the planted ones are found and of the others kept."""
    found, kept, false, useless = dict.fromkeys(PLANTED, 0), 0, 0, 0
    by_chance, gains = 0, []
    base = (default_choice("derived", "raw"),)
    for seed in seeds:
        both = planted_table(seed, rows + FRESH, strength)
        dataset = replace(both, features=both.features[:rows], y=both.y[:rows])
        judged = derived(dataset, base)
        chosen = [one.candidate for one in judged if one.kept]
        wrong = [one for one in chosen if not _planted(one.choice, one.columns)]
        for name, pair in PLANTED.items():
            found[name] += any(set(one.columns) == pair and one.choice.component.name == name for one in chosen)
        kept, false = kept + len(chosen), false + len(wrong)
        useless += len(judged) - len(PLANTED)
        by_chance += bool(wrong)
        if chosen:
            gains.append((promised([one for one in judged if one.kept]), came_true(chosen, base, both, rows)))
        print(f"seed {seed}: {', '.join(one.words for one in chosen)}", flush=True)
    print(f"{len(seeds)} tables of {rows:,} rows, planted {strength:g}: found {found}")
    print(f"kept {kept}, of them false {false} ({false / max(kept, 1):.1%}); of {useless} useless ones kept {false}")
    print(f"tables with a false one: {by_chance}")
    if gains:
        print(f"log loss gained per row: {_together(gains)}", flush=True)


def planted_table(seed: int, rows: int, strength: float) -> Dataset:
    """Return a table whose outcome follows from each column by itself and from three pairs."""
    rng = np.random.default_rng(seed)
    table: dict[str, NDArray[np.float64] | pd.Categorical] = {}
    logit = np.full(rows, -1.6)
    codes = rng.choice(8, size=(8, rows), p=np.array([30, 20, 15, 12, 10, 7, 4, 2]) / 100)
    codes[2] = np.where(rng.random(rows) < 0.5, codes[0], codes[2])  # columns of a table go together
    for number, code in enumerate(codes):
        table[f"c{number}"] = pd.Categorical(np.array([f"level {level}" for level in range(8)])[code])
        logit += rng.normal(0, 0.3, 8)[code]
    plain = rng.normal(size=(8, rows))
    plain[4] += 0.7 * plain[2]
    plain[5] += 0.7 * plain[0]
    numbers = [np.exp(plain[0]), np.exp(plain[1] + 1), plain[2], plain[3], plain[4], *np.exp(plain[5:8])]
    curves = (np.sin, np.tanh, np.abs, np.square, np.sign)
    for number, values in enumerate(numbers):
        logit += 0.3 * curves[number % len(curves)](plain[number])
        table[f"n{number}"] = np.where(rng.random(rows) < 0.1, np.nan, values) if number > 3 else values
    signs = rng.choice([-1.0, 1.0], size=(8, 8))
    logit += strength * signs[codes[0], codes[1]]
    logit += strength * np.where(numbers[0] / numbers[1] > np.exp(-1), 1, -1)
    logit += strength * np.where(numbers[2] > numbers[3], 1, -1)
    y = (rng.random(rows) < 1 / (1 + np.exp(-logit))).astype(np.int8)
    return Dataset(pd.DataFrame(table), y, ("no", "yes"), None, None, None, None, None, None, (), (), f"planted{seed}")


def derived(dataset: Dataset, base: Sequence[Choice], section: FoldsSection | None = None) -> list[Judged]:
    """Return every candidate as judged on a table."""
    folds = prepare(dataset, make_folds(dataset, section or FoldsSection()), base)
    columns = strengths(folds)
    return judge(candidates(folds[0].tables[0][list(columns)], columns, base), folds, dataset.groups, FDR)


def promised(kept: Sequence[Judged]) -> float:
    """Return what the kept ones gain together on the rows that chose them: each behind those before it."""
    return sum(one.behind.mean for one in kept if one.behind is not None)


def came_true(kept: Sequence[Candidate], base: Sequence[Choice], both: Dataset, labelled: int) -> float:
    """Return what they gain on the rows of ``both`` behind the first so many, with all of these to learn from."""
    fresh = np.arange(len(both.y)) >= labelled
    folds = Folds(np.where(fresh, 0, -1)[None], "fresh", (), ~fresh[None])
    before = after = prepare(both, folds, base)
    for candidate in kept:
        after = add(candidate, after)
    return gain(before, after, None).mean


def on_fresh(path: Path, seed: int, labelled: int) -> None:
    """Print what is found on labelled rows, and what models gain by it on rows kept back."""
    experiment, dataset, y_fresh = split(read_experiment(path), seed, labelled)
    base = experiment.axes["derived"][-1]
    judged = derived(dataset, base, experiment.folds)
    chosen = [one.candidate for one in judged if one.kept]
    print(f"{path.stem} seed {seed}, {len(dataset.y):,} rows: {len(judged)} candidates")
    print(f"  kept {'; '.join(one.words for one in chosen) or 'none'}", flush=True)
    if not chosen:
        return
    both = replace(
        dataset,
        features=pd.concat([dataset.features, dataset.submission], ignore_index=True),
        y=np.append(dataset.y, y_fresh),
        groups=None,
    )
    gains = [(promised([one for one in judged if one.kept]), came_true(chosen, base, both, len(dataset.y)))]
    print(f"  log loss gained per row: {_together(gains)}")
    named = [choice for choice in base if choice.component.name != "raw"] + [one.choice for one in chosen]
    texts = any(dtype == "str" for dtype in dataset.features.dtypes)
    for model in MODELS:
        before, after = (fresh_prediction(model, derive, texts, dataset) for derive in (base, named))
        gains = []
        for score, sign in ((average_precision_score, 1), (log_loss, -1)):
            one, other = (float(score(y_fresh, said)) for said in (before, after))
            gains.append(f"{score.__name__} {one:.4f} {sign * (other - one):+.4f}")
        gains.append(f"f1 {_best_f1(y_fresh, before):.4f} {_best_f1(y_fresh, after) - _best_f1(y_fresh, before):+.4f}")
        print(f"  {model}: {', '.join(gains)}", flush=True)


def fresh_prediction(model: str, derive: Sequence[Choice], texts: bool, dataset: Dataset) -> NDArray[np.float64]:
    """Return what a model fitted on all labelled rows says of those kept back."""
    imputation, encoding, last = trial_of(MODELS[model]).choices  # type: ignore[arg-type]
    text = trial_of([("text", "tfidf", {"terms": 300})]).choices[0] if texts else default_choice("text", "drop_text")
    trial = Trial((*derive, imputation, encoding, text, default_choice("resampling", "as_is"), last))
    part = Part(every_place(dataset), Prepared(dataset.features, dataset.submission), dataset.y, dataset.groups)
    return fit_predict(trial, part, Pieces()).probability


def _together(gains: Sequence[tuple[float, float]]) -> str:
    """Return what was promised and came true on average, with the standard error of the difference."""
    promised, true = np.array(gains).T
    error = float(np.std(promised - true, ddof=1) / np.sqrt(len(gains))) if len(gains) > 1 else float("nan")
    return f"promised {promised.mean():.5f}, came true {true.mean():.5f} (difference ± {error:.5f})"


def _best_f1(y: NDArray[np.int8], said: NDArray[np.float64]) -> float:
    """Return the largest F1 that a threshold reaches on these rows: the same hindsight for all that are compared."""
    order = np.argsort(-said, kind="stable")
    hits = np.cumsum(y[order])
    return float((2 * hits / (np.arange(1, len(y) + 1) + y.sum())).max())


def _planted(choice: Choice, columns: tuple[str, ...]) -> bool:
    return PLANTED.get(choice.component.name) == set(columns)


if __name__ == "__main__":
    main()
