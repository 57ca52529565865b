"""The ensemble made anew in draws of the table."""

from dataclasses import replace

import numpy as np
import pytest

from bench.ensemble.blend import Blend, blend
from bench.ensemble.replayed import blend_of
from bench.plan.sections import EnsembleSection
from bench.score.metrics import count
from bench.score.objective import Objective
from bench.score.ranking import rank, score_trial
from bench.score.redraws import Redraws, redraw
from bench.score.replay import Choice
from bench.score.uncertainty import corrected_estimate

N = 300
RNG = np.random.default_rng(0)
Y = (RNG.random(N) < 0.2).astype(np.int8)
FOLD_OF = np.stack([np.arange(N) % 3, (np.arange(N) // 7) % 3])
TRIALS = {f"t{n}": np.clip(0.25 + 0.5 * Y + 0.35 * RNG.normal(size=(2, N)), 0, 1) for n in range(6)}
F1 = Objective()
SECTION = EnsembleSection(candidates=4)


def made_of(trials: dict[str, np.ndarray]) -> tuple[Blend, Redraws]:
    """Return the blend of all rows, and ten draws of them."""
    scores = {trial: score_trial(Y, p, FOLD_OF, F1) for trial, p in trials.items()}
    made = blend(Y, trials, FOLD_OF, F1, SECTION, rank(scores, F1))
    return made, redraw(Y, trials, scores, FOLD_OF, F1, draws=10)


def chosen(made: Blend, redrawn: Redraws, counts: np.ndarray, y: np.ndarray = Y) -> Choice:
    """Replay the first draw with these counts."""
    weights = counts[:, None].astype(np.float32)
    return next(blend_of(made, redrawn, SECTION)(y, TRIALS, FOLD_OF, F1, weights, range(1, 2)))


def test_a_draw_of_every_row_once_makes_the_blend_itself() -> None:
    made, redrawn = made_of(TRIALS)
    as_it_is = replace(redrawn, drawn=redrawn.value[None], kept=redrawn.keeps[None])
    replayed = chosen(made, as_it_is, np.ones(N))
    assert len(made.weights) > 1
    assert replayed.weights == made.weights
    assert replayed.threshold == made.threshold
    assert np.array_equal(replayed.probability, made.combination(TRIALS))


def test_the_table_as_it_is_has_the_score_that_is_reported() -> None:
    made, redrawn = made_of(TRIALS)
    found = corrected_estimate(Y, TRIALS, FOLD_OF, F1, blend_of(made, redrawn, SECTION), draws=10)
    assert found.reported == made.score.counts.f1
    assert sum(found.chosen.values()) == pytest.approx(1.0)
    assert len(found.chosen) > len(made.weights)


def test_labels_of_rows_left_out_of_a_draw_choose_nothing() -> None:
    made, redrawn = made_of(TRIALS)
    counts = np.random.default_rng(3).integers(0, 3, N)
    one, other = (chosen(made, redrawn, counts, y) for y in (Y, np.where(counts == 0, 1 - Y, Y).astype(np.int8)))
    assert (one.weights, one.threshold) == (other.weights, other.threshold)
    assert np.array_equal(one.probability, other.probability)


def test_labels_of_rows_in_a_draw_do_choose() -> None:
    made, redrawn = made_of(TRIALS)
    counts = np.random.default_rng(3).integers(0, 3, N)
    turned = np.where((counts > 0) & (np.arange(N) % 3 == 0), 1 - Y, Y).astype(np.int8)
    assert chosen(made, redrawn, counts).threshold != chosen(made, redrawn, counts, turned).threshold


def test_candidates_are_the_first_of_the_draw() -> None:
    made, redrawn = made_of(TRIALS)
    behind = redrawn.drawn.copy()
    behind[0, [redrawn.trials.index(trial) for trial in ("t0", "t1")]] = -1.0
    assert not {"t0", "t1"} & chosen(made, replace(redrawn, drawn=behind), np.ones(N)).weights.keys()


def test_a_draw_of_one_class_leaves_the_ensemble_as_it_is() -> None:
    made, redrawn = made_of(TRIALS)
    assert chosen(made, redrawn, (Y == 0).astype(float)).weights == made.weights


def test_useless_trials_are_not_promised_the_luck_that_chose_them() -> None:
    rng = np.random.default_rng(4)
    trials = {f"t{n}": rng.random((2, N)) for n in range(20)}
    made, redrawn = made_of(trials)
    found = corrected_estimate(Y, trials, FOLD_OF, F1, blend_of(made, redrawn, SECTION), draws=10)
    everyone = 2 * Y.mean() / (1 + Y.mean())  # F1 of calling every row
    assert count(Y, made.combination(trials)[0] >= made.threshold).f1 > everyone + 0.03
    assert found.value < everyone + 0.01
