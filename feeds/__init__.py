"""The way in: files, folders, pasted text and web pages become documents.

All of it is hostile until checked. A report is at most ``MAX_BYTES`` of UTF-8, and nothing is
read past its bound. A text is cleaned once, in ``make_document``; offsets refer to the result.
Only ``fetch`` opens a network connection, by way of ``feeds.network``.
"""

from __future__ import annotations

import codecs
import json
import logging
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date as Date
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, TypeVar
from urllib.parse import urlsplit

from trafilatura import bare_extraction, load_html

from domain import (
    Document,
    InvalidInput,
    NotFound,
    Refusal,
    SitmapError,
    TooLarge,
    Unprocessable,
    UnsupportedMedia,
)
from feeds.network import get, read_url

MAX_BYTES = 1_000_000
"""The most that a report's text may have in UTF-8."""

MAX_WRAPPED_BYTES = 2 * MAX_BYTES
"""The same for a web page or a line of JSON, where a report is wrapped in markup or escapes."""

MAX_ELEMENTS = 30_000
"""The most elements a web page may have; to find the article among so many takes two seconds."""

MAX_LINE_CHARACTERS = 300
"""The most that a title or the name of a source may have."""

SUFFIXES = (".txt", ".html", ".htm", ".jsonl")

T = TypeVar("T")

# What trafilatura says on a bad page is said by our own errors; without a handler it would print.
for _name in ("trafilatura", "htmldate", "courlan"):
    logging.getLogger(_name).addHandler(logging.NullHandler())

# --------------------------------------------------------------------------- text

_LINE_END = re.compile("\r\n|[\r\u2028\u2029]")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
# Soft hyphens, zero-width spaces and byte order marks: unseen, they would split a name in two.
_INVISIBLE = re.compile("[\xad\u200b\ufeff]")
_SURROGATE = re.compile("[\ud800-\udfff]")


def check_text(text: str) -> None:
    """Refuse a text that cannot be read as a report; change nothing.

    Raises TooLarge, UnsupportedMedia for what is no text (control characters, lone surrogates)
    and Unprocessable for an empty one.
    """
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > MAX_BYTES:
        raise _too_large(size, MAX_BYTES, "report", field="text")
    if lone := _SURROGATE.search(text):
        raise UnsupportedMedia(f"half of a character stands at position {lone.start()}", field="text")
    controls = len(_CONTROL.findall(_LINE_END.sub("\n", text)))
    if "\0" in text or controls * 10 > len(text):
        raise UnsupportedMedia("this is binary data, not text", field="text")
    if not _cleaned(text):
        raise Unprocessable("the report is empty", field="text")


def make_document(
    text: str, *, date: Date | str | None = None, title: str = "", source: str = "", url: str = ""
) -> Document:
    """Return the report with its text cleaned: offsets refer to the document's own text.

    Line ends become ``\\n``, other control characters a space each; invisible characters that
    split words go, and so does blank space around the whole. ``date`` is written YYYY-MM-DD.
    Without a ``title`` a first line that stands alone like a headline is taken for it, and stays
    in the text. Raises TooLarge, UnsupportedMedia, Unprocessable or InvalidInput.
    """
    check_text(text)
    clean = _cleaned(text)
    return Document(
        text=clean,
        date=_read_date(date) if date else None,
        title=_read_line("title", title) or _headline(clean),
        source=_read_line("source", source),
        url=read_url(url) if url else "",
    )


def _cleaned(text: str) -> str:
    return _CONTROL.sub(" ", _LINE_END.sub("\n", _INVISIBLE.sub("", text))).strip()


def _headline(text: str) -> str:
    line, _, rest = text.partition("\n")
    alone = rest.partition("\n")[0].strip() == "" and rest != ""
    return _spaced(line) if alone and len(line) <= 200 and line.rstrip()[-1].isalnum() else ""


def _read_date(value: Date | str) -> Date:
    if isinstance(value, str):
        # fromisoformat alone would also take 20250131 and 2025-W05-5.
        if not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
            raise InvalidInput(f"{value[:40]!r} is not a date like 2025-01-31", field="date")
        try:
            value = Date.fromisoformat(value)
        except ValueError as error:
            raise InvalidInput(f"{value!r}: {error}", field="date") from None
    if not 1900 <= value.year <= 2100:
        raise InvalidInput(f"the year {value.year} is not between 1900 and 2100", field="date")
    return value


def _read_line(field: str, value: str) -> str:
    line = _spaced(value)
    if len(line) > MAX_LINE_CHARACTERS:
        raise InvalidInput(f"{len(line):,} characters; it may have {MAX_LINE_CHARACTERS}", field=field)
    if _SURROGATE.search(line):
        raise InvalidInput("half of a character stands in it", field=field)
    return line


def _spaced(value: str) -> str:
    """Return the text as one line with single spaces."""
    return " ".join(_CONTROL.sub(" ", _INVISIBLE.sub("", value)).split())


