"""The commands print results on stdout and everything else on stderr, and end with the code that says how it went."""

import json
import os
import pty
import re
import signal
import subprocess
import sys
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

from bench.components import REGISTRIES
from bench.errors import Stopped
from bench.plan.experiment import json_schema
from tests.cli.commands import Ended, bench, leads, started, surroundings, write_experiment

COMMANDS = (
    "auto",
    "run",
    "status",
    "leaderboard",
    "plan",
    "audit",
    "list",
    "schema",
    "init",
    "demo",
    "export",
    "check-submission",
)
TABLE = "리드 표.csv"
FILE = "experiments/리드 표.toml"
RESULTS = Path("results/리드 표")


def write_tables() -> None:
    leads(60).to_csv(TABLE, index=False)
    asked = leads(9).drop(columns="결과").assign(번호=[f"{n:03}" for n in range(9)])
    asked.to_csv("제출 표.csv", index=False)
    pd.DataFrame({"번호": asked["번호"], "결과": "미전환"}).to_csv("sample_submission.csv", index=False)


@dataclass(frozen=True)
class Finished:
    """A folder in which an experiment was proposed, planned and run; and what the commands said."""

    folder: Path
    init: Ended
    plan: Ended
    run: Ended


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    folder = tmp_path_factory.mktemp("리드 분석 (1)")
    with chdir(folder):
        write_tables()
        init = bench("init", TABLE, "--target", "결과", "--positive", "전환", "--submission", "제출 표.csv")
        return Finished(folder, init, bench("plan", FILE), bench("run", FILE, "--workers", "0"))


@pytest.fixture
def finished(made: Finished, monkeypatch: pytest.MonkeyPatch) -> Finished:
    """The finished experiment, its folder being the working one."""
    monkeypatch.chdir(made.folder)
    return made


def test_without_a_command_the_help_is_printed() -> None:
    ended = bench()
    for command in COMMANDS:
        assert re.search(rf"^  {command} +[A-Z]", ended.out + ended.err, re.MULTILINE)
    asked_for = bench("--help")
    assert (asked_for.code, asked_for.err) == (0, "")
    assert re.match(r"Usage: .*bench \[OPTIONS\] COMMAND", asked_for.out)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nope"], "No such command 'nope'"),
        (["run"], "Missing argument"),
        (["run", "x.toml", "--workers", "-1"], "Invalid value for '--workers'"),
        (["run", "x.toml", "--retry", "all"], "Invalid value for '--retry'"),
        (["demo", "--out", "x", "--rows", "499"], "Invalid value for '--rows'"),
        (["plan", "x.toml", "--trails"], "No such option"),
    ],
)
@pytest.mark.usefixtures("here")
def test_a_command_line_that_makes_no_sense_ends_with_2(words: list[str], said: str) -> None:
    ended = bench(*words)
    assert (ended.code, ended.out) == (2, "")
    assert said in ended.err


SLIPS = {
    "no file": (["run", "nowhere.toml"], "bench: nowhere.toml: no such experiment file."),
    "no file to plan": (["plan", "nowhere.toml"], "bench: nowhere.toml: no such experiment file."),
    "file name of two lines": (["run", "a\nb.toml"], "bench: a b.toml: an experiment is named by its file"),
    "no axis": (["list", "modle"], "bench: no axis 'modle'. Did you mean 'model'? Known: derived, encoding, "),
    "no table": (["init", "t.csv", "--target", "won"], "bench: t.csv"),
    "no table to look at": (["auto", "t.csv", "--target", "won"], "bench: t.csv"),
    "budget of auto without a unit": (
        ["auto", "t.csv", "--target", "won", "--budget", "10"],
        "bench: --budget: '10' is no",
    ),
    "trial and ensemble": (
        ["export", "x.toml", "--trial", "a", "--ensemble"],
        "bench: --trial and --ensemble: name one",
    ),
    "cluster and workers": (
        ["run", "x.toml", "--cluster", "tcp://localhost:8786", "--workers", "2"],
        "bench: --cluster and --workers: name one of them; a cluster has the workers it has.",
    ),
    "budget without a unit": (
        ["run", "quick.toml", "--budget", "10"],
        "bench: --budget: '10' is no time; write a number with its unit, such as",
    ),
    "budget of nothing": (["run", "quick.toml", "--budget", "0m"], "bench: --budget: '0m' is no time; write"),
    "no file to ask after": (["status", "nowhere.toml"], "bench: nowhere.toml: no such experiment file."),
    "slice without names": (
        ["run", "x.toml", "--only", "model="],
        "bench: --only model=: write axis=component, such as",
    ),
    "slice of nothing": (["run", "x.toml", "--only", "logistic"], "bench: --only logistic: write axis=component, such"),
    "no submission": (["check-submission", "a.csv", "--sample", "b.csv"], "bench: b.csv"),
}


