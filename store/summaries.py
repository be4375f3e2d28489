"""Chosen events added up: the counts of a view, the histogram of days, tallies by type and division."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date

import numpy as np

from domain import MAPPED_STANCES, Counts, Grouping, Histogram, Tally, Toll
from store.choices import Choice
from store.columns import Array, Columns
from store.filters import Actors, Sources, Stances, Window

MOST_NAMES = 40
"""How many actors and sources are counted by name, beside those that are asked for."""

MOST_BINS = 1200
"""The most bins of a histogram; days are put together until there are no more."""

_GROUPED_BY = {
    Grouping.TYPE: "event_type",
    Grouping.COUNTRY: "country",
    Grouping.ADMIN1: "division",
    Grouping.ADMIN2: "district",
}


def counts(choice: Choice) -> Counts:
    """Reconcile what a view shows with what there is."""
    columns = choice.columns
    whole = int(np.count_nonzero(choice.mask_of(Window.field)))
    passing = _grains(columns, choice.rows())
    return Counts(
        window=whole,
        shown=passing[1] + passing[2],
        filtered=whole - sum(passing),
        region_only=passing[3],
        unplaced=passing[0],
        by_type=_by_type(columns, choice.rows(but="types")),
        by_stance=_by_word(columns, "stance", choice.rows(but="stances")),
        by_precision={
            grain: count
            for grain, count in enumerate(_grains(columns, choice.rows(but="precisions")))
            if count
        },
        by_actor=_most(_by_actor(columns, choice.rows(but="actors")), _asked(choice, Actors)),
        by_source=_most(_by_source(columns, choice.rows(but="sources")), _asked(choice, Sources)),
        without={
            each.field: sum(_grains(columns, choice.rows(but=each.field))[1:])
            for each in choice.filters
            # Nobody sets these: they are what a map shows.
            if each != Stances(MAPPED_STANCES)
        },
    )


def span(choice: Choice) -> tuple[date, date] | None:
    """Return the first and the last day of the events that are dated, ``None`` where none is."""
    columns, rows = choice.columns, choice.rows()
    dated = rows[columns["last_day"][rows] > 0]
    if not len(dated):
        return None
    return (
        date.fromordinal(int(columns["first_day"][dated].min())),
        date.fromordinal(int(columns["last_day"][dated].max())),
    )


def histogram(choice: Choice) -> Histogram | None:
    """Return the events by day, whatever the window; ``None`` where none is dated."""
    columns, rows = choice.columns, choice.rows(but=Window.field)
    last = columns["last_day"][rows]
    days = last[last > 0]
    if not len(days):
        return None
    first, types = int(days.min()), len(columns.types)
    width = -(-(int(days.max()) - first + 1) // MOST_BINS)
    bins = (days - first) // width
    by_bin = np.bincount(
        bins * types + columns.type_index[rows][last > 0], minlength=(bins.max() + 1) * types
    )
    return Histogram(
        first=date.fromordinal(first),
        days=width,
        bins=tuple(named(columns.types, numbers) for numbers in by_bin.reshape(-1, types).tolist()),
        undated=len(rows) - len(days),
    )


def tallies(choice: Choice, grouping: Grouping) -> Mapping[str, Tally]:
    """Return the events added up by type, or those that are placed by the division that they lie in."""
    columns, rows = choice.columns, choice.rows()
    if grouping is not Grouping.TYPE:
        rows = rows[columns["precision"][rows] > 0]
    low, best, high = (columns[f"killed_{part}"][rows] for part in ("low", "best", "high"))
    stating = np.maximum(np.maximum(low, best), high) >= 0
    # Each of the three falls back on the next more careful one.
    least = np.where(low >= 0, low, np.maximum(best, 0))
    likely = np.where(best >= 0, best, np.maximum(low, 0))
    most = np.where(high >= 0, high, likely)
    keys = columns[_GROUPED_BY[grouping]][rows]
    rough = columns["precision"][rows] == 3
    events, *sums = (
        np.bincount(keys, weights).astype(np.int64) for weights in (None, rough, stating, least, likely, most)
    )
    return {
        columns.words[key]: Tally(int(events[key]), some, stated, Toll(*killed) if stated else None)
        for key in np.flatnonzero(events).tolist()
        if key
        for some, stated, *killed in [[int(each[key]) for each in sums]]
    }


def _grains(columns: Columns, rows: Array) -> list[int]:
    """Return how many events there are of each precision, beginning with those that are not placed."""
    numbers: list[int] = np.bincount(columns["precision"][rows], minlength=4).tolist()
    return numbers


def _by_word(columns: Columns, name: str, rows: Array) -> dict[str, int]:
    return _worded(columns, np.bincount(columns[name][rows]))


def _worded(columns: Columns, numbers: Array) -> dict[str, int]:
    """Return the numbers by the words of their positions."""
    return {columns.words[code]: int(numbers[code]) for code in np.flatnonzero(numbers).tolist() if code}


def _by_type(columns: Columns, rows: Array) -> dict[str, int]:
    families, kinds = _by_word(columns, "event_type", rows), _by_word(columns, "sub_event_type", rows)
    return {**kinds, **families}


def _by_actor(columns: Columns, rows: Array) -> dict[str, int]:
    actors, targets = columns["actor"][rows], columns["target"][rows]
    others = np.where(targets == actors, 0, targets)
    least = columns.codes
    return _worded(columns, np.bincount(actors, minlength=least) + np.bincount(others, minlength=least))


def _by_source(columns: Columns, rows: Array) -> dict[str, int]:
    numbers: defaultdict[str, int] = defaultdict(int)
    by_set = np.bincount(columns["sources"][rows])
    for code in np.flatnonzero(by_set).tolist():
        for name in columns.source_sets[code]:
            numbers[name] += int(by_set[code])
    return dict(numbers)


def _asked(choice: Choice, kind: type[Actors] | type[Sources]) -> Collection[str]:
    return next((each.names for each in choice.filters if isinstance(each, kind)), ())


def _most(numbers: Mapping[str, int], asked: Collection[str]) -> dict[str, int]:
    """Return the largest numbers and those that are asked for, the largest first."""
    everyone = {**dict.fromkeys(asked, 0), **numbers}
    names = sorted(everyone, key=lambda name: (-everyone[name], name))
    wanted = {*names[:MOST_NAMES], *asked}
    return {name: everyone[name] for name in names if name in wanted}


def named(names: Iterable[str], numbers: Iterable[int]) -> dict[str, int]:
    """Return the numbers that are not 0 by their names."""
    return {name: number for name, number in zip(names, numbers, strict=True) if number}
