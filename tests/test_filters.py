"""Which filters a query sets, and what each refuses. What they let through is in the suite of all stores."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date

import pytest

from domain import BBox, Circle, EventQuery, InvalidInput, Stance
from store.extents import boxes_around
from store.filters import (
    MAX_CHOICES,
    MAX_CORNERS,
    MAX_WORDS,
    Actors,
    Area,
    Around,
    Box,
    Fatalities,
    Filter,
    Precisions,
    Region,
    Sources,
    Stances,
    Text,
    Types,
    View,
    Window,
    filters_of,
)

JANUARY, MARCH = date(2025, 1, 1), date(2025, 3, 31)
TRIANGLE = ((30.0, 48.0), (31.0, 48.0), (30.5, 49.0))


@pytest.mark.parametrize(
    ("circle", "boxes"),
    [
        pytest.param((0.0, 0.0, 111.0), [(-1.004, -1.004, 1.004, 1.004)], id="equator"),
        pytest.param((60.0, 10.0, 111.0), [(7.99, 58.996, 12.01, 61.004)], id="north"),
        pytest.param(
            (0.0, 179.5, 111.0),
            [(178.496, -1.004, 180.0, 1.004), (-180.0, -1.004, -179.496, 1.004)],
            id="antimeridian-eastward",
        ),
        pytest.param(
            (0.0, -179.5, 111.0),
            [(179.496, -1.004, 180.0, 1.004), (-180.0, -1.004, -178.496, 1.004)],
            id="antimeridian-westward",
        ),
        pytest.param((89.5, 10.0, 111.0), [(-180.0, 88.496, 180.0, 90.0)], id="north-pole"),
        pytest.param((-90.0, 0.0, 111.0), [(-180.0, -90.0, 180.0, -88.996)], id="south-pole"),
        pytest.param((10.0, 10.0, 30_000.0), [(-180.0, -90.0, 180.0, 90.0)], id="whole-earth"),
    ],
)
def test_circle_is_looked_up_by_its_boxes(
    circle: tuple[float, float, float], boxes: list[tuple[float, ...]]
) -> None:
    lat, lon, km = circle

    found = boxes_around(lat=lat, lon=lon, km=km)

    assert [side for box in found for side in (box.west, box.south, box.east, box.north)] == pytest.approx(
        [side for box in boxes for side in box], abs=0.01
    )


@pytest.mark.parametrize(
    ("make", "field"),
    [
        pytest.param(lambda: Window(MARCH, JANUARY), "start", id="window-backwards"),
        pytest.param(lambda: Types(("Battles",) * (MAX_CHOICES + 1)), "types", id="too-many-types"),
        pytest.param(lambda: Actors(("Russia",) * (MAX_CHOICES + 1)), "actors", id="too-many-actors"),
        pytest.param(lambda: Sources(("Wire",) * (MAX_CHOICES + 1)), "sources", id="too-many-sources"),
        pytest.param(lambda: Precisions((1, 4)), "precisions", id="precision-4"),
        pytest.param(lambda: Precisions((-1,)), "precisions", id="precision-below-0"),
        pytest.param(lambda: Text(""), "text", id="no-text"),
        pytest.param(lambda: Text('"*" - ^'), "text", id="text-without-a-word"),
        pytest.param(lambda: Text("word " * (MAX_WORDS + 1)), "text", id="too-many-words"),
        pytest.param(lambda: Box(BBox(170, 0, -170, 10)), "bbox", id="box-across-antimeridian"),
        pytest.param(lambda: Box(BBox(0, 50, 10, 40)), "bbox", id="box-upside-down"),
        pytest.param(lambda: Box(BBox(0, 0, 181, 10)), "bbox", id="box-too-far-east"),
        pytest.param(lambda: Box(BBox(0, -91, 10, 10)), "bbox", id="box-too-far-south"),
        pytest.param(lambda: Box(BBox(0, 0, math.nan, 10)), "bbox", id="box-nan"),
        pytest.param(lambda: View(BBox(0, 50, 10, 40)), "view", id="view-upside-down"),
        pytest.param(lambda: View(BBox(0, 0, 200, 10)), "view", id="view-too-far-east"),
        pytest.param(lambda: Area(TRIANGLE[:2]), "area", id="area-of-two-corners"),
        pytest.param(lambda: Area((*TRIANGLE[:2], (30.5, 48.0))), "area", id="area-without-extent"),
        pytest.param(lambda: Area(((0, 0), (1, 1), (1, 0), (0, 1))), "area", id="area-crosses-itself"),
        pytest.param(lambda: Area((*TRIANGLE, (30.0, 91.0))), "area", id="area-off-the-earth"),
        pytest.param(lambda: Area((*TRIANGLE, (math.nan, 50.0))), "area", id="area-nan"),
        pytest.param(lambda: Area(TRIANGLE * MAX_CORNERS), "area", id="area-of-too-many-corners"),
        pytest.param(lambda: Region(""), "region", id="no-region"),
        pytest.param(lambda: Region("Donetsk"), "region", id="region-by-name"),
        pytest.param(lambda: Region("adm1:Donetsk"), "region", id="division-by-name"),
        pytest.param(lambda: Region("country:ua"), "region", id="country-in-small-letters"),
        pytest.param(lambda: Region("adm1:UA.05' --"), "region", id="hostile-division"),
        pytest.param(lambda: Region("adm1:UA.05\n"), "region", id="division-with-line-end"),
        pytest.param(lambda: Around(Circle(91, 0, 1)), "around", id="lat-91"),
        pytest.param(lambda: Around(Circle(math.nan, 0, 1)), "around", id="lat-nan"),
        pytest.param(lambda: Around(Circle(0, -180.5, 1)), "around", id="lon-too-far-west"),
        pytest.param(lambda: Around(Circle(0, 0, -3)), "around", id="km-negative"),
        pytest.param(lambda: Around(Circle(0, 0, math.inf)), "around", id="km-infinite"),
        pytest.param(lambda: Around(Circle(0, 0, math.nan)), "around", id="km-nan"),
    ],
)
def test_filter_refuses_what_it_cannot_mean(make: Callable[[], Filter], field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        make()

    assert caught.value.field == field


@pytest.mark.parametrize(
    ("query", "filters"),
    [
        pytest.param(EventQuery(stances=()), (), id="everything"),
        pytest.param(
            EventQuery(), (Stances((Stance.REPORTED, Stance.CLAIMED, Stance.CONFIRMED)),), id="on-the-map"
        ),
        pytest.param(
            EventQuery(
                start=JANUARY,
                types=("Riots",),
                stances=(Stance.DENIED,),
                precisions=(3,),
                actors=("Russia",),
                sources=("Wire",),
                text="a bridge",
                fatalities=0,
                area=TRIANGLE,
                around=Circle(48, 37, 5),
                bbox=BBox(0, 0, 1, 1),
                view=BBox(170, 0, -170, 1),
                region="country:SD",
                limit=5,
            ),
            (
                Window(JANUARY, None),
                Types(("Riots",)),
                Stances((Stance.DENIED,)),
                Precisions((3,)),
                Actors(("Russia",)),
                Sources(("Wire",)),
                Text("a bridge"),
                Fatalities(0),
                Area(TRIANGLE),
                Around(Circle(48, 37, 5)),
                Box(BBox(0, 0, 1, 1)),
                View(BBox(170, 0, -170, 1)),
                Region("country:SD"),
            ),
            id="all-of-them",
        ),
    ],
)
def test_query_becomes_its_filters(query: EventQuery, filters: tuple[Filter, ...]) -> None:
    assert filters_of(query) == filters
