"""What a resolution is shape as: discs of their real size, cut where maps end, outlines for regions."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from pyproj import Geod
from shapely.geometry.base import BaseGeometry

from geo.gazetteer import Gazetteer
from geo.shapes import common_border, disc, middle_part, oval, part_towards, point_in, reach_km, sector, strip
from geo.tables import read_table

ELLIPSOID = Geod(ellps="WGS84")
ROUNDING_KM = 0.002
"""Coordinates are rounded to five decimals."""

SOMEWHERE = [
    pytest.param(0.0, 0.0, 10.0, id="equator"),
    pytest.param(48.28, 37.18, 12.5, id="Pokrovsk"),
    pytest.param(78.2, 15.6, 40.0, id="Svalbard"),
    pytest.param(-54.8, -68.3, 0.5, id="half a kilometre"),
    pytest.param(45.0, 90.0, 4500.0, id="a continent"),
    pytest.param(-17.0, 179.9, 100.0, id="Fiji, over the antimeridian"),
    pytest.param(65.0, -179.9, 300.0, id="Chukotka, over the antimeridian"),
    pytest.param(0.0, 180.0, 20.0, id="on the antimeridian"),
    pytest.param(0.0, -180.0, 20.0, id="on the antimeridian, from the west"),
    pytest.param(5.0, -160.0, 8000.0, id="an ocean"),
    pytest.param(89.9, 10.0, 50.0, id="around the North Pole"),
    pytest.param(-89.9, 10.0, 50.0, id="around the South Pole"),
    pytest.param(80.0, -170.0, 1500.0, id="over the North Pole"),
]


def parts(shape: BaseGeometry) -> list[shapely.Polygon]:
    return list(shapely.get_parts(shape))


@pytest.mark.parametrize(("lat", "lon", "km"), SOMEWHERE)
def test_a_disc_has_its_radius_on_the_ground(lat: float, lon: float, km: float) -> None:
    corners = shapely.get_coordinates(disc(lat=lat, lon=lon, km=km))
    # Where a map ends the ring follows its edge.
    rim = corners[(np.abs(corners[:, 0]) < 179.9999) & (np.abs(corners[:, 1]) < 89.9999)]
    here = np.full(len(rim), lon), np.full(len(rim), lat)
    far = ELLIPSOID.inv(*here, rim[:, 0], rim[:, 1])[2] / 1000
    assert len(rim) >= 46
    assert np.abs(far - km).max() < ROUNDING_KM


@pytest.mark.parametrize(("lat", "lon", "km"), SOMEWHERE)
def test_a_disc_stays_on_the_map(lat: float, lon: float, km: float) -> None:
    shape = disc(lat=lat, lon=lon, km=km)
    west, south, east, north = shape.bounds
    assert shape.is_valid
    assert {part.geom_type for part in parts(shape)} == {"Polygon"}
    assert (west, south) >= (-180, -90)
    assert (east, north) <= (180, 90)
    assert all(part.exterior.is_ccw for part in parts(shape))


@pytest.mark.parametrize(("lat", "lon", "km"), SOMEWHERE)
def test_a_disc_covers_what_is_closer_and_nothing_that_is_farther(lat: float, lon: float, km: float) -> None:
    shape = disc(lat=lat, lon=lon, km=km)
    for share, covered in ((0.0, True), (0.5, True), (0.95, True), (1.05, False)):
        for bearing in range(5, 360, 30):
            x, y, _ = ELLIPSOID.fwd(lon, lat, bearing, share * km * 1000)
            assert shape.covers(shapely.Point(x, y)) == covered, (share, bearing)


@pytest.mark.parametrize(
    ("lat", "lon", "km", "count"),
    [(-17.0, 179.9, 100.0, 2), (-17.0, 179.0, 100.0, 1), (65.0, -179.9, 300.0, 2), (64.7, 177.5, 50.0, 1)],
    ids=["over it", "short of it", "over it from the west", "far from it"],
)
def test_a_disc_is_cut_only_where_it_crosses_the_antimeridian(
    lat: float, lon: float, km: float, count: int
) -> None:
    shape = disc(lat=lat, lon=lon, km=km)
    assert len(parts(shape)) == count
    assert all(part.bounds[2] - part.bounds[0] < 20 for part in parts(shape))


@settings(deadline=None, max_examples=100)
@given(lat=st.floats(-90, 90), lon=st.floats(-180, 180), km=st.floats(0.1, 2000))
def test_a_disc_can_be_drawn_anywhere(lat: float, lon: float, km: float) -> None:
    shape = disc(lat=lat, lon=lon, km=km)
    assert shape.is_valid
    assert shape.buffer(1e-4).covers(shapely.Point(lon, lat))
    area = sum(abs(ELLIPSOID.geometry_area_perimeter(part)[0]) for part in parts(shape)) / 1e6
    # Long edges are straight on the map, not on the ground, and a point less is a smaller disc.
    assert area < 1.1 * np.pi * km**2


def test_every_area_of_the_gazetteer_can_be_drawn(gazetteer: Gazetteer) -> None:
    for row in read_table("areas.csv"):
        area = gazetteer.get(row["id"])
        shape = disc(lat=area.lat, lon=area.lon, km=area.radius_km)
        assert shape.is_valid, area.name
        assert shape.covers(shapely.Point(area.lon, area.lat)), area.name


# --------------------------------------------------------------------------- other shapes


def apart(
    lat: float, lon: float, corners: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return bearing and distance in km of each corner from a point."""
    count = len(corners)
    bearings, _, metres = ELLIPSOID.inv(np.full(count, lon), np.full(count, lat), *corners.T)
    return bearings, metres / 1000


