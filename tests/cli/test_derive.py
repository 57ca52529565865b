"""`bench derive` finds, tells and writes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from tests.cli.commands import bench
from tests.derive.tables import with_a_pair

SHEET = Path("results/quick/derive.csv")


def write(columns: list[str], rows: int = 900) -> Path:
    dataset = with_a_pair(rows)
    table = dataset.features[columns].assign(won=pd.Series(dataset.y).map({1: "yes", 0: "no"}))
    table.to_csv("train.csv", index=False)
    path = Path("quick.toml")
    path.write_text(
        '[data]\ntrain = "train.csv"\ntarget = "won"\npositive = "yes"\n[folds]\ncount = 3\n'
        '[grid]  # small\nencoding = ["one_hot"]\nmodel = ["logistic"]\n',
        encoding="utf-8",
    )
    return path


def test_what_gains_is_written_into_the_file_and_is_not_found_again(here: Path) -> None:
    path = write(["form", "land", "kind", "pages"])
    ended = bench("derive", str(path))
    assert (ended.code, ended.err) == (0, "")
    lines = ended.out.splitlines()
    assert lines[0].split() == ["kept", "gain", "low", "high", "p_value", "q_value", "behind", "candidate"]
    assert lines[1].startswith("yes")
    assert "cross (columns = " in lines[1]
    assert lines[-1].startswith(
        "1 variable added to quick.toml, as one more option of derived. What it gains is a little"
    )
    written = path.read_text(encoding="utf-8")
    assert '{ name = "cross", columns = "' in written
    assert (pd.read_csv(SHEET)["kept"] == "yes").sum() == 1
    planned = bench("plan", str(path), "--trials")
    assert "cross/keep_gaps/one_hot/drop_text/as_is/logistic" in planned.out
    assert "`bench derive` chose variables in the file by the outcomes of these rows: what they gain" in planned.err
    again = bench("derive", str(path))
    assert again.out.splitlines()[-1] == "None is shown to gain anything: quick.toml stays as it is."
    assert path.read_text(encoding="utf-8") == written


def test_what_no_configuration_can_work_with_is_said(here: Path) -> None:
    path = write(["pages"])
    rng = np.random.default_rng(0)
    cost, visits, luck = rng.lognormal(size=(3, 600))
    won = np.where((cost / visits > 3) ^ (luck > 5), "yes", "no")
    pd.DataFrame({"cost": cost, "visits": visits, "won": won}).to_csv("train.csv", index=False)
    ended = bench("derive", str(path))  # a ratio brings gaps, and nothing in the grid fills them
    assert "ratio" in ended.out.splitlines()[1]
    assert ended.out.splitlines()[-1] == (
        "No configuration of [grid] can work with it as yet: `bench plan quick.toml` says what it lacks."
    )


def test_a_dry_run_writes_nothing(here: Path) -> None:
    path = write(["form", "land"])
    before = path.read_text(encoding="utf-8")
    ended = bench("derive", str(path), "--dry-run")
    assert ended.out.splitlines()[-1] == "1 variable would be added to derived in quick.toml; nothing is written."
    assert path.read_text(encoding="utf-8") == before
    assert not SHEET.exists()


def test_slips_are_told_in_a_sentence(here: Path) -> None:
    path = write(["pages"], rows=60)
    for words, told in (
        (["nope.toml"], "nope.toml: no such experiment file."),
        ([str(path), "--fdr", "1.5"], "--fdr 1.5: should be a share between 0 and 1, such as 0.05."),
        ([str(path)], "quick.toml: there is nothing to derive from on this table"),
    ):
        ended = bench("derive", *words)
        assert ended.code == 2
        assert ended.err.startswith(f"bench: {told}")
