"""What a resolution is drawn as: a point, a disc, an outline, or the shape of the text's wording."""

from __future__ import annotations

from dataclasses import replace

import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pyproj import Geod
from shapely.geometry.base import BaseGeometry

from domain import Mention, Place, Relation, Resolution, Spot
from geo.gazetteer import Gazetteer
from geo.regions import Regions
from geo.relations import BORDER_KM, DIRECTION_KM, NEAR_KM, Drawn, drawn, locate
from geo.shapes import disc, reach_km

ELLIPSOID = Geod(ellps="WGS84")


def geometry(resolution: Resolution, regions: Regions) -> BaseGeometry | None:
    found = drawn(resolution, regions)
    return found.geometry if found else None


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
    shape = geometry(placed, regions)
    assert isinstance(shape, shapely.Point)
    assert (shape.x, shape.y) == (placed.lon, placed.lat)


def test_near_a_place_is_a_disc_of_its_uncertainty(placed: Resolution, regions: Regions) -> None:
    shape = geometry(replace(placed, geo_precision=2, uncertainty_km=12.5), regions)
    assert placed.lat is not None and placed.lon is not None
    assert shape == disc(lat=placed.lat, lon=placed.lon, km=12.5)


@pytest.mark.parametrize("place_id", ["adm1:UA.05", "country:SD"])
def test_a_region_is_its_outline(
    gazetteer: Gazetteer, regions: Regions, placed: Resolution, place_id: str
) -> None:
    shape = geometry(at(placed, gazetteer.get(place_id), 3, 100), regions)
    assert shape is not None
    assert shape is regions.outline(place_id)


def test_a_region_without_an_outline_is_a_disc(
    gazetteer: Gazetteer, regions: Regions, placed: Resolution
) -> None:
    ceuta = gazetteer.get("adm1:ES.CE")
    assert regions.outline(ceuta.id) is None
    shape = geometry(at(placed, ceuta, 3, ceuta.radius_km), regions)
    assert shape == disc(lat=ceuta.lat, lon=ceuta.lon, km=ceuta.radius_km)


def test_a_sea_is_a_disc(gazetteer: Gazetteer, regions: Regions, placed: Resolution) -> None:
    sea = gazetteer.get("sitmap:black-sea")
    shape = geometry(at(placed, sea, 3, sea.radius_km), regions)
    assert shape == disc(lat=sea.lat, lon=sea.lon, km=sea.radius_km)


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


# --------------------------------------------------------------------------- the text's wording

POKROVSK, KURAKHOVE = "geonames:704422", "geonames:704022"


def placed_as(
    relation: Relation,
    place: Place,
    other: Place | None = None,
    *,
    offset_km: float | None = None,
    bearing: float | None = None,
) -> Resolution:
    """Return what a mention with this relation resolves to."""
    mention = Mention(0, 1, "X", "X", relation=relation, offset_km=offset_km, bearing=bearing)
    found = locate(mention, place, other)
    return Resolution(
        mention,
        place,
        0.9,
        found.geo_precision,
        found.uncertainty_km,
        "",
        lat=found.lat,
        lon=found.lon,
        other=other,
    )


def whole(resolution: Resolution, regions: Regions) -> Drawn:
    """Draw a resolution and check what holds for all drawings."""
    shape = drawn(resolution, regions)
    assert shape is not None
    west, south, east, north = shape.geometry.bounds
    assert shape.geometry.is_valid
    assert (west, south) >= (-180, -90)
    assert (east, north) <= (180, 90)
    assert shapely.dwithin(shape.geometry, shapely.Point(shape.lon, shape.lat), 1e-4)
    assert reach_km(shape.geometry, lat=shape.lat, lon=shape.lon) <= shape.uncertainty_km + 0.06
    return shape


def holds(shape: Drawn, *, lat: float, lon: float) -> bool:
    return bool(shape.geometry.covers(shapely.Point(lon, lat)))


@pytest.fixture(scope="module")
def pokrovsk(gazetteer: Gazetteer) -> Place:
    return gazetteer.get(POKROVSK)


@pytest.fixture(scope="module")
def kurakhove(gazetteer: Gazetteer) -> Place:
    use = gazetteer.best("Kurakhove")
    assert use is not None
    return use.place


