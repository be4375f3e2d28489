"""Regions by what happened in them: how much a view tells of each, how they are shaded, what one is like."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from shapely.geometry.base import BaseGeometry

from domain import Counts, Event, EventQuery, Grouping, Level, NotFound, Place, Tally, Toll
from geo.population import Population, population
from geo.shapes import area_km2
from web import naming, params
from web.services import Services

SHADES = 6
"""The colours that the style sheet has for regions, light to dark: more are not told apart."""

LISTED = 200
"""The newest events that a region's page lists."""

LEVELS = (Grouping.ADMIN1, Grouping.ADMIN2, Grouping.COUNTRY)
_ROUND_NUMBERS = ((1, 2, 5), (1, 3), (1,))
_FINER = {Level.COUNTRY: Grouping.ADMIN1, Level.ADMIN1: Grouping.ADMIN2, Level.ADMIN2: Grouping.ADMIN2}


class Measure(StrEnum):
    """What shades the regions and orders their table."""

    COUNT = "count"
    FATALITIES = "fatalities"
    PER_100K = "per_100k"


@dataclass(frozen=True, slots=True)
class Region:
    """A country or a division and what is told of it; ``place`` is ``None`` if the gazetteer has lost it."""

    id: str
    place: Place | None
    tally: Tally
    population: Population | None

    @property
    def name(self) -> str:
        """The place's name in the reader's language, else its id."""
        return naming.name(self.place) if self.place else self.id

    def is_of(self, level: Grouping) -> bool:
        """Whether it is a division of that order, and not a larger one."""
        return self.place is not None and str(self.place.level) == level

    def value(self, measure: Measure) -> float | None:
        """Return how much it has of what is measured, ``None`` where that is not known."""
        match measure:
            case Measure.COUNT:
                return self.tally.events
            case Measure.FATALITIES:
                return self.tally.killed.best if self.tally.killed else None
        return 100_000 * self.tally.events / self.population.people if self.population else None


@dataclass(frozen=True, slots=True)
class ShadeClass:
    """Values from ``start`` up to the next class, and their colour, 1 to ``SHADES``."""

    start: float
    shade: int


@dataclass(frozen=True, slots=True)
class Overview:
    """The regions of a view.

    ``regions`` are those of the level that was asked for, ``somewhere`` larger ones: of their events it is
    not known in which region. ``elsewhere`` counts those tied to no one country: at sea, in an area of
    several, by coordinates alone. Together they are the events of ``counts`` that are shown or known to a
    region only.
    """

    query: EventQuery
    level: Grouping
    measure: Measure
    sort: str
    counts: Counts
    regions: tuple[Region, ...]
    somewhere: tuple[Region, ...]
    elsewhere: int
    classes: tuple[ShadeClass, ...]


@dataclass(frozen=True, slots=True)
class Profile:
    """What is known of one region in a window: ``region`` holds all of it, ``parts`` what lies in its parts.

    ``parents`` are what it lies in, the largest first; ``level`` is that of its parts. ``events`` are the
    newest.
    """

    region: Region
    parents: tuple[Place, ...]
    query: EventQuery
    level: Grouping
    by_type: Mapping[str, Tally]
    parts: tuple[Region, ...]
    events: tuple[Event, ...]


def tallied(query: EventQuery, level: Grouping, parts: Services) -> list[Region]:
    """Return the regions of a view, those with the most events first."""
    tallies = parts.store.tallies(query, level)
    return _ordered((_region(key, tally, parts) for key, tally in tallies.items()), Measure.COUNT)


def look_at_regions(arguments: params.Arguments, parts: Services) -> Overview:
    """Return the regions that a request asks for. Raises InvalidInput naming the field."""
    query = params.event_query(arguments, parts.ontology)
    level = Grouping(arguments.choice("level", LEVELS))
    measure = Measure(arguments.choice("measure", tuple(Measure)))
    sort = arguments.choice("sort", (measure, "name", *Measure))
    found = tallied(query, level, parts)
    regions = [region for region in found if region.is_of(level)]
    if sort == "name":
        regions.sort(key=lambda region: region.name)
    else:
        regions = _ordered(regions, Measure(sort))
    counts = parts.store.counts(query)
    return Overview(
        query,
        level,
        measure,
        sort,
        counts,
        tuple(regions),
        tuple(region for region in found if not region.is_of(level)),
        counts.shown + counts.region_only - sum(region.tally.events for region in found),
        shade_classes(region.value(measure) or 0 for region in regions),
    )


