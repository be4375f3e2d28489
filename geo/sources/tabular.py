"""Tables with a header: CSV, TSV, and what spreadsheets make of them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Literal

from domain import InvalidInput, UnsupportedMedia
from geo.sources.columns import Columns
from geo.sources.entry import Entry, Item, Refused, decoded
from geo.sources.stream import MAX_LINE, lines


def read_table(stream: io.BufferedReader, columns: Columns, after: int) -> Iterator[Item]:
    """Yield the places of a table from the line behind ``after`` on.

    Raises InvalidInput where the header does not tell enough, UnsupportedMedia where there is none.
    """
    unreadable: list[Item] = []
    text = _Lines(stream, unreadable)
    first = next(text, "").removeprefix("\ufeff")
    delimiter = max("\t,;", key=first.count)
    if delimiter not in first:
        raise UnsupportedMedia("has no header with columns")
    header = [cell.strip().strip('"').lower() for cell in first.split(delimiter)]
    columns.check(header)
    # Tab-separated tables do not quote; a lone quotation mark in one would swallow the rows behind it.
    quoting: Literal[0, 3] = csv.QUOTE_NONE if delimiter == "\t" else csv.QUOTE_MINIMAL
    csv.field_size_limit(MAX_LINE)
    rows = csv.reader(text, delimiter=delimiter, quoting=quoting, strict=True)
    while True:
        item: Entry | Refused | None
        try:
            cells = next(rows)
            item = _entry(columns, header, cells) if cells and text.number > after else None
        except StopIteration:
            break
        except (InvalidInput, csv.Error) as error:
            item = Refused(str(error))
        yield from unreadable
        unreadable.clear()
        if text.number > after:
            yield text.number, item
    yield from unreadable


def _entry(columns: Columns, header: list[str], cells: list[str]) -> Entry:
    if len(cells) != len(header):
        raise InvalidInput(f"{len(cells)} columns, not {len(header)}")
    entry = columns.read({name: cell for name, cell in zip(header, cells, strict=True) if cell})
    if entry.lat is None or entry.lon is None:
        raise InvalidInput("is empty", field="lat, lon")
    # A table of names and positions is one of settlements unless it says otherwise.
    entry.feature_code = entry.feature_code or "PPL"
    return entry


class _Lines:
    """The readable lines of a stream as text, with the number of the last; the others go to a list."""

    def __init__(self, stream: io.BufferedReader, unreadable: list[Item]) -> None:
        self._lines = lines(stream)
        self._unreadable = unreadable
        self.number = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        for number, line in self._lines:
            self.number = number
            try:
                return decoded(line) + "\n"
            except InvalidInput as error:
                self._unreadable.append((self.number, Refused(str(error))))
        raise StopIteration
