"""Where events lie, for the index and exactly: boxes around discs, boxes against outlines, distances.

Distances are along the geodesic of the WGS 84 ellipsoid. The boxes are never too small, and may be
too large: whatever they let through is checked exactly.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from functools import lru_cache

import numpy as np
import shapely
from pyproj import Geod, Proj
from shapely.geometry.base import BaseGeometry

from domain import BBox, Event, InvalidInput

_GEOD = Geod(ellps="WGS84")
_EQUAL_AREA = Proj(proj="cea", ellps="WGS84")

_RADIUS_KM = 6335.439
"""The ellipsoid's smallest radius of curvature. On a sphere of this size every distance between two
positions is shorter than on the ellipsoid, so the box of a disc on it holds the real disc."""

_ROUNDING = 1e-9
"""Radians (6 mm) by which boxes grow against rounding."""


def distances_km(*, lat: float, lon: float, lats: Sequence[float], lons: Sequence[float]) -> list[float]:
    """Return the geodesic distance in km from one position to each of the others."""
    count = len(lats)
    _, _, metres = _GEOD.inv([lon] * count, [lat] * count, list(lons), list(lats))
    return [distance / 1000 for distance in metres]


def area_km2(shape: BaseGeometry) -> float:
    """Return the area on the ellipsoid, with edges as they are drawn on a cylindrical equal-area map."""
    flat = shapely.transform(shape, lambda corners: np.column_stack(_EQUAL_AREA(*corners.T)))
    return float(shapely.area(flat)) / 1e6


def years(day: date) -> float:
    """Return a day as the index has it: in years, so that it weighs there about as much as a degree."""
    return day.toordinal() / 365.25


def boxes_around(*, lat: float, lon: float, km: float) -> tuple[BBox, ...]:
    """Return one box that holds the disc, or two where it crosses the antimeridian."""
    angle = km / _RADIUS_KM + _ROUNDING
    south, north = lat - math.degrees(angle), lat + math.degrees(angle)
    if south <= -90 or north >= 90:
        return (BBox(-180.0, max(south, -90.0), 180.0, min(north, 90.0)),)
    # The disc's easternmost point lies off its centre's parallel (spherical law of sines).
    half = math.degrees(math.asin(min(1.0, math.sin(angle) / math.cos(math.radians(lat)))))
    west, east = lon - half, lon + half
    if west < -180:
        return BBox(west + 360, south, 180.0, north), BBox(-180.0, south, east, north)
    if east > 180:
        return BBox(west, south, 180.0, north), BBox(-180.0, south, east - 360, north)
    return (BBox(west, south, east, north),)


def extent_of(event: Event) -> BBox | None:
    """Return one box around the event's geometry and its point with the uncertainty.

    What reaches the antimeridian gets all longitudes. ``None`` for an event without a position.
    Raises InvalidInput where the geometry is empty or not finite.
    """
    if event.lat is None or event.lon is None:
        return None
    boxes = list(boxes_around(lat=event.lat, lon=event.lon, km=event.uncertainty_km or 0.0))
    if event.geometry is not None:
        bounds = event.geometry.bounds
        if not all(map(math.isfinite, bounds)):
            raise InvalidInput("is empty or not finite", field="geometry")
        boxes.append(BBox(*bounds))
    west, east = min(box.west for box in boxes), max(box.east for box in boxes)
    if west <= -180 or east >= 180:
        west, east = -180.0, 180.0
    return BBox(west, min(box.south for box in boxes), east, max(box.north for box in boxes))


@lru_cache(maxsize=256)
def meets_box(wkb: bytes, west: float, south: float, east: float, north: float) -> bool:
    """Whether a geometry shares a point with a box.

    Longitudes beyond 180 degrees go on counting around the Earth, and 180 is -180. Cached, for many
    events share the outline of a region.
    """
    shape = shapely.from_wkb(wkb)
    left, _, right, _ = shape.bounds
    turns = [0, *([360] if right >= 180 else []), *([-360] if left <= -180 else [])]
    return any(shape.intersects(shapely.box(west + turn, south, east + turn, north)) for turn in turns)
