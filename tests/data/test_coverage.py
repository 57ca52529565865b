"""What of the rows to predict is known, counted by hand."""

from dataclasses import replace

import numpy as np
import pandas as pd

from bench.data.coverage import Coverage, coverage
from tests.conftest import make_dataset


def test_rows_and_levels_that_training_shows_are_counted_without_gaps() -> None:
    levels = ["a", "b", "c", "d"]
    dataset = replace(
        make_dataset(4, submission=5),
        features=pd.DataFrame({"owner": pd.Categorical(["a", "a", "b", None], levels), "visits": [1.0, 2.0, 3.0, 4.0]}),
        submission=pd.DataFrame({"owner": pd.Categorical(["a", "a", "c", "d", None], levels), "visits": [9.0] * 5}),
        groups=np.array([0, 0, 1, -1]),
        submission_groups=np.array([1, 2, 2, -1, 3]),
    )
    assert coverage(dataset) == [Coverage("company", 4, 1, 3, 1), Coverage("owner", 4, 2, 3, 1)]


def test_the_least_known_column_comes_first_and_without_rows_to_predict_there_is_nothing() -> None:
    dataset = make_dataset(60, submission=30)
    named = [one.column for one in coverage(dataset)]
    assert named[0] == "company"
    assert sorted(named[1:]) == ["owner", "source"]
    assert coverage(replace(dataset, submission=None)) == []
