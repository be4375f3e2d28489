"""What a row of a new layer has to do with the places that are known: the same, in the same, or new.

A layer's country or first-order division only adds names and an outline to ours. A place that another
source already told of, by another id, is joined with it: they share a name, are of one kind and lie within
some kilometres. Two places of one source are never joined, for it tells them apart itself.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from domain import Level, NotFound, Place
from geo.folding import without_generic
from geo.gazetteer import Gazetteer
from geo.sources.entry import Entry
from geo.writer import Row

_COUNTRIES = ("PCL", "PCLD", "PCLF", "PCLI", "PCLS")
_ABANDONED = ("PPLH", "PPLQ", "PPLW")
_TWIN_KM = {Level.SETTLEMENT: 4.0, Level.FACILITY: 1.0, Level.ADMIN2: 40.0, Level.AREA: 50.0}
"""How far apart two sources may put one place: centres of towns differ, those of districts more."""

_RADIUS_KM = {
    Level.FACILITY: 0.5, Level.ADMIN1: 80.0, Level.ADMIN2: 20.0, Level.AREA: 10.0, Level.COUNTRY: 300.0
}  # fmt: skip
_RADIUS_KM_BY_CODE = {
    "AIRB": 2.0, "AIRF": 2.0, "AIRP": 2.0, "MILB": 3.0, "PRT": 2.0, "ADM3": 10.0, "ADM4": 5.0, "SEA": 300.0,
    "GULF": 100.0, "STM": 25.0, "MTS": 50.0, "RGN": 50.0, "DSRT": 100.0, "LK": 5.0, "ISL": 5.0,
}  # fmt: skip
"""A guess at the half-extent of what has no outline and no people: on the large side, to be honest."""

_AROUND_KM = (8.0, 40.0)
_RANKS = ("country", "adm1", "adm2", "sitmap", "geonames")
"""Whose id a place of several keeps: one of ours, else GeoNames', else that of who came first."""


