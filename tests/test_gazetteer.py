"""The gazetteer: names however they are written, ids, type-ahead, and what lies around a point."""

from __future__ import annotations

import math
import shutil
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Thread

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from domain import InvalidInput, Level, NotFound, NotPrepared, Place
from geo.gazetteer import MAX_NAME, Gazetteer, fold

POKROVSK = "geonames:704422"
ENGELS = "geonames:563464"
PATIENTLY = settings(deadline=None, max_examples=60)


def ids(places: tuple[Place, ...]) -> list[str]:
    return [place.id for place in places]


# --------------------------------------------------------------------------- names


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("POKROVSK", "pokrovsk", id="case"),
        pytest.param("São Tomé", "Sao Tome", id="accents"),
        pytest.param("Sa\u0303o", "São", id="composed and decomposed"),
        pytest.param("Sana'a", "Sanaa", id="typewriter apostrophe"),
        pytest.param("Sana’a", "Sanaa", id="typographic apostrophe"),
        pytest.param("Sanaʼa", "Sanaa", id="letter apostrophe"),
        pytest.param("Port-au-Prince", "Port au Prince", id="hyphen"),
        pytest.param("Port‑au–Prince", "Port au Prince", id="other dashes"),
        pytest.param("Łódź", "Lodz", id="stroke"),
        pytest.param("Tromsø", "Tromso", id="slashed o"),
        pytest.param("İstanbul", "ISTANBUL", id="dotted i"),
        pytest.param("U.S.A.", "USA", id="dots"),
        pytest.param("ＫＹＩＶ", "Kyiv", id="wide letters"),
        pytest.param("  New \n York ", "New York", id="white space"),
        pytest.param("Київ", "КИЇВ", id="Cyrillic"),
    ],
)
def test_spellings_of_one_name_fold_alike(one: str, other: str) -> None:
    assert fold(one) == fold(other) != ""


@pytest.mark.parametrize("name", ["", " ", "'’ʼ", "---", "\u0301" * 9, "\ud800"])
def test_what_has_no_letter_folds_to_nothing(name: str) -> None:
    assert fold(name) == ""


@pytest.mark.parametrize(
    ("name", "place_id"),
    [
        ("pokrovsk", POKROVSK),
        ("POKROVSK", POKROVSK),
        ("Pokrovs'k", POKROVSK),
        ("Pokrovs’k", POKROVSK),
        ("Pokrovsʼk", POKROVSK),
        ("Покровськ", POKROVSK),
        ("Sana'a", "geonames:71137"),
        ("SANAʼA", "geonames:71137"),
        ("NDjamena", "geonames:2427123"),
        ("N’Djamena", "geonames:2427123"),
        ("port au prince", "geonames:3718426"),
        ("Port-au-Prince", "geonames:3718426"),
        ("Reykjavik", "geonames:3413829"),
        ("Kiev", "geonames:703448"),
        ("Black Sea", "sitmap:black-sea"),
        ("Ukraine", "country:UA"),
        ("U.S.", "country:US"),
    ],
)
def test_a_name_leads_to_its_place(gazetteer: Gazetteer, name: str, place_id: str) -> None:
    use = gazetteer.best(name)
    assert use is not None
    assert use.place.id == place_id
    assert place_id in ids(gazetteer.lookup(name))


def test_a_place_by_its_own_name_goes_before_a_bigger_one_by_a_former_name(gazetteer: Gazetteer) -> None:
    named = gazetteer.lookup("Pokrovsk")
    pokrovsk, engels = gazetteer.get(POKROVSK), gazetteer.get(ENGELS)
    assert engels.population > pokrovsk.population
    assert named.index(pokrovsk) < named.index(engels)
    use = gazetteer.best("Pokrovsk")
    assert use is not None
    assert (use.place, use.count) == (pokrovsk, len(named))


