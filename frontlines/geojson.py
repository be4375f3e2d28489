"""Territory as GeoJSON features: what QGIS, a browser and the next program read.

Their ``kind`` is ``control`` (a polygon, with ``party`` and ``km2``), ``contested`` (with ``km2``; it lies
across the areas, each part in that of the likelier holder) or ``frontline``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import shapely
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from geo.control import Territory
from geo.shapes import area_km2

DECIMALS = 5
SLIM_DEGREES, SLIM_DECIMALS = 0.002, 4
"""How far a slim outline may be moved to save points: some 200 m."""

OUTLINES_FROM = "Outlines of land: © OpenStreetMap contributors, ODbL."


def features(territory: Territory, *, slim: bool = False) -> Iterator[dict[str, Any]]:
    """Yield the areas by party, the contested ground and the line, each as one feature.

    Coordinates are in lon, lat with 5 decimals and polygons counterclockwise. ``slim`` ones are simplified.
    """
    day = territory.day.isoformat()
    for party, area in territory.areas.items():
        yield _feature("control", area, slim, party=party, date=day, km2=round(area_km2(area), 1))
    if not territory.contested.is_empty:
        km2 = round(area_km2(territory.contested), 1)
        yield _feature("contested", territory.contested, slim, date=day, km2=km2)
    if not territory.front.is_empty:
        yield _feature("frontline", territory.front, slim, date=day)


def _feature(kind: str, geometry: BaseGeometry, slim: bool, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": {"kind": kind, **properties}, "geometry": drawn(geometry, slim)}


def drawn(geometry: BaseGeometry, slim: bool) -> dict[str, Any]:
    """Return a geometry as GeoJSON has it, its rings counterclockwise and its coordinates rounded."""
    if slim:
        geometry = shapely.simplify(geometry, SLIM_DEGREES)
    rounded = shapely.set_precision(geometry, 10.0 ** -(SLIM_DECIMALS if slim else DECIMALS))
    # Snapping to a grid leaves 34.120000000000005: the nearest decimal is written instead.
    rounded = shapely.transform(rounded, lambda at: at.round(SLIM_DECIMALS if slim else DECIMALS))
    return dict(mapping(shapely.orient_polygons(rounded)))
