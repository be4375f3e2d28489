"""Files, folders, pasted text and web pages, good ones and hostile ones."""

from __future__ import annotations

import codecs
import gzip
import json
import os
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
from feeds import (
    MAX_BYTES,
    MAX_WRAPPED_BYTES,
    check_text,
    fetch,
    make_document,
    network,
    read_bytes,
    read_paths,
)

ARTICLE = (
    "Russian forces took the village of Novovasylivka, the ministry said on Friday.",
    "The village lies near Pokrovsk, a hub of roads and railways in the east of the country.",
)
PAGE = f"""<!doctype html><html lang="en"><head><meta charset="utf-8">
<title>Village taken | Example Wire</title>
<meta property="og:title" content="Village taken">
<meta property="og:site_name" content="Example Wire">
<meta property="article:published_time" content="2025-01-31T08:00:00Z">
<link rel="canonical" href="https://wire.example/village"></head>
<body><nav><a href="/">Home</a> <a href="/about">About</a></nav>
<article><h1>Village taken</h1><p>{ARTICLE[0]}</p><p>{ARTICLE[1]}</p></article>
<footer>This site uses cookies.</footer></body></html>"""


def only(found: Iterator[Document | Refusal]) -> Document:
    (document,) = found
    assert isinstance(document, Document), document
    return document


def refusal(found: Iterator[Document | Refusal]) -> Refusal:
    (refused,) = found
    assert isinstance(refused, Refusal), refused
    return refused


# --------------------------------------------------------------------------- a text


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("one\r\ntwo\rthree\u2029four", "one\ntwo\nthree\nfour"),
        ("Two tabs\t\t, a bell\x07 and a break\x85 in it", "Two tabs\t\t, a bell  and a break  in it"),
        ("\ufeff Pok\xadrovsk\u200b fell. \n\n", "Pokrovsk fell."),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("Покровськ — 东京 🙂", "Покровськ — 东京 🙂"),
    ],
    ids=["line ends", "control characters", "invisible characters", "markup is text", "any script"],
)
def test_a_text_is_cleaned_once(raw: str, clean: str) -> None:
    assert make_document(raw).text == clean


@given(st.text())
def test_every_text_is_either_refused_or_clean_for_good(raw: str) -> None:
    try:
        document = make_document(raw)
    except SitmapError as error:
        assert error.status in (413, 415, 422)
    else:
        assert make_document(document.text).text == document.text
        assert not any(ord(char) < 32 and char not in "\n\t" for char in document.text)


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ("", Unprocessable, "empty"),
        (" \n\u200b\ufeff\t  \x07     ", Unprocessable, "empty"),
        ("x" * (MAX_BYTES + 1), TooLarge, "1,000,001 bytes; a report may have 1,000,000"),
        ("я" * MAX_BYTES, TooLarge, "2,000,000 bytes"),
        ("PK\x03\x04\0\0", UnsupportedMedia, "binary"),
        ("\x1b\x02\x03\x04 ab", UnsupportedMedia, "binary"),
        ("Fire in \ud83d.", UnsupportedMedia, "position 8"),
    ],
    ids=["empty", "blank", "too long", "too long in bytes", "with NUL", "controls", "lone surrogate"],
)
def test_what_is_no_report_is_refused(text: str, error: type[SitmapError], words: str) -> None:
    for check in (check_text, make_document):
        with pytest.raises(error, match=words) as caught:
            check(text)
        assert caught.value.field == "text"


def test_a_report_of_exactly_the_limit_is_read() -> None:
    assert len(make_document("x" * MAX_BYTES).text) == MAX_BYTES


@pytest.mark.parametrize(
    "text",
    [
        "2025-02-30",
        "20250131",
        "2025-W05-5",
        "31.01.2025",
        "yesterday",
        "1899-12-31",
        "2101-01-01",
        "٢٠٢٥-٠١-٣١",
    ],
)
def test_a_date_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        make_document("Text.", date=text)
    assert caught.value.field == "date"


