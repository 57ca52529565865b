"""Latent classes: kinds of customers that the table shows without being told what to look for."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bench.customer.classes.levels import Levels, levels_of
from bench.customer.classes.profile import Conversion, Trait, conversions_of, traits_of
from bench.customer.leads import Floats
from bench.customer.readable import GAP, LETTERS, OTHER
from bench.data.notices import shortened

FITTED = 5_000  # customers; of more, as many drawn
STARTS = 15  # of which the likeliest is kept; EM ends where it is near
STARTS_HALF = 5
SPLITS = 3
STABLE = 0.8  # adjusted Rand
GAIN = 0.1  # of BIC for each further class, in the mean gain of those before
SURE = 0.6  # posterior probability of the likeliest class
SEED = 7


@dataclass(frozen=True)
class Tried:
    """A number of classes that was tried.

    Attributes
    ----------
    bic : Bayesian information criterion of the fit; less is better
    agreement : median adjusted Rand index between the classes that two halves of the customers find, each for all
        customers, of three halvings, or of two where these decide; None where it was not asked for: of a single class,
        or where the fit gains too little or a class is too small
    smallest : customers of the smallest class, of all customers
    """

    classes: int
    bic: float
    agreement: float | None
    smallest: int


@dataclass(frozen=True)
class Classes:
    """Customers in classes, the largest class first.

    Attributes
    ----------
    posterior : ndarray of shape (n, classes), the probability that a customer is of a class
    traits : what each class has more and less of than the rest, by class, the most first
    conversions : of each class; empty without outcomes
    tried : every number of classes
    customers : how many the classes were fitted on, drawn of all
    fewest : customers that a class had to hold
    """

    posterior: Floats
    levels: Levels
    traits: tuple[tuple[Trait, ...], ...]
    conversions: tuple[Conversion, ...]
    tried: tuple[Tried, ...]
    customers: int
    fewest: int

    @property
    def names(self) -> tuple[str, ...]:
        """The two levels that each class has most more of than the rest; "all" of a single class.

        They are of two columns, none is all the rare levels of one, and one at most is a gap, since gaps come together.
        """
        return tuple(_name(of_class) for of_class in self.traits)

    @property
    def of(self) -> NDArray[np.intp]:
        """The likeliest class of each customer, from 0; shape (n,)."""
        likeliest: NDArray[np.intp] = self.posterior.argmax(axis=1)
        return likeliest

    @property
    def told(self) -> NDArray[np.bool_]:
        """Which customers a class can be told of: its posterior is at least 0.6; shape (n,)."""
        told: NDArray[np.bool_] = self.posterior.max(axis=1) >= SURE
        return told

    @property
    def labels(self) -> NDArray[np.str_]:
        """The class of each customer as it is written, "1" for the largest, empty where it cannot be told; (n,)."""
        return np.where(self.told, (self.of + 1).astype(str), "")


def latent_classes(
    table: pd.DataFrame,
    most: int,
    converted: NDArray[np.int64] | None = None,
    labelled: NDArray[np.int64] | None = None,
    smallest: int = 50,
    columns: Sequence[str] = (),
) -> Classes:
    """Find the classes of customers that a latent class model tells apart, one for no classes at all.

    Inside of a class the columns, in levels, know nothing of each other (Lazarsfeld and Henry 1968). Of the numbers of
    classes up to ``most`` whose classes are found again (median adjusted Rand of 0.8 or more between halves, each
    applied to all customers) and hold at least ``smallest`` customers, it is the one with the least BIC, as long as
    each further class lowers it by a tenth of what those before did in the mean: BIC alone goes on to split large
    tables, where columns are never quite independent inside of a class. No more are tried once BIC has risen twice in
    a row. Fitted on up to 5,000 customers, drawn with a fixed seed; each counts once. Outcomes do not enter the fit.

    Parameters
    ----------
    table : DataFrame of shape (n, features), a row for each customer, as `per_customer` returns it
    converted, labelled : ndarrays of shape (n,), how many leads of a customer converted, and how many are labelled
    smallest : customers that each class has at least
    columns : those that the classes are looked for in; see `levels_of`

    References
    ----------
    Morin, Legault, Laliberté, Bakk, Giguère, de la Sablonnière and Lacourse (2023), StepMix, arXiv:2304.03853.
    Lange, Roth, Braun and Buhmann (2004), Stability-based validation of clustering solutions,
    https://doi.org/10.1162/089976604773717621.
    """
    levels = levels_of(table, columns)
    every = _indicators(levels)
    sample = every[np.random.default_rng(SEED).permutation(len(every))[:FITTED]]
    nothing: tuple[Floats, tuple[Tried, ...]] = (np.ones((len(every), 1)), ())
    found, tried = _searched(every, sample, levels, most, smallest) if every.size else nothing
    found = found[:, np.argsort(-np.bincount(found.argmax(axis=1), minlength=found.shape[1]), kind="stable")]
    traits = traits_of(found, levels)
    outcomes = () if converted is None or labelled is None else conversions_of(found, converted, labelled)
    return Classes(found, levels, traits, outcomes, tried, len(sample), smallest)


def _searched(
    every: Floats, sample: Floats, levels: Levels, most: int, smallest: int
) -> tuple[Floats, tuple[Tried, ...]]:
    """Return the posterior of each customer for the number of classes that is taken, and all that were tried."""
    tried: list[Tried] = []
    found = np.ones((len(every), 1))
    for classes in range(1, max(1, min(most, len(every) // smallest)) + 1):
        if _rising(tried):
            break
        model = _fitted(sample, levels, classes, STARTS if classes > 1 else 1, SEED)  # all start alike with one class
        bic = float(np.nan_to_num(model.bic(sample), nan=np.inf))
        posterior = _posterior(model, sample, every)
        size = int(np.bincount(posterior.argmax(axis=1), minlength=classes).min())
        asked = classes > 1 and size >= smallest and _gains(tried, found.shape[1], classes, bic)
        agreement = _agreement(sample, levels, classes) if asked else None
        tried.append(Tried(classes, bic, agreement, size))
        if agreement is not None and agreement >= STABLE:
            found = posterior
    return found, tuple(tried)


def _rising(tried: Sequence[Tried]) -> bool:
    """Say if BIC has risen twice in a row."""
    return len(tried) > 2 and tried[-1].bic > tried[-2].bic > tried[-3].bic


def _gains(tried: Sequence[Tried], taken: int, classes: int, bic: float) -> bool:
    """Say if more classes than those taken lower BIC enough: each by a tenth of what one did so far, in the mean."""
    one, now = tried[0].bic, tried[taken - 1].bic
    so_far = (one - now) / (taken - 1) if taken > 1 else 0.0
    return (now - bic) / (classes - taken) > GAIN * so_far


def _indicators(levels: Levels) -> Floats:
    """Return one column of 0 and 1 for each level, as many for each column of the table as the longest has."""
    width = max(map(len, levels.levels), default=1)
    return np.eye(width)[levels.codes].reshape(len(levels.codes), width * len(levels.columns))


def _fitted(sample: Floats, levels: Levels, classes: int, starts: int, seed: int) -> Any:
    from sklearn.exceptions import ConvergenceWarning
    from stepmix.stepmix import StepMix

    sizes = [len(of_column) for of_column in levels.levels]
    model = StepMix(
        classes,
        measurement="categorical",
        # Indicators that are made once: by itself it makes them anew in every step.
        measurement_params={"integer_codes": False, "max_n_outcomes": max(sizes), "total_outcomes": sum(sizes)},
        n_init=starts,
        abs_tol=1e-5,  # of the mean log-likelihood
        max_iter=150,
        random_state=seed,
        progress_bar=0,
    )
    with warnings.catch_warnings(), np.errstate(divide="ignore", invalid="ignore"):  # a start whose class runs empty
        warnings.simplefilter("ignore", ConvergenceWarning)  # near enough after 150 steps
        return model.fit(sample)


def _posterior(model: Any, sample: Floats, every: Floats) -> Floats:
    """Return the posterior of ``every`` row, each class's shares drawn to those of all as by one row more.

    A level that no row of a class has would else rule it out, however well all other columns fit (the Bayes constants
    of Vermunt and Magidson 2016, Technical guide for Latent GOLD).
    """
    parameters = model.get_parameters()
    shares = parameters["measurement"]["pis"]
    rows = model.weights_[:, None] * len(sample)
    parameters["measurement"]["pis"] = (rows * shares + sample.mean(axis=0)) / (rows + 1)
    model.set_parameters(parameters)
    posterior: Floats = model.predict_proba(every)
    return posterior


def _agreement(sample: Floats, levels: Levels, classes: int) -> float:
    from sklearn.metrics import adjusted_rand_score

    agreements: list[float] = []
    for split in range(SPLITS):
        if len({agreement >= STABLE for agreement in agreements}) == 1 < len(agreements):
            break  # the median of three is on the side of these two, whatever the third
        halves = np.array_split(np.random.default_rng([SEED, split]).permutation(len(sample)), 2)
        models = [_fitted(sample[half], levels, classes, STARTS_HALF, SEED + split) for half in halves]
        one, other = (
            _posterior(model, sample[half], sample).argmax(axis=1) for model, half in zip(models, halves, strict=True)
        )
        agreements.append(adjusted_rand_score(one, other))
    return float(np.median(agreements))


def _name(traits: Sequence[Trait]) -> str:
    strongest: dict[str, str] = {}
    for trait in traits:
        if trait.low > 0 and trait.level != OTHER:
            strongest.setdefault(
                GAP if trait.level == GAP else trait.column, f"{trait.column} {shortened(trait.level, LETTERS)}"
            )
    return ", ".join([*strongest.values()][:2]) or "all"
