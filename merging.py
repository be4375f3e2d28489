"""Which tellings are of one event, and what that event is.

A telling is an event as one document tells it. Decision 0010 gives the rules with their reasons. Nothing
here knows where events are kept: a store asks these functions (`domain.Merging`).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from urllib.parse import urlsplit

from pyproj import Geod

from domain import DateRange, Event, EventQuery, Level, Neighbourhood, Stance, Toll
from ontology import load_ontology

SAME_SPOT_KM = 3.0
"""Two positions without a name of their own are one spot up to there."""
MAX_TOWN_KM = 10.0
"""How far from a town's point a spot in it may be."""
FAR_KM = 30.0
"""How wide an area beside a place may be and still be that place's."""
SAME_REGION_KM = 0.1
"""All that is known only to a region has the same point."""
DAYS_APART = 3
"""How many days apart two reports may be published one of which gives no exact day."""
SUREST = 0.99
"""No number of reports makes an event more certain than that."""

CITY = 50_000
"""Inhabitants from which on a place, a day and a type are not enough to tell an event by."""
SAME_STORY = 0.3
"""The share of words of the shorter of two sentences that both have, where they tell the same story."""
MAX_COMPARED = 5
MAX_SENTENCE = 1_000

_WORD = re.compile(r"[^\W\d_]{4,}|\d+")
_GEOD = Geod(ellps="WGS84")
_VOUCHED = (Stance.REPORTED, Stance.CLAIMED, Stance.CONFIRMED, Stance.DENIED)
_SETTLED = (Stance.CONFIRMED, Stance.DENIED)
_OF_FAMILY = frozenset({"Protests", "Riots"})
"""Families of which one crowd is told under several types: it marched, and it was dispersed."""
_BOMBARDMENT = frozenset({"Air/drone strike", "Shelling/artillery/missile attack"})
_NAMED_ACTOR = frozenset({"Strategic developments", "Diplomatic", "Troop movement"})
"""Families whose types are so wide that only a named actor tells one event from another."""
_MUTUAL = frozenset({"Armed clash", "Agreement", "Diplomatic"})
"""Types in which it means little who is named first."""
_FORCES = re.compile(
    r"^(?:the )?(?:(?:military|police|security|armed|state) forces|government|army|police|military)"
    r" of (?:the )?"
)
_ANYBODY = re.compile(r"^unidentified\b|^unknown\b|^(?:gunmen|militants|rebels|civilians|protesters)$")


# --------------------------------------------------------------------------- which are one event


def matches(one: Event, other: Event) -> bool:
    """Whether two events that different documents tell of are one."""
    return likeness(one, other) is not None


def likeness(one: Event, other: Event) -> float | None:
    """Return how well two events of different documents agree, ``None`` where they are not one.

    Symmetric. The number only ranks: where several events fit, the highest is meant.
    """
    if not (_stances_fit(one, other) and _times_fit(one, other)):
        return None
    place, figures, parties = _place_grade(one, other), _figures(one, other), _parties(one, other)
    if place is None or figures is None or parties is None:
        return None
    agreed = _Agreement(
        place, figures, parties, _wording(one, other), _same_day(one, other), _weapons_agree(one, other)
    )
    if not (_kinds_fit(one, other, agreed) and _is_enough(one, other, agreed)):
        return None
    return (
        place
        + figures
        + parties
        + agreed.wording
        + agreed.same_day
        + (one.sub_event_type == other.sub_event_type)
        + 0.5 * (one.stance == other.stance)
    )


@dataclass(frozen=True, slots=True)
class _Agreement:
    """How far two events agree, each from 0 (nothing speaks against it) to 1 (both say the same)."""

    place: float
    figures: float
    parties: float
    wording: float
    same_day: bool
    weapons: bool

    @property
    def strong(self) -> bool:
        """Whether actor, day and numbers all say that it is one event, wherever exactly it was."""
        return self.parties == 1 and self.same_day and self.figures == 1


def _stances_fit(one: Event, other: Event) -> bool:
    return one.stance == other.stance or (one.stance in _VOUCHED and other.stance in _VOUCHED)


def _kinds_fit(one: Event, other: Event, agreed: _Agreement) -> bool:
    if one.event_type != other.event_type:
        return False
    if one.sub_event_type == other.sub_event_type or one.event_type in _OF_FAMILY:
        return True
    # An attack by drones and missiles is told as either; only its dead say that it is the same one.
    both = {one.sub_event_type, other.sub_event_type}
    return both == _BOMBARDMENT and agreed.place == 1 and agreed.same_day and agreed.figures == 1


