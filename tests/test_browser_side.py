"""The panel beside the map in a real browser: the list of what is in view, and the evidence of one event."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Locator, Page, Request, Route, expect

from domain import DateRange, Event, MistakeKind, Store
from tests import browsing
from tests import web_samples as samples
from tests.browsing import PHONE, Open, Site, keep
from tests.store_samples import DAY, analysis, at, document
from tests.web_samples import MakeApp
from web.services import EXTENSION

contexts, site, visit = browsing.contexts, browsing.site, browsing.visit

CROWD = 70
SOUTH = "/#5/-40/-20"
"""A part of the map without events."""
UKRAINE = "/#5/48.5/34"


@pytest.fixture(scope="module")
def app(make_app: MakeApp, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The samples, and a crowd of events of other days around Ukraine."""
    made = make_app(tmp_path_factory.mktemp("side"))
    parts = made.extensions[EXTENSION]
    for number in range(CROWD):
        told = document(number)
        day = DAY - timedelta(days=400 + 10 * number)
        spot = {"lat": 47 + number % 10 / 4, "lon": 30 + number % 7}
        shelled = at(told, f"{number}", **spot, when=DateRange(day, day, 1), place_text=f"Village {number}")
        assert parts.store.add(analysis(told, shelled))
    made.extensions["samples"] = samples.load(parts)
    return made


@pytest.fixture(scope="module")
def served(app: Flask, serve: Callable[[Flask], str]) -> Site:
    return Site(serve(app), app.extensions["samples"])


@pytest.fixture
def store(app: Flask) -> Store:
    """The store behind the pages."""
    found: Store = app.extensions[EXTENSION].store
    return found


def rows(page: Page) -> Locator:
    return page.locator("#event-list button")


def entry(page: Page, event: Event) -> Locator:
    return page.locator(f"#event-list [data-event='{event.id}']")


def opened(page: Page, event: Event) -> Locator:
    """Open an event from the list, and return its evidence."""
    entry(page, event).click()
    box = page.locator(f"#opened[data-event='{event.id}']")
    expect(box).to_be_visible()
    return box


# --------------------------------------------------------------------------- the list


def test_the_list_is_sorted_as_chosen_and_the_link_keeps_it(visit: Open, site: Site) -> None:
    page = visit(UKRAINE)
    expect(rows(page).first).to_contain_text("Odesa")
    page.get_by_label("Order of the list").select_option("deadliest")
    expect(rows(page).first).to_have_attribute("data-event", site.events["clash"].id)
    expect(rows(page).first).to_contain_text("5 killed")
    assert "order=deadliest" in page.url
    page.reload()
    expect(page.get_by_label("Order of the list")).to_have_value("deadliest")
    expect(rows(page).first).to_have_attribute("data-event", site.events["clash"].id)
    keep(page, "side-list")


def test_the_rest_of_the_list_comes_as_one_scrolls(visit: Open) -> None:
    page = visit(UKRAINE)
    expect(rows(page)).to_have_count(50)
    total = int(page.locator("#in-view").inner_text())
    assert total > CROWD
    rows(page).last.scroll_into_view_if_needed()
    expect(rows(page)).to_have_count(total)
    expect(page.locator("#list-more")).to_be_hidden()
    assert len(set(rows(page).evaluate_all("rows => rows.map(row => row.dataset.event)"))) == total


def test_the_list_follows_the_map(visit: Open) -> None:
    page = visit(UKRAINE)
    before = int(page.locator("#in-view").inner_text())
    page.locator(".folium-map").focus()
    page.keyboard.press("+")
    expect(page.locator("#in-view")).not_to_have_text(str(before))
    assert int(page.locator("#in-view").inner_text()) < before


def test_arrow_keys_walk_the_list_and_enter_opens(visit: Open) -> None:
    page = visit(UKRAINE)
    rows(page).first.focus()
    for _ in range(3):
        page.keyboard.press("ArrowDown")
    expect(rows(page).nth(3)).to_be_focused()
    assert page.locator("#event-list button[tabindex='0']").count() == 1
    page.keyboard.press("End")
    expect(rows(page).nth(49)).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(rows(page).nth(50)).to_be_focused()
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    expect(page.locator("#opened h2")).to_be_focused()


