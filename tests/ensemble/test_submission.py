"""The file to hand in has the form of its sample to the letter, and never takes an input's place."""

from dataclasses import dataclass, field, replace
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from bench.data.dataset import Dataset, read_dataset
from bench.data.folds import FoldsSection, make_folds
from bench.data.roles import Roles
from bench.ensemble import submission
from bench.ensemble.blend import Blend
from bench.ensemble.customers import Customers
from bench.ensemble.handover import hand_over
from bench.ensemble.submission import HandedIn, asked_id
from bench.errors import DataError, StoreError, SubmissionError
from bench.plan.experiment import Experiment, read_experiment
from bench.plan.grid import Plan, Trial, make_plan
from bench.record.disk import make_room
from bench.record.store import CellResult, open_store
from bench.record.submissions import read_submissions
from bench.run.fitted import Learnt
from bench.score.combine import Combination
from bench.score.ranking import score_trial
from tests.conftest import make_dataset


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def asked(ids: list[str] | None, sample: pd.DataFrame | None = None) -> Dataset:
    """Return a table with three rows to predict."""
    dataset = make_dataset(submission=3)
    series = None if ids is None else pd.Series(ids, name="id", dtype="str")
    return replace(dataset, labels=("아니오", "예"), ids=series, sample=sample)


def handed_in(dataset: Dataset, path: str, weights: dict[str, float] | None = None) -> HandedIn:
    """Hand in a plan of two trials for three files that exist, as the command does."""
    for name in ("train.csv", "asked.csv", "sample.csv"):
        Path(name).write_text(f"{name} as it was\n")
    experiment, plan = question(dataset)
    dataset = replace(dataset, groups=None, time=None)
    folds = make_folds(dataset, FoldsSection(count=3))
    # Positives at 0.7 and negatives at 0.3, so that the threshold is half-way.
    out_of_fold = np.where(dataset.y == 1, 0.7, 0.3)
    score = score_trial(dataset.y, out_of_fold[None, :], folds.fold_of, experiment.objective)
    winner = Blend(Combination(weights or {plan.trials[0].id: 1.0}, {}), score, score.threshold)
    with open_store(Path("record"), dataset.data_id, folds) as store:
        for trial, fold in product(winner.weights, range(3)):
            held_out = out_of_fold[folds.held_out(0, fold)]
            store.append(CellResult(trial, 0, fold, "done", probability=held_out))
        customers = Customers.of(dataset, experiment.folds, store, None)
        made = hand_over(winner, None, plan, experiment, customers, Path(path), workers=0).submission
        assert made is not None
        return made


def question(dataset: Dataset) -> tuple[Experiment, Plan]:
    Path("leads.toml").write_text(
        '[data]\ntrain = "train.csv"\nsubmission = "asked.csv"\nsample = "sample.csv"\n'
        'target = "won"\npositive = "yes"\nid = "id"\n[grid]\nmodel = ["constant", "lightgbm"]\n'
    )
    experiment = read_experiment(Path("leads.toml"))
    return experiment, make_plan(experiment, dataset)


@dataclass(frozen=True)
class Saying:
    """In place of a fitted trial."""

    trial: str
    said: np.ndarray
    pieces: dict[str, Learnt] = field(default_factory=dict)

    def probability(self, features: pd.DataFrame, made: object) -> np.ndarray:
        return self.said


