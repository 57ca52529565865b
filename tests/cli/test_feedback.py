"""`bench feedback`, on a bundle of a small experiment."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from contextlib import chdir
from hashlib import sha256
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from bench import load_bundle
from bench.customer.feedback.give import Wanted, give_feedback
from bench.data.dataset import read_dataset
from bench.plan.experiment import read_experiment
from tests.cli.commands import bench

BUNDLE = "results/spring/bundle"
EXPERIMENT = """
[data]
train = "train.csv"
target = "won"
positive = "yes"
id = "id"
groups = "firm"
time = "when"
drop = ["firm", "when"]
[folds]
count = 3
[grid]
model = ["logistic"]
[submission]
finalists = 0
"""


def leads(rows: int, seed: int) -> pd.DataFrame:
    """Leads of which those with many visits convert."""
    rng = np.random.default_rng(seed)
    visits = rng.integers(0, 3000, rows) / 100
    won = rng.random(rows) < 1 / (1 + np.exp(4 - 0.22 * visits))
    return pd.DataFrame(
        {
            "id": [f"L{seed}-{row}" for row in range(rows)],
            "when": pd.Timestamp("2026-01-05") + pd.to_timedelta(np.sort(rng.integers(0, 85, rows)), "D"),
            "firm": [f"firm {number}" for number in rng.integers(0, rows // 3, rows)],
            "region": rng.choice(["north", "south", "east"], rows),
            "visits": visits,
            "won": np.where(won, "yes", "no"),
        }
    )


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    with chdir(folder):
        leads(240, 0).to_csv("train.csv", index=False)
        leads(240, 1).to_csv("outcomes.csv", index=False)
        Path("spring.toml").write_text(EXPERIMENT, encoding="utf-8")
        ended = bench("run", "spring.toml", "--workers", "0")
        assert ended.code == 0, ended.err
    return folder


@pytest.fixture(autouse=True)
def _finished(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in a copy of the finished run."""
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)


def test_outcomes_are_held_against_what_the_bundle_says() -> None:
    ended = bench("feedback", BUNDLE, "outcomes.csv", "--by", "region")
    assert ended.code == 0, ended.err
    (folder,) = Path("results/spring").glob("feedback-*")
    assert len(folder.name) == len("feedback-") + 10
    rows = pd.read_csv(folder / "feedback.csv", dtype={"level": "str"})
    outcomes = pd.read_csv("outcomes.csv")
    said = load_bundle(BUNDLE).predict(outcomes.drop(columns="won"))
    called, won = said["decision"] == "yes", outcomes["won"] == "yes"
    first = rows.iloc[0]
    assert (first["leads"], first["converted"], first["called"]) == (240, won.sum(), called.sum())
    assert first["precision"] == pytest.approx(won[called].mean())
    assert first["recall"] == pytest.approx(called[won].mean())
    assert f"240 leads with a known outcome {won.sum()} converted" in ended.out
    assert list(rows["slice"].unique()) == ["all", "period", "score", "customer", "region"]
    assert list(rows.loc[rows["slice"] == "period", "level"]) == ["2026-01", "2026-02", "2026-03"]
    assert set(rows.loc[rows["slice"] == "region", "level"]) == {"north", "south", "east"}
    predicted = pd.read_csv(folder / "outcomes.csv")
    np.testing.assert_array_equal(predicted["probability"], said["probability"])
    assert list(predicted["outcome"]) == list(outcomes["won"])
    assert list(predicted["id"]) == list(outcomes["id"])
    assert (folder / "drift.csv").exists()


def test_the_page_answers_first_and_names_no_id_and_no_company() -> None:
    frame = pd.read_csv("outcomes.csv", dtype="str")
    frame["region"] = frame["region"].replace("south", '<script>alert("남")</script>')
    frame["firm"] = frame["firm"].where(frame.index % 3 > 0, "Acme & Sons")
    frame.to_csv("odd.csv", index=False)
    words = ("--by", "region", "--by", "firm", "--by", "id")
    ended = bench("feedback", BUNDLE, "odd.csv", *words, "-o", "given")
    assert ended.code == 0, ended.err
    html = Path("given/feedback.html").read_text(encoding="utf-8")
    opening = html[html.index("<header>") : html.index("</header>")]
    for words_of_it in ("240 leads with a known outcome", "conversions were expected", "Should the threshold move?"):
        assert words_of_it in opening
    assert "<script" not in html
    assert "&lt;script&gt;alert(&#34;남&#34;)&lt;/script&gt;" in html
    assert "Acme" not in html
    assert not re.search(r"\bfirm \d", html)
    assert not re.search(r"\bL1-\d", html)
    assert f"bench feedback {BUNDLE} odd.csv --by region --by firm --by id -o FOLDER" in html
    assert str(Path.cwd()) not in html


