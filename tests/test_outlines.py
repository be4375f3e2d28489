"""Outlines of regions as a map draws them."""

from __future__ import annotations

import pytest
import shapely

from domain import BBox
from web.outlines import at_zoom, meets

COAST = shapely.buffer(shapely.Point(30, 50), 2, quad_segs=400)
ISLAND = shapely.box(40, 50, 40.01, 50.01)


@pytest.mark.parametrize("zoom", [2, 6, 10])
def test_an_outline_is_moved_by_less_than_a_pixel_and_has_fewer_points(zoom: int) -> None:
    pixel = 360 / (256 * 2**zoom)
    drawn = at_zoom(COAST, zoom)
    assert shapely.hausdorff_distance(drawn, COAST) < pixel
    assert shapely.get_num_coordinates(drawn) < shapely.get_num_coordinates(COAST)


def test_coordinates_are_as_long_as_the_zoom_needs() -> None:
    corners = shapely.get_coordinates(at_zoom(COAST, 4)).ravel()
    assert all(len(f"{corner!s}".partition(".")[2]) <= 2 for corner in corners)


@pytest.mark.parametrize(("zoom", "parts"), [(5, 1), (16, 2), (None, 2)])
def test_islands_are_left_out_while_they_are_smaller_than_a_pixel(zoom: int | None, parts: int) -> None:
    assert shapely.get_num_geometries(at_zoom(shapely.union(COAST, ISLAND), zoom)) == parts


def test_of_a_region_that_is_smaller_than_a_pixel_the_largest_part_is_left() -> None:
    small = shapely.union(ISLAND, shapely.box(40.1, 50, 40.102, 50.002))
    drawn = at_zoom(small, 2)
    assert shapely.get_num_geometries(drawn) == 1 and not drawn.is_empty


@pytest.mark.parametrize(
    ("view", "met"),
    [
        pytest.param(BBox(25, 45, 35, 55), True, id="around it"),
        pytest.param(BBox(31, 51, 60, 60), True, id="over its corner"),
        pytest.param(BBox(33, 45, 60, 60), False, id="east of it"),
        pytest.param(BBox(25, 53, 35, 60), False, id="north of it"),
        pytest.param(BBox(170, 45, 29, 55), True, id="across the antimeridian"),
        pytest.param(BBox(170, 45, -170, 55), False, id="at the antimeridian only"),
    ],
)
def test_a_view_meets_an_outline(view: BBox, met: bool) -> None:
    assert meets(COAST.bounds, view) is met
