"""Files of areas or front lines that others publish, read as snapshots: whose ground, which day, who says so.

An explicit word of whoever imports goes before all. Else a feature's own properties tell, then the name of
its layer, then that of the file, then what is known of the publisher (``data/publishers.toml``). What nothing
tells is asked for, never guessed.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property, lru_cache
from itertools import pairwise
from pathlib import Path

import shapely
from shapely.geometry.base import BaseGeometry

from domain import (
    BadData,
    InvalidInput,
    Level,
    NameIndex,
    Place,
    Snapshot,
    SnapshotKind,
    TooLarge,
    Unprocessable,
)
from geo.snapshot_files import Feature, Layer, read_layers
from geo.snapshot_shapes import draw, in_degrees, joined, swapped

PUBLISHERS = Path(__file__).parent.parent / "data" / "publishers.toml"

_Key = tuple[date, str, str, SnapshotKind]

MAX_SNAPSHOTS = 1_000
"""Of one file."""

MAX_WORD = 100
"""Characters of a party's or a source's name."""

NEAR_DEGREES = 0.25
"""How far off a country's outline ground may lie that is called the country's; outlines are rough."""

_PARTY = ("party", "holder", "held_by", "controlled_by", "controller")
_TITLE = ("name", "title")
_SIDE = ("control", "side", "status", "kind", *_TITLE)
"""Properties that may name a party among other words."""

_KIND = ("kind", "status", "control", *_TITLE)
_DATE = ("date", "day", "as_of")
_SOURCE = ("source", "publisher")

_CLAIMED = re.compile(
    r"\b(claim(s|ed)?|reported|contested|disputed|advances?|(counter)?offensives?)\b", re.IGNORECASE
)
"""Ground that is held by one side's word, or fought over; an advance is not yet control."""

_CONTROL = re.compile(r"\b(control(led)?|held|occupied|captured)\b", re.IGNORECASE)

_HOLDS = re.compile(
    "control|held|hold|occup|captur|seiz|taken|gain|advance|claim|.*offensive|forces|troops|army",
    re.IGNORECASE,
)
"""What follows on the people that holds something: "Russian-occupied", "Ukrainian counteroffensives"."""

_HELD_BY = ("by", "under")

_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[^\W\d_A-Za-z]+")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAY = re.compile(
    r"(?<!\d)(?:(?P<y>(?:19|20)\d\d)(?P<sep>[-_.]?)(?P<m>\d\d)(?P=sep)(?P<d>\d\d)(?!\d)"
    rf"|(?P<d2>\d{{1,2}})[ _-]?(?P<mon>{'|'.join(_MONTHS)})[a-z]*[ _-]?(?P<y2>(?:19|20)\d\d)(?!\d))",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Told:
    """What whoever imports a file says of all that is in it; ``kind`` is of areas, for lines are lines."""

    date: date | None = None
    source: str | None = None
    party: str | None = None
    kind: SnapshotKind | None = None


def read_snapshots(
    path: Path, told: Told, *, names: NameIndex, outline: Callable[[str], BaseGeometry | None]
) -> list[Snapshot]:
    """Return one snapshot of each day, source, party and kind that a file draws, in the file's order.

    ``names`` knows peoples and countries, ``outline`` gives the ground (lon, lat) of a place id. A drawing
    that lies in none of the countries that it names, but in one of them when latitude and longitude are
    swapped, is refused.

    Raises InvalidInput where day, source or party are neither told nor in the file, for two of them where one
    is asked for, and for what leaves the globe; Unprocessable where there is no area and no line in it; and
    what `read_layers` and `draw` raise.
    """
    stem = path.name.removesuffix(".gz").rpartition(".")[0]
    groups: dict[_Key, list[Feature]] = {}
    named: set[str] = set()
    left_out = 0
    for layer in read_layers(path):
        reader = _Reader(told, names, layer, stem)
        for feature in in_degrees(layer):
            if shapely.get_dimensions(feature.geometry) < 1 or feature.geometry.is_empty:
                left_out += 1
                continue
            groups.setdefault(reader.key(feature), []).append(feature)
            if len(groups) > MAX_SNAPSHOTS:
                raise TooLarge(f"draws more than {MAX_SNAPSHOTS:,} parties and days", field=path.name)
        named |= reader.countries({party for _, _, party, _ in groups})
    if not groups:
        raise Unprocessable("no area and no line in it", field=path.name)
    note = (f"{left_out:,} without area or line left out",) if left_out else ()
    lands = [land for each in sorted(named) if (land := outline(each)) is not None]
    snapshots = []
    for (day, source, party, kind), features in groups.items():
        drawn, notes = draw(features, lines=kind is SnapshotKind.LINE, field=path.name)
        _check_order(drawn, lands, path.name)
        snapshots.append(Snapshot(day, source, party, kind, drawn, (*notes, *note)))
    return snapshots


