"""The kept variables written into the experiment file with their evidence, and all candidates as a sheet."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from shutil import copymode
from textwrap import wrap
from typing import Any

import pandas as pd

from bench.derive.judge import Gain
from bench.derive.look import Found, Judged
from bench.errors import ExperimentError
from bench.plan.experiment import BY_DERIVE, Choice, Experiment, experiment_of
from bench.record.columns import DERIVE
from bench.record.disk import replacing
from bench.record.sheet import write_sheet
from bench.space import Value
from bench.vocabulary import DO_NOTHING

WIDTH = 110  # letters of a comment
_HEADER = re.compile(r"^\[grid\][ \t]*(?:#.*)?\n", re.MULTILINE)
_RAW = f'derived = ["{DO_NOTHING["derived"]}"]\n'


def with_option(experiment: Experiment, found: Found) -> str:
    """Return the text of an experiment file with one more option of ``derived``: the base and the kept behind it.

    What stands in the file stays as it is, comments and layout included. What the evidence is stands above, and that
    of each variable above the variable.

    Raises
    ------
    ExperimentError
        If the grid becomes too large, or the file is written in a way that cannot be extended.
    """
    import tomlkit

    document: Any = tomlkit.parse(experiment.source)
    if "derived" not in document["grid"]:
        document = tomlkit.parse(_HEADER.sub(lambda header: header.group() + _RAW, experiment.source, count=1))
    options = document["grid"].get("derived", [])
    one_line = "\n" not in options.as_string() if options else False
    if options:
        options.add_line(_row(found), indent="    ")
        if one_line:
            options.add_line(indent="")
    text: str = document.as_string()
    before, after = experiment.axes["derived"], experiment_of(text, experiment.path).axes["derived"]
    if after[: len(before)] != before or len(after) != len(before) + 1:
        raise ExperimentError(
            f"{experiment.path}: 'derived' in [grid] is written in a way that cannot be extended. Write it under a "
            'line [grid] of its own, as derived = ["raw"].'
        )
    return text


def replace_experiment(experiment: Experiment, text: str) -> None:
    """Write an experiment file anew, with its line ends and byte order mark; it changes whole or not at all.

    Raises
    ------
    ExperimentError
        If somebody has changed it since it was read, or it cannot be written.
    """
    path = experiment.path.resolve()  # of a link the file, not the link
    try:
        with path.open("r+b") as opened:  # a file that may not be written could still be replaced
            there = opened.read().decode("utf-8")
        mark = "\ufeff" if there.startswith("\ufeff") else ""
        if there.removeprefix(mark).replace("\r\n", "\n") != experiment.source:
            raise ExperimentError(
                f"{path}: has changed since it was read, and is left as it is. Run the command again."
            )
        with replacing(path) as file:
            copymode(path, file.name)
            file.write(mark + (text.replace("\n", "\r\n") if "\r\n" in there else text))
    except OSError as error:
        raise ExperimentError(f"{path}: cannot be written ({error.strerror}). Allow it, or copy the file.") from None


def write_candidates(judged: Sequence[Judged], rows: int, folder: Path) -> Path:
    """Write every candidate to derive.csv and return its path; columns as `bench.record.columns.DERIVE` says."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "derive.csv"
    write_sheet(pd.DataFrame([_record(one, rows) for one in judged], columns=list(DERIVE)), path)
    return path


def evidence(one: Judged) -> str:
    """Return in one line what speaks for a variable."""
    gain = one.gain
    said = f"gains {gain.mean:.5f} ({gain.low:.5f} to {gain.high:.5f}), p = {gain.p_value:.1g}, q = {one.q_value:.1g}"
    return said if one.behind is None else f"{said}; behind those above {one.behind.mean:.5f}"


def _row(found: Found) -> Any:
    """Return the new option, with comments, as it will stand in the file."""
    import tomlkit

    lines = [f"# {line}" for line in wrap(f"{BY_DERIVE}: {_plain(found.about)}", WIDTH)]
    lines += [f"{_entry(choice)}," for choice in found.base if choice.component.name != DO_NOTHING["derived"]]
    for one in found.kept:
        lines += [f"# {evidence(one)}", f"{_entry(one.candidate.choice)},"]
    inside = "".join(f"        {line}\n" for line in lines)
    return tomlkit.parse(f"option = [\n{inside}    ]")["option"]


def _entry(choice: Choice) -> str:
    """Return a component with the values that are not its defaults, as an experiment file names it."""
    if not choice.settings:
        return _toml(choice.component.name)
    settings = {"name": choice.component.name, **choice.settings}
    return f"{{ {', '.join(f'{name} = {_toml(value)}' for name, value in settings.items())} }}"


def _toml(value: Value) -> str:
    """Return a value in TOML, which takes what JSON writes but for the letter DEL."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _plain(text: str) -> str:
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def _record(one: Judged, rows: int) -> dict[str, object]:
    behind = one.behind or Gain(float("nan"), float("nan"), float("nan"), float("nan"))
    return {
        "component": one.candidate.choice.component.name,
        "settings": json.dumps(one.candidate.choice.settings, ensure_ascii=False),
        "gain": one.gain.mean,
        "gain_low": one.gain.low,
        "gain_high": one.gain.high,
        "p_value": one.gain.p_value,
        "q_value": one.q_value,
        "behind": behind.mean,
        "behind_low": behind.low,
        "behind_high": behind.high,
        "behind_p_value": behind.p_value,
        "kept": "yes" if one.kept else "no",
        "rows": rows,
    }
