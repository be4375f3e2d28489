"""The placed events of a choice as a map draws them: added up by the cells of a grid, a tile at a time.

The columns stand along a curve through the squares of the map, so the chosen events of a tile, and of each
cell in it, are neighbours. A tile is added up when it is looked at first, for whatever filters, and kept: who
moves the map pays for what comes into view. Decision 0014 has the numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import product
from typing import TypeVar

import numpy as np

from domain import BBox, Cluster, InvalidInput
from store.choices import Choice
from store.columns import FINEST, Array, Columns, interleaved, parted, squares
from store.summaries import named

MAX_ZOOM = 18

MAX_TILES = 30
"""The most tiles of 2048 pixels that a view may reach into; a screen of 4K reaches into 9 at most."""

_WORLD = BBox(-180.0, -90.0, 180.0, 90.0)

_TILE_LEVELS, _CLUSTER_LEVELS, _HEAT_LEVELS = 3, 2, 5
"""By how many zooms squares of tiles are larger than the map's of 256 pixels, and those of cells smaller."""


@dataclass(frozen=True, slots=True)
class _Placed:
    """The chosen events with a place, as positions in the columns, and their numbers on the curve."""

    rows: Array
    morton: Array


@dataclass(frozen=True, slots=True)
class _Span:
    """The squares from one column and row to others, all included."""

    left: int
    right: int
    top: int
    bottom: int


@dataclass(frozen=True, slots=True)
class _Warm:
    """The cells of a tile that hold events: place in the grid, number of events, mean position of these."""

    x: Array
    y: Array
    count: Array
    lat: Array
    lon: Array


@dataclass(frozen=True, slots=True)
class _Clustered(_Warm):
    """The same with the corners that hold the events (west, south, east, north), and these by type.

    ``first`` is the position in the columns of one event of each cell.
    """

    corners: Array
    by_type: Array
    first: Array


Tile = TypeVar("Tile", bound=_Warm)
AddUp = Callable[[Columns, Array, Array, Array], Tile]
"""Makes a tile of the columns, positions in them, where in these each cell starts, and the cells' numbers."""


def clusters(choice: Choice, view: BBox | None, zoom: int) -> list[tuple[Cluster, int | None]]:
    """Return what a map draws in a view, each with the key of its event where it is a single one.

    The choice must not be bounded by the view itself. Raises InvalidInput.
    """
    types, keys = choice.columns.types, choice.columns["event_key"]
    return [
        (Cluster(lat, lon, BBox(*corners), named(types, numbers)), key if count == 1 else None)
        for tile, inside in _tiles(choice, view, zoom, _CLUSTER_LEVELS, _clustered)
        for lat, lon, corners, numbers, key, count in zip(
            tile.lat[inside].tolist(),
            tile.lon[inside].tolist(),
            tile.corners[inside].tolist(),
            tile.by_type[inside].tolist(),
            keys[tile.first[inside]].tolist(),
            tile.count[inside].tolist(),
            strict=True,
        )
    ]


def heat(choice: Choice, view: BBox | None, zoom: int) -> list[tuple[float, float, int]]:
    """Return mean latitude and longitude and number of the events in each small cell in a view.

    The choice must not be bounded by the view itself. Raises InvalidInput.
    """
    return [
        cell
        for tile, inside in _tiles(choice, view, zoom, _HEAT_LEVELS, _warm)
        for cell in zip(
            tile.lat[inside].tolist(), tile.lon[inside].tolist(), tile.count[inside].tolist(), strict=True
        )
    ]


# --------------------------------------------------------------------------- which tiles, which cells


