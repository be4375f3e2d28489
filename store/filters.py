"""Filters as data: each small class is one condition on events and says which of the columns meet it.

Every class refuses what it cannot mean with an InvalidInput that names the query's field. Outlines and texts
are not in the columns: about these a filter asks the database.
"""

from __future__ import annotations

import math
import re
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Protocol

import numpy as np
import shapely

from domain import BBox, Circle, EventQuery, InvalidInput, Stance
from store.columns import Columns, Mask
from store.extents import closer_than
from store.outlines import meeting

MAX_CHOICES = 200
"""The most types, actors or sources that one query may name."""

MAX_WORDS = 20
"""The most words that a text may be searched for."""

MAX_CORNERS = 500
"""The most corners that an area may have."""

_REGION = re.compile(
    r"country:[A-Z]{2}|adm1:[A-Z]{2}\.[\w.-]{1,20}|(?!country:|adm1:)[a-z][a-z0-9_-]{0,39}:[\w.-]{1,100}",
    re.ASCII,
)
_TOLD_WITH = (
    "SELECT event_key FROM telling_words JOIN tellings ON telling_key = telling_words.rowid"
    " WHERE telling_words MATCH ?"
)


class Filter(Protocol):
    """One condition on events. ``field`` is that of `EventQuery` that sets it."""

    field: ClassVar[str]

    def mask(self, columns: Columns, db: sqlite3.Connection) -> Mask:
        """Return which events meet it."""


@dataclass(frozen=True, slots=True)
class Window:
    """Events whose dates overlap the days from ``start`` to ``end``; either may be open."""

    field: ClassVar[str] = "start"
    start: date | None
    end: date | None

    def __post_init__(self) -> None:
        if self.start and self.end and self.start > self.end:
            raise InvalidInput(f"{self.start} is after the end, {self.end}", field="start")

    def mask(self, columns: Columns, db: sqlite3.Connection) -> Mask:
        """An undated event overlaps no window."""
        start, end = self.start or date.min, self.end or date.max
        # The last day of what is undated is before all days.
        found: Mask = (columns["last_day"] >= start.toordinal()) & (columns["first_day"] <= end.toordinal())
        return found


@dataclass(frozen=True, slots=True)
class Types:
    """Events of any of these event types or sub-event types."""

    field: ClassVar[str] = "types"
    names: tuple[str, ...]

    def __post_init__(self) -> None:
        _check_number(self.names, self.field)

    def mask(self, columns: Columns, db: sqlite3.Connection) -> Mask:
        """Either column may match."""
        return columns.any_of("event_type", self.names) | columns.any_of("sub_event_type", self.names)


@dataclass(frozen=True, slots=True)
class Stances:
    """Events that any of these stances was taken on."""

    field: ClassVar[str] = "stances"
    stances: tuple[Stance, ...]

    def mask(self, columns: Columns, db: sqlite3.Connection) -> Mask:
        """Match the stance."""
        return columns.any_of("stance", self.stances)


@dataclass(frozen=True, slots=True)
class Precisions:
    """Events placed this precisely: 1 named place, 2 near or part of an area, 3 region, 0 not placed."""

    field: ClassVar[str] = "precisions"
    precisions: tuple[int, ...]

    def __post_init__(self) -> None:
        for precision in self.precisions:
            if precision not in (0, 1, 2, 3):
                raise InvalidInput(f"{precision} is none of 0, 1, 2, 3", field=self.field)

    def mask(self, columns: Columns, db: sqlite3.Connection) -> Mask:
        """Match the precision."""
        wanted = np.isin(np.arange(4), self.precisions)
        found: Mask = wanted[columns["precision"]]
        return found


@dataclass(frozen=True, slots=True)
class Actors:
    """Events that any of these acted in or was the target of."""

    field: ClassVar[str] = "actors"
    names: tuple[str, ...]

    def __post_init__(self) -> None:
        _check_number(self.names, self.field)

    def mask(self, columns: Columns, db: sqlite3.Connection) -> Mask:
        """Either may match."""
        return columns.any_of("actor", self.names) | columns.any_of("target", self.names)


@dataclass(frozen=True, slots=True)
class Sources:
    """Events that any of these sources reports of."""

    field: ClassVar[str] = "sources"
    names: tuple[str, ...]

    def __post_init__(self) -> None:
        _check_number(self.names, self.field)

    def mask(self, columns: Columns, db: sqlite3.Connection) -> Mask:
        """Match the sets of sources that have one of them."""
        asked = set(self.names)
        return columns.any_of(
            "sources",
            (columns.words[code] for code, names in columns.source_sets.items() if asked & set(names)),
        )


@dataclass(frozen=True, slots=True)
class Text:
    """Events of which a document says all of these words; of the last one the beginning suffices."""

    field: ClassVar[str] = "text"
    text: str

    def __post_init__(self) -> None:
        words = self._words()
        if not words:
            raise InvalidInput("has no word to search for", field=self.field)
        if len(words) > MAX_WORDS:
            raise InvalidInput(f"at most {MAX_WORDS} words at once", field=self.field)

    def mask(self, columns: Columns, db: sqlite3.Connection) -> Mask:
        """Every word is quoted, so that none is taken for a part of the search's own language."""
        asked = " ".join(f'"{word}"' for word in self._words()) + "*"
        return np.isin(columns["event_key"], [key for (key,) in db.execute(_TOLD_WITH, (asked,))])

    def _words(self) -> list[str]:
        apart = "".join(letter if letter.isalnum() else " " for letter in self.text)
        return apart.split()


