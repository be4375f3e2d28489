"""Which events may be the one that a telling is about.

Looked up in the index, for it is asked within the transaction that writes, which columns know nothing of.
"""

from __future__ import annotations

import heapq
import sqlite3

import numpy as np

from domain import Neighbourhood
from store.extents import boxes_around, distances_km, years
from store.rows import marks

_IN_A_BOX = (
    "SELECT event_key FROM event_extents"
    " WHERE west <= ? AND east >= ? AND south <= ? AND north >= ? AND until >= ? AND since <= ?"
)
_BEFORE_ALL_DAYS, _AFTER_ALL_DAYS = -1.0, 10_000.0
"""In years. The first is where the index has what is not dated."""


def keys_near(db: sqlite3.Connection, around: Neighbourhood, most: int) -> list[int]:
    """Return the keys of the events that may lie in a neighbourhood, at most so many, the nearest first."""
    sql, params = _conditions(around)
    found = db.execute(
        f"SELECT event_key, id, lat, lon, coalesce(uncertainty_km, 0) FROM events WHERE {sql}", params
    ).fetchall()
    if not found:
        return []
    keys, ids, lats, lons, slacks = zip(*found, strict=True)
    distances = distances_km(lat=around.lat, lon=around.lon, lats=np.array(lats), lons=np.array(lons))
    reaching = np.flatnonzero(distances - slacks <= around.km)
    nearest = heapq.nsmallest(most, ((distances[at], ids[at], keys[at]) for at in reaching))
    return [key for _, _, key in nearest]


def _conditions(around: Neighbourhood) -> tuple[str, list[str | float]]:
    """Return the conditions on events as SQL, and their parameters."""
    days = (
        years(around.start) if around.start else _BEFORE_ALL_DAYS,
        years(around.end) if around.end else _AFTER_ALL_DAYS,
    )
    boxes = boxes_around(lat=around.lat, lon=around.lon, km=around.km)
    conditions = [f"event_key IN ({' UNION '.join([_IN_A_BOX] * len(boxes))})"]
    params: list[str | float] = [
        value for box in boxes for value in (box.east, box.west, box.north, box.south, *days)
    ]
    exactly: dict[str, tuple[str, ...]] = {
        "date_end >= ?": (around.start.isoformat(),) if around.start else (),
        "date_start <= ?": (around.end.isoformat(),) if around.end else (),
        "event_type = ?": (around.event_type,) if around.event_type else (),
        f"stance IN ({marks(around.stances)})": tuple(around.stances),
    }
    for condition, values in exactly.items():
        if values:
            conditions.append(condition)
            params += values
    return " AND ".join(conditions), params
