"""One trial to its steps; the one place that sets a seed."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from bench.components.resampling import Resampling
from bench.plan.experiment import Choice
from bench.plan.grid import Trial
from bench.vocabulary import Axis

# What a step's random numbers may depend on: the choices up to it. Two trials that share a preparation share its
# seed, so that it can be made once for both.
_BEHIND: dict[Axis, tuple[Axis, ...]] = {
    "imputation": ("imputation",),
    "encoding": ("imputation", "encoding"),
    "text": ("text",),
    "resampling": ("imputation", "encoding", "text", "resampling"),
    "model": ("imputation", "encoding", "text", "resampling", "model"),
}


def build(trial: Trial, axis: Axis, place: str) -> Any:
    """Return the step of ``trial`` on ``axis``, with its seed set for the fold that ``place`` names."""
    step = _make(trial[axis])
    if hasattr(step, "get_params"):
        seeds = [name for name in step.get_params() if name.split("__")[-1] == "random_state"]
        step.set_params(**dict.fromkeys(seeds, seed_of(trial, axis, place)))
    return step


def build_resampling(trial: Trial) -> Resampling:
    """Return the resampling of ``trial``; its seed is passed when it is called."""
    resampling: Resampling = _make(trial["resampling"])
    return resampling


def seed_of(trial: Trial, axis: Axis, place: str) -> int:
    """Return the seed, 0 to 2**31 - 1, of a trial's step in the fold that ``place`` names."""
    content = f"{trial.fingerprint(*_BEHIND[axis])}/{axis}/{place}"
    return int.from_bytes(sha256(content.encode()).digest()[:4], "big") >> 1


def _make(choice: Choice) -> Any:
    return choice.component.factory(**dict(choice.values))
