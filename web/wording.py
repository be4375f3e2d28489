"""How events are put into words, the same on every page and in the map's popups."""

from __future__ import annotations

from datetime import date
from typing import Any

from domain import DateRange, Event, EventReport, Level, Place, Relation, Resolution, Stance, Tally, Toll

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
STANCES = {
    Stance.REPORTED: "Reported",
    Stance.CLAIMED: "Claimed",
    Stance.CONFIRMED: "Confirmed",
    Stance.DENIED: "Denied",
    Stance.PLANNED: "Planned or threatened",
    Stance.HISTORICAL: "Of earlier times",
    Stance.NEGATED: "Said not to have happened",
}
PRECISIONS = {1: "Named place", 2: "Near, or part of an area", 3: "Region only"}
NOT_PLACED = "not placed"
DATE_PRECISIONS = {1: "to the day", 2: "to the week", 3: "to the month, or vaguer"}
_LEVELS = {
    Level.SETTLEMENT: "named place",
    Level.FACILITY: "named spot",
    Level.ADMIN2: "district",
    Level.ADMIN1: "region",
    Level.COUNTRY: "country",
    Level.AREA: "area",
}


def day(value: date) -> str:
    """Return "31 Jan 2025"."""
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}"


def days(start: date, end: date) -> str:
    """Return "31 Jan 2025", or "30 Jan – 2 Feb 2025" with what both ends share said once."""
    if start == end:
        return day(end)
    if start.year != end.year:
        return f"{day(start)} – {day(end)}"
    if start.month != end.month:
        return f"{start.day} {MONTHS[start.month - 1]} – {day(end)}"
    return f"{start.day} – {day(end)}"


def when(dates: DateRange | None) -> str:
    """Return the date with its precision, or that there is none."""
    if dates is None:
        return "date not known"
    return f"{days(dates.start, dates.end)} ({DATE_PRECISIONS[dates.precision]})"


_POINTS = (
    "north", "north-north-east", "north-east", "east-north-east",
    "east", "east-south-east", "south-east", "south-south-east",
    "south", "south-south-west", "south-west", "west-south-west",
    "west", "west-north-west", "north-west", "north-north-west",
)  # fmt: skip


def as_said(resolution: Resolution) -> str:
    """Return how the text ties the event to its place ("12 km west of Pokrovsk"), "" where it is in it."""
    mention, place, other = resolution.mention, resolution.place, resolution.other
    if mention.relation is Relation.COORDINATES:
        named = f" for {resolution.anchor.name}" if resolution.anchor else ""
        return f"at the coordinates {mention.text}{named}"
    if place is None:
        return ""
    point = "" if mention.bearing is None else _POINTS[round(mention.bearing / 22.5) % 16]
    far = "" if mention.offset_km is None else f"{kilometres(mention.offset_km)} "
    match mention.relation:
        case Relation.OFFSET:
            return f"{far}{point} of {place.name}" if point else f"{far}from {place.name}"
        case Relation.NEAR:
            return f"{point} of {place.name}" if point else f"near {place.name}"
        case Relation.DIRECTION:
            return f"in the direction of {place.name}"
        case Relation.PART:
            return f"in the {point} of {place.name}" if point else f"in a part of {place.name}"
        case Relation.CENTRE:
            return f"in the centre of {place.name}"
        case Relation.BETWEEN if other:
            return f"between {place.name} and {other.name}"
        case Relation.SIDE if other:
            return f"{point} of the line between {place.name} and {other.name}"
        case Relation.BORDER:
            shared = f" with {other.name}" if other else ""
            return f"{far + 'from' if far else 'at'} the border of {place.name}{shared}"
        case Relation.COAST:
            side = f"{point}ern " if point else ""
            return f"{far}off the {side}coast of {place.name}"
    return ""


def square_kilometres(value: float) -> str:
    """Return "1,942 km²", with one decimal below ten."""
    return f"{value:,.1f} km²" if value < 9.95 else f"{value:,.0f} km²"


def kilometres(km: float) -> str:
    """Return a distance: one decimal under 10 km, whole kilometres above."""
    return f"{km:.1f} km" if km < 9.95 else f"{km:,.0f} km"


def stance(told: Event | EventReport) -> str:
    """Return who vouches for an event, or how a report tells it: "Claimed by the Russian military"."""
    words = STANCES[told.stance]
    return f"{words} by {told.claimed_by}" if told.claimed_by else words


def headline(event: Event) -> str:
    """Return stance, number and type: "Claimed by the Russian military: 3 × Armed clash"."""
    return f"{stance(event)}: {kind(event)}"


