"""What can be counted in a message without learning: length, tone, quantities, contacts, and its language."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from bench.components.steps.columns import text_columns
from bench.components.steps.derived.added import AddedColumns

UNKNOWN = "unknown"
# The languages told apart. The library knows a hundred, and names rare ones for short texts of common ones.
LANGUAGES = (
    "ar", "cs", "de", "en", "es", "fr", "hi", "id", "it", "ja", "ko", "nl", "pl", "pt", "ru", "th", "tr", "vi", "zh",
)  # fmt: skip
SHORTEST = 20  # bytes of letters; less of a text tells no language


class MessageFeatures(AddedColumns):
    """Thirteen numbers and the language of each text column.

    A missing text is zeros but for "no text", and of unknown language.
    The numbers are those of `features_of` and "no text". The language is an ISO 639 code from the naive Bayes
    classifier of py3langid (Lui and Baldwin 2012), restricted to `LANGUAGES`.

    Parameters
    ----------
    language : whether to add the language
    """

    def __init__(self, language: bool = True) -> None:
        self.language = language

    def subject(self, X: pd.DataFrame) -> list[str]:
        """Return the text columns."""
        return text_columns(X)

    def added(self, X: pd.DataFrame) -> dict[str, Any]:
        """Return the new columns of each text column; a text that occurs again is looked at once."""
        new: dict[str, Any] = {}
        for name in self.columns_:
            texts = X[name].str.strip()
            number_of, found = pd.factorize(texts.where(texts != ""))
            different = [*map(str, found), ""]  # a missing text has the number -1: the last one, an empty text
            counted = np.array([list(features_of(text).values()) for text in different], dtype=np.float64)
            for place, feature in enumerate(_FEATURES):
                new[f"{feature} in {name}"] = counted[number_of, place]
            new[f"no text in {name}"] = (number_of < 0).astype(np.float64)
            if self.language:
                codes = np.array([_LEVELS.index(language_of(text)) for text in different])
                new[f"language of {name}"] = pd.Categorical.from_codes(
                    codes[number_of], categories=pd.Index(_LEVELS, dtype="str")
                )
        return new


def features_of(text: str) -> dict[str, float]:
    """Return what is counted in ``text``, by name: counts, a share, the largest quantity named, and 0/1 flags."""
    letters = sum(map(str.isalpha, text))
    return {
        "characters": len(text),
        "words": len(text.split()),
        "digits": sum(map(str.isdigit, text)),
        "question marks": len(_QUESTION.findall(text)),
        "exclamation marks": len(_EXCLAMATION.findall(text)),
        "share of capitals": sum(map(str.isupper, text)) / letters if letters else 0.0,
        "urgency": float(bool(_URGENT.search(text))),
        "quantity": max((_quantity(found) for found in _QUANTITY.finditer(text)), default=0.0),
        "price or budget": float(bool(_MONEY.search(text))),
        "e-mail address": float(bool(_MAIL.search(text))),
        "web address": float(bool(_WEB.search(text))),
        "phone number": float(bool(_PHONE.search(text))),
    }


def language_of(text: str) -> str:
    """Return the language of ``text`` as one of `LANGUAGES`, "unknown" if it has hardly a letter."""
    if len("".join(filter(str.isalpha, text)).encode("utf-8", "ignore")) < SHORTEST:
        return UNKNOWN
    return str(_identifier().classify(text)[0])


@lru_cache(maxsize=1)
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    identifier.set_languages(LANGUAGES)
    return identifier


def _quantity(found: re.Match[str]) -> float:
    """Return a number written with or without thousands separators; more than nine digits are no quantity."""
    digits = re.sub(r"\D", "", found["before"] or found["after"])
    return float(digits) if len(digits) <= 9 else 0.0


# Words of English, Spanish, Portuguese, French, German, Korean, Japanese and Chinese. Where a language inflects, the
# stem stands for all forms. Scripts without blanks have no word borders.
_NUMBER = r"\d{1,3}(?:[.,]\d{3})+|\d+"
_UNIT = (
    r"(?:(?:pcs?|pieces?|units?|sets?|nos|screens?|displays?|panels?|tvs?|monitors?"
    r"|unidades?|peças?|pecas?|piezas?|equipos?|unités?|pièces?|stück|stk)\b|대|개(?!월)|세트|台|個|套|件)"
)
_QUESTION = re.compile(r"[?？؟]")
_EXCLAMATION = re.compile(r"[!！]")
_URGENT = re.compile(
    r"\b(?:asap|as soon as possible|urgent|immediate|emergency|right away|earliest|deadline"
    r"|urgênci|urgenci|inmediat|imediat|cuanto antes|quanto antes|lo antes posible"
    r"|d[eè]s que possible|immédiat|dringend|sofort|eilig)"
    r"|긴급|급합니다|급히|시급|즉시|빠른 시일|至急|急ぎ|紧急|緊急|尽快",
    re.IGNORECASE,
)
_QUANTITY = re.compile(
    rf"(?<![\w.,])(?P<before>{_NUMBER})\s?{_UNIT}"
    rf"|(?:\b(?:qty|quantity|quantities|cantidad|quantidade|quantité|anzahl|menge)\b|수량|数量)\s?[:=]?\s?(?P<after>{_NUMBER})",
    re.IGNORECASE,
)
_MONEY = re.compile(
    r"[$€£¥₩₹]|\b(?:usd|eur|krw|inr|brl)\b"
    r"|\b(?:pric|quotation|quote|costs?\b|costing|budget|precios?\b|preç|cotiza|cotaç|cotac|orçament|orcament|presupuest"
    r"|prix|devis|tarif|preis|angebot|kosten)"
    r"|견적|가격|예산|비용|단가|見積|価格|予算|报价|价格|预算",
    re.IGNORECASE,
)
_MAIL = re.compile(r"\w@\w[\w-]*\.\w")
_WEB = re.compile(r"https?://|\bwww\.\w", re.IGNORECASE)
_PHONE = re.compile(r"(?<![\w.-])(?!\d{1,4}[-.]\d\d?[-.]\d{1,4}\b)\+?\(?\d(?:[ ().-]{0,2}\d){7,14}(?!\w)")
_FEATURES = tuple(features_of(""))
_LEVELS = [*LANGUAGES, UNKNOWN]
