"""The store in one SQLite file: no server, several threads and processes, safe when killed.

Each call is one transaction on a connection that no other thread uses meanwhile. What a finished call
has written outlives the process.
"""

from __future__ import annotations

import sqlite3
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TypeVar

import numpy as np

from domain import (
    Analysis,
    Changed,
    Circle,
    Cluster,
    Counts,
    Document,
    Event,
    EventQuery,
    EventReport,
    Grouping,
    Histogram,
    InvalidInput,
    Listing,
    Merging,
    Near,
    Nearby,
    Neighbourhood,
    NotFound,
    Order,
    Refusal,
    Resolution,
    Tally,
    Unprocessable,
)
from store import overview, rows, summaries, tiles
from store.choices import Choice, chosen, in_order, within
from store.columns import Overview
from store.connections import Connections
from store.filters import check_circle
from store.mistakes import SqliteMistakes
from store.neighbours import keys_near
from store.snapshots import SqliteSnapshots

T = TypeVar("T")

CHUNK = 500
"""How many events are in memory at once while they stream."""

NEIGHBOURS = 100
"""How many events near a telling are looked at, the nearest first."""

_DOCUMENT = f"SELECT {', '.join(rows.DOCUMENT_COLUMNS)} FROM documents WHERE id = ?"
_MENTIONS_OF = (
    f"SELECT {', '.join(rows.MENTION_COLUMNS)} FROM mentions WHERE document_id = ? ORDER BY position"
)
_EVENT = f"SELECT {', '.join(rows.EVENT_COLUMNS)}, event_key FROM events"
_BARE_EVENT = _EVENT.replace(" geometry,", " NULL,")
_EVENT_KEY = "SELECT event_key FROM events WHERE id = :id UNION SELECT event_key FROM tellings WHERE id = :id"
_EVENTS_OF = (
    "SELECT event_key FROM tellings JOIN reports ON telling_id = tellings.id WHERE document_id = ?"
    " GROUP BY event_key ORDER BY min(sentence_start), min(trigger_start), event_key"
)
_TELLING = f"SELECT {', '.join(rows.EVENT_COLUMNS)}, telling_key FROM tellings"
_REPORT = (
    f"SELECT {', '.join(f'reports.{column}' for column in rows.REPORT_COLUMNS)},"
    " documents.id, source, title, url, published, event_key, telling_key FROM reports"
    " JOIN tellings ON tellings.id = telling_id JOIN documents ON documents.id = document_id"
)
_TELLING_KEY = "SELECT telling_key FROM tellings WHERE id = ?"
_TELLINGS_OF = "SELECT telling_key FROM tellings WHERE event_key = ?"
_CAME_WITH = "SELECT telling_key FROM merged_tellings WHERE merge_key = ?"
_MERGE_OF = (
    "SELECT merge_key FROM merges WHERE event_id = ? AND undone_at IS NULL ORDER BY merge_key DESC LIMIT 1"
)
_UNDO = "UPDATE merges SET undone_at = strftime('%Y-%m-%dT%H:%M:%SZ', 'now') WHERE merge_key = ?"
# A document adds a row, and so does a merge. A split shows an event under a new key, the highest of all.
_VERSION = (
    "SELECT (SELECT max(rowid) FROM documents), (SELECT max(rowid) FROM refusals),"
    " (SELECT max(merge_key) FROM merges), (SELECT max(event_key) FROM events)"
)
_CHANGED = "SELECT event_key FROM overview WHERE revision > ? AND revision <= ?"
_AS_FOLDED = "ORDER BY coalesce(published, '9999-12-31'), documents.id, telling_key, report_key"


