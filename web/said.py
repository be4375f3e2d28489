"""A question in words: what the head of a table, a picture, a feed or an embedded map says of its filters."""

from __future__ import annotations

from collections.abc import Iterator

from flask_babel import gettext as _

from domain import MAPPED_STANCES, BBox, EventQuery, NotFound
from web import naming, wording
from web.services import Services


def window(query: EventQuery) -> str:
    """Return the days that are asked for: "1 – 31 Jan 2025", "until 31 Jan 2025", "all days"."""
    if query.start and query.end:
        return wording.days(query.start, query.end)
    if query.start:
        return _("from %(day)s on", day=wording.day(query.start))
    if query.end:
        return _("until %(day)s", day=wording.day(query.end))
    return _("all days")


def filters(query: EventQuery, parts: Services) -> list[str]:
    """Return each filter that is set beside the window, in the order of the form: "Event type: Battles"."""
    return [f"{name}: {words}" for name, words in _filters(query, parts)]


def _filters(query: EventQuery, parts: Services) -> Iterator[tuple[str, str]]:
    if query.types:
        yield _("Event type"), ", ".join(map(wording.type_name, query.types))
    if query.stances != MAPPED_STANCES:
        yield _("Stance"), ", ".join(map(wording.stance_name, query.stances))
    if query.precisions:
        yield _("Precision of the place"), ", ".join(map(wording.precision_name, query.precisions))
    if query.actors:
        yield _("Actor"), ", ".join(query.actors)
    if query.sources:
        yield _("Source"), ", ".join(query.sources)
    if query.text:
        yield _("Words"), query.text
    if query.fatalities:
        yield _("Killed"), _("at least %(number)s", number=wording.number(query.fatalities))
    if query.area:
        yield _("Drawn area"), _("%(number)s corners", number=len(query.area))
    if query.around:
        yield (
            _("Within %(km)s of", km=wording.kilometres(query.around.km)),
            _spot(query.around.lat, query.around.lon),
        )
    if query.bbox:
        yield _("Box"), box(query.bbox)
    if query.region:
        yield _("Region"), _name(query.region, parts)


def box(where: BBox) -> str:
    """Return a box as its two corners: "47.50, 36.00 to 49.00, 38.00"."""
    return _("%(one)s to %(other)s", one=_spot(where.south, where.west), other=_spot(where.north, where.east))


def _spot(lat: float, lon: float) -> str:
    return f"{lat:.2f}, {lon:.2f}"


def _name(place_id: str, parts: Services) -> str:
    try:
        return naming.label(parts.gazetteer.get(place_id))
    except NotFound:
        return place_id
