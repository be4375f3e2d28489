"""What happened near a place: which place is meant, what lies around it, and how far to look next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from domain import EventQuery, Near, NotFound, Place, Unprocessable
from web.params import MAX_KM, Arguments, event_query, near_question
from web.services import Services

LIMIT = 500
"""Events listed unless the request sets its own limit."""

WIDER = (2, 4, 10, 40)
"""By how much the radius is widened, in turn, where nothing lies within it."""


@dataclass(frozen=True, slots=True)
class Around:
    """The answer. ``others`` are the further places of the name that was asked for."""

    lat: float
    lon: float
    km: float
    place: Place | None
    others: tuple[Place, ...]
    query: EventQuery
    hits: Sequence[Near]
    wider: tuple[float, int] | None
    """Where nothing was found: a radius in km that has events, and how many."""

    @property
    def looked_km(self) -> float:
        """How far was looked where nothing was found."""
        return min(self.km * WIDER[-1], MAX_KM)


def look_around(arguments: Arguments, parts: Services) -> Around | None:
    """Return what the request asks for, ``None`` where it asks for nothing.

    Raises InvalidInput naming the field, Unprocessable for a place that nobody knows.
    """
    asked = near_question(arguments)
    query = event_query(arguments, parts.ontology)
    if not asked.asked:
        return None
    place, others = _meant(asked.place, asked.place_id, parts)
    if place is not None:
        lat, lon = place.lat, place.lon
    else:
        assert asked.lat is not None and asked.lon is not None
        lat, lon = asked.lat, asked.lon
    limit = query.limit or LIMIT
    question = replace(query, limit=None)
    hits = parts.store.near(question, lat=lat, lon=lon, km=asked.km, limit=limit).hits
    wider = None if hits else _wider(question, lat=lat, lon=lon, km=asked.km, parts=parts)
    return Around(lat, lon, asked.km, place, others, query, hits, wider)


def _meant(name: str | None, place_id: str | None, parts: Services) -> tuple[Place | None, tuple[Place, ...]]:
    namesakes = parts.gazetteer.lookup(name) if name else ()
    if place_id:
        try:
            place = parts.gazetteer.get(place_id)
        except NotFound as error:
            raise Unprocessable(error.message, field="place_id") from error
    elif name:
        if not namesakes:
            close = ", ".join(place.label for place in parts.gazetteer.search(name, limit=3))
            hint = f"; perhaps {close}?" if close else ""
            raise Unprocessable(f"no place called {name!r} is known{hint}", field="place")
        place = namesakes[0]
    else:
        return None, ()
    return place, tuple(other for other in namesakes if other.id != place.id)


def _wider(
    query: EventQuery, *, lat: float, lon: float, km: float, parts: Services
) -> tuple[float, int] | None:
    for radius in (min(km * factor, MAX_KM) for factor in WIDER):
        found = len(parts.store.near(query, lat=lat, lon=lon, km=radius, limit=LIMIT).hits)
        if found:
            return radius, found
    return None
