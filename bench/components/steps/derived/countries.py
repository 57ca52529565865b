"""Country names in many languages and spellings, read as one English name and its continent."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

from babel import Locale
from countrynames.data import DATA
from rapidfuzz import process
from rapidfuzz.distance import OSA

# Languages whose names of countries are read, the earlier ones first where two languages disagree. `countrynames` knows
# more of them, but also takes names from languages that few leads are written in for those of other countries.
LANGUAGES = (
    "en", "es", "pt", "pt_PT", "fr", "de", "it", "ko", "ja", "zh", "zh_Hant", "ru", "ar", "tr", "vi", "id", "th", "pl",
    "nl", "uk", "hi", "he", "cs", "el", "hu", "ro", "sv", "da", "nb", "fi",
)  # fmt: skip

# What people write and CLDR does not list, or lists for another place.
ALIASES = {
    "uk": "GB", "england": "GB", "britain": "GB",
    "us": "US", "usa": "US", "america": "US", "eua": "US", "eeuu": "US", "ee uu": "US",
    "uae": "AE", "ksa": "SA", "holland": "NL", "turkey": "TR", "lybia": "LY", "male": "MV",
    "hong kong sar": "HK", "hong kong sar china": "HK", "홍콩": "HK", "香港": "HK",
    "macau": "MO", "macao sar china": "MO", "마카오": "MO", "澳門": "MO", "澳门": "MO",
    "korea": "KR", "한국": "KR", "남한": "KR",
    "palestine": "PS", "burma": "MM", "swaziland": "SZ", "macedonia": "MK", "bharat": "IN",
    "czech republic": "CZ", "ivory coast": "CI", "russian federation": "RU",
}  # fmt: skip

# Places whose names a language gives to a country, or that are a letter away from one.
OTHER_PLACES = frozenset({"granada", "siberia"})

# Names that stand for a country only where a country is expected.
SHARED_NAMES = frozenset({"america", "georgia", "guinea", "jersey", "male", "st martin", "us"})

APOSTROPHES = "'’‘ʼ`"

# The geographic regions of the United Nations' standard M49 (https://unstats.un.org/unsd/methodology/m49/), the
# Americas in its halves 003 and 005; Kosovo and Taiwan, which M49 does not list, by their place on the map.
CONTINENTS = {
    "Africa": "AO BF BI BJ BW CD CF CG CI CM CV DJ DZ EG EH ER ET GA GH GM GN GQ GW IO KE KM LR LS LY MA MG ML MR MU MW"
    " MZ NA NE NG RE RW SC SD SH SL SN SO SS ST SZ TD TF TG TN TZ UG YT ZA ZM ZW",
    "Antarctica": "AQ",
    "Asia": "AE AF AM AZ BD BH BN BT CN CY GE HK ID IL IN IQ IR JO JP KG KH KP KR KW KZ LA LB LK MM MN MO MV MY NP OM"
    " PH PK PS QA SA SG SY TH TJ TL TM TR TW UZ VN YE",
    "Europe": "AD AL AT AX BA BE BG BY CH CZ DE DK EE ES FI FO FR GB GG GI GR HR HU IE IM IS IT JE LI LT LU LV MC MD ME"
    " MK MT NL NO PL PT RO RS RU SE SI SJ SK SM UA VA XK",
    "North America": "AG AI AW BB BL BM BQ BS BZ CA CR CU CW DM DO GD GL GP GT HN HT JM KN KY LC MF MQ MS MX NI PA PM"
    " PR SV SX TC TT US VC VG VI",
    "Oceania": "AS AU CC CK CX FJ FM GU HM KI MH MP NC NF NR NU NZ PF PG PN PW SB TK TO TV UM VU WF WS",
    "South America": "AR BO BR BV CL CO EC FK GF GS GY PE PY SR UY VE",
}


@lru_cache(maxsize=200_000)
def country_of(text: str, *, codes: bool = False) -> str | None:
    """Return the English name of the country that ``text`` names, misspelt perhaps, or None.

    A spelling equally near to two names, as "Austrlia" is to Austria and Australia, stays unknown.

    Parameters
    ----------
    codes : whether a code of two or three letters (ISO 3166-1) names a country; behind streets and cities it may as
        well be that of a state
    """
    name = folded(text)
    if not name or name in OTHER_PLACES:
        return None
    code = _names().get(name) or (_coded(name) if codes else None)
    found = {code} if code else _nearest(name) or _listed(name)
    return english_names()[found.pop()] if len(found) == 1 else None


def country_plainly(text: str, *, codes: bool = False) -> str | None:
    """Return the English name of the country whose name ``text`` is, spelled right in one of `LANGUAGES`, or None."""
    name = folded(text)
    if name in OTHER_PLACES:
        return None
    return english_names().get(_names().get(name) or (_coded(name) if codes else None) or "")


def country_elsewhere(text: str) -> str | None:
    """Return the English name of the country that a text outside the place of a country names without doubt."""
    name = folded(text)
    return None if name in SHARED_NAMES else english_names().get(_english().get(name, ""))


def continent_of(country: str) -> str:
    """Return the continent of a country by its English name as `country_of` returns it."""
    return _continents()[country]


@lru_cache(maxsize=200_000)
def folded(text: str) -> str:
    """Return ``text`` in lower case without accents, digits and punctuation; letters of every script stay."""
    parts = unicodedata.normalize("NFKD", text.casefold().replace("&", " and "))
    bare = "".join(part for part in parts if part not in APOSTROPHES and not "\u0300" <= part <= "\u036f")
    letters = (c if unicodedata.category(c)[0] in "LM" else " " for c in unicodedata.normalize("NFC", bare))
    return re.sub(r"\b(\w) (?=\w\b)", r"\1", " ".join("".join(letters).split()))  # "u a e" is "uae"


@cache
def english_names() -> dict[str, str]:
    """Return CLDR's English name of every country, by its ISO 3166-1 code (XK for Kosovo)."""
    english = Locale.parse("en").territories
    codes = [code for listed in CONTINENTS.values() for code in listed.split()]
    return {code: english[code].split(" (Burma)")[0].removesuffix(" SAR China") for code in codes}