def _too_large(size: int, limit: int, what: str, *, field: str | None = None) -> TooLarge:
    return TooLarge(f"{size:,} bytes; a {what} may have {limit:,}", field=field)


# --------------------------------------------------------------------------- files


@dataclass(frozen=True, slots=True)
class _Defaults:
    """What holds for a report that does not say so itself."""

    date: Date | None = None
    source: str = ""


def read_paths(
    paths: Iterable[Path], *, date: Date | None = None, source: str = ""
) -> Iterator[Document | Refusal]:
    """Yield each report in the files and folders, and a refusal for each that cannot be read.

    Folders are read through in sorted order. Hidden files and a folder's README are passed over,
    links inside a folder are refused. ``date`` and ``source`` hold for reports without their own.
    """
    for path in paths:
        for found in _files(path):
            if isinstance(found, Refusal):
                yield found
                continue
            try:
                with found.open("rb") as stream:
                    yield from _read(str(found), stream, _Defaults(date, source))
            except OSError as error:
                yield Refusal(str(found), Unprocessable(f"cannot be read: {error.strerror}"))


def read_bytes(
    name: str, data: bytes, *, date: Date | None = None, source: str = ""
) -> Iterator[Document | Refusal]:
    """Yield what an uploaded file holds, as ``read_paths`` does; ``name`` tells its kind."""
    yield from _read(name, BytesIO(data), _Defaults(date, source))


def _files(path: Path) -> Iterator[Path | Refusal]:
    """Yield the regular files at and below a path that are to be read."""
    try:
        if path.is_dir():
            for entry in sorted(path.iterdir()):
                if entry.is_symlink():
                    yield Refusal(str(entry), Unprocessable("a link inside a folder is not followed"))
                elif not entry.name.startswith(".") and entry.stem.upper() != "README":
                    yield from _files(entry)
        elif path.is_file():
            yield path
        elif path.exists():
            # To open a pipe or a device could take for ever.
            yield Refusal(str(path), UnsupportedMedia("neither a file nor a folder"))
        else:
            yield Refusal(str(path), NotFound("no such file or folder"))
    except OSError as error:
        yield Refusal(str(path), Unprocessable(f"cannot be read: {error.strerror}"))


def _read(name: str, stream: BinaryIO, defaults: _Defaults) -> Iterator[Document | Refusal]:
    suffix = Path(name).suffix.lower()
    try:
        if suffix == ".jsonl":
            yield from _read_lines(name, stream, defaults)
        elif suffix == ".txt":
            yield _read_text(_decode(_bounded(stream, MAX_BYTES, "report")), defaults)
        elif suffix in SUFFIXES:
            yield _read_page(_decode_page(_bounded(stream, MAX_WRAPPED_BYTES, "page")), defaults)
        else:
            kind = f"a {suffix} file" if suffix else "a file without an ending"
            raise UnsupportedMedia(f"{kind} is not read; {', '.join(SUFFIXES)} are")
    except SitmapError as error:
        yield Refusal(name, error)


def _bounded(stream: BinaryIO, limit: int, what: str) -> bytes:
    data = stream.read(limit + 1)
    if len(data) > limit:
        raise _too_large(stream.seek(0, 2), limit, what)
    return data


def _decode(data: bytes) -> str:
    """Return the text of UTF-8, or of UTF-16 that begins with its mark. Raises UnsupportedMedia."""
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if b"\0" in data and not wide:
        raise UnsupportedMedia("this is binary data, not text")
    encoding = "UTF-16" if wide else "UTF-8"
    try:
        return data.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise UnsupportedMedia(f"byte {error.start} is not {encoding}; convert it to UTF-8") from None


_HEADER = re.compile(r"(title|date|source|link):(.*)", re.IGNORECASE)
_HEADER_FIELDS = {"title": "title", "date": "date", "source": "source", "link": "url"}


def _read_text(text: str, defaults: _Defaults) -> Document:
    """Return the report, which may begin with ``Title:``, ``Date:``, ``Source:``, ``Link:`` lines."""
    lines = _LINE_END.sub("\n", text).split("\n", len(_HEADER_FIELDS) + 1)
    found: dict[str, str] = {}
    for number, line in enumerate(lines):
        if match := _HEADER.fullmatch(line):
            found[_HEADER_FIELDS[match[1].lower()]] = match[2].strip()
        elif found and not line.strip():
            return _with_defaults("\n".join(lines[number + 1 :]), found, defaults)
        else:
            break
    # Such lines without the blank one that ends them are the report's own.
    return _with_defaults(text, {}, defaults)


def _with_defaults(text: str, found: Mapping[str, Any], defaults: _Defaults) -> Document:
    return make_document(
        text,
        date=found.get("date") or defaults.date,
        title=found.get("title") or "",
        source=found.get("source") or defaults.source,
        url=found.get("url") or "",
    )


