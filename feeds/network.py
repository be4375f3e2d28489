"""Getting a web page or a file: the only place in Sitmap that opens a network connection.

A server may be slow, endless, lying, or a way into a private network. So an answer is bounded in
time and size, and the address that was checked is the one connected to; that is why this uses the
standard library's client, and no proxy.
"""

from __future__ import annotations

import http.client
import ipaddress
import re
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar, cast
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from domain import FetchError, InvalidInput, SitmapError, TooLarge, UnsupportedMedia

SECONDS = 20.0
"""The most that getting a page may take, redirects included."""

MAX_REDIRECTS = 5
MAX_URL_CHARACTERS = 2_000
PAGE_TYPES = ("text/html", "application/xhtml+xml", "text/plain")

FILE_SECONDS = 3_600.0
"""The most that downloading a file may take."""

_CHUNK = 1 << 18
"""Bytes of a file that are read at a time."""

_REDIRECTS = (301, 302, 303, 307, 308)
_ASK = {"User-Agent": "Sitmap", "Accept": "text/html, text/plain", "Accept-Encoding": "gzip"}
_ASK_FILE = {"User-Agent": "Sitmap", "Accept-Encoding": "identity"}
_NO_URL_CHARACTER = re.compile(r"""[\s\x00-\x1f\x7f-\x9f\ud800-\udfff<>"\\]""")


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Answer:
    """A page and the address it came from. ``kind`` is one of ``PAGE_TYPES``."""

    url: str
    kind: str
    charset: str | None
    body: bytes


def read_url(url: str) -> str:
    """Return an absolute http or https address as it was given. Raises InvalidInput."""
    if len(url) > MAX_URL_CHARACTERS:
        raise InvalidInput(f"{len(url):,} characters; it may have {MAX_URL_CHARACTERS:,}", field="url")
    if _NO_URL_CHARACTER.search(url):
        raise InvalidInput(f"{url[:100]!r} holds characters that no web address has", field="url")
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise InvalidInput(f"{url[:100]!r} is not an http or https address", field="url")
    if parts.username is not None:
        raise InvalidInput("an address with a user name in it is not taken", field="url")
    return url


def get(url: str, *, limit: int, allow_private: bool = False, seconds: float = SECONDS) -> Answer:
    """Return the page at an address, after at most ``MAX_REDIRECTS`` redirects.

    ``limit`` is the most bytes it may have, unpacked. Addresses of this machine and of private
    networks are refused unless ``allow_private``; even then a redirect cannot lead from the
    public network into a private one. Raises InvalidInput, FetchError, TooLarge or
    UnsupportedMedia.
    """

    def read(url: str, response: http.client.HTTPResponse) -> Answer:
        return _read(url, response, limit)

    return _asked(url, read, _ASK, allow_private=allow_private, seconds=seconds)


def download(
    url: str,
    path: Path,
    *,
    limit: int,
    progress: Callable[[int, int], None] = lambda done, total: None,
    seconds: float = FILE_SECONDS,
) -> None:
    """Write the file at an address to ``path``, of at most ``limit`` bytes, as it comes.

    For an address that the user of this machine chose: it may be in a private network. ``progress`` is
    told the bytes that are done and those there are, 0 where the server does not say. On an error nothing
    is left at ``path``. Raises InvalidInput, FetchError or TooLarge.
    """

    def save(url: str, response: http.client.HTTPResponse) -> None:
        _check_status(response)
        total, done = response.length or 0, 0
        if total > limit:
            raise TooLarge(f"the file has {total:,} bytes; it may have {limit:,}", field="url")
        with path.open("wb") as file:
            while chunk := response.read(_CHUNK):
                done += len(chunk)
                if done > limit:
                    raise TooLarge(f"the file has more than {limit:,} bytes", field="url")
                file.write(chunk)
                progress(done, total)
        if response.length:
            raise FetchError(f"the connection ended {response.length:,} bytes too soon", field="url")

    try:
        _asked(url, save, _ASK_FILE, allow_private=True, seconds=seconds)
    except SitmapError:
        path.unlink(missing_ok=True)
        raise


