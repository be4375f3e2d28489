"""Who holds the ground on a day, drawn from who held which place: areas, contested bands and front lines.

Pure functions of facts, snapshots and the land. A fact speaks for the ground of the country that its place
lies in: a border is no front line unless somebody has crossed it. Decision 0012 has the reasons and measures.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from operator import itemgetter

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from domain import BBox, ControlFact, Snapshot, SnapshotKind, Unprocessable
from geo.by_facts import REACH_KM, assume_its_own, divide_by_facts
from geo.by_snapshot import Layer, divide_by_snapshot
from geo.drawing import Drawing, LeftOut, positions
from geo.field import Array
from geo.flat import lines, polygons
from geo.holdings import Holding, settle
from geo.land import Land, Theatre
from geo.moving import Moving
from geo.shapes import GRID_DEGREES

__all__ = ["Background", "LeftOut", "Territory", "infer", "territory"]

TRACE = 0.02
"""Less of a snapshot's ground than this lies in a country because two sources draw its border."""

SCARCE = 1000
"""Of so many places one that alone lies in another country is most likely a slip in its coordinates."""

STUB_KM = 5.0
"""Shorter pieces of a line lie where two sources draw a coast; a village that is held has 10 km around it."""

CELL_DEGREES = (4.0, 2.0)
"""What is known in cells (of longitude, latitude) that touch belongs to one theatre. Cells are higher than
two places reach, and so wide up to 60° north; farther on, several of them are."""

MOST_DEGREES = 100.0
"""The widest theatre."""

Bounds = tuple[float, float, float, float]
"""West, south, east, north."""


@dataclass(frozen=True, slots=True)
class Territory:
    """Who holds the ground on a day. Geometry is in lon, lat; the areas of the parties do not overlap.

    ``contested`` lies across the areas: each part of it is in the area of whoever is likelier to hold it.
    ``front`` are the lines between parties. ``holdings`` are the places that tell it.
    """

    day: date
    areas: Mapping[str, BaseGeometry]
    contested: BaseGeometry
    front: BaseGeometry
    holdings: tuple[Holding, ...] = ()
    left_out: tuple[LeftOut, ...] = ()


@dataclass(frozen=True, slots=True)
class Background:
    """What is known beside facts, by the code of a country: whose it is, and where its settlements lie.

    The settlements (n, 2) in lon, lat tell how far the ground of a place that changes hands reaches.
    """

    party_of: Callable[[str], str]
    settlements: Callable[[str], Array]


def infer(facts: Sequence[ControlFact], day: date, land: Land) -> Territory:
    """Return who holds the ground by facts alone. Raises Unprocessable where they span too much."""
    return territory(facts, (), day, land, Background(str, lambda code: np.empty((0, 2))))


def territory(
    facts: Sequence[ControlFact], snapshots: Sequence[Snapshot], day: date, land: Land, background: Background
) -> Territory:
    """Return who holds the ground by snapshots of one day, and by facts from then until ``day``.

    In a country of which the snapshots draw some ground the rest is its own state's. In others the facts that
    somebody has put together divide it, and those that follow from events later than they move that. Where
    there are only events, what they do not tell of is taken to be its own state's, and not drawn. Raises
    Unprocessable where all that spans too much of the world.
    """
    facts = [fact for fact in facts if fact.date <= day]
    parts = [(each, part) for each in snapshots for part in shapely.get_parts(each.geometry).tolist()]
    extents = [(fact.lon, fact.lat, fact.lon, fact.lat) for fact in facts]
    extents += [part.bounds for _, part in parts]
    found = Territory(day, {}, shapely.Polygon(), shapely.LineString())
    for together in _together(extents):
        theatre = land.theatre(_box_around([extents[at] for at in together]))
        here = [facts[at] for at in together if at < len(facts)]
        shown = _put_together(parts[at - len(facts)] for at in together if at >= len(facts))
        found = _joined(found, _draw(theatre, here, shown, day, background), theatre)
    return found


