"""Write a first experiment file for a table: roles with reasons, and a grid that ends within minutes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from bench.components import REGISTRIES
from bench.plan.first_grid import first_grid
from bench.plan.sections import Entry, seconds_of
from bench.plan.suggest import Suggestions, suggest

_LARGE = 100_000  # rows
_USUAL = "10m"  # what a grid is made for where there is no budget
_SUBMISSION = """\
# What share of the rows to predict is positive? As here ("train"), a number if you know it, such as 0.35, or what their
# scores speak for ("estimate"). The run says what each would mean.
[submission]
positive_rate = "train\""""


def propose(
    train: Path,
    target: str,
    *,
    submission: Path | None = None,
    sample: Path | None = None,
    positive: str | None = None,
    budget: str | None = None,
) -> str:
    """Look at a table and return the text of an experiment file for it.

    Parameters
    ----------
    train : the labelled table
    target : the column that says who converted
    submission : the table to predict; a ``sample_submission.csv`` beside it is found
    sample : the form of the answer, if it lies elsewhere
    positive : the positive label as written; without it the rarer one is taken
    budget : the time of a run, such as "10m": then the trials race, and the grid is one that suits the time

    Returns
    -------
    str
        Commented TOML. What is certain is set; what is only likely stands in a comment.

    Raises
    ------
    DataError
        If a table cannot be read strictly, or the target is not one of exactly two labels in every row.
    ExperimentError
        If the budget is no time.
    """
    seconds = seconds_of(budget or _USUAL)
    found = suggest(train, target, submission=submission, sample=sample, positive=positive)
    parts = (
        _head(train, found, budget),
        _data(train, target, submission, positive, found),
        _folds(found),
        '[objective]\nmetric = "f1"\nreport = ["precision", "recall", "average_precision", "roc_auc"]',
        *(["# Fold after fold, what can no longer win is stopped.\n[race]"] if budget else []),
        _grid(found, seconds, hurry=budget is not None),
        "[ensemble]\ncandidates = 25",
        *([_SUBMISSION] if submission else []),
    )
    return "\n\n".join(parts) + "\n"


def _head(train: Path, found: Suggestions, budget: str | None) -> str:
    positives = int(found.y.sum())
    command = "bench auto" if budget else "bench init"
    lines = [
        f"# Written by `{command}` after a look at {_quoted(str(train))}: {len(found.y):,} rows, "
        f"{len(found.columns)} columns,\n# {positives:,} rows ({positives / len(found.y):.1%}) with the "
        "positive label. Read it once, correct it, then: bench run.\n",
        'question = "Which preparation and model find the leads that convert?"',
        *([_set("budget", budget)] if budget else []),
    ]
    return "\n".join(lines)


def _data(train: Path, target: str, submission: Path | None, positive: str | None, found: Suggestions) -> str:
    negative, label = found.labels
    lines = ["[data]", _set("train", str(train))]
    if submission:
        lines.append(_set("submission", str(submission)))
    if found.sample:
        lines.append(_set("sample", str(found.sample)))
    lines.append(_set("target", target))
    rarer = "" if positive is not None else f"  # the rarer label; the other is {_quoted(negative)}"
    lines.append(_set("positive", label) + rarer)
    if found.id:
        lines.append(_set("id", found.id))
    if found.texts:
        lines += _listed("texts", found.texts)
    lines += _groups(found)
    lines += [("" if len(found.times) == 1 else "# ") + _set("time", name) for name in found.times]
    lines += _missing(found)
    if found.kinds:
        lines += [f"# {_quoted(name)}: {reason}" for name, (_, reason) in found.kinds.items()]
        kinds = ", ".join(f"{_quoted(name)} = {_quoted(kind)}" for name, (kind, _) in found.kinds.items())
        lines.append(f"kinds = {{ {kinds} }}")
    constants = [column.name for column in found.columns if column.kind == "constant"]
    if constants:
        lines.append("# Constant, so left out even when they are not dropped:")
        lines += [f"#     {_quoted(name)}" for name in constants]
    lines += _listed("drop", found.drop) if found.drop else ["drop = []"]
    return "\n".join(lines)


