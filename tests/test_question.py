"""What an experiment asks includes what tuning has asked for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bench.plan.grid import Trial
from bench.question import Question, ask
from bench.record.tuned import Asked, append_tuned

FILE = """
[data]
demo = {{ rows = 500 }}
target = "is_converted"
positive = "True"
id = "id"
texts = ["message"]
[folds]
count = 2
[grid]
model = ["lightgbm", "catboost"]
{tune}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("question")
    (folder / "leads.toml").write_text(FILE.format(tune="[tune]"), encoding="utf-8")
    (folder / "results" / "leads").mkdir(parents=True)
    return folder


def question(folder: Path) -> Question:
    return ask(folder / "leads.toml", folder / "results")


def asked(trial: Trial, **values: float) -> Asked:
    choices = [(choice.axis, choice.component.name, dict(choice.values)) for choice in trial.choices]
    axis, name, settled = choices[-1]
    return Asked(0, trial.configuration, (*choices[:-1], (axis, name, settled | values)))


def test_the_plan_has_the_grid_and_behind_it_the_trials_of_tuning(folder: Path) -> None:
    before = question(folder)
    assert before.plan == before.grid
    new = asked(before.grid.trials[-1], learning_rate=0.123)
    gone = replace(new, choices=(*new.choices[:-1], ("model", "oracle", {})))
    append_tuned(before.folder, [new, gone])
    after = question(folder)
    assert after.grid == before.grid
    assert [
        dict(one.on("model")[0].values)["learning_rate"] for one in after.plan.trials[len(before.plan.trials) :]
    ] == [0.123]
    assert after.asked == (new, gone)
    during = before.asking((new, gone))
    assert (during.plan, during.asked) == (after.plan, after.asked)
    assert after.notices[-1] == (
        f"{after.folder / 'tuned.jsonl'}: tuning asked for a trial with 'oracle', which is no component now; it is "
        "left out."
    )
    (folder / "leads.toml").write_text(FILE.format(tune=""), encoding="utf-8")
    without = question(folder)
    assert without.plan == without.grid == before.grid
    assert without.asked == ()
