"""Who holds what on the web: the GeoJSON, what is refused, what is kept, and the page."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import shapely
from flask import Flask
from flask.testing import FlaskClient

from domain import DateRange, Event, Snapshot, SnapshotKind
from frontlines import Change, Difference, days_to_draw, series
from tests import small_war as samples
from tests.store_samples import POKROVSK, analysis, document
from tests.test_web import problem, text_of
from tests.web_samples import MakeApp
from web.kept import MOST, Kept
from web.services import EXTENSION, Services

ADDRESSES = ("/control.geojson", "/frontlines.geojson", "/changes.geojson", "/disagreements.geojson")


@dataclass(frozen=True, slots=True)
class Site:
    """An app that knows of the small war."""

    app: Flask
    client: FlaskClient
    events: Mapping[str, Event]

    @property
    def parts(self) -> Services:
        parts: Services = self.app.extensions[EXTENSION]
        return parts

    def read(self, address: str) -> dict[str, Any]:
        response = self.client.get(address)
        assert response.status_code == 200, response.text
        assert response.mimetype == "application/geo+json"
        collection: dict[str, Any] = json.loads(response.text)
        assert collection["type"] == "FeatureCollection"
        assert "OpenStreetMap contributors" in collection["attribution"]
        return collection

    def of_kind(self, kind: str, address: str) -> list[dict[str, Any]]:
        features = self.read(address)["features"]
        return [feature for feature in features if feature["properties"]["kind"] == kind]


def open_site(make_app: MakeApp, folder: Path) -> Site:
    app = make_app(folder, SITMAP_CONTROL=samples.table(folder))
    return Site(app, app.test_client(), samples.load(app.extensions[EXTENSION]))


@pytest.fixture(scope="module")
def site(make_app: MakeApp, tmp_path_factory: pytest.TempPathFactory) -> Site:
    return open_site(make_app, tmp_path_factory.mktemp("war"))


@pytest.fixture
def nowhere(make_app: MakeApp, tmp_path: Path) -> FlaskClient:
    """An app that knows nothing of control."""
    return make_app(tmp_path, SITMAP_CONTROL="").test_client()


def held_at(site: Site, day: str, *, lat: float, lon: float, source: str = "") -> str | None:
    """Return who holds a spot by the GeoJSON of a day."""
    spot = shapely.Point(lon, lat)
    for area in site.of_kind("control", f"/control.geojson?date={day}&source={source}"):
        if shapely.from_geojson(json.dumps(area["geometry"])).contains(spot):
            return str(area["properties"]["party"])
    return None


# --------------------------------------------------------------------------- a day


def test_the_areas_of_a_day_lie_where_its_map_has_them(site: Site) -> None:
    assert held_at(site, "2024-12-20", lat=48.2, lon=37.45) == "Ukraine"
    assert held_at(site, "2025-01-11", lat=48.2, lon=37.45) == "Russia"
    assert held_at(site, "2025-01-11", lat=48.2, lon=37.4, source="Other+Maps") == "Ukraine"


def test_a_collection_says_what_it_is_drawn_from(site: Site) -> None:
    known = site.read("/control.geojson?date=2025-01-20&source=Example+Maps")
    assert (known["date"], known["source"]) == ("2025-01-20", samples.MAPS)
    (drawn,) = known["drawn_from"]
    assert drawn["date"] == "2025-01-10" and drawn["source"] == samples.MAPS and drawn["id"]
    assert samples.MAPS in known["attribution"]
    # Of the facts since then, that of the report: the other one is left out.
    assert known["facts"] == 1
    assert known["parties"] == ["Russia", "Ukraine"]
    assert all(area["properties"]["km2"] > 1000 for area in site.of_kind("control", "/control.geojson"))


def test_facts_alone_draw_as_well(site: Site) -> None:
    known = site.read("/control.geojson?source=facts")
    assert known["source"] == "facts" and known["drawn_from"] == [] and known["facts"] >= 8
    assert held_at(site, "2024-12-02", lat=48.2, lon=38.0, source="facts") == "Russia"


def test_a_day_that_is_not_given_is_the_newest_known(site: Site) -> None:
    assert site.read("/control.geojson")["date"] == samples.STANDS.isoformat()


def test_a_place_is_contested_from_the_day_of_a_claim(site: Site) -> None:
    spot = shapely.Point(POKROVSK.lon, POKROVSK.lat)

    def contested(day: date) -> bool:
        (band,) = site.of_kind("contested", f"/control.geojson?date={day}")
        return bool(shapely.from_geojson(json.dumps(band["geometry"])).contains(spot))

    assert [contested(day) for day in (samples.SECOND, samples.CLAIMED)] == [False, True]


def test_the_lines_are_those_of_the_areas(site: Site) -> None:
    (line,) = site.read("/frontlines.geojson?date=2025-01-11")["features"]
    assert line["geometry"]["type"].endswith("LineString")
    (same,) = site.of_kind("frontline", "/control.geojson?date=2025-01-11")
    assert line == same


def test_slim_answers_are_smaller_and_rounded(site: Site) -> None:
    full, slim = site.client.get("/control.geojson"), site.client.get("/control.geojson?properties=slim")
    assert len(slim.data) < 0.7 * len(full.data)
    assert max(len(digits) for digits in re.findall(r"\d\.(\d+)[,\]]", slim.text.split('"features"')[1])) == 4


@pytest.mark.parametrize("address", ADDRESSES[:2])
def test_before_anything_is_known_there_is_nothing_with_a_note(site: Site, address: str) -> None:
    known = site.read(f"{address}?date=1990-05-01")
    assert known["features"] == [] and "nothing is known" in known["note"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_who_knows_nothing_says_so(nowhere: FlaskClient, address: str) -> None:
    known = json.loads(nowhere.get(address).text)
    assert known["features"] == [] and "nothing is known" in known["note"]


# --------------------------------------------------------------------------- two days, two sources


def test_what_changed_is_told_in_ground_and_places(site: Site) -> None:
    known = site.read("/changes.geojson?from=2024-12-01&to=2025-01-20&source=Example+Maps")
    assert (known["from"], known["to"]) == ("2024-12-01", "2025-01-20")
    kinds = [feature["properties"]["kind"] for feature in known["features"]]
    assert set(kinds) == {"change", "place"}
    change = known["features"][0]["properties"]
    assert (change["from_party"], change["to_party"]) == ("Ukraine", "Russia")
    # 0.3 by 0.6 degrees at 48 degrees north, and what the report of Kurakhove added.
    assert 1300 < change["km2"] < 1700
    places = {
        feature["properties"]["name"]: feature["properties"]
        for feature in known["features"]
        if feature["properties"]["kind"] == "place"
    }
    claimed = places["Pokrovsk"]
    assert (claimed["before"], claimed["party"], claimed["claimant"]) == ("Ukraine", "Ukraine", "Russia")
    assert (claimed["since"], claimed["stance"]) == ("2025-01-15", "claimed")
    assert claimed["events"] == site.events["Pokrovsk"].id
    drawn = [place for place in places.values() if place["stance"] is None]
    assert drawn and all(place["before"] == "Ukraine" and place["party"] == "Russia" for place in drawn)
    assert {place["since"] for place in drawn} == {"2025-01-10"}


def test_an_event_near_by_explains_what_the_maps_differ_in(site: Site) -> None:
    known = site.of_kind("place", "/changes.geojson?from=2024-12-01&to=2025-01-11&source=Example+Maps")
    explained = [place["properties"] for place in known if place["properties"]["events"]]
    assert {place["events"] for place in explained} == {site.events["Kurakhove"].id}
    assert all(samples.MAPS in place["sources"] or "Wire" in place["sources"] for place in explained)


def test_what_was_not_known_before_has_not_changed(site: Site) -> None:
    known = site.read("/changes.geojson?from=2020-01-01&to=2024-12-01")
    assert known["features"] == [] and "on 1 Jan 2020" in known["note"]


def test_sources_that_disagree_say_what(site: Site) -> None:
    query = "date=2025-01-11&source=Example+Maps&other=Other+Maps"
    (differing,) = site.of_kind("disagreement", f"/disagreements.geojson?{query}")
    told = differing["properties"]
    assert (told["source"], told["says"]) == (samples.MAPS, "Russia")
    assert (told["other"], told["other_says"]) == ("Other Maps", "Ukraine")
    # 0.15 by 0.6 degrees.
    assert 700 < told["km2"] < 800


# --------------------------------------------------------------------------- refused


@pytest.mark.parametrize(
    ("address", "status", "field"),
    [
        pytest.param("/control.geojson?date=2025-02-30", 400, "date", id="no such day"),
        pytest.param("/control.geojson?date=%00", 400, "date", id="control character"),
        pytest.param("/control.geojson?source=Nobody", 404, "source", id="unknown source"),
        pytest.param("/control.geojson?source=" + "x" * 300, 400, "source", id="long source"),
        pytest.param("/control.geojson?source='+OR+1=1--", 404, "source", id="SQL"),
        pytest.param("/control.geojson?properties=all", 400, "properties", id="properties"),
        pytest.param("/control.geojson?start=2025-01-01", 400, "start", id="parameter of another address"),
        pytest.param("/frontlines.geojson?date=soon", 400, "date", id="lines"),
        pytest.param("/changes.geojson?from=2025-02-01&to=2025-01-01", 422, "from", id="wrong order"),
        pytest.param("/changes.geojson?from=2025-1-1", 400, "from", id="from"),
        pytest.param("/changes.geojson?to=x", 400, "to", id="to"),
        pytest.param("/changes.geojson?to=2025-01-01&to=2025-01-02", 400, "to", id="given twice"),
        pytest.param("/disagreements.geojson?other=Nobody", 404, "other", id="unknown other source"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(site: Site, address: str, status: int, field: str) -> None:
    response = site.client.get(address)
    assert response.status_code == status
    assert problem(response)["field"] == field


@pytest.mark.parametrize(
    "query", ["source=Nobody", "days=1", "days=25", "from=2025-02-01&to=2025-01-01", "x=1"]
)
def test_the_page_refuses_what_its_data_would(site: Site, query: str) -> None:
    response = site.client.get(f"/control?{query}")
    assert response.status_code in (400, 404, 422)
    assert query.partition("=")[0] in text_of(response)


# --------------------------------------------------------------------------- kept


@pytest.mark.parametrize("address", ADDRESSES)
def test_who_has_the_answer_is_told_so(site: Site, address: str) -> None:
    headers = {"Accept-Encoding": "gzip"}
    first = site.client.get(address, headers=headers)
    assert first.headers["Cache-Control"] == "no-cache" and first.headers["ETag"]
    again = site.client.get(address, headers={**headers, "If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304 and again.data == b""


def test_a_new_map_changes_the_answer_at_once(make_app: MakeApp, tmp_path: Path) -> None:
    site = open_site(make_app, tmp_path)
    before = site.client.get("/control.geojson?date=2025-01-11")
    box = shapely.box(37.0, 47.9, 38.4, 48.5)
    drawn = Snapshot(date(2025, 1, 11), samples.MAPS, "Russia", SnapshotKind.CONTROL, box)
    site.parts.store.snapshots.add([drawn])
    after = site.client.get(
        "/control.geojson?date=2025-01-11", headers={"If-None-Match": before.headers["ETag"]}
    )
    assert after.status_code == 200
    assert held_at(site, "2025-01-11", lat=48.2, lon=37.1) == "Russia"


def test_a_new_report_changes_the_answer_at_once(make_app: MakeApp, tmp_path: Path) -> None:
    site = open_site(make_app, tmp_path)
    before = site.read("/control.geojson?date=2025-01-20")
    told = site.events["Pokrovsk"]
    assert told.place
    place = replace(told.place, name="Novotroitske", lat=48.0, lon=37.2)
    day = DateRange(date(2025, 1, 19), date(2025, 1, 19), 1)
    one_more = replace(told, id="abcdef0123456789", place=place, lat=48.0, lon=37.2, when=day)
    site.parts.store.add(analysis(document(7, date=day.end), one_more))
    assert site.read("/control.geojson?date=2025-01-20")["facts"] == before["facts"] + 1


def test_answers_are_made_once_and_the_oldest_are_let_go() -> None:
    kept, made = Kept(), list[int]()

    def make(number: int) -> int:
        made.append(number)
        return -number

    def answer(number: int) -> int:
        return kept.get(number, lambda: make(number))

    assert [answer(number) for number in (0, 0, 1, 0)] == [0, 0, -1, 0]
    assert made == [0, 1]
    for number in range(2, MOST + 1):
        answer(number)
    # 1 was asked for longest ago.
    for number in (0, 1):
        answer(number)
    assert made[-2:] == [MOST, 1]


# --------------------------------------------------------------------------- over time


def test_areas_are_counted_back_from_the_newest_day() -> None:
    days = [date(2025, 1, day) for day in (1, 2, 3)]
    lost = Difference("Ukraine", "Russia", shapely.box(0, 0, 1, 1), 40.0)
    regained = Difference("Russia", "Ukraine", shapely.box(0, 0, 1, 1), 15.0)
    changes = (Change(days[0], days[1], (lost,), ()), Change(days[1], days[2], (regained,), ()))
    held = series(changes, {"Russia": 125.0, "Ukraine": 500.0})
    assert held.days == tuple(days)
    assert held.km2 == {"Russia": (100.0, 140.0, 125.0), "Ukraine": (525.0, 485.0, 500.0)}


def test_few_days_are_drawn_and_those_of_maps_first(site: Site) -> None:
    record = site.parts.record
    assert len(record.days(samples.MAPS)) > 4
    days = days_to_draw(record, samples.MAPS, 3)
    assert days == (samples.FIRST, samples.SECOND, samples.STANDS)
    assert days_to_draw(record, samples.MAPS, 100) == record.days(samples.MAPS)


# --------------------------------------------------------------------------- the page


def test_the_page_shows_areas_as_a_chart_and_in_numbers(site: Site) -> None:
    response = site.client.get("/control?source=Example+Maps")
    assert response.status_code == 200
    assert response.text.count('role="img"') == 2
    newest = site.read("/control.geojson?source=Example+Maps")["features"]
    for area in newest:
        if area["properties"]["kind"] == "control":
            assert f"{area['properties']['km2']:,.0f} km²" in text_of(response)
    rows = re.findall(r'<tr><th scope="row" class="figures">', response.text)
    assert len(rows) == len(days_to_draw(site.parts.record, samples.MAPS, 5))


def test_the_page_leads_from_each_change_to_its_evidence(site: Site) -> None:
    response = site.client.get("/control?source=Example+Maps")
    for event in site.events.values():
        assert f'href="/events/{event.id}"' in response.text
        assert site.client.get(f"/events/{event.id}").status_code == 200
    assert f"map of {samples.MAPS}" in text_of(response)
    assert "contested: claimed by" in text_of(site.client.get("/control?from=2025-01-10&to=2025-01-20"))


def test_the_page_compares_two_days(site: Site) -> None:
    text = text_of(site.client.get("/control?from=2024-12-01&to=2025-01-11&source=Example+Maps"))
    assert re.search(r"Ukraine → Russia: 1,[3-6]\d\d km²", text)
    unknown = text_of(site.client.get("/control?from=2020-01-01&to=2025-01-11"))
    assert "Nothing is known of who held what on 1 Jan 2020" in unknown


def test_the_page_compares_two_sources(site: Site) -> None:
    query = "date=2025-01-11&source=Example+Maps&other=Other+Maps"
    text = text_of(site.client.get(f"/control?{query}"))
    assert re.search(r"7\d\d km²: Russia \(Example Maps\), Ukraine \(Other Maps\)", text)
    same = text_of(site.client.get("/control?date=2025-01-11&source=Other+Maps&other=Other+Maps"))
    assert "they agree about all ground" in same


def test_the_page_says_what_was_left_out_and_why(site: Site) -> None:
    text = text_of(site.client.get("/control"))
    assert re.search(rf"{samples.FAR_BEHIND}: (far from all other ground|alone)", text)


def test_the_page_without_any_knowledge_says_how_to_get_some(nowhere: FlaskClient) -> None:
    response = nowhere.get("/control")
    assert response.status_code == 200
    assert "Nothing is known" in text_of(response) and "flask frontlines import" in text_of(response)


def test_names_of_sources_and_parties_stay_text(make_app: MakeApp, tmp_path: Path) -> None:
    site = open_site(make_app, tmp_path)
    drawn = replace(
        site.parts.store.snapshots.latest(samples.SECOND, samples.MAPS)[0],
        date=date(2025, 1, 11),
        source=samples.HOSTILE_SOURCE,
        party=samples.HOSTILE_SOURCE,
    )
    site.parts.store.snapshots.add([drawn])
    page = site.client.get("/control")
    assert samples.HOSTILE_SOURCE in text_of(page)
    assert "<script>alert" not in page.text
    assert "<script>alert" not in site.client.get("/").text


# --------------------------------------------------------------------------- the time bar


def test_the_counts_of_a_window_are_those_of_its_page(site: Site) -> None:
    query = "start=2025-01-10&end=2025-01-31&type=Battles"
    counts = json.loads(site.client.get(f"/counts.json?{query}").text)
    assert counts["window"] == sum(counts[part] for part in ("shown", "filtered", "region_only", "unplaced"))
    text = text_of(site.client.get(f"/?{query}"))
    assert f"{counts['shown']} shown + {counts['filtered']} filtered out" in text
    assert counts["by_type"] == {"Battles": 1, "Non-state actor overtakes territory": 1}
    assert [(country["id"], country["count"]) for country in counts["regions"]] == [("country:UA", 1)]


def test_counts_refuse_what_the_map_would(site: Site) -> None:
    assert problem(site.client.get("/counts.json?start=x"))["field"] == "start"


def test_the_time_bar_reaches_over_all_events_and_maps(site: Site, nowhere: FlaskClient) -> None:
    page = site.client.get("/").text
    assert 'data-first="2024-12-01"' in page and 'data-last="2025-01-15"' in page
    assert 'id="timebar"' not in nowhere.get("/").text
