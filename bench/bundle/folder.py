"""A bundle on disk: written whole or not at all, and checked whole before anything of it is loaded."""

from __future__ import annotations

import os
import stat
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from platform import python_version
from typing import Any, Final

from bench.bundle.archive import MOST_UNPACKED_BYTES, refused
from bench.bundle.card import card
from bench.bundle.manifest import (
    MOST_BYTES,
    Environment,
    Facts,
    File,
    Fit,
    Manifest,
    Member,
    Piece,
    read_manifest,
    written,
)
from bench.bundle.place import alone, replace_folder
from bench.bundle.predictor import Predictor
from bench.bundle.trusted import build, check, save
from bench.bundle.types import KEEPS_ROWS, KEEPS_WORDS
from bench.errors import BundleError
from bench.record.facts import versions
from bench.run.fitted import FittedTrial, Learnt

MANIFEST: Final = "manifest.json"
CARD: Final = "model_card.md"
MEMBERS: Final = "members"


@dataclass(frozen=True)
class Opened:
    """A bundle in memory.

    Attributes
    ----------
    fits : of each member, by trial: one on all rows or one for each fold; what they share is one object
    notices : what the user has to know, such as versions of libraries that differ
    """

    manifest: Manifest
    fits: dict[str, tuple[FittedTrial, ...]]
    notices: tuple[str, ...]


def write_bundle(
    folder: Path,
    facts: Facts,
    predictor: Predictor,
    values: Mapping[str, float],
) -> Manifest:
    """Write a bundle beside its place and move it there when it is whole; an older bundle goes then.

    One that says the same, of the same experiment but for comments and order, stays as it is: files of fits differ in
    bytes each time they are written.

    Parameters
    ----------
    values : trial -> its objective by itself

    Raises
    ------
    BundleError
        If something else stands at its place, or a member holds what a bundle may not hold.
    OSError
        If the disk cannot take it.
    """
    with alone(folder):
        _check_place(folder)
    files, pieces, members = _members(predictor, values)
    manifest = Manifest(
        **facts.model_dump(),
        environment=Environment(python=python_version(), versions=versions()),
        members=tuple(members),
        pieces=pieces,
        files={name: _file(content) for name, content in {**files, CARD: b""}.items()},
    )
    files[CARD] = card(manifest).encode()
    manifest = manifest.model_copy(update={"files": manifest.files | {CARD: _file(files[CARD])}})
    files[MANIFEST] = written(manifest)
    read_manifest(files[MANIFEST], folder / MANIFEST)  # what was written can be read
    with alone(folder):
        _check_place(folder)
        there = _same(folder, manifest)
        if there is None:
            replace_folder(folder, files)
    return there or manifest


def open_bundle(folder: Path) -> Opened:
    """Check every file of a bundle, then load its members; nothing of a file is built before all were checked.

    Raises
    ------
    BundleError
        If it is no bundle, of a newer format, incomplete, altered, or asks for what is not trusted.
    """
    manifest, contents = _contents(folder)
    notices = _notices(folder, manifest)
    left_bytes = MOST_UNPACKED_BYTES
    for name in sorted(manifest.files.keys() - {CARD}):
        left_bytes -= check(contents[name], str(folder / name), left_bytes)
    try:
        return Opened(manifest, _fits(folder, manifest, contents), notices)
    except BundleError as error:
        raise BundleError(" ".join([str(error), *notices])) from None


def _contents(folder: Path) -> tuple[Manifest, dict[str, bytes]]:
    """Return the manifest and the files that it lists; raises as `open_bundle` does if they are not those listed."""
    if not folder.is_dir():
        raise BundleError(f"{folder} is no folder, and a bundle is one: with {MANIFEST}, {CARD} and {MEMBERS}.")
    there = _there(folder)
    if MANIFEST not in there:
        raise BundleError(f"{folder} has no {MANIFEST}: it is no bundle, or an incomplete one.")
    manifest = read_manifest(_read(folder / MANIFEST, MOST_BYTES), folder / MANIFEST)
    _check_names(folder, there - {MANIFEST}, set(manifest.files))
    if (listed_bytes := sum(file.bytes for file in manifest.files.values())) > MOST_UNPACKED_BYTES:
        raise refused(str(folder), f"lists files of {listed_bytes:,} bytes, of at most {MOST_UNPACKED_BYTES:,}")
    return manifest, {name: _checked(folder / name, file) for name, file in manifest.files.items()}


