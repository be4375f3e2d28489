"""What is drawn of who holds the ground: areas, contested ground and lines, country by country."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import shapely
from scipy.spatial import KDTree
from shapely.geometry.base import BaseGeometry

from domain import ControlFact
from geo.field import Array, Field
from geo.flat import polygons
from geo.holdings import Holding
from geo.land import Plane

UNSURE = 0.5
"""How far from a line the ground is contested, as a part of how far places lie apart there."""

PIECE_KM = 2.0
"""Length of the pieces of a line that each have a width of their own."""

LIKELIER = 0.51
"""What a contested place says for who held it before: hardly more than for the other, but no tie."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A place whose facts draw nothing, and why."""

    holding: Holding
    reason: str


@dataclass(slots=True)
class Drawing:
    """Flat geometry of one country after another, to be joined."""

    areas: dict[str, list[BaseGeometry]] = field(default_factory=dict)
    contested: list[BaseGeometry] = field(default_factory=list)
    front: list[BaseGeometry] = field(default_factory=list)
    holdings: list[Holding] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)

    def add_area(self, party: str, area: BaseGeometry) -> None:
        """Add ground of a party; what is no area in it is dropped."""
        self.areas.setdefault(party, []).append(polygons(area))

    def leave_out(self, holdings: Iterable[Holding], reason: str) -> None:
        """Note places that draw nothing."""
        self.left_out += [LeftOut(holding, reason) for holding in holdings]


@dataclass(slots=True)
class Divided:
    """The ground of a country as something divides it, flat: what facts of later days then move.

    ``near`` is all of it of which anything is known, ``lines`` and ``contested`` lie between the ``areas``.
    What is only taken to be ``assumed``'s, because it is that state's own, is drawn for nobody.
    """

    near: BaseGeometry
    areas: dict[str, BaseGeometry]
    lines: list[BaseGeometry] = field(default_factory=list)
    contested: list[BaseGeometry] = field(default_factory=list)
    assumed: str | None = None


def positions(placed: Sequence[ControlFact] | Sequence[Holding], plane: Plane) -> Array:
    """Return where facts or places lie (n, 2), flat."""
    return plane.flat(np.array([(each.lon, each.lat) for each in placed]).reshape(-1, 2))


def named(holding: Holding) -> list[str]:
    """Return the one or two parties that may hold a place: who does, who says so, else who has left it."""
    return [name for name in (holding.party, holding.claimant) if name] or [holding.left or ""]


def says(holdings: Sequence[Holding], spots: Array, beside: Array, parties: Sequence[str]) -> Array:
    """Return what places tell of who holds them: all one party, or about half and half where contested.

    ``spots`` (n, 2) are theirs, at the end of all that are known; ``beside`` (n, parties) is what the others
    tell.
    """
    told = beside.copy()
    first = len(told) - len(holdings)
    column = {party: at for at, party in enumerate(parties)}
    left: dict[int, list[int]] = {}
    for row, holding in enumerate(holdings, start=first):
        told[row] = 0
        maybe = [column[party] for party in named(holding)]
        told[row, maybe] = (LIKELIER, 1 - LIKELIER) if len(maybe) == 2 else 1
        if holding.contested and len(maybe) == 1:
            left.setdefault(maybe[0], []).append(row)
    # Who has left a place has left it to whoever else is nearest.
    for leaver, rows in left.items():
        others = np.flatnonzero(told[:, leaver] == 0)
        if len(others):
            nearest = others[KDTree(spots[others]).query(spots[rows])[1]]
            told[rows] = (told[rows] + told[nearest]) / 2
    return told


def unsure(front: Sequence[BaseGeometry], of_places: Field, in_doubt: Sequence[bool]) -> BaseGeometry:
    """Return the ground along a line, the wider the farther places lie apart, and around places in doubt."""
    pieces = [
        shapely.LineString(pair)
        for line in shapely.get_parts(front)
        for path in shapely.get_parts(line)
        for pair in pairwise(shapely.get_coordinates(shapely.segmentize(path, PIECE_KM)))
    ]
    middles = shapely.get_coordinates(shapely.line_interpolate_point(pieces, 0.5, normalized=True))
    beside: Iterable[BaseGeometry] = (
        shapely.buffer(pieces, UNSURE * of_places.gap(middles), quad_segs=3) if pieces else []
    )
    doubted = np.flatnonzero(in_doubt)
    spots = shapely.buffer(shapely.points(of_places.spots[doubted]), UNSURE * of_places.apart[doubted])
    return shapely.union_all([*beside, *spots])
