"""The order in which a round that may be cut runs its trials."""

from __future__ import annotations

from itertools import product

from bench.run.search import in_turns
from tests.components.catalogue import choice, trial


def test_models_take_turns_and_what_is_listed_first_on_an_axis_goes_first() -> None:
    # As a plan lists them: block after block, in each the resamplings, in each the models.
    trials = [
        trial(encoding=encoding, resampling=resampling, model=model)
        for encoding, resampling, model in product(
            ("target", "one_hot"), ("as_is", "class_weight"), ("lightgbm", choice("model", "logistic"))
        )
    ]
    ordered = [tuple(one.named(axis) for axis in ("encoding", "resampling", "model")) for one in in_turns(trials)]
    assert ordered == [
        ("target", "as_is", "logistic"),  # within a turn the cheap one first
        ("target", "as_is", "lightgbm"),
        ("target", "class_weight", "logistic"),  # one step
        ("target", "class_weight", "lightgbm"),
        ("one_hot", "as_is", "logistic"),
        ("one_hot", "as_is", "lightgbm"),
        ("one_hot", "class_weight", "logistic"),  # two steps
        ("one_hot", "class_weight", "lightgbm"),
    ]


def test_a_model_that_cannot_use_the_first_block_has_its_turn_with_the_others() -> None:
    boosters = [trial(encoding=encoding, model="lightgbm") for encoding in ("native", "target", "one_hot")]
    linear = [trial(encoding=encoding, model="logistic") for encoding in ("target", "one_hot")]
    assert in_turns([*boosters, *linear]) == [boosters[0], linear[0], boosters[1], linear[1], boosters[2]]


def test_settings_of_a_model_are_steps_as_well() -> None:
    strong, weak = (trial(model=choice("model", "logistic", C=value)) for value in (1.0, 0.1))
    other = trial(model="lightgbm")
    assert in_turns([strong, weak, other]) == [strong, other, weak]
