"""`bench compare` answers on the terminal and as a page, and leaves the runs alone."""

from __future__ import annotations

import shutil
from hashlib import sha256
from pathlib import Path

import pytest

from bench.record.cells import HEADER, CellResult, line
from tests.cli.commands import bench, write_experiment, write_slips

pytestmark = pytest.mark.usefixtures("here")


def hashes() -> dict[str, str]:
    """Return what lies in the folders of the runs."""
    return {
        str(path): sha256(path.read_bytes()).hexdigest() for path in Path("results").glob("*/**/*") if path.is_file()
    }


def test_two_runs_are_compared_from_a_file_and_a_folder_to_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.ensemble.judge.DRAWS", 20)  # how sure a ranking is stands in other tests
    assert bench("run", write_experiment(), "--workers", "0").code == 0
    write_experiment("more.toml", '"constant", "logistic", "decision_tree"')
    assert bench("run", "more.toml", "--workers", "0").code == 0
    before = hashes()
    ended = bench("compare", "quick.toml", "results/more")
    assert (ended.code, ended.err) == (0, "")
    assert "A is results/quick: 2 trials" in ended.out
    assert "grid.model" in ended.out
    assert "All 6 cells done in both hold the same predictions, bit for bit." in ended.out
    assert ended.out.endswith("\nresults/compare-quick-more.html: the comparison; any browser opens it.\n")
    page = Path("results/compare-quick-more.html").read_text(encoding="utf-8").replace("\N{NO-BREAK SPACE}", " ")
    assert ended.out.splitlines()[0] in page
    assert "Made by <code>bench compare results/quick results/more</code>." in page
    assert hashes() == before

    shutil.copytree("results/quick", "보관/quick")
    ended = bench("compare", "results/quick", "보관/quick", "-o", "pages/같음.html")
    assert ended.out.startswith("A and B are the same: ")
    assert Path("pages/같음.html").exists()
    assert hashes() == before


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("quick.toml", "results/quick"), "results/quick: A and B are the same run."),
        (("quick.toml", "nowhere"), "nowhere: is neither an experiment file nor the folder of a run"),
        (("quick.toml", "empty"), "empty: nothing is recorded there."),
        (("binary.toml", "quick.toml"), "binary.toml: cannot be read as a UTF-8 text file"),
        (("quick.toml", "folder"), "folder: nothing is recorded there."),
        (("quick.toml", "one.csv"), "one.csv: is neither an experiment file nor the folder of a run"),
        (("quick.toml", "empty.toml"), "empty.toml: the section [data] is missing."),
        (("quick.toml", "more.toml", "--results", "one.csv"), "one.csv/quick: nothing is recorded there."),
        (("quick.toml", "other.toml"), "other.toml, line 1: unknown key 'project'."),
        (
            ("quick.toml", "more.toml", "--results", "empty"),
            "empty/quick: nothing is recorded there. `bench run quick.toml`",
        ),
        (("quick.toml", "more.toml", "-o", "results/more/cells.csv"), "cells.csv: the page is an HTML file."),
        (("quick.toml", "more.toml", "-o", "quick.toml/page.html"), "quick.toml/page.html: cannot be written there"),
        (("quick.toml", "damaged"), "damaged/leaderboard.csv: is damaged"),
    ],
)
def test_a_slip_is_one_sentence_and_nothing_is_written(words: tuple[str, ...], said: str) -> None:
    Path("empty").mkdir()
    for folder in ("results/quick", "results/more", "damaged"):
        Path(folder).mkdir(parents=True)
        cell = line(CellResult("a1", 0, 0, "done"), 0, 7, "folds", "data")
        (Path(folder) / "cells.csv").write_bytes(HEADER + cell)
        write_experiment(f"{Path(folder).name}.toml")
    Path("damaged/leaderboard.csv").write_text("rank,trial\n1,x\n")
    write_slips()
    before = hashes()
    ended = bench("compare", *words)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("bench: ")
    assert said in ended.err
    assert ended.err.count("\n") == 1
    assert hashes() == before
    assert not list(Path("results").glob("*.html"))
