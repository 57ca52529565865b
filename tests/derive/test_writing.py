"""The experiment file gets one more option and keeps all else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from bench.derive.candidates import Candidate
from bench.derive.judge import Gain
from bench.derive.look import Found, Judged
from bench.derive.writing import replace_experiment, with_option, write_candidates
from bench.errors import ExperimentError
from bench.plan.experiment import Experiment, experiment_of, read_experiment
from bench.plan.grid import trial_of
from bench.record.columns import DERIVE

HEAD = '[data]\ntrain = "t.csv"\ntarget = "y"\npositive = "yes"  # who converted\n\n'
WRITTEN = """\
    [
        # By `bench derive`: what the figures are
        {base}# gains 0.00200 (0.00100 to 0.00300), p = 0.0001, q = 0.004; behind those above 0.00150
        {{ name = "cross", columns = "form, 나라 \\"x\\"" }},
        # gains 0.00200 (0.00100 to 0.00300), p = 0.0001, q = 0.004; behind those above 0.00150
        "date_parts",
    ],
"""


def kept(component: str, **values: str) -> Judged:
    (choice,) = trial_of([("derived", component, values)]).choices
    gain = Gain(0.002, 0.001, 0.003, 0.0001)
    return Judged(Candidate(choice, ("form",)), gain, 0.004, Gain(0.0015, 0.001, 0.002, 0.001), True)


KEPT = (kept("cross", columns='form, 나라 "x"'), kept("date_parts"))


def asked(grid: str) -> Experiment:
    return experiment_of(HEAD + grid, Path("asked.toml"))


def found(experiment: Experiment) -> Found:
    return Found(KEPT, 70, experiment.axes["derived"][-1], "what the figures are")


def extended(grid: str) -> str:
    text = with_option(asked(grid), found(asked(grid)))
    assert text.startswith(HEAD)
    return text.removeprefix(HEAD)


def test_an_option_is_added_and_comments_and_layout_stay() -> None:
    before = '# the grid\n[grid]\nderived = [\n    "raw",   # as it is\n]\nmodel = ["constant"]  # more later\n'
    row = WRITTEN.format(base="")
    assert extended(before) == before.replace("# as it is\n", f"# as it is\n{row}")


def test_a_list_in_one_line_is_broken() -> None:
    before = '[grid]\nderived = ["raw"]  # also: location\nmodel = ["constant"]\n[ensemble]\n# small\ncandidates = 3\n'
    assert extended(before) == before.replace('["raw"]', f'["raw",\n{WRITTEN.format(base="")}]')


def test_the_last_option_is_taken_along() -> None:
    before = '[grid]\nderived = ["raw", [{ name = "missing", what = "count" }, "timeline"]]\nmodel = ["constant"]\n'
    base = '{ name = "missing", what = "count" },\n        "timeline",\n        '
    assert WRITTEN.format(base=base) in extended(before)
    names = [[choice.component.name for choice in option] for option in asked(extended(before)).axes["derived"]]
    assert names == [["raw"], ["missing", "timeline"], ["missing", "timeline", "cross", "date_parts"]]


def test_where_nothing_is_said_of_derived_the_table_as_it_is_stays_an_option() -> None:
    text = extended('[grid]  # small\n# one model\nmodel = ["constant"]\n\n[ensemble]\ncandidates = 3\n')
    assert text.startswith('[grid]  # small\nderived = ["raw",\n    [\n')
    assert text.endswith(']\n# one model\nmodel = ["constant"]\n\n[ensemble]\ncandidates = 3\n')


def test_a_grid_that_is_no_section_is_a_slip() -> None:
    grid = 'grid = { model = ["constant"] }\n'
    experiment = experiment_of(grid + HEAD, Path("asked.toml"))
    with pytest.raises(ExperimentError, match=r"asked.toml: 'derived' in \[grid\] is written in a way that cannot be"):
        with_option(experiment, found(experiment))


def test_line_ends_and_a_byte_order_mark_stay(tmp_path: Path) -> None:
    path = tmp_path / "asked.toml"
    path.write_bytes(b"\xef\xbb\xbf" + (HEAD + '[grid]\nmodel = ["constant"]\n').replace("\n", "\r\n").encode())
    experiment = read_experiment(path)
    replace_experiment(experiment, with_option(experiment, found(experiment)))
    content = path.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf[data]\r\n")
    assert content.count(b"\n") == content.count(b"\r\n") > 10
    assert len(read_experiment(path).axes["derived"]) == 2


def test_a_list_of_several_lines_keeps_the_comments_between_its_commas() -> None:
    before = '[grid]\nderived = ["raw"\n  # why\n  ,\n  "timeline" # two\n]\nmodel = ["constant"]\n'
    after = extended(before)
    assert after.startswith('[grid]\nderived = ["raw"\n  # why\n  ,\n  "timeline", # two\n    [\n        # By `bench')
    assert after.endswith(']\nmodel = ["constant"]\n')


def test_a_file_keeps_its_permissions(tmp_path: Path) -> None:
    path = tmp_path / "asked.toml"
    path.write_text(HEAD + '[grid]\nmodel = ["constant"]\n')
    path.chmod(0o640)
    replace_experiment(read_experiment(path), "new")
    assert path.read_text() == "new"
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_file_that_may_not_be_written_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "asked.toml"
    path.write_text(HEAD + '[grid]\nmodel = ["constant"]\n')
    experiment, opened = read_experiment(path), Path.open

    def refuse(self: Path, mode: str = "r", *more: Any, **named: Any) -> Any:
        if self.name == path.name and mode != "rb":
            raise PermissionError(13, "Permission denied", str(self))  # root may write whatever the mode says
        return opened(self, mode, *more, **named)

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(ExperimentError, match=r"asked.toml: cannot be written \(Permission denied\)"):
        replace_experiment(experiment, "new")
    monkeypatch.undo()
    assert path.read_text() == experiment.source


def test_a_file_that_has_changed_since_is_left(tmp_path: Path) -> None:
    path = tmp_path / "asked.toml"
    path.write_text(HEAD + '[grid]\nmodel = ["constant"]\n')
    experiment = read_experiment(path)
    path.write_text("somebody's own")
    with pytest.raises(ExperimentError, match="has changed since it was read"):
        replace_experiment(experiment, "new")
    assert path.read_text() == "somebody's own"


def test_every_candidate_stands_in_the_sheet(tmp_path: Path) -> None:
    path = write_candidates([*KEPT, Judged(KEPT[0].candidate, Gain(0.0, 0.0, 0.0, 1.0), 1.0)], 70, tmp_path / "new")
    sheet = pd.read_csv(path)
    assert list(sheet) == list(DERIVE)
    assert sheet["kept"].tolist() == ["yes", "yes", "no"]
    assert json.loads(sheet["settings"][0]) == {"columns": 'form, 나라 "x"'}
    assert sheet["behind"].tolist()[:2] == [0.0015, 0.0015]
    assert sheet["behind"].isna().tolist() == [False, False, True]
    assert (sheet["rows"] == 70).all()
