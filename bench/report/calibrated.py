"""Say whether the winner's probabilities mean what they say, as they are and calibrated on the other folds."""

from __future__ import annotations

from dataclasses import dataclass

from bench.ensemble.customers import View
from bench.page.block import PageTable
from bench.report.markdown import table_lines
from bench.score.calibration import Reliability, cross_fitted_calibration, reliability
from bench.score.combine import Combination


@dataclass(frozen=True)
class Calibrated:
    """How far the winner's probabilities are from what came.

    Attributes
    ----------
    plain : as they are
    sigmoid : after a sigmoid that is, for each fold, learnt on the others
    """

    plain: Reliability
    sigmoid: Reliability

    @property
    def sentence(self) -> str:
        """Say it in one sentence."""
        return (
            f"Predicted and observed shares of positives are {self.plain.calibration_error:.3f} apart on average, "
            f"{self.sigmoid.calibration_error:.3f} after a sigmoid learnt on the other folds (slope "
            f"{self.plain.slope:.2f}; below 1 the probabilities are too sure of themselves)."
        )


def calibrated(view: View, combination: Combination) -> Calibrated | None:
    """Compare out-of-fold probabilities with what came; None without them. The first repeat stands for all."""
    probability = view.probability(combination)
    if probability is None:
        return None
    y, fold_of = view.labels.y, view.labels.fold_of[0]
    after = cross_fitted_calibration(y, probability[0], fold_of, "sigmoid")
    return Calibrated(reliability(y, probability[0]), reliability(y, after))


def calibration_lines(told: Calibrated) -> list[str]:
    """Return the sentence and a Markdown table of what was predicted and what was observed."""
    return [told.sentence, "", *table_lines(calibration_table(told.plain, "as it is"))]


def calibration_table(found: Reliability, how: str) -> PageTable:
    """Return what was predicted and what came, bin by bin from the lowest.

    Parameters
    ----------
    how : what was done with the probabilities
    """
    columns = ("predicted", "converted", "95 % interval", "leads")
    rows = [
        (f"{row.predicted:.1%}", f"{row.observed:.1%}", f"{row.low:.1%} to {row.high:.1%}", f"{row.rows:,}")
        for row in found.table.itertuples()
    ]
    caption = f"Held-out leads in groups of about equally many by their probability, {how}: what came of them."
    return PageTable(caption, columns, rows, frozenset(columns))
