"""Signals end a command in one sentence; nobody has to look at what it prints."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from bench.cli.terminal import CLEANUP_SECONDS, Descriptor, heed_signals
from bench.errors import ENDING, Stopped
from tests.cli.commands import Ended, surroundings, write_experiment


def test_an_output_nobody_reads_to_its_end_is_no_error(here: Path) -> None:
    """The reader goes when a part is written that is larger than a pipe holds."""
    code = (
        "import sys, bench.plan.experiment as experiment\n"
        "experiment.json_schema = lambda: {'x': ['y' * 100] * 10_000}\n"
        "sys.argv = ['bench', 'schema']\n"
        "from bench.cli.main import main\n"
        "main()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], cwd=here, env=surroundings(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.readline() == b"{\n"
    process.stdout.close()
    with process.stderr:
        assert process.stderr.read() == b""
    assert process.wait() == 0


def redirected(here: Path, words: str) -> Ended:
    """Run a command in a shell of its own, with redirections."""
    command = f"{sys.executable} -m bench {words}"
    ended = subprocess.run(["sh", "-c", command], cwd=here, env=surroundings(), capture_output=True, text=True)
    return Ended(ended.returncode, ended.stdout, ended.stderr)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_output_is_one_sentence_and_what_belongs_in_files_is_there(here: Path) -> None:
    file = write_experiment()
    full = redirected(here, f"run {file} --workers 0 >/dev/full")
    said = "bench: the output cannot be written (No space left on device). What belongs in files is there.\n"
    assert full.code == 2
    assert full.err.endswith(f"\n{said}")
    assert "Traceback" not in full.err
    assert len(pd.read_csv("results/quick/leaderboard.csv")) == 2
    assert redirected(here, "list >/dev/full") == Ended(2, "", said)


@pytest.mark.parametrize("where", ["2>/dev/full", "2>&-", ">&- 2>&-", "2>&1 >/dev/null | head -c 1"])
def test_a_run_does_not_care_who_sees_its_progress(here: Path, where: str) -> None:
    if "/dev/full" in where and not Path("/dev/full").exists():
        pytest.skip("no device that is always full")
    file = write_experiment()
    ended = redirected(here, f"run {file} --workers 0 {where}")
    assert (ended.code, ended.err) == (0, "")
    if where.startswith("2>") and "|" not in where:
        assert ended.out.endswith("Everything is in results/quick.\n")
    assert len(pd.read_csv("results/quick/leaderboard.csv")) == 2
    assert set(pd.read_csv("results/quick/cells.csv")["status"]) == {"done"}


def test_the_first_signal_ends_a_command_and_the_next_do_not_disturb_it(monkeypatch: pytest.MonkeyPatch) -> None:
    heed_signals()
    with pytest.raises(Stopped, match="terminated") as stopped:
        os.kill(os.getpid(), signal.SIGTERM)
    assert stopped.value.code == 143
    for number in ENDING:
        os.kill(os.getpid(), number)
    later = time.monotonic() + CLEANUP_SECONDS + 1
    monkeypatch.setattr(time, "monotonic", lambda: later)
    with pytest.raises(Stopped, match="interrupted"):  # the first one was lost on the way
        os.kill(os.getpid(), signal.SIGINT)


def test_a_signal_that_was_ignored_before_stays_ignored() -> None:
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    heed_signals()
    for number in (signal.SIGINT, signal.SIGHUP):
        os.kill(os.getpid(), number)
    with pytest.raises(Stopped, match="terminated"):
        os.kill(os.getpid(), signal.SIGTERM)


def test_a_pipe_that_does_not_block_and_is_full_is_no_failure() -> None:
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    stream = Descriptor(writer, "w")
    assert stream.write(bytes(1 << 20)) > 0
    assert stream.write(b"more") == 4
    assert stream.failure is None
    stream.close()
    os.close(reader)