@pytest.mark.parametrize(
    ("relation", "beyond", "precision"),
    [
        (Relation.IN, 0, 1),
        (Relation.PART, 0, 1),
        (Relation.NEAR, NEAR_KM, 2),
        (Relation.DIRECTION, DIRECTION_KM, 2),
    ],
)
def test_a_town_is_exact_unless_the_text_is_vague(
    pokrovsk: Place, relation: Relation, beyond: float, precision: int
) -> None:
    found = locate(Mention(0, 1, "X", "X", relation=relation), pokrovsk, None)
    assert (found.lat, found.lon) == (pokrovsk.lat, pokrovsk.lon)
    assert (found.geo_precision, found.uncertainty_km) == (precision, pokrovsk.radius_km + beyond)


def test_kilometres_west_of_a_town_are_a_piece_of_a_ring_around_it(pokrovsk: Place, regions: Regions) -> None:
    shape = whole(placed_as(Relation.OFFSET, pokrovsk, offset_km=12, bearing=270), regions)
    bearing, _, metres = ELLIPSOID.inv(pokrovsk.lon, pokrovsk.lat, shape.lon, shape.lat)
    assert (bearing % 360, metres) == pytest.approx((270, 12_000))
    for turn, km, covered in (
        (270, 12, True),
        (255, 11, True),
        (270, 19, False),
        (225, 12, False),
        (90, 12, False),
    ):
        lon, lat, _ = ELLIPSOID.fwd(pokrovsk.lon, pokrovsk.lat, turn, km * 1000)
        assert holds(shape, lat=lat, lon=lon) == covered, (turn, km)


def test_a_finer_compass_point_is_a_narrower_piece(pokrovsk: Place, regions: Regions) -> None:
    west, wnw = (
        whole(placed_as(Relation.OFFSET, pokrovsk, offset_km=40, bearing=bearing), regions)
        for bearing in (270, 292.5)
    )
    assert wnw.geometry.area < 0.6 * west.geometry.area


def test_kilometres_from_a_town_without_a_direction_are_a_disc(pokrovsk: Place, regions: Regions) -> None:
    shape = whole(placed_as(Relation.OFFSET, pokrovsk, offset_km=30), regions)
    assert (shape.lat, shape.lon) == (pokrovsk.lat, pokrovsk.lon)
    assert shape.uncertainty_km > 30


def test_west_of_a_town_is_beside_it_on_that_side(pokrovsk: Place, regions: Regions) -> None:
    shape = whole(placed_as(Relation.NEAR, pokrovsk, bearing=270), regions)
    assert shape.geometry.bounds[2] == pytest.approx(pokrovsk.lon, abs=1e-4)


def test_between_two_towns_is_an_oval_from_one_to_the_other(
    pokrovsk: Place, kurakhove: Place, regions: Regions
) -> None:
    shape = whole(placed_as(Relation.BETWEEN, pokrovsk, kurakhove), regions)
    far = ELLIPSOID.inv(pokrovsk.lon, pokrovsk.lat, kurakhove.lon, kurakhove.lat)[2] / 1000
    assert shape.uncertainty_km == pytest.approx(far / 2, rel=0.01)
    assert holds(shape, lat=shape.lat, lon=shape.lon)
    back = whole(placed_as(Relation.BETWEEN, kurakhove, pokrovsk), regions)
    assert (back.lat, back.lon) == pytest.approx((shape.lat, shape.lon), abs=1e-4)


@pytest.mark.parametrize("bearing", [0, 90, 135, 180, 270])
def test_a_side_of_a_line_lies_on_that_side_whichever_end_is_named_first(
    pokrovsk: Place, kurakhove: Place, regions: Regions, bearing: float
) -> None:
    one = whole(placed_as(Relation.SIDE, pokrovsk, kurakhove, bearing=bearing), regions)
    other = whole(placed_as(Relation.SIDE, kurakhove, pokrovsk, bearing=bearing), regions)
    assert (one.lat, one.lon) == pytest.approx((other.lat, other.lon), abs=1e-4)
    middle = placed_as(Relation.BETWEEN, pokrovsk, kurakhove)
    there = ELLIPSOID.inv(middle.lon, middle.lat, one.lon, one.lat)[0]
    assert abs((there - bearing + 180) % 360 - 180) <= 91


def test_a_relation_to_a_place_that_is_not_known_is_one_to_the_other_alone(
    pokrovsk: Place, regions: Regions
) -> None:
    assert isinstance(whole(placed_as(Relation.BETWEEN, pokrovsk), regions).geometry, shapely.Point)


