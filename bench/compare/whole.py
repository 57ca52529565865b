"""Two runs compared from their folders to a page."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bench.compare.files import changes
from bench.compare.paired import Paired, Side, paired
from bench.compare.parts import blocks
from bench.compare.recorded import Recorded, find_run, read_recorded
from bench.compare.told import Comparison, answer
from bench.compare.trials import overlap
from bench.errors import StoreError
from bench.page.page import page
from bench.record.disk import make_room, replacing


def read_both(given: tuple[Path, Path], results: Path) -> tuple[Recorded, Recorded]:
    """Read the records of two runs, each named by its experiment file or its folder.

    Raises
    ------
    StoreError
        If one is neither, holds nothing or is damaged, or both are one folder.
    ExperimentError
        If an experiment file cannot be read.
    """
    one, other = (find_run(path, results) for path in given)
    if one[0].resolve() == other[0].resolve():
        raise StoreError(f"{one[0]}: A and B are the same run. Name another one, or a copy of it that was kept.")
    return read_recorded(*one), read_recorded(*other)


def compare(runs: tuple[Recorded, Recorded], sides: tuple[Side | str, Side | str]) -> Comparison:
    """Compare two runs.

    Parameters
    ----------
    sides : both with their tables; why not, in a sentence, where a table cannot be had
    """
    one, other = runs
    names = str(one.folder), str(other.folder)
    found = Comparison(names, one, other, changes(one, other), overlap(one, other), "Nothing differs.")
    return found if found.identical else replace(found, paired=_paired(sides))


def place_of_page(runs: tuple[Recorded, Recorded], results: Path, output: Path | None) -> Path:
    """Return where the page goes, having seen that it can be written: beside the folders of runs, in none of them.

    Raises
    ------
    StoreError
        If it cannot, or is not named as a page.
    """
    names = [run.folder.resolve().name for run in runs]
    path = output or results / f"compare-{names[0]}-{names[1]}.html"
    if path.suffix != ".html":
        raise StoreError(f"{path}: the page is an HTML file. Give it a name that ends in .html.")
    make_room(path, StoreError)
    return path


def write_comparison(found: Comparison, path: Path) -> None:
    """Write a comparison as a page."""
    title = " against ".join(run.folder.resolve().name for run in found.runs)
    made = f"Made by `bench compare {' '.join(found.names)}`."
    with replacing(path) as file:
        file.write(page(title, answer(found), blocks(found), [made]))


def _paired(sides: tuple[Side | str, Side | str]) -> Paired | str:
    one, other = sides
    if isinstance(one, str) or isinstance(other, str):
        return " ".join(f"{name}: {side}" for name, side in zip("AB", sides, strict=True) if isinstance(side, str))
    return paired(one, other)