def test_a_date_is_read() -> None:
    assert make_document("Text.", date="2025-01-31").date == date(2025, 1, 31)
    assert make_document("Text.", date=date(2025, 1, 31)).date == date(2025, 1, 31)
    assert make_document("Text.", date="").date is None


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "//wire.example/x",
        "wire.example",
        "http://",
        "http://[::1",
        "http://wire.example:99999/",
        "https://user:secret@wire.example/",
        "https://wire.example/\nSet-Cookie: x",
        'https://wire.example/"onclick="x',
        "https://wire.example/" + "x" * 2000,
    ],
)
def test_a_link_is_http_or_https_or_refused(url: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        make_document("Text.", url=url)
    assert caught.value.field == "url"


def test_title_and_source_are_one_line_and_bounded() -> None:
    document = make_document("Text.", title=" Village\n taken ", source="Example\x07Wire")
    assert (document.title, document.source) == ("Village taken", "Example Wire")
    for field in ("title", "source"):
        with pytest.raises(InvalidInput, match=f"{field}: 301 characters"):
            make_document("Text.", **{field: "x" * 301})


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Village taken\n\nRussian forces took it.", "Village taken"),
        ("Russian forces took it.\n\nMore.", ""),
        ("Village taken\nRussian forces took it.", ""),
        ("Village taken", ""),
        ("word " * 60 + "end\n\nMore.", ""),
    ],
    ids=["headline", "a sentence", "no blank line", "nothing follows", "too long"],
)
def test_a_headline_becomes_the_title_and_stays_in_the_text(text: str, title: str) -> None:
    document = make_document(text)
    assert (document.title, document.text) == (title, text)


# --------------------------------------------------------------------------- plain text files


def test_header_lines_of_a_text_file_are_read() -> None:
    data = (
        b"Title: Village taken\r\nDate: 2025-01-31\r\nsource: Example Wire\r\n"
        b"Link: https://wire.example/1\r\n\r\nRussian forces took it.\r\n"
    )
    assert only(read_bytes("a.txt", data)) == Document(
        "Russian forces took it.",
        date(2025, 1, 31),
        "Village taken",
        "Example Wire",
        "https://wire.example/1",
    )


@pytest.mark.parametrize(
    "text",
    ["Source: a soldier.\nHe fled.", "He fled.\nDate: unknown\n\nMore.", "Title:\n" * 7 + "\nMore."],
    ids=["no blank line", "not at the start", "too many"],
)
def test_lines_that_only_look_like_a_header_stay(text: str) -> None:
    assert only(read_bytes("a.txt", text.encode())).text == text


def test_what_a_file_says_goes_before_what_was_given() -> None:
    told = only(read_bytes("a.txt", b"Date: 2025-01-31\n\nText.", date=date(2020, 1, 1), source="Given"))
    assert (told.date, told.source) == (date(2025, 1, 31), "Given")


@pytest.mark.parametrize(
    "data",
    [
        "Покровськ".encode(),
        codecs.BOM_UTF8 + "Покровськ".encode(),
        "Покровськ".encode("utf-16"),
        codecs.BOM_UTF16_BE + "Покровськ".encode("utf-16-be"),
    ],
    ids=["utf-8", "utf-8 with mark", "utf-16", "utf-16 big-endian"],
)
def test_unicode_files_are_read(data: bytes) -> None:
    assert only(read_bytes("a.txt", data)).text == "Покровськ"


