"""The way in: files, folders, pasted text and web pages become documents.

Everything here is hostile until checked. A report is at most ``MAX_BYTES`` of UTF-8, and nothing
reads further than its bound. Text is cleaned once, in ``make_document``; all offsets refer to
what it returns.

This is the only module that opens a network connection, and only in ``fetch``.
"""

from __future__ import annotations

import codecs
import http.client
import ipaddress
import json
import re
import socket
import ssl
import threading
import zlib
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date as Date
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from trafilatura import bare_extraction, load_html

from domain import (
    Document,
    FetchError,
    InvalidInput,
    NotFound,
    Refusal,
    SitmapError,
    TooLarge,
    Unprocessable,
    UnsupportedMedia,
)

MAX_BYTES = 1_000_000
"""The size of one report's text in UTF-8."""

MAX_WRAPPED_BYTES = 2 * MAX_BYTES
"""The size of a web page or a line of JSON, where a report is wrapped in markup or escapes."""

MAX_ELEMENTS = 30_000
"""Elements of a web page; finding the article takes a second or two at this size."""

MAX_LINE_CHARACTERS = 300
"""The length of a title or a source's name."""

MAX_URL_CHARACTERS = 2000

SUFFIXES = (".txt", ".html", ".htm", ".jsonl")

# --------------------------------------------------------------------------- text

# Line and paragraph separators of Unicode are line ends; these would end lines in some readers only.
_LINE_ENDS = re.compile("\r\n|[\r\u2028\u2029]")
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
# Soft hyphens, zero-width spaces and byte order marks would split a name in two unseen.
_INVISIBLE = re.compile("[\xad\u200b\ufeff]")
_SURROGATE = re.compile("[\ud800-\udfff]")


def check_text(text: str) -> None:
    """Raise an error unless ``text`` can be read as a report; change nothing.

    Raises TooLarge, UnsupportedMedia for what is not text (control characters, lone surrogates)
    and Unprocessable for an empty one.
    """
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > MAX_BYTES:
        raise _too_large(size, MAX_BYTES, "report", field="text")
    if lone := _SURROGATE.search(text):
        raise UnsupportedMedia(f"half of a character stands at position {lone.start()}", field="text")
    controls = len(_CONTROLS.findall(_LINE_ENDS.sub("\n", text)))
    if "\0" in text or controls * 10 > len(text):
        raise UnsupportedMedia("this is binary data, not text", field="text")
    if not _INVISIBLE.sub("", text).strip():
        raise Unprocessable("the report is empty", field="text")


def make_document(
    text: str, *, date: Date | str | None = None, title: str = "", source: str = "", url: str = ""
) -> Document:
    """Return the report with its text cleaned: offsets refer to the document's own text.

    Line ends become ``\\n``, other control characters a space each; invisible characters that
    split words go, and so does blank space around the whole. ``date`` is written YYYY-MM-DD.
    Without a ``title``, a first line that stands alone like a headline is taken for it (and stays
    in the text). Raises TooLarge, UnsupportedMedia, Unprocessable or InvalidInput.
    """
    check_text(text)
    clean = _CONTROLS.sub(" ", _LINE_ENDS.sub("\n", _INVISIBLE.sub("", text))).strip()
    return Document(
        text=clean,
        date=_read_date(date),
        title=_one_line("title", title) or _headline(clean),
        source=_one_line("source", source),
        url=_read_url(url) if url else "",
    )


def _headline(text: str) -> str:
    line, _, rest = text.partition("\n")
    alone = rest.startswith("\n") and len(line) <= 200 and not line.rstrip().endswith((".", "!", ":", ","))
    return _spaced(line) if alone else ""


def _read_date(value: Date | str | None) -> Date | None:
    if value is None or value == "":
        return None
    if isinstance(value, str):
        # fromisoformat also takes forms such as 20250131 and 2025-W05.
        if not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
            raise InvalidInput(f"{value[:40]!r} is not a date like 2025-01-31", field="date")
        try:
            value = Date.fromisoformat(value)
        except ValueError as error:
            raise InvalidInput(f"{value!r}: {error}", field="date") from None
    if not 1900 <= value.year <= 2100:
        raise InvalidInput(f"the year {value.year} is not between 1900 and 2100", field="date")
    return value


