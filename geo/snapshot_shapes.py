"""What is drawn in a file, as ground that can be reckoned with: WGS 84, valid, joined, with a note of all
that was changed for it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError
from shapely.geometry.base import BaseGeometry

from domain import InvalidInput, TooLarge, Unprocessable
from geo.shapes import area_km2
from geo.snapshot_files import Feature, Layer

MAX_AREA_KM2 = 127_500_000.0
"""A quarter of the Earth."""

SLIVER_KM2 = 1e-6
"""A square metre: what is smaller is an error of drawing."""

MAX_CROSSINGS = 1_000_000
"""Pairs of edges that come near each other, in what is repaired or joined: work of 15 seconds and a GB."""

_SAMPLE = 200

_COLLECTIONS = int(shapely.GeometryType.MULTIPOINT)
"""Types from here on are made of others."""


def in_degrees(layer: Layer) -> tuple[Feature, ...]:
    """Return the features of a layer in WGS 84, lon, lat.

    Raises Unprocessable for a coordinate system that nobody knows, InvalidInput for a feature that leaves
    the globe or has a coordinate that is no number.
    """
    features = layer.features
    try:
        crs = CRS.from_user_input(layer.crs)
        if not (crs.is_geographic or crs.is_projected or crs.is_bound):
            raise CRSError("neither of degrees nor of a plane")
        turn = Transformer.from_crs(crs, "OGC:CRS84", always_xy=True)
    except (CRSError, ProjError) as error:
        raise Unprocessable(
            f"coordinate system {layer.crs[:60]!r} is not known", field=layer.field
        ) from error
    for feature in features:
        _check_finite(feature, layer)
    if not crs.equals("OGC:CRS84", ignore_axis_order=True):
        features = tuple(
            Feature(each.number, each.properties, shapely.transform(each.geometry, _turning(turn)))
            for each in features
        )
    for feature in features:
        _check_bounds(feature, layer)
    return features


def draw(features: Sequence[Feature], *, lines: bool, field: str) -> tuple[BaseGeometry, tuple[str, ...]]:
    """Join the lines, or else the areas, of features in degrees; return them valid, and what was changed.

    An area that crosses itself becomes the ground within its outer rings less that within its holes. Raises
    TooLarge for what is larger than ``MAX_AREA_KM2``, or so tangled that it cannot be repaired in bounded
    time, Unprocessable where nothing is left.
    """
    what = "line" if lines else "area"
    parts = _parts([feature.geometry for feature in features])
    wanted = shapely.get_dimensions(parts) == (1 if lines else 2)
    notes = [_counted(int((~wanted).sum()), "piece", f"that is no {what} left out")]
    parts = parts[wanted & ~shapely.is_empty(parts)]
    if not lines:
        parts, mended = _ground(parts, field)
        notes += mended
    drawn = joined(parts[shapely.length(parts) > 0], field=field)
    if drawn.is_empty:
        raise Unprocessable(f"no {what} in it", field=field)
    if (size := area_km2(drawn)) > MAX_AREA_KM2:
        raise TooLarge(f"covers {size:,.0f} km², more than a quarter of the Earth", field=field)
    return drawn, tuple(filter(None, notes))


def joined(shapes: Sequence[BaseGeometry] | NDArray[np.object_], *, field: str) -> BaseGeometry:
    """Return what valid areas, or else lines, cover together. Raises TooLarge where they are too tangled."""
    parts = _parts(shapes)
    if (shapely.get_dimensions(parts) == 1).any():
        return shapely.line_merge(shapely.MultiLineString(list(parts)))
    if len(parts) > 1:
        _check_tangle(parts, field)
    return shapely.orient_polygons(shapely.union_all(parts))


def swapped(shape: BaseGeometry) -> BaseGeometry | None:
    """Return a shape read as lat, lon; ``None`` where it cannot be that."""
    west, _, east, _ = shape.bounds
    if west < -90 or east > 90:
        return None
    return shapely.transform(shape, lambda corners: corners[:, ::-1])


def _check_finite(feature: Feature, layer: Layer) -> None:
    if not np.isfinite(shapely.get_coordinates(feature.geometry)).all():
        raise InvalidInput("has a coordinate that is no number", field=_at(feature, layer))


def _check_bounds(feature: Feature, layer: Layer) -> None:
    corners = shapely.get_coordinates(feature.geometry)
    within = np.abs(corners) <= [180.0, 90.0]
    if within.all():
        return
    x, y = corners[~within.all(axis=1)][0]
    if not np.isfinite([x, y]).all():
        said = f"cannot be brought from {layer.crs[:60]!r} to WGS 84"
    elif (np.abs(corners) <= [90.0, 180.0]).all():
        said = f"{x:g}, {y:g} is no position in longitude, latitude; it looks like latitude, longitude"
    else:
        said = f"{x:g}, {y:g} leaves the globe; is it in degrees?"
    raise InvalidInput(said, field=_at(feature, layer))


def _at(feature: Feature, layer: Layer) -> str:
    return f"{layer.field}, feature {feature.number}"


def _turning(turn: Transformer) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
    return lambda corners: np.column_stack(turn.transform(corners[:, 0], corners[:, 1]))


def _parts(shapes: Sequence[BaseGeometry] | NDArray[np.object_]) -> NDArray[np.object_]:
    """Return the polygons, lines and points that shapes are made of."""
    parts = np.asarray(shapes, object)
    while (shapely.get_type_id(parts) >= _COLLECTIONS).any():
        parts = shapely.get_parts(parts)
    return parts


def _ground(polygons: NDArray[np.object_], field: str) -> tuple[NDArray[np.object_], list[str]]:
    """Return valid polygons of some area, and what was done for it."""
    broken = ~shapely.is_valid(polygons)
    notes = []
    if broken.any():
        _check_tangle(polygons[broken], field)
        repaired = shapely.make_valid(polygons[broken], method="structure", keep_collapsed=False)
        before, after = (sum(area_km2(each) for each in shapes) for shapes in (polygons[broken], repaired))
        count = _counted(int(broken.sum()), "area", "crossed itself and was repaired")
        notes.append(f"{count}, from {before:,.2f} to {after:,.2f} km²")
        polygons = np.concatenate([polygons[~broken], _parts(repaired)])
    sizes = np.array([area_km2(each) for each in polygons])
    notes.append(_counted(int((sizes < SLIVER_KM2).sum()), "sliver", "without area left out"))
    return polygons[sizes >= SLIVER_KM2], notes


def _check_tangle(polygons: NDArray[np.object_], field: str) -> None:
    """Refuse what has so many crossings that to work them out has no end.

    They are counted for a sample of the edges: those of which the boxes meet, but for itself and the two
    beside it.
    """
    corners, rings = shapely.get_coordinates(shapely.get_rings(polygons), return_index=True)
    same = rings[1:] == rings[:-1]
    edges = np.asarray(shapely.linestrings(np.stack([corners[:-1][same], corners[1:][same]], axis=1)))
    sample = edges[:: max(1, len(edges) // _SAMPLE)]
    met = len(shapely.STRtree(edges).query(sample)[0]) / len(sample) - 3
    if (crossings := met * len(edges) / 2) > MAX_CROSSINGS:
        raise TooLarge(f"its edges come near one another some {crossings:,.0f} times", field=field)


def _counted(count: int, what: str, done: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'} {done}" if count else ""
