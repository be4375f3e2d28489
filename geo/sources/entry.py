"""A place as a source tells it, checked field by field, and a row that cannot be one."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

from shapely.geometry.base import BaseGeometry

from domain import InvalidInput
from geo.folding import MAX_NAME, fold

MAX_NAMES = 400
"""Names that one place may have; the rest is left out. Jerusalem has about 300."""

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(slots=True)
class Entry:
    """A place as its source tells it.

    Without ``lat`` and ``lon`` it only gives names to the place of its id. ``country`` is a code or a
    name, ``admin1`` GeoNames' code, an ISO 3166-2 code or a name, ``admin2`` a name; what the source does
    not tell is empty. ``outline`` is in lon, lat.
    """

    place_id: str
    name: str
    lat: float | None
    lon: float | None
    feature_code: str
    country: str = ""
    names: Iterable[str] = ()
    admin1: str = ""
    admin2: str = ""
    population: int = 0
    radius_km: float | None = None
    source: str = ""
    outline: BaseGeometry | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a row is no place."""

    reason: str


Item = tuple[int, "Entry | Refused | None"]
"""What stands at a line, or as which feature, counted from 1; ``None`` is nothing that names a place."""


def read_name(text: str, field: str = "name") -> str:
    """Return a place's own name. Raises InvalidInput."""
    name = " ".join(text.split())
    if _CONTROL.search(name):
        raise InvalidInput("holds control characters", field=field)
    if len(name) > MAX_NAME:
        raise InvalidInput(f"has {len(name):,} characters; a name may have {MAX_NAME}", field=field)
    if not fold(name):
        raise InvalidInput(f"{name!r} is no name" if name else "is empty", field=field)
    return name


def read_names(texts: Iterable[str]) -> list[str]:
    """Return those of a place's other names that can be used."""
    names = dict.fromkeys(
        text for text in map(str.strip, texts) if text and len(text) <= MAX_NAME and not _CONTROL.search(text)
    )
    return list(names)[:MAX_NAMES]


def read_degrees(text: str, limit: float, field: str) -> float:
    """Return degrees between -limit and limit. Raises InvalidInput."""
    try:
        degrees = float(text)
    except (ValueError, TypeError):
        raise InvalidInput(f"{str(text)[:40]!r} is no number", field=field) from None
    if not abs(degrees) <= limit:
        raise InvalidInput(f"{str(text)[:40]} is not between -{limit:g} and {limit:g}", field=field)
    return degrees


def read_people(text: str) -> int:
    """Return a number of people, 0 for none stated. Raises InvalidInput."""
    try:
        people = float(text or 0)
    except (ValueError, TypeError):
        raise InvalidInput(f"{str(text)[:40]!r} is no number", field="population") from None
    if math.isnan(people) or people > 2e10:
        raise InvalidInput(f"{people:g} people do not live anywhere", field="population")
    # Sources write -1 and -99 for "not known".
    return max(0, int(people))


def decoded(line: bytes | None) -> str:
    """Return the text of a line. Raises InvalidInput where it is too long or no text."""
    if line is None:
        raise InvalidInput("the line is too long")
    try:
        text = line.decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise InvalidInput(f"is not UTF-8 at byte {error.start + 1}") from None
    if "\0" in text:
        raise InvalidInput("holds a NUL byte")
    return text
