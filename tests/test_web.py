"""The pages and the GeoJSON, over a real store, gazetteer and base map."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from app import SETTINGS, create_app
from domain import Event, InvalidInput, Stance, Toll
from tests import web_samples as samples
from tests.store_samples import DAY, analysis, document, event, report
from tests.web_samples import MakeApp
from web.params import PARAMETERS
from web.services import EXTENSION

REPORT = (
    "KYIV, Jan. 31 — Russian forces captured the village of Novovasylivka near Pokrovsk in the Donetsk "
    "region on Friday, the Russian Defence Ministry said."
)


@dataclass(frozen=True, slots=True)
class Site:
    """An app whose store holds the samples."""

    app: Flask
    client: FlaskClient
    events: Mapping[str, Event]

    def ids(self, *names: str) -> set[str]:
        return {self.events[name].id for name in names}

    def features(self, address: str) -> list[dict[str, Any]]:
        response = self.client.get(address)
        assert response.status_code == 200, response.text
        assert response.mimetype == "application/geo+json"
        features: list[dict[str, Any]] = json.loads(response.text)["features"]
        return features

    def found(self, address: str) -> set[str]:
        return {feature["id"] for feature in self.features(address)}


@pytest.fixture(scope="module")
def site(make_app: MakeApp, tmp_path_factory: pytest.TempPathFactory) -> Site:
    app = make_app(tmp_path_factory.mktemp("site"))
    return Site(app, app.test_client(), samples.load(app.extensions[EXTENSION]))


class _Text(HTMLParser):
    """Collects a page's visible text, and its elements."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in ("a", "code", "mark", "span", "strong"):
            self.words.append(" ")
        self._hidden += tag in ("script", "style")

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.words.append(data)


def read(response: TestResponse) -> _Text:
    page = _Text()
    page.feed(response.text)
    page.close()
    return page


def text_of(response: TestResponse) -> str:
    return " ".join("".join(read(response).words).split())


def problem(response: TestResponse) -> dict[str, Any]:
    assert response.mimetype == "application/problem+json"
    body: dict[str, Any] = json.loads(response.text)
    assert body["status"] == response.status_code
    assert body["type"] == "about:blank" and body["title"] and body["detail"]
    return body


# --------------------------------------------------------------------------- events as GeoJSON


def test_events_are_streamed_newest_first_with_the_undated_last(site: Site) -> None:
    response = site.client.get("/events.geojson")
    collection = json.loads(response.text)
    assert "Content-Length" not in response.headers
    assert collection["type"] == "FeatureCollection"
    assert "GeoNames" in collection["attribution"]
    days = [feature["properties"]["date_end"] or "" for feature in collection["features"]]
    assert days == sorted(days, reverse=True)
    assert {feature["id"] for feature in collection["features"]} == site.ids(
        *samples.SHOWN, *samples.REGION_ONLY, *samples.UNPLACED
    )


@pytest.mark.parametrize(
    ("query", "names"),
    [
        pytest.param("start=2025-01-20", {"strike", "hostile", "hostile place"}, id="since"),
        pytest.param("start=2025-01-10&end=2025-01-10", {"clash"}, id="one day"),
        pytest.param("type=Protests", {"undated"}, id="type"),
        pytest.param("type=Peaceful+protest&type=Battles", {"undated", "clash", "near"}, id="types"),
        pytest.param("stance=denied", {"denied"}, id="stance off by default"),
        pytest.param("stance=claimed&type=Air/drone+strike", {"strike", "hostile"}, id="joined with and"),
        pytest.param("precision=2&precision=3", {"near", "region"}, id="precision"),
        pytest.param("bbox=36,47.5,38,49", {"clash", "near"}, id="box"),
        pytest.param("region=country:GE", {"undated"}, id="country"),
        pytest.param("limit=1", {"hostile place"}, id="limit"),
    ],
)
def test_events_are_filtered(site: Site, query: str, names: set[str]) -> None:
    assert site.found(f"/events.geojson?{query}") == site.ids(*names)


def test_every_stance_can_be_had_at_once(site: Site) -> None:
    assert site.found("/events.geojson?stance=all") == site.ids(*samples.TOLD)


def test_a_division_filters_as_the_regions_name_it(site: Site) -> None:
    (kursk,) = (
        feature for feature in site.features("/regions.geojson") if feature["properties"]["region_only"]
    )
    assert site.found(f"/events.geojson?region={kursk['id']}") == site.ids("region")


