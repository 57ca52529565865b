"""Plant each kind of leak in clean made-up tables; count how often the audit sees it: `python -m benchmarks.planted`.

Each table has 3,000 leads, 8 % of them positive, of companies that want different things; those to predict are of other
companies. A finding of a leak's code on the table before anything is planted is a false one.
"""

from __future__ import annotations

import sys
from collections import Counter

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bench.audit.inspect import audit
from bench.audit.plant import LEAKS, hunt
from bench.data.dataset import Column, Dataset
from bench.data.roles import Roles

TABLES, ROWS, ASKED, RATE = 20, 3_000, 900, 0.08
ROLES = Roles(train="made up", target="won", positive="1", groups="company")
PLAIN = "please send price list for our new office we need screens signs cooling next month school hotel lobby thanks"
TELLING = "tender budget approved project quote"
WORDS = np.array(f"{PLAIN} {TELLING}".split())


def main() -> None:
    """Print for each kind how often it was seen, and how often the clean table had such a finding."""
    tables = int(sys.argv[1]) if len(sys.argv) > 1 else TABLES
    seen, false, guards, clean = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    for seed in range(tables):
        dataset = made_up(seed)
        found = audit(dataset, ROLES)
        clean.update({f"{finding.code} ({finding.weight})" for finding in found})
        for each in hunt(dataset, lambda table: audit(table, ROLES), seed):
            seen[each.kind] += each.seen
            false[each.kind] += any(f.weight == "leak" and f.code == LEAKS[each.kind].code for f in found)
            guards.update(f"{each.kind}: {guard}" for guard in each.guards)
            if not each.seen:
                print(f"seed {seed}: {each.kind} missed")
    for kind in LEAKS:
        print(f"{kind}: seen {seen[kind]} of {tables}, false {false[kind]} of {tables}")
    print(f"on the clean tables: {dict(clean) or 'nothing'}")
    for guard, times in sorted(guards.items()):
        print(f"  {guard} {times}")


def made_up(seed: int, rows: int = ROWS, asked: int = ASKED) -> Dataset:
    """Return a table without a leak: outcomes depend on what a company is like and on the lead, and on luck."""
    rng = np.random.default_rng(seed)
    total = rows + asked
    sizes = np.minimum(rng.geometric(0.35, total), 20)
    company = np.repeat(np.arange(total), sizes)[:total]
    company[rows:] += total * (company[rows:] == company[rows - 1])  # those to predict are of others

    def of_company(values: NDArray[np.generic]) -> NDArray[np.generic]:
        return values[company % total]

    size = of_company(rng.normal(size=total))
    industry = of_company(rng.choice(12, total, p=_falling(12)))
    country = of_company(rng.choice(60, total, p=_falling(60)))
    city = country * 5 + of_company(rng.integers(0, 5, total))
    source, product = rng.choice(3, total, p=[0.5, 0.3, 0.2]), rng.choice(25, total, p=_falling(25))
    visits, minutes = rng.poisson(3, total), rng.gamma(2.0, 4.0, total)
    spoken = [rng.choice(len(WORDS), rng.integers(3, 15)) for _ in range(total)]
    written = rng.random(total) < 0.7
    logit = (
        0.8 * size
        + 0.9 * rng.normal(size=12)[industry]
        + 0.5 * rng.normal(size=60)[country]
        + 0.5 * rng.normal(size=25)[product]
        + 0.5 * (source == 2)
        + 0.15 * visits
        + 0.03 * minutes
        + written * np.array([0.5 * np.isin(WORDS[words], TELLING.split()).sum() for words in spoken])
        + rng.logistic(size=total)
    )
    y = (logit > np.quantile(logit, 1 - RATE)).astype(np.int8)
    messages = [" ".join(WORDS[words]) if wrote else None for words, wrote in zip(spoken, written, strict=True)]
    features = pd.DataFrame(
        {
            "employees": np.where(rng.random(total) < 0.3, np.nan, np.round(np.exp(4 + 1.5 * size))),
            "visits": visits.astype(float),
            "minutes": np.where(rng.random(total) < 0.1, np.nan, np.round(minutes, 1)),
            "industry": _category(industry, "industry", rng, gaps=0.2),
            "country": _category(country, "country", rng),
            "city": _category(city, "city", rng, gaps=0.1),
            "source": _category(source, "source", rng),
            "product": _category(product, "product", rng, gaps=0.3),
            "message": pd.Series(messages, dtype="str"),
        }
    )
    names = [str(name) for name in features]
    return Dataset(
        features=features[:rows],
        y=y[:rows],
        labels=("0", "1"),
        groups=company[:rows].astype(np.int64),
        time=None,
        submission=features[rows:].reset_index(drop=True),
        submission_groups=company[rows:].astype(np.int64),
        ids=None,
        sample=None,
        columns=tuple(Column(name, "category", "made up", 0, 2) for name in names),
        notices=(),
        data_id=f"planted{seed:03}",
    )


def _falling(levels: int) -> NDArray[np.float64]:
    """Return shares that fall like 1 / place."""
    shares = 1 / np.arange(1, levels + 1)
    return shares / shares.sum()


def _category(codes: NDArray[np.int64], name: str, rng: np.random.Generator, gaps: float = 0.0) -> pd.Categorical:
    cells = np.array([f"{name} {code}" for code in codes], dtype=object)
    cells[rng.random(len(cells)) < gaps] = None
    return pd.Categorical(cells)


if __name__ == "__main__":
    main()
