"""Classes on the page and in sheets."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from bench.customer.classes.latent import Classes, Tried, latent_classes
from bench.customer.classes.levels import Levels
from bench.customer.classes.profile import conversions_of, traits_of
from bench.customer.classes.told import classes_block, write_classes
from bench.record.columns import CLASSES, MEMBERSHIP


def made(posterior: np.ndarray, tried: tuple[Tried, ...]) -> Classes:
    """Sixty customers, the first forty shops and the others hotels; every second lead of a shop converted."""
    levels = Levels(("kind",), (("=shop", "hotel"),), np.repeat([0, 1], [40, 20])[:, None], (("rate", "kind"),))
    converted = np.where(np.arange(60) < 40, np.arange(60) % 2, 0)
    conversions = conversions_of(posterior, converted, np.ones(60, dtype=np.int64))
    return Classes(posterior, levels, traits_of(posterior, levels), conversions, tried, 60, 10)


TRIED = (Tried(1, 900.0, None, 60), Tried(2, 800.0, 0.97, 20), Tried(3, 790.0, 0.4, 12))


@pytest.fixture
def two() -> Classes:
    posterior = np.repeat([[0.95, 0.05], [0.1, 0.9]], [40, 20], axis=0)
    posterior[0] = [0.55, 0.45]
    return made(posterior, TRIED)


def test_the_page_says_how_many_how_sure_and_who_converts(two: Classes) -> None:
    block = classes_block(two)
    text = " ".join(block.sentences)
    assert "fall into 2 classes" in text
    assert "agreement 0.97" in text
    assert "98.3% of the customers" in text
    assert "there would be 3, but other customers would give others (agreement 0.40, and 0.8 is asked for)" in text
    assert "class 1 convert most often (50.0%), those of class 2 least (0.0%)" in text
    assert "rate (kind)" in text
    assert "many leads" not in text, "each customer has one"
    sizes, traits, tried = block.tables
    assert sizes.rows[0][:6] == ["1", "kind =shop", "40", "67%", "40", "20"]
    assert traits.rows[0][:3] == ["1", "kind", "=shop"]
    assert [row[0] for row in tried.rows] == ["1", "2 (taken)", "3"]
    assert block.plots[0].svg.startswith("<svg")
    assert classes_block(two) == block, "the same bytes"


def test_the_page_says_why_there_are_fewer_classes_than_fit_best(two: Classes) -> None:
    small = replace(two, tried=(*TRIED[:2], Tried(3, 790.0, None, 4)))
    assert "but the smallest would hold 4 customers only" in " ".join(classes_block(small).sentences)
    little = replace(two, tried=(*TRIED[:2], Tried(3, 799.0, None, 12)))
    assert "but they would fit only little better than 2" in " ".join(classes_block(little).sentences)
    last = replace(two, tried=TRIED[:2])
    assert "more might fit better still" in " ".join(classes_block(last).sentences)


def test_a_long_level_is_cut_on_the_page(two: Classes) -> None:
    long = replace(two.traits[0][0], level="x" * 100)
    block = classes_block(replace(two, traits=((long,), two.traits[1])))
    assert block.tables[1].rows[0][2] == "x" * 59 + "…"


def test_no_classes_are_said_in_a_sentence() -> None:
    alone = made(np.ones((60, 1)), (*TRIED[:1], replace(TRIED[1], bic=950.0)))
    block = classes_block(alone)
    assert "No classes of customers were found" in block.sentences[0]
    assert len(block.tables) == 1
    asked = classes_block(replace(alone, tried=TRIED[:1])).sentences[0]
    assert asked == "No classes of customers were looked for: one is the most that is asked for."
    few = classes_block(replace(alone, tried=TRIED[:1], fewest=50)).sentences[0]
    assert few.endswith("looked for: two classes of at least 50 need more customers than these 60.")
    nothing = latent_classes(pd.DataFrame({"flag": [1.0] * 30}), 3)
    assert "no column is left" in classes_block(nothing).sentences[0]


def test_rates_are_left_out_where_no_outcome_is_known(two: Classes) -> None:
    block = classes_block(replace(two, conversions=()))
    assert list(block.tables[0].columns) == ["Class", "What stands out", "Customers", "Share"]
    assert not block.plots


def test_rates_whose_ranges_meet_are_not_told_apart(two: Classes) -> None:
    first = two.conversions[0]
    block = classes_block(replace(two, conversions=(first, replace(first, rate=first.high))))
    assert "do not surely differ" in " ".join(block.sentences)


def test_the_sheets_hold_profile_and_membership(two: Classes, tmp_path: Path) -> None:
    paths = write_classes(two, [f"company {number}" for number in range(60)], tmp_path)
    profile, membership = (pd.read_csv(path) for path in paths)
    assert [path.name for path in paths] == ["classes.csv", "membership.csv"]
    assert [*profile] == [*CLASSES]
    assert profile["level"].tolist() == ["'=shop", "hotel"], "no cell is a formula"
    assert profile.loc[0, ["class", "customers", "labelled", "converted", "rate"]].tolist() == [1, 40, 40, 20, 0.5]
    assert [*membership] == [*MEMBERSHIP, "class_2"]
    assert membership.loc[0, "state"] == "cannot tell"
    assert np.isnan(membership.loc[0, "class"])
    assert membership.loc[59, ["customer", "class", "class_2"]].tolist() == ["company 59", 2, 0.9]


def test_the_sheets_of_one_class_have_a_row_for_it(tmp_path: Path) -> None:
    paths = write_classes(made(np.ones((60, 1)), TRIED[:1]), [str(number) for number in range(60)], tmp_path)
    profile, membership = (pd.read_csv(path) for path in paths)
    assert profile[["class", "name", "customers"]].to_numpy().tolist() == [[1, "all", 60]]
    assert (membership["class_1"] == 1).all()
