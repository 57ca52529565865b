"""Texts as what they say."""

import numpy as np
import pandas as pd
import pytest

from bench.data.cells import clock_hours


def test_the_hour_is_what_the_clock_showed_with_a_date_or_without() -> None:
    texts = ["07:45", "7:45", "2024-03-31T23:59:59", "2024/03/31 00:00", "2024-03-31T07:45+09:00", " 12:30:15.5 Z "]
    found = clock_hours(pd.Series(texts, dtype="str"))
    assert found.tolist() == pytest.approx([7.75, 7.75, 23 + 59 / 60, 0.0, 7.75, 12.5])


def test_what_is_no_time_has_no_hour() -> None:
    texts = ["24:00", "12:60", "2024-03-31", "noon", "7", "07:45 pm", ""]
    assert np.isnan(clock_hours(pd.Series(texts, dtype="str"))).all()
    assert clock_hours(pd.Series([], dtype="str")).tolist() == []
