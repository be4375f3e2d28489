"""How events are put into words in the reader's language, the same on every page and in the map."""

from __future__ import annotations

from collections.abc import Set
from datetime import date
from typing import Any

from babel.numbers import format_decimal
from flask_babel import gettext as _
from flask_babel import ngettext, pgettext

from domain import (
    DateRange,
    Event,
    EventReport,
    Level,
    Outcome,
    Place,
    Relation,
    Resolution,
    Stance,
    Tally,
    Toll,
)
from web import naming
from web.languages import N_, locale

STANCES = {
    Stance.REPORTED: N_("Reported"),
    Stance.CLAIMED: N_("Claimed"),
    Stance.CONFIRMED: N_("Confirmed"),
    Stance.DENIED: N_("Denied"),
    Stance.PLANNED: N_("Planned or threatened"),
    Stance.HISTORICAL: N_("Of earlier times"),
    Stance.NEGATED: N_("Said not to have happened"),
}
"""The stances in English; ``stance_name`` has them in the reader's language."""

PRECISIONS = {1: N_("Named place"), 2: N_("Near, or part of an area"), 3: N_("Region only")}
"""How exactly an event is placed, in English; ``precision_name`` has it in the reader's language."""

_VOUCHED = {
    Stance.REPORTED: N_("Reported by %(who)s"),
    Stance.CLAIMED: N_("Claimed by %(who)s"),
    Stance.CONFIRMED: N_("Confirmed by %(who)s"),
    Stance.DENIED: N_("Denied by %(who)s"),
    Stance.PLANNED: N_("Planned or threatened by %(who)s"),
    Stance.HISTORICAL: N_("Of earlier times by %(who)s"),
    Stance.NEGATED: N_("Said not to have happened by %(who)s"),
}
_DATE_PRECISIONS = {1: N_("to the day"), 2: N_("to the week"), 3: N_("to the month, or vaguer")}
_LEVELS = {
    Level.SETTLEMENT: N_("named place"),
    Level.FACILITY: N_("named spot"),
    Level.ADMIN2: N_("district"),
    Level.ADMIN1: N_("region"),
    Level.COUNTRY: N_("country"),
    Level.AREA: N_("area"),
}
_KNOWN_ONLY_TO = {
    Level.SETTLEMENT: N_("known only to the named place"),
    Level.FACILITY: N_("known only to the named spot"),
    Level.ADMIN2: N_("known only to the district"),
    Level.ADMIN1: N_("known only to the region"),
    Level.COUNTRY: N_("known only to the country"),
    Level.AREA: N_("known only to the area"),
}

# --------------------------------------------------------------------------- numbers and dates


def number(value: float, pattern: str = "#,##0") -> str:
    """Return a number as the reader's language writes it: "1,942", "1 942"."""
    return format_decimal(value, pattern, locale=locale())


def figure(value: float) -> str:
    """Return a number with as many decimals as it has, six at most."""
    return number(value, "#,##0.######")


def day(value: date) -> str:
    """Return "31 Jan 2025"."""
    return f"{_day_of_year(value)} {value.year}"


def days(start: date, end: date) -> str:
    """Return "31 Jan 2025", or "30 Jan – 2 Feb 2025" with what both ends share said once."""
    if start == end:
        return day(end)
    if start.year != end.year:
        return f"{day(start)} – {day(end)}"
    if start.month != end.month:
        return f"{_day_of_year(start)} – {day(end)}"
    return f"{start.day} – {day(end)}"


def _day_of_year(value: date) -> str:
    return f"{value.day} {locale().months['format']['abbreviated'][value.month]}"


def when(dates: DateRange | None) -> str:
    """Return the date with its precision, or that there is none."""
    if dates is None:
        return _("date not known")
    return f"{days(dates.start, dates.end)} ({_(_DATE_PRECISIONS[dates.precision])})"


def dates(event: Event) -> str:
    """Return the days for lists, without their precision."""
    return days(event.when.start, event.when.end) if event.when else _("date not known")


def square_kilometres(value: float) -> str:
    """Return "1,942 km²", with one decimal below ten."""
    return _("%(number)s km²", number=number(value, "#,##0.0" if value < 9.95 else "#,##0"))


def kilometres(km: float) -> str:
    """Return a distance: one decimal under 10 km, whole kilometres above."""
    return _("%(number)s km", number=number(km, "#,##0.0" if km < 9.95 else "#,##0"))


def rate(value: float | None) -> str:
    """Return a number per 100,000 people to about two figures, "–" where it is not known."""
    if value is None:
        return "–"
    if value >= 1:
        return number(value, "#,##0" if value >= 10 else "0.0")
    return number(float(f"{value:.2g}"), "0.######")


# --------------------------------------------------------------------------- what happened


def stance_name(value: Stance) -> str:
    """Return a stance in the reader's language."""
    return _(STANCES[value])


def stance(told: Event | EventReport) -> str:
    """Return who vouches for an event, or how a report tells it: "Claimed by the Russian military"."""
    if told.claimed_by:
        return _(_VOUCHED[told.stance], who=naming.actor(told.claimed_by))
    return stance_name(told.stance)


