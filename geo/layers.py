"""Gazetteers that people bring: each becomes a layer, a file of its own beside the base.

A layer is read in the folder ``building`` and moved to its place when it is whole, so that an old one stays
in service until then. What was read is committed batch by batch with the position in the source: a run that
was cut off goes on from there.
"""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from domain import InvalidInput, NotFound, NotPrepared, SitmapError, Unprocessable
from geo.gazetteer import Gazetteer, layers_folder
from geo.matching import Matcher
from geo.placefile import PlaceFile
from geo.sources import Source, open_source
from geo.sources.columns import Columns
from geo.sources.entry import Entry, Refused
from geo.writer import Row, Writer

BATCH = 5_000
"""Rows between two commits: what a run that is cut off has to read again."""

MAX_REPORTED = 10_000
"""Refused rows that the report names; all are counted."""

Progress = Callable[[int, int], None]
"""Called with how much of the source has been read, and how much there is."""

_SUFFIXES = re.compile(r"(\.(txt|tsv|csv|json|geojson|ndjson|db|sqlite|gz|zip))+$", re.IGNORECASE)
_NAME = re.compile("[a-z0-9][a-z0-9_-]{0,39}")
_SCHEMA = """
CREATE TABLE layer (file TEXT NOT NULL, kind TEXT NOT NULL, identity TEXT NOT NULL, added TEXT NOT NULL,
    position INTEGER NOT NULL, read INTEGER NOT NULL, passed_over INTEGER NOT NULL, refused INTEGER NOT NULL);
CREATE TABLE refusal (position INTEGER NOT NULL, reason TEXT NOT NULL);
"""


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer in service.

    ``places`` are those that it holds or adds names to, ``passed_over`` the rows that tell of no place
    (codes, names of places that are not known), ``report`` names the refused ones and is ``None`` without.
    ``problem`` says why a layer cannot be used; it is then left out of look-ups.
    """

    name: str
    file: str = ""
    kind: str = ""
    added: str = ""
    places: int = 0
    read: int = 0
    passed_over: int = 0
    refused: int = 0
    report: Path | None = None
    problem: str = ""


def layer_name(path: Path) -> str:
    """Return the name that a file's layer gets where the user gives none."""
    plain = re.sub("[^a-z0-9]+", "-", _SUFFIXES.sub("", path.name).lower()).strip("-")
    return plain[:40].rstrip("-") or "layer"


def add_layer(
    gazetteer: Path,
    path: Path,
    *,
    name: str = "",
    mapped: Mapping[str, str] | None = None,
    fixed: Mapping[str, str] | None = None,
    progress: Progress = lambda done, total: None,
) -> Layer:
    """Read a file into a layer beside the base file at ``gazetteer``, in place of one of that name.

    Rows that cannot be places are refused one by one and reported. Raises NotPrepared without a base,
    NotFound, UnsupportedMedia, InvalidInput for a wrong name or mapping, and Unprocessable or TooLarge
    where the file is damaged or has no usable row; a layer of that name is then as it was.
    """
    columns = Columns(name or layer_name(path), mapped or {}, fixed or {})
    with open_source(path, columns) as source:
        name = name or layer_name(path) + ("-names" if source.only_names else "")
        _check_name(name)
        building = layers_folder(gazetteer) / "building" / f"{name}.db"
        building.parent.mkdir(parents=True, exist_ok=True)
        identity = f"{_identity(path)} {sorted(columns.mapped.items())} {sorted(columns.fixed.items())}"
        with _begun(building, path, source, identity) as connection:
            with closing(Gazetteer(gazetteer, without=name)) as known:
                reading = _Reading(connection, known)
                reading.read(source, progress)
            return _finished(connection, reading, building, name)


def layers(gazetteer: Path) -> tuple[Layer, ...]:
    """Return the layers beside the base file, in the order in which they were added."""
    found = [_described(path) for path in sorted(layers_folder(gazetteer).glob("*.db"))]
    return tuple(sorted(found, key=lambda layer: layer.added))


def remove_layer(gazetteer: Path, name: str) -> None:
    """Take a layer out of service and delete it. Raises NotFound."""
    path = layers_folder(gazetteer) / f"{name}.db"
    if not _NAME.fullmatch(name) or not path.is_file():
        raise NotFound(
            f"there is no gazetteer {name!r}; 'flask gazetteer list' shows those there are", field="NAME"
        )
    path.unlink()
    _report(path).unlink(missing_ok=True)


