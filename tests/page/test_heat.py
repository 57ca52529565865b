"""Heat maps: figures that are read on their colour, and cells without one."""

from __future__ import annotations

import re

import numpy as np
import pytest

from bench.page.heat import _DEEPEST, _PALEST, _contrast, heat_map


def fills(svg: str) -> list[str]:
    """Return the colours of the cells, in order."""
    return re.findall(r'style="fill: (#\w{6})"', svg)


def test_a_cell_has_its_figure_and_one_without_a_value_stays_empty() -> None:
    svg = heat_map(np.array([[0.1, np.nan], [0.3, 0.2]]), ["<a>", "나"], ["x", "y"], lambda value: f"{value:.0%}")
    assert re.findall(r">(\d+%)<", svg) == ["10%", "30%", "20%"]
    assert "&lt;a&gt;" in svg
    assert "나" in svg
    assert "<image" not in svg  # the page's policy lets none be shown


def test_the_best_is_deepest_also_where_less_is_better() -> None:
    more = fills(heat_map(np.array([[0.1, 0.3]]), ["a"], ["x", "y"], str))
    less = fills(heat_map(np.array([[0.1, 0.3]]), ["a"], ["x", "y"], str, sign=-1))
    assert more[:2] == ["#dcecf7", "#004a77"]
    assert less[:2] == more[1::-1]


def test_figures_can_be_read_on_every_shade() -> None:
    for depth in np.linspace(0, 1, 101):
        ground = _PALEST + depth * (_DEEPEST - _PALEST)
        assert max(_contrast(ground, 0.0), _contrast(ground, 1.0)) >= 4.5


def test_contrast_is_that_of_the_guidelines() -> None:
    assert _contrast(np.ones(3), 0.0) == pytest.approx(21)
    assert _contrast(np.full(3, 0x77 / 255), 1.0) == pytest.approx(4.48, abs=0.005)  # the well-known grey


def test_equal_values_have_one_shade() -> None:
    assert len(set(fills(heat_map(np.full((2, 2), 0.5), ["a", "b"], ["x", "y"], str)))) == 1
