"""A matrix of figures as a heat map, each figure written in its cell and read on its colour."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bench.page.plots import axes, drawn

# One hue from pale to deep, so that more is darker for every reader, on a white page and on a dark one.
_PALEST: Final = np.array([0xDC, 0xEC, 0xF7]) / 255
_DEEPEST: Final = np.array([0x00, 0x4A, 0x77]) / 255
_DARK, _LIGHT = "#010101", "#ffffff"  # not quite black: black is drawn in the page's colour of text
_CELL, _WIDEST = 0.78, 9.5  # inches
_SHORT: Final = 6  # letters of a label that stand side by side


def heat_map(
    values: NDArray[np.float64],
    rows: Sequence[str],
    columns: Sequence[str],
    written: Callable[[float], str],
    sign: int = 1,
    labels: tuple[str, str] = ("", ""),
) -> str:
    """Return a matrix as an SVG element, the best cell the deepest in colour.

    Parameters
    ----------
    values : ndarray of shape (rows, columns), NaN where there is none: such a cell stays empty
    written : makes the figure of a cell, of few letters
    sign : 1 where more is deeper, -1 where less is
    labels : what rows and what columns are
    """
    from matplotlib.patches import Rectangle  # heavy: drawing alone needs it

    left = 0.085 * max(map(len, rows))
    size = min(_CELL, (_WIDEST - left) / len(columns))
    figure, plain = axes(left + 0.6 + size * len(columns), 1.1 + 0.34 * len(rows) + 0.05 * max(map(len, columns)))
    depth = _depth(sign * values)
    for row, column in zip(*np.nonzero(np.isfinite(values)), strict=True):
        ground = _PALEST + depth[row, column] * (_DEEPEST - _PALEST)
        letters = _DARK if _contrast(ground, 0.0) > _contrast(ground, 1.0) else _LIGHT
        plain.add_patch(Rectangle((column - 0.48, row - 0.47), 0.96, 0.94, color=tuple(ground), linewidth=0))
        text = written(float(values[row, column]))
        plain.text(column, row, text, ha="center", va="center", color=letters, fontsize=9)
    plain.grid(visible=False)
    plain.spines[:].set_visible(False)
    plain.tick_params(length=0)
    plain.set_xticks(range(len(columns)), labels=columns)
    if max(map(len, columns)) > _SHORT:
        plain.tick_params(axis="x", labelrotation=30)
        for label in plain.get_xticklabels():
            label.set(ha="right", rotation_mode="anchor")
    plain.set_yticks(range(len(rows)), labels=rows)
    limits = {"xlim": (-0.5, len(columns) - 0.5), "ylim": (len(rows) - 0.5, -0.5)}
    plain.set(ylabel=labels[0], xlabel=labels[1], **limits)
    return drawn(figure)


def _depth(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return 0 for the least and 1 for the most; 0.5 where all are one."""
    least, most = np.nanmin(values), np.nanmax(values)
    if most == least:
        return np.where(np.isfinite(values), 0.5, np.nan)
    return np.asarray((values - least) / (most - least))


def _contrast(ground: NDArray[np.float64], letters: float) -> float:
    """Return the contrast of letters, black 0 or white 1, on a colour of shape (3,) (WCAG 2.2, section 1.4.3)."""
    linear = np.where(ground <= 0.04045, ground / 12.92, ((ground + 0.055) / 1.055) ** 2.4)
    luminance = float(linear @ [0.2126, 0.7152, 0.0722])
    lighter, darker = max(luminance, letters), min(luminance, letters)
    return (lighter + 0.05) / (darker + 0.05)
