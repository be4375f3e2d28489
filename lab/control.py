"""How well control is inferred: against the ground that DeepState drew for the same day.

All is measured on the land of Ukraine north of 46.25° N: intersection over union of the occupied ground, and
how far apart the lines are, from each to the other, on dry ground: along borders, coasts and lakes outlines
differ.
"""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer
from scipy.spatial import KDTree
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from domain import BBox, ControlFact, Snapshot, SnapshotKind
from frontlines import read_facts
from geo.control import Background, Territory, infer, territory
from geo.land import Land
from lab.corpora import CORPORA

SHARED = CORPORA.parent
FACTS = Path(__file__).parent.parent / "data" / "control.csv"
PAST = FACTS.with_name("control_2024.csv")
OCCUPIER, OWNER = "Russia", "Ukraine"
NORTH = shapely.box(20, 46.25, 45, 54)
FROM_BORDERS_M = 3_000
"""Nearer to a border, a coast or a large lake no line is compared."""

STEP_M = 250
THE_DAY = date(2025, 1, 31)
LAPSES = (
    (date(2024, 10, 1), (date(2024, 11, 1), date(2024, 12, 1), date(2025, 1, 31))),
    (date(2024, 8, 1), (date(2024, 9, 1), date(2024, 10, 1), date(2024, 11, 1), date(2024, 12, 1))),
    (date(2025, 2, 1), (date(2025, 3, 1), date(2025, 5, 1))),
    (date(2025, 5, 1), (date(2025, 6, 1), date(2025, 7, 1), date(2025, 8, 1), date(2025, 9, 1))),
    (date(2025, 1, 31), (date(2025, 5, 1), date(2025, 7, 1), date(2025, 10, 1))),
)
"""A day with a snapshot, and the days by which captures since are dated."""

_TO_FLAT = Transformer.from_crs("OGC:CRS84", "+proj=laea +lat_0=48.5 +lon_0=35 +ellps=WGS84", always_xy=True)


@dataclass(frozen=True, slots=True)
class Truth:
    """DeepState's ground of a day and its line, flat, in metres, on the land that is measured on."""

    drawn: BaseGeometry
    occupied: BaseGeometry
    line: BaseGeometry


class Atlas:
    """What lies in ``../shared``, on the land. Raises FileNotFoundError."""

    def __init__(self, land: Land) -> None:
        outline = json.loads(_read(SHARED / "gazetteer" / "whosonfirst-ua-country.geojson.gz"))
        self.land = flat(shapely.intersection(shape(outline["features"][0]["geometry"]), NORTH))
        theatre = land.theatre(BBox(22, 44, 41, 53))
        dry = flat(theatre.plane.on_map(theatre.grounds["UA"].dry))
        self.dry = shapely.intersection(self.land, dry)
        self._inland = shapely.buffer(self.dry, -FROM_BORDERS_M)
        rows = _read(SHARED / "gazetteer" / "geonames-UA.txt.gz").decode().splitlines()
        cells = [row.split("\t") for row in rows]
        self.places = np.array([(float(row[5]), float(row[4])) for row in cells])
        self.days = {
            date.fromisoformat(path.name[10:18]): path
            for path in sorted((SHARED / "frontlines").glob("deepstate-*.geojson.gz"))
        }

    def drawn(self, day: date) -> BaseGeometry:
        """Return what DeepState drew for a day, in lon, lat."""
        (feature,) = json.loads(_read(self.days[day]))["features"]
        return shape(feature["geometry"])

    def truth(self, day: date) -> Truth:
        """Return what there is to compare with for a day."""
        drawn = flat(self.drawn(day))
        line = shapely.intersection(drawn.boundary, self._inland)
        return Truth(self.drawn(day), shapely.intersection(drawn, self.land), line)

    def facts(self, day: date, places: NDArray[np.bool_] | None = None) -> list[ControlFact]:
        """Return who held each place on a day, or each of those picked."""
        held = self.held(day)
        picked = np.flatnonzero(places) if places is not None else np.arange(len(held))
        return [
            ControlFact(
                self.places[at, 1], self.places[at, 0], OCCUPIER if held[at] else OWNER, day, "DeepState"
            )
            for at in picked
        ]

    def held(self, day: date) -> NDArray[np.bool_]:
        """Return which places were occupied on a day."""
        drawn = self.drawn(day)
        shapely.prepare(drawn)
        return np.asarray(shapely.contains_xy(drawn, *self.places.T))

    def inland(self, front: BaseGeometry) -> BaseGeometry:
        """Return the part of a line in lon, lat that is compared, flat."""
        return shapely.intersection(flat(front), self._inland)


@dataclass(frozen=True, slots=True)
class Measured:
    """How well drawn ground agrees with the truth.

    ``inside`` is the share of the true line in the contested band and ``km2`` the band's area.
    """

    iou: float
    mean_km: float
    p95_km: float
    inside: float
    km2: float


def measure(drawn: Territory, truth: Truth, atlas: Atlas) -> Measured:
    """Compare drawn ground with the truth of its day."""
    ours = shapely.intersection(flat(drawn.areas[OCCUPIER]), atlas.land)
    line, contested = corners(truth.line), flat(drawn.contested)
    front = corners(atlas.inland(drawn.front))
    apart = (
        np.concatenate([KDTree(one).query(other)[0] for one, other in ((line, front), (front, line))]) / 1000
    )
    shapely.prepare(contested)
    return Measured(
        overlap(ours, truth.occupied),
        float(apart.mean()),
        float(np.quantile(apart, 0.95)),
        float(shapely.contains_xy(contested, *line.T).mean()),
        contested.area / 1e6,
    )


def overlap(one: BaseGeometry, other: BaseGeometry) -> float:
    """Return intersection over union."""
    return float(shapely.intersection(one, other).area / shapely.union(one, other).area)


