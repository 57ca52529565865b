"""How far a column of both tables is apart: its values, levels, spellings and gaps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bench.data.cells import in_days, moments
from bench.data.notices import shortened
from bench.data.roles import Kind
from bench.page.block import FEWEST_SHOWN

PARTS: Final = 7  # of a column that are shown
MEAN_KOLMOGOROV: Final = 0.8687  # sqrt(pi / 2) · ln 2, the mean of the Kolmogorov distribution
LETTERS: Final = 28
REST: Final = "all others"

Floats = NDArray[np.float64]
_OTHER: Final = {"train": "asked", "asked": "train"}


@dataclass(frozen=True)
class Part:
    """A level or a stretch of a column, and the shares of the filled cells that lie in it."""

    name: str
    train: float
    asked: float


@dataclass(frozen=True)
class Side:
    """A column in both tables.

    Attributes
    ----------
    measure : "Kolmogorov-Smirnov" of numbers, dates and lengths of texts, "total variation" of categories; empty where
        a table holds fewer than five cells
    distance : by how much the share of leads in any stretch from the lowest up, or in any set of levels, differs at
        most: 0 to 1, of the filled cells
    chance : its mean if both tables were drawn from the same leads
    gaps_train, gaps_asked : share of the rows with a gap
    parts : the stretches, or the levels whose shares differ most, of five leads or more
    only_train, only_asked : share of the rows of one table with levels that the other does not have
    respelled : levels of train alone, how the other table spells them, and the leads that hold them
    respelled_share : of the rows of train, with such a level
    found : codes of the audit
    """

    name: str
    kind: str
    measure: str
    distance: float
    chance: float
    gaps_train: float
    gaps_asked: float
    found: Sequence[str]
    parts: Sequence[Part] = ()
    only_train: float = 0.0
    only_asked: float = 0.0
    respelled: Sequence[tuple[str, str, int]] = ()
    respelled_share: float = 0.0

    @property
    def called(self) -> str:
        """Return its name as a sentence can hold it."""
        return shortened(self.name, LETTERS)

    @property
    def differs(self) -> float:
        """Return the distance beyond chance, or the difference of the gaps if it is larger."""
        return max(self.distance - self.chance, abs(self.gaps_asked - self.gaps_train))


def side_of(name: str, kind: Kind, train: pd.Series[Any], asked: pd.Series[Any], found: Sequence[str] = ()) -> Side:
    """Return how far a column of both tables is apart; of a text its length.

    Parameters
    ----------
    train, asked : as models take them, or would if it were a feature
    found : codes of the audit for it
    """
    gaps = float(train.isna().mean()), float(asked.isna().mean())
    one, other = train.dropna(), asked.dropna()
    if min(len(one), len(other)) < FEWEST_SHOWN:
        return Side(name, kind, "", 0.0, 0.0, *gaps, found)
    if kind == "category":
        return _categories(name, one, other, gaps, found)
    if kind == "text":
        one, other = one.str.len(), other.str.len()
    elif kind == "date":
        one, other = in_days(one), in_days(other)
    first, second = (values.to_numpy(dtype=np.float64) for values in (one, other))
    parts = _stretches(first, second, kind == "date")
    return Side(name, kind, "Kolmogorov-Smirnov", *_kolmogorov_smirnov(first, second), *gaps, found, parts)


def _categories(
    name: str, one: pd.Series[Any], other: pd.Series[Any], gaps: tuple[float, float], found: Sequence[str]
) -> Side:
    counts = pd.DataFrame({side: of.astype(object).value_counts() for side, of in (("train", one), ("asked", other))})
    counts = counts.fillna(0).astype(int)
    rows = {"train": len(one) / (1 - gaps[0]), "asked": len(other) / (1 - gaps[1])}
    only = {side: float(counts[side][counts[lacks] == 0].sum() / rows[side]) for side, lacks in _OTHER.items()}
    respelled = _spellings(counts)
    return Side(
        name,
        "category",
        "total variation",
        *_total_variation(counts),
        *gaps,
        found,
        _levels(counts),
        only["train"],
        only["asked"],
        respelled,
        sum(leads for _, _, leads in respelled) / rows["train"],
    )


def _total_variation(counts: pd.DataFrame) -> tuple[float, float]:
    """Return half the sum of the levels' differences in share, and its mean if there were none.

    By chance a level of share p differs by sqrt(2 / pi · p (1 - p) (1 / n + 1 / m)) on average, by 2p at most. Levels
    of fewer than five leads in both tables together count as one.
    """
    rare = counts.sum(axis=1) < FEWEST_SHOWN
    table = np.vstack([counts[~rare].to_numpy(), counts[rare].sum().to_numpy()])
    rows = table.sum(axis=0)
    shares, pooled = table / rows, table.sum(axis=1) / rows.sum()
    by_chance = np.minimum(np.sqrt(2 / np.pi * pooled * (1 - pooled) * (1 / rows).sum()), 2 * pooled)
    return float(abs(shares[:, 0] - shares[:, 1]).sum() / 2), float(by_chance.sum() / 2)


def _kolmogorov_smirnov(one: Floats, other: Floats) -> tuple[float, float]:
    from scipy.stats import ks_2samp

    by_chance = MEAN_KOLMOGOROV * np.sqrt(1 / len(one) + 1 / len(other))
    return float(ks_2samp(one, other, method="asymp").statistic), float(min(by_chance, 1.0))


def _levels(counts: pd.DataFrame) -> list[Part]:
    """Return the levels whose shares differ most, and the others as one."""
    shares = counts / counts.sum()
    change = (shares["train"] - shares["asked"]).abs()[counts.sum(axis=1) >= FEWEST_SHOWN]
    shown = list(change.sort_values(ascending=False, kind="stable").index[:PARTS])
    parts = [Part(str(level), float(shares["train"][level]), float(shares["asked"][level])) for level in shown]
    rest = shares.drop(index=shown).sum()
    return [*parts, Part(REST, float(rest["train"]), float(rest["asked"]))] if len(shares) > len(shown) else parts


def _stretches(one: Floats, other: Floats, dates: bool) -> list[Part]:
    """Return stretches that hold about as many cells each of both tables, weighted alike; none of a few cells."""
    if min(len(one), len(other)) < PARTS * FEWEST_SHOWN:
        return []
    cuts = np.quantile(
        np.concatenate([np.quantile(side, np.linspace(0, 1, 201)) for side in (one, other)]),
        np.arange(1, PARTS) / PARTS,
    )
    cuts = np.unique(cuts[cuts > min(one.min(), other.min())])
    at, after = (np.searchsorted(cuts, side, side="right") for side in (one, other))
    names = [_written(cut, dates) for cut in cuts]
    labels = (
        [
            f"below {names[0]}",
            *(f"{low} to {high}" for low, high in pairwise(names)),
            f"{names[-1]} or more",
        ]
        if names
        else ["all"]
    )
    return [
        Part(label, float((at == number).mean()), float((after == number).mean()))
        for number, label in enumerate(labels)
    ]


def _written(value: float, dates: bool) -> str:
    return str(moments(np.array([value]))[0].astype("datetime64[M]")) if dates else f"{value:,.4g}"


def _spellings(counts: pd.DataFrame) -> list[tuple[str, str, int]]:
    """Return levels of train alone, how the rows to predict spell them, and how many leads hold them.

    Both of five leads or more; the most frequent first.
    """
    there = counts["asked"][counts["asked"] >= FEWEST_SHOWN].sort_values(kind="stable")
    spelled = {_key(str(level)): str(level) for level in there.index}
    gone = counts["train"][(counts["asked"] == 0) & (counts["train"] >= FEWEST_SHOWN)]
    gone = gone.sort_values(ascending=False, kind="stable")
    found = ((str(level), spelled.get(_key(str(level)), ""), int(leads)) for level, leads in gone.items())
    return [one for one in found if one[1]]


def _key(level: str) -> str:
    """Return what spellings of a level share: its letters, numbers and signs; one key for all ways to say "other"."""
    from bench.components.steps.derived.spelling import OTHERS, plain_words  # scikit-learn and rapidfuzz

    bare = plain_words(level).replace(" ", "")
    return "other" if bare in OTHERS else bare
