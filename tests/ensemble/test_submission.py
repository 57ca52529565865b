"""The file to hand in has the form of its sample to the letter, and never takes an input's place."""

from dataclasses import replace
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
from bench.ensemble.submission import HandedIn, check_submission, hand_in, submission_frame
from bench.errors import DataError, SubmissionError
from bench.plan.experiment import Experiment, read_experiment
from bench.plan.grid import Plan, Trial, make_plan
from bench.record.store import CellResult, open_store
from bench.score.ranking import score_trial
from tests.conftest import make_dataset

SAMPLE = "id,won\n007,False\n008,False\n012,False\n"
RIGHT = "id,won\n007,False\n008,True\n012,False\n"

# the file checked, and what is said of it
WRONG = {
    "doubled id": (
        "id,won\n007,False\n008,True\n008,True\n012,False\n",
        "given.csv: id '008' stands there twice (1 such). Keep one row for each.",
    ),
    "doubled id in place of another": (
        "id,won\n007,False\n008,True\n008,False\n",
        "given.csv: id '008' stands there twice (1 such). Keep one row for each.",
    ),
    "lost row": (
        "id,won\n007,False\n012,False\n",
        "given.csv: 1 ids of the sample are missing, '008' first. Ids are compared as written, leading zeros included.",
    ),
    "foreign id": (
        "id,won\n007,False\n008,True\n013,False\n",
        "given.csv: 1 ids of the sample are missing, '012' first. Ids are compared as written, leading zeros included.",
    ),
    "more rows": (
        RIGHT + "013,False\n014,True\n",
        "given.csv: 2 ids are not in the sample, '013' first. Take them out.",
    ),
    "another order": (
        "id,won\n007,False\n012,False\n008,True\n",
        "given.csv, row 2: id is '012' where the sample has '008'. Keep the sample's order.",
    ),
    "leading zeros lost": (
        "id,won\n7,False\n8,True\n12,False\n",
        "given.csv: 3 ids of the sample are missing, '007' first. Ids are compared as written, leading zeros included.",
    ),
    "gap among the ids": (
        "id,won\n007,False\n,True\n012,False\n",
        "given.csv: 1 rows have no id. Every row needs one.",
    ),
    "label of another spelling": (
        RIGHT.replace("True", "true"),
        "given.csv: 'won' holds the label 'true'; allowed, as the sample writes them: 'False', 'True'.",
    ),
    "number for a label": (
        RIGHT.replace("True", "1"),
        "given.csv: 'won' holds the label '1'; allowed, as the sample writes them: 'False', 'True'.",
    ),
    "label with a space": (
        RIGHT.replace("True", '" True"'),
        "given.csv: 'won' holds the label ' True'; allowed, as the sample writes them: 'False', 'True'.",
    ),
    "third label": (
        "id,won\n007,False\n008,True\n012,maybe\n",
        "given.csv: 'won' holds the label 'maybe'; allowed, as the sample writes them: 'False', 'True'.",
    ),
    "empty label": (
        "id,won\n007,False\n008,\n012,\n",
        "given.csv, row 2: 'won' is empty (2 such rows). Every row needs a label.",
    ),
    "another column": (
        RIGHT.replace("won", "Won"),
        "given.csv: has the columns 'id', 'Won'; the sample sample.csv has 'id', 'won'. "
        "Write the same ones in the same order.",
    ),
    "columns in another order": (
        "won,id\nFalse,007\nTrue,008\nFalse,012\n",
        "given.csv: has the columns 'won', 'id'; the sample sample.csv has 'id', 'won'. "
        "Write the same ones in the same order.",
    ),
    "a column more": (
        "id,won,chance\n007,False,.1\n008,True,.9\n012,False,.2\n",
        "given.csv: has the columns 'id', 'won', 'chance'; the sample sample.csv has 'id', 'won'. "
        "Write the same ones in the same order.",
    ),
}


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def checked(given: str, sample: str = SAMPLE) -> int:
    Path("given.csv").write_text(given, encoding="utf-8")
    Path("sample.csv").write_text(sample, encoding="utf-8")
    return check_submission(Path("given.csv"), Path("sample.csv"))


@pytest.mark.parametrize(
    "given", [RIGHT, SAMPLE, RIGHT.replace("False", "True")], ids=["mixed", "negative", "positive"]
)
def test_a_file_in_the_form_of_the_sample_passes(given: str) -> None:
    assert checked(given) == 3


