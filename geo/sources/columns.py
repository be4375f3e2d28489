"""Which column or property of a table tells what: by well-known names, or as the user says.

The same names serve CSV and TSV files with a header and the properties of GeoJSON features: those of Who's
On First, OpenStreetMap extracts, Natural Earth and GeoNames.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from domain import InvalidInput, stable_id
from geo.sources.entry import Entry, read_degrees, read_name, read_names, read_people

FIELDS: Mapping[str, tuple[str, ...]] = {
    "geonames": ("geonames_id", "geonameid", "gn_id", "gn:id", "wof:concordances.gn:id", "ref:geonames"),
    "id": ("wof_id", "wof:id", "@id", "osm_id", "ne_id", "id", "gid"),
    "name": ("name_en", "name:en", "name:eng_x_preferred", "wof:name", "int_name", "name", "asciiname")
    + ("name_long", "admin"),
    "names": ("alt_names", "alt_name", "alternatenames", "alternate_names", "aliases", "old_name")
    + ("official_name", "short_name", "loc_name", "woe_name", "gn_name"),
    "lat": ("lat", "latitude", "lbl:latitude", "geom:latitude", "y"),
    "lon": ("lon", "lng", "long", "longitude", "lbl:longitude", "geom:longitude", "x"),
    "kind": ("feature_code", "fcode", "placetype", "wof:placetype", "place", "featurecla", "kind", "type"),
    "level": ("admin_level",),
    "country": ("country_code", "countrycode", "iso_a2_eh", "iso_a2", "iso2", "iso:country", "wof:country")
    + ("country", "adm0_a3"),
    "iso": ("iso", "iso_3166_2", "iso3166-2", "iso:code"),
    "admin1": ("gn_a1_code", "admin1", "admin1_code", "region", "state", "province", "adm1name"),
    "admin2": ("admin2", "county", "district"),
    "population": ("population", "pop", "wof:population", "gn:population", "pop_max", "pop_est"),
}
"""What a row can tell, with the columns that tell it; of several that are filled the first counts."""

_KINDS = {
    "country": "PCLI", "dependency": "PCLI", "sovereign country": "PCLI", "admin-0 country": "PCLI",
    "region": "ADM1", "state": "ADM1", "province": "ADM1", "admin-1 states provinces": "ADM1",
    "admin-1 region": "ADM1", "county": "ADM2", "district": "ADM2", "municipality": "ADM3",
    "localadmin": "ADM3", "locality": "PPL", "city": "PPL", "town": "PPL", "village": "PPL", "hamlet": "PPL",
    "populated place": "PPL", "settlement": "PPL", "isolated_dwelling": "PPL", "admin-0 capital": "PPLC",
    "admin-1 capital": "PPLA", "borough": "PPLX", "suburb": "PPLX", "quarter": "PPLX",
    "neighbourhood": "PPLX", "macrohood": "PPLX", "microhood": "PPLX", "continent": "CONT", "ocean": "OCN",
    "sea": "SEA", "marinearea": "SEA", "island": "ISL", "islet": "ISL", "archipelago": "ISLS",
    "macroregion": "RGN", "macrocounty": "RGN", "farm": "FRM", "aerodrome": "AIRP", "airport": "AIRP",
}  # fmt: skip
"""Kinds of place in the words of Who's On First, OpenStreetMap and Natural Earth, as GeoNames' codes."""

_BY_ADMIN_LEVEL = {"2": "PCLI", "4": "ADM1", "6": "ADM2", "7": "ADM3", "8": "ADM3"}
"""OpenStreetMap's admin_level; countries use the numbers between these in their own ways."""

_AUTHORITIES = {"wof_id": "wof", "wof:id": "wof", "@id": "osm", "osm_id": "osm", "ne_id": "naturalearth"}
_SOURCES = {"wof": "Who's On First", "osm": "OpenStreetMap", "naturalearth": "Natural Earth"}
_UNKNOWN = ("", "-99", "-1", "xx", "none", "null")
_ALIKE = re.compile(r"name(_|:)[a-z]|(alt|old|official|short|loc|int)_name(:|$)|abrv:", re.IGNORECASE)
_NUMBER = re.compile(r"(?:(?:node|way|relation)/)?[0-9]{1,15}")
_CODE = re.compile("[A-Z][A-Z0-9]{1,7}")


