"""What was recorded is read back as it was, whatever happened to the process or the disk in between."""

import csv
import json
import os
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from bench.data.folds import Folds
from bench.errors import StoreError
from bench.record.columns import CELLS, TRIALS
from bench.record.disk import replacing
from bench.record.store import CellResult, Key, Store, open_store, read_store

# Five rows, one repeat: fold 0 holds out rows 0, 1 and 3, fold 1 rows 2 and 4.
FOLDS = Folds(np.array([[0, 0, 1, 0, 1]]), "folds00001", ())
DATA = "data000001"
SIZE = {0: 3, 1: 2}
SEED = {"a": 1, "b": 2, "c": 3}


def chances(trial: str, fold: int) -> NDArray[np.float64]:
    """Return made-up probabilities that differ from cell to cell."""
    return np.random.default_rng([SEED[trial], fold]).random(SIZE[fold])


def done(trial: str, fold: int) -> CellResult:
    return CellResult(trial, 0, fold, "done", fit_seconds=0.25, probability=chances(trial, fold))


def failed(trial: str, fold: int, reason: str = "ValueError: no") -> CellResult:
    return CellResult(trial, 0, fold, "failed", reason)


CELLS_RUN = [done("a", 0), done("a", 1), failed("b", 0), done("c", 0), done("c", 1)]
KEYS: list[Key] = [("a", 0, 0), ("a", 0, 1), ("b", 0, 0), ("c", 0, 0), ("c", 0, 1)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "results" / "leads"


@pytest.fixture
def recorded(folder: Path) -> Path:
    """A folder in which five cells are recorded."""
    record(folder, *CELLS_RUN)
    return folder


def record(folder: Path, *results: CellResult) -> Store:
    with open_store(folder, DATA, FOLDS) as store:
        for result in results:
            store.append(result)
    return store


def read(folder: Path) -> Store:
    return read_store(folder, DATA, FOLDS)


def reopened(folder: Path) -> Store:
    return record(folder)


def predictions(folder: Path, fold: int) -> Path:
    return folder / "predictions" / f"repeat0_fold{fold}.f64"


def everything(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Return content and time of change of every file of a folder, by name."""
    return {
        str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_what_is_appended_is_read_back(recorded: Path) -> None:
    store = read(recorded)
    assert store.done() == set(KEYS)
    assert store.notices == []
    assert (store.status(("a", 0, 0)), store.status(("b", 0, 0)), store.status(("b", 0, 1))) == ("done", "failed", None)
    for trial in ("a", "c"):
        probability = store.out_of_fold(trial)
        assert probability is not None
        np.testing.assert_array_equal(probability[0, [0, 1, 3]], chances(trial, 0))
        np.testing.assert_array_equal(probability[0, [2, 4]], chances(trial, 1))
    assert store.out_of_fold("b") is None


def test_rows_that_no_fold_holds_out_have_no_prediction(folder: Path) -> None:
    folds = Folds(np.array([[-1, 0, 1, 0, -1]]), "folds00003", ())
    with open_store(folder, DATA, folds) as store:
        for fold, said in ((0, [0.25, 0.5]), (1, [0.75])):
            store.append(CellResult("a", 0, fold, "done", probability=np.array(said)))
    probability = read_store(folder, DATA, folds).out_of_fold("a")
    np.testing.assert_array_equal(probability, [[np.nan, 0.25, 0.75, 0.5, np.nan]])


def test_a_row_says_what_became_of_its_cell(recorded: Path) -> None:
    first = read(recorded).rows()[0]
    assert list(first) == list(CELLS)
    assert first == {
        "trial": "a",
        "repeat": "0",
        "fold": "0",
        "status": "done",
        "reason": "",
        "prepare_seconds": "0.0000",
        "resample_seconds": "0.0000",
        "fit_seconds": "0.2500",
        "predict_seconds": "0.0000",
        "peak_megabytes": "0",
        "predictions_at": "0",
        "predictions_crc32": first["predictions_crc32"],
        "folds_id": "folds00001",
        "data_id": "data000001",
    }


def test_a_store_says_the_same_before_and_after_it_is_read_back(folder: Path) -> None:
    store = record(folder, *CELLS_RUN)
    again = read(folder)
    assert again.rows() == store.rows()
    assert again.done() == store.done()


def test_a_trial_with_a_cell_not_run_has_no_out_of_fold_predictions(folder: Path) -> None:
    assert record(folder, done("a", 0)).out_of_fold("a") is None


def test_a_folder_where_nothing_ran_is_empty(folder: Path) -> None:
    assert read(folder).done() == set()
    assert not folder.exists()


def test_reading_touches_no_file(recorded: Path) -> None:
    with (recorded / "cells.csv").open("ab") as file:
        file.write(b"torn,0,")
    before = everything(recorded)
    assert read(recorded).done() == set(KEYS)
    assert everything(recorded) == before


def test_a_torn_last_line_is_cut_at_every_byte_and_its_cell_runs_again(recorded: Path) -> None:
    cells = recorded / "cells.csv"
    content = cells.read_bytes()
    prefix = content[: content.rfind(b"\n", 0, -1) + 1]
    for length in range(len(prefix), len(content)):
        cells.write_bytes(content[:length])
        store = reopened(recorded)
        assert cells.read_bytes() == prefix
        assert store.done() == set(KEYS[:-1])
        notices = [f"{cells}: its last line was torn off and is removed; that cell runs again."]
        assert store.notices == (notices if length > len(prefix) else [])
        record(recorded, done("c", 1))
        assert cells.read_bytes() == content
        assert reopened(recorded).done() == set(KEYS)


def test_a_torn_header_is_written_again(recorded: Path) -> None:
    content = (recorded / "cells.csv").read_bytes()
    (recorded / "cells.csv").write_bytes(content[:20])
    assert reopened(recorded).done() == set()
    record(recorded, done("a", 0))
    assert (recorded / "cells.csv").read_bytes() == b"".join(content.splitlines(keepends=True)[:2])


def test_cells_run_again_after_a_torn_line_end_with_the_same_predictions(recorded: Path) -> None:
    before = {fold: predictions(recorded, fold).read_bytes() for fold in SIZE}
    lines = (recorded / "cells.csv").read_bytes().splitlines(keepends=True)
    (recorded / "cells.csv").write_bytes(b"".join(lines[:-2]) + lines[-2][:9])
    record(recorded, done("c", 0), done("c", 1))
    assert {fold: predictions(recorded, fold).read_bytes() for fold in SIZE} == before


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[3] ^= 1  # within the first record
    path.write_bytes(bytes(content))


def shorten(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


# what happens to the predictions of fold 0, and the cells that are lost by it
DAMAGE: dict[str, tuple[Callable[[Path], object], set[Key]]] = {
    "deleted": (Path.unlink, {("a", 0, 0), ("c", 0, 0)}),
    "emptied": (lambda path: path.write_bytes(b""), {("a", 0, 0), ("c", 0, 0)}),
    "a bit flipped": (flip, {("a", 0, 0)}),
    "a byte short": (shorten, {("c", 0, 0)}),
}


@pytest.mark.parametrize(("damage", "lost"), DAMAGE.values(), ids=DAMAGE.keys())
def test_damaged_predictions_are_noticed_and_their_cells_run_again(
    recorded: Path, damage: Callable[[Path], object], lost: set[Key]
) -> None:
    damage(predictions(recorded, 0))
    store = reopened(recorded)
    assert store.done() == set(KEYS) - lost
    assert store.notices == [
        f"{recorded / 'predictions'}: the predictions of {len(lost)} cells are missing or damaged; "
        "those cells run again."
    ]
    again = record(recorded, *(done(trial, fold) for trial, _, fold in sorted(lost)))
    for store in (again, reopened(recorded)):
        assert store.done() == set(KEYS)
        for trial in ("a", "c"):
            probability = store.out_of_fold(trial)
            assert probability is not None
            np.testing.assert_array_equal(probability[0, [0, 1, 3]], chances(trial, 0))
    assert reopened(recorded).notices == []


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"garbage",
        b"a,x,0,done",
        b"\xff\xfe\x00",
        bytes(90),
        b'a,0,1,failed,"the quotation mark is not closed',
        b"d,0,0,fine,,0,0,0,0,0,0,0,folds00001,data000001",
        b"a,0,1,failed," + b"x" * 200_000,
    ],
    ids=["empty", "one word", "cut", "binary", "zeros", "quotation mark", "status", "endless"],
)
def test_a_line_that_cannot_be_read_costs_its_own_cell_only(recorded: Path, line: bytes) -> None:
    cells = recorded / "cells.csv"
    lines = cells.read_bytes().splitlines()
    lines[2] = line
    cells.write_bytes(b"\n".join([*lines, b""]))
    store = reopened(recorded)
    assert store.done() == set(KEYS) - {("a", 0, 1)}
    said = (
        []
        if line == b""
        else [f"{cells}: 1 of its lines cannot be read; a cell that no other line records runs again."]
    )
    assert store.notices == said
    assert record(recorded, done("a", 1)).out_of_fold("a") is not None
    assert reopened(recorded).done() == set(KEYS)


def test_cells_of_another_version_are_refused(recorded: Path) -> None:
    (recorded / "cells.csv").write_text("trial,score\na,0.5\n")
    with pytest.raises(
        StoreError, match=r"cells\.csv: its columns are not those of this version\. Move the folder .* away"
    ):
        reopened(recorded)


@pytest.mark.parametrize("opened", [True, False], ids=["to write", "to read"])
def test_other_data_are_refused_by_name(recorded: Path, opened: bool) -> None:
    before = everything(recorded)
    match = r"cells\.csv was written on other data \(data000001, now data000002\)\. Rename the experiment or move"
    with pytest.raises(StoreError, match=match):
        open_or_read(recorded, "data000002", FOLDS, opened)
    assert everything(recorded) == before


@pytest.mark.parametrize("opened", [True, False], ids=["to write", "to read"])
def test_other_folds_are_refused_by_name(recorded: Path, opened: bool) -> None:
    before = everything(recorded)
    match = r"cells\.csv was written on other folds \(folds00001, now folds00002\)\. Rename the experiment or move"
    with pytest.raises(StoreError, match=match):
        open_or_read(recorded, DATA, Folds(FOLDS.fold_of, "folds00002", ()), opened)
    assert everything(recorded) == before


def open_or_read(folder: Path, data_id: str, folds: Folds, opened: bool) -> None:
    if opened:
        with open_store(folder, data_id, folds):
            pass
    else:
        read_store(folder, data_id, folds)


def test_a_second_writer_is_refused_and_told_who_is_first(folder: Path) -> None:
    with open_store(folder, DATA, FOLDS) as first:
        with pytest.raises(StoreError, match=rf"leads: process {os.getpid()} on .+ is writing there\. Wait for it, or"):
            reopened(folder)
        first.append(done("a", 0))
        assert read(folder).done() == {("a", 0, 0)}  # reading is free
        with pytest.raises(StoreError, match=rf"process {os.getpid()} on"):
            reopened(folder)  # the refusals above took nothing from the first


def test_the_lock_is_gone_after_the_block(folder: Path) -> None:
    record(folder, done("a", 0))
    assert sorted(path.name for path in folder.iterdir()) == ["cells.csv", "predictions"]
    record(folder, done("a", 1))


@pytest.mark.parametrize("problem", [RuntimeError, KeyboardInterrupt])
def test_the_lock_is_gone_after_an_exception(folder: Path, problem: type[BaseException]) -> None:
    def interrupted() -> None:
        with open_store(folder, DATA, FOLDS) as store:
            store.append(done("a", 0))
            raise problem("on the way")

    with pytest.raises(problem, match="on the way"):
        interrupted()
    assert sorted(path.name for path in folder.iterdir()) == ["cells.csv", "predictions"]
    assert record(folder, done("a", 1)).done() == {("a", 0, 0), ("a", 0, 1)}


def test_a_name_left_behind_by_a_killed_process_is_no_lock(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "running.txt").write_text("process 1 on a machine that lost power\n")
    record(folder, done("a", 0))
    assert not (folder / "running.txt").exists()


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "results").write_text("a file")
    with pytest.raises(StoreError, match=r"results.*: results cannot be written there \(.*(directory|exists).*\)\."):
        reopened(tmp_path / "results" / "leads")


@pytest.mark.parametrize(
    "reason",
    [
        "KeyError: 'a\nb'",
        'ValueError: "a", b and ""c""',
        "ValueError: a,b,,c;d\te",
        "=cmd()\r\n\r\nmore",
        "오류: 값\u2028없음\x85\x1c끝",
        "OSError: name\udc80.csv",
        "x\x00y",
    ],
)
def test_a_reason_stays_one_record_whatever_it_holds(folder: Path, reason: str) -> None:
    record(folder, failed("a", 0, reason), done("b", 0))
    assert len((folder / "cells.csv").read_bytes().splitlines()) == 3
    store = read(folder)
    assert store.done() == {("a", 0, 0), ("b", 0, 0)}
    written = store.rows()[0]["reason"]
    assert written == " ".join(reason.split()).replace("\udc80", "\\udc80")


def test_failures_forgotten_run_again_and_the_newest_row_counts(recorded: Path) -> None:
    with open_store(recorded, DATA, FOLDS) as store:
        assert ("b", 0, 0) in store.done()
        store.forget_failures({key[0] for key in store.done()})
        assert store.done() == set(KEYS) - {("b", 0, 0)}
        store.append(done("b", 0))
    again = reopened(recorded)
    assert again.status(("b", 0, 0)) == "done"
    assert len(again.rows()) == len(KEYS)
    assert len((recorded / "cells.csv").read_text().splitlines()) == 1 + len(KEYS) + 1  # nothing is taken out


def test_failures_forgotten_in_a_run_that_ends_early_are_still_on_record(recorded: Path) -> None:
    with open_store(recorded, DATA, FOLDS) as store:
        store.forget_failures({key[0] for key in store.done()})
    assert reopened(recorded).status(("b", 0, 0)) == "failed"


def trial_row(trial: str, **values: object) -> dict[str, object]:
    return {**dict.fromkeys(TRIALS, "x"), "trial": trial, **values}


def trials_in(folder: Path) -> dict[str, dict[str, str]]:
    with (folder / "trials.csv").open(newline="", encoding="utf-8") as file:
        return {row["trial"]: row for row in csv.DictReader(file)}


def test_trials_of_an_older_grid_keep_their_rows(folder: Path) -> None:
    with open_store(folder, DATA, FOLDS) as store:
        store.write_trials([trial_row("a", **{"knn.neighbours": 5}), trial_row("b", **{"smote.ratio": 0.5})])
        store.write_trials([trial_row("b", **{"smote.ratio": 0.5}), trial_row("c", **{"lightgbm.trees": 10})])
    rows = trials_in(folder)
    assert list(rows) == ["a", "b", "c"]
    assert list(rows["a"]) == [*TRIALS, "knn.neighbours", "lightgbm.trees", "smote.ratio"]
    assert [row["knn.neighbours"] for row in rows.values()] == ["5", "", ""]
    assert [row["smote.ratio"] for row in rows.values()] == ["", "0.5", ""]
    assert [row["lightgbm.trees"] for row in rows.values()] == ["", "", "10"]


def test_the_same_trials_written_again_give_the_same_file(folder: Path) -> None:
    with open_store(folder, DATA, FOLDS) as store:
        store.write_trials([trial_row("a", **{"knn.neighbours": 5}), trial_row("b", **{"none.of": 0})])
        before = (folder / "trials.csv").read_bytes()
        store.write_trials([trial_row("b", **{"none.of": 0}), trial_row("a", **{"knn.neighbours": 5})])
    assert (folder / "trials.csv").read_bytes() == before


def test_the_facts_of_a_run_are_read_back(folder: Path) -> None:
    facts = {"experiment": "리드", "rows": 5, "notices": ['a "b"\nc']}
    with open_store(folder, DATA, FOLDS) as store:
        store.write_run(facts)
    assert json.loads((folder / "run.json").read_text(encoding="utf-8")) == facts


def test_replacing_writes_the_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "board.csv"
    path.write_text("old")
    with replacing(path) as file:
        file.write("새\nnew\n")
        assert path.read_text() == "old"
    assert path.read_bytes() == "새\nnew\n".encode()
    assert [found.name for found in tmp_path.iterdir()] == ["board.csv"]


def test_replacing_leaves_the_old_file_when_the_writing_fails(tmp_path: Path) -> None:
    path = tmp_path / "board.csv"
    path.write_text("old")

    def write_half() -> None:
        with replacing(path) as file:
            file.write("half")
            raise RuntimeError("disk on fire")

    with pytest.raises(RuntimeError, match="disk on fire"):
        write_half()
    assert path.read_text() == "old"
    assert [found.name for found in tmp_path.iterdir()] == ["board.csv"]


def test_a_row_that_claims_another_trials_predictions_is_not_believed(tmp_path: Path) -> None:
    with open_store(tmp_path, DATA, FOLDS) as store:
        for name in ("aaaa", "bbbb"):
            store.append(CellResult(name, 0, 0, "done", probability=np.full(len(FOLDS.held_out(0, 0)), 0.5)))
    cells = tmp_path / "cells.csv"
    text = cells.read_text().replace("aaaa", "x").replace("bbbb", "aaaa").replace("x", "bbbb", 1)
    cells.write_text(text)
    assert read_store(tmp_path, DATA, FOLDS).done() == set()


@pytest.mark.parametrize(("column", "value"), [("repeat", "9"), ("fold", "-5"), ("fit_seconds", "soon")])
def test_a_row_out_of_range_costs_its_own_cell_only(tmp_path: Path, column: str, value: str) -> None:
    with open_store(tmp_path, DATA, FOLDS) as store:
        for name in ("aaaa", "bbbb"):
            store.append(CellResult(name, 0, 0, "done", probability=np.full(len(FOLDS.held_out(0, 0)), 0.5)))
    cells = pd.read_csv(tmp_path / "cells.csv", dtype=str, keep_default_na=False)
    cells.loc[0, column] = value
    cells.to_csv(tmp_path / "cells.csv", index=False)
    store = read_store(tmp_path, DATA, FOLDS)
    assert store.done() == {("bbbb", 0, 0)}
    assert "1 of its lines cannot be read" in store.notices[0]


def test_a_header_of_zeros_is_another_versions(recorded: Path) -> None:
    content = (recorded / "cells.csv").read_bytes()
    (recorded / "cells.csv").write_bytes(bytes(20) + content[20:])
    with pytest.raises(StoreError, match="its columns are not those of this version"):
        read(recorded)


def test_zeros_where_the_power_failed_are_cut_like_a_torn_line(recorded: Path) -> None:
    content = (recorded / "cells.csv").read_bytes()
    (recorded / "cells.csv").write_bytes(content + bytes(500))
    assert reopened(recorded).done() == set(KEYS)
    assert (recorded / "cells.csv").read_bytes() == content


def test_a_record_saved_by_a_spreadsheet_is_read(recorded: Path) -> None:
    cells = recorded / "cells.csv"
    cells.write_bytes(cells.read_bytes().replace(b"\n", b"\r\n"))
    store = record(recorded, done("b", 1))
    assert (store.done(), store.notices) == ({*KEYS, ("b", 0, 1)}, [])


def test_the_seconds_of_a_trial_are_those_of_its_rows_that_count(folder: Path) -> None:
    with open_store(folder, DATA, FOLDS) as store:
        store.append(CellResult("a", 0, 0, "failed", fit_seconds=9.0))
        store.forget_failures({"a"})
        for trial, fold in (("a", 0), ("a", 1), ("b", 0)):
            store.append(CellResult(trial, 0, fold, "done", fit_seconds=1.23456, probability=chances(trial, fold)))
        written = store.fit_seconds()
    assert written == read(folder).fit_seconds() == {"a": 2.4692, "b": 1.2346}


def test_a_row_takes_little_memory(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.fsync", lambda descriptor: None)
    results = [
        CellResult(f"{n:016x}", 0, fold, "done", probability=np.zeros(SIZE[fold])) for n in range(500) for fold in SIZE
    ]
    tracemalloc.start()
    try:
        written = record(folder, *results)
        one = tracemalloc.get_traced_memory()[0]
        again = read(folder)
        two = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert len(written.done()) == len(again.done()) == 1000
    assert max(one, two - one) < 1000 * 500  # bytes; a dictionary of texts takes 1,500
