"""The ground of a country as a snapshot divides it between whoever it draws and the country's own state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from domain import Snapshot, SnapshotKind
from geo.by_facts import REACH_KM
from geo.drawing import Divided
from geo.flat import TOUCHING_KM, lines_between, polygons
from geo.land import Ground

BAND_KM = 1.0
"""How far from the line of a snapshot the ground is contested."""

SLIVER_KM = 1.0
"""Narrower strips between what is held and a border are there because two sources draw the border."""

ISLET_KM2, COASTAL, EDGE_KM = 100.0, 0.3, 0.2
"""Smaller pieces than so many km² are the same, if so much of their outline runs along a coast or border."""

Layer = tuple[Snapshot, BaseGeometry]
"""A layer of a snapshot, with what of its ground lies in one country, flat."""


def divide_by_snapshot(layers: Sequence[Layer], ground: Ground, owner: str) -> Divided:
    """Return the ground of a country as the layers of a snapshot divide it; the rest is its own state's."""
    held: dict[str, BaseGeometry] = {}
    for snapshot, part in layers:
        if snapshot.kind is SnapshotKind.CONTROL:
            others = shapely.union_all([area for party, area in held.items() if party != snapshot.party])
            own = held.get(snapshot.party, shapely.Polygon())
            held[snapshot.party] = shapely.union(own, shapely.difference(part, others))
    drawn = shapely.simplify(shapely.union_all([part for _, part in layers]), 1.0)
    near = shapely.intersection(ground.dry, shapely.buffer(drawn, REACH_KM))
    areas = _with_rest(near, held, owner, ground.banks.boundary)
    lines = lines_between(list(areas.values()))
    claimed = [
        polygons(shapely.difference(part, areas.get(snapshot.party, shapely.Polygon())))
        for snapshot, part in layers
        if snapshot.kind is SnapshotKind.CLAIMED
    ]
    band = shapely.buffer(shapely.union_all(lines), BAND_KM, quad_segs=4)
    return Divided(near, areas, lines, [*claimed, shapely.intersection(band, near)])


def _with_rest(
    near: BaseGeometry, held: Mapping[str, BaseGeometry], owner: str, border: BaseGeometry
) -> dict[str, BaseGeometry]:
    """Give the rest to the country's own party, but slivers and islets beside what is held to nobody."""
    taken = shapely.union_all(list(held.values()))
    rest = shapely.difference(near, taken)
    core = shapely.buffer(shapely.buffer(rest, -SLIVER_KM / 2, quad_segs=2), SLIVER_KM, quad_segs=2)
    slivers = shapely.get_parts(polygons(shapely.difference(rest, core)))
    pieces = shapely.get_parts(polygons(shapely.intersection(rest, core)))
    # Spits and islets too, that one source draws and the other does not.
    edge = shapely.buffer(border, EDGE_KM, quad_segs=1)
    along = shapely.length(shapely.intersection(shapely.boundary(pieces), edge)) / shapely.length(pieces)
    islets = (shapely.area(pieces) <= ISLET_KM2) & (along >= COASTAL)
    main = shapely.MultiPolygon(pieces[~islets].tolist())
    odd = np.concatenate([slivers, pieces[islets]])
    shapely.prepare([taken, main, border])
    # Distances to nothing are not a number, which is never nearer.
    km, km_main = shapely.distance(taken, odd), shapely.distance(main, odd)
    nobodys = shapely.dwithin(border, odd, TOUCHING_KM) & np.isfinite(km) & ~(km_main < km)
    own = [main, *odd[~nobodys], held.get(owner, shapely.Polygon())]
    areas = {**held, owner: polygons(shapely.union_all(own))}
    return {party: area for party, area in areas.items() if not area.is_empty}