@pytest.mark.parametrize(("words", "opening"), SLIPS.values(), ids=SLIPS.keys())
@pytest.mark.usefixtures("here")
def test_a_slip_is_one_line_on_stderr_and_ends_with_2(words: list[str], opening: str) -> None:
    write_experiment()
    ended = bench(*words)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith(opening)
    assert ended.err.count("\n") == 1
    assert ended.err.endswith(".\n")


def test_planning_a_command_loads_no_library_that_fits() -> None:
    code = (
        "import sys, bench.cli.main\n"
        "before = set(sys.modules)\n"
        "import bench.components\n"
        "print(*(m in before for m in ('sklearn', 'pandas')))\n"
        "heavy = ('sklearn', 'imblearn', 'lightgbm', 'xgboost', 'catboost')\n"
        "print(*(m for m in heavy if m in sys.modules))"
    )
    ended = subprocess.run([sys.executable, "-c", code], env=surroundings(), capture_output=True, text=True, check=True)
    assert ended.stdout.splitlines() == ["False False", ""]


def test_list_names_every_component_of_every_axis() -> None:
    ended = bench("list")
    assert (ended.code, ended.err) == (0, "")
    for axis, registry in REGISTRIES.items():
        for component in registry:
            assert re.search(rf"^ *{axis} +{component.name} +{re.escape(component.about)}", ended.out, re.MULTILINE)
    assert "trees = 200, learning_rate = 0.1" in ended.out
    of_one_axis = bench("list", "text")
    assert "tfidf_svd" in of_one_axis.out
    assert "lightgbm" not in of_one_axis.out


def test_schema_prints_json() -> None:
    ended = bench("schema")
    assert (ended.code, ended.err) == (0, "")
    assert json.loads(ended.out) == json.loads(json.dumps(json_schema()))


def test_a_table_leads_to_a_submission_in_three_commands(finished: Finished) -> None:
    assert finished.init == Ended(0, f"{FILE} is written: read it, then `bench run '{FILE}'`.\n", "")
    assert finished.plan.code == 0
    assert "60 rows, 27 (45.0%) of them '전환'; data " in finished.plan.out
    trials = re.search(r"^(\d+) trials × 5 folds = (\d+) cells; folds [0-9a-f]{10}$", finished.plan.out, re.MULTILINE)
    assert trials is not None
    assert int(trials[2]) == 5 * int(trials[1])
    assert "collapsed " in finished.plan.out
    assert finished.run.code == 0
    assert f"{RESULTS / 'submission.csv'}: " in finished.run.out
    assert finished.run.out.endswith(f"\nEverything is in {RESULTS}.\n")
    checked = bench("check-submission", str(RESULTS / "submission.csv"), "--sample", "sample_submission.csv")
    assert checked == Ended(0, f"{RESULTS / 'submission.csv'}: 9 rows in the form of sample_submission.csv.\n", "")
    assert set(pd.read_csv(RESULTS / "submission.csv", dtype=str)["결과"]) <= {"전환", "미전환"}


def test_results_are_on_stdout_and_progress_and_notes_on_stderr(finished: Finished) -> None:
    for said in (finished.run.out, finished.plan.out):
        assert "note: " not in said
    cells = re.search(r"= (\d+) cells", finished.plan.out)
    assert cells is not None
    progress = re.findall(r"^(\d+)/(\d+) cells, \d+ s", finished.run.err, re.MULTILINE)
    assert progress[0] == ("0", cells[1])
    assert progress[-1] == (cells[1], cells[1])
    assert re.search(r"best f1 0\.\d{4} \S+/\S+$", finished.run.err, re.MULTILINE)
    lines = [line for line in finished.run.err.splitlines() if not re.match(r"(note: |\d+/\d+ cells, )", line)]
    assert lines == []
    header = next(line for line in finished.run.out.splitlines() if "rank" in line)
    assert header.split()[:5] == ["rank", "trial", "configuration", "hyperparameters", "f1"]
    assert "Ensemble of " in finished.run.out


