"""How much of a say each party has on the ground between places whose holders are known.

The share of a party at a point is the mean of what the nearest places say, each weighted by the inverse
square of its distance (Shepard 1968, "A two-dimensional interpolation function for irregularly-spaced data").
Two things are added. A place speaks for as much ground as it has around it, so a town of many quarters does
not outvote the villages across the line. And distances are softened by how far places lie apart, so that the
line passes smoothly between villages instead of along the corners of their cells.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import contourpy
import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import KDTree
from shapely.geometry.base import BaseGeometry

Array = NDArray[np.float64]

NEIGHBOURS = 16
"""Places that have a say at a point; more than this many change nothing."""

APART = 3
"""How far places lie apart is told by the distance to the one of this rank."""

SOFTENED = 0.15
"""How much of that distance is added to each, squared."""

LEAST_KM, MOST_KM = 0.5, 30.0
"""The least and the most ground that a place speaks for, as its distance to others."""

BLOCK_KM = 3.0
"""Width of the blocks by which it is seen where places have a say."""

BLOCKS = 1 << 20
"""More of them than lie between the middle of any map and its edge."""

NO_KM2 = 1e-9
STEP_KM = (0.75, 4.0)
"""The finest and the coarsest grid on which lines are drawn: half of how far places at the line lie apart."""

CUTS = 1
"""How often the corners of contours are cut."""

COARSE = 8
"""Steps of the fine grid in one of the coarse one, on which it is first seen where lines run."""

SURE = 0.7
"""By how much a party leads where no line can run within a coarse step."""

MOST_NODES = 3_000_000
"""Of the fine grid; where there were more, it is coarser."""


class Field:
    """The shares of parties around places.

    ``spots`` (n, 2) are positions in km, ``says`` (n, parties) what each tells, in rows that add up to one,
    ``weights`` (n,) how far each is to be believed.
    """

    def __init__(self, spots: Array, says: Array, weights: Array) -> None:
        self.spots = spots
        self._tree = KDTree(spots)
        self._count = min(NEIGHBOURS, len(spots))
        self._says = says
        self.apart = self._apart(spots)
        # As the square: ground is what counts, and grows so with distance.
        self._weights = weights * self.apart**2

    def shares(self, points: Array) -> Array:
        """Return the share (m, parties) of each party at points (m, 2) in km."""
        km, near = self.nearest(points, self._count)
        rank = min(APART, self._count) - 1
        pull = self._weights[near] / np.maximum(km**2 + (SOFTENED * km[:, rank : rank + 1]) ** 2, NO_KM2)
        told = np.einsum("mk,mkp->mp", pull, self._says[near])
        return np.asarray(told / pull.sum(axis=1, keepdims=True))

    def nearest(self, points: Array, count: int) -> tuple[Array, NDArray[np.intp]]:
        """Return how far (m, count) the nearest places lie from points, and which they are."""
        km, near = self._tree.query(points, k=np.arange(1, count + 1))
        return np.asarray(km), np.asarray(near)

    def feels(self, points: Array, spots: Array) -> NDArray[np.bool_]:
        """Return which points (m, 2) may have one of these places (n, 2) among those that have a say there.

        Asked by blocks: within one, neither the nearest of them nor the last of those that have a say can be
        nearer or farther than from its middle by more than half of its diagonal.
        """
        columns, rows = np.floor(points / BLOCK_KM).astype(np.int64).T + BLOCKS
        blocks, block_of = np.unique(2 * BLOCKS * columns + rows, return_inverse=True)
        middles = (np.column_stack(np.divmod(blocks, 2 * BLOCKS)) - BLOCKS + 0.5) * BLOCK_KM
        reach = self.nearest(middles, self._count)[0][:, -1]
        away = KDTree(spots).query(middles)[0]
        return np.asarray((away - reach <= BLOCK_KM * np.sqrt(2))[block_of])

    def gap(self, points: Array) -> Array:
        """Return how far places lie apart around points (m, 2), in km."""
        return np.asarray(self.apart[self.nearest(points, 1)[1][:, 0]])

    def disputed(self) -> NDArray[np.intp]:
        """Return which places have a holder who is in doubt, or is not that of the places beside them."""
        _, near = self.nearest(self.spots, min(APART + 1, len(self.spots)))
        holders = self._says.argmax(axis=1)
        mixed = (holders[near] != holders[:, None]).any(axis=1)
        return np.flatnonzero(mixed | (self._says.max(axis=1) < SURE))

    def step(self) -> float:
        """Return how fine a grid must be, in km, to draw the lines between these places."""
        at_line = self.apart[self.disputed()]
        return float(np.clip(np.quantile(at_line, 0.25) / 2 if len(at_line) else STEP_KM[1], *STEP_KM))

    def _apart(self, spots: Array) -> Array:
        if len(spots) == 1:
            return np.array([MOST_KM])
        rank = min(APART + 1, len(spots))
        km = self._tree.query(spots, k=[rank])[0][:, 0]
        return np.asarray(np.clip(km, LEAST_KM, MOST_KM))


@dataclass(frozen=True, slots=True)
class Grid:
    """A grid in km over a box: ``xs`` and ``ys`` of its nodes, and those of its coarse blocks."""

    xs: Array
    ys: Array

    @classmethod
    def over(cls, bounds: Sequence[float], step: float) -> Grid:
        """Return a grid over ``bounds`` (west, south, east, north) in whole blocks, coarser if too large."""
        west, south, east, north = bounds
        step = max(step, float(np.sqrt((east - west) * (north - south) / MOST_NODES)))
        across, up = (int(np.ceil(width / (step * COARSE))) for width in (east - west, north - south))
        columns, rows = (np.arange(blocks * COARSE + 1, dtype=np.float64) for blocks in (across, up))
        return cls(west + columns * step, south + rows * step)

    @property
    def coarse(self) -> Grid:
        """The grid of the blocks' corners."""
        return Grid(self.xs[::COARSE], self.ys[::COARSE])

    @property
    def shape(self) -> tuple[int, int]:
        """The number of rows and columns."""
        return len(self.ys), len(self.xs)

    def nodes(self) -> Array:
        """Return the positions (rows x columns, 2) of all nodes, row by row."""
        x, y = np.meshgrid(self.xs, self.ys)
        return np.column_stack([x.ravel(), y.ravel()])

    def at_least(self, values: Array, level: float) -> BaseGeometry:
        """Return where values (rows, columns) reach a level, as an area; NaN never does."""
        values = np.ma.masked_invalid(values)
        drawn = contourpy.contour_generator(self.xs, self.ys, values, fill_type="OuterOffset")
        # The upper edge is above all values: the area has none.
        outlines, offsets = drawn.filled(level, max(level, float(values.max())) + 1.0)[:2]
        areas = []
        for outline, cuts in zip(outlines, offsets, strict=True):
            # They are None only where the grid is drawn in chunks.
            assert outline is not None and cuts is not None
            outer, *holes = map(_rounded, np.split(outline, cuts[1:-1]))
            areas.append(shapely.Polygon(outer, holes))
        shape = shapely.MultiPolygon(areas)
        # Where two contours meet in a point of the grid.
        return shape if shape.is_valid else shapely.make_valid(shape)


