"""Events and what belongs to them as GeoJSON (RFC 7946), streamed; and place names as one types."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from heapq import nlargest
from itertools import islice
from typing import Any

from flask import Blueprint, Response, redirect, request, stream_with_context, url_for
from werkzeug.wrappers import Response as BaseResponse

import export
from domain import Event, Grouping, InvalidInput, Place, Toll
from web import naming, params, wording
from web.evidence import as_json, evidence, told_by
from web.geojson import GEOJSON, dumps
from web.near import asked_centre, look_around
from web.outlines import Drawn, drawn, meets, region_at_zoom
from web.regions import LEVELS, Measure, Region, look_at_region, tallied
from web.services import Services, services

PROBLEM = "application/problem+json"
BATCH = 100
"""Features that are sent at once: enough for compression to bite, few enough to start at once."""

SUGGESTIONS = 10
TOWNS = 40
MAX_TOWNS_KM = 250.0
MAX_TOWNS_SEEN = 20_000

blueprint = Blueprint("features", __name__)


@blueprint.get("/events.geojson")
def events() -> Response:
    """Return the events that the request asks for, newest first."""
    arguments = params.Arguments(request.args, params.EVENTS)
    slim = params.slim(arguments)
    query = params.event_query(arguments, services().ontology)
    found = services().store.events(query, bare=slim)
    return _collection(_drawn(event) if slim else export.feature(event) for event in found)


@blueprint.get("/events/<string:event_id>.geojson")
def one_event(event_id: str) -> BaseResponse:
    """Return one event with its evidence and history: what the map's popup shows. Raises NotFound.

    The id of an event that was merged into another one leads there.
    """
    params.Arguments(request.args, ())
    store = services().store
    found = store.event(event_id)
    if found.id != event_id:
        return redirect(url_for(".one_event", event_id=found.id), 308)
    feature = export.feature(found)
    feature["properties"] |= {
        "words": wording.summary(found),
        "evidence": [as_json(item) for item in evidence(found, store)],
        "history": [told_by(report) for report in found.history],
    }
    return Response(dumps(feature), mimetype=GEOJSON)


@blueprint.get("/regions.geojson")
def regions() -> Response:
    """Return the outlines of the regions that have events, with the number of events in each.

    Properties: ``id``, ``name``, ``label``, ``level``, ``events``, and ``region_only`` of them, which no map
    can place any better; ``fatalities`` that ``fatalities_stated`` of the events tell of, with the lowest and
    the highest sum; ``population`` and ``per_100k`` (events per 100,000 people) where known. ``approximate``
    says that the outline is only what the region's settlements tell. A region without a known outline has no
    geometry. Where the ``level`` is larger than the one asked for, it is not known in which part they were.

    With a ``zoom`` outlines are as fine as a map shows them. A ``view`` leaves out the regions that are not
    in it; the numbers of the others are those of the whole region.
    """
    arguments = params.Arguments(request.args, params.REGION_OUTLINES)
    parts, slim = services(), params.slim(arguments)
    query = params.event_query(arguments, parts.ontology)
    zoom = arguments.whole("zoom", 0, params.MAX_ZOOM)
    found = tallied(replace(query, view=None), Grouping(arguments.choice("level", LEVELS)), parts)
    version = parts.gazetteer.version
    outlined = ((region, region_at_zoom(parts.regions, region.id, zoom, version)) for region in found)
    return _collection(
        _region(parts, region, outline, slim=slim)
        for region, outline in outlined
        if query.view is None or (outline and meets(outline.box, query.view))
    )


@blueprint.get("/regions/<string:region_id>.geojson")
def one_region(region_id: str) -> Response:
    """Return the whole outline of a region, with what happened in it in the window. Raises NotFound."""
    parts = services()
    profile = look_at_region(region_id, params.Arguments(request.args, params.WINDOW), parts)
    outline = parts.regions.outline(region_id)
    whole = drawn(outline) if outline else None
    return Response(dumps(_region(parts, profile.region, whole)), mimetype=GEOJSON)


@blueprint.get("/near.geojson")
def near() -> Response:
    """Return the events near a place, nearest first, with ``distance_km`` and ``certain``."""
    around = look_around(asked_centre(), services())
    return _collection(map(export.feature_near, around.found.hits))


@blueprint.get("/places.json")
def places() -> Response:
    """Return places whose name begins with ``q``, or the largest ones within ``km`` of a position."""
    arguments = params.Arguments(request.args, params.PLACES)
    text, gazetteer = arguments.text("q"), services().gazetteer
    if text is not None:
        found: Sequence[Place] = gazetteer.search(text, limit=SUGGESTIONS)
    else:
        lat, lon = arguments.number("lat", -90, 90), arguments.number("lon", -180, 180)
        km = arguments.number("km", 1, MAX_TOWNS_KM)
        if lat is None or lon is None or km is None:
            raise InvalidInput("give the beginning of a name, or lat, lon and km", field="q")
        around = gazetteer.nearby(lat=lat, lon=lon, km=km, limit=MAX_TOWNS_SEEN)
        found = nlargest(TOWNS, around, key=lambda place: place.population)
    return Response(dumps({"places": [_place(place) for place in found]}), mimetype="application/json")


def _drawn(event: Event) -> dict[str, Any]:
    """Return what the map draws; by the place's id it knows whose outline a region's events have."""
    feature = export.feature(event, slim=True)
    feature["properties"]["place_id"] = event.place.id if event.place else None
    if event.place is not None:
        feature["properties"]["place"] = wording.short_place(event)
    return feature


def _place(place: Place) -> dict[str, Any]:
    return {
        "id": place.id,
        "name": naming.name(place),
        "label": naming.label(place),
        "kind": wording.grain(place),
        "lat": place.lat,
        "lon": place.lon,
    }


def _region(parts: Services, region: Region, outline: Drawn | None, *, slim: bool = False) -> dict[str, Any]:
    place, tally = region.place, region.tally
    properties: dict[str, Any] = {
        "id": region.id,
        "name": region.name,
        "label": naming.label(place) if place else region.id,
        "level": str(place.level) if place else None,
        "events": tally.events,
        "region_only": tally.region_only,
    }
    if not slim:
        properties |= _measured(region)
    if outline is None:
        return _feature(None, properties)
    properties["approximate"] = parts.regions.is_approximate(region.id)
    properties["label_at"] = outline.label_at
    return _feature(outline.geometry, properties)


def _measured(region: Region) -> dict[str, Any]:
    tally, rate = region.tally, region.value(Measure.PER_100K)
    killed = tally.killed or Toll(None, None, None)
    return {
        "fatalities": killed.best,
        "fatalities_low": killed.low,
        "fatalities_high": killed.high,
        "fatalities_stated": tally.stating,
        "population": region.population.people if region.population else None,
        "per_100k": None if rate is None else float(f"{rate:.3g}"),
    }


def _feature(geometry: dict[str, Any] | None, properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Feature", "id": properties["id"], "geometry": geometry, "properties": properties}


def _collection(features: Iterable[dict[str, Any]]) -> Response:
    """Stream a FeatureCollection. The first features are made at once, so that what fails then is still
    answered with its own status."""
    rest = iter(features)
    first = list(islice(rest, BATCH))

    def chunks() -> Iterator[str]:
        head = f'{{"type":"FeatureCollection","attribution":{dumps(export.ATTRIBUTION)},"features":['
        yield head + ",\n".join(map(dumps, first))
        while batch := list(islice(rest, BATCH)):
            yield ",\n" + ",\n".join(map(dumps, batch))
        yield "]}\n"

    return Response(stream_with_context(chunks()), mimetype=GEOJSON)
