"""How far two events agree in one respect each: time, place, parties, weapon, wording, numbers.

A grade is 1 where both say the same, 0 where nothing speaks against it, ``None`` where they cannot be
one event. All of it is symmetric.
"""

from __future__ import annotations

import math
import re
from datetime import timedelta
from functools import lru_cache

from pyproj import Geod

from domain import DateRange, Event, Level, Toll

SAME_SPOT_KM = 3.0
"""Two positions without a name of their own are one spot up to there."""
MAX_TOWN_KM = 10.0
"""How far from a town's point a spot in it may be."""
FAR_KM = 30.0
"""How wide an area beside a place may be and still be that place's."""
DAYS_APART = 3
"""How many days apart two reports may be published one of which gives no exact day."""
CITY = 50_000
"""Inhabitants from which on a place, a day and a type are not enough to tell an event by."""
MAX_COMPARED = 5
"""How many reports of each event are compared by their words, ..."""
MAX_SENTENCE = 1_000
"""... and how many characters of each."""
_WORD = re.compile(r"[^\W\d_]{4,}|\d+")
_GEOD = Geod(ellps="WGS84")
MUTUAL = frozenset({"Armed clash", "Agreement", "Diplomatic"})
"""Types in which it means little who is named first."""
_FORCES = re.compile(
    r"^(?:the )?(?:(?:military|police|security|armed|state) forces|government|army|police|military)"
    r" of (?:the )?"
)
_ANYBODY = re.compile(r"^unidentified\b|^unknown\b|^(?:gunmen|militants|rebels|civilians|protesters)$")


# --------------------------------------------------------------------------- times


def times_fit(one: Event, other: Event) -> bool:
    """Whether both may have been at the same time; exact days may lie one day apart."""
    if one.when is None or other.when is None:
        return False
    vaguest = max(one.when.precision, other.when.precision)
    if vaguest == 1:
        return overlap(one.when, other.when, slack=1)
    # "In August" is not a day of August, and a war's months are told again and again.
    return (
        vaguest - min(one.when.precision, other.when.precision) <= 1
        and overlap(one.when, other.when)
        and _published_apart(one, other) <= DAYS_APART
    )


def overlap(one: DateRange | None, other: DateRange | None, *, slack: int = 0) -> bool:
    """Whether two ranges share a day, or lie up to ``slack`` days apart. No range overlaps only no range."""
    if one is None or other is None:
        return one is other
    reach = timedelta(days=slack)
    return one.start - other.end <= reach and other.start - one.end <= reach


def same_day(one: Event, other: Event) -> bool:
    """Whether both are known to the day, and share it."""
    return (
        one.when is not None
        and other.when is not None
        and one.when.precision == other.when.precision == 1
        and overlap(one.when, other.when)
    )


def _published_apart(one: Event, other: Event) -> float:
    """Return the fewest days between a report of the one and a report of the other."""
    days = [[r.published for r in event.reports if r.published] for event in (one, other)]
    return min((abs((a - b).days) for a in days[0] for b in days[1]), default=math.inf)


# --------------------------------------------------------------------------- places


def place_grade(one: Event, other: Event) -> float | None:
    """Return 1 for the same place, less for a likely one, 0 where only all else could tell.

    ``None`` where it cannot have been the same place.
    """
    if one.geo_precision is None or other.geo_precision is None:
        return None
    rough, exact = sorted((one, other), key=lambda event: event.geo_precision or 0, reverse=True)
    same = one.place is not None and other.place is not None and one.place.id == other.place.id
    if rough.geo_precision == 3:
        return 1.0 if same and exact.geo_precision == 3 else 0.0 if _within(exact, rough) else None
    distance = _km(one, other)
    if rough.geo_precision == 1:
        if same:
            return 1.0
        return 0.5 if distance <= _spot_km(one, other) else None
    wide = max(one.uncertainty_km or 0.0, other.uncertainty_km or 0.0, SAME_SPOT_KM)
    if distance > wide:
        return None
    return 0.5 if same and wide <= FAR_KM else 0.0


def _within(event: Event, region: Event) -> bool:
    """Whether an event lies, by its place's own word, in the region that the other one is known to."""
    if event.place is None or region.place is None or event.geo_precision == 3:
        return False
    return is_division(region) and event.place.admin1_id == region.place.id


def is_division(event: Event) -> bool:
    """Whether its place is a first-order division."""
    return event.place is not None and event.place.level is Level.ADMIN1


def _spot_km(one: Event, other: Event) -> float:
    """Return how far apart two exact positions may be and still be one: two towns are two places."""
    towns = [e.place for e in (one, other) if e.place is not None and e.place.level is Level.SETTLEMENT]
    if len(towns) == 2:
        return SAME_SPOT_KM if towns[0].name.casefold() == towns[1].name.casefold() else -1.0
    return max(SAME_SPOT_KM, *(min(town.radius_km, MAX_TOWN_KM) for town in towns)) if towns else SAME_SPOT_KM