@pytest.mark.parametrize(
    ("one", "other", "on_it", "off_it"),
    [
        pytest.param("country:RU", "country:UA", (50.35, 36.9), (51.6, 46.0), id="two countries"),
        pytest.param("country:TH", "country:KH", (14.4, 103.5), (13.7, 100.5), id="two more"),
        pytest.param("adm1:UA.21", "country:RU", (51.25, 35.1), (49.9, 33.6), id="region and country"),
        pytest.param("country:RU", "adm1:UA.21", (51.25, 35.1), (46.9, 38.3), id="country and region"),
    ],
)
def test_a_border_is_a_strip_where_two_outlines_meet(
    gazetteer: Gazetteer,
    regions: Regions,
    one: str,
    other: str,
    on_it: tuple[float, float],
    off_it: tuple[float, float],
) -> None:
    resolution = placed_as(Relation.BORDER, gazetteer.get(one), gazetteer.get(other))
    shape = whole(resolution, regions)
    assert resolution.geo_precision == 3
    for (lat, lon), covered in ((on_it, True), (off_it, False)):
        assert shape.geometry.buffer(0.3).covers(shapely.Point(lon, lat)) == covered


def test_a_border_of_which_one_side_is_named_is_that_with_all_neighbours(
    gazetteer: Gazetteer, regions: Regions
) -> None:
    shape = whole(placed_as(Relation.BORDER, gazetteer.get("country:LB")), regions)
    assert holds(shape, lat=33.70, lon=35.93), "on the road to Damascus"
    assert holds(shape, lat=33.10, lon=35.40), "in the south"
    assert not holds(shape, lat=33.9, lon=35.5), "the coast at Beirut is no border"


def test_a_border_beside_a_town_is_the_part_nearest_to_it(gazetteer: Gazetteer, regions: Regions) -> None:
    use = gazetteer.best("Vovchansk")
    assert use is not None
    shape = whole(placed_as(Relation.BORDER, gazetteer.get("country:RU"), use.place), regions)
    assert shape.uncertainty_km < 80
    assert shapely.distance(shape.geometry, shapely.Point(use.place.lon, use.place.lat)) < 0.2


def test_kilometres_from_a_border_make_it_wider(gazetteer: Gazetteer, regions: Regions) -> None:
    places = gazetteer.get("country:RU"), gazetteer.get("country:UA")
    usual = whole(placed_as(Relation.BORDER, *places), regions)
    wide = whole(placed_as(Relation.BORDER, *places, offset_km=3 * BORDER_KM), regions)
    assert wide.geometry.covers(usual.geometry)


@pytest.mark.parametrize(
    ("place", "bearing", "inside", "outside"),
    [
        pytest.param("country:UA", 90, "Kharkiv", "Lviv", id="eastern Ukraine"),
        pytest.param("country:UA", 270, "Lviv", "Kharkiv", id="western Ukraine"),
        pytest.param("country:MZ", 0, "Nampula", "Maputo", id="northern Mozambique"),
        pytest.param("country:SY", 45, "Al Hasakah", "Damascus", id="north-eastern Syria"),
        pytest.param("country:RU", 90, "Vladivostok", "Moscow", id="eastern Russia"),
        pytest.param("adm1:UA.05", 270, "Pokrovsk", "Debaltseve", id="western Donetsk region"),
    ],
)
def test_a_part_of_a_region_is_cut_out_of_its_outline(
    gazetteer: Gazetteer, regions: Regions, place: str, bearing: float, inside: str, outside: str
) -> None:
    shape = whole(placed_as(Relation.PART, gazetteer.get(place), bearing=bearing), regions)
    for name, covered in ((inside, True), (outside, False)):
        use = gazetteer.best(name)
        assert use is not None
        assert holds(shape, lat=use.place.lat, lon=use.place.lon) == covered, name


def test_a_part_that_the_text_does_not_name_is_the_whole_region(
    gazetteer: Gazetteer, regions: Regions
) -> None:
    occupied = placed_as(Relation.PART, gazetteer.get("country:UA"))
    assert geometry(occupied, regions) is regions.outline("country:UA")


def test_the_centre_of_a_country_is_around_its_middle(gazetteer: Gazetteer, regions: Regions) -> None:
    shape = whole(placed_as(Relation.CENTRE, gazetteer.get("country:UA")), regions)
    for lat, lon, covered in ((49.4, 32.0, True), (48.0, 37.8, False), (49.8, 24.0, False)):
        assert holds(shape, lat=lat, lon=lon) == covered