def join_snapshots(snapshots: Iterable[Snapshot]) -> list[Snapshot]:
    """Return one snapshot for all of one day, source, party and kind, in the order of their first ones.

    For what comes as several files and is one map of a day. Raises TooLarge where they are too tangled.
    """
    groups: dict[_Key, list[Snapshot]] = {}
    for each in snapshots:
        groups.setdefault((each.date, each.source, each.party, each.kind), []).append(each)
    return [
        replace(
            drawn[0],
            geometry=joined([each.geometry for each in drawn], field=f"{day}, {source}"),
            notes=tuple(dict.fromkeys(note for each in drawn for note in each.notes)),
        )
        for (day, source, _, _), drawn in groups.items()
    ]


def _check_order(drawn: BaseGeometry, lands: Sequence[BaseGeometry], field: str) -> None:
    """Refuse what only makes sense as lat, lon."""
    # Two million points against a country's outline take a minute, and a rough shape tells as much.
    rough = shapely.simplify(drawn, NEAR_DEGREES / 4, preserve_topology=False)
    shape = drawn if rough.is_empty else rough
    other = swapped(shape)
    if (
        other is not None
        and not any(shapely.dwithin(shape, land, NEAR_DEGREES) for land in lands)
        and any(shapely.dwithin(other, land, NEAR_DEGREES) for land in lands)
    ):
        raise InvalidInput(
            "lies in none of the countries that it names, but does with latitude and longitude swapped;"
            " write longitude first",
            field=field,
        )