def _one_line(field: str, value: str) -> str:
    if _SURROGATE.search(value):
        raise InvalidInput("holds half of a character", field=field)
    line = _spaced(value)
    if len(line) > MAX_LINE_CHARACTERS:
        raise InvalidInput(
            f"{len(line):,} characters; {MAX_LINE_CHARACTERS} are the most it may have", field=field
        )
    return line


def _spaced(value: str) -> str:
    """Return the text on one line, with single spaces."""
    return " ".join(_CONTROLS.sub(" ", _INVISIBLE.sub("", value)).split())


def _read_url(url: str) -> str:
    """Return an absolute http or https address as it was given. Raises InvalidInput."""
    if len(url) > MAX_URL_CHARACTERS:
        raise InvalidInput(f"longer than {MAX_URL_CHARACTERS:,} characters", field="url")
    if re.search(r"[\s<>\"\\]", url) or _CONTROLS.search(url) or _SURROGATE.search(url):
        raise InvalidInput(f"{url[:100]!r} holds characters that no web address has", field="url")
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise InvalidInput(f"{url[:100]!r} is not an http or https address", field="url")
    if parts.username is not None:
        raise InvalidInput("an address with a user name in it is not kept", field="url")
    return url


def _too_large(size: int, limit: int, what: str, field: str | None = None) -> TooLarge:
    return TooLarge(f"{size:,} bytes; a {what} may have {limit:,}", field=field)


# --------------------------------------------------------------------------- files


@dataclass(frozen=True, slots=True)
class _Defaults:
    """What holds for a report that does not say itself."""

    date: Date | None
    source: str


def read_paths(
    paths: Iterable[Path], *, date: Date | None = None, source: str = ""
) -> Iterator[Document | Refusal]:
    """Yield each report of the files and folders, and a refusal for what cannot be read.

    Folders are read to their depths in sorted order. Hidden files and a folder's README are
    passed over; links inside a folder are not followed. ``date`` and ``source`` hold for
    reports that have none of their own.
    """
    for given in paths:
        for path in _files(given):
            if isinstance(path, Refusal):
                yield path
                continue
            try:
                with path.open("rb") as stream:
                    yield from _read(str(path), stream, _Defaults(date, source))
            except OSError as error:
                reason = error.strerror or str(error)
                yield Refusal(str(path), Unprocessable(f"cannot be read: {reason}"))


def read_bytes(
    name: str, data: bytes, *, date: Date | None = None, source: str = ""
) -> Iterator[Document | Refusal]:
    """Yield the reports in an uploaded file's content; the end of ``name`` tells its kind."""
    yield from _read(name, BytesIO(data), _Defaults(date, source))


def _files(given: Path) -> Iterator[Path | Refusal]:
    """Yield the regular files at and below a path that are to be read."""
    if not given.exists():
        yield Refusal(str(given), NotFound("no such file or folder"))
    elif given.is_file():
        yield given
    elif not given.is_dir():
        # Opening a pipe or a device could wait for ever.
        yield Refusal(str(given), UnsupportedMedia("neither a file nor a folder"))
    else:
        try:
            entries = sorted(given.iterdir())
        except OSError as error:
            yield Refusal(str(given), Unprocessable(f"cannot be listed: {error.strerror}"))
            return
        for entry in entries:
            if entry.name.startswith(".") or entry.stem.upper() == "README":
                continue
            if entry.is_symlink():
                yield Refusal(str(entry), Unprocessable("a link inside a folder is not followed"))
            else:
                yield from _files(entry)


def _read(name: str, stream: BinaryIO, defaults: _Defaults) -> Iterator[Document | Refusal]:
    suffix = Path(name).suffix.lower()
    if suffix == ".jsonl":
        yield from _read_lines(name, stream, defaults)
        return
    try:
        if suffix not in SUFFIXES:
            kind = suffix or "a file without an ending"
            raise UnsupportedMedia(f"{kind} is not read; {', '.join(SUFFIXES)} are")
        if suffix == ".txt":
            yield _read_text(_decode(_bounded(stream, MAX_BYTES, "report")), defaults)
        else:
            yield _read_page(_decode_page(_bounded(stream, MAX_WRAPPED_BYTES, "page")), defaults)
    except SitmapError as error:
        yield Refusal(name, error)


def _bounded(stream: BinaryIO, limit: int, what: str) -> bytes:
    data = stream.read(limit + 1)
    if len(data) > limit:
        raise _too_large(stream.seek(0, 2), limit, what)
    return data


