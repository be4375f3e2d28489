"""What a user knows better than the gazetteer, kept in a small database of its own.

No build and no layer touches it: a correction holds until it is undone. Look-ups apply ``read_rules``.
"""

from __future__ import annotations

import math
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import astuple, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from domain import InvalidInput, NotFound, NotPrepared, TooLarge
from geo.folding import fold

MAX_CORRECTIONS = 20_000
"""All of them are held in memory while the gazetteer is open."""

MAX_TEXT = 500
"""Characters of a place id, a name, a note, or who made the correction."""

ALIAS, MOVE, NEVER = "alias", "move", "never"

_SCHEMA = """
CREATE TABLE IF NOT EXISTS correction (
    number INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, place_id TEXT NOT NULL, name TEXT NOT NULL,
    lat REAL, lon REAL, radius_km REAL, made_at TEXT NOT NULL, made_by TEXT NOT NULL, note TEXT NOT NULL)
"""
_COLUMNS = "kind, place_id, name, lat, lon, radius_km, made_by, note, made_at, number"


@dataclass(frozen=True, slots=True)
class Correction:
    """One correction, with who made it, when and why.

    ``kind`` is ``alias`` (the place is called ``name`` too), ``never`` (texts never mean the place by
    ``name``) or ``move`` (it lies at ``lat``, ``lon``; ``radius_km`` is ``None`` where that was right).
    ``made_at`` is in UTC, as ISO 8601 writes it.
    """

    kind: str
    place_id: str
    name: str = ""
    lat: float | None = None
    lon: float | None = None
    radius_km: float | None = None
    made_by: str = ""
    note: str = ""
    made_at: str = ""
    number: int | None = None

    def __str__(self) -> str:
        if self.kind == MOVE:
            reach = "" if self.radius_km is None else f", radius {self.radius_km:g} km"
            return f"{self.place_id} lies at {self.lat}, {self.lon}{reach}"
        return f"{self.name!r} {'means' if self.kind == ALIAS else 'never means'} {self.place_id}"


@dataclass(frozen=True, slots=True)
class Move:
    """Where a place lies in truth; ``radius_km`` is ``None`` where the gazetteer's stays."""

    lat: float
    lon: float
    radius_km: float | None


@dataclass(frozen=True, slots=True)
class Rules:
    """The corrections as look-ups need them: by folded name and by place id."""

    aliases: Mapping[str, frozenset[str]] = field(default_factory=dict)
    never: Mapping[str, frozenset[str]] = field(default_factory=dict)
    moves: Mapping[str, Move] = field(default_factory=dict)


def read_rules(path: Path) -> Rules:
    """Return what holds now: of two corrections that contradict each other the later one.

    Raises NotPrepared where the file is damaged; a missing one has no corrections.
    """
    aliases: defaultdict[str, set[str]] = defaultdict(set)
    never: defaultdict[str, set[str]] = defaultdict(set)
    moves: dict[str, Move] = {}
    for each in Corrections(path).all():
        key = fold(each.name)
        if each.kind == MOVE and each.lat is not None and each.lon is not None:
            moves[each.place_id] = Move(each.lat, each.lon, each.radius_km)
        elif each.kind == ALIAS:
            aliases[key].add(each.place_id)
            never[key].discard(each.place_id)
        elif each.kind == NEVER:
            never[key].add(each.place_id)
            aliases[key].discard(each.place_id)
    return Rules(_frozen(aliases), _frozen(never), moves)


def _frozen(sets: Mapping[str, set[str]]) -> dict[str, frozenset[str]]:
    return {key: frozenset(ids) for key, ids in sets.items() if ids}


class Corrections:
    """The corrections in the file at ``path``, which is made with the first of them."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def add(self, correction: Correction) -> int:
        """Keep a correction and return its number.

        Raises InvalidInput for a name without a letter, a position off the globe, or a text that is too
        long, TooLarge where there are ``MAX_CORRECTIONS``.
        """
        _check(correction)
        with self._open() as connection:
            (held,) = connection.execute("SELECT count(*) FROM correction").fetchone()
            if held >= MAX_CORRECTIONS:
                raise TooLarge(f"there are {held:,} corrections, and there may be no more")
            values = astuple(correction)[:-2]
            number = connection.execute(
                f"INSERT INTO correction ({_COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?,NULL)",
                (*values, datetime.now(UTC).isoformat(timespec="seconds")),
            ).lastrowid
        assert number is not None
        return number

    def undo(self, number: int) -> None:
        """Forget a correction. Raises NotFound."""
        with self._open() as connection:
            if not connection.execute("DELETE FROM correction WHERE number = ?", (number,)).rowcount:
                raise NotFound(f"there is no correction {number}", field="NUMBER")

    def all(self) -> tuple[Correction, ...]:
        """Return the corrections in the order in which they were made. Raises NotPrepared."""
        if not self.path.exists():
            return ()
        with self._open() as connection:
            found = connection.execute(
                f"SELECT {_COLUMNS} FROM correction ORDER BY number LIMIT {MAX_CORRECTIONS}"
            ).fetchall()
        return tuple(Correction(*row) for row in found)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with closing(sqlite3.connect(self.path)) as connection, connection:
                connection.execute(_SCHEMA)
                yield connection
        except sqlite3.DatabaseError as error:
            raise NotPrepared(f"{self.path} cannot be used: {error}") from error


def _check(correction: Correction) -> None:
    for name in ("place_id", "name", "made_by", "note"):
        text = getattr(correction, name)
        if len(text) > MAX_TEXT or not text.isprintable():
            raise InvalidInput(f"is longer than {MAX_TEXT} characters or no plain text", field=name)
    if correction.kind != MOVE and not fold(correction.name):
        raise InvalidInput(f"{correction.name!r} is no name", field="name")
    if correction.kind == MOVE:
        lat, lon, reach = correction.lat, correction.lon, correction.radius_km
        if lat is None or lon is None or not (-90 <= lat <= 90 and -180 <= lon <= 180):
            raise InvalidInput(f"{lat}, {lon} is no position on the globe", field="lat, lon")
        if reach is not None and not 0 < reach < math.inf:
            raise InvalidInput(f"{reach} is no radius in kilometres", field="radius_km")
