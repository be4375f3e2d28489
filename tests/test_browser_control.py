"""Who holds what, and the time bar, in a real browser. What the browser complains of fails the test."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Page, Route, expect

from tests import browsing
from tests import small_war as samples
from tests.browsing import PHONE, READY, Open, Site
from tests.web_samples import MakeApp
from web.services import EXTENSION

contexts, site, visit = browsing.contexts, browsing.site, browsing.visit

CLOSE = "#8/48.2/37.4"
HELD = ".leaflet-control-pane path.held"


@pytest.fixture(scope="module")
def served(
    make_app: MakeApp, serve: Callable[[Flask], str], tmp_path_factory: pytest.TempPathFactory
) -> Site:
    folder = tmp_path_factory.mktemp("war")
    app = make_app(folder, SITMAP_CONTROL=samples.table(folder))
    return Site(serve(app), samples.load(app.extensions[EXTENSION]))


def window(page: Page) -> tuple[str, str]:
    """Return the window in the page's address."""
    query = parse_qs(urlsplit(page.url).query)
    return query.get("start", [""])[0], query.get("end", [""])[0]


def shape_of(page: Page, party: int) -> str | None:
    """Return the outline of a party's ground as it is drawn."""
    return page.locator(f"{HELD}.party-{party}").first.get_attribute("d")


def show_change(page: Page) -> None:
    page.locator(".leaflet-control-layers").hover()
    page.get_by_label("Change in the window").check()
    page.mouse.move(0, 0)


# --------------------------------------------------------------------------- what is drawn


def test_areas_contested_ground_and_line_are_drawn(visit: Open) -> None:
    page = visit(f"/{CLOSE}")
    expect(page.locator(HELD)).to_have_count(2)
    for layer in ("control-pane path.contested", "front-pane path.front", "front-pane path.front-casing"):
        expect(page.locator(f".leaflet-{layer}")).to_have_count(1)
    expect(page.locator(".holder")).to_have_count(2)
    expect(page.locator(".holder span", has_text="Russia")).to_be_visible()
    expect(page.locator(".leaflet-control-attribution")).to_contain_text("OpenStreetMap contributors (ODbL)")


def test_parties_differ_by_more_than_their_colour(visit: Open) -> None:
    page = visit(f"/{CLOSE}")
    look = "areas => areas.map(area => [getComputedStyle(area).fill, getComputedStyle(area).strokeDasharray])"
    (one, edge), (other, other_edge) = page.locator(HELD).evaluate_all(look)
    assert one != other and edge != other_edge


def test_the_legend_says_what_the_ground_is_drawn_from(visit: Open) -> None:
    page = visit("/?start=2024-12-01&end=2025-01-11" + CLOSE)
    page.locator("#legend summary").click()
    said = "Control on 11 Jan 2025, drawn from Example Maps’s map of 10 Jan 2025"
    expect(page.locator("#control-words")).to_contain_text(said)
    expect(page.locator("#party-legend li")).to_have_count(2)
    expect(page.locator("#party-legend")).to_contain_text(re.compile(r"Russia: [\d,]+ km² drawn as held"))
    for words in ("contested", "front line between parties"):
        expect(page.locator("#legend").get_by_text(words).first).to_be_visible()
    changed = page.locator("#legend").get_by_text("changed hands in the window")
    expect(changed).to_be_hidden()
    show_change(page)
    expect(changed).to_be_visible()


def test_change_is_shown_when_asked_for_and_leads_to_its_event(visit: Open, site: Site) -> None:
    page = visit("/?start=2024-12-01&end=2025-01-20" + CLOSE)
    expect(page.locator("path.change")).to_have_count(0)
    show_change(page)
    expect(page.locator("path.change")).to_have_count(1)
    assert page.locator("path.change").get_attribute("fill") == "url(#hatch-gain-0)"
    for mark in page.locator("path.turned").all():
        mark.dispatch_event("click")
        if page.locator(".popup", has_text="Pokrovsk").count():
            break
    told = page.locator(".popup", has_text="Pokrovsk")
    expect(told).to_contain_text("Claimed by Russia since 15 Jan 2025")
    told.get_by_role("button", name="The event that says so").click()
    expect(page.locator("#opened h2")).to_be_visible()
    assert f"event={site.events['Pokrovsk'].id}" in page.url


def test_close_up_the_lines_are_the_exact_ones(visit: Open) -> None:
    page = visit("/#10/48.2/37.4")
    with page.expect_request(lambda request: "/control.geojson?properties=&" in request.url):
        page.get_by_role("button", name="Zoom in").click()
    page.wait_for_url(re.compile("#11/"))
    with page.expect_request(lambda request: "/control.geojson?properties=slim&" in request.url):
        page.get_by_role("button", name="Zoom out").click()


# --------------------------------------------------------------------------- the time bar


def test_the_bar_moves_events_areas_counts_list_and_address_together(visit: Open) -> None:
    page = visit(f"/{CLOSE}")
    page.evaluate("window.stayed = true")
    expect(page.locator("#event-list button")).to_have_count(2)
    ground = shape_of(page, 0)
    page.get_by_label("Last day").fill(str(days_since_1970("2025-01-06")))
    page.wait_for_url(re.compile("end=2025-01-06"))
    expect(page.locator("#event-list button")).to_have_count(1)
    expect(page.locator("#counts")).to_contain_text(re.compile(r"1 shown\s+\+ 0 filtered out"))
    expect(page.locator("#counts")).to_contain_text("= 1 event in this window")
    expect(page.locator(".choice", has_text="Battles").first.locator(".count")).to_have_text("1")
    expect(page.locator("#control-words")).to_contain_text("Control on 6 Jan 2025")
    assert shape_of(page, 0) != ground
    assert window(page) == ("2024-12-01", "2025-01-06")
    assert page.locator("#filter-form [name=end]").input_value() == "2025-01-06"
    assert urlsplit(page.url).fragment.startswith("8/48.2")
    assert page.evaluate("window.stayed")