def _rounded(ring: Array) -> Array:
    """Cut the corners of a ring (Chaikin 1974): on a coarse grid contours have more than lines on the ground.

    A line that two rings share, one in each direction, stays one.
    """
    for _ in range(CUTS):
        here, there = ring[:-1], ring[1:]
        cut = np.stack([0.75 * here + 0.25 * there, 0.25 * here + 0.75 * there], axis=1).reshape(-1, 2)
        ring = np.vstack([cut, cut[:1]])
    return ring


def lead(shares: Array) -> Array:
    """Return by how much each party's share is ahead of the best of the others, -1 to 1."""
    if shares.shape[-1] == 1:
        return shares
    ranked = np.sort(shares, axis=-1)
    best = np.where(shares == ranked[..., -1:], ranked[..., -2:-1], ranked[..., -1:])
    return np.asarray(shares - best)


def leads_over(field: Field, grid: Grid) -> Array:
    """Return the lead (rows, columns, parties) of each party on a grid.

    Fine where a line may run; elsewhere whole blocks are the leader's, for a field of some hundred thousand
    nodes is smooth nearly everywhere.
    """
    blocks = grid.coarse
    rows, columns = len(blocks.ys) - 1, len(blocks.xs) - 1
    corners = field.shares(blocks.nodes()).reshape(rows + 1, columns + 1, -1)
    of_blocks = np.stack([corners[:-1, :-1], corners[1:, :-1], corners[:-1, 1:], corners[1:, 1:]])
    leaders = of_blocks.argmax(axis=-1)
    unsure = (lead(of_blocks).max(axis=-1) < SURE).any(axis=0) | (leaders != leaders[0]).any(axis=0)
    unsure |= _with_sites(field, blocks)
    whole = np.eye(corners.shape[-1])[leaders[0]]
    shares = np.repeat(np.repeat(whole, COARSE, axis=0), COARSE, axis=1)
    shares = np.pad(shares, ((0, 1), (0, 1), (0, 0)), mode="edge")
    fine = np.repeat(np.repeat(_spread(unsure), COARSE, axis=0), COARSE, axis=1)
    fine = np.pad(fine, ((0, 1), (0, 1)), mode="edge")
    row, column = np.nonzero(fine)
    if len(row):
        shares[row, column] = field.shares(np.column_stack([grid.xs[column], grid.ys[row]]))
    return lead(shares)


def _with_sites(field: Field, blocks: Grid) -> NDArray[np.bool_]:
    """Return which blocks hold a place whose neighbours are another party's, or whose holder is in doubt."""
    inside = np.zeros((len(blocks.ys) - 1, len(blocks.xs) - 1), dtype=bool)
    spots = field.spots[field.disputed()]
    row = np.searchsorted(blocks.ys, spots[:, 1]) - 1
    column = np.searchsorted(blocks.xs, spots[:, 0]) - 1
    on_grid = (row >= 0) & (row < inside.shape[0]) & (column >= 0) & (column < inside.shape[1])
    inside[row[on_grid], column[on_grid]] = True
    return inside


def _spread(blocks: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the blocks with all those around them."""
    wide = np.pad(blocks, 1)
    wide = wide[:-2] | wide[1:-1] | wide[2:]
    return np.asarray(wide[:, :-2] | wide[:, 1:-1] | wide[:, 2:])