@pytest.fixture
def outputs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Refit nothing: the first trial says 0.9, 0.1, 0.5 and every other 0.2, 0.2, 0.2. Returns who was refitted."""
    refitted: list[str] = []

    def fit_trials(trials: list[Trial], *_: object) -> dict[str, tuple[Saying]]:
        refitted.extend(trial.id for trial in trials)
        said = [np.array([0.9, 0.1, 0.5]) if trial.configuration.endswith("constant") else 0.2 for trial in trials]
        pairs = zip(trials, said, strict=True)
        return {trial.id: (Saying(trial.id, np.broadcast_to(p, 3)),) for trial, p in pairs}

    monkeypatch.setattr("bench.ensemble.refit.fit_trials", fit_trials)
    return refitted


@pytest.mark.parametrize("path", ["train.csv", "./asked.csv", "sub/../sample.csv", "leads.toml", "link.csv"])
def test_an_input_of_the_experiment_is_never_overwritten(path: str, outputs: list[str]) -> None:
    Path("sub").mkdir()
    Path("link.csv").symlink_to("train.csv")
    with pytest.raises(SubmissionError, match=r": is an input of the experiment and is not overwritten\. Name another"):
        handed_in(asked(["1", "2", "3"]), path)
    assert Path("train.csv").read_text() == "train.csv as it was\n"
    assert Path("leads.toml").read_text().startswith("[data]")
    assert outputs == []


def test_a_place_that_cannot_be_written_is_refused_before_anything_is_fitted(outputs: list[str]) -> None:
    Path("folder").mkdir()
    with pytest.raises(SubmissionError, match=r"^folder: is a folder\. Name a file in it\.$"):
        handed_in(asked(["1", "2", "3"]), "folder")
    with pytest.raises(
        SubmissionError, match=r"^train\.csv/out\.csv: cannot be written there \(.+\)\. Name another file"
    ):
        handed_in(asked(["1", "2", "3"]), "train.csv/out.csv")
    assert outputs == []


def test_a_table_without_rows_to_predict_is_refused(outputs: list[str]) -> None:
    dataset = replace(asked(None), submission=None)
    with pytest.raises(SubmissionError, match=r"^leads\.toml: \[data\] names no submission, so there is nothing to"):
        handed_in(dataset, "out.csv")
    assert outputs == []


def test_a_probability_at_the_threshold_is_called_positive_and_the_file_says_so(outputs: list[str]) -> None:
    result = handed_in(asked(["007", "8", "9"]), "new folder/제출.csv")
    assert Path("new folder/제출.csv").read_text(encoding="utf-8") == "id,won\n007,예\n8,아니오\n9,예\n"
    assert (result.rows, result.foresight.chosen.predicted_positives) == (3, 2)
    assert result.sentence() == (
        f"new folder/제출.csv: 2 of 3 rows (66.7%) called positive by trial {outputs[0]} at threshold 0.5000, with "
        f"an expected precision of 1.000 and recall of 1.000; submissions.csv keeps it as {result.sha256[:10]}."
    )


def test_the_ensemble_is_the_weighted_mean_of_its_members(outputs: list[str]) -> None:
    dataset = asked(["007", "8", "9"])
    _, plan = question(dataset)
    first, other = (trial.id for trial in plan.trials)
    # 0.75 * 0.9 + 0.25 * 0.2 = 0.725; 0.75 * 0.1 + 0.05 = 0.125; 0.75 * 0.5 + 0.05 = 0.425
    result = handed_in(dataset, "out.csv", {first: 0.75, other: 0.25})
    assert Path("out.csv").read_text(encoding="utf-8") == "id,won\n007,예\n8,아니오\n9,아니오\n"
    assert "(33.3%) called positive by the ensemble at threshold 0.5000, with" in result.sentence()
    assert outputs == [first, other]


def test_a_submission_that_cannot_be_finished_leaves_the_old_one(
    outputs: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("out.csv").write_text("yesterday's\n")

    def full(file: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(submission, "sync", full)
    with pytest.raises(SubmissionError, match=r"^out\.csv: cannot be written there \(No space left on device\)\. Name"):
        handed_in(asked(["1", "2", "3"]), "out.csv")
    assert read_submissions(Path("record")) == []
    assert Path("out.csv").read_text() == "yesterday's\n"
    assert not Path("out.csv.part").exists()


def test_a_sample_with_a_column_that_nothing_can_fill_is_refused_before_training() -> None:
    roles = {"train": "t.csv", "submission": "a.csv", "sample": "s.csv", "target": "won", "positive": "yes"}
    Path("t.csv").write_text("age,won\n" + "".join(f"{n % 7},{'yes' if n % 2 else 'no'}\n" for n in range(20)))
    Path("a.csv").write_text("id,age\n1,3\n2,4\n")
    Path("s.csv").write_text("id,note,won\n1,-,no\n2,-,no\n")
    with pytest.raises(
        DataError, match=r"^s\.csv has a column 'note' that a submission cannot fill; allowed: 'id' and 'wo"
    ):
        read_dataset(Roles.model_validate({**roles, "id": "id"}))
    with pytest.raises(DataError, match=r"^s\.csv has a column 'id' .* allowed: 'won', or the id if id names it\.$"):
        read_dataset(Roles.model_validate(roles))


def test_a_device_is_not_replaced_by_a_submission() -> None:
    with pytest.raises(SubmissionError, match=r"^/dev/null: is no ordinary file\. Name another one\.$"):
        make_room(Path("/dev/null"), SubmissionError)


def test_the_fingerprint_of_what_is_asked_is_that_of_rows_ids_and_order() -> None:
    sample = pd.DataFrame({"id": ["3", "1", "2"], "won": ["no"] * 3}, dtype="str")
    dataset = replace(asked(["1", "2", "3"], sample), columns=())
    assert dataset.submission is not None
    same = replace(dataset, sample=sample.assign(won="yes"))  # a sample's labels say nothing
    assert asked_id(same) == asked_id(dataset)
    others = (
        replace(dataset, ids=pd.Series(["1", "2", "03"], name="id", dtype="str")),
        replace(dataset, sample=sample[::-1]),
        replace(dataset, sample=sample[["won", "id"]]),
        replace(dataset, sample=None),
        replace(dataset, submission=dataset.submission.assign(pages=[0.0, 1.0, 2.0])),
        replace(dataset, labels=("no", "yes")),
    )
    assert len({asked_id(other) for other in (dataset, *others)}) == 1 + len(others)


def test_what_a_submission_was_made_of_is_recorded_before_the_file_has_its_name(
    outputs: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = asked(["007", "8", "9"])
    _, plan = question(dataset)
    weights = {trial.id: weight for trial, weight in zip(plan.trials, (0.75, 0.25), strict=True)}
    result = handed_in(dataset, "out.csv", weights)
    (row,) = read_submissions(Path("record"))
    assert (row.sha256, row.weights, row.threshold) == (result.sha256, weights, result.foresight.chosen.threshold)
    assert (row.made_by, row.refit, row.policy, row.rows, row.predicted_positives) == ("ensemble", "all", "train", 3, 1)

    def unwritable(folder: Path, row: object) -> None:
        raise StoreError("the record is full.")

    Path("out.csv").write_text("yesterday's\n")
    monkeypatch.setattr(submission, "append_submission", unwritable)
    with pytest.raises(StoreError, match="the record is full"):
        handed_in(dataset, "out.csv")
    assert Path("out.csv").read_text() == "yesterday's\n"
    assert not Path("out.csv.part").exists()
