"""Which events lie in a shape or touch it: points all at once, an outline once, however many share it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from store.columns import Array, Columns, Mask
from store.rows import marks

_CHUNK = 500
_OUTLINES = "SELECT event_key, geometry FROM events WHERE event_key IN ({})"


def meeting(shape: BaseGeometry, columns: Columns, db: sqlite3.Connection) -> Mask:
    """Return which events' geometries share a point with a shape.

    What has no geometry is a point where the event is. Longitudes of outlines beyond 180 degrees go on
    counting around the Earth, and 180 is -180.
    """
    shapely.prepare(shape)
    found = np.zeros(len(columns), dtype=bool)
    found[_points(shape, columns)] = True
    found[_outlined(shape, columns, db)] = True
    return found


def _points(shape: BaseGeometry, columns: Columns) -> Array:
    """Return the positions in the columns of the points in a shape."""
    lats, lons = columns["lat"], columns["lon"]
    west, south, east, north = shape.bounds
    # A point on the antimeridian lies at either end of the map.
    at_the_end = np.abs(lons) == 180
    near = (lats >= south) & (lats <= north) & (((lons >= west) & (lons <= east)) | at_the_end)
    rows = np.flatnonzero(near & (columns["outline"] == 0))
    inside = shapely.intersects_xy(shape, lons[rows], lats[rows])
    inside |= at_the_end[rows] & shapely.intersects_xy(shape, -lons[rows], lats[rows])
    return rows[inside]


def _outlined(shape: BaseGeometry, columns: Columns, db: sqlite3.Connection) -> Array:
    """Return the positions in the columns of the events whose outline meets a shape."""
    west, south, east, north = shape.bounds
    near = (columns["west"] <= east) & (columns["east"] >= west)
    near &= (columns["south"] <= north) & (columns["north"] >= south) & (columns["outline"] != 0)
    candidates = np.flatnonzero(near)
    _, first, number = np.unique(columns["outline"][candidates], return_index=True, return_inverse=True)
    rows = candidates[first]
    # The boxes around most of them settle it.
    boxes = shapely.box(*(columns[side][rows] for side in ("west", "south", "east", "north")))
    meets = shapely.covers(shape, boxes)
    unsure = columns["event_key"][rows[shapely.intersects(shape, boxes) & ~meets]]
    met = [key for key, outline in _read(db, unsure.tolist()) if _meets(shape, outline)]
    meets |= np.isin(columns["event_key"][rows], met)
    return candidates[meets[number]]


def _read(db: sqlite3.Connection, keys: Sequence[int]) -> Iterator[tuple[int, BaseGeometry]]:
    for start in range(0, len(keys), _CHUNK):
        chunk = keys[start : start + _CHUNK]
        rows = db.execute(_OUTLINES.format(marks(chunk)), chunk).fetchall()
        if rows:
            found, geometries = zip(*rows, strict=True)
            yield from zip(found, shapely.from_wkb(geometries), strict=True)


def _meets(shape: BaseGeometry, outline: BaseGeometry) -> bool:
    left, _, right, _ = outline.bounds
    turns = [0, *([-360] if right >= 180 else []), *([360] if left <= -180 else [])]
    return any(shape.intersects(_moved(outline, turn)) for turn in turns)


def _moved(outline: BaseGeometry, turn: int) -> BaseGeometry:
    return shapely.transform(outline, lambda corners: corners + (turn, 0)) if turn else outline
