"""What leaves the house: features, files, and what other programs read in them."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely
from shapely.geometry import MultiPolygon, Point, Polygon, shape

from domain import DateRange, Event, EventReport, InvalidInput, Place, Stance, TextSpan, Toll
from export import FORMATS, feature, write
from ontology import load_ontology

VILLAGE = Place(
    "geonames:1",
    "Novovasylivka",
    48.2345,
    37.0123,
    "PPL",
    country="UA",
    admin1="Donetsk",
    admin1_id="adm1:UA.05",
)
SENTENCE = "The military announced the capture of Novovasylivka."


def report(document: str = "d1", **more: Any) -> EventReport:
    return EventReport(document, TextSpan(0, 52, SENTENCE), TextSpan(27, 34, "capture"), **more)


EXACT = Event(
    id="e1",
    event_type="Battles",
    sub_event_type="Non-state actor overtakes territory",
    disorder_type="Political violence",
    stance=Stance.CLAIMED,
    confidence=0.81234,
    reports=(
        report(
            source="Wire",
            url="https://wire.example/1",
            published=date(2025, 1, 31),
            stance=Stance.CLAIMED,
            claimed_by="Russia",
        ),
        report("d2"),
    ),
    actor="Military Forces of Russia",
    claimed_by="Russian military",
    when=DateRange(date(2025, 1, 30), date(2025, 1, 31), 1),
    place_text="Novovasylivka",
    place=VILLAGE,
    lat=48.23456789,
    lon=37.01234567,
    geometry=Point(37.01234567, 48.23456789),
    geo_precision=1,
    uncertainty_km=1.0,
    fatalities=Toll(3, 4, None),
    wounded=Toll(5, 5, 7),
    weapon="drone",
)
NEAR = replace(
    EXACT, id="e2", geo_precision=2, uncertainty_km=15.0, geometry=Point(37.0, 48.2).buffer(0.2), when=None
)
# A clockwise ring with a hole, and an island.
REGION = replace(
    EXACT,
    id="e3",
    geo_precision=3,
    geometry=MultiPolygon(
        [
            Polygon([(36, 47), (36, 49), (39, 49), (39, 47)], [[(37, 48), (38, 48), (38, 48.5), (37, 48.5)]]),
            Polygon([(40, 47), (40, 48), (41, 48)]),
        ]
    ),
)
SUM = replace(EXACT, id="e5", count=97)
UNPLACED = replace(
    EXACT, id="e4", geometry=None, lat=None, lon=None, geo_precision=None, uncertainty_km=None, place=None
)
PLOVER = load_ontology().types[EXACT.sub_event_type]
ALL = [EXACT, NEAR, REGION, UNPLACED]


def test_a_feature_tells_what_the_event_carries() -> None:
    assert feature(EXACT) == {
        "type": "Feature",
        "id": "e1",
        "geometry": {"type": "Point", "coordinates": (37.012346, 48.234568)},
        "properties": {
            "id": "e1",
            "event_type": "Battles",
            "sub_event_type": "Non-state actor overtakes territory",
            "stance": "claimed",
            "actor": "Military Forces of Russia",
            "date_start": "2025-01-30",
            "date_end": "2025-01-31",
            "place": "Novovasylivka",
            "lat": 48.234568,
            "lon": 37.012346,
            "geo_precision": 1,
            "uncertainty_km": 1.0,
            "count": None,
            "disorder_type": "Political violence",
            "plover_type": PLOVER.plover,
            "plover_mode": PLOVER.plover_mode or None,
            "claimed_by": "Russian military",
            "confidence": 0.812,
            "target": None,
            "time_precision": 1,
            "place_id": "geonames:1",
            "place_text": "Novovasylivka",
            "admin1": "Donetsk",
            "country": "UA",
            "fatalities_low": 3,
            "fatalities_best": 4,
            "fatalities_high": None,
            "wounded_low": 5,
            "wounded_best": 5,
            "wounded_high": 7,
            "captured_low": None,
            "captured_best": None,
            "captured_high": None,
            "weapon": "drone",
            "stance_history": "2025-01-31 claimed by Russia (Wire); undated reported (d2)",
            "reports": 2,
            "sentence": SENTENCE,
            "trigger": "capture",
            "document": "d1",
            "published": "2025-01-31",
            "source": "Wire",
            "url": "https://wire.example/1",
        },
    }


def test_the_plover_type_comes_from_the_ontology() -> None:
    assert feature(EXACT)["properties"]["plover_type"] == PLOVER.plover
    unknown = feature(replace(EXACT, sub_event_type="Of a later ontology"))["properties"]
    assert (unknown["plover_type"], unknown["plover_mode"]) == (None, None)


@pytest.mark.parametrize("event", ALL, ids=["exact", "near", "region", "unplaced"])
def test_properties_are_flat(event: Event) -> None:
    for value in feature(event)["properties"].values():
        assert value is None or isinstance(value, str | int | float)


@pytest.mark.parametrize("event", [NEAR, REGION], ids=["disc", "region with hole and island"])
def test_polygons_turn_counter_clockwise_and_have_six_decimals(event: Event) -> None:
    assert event.geometry is not None
    drawn = shape(feature(event)["geometry"])
    for polygon in shapely.get_parts(drawn):
        assert polygon.exterior.is_ccw
        assert not any(ring.is_ccw for ring in polygon.interiors)
    corners = shapely.get_coordinates(drawn)
    assert (corners == np.round(corners, 6)).all()
    assert drawn.symmetric_difference(event.geometry).area < 1e-5


def test_an_unplaced_event_has_no_geometry() -> None:
    assert feature(UNPLACED)["geometry"] is None
    assert feature(UNPLACED, slim=True)["geometry"] is None
    assert feature(UNPLACED)["properties"]["place"] == "Novovasylivka"


@pytest.mark.parametrize(
    ("event", "geometry"),
    [
        (EXACT, {"type": "Point", "coordinates": [37.012346, 48.234568]}),
        (NEAR, {"type": "Point", "coordinates": [37.012346, 48.234568]}),
        (REGION, None),
    ],
    ids=["exact", "near", "region"],
)
def test_a_slim_feature_has_a_mark_but_for_regions(event: Event, geometry: object) -> None:
    slim = feature(event, slim=True)
    assert slim["geometry"] == geometry
    assert set(slim["properties"]) < set(feature(event)["properties"])
    assert len(slim["properties"]) == 13


def test_a_sum_of_events_says_how_many() -> None:
    assert feature(SUM, slim=True)["properties"]["count"] == 97


# --------------------------------------------------------------------------- GeoJSON


def test_a_geographic_information_system_reads_the_geojson(tmp_path: Path) -> None:
    path = tmp_path / "events.geojson"
    path.write_text("".join(write(ALL, "geojson")), encoding="utf-8")
    info = pyogrio.read_info(path)
    assert info["features"] == 4
    assert info["crs"] == "EPSG:4326"
    kinds = dict(zip(info["fields"], info["ogr_types"], strict=True))
    assert kinds["id"] == kinds["sentence"] == "OFTString"
    assert kinds["lat"] == kinds["confidence"] == "OFTReal"
    assert kinds["reports"] == kinds["fatalities_best"] == kinds["geo_precision"] == "OFTInteger"
    assert kinds["date_start"] == kinds["published"] == "OFTDate"
    assert set(info["fields"]) == set(feature(EXACT)["properties"])

    _, _, geometry, values = pyogrio.raw.read(path)
    drawn = shapely.from_wkb(geometry)
    assert [each.geom_type if each else None for each in drawn] == ["Point", "Polygon", "MultiPolygon", None]
    assert (drawn[0].x, drawn[0].y) == (37.012346, 48.234568)
    assert list(dict(zip(info["fields"], values, strict=True))["id"]) == ["e1", "e2", "e3", "e4"]


def test_the_geojson_names_the_gazetteer_it_owes() -> None:
    assert "GeoNames, CC BY 4.0" in json.loads("".join(write([], "geojson")))["attribution"]


@pytest.mark.parametrize("count", [0, 1, 100, 101, 250])
def test_files_of_any_length_are_whole(count: int) -> None:
    events = [replace(EXACT, id=f"e{number}") for number in range(count)]
    collection = json.loads("".join(write(events, "geojson")))
    assert [each["id"] for each in collection["features"]] == [each.id for each in events]
    rows = list(csv.DictReader(io.StringIO("".join(write(events, "csv")))))
    assert [row["id"] for row in rows] == [each.id for each in events]


@pytest.mark.parametrize("fmt", FORMATS)
def test_events_are_written_while_they_come(fmt: str) -> None:
    taken = 0

    def events() -> Any:
        nonlocal taken
        for _ in range(1000):
            taken += 1
            yield EXACT

    pieces = write(events(), fmt)
    next(pieces)
    next(pieces)
    assert 0 < taken <= 100


def test_an_unknown_format_is_refused_before_anything_is_written() -> None:
    with pytest.raises(InvalidInput, match="format: 'shp' is none of geojson, csv"):
        write([], "shp")


# --------------------------------------------------------------------------- CSV


def csv_rows(*events: Event) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO("".join(write(events, "csv")))))


def test_csv_has_its_columns_even_without_events() -> None:
    lines = "".join(write([], "csv")).splitlines()
    assert [line.split(",") for line in lines] == [list(feature(EXACT)["properties"])]


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ('=HYPERLINK("https://x.example")', '\'=HYPERLINK("https://x.example")'),
        ("+1", "'+1"),
        ("-2+3", "'-2+3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\tx", "'\tx"),
        (" =1", "' =1"),
        ("Kryvyi Rih", "Kryvyi Rih"),
        ('say "a", b\nnext', 'say "a", b\nnext'),
    ],
)
def test_a_spreadsheet_runs_no_text_as_a_formula(text: str, cell: str) -> None:
    assert csv_rows(replace(EXACT, actor=text))[0]["actor"] == cell


def test_negative_numbers_stay_numbers() -> None:
    row = csv_rows(replace(EXACT, lat=-33.5, lon=-70.25, geometry=Point(-70.25, -33.5)))[0]
    assert (row["lat"], row["lon"], row["target"]) == ("-33.5", "-70.25", "")
