"""What the record of control tells over time: places that changed hands, and the ground of each party."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import shapely
from shapely.geometry.base import BaseGeometry

from domain import ControlFact, Place, Snapshot, Stance
from frontlines.record import Change, Difference, Record
from geo.gazetteer import Gazetteer
from geo.holdings import KM_PER_DEGREE, km_apart

NEAR_KM = 5.0
"""How near to a place, or to ground, an event of its capture explains the change."""

SAME_PLACE_KM = 2.0
"""How near a settlement of the gazetteer is the place that a fact is of."""

MOST_SETTLEMENTS = 200
"""In one piece of ground that has changed hands."""

WIDEST_KM = 500.0


@dataclass(frozen=True, slots=True)
class Turn:
    """A place that has changed hands, or that somebody says has.

    ``since`` is the day of the fact that says so. Without a fact (``stance`` is ``None``) two drawings differ
    there, and it is the day of the later one, that of ``drawn_by``. ``facts`` are the evidence, oldest first.
    """

    lat: float
    lon: float
    name: str
    before: str | None
    party: str | None
    claimant: str | None
    since: date
    stance: Stance | None
    facts: tuple[ControlFact, ...]
    drawn_by: str = ""

    @property
    def events(self) -> tuple[str, ...]:
        """The ids of the events that the facts follow from, newest first."""
        return tuple(dict.fromkeys(fact.event_id for fact in reversed(self.facts) if fact.event_id))

    @property
    def sources(self) -> tuple[str, ...]:
        """Who says so."""
        named = [fact.source for fact in reversed(self.facts)] or [self.drawn_by]
        return tuple(dict.fromkeys(filter(None, named)))


def turns(change: Change, record: Record, gazetteer: Gazetteer, source: str = "") -> tuple[Turn, ...]:
    """Return the places that changed hands between the two days of a change, newest first.

    They are those that facts tell of, and the settlements on ground that a snapshot gives to another party.
    A place of which nothing was known before has changed hands only where an event says so.
    """
    told = tuple(_told(change))
    drawn = record.on(change.last, source).drawn
    # Without a snapshot the ground between places is an estimate: what else lies in it has no evidence.
    seen = [
        turn
        for drawing in drawn[:1]
        for moved in change.areas
        for turn in _seen(moved, change, record.facts(), gazetteer, drawing)
        if all(_km(turn, other) > SAME_PLACE_KM for other in told)
    ]
    return tuple(sorted((*told, *seen), key=lambda turn: (-turn.since.toordinal(), turn.name)))


def _told(change: Change) -> Iterator[Turn]:
    for place, before in change.places:
        facts = tuple(fact for fact in place.facts if change.first < fact.date <= change.last)
        if not place.contested and (
            before == place.party or (before is None and not any(fact.event_id for fact in facts))
        ):
            continue
        newest = place.facts[-1]
        yield Turn(
            place.lat, place.lon, place.name, before, place.party, place.claimant,
            place.since, newest.stance, facts or (newest,),
        )  # fmt: skip


def _seen(
    moved: Difference,
    change: Change,
    facts: Sequence[ControlFact],
    gazetteer: Gazetteer,
    drawing: Snapshot,
) -> Iterator[Turn]:
    """Yield the settlements on ground that has changed hands, with the events near them that say so."""
    seen_on = drawing.date if drawing.date > change.first else change.last
    gains = explaining(moved, change, facts)
    for place in settlements(moved.area, gazetteer):
        near = tuple(fact for fact in gains if _km(fact, place) <= NEAR_KM)
        yield Turn(
            place.lat, place.lon, place.name, moved.before, moved.after, None,
            seen_on, None, near, drawing.source,
        )  # fmt: skip


def explaining(moved: Difference, change: Change, facts: Iterable[ControlFact]) -> tuple[ControlFact, ...]:
    """Return the facts out of events by which ground went from one party to another, oldest first."""
    around = shapely.buffer(moved.area, NEAR_KM / KM_PER_DEGREE)
    shapely.prepare(around)
    found = [
        fact
        for fact in facts
        if fact.event_id
        and change.first < fact.date <= change.last
        and fact.party == (moved.before if fact.stance is Stance.NEGATED else moved.after)
        and shapely.intersects_xy(around, fact.lon, fact.lat)
    ]
    return tuple(sorted(found, key=lambda fact: fact.date))


def settlements(area: BaseGeometry, gazetteer: Gazetteer) -> Iterator[Place]:
    """Yield the settlements that lie in an area, of each of its parts the nearest to its middle first."""
    for part in shapely.get_parts(area):
        shapely.prepare(part)
        west, south, east, north = part.bounds
        lat, lon = (south + north) / 2, (west + east) / 2
        wide = (east - west) * math.cos(math.radians(lat))
        reach = min(WIDEST_KM, KM_PER_DEGREE * math.hypot(wide, north - south) / 2 + 1)
        for place in gazetteer.nearby(lat=lat, lon=lon, km=reach, limit=MOST_SETTLEMENTS):
            if shapely.intersects_xy(part, place.lon, place.lat):
                yield place


def _km(one: Turn | ControlFact, other: Turn | Place) -> float:
    return km_apart((one.lat, one.lon), (other.lat, other.lon))


# --------------------------------------------------------------------------- over time


@dataclass(frozen=True, slots=True)
class Series:
    """How many km² each party held on each day.

    The last day's are what is drawn for it. Those before are counted back by the ground that changed hands,
    for to hear of more ground is nobody's gain.
    """

    days: tuple[date, ...]
    km2: Mapping[str, tuple[float, ...]]


def days_to_draw(record: Record, source: str, most: int) -> tuple[date, ...]:
    """Return at most ``most`` (2 or more) days that show how ground was held, in order.

    Where somebody has drawn it, from the first drawing on: before that, facts tell of single places only. The
    first, the last and the days of drawings come before others.
    """
    drawn = record.drawn_days(source)
    known = [day for day in record.days(source) if not drawn or day >= drawn[0]]
    if len(known) <= most:
        return tuple(known)
    chosen = {known[0], known[-1], *_thinned(drawn, most - 2)}
    others = [day for day in known if day not in chosen]
    return tuple(sorted(chosen | set(_thinned(others, most - len(chosen)))))


def _thinned(days: Sequence[date], most: int) -> list[date]:
    """Return at most so many days, evenly spread over the row of them."""
    if len(days) <= most:
        return list(days)
    return [days[(2 * at + 1) * len(days) // (2 * most)] for at in range(most)]


def steps(record: Record, days: Sequence[date], source: str = "") -> tuple[Change, ...]:
    """Return what changed from each of the days to the next."""
    return tuple(record.change(first, last, source) for first, last in pairwise(days))


def series(changes: Sequence[Change], last: Mapping[str, float]) -> Series:
    """Return who held how much on the days of one change after the other; ``last`` are the last day's km²."""
    held = [defaultdict(float, last)]
    for change in reversed(changes):
        before = defaultdict(float, held[-1])
        for moved in change.areas:
            before[moved.before] += moved.km2
            before[moved.after] -= moved.km2
        held.append(before)
    held.reverse()
    days = (changes[0].first, *(change.last for change in changes)) if changes else ()
    parties = dict.fromkeys(party for of_day in held for party in of_day)
    return Series(days, {party: tuple(max(0.0, of_day[party]) for of_day in held) for party in parties})
