"""The store in one SQLite file: no server, several threads and processes, safe when killed.

The file is in WAL mode, so readers and the one writer do not wait for each other. Each call is one
transaction on a connection that no other thread uses meanwhile. ``synchronous`` is NORMAL: what a
finished call has written outlives the process; a power cut may take back the last calls, whole.
"""

from __future__ import annotations

import heapq
import sqlite3
import threading
import time
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from domain import (
    Analysis,
    BadData,
    Counts,
    Document,
    Event,
    EventQuery,
    EventReport,
    InvalidInput,
    Near,
    NotFound,
    NotPrepared,
    Refusal,
    Resolution,
    SitmapError,
)
from store import rows
from store.extents import distances_km, meets_box
from store.filters import Around, Stances, Types, Window, filters_of, joined, marks
from store.migrate import check, migrate

BUSY_TIMEOUT_S = 20.0
"""How long a call waits for another writer before it gives up."""

CACHE_KIB = 8_000
"""How much of the file a connection may keep in memory."""

CHUNK = 500
"""How many events are in memory at once while they stream."""

_DOCUMENT = f"SELECT {', '.join(rows.DOCUMENT_COLUMNS)} FROM documents WHERE id = ?"
_MENTIONS_OF = (
    f"SELECT {', '.join(rows.MENTION_COLUMNS)} FROM mentions WHERE document_id = ? ORDER BY position"
)
_EVENT = f"SELECT {', '.join(rows.EVENT_COLUMNS)}, event_key FROM events"
_BARE_EVENT = _EVENT.replace(" geometry,", " NULL,")
_EVENTS_OF = (
    "SELECT event_key FROM reports JOIN events ON events.id = event_id WHERE document_id = ?"
    " GROUP BY event_key ORDER BY min(sentence_start), min(trigger_start), event_key"
)
_REPORT = (
    f"SELECT {', '.join(rows.REPORT_COLUMNS)}, source, title, url, published"
    " FROM reports JOIN documents ON documents.id = reports.document_id"
)