@cache
def _continents() -> dict[str, str]:
    names = english_names()
    return {names[code]: continent for continent, listed in CONTINENTS.items() for code in listed.split()}


@cache
def _names() -> dict[str, str]:
    found = dict(_english())
    for language in LANGUAGES:
        territories = Locale.parse(language).territories
        for code in english_names():
            name = folded(territories.get(code, ""))
            if len(name) > 3 or not name.isascii():  # without its accents a short name is a code or another word
                found.setdefault(name, code)
    return found


@cache
def _english() -> dict[str, str]:
    return {folded(name): code for code, name in english_names().items()} | ALIASES


def _coded(name: str) -> str | None:
    """Return the ISO 3166-1 alpha-2 code that ``name`` is or, of three letters, stands for."""
    if len(name) == 2:
        return name.upper() if name.upper() in english_names() else None
    found = _listed_names().get(name, set()) if len(name) == 3 and name.isascii() else set()
    return next(iter(found)) if len(found) == 1 else None


def _nearest(name: str) -> set[str]:
    """Return the codes of the countries whose English names are nearest to a misspelt one.

    They are one slip away, or two if the name is long; a slip is a letter too many, too few, wrong or swapped with the
    next (optimal string alignment). None is if the nearest is under seven letters: too many other words are near it.
    """
    if len(name) < 6:
        return set()
    near = process.extract(name, list(_english()), scorer=OSA.distance, score_cutoff=2, limit=None)
    nearest = [(known, distance) for known, distance, _ in near if distance == near[0][1]]
    if not any(len(known) >= (7 if distance == 1 else 10) for known, distance in nearest):
        return set()
    return {_english()[known] for known, _ in nearest}


def _listed(name: str) -> set[str]:
    """Return the codes of the countries that `countrynames` lists under ``name``, a part of the country perhaps."""
    return set() if len(name) < 4 and name.isascii() else set(_listed_names().get(name, ()))


@cache
def _listed_names() -> dict[str, set[str]]:
    """Return the codes that `countrynames` lists by folded name; its part GB-SCT, Scotland, is of GB."""
    # Its own look-up walks through all names for each, and writes other scripts in Latin letters, where names collide.
    found: dict[str, set[str]] = {}
    for listed, names in DATA.items():
        code = listed.split("-")[0]
        if code in english_names():
            for name in names:
                found.setdefault(folded(name), set()).add(code)
    return found
