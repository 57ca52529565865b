"""Every code is explained, and a finding reads as a sentence."""

from __future__ import annotations

import re
from pathlib import Path

from bench.audit.finding import CODES, Finding

PAGE = Path(__file__).parents[2] / "docs" / "audit.md"


def test_every_code_has_a_section_and_every_section_is_a_code() -> None:
    assert re.findall(r"^### (\S+)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE) == list(CODES)


def test_every_section_says_what_why_how_and_what_to_do() -> None:
    sections = re.split(r"^### \S+$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    for code, section in zip(CODES, sections, strict=True):
        for part in ("What it means", "Why it matters", "How it is measured", "What to do", "When it is harmless"):
            assert f"**{part}.**" in section, f"{code}: {part}"


def test_a_finding_is_told_in_one_line() -> None:
    finding = Finding("giant-company", "customer", "Two hold 40 % of the rows.", "Score without them.", "note")
    assert finding.sentence() == (
        "customer: one company holds a large share of the rows (giant-company). Two hold 40 % of the rows."
    )