class SqliteStore:
    """A `domain.Store` in the file at ``path``, which is made, or brought up to date, where need be.

    ``merging`` says which tellings are of one event. It is asked within the transaction that writes, so that
    of two processes that read of the same event at once the second one finds it.

    May be shared by threads. Raises BadData for a file that is not a Sitmap store or comes from a
    newer Sitmap, NotPrepared for one that cannot be opened.
    """

    def __init__(self, path: Path, merging: Merging) -> None:
        self.path = path.absolute()
        self._merging = merging
        self._connections = Connections(self.path)
        self._overview = Overview()
        self.snapshots = SqliteSnapshots(self._connections)
        self.mistakes = SqliteMistakes(self._connections)

    @property
    def version(self) -> str:
        """Changes whenever reports or events do, in whatever process."""
        with self._connections.reading() as db:
            return "-".join(str(number) for number in db.execute(_VERSION).fetchone())

    def close(self) -> None:
        """Close all connections; one that a call still uses is closed when the call is done."""
        self._connections.close()

    # ----------------------------------------------------------------------- writing

    def add(self, analysis: Analysis) -> bool:
        """Keep a document with all that was read out of it, or nothing of it.

        Each of its events joins one that other documents have told of, where the rules of merging say
        that it is the same, and is an event of its own else. Return ``False``, and change nothing, where
        the document is already known. Raises InvalidInput for what cannot be kept.
        """
        document = analysis.document
        if self.knows(document.id):
            return False
        mentions = rows.mention_rows(document.id, analysis.resolutions)
        reports = {telling.id: rows.report_rows(telling) for telling in analysis.events}
        tellings = sorted(analysis.events, key=_in_text)
        with self._connections.writing() as db:
            if not db.execute(_ADD_DOCUMENT, rows.document_row(document)).rowcount:
                return False
            db.executemany(_ADD_MENTION, mentions)
            near = [self._neighbours(db, self._merging.neighbourhood(telling)) for telling in tellings]
            for telling, event in zip(tellings, self._merging.joins(tellings, near), strict=True):
                key = self._show_new(db, telling) if event is None else self._key(db, event.id)
                row = rows.event_row(telling)
                db.execute(_ADD_TELLING, (key, telling.reports[0].document_id, *row))
                db.executemany(_ADD_REPORT, reports[telling.id])
                db.execute(_ADD_WORDS, (telling.id,))
                if event is None:
                    overview.show(db, key)
                else:
                    self._show_again(db, key)
        return True

    def merge(self, event_id: str, into_id: str) -> Event:
        """Make one event of two by hand, and return it. Raises NotFound, Unprocessable for the same one."""
        with self._connections.writing() as db:
            key, into = self._key(db, event_id), self._key(db, into_id)
            if key == into:
                raise Unprocessable(f"{event_id} and {into_id} are one event already", field="event")
            shown = [
                db.execute("SELECT id FROM events WHERE event_key = ?", (each,)).fetchone()[0]
                for each in (key, into)
            ]
            merge = db.execute("INSERT INTO merges (event_id, into_id) VALUES (?, ?)", shown).lastrowid
            db.execute(
                "INSERT INTO merged_tellings SELECT ?, telling_key FROM tellings WHERE event_key = ?",
                (merge, key),
            )
            db.execute("UPDATE tellings SET event_key = ? WHERE event_key = ?", (into, key))
            db.execute("DELETE FROM event_extents WHERE event_key = ?", (key,))
            db.execute("DELETE FROM events WHERE event_key = ?", (key,))
            self._show_again(db, into)
            return self._events(db, [into])[into]

    def split(self, telling_id: str) -> Event:
        """Take out of an event what was merged into it by hand under that id, else that one telling.

        Return the event that was split away, which is shown under its id again. Raises NotFound,
        Unprocessable where nothing would be left.
        """
        with self._connections.writing() as db:
            key = self._key(db, telling_id)
            together = {each for (each,) in db.execute(_TELLINGS_OF, (key,))}
            leaving = {each for (each,) in db.execute(_TELLING_KEY, (telling_id,))}
            for (merge,) in db.execute(_MERGE_OF, (telling_id,)).fetchall():
                came = {each for (each,) in db.execute(_CAME_WITH, (merge,))}
                if came < together:
                    leaving = came
                    db.execute(_UNDO, (merge,))
            if not leaving < together:
                raise Unprocessable(f"{telling_id} has a single report: nothing to split", field="event")
            chosen = sorted(leaving)
            tellings = self._tellings(db, f"telling_key IN ({rows.marks(chosen)})", chosen)
            # Under an id for the moment: the one that it takes may still be that of the rest.
            new = self._show_new(db, replace(self._merging.fold(tellings), id=f"being split: {telling_id}"))
            db.execute(
                f"UPDATE tellings SET event_key = ? WHERE telling_key IN ({rows.marks(chosen)})",
                (new, *chosen),
            )
            self._show_again(db, key)
            self._show_again(db, new)
            return self._events(db, [new])[new]

    def refuse(self, refusal: Refusal) -> None:
        """Keep the name and reason of an input that could not be read, once per pair."""
        # A file's name need not be valid Unicode.
        parts = (refusal.name, refusal.error.code, str(refusal.error))
        with self._connections.writing() as db:
            db.execute(_ADD_REFUSAL, [part.encode(errors="backslashreplace").decode() for part in parts])

    # ----------------------------------------------------------------------- documents

    def knows(self, document_id: str) -> bool:
        """Whether a document is already kept."""
        with self._connections.reading() as db:
            return db.execute("SELECT 1 FROM documents WHERE id = ?", (document_id,)).fetchone() is not None

    def document(self, document_id: str) -> Document:
        """Raises NotFound."""
        with self._connections.reading() as db:
            return self._document(db, document_id)

    def resolutions(self, document_id: str) -> tuple[Resolution, ...]:
        """The document's mentions in text order with their candidates. Raises NotFound."""
        with self._connections.reading() as db:
            self._document(db, document_id)
            return tuple(map(rows.read_resolution, db.execute(_MENTIONS_OF, (document_id,))))

    # ----------------------------------------------------------------------- events

    def event(self, event_id: str) -> Event:
        """The event shown under that id, or the one that its telling belongs to. Raises NotFound."""
        with self._connections.reading() as db:
            key = self._key(db, event_id)
            return self._events(db, [key])[key]

    def tellings(self, event_id: str) -> tuple[Event, ...]:
        """The event as each document tells it, in order of publication. Raises NotFound."""
        with self._connections.reading() as db:
            return tuple(self._tellings(db, "event_key = ?", (self._key(db, event_id),)))

    def events_of(self, document_id: str) -> tuple[Event, ...]:
        """The events that a document tells of, in the order of its text. Raises NotFound."""
        with self._connections.reading() as db:
            self._document(db, document_id)
            keys = db.execute(_EVENTS_OF, (document_id,)).fetchall()
            return tuple(self._events(db, [key for (key,) in keys]).values())

    def events(self, query: EventQuery, *, bare: bool = False) -> Iterator[Event]:
        """Stream the events, newest first, undated ones last; ``bare`` without reports and geometry.

        Which ones is settled, and InvalidInput raised, at once. They are read while they stream, a
        chunk at a time, and nothing is held open between chunks: who reads slowly blocks nobody.
        """
        most = sys.maxsize if query.limit is None else _limit(query.limit)
        _, keys = in_order(self._choice(query), Order.NEWEST, skip=0, limit=most)
        return self._stream(keys, bare)

    def changed(self, query: EventQuery, since: int = 0) -> Changed:
        """What has changed of a query's events since a revision; since 0 all of them, and no others."""
        choice = self._choice(query)
        keys, revision = choice.columns["event_key"][choice.rows()], choice.columns.revision
        if not since:
            return Changed(revision, self._by_key(keys.tolist()), ())
        # What has changed again after that revision is told the next time.
        with self._connections.reading() as db:
            changed = [key for (key,) in db.execute(_CHANGED, (since, revision))]
        chosen_keys = np.intersect1d(keys, changed).tolist()
        return Changed(revision, self._by_key(chosen_keys), set(changed).difference(chosen_keys))

    def _stream(self, keys: Sequence[int], bare: bool) -> Iterator[Event]:
        for start in range(0, len(keys), CHUNK):
            yield from self._by_key(keys[start : start + CHUNK], bare=bare).values()

    def _by_key(self, keys: Sequence[int], *, bare: bool = False) -> dict[int, Event]:
        """Return those of the events that are still there, in the order of the keys."""
        events: dict[int, Event] = {}
        for start in range(0, len(keys), CHUNK):
            with self._connections.reading() as db:
                chunk = keys[start : start + CHUNK]
                events |= self._events(db, chunk, reports=not bare, shapes=not bare)
        return events

    def _choice(self, query: EventQuery) -> Choice:
        with self._connections.reading() as db:
            return chosen(query, self._overview.columns(db), db)

    def _added_up(self, query: EventQuery, add_up: Callable[..., T], *how: Grouping) -> T:
        """Return what ``add_up`` makes of the chosen events; kept, for a page and its parts ask the same."""
        choice = self._choice(query)
        answer: T = choice.columns.answers.get((add_up, choice.filters, how), lambda: add_up(choice, *how))
        return answer

    def listing(
        self, query: EventQuery, order: Order, *, skip: int, limit: int, around: Circle | None = None
    ) -> Listing:
        """A part of the events in an order; ``around`` is where they are the nearest to."""
        if skip < 0:
            raise InvalidInput(f"{skip} is not a number of 0 or more", field="skip")
        if around:
            check_circle(around, dict.fromkeys(("lat", "lon", "km"), "around"))
        total, keys = in_order(self._choice(query), order, skip=skip, limit=_limit(limit), around=around)
        return Listing(total, tuple(self._by_key(keys, bare=True).values()))

    def clusters(self, query: EventQuery, *, zoom: int) -> Sequence[Cluster]:
        """The placed events as a map at a zoom draws them, at most one cluster per cell of 64 pixels.

        A view too large for the zoom is refused with InvalidInput.
        """
        found = tiles.clusters(self._choice(replace(query, view=None)), query.view, zoom)
        singles = self._by_key([key for _, key in found if key is not None], bare=True)
        return [
            cluster if key is None else replace(cluster, event=singles.get(key)) for cluster, key in found
        ]

    def heat(self, query: EventQuery, *, zoom: int) -> Sequence[tuple[float, float, int]]:
        """Latitude, longitude and number of the placed events of each cell of 8 pixels in the view."""
        return tiles.heat(self._choice(replace(query, view=None)), query.view, zoom)

    def histogram(self, query: EventQuery) -> Histogram | None:
        """The events by day, whatever the query's window; ``None`` where none is dated."""
        return self._added_up(query, summaries.histogram)

    def counts(self, query: EventQuery) -> Counts:
        """Reconcile what a view shows with what there is. The query's limit does not count."""
        return self._added_up(query, summaries.counts)

    def span(self, query: EventQuery) -> tuple[date, date] | None:
        """Return the first and the last day of the events that are dated, ``None`` where none is."""
        return self._added_up(query, summaries.span)

    def tallies(self, query: EventQuery, grouping: Grouping) -> Mapping[str, Tally]:
        """The events added up by type, or those that are placed by the division that they lie in.

        Where the division of that order is not known, the event counts under the next larger one. The
        query's limit does not count.
        """
        return self._added_up(query, summaries.tallies, grouping)

    def near(
        self,
        query: EventQuery,
        *,
        lat: float,
        lon: float,
        km: float,
        limit: int = 500,
        bare: bool = False,
    ) -> Nearby:
        """Events that lie, or may lie, within ``km``, nearest first, at most ``limit`` of each kind.

        The distance is the WGS 84 geodesic to the event's representative point.
        """
        most = _limit(limit if query.limit is None else min(limit, query.limit))
        around = Circle(lat, lon, km)
        check_circle(around, {part: part for part in ("lat", "lon", "km")})
        found = within(self._choice(query), around, most)
        events = self._by_key(found.keys, bare=bare)
        return Nearby(
            tuple(
                Near(events[key], distance, certain)
                for key, distance, certain in zip(found.keys, found.distances, found.certain, strict=True)
                if key in events
            ),
            certain=found.all_certain,
            possible=found.all_possible,
        )

    def totals(self) -> Mapping[str, int]:
        """How many documents, events, reports and refusals are kept."""
        tables = ("documents", "events", "reports", "refusals")
        with self._connections.reading() as db:
            return {table: db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables}

    # ----------------------------------------------------------------------- inside

    def _document(self, db: sqlite3.Connection, document_id: str) -> Document:
        row = db.execute(_DOCUMENT, (document_id,)).fetchone()
        if row is None:
            raise NotFound(f"no document {document_id[:40]!r}", field="document")
        return rows.read_document(row)

    def _key(self, db: sqlite3.Connection, event_id: str) -> int:
        found = db.execute(_EVENT_KEY, {"id": event_id}).fetchone()
        if found is None:
            raise NotFound(f"no event {event_id[:40]!r}", field="event")
        return int(found[0])

    def _events(
        self, db: sqlite3.Connection, keys: Sequence[int], *, reports: bool = True, shapes: bool = True
    ) -> dict[int, Event]:
        """Return a chunk of events in the order of the keys, with one query for all of their reports.

        Left out is what somebody has deleted from the file since the keys were read.
        """
        by_key = f"{_EVENT if shapes else _BARE_EVENT} WHERE event_key IN ({rows.marks(keys)})"
        found = {row[-1]: row for row in db.execute(by_key, keys)}
        chunk = [found[key] for key in keys if key in found]
        told: dict[int, list[EventReport]] = defaultdict(list)
        if reports:
            of_these = f"{_REPORT} WHERE event_key IN ({rows.marks(keys)}) {_AS_FOLDED}"
            for *row, key, _ in db.execute(of_these, keys):
                told[key].append(rows.read_report(tuple(row)))
        events = rows.read_events(chunk, [told[row[-1]] for row in chunk])
        return {row[-1]: event for row, event in zip(chunk, events, strict=True)}

    def _tellings(self, db: sqlite3.Connection, condition: str, params: Sequence[int]) -> list[Event]:
        """Return the tellings that meet a condition, each with its own reports, in order of publication."""
        found = {row[-1]: row for row in db.execute(f"{_TELLING} WHERE {condition}", params)}
        told: dict[int, list[EventReport]] = defaultdict(list)
        for *row, _, key in db.execute(f"{_REPORT} WHERE {condition} {_AS_FOLDED}", params):
            told[key].append(rows.read_report(tuple(row)))
        return rows.read_events([found[key] for key in told], list(told.values()))

    def _neighbours(self, db: sqlite3.Connection, around: Neighbourhood | None) -> list[Event]:
        if around is None:
            return []
        return list(self._events(db, keys_near(db, around, NEIGHBOURS), shapes=False).values())

    def _show_new(self, db: sqlite3.Connection, event: Event) -> int:
        key = db.execute(_ADD_EVENT, rows.event_row(event)).lastrowid
        assert key is not None
        self._index(db, key, event)
        return key

    def _show_again(self, db: sqlite3.Connection, key: int) -> None:
        """Fold the tellings of an event anew, and show what comes of it."""
        event = self._merging.fold(self._tellings(db, "event_key = ?", (key,)))
        db.execute(_CHANGE_EVENT, (*rows.event_row(event), key))
        db.execute("DELETE FROM event_extents WHERE event_key = ?", (key,))
        self._index(db, key, event)
        overview.show(db, key)

    def _index(self, db: sqlite3.Connection, key: int, event: Event) -> None:
        if extent := rows.extent_row(event):
            db.execute(_ADD_EXTENT, (key, *extent))


