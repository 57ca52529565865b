"""Shared prefixes: the pieces that cells have in common, named by content and made once."""

from __future__ import annotations

import time
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

from bench.components.steps.resampling.training_set import TrainingSet, all_rows
from bench.plan.grid import Trial
from bench.record.cells import PieceCost
from bench.run.fitted import Learnt
from bench.run.job import first_line
from bench.run.recipes import RECIPES, Kind, Part, Place, Prepared
from bench.vocabulary import Axis

_PREPARED: tuple[Axis, ...] = ("derived", "imputation", "encoding", "text")
_AXES: dict[Kind, tuple[Axis, ...]] = {
    "derived rows": ("derived",),
    "text rows": ("text",),
    "derived": ("derived",),
    "imputed": ("derived", "imputation"),
    "table": ("derived", "imputation", "encoding"),
    "text": ("text",),
    "joined": _PREPARED,
    "sets": (*_PREPARED, "resampling"),
}


@dataclass(frozen=True)
class Piece:
    """What cells have in common, made of the rows of one place.

    Attributes
    ----------
    trial : any of those that share it
    place : the split it belongs to; what works row by row belongs to the whole of it
    needs : the pieces it is made of, in the order its recipe takes them
    """

    kind: Kind
    trial: Trial
    place: Place
    needs: tuple[Piece, ...] = ()

    @cached_property
    def key(self) -> str:
        """What names it: kind, choices up to it, and the rows."""
        rows = self.place.whole if self.kind.endswith("rows") else self.place.name
        return f"{self.kind} {self.trial.fingerprint(*_AXES[self.kind])} {rows}"


@dataclass(frozen=True)
class Made:
    """A piece, with what a reader of a cell's row wants to know of it.

    Attributes
    ----------
    warned : what its libraries warned of, and those of the pieces it is made of
    costs : of its making, by its key, likewise
    learnt : what was fitted to make it, by its key, likewise; empty unless the part keeps it
    """

    value: Any
    warned: frozenset[str] = frozenset()
    costs: Mapping[str, PieceCost] = field(default_factory=dict)
    learnt: Mapping[str, Learnt] = field(default_factory=dict)


def pieces_of(trial: Trial, place: Place) -> tuple[Piece, ...]:
    """Return what ``trial`` needs at ``place``: its prepared rows, and its training sets unless they are these rows.

    What does nothing makes no piece.
    """
    prepared = _prepared_piece(trial, place)
    if trial.does_nothing("resampling"):
        return (prepared,)
    return prepared, Piece("sets", trial, place, (prepared,))


def _prepared_piece(trial: Trial, place: Place) -> Piece:
    behind: tuple[Piece, ...] = ()
    if not trial.does_nothing("derived"):
        behind = (_step_piece("derived", "derived rows", trial, place),)
    if not trial.does_nothing("imputation"):
        behind = (Piece("imputed", trial, place, behind),)
    table = Piece("table", trial, place, behind)
    if trial.does_nothing("text"):
        return table
    return Piece("joined", trial, place, (table, _step_piece("text", "text rows", trial, place)))


def _step_piece(axis: Literal["derived", "text"], rows: Kind, trial: Trial, place: Place) -> Piece:
    """Return the piece of an axis: rows of a whole table if all of its choices work row by row."""
    once = place.whole is not None and all(choice.component.rowwise for choice in trial.on(axis))
    return Piece(axis, trial, place, (Piece(rows, trial, place),) if once else ())


@dataclass
class Pieces:
    """The pieces at hand, by key: those given, and those made here because nobody else needs them."""

    at_hand: dict[str, Made] = field(default_factory=dict)

    def prepare(self, trial: Trial, part: Part) -> Prepared:
        """Return the rows of ``part`` prepared as ``trial`` says."""
        prepared: Prepared = self.get(_prepared_piece(trial, part.place), part).value
        return prepared

    def sets(self, trial: Trial, part: Part) -> list[TrainingSet]:
        """Return what ``trial`` fits its models on."""
        _, *resampled = pieces_of(trial, part.place)
        if not resampled:
            return all_rows(None, part.y, part.groups, 0)
        sets: list[TrainingSet] = self.get(resampled[0], part).value
        return sets

    def get(self, piece: Piece, part: Part) -> Made:
        """Return a piece, made now if it is not at hand."""
        if piece.key not in self.at_hand:
            self.at_hand[piece.key] = self.make(piece, part)
        return self.at_hand[piece.key]

    def make(self, piece: Piece, part: Part) -> Made:
        """Make a piece of the pieces it needs; whatever is fitted is fitted on the training rows."""
        needs = [self.get(need, part) for need in piece.needs]
        start = time.perf_counter()
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            value = RECIPES[piece.kind](piece.trial, part, *(need.value for need in needs))
        cost = PieceCost(piece.kind == "sets", time.perf_counter() - start)
        learnt = {key: one for need in needs for key, one in need.learnt.items()}
        if part.keeps and piece.kind != "sets":
            learnt[piece.key] = Learnt(piece.kind, value.steps, tuple(need.key for need in piece.needs))
            value = replace(value, steps=())
        return Made(
            value,
            frozenset(first_line(warning.message) for warning in caught).union(*(need.warned for need in needs)),
            {key: costs for need in needs for key, costs in need.costs.items()} | {piece.key: cost},
            learnt,
        )
