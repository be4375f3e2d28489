"""The gazetteer: the base file, the layers that people added, and their corrections, asked as one.

Each file is read-only SQLite, asked row by row and never loaded whole. Names are compared folded
(``geo.folding``). Rows of one place id in several files are one place.
"""

from __future__ import annotations

import json
import logging
import math
import re
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

import shapely
from pyproj import Geod
from shapely.geometry.base import BaseGeometry

from domain import InvalidInput, NameUse, NotFound, NotPrepared, Place
from geo.corrections import Rules, read_rules
from geo.folding import MAX_NAME as MAX_NAME
from geo.folding import fold as fold
from geo.joining import joined
from geo.placefile import PlaceFile, identity
from geo.spellings import likest, slips

ALTERNATE_PENALTY = 0.8
"""How much less a place is meant by an alternate name than by its own, in powers of ten of people:
"Pokrovsk" was once the name of Engels, three times its size."""

MAX_SOUNDS = 300
"""How many names are compared with one that is not known."""

MAX_ALIKE = 10
"""Places kept of each name that is like another."""

CODE_RANK = 3
"""The rank of names that are only codes (ISO 3166); texts do not mean places by them. Own names have 0,
alternate ones 1."""

OUTLINES_KEPT = 128
"""The outlines that stay in memory after they were asked for; a big country's takes some megabytes."""

TRANSLATIONS_KEPT = 20_000
"""The translated names that stay in memory after they were asked for."""

_SETTLES_NS = 100_000_000
"""How old a change must be for its time stamp to be trusted: file systems count in steps of milliseconds,
and a second change in the same step would go unseen."""

GEOD = Geod(ellps="WGS84")

_WORD = re.compile(r"[a-z0-9\x80-\U0010ffff]+")
"""What FTS5's "ascii" tokenizer takes for a word in a folded name."""

_PLACE = (
    "place.place_id, place.name, place.lat, place.lon, place.feature_code, place.country, place.admin1_id,"
    " place.admin2, place.population, place.radius_km, place.source, place.prominence"
)
_BY_NAME = (
    f"SELECT {_PLACE}, name.rank FROM name JOIN place ON place.id = name.place"
    " WHERE name.folded = ? ORDER BY place.id"
)
_BY_ID = f"SELECT {_PLACE} FROM place WHERE place_id = ?"
_BY_IDS = f"SELECT {_PLACE} FROM place WHERE place_id IN (SELECT value FROM json_each(?))"
_NAMED_IN_BAND = (
    f"SELECT DISTINCT {_PLACE} FROM json_each(?) AS key JOIN name ON name.folded = key.value"
    " JOIN place ON place.id = name.place WHERE name.rank < ? AND place.lat BETWEEN ? AND ?"
)
_IN_BOX = (
    f"SELECT {_PLACE} FROM position JOIN place ON place.id = position.id"
    " WHERE position.west <= ? AND position.east >= ? AND position.south <= ? AND position.north >= ?"
)
_OUTLINES_IN_BOX = (
    "SELECT outline.place_id FROM outline_box JOIN outline ON outline.id = outline_box.id"
    " WHERE west <= ?1 AND east >= ?1 AND south <= ?2 AND north >= ?2"
)
_HAS_TRANSLATIONS = "SELECT 1 FROM sqlite_master WHERE name = 'translation'"
_TRANSLATION = (
    "SELECT translation.name FROM place JOIN translation ON translation.place = place.id"
    " WHERE place.place_id = ? AND translation.language = ?"
)


_Held = dict[str, dict[int, Any]]
"""The rows found so far: by place id, then by the number of the file."""


@dataclass(frozen=True, slots=True)
class _Parts:
    """What look-ups work with at one time. ``files`` are the base, then the layers as they were added."""

    stamp: tuple[int, int]
    settled: bool
    files: tuple[PlaceFile, ...]
    linking: tuple[PlaceFile, ...]
    naming: tuple[PlaceFile, ...]
    rules: Rules
    divisions: dict[str, str] = field(default_factory=dict)


def layers_folder(gazetteer: Path) -> Path:
    """Return the folder of the layers that belong to the base file at ``gazetteer``."""
    return gazetteer.parent / "gazetteers"


def corrections_file(gazetteer: Path) -> Path:
    """Return the file of the corrections that belong to the base file at ``gazetteer``."""
    return gazetteer.parent / "corrections.db"


