"""A made-up log of washing machines: households whose habits are known, some of them by a few runs only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

MISSING: Final = "unknown"  # stands for a gap among the programmes
DAYS = 365
FEWEST_RUNS, MOST_RUNS = 1, 600
# Where a day is cut, in hours: morning, day, evening, night up to the next morning.
CUTS: Final = (5, 11, 17, 22, 29)
HOT, COOL = ("60", "90"), ("20", "30", "40")
PROGRAMMES: Final = ("cotton", "easy care", "quick", "wool", "hygiene")


@dataclass(frozen=True)
class Habits:
    """What the households of a segment are like on average.

    Attributes
    ----------
    day : shares of runs in the morning, by day, in the evening and at night; they sum to 1
    hot, full : share of runs at 60 degrees or more, and with 5 kg or more
    programmes : share of each of `PROGRAMMES`
    runs : in a year, the median
    alike : how many runs it takes until a household's own habits outweigh its segment's
    """

    day: tuple[float, float, float, float]
    hot: float
    full: float
    programmes: tuple[float, ...]
    runs: float
    alike: float = 20.0


SEGMENTS: Final[dict[str, Habits]] = {
    "early birds": Habits((0.70, 0.10, 0.15, 0.05), 0.10, 0.35, (0.45, 0.25, 0.20, 0.08, 0.02), 25),
    "hygiene sensitive": Habits((0.25, 0.45, 0.25, 0.05), 0.60, 0.40, (0.40, 0.10, 0.05, 0.05, 0.40), 35),
    "families": Habits((0.20, 0.30, 0.40, 0.10), 0.20, 0.75, (0.60, 0.25, 0.08, 0.02, 0.05), 45),
    "singles": Habits((0.05, 0.10, 0.45, 0.40), 0.05, 0.12, (0.15, 0.20, 0.60, 0.03, 0.02), 12),
}
WEIGHTS: Final = (0.20, 0.15, 0.30, 0.35)  # of the segments


@dataclass(frozen=True)
class Washing:
    """A made-up log and what is behind it.

    Attributes
    ----------
    log : DataFrame with a row for each run, in the order of time
        household, machine, started (like 2024-03-31T07:45), programme, temperature (degrees, as text), load_kg, kwh.
        Some cells are gaps, some programmes `MISSING`.
    segment : Series of str, by household
    propensities : DataFrame by household, each 0 to 1
        morning (from 5 to 11), night (from 22 to 5), hot (60 or 90 degrees), full (5 kg or more): what the shares of
        an endless log would be, of runs and, for the times of day, of kwh too.
    """

    log: pd.DataFrame
    segment: pd.Series[str]
    propensities: pd.DataFrame


def make_washing(customers: int = 500, seed: int = 7) -> Washing:
    """Return a made-up log of so many households; the same arguments give the same log."""
    rng = np.random.default_rng(seed)
    names = pd.Index([f"H{number:05d}" for number in rng.permutation(customers) + 1], name="household")
    habits = list(SEGMENTS.values())
    kind = rng.choice(len(habits), customers, p=WEIGHTS)

    def drawn(average: Sequence[tuple[float, ...]]) -> NDArray[np.float64]:
        """Return shares for each household, shape (customers, shares), around those of its segment."""
        centre, alike = np.array(average)[kind], np.array([segment.alike for segment in habits])[kind]
        gamma = rng.gamma(centre * alike[:, None])
        return np.asarray(gamma / gamma.sum(axis=1, keepdims=True))  # a Dirichlet distribution

    day = drawn([segment.day for segment in habits])
    hot = drawn([(segment.hot, 1 - segment.hot) for segment in habits])[:, 0]
    full = drawn([(segment.full, 1 - segment.full) for segment in habits])[:, 0]
    choices = drawn([segment.programmes for segment in habits])
    usual = np.array([segment.runs for segment in habits])[kind]
    runs = np.clip(usual * rng.lognormal(0.0, 1.2, customers), FEWEST_RUNS, MOST_RUNS).astype(np.int64)

    of = np.repeat(np.arange(customers), runs)
    warm = rng.random(len(of)) < hot[of]
    temperature = np.where(warm, rng.choice(HOT, len(of), p=[0.8, 0.2]), rng.choice(COOL, len(of)))
    load = np.where(rng.random(len(of)) < full[of], rng.uniform(5.0, 8.0, len(of)), rng.uniform(1.0, 4.9, len(of)))
    kwh = (0.15 + 0.011 * temperature.astype(np.float64) + 0.03 * load) * rng.lognormal(0.0, 0.2, len(of))
    log = pd.DataFrame(
        {
            "household": names[of],
            "machine": rng.choice(["W7", "W8 Eco", "W9 Plus"], customers, p=[0.5, 0.3, 0.2])[of],
            "started": _moments(day[of], rng),
            "programme": np.array(PROGRAMMES)[_drawn(choices[of], rng)],
            "temperature": temperature,
            "load_kg": load.round(1),
            "kwh": kwh.round(2),
        }
    )
    for name, share in (("started", 0.01), ("temperature", 0.03), ("load_kg", 0.02), ("kwh", 0.01)):
        log.loc[rng.random(len(log)) < share, name] = None
    log.loc[rng.random(len(log)) < 0.02, "programme"] = MISSING
    log = log.sort_values("started", kind="stable", ignore_index=True)
    propensities = pd.DataFrame({"morning": day[:, 0], "night": day[:, 3], "hot": hot, "full": full}, index=names)
    return Washing(log, pd.Series(np.array(list(SEGMENTS))[kind], index=names, name="segment"), propensities)


def _moments(day: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.object_]:
    """Return a moment of 2024 for each row of shares of the parts of a day, as text."""
    part = _drawn(day, rng)
    starts, ends = np.array(CUTS[:-1]), np.array(CUTS[1:])
    minute = (rng.uniform(starts[part], ends[part]) % 24 * 60).astype(np.int64)
    start = np.datetime64("2024-01-01T00:00") + rng.integers(0, DAYS, len(day)) * np.timedelta64(1, "D")
    moment = start + minute.astype("timedelta64[m]")
    return np.asarray(np.datetime_as_string(moment, unit="m"), dtype=np.object_)


def _drawn(shares: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.intp]:
    """Return a column for each row, drawn by the row's shares."""
    passed = rng.random((len(shares), 1)) > shares.cumsum(axis=1)
    return np.asarray(np.minimum(passed.sum(axis=1), shares.shape[1] - 1))
