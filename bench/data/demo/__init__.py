"""Made-up leads with the schema and the traps of a real table, and the answers that a real one keeps back."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from bench.data.demo.columns import Column, draw_columns
from bench.data.demo.leads import draw_copies, draw_leads
from bench.data.demo.mess import add_mess
from bench.data.demo.owners import Flags, Ints, Sizes, draw_owners
from bench.data.demo.text import draw_messages
from bench.data.demo.world import draw_companies
from bench.errors import DataError

TARGET = "is_converted"
FEWEST_ROWS = 500


@dataclass(frozen=True)
class Demo:
    """Made-up tables of one world.

    Attributes
    ----------
    train : DataFrame of shape (rows, 31)
        The 28 features, ``lead_date`` (ISO date), ``message`` (free text, half of it missing) and ``is_converted``,
        in blocks of area and label: folds that do not shuffle break on it.
    submission : DataFrame
        ``id`` and the same features: a later period, mostly new customers, another positive rate; no target.
    sample : DataFrame
        ``id`` and ``is_converted``, False everywhere: the form of a file to hand in.
    answers : DataFrame
        ``id`` and ``is_converted``: the hidden labels of the submission, row by row.
    pool : DataFrame
        All leads of the later period with ``id`` and labels; the submission is drawn from them.
    """

    train: pd.DataFrame
    submission: pd.DataFrame
    sample: pd.DataFrame
    answers: pd.DataFrame
    pool: pd.DataFrame


def make_demo(rows: int = 59_299, seed: int = 7, *, positive_rate: float = 0.35) -> Demo:
    """Return made-up leads; the same arguments give the same tables.

    Parameters
    ----------
    rows : int, at least 500
        Of the training table. The pool has 21,341 of 59,299 as many, the submission 5,271.
    seed : int
    positive_rate : float, in (0, 1)
        Of the submission. The pool holds 8.7 % positives, enough for 0.351; above that all of them are taken and
        the submission has fewer rows.

    Raises
    ------
    DataError
        If there are too few rows or the rate is not between 0 and 1.
    """
    if rows < FEWEST_ROWS:
        raise DataError(f"demo: {rows} rows asked for; at least {FEWEST_ROWS} are needed. Ask for more rows.")
    if not 0 < positive_rate < 1:
        raise DataError(f"demo: positive_rate is {positive_rate}; it must lie between 0 and 1, as 0.35 does.")
    rng = np.random.default_rng(seed)
    sizes = Sizes.of(rows)
    owners = draw_owners(sizes, rng)
    companies = draw_companies(sizes, owners, rng)
    leads = draw_leads(sizes, owners, companies, rng)
    message = draw_messages(companies, leads, rng)
    columns = draw_columns(owners, companies, leads, message, rng)
    add_mess(columns, companies, leads, rng)
    table = _frame(columns)
    train = _with_copies(table[~leads.later], *draw_copies(sizes, companies, leads, rng), rng)
    pool = table[leads.later].reset_index(drop=True)
    pool.insert(0, "id", np.arange(1, len(pool) + 1))
    drawn = pool.iloc[_drawn(pool[TARGET].to_numpy(), sizes.submission, positive_rate, rng)].reset_index(drop=True)
    answers = drawn[["id", TARGET]].copy()
    return Demo(
        train=train,
        submission=drawn.drop(columns=TARGET),
        sample=answers.assign(is_converted=False),
        answers=answers,
        pool=pool,
    )


def write_demo(demo: Demo, folder: Path) -> tuple[Path, ...]:
    """Write train.csv, submission.csv, sample_submission.csv and answers.csv; return their paths.

    Raises
    ------
    DataError
        If one of the files is there already; then none is written.
    """
    tables = {
        "train.csv": demo.train,
        "submission.csv": demo.submission,
        "sample_submission.csv": demo.sample,
        "answers.csv": demo.answers,
    }
    for name in tables:
        if (folder / name).exists():
            raise DataError(
                f"{folder / name} is there already and is not overwritten. Name another folder or delete it."
            )
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        table.to_csv(folder / name, index=False, encoding="utf-8", lineterminator="\n")
    return tuple(folder / name for name in tables)


def _frame(columns: dict[str, Column]) -> pd.DataFrame:
    """Return the columns as a table; texts become ``str`` with NaN for a gap."""
    return pd.DataFrame(
        {name: pd.array(c, dtype="str") if c.dtype == object else c for name, c in columns.items()},
    )


def _with_copies(table: pd.DataFrame, copied: Ints, conflicts: int, rng: np.random.Generator) -> pd.DataFrame:
    """Return the training table with exact duplicates, the last few of other label, in blocks of area and label."""
    longer = table.iloc[np.append(np.arange(len(table)), copied)].reset_index(drop=True)
    longer.loc[len(longer) - conflicts :, TARGET] = True
    return longer.iloc[_blocks(longer, rng)].reset_index(drop=True)


def _blocks(table: pd.DataFrame, rng: np.random.Generator) -> Ints:
    """Return the order of the file: by area, positives first, else shuffled."""
    area = pd.factorize(table["business_area"])[0]
    return np.lexsort((rng.random(len(table)), ~table[TARGET].to_numpy(), area))


def _drawn(label: Flags, rows: int, positive_rate: float, rng: np.random.Generator) -> Ints:
    """Return places in the pool for a submission of the positive rate, in no order."""
    yes, no = np.flatnonzero(label), np.flatnonzero(~label)
    positives = max(1, round(positive_rate * rows))
    if positives > yes.size:
        positives, rows = yes.size, round(yes.size / positive_rate)
    negatives = max(1, rows - positives)
    at = np.concatenate((rng.choice(yes, positives, replace=False), rng.choice(no, negatives, replace=False)))
    return rng.permutation(at)