def test_what_is_not_placed_has_a_list_of_its_own(visit: Open) -> None:
    page = visit(UKRAINE + "&list=unplaced")
    expect(page.locator("#side-title")).to_have_text("Events that are not placed")
    expect(rows(page)).to_have_count(len(samples.UNPLACED))
    expect(page.locator("#event-list")).to_contain_text(samples.HOSTILE_NAME)
    page.get_by_role("button", name="All events in view").click()
    expect(page.locator("#side-title")).to_have_text("Events in view")
    expect(rows(page)).to_have_count(50)


def test_what_stands_at_one_spot_can_be_listed_alone(visit: Open, site: Site) -> None:
    clash = site.events["clash"]
    assert clash.lat is not None and clash.lon is not None
    sides = (clash.lon - 1e-4, clash.lat - 1e-4, clash.lon + 1e-4, clash.lat + 1e-4)
    page = visit(f"{UKRAINE}&spot={','.join(f'{side:.5f}' for side in sides)}")
    expect(page.locator("#side-title")).to_have_text("Events at Pokrovsk")
    expect(page.locator("#in-view")).to_have_text("2")
    expect(entry(page, clash)).to_be_visible()
    expect(entry(page, site.events["near"])).to_be_visible()


def test_an_empty_part_of_the_map_says_what_is_elsewhere(visit: Open) -> None:
    page = visit(SOUTH)
    note = page.locator("#list-note")
    expect(note).to_contain_text("None in this part of the map.")
    note.get_by_role("button", name="elsewhere").click()
    expect(rows(page).first).to_be_visible()
    assert int(page.locator("#in-view").inner_text()) >= CROWD


def test_an_empty_answer_offers_what_to_widen(visit: Open) -> None:
    page = visit("/?type=Protests&fatalities=5#5/48.5/34")
    page.locator("#list-note").get_by_role("button", name="the event type").click()
    expect(rows(page)).to_have_count(1)
    assert "type=" not in page.url and "fatalities=5" in page.url


# --------------------------------------------------------------------------- the evidence


def test_an_event_opens_in_place_of_the_list_with_one_request(visit: Open, site: Site) -> None:
    page = visit(UKRAINE)
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request))
    box = opened(page, site.events["clash"])
    for words in (
        "Reported: Armed clash",
        "named place",
        "10 Jan 2025",
        "5 killed",
        "Rain fell all week.",
        "Trains still ran.",
    ):
        expect(box).to_contain_text(words)
    expect(box.locator("mark.trigger")).to_have_text("clashed")
    expect(box.locator("mark.place")).to_have_text("Pokrovsk")
    expect(box.locator("ol.rivals li")).to_have_count(3)
    expect(box.locator("ol.rivals .chosen")).to_contain_text("Pokrovsk")
    expect(box.locator(".rival-map .rival-dot")).to_have_count(3)
    expect(page.locator("#side-list")).to_be_hidden()
    assert len([request for request in asked if "/evidence.json" in request.url]) == 1
    keep(page, "side-evidence")


@pytest.mark.parametrize("way", ["escape", "button", "back"])
def test_closing_leads_back_to_where_one_was(visit: Open, way: str) -> None:
    page = visit(UKRAINE)
    expect(rows(page)).to_have_count(50)
    row = rows(page).nth(40)
    row.scroll_into_view_if_needed()
    place = page.locator("#events").evaluate("panel => panel.scrollTop")
    assert place > 0
    row.click()
    expect(page.locator("#opened h2")).to_be_focused()
    assert "event=" in page.url
    if way == "escape":
        page.keyboard.press("Escape")
    elif way == "button":
        page.get_by_role("button", name="Back to the list").click()
    else:
        page.go_back()
    expect(row).to_be_focused()
    assert "event=" not in page.url
    assert page.locator("#events").evaluate("panel => panel.scrollTop") == pytest.approx(place, abs=2)


