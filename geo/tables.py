"""The project's own tables of places, ``data/gazetteer/*.csv``, checked row by row as they are read.

People edit them by hand and in spreadsheets, so a wrong row is refused with its file and line.
"""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from pathlib import Path

from domain import BadData, NotPrepared

FOLDER = Path(__file__).parent.parent / "data" / "gazetteer"


@dataclass(frozen=True, slots=True)
class _Table:
    """The columns that a table must have, in any order, and those that name a row."""

    columns: str
    key: tuple[str, ...]


_PLACES = _Table(
    "id name aliases feature_code lat lon country admin1 population uncertainty_km source", ("id",)
)
_TABLES = {
    "areas.csv": _Table("id name aliases demonyms feature_code lat lon radius_km countries source", ("id",)),
    "centres.csv": _Table("country code lat lon source", ("country", "code")),
    "countries.csv": _Table("iso2 iso3 name aliases demonyms lat lon population area_km2", ("iso2",)),
    "disputed.csv": _Table("name country atlas note outline", ("name",)),
    "divisions.csv": _Table("country code name aliases demonyms", ("country", "code")),
    "places.csv": _PLACES,
    "population.csv": _Table("id population source", ("id",)),
    "quarters.csv": _PLACES,
    "renamed.csv": _Table("name country lat lon old_names note", ("name", "country", "lat", "lon")),
    "translations.csv": _Table("id uk ru", ("id",)),
}
_LIMITS = {"lat": 90.0, "lon": 180.0}
_AMOUNTS = ("population", "area_km2", "radius_km", "uncertainty_km")


def read_table(name: str) -> list[dict[str, str]]:
    """Return the rows of a table.

    Raises BadData with file and line where one is wrong, NotPrepared where the file is missing.
    """
    table, path = _TABLES[name], FOLDER / name
    if not path.is_file():
        raise NotPrepared(f"{name} is missing from data/gazetteer")
    countries = {row["iso2"] for row in read_table("countries.csv")} if "country " in table.columns else set()
    rows: list[dict[str, str]] = []
    keys = set()
    # Spreadsheets put a byte order mark before the first column's name.
    with path.open(encoding="utf-8-sig", newline="") as lines:
        reader = csv.DictReader(lines, strict=True)
        try:
            if missing := set(table.columns.split()) - set(reader.fieldnames or ()):
                raise BadData(f"no column {', '.join(sorted(missing))}")
            for row in reader:
                _check(row)
                if row.get("country") and row["country"] not in countries:
                    raise BadData(f"country {row['country']!r} is not in countries.csv")
                key = tuple(row[column] for column in table.key)
                if key in keys or not all(key):
                    raise BadData(f"{' '.join(table.key)} {' '.join(key)!r} is empty or stands twice")
                keys.add(key)
                rows.append(row)
        except (BadData, csv.Error, UnicodeDecodeError) as error:
            # A line that cannot even be read is not counted yet.
            line = max(1, reader.line_num + (not isinstance(error, BadData)))
            raise BadData(str(error), field=f"{name}:{line}") from error
    return rows


def as_number(row: dict[str, str], column: str) -> float:
    """Return a number out of a checked row, 0 where the cell is empty."""
    return float(row[column] or 0)


def _check(row: dict[str, str]) -> None:
    # DictReader puts what is over under None, and None into what is missing.
    if None in row or None in row.values():
        raise BadData("the row has too few or too many columns")
    for column, limit in _LIMITS.items():
        if column in row and not abs(_parsed(row, column)) <= limit:
            raise BadData(f"{column} {row[column]} is out of range")
    for column in _AMOUNTS:
        if row.get(column) and not 0 <= _parsed(row, column) < math.inf:
            raise BadData(f"{column} {row[column]} is out of range")


def _parsed(row: dict[str, str], column: str) -> float:
    try:
        return float(row[column])
    except ValueError:
        raise BadData(f"{column} {row[column]!r} is no number") from None
