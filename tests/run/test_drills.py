"""What goes wrong overnight: a cell that misbehaves costs itself, and is recorded as what it was."""

from __future__ import annotations

import csv
import os
import signal
import threading
import time
from pathlib import Path

import numpy as np
import psutil
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin

from bench.data.dataset import Dataset
from bench.data.folds import FoldsSection, make_folds
from bench.plan.experiment import Choice, LimitsSection
from bench.plan.grid import Plan, Trial
from bench.record.store import open_store
from bench.registry import Component
from bench.run.runner import run_plan
from bench.space import OneOf
from tests.components.catalogue import trial

HARMS = ("none", "raise", "abort", "sleep", "devour", "nan", "beyond", "short", "nap", "memory")


class Harmful(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Predicts the share of positives, or does harm."""

    def __init__(self, harm: str = "none") -> None:
        self.harm = harm

    def fit(self, X: object, y: NDArray[np.int8]) -> Harmful:
        match self.harm:
            case "raise":
                raise RuntimeError('=1+1, "quoted"; <script>alert(1)</script>\nsecond line')
            case "abort":
                os.abort()
            case "sleep":
                signal.signal(signal.SIGTERM, signal.SIG_IGN)
                while True:
                    time.sleep(1)
            case "devour":
                eaten = []
                while True:
                    eaten.append(np.ones(1_000_000))
            case "memory":
                raise MemoryError
            case "nap":
                time.sleep(0.1)
        self.classes_, self.share_ = np.array([0, 1]), float(y.mean())
        return self

    def predict_proba(self, X: np.ndarray) -> NDArray[np.float64]:
        share = {"nan": np.nan, "beyond": 1.5}.get(self.harm, self.share_)
        column = np.full(len(X) - (self.harm == "short"), share)
        return np.column_stack([1 - column, column])


def harmful(harm: str) -> Harmful:
    """Do what its one hyperparameter says."""
    return Harmful(harm)


COMPONENT = Component("harmful", harmful, {"harm": OneOf("none", HARMS)})


def doing(harm: str) -> Trial:
    return Trial((*trial(model="constant").choices[:-1], Choice("model", COMPONENT, (("harm", harm),))))


def run(folder: Path, dataset: Dataset, *harms: str, **limits: float) -> dict[str, list[dict[str, str]]]:
    """Run a plan of misbehaving models on two workers and return their rows."""
    trials = {harm: doing(harm) for harm in harms}
    folds = make_folds(dataset, FoldsSection(count=2))
    with open_store(folder, dataset.data_id, folds) as store:
        plan = Plan(tuple(trials.values()), {}, {})
        run_plan(plan, dataset, store, 2, lambda progress: None, LimitsSection(**limits))
    with (folder / "cells.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    return {harm: [row for row in rows if row["trial"] == one.id] for harm, one in trials.items()}


REASONS = {
    "raise": ("failed", 'RuntimeError: =1+1, "quoted"; <script>alert(1)</script>'),
    "abort": ("failed", "WorkerDied: the worker process died (SIGABRT)"),
    "sleep": ("timeout", "Timeout: not done within cell_seconds = 8"),
    "nan": ("failed", "ValueError: predictions that are not numbers from 0 to 1"),
    "beyond": ("failed", "ValueError: predictions that are not numbers from 0 to 1"),
    "short": ("failed", "ValueError: predictions of shape (59,) for 60 rows"),
    "memory": ("memory", "MemoryError: not enough memory"),
}


def test_each_misbehaving_cell_is_one_row_and_its_neighbours_finish(tmp_path: Path, dataset: Dataset) -> None:
    rows = run(tmp_path, dataset, "none", *REASONS, "nap", cell_seconds=8.0)
    for harm, (status, reason) in REASONS.items():
        assert [(row["status"], row["reason"]) for row in rows[harm]] == [(status, reason)] * 2
    for harm in ("none", "nap"):
        assert [row["status"] for row in rows[harm]] == ["done", "done"]
    assert all(8.0 <= float(row["fit_seconds"]) < 18.0 for row in rows["sleep"])
    assert not (tmp_path / "pieces").exists()


def test_a_cell_that_allocates_without_end_is_stopped_within_a_fifth_of_its_limit(
    tmp_path: Path, dataset: Dataset
) -> None:
    peak, over = 0.0, threading.Event()

    def watch() -> None:
        nonlocal peak
        while not over.wait(0.005):
            for child in psutil.Process().children():
                try:
                    memory = child.memory_info()
                except psutil.Error:
                    continue
                peak = max(peak, (memory.rss - memory.shared) / 1e9)

    watching = threading.Thread(target=watch)
    watching.start()
    rows = run(tmp_path, dataset, "none", "devour", cell_gigabytes=0.6)
    over.set()
    watching.join()
    expected = ("memory", "Memory: more than cell_gigabytes = 0.6")
    assert [(row["status"], row["reason"]) for row in rows["devour"]] == [expected] * 2
    assert [row["status"] for row in rows["none"]] == ["done", "done"]
    assert 0.5 < peak < 1.2 * 0.6


def test_all_workers_killed_from_outside_lose_nothing(tmp_path: Path, dataset: Dataset) -> None:
    killed: list[int] = []

    def kill() -> None:
        while not (tmp_path / "cells.csv").exists():
            time.sleep(0.01)
        for child in psutil.Process().children():
            child.kill()
            killed.append(child.pid)

    killing = threading.Thread(target=kill)
    killing.start()
    trials = ["none", "nap"]
    rows = run(tmp_path, dataset, *trials)
    killing.join()
    assert killed
    assert [row["status"] for harm in trials for row in rows[harm]] == ["done"] * 4
