"""One SQLite file of places, opened for reading: the base gazetteer or a layer that somebody added."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from domain import NotPrepared

SCHEMA_VERSION = 2


class PlaceFile:
    """A finished file, which is never changed, only replaced as a whole. Safe to share between threads.

    Raises NotPrepared where the file is missing, damaged or of another version; ``remedy`` is the
    command that the message then names.
    """

    def __init__(self, path: Path, *, remedy: str = "flask prepare") -> None:
        self.path = path
        self._remedy = remedy
        self._idle: list[sqlite3.Connection] = []
        self._closed = False
        if not path.is_file():
            raise NotPrepared(f"no gazetteer at {path}; build it with '{remedy}'")
        self.identity = identity(path)
        try:
            version = self.rows("PRAGMA user_version")[0][0]
            if version != SCHEMA_VERSION:
                raise NotPrepared(f"{path} is of version {version}, not {SCHEMA_VERSION}; run '{remedy}'")
        except NotPrepared:
            self.close()
            raise

    def rows(self, sql: str, values: tuple[Any, ...] = ()) -> list[Any]:
        """Return all rows that a question has for an answer. Raises NotPrepared."""
        # As many connections as there are calls at a time, however many threads make them.
        try:
            connection = self._idle.pop()
        except IndexError:
            # immutable: no locks and no journal look-ups; what changes is another file of that name.
            uri = f"{self.path.resolve().as_uri()}?mode=ro&immutable=1"
            connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
        try:
            return connection.execute(sql, values).fetchall()
        except sqlite3.DatabaseError as error:
            raise NotPrepared(f"{self.path} is damaged ({error}); run '{self._remedy}'") from error
        finally:
            if self._closed:
                connection.close()
            else:
                self._idle.append(connection)

    def close(self) -> None:
        """Close the connections that are not in use, and the others when they are given back."""
        self._closed = True
        while self._idle:
            self._idle.pop().close()


def identity(path: Path) -> tuple[object, ...]:
    """Return what tells this very file from one that replaces it."""
    status = path.stat()
    return path.name, status.st_ino, status.st_mtime_ns, status.st_size
