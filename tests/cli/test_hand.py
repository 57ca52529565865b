"""`bench export` and `bench check-submission`, from a finished run."""

from __future__ import annotations

import csv
import shutil
from contextlib import chdir
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from bench.record import submissions
from tests.cli.commands import Ended, bench, leads

RESULTS = Path("results/quick")
RECORD = RESULTS / "submissions.csv"


def write_tables(model: str = '"constant", "logistic"', more: str = "") -> None:
    leads(60).to_csv("train.csv", index=False)
    asked = leads(12).drop(columns="결과").assign(번호=[f"{n:03}" for n in range(12)])
    asked.to_csv("asked.csv", index=False)
    pd.DataFrame({"번호": asked["번호"], "결과": "미전환"}).to_csv("sample.csv", index=False)
    Path("quick.toml").write_text(
        '[data]\ntrain = "train.csv"\nsubmission = "asked.csv"\nsample = "sample.csv"\nid = "번호"\n'
        'target = "결과"\npositive = "전환"\n[folds]\ncount = 3\n[submission]\nfinalists = 0\n'
        f"[grid]\nmodel = [{model}]\n{more}",
        encoding="utf-8",
    )


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    with chdir(folder):
        write_tables()
        assert bench("run", "quick.toml", "--workers", "0").code == 0
    return folder


