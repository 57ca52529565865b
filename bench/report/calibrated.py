"""Say whether the winner's probabilities mean what they say, as they are and calibrated on the other folds."""

from __future__ import annotations

from bench.ensemble.customers import View
from bench.score.calibration import cross_fitted_calibration, reliability
from bench.score.combine import Combination


def calibration_lines(view: View, combination: Combination) -> list[str]:
    """Return a sentence and a Markdown table of what was predicted and what was observed; none without predictions.

    The first repeat stands for all. Calibration is the sigmoid's, for each fold learnt on the others.
    """
    probability = view.probability(combination)
    if probability is None:
        return []
    y, fold_of = view.labels.y, view.labels.fold_of[0]
    plain = reliability(y, probability[0])
    calibrated = reliability(y, cross_fitted_calibration(y, probability[0], fold_of, "sigmoid"))
    lines = [
        f"Predicted and observed shares of positives are {plain.calibration_error:.3f} apart on average, "
        f"{calibrated.calibration_error:.3f} after a sigmoid learnt on the other folds (slope {plain.slope:.2f}; "
        "below 1 the probabilities are too sure of themselves).",
        "",
        "| rows | predicted | observed | 95 % interval |",
        "| ---: | ---: | ---: | ---: |",
    ]
    for row in plain.table.itertuples():
        lines.append(f"| {row.rows:,} | {row.predicted:.1%} | {row.observed:.1%} | {row.low:.1%} to {row.high:.1%} |")
    return lines
