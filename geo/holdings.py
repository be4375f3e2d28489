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

SAME_NAME_KM = 5.0
"""How far two sources may put one place apart, where they name it alike."""

_ORDER = {Stance.CLAIMED: 1, Stance.DENIED: 2, Stance.CONFIRMED: 4, Stance.NEGATED: 5}
"""Within a day: a claim comes before what is said of it. Plain reports stand between."""


@dataclass(frozen=True, slots=True)
class Holding:
    """A place with who holds it, ``None`` if nobody is known to, and who else says so.

    ``since`` is the day of the fact by which that is so; ``facts`` are all that were weighed, oldest first.
    """

    lat: float
    lon: float
    party: str | None
    claimant: str | None
    since: date
    facts: tuple[ControlFact, ...]

    @property
    def name(self) -> str:
        """The name that the facts give the place, "" if none does."""
        return next((fact.name for fact in reversed(self.facts) if fact.name), "")

    @property
    def contested(self) -> bool:
        """Whether it is in doubt who holds it."""
        return self.party is None or self.claimant is not None

    def weight(self, day: date) -> float:
        """Return how much the newest fact still says on a day, above 0 and at most 1."""
        newest = self.facts[-1]
        return newest.weight * float(0.5 ** ((day - newest.date).days / HALF_LIFE_DAYS))


def settle(
    facts: Iterable[ControlFact], day: date, before: Callable[[ControlFact], str | None] = lambda fact: None
) -> list[Holding]:
    """Return who holds each place by the facts up to a day; ``before`` tells who did before them.

    Facts of events that have not happened, or not now, are none: they change nothing.
    """
    known = _by_place(fact for fact in facts if fact.date <= day)
    return [_settled(of_place, day, before(of_place[0])) for of_place in known]


def _by_place(facts: Iterable[ControlFact]) -> Iterator[Sequence[ControlFact]]:
    """Yield the facts of each place in order: those of one spot, and of one name near by."""
    places: dict[tuple[float, float], list[ControlFact]] = {}
    named: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)
    for fact in facts:
        spot = (round(fact.lat, 4), round(fact.lon, 4))
        if spot not in places and fact.name:
            namesakes = named[fact.name.casefold()]
            spot = next((other for other in namesakes if _km(spot, other) <= SAME_NAME_KM), spot)
            if spot not in places:
                namesakes.append(spot)
        places.setdefault(spot, []).append(fact)
    for of_place in places.values():
        yield sorted(of_place, key=lambda fact: (fact.date, _ORDER.get(fact.stance, 3)))


def _km(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return the distance of two near spots (lat, lon), to a percent."""
    north, east = one[0] - other[0], (one[1] - other[1]) * math.cos(math.radians(one[0]))
    return 111.2 * math.hypot(north, east)


def _settled(facts: Sequence[ControlFact], day: date, before: str | None) -> Holding:
    state = _State(before)
    for fact in facts:
        state.pass_time(fact.date)
        state.hear(fact)
    state.pass_time(day)
    first = facts[0]
    return Holding(first.lat, first.lon, state.party, state.claimant, state.since or first.date, tuple(facts))


class _State:
    """What is known of a place while its facts are gone through."""

    def __init__(self, party: str | None) -> None:
        self.party = party
        self.claimant: str | None = None
        self.since: date | None = None
        self._reported: date | None = None
        self._claimed: date | None = None
        """The day of the claim; ``None`` where two reports contradict each other, which no time mends."""
        self._denied = False

    def pass_time(self, day: date) -> None:
        """Let a claim that is old enough stand, or lapse where it was denied."""
        if self.claimant is None or self._claimed is None or day - self._claimed < CLAIM_STANDS:
            return
        if not self._denied:
            self.party = self.claimant
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

    def _report(self, fact: ControlFact) -> None:
        if self._reported == fact.date and self.party not in (None, fact.party):
            self._become(self.party, fact.party, fact.date)
            self._claimed = None
        else:
            self._become(fact.party, None, fact.date)
        self._reported = fact.date

    def _claim(self, fact: ControlFact) -> None:
        if fact.party == self.party:
            self._denied |= self.claimant is not None
        elif fact.party != self.claimant:
            self._become(self.party, fact.party, fact.date)
            self._claimed, self._denied = fact.date, False

    def _become(self, party: str | None, claimant: str | None, day: date) -> None:
        if (party, claimant) != (self.party, self.claimant):
            self.party, self.claimant, self.since = party, claimant, day
