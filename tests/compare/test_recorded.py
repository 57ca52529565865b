"""The folder of a run tells what was asked, and what is missing or damaged there is said."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bench.compare.recorded import find_run, read_recorded
from bench.errors import ExperimentError, StoreError
from tests.compare.conftest import ran, written

FIRST = Path("results/first")
RESULTS = Path("results")

pytestmark = pytest.mark.usefixtures("made")


def test_a_run_keeps_its_experiment_file_as_it_read_it(made: Path) -> None:
    text = (made / "first.toml").read_text(encoding="utf-8")
    (made / "first.toml").write_text(text.replace("[folds]", "# edited\n[folds]"), encoding="utf-8")
    kept = read_recorded(FIRST, Path("first.toml"))
    assert kept.source == text
    assert kept.notes == ("first.toml: has been edited since its run; what the run read is compared.",)


def test_a_resumed_run_keeps_the_file_it_read_and_only_beside_the_main_record(made: Path) -> None:
    data = 'drop = ["firm"]\ngroups = "firm"\n'
    folder = ran(made, "again", '"constant"', data=data)
    assert (folder / "finalists" / "cells.csv").exists()
    more = written(made, "again", '"constant", "logistic"', data=data)
    ran(made, "again", '"constant", "logistic"', data=data)
    assert (folder / "experiment.toml").read_text(encoding="utf-8") == more.read_text(encoding="utf-8")
    assert not (folder / "finalists" / "experiment.toml").exists()


def test_a_run_is_named_by_its_folder_its_file_or_the_file_it_keeps() -> None:
    assert find_run(FIRST, RESULTS) == (FIRST, None)
    assert find_run(Path("first.toml"), RESULTS) == (FIRST, Path("first.toml"))
    assert find_run(FIRST / "experiment.toml", RESULTS) == (FIRST, None)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            "results",
            r"results: nothing is recorded there\. Name one of the runs in it: results/first, results/second\.",
        ),
        ("results/first/predictions", r"predictions: nothing is recorded there\.$"),
        ("first", r"first: is neither .* Did you mean results/first\?"),
        ("train.csv", r"train\.csv: is neither an experiment file nor the folder of a run, such as results/leads\.$"),
        ("third.toml", r"results/third: nothing is recorded there\. `bench run third\.toml` runs the experiment\."),
    ],
)
def test_what_is_no_run_is_refused_by_name(given: str, said: str) -> None:
    shutil.copy("first.toml", "third.toml")
    with pytest.raises(StoreError, match=said):
        find_run(Path(given), RESULTS)


def test_a_file_that_is_not_there_is_said_as_everywhere() -> None:
    with pytest.raises(ExperimentError, match=r"fourth\.toml: no such experiment file\. There: first\.toml"):
        find_run(Path("fourth.toml"), RESULTS)


def test_a_folder_of_an_earlier_version_says_so_and_takes_the_file_that_names_it() -> None:
    (FIRST / "experiment.toml").unlink()
    said = "results/first: keeps no experiment file, as runs of earlier versions did not"
    alone, named = read_recorded(FIRST), read_recorded(FIRST, Path("first.toml"))
    assert (alone.source, alone.asked, alone.metric, alone.notes) == (None, None, "f1", (f"{said}.",))
    assert named.source == Path("first.toml").read_text(encoding="utf-8")
    assert named.notes == (f"{said}; first.toml stands for it as it is now.",)


@pytest.mark.parametrize("cut", [-30, -200])
def test_a_damaged_leaderboard_is_one_sentence(cut: int) -> None:
    path = FIRST / "leaderboard.csv"
    path.write_text(path.read_text(encoding="utf-8")[:cut], encoding="utf-8")
    with pytest.raises(StoreError, match=r"leaderboard\.csv: is damaged .*`bench report FILE` writes it again"):
        read_recorded(FIRST)


def test_bytes_that_are_no_text_are_a_damaged_leaderboard() -> None:
    (FIRST / "leaderboard.csv").write_bytes(b"\xff\xfe\x00rank")
    with pytest.raises(StoreError, match=r"leaderboard\.csv: is damaged"):
        read_recorded(FIRST)


def test_what_is_missing_is_said_and_the_rest_is_read() -> None:
    (FIRST / "leaderboard.csv").unlink()
    (FIRST / "run.json").write_text("{torn")
    (FIRST / "trials.csv").unlink()
    with (FIRST / "cells.csv").open("a") as file:
        file.write("torn,0,")
    seen = read_recorded(FIRST)
    assert [note.split(": ", 1)[1][:25] for note in seen.notes] == [
        "1 of its lines cannot be ",
        "is missing or damaged, so",
        "there is no leaderboard.c",
    ]
    assert (len(seen.cells), dict(seen.facts), seen.ranking) == (6, {}, {})
    assert set(seen.trials.values()) == {""}


def test_a_record_of_other_columns_is_not_read() -> None:
    (FIRST / "cells.csv").write_text("trial,fold\n")
    with pytest.raises(StoreError, match=r"cells\.csv: its columns are not those of this version"):
        read_recorded(FIRST)


def test_a_score_that_the_leaderboard_does_not_have_is_not_ranked_by() -> None:
    file = FIRST / "experiment.toml"
    file.write_text(f'{file.read_text(encoding="utf-8")}[objective]\nmetric = "profit"\nvalue = 2\ncost = 1\n')
    assert read_recorded(FIRST).metric == "f1"