def _same(folder: Path, manifest: Manifest) -> Manifest | None:
    """Return the manifest of a bundle that is whole and says the same; None where there is none."""
    try:
        there, _ = _contents(folder)
        return there if _said(there) == _said(manifest) else None
    except (BundleError, OSError, tomllib.TOMLDecodeError):
        return None


def _said(manifest: Manifest) -> dict[str, Any]:
    """Return what a manifest says, however the experiment is written down and the files came out."""
    said = manifest.model_dump(exclude={"made", "files"})
    return said | {"source": tomllib.loads(manifest.source)}


def _check_place(folder: Path) -> None:
    if folder.is_symlink() or (folder.exists() and not (folder / MANIFEST).is_file()):
        raise BundleError(
            f"{folder} is there and is no bundle: nothing is replaced. Move it away or name another folder."
        )
    if folder.exists():
        foreign = [name for name in _there(folder) if name not in (MANIFEST, CARD) and not name.startswith(MEMBERS)]
        if foreign:
            raise BundleError(
                f"{folder} holds {min(foreign)!r}, which is not of a bundle: nothing is replaced. Move it away."
            )


@dataclass
class _Saved:
    """Files on their way to a bundle, what is in each of them, the pieces by key, and the room that is left."""

    files: dict[str, bytes] = field(default_factory=dict)
    types: dict[str, frozenset[str]] = field(default_factory=dict)
    pieces: dict[str, Piece] = field(default_factory=dict)
    left_bytes: int = MOST_UNPACKED_BYTES

    def add(self, stem: str, key: str, steps: Sequence[Any], place: str) -> str:
        """Save steps or models with the key they belong to, and return the name of the file."""
        name = f"{MEMBERS}/{stem}.skops"
        self.files[name], asked = save([key, list(steps)], place, self.left_bytes)
        self.types[name] = asked.types
        self.left_bytes -= asked.unpacked_bytes
        return name


def _members(
    predictor: Predictor, values: Mapping[str, float]
) -> tuple[dict[str, bytes], dict[str, Piece], list[Member]]:
    """Return members in the order in which the combination adds them: sums of floats depend on it."""
    saved, members = _Saved(), []
    combination = predictor.combination
    for trial, weight in combination.weights.items():
        fitted = predictor.fits[trial]
        stored = [_fit(saved, one, number) for number, one in enumerate(fitted)]
        files = {name for fit in stored for name in (fit.file, *(saved.pieces[key].file for key in fit.pieces))}
        types = frozenset().union(*(saved.types[name] for name in files))
        scale = combination.scales.get(trial)
        members.append(
            Member(
                trial=trial,
                configuration=fitted[0].configuration,
                weight=weight,
                value=values[trial],
                slope=None if scale is None else scale.slope,
                intercept=None if scale is None else scale.intercept,
                keeps_rows=tuple(word for name, word in KEEPS_ROWS.items() if name in types),
                keeps_words=bool(types & KEEPS_WORDS),
                fits=tuple(stored),
            )
        )
    return saved.files, saved.pieces, members


def _fit(saved: _Saved, fitted: FittedTrial, number: int) -> Fit:
    """Save what a fitted trial holds; a piece that is there already is the same."""
    place = f"trial {fitted.trial} ({fitted.configuration})"
    keys: list[str] = []
    _in_order(fitted.pieces, fitted.prepared, keys)
    for key in keys:
        if key not in saved.pieces:
            learnt = fitted.pieces[key]
            stem = f"{learnt.kind.replace(' ', '-')}-{sha256(key.encode()).hexdigest()[:16]}"
            file = saved.add(stem, key, learnt.steps, place)
            saved.pieces[key] = Piece(kind=learnt.kind, needs=learnt.needs, file=file)
    key = _model_key(fitted.trial, number)
    stem = f"model-{sha256(key.encode()).hexdigest()[:16]}"
    return Fit(pieces=tuple(keys), prepared=fitted.prepared, file=saved.add(stem, key, fitted.models, place))


