"""A disk that fails at any moment costs the cell that was being written, and no other."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import numpy as np
import pytest

from bench.errors import StoreError
from bench.record.disk import replacing, sync_folder
from tests.record.test_store import CELLS_RUN, KEYS, chances, read, record, reopened


@pytest.mark.parametrize("problem", [errno.ENOSPC, errno.EIO, errno.EROFS], ids=errno.errorcode.get)
def test_a_disk_that_fails_at_any_sync_ends_in_a_sentence_and_the_rest_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, problem: int
) -> None:
    sync = os.fsync
    said = (
        r"leads/(cells\.csv|predictions/repeat0_fold.\.f64): results cannot be written there \(.+\)\. What is recorded"
    )
    for last in range(12):
        folder, left = tmp_path / str(last) / "leads", last

        def fails(descriptor: int) -> None:
            nonlocal left
            left -= 1
            if left < 0:
                raise OSError(problem, os.strerror(problem))
            sync(descriptor)

        reopened(folder)
        monkeypatch.setattr("os.fsync", fails)
        with pytest.raises(StoreError, match=said):
            record(folder, *CELLS_RUN)
        monkeypatch.setattr("os.fsync", sync)
        before = read(folder).done()
        assert before == set(KEYS[: len(before)])  # what was recorded in order is there, and nothing else
        after = record(folder, *CELLS_RUN[len(before) :])
        assert after.done() == reopened(folder).done() == set(KEYS)
        for trial in ("a", "c"):
            probability = read(folder).out_of_fold(trial)
            assert probability is not None
            np.testing.assert_array_equal(probability[0, [0, 1, 3]], chances(trial, 0))


def test_predictions_are_on_the_disk_before_their_row_and_so_is_the_name_of_each_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    sync = os.fsync

    def noted(descriptor: int) -> None:
        synced.append(Path(f"/dev/fd/{descriptor}").resolve().name)
        sync(descriptor)

    monkeypatch.setattr("os.fsync", noted)
    folder = tmp_path / "leads"
    record(folder, *CELLS_RUN[:2], CELLS_RUN[3])
    assert synced[:2] == ["leads", tmp_path.name]
    first = ["repeat0_fold0.f64", "predictions", "cells.csv", "leads"]
    assert synced[2:] == [*first, "repeat0_fold1.f64", "predictions", "cells.csv", "repeat0_fold0.f64", "cells.csv"]


def test_a_file_replaced_on_a_full_disk_names_it_and_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "board.csv").write_text("old")

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with (
        pytest.raises(OSError, match=r"No space left on device: '.+board\.csv\.part'"),
        replacing(tmp_path / "board.csv") as file,
    ):
        file.write("new")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("board.csv", "old")]


def test_a_drive_that_cannot_sync_folders_is_no_failing_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def cannot(descriptor: int) -> None:
        raise OSError(errno.EINVAL, "Invalid argument")

    monkeypatch.setattr("os.fsync", cannot)
    sync_folder(tmp_path)