def _is_enough(one: Event, other: Event, agreed: _Agreement) -> bool:
    """Whether what is known suffices to say that it is one event, where nothing speaks against it."""
    if not agreed.weapons and agreed.figures < 1:
        return False
    if not (agreed.place > 0 or agreed.strong):
        return False
    if one.event_type in _NAMED_ACTOR and agreed.parties < 1:
        return False
    # In a city much happens on a day, and more must agree than that.
    if not (
        agreed.parties == 1
        or agreed.figures > 0
        or agreed.wording >= SAME_STORY
        or _taken(one)
        or (_is_small(one) and _is_small(other))
    ):
        return False
    if 3 in (one.geo_precision, other.geo_precision):
        if one.geo_precision != other.geo_precision:
            return agreed.strong and one.sub_event_type == other.sub_event_type
        return agreed.parties == 1 and agreed.same_day and one.sub_event_type == other.sub_event_type
    # The day before or after is another day for what happens daily.
    return agreed.figures == 1 or _taken(one) or _overlap(one.when, other.when)


def _taken(event: Event) -> bool:
    """Whether ground changes hands: that happens once, whatever day the reports give."""
    kind = load_ontology().types.get(event.sub_event_type)
    return kind is not None and kind.gain != ""


# --------------------------------------------------------------------------- times


def _times_fit(one: Event, other: Event) -> bool:
    if one.when is None or other.when is None:
        return False
    vaguest = max(one.when.precision, other.when.precision)
    if vaguest == 1:
        return _overlap(one.when, other.when, slack=1)
    # "In August" is not a day of August, and a war's months are told again and again.
    return (
        vaguest - min(one.when.precision, other.when.precision) <= 1
        and _overlap(one.when, other.when)
        and _published_apart(one, other) <= DAYS_APART
    )


def _overlap(one: DateRange | None, other: DateRange | None, *, slack: int = 0) -> bool:
    if one is None or other is None:
        return one is other
    reach = timedelta(days=slack)
    return one.start - other.end <= reach and other.start - one.end <= reach


def _same_day(one: Event, other: Event) -> bool:
    return (
        one.when is not None
        and other.when is not None
        and one.when.precision == other.when.precision == 1
        and _overlap(one.when, other.when)
    )


def _published_apart(one: Event, other: Event) -> float:
    """Return the fewest days between a report of the one and a report of the other."""
    days = [[r.published for r in event.reports if r.published] for event in (one, other)]
    return min((abs((a - b).days) for a in days[0] for b in days[1]), default=math.inf)


# --------------------------------------------------------------------------- places


def _place_grade(one: Event, other: Event) -> float | None:
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
    return _is_division(region) and event.place.admin1_id == region.place.id


def _is_division(event: Event) -> bool:
    return event.place is not None and event.place.level is Level.ADMIN1


def _spot_km(one: Event, other: Event) -> float:
    """Return how far apart two exact positions may be and still be one: two towns are two places."""
    towns = [e.place for e in (one, other) if e.place is not None and e.place.level is Level.SETTLEMENT]
    if len(towns) == 2:
        return SAME_SPOT_KM if towns[0].name.casefold() == towns[1].name.casefold() else -1.0
    return max(SAME_SPOT_KM, *(min(town.radius_km, MAX_TOWN_KM) for town in towns)) if towns else SAME_SPOT_KM


def _is_small(event: Event) -> bool:
    return event.place is None or event.place.population < CITY


def _km(one: Event, other: Event) -> float:
    if one.lat is None or one.lon is None or other.lat is None or other.lon is None:
        return math.inf
    return float(_GEOD.inv(one.lon, one.lat, other.lon, other.lat)[2]) / 1000


# --------------------------------------------------------------------------- parties, weapons


def side(name: str | None) -> str:
    """Return whose side a party is on, "" for nobody in particular.

    "Military Forces of Russia" and "Russia" are one; of "Rapid Support Forces (RSF)" the short form counts.
    """
    text = _FORCES.sub("", (name or "").casefold().strip())
    if _ANYBODY.search(text):
        return ""
    short = re.search(r"\(([^()]+)\)$", text)
    return short[1].strip() if short else text