def grain(place: Place) -> str:
    """Return what kind of place it is, in words."""
    return _LEVELS[place.level]


def kind(event: Event) -> str:
    """Return the sub-event type, with how many events of it are told of together."""
    several = f"{event.count:,} × " if event.count is not None and event.count > 1 else ""
    return f"{several}{event.sub_event_type}"


def dates(event: Event) -> str:
    """Return the days for lists, without their precision."""
    return days(event.when.start, event.when.end) if event.when else "date not known"


_FILTERS = {
    "start": "the dates",
    "types": "the event type",
    "stances": "the stance",
    "precisions": "the precision",
    "actors": "the actor",
    "sources": "the source",
    "text": "the words",
    "fatalities": "the number of people killed",
    "area": "the drawn area",
    "around": "the distance",
    "bbox": "the box",
    "view": "the part of the map",
    "region": "the region",
}


def filter_name(name: str) -> str:
    """Return what a filter is by, by its field of `EventQuery`: "without the event type"."""
    return _FILTERS[name]


def precision(event: Event) -> str:
    """Return how precisely the event is placed, in words."""
    match event.geo_precision:
        case 1:
            return grain(event.place) if event.place else "named place"
        case 2:
            reach = f", within about {kilometres(event.uncertainty_km)}" if event.uncertainty_km else ""
            return f"near it or in part of it{reach}"
        case 3:
            return f"known only to the {grain(event.place) if event.place else 'region'}"
    return NOT_PLACED


def place(event: Event) -> str:
    """Return where it was: the gazetteer's name, else the text's own words, with the precision."""
    name = event.place.label if event.place else event.place_text
    return f"{name} · {precision(event)}" if name else NOT_PLACED


def short_place(event: Event) -> str:
    """Return the place's bare name for lists: as the report writes it, or as the gazetteer does.

    The gazetteer's spelling ("Kryvyy Rih") is often not the one that readers know.
    """
    if event.place is not None and (not event.place_text or event.place_text.isupper()):
        return event.place.name
    return event.place_text or NOT_PLACED


def people(toll: Toll | None, done: str, *, reports: int = 1) -> str:
    """Return how many were killed, wounded or captured (``done``), "" where it is not told.

    A range is that of one text, or what several reports disagree about.
    """
    if toll is None:
        return ""
    low, best, high = toll.low, toll.best, toll.high
    if low is None and best is None and high is None:
        return f"people {done}, number not stated"
    if best is None:
        if low is None:
            return f"at most {high:,} {done}"
        return f"at least {low:,} {done}" if high is None else f"{low:,} to {high:,} {done}"
    most = best if high is None else high
    number = "nobody" if most == 0 else f"at least {best:,}" if high is None and low else f"{best:,}"
    if low is None or low == most:
        return f"{number} {done}"
    if reports > 1:
        return f"{number} {done} (reports differ: {low:,} to {most:,})"
    return f"{low:,} to {most:,} {done}"


def tolls(told: Event) -> dict[str, str]:
    """Return the people killed, wounded and captured in words, those that are told of."""
    numbers = {"killed": told.fatalities, "wounded": told.wounded, "captured": told.captured}
    words = {done: people(toll, done, reports=len(told.reports)) for done, toll in numbers.items()}
    return {done: each for done, each in words.items() if each}


def rate(value: float | None) -> str:
    """Return a number per 100,000 people to about two figures, "–" where it is not known."""
    if value is None:
        return "–"
    if value >= 10:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 1 else f"{value:.2g}"


def deaths(tally: Tally) -> str:
    """Return the people killed that events tell of, with the range where it is one; "–" where none tells."""
    if tally.killed is None:
        return "–"
    low, best, high = tally.killed.low, tally.killed.best, tally.killed.high
    return f"{best:,}" if low == high else f"{best:,} ({low:,} to {high:,})"


def killed(report: EventReport) -> str:
    """Return the dead that one report tells of, "" where it tells of none."""
    return people(report.fatalities, "killed")


def summary(event: Event) -> dict[str, Any]:
    """Return the lines of a popup or a list's entry."""
    return {
        "headline": headline(event),
        "stance": stance(event),
        "date": when(event.when),
        "place": place(event),
        "precision": precision(event),
        "people": ", ".join(tolls(event).values()),
        "weapon": f"weapon: {event.weapon}" if event.weapon else "",
        "count": f"{event.count:,} events of this kind together" if (event.count or 1) > 1 else "",
    }
