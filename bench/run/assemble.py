"""One trial to its steps; the one place that sets a seed."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from bench.components.steps.in_a_row import InARow
from bench.components.steps.resampling.training_set import Resampling
from bench.plan.experiment import Choice
from bench.plan.grid import Trial
from bench.vocabulary import AXES, Axis

# What a step's random numbers may depend on: the choices up to it. Two trials that share a preparation share its
# seed, so that it can be made once for both.
_BEHIND: dict[Axis, tuple[Axis, ...]] = {
    "derived": ("derived",),
    "imputation": ("derived", "imputation"),
    "encoding": ("derived", "imputation", "encoding"),
    "text": ("text",),
    "resampling": ("derived", "imputation", "encoding", "text", "resampling"),
    "model": AXES,
}


def build(trial: Trial, axis: Axis, place: str) -> Any:
    """Return the step of ``trial`` on ``axis``, with its seed set for the fold that ``place`` names."""
    seed = seed_of(trial, axis, place)
    steps = [_seeded(_make(choice), seed) for choice in trial.on(axis)]
    return steps[0] if len(steps) == 1 else InARow(steps)


def build_resampling(trial: Trial) -> Resampling:
    """Return the resampling of ``trial``; its seed is passed when it is called."""
    (choice,) = trial.on("resampling")
    resampling: Resampling = _make(choice)
    return resampling


def seed_of(trial: Trial, axis: Axis, place: str) -> int:
    """Return the seed, 0 to 2**31 - 1, of a trial's step in the fold that ``place`` names."""
    content = f"{trial.fingerprint(*_BEHIND[axis])}/{axis}/{place}"
    return int.from_bytes(sha256(content.encode()).digest()[:4], "big") >> 1


def _seeded(step: Any, seed: int) -> Any:
    if hasattr(step, "get_params"):
        seeds = [name for name in step.get_params() if name.split("__")[-1] == "random_state"]
        step.set_params(**dict.fromkeys(seeds, seed))
    return step


def _make(choice: Choice) -> Any:
    return choice.component.factory(**dict(choice.values))