def _parties(one: Event, other: Event) -> float | None:
    """Return 1 where both name the same actor, 0.5 where one leaves it open; ``None`` for two others."""
    actor, target, other_actor, other_target = map(side, (one.actor, one.target, other.actor, other.target))
    turned = bool(actor and actor == other_target) or bool(target and target == other_actor)
    if turned:
        # Who strikes here was not struck there; but a clash is told from either side.
        mutual = {one.sub_event_type, other.sub_event_type} <= _MUTUAL
        return 1.0 if mutual and _fit(actor, other_target) and _fit(target, other_actor) else None
    if not (_fit(actor, other_actor) and _fit(target, other_target)):
        return None
    return 1.0 if actor and actor == other_actor else 0.5


def _fit(side: str, other: str) -> bool:
    return not side or not other or side == other


def _weapons_agree(one: Event, other: Event) -> bool:
    if not one.weapon or not other.weapon:
        return True
    words = [set(re.findall(r"\w+", event.weapon.casefold())) for event in (one, other) if event.weapon]
    return words[0] <= words[1] or words[1] <= words[0]


def _wording(one: Event, other: Event) -> float:
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


def _figures(one: Event, other: Event) -> float | None:
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


# --------------------------------------------------------------------------- within one document

_COME_BACK_TO = {Stance.REPORTED: {Stance.CLAIMED}, Stance.CLAIMED: {Stance.REPORTED, *_SETTLED}} | {
    stance: {Stance.CLAIMED} for stance in _SETTLED
}
"""What a document may also say of what it has told of. A denial beside what it tells as a fact stays another
event: the document has not taken its word back."""


def retold(one: Event, other: Event) -> bool:
    """Whether a document that tells of one event at a place tells of it again, of the same type there.

    Numbers may contradict each other, but a sum of many events is none of them.
    """
    return (
        (one.stance == other.stance or other.stance in _COME_BACK_TO.get(one.stance, ()))
        and (not other.actor or side(one.actor) == side(other.actor))
        and (one.count or 1) == (other.count or 1)
        and _overlap(one.when, other.when)
    )


# --------------------------------------------------------------------------- finding


def neighbourhood(telling: Event) -> Neighbourhood | None:
    """Return where events of other documents that may be the same are found; ``None`` for nowhere.

    What has no place or no date joins nothing: too much could be meant.
    """
    when = telling.when
    if when is None or telling.geo_precision is None or telling.lat is None or telling.lon is None:
        return None
    slack = timedelta(days=1 if when.precision == 1 else 0)
    start = when.start - min(slack, when.start - date.min)
    end = when.end + min(slack, date.max - when.end)
    stances = _VOUCHED if telling.stance in _VOUCHED else (telling.stance,)
    reach = max(telling.uncertainty_km or 0.0, MAX_TOWN_KM)
    if telling.geo_precision == 3:
        # Only who and how many could tell that an event in a village of it is the same.
        of_villages = telling.actor and telling.fatalities and _is_division(telling)
        reach = reach if of_villages else SAME_REGION_KM
    query = EventQuery(start=start, end=end, types=(telling.event_type,), stances=stances)
    return Neighbourhood(query, telling.lat, telling.lon, reach)


def joins(tellings: Sequence[Event], known: Sequence[Sequence[Event]]) -> list[Event | None]:
    """Choose for each telling of one document the event that it is about, out of those near it.

    The pairs that agree best come first, and no two tellings get the same event: what a document
    tells as two events are two.
    """
    pairs = [
        (-grade, index, event.id, event)
        for index, (telling, events) in enumerate(zip(tellings, known, strict=True))
        for event in events
        if (grade := likeness(telling, event)) is not None
    ]
    chosen: list[Event | None] = [None] * len(tellings)
    taken: set[str] = set()
    for _, index, event_id, event in sorted(pairs, key=lambda pair: pair[:3]):
        if chosen[index] is None and event_id not in taken:
            chosen[index] = event
            taken.add(event_id)
    return chosen


# --------------------------------------------------------------------------- folding