class _Reader:
    """Whose ground the features of one layer are, of which day, and who says so."""

    def __init__(self, told: Told, names: NameIndex, layer: Layer, file: str) -> None:
        self._told, self._names, self._field = told, names, layer.field
        self._titles = (layer.name, file)
        plain = [" ".join(re.split(r"[\W_]+", title)).strip() for title in self._titles]
        self._publisher = next(
            (each for title in plain for each in _publishers() if each.name.search(title)), None
        )

    @cached_property
    def _day(self) -> date | None:
        return _one_day(" ".join(self._titles), self._field)

    @cached_property
    def _party(self) -> str:
        known = self._publisher.party if self._publisher else ""
        return next(filter(None, map(self._holder, self._titles)), known)

    def key(self, feature: Feature) -> _Key:
        """Return day, source, party and kind. Raises InvalidInput where one is not to be found."""
        field = f"{self._field}, feature {feature.number}"
        kind = self._kind(feature)
        day = self._told.date or _one_day(_first(feature, _DATE), field) or self._day
        source = self._told.source or _first(feature, _SOURCE)[:MAX_WORD]
        if not source and self._publisher:
            source = self._publisher.source
        party = self._told.party or self._party_of(feature)
        if day is None:
            raise InvalidInput(
                "neither it nor its name tells of which day it is; say so with --date", field=field
            )
        if not source:
            raise InvalidInput("neither it nor its name tells who drew it; say so with --source", field=field)
        if not party and kind is not SnapshotKind.LINE:
            raise InvalidInput(
                "neither it nor its name tells whose ground it is; say so with --party", field=field
            )
        return day, source, party, kind

    def countries(self, parties: set[str]) -> set[str]:
        """Return the ids of the countries that parties are, or that the layer's name or the file's has."""
        words = {word for title in self._titles for word in _WORD.findall(title)}
        found = [self._country(party) for party in parties] + [self._people(word) for word in words]
        return {place.id for place in (*found, *map(self._country, words)) if place is not None}

    def _kind(self, feature: Feature) -> SnapshotKind:
        if shapely.get_dimensions(feature.geometry) == 1:
            return SnapshotKind.LINE
        if self._told.kind is not None:
            return self._told.kind
        # What a feature says of itself goes before the name of its layer.
        said = " ".join(feature.properties.get(name, "") for name in _KIND)
        for text in (said, *self._titles):
            words = " ".join(_WORD.findall(text))
            if _CLAIMED.search(words):
                return SnapshotKind.CLAIMED
            if _CONTROL.search(words):
                return SnapshotKind.CONTROL
        return SnapshotKind.CONTROL

    def _party_of(self, feature: Feature) -> str:
        if value := _first(feature, _PARTY):
            place = self._people(value) or self._country(value)
            return place.name if place else self._holder(value) or value[:MAX_WORD]
        for name in _SIDE:
            value = feature.properties.get(name, "")
            # What is called Ukraine need not be held by it.
            place = self._people(value) or (self._country(value) if name not in _TITLE else None)
            if party := place.name if place else self._holder(value):
                return party
        return self._party

    def _holder(self, text: str) -> str | None:
        """Return whose control a text tells of: "Russian-controlled …", "… occupied by Russia"."""
        words = _WORD.findall(text)
        holders = {
            place.name: None
            for before, word in pairwise(words)
            if _HOLDS.match(word) and (place := self._people(before))
        }
        for at, word in enumerate(words):
            if word.lower() in _HELD_BY:
                after = (self._people(each) or self._country(each) for each in words[at + 1 :])
                if place := next(filter(None, after), None):
                    return place.name
        if len(holders) > 1:
            both = " and ".join(holders)
            raise InvalidInput(
                f"{text[:60]!r} may be ground of {both}; say whose it is with --party", field=self._field
            )
        return next(iter(holders), None)

    def _people(self, word: str) -> Place | None:
        return self._names.demonym(word) if word else None

    def _country(self, name: str) -> Place | None:
        use = self._names.best(name) if name else None
        return use.place if use and use.place.level is Level.COUNTRY else None


def _first(feature: Feature, names: Sequence[str]) -> str:
    """Return the first of these properties that a feature has."""
    return next(filter(None, (feature.properties.get(name) for name in names)), "")


def _one_day(text: str, field: str) -> date | None:
    """Return the day that a text has: 2025-01-31, 20250131, 31JAN2025. Raises InvalidInput for two."""
    days = {day for found in _DAY.finditer(text) if (day := _day(found))}
    if len(days) > 1:
        told = " and ".join(day.isoformat() for day in sorted(days)[:3])
        raise InvalidInput(f"its names tell of {told}; say which with --date", field=field)
    return days.pop() if days else None


def _day(found: re.Match[str]) -> date | None:
    """Return a day, ``None`` for figures that are none."""
    try:
        if found["mon"]:
            return date(int(found["y2"]), _MONTHS.index(found["mon"].lower()) + 1, int(found["d2"]))
        return date(int(found["y"]), int(found["m"]), int(found["d"]))
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class _Publisher:
    name: re.Pattern[str]
    source: str
    party: str


@lru_cache(maxsize=1)
def _publishers() -> tuple[_Publisher, ...]:
    """Read ``data/publishers.toml``. Raises BadData with the entry that is wrong."""
    try:
        entries = tomllib.loads(PUBLISHERS.read_text(encoding="utf-8"))["publisher"]
    except (tomllib.TOMLDecodeError, KeyError) as error:
        raise BadData(str(error), field=PUBLISHERS.name) from error
    return tuple(_publisher(entry, number) for number, entry in enumerate(entries, start=1))


def _publisher(entry: Mapping[str, str], number: int) -> _Publisher:
    try:
        if entry.keys() - {"name", "source", "party"} or not entry["source"]:
            raise ValueError("has name, source and party, and nothing else")
        return _Publisher(re.compile(entry["name"], re.IGNORECASE), entry["source"], entry.get("party", ""))
    except (KeyError, ValueError, re.error) as error:
        raise BadData(str(error), field=f"{PUBLISHERS.name}: publisher {number}") from error
