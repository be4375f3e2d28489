"""Who holds each place on a day: the rules by which facts of control follow upon one another.

A later fact beats an earlier one. What one side alone claims makes a place contested, until a report or a
confirmation says who has it, or `CLAIM_STANDS` passes in which nobody objects: then it is believed. A claim
that is denied, or met by a counter-claim, lapses after that time instead. Two reports of one day that
contradict each other leave a place contested until a later fact. Who is said to have left a place no longer
holds it, and who does is open until somebody says so.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from domain import ControlFact, Stance

CLAIM_STANDS = timedelta(days=21)

HALF_LIFE_DAYS = 365.0
"""After how long a fact counts half: what was seen last says more about the ground around it."""

LEAST_WEIGHT = 1e-6
"""Of the oldest fact: it still tells who holds a place of which nothing else is known."""

KM_PER_DEGREE = 111.2
SAME_NAME_KM = 5.0
"""How far two sources may put one place apart, where they name it alike."""

Spot = tuple[float, float]
"""Latitude and longitude."""

_ORDER = {Stance.CLAIMED: 1, Stance.DENIED: 2, Stance.CONFIRMED: 4, Stance.NEGATED: 5}
"""Within a day: a claim comes before what is said of it. Plain reports stand between."""


@dataclass(frozen=True, slots=True)
class Holding:
    """A place with who holds it, ``None`` if nobody is known to, and who else says so.

    ``since`` is the day of the fact by which that is so; ``facts`` are all that were weighed, oldest first.
    ``left`` is who has left it, where nobody else is known to hold it since.
    """

    lat: float
    lon: float
    party: str | None
    claimant: str | None
    since: date
    facts: tuple[ControlFact, ...]
    left: str | None = None

    @property
    def name(self) -> str:
        """The name that the facts give the place, "" if none does."""
        return next((fact.name for fact in reversed(self.facts) if fact.name), "")

    @property
    def contested(self) -> bool:
        """Whether it is in doubt who holds it."""
        return self.party is None or self.claimant is not None

    def weight(self, day: date) -> float:
        """Return how much the newest fact still says on a day, from ``LEAST_WEIGHT`` to 1."""
        newest = self.facts[-1]
        return max(LEAST_WEIGHT, newest.weight * float(0.5 ** ((day - newest.date).days / HALF_LIFE_DAYS)))


def settle(
    facts: Iterable[ControlFact], day: date, before: Callable[[ControlFact], str | None] = lambda fact: None
) -> list[Holding]:
    """Return who holds each place by the facts up to a day; ``before`` tells who did before them.

    Facts of events that have not happened, or not now, are none: they change nothing. A place of which nobody
    says more than that somebody does not hold it is not returned.
    """
    known = _by_place(fact for fact in facts if fact.date <= day)
    settled = (_settled(of_place, day, before(of_place[0])) for of_place in known)
    return [holding for holding in settled if holding.party or holding.claimant or holding.left]


def without(known: Iterable[Holding], newer: Iterable[Holding]) -> list[Holding]:
    """Return those of places of which nothing newer is known: on one spot, or under one name near by."""
    spots: set[Spot] = set()
    named: defaultdict[str, list[Spot]] = defaultdict(list)
    for place in newer:
        spots.add(_spot(place))
        if place.name:
            named[place.name.casefold()].append(_spot(place))
    return [
        place
        for place in known
        if _spot(place) not in spots
        and not any(
            km_apart(_spot(place), spot) <= SAME_NAME_KM for spot in named.get(place.name.casefold(), ())
        )
    ]


def _spot(placed: ControlFact | Holding) -> Spot:
    """Return where something lies, to some ten metres."""
    return round(placed.lat, 4), round(placed.lon, 4)


def _by_place(facts: Iterable[ControlFact]) -> Iterator[Sequence[ControlFact]]:
    """Yield the facts of each place in order: those of one spot, and of one name near by."""
    places: dict[Spot, list[ControlFact]] = {}
    named: defaultdict[str, dict[Spot, None]] = defaultdict(dict)
    for fact in facts:
        spot = _spot(fact)
        if fact.name:
            namesakes = named[fact.name.casefold()]
            if spot not in places:
                spot = next((other for other in namesakes if km_apart(spot, other) <= SAME_NAME_KM), spot)
            namesakes[spot] = None
        places.setdefault(spot, []).append(fact)
    for of_place in places.values():
        yield sorted(of_place, key=lambda fact: (fact.date, _ORDER.get(fact.stance, 3)))


def km_apart(one: Spot, other: Spot) -> float:
    """Return the distance of two near spots (lat, lon), to a percent."""
    north, east = one[0] - other[0], (one[1] - other[1]) * math.cos(math.radians(one[0]))
    return KM_PER_DEGREE * math.hypot(north, east)


def _settled(facts: Sequence[ControlFact], day: date, before: str | None) -> Holding:
    state = _State(before)
    for fact in facts:
        state.pass_time(fact.date)
        state.hear(fact)
    state.pass_time(day)
    first, since = facts[0], state.since or facts[0].date
    return Holding(first.lat, first.lon, state.party, state.claimant, since, tuple(facts), state.left)


class _State:
    """What is known of a place while its facts are gone through."""

    def __init__(self, party: str | None) -> None:
        self.party = party
        self.claimant: str | None = None
        self.since: date | None = None
        self.left: str | None = None
        self._since_before: date | None = None
        """What ``since`` was before the claim, for when that lapses."""
        self._reported: date | None = None
        self._claimed: date | None = None
        """The day of the claim; ``None`` where two reports contradict each other, which no time mends."""
        self._denied = False

    def pass_time(self, day: date) -> None:
        """Let a claim that is old enough stand, or lapse where it was denied."""
        if self.claimant is None or self._claimed is None or day - self._claimed < CLAIM_STANDS:
            return
        if self._denied:
            self.since = self._since_before
        else:
            self.party, self.left = self.claimant, None
        self.claimant = None

    def hear(self, fact: ControlFact) -> None:
        """Take in the next fact."""
        if fact.stance in (Stance.REPORTED, Stance.CONFIRMED):
            self._report(fact)
        elif fact.stance is Stance.CLAIMED:
            self._claim(fact)
        elif fact.stance is Stance.DENIED:
            self._denied |= fact.party == self.claimant
        elif fact.stance is Stance.NEGATED and fact.party == self.party:
            self._become(None, self.claimant, fact.date)
            self.left = fact.party

    def _report(self, fact: ControlFact) -> None:
        same_day = self._reported == fact.date and self.party is not None
        if same_day and self.claimant is not None and self._claimed is None:
            return
        if same_day and fact.party != self.party:
            self._become(self.party, fact.party, fact.date)
            self._claimed = None
        else:
            self._become(fact.party, None, fact.date)
        self._reported, self.left = fact.date, None

    def _claim(self, fact: ControlFact) -> None:
        if fact.party == self.party:
            self._denied |= self.claimant is not None
        elif fact.party != self.claimant:
            self._since_before = self.since
            self._become(self.party, fact.party, fact.date)
            self._claimed, self._denied = fact.date, False

    def _become(self, party: str | None, claimant: str | None, day: date) -> None:
        if (party, claimant) != (self.party, self.claimant):
            self.party, self.claimant, self.since = party, claimant, day