class Matcher:
    """Makes rows of entries, beside the places of a gazetteer that does not hold them yet."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer
        self._country = lru_cache(maxsize=1000)(self._find_country)
        self._division = lru_cache(maxsize=20_000)(self._find_division)

    def row(self, entry: Entry) -> Row | None:
        """Return an entry as a row; ``None`` for a name of a place that is not known."""
        if entry.lat is None or entry.lon is None:
            return self._addition(entry, entry.place_id)
        country = self._country(entry.country)
        if entry.feature_code in _COUNTRIES and country:
            return self._addition(entry, f"country:{country}")
        near_division = ""
        # A division's middle may be nearer to towns of the next one.
        if not country or not (entry.admin1 or entry.feature_code == "ADM1"):
            country, near_division = self._surroundings(entry, country)
        admin1 = self._division(country, entry.admin1, entry.source) if country and entry.admin1 else ""
        if entry.feature_code == "ADM1":
            admin1 = admin1 or self._division_of_names(country, entry)
            if not admin1 and entry.outline is not None:
                admin1 = self._division_by_towns(country, entry.outline)
            known = self._addition(entry, admin1)
            if known is not None:
                return known
            admin1 = entry.place_id = admin1 or entry.place_id
        return self._joined(self._plain(entry, country, admin1 or near_division))

    def _plain(self, entry: Entry, country: str, admin1_id: str) -> Row:
        level = Place("", "", 0, 0, entry.feature_code).level
        names = {*entry.names, *map(without_generic, entry.names)} if level in _ADMIN else entry.names
        return Row(
            entry.place_id,
            entry.name,
            entry.lat,
            entry.lon,
            entry.feature_code,
            country,
            names=names,
            admin1_id=admin1_id,
            admin2=entry.admin2,
            population=entry.population,
            radius_km=entry.radius_km or _radius(entry, level),
            prominence=_prominence(entry, level),
            source=entry.source,
            outline=entry.outline,
        )

    def _addition(self, entry: Entry, place_id: str) -> Row | None:
        """Return a row that gives names and an outline to a known place."""
        known = self._known(place_id)
        if known is None:
            return None
        names = {entry.name, *entry.names, without_generic(entry.name)}
        return Row(
            known.id,
            entry.name,
            None,
            None,
            known.feature_code,
            known.country,
            names=names if known.level in _ADMIN else {entry.name, *entry.names},
            admin1_id=known.admin1_id,
            source=entry.source,
            outline=entry.outline,
        )

    def _joined(self, row: Row) -> Row:
        """Let a row that tells of a known place, by another id, share the better one of the two ids."""
        twin = None if self._known(row.place_id) else self._twin(row)
        if twin is not None:
            if _rank(twin.id) <= _rank(row.place_id):
                row.same_as, row.place_id = (row.place_id,), twin.id
            else:
                row.same_as = (twin.id,)
        return row

    def _twin(self, row: Row) -> Place | None:
        assert row.lat is not None and row.lon is not None
        level = Place("", "", 0, 0, row.feature_code).level
        reach = _TWIN_KM.get(level, 0.0)
        if not reach:
            return None
        authority = row.place_id.partition(":")[0]
        near = self._gazetteer.namesakes((row.name, *row.names), lat=row.lat, lon=row.lon, km=reach)
        for place in near:
            elsewhere = row.country and place.country and row.country != place.country
            if place.level is level and place.id.partition(":")[0] != authority and not elsewhere:
                return place
        return None

    def _find_country(self, text: str) -> str:
        """Return the ISO alpha-2 code of a country told by code or name, empty where there is none."""
        named = self._gazetteer.lookup(text, limit=10) if text else ()
        return next((place.country for place in named if place.level is Level.COUNTRY), "")

    def _find_division(self, country: str, text: str, source: str) -> str:
        """Return the id of a division told by GeoNames' code ("05", "UA.05") or by name."""
        code = text.removeprefix(f"{country}.")
        if self._known(f"adm1:{country}.{code}"):
            return f"adm1:{country}.{code}"
        for name in (text, without_generic(text)):
            for place in self._gazetteer.lookup(name):
                if place.level is Level.ADMIN1 and place.country == country:
                    return place.id
        # GeoNames may know divisions that have no town of 500 people.
        return f"adm1:{country}.{code}" if source == "GeoNames" and code.isalnum() else ""

    def _division_of_names(self, country: str, entry: Entry) -> str:
        found = (self._division(country, name, "") for name in (entry.name, *entry.names))
        return next(filter(None, found), "")

    def _division_by_towns(self, country: str, outline: BaseGeometry) -> str:
        """Return the division most of whose settlements an outline holds."""
        towns = self._gazetteer.settlements(country)
        if not towns:
            return ""
        lons, lats, divisions = zip(*towns, strict=True)
        inside = shapely.contains_xy(outline, np.array(lons), np.array(lats))
        held, counts = np.unique(np.array(divisions)[inside], return_counts=True)
        if not len(held):
            return ""
        best = str(held[counts.argmax()])
        return best if 2 * counts.max() > divisions.count(best) else ""

    def _surroundings(self, entry: Entry, country: str) -> tuple[str, str]:
        """Return the country and division that are known of a place, else those of the nearest one."""
        assert entry.lat is not None and entry.lon is not None
        known = self._known(entry.place_id)
        if known is not None and known.country:
            return country or known.country, known.admin1_id
        for km in _AROUND_KM:
            for place in self._gazetteer.nearby(lat=entry.lat, lon=entry.lon, km=km, limit=5):
                if place.admin1_id and country in ("", place.country):
                    return place.country, place.admin1_id
        return country, ""

    def _known(self, place_id: str) -> Place | None:
        try:
            return self._gazetteer.get(place_id)
        except NotFound:
            return None


_ADMIN = (Level.ADMIN1, Level.ADMIN2)


def _rank(place_id: str) -> int:
    authority = place_id.partition(":")[0]
    return _RANKS.index(authority) if authority in _RANKS else len(_RANKS)


def _radius(entry: Entry, level: Level) -> float:
    if level is Level.SETTLEMENT:
        # The radius of a disc in which so many people live 3,000 to the square kilometre.
        return round(max(1.0, math.sqrt(entry.population / 3000 / math.pi)), 1)
    return _RADIUS_KM_BY_CODE.get(entry.feature_code, _RADIUS_KM[level])


def _prominence(entry: Entry, level: Level) -> float:
    """Return how much a place is meant by its name, in powers of ten of people, as the base counts it.

    A settlement that nobody counted comes after those with people, a spot or a stream after that.
    """
    people = math.log10(entry.population + 10)
    if entry.feature_code in _ABANDONED:
        return 0.4
    if level is Level.SETTLEMENT:
        return people + (1.0 if entry.feature_code == "PPLC" else 0.0)
    if level is Level.ADMIN1:
        return math.log10(entry.population + 1000) - 1.2
    if level is Level.ADMIN2:
        return people - 1.5
    return 2 + people if level is Level.COUNTRY else 0.2
