"""One spelling for each level."""

import warnings

import numpy as np
import pandas as pd
import pytest

from bench.components.steps.derived.spelling import Spellings, plain_words


def table(*levels: str | None) -> pd.DataFrame:
    return pd.DataFrame({"level": pd.Categorical(levels)})


def read(*levels: str | None, unseen: tuple[str, ...] = (), similar: float = 92.0) -> list[str | None]:
    """Return the levels of a table, or unseen ones, as fitting on the table reads them."""
    step = Spellings(similar=similar)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        out = step.fit_transform(table(*levels))
    out = step.transform(table(*unseen)) if unseen else out
    return [None if pd.isna(level) else level for level in out["level"].astype(object)]


@pytest.mark.parametrize(
    ("usual", "other"),
    [
        ("End Customer", "end_customer"),
        ("End Customer", "End-Customer"),
        ("End Customer", "END  CUSTOMER "),
        ("Specifier / Influencer", "Specifier/ Influencer"),
        ("vice president", "vicepresident"),
        ("ceo", "ce\u200bo"),  # a zero-width space
        ("manager", "\tmanager"),
        ("retail", "ｒｅｔａｉｌ"),  # full-width letters
        ("hotel & accommodation", "Hotel and Accommodation"),
        ("less than 3 months", "less_than_3_months"),
        ("others", "Etc."),
        ("기타", "other_"),
        ("commercial", "comercial"),
        ("hospital and health care", "hospitl and health care"),
        ("vice president", "vicepresidnt"),
    ],
)
def test_a_spelling_is_read_as_the_most_frequent_one(usual: str, other: str) -> None:
    assert read(usual, usual, other, None) == [usual, usual, usual, None]


@pytest.mark.parametrize(
    ("frequent", "rare"),
    [
        ("less than 3 months", "less than 6 months"),
        ("c-level executive A", "c-level executive B"),
        ("$10,000", "$10000"),
        ("1 2", "12"),
        ("-1", "1"),
        ("< 3 months", "> 3 months"),
        ("A+", "A"),
        ("model 55UH5F", "model 55UH7F"),
        ("lead", "leads"),  # short: one letter more is another word
        ("customer is interested at the moment", "customer is not interested at the moment"),
        ("responsible for import and customs", "responsible for export and customs"),  # a long phrase hides no word
        ("Slovenia", "Slovakia"),
        ("?", "//"),
        ("other", "other products"),
    ],
)
def test_levels_that_mean_something_else_stay_apart(frequent: str, rare: str) -> None:
    assert read(frequent, frequent, rare) == [frequent, frequent, rare]


def test_of_two_spellings_as_frequent_neither_is_a_slip_of_the_other() -> None:
    assert read("commercial", "comercial") == ["commercial", "comercial"]
    # All spellings of a level count together: two of "comercial", one of "commercial".
    assert read("comercial", "Comercial", "commercial") == ["Comercial"] * 3


def test_a_slip_is_read_as_what_is_itself_no_slip() -> None:
    # "purchasing" is 94.7 % like "purchasin" and that 94.1 % like "purchasi", which is 88.9 % like "purchasing".
    got = read(*["purchasing"] * 3, *["purchasin"] * 2, "purchasi")
    assert got == [*["purchasing"] * 5, "purchasi"]


def test_at_100_only_case_and_separators_are_folded() -> None:
    assert read("Commercial", "Commercial", "COMMERCIAL", "comercial", similar=100.0) == ["Commercial"] * 3 + [
        "comercial"
    ]
    assert read("commercial", unseen=("comercial", "COMMERCIAL"), similar=100.0) == ["comercial", "commercial"]


def test_an_unseen_spelling_is_read_as_training_s_and_an_unseen_level_stays() -> None:
    unseen = ("END-CUSTOMER", "End Custmer", "never seen", "other", "5")
    assert read("End Customer", "Etc.", unseen=unseen) == ["End Customer", "End Customer", "never seen", "Etc.", "5"]


def test_only_training_rows_decide_which_spelling_is_usual() -> None:
    step = Spellings().fit(table("End-Customer"))
    out = step.transform(table(*["End Customer"] * 9))
    assert list(out["level"].cat.categories) == ["End-Customer"]


def test_other_columns_and_the_order_of_rows_and_columns_stay() -> None:
    X = pd.DataFrame(
        {
            "b": pd.Categorical(["x y", "x-y", "x y", None]),
            "number": [1.0, np.nan, 3.0, 4.0],
            "a": pd.Categorical(["p q", "p_q", "p q", "p q"]),
            "text": pd.Series(["A-b", None, "a b", ""], dtype="str"),
        },
        index=[7, 3, 3, 1],
    )
    with pytest.warns(UserWarning, match="^1 spellings in 1 cells of 1 category columns are read as a more frequent"):
        out = Spellings(columns="b").fit_transform(X)
    assert list(out) == list(X)
    assert out.index.equals(X.index)
    assert list(out["b"].cat.categories) == ["x y"]
    pd.testing.assert_frame_equal(out.drop(columns="b"), X.drop(columns="b"))


def test_nothing_to_merge_is_no_warning_and_an_empty_column_stays() -> None:
    X = pd.DataFrame({"a": pd.Categorical([None, None], ["unused"]), "n": [1.0, 2.0]})
    out = Spellings().fit_transform(X)
    assert out["a"].isna().all()
    pd.testing.assert_frame_equal(Spellings().fit_transform(X[["n"]]), X[["n"]])
    assert Spellings().fit(X).transform(table("new").rename(columns={"level": "a"}))["a"].tolist() == ["new"]


def test_the_columns_with_more_than_one_spelling_of_a_level_are_found() -> None:
    X = pd.DataFrame(
        {
            "case": pd.Categorical(["a b", "A B", "a b"]),
            "slip": pd.Categorical(["commercial", "comercial", "commercial"]),
            "clean": pd.Categorical(["x", "y", None]),
        }
    )
    assert Spellings().subject(X) == ["case", "slip"]
    assert Spellings(similar=100.0).subject(X) == ["case"]
    assert Spellings(columns="c*").subject(X) == ["case"]


def test_signs_that_tell_levels_apart_are_kept() -> None:
    assert plain_words(" C++ / C# (50 %)") == "c++ c# 50 %"


def test_many_levels_are_compared_in_blocks() -> None:
    rng = np.random.default_rng(0)
    words = ["".join(rng.choice(list("abcdefghij"), 12)) for _ in range(1500)]
    slips = [word[:6] + word[7:] for word in words]  # 2 * 11 of 23 letters, 95.7 %
    got = read(*words, *words, *slips)
    assert got == words * 3


def test_what_a_level_is_read_as_does_not_depend_on_the_other_new_levels() -> None:
    """Of new levels that differ by a space, one stood for all: its words were compared with those of training."""
    step = Spellings(similar=90).fit(_levels(["meeting room display"] * 9 + ["hotel"] * 3))
    new = ["meeting room displax", "meetingroomdisplax", "me eting room displax", "mee ting room displax"]
    alone = [step.transform(_levels([level]))["room"].tolist()[0] for level in new]
    for order in (new, new[::-1]):
        together = step.transform(_levels(order))["room"].tolist()
        assert dict(zip(order, together, strict=True)) == dict(zip(new, alone, strict=True))


def _levels(levels: list[str]) -> pd.DataFrame:
    return pd.DataFrame({"room": pd.Categorical(levels)})
