"""A user's slip in one sentence: place, finding, what is allowed, what to do."""

from collections.abc import Iterable
from difflib import get_close_matches


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


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return " Did you mean 'x'? Known: a, b, x." for a name that is not known; the guess only if one is near."""
    known = sorted(known)
    near = get_close_matches(name.lower(), known, n=1, cutoff=0.6)
    guess = f" Did you mean '{near[0]}'?" if near else ""
    return f"{guess} Known: {', '.join(known)}."
