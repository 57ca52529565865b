"""`bench predict` and `bench verify`, from a run that wrote its bundle."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from contextlib import chdir
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from bench import load_bundle
from tests.cli.commands import bench, surroundings

BUNDLE = Path("results/demo/bundle")
EXPERIMENT = """
[data]
train = "leads/train.csv"
submission = "leads/submission.csv"
sample = "leads/sample_submission.csv"
target = "is_converted"
positive = "True"
id = "id"
texts = ["message"]
groups = "customer_idx"
ungrouped = ["47466"]
missing = ["none", "//"]
kinds = { lead_owner = "category", customer_idx = "category" }
drop = ["customer_idx", "customer_country.1", "lead_date"]
[folds]
count = 3
[grid]
derived = ["raw", "location"]
imputation = ["median"]
encoding = ["target"]
text = [{ name = "tfidf", terms = 50 }]
model = ["logistic", { name = "lightgbm", trees = 20 }]
[ensemble]
method = "mean"
[submission]
finalists = 1
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    with chdir(folder):
        assert bench("demo", "--out", "leads", "--rows", "600").code == 0
        Path("demo.toml").write_text(EXPERIMENT, encoding="utf-8")
        ended = bench("run", "demo.toml", "--workers", "0")
        assert ended.code == 0, ended.err
        assert bench("export", "demo.toml", "--ensemble", "--workers", "0").code == 0
    return folder


