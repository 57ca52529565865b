"""Kinds are guessed with a reason, and stand-ins for a gap are pointed at."""

import numpy as np
import pandas as pd
import pytest

from bench.data.cells import cells_of, days, numbers, same_value
from bench.data.kinds import Guess, guess_kind, is_code_name, suspect_numbers, suspect_placeholders

N = 40


def column(*values: str | None) -> "pd.Series[str]":
    return pd.Series(list(values), dtype="str")


WORDS = [f"{word} {i}" for i, word in enumerate(["red", "green", "blue", "grey"] * 10)]
SENTENCES = [f"please send offer number {i} to us" for i in range(N)]
GUESSES = {
    "all missing": ("x", [None] * N, "constant", "every cell is missing"),
    "one value": ("x", ["a"] * N, "constant", "one value in every row"),
    "one value and gaps": ("x", ["1.0", None] * 20, "category", "one value or a gap"),
    "numbers": ("x", ["1", "2.5", "-3", "1e5"] * 10, "number", r"every value is a number \(4 different\)"),
    "numbers and infinity": ("x", ["1", "inf", "-Infinity", "2"] * 10, "number", "number"),
    "numbers and markers": ("x", ["1", "NA", "2", "?", "-", "NaN", "null", "None"] * 5, "number", "number"),
    "markers only": ("x", ["NA", "-"] * 20, "category", "words or codes"),
    "numbers and a word": ("x", ["1", "2", "3", "many"] * 10, "category", r"numbers in 75\.0%"),
    "row numbers": ("x", [str(i) for i in range(N)], "identifier", "a different whole number in every row"),
    "row numbers as floats": ("x", [f"{i}.0" for i in range(N)], "identifier", "whole number in every row"),
    "few different whole numbers": ("x", ["5", "7", "9"], "number", "number"),
    "different fractions": ("x", [f"{i}.5" for i in range(N)], "number", "number"),
    "huge numbers, each once": ("x", [*map(str, range(2**60, 2**60 + 39)), None], "identifier", "15 digits"),
    "huge numbers, repeated": ("x", [str(2**60), str(2**60 + 1)] * 20, "category", "more than 15 digits"),
    "leading zeros": ("zip", ["01234", "00017"] * 20, "category", "leading zeros"),
    "a code by its name": ("owner_id", ["17", "18"] * 20, "category", "a code by its name"),
    "a code with gaps": ("Clothing ID", ["17.0", "18.0", None, "17.0"] * 10, "category", "a code by its name"),
    "dates": ("x", ["2024-03-31", "2024-04-01"] * 20, "date", r"dates \(2 different\)"),
    "dates with a slip": ("x", ["2024-03-31", "2024-04-01"] * 100 + ["soon"], "date", "dates"),
    "dates with too many slips": ("x", ["2024-03-31"] * 9 + ["soon"], "category", "words or codes"),
    "keys": ("x", [f"K-{i}" for i in range(N)], "identifier", "without spaces in nearly every row"),
    "hexadecimal keys": ("x", [f"{i:032x}" for i in range(24)] + [f"{1:032x}"] * 16, "identifier", "hexa"),
    "sentences": ("x", SENTENCES, "text", "sentences, 7 words on average"),
    "titles": ("x", [f"very nice thing {i}" for i in range(N)], "text", "sentences"),
    "repeated sentences": ("x", ["please call me tomorrow", "never call me again"] * 20, "category", "words"),
    "words": ("x", WORDS, "category", "words or codes"),
    "Korean words without spaces": ("x", [f"견적문의{chr(0xAC00 + i)}" for i in range(N)], "category", "words"),
}


@pytest.mark.parametrize(("name", "values", "kind", "reason"), GUESSES.values(), ids=GUESSES.keys())
def test_a_kind_is_guessed_with_its_reason(name: str, values: list[str | None], kind: str, reason: str) -> None:
    guess = guess_kind(column(*values), name)
    assert guess.kind == kind
    assert pd.Series([guess.reason]).str.contains(reason).all(), guess.reason


