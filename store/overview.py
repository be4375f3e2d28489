"""The small record that the store keeps of each shown event: what maps, filters and counts need of it.

The records stand in the table ``overview``; migration 0006 says what they are made of, `RECORD` how they are
packed. `columns` reads them.
"""

from __future__ import annotations

import hashlib
import math
import sqlite3
import struct
from datetime import date

import numpy as np

FIELDS = (
    ("lat", "d"),
    ("lon", "d"),
    ("first_day", "i"),
    ("last_day", "i"),
    ("precision", "B"),
    ("uncertainty_km", "d"),
    ("outline", "q"),
    ("west", "f"),
    ("south", "f"),
    ("east", "f"),
    ("north", "f"),
    ("killed_low", "q"),
    ("killed_best", "q"),
    ("killed_high", "q"),
    ("event_type", "i"),
    ("sub_event_type", "i"),
    ("stance", "i"),
    ("actor", "i"),
    ("target", "i"),
    ("place_id", "i"),
    ("place", "i"),
    ("district", "i"),
    ("division", "i"),
    ("country", "i"),
    ("sources", "i"),
)
"""Name and type (of `struct`) of all that a record holds, in order.

Positions are NaN where there is none. Days are ordinals, 0 where there is no date; the precision is 0 for
what is not placed, numbers killed are -1 where none is told, words are codes of ``overview_words``, 0 for
none. The outline is a number that stands for the geometry, 0 where that is a point or missing; the sides are
those of a box around geometry and uncertainty.
"""

RECORD = np.dtype([(name, f"<{kind}") for name, kind in FIELDS])

SOURCES_PARTED_BY = "\x1f"

_pack = struct.Struct("<" + "".join(kind for _, kind in FIELDS)).pack
_WORDS = "INSERT OR IGNORE INTO overview_words (word) SELECT word FROM overview_terms WHERE event_key = ?"
_RECORD = (
    "INSERT INTO overview SELECT event_key, (SELECT coalesce(max(revision), 0) + 1 FROM overview), packed"
    " FROM overview_records WHERE event_key = ?"
    " ON CONFLICT (event_key) DO UPDATE SET revision = excluded.revision, packed = excluded.packed"
)


def prepare(db: sqlite3.Connection) -> None:
    """Teach a connection the SQL function by which records are packed."""
    db.create_function("packed_event", len(FIELDS), _packed_event, deterministic=True)


def show(db: sqlite3.Connection, event_key: int) -> None:
    """Bring the record of an event up to date with its row and its tellings, within a transaction."""
    db.execute(_WORDS, (event_key,))
    db.execute(_RECORD, (event_key,))


def _packed_event(
    lat: float | None,
    lon: float | None,
    start: str | None,
    end: str | None,
    precision: int | None,
    uncertainty_km: float | None,
    outline: bytes | None,
    west: float | None,
    south: float | None,
    east: float | None,
    north: float | None,
    *numbers: int | None,
) -> bytes:
    sides = (west, south, east, north)
    killed, words = numbers[:3], numbers[3:]
    return _pack(
        math.nan if lat is None else lat,
        math.nan if lon is None else lon,
        date.fromisoformat(start).toordinal() if start else 0,
        date.fromisoformat(end).toordinal() if end else 0,
        precision or 0,
        uncertainty_km or 0.0,
        _number_of(outline) if outline else 0,
        *(math.nan if side is None else side for side in sides),
        *(-1 if number is None else number for number in killed),
        *(code or 0 for code in words),
    )


def _number_of(outline: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(outline, digest_size=8).digest(), "little", signed=True) or 1
