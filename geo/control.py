"""Who holds the ground on a day, drawn from who held which place: areas, contested bands and front lines.

Pure functions of facts, snapshots and the land. A fact speaks for the ground of the country that its place
lies in: a border is no front line unless somebody has crossed it. Decision 0012 has the reasons and measures.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

import numpy as np
import shapely
from scipy.spatial import KDTree
from shapely.geometry.base import BaseGeometry

from domain import BBox, ControlFact, Snapshot, SnapshotKind, Unprocessable
from geo.field import COARSE, STEP_KM, Array, Field, Grid, lead, leads_over
from geo.holdings import Holding, settle
from geo.land import Ground, Land, Plane, Theatre
from geo.shapes import GRID_DEGREES

REACH_KM = 100.0
LEAST_REACH_KM = 25.0
REACH_APART = 2.0
"""How far from a place nobody is said to hold the ground: so many times its distance from others, in bounds.
From the ground of a snapshot the most."""

UNSURE = 0.5
"""How far from a line the ground is contested, as a part of how far places lie apart there."""

BAND_KM = 1.0
"""The same of the line of a snapshot."""

DEPTH_KM = 2.5
"""How far behind the line of a snapshot its ground is sure, where a place near by changes hands."""

PIECE_KM = 2.0
"""Length of the pieces of a line that each have a width of their own."""

TOUCHED_KM = 30.0
"""How far from a place that has changed hands since a snapshot its line may have moved."""

FAR_KM = 25.0
FAR_APART = 4.0
"""How far from a party's other ground a place of its own may lie: so many km where places are dense, so many
times their distance from each other where they are not."""

COMPANY = 2
"""How many others of its party a place must have so near."""

SLIVER_KM = 1.0
"""Narrower strips along a border are there because two sources draw the border."""

TRACE = 0.02
"""Less of a snapshot's ground than this lies in a country because two sources draw its border."""

SCARCE = 1000
"""Of so many places one that alone lies in another country is most likely a slip in its coordinates."""

HAMLETS_KM = 5.0
"""How far villages lie apart where the gazetteer knows none, so that a captured one has an end."""

SAME_PLACE_KM = 0.3
"""Nearer to a place that a fact is of, a settlement is that place."""

TRACE_KM = 0.25
"""How far the points lie apart at which a line is felt for."""

TOUCHING_KM = 0.01
"""How far the areas on both sides of one contour may lie apart by rounding."""

CELL_DEGREES = (4.0, 2.0)
"""Facts in cells (of longitude, latitude) that touch belong to one theatre."""

MOST_DEGREES = 60.0
"""The widest theatre."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A place whose facts draw nothing, and why."""

    holding: Holding
    reason: str


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


_Layer = tuple[Snapshot, BaseGeometry]
"""A layer of a snapshot, with what of its ground lies in one country, flat."""


@dataclass(slots=True)
class _Drawn:
    """Flat geometry of one country after another, to be joined."""

    areas: dict[str, list[BaseGeometry]] = field(default_factory=dict)
    contested: list[BaseGeometry] = field(default_factory=list)
    front: list[BaseGeometry] = field(default_factory=list)
    holdings: list[Holding] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)

    def add_area(self, party: str, area: BaseGeometry) -> None:
        self.areas.setdefault(party, []).append(_polygons(area))


def infer(facts: Sequence[ControlFact], day: date, land: Land) -> Territory:
    """Return who holds the ground by facts alone. Raises Unprocessable where they span too much."""
    return territory(facts, (), day, land, Background(str, lambda code: np.empty((0, 2))))


def territory(
    facts: Sequence[ControlFact], snapshots: Sequence[Snapshot], day: date, land: Land, background: Background
) -> Territory:
    """Return who holds the ground by snapshots of one day, and by facts from then until ``day``.

    In a country of which the snapshots draw some ground the rest is its own state's. In all others facts tell
    alone, however old. Raises Unprocessable where all that spans too much of the world.
    """
    facts = [fact for fact in facts if fact.date <= day]
    extents = [(fact.lon, fact.lat, fact.lon, fact.lat) for fact in facts]
    extents += [snapshot.geometry.bounds for snapshot in snapshots]
    found = Territory(day, {}, shapely.MultiPolygon(), shapely.MultiLineString())
    for box in _theatres(extents):
        theatre = land.theatre(box)
        found = _joined(found, _draw(theatre, box, facts, snapshots, day, background), theatre)
    return found