def _decode(data: bytes) -> str:
    """Return the text of UTF-8 bytes, or of UTF-16 ones that begin with their mark."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding, name = "utf-16", "UTF-16"
    elif b"\0" in data:
        raise UnsupportedMedia("this is binary data, not text")
    else:
        encoding, name = "utf-8", "UTF-8"
    try:
        return data.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise UnsupportedMedia(f"byte {error.start} is not {name}; convert the file to UTF-8") from None


# ------------------------------------------------------ plain text

_HEADER = re.compile(r"(title|date|source|link):[ \t]*(.*)", re.IGNORECASE)
_HEADER_FIELDS = {"title": "title", "date": "date", "source": "source", "link": "url"}


def _read_text(text: str, defaults: _Defaults) -> Document:
    """Return the report; its text may follow lines ``Title:``, ``Date:``, ``Source:``, ``Link:``."""
    lines = _LINE_ENDS.sub("\n", text).split("\n", len(_HEADER_FIELDS) + 1)
    found: dict[str, str] = {}
    for number, line in enumerate(lines):
        if match := _HEADER.fullmatch(line.strip()):
            found[_HEADER_FIELDS[match[1].lower()]] = match[2]
        elif found and not line.strip():
            return _with_defaults("\n".join(lines[number + 1 :]), found, defaults)
        else:
            break
    # Without the blank line that ends them, such lines are the report's own.
    return _with_defaults(text, {}, defaults)


def _with_defaults(text: str, found: dict[str, Any], defaults: _Defaults) -> Document:
    return make_document(
        text,
        date=found.get("date") or defaults.date,
        title=found.get("title") or "",
        source=found.get("source") or defaults.source,
        url=found.get("url") or "",
    )


# ------------------------------------------------------ JSON lines


def _read_lines(name: str, stream: BinaryIO, defaults: _Defaults) -> Iterator[Document | Refusal]:
    """Yield a report for each line that holds one, and a refusal for each other that is not blank."""
    number = 0
    read = 0
    while line := stream.readline(MAX_WRAPPED_BYTES + 1):
        number += 1
        size = len(line)
        while size > MAX_WRAPPED_BYTES and not line.endswith(b"\n"):
            line = stream.readline(MAX_WRAPPED_BYTES)
            size += len(line)
            if not line:
                break
        try:
            if size > MAX_WRAPPED_BYTES:
                raise _too_large(size, MAX_WRAPPED_BYTES, "line")
            if line.strip():
                read += 1
                yield _read_record(_decode(line), defaults)
        except SitmapError as error:
            yield Refusal(f"{name}:{number}", error)
    if not read:
        yield Refusal(name, Unprocessable("the file is empty"))


def _read_record(line: str, defaults: _Defaults) -> Document:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        reason = f"not JSON: {error}" if isinstance(error, json.JSONDecodeError) else "not readable JSON"
        raise InvalidInput(reason) from None
    if not isinstance(record, dict):
        raise InvalidInput("not a JSON object")
    for field in ("text", "date", "title", "source", "url"):
        if not isinstance(record.get(field), str | None):
            raise InvalidInput("not a text in quotes", field=field)
    if record.get("text") is None:
        raise InvalidInput("missing", field="text")
    return _with_defaults(record["text"], record, defaults)


# --------------------------------------------------------------------------- web pages

_PAGE_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE)
# Python knows codecs that are no text encodings of web pages; only these are taken by name.
_PAGE_CODEC = re.compile(r"utf-8|ascii|latin-1|(iso8859|cp125|koi8)[-_\w]+|mac-\w+|gb\w+|big5|euc_\w+|shift_jis")


def _decode_page(data: bytes, charset: str | None = None) -> str:
    """Return the page's text by its mark, the given charset, the one it names itself, or UTF-8."""
    if data.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _decode(data)
    named = _PAGE_CHARSET.search(data[:4096])
    for label in (charset, named and named[1].decode("ascii", "replace")):
        codec = _codec(label) if label else None
        if codec and codec != "utf-8":
            try:
                return data.decode(codec)
            except UnicodeDecodeError as error:
                raise UnsupportedMedia(f"byte {error.start} is not {label}, which the page names") from None
    return _decode(data)


def _codec(label: str) -> str | None:
    try:
        name = codecs.lookup(label).name
    except (LookupError, ValueError):
        return None
    # Browsers read these two as windows-1252, which has more characters.
    if name in ("iso8859-1", "ascii"):
        return "cp1252"
    return name if _PAGE_CODEC.fullmatch(name) else None


