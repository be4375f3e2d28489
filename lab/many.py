"""A store of very many synthetic events, for measuring: ``python -m lab.many DIR`` fills one.

The rules by which reports are merged are left out: they look at what is near each telling, which takes hours
for a million and changes nothing of how a full store is read.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import merging
from domain import Event, Neighbourhood, SitmapError
from geo.gazetteer import Gazetteer
from geo.regions import Regions
from lab.synthetic import synthetic_reports
from store import open_store

ROOT = Path(__file__).parent.parent
EVENTS = 1_000_000

EACH = 20
"""Events that a report tells of, like a day's summary: some 2 kB of text."""


class Separate:
    """Rules of merging by which no two tellings are of one event."""

    def neighbourhood(self, telling: Event) -> Neighbourhood | None:
        """Look nowhere."""
        return None

    def joins(self, tellings: Sequence[Event], known: Sequence[Sequence[Event]]) -> Sequence[Event | None]:
        """Choose none."""
        return [None] * len(tellings)

    def fold(self, tellings: Sequence[Event]) -> Event:
        """Return what the real rules make of tellings that somebody has merged by hand."""
        return merging.fold(tellings)


def fill(
    file: Path,
    gazetteer: Path,
    basemap: Path,
    *,
    events: int = EVENTS,
    tell: Callable[[int], object] = lambda done: None,
    every: int = 10_000,
) -> None:
    """Fill the store in a new file with so many events, rounded up to whole reports.

    A file that is there is whole and left as it is; one that is being filled has another name. ``tell`` is
    called after each so many with how many are done.
    """
    if file.exists():
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_name(f"filling.{file.name}")
    for left in (fresh, *(fresh.with_name(f"{fresh.name}-{kind}") for kind in ("wal", "shm"))):
        left.unlink(missing_ok=True)
    with (
        closing(Gazetteer(gazetteer)) as places,
        closing(open_store(f"sqlite:///{fresh}", Separate())) as store,
    ):
        reports = synthetic_reports(places, Regions(places, basemap), count=-(-events // EACH), each=EACH)
        for number, report in enumerate(reports, start=1):
            store.add(report)
            if number * EACH % every == 0:
                tell(number * EACH)
    # Closing the last connection has put all of the log into the file.
    fresh.replace(file)


def main() -> None:
    """Fill a store, and tell how far that is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, metavar="DIR", help="folder that gets events.db")
    parser.add_argument("--events", type=int, default=EVENTS, help="how many (default: %(default)s)")
    parser.add_argument("--instance", type=Path, default=ROOT / "instance", help="folder of what is prepared")
    options = parser.parse_args()
    start = time.perf_counter()

    def tell(done: int) -> None:
        print(f"\r{done:,} events, {time.perf_counter() - start:.0f} s", end="", flush=True)

    try:
        gazetteer, basemap = (options.instance / name for name in ("gazetteer.db", "basemap.json"))
        fill(options.folder / "events.db", gazetteer, basemap, events=options.events, tell=tell)
    except SitmapError as error:
        sys.exit(f"Error: {error}")


if __name__ == "__main__":
    main()
