"""Write a first experiment file for a table: roles with reasons, and a grid that ends within minutes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from bench.components import REGISTRIES
from bench.plan.suggest import Suggestions, suggest
from bench.vocabulary import Axis

_SMALL, _MIDDLE, _LARGE = 10_000, 50_000, 100_000  # rows
_BALANCED = 0.35  # share of positives from which resampling changes little
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
) -> str:
    """Look at a table and return the text of an experiment file for it.

    Parameters
    ----------
    train : the labelled table
    target : the column that says who converted
    submission : the table to predict; a ``sample_submission.csv`` beside it is found
    sample : the form of the answer, if it lies elsewhere
    positive : the positive label as written; without it the rarer one is taken

    Returns
    -------
    str
        Commented TOML. What is certain is set; what is only likely stands in a comment.

    Raises
    ------
    DataError
        If a table cannot be read strictly, or the target is not one of exactly two labels in every row.
    """
    found = suggest(train, target, submission=submission, sample=sample, positive=positive)
    parts = (
        _head(train, found),
        _data(train, target, submission, positive, found),
        _folds(found),
        '[objective]\nmetric = "f1"\nreport = ["precision", "recall", "average_precision", "roc_auc"]',
        _grid(found),
        "[ensemble]\ncandidates = 25",
        *([_SUBMISSION] if submission else []),
    )
    return "\n\n".join(parts) + "\n"


def _head(train: Path, found: Suggestions) -> str:
    positives = int(found.y.sum())
    return (
        f"# Written by `bench init` after a look at {_quoted(str(train))}: {len(found.y):,} rows, "
        f"{len(found.columns)} columns,\n# {positives:,} rows ({positives / len(found.y):.1%}) with the "
        "positive label. Read it once, correct it, then: bench run.\n\n"
        'question = "Which preparation and model find the leads that convert?"'
    )


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


def _grid(found: Suggestions) -> str:
    chosen = _choices(found)
    lines = ["[grid]"]
    for axis, names in chosen.items():
        others = [name for name in REGISTRIES[axis].names() if name not in names]
        also = f"  # also: {', '.join(others)}" if others else ""
        lines.append(f"{axis} = [{', '.join(map(_quoted, names))}]{also}")
    return "\n".join(lines)


def _choices(found: Suggestions) -> dict[Axis, tuple[str, ...]]:
    """Return components for each axis that matters on this table, the fewer the more rows there are."""
    rows, positives = len(found.y), int(found.y.sum())
    kinds = {column.kind for column in found.features}
    # Encoders give the gaps of categories a level, so only those of numbers ask for a choice.
    gaps = any(column.gaps for column in found.features if column.kind in ("number", "date"))
    small = rows <= _SMALL
    chosen: dict[Axis, tuple[str, ...]] = {"derived": ("raw",)}
    chosen["imputation"] = ("keep_gaps", "median") if gaps else ("keep_gaps",)
    if "category" not in kinds:
        chosen["encoding"] = ("one_hot",)
    else:
        chosen["encoding"] = ("one_hot", "target", "native") if small else ("target", "native")
    if "text" in kinds:
        chosen["text"] = ("drop_text", "tfidf", "tfidf_svd")
    chosen["resampling"] = ("as_is", "class_weight")
    if small and "text" not in kinds and positives < _BALANCED * rows:
        chosen["resampling"] += ("random_over", "smote") if positives >= 50 else ("random_over",)
    if "text" in kinds or rows > _MIDDLE:
        # Forests and CatBoost take many times as long on thousands of sparse columns, and on this many rows.
        chosen["model"] = ("constant", "logistic", "lightgbm")
    elif small:
        chosen["model"] = ("constant", "logistic", "random_forest", "lightgbm", "catboost")
    else:
        chosen["model"] = ("constant", "logistic", "lightgbm", "xgboost", "catboost")
    return chosen


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
