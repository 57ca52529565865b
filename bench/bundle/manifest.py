"""What a bundle says of itself: members, threshold, estimate, fingerprints, versions and the hash of every file."""

from __future__ import annotations

import json
from math import fsum
from pathlib import Path
from typing import Annotated, Final, Literal

import numpy as np
from pydantic import ConfigDict, Field, ValidationError, model_validator

from bench.data.schema import Schema
from bench.errors import BundleError
from bench.run.recipes import Kind
from bench.score.calibration import Calibrator
from bench.section import Section

FORMAT: Final = 1
MOST_BYTES: Final = 50_000_000  # of a manifest, large by the levels of its data_schema
NEAR_ONE: Final = 1e-9  # is how near weights come that sum to 1

Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0)]
Hash = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
# No file name climbs: there is no other form that one may have.
FileName = Annotated[str, Field(pattern=r"^(model_card\.md|members/[a-z0-9-]{1,80}\.skops)$")]
MemberName = Annotated[str, Field(pattern=r"^members/[a-z0-9-]{1,80}\.skops$")]


class _Part(Section):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, validate_default=True, allow_inf_nan=False)


class Estimate(_Part):
    """What is expected on new leads like those of training.

    Attributes
    ----------
    low, high : its 95 % interval, once it is corrected for having chosen the best of many; None where it is not
    precision, recall : beside it, corrected likewise
    """

    metric: str
    value: float
    precision: float
    recall: float
    low: float | None = None
    high: float | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Estimate:
        if (self.low is None) != (self.high is None):
            raise ValueError("one end of an interval without the other")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError("low lies above high")
        return self


class Policy(_Part):
    """How many leads are called.

    Attributes
    ----------
    word : such as "train", "estimate" or a share that the user gave
    assumed_rate : share of positives that is assumed of new leads, None where none is
    called_share : share of held-out rows that the threshold calls
    """

    word: str
    assumed_rate: Share | None
    called_share: Share


class Submission(_Part):
    """The submission file that was written with the bundle."""

    sha256: Hash
    rows: Count
    called: Count


class Environment(_Part):
    """What the members were fitted on."""

    python: str
    versions: dict[str, str]


class File(_Part):
    """A file of the bundle, manifest.json itself left out."""

    sha256: Hash
    bytes: Count


class Piece(_Part):
    """What a prepared piece learned, in a file; several fits may share it."""

    kind: Kind
    needs: tuple[str, ...]
    file: MemberName


class Fit(_Part):
    """A member fitted on one set of training rows: its pieces by key, the last of them, and its models in a file."""

    pieces: tuple[str, ...]
    prepared: str
    file: MemberName


class Member(_Part):
    """A trial and what it counts for.

    Attributes
    ----------
    slope, intercept : of the sigmoid on its logits that puts it on the scale of the others; None for as it is
    value : the objective by itself, each fold at the threshold of the others
    keeps_rows : what in it holds training rows, in words
    keeps_words : whether it holds levels of categories or words of texts
    fits : one, on all rows, or one for each fold
    """

    trial: Annotated[str, Field(pattern=r"^\w{1,64}$")]
    configuration: str
    weight: Share
    value: float
    slope: float | None
    intercept: float | None
    keeps_rows: tuple[str, ...]
    keeps_words: bool
    fits: Annotated[tuple[Fit, ...], Field(min_length=1)]


class Facts(_Part):
    """What the run knows of the winner.

    Attributes
    ----------
    source : the experiment file as it is written
    made : UTC date, such as 2026-01-31
    rows, positives : of training
    labels : the words of the negative and of the positive class
    columns : those that the members are given
    refit : whether each member is fitted on all rows, or is the mean of its fold models
    data_schema : how new rows are read
    """

    experiment: str
    question: str
    source: str
    made: Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\d$")]
    data_id: str
    folds_id: str
    rows: Count
    positives: Count
    labels: tuple[str, str]
    target: str
    columns: tuple[str, ...]
    objective: str
    refit: Literal["all", "folds"]
    threshold: Annotated[float, Field(ge=0, le=2)]  # above 1 it calls nobody
    policy: Policy
    estimate: Estimate
    data_schema: Schema
    submission: Submission | None = None