def type_name(name: str) -> str:
    """Return a type, sub-event type or family of the ontology in the reader's language."""
    return pgettext("event type", name)


_OUTCOMES = {
    Outcome.MAPPED: N_("mapped"),
    Outcome.REGION_ONLY: N_("region only"),
    Outcome.UNPLACED: N_("unplaced"),
    Outcome.NO_EVENT: N_("no event"),
    Outcome.KNOWN: N_("already known"),
    Outcome.REFUSED: N_("refused"),
}


def outcome(value: str) -> str:
    """Return what became of an input, an ``Outcome``, in words."""
    return _(_OUTCOMES[Outcome(value)])


def weapon(name: str) -> str:
    """Return a weapon of the ontology in the reader's language."""
    return pgettext("weapon", name)


def reason(name: str) -> str:
    """Return what speaks for a place, or against it, in the reader's language."""
    return pgettext("reason", name)


def headline(event: Event) -> str:
    """Return stance, number and type: "Claimed by the Russian military: 3 × Armed clash"."""
    return f"{stance(event)}: {kind(event)}"


def kind(event: Event) -> str:
    """Return the sub-event type, with how many events of it are told of together."""
    several = f"{number(event.count)} × " if event.count is not None and event.count > 1 else ""
    return f"{several}{type_name(event.sub_event_type)}"


_FILTERS = {
    "start": N_("the dates"),
    "types": N_("the event type"),
    "stances": N_("the stance"),
    "precisions": N_("the precision"),
    "actors": N_("the actor"),
    "sources": N_("the source"),
    "text": N_("the words"),
    "fatalities": N_("the number of people killed"),
    "area": N_("the drawn area"),
    "around": N_("the distance"),
    "bbox": N_("the box"),
    "view": N_("the part of the map"),
    "region": N_("the region"),
}


def filter_name(name: str) -> str:
    """Return what a filter is by, by its field of `EventQuery`, to stand after "without"."""
    return _(_FILTERS[name])


# --------------------------------------------------------------------------- where it was


def grain(place: Place) -> str:
    """Return what kind of place it is, in words."""
    return _(_LEVELS[place.level])


def precision_name(grain: int) -> str:
    """Return a precision, 0 to 3, in the reader's language."""
    return _(PRECISIONS[grain]) if grain else _("Not placed")


def precision(event: Event) -> str:
    """Return how precisely the event is placed, in words."""
    match event.geo_precision:
        case 1:
            return grain(event.place) if event.place else _("named place")
        case 2:
            if not event.uncertainty_km:
                return _("near it or in part of it")
            return _("near it or in part of it, within about %(far)s", far=kilometres(event.uncertainty_km))
        case 3:
            return _(_KNOWN_ONLY_TO[event.place.level if event.place else Level.ADMIN1])
    return _("not placed")


def place(event: Event) -> str:
    """Return where it was: the gazetteer's name, else the text's own words, with the precision."""
    name = naming.label_with_local(event.place) if event.place else event.place_text
    return f"{name} · {precision(event)}" if name else _("not placed")


def short_place(event: Event) -> str:
    """Return the place's bare name for lists: in the reader's language, or as the report writes it.

    The gazetteer's spelling ("Kryvyy Rih") is often not the one that readers know.
    """
    if event.place is not None:
        if known := naming.translated(event.place.id):
            return known
        if not event.place_text or event.place_text.isupper():
            return event.place.name
    return event.place_text or _("not placed")


_POINTS = (
    N_("north"), N_("north-north-east"), N_("north-east"), N_("east-north-east"),
    N_("east"), N_("east-south-east"), N_("south-east"), N_("south-south-east"),
    N_("south"), N_("south-south-west"), N_("south-west"), N_("west-south-west"),
    N_("west"), N_("west-north-west"), N_("north-west"), N_("north-north-west"),
)  # fmt: skip


def as_said(resolution: Resolution) -> str:
    """Return how the text ties the event to its place ("12 km west of Pokrovsk"), "" where it is in it."""
    mention = resolution.mention
    if mention.relation is Relation.COORDINATES:
        if resolution.anchor is None:
            return _("at the coordinates %(text)s", text=mention.text)
        named = naming.name(resolution.anchor)
        return _("at the coordinates %(text)s for %(place)s", text=mention.text, place=named)
    if resolution.place is None:
        return ""
    words = {
        "place": naming.name(resolution.place),
        "other": naming.name(resolution.other) if resolution.other else "",
        "point": "" if mention.bearing is None else _(_POINTS[round(mention.bearing / 22.5) % 16]),
        "far": "" if mention.offset_km is None else kilometres(mention.offset_km),
    }
    tie = _tie(mention.relation, {name for name, word in words.items() if word})
    # An empty text would be looked up, too: it is the head of the catalogue.
    return _(tie, **words) if tie else ""


