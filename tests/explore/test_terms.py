"""Tests of the terms that go with conversion."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from bench.explore.terms import log_odds, terms
from tests.explore.tables import all_text, converted, look_of


def texts(*counts: tuple[str | None, int]) -> pd.DataFrame:
    """Return a column of so many messages of each text."""
    return pd.DataFrame({"message": pd.Series([text for text, leads in counts for _ in range(leads)], dtype="str")})


QUOTES = texts(("please send a quotation", 40), ("just looking around", 60), ("please call", 40))
BOUGHT = converted((24, 16), (5, 55), (11, 29))


def test_log_odds_by_hand() -> None:
    # Of 10 words in all the prior adds 2 in the shares 7 to 3: 1.4 and 0.6.
    ratio, error = log_odds(np.array([4.0, 1.0]), np.array([3.0, 2.0]))
    assert ratio[0] == pytest.approx(np.log(5.4 / 1.6) - np.log(4.4 / 2.6))
    assert ratio[1] == pytest.approx(-ratio[0])
    assert error[0] == pytest.approx(np.sqrt(1 / 5.4 + 1 / 4.4))


def test_a_term_of_converted_leads_goes_with_conversion() -> None:
    seen = terms(look_of(QUOTES, BOUGHT))
    assert seen is not None
    sheet = seen.sheets["terms"].set_index("term")
    assert list(sheet[["leads", "conversions", "goes_with"]].loc["quotation"]) == [40, 24, "conversion"]
    assert sheet.loc["looking", "goes_with"] == "no conversion"
    assert "60% (45 to 74) convert, 2.1 times the average of those who write. A sign to rank by." in seen.act[0]


def test_terms_that_the_same_leads_write_are_drawn_once() -> None:
    seen = terms(look_of(QUOTES, BOUGHT))
    assert seen is not None
    drawn = [row[0] for row in seen.block.tables[0].rows]
    assert len([term for term in drawn if term in ("just", "looking", "around", "just looking", "looking around")]) == 1


def test_each_text_is_heard_before_a_second_term_of_one() -> None:
    seen = terms(look_of(QUOTES.assign(title=QUOTES["message"]), BOUGHT))
    assert seen is not None
    assert [line.split(":")[0] for line in seen.act[:2]] == ["message", "title"]


def test_without_an_effect_no_term_goes_with_anything() -> None:
    draw = np.random.default_rng(7)
    words = np.array([f"word{chr(97 + at)}" for at in range(26)])
    messages = [" ".join(draw.choice(words, 5)) for _ in range(600)]
    seen = terms(look_of(texts(*((message, 1) for message in messages)), draw.binomial(1, 0.2, 600).tolist()))
    assert seen is not None
    assert set(seen.sheets["terms"]["goes_with"]) == {"not sure"}
    assert not seen.act
    assert not seen.block.tables
    assert not seen.block.plots


def test_no_term_of_fewer_than_five_leads_or_companies_is_shown() -> None:
    frame = texts(("quotation please", 30), ("secretproject please", 4), ("signature please", 30))
    seen = terms(look_of(frame, converted((15, 15), (4, 0), (2, 28)), [*range(34), *[40, 41, 42] * 10]))
    assert seen is not None
    assert "quotation" in all_text(seen)
    assert "secretproject" not in all_text(seen)
    assert "signature" not in all_text(seen)


def test_addresses_and_long_numbers_are_never_terms() -> None:
    message = "write kim@example.com or +82 10 1234 5678, see https://acme.test/kim or code AB123456 for a quotation"
    seen = terms(look_of(texts((message, 30), ("just looking", 30)), converted((20, 10), (2, 28))))
    assert seen is not None
    shown = set(seen.sheets["terms"]["term"])
    assert {"quotation", "write", "just looking"} <= shown
    assert not [term for term in shown if any(part in term for part in ("kim", "acme", "1234", "ab12", "example"))]


def test_one_company_with_many_leads_has_one_vote_for_each_outcome() -> None:
    frame = texts(("template text", 40), ("template text", 6), ("other words", 40))
    groups = [0] * 40 + list(range(1, 47))
    y = converted((40, 0), (1, 5), (12, 28))
    seen = terms(look_of(frame, y, [number % 7 + 100 if number == 0 else number for number in groups]))
    assert seen is not None
    assert seen.sheets["terms"].set_index("term").loc["template", "goes_with"] == "not sure"


def test_korean_messages_have_terms() -> None:
    frame = texts(("견적 요청 드립니다", 30), ("그냥 문의", 40))
    seen = terms(look_of(frame, converted((25, 5), (2, 38))))
    assert seen is not None
    assert seen.sheets["terms"].set_index("term").loc["견적", "goes_with"] == "conversion"


def test_without_texts_or_words_there_is_nothing_to_see() -> None:
    assert terms(look_of(pd.DataFrame({"a": range(40)}), converted((20, 20)))) is None
    assert terms(look_of(texts((None, 20), ("!!", 20)), converted((20, 20)))) is None
    assert terms(look_of(texts(("one word each", 4)), converted((2, 2)))) is None