def _theatres(extents: Sequence[tuple[float, float, float, float]]) -> Iterator[BBox]:
    """Yield boxes around what lies together of extents (west, south, east, north), and all within reach."""
    cells: dict[tuple[int, int], tuple[float, float, float, float]] = {}
    for west, south, east, north in extents:
        for column in range(int(west // CELL_DEGREES[0]), int(east // CELL_DEGREES[0]) + 1):
            for row in range(int(south // CELL_DEGREES[1]), int(north // CELL_DEGREES[1]) + 1):
                w, s, e, n = cells.get((column, row), (west, south, east, north))
                cells[column, row] = (min(w, west), min(s, south), max(e, east), max(n, north))
    while cells:
        reached, todo = [], [next(iter(cells))]
        while todo:
            column, row = todo.pop()
            if (column, row) in cells:
                reached.append(cells.pop((column, row)))
                todo += [(column + right, row + up) for right in (-1, 0, 1) for up in (-1, 0, 1)]
        wests, souths, easts, norths = zip(*reached, strict=True)
        yield _box_around(min(wests), min(souths), max(easts), max(norths))


def _box_around(west: float, south: float, east: float, north: float) -> BBox:
    """Return the box with whole degrees for its edges that holds all within reach of another one."""
    up = REACH_KM / 110
    wide = up / max(0.1, math.cos(math.radians(max(abs(south), abs(north)))))
    west, south = math.floor(west - wide), math.floor(south - up)
    east, north = math.ceil(east + wide), math.ceil(north + up)
    if max(east - west, north - south) > MOST_DEGREES:
        raise Unprocessable(f"what is known spans more than {MOST_DEGREES:g} degrees without a gap")
    return BBox(max(west, -180), max(south, -90), min(east, 180), min(north, 90))


def _draw(
    theatre: Theatre,
    box: BBox,
    facts: Sequence[ControlFact],
    snapshots: Sequence[Snapshot],
    day: date,
    background: Background,
) -> _Drawn:
    """Draw what facts and snapshots tell of each country in a theatre."""
    drawn, plane = _Drawn(), theatre.plane
    here = [fact for fact in facts if box.west <= fact.lon <= box.east and box.south <= fact.lat <= box.north]
    codes = theatre.countries_of(_flat(here, plane))
    shapes = [(snapshot, plane.shape(snapshot.geometry)) for snapshot in snapshots]
    lines = [shape for snapshot, shape in shapes if snapshot.kind is SnapshotKind.LINE]
    grounds = [(snapshot, shape) for snapshot, shape in shapes if snapshot.kind is not SnapshotKind.LINE]
    # A line that is drawn beside areas says the same once more.
    drawn.front += lines if not grounds else []
    drawn_on = max((snapshot.date for snapshot in snapshots), default=date.min)
    layers_of: dict[str, list[_Layer]] = {}
    for snapshot, shape in grounds:
        for code, part in _by_country(shape, theatre):
            layers_of.setdefault(code, []).append((snapshot, part))
    facts_of: dict[str, list[ControlFact]] = {}
    for fact, code in zip(here, codes, strict=True):
        facts_of.setdefault(str(code), []).append(fact)
    for code, ground in theatre.grounds.items():
        inside = facts_of.get(code, [])
        if layers := layers_of.get(code):
            since = [fact for fact in inside if fact.date > drawn_on]
            base = _Base(layers, ground, background.party_of(code))
            settlements = plane.flat(background.settlements(code)) if since else np.empty((0, 2))
            base.draw(drawn, since, plane, day, settlements)
        elif len(inside) * SCARCE < len(here):
            drawn.left_out += [LeftOut(holding, "alone in its country") for holding in settle(inside, day)]
        elif inside:
            _draw_facts(drawn, settle(inside, day), ground, plane, day)
    drawn.left_out += [LeftOut(holding, "in no country") for holding in settle(facts_of.get("", []), day)]
    return drawn


def _by_country(shape: BaseGeometry, theatre: Theatre) -> Iterator[tuple[str, BaseGeometry]]:
    """Yield what of a snapshot's ground is in which country; all that lies in a country.

    What overlaps little is the main country's, like bays: two sources draw its border.
    """
    parts = {
        code: _polygons(shapely.intersection(shape, ground.banks))
        for code, ground in theatre.grounds.items()
        if shapely.intersects(shape, ground.banks)
    }
    main = max(parts, key=lambda code: float(parts[code].area), default="")
    others = [code for code in parts if code != main and parts[code].area > TRACE * shape.area]
    for code in others:
        yield code, parts[code]
    if main:
        yield main, _polygons(shapely.difference(shape, shapely.union_all([parts[code] for code in others])))


def _joined(before: Territory, drawn: _Drawn, theatre: Theatre) -> Territory:
    """Return a territory with the flat geometry of one more theatre."""

    def with_these(known: BaseGeometry, parts: Sequence[BaseGeometry]) -> BaseGeometry:
        fresh = theatre.plane.on_map(parts[0] if len(parts) == 1 else shapely.union_all(parts))
        fresh = shapely.set_precision(fresh if fresh.is_valid else shapely.make_valid(fresh), GRID_DEGREES)
        return fresh if known.is_empty else shapely.union(known, fresh)

    areas = dict(before.areas)
    for party, parts in drawn.areas.items():
        areas[party] = _polygons(with_these(areas.get(party, shapely.MultiPolygon()), parts))
    return Territory(
        before.day,
        {party: area for party, area in sorted(areas.items()) if not area.is_empty},
        _polygons(with_these(before.contested, drawn.contested)),
        with_these(before.front, drawn.front),
        (*before.holdings, *drawn.holdings),
        (*before.left_out, *drawn.left_out),
    )


# --------------------------------------------------------------------------- facts alone


def _draw_facts(drawn: _Drawn, holdings: Sequence[Holding], ground: Ground, plane: Plane, day: date) -> None:
    """Draw the ground of a country by the holders of its places."""
    holdings = _without_strays(drawn, holdings, plane)
    drawn.holdings += holdings
    spots, parties = (
        _flat(holdings, plane),
        sorted({name for holding in holdings for name in _named(holding)}),
    )
    reach = np.clip(REACH_APART * _apart(spots), LEAST_REACH_KM, REACH_KM)
    reached = _within(spots, reach)
    near = shapely.intersection(ground.dry, reached)
    if len(parties) == 1:
        drawn.add_area(parties[0], near)
        return
    says = _says(holdings, spots, np.zeros((len(spots), len(parties))), parties)
    of_places = Field(spots, says, np.array([holding.weight(day) for holding in holdings]))
    grid = Grid.over(_widened(near.bounds), of_places.step())
    ahead = leads_over(of_places, grid)
    contours = [grid.at_least(ahead[..., at], 0.0) for at in range(len(parties))]
    for party, contour in zip(parties, contours, strict=True):
        drawn.add_area(party, shapely.intersection(contour, near))
    banks = shapely.intersection(ground.banks, reached)
    front = [shapely.intersection(line, banks) for line in _lines_between(contours)]
    drawn.front += front
    unsure = _unsure(front, of_places, [holding.contested for holding in holdings])
    drawn.contested.append(_polygons(shapely.intersection(unsure, near)))


def _named(holding: Holding) -> list[str]:
    """Return the parties that may hold a place: who does, who says so, else who has left it."""
    return [name for name in (holding.party, holding.claimant) if name] or [holding.facts[-1].party]


def _without_strays(drawn: _Drawn, holdings: Sequence[Holding], plane: Plane) -> list[Holding]:
    """Leave out what lies alone, far behind the other side's line: no line is drawn around a slip."""
    spots = _flat(holdings, plane)
    reach = np.maximum(FAR_KM, FAR_APART * _apart(spots))
    parties = np.array([_named(holding)[-1] for holding in holdings], dtype=object)
    stray = np.zeros(len(parties), dtype=bool)
    for party in set(parties):
        own = np.flatnonzero(parties == party)
        company = min(COMPANY, len(own) - 1)
        km = KDTree(spots[own]).query(spots[own], k=[company + 1])[0][:, 0]
        alone = km > reach[own]
        # Where all of them lie alone, none of them is the stray.
        stray[own] = alone & ~alone.all()
    for at in np.flatnonzero(stray).tolist():
        drawn.left_out.append(LeftOut(holdings[at], f"far from all other ground of {parties[at]}"))
    return [holding for holding, out in zip(holdings, stray, strict=True) if not out]


def _apart(spots: Array) -> Array:
    """Return how far each position lies from the third nearest other one, or what there is of others."""
    return np.asarray(KDTree(spots).query(spots, k=[min(4, len(spots))])[0][:, 0])


def _says(holdings: Sequence[Holding], spots: Array, beside: Array, parties: Sequence[str]) -> Array:
    """Return what places tell of who holds them: all one party, or half and half where that is contested.

    ``spots`` are theirs, at the end of all that are known; ``beside`` (n, parties) is what the others tell.
    """
    says = beside.copy()
    first = len(says) - len(holdings)
    column = {party: at for at, party in enumerate(parties)}
    for row, holding in enumerate(holdings, start=first):
        says[row] = 0
        for party in (named := _named(holding)):
            says[row, column[party]] = 1 / len(named)
    # Who has left a place has left it to whoever else is nearest.
    for row, holding in enumerate(holdings, start=first):
        if holding.contested and len(named := _named(holding)) == 1:
            others = np.flatnonzero(says[:, column[named[0]]] == 0)
            if len(others):
                nearest = others[np.hypot(*(spots[others] - spots[row]).T).argmin()]
                says[row] = (says[row] + says[nearest]) / 2
    return says


# --------------------------------------------------------------------------- a snapshot and what came later


class _Base:
    """The ground of a country as the layers of a snapshot divide it, and how later facts move that."""

    def __init__(self, layers: Sequence[_Layer], ground: Ground, owner: str) -> None:
        held: dict[str, BaseGeometry] = {}
        for snapshot, part in layers:
            if snapshot.kind is SnapshotKind.CONTROL:
                others = shapely.union_all([area for party, area in held.items() if party != snapshot.party])
                own = held.get(snapshot.party, shapely.Polygon())
                held[snapshot.party] = shapely.union(own, shapely.difference(part, others))
        drawn = shapely.simplify(shapely.union_all([part for _, part in layers]), 1.0)
        self._ground = ground
        self._near = shapely.intersection(ground.dry, shapely.buffer(drawn, REACH_KM))
        self.areas = self._with_rest(held, owner)
        self._lines = _lines_between(list(self.areas.values()))
        self._claimed = [
            _polygons(shapely.difference(part, self.areas.get(snapshot.party, shapely.Polygon())))
            for snapshot, part in layers
            if snapshot.kind is SnapshotKind.CLAIMED
        ]

    def _with_rest(self, held: Mapping[str, BaseGeometry], owner: str) -> dict[str, BaseGeometry]:
        """Give the rest to the country's own party, but slivers along the border to who is beside them."""
        rest = shapely.difference(self._near, shapely.union_all(list(held.values())))
        core = shapely.buffer(rest, -SLIVER_KM / 2, quad_segs=2)
        rest = _polygons(shapely.intersection(rest, shapely.buffer(core, SLIVER_KM, quad_segs=2)))
        slivers = _polygons(shapely.difference(self._near, shapely.union_all([rest, *held.values()])))
        parts = {party: [area] for party, area in held.items()}
        for sliver in shapely.get_parts(slivers) if held else ():
            beside = min(held, key=lambda party: float(shapely.distance(held[party], sliver)))
            parts[beside].append(sliver)
        parts.setdefault(owner, []).append(rest)
        return {party: _polygons(shapely.union_all(pieces)) for party, pieces in parts.items()}

    def draw(
        self,
        drawn: _Drawn,
        since: Sequence[ControlFact],
        plane: Plane,
        day: date,
        settlements: Array,
    ) -> None:
        """Draw the ground with what the facts since the snapshot change of it."""
        holders = dict(zip(since, self._holders(_flat(since, plane)), strict=True))
        told = [
            holding
            for holding in settle(since, day, holders.get)
            if holding.contested or holding.party != holders[holding.facts[0]]
        ]
        changed = self._believable(drawn, told, plane)
        drawn.holdings += changed
        touched = _within(_flat(changed, plane), np.full(len(changed), TOUCHED_KM))
        for party, area in self.areas.items():
            drawn.add_area(party, shapely.difference(area, touched))
        drawn.front += [shapely.difference(line, touched) for line in self._lines]
        band = shapely.intersection(_around(self._lines, BAND_KM), self._near)
        drawn.contested += [*self._claimed, shapely.difference(band, touched)]
        if changed:
            self._redraw(drawn, changed, plane, touched, settlements, day)

    def _believable(self, drawn: _Drawn, told: Sequence[Holding], plane: Plane) -> list[Holding]:
        """Return the places near the ground that their new party had, or has won by others of them."""
        spots = _flat(told, plane)
        parties = [_named(holding)[-1] for holding in told]
        waiting, believed = set(range(len(told))), set[int]()
        near = {at for at in waiting if self._beside(parties[at], spots[at])}
        while near:
            waiting, believed = waiting - near, believed | near
            near = {
                at
                for at in waiting
                if any(
                    parties[at] == parties[other] and math.dist(spots[at], spots[other]) <= FAR_KM
                    for other in near
                )
            }
        for at in sorted(waiting):
            drawn.left_out.append(LeftOut(told[at], f"far from all other ground of {parties[at]}"))
        return [told[at] for at in sorted(believed)]

    def _beside(self, party: str, spot: Array) -> bool:
        own = self.areas.get(party)
        return own is None or float(shapely.distance(own, shapely.Point(spot))) <= FAR_KM

    def _redraw(
        self,
        drawn: _Drawn,
        changed: Sequence[Holding],
        plane: Plane,
        touched: BaseGeometry,
        settlements: Array,
        day: date,
    ) -> None:
        """Draw the ground around places that have changed hands.

        Its field is that of the snapshot's line, and what the field of the places has changed by since.
        """
        spots = _flat(changed, plane)
        parties = sorted({*self.areas, *(name for holding in changed for name in _named(holding))})
        others = settlements[shapely.contains_xy(shapely.buffer(touched, TOUCHED_KM / 3), *settlements.T)]
        others = _apart_from(spots, others, SAME_PLACE_KM)
        # Where the gazetteer knows few villages there are some for all that.
        hamlets = Grid.over(_widened(touched.bounds), HAMLETS_KM / COARSE).coarse.nodes()
        hamlets = _apart_from(np.vstack([spots, others]), hamlets, 0.75 * HAMLETS_KM)
        others = np.vstack([others, hamlets])
        places = np.vstack([others, spots])
        before = np.eye(len(parties))[[parties.index(holder) for holder in self._holders(places)]]
        after = _says(changed, places, before, parties)
        weights = np.array([1.0] * len(others) + [holding.weight(day) for holding in changed])
        of_places = Field(places, np.hstack([before, after]), weights)

        grid = Grid.over(_widened(touched.bounds), STEP_KM[0])
        nodes = grid.nodes()
        inside = shapely.contains_xy(shapely.buffer(touched, 2 * STEP_KM[0]), *nodes.T)
        told = of_places.shares(nodes[inside])
        moved = told[:, len(parties) :] - told[:, : len(parties)]
        leads = np.full((len(nodes), len(parties)), np.nan)
        leads[inside] = lead(self._shares(nodes[inside], parties) + moved)
        ahead = leads.reshape(*grid.shape, -1)

        near = shapely.intersection(self._near, touched)
        contours = [grid.at_least(ahead[..., at], 0.0) for at in range(len(parties))]
        for party, contour in zip(parties, contours, strict=True):
            drawn.add_area(party, shapely.intersection(contour, near))
        banks = shapely.intersection(self._ground.banks, touched)
        front = [shapely.intersection(line, banks) for line in _lines_between(contours)]
        drawn.front += front
        in_doubt = [False] * len(others) + [holding.contested for holding in changed]
        unsure = _unsure(front, of_places, in_doubt)
        drawn.contested.append(_polygons(shapely.intersection(unsure, near)))

    def _holders(self, spots: Array) -> list[str]:
        """Return who holds each position by the snapshot: whose ground is nearest."""
        parties = list(self.areas)
        areas = np.array([self.areas[party] for party in parties], dtype=object)
        points = np.array(shapely.points(spots), dtype=object).reshape(-1)
        shapely.prepare(areas)
        km = np.array([np.where(shapely.intersects(area, points), 0.0, np.inf) for area in areas])
        nowhere = np.flatnonzero(~(km == 0).any(axis=0))
        km[:, nowhere] = shapely.distance(areas[:, None], points[nowhere])
        return [parties[at] for at in km.argmin(axis=0)]

    def _shares(self, points: Array, parties: Sequence[str]) -> Array:
        """Return the share (n, parties) of each party as deep as points lie behind the line."""
        shares = np.eye(len(parties))[[parties.index(holder) for holder in self._holders(points)]]
        corners = [shapely.get_coordinates(shapely.segmentize(line, TRACE_KM)) for line in self._lines]
        if not sum(map(len, corners)):
            return shares
        depth = KDTree(np.vstack(corners)).query(points)[0]
        behind = (1 - np.tanh(depth / DEPTH_KM)) / 2
        # Of three parties the one across the line is not asked for: each of the others may be it.
        across = [at for at, party in enumerate(parties) if party in self.areas]
        foes = np.zeros_like(shares)
        foes[:, across] = 1 - shares[:, across]
        foes /= np.maximum(foes.sum(axis=1, keepdims=True), 1)
        return np.asarray(shares * (1 - behind)[:, None] + foes * behind[:, None])


# --------------------------------------------------------------------------- flat geometry


def _flat(placed: Sequence[ControlFact] | Sequence[Holding], plane: Plane) -> Array:
    return plane.flat(np.array([(each.lon, each.lat) for each in placed]).reshape(-1, 2))


def _apart_from(spots: Array, others: Array, km: float) -> Array:
    """Return those of other positions that are farther from all the first ones."""
    return others[KDTree(spots).query(others)[0] > km] if len(others) else others


def _within(spots: Array, reach: Array) -> BaseGeometry:
    """Return what lies within reach (n,) of positions, on a grid of a quarter of the least reach."""
    if not len(spots):
        return shapely.Polygon()
    far, least = float(reach.max()), float(reach.min())
    edges = spots.min(axis=0) - 1.2 * far, spots.max(axis=0) + 1.2 * far
    grid = Grid.over([*edges[0], *edges[1]], least / 4)
    nodes, inside = grid.nodes(), np.full(grid.shape, -far)
    # By doubling reaches, for what is nearest is not what reaches farthest.
    for low in least * 2.0 ** np.arange(np.ceil(np.log2(far / least)) + 1):
        alike = (reach >= low) & (reach < 2 * low)
        if alike.any():
            km, near = KDTree(spots[alike]).query(nodes)
            inside = np.maximum(inside, (reach[alike][near] - km).reshape(grid.shape))
    return grid.at_least(inside, 0.0)


def _unsure(front: Sequence[BaseGeometry], of_places: Field, in_doubt: Sequence[bool]) -> BaseGeometry:
    """Return the ground along a line, the wider the farther places lie apart, and around places in doubt."""
    pieces = [
        shapely.LineString(pair)
        for line in shapely.get_parts(front)
        for path in shapely.get_parts(line)
        for pair in pairwise(shapely.get_coordinates(shapely.segmentize(path, PIECE_KM)))
    ]
    middles = np.array([piece.interpolate(0.5, normalized=True).coords[0] for piece in pieces]).reshape(-1, 2)
    beside: Iterable[BaseGeometry] = (
        shapely.buffer(pieces, UNSURE * of_places.gap(middles), quad_segs=3) if pieces else []
    )
    doubted = np.flatnonzero(in_doubt)
    around = shapely.buffer(shapely.points(of_places.spots[doubted]), UNSURE * of_places.apart[doubted])
    return shapely.union_all([*beside, *around])


def _around(lines: Sequence[BaseGeometry], km: float) -> BaseGeometry:
    return shapely.buffer(shapely.union_all(lines), km, quad_segs=4)


def _widened(bounds: Sequence[float]) -> tuple[float, float, float, float]:
    """Return bounds with a margin, so that no contour ends at the edge of what it is clipped to."""
    west, south, east, north = bounds
    margin = 2 * STEP_KM[1]
    return west - margin, south - margin, east + margin, north + margin


def _lines_between(areas: Sequence[BaseGeometry]) -> list[BaseGeometry]:
    """Return the lines along which areas touch each other."""
    lines: list[BaseGeometry] = []
    for at, one in enumerate(areas):
        for other in areas[at + 1 :]:
            shared = shapely.intersection(one.boundary, shapely.buffer(other, TOUCHING_KM, quad_segs=1))
            parts = [part for part in shapely.get_parts(shared) if part.length > 2 * TOUCHING_KM]
            lines.append(shapely.line_merge(shapely.union_all(parts)))
    return lines


def _polygons(shape: BaseGeometry) -> BaseGeometry:
    """Return the areas of a shape, without the lines and points along which two shapes touched."""
    # Twice, for a collection may hold a multipolygon.
    parts = shapely.get_parts(shapely.get_parts(shape))
    return shapely.union_all([part for part in parts if part.geom_type == "Polygon"])
