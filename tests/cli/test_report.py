"""`bench report`: the page of what is recorded, whatever the run ended with."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest

from bench import flow
from bench.question import ask
from bench.record.store import open_store
from bench.report.diary import Diary
from tests.cli.commands import bench, write_experiment, write_slips
from tests.conftest import with_pages
from tests.record.test_drills import no_file_larger_than

QUICK = Path("results/quick")
PAGE = QUICK / "report.html"
HEADINGS = ("What failed", "Race and cost", "What the audit found in the table", "How to make the run again")
NASTY = "<script>alert('전환 🙂')</script>\"&"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run whose question, column and category look like markup."""
    folder = tmp_path_factory.mktemp("made")
    with pytest.MonkeyPatch.context() as patch, with_pages():
        patch.chdir(folder)
        file = Path(write_experiment())
        train = pd.read_csv("train.csv")
        train[f"{NASTY} name"] = [NASTY] * 20 + ["x" * 10_000] * 20 + ["plain"] * 20
        train[f"{NASTY} again"] = train[f"{NASTY} name"]  # which the audit finds, and so the page names both
        train.to_csv("train.csv", index=False)
        question = f"question = {json.dumps(NASTY, ensure_ascii=False)}"
        file.write_text(f"{question}\n{file.read_text(encoding='utf-8')}", encoding="utf-8")
        ended = bench("run", str(file), "--workers", "0")
        assert ended.code == 0, ended.err
        assert ended.out.endswith(f"\n{PAGE}: the report; any browser opens it.\nEverything is in {QUICK}.\n")
    return folder


@pytest.fixture
def here(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pages: None) -> Path:
    """A copy of the finished run to work in."""
    monkeypatch.chdir(shutil.copytree(made, tmp_path, dirs_exist_ok=True))
    return tmp_path


@pytest.mark.usefixtures("here")
def test_a_run_ends_with_its_report_and_the_command_writes_the_same_bytes_again() -> None:
    first = PAGE.read_bytes()
    PAGE.unlink()
    ended = bench("report", "quick.toml")
    assert (ended.code, ended.out) == (0, f"{PAGE}: the report; any browser opens it.\n")
    assert PAGE.read_bytes() == first
    html = first.decode()
    for heading in HEADINGS:
        assert f">{heading}</h2>" in html
    assert "could not be made" not in html


