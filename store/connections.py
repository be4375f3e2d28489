"""The connections to a store's file: lent for one transaction each, kept for the next.

The file is in WAL mode, so readers and the one writer do not wait for each other. ``synchronous`` is
NORMAL: a power cut may take back the last transactions, whole.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from domain import BadData, InvalidInput, NotPrepared, SitmapError
from store import overview
from store.migrate import check, migrate

BUSY_TIMEOUT_S = 20.0
"""How long a call waits for another writer before it gives up."""

CACHE_KIB = 8_000
"""How much of the file a connection may keep in memory."""


class Connections:
    """Connections to the file at ``path``, which is made, or brought up to date, where need be.

    May be shared by threads. Raises BadData for a file that is not a Sitmap store or comes from a newer
    Sitmap, NotPrepared for one that cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._idle: list[sqlite3.Connection] = []
        self._closed = False
        self._lock = threading.Lock()
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise NotPrepared(f"{self._path.parent}: {error.strerror}", field="store") from error
        try:
            with self._connection() as db:
                check(db, name=self._path.name)
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

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection for one transaction that sees the file as it is now."""
        with self._transaction("BEGIN") as db:
            yield db

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection for one transaction in which nobody else writes."""
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
            raise SitmapError(str(error), field=self._path.name) from error
        except sqlite3.DatabaseError as error:
            raise BadData(str(error), field=self._path.name) from error
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
                self._path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
            )
        except sqlite3.OperationalError as error:
            raise NotPrepared(f"{self._path} cannot be opened: {error}", field="store") from error
        db.execute("PRAGMA foreign_keys = ON")
        db.execute("PRAGMA synchronous = NORMAL")
        db.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        overview.prepare(db)
        return db


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