def days_since_1970(day: str) -> int:
    """Return what a thumb of the bar holds for a day."""
    return (date.fromisoformat(day) - date(1970, 1, 1)).days


def test_a_link_shows_the_window_that_it_holds(visit: Open) -> None:
    page = visit("/?start=2025-01-01&end=2025-01-07" + CLOSE)
    expect(page.locator("#timebar output")).to_have_text("1 – 7 Jan 2025")
    expect(page.get_by_role("button", name="7 d")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_label("First day")).to_have_attribute("aria-valuetext", "1 Jan 2025")


def test_keys_and_presets_move_the_window(visit: Open) -> None:
    page = visit(f"/{CLOSE}")
    expect(page.get_by_role("button", name="The window before")).to_be_disabled()
    page.get_by_role("button", name="7 d").click()
    page.wait_for_url(re.compile("start=2025-01-09&end=2025-01-15"))
    page.get_by_role("button", name="7 d").press("ArrowLeft")
    page.wait_for_url(re.compile("start=2025-01-02&end=2025-01-08"))
    expect(page.locator("#event-list button")).to_have_count(1)
    page.get_by_role("button", name="The window after").click()
    page.wait_for_url(re.compile("start=2025-01-09&end=2025-01-15"))
    page.get_by_label("First day").press("ArrowRight")
    page.wait_for_url(re.compile("start=2025-01-10&end=2025-01-15"))
    page.get_by_role("button", name="all").click()
    expect(page.locator("#timebar output")).to_have_text("all days")
    page.wait_for_url(re.compile(r"/#8/"))
    expect(page.locator("#event-list button")).to_have_count(2)


def test_keys_of_the_map_and_of_fields_stay_theirs(visit: Open) -> None:
    page = visit("/?start=2025-01-01&end=2025-01-07" + CLOSE)
    page.locator("#search").press("ArrowLeft")
    page.locator(".folium-map").press("ArrowLeft")
    page.wait_for_url(re.compile(r"#8/48\.\d+/36\.\d+$"))
    assert window(page) == ("2025-01-01", "2025-01-07")


def test_an_answer_that_is_late_does_not_overwrite_a_newer_one(visit: Open) -> None:
    page = visit(f"/{CLOSE}")
    held: list[Route] = []
    page.route("**/clusters.geojson?*end=2025-01-06*", lambda route: held.append(route))
    page.get_by_label("Last day").fill(str(days_since_1970("2025-01-06")))
    page.wait_for_url(re.compile("end=2025-01-06"))
    page.get_by_label("Last day").fill(str(days_since_1970("2025-01-04")))
    expect(page.locator("#event-list button")).to_have_count(0)
    expect(page.locator("#control-words")).to_contain_text("Control on 4 Jan 2025")
    assert len(held) == 1
    expect(page.locator("#trouble")).to_be_hidden()
    expect(page.locator("#busy")).to_be_hidden()


def test_without_areas_the_events_are_there_and_what_failed_is_said(visit: Open, site: Site) -> None:
    page = visit("/near", ready=False)
    failing = True

    def answer(route: Route) -> None:
        if failing:
            route.fulfill(status=503, json={"detail": "no outlines of countries"})
        else:
            route.continue_()

    page.route("**/control.geojson*", answer)
    page.goto(f"/{CLOSE}")
    page.wait_for_selector(READY)
    expect(page.locator("#event-list button")).to_have_count(2)
    said = "Who holds what could not be loaded: no outlines of countries"
    expect(page.locator("#trouble")).to_contain_text(said)
    failing = False
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(HELD)).to_have_count(2)
    expect(page.locator("#trouble")).to_be_hidden()
    assert all("503" in complaint for complaint in site.complaints)
    site.complaints.clear()


def test_the_bar_fits_a_phone(visit: Open) -> None:
    page = visit(f"/{CLOSE}", size=PHONE)
    bar = page.locator("#timebar").bounding_box()
    assert bar is not None and bar["width"] <= PHONE["width"] and bar["height"] <= 100
    for button in page.locator("#timebar button").all():
        box = button.bounding_box()
        assert (
            box is not None and bar["y"] <= box["y"] and box["y"] + box["height"] <= bar["y"] + bar["height"]
        )
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


# --------------------------------------------------------------------------- the page


def test_the_page_shows_chart_map_and_tables(visit: Open) -> None:
    page = visit("/control?source=Example+Maps")
    expect(page.get_by_role("heading", name="Who holds what")).to_be_visible()
    expect(page.locator(HELD)).to_have_count(2)
    expect(page.get_by_role("img", name=re.compile("Russia: .* on 1 Dec 2024"))).to_be_visible()
    expect(page.locator("#held")).to_be_hidden()
    page.get_by_text("The same in numbers").click()
    expect(page.locator("#held")).to_be_visible()
    page.get_by_role("link", name="Control", exact=True).click()
    expect(page.get_by_role("link", name="Control", exact=True)).to_have_attribute("aria-current", "page")


def test_the_page_works_without_scripts_and_on_a_phone(visit: Open) -> None:
    page = visit("/control", ready=False, java_script_enabled=False, size=PHONE)
    expect(page.get_by_role("table").first).to_be_visible()
    page.locator("#from").fill("2024-12-01")
    page.locator("#to").fill("2025-01-11")
    page.locator("form", has=page.locator("#from")).get_by_role("button").click()
    expect(page.locator("main")).to_contain_text(re.compile(r"Ukraine → Russia: 1,\d{3} km²"))
