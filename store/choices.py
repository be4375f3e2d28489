"""The events that a query chooses out of the columns, and these in order."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from functools import partial, reduce

import numpy as np

from domain import Circle, EventQuery, InvalidInput, Order
from store.columns import Array, Columns, Mask
from store.extents import Floats, closer_than, nearest
from store.filters import Filter, filters_of

_RANK_BITS = 32
"""In what a list is sorted by, the lower bits tell the newest first of equals."""

_LAST = (1 << 31) - 1
"""The rank of what comes last whatever the order."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The events that meet all of the filters."""

    columns: Columns
    filters: tuple[Filter, ...]
    masks: tuple[Mask, ...]

    def mask(self, *, but: str = "") -> Mask:
        """Return which events meet all filters, or all but that of one field of `EventQuery`."""
        everything = np.ones(len(self.columns), dtype=bool)
        return reduce(np.logical_and, (mask for field, mask in self._fields() if field != but), everything)

    def mask_of(self, field: str) -> Mask:
        """Return which events meet the filter of one field; all where there is none."""
        everything = np.ones(len(self.columns), dtype=bool)
        return next((mask for name, mask in self._fields() if name == field), everything)

    def rows(self, *, but: str = "") -> Array:
        """Return the positions in the columns of the events, as `mask` has them."""
        return np.flatnonzero(self.mask(but=but))

    def _fields(self) -> list[tuple[str, Mask]]:
        return [(each.field, mask) for each, mask in zip(self.filters, self.masks, strict=True)]


def chosen(query: EventQuery, columns: Columns, db: sqlite3.Connection) -> Choice:
    """Return the events that a query asks for; its limit is left to the caller. Raises InvalidInput."""
    filters = filters_of(query)
    masks = [columns.masks.get(each, partial(each.mask, columns, db)) for each in filters]
    return Choice(columns, filters, tuple(masks))


def in_order(
    choice: Choice, order: Order, *, skip: int, limit: int, around: Circle | None = None
) -> tuple[int, list[int]]:
    """Return how many events there are, and the keys of a part of them in an order.

    Of equals the newest come first. Raises InvalidInput for the nearest to nothing.
    """
    columns, rows = choice.columns, choice.rows()
    end = min(skip + limit, len(rows))
    if skip >= end:
        return len(rows), []
    if order is Order.NEAREST:
        if around is None:
            raise InvalidInput("tells nothing without a place to be near to", field="order")
        sorted_rows = _nearest_first(columns, rows, around, end)
    else:
        values = (_ranks(columns, order, rows) << _RANK_BITS) | columns.newness[rows]
        if end < len(values):
            values = np.partition(values, end - 1)[:end]
        sorted_rows = columns.newest_first[np.sort(values) & ((1 << _RANK_BITS) - 1)]
    return len(rows), columns["event_key"][sorted_rows[skip:end]].tolist()


@dataclass(frozen=True, slots=True)
class Within:
    """The nearest events of those that may lie in a circle, and how many do so for sure, and only perhaps."""

    keys: list[int]
    distances: list[float]
    certain: list[bool]
    all_certain: int
    all_possible: int


def within(choice: Choice, around: Circle, most: int) -> Within:
    """Return the events that lie, or may lie, in a circle: the nearest ``most`` of each kind by name."""
    columns, rows = choice.columns, choice.rows()
    rows = rows[_reaching(columns, rows, around, columns["uncertainty_km"][rows])]
    certain = _reaching(columns, rows, around, -columns["uncertainty_km"][rows])
    kinds = rows[certain], rows[~certain]
    parts = [_nearest(columns, each, around, most) for each in kinds]
    found = np.concatenate([each[order] for each, (order, _) in zip(kinds, parts, strict=True)])
    distances = np.concatenate([distances for _, distances in parts])
    sure = np.arange(len(found)) < len(parts[0][0])
    by_distance = np.lexsort((columns.newness[found], distances))
    return Within(
        columns["event_key"][found[by_distance]].tolist(),
        distances[by_distance].tolist(),
        sure[by_distance].tolist(),
        all_certain=len(kinds[0]),
        all_possible=len(kinds[1]),
    )


def _reaching(columns: Columns, rows: Array, around: Circle, farther: Array) -> Mask:
    """Return which of these events lie in a circle that reaches so many km farther for each of them."""
    lats, lons = columns["lat"][rows], columns["lon"][rows]
    return closer_than(around.km + farther, lat=around.lat, lon=around.lon, lats=lats, lons=lons)


def _ranks(columns: Columns, order: Order, rows: Array) -> Array:
    ranks: Array = np.zeros(len(rows), dtype=np.int64)
    if order is Order.OLDEST:
        days = columns["last_day"][rows]
        ranks = np.where(days == 0, _LAST, days).astype(np.int64)
    elif order is Order.DEADLIEST:
        ranks = np.subtract(_LAST, np.minimum(columns.killed[rows] + 1, _LAST))
    elif order is Order.PLACE:
        ranks = columns.alphabetical("place")[rows]
    elif order is Order.TYPE:
        # There are far fewer than 2^15 types.
        ranks = columns.alphabetical("event_type")[rows] << 15 | columns.alphabetical("sub_event_type")[rows]
    return ranks


def _nearest_first(columns: Columns, rows: Array, around: Circle, most: int) -> Array:
    placed = np.isfinite(columns["lat"][rows])
    somewhere, nowhere = rows[placed], rows[~placed]
    order, _ = _nearest(columns, somewhere, around, most)
    in_order: Array = np.concatenate([somewhere[order], nowhere[np.argsort(columns.newness[nowhere])]])
    return in_order


def _nearest(columns: Columns, rows: Array, around: Circle, most: int) -> tuple[Array, Floats]:
    """Return which ``most`` of these events are nearest to a position, and their distances in km."""
    return nearest(
        lat=around.lat,
        lon=around.lon,
        lats=columns["lat"][rows],
        lons=columns["lon"][rows],
        ranks=columns.newness[rows],
        most=most,
    )