class SqliteStore:
    """A `domain.Store` in the file at ``path``, which is made, or brought up to date, where need be.

    May be shared by threads. Raises BadData for a file that is not a Sitmap store or comes from a
    newer Sitmap, NotPrepared for one that cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self._idle: list[sqlite3.Connection] = []
        self._closed = False
        self._lock = threading.Lock()
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise NotPrepared(f"{self.path.parent}: {error.strerror}", field="store") from error
        try:
            with self._connection() as db:
                check(db, name=self.path.name)
                _use_wal(db)
                migrate(db)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close all connections; one that a call still uses is closed when the call is done."""
        with self._lock:
            self._closed = True
            while self._idle:
                self._idle.pop().close()

    # ----------------------------------------------------------------------- writing

    def add(self, analysis: Analysis) -> bool:
        """Keep a document with all that was read out of it, or nothing of it.

        An event that is there already only gains its reports. Return ``False``, and change nothing,
        where the document is already known. Raises InvalidInput for what cannot be kept.
        """
        document = analysis.document
        if self.knows(document.id):
            return False
        mentions = rows.mention_rows(document.id, analysis.resolutions)
        events = [(rows.event_row(event), rows.extent_row(event)) for event in analysis.events]
        reports = [report for event in analysis.events for report in rows.report_rows(event)]
        with self._writing() as db:
            if not db.execute(_ADD_DOCUMENT, rows.document_row(document)).rowcount:
                return False
            db.executemany(_ADD_MENTION, mentions)
            for event, extent in events:
                added = db.execute(_ADD_EVENT, event)
                if added.rowcount and extent:
                    db.execute(_ADD_EXTENT, (added.lastrowid, *extent))
            db.executemany(_ADD_REPORT, reports)
        return True

    def refuse(self, refusal: Refusal) -> None:
        """Keep the name and reason of an input that could not be read, once per pair."""
        # A file's name need not be valid Unicode.
        parts = (refusal.name, refusal.error.code, str(refusal.error))
        with self._writing() as db:
            db.execute(_ADD_REFUSAL, [part.encode(errors="backslashreplace").decode() for part in parts])

    # ----------------------------------------------------------------------- documents

    def knows(self, document_id: str) -> bool:
        """Whether a document is already kept."""
        with self._reading() as db:
            return db.execute("SELECT 1 FROM documents WHERE id = ?", (document_id,)).fetchone() is not None

    def document(self, document_id: str) -> Document:
        """Raises NotFound."""
        with self._reading() as db:
            return self._document(db, document_id)

    def resolutions(self, document_id: str) -> tuple[Resolution, ...]:
        """The document's mentions in text order with their candidates. Raises NotFound."""
        with self._reading() as db:
            self._document(db, document_id)
            return tuple(map(rows.read_resolution, db.execute(_MENTIONS_OF, (document_id,))))

    # ----------------------------------------------------------------------- events

    def event(self, event_id: str) -> Event:
        """Raises NotFound."""
        with self._reading() as db:
            found = db.execute("SELECT event_key FROM events WHERE id = ?", (event_id,)).fetchone()
            if found is None:
                raise NotFound(f"no event {event_id[:40]!r}", field="event")
            return self._events(db, found)[0]

    def events_of(self, document_id: str) -> tuple[Event, ...]:
        """The events that a document tells of, in the order of its text. Raises NotFound."""
        with self._reading() as db:
            self._document(db, document_id)
            keys = db.execute(_EVENTS_OF, (document_id,)).fetchall()
            return tuple(self._events(db, [key for (key,) in keys]))

    def events(self, query: EventQuery, *, bare: bool = False) -> Iterator[Event]:
        """Stream the events, newest first, undated ones last; ``bare`` without reports and geometry.

        Which ones is settled, and InvalidInput raised, at once. They are read while they stream, a
        chunk at a time, and nothing is held open between chunks: who reads slowly blocks nobody.
        """
        sql, params = joined(filters_of(query))
        limit = -1 if query.limit is None else _limit(query.limit)
        keys = f"SELECT event_key FROM events WHERE {sql} ORDER BY coalesce(date_end, '') DESC, id LIMIT ?"
        with self._reading() as db:
            return self._stream(array("q", (key for (key,) in db.execute(keys, (*params, limit)))), bare)

    def _stream(self, keys: array[int], bare: bool) -> Iterator[Event]:
        for start in range(0, len(keys), CHUNK):
            with self._reading() as db:
                chunk = self._events(db, keys[start : start + CHUNK], bare)
            yield from chunk

    def counts(self, query: EventQuery) -> Counts:
        """Reconcile what a view shows with what there is. The query's limit does not count."""
        filters = filters_of(query)
        window, window_params = joined(part for part in filters if isinstance(part, Window))
        types, types_params = joined(part for part in filters if isinstance(part, Types))
        others, others_params = joined(
            part for part in filters if not isinstance(part, (Window, Types, Stances))
        )
        # As a subquery the other filters find their rows by the indexes.
        fits = f"event_key IN (SELECT event_key FROM events WHERE {others})" if others_params else "1"
        sql = (
            f"SELECT event_type, stance, geo_precision, {types}, count(*), sum({fits})"
            f" FROM events WHERE {window} GROUP BY 1, 2, 3, 4"
        )
        whole = 0
        grains, by_type, by_stance = Counter[int | None](), Counter[str](), Counter[str]()
        with self._reading() as db:
            groups = db.execute(sql, (*types_params, *others_params, *window_params)).fetchall()
        for event_type, stance, grain, type_asked, number, fitting in groups:
            stance_asked = not query.stances or stance in query.stances
            whole += number
            by_type[event_type] += fitting * stance_asked
            by_stance[stance] += fitting * type_asked
            grains[grain] += fitting * stance_asked * type_asked
        return Counts(
            window=whole,
            shown=grains[1] + grains[2],
            filtered=whole - grains.total(),
            region_only=grains[3],
            unplaced=grains[None],
            by_type=dict(+by_type),
            by_stance=dict(+by_stance),
        )

    def by_region(self, query: EventQuery) -> Mapping[str, int]:
        """Placed events per first-order division (place id), country where no division is known.

        The query's limit does not count.
        """
        sql, params = joined(filters_of(query))
        placed = "region_id IS NOT NULL AND geo_precision IS NOT NULL"
        with self._reading() as db:
            return dict(
                db.execute(
                    f"SELECT region_id, count(*) FROM events WHERE {placed} AND {sql} GROUP BY 1", params
                ).fetchall()
            )

    def near(
        self, query: EventQuery, *, lat: float, lon: float, km: float, limit: int = 500
    ) -> Sequence[Near]:
        """Events that lie, or may lie, within ``km``, nearest first.

        The distance is the WGS 84 geodesic to the event's representative point. All candidates are
        measured, at most ``limit`` (and the query's own limit) kept in memory.
        """
        sql, params = joined((Around(lat, lon, km), *filters_of(query)))
        most = _limit(limit if query.limit is None else min(limit, query.limit))
        with self._reading() as db:
            candidates = db.execute(
                f"SELECT id, event_key, lat, lon, coalesce(uncertainty_km, 0) FROM events WHERE {sql}", params
            )
            nearest = heapq.nsmallest(most, _within(candidates, lat=lat, lon=lon, km=km))
            events = [
                event
                for start in range(0, len(nearest), CHUNK)
                for event in self._events(db, [key for _, _, key, _ in nearest[start : start + CHUNK]])
            ]
        return [
            Near(event, distance, certain)
            for event, (distance, _, _, certain) in zip(events, nearest, strict=True)
        ]

    def totals(self) -> Mapping[str, int]:
        """How many documents, events, reports and refusals are kept."""
        tables = ("documents", "events", "reports", "refusals")
        with self._reading() as db:
            return {table: db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables}

    # ----------------------------------------------------------------------- inside

    def _document(self, db: sqlite3.Connection, document_id: str) -> Document:
        row = db.execute(_DOCUMENT, (document_id,)).fetchone()
        if row is None:
            raise NotFound(f"no document {document_id[:40]!r}", field="document")
        return rows.read_document(row)

    def _events(self, db: sqlite3.Connection, keys: Sequence[int], bare: bool = False) -> list[Event]:
        """Return a chunk of events in the order of the keys, with one query for all of their reports.

        Left out is what somebody has deleted from the file since the keys were read.
        """
        by_key = f"{_BARE_EVENT if bare else _EVENT} WHERE event_key IN ({marks(keys)})"
        found = {row[-1]: row for row in db.execute(by_key, keys)}
        chunk = [found[key] for key in keys if key in found]
        ids = [] if bare else [row[0] for row in chunk]
        reports: dict[str, list[EventReport]] = defaultdict(list)
        for row in db.execute(f"{_REPORT} WHERE event_id IN ({marks(ids)}) ORDER BY report_key", ids):
            reports[row[0]].append(rows.read_report(row))
        return rows.read_events(chunk, reports)

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._transaction("BEGIN") as db:
            yield db

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._transaction("BEGIN IMMEDIATE") as db:
            yield db

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        with self._connection() as db:
            db.execute(begin)
            try:
                yield db
                db.execute("COMMIT")
            finally:
                if db.in_transaction:
                    db.execute("ROLLBACK")

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection that nobody else uses; SQLite's errors leave as ours."""
        with self._lock:
            if self._closed:
                raise NotPrepared("the store is closed", field="store")
            db = self._idle.pop() if self._idle else None
        try:
            db = db or self._open()
            yield db
        except sqlite3.ProgrammingError:
            raise
        except sqlite3.IntegrityError as error:
            raise InvalidInput(f"breaks a rule of the store: {error}") from error
        except (sqlite3.DataError, OverflowError, UnicodeEncodeError) as error:
            raise InvalidInput(f"a value that no store can hold: {error}") from error
        except sqlite3.OperationalError as error:
            raise SitmapError(str(error), field=self.path.name) from error
        except sqlite3.DatabaseError as error:
            raise BadData(str(error), field=self.path.name) from error
        finally:
            if db is not None:
                with self._lock:
                    if self._closed:
                        db.close()
                    else:
                        self._idle.append(db)

    def _open(self) -> sqlite3.Connection:
        try:
            db = sqlite3.connect(
                self.path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
            )
        except sqlite3.OperationalError as error:
            raise NotPrepared(f"{self.path} cannot be opened: {error}", field="store") from error
        db.execute("PRAGMA foreign_keys = ON")
        db.execute("PRAGMA synchronous = NORMAL")
        db.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        db.create_function("meets_box", 5, meets_box, deterministic=True)
        return db