def test_the_city_goes_before_the_region_that_is_named_after_it(gazetteer: Gazetteer) -> None:
    named = gazetteer.lookup("Donetsk")
    assert [place.level for place in named[:2]] == [Level.SETTLEMENT, Level.ADMIN1]


@pytest.mark.parametrize(
    ("code", "place_id"), [("IT", "country:IT"), ("DEU", "country:DE"), ("gb", "country:GB")]
)
def test_a_code_is_no_name_but_is_found_when_looked_up(
    gazetteer: Gazetteer, code: str, place_id: str
) -> None:
    use = gazetteer.best(code)
    assert use is None or use.place.id != place_id
    assert place_id in ids(gazetteer.lookup(code))


def test_a_lookup_gives_no_more_than_its_limit(gazetteer: Gazetteer) -> None:
    assert gazetteer.lookup("San Antonio", limit=3) == gazetteer.lookup("San Antonio")[:3]


@pytest.mark.parametrize("name", ["Zzyzxgrad", "", "x" * 10_000, "\ud800", "a\0b", "%", "Pokrovs_", "*"])
def test_an_unknown_name_finds_nothing(gazetteer: Gazetteer, name: str) -> None:
    assert gazetteer.best(name) is None
    assert gazetteer.lookup(name) == ()
    assert gazetteer.demonym(name) is None


def test_a_name_is_not_cut_down_to_one_that_is_known(gazetteer: Gazetteer) -> None:
    assert gazetteer.lookup("Pokrovsk" + "\u0301" * 3) == gazetteer.lookup("Pokrovsk")
    assert gazetteer.lookup("Pokrovsk" + "\u0301" * 5_000 + "grad") == ()
    assert gazetteer.lookup("Pokrovsk" + " " * MAX_NAME + "grad") == ()


def test_the_longest_name_in_use_is_known_in_full(gazetteer: Gazetteer) -> None:
    name = (
        "Krung Thep Maha Nakhon Amon Rattanakosin Mahintarayutthaya Maha Dilok Phop Noppharat Ratchathani"
        " Buri Rom Udom Ratchaniwet Maha Sathan Amon Phiman Awatan Sathit Sakka Thattiya Witsanukam Prasit"
    )
    assert "Bangkok" in [place.name for place in gazetteer.lookup(name)]
    assert gazetteer.lookup(name[:100]) == ()


@pytest.mark.parametrize(
    ("word", "country"),
    [
        ("Russian", "country:RU"),
        ("Ukrainians", "country:UA"),
        ("sudanese", "country:SD"),
        ("South Korean", "country:KR"),
        ("Emirati", "country:AE"),
    ],
)
def test_a_demonym_names_a_country(gazetteer: Gazetteer, word: str, country: str) -> None:
    place = gazetteer.demonym(word)
    assert place is not None
    assert place.id == country


def test_a_demonym_of_two_countries_means_the_more_populous_one(gazetteer: Gazetteer) -> None:
    congolese = gazetteer.demonym("Congolese")
    assert congolese == gazetteer.get("country:CD")
    assert congolese.population > gazetteer.get("country:CG").population


@PATIENTLY
@given(st.text() | st.text(alphabet="ab\"'*^:()[]?%_-+{}~.\0\ud800\u0301é« ·", max_size=30))
def test_no_text_upsets_the_gazetteer(gazetteer: Gazetteer, text: str) -> None:
    use = gazetteer.best(text)
    assert use is None or use.place in gazetteer.lookup(text)
    gazetteer.demonym(text)
    assert len(gazetteer.search(text)) <= 10


# --------------------------------------------------------------------------- type-ahead


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("pokr", "Pokrovsk"),
        ("Pokrovs’", "Pokrovsk"),
        ("new y", "New York City"),
        ("odessa", "Odesa"),
        ("kiev", "Kyiv"),
        ("usa", "United States"),
        ("us", "United States"),
        ("санкт", "Saint Petersburg"),
        ("京都", "Kyoto"),
    ],
)
def test_type_ahead_finds_what_is_meant_first(gazetteer: Gazetteer, text: str, name: str) -> None:
    assert gazetteer.search(text)[0].name == name


