"""A file of leads is predicted in pieces, by processes that leave nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import psutil
import pytest

from bench.bundle.folder import write_bundle
from bench.bundle.loaded import Bundle, load_bundle
from bench.bundle.predict import Saying, predict_file
from bench.bundle.predictor import Predictor
from bench.data.table import read_table
from bench.errors import BundleError, DataError, EngineError
from bench.score.combine import Combination
from tests.bundle.acting import DIES, REFUSES, SLEEPS, ActingInAProcess, acting
from tests.bundle.bundles import FACTS, SCALES, VALUES, WEIGHTS, fits, written
from tests.cli.commands import surroundings


@pytest.fixture(autouse=True)
def _in_pieces_of_two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("bench.bundle.predict.load_bundle", lambda folder: acting())
    monkeypatch.setattr("bench.bundle.predict.Saying", ActingInAProcess)
    monkeypatch.setattr("bench.bundle.predict.ROWS_AT_ONCE", 2)


def leads(*shares: float) -> Path:
    frame = pd.DataFrame({"id": [f"{number:02}" for number in range(len(shares))], "share": shares})
    frame.to_csv("leads.csv", index=False)
    return Path("leads.csv")


@pytest.mark.parametrize("workers", [0, 2])
def test_leads_come_in_their_order_whoever_predicts_them(workers: int) -> None:
    shares = [0.1, 0.9, 0.2, 0.8, 0.3, 0.7, 0.4, 0.6, 0.5, 0.0, 1.0]
    done = predict_file(Path("bundle"), leads(*shares), Path("out.csv"), workers)
    said = pd.read_csv("out.csv", dtype={"id": str})
    assert list(said["id"]) == [f"{number:02}" for number in range(11)]
    assert list(said["probability"]) == shares
    assert (done.rows, done.called) == (11, 6)


def test_a_bundle_that_is_replaced_meanwhile_is_not_mixed_with_the_one_that_was_loaded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def and_replaced(folder: Path) -> Bundle:
        bundle = load_bundle(folder)
        other = FACTS.model_copy(update={"threshold": 0.9})
        write_bundle(folder, other, Predictor(Combination(WEIGHTS, SCALES), fits()), VALUES)
        return bundle

    written(Path("bundle"))
    monkeypatch.setattr("bench.bundle.predict.load_bundle", and_replaced)
    monkeypatch.setattr("bench.bundle.predict.Saying", Saying)
    Path("leads.csv").write_text("visits,source\n7,web\n")
    with pytest.raises(BundleError, match=r"^bundle was replaced by another bundle meanwhile\. Predict again\.$"):
        predict_file(Path("bundle"), Path("leads.csv"), Path("out.csv"), 1)
    assert not list(Path().glob("out.csv*"))


def test_fewer_pieces_than_processes_leave_some_without_work() -> None:
    assert predict_file(Path("bundle"), leads(0.1), Path("out.csv"), 2).rows == 1


def test_a_carriage_return_in_an_id_is_no_end_of_a_line() -> None:
    Path("leads.csv").write_text('id,share\n"a\rb",0.1\nc,0.9\nd,0.5\n', newline="")
    predict_file(Path("bundle"), Path("leads.csv"), Path("out.csv"), 0)
    said = read_table(Path("out.csv")).frame
    assert list(said["id"]) == ["a\rb", "c", "d"]
    assert list(said["probability"]) == ["0.1", "0.9", "0.5"]


def test_ids_named_customer_are_not_counted_as_customers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.bundle.predict.load_bundle", lambda folder: acting("customer"))
    Path("leads.csv").write_text("customer,share\n7,0.1\n8,0.9\n")
    assert predict_file(Path("bundle"), Path("leads.csv"), Path("out.csv"), 0).customers == {}
    assert Path("out.csv").read_text() == "id,probability,decision\n7,0.1,no\n8,0.9,yes\n"


@pytest.mark.parametrize(
    ("act", "slip", "said"),
    [
        (
            DIES,
            EngineError,
            r"^a process that predicts came to nothing \(WorkerDied: .* \(SIGKILL\)\)\. Perhaps",
        ),
        (REFUSES, DataError, r"^a member cannot predict these rows\.$"),
    ],
)
def test_a_process_that_dies_or_refuses_ends_all_and_leaves_what_was_there(
    act: float, slip: type[Exception], said: str
) -> None:
    Path("out.csv").write_text("yesterday's\n")
    before = set(psutil.Process().children(recursive=True))
    with pytest.raises(slip, match=said):
        predict_file(Path("bundle"), leads(0.1, 0.9, 0.2, act, SLEEPS, 0.3, 0.4), Path("out.csv"), 2)
    assert set(psutil.Process().children(recursive=True)) <= before
    assert Path("out.csv").read_text() == "yesterday's\n"
    assert sorted(path.name for path in Path().iterdir()) == ["leads.csv", "out.csv"]


# A shell that runs the tests in the background has Ctrl-C ignored, and what it starts would inherit that.
COMMAND = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
import bench.bundle.predict
from bench.cli.main import main
from tests.bundle.acting import ActingInAProcess, acting
bench.bundle.predict.load_bundle = lambda folder: acting()
bench.bundle.predict.Saying = ActingInAProcess
bench.bundle.predict.ROWS_AT_ONCE = 1
main()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a process asleep in a library outlives its parent")
@pytest.mark.parametrize(
    ("number", "code", "said"),
    [
        (signal.SIGINT, 130, "bench: interrupted.\n"),
        (signal.SIGTERM, 143, "bench: terminated.\n"),
        (signal.SIGKILL, -9, ""),
    ],
)
def test_a_command_that_is_told_to_end_ends_at_once_with_its_processes(
    tmp_path: Path, number: signal.Signals, code: int, said: str
) -> None:
    (tmp_path / "scratch").mkdir()
    words = ["predict", "bundle", str(leads(SLEEPS, SLEEPS, 0.1)), "-o", "out.csv", "--workers", "2"]
    ran = subprocess.Popen(
        [sys.executable, "-c", COMMAND, *words],
        env=surroundings(TMPDIR=str(tmp_path / "scratch")),
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert ran.stderr is not None
    assert [ran.stderr.readline() for _ in range(2)] == ["asleep\n"] * 2
    workers = psutil.Process(ran.pid).children(recursive=True)
    assert len(workers) == 2
    told = time.monotonic()
    os.kill(ran.pid, number)
    assert ran.communicate(timeout=60)[1] == said
    assert psutil.wait_procs(workers, timeout=5)[1] == []
    assert time.monotonic() - told < 5
    assert ran.returncode == code
    if number != signal.SIGKILL:
        assert [path.name for path in tmp_path.iterdir() if path.name != "scratch"] == ["leads.csv"]
        assert not list((tmp_path / "scratch").iterdir())