class Manifest(Facts):
    """The facts, with the members and the files that hold them; keys of ``pieces`` are those of `Fit.pieces`."""

    format: Literal[1] = FORMAT
    environment: Environment
    members: Annotated[tuple[Member, ...], Field(min_length=1)]
    pieces: dict[str, Piece]
    files: dict[FileName, File]

    @property
    def weights(self) -> dict[str, float]:
        """The weight of each member, by trial."""
        return {member.trial: member.weight for member in self.members}

    @property
    def scales(self) -> dict[str, Calibrator]:
        """The sigmoid of each member that has one, by trial."""
        return {
            member.trial: Calibrator("sigmoid", np.empty(0), np.empty(0), member.slope, member.intercept)
            for member in self.members
            if member.slope is not None and member.intercept is not None
        }

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Manifest:
        if self.positives > self.rows:
            raise ValueError("more positives than rows")
        if self.labels[0] == self.labels[1]:
            raise ValueError("both labels are the same")
        trials = [member.trial for member in self.members]
        if len(set(trials)) < len(trials):
            raise ValueError("a member stands there twice")
        if abs(fsum(self.weights.values()) - 1) > NEAR_ONE:
            raise ValueError("the weights of the members do not sum to 1")
        if any((member.slope is None) != (member.intercept is None) for member in self.members):
            raise ValueError("a slope without an intercept, or the reverse")
        if len({len(member.fits) for member in self.members}) > 1:
            raise ValueError("the members are fitted on different numbers of folds")
        fits = [fit for member in self.members for fit in member.fits]
        for fit in fits:
            self._check_fit(fit)
        named = [piece.file for piece in self.pieces.values()] + [fit.file for fit in fits]
        if len(set(named)) < len(named) or {*named, "model_card.md"} != set(self.files):
            raise ValueError("the files listed are not those that members and pieces name")
        return self

    def _check_fit(self, fit: Fit) -> None:
        """Raise unless each piece stands behind those it needs and the last of them is there."""
        ready: set[str] = set()
        for key in fit.pieces:
            if key not in self.pieces or not ready.issuperset(self.pieces[key].needs):
                raise ValueError(f"piece {key[:60]!r} is not there, or stands before one it needs")
            ready.add(key)
        if fit.prepared not in ready:
            raise ValueError(f"piece {fit.prepared[:60]!r} is not among those of its fit")


def written(manifest: Manifest) -> bytes:
    """Return a manifest as it stands on disk."""
    return (json.dumps(manifest.model_dump(mode="json"), ensure_ascii=False, allow_nan=False, indent=1) + "\n").encode()


def read_manifest(content: bytes, path: Path) -> Manifest:
    """Read a manifest.

    Raises
    ------
    BundleError
        If it is torn, is of a newer format, or says what a manifest cannot say.
    """
    again = "Get the bundle anew from who made it."
    if len(content) > MOST_BYTES:
        raise BundleError(f"{path} has {len(content):,} bytes, of at most {MOST_BYTES:,}. {again}")
    try:
        said = json.loads(content, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise BundleError(f"{path} is no JSON: it is torn or something else. {again}") from None
    number = said.get("format") if isinstance(said, dict) else None
    if type(number) is int and number > FORMAT:
        raise BundleError(
            f"{path} is of format {number}, and this Leadbench reads {FORMAT}. Install a newer Leadbench."
        )
    try:
        return Manifest.model_validate_json(content)
    except ValidationError as error:
        problem = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(step)[:60] for step in problem["loc"]) or "as a whole"
        raise BundleError(f"{path} is not as a manifest is ({where}: {problem['msg'][:200]}). {again}") from None


def _no_number(word: str) -> None:
    raise ValueError(f"{word} is no number of JSON")