def test_the_map_gets_no_more_than_it_draws(site: Site) -> None:
    slim = {feature["id"]: feature for feature in site.features("/events.geojson?properties=slim")}
    region, clash = (slim[site.events[name].id] for name in ("region", "clash"))
    assert "sentence" not in clash["properties"]
    assert clash["geometry"]["type"] == "Point"
    assert region["geometry"] is None
    assert region["properties"]["place_id"].startswith("adm1:RU.")


def test_one_event_comes_with_its_evidence(site: Site) -> None:
    response = site.client.get(f"/events/{site.events['clash'].id}.geojson")
    properties = json.loads(response.text)["properties"]
    assert response.mimetype == "application/geo+json"
    assert properties["words"]["headline"] == "Reported: Armed clash"
    assert properties["words"]["people"] == "5 killed"
    (report,) = properties["evidence"]
    assert [(piece["text"], piece["role"]) for piece in report["sentence"] if piece["role"]] == [
        ("clashed", "trigger"),
        ("Pokrovsk", "place"),
    ]


def test_an_empty_store_gives_an_empty_collection(client: FlaskClient) -> None:
    for address in ("/events.geojson", "/regions.geojson", "/near.geojson?lat=0&lon=0"):
        assert json.loads(client.get(address).text)["features"] == []


# --------------------------------------------------------------------------- regions


def test_regions_carry_outlines_and_reconcile_with_the_events(site: Site) -> None:
    regions = site.features("/regions.geojson")
    assert sum(region["properties"]["events"] for region in regions) == len(
        samples.SHOWN | samples.REGION_ONLY
    )
    assert sum(region["properties"]["region_only"] for region in regions) == 1
    for region in regions:
        lon, lat = region["properties"]["label_at"]
        assert region["geometry"]["type"] in ("Polygon", "MultiPolygon")
        assert region["properties"]["approximate"] is (region["properties"]["level"] == "admin1")
        assert -180 <= lon <= 180 and -90 <= lat <= 90


def test_regions_obey_the_same_filters(site: Site) -> None:
    regions = site.features("/regions.geojson?type=Protests")
    assert [(region["properties"]["name"], region["properties"]["events"]) for region in regions] == [
        ("Tbilisi", 1)
    ]


def test_without_region_precision_no_event_is_known_only_to_a_region(site: Site) -> None:
    regions = site.features("/regions.geojson?precision=1")
    assert {region["properties"]["region_only"] for region in regions} == {0}


# --------------------------------------------------------------------------- near


def test_near_gives_distances_and_doubt_nearest_first(site: Site) -> None:
    features = site.features("/near.geojson?place=Pokrovsk&km=50")
    assert {feature["id"] for feature in features} >= site.ids("clash", "near")
    distances = [feature["properties"]["distance_km"] for feature in features]
    assert distances == sorted(distances) and distances[0] == 0
    doubts = {feature["id"]: feature["properties"]["certain"] for feature in features}
    assert doubts[site.events["clash"].id] is True


def test_what_is_only_near_is_not_certain_to_lie_within(site: Site) -> None:
    (feature,) = (
        feature
        for feature in site.features("/near.geojson?place=Pokrovsk&km=10")
        if feature["id"] == site.events["near"].id
    )
    assert feature["properties"]["certain"] is False


def test_near_a_position_needs_no_name(site: Site) -> None:
    assert site.found("/near.geojson?lat=41.7&lon=44.8&km=30") == site.ids("undated")


def test_an_ambiguous_name_says_which_was_taken_and_links_the_others(site: Site) -> None:
    page = site.client.get("/near?place=Pokrovsk&km=20")
    assert "Within 20 km of Pokrovsk, Donetsk, UA" in text_of(page)
    links = [
        attributes["href"] or ""
        for tag, attributes in read(page).elements
        if tag == "a" and "place_id=" in (attributes.get("href") or "")
    ]
    assert links
    other = site.client.get(links[0])
    assert other.status_code == 200
    assert "of Pokrovsk, Donetsk, UA" not in text_of(other)
    assert parse_qs(urlsplit(links[0]).query)["place"] == ["Pokrovsk"]


def test_nothing_near_is_explained_with_a_link_that_widens(site: Site) -> None:
    page = site.client.get("/near?lat=41.7&lon=43.0&km=60")
    words = text_of(page)
    assert "No events within 60 km" in words and "1 lies within 240 km" in words
    (wider,) = re.findall(r'href="([^"]*km=240[^"]*)"', page.text)
    assert "Peaceful protest" in text_of(site.client.get(wider.replace("&amp;", "&")))


