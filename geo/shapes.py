"""Shapes on the ellipsoid, in lon, lat: discs, sectors, ovals, strips along lines, parts of outlines.

What crosses the antimeridian is cut there. Coordinates are rounded to five decimals, about a metre.
"""

from __future__ import annotations

from collections.abc import Callable

import antimeridian
import numpy as np
import shapely
import shapely.affinity
from numpy.typing import NDArray
from pyproj import Proj
from shapely.geometry.base import BaseGeometry

from geo.gazetteer import GEOD

DISC_POINTS = 48
GRID_DEGREES = 1e-5
SEAM_DEGREES = 0.02
"""How far two outlines of neighbours may lie apart and still share a border: 2 km, as regions are drawn."""

STRETCH_DEGREES = 0.25
"""How much farther than its nearest point a border still belongs to a place that does not lie on it."""

SIMPLE_CORNERS = 200
"""To how fine a part of its width an outline is simplified before a share of it is measured."""

HALVINGS = 20

_EQUAL_AREA = Proj(proj="cea", ellps="WGS84")


def disc(*, lat: float, lon: float, km: float) -> BaseGeometry:
    """Return the geodesic circle around a point."""
    bearings = np.linspace(360, 0, DISC_POINTS, endpoint=False)
    return _around_point(lat, lon, bearings, np.full(DISC_POINTS, km))


