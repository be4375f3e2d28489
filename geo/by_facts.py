"""The ground of a country as facts alone divide it: each place speaks for what is around it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import shapely
from scipy.spatial import KDTree
from shapely.geometry.base import BaseGeometry

from geo.drawing import Divided, Drawing, named, positions, says, unsure
from geo.field import Array, Field, Grid, leads_over
from geo.flat import lines_between, polygons, widened, within
from geo.holdings import Holding
from geo.land import Ground, Plane

REACH_KM = 100.0
LEAST_REACH_KM = 25.0
REACH_APART = 2.0
"""How far from a place its holder has the ground: so many times its distance from others, in bounds."""

FAR_KM = 25.0
FAR_APART = 4.0
"""How far from a party's other ground a place of its own may lie: so many km where places are dense, so many
times their distance from each other where they are not."""

COMPANY = 2
"""How many others of its party a place must have so near."""


def divide_by_facts(
    drawing: Drawing, holdings: Sequence[Holding], ground: Ground, plane: Plane, day: date
) -> Divided:
    """Return the ground of a country by the holders of its places; what tells nothing of it is left out."""
    holdings = _without_strays(drawing, holdings, plane)
    spots = positions(holdings, plane)
    reached = within(spots, np.clip(REACH_APART * _apart(spots), LEAST_REACH_KM, REACH_KM))
    near = shapely.intersection(ground.dry, reached)
    if near.is_empty:
        drawing.leave_out(holdings, "far from all ground")
        return Divided(near, {})
    drawing.holdings += holdings
    parties = sorted({name for holding in holdings for name in named(holding)})
    told = says(holdings, spots, np.zeros((len(spots), len(parties))), parties)
    of_places = Field(spots, told, np.array([holding.weight(day) for holding in holdings]))
    contours = _contours(of_places, near) if len(parties) > 1 else [near]
    areas = {
        party: polygons(shapely.intersection(contour, near))
        for party, contour in zip(parties, contours, strict=True)
    }
    banks = shapely.intersection(ground.banks, reached)
    front = [shapely.intersection(line, banks) for line in lines_between(contours)]
    doubted = unsure(front, of_places, [holding.contested for holding in holdings])
    return Divided(near, areas, front, [polygons(shapely.intersection(doubted, near))])


def assume_its_own(spots: Array, ground: Ground, owner: str) -> Divided:
    """Return the ground around positions as that of the state that it belongs to, for want of knowledge."""
    near = shapely.intersection(ground.dry, within(spots, np.full(len(spots), LEAST_REACH_KM)))
    return Divided(near, {owner: near}, assumed=owner)


def _contours(of_places: Field, near: BaseGeometry) -> list[BaseGeometry]:
    """Return where each party leads, around the ground that is near."""
    grid = Grid.over(widened(near.bounds), of_places.step())
    ahead = leads_over(of_places, grid)
    return [grid.at_least(ahead[..., at], 0.0) for at in range(ahead.shape[-1])]


def _without_strays(drawing: Drawing, holdings: Sequence[Holding], plane: Plane) -> list[Holding]:
    """Leave out what lies alone, far behind the other side's line: no line is drawn around a slip."""
    spots = positions(holdings, plane)
    reach = np.maximum(FAR_KM, FAR_APART * _apart(spots))
    parties = np.array([named(holding)[-1] for holding in holdings], dtype=object)
    stray = np.zeros(len(parties), dtype=bool)
    for party in set(parties):
        own = np.flatnonzero(parties == party)
        company = min(COMPANY, len(own) - 1)
        km = KDTree(spots[own]).query(spots[own], k=[company + 1])[0][:, 0]
        alone = km > reach[own]
        # Where all of them lie alone, none of them is the stray.
        stray[own] = alone & ~alone.all()
    for at in np.flatnonzero(stray).tolist():
        drawing.leave_out([holdings[at]], f"far from all other ground of {parties[at]}")
    return [holding for holding, out in zip(holdings, stray, strict=True) if not out]


def _apart(spots: Array) -> Array:
    """Return how far each position lies from the third nearest other one, or what there is of others."""
    return np.asarray(KDTree(spots).query(spots, k=[min(4, len(spots))])[0][:, 0])