@pytest.mark.parametrize(("given", "sentence"), WRONG.values(), ids=WRONG.keys())
def test_a_file_of_another_form_is_refused(given: str, sentence: str) -> None:
    with pytest.raises(SubmissionError, match=r"^given\.csv") as raised:
        checked(given)
    assert str(raised.value) == sentence


@pytest.mark.parametrize(
    ("sample", "right", "wrong"),
    [
        ("0", "1", "1.0"),
        ("0.0", "1.0", "1"),
        ("false", "true", "True"),
        ("no", "yes", "Yes"),
        ("N", "Y", "y"),
        ("1", "0", "-1"),
    ],
)
def test_the_other_label_is_spelled_like_the_one_in_the_sample(sample: str, right: str, wrong: str) -> None:
    form = f"id,won\n1,{sample}\n2,{sample}\n"
    assert checked(f"id,won\n1,{sample}\n2,{right}\n", form) == 2
    with pytest.raises(SubmissionError, match=rf"^given\.csv: 'won' holds the label '{wrong}'; allowed, as the sample"):
        checked(f"id,won\n1,{sample}\n2,{wrong}\n", form)


def test_beside_a_label_nobody_knows_one_other_may_stand() -> None:
    form = "id,won\n1,verloren\n2,verloren\n3,verloren\n"
    assert checked("id,won\n1,verloren\n2,gewonnen\n3,gewonnen\n", form) == 3
    with pytest.raises(SubmissionError, match=r"'won' holds the label '.*'; allowed, as the sample writes them: 'verl"):
        checked("id,won\n1,verloren\n2,gewonnen\n3,Gewonnen\n", form)


def test_a_sample_that_shows_both_labels_allows_these_two() -> None:
    form = "id,won\n1,verloren\n2,gewonnen\n"
    assert checked("id,won\n1,gewonnen\n2,gewonnen\n", form) == 2
    with pytest.raises(SubmissionError, match=r"holds the label 'Gewonnen'; allowed, .*: 'gewonnen', 'verloren'\.$"):
        checked("id,won\n1,verloren\n2,Gewonnen\n", form)


def test_a_sample_with_empty_labels_allows_any_two() -> None:
    form = "id,won\n1,\n2,\n3,\n"
    assert checked("id,won\n1,no\n2,yes\n3,no\n", form) == 3
    with pytest.raises(SubmissionError, match=r"'won' holds the label 'yes'; allowed, two labels\.$"):
        checked("id,won\n1,maybe\n2,yes\n3,no\n", form)


def test_a_sample_of_one_column_says_how_many_rows_and_which_labels() -> None:
    form = "won\n0\n0\n0\n"
    assert checked("won\n0\n1\n1\n", form) == 3
    with pytest.raises(SubmissionError, match=r"^given\.csv: has 2 rows; the sample sample\.csv has 3\.$"):
        checked("won\n0\n1\n", form)
    with pytest.raises(SubmissionError, match=r"^given\.csv: has 4 rows; the sample sample\.csv has 3\.$"):
        checked("won\n0\n1\n0\n1\n", form)
    with pytest.raises(SubmissionError, match=r"^given\.csv, row 2: 'won' is empty \(1 such rows\)\."):
        checked("won\n0\n\n1\n", form)
    with pytest.raises(
        SubmissionError, match=r"holds the label 'True'; allowed, as the sample writes them: '0', '1'\.$"
    ):
        checked("won\n0\nTrue\n1\n", form)


CALLED = np.array([True, False, True])


def asked(ids: list[str] | None, sample: pd.DataFrame | None = None) -> Dataset:
    """Return a table with three rows to predict."""
    dataset = make_dataset(submission=3)
    series = None if ids is None else pd.Series(ids, dtype="str")
    return replace(dataset, labels=("아니오", "예"), ids=series, sample=sample)


def test_a_submission_has_ids_as_written_and_labels_as_in_train() -> None:
    frame = submission_frame(asked(["007", "1e5", "가 나"]), CALLED, "id", "won")
    assert list(frame.columns) == ["id", "won"]
    assert frame["id"].tolist() == ["007", "1e5", "가 나"]
    assert frame["won"].tolist() == ["예", "아니오", "예"]