def look_at_region(place_id: str, arguments: params.Arguments, parts: Services) -> Profile:
    """Return what is known of one region.

    Raises NotFound where there is no place of that id, or it is no region; InvalidInput naming the field.
    """
    place = parts.gazetteer.get(place_id)
    if place.level not in _FINER:
        raise NotFound(
            f"{naming.label(place)} ({place.id}) is no country, region or district", field="region"
        )
    query = replace(params.event_query(arguments, parts.ontology), region=place.id)
    by_type = parts.store.tallies(query, Grouping.TYPE)
    level = _FINER[place.level]
    return Profile(
        Region(place.id, place, total(by_type.values()), population(place.id)),
        _parents(place, parts),
        query,
        level,
        dict(sorted(by_type.items(), key=lambda item: -item[1].events)),
        tuple(region for region in tallied(query, level, parts) if region.id != place.id),
        tuple(parts.store.events(replace(query, limit=LISTED), bare=True)),
    )


@dataclass(frozen=True, slots=True)
class Held:
    """How many km² of a region of ``km2`` each party held on a day, the most first."""

    day: date
    km2: float
    parties: Mapping[str, float]


def held_in(outline: BaseGeometry, day: date | None, parts: Services) -> Held | None:
    """Return who held a region on a day, or on the newest known one; ``None`` where nothing is known."""
    known = parts.record.days()
    if not known:
        return None
    day = day or known[-1]
    return Held(day, area_km2(outline), parts.record.within(outline, day))


def total(tallies: Iterable[Tally]) -> Tally:
    """Return several tallies as one."""
    added = tuple(tallies)
    tolls = [each.killed for each in added if each.killed]
    return Tally(
        sum(each.events for each in added),
        sum(each.region_only for each in added),
        sum(each.stating for each in added),
        Toll(*(sum(getattr(toll, part) for toll in tolls) for part in ("low", "best", "high")))
        if tolls
        else None,
    )


def shade_classes(values: Iterable[float]) -> tuple[ShadeClass, ...]:
    """Return the classes of shading: they begin at round numbers, in steps of about equal ratio.

    News is never spread evenly, so that equal steps would leave all but a few regions in the lowest class.
    The first begins at or below the least value over 0; without such a value there are none.
    """
    known = [value for value in values if value > 0]
    if not known:
        return ()
    least, most = min(known), max(known)
    decades = range(math.floor(math.log10(least)), math.floor(math.log10(most)) + 1)
    for ones in _ROUND_NUMBERS:
        series = [round(one * 10.0**decade, max(0, -decade)) for decade in decades for one in ones]
        first = max(number for number in series if number <= least)
        starts = [number for number in series if first <= number <= most]
        if len(starts) <= SHADES:
            break
    starts = [first, *starts[1:][1 - SHADES :]]
    # Few classes still reach from the lightest to the darkest colour.
    apart = (SHADES - 1) / max(1, len(starts) - 1)
    return tuple(ShadeClass(start, 1 + round(number * apart)) for number, start in enumerate(starts))


def _region(place_id: str, tally: Tally, parts: Services) -> Region:
    return Region(place_id, _place(place_id, parts), tally, population(place_id))


def _place(place_id: str, parts: Services) -> Place | None:
    try:
        return parts.gazetteer.get(place_id)
    except NotFound:
        return None


def _ordered(regions: Iterable[Region], measure: Measure) -> list[Region]:
    """Sort regions, the largest value first; those of which it is not known come last."""

    def key(region: Region) -> tuple[bool, float, str]:
        value = region.value(measure)
        return value is None, -(value or 0), region.name

    return sorted(regions, key=key)


def _parents(place: Place, parts: Services) -> tuple[Place, ...]:
    ids = (f"country:{place.country}", place.admin1_id)
    found = (_place(each, parts) for each in ids if each != place.id)
    return tuple(parent for parent in found if parent)