def sector(
    *, lat: float, lon: float, bearing: float, half_angle: float, near_km: float, far_km: float
) -> BaseGeometry:
    """Return what lies ``near_km`` to ``far_km`` from a point, up to ``half_angle`` degrees off a bearing."""
    arc = bearing + np.linspace(half_angle, -half_angle, DISC_POINTS // 4)
    inner = arc[::-1] if near_km > 0 else arc[:1]
    kms = np.concatenate([np.full(len(arc), far_km), np.full(len(inner), near_km)])
    return _around_point(lat, lon, np.concatenate([arc, inner]), kms)


def oval(
    *, lat: float, lon: float, bearing: float, along_km: float, across_km: float, right_half: bool = False
) -> BaseGeometry:
    """Return the ellipse around a point, half as long as ``along_km`` says in the direction of ``bearing``.

    With ``right_half`` only what lies to the right of one who looks that way.
    """
    turns = np.linspace(180, 0, DISC_POINTS // 2 + 1) if right_half else np.linspace(360, 0, DISC_POINTS + 1)
    angles = np.radians(turns)
    kms = along_km * across_km / np.hypot(across_km * np.cos(angles), along_km * np.sin(angles))
    return _around_point(lat, lon, bearing + turns, kms)


def strip(shape: BaseGeometry, *, km: float) -> BaseGeometry:
    """Return what lies within ``km`` of a shape, with the shape itself if it is an area.

    Exact around the shape's middle, and a few percent too wide where that is thousands of kilometres away.
    """
    middle = point_in(shape)
    plane = Proj(proj="aeqd", lat_0=middle.y, lon_0=middle.x, ellps="WGS84")
    flat = shapely.transform(shape, lambda corners: np.column_stack(plane(*corners.T)))
    # A fiftieth of its width is less than anybody can see of a strip.
    wide = shapely.buffer(shapely.simplify(flat, km * 20), km * 1000, quad_segs=6)
    wide = shapely.orient_polygons(shapely.simplify(wide, km * 20))
    back = shapely.transform(
        wide, lambda corners: np.column_stack(plane(corners[:, 0], corners[:, 1], inverse=True))
    )
    return _joined([_on_map(part) for part in shapely.get_parts(back)])


def common_border(one: BaseGeometry, other: BaseGeometry) -> BaseGeometry:
    """Return the line along which an outline runs beside another shape, or nearest to it."""
    # Where a country is cut at the antimeridian, that is no border.
    edge = shapely.intersection(one.boundary, shapely.box(-179.999, -90, 179.999, 90))
    gap = shapely.distance(edge, other)
    within = SEAM_DEGREES if gap < SEAM_DEGREES else gap + STRETCH_DEGREES
    return shapely.intersection(edge, shapely.buffer(other, within))


def part_towards(shape: BaseGeometry, *, bearing: float, share: float) -> BaseGeometry:
    """Return the part of an area that lies farthest towards a bearing and has ``share`` of its extent.

    By area and not by the bounding box, for islands overseas must not move the east of a country.
    """
    squeeze = _squeeze(shape)
    direction = np.array([np.sin(np.radians(bearing)), np.cos(np.radians(bearing))])
    aside = np.array([direction[1], -direction[0]])

    def beyond(height: float) -> BaseGeometry:
        corners = [
            direction * along + aside * across
            for along, across in ((height, -999), (height, 999), (999, 999), (999, -999))
        ]
        return shapely.Polygon(np.array(corners) / [squeeze, 1.0])

    heights = shapely.get_coordinates(_unwrapped(shape)) * [squeeze, 1.0] @ direction
    return _with_share(shape, beyond, float(heights.max()), float(heights.min()), share)


def middle_part(shape: BaseGeometry, *, share: float) -> BaseGeometry:
    """Return the part of an area around its centre that has ``share`` of its extent."""
    squeeze = _squeeze(shape)
    centre = shapely.centroid(_unwrapped(shape))

    def within(radius: float) -> BaseGeometry:
        circle = shapely.buffer(centre, radius, quad_segs=12)
        return shapely.affinity.scale(circle, 1 / squeeze, 1.0, origin=centre)

    return _with_share(shape, within, 0.0, 360.0, share)


def point_in(shape: BaseGeometry) -> shapely.Point:
    """Return the centroid where it lies in the shape, else a point that does."""
    centroid = shapely.centroid(shape)
    return centroid if shapely.intersects(shape, centroid) else shapely.point_on_surface(shape)


def reach_km(shape: BaseGeometry, *, lat: float, lon: float) -> float:
    """Return the geodesic distance in km from a point to the farthest corner of a shape."""
    lons, lats = shapely.get_coordinates(shape).T
    return float(GEOD.inv(np.full(len(lons), lon), np.full(len(lons), lat), lons, lats)[2].max()) / 1000


def area_km2(shape: BaseGeometry) -> float:
    """Return the area on the WGS 84 ellipsoid, with edges as they are drawn on a cylindrical equal-area map.

    Of a shape that crosses itself, what is on the right of its rings counts against what is on the left.
    """
    flat = shapely.transform(shape, lambda corners: np.column_stack(_EQUAL_AREA(*corners.T)))
    return float(shapely.area(flat)) / 1e6


def _around_point(
    lat: float, lon: float, bearings: NDArray[np.float64], kms: NDArray[np.float64]
) -> BaseGeometry:
    """Return the polygon whose corners lie so from a point, counterclockwise."""
    count = len(bearings)
    lons, lats, _ = GEOD.fwd(np.full(count, lon), np.full(count, lat), bearings, kms * 1000)
    return _on_map(shapely.Polygon(np.column_stack([np.round(lons, 5), np.round(lats, 5)])))


def _on_map(ring: shapely.Polygon) -> BaseGeometry:
    """Cut a polygon whose corners jump from one edge of the map to the other."""
    west, _, east, _ = ring.bounds
    if east - west <= 180:
        # Beside a pole, corners rounded to the grid can lie in no order.
        return ring if ring.is_valid else shapely.buffer(ring, 0)
    cut = shapely.make_valid(shapely.geometry.shape(antimeridian.fix_polygon(ring)))
    # An edge that runs along the antimeridian leaves a sliver without area on its other side.
    pieces = shapely.get_parts(cut)
    return shapely.orient_polygons(shapely.union_all(pieces[shapely.area(pieces) > 0]))


def _unwrapped(shape: BaseGeometry) -> BaseGeometry:
    """Let the western half of a shape that was cut at the antimeridian follow on the eastern one."""
    west, _, east, _ = shape.bounds
    if east - west <= 180:
        return shape
    return shapely.transform(shape, lambda corners: corners + [360.0, 0.0] * (corners[:, :1] < 0))


def _squeeze(shape: BaseGeometry) -> float:
    """Return the width of a degree of longitude in the middle of a shape, in degrees of latitude."""
    _, south, _, north = shape.bounds
    return max(0.05, float(np.cos(np.radians((south + north) / 2))))


def _with_share(
    shape: BaseGeometry,
    frame: Callable[[float], BaseGeometry],
    nothing: float,
    all_of_it: float,
    share: float,
) -> BaseGeometry:
    """Return what of a shape lies in the frame that holds ``share`` of it, found by halving."""
    whole = _unwrapped(shape)
    west, south, east, north = whole.bounds
    parts = shapely.get_parts(whole)
    simple = shapely.get_parts(shapely.simplify(whole, max(east - west, north - south) / SIMPLE_CORNERS))
    total = float(shapely.area(simple).sum())
    less, more = nothing, all_of_it
    for _ in range(HALVINGS):
        middle = (less + more) / 2
        if float(shapely.area(shapely.intersection(simple, frame(middle))).sum()) < share * total:
            less = middle
        else:
            more = middle
    cut = shapely.get_parts(shapely.intersection(parts, frame(more)))
    return _joined([_back(part) for part in cut if shapely.area(part) > 0])


def _back(part: BaseGeometry) -> BaseGeometry:
    turn = 360.0 if part.bounds[0] >= 180 else 0.0
    return shapely.transform(part, lambda corners: corners - [turn, 0.0])


def _joined(parts: list[BaseGeometry]) -> BaseGeometry:
    return shapely.set_precision(shapely.union_all(parts), GRID_DEGREES)
