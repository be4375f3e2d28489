"""Outlines of countries and divisions, and which of them a point is in.

Countries are those of the base map. Divisions are approximate where users have not added better ones: the
Voronoi cells of the gazetteer's settlements, joined by division and clipped to what they divide.
"""

from __future__ import annotations

import json
import math
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import shapely
import shapely.affinity
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from domain import Level, NotFound, NotPrepared, Place
from geo.basemap import GRID_DEGREES
from geo.gazetteer import GEOD, Gazetteer

SIMPLIFY_DEGREES = 0.01
"""How far the outline of a division may be moved to save points; it is approximate anyhow."""

ENOUGH = 0.1
"""The share of a division's settlements whose district has to be known for its districts to be drawn: what is
nearest to the one town that tells its district may be half the division."""

COAST_KM = 10.0
"""How far from land a point still counts as in the country."""

WHOLES_KEPT = 1024
"""Of how many countries and divisions the outlines of what they are divided into are kept in memory."""

SCALES_KEPT = 12
"""In how many simplifications, each half as fine as the one before, the outlines of countries are kept."""

COUNTRIES_KEPT = 256
"""Of how many countries the settlements are kept: all of them take some 10 MB."""


@dataclass(frozen=True, slots=True)
class Division:
    """Where a point lies, as far as is known.

    ``approximate`` says that not all of it was read from outlines that hold the point.
    """

    country: Place | None = None
    admin1: Place | None = None
    admin2: Place | None = None
    approximate: bool = False


class _Settled:
    """Settlements by position, with the id of the division that each is in."""

    def __init__(self, spots: Sequence[tuple[float, float, str]]) -> None:
        # Arrays, for there are some hundred thousand settlements in all.
        self._lonlats, first = np.unique([spot[:2] for spot in spots], axis=0, return_index=True)
        self._ids, self._divisions = np.unique([spots[i][2] for i in first], return_inverse=True)

    def __len__(self) -> int:
        return len(self._divisions)

    def count(self, division: str) -> int:
        """Return how many of them are in a division."""
        return int(np.count_nonzero(self._ids[self._divisions] == division))

    def nearest(self, *, lat: float, lon: float) -> str:
        """Return the id of the division of the settlement nearest to a point."""
        lons, lats = self._lonlats.T
        across = ((lons - lon + 180) % 360 - 180) * math.cos(math.radians(lat))
        return str(self._ids[self._divisions[np.argmin(across**2 + (lats - lat) ** 2)]])

    def cells(self, land: BaseGeometry) -> dict[str, BaseGeometry]:
        """Return what of ``land`` is nearest to the settlements of each division: Voronoi cells, joined."""
        if len(self._ids) == 1:
            return {str(self._ids[0]): land}
        # A degree of longitude is shorter than one of latitude; what is nearest must not depend on that.
        squeeze = [math.cos(math.radians(land.centroid.y)), 1.0]
        spots = shapely.MultiPoint(self._lonlats * squeeze)
        reach = shapely.transform(shapely.box(*land.bounds), lambda corners: corners * squeeze)
        cells = shapely.get_parts(shapely.voronoi_polygons(spots, extend_to=reach, ordered=True))
        shapely.prepare(land)
        divided = {}
        for number, division in enumerate(self._ids):
            joined = shapely.coverage_union_all(cells[self._divisions == number])
            joined = shapely.transform(joined, lambda corners: corners / squeeze)
            clipped = shapely.intersection(shapely.simplify(joined, SIMPLIFY_DEGREES), land)
            outline = shapely.set_precision(clipped, GRID_DEGREES)
            # Of islets and exclaves that the base map leaves out there is nothing to draw.
            if not outline.is_empty:
                divided[str(division)] = outline
        return divided