def test_nothing_anywhere_near_says_how_far_was_looked(site: Site) -> None:
    page = site.client.get("/near?lat=-60&lon=-120&km=500")
    assert "No events within 500 km. None lies within 5,000 km either." in text_of(page)


def test_a_filter_holds_for_what_is_near_too(site: Site) -> None:
    page = site.client.get("/near?place=Pokrovsk&type=Protests&km=10")
    assert "No events within 10 km that pass these filters" in text_of(page)


@pytest.mark.parametrize("address", ["/near", "/near.geojson"])
def test_an_unknown_place_is_said_to_be_unknown(site: Site, address: str) -> None:
    response = site.client.get(f"{address}?place=Nowhereville-upon-Nothing")
    assert response.status_code == 422
    assert "no place called 'Nowhereville-upon-Nothing'" in response.text.replace("&#39;", "'")
    if address.endswith(".geojson"):
        assert problem(response)["field"] == "place"


def test_an_unknown_place_id_is_refused(site: Site) -> None:
    assert problem(site.client.get("/near.geojson?place_id=geonames:0"))["field"] == "place_id"


def test_near_what_must_be_said(site: Site) -> None:
    assert problem(site.client.get("/near.geojson"))["field"] == "place"
    assert "What happened near a place" in text_of(site.client.get("/near"))


def test_the_search_box_suggests_places(client: FlaskClient) -> None:
    places = client.get("/places.json?q=pokrovs").get_json()["places"]
    assert places[0]["name"] == "Pokrovsk" and places[0]["kind"] == "named place"
    assert len(places) <= 10
    assert problem(client.get("/places.json"))["field"] == "q"


@pytest.mark.parametrize("text", ["<script>", "a<b", '"', "'", "x OR y", "NEAR(", "*", "-", "${1}", "%"])
def test_no_text_in_the_search_box_is_more_than_a_name(client: FlaskClient, text: str) -> None:
    assert client.get("/places.json", query_string={"q": text}).status_code == 200
    assert client.get("/near", query_string={"place": text}).status_code in (200, 422)


def test_the_map_names_the_largest_towns_around(client: FlaskClient) -> None:
    towns = client.get("/places.json?lat=48.28&lon=37.18&km=60").get_json()["places"]
    assert "Pokrovsk" in [town["name"] for town in towns]
    assert 10 < len(towns) <= 40
    for query in ("lat=48", "lat=48&lon=37", "lat=48&lon=37&km=251", "lat=nan&lon=37&km=5"):
        assert client.get(f"/places.json?{query}").status_code == 400


# --------------------------------------------------------------------------- pages


def test_the_count_line_reconciles_and_agrees_with_the_download(site: Site) -> None:
    page = site.client.get("/")
    shown, filtered, rough, unplaced, whole = map(
        int,
        re.findall(
            r"(\d+) shown \+ (\d+) filtered out \+ (\d+) region only \+ (\d+) not placed = (\d+) events",
            text_of(page),
        )[0],
    )
    assert (shown, filtered, rough, unplaced) == tuple(
        map(len, (samples.SHOWN, samples.FILTERED, samples.REGION_ONLY, samples.UNPLACED))
    )
    assert whole == len(samples.TOLD) == shown + filtered + rough + unplaced
    (link,) = re.findall(r'id="geojson" href="([^"]*)"', page.text)
    assert len(site.found(link)) == shown + rough + unplaced


def test_map_page_and_download_share_the_filters(site: Site) -> None:
    page = site.client.get("/?type=Battles&type=Peaceful+protest&stance=all&start=&region=&precision=1")
    (link,) = re.findall(r'id="geojson" href="([^"]*)"', page.text)
    assert parse_qs(urlsplit(link).query.replace("&amp;", "&")) == {
        "type": ["Battles", "Peaceful protest"],
        "stance": ["all"],
        "precision": ["1"],
    }
    checked = {
        attributes.get("value")
        for tag, attributes in read(page).elements
        if tag == "input" and "checked" in attributes
    }
    assert {"Battles", "Peaceful protest", "denied", "1"} <= checked
    assert "Riots" not in checked


def test_the_region_filter_lists_where_there_are_events(site: Site) -> None:
    page = read(site.client.get("/"))
    values = [attributes.get("value") for tag, attributes in page.elements if tag == "option"]
    assert {"country:UA", "country:RU", "country:GE"} <= set(values)
    assert "country:FR" not in values


