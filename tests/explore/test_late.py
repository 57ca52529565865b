"""What may be known only afterwards is asked about, and nobody is told to rank leads by it."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from bench.explore.gaps import gaps
from bench.explore.late import late
from bench.explore.rates import rates
from tests.explore.tables import looked

ROWS = 400
WON = np.where(np.arange(ROWS) % 4, "no", "yes")
NOISE = np.random.default_rng(5).normal(size=ROWS)


def test_a_feature_that_nearly_is_the_outcome_is_asked_about_and_one_left_out_is_not(tmp_path: Path) -> None:
    note = np.where(WON == "yes", "won it", "lost")
    note[:40] = "open"
    look = looked(tmp_path, {"n": NOISE, "note": note, "copy": note, "won": WON}, drop=("copy",))  # type: ignore[dict-item]
    found = late(look)
    assert found is not None
    assert found.act[0].startswith("note (9")
    assert "of 100 pairs of a converted and another of 400 leads a column alone orders so many right" in found.act[0]
    assert [row[0] for row in found.block.tables[0].rows] == ["note"]


def test_the_sentence_that_opens_the_page_stays_short_whatever_it_names(tmp_path: Path) -> None:
    note = np.where(WON == "yes", "won it", "lost")
    note[:40] = "open"
    columns = {"n": NOISE, **{f"note{at}": note for at in range(7)}, "won": WON}
    found = late(looked(tmp_path, columns))  # type: ignore[arg-type]
    assert found is not None
    assert "and 3 more columns" in found.act[0]
    assert len(found.act[0].split()) <= 40


def test_nobody_is_told_to_rank_by_it_or_to_lean_on_its_gaps(tmp_path: Path) -> None:
    given = (WON == "yes") & (np.arange(ROWS) % 32 > 0)
    quality = np.where(given, np.where(np.arange(ROWS) % 3, "high", "low"), None)  # type: ignore[call-overload]
    source = np.where((WON == "yes") ^ (np.arange(ROWS) % 3 == 0), "web", "fair")
    look = looked(tmp_path, {"n": NOISE, "quality": quality, "source": source, "won": WON})  # type: ignore[dict-item]
    assert [one.name for one in look.late] == ["quality"]
    ranked, gap = rates(look), gaps(look)
    assert ranked is not None
    assert gap is not None
    assert [line.split(" ")[0] for line in ranked.act] == ["source"]
    assert not gap.act


def test_a_table_without_such_a_column_has_no_such_part(tmp_path: Path) -> None:
    assert late(looked(tmp_path, {"n": NOISE, "won": WON})) is None  # type: ignore[dict-item]