def _tie(relation: Relation, known: Set[str]) -> str:
    """Return the sentence for a relation of which the words in ``known`` are given, in English."""
    match relation:
        case Relation.OFFSET if known >= {"far", "point"}:
            return N_("%(far)s %(point)s of %(place)s")
        case Relation.OFFSET if "far" in known:
            return N_("%(far)s from %(place)s")
        case Relation.OFFSET | Relation.NEAR if "point" in known:
            return N_("%(point)s of %(place)s")
        case Relation.OFFSET | Relation.NEAR:
            return N_("near %(place)s")
        case Relation.DIRECTION:
            return N_("in the direction of %(place)s")
        case Relation.PART if "point" in known:
            return N_("in the %(point)s of %(place)s")
        case Relation.PART:
            return N_("in a part of %(place)s")
        case Relation.CENTRE:
            return N_("in the centre of %(place)s")
        case Relation.BETWEEN if "other" in known:
            return N_("between %(place)s and %(other)s")
        case Relation.SIDE if known >= {"other", "point"}:
            return N_("%(point)s of the line between %(place)s and %(other)s")
        case Relation.BORDER if known >= {"far", "other"}:
            return N_("%(far)s from the border of %(place)s with %(other)s")
        case Relation.BORDER if "far" in known:
            return N_("%(far)s from the border of %(place)s")
        case Relation.BORDER if "other" in known:
            return N_("at the border of %(place)s with %(other)s")
        case Relation.BORDER:
            return N_("at the border of %(place)s")
        case Relation.COAST if known >= {"far", "point"}:
            return N_("%(far)s off the %(point)sern coast of %(place)s")
        case Relation.COAST if "far" in known:
            return N_("%(far)s off the coast of %(place)s")
        case Relation.COAST if "point" in known:
            return N_("off the %(point)sern coast of %(place)s")
        case Relation.COAST:
            return N_("off the coast of %(place)s")
    return ""


# --------------------------------------------------------------------------- people

_PEOPLE = {
    "killed": (N_("nobody killed"), N_("people killed, number not stated")),
    "wounded": (N_("nobody wounded"), N_("people wounded, number not stated")),
    "captured": (N_("nobody captured"), N_("people captured, number not stated")),
}
"""What is said of none and of an unknown number."""

_SEVERAL = 5
"""A number of the form that also goes with ranges."""


def people(toll: Toll | None, done: str, *, reports: int = 1) -> str:
    """Return how many were killed, wounded or captured (``done``), "" where it is not told.

    A range is that of one text, or what several reports disagree about.
    """
    if toll is None:
        return ""
    nobody, unknown = _PEOPLE[done]
    low, best, high = toll.low, toll.best, toll.high
    if low is None and best is None and high is None:
        return _(unknown)
    if best is None:
        return _counted(done, _bounded(low, high))
    most = best if high is None else high
    said = _counted(done, _at_least(best)) if high is None and low else _counted(done, number(best), best)
    if most == 0:
        said = _(nobody)
    if low is None or low == most:
        return said
    if reports > 1:
        return _("%(people)s (reports differ: %(range)s)", people=said, range=_range(low, most))
    return _counted(done, _range(low, most))


def _counted(done: str, words: str, count: int = _SEVERAL) -> str:
    """Return "5 killed" of ``words`` for a number, in the form that goes with ``count``."""
    match done:
        case "killed":
            return ngettext("%(number)s killed", "%(number)s killed", count, number=words)
        case "wounded":
            return ngettext("%(number)s wounded", "%(number)s wounded", count, number=words)
    return ngettext("%(number)s captured", "%(number)s captured", count, number=words)


def _bounded(low: int | None, high: int | None) -> str:
    if low is None:
        return _("at most %(number)s", number=number(high or 0))
    return _at_least(low) if high is None else _range(low, high)


def _at_least(low: int) -> str:
    return _("at least %(number)s", number=number(low))


def _range(low: int, high: int) -> str:
    return _("%(low)s to %(high)s", low=number(low), high=number(high))


def tolls(told: Event) -> dict[str, str]:
    """Return the people killed, wounded and captured in words, those that are told of."""
    numbers = {"killed": told.fatalities, "wounded": told.wounded, "captured": told.captured}
    words = {done: people(toll, done, reports=len(told.reports)) for done, toll in numbers.items()}
    return {done: each for done, each in words.items() if each}


def deaths(tally: Tally) -> str:
    """Return the people killed that events tell of, with the range where it is one; "–" where none tells."""
    killed = tally.killed
    if killed is None or killed.low is None or killed.best is None or killed.high is None:
        return "–"
    if killed.low == killed.high:
        return number(killed.best)
    return f"{number(killed.best)} ({_range(killed.low, killed.high)})"


def killed(report: EventReport) -> str:
    """Return the dead that one report tells of, "" where it tells of none."""
    return people(report.fatalities, "killed")


def summary(event: Event) -> dict[str, Any]:
    """Return the lines of a popup or a list's entry."""
    count = event.count or 1
    return {
        "headline": headline(event),
        "stance": stance(event),
        "date": when(event.when),
        "place": place(event),
        "precision": precision(event),
        "people": ", ".join(tolls(event).values()),
        "weapon": _("weapon: %(weapon)s", weapon=weapon(event.weapon)) if event.weapon else "",
        "count": ngettext(
            "%(number)s event of this kind together",
            "%(number)s events of this kind together",
            count,
            number=number(count),
        )
        if count > 1
        else "",
    }