def test_an_event_page_shows_evidence_and_the_rivals(site: Site) -> None:
    page = site.client.get(f"/events/{site.events['clash'].id}")
    words = text_of(page)
    for said in (
        "Reported: Armed clash",
        "Pokrovsk (Покровськ), Donetsk, UA · named place",
        "10 Jan 2025 (to the day)",
        "5 killed",
        "Rain fell all week.",
        "Trains still ran.",
        "is the largest place of that name",
        "population +4.00",
    ):
        assert said in words
    assert '<mark class="trigger">clashed</mark>' in page.text
    assert '<mark class="place">Pokrovsk</mark>' in page.text
    assert re.search(r"Pokrovsk, [^U][^<]*<.*?[\d,]+ km", page.text, re.DOTALL)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        pytest.param("strike", "Claimed by the Russian military: Air/drone strike", id="claimed"),
        pytest.param("near", "near it or in part of it, within about 14 km", id="near"),
        pytest.param("region", "known only to the region", id="region"),
        pytest.param("unplaced", "on no map, but it is counted and listed", id="not placed"),
        pytest.param("undated", "date not known", id="undated"),
        pytest.param("denied", "Denied: Armed clash", id="denied"),
    ],
)
def test_an_event_page_says_how_sure_it_is(site: Site, name: str, said: str) -> None:
    assert said in text_of(site.client.get(f"/events/{site.events[name].id}"))


@dataclass(frozen=True, slots=True)
class Merged:
    """An app whose store holds an event that two documents tell of, and its tellings."""

    client: FlaskClient
    event: Event
    tellings: tuple[Event, Event]


@pytest.fixture(scope="module")
def merged(make_app: MakeApp, tmp_path_factory: pytest.TempPathFactory) -> Merged:
    app = make_app(tmp_path_factory.mktemp("merged"))
    store = app.extensions[EXTENSION].store
    one, other = document(1), document(2, date=DAY + timedelta(days=1), source="Other Wire")
    claim = event(
        one, stance=Stance.CLAIMED, claimed_by="Russia", fatalities=Toll(3, 3, 3), wounded=Toll(5, 5, None),
        reports=(report(one, stance=Stance.CLAIMED, claimed_by="Russia", fatalities=Toll(3, 3, 3)),),
        weapon="artillery", count=97,
    )  # fmt: skip
    second = event(
        other, stance=Stance.CONFIRMED, fatalities=Toll(7, 7, 7), count=97,
        reports=(report(other, stance=Stance.CONFIRMED, fatalities=Toll(7, 7, 7)),),
    )  # fmt: skip
    for told, telling in ((one, claim), (other, second)):
        assert store.add(analysis(told, telling))
    return Merged(app.test_client(), store.event(claim.id), (claim, second))


@pytest.mark.parametrize("ending", ["", ".geojson"])
def test_the_id_of_a_merged_event_leads_to_where_it_is_now(merged: Merged, ending: str) -> None:
    first, second = merged.tellings
    moved = merged.client.get(f"/events/{second.id}{ending}")
    assert moved.status_code == 308
    assert moved.headers["Location"] == f"/events/{first.id}{ending}"
    assert moved.headers["Cache-Control"] == "no-cache"
    assert merged.client.get(moved.headers["Location"]).status_code == 200


def test_an_event_page_tells_what_reports_differ_in_and_who_changed_the_stance(merged: Merged) -> None:
    words = text_of(merged.client.get(f"/events/{merged.event.id}"))
    for said in (
        "Confirmed: 97 × Shelling/artillery/missile attack",
        "Weapon artillery",
        "Number 97 events of this kind together",
        "Deaths 7 killed (reports differ: 3 to 7)",
        "Wounded at least 5 wounded",
        "Who vouched for it, and when",
        "10 Jan 2025: Claimed by Russia, in Sitmap Wire, “Title 1”",
        "11 Jan 2025: Confirmed, in Other Wire, “Title 2”",
        "2 reports",
        "Claimed by Russia, 3 killed · Sitmap Wire",
        "Confirmed, 7 killed · Other Wire",
    ):
        assert said in words