def fold(tellings: Sequence[Event]) -> Event:
    """Return the one event that these tellings are of, in whatever order they come.

    In order of publication the first gives the id and type, the most precise the place, the narrowest
    the date. Numbers are the lowest and highest told, and the latest report's. Raises ValueError without one.
    """
    told = sorted(dict.fromkeys(tellings), key=_order)
    if not told:
        raise ValueError("an event without a telling")
    first = told[0]
    if len(told) == 1:
        return first
    placed = min(told, key=lambda event: (event.geo_precision or 9, event.uncertainty_km or 0.0))
    actor, target = _actor_and_target(told)
    stance, claimed_by = _stance(told)
    return replace(
        first,
        stance=stance,
        claimed_by=claimed_by,
        confidence=_confidence(told),
        reports=tuple(dict.fromkeys(report for event in told for report in event.reports)),
        actor=actor,
        target=target,
        when=min((e.when for e in told if e.when), key=_width, default=None),
        place_text=placed.place_text,
        place=placed.place,
        lat=placed.lat,
        lon=placed.lon,
        geometry=placed.geometry,
        geo_precision=placed.geo_precision,
        uncertainty_km=placed.uncertainty_km,
        fatalities=_toll([(e, e.fatalities) for e in told]),
        wounded=_toll([(e, e.wounded) for e in told]),
        captured=_toll([(e, e.captured) for e in told]),
        weapon=next((e.weapon for e in told if e.weapon), None),
        count=max((e.count for e in told if e.count is not None), default=None),
    )


def _order(event: Event) -> tuple[date, str, int, int, str]:
    """Sort by publication, the undated last; within a document as its text does."""
    report = event.reports[0]
    published = min((r.published for r in event.reports if r.published), default=date.max)
    return published, report.document_id, report.sentence.start, report.trigger.start, event.id


def _width(when: DateRange) -> tuple[timedelta, int]:
    return when.end - when.start, when.precision


def source(event: Event) -> str:
    """Return who publishes a telling: the source's name, else its address; "" where neither is known.

    Of two that are not known nobody can say that they are independent.
    """
    report = event.reports[0]
    return report.source.casefold().strip() or (urlsplit(report.url).hostname or "")


def _confidence(told: Sequence[Event]) -> float:
    """Return how likely one source at least is right, each taken at its best word."""
    best: dict[str, float] = {}
    for event in told:
        best[source(event)] = max(event.confidence, best.get(source(event), 0.0))
    wrong = math.prod(1 - confidence for confidence in best.values())
    return round(min(1 - wrong, SUREST), 3)


def _stance(told: Sequence[Event]) -> tuple[Stance, str | None]:
    """Return what the reports come to, and who claims it while it is a claim.

    The last word is that of whoever confirms or denies it, but no party confirms its own claim. A claim
    becomes a report when a source other than those of the claim tells it in its own words.
    """
    claims = [event for event in told if event.stance is Stance.CLAIMED]
    claimants = {side(event.claimed_by or event.actor) for event in claims} - {""}
    settled = [
        event
        for event in told
        if event.stance is Stance.DENIED
        or (event.stance is Stance.CONFIRMED and side(event.claimed_by) not in claimants)
    ]
    if settled:
        return settled[-1].stance, settled[-1].claimed_by
    if not claims:
        return told[0].stance, told[0].claimed_by
    claiming = {source(event) for event in claims}
    if any(event.stance is Stance.REPORTED and source(event) not in claiming for event in told):
        return Stance.REPORTED, None
    return Stance.CLAIMED, next((event.claimed_by for event in claims if event.claimed_by), None)


def _actor_and_target(told: Sequence[Event]) -> tuple[str | None, str | None]:
    """Return the first actor and target known; a telling that names the two the other way round is turned."""
    actor = target = None
    for event in told:
        mine, yours = event.actor, event.target
        turned = (side(mine) and side(mine) == side(target)) or (side(yours) and side(yours) == side(actor))
        if turned and event.sub_event_type in _MUTUAL:
            mine, yours = yours, mine
        actor, target = actor or mine, target or yours
    return actor, target


def _toll(told: Iterable[tuple[Event, Toll | None]]) -> Toll | None:
    """Return the lowest and highest number told, and as best that of the latest report that gives one.

    Of several in one report the highest counts: after the whole a text tells of its parts.
    """
    known = [(event, toll) for event, toll in told if toll is not None]
    if not known:
        return None
    numbers = [n for _, toll in known for n in (toll.low, toll.best, toll.high) if n is not None]
    if not numbers:
        return Toll(None, None, None)
    best: int | None = None
    if counted := [(event, toll.best) for event, toll in known if toll.best is not None]:
        latest = counted[-1][0].reports[0].document_id
        best = max(number for event, number in counted if event.reports[0].document_id == latest)
    open_end = all(toll.high is None for _, toll in known)
    return Toll(min(numbers), best, None if open_end else max(numbers))
