"""What is counted in a message."""

import pandas as pd
import pytest

from bench.components.steps.derived.messages import LANGUAGES, MessageFeatures, features_of, language_of


def test_a_message_is_counted_by_hand() -> None:
    found = features_of("URGENT! We need 1,200 units and 30 pcs. Price? +82 2 1234 5678")
    assert found == {
        "characters": 62,
        "words": 13,
        "digits": 17,
        "question marks": 1,
        "exclamation marks": 1,
        "share of capitals": pytest.approx(8 / 28),
        "urgency": 1.0,
        "quantity": 1200.0,
        "price or budget": 1.0,
        "e-mail address": 0.0,
        "web address": 0.0,
        "phone number": 1.0,
    }


@pytest.mark.parametrize(
    ("text", "quantity"),
    [
        ("We need 20 units.", 20),
        ("Cantidad: 25 unidades", 25),
        ("qty 7", 7),
        ("견적 부탁드립니다. 15대, 수량: 30", 30),
        ("65 inch", 0),
        ("in 6개월", 0),
        ("model 55UH5F", 0),
        ("12345678901234 units", 0),
        ("unit 5", 0),
        ("1.000 Stück", 1000),
    ],
)
def test_the_largest_quantity_is_read(text: str, quantity: float) -> None:
    assert features_of(text)["quantity"] == quantity


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("please reply ASAP", "urgency"),
        ("긴급 요청", "urgency"),
        ("es urgente", "urgency"),
        ("what is the price", "price or budget"),
        ("견적 부탁드립니다", "price or budget"),
        ("Qual o preço?", "price or budget"),
        ("at most $500", "price or budget"),
        ("write to a.b@example.co.kr", "e-mail address"),
        ("see www.example.com", "web address"),
        ("see https://example.com/x", "web address"),
        ("call (02) 123-4567", "phone number"),
        ("call 010-1234-5678", "phone number"),
    ],
)
def test_one_flag_is_raised_and_no_other(text: str, flag: str) -> None:
    flags = ("urgency", "price or budget", "e-mail address", "web address", "phone number")
    assert [name for name in flags if features_of(text)[name]] == [flag]


def test_ordinary_words_raise_no_flag() -> None:
    found = features_of("We are resurgent since 2024-05-01, spriced up in Costa Rica; a precise 12345 by 4.")
    assert not any(found[name] for name in ("urgency", "price or budget", "quantity", "phone number"))


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("We would like to know the price of ten displays.", "en"),
        ("Quisiera conocer las medidas de la pantalla.", "es"),
        ("Gostaria de um orçamento para a instalação.", "pt"),
        ("견적 부탁드립니다. 설치 비용을 알려주세요.", "ko"),
        ("ok", "unknown"),
        ("12345 67890 !!!", "unknown"),
        ("", "unknown"),
    ],
)
def test_a_language_is_named_where_there_is_enough_to_tell(text: str, language: str) -> None:
    assert language_of(text) == language


def test_a_missing_message_is_flagged_and_else_all_zeros() -> None:
    X = pd.DataFrame({"message": pd.Series([None, "  ", "Hello there"], dtype="str", index=[9, 5, 7])})
    new = MessageFeatures().fit_transform(X).drop(columns="message")
    assert new["no text in message"].tolist() == [1.0, 1.0, 0.0]
    numbers = new.select_dtypes("number").drop(columns="no text in message")
    assert (numbers.loc[[9, 5]] == 0).all(axis=None)
    assert new["characters in message"].tolist() == [0.0, 0.0, 11.0]
    assert new["language of message"].tolist() == ["unknown"] * 3


def test_each_text_column_has_its_own_features_and_the_language_can_be_left_out() -> None:
    texts = pd.Series(["Wir brauchen ein Angebot für zwanzig Bildschirme"], dtype="str")
    X = pd.DataFrame({"note": texts, "message": texts})
    table = MessageFeatures().fit_transform(X)
    assert table["language of note"].tolist() == table["language of message"].tolist() == ["de"]
    assert list(table["language of note"].cat.categories) == [*LANGUAGES, "unknown"]
    assert not [name for name in MessageFeatures(language=False).fit_transform(X) if name.startswith("language")]
    assert table.shape[1] == 2 + 2 * 14
