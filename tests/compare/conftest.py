"""Two tiny runs on one table, made once: the second has another grid."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from bench import flow
from bench.question import ask

DRAWS = 20  # how sure a ranking is stands in other tests
DROP = 'drop = ["firm"]\n'


def table() -> pd.DataFrame:
    rng = np.random.default_rng(1)
    visits = rng.normal(size=90)
    won = rng.random(90) < 1 / (1 + np.exp(-2 * visits))
    source, firm = rng.choice(["web", "fair"], 90), [f"F{number}" for number in rng.integers(0, 50, 90)]
    return pd.DataFrame({"visits": visits.round(3), "source": source, "firm": firm, "won": np.where(won, "yes", "no")})


def written(folder: Path, name: str, model: str, more: str = "", data: str = "") -> Path:
    """Write an experiment of a second."""
    path = folder / f"{name}.toml"
    train = folder / "train.csv"
    if not train.exists():
        table().to_csv(train, index=False)
    path.write_text(
        f'[data]\ntrain = "{train}"\ntarget = "won"\npositive = "yes"\n{data or DROP}[folds]\ncount = 3\n'
        f'[grid]\nencoding = ["one_hot"]\nmodel = [{model}]\n[ensemble]\ncandidates = 3\n{more}',
        encoding="utf-8",
    )
    return path


def ran(folder: Path, name: str, model: str, more: str = "", data: str = "") -> Path:
    """Run an experiment, and return the folder of its run."""
    question = ask(written(folder, name, model, more, data), folder / "results")
    flow.answer(question, {}, False, 0, lambda diary: None)
    return question.folder


@pytest.fixture(scope="session")
def _made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("compared")
    more = '"constant", "logistic", { name = "knn", neighbours = 5 }'
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bench.ensemble.judge.DRAWS", DRAWS)
        ran(folder, "first", '"constant", "logistic"')
        ran(folder, "second", more, "[submission]\nfinalists = 2\n")
    return folder


@pytest.fixture
def made(_made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with first.toml, second.toml and their results, a copy of which a test may change."""
    shutil.copytree(_made / "results", tmp_path / "results")
    for name in ("first.toml", "second.toml"):
        shutil.copy(_made / name, tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("bench.ensemble.judge.DRAWS", DRAWS)
    return tmp_path
