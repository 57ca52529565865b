"""A user's slip in one sentence: place, finding, what is allowed, what to do."""

import signal
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

# The signals that end a command, and how it ended then.
ENDING: Final[dict[int, str]] = {
    signal.SIGINT: "interrupted",
    signal.SIGTERM: "terminated",
    signal.SIGHUP: "hung up",
}


class BenchError(Exception):
    """A slip of the user's. The command line prints it as one line and exits with 2; never a traceback."""


class ExperimentError(BenchError):
    """The experiment file or an option asks for something that does not exist or cannot work."""


class ComponentError(BenchError):
    """An installed package brings a component that cannot be used."""


class DataError(BenchError):
    """A table cannot be read as it is, or does not fit what the experiment says of it."""


class ScoreError(BenchError):
    """A score is not defined on these labels or probabilities."""


class StoreError(BenchError):
    """The results folder holds something that must not be mixed with this run, or cannot be used."""


class EngineError(BenchError):
    """The worker processes, or a cluster, cannot do the work."""


class SubmissionError(BenchError):
    """A submission file does not have the form that is asked for."""


class BundleError(BenchError):
    """A bundle is damaged, asks for what is not trusted, or cannot be written or used."""


class Stopped(BaseException):
    """A signal ends the command. Not an `Exception`, so that nobody on the way takes it for a failure of a cell.

    Attributes
    ----------
    how : interrupted, terminated or hung up
    code : the exit code by which a shell knows the signal
    """

    def __init__(self, number: int) -> None:
        self.how, self.code = ENDING[number], 128 + number
        super().__init__(self.how)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return " Did you mean 'x'? Known: a, b, x." for a name that is not known; the guess only if one is near."""
    known = sorted(known)
    near = get_close_matches(name.lower(), known, n=1, cutoff=0.6)
    guess = f" Did you mean '{near[0]}'?" if near else ""
    return f"{guess} Known: {', '.join(known)}."