def test_an_events_json_has_its_history_and_what_each_report_says(merged: Merged) -> None:
    properties = json.loads(merged.client.get(f"/events/{merged.event.id}.geojson").text)["properties"]
    assert [(step["stance"], step["claimed_by"], step["published"]) for step in properties["history"]] == [
        ("claimed", "Russia", "2025-01-10"),
        ("confirmed", None, "2025-01-11"),
    ]
    assert [item["deaths"] for item in properties["evidence"]] == ["3 killed", "7 killed"]
    assert properties["words"]["count"] == "97 events of this kind together"
    assert (properties["fatalities_low"], properties["fatalities_best"], properties["fatalities_high"]) == (
        3,
        7,
        7,
    )
    assert (properties["wounded_best"], properties["weapon"], properties["reports"]) == (5, "artillery", 2)


def test_an_event_of_one_word_has_no_history_to_show(site: Site) -> None:
    assert "Who vouched for it" not in text_of(site.client.get(f"/events/{site.events['strike'].id}"))


def test_the_data_page_documents_every_parameter_and_what_is_stored(site: Site) -> None:
    words = text_of(site.client.get("/data"))
    for parameter in PARAMETERS.values():
        assert f"{parameter.name} {parameter.help}" in words
    assert f"Events {len(samples.TOLD)}" in words
    assert "CC BY 4.0" in words and "Natural Earth" in words


def test_no_link_of_the_pages_is_dead(site: Site) -> None:
    # One page of each kind, and all that they link to.
    todo = ["/", "/near?place=Pokrovsk", *(f"/events/{found.id}" for found in site.events.values())]
    links = {
        attributes.get({"a": "href", "link": "href", "script": "src"}.get(tag, "")) or ""
        for address in [*todo, "/near", "/data", "/ingest", "/nowhere"]
        for tag, attributes in read(site.client.get(address)).elements
    }
    local = {link.partition("#")[0] for link in links if link.startswith("/")}
    assert {"/", "/near", "/data", "/ingest", "/static/js/search.js"} < local
    for address in local:
        assert site.client.get(address).status_code == 200, address


# --------------------------------------------------------------------------- hostile text


def test_hostile_text_is_text_on_every_page(site: Site) -> None:
    for address in (
        f"/events/{site.events['hostile'].id}",
        f"/events/{site.events['hostile place'].id}",
        "/near?place=Odesa&km=5",
        "/",
        "/data",
    ):
        page = site.client.get(address)
        parsed = read(page)
        nonce = re.findall(r"'nonce-([^']+)'", page.headers["Content-Security-Policy"])[0]
        for tag, attributes in parsed.elements:
            assert tag != "img"
            assert not [name for name in attributes if name.startswith("on")]
            assert not (attributes.get("href") or "").startswith("javascript")
            if tag == "script":
                assert attributes.get("nonce") == nonce or (attributes["src"] or "").startswith("/")
    words = text_of(site.client.get(f"/events/{site.events['hostile'].id}"))
    for hostile in (samples.HOSTILE_TITLE, samples.HOSTILE_SOURCE, samples.HOSTILE_URL):
        assert hostile in words
    assert "<script>alert(1)</script> ${alert(2)} `alert(3)`" in words


def test_report_text_never_reaches_folium(site: Site) -> None:
    for address in ("/", "/near?place=Odesa&km=5", f"/events/{site.events['hostile'].id}"):
        page = site.client.get(address).text
        scripts = re.findall(r"<script[^>]*>(.*?)</script>", page, re.DOTALL)
        assert any("L.map(" in script for script in scripts)
        assert not any("alert" in script for script in scripts)


# --------------------------------------------------------------------------- safety


def test_security_headers_stand_on_every_answer(client: FlaskClient) -> None:
    for address in ("/", "/events.geojson", "/nowhere", "/static/css/base.css", "/healthz"):
        headers = client.get(address).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "frame-ancestors 'self'" in policy
        assert "unsafe" not in policy and "http" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin"


def test_every_request_has_its_own_nonce(client: FlaskClient) -> None:
    policies = {client.get("/").headers["Content-Security-Policy"] for _ in range(3)}
    assert len(policies) == 3


def test_pages_name_no_other_host(client: FlaskClient) -> None:
    for address in ("/", "/near?place=Kyiv", "/ingest"):
        for tag, attributes in read(client.get(address)).elements:
            if tag in ("script", "link", "img", "iframe", "form"):
                for value in (attributes.get("src"), attributes.get("href"), attributes.get("action")):
                    assert not value or value.startswith("/")