def test_the_north_of_an_area_without_an_outline_is_that_of_its_disc(
    gazetteer: Gazetteer, regions: Regions
) -> None:
    sea = gazetteer.get("sitmap:black-sea")
    shape = whole(placed_as(Relation.PART, sea, bearing=0), regions)
    assert shape.geometry.bounds[1] > sea.lat - 0.5


@pytest.mark.parametrize(
    ("place", "at_sea", "on_land"),
    [
        pytest.param("country:YE", (13.2, 46.5), (15.4, 44.2), id="a country"),
        pytest.param("country:NO", (66.5, 12.0), (61.0, 9.0), id="one with fjords"),
        pytest.param("country:FJ", (-17.0, 180.0), (-17.8, 178.0), id="one over the antimeridian"),
        pytest.param("adm1:UA.11", (44.3, 34.0), (45.3, 34.3), id="a region"),
    ],
)
def test_off_a_coast_is_water_before_it(
    gazetteer: Gazetteer,
    regions: Regions,
    place: str,
    at_sea: tuple[float, float],
    on_land: tuple[float, float],
) -> None:
    shape = whole(placed_as(Relation.COAST, gazetteer.get(place)), regions)
    for (lat, lon), covered in ((at_sea, True), (on_land, False)):
        assert holds(shape, lat=lat, lon=lon) == covered


def test_off_a_town_is_the_water_near_it(gazetteer: Gazetteer, regions: Regions) -> None:
    use = gazetteer.best("Odesa")
    assert use is not None
    resolution = placed_as(Relation.COAST, use.place)
    shape = whole(resolution, regions)
    assert resolution.geo_precision == 2
    assert holds(shape, lat=46.4, lon=30.9)
    assert not holds(shape, lat=46.48, lon=30.6)


def test_kilometres_off_a_coast_are_a_strip_at_that_distance(gazetteer: Gazetteer, regions: Regions) -> None:
    shape = whole(placed_as(Relation.COAST, gazetteer.get("country:LY"), offset_km=40), regions)
    assert not holds(shape, lat=32.95, lon=13.2)
    assert holds(shape, lat=33.26, lon=13.2)


def test_where_there_is_no_coast_a_country_is_its_outline(gazetteer: Gazetteer, regions: Regions) -> None:
    assert geometry(placed_as(Relation.COAST, gazetteer.get("country:CH")), regions) is regions.outline(
        "country:CH"
    )


def test_coordinates_are_a_point_or_a_disc_of_their_rounding(regions: Regions) -> None:
    mention = Mention(0, 1, "X", "X", relation=Relation.COORDINATES, spot=Spot(48.3, 37.2, 7.9))
    resolution = Resolution(mention, None, 0.9, 2, 7.9, "", lat=48.3, lon=37.2)
    assert geometry(resolution, regions) == disc(lat=48.3, lon=37.2, km=7.9)
    assert geometry(replace(resolution, geo_precision=1), regions) == shapely.Point(37.2, 48.3)


@st.composite
def towns(draw: st.DrawFn) -> Place:
    lat, lon = draw(st.floats(-89.9, 89.9)), draw(st.floats(-180, 180))
    return Place(f"{lat},{lon}", "X", lat, lon, "PPL", radius_km=draw(st.floats(0.3, 20)))


@settings(deadline=None, max_examples=150)
@given(
    relation=st.sampled_from([Relation.OFFSET, Relation.NEAR, Relation.BETWEEN, Relation.SIDE]),
    one=towns(),
    way=st.floats(0, 360),
    far=st.floats(1, 500),
    bearing=st.sampled_from([22.5 * point for point in range(16)]),
)
@example(relation=Relation.SIDE, one=Place("pole", "X", -89.9, 0.0, "PPL"), way=110.0, far=82.0, bearing=0.0)
def test_the_shape_of_every_relation_holds_anywhere(
    relation: Relation, one: Place, way: float, far: float, bearing: float, regions: Regions
) -> None:
    lon, lat, _ = ELLIPSOID.fwd(one.lon, one.lat, way, far * 1000)
    other = replace(one, id="other", lat=lat, lon=lon)
    turned = None if relation is Relation.BETWEEN else bearing
    whole(placed_as(relation, one, other, offset_km=far, bearing=turned), regions)
