"""The sections of the customer index, and slips in them."""

from __future__ import annotations

from math import inf
from pathlib import Path

import pytest

from bench.errors import ExperimentError
from bench.plan.indices import index_file_of, is_index_file

FILE = """question = "who?"
[table]
path = "runs.csv"
customer = "household"
[[index]]
name = "morning lover"
column = "started"
hours = [5, 11]
[[index]]
name = "drum filler"
column = "load"
between = [5, inf]
amount = "kwh"
"""


def test_a_file_of_indices_is_read() -> None:
    file = index_file_of(FILE, Path("wash.toml"))
    assert (file.name, file.table.customer) == ("wash", "household")
    assert [index.hours for index in file.index] == [(5, 11), None]
    assert [index.between for index in file.index] == [None, (5.0, inf)]
    assert is_index_file(FILE)
    assert not is_index_file("[data]\n")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("between = [5, inf]", "between = [9, 5]", "wash.toml, line 9: 'between' of index 'drum filler' is empty"),
        ("between = [5, inf]", "hours = [9, 95]", "wash.toml, line 12: 'hours' in [index] is 95, but should be less"),
        ("between = [5, inf]", "hours = [9, 9]", "line 9: 'hours' of index 'drum filler' begin where they end"),
        ("between = [5, inf]", "hours = [0, 24]", "line 9: 'hours' of index 'drum filler' begin where they end"),
        (
            "between = [5, inf]",
            "hours = [1, 2, 3]",
            "line 12: 'hours' in [index] is [1, 2, 3], but should be a list of at",
        ),
        ("between = [5, inf]", "converted = 1", "line 12: 'converted' in [index] is 1, but should be true or false."),
        ("between = [5, inf]", "hours = [9]", "line 12: 'hours' in [index] lists [9], which is too short."),
        ("between = [5, inf]", "valus = []", "line 12: unknown key 'valus' in [index]. Did you mean 'values'?"),
        ("between = [5, inf]", "", "line 9: index 'drum filler' needs exactly one of 'values', 'hours', 'between'"),
        ("between = [5, inf]", "converted = true", "index 'drum filler' names a 'column', which 'converted' does not"),
        ('column = "load"\nbetween = [5, inf]', "converted = true", "asks who converted, which a log does not say"),
        ('column = "load"\n', "", "line 9: index 'drum filler' names no 'column'."),
        ("between = [5, inf]", 'values = ["a", "a"]', "'values' of index 'drum filler' hold one twice"),
        ('"drum filler"', '"tier"', "line 9: no [[index]] can have the name 'tier', which offers know as something"),
        ('"drum filler"', '"conversion"', "no [[index]] can have the name 'conversion'"),
        ("drum filler", "morning lover", "two [[index]] sections have the name 'morning lover'; give each its own."),
        ('name = "drum filler"\n', "", "line 9: the key 'name' is missing in [index]."),
        ('path = "runs.csv"\n', "", "line 2: exactly one of 'path' and 'demo' says where the log comes from."),
        ('customer = "household"\n', "", "line 2: the key 'customer' is missing in [table]."),
    ],
)
def test_a_slip_is_one_sentence_with_its_own_line(old: str, new: str, said: str) -> None:
    assert old in FILE
    with pytest.raises(ExperimentError) as error:
        index_file_of(FILE.replace(old, new, 1) if old != "drum filler" else FILE.replace(old, new), Path("wash.toml"))
    assert said in str(error.value)
    assert "\n" not in str(error.value)


def test_a_single_index_in_single_brackets_is_told_how_sections_are_written() -> None:
    with pytest.raises(ExperimentError, match=r"but should be a list, each section of it under \[\[two brackets\]\]\."):
        index_file_of(FILE[: FILE.index("[[")] + "[index]\nname = 'a'\n", Path("wash.toml"))
