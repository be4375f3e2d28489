"""What is known of who holds what, kept up with the store and the tables: only what has changed is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import chain
from pathlib import Path
from threading import Lock

from domain import ControlFact, EventQuery, Stance, Store
from frontlines.facts import TOLD, facts_of, read_facts
from geo.gazetteer import Gazetteer
from geo.holdings import CLAIM_STANDS
from ontology import Ontology


@dataclass(frozen=True, slots=True)
class Known:
    """The facts as they were once; the ``edition`` of those that tell something else is higher."""

    edition: int
    facts: tuple[ControlFact, ...]
    days: frozenset[date]
    """On which facts tell of something."""
    claims_settled: frozenset[date]
    """On which claims are believed or lapse, some of them days to come."""
    first: Mapping[str, date]
    """By party since when it is heard of."""

    def days_until_now(self) -> frozenset[date]:
        """Return the days on which facts have changed what is known."""
        today = datetime.now(UTC).date()
        return self.days | {day for day in self.claims_settled if day <= today}


def _known(edition: int, facts: tuple[ControlFact, ...]) -> Known:
    first: dict[str, date] = {}
    for fact in facts:
        first[fact.party] = min(fact.date, first.get(fact.party, fact.date))
    claims = (fact for fact in facts if fact.stance in (Stance.CLAIMED, Stance.DENIED))
    return Known(
        edition,
        facts,
        frozenset(fact.date for fact in facts),
        frozenset(claim.date + CLAIM_STANDS for claim in claims),
        first,
    )


class Telling:
    """Reads facts out of tables and events. May be shared by threads.

    A million events tell of control some ten thousand times: they are read once, and from then on only those
    that the store says have changed. A report that tells nothing of control leaves the edition as it is.
    """

    def __init__(
        self,
        store: Store,
        gazetteer: Gazetteer,
        tables: Sequence[Path],
        ontology: Ontology,
        owner: Callable[[str], str],
    ) -> None:
        self._store, self._gazetteer, self._ontology, self._owner = store, gazetteer, ontology, owner
        self._tables = tuple(tables)
        kinds = [kind.name for kind in ontology.types.values() if kind.gain or kind.leaves]
        self._query = EventQuery(types=tuple(kinds), stances=TOLD, precisions=(1,))
        self._lock = Lock()
        self._versions: tuple[object, ...] = ()
        self._revision = 0
        self._told: dict[int, ControlFact] = {}
        self._known = _known(0, ())

    def known(self) -> Known:
        """Return what is known now. Raises what ``read_facts`` does."""
        with self._lock:
            tables = tuple(path.stat().st_mtime_ns for path in self._tables if path.is_file())
            versions = self._store.version, tables, self._gazetteer.version
            if versions != self._versions:
                # Whose a country is, and what it is called, is the gazetteer's to say.
                if versions[2:] != self._versions[2:]:
                    self._revision, self._told = 0, {}
                self._read_changes()
                written = tuple(chain.from_iterable(map(read_facts, self._tables)))
                newest_first = sorted(
                    self._told.items(), key=lambda item: (-item[1].date.toordinal(), item[0])
                )
                facts = (*written, *(fact for _, fact in newest_first))
                if facts != self._known.facts or versions[2:] != self._versions[2:]:
                    self._known = _known(self._known.edition + 1, facts)
                self._versions = versions
            return self._known

    def _read_changes(self) -> None:
        changed = self._store.changed(self._query, self._revision)
        for key in (*changed.others, *changed.events):
            self._told.pop(key, None)
        for key, event in changed.events.items():
            # An event tells of one place.
            self._told.update((key, fact) for fact in facts_of([event], self._ontology, self._owner))
        self._revision = changed.revision