def test_tiles_open_the_policy_for_their_host_alone(make_app: MakeApp, tmp_path: Path) -> None:
    app = make_app(tmp_path, SITMAP_TILES="https://{s}.tiles.example/{z}/{x}/{y}.png")
    page = app.test_client().get("/")
    images = re.findall(r"img-src ([^;]*)", page.headers["Content-Security-Policy"])
    assert images == ["'self' data: blob: https://*.tiles.example"]
    assert "Tiles: © OpenStreetMap" in text_of(app.test_client().get("/data"))
    assert "Tiles:" not in text_of(make_app(tmp_path).test_client().get("/data"))


@pytest.mark.parametrize(
    "template",
    ["tiles.example/{z}/{x}/{y}.png", "https://x; script-src *//{z}", "javascript:{z}{x}{y}"],
)
def test_a_tile_address_that_is_none_stops_the_start(
    make_app: MakeApp, tmp_path: Path, template: str
) -> None:
    with pytest.raises(InvalidInput, match="SITMAP_TILES"):
        make_app(tmp_path, SITMAP_TILES=template)


def test_a_strange_host_is_not_answered(client: FlaskClient) -> None:
    response = client.get("/", headers={"Host": "evil.example"})
    assert response.status_code == 400
    assert "TRUSTED_HOSTS" in response.text and "evil" not in response.text


def test_a_form_without_its_token_is_refused_and_keeps_the_text(client: FlaskClient) -> None:
    response = client.post("/ingest", data={"text": REPORT})
    assert response.status_code == 400
    assert "Novovasylivka" in text_of(response)
    assert json.loads(client.get("/events.geojson").text)["features"] == []


# --------------------------------------------------------------------------- errors


@pytest.mark.parametrize(
    ("method", "address", "status"),
    [
        ("GET", "/nowhere", 404),
        ("GET", "/events/0123456789abcdef", 404),
        ("GET", "/vendor/leaflet/dist/leaflet-src.js", 404),
        ("GET", "/?tpye=Battles", 400),
        ("GET", "/events/0123456789abcdef?x=1", 400),
        ("GET", "/near?km=-3&place=Kyiv", 400),
        ("GET", "/near?lat=91&lon=0", 400),
        ("POST", "/near", 405),
        ("DELETE", "/", 405),
    ],
)
def test_errors_are_pages_for_people_and_problems_for_programs(
    client: FlaskClient, method: str, address: str, status: int
) -> None:
    page = client.open(address, method=method, headers={"Accept": "text/html,*/*;q=0.5"})
    body = client.open(address, method=method, headers={"Accept": "application/json"})
    assert page.status_code == body.status_code == status
    problem(body)
    assert page.mimetype == "text/html" and "<h1>" in page.text
    if status == 405:
        assert "GET" in page.headers["Allow"]


def test_a_misspelt_parameter_is_named_and_not_ignored(client: FlaskClient) -> None:
    body = problem(client.get("/events.geojson?typ=Battles"))
    assert body["status"] == 400 and body["field"] == "typ"
    assert "did you mean 'type'?" in body["detail"]


def test_a_box_across_the_antimeridian_is_said_to_be_unsupported(client: FlaskClient) -> None:
    body = problem(client.get("/events.geojson?bbox=170,-10,-170,10"))
    assert body["field"] == "bbox" and "antimeridian" in body["detail"]


def test_what_is_not_prepared_says_how_to_prepare_it(make_app: MakeApp, tmp_path: Path) -> None:
    client = make_app(tmp_path, SITMAP_GAZETTEER=str(tmp_path / "none.db")).test_client()
    page = client.get("/near?place=Kyiv")
    assert page.status_code == 503
    assert "flask prepare" in text_of(page)
    assert problem(client.get("/places.json?q=Kyiv"))["code"] == "not-prepared"


def test_a_mistake_of_ours_shows_nothing_of_the_inside(make_app: MakeApp, tmp_path: Path) -> None:
    app = make_app(tmp_path, PROPAGATE_EXCEPTIONS=False)
    secret = "the inside of the house"

    def fail() -> str:
        raise RuntimeError(secret)

    app.add_url_rule("/fail", view_func=fail)
    response = app.test_client().get("/fail")
    assert response.status_code == 500
    assert secret not in response.text and "Sitmap made a mistake" in text_of(response)


# --------------------------------------------------------------------------- files


