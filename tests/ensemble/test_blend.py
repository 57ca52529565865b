"""The blend: scales, members and threshold chosen on other folds."""

from collections.abc import Mapping
from typing import get_args

import numpy as np
import pytest

from bench.ensemble.blend import Blend, blend, contenders, cross_fitted_blend, pool_of
from bench.ensemble.weigh import combine
from bench.plan.sections import BlendMethod, EnsembleSection
from bench.score.metrics import count
from bench.score.objective import Objective
from bench.score.ranking import score_calls, score_trial
from bench.score.thresholds import best_value, cross_fitted_calls
from tests.leaks import threshold_leaks

N = 300
RNG = np.random.default_rng(0)
Y = (RNG.random(N) < 0.2).astype(np.int8)
FOLD_OF = (np.arange(N) % 3)[None]


def noisy(seed: int, noise: float) -> np.ndarray:
    """Probabilities that know the label up to noise of their own."""
    rng = np.random.default_rng(seed)
    return np.clip(0.25 + 0.5 * Y + noise * rng.normal(size=N), 0, 1)[None]


def blended(
    trials: Mapping[str, np.ndarray],
    candidates: int = 25,
    fold_of: np.ndarray = FOLD_OF,
    objective: Objective | None = None,
    method: BlendMethod = "greedy",
) -> Blend:
    """Blend as a run does."""
    objective = objective or Objective()
    section = EnsembleSection(candidates=candidates, method=method)
    return blend(Y, trials, fold_of, objective, section, ranked(trials, objective))


def ranked(trials: Mapping[str, np.ndarray], objective: Objective) -> list[str]:
    """Return the trials, the best first."""
    repeats = len(next(iter(trials.values())))
    value = {name: best_value(np.tile(Y, repeats), p.ravel(), objective) for name, p in trials.items()}
    return sorted(trials, key=lambda name: (-value[name], name))


@pytest.mark.parametrize("method", get_args(BlendMethod))
def test_trials_whose_errors_differ_are_worth_more_together(method: BlendMethod) -> None:
    trials = {f"t{seed}": noisy(seed, 0.25) for seed in range(1, 7)}
    made = blended(trials, method=method)
    best = max(score_trial(Y, p, FOLD_OF, Objective()).counts.f1 for p in trials.values())
    assert len(made.weights) > 1
    assert sum(made.weights.values()) == pytest.approx(1.0)
    assert made.score.counts.f1 > best


def test_a_trial_that_nothing_helps_stays_alone() -> None:
    made = blended({"perfect": noisy(1, 0.0), "noise": np.full((1, N), 0.5)})
    assert made.weights == {"perfect": 1.0}
    assert made.score.counts.f1 == 1.0


def test_only_the_best_candidates_may_become_members() -> None:
    trials = {f"t{seed}": noisy(seed, 0.1 * seed) for seed in range(1, 7)}
    assert list(blended(trials, candidates=1).weights) == ["t1"]


def test_trials_that_weighed_their_rows_are_first_put_on_one_scale() -> None:
    """Class weights move all probabilities up: a plain mean of both would be ruled by the sure one."""
    trials = {"plain": noisy(1, 0.25).clip(0.01, 0.99), "weighed": noisy(2, 0.25).clip(0.01, 0.99)}
    odds = trials["weighed"] / (1 - trials["weighed"])
    moved = trials | {"weighed": 9 * odds / (1 + 9 * odds)}
    one, other = (blended(each) for each in (trials, moved))
    assert other.weights == pytest.approx(one.weights)
    assert other.score.counts.f1 == pytest.approx(one.score.counts.f1)


def five(y: np.ndarray, probability: np.ndarray) -> dict[str, np.ndarray]:
    """Five trials that err differently."""
    rng = np.random.default_rng(0)
    return {f"t{n}": np.clip(probability + 0.3 * rng.normal(size=len(y)), 0, 1) for n in range(5)}


@pytest.mark.parametrize("method", get_args(BlendMethod))
def test_scales_members_and_threshold_for_a_fold_ignore_that_folds_labels(method: BlendMethod) -> None:
    def calls(y: np.ndarray, probability: np.ndarray, fold_of: np.ndarray) -> np.ndarray:
        section = EnsembleSection(candidates=3, method=method)
        made, thresholds = cross_fitted_blend(y, five(y, probability), fold_of, Objective(), section)
        return np.stack([made, thresholds]).T  # not only the calls: no digit may change

    assert not threshold_leaks(calls)


