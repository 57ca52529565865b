"""What a run says to other programs, and what can be seen of it from outside."""

from __future__ import annotations

import fcntl
import json
import os
import re
import threading
from pathlib import Path

import pytest

from bench.data.dataset import Dataset
from bench.data.folds import FoldsSection, make_folds
from bench.errors import Stopped
from bench.record.events import last_events, open_events
from bench.record.glance import glance
from bench.record.store import CellResult, open_store

NASTY = 'a "b"\nsecond line\r\u2028=1+1<script>\x00 리드 \udc80'


def events(folder: Path) -> list[dict[str, object]]:
    content = (folder / "events.jsonl").read_bytes()
    assert content.endswith(b"\n")
    return [json.loads(line.decode("utf-8")) for line in content.split(b"\n")[:-1]]


def test_an_event_is_one_line_of_json_whatever_a_message_holds(tmp_path: Path) -> None:
    with open_events(tmp_path) as record:
        record.write("cell", reason=NASTY, left=3)
    cell, ended = events(tmp_path)
    assert (cell["event"], cell["reason"], cell["left"]) == ("cell", NASTY, 3)
    assert (ended["event"], ended["how"]) == ("ended", "done")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", str(ended["at"]))
    assert "리드".encode() in (tmp_path / "events.jsonl").read_bytes()


@pytest.mark.parametrize(
    ("error", "how", "sentence"),
    [
        (Stopped(15), "terminated", None),
        (Stopped(2), "interrupted", None),
        (ValueError("no\nluck"), "failed", "no luck"),
    ],
)
def test_the_last_event_says_how_a_run_ended(
    tmp_path: Path, error: BaseException, how: str, sentence: str | None
) -> None:
    with pytest.raises(type(error), match=str(error)), open_events(tmp_path):
        raise error
    (ended,) = events(tmp_path)
    assert (ended["event"], ended["how"], ended.get("sentence")) == ("ended", how, sentence)


def test_events_are_there_as_soon_as_they_are_written_and_begin_anew_with_the_next_run(tmp_path: Path) -> None:
    for run in ("first", "second"):
        with open_events(tmp_path) as record:
            record.write("started", run=run)
            assert [event["run"] for event in events(tmp_path)] == [run]


def test_a_run_goes_on_where_its_events_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "events.jsonl").mkdir()
    with open_events(tmp_path) as record:
        record.write("cell")
    assert record.notices == [
        f"{tmp_path / 'events.jsonl'}: cannot be written (Is a directory); the run goes on without it."
    ]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk_ends_the_events_and_not_the_run(tmp_path: Path) -> None:
    (tmp_path / "events.jsonl").symlink_to("/dev/full")
    with open_events(tmp_path) as record:
        for _ in range(3):
            record.write("cell")
    (notice,) = record.notices
    assert "cannot be written (No space left on device)" in notice


def test_the_last_events_are_read_from_the_end_and_a_line_not_yet_whole_is_left_out(tmp_path: Path) -> None:
    with open_events(tmp_path) as record:
        record.write("started", pid=7, cells=2_000)
        for number in range(1_500):
            record.write("cell", left=number, best=None, reason="x" * 300)
    with (tmp_path / "events.jsonl").open("a") as file:
        file.write('{"event": "cell", "left": -1')
    found = last_events(tmp_path)
    assert (found["event"], found["how"], found["left"]) == ("ended", "done", 1_499)
    assert "pid" not in found  # half a megabyte before the end


def test_nothing_is_seen_of_a_folder_that_is_not_there(tmp_path: Path) -> None:
    seen = glance(tmp_path / "none")
    assert (seen.holder, seen.events, seen.done, seen.failures, seen.reasons) == (None, {}, 0, {}, {})
    assert not (tmp_path / "none").exists()


def test_who_holds_a_folder_is_seen_without_taking_it(tmp_path: Path, dataset: Dataset) -> None:
    folds = make_folds(dataset, FoldsSection(count=3))
    with open_store(tmp_path, dataset.data_id, folds):
        holder = glance(tmp_path).holder
        assert holder is not None
        assert re.fullmatch(rf"process {os.getpid()} on .+, since \d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d", holder)
    assert glance(tmp_path).holder is None
    (tmp_path / "running.txt").write_text("process 1 on another machine\n")  # it was killed
    assert glance(tmp_path).holder is None
    with open_store(tmp_path, dataset.data_id, folds):
        assert glance(tmp_path).holder is not None


def test_the_newest_row_of_a_cell_says_whether_it_failed(tmp_path: Path, dataset: Dataset) -> None:
    folds = make_folds(dataset, FoldsSection(count=3))
    with open_store(tmp_path, dataset.data_id, folds) as store:
        for fold, status, reason in ((0, "failed", "A: a, b"), (1, "timeout", "T"), (2, "failed", "A: a, b")):
            store.append(CellResult("one", 0, fold, status, reason))  # type: ignore[arg-type]
        store.append(CellResult("one", 0, 2, "done", probability=folds.held_out(0, 2) * 0.0))
        store.append(CellResult("two", 0, 2, "failed", "A: a, b"))
    with (tmp_path / "cells.csv").open("a") as file:
        file.write("two,0,1,fai")
    seen = glance(tmp_path)
    assert (seen.done, seen.failures) == (1, {"failed": 2, "timeout": 1})
    assert seen.reasons.most_common() == [("A: a, b", 2), ("T", 1)]


def test_a_folder_in_place_of_the_events_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "events.jsonl").mkdir()
    assert last_events(tmp_path) == {}


def test_who_looks_at_a_folder_does_not_refuse_a_run_that_begins(tmp_path: Path, dataset: Dataset) -> None:
    directory = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(directory, fcntl.LOCK_SH)
    looking = threading.Timer(0.05, os.close, (directory,))
    looking.start()
    with open_store(tmp_path, dataset.data_id, make_folds(dataset, FoldsSection(count=2))):
        looking.join()
