"""Every way to split the rows leads from a file to a submission, and a run of it that was cut goes on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from bench import flow
from bench.data.folds import scored_rows
from bench.errors import DataError, StoreError
from bench.record.store import read_store

SCHEMES = {
    "stratified_group": 'scheme = "stratified_group"\nrepeats = 2',
    "time": 'scheme = "time"\ngap_days = 5',
}
ROWS = 150


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(3)
    n = ROWS + 20
    visits = rng.normal(size=n)
    days = pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 200, n), unit="D")
    table = pd.DataFrame(
        {
            "visits": visits.round(3),
            "source": rng.choice(["web", "fair", "mail"], n),
            "firm": [f"F{number}" for number in rng.integers(0, 45, n)],
            "day": np.where(rng.random(n) < 0.05, "", days.strftime("%Y-%m-%d")),
            "won": np.where(rng.random(n) < 1 / (1 + np.exp(-2 * visits)), "yes", "no"),
        }
    )
    table[:ROWS].to_csv("train.csv", index=False)
    table[ROWS:].drop(columns="won").assign(id=np.arange(20)).to_csv("asked.csv", index=False)


def written(folds: str, data: str = 'groups = "firm"\ntime = "day"\n') -> Path:
    path = Path("leads.toml")
    path.write_text(
        '[data]\ntrain = "train.csv"\nsubmission = "asked.csv"\nid = "id"\ntarget = "won"\npositive = "yes"\n'
        f'drop = ["firm", "day"]\n{data}[folds]\ncount = 3\n{folds}\n'
        '[grid]\nencoding = ["one_hot", "target"]\nresampling = ["as_is", "class_weight"]\n'
        'model = ["constant", "logistic"]\n'
    )
    return path


def run(folds: str, results: str, stop_after: int | None = None) -> tuple[flow.Question, flow.Board]:
    question = flow.ask(written(folds), Path(results))

    def watch(diary: object) -> None:
        if stop_after is not None and diary.progress.recorded == stop_after:  # type: ignore[attr-defined]
            raise KeyboardInterrupt("pressed")

    return question, flow.answer(question, {}, False, 0, watch)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_run_of_any_scheme_ends_in_a_submission_and_goes_on_when_cut(scheme: str) -> None:
    question, whole = run(SCHEMES[scheme], "whole")
    folds = question.folds
    assert {row["status"] for row in whole.rows} == {"done"}
    assert len(pd.read_csv("whole/leads/submission.csv")) == 20
    store = read_store(question.folder, question.dataset.data_id, folds)
    known = scored_rows(question.dataset, folds)
    assert (len(known.rows) == ROWS) == (scheme == "stratified_group")
    for trial in question.plan.trials:
        probability = store.out_of_fold(trial.id)
        assert probability is not None
        assert np.isnan(probability).any(axis=0).tolist() == (~folds.scored).tolist()
        assert not np.isnan(probability[:, known.rows]).any()
    with pytest.raises(KeyboardInterrupt, match="pressed"):
        run(SCHEMES[scheme], "cut", stop_after=7)
    assert len(pd.read_csv("cut/leads/cells.csv")) == 7
    _, after = run(SCHEMES[scheme], "cut")
    cells = 3 * folds.repeats * len(question.plan.trials)
    assert len(pd.read_csv("cut/leads/cells.csv")) == cells
    assert [row["trial"] for row in after.rows] == [row["trial"] for row in whole.rows]
    assert Path("cut/leads/submission.csv").read_bytes() == Path("whole/leads/submission.csv").read_bytes()
    assert flow.recorded(question).rows == whole.rows


def test_another_gap_is_other_folds_and_refused_by_name() -> None:
    run(SCHEMES["time"], "results")
    with pytest.raises(StoreError, match=r"was written on other folds \(\w{10}, now \w{10}\)"):
        run('scheme = "time"\ngap_days = 6', "results")


@pytest.mark.parametrize(("scheme", "missing"), [("stratified_group", "no company"), ("time", "no time")])
def test_a_scheme_without_its_column_is_refused_before_any_fit(scheme: str, missing: str) -> None:
    with pytest.raises(DataError, match=rf'^\[folds\] scheme = "{scheme}" .*, but \[data\] names {missing}\. '):
        flow.ask(written(f'scheme = "{scheme}"', data=""), Path("results"))
