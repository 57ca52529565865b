"""A bundle made again: each field of its manifest that was altered is seen, and what cannot be checked is said."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from contextlib import chdir
from pathlib import Path
from typing import Any

import pytest

from bench.ensemble.compare import Link
from bench.ensemble.verify import verify
from bench.errors import BenchError
from tests.cli.commands import bench

BUNDLE = Path("results/small/bundle")
EXPERIMENT = """
[data]
train = "leads/train.csv"
submission = "leads/submission.csv"
sample = "leads/sample_submission.csv"
target = "is_converted"
positive = "True"
id = "id"
groups = "customer_idx"
ungrouped = ["47466"]
missing = ["none", "//"]
kinds = { lead_owner = "category", customer_idx = "category" }
drop = ["customer_idx", "customer_country.1", "lead_date"]
[folds]
count = 2
repeats = 2
[grid]
derived = ["raw"]
imputation = ["median"]
encoding = ["target"]
model = ["logistic", "naive_bayes", "constant"]
[ensemble]
candidates = 2
[submission]
finalists = 1
"""


def _changed(**fields: Any) -> Callable[[dict[str, Any]], None]:
    return lambda said: said.update(fields)


def _more(name: str, part: Callable[[dict[str, Any]], dict[str, Any]] = lambda said: said) -> Callable[..., None]:
    def change(said: dict[str, Any]) -> None:
        part(said)[name] += 0.001 if isinstance(part(said)[name], float) else 1

    return change


# field -> how it is altered, the link that sees it, and what that says
ALTERED: dict[str, tuple[Callable[[dict[str, Any]], None], str, str]] = {
    "labels": (lambda said: said["labels"].reverse(), "reading", "labels ('True', 'False') in the bundle"),
    "target": (_changed(target="won"), "reading", "target won in the bundle, is_converted read again"),
    "rows": (_more("rows"), "reading", "rows 501 in the bundle, 500 read again"),
    "positives": (_more("positives"), "reading", "positives "),
    "columns": (lambda said: said["columns"].pop(), "reading", "columns ("),
    "question": (_changed(question="Why?"), "reading", "question Why? in the bundle"),
    "objective": (_changed(objective="accuracy"), "reading", "objective accuracy in the bundle"),
    "levels": (lambda said: said["data_schema"]["columns"].pop(), "reading", "data_schema.columns"),
    "missing": (lambda said: said["data_schema"]["missing"].append("web"), "reading", "data_schema.missing"),
    "ungrouped": (lambda said: said["data_schema"].update(ungrouped=[]), "reading", "data_schema.ungrouped"),
    "id": (lambda said: said["data_schema"].update(id=None), "reading", "data_schema.id"),
    "configuration": (lambda said: said["members"][0].update(configuration="better"), "trial", "better in the bundle"),
    "value": (_more("value", lambda said: said["members"][0]), "score", " in the bundle, "),
    "slope": (_more("slope", lambda said: said["members"][0]), "scales", " in the bundle, "),
    "threshold": (_changed(threshold=0.123), "threshold", "0.123 in the bundle, "),
    "called_share": (lambda said: said["policy"].update(called_share=0.123), "policy", "called_share=0.123"),
    "assumed_rate": (lambda said: said["policy"].update(assumed_rate=0.123), "policy", "assumed_rate=0.123"),
    "estimate": (lambda said: said["estimate"].update(value=0.987), "estimate", "value=0.987"),
    "high": (lambda said: said["estimate"].update(high=0.999), "estimate", "high=0.999"),
    "submission": (_more("called", lambda said: said["submission"]), "submission", "called="),
    "numpy": (lambda said: said["environment"]["versions"].update(numpy="1.0"), "versions", "numpy 1.0 there"),
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run; its ensemble is exported."""
    folder = tmp_path_factory.mktemp("made")
    with chdir(folder):
        assert bench("demo", "--out", "leads", "--rows", "500").code == 0
        Path("small.toml").write_text(EXPERIMENT, encoding="utf-8")
        for command in (["run"], ["export", "--ensemble"]):
            ended = bench(*command, "small.toml", "--workers", "0")
            assert ended.code == 0, ended.err
    return folder


@pytest.fixture(scope="module")
def altered(made: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Link]:
    """The links of a bundle of which every field of `ALTERED` is another: none of them hides another."""
    return _links(made, tmp_path_factory.mktemp("altered"), *(change for change, _, _ in ALTERED.values()))