def test_type_ahead_puts_what_begins_so_before_what_has_such_a_word(gazetteer: Gazetteer) -> None:
    found = gazetteer.search("mariup", limit=50)
    begins = [fold(place.name).startswith("mariup") for place in found]
    assert True in begins
    assert False in begins
    assert begins == sorted(begins, reverse=True)


def test_type_ahead_finds_a_word_inside_a_name(gazetteer: Gazetteer) -> None:
    assert "Port-au-Prince" in [place.name for place in gazetteer.search("au prince")]


def test_type_ahead_gives_the_best_and_no_more_than_asked_for(gazetteer: Gazetteer) -> None:
    found = gazetteer.search("khar")
    assert len(set(ids(found))) == len(found) == 10
    assert gazetteer.search("khar", limit=3) == found[:3]


@pytest.mark.parametrize("text", ["u", "us", "po"])
def test_one_or_two_letters_find_only_whole_names(gazetteer: Gazetteer, text: str) -> None:
    assert gazetteer.search(text) == gazetteer.lookup(text, limit=10)


@pytest.mark.parametrize(
    "text",
    ["", " ", "*", "***", '"', '""', "'", "%%%", "___", "???", "[]*", "(((", "^", "-", ":", "\0\0\0"]
    + ["x" * 10_000, "é" * 10_000, "\u0301" * 10_000, "\ud800" * 5, "zzyzx*", 'zzyzx" OR "pokrovsk'],
)
def test_signs_of_query_languages_mean_nothing(gazetteer: Gazetteer, text: str) -> None:
    assert gazetteer.search(text) == ()


@pytest.mark.parametrize(
    "text", ['"kyiv', "kyiv*", "kyiv:", "kyiv + ", "kyiv\0", "kyiv\ud800", "(kyiv)", "^kyiv", "{kyiv} :"]
)
def test_signs_around_a_name_do_not_hide_it(gazetteer: Gazetteer, text: str) -> None:
    assert "Kyiv" in [place.name for place in gazetteer.search(text)]


@pytest.mark.parametrize("word", ["NEAR", "AND", "OR", "NOT", "near"])
def test_operators_of_the_full_text_search_are_words(gazetteer: Gazetteer, word: str) -> None:
    assert gazetteer.search(f"{word} islan") == gazetteer.search(f"{word.lower()} islan")


def test_type_ahead_takes_a_long_row_of_short_words(gazetteer: Gazetteer) -> None:
    gazetteer.search(" ".join("abcdefghijklmnopqrstuvwxyz" * 3))


# --------------------------------------------------------------------------- positions


@pytest.fixture(scope="module")
def settlements(prepared: dict[str, str]) -> tuple[list[str], np.ndarray, np.ndarray]:
    """The ids, latitudes and longitudes of all settlements, read past the gazetteer's own index."""
    return read_settlements(Path(prepared["SITMAP_GAZETTEER"]))


def read_settlements(path: Path) -> tuple[list[str], np.ndarray, np.ndarray]:
    connection = sqlite3.connect(path)
    rows = connection.execute(
        "SELECT place_id, lat, lon FROM place WHERE feature_code LIKE 'PPL%'"
    ).fetchall()
    connection.close()
    names, lats, lons = zip(*rows, strict=True)
    return list(names), np.array(lats), np.array(lons)


def within(
    settlements: tuple[list[str], np.ndarray, np.ndarray], lat: float, lon: float, km: float
) -> dict[str, float]:
    """Return the distance in km of each settlement in the circle, by asking all of about its latitude."""
    names, lats, lons = settlements
    near = np.flatnonzero(np.abs(lats - lat) <= km / 100)
    here = np.full(len(near), lon), np.full(len(near), lat)
    metres = Geod(ellps="WGS84").inv(*here, lons[near], lats[near])[2]
    return {names[i]: far / 1000 for i, far in zip(near, metres, strict=True) if far <= km * 1000}


