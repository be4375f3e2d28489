"""The feeds: well-formed Atom that says when it has nothing new, and never more than text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient

from domain import Event
from tests import web_samples as samples
from tests.store_samples import analysis, document, event
from tests.test_web import problem
from tests.web_samples import MakeApp
from web.services import EXTENSION

ATOM = "{http://www.w3.org/2005/Atom}"
POINT = "{http://www.georss.org/georss}point"


@dataclass(frozen=True, slots=True)
class Site:
    """A client, and the events by their names in the samples."""

    client: FlaskClient
    events: Mapping[str, Event]

    def feed(self, address: str) -> ElementTree.Element:
        response = self.client.get(address)
        assert response.status_code == 200 and response.mimetype == "application/atom+xml", response.text
        return ElementTree.fromstring(response.text)

    def entries(self, address: str) -> dict[str, ElementTree.Element]:
        """The entries by the id of the event whose page they lead to, in their order."""
        return {_link(entry).rpartition("/")[2]: entry for entry in self.feed(address).iter(f"{ATOM}entry")}


def _link(entry: ElementTree.Element, rel: str = "alternate") -> str:
    return next((link.get("href", "") for link in entry.iter(f"{ATOM}link") if link.get("rel") == rel), "")


def _text(element: ElementTree.Element, name: str) -> str:
    return element.findtext(f"{ATOM}{name}") or ""


@pytest.fixture(scope="module")
def site(make_app: MakeApp, tmp_path_factory: pytest.TempPathFactory) -> Site:
    app = make_app(tmp_path_factory.mktemp("feed"))
    return Site(app.test_client(), samples.load(app.extensions[EXTENSION]))


@pytest.mark.parametrize("address", ["/events.atom", "/near.atom?place=Pokrovsk&km=60"])
def test_a_feed_has_all_that_atom_demands(site: Site, address: str) -> None:
    feed = site.feed(address)
    entries = list(feed.iter(f"{ATOM}entry"))
    assert entries
    for each in (feed, *entries):
        assert _text(each, "id") and _text(each, "title")
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT00:00:00Z", _text(each, "updated"))
    assert _text(feed, "updated") == max(_text(entry, "updated") for entry in entries)
    assert feed.findtext(f"{ATOM}author/{ATOM}name")
    assert _link(feed, "self").endswith(address)
    ids = [_text(entry, "id") for entry in entries]
    assert len({UUID(name.removeprefix("urn:uuid:")) for name in ids}) == len(ids)


def test_a_feed_has_the_newest_events_of_the_filters(site: Site) -> None:
    listed = [event["id"] for event in site.client.get("/list.json?type=Battles").get_json()["events"]]
    assert list(site.entries("/events.atom?type=Battles")) == listed
    assert list(site.entries("/events.atom?limit=1")) == [site.events["hostile place"].id]
    assert "Event type: Battles" in _text(site.feed("/events.atom?type=Battles"), "title")


def test_a_feed_of_a_place_has_what_may_lie_there(site: Site) -> None:
    found = site.entries("/near.atom?place=Pokrovsk&km=10")
    assert {site.events["clash"].id, site.events["near"].id} <= found.keys()
    assert site.events["strike"].id not in found
    title = _text(site.feed("/near.atom?place=Pokrovsk&km=10"), "title")
    assert "within 10 km of Pokrovsk, Donetsk, UA" in title


def test_an_entry_tells_the_event_and_where_it_was(site: Site) -> None:
    entry = site.entries("/events.atom")[site.events["clash"].id]
    assert _text(entry, "title") == "Reported: Armed clash, Pokrovsk"
    assert _text(entry, "content").startswith("Five soldiers were killed")
    assert "10 Jan 2025" in _text(entry, "summary") and "5 killed" in _text(entry, "summary")
    assert _link(entry, "related") == "https://example.org/report"
    lat, lon = map(float, (entry.findtext(POINT) or "").split())
    assert (lat, lon) == pytest.approx((48.28, 37.18), abs=0.05)
    rough = site.entries("/events.atom")[site.events["region"].id]
    assert rough.find(POINT) is None


def test_hostile_text_is_text_and_its_address_no_link(site: Site) -> None:
    entry = site.entries("/events.atom")[site.events["hostile"].id]
    assert samples.HOSTILE_TEXT.startswith(_text(entry, "content")[:40])
    assert "<script>" in _text(entry, "content")
    assert _link(entry, "related") == ""


def test_an_id_is_the_same_on_every_machine(site: Site, client: FlaskClient) -> None:
    samples.load(client.application.extensions[EXTENSION])
    other = Site(client, site.events)
    assert [_text(entry, "id") for entry in other.entries("/events.atom").values()] == [
        _text(entry, "id") for entry in site.entries("/events.atom").values()
    ]


def test_a_feed_without_news_is_not_sent_again(client: FlaskClient) -> None:
    first = client.get("/events.atom")
    again = {"If-None-Match": first.headers["ETag"]}
    assert client.get("/events.atom", headers=again).status_code == 304
    assert client.get("/events.atom?type=Battles", headers=again).status_code == 200
    samples.load(client.application.extensions[EXTENSION])
    fresh = client.get("/events.atom", headers=again)
    assert fresh.status_code == 200 and "Armed clash" in fresh.text


def test_what_xml_cannot_say_does_not_break_the_feed(client: FlaskClient) -> None:
    told = document(text="A drone hit\x0b a depot.")
    store = client.application.extensions[EXTENSION].store
    store.add(analysis(told, event(told)))
    feed = ElementTree.fromstring(client.get("/events.atom").text)
    assert len(list(feed.iter(f"{ATOM}entry"))) == 1


@pytest.mark.parametrize(
    ("address", "field"),
    [
        pytest.param("/events.atom?type=Nonsense", "type", id="type"),
        pytest.param("/events.atom?colour=red", "colour", id="unknown"),
        pytest.param("/near.atom", "place", id="near nothing"),
        pytest.param("/near.atom?lat=91&lon=0", "lat", id="off the earth"),
    ],
)
def test_a_feed_of_nonsense_is_refused_and_named(client: FlaskClient, address: str, field: str) -> None:
    response = client.get(address)
    assert response.status_code == 400 and problem(response)["field"] == field