def test_the_base_map_is_compressed_and_kept(client: FlaskClient) -> None:
    first = client.get("/basemap.json?v=1", headers={"Accept-Encoding": "gzip"})
    assert first.headers["Content-Encoding"] == "gzip"
    assert len(first.data) < 100_000
    fine = client.get("/basemap.json?detail=fine", headers={"Accept-Encoding": "gzip"})
    assert len(first.data) < len(fine.data) / 2 < 150_000
    assert first.cache_control.max_age and first.cache_control.max_age > 86_400
    again = client.get(
        "/basemap.json?v=1",
        headers={"Accept-Encoding": "gzip", "If-None-Match": first.headers["ETag"]},
    )
    assert again.status_code == 304 and again.data == b""


def test_an_unknown_detail_of_the_base_map_is_refused(client: FlaskClient) -> None:
    response = client.get("/basemap.json?detail=finest")
    assert response.status_code == 400 and response.json and response.json["field"] == "detail"


def test_only_what_pages_load_is_served_of_the_packages(client: FlaskClient) -> None:
    script = client.get("/vendor/leaflet/dist/leaflet.js")
    assert script.mimetype == "text/javascript" and b"Leaflet" in script.data
    for path in ("leaflet/dist/leaflet-src.js", "leaflet/../../app.py", "%2e%2e/app.py", "leaflet/dist/"):
        assert client.get(f"/vendor/{path}").status_code == 404


def test_a_missing_package_says_what_to_run(make_app: MakeApp, tmp_path: Path) -> None:
    response = (
        make_app(tmp_path, SITMAP_VENDOR=str(tmp_path)).test_client().get("/vendor/leaflet/dist/leaflet.js")
    )
    assert response.status_code == 503 and "npm ci" in response.text


def test_the_server_says_that_it_is_well(client: FlaskClient) -> None:
    assert client.get("/healthz").text == "ok\n"


# --------------------------------------------------------------------------- a report of one's own


def send(client: FlaskClient, **fields: Any) -> TestResponse:
    token = re.findall(r'name="csrf_token" value="([^"]+)"', client.get("/ingest").text)[0]
    data = {"csrf_token": token, "text": ""} | {
        name: FileStorage(io.BytesIO(value[0]), value[1]) if isinstance(value, tuple) else value
        for name, value in fields.items()
    }
    # Encoded here, since the client would leave a large upload's temporary file open.
    boundary, body = encode_multipart(data)
    return client.post("/ingest", data=body, content_type=f"multipart/form-data; boundary={boundary}")


FOREIGN = "Російські війська обстріляли Харків у понеділок уранці."


def test_a_report_in_another_language_is_refused_with_the_reason(client: FlaskClient) -> None:
    lines = [json.dumps({"text": REPORT, "date": "2025-01-31"}), json.dumps({"text": FOREIGN})]
    words = text_of(send(client, file=("\n".join(lines).encode(), "reports.jsonl")))
    assert "2 read = 1 mapped + 1 refused" in words
    assert "does not read as English" in words


def test_a_pasted_report_becomes_events_once(client: FlaskClient) -> None:
    fields = {"text": REPORT, "date": "2025-01-31", "title": "A village", "source": "Wire"}
    first = send(client, **fields, url="https://example.org/1")
    assert first.status_code == 200
    assert "1 read = 1 mapped" in text_of(first)
    (link,) = set(re.findall(r'href="(/events/\w+)"', first.text))
    page = text_of(client.get(link))
    assert "Novovasylivka" in page and "A village" in page and "31 Jan 2025" in page

    again = send(client, **fields)
    assert "1 read = 1 already known" in text_of(again)
    assert link in again.text
    assert len(json.loads(client.get("/events.geojson?stance=all").text)["features"]) == 1


def test_an_uploaded_file_of_reports_reconciles(client: FlaskClient) -> None:
    lines = [
        json.dumps({"text": REPORT, "date": "2025-01-31"}),
        json.dumps({"text": "The cat sat on the mat."}),
        "not JSON",
    ]
    response = send(client, file=("\n".join(lines).encode(), "reports.jsonl"))
    words = text_of(response)
    assert "3 read = 1 mapped + 1 no event + 1 refused" in words
    assert "reports.jsonl:3" in words
    assert "Refusals 1" in text_of(client.get("/data"))


def test_title_and_link_of_the_form_go_to_the_file_that_has_none(client: FlaskClient) -> None:
    response = send(client, file=(REPORT.encode(), "report.txt"), title="Given", url="https://example.org/g")
    (link,) = set(re.findall(r'href="(/events/\w+)"', response.text))
    page = client.get(link).text
    assert "Given" in page and 'href="https://example.org/g"' in page


