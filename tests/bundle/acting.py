"""A bundle whose leads say what becomes of the process that predicts them."""

from __future__ import annotations

import os
import signal
import time
from functools import cached_property
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bench.bundle.loaded import Bundle
from bench.bundle.predict import Saying
from bench.data.schema import Schema, Wanted
from bench.errors import DataError

DIES, SLEEPS, REFUSES = -1.0, -2.0, -3.0


class Acting:
    """Says of a lead the number that it holds, or does what that number stands for."""

    def probability(self, features: pd.DataFrame) -> NDArray[np.float64]:
        numbers: NDArray[np.float64] = features["share"].to_numpy(dtype=np.float64)
        if DIES in numbers:
            os.kill(os.getpid(), signal.SIGKILL)
        if SLEEPS in numbers:
            os.write(2, b"asleep\n")
            time.sleep(60)
        if REFUSES in numbers:
            raise DataError("a member cannot predict these rows.")
        return numbers


def acting(ids: str = "id", companies: bool = False) -> Bundle:
    """Return a bundle that calls from a half on."""
    schema = Schema(
        columns=(
            Wanted(name="share", kind="number"),
            *([Wanted(name="company", kind="category", levels=("Acme",))] if companies else []),
        ),
        features=("share",),
        others=(),
        missing=(),
        target="is_converted",
        id=ids,
        groups="company" if companies else None,
        ungrouped=(),
    )
    said = SimpleNamespace(labels=("no", "yes"), threshold=0.5)
    return Bundle(cast(Any, said), schema, cast(Any, Acting()), ())


class ActingInAProcess(Saying):
    """What a worker does, by this bundle."""

    @cached_property
    def _bundle(self) -> Bundle:
        return acting()