def _together(extents: Sequence[Bounds]) -> Iterator[list[int]]:
    """Yield which of extents lie in one theatre, in order."""
    cells: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    width, height = CELL_DEGREES
    for at, (west, south, east, north) in enumerate(extents):
        for column in range(int(west // width), int(east // width) + 1):
            for row in range(int(south // height), int(north // height) + 1):
                cells[column, row].append(at)
    while cells:
        reached, todo = set[int](), [next(iter(cells))]
        while todo:
            column, row = todo.pop()
            if (column, row) in cells:
                reached.update(cells.pop((column, row)))
                north = math.radians(min(85.0, max(abs(row), abs(row + 1)) * height))
                beside = math.ceil(0.5 / math.cos(north))
                todo += [
                    (column + right, row + up) for right in range(-beside, beside + 1) for up in (-1, 0, 1)
                ]
        yield sorted(reached)


def _box_around(extents: Sequence[Bounds]) -> BBox:
    """Return the box with whole degrees for its edges that holds all within reach of others."""
    wests, souths, easts, norths = zip(*extents, strict=True)
    up = REACH_KM / 110
    wide = up / max(0.1, math.cos(math.radians(max(abs(min(souths)), abs(max(norths))))))
    west, south = math.floor(min(wests) - wide), math.floor(min(souths) - up)
    east, north = math.ceil(max(easts) + wide), math.ceil(max(norths) + up)
    if max(east - west, north - south) > MOST_DEGREES:
        raise Unprocessable(f"what is known spans more than {MOST_DEGREES:g} degrees without a gap")
    return BBox(max(west, -180), max(south, -90), min(east, 180), min(north, 90))


def _put_together(parts: Iterable[tuple[Snapshot, BaseGeometry]]) -> list[Snapshot]:
    """Return snapshots with only those parts of their geometry that are given."""
    return [
        replace(snapshot, geometry=shapely.union_all([part for _, part in of_one]))
        for snapshot, of_one in groupby(parts, key=itemgetter(0))
    ]


def _draw(
    theatre: Theatre,
    facts: Sequence[ControlFact],
    snapshots: Sequence[Snapshot],
    day: date,
    background: Background,
) -> Drawing:
    """Draw what facts and snapshots tell of each country in a theatre."""
    drawing, plane = Drawing(), theatre.plane
    shapes = [(snapshot, plane.shape(snapshot.geometry)) for snapshot in snapshots]
    grounds = [(snapshot, shape) for snapshot, shape in shapes if snapshot.kind is not SnapshotKind.LINE]
    drawn_on = max((snapshot.date for snapshot in snapshots), default=date.min)
    layers_of: dict[str, list[Layer]] = {}
    for snapshot, shape in grounds:
        for code, part in _by_country(shape, theatre):
            layers_of.setdefault(code, []).append((snapshot, part))
    facts_of: dict[str, list[ControlFact]] = {}
    for fact, code in zip(facts, theatre.countries_of(positions(facts, plane)), strict=True):
        facts_of.setdefault(str(code), []).append(fact)
    for code, ground in theatre.grounds.items():
        inside, layers = facts_of.get(code, []), layers_of.get(code)
        written = [fact.date for fact in inside if fact.event_id is None]
        until = drawn_on if layers else max(written, default=date.min)
        known = settle((fact for fact in inside if fact.date <= until), day)
        if layers:
            divided = divide_by_snapshot(layers, ground, background.party_of(code))
        elif len(inside) * SCARCE < len(facts):
            drawing.leave_out(settle(inside, day), "alone in its country")
            continue
        elif known:
            divided = divide_by_facts(drawing, known, ground, plane, day)
        elif not inside:
            continue
        else:
            divided = assume_its_own(positions(inside, plane), ground, background.party_of(code))
        since = [fact for fact in inside if fact.date > until]
        settlements = background.settlements(code) if since else np.empty((0, 2))
        Moving(divided, ground, plane).draw(drawing, since, day, settlements)
    drawing.leave_out(settle(facts_of.get("", []), day), "in no country")
    # A line that is shown beside areas says the same once more.
    shown = [shape for _, shape in shapes] if not grounds else []
    drawing.front = [*shown, *_without_stubs(drawing.front)]
    return drawing


def _by_country(shape: BaseGeometry, theatre: Theatre) -> Iterator[tuple[str, BaseGeometry]]:
    """Yield what of a snapshot's ground is in which country; all that lies in a country.

    What overlaps little is the main country's, like bays: two sources draw its border.
    """
    parts = {
        code: polygons(shapely.intersection(shape, ground.banks))
        for code, ground in theatre.grounds.items()
        if shapely.intersects(shape, ground.banks)
    }
    main = max(parts, key=lambda code: float(parts[code].area), default="")
    others = [code for code in parts if code != main and parts[code].area > TRACE * shape.area]
    for code in others:
        yield code, parts[code]
    if main:
        yield main, polygons(shapely.difference(shape, shapely.union_all([parts[code] for code in others])))


def _joined(before: Territory, drawn: Drawing, theatre: Theatre) -> Territory:
    """Return a territory with the flat geometry of one more theatre."""

    def with_these(
        known: BaseGeometry, parts: Sequence[BaseGeometry], kept: Callable[[BaseGeometry], BaseGeometry]
    ) -> BaseGeometry:
        fresh = theatre.plane.on_map(parts[0] if len(parts) == 1 else shapely.union_all(parts))
        fresh = shapely.set_precision(fresh if fresh.is_valid else shapely.make_valid(fresh), GRID_DEGREES)
        return kept(fresh if known.is_empty else shapely.union(known, fresh))

    areas = dict(before.areas)
    for party, parts in drawn.areas.items():
        areas[party] = with_these(areas.get(party, shapely.Polygon()), parts, polygons)
    return Territory(
        before.day,
        {party: area for party, area in sorted(areas.items()) if not area.is_empty},
        with_these(before.contested, drawn.contested, polygons),
        with_these(before.front, drawn.front, lines),
        (*before.holdings, *drawn.holdings),
        (*before.left_out, *drawn.left_out),
    )


def _without_stubs(pieces: Sequence[BaseGeometry]) -> Iterator[BaseGeometry]:
    """Yield lines put together, without short pieces that lead from nowhere to nowhere."""
    merged = shapely.line_merge(shapely.union_all(pieces))
    return (part for part in shapely.get_parts(merged) if part.length >= STUB_KM)