def _groups(found: Suggestions) -> list[str]:
    """Return the company's lines: set when one column is certain, else as comments to choose from."""
    if len(found.groups) != 1:
        return [f"# {_set('groups', name)}  # {reason}" for name, reason in found.groups.items()]
    ((name, reason),) = found.groups.items()
    lines = [f"{_set('groups', name)}  # the company: {reason}"]
    if found.ungrouped:
        sizes = ", ".join(f"{_quoted(value)} has {size}" for value, size in found.ungrouped.items())
        lines.append(f"# {sizes}. If that stands for an unknown company:")
        lines.append(f"# ungrouped = [{', '.join(map(_quoted, found.ungrouped))}]")
    return lines


def _missing(found: Suggestions) -> list[str]:
    lines = _listed("missing", found.missing) if found.missing else []
    if found.doubtful:
        lines.append("# These may stand for a gap too, or be an answer; missing counts in every column:")
        lines += [f"#     {_quoted(value)},  # {_plain(where)}" for value, where in found.doubtful.items()]
    return lines


def _folds(found: Suggestions) -> str:
    scheme, why = _scheme(found)
    rarest = int(min(found.y.sum(), len(found.y) - found.y.sum()))
    if scheme == "stratified_group":
        rarest = min(rarest, found.companies)
    count = max(2, min(3 if len(found.y) > _LARGE else 5, rarest))
    lines = ["[folds]", f"count = {count}", *why, _set("scheme", scheme), "seed = 7"]
    if found.times:
        time = " or ".join(map(_quoted, found.times))
        lines.insert(-1, f'# scheme = "time"  # would train on what {time} puts first and hold out what comes later')
    return "\n".join(lines)


def _scheme(found: Suggestions) -> tuple[str, list[str]]:
    """Return how to split the rows, and why in comments: as the rows to predict differ from train."""
    if found.companies < 2:
        return "stratified", []
    if found.never_seen is None:
        return "stratified_group", ["# New leads come mostly from new companies, so no company stands in two folds."]
    if found.never_seen > 0.5:
        return "stratified_group", [
            f"# {found.never_seen:.0%} of the rows to predict are of companies never seen in train, so no company "
            "stands in two folds."
        ]
    return "stratified", [
        f"# {1 - found.never_seen:.0%} of the rows to predict are of companies seen in train; "
        '"stratified_group" would score new ones.'
    ]


def _grid(found: Suggestions, seconds: float, hurry: bool) -> str:
    lines = ["[grid]"]
    for axis, entries in first_grid(found, seconds, hurry=hurry).items():
        names = [entry if isinstance(entry, str) else entry["name"] for entry in entries]
        others = [name for name in REGISTRIES[axis].names() if name not in names]
        also = f"  # also: {', '.join(others)}" if others else ""
        if all(isinstance(entry, str) for entry in entries):
            lines.append(f"{axis} = [{', '.join(map(_entry, entries))}]{also}")
        else:
            lines += [f"{axis} = [", *(f"    {_entry(entry)}," for entry in entries), f"]{also}"]
    return "\n".join(lines)


def _entry(entry: Entry) -> str:
    """Return a component as TOML, with the values it is given; Python writes numbers and lists of them alike."""
    if isinstance(entry, str):
        return _quoted(entry)
    return f"{{ {', '.join(f'{key} = {json.dumps(value)}' for key, value in entry.items())} }}"


def _set(key: str, value: str) -> str:
    return f"{key} = {_quoted(value)}"


def _listed(key: str, reasons: Mapping[str, str]) -> list[str]:
    """Return a TOML array with one value and its reason a line."""
    values: Iterable[str] = (f"    {_quoted(value)},  # {_plain(why)}" for value, why in reasons.items())
    return [f"{key} = [", *values, "]"]


def _quoted(text: str) -> str:
    """Return a TOML string; TOML takes what JSON writes, but for the letter DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _plain(text: str) -> str:
    """Return a text for a comment, which must stay on its line."""
    return _quoted(text)[1:-1].replace('\\"', '"')
