"""What the map's panel is told of an event, in one answer: words, marks, rivals and the small map of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from domain import Candidate, DateRange, Event, TextSpan
from geo.regions import Regions
from geo.shapes import disc
from tests import web_samples as samples
from tests.store_samples import DAY, POKROVSK, analysis, document, event, report, resolution
from tests.test_web import text_of
from tests.web_samples import MakeApp
from web.evidence import MOST_REPORTS
from web.passages import date_told
from web.rivals import HEIGHT, WIDTH, Rival, small_map, why
from web.services import EXTENSION


@dataclass(frozen=True, slots=True)
class Site:
    """An app whose store holds the samples."""

    client: FlaskClient
    events: Mapping[str, Event]

    def opened(self, name: str) -> dict[str, Any]:
        answer = self.client.get(f"/events/{self.events[name].id}/evidence.json")
        assert answer.status_code == 200 and answer.json is not None
        told: dict[str, Any] = answer.json
        return told


@pytest.fixture(scope="module")
def site(make_app: MakeApp, tmp_path_factory: pytest.TempPathFactory) -> Site:
    app = make_app(tmp_path_factory.mktemp("evidence"))
    return Site(app.test_client(), samples.load(app.extensions[EXTENSION]))


def marked(pieces: list[dict[str, str]]) -> list[tuple[str, str]]:
    return [(piece["text"], piece["role"]) for piece in pieces if piece["role"]]


# --------------------------------------------------------------------------- one answer


def test_one_answer_has_all_that_the_panel_shows(site: Site) -> None:
    told = site.opened("clash")
    assert told["headline"] == "Reported: Armed clash"
    assert {fact["name"]: fact["words"] for fact in told["facts"]}["Deaths"] == "5 killed"
    assert told["mark"]["id"] == site.events["clash"].id
    (shown,) = told["reports"]
    assert marked(shown["sentence"]) == [("clashed", "trigger"), ("Pokrovsk", "place")]
    assert [piece["text"] for piece in shown["before"] + shown["after"]] == [
        "Rain fell all week.",
        "Trains still ran.",
    ]
    assert (shown["source"], shown["day"], shown["url"]) == (
        "Sample Wire",
        "10 Jan 2025",
        "https://example.org/report",
    )
    for address in ("page", "geojson", "near", "mistakes"):
        assert site.client.get(told[address]).status_code == 200, address


def test_the_chosen_place_stands_against_its_two_best_rivals(site: Site) -> None:
    told = site.opened("clash")["why"]
    chosen, *others = told["rivals"]
    assert (chosen["label"], chosen["chosen"], chosen["distance"]) == ("Pokrovsk, Donetsk, UA", True, "")
    assert len(others) == 2 and not any(other["chosen"] for other in others)
    assert all(other["score"] < chosen["score"] and other["distance_km"] > 0 for other in others)
    assert all(other["behind"] == ["own name"] and other["ahead"] == [] for other in others)
    drawn = told["map"]
    assert len(drawn["spots"]) == 3
    assert all(0 < x < WIDTH and 0 < y < HEIGHT for x, y in drawn["spots"])
    assert re.fullmatch(r"(M[-\d. ]+Z)+", drawn["land"]) and drawn["area"] == ""


def test_a_region_is_an_area_on_the_small_map_and_no_point(site: Site) -> None:
    told = site.opened("region")["why"]
    assert not told["rivals"][0]["point"] and told["map"]["area"]


@pytest.mark.parametrize("name", ["unplaced", "hostile place"])
def test_what_is_not_placed_has_no_small_map_and_nothing_near(site: Site, name: str) -> None:
    told = site.opened(name)
    assert told["near"] is None and told["mark"]["lat"] is None
    assert told["why"] is None or (told["why"]["rivals"] == [] and told["why"]["map"] is None)


def test_the_events_own_page_says_the_same(site: Site) -> None:
    told = site.opened("clash")
    words = text_of(site.client.get(told["page"]))
    said = [fact["words"] for fact in told["facts"]] + [told["headline"], told["why"]["reason"]]
    said += [rival["label"] for rival in told["why"]["rivals"]]
    assert [each for each in said if each not in words] == []


@pytest.mark.parametrize("language", ["uk", "ru"])
def test_every_event_is_told_in_every_language(site: Site, language: str) -> None:
    # The answers set a cookie, which others must not get.
    reader = site.client.application.test_client()
    for name, told in site.events.items():
        answer = reader.get(f"/events/{told.id}/evidence.json?lang={language}")
        assert answer.status_code == 200 and answer.json is not None
        assert answer.json["headline"] != site.opened(name)["headline"]
        assert "Project-Id-Version" not in answer.text


def test_hostile_text_is_told_as_it_is(site: Site) -> None:
    (shown,) = site.opened("hostile")["reports"]
    assert samples.HOSTILE_TEXT.startswith("".join(piece["text"] for piece in shown["sentence"]))
    assert (shown["title"], shown["url"]) == (samples.HOSTILE_TITLE, samples.HOSTILE_URL)


def test_an_unknown_event_is_not_found(site: Site) -> None:
    answer = site.client.get("/events/nowhere/evidence.json")
    assert answer.status_code == 404 and answer.json is not None
    assert answer.json["code"] == "not-found"


# --------------------------------------------------------------------------- several reports


@pytest.fixture
def many(app: Flask) -> Event:
    """An event that more reports tell of than the panel shows."""
    store = app.extensions[EXTENSION].store
    told = document(0)
    reports = tuple(report(told, start=number) for number in range(MOST_REPORTS + 5))
    made = event(told, reports=reports)
    assert store.add(analysis(told, made, resolutions=(resolution(),)))
    found: Event = store.event(made.id)
    return found


def test_of_many_reports_the_first_are_shown_and_the_others_counted(client: FlaskClient, many: Event) -> None:
    answer = client.get(f"/events/{many.id}/evidence.json").json
    assert answer is not None
    assert (len(answer["reports"]), answer["more_reports"]) == (
        MOST_REPORTS,
        len(many.reports) - MOST_REPORTS,
    )


def test_the_id_of_a_merged_event_leads_to_where_it_is_now(
    app: Flask, client: FlaskClient, many: Event
) -> None:
    store = app.extensions[EXTENSION].store
    later = DAY + timedelta(days=90)
    other = event(document(7, date=later), "other", when=DateRange(later, later, 1))
    store.add(analysis(document(7, date=later), other))
    store.merge(other.id, many.id)
    moved = client.get(f"/events/{other.id}/evidence.json")
    assert (moved.status_code, moved.headers["Location"]) == (308, f"/events/{many.id}/evidence.json")


# --------------------------------------------------------------------------- the words of a date


@pytest.mark.parametrize(
    ("text", "when", "found"),
    [
        pytest.param("Guns fired on Friday.", date(2025, 1, 10), "Friday", id="a weekday"),
        pytest.param("In 2025, on Jan. 10, guns fired.", date(2025, 1, 10), "Jan. 10", id="the most exact"),
        pytest.param("Guns fired on Jan. 9.", date(2025, 1, 3), None, id="another day"),
        pytest.param("Guns fired.", date(2025, 1, 10), None, id="none"),
    ],
)
def test_the_words_that_tell_the_date_are_found(text: str, when: date, found: str | None) -> None:
    stretch = TextSpan(0, len(text), text)
    told = date_told(text, stretch, published=date(2025, 1, 11), when=DateRange(when, when, 1))
    assert (told and told.text) == found


def test_nothing_tells_a_date_that_is_not_known() -> None:
    text = "Guns fired on Friday."
    assert date_told(text, TextSpan(0, len(text), text), published=None, when=None) is None


def test_the_date_is_marked_where_the_text_tells_it(app: Flask, client: FlaskClient) -> None:
    told = document(0)
    made = event(told, reports=(report(told),), when=DateRange(DAY, DAY, 1))
    app.extensions[EXTENSION].store.add(analysis(told, made, resolutions=(resolution(),)))
    answer = client.get(f"/events/{made.id}/evidence.json").json
    assert answer is not None
    assert ("Friday", "date") in marked(answer["reports"][0]["sentence"])


# --------------------------------------------------------------------------- the small map


def rival_at(lat: float, lon: float, *, chosen: bool = False) -> Rival:
    return Rival(replace(POKROVSK, lat=lat, lon=lon), 1.0, 0.0, (), chosen)


def test_across_the_antimeridian_places_stay_together(regions: Regions) -> None:
    drawn = small_map(
        event(document()), [rival_at(-17.0, 179.5, chosen=True), rival_at(-17.0, -179.5)], regions
    )
    assert drawn is not None
    (left, _), (right, _) = drawn.spots
    assert 0 < right - left < WIDTH / 3
    xs = [float(x) for x in re.findall(r"[M ]([-\d.]+) [-\d.]+", drawn.land)]
    assert min(xs) < WIDTH / 2 < max(xs)


def test_one_place_alone_is_shown_in_its_country(regions: Regions) -> None:
    drawn = small_map(event(document()), [rival_at(48.3, 37.2, chosen=True)], regions)
    assert drawn is not None
    assert list(map(tuple, drawn.spots)) == [(WIDTH / 2, HEIGHT / 2)] and drawn.land


def test_what_is_near_a_place_is_an_area_on_the_small_map(regions: Regions) -> None:
    told = event(document(), geo_precision=2, geometry=disc(lat=48.3, lon=37.2, km=30))
    drawn = small_map(told, [rival_at(48.3, 37.2, chosen=True)], regions)
    assert drawn is not None and drawn.area.startswith("M")


def test_a_rival_is_told_by_what_it_has_more_and_less_than_the_chosen_place() -> None:
    far = replace(POKROVSK, id="geonames:1", lat=62.0, lon=129.0, country="RU")
    found = resolution(
        candidates=(
            Candidate(POKROVSK, 3.0, {"population": 2.0, "country": 1.0, "region": 0.1}),
            Candidate(far, 1.0, {"population": -1.5, "own name": 2.5, "region": 0.2}),
        )
    )
    _, rival = why(event(document()), found).rivals
    assert (rival.ahead, rival.behind) == (("own name",), ("population", "country"))