def test_no_escape_codes_where_there_is_no_terminal(finished: Finished) -> None:
    for ended in (finished.init, finished.plan, finished.run, bench("list"), bench("leaderboard", FILE)):
        assert "\x1b" not in ended.out + ended.err


def test_what_was_run_is_not_run_again(finished: Finished) -> None:
    before = {path.name: path.read_bytes() for path in RESULTS.iterdir() if path.suffix != ".jsonl" and path.is_file()}
    again = bench("run", FILE, "--workers", "0", "--only", "model=constant")
    assert (again.code, again.out) == (0, finished.run.out)
    after = {path.name: path.read_bytes() for path in RESULTS.iterdir() if path.name in before}
    assert after == before


def test_a_slice_lists_its_own_trials_and_a_second_one_adds_its(finished: Finished) -> None:
    """A slice of the largest grid wrote 200 megabytes of trials that nobody had asked for."""
    Path("slice.toml").write_text(Path(FILE).read_text(encoding="utf-8"), encoding="utf-8")
    for model, expected in (("constant", {"constant"}), ("logistic", {"constant", "logistic"})):
        assert bench("run", "slice.toml", "--workers", "0", "--only", f"model={model}").code == 0
        assert set(pd.read_csv("results/slice/trials.csv")["model"]) == expected


def test_the_leaderboard_is_printed_again_without_a_fit(finished: Finished) -> None:
    ended = bench("leaderboard", FILE)
    assert ended.code == 0
    assert ended.out.strip() in finished.run.out
    short = bench("leaderboard", FILE, "--rows", "2")
    trials = len(pd.read_csv(RESULTS / "leaderboard.csv"))
    assert f"\n{trials - 2} more in {RESULTS / 'leaderboard.md'}\n" in short.out
    assert len(re.findall(r"^ *\d+ +[0-9a-f]{16} ", short.out, re.MULTILINE)) == 2


def test_one_trial_is_exported_by_its_id(finished: Finished) -> None:
    floor = next(t for t in pd.read_csv(RESULTS / "leaderboard.csv").itertuples() if t.model == "constant")
    ended = bench("export", FILE, "--trial", str(floor.trial), "-o", "새 폴더/floor.csv", "--workers", "0")
    assert ended.code == 0
    assert re.match(rf"새 폴더/floor\.csv: \d of 9 rows \(.+\) called positive by trial {floor.trial} at ", ended.out)
    assert bench("check-submission", "새 폴더/floor.csv", "--sample", "sample_submission.csv").code == 0


def test_export_refuses_what_is_not_there_and_to_overwrite_an_input(finished: Finished) -> None:
    ended = bench("export", FILE, "--trial", "0123456789")
    assert (ended.code, ended.out) == (2, "")
    assert "bench: no finished trial '0123456789'. The leaderboard lists" in ended.err
    for path in (TABLE, "제출 표.csv", "sample_submission.csv", FILE):
        before = Path(path).read_bytes()
        ended = bench("export", FILE, "-o", path, "--workers", "0")
        assert (ended.code, ended.out) == (2, "")
        assert f"bench: {path}: is an input of the experiment and is not overwritten." in ended.err
        assert Path(path).read_bytes() == before


def test_init_overwrites_nothing(finished: Finished) -> None:
    before = Path(FILE).read_bytes()
    ended = bench("init", TABLE, "--target", "결과")
    assert ended == Ended(2, "", f"bench: {FILE}: exists and is not overwritten. Name another file with -o.\n")
    assert Path(FILE).read_bytes() == before


def test_korean_is_printed_under_the_c_locale(finished: Finished) -> None:
    out, err = started("plan", FILE, folder=finished.folder, LANG="C", LC_ALL="C").communicate()
    assert (out.decode("utf-8"), err.decode("utf-8")) == (finished.plan.out, finished.plan.err)
    out, err = started("plan", "없다.toml", folder=finished.folder, LANG="C", LC_ALL="C").communicate()
    assert (out, err.decode("utf-8").startswith("bench: 없다.toml: no such experiment file.")) == (b"", True)


