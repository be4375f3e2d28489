"""Which events' outlines a shape meets: asked of the index of their boxes, and then exactly.

Longitudes of outlines beyond 180 degrees go on counting around the Earth, and 180 is -180.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from functools import lru_cache

import shapely
from shapely.geometry.base import BaseGeometry

_CANDIDATES = (
    "SELECT event_key, west, south, east, north FROM event_extents JOIN events USING (event_key)"
    " WHERE west <= ? AND east >= ? AND south <= ? AND north >= ? AND geometry_type <> 'Point'"
)
_OUTLINES = "SELECT event_key, geometry FROM events WHERE event_key IN ({})"
_CHUNK = 500


def keys_of_outlines(db: sqlite3.Connection, shape: BaseGeometry) -> list[int]:
    """Return the keys of the events with an outline, not a point, that shares a point with a shape."""
    west, south, east, north = shape.bounds
    found = db.execute(_CANDIDATES, (east, west, north, south)).fetchall()
    if not found:
        return []
    keys, *sides = zip(*found, strict=True)
    boxes = shapely.box(*sides)
    shapely.prepare(shape)
    inside = shapely.covers(shape, boxes)
    unsure = shapely.intersects(shape, boxes) & ~inside
    sure = [key for key, is_inside in zip(keys, inside, strict=True) if is_inside]
    return sure + _exactly(db, shape, [key for key, is_open in zip(keys, unsure, strict=True) if is_open])


def _exactly(db: sqlite3.Connection, shape: BaseGeometry, keys: Sequence[int]) -> list[int]:
    @lru_cache(maxsize=256)
    def meets(wkb: bytes) -> bool:
        # Kept, for many events share the outline of a region.
        outline = shapely.from_wkb(wkb)
        left, _, right, _ = outline.bounds
        turns = [0, *([-360] if right >= 180 else []), *([360] if left <= -180 else [])]
        return any(shape.intersects(_moved(outline, turn)) for turn in turns)

    met: list[int] = []
    for start in range(0, len(keys), _CHUNK):
        chunk = keys[start : start + _CHUNK]
        rows = db.execute(_OUTLINES.format(", ".join("?" * len(chunk))), chunk)
        met += [key for key, wkb in rows if meets(wkb)]
    return met


def _moved(outline: BaseGeometry, turn: int) -> BaseGeometry:
    return shapely.transform(outline, lambda corners: corners + (turn, 0)) if turn else outline