class Regions:
    """Outlines by place id, and the divisions that a point is in. Safe to share between threads.

    Outlines that users have added to the gazetteer go first. Countries are on the base map; what is left
    of the divisions follows from their settlements and is approximate. Raises NotPrepared where the base
    map is missing.
    """

    def __init__(self, gazetteer: Gazetteer, basemap: Path) -> None:
        if not basemap.is_file():
            raise NotPrepared(f"no base map at {basemap}; build it with 'flask prepare'")
        self._gazetteer = gazetteer
        self._countries: dict[str, BaseGeometry] = {}
        for feature in json.loads(basemap.read_text(encoding="utf-8"))["features"]:
            properties = feature["properties"]
            if properties["kind"] == "country" and properties["iso2"]:
                self._add_country(properties["iso2"], shape(feature["geometry"]))
        lands = [(part, code) for code, land in self._countries.items() for part in shapely.get_parts(land)]
        self._lands = np.array([part for part, _ in lands])
        self._owners = [code for _, code in lands]
        shapely.prepare(self._lands)
        self._index = shapely.STRtree(self._lands)
        # The version is an argument, so that what layers of the gazetteer have changed is worked out anew.
        self._settled = lru_cache(COUNTRIES_KEPT)(self._read_settled)
        self._divided = lru_cache(WHOLES_KEPT)(self._divide)
        self._simplified = lru_cache(SCALES_KEPT)(self._simplify)
        self._lock = threading.Lock()

    def outline(self, place_id: str) -> BaseGeometry | None:
        """Return the outline (lon, lat) of a country or a division, ``None`` where there is none.

        The first call for the divisions of a country, or of a division, takes 10 to 500 ms.
        """
        added = self._gazetteer.outline(place_id)
        if added is not None or place_id.startswith("country:"):
            return added or self._countries.get(place_id.removeprefix("country:"))
        whole = _whole(place_id)
        if whole is None:
            return None
        with self._lock:
            return self._divided(whole, self._gazetteer.version).get(place_id)

    def land_within(
        self, *, west: float, south: float, east: float, north: float, degrees: float
    ) -> list[BaseGeometry]:
        """Return what of each country's parts is in a box, in the box's own longitudes.

        These may go beyond ±180 on one side: what lies across the antimeridian is moved to where it is seen.
        To save points, outlines may be moved by ``degrees``.
        """
        lands = self._simplified(math.floor(math.log2(degrees)))
        found = []
        for turn in (-360, 0, 360):
            box = (west - turn, south, east - turn, north)
            near = lands[self._index.query(shapely.box(*box))]
            seen = [part for part in shapely.clip_by_rect(near, *box) if not part.is_empty]
            found += [shapely.affinity.translate(part, turn) for part in seen] if turn else seen
        return found

    def is_approximate(self, place_id: str) -> bool:
        """Whether the outline of a place is no more than what its settlements tell."""
        return _whole(place_id) is not None and self._gazetteer.outline(place_id) is None

    def at(self, *, lat: float, lon: float) -> Division:
        """Return the country and the divisions at a point, all ``None`` on the open sea.

        Up to 10 km off a coast it is the nearest country, for the base map leaves out harbours and islets.
        Divisions without an outline of their own are those of the nearest settlement in that country.
        """
        held = {place.level: place for place, _ in reversed(self._gazetteer.outlines_at(lat=lat, lon=lon))}
        if Level.COUNTRY in held:
            code, ashore = held[Level.COUNTRY].country, True
        else:
            code, ashore = self._country_at(lat=lat, lon=lon)
        if not code:
            return Division()
        country, drawn = self._place(f"country:{code}"), ashore
        admin1 = held.get(Level.ADMIN1)
        if admin1 is None or admin1.country != code:
            admin1, drawn = self._nearest(f"country:{code}", lat=lat, lon=lon), False
        admin2 = held.get(Level.ADMIN2)
        if admin1 and (admin2 is None or admin2.country != code):
            admin2, drawn = self._nearest(admin1.id, lat=lat, lon=lon), False
        return Division(country, admin1, admin2, approximate=not drawn)

    def with_district(self, place: Place) -> Place:
        """Return a place with the id of the second-order division that it is known to be in.

        What the place's own record tells goes first, then the outlines that users have added. The district of
        the nearest settlement does not count: where few are known to be of a district it is mostly wrong.
        """
        district = self._gazetteer.district(place)
        if district is None and place.level.is_point:
            held = self._gazetteer.outlines_at(lat=place.lat, lon=place.lon)
            inside = (each for each, _ in held if each.feature_code == "ADM2")
            district = next((each for each in inside if each.admin1_id == place.admin1_id), None)
        return place if district is None else replace(place, admin2_id=district.id)

    def _add_country(self, iso2: str, geometry: BaseGeometry) -> None:
        known = self._countries.get(iso2)
        self._countries[iso2] = geometry if known is None else shapely.union_all([known, geometry])

    def _country_at(self, *, lat: float, lon: float) -> tuple[str, bool]:
        """Return the code of the country at a point, or off whose coast it is, and whether it is ashore."""
        spot = shapely.Point(lon, lat)
        for part in self._index.query(spot):
            if self._lands[part].covers(spot):
                return self._owners[part], True
        reach = COAST_KM / 110
        wide = min(180.0, reach / max(0.01, math.cos(math.radians(lat))))
        box = (lon - wide, lat - reach, lon + wide, lat + reach)
        nearest = (COAST_KM, "")
        for part in self._index.query(shapely.box(*box)):
            # Only the shore near by: an outline has thousands of points.
            line = shapely.shortest_line(spot, shapely.clip_by_rect(self._lands[part], *box))
            if line is not None:
                nearest = min(nearest, (GEOD.geometry_length(line) / 1000, self._owners[part]))
        return nearest[1], False

    def _simplify(self, power: int) -> np.ndarray[Any, Any]:
        """Return the parts of countries, moved by up to 2 to the power of ``power`` degrees."""
        return shapely.simplify(self._lands, 2.0**power)

    def _nearest(self, whole: str, *, lat: float, lon: float) -> Place | None:
        settled = self._settled(_country(whole), self._gazetteer.version).get(whole)
        return self._place(settled.nearest(lat=lat, lon=lon)) if settled else None

    def _place(self, place_id: str) -> Place | None:
        try:
            return self._gazetteer.get(place_id)
        except NotFound:
            return None

    def _read_settled(self, country: str, version: int) -> dict[str, _Settled]:
        """Return the settlements of a country, and of each division in it, by the id of the whole."""
        spots = {f"country:{country}": self._gazetteer.settlements(country)}
        for lon, lat, admin1_id, district in self._gazetteer.districts(country):
            spots.setdefault(admin1_id, []).append((lon, lat, district))
        return {whole: _Settled(inside) for whole, inside in spots.items() if inside}

    def _divide(self, whole: str, version: int) -> dict[str, BaseGeometry]:
        """Return the approximate outlines of what a country or a division is divided into, by id."""
        country, above = _country(whole), _whole(whole)
        spots = self._settled(country, version)
        settled, land = spots.get(whole), self._gazetteer.outline(whole)
        if settled is None or (above and len(settled) < ENOUGH * spots[above].count(whole)):
            return {}
        if land is None:
            land = self._divided(above, version).get(whole) if above else self._countries.get(country)
        return settled.cells(land) if land is not None else {}


def _country(place_id: str) -> str:
    """Return the code of the country that the id of a country or division has in it."""
    return place_id.partition(":")[2].partition(".")[0]


def _whole(place_id: str) -> str | None:
    """Return the id of what a division is a part of: "adm1:UA.05" of "country:UA"; ``None`` for others."""
    kind, _, code = place_id.partition(":")
    parts = code.split(".")
    if kind == "adm1" and len(parts) == 2:
        return f"country:{parts[0]}"
    if kind == "adm2" and len(parts) == 3:
        return f"adm1:{parts[0]}.{parts[1]}"
    return None
