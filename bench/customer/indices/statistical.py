"""Statistical indices: each customer's share of what its readers ask for, beside the average customer's."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bench.components.steps.derived.shares import (
    ABOVE,
    BELOW,
    ENOUGH_ROWS,
    FEWEST_ROWS,
    LIKE,
    UNTOLD,
    WIDEST,
    compared,
    exposure_tells,
)
from bench.customer.indices.counting import Counted, counted, history
from bench.customer.indices.log import Log
from bench.data.notices import listed, plural
from bench.errors import DataError
from bench.page.block import Block, PageTable, Plot
from bench.page.plots import FIRST, PALE, axes, drawn
from bench.plan.indices import IndexSection
from bench.record.sheet import write_sheet

# So many standard errors, and so much correlation of share and log exposure, make a doubt: at 0.2 the intervals of
# customers with 5 rows or fewer hold the truth in 91 of 100 simulated cases.
SURELY, MUCH = 4.0, 0.2
FEWEST_SHOWN = 20  # customers of a plot


@dataclass(frozen=True)
class Index:
    """An index of every customer that has rows for it.

    Attributes
    ----------
    what : which rows count, in plain words
    of_amounts : whether amounts are summed up in place of counting rows
    table : DataFrame by customer, as `compared`
    surer : how surely customers with longer histories have larger shares, as `exposure_tells`
    """

    name: str
    what: str
    of_amounts: bool
    table: pd.DataFrame
    surer: float


@dataclass(frozen=True)
class Indices:
    """The indices of one table.

    Attributes
    ----------
    customers : names, in the order in which they first stand in the table
    of : in the order of their sections
    notices : one sentence for each thing that was left out or unusual
    """

    customers: tuple[str, ...]
    of: tuple[Index, ...]
    notices: tuple[str, ...] = ()

    @property
    def shares(self) -> pd.DataFrame:
        """The shrunk share of each customer, shape (customers, indices), in per cent; NaN where it cannot be told."""
        return self._by_customer(
            {index.name: index.table["shrunk"].where(index.table["state"] != UNTOLD) for index in self.of}
        )

    @property
    def profiles(self) -> pd.DataFrame:
        """The share itself of customers with 5 rows or more in every index, shape (some, indices), in per cent.

        It is not shrunk: that would give customers of few rows, whatever they are like, a likeness of their own.
        """
        rows, shares = (
            self._by_customer({index.name: index.table[column] for index in self.of})
            for column in ("exposure", "share")
        )
        return shares[(rows >= FEWEST_ROWS).all(axis=1)]

    def _by_customer(self, columns: dict[str, pd.Series[float]]) -> pd.DataFrame:
        return pd.DataFrame(columns, index=pd.Index(self.customers, name="customer"), dtype=np.float64)


def indices_of(sections: Sequence[IndexSection], log: Log) -> Indices:
    """Return the index that each section describes.

    Raises
    ------
    DataError
        If a column is not in the table, its cells are not of the kind that is asked for, no row counts where values
        are named, an amount is below 0, or no customer is left.
    """
    customer, names = log.numbered()
    notices: list[str] = []
    found = tuple(_index(counted(section, log, notices), customer, names, log.place) for section in sections)
    return Indices(tuple(names), found, tuple(notices))


def write_indices(indices: Indices, folder: Path) -> Path:
    """Write indices.csv, a row for each customer and index, customer by customer, and return its path."""
    parts = [index.table.rename_axis("customer").reset_index().assign(index=index.name) for index in indices.of]
    sheet = pd.concat(parts)
    first = pd.Index(indices.customers).get_indexer(pd.Index(sheet["customer"]))
    sheet = sheet.iloc[np.argsort(first, kind="stable")]
    sheet.insert(1, "index", sheet.pop("index"))
    path = folder / "indices.csv"
    write_sheet(sheet.round(4).replace(-0.0, 0.0), path)
    return path


def indices_block(indices: Indices) -> Block:
    """Return what the page says: how many customers are told apart by each index, and how their shares lie."""
    beyond, told = (_of_states(indices, states) for states in ((ABOVE, BELOW), (ABOVE, BELOW, LIKE)))
    sentences = [
        f"Of {plural(len(indices.customers), 'customer')}, {beyond:,} are above or below the average in at least one "
        f"index; of {len(indices.customers) - told:,} nothing can be told yet.",
        "An index is what counts of a customer's rows or amounts, as a share, beside the average customer's: 60% "
        "where the average is 10% is +50 percentage points. Every customer counts once in the average.",
        "Short histories are pulled towards what the other customers do, the more, the shorter they are; a customer is "
        "called above or below the average only where its 95 % interval lies beyond it.",
        f'"{UNTOLD.capitalize()}" is said of every customer with fewer than {FEWEST_ROWS} rows; of the others whose '
        f"interval holds the average, where there are fewer than {ENOUGH_ROWS} rows and they say less than the other "
        f"customers do, or where the interval is wider than {100 * WIDEST:.0f} percentage points. Amounts count as "
        "the number of equal ones that would say as much.",
        *_doubts(indices.of),
        *indices.notices,
    ]
    columns = ("Index", "What counts", "Customers", "Above", "Like it", "Below", UNTOLD.capitalize(), "Average share")
    table = PageTable(
        "Each index: the average customer's share, and how many customers are above it, like it or below it.",
        columns,
        [_row(index) for index in indices.of],
        frozenset(columns[2:]),
    )
    plots = [plot for index in indices.of for plot in _plots(index)]
    return Block("Indices", sentences, [table], plots)


def _index(what: Counted, customer: NDArray[np.int64], names: pd.Index, place: str) -> Index:
    known = history(what, customer, len(names))
    some = known.exposure > 0
    if not some.any():
        raise DataError(f"{place}, index '{what.name}': no row of a customer has all that is looked at.")
    known = known.of(some)
    table = compared(known).set_axis(names[some], axis=0)
    return Index(what.name, what.words, what.amount is not None, table, exposure_tells(known))


def _of_states(indices: Indices, states: Sequence[str]) -> int:
    """Return how many customers are in one of the states in at least one index."""
    return len({name for index in indices.of for name in index.table.index[index.table["state"].isin(states)]})


def _doubts(of: Sequence[Index]) -> list[str]:
    """Return what the reader should not believe, a sentence for each kind of doubt."""
    doubts = []
    thin = [index.name for index in of if index.table["exposure"].max() < FEWEST_ROWS]
    if thin:
        doubts.append(f"No customer has {FEWEST_ROWS} rows for {listed(thin, 'index')}, and so nothing is said of any.")
    for longer, names in (
        ("larger", [index.name for index in of if index.surer > _doubtful(index)]),
        ("smaller", [index.name for index in of if index.surer < -_doubtful(index)]),
    ):
        if names:
            doubts.append(
                f"Customers with longer histories have {longer} shares of {listed(names, 'index')}, which shrinkage "
                "does not know: where histories are short, intervals may hold the truth in fewer than 95 of 100 cases."
            )
    return doubts


def _doubtful(index: Index) -> float:
    return max(SURELY, MUCH * math.sqrt(len(index.table)))


def _row(index: Index) -> list[str]:
    states = index.table["state"].value_counts()
    counts = [f"{states.get(state, 0):,}" for state in (ABOVE, LIKE, BELOW, UNTOLD)]
    average = f"{index.table['average'].iloc[0]:.1f}%"
    return [index.name, index.what, f"{len(index.table):,}", *counts, average]


def _plots(index: Index) -> list[Plot]:
    """Return how the shares of customers lie, of whom it can be told; none where these are few."""
    told = index.table.loc[index.table["state"] != UNTOLD, "shrunk"]
    if len(told) < FEWEST_SHOWN:
        return []
    figure, plain = axes(height=2.4)
    plain.hist(told, bins=list(range(0, 101, 5)), color=FIRST)
    plain.axvline(index.table["average"].iloc[0], color=PALE, linestyle="--")
    plain.set(xlabel=f"{index.name}: share in %", ylabel="customers", xlim=(0, 100))
    caption = (
        f"{index.name}: {len(told):,} customers of whom it can be told, by their share of {index.what}; the dashed "
        "line is the average customer."
    )
    return [Plot(drawn(figure), caption)]
