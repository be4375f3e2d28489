"""Why this place and not another: the chosen place against its best rivals, and a small map of them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from flask_babel import gettext as _
from shapely.geometry.base import BaseGeometry

from domain import Candidate, Event, Place, Resolution
from geo.gazetteer import GEOD
from geo.regions import Regions
from web import wording

RIVALS = 2
MATTERS = 0.1
"""A contribution smaller than that is not shown by itself."""

REASONS = 2
TELLS = 0.3
"""By how much two places must differ in something for it to be named as a reason."""

WIDTH, HEIGHT = 264, 132
MARGIN = 0.2
"""How much of the small map's sides is left free around what is on it."""
LEAST_DEGREES = 7.0
"""How much of the world, from south to north, is shown at least: so much that a country can be told."""


POLYGON = 3
"""GEOS's number of that type of geometry."""


@dataclass(frozen=True, slots=True)
class Rival:
    """A candidate place; ``distance_km`` is that to the chosen one."""

    place: Place
    score: float
    distance_km: float | None
    contributions: tuple[tuple[str, float], ...]
    chosen: bool
    ahead: tuple[str, ...] = ()
    """What speaks more for it than for the chosen place, the weightiest first."""
    behind: tuple[str, ...] = ()
    """What speaks less for it."""


@dataclass(frozen=True, slots=True)
class Why:
    """How the place of a report was found."""

    name: str
    said: str
    """How the text ties the event to the place, "" where it is in it."""
    reason: str
    confidence: float
    rivals: tuple[Rival, ...]
    others: int
    """Candidates beyond those in ``rivals``."""


@dataclass(frozen=True, slots=True)
class SmallMap:
    """A picture of ``width`` by ``height``: paths as SVG writes them, and the rivals' positions in it.

    ``area`` is what the event's own area covers, "" where it has none.
    """

    width: int
    height: int
    land: str
    area: str
    spots: Sequence[tuple[float, float]]


def why(event: Event, resolution: Resolution) -> Why:
    """Return how the place of one report of ``event`` was found."""
    chosen = resolution.place or resolution.anchor or event.place
    ranked = sorted(resolution.candidates, key=lambda candidate: -candidate.score)
    winner = [candidate for candidate in ranked if chosen and candidate.place.id == chosen.id]
    shown = [*winner]
    shown += [candidate for candidate in ranked if candidate not in shown][:RIVALS]
    return Why(
        resolution.mention.text,
        wording.as_said(resolution),
        resolution.reason,
        resolution.confidence,
        tuple(
            Rival(
                candidate.place,
                candidate.score,
                _distance(chosen, candidate.place) if chosen else None,
                _largest(candidate.contributions),
                candidate in winner,
                *(_differences(candidate, winner[0]) if winner else ()),
            )
            for candidate in shown
        ),
        max(0, len(ranked) - len(shown)),
    )


def small_map(event: Event, rivals: Sequence[Rival], regions: Regions) -> SmallMap | None:
    """Return the rivals on a map of the countries around them, ``None`` where there is none to show."""
    if not rivals:
        return None
    middle = rivals[0].place.lon
    # As they lie around the first of them, even where that is beside the antimeridian.
    spots = [((rival.place.lon - middle + 180) % 360 - 180 + middle, rival.place.lat) for rival in rivals]
    area = None if event.geo_precision == 1 else event.geometry
    view = _View([*spots, *_corners(area)])
    west, south, east, north = view.box
    land = regions.land_within(west=west, south=south, east=east, north=north, degrees=view.dot)
    return SmallMap(
        WIDTH,
        HEIGHT,
        view.path(land),
        view.path([area] if area is not None else []),
        view.on_picture(np.array(spots)).tolist(),
    )


class _View:
    """A part of the world, wide enough for some positions, and where on the picture its positions are."""

    def __init__(self, positions: Sequence[tuple[float, float]]) -> None:
        lons, lats = zip(*positions, strict=True)
        self._lon, self._lat = (min(lons) + max(lons)) / 2, (min(lats) + max(lats)) / 2
        self._squeeze = max(0.2, math.cos(math.radians(self._lat)))
        free = 1 - 2 * MARGIN
        high = max((max(lats) - min(lats)) / free, LEAST_DEGREES)
        wide = (max(lons) - min(lons)) / free
        self._scale: float = min(HEIGHT / high, WIDTH / (wide * self._squeeze) if wide else math.inf)

    @property
    def dot(self) -> float:
        """How many degrees of latitude a dot of the picture is high."""
        return 1 / self._scale

    @property
    def box(self) -> tuple[float, float, float, float]:
        """West, south, east, north: a little more than is seen, so that no cut edge is."""
        across = (WIDTH / 2 + 4) / self._scale / self._squeeze
        up = (HEIGHT / 2 + 4) / self._scale
        return self._lon - across, self._lat - up, self._lon + across, self._lat + up

    def on_picture(self, lonlats: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return where on the picture positions are, a row each; in tenths of its dots."""
        across, up = (lonlats - [self._lon, self._lat]).T * self._scale
        return np.column_stack((WIDTH / 2 + across * self._squeeze, HEIGHT / 2 - up)).round(1)

    def path(self, shapes: Sequence[BaseGeometry]) -> str:
        """Return the areas as one path; what is smaller than a dot is left out."""
        parts = shapely.get_parts(shapely.simplify(shapes, self.dot))
        large = parts[(shapely.get_type_id(parts) == POLYGON) & (shapely.area(parts) > 4 * self.dot**2)]
        return "".join(self._ring(ring) for ring in shapely.get_rings(large))

    def _ring(self, ring: shapely.LinearRing) -> str:
        corners = self.on_picture(shapely.get_coordinates(ring)[:-1]).ravel()
        return f"M{' '.join(map(str, corners.tolist()))}Z"


def _corners(area: BaseGeometry | None) -> Iterator[tuple[float, float]]:
    if area is not None:
        west, south, east, north = area.bounds
        yield from ((west, south), (east, north))


def _largest(contributions: Mapping[str, float]) -> tuple[tuple[str, float], ...]:
    """Return the contributions that matter, the weightiest first, and the sum of all the small ones."""
    ranked = sorted(contributions.items(), key=lambda item: -abs(item[1]))
    large = [(wording.reason(name), value) for name, value in ranked if abs(value) >= MATTERS]
    small = sum(value for _, value in ranked[len(large) :])
    return (*large, (_("all the rest"), small)) if abs(small) >= 0.005 else tuple(large)


def _differences(rival: Candidate, winner: Candidate) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return in what a rival is ahead of the chosen place, and in what behind."""
    names = rival.contributions.keys() | winner.contributions.keys()
    lead = {name: rival.contributions.get(name, 0.0) - winner.contributions.get(name, 0.0) for name in names}
    ranked = sorted((name for name in lead if abs(lead[name]) >= TELLS), key=lambda name: -abs(lead[name]))
    ahead = [name for name in ranked if lead[name] > 0]
    behind = [name for name in ranked if lead[name] < 0]
    return tuple(map(wording.reason, ahead[:REASONS])), tuple(map(wording.reason, behind[:REASONS]))


def _distance(one: Place, other: Place) -> float:
    return float(GEOD.inv(one.lon, one.lat, other.lon, other.lat)[2]) / 1000
