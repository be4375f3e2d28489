"""All shown events in memory, as one array for each thing that filters and counts ask of them.

They are sorted along a curve through the squares of the map (Morton's), so that the events of any square, at
any zoom, stand together.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from store.kept import Kept
from store.overview import FIELDS, RECORD, SOURCES_PARTED_BY

Array = NDArray[Any]
Mask = NDArray[np.bool_]

FINEST = 23
"""The zoom of the smallest squares that events are told apart by: about 5 m on the equator."""

_MAX_LATITUDE = 85.0511287798066
"""Where the square of the Web Mercator map ends; what lies nearer to a pole is drawn on its edge."""

_KEPT_MASKS = 48
_KEPT_CHOICES = 6
_KEPT_TILES = 192
_KEPT_ANSWERS = 64

_NEWEST = "SELECT coalesce(max(revision), 0) FROM overview"
_CHANGED = "SELECT event_key, packed FROM overview WHERE revision > ?"
_NEW_WORDS = "SELECT code, word FROM overview_words WHERE code > ?"


class Columns:
    """The events as they were at one ``revision`` of the overview. Nothing in it ever changes.

    An item is an array over all events, named as in `overview.RECORD`, or ``event_key``, or ``morton``: the
    number of the event's square at zoom `FINEST`, which is beyond all squares for what has no position.
    """

    def __init__(self, revision: int, arrays: Mapping[str, Array], words: Mapping[int, str]) -> None:
        self.revision = revision
        self.words = words
        self._arrays = arrays
        self.masks: Kept[Mask] = Kept(_KEPT_MASKS)
        self.choices: Kept[Any] = Kept(_KEPT_CHOICES)
        self.tiles: Kept[Any] = Kept(_KEPT_TILES)
        self.answers: Kept[Any] = Kept(_KEPT_ANSWERS)
        self._ranks: Kept[Array] = Kept(len(FIELDS))

    def __len__(self) -> int:
        return len(self._arrays["event_key"])

    def __getitem__(self, name: str) -> Array:
        return self._arrays[name]

    def any_of(self, name: str, words: Iterable[str]) -> Mask:
        """Return where a column of words holds one of these."""
        wanted = np.zeros(self.codes, dtype=bool)
        for word in words:
            wanted[self._code_of.get(word, 0)] = True
        wanted[0] = False
        found: Mask = wanted[self[name]]
        return found

    @cached_property
    def types(self) -> tuple[str, ...]:
        """The event types that occur."""
        return tuple(self.words[code] for code in self._codes_in("event_type"))

    @cached_property
    def type_index(self) -> Array:
        """The position in `types` of each event's type."""
        return self._ranked("event_type", {name: rank for rank, name in enumerate(self.types)})

    @cached_property
    def newness(self) -> Array:
        """The position of each event in `newest_first`."""
        ranks = np.empty(len(self), dtype=np.int64)
        ranks[self.newest_first] = np.arange(len(self))
        return ranks

    @cached_property
    def newest_first(self) -> Array:
        """The events' positions in these columns, that of the newest one first, undated ones last."""
        # Day and key in one number, for which sorting takes half the time. No store has 2^40 events.
        age = date.max.toordinal() - self["last_day"].astype(np.int64)
        return np.argsort(age << 40 | self["event_key"])

    def alphabetical(self, name: str) -> Array:
        """Return the rank of each event's word in a column among the others, none last."""
        return self._ranks.get(name, lambda: self._alphabetical(name))

    def _alphabetical(self, name: str) -> Array:
        names = {self.words[code] for code in self._codes_in(name) if code}
        return self._ranked(name, {word: rank for rank, word in enumerate(sorted(names, key=str.casefold))})

    @cached_property
    def source_sets(self) -> Mapping[int, tuple[str, ...]]:
        """The sources that each word of the column ``sources`` stands for."""
        return {
            code: tuple(self.words[code].split(SOURCES_PARTED_BY)) if code else ()
            for code in self._codes_in("sources")
        }

    @property
    def killed(self) -> Array:
        """The best figure of those killed, else the least that is told, -1 where none is."""
        best = self["killed_best"]
        return np.where(best < 0, self["killed_low"], best)

    def _codes_in(self, name: str) -> list[int]:
        codes: list[int] = np.flatnonzero(np.bincount(self[name])).tolist()
        return codes

    def _ranked(self, name: str, ranks: Mapping[str, int]) -> Array:
        by_code = np.full(self.codes, len(ranks), dtype=np.int64)
        for word, rank in ranks.items():
            by_code[self._code_of[word]] = rank
        return by_code[self[name]]

    @cached_property
    def codes(self) -> int:
        """How many there may be of words, with that for none."""
        return max(self.words, default=0) + 1

    @cached_property
    def _code_of(self) -> Mapping[str, int]:
        return {word: code for code, word in self.words.items()}


