"""The table and the files for spreadsheets: the same events as the list of the map, in words and in order."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient

from domain import Event
from tests import web_samples as samples
from tests.test_web import problem, read, text_of
from tests.web_samples import MakeApp
from web.services import EXTENSION

WINDOW = "start=2025-01-10&end=2025-01-15"
EAST_OF_UKRAINE = "view=36,47,39,49"
FAR_SIDE = "view=170,-60,-170,60"


@dataclass(frozen=True, slots=True)
class Site:
    """A client, and the events by their names in the samples."""

    client: FlaskClient
    events: Mapping[str, Event]

    def rows(self, address: str) -> list[str]:
        """The ids of a table's events, from top to bottom."""
        response = self.client.get(address)
        assert response.status_code == 200, response.text
        return re.findall(r'<th scope="row">.*?/events/([0-9a-f]+)', response.text, re.DOTALL)

    def named(self, address: str) -> list[str]:
        names = {event.id: name for name, event in self.events.items()}
        return [names[event_id] for event_id in self.rows(address)]

    def sheet(self, address: str) -> list[dict[str, str]]:
        response = self.client.get(address)
        assert response.status_code == 200 and response.mimetype == "text/csv", response.text
        assert "attachment" in response.headers["Content-Disposition"]
        return list(csv.DictReader(io.StringIO(response.text, newline="")))


@pytest.fixture(scope="module")
def site(make_app: MakeApp, tmp_path_factory: pytest.TempPathFactory) -> Site:
    app = make_app(tmp_path_factory.mktemp("table"))
    return Site(app.test_client(), samples.load(app.extensions[EXTENSION]))


# --------------------------------------------------------------------------- the same set


@pytest.mark.parametrize(
    ("query", "many"),
    [
        pytest.param("", 8, id="all"),
        pytest.param("type=Battles", 2, id="type"),
        pytest.param(WINDOW, 4, id="window"),
        pytest.param("stance=all", 9, id="every stance"),
        pytest.param("precision=0", 2, id="not placed"),
        pytest.param("around=48.28,37.18,60", 2, id="around"),
        pytest.param(EAST_OF_UKRAINE, 2, id="part of the map"),
        pytest.param(FAR_SIDE, 0, id="across the antimeridian"),
    ],
)
def test_table_list_and_downloads_hold_the_same_events(site: Site, query: str, many: int) -> None:
    listed = [event["id"] for event in site.client.get(f"/list.json?{query}").get_json()["events"]]
    assert len(listed) == many
    assert site.rows(f"/table?{query}") == listed
    assert [row["id"] for row in site.sheet(f"/events.csv?{query}")] == listed
    features = json.loads(site.client.get(f"/events.geojson?{query}").text)["features"]
    assert [feature["id"] for feature in features] == listed


def test_the_count_line_of_the_table_reconciles_and_opens_what_no_map_places(site: Site) -> None:
    page = site.client.get("/table")
    assert "5 shown + 1 filtered out + 1 region only + 2 not placed = 9 events in this window" in text_of(
        page
    )
    links = dict(re.findall(r'<a href="(/table[^"]*)">(\d+ [a-z ]+)</a>', page.text)[::-1])
    by_words = {words: link for link, words in links.items()}
    assert set(site.named(by_words["1 region only"])) == samples.REGION_ONLY
    assert set(site.named(by_words["2 not placed"])) == samples.UNPLACED


# --------------------------------------------------------------------------- order and pages


@pytest.mark.parametrize(
    ("order", "column", "sorted_", "first", "last"),
    [
        pytest.param("newest", "Date", "descending", "hostile place", "undated", id="newest"),
        pytest.param("oldest", "Date", "ascending", "clash", "undated", id="oldest"),
        pytest.param("deadliest", "Killed", "descending", "clash", "undated", id="deadliest"),
        pytest.param("type", "Type", "ascending", "near", "undated", id="type"),
    ],
)
def test_a_column_says_how_it_sorts(
    site: Site, order: str, column: str, sorted_: str, first: str, last: str
) -> None:
    address = f"/table?order={order}"
    names = site.named(address)
    assert (names[0], names[-1]) == (first, last)
    heads = re.findall(
        r'<th scope="col" aria-sort="(\w+)"><a href="[^"]*">(\w+)</a>', site.client.get(address).text
    )
    assert heads == [(sorted_, column)]


