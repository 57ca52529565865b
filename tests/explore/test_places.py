"""Tests of conversion by country, by continent and by customer type."""

from __future__ import annotations

import pandas as pd

from bench.explore.places import places
from tests.explore.tables import all_text, converted, levels, look_of


def test_countries_have_standard_names_and_kosovo_lies_in_europe() -> None:
    column = levels(("/Pristina/Kosovo", 25), ("/ / Türkiye", 10), ("//Turkey", 10), ("//Brasil", 30))
    seen = places(look_of(pd.DataFrame({"place": column}), converted((10, 15), (2, 8), (2, 8), (3, 27))))
    assert seen is not None
    countries = seen.sheets["countries"].set_index("level")
    assert countries.loc["Kosovo", "continent"] == "Europe"
    assert list(countries[["leads", "conversions"]].loc["Türkiye"]) == [20, 4]
    assert seen.sheets["continents"]["level"].tolist() == ["South America", "Europe", "Asia"]


def test_what_surely_converts_by_country_is_a_sign_to_rank_by() -> None:
    column = levels(("Brazil", 200), ("India", 200), ("Mexico", 200))
    seen = places(look_of(pd.DataFrame({"country": column}), converted((80, 120), (10, 190), (30, 170))))
    assert seen is not None
    first = "country: leads from Brazil 40% (33 to 47) of 200 surely convert more often than the average of 20%."
    assert seen.act[0] == f"{first} A sign to rank by."
    assert "from India 5% (2.7 to 9) of 200 surely convert less often" in seen.act[1]


def test_texts_without_a_country_are_counted_and_shown_from_five_leads_on() -> None:
    column = levels(("//India", 41), ("//Brazil", 40), ("//Narniaxx", 6), ("//Mordorxx", 4), (None, 10))
    seen = places(look_of(pd.DataFrame({"place": column}), converted((8, 33), (8, 32), (1, 5), (1, 3), (1, 9))))
    assert seen is not None
    assert seen.block.sentences[0].startswith("place: 81 of the 91 leads with a text there name a country")
    assert "//Narniaxx" in all_text(seen)
    assert "Mordorxx" not in all_text(seen)
    assert seen.sheets["countries"]["level"].tolist() == ["India", "Brazil", "(not known)"]


def test_a_second_column_of_the_same_countries_is_not_told_again() -> None:
    column = levels(("//India", 40), ("//Brazil", 40))
    seen = places(look_of(pd.DataFrame({"place": column, "again": column}), converted((8, 32), (8, 32))))
    assert seen is not None
    assert set(seen.sheets["countries"]["column"]) == {"place"}


def test_customer_types_are_told_on_folded_names() -> None:
    column = levels(("End-Customer", 30), ("End Customer", 20), ("Partner", 30))
    seen = places(look_of(pd.DataFrame({"customer_type": column}), converted((3, 27), (4, 16), (3, 27))))
    assert seen is not None
    assert seen.block.title == "How often leads convert, by customer type"
    types = seen.sheets["customer_types"].set_index("level")
    assert list(types[["leads", "conversions"]].loc["End-Customer"]) == [50, 7]


def test_without_places_and_customer_types_there_is_nothing_to_see() -> None:
    features = pd.DataFrame({"colour": levels(("red", 40), ("blue", 40)), "leading types": range(80)})
    assert places(look_of(features, converted((8, 32), (8, 32)))) is None
