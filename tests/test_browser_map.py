"""The map in a real browser: marks, areas, regions, layers, legend, what is opened, and what goes wrong."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Page, Route, expect

from tests import browsing
from tests import web_samples as samples
from tests.browsing import PHONE, READY, Open, Site
from tests.web_samples import MakeApp
from web.services import EXTENSION

contexts, site, visit = browsing.contexts, browsing.site, browsing.visit

POKROVSK = "/#8/48.2/37.2"
IDLE = "body[data-loading=no]"


@pytest.fixture(scope="module")
def served(
    make_app: MakeApp, serve: Callable[[Flask], str], tmp_path_factory: pytest.TempPathFactory
) -> Site:
    app = make_app(tmp_path_factory.mktemp("map"))
    return Site(serve(app), samples.load(app.extensions[EXTENSION]))


def option(page: Page, name: str) -> str:
    """Return what the address says after the part of the map."""
    return parse_qs(urlsplit(page.url).fragment).get(name, [""])[0]


def sign(page: Page, title: str) -> Any:
    return page.locator(f".mark[title^='{title}']")


def switch(page: Page, layer: str) -> Any:
    """Return the box of a layer, with the control that it is in unfolded."""
    page.locator(".leaflet-control-layers").hover()
    return page.get_by_label(layer, exact=True)


# --------------------------------------------------------------------------- what is drawn


def test_marks_list_and_counts_agree_at_first_sight(visit: Open) -> None:
    page = visit("/")
    expect(page.locator("#counts")).to_contain_text(f"{len(samples.SHOWN)} shown")
    drawn = page.evaluate(
        """() => [...document.querySelectorAll('.mark')].reduce(
            (sum, mark) => sum + Number(mark.querySelector('text')?.textContent ?? 1), 0)"""
    )
    assert drawn == len(samples.SHOWN)
    listed = page.locator("#event-list button")
    expect(page.locator("#in-view")).to_have_text(str(listed.count()))
    assert len(samples.SHOWN) <= listed.count() <= len(samples.SHOWN | samples.REGION_ONLY)
    assert page.locator(".leaflet-outlines-pane path.land").count() > 200
    browsing.keep(page, "map")


def test_a_small_move_asks_for_nothing_and_moves_no_mark(visit: Open) -> None:
    page = visit(POKROVSK)
    page.locator(".mark").first.evaluate("mark => { mark.known = true; }")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(urlsplit(request.url).path))
    page.locator(".folium-map").press("ArrowRight")
    page.wait_for_url(re.compile(r"#8/48\.\d+/37\.6"))
    page.wait_for_selector(IDLE)
    assert "/clusters.geojson" not in asked and "/list.json" in asked
    assert page.locator(".mark").first.evaluate("mark => mark.known")


def test_a_cluster_opens_where_its_events_are(visit: Open) -> None:
    page = visit("/#2/47.5/34")
    cluster = page.locator(".mark[role=button]:has(.cluster)").first
    cluster.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"#(?!2/)\d+/"))
    page.wait_for_selector(IDLE)
    assert page.locator(".mark").count() >= 1


def test_events_of_one_spot_are_fanned_out_and_listed(visit: Open, site: Site) -> None:
    page = visit(POKROVSK)
    near, clash = site.events["near"], site.events["clash"]
    assert (near.lat, near.lon) == (clash.lat, clash.lon)
    page.locator(".mark:has(.cluster)").first.click()
    expect(page.locator(".mark .sign:not(.halo)")).to_have_count(1)
    expect(page.locator(".mark .sign.halo")).to_have_count(1)
    expect(page.locator("#event-list button")).to_have_count(2)
    assert option(page, "spot")
    browsing.keep(page, "map_spot")
    page.keyboard.press("Escape")
    expect(page.locator(".mark .sign")).to_have_count(0)
    assert not option(page, "spot")


def test_a_sign_opens_its_evidence_and_is_ringed(visit: Open, site: Site) -> None:
    page = visit("/#8/41.7/44.8")
    sign(page, "Peaceful protest").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#opened h2")).to_contain_text("Peaceful protest")
    expect(page.locator(".ring-mark")).to_have_count(1)
    assert option(page, "event") == site.events["undated"].id
    page.go_back()
    expect(page.locator(".ring-mark")).to_have_count(0)
    expect(page.locator("#event-list")).to_be_visible()


def test_doubt_is_drawn_as_wide_as_it_is(visit: Open, site: Site) -> None:
    page = visit(f"{POKROVSK}&event={site.events['near'].id}")
    disc = page.locator("path.disc").bounding_box()
    assert disc is not None
    # 14 km each way: 28 km at 48 degrees north and zoom 8 are 69 pixels.
    assert 60 < disc["width"] < 80


def test_a_link_to_an_event_shows_its_surroundings(visit: Open, site: Site) -> None:
    page = visit(f"/#&event={site.events['undated'].id}")
    expect(page.locator(".ring-mark")).to_be_in_viewport()
    assert re.search(r"#8/41\.\d+/44\.\d+", page.url)


def test_what_is_known_to_the_region_is_its_outline_with_a_count(visit: Open) -> None:
    page = visit("/#7/51.7/36.2")
    expect(page.locator(".region-count")).to_have_text("1")
    expect(page.locator("path.region-only")).to_have_count(1)
    in_sight = """(marks, map) => marks.map(mark => mark.getBoundingClientRect()).filter(({ x, y }) =>
        x > map.x && x < map.x + map.width && y > map.y && y < map.y + map.height).length"""
    assert page.locator(".mark").evaluate_all(in_sight, page.locator("#main").bounding_box()) == 0
    page.locator(".region-count").click()
    box = page.locator(".leaflet-popup")
    expect(box).to_contain_text("1 event known only to the region")
    box.get_by_role("button", name="List these").click()
    expect(page.locator("#event-list button")).to_have_count(1)
    assert option(page, "list") == "region" and "region=adm1" in page.url


def test_far_out_regions_are_countries_and_close_up_their_divisions(visit: Open) -> None:
    page = visit("/#4/48/37")
    expect(page.locator("path.region.country")).to_have_count(3)
    page.get_by_role("button", name="Zoom in").click()
    expect(page.locator("path.region.admin1").first).to_be_attached()
    expect(page.locator("path.region.country")).to_have_count(0)


def test_claimed_events_are_hollow(visit: Open) -> None:
    page = visit("/?type=Protests&type=Air/drone+strike#9/46.5/30.7")
    page.locator(".mark:has(.cluster)").click()
    claimed = page.locator(".mark .stance-claimed")
    expect(claimed).to_have_count(2)
    looks = claimed.evaluate_all(
        "marks => marks.map(mark => [getComputedStyle(mark).fill, getComputedStyle(mark).stroke])"
    )
    assert all(fill != stroke for fill, stroke in looks)


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        pytest.param("#40/48.2/37.2", r"#18/48\.2", id="zoom 40"),
        pytest.param("#-3/48.2/37.2", r"#2/48\.2", id="zoom below the least"),
        pytest.param("#6/48.2/397.2", r"#6/48\.[12]\d*/3[789]\.", id="another copy of the world"),
        pytest.param("#six/48/37&order=oldest", r"#\d/4\d\.", id="no numbers"),
    ],
)
def test_a_part_of_the_map_that_cannot_be_is_brought_into_range(visit: Open, asked: str, shown: str) -> None:
    page = visit(f"/{asked}")
    page.locator(".folium-map").press("ArrowRight")
    page.wait_for_url(re.compile(shown))
    expect(page.locator("#trouble")).to_be_hidden()


# --------------------------------------------------------------------------- layers and legend


def test_layers_are_switched_and_in_the_address(visit: Open) -> None:
    page = visit("/")
    switch(page, "Events").uncheck()
    expect(page.locator(".mark")).to_have_count(0)
    switch(page, "Regions by number of events").uncheck()
    expect(page.locator("path.region")).to_have_count(0)
    assert option(page, "layers") == "areas,control,contested,front"
    page.reload()
    page.wait_for_selector(READY)
    expect(page.locator(".mark, path.region")).to_have_count(0)
    switch(page, "Events").check()
    switch(page, "Regions by number of events").check()
    expect(page.locator(".mark").first).to_be_visible()
    assert not option(page, "layers")


def test_an_unknown_layer_is_left_out_and_said(visit: Open) -> None:
    page = visit("/#7/48.2/37.2&layers=events,trenches")
    expect(page.locator("#notice")).to_contain_text("There is no layer “trenches”")
    expect(page.locator(".mark").first).to_be_visible()
    expect(page.locator("path.region")).to_have_count(0)
    page.get_by_role("button", name="Close").click()
    expect(page.locator("#notice")).to_be_hidden()


def test_heat_is_where_events_are(visit: Open, site: Site) -> None:
    clash = site.events["clash"]
    page = visit(f"/#8/{clash.lat}/{clash.lon}&layers=heat")
    page.wait_for_selector(IDLE)
    weight = """canvas => {
        const { data, width } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        const alpha = (x, y) => data[4 * (Math.floor(y) * width + Math.floor(x)) + 3];
        return [alpha(canvas.width / 2, canvas.height / 2), alpha(9, 9)];
    }"""
    middle, corner = page.locator("canvas.heat").evaluate(weight)
    assert middle > 0 and corner == 0
    browsing.keep(page, "map_heat")


@pytest.mark.parametrize(
    ("address", "told", "untold"),
    [
        pytest.param(
            "/#9/41.7/44.8",
            ["Protests", "reported or confirmed", "region by number of events"],
            ["Battles", "claimed by a party", "several events", "heat map"],
            id="one event",
        ),
        pytest.param(
            "/#6/48/34&layers=events,heat",
            ["Battles", "several events", "heat map"],
            ["Protests", "region by number", "front line"],
            id="clusters and heat",
        ),
    ],
)
def test_the_legend_explains_what_is_drawn_and_only_that(
    visit: Open, address: str, told: list[str], untold: list[str]
) -> None:
    page = visit(address)
    legend = page.locator("#legend")
    expect(legend.locator("li").first).to_be_hidden()
    legend.locator("summary").click()
    for words in told:
        expect(legend.get_by_text(words)).to_be_visible()
    for words in untold:
        expect(legend.get_by_text(words)).to_be_hidden()


def test_towns_are_named_where_there_is_room(visit: Open) -> None:
    page = visit("/#9/48.2/37.2")
    expect(page.locator(".town").get_by_text("Kramatorsk", exact=True)).to_be_visible()
    for zoom in (8, 7):
        page.get_by_role("button", name="Zoom out").click()
        page.wait_for_url(re.compile(f"#{zoom}/"))
    expect(page.locator(".town")).to_have_count(0)


# --------------------------------------------------------------------------- what goes wrong


def test_what_failed_says_so_and_can_be_tried_again(visit: Open, site: Site) -> None:
    page = visit("/near", ready=False)
    failing = True

    def answer(route: Route) -> None:
        if failing:
            route.fulfill(status=503, json={"detail": "the store is being moved"})
        else:
            route.continue_()

    page.route("**/clusters.geojson*", answer)
    page.goto("/#7/48.2/37.2")
    trouble = page.locator("#trouble")
    expect(trouble).to_contain_text("The events could not be loaded: the store is being moved")
    failing = False
    trouble.get_by_role("button", name="Try again").click()
    expect(page.locator(".mark").first).to_be_visible()
    expect(trouble).to_be_hidden()
    assert len(site.complaints) == 1 and "503" in site.complaints.pop()


def test_without_a_connection_the_map_keeps_what_it_has_and_goes_on_by_itself(
    visit: Open, site: Site
) -> None:
    page = visit(POKROVSK)
    before = page.locator(".mark").count()
    page.context.set_offline(True)
    page.get_by_role("button", name="Zoom out").click()
    expect(page.locator("#trouble")).to_contain_text("there is no connection; what is shown stays")
    assert page.locator(".mark").count() == before
    page.context.set_offline(False)
    expect(page.locator("#trouble")).to_be_hidden()
    page.wait_for_selector(IDLE)
    assert all("ERR_INTERNET_DISCONNECTED" in complaint for complaint in site.complaints)
    site.complaints.clear()


def test_a_slow_answer_shows_a_bar_and_is_overtaken_by_the_next(visit: Open) -> None:
    page = visit(POKROVSK)
    held: list[Route] = []
    page.route("**/clusters.geojson*zoom=7*", lambda route: held.append(route))
    page.get_by_role("button", name="Zoom out").click()
    page.wait_for_url(re.compile("#7/"))
    expect(page.locator("#busy")).to_be_visible()
    expect(page.locator(".mark").first).to_be_visible()
    page.get_by_role("button", name="Zoom out").click()
    page.wait_for_selector(IDLE)
    expect(page.locator("#busy")).to_be_hidden()
    assert len(held) == 1


# --------------------------------------------------------------------------- a phone


def test_on_a_phone_drawers_take_a_third_then_all(visit: Open) -> None:
    page = visit("/", size=PHONE, has_touch=True)
    shape = page.locator(".map-area").bounding_box()
    assert shape is not None and shape["width"] == PHONE["width"] and shape["height"] > 500
    filters, events = page.locator("#filters .panel-body"), page.locator("#events .panel-body")
    expect(filters).to_be_hidden()
    expect(events).to_be_hidden()
    page.locator("#filters > summary").tap()
    expect(filters).to_be_visible()
    page.locator("#events > summary").tap()
    expect(filters).to_be_hidden()
    third = events.bounding_box()
    grip = page.locator("#events > .grip")
    grip.tap()
    expect(grip).to_have_attribute("aria-expanded", "true")
    whole = events.bounding_box()
    assert third is not None and whole is not None
    assert third["height"] < 0.4 * PHONE["height"] < 0.75 * PHONE["height"] < whole["height"]
    grip.dispatch_event("pointerdown", {"clientY": 200, "pointerId": 1})
    grip.dispatch_event("pointerup", {"clientY": 400, "pointerId": 1})
    expect(grip).to_have_attribute("aria-expanded", "false")
    browsing.keep(page, "map_phone")


def test_on_a_phone_the_drawer_does_not_cover_what_was_opened(visit: Open) -> None:
    page = visit("/#8/42.6/44.8", size=PHONE, has_touch=True)
    mark = sign(page, "Peaceful protest")
    before = mark.bounding_box()
    mark.tap()
    expect(page.locator("#opened h2")).to_be_visible()
    drawer = page.locator("#events .panel-body")
    expect(drawer).to_be_visible()
    ring = page.locator(".ring-mark").bounding_box()
    top = drawer.bounding_box()
    assert before is not None and ring is not None and top is not None
    assert before["y"] > top["y"] > ring["y"] + ring["height"]
    browsing.keep(page, "map_phone_opened")
