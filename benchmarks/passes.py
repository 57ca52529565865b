"""The reference grid by the engine, with a diary of what was made, and once in a single process, piece by piece."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from unittest.mock import patch

from bench.plan.grid import Cell
from bench.question import Question
from bench.record.store import CellResult, open_store
from bench.run import artefact
from bench.run.cell import fit_predict, fold_part, fold_place, run_cell
from bench.run.prepared import Made, Piece, Pieces, pieces_of
from bench.run.recipes import Part
from bench.run.runner import CellJob, CellTask, run_plan


@dataclass(frozen=True)
class Engine:
    """What a run of the engine says of itself.

    Attributes
    ----------
    recorded_seconds : wall seconds of every prepare, resample, fit and predict, each charged once
    cpu_seconds : of its workers, making pieces and running cells
    pieces : how many different ones were made
    """

    recorded_seconds: float
    cpu_seconds: float
    pieces: int


def engine_pass(folder: Path, workers: int) -> None:
    """Run the grid by `run_plan`, without ranking it, and keep what it says of itself.

    Raises
    ------
    AssertionError
        If a cell is not done, or a piece was not made exactly once.
    """
    question: Question = artefact.read(folder / "question")
    dataset, plan, folds = question.dataset, question.plan, question.folds
    diary = folder / "diary"
    with (
        open_store(folder / "store", dataset.data_id, folds) as store,
        patch("bench.run.runner.CellJob", partial(NotedJob, diary=diary)),
    ):
        run_plan(plan, dataset, store, workers, lambda progress: None)
        rows = store.rows()
    undone = [f"{row['trial']}: {row['reason']}" for row in rows if row["status"] != "done"]
    assert not undone, undone[0]
    kinds, names, seconds = zip(*(line.split("\t") for line in diary.read_text().splitlines()), strict=True)
    times = Counter(name for kind, name in zip(kinds, names, strict=True) if kind == "piece")
    wanted = {key for cell in plan.cells(1, folds.count) for key in _keys(question, cell)}
    assert times == Counter(wanted), (times - Counter(wanted), Counter(wanted) - times)
    parts = ("prepare", "resample", "fit", "predict")
    recorded = sum(float(row[f"{part}_seconds"]) for row in rows for part in parts)
    artefact.write(Engine(recorded, sum(map(float, seconds)), len(wanted)), folder / "engine")


def once_pass(folder: Path, workers: int) -> None:
    """Make every distinct piece once, fit and predict every cell, here, one after the other; keep the CPU seconds."""
    question: Question = artefact.read(folder / "question")
    dataset, plan, folds = question.dataset, question.plan, question.folds
    first = fold_part(dataset, folds, 0, 0)
    # What libraries import or compile at their first use is no part of the limit.
    one_of_each = {choice: trial for trial in plan.trials for choice in trial.choices}
    for trial in dict.fromkeys(one_of_each.values()):
        fit_predict(trial, first, Pieces())
    seconds, block, pieces = 0.0, "", Pieces()
    for cell in plan.cells(1, folds.count):
        part = fold_part(dataset, folds, cell.repeat, cell.fold)
        table, *_ = pieces_of(cell.trial, part.place)
        if table.key != block:  # cells that share pieces follow each other
            block, pieces = table.key, Pieces()
        start = time.process_time()
        fit_predict(cell.trial, part, pieces)
        seconds += time.process_time() - start
    artefact.write(seconds, folder / "once")


@dataclass(frozen=True)
class NotedJob(CellJob):
    """A job that notes in a diary what it does, with its CPU seconds."""

    diary: Path

    def make(self, piece: Piece, given: Mapping[str, Made]) -> Made:
        """Make a piece of one fold."""
        start = time.process_time()
        assert piece.place.fold is not None
        made = self._pieces(given).make(piece, fold_part(self.dataset, self.folds, *piece.place.fold))
        _note(self.diary, "made", piece.key, time.process_time() - start)
        return made

    def run(self, task: CellTask, given: Mapping[str, Made]) -> CellResult:
        """Run one cell."""
        start = time.process_time()
        result = run_cell(task.cell, self.dataset, self.folds, self._pieces(given))
        _note(self.diary, "ran", task.key, time.process_time() - start)
        return result

    def _pieces(self, given: Mapping[str, Made]) -> Pieces:
        return NotedPieces(dict(given), self.diary)


@dataclass
class NotedPieces(Pieces):
    """Pieces that note each making, inside a cell as well."""

    diary: Path = Path()

    def make(self, piece: Piece, part: Part) -> Made:
        """Make a piece."""
        _note(self.diary, "piece", piece.key, 0.0)
        return super().make(piece, part)


def _note(diary: Path, kind: str, name: str, cpu_seconds: float) -> None:
    with diary.open("a") as file:  # a short line is written whole, whoever else writes
        file.write(f"{kind}\t{name}\t{cpu_seconds:.6f}\n")


def _keys(question: Question, cell: Cell) -> Iterator[str]:
    """Yield the keys of all pieces that a cell is made of."""
    waiting = [*pieces_of(cell.trial, fold_place(question.dataset, question.folds, cell.repeat, cell.fold))]
    while waiting:
        piece = waiting.pop()
        waiting += piece.needs
        yield piece.key