class _Reading:
    """Reads a source into a layer that was begun, from where the last run stopped."""

    def __init__(self, connection: sqlite3.Connection, known: Gazetteer) -> None:
        self._connection = connection
        self._writer = Writer(connection)
        self._matcher = Matcher(known)
        self._refusals: list[tuple[int, str]] = []
        counts = connection.execute("SELECT position, read, passed_over, refused FROM layer").fetchone()
        self._position, self._read, self._passed_over, self.refused = counts

    def read(self, source: Source, progress: Progress) -> None:
        """Read all that is left. Raises what reading the source does."""
        for count, (position, item) in enumerate(source.items(self._position), start=1):
            self._position = position
            if isinstance(item, Entry):
                self._take(item)
            elif isinstance(item, Refused):
                self._refuse(item.reason)
            else:
                self._passed_over += 1
            if count % BATCH == 0:
                self._commit()
            if count % 1000 == 0:
                progress(source.done(position), source.total)
        self._commit()
        progress(source.total, source.total)

    def finish(self) -> None:
        """Derive what look-ups need."""
        self._writer.finish()

    def refusals(self, limit: int) -> list[tuple[int, str]]:
        """Return the first refused rows, by position, with the reasons."""
        sql = "SELECT position, reason FROM refusal ORDER BY rowid LIMIT ?"
        return self._connection.execute(sql, (limit,)).fetchall()

    @property
    def places(self) -> int:
        """How many places the layer holds or adds names to."""
        return self._writer.count

    def _take(self, entry: Entry) -> None:
        row = self._matcher.row(entry)
        if row is None:
            self._passed_over += 1
        elif self._is_twice(entry, row):
            self._refuse(f"{entry.place_id} stands twice in the file")
        else:
            self._writer.add(row)
            self._read += 1

    def _is_twice(self, entry: Entry, row: Row) -> bool:
        if row.lat is None or not self._writer.knows(row.place_id):
            return False
        if row.place_id != entry.place_id:
            # Another one of the file has been joined with that place; this one stands for itself.
            row.place_id, row.same_as = entry.place_id, ()
            return self._writer.knows(row.place_id)
        # Two records of one source that both say they are GeoNames' place only give it more names.
        return not entry.place_id.startswith("geonames:") or entry.source == "GeoNames"

    def _refuse(self, reason: str) -> None:
        if self.refused < MAX_REPORTED:
            self._refusals.append((self._position, reason))
        self.refused += 1

    def _commit(self) -> None:
        self._writer.flush()
        self._connection.executemany("INSERT INTO refusal VALUES (?, ?)", self._refusals)
        self._refusals.clear()
        self._connection.execute(
            "UPDATE layer SET position = ?, read = ?, passed_over = ?, refused = ?",
            (self._position, self._read, self._passed_over, self.refused),
        )
        self._connection.commit()


@contextmanager
def _begun(building: Path, path: Path, source: Source, identity: str) -> Iterator[sqlite3.Connection]:
    """Open the layer that a run before this one has begun to read from the same file, or a fresh one."""
    try:
        if not _is_of(building, identity):
            _discard(building)
        with closing(sqlite3.connect(building, timeout=0.1)) as connection:
            # Another run of the same name waits outside. A crash of the machine may cost the file that is
            # being built, one of the program does not.
            connection.executescript(
                "PRAGMA locking_mode=EXCLUSIVE; PRAGMA synchronous=OFF; BEGIN EXCLUSIVE; COMMIT;"
            )
            if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'layer'").fetchone():
                connection.executescript(_SCHEMA)
                values = (path.name, source.kind, identity)
                connection.execute("INSERT INTO layer VALUES (?, ?, ?, '', 0, 0, 0, 0)", values)
                connection.commit()
            try:
                yield connection
            except SitmapError as error:
                _discard(building)
                error.field = error.field or path.name
                raise
    except sqlite3.OperationalError as error:
        raise Unprocessable(f"cannot be added now ({error})", field=path.name) from error


def _is_of(building: Path, identity: str) -> bool:
    """Whether a layer was begun from the file of that identity. Raises OperationalError."""
    # Not read-only: what a run that was killed had not committed is rolled back now.
    address = f"{building.absolute().as_uri()}?mode=rw"
    try:
        with closing(sqlite3.connect(address, uri=True, timeout=0.1)) as begun:
            return begun.execute("SELECT identity FROM layer").fetchall() == [(identity,)]
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
            raise
        return False


def _discard(building: Path) -> None:
    building.unlink(missing_ok=True)
    # A journal that outlives its database would be played into the next one of that name.
    building.with_name(f"{building.name}-journal").unlink(missing_ok=True)


def _finished(connection: sqlite3.Connection, reading: _Reading, building: Path, name: str) -> Layer:
    """Make the layer whole and put it into service."""
    refusals = reading.refusals(MAX_REPORTED)
    file = connection.execute("SELECT file FROM layer").fetchone()[0]
    if not reading.places:
        told = "; ".join(f"row {position}: {reason}" for position, reason in refusals[:3])
        raise Unprocessable(f"has no usable row ({told or 'it is empty'})", field=file)
    connection.execute("UPDATE layer SET added = ?", (datetime.now(UTC).isoformat(),))
    connection.execute("DROP TABLE refusal")
    connection.commit()
    reading.finish()
    connection.close()
    path = building.parent.parent / building.name
    _report(path).unlink(missing_ok=True)
    if refusals:
        lines = (f"{position}\t{reason}\n" for position, reason in refusals)
        more = reading.refused - len(refusals)
        _report(path).write_text(
            "".join(lines) + (f"and {more:,} more\n" if more else ""), encoding="utf-8", errors="replace"
        )
    building.replace(path)
    return _described(path)


def _described(path: Path) -> Layer:
    try:
        file = PlaceFile(path, remedy=f"flask gazetteer remove {path.stem}")
    except NotPrepared as error:
        return Layer(path.stem, problem=error.message)
    with closing(file):
        ((places,),) = file.rows("SELECT count(*) FROM place")
        ((origin, kind, added, read, passed_over, refused),) = file.rows(
            "SELECT file, kind, added, read, passed_over, refused FROM layer"
        )
    report = _report(path) if refused else None
    return Layer(path.stem, origin, kind, added, places, read, passed_over, refused, report)


def _report(path: Path) -> Path:
    return path.with_suffix(".report.txt")


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise InvalidInput(
            f"{name[:60]!r} is no name for a gazetteer: up to 40 of a-z, 0-9, - and _", field="--name"
        )


def _identity(path: Path) -> str:
    """Return what tells whether a file is the one that an earlier run began to read."""
    status = path.stat()
    with path.open("rb") as file:
        head = hashlib.sha256(file.read(1 << 20)).hexdigest()
    return f"{status.st_size} {status.st_mtime_ns} {head}"
