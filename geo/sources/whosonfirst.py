"""Who's On First's SQLite distributions: a GeoJSON feature in each row of the table ``geojson``."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from domain import Unprocessable, UnsupportedMedia
from geo.sources.columns import Columns
from geo.sources.entry import Item, Refused
from geo.sources.geojson import MAX_FEATURE, read_feature

MAGIC = b"SQLite format 3\0"


def count_records(path: Path) -> int:
    """Return about how many records a distribution has. Raises Unprocessable or UnsupportedMedia."""
    with closing(_opened(path)) as connection:
        return int(_asked(connection, path, "SELECT coalesce(max(rowid), 0) FROM geojson")[0][0])


def read_records(path: Path, columns: Columns, after: int) -> Iterator[Item]:
    """Yield the places of a distribution from the row behind ``after`` on.

    Alternative geometries are passed over. Raises Unprocessable or UnsupportedMedia.
    """
    with closing(_opened(path)) as connection:
        named = {row[1] for row in _asked(connection, path, "PRAGMA table_info(geojson)")}
        main = "AND NOT is_alt" if "is_alt" in named else ""
        # A batch at a time, so that reading stops where the file is damaged and not before.
        while batch := _asked(
            connection,
            path,
            f"SELECT rowid, CASE WHEN length(body) <= {MAX_FEATURE} THEN body END FROM geojson"
            f" WHERE rowid > {after} {main} ORDER BY rowid LIMIT 100",
        ):
            for after, body in batch:
                if not isinstance(body, str):
                    yield after, Refused(f"has no text of at most {MAX_FEATURE:,} characters")
                else:
                    yield after, read_feature(body.encode("utf-8", "replace"), columns)


def _opened(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
    # Texts that are no UTF-8 are to be refused one by one.
    connection.text_factory = lambda text: text.decode("utf-8", "replace")
    # A view could run any question that its maker liked.
    tables = "SELECT 1 FROM sqlite_master WHERE name = 'geojson' AND sql LIKE 'CREATE TABLE%'"
    if not _asked(connection, path, tables):
        connection.close()
        raise UnsupportedMedia("is no distribution of Who's On First: no table geojson", field=path.name)
    return connection


def _asked(connection: sqlite3.Connection, path: Path, sql: str) -> list[Any]:
    try:
        return connection.execute(sql).fetchall()
    except sqlite3.DatabaseError as error:
        connection.close()
        raise Unprocessable(f"is damaged ({error}); get it again", field=path.name) from error
