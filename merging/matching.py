"""Which events that different documents tell of are one, and which of its own a document comes back to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from domain import Event, Neighbourhood, Stance
from merging.agreement import (
    MAX_TOWN_KM,
    figures_grade,
    is_division,
    is_small,
    overlap,
    parties_grade,
    place_grade,
    same_day,
    side,
    times_fit,
    weapons_agree,
    wording_grade,
)
from ontology import load_ontology

SAME_REGION_KM = 0.1
"""All that is known only to a region has the same point."""
SAME_STORY = 0.3
"""The share of words of the shorter of two sentences that both have, where they tell the same story."""
_VOUCHED = (Stance.REPORTED, Stance.CLAIMED, Stance.CONFIRMED, Stance.DENIED)
_SETTLED = (Stance.CONFIRMED, Stance.DENIED)
_OF_FAMILY = frozenset({"Protests", "Riots"})
"""Families of which one crowd is told under several types: it marched, and it was dispersed."""
_BOMBARDMENT = frozenset({"Air/drone strike", "Shelling/artillery/missile attack"})
_NAMED_ACTOR = frozenset({"Strategic developments", "Diplomatic", "Troop movement"})
"""Families whose types are so wide that only a named actor tells one event from another."""


def matches(one: Event, other: Event) -> bool:
    """Whether two events that different documents tell of are one."""
    return likeness(one, other) is not None


def likeness(one: Event, other: Event) -> float | None:
    """Return how well two events of different documents agree, ``None`` where they are not one.

    Symmetric. The number only ranks: where several events fit, the highest is meant.
    """
    if not (_stances_fit(one, other) and times_fit(one, other)):
        return None
    place, figures, parties = place_grade(one, other), figures_grade(one, other), parties_grade(one, other)
    if place is None or figures is None or parties is None:
        return None
    agreed = _Agreement(
        place, figures, parties, wording_grade(one, other), same_day(one, other), weapons_agree(one, other)
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
        or (is_small(one) and is_small(other))
    ):
        return False
    if 3 in (one.geo_precision, other.geo_precision):
        if one.geo_precision != other.geo_precision:
            return agreed.strong and one.sub_event_type == other.sub_event_type
        return agreed.parties == 1 and agreed.same_day and one.sub_event_type == other.sub_event_type
    # The day before or after is another day for what happens daily.
    return agreed.figures == 1 or _taken(one) or overlap(one.when, other.when)


def _taken(event: Event) -> bool:
    """Whether ground changes hands: that happens once, whatever day the reports give."""
    kind = load_ontology().types.get(event.sub_event_type)
    return kind is not None and kind.gain != ""


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
        and overlap(one.when, other.when)
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
        of_villages = telling.actor and telling.fatalities and is_division(telling)
        reach = reach if of_villages else SAME_REGION_KM
    return Neighbourhood(telling.lat, telling.lon, reach, start, end, telling.event_type, stances)


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
