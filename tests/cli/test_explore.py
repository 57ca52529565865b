"""`bench explore` looks at an experiment's leads or at a bare table, and writes nothing but its page."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from tests.cli.commands import bench, leads, write_experiment, write_slips


def written(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_an_experiments_leads_are_looked_at(here: Path) -> None:
    experiment = write_experiment()
    ended = bench("explore", experiment)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.splitlines()[-1].startswith("results/quick/explore/explore.html: the look at the leads;")
    page = Path("results/quick/explore/explore.html").read_text(encoding="utf-8")
    assert "60 leads, of which" in page
    columns = pd.read_csv("results/quick/explore/columns.csv")
    assert columns["column"].tolist() == ["결과", "나이", "방문 수"]


def test_a_bare_table_is_looked_at_and_no_experiment_is_written(here: Path) -> None:
    leads(60).to_csv("my leads.csv", index=False)
    leads(30).drop(columns="결과").assign(id=range(30)).to_csv("asked.csv", index=False)
    before = written(here)
    ended = bench("explore", "my leads.csv", "--target", "결과", "--submission", "asked.csv")
    assert (ended.code, ended.err) == (0, "")
    folder = "results/my leads/explore/"
    new = written(here) - before
    assert f"{folder}explore.html" in new
    assert all(name.startswith(folder) for name in new)
    assert "30 leads are to be predicted." in Path(f"{folder}explore.html").read_text(encoding="utf-8")


def test_a_packed_and_a_parquet_table_are_looked_at(here: Path) -> None:
    leads(60).to_csv("packed.csv.gz", index=False)
    leads(60).to_parquet("table.parquet")
    for name in ("packed.csv.gz", "table.parquet"):
        assert bench("explore", name, "--target", "결과", "--results", "out").code == 0
    assert Path("out/packed/explore/explore.html").exists()
    assert Path("out/table/explore/explore.html").exists()


def test_what_to_act_upon_is_printed(here: Path) -> None:
    table = leads(60).assign(출처=["web", "Select", "fair"] * 20)
    table.to_csv("train.csv", index=False)
    Path("mine.toml").write_text(
        '[data]\ntrain = "train.csv"\ntarget = "결과"\npositive = "전환"\n[grid]\nmodel = ["constant"]\n',
        encoding="utf-8",
    )
    ended = bench("explore", "mine.toml")
    assert "출처: 'Select' stands in 20 leads (33.3%) and may stand for a gap." in ended.out


def test_leads_that_no_folds_can_be_made_of_are_looked_at_all_the_same(here: Path) -> None:
    experiment = write_experiment()
    leads(60).assign(결과=["전환", "미전환", *["미전환"] * 58]).to_csv("train.csv", index=False)
    assert bench("plan", experiment).code == 2
    assert bench("explore", experiment).code == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ("train.csv",),
            "train.csv: is a table, and nothing says which of its columns tells who converted. Name it with",
        ),
        (("train.csv", "--target", "nope"), "train.csv has no column 'nope', named in target."),
        (("quick.toml", "--target", "결과"), "quick.toml: is an experiment file, and says by itself"),
        (("nope.toml",), "nope.toml: no such experiment file."),
        (("nope.csv", "--target", "결과"), "nope.csv does not exist"),
        (("folder",), "folder: is a folder. Name an experiment file, such as"),
        (("folder.csv", "--target", "결과"), "folder.csv is a folder. Name one table in it"),
        (("other.toml",), "other.toml, line 1: unknown key 'project'."),
        (("empty.toml",), "empty.toml: the section [data] is missing."),
        (("empty.csv", "--target", "결과"), "empty.csv is empty. A table needs a header and at least one row."),
        (("binary.toml",), "binary.toml: cannot be read as a UTF-8 text file"),
        (("binary.csv", "--target", "결과"), "binary.csv, line "),
        (("binary.parquet", "--target", "결과"), "binary.parquet cannot be read as parquet"),
        (("one.csv", "--target", "결과"), "One class only cannot be learned."),
        (("train.csv", "--target", ""), "train.csv: the target has no name. Its columns: 나이, 방문 수, 결과."),
        (("train.csv", "--target", "결과", "--results", "one.csv"), "one.csv/train/explore: Not a directory."),
        (("train.csv", "--target", "결과", "--submission", "nope.csv"), "nope.csv does not exist"),
        (("train.csv", "--target", "결과", "--positive", "maybe"), "'maybe'"),
    ],
)
def test_a_slip_is_one_sentence(here: Path, words: tuple[str, ...], said: str) -> None:
    write_experiment()
    write_slips()
    before = written(here)
    ended = bench("explore", *words)
    assert (ended.code, ended.out) == (2, "")
    assert written(here) == before
    assert ended.err.startswith("bench: ")
    assert len(ended.err.splitlines()) == 1
    assert said in ended.err


def test_a_folder_that_cannot_be_written_is_a_slip(here: Path) -> None:
    experiment = write_experiment()
    Path("results").write_text("in the way")
    ended = bench("explore", experiment)
    assert ended.code == 2
    assert len(ended.err.splitlines()) == 1


def test_a_single_column_of_a_table_is_a_slip(here: Path) -> None:
    pd.DataFrame({"won": ["yes", "no"] * 10}).to_csv("one.csv", index=False)
    ended = bench("explore", "one.csv", "--target", "won")
    assert ended.code == 2
    assert len(ended.err.splitlines()) == 1
