"""The gazetteer: one read-only SQLite file, asked row by row and never loaded whole.

Names are compared folded: without case, accents, apostrophes and hyphens, so that "Sana'a",
"Sanaa" and "SANAʼA" are one name. ``build.py`` writes the file with the same ``fold``.
"""

from __future__ import annotations

import math
import re
import sqlite3
import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import Any

from pyproj import Geod
from shapely.geometry.base import BaseGeometry

from domain import InvalidInput, NameUse, NotFound, NotPrepared, Place

SCHEMA_VERSION = 1
MAX_NAME = 200
"""Characters that a name may have; the ceremonial name of Bangkok has nearly as many."""

ALTERNATE_PENALTY = 0.8
"""How much less a place is meant by an alternate name than by its own, in powers of ten of people:
"Pokrovsk" was once the name of Engels, three times its size."""

CODE_RANK = 3
"""The rank of names that are only codes (ISO 3166); texts do not mean places by them."""

_FOLD_LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ə": "a"}
    | dict.fromkeys("'’ʼ‘`´ʻʹʾʿ′\"“”.", "")
)
_WORD = re.compile(r"[a-z0-9\x80-\U0010ffff]+")
"""What FTS5's "ascii" tokenizer takes for a word in a folded name."""

_SEPARATORS = re.compile(r"[\s\-‐-―_,/()&]+")
_PLACE_COLUMNS = (
    "place.place_id, place.name, place.lat, place.lon, place.feature_code, place.country,"
    " division.name, place.admin1_id, place.admin2, place.population, place.radius_km, place.source"
)
_FROM = "FROM place LEFT JOIN place AS division ON division.place_id = place.admin1_id"
GEOD = Geod(ellps="WGS84")


def fold(name: str) -> str:
    """Return the form under which names are compared; it is empty where there is no name in it."""
    return _folded(name) if len(name) <= MAX_NAME else ""


@lru_cache(maxsize=100_000)
def _folded(name: str) -> str:
    text = name.casefold().translate(_FOLD_LETTERS)
    if not text.isascii():
        # Half of a surrogate pair, which a terminal or JSON may let in, is no letter.
        text = unicodedata.normalize("NFKD", text).encode(errors="ignore").decode()
        text = "".join(letter for letter in text if not unicodedata.combining(letter))
        text = text.translate(_FOLD_LETTERS)
    return _SEPARATORS.sub(" ", text).strip()


