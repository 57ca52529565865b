"""What a class of customers has more of than the rest, and how many of its leads convert."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.customer.classes.levels import Levels
from bench.customer.leads import Floats
from bench.customer.readable import FEWEST
from bench.score.interval import NORMAL_95, wilson_of_clusters


@dataclass(frozen=True)
class Trait:
    """A level of a column in a class and in the rest.

    Attributes
    ----------
    share, rest : of the customers of the class and of all others that have the level, 0 to 1
    difference, low, high : share less rest, and its 95 % interval
    customers : of the class by their likeliest one, with the level
    """

    column: str
    level: str
    share: float
    rest: float
    difference: float
    low: float
    high: float
    customers: int


@dataclass(frozen=True)
class Conversion:
    """Outcomes of the customers whose likeliest class it is.

    Attributes
    ----------
    customers : of the class, with an outcome or without
    labelled, converted : leads
    rate, low, high : converted of labelled, and its 95 % interval; NaN without labelled leads
    """

    customers: int
    labelled: int
    converted: int
    rate: float
    low: float
    high: float


def traits_of(posterior: Floats, levels: Levels) -> tuple[tuple[Trait, ...], ...]:
    """Return for each class the levels that five of its customers have or more, the largest difference first.

    Every customer counts in each class by its posterior, and in the rest by what is left. The interval is the normal
    one of a difference of two such ratios (linearised; Särndal, Swensson and Wretman 1992, section 5.5); it is over
    other customers like these, and takes the classes as given.

    Parameters
    ----------
    posterior : ndarray of shape (n, classes)
    """
    likeliest = posterior.argmax(axis=1)
    found: list[tuple[Trait, ...]] = []
    for number, weight in enumerate(posterior.T):
        if posterior.shape[1] == 1:
            return ((),)
        traits = []
        for column, names, codes in zip(levels.columns, levels.levels, levels.codes.T, strict=True):
            for code, name in enumerate(names):
                has = codes == code
                customers = int(np.count_nonzero(has & (likeliest == number)))
                if customers >= FEWEST:
                    traits.append(Trait(column, name, *_difference(has, weight), customers))
        found.append(tuple(sorted(traits, key=lambda trait: -trait.difference)))
    return tuple(found)


def conversions_of(
    posterior: Floats, converted: NDArray[np.int64], labelled: NDArray[np.int64]
) -> tuple[Conversion, ...]:
    """Return how many leads of each class converted, each customer in its likeliest class.

    Leads of a customer go together, which the interval knows: see `bench.score.interval.wilson_of_clusters`.

    Parameters
    ----------
    posterior : ndarray of shape (n, classes)
    converted, labelled : ndarrays of shape (n,), leads of each customer
    """
    likeliest = posterior.argmax(axis=1)
    chosen = [likeliest == number for number in range(posterior.shape[1])]
    return tuple(_conversion(int(of.sum()), converted[of], labelled[of]) for of in chosen)


def _difference(has: NDArray[np.bool_], weight: Floats) -> tuple[float, float, float, float, float]:
    inside, outside = weight.sum(), (1 - weight).sum()
    share, rest = (weight @ has) / inside, ((1 - weight) @ has) / outside
    pull = weight * (has - share) / inside - (1 - weight) * (has - rest) / outside
    half = NORMAL_95 * np.sqrt((pull**2).sum())
    difference = share - rest
    return float(share), float(rest), float(difference), float(difference - half), float(difference + half)


def _conversion(customers: int, converted: NDArray[np.int64], labelled: NDArray[np.int64]) -> Conversion:
    return Conversion(customers, int(labelled.sum()), int(converted.sum()), *wilson_of_clusters(converted, labelled))