AROUND = [
    pytest.param(48.28, 37.18, 30, id="Pokrovsk"),
    pytest.param(0, 9.5, 120, id="equator and coast"),
    pytest.param(-17.0, 180, 200, id="Fiji from the antimeridian"),
    pytest.param(-17.0, -179.9, 200, id="Fiji from beyond it"),
    pytest.param(64.7, -179.5, 300, id="Anadyr from beyond it"),
    pytest.param(64.7, 179.9, 450, id="both sides of it"),
    pytest.param(74.5, 20, 500, id="high in the north, wide"),
    pytest.param(78.2, 15.6, 500, id="Svalbard"),
    pytest.param(-54.8, -68.3, 500, id="Tierra del Fuego"),
    pytest.param(88, -70, 500, id="circle over the pole"),
    pytest.param(-90, 0, 500, id="South Pole"),
]


@pytest.mark.parametrize(("lat", "lon", "km"), AROUND)
def test_nearby_is_all_that_lies_in_the_circle_nearest_first(
    gazetteer: Gazetteer,
    settlements: tuple[list[str], np.ndarray, np.ndarray],
    lat: float,
    lon: float,
    km: float,
) -> None:
    expected = within(settlements, lat, lon, km)
    found = gazetteer.nearby(lat=lat, lon=lon, km=km, limit=100_000)
    assert set(ids(found)) == set(expected)
    distances = [expected[place.id] for place in found]
    assert distances == sorted(distances)


@PATIENTLY
@given(lat=st.floats(-90, 90), lon=st.floats(-180, 180), km=st.floats(0.1, 500))
def test_nearby_agrees_with_the_ellipsoid_anywhere(
    small_gazetteer: Path, lat: float, lon: float, km: float
) -> None:
    small = Gazetteer(small_gazetteer)
    found = small.nearby(lat=lat, lon=lon, km=km, limit=100_000)
    small.close()
    assert set(ids(found)) == set(within(read_settlements(small_gazetteer), lat, lon, km))


@pytest.mark.parametrize(
    ("lat", "lon", "names"),
    [
        pytest.param(90, 0, {"Greenwich Camp", "Dateline Camp"}, id="North Pole"),
        pytest.param(89.95, 0, {"Greenwich Camp", "Dateline Camp"}, id="across the North Pole"),
        pytest.param(-89.9, 120, {"Southern Camp"}, id="at the South Pole"),
    ],
)
def test_nearby_reaches_over_the_poles(
    small_gazetteer: Path, lat: float, lon: float, names: set[str]
) -> None:
    small = Gazetteer(small_gazetteer)
    assert {place.name for place in small.nearby(lat=lat, lon=lon, km=30)} == names
    small.close()


def test_nearby_gives_no_more_than_its_limit(gazetteer: Gazetteer) -> None:
    found = gazetteer.nearby(lat=48.28, lon=37.18, km=100)
    assert len(found) == 50
    assert gazetteer.nearby(lat=48.28, lon=37.18, km=100, limit=1) == found[:1] == (gazetteer.get(POKROVSK),)


@pytest.mark.parametrize(
    ("lat", "lon", "km"),
    [(91, 0, 1), (-90.1, 0, 1), (0, 181, 1), (0, -180.1, 1), (0, 0, 0), (0, 0, -3), (0, 0, 501)]
    + [(math.nan, 0, 1), (0, math.nan, 1), (0, 0, math.nan), (0, 0, math.inf), (-math.inf, 0, 1)],
)
def test_nearby_refuses_what_is_no_circle(gazetteer: Gazetteer, lat: float, lon: float, km: float) -> None:
    with pytest.raises(InvalidInput) as refused:
        gazetteer.nearby(lat=lat, lon=lon, km=km)
    assert refused.value.field == "lat, lon, km"


