"""The interface in three languages: which one is chosen, that no text is missing, what places are called."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from babel.messages import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_keywords, parse_mapping_cfg
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import ngettext

from domain import Mention, Place, Relation, Resolution, Toll
from geo.gazetteer import Gazetteer
from geo.naming import chosen_names
from geo.tables import read_table
from tests import web_samples as samples
from tests.web_samples import MakeApp
from web import features, naming, wording
from web.languages import LANGUAGES, SOURCE, catalogue
from web.services import EXTENSION

ROOT = Path(__file__).parent.parent
TRANSLATED = [code for code in LANGUAGES if code != SOURCE]
PLACEHOLDER = re.compile(r"%\(\w+\)s|\{\w+\}|</?\w+")
FORMS = 3
"""Of the plural, in Ukrainian and in Russian: 1 подія, 2 події, 5 подій."""

Id = str | tuple[str, ...]


@pytest.fixture(scope="module")
def site(make_app: MakeApp, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    app = make_app(tmp_path_factory.mktemp("languages"))
    samples.load(app.extensions[EXTENSION])
    return app


@pytest.fixture
def reader(site: Flask) -> FlaskClient:
    return site.test_client()


# --------------------------------------------------------------------------- the catalogues


@cache
def texts() -> frozenset[tuple[str | None, Id]]:
    """Return all texts of the code, the templates, the scripts and the data, each with its context."""
    with (ROOT / "translations" / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]
    keywords = DEFAULT_KEYWORDS | parse_keywords(["N_", "lazy_gettext", "t", "tn:1,2"])
    found = extract_from_dir(ROOT, methods, options, keywords)
    return frozenset((context, text) for _, _, text, _, context in found)


def messages(code: str) -> Iterator[Message]:
    return (message for message in catalogue(code) if message.id)


def translations(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


@pytest.mark.parametrize("code", TRANSLATED)
def test_every_text_is_translated_and_no_translation_is_left_over(code: str) -> None:
    kept = {(message.context, message.id) for message in messages(code)}
    assert len(texts()) > 500
    assert sorted(map(str, texts() - kept)) == []
    assert sorted(map(str, kept - texts())) == []


@pytest.mark.parametrize("code", TRANSLATED)
def test_every_translation_is_whole(code: str) -> None:
    for message in messages(code):
        expected = FORMS if isinstance(message.id, tuple) else 1
        assert len(translations(message)) == expected, message.id
        assert all(each.strip() for each in translations(message)), message.id
        assert not message.fuzzy, message.id


@pytest.mark.parametrize("code", TRANSLATED)
def test_translations_have_the_placeholders_and_tags_of_their_text(code: str) -> None:
    for message in messages(code):
        plural = message.id if isinstance(message.id, str) else message.id[-1]
        for each in translations(message):
            assert sorted(PLACEHOLDER.findall(each)) == sorted(PLACEHOLDER.findall(plural)), message.id


@pytest.mark.parametrize(("code", "foreign"), [("uk", "ыэёъ"), ("ru", "іїєґ")])
def test_translations_are_in_the_letters_of_their_language(code: str, foreign: str) -> None:
    for message in messages(code):
        assert not set("".join(translations(message)).lower()) & set(foreign), message.id


def test_the_catalogues_agree_about_what_scripts_use() -> None:
    def used(found: Catalog) -> set[object]:
        return {message.id for message in found if any("static/js/" in file for file, _ in message.locations)}

    assert len(used(catalogue("uk"))) > 100
    assert used(catalogue("uk")) == used(catalogue("ru"))


def test_scripts_name_their_texts_where_they_use_them() -> None:
    """Texts that stand in a variable are found by nobody who translates."""
    hidden = [
        f"{path.name}: {line.strip()}"
        for path in sorted((ROOT / "static" / "js").glob("*.js"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.search(r"(?<![\w.])tn?\((?![\"\n]|one, many|text, values)", line)
    ]
    assert hidden == []


# --------------------------------------------------------------------------- which language


def spoken(reader: FlaskClient, address: str, **options: Any) -> str:
    found = re.search(r'<html lang="(\w+)"', reader.get(address, **options).text)
    assert found
    return found[1]


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ("", "en"),
        ("uk", "uk"),
        ("ru-RU,ru;q=0.9,en;q=0.8", "ru"),
        ("de,uk;q=0.5,en;q=0.3", "uk"),
        ("de", "en"),
    ],
)
def test_the_browser_tells_the_language(reader: FlaskClient, wanted: str, code: str) -> None:
    assert spoken(reader, "/data", headers={"Accept-Language": wanted}) == code


def test_the_address_goes_before_the_cookie_and_that_before_the_browser(reader: FlaskClient) -> None:
    assert spoken(reader, "/data?lang=uk", headers={"Accept-Language": "ru"}) == "uk"
    assert spoken(reader, "/data", headers={"Accept-Language": "ru"}) == "uk"
    assert spoken(reader, "/data?lang=en", headers={"Accept-Language": "ru"}) == "en"
    assert spoken(reader, "/data", headers={"Accept-Language": "ru"}) == "en"


def test_an_answer_for_a_script_does_not_change_the_language_of_pages(reader: FlaskClient) -> None:
    reader.get("/list.json?lang=ru")
    assert spoken(reader, "/data") == "en"


def test_caches_are_told_that_pages_differ_by_reader(reader: FlaskClient) -> None:
    assert {"Cookie", "Accept-Language"} <= set(reader.get("/data").vary)
    assert "Cookie" not in reader.get("/static/css/base.css").vary


@pytest.mark.parametrize("address", ["/?lang=xx", "/list.json?lang=%00", "/near?lang=uk&lang=de"])
def test_a_language_that_is_not_spoken_is_refused(reader: FlaskClient, address: str) -> None:
    answer = reader.get(address, headers={"Accept": "application/json"})
    assert answer.status_code == 400
    assert answer.get_json()["field"] == "lang"


# --------------------------------------------------------------------------- words


@pytest.mark.parametrize(
    ("code", "count", "words"),
    [
        ("uk", 1, "1 подія за цей період"),
        ("uk", 3, "3 події за цей період"),
        ("uk", 11, "11 подій за цей період"),
        ("uk", 1942, "1\N{NO-BREAK SPACE}942 події за цей період"),
        ("ru", 21, "21 событие за этот период"),
        ("ru", 5, "5 событий за этот период"),
    ],
)
def test_numbers_get_the_right_form(site: Flask, code: str, count: int, words: str) -> None:
    with site.test_request_context(f"/?lang={code}"):
        one, many = "%(number)s event in this window", "%(number)s events in this window"
        assert ngettext(one, many, count, number=wording.number(count)) == words


@pytest.mark.parametrize(
    ("code", "distance", "window", "toll"),
    [
        ("en", "1.5 km", "30 Jan – 2 Feb 2025", "5 to 7 killed"),
        ("uk", "1,5 км", "30 січ. – 2 лют. 2025", "від 5 до 7 загиблих"),
        ("ru", "1,5 км", "30 янв. – 2 февр. 2025", "от 5 до 7 погибших"),
    ],
)
def test_distances_dates_and_deaths_are_written_as_the_language_does(
    site: Flask, code: str, distance: str, window: str, toll: str
) -> None:
    with site.test_request_context(f"/?lang={code}"):
        assert wording.kilometres(1.5) == distance
        assert wording.days(date(2025, 1, 30), date(2025, 2, 2)) == window
        assert wording.people(Toll(5, None, 7), "killed") == toll


@pytest.mark.parametrize(
    ("relation", "fields", "words"),
    [
        (Relation.IN, {}, ""),
        (Relation.OFFSET, {"offset_km": 12.0, "bearing": 315.0}, "Покровськ, за 12 км на північний захід"),
        (Relation.PART, {"bearing": 0.0}, "Покровськ (північ)"),
        (Relation.COAST, {"offset_km": 1.5, "bearing": 90.0}, "за 1,5 км від узбережжя: Покровськ (схід)"),
    ],
)
def test_the_tie_to_a_place_needs_no_cases(
    site: Flask, gazetteer: Gazetteer, relation: Relation, fields: dict[str, Any], words: str
) -> None:
    found = gazetteer.best("Pokrovsk")
    assert found
    mention = Mention(0, 1, "X", "X", relation=relation, **fields)
    with site.test_request_context("/?lang=uk"):
        assert wording.as_said(Resolution(mention, found.place, 0.9, 2, 5.0, "")) == words


def test_answers_to_scripts_are_in_the_language_asked_for(reader: FlaskClient) -> None:
    listed = reader.get("/list.json?lang=uk&type=Armed clash").get_json()["events"]
    assert {event["kind"] for event in listed} == {"Збройне зіткнення"}
    assert "Покровськ" in {event["place"] for event in listed}
    assert {event["event_type"] for event in listed} == {"Battles"}


def test_a_stream_keeps_to_its_language(reader: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(features, "BATCH", 1)
    found = reader.get("/events.geojson?lang=ru&properties=slim").get_json()["features"]
    named = [feature["properties"]["place"] for feature in found if "place" in feature["properties"]]
    assert named.count("Одесса") >= 2 and "Odesa" not in named


def test_kept_answers_are_kept_for_each_language(reader: FlaskClient) -> None:
    address = "/control.geojson?date=2025-01-31&properties=slim"
    english, ukrainian = reader.get(address), reader.get(f"{address}&lang=uk")
    assert english.get_json()["names"]["Russia"] == "Russia"
    assert ukrainian.get_json()["names"]["Russia"] == "Росія"
    assert english.headers["ETag"] != ukrainian.headers["ETag"]


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize(
    "address",
    ["/", "/table", "/regions", "/regions/adm1:UA.05", "/control", "/near?place=Odesa", "/data", "/ingest"],
)
def test_every_page_is_there_in_every_language(reader: FlaskClient, code: str, address: str) -> None:
    joined = "&" if "?" in address else "?"
    page = reader.get(f"{address}{joined}lang={code}")
    assert page.status_code == 200
    assert "%(" not in page.text
    assert ('id="texts"' in page.text) is (code != SOURCE)


# --------------------------------------------------------------------------- places


@pytest.mark.parametrize(
    ("name", "others", "country", "uk", "ru"),
    [
        ("Pokrovsk", ["Красноармейск", "Покровск", "Покровськ"], "UA", "Покровськ", "Покровск"),
        ("Odesa", ["Адэса", "Жемчужина у моря", "Одеса", "Одессæ", "Хаджибей"], "UA", "Одеса", "Одеса"),
        ("Sumy", ["Суми", "Сумы"], "UA", "Суми", "Сумы"),
        ("Belgorod", ["Белгарад", "Белгород", "Бєлгород", "Білгород"], "RU", "Бєлгород", "Белгород"),
        ("Aleppo", ["Alep", "Халеб хот", "Алеппо", "حلب"], "SY", "Алеппо", "Алеппо"),
        ("Bremen", ["Brême", "Бремен"], "DE", "Бремен", "Бремен"),
    ],
)  # fmt: skip
def test_names_are_chosen_by_letters_and_likeness(
    name: str, others: list[str], country: str, uk: str, ru: str
) -> None:
    assert chosen_names(name, others, country) == {"uk": uk, "ru": ru}


def test_a_place_without_a_name_in_these_letters_has_no_translation() -> None:
    assert chosen_names("Sīnūn", ["Sinun", "سنونى"], "IQ") == {}


@pytest.mark.parametrize(
    ("place", "uk", "ru"),
    [
        ("Kyiv", "Київ", "Киев"),
        ("Damascus", "Дамаск", "Дамаск"),
        ("Moscow", "Москва", "Москва"),
        ("Black Sea", "Чорне море", "Чёрное море"),
    ],
)
def test_the_gazetteer_knows_translated_names(gazetteer: Gazetteer, place: str, uk: str, ru: str) -> None:
    found = gazetteer.best(place)
    assert found
    assert gazetteer.name_in(found.place.id, "uk") == uk
    assert gazetteer.name_in(found.place.id, "ru") == ru


@pytest.mark.parametrize("row", read_table("translations.csv"), ids=lambda row: row["id"])
def test_every_place_of_our_table_is_called_so(gazetteer: Gazetteer, row: dict[str, str]) -> None:
    assert [gazetteer.name_in(row["id"], code) for code in ("uk", "ru")] == [row["uk"], row["ru"]]


def test_a_place_nobody_knows_has_no_name_in_any_language(gazetteer: Gazetteer) -> None:
    assert gazetteer.name_in("geonames:0", "uk") is None


@pytest.mark.parametrize(
    ("code", "label"),
    [
        ("en", "Pokrovsk (Покровськ), Donetsk, UA"),
        ("uk", "Покровськ, Донецька область, Україна"),
        ("ru", "Покровск (Покровськ), Донецкая область, Украина"),
    ],
)
def test_a_label_has_the_readers_name_first_then_the_local_one(
    site: Flask, gazetteer: Gazetteer, code: str, label: str
) -> None:
    found = gazetteer.best("Pokrovsk")
    assert found
    with site.test_request_context(f"/?lang={code}"):
        assert naming.label_with_local(found.place) == label


@pytest.mark.parametrize(
    ("code", "labels"),
    [
        ("en", ["Donetsk (region), UA", "Ukraine, UA"]),
        ("uk", ["Донецька область, Україна", "Україна"]),
        ("ru", ["Донецкая область, Украина", "Украина"]),
    ],
)
def test_regions_and_countries_are_called_as_in_the_language(
    site: Flask, gazetteer: Gazetteer, code: str, labels: list[str]
) -> None:
    with site.test_request_context(f"/?lang={code}"):
        named = [naming.label(gazetteer.get(place_id)) for place_id in ("adm1:UA.05", "country:UA")]
    assert named == labels


def test_a_name_in_letters_that_one_can_read_is_better_than_none(site: Flask, gazetteer: Gazetteer) -> None:
    found = gazetteer.best("Novovasylivka")
    assert found and gazetteer.name_in(found.place.id, "ru") is None
    with site.test_request_context("/?lang=ru"):
        assert naming.label_with_local(found.place) == "Нововасилівка, Донецкая область, Украина"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Russia", "Росія"),
        ("Military Forces of Russia", "Росія: військові"),
        ("Government of Democratic Republic of the Congo", "Конго – Кіншаса: уряд"),
        ("Civilians", "Цивільні"),
        ("Hezbollah", "Hezbollah"),
        ("Military Forces of Nowhere", "Military Forces of Nowhere"),
        ("", ""),
    ],
)
def test_states_and_kinds_of_people_are_translated_other_actors_not(
    site: Flask, name: str, words: str
) -> None:
    with site.test_request_context("/?lang=uk"):
        assert naming.actor(name) == words
    with site.test_request_context("/?lang=en"):
        assert naming.actor(name) == name


@pytest.mark.parametrize(("lat", "words"), [(48.28, "Покровськ"), (10.0, "Pokrovsk")])
def test_a_name_on_a_map_is_translated_where_such_a_place_lies(site: Flask, lat: float, words: str) -> None:
    with site.test_request_context("/?lang=uk"):
        assert naming.name_at("Pokrovsk", lat=lat, lon=37.18) == words


def test_a_place_that_the_gazetteer_lost_keeps_its_name(site: Flask) -> None:
    with site.test_request_context("/?lang=uk"):
        assert naming.name(Place("geonames:0", "Nowhere", 0.5, 0.5, "PPL")) == "Nowhere"
