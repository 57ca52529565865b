"""Small tables that several tests share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from bench.data.dataset import Column, Dataset

if TYPE_CHECKING:
    from bench.question import Question

WORDS = np.array(["price", "tender", "project", "thanks", "urgent", "catalogue", "견적", "demo"])


def make_dataset(rows: int = 120, seed: int = 0, *, submission: int = 30, texts: bool = True) -> Dataset:
    """Leads with gaps, categories, companies and a message, whose outcome depends on all of them a little."""
    rng = np.random.default_rng(seed)
    total = rows + submission
    visits = rng.normal(size=total)
    source = rng.choice(["web", "mail", "fair", "phone"], total)
    messages = [" ".join(rng.choice(WORDS, 4)) for _ in range(total)]
    logit = visits + (source == "fair") + np.array(["tender" in m for m in messages]) - 1.0
    y = (rng.random(total) < 1 / (1 + np.exp(-logit))).astype(np.int8)
    features = pd.DataFrame(
        {
            "visits": np.where(rng.random(total) < 0.1, np.nan, visits),
            "pages": rng.integers(1, 9, total).astype(float),
            "source": pd.Categorical(np.where(rng.random(total) < 0.1, None, source)),
            "owner": pd.Categorical([f"o{n}" for n in rng.integers(0, 12, total)]),
        }
    )
    if texts:
        features["message"] = pd.Series(np.where(rng.random(total) < 0.2, None, messages), dtype="str")
    groups = rng.integers(-1, 40, total)
    names = [str(name) for name in features]
    return Dataset(
        features=features[:rows],
        y=y[:rows],
        labels=("False", "True"),
        groups=groups[:rows],
        time=None,
        submission=features[rows:].reset_index(drop=True),
        submission_groups=groups[rows:],
        ids=pd.Series([f"{n:04}" for n in range(submission)], dtype="str"),
        sample=None,
        columns=tuple(Column(name, "number", "made up", 0, 2) for name in names),
        notices=(),
        data_id=f"made{rows:04}{seed:02}",
    )


def make_leads(rows: int = 120, seed: int = 0, *, submission: int = 30) -> Dataset:
    """`make_dataset` with what only some components look at: a date, places, phrases of time, codes, related fields."""
    dataset = make_dataset(rows, seed, submission=submission)
    rng = np.random.default_rng(seed + 1)
    total = rows + submission

    def mostly(levels: list[str], share: float) -> NDArray[np.object_]:
        drawn = rng.choice(np.array(levels, dtype=object), total)
        drawn[rng.random(total) > share] = None
        return drawn

    days = rng.integers(18_600, 19_500, total).astype("datetime64[D]").astype("datetime64[s]")
    days[rng.random(total) < 0.1] = np.datetime64("NaT")
    more = pd.DataFrame(
        {
            "asked on": days,
            "country": pd.Categorical(mostly(["/Mumbai/India", "//Brazil", "Str. 1 / Lima / Peru", "//", "no"], 0.95)),
            "subsidiary": pd.Categorical(mostly(["IL", "SP", "PR"], 1.0)),
            "timeline": pd.Categorical(mostly(["less than 3 months", "3 months ~ 6 months", "a year", "called"], 0.8)),
            "code": pd.Categorical((1_000 + 11 * rng.integers(0, 90, total)).astype(str).astype(object)),
            "product": pd.Categorical(mostly(["tv", "T.V.", "sign", "other", "others"], 0.7)),
            "product model": pd.Categorical(mostly(["55a", "65b"], 0.4)),
        }
    )
    features, to_predict = dataset.features, dataset.submission
    assert to_predict is not None
    added = pd.concat([more[:rows], features["message"]], axis=1)
    to_predict = to_predict.assign(**{str(name): more[name][rows:].reset_index(drop=True) for name in more})
    features = pd.concat([features.drop(columns="message"), added], axis=1)
    return replace(dataset, features=features, submission=to_predict[features.columns])


@pytest.fixture(scope="session", autouse=True)
def _without_pages() -> Iterator[None]:
    """Leave out the page that a run ends with: its plots take a second, and few tests look at it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bench.flow.write_report", lambda told: told.folder / "report.html")
        yield


@contextmanager
def with_pages() -> Iterator[None]:
    """Write pages in full."""
    from bench.report.whole import write_report

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bench.flow.write_report", write_report)
        yield


def page_of(question: Question) -> str:
    """Return the report of what is recorded, made anew: every part that has something to tell could be made."""
    from bench import flow

    with with_pages():
        page = flow.report(question).read_text(encoding="utf-8")
    assert "could not be made" not in page
    return page


@pytest.fixture
def pages() -> Iterator[None]:
    """Write pages in full."""
    with with_pages():
        yield


@pytest.fixture
def dataset() -> Dataset:
    """120 labelled leads and 30 to predict."""
    return make_dataset()