class Gazetteer:
    """Places by name, by id and by position. Safe to share between threads.

    Layers and corrections count from the next look-up on, whoever adds or removes them. ``without`` is
    the name of a layer that is left out. Raises NotPrepared where the base file is missing, damaged or of
    another version.
    """

    def __init__(self, path: Path, *, without: str = "") -> None:
        self.path = path
        self._without = without
        self._folder = layers_folder(path)
        self._corrections = corrections_file(path)
        self._base = PlaceFile(path)
        self._lock = Lock()
        self._read_outline = lru_cache(maxsize=OUTLINES_KEPT)(_read_outline)
        self._name_in = lru_cache(maxsize=TRANSLATIONS_KEPT)(_name_in)
        self._current = _Parts((-1, -1), True, (self._base,), (), (), Rules())
        self._parts()

    def best(self, name: str) -> NameUse | None:
        """Return the most prominent place of that name; codes such as "IT" are no names here."""
        parts = self._parts()
        named = [(row, rank) for row, rank in self._named(parts, fold(name)) if rank < CODE_RANK]
        if not named:
            return None
        row, rank = min(named, key=_meant_less)
        return NameUse(_place(parts, row), len(named), rank <= 0)

    def lookup(self, name: str, limit: int = 50, *, codes: bool = True) -> tuple[Place, ...]:
        """Return the places of that name, most prominent first, with ``codes`` those of that code too."""
        parts = self._parts()
        named = self._named(parts, fold(name))
        if not codes:
            named = [(row, rank) for row, rank in named if rank < CODE_RANK]
        named.sort(key=_meant_less)
        return tuple(_place(parts, row) for row, _ in named[:limit])

    def alike(self, name: str) -> tuple[tuple[Place, float], ...]:
        """Return places of other spellings of a name and of names much like it, with how like, 0 to 1.

        To be asked where ``lookup`` finds nothing. Bounded in time: ``MAX_SOUNDS`` names are compared.
        """
        folded = fold(name)
        found: dict[str, tuple[Place, float]] = {}
        for other, likeness in likest(folded, self._sounding(folded)):
            for place in self.lookup(other, MAX_ALIKE, codes=False):
                found.setdefault(place.id, (place, likeness))
        return tuple(found.values())

    def _sounding(self, folded: str) -> set[str]:
        """Return the names whose consonants are those of ``folded``, give or take a slip."""
        sql = "SELECT folded FROM sound WHERE skeleton = ? AND length(folded) BETWEEN ? AND ? LIMIT ?"
        found: set[str] = set()
        for heard in slips(folded):
            for file in self._parts().files:
                room = MAX_SOUNDS - len(found)
                found.update(
                    row[0] for row in file.rows(sql, (heard, len(folded) - 3, len(folded) + 3, room))
                )
        return found

    def namesakes(self, names: Iterable[str], *, lat: float, lon: float, km: float) -> tuple[Place, ...]:
        """Return the places within ``km`` that have one of the names, nearest first."""
        parts = self._parts()
        keys = json.dumps([key for key in map(fold, names) if key])
        reach = km / 110.0
        held = _gathered(parts, _NAMED_IN_BAND, (keys, CODE_RANK, lat - reach, lat + reach))
        places = [_place(parts, row) for row in _completed(parts, held)] if held else []
        near = [(GEOD.inv(lon, lat, place.lon, place.lat)[2], place) for place in places]
        near.sort(key=lambda pair: pair[0])
        return tuple(place for metres, place in near if metres <= km * 1000)

    def demonym(self, word: str) -> Place | None:
        """Return the country or area whose people or adjective ``word`` is, else ``None``."""
        rows = self._base.rows("SELECT place_id FROM demonym WHERE folded = ?", (fold(word),))
        return self.get(rows[0][0]) if rows else None

    def get(self, place_id: str) -> Place:
        """Return one place. Raises NotFound."""
        parts = self._parts()
        rows = _completed(parts, {_known_as(parts, place_id): {}})
        if not rows:
            raise NotFound(f"no place has the id {place_id!r}", field="place_id")
        return _place(parts, rows[0])

    def name_in(self, place_id: str, language: str) -> str | None:
        """Return a place's Ukrainian ("uk") or Russian ("ru") name, ``None`` where it is not known."""
        return self._name_in(self._parts().naming, place_id, language)

    def search(self, text: str, limit: int = 10) -> tuple[Place, ...]:
        """Return places whose name begins with ``text`` or has words that do, best first."""
        folded = fold(text)
        if not folded:
            return ()
        whole = self.lookup(text, limit)
        words = _WORD.findall(folded)
        # Hundreds of thousands of names have a word that begins with one letter. A short word is taken
        # for the beginning of one where it is the last, and alone it has to be the whole name.
        if not words or len(folded) < 3:
            return whole
        begun = [f'"{word}"*' if len(word) > 2 else f'"{word}"' for word in words[:-1]] + [f'"{words[-1]}"*']
        parts = self._parts()
        held = _gathered(
            parts,
            f"SELECT {_PLACE} FROM place WHERE place.id IN"
            " (SELECT rowid FROM name_words WHERE name_words MATCH ? LIMIT 20000)"
            " ORDER BY (substr(place.folded, 1, ?) = ?) DESC, place.prominence DESC, place.id LIMIT ?",
            (" ".join(begun), len(folded), folded, limit),
        )
        for place_id in parts.rules.never.get(folded, ()):
            held.pop(place_id, None)
        rows = _completed(parts, held)
        rows.sort(key=lambda row: (not fold(row[1]).startswith(folded), -row[11]))
        found = {place.id: place for place in (*whole, *(_place(parts, row) for row in rows))}
        return tuple(found.values())[:limit]

    def nearby(self, *, lat: float, lon: float, km: float, limit: int = 50) -> tuple[Place, ...]:
        """Return the settlements within ``km`` (geodesic), nearest first."""
        if not (-90 <= lat <= 90 and -180 <= lon <= 180 and 0 < km <= 500):
            raise InvalidInput("lat, lon or km is out of range", field="lat, lon, km")
        # A box that holds the circle; around a pole that is every longitude.
        reach = km / 110.0
        wide = 360.0
        if abs(lat) + reach < 90:
            wide = math.degrees(math.asin(math.sin(math.radians(reach)) / math.cos(math.radians(lat))))
        boxes = [(lon - wide, lon + wide)]
        if lon - wide < -180:
            boxes.append((lon - wide + 360, 180.0))
        if lon + wide > 180:
            boxes.append((-180.0, lon + wide - 360))
        parts = self._parts()
        # Those that were moved may come from anywhere.
        held: _Held = {place_id: {} for place_id in parts.rules.moves}
        for west, east in boxes:
            _gathered(parts, _IN_BOX, (east, west, lat + reach, lat - reach), held)
        found = []
        for row in _completed(parts, held):
            place = _place(parts, row)
            metres = GEOD.inv(lon, lat, place.lon, place.lat)[2]
            if metres <= km * 1000 and place.feature_code.startswith("PPL"):
                found.append((metres, place))
        found.sort(key=lambda pair: pair[0])
        return tuple(place for _, place in found[:limit])

    def countries(self) -> tuple[Place, ...]:
        """Return all countries and territories, by name."""
        return self._listed(f"SELECT {_PLACE} FROM place WHERE feature_code = 'PCLI'")

    def divisions(self, country: str) -> tuple[Place, ...]:
        """Return the first-order divisions of a country (ISO alpha-2), by name."""
        return self._listed(
            f"SELECT {_PLACE} FROM place WHERE country = ? AND feature_code = 'ADM1'", (country,)
        )

    def settlements(self, country: str) -> list[tuple[float, float, str]]:
        """Return ``(lon, lat, admin1_id)`` of each settlement of a country that has a division."""
        found = {}
        for file in self._parts().files:
            for place_id, *spot in file.rows(
                "SELECT place_id, lon, lat, admin1_id FROM place WHERE country = ? AND admin1_id != ''"
                " AND feature_code LIKE 'PPL%' AND lat IS NOT NULL",
                (country,),
            ):
                found[place_id] = tuple(spot)
        return list(found.values())

    def outline(self, place_id: str) -> BaseGeometry | None:
        """Return the outline (lon, lat) of a place that a layer brings, that added last first."""
        parts = self._parts()
        for file in reversed(parts.files[1:]):
            outline = self._read_outline(file, place_id)
            if outline is not None:
                return outline
        return None

    def outlines_at(self, *, lat: float, lon: float) -> tuple[tuple[Place, BaseGeometry], ...]:
        """Return the places of the layers whose outline holds a point, each with it; the smallest first."""
        parts = self._parts()
        spot = shapely.Point(lon, lat)
        found = []
        for place_id in {
            row[0] for file in parts.files[1:] for row in file.rows(_OUTLINES_IN_BOX, (lon, lat))
        }:
            outline = self.outline(place_id)
            if outline is not None and outline.covers(spot):
                found += [(_place(parts, row), outline) for row in _completed(parts, {place_id: {}})]
        found.sort(key=lambda pair: pair[1].area)
        return tuple(found)

    def districts(self, country: str) -> list[tuple[float, float, str, str]]:
        """Return ``(lon, lat, admin1_id, place id of the district)`` of each settlement with a known one."""
        known: dict[tuple[str, str], str] = {}
        settled: dict[str, tuple[float, float, str, str]] = {}
        for file in self._parts().files:
            for admin1_id, folded, place_id in file.rows(
                "SELECT admin1_id, folded, place_id FROM place WHERE country = ? AND feature_code = 'ADM2'",
                (country,),
            ):
                known.setdefault((admin1_id, folded), place_id)
            for place_id, *spot in file.rows(
                "SELECT place_id, lon, lat, admin1_id, admin2 FROM place WHERE country = ? AND admin2 != ''"
                " AND feature_code LIKE 'PPL%' AND lat IS NOT NULL",
                (country,),
            ):
                settled[place_id] = (spot[0], spot[1], spot[2], fold(spot[3]))
        return [
            (lon, lat, admin1_id, known[admin1_id, district])
            for lon, lat, admin1_id, district in settled.values()
            if (admin1_id, district) in known
        ]

    def district(self, place: Place) -> Place | None:
        """Return the second-order division that a place is in by its own account, itself where it is one."""
        if place.feature_code == "ADM2":
            return place
        if not (place.admin1_id and place.admin2):
            return None
        found = self._listed(
            f"SELECT {_PLACE} FROM place WHERE country = ? AND feature_code = 'ADM2' AND admin1_id = ?"
            " AND folded = ?",
            (place.country, place.admin1_id, fold(place.admin2)),
        )
        return found[0] if found else None

    def size(self) -> tuple[int, int]:
        """Return the numbers of places and of names that the files hold, each file's counted for itself."""
        counted = "SELECT (SELECT count(*) FROM place), (SELECT count(*) FROM name)"
        places, names = zip(*(file.rows(counted)[0] for file in self._parts().files), strict=True)
        return sum(places), sum(names)

    @property
    def version(self) -> int:
        """A number that is another one whenever layers or corrections have changed."""
        return hash(self._parts().stamp)

    def close(self) -> None:
        """Close the connections that are not in use."""
        with self._lock:
            for file in self._current.files:
                file.close()

    def _listed(self, sql: str, values: tuple[Any, ...] = ()) -> tuple[Place, ...]:
        parts = self._parts()
        places = [_place(parts, row) for row in _completed(parts, _gathered(parts, sql, values))]
        return tuple(sorted(places, key=lambda place: place.name))

    def _named(self, parts: _Parts, key: str) -> list[tuple[Any, int]]:
        """Return the row of each place of a folded name with the rank of the name, -1 for a user's alias."""
        held: _Held = {}
        ranks: dict[str, int] = {}
        for at, file in enumerate(parts.files):
            for row in file.rows(_BY_NAME, (key,)):
                place_id = _hold(parts, held, at, row)
                ranks[place_id] = min(row[12], ranks.get(place_id, CODE_RANK))
        for place_id in parts.rules.aliases.get(key, ()):
            held.setdefault(place_id, {})
            ranks[place_id] = -1
        for place_id in parts.rules.never.get(key, ()):
            held.pop(place_id, None)
        return [(row, ranks[row[0]]) for row in _completed(parts, held)]

    def _parts(self) -> _Parts:
        stamp = _changed_at(self._folder), _changed_at(self._corrections)
        current = self._current
        if stamp == current.stamp and current.settled:
            return current
        with self._lock:
            if self._current is current:
                self._current = self._opened(stamp, current)
            return self._current

    def _opened(self, stamp: tuple[int, int], before: _Parts) -> _Parts:
        settled = max(stamp) < time.time_ns() - _SETTLES_NS
        known = {file.identity: file for file in before.files[1:]}
        layers = []
        for path in sorted(self._folder.glob("*.db")) if stamp[0] else ():
            if path.stem == self._without:
                continue
            try:
                layer = known.pop(identity(path), None)
                layer = layer or PlaceFile(path, remedy=f"flask gazetteer remove {path.stem}")
                layers.append((layer.rows("SELECT added FROM layer")[0][0], layer))
            except (NotPrepared, FileNotFoundError) as error:
                logging.getLogger(__name__).warning("left out: %s", error)
        for gone in known.values():
            gone.close()
        layers.sort(key=lambda pair: pair[0])
        files = (self._base, *(layer for _, layer in layers))
        linking = tuple(file for file in files[1:] if file.rows("SELECT 1 FROM same_as LIMIT 1"))
        # Layers that were added when places had no translations have no table of them.
        naming = tuple(file for file in files if file.rows(_HAS_TRANSLATIONS))
        return _Parts(stamp, settled, files, linking, naming, read_rules(self._corrections))