@pytest.mark.parametrize(
    ("name", "data", "error", "words"),
    [
        ("a.txt", b"", Unprocessable, "empty"),
        ("a.txt", b"caf\xe9", UnsupportedMedia, "byte 3 is not UTF-8; convert"),
        ("a.txt", codecs.BOM_UTF16_LE + b"a", UnsupportedMedia, "not UTF-16"),
        ("a.txt", b"\x7fELF\x02\0\0", UnsupportedMedia, "binary"),
        ("a.txt", b"x" * 5_000_000, TooLarge, "5,000,000 bytes; a report may have 1,000,000"),
        ("a.txt", b"Date: soon\n\nText.", InvalidInput, "date: 'soon'"),
        ("a.html", b"x" * (MAX_WRAPPED_BYTES + 1), TooLarge, "2,000,001 bytes; a page may have 2,000,000"),
        ("a.html", b"", Unprocessable, "no web page"),
        ("a.html", b"<html><body></body></html>", Unprocessable, "no article"),
        ("a.html", b"<<<>>>", Unprocessable, "no web page|no article"),
        ("a.html", b"<p>caf\xe9</p>", UnsupportedMedia, "byte 6 is not UTF-8"),
        ("a.html", b"<br>x" * 40_000, TooLarge, "elements; a page may have 30,000"),
        ("a.html", b"\x89PNG\0\0", UnsupportedMedia, "binary"),
        ("a.jsonl", b"", Unprocessable, "empty"),
        ("a.jsonl", b"\n \n", Unprocessable, "empty"),
        ("a.pdf", b"%PDF", UnsupportedMedia, "a .pdf file is not read; .txt, .html, .htm, .jsonl are"),
        ("report", b"Text.", UnsupportedMedia, "without an ending"),
    ],
)
def test_a_bad_file_is_refused_with_a_reason(
    name: str, data: bytes, error: type[SitmapError], words: str
) -> None:
    refused = refusal(read_bytes(name, data))
    assert refused.name == name
    assert isinstance(refused.error, error)
    with pytest.raises(error, match=words):
        raise refused.error


# --------------------------------------------------------------------------- JSON lines


