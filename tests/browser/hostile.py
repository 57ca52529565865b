"""Leads whose names and values would break a page that trusted them, and the pages that a run on them ends with."""

from __future__ import annotations

import json
from contextlib import chdir
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from tests.cli.commands import bench
from tests.conftest import with_pages
from tests.page.made import HOSTILE

WORDS: Final = HOSTILE[:-1]  # the last is empty: a gap
KOREAN: Final = ("제조업", "공공기관", "대학교 및 연구소")
KIND: Final = "고객 유형"
SCRIPT: Final = "<script>alert('열')</script> 🙂"
IMAGE: Final = '"><img src=x onerror=alert(4)>'
WORDY: Final = "아주 긴 이름 " * 20
FILE: Final = "leads.toml"
NAMES: Final = ("report", "explore", "compare", "index")
ROWS: Final = 320
AHEAD: Final = 80  # rows to predict
TEXTS: Final = ("견적 문의 드립니다 <b>quote</b>", "</svg><script>alert(5)</script> price", "just a question 🙂")


def write_leads(folder: Path) -> None:
    """Write both tables and two experiments on them: with companies, a time, texts, a race and an ensemble."""
    _table(ROWS, 0).to_csv(folder / "train.csv", index=False)
    _table(AHEAD, ROWS).drop(columns="결과").to_csv(folder / "new.csv", index=False)
    (folder / FILE).write_text(_experiment('"constant", "logistic", { name = "decision_tree", depth = 4 }'), "utf-8")
    (folder / "fewer.toml").write_text(_experiment('"constant", "logistic"'), "utf-8")


def write_pages(folder: Path) -> dict[str, Path]:
    """Run all that writes a page on the leads, and return name -> page."""
    write_leads(folder)
    with chdir(folder), with_pages():
        for words in (
            ("run", FILE, "--workers", "0"),
            ("run", "fewer.toml", "--workers", "0"),
            ("explain", FILE, "--workers", "0"),
            ("explore", FILE),
            ("compare", FILE, "fewer.toml"),
            ("index", FILE, "--workers", "0"),
        ):
            ended = bench(*words)
            assert ended.code == 0, (words, ended.err)
    run = folder / "results" / "leads"
    paths = ("report.html", "explore/explore.html", "../compare-leads-fewer.html", "index/index.html")
    return dict(zip(NAMES, [(run / path).resolve() for path in paths], strict=True))


def _table(rows: int, first: int) -> pd.DataFrame:
    """Return leads of which the third kind of customer converts most, and those with large numbers."""
    rng = np.random.default_rng(first)
    kind, number = rng.integers(0, 3, rows), rng.normal(size=rows).round(3)
    chance = 1 / (1 + np.exp(1.8 - 1.3 * (kind == 2) - 1.2 * number))
    at = np.arange(first, first + rows)
    return pd.DataFrame(
        {
            "번호": at,
            KIND: np.array(KOREAN)[kind],
            SCRIPT: [WORDS[place] for place in rng.integers(0, len(WORDS), rows)],
            IMAGE: np.where(rng.random(rows) < 0.2, np.nan, number),
            WORDY: rng.integers(0, 50, rows),
            "문의": [TEXTS[place] for place in rng.integers(0, len(TEXTS), rows)],
            "회사": [f"<i>{place}</i>" for place in rng.integers(0, 60, rows)],
            "날짜": pd.Timestamp("2024-01-01") + pd.to_timedelta(at, unit="D"),
            "결과": np.where(rng.random(rows) < chance, "전환", "미전환"),
        }
    )


def _experiment(models: str) -> str:
    question = json.dumps(f"Which leads convert? {WORDS[1]}", ensure_ascii=False)
    return f"""question = {question}
[data]
train = "train.csv"
submission = "new.csv"
target = "결과"
positive = "전환"
id = "번호"
texts = ["문의"]
groups = "회사"
time = "날짜"
drop = ["회사", "날짜"]
[folds]
count = 3
[race]
[grid]
imputation = ["median"]
encoding = ["one_hot", "ordinal"]
text = ["drop_text", {{ name = "tfidf", terms = 20 }}]
resampling = ["as_is", "class_weight"]
model = [{models}]
[ensemble]
candidates = 6
[submission]
positive_rate = "estimate"
"""
