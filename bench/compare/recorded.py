"""What the folder of a run tells by itself: its experiment file, facts, cells and ranking."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from bench.errors import ExperimentError, StoreError
from bench.plan.experiment import read_experiment, read_source
from bench.plan.sections import ExperimentFile
from bench.plan.slips import validated
from bench.record.allowed import Allowed, read_allowed
from bench.record.cells import HEADER, Key, key_of, read_line
from bench.record.columns import CELLS, FLOOR, LEADERBOARD, RACED
from bench.record.store import EXPERIMENT

SECONDS: Final = tuple(name for name in CELLS if name.endswith("_seconds"))
ALWAYS: Final = ("f1", "average_precision", "roc_auc", "brier", "log_loss")
"""Scores that every leaderboard has, whatever its objective."""


@dataclass(frozen=True)
class Cell:
    """What is compared of a line of cells.csv; ``seconds`` are all of them, ``megabytes`` the highest memory."""

    status: str
    seconds: float
    megabytes: float
    checksum: str


@dataclass(frozen=True)
class Place:
    """A line of leaderboard.csv; ``scores`` by the names of their columns, ``hyperparameters`` that are set."""

    rank: int
    configuration: str
    status: str
    tied: bool
    scores: Mapping[str, float]
    hyperparameters: str = ""


@dataclass(frozen=True)
class Recorded:
    """A run, as its folder tells it.

    Attributes
    ----------
    source : the experiment file as the run read it; of a folder of an earlier version, the file that was named, as it
        is now; None where there is none
    facts : of run.json; empty where it is missing or damaged
    data_id, folds_id : as the cells say
    cells : the newest line of each
    configurations : trial -> configuration, of all that were asked for
    ranking : trial -> its line; empty where there is no leaderboard.csv
    notes : what is to be known of the folder, a sentence each
    """

    folder: Path
    source: str | None
    facts: Mapping[str, Any]
    data_id: str
    folds_id: str
    cells: Mapping[Key, Cell]
    configurations: Mapping[str, str]
    ranking: Mapping[str, Place]
    notes: tuple[str, ...]

    @property
    def file(self) -> Path:
        """Where the run keeps its experiment file."""
        return self.folder / EXPERIMENT

    @cached_property
    def asked(self) -> ExperimentFile | None:
        """The experiment file, checked; None where this version cannot read it, or there is none."""
        try:
            return None if self.source is None else validated(ExperimentFile, self.source, self.file)
        except ExperimentError:
            return None

    @property
    def allowed(self) -> Allowed | None:
        """What a budget left time for; None without one."""
        return read_allowed(self.folder)

    @property
    def metric(self) -> str:
        """The column that trials are ranked by; without a readable file one that not every leaderboard has, or F1."""
        named = {name for place in self.ranking.values() for name in place.scores}
        others = sorted(named - {*ALWAYS, *LEADERBOARD})
        wanted = others[0] if others else "f1"
        if self.asked is not None:
            wanted = self.asked.objective.metric
        return wanted if all(wanted in place.scores for place in self.finished.values()) else "f1"

    @cached_property
    def trials(self) -> dict[str, str]:
        """Trial -> configuration, of those with a cell."""
        return {trial: self.configurations.get(trial, "") for trial, _, _ in self.cells}

    @cached_property
    def finished(self) -> dict[str, Place]:
        """The trials that have a rank because all their cells are done, the best first."""
        return {trial: place for trial, place in self.ranking.items() if place.status == "done"}


def find_run(given: Path, results: Path) -> tuple[Path, Path | None]:
    """Return the folder of a run, and the experiment file that names it, if one does.

    Parameters
    ----------
    given : an experiment file, whose run lies below ``results``, or the folder of a run

    Raises
    ------
    StoreError
        If it is neither, or nothing is recorded there.
    ExperimentError
        If it is no experiment file that can be read.
    """
    if given.name == EXPERIMENT and _is_run(given.parent):
        given = given.parent
    if _is_run(given):
        return given, None
    if given.is_dir():
        inside = sorted(str(path.parent) for path in given.glob("*/cells.csv"))
        more = f" Name one of the runs in it: {', '.join(inside)}." if inside else ""
        raise StoreError(f"{given}: nothing is recorded there.{more}")
    if given.suffix != ".toml":
        near = f" Did you mean {results / given.name}?" if _is_run(results / given.name) else ""
        raise StoreError(
            f"{given}: is neither an experiment file nor the folder of a run, such as results/leads.{near}"
        )
    read_source(given)  # says what is wrong with it
    folder = results / given.stem
    if not _is_run(folder):
        read_experiment(given)  # likewise: what is no experiment was never run
        raise StoreError(f"{folder}: nothing is recorded there. `bench run {given}` runs the experiment.")
    return folder, given


def read_recorded(folder: Path, named_by: Path | None = None) -> Recorded:
    """Read what the folder of a run tells, touching nothing.

    Parameters
    ----------
    named_by : the experiment file that names the run; it stands in for the run's own where that is not kept

    Raises
    ------
    StoreError
        If cells.csv is of another version or holds no cell, or leaderboard.csv is damaged.
    """
    cells, data_id, folds_id, notes = _cells(folder / "cells.csv")
    facts = _facts(folder / "run.json")
    if not facts:
        notes.append(f"{folder / 'run.json'}: is missing or damaged, so rows, versions and machine are not known.")
    if (folder / "running.txt").exists():
        notes.append(f"{folder}: a run is writing there, or was killed; what is recorded so far is compared.")
    source = _text(folder / EXPERIMENT)
    if source is None:
        said = f"{folder}: keeps no experiment file, as runs of earlier versions did not"
        notes.append(f"{said}; {named_by} stands for it as it is now." if named_by else f"{said}.")
        source = read_source(named_by) if named_by else None
    elif named_by is not None and read_source(named_by) != source:
        notes.append(f"{named_by}: has been edited since its run; what the run read is compared.")
    ranking = _ranking(folder / "leaderboard.csv")
    if not ranking:
        notes.append(f"{folder}: there is no leaderboard.csv yet, so no ranks. `bench report FILE` writes one.")
    named = {trial: place.configuration for trial, place in ranking.items()}
    configurations = _configurations(folder / "trials.csv") | named
    return Recorded(folder, source, facts, data_id, folds_id, cells, configurations, ranking, tuple(notes))


def _is_run(folder: Path) -> bool:
    return (folder / "cells.csv").is_file()


def _cells(path: Path) -> tuple[dict[Key, Cell], str, str, list[str]]:
    """Return the newest line of each cell, the fingerprints they name, and what is to be known."""
    cells: dict[Key, Cell] = {}
    data_id = folds_id = ""
    unreadable = 0
    with path.open("rb") as file:
        if file.readline().rstrip() != HEADER.rstrip():
            raise StoreError(f"{path}: its columns are not those of this version, which cannot compare it.")
        for content in file:
            if (fields := read_line(content)) is None:
                unreadable += 1
                continue
            data_id, folds_id = fields["data_id"], fields["folds_id"]
            seconds = sum(float(fields[name]) for name in SECONDS)
            cell = Cell(fields["status"], seconds, float(fields["peak_megabytes"]), fields["predictions_crc32"])
            cells[key_of(fields)] = cell
    if not cells:
        raise StoreError(f"{path.parent}: nothing is recorded there. `bench run FILE` runs an experiment.")
    return cells, data_id, folds_id, [f"{path}: {unreadable} of its lines cannot be read."] if unreadable else []


def _facts(path: Path) -> dict[str, Any]:
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return facts if isinstance(facts, dict) else {}


def _text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return None


def _configurations(path: Path) -> dict[str, str]:
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            return {row["trial"]: row["configuration"] or "" for row in csv.DictReader(file)}
    except (OSError, KeyError, UnicodeDecodeError, csv.Error):
        return {}


def _ranking(path: Path) -> dict[str, Place]:
    if not path.exists():
        return {}
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file, strict=True)
            known = {*LEADERBOARD, *FLOOR, *RACED} - {*ALWAYS}
            scored = [name for name in reader.fieldnames or () if name not in known]
            places = {row["trial"]: _place(row, scored) for row in reader}
    except (KeyError, TypeError, ValueError, csv.Error) as error:
        raise StoreError(
            f"{path}: is damaged ({error}). `bench report FILE` writes it again from what is recorded."
        ) from None
    return dict(sorted(places.items(), key=lambda item: item[1].rank))


def _place(row: dict[str, str], scored: list[str]) -> Place:
    if None in row or None in row.values():
        raise ValueError(f"the line of trial '{row['trial']}' has not as many cells as there are columns")
    scores = {name: float(row[name]) for name in scored if row[name]}
    if row["status"] == "done" and "f1" not in scores:
        raise ValueError(f"trial '{row['trial']}' is done and has no score")
    tied, written = row.get("tied") == "yes", row.get("hyperparameters", "")
    return Place(int(row["rank"]), row["configuration"], row["status"], tied, scores, written)
