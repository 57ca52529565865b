"""What can go wrong between two runs of one experiment, and inside one, and what is left of it."""

from __future__ import annotations

import csv
import os
import random
import resource
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import pytest

from bench import flow
from bench.errors import StoreError
from bench.question import ask

TABLE = pd.DataFrame({"age": [20 + n * 11 % 37 for n in range(60)], "visits": [n * 7 % 23 for n in range(60)]}).assign(
    won=lambda table: ((table["visits"] > 13) ^ (table.index % 7 == 0)).map({True: "yes", False: "no"})
)
LOGISTIC = '{ name = "logistic", C = [0.1, 1.0] }'
FOLDER = Path("results/asked")


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    TABLE.to_csv("train.csv", index=False)
    write('"constant", "one_rule"')


def write(models: str, data: str = 'train = "train.csv"\ntarget = "won"\npositive = "yes"') -> None:
    Path("asked.toml").write_text(f"[data]\n{data}\n[folds]\ncount = 3\n[grid]\nmodel = [{models}]\n")


def run(stop_after: int | None = None) -> int:
    """Run the experiment, perhaps until so many cells have run; return how many did."""
    ran = -1  # the first look comes before the first cell

    def watch(*state: object) -> None:
        nonlocal ran
        ran += 1
        if ran == stop_after:
            raise KeyboardInterrupt

    question = ask(Path("asked.toml"), Path("results"))
    try:
        flow.answer(question, {}, retry_failed=False, workers=0, watch=watch)
    except KeyboardInterrupt:
        assert stop_after is not None
    return ran


def board() -> list[list[str]]:
    """Return the rows of the leaderboard but for its seconds."""
    with (FOLDER / "leaderboard.csv").open(newline="") as file:
        return [row[:-1] for row in csv.reader(file)]


def content() -> dict[str, bytes]:
    """Return every file of the results but the events, which begin anew with each run."""
    paths = (path for path in FOLDER.rglob("*") if path.is_file() and path.name != "events.jsonl")
    return {path.name: path.read_bytes() for path in paths}


def test_a_table_of_which_one_cell_changed_is_refused_by_name_and_nothing_is_touched() -> None:
    run()
    before = content()
    changed = TABLE.copy()
    changed.loc[59, "age"] += 1
    changed.to_csv("train.csv", index=False)
    with pytest.raises(StoreError, match=r"cells\.csv was written on other data \(\w{10}, now \w{10}\)\. Rename"):
        run()
    assert content() == before
    TABLE.to_csv("train.csv", index=False)
    assert run() == 0


def test_a_foreign_record_is_refused_before_its_torn_line_is_cut() -> None:
    run()
    with (FOLDER / "cells.csv").open("ab") as file:
        file.write(b"torn,0,")
    before = content()
    write('"constant"', 'train = "train.csv"\ntarget = "won"\npositive = "no"')
    with pytest.raises(StoreError, match="written on other data"):
        run()
    assert content() == before


def test_a_value_added_runs_its_cells_and_one_removed_comes_back_without_a_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run() == 2 * 3
    small = board()
    write(f'"constant", "one_rule", {LOGISTIC}')
    assert run() == 2 * 3
    large = board()
    write('"constant", "one_rule"')
    with monkeypatch.context() as idle:
        idle.setattr("bench.run.cell.fit_predict", None)
        assert run() == 0
        assert board() == small
        write(f'{LOGISTIC}, "one_rule", "constant"')
        assert run() == 0
    assert board() == large


def test_comments_and_the_order_of_keys_run_nothing_and_change_no_file_but_the_copy_of_theirs() -> None:
    run()
    before = content()
    write(
        '"constant",  # the floor\n"one_rule"', 'positive = "yes"\n# what is asked\ntarget = "won"\ntrain = "train.csv"'
    )
    assert run() == 0
    assert content() == before | {"experiment.toml": Path("asked.toml").read_bytes()}


def test_a_clock_that_jumps_decides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    run()
    undisturbed = board()
    (FOLDER / "cells.csv").unlink()
    drawn = random.Random(0)
    monkeypatch.setattr("time.time", lambda: drawn.uniform(0.0, 4e9))
    assert run(stop_after=4) == 4
    for place, path in enumerate([Path("asked.toml"), Path("train.csv"), *FOLDER.rglob("*")]):
        os.utime(path, (place % 2 * 4e9, place % 2 * 4e9))  # written in 1970 and in 2096
    assert run() == 2
    assert board() == undisturbed


def test_a_line_torn_anywhere_ends_in_the_leaderboard_of_an_undisturbed_run() -> None:
    run()
    whole, undisturbed = (FOLDER / "cells.csv").read_bytes(), board()
    last = whole.rfind(b"\n", 0, -1) + 1
    for length in (last + 1, (last + len(whole)) // 2, len(whole) - 1, 30, 0):
        (FOLDER / "cells.csv").write_bytes(whole[:length])
        missing = 6 - max(0, whole[:length].count(b"\n") - 1)
        assert run() == missing
        assert board() == undisturbed
        assert [line.split(b",")[:4] for line in (FOLDER / "cells.csv").read_bytes().splitlines()] == [
            line.split(b",")[:4] for line in whole.splitlines()
        ]


@contextmanager
def no_file_larger_than(size: int) -> Iterator[None]:
    """Let what is written beyond ``size`` bytes of any file fail, as on a full disk: some of it is written first."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_disk_that_fills_up_ends_in_a_sentence_and_the_same_command_goes_on() -> None:
    write(f'{{ name = "logistic", C = {[(n + 1) / 10 for n in range(11)]} }}')
    assert run() == 36
    undisturbed = board()
    for row in (26, 31):
        (FOLDER / "cells.csv").unlink()
        assert run(stop_after=row) == row
        room = (FOLDER / "cells.csv").stat().st_size + 40  # for half a row; every other file is smaller
        said = (
            r"^results/asked/cells\.csv: results cannot be written there \(File too large\)\. What is recorded stays; "
        )
        with no_file_larger_than(room), pytest.raises(StoreError, match=said):
            run()
        assert (FOLDER / "cells.csv").stat().st_size == room
        assert not (FOLDER / "running.txt").exists()
        assert run() == 36 - row
        assert board() == undisturbed


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Take the right to write in a folder, even from one who may do everything."""
    user = os.geteuid()
    folder.chmod(0o555)
    try:
        if user == 0:
            os.seteuid(65534)
        yield
    finally:
        os.seteuid(user)
        folder.chmod(0o755)


def test_a_folder_that_is_read_only_ends_in_a_sentence_and_can_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    with tempfile.TemporaryDirectory() as made:
        Path(made).chmod(0o755)  # the folder of a test lies where its user alone may look
        monkeypatch.chdir(made)
        TABLE.to_csv("train.csv", index=False)
        write('"constant", "one_rule"')
        run(stop_after=4)
        before = content()
        with read_only(FOLDER):
            with pytest.raises(
                StoreError, match=r"results/asked/\S+: results cannot be written there \(Permission den"
            ):
                run()
            assert len(flow.recorded(ask(Path("asked.toml"), Path("results"))).rows) == 2
        assert content() == before
        assert run() == 2