def _asked(
    url: str,
    read: Callable[[str, http.client.HTTPResponse], T],
    headers: Mapping[str, str],
    *,
    allow_private: bool,
    seconds: float,
) -> T:
    """Return what ``read`` makes of the answer to a request, after the redirects."""
    deadline = time.monotonic() + seconds
    for _ in range(MAX_REDIRECTS + 1):
        parts = urlsplit(read_url(url))
        try:
            addresses, allow_private = _addresses(parts, allow_private)
            with _connection(parts, addresses, deadline) as connection:
                connection.request("GET", _target(parts), headers=headers)
                with connection.getresponse() as response:
                    redirect = response.headers.get("Location") if response.status in _REDIRECTS else None
                    answer = None if redirect else read(url, response)
            if time.monotonic() >= deadline:
                # An answer that was cut off may look like a whole one.
                raise TimeoutError
        except SitmapError:
            raise
        except (OSError, http.client.HTTPException, UnicodeError) as error:
            late = isinstance(error, TimeoutError) or time.monotonic() >= deadline
            # Not the error's own words: they may be the server's.
            wrong = getattr(error, "strerror", None) or type(error).__name__
            reason = f"took longer than {seconds:g} seconds" if late else f"did not answer well: {wrong}"
            raise FetchError(f"{parts.hostname} {reason}", field="url") from error
        if not redirect:
            return cast(T, answer)
        url = urljoin(url, redirect)
    raise FetchError(f"more than {MAX_REDIRECTS} redirects", field="url")


def _target(parts: SplitResult) -> str:
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~")
    query = quote(parts.query, safe="/%:@!$&'()*+,;=~?")
    return f"{path}?{query}" if query else path


def _addresses(parts: SplitResult, allow_private: bool) -> tuple[list[str], bool]:
    """Return the host's addresses, and whether private ones may follow. Raises OSError or FetchError."""
    found = socket.getaddrinfo(parts.hostname, None, type=socket.SOCK_STREAM)
    addresses = [str(address[0]) for *_, address in found]
    public = [address for address in addresses if ipaddress.ip_address(address).is_global]
    if public or allow_private:
        return public or addresses, not public
    raise FetchError(f"{parts.hostname} is on this machine or a private network", field="url")


@contextmanager
def _connection(
    parts: SplitResult, addresses: list[str], deadline: float
) -> Iterator[http.client.HTTPConnection]:
    """Connect to a page's server at one of its addresses; what is not done at the deadline fails."""
    host = parts.hostname or ""
    secure = parts.scheme == "https"
    plain = _connect(addresses, parts.port or (443 if secure else 80), deadline)
    # A socket's timeout starts anew with each byte; a second handle on it can end it for good.
    with plain, plain.dup() as handle:
        timer = threading.Timer(deadline - time.monotonic(), _cut, [handle])
        timer.start()
        connection = http.client.HTTPConnection(host, parts.port)
        try:
            if secure:
                context = ssl.create_default_context()
                connection = http.client.HTTPSConnection(host, parts.port, context=context)
                connection.sock = context.wrap_socket(plain, server_hostname=host)
            else:
                connection.sock = plain
            yield connection
        finally:
            timer.cancel()
            timer.join()
            connection.close()


def _cut(handle: socket.socket) -> None:
    with suppress(OSError):
        handle.shutdown(socket.SHUT_RDWR)


def _connect(addresses: list[str], port: int, deadline: float) -> socket.socket:
    """Connect to the first address that answers. Raises OSError."""
    failure = OSError()
    for address in addresses:
        try:
            return socket.create_connection((address, port), max(0.1, deadline - time.monotonic()))
        except OSError as error:
            failure = error
    raise failure


def _check_status(response: http.client.HTTPResponse) -> None:
    if response.status != 200:
        raise FetchError(f"the server answered with status {response.status}", field="url")


def _read(url: str, response: http.client.HTTPResponse, limit: int) -> Answer:
    _check_status(response)
    headers = response.headers
    kind = headers.get_content_type()
    if kind not in PAGE_TYPES:
        raise UnsupportedMedia(f"{kind[:50]!r} is not read; web pages and plain text are", field="url")
    body = response.read(limit + 1)
    packed = headers.get("Content-Encoding", "identity").lower()
    if packed == "gzip":
        body = _unpack(body, limit)
    elif packed != "identity":
        raise FetchError(f"the page is packed with {packed[:20]!r}, which was not asked for", field="url")
    if len(body) > limit:
        raise TooLarge(f"the page has more than {limit:,} bytes", field="url")
    if response.length:
        raise FetchError(f"the connection ended {response.length:,} bytes too soon", field="url")
    return Answer(url, kind, headers.get_content_charset(), body)


def _unpack(data: bytes, limit: int) -> bytes:
    """Unpack gzip up to one byte past the limit."""
    unpacker = zlib.decompressobj(wbits=31)
    try:
        body = unpacker.decompress(data, limit + 1)
    except zlib.error:
        raise FetchError("the page is not packed as it says it is", field="url") from None
    if not unpacker.eof and len(body) <= limit:
        raise FetchError("the packed page ended too soon", field="url")
    return body
