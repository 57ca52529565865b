"""Locations read as country, continent and city."""

import warnings

import numpy as np
import pandas as pd
import pytest

from bench.components.steps.derived import countries
from bench.components.steps.derived.countries import continent_of, country_elsewhere, country_of, country_plainly
from bench.components.steps.derived.places import Places, parsed


def column(*levels: str | None) -> pd.Series:
    return pd.Series(pd.Categorical(levels))


def levels(series: pd.Series) -> list[str | None]:
    return [None if pd.isna(level) else level for level in series.astype(object)]


@pytest.mark.parametrize(
    ("country", "spellings"),
    [
        ("United Kingdom", ["U.K.", "UK", "England", "Unted Kingdom", "United Kingdon", "Reino Unido", "Scotland"]),
        ("United States", ["USA", "U.S.A.", "EE.UU.", "미국", "United States of America", "Estados Unidos"]),
        ("United Arab Emirates", ["U.A.E", "UAE", "Dubai", "الإمارات العربية المتحدة"]),
        ("South Korea", ["Korea", "대한민국", "한국", "Republic of Korea"]),
        ("Türkiye", ["Turkey", "Turkiye", "TÜRKİYE"]),
        ("Brazil", ["Brasil", " brazil ", "Brazil 01310-100"]),
        ("Vietnam", ["Viet Nam", "Việt Nam"]),
        ("Philippines", ["Phillipines", "Filipinas"]),
        ("Colombia", ["Columbia", "COLOMBIA"]),
        ("Dominican Republic", ["Repubblica Dominicana", "República Dominicana"]),
        ("Egypt", ["مصر"]),
        ("Hong Kong", ["Hongkong", "Hong Kong SAR", "香港"]),
        ("Taiwan", ["Taiwan", "대만"]),
        ("Kosovo", ["Kosova", "Косово"]),
    ],
)
def test_a_country_is_known_in_many_spellings(country: str, spellings: list[str]) -> None:
    assert {spelling: country_of(spelling) for spelling in spellings} == dict.fromkeys(spellings, country)


@pytest.mark.parametrize(
    "text",
    # The third and fourth are a letter away from two countries each, the rest are other places, codes or no names.
    [
        "",
        "Mexico City",
        "Austrlia",
        "Slovania",
        "Indiana",
        "Granada",
        "Repubblica",
        "Goa",
        "CA",
        "Other",
        "400001",
        "—",
    ],
)
def test_what_is_no_country_or_could_be_two_stays_unknown(text: str) -> None:
    assert country_of(text) is None


def test_a_code_names_a_country_only_where_codes_are_expected() -> None:
    assert (country_of("DE", codes=True), country_of("KOR", codes=True)) == ("Germany", "South Korea")
    assert country_of("DE") is None
    assert country_plainly("DE") is None
    assert country_of("ZQ", codes=True) is None


def test_a_misspelt_name_is_not_plainly_a_country_and_a_part_of_one_neither() -> None:
    assert country_plainly("Deutschland") == "Germany"
    assert country_plainly("Germny") is None
    assert country_plainly("California") is None


def test_elsewhere_a_name_shared_with_another_place_is_no_country() -> None:
    assert country_elsewhere("Lebanon") == "Lebanon"
    assert [country_elsewhere(name) for name in ("Georgia", "Jersey", "Mexico City", "Granada", "")] == [None] * 5


def test_every_country_has_one_continent() -> None:
    codes = [code for listed in countries.CONTINENTS.values() for code in listed.split()]
    assert len(codes) == len(set(codes)) == 250  # 248 of M49 with Antarctica, Kosovo, Taiwan
    names = ("Kosovo", "Türkiye", "Egypt", "Mexico", "Brazil", "Fiji")
    assert [continent_of(name) for name in names] == [
        "Europe", "Asia", "Africa", "North America", "South America", "Oceania",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("location", "country", "city"),
    [
        ("/Sao Paulo/Brazil", "Brazil", "Sao Paulo"),
        ("12 Main St / Lima / Peru", "Peru", "Lima"),
        ("//India", "India", ""),
        (" /  / Viet Nam", "Vietnam", ""),
        ("//", None, ""),
        ("India", "India", ""),
        ("Seoul, South Korea", "South Korea", "Seoul"),
        ("Houston, Texas, United States", "United States", "Houston"),
        ("Korea, Republic of", "South Korea", ""),
        ("/ Mexico / 06600", "Mexico", ""),  # a postal code in the place of the country
        ("Pune / India / someone@example.com", "India", "Pune"),
        ("/ Georgia / 30301", None, "Georgia"),
        ("/ Mexico City / 06600", None, "Mexico City"),
        ("/ Lebanon / TN 37087", None, "Lebanon"),
        ("/ Lebanon / Ohio", "United States", "Lebanon"),
        ("/Toronto/CA", None, "Toronto"),  # Canada or California
        ("/ 10115 / Germany", "Germany", ""),
        ("Atlanta / Georgia / Elsewhere", None, "Georgia"),
    ],
)
def test_a_location_is_read_from_its_end(location: str, country: str | None, city: str) -> None:
    assert parsed(location)[:2] == (country, city)


