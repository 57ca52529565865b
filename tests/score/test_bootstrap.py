"""Draws with replacement, companies whole."""

import numpy as np
import pytest

from bench.companies import company_of
from bench.score.bootstrap import draws_of


def test_rows_of_one_company_are_drawn_together() -> None:
    units = company_of(np.array([0, 0, 0, 1, -1, -1]), 6)
    drawn = np.concatenate(list(draws_of(units, 30, seed=1, at_once=7)))
    assert drawn.shape == (30, 6)
    assert (drawn[:, [1, 2]] == drawn[:, [0]]).all()
    assert (drawn[:, [0, 3, 4, 5]].sum(axis=1) == 4).all()
    assert not (drawn[:, 4] == drawn[:, 5]).all()


def test_a_draw_does_not_depend_on_how_many_are_made_at_once() -> None:
    units = company_of(None, 40)
    one, other = (np.concatenate(list(draws_of(units, 9, seed=2, at_once=n))) for n in (2, 50))
    assert (one == other).all()


def test_about_a_third_of_the_rows_is_left_out_of_each_draw() -> None:
    drawn = next(draws_of(company_of(None, 2000), 20, seed=3))
    assert (drawn == 0).mean() == pytest.approx(np.exp(-1), abs=0.01)
