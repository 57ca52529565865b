"""What a run writes down of machine and libraries, and what it says when they are others than before."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from bench.record.facts import commit, environment
from bench.record.store import Store, open_store
from tests.record.test_store import CELLS_RUN, DATA, FOLDS, record


def begun(folder: Path, **versions: str) -> tuple[Store, dict[str, Any]]:
    """Begin a run with libraries of these versions; return its store and what run.json holds."""
    with open_store(folder, DATA, FOLDS) as store:
        store.write_run({"python": "3.11", "versions": versions})
    return store, json.loads((folder / "run.json").read_text())


def test_other_versions_than_those_of_recorded_cells_are_named(tmp_path: Path) -> None:
    begun(tmp_path, numpy="2.1", scipy="1.15", skrub="0.1")
    record(tmp_path, *CELLS_RUN)
    store, facts = begun(tmp_path, numpy="2.2", scipy="1.15")
    said = f"{tmp_path}/run.json: there are cells recorded with numpy 2.1, skrub 0.1; new ones are made with numpy 2.2"
    assert store.notices == [f"{said}, skrub missing."]
    assert facts["versions"] == {"numpy": "2.2", "scipy": "1.15"}
    store, facts = begun(tmp_path, numpy="2.3", scipy="1.15", skrub="0.1")
    said = f"{tmp_path}/run.json: there are cells recorded with numpy 2.1 and 2.2; new ones are made with numpy 2.3."
    assert store.notices == [said]  # what was said before is not forgotten
    assert facts["earlier_versions"] == {"numpy": ["2.1", "2.2"]}


def test_without_recorded_cells_or_changes_nothing_is_said(tmp_path: Path) -> None:
    begun(tmp_path, numpy="2.1")
    store, facts = begun(tmp_path, numpy="2.2")
    assert store.notices == []
    assert "earlier_versions" not in facts
    record(tmp_path, *CELLS_RUN)
    assert begun(tmp_path, numpy="2.2")[0].notices == []


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"versions": 3}', '{"versions": {"numpy": [2]}}', "\0\0"])
def test_facts_that_cannot_be_read_are_written_anew(tmp_path: Path, content: str) -> None:
    record(tmp_path, *CELLS_RUN)
    (tmp_path / "run.json").write_text(content)
    _, facts = begun(tmp_path, numpy="2.1")
    assert facts["versions"] == {"numpy": "2.1"}


def test_the_machine_is_described_without_a_name() -> None:
    facts = environment()
    assert facts["processors"] >= 1
    assert facts["memory_gigabytes"] > 0
    assert facts["processor"]
    assert {"numpy", "leadbench"} <= set(facts["versions"])
    assert str(Path.home()) not in json.dumps(facts)


def test_the_commit_is_that_of_the_folders_own_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    folder = tmp_path / "package"
    folder.mkdir()
    (folder / "__init__.py").write_text("")

    def git(*words: str) -> str:
        who = ("-c", "user.name=a", "-c", "user.email=a@example.org")
        return subprocess.run(["git", *who, *words], cwd=tmp_path, capture_output=True, text=True, check=True).stdout

    assert commit(folder) is None
    git("init")
    (tmp_path / "other.txt").write_text("")
    git("add", "other.txt")
    git("commit", "-m", "one")
    assert commit(folder) is None  # the repository of somebody who installed the package inside it
    git("add", "package")
    git("commit", "-m", "two")
    made = git("rev-parse", "HEAD").strip()
    assert commit(folder) == made
    (folder / "__init__.py").write_text("changed")
    assert commit(folder) == f"{made}-dirty"


def test_without_git_there_is_no_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert commit(tmp_path) is None
