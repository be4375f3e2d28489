"""What readers report as wrong with events, kept for those who look after the store."""

from __future__ import annotations

from collections.abc import Sequence

from domain import Full, KeptMistake, Mistake, MistakeKind
from store import rows
from store.connections import Connections

MOST_OF_EVENT = 100
MOST = 10_000
"""How many may wait for somebody to look at them, so that nobody can fill the disk with them."""

_ADD = rows.insert("mistakes", ("event_id", "kind", "note"))
_WAITING = "FROM mistakes WHERE settled_at IS NULL"
_COUNTS = f"SELECT count(*), coalesce(sum(event_id = ?), 0) {_WAITING}"
_LIST = f"SELECT event_id, kind, note, reported_at {_WAITING} ORDER BY mistake_key DESC"
_SETTLE = (
    "UPDATE mistakes SET settled_at = strftime('%Y-%m-%dT%H:%M:%SZ', 'now')"
    " WHERE event_id = ? AND settled_at IS NULL"
)


class SqliteMistakes:
    """A `domain.Mistakes` over a store's connections."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def add(self, mistake: Mistake) -> None:
        """Keep it. Raises Full where too many wait to be settled, of the event or of all."""
        with self._connections.writing() as db:
            kept, of_event = db.execute(_COUNTS, (mistake.event_id,)).fetchone()
            if of_event >= MOST_OF_EVENT:
                raise Full(f"{of_event} mistakes of this event have been reported, and nobody has looked yet")
            if kept >= MOST:
                raise Full(f"{kept:,} mistakes have been reported, and nobody has looked at them yet")
            db.execute(_ADD, (mistake.event_id, mistake.kind.value, mistake.note))

    def settle(self, event_id: str) -> int:
        """Set aside what was reported about an event, once somebody has looked at it; return how many."""
        with self._connections.writing() as db:
            return db.execute(_SETTLE, (event_id,)).rowcount

    def list(self) -> Sequence[KeptMistake]:
        """Return those that nobody has settled, the newest first."""
        with self._connections.reading() as db:
            found = db.execute(_LIST).fetchall()
        return [
            KeptMistake(Mistake(event_id, MistakeKind(kind), note), reported_at)
            for event_id, kind, note, reported_at in found
        ]