def cells(facts: Sequence[ControlFact], atlas: Atlas) -> BaseGeometry:
    """Return the occupied ground by plain Voronoi cells, flat: what inference has to be better than."""
    party_at = {(fact.lon, fact.lat): fact.party for fact in facts}
    spots = np.column_stack(_TO_FLAT.transform(*np.array(list(party_at)).T))
    drawn = shapely.voronoi_polygons(shapely.MultiPoint(spots), extend_to=atlas.land, ordered=True)
    held = [party == OCCUPIER for party in party_at.values()]
    return shapely.intersection(shapely.union_all(shapely.get_parts(drawn)[held]), atlas.land)


def captures(atlas: Atlas, first: date, days: Sequence[date]) -> Iterator[ControlFact]:
    """Yield the places that changed hands, each dated by the first of the days on which it had."""
    for before, after in zip((first, *days), days, strict=False):
        changed = atlas.held(before) != atlas.held(after)
        yield from atlas.facts(after, changed)


def closed(ours: BaseGeometry, before: BaseGeometry, after: BaseGeometry) -> float:
    """Return how much of the ground that changed is right: 1 less what differs still by what differed."""
    missing = shapely.symmetric_difference(ours, after).area
    return float(1 - missing / shapely.symmetric_difference(before, after).area)


def flat(geometry: BaseGeometry) -> BaseGeometry:
    """Return a geometry in lon, lat on an equal-area map in metres."""
    on_map = shapely.transform(geometry, lambda at: np.column_stack(_TO_FLAT.transform(at[:, 0], at[:, 1])))
    return on_map if on_map.is_valid else shapely.make_valid(on_map)


def corners(line: BaseGeometry) -> NDArray[np.float64]:
    """Return points along a line, near enough to each other to measure from."""
    return np.asarray(shapely.get_coordinates(shapely.segmentize(line, STEP_M)))


def _read(path: Path) -> bytes:
    return gzip.decompress(path.read_bytes())


def print_control(land: Land) -> None:
    """Print how well control is inferred: from few facts, from many, from a snapshot and what came later."""
    atlas = Atlas(land)
    print(
        "| facts | IoU | plain cells | cells, no lakes | line off, km | 95 % | line in band | band km² | s |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    written = read_facts(FACTS)
    _print_facts(f"data/control.csv, {len(written)} places", written, THE_DAY, atlas, land)
    for day in (date(2024, 10, 1), date(2025, 5, 1), date(2025, 10, 1)):
        drawn = atlas.drawn(day)
        spots = shapely.points([(fact.lon, fact.lat) for fact in written])
        held = shapely.intersects(drawn, spots)
        known = [
            replace(fact, party=OCCUPIER if here else OWNER, date=day)
            for fact, here in zip(written, held, strict=True)
        ]
        _print_facts(f"the same places as of {day}", known, day, atlas, land)
    past = [*read_facts(PAST), *written]
    for day in (date(2024, 8, 1), date(2024, 10, 1), date(2024, 12, 1)):
        until = [fact for fact in past if fact.date <= day]
        _print_facts(f"data/control_2024.csv as of {day}", until, day, atlas, land)
    for day in atlas.days:
        _print_facts(f"all {len(atlas.places):,} places of {day}", atlas.facts(day), day, atlas, land)
    print("\n| snapshot | captures until | places | changed km² | closed | plain cells | no gazetteer | s |")
    print("|---|---|---|---|---|---|---|---|")
    for first, days in LAPSES:
        _print_lapse(first, days, atlas, land)


def _print_facts(what: str, facts: Sequence[ControlFact], day: date, atlas: Atlas, land: Land) -> None:
    infer(facts, day, land)
    start = time.perf_counter()
    drawn = infer(facts, day, land)
    taken = time.perf_counter() - start
    truth = atlas.truth(day)
    found, plain = measure(drawn, truth, atlas), cells(facts, atlas)
    dry = overlap(shapely.intersection(plain, atlas.dry), truth.occupied)
    print(
        f"| {what} | {found.iou:.3f} | {overlap(plain, truth.occupied):.3f} | {dry:.3f}"
        f" | {found.mean_km:.2f} | {found.p95_km:.2f} | {found.inside:.2f} | {found.km2:,.0f} | {taken:.2f} |"
    )


def _print_lapse(first: date, days: Sequence[date], atlas: Atlas, land: Land) -> None:
    snapshot = Snapshot(first, "DeepState", OCCUPIER, SnapshotKind.CONTROL, atlas.drawn(first))
    since = list(captures(atlas, first, days))
    before, after = atlas.truth(first).occupied, atlas.truth(days[-1]).occupied
    shares, taken = [], 0.0
    for known in (lambda code: atlas.places, lambda code: np.empty((0, 2))):
        background = Background({"UA": OWNER, "RU": OCCUPIER}.__getitem__, known)
        start = time.perf_counter()
        drawn = territory(since, [snapshot], days[-1], land, background)
        taken = taken or time.perf_counter() - start
        shares.append(closed(shapely.intersection(flat(drawn.areas[OCCUPIER]), atlas.land), before, after))
    held, holds = cells(atlas.facts(first), atlas), cells(atlas.facts(days[-1]), atlas)
    won, lost = shapely.difference(holds, held), shapely.difference(held, holds)
    plain = closed(shapely.difference(shapely.union(before, won), lost), before, after)
    changed = shapely.symmetric_difference(before, after).area / 1e6
    print(
        f"| {first} | {days[-1]} | {len(since)} | {changed:,.0f} | {shares[0]:.2f} | {plain:.2f}"
        f" | {shares[1]:.2f} | {taken:.2f} |"
    )