def test_a_run_that_was_killed_does_not_keep_the_next_from_its_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(_: pd.DataFrame, path: Path) -> None:
        path.write_text("half")
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("bench.customer.feedback.give.write_sheet", killed)
        with pytest.raises(KeyboardInterrupt):
            give_feedback(Path(BUNDLE), Wanted(Path("outcomes.csv"), output=Path("given")))
    assert [path.name for path in Path("given").iterdir()] == [".feedback.part"]
    ended = bench("feedback", BUNDLE, "outcomes.csv", "-o", "given")
    assert ended.code == 0, ended.err
    assert {path.name for path in Path("given").iterdir()} == {
        "feedback.html",
        "feedback.csv",
        "outcomes.csv",
        "drift.csv",
    }
    assert "given: feedback.html, feedback.csv, outcomes.csv, drift.csv." in ended.out


def test_cells_of_the_outcomes_are_no_formulas_in_what_is_written() -> None:
    frame = pd.read_csv("outcomes.csv", dtype="str").assign(region='=HYPERLINK("http://x")')
    frame["id"] = "=1+" + frame["id"]
    frame.to_csv("odd.csv", index=False, encoding="utf-8-sig", sep=";")
    ended = bench("feedback", BUNDLE, "odd.csv", "--by", "region", "-o", "given")
    assert ended.code == 0, ended.err
    assert pd.read_csv("given/outcomes.csv")["id"].str.startswith("'=1+").all()
    assert '\'=HYPERLINK("http://x")' in set(pd.read_csv("given/feedback.csv", dtype="str")["level"])


def test_ids_and_outcomes_join_their_leads() -> None:
    whole = pd.read_csv("outcomes.csv", dtype="str")
    whole.drop(columns="won").to_csv("leads.csv", index=False)
    shuffled = whole[["won", "id"]].sample(frac=1, random_state=0).iloc[:-20]
    strange = pd.DataFrame({"won": ["yes", "no"], "id": ["L9-1", "L9-2"]})
    pd.concat([shuffled, strange]).to_csv("ids.csv", index=False)
    ended = bench("feedback", BUNDLE, "ids.csv", "--leads", "leads.csv", "-o", "joined")
    assert ended.code == 0, ended.err
    assert "note: ids.csv: 2 ids left out, of no lead in leads.csv." in ended.out
    assert "note: leads.csv: 20 leads without a line in ids.csv." in ended.out
    there = pd.read_csv("joined/outcomes.csv").set_index("id")["outcome"]
    known = whole.set_index("id")["won"][shuffled["id"]]
    assert there[known.index].equals(known.rename("outcome"))
    assert there.isna().sum() == 20
    assert "Of 220 leads with a known outcome" in ended.out


def test_a_gap_is_an_outcome_that_is_not_known_yet() -> None:
    whole = pd.read_csv("outcomes.csv", dtype="str")
    whole.loc[::4, "won"] = ""
    whole.to_csv("some.csv", index=False)
    ended = bench("feedback", BUNDLE, "some.csv", "-o", "some")
    assert ended.code == 0, ended.err
    assert "Of 180 leads with a known outcome" in ended.out
    assert "60 leads whose outcome is not known yet left out." in ended.out


def test_a_training_table_without_ids_needs_none_of_its_outcomes() -> None:
    pd.read_csv("outcomes.csv", dtype="str").drop(columns="id").to_csv("plain.csv", index=False)
    ended = bench("feedback", BUNDLE, "plain.csv", "-o", "plain")
    assert ended.code == 0, ended.err
    assert list(pd.read_csv("plain/outcomes.csv")["id"][:2]) == [1, 2]


def test_the_next_training_table_can_be_trained_on() -> None:
    ended = bench("feedback", BUNDLE, "outcomes.csv", "-o", "given", "--train-out", "next.csv")
    assert ended.code == 0, ended.err
    assert "next.csv: 240 rows of training and 240 rows of these outcomes; next.csv.lineage.json." in ended.out
    Path("next.toml").write_text(EXPERIMENT.replace("train.csv", "next.csv"), encoding="utf-8")
    checked = bench("plan", "next.toml")
    assert checked.code == 0, checked.err
    before, after = (read_dataset(read_experiment(Path(name)).data) for name in ("spring.toml", "next.toml"))
    assert [(one.name, one.kind) for one in after.columns] == [(one.name, one.kind) for one in before.columns]
    assert after.labels == before.labels
    assert len(after.y) == 480
    assert after.y.sum() == before.y.sum() + (pd.read_csv("outcomes.csv")["won"] == "yes").sum()
    lineage = json.loads(Path("next.csv.lineage.json").read_text(encoding="utf-8"))
    assert lineage["bundle"]["data_id"] == load_bundle(BUNDLE).manifest.data_id
    for what, name in (
        ("table", "next.csv"),
        ("manifest", f"{BUNDLE}/manifest.json"),
        ("outcomes", "outcomes.csv"),
        ("training", "train.csv"),
    ):
        held = {"name": Path(name).name, "sha256": sha256(Path(name).read_bytes()).hexdigest()}
        assert lineage["files"].pop(what) == held
    assert not lineage["files"]
    assert lineage["rows"] == {"training": 240, "outcomes": 240}


