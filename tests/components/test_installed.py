"""A package of a user's own adds components without a change in `bench/`."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from bench.components import REGISTRIES, installed
from bench.errors import ComponentError
from bench.registry import Component

ROOT = Path(__file__).parents[2]

EXPERIMENT = """
[data]
demo = { rows = 500, seed = 7 }
target = "is_converted"
positive = "True"
id = "id"
texts = ["message"]
[folds]
count = 2
[grid]
imputation = ["median"]
encoding = ["lengths"]
model = ["discriminant"]
"""


@pytest.fixture(scope="module")
def with_tiny(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Install the package into a folder of its own and return what runs a command beside it."""
    folder = tmp_path_factory.mktemp("tiny")
    source = folder / "source"
    source.mkdir()
    for path in (ROOT / "tests" / "plugin").iterdir():
        if path.is_file():  # pip builds beside the source
            (source / path.name).write_bytes(path.read_bytes())
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*pip, "--target", str(folder / "site"), str(source)], check=True, capture_output=True)
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(folder / "site"), str(ROOT)])}

    def run(*command: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", *command], cwd=cwd, env=environment, capture_output=True, text=True, check=False
        )

    return run


def test_an_installed_package_adds_a_model_and_an_encoder(with_tiny: Any, tmp_path: Path) -> None:
    assert "discriminant" not in REGISTRIES["model"]
    listed = with_tiny("bench", "list").stdout
    assert "discriminant" in listed
    assert "lengths" in listed
    (tmp_path / "tiny.toml").write_text(EXPERIMENT, encoding="utf-8")
    ended = with_tiny("bench", "run", "tiny.toml", cwd=tmp_path)
    assert ended.returncode == 0, ended.stderr
    board = pd.read_csv(tmp_path / "results/tiny/leaderboard.csv").set_index("configuration")["trial"]
    tried = board["median/lengths/drop_text/as_is/discriminant"]
    ended = with_tiny("bench", "export", "tiny.toml", "--trial", tried, cwd=tmp_path)
    assert ended.returncode == 0, ended.stderr
    assert f"No bundle: trial {tried} (median/lengths/drop_text/as_is/discriminant) asks for 'lea" in ended.stdout
    assert "results/tiny/bundle is still that of an earlier winner." in ended.stdout
    assert "median/lengths/drop_text/as_is/discriminant" in (tmp_path / "results/tiny/leaderboard.md").read_text()


def test_the_contract_suite_asks_them_too(with_tiny: Any) -> None:
    ended = with_tiny(
        "pytest", "tests/components/test_contract.py", "-k", "discriminant or lengths", "-p", "no:cacheprovider"
    )
    assert ended.returncode == 0, ended.stdout
    assert "skipped" not in ended.stdout


def points(monkeypatch: pytest.MonkeyPatch, **named: str) -> None:
    found = [EntryPoint(name, value, installed.GROUP) for name, value in named.items()]
    monkeypatch.setattr(installed, "entry_points", lambda group: found)


NOT_A_TABLE = [Component("logistic", dict)]
TAKEN = {"model": [Component("logistic", dict)]}
NO_AXIS = {"modle": [Component("mine", dict)]}
NO_COMPONENTS = {"model": ["logistic"]}


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("no_such_module:TABLE", r"the entry point 'mine' in bench\.components cannot be loaded \(ModuleNotFoundError"),
        ("tests.components.test_installed:NOT_A_TABLE", "is a list, but must map an axis to a list of components"),
        ("tests.components.test_installed:TAKEN", "adds 'logistic' to model, which has a component of that name"),
        ("tests.components.test_installed:NO_AXIS", r"adds to an axis 'modle'\. Did you mean 'model'\?"),
        ("tests.components.test_installed:NO_COMPONENTS", r"something else than a list of bench\.registry\.Component"),
    ],
)
def test_a_package_that_brings_nonsense_is_named(monkeypatch: pytest.MonkeyPatch, value: str, sentence: str) -> None:
    points(monkeypatch, mine=value)
    with pytest.raises(ComponentError, match=sentence):
        installed.with_installed(REGISTRIES)
