"""Flat geometry, in kilometres on a plane, that drawings of control are put together with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
import shapely
from scipy.spatial import KDTree
from shapely.geometry.base import BaseGeometry

from geo.field import STEP_KM, Array, Grid

Shape = TypeVar("Shape", bound=BaseGeometry)

TOUCHING_KM = 0.01
"""How far the areas on both sides of one contour may lie apart by rounding."""


def polygons(shape: BaseGeometry) -> BaseGeometry:
    """Return the areas of a shape, without the lines and points along which two shapes touched."""
    parts = _parts(shape, shapely.Polygon)
    together = shapely.MultiPolygon(parts)
    return together if together.is_valid else shapely.union_all(parts)


def lines(shape: BaseGeometry) -> BaseGeometry:
    """Return the lines of a shape, without the points at which two shapes met."""
    parts = _parts(shape, shapely.LineString)
    return shapely.line_merge(shapely.union_all(parts)) if parts else shapely.LineString()


def _parts(shape: BaseGeometry, kind: type[Shape]) -> list[Shape]:
    # Twice, for there may be collections of areas of many parts.
    parts = shapely.get_parts(shapely.get_parts(shape))
    return [part for part in parts if isinstance(part, kind) and not part.is_empty]


def lines_between(areas: Sequence[BaseGeometry]) -> list[BaseGeometry]:
    """Return the lines along which areas touch each other, one of each pair that does."""
    shared_lines: list[BaseGeometry] = []
    for at, one in enumerate(areas):
        for other in areas[at + 1 :]:
            shared = shapely.intersection(one.boundary, shapely.buffer(other, TOUCHING_KM, quad_segs=1))
            parts = [part for part in shapely.get_parts(shared) if part.length > 2 * TOUCHING_KM]
            if parts:
                shared_lines.append(shapely.line_merge(shapely.union_all(parts)))
    return shared_lines


def apart_from(spots: Array, others: Array, km: float) -> Array:
    """Return those of other positions (m, 2) that are farther from all of ``spots`` (n, 2)."""
    return others[KDTree(spots).query(others)[0] > km] if len(others) else others


def within(spots: Array, reach: Array) -> BaseGeometry:
    """Return what lies within reach (n,) of positions (n, 2), on a grid of half the least reach."""
    if not len(spots):
        return shapely.Polygon()
    far, least = float(reach.max()), float(reach.min())
    edges = spots.min(axis=0) - 1.2 * far, spots.max(axis=0) + 1.2 * far
    grid = Grid.over([*edges[0], *edges[1]], least / 2)
    nodes, inside = grid.nodes(), np.full(grid.shape, -far)
    # By doubling reaches, for what is nearest is not what reaches farthest.
    for low in least * 2.0 ** np.arange(np.ceil(np.log2(far / least)) + 1):
        alike = (reach >= low) & (reach < 2 * low)
        if alike.any():
            km, near = KDTree(spots[alike]).query(nodes)
            inside = np.maximum(inside, (reach[alike][near] - km).reshape(grid.shape))
    return grid.at_least(inside, 0.0)


def widened(bounds: Sequence[float]) -> tuple[float, float, float, float]:
    """Return bounds with a margin, so that no contour ends at the edge of what it is clipped to."""
    west, south, east, north = bounds
    margin = 2 * STEP_KM[1]
    return west - margin, south - margin, east + margin, north + margin