def test_a_threshold_chosen_after_blending_is_caught() -> None:
    def calls(y: np.ndarray, probability: np.ndarray, fold_of: np.ndarray) -> np.ndarray:
        made, _ = cross_fitted_blend(y, five(y, probability), fold_of, Objective(), EnsembleSection())
        return cross_fitted_calls(y, made, fold_of)

    assert threshold_leaks(calls)


def test_a_scale_learned_on_all_rows_is_caught() -> None:
    def calls(y: np.ndarray, probability: np.ndarray, fold_of: np.ndarray) -> np.ndarray:
        pool = pool_of(y, five(y, probability), ["t0", "t1"])
        return combine(pool, "mean")(dict(zip(pool.names, pool.probability, strict=True)))

    assert threshold_leaks(calls)


def test_a_blend_of_useless_trials_is_worth_no_more_than_calling_everyone() -> None:
    """Many useless trials: chosen on the rows they are scored on, the luckiest would shine."""
    rng = np.random.default_rng(9)
    honest, flattering = [], []
    for _ in range(6):
        trials = {f"t{n}": rng.random((1, N)) for n in range(40)}
        made = blended(trials)
        honest.append(made.score.counts.f1)
        flattering.append(count(Y, made.combination(trials)[0] >= made.threshold).f1)
    everyone = 2 * Y.mean() / (1 + Y.mean())  # calling every row
    assert np.mean(honest) < everyone + 0.02
    assert np.mean(flattering) > everyone + 0.03


def test_repeats_are_blended_each_on_its_own_folds() -> None:
    folds = np.stack([FOLD_OF[0], (np.arange(N) // 7) % 3])
    trials = {f"t{seed}": np.concatenate([noisy(seed, 0.2), noisy(seed + 50, 0.2)]) for seed in (1, 2, 3)}
    counts = blended(trials, fold_of=folds).score.counts
    assert counts.true_positives + counts.false_negatives == 2 * Y.sum()


def all_at_once(trials: dict[str, np.ndarray], fold_of: np.ndarray, objective: Objective, candidates: int) -> Blend:
    """Return the blend with every trial in every choice."""
    section = EnsembleSection(candidates=candidates)
    pairs = [
        cross_fitted_blend(Y, {name: p[r] for name, p in trials.items()}, folds, objective, section)
        for r, folds in enumerate(fold_of)
    ]
    made = combine(pool_of(Y, trials, ranked(trials, objective)[:candidates]), section.method)
    probability, thresholds = (np.stack(parts) for parts in zip(*pairs, strict=True))
    score = score_calls(Y, probability, thresholds, fold_of, objective, made(trials))
    return Blend(made, score, score.threshold)


@pytest.mark.parametrize(
    "objective", [Objective(), Objective(metric="precision", at_recall=0.5)], ids=["f1", "precision"]
)
@pytest.mark.parametrize("candidates", [1, 3, 15])
def test_trials_read_one_by_one_make_the_blend_of_all_at_once(candidates: int, objective: Objective) -> None:
    folds = np.stack([FOLD_OF[0], (np.arange(N) // 7) % 3])
    rng = np.random.default_rng(candidates)
    noise = 0.2 + 0.8 * rng.random(30)
    trials = {
        f"t{n}": np.round(np.clip(0.25 + 0.5 * Y + noise[n] * rng.normal(size=(2, N)), 0, 1), 2) for n in range(30)
    }
    made, whole = blended(trials, candidates, folds, objective), all_at_once(trials, folds, objective, candidates)
    assert (made.weights, made.score, made.threshold) == (whole.weights, whole.score, whole.threshold)
    assert len(contenders(Y, trials, folds, objective, candidates)) < 30


def test_a_trial_that_is_good_on_the_rows_of_one_choice_only_is_a_contender() -> None:
    lopsided = np.where(FOLD_OF == 0, 0.5, noisy(1, 0.0))  # perfect but for the fold that it was left out of
    trials = {"good": noisy(2, 0.2), "lopsided": lopsided, "bad": noisy(3, 2.0)}
    assert contenders(Y, trials, FOLD_OF, Objective(), 1) == {"good", "lopsided"}
