"""Two experiment files are compared by what they ask for, not by how it is written."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bench.compare.files import changes
from bench.compare.recorded import Recorded

DATA = '[data]\ntrain = "t.csv"\ntarget = "won"\npositive = "yes"\n'
GRID = '[grid]\nmodel = ["constant", { name = "knn", neighbours = [5, 9] }]\n'


def run(source: str | None) -> Recorded:
    return Recorded(Path("results/one"), source, {}, "data", "folds", {}, {}, {}, ())


def told(one: str, other: str) -> list[tuple[str, str, str]]:
    found = changes(run(one), run(other))
    assert not isinstance(found, str)
    return [(change.key, change.one, change.other) for change in found]


def test_order_comments_and_written_out_defaults_are_no_change() -> None:
    one = f"{DATA}{GRID}"
    other = (
        f'# mine\n[folds]\ncount = 5\n{DATA}[grid]\nmodel = [{{ name = "knn", neighbours = [5, 9] }}, "constant"]\n'
        'text = ["drop_text"]\n'
    )
    assert told(one, other) == []


@pytest.mark.parametrize(
    ("more", "change"),
    [
        ("[folds]\ncount = 10\n", ("folds.count", "5 (default)", "10")),
        ("[race]\n", ("race.error", "", "0.1 (default)")),
        ("[tune]\ntrials = 4\n", ("tune.trials", "", "4")),
        ('[objective]\nmetric = "roc_auc"\n', ("objective.metric", "f1 (default)", "roc_auc")),
        (
            '[[index]]\nname = "asks.long"\ncolumn = "words"\nbetween = [5, 9]\n',
            ("index.asks.long.between", "", "5, 9"),
        ),
    ],
)
def test_a_key_that_came_or_changed_is_told_with_the_default_it_had(more: str, change: tuple[str, str, str]) -> None:
    assert change in told(f"{DATA}{GRID}", f"{DATA}{GRID}{more}")
    key, one, other = change
    assert (key, other, one) in told(f"{DATA}{GRID}{more}", f"{DATA}{GRID}")


def test_of_a_list_only_what_the_other_does_not_hold_is_told() -> None:
    one = f'{DATA}drop = ["a", "b"]\n{GRID}'
    other = f'{DATA}drop = ["b", "c", "d"]\n[grid]\nmodel = ["constant", {{ name = "knn", neighbours = 5 }}]\n'
    assert told(one, other) == [
        ("data.drop", "a", "c, d"),
        ("grid.model", "knn (neighbours = 5 or 9)", "knn (neighbours = 5)"),
    ]


def test_variables_derived_in_a_row_are_one_entry() -> None:
    other = f'{DATA}[grid]\nderived = ["raw", ["location", "missing"]]\n{GRID.removeprefix("[grid]")}'
    assert told(f"{DATA}{GRID}", other) == [("grid.derived", "", "location + missing")]


def test_a_file_of_another_version_is_compared_as_it_is_written() -> None:
    assert told(f"{DATA}{GRID}[folds]\ncount = 5\n", f"{DATA}{GRID}[folds]\nsplits = 4\n") == [
        ("folds.count", "5", ""),
        ("folds.splits", "", "4"),
    ]


def test_a_long_value_is_cut() -> None:
    ((_, _, value),) = told(f"{DATA}{GRID}", f'question = "{"가" * 10_000}"\n{DATA}{GRID}')
    assert len(value) == 160


def test_a_file_that_is_not_there_or_no_toml_is_said() -> None:
    whole = run(f"{DATA}{GRID}")
    assert changes(whole, run(None)) == "B kept no experiment file, so what was asked for cannot be compared."
    assert changes(replace(whole, source="[torn"), whole) == "The experiment file that A kept is not valid TOML."
