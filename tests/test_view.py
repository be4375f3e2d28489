"""What a view of the map is made of, asked over HTTP: marks, list, histogram, counts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests import web_samples as samples
from tests.web_samples import MakeApp
from web.services import EXTENSION

Ask = Callable[..., Any]

EUROPE = "0,30,60,65"
DONBAS = "36,47,39,49"


@pytest.fixture(scope="module")
def told(make_app: MakeApp, tmp_path_factory: pytest.TempPathFactory) -> tuple[Flask, dict[str, str]]:
    app = make_app(tmp_path_factory.mktemp("view"))
    events = samples.load(app.extensions[EXTENSION])
    return app, {name: event.id for name, event in events.items()}


@pytest.fixture
def client(told: tuple[Flask, dict[str, str]]) -> FlaskClient:
    return told[0].test_client()


@pytest.fixture
def ids(told: tuple[Flask, dict[str, str]]) -> dict[str, str]:
    return told[1]


@pytest.fixture
def ask(client: FlaskClient) -> Ask:
    def answer(address: str, **arguments: Any) -> Any:
        reply = client.get(address, query_string=arguments)
        assert reply.status_code == 200, reply.get_json(force=True)
        return reply.get_json(force=True)

    return answer


# --------------------------------------------------------------------------- marks


@pytest.mark.parametrize("zoom", [0, 3, 5])
def test_the_marks_stand_for_all_that_is_shown(ask: Ask, zoom: int) -> None:
    features = ask("/clusters.geojson", view=EUROPE, zoom=zoom)["features"]
    shown = sum(feature["properties"].get("count") or 1 for feature in features)
    assert shown == ask("/counts.json")["shown"] == len(samples.SHOWN)


def test_close_up_the_events_of_one_spot_are_still_one_mark(ask: Ask) -> None:
    (mark,) = ask("/clusters.geojson", view="30.743,46.485,30.745,46.487", zoom=18)["features"]
    assert mark["properties"]["count"] == 2


def test_a_cluster_tells_its_types_and_where_its_events_are(ask: Ask) -> None:
    families = ask("/histogram.json")["families"]
    (mark,) = ask("/clusters.geojson", view=DONBAS, zoom=6)["features"]
    about = mark["properties"]
    assert about["count"] == 2
    assert about["families"] == [2 if family == "Battles" else 0 for family in families] + [0]
    west, south, east, north = about["box"]
    assert (west, south) == (east, north) == tuple(mark["geometry"]["coordinates"])


def test_a_single_event_comes_with_what_its_sign_needs(ask: Ask, ids: dict[str, str]) -> None:
    (mark,) = ask("/clusters.geojson", view="43,41,46,43", zoom=6)["features"]
    assert mark["id"] == ids["undated"]
    about = mark["properties"]
    assert about["kind"] == "Peaceful protest"
    assert (about["stance"], about["geo_precision"], about["place"]) == ("reported", 1, "Tbilisi")
    assert about["date_end"] is None and about["when"] == "date not known"


def test_the_marks_of_a_part_of_the_map_are_of_that_part(ask: Ask) -> None:
    assert ask("/clusters.geojson", view="100,0,110,10", zoom=5)["features"] == []


def test_a_view_may_cross_the_antimeridian(ask: Ask) -> None:
    eastward = ask("/clusters.geojson", view="20,30,-170,65", zoom=3)["features"]
    assert len(eastward) > 0
    assert ask("/clusters.geojson", view="170,30,20,65", zoom=3)["features"] == []


def test_the_heat_adds_up_to_what_is_shown(ask: Ask) -> None:
    heat = ask("/heat.json", view=EUROPE, zoom=4)
    numbers = [number for _, _, number in heat["cells"]]
    assert sum(numbers) == len(samples.SHOWN)
    assert heat["most"] == max(numbers)


# --------------------------------------------------------------------------- the list


def test_the_list_is_of_what_is_in_view_newest_first(ask: Ask, ids: dict[str, str]) -> None:
    found = ask("/list.json", view=DONBAS)
    assert [event["id"] for event in found["events"]] == [ids["near"], ids["clash"]]
    assert found["total"] == 2


@pytest.mark.parametrize(
    ("order", "first"), [("newest", "hostile"), ("oldest", "clash"), ("deadliest", "clash")]
)
def test_the_list_can_be_sorted(ask: Ask, ids: dict[str, str], order: str, first: str) -> None:
    found = ask("/list.json", view=EUROPE, order=order)["events"]
    assert found[0]["id"] == ids[first]
    assert found[-1]["id"] == ids["undated"] or order == "deadliest"


def test_the_nearest_are_those_to_the_middle_of_the_view(ask: Ask, ids: dict[str, str]) -> None:
    found = ask("/list.json", view="29.7,45.5,31.7,47.5", order="nearest", limit=1)["events"]
    assert found[0]["place"] == "Odesa"
    found = ask("/list.json", view="-15,20,103,63", order="nearest", limit=1)["events"]
    assert found[0]["id"] == ids["undated"]


def test_the_list_comes_in_parts(ask: Ask) -> None:
    whole = ask("/list.json", view=EUROPE)
    first, rest = ask("/list.json", view=EUROPE, limit=2), ask("/list.json", view=EUROPE, skip=2)
    assert first["events"] + rest["events"] == whole["events"]
    assert first["total"] == rest["total"] == whole["total"] == len(whole["events"])


def test_what_is_not_placed_is_a_list_of_its_own(ask: Ask, ids: dict[str, str]) -> None:
    found = ask("/list.json", precision=0)
    assert {event["id"] for event in found["events"]} == {ids[name] for name in samples.UNPLACED}
    assert found["total"] == ask("/counts.json")["unplaced"]


# --------------------------------------------------------------------------- numbers


def test_the_histogram_counts_all_days_whatever_the_window(ask: Ask) -> None:
    whole = ask("/histogram.json")
    assert whole == ask("/histogram.json", start="2025-01-20", end="2025-01-20")
    assert whole["first"] == "2025-01-10" and whole["days"] == 1
    assert sum(map(sum, whole["bins"])) + whole["undated"] == len(samples.TOLD) - len(samples.FILTERED)
    assert whole["bins"][0][whole["families"].index("Battles")] == 1


def test_the_histogram_follows_the_other_filters(ask: Ask) -> None:
    battles = ask("/histogram.json", type="Battles")
    assert sum(map(sum, battles["bins"])) == 2
    assert ask("/histogram.json", text="nothing of that kind")["bins"] == []


@pytest.mark.parametrize(
    "filters",
    [
        {},
        {"start": "2025-01-12", "end": "2025-01-20"},
        {"type": ["Battles", "Peaceful protest"], "stance": "all"},
        {"precision": ["1", "0"]},
        {"region": "country:UA"},
        {"fatalities": "1"},
        {"around": "48.28,37.18,100"},
        {"area": "36,47;39,47;39,49;36,49"},
        {"text": "drone"},
        {"outlet": "Sample Wire"},
    ],
    ids=str,
)
def test_the_counts_reconcile_with_marks_and_lists(ask: Ask, filters: dict[str, Any]) -> None:
    counts = ask("/counts.json", **filters)
    parts = [counts[name] for name in ("shown", "filtered", "region_only", "unplaced")]
    assert sum(parts) == counts["window"]
    marks = ask("/clusters.geojson", view=EUROPE, zoom=4, **filters)["features"]
    assert sum(mark["properties"].get("count") or 1 for mark in marks) == counts["shown"]
    found = ask("/list.json", **filters)
    assert found["total"] == counts["shown"] + counts["region_only"] + counts["unplaced"]


def test_each_choice_of_a_filter_has_its_number(ask: Ask) -> None:
    counts = ask("/counts.json", type="Protests")
    assert counts["by_type"]["Battles"] == 2 and counts["by_type"]["Armed clash"] == 2
    assert counts["by_stance"] == {"reported": 1}
    assert counts["by_precision"] == {"1": 1}
    assert counts["by_source"] == [["Sample Wire", 1]]


def test_an_empty_view_tells_what_would_fill_it(ask: Ask) -> None:
    counts = ask("/counts.json", type="Riots", start="2025-01-10", end="2025-01-12")
    assert counts["shown"] == 0
    without = {each["filter"]: each["shown"] for each in counts["without"]}
    assert without == {"type": 3, "start": 0}


@pytest.mark.parametrize(
    ("address", "field"),
    [
        ("/clusters.geojson?zoom=40", "zoom"),
        ("/clusters.geojson?zoom=4.5", "zoom"),
        ("/clusters.geojson?zoom=-1", "zoom"),
        ("/clusters.geojson?view=here", "view"),
        ("/clusters.geojson?view=0,0,60,60&zoom=18", "view"),
        ("/clusters.geojson?view=0,60,10,50", "view"),
        ("/list.json?order=best", "order"),
        ("/list.json?skip=-1", "skip"),
        ("/list.json?limit=500", "limit"),
        ("/histogram.json?view=0,0,1,1", "view"),
        ("/counts.json?start=2025-02-01&end=2025-01-01", "start"),
        ("/counts.json?type=Nonsense", "type"),
        ("/counts.json?area=0,0;10,10;0,10;10,0", "area"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(client: FlaskClient, address: str, field: str) -> None:
    reply = client.get(address)
    assert reply.status_code == 400
    assert reply.mimetype == "application/problem+json"
    assert reply.get_json(force=True)["field"] == field
