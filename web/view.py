"""What a view of the map is made of, as JSON: its marks, its list, its time bar's histogram, its counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from flask import Blueprint, Response, jsonify, request

from domain import BBox, Circle, Cluster, Event, EventQuery, Order
from web import params, wording
from web.filters import region_choices
from web.geojson import GEOJSON, dumps
from web.services import Services, services

blueprint = Blueprint("view", __name__)

WORLD = BBox(-180.0, -90.0, 180.0, 90.0)
LISTED = 50
DECIMALS = 5
"""Of coordinates: about a metre."""


@blueprint.get("/clusters.geojson")
def clusters() -> Response:
    """Return the marks of a part of the map: clusters with their numbers by type, single events as such.

    A cluster has ``count``, ``families`` (its events by family, in the ontology's order, those of an unknown
    type last) and ``box``, west, south, east, north, of its events' positions. One that is partly in the view
    comes whole, so that marks stay as they are where the map is moved.
    """
    arguments = params.Arguments(request.args, params.MARKS)
    parts = services()
    zoom = arguments.whole("zoom", 0, params.MAX_ZOOM) or 0
    query = _in_view(params.event_query(arguments, parts.ontology))
    found = parts.store.clusters(query, zoom=zoom)
    features = [_single(each.event, parts) if each.event else _cluster(each, parts) for each in found]
    body = {"type": "FeatureCollection", "features": features}
    return Response(dumps(body), mimetype=GEOJSON)


@blueprint.get("/heat.json")
def heat() -> Response:
    """Return how many placed events there are in each small cell of a part of the map."""
    arguments = params.Arguments(request.args, params.MARKS)
    parts = services()
    zoom = arguments.whole("zoom", 0, params.MAX_ZOOM) or 0
    cells = parts.store.heat(_in_view(params.event_query(arguments, parts.ontology)), zoom=zoom)
    rounded = [(round(lat, DECIMALS), round(lon, DECIMALS), count) for lat, lon, count in cells]
    most = max((count for _, _, count in cells), default=0)
    return Response(dumps({"cells": rounded, "most": most}), mimetype="application/json")


@blueprint.get("/list.json")
def listing() -> Response:
    """Return a part of the sorted list of events; the nearest are those to the middle of the view."""
    arguments = params.Arguments(request.args, params.LISTING)
    parts = services()
    query = replace(params.event_query(arguments, parts.ontology), limit=None)
    order = Order(arguments.choice("order", tuple(Order)))
    skip = arguments.whole("skip", 0, params.MAX_SKIP) or 0
    limit = arguments.whole("limit", 1, params.MAX_PAGE) or LISTED
    found = parts.store.listing(
        query, order, skip=skip, limit=limit, around=_middle(query.view or query.bbox or WORLD)
    )
    events = [mark(event, parts) for event in found.events]
    body = {"total": found.total, "skip": skip, "events": events}
    return Response(dumps(body), mimetype="application/json")


@blueprint.get("/histogram.json")
def histogram() -> Response:
    """Return how many events there were in each span of days, by family, whatever the window."""
    parts = services()
    query = params.event_query(params.Arguments(request.args, params.VIEW), parts.ontology)
    found = parts.store.histogram(query)
    families = list(parts.ontology.families)
    body: dict[str, Any] = {"first": None, "days": 1, "bins": [], "undated": 0}
    body["families"] = [wording.type_name(family) for family in families]
    if found:
        bins = [_by_family(each, families) for each in found.bins]
        body |= {"first": found.first.isoformat(), "days": found.days, "bins": bins}
        body["undated"] = found.undated
    return Response(dumps(body), mimetype="application/json")


@blueprint.get("/counts.json")
def counts() -> Response:
    """Return how a view reconciles, and how many events each choice of a filter would give.

    What each ``by_`` counts passes all other filters. ``without`` tells for each filter that is set how many
    events would be shown without it.
    """
    parts = services()
    query = params.event_query(params.Arguments(request.args, params.VIEW), parts.ontology)
    found = parts.store.counts(query)
    regions = [
        asdict(country) | {"divisions": [asdict(division) for division in divisions]}
        for country, divisions in region_choices(parts, query, found)
    ]
    return jsonify(
        window=found.window,
        shown=found.shown,
        filtered=found.filtered,
        region_only=found.region_only,
        unplaced=found.unplaced,
        by_type=dict(found.by_type),
        by_stance=dict(found.by_stance),
        by_precision=dict(found.by_precision),
        # In their order, which members of a JSON object have not.
        by_actor=list(found.by_actor.items()),
        by_source=list(found.by_source.items()),
        regions=regions,
        without=[
            {"filter": params.FILTERS[name], "words": wording.filter_name(name), "shown": shown}
            for name, shown in found.without.items()
        ],
    )


def mark(event: Event, parts: Services) -> dict[str, Any]:
    """Return what a mark on the map, or a line of the list, tells of an event."""
    families = list(parts.ontology.families)
    kind, when = wording.kind(event), wording.dates(event)
    place, said = wording.short_place(event), wording.stance(event)
    return {
        "id": event.id,
        "event_type": event.event_type,
        "sub_event_type": event.sub_event_type,
        "kind": kind,
        "family": families.index(event.event_type) if event.event_type in families else len(families),
        "stance": event.stance.value,
        "said": said,
        "geo_precision": event.geo_precision,
        "uncertainty_km": event.uncertainty_km,
        "lat": _rounded(event.lat),
        "lon": _rounded(event.lon),
        "count": event.count,
        "place_id": event.place.id if event.place else None,
        "place": place,
        "date_start": event.when.start.isoformat() if event.when else None,
        "date_end": event.when.end.isoformat() if event.when else None,
        "when": when,
        "fatalities": event.fatalities.best if event.fatalities else None,
        "title": ", ".join(filter(None, (kind, place, when, said))),
    }


def _in_view(query: EventQuery) -> EventQuery:
    return replace(query, view=query.view or WORLD, limit=None)


def _middle(box: BBox) -> Circle:
    east = box.east + 360 if box.west > box.east else box.east
    lon = (box.west + east) / 2
    return Circle((box.south + box.north) / 2, lon - 360 if lon > 180 else lon, 0.0)


def _single(event: Event, parts: Services) -> dict[str, Any]:
    told = mark(event, parts)
    return _feature(told["lon"], told["lat"], told) | {"id": event.id}


def _cluster(cluster: Cluster, parts: Services) -> dict[str, Any]:
    box = cluster.box
    properties = {
        "count": cluster.count,
        "families": _by_family(cluster.by_type, list(parts.ontology.families)),
        "box": [round(side, DECIMALS) for side in (box.west, box.south, box.east, box.north)],
    }
    return _feature(round(cluster.lon, DECIMALS), round(cluster.lat, DECIMALS), properties)


def _by_family(numbers: Mapping[str, int], families: list[str]) -> list[int]:
    known = [numbers.get(family, 0) for family in families]
    return [*known, sum(numbers.values()) - sum(known)]


def _feature(lon: float | None, lat: float | None, properties: Mapping[str, Any]) -> dict[str, Any]:
    point = {"type": "Point", "coordinates": [lon, lat]}
    return {"type": "Feature", "geometry": point, "properties": properties}


def _rounded(degrees: float | None) -> float | None:
    return None if degrees is None else round(degrees, DECIMALS)
