"""The way out: events as GeoJSON (RFC 7946) and CSV, written in a stream.

A property is a text, a number or ``null``, never a list or an object: GDAL, and so QGIS, shows
those as a piece of JSON. Of an event's reports the first stands in its columns, ``reports`` says
how many there are, and ``stance_history`` which of them changed who vouches for it.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

import numpy as np
import shapely
from shapely.geometry import mapping

from domain import Event, EventReport, InvalidInput, Near, Stance, Toll
from ontology import load_ontology

ATTRIBUTION = "Places: GeoNames, CC BY 4.0. Events: drawn from the reports they name, by Sitmap."
DECIMALS = 6
"""Decimals of a coordinate: about 10 cm."""

_BATCH = 100


def feature(event: Event, *, slim: bool = False) -> dict[str, Any]:
    """Return the event as a GeoJSON Feature with flat properties.

    The geometry is what the text supports, in lon, lat order with 6 decimals and polygons
    counter-clockwise; ``null`` for an event without a place. ``lat`` and ``lon`` of the properties
    are a representative point, which is no exact spot where ``geo_precision`` is 2 or 3.

    ``slim`` leaves what a map's marks and list need. Its geometry is a point at a named place or
    at the centre of the ``uncertainty_km`` around one, and ``null`` for a region.
    """
    properties = _slim(event) if slim else _slim(event) | _full(event)
    return {
        "type": "Feature",
        "id": event.id,
        "geometry": _point(event) if slim else _outline(event),
        "properties": properties,
    }


def feature_near(hit: Near) -> dict[str, Any]:
    """Return the event as `feature` does, with ``distance_km`` and ``certain`` among its properties."""
    found = feature(hit.event)
    found["properties"] |= {"distance_km": round(hit.distance_km, 3), "certain": hit.certain}
    return found


def _slim(event: Event) -> dict[str, Any]:
    when = event.when
    return {
        "id": event.id,
        "event_type": event.event_type,
        "sub_event_type": event.sub_event_type,
        "stance": event.stance.value,
        "actor": event.actor,
        "date_start": when.start.isoformat() if when else None,
        "date_end": when.end.isoformat() if when else None,
        "place": event.place.name if event.place else event.place_text or None,
        "lat": _rounded(event.lat, DECIMALS),
        "lon": _rounded(event.lon, DECIMALS),
        "geo_precision": event.geo_precision,
        "uncertainty_km": _rounded(event.uncertainty_km, 3),
        "count": event.count,
    }


def _full(event: Event) -> dict[str, Any]:
    kind = load_ontology().types.get(event.sub_event_type)
    place = event.place
    first = event.reports[0] if event.reports else None
    return {
        "disorder_type": event.disorder_type,
        "plover_type": kind.plover if kind else None,
        "plover_mode": kind.plover_mode or None if kind else None,
        "claimed_by": event.claimed_by,
        "confidence": _rounded(event.confidence, 3),
        "target": event.target,
        "time_precision": event.when.precision if event.when else None,
        "place_id": place.id if place else None,
        "place_text": event.place_text or None,
        "admin1": place.admin1 or None if place else None,
        "country": place.country or None if place else None,
        **_numbers("fatalities", event.fatalities),
        **_numbers("wounded", event.wounded),
        **_numbers("captured", event.captured),
        "weapon": event.weapon,
        "stance_history": "; ".join(map(_said, event.history)) or None,
        "reports": len(event.reports),
        "sentence": first.sentence.text if first else None,
        "trigger": first.trigger.text if first else None,
        "document": first.document_id if first else None,
        "published": first.published.isoformat() if first and first.published else None,
        "source": first.source or None if first else None,
        "url": first.url or None if first else None,
    }


def _numbers(people: str, toll: Toll | None) -> dict[str, int | None]:
    low, best, high = (toll.low, toll.best, toll.high) if toll else (None, None, None)
    return {f"{people}_low": low, f"{people}_best": best, f"{people}_high": high}


def _said(report: EventReport) -> str:
    """Return who vouched for the event from when on: "2025-01-31 claimed by Russia (Example Wire)"."""
    day = report.published.isoformat() if report.published else "undated"
    by = f" by {report.claimed_by}" if report.claimed_by else ""
    return f"{day} {report.stance}{by} ({report.source or report.document_id})"


def _rounded(value: float | None, decimals: int) -> float | None:
    return None if value is None else round(value, decimals)


def _point(event: Event) -> dict[str, Any] | None:
    if event.geo_precision not in (1, 2) or event.lat is None or event.lon is None:
        return None
    return {"type": "Point", "coordinates": [round(event.lon, DECIMALS), round(event.lat, DECIMALS)]}


def _outline(event: Event) -> Mapping[str, Any] | None:
    if event.geometry is None or event.geometry.is_empty:
        return None
    short = shapely.transform(event.geometry, lambda lon_lat: np.round(lon_lat, DECIMALS))
    outline: Mapping[str, Any] = mapping(shapely.orient_polygons(short))
    return outline


# --------------------------------------------------------------------------- whole files


def write(events: Iterable[Event], fmt: str) -> Iterator[str]:
    """Return the events as a file of the format, in pieces. Raises InvalidInput for an unknown one."""
    if fmt not in _WRITERS:
        raise InvalidInput(f"{fmt[:40]!r} is none of {', '.join(FORMATS)}", field="format")
    return _WRITERS[fmt](iter(events))


def write_near(hits: Iterable[Near]) -> Iterator[str]:
    """Return what lies near a place as CSV, in pieces, with its distances."""
    return _table(map(feature_near, hits), feature_near(Near(_NO_EVENT, 0.0, False)))


def _geojson(events: Iterator[Event]) -> Iterator[str]:
    yield f'{{"type": "FeatureCollection", "attribution": {json.dumps(ATTRIBUTION)}, "features": ['
    before = "\n"
    while batch := list(islice(events, _BATCH)):
        texts = (json.dumps(feature(event), ensure_ascii=False, allow_nan=False) for event in batch)
        yield before + ",\n".join(texts)
        before = ",\n"
    yield "\n]}\n"


def _csv(events: Iterator[Event]) -> Iterator[str]:
    return _table(map(feature, events), feature(_NO_EVENT))


def _table(features: Iterator[dict[str, Any]], pattern: Mapping[str, Any]) -> Iterator[str]:
    """Write the features' properties; ``pattern`` has the same ones, for a file without any feature."""
    yield _lines([pattern["properties"]])
    while batch := list(islice(features, _BATCH)):
        yield _lines([_cell(value) for value in each["properties"].values()] for each in batch)


def _lines(rows: Iterable[Iterable[object]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue()


def _cell(value: object) -> object:
    """Return a text that a spreadsheet would run as a formula with an apostrophe before it."""
    runs = isinstance(value, str) and (value.startswith(("\t", "\r")) or value.lstrip()[:1] in _FORMULA)
    return f"'{value}" if runs else value


_FORMULA = ("=", "+", "-", "@")
_NO_EVENT = Event("", "", "", "", Stance.REPORTED, 0.0, ())
"""For the names of the columns, which a file without events has too."""

_WRITERS: dict[str, Callable[[Iterator[Event]], Iterator[str]]] = {"geojson": _geojson, "csv": _csv}
FORMATS = tuple(_WRITERS)