class Overview:
    """Keeps the columns of a store's file up with it. May be shared by threads."""

    def __init__(self) -> None:
        nothing = _arrays(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=RECORD))
        self._columns = Columns(0, nothing, {})
        self._lock = threading.Lock()

    def columns(self, db: sqlite3.Connection) -> Columns:
        """Return the events as this transaction sees them, or newer ones that another has read already."""
        (revision,) = db.execute(_NEWEST).fetchone()
        if revision <= self._columns.revision:
            return self._columns
        with self._lock:
            known = self._columns
            if revision > known.revision:
                self._columns = _brought_up(known, revision, db)
            return self._columns


def _brought_up(known: Columns, revision: int, db: sqlite3.Connection) -> Columns:
    changed = db.execute(_CHANGED, (known.revision,)).fetchall()
    words = {**known.words, **dict(db.execute(_NEW_WORDS, (max(known.words, default=0),)))}
    staying = ~np.isin(known["event_key"], [key for key, _ in changed])
    keys = np.array([key for key, packed in changed if packed], dtype=np.int64)
    added = _arrays(keys, np.frombuffer(b"".join(packed for _, packed in changed), dtype=RECORD))
    order = np.argsort(added["morton"], kind="stable")
    at = np.searchsorted(known["morton"][staying], added["morton"][order], side="right")
    arrays = {
        name: np.insert(known[name][staying], at, values[order]) if len(known) else values[order]
        for name, values in added.items()
    }
    for values in arrays.values():
        values.flags.writeable = False
    return Columns(revision, arrays, words)


def _arrays(keys: Array, records: Array) -> dict[str, Array]:
    arrays = {name: np.ascontiguousarray(records[name]) for name in RECORD.names or ()}
    return arrays | {"event_key": keys, "morton": _morton(lats=arrays["lat"], lons=arrays["lon"])}


# --------------------------------------------------------------------------- squares of the map


def squares(*, lats: Array, lons: Array, zoom: int) -> tuple[Array, Array]:
    """Return column and row of the square of the Web Mercator map that each position lies in."""
    count = 1 << zoom
    south = np.radians(np.clip(lats, -_MAX_LATITUDE, _MAX_LATITUDE))
    x = (np.asarray(lons) + 180) / 360
    y = (1 - np.arcsinh(np.tan(south)) / np.pi) / 2
    return _whole(x * count, count), _whole(y * count, count)


def _whole(parts: Array, count: int) -> Array:
    whole: Array = np.clip(np.floor(parts).astype(np.int64), 0, count - 1)
    return whole


def interleaved(x: Array, y: Array) -> Array:
    """Return the numbers of squares on the curve: the bits of column and row in turn."""
    codes: Array = _spread(x) | (_spread(y) << 1)
    return codes


def parted(codes: Array) -> tuple[Array, Array]:
    """Return column and row of squares by their numbers on the curve."""
    return _gathered(codes), _gathered(codes >> 1)


def _morton(*, lats: Array, lons: Array) -> Array:
    placed = np.isfinite(lats)
    codes = np.full(len(lats), 1 << 2 * FINEST, dtype=np.int64)
    codes[placed] = interleaved(*squares(lats=lats[placed], lons=lons[placed], zoom=FINEST))
    return codes


_SPREAD = (
    (16, 0x0000FFFF0000FFFF),
    (8, 0x00FF00FF00FF00FF),
    (4, 0x0F0F0F0F0F0F0F0F),
    (2, 0x3333333333333333),
    (1, 0x5555555555555555),
)
"""Step by step 32 bits get room between them: by how much they are shifted, and which of them stay."""
_GATHERED = (
    (0, 0x5555555555555555),
    (1, 0x3333333333333333),
    (2, 0x0F0F0F0F0F0F0F0F),
    (4, 0x00FF00FF00FF00FF),
    (8, 0x0000FFFF0000FFFF),
    (16, 0x00000000FFFFFFFF),
)
"""The same back."""


def _spread(values: Array) -> Array:
    for shift, bits in _SPREAD:
        values = (values | (values << shift)) & bits
    return values


def _gathered(codes: Array) -> Array:
    for shift, bits in _GATHERED:
        codes = (codes | (codes >> shift)) & bits
    return codes