def test_the_columns_that_hold_places_are_found_by_what_they_hold() -> None:
    X = pd.DataFrame(
        {
            "where": column("//India", "/Lima/Peru", "//", "x / y / zzz"),
            "country": column("DE", "fr", None, "KR"),
            "destination": column("AR", "BR", "CL", "PE"),
            "unit": column("AS", "ID", "IT", "CM"),  # each of them the code of a country
            "state": column("California", "Georgia", "Texas", "Ohio"),
            "one": column("India", "India", "India", "India"),
            "name": column("Jordan", "Lisa", "Ann", "Omar"),
            "language": column("Korean", "English", "French", "Thai"),
            "empty": column(None, None, None, None),
            "visits": [1.0, 2.0, 3.0, 4.0],
        }
    )
    assert Places().subject(X) == ["where", "country"]
    assert Places(columns="co*").subject(X) == ["country"]
    assert Places().subject(X[["visits"]]) == []
    assert Places().subject(X.iloc[:0]) == []


def table() -> pd.DataFrame:
    """Twenty-six leads: ten from Mumbai, ten from Lima, and six whose country is hard to tell."""
    places = ["/Mumbai/India"] * 10 + ["street / Lima / Peru"] * 10
    places += ["//Mumbai", "/Lima/", "//", "/Elsewhere/Nowhere", "//me@example.com", "/Delhi/Indiaa"]
    subsidiary = ["HQIN"] * 9 + ["HQPE"] * 11 + ["HQIN", "HQIN", "HQPE", "HQPE", None, "HQXX"]
    return pd.DataFrame(
        {
            "visits": np.arange(26.0),
            "place": pd.Categorical(places),
            "subsidiary": pd.Categorical(subsidiary),
            "note": pd.Series(["text"] * 26, dtype="str"),
        },
        index=np.arange(26)[::-1] * 3,
    )


def fitted(X: pd.DataFrame, **values: object) -> tuple[Places, pd.DataFrame]:
    step = Places(**values)  # type: ignore[arg-type]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return step, step.fit_transform(X)


def test_places_come_behind_the_old_columns_in_the_order_of_the_rows() -> None:
    X = table()
    _, out = fitted(X)
    assert list(out) == [
        "visits", "subsidiary", "note",
        "country of place", "continent of place", "city of place", "place agrees with subsidiary",
    ]  # fmt: skip
    assert out.index.equals(X.index)
    assert levels(out["country of place"].iloc[[0, 10, 25]]) == ["India", "Peru", None]
    assert levels(out["continent of place"].iloc[[0, 10, 25]]) == ["Asia", "South America", None]
    assert levels(out["city of place"].iloc[[0, 10, 22, 25]]) == ["Mumbai", "Lima", None, "Delhi"]
    assert list(fitted(X, replace=False)[1])[:4] == list(X)


def test_a_city_in_the_place_of_a_country_lies_where_the_training_rows_say() -> None:
    _, out = fitted(table())
    assert levels(out["country of place"].iloc[20:24]) == ["India", "Peru", None, None]
    assert levels(out["city of place"].iloc[20:22]) == ["Mumbai", "Lima"]
    few = table().iloc[6:]  # four leads from Mumbai do not say where Mumbai is
    assert levels(fitted(few)[1]["country of place"].iloc[14:16]) == [None, "Peru"]


def test_a_lead_agrees_with_its_subsidiary_if_it_lies_where_most_of_its_leads_do() -> None:
    step, out = fitted(table())
    assert step.homes_ == {"place": {"subsidiary": {"HQIN": "India", "HQPE": "Peru"}}}
    agrees = out["place agrees with subsidiary"]
    assert agrees.dtype == np.float64
    assert agrees.iloc[[0, 9, 10, 20, 21]].tolist() == [1.0, 0.0, 1.0, 1.0, 0.0]
    assert agrees.iloc[[22, 23, 24, 25]].isna().all()  # no country, or a subsidiary or home unknown
    assert "place agrees with subsidiary" not in fitted(table(), beside="owner")[1]


def test_new_rows_are_read_alike_and_alone() -> None:
    X = table()
    step, out = fitted(X)
    pd.testing.assert_frame_equal(step.transform(X), out)
    one = X.iloc[[3]].assign(place=pd.Categorical(["12 rue / Paris / Frànce"]), subsidiary=pd.Categorical([None]))
    assert levels(step.transform(one)["country of place"]) == ["France"]
    assert step.transform(one)["place agrees with subsidiary"].isna().all()
    unseen = X.iloc[[3]].assign(subsidiary=pd.Categorical(["never seen"]), place=pd.Categorical([None], ["//India"]))
    assert levels(step.transform(unseen)["city of place"]) == [None]


def test_places_without_a_known_country_are_counted_in_one_warning() -> None:
    with pytest.warns(UserWarning, match=r"^3 of 26 places \(place\), in 3 spellings, name no country") as caught:
        Places().fit(table())
    assert len(caught) == 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Places().fit(table().iloc[:20])


def test_a_table_without_places_passes_as_it_is() -> None:
    X = table()[["visits", "subsidiary"]]
    pd.testing.assert_frame_equal(Places().fit_transform(X), X)
    pd.testing.assert_frame_equal(Places().fit_transform(X[["visits"]]), X[["visits"]])


def test_a_plain_country_column_gets_no_column_of_cities() -> None:
    X = pd.DataFrame({"Country": column("India", "Peru", "KR", None)})
    assert list(fitted(X)[1]) == ["country of Country", "continent of Country"]
    assert levels(fitted(X)[1]["country of Country"]) == ["India", "Peru", "South Korea", None]