def test_a_link_opens_the_event(visit: Open, site: Site) -> None:
    page = visit(f"/#event={site.events['clash'].id}")
    expect(page.locator("#opened")).to_contain_text("Reported: Armed clash")
    expect(page.locator("#side-title")).to_have_text("Evidence")


def test_what_could_not_be_loaded_can_be_tried_again(visit: Open, site: Site) -> None:
    page = visit(UKRAINE)
    failures = iter([True])

    def fail_once(route: Route) -> None:
        if next(failures, False):
            route.fulfill(status=503, json={"detail": "the store is being moved"})
        else:
            route.continue_()

    page.route("**/evidence.json*", fail_once)
    entry(page, site.events["clash"]).click()
    expect(page.locator("#opened [role=alert]")).to_contain_text("the store is being moved")
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("#opened")).to_contain_text("Reported: Armed clash")
    assert len(site.complaints) == 1 and "503" in site.complaints.pop()


def test_hostile_text_is_only_ever_text(visit: Open, site: Site) -> None:
    page = visit(UKRAINE)
    box = opened(page, site.events["hostile"])
    for hostile in (
        "<script>alert(1)</script> ${alert(2)} `alert(3)`",
        samples.HOSTILE_TITLE,
        samples.HOSTILE_SOURCE,
    ):
        expect(box).to_contain_text(hostile)
    expect(box).to_contain_text(samples.HOSTILE_URL)
    assert box.locator("a[href^=javascript], img, script").count() == 0


def test_the_link_of_an_event_is_copied_or_shown(visit: Open, site: Site) -> None:
    page = visit(UKRAINE)
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    box = opened(page, site.events["clash"])
    box.get_by_role("button", name="Copy link").click()
    expect(box.get_by_label("Link to this event")).to_have_value(
        f"{site.url}/events/{site.events['clash'].id}"
    )


# --------------------------------------------------------------------------- mistakes


def test_a_mistake_is_reported_without_leaving_the_map(visit: Open, site: Site, store: Store) -> None:
    page = visit(UKRAINE)
    box = opened(page, site.events["strike"])
    box.get_by_text("Report a mistake").click()
    box.get_by_label("What is wrong?").select_option("stance")
    box.get_by_label("What would be right").fill("Odesa's mayor denied it.")
    keep(page, "side-mistake")
    box.get_by_role("button", name="Send").click()
    expect(box.get_by_role("status")).to_contain_text("Thank you.")
    expect(box.get_by_role("status")).to_be_focused()
    (kept,) = store.mistakes.list()
    assert (kept.mistake.event_id, kept.mistake.kind, kept.mistake.note) == (
        site.events["strike"].id,
        MistakeKind.STANCE,
        "Odesa's mayor denied it.",
    )


def test_a_mistake_that_is_not_kept_says_why(visit: Open, site: Site) -> None:
    page = visit(UKRAINE)
    box = opened(page, site.events["near"])
    page.route("**/mistakes", lambda route: route.fulfill(status=409, json={"detail": "there is no room"}))
    box.get_by_text("Report a mistake").click()
    box.get_by_label("What is wrong?").select_option("double")
    box.get_by_role("button", name="Send").click()
    expect(box.get_by_role("alert")).to_contain_text("there is no room")
    expect(box.get_by_label("What is wrong?")).to_have_value("double")
    assert len(site.complaints) == 1 and "409" in site.complaints.pop()


# --------------------------------------------------------------------------- phone, dark


def test_on_a_phone_the_evidence_is_in_the_drawer(visit: Open, site: Site) -> None:
    page = visit(UKRAINE, size=PHONE, has_touch=True, color_scheme="dark")
    page.locator("#events > summary").tap()
    entry(page, site.events["clash"]).tap()
    box = page.locator("#opened")
    expect(box.get_by_role("heading", name="Reported: Armed clash")).to_be_visible()
    box.locator("ol.rivals").scroll_into_view_if_needed()
    keep(page, "side-phone-dark")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert box.evaluate("box => box.scrollWidth <= box.clientWidth")
    page.get_by_role("button", name="Back to the list").tap()
    expect(entry(page, site.events["clash"])).to_be_visible()