@dataclass(frozen=True, slots=True)
class Fatalities:
    """Events that killed so many, by the best figure, else by the least that is told."""

    field: ClassVar[str] = "fatalities"
    least: int

    def mask(self, columns: Columns, db: sqlite3.Connection) -> Mask:
        """What tells no number never matches."""
        found: Mask = (columns.killed >= self.least) & (columns.killed >= 0)
        return found


@dataclass(frozen=True, slots=True)
class Area:
    """Point events in a polygon, and others whose geometry shares a point with it."""

    field: ClassVar[str] = "area"
    corners: tuple[tuple[float, float], ...]

    def __post_init__(self) -> None:
        if not 3 <= len(self.corners) <= MAX_CORNERS:
            raise InvalidInput(f"must have 3 to {MAX_CORNERS} corners", field=self.field)
        for lon, lat in self.corners:
            if not (-180 <= lon <= 180 and -90 <= lat <= 90):
                raise InvalidInput(f"a corner at {lon}, {lat} is not on Earth", field=self.field)
        shape = shapely.Polygon(self.corners)
        if not (shape.is_valid and shape.area > 0):
            raise InvalidInput("its sides must not cross, and must enclose something", field=self.field)

    def mask(self, columns: Columns, db: sqlite3.Connection) -> Mask:
        """Points are tested all at once, outlines one by one."""
        return meeting(shapely.Polygon(self.corners), columns, db)


@dataclass(frozen=True, slots=True)
class Box:
    """Point events in a box, and others whose geometry shares a point with it."""

    field: ClassVar[str] = "bbox"
    bbox: BBox

    def __post_init__(self) -> None:
        _check_box(self.bbox, self.field)
        if self.bbox.west > self.bbox.east:
            raise InvalidInput(
                "west lies east of east; ask for the two sides of 180° apart", field=self.field
            )

    def mask(self, columns: Columns, db: sqlite3.Connection) -> Mask:
        """As for an `Area`."""
        box = self.bbox
        return meeting(shapely.box(box.west, box.south, box.east, box.north), columns, db)


@dataclass(frozen=True, slots=True)
class View:
    """Events whose point is in a box, which crosses the antimeridian where its west is east of its east."""

    field: ClassVar[str] = "view"
    box: BBox

    def __post_init__(self) -> None:
        _check_box(self.box, self.field)

    def mask(self, columns: Columns, db: sqlite3.Connection) -> Mask:
        """What has no point is in no view."""
        box, lats, lons = self.box, columns["lat"], columns["lon"]
        in_reach = (lats >= box.south) & (lats <= box.north)
        east_of, west_of = lons >= box.west, lons <= box.east
        found: Mask = in_reach & (east_of & west_of if box.west <= box.east else east_of | west_of)
        return found


@dataclass(frozen=True, slots=True)
class Around:
    """Events that may lie within ``km`` of a position by their uncertainty."""

    field: ClassVar[str] = "around"
    circle: Circle

    def __post_init__(self) -> None:
        check_circle(self.circle, {part: self.field for part in ("lat", "lon", "km")})

    def mask(self, columns: Columns, db: sqlite3.Connection) -> Mask:
        """The distance is that to the event's point."""
        circle = self.circle
        return closer_than(
            circle.km + columns["uncertainty_km"],
            lat=circle.lat,
            lon=circle.lon,
            lats=columns["lat"],
            lons=columns["lon"],
        )


@dataclass(frozen=True, slots=True)
class Region:
    """Events placed at, or within, a country, a first-order division or a district, by its place id.

    Districts that users have added have ids of many kinds.
    """

    field: ClassVar[str] = "region"
    id: str

    def __post_init__(self) -> None:
        if not _REGION.fullmatch(self.id):
            raise InvalidInput(
                f"{self.id[:40]!r} is not a place id like country:UA or adm1:UA.05", field=self.field
            )

    def mask(self, columns: Columns, db: sqlite3.Connection) -> Mask:
        """The place itself, or a place that lies there."""
        grains = ("place_id", "district", "division", "country")
        return np.logical_or.reduce([columns.any_of(grain, (self.id,)) for grain in grains])


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
    if query.actors:
        asked.append(Actors(query.actors))
    if query.sources:
        asked.append(Sources(query.sources))
    if query.text is not None:
        asked.append(Text(query.text))
    if query.fatalities is not None:
        asked.append(Fatalities(query.fatalities))
    if query.area:
        asked.append(Area(query.area))
    if query.around:
        asked.append(Around(query.around))
    if query.bbox:
        asked.append(Box(query.bbox))
    if query.view:
        asked.append(View(query.view))
    if query.region is not None:
        asked.append(Region(query.region))
    return tuple(asked)


def check_circle(circle: Circle, fields: Mapping[str, str]) -> None:
    """Raise InvalidInput for a circle that is nowhere, naming its parts as the asker does."""
    for name, most in (("lat", 90), ("lon", 180)):
        if not -most <= (value := getattr(circle, name)) <= most:
            raise InvalidInput(f"{value} is not within -{most} to {most}", field=fields[name])
    if not 0 <= circle.km < math.inf:
        raise InvalidInput(f"{circle.km} is not a distance", field=fields["km"])


def _check_number(names: tuple[str, ...], field: str) -> None:
    if len(names) > MAX_CHOICES:
        raise InvalidInput(f"at most {MAX_CHOICES} at once", field=field)


def _check_box(box: BBox, field: str) -> None:
    for name, most in (("west", 180), ("south", 90), ("east", 180), ("north", 90)):
        if not -most <= (value := getattr(box, name)) <= most:
            raise InvalidInput(f"{name} {value} is not within -{most} to {most}", field=field)
    if box.south > box.north:
        raise InvalidInput("south lies north of north", field=field)
