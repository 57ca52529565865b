"""Pieces on disk: what is written is read back, as views of the file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from scipy import sparse

from bench.run import artefact


def test_what_is_written_is_read_back_in_place(tmp_path: Path) -> None:
    value = {
        "dense": np.arange(6.0).reshape(2, 3),
        "sparse": sparse.eye_array(3, format="csr"),
        "table": pd.DataFrame({"a": pd.Categorical(["x", None]), "t": pd.Series(["견적", None], dtype="str")}),
        "none": np.empty((0, 4)),
    }
    artefact.write(value, tmp_path / "piece")
    back = artefact.read(tmp_path / "piece")
    (tmp_path / "piece").unlink()
    assert np.array_equal(back["dense"], value["dense"])
    assert back["dense"].ctypes.data % 64 == 0
    assert (back["sparse"] != value["sparse"]).nnz == 0
    pd.testing.assert_frame_equal(back["table"], value["table"])
    assert back["none"].shape == (0, 4)
    back["dense"][0, 0] = 9.0
    assert value["dense"][0, 0] == 0.0


def test_whoever_writes_to_what_was_read_changes_a_page_of_its_own(tmp_path: Path) -> None:
    artefact.write(np.zeros(3), tmp_path / "piece")
    artefact.read(tmp_path / "piece")[0] = 1.0
    assert artefact.read(tmp_path / "piece").tolist() == [0.0, 0.0, 0.0]
