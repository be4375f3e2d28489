"""A small war around Pokrovsk, for the tests of the pages about control: two maps, a table, two reports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import shapely

from domain import DateRange, Event, Snapshot, SnapshotKind, Stance
from tests.store_samples import POKROVSK, analysis, at, document
from web.services import Services

HOSTILE_SOURCE = "<script>alert(1)</script>${alert(2)}"
MAPS = "Example Maps"
FIRST, SECOND = date(2024, 12, 1), date(2025, 1, 10)
CLAIMED, STANDS = date(2025, 1, 15), date(2025, 2, 5)
FAR_BEHIND = "Behindville"

TABLE = f"""name,lat,lon,party,date,source
Westtown,48.3,36.7,Ukraine,2024-12-01,{MAPS}
Westville,48.1,36.9,Ukraine,2024-12-01,{MAPS}
Westburg,48.0,36.8,Ukraine,2024-12-01,{MAPS}
Westham,48.4,36.9,Ukraine,2024-12-01,{MAPS}
Easttown,48.3,37.9,Russia,2024-12-01,{MAPS}
Eastville,48.1,38.0,Russia,2024-12-01,{MAPS}
Eastburg,48.0,38.1,Russia,2024-12-01,{MAPS}
Eastham,48.4,38.0,Russia,2024-12-01,{MAPS}
{FAR_BEHIND},49.0,33.5,Russia,2025-01-12,a slip
"""


def table(folder: Path) -> str:
    """Write the table; return what SITMAP_CONTROL is to hold."""
    path = folder / "control.csv"
    path.write_text(TABLE, encoding="utf-8")
    return str(path)


def load(parts: Services) -> Mapping[str, Event]:
    """Keep the maps and the reports; return the events by the names of their places."""
    parts.store.snapshots.add([_map(FIRST, west=37.6)])
    parts.store.snapshots.add([_map(SECOND, west=37.3)])
    parts.store.snapshots.add([_map(SECOND, west=37.45, source="Other Maps")])
    events = {
        "Kurakhove": _taken(0, "Kurakhove", 47.985, 37.28, date(2025, 1, 5), Stance.REPORTED),
        "Pokrovsk": _taken(1, "Pokrovsk", POKROVSK.lat, POKROVSK.lon, CLAIMED, Stance.CLAIMED),
    }
    for number, told in enumerate(events.values()):
        parts.store.add(analysis(document(number), told))
    return events


def _map(day: date, *, west: float, source: str = MAPS) -> Snapshot:
    return Snapshot(day, source, "Russia", SnapshotKind.CONTROL, shapely.box(west, 47.9, 38.4, 48.5))


def _taken(number: int, name: str, lat: float, lon: float, day: date, stance: Stance) -> Event:
    return at(
        document(number),
        name,
        lat=lat,
        lon=lon,
        event_type="Battles",
        sub_event_type="Non-state actor overtakes territory",
        stance=stance,
        claimed_by="Military Forces of Russia" if stance is Stance.CLAIMED else None,
        actor="Military Forces of Russia",
        when=DateRange(day, day, 1),
        place=replace(POKROVSK, name=name, lat=lat, lon=lon),
        place_text=name,
    )
