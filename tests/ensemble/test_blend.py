"""The blend: members chosen greedily on other folds."""

import numpy as np
import pytest

from bench.ensemble.blend import Blend, _mean, _select, blend, contenders, cross_fitted_blend
from bench.score.metrics import count
from bench.score.objective import Objective
from bench.score.ranking import score_calls, score_trial
from bench.score.thresholds import best_threshold, cross_fitted_calls
from tests.leaks import threshold_leaks

N = 300
RNG = np.random.default_rng(0)
Y = (RNG.random(N) < 0.2).astype(np.int8)
FOLD_OF = (np.arange(N) % 3)[None]


def noisy(seed: int, noise: float) -> np.ndarray:
    """Probabilities that know the label up to noise of their own."""
    rng = np.random.default_rng(seed)
    return np.clip(0.25 + 0.5 * Y + noise * rng.normal(size=N), 0, 1)[None]


def test_trials_whose_errors_differ_are_worth_more_together() -> None:
    trials = {f"t{seed}": noisy(seed, 0.25) for seed in range(1, 7)}
    made = blend(Y, trials, FOLD_OF, Objective(), candidates=25)
    best = max(score_trial(Y, p, FOLD_OF, Objective()).counts.f1 for p in trials.values())
    assert len(made.weights) > 1
    assert sum(made.weights.values()) == pytest.approx(1.0)
    assert made.score.counts.f1 > best


def test_a_trial_that_nothing_helps_stays_alone() -> None:
    trials = {"perfect": noisy(1, 0.0), "noise": np.full((1, N), 0.5)}
    made = blend(Y, trials, FOLD_OF, Objective(), candidates=25)
    assert made.weights == {"perfect": 1.0}
    assert made.score.counts.f1 == 1.0


def test_only_the_best_candidates_may_become_members() -> None:
    trials = {f"t{seed}": noisy(seed, 0.1 * seed) for seed in range(1, 7)}
    made = blend(Y, trials, FOLD_OF, Objective(), candidates=1)
    assert len(made.weights) == 1


def test_members_and_threshold_for_a_fold_ignore_that_folds_labels() -> None:
    def calls(y: np.ndarray, probability: np.ndarray, fold_of: np.ndarray) -> np.ndarray:
        rng = np.random.default_rng(0)
        stack = np.stack([np.clip(probability + 0.3 * rng.normal(size=len(y)), 0, 1) for _ in range(5)])
        return cross_fitted_blend(y, stack, fold_of, Objective(), 25)[1]

    assert not threshold_leaks(calls)


def test_a_threshold_chosen_after_blending_is_caught() -> None:
    def calls(y: np.ndarray, probability: np.ndarray, fold_of: np.ndarray) -> np.ndarray:
        rng = np.random.default_rng(0)
        stack = np.stack([np.clip(probability + 0.3 * rng.normal(size=len(y)), 0, 1) for _ in range(5)])
        blended, _ = cross_fitted_blend(y, stack, fold_of, Objective(), 25)
        return cross_fitted_calls(y, blended, fold_of)

    assert threshold_leaks(calls)


def test_a_blend_of_useless_trials_is_worth_no_more_than_calling_everyone() -> None:
    """Many useless trials: chosen on the rows they are scored on, the luckiest would shine."""
    rng = np.random.default_rng(9)
    honest, flattering = [], []
    for _ in range(10):
        trials = {f"t{n}": rng.random((1, N)) for n in range(40)}
        made = blend(Y, trials, FOLD_OF, Objective(), candidates=25)
        honest.append(made.score.counts.f1)
        every = sum(weight * trials[name] for name, weight in made.weights.items())
        flattering.append(count(Y, np.asarray(every)[0] >= made.threshold).f1)
    everyone = 2 * Y.mean() / (1 + Y.mean())  # calling every row
    assert np.mean(honest) < everyone + 0.02
    assert np.mean(flattering) > everyone + 0.05


def test_repeats_are_blended_each_on_its_own_folds() -> None:
    folds = np.stack([FOLD_OF[0], (np.arange(N) // 7) % 3])
    trials = {f"t{seed}": np.concatenate([noisy(seed, 0.2), noisy(seed + 50, 0.2)]) for seed in (1, 2, 3)}
    made = blend(Y, trials, folds, Objective(), candidates=25)
    counts = made.score.counts
    assert counts.true_positives + counts.false_negatives == 2 * Y.sum()


def all_at_once(trials: dict[str, np.ndarray], fold_of: np.ndarray, objective: Objective, candidates: int) -> Blend:
    """Return the blend with every trial in every choice."""
    stack = np.stack(list(trials.values()))
    pairs = [cross_fitted_blend(Y, stack[:, r], folds, objective, candidates) for r, folds in enumerate(fold_of)]
    labels, every = np.tile(Y, len(fold_of)), stack.reshape(len(stack), -1)
    weights = _select(labels, every, objective, candidates)
    members = {name: float(weight) for name, weight in zip(trials, weights, strict=True) if weight > 0}
    blended, thresholds = (np.stack(parts) for parts in zip(*pairs, strict=True))
    exported = _mean(weights, every)
    score = score_calls(Y, blended, thresholds, fold_of, objective, exported)
    return Blend(members, score, best_threshold(labels, exported, objective))


@pytest.mark.parametrize(
    "objective", [Objective(), Objective(metric="precision", at_recall=0.5)], ids=["f1", "precision"]
)
@pytest.mark.parametrize("candidates", [1, 3, 25])
def test_trials_read_one_by_one_make_the_blend_of_all_at_once(candidates: int, objective: Objective) -> None:
    folds = np.stack([FOLD_OF[0], (np.arange(N) // 7) % 3])
    for seed in range(3):
        rng = np.random.default_rng([seed, candidates])
        noise = 0.2 + 0.8 * rng.random(40)
        trials = {
            f"t{n}": np.round(np.clip(0.25 + 0.5 * Y + noise[n] * rng.normal(size=(2, N)), 0, 1), 2) for n in range(40)
        }
        made = blend(Y, trials, folds, objective, candidates)
        assert made == all_at_once(trials, folds, objective, candidates)
        assert len(contenders(Y, trials, folds, objective, candidates)) < 40


def test_a_trial_that_is_good_on_the_rows_of_one_choice_only_is_a_contender() -> None:
    lopsided = np.where(FOLD_OF == 0, 0.5, noisy(1, 0.0))  # perfect but for the fold that it was left out of
    trials = {"good": noisy(2, 0.2), "lopsided": lopsided, "bad": noisy(3, 2.0)}
    assert contenders(Y, trials, FOLD_OF, Objective(), 1) == ["good", "lopsided"]
