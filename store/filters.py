"""Filters as data: each small class is one condition on events and says itself in SQL.

A clause is a piece of SQL over the columns of ``events`` with ``?`` for each parameter, and the
parameters in order; no value from outside ever becomes part of the SQL. Every class refuses what
it cannot mean with an InvalidInput that names the query's field.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from domain import BBox, EventQuery, InvalidInput, Stance
from store.extents import boxes_around, years

Clause = tuple[str, tuple[str | float, ...]]

MAX_CHOICES = 200
"""The most types that one query may name."""

_REGION = re.compile(
    r"country:(?P<country>[A-Z]{2})|(?P<admin1>adm1:[A-Z]{2}\.[\w.-]{1,20})"
    r"|(?!country:|adm1:)[a-z][a-z0-9_-]{0,39}:[\w.-]{1,100}",
    re.ASCII,
)


class Filter(Protocol):
    """One condition on events."""

    def clause(self) -> Clause:
        """Return the condition as SQL and its parameters."""


@dataclass(frozen=True, slots=True)
class Window:
    """Events whose dates overlap the days from ``start`` to ``end``; either may be open."""

    start: date | None
    end: date | None

    def __post_init__(self) -> None:
        if self.start and self.end and self.start > self.end:
            raise InvalidInput(f"{self.start} is after the end, {self.end}", field="start")

    def clause(self) -> Clause:
        """An undated event overlaps no window: comparing with NULL is never true."""
        parts, params = [], []
        if self.start:
            parts.append("date_end >= ?")
            params.append(self.start.isoformat())
        if self.end:
            parts.append("date_start <= ?")
            params.append(self.end.isoformat())
        return " AND ".join(parts), tuple(params)


@dataclass(frozen=True, slots=True)
class Types:
    """Events of any of these event types or sub-event types."""

    names: tuple[str, ...]

    def __post_init__(self) -> None:
        if len(self.names) > MAX_CHOICES:
            raise InvalidInput(f"at most {MAX_CHOICES} at once", field="types")

    def clause(self) -> Clause:
        """Either column may match."""
        names = marks(self.names)
        return f"event_type IN ({names}) OR sub_event_type IN ({names})", (*self.names, *self.names)


@dataclass(frozen=True, slots=True)
class Stances:
    """Events that any of these stances was taken on."""

    stances: tuple[Stance, ...]

    def clause(self) -> Clause:
        """Match the stance column."""
        return f"stance IN ({marks(self.stances)})", tuple(stance.value for stance in self.stances)


@dataclass(frozen=True, slots=True)
class Precisions:
    """Events placed this precisely (1 named place, 2 near or part of an area, 3 region)."""

    precisions: tuple[int, ...]

    def __post_init__(self) -> None:
        for precision in self.precisions:
            if precision not in (1, 2, 3):
                raise InvalidInput(f"{precision} is none of 1, 2, 3", field="precisions")

    def clause(self) -> Clause:
        """An unplaced event has no precision, so it never matches."""
        return f"geo_precision IN ({marks(self.precisions)})", self.precisions


@dataclass(frozen=True, slots=True)
class Box:
    """Point events in a box, and others whose geometry shares a point with it."""

    bbox: BBox

    def __post_init__(self) -> None:
        box = self.bbox
        for name, most in (("west", 180), ("south", 90), ("east", 180), ("north", 90)):
            if not -most <= (value := getattr(box, name)) <= most:
                raise InvalidInput(f"{name} {value} is not within -{most} to {most}", field="bbox")
        if box.west > box.east:
            raise InvalidInput("west lies east of east; ask for the two sides of 180° apart", field="bbox")
        if box.south > box.north:
            raise InvalidInput("south lies north of north", field="bbox")

    def clause(self) -> Clause:
        """The index finds candidates and accepts what lies wholly inside; the others are intersected.

        An event without a geometry is a point at its ``lon`` and ``lat``.
        """
        box = self.bbox
        meeting, bounds = _extents_meeting((box,))
        within = "west >= ? AND east <= ? AND south >= ? AND north <= ?"
        return (
            f"{meeting} AND CASE"
            " WHEN geometry IS NULL OR (geometry_type = 'Point' AND abs(lon) < 180)"
            " THEN lon BETWEEN ? AND ? AND lat BETWEEN ? AND ?"
            f" WHEN event_key IN (SELECT event_key FROM event_extents WHERE {within}) THEN 1"
            " ELSE meets_box(geometry, ?, ?, ?, ?) END",
            (
                *bounds,
                *(box.west, box.east, box.south, box.north),
                *(box.west, box.east, box.south, box.north),
                *(box.west, box.south, box.east, box.north),
            ),
        )


@dataclass(frozen=True, slots=True)
class Region:
    """Events placed at, or within, a country, a first-order division or a district, by its place id.

    Districts that users have added have ids of many kinds.
    """

    id: str

    def __post_init__(self) -> None:
        if not _REGION.fullmatch(self.id):
            raise InvalidInput(
                f"{self.id[:40]!r} is not a place id like country:UA or adm1:UA.05", field="region"
            )

    def clause(self) -> Clause:
        """The place itself, or a place that says that it lies there."""
        match = _REGION.fullmatch(self.id)
        if match and match["country"]:
            return "place_id = ? OR place_country = ?", (self.id, match["country"])
        within = "place_admin1_id" if match and match["admin1"] else "region_id"
        return f"place_id = ? OR {within} = ?", (self.id, self.id)


@dataclass(frozen=True, slots=True)
class Around:
    """Events whose uncertainty may reach within ``km`` of a position: candidates, to be measured.

    With ``start`` and ``end`` the index leaves out what cannot overlap those days; `Window` is exact.
    """

    lat: float
    lon: float
    km: float
    start: date | None = None
    end: date | None = None

    def __post_init__(self) -> None:
        for name, most in (("lat", 90), ("lon", 180)):
            if not -most <= (value := getattr(self, name)) <= most:
                raise InvalidInput(f"{value} is not within -{most} to {most}", field=name)
        if not 0 <= self.km < math.inf:
            raise InvalidInput(f"{self.km} is not a distance", field="km")

    def clause(self) -> Clause:
        """One look into the index, or two where the circle crosses the antimeridian."""
        boxes = boxes_around(lat=self.lat, lon=self.lon, km=self.km)
        return _extents_meeting(boxes, self.start, self.end)


def filters_of(query: EventQuery) -> tuple[Filter, ...]:
    """Return the conditions that a query sets. Raises InvalidInput naming the field."""
    asked: list[Filter] = []
    if query.start or query.end:
        asked.append(Window(query.start, query.end))
    if query.types:
        asked.append(Types(query.types))
    if query.stances:
        asked.append(Stances(query.stances))
    if query.precisions:
        asked.append(Precisions(query.precisions))
    if query.bbox:
        asked.append(Box(query.bbox))
    if query.region is not None:
        asked.append(Region(query.region))
    return tuple(asked)


def joined(filters: Iterable[Filter]) -> Clause:
    """Join conditions with "and"; no condition at all is true."""
    clauses = [part.clause() for part in filters]
    sql = " AND ".join(f"({sql})" for sql, _ in clauses) or "1"
    return sql, tuple(value for _, params in clauses for value in params)


def _extents_meeting(boxes: Sequence[BBox], start: date | None = None, end: date | None = None) -> Clause:
    look = "SELECT event_key FROM event_extents WHERE west <= ? AND east >= ? AND south <= ? AND north >= ?"
    days: list[float] = []
    if start:
        look, days = f"{look} AND until >= ?", [years(start)]
    if end:
        look, days = f"{look} AND since <= ?", [*days, years(end)]
    sql = " UNION ".join([look] * len(boxes))
    return f"event_key IN ({sql})", tuple(
        value for box in boxes for value in (box.east, box.west, box.north, box.south, *days)
    )


def marks(values: Sequence[object]) -> str:
    """Return a ``?`` for each of the values."""
    return ", ".join("?" * len(values))