_ADD_DOCUMENT = rows.insert("documents", rows.DOCUMENT_COLUMNS, unless_same=("id",))
_ADD_MENTION = rows.insert("mentions", rows.MENTION_COLUMNS)
_ADD_EVENT = rows.insert("events", rows.EVENT_COLUMNS)
_CHANGE_EVENT = rows.update("events", rows.EVENT_COLUMNS, where="event_key")
_ADD_EXTENT = rows.insert("event_extents", ("event_key", *rows.EXTENT_COLUMNS))
_ADD_TELLING = rows.insert("tellings", rows.TELLING_COLUMNS)
_ADD_REPORT = rows.insert(
    "reports",
    rows.REPORT_COLUMNS,
    unless_same=("telling_id", "sentence_start", "sentence_end", "trigger_start", "trigger_end"),
)
_ADD_WORDS = (
    "INSERT INTO telling_words (rowid, words)"
    " SELECT telling_key, words FROM telling_texts JOIN tellings USING (telling_key) WHERE id = ?"
)
_ADD_REFUSAL = rows.insert("refusals", ("name", "code", "message"), unless_same=("name", "code", "message"))


def _in_text(telling: Event) -> tuple[int, int, str]:
    first = telling.reports[0]
    return first.sentence.start, first.trigger.start, telling.id


def _limit(limit: int) -> int:
    if limit < 1:
        raise InvalidInput(f"{limit} is not a number of 1 or more", field="limit")
    return limit