@pytest.mark.parametrize(
    ("fields", "status", "field", "kept"),
    [
        pytest.param({"text": "  \n"}, 422, "text", "", id="empty"),
        pytest.param({"text": "x" * 1_000_001}, 413, "text", "x" * 1000, id="article too large"),
        pytest.param({"text": "a\x00b"}, 415, "text", "", id="binary text"),
        pytest.param({"text": FOREIGN}, 422, "text", FOREIGN, id="another language"),
        pytest.param({"text": REPORT, "date": "2025-02-30"}, 400, "date", REPORT, id="no such day"),
        pytest.param({"text": REPORT, "url": "javascript:alert(1)"}, 400, "url", REPORT, id="no web address"),
        pytest.param({"text": REPORT, "title": "t" * 301}, 400, "title", REPORT, id="endless title"),
        pytest.param({"file": (b"", "empty.txt")}, 422, "file", "", id="empty file"),
        pytest.param({"file": (b"\xff\xfe\x00\x01\x02", "a.txt")}, 415, "file", "", id="binary file"),
        pytest.param({"file": (b"MZ", "a.exe")}, 415, "file", "", id="program"),
        pytest.param({"file": (b"caf\xe9 attack", "a.txt")}, 415, "file", "", id="not UTF-8"),
        pytest.param({"file": (b"y" * 1_000_001, "a.txt")}, 413, "file", "", id="file too large"),
        pytest.param({"text": REPORT, "file": (b"z", "a.txt")}, 422, "file", REPORT, id="both"),
        pytest.param(
            {"file": (b'{"text":"a b"}\n{"text":"c d"}', "a.jsonl"), "title": "T"}, 422, "title", "", id="one"
        ),
    ],
)
def test_a_bad_report_names_its_field_and_keeps_the_text(
    client: FlaskClient, fields: dict[str, Any], status: int, field: str, kept: str
) -> None:
    response = send(client, **fields)
    assert response.status_code == status
    assert f'id="{field}-error"' in response.text
    assert 'aria-invalid="true"' in response.text
    assert kept in text_of(response)
    assert client.get("/data").text.count('<dd class="figures">0</dd>') == 4


def test_a_request_over_the_limit_is_refused_before_it_is_read(make_app: MakeApp, tmp_path: Path) -> None:
    client = make_app(tmp_path, MAX_CONTENT_LENGTH=20_000).test_client()
    response = send(client, text="x" * 30_000)
    assert response.status_code == 413
    assert "larger than 20,000 bytes" in text_of(response)


def test_a_hostile_report_is_text_in_the_form_too(client: FlaskClient) -> None:
    response = send(client, text=samples.HOSTILE_TEXT, title=samples.HOSTILE_TITLE, date="never")
    assert response.status_code == 400
    assert "alert(1)" in text_of(response)
    assert not [tag for tag, _ in read(response).elements if tag == "img"]


# --------------------------------------------------------------------------- settings


def test_the_environment_sets_what_the_caller_does_not(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SITMAP_STORE", "sqlite:///elsewhere.db")
    monkeypatch.setenv("SITMAP_MAX_CONTENT_LENGTH", "1000")
    monkeypatch.setenv("SITMAP_TRUSTED_HOSTS", "a.example, b.example")
    monkeypatch.delenv("SITMAP_GAZETTEER", raising=False)
    config = create_app({"SITMAP_INSTANCE": str(tmp_path), "MAX_CONTENT_LENGTH": 2000}).config
    assert config["SITMAP_STORE"] == "sqlite:///elsewhere.db"
    assert config["MAX_CONTENT_LENGTH"] == 2000
    assert config["TRUSTED_HOSTS"] == ("a.example", "b.example")
    assert config["SITMAP_GAZETTEER"] == f"{tmp_path}/gazetteer.db"


def test_a_setting_that_cannot_be_read_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SITMAP_MAX_CONTENT_LENGTH", "lots")
    with pytest.raises(InvalidInput, match="SITMAP_MAX_CONTENT_LENGTH"):
        create_app()


def test_every_setting_is_documented() -> None:
    assert all(setting.help and setting.variable.startswith("SITMAP_") for setting in SETTINGS)


def test_the_secret_key_is_made_once_and_kept_from_others(tmp_path: Path) -> None:
    first, second = (create_app({"SITMAP_INSTANCE": str(tmp_path)}).config["SECRET_KEY"] for _ in range(2))
    assert first == second and len(first) == 64
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]