def _read_lines(name: str, stream: BinaryIO, defaults: _Defaults) -> Iterator[Document | Refusal]:
    """Yield the report of each line of JSON, or the refusal of a bad one; blank lines do not count."""
    number = 0
    blank = True
    while line := stream.readline(MAX_WRAPPED_BYTES + 1):
        number += 1
        try:
            if len(line) > MAX_WRAPPED_BYTES:
                size = len(line)
                while not line.endswith(b"\n") and (line := stream.readline(MAX_WRAPPED_BYTES)):
                    size += len(line)
                raise _too_large(size, MAX_WRAPPED_BYTES, "line")
            if text := _decode(line).strip():
                blank = False
                yield _read_record(text, defaults)
        except SitmapError as error:
            blank = False
            yield Refusal(f"{name}:{number}", error)
    if blank:
        raise Unprocessable("the file is empty")


def _read_record(line: str, defaults: _Defaults) -> Document:
    try:
        record = json.loads(line)
    except json.JSONDecodeError as error:
        raise InvalidInput(f"not JSON: {error.msg} at column {error.colno}") from None
    except (ValueError, RecursionError):
        raise InvalidInput("JSON with too long a number or too deep a nesting") from None
    if not isinstance(record, dict):
        raise InvalidInput("not a JSON object")
    for field in ("text", "date", "title", "source", "url"):
        if not isinstance(record.get(field), str | None):
            raise InvalidInput("not a text in quotes", field=field)
    if record.get("text") is None:
        raise InvalidInput("missing", field="text")
    return _with_defaults(record["text"], record, defaults)


# --------------------------------------------------------------------------- web pages

_NAMED_CHARSET = re.compile(rb"<meta\s[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE)
# Python has codecs besides, such as utf-7 and unicode_escape, that no page may choose.
_PAGE_CODEC = re.compile("(iso8859|cp12|koi8|mac|gb|big5|euc|shift_jis).*")


def _decode_page(data: bytes, charset: str | None = None) -> str:
    """Return a page's text by its byte order mark, ``charset``, the one it names, or as UTF-8."""
    named = _NAMED_CHARSET.search(data[:4096])
    label = charset or (named[1].decode("ascii", "replace") if named else "")
    codec = _page_codec(label)
    if not codec or data.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _decode(data)
    try:
        return data.decode(codec)
    except UnicodeDecodeError as error:
        raise UnsupportedMedia(f"byte {error.start} is not {label}, as the page says it is") from None


def _page_codec(label: str) -> str | None:
    try:
        name = codecs.lookup(label).name
    except (LookupError, ValueError):
        return None
    # As browsers do: what calls itself latin-1 is windows-1252.
    name = "cp1252" if name in ("ascii", "iso8859-1") else name
    return name if _PAGE_CODEC.fullmatch(name) else None


def _read_page(page: str, defaults: _Defaults, url: str = "") -> Document:
    """Return the article in a web page, with title, day, site and address as far as it tells them.

    ``url`` is where the page was found; without it the page's own word is taken.
    """
    tree = load_html(page) if page.strip() else None
    if tree is None:
        raise Unprocessable("there is no web page in it")
    size = sum(1 for _ in tree.iter())
    if size > MAX_ELEMENTS:
        raise TooLarge(f"{size:,} elements; a page may have {MAX_ELEMENTS:,}")
    found = bare_extraction(tree, url=url or None, with_metadata=True, include_comments=False)
    if found is None or isinstance(found, dict) or not (found.text or "").strip():
        raise Unprocessable("no article was found in the page")
    return make_document(
        found.text or "",
        date=_if_valid(_read_date, found.date) or defaults.date,
        title=_spaced(found.title or "")[:MAX_LINE_CHARACTERS],
        source=_spaced(found.sitename or "")[:MAX_LINE_CHARACTERS] or defaults.source,
        url=url or _if_valid(read_url, found.url) or "",
    )


def _if_valid(read: Callable[[str], T], value: str | None) -> T | None:
    """Return what a page says of itself, ``None`` where that makes no sense."""
    try:
        return read(value) if value else None
    except InvalidInput:
        return None


def fetch(url: str, *, allow_private: bool = False) -> Document:
    """Return the report on a web page, HTML or plain text; its url is where the redirects ended.

    This machine and private networks are out of bounds unless ``allow_private``, and out of bounds
    for redirects from a public page in any case. Raises InvalidInput for what is no address,
    FetchError, TooLarge, UnsupportedMedia or Unprocessable.
    """
    answer = get(url, limit=MAX_WRAPPED_BYTES, allow_private=allow_private)
    page = _decode_page(answer.body, answer.charset)
    host = urlsplit(answer.url).hostname or ""
    if answer.kind == "text/plain":
        return make_document(page, source=host, url=answer.url)
    return _read_page(page, _Defaults(source=host), answer.url)
