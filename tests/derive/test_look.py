"""Which candidates are kept: those that gain, and of several that say the same one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from bench.data.dataset import Dataset
from bench.data.folds import FoldsSection, make_folds
from bench.derive.look import Found, look
from bench.errors import ExperimentError
from bench.plan.experiment import experiment_of
from tests.derive.tables import with_a_pair

PAIR = '{ name = "cross", columns = "form, land" }'


def found(dataset: Dataset, derived: str = '["raw"]', fdr: float = 0.05) -> Found:
    text = (
        f'[data]\ntrain = "t.csv"\ntarget = "y"\npositive = "yes"\n[grid]\nderived = {derived}\nmodel = ["constant"]\n'
    )
    experiment = experiment_of(text, Path("asked.toml"))
    return look(experiment, dataset, make_folds(dataset, FoldsSection(count=3)), fdr)


def narrow(strength: float = 1.5) -> Dataset:
    """Return the planted pair beside one category and one number: few candidates are quickly judged."""
    dataset = with_a_pair(strength=strength)
    return replace(dataset, features=dataset.features[["form", "land", "kind", "pages"]])


def test_a_planted_pair_is_kept_and_nothing_else() -> None:
    judged = found(with_a_pair()).judged
    assert [set(one.candidate.columns) for one in judged if one.kept] == [{"form", "land"}]
    assert len(judged) > 15
    assert judged[0].kept
    assert judged[0].gain.low > 0.05


def test_outcomes_dealt_out_anew_keep_nothing() -> None:
    dataset = with_a_pair()
    shuffled = replace(dataset, y=np.random.default_rng(0).permutation(dataset.y))
    assert not any(one.kept for one in found(shuffled).judged)


def test_of_two_that_say_the_same_one_is_kept() -> None:
    dataset = narrow()
    again = dataset.features["form"].cat.rename_categories(lambda level: f"again {level}")
    judged = found(replace(dataset, features=dataset.features.assign(again=again))).judged
    shown = [one for one in judged if one.q_value <= 0.05]
    assert {frozenset(one.candidate.columns) for one in shown} >= {
        frozenset(("form", "land")),
        frozenset(("again", "land")),
    }
    assert sum(one.kept for one in judged) == 1
    assert all(one.behind is not None for one in shown)


def test_what_is_in_the_last_option_is_the_base() -> None:
    judged = found(narrow(), f'["raw", [{PAIR}]]').judged
    assert not any(one.kept for one in judged)
    assert not any({"form", "land"} == set(one.candidate.columns) for one in judged)


def test_an_option_that_finds_nothing_to_do_is_no_base() -> None:
    dataset = with_a_pair(60)
    pair = replace(dataset, features=dataset.features[["form", "land"]])
    for derived in ('["raw", ["missing", "timeline"]]', '["missing"]'):
        judged = found(pair, derived)
        assert [choice.component.name for choice in judged.base] == ["raw"]
        assert "behind" not in judged.about


def test_a_stricter_rate_keeps_less() -> None:
    judged = found(narrow(strength=0.3), fdr=1e-12).judged
    assert set(judged[0].candidate.columns) == {"form", "land"}
    assert judged[0].q_value < 0.05
    assert not judged[0].kept


def test_five_options_are_enough() -> None:
    options = '["raw", "missing", "timeline", "message", "date_parts"]'
    with pytest.raises(ExperimentError, match=r"asked.toml: derived in \[grid\] has 5 options, and each further one"):
        found(with_a_pair(60), options)


def test_a_table_without_anything_to_derive_from_is_a_slip() -> None:
    dataset = with_a_pair(60)
    with pytest.raises(ExperimentError, match="there is nothing to derive from on this table"):
        found(replace(dataset, features=pd.DataFrame(dataset.features[["pages"]])))
