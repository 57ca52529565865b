"""Target encodings, which differ only in what they make of a level's rows and positive rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bench.components.steps.encoding.crossfit import CrossFitted, Floats, Seen, TargetStatistic, agreement, worth


def shrunk(rows: NDArray[Any], sums: NDArray[Any], smooth: float, mean: float) -> Floats:
    """Return means, (sums + smooth * mean) / (rows + smooth), shape (n,); ``mean`` where nothing is known."""
    rows = rows + smooth
    means: Floats = np.divide(sums + smooth * mean, rows, out=np.full(len(rows), mean), where=rows > 0)
    return means


class TargetMean(CrossFitted):
    """The share of positives, shrunk to the mean: (positive + smooth * mean) / (rows + smooth).

    Parameters
    ----------
    smooth : pseudo-count, in rows, that pulls a level's mean to the overall mean (Micci-Barreca 2001,
        https://doi.org/10.1145/507533.507538). A fixed one, since the empirical Bayes estimate of scikit-learn's
        `TargetEncoder` does not shrink levels whose rows all have the same outcome, and most companies are such levels.
    folds : as in `CrossFitted`
    """

    def __init__(self, smooth: float = 10.0, folds: int = 5, random_state: int | None = None) -> None:
        super().__init__(folds, random_state)
        self.smooth = smooth

    def _values(self, seen: Floats, positive: Floats) -> Floats:
        return shrunk(seen, positive, self.smooth, _mean(seen, positive))


class WeightOfEvidence(TargetMean):
    """How far a level moves the log-odds of a positive outcome from where they are without it (Good 1950).

    log((positive + a) / (negative + b)) - log(mean / (1 - mean)) with a = smooth * mean and b = smooth * (1 - mean).
    More positives, higher value; a level that was never seen says nothing and gets 0. The usual constant in place of
    both a and b would call a rare level positive where few rows are.
    """

    def _values(self, seen: Floats, positive: Floats) -> Floats:
        mean = _mean(seen, positive)
        if not 0.0 < mean < 1.0:  # outcomes of one kind only are no evidence
            return np.zeros(len(seen))
        pseudo_positive, pseudo_negative = self.smooth * mean, self.smooth * (1 - mean)
        odds = (positive + pseudo_positive) / (seen - positive + pseudo_negative)
        return np.asarray(np.log(odds) - np.log(mean / (1 - mean)))


class JamesStein(CrossFitted):
    """The share of positives, shrunk to the mean the more, the less levels differ beyond what chance makes of them.

    (1 - B) * share + B * mean with B = within / (within + between). ``within`` = mean * (1 - mean) / rows is the
    chance variance of a share, taken at the overall mean so that a level whose rows all agree is shrunk too;
    ``between`` is the variance of the levels' true shares by the method of moments (DerSimonian and Laird 1986,
    Controlled Clinical Trials 7), 0 at the least, where all levels get the mean. Positive-part James-Stein
    for unequal variances, as in Efron and Morris (1977, Scientific American 236) and Morris (1983,
    https://www.jstor.org/stable/2287098), without the latter's factor (levels - 3) / (levels - 1): up to three levels
    it would undo the shrinkage.
    """

    def _values(self, seen: Floats, positive: Floats) -> Floats:
        mean = _mean(seen, positive)
        chance = mean * (1 - mean)
        rows, found = seen[seen > 0], positive[seen > 0]
        spread = rows.sum() - (rows**2).sum() / rows.sum()
        excess = (rows * (found / rows - mean) ** 2).sum() - (len(rows) - 1) * chance
        if len(rows) < 2 or excess <= 0:
            return np.full(len(seen), mean)
        # The same formula, with smooth = chance / between.
        return shrunk(seen, positive, chance * spread / excess, mean)


class OrderedTarget(TargetStatistic):
    """CatBoost's ordered target statistics: a row is encoded by the companies before it in a random order.

    (positive + prior * mean) / (rows + prior) over the rows of its level that come before, whole companies at once;
    new rows by all of training (Prokhorenkova et al. 2018, arXiv:1706.09516, section 3.2). The mean is of all training
    rows, as there: the same number for every row, so it tells none from another.

    Parameters
    ----------
    prior : pseudo-count, in rows, of the mean
    permutations : random orders to average over. Many come close to leaving one row out, from which a model can read
        a row's own outcome, so few are better.
    """

    def __init__(self, prior: float = 1.0, permutations: int = 1, random_state: int | None = None) -> None:
        self.prior = prior
        self.permutations = permutations
        self.random_state = random_state

    def _values(self, seen: Floats, positive: Floats) -> Floats:
        return shrunk(seen, positive, self.prior, _mean(seen, positive))

    def _training_side(self, seen: Seen, grouped: bool) -> Floats:
        weight = worth(seen.alike, agreement(seen.company, seen.y))
        mean = float((weight * seen.y).sum() / weight.sum())
        order = np.random.default_rng(self.random_state)
        values = np.zeros(len(seen.y))
        for _ in range(self.permutations):
            turn = order.permutation(seen.company.max() + 1)[seen.company]
            before = _before(seen.code, turn, weight)
            values += shrunk(before, _before(seen.code, turn, weight * seen.y), self.prior, mean)
        return np.asarray(values / self.permutations)


def _mean(seen: Floats, positive: Floats) -> float:
    return float(positive.sum() / seen.sum())


def _before(code: np.ndarray, turn: np.ndarray, amount: Floats) -> Floats:
    """Return for each row the sum of ``amount`` over the rows of its code whose turn was earlier, shape (n,)."""
    table = pd.DataFrame({"code": code, "turn": turn, "amount": amount})
    places = table.groupby(["code", "turn"]).ngroup().to_numpy()
    own = table.groupby(["code", "turn"])["amount"].sum()
    # Shifted, not subtracted: a difference would keep a row's own outcome in its last digits.
    earlier = own.groupby("code").cumsum().groupby("code").shift(fill_value=0.0).to_numpy()
    return np.asarray(earlier[places])