def _changed_at(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def _gathered(parts: _Parts, sql: str, values: tuple[Any, ...], held: _Held | None = None) -> _Held:
    """Put what each file answers to ``held``."""
    held = {} if held is None else held
    for at, file in enumerate(parts.files):
        for row in file.rows(sql, values):
            _hold(parts, held, at, row)
    return held


def _hold(parts: _Parts, held: _Held, at: int, row: Any) -> str:
    """Put a row to its place; return the id under which that is known."""
    place_id = _known_as(parts, row[0])
    rows = held.setdefault(place_id, {})
    if place_id == row[0]:
        rows[at] = row
    return place_id


def _completed(parts: _Parts, held: _Held) -> list[Any]:
    """Return a row for each place, joined of what all files say of it; none for one that no file places."""
    for at, file in enumerate(parts.files):
        missing = [place_id for place_id, rows in held.items() if at not in rows]
        if len(missing) == 1:
            found = file.rows(_BY_ID, (missing[0],))
        else:
            found = file.rows(_BY_IDS, (json.dumps(missing),)) if missing else []
        for row in found:
            held[row[0]][at] = row
    whole = (joined([rows[at] for at in sorted(rows)]) for rows in held.values() if rows)
    return [row for row in whole if row is not None]


def _known_as(parts: _Parts, place_id: str) -> str:
    """Return the id under which another layer's place is known, where a layer says that it is the same."""
    for layer in parts.linking:
        rows = layer.rows("SELECT known_as FROM same_as WHERE place_id = ?", (place_id,))
        if rows:
            return str(rows[0][0])
    return place_id


def _meant_less(named: tuple[Any, int]) -> tuple[bool, float]:
    """Sort names by how likely they mean the place: what a user said, then the most prominent."""
    row, rank = named
    return rank >= 0, -row[11] + (ALTERNATE_PENALTY if rank > 0 else 0)


def _place(parts: _Parts, row: Any) -> Place:
    place_id, name, lat, lon, code, country, admin1_id, admin2, population, radius_km, source = row[:11]
    moved = parts.rules.moves.get(place_id)
    if moved is not None:
        lat, lon, radius_km = moved.lat, moved.lon, moved.radius_km or radius_km
    admin1 = _division(parts, admin1_id) if admin1_id else ""
    return Place(
        place_id, name, lat, lon, code, country, admin1, admin1_id, admin2, population, radius_km, source
    )


def _division(parts: _Parts, place_id: str) -> str:
    """Return the name of a division, which may stand in another file than the places in it."""
    if place_id not in parts.divisions:
        named: Iterable[str] = (
            row[1] for file in parts.files for row in file.rows(_BY_ID, (place_id,)) if row[2] is not None
        )
        parts.divisions[place_id] = next(iter(named), "")
    return parts.divisions[place_id]


def _read_outline(file: PlaceFile, place_id: str) -> BaseGeometry | None:
    rows = file.rows("SELECT wkb FROM outline WHERE place_id = ?", (place_id,))
    return shapely.from_wkb(rows[0][0]) if rows else None


def _name_in(files: tuple[PlaceFile, ...], place_id: str, language: str) -> str | None:
    for file in files:
        for row in file.rows(_TRANSLATION, (place_id, language)):
            return str(row[0])
    return None
