"""What a resolution is drawn as: discs of their real size, cut where maps end, outlines for regions."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from domain import Mention, Place, Resolution
from geo.gazetteer import Gazetteer
from geo.regions import Regions
from geo.relations import disc, geometry
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


def parts(drawn: shapely.geometry.base.BaseGeometry) -> list[shapely.Polygon]:
    return list(shapely.get_parts(drawn))


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
    drawn = disc(lat=lat, lon=lon, km=km)
    west, south, east, north = drawn.bounds
    assert drawn.is_valid
    assert {part.geom_type for part in parts(drawn)} == {"Polygon"}
    assert (west, south) >= (-180, -90)
    assert (east, north) <= (180, 90)
    assert all(part.exterior.is_ccw for part in parts(drawn))


@pytest.mark.parametrize(("lat", "lon", "km"), SOMEWHERE)
def test_a_disc_covers_what_is_closer_and_nothing_that_is_farther(lat: float, lon: float, km: float) -> None:
    drawn = disc(lat=lat, lon=lon, km=km)
    for share, covered in ((0.0, True), (0.5, True), (0.95, True), (1.05, False)):
        for bearing in range(5, 360, 30):
            x, y, _ = ELLIPSOID.fwd(lon, lat, bearing, share * km * 1000)
            assert drawn.covers(shapely.Point(x, y)) == covered, (share, bearing)


@pytest.mark.parametrize(
    ("lat", "lon", "km", "count"),
    [(-17.0, 179.9, 100.0, 2), (-17.0, 179.0, 100.0, 1), (65.0, -179.9, 300.0, 2), (64.7, 177.5, 50.0, 1)],
    ids=["over it", "short of it", "over it from the west", "far from it"],
)
def test_a_disc_is_cut_only_where_it_crosses_the_antimeridian(
    lat: float, lon: float, km: float, count: int
) -> None:
    drawn = disc(lat=lat, lon=lon, km=km)
    assert len(parts(drawn)) == count
    assert all(part.bounds[2] - part.bounds[0] < 20 for part in parts(drawn))


@settings(deadline=None, max_examples=100)
@given(lat=st.floats(-90, 90), lon=st.floats(-180, 180), km=st.floats(0.1, 2000))
def test_a_disc_can_be_drawn_anywhere(lat: float, lon: float, km: float) -> None:
    drawn = disc(lat=lat, lon=lon, km=km)
    assert drawn.is_valid
    assert drawn.buffer(1e-4).covers(shapely.Point(lon, lat))
    area = sum(abs(ELLIPSOID.geometry_area_perimeter(part)[0]) for part in parts(drawn)) / 1e6
    # Long edges are straight on the map, not on the ground, and a point less is a smaller disc.
    assert area < 1.1 * np.pi * km**2


# --------------------------------------------------------------------------- precision


@pytest.fixture
def placed(gazetteer: Gazetteer) -> Resolution:
    """A mention that was taken to be Pokrovsk, to the point."""
    place = gazetteer.get("geonames:704422")
    mention = Mention(0, 8, "Pokrovsk", "Pokrovsk")
    return Resolution(mention, place, 0.9, 1, 2.5, "", lat=place.lat, lon=place.lon)


def at(resolution: Resolution, place: Place, precision: int, km: float) -> Resolution:
    return replace(
        resolution, place=place, lat=place.lat, lon=place.lon, geo_precision=precision, uncertainty_km=km
    )


def test_a_named_place_is_a_point(placed: Resolution, regions: Regions) -> None:
    drawn = geometry(placed, regions)
    assert isinstance(drawn, shapely.Point)
    assert (drawn.x, drawn.y) == (placed.lon, placed.lat)


def test_near_a_place_is_a_disc_of_its_uncertainty(placed: Resolution, regions: Regions) -> None:
    drawn = geometry(replace(placed, geo_precision=2, uncertainty_km=12.5), regions)
    assert placed.lat is not None and placed.lon is not None
    assert drawn == disc(lat=placed.lat, lon=placed.lon, km=12.5)


@pytest.mark.parametrize("place_id", ["adm1:UA.05", "country:SD"])
def test_a_region_is_its_outline(
    gazetteer: Gazetteer, regions: Regions, placed: Resolution, place_id: str
) -> None:
    drawn = geometry(at(placed, gazetteer.get(place_id), 3, 100), regions)
    assert drawn is not None
    assert drawn is regions.outline(place_id)


def test_a_region_without_an_outline_is_a_disc(
    gazetteer: Gazetteer, regions: Regions, placed: Resolution
) -> None:
    ceuta = gazetteer.get("adm1:ES.CE")
    assert regions.outline(ceuta.id) is None
    drawn = geometry(at(placed, ceuta, 3, ceuta.radius_km), regions)
    assert drawn == disc(lat=ceuta.lat, lon=ceuta.lon, km=ceuta.radius_km)


def test_a_sea_is_a_disc(gazetteer: Gazetteer, regions: Regions, placed: Resolution) -> None:
    sea = gazetteer.get("sitmap:black-sea")
    drawn = geometry(at(placed, sea, 3, sea.radius_km), regions)
    assert drawn == disc(lat=sea.lat, lon=sea.lon, km=sea.radius_km)


def test_every_area_of_the_gazetteer_can_be_drawn(gazetteer: Gazetteer) -> None:
    for row in read_table("areas.csv"):
        area = gazetteer.get(row["id"])
        drawn = disc(lat=area.lat, lon=area.lon, km=area.radius_km)
        assert drawn.is_valid, area.name
        assert drawn.covers(shapely.Point(area.lon, area.lat)), area.name


def test_an_unknown_place_in_a_region_is_the_region(
    gazetteer: Gazetteer, regions: Regions, placed: Resolution
) -> None:
    region = gazetteer.get("adm1:RU.41")
    unknown = replace(
        placed, place=None, anchor=region, lat=region.lat, lon=region.lon, geo_precision=3, uncertainty_km=116
    )
    assert geometry(unknown, regions) is regions.outline("adm1:RU.41")


def test_what_is_not_placed_has_no_geometry(placed: Resolution, regions: Regions) -> None:
    nowhere = replace(placed, place=None, lat=None, lon=None, geo_precision=None, uncertainty_km=None)
    assert geometry(nowhere, regions) is None