@pytest.fixture(autouse=True)
def _finished(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in a copy of the finished run."""
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)


def export(*words: str) -> Ended:
    return bench("export", "quick.toml", "--workers", "0", *words)


def recorded() -> list[dict[str, str]]:
    with RECORD.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def called(path: str) -> int:
    return int((pd.read_csv(path, dtype=str)["결과"] == "전환").sum())


def test_every_submission_has_a_line_wherever_it_was_written() -> None:
    assert export("-o", "elsewhere/out.csv", "--positive-rate", "0.7").code == 0
    floor = next(t for t in pd.read_csv(RESULTS / "leaderboard.csv").itertuples() if t.model == "constant")
    assert export("-o", "floor.csv", "--trial", str(floor.trial)).code == 0
    first, second, third = recorded()
    assert [row["path"] for row in (first, second, third)] == [
        str(RESULTS / "submission.csv"),
        "elsewhere/out.csv",
        "floor.csv",
    ]
    assert [row["policy"] for row in (first, second, third)] == ["train", "given", "train"]
    assert (second["positive_rate"], third["made_by"]) == ("0.7", floor.trial)
    for row in (first, second, third):
        content = Path(row["path"]).read_bytes()
        assert (row["sha256"], row["bytes"]) == (sha256(content).hexdigest(), str(len(content)))
        assert (row["rows"], row["predicted_positives"]) == ("12", str(called(row["path"])))


def test_a_rate_of_the_command_line_replaces_the_one_of_the_file() -> None:
    few, many = export("-o", "few.csv", "--positive-rate", "0.1"), export("-o", "many.csv", "--positive-rate", "0.8")
    assert called("few.csv") < called("many.csv")
    assert "if 80.0% of them are positive, as given: F1 " in many.out
    assert f"few.csv: {called('few.csv')} of 12 rows (" in few.out
    assert ", with an expected precision of " in few.out
    assert export("-o", "train.csv.out", "--positive-rate", "train").out.endswith(
        "\n".join(export("-o", "train.csv.out").out.splitlines()[1:]) + "\n"
    )


@pytest.mark.parametrize("rate", ["1.5", "0", "1", "nan", "35%", "labelled", ""])
def test_a_rate_that_is_no_share_is_refused_in_the_words_of_the_file(rate: str) -> None:
    ended = export("--positive-rate", rate)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("bench: --positive-rate: 'positive_rate' is ")
    assert ended.err.endswith("; write 'train', 'estimate' or a share between 0 and 1, such as 0.35.\n")
    assert len(recorded()) == 1


def test_the_record_of_the_run_is_not_overwritten_by_a_submission() -> None:
    for name in ("cells.csv", "submissions.csv", "best.csv", "predictions/submission.csv"):
        ended = export("-o", str(RESULTS / name))
        assert (ended.code, ended.out) == (2, "")
        assert f"{RESULTS / name}: stands among the results, where only files named submission-..." in ended.err
    assert export("-o", str(RESULTS / "submission-best.csv")).code == 0


def test_a_submission_is_made_again_when_the_experiment_has_grown_and_the_file_is_lost() -> None:
    assert export("--ensemble", "--positive-rate", "0.8", "-o", "best.csv").code == 0
    best, row = Path("best.csv").read_bytes(), recorded()[-1]
    Path("best.csv").unlink()
    write_tables('"constant", "logistic", { name = "logistic", C = [0.1, 10.0] }')
    assert bench("run", "quick.toml", "--workers", "0").code == 0
    ended = export("--again", row["sha256"][:6])
    again = RESULTS / f"submission-{row['sha256'][:10]}.csv"
    assert (ended.code, again.read_bytes()) == (0, best)
    assert ended.out.startswith(f"{again}: the same {len(best)} bytes as best.csv of {row['made_at']}; ")
    assert recorded()[-1] | {"path": "", "made_at": ""} == row | {"path": "", "made_at": ""}
    assert recorded()[-1]["path"] == str(again)


def test_a_submission_of_other_versions_is_the_same_or_says_what_is_other(monkeypatch: pytest.MonkeyPatch) -> None:
    row, now = recorded()[0], submissions.made_with()
    with monkeypatch.context() as broken:
        broken.setattr("bench.bundle.predictor.Predictor.probability", lambda *given: np.ones(12))
        same = export("--again", row["sha256"])
        assert "commit and processor are those of then, so a fit is not repeatable. Nothing is written" in same.err
        broken.setattr("bench.ensemble.again.made_with", lambda: now | {"numpy": "9.9"})
        ended = export("--again", row["sha256"], "-o", "other.csv")
    assert (ended.code, ended.out, Path("other.csv").exists()) == (2, "", False)
    assert (
        f"made again, its bytes are others: {row['predicted_positives']} rows were called positive, now 12. Changed "
        f"since: numpy {now['numpy']} then, 9.9 now. Nothing is written.\n"
    ) in ended.err
    monkeypatch.setattr("bench.ensemble.again.made_with", lambda: now | {"numpy": "9.9"})
    ended = export("--again", row["sha256"], "-o", "again.csv")
    assert ended.code == 0
    assert ended.out.endswith(f"\nChanged since: numpy {now['numpy']} then, 9.9 now.\n")


CHANGES = {
    "train": ("train.csv", "20,", "21,", "the training table, or its roles in [data], was another one then ("),
    "asked": ("asked.csv", "20,", "21,", "the table to predict, or its sample, was another one then ("),
    "ids": ("asked.csv", ",001", ",1", "the table to predict, or its sample, was another one then ("),
    "role": ("quick.toml", "[folds]", 'drop = ["나이"]\n[folds]', "the training table, or its roles in [data], was"),
    "grid": (
        "quick.toml",
        '"logistic"',
        '"one_rule"',
        "is no longer in the grid of quick.toml. results/quick/trials.c",
    ),
}


@pytest.mark.parametrize(("file", "old", "new", "said"), CHANGES.values(), ids=CHANGES)
def test_what_has_changed_is_said_before_anything_is_fitted(
    file: str, old: str, new: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sha = recorded()[0]["sha256"]
    for path in {file, "sample.csv"} if old == ",001" else {file}:
        text = Path(path).read_text(encoding="utf-8")
        Path(path).write_text(text.replace(old, new, 1).replace("\n001,", "\n1,"), encoding="utf-8")
    monkeypatch.delattr("bench.ensemble.again.refit")
    ended = export("--again", sha)
    assert (ended.code, ended.out) == (2, "")
    assert f"bench: submission {sha[:10]} of " in ended.err
    assert said in ended.err
    assert len(recorded()) == 1


def test_again_brings_its_own_choices_along() -> None:
    for more in (["--ensemble"], ["--trial", "x"], ["--positive-rate", "train"]):
        ended = export("--again", "abc", *more)
        assert ended.err == "bench: --again: brings its trial, ensemble and rate along. Leave the other options out.\n"
        assert ended.code == 2


def test_a_submission_is_checked_by_its_sample_or_its_experiment() -> None:
    path = str(RESULTS / "submission.csv")
    for asked in (["--sample", "sample.csv"], ["--experiment", "quick.toml"]):
        assert bench("check-submission", path, *asked) == Ended(0, f"{path}: 12 rows in the form of {asked[1]}.\n", "")
    text = Path(path).read_text(encoding="utf-8")
    Path("foreign.csv").write_text(text.replace("미전환", "0").replace("전환", "1"), encoding="utf-8")
    ended = bench("check-submission", "foreign.csv", "--experiment", "quick.toml")
    assert ended.code == 2
    assert "bench: foreign.csv, line 2: '결과' holds the label '0'; the experiment quick.toml asks for " in ended.err
    for asked in ([], ["--sample", "sample.csv", "--experiment", "quick.toml"]):
        ended = bench("check-submission", path, *asked)
        assert (ended.code, ended.err) == (2, "bench: --sample or --experiment: name one of them.\n")


def test_a_record_that_cannot_be_written_stops_before_the_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    RECORD.write_text("mine\n")
    monkeypatch.delattr("bench.ensemble.handover.refit")
    ended = export("-o", "out.csv")
    assert ended.code == 2
    assert f"bench: {RECORD}: its columns are not those of this version. Move it away" in ended.err
    assert not Path("out.csv").exists()


def test_no_submission_is_without_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*given: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("bench.record.submissions.sync", full)
    ended = export("-o", "out.csv", "--positive-rate", "0.8")
    assert ended.code == 2
    assert f"bench: {RECORD}: cannot be written (No space left on device), and no submission is without" in ended.err
    assert not Path("out.csv").exists()


def test_an_export_in_place_of_the_submission_is_on_the_leaderboard() -> None:
    board = RESULTS / "leaderboard.md"
    assert "called positive by" in board.read_text(encoding="utf-8")
    floor = next(t for t in pd.read_csv(RESULTS / "leaderboard.csv").itertuples() if t.model == "constant")
    assert export("--trial", str(floor.trial), "-o", str((RESULTS / "submission.csv").resolve())).code == 0
    assert "called positive by" not in board.read_text(encoding="utf-8")  # it is not the winner's
    assert str(floor.trial) in (RESULTS / "bundle/model_card.md").read_text(encoding="utf-8")


def test_a_rate_of_rows_that_are_not_there_is_refused() -> None:
    text = Path("quick.toml").read_text(encoding="utf-8")
    for line in ('submission = "asked.csv"', 'sample = "sample.csv"', 'id = "번호"'):
        text = text.replace(line + "\n", "")
    Path("alone.toml").write_text(text, encoding="utf-8")
    assert bench("run", "alone.toml", "--workers", "0").code == 0
    assert Path("results/alone/bundle/manifest.json").exists()
    ended = bench("export", "alone.toml", "--positive-rate", "0.2")
    assert ended.err == "bench: --positive-rate: alone.toml names no submission, the rows that it is a share of.\n"
    assert ended.code == 2


def test_the_scales_of_a_member_are_used_again() -> None:
    row = submissions.read_submissions(RESULTS)[0]
    (trial,) = row.weights
    # Slope 0 and intercept 10: every row at 0.99995, so every row is called.
    scaled = replace(row, sha256=sha256(_all_called()).hexdigest(), scales={trial: (0.0, 10.0)}, path="scaled.csv")
    submissions.append_submission(RESULTS, scaled)
    assert export("--again", scaled.sha256, "-o", "scaled.csv").code == 0
    assert called("scaled.csv") == 12


def _all_called() -> bytes:
    return Path("sample.csv").read_text(encoding="utf-8").replace("미전환", "전환").encode()