def _tiles(
    choice: Choice, view: BBox | None, zoom: int, levels: int, add_up: AddUp[Tile]
) -> Iterator[tuple[Tile, Array]]:
    """Yield the tiles that a view reaches into and that hold events, each with which of its cells do."""
    if not 0 <= zoom <= MAX_ZOOM:
        raise InvalidInput(f"{zoom} is not within 0 to {MAX_ZOOM}", field="zoom")
    box = view or _WORLD
    tile_zoom, cell_zoom = max(0, zoom - _TILE_LEVELS), zoom + levels
    placed = choice.columns.choices.get(choice.filters, partial(_placed, choice))
    cells_in_view = _spans(box, cell_zoom)
    for number in _numbers(_spans(box, tile_zoom)):
        tile = choice.columns.tiles.get(
            (choice.filters, zoom, levels, number),
            partial(_tile, choice.columns, placed, number, tile_zoom, cell_zoom, add_up),
        )
        if tile is not None:
            yield tile, _within(cells_in_view, tile.x, tile.y)


def _placed(choice: Choice) -> _Placed:
    grain = choice.columns["precision"]
    rows = np.flatnonzero(choice.mask() & ((grain == 1) | (grain == 2)))
    return _Placed(rows, choice.columns["morton"][rows])


def _spans(box: BBox, zoom: int) -> list[_Span]:
    """Return the squares that a box reaches into, in two parts where it crosses the antimeridian."""
    x, y = squares(lats=np.array([box.north, box.south]), lons=np.array([box.west, box.east]), zoom=zoom)
    (left, right), (top, bottom) = x.tolist(), y.tolist()
    if box.west <= box.east:
        return [_Span(left, right, top, bottom)]
    return [_Span(left, (1 << zoom) - 1, top, bottom), _Span(0, right, top, bottom)]


def _numbers(spans: list[_Span]) -> list[int]:
    """Return the numbers of tiles on the curve. Raises InvalidInput where there are too many."""
    if sum((span.right - span.left + 1) * (span.bottom - span.top + 1) for span in spans) > MAX_TILES:
        raise InvalidInput("is too large for this zoom", field="view")
    squares_in = {
        square
        for span in spans
        for square in product(range(span.left, span.right + 1), range(span.top, span.bottom + 1))
    }
    x, y = np.array(sorted(squares_in)).T
    numbers: list[int] = interleaved(x, y).tolist()
    return numbers


def _within(spans: list[_Span], x: Array, y: Array) -> Array:
    inside = [(x >= span.left) & (x <= span.right) & (y >= span.top) & (y <= span.bottom) for span in spans]
    return np.flatnonzero(np.logical_or.reduce(inside))


# --------------------------------------------------------------------------- adding up


def _tile(
    columns: Columns, placed: _Placed, number: int, tile_zoom: int, cell_zoom: int, add_up: AddUp[Tile]
) -> Tile | None:
    bits = 2 * (FINEST - tile_zoom)
    start, end = np.searchsorted(placed.morton, [number << bits, (number + 1) << bits])
    if start == end:
        return None
    cells = placed.morton[start:end] >> 2 * (FINEST - cell_zoom)
    starts = np.concatenate([[0], np.flatnonzero(cells[1:] != cells[:-1]) + 1])
    return add_up(columns, placed.rows[start:end], starts, cells[starts])


def _warm(columns: Columns, rows: Array, starts: Array, cells: Array) -> _Warm:
    x, y = parted(cells)
    count = np.diff(starts, append=len(rows))
    lat, lon = (np.add.reduceat(columns[name][rows], starts) / count for name in ("lat", "lon"))
    return _Warm(x, y, count, lat, lon)


def _clustered(columns: Columns, rows: Array, starts: Array, cells: Array) -> _Clustered:
    warm = _warm(columns, rows, starts, cells)
    lats, lons, types = columns["lat"][rows], columns["lon"][rows], len(columns.types)
    low, high = np.minimum.reduceat, np.maximum.reduceat
    corners = np.stack([low(lons, starts), low(lats, starts), high(lons, starts), high(lats, starts)], axis=1)
    kinds = np.repeat(np.arange(len(starts)) * types, warm.count) + columns.type_index[rows]
    by_type = np.bincount(kinds, minlength=len(starts) * types).reshape(-1, types)
    return _Clustered(warm.x, warm.y, warm.count, warm.lat, warm.lon, corners, by_type, rows[starts])
