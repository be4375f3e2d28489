"""The snapshots of a store in SQLite: kept for good, versioned by date and source."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date

import shapely

from domain import InvalidInput, KeptSnapshot, NotFound, Snapshot, SnapshotKind
from store import rows
from store.connections import Connections
from store.extents import area_km2

_COLUMNS = ("id", "date", "source", "party", "kind", "notes", "km2", "geometry")
_ADD = rows.insert("snapshots", _COLUMNS)
_DRAWN = "SELECT date, source, party, kind, geometry, notes FROM"
_LIST = (
    "SELECT id, date, source, party, kind, km2, notes, imported_at, snapshot_key IN"
    " (SELECT snapshot_key FROM current_snapshots) FROM snapshots WHERE removed_at IS NULL"
    " ORDER BY date DESC, source, kind, party, snapshot_key DESC"
)
_COUNTS = "SELECT 1 FROM current_snapshots WHERE id = ?"
_LATEST = (
    "WITH newest AS (SELECT source, kind, max(date) AS date FROM current_snapshots"
    " WHERE date <= :day AND (:source IS NULL OR source = :source) GROUP BY source, kind)"
    f" {_DRAWN} current_snapshots JOIN newest USING (source, kind, date) ORDER BY source, kind, party"
)
_VERSION = "SELECT coalesce(max(snapshot_key), 0) + count(removed_at) FROM snapshots"


class SqliteSnapshots:
    """A `domain.Snapshots` over a store's connections."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def add(self, snapshots: Sequence[Snapshot]) -> Sequence[bool]:
        """Keep what one file draws, all or nothing of it; it counts from now on.

        Return for each whether it is new: ``False`` for what counts already, and nothing is done for that.
        Raises InvalidInput for one without geometry, source, or party whose ground it is.
        """
        added = [(snapshot.id, _row(snapshot)) for snapshot in snapshots]
        with self._connections.writing() as db:
            return [
                db.execute(_COUNTS, (snapshot_id,)).fetchone() is None
                and bool(db.execute(_ADD, row).rowcount)
                for snapshot_id, row in added
            ]

    def remove(self, snapshot_id: str) -> None:
        """Hide a snapshot, so that the one before it counts again. Raises NotFound."""
        hide = "UPDATE snapshots SET removed_at = strftime('%Y-%m-%dT%H:%M:%SZ', 'now')"
        with self._connections.writing() as db:
            if not db.execute(f"{hide} WHERE id = ? AND removed_at IS NULL", (snapshot_id,)).rowcount:
                raise _unknown(snapshot_id)

    def list(self) -> Sequence[KeptSnapshot]:
        """Return what is known of all snapshots that nobody has removed, the newest date first."""
        with self._connections.reading() as db:
            found = db.execute(_LIST).fetchall()
        return [
            KeptSnapshot(
                id,
                date.fromisoformat(day),
                source,
                party,
                SnapshotKind(kind),
                km2,
                tuple(json.loads(notes)),
                imported_at,
                bool(counts),
            )
            for id, day, source, party, kind, km2, notes, imported_at, counts in found
        ]

    def get(self, snapshot_id: str) -> Snapshot:
        """Raises NotFound, for one that was removed as well."""
        with self._connections.reading() as db:
            row = db.execute(
                f"{_DRAWN} snapshots WHERE id = ? AND removed_at IS NULL LIMIT 1", (snapshot_id,)
            ).fetchone()
        if row is None:
            raise _unknown(snapshot_id)
        return _read(row)

    def latest(self, day: date, source: str | None = None) -> tuple[Snapshot, ...]:
        """Return what holds on a day: of each source and kind the snapshots of its newest date until then."""
        with self._connections.reading() as db:
            found = db.execute(_LATEST, {"day": day.isoformat(), "source": source}).fetchall()
        return tuple(map(_read, found))

    @property
    def version(self) -> int:
        """A number that grows with each change."""
        with self._connections.reading() as db:
            return int(db.execute(_VERSION).fetchone()[0])


def _row(snapshot: Snapshot) -> rows.Row:
    """Return the values of _COLUMNS."""
    if snapshot.geometry.is_empty:
        raise InvalidInput("there is nothing in it", field="geometry")
    return (
        snapshot.id, snapshot.date.isoformat(), snapshot.source, snapshot.party, snapshot.kind.value,
        json.dumps(snapshot.notes, ensure_ascii=False),
        None if snapshot.kind is SnapshotKind.LINE else area_km2(snapshot.geometry),
        shapely.to_wkb(snapshot.geometry),
    )  # fmt: skip


def _read(row: rows.Row) -> Snapshot:
    day, source, party, kind, wkb, notes = row
    geometry = shapely.from_wkb(bytes(wkb))
    return Snapshot(
        date.fromisoformat(day), source, party, SnapshotKind(kind), geometry, tuple(json.loads(notes))
    )


def _unknown(snapshot_id: str) -> NotFound:
    return NotFound(f"no snapshot {snapshot_id[:40]!r}", field="snapshot")