def _links(made: Path, place: Path, *changes: Callable[[dict[str, Any]], None]) -> list[Link]:
    shutil.copytree(made, place, dirs_exist_ok=True)
    manifest = json.loads((place / BUNDLE / "manifest.json").read_text(encoding="utf-8"))
    for change in changes:
        change(manifest)
    (place / BUNDLE / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    with chdir(place):
        return list(verify(BUNDLE, 0))


def _by(holds: bool | None, links: list[Link]) -> set[str]:
    return {link.name.split()[0] for link in links if link.holds is holds}


@pytest.mark.parametrize("field", ALTERED)
def test_a_field_that_was_altered_is_seen_by_name(field: str, altered: list[Link]) -> None:
    _, name, said = ALTERED[field]
    assert any(link.holds is False and link.name.split()[0] == name and said in link.said for link in altered), altered


def test_what_was_not_altered_holds_beside_what_was(altered: list[Link]) -> None:
    assert {"files", "table", "folds", "weights", "members"} <= _by(True, altered)


def test_an_untouched_bundle_holds_in_all_links(made: Path, tmp_path: Path) -> None:
    links = _links(made, tmp_path)
    assert _by(False, links) == set(), links
    assert _by(None, links) <= {"choice"}
    assert {"reading", "weights", "estimate", "scales", "threshold", "policy", "submission"} <= _by(True, links)


def test_weights_that_were_exchanged_are_seen_by_the_record(made: Path, tmp_path: Path) -> None:
    def exchange(said: dict[str, Any]) -> None:
        said["members"][0]["weight"], said["members"][1]["weight"] = 0.25, 0.75

    links = _links(made, tmp_path, exchange)
    assert "weights" in _by(False, links)
    assert _by(False, links) <= {"weights", "threshold", "policy", "submission"}


def test_a_rate_that_the_experiment_does_not_ask_for_is_said(made: Path, tmp_path: Path) -> None:
    links = _links(made, tmp_path, lambda said: said["policy"].update(word="given"))
    (rate,) = [link for link in links if link.name == "rate"]
    assert rate.holds is None
    assert rate.said.endswith(" was asked for when it was exported, train in the experiment")


def test_a_bundle_away_from_its_record_says_what_is_not_checked(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "away").mkdir()
    shutil.move(BUNDLE, tmp_path / "away")
    ended = bench("verify", "away/bundle", "--workers", "0")
    assert ended.code == 0, ended.out + ended.err
    unknown = [line for line in ended.out.splitlines() if not line.startswith("same ")]
    assert unknown == [
        f"unknown  {name}: not checked: no record of the run stands in {tmp_path.resolve() / 'away'}"
        for name in ("choice", "weights", "estimate")
    ]


def test_a_trial_that_does_not_lead_is_checked_by_itself(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    rows = Path("results/small/leaderboard.csv").read_text(encoding="utf-8").splitlines()
    last = rows[-1].split(",")[rows[0].split(",").index("trial")]
    ended = bench("export", "small.toml", "--trial", last, "--workers", "0")
    assert ended.code == 0, ended.err
    links = {link.name: link for link in verify(BUNDLE, 0)}
    assert {name for name, link in links.items() if not link.holds} == {"choice"}, links
    assert links["choice"].holds is None
    assert links["choice"].said.startswith(f"{last} was exported, ")
    assert links[f"score of {last}"].holds


UNREADABLE = {
    "no table": (lambda said: said.update(source=said["source"].replace("train.csv", "gone.csv")), "leads/gone.csv"),
    "no TOML": (lambda said: said.update(source="[data"), "small.toml: not valid TOML: "),
    "no such model": (
        lambda said: said.update(source=said["source"].replace('"constant"', '"oracle"')),
        "unknown model 'oracle'",
    ),
}


@pytest.mark.parametrize(("change", "why"), UNREADABLE.values(), ids=UNREADABLE)
def test_an_experiment_that_cannot_be_read_any_more_is_one_sentence(
    made: Path, tmp_path: Path, change: Callable[[dict[str, Any]], None], why: str
) -> None:
    with pytest.raises(BenchError, match=re.escape(why)):
        _links(made, tmp_path, change)
