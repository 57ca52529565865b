"""The benchmark on the reference grid works, and would notice what it is to notice."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from bench.run import artefact
from benchmarks import reference
from benchmarks.passes import engine_pass
from benchmarks.reference import Cost, ask, measure

LIGHT = """
import subprocess, sys

def busy(folder, workers):
    child = "import time; full = b'x' * 60_000_000\\nwhile time.process_time() < 0.6: pass\\ntime.sleep(1.2)"
    subprocess.run([sys.executable, "-c", child], check=True)

def failing(folder, workers):
    sys.exit(7)
"""


@pytest.fixture
def light(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Functions to measure, in a module that imports next to nothing."""
    (tmp_path / "light.py").write_text(LIGHT)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return import_module("light")


def test_what_a_child_of_the_measured_process_takes_is_measured(light: ModuleType, tmp_path: Path) -> None:
    cost = measure(light.busy, tmp_path, 1)
    assert cost.cpu_seconds > 0.6
    assert cost.wall_seconds > 1.8
    assert cost.peak_megabytes > 60


def test_a_measured_process_that_fails_ends_the_benchmark(light: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="failing ended with exit code 7"):
        measure(light.failing, tmp_path, 1)


@pytest.mark.filterwarnings("ignore")  # a search prints what libraries warn of; the engine records it
def test_the_quick_benchmark_prints_ratios_and_agrees_bit_for_bit(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def here(work: Callable[[Path, int], None], folder: Path, workers: int) -> Cost:
        work(folder, workers)
        return Cost(8.0, 5.0, 300.0)

    monkeypatch.setattr(reference, "measure", here)
    reference.main(["--quick", "--workers", "1"])
    printed = capsys.readouterr().out
    assert "32 cells" in printed
    assert "| GridSearchCV, memory | 8.0 | 5.0 | 300 |" in printed
    assert "20 distinct pieces, each made once" in printed
    assert "3 of 3 cells" in printed


def test_a_piece_made_twice_is_noticed(tmp_path: Path) -> None:
    artefact.write(ask(None, tmp_path, 500, 2, options=1), tmp_path / "question")
    engine_pass(tmp_path, 0)
    diary = tmp_path / "diary"
    made = next(line for line in diary.read_text().splitlines() if line.startswith("piece"))
    diary.write_text(f"{diary.read_text()}{made}\n")
    with pytest.raises(AssertionError, match="table"):
        engine_pass(tmp_path, 0)
