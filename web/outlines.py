"""Outlines of regions as a map draws them: as fine as its zoom shows, of its part of the world."""

from __future__ import annotations

import math

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from domain import BBox

TILE_PIXELS = 256
WHOLE_DEGREES = 0.01
"""How far an outline may be moved to save points where no zoom is known: less than a pixel up to zoom 6."""


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
    return shapely.transform(simple, lambda corners: np.round(corners, decimals))


def meets(outline: BaseGeometry, view: BBox) -> bool:
    """Tell whether an outline's box meets a view, which may cross the antimeridian."""
    west, south, east, north = outline.bounds
    if north < view.south or south > view.north:
        return False
    if view.west > view.east:
        return east >= view.west or west <= view.east
    return west <= view.east and east >= view.west
