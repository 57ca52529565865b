"""What goes with what: one measure for each pair, corrected for chance, with the outcome among the columns."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from bench.explore.association import association
from bench.explore.look import Seen
from bench.explore.pairs import Column, pair_of
from tests.explore.tables import looked

ROWS = 400
RNG = np.random.default_rng(5)
NOISE, OTHER_NOISE = RNG.normal(size=ROWS), RNG.normal(size=ROWS)
WON = np.where(np.arange(ROWS) % 4, "no", "yes")


def number(name: str, values: np.ndarray) -> Column:
    return Column(name, pd.factorize(values, sort=True)[0].astype(np.int64), values.astype(np.float64))


def category(name: str, codes: np.ndarray) -> Column:
    return Column(name, codes.astype(np.int64), None)


def seen(folder: Path, **columns: object) -> Seen:
    roles = {name: columns.pop(name) for name in ("drop", "texts", "groups") if name in columns}
    found = association(looked(folder, {"n": NOISE, **columns, "won": WON}, **roles))  # type: ignore[arg-type, dict-item]
    assert found is not None
    return found


def test_two_numbers_are_measured_by_ranks_so_that_no_huge_value_counts() -> None:
    bent = pair_of(number("a", NOISE), number("b", -np.exp(5 * NOISE)))
    assert (bent.measure, bent.value) == ("Spearman", pytest.approx(1))


def test_a_number_and_a_category_are_measured_by_the_corrected_correlation_ratio() -> None:
    # The squares of 40 ranks sum to 40 · (40² - 1) / 12 = 5330 about their mean, those of each half to 665.
    pair = pair_of(number("a", np.arange(40.0)), category("b", np.arange(40) // 20))
    assert pair.measure == "correlation ratio"
    assert pair.value == pytest.approx(np.sqrt(1 - 39 / 38 * 1330 / 5330))


def test_what_chance_brings_does_not_count() -> None:
    many = RNG.integers(0, 60, ROWS)  # 60 levels in 400 rows: uncorrected, eta is 0.38 on average
    assert pair_of(number("a", NOISE), category("b", many)).value < 0.15
    assert pair_of(category("a", RNG.permutation(many)), category("b", many)).value < 0.15


def test_mutual_information_is_the_entropy_of_equal_columns_corrected_for_bias() -> None:
    codes = np.arange(100) % 4
    pair = pair_of(category("a", codes), category("b", codes))
    assert pair.information == pytest.approx(np.log(4) + 3 / 200)  # Miller: (levels - 1) / 2n
    assert (pair.of_one, pair.of_other, pair.same) == (1, 1, True)


def test_a_finer_column_says_a_coarser_one_but_not_the_other_way_round() -> None:
    fine = np.arange(ROWS) % 8
    pair = pair_of(category("fine", fine), category("coarse", fine // 4))
    assert (pair.same, pair.nested) == (False, ("fine", "coarse"))


def test_a_pair_known_in_few_leads_is_not_told() -> None:
    codes = np.where(np.arange(ROWS) < 29, 1, -1)
    assert np.isnan(pair_of(category("a", codes), category("b", np.arange(ROWS) % 3)).value)


def test_copies_among_the_features_are_one_too_many_and_columns_left_out_are_no_matter(tmp_path: Path) -> None:
    word = np.array(["u", "v", "w"])[RNG.integers(0, 3, ROWS)]
    found = seen(tmp_path, a=word, b=np.char.upper(word), c=word, drop=("c",))
    assert found.act == ["a, b say the same where both are given (400 leads measured): one of them will do."]
    assert "a, b, c" in next(line for line in found.block.sentences if "say the same" in line)


def test_numbers_that_mostly_share_one_value_do_not_say_the_same() -> None:
    called = np.where(np.arange(ROWS) % 5, 0, 1 + np.arange(ROWS) % 7)  # four in five were never called
    days = np.where(called, RNG.integers(1, 400, ROWS), -1)
    pair = pair_of(number("calls", called), number("days since", days))
    assert pair.value > 0.9
    assert not pair.same


def test_a_measure_of_all_counted_leads_is_not_called_a_sample(tmp_path: Path) -> None:
    won = np.where(np.arange(ROWS) < 100, "yes", WON)  # those of one company, left out of every rate
    firm = np.where(np.arange(ROWS) < 100, 0, np.arange(ROWS)).astype("U9")
    columns = {"n": NOISE, "word": np.arange(ROWS) % 3, "firm": np.char.add("f", firm), "won": won}
    found = association(looked(tmp_path, columns, groups="firm", drop=("firm",)))  # type: ignore[arg-type]
    assert found is not None
    assert "drawn at random" not in found.block.sentences[0]


def test_what_a_few_companies_make_is_said_to_be_theirs(tmp_path: Path) -> None:
    company = np.where(np.arange(ROWS) < 200, np.arange(ROWS) // 8, np.arange(ROWS))  # 25 of eight leads, 200 of one
    won = np.where(np.arange(ROWS) < 200, np.where(company % 2, "yes", "no"), WON)
    owner = np.where(np.arange(ROWS) < 200, company % 2, np.arange(ROWS) // 4 % 2).astype("U9")
    columns = {"n": NOISE, "owner": np.char.add("o", owner), "firm": np.char.add("f", company.astype("U9")), "won": won}
    found = association(looked(tmp_path, columns, groups="firm", drop=("firm",)))  # type: ignore[arg-type]
    assert found is not None
    assert any(line.startswith("owner goes with the outcome by") and "one lead of each" in line for line in found.act)


def test_the_sheet_holds_every_pair_and_the_plot_marks_the_outcome(tmp_path: Path) -> None:
    found = seen(tmp_path, m=OTHER_NOISE, words=[f"{'a' * (row % 9)} b c d" for row in range(ROWS)], texts=("words",))
    sheet = found.sheets["association"]
    assert len(sheet) == 6
    assert set(sheet["one"]) | set(sheet["other"]) == {"n", "m", "words: length", "won"}
    assert "► won" in found.block.plots[0].svg
