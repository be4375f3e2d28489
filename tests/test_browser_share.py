"""Sharing a view: its link, its frame in another site, its files, its picture, and paper."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests import browsing
from tests import web_samples as samples
from tests.browsing import PHONE, READY, Open, Site, keep
from tests.web_samples import MakeApp
from web.services import EXTENSION

contexts, site, visit = browsing.contexts, browsing.site, browsing.visit

BATTLES = "/?type=Battles&start=2025-01-01#7/48.3000/37.2000"
COLOURS = """async (bytes) => {
  const image = await createImageBitmap(new Blob([new Uint8Array(bytes)], { type: "image/png" }));
  const canvas = new OffscreenCanvas(image.width, image.height);
  const pen = canvas.getContext("2d");
  pen.drawImage(image, 0, 0);
  const { data } = pen.getImageData(0, 0, image.width, image.height);
  const seen = new Set();
  for (let at = 0; at < data.length; at += 4) seen.add((data[at] << 16) | (data[at + 1] << 8) | data[at + 2]);
  return { width: image.width, height: image.height, seen: [...seen] };
}"""


@pytest.fixture(scope="module")
def served(
    make_app: MakeApp, serve: Callable[[Flask], str], tmp_path_factory: pytest.TempPathFactory
) -> Site:
    app = make_app(tmp_path_factory.mktemp("share"))
    return Site(serve(app), samples.load(app.extensions[EXTENSION]))


def open_menu(page: Page) -> None:
    page.locator("#share > summary").click()
    expect(page.locator(".share-menu")).to_be_visible()


def ids(page: Page, address: str) -> set[str]:
    return {feature["id"] for feature in json.loads(page.request.get(address).text())["features"]}


def test_the_link_and_the_code_lead_to_the_same_view(visit: Open) -> None:
    page = visit(BATTLES, permissions=["clipboard-read", "clipboard-write"])
    open_menu(page)
    page.get_by_role("button", name="Copy the link").click()
    expect(page.get_by_role("status").filter(has_text="The link is copied.")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == page.url
    code = page.get_by_label("To embed it in a page").input_value()
    framed = re.findall(r'src="([^"]*)"', code)[0].replace("&amp;", "&")
    here, there = urlsplit(page.url), urlsplit(framed)
    assert there.path == "/embed"
    assert (there.query, there.fragment) == (here.query, here.fragment)
    keep(page, "share")
    page.keyboard.press("Escape")
    expect(page.locator(".share-menu")).to_be_hidden()


def test_downloads_of_the_view_hold_what_the_list_has(visit: Open, site: Site) -> None:
    page = visit("/#9/48.28/37.18")
    open_menu(page)
    part, whole = (link.get_attribute("href") for link in page.get_by_role("link", name="GeoJSON").all())
    assert part and whole
    assert ids(page, part) == {site.events[name].id for name in ("clash", "near")}
    assert len(ids(page, whole)) == 8
    table = page.locator(".share-menu a[data-in-view]", has_text="Table")
    assert parse_qs(urlsplit(str(table.get_attribute("href"))).query).keys() == {"view"}
    table.click()
    expect(page.locator("tbody tr")).to_have_count(2)
    page.get_by_role("link", name="On the map").click()
    page.wait_for_selector(READY)
    assert re.search(r"#[789]/48\.2\d*/37\.1\d*", page.url)


def test_the_links_follow_the_filters(visit: Open) -> None:
    page = visit("/?type=Riots")
    open_menu(page)
    feed = page.locator(".share-menu").get_by_role("link", name="Feed")
    expect(feed).to_have_attribute("href", "/events.atom?type=Riots")


def test_the_menu_without_scripts_has_the_files(visit: Open) -> None:
    page = visit("/?type=Battles", ready=False, java_script_enabled=False)
    open_menu(page)
    expect(page.get_by_role("link", name="CSV")).to_have_attribute("href", "/events.csv?type=Battles")
    expect(page.get_by_role("button", name="Picture (PNG)")).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_picture_shows_the_map_in_the_pages_colours(visit: Open, scheme: str, tmp_path: Path) -> None:
    page = visit(BATTLES, color_scheme=scheme)
    open_menu(page)
    with page.expect_download() as saved:
        page.get_by_role("button", name="Picture (PNG)").click()
    assert re.fullmatch(r"sitmap-\d{4}-\d\d-\d\d\.png", saved.value.suggested_filename)
    saved.value.save_as(tmp_path / "view.png")
    picture = page.evaluate(COLOURS, list((tmp_path / "view.png").read_bytes()))
    ground = page.locator(".folium-map").bounding_box()
    assert ground and picture["width"] >= 2 * ground["width"] and picture["height"] > 2 * ground["height"]
    drawn = {f"{colour:06x}" for colour in picture["seen"]}
    wanted = {"light": {"f7f7f5", "ecebe6", "d55e00"}, "dark": {"15181b", "22272b"}}[scheme]
    assert wanted <= drawn


def test_paper_has_the_sheet_and_nothing_else(visit: Open) -> None:
    page = visit(BATTLES)
    open_menu(page)
    page.evaluate("() => { window.print = () => dispatchEvent(new Event('beforeprint')); }")
    page.get_by_role("button", name="Print").click()
    sheet = page.locator("body > .picture")
    expect(sheet).to_have_count(1)
    page.emulate_media(media="print")
    expect(page.locator("#filters")).to_be_hidden()
    for words in (
        "from 1 Jan 2025 on",
        "Event type: Battles",
        "2 shown",
        "Natural Earth",
        "Dates are UTC",
        "km",
    ):
        expect(sheet).to_contain_text(words)
    expect(sheet.get_by_text("several events")).to_be_visible()
    keep(page, "paper")
    page.emulate_media(media="screen")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(sheet).to_have_count(0)


# --------------------------------------------------------------------------- in other sites


@pytest.fixture(scope="module")
def elsewhere(served: Site) -> Iterator[str]:
    """The address of a site on another port that has frames of the map, and of the whole page."""

    class Frames(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            source = f"{served.url}/embed{BATTLES.removeprefix('/')}"
            frame = f'<iframe src="{source}" width="800" height="500"></iframe>'
            whole = f'<iframe id="whole" src="{served.url}/"></iframe>' if self.path == "/whole" else ""
            body = f"<!doctype html><title>A newspaper</title>{whole or frame}".encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Frames)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_map_is_shown_in_a_frame_of_another_site(visit: Open, site: Site, elsewhere: str) -> None:
    page = visit(elsewhere, ready=False)
    # The newspaper is another host on purpose.
    site.complaints[:] = [words for words in site.complaints if elsewhere not in words]
    frame = page.frame_locator("iframe")
    expect(frame.locator(READY)).to_be_visible()
    expect(frame.locator("body")).to_contain_text("2 shown")
    expect(frame.locator("body")).to_contain_text("from 1 Jan 2025 on")
    expect(frame.locator(".mark").first).to_be_visible()
    for chrome in (".top", "#filters", "#timebar", "#events"):
        expect(frame.locator(chrome)).to_be_hidden()
    with page.context.expect_page() as opened:
        frame.get_by_role("link", name="Open in Sitmap").click()
    whole = urlsplit(opened.value.url)
    assert (whole.path, whole.fragment) == ("/", urlsplit(BATTLES).fragment)
    assert parse_qs(whole.query) == parse_qs(urlsplit(BATTLES).query)
    opened.value.close()
    keep(page, "embedded")


def test_a_frame_needs_no_cookies(visit: Open) -> None:
    page = visit("/near", ready=False)
    assert "set-cookie" not in page.request.get("/embed?type=Battles").headers
    assert "set-cookie" not in page.request.get("/counts.json?type=Battles&lang=uk").headers


def test_no_other_page_is_shown_in_a_frame_of_another_site(visit: Open, site: Site, elsewhere: str) -> None:
    page = visit(f"{elsewhere}/whole", ready=False)
    expect(page.frame_locator("#whole").locator(".folium-map")).to_have_count(0)
    assert any("frame-ancestors" in words for words in site.complaints)
    site.complaints.clear()


def test_an_embedded_map_fits_a_narrow_frame(visit: Open) -> None:
    page = visit("/embed?type=Battles#7/48.3/37.2", size={"width": 320, "height": 400})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate("document.querySelector('.folium-map').clientHeight") > 240


def test_a_right_click_offers_what_is_near(visit: Open) -> None:
    page = visit("/?type=Battles#7/48.28/37.18", size=PHONE)
    page.locator(".folium-map").click(button="right", position={"x": 195, "y": 200})
    link = page.get_by_role("link", name="What happened within 50 km")
    near = parse_qs(urlsplit(str(link.get_attribute("href"))).query)
    assert near["type"] == ["Battles"] and near["km"] == ["50"]
    page.get_by_role("button", name="Show only what may lie within 50 km").click()
    assert parse_qs(urlsplit(page.url).query)["around"] == [f"{near['lat'][0]},{near['lon'][0]},50"]