def _in_order(pieces: Mapping[str, Learnt], key: str, keys: list[str]) -> None:
    """Put a piece behind those it needs."""
    for need in pieces[key].needs:
        _in_order(pieces, need, keys)
    if key not in keys:
        keys.append(key)


def _model_key(trial: str, number: int) -> str:
    return f"models {trial} {number}"


def _file(content: bytes) -> File:
    return File(sha256=sha256(content).hexdigest(), bytes=len(content))


def _there(folder: Path) -> set[str]:
    """Return the names of all files of a bundle; a link, a device or a deeper folder is refused."""
    names: set[str] = set()
    for path in (*folder.iterdir(), *((folder / MEMBERS).iterdir() if _is_folder(folder / MEMBERS) else ())):
        name = path.relative_to(folder).as_posix()
        mode = path.lstat().st_mode
        if name == MEMBERS and stat.S_ISDIR(mode):
            continue
        if not stat.S_ISREG(mode):
            kind = "a link" if stat.S_ISLNK(mode) else "no plain file"
            raise BundleError(f"{path} is {kind}, and a bundle holds plain files only; nothing of it was loaded.")
        names.add(name)
    return names


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _check_names(folder: Path, there: set[str], listed: set[str]) -> None:
    again = "Get the bundle anew from who made it."
    if listed - there:
        raise BundleError(f"{folder} lacks {min(listed - there)}, which its {MANIFEST} lists. {again}")
    if there - listed:
        raise BundleError(
            f"{folder} holds {min(there - listed)!r}, which its {MANIFEST} does not list; nothing of it was loaded. "
            f"Remove that file if it is yours. {again}"
        )


def _checked(path: Path, file: File) -> bytes:
    """Return the content of a file that is the one listed."""
    content = _read(path, file.bytes)
    if len(content) != file.bytes or sha256(content).hexdigest() != file.sha256:
        raise BundleError(
            f"{path} is not the file that {MANIFEST} lists (its size or SHA-256 differs): it was cut off, exchanged or "
            "altered; nothing of it was loaded. Get the bundle anew from who made it."
        )
    return content


def _read(path: Path, most_bytes: int) -> bytes:
    """Return what a plain file holds, at most one byte more than it may; a link put there meanwhile is not followed."""
    with os.fdopen(os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0)), "rb") as file:
        return file.read(most_bytes + 1)


def _notices(folder: Path, manifest: Manifest) -> tuple[str, ...]:
    """Say which versions are not those of the bundle, in one sentence."""
    made = {"Python": manifest.environment.python, **manifest.environment.versions}
    here = {"Python": python_version(), **versions()}
    differ = [f"{name} {old} (here {here.get(name, 'missing')})" for name, old in made.items() if old != here.get(name)]
    if not differ:
        return ()
    return (f"{folder} was made with {', '.join(differ)}: probabilities may differ in their last digits.",)


def _fits(folder: Path, manifest: Manifest, contents: Mapping[str, bytes]) -> dict[str, tuple[FittedTrial, ...]]:
    """Load what was checked, each file once."""
    pieces = {
        key: Learnt(piece.kind, _loaded(folder, contents, piece.file, key), piece.needs)
        for key, piece in manifest.pieces.items()
    }
    return {
        member.trial: tuple(
            FittedTrial(
                trial=member.trial,
                configuration=member.configuration,
                pieces={key: pieces[key] for key in fit.pieces},
                prepared=fit.prepared,
                models=_loaded(folder, contents, fit.file, _model_key(member.trial, number)),
            )
            for number, fit in enumerate(member.fits)
        )
        for member in manifest.members
    }


def _loaded(folder: Path, contents: Mapping[str, bytes], name: str, key: str) -> tuple[Any, ...]:
    found = build(contents[name], str(folder / name))
    if not (isinstance(found, list) and len(found) == 2 and found[0] == key and isinstance(found[1], list)):
        raise BundleError(f"{folder / name} holds something else than {MANIFEST} says of it; get the bundle anew.")
    return tuple(found[1])
