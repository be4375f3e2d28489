"""Outlines of regions as a map draws them: as fine as its zoom shows, of its part of the world."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import shapely
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from domain import BBox
from geo.regions import Regions

TILE_PIXELS = 256
WHOLE_DEGREES = 0.01
"""How far an outline may be moved to save points where no zoom is known: less than a pixel up to zoom 6."""
KEPT = 4_000
"""Outlines, each at one zoom, that are kept as they were drawn: some kilobytes each."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """An outline as GeoJSON, its box (west, south, east, north), and a spot in it for its name (lon, lat)."""

    geometry: dict[str, Any]
    box: tuple[float, float, float, float]
    label_at: tuple[float, float]


def drawn(outline: BaseGeometry) -> Drawn:
    """Return an outline, which must not be empty, as it is sent."""
    spot = outline.representative_point()
    return Drawn(mapping(outline), outline.bounds, (round(spot.x, 3), round(spot.y, 3)))


@lru_cache(KEPT)
def region_at_zoom(regions: Regions, place_id: str, zoom: int | None, version: int) -> Drawn | None:
    """Return the outline of a region as fine as a zoom shows it, ``None`` where none is known.

    ``version`` is that of the gazetteer, which may get other outlines.
    """
    outline = regions.outline(place_id)
    return None if outline is None or outline.is_empty else drawn(at_zoom(outline, zoom))


def at_zoom(outline: BaseGeometry, zoom: int | None) -> BaseGeometry:
    """Return an outline moved by no more than half a pixel, without islands that are smaller than a pixel.

    Something is always left: the largest part. Without a zoom, all islands are.
    """
    if zoom is None:
        return shapely.simplify(outline, WHOLE_DEGREES)
    pixel = 360 / (TILE_PIXELS * 2**zoom)
    parts = shapely.get_parts(outline)
    west, south, east, north = shapely.bounds(parts).T
    seen = np.maximum(east - west, north - south) > pixel
    seen[np.argmax(shapely.area(parts))] = True
    kept = parts[seen]
    simple = shapely.simplify(kept[0] if len(kept) == 1 else shapely.multipolygons(kept), pixel / 2)
    decimals = max(0, math.ceil(-math.log10(pixel / 2)))
    rounded: BaseGeometry = shapely.transform(simple, lambda corners: np.round(corners, decimals))
    return rounded


def meets(box: tuple[float, float, float, float], view: BBox) -> bool:
    """Tell whether an outline's box meets a view, which may cross the antimeridian."""
    west, south, east, north = box
    if north < view.south or south > view.north:
        return False
    if view.west > view.east:
        return east >= view.west or west <= view.east
    return west <= view.east and east >= view.west