def test_a_heads_link_sorts_by_it_and_turns_the_order_round(site: Site) -> None:
    orders = []
    address = f"/table?{EAST_OF_UKRAINE}&skip=1&limit=1"
    for _ in range(3):
        (link,) = re.findall(r'<a href="([^"]*)">Date</a>', site.client.get(address).text)
        address = link.replace("&amp;", "&")
        asked = parse_qs(urlsplit(address).query)
        assert asked["view"] == [EAST_OF_UKRAINE.removeprefix("view=")] and "skip" not in asked
        orders += asked["order"]
    assert orders == ["oldest", "newest", "oldest"]


def test_the_pages_of_the_table_hold_each_event_once(site: Site) -> None:
    address, seen = "/table?limit=3", []
    for _ in range(3):
        page = site.client.get(address)
        seen += site.rows(address)
        address = (re.findall(r'<a href="([^"]*)" rel="next">', page.text) or [""])[0].replace("&amp;", "&")
    assert address == "" and seen == site.rows("/table")
    assert "8 events, of which 4 to 6" in text_of(site.client.get("/table?limit=3&skip=3"))
    assert 'rel="prev"' in page.text


# --------------------------------------------------------------------------- what it says


def test_a_row_tells_the_event_and_links_to_it(site: Site) -> None:
    row = text_of(site.client.get("/table?type=Armed+clash&precision=1"))
    for words in ("10 Jan 2025", "Armed clash", "Reported", "Pokrovsk", "Named place", "Sample Wire", " 5 "):
        assert words in row


def test_the_table_says_its_question_and_leads_to_the_same_on_the_map(site: Site) -> None:
    page = site.client.get(f"/table?{WINDOW}&type=Battles&{EAST_OF_UKRAINE}")
    words = text_of(page)
    assert "Events, 10 – 15 Jan 2025" in words and "Event type: Battles" in words
    assert "47.00, 36.00 to 49.00, 39.00" in words
    (link,) = re.findall(r'<a href="([^"]*)">On the map</a>', page.text)
    parts = urlsplit(link.replace("&amp;", "&"))
    assert parse_qs(parts.query) == parse_qs(f"{WINDOW}&type=Battles")
    zoom, lat, lon = map(float, parts.fragment.split("/"))
    assert (lat, lon) == (48, 37.5) and 6 <= zoom <= 9


def test_a_part_across_the_antimeridian_is_found_on_the_map(site: Site) -> None:
    page = site.client.get(f"/table?{FAR_SIDE}")
    assert re.search(r'href="/#\d+/0\.0000/-?180\.0000"', page.text)


def test_an_empty_table_says_how_to_go_on(site: Site) -> None:
    page = site.client.get("/table?view=-30,-10,-20,0")
    assert "No events here pass these filters." in text_of(page)
    (everywhere,) = re.findall(r'<a href="([^"]*)">Everywhere</a>', page.text)
    assert len(site.rows(everywhere)) == 8


def test_hostile_text_stays_text_in_the_table(site: Site) -> None:
    page = read(site.client.get("/table?type=Air/drone+strike"))
    assert "<img src=x onerror=alert(12)>" in "".join(page.words)
    assert not [attributes for tag, attributes in page.elements if tag == "img" or "onerror" in attributes]


@pytest.mark.parametrize(
    ("address", "field"),
    [
        pytest.param("/table?order=loudest", "order", id="order"),
        pytest.param("/table?skip=-1", "skip", id="skip"),
        pytest.param("/table?limit=500", "limit", id="limit"),
        pytest.param("/table?start=2025-02-01&end=2025-01-01", "start", id="window"),
        pytest.param("/events.csv?type=Nonsense", "type", id="type"),
        pytest.param("/events.csv?view=1,2,3", "view", id="view"),
        pytest.param("/near.csv", "place", id="near nothing"),
    ],
)
def test_what_no_table_can_show_is_refused_and_named(site: Site, address: str, field: str) -> None:
    response = site.client.get(address, headers={"Accept": "application/json"})
    assert response.status_code == 400 and problem(response)["field"] == field


# --------------------------------------------------------------------------- spreadsheets


def test_a_spreadsheet_of_what_is_near_has_the_distances(site: Site) -> None:
    rows = site.sheet("/near.csv?place=Pokrovsk&km=10")
    found = {row["id"]: row for row in rows}
    assert found[site.events["clash"].id]["certain"] == "True"
    assert found[site.events["near"].id]["certain"] == "False"
    assert all(float(row["distance_km"]) <= 500 for row in rows)
    nothing = site.client.get("/near.csv?lat=-60&lon=-120&km=5").text.splitlines()
    assert len(nothing) == 1 and nothing[0].endswith("distance_km,certain")