@pytest.fixture(autouse=True)
def _finished(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in a copy of the finished run."""
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_bundle_predicts_the_submission_that_was_exported_with_it(workers: str) -> None:
    ended = bench("predict", str(BUNDLE), "leads/submission.csv", "-o", "out.csv", "--workers", workers)
    assert ended.code == 0, ended.err
    said = pd.read_csv("out.csv", dtype=str)
    handed_in = pd.read_csv("results/demo/submission.csv", dtype=str).set_index("id")["is_converted"]
    assert list(said) == ["id", "probability", "decision", "customer"]
    assert list(said["decision"]) == list(handed_in[said["id"]])
    manifest = json.loads((BUNDLE / "manifest.json").read_text(encoding="utf-8"))
    assert len(manifest["members"]) > 1
    called = (said["decision"] == "True").sum()
    assert called == manifest["submission"]["called"]
    known = (said["customer"] == "known").sum()
    assert 0 < known < len(said)
    assert f"{len(said):,} leads, {known:,} of known customers, " in ended.out
    assert ended.out.endswith(f"; {called:,} ({called / len(said):.1%}) to call.\n")


def test_pieces_of_any_size_say_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    for rows in (50_000, 17):
        monkeypatch.setattr("bench.bundle.predict.ROWS_AT_ONCE", rows)
        assert bench("predict", str(BUNDLE), "leads/submission.csv", "-o", f"{rows}.csv", "--workers", "0").code == 0
    one, other = (pd.read_csv(f"{rows}.csv") for rows in (50_000, 17))
    np.testing.assert_allclose(one.pop("probability"), other.pop("probability"), rtol=0, atol=1e-12)
    pd.testing.assert_frame_equal(one, other)


def test_a_table_in_memory_is_predicted_as_its_file_is() -> None:
    assert bench("predict", str(BUNDLE), "leads/submission.csv", "-o", "out.csv", "--workers", "0").code == 0
    leads = pd.read_csv("leads/submission.csv", dtype=str, keep_default_na=False).replace("", None)
    said = load_bundle(BUNDLE).predict(leads.set_axis(leads.index + 7))
    assert said.index[0] == 7
    there = pd.read_csv("out.csv", dtype={"id": str})
    np.testing.assert_array_equal(said["probability"], there["probability"])


def test_a_bundle_says_the_same_in_a_process_and_a_place_of_its_own(tmp_path: Path) -> None:
    shutil.move(BUNDLE, tmp_path / "자리")
    code = (
        "import pandas as pd; from bench import load_bundle; "
        "leads = pd.read_csv('leads/submission.csv', dtype=str, keep_default_na=False).replace('', None); "
        "print(*load_bundle('자리').predict(leads)['probability'].map(float.hex))"
    )
    ran = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=surroundings(), capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    leads = pd.read_csv("leads/submission.csv", dtype=str, keep_default_na=False).replace("", None)
    assert ran.stdout.split() == [p.hex() for p in load_bundle(tmp_path / "자리").predict(leads)["probability"]]


SLIPS = {
    "column": (lambda leads: leads.drop(columns="business_unit"), "lacks 'business_unit', which train has"),
    "id": (lambda leads: leads.assign(id="1"), "the id '1' stood before, like 52 rows"),
}


@pytest.mark.parametrize(("change", "said"), SLIPS.values(), ids=SLIPS)
def test_leads_that_cannot_be_read_leave_what_was_there(change: object, said: str) -> None:
    assert callable(change)
    change(pd.read_csv("leads/submission.csv", dtype=str)).to_csv("wrong.csv", index=False)
    Path("out.csv").write_text("yesterday's\n")
    ended = bench("predict", str(BUNDLE), "wrong.csv", "-o", "out.csv", "--workers", "0")
    assert (ended.code, ended.out) == (2, "")
    assert said in ended.err
    assert Path("out.csv").read_text() == "yesterday's\n"
    assert not list(Path().glob("*.part"))


def test_the_leads_themselves_are_never_overwritten() -> None:
    before = Path("leads/submission.csv").read_bytes()
    ended = bench("predict", str(BUNDLE), "leads/submission.csv", "-o", "leads/submission.csv", "--workers", "0")
    assert ended.code == 2
    assert "leads/submission.csv: is the table of leads and is not overwritten. Name another file." in ended.err
    assert Path("leads/submission.csv").read_bytes() == before


@pytest.mark.parametrize(
    ("place", "said"),
    [
        (str(BUNDLE / "manifest.json"), "stands in a bundle or among the results of a run. Name a file elsewhere."),
        ("results/demo/cells.csv", "stands in a bundle or among the results of a run. Name a file elsewhere."),
        ("leads", "is a folder. Name a file in it."),
        ("/dev/null", "is no ordinary file. Name another one."),
        ("demo.toml/out.csv", "cannot be written there (File exists). Name another file."),
    ],
)
def test_a_place_that_belongs_to_others_is_refused_before_anything_is_read(place: str, said: str) -> None:
    ended = bench("predict", str(BUNDLE), "nowhere.csv", "-o", place, "--workers", "0")
    assert (ended.code, ended.out, ended.err) == (2, "", f"bench: {place}: {said}\n")


def test_a_bundle_is_verified_link_by_link() -> None:
    ended = bench("verify", str(BUNDLE), "--workers", "0")
    assert ended.code == 0, ended.out + ended.err
    said = [line.split()[1].rstrip(":") for line in ended.out.splitlines()]
    members = len(load_bundle(BUNDLE).manifest.members)
    assert members > 1
    read = ["files", "versions", "table", "reading", "folds", *["trial"] * members]
    made = [*["score"] * members, "choice", "weights", "estimate", "scales", "threshold", "policy", "members"]
    assert said == [*read, *made, "submission"]
    assert "DIFFERS" not in ended.out


def test_a_link_that_differs_is_named() -> None:
    manifest = json.loads((BUNDLE / "manifest.json").read_text(encoding="utf-8"))
    manifest["members"][1]["value"] += 0.001
    manifest["environment"]["versions"]["numpy"] = "1.0"
    (BUNDLE / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    ended = bench("verify", str(BUNDLE), "--workers", "0")
    assert ended.code == 2
    differ = [line for line in ended.out.splitlines() if line.startswith("DIFFERS")]
    assert len(differ) == 2
    assert differ[0].startswith("DIFFERS  versions: numpy 1.0 there, ")
    assert f"score of {manifest['members'][1]['trial']}: " in differ[1]
    links = len(ended.out.splitlines())
    assert ended.err.endswith(f"bench: {BUNDLE}: 2 of {links} links differ, see above.\n")


def test_another_table_ends_the_chain() -> None:
    table = pd.read_csv("leads/train.csv", dtype=str)
    table.iloc[:-1].to_csv("leads/train.csv", index=False)
    ended = bench("verify", str(BUNDLE), "--workers", "0")
    assert ended.code == 2
    assert [line.split()[:2] for line in ended.out.splitlines()] == [
        ["same", "files:"],
        ["same", "versions:"],
        ["DIFFERS", "table:"],
    ]