# --------------------------------------------------------------------------- ids and lists


def test_a_place_is_had_by_its_id(gazetteer: Gazetteer) -> None:
    place = gazetteer.get(POKROVSK)
    assert (place.name, place.country, place.admin1, place.admin1_id) == (
        "Pokrovsk",
        "UA",
        "Donetsk",
        "adm1:UA.05",
    )
    assert Geod(ellps="WGS84").inv(place.lon, place.lat, 37.18, 48.28)[2] < 5_000


@pytest.mark.parametrize(
    "place_id",
    ["", "geonames:0", "704422", "country:XX", "adm1:UA.99", "GEONAMES:704422", "' OR 1=1 --", "\0"],
)
def test_an_unknown_id_is_not_found(gazetteer: Gazetteer, place_id: str) -> None:
    with pytest.raises(NotFound) as refused:
        gazetteer.get(place_id)
    assert refused.value.field == "place_id"


def test_countries_come_by_name(gazetteer: Gazetteer) -> None:
    countries = gazetteer.countries()
    assert {place.level for place in countries} == {Level.COUNTRY}
    assert [place.name for place in countries] == sorted(place.name for place in countries)
    assert {place.id for place in countries} >= {"country:UA", "country:XK", "country:PS", "country:TW"}


def test_divisions_are_those_of_the_country_by_name(gazetteer: Gazetteer) -> None:
    divisions = gazetteer.divisions("UA")
    assert {place.level for place in divisions} == {Level.ADMIN1}
    assert all(place.id == place.admin1_id and place.id.startswith("adm1:UA.") for place in divisions)
    assert [place.name for place in divisions] == sorted(place.name for place in divisions)
    assert {"Donetsk", "Crimea", "Kharkiv", "Dnipropetrovsk"} <= {place.name for place in divisions}


@pytest.mark.parametrize("country", ["XX", "", "ua", "UA' --"])
def test_an_unknown_country_has_no_divisions_and_no_settlements(gazetteer: Gazetteer, country: str) -> None:
    assert gazetteer.divisions(country) == ()
    assert gazetteer.settlements(country) == []


def test_there_are_hundreds_of_thousands_of_places(gazetteer: Gazetteer) -> None:
    places, names = gazetteer.size()
    assert places > 230_000
    assert names > places


# --------------------------------------------------------------------------- files and threads