class Gazetteer:
    """Places by name, by id and by position. Safe to share between threads.

    Raises NotPrepared where the file is missing, damaged or of another version.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._idle: list[sqlite3.Connection] = []
        if not path.is_file():
            raise NotPrepared(f"no gazetteer at {path}; build it with 'flask prepare'")
        try:
            version = self._rows("PRAGMA user_version")[0][0]
        except sqlite3.DatabaseError as error:
            self.close()
            raise NotPrepared(f"{path} is damaged ({error}); run 'flask prepare'") from error
        if version != SCHEMA_VERSION:
            raise NotPrepared(f"{path} is of version {version}, not {SCHEMA_VERSION}; run 'flask prepare'")

    def best(self, name: str) -> NameUse | None:
        """Return the most prominent place of that name; codes such as "IT" are no names here."""
        rows = self._rows(
            f"SELECT {_PLACE_COLUMNS}, count(*) OVER (), name.rank"
            " FROM name JOIN place ON place.id = name.place"
            " LEFT JOIN place AS division ON division.place_id = place.admin1_id"
            " WHERE name.folded = ? AND name.rank < ?"
            " ORDER BY place.prominence - ? * (name.rank > 0) DESC, place.id LIMIT 1",
            (fold(name), CODE_RANK, ALTERNATE_PENALTY),
        )
        return NameUse(_place(rows[0]), rows[0][-2], rows[0][-1] == 0) if rows else None

    def lookup(self, name: str, limit: int = 50) -> tuple[Place, ...]:
        """Return the places of that name, most prominent first, codes included."""
        rows = self._rows(
            f"SELECT {_PLACE_COLUMNS} FROM name JOIN place ON place.id = name.place"
            " LEFT JOIN place AS division ON division.place_id = place.admin1_id"
            " WHERE name.folded = ? ORDER BY place.prominence - ? * (name.rank > 0) DESC, place.id LIMIT ?",
            (fold(name), ALTERNATE_PENALTY, limit),
        )
        return tuple(_place(row) for row in rows)

    def demonym(self, word: str) -> Place | None:
        """Return the country or area whose people or adjective ``word`` is, else ``None``."""
        rows = self._rows("SELECT place_id FROM demonym WHERE folded = ?", (fold(word),))
        return self.get(rows[0][0]) if rows else None

    def get(self, place_id: str) -> Place:
        """Return one place. Raises NotFound."""
        rows = self._rows(f"SELECT {_PLACE_COLUMNS} {_FROM} WHERE place.place_id = ?", (place_id,))
        if not rows:
            raise NotFound(f"no place has the id {place_id!r}", field="place_id")
        return _place(rows[0])

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
        rows = self._rows(
            f"SELECT {_PLACE_COLUMNS} {_FROM} WHERE place.id IN"
            " (SELECT rowid FROM name_words WHERE name_words MATCH ? LIMIT 20000)"
            " ORDER BY (substr(place.folded, 1, ?) = ?) DESC, place.prominence DESC, place.id LIMIT ?",
            (" ".join(begun), len(folded), folded, limit),
        )
        found = {place.id: place for place in (*whole, *map(_place, rows))}
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
        found: dict[str, tuple[float, Place]] = {}
        for west, east in boxes:
            rows = self._rows(
                f"SELECT {_PLACE_COLUMNS} FROM position JOIN place ON place.id = position.id"
                " LEFT JOIN place AS division ON division.place_id = place.admin1_id"
                " WHERE position.west <= ? AND position.east >= ?"
                " AND position.south <= ? AND position.north >= ?",
                (east, west, lat + reach, lat - reach),
            )
            for row in rows:
                place = _place(row)
                metres = GEOD.inv(lon, lat, place.lon, place.lat)[2]
                if metres <= km * 1000:
                    found[place.id] = (metres, place)
        nearest = sorted(found.values(), key=lambda pair: pair[0])
        return tuple(place for _, place in nearest[:limit])

    def countries(self) -> tuple[Place, ...]:
        """Return all countries and territories, by name."""
        rows = self._rows(
            f"SELECT {_PLACE_COLUMNS} {_FROM} WHERE place.feature_code = 'PCLI' ORDER BY place.name"
        )
        return tuple(_place(row) for row in rows)

    def divisions(self, country: str) -> tuple[Place, ...]:
        """Return the first-order divisions of a country (ISO alpha-2), by name."""
        rows = self._rows(
            f"SELECT {_PLACE_COLUMNS} {_FROM} WHERE place.country = ? AND place.feature_code = 'ADM1'"
            " ORDER BY place.name",
            (country,),
        )
        return tuple(_place(row) for row in rows)

    def settlements(self, country: str) -> list[tuple[float, float, str]]:
        """Return ``(lon, lat, admin1_id)`` of each settlement of a country that has a division."""
        return self._rows(
            "SELECT lon, lat, admin1_id FROM place"
            " WHERE country = ? AND admin1_id != '' AND feature_code LIKE 'PPL%'",
            (country,),
        )

    def districts(self, country: str) -> list[tuple[float, float, str, str]]:
        """Return ``(lon, lat, admin1_id, place id of the district)`` of each settlement with a known one."""
        districts = self._rows(
            "SELECT admin1_id, folded, place_id FROM place WHERE country = ? AND feature_code = 'ADM2'",
            (country,),
        )
        known = {(admin1_id, folded): place_id for admin1_id, folded, place_id in districts}
        settled = self._rows(
            "SELECT lon, lat, admin1_id, admin2 FROM place"
            " WHERE country = ? AND admin2 != '' AND feature_code LIKE 'PPL%'",
            (country,),
        )
        return [
            (lon, lat, admin1_id, known[admin1_id, fold(admin2)])
            for lon, lat, admin1_id, admin2 in settled
            if (admin1_id, fold(admin2)) in known
        ]

    def outline(self, place_id: str) -> BaseGeometry | None:
        """Return the outline (lon, lat) of a place that users have added, else ``None``."""
        return None

    def outlines_at(self, *, lat: float, lon: float) -> tuple[tuple[Place, BaseGeometry], ...]:
        """Return the places whose added outline holds a point, each with it, the smallest first."""
        return ()

    @property
    def version(self) -> int:
        """A number that is another one whenever what is asked here has changed."""
        return 0

    def size(self) -> tuple[int, int]:
        """Return the numbers of places and of names."""
        rows = self._rows("SELECT (SELECT count(*) FROM place), (SELECT count(*) FROM name)")
        return rows[0][0], rows[0][1]

    def close(self) -> None:
        """Close the connections that are not in use."""
        while self._idle:
            self._idle.pop().close()

    def _rows(self, sql: str, values: tuple[Any, ...] = ()) -> list[Any]:
        # As many connections as there are calls at a time, however many threads make them.
        try:
            connection = self._idle.pop()
        except IndexError:
            # immutable: no locks and no journal look-ups; a rebuild replaces the file as a whole.
            uri = f"{self.path.resolve().as_uri()}?mode=ro&immutable=1"
            connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
        try:
            return connection.execute(sql, values).fetchall()
        finally:
            self._idle.append(connection)


def _place(row: Any) -> Place:
    place_id, name, lat, lon, code, country, admin1, admin1_id, admin2, population, radius, source = row[:12]
    return Place(
        place_id, name, lat, lon, code, country, admin1 or "", admin1_id, admin2, population, radius, source
    )
