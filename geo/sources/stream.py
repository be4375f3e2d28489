"""Reading files that somebody brings: plain, gzip or zip, as bounded lines.

A file may be cut off, packed to swell a thousandfold, or have lines without end. Nothing here holds more
than ``MAX_LINE`` bytes of it.
"""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any

from domain import NotFound, TooLarge, Unprocessable, UnsupportedMedia

MAX_LINE = 1_000_000
"""Bytes of one line; GeoNames' longest has twenty thousand."""

MAX_RATIO = 200
"""How many times its size a file may unpack to; tables of places do so five to fifteen times."""

_CHUNK = 1 << 18
"""Bytes read at a time."""

_ALWAYS = 1_000_000
"""Bytes that a file may unpack to in any case."""


class Stream(io.RawIOBase):
    """The unpacked bytes of a file; of a zip archive the largest member that is no read-me.

    Reading raises Unprocessable where the file is damaged or cut off, TooLarge where it swells beyond
    ``MAX_RATIO``. Opening raises NotFound, Unprocessable or UnsupportedMedia.
    """

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        if not path.is_file():
            raise NotFound("there is no such file", field=str(path))
        self.packed_size = path.stat().st_size
        self._unpacked = 0
        with ExitStack() as stack:
            self._packed = stack.enter_context(path.open("rb"))
            self._source = stack.enter_context(self._unpacking(self._packed.read(4)))
            self._stack = stack.pop_all()

    @property
    def done(self) -> int:
        """How many of the file's ``packed_size`` bytes have been read."""
        return min(self._packed.tell(), self.packed_size)

    @property
    def is_packed(self) -> bool:
        """Whether what is read is not what stands in the file."""
        return self._source is not self._packed

    def buffered(self) -> io.BufferedReader:
        """Return the bytes with ``peek`` and ``readline``."""
        return io.BufferedReader(self, _CHUNK)

    def readable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read into ``buffer``; return how many bytes, 0 at the end."""
        view = memoryview(buffer)
        try:
            data = self._source.read(len(view))
        except (EOFError, zlib.error, zipfile.BadZipFile, OSError, RuntimeError) as error:
            raise Unprocessable(
                f"is damaged or cut off ({error}); get it again", field=self.path.name
            ) from error
        self._unpacked += len(data)
        if self._unpacked > _ALWAYS + MAX_RATIO * self.packed_size:
            raise TooLarge(
                f"unpacks to more than {MAX_RATIO} times its size, as no table or map does",
                field=self.path.name,
            )
        view[: len(data)] = data
        return len(data)

    def close(self) -> None:
        """Close the file."""
        if not self.closed:
            self._stack.close()
        super().close()

    def _unpacking(self, magic: bytes) -> IO[bytes]:
        self._packed.seek(0)
        if magic.startswith(b"\x1f\x8b"):
            return gzip.GzipFile(fileobj=self._packed)  # type: ignore[return-value]
        if magic.startswith(b"PK"):
            return self._member()
        if magic.startswith((b"BZh", b"\xfd7zX", b"7z\xbc\xaf", b"Rar!")):
            raise UnsupportedMedia(
                "is packed in a way that is not read; unpack it first", field=self.path.name
            )
        return self._packed

    def _member(self) -> IO[bytes]:
        try:
            archive = zipfile.ZipFile(self._packed)
            members = [
                member
                for member in archive.infolist()
                if not member.is_dir() and "readme" not in member.filename.lower()
            ]
            if not members:
                raise Unprocessable("holds no table", field=self.path.name)
            return archive.open(max(members, key=lambda member: member.file_size))
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError) as error:
            raise Unprocessable(
                f"is damaged or cut off ({error}); get it again", field=self.path.name
            ) from error


def lines(stream: io.BufferedReader) -> Iterator[tuple[int, bytes | None]]:
    """Yield each line with its number, from 1 on; ``None`` for one that is longer than ``MAX_LINE``."""
    number = 0
    while line := stream.readline(MAX_LINE):
        number += 1
        if len(line) == MAX_LINE and not line.endswith(b"\n"):
            while (rest := stream.readline(MAX_LINE)) and not rest.endswith(b"\n"):
                pass
            yield number, None
        else:
            yield number, line