_ADD_DOCUMENT = rows.insert("documents", rows.DOCUMENT_COLUMNS, unless_same=("id",))
_ADD_MENTION = rows.insert("mentions", rows.MENTION_COLUMNS)
_ADD_EVENT = rows.insert("events", rows.EVENT_COLUMNS, unless_same=("id",))
_ADD_EXTENT = rows.insert("event_extents", ("event_key", "west", "east", "south", "north"))
_ADD_REPORT = rows.insert(
    "reports",
    rows.REPORT_COLUMNS,
    unless_same=(
        "event_id", "document_id", "sentence_start", "sentence_end", "trigger_start", "trigger_end"
    ),
)  # fmt: skip
_ADD_REFUSAL = rows.insert("refusals", ("name", "code", "message"), unless_same=("name", "code", "message"))


def _use_wal(db: sqlite3.Connection) -> None:
    # For this one statement SQLite does not wait when another process makes the same new file.
    give_up = time.monotonic() + BUSY_TIMEOUT_S
    while True:
        try:
            db.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > give_up:
                raise
            time.sleep(0.01)


def _within(
    candidates: sqlite3.Cursor, *, lat: float, lon: float, km: float
) -> Iterator[tuple[float, str, int, bool]]:
    """Yield distance, id, key and certainty of the candidates that may lie within ``km``."""
    while part := candidates.fetchmany(CHUNK):
        ids, keys, lats, lons, slacks = zip(*part, strict=True)
        distances = distances_km(lat=lat, lon=lon, lats=lats, lons=lons)
        for event_id, key, distance, slack in zip(ids, keys, distances, slacks, strict=True):
            if distance - slack <= km:
                yield distance, event_id, key, distance + slack <= km


def _limit(limit: int) -> int:
    if limit < 1:
        raise InvalidInput(f"{limit} is not a number of 1 or more", field="limit")
    return limit
