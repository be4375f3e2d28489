"""Writing a file of places: the one schema, and the one way in which a place and its names get into it.

The base gazetteer and the layers that people add are files of this schema. What is derived (the index of
names, the words for type-ahead, the positions) is made in the end out of the rows, in one pass each, so
that the memory in use does not grow with their number.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import shapely
from shapely.geometry.base import BaseGeometry

from geo.folding import fold
from geo.gazetteer import CODE_RANK
from geo.naming import chosen_names
from geo.placefile import SCHEMA_VERSION
from geo.romanise import CYRILLIC, romanised
from geo.spellings import skeleton

# Names come folded, so that FTS5's "ascii" lets the letters outside ASCII stand as they are. A place
# without coordinates only adds names and an outline to the one of that id in another file.
_SCHEMA = """
CREATE TABLE place (
    id INTEGER PRIMARY KEY, place_id TEXT NOT NULL UNIQUE, name TEXT NOT NULL, folded TEXT NOT NULL,
    lat REAL, lon REAL, feature_code TEXT NOT NULL, country TEXT NOT NULL,
    admin1_id TEXT NOT NULL, admin2 TEXT NOT NULL, population INTEGER NOT NULL,
    radius_km REAL NOT NULL, prominence REAL NOT NULL, source TEXT NOT NULL);
CREATE TABLE read_name (place INTEGER NOT NULL, folded TEXT NOT NULL, rank INTEGER NOT NULL);
CREATE TABLE name (folded TEXT NOT NULL, place INTEGER NOT NULL, rank INTEGER NOT NULL,
    PRIMARY KEY (folded, place)) WITHOUT ROWID;
CREATE TABLE sound (skeleton TEXT NOT NULL, folded TEXT NOT NULL,
    PRIMARY KEY (skeleton, folded)) WITHOUT ROWID;
CREATE TABLE translation (place INTEGER NOT NULL, language TEXT NOT NULL, name TEXT NOT NULL,
    PRIMARY KEY (place, language)) WITHOUT ROWID;
