"""How facts move the lines of ground that was divided before: captures, withdrawals and claims since."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import KDTree
from shapely.geometry.base import BaseGeometry

from domain import ControlFact
from geo.by_facts import FAR_KM
from geo.drawing import Divided, Drawing, named, positions, says, unsure
from geo.field import COARSE, STEP_KM, Array, Field, Grid, lead
from geo.flat import apart_from, lines_between, polygons, widened, within
from geo.holdings import Holding, settle, without
from geo.land import Ground, Plane

DEPTH_KM = 2.5
"""How far behind a line the ground is sure, where a place near by changes hands."""

TOUCHED_KM = 30.0
"""How far from a place that has changed hands the lines may have moved."""

HAMLETS_KM = 5.0
"""How far villages lie apart where the gazetteer knows none, so that a captured one has an end."""

SAME_PLACE_KM = 0.3
"""Nearer to a place that a fact is of, a settlement is that place."""

TRACE_KM = 0.25
"""How far the points lie apart at which a line is felt for."""

MOST_FELT = 300_000
"""Nodes of the grid on which lines are drawn anew; where so much has changed hands, it is coarser."""


class Moving:
    """Ground as it was divided, which later facts move."""

    def __init__(self, divided: Divided, ground: Ground, plane: Plane) -> None:
        self._divided, self._ground, self._plane = divided, ground, plane

    def draw(self, drawing: Drawing, since: Sequence[ControlFact], day: date, settlements: Array) -> None:
        """Draw the ground with what the facts since then change of it.

        Around settlements (n, 2), in lon, lat, a place that has changed hands has an end.
        """
        holders = dict(zip(since, self._holders(positions(since, self._plane)), strict=True))
        told = [
            holding
            for holding in settle(since, day, holders.get)
            if holding.contested or holding.party != holders[holding.facts[0]]
        ]
        changed = self._believable(drawing, told)
        drawing.holdings = [*without(drawing.holdings, changed), *changed]
        touched = within(positions(changed, self._plane), np.full(len(changed), TOUCHED_KM))
        for party, area in self._divided.areas.items():
            self._add(drawing, party, shapely.difference(area, touched))
        drawing.front += [shapely.difference(line, touched) for line in self._divided.lines]
        drawing.contested += [shapely.difference(part, touched) for part in self._divided.contested]
        if changed:
            self._redraw(drawing, changed, touched, self._plane.flat(settlements))

    def _add(self, drawing: Drawing, party: str, area: BaseGeometry) -> None:
        if party != self._divided.assumed:
            drawing.add_area(party, area)

    def _believable(self, drawing: Drawing, told: Sequence[Holding]) -> list[Holding]:
        """Return the places near the ground that their new party had, or has won by others of them."""
        spots = positions(told, self._plane)
        parties = np.array([named(holding)[-1] for holding in told], dtype=object)
        believed = np.zeros(len(told), dtype=bool)
        for party in set(parties):
            of_party = np.flatnonzero(parties == party)
            believed[of_party] = self._reached(party, spots[of_party])
        for at in np.flatnonzero(~believed).tolist():
            drawing.leave_out([told[at]], f"far from all other ground of {parties[at]}")
        return [told[at] for at in np.flatnonzero(believed).tolist()]

    def _reached(self, party: str, spots: Array) -> NDArray[np.bool_]:
        """Return which positions a party can have won: from its own ground on, from one to the next."""
        own = self._divided.areas.get(party)
        if own is None:
            return np.ones(len(spots), dtype=bool)
        shapely.prepare(own)
        reached = np.asarray(shapely.dwithin(own, shapely.points(spots), FAR_KM))
        fresh = np.flatnonzero(reached)
        while len(fresh) and not reached.all():
            waiting = np.flatnonzero(~reached)
            fresh = waiting[KDTree(spots[fresh]).query(spots[waiting])[0] <= FAR_KM]
            reached[fresh] = True
        return reached

    def _redraw(
        self,
        drawing: Drawing,
        changed: Sequence[Holding],
        touched: BaseGeometry,
        settlements: Array,
    ) -> None:
        """Draw the ground around places that have changed hands.

        Its field is that of the line before, and what the field of the places has changed by since.
        """
        spots = positions(changed, self._plane)
        parties = sorted({*self._divided.areas, *(name for holding in changed for name in named(holding))})
        others = settlements[shapely.contains_xy(shapely.buffer(touched, TOUCHED_KM / 3), *settlements.T)]
        others = apart_from(spots, others, SAME_PLACE_KM)
        # Where the gazetteer knows few villages there are some for all that.
        hamlets = Grid.over(widened(touched.bounds), HAMLETS_KM / COARSE).coarse.nodes()
        hamlets = apart_from(np.vstack([spots, others]), hamlets, 0.75 * HAMLETS_KM)
        others = np.vstack([others, hamlets])
        places = np.vstack([others, spots])
        before = np.eye(len(parties))[[parties.index(holder) for holder in self._holders(places)]]
        after = says(changed, places, before, parties)
        # Not by age: what the villages around say is older than all of these.
        weights = np.array([1.0] * len(others) + [each.weight(each.facts[-1].date) for each in changed])
        of_places = Field(places, np.hstack([before, after]), weights)

        near = shapely.intersection(self._divided.near, touched)
        banks = shapely.intersection(self._ground.banks, touched)
        step = max(STEP_KM[0], float(np.sqrt(touched.area / MOST_FELT)))
        grid = Grid.over(widened(touched.bounds), step)
        nodes = grid.nodes()
        inside = shapely.contains_xy(shapely.buffer(banks, 2 * step, quad_segs=2), *nodes.T)
        shares = self._shares(nodes[inside], parties)
        # Elsewhere the places say what they said before.
        felt = of_places.feels(nodes[inside], spots)
        told = of_places.shares(nodes[inside][felt])
        shares[felt] += told[:, len(parties) :] - told[:, : len(parties)]
        leads = np.full((len(nodes), len(parties)), np.nan)
        leads[inside] = lead(shares)
        ahead = leads.reshape(*grid.shape, -1)

        contours = [grid.at_least(ahead[..., at], 0.0) for at in range(len(parties))]
        for party, contour in zip(parties, contours, strict=True):
            self._add(drawing, party, shapely.intersection(contour, near))
        front = [shapely.intersection(line, banks) for line in lines_between(contours)]
        drawing.front += front
        in_doubt = [False] * len(others) + [holding.contested for holding in changed]
        doubted = unsure(front, of_places, in_doubt)
        drawing.contested.append(polygons(shapely.intersection(doubted, near)))

    def _holders(self, spots: Array) -> list[str]:
        """Return who holds each position before: whose ground is nearest."""
        parties = list(self._divided.areas)
        if len(parties) == 1:
            return parties * len(spots)
        areas = np.array([self._divided.areas[party] for party in parties], dtype=object)
        points = np.array(shapely.points(spots), dtype=object).reshape(-1)
        shapely.prepare(areas)
        km = np.array([np.where(shapely.intersects(area, points), 0.0, np.inf) for area in areas])
        nowhere = np.flatnonzero(~(km == 0).any(axis=0))
        km[:, nowhere] = shapely.distance(areas[:, None], points[nowhere])
        return [parties[at] for at in km.argmin(axis=0)]

    def _shares(self, points: Array, parties: Sequence[str]) -> Array:
        """Return the share (n, parties) of each party as deep as points lie behind the line."""
        shares = np.eye(len(parties))[[parties.index(holder) for holder in self._holders(points)]]
        corners = [
            shapely.get_coordinates(shapely.segmentize(line, TRACE_KM)) for line in self._divided.lines
        ]
        if not sum(map(len, corners)):
            return shares
        depth = KDTree(np.vstack(corners)).query(points)[0]
        behind = (1 - np.tanh(depth / DEPTH_KM)) / 2
        # Of three parties the one across the line is not asked for: each of the others may be it.
        across = [at for at, party in enumerate(parties) if party in self._divided.areas]
        foes = np.zeros_like(shares)
        foes[:, across] = 1 - shares[:, across]
        foes /= np.maximum(foes.sum(axis=1, keepdims=True), 1)
        return np.asarray(shares * (1 - behind)[:, None] + foes * behind[:, None])
