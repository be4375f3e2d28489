"""What happened near a place: which place is meant, what lies around it, and how far to look next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import render_template, request, url_for

from domain import Circle, EventQuery, InvalidInput, Near, Nearby, NotFound, Place, SitmapError, Unprocessable
from web import naming, said, wording
from web.map import near_map
from web.params import MAX_KM, NEAR, VIEW, Arguments, event_query, near_question, to_arguments
from web.services import Services, services

LISTED = 50
"""Events of each part, certain and possible, that are listed unless the request sets its own limit."""

MOST_LISTED = 500

WIDER = (2, 4, 10, 40)
"""By how much the radius is widened, in turn, where nothing lies within it."""

_FILTERS = tuple(name for name in NEAR if name in VIEW)


@dataclass(frozen=True, slots=True)
class Centre:
    """Around what, and which events. ``others`` are the further places of the name that was asked for."""

    circle: Circle
    query: EventQuery
    place: Place | None
    others: tuple[Place, ...]

    @property
    def name(self) -> str:
        """The place's name with where it is, or the position."""
        circle = self.circle
        return naming.label(self.place) if self.place else f"{circle.lat:.4f}, {circle.lon:.4f}"

    @property
    def around(self) -> EventQuery:
        """The same as a filter."""
        return replace(self.query, around=self.circle, limit=None)


@dataclass(frozen=True, slots=True)
class Around:
    """The answer."""

    centre: Centre
    found: Nearby
    wider: tuple[float, int] | None
    """Where nothing was found: a radius in km that has events, and how many."""

    @property
    def certain(self) -> tuple[Near, ...]:
        """The nearest of those that lie within the radius for sure."""
        return tuple(hit for hit in self.found.hits if hit.certain)

    @property
    def possible(self) -> tuple[Near, ...]:
        """The nearest of those that may lie within it."""
        return tuple(hit for hit in self.found.hits if not hit.certain)

    @property
    def looked_km(self) -> float:
        """How far was looked where nothing was found."""
        return min(self.centre.circle.km * WIDER[-1], MAX_KM)


def find_centre(arguments: Arguments, parts: Services) -> Centre | None:
    """Return what the request asks to be near to, ``None`` where it asks for nothing.

    Raises InvalidInput naming the field, Unprocessable for a place that nobody knows.
    """
    asked = near_question(arguments)
    query = event_query(arguments, parts.ontology)
    if not asked.asked:
        return None
    place, others = _meant(asked.place, asked.place_id, parts)
    if place is not None:
        return Centre(Circle(place.lat, place.lon, asked.km), query, place, others)
    assert asked.lat is not None and asked.lon is not None
    return Centre(Circle(asked.lat, asked.lon, asked.km), query, None, ())


def asked_centre() -> Centre:
    """Return what the current request asks to be near to. Raises SitmapError where that is nothing."""
    centre = find_centre(Arguments(request.args, NEAR), services())
    if centre is None:
        raise InvalidInput("give a place, a place_id, or lat and lon", field="place")
    return centre


def look_around(centre: Centre, parts: Services, *, bare: bool = False) -> Around:
    """Return the events around it, nearest first, of each part as many as the query's limit or ``LISTED``.

    ``bare`` ones come without their reports and geometry.
    """
    circle, limit = centre.circle, centre.query.limit or LISTED
    question = replace(centre.query, limit=None)
    found = parts.store.near(question, lat=circle.lat, lon=circle.lon, km=circle.km, limit=limit, bare=bare)
    return Around(centre, found, None if found.hits else _wider(question, circle, parts))


def _meant(name: str | None, place_id: str | None, parts: Services) -> tuple[Place | None, tuple[Place, ...]]:
    namesakes = parts.gazetteer.lookup(name) if name else ()
    if place_id:
        try:
            place = parts.gazetteer.get(place_id)
        except NotFound as error:
            raise Unprocessable(error.message, field="place_id") from error
    elif name:
        if not namesakes:
            close = ", ".join(naming.label(place) for place in parts.gazetteer.search(name, limit=3))
            hint = f"; perhaps {close}?" if close else ""
            raise Unprocessable(f"no place called {name!r} is known{hint}", field="place")
        place = namesakes[0]
    else:
        return None, ()
    return place, tuple(other for other in namesakes if other.id != place.id)


def _wider(query: EventQuery, circle: Circle, parts: Services) -> tuple[float, int] | None:
    for km in (min(circle.km * factor, MAX_KM) for factor in WIDER):
        found = parts.store.near(query, lat=circle.lat, lon=circle.lon, km=km, limit=1, bare=True)
        if found.hits:
            return km, found.certain + found.possible
    return None


# --------------------------------------------------------------------------- the page


def render_near(centre: Centre | None, error: SitmapError | None = None) -> str:
    """Return the page with the answer, with the empty form, or with what is wrong with what it asks for."""
    parts = services()
    page: dict[str, Any] = {"around": None, "error": error, "map": near_map()}
    page["kept"] = [
        (name, value)
        for name in _FILTERS
        for value in request.args.getlist(name)
        if not error and value.strip()
    ]
    if centre is None:
        return render_template("near.html", **page)
    around = look_around(centre, parts, bare=True)
    asked: dict[str, Any] = {name: values for name, values in request.args.lists() if name in NEAR}
    query, limit = centre.query, centre.query.limit or LISTED
    as_filter: dict[str, Any] = to_arguments(centre.around)
    return render_template(
        "near.html",
        **page
        | {
            "around": around,
            "km": centre.circle.km,
            "certain": _lines(around.certain),
            "possible": _lines(around.possible),
            "others": [(naming.label(other), _again(asked, place_id=other.id)) for other in centre.others],
            "wider": _again(asked, km=f"{around.wider[0]:g}") if around.wider else "",
            "more": _again(asked, limit=limit + LISTED) if limit + LISTED <= MOST_LISTED else "",
            "window": said.window(query) if query.start or query.end else "",
            "filters": said.filters(query, parts),
            "unfiltered": url_for(
                "pages.near", **{name: asked[name] for name in asked if name not in _FILTERS}
            ),
            "geojson": url_for("features.near", **asked),
            "csv": url_for("tables.near", **asked),
            "atom": url_for("feed.near", **asked),
            "on_map": url_for("pages.index", **as_filter),
            "as_table": url_for("tables.table", **as_filter),
        },
    )


def _lines(hits: Sequence[Near]) -> list[tuple[Near, str, str, str]]:
    return [
        (hit, wording.headline(hit.event), wording.place(hit.event), wording.dates(hit.event)) for hit in hits
    ]


def _again(asked: Mapping[str, Any], **changes: object) -> str:
    """Return the address of the same question with another value or two."""
    return url_for("pages.near", **(dict(asked) | changes))