def test_a_column_named_in_texts_is_text_unless_it_says_nothing() -> None:
    assert guess_kind(column("a", "b"), text=True) == Guess("text", "named in texts")
    assert guess_kind(column("a", None), text=True).kind == "text"
    assert guess_kind(column("a", "a"), text=True).kind == "constant"


def test_the_companys_number_is_a_category() -> None:
    assert guess_kind(column("1", "2", "1"), group=True) == Guess(
        "category", "the company, by its number (2 different)"
    )
    assert guess_kind(column(*(f"K-{i}" for i in range(N))), group=True).kind == "category"


@pytest.mark.parametrize("name", ["customer_idx", "Clothing ID", "id", "ownerId", "lead_owner", "Phone No", "ZIP code"])
def test_a_name_like_a_code_is_recognised(name: str) -> None:
    assert is_code_name(name)


@pytest.mark.parametrize("name", ["paid", "Piano", "age", "barcode_length", "grid", "id_strategic_ver", "casino"])
def test_a_name_that_only_ends_like_a_code_is_not_one(name: str) -> None:
    assert not is_code_name(name)


def test_numbers_are_those_a_person_would_call_so() -> None:
    spelled = numbers(column("1", " 2.50 ", "-.5", "+3.", "1e3", "inf", "-Infinity"))
    np.testing.assert_array_equal(spelled, [1, 2.5, -0.5, 3, 1000, np.inf, -np.inf])
    assert np.isnan(numbers(column("", "nan", "1,5", "1_000", "0x10", "٣", "1 2", "e5", "."))).all()


def test_days_are_counted_from_1970() -> None:
    dates = column("1970-01-02", "1969/12/31", "1970.01.01", "1970-01-01T12:00", "1970-01-01 06:00:00.0Z")
    np.testing.assert_allclose(days(dates), [1, -1, 0, 0.5, 0.25])
    np.testing.assert_allclose(days(column("1970-01-01T09:00+09:00")), [0])
    assert np.isnan(days(column("2023-02-30", "31.12.2023", "12/31/2023", "20231231", "soon", "2023-1-5"))).all()
    assert days(column("9999-12-31"))[0] == 2_932_896


def test_frequent_stand_ins_of_a_category_are_suspected_in_any_case() -> None:
    cells = cells_of(column(*["Select"] * 9, *["UNKNOWN "] * 6, *["none"] * 5, *["n/a"] * 4, *["yes"] * 50))
    assert suspect_placeholders(cells) == (("Select", 9, True), ("UNKNOWN ", 6, True), ("none", 5, False))


def test_a_number_far_from_all_others_is_suspected() -> None:
    ages = [str(age) for age in range(20, 60)] * 2
    assert suspect_numbers(cells_of(column(*ages, *["999"] * 10))) == (("999", 10, False),)
    assert suspect_numbers(cells_of(column(*ages, *["-1"] * 10))) == (("-1", 10, False),)


def test_minus_one_among_other_negative_numbers_is_not_suspected() -> None:
    assert suspect_numbers(cells_of(column(*["-1", "-2", "3"] * 10))) == ()
    assert suspect_numbers(cells_of(column(*["999", "998", "3"] * 10))) == ()
    assert suspect_numbers(cells_of(column(*["-1"] * 10))) == ()


def test_spellings_of_one_value_are_told_from_others() -> None:
    assert same_value("1") == same_value(" 1.0") == same_value("1e0")
    assert same_value("True") == same_value("TRUE") != same_value("false")
    assert [same_value(text) for text in ("a", "nan", "1_0", "٣", "")] == [None] * 5


def test_an_amount_that_differs_in_every_row_is_no_identifier() -> None:
    amounts = pd.Series([str(18_000 + 733 * n) for n in range(60)], dtype="str")
    serials = pd.Series([str(70_000 + 2 * n) for n in range(60)], dtype="str")
    assert guess_kind(amounts, "annual_income").kind == "number"
    assert guess_kind(serials, "annual_income").kind == "identifier"
    assert guess_kind(amounts, "customer_id").kind == "identifier"


def test_numbers_near_the_largest_of_all_are_numbers_without_a_warning() -> None:
    widest = column("-1.7e308", "1.7e308", *(f"{n}.5" for n in range(N)))
    assert guess_kind(widest, "size").kind == "number"