def test_a_submission_follows_the_rows_and_columns_of_its_sample() -> None:
    sample = pd.DataFrame({"won": ["-"] * 3, "id": ["1e5", "가 나", "007"]}, dtype="str")
    frame = submission_frame(asked(["007", "1e5", "가 나"], sample), CALLED, "id", "won")
    assert list(frame.columns) == ["won", "id"]
    assert frame["id"].tolist() == ["1e5", "가 나", "007"]
    assert frame["won"].tolist() == ["아니오", "예", "예"]


def test_a_submission_without_ids_is_its_labels_in_order() -> None:
    frame = submission_frame(asked(None), CALLED, None, "won")
    assert list(frame.columns) == ["won"]
    assert frame["won"].tolist() == ["예", "아니오", "예"]


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
    winner = Blend(weights or {plan.trials[0].id: 1.0}, score, score.threshold)
    with open_store(Path("record"), dataset.data_id, folds) as store:
        for trial, fold in product(winner.weights, range(3)):
            held_out = out_of_fold[folds.held_out(0, fold)]
            store.append(CellResult(trial, 0, fold, "done", probability=held_out))
        customers = Customers.of(dataset, experiment.folds, store, None)
        return hand_in(winner, plan, experiment, customers, Path(path), workers=0)


def question(dataset: Dataset) -> tuple[Experiment, Plan]:
    Path("leads.toml").write_text(
        '[data]\ntrain = "train.csv"\nsubmission = "asked.csv"\nsample = "sample.csv"\n'
        'target = "won"\npositive = "yes"\nid = "id"\n[grid]\nmodel = ["constant", "lightgbm"]\n'
    )
    experiment = read_experiment(Path("leads.toml"))
    return experiment, make_plan(experiment, dataset)


@pytest.fixture
def outputs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Refit nothing: the first trial says 0.9, 0.1, 0.5 and every other 0.2, 0.2, 0.2. Returns who was refitted."""
    refitted: list[str] = []

    def refit_trials(trials: list[Trial], dataset: Dataset, *_: object) -> dict[str, np.ndarray]:
        refitted.extend(trial.id for trial in trials)
        said = [np.array([0.9, 0.1, 0.5]) if trial.configuration.endswith("constant") else 0.2 for trial in trials]
        return {trial.id: np.broadcast_to(p, 3) for trial, p in zip(trials, said, strict=True)}

    monkeypatch.setattr(submission, "refit_trials", refit_trials)
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
        f"new folder/제출.csv: 2 of 3 rows (66.7%) called positive by trial {outputs[0]} at threshold 0.5000."
    )


def test_the_ensemble_is_the_weighted_mean_of_its_members(outputs: list[str]) -> None:
    dataset = asked(["007", "8", "9"])
    _, plan = question(dataset)
    first, other = (trial.id for trial in plan.trials)
    # 0.75 * 0.9 + 0.25 * 0.2 = 0.725; 0.75 * 0.1 + 0.05 = 0.125; 0.75 * 0.5 + 0.05 = 0.425
    result = handed_in(dataset, "out.csv", {first: 0.75, other: 0.25})
    assert Path("out.csv").read_text(encoding="utf-8") == "id,won\n007,예\n8,아니오\n9,아니오\n"
    assert "(33.3%) called positive by the ensemble at threshold 0.5000." in result.sentence()
    assert outputs == [first, other]


def test_a_submission_that_cannot_be_finished_leaves_the_old_one(
    outputs: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("out.csv").write_text("yesterday's\n")

    def full(*given: object, **options: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(pd.DataFrame, "to_csv", full)
    with pytest.raises(OSError, match="no space left"):
        handed_in(asked(["1", "2", "3"]), "out.csv")
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


def test_the_id_is_found_wherever_the_sample_has_it(tmp_path: Path) -> None:
    (tmp_path / "sample.csv").write_text("won,id\nno,1\nno,2\nno,3\n")
    (tmp_path / "given.csv").write_text("won,id\nno,1\nyes,2\nno,3\n")
    assert check_submission(tmp_path / "given.csv", tmp_path / "sample.csv") == 3


def test_a_device_is_not_replaced_by_a_submission() -> None:
    with pytest.raises(SubmissionError, match=r"^/dev/null: is no ordinary file\. Name another one\.$"):
        submission._make_room(Path("/dev/null"))