def test_many_threads_get_the_answers_of_one(gazetteer: Gazetteer) -> None:
    names = ["Pokrovsk", "Donetsk", "Paris", "Odessa", "Sanaa", "Springfield", "Goma", "Kursk"] * 25

    def ask(name: str) -> object:
        return gazetteer.best(name), gazetteer.lookup(name), gazetteer.search(name)

    expected = [ask(name) for name in names]
    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(ask, names)) == expected


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="open files can be counted on Linux only")
def test_threads_that_end_leave_no_open_files(small_gazetteer: Path, tmp_path: Path) -> None:
    # A copy, for other tests may have the file itself open.
    path = Path(shutil.copy(small_gazetteer, tmp_path))
    small = Gazetteer(path)

    def open_files() -> int:
        return sum(link.resolve() == path for link in Path("/proc/self/fd").iterdir())

    for _ in range(30):
        thread = Thread(target=small.best, args=("Kyiv",))
        thread.start()
        thread.join()
    assert 1 <= open_files() <= 2
    small.close()
    assert open_files() == 0


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda whole: b"",
    "no database": lambda whole: b"id,name\n" * 1000,
    "cut off": lambda whole: whole[: len(whole) // 2],
    "overwritten at the start": lambda whole: b"\0" * 100 + whole[100:],
    "of another version": lambda whole: whole[:60] + (99).to_bytes(4, "big") + whole[64:],
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_file_that_is_no_gazetteer_of_ours_is_refused(
    small_gazetteer: Path, tmp_path: Path, damage: str
) -> None:
    path = tmp_path / "gazetteer.db"
    path.write_bytes(DAMAGE[damage](small_gazetteer.read_bytes()))
    with pytest.raises(NotPrepared, match=r"gazetteer\.db.*flask prepare"):
        Gazetteer(path)


@pytest.mark.parametrize("name", ["gazetteer.db", "."], ids=["missing", "a folder"])
def test_a_missing_file_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(NotPrepared, match="flask prepare"):
        Gazetteer(tmp_path / name)


def test_opening_a_gazetteer_writes_nothing(small_gazetteer: Path) -> None:
    before = sorted(small_gazetteer.parent.iterdir()), small_gazetteer.read_bytes()
    small = Gazetteer(small_gazetteer)
    assert small.best("Kyiv") is not None
    assert (sorted(small_gazetteer.parent.iterdir()), small_gazetteer.read_bytes()) == before
    small.close()


@pytest.mark.parametrize(
    ("short", "whole"),
    [
        ("Fla.", "Florida"),
        ("Va.", "Virginia"),
        ("N.C.", "North Carolina"),
        ("Calif.", "California"),
        ("B.C.", "British Columbia"),
        ("NSW", "New South Wales"),
    ],
)
def test_a_state_goes_by_its_short_name(short: str, whole: str, gazetteer: Gazetteer) -> None:
    use = gazetteer.best(short)
    assert use is not None
    assert (use.place.name, use.own) == (whole, False)


def test_an_airport_code_is_no_name_of_a_town(gazetteer: Gazetteer) -> None:
    assert "Florencia" not in {place.name for place in gazetteer.lookup("FLA")}
    assert "New York City" in {place.name for place in gazetteer.lookup("NYC")}


@pytest.mark.parametrize(
    ("word", "area"), [("African", "Africa"), ("Kurdish", "Kurdistan"), ("Asians", "Asia")]
)
def test_areas_have_peoples_as_countries_do(word: str, area: str, gazetteer: Gazetteer) -> None:
    place = gazetteer.demonym(word)
    assert place is not None and place.name == area


@pytest.mark.parametrize(
    ("word", "division"),
    [("Scottish", "GB.SCT"), ("Texans", "US.TX"), ("Québécois", "CA.10"), ("Chechen", "RU.12")],
)
def test_divisions_have_peoples_too(word: str, division: str, gazetteer: Gazetteer) -> None:
    assert gazetteer.demonym(word) == gazetteer.get(f"adm1:{division}")


@pytest.mark.parametrize(
    ("name", "place_id"),
    [
        pytest.param("Nile", "sitmap:nile", id="river"),
        pytest.param("Tigris River", "sitmap:tigris", id="river-with-its-word"),
        pytest.param("Yorkshire", "sitmap:yorkshire", id="historic-county"),
        pytest.param("Cornwall", "adm2:GB.ENG.cornwall", id="county"),
        pytest.param("Katanga", "sitmap:katanga", id="former-division"),
        pytest.param("Soviet Union", "sitmap:soviet-union", id="former-country"),
        pytest.param("Kibera", "sitmap:kibera", id="quarter"),
        pytest.param("Tahrir Square", "sitmap:tahrir-square", id="square"),
        pytest.param("White House", "sitmap:white-house", id="landmark"),
        pytest.param("Bab al-Hawa", "sitmap:bab-al-hawa-crossing", id="crossing"),
    ],
)
def test_what_is_no_town_is_found_by_its_name(name: str, place_id: str, gazetteer: Gazetteer) -> None:
    assert place_id in ids(gazetteer.lookup(name))


def test_a_quarter_does_not_hide_the_city_of_that_name(gazetteer: Gazetteer) -> None:
    phoenix = gazetteer.lookup("Phoenix")
    assert (phoenix[0].country, "sitmap:phoenix" in ids(phoenix)) == ("US", True)
