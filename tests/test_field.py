"""The say of parties between places, and the lines drawn by it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point

from geo.field import MOST_NODES, Array, Field, Grid, lead, leads_over


def field(*places: tuple[float, float, int], weights: list[float] | None = None, parties: int = 2) -> Field:
    """Return a field of places at x, y in km, each of a party by its number."""
    spots = np.array([place[:2] for place in places], dtype=np.float64)
    says = np.eye(parties)[[place[2] for place in places]]
    return Field(spots, says, np.array(weights or [1.0] * len(places)))


def shares(of: Field, *points: tuple[float, float]) -> Array:
    return of.shares(np.array(points, dtype=np.float64))


PAIR = (0.0, 0.0, 0), (10.0, 0.0, 1)


def test_between_two_places_the_nearer_has_more_say() -> None:
    told = shares(field(*PAIR), (1, 0), (5, 0), (9, 0))
    assert told[:, 0].tolist() == sorted(told[:, 0], reverse=True)
    assert told[1].tolist() == pytest.approx([0.5, 0.5])
    assert told.sum(axis=1).tolist() == pytest.approx([1, 1, 1])


def test_what_is_believed_more_reaches_farther() -> None:
    told = shares(field(*PAIR, weights=[1.0, 0.25]), (5, 0))
    assert told[0, 0] == pytest.approx(0.8)


def test_a_town_of_many_quarters_does_not_outvote_the_villages_across_the_line() -> None:
    quarters = [(-x / 2, y / 2, 0) for x in range(3) for y in range(-2, 3)]
    villages = [(10.0 + 6 * x, 6.0 * y, 1) for x in range(3) for y in range(-2, 3)]
    told = shares(field(*quarters, *villages), (8.0, 0.0))
    assert told[0, 1] > 0.5


def test_a_place_that_is_known_alone_speaks_for_all_ground() -> None:
    alone = field((0, 0, 1))
    assert shares(alone, (0, 0), (500, 500)).tolist() == [[0, 1], [0, 1]]
    assert alone.step() == 4.0


def test_many_places_on_one_spot_are_no_division_by_nothing() -> None:
    told = shares(field(*[(0, 0, at % 2) for at in range(40)]), (0, 0), (1, 1))
    assert np.isfinite(told).all()


@given(st.lists(st.lists(st.floats(0, 1), min_size=3, max_size=3), min_size=1, max_size=20))
def test_no_two_parties_lead_at_one_point(rows: list[list[float]]) -> None:
    ahead = lead(np.array(rows))
    assert ((ahead > 0).sum(axis=1) <= 1).all()
    # So that their areas do not overlap either, however a line is drawn between grid points.
    best = np.sort(ahead, axis=1)
    assert (best[:, -1] + best[:, -2] <= 1e-12).all()


def test_who_is_alone_leads_by_all() -> None:
    assert lead(np.ones((3, 1))).tolist() == [[1], [1], [1]]


def test_a_grid_covers_its_bounds_in_whole_blocks_and_is_bounded() -> None:
    grid = Grid.over((-3, -2, 30, 11), 1.0)
    assert grid.xs[0] == -3 and grid.xs[-1] >= 30 and grid.ys[-1] >= 11
    assert set(grid.coarse.xs) <= set(grid.xs) and grid.coarse.xs[-1] == grid.xs[-1]
    assert grid.nodes().shape == (len(grid.ys) * len(grid.xs), 2)
    rows, columns = Grid.over((0, 0, 7000, 7000), 0.75).shape
    assert rows * columns < 1.1 * MOST_NODES


def test_what_reaches_a_level_is_an_area_with_its_holes() -> None:
    grid = Grid.over((-10, -10, 10, 10), 0.5)
    x, y = np.meshgrid(grid.xs, grid.ys)
    ring = 2 - np.abs(np.hypot(x, y) - 5)
    area = grid.at_least(ring, 0.0)
    assert area.area == pytest.approx(np.pi * (7**2 - 3**2), rel=0.01)
    assert not area.contains(Point(0, 0)) and area.contains(Point(5, 0))


def test_what_reaches_no_level_is_empty_and_unknown_is_not_reached() -> None:
    grid = Grid.over((0, 0, 8, 8), 1.0)
    assert grid.at_least(np.zeros(grid.shape), 1.0).is_empty
    half = np.where(grid.nodes()[:, 0].reshape(grid.shape) < 4, np.nan, 1.0)
    assert grid.at_least(half, 0.0).bounds == (4, 0, 8, 8)


def test_blocks_far_from_a_line_are_their_leaders_as_the_fine_grid_has_it() -> None:
    random = np.random.default_rng(1)
    spots = random.uniform(0, 120, (400, 2))
    places = [(x, y, int(x + 5 * np.sin(y / 9) > 60)) for x, y in spots]
    of_places, grid = field(*places), Grid.over((0, 0, 120, 120), 1.0)
    fine = lead(of_places.shares(grid.nodes())).reshape(*grid.shape, 2)
    assert ((leads_over(of_places, grid) > 0) == (fine > 0)).mean() > 0.999


def test_a_few_places_behind_the_line_are_not_lost_between_blocks() -> None:
    places = [(8.0 * x, 8.0 * y, int({x, y} <= {6, 7, 8})) for x in range(15) for y in range(15)]
    ahead = leads_over(field(*places), Grid.over((0, 0, 112, 112), 1.0))
    assert ahead[56, 56, 1] > 0