def test_a_sector_lies_between_its_distances_and_bearings() -> None:
    shape = sector(lat=48.0, lon=37.0, bearing=270, half_angle=22.5, near_km=10, far_km=14)
    bearings, kms = apart(48.0, 37.0, shapely.get_coordinates(shape))
    assert shape.is_valid
    assert (kms.min(), kms.max()) == pytest.approx((10, 14), abs=0.01)
    assert (bearings.min(), bearings.max()) == pytest.approx((-112.5, -67.5), abs=0.1)


def test_a_sector_from_its_centre_on_begins_there() -> None:
    shape = sector(lat=48.0, lon=37.0, bearing=90, half_angle=60, near_km=0, far_km=5)
    assert shape.is_valid
    assert (37.0, 48.0) in map(tuple, shapely.get_coordinates(shape))


def test_an_oval_is_as_long_and_as_wide_as_it_is_told() -> None:
    shape = oval(lat=10.0, lon=20.0, bearing=0, along_km=50, across_km=8)
    west, south, east, north = shape.bounds
    assert ELLIPSOID.inv(20, south, 20, north)[2] / 1000 == pytest.approx(100, rel=0.01)
    assert ELLIPSOID.inv(west, 10, east, 10)[2] / 1000 == pytest.approx(16, rel=0.01)


@pytest.mark.parametrize(("bearing", "side"), [(0, 90), (90, 180), (200, 290)])
def test_half_an_oval_lies_to_the_right(bearing: float, side: float) -> None:
    shape = oval(lat=10.0, lon=20.0, bearing=bearing, along_km=50, across_km=30, right_half=True)
    for direction, covered in ((side, True), (side + 180, False)):
        lon, lat, _ = ELLIPSOID.fwd(20.0, 10.0, direction, 15_000)
        assert shape.covers(shapely.Point(lon, lat)) == covered


LINES = [
    pytest.param([(30, 50), (34, 52)], id="plain"),
    pytest.param([(178, 60), (180, 61)], id="up to the antimeridian"),
    pytest.param([(-180, -17), (-178, -16)], id="up to it from the west"),
    pytest.param([(10, 84), (40, 86)], id="far north"),
    pytest.param([(0, 0), (0, 0.001)], id="next to nothing"),
]