@pytest.mark.usefixtures("here")
def test_words_of_the_table_and_of_the_file_that_look_like_markup_are_shown_as_text() -> None:
    html = PAGE.read_text(encoding="utf-8")
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(&#39;전환 🙂&#39;)&lt;/script&gt;" in html  # the question
    for name in ("name", "again"):
        assert f"🙂&#39;)&lt;/script&gt;&#34;&amp; {name}" in html
    assert "x" * 1000 not in html
    assert len(re.findall("<h1>", html)) == 1


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("left", [[], ["run.json"]])
def test_where_nothing_is_recorded_a_sentence_says_so_and_nothing_is_written(left: list[str]) -> None:
    for path in list(QUICK.rglob("*")) if left else []:
        if path.is_file() and path.name not in left:
            path.unlink()
    if not left:
        shutil.rmtree("results")
    ended = bench("report", "quick.toml")
    assert (ended.code, ended.out) == (2, "")
    assert ended.err == (
        "bench: results/quick: nothing of this experiment is recorded there. `bench run quick.toml` runs it; --results "
        "names another folder.\n"
    )
    assert not PAGE.exists()
    assert Path("results").exists() == bool(left)


@pytest.mark.usefixtures("here")
def test_a_run_of_which_every_cell_failed_has_its_page(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise ValueError("could not convert string to float: 'Kim Minsu'")

    shutil.rmtree("results")
    monkeypatch.setattr("bench.run.cell.fit_predict", fails)
    ended = bench("run", "quick.toml", "--workers", "0")
    assert ended.code == 3
    html = PAGE.read_text(encoding="utf-8")
    assert "6 of 6 cells did not come to an end" in html
    assert "ValueError: could not convert string to float: …" in html
    assert "Kim" not in html
    assert "could not be made" not in html
    first = PAGE.read_bytes()
    assert bench("report", "quick.toml").code == 0
    assert PAGE.read_bytes() == first


@pytest.mark.usefixtures("here")
def test_of_a_run_that_was_stopped_the_page_tells_what_there_is() -> None:
    def watch(diary: Diary) -> None:
        if diary.progress.recorded == 4:
            raise KeyboardInterrupt("pressed")

    shutil.rmtree("results")
    with pytest.raises(KeyboardInterrupt, match="pressed"):
        flow.answer(ask(Path("quick.toml"), Path("results")), {}, False, 0, watch)
    assert not PAGE.exists()
    ended = bench("report", "quick.toml")
    assert ended.code == 0, ended.err
    html = PAGE.read_text(encoding="utf-8")
    assert "4 cells" in html
    assert "could not be made" not in html


@pytest.mark.usefixtures("here")
def test_a_report_that_cannot_be_written_is_said_and_the_results_stay() -> None:
    before = (QUICK / "leaderboard.csv").read_bytes()
    (QUICK / "leaderboard.csv").unlink()
    PAGE.unlink()
    PAGE.mkdir()
    ended = bench("run", "quick.toml", "--workers", "0")
    assert ended.code == 2
    assert ended.err.endswith(
        f"bench: {PAGE}.part: results cannot be written there (Is a directory). What is recorded stays; the same "
        "command goes on from there.\n"
    )
    assert (QUICK / "leaderboard.csv").read_bytes() == before


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(("room", "missing"), [(300, "leaderboard.csv"), (60_000, "report.html")])
def test_on_a_full_disk_the_earlier_pages_stay_as_they_were(room: int, missing: str) -> None:
    before = {path: path.read_bytes() for path in QUICK.rglob("*") if path.is_file()}
    assert len(before[PAGE]) > 60_000
    with no_file_larger_than(room):
        ended = bench("report", "quick.toml")
    assert (ended.code, ended.out) == (2, "")
    assert ended.err == (
        f"bench: {QUICK / missing}.part: File too large. Make room or allow it, and run the command again.\n"
    )
    assert {path: path.read_bytes() for path in QUICK.rglob("*") if path.is_file()} == before


@pytest.mark.usefixtures("here")
def test_beside_a_run_and_after_one_that_was_killed_at_its_last_page_there_is_a_report() -> None:
    first = PAGE.read_bytes()
    PAGE.write_text("earlier")
    Path(f"{PAGE}.part").write_text("<html>half")
    question = ask(Path("quick.toml"), Path("results"))
    with open_store(question.folder, question.dataset.data_id, question.folds):
        assert bench("report", "quick.toml").code == 0
    assert PAGE.read_bytes() == first
    assert not Path(f"{PAGE}.part").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("nope.toml",), "nope.toml: no such experiment file."),
        (("folder",), "folder: is a folder. Name an experiment file, such as experiments/leads.toml."),
        (("other.toml",), "other.toml, line 1: unknown key 'project'."),
        (("empty.toml",), "empty.toml: the section [data] is missing."),
        (("binary.toml",), "binary.toml: cannot be read as a UTF-8 text file"),
        (("train.csv",), "train.csv: not valid TOML"),
        (("lost.toml",), "has no column '없다', named in target."),
        (("single.toml",), "One class only cannot be learned."),
        (("quick.toml", "--results", "one.csv"), "one.csv/quick: nothing of this experiment is recorded there."),
    ],
)
@pytest.mark.usefixtures("here")
def test_a_slip_is_one_sentence_and_nothing_is_lost(words: tuple[str, ...], said: str) -> None:
    write_slips()
    text = Path("quick.toml").read_text(encoding="utf-8")
    Path("lost.toml").write_text(text.replace("결과", "없다"), encoding="utf-8")
    Path("single.toml").write_text(text.replace("train.csv", "one.csv"), encoding="utf-8")
    before = {path: path.read_bytes() for path in Path().rglob("*") if path.is_file()}
    ended = bench("report", *words)
    assert (ended.code, ended.out, ended.err.count("\n")) == (2, "", 1)
    assert ended.err.startswith("bench: ")
    assert said in ended.err
    assert {path: path.read_bytes() for path in Path().rglob("*") if path.is_file()} == before
