"""Why leads have their index, in words: the columns that raise and that lower their chance."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bench.bundle.predictor import Predictor
from bench.components.steps.columns import is_number
from bench.customer.leads import Leads
from bench.data.notices import shortened
from bench.ensemble.reasons import reasons
from bench.errors import DataError

EACH_WAY = 3  # columns that raise a lead's chance, and as many that lower it
LONGEST = 95  # letters of one reason; three of them fit into a cell
MATTERS = 0.05  # of the log-odds: what moves the odds by less than a twentieth is no reason
FEWEST_LEADS = 5  # that share what the page says
RAISES, LOWERS = "raises", "lowers"
SIGNS: Final = {RAISES: 1, LOWERS: -1}


@dataclass(frozen=True)
class Why:
    """The reasons of the likeliest leads.

    Attributes
    ----------
    rows : ndarray of shape (n,), their places among the leads, the likeliest first
    contributions : DataFrame of shape (n, features), what each column adds to the log-odds of the chance
    words : DataFrame of str, shape (n, features), what stands in each cell, such as "product_category is signage"
    plain : likewise without a number or a text of the lead's own, such as "lead_desc_length is high"; for a page
    sentence : whose reasons these are, or why there are none
    """

    rows: NDArray[np.intp]
    contributions: pd.DataFrame
    words: pd.DataFrame
    plain: pd.DataFrame
    sentence: str

    def of_leads(self, leads: int, direction: str) -> list[str]:
        """Return the reasons of each of so many leads; nothing of those that were not asked about."""
        said = [""] * leads
        for place, row in enumerate(self.rows):
            named = _strongest(self.contributions.iloc[place], direction)
            said[row] = "; ".join(str(self.words[name].iloc[place]) for name in named)
        return said

    def of_people(self, of: NDArray[np.intp], size: int, direction: str) -> list[str]:
        """Return the reasons of each of so many customers, the mean over its leads that were asked about.

        A column that says another thing of each of them is named alone. ``of`` are the customers of all leads.
        """
        said = [""] * size
        whose = of[self.rows]
        for customer in np.unique(whose):
            own = np.flatnonzero(whose == customer)
            named = _strongest(self.contributions.iloc[own].mean(), direction)
            said[customer] = "; ".join(
                _common(self.words[name].iloc[own]) or shortened(name, LONGEST) for name in named
            )
        return said

    def most_often(self, chosen: NDArray[np.bool_], direction: str, most: int = 5) -> list[tuple[str, int]]:
        """Return what is named most often among the reasons of the chosen leads, and of how many.

        ``chosen`` of shape (n,). What fewer than `FEWEST_LEADS` of them share is left out.
        """
        counts: Counter[str] = Counter()
        for place in np.flatnonzero(chosen):
            counts.update(
                self.plain[name].iloc[place] for name in _strongest(self.contributions.iloc[place], direction)
            )
        named = [(phrase, leads) for phrase, leads in counts.items() if leads >= FEWEST_LEADS]
        return sorted(named, key=lambda pair: (-pair[1], pair[0]))[:most]


def why(predictor: Predictor, leads: Leads, labelled: pd.DataFrame, most: int, company: str | None = None) -> Why:
    """Give the reasons of the ``most`` likeliest leads; see `bench.ensemble.reasons.reasons`.

    Reasons are of the score. What calibration adds is the same for all leads of a kind, but for a factor above 0.

    Parameters
    ----------
    labelled : DataFrame of shape (m, features), the leads that the predictor was fitted on
        A number is low or high if it lies outside of the middle half of theirs.
    company : the column that names companies, which no page tells; None for none
    """
    rows = np.argsort(-leads.chance, kind="stable")[:most]
    features = leads.features.iloc[rows].reset_index(drop=True)
    nothing = pd.DataFrame(index=range(0), columns=features.columns)
    if not len(rows):
        return Why(rows, nothing, nothing, nothing, "")
    try:
        found = reasons(predictor, features, labelled)
    except DataError as error:
        sentence = str(error)
        return Why(rows[:0], nothing, nothing, nothing, f"{sentence[0].upper()}{sentence[1:]}")
    words, plain = in_words(features, labelled), in_words(features, labelled, plain=True)
    if company is not None and company in plain:
        plain[company] = np.where(features[company].isna(), plain[company], f"{shortened(company, LONGEST)} is given")
    return Why(rows, found.contributions, words, plain, found.sentence)


def in_words(features: pd.DataFrame, labelled: pd.DataFrame, *, plain: bool = False) -> pd.DataFrame:
    """Say what stands in each cell; ``plain`` leaves out numbers, days and texts, which are a single lead's own."""
    return pd.DataFrame(
        {name: _column_in_words(features[name], labelled[name], plain) for name in features}, dtype=object
    )


def _column_in_words(column: pd.Series[Any], labelled: pd.Series[Any], plain: bool) -> list[str]:
    name = shortened(str(column.name), LONGEST // 2)
    if is_number(column):
        low, high = (float(labelled.quantile(end)) for end in (0.25, 0.75))  # NaN without any
        said = [_number(value, low, high, plain) for value in column]
    elif isinstance(column.dtype, pd.CategoricalDtype):
        said = [f"is {value}" for value in column]
    elif isinstance(column.dtype, pd.StringDtype):
        said = ["is given" if plain else f'says "{value}"' for value in column]
    else:
        said = ["is given" if plain else f"is {value:%Y-%m-%d}" for value in column.fillna(pd.Timestamp(0))]
    gaps = column.isna()
    return [
        shortened(f"{name} is missing" if gap else f"{name} {one}", LONGEST)
        for one, gap in zip(said, gaps, strict=True)
    ]


def _number(value: float, low: float, high: float, plain: bool) -> str:
    place = "low" if value < low else "high" if value > high else ""
    if plain:
        return f"is {place or 'middling'}"
    return f"is {place} ({value:g})" if place else f"is {value:g}"


def _strongest(added: pd.Series[float], direction: str) -> list[str]:
    """Return the columns that raise, or lower, the log-odds most."""
    along = SIGNS[direction] * added
    return [str(name) for name in along[along > MATTERS].sort_values(ascending=False, kind="stable").index[:EACH_WAY]]


def _common(words: pd.Series[str]) -> str | None:
    """Return what all leads of a customer have in common."""
    return str(words.iloc[0]) if words.nunique() == 1 else None