@pytest.mark.parametrize("line", LINES)
def test_a_strip_is_as_wide_as_it_is_told(line: list[tuple[float, float]]) -> None:
    shape = strip(shapely.LineString(line), km=20)
    west, south, east, north = shape.bounds
    assert shape.is_valid
    assert (west, south) >= (-180, -90)
    assert (east, north) <= (180, 90)
    middle = point_in(shapely.LineString(line))
    for bearing in range(0, 360, 45):
        lon, lat, _ = ELLIPSOID.fwd(middle.x, middle.y, bearing, 19_000)
        assert shape.covers(shapely.Point(lon, lat)), bearing
    assert reach_km(shape, lat=middle.y, lon=middle.x) == pytest.approx(
        20 + ELLIPSOID.geometry_length(shapely.LineString(line)) / 2000, rel=0.15
    )


def test_a_strip_over_the_antimeridian_is_cut_there() -> None:
    shape = strip(shapely.LineString([(179, 60), (180, 60)]), km=30)
    assert len(parts(shape)) == 2
    assert all(part.bounds[2] - part.bounds[0] < 5 for part in parts(shape))


def test_the_border_of_two_neighbours_is_where_they_meet() -> None:
    west, east = shapely.box(0, 0, 10, 10), shapely.box(10.001, 2, 20, 8)
    line = common_border(west, east)
    assert line.bounds == pytest.approx((10, 2, 10, 8), abs=0.05)


def test_a_border_beside_a_place_is_what_is_nearest_to_it() -> None:
    line = common_border(shapely.box(0, 0, 10, 10), shapely.Point(11, 5))
    assert line.bounds[0] == 10
    assert shapely.distance(line, shapely.Point(10, 5)) == 0
    assert line.length < 3


COUNTRIES = [
    pytest.param(shapely.box(20, 40, 30, 50), id="a box"),
    pytest.param(
        shapely.union(shapely.box(0, 45, 8, 50), shapely.box(-54, 2, -52, 4)), id="with land overseas"
    ),
    pytest.param(
        shapely.union(shapely.box(170, 60, 180, 70), shapely.box(-180, 60, -170, 70)), id="antimeridian"
    ),
    pytest.param(shapely.box(0, 80, 40, 89.9), id="polar"),
    pytest.param(shapely.box(0, 0, 30, 20) - shapely.box(5, 5, 25, 15), id="a ring"),
]


@pytest.mark.parametrize("country", COUNTRIES)
@pytest.mark.parametrize("bearing", [0, 45, 90, 180, 292.5])
def test_a_part_has_its_share_and_lies_on_its_side(country: BaseGeometry, bearing: float) -> None:
    part = part_towards(country, bearing=bearing, share=0.45)
    other = part_towards(country, bearing=bearing + 180, share=0.45)
    assert part.is_valid
    assert part.area / country.area == pytest.approx(0.45, abs=0.01)
    assert shapely.intersection(part, other).area < 0.001 * country.area
    assert shapely.difference(part, country.buffer(1e-4)).area == pytest.approx(0, abs=1e-6)


def test_land_overseas_does_not_move_the_east() -> None:
    country = shapely.union(shapely.box(0, 45, 8, 50), shapely.box(-54, 2, -52, 4))
    assert part_towards(country, bearing=90, share=0.45).bounds[0] == pytest.approx(4, abs=0.5)


def test_the_east_of_what_crosses_the_antimeridian_lies_beyond_it() -> None:
    country = shapely.union(shapely.box(170, 60, 180, 70), shapely.box(-180, 60, -170, 70))
    assert part_towards(country, bearing=90, share=0.45).bounds[0] == pytest.approx(-179, abs=0.2)
    assert part_towards(country, bearing=270, share=0.45).bounds[2] == pytest.approx(179, abs=0.2)


@pytest.mark.parametrize("country", COUNTRIES)
def test_the_middle_has_its_share(country: BaseGeometry) -> None:
    middle = middle_part(country, share=0.4)
    assert middle.is_valid
    assert middle.area / country.area == pytest.approx(0.4, abs=0.02)


def test_a_point_in_a_shape_is_in_it() -> None:
    for shape in (shapely.box(0, 0, 2, 2), shapely.box(0, 0, 9, 9) - shapely.box(1, 1, 8, 8)):
        assert shape.intersects(point_in(shape))
