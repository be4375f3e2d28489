"""The record of control: who held the ground on any day, what changed since, and where sources differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from domain import (
    ControlFact,
    NotFound,
    Snapshot,
    Store,
    Unprocessable,
)
from frontlines.drawings import Drawings
from frontlines.told import Telling
from geo.control import Background, Territory, territory
from geo.flat import polygons
from geo.gazetteer import Gazetteer
from geo.holdings import Holding
from geo.land import Land
from geo.shapes import area_km2
from ontology import Ontology

FACTS = "facts"
"""The source that draws no snapshot: facts alone, those of the table and those that events tell."""

LEAST_KM2 = 0.5
"""Smaller differences between two drawings are of their drawing."""

SLIVER_DEGREES = 0.002
"""Narrower differences too: some 200 m."""


@dataclass(frozen=True, slots=True)
class Control:
    """Who holds the ground on a day: ``drawn`` of whose snapshot, if of any, and of how many facts."""

    day: date
    source: str
    """That was asked for, "" for the newest."""
    drawn: tuple[Snapshot, ...]
    territory: Territory
    km2: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Difference:
    """Ground that one party holds in one drawing and another in the other: later, or by another source."""

    before: str
    after: str
    area: BaseGeometry
    km2: float


@dataclass(frozen=True, slots=True)
class Change:
    """What two days differ in: ground, and the places that facts say have changed hands, newest first."""

    first: date
    last: date
    areas: tuple[Difference, ...]
    places: tuple[tuple[Holding, str | None], ...]
    """Each with who held it on the first day, ``None`` where that is not known."""


class Record:
    """Answers who holds what, out of a store, tables of facts and the land. May be shared by threads.

    What a day's ground looks like is worked out when it is first asked for. It changes only on days of which
    something is known, so a day is answered with the last of these.
    """

    def __init__(
        self, store: Store, gazetteer: Gazetteer, land: Land, tables: Sequence[Path], ontology: Ontology
    ) -> None:
        self._store, self._gazetteer, self._land = store, gazetteer, land
        self._telling = Telling(store, gazetteer, tables, ontology, self._owner)
        self._drawings: Drawings[Control] = Drawings()
        self._background = Background(self._owner, lru_cache(16)(self._settlements))

    @property
    def version(self) -> tuple[object, ...]:
        """Changes whenever what is known does, so that answers can be kept by it.

        Reports that tell nothing of control leave it as it is. Raises what ``read_facts`` does.
        """
        return self._telling.known().edition, self._store.snapshots.version

    def sources(self) -> tuple[str, ...]:
        """Return whose drawings there are, those of facts first."""
        drawn = sorted({kept.source for kept in self._store.snapshots.list() if kept.counts})
        return (FACTS, *drawn)

    def newest_source(self) -> str:
        """Return whose drawing is the newest, of two of one day the first by name; ``FACTS`` without any."""
        drawn = [kept for kept in self._store.snapshots.list() if kept.counts]
        newest = max((kept.date for kept in drawn), default=None)
        return min((kept.source for kept in drawn if kept.date == newest), default=FACTS)

    def parties(self) -> tuple[str, ...]:
        """Return who is said to have held any ground, in the order in which they were heard of."""
        first = dict(self._telling.known().first)
        for kept in self._store.snapshots.list():
            if kept.counts and kept.party:
                first[kept.party] = min(kept.date, first.get(kept.party, kept.date))
        return tuple(sorted(first, key=lambda party: (first[party], party)))

    def drawn_days(self, source: str = "") -> tuple[date, ...]:
        """Return the days of which there are drawings, in order."""
        kept = self._store.snapshots.list()
        return tuple(sorted({each.date for each in kept if each.counts and source in ("", each.source)}))

    def days(self, source: str = "") -> tuple[date, ...]:
        """Return the days on which something is known to have changed, in order."""
        return tuple(sorted(self._telling.known().days_until_now().union(self.drawn_days(source))))

    def facts(self) -> tuple[ControlFact, ...]:
        """Return the facts of the table and those that events tell. Raises what ``read_facts`` does."""
        return self._telling.known().facts

    def on(self, day: date, source: str = "") -> Control:
        """Return who holds the ground on a day, by the newest snapshot of ``source`` and the facts since.

        Without a source that of whoever drew last. Raises NotFound for a source that has drawn nothing, Busy
        where too many other days are asked for at once.
        """
        if source and source not in self.sources():
            raise NotFound(f"nothing drawn by {source!r} is kept", field="source")
        known = self._telling.known()
        days = known.days_until_now().union(self.drawn_days(source))
        turned = max((each for each in days if each <= day), default=date.min)
        what = known.edition, self._store.snapshots.version, turned, source
        return self._drawings.get(what, lambda: self._draw(known.facts, turned, source))

    def _draw(self, facts: Sequence[ControlFact], day: date, source: str) -> Control:
        drawn = () if source == FACTS else self._store.snapshots.latest(day, source or None)
        newest = max((snapshot.date for snapshot in drawn), default=None)
        of_newest = {snapshot.source for snapshot in drawn if snapshot.date == newest}
        # Of two that drew on one day the first by name, for one drawing must not be mixed out of two.
        drawn = tuple(snapshot for snapshot in drawn if snapshot.source == min(of_newest))
        known = territory(facts, drawn, day, self._land, self._background)
        km2 = {party: area_km2(area) for party, area in known.areas.items()}
        return Control(day, source, drawn, known, km2)

    def change(self, first: date, last: date, source: str = "") -> Change:
        """Return what has changed from one day to a later one. Raises Unprocessable for days in no order."""
        if first > last:
            raise Unprocessable(f"{first} lies after {last}", field="from")
        before, after = self.on(first, source), self.on(last, source)
        held = {(place.lat, place.lon): place for place in before.territory.holdings}
        places = []
        for place in after.territory.holdings:
            then = held.get((place.lat, place.lon))
            # A claim that was made before may have been believed since.
            if (then.party, then.claimant) != (place.party, place.claimant) if then else place.since > first:
                places.append((place, then.party if then else self._holder(before, place)))
        places.sort(key=lambda pair: pair[0].since, reverse=True)
        return Change(first, last, _differences(before, after), tuple(places))

    def disagreement(self, day: date, one: str, other: str) -> tuple[Difference, ...]:
        """Return the ground that two sources give to different parties on a day, the largest first."""
        return _differences(self.on(day, one), self.on(day, other))

    def within(self, outline: BaseGeometry, day: date, source: str = "") -> Mapping[str, float]:
        """Return how many km² of an outline each party holds on a day, the most first."""
        known = self.on(day, source).territory
        shares = {
            party: area_km2(shapely.intersection(area, outline))
            for party, area in known.areas.items()
            if shapely.intersects(area, outline)
        }
        return dict(sorted(shares.items(), key=lambda pair: -pair[1]))

    def _holder(self, control: Control, place: Holding) -> str | None:
        spot = shapely.Point(place.lon, place.lat)
        areas = control.territory.areas
        return next((party for party, area in areas.items() if shapely.intersects(area, spot)), None)

    def _owner(self, country: str) -> str:
        try:
            return self._gazetteer.get(f"country:{country}").name
        except NotFound:
            return country

    def _settlements(self, country: str) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
        spots = [(lon, lat) for lon, lat, _ in self._gazetteer.settlements(country)]
        return np.array(spots, dtype=np.float64).reshape(-1, 2)


def _differences(before: Control, after: Control) -> tuple[Difference, ...]:
    """Return the ground that parties hold in one drawing and not in the other, where both say whose it is."""
    found = []
    for loser, lost in before.territory.areas.items():
        for gainer, gained in after.territory.areas.items():
            if loser == gainer or not shapely.intersects(lost, gained):
                continue
            moved = polygons(shapely.intersection(lost, gained))
            core = shapely.buffer(moved, -SLIVER_DEGREES / 2, quad_segs=2)
            moved = polygons(shapely.intersection(moved, shapely.buffer(core, SLIVER_DEGREES, quad_segs=2)))
            kept = [part for part in shapely.get_parts(moved) if area_km2(part) >= LEAST_KM2]
            if kept:
                area = shapely.union_all(kept)
                found.append(Difference(loser, gainer, area, area_km2(area)))
    return tuple(sorted(found, key=lambda each: -each.km2))
