"""Gaps filled by a forest on the columns that say most of them, with its accuracy on masked cells."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.metrics import r2_score

from bench.components.steps.columns import by_frequency
from bench.components.steps.imputation.association import coded, usefulness
from bench.components.steps.imputation.usual_fill import MISSING, UsualFill, usual

ROWS = 5000  # random training rows that a forest is fitted on, at most
FEWEST = 20  # known cells that a forest is fitted on; with fewer, what is usual fills
MASKED = 0.2  # of the known cells, kept back to see how well gaps are filled
BEST, WORST = 2, 1  # columns in the warning, which the record cuts at 300 letters


class RelatedFill(UsualFill):
    """Fill the gaps of each column by a small random forest on the columns most useful for them.

    One pass of what missForest does in rounds, on few columns. The training rows of a forest borrow the gaps that its
    inputs have in the rows to fill: an input known wherever the column is known, and missing wherever it is missing,
    would look perfect and fill nothing. A forest that does no better on masked cells than the median or most frequent
    level gives way to it, which also fills columns without gaps in training. Never uses the target.

    Parameters
    ----------
    columns : at most so many inputs for each column, by `association.usefulness`
    levels : the most frequent levels of a category that are told apart, as input and as filling; where a rarer one
        is the most likely, the gap becomes the level "missing"

    Attributes
    ----------
    masked_ : column -> [R² of numbers or share right of categories, the same of the median or most frequent level], on
        a fifth of the known cells kept back. Known cells: of gaps that come about otherwise it says little.

    References
    ----------
    Stekhoven and Bühlmann (2012), https://doi.org/10.1093/bioinformatics/btr597.
    """

    def __init__(self, columns: int = 5, levels: int = 50, random_state: int | None = None) -> None:
        self.columns = columns
        self.levels = levels
        self.random_state = random_state

    def fit(self, X: pd.DataFrame, y: object = None) -> RelatedFill:
        """Learn to fill the gaps of X, a table of shape (n, columns)."""
        super().fit(X)
        rng = np.random.default_rng(self.random_state)
        codes = {str(name): coded(column) for name, column in X.items()}
        self.levels_ = {
            str(name): [str(level) for level in [*by_frequency(column)][: self.levels]]
            for name, column in X.select_dtypes(exclude="number").items()
        }
        self.inputs_: dict[str, list[str]] = {}
        self.forests_: dict[str, Any] = {}
        self.masked_: dict[str, list[float]] = {}
        for name, code in codes.items():
            if not (code < 0).any() or (code >= 0).sum() < FEWEST:
                continue
            useful = {other: usefulness(code, codes[other]) for other in codes if other != name}
            best = sorted((other for other in useful if useful[other] > 0), key=lambda other: -useful[other])
            if best:
                self.inputs_[name] = best[: self.columns]
                self._learn(X, name, rng)
        if self.masked_:
            warnings.warn(self._said(), UserWarning, stacklevel=2)
        return self

    def _fillings(self, X: pd.DataFrame) -> dict[str, NDArray[Any]]:
        fillings = super()._fillings(X)
        for name, forest in self.forests_.items():
            gaps = X[name].isna().to_numpy()
            if gaps.any():
                predicted = forest.predict(self._inputs(X[gaps], name))
                if name in self.levels_:
                    predicted = np.array([*self.levels_[name], MISSING], dtype=object)[predicted.astype(int)]
                fillings[name][gaps] = predicted
        return fillings

    def _learn(self, X: pd.DataFrame, name: str, rng: np.random.Generator) -> None:
        """Fit the forest of a column, once without the masked cells to judge it and once for good."""
        known = rng.permutation(np.flatnonzero(X[name].notna()))[:ROWS]
        inputs = self._inputs(X.iloc[known], name)
        absent = np.isnan(self._inputs(X[X[name].isna()], name))
        inputs[absent[rng.integers(len(absent), size=len(inputs))]] = np.nan
        wanted = X[name].iloc[known]
        outputs = self._ranks(wanted, name) if name in self.levels_ else wanted.to_numpy(dtype=np.float64)
        seed = int(rng.integers(2**31))
        masked = int(MASKED * len(known))
        said = self._forest(name, seed, inputs[masked:], outputs[masked:]).predict(inputs[:masked])
        plain = usual(wanted.iloc[masked:])
        self.masked_[name] = self._judged(name, outputs[:masked], said, plain)
        if self.masked_[name][0] > self.masked_[name][1]:
            self.forests_[name] = self._forest(name, seed, inputs, outputs)

    def _inputs(self, X: pd.DataFrame, name: str) -> NDArray[np.float64]:
        """Return the inputs of a column: numbers as they are, levels by rank, gaps NaN."""
        ranked = (
            self._ranks(X[other], other) if other in self.levels_ else X[other].to_numpy(dtype=np.float64)
            for other in self.inputs_[name]
        )
        return np.column_stack(list(ranked))

    def _ranks(self, column: pd.Series[Any], name: str) -> NDArray[np.float64]:
        """Return each level's rank in frequency, one rank for all that are not told apart, NaN for a gap."""
        levels = self.levels_[name]
        ranks = pd.Index(levels, dtype=object).get_indexer(pd.Index(column.astype(object)))
        return np.where(column.isna(), np.nan, np.where(ranks < 0, len(levels), ranks)).astype(np.float64)

    def _forest(self, name: str, seed: int, inputs: NDArray[np.float64], outputs: NDArray[np.float64]) -> Any:
        kind = RandomForestClassifier if name in self.levels_ else RandomForestRegressor
        with warnings.catch_warnings():
            # A column of many levels is no regression taken for a classification.
            warnings.filterwarnings("ignore", "The number of unique classes", UserWarning)
            # Bounded leaves: a leaf holds a share for each level, and the forests of twenty columns are kept together.
            forest = kind(20, min_samples_leaf=3, max_leaf_nodes=64, n_jobs=1, random_state=seed)
            return forest.fit(inputs, outputs)

    def _judged(self, name: str, true: NDArray[Any], said: NDArray[Any], plain: float | str) -> list[float]:
        if name not in self.levels_:
            return [float(r2_score(true, said)), float(r2_score(true, np.full(len(true), plain)))]
        named = true < len(self.levels_[name])  # no filling is right where the level is not told apart
        most = self._ranks(pd.Series([plain]), name)[0]
        return [float((named & (true == said)).mean()), float((named & (true == most)).mean())]

    def _said(self) -> str:
        """Return what the masked cells showed of the columns that gain most and, after them, least."""
        ordered = sorted(self.masked_, key=lambda name: self.masked_[name][1] - self.masked_[name][0])
        named = ordered if len(ordered) <= BEST + WORST else ordered[:BEST] + ordered[-WORST:]
        parts = []
        for name in named:
            value, plain = self.masked_[name]
            kind = "right {:.2f}, most frequent" if name in self.levels_ else "R² {:.2f}, median"
            parts.append(f"{name} {kind.format(value)} {plain:.2f}")
        return f"related: masked cells filled, best and worst of {len(ordered)} columns: {'; '.join(parts)}"
