"""GeoNames' dumps (https://download.geonames.org/export/dump/readme.txt): places, and alternate names.

Both are tab-separated without a header. A place's row has 19 columns, that of a name 8 or 10.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator

from domain import InvalidInput
from geo.folding import is_code
from geo.sources.entry import (
    Entry,
    Item,
    Refused,
    decoded,
    read_degrees,
    read_name,
    read_names,
    read_people,
)
from geo.sources.stream import lines

SOURCE = "GeoNames"
PLACE_COLUMNS = 19
NAME_COLUMNS = (8, 10)

_NO_NAMES = frozenset(["link", "wkdt", "post", "iata", "icao", "faac", "unlc", "tcid", "phon"])
"""What stands in the column of the language where the name is a code, an address or a sound."""

_NO_PLACES = frozenset(("ADM1H", "ADM2H", "ADM3H", "ADM4H", "ADMDH", "PCLH"))
"""Divisions and countries that are no more: their names would stand for ground that is divided anew."""


def is_places(first_line: str) -> bool:
    """Whether a file that begins so is a dump of places."""
    cells = first_line.split("\t")
    return len(cells) == PLACE_COLUMNS and cells[0].isdigit()


def is_names(first_line: str) -> bool:
    """Whether a file that begins so is a dump of alternate names."""
    cells = first_line.split("\t")
    return len(cells) in NAME_COLUMNS and cells[0].isdigit() and cells[1].isdigit()


def read_places(stream: io.BufferedReader, after: int) -> Iterator[Item]:
    """Yield the places of a dump, from the line behind ``after`` on."""
    return _read(stream, after, _place)


def read_alternate_names(stream: io.BufferedReader, after: int) -> Iterator[Item]:
    """Yield an entry without coordinates for each name of a dump, from the line behind ``after`` on."""
    return _read(stream, after, _alternate)


def _read(stream: io.BufferedReader, after: int, read: Callable[[list[str]], Entry | None]) -> Iterator[Item]:
    for number, line in lines(stream):
        if number <= after:
            continue
        try:
            text = decoded(line)
            yield number, read(text.split("\t")) if text and not text.startswith("#") else None
        except InvalidInput as error:
            yield number, Refused(str(error))


def _place(cells: list[str]) -> Entry | None:
    if len(cells) != PLACE_COLUMNS:
        raise InvalidInput(f"{len(cells)} columns, not {PLACE_COLUMNS}")
    number, name, ascii_name, others, lat, lon, _, code, country, _, admin1 = cells[:11]
    name = read_name(name)
    if code in _NO_PLACES:
        return None
    names = (ascii_name, *others.split(","))
    return Entry(
        _id(number),
        name,
        read_degrees(lat, 90, "latitude"),
        read_degrees(lon, 180, "longitude"),
        _code(code),
        country,
        names=read_names(other for other in names if not is_code(other, name)),
        admin1="" if admin1 == "00" else admin1,
        population=read_people(cells[14]),
        source=SOURCE,
    )


def _alternate(cells: list[str]) -> Entry | None:
    if len(cells) not in NAME_COLUMNS:
        raise InvalidInput(f"{len(cells)} columns, not 8 or 10")
    _, number, language, name = cells[:4]
    if language in _NO_NAMES:
        return None
    name = read_name(name)
    # Without the place's own name beside it, what is short and in capitals is taken for a code.
    return None if is_code(name, "") else Entry(_id(number), name, None, None, "", source=SOURCE)


def _id(number: str) -> str:
    if not (number.isascii() and number.isdigit() and len(number) <= 12):
        raise InvalidInput(f"{number[:40]!r} is no number", field="geonameid")
    return f"geonames:{number}"


def _code(code: str) -> str:
    if not (code.isascii() and code.isalnum() and code.isupper() and len(code) <= 8):
        if code:
            raise InvalidInput(f"{code[:40]!r} is no feature code", field="feature code")
        # GeoNames leaves the code out where the kind of place is not known.
        return "LCTY"
    return code
