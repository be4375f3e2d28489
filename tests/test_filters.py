"""Each filter says itself in SQL, and refuses what it cannot mean."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date

import pytest

from domain import BBox, EventQuery, InvalidInput, Stance
from store.filters import (
    MAX_CHOICES,
    Around,
    Box,
    Filter,
    Precisions,
    Region,
    Stances,
    Types,
    Window,
    filters_of,
    joined,
)

JANUARY, MARCH = date(2025, 1, 1), date(2025, 3, 31)
EXTENTS = "SELECT event_key FROM event_extents WHERE west <= ? AND east >= ? AND south <= ? AND north >= ?"


@pytest.mark.parametrize(
    ("part", "sql", "params"),
    [
        pytest.param(
            Window(JANUARY, MARCH),
            "date_end >= ? AND date_start <= ?",
            ("2025-01-01", "2025-03-31"),
            id="window",
        ),
        pytest.param(Window(JANUARY, None), "date_end >= ?", ("2025-01-01",), id="window-open-end"),
        pytest.param(Window(None, MARCH), "date_start <= ?", ("2025-03-31",), id="window-open-start"),
        pytest.param(
            Types(("Battles", "Grenade")),
            "event_type IN (?, ?) OR sub_event_type IN (?, ?)",
            ("Battles", "Grenade", "Battles", "Grenade"),
            id="types",
        ),
        pytest.param(
            Types(("') OR 1 --",)),
            "event_type IN (?) OR sub_event_type IN (?)",
            ("') OR 1 --", "') OR 1 --"),
            id="types-hostile",
        ),
        pytest.param(
            Stances((Stance.CLAIMED, Stance.DENIED)), "stance IN (?, ?)", ("claimed", "denied"), id="stances"
        ),
        pytest.param(Precisions((1, 2)), "geo_precision IN (?, ?)", (1, 2), id="precisions"),
        pytest.param(
            Region("country:UA"), "place_id = ? OR place_country = ?", ("country:UA", "UA"), id="country"
        ),
        pytest.param(
            Region("adm1:UA.05"),
            "place_id = ? OR place_admin1_id = ?",
            ("adm1:UA.05", "adm1:UA.05"),
            id="division",
        ),
        pytest.param(
            Region("adm2:UA.05.bakhmut-raion"),
            "place_id = ? OR region_id = ?",
            ("adm2:UA.05.bakhmut-raion", "adm2:UA.05.bakhmut-raion"),
            id="district",
        ),
        pytest.param(
            Box(BBox(30, 45, 40, 50)),
            f"event_key IN ({EXTENTS}) AND CASE"
            " WHEN geometry IS NULL OR (geometry_type = 'Point' AND abs(lon) < 180)"
            " THEN lon BETWEEN ? AND ? AND lat BETWEEN ? AND ?"
            " WHEN event_key IN (SELECT event_key FROM event_extents"
            " WHERE west >= ? AND east <= ? AND south >= ? AND north <= ?) THEN 1"
            " ELSE meets_box(geometry, ?, ?, ?, ?) END",
            (40, 30, 50, 45, 30, 40, 45, 50, 30, 40, 45, 50, 30, 45, 40, 50),
            id="box",
        ),
    ],
)
def test_filter_says_itself_in_sql(part: Filter, sql: str, params: tuple[object, ...]) -> None:
    assert part.clause() == (sql, params)


@pytest.mark.parametrize(
    ("around", "boxes"),
    [
        pytest.param(Around(0.0, 0.0, 111.0), [(-1.004, 1.004, -1.004, 1.004)], id="equator"),
        pytest.param(Around(60.0, 10.0, 111.0), [(7.99, 12.01, 58.996, 61.004)], id="north"),
        pytest.param(
            Around(0.0, 179.5, 111.0),
            [(178.496, 180.0, -1.004, 1.004), (-180.0, -179.496, -1.004, 1.004)],
            id="antimeridian-eastward",
        ),
        pytest.param(
            Around(0.0, -179.5, 111.0),
            [(179.496, 180.0, -1.004, 1.004), (-180.0, -178.496, -1.004, 1.004)],
            id="antimeridian-westward",
        ),
        pytest.param(Around(89.5, 10.0, 111.0), [(-180.0, 180.0, 88.496, 90.0)], id="north-pole"),
        pytest.param(Around(-90.0, 0.0, 111.0), [(-180.0, 180.0, -90.0, -88.996)], id="south-pole"),
        pytest.param(Around(10.0, 10.0, 30_000.0), [(-180.0, 180.0, -90.0, 90.0)], id="whole-earth"),
    ],
)
def test_circle_is_looked_up_by_its_boxes(around: Around, boxes: list[tuple[float, ...]]) -> None:
    sql, params = around.clause()

    assert sql == f"event_key IN ({' UNION '.join([EXTENTS] * len(boxes))})"
    expected = [
        side for west, east, south, north in boxes for side in (east, west, north, south)
    ]  # an extent meets the box where it begins before the far side
    assert params == pytest.approx(tuple(expected), abs=0.01)


@pytest.mark.parametrize(
    ("make", "field"),
    [
        pytest.param(lambda: Window(MARCH, JANUARY), "start", id="window-backwards"),
        pytest.param(lambda: Types(("Battles",) * (MAX_CHOICES + 1)), "types", id="too-many-types"),
        pytest.param(lambda: Precisions((1, 4)), "precisions", id="precision-4"),
        pytest.param(lambda: Box(BBox(170, 0, -170, 10)), "bbox", id="box-across-antimeridian"),
        pytest.param(lambda: Box(BBox(0, 50, 10, 40)), "bbox", id="box-upside-down"),
        pytest.param(lambda: Box(BBox(0, 0, 181, 10)), "bbox", id="box-too-far-east"),
        pytest.param(lambda: Box(BBox(0, -91, 10, 10)), "bbox", id="box-too-far-south"),
        pytest.param(lambda: Box(BBox(0, 0, math.nan, 10)), "bbox", id="box-nan"),
        pytest.param(lambda: Region(""), "region", id="no-region"),
        pytest.param(lambda: Region("Donetsk"), "region", id="region-by-name"),
        pytest.param(lambda: Region("adm1:Donetsk"), "region", id="division-by-name"),
        pytest.param(lambda: Region("country:ua"), "region", id="country-in-small-letters"),
        pytest.param(lambda: Region("adm1:UA.05' --"), "region", id="hostile-division"),
        pytest.param(lambda: Region("adm1:UA.05\n"), "region", id="division-with-line-end"),
        pytest.param(lambda: Around(91, 0, 1), "lat", id="lat-91"),
        pytest.param(lambda: Around(math.nan, 0, 1), "lat", id="lat-nan"),
        pytest.param(lambda: Around(0, -180.5, 1), "lon", id="lon-too-far-west"),
        pytest.param(lambda: Around(0, 0, -3), "km", id="km-negative"),
        pytest.param(lambda: Around(0, 0, math.inf), "km", id="km-infinite"),
        pytest.param(lambda: Around(0, 0, math.nan), "km", id="km-nan"),
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
                bbox=BBox(0, 0, 1, 1),
                region="country:SD",
                limit=5,
            ),
            (
                Window(JANUARY, None),
                Types(("Riots",)),
                Stances((Stance.DENIED,)),
                Precisions((3,)),
                Box(BBox(0, 0, 1, 1)),
                Region("country:SD"),
            ),
            id="all-of-them",
        ),
    ],
)
def test_query_becomes_its_filters(query: EventQuery, filters: tuple[Filter, ...]) -> None:
    assert filters_of(query) == filters


def test_filters_are_joined_with_and_in_order() -> None:
    sql, params = joined((Region("country:UA"), Precisions((1,))))

    assert sql == "(place_id = ? OR place_country = ?) AND (geo_precision IN (?))"
    assert params == ("country:UA", "UA", 1)


def test_no_filter_at_all_is_true() -> None:
    assert joined(()) == ("1", ())