def test_another_training_table_is_not_taken_for_the_one_of_the_bundle() -> None:
    leads(240, 5).to_csv("train.csv", index=False)
    ended = bench("feedback", BUNDLE, "outcomes.csv", "-o", "given", "--train-out", "next.csv")
    assert ended.code == 0, ended.err
    assert "train.csv is not the table that the bundle was trained on" in ended.out
    assert not Path("given/drift.csv").exists()
    assert len(pd.read_csv("next.csv")) == 240


def table(change: Callable[[pd.DataFrame], pd.DataFrame]) -> Callable[[], None]:
    return lambda: change(pd.read_csv("outcomes.csv", dtype="str")).to_csv("wrong.csv", index=False)


SLIPS = {
    "no bundle": (["results", "outcomes.csv"], None, "results"),
    "no file": ([BUNDLE, "nowhere.csv"], None, "nowhere.csv"),
    "no target": (
        [BUNDLE, "wrong.csv"],
        table(lambda frame: frame.rename(columns={"won": "wom"})),
        "wrong.csv has no column 'won', the outcome. Did you mean 'wom'?",
    ),
    "label": (
        [BUNDLE, "wrong.csv"],
        table(lambda frame: frame.assign(won=frame["won"].replace("yes", "Yes"))),
        "neither 'no' nor 'yes'. Did you mean 'yes'? Labels are compared as written",
    ),
    "column": ([BUNDLE, "wrong.csv"], table(lambda frame: frame.drop(columns="visits")), "lacks 'visits'"),
    "doubled id": ([BUNDLE, "wrong.csv"], table(lambda frame: frame.assign(id="1")), "the id '1' stood before"),
    "ids alone": (
        [BUNDLE, "wrong.csv"],
        table(lambda frame: frame[["id", "won"]]),
        "wrong.csv has none of the leads' columns. Name the table that has them with --leads.",
    ),
    "missing id": (
        [BUNDLE, "wrong.csv", "--leads", "outcomes.csv"],
        table(lambda frame: frame[["won"]].assign(other="1")),
        "wrong.csv has no column 'id'",
    ),
    "no id met": (
        [BUNDLE, "wrong.csv", "--leads", "outcomes.csv"],
        table(lambda frame: frame.assign(id=[f"x{row}" for row in range(240)])),
        "wrong.csv: none of its 240 ids is in outcomes.csv ('x0' there, 'L1-0' here).",
    ),
    "none positive": ([BUNDLE, "wrong.csv"], table(lambda frame: frame.assign(won="no")), "outcomes none is 'yes'."),
    "none negative": ([BUNDLE, "wrong.csv"], table(lambda frame: frame.assign(won="yes")), "outcomes none is 'no'."),
    "none known": ([BUNDLE, "wrong.csv"], table(lambda frame: frame.assign(won="")), "of 0 known outcomes none is"),
    "time": ([BUNDLE, "outcomes.csv", "--time", "wen"], None, "has no column 'wen', named in --time. Did you mean"),
    "no dates": ([BUNDLE, "outcomes.csv", "--time", "region"], None, "region, the column of time, holds 240 of 240"),
    "by": ([BUNDLE, "outcomes.csv", "--by", "regoin"], None, "has no column 'regoin', named in --by. Did you mean"),
    "in the bundle": ([BUNDLE, "outcomes.csv", "-o", f"{BUNDLE}/given"], None, "stands in the bundle"),
    "train in the bundle": ([BUNDLE, "outcomes.csv", "--train-out", f"{BUNDLE}/x.csv"], None, "stands in the bundle"),
    "output exists": ([BUNDLE, "outcomes.csv", "-o", "results"], None, "results: is there already"),
    "output a file": ([BUNDLE, "outcomes.csv", "-o", "train.csv"], None, "train.csv: is no folder."),
    "train exists": ([BUNDLE, "outcomes.csv", "--train-out", "train.csv"], None, "train.csv is there already"),
    "train a folder": ([BUNDLE, "outcomes.csv", "--train-out", "results"], None, "results is there already"),
}


@pytest.mark.parametrize(("words", "before", "said"), SLIPS.values(), ids=SLIPS)
def test_a_slip_is_one_sentence_and_nothing_is_written(
    words: list[str], before: Callable[[], None] | None, said: str
) -> None:
    if before is not None:
        before()
    there = {path: path.stat().st_mtime_ns for path in Path().rglob("*") if path.is_file()}
    ended = bench("feedback", *words)
    assert (ended.code, ended.out) == (2, "")
    assert said in ended.err
    assert ended.err.count("\n") == 1
    assert {path: path.stat().st_mtime_ns for path in Path().rglob("*") if path.is_file()} == there


def test_the_same_outcomes_are_not_written_twice() -> None:
    assert bench("feedback", BUNDLE, "outcomes.csv").code == 0
    again = bench("feedback", BUNDLE, "outcomes.csv")
    assert again.code == 2
    assert "is there already, and nothing in it is overwritten. Name another folder with -o." in again.err
