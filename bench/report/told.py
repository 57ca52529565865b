"""What the report of a run is about: its leaderboard, its record, and the winner's predictions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bench.audit.finding import Finding
from bench.data.dataset import Dataset
from bench.data.folds import HeldOut
from bench.ensemble.customers import View
from bench.plan.experiment import Experiment
from bench.record.columns import CELLS
from bench.record.store import Store
from bench.report.board import Board


@dataclass(frozen=True)
class Told:
    """A run as its report tells it.

    Attributes
    ----------
    store : the record on the folds that the experiment names
    finals : the finalists' record on the other kind of folds; None where there is none
    findings : of the audit
    notices : what was noticed in the table and its folds
    """

    board: Board
    dataset: Dataset
    store: Store
    finals: Store | None
    findings: Sequence[Finding]
    notices: Sequence[str]

    @property
    def experiment(self) -> Experiment:
        """The experiment that was run."""
        return self.board.experiment

    @property
    def folder(self) -> Path:
        """Where everything of the run lies."""
        return self.store.folder

    @cached_property
    def view(self) -> View:
        """The predictions recorded on the folds that the experiment names."""
        return View(self.dataset, self.store)

    @property
    def held_out(self) -> HeldOut:
        """The labels of the rows held out, shape (m,), and their folds, shape (repeats, m)."""
        return self.view.labels

    @cached_property
    def probability(self) -> NDArray[np.float64] | None:
        """The winner's out-of-fold probabilities, shape (repeats, m); None without a winner."""
        winner = self.board.verdict.winner
        return None if winner is None else self.view.probability(winner.combination)

    @cached_property
    def cells(self) -> pd.DataFrame:
        """The newest line of every cell of the plan's trials, numbers as numbers."""
        return self._cells(self.store)

    @cached_property
    def final_cells(self) -> pd.DataFrame | None:
        """Likewise of the finalists on the other kind of folds; None where there are none."""
        return None if self.finals is None else self._cells(self.finals)

    def _cells(self, store: Store) -> pd.DataFrame:
        planned = {trial.id for trial in self.board.plan.trials}
        rows = pd.DataFrame([row for row in store.rows() if row["trial"] in planned], columns=list(CELLS))
        numbers = [name for name in CELLS if name.endswith(("_seconds", "_megabytes"))]
        return rows.astype(dict.fromkeys(["repeat", "fold"], "int64") | dict.fromkeys(numbers, "float64"))
