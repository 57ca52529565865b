"""The report always comes: a part that is missing says why, and the same record gives the same bytes."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.page.block import Block
from bench.record.cells import CellResult
from bench.report import whole
from bench.report.told import Told
from bench.report.whole import SECTIONS, WINNER, Section, write_report
from tests.report.recorded import TRIALS, every, told


def written(one: Told) -> str:
    return write_report(one).read_text(encoding="utf-8")


def test_the_same_record_gives_the_same_bytes(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    one = told(tmp_path, every(peak_megabytes=100, fit_seconds=2.0), judged=True)
    first = write_report(one).read_bytes()
    assert write_report(one).read_bytes() == first
    assert b"could not be made" not in first
    assert capfd.readouterr() == ("", "")
    assert sorted(path.name for path in one.folder.iterdir() if "report" in path.name) == ["report.html"]


def test_where_nothing_finished_the_page_says_what_failed_at_its_top_and_what_each_missing_part_needs(
    tmp_path: Path,
) -> None:
    one = told(tmp_path, lambda _: [CellResult(trial.id, 0, 0, "failed", "E: 'Kim' & <b>") for trial in TRIALS])
    html = written(one)
    assert html.index("4 of 4 cells did not come to an end") < html.index("<main")
    for heading in ("What failed", "Race and cost", "What the audit found in the table", "How to make the run again"):
        assert f">{heading}</h2>" in html
    assert "<b>" not in html
    assert "Kim" not in html
    assert "could not be made" not in html


def test_a_part_that_has_nothing_to_tell_says_what_it_needs_and_one_that_breaks_takes_no_other_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: Told) -> Block:
        raise ValueError("cannot read this: Kim Minsu; nor <b>that</b>")

    sections = (
        Section(lambda _: Block("Here"), "what is here", "nothing"),
        Section(broken, "what breaks", "nothing"),
        Section(lambda _: None, "what is missing", WINNER),
    )
    monkeypatch.setattr(whole, "SECTIONS", sections)
    monkeypatch.setattr(whole, "answer", broken)
    html = written(told(tmp_path, every()))
    assert ">Here</h2>" in html
    assert html.count("It could not be made (ValueError: cannot read this: …)") == 2  # the opening and the part
    assert f"It needs {WINNER}." in html
    assert "Kim" not in html


def test_a_page_that_cannot_be_written_leaves_the_earlier_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = told(tmp_path, every())
    (one.folder / "report.html").write_text("earlier")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("bench.record.disk.sync", full)
    with pytest.raises(OSError, match=r"No space left on device.*report\.html"):
        write_report(one)
    assert (one.folder / "report.html").read_text() == "earlier"
    assert not list(one.folder.glob("*.part"))


def test_what_failed_stands_before_the_scores_are_explained() -> None:
    order = [section.about for section in SECTIONS]
    assert order.index("What failed") == order.index("The leaderboard") + 1
