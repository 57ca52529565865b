"""Audit a table: run every check, put what may spoil a score first, and write it down."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from bench.audit.association import coded
from bench.audit.columns import check_columns
from bench.audit.companies import check_companies
from bench.audit.finding import Finding
from bench.audit.outcome import check_outcome
from bench.audit.rows import check_rows
from bench.audit.target import check_target
from bench.data.dataset import Dataset
from bench.data.roles import Roles
from bench.errors import StoreError
from bench.record.columns import AUDIT
from bench.record.disk import replacing
from bench.record.inert import inert

WEIGHTS: Final[dict[str, str]] = {  # the gravest first
    "leak": "A score may not come true",
    "drift": "The rows to predict differ from the training rows",
    "note": "Good to know",
}


def audit(dataset: Dataset, roles: Roles) -> list[Finding]:
    """Return what may keep a score on this table from coming true: leaks first, then drift, then notes.

    Columns that are no features are not looked at, but for the companies. Every sample is drawn with one seed, so the
    same table gives the same findings. What each code means and how it is measured stands in docs/audit.md.
    """
    from bench.audit.drift import drift  # a classifier, and only with rows to predict

    codes = coded(dataset.features)
    findings = [
        *check_rows(dataset, codes),
        *check_target(dataset, codes, roles.groups),
        *check_companies(dataset, codes, roles.groups),
        *check_outcome(dataset),
        *check_columns(dataset, codes, roles.groups),
        *drift(dataset),
    ]
    return sorted(findings, key=lambda finding: list(WEIGHTS).index(finding.weight))


def write_audit(findings: Sequence[Finding], folder: Path) -> Path:
    """Write the findings to audit.csv and return its path; a spreadsheet takes no cell of it for a formula.

    Raises
    ------
    StoreError
        If it cannot be written there.
    """
    path = folder / "audit.csv"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with replacing(path) as file:
            writer = csv.DictWriter(file, AUDIT, lineterminator="\n")
            writer.writeheader()
            writer.writerows({name: inert(getattr(finding, name)) for name in AUDIT} for finding in findings)
    except OSError as error:
        raise StoreError(f"{path}: cannot be written there ({error.strerror}). Name another folder.") from None
    return path