def test_each_line_of_json_is_a_report() -> None:
    lines = [
        {
            "id": 7,
            "text": "One.",
            "date": "2025-01-31",
            "title": "T",
            "source": "S",
            "url": "https://a.example/",
        },
        {"text": "Two.", "date": None},
    ]
    data = "\n\n".join(map(json.dumps, lines)).encode()
    assert list(read_bytes("a.jsonl", data, source="Given")) == [
        Document("One.", date(2025, 1, 31), "T", "S", "https://a.example/"),
        Document("Two.", source="Given"),
    ]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b"{", "not JSON"),
        (b"[1]", "not a JSON object"),
        (b'{"title": "x"}', "text: missing"),
        (b'{"text": 5}', "text: not a text"),
        (b'{"text": "x", "date": 20250131}', "date: not a text"),
        (b'{"text": "x", "date": "soon"}', "date: 'soon'"),
        (b'{"text": "x", "url": "javascript:x"}', "url: 'javascript:x'"),
        (b'{"text": " "}', "text: the report is empty"),
        (b'{"text": "\\ud800"}', "text: half of a character"),
        (b'{"text": "\xff"}', "not UTF-8"),
        (b'{"text": "' + b"x" * (MAX_BYTES + 1) + b'"}', "text: 1,000,001 bytes"),
        (b'{"text": "' + b"x" * 3 * MAX_WRAPPED_BYTES + b'"}', "6,000,013 bytes; a line may have 2,000,000"),
        (b"[" * 100_000, "nesting"),
        (b'{"text": ' + b"9" * 5000 + b"}", "too long a number"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_bad_line_is_refused_by_its_number_and_the_others_go_on(line: bytes, words: str) -> None:
    before, refused, after = read_bytes("a.jsonl", b'{"text": "One."}\n' + line + b'\n{"text": "Two."}')
    assert isinstance(before, Document)
    assert isinstance(after, Document)
    assert isinstance(refused, Refusal)
    assert refused.name == "a.jsonl:2"
    assert words in str(refused.error)


# --------------------------------------------------------------------------- folders


def test_folders_are_read_through_in_order(tmp_path: Path) -> None:
    for name in ("b/2.TXT", "b/1.txt", "a.txt", "b/c/3.txt", "README.md", ".hidden.txt", "b/.git/x.txt"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"Text of {name}")
    texts = [found.text for found in read_paths([tmp_path]) if isinstance(found, Document)]
    assert texts == ["Text of a.txt", "Text of b/1.txt", "Text of b/2.TXT", "Text of b/c/3.txt"]
    assert len(list(read_paths([tmp_path]))) == 4


def test_what_cannot_be_read_is_refused_and_the_rest_goes_on(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF")
    os.mkfifo(tmp_path / "b.txt")
    secret = tmp_path.parent / f"{tmp_path.name}-secret.txt"
    secret.write_text("Secret.")
    (tmp_path / "c.txt").symlink_to(secret)
    (tmp_path / "d").symlink_to(tmp_path)
    (tmp_path / "e.txt").write_text("Text.")
    missing = tmp_path / "missing"
    found = list(read_paths([tmp_path, missing, Path("x" * 5000)]))
    reasons = {Path(each.name).name[:10]: each.error for each in found if isinstance(each, Refusal)}
    assert [each.text for each in found if isinstance(each, Document)] == ["Text."]
    assert isinstance(reasons["a.pdf"], UnsupportedMedia)
    assert isinstance(reasons["b.txt"], UnsupportedMedia)
    assert "link" in str(reasons["c.txt"])
    assert "link" in str(reasons["d"])
    assert isinstance(reasons["missing"], NotFound)
    assert "File name too long" in str(reasons["x" * 10])


def test_a_large_file_of_lines_is_read_line_by_line(tmp_path: Path) -> None:
    path = tmp_path / "many.jsonl"
    path.write_text("\n".join(json.dumps({"text": f"{number} " + "x" * 2000}) for number in range(2000)))
    assert path.stat().st_size > 2 * MAX_WRAPPED_BYTES
    assert sum(isinstance(found, Document) for found in read_paths([path])) == 2000


# --------------------------------------------------------------------------- web pages


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.mark.usefixtures("no_network")
def test_an_article_is_found_in_its_page() -> None:
    document = only(read_bytes("a.html", PAGE.encode()))
    assert document.title == "Village taken"
    assert document.date == date(2025, 1, 31)
    assert document.source == "Example Wire"
    assert document.url == "https://wire.example/village"
    assert all(paragraph in document.text for paragraph in ARTICLE)
    assert "cookies" not in document.text
    assert "About" not in document.text


@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize("text", ["https://wire.example/x", "http://127.0.0.1:9/"], ids=["name", "number"])
def test_an_address_in_place_of_a_page_is_not_followed(text: str) -> None:
    assert isinstance(refusal(read_bytes("a.html", text.encode())).error, Unprocessable)


def test_a_broken_page_gives_what_can_be_had() -> None:
    broken = PAGE.replace("</p>", "").replace("</article>", "<div><span").replace("</body></html>", "")
    assert ARTICLE[0] in only(read_bytes("a.htm", broken.encode())).text


def test_script_in_an_article_stays_text() -> None:
    page = PAGE.replace(ARTICLE[1], "They wrote &lt;script&gt;alert(1)&lt;/script&gt; on the wall.")
    text = only(read_bytes("a.html", page.encode())).text
    assert "<script>alert(1)</script>" in text


@pytest.mark.parametrize("charset", ["windows-1251", "koi8-u"])
def test_a_page_may_name_its_own_encoding(charset: str) -> None:
    page = PAGE.replace('charset="utf-8"', f'charset="{charset}"').replace("Novovasylivka", "Нововасилівка")
    assert "Нововасилівка" in only(read_bytes("a.html", page.encode(charset))).text


@pytest.mark.parametrize("charset", ["utf-7", "unicode_escape", "zip", "no-such", "x" * 60])
def test_a_page_cannot_choose_a_strange_codec(charset: str) -> None:
    page = PAGE.replace('charset="utf-8"', f'charset="{charset}"').replace("Pokrovsk", "+AFw-u0041 \\u0041")
    assert "+AFw-u0041 \\u0041" in only(read_bytes("a.html", page.encode())).text


def test_a_page_cannot_claim_nonsense_of_itself() -> None:
    page = PAGE.replace("https://wire.example/village", "javascript:alert(1)").replace("Village", "V" * 400)
    document = only(read_bytes("a.html", page.encode(), date=date(2025, 2, 1)))
    assert document.url == ""
    assert len(document.title) == 300


# --------------------------------------------------------------------------- the network


Reply = Callable[[BaseHTTPRequestHandler], None]


class Site:
    """A web server on this machine that answers each path as it was told."""

    def __init__(self, root: str, replies: dict[str, Reply]) -> None:
        self.root = root
        self.replies = replies

    def says(
        self,
        path: str,
        body: bytes = b"",
        *,
        status: int = 200,
        kind: str | None = "text/html",
        **headers: str,
    ) -> str:
        """Have the path answered like this, and return its address."""

        def reply(request: BaseHTTPRequestHandler) -> None:
            request.send_response(status)
            if kind:
                request.send_header("Content-Type", kind)
            for name, value in {"Content_Length": str(len(body)), **headers}.items():
                request.send_header(name.replace("_", "-"), value)
            request.end_headers()
            request.wfile.write(body)

        self.replies[path] = reply
        return self.root + path


@pytest.fixture
def site() -> Iterator[Site]:
    replies: dict[str, Reply] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            try:
                replies[self.path](self)
            except ConnectionError:
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            """Be quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield Site(f"http://127.0.0.1:{server.server_port}", replies)
        server.shutdown()
        thread.join()


def get(url: str) -> Document:
    return fetch(url, allow_private=True)


def test_a_page_is_fetched_and_its_address_kept(site: Site) -> None:
    document = get(site.says("/a%20b?x=1", PAGE.encode()))
    assert document.title == "Village taken"
    # Not the address that the page claims for itself.
    assert document.url == site.root + "/a%20b?x=1"
    assert document.source == "Example Wire"


def test_plain_text_is_fetched(site: Site) -> None:
    url = site.says("/a", "Café.".encode("latin-1"), kind="text/plain; charset=iso-8859-1")
    assert get(url) == Document("Café.", source="127.0.0.1", url=url)


def test_a_packed_page_is_unpacked(site: Site) -> None:
    assert ARTICLE[0] in get(site.says("/a", gzip.compress(PAGE.encode()), Content_Encoding="gzip")).text


def test_redirects_are_followed_to_the_last_address(site: Site) -> None:
    site.says("/end", PAGE.encode())
    for number in range(1, 6):
        site.says(f"/{number}", status=302, Location=f"/{number + 1}" if number < 5 else site.root + "/end")
    assert get(site.root + "/1").url == site.root + "/end"


def test_six_redirects_are_too_many(site: Site) -> None:
    with pytest.raises(FetchError, match="more than 5 redirects"):
        get(site.says("/round", status=301, Location="/round"))


@pytest.mark.parametrize(
    "target", ["file:///etc/hosts", "ftp://wire.example/", "javascript:x", "http://u:p@h/"]
)
def test_a_redirect_is_checked_like_an_address(site: Site, target: str) -> None:
    with pytest.raises(InvalidInput):
        get(site.says("/a", status=302, Location=target))


def test_private_addresses_are_out_of_bounds(site: Site) -> None:
    for url in (site.says("/a", PAGE.encode()), site.root.replace("127.0.0.1", "localhost") + "/a"):
        with pytest.raises(FetchError, match="private network"):
            fetch(url)


@pytest.mark.parametrize("allow_private", [False, True])
def test_a_public_page_cannot_lead_to_a_private_one(
    site: Site, monkeypatch: pytest.MonkeyPatch, allow_private: bool
) -> None:
    # The public address leads to our own server; only that one step is made up.
    port = int(site.root.rpartition(":")[2])
    connect = socket.create_connection
    monkeypatch.setattr(socket, "create_connection", lambda _, timeout: connect(("127.0.0.1", port), timeout))
    site.says("/public", status=302, Location=site.says("/private", PAGE.encode()))
    site.says("/open", PAGE.encode())
    assert fetch("http://8.8.8.8/open", allow_private=allow_private).title == "Village taken"
    with pytest.raises(FetchError, match="private network"):
        fetch("http://8.8.8.8/public", allow_private=allow_private)


@pytest.mark.parametrize(
    ("reply", "error", "words"),
    [
        ({"status": 404}, FetchError, "status 404"),
        ({"status": 304}, FetchError, "status 304"),
        ({"status": 302}, FetchError, "status 302"),
        ({"kind": "application/pdf"}, UnsupportedMedia, "application/pdf"),
        ({"body": b"x" * (MAX_WRAPPED_BYTES + 1)}, TooLarge, "more than 2,000,000 bytes"),
        (
            {"body": gzip.compress(b"x" * 50_000_000), "Content_Encoding": "gzip"},
            TooLarge,
            "more than 2,000,000 bytes",
        ),
        ({"body": b"no gzip", "Content_Encoding": "gzip"}, FetchError, "not packed"),
        ({"body": gzip.compress(PAGE.encode())[:-20], "Content_Encoding": "gzip"}, FetchError, "too soon"),
        ({"body": b"x", "Content_Encoding": "br"}, FetchError, "packed with 'br'"),
        ({"body": b"", "kind": "text/plain"}, Unprocessable, "empty"),
        ({"body": b"caf\xe9", "kind": "text/plain"}, UnsupportedMedia, "byte 3 is not UTF-8"),
        ({"body": b"a\0b", "kind": None}, UnsupportedMedia, "binary"),
    ],
    ids=[
        "not found", "not modified", "redirect to nowhere", "pdf", "endless", "bomb", "not gzip",
        "half a gzip", "brotli", "empty", "not UTF-8", "binary without a type",
    ],
)  # fmt: skip
def test_a_bad_answer_is_refused(
    site: Site, reply: dict[str, object], error: type[SitmapError], words: str
) -> None:
    url = site.says("/a", **reply)  # type: ignore[arg-type]
    with pytest.raises(error, match=words):
        get(url)


def test_half_a_page_is_refused(site: Site) -> None:
    with pytest.raises(FetchError, match="10 bytes too soon"):
        get(site.says("/a", PAGE.encode(), Content_Length=str(len(PAGE.encode()) + 10), Connection="close"))


def test_a_server_that_speaks_something_else_is_refused(site: Site) -> None:
    site.replies["/a"] = lambda request: None if request.wfile.write(b"\x1b[31mSSH-2.0\r\n\r\n") else None
    with pytest.raises(FetchError, match="BadStatusLine"):
        get(site.root + "/a")


def test_a_server_that_does_not_encrypt_is_refused(site: Site) -> None:
    with pytest.raises(FetchError, match="did not answer well"):
        get(site.root.replace("http:", "https:") + "/")


def test_nobody_listening_is_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(FetchError, match="refused"):
        get(f"http://127.0.0.1:{port}/")


def test_a_server_that_drips_is_cut_off(site: Site) -> None:
    done = threading.Event()

    def drip(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Type", "text/plain")
        request.end_headers()
        while not done.wait(0.02):
            request.wfile.write(b"x")

    site.replies["/a"] = drip
    try:
        with pytest.raises(FetchError, match=r"took longer than 0\.3 seconds"):
            network.get(site.root + "/a", limit=1000, allow_private=True, seconds=0.3)
    finally:
        done.set()
