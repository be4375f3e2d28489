"""Bring a store's file to the form that this code reads.

``migrations/`` holds numbered SQL files. ``PRAGMA user_version`` says how many of them a file has
had; each is applied in a transaction of its own, so that a crash leaves the file at a whole number.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from domain import BadData

APPLICATION_ID = 0x5349544D
"""Marks a SQLite file as a Sitmap store ("SITM"), so that no other file is taken for one."""

MIGRATIONS = Path(__file__).parent / "migrations"


def check(db: sqlite3.Connection, *, name: str, folder: Path = MIGRATIONS) -> None:
    """Make sure that the file is new or ours, and not newer than this code.

    Raises BadData naming the file. Writes nothing.
    """
    # One transaction, for another process may be making the file right now.
    db.execute("BEGIN")
    application, version = _pragma(db, "application_id"), _pragma(db, "user_version")
    used = version > 0 or db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] > 0
    db.execute("ROLLBACK")
    latest = len(_scripts(folder))
    if used and application != APPLICATION_ID:
        raise BadData("is a database, but not a Sitmap store", field=name)
    if version > latest:
        raise BadData(
            f"was made by a newer Sitmap (form {version}; this one reads up to {latest})", field=name
        )


def migrate(db: sqlite3.Connection, *, folder: Path = MIGRATIONS) -> None:
    """Apply the migrations that the file has not had. Safe with several processes at once."""
    for number, script in enumerate(_scripts(folder), start=1):
        if _pragma(db, "user_version") >= number:
            continue
        db.execute("BEGIN IMMEDIATE")
        try:
            # Another process may have been quicker while this one waited for the lock.
            if _pragma(db, "user_version") < number:
                for statement in _statements(script.read_text(encoding="utf-8")):
                    db.execute(statement)
                db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                db.execute(f"PRAGMA user_version = {number}")
            db.execute("COMMIT")
        except BaseException:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise


def _scripts(folder: Path) -> list[Path]:
    return sorted(folder.glob("[0-9]*.sql"))


def _pragma(db: sqlite3.Connection, name: str) -> int:
    return int(db.execute(f"PRAGMA {name}").fetchone()[0])


def _statements(script: str) -> Iterator[str]:
    # executescript() would commit the transaction that the migration runs in.
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    if statement.strip():
        yield statement
