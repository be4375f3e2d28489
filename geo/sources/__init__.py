"""The kinds of files that gazetteers come in, each read row by row: what it is shows in its first bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from domain import UnsupportedMedia
from geo.sources import geojson, geonames, tabular, whosonfirst
from geo.sources.columns import Columns
from geo.sources.entry import Item
from geo.sources.stream import Stream

KINDS = (
    "GeoNames' dumps of places and of alternate names, Who's On First as SQLite, GeoJSON,"
    " and CSV or TSV with a header; plain, .gz or .zip"
)
_HEAD = 65_536
"""The bytes by which a file's kind is told."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file that is open for reading.

    ``items`` yields what stands behind a position; ``total`` is what ``done`` counts up to (bytes, or
    records of a database). ``only_names`` says that it tells names of places and no places.
    """

    kind: str
    items: Callable[[int], Iterator[Item]]
    done: Callable[[int], int]
    total: int
    only_names: bool = False


@contextmanager
def open_source(path: Path, columns: Columns) -> Iterator[Source]:
    """Open a file of places for reading.

    Raises NotFound, UnsupportedMedia for a kind that is not read, Unprocessable where it is damaged. So
    does reading on.
    """
    with Stream(path) as stream, stream.buffered() as buffered:
        head = buffered.peek(_HEAD)[:_HEAD]
        if head.startswith(whosonfirst.MAGIC):
            if stream.is_packed:
                raise UnsupportedMedia("is a packed database; unpack it first", field=path.name)
            total = whosonfirst.count_records(path)
            yield Source(
                "Who's On First, SQLite",
                lambda after: whosonfirst.read_records(path, columns, after),
                lambda position: position,
                total,
            )
            return
        start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
        first = head.partition(b"\n")[0].decode("utf-8", "replace").rstrip("\r")
        only_names = geonames.is_names(first)
        reader: Callable[[int], Iterator[Item]]
        if geonames.is_places(first):
            kind, reader = "GeoNames", lambda after: geonames.read_places(buffered, after)
        elif only_names:
            kind, reader = (
                "GeoNames, alternate names",
                lambda after: geonames.read_alternate_names(buffered, after),
            )
        elif start[:1] in (b"{", b"\x1e"):
            kind, reader = "GeoJSON", lambda after: geojson.read_features(buffered, columns, after)
        elif b"\0" not in head and start[:1] != b"<" and any(sign in first for sign in "\t,;"):
            kind, reader = "table", lambda after: tabular.read_table(buffered, columns, after)
        else:
            raise UnsupportedMedia(f"is none of the kinds that are read: {KINDS}", field=path.name)
        yield Source(kind, reader, lambda position: stream.done, stream.packed_size, only_names)
