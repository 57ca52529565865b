"""What `bench compare` says of two runs whose trials are all equally good.

    python -m benchmarks.compared [--tables 60] [--trials 3 40]

Every trial is the true log-odds of each row with noise of its own, so no trial is better than another, and a run with
more of them leads by luck alone. In each table the leaders of both runs are compared, as they stand and with the choice
replayed in the same draws; a false alarm is a 95 % interval that does not hold 0.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from bench.score.interval import NORMAL_95
from bench.score.objective import Objective
from bench.score.ranking import rank, score_trial
from bench.score.redraws import redraw
from bench.score.replay import best_trial_of
from bench.score.uncertainty import Corrected, corrected_estimate

ROWS = 600
FOLDS = 5


@dataclass(frozen=True)
class Leader:
    """The best trial of a run: corrected for being chosen, and as it stands with its score in each draw."""

    corrected: Corrected
    value: float
    drawn: NDArray[np.float64]


def leaders(seed: int, trials: tuple[int, int]) -> tuple[Leader, Leader]:
    """Make up a table and two runs on it, and return what leads each."""
    rng, objective = np.random.default_rng(seed), Objective()
    log_odds = rng.normal(-1.5, 1.5, ROWS)
    y = (rng.random(ROWS) < expit(log_odds)).astype(np.int8)
    fold_of = rng.permutation(np.arange(ROWS) % FOLDS)[None]

    def leader(run: int, many: int) -> Leader:
        named = {f"{run}-{number:03}": expit(log_odds + rng.normal(0, 1, ROWS))[None] for number in range(many)}
        scores = {trial: score_trial(y, probability, fold_of, objective) for trial, probability in named.items()}
        every = redraw(y, named, scores, fold_of, objective)
        corrected = corrected_estimate(y, named, fold_of, objective, best_trial_of(every))
        first = every.trials.index(rank(scores, objective)[0])
        return Leader(corrected, float(every.value[first]), every.drawn[:, first])

    return leader(0, trials[0]), leader(1, trials[1])


def main() -> None:
    """Print what was said of runs that do not differ."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tables", type=int, default=60)
    parser.add_argument("--trials", type=int, nargs=2, default=(3, 40), metavar=("A", "B"))
    asked = parser.parse_args()
    pairs = [leaders(seed, tuple(asked.trials)) for seed in range(asked.tables)]
    told = {
        "corrected": [
            (b.corrected.value - a.corrected.value, a.corrected.error_of_difference(b.corrected)) for a, b in pairs
        ],
        "as they stand": [(b.value - a.value, float(np.std(b.drawn - a.drawn))) for a, b in pairs],
    }
    print("| leaders | B less A, F1 | standard deviation | standard error said | false alarms |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for name, found in told.items():
        difference, error = np.array(found).T
        alarms = np.mean(np.abs(difference) > NORMAL_95 * error)
        print(
            f"| {name} | {difference.mean():+.4f} | {difference.std(ddof=1):.4f} | {error.mean():.4f} | {alarms:.0%} |"
        )


if __name__ == "__main__":
    main()
