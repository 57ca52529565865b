"""A customer's share of what counts beside the other customers': shrunk by how little its history says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]

ABOVE: Final = "above the average"
BELOW: Final = "below the average"
LIKE: Final = "like the average"
UNTOLD: Final = "cannot tell yet"

# Of a customer of whom anything is told. Where customers are nearly all or nothing one row tells by the figures, but a
# reader does not believe it, and a habit is more than a single act.
FEWEST_ROWS = 5
ENOUGH_ROWS = 100  # tell any share to 10 percentage points: 1.96 * sqrt(0.25 / 100) is 0.098
WIDEST = 0.5  # of an interval that says something
MOST_CUSTOMERS = 10_000  # that the prior is learned from: more would not move it visibly
COARSE, FINE = 7, 15  # points of the grid on each side: while it closes in, and at the end
FAR = 10.0  # points whose log-likelihood is so far below the best do not count: 4.5 standard deviations


@dataclass(frozen=True)
class History:
    """What is known of each customer; ndarrays of shape (customers,).

    Attributes
    ----------
    exposure : rows; of amounts, the number of equal ones that would say as much
    counted : those of them that count; not whole where amounts are summed up
    """

    exposure: Floats
    counted: Floats

    def of(self, customers: NDArray[np.bool_]) -> History:
        """Return the history of some customers."""
        return History(self.exposure[customers], self.counted[customers])

    @property
    def share(self) -> Floats:
        """The share that counts, 0 to 1; NaN of a customer without a history."""
        some = self.exposure > 0
        return np.asarray(np.divide(self.counted, self.exposure, out=np.full(len(some), np.nan), where=some))


@dataclass(frozen=True)
class Prior:
    """What the other customers say of one: beta distributions of its share, with their weights.

    Attributes
    ----------
    alpha, beta : ndarrays of shape (distributions,), above 0; their sum is how many rows a distribution is worth
    weight : ndarray of shape (distributions,); they sum to 1
    """

    alpha: Floats
    beta: Floats
    weight: Floats


@dataclass(frozen=True)
class Posterior:
    """What a customer's history and the other customers say together; ndarrays of shape (customers,).

    Attributes
    ----------
    mean : the shrunk share, 0 to 1
    low, high : where its 95 % interval begins and ends
    pull : how much of ``mean`` is the other customers', 0 to 1
    """

    mean: Floats
    low: Floats
    high: Floats
    pull: Floats


def history_of(
    customer: NDArray[np.integer[Any]], counts: Floats, customers: int, amount: Floats | None = None
) -> History:
    """Return the history of each of ``customers`` from rows.

    customer : ndarray of shape (n,), the number of each row's customer; counts : 1 where a row counts, 0 where not, NaN
    where that is not known, which leaves it out; amount : what each row weighs, 0 or more, likewise.

    Amounts are worth (sum of a)^2 / sum of a^2 rows, the effective sample size of Kish (1965, Survey Sampling,
    section 11.7): one large amount among many small ones says hardly more than one row.
    """
    weight = np.ones(len(counts)) if amount is None else amount
    known = ~(np.isnan(counts) | np.isnan(weight))
    customer, counts, weight = customer[known], counts[known], weight[known]

    def summed(values: Floats) -> Floats:
        return np.bincount(customer, values, minlength=customers).astype(np.float64)

    weight = weight / max(weight.max(initial=0.0), 1e-300)  # the square of a large one would be infinite
    total, squares, counted = summed(weight), summed(weight**2), summed(weight * counts)
    some = squares > 0
    rows = np.divide(total**2, squares, out=np.zeros(customers), where=some)
    share = np.divide(counted, total, out=np.zeros(customers), where=some)
    return History(rows, rows * np.minimum(share, 1.0))


def learned_prior(history: History) -> Prior:
    """Return what customers with these histories say of one of them.

    Shares follow a beta distribution and what counts of a history a beta-binomial one (empirical Bayes, Efron and
    Hastie 2016, Computer Age Statistical Inference, chapter 6). Its mean and the correlation of two rows of one
    customer, 1 / (1 + alpha + beta), are not taken at their most likely values but averaged over all values, weighted
    by their likelihood: with few customers they are hardly known, and intervals that take them for known are too
    short (Kass and Steffey 1989, doi:10.1080/01621459.1989.10478825). A grid closes in on the likely values.

    Where no customer has two rows, nothing tells how much customers differ, and all correlations weigh the same.
    """
    some = np.flatnonzero(history.exposure > 0)
    if len(some) > MOST_CUSTOMERS:
        some = np.random.default_rng(0).choice(some, MOST_CUSTOMERS, replace=False)
    pairs, times = np.unique(np.stack([history.exposure[some], history.counted[some]]), axis=1, return_counts=True)
    low, high = _likely(pairs, times)
    mean, alike, found = _likelihoods(pairs, times, low, high, FINE)
    likely = found > found.max() - FAR
    mean, worth, weight = mean[likely], 1.0 / alike[likely] - 1.0, np.exp(found - found.max())[likely]
    return Prior(mean * worth, (1.0 - mean) * worth, weight / weight.sum())


def posterior(history: History, prior: Prior) -> Posterior:
    """Return each customer's shrunk share with its 95 % interval.

    With one distribution (a, b): mean (counted + a) / (exposure + a + b), and quantiles of the beta distribution with
    counted + a and exposure - counted + b. With several: their weighted mean, and the beta distribution that has the
    mean and the variance of their mixture.
    """
    from scipy.special import betaincinv

    mean, square, pull = (np.zeros(len(history.exposure)) for _ in range(3))
    for alpha, beta, weight in zip(prior.alpha, prior.beta, prior.weight, strict=True):
        rows = history.exposure + alpha + beta
        own = (history.counted + alpha) / rows
        mean += weight * own
        square += weight * own * (history.counted + alpha + 1.0) / (rows + 1.0)
        pull += weight * (alpha + beta) / rows
    room = mean * (1.0 - mean)
    spread = np.maximum(square - mean**2, 1e-12 * room)  # customers that do not differ at all
    worth = np.maximum(room / spread - 1.0, 1e-6)
    low, high = (betaincinv(mean * worth, (1.0 - mean) * worth, level) for level in (0.025, 0.975))
    return Posterior(mean, low, high, pull)


def compared(history: History) -> pd.DataFrame:
    """Return each customer beside the average customer, a row for each, in per cent.

    exposure : as of `History`
    share : what counts of its rows or amounts; average : the mean of all customers' shares, each counted once;
    difference : of the two, in percentage points
    shrunk, low, high : as of `posterior`
    percentile : the share of customers whose shrunk share is smaller, and half of those with the same
    state : `UNTOLD` of an exposure below 5. Else `ABOVE` or `BELOW` where the interval lies beyond the average. Else
    `UNTOLD` of an exposure below 100 that says less than the other customers do, and where the interval is wider than
    50 points. Else `LIKE`.

    Every customer needs an exposure above 0.
    """
    from scipy.stats import rankdata

    share = history.share
    average = float(share.mean())
    known = posterior(history, learned_prior(history))
    frame = pd.DataFrame({"exposure": history.exposure, "share": 100 * share})
    frame["average"] = 100 * average
    frame["difference"] = 100 * (share - average)
    frame["shrunk"], frame["low"], frame["high"] = 100 * known.mean, 100 * known.low, 100 * known.high
    alike = known.mean.round(9)  # sums of amounts differ in their last digits
    frame["percentile"] = 100 * (rankdata(alike) - 0.5) / len(share)
    frame["state"] = _states(history, known, average)
    return frame


def exposure_tells(history: History) -> float:
    """Return how surely customers with longer histories have larger shares, in standard errors; below 0: smaller ones.

    The prior is the same for all customers. Where this is far from 0 it is not, and intervals are too short.
    """
    log_rows, share = np.log(history.exposure), history.share
    together = (log_rows - log_rows.mean()) * (share - share.mean())
    error = float(np.sqrt((together**2).sum()))  # whatever the spread at each exposure (White 1980)
    return float(together.sum() / error) if error > 0 else 0.0


def _states(history: History, known: Posterior, average: float) -> NDArray[np.str_]:
    rows = history.exposure
    thin = rows < FEWEST_ROWS
    vague = ((known.pull >= 0.5) & (rows < ENOUGH_ROWS)) | (known.high - known.low > WIDEST)
    # The share itself must lie on that side too: where all shares are the same none is above the average.
    above = (known.low > average) & (history.share > average)
    below = (known.high < average) & (history.share < average)
    return np.select([thin, above, below, vague], [UNTOLD, ABOVE, BELOW, UNTOLD], LIKE)


def _likely(pairs: Floats, times: NDArray[np.intp]) -> tuple[Floats, Floats]:
    """Return the least and the largest mean and correlation that are likely."""
    low, high = np.zeros(2), np.ones(2)
    while True:
        mean, alike, found = _likelihoods(pairs, times, low, high, COARSE)
        likely = found > found.max() - FAR
        bounds = np.array([[values.min(), values.max()] for values in (mean[likely], alike[likely])])
        beyond = 1.5 * (high - low) / COARSE  # a cell more on each side, of which the points are the middles
        before = high - low
        low, high = np.maximum(low, bounds[:, 0] - beyond), np.minimum(high, bounds[:, 1] + beyond)
        if (high - low > 0.75 * before).all():
            return low, high


def _likelihoods(
    pairs: Floats, times: NDArray[np.intp], low: Floats, high: Floats, points: int
) -> tuple[Floats, Floats, Floats]:
    """Return the means and correlations of a grid between ``low`` and ``high``, and their log-likelihoods.

    pairs : ndarray of shape (2, k), exposures and what counts of them; times : how many customers have each
    """
    from scipy.special import betaln

    exposure, counted = pairs
    middles = (np.arange(points) + 0.5) / points
    mean, alike = (edge + (end - edge) * middles for edge, end in zip(low, high, strict=True))
    mean, alike = (side.ravel() for side in np.meshgrid(mean, alike))
    worth = 1.0 / alike - 1.0
    found = [
        times @ (betaln(counted + a, exposure - counted + b) - betaln(a, b))
        for a, b in zip(mean * worth, (1.0 - mean) * worth, strict=True)
    ]
    return mean, alike, np.array(found, dtype=np.float64)
