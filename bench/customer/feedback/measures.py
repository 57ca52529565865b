"""How good predictions were, for all leads and part by part, with intervals and what lies beyond chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bench.customer.feedback.slices import SCORE, Slicing
from bench.score.bootstrap import draws_of
from bench.score.calibration import Reliability, logit
from bench.score.interval import NORMAL_95

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Floats = NDArray[np.float64]

DRAWS: Final = 500
SEED: Final = 7
LEVEL: Final = 0.05  # of all intervals and tests
FEWEST_UNITS: Final = 5  # companies (or rows of none) that an interval or a comparison rests on
FEWEST_COMPARED: Final = 10  # calls, conversions or leads on each side of a comparison
TOP: Final = 0.1  # share of the leads whose lift is told
ALL: Final = "all"

# What is added up in each part; every measure is made of these sums.
LEADS, CONVERTED, CALLED, RIGHT, EXPECTED, TOP_LEADS, TOP_CONVERTED = range(7)
PARTS: Final = 7


@dataclass(frozen=True)
class Judged:
    """Leads whose outcome is known.

    Attributes
    ----------
    y : ndarray of shape (n,), 1 converted, 0 not
    probability : ndarray of shape (n,), as the bundle says it
    expected : ndarray of shape (n,), the same where the share of positives is the one assumed
    called : ndarray of shape (n,)
    unit : ndarray of shape (n,), companies from 0; one of no company is one of its own
    """

    y: NDArray[np.int8]
    probability: Floats
    expected: Floats
    called: NDArray[np.bool_]
    unit: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.y)


@dataclass(frozen=True)
class Difference:
    """A part that differs from the rest of its slicing beyond chance, all comparisons taken together.

    Attributes
    ----------
    measure : precision, recall or converted_of_expected
    value, rest : of the part, and of all other parts together
    p_value : of no difference, times the number of comparisons
    """

    slicing: str
    level: str
    measure: str
    value: float
    rest: float
    p_value: float


# Numerator and denominator of each measure that is a share of two sums.
RATIOS: Final[dict[str, tuple[int, int]]] = {
    "converted_share": (CONVERTED, LEADS),
    "precision": (RIGHT, CALLED),
    "recall": (RIGHT, CONVERTED),
    "converted_of_expected": (CONVERTED, EXPECTED),
}
MEASURES: Final = (*RATIOS, "f1", "lift")
OF_ALL: Final = ("converted_share", "recall", "f1", "lift")  # need leads that were not called


def measure(judged: Judged, slicings: Sequence[Slicing], seen_all: bool, draws: int = DRAWS) -> pd.DataFrame:
    """Return a row for all leads and one for each part: counts, measures and their 95 % intervals.

    Intervals are percentiles over draws of whole companies; of a share that is 0 or 1, where no draw differs, Wilson's
    with as many rows as there are companies (Wilson 1927), and of no conversion at all Poisson's (-ln 0.025 of those
    expected). They are empty where fewer than `FEWEST_UNITS` companies stand behind a number.

    Parameters
    ----------
    seen_all : whether outcomes are known of leads that were not called too; if not, `OF_ALL` stay empty
    """
    sums, names = _sums(judged, slicings)
    total = np.asarray(sums.sum(axis=0)).reshape(-1, PARTS)
    held_by = np.asarray((sums > 0).sum(axis=0)).reshape(-1, PARTS)
    units = np.arange(sums.shape[0])
    drawn = np.concatenate([(block.astype(np.float64) @ sums) for block in draws_of(units, draws, SEED)])
    measured, again = _measures(total), _measures(drawn.reshape(draws, -1, PARTS))
    rows = pd.DataFrame(names, columns=["slice", "level"])
    for column, part in (("leads", LEADS), ("converted", CONVERTED), ("called", CALLED)):
        rows[column] = total[:, part].round().astype(np.int64)
    rows["expected"] = total[:, EXPECTED]
    for name in MEASURES:
        under = RATIOS[name][1] if name in RATIOS else CONVERTED
        units_behind = held_by[:, under]
        ends = _interval(name, measured[name], again[name], units_behind, total[:, EXPECTED])
        hidden = name in OF_ALL and not seen_all
        for column, values in zip((name, f"{name}_low", f"{name}_high"), (measured[name], *ends), strict=True):
            rows[column] = np.nan if hidden else values
    return rows


def differences(judged: Judged, slicings: Sequence[Slicing], seen_all: bool) -> tuple[tuple[Difference, ...], int]:
    """Return the parts that differ from the rest beyond chance, the surest first, and how many comparisons were made.

    The test is that of two ratios of sums over companies, with the variance both would have if they were equal
    (linearisation: Cochran 1977, Sampling Techniques, 6.3 and 9A), by Student's t with as many degrees of freedom as
    the smaller side has companies, less one; p-values times the number of comparisons (Bonferroni). Bands of the score
    are compared by what converted of what was expected alone: their precision and recall differ by what they are.
    """
    from scipy.stats import t

    sums, names = _sums(judged, slicings)
    found: list[Difference] = []
    tried, first = 0, 1
    for slicing in slicings:
        inside = sums[:, first * PARTS : (first + len(slicing.levels)) * PARTS].toarray()
        parts = inside.reshape(len(inside), -1, PARTS)
        both = parts.sum(axis=1)
        measures = ["precision", *(["recall"] if seen_all else []), "converted_of_expected"]
        for measure_name in measures[-1:] if slicing.name == SCORE else measures:
            over, under = RATIOS[measure_name]
            for place in range(len(slicing.levels) if len(slicing.levels) > 2 else 1):
                compared = _compared(parts[:, place], both - parts[:, place], over, under)
                if compared is None:
                    continue
                tried += 1
                value, rest, error, freedom = compared
                chance = 2 * float(t.sf(abs(value - rest) / error, freedom)) if error else 1.0
                level = names[first + place][1]
                found.append(Difference(slicing.name, level, measure_name, value, rest, chance))
        first += len(slicing.levels)
    sure = [Difference(**vars(one) | {"p_value": min(1.0, one.p_value * tried)}) for one in found]
    return tuple(sorted((one for one in sure if one.p_value < LEVEL), key=lambda one: one.p_value)), tried


def spread_of(judged: Judged, found: Reliability) -> float:
    """Return the standard error of the calibration slope, companies whole (Liang and Zeger 1986).

    The slope is that of the labels' logistic regression on the logit of what was expected.
    """
    from scipy.special import expit

    x = np.column_stack((np.ones(len(judged)), logit(judged.expected)))
    said = expit(x @ np.array([found.intercept, found.slope]))
    bread = np.linalg.pinv((x * (said * (1 - said))[:, None]).T @ x)
    scores = np.stack([np.bincount(judged.unit, column * (judged.y - said)) for column in x.T])
    return float(np.sqrt((bread @ (scores @ scores.T) @ bread)[1, 1]))


def share_of_top(probability: Floats, share: float = TOP) -> Floats:
    """Return what of each lead belongs to the likeliest ``share``: 1, 0, or a part where a tie is cut through.

    Parameters
    ----------
    probability : ndarray of shape (n,)

    Returns
    -------
    ndarray of shape (n,) whose sum is ``share`` times n
    """
    wanted = share * len(probability)
    order = np.argsort(-probability, kind="stable")
    last = probability[order[min(int(np.ceil(wanted)), len(order)) - 1]]
    above, tied = probability > last, probability == last
    return np.where(above, 1.0, np.where(tied, (wanted - above.sum()) / max(1, tied.sum()), 0.0))


def _sums(judged: Judged, slicings: Sequence[Slicing]) -> tuple[csr_array[Any], list[tuple[str, str]]]:
    """Return the sums of each company in each part, shape (companies, parts * PARTS), and the names of the parts."""
    from scipy.sparse import coo_array, csr_array

    of_row: dict[int, Floats] = {
        LEADS: np.ones(len(judged)),
        CONVERTED: judged.y.astype(np.float64),
        CALLED: judged.called.astype(np.float64),
        RIGHT: (judged.y * judged.called).astype(np.float64),
        EXPECTED: judged.expected,
    }
    names: list[tuple[str, str]] = []
    values, rows, columns = [], [], []
    for slicing in (Slicing(ALL, ("",), np.zeros(len(judged), dtype=np.int64)), *slicings):
        start = len(names)
        names += [(slicing.name, level) for level in slicing.levels]
        top = np.zeros(len(judged))
        for level in range(len(slicing.levels)):
            inside = slicing.of == level
            top[inside] = share_of_top(judged.probability[inside]) if inside.any() else 0
        held = np.flatnonzero(slicing.of >= 0)
        for part, amount in (of_row | {TOP_LEADS: top, TOP_CONVERTED: top * judged.y}).items():
            values.append(amount[held])
            rows.append(judged.unit[held])
            columns.append((start + slicing.of[held]) * PARTS + part)
    shape = (int(judged.unit.max()) + 1, len(names) * PARTS)
    where = (np.concatenate(rows), np.concatenate(columns))
    return csr_array(coo_array((np.concatenate(values), where), shape=shape)), names


def _measures(sums: Floats) -> dict[str, Floats]:
    """Return every measure of sums of shape (..., PARTS), NaN where it is not defined."""
    made: dict[str, Floats] = {
        name: _ratio(sums[..., over], sums[..., under]) for name, (over, under) in RATIOS.items()
    }
    made["f1"] = _ratio(2 * sums[..., RIGHT], sums[..., CALLED] + sums[..., CONVERTED])
    made["lift"] = _ratio(_ratio(sums[..., TOP_CONVERTED], sums[..., TOP_LEADS]), made["converted_share"])
    return made


def _ratio(over: Floats, under: Floats) -> Floats:
    return np.asarray(np.divide(over, under, out=np.full(np.shape(over), np.nan), where=under > 0))


def _interval(
    name: str, value: Floats, drawn: Floats, units: NDArray[np.int64], expected: Floats
) -> tuple[Floats, Floats]:
    """Return both ends for each part; ``drawn`` is of shape (draws, parts)."""
    ends = np.full((2, len(value)), np.nan)
    told = (units >= FEWEST_UNITS) & ~np.isnan(value)
    if told.any():
        ends[:, told] = np.nanpercentile(drawn[:, told], [100 * LEVEL / 2, 100 - 100 * LEVEL / 2], axis=0)
    low, high = ends
    none = told & (value == 0)
    if name == "converted_of_expected":
        high[none] = -np.log(LEVEL / 2) / expected[none]
    elif name == "lift":
        high[none] = np.nan
    else:
        doubt = NORMAL_95**2 / (np.maximum(units, 1) + NORMAL_95**2)
        high[none] = doubt[none]
        low[told & (value == 1)] = 1 - doubt[told & (value == 1)]
    return low, high


def _compared(part: Floats, rest: Floats, over: int, under: int) -> tuple[float, float, float, int] | None:
    """Return both ratios, the standard error of their difference if they are equal, and its degrees of freedom.

    None where one side is too small to tell. ``part`` and ``rest`` are sums by company, shape (companies, PARTS).
    """
    counted = LEADS if under == EXPECTED else under
    sides = (part, rest)
    units = min(int((side[:, counted] > 0).sum()) for side in sides)
    if units < FEWEST_UNITS or min(side[:, counted].sum() for side in sides) < FEWEST_COMPARED:
        return None
    pooled = (part[:, over] + rest[:, over]).sum() / (part[:, under] + rest[:, under]).sum()
    pull = [(side[:, over] - pooled * side[:, under]) / side[:, under].sum() for side in sides]
    value, other = (float(side[:, over].sum() / side[:, under].sum()) for side in sides)
    return value, other, float(np.sqrt(((pull[0] - pull[1]) ** 2).sum())), units - 1