def _read_page(page: str, defaults: _Defaults, url: str = "") -> Document:
    """Return the article of a web page: title, day, site and address as far as it tells them.

    ``url`` is where the page really came from; without it the page's own word is taken.
    """
    tree = load_html(page) if page.strip() else None
    if tree is None:
        raise Unprocessable("no web page in it")
    size = sum(1 for _ in tree.iter())
    if size > MAX_ELEMENTS:
        raise TooLarge(f"{size:,} elements; a page may have {MAX_ELEMENTS:,}")
    found = bare_extraction(tree, url=url or None, with_metadata=True, include_comments=False)
    if found is None or isinstance(found, dict) or not (found.text or "").strip():
        raise Unprocessable("no article was found in the page")
    return make_document(
        found.text or "",
        date=_well_formed(_read_date, found.date) or defaults.date,
        title=_spaced(found.title or "")[:MAX_LINE_CHARACTERS],
        source=_spaced(found.sitename or "")[:MAX_LINE_CHARACTERS] or defaults.source,
        url=url or _well_formed(_read_url, found.url) or "",
    )


def _well_formed(read: Callable[[str], T | None], value: str | None) -> T | None:
    """Return what a page says of itself, or ``None`` where it makes no sense."""
    try:
        return read(value) if value else None
    except InvalidInput:
        return None


# --------------------------------------------------------------------------- the network

FETCH_SECONDS = 20.0
MAX_REDIRECTS = 5
_PAGE_TYPES = ("text/html", "application/xhtml+xml")
_REQUEST_HEADERS = {"User-Agent": "Sitmap", "Accept": "text/html, text/plain", "Accept-Encoding": "gzip"}


def fetch(url: str, *, allow_private: bool = False) -> Document:
    """Return the report on a web page (HTML or plain text), within ``FETCH_SECONDS``.

    Addresses of this machine and of private networks are refused, also behind a redirect, unless
    ``allow_private``. The client is the standard library's, because the address that was checked
    has to be the one that is connected to; it uses no proxy. Raises InvalidInput for an address
    that cannot be one, FetchError, TooLarge, UnsupportedMedia or Unprocessable.
    """
    deadline = time.monotonic() + FETCH_SECONDS
    for _ in range(MAX_REDIRECTS + 1):
        response = _get(_read_url(url), deadline, allow_private)
        if not response.location:
            break
        url = urljoin(url, response.location)
    else:
        raise FetchError(f"more than {MAX_REDIRECTS} redirects", field="url")
    source = urlsplit(url).hostname or ""
    page = _decode_page(response.body, response.charset)
    if response.kind in _PAGE_TYPES:
        return _read_page(page, _Defaults(None, source), url)
    return make_document(page, source=source, url=url)


@dataclass(frozen=True, slots=True)
class _Response:
    """An answer: where it sends us, or else what it holds."""

    location: str
    kind: str = ""
    charset: str | None = None
    body: bytes = b""


def _get(url: str, deadline: float, allow_private: bool) -> _Response:
    """Ask for a page and read the answer. Raises FetchError, TooLarge or UnsupportedMedia."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    try:
        with ExitStack() as stack:
            plain = stack.enter_context(_connect(host, parts.port or _PORTS[parts.scheme], deadline, allow_private))
            stack.enter_context(_cut_at(deadline, plain))
            if parts.scheme == "https":
                context = ssl.create_default_context()
                connection: http.client.HTTPConnection = http.client.HTTPSConnection(host, parts.port, context=context)
                connection.sock = context.wrap_socket(plain, server_hostname=host)
            else:
                connection = http.client.HTTPConnection(host, parts.port)
                connection.sock = plain
            stack.callback(connection.close)
            target = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~")
            query = quote(parts.query, safe="/%:@!$&'()*+,;=~?")
            connection.request("GET", f"{target}?{query}" if query else target, headers=_REQUEST_HEADERS)
            return _answer(host, connection.getresponse())
    except (OSError, http.client.HTTPException, zlib.error) as error:
        if isinstance(error, SitmapError):
            raise
        if time.monotonic() >= deadline:
            raise FetchError(f"{host} took longer than {FETCH_SECONDS:.0f} seconds", field="url") from None
        raise FetchError(f"{host}: {error}", field="url") from error