CREATE TABLE demonym (folded TEXT PRIMARY KEY, place_id TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE outline (id INTEGER PRIMARY KEY, place_id TEXT NOT NULL UNIQUE, wkb BLOB NOT NULL);
CREATE TABLE same_as (place_id TEXT PRIMARY KEY, known_as TEXT NOT NULL) WITHOUT ROWID;
CREATE VIRTUAL TABLE name_words USING fts5(names, content='', detail=none, tokenize='ascii');
CREATE VIRTUAL TABLE position USING rtree(id, west, east, south, north);
CREATE VIRTUAL TABLE outline_box USING rtree(id, west, east, south, north);
CREATE TABLE built_from (fingerprint TEXT NOT NULL);
"""
_DERIVED = f"""
BEGIN;
INSERT OR IGNORE INTO name SELECT folded, place, rank FROM read_name ORDER BY folded, place, rank;
INSERT OR IGNORE INTO sound SELECT skeleton(folded), folded FROM name
    WHERE rank < {CODE_RANK} AND skeleton(folded) != '' ORDER BY 1, 2;
INSERT INTO name_words (rowid, names)
    SELECT place, group_concat(folded, ' ') FROM read_name GROUP BY place;
INSERT INTO position SELECT id, lon, lon, lat, lat FROM place
    WHERE feature_code LIKE 'PPL%' AND lat IS NOT NULL;
DROP TABLE read_name;
CREATE INDEX place_by_country ON place (country, feature_code);
COMMIT;
"""


@dataclass(slots=True)
class Row:
    """One place on its way into a file.

    ``names`` are its other names, ``codes`` those by which texts do not mean it. Without ``lat`` and
    ``lon`` the row only adds to the place of that id in another file. ``same_as`` are ids of other files'
    places that are this one. ``outline`` is in lon, lat. ``translations`` are its names by language
    where they are known; others are chosen out of ``names``.
    """

    place_id: str
    name: str
    lat: float | None
    lon: float | None
    feature_code: str
    country: str
    names: Iterable[str] = ()
    codes: Iterable[str] = ()
    admin1_id: str = ""
    admin2: str = ""
    population: int = 0
    radius_km: float = 1.0
    prominence: float = 0.0
    source: str = "GeoNames"
    outline: BaseGeometry | None = None
    same_as: Iterable[str] = field(default_factory=tuple)
    translations: Mapping[str, str] = field(default_factory=dict)


class Writer:
    """Writes rows into a fresh database, or goes on with one that was begun. Commits nothing itself."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'place'").fetchone():
            connection.executescript(_SCHEMA)
        self._number: int = connection.execute("SELECT coalesce(max(id), 0) FROM place").fetchone()[0]
        self._waiting: dict[str, int] = {}
        self._places: list[tuple[object, ...]] = []
        self._names: list[tuple[int, str, int]] = []
        self._translations: list[tuple[int, str, str]] = []

    @property
    def count(self) -> int:
        """How many places have been written."""
        return self._number

    def knows(self, place_id: str) -> bool:
        """Whether a place of that id has been added."""
        return self._number_of(place_id) is not None

    def add(self, row: Row) -> None:
        """Add a place; one of an id that is already there gives it names and an outline."""
        number = self._number_of(row.place_id)
        if number is None:
            self._number = number = self._waiting[row.place_id] = self._number + 1
            self._places.append(
                (number, row.place_id, row.name, fold(row.name), row.lat, row.lon, row.feature_code)
                + (row.country, row.admin1_id, row.admin2, row.population, row.radius_km, row.prominence)
                + (row.source,)
            )
        row.names = tuple(row.names)
        self._names += [(number, folded, rank) for folded, rank in _ranked(row).items()]
        translations = chosen_names(row.name, row.names, row.country) | dict(row.translations)
        self._translations += [(number, language, name) for language, name in translations.items()]
        if row.outline is not None:
            self._draw(row.place_id, row.outline)
        for other in row.same_as:
            self._connection.execute("INSERT OR REPLACE INTO same_as VALUES (?, ?)", (other, row.place_id))

    def flush(self) -> None:
        """Hand what was added to the database."""
        self._connection.executemany(f"INSERT INTO place VALUES ({','.join('?' * 14)})", self._places)
        self._connection.executemany("INSERT INTO read_name VALUES (?, ?, ?)", self._names)
        self._connection.executemany("INSERT OR IGNORE INTO translation VALUES (?, ?, ?)", self._translations)
        self._waiting.clear()
        self._places.clear()
        self._names.clear()
        self._translations.clear()

    def finish(self) -> None:
        """Derive the indexes and mark the file as whole."""
        self.flush()
        self._connection.create_function("skeleton", 1, skeleton, deterministic=True)
        self._connection.executescript(_DERIVED)
        self._connection.executescript(f"PRAGMA user_version={SCHEMA_VERSION}; ANALYZE; VACUUM;")

    def _number_of(self, place_id: str) -> int | None:
        if place_id in self._waiting:
            return self._waiting[place_id]
        found = self._connection.execute("SELECT id FROM place WHERE place_id = ?", (place_id,)).fetchone()
        return found[0] if found else None

    def _draw(self, place_id: str, outline: BaseGeometry) -> None:
        west, south, east, north = outline.bounds
        (number,) = self._connection.execute(
            "INSERT INTO outline (place_id, wkb) VALUES (?, ?)"
            " ON CONFLICT (place_id) DO UPDATE SET wkb = excluded.wkb RETURNING id",
            (place_id, shapely.to_wkb(outline)),
        ).fetchone()
        self._connection.execute(
            "INSERT OR REPLACE INTO outline_box VALUES (?, ?, ?, ?, ?)", (number, west, east, south, north)
        )


def _ranked(row: Row) -> dict[str, int]:
    """Return the folded names of a place, each with its best rank."""
    ranked = {fold(code): CODE_RANK for code in row.codes}
    ranked.update((fold(alternate), 1) for alternate in row.names)
    if row.country in CYRILLIC:
        ranked.update((fold(form), 1) for name in (row.name, *row.names) for form in romanised(name))
    if row.lat is not None:
        ranked[fold(row.name)] = 0
    ranked.pop("", None)
    return ranked
