"""The whole audit: order, quiet on tables without a leak, and a file that no spreadsheet runs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from bench.audit.finding import CODES, Finding
from bench.audit.inspect import audit, write_audit
from bench.data.dataset import Dataset, read_dataset
from bench.data.roles import Demo, Roles
from bench.errors import StoreError
from bench.record.columns import AUDIT
from tests.audit.tables import dataset_of, outcomes, text

ROLES = Roles(train="leads.csv", target="won", positive="yes")


def plain(seed: int, rows: int = 900) -> Dataset:
    """Leads whose outcome depends on several columns a little, and rows to predict drawn like them."""
    rng = np.random.default_rng(seed)
    total = rows + 300
    visits, source = rng.normal(size=total), rng.choice(["web", "mail", "fair"], total)
    words = np.array(["price", "tender", "project", "thanks"])
    columns = {
        "visits": visits,
        "pages": rng.integers(1, 9, total),
        "source": source,
        "owner": rng.integers(0, 12, total).astype(str),
        "message": text([" ".join(rng.choice(words, 4)) for _ in range(total)]),
    }
    y = (rng.random(total) < 1 / (1 + np.exp(1.2 - visits - (source == "fair")))).astype(np.int8)
    groups = rng.integers(-1, 300, total)
    train = {name: cells[:rows] for name, cells in columns.items()}
    asked = {name: cells[rows:] for name, cells in columns.items()}
    asked["message"] = asked["message"].reset_index(drop=True)
    return dataset_of(train, y[:rows], groups=groups[:rows], submission=asked)


def test_a_table_without_a_leak_has_none() -> None:
    for seed in range(3):
        assert audit(plain(seed), ROLES) == []


def test_the_gravest_findings_come_first() -> None:
    dataset = plain(0)
    dataset.features["state"] = pd.Categorical(np.array(["open", "closed"])[dataset.y])
    dataset.features["pages.1"] = dataset.features["pages"]
    assert dataset.submission is not None
    dataset.submission["state"] = pd.Categorical(["open"] * 300, categories=["closed", "open"])
    dataset.submission["pages.1"] = dataset.submission["pages"]
    weights = [finding.weight for finding in audit(dataset, ROLES)]
    assert weights == sorted(weights, key=["leak", "drift", "note"].index)
    assert {*weights} == {"leak", "drift", "note"}


def test_the_traps_of_the_made_up_leads_are_found_and_no_others() -> None:
    roles = Roles(
        demo=Demo(rows=3000),
        target="is_converted",
        positive="True",
        id="id",
        texts=("message",),
        groups="customer_idx",
        time="lead_date",
        drop=("customer_idx", "lead_date"),
    )
    findings = audit(read_dataset(roles), roles)
    assert {(f.code, f.place) for f in findings if f.weight == "leak"} == {
        ("company-fixes-label", "customer_idx"),
        ("dominant-value", "customer_idx"),
    }
    noted = {(finding.code, finding.place) for finding in findings if finding.weight == "note"}
    assert noted >= {
        ("duplicate-rows", "rows"),
        ("giant-company", "customer_idx"),
        ("duplicate-column", "customer_country, customer_country.1"),
        ("one-to-one", "ver_win_rate_x, business_area"),
    }
    assert {finding.code for finding in findings} <= set(CODES)


def test_columns_that_are_no_features_are_not_reported() -> None:
    roles = Roles(
        demo=Demo(rows=500), target="is_converted", positive="True", id="id", drop=("customer_country.1", "lead_date")
    )
    assert not [f for f in audit(read_dataset(roles), roles) if "customer_country.1" in f.place]


def test_a_cell_of_the_file_is_never_a_formula(tmp_path: Path) -> None:
    finding = Finding("constant-column", "=SUM(A1)", "+1", "-1", "note")
    write_audit([finding, Finding("target-copy", "@x", "ok, 1 = 1", "\tok", "leak")], tmp_path / "new")
    written = pd.read_csv(tmp_path / "new" / "audit.csv", dtype=str)
    assert list(written) == list(AUDIT)
    assert written.to_numpy().tolist() == [
        ["note", "constant-column", "'=SUM(A1)", "'+1", "'-1"],
        ["leak", "target-copy", "'@x", "ok, 1 = 1", "'\tok"],
    ]


def test_the_same_table_gives_the_same_findings() -> None:
    dataset = plain(1)
    dataset.features["street"] = pd.Categorical([f"s{n}" for n in np.random.default_rng(0).integers(0, 300, 900)])
    assert dataset.submission is not None
    dataset.submission["street"] = pd.Categorical(["s1"] * 300, categories=dataset.features["street"].cat.categories)
    assert audit(dataset, ROLES) == audit(dataset, ROLES) != []


def test_outcomes_that_nothing_has_to_do_with_give_no_leak_on_many_columns() -> None:
    rng = np.random.default_rng(0)
    for seed in range(2):
        columns = {f"n{i}": rng.normal(size=300) for i in range(15)}
        words = {f"c{i}": [f"w{n}" for n in rng.integers(0, 2 + i, 300)] for i in range(15)}
        findings = audit(dataset_of({**columns, **words}, outcomes(300, seed)), ROLES)
        assert [finding for finding in findings if finding.weight == "leak"] == []


def test_findings_that_cannot_be_written_are_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "results").write_text("a file")
    with pytest.raises(StoreError, match=r"results/leads/audit\.csv: cannot be written there \(.+\)\. Name another"):
        write_audit([], tmp_path / "results" / "leads")
