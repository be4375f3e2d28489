"""Where events lie, for the index and exactly: boxes around discs, distances.

Distances are along the geodesic of the WGS 84 ellipsoid. The boxes are never too small, and may be
too large: whatever they let through is checked exactly.
"""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Geod, Proj
from shapely.geometry.base import BaseGeometry

from domain import BBox, Event, InvalidInput

_GEOD = Geod(ellps="WGS84")
_EQUAL_AREA = Proj(proj="cea", ellps="WGS84")

_RADIUS_KM = 6335.439
"""The ellipsoid's smallest radius of curvature. On a sphere of this size every distance between two
positions is shorter than on the ellipsoid, so the box of a disc on it holds the real disc."""

_LARGEST_RADIUS_KM = 6399.594
"""The ellipsoid's largest radius of curvature: on a sphere of this size every distance is longer."""

_ROUNDING = 1e-9
"""Radians (6 mm) by which boxes grow, and distances on spheres are distrusted, against rounding."""

Floats = NDArray[np.float64]


def distances_km(*, lat: float, lon: float, lats: Floats, lons: Floats) -> Floats:
    """Return the geodesic distance in km from one position to each of the others."""
    count = len(lats)
    _, _, metres = _GEOD.inv(np.full(count, lon), np.full(count, lat), lons, lats)
    return np.asarray(metres) / 1000


def closer_than(reach: Floats, *, lat: float, lon: float, lats: Floats, lons: Floats) -> NDArray[np.bool_]:
    """Return which positions lie at most ``reach`` km (one number for each) from one; NaN never does.

    The two spheres settle nearly all of them, and only the rest is measured on the ellipsoid.
    """
    possible = np.flatnonzero(np.radians(np.abs(lats - lat)) <= reach / _RADIUS_KM + _ROUNDING)
    angles = _angles(lat=lat, lon=lon, lats=lats[possible], lons=lons[possible])
    within = reach[possible]
    sure = (angles + _ROUNDING) * _LARGEST_RADIUS_KM <= within
    open_ = np.flatnonzero(~sure & ((angles - _ROUNDING) * _RADIUS_KM <= within))
    measured = distances_km(lat=lat, lon=lon, lats=lats[possible[open_]], lons=lons[possible[open_]])
    sure[open_] = measured <= within[open_]
    closer = np.zeros(len(lats), dtype=bool)
    closer[possible] = sure
    return closer


def nearest(
    *, lat: float, lon: float, lats: Floats, lons: Floats, ranks: NDArray[np.int64], most: int
) -> tuple[NDArray[np.int64], Floats]:
    """Return which positions are the ``most`` nearest to one, the nearest first, and their distances in km.

    Of equally near ones that of the lowest rank comes first.
    """
    angles = _angles(lat=lat, lon=lon, lats=lats, lons=lons)
    chosen = np.arange(len(lats))
    if most < len(lats):
        # None of these can be farther than the last one is at most.
        farthest = np.partition(angles, most - 1)[most - 1] + _ROUNDING
        chosen = np.flatnonzero((angles - _ROUNDING) * _RADIUS_KM <= farthest * _LARGEST_RADIUS_KM)
    distances = distances_km(lat=lat, lon=lon, lats=lats[chosen], lons=lons[chosen])
    order = np.lexsort((ranks[chosen], distances))[:most]
    return chosen[order], distances[order]


def _angles(*, lat: float, lon: float, lats: Floats, lons: Floats) -> Floats:
    """Return the angles in radians at the centre of a sphere between one position and each of the others."""
    south, north = np.radians(lat), np.radians(lats)
    half_up, half_across = (north - south) / 2, np.radians(lons - lon) / 2
    squared = np.sin(half_up) ** 2 + np.cos(south) * np.cos(north) * np.sin(half_across) ** 2
    angles: Floats = 2 * np.arcsin(np.sqrt(np.minimum(squared, 1.0)))
    return angles


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
