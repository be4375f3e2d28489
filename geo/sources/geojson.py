"""GeoJSON: collections, one feature a line, or single features, read feature by feature."""

from __future__ import annotations

import io
import json
import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from domain import InvalidInput, Unprocessable
from geo.sources.columns import Columns
from geo.sources.entry import Entry, Item, Refused

MAX_FEATURE = 64_000_000
"""Bytes of one feature; the outline of Canada in full detail has 20 million."""

MAX_TEXT = 2_000_000
"""Bytes of one text within a feature."""

MAX_POINTS = 100_000
SIMPLIFY_DEGREES = 0.001
"""An outline of more points is drawn with fewer of them, off by at most this."""

_CHUNK = 1 << 18
_START = re.compile(rb'"features"\s*:\s*\[')
_TOKEN = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|["{}]', re.DOTALL)
"""A string, the beginning of one that goes on beyond what was read, or a bracket."""

_ISO_COUNTRY, _ISO_DIVISION = re.compile("[A-Z]{2}"), re.compile("[A-Z]{2}-[A-Z0-9]{1,3}")


def read_features(stream: io.BufferedReader, columns: Columns, after: int) -> Iterator[Item]:
    """Yield the places of a file from the feature behind ``after`` on.

    Raises Unprocessable where the file ends within a feature.
    """
    for number, text in enumerate(_objects(stream), start=1):
        if number > after:
            yield number, read_feature(text, columns)


def read_feature(text: bytes, columns: Columns) -> Entry | Refused | None:
    """Return the place that a feature is, ``None`` for one that its source has withdrawn."""
    try:
        feature = json.loads(text, parse_constant=_refuse_constant)
        properties = feature.get("properties")
        if not isinstance(properties, dict):
            raise InvalidInput("is no feature with properties")
        row = _flat(properties)
        if "id" not in row and isinstance(feature.get("id"), str | int):
            row["id"] = feature["id"]
        return None if _is_withdrawn(row) else _entry(columns.read(row), row, feature.get("geometry"))
    except InvalidInput as error:
        return Refused(str(error))
    except (ValueError, RecursionError, AttributeError) as error:
        return Refused(f"is no GeoJSON: {str(error)[:100]}")


def _entry(entry: Entry, row: Mapping[str, Any], geometry: Any) -> Entry:
    drawn = _read_geometry(geometry)
    areas = _areas(drawn)
    if entry.lat is None or entry.lon is None:
        spot = drawn.representative_point()
        entry.lat, entry.lon = spot.y, spot.x
    if not entry.feature_code:
        entry.feature_code = _guessed_code(row) if not areas.is_empty else "PPL"
        if entry.feature_code == "ADM1":
            entry.admin1 = entry.admin1 or entry.name
    if not areas.is_empty:
        entry.outline = areas
        entry.radius_km = _radius(areas, entry.lat)
    return entry


def _guessed_code(row: Mapping[str, Any]) -> str:
    """Return what an area is by its ISO code, or by naming the region that it lies in."""
    iso = str(row.get("iso") or row.get("iso_3166_2") or "")
    if _ISO_COUNTRY.fullmatch(iso):
        return "PCLI"
    if _ISO_DIVISION.fullmatch(iso):
        return "ADM1"
    if row.get("region") or row.get("admin1"):
        return "ADM2"
    raise InvalidInput("an area says neither its kind nor an ISO code; tell it with --set kind=ADM2")


def _read_geometry(geometry: Any) -> BaseGeometry:
    try:
        drawn = shapely.force_2d(shapely.from_geojson(json.dumps(geometry)))
    except (shapely.GEOSException, TypeError) as error:
        raise InvalidInput(f"is none: {str(error)[:100]}", field="geometry") from error
    if drawn.is_empty:
        raise InvalidInput("is empty", field="geometry")
    west, south, east, north = drawn.bounds
    if not (west >= -180 and south >= -90 and east <= 180 and north <= 90):
        raise InvalidInput("leaves the globe; is it in degrees, longitude first?", field="geometry")
    return drawn


def _areas(drawn: BaseGeometry) -> BaseGeometry:
    """Return the polygons of a geometry, valid and not larger than need be; empty where it has none."""
    if shapely.get_dimensions(drawn) < 2:
        return shapely.MultiPolygon()
    if shapely.get_num_coordinates(drawn) > MAX_POINTS:
        drawn = shapely.simplify(drawn, SIMPLIFY_DEGREES)
    parts = shapely.get_parts(shapely.get_parts(shapely.make_valid(drawn)))
    parts = parts[shapely.area(parts) > 0]
    joined: BaseGeometry = parts[0] if len(parts) == 1 else shapely.MultiPolygon(list(parts))
    return joined


def _radius(areas: BaseGeometry, lat: float) -> float:
    """Return the radius in km of a disc as large as the areas around that latitude."""
    squared = areas.area * math.cos(math.radians(lat)) / math.pi
    return round(max(0.5, 111.2 * math.sqrt(squared)), 1)


def _flat(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return properties by lower-case name, those of an object within under "outer.inner"."""
    flat: dict[str, Any] = {}
    for name, value in properties.items():
        if isinstance(value, dict):
            flat.update((f"{name}.{inner}".lower(), part) for inner, part in value.items())
        else:
            flat[name.lower()] = value
    return flat


def _is_withdrawn(row: Mapping[str, Any]) -> bool:
    """Whether Who's On First says that a record is of the past or was replaced."""
    ended = row.get("edtf:deprecated") or row.get("edtf:cessation")
    return (
        bool(row.get("wof:superseded_by"))
        or row.get("mz:is_current") == 0
        or (isinstance(ended, str) and ended[:1].isdigit())
    )


def _objects(stream: io.BufferedReader) -> Iterator[bytes]:
    """Yield the text of each feature by counting its brackets; strings are skipped whole."""
    buffer = stream.read(_CHUNK)
    opening = _START.search(buffer)
    buffer = buffer[opening.end() :] if opening else buffer
    start = depth = at = 0
    while True:
        for token in _TOKEN.finditer(buffer, at):
            sign = token.group()
            if sign == b'"':
                at = token.start()
                break
            at = token.end()
            if sign == b"{":
                if depth == 0:
                    start = token.start()
                depth += 1
            elif sign == b"}" and depth:
                depth -= 1
                if depth == 0:
                    yield buffer[start:at]
                    start = at
        # What is left is a piece of a feature, or what stands between two.
        start = start if depth else max(start, at)
        buffer, at, start = buffer[start:], at - start, 0
        more = stream.read(_CHUNK)
        if not more:
            break
        buffer += more
        if len(buffer) > MAX_FEATURE or (buffer[at : at + 1] == b'"' and len(buffer) - at > MAX_TEXT):
            raise Unprocessable(f"a feature has more than {MAX_FEATURE:,} bytes, or a text without an end")
    if depth:
        raise Unprocessable("ends within a feature: it is cut off or damaged; get it again")


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no number")
