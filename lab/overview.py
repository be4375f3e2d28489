"""How long the store's answers take over very many events: ``python -m lab.overview DIR``.

DIR is one that ``python -m lab.many DIR`` has filled. Printed are medians of processor time, so that what
else the machine does counts little.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import timedelta
from functools import partial
from pathlib import Path

import merging
from domain import BBox, Circle, EventQuery, Grouping, Order, SitmapError, Store
from lab.synthetic import FIRST_DAY
from store import open_store

ROUNDS = 15
VIEW = BBox(28.0, 44.0, 43.0, 52.0)
"""About what a screen shows of Ukraine at zoom 6."""
ZOOM = 6
HERE = Circle(48.28, 37.18, 50.0)
"""Pokrovsk, where most synthetic events are."""

Question = Callable[[Store, int], object]


def _window(number: int) -> EventQuery:
    """Return a year of events that nobody has asked for before."""
    start = FIRST_DAY + timedelta(days=number)
    return EventQuery(start=start, end=start + timedelta(days=365))


def _moved(number: int) -> EventQuery:
    """Return all events in a view that is a little farther east each time."""
    return EventQuery(view=BBox(VIEW.west + number / 10, VIEW.south, VIEW.east + number / 10, VIEW.north))


def _in_view(number: int) -> EventQuery:
    asked = _window(number)
    return EventQuery(start=asked.start, end=asked.end, view=VIEW)


def _listed(store: Store, number: int, order: Order) -> object:
    return store.listing(EventQuery(view=VIEW), order, skip=number, limit=50, around=HERE)


QUESTIONS: Mapping[str, Question] = {
    "clusters, map moved": lambda store, number: store.clusters(_moved(number), zoom=ZOOM),
    "clusters, new window": lambda store, number: store.clusters(_in_view(number), zoom=ZOOM),
    "heat, map moved": lambda store, number: store.heat(_moved(number), zoom=ZOOM),
    "heat, new window": lambda store, number: store.heat(_in_view(number), zoom=ZOOM),
    "counts, all events": lambda store, number: store.counts(EventQuery()),
    "counts, new window": lambda store, number: store.counts(_window(number)),
    "histogram": lambda store, number: store.histogram(EventQuery(fatalities=number)),
    **{f"list of 50, {order}": partial(_listed, order=order) for order in Order},
    "near 50 km, 500 events": lambda store, number: store.near(
        EventQuery(), lat=HERE.lat, lon=HERE.lon + number / 100, km=HERE.km
    ),
    "in a drawn area": lambda store, number: store.counts(
        EventQuery(area=((36, 47), (38, 47 + number / 100), (38, 49), (36, 48.5)))
    ),
    "words, of a place": lambda store, number: store.counts(EventQuery(text="pokrovsk " * (number + 1))),
    "tallies by division": lambda store, number: store.tallies(EventQuery(), Grouping.ADMIN1),
}


def measure(file: Path) -> Mapping[str, float]:
    """Return milliseconds of processor time by question, asked of the store in a file."""
    taken: dict[str, float] = {}
    with closing(open_store(f"sqlite:///{file}", merging)) as store:
        taken["reading all records"] = _milliseconds(lambda: store.span(EventQuery()))
        for name, ask in QUESTIONS.items():
            rounds = [_milliseconds(partial(ask, store, number)) for number in range(ROUNDS)]
            taken[name] = statistics.median(rounds)
    return taken


def _milliseconds(ask: Callable[[], object]) -> float:
    start = time.process_time()
    ask()
    return 1000 * (time.process_time() - start)


def main() -> None:
    """Measure, and print a line for each question."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, metavar="DIR", help="folder with an events.db")
    file: Path = parser.parse_args().folder / "events.db"
    if not file.is_file():
        sys.exit(f"Error: there is no {file}")
    try:
        for name, milliseconds in measure(file).items():
            print(f"{name:26} {milliseconds:8.1f} ms")
    except SitmapError as error:
        sys.exit(f"Error: {error}")


if __name__ == "__main__":
    main()
