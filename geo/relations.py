"""What a resolution is drawn as: a point, a disc of its real radius, or a region's outline."""

from __future__ import annotations

from typing import Protocol

import antimeridian
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from domain import Level, Resolution
from geo.gazetteer import GEOD

DISC_POINTS = 48


class Outlines(Protocol):
    """What ``Regions`` offers: an outline by place id."""

    def outline(self, place_id: str) -> BaseGeometry | None:
        """Return the outline of a country or first-order division."""


def geometry(resolution: Resolution, outlines: Outlines) -> BaseGeometry | None:
    """Return the geometry (lon, lat) that the text supports, ``None`` where nothing is placed."""
    lat, lon = resolution.lat, resolution.lon
    if lat is None or lon is None or resolution.uncertainty_km is None:
        return None
    if resolution.geo_precision == 1:
        return shapely.Point(lon, lat)
    place = resolution.place or resolution.anchor
    if resolution.geo_precision == 3 and place and place.level in (Level.COUNTRY, Level.ADMIN1):
        outline = outlines.outline(place.id)
        if outline is not None:
            return outline
    return disc(lat=lat, lon=lon, km=resolution.uncertainty_km)


def disc(*, lat: float, lon: float, km: float) -> BaseGeometry:
    """Return the geodesic circle around a point, cut at the antimeridian where it crosses it."""
    bearings = np.linspace(360, 0, DISC_POINTS, endpoint=False)
    lons, lats, _ = GEOD.fwd(
        np.full(DISC_POINTS, lon), np.full(DISC_POINTS, lat), bearings, np.full(DISC_POINTS, km * 1000)
    )
    ring = shapely.Polygon(np.column_stack([np.round(lons, 5), np.round(lats, 5)]))
    if max(lons) - min(lons) > 180:
        return shapely.geometry.shape(antimeridian.fix_polygon(ring))
    return ring
