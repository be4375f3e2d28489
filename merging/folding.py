"""The one event that several tellings are of."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from urllib.parse import urlsplit

from domain import DateRange, Event, Stance, Toll
from merging.agreement import MUTUAL, side

SUREST = 0.99
"""No number of reports makes an event more certain than that."""


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
        if turned and event.sub_event_type in MUTUAL:
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