def is_small(event: Event) -> bool:
    """Whether its place is so small that two such events there on one day would be a coincidence."""
    return event.place is None or event.place.population < CITY


def _km(one: Event, other: Event) -> float:
    if one.lat is None or one.lon is None or other.lat is None or other.lon is None:
        return math.inf
    return float(_GEOD.inv(one.lon, one.lat, other.lon, other.lat)[2]) / 1000


# --------------------------------------------------------------------------- parties, weapons


@lru_cache(maxsize=4096)
def side(name: str | None) -> str:
    """Return whose side a party is on, "" for nobody in particular.

    "Military Forces of Russia" and "Russia" are one; of "Rapid Support Forces (RSF)" the short form counts.
    """
    text = _FORCES.sub("", (name or "").casefold().strip())
    if _ANYBODY.search(text):
        return ""
    short = re.search(r"\(([^()]+)\)$", text)
    return short[1].strip() if short else text


def parties_grade(one: Event, other: Event) -> float | None:
    """Return 1 where both name the same actor, 0.5 where one leaves it open; ``None`` for two others."""
    actor, target, other_actor, other_target = map(side, (one.actor, one.target, other.actor, other.target))
    turned = bool(actor and actor == other_target) or bool(target and target == other_actor)
    if turned:
        # Who strikes here was not struck there; but a clash is told from either side.
        mutual = {one.sub_event_type, other.sub_event_type} <= MUTUAL
        return 1.0 if mutual and _fit(actor, other_target) and _fit(target, other_actor) else None
    if not (_fit(actor, other_actor) and _fit(target, other_target)):
        return None
    return 1.0 if actor and actor == other_actor else 0.5


def _fit(side: str, other: str) -> bool:
    return not side or not other or side == other


def weapons_agree(one: Event, other: Event) -> bool:
    """Whether the weapons are the same, in more words or fewer, or one is not known."""
    if not one.weapon or not other.weapon:
        return True
    words = [set(re.findall(r"\w+", event.weapon.casefold())) for event in (one, other) if event.weapon]
    return words[0] <= words[1] or words[1] <= words[0]


def wording_grade(one: Event, other: Event) -> float:
    """Return how much of the shorter of two sentences the other one says too, at best, from 0 to 1."""
    places = {word for event in (one, other) for word in _WORD.findall(event.place_text.casefold())}
    told = [
        [set(_WORD.findall(report.sentence.text[:MAX_SENTENCE].casefold())) - places for report in reports]
        for reports in (one.reports[:MAX_COMPARED], other.reports[:MAX_COMPARED])
    ]
    shares = [
        len(mine & yours) / min(len(mine), len(yours))
        for mine in told[0]
        for yours in told[1]
        if mine and yours
    ]
    return max(shares, default=0.0)


# --------------------------------------------------------------------------- numbers


def figures_grade(one: Event, other: Event) -> float | None:
    """Return 1 where numbers of people or events agree, 0 where there are none to compare.

    ``None`` where they are so far apart that it was not the same event.
    """
    if (one.count or 1) > 1 or (other.count or 1) > 1:
        # A sum of many events is none of them, but a later one of the same may have grown.
        if one.count is None or other.count is None:
            return None
        return 0.75 if one.count == other.count else 0.5
    grades = [
        _tolls_fit(mine, yours)
        for mine, yours in (
            (one.fatalities, other.fatalities),
            (one.wounded, other.wounded),
            (one.captured, other.captured),
        )
        if mine is not None and yours is not None
    ]
    if None in grades:
        return None
    return max((grade for grade in grades if grade is not None), default=0.0)


def _tolls_fit(one: Toll, other: Toll) -> float | None:
    """Return 1 for numbers that agree, 0.5 for such as come of counting longer, ``None`` for others."""
    (low, high), (other_low, other_high) = _bounds(one), _bounds(other)
    if low is None or high is None or other_low is None or other_high is None:
        return 0.0
    if low <= other_high and other_low <= high:
        return 1.0
    less, more = min(high, other_high), max(low, other_low)
    return 0.5 if more - less <= 3 or (less > 0 and more <= 4 * less) else None


def _bounds(toll: Toll) -> tuple[int | None, int | None]:
    """Return the least and the most that a toll can mean: "at least 10" may grow to twice that."""
    known = [number for number in (toll.low, toll.best, toll.high) if number is not None]
    if not known:
        return None, None
    open_end = toll.high is None and toll.low is not None
    return min(known), max(known) * 2 if open_end else max(known)