def test_an_output_nobody_reads_is_no_error(finished: Finished) -> None:
    check = ("check-submission", str(RESULTS / "submission.csv"), "--sample", "sample_submission.csv")
    for words in (("schema",), ("list",), check):
        process = started(*words, folder=finished.folder)
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        with process.stderr:
            assert process.stderr.read() == b""
        assert process.wait() == 0


@pytest.mark.parametrize(("environment", "codes"), [({"NO_COLOR": "1"}, False), ({"TERM": "xterm"}, True)])
def test_on_a_terminal_escape_codes_can_be_switched_off(here: Path, environment: dict[str, str], codes: bool) -> None:
    ours, theirs = pty.openpty()
    given = surroundings(**{"TERM": "xterm", **environment})
    subprocess.run(
        [sys.executable, "-m", "bench", "list", "imputation"],
        stdout=theirs,
        stderr=theirs,
        env=given,
        cwd=here,
        check=True,
    )
    os.close(theirs)
    said = os.read(ours, 100_000)
    os.close(ours)
    assert b"keep_gaps" in said
    assert (b"\x1b" in said) == codes


@pytest.mark.usefixtures("here")
def test_the_leaderboard_before_any_run_says_how_to_run() -> None:
    file = write_experiment()
    ended = bench("leaderboard", file)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err == "bench: results/quick: nothing is recorded there. `bench run quick.toml` runs the experiment.\n"
    assert not Path("results").exists()


@pytest.mark.parametrize(
    ("only", "sentence"),
    [
        (["model=lightgbm"], "bench: --only model=lightgbm: not in this plan (constant, logistic).\n"),
        (["modle=logistic"], "bench: --only modle=logistic: not in this plan (axes are derived, imputation, "),
        (["model=constant,"], "bench: --only model=,constant: not in this plan (constant, logistic).\n"),
        (["resampling=smote", "model=logistic"], "bench: --only resampling=smote: not in this plan (as_is).\n"),
    ],
)
@pytest.mark.usefixtures("here")
def test_a_slice_that_is_not_in_the_plan_is_refused_before_anything_is_written(only: list[str], sentence: str) -> None:
    file = write_experiment()
    ended = bench("run", file, *(word for entry in only for word in ("--only", entry)))
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.splitlines(keepends=True)[-1].startswith(sentence)
    assert not Path("results").exists()


@pytest.mark.usefixtures("here")
def test_a_slice_runs_its_cells_and_the_rest_follows_later() -> None:
    file = write_experiment()
    first = bench("run", file, "--workers", "0", "--only", "model=constant")
    assert first.code == 0
    assert "3/3 cells" in first.err
    assert "logistic" not in first.out
    rest = bench("run", file, "--workers", "0")
    assert (rest.code, "3/6 cells" in rest.err, "6/6 cells" in rest.err) == (0, True, True)
    assert "logistic" in rest.out


@pytest.mark.usefixtures("here")
def test_a_run_with_failed_cells_ends_with_3_until_they_are_run_again(monkeypatch: pytest.MonkeyPatch) -> None:
    file, fit = write_experiment(), LogisticRegression.fit
    with monkeypatch.context() as broken:

        def fails(*given: object, **weights: object) -> object:
            if weights:  # no model of a trial, but the calibration that the board speaks of
                return fit(*given, **weights)
            raise ValueError("no luck,\ntoday")

        broken.setattr("sklearn.linear_model.LogisticRegression.fit", fails)
        ended = bench("run", file, "--workers", "0")
    said = "bench: 3 cells failed; the reasons are in results/quick/cells.csv. --retry failed runs them again.\n"
    assert ended.code == 3
    assert ended.err.endswith(said)
    assert "constant" in ended.out
    rows = pd.read_csv("results/quick/cells.csv")
    assert rows["reason"].dropna().tolist() == ["ValueError: no luck,"] * 3
    board = pd.read_csv("results/quick/leaderboard.csv")
    assert board[["model", "status"]].to_numpy().tolist() == [["constant", "done"], ["logistic", "partial"]]
    again = bench("run", file, "--workers", "0")
    assert (again.code, again.err.endswith(said)) == (3, True)
    assert len(pd.read_csv("results/quick/cells.csv")) == 6  # nothing ran again
    retried = bench("run", file, "--workers", "0", "--retry", "failed")
    assert (retried.code, "failed" in retried.err) == (0, False)
    assert set(pd.read_csv("results/quick/leaderboard.csv")["status"]) == {"done"}