@dataclass(frozen=True, slots=True)
class Columns:
    """How to read the rows of one file.

    ``mapped`` names the column for a field of ``FIELDS``, ``fixed`` the value that a field has in every
    row. ``authority`` begins the ids of rows from nobody that is known. Raises InvalidInput for a field
    that there is not.
    """

    authority: str
    mapped: Mapping[str, str] = field(default_factory=dict)
    fixed: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if unknown := (self.mapped.keys() | self.fixed.keys()) - FIELDS.keys():
            raise InvalidInput(
                f"{', '.join(sorted(unknown))} is no field; there are {', '.join(FIELDS)}", field="--map"
            )

    def check(self, header: Iterable[str]) -> None:
        """Raises InvalidInput where a header lacks what every row needs, or a column that was named."""
        present = {column.strip().lower() for column in header}
        for name, column in self.mapped.items():
            if column.lower() not in present:
                raise InvalidInput(f"the file has no column {column!r}", field=f"--map {name}")
        for name in ("name", "lat", "lon"):
            if not (name in self.fixed or name in self.mapped or present & set(FIELDS[name])):
                raise InvalidInput(
                    f"no column tells the {name}: name it with --map {name}=COLUMN"
                    f" (there are {', '.join(sorted(present))[:300]})"
                )

    def read(self, row: Mapping[str, Any]) -> Entry:
        """Return the place that a row is; ``lat`` and ``lon`` are ``None`` where it has none of its own.

        The keys of ``row`` are in lower case. Raises InvalidInput.
        """
        values = {name: self._value(row, name) for name in FIELDS}
        names = read_names(self._names(row))
        # Where the source names no English name, one in Latin letters serves readers of English best.
        name = read_name(values["name"] or next(filter(str.isascii, names), "".join(names[:1])))
        lat = read_degrees(values["lat"], 90, "lat") if values["lat"] else None
        lon = read_degrees(values["lon"], 180, "lon") if values["lon"] else None
        authority, place_id = self._id(row, values, f"{name} {lat} {lon}")
        country, admin1, code = values["country"], values["admin1"], _code(values)
        if len(values["iso"]) >= 2:
            country = country or values["iso"][:2]
        return Entry(
            place_id,
            name,
            lat,
            lon,
            code,
            country,
            names=names,
            admin1=name if code == "ADM1" and not admin1 else admin1,
            admin2=values["admin2"],
            population=read_people(values["population"]),
            source=_SOURCES.get(authority, authority),
        )

    def _value(self, row: Mapping[str, Any], name: str) -> str:
        if name in self.fixed:
            return self.fixed[name]
        columns = (self.mapped[name].lower(),) if name in self.mapped else FIELDS[name]
        for column in columns:
            if column in row and (text := next(_texts(row[column]), "")).lower() not in _UNKNOWN:
                return text
        return ""

    def _names(self, row: Mapping[str, Any]) -> Iterator[str]:
        """Yield all names in a row, its own among them; several in one cell are parted by | or ;."""
        columns = {*FIELDS["name"], *FIELDS["names"], self.mapped.get("name"), self.mapped.get("names")}
        for column, value in row.items():
            if column in columns or _ALIKE.match(column):
                for text in _texts(value):
                    yield from re.split("[|;,]" if column == "alternatenames" else "[|;]", text)

    def _id(self, row: Mapping[str, Any], values: Mapping[str, str], else_by: str) -> tuple[str, str]:
        """Return whose id it is and the place id; GeoNames' where the row knows it."""
        known = (each for each in _AUTHORITIES if each in row)
        column = next((each for each in known if _NUMBER.fullmatch(next(_texts(row[each]), ""))), "")
        authority = _AUTHORITIES.get(column, self.authority)
        geonames = values["geonames"].removesuffix(".0")
        if geonames.isascii() and geonames.isdigit() and int(geonames) > 0:
            return authority, f"geonames:{int(geonames)}"
        if column:
            return authority, f"{authority}:{next(_texts(row[column]))}"
        own = values["id"]
        if len(own) > 60 or not own.isprintable():
            raise InvalidInput("is longer than 60 characters or no plain text", field="id")
        return authority, f"{authority}:{own or stable_id(else_by)}"


def _texts(value: Any) -> Iterator[str]:
    """Yield what a cell or property says, part by part where it is a list."""
    for part in value if isinstance(value, list) else [value]:
        if isinstance(part, str | int | float) and not isinstance(part, bool):
            yield str(part).strip()


def _code(values: Mapping[str, str]) -> str:
    """Return GeoNames' code for the kind of place that a row tells of."""
    kind = values["kind"]
    if not kind and values["level"] in _BY_ADMIN_LEVEL:
        return _BY_ADMIN_LEVEL[values["level"]]
    if kind.lower() in _KINDS:
        return _KINDS[kind.lower()]
    if _CODE.fullmatch(kind):
        return kind
    # A kind that is not known is a spot somewhere; where no kind is told the geometry decides.
    return "LCTY" if kind else ""
