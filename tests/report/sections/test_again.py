"""What is typed to make a run again is quoted for a shell, and names nobody."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest

from bench.page.block import Block
from bench.record.allowed import Allowed, write_allowed
from bench.report.sections.again import again_block
from bench.report.told import Told
from tests.report.recorded import every, told


def block(one: Told) -> Block:
    made = again_block(one)
    assert made is not None
    return made


def facts(made: Block) -> dict[str, str]:
    return {row[0]: row[1] for row in made.tables[0].rows}


def test_commands_hold_paths_with_spaces_and_korean_as_one_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    made = block(told(Path("우리 결과"), every(), path="실험/our leads.toml"))
    run, report = map(shlex.split, made.commands)
    assert run == ["bench", "run", "실험/our leads.toml", "--results", "우리 결과"]
    assert report == ["bench", "report", "실험/our leads.toml", "--results", "우리 결과"]


def test_the_usual_folder_of_results_needs_no_option(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert block(told(Path("results"), every())).commands[0] == "bench run experiments/asked.toml"


def test_a_budget_is_named_as_it_was_recorded_and_a_bundle_can_be_verified(tmp_path: Path) -> None:
    folder = tmp_path / "asked"
    (folder / "bundle").mkdir(parents=True)
    write_allowed(folder, Allowed(5400.0, 25, 200, None))
    made = block(told(tmp_path, every()))
    assert made.commands[0] == f"bench run experiments/asked.toml --budget 5400s --results {tmp_path}"
    assert f"bench verify {folder / 'bundle'}" in made.commands
    assert any(sentence.startswith("The run had a budget of 5400 s") for sentence in made.sentences)


def test_fingerprints_seeds_machine_and_earlier_versions_stand_there(tmp_path: Path) -> None:
    one = told(tmp_path, every())
    run = {
        "python": "3.12.1",
        "commit": "abc-dirty",
        "processors": 2,
        "versions": {"numpy": "2.4.6"},
        "earlier_versions": {"numpy": ["2.3.0", "2.4.0"]},
    }
    (one.folder / "run.json").write_text(json.dumps(run))
    (one.folder / "events.jsonl").write_text('{"event": "started", "at": "2026-11-22T19:18:05.345+00:00"}\n')
    made = block(one)
    shown = facts(made)
    assert shown["fingerprint of the training table"] == one.store.data_id
    assert shown["fingerprint of the folds"] == one.store.folds.folds_id
    assert shown["table"] == "made-up leads, 500 rows, seed 7"
    assert shown["folds"].endswith(f"seed {one.experiment.folds.seed}")
    assert shown["trials in the plan"] == "4"
    assert shown["the last run began"] == "2026-11-22 19:18 UTC"
    assert (shown["commit"], shown["Python"], shown["processors"]) == ("abc-dirty", "3.12.1", "2")
    assert made.tables[1].columns == ("library", "version", "earlier")
    assert made.tables[1].rows == [("numpy", "2.4.6", "2.3.0, 2.4.0")]
    assert any("other versions" in sentence for sentence in made.sentences)


def test_where_no_cell_is_of_other_versions_there_is_no_column_of_them(tmp_path: Path) -> None:
    one = told(tmp_path, every())
    (one.folder / "run.json").write_text('{"versions": {"numpy": "2.4.6"}, "earlier_versions": {}}')
    table = block(one).tables[1]
    assert (table.columns, table.rows) == (("library", "version"), [("numpy", "2.4.6")])


@pytest.mark.parametrize("content", [None, "{ torn", "[1, 2]"])
def test_without_a_record_of_the_machine_the_rest_is_told(tmp_path: Path, content: str | None) -> None:
    one = told(tmp_path, every())
    if content is not None:
        (one.folder / "run.json").write_text(content)
    made = block(one)
    assert any("cannot be read, so versions and machine are not known." in sentence for sentence in made.sentences)
    assert "commit" not in facts(made)
    assert len(made.tables) == 1


def test_nobody_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "anna"))
    made = block(told(tmp_path / "anna" / "results", every(), path=f"{tmp_path}/anna/asked.toml"))
    assert made.commands[0] == "bench run ~/asked.toml --results ~/results"
    assert "anna" not in str(made)