@pytest.mark.usefixtures("here")
def test_a_run_of_which_every_cell_failed_still_ends_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*given: object) -> None:
        raise RuntimeError("nothing works")

    monkeypatch.setattr("bench.run.cell.fit_predict", fails)
    ended = bench("run", write_experiment(), "--workers", "0")
    assert ended.code == 3
    assert "bench: 6 cells failed; the reasons are in results/quick/cells.csv. --retry failed" in ended.err
    exported = bench("export", "quick.toml")
    assert exported.code == 2
    assert "bench: no trial is finished yet" in exported.err


@pytest.mark.parametrize(
    ("where", "said"),
    [
        (
            "bench.run.runner.run_batches",
            "\nbench: interrupted; 0 of 6 cells are recorded. The same command goes on from there.\n",
        ),
        (
            "bench.flow.judge",
            "\nbench: interrupted; 6 of 6 cells are recorded. The same command goes on from there.\n",
        ),
        ("bench.question.read_dataset", "bench: interrupted.\n"),
    ],
)
@pytest.mark.usefixtures("here")
def test_an_interrupted_run_says_how_to_go_on_and_ends_with_130(
    monkeypatch: pytest.MonkeyPatch, where: str, said: str
) -> None:
    def interrupted(*given: object) -> None:
        raise Stopped(signal.SIGINT)

    monkeypatch.setattr(where, interrupted)
    ended = bench("run", write_experiment(), "--workers", "0")
    assert (ended.code, ended.out) == (130, "")
    assert ended.err.endswith(said)
    assert not Path("results/quick/running.txt").exists()


@pytest.mark.usefixtures("here")
def test_changed_data_are_refused_by_name() -> None:
    file = write_experiment(model='"constant"')
    assert bench("run", file, "--workers", "0").code == 0
    leads(60).assign(나이=1).assign(나이=lambda t: range(len(t))).to_csv("train.csv", index=False)
    for command in ("run", "leaderboard"):
        ended = bench(command, file)
        assert (ended.code, ended.out) == (2, "")
        assert re.search(
            r"^bench: results/quick/cells\.csv was written on other data \(\w{10}, now \w{10}\)", ended.err, re.M
        )


@pytest.mark.usefixtures("here")
def test_demo_makes_leads_and_overwrites_nothing() -> None:
    ended = bench("demo", "--rows", "500", "--out", "새 리드")
    paths = [Path(line) for line in ended.out.splitlines()]
    assert (ended.code, ended.err) == (0, "")
    assert sorted(path.name for path in paths) == [
        "answers.csv",
        "sample_submission.csv",
        "submission.csv",
        "train.csv",
    ]
    assert len(pd.read_csv("새 리드/train.csv", dtype=str)) == 500
    before = [path.read_bytes() for path in paths]
    again = bench("demo", "--rows", "500", "--seed", "8", "--out", "새 리드")
    assert (again.code, again.out) == (2, "")
    assert again.err.startswith("bench: 새 리드/")
    assert [path.read_bytes() for path in paths] == before


@pytest.mark.usefixtures("here")
def test_a_table_with_a_browsers_name_gets_an_experiment_that_can_run() -> None:
    Path("train (1).csv").write_text("visits,won\n" + "".join(f"{n % 7},{n % 2}\n" for n in range(40)))
    ended = bench("init", "train (1).csv", "--target", "won", "--positive", "1")
    assert (ended.code, Path("experiments/train -1.toml").exists()) == (0, True)
    assert bench("plan", "experiments/train -1.toml").code == 0


@pytest.mark.usefixtures("here")
def test_init_and_demo_say_where_they_cannot_write() -> None:
    Path("leads.csv").write_text("visits,won\n" + "".join(f"{n % 7},{n % 2}\n" for n in range(40)))
    for command in (
        ["init", "leads.csv", "--target", "won", "-o", "leads.csv/x.toml"],
        ["demo", "--rows", "500", "--out", "leads.csv"],
    ):
        ended = bench(*command)
        assert ended.code == 2
        assert re.search(r"leads\.csv.*cannot be written there \(.+\)\. Name another", ended.err)
