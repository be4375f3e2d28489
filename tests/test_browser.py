"""The pages in a real browser: Debian's Chromium, driven by Playwright.

Every test ends with a look at what the browser complained of: dialogs, errors in the console (that
is where it reports breaches of the policy, too) and requests to any other host fail the test.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from domain import Event
from tests import browsing
from tests import web_samples as samples
from tests.browsing import DESK, PHONE, READY, Open, Site
from tests.test_web import REPORT
from tests.web_samples import MakeApp
from web.services import EXTENSION

contexts, site, visit = browsing.contexts, browsing.site, browsing.visit


@pytest.fixture(scope="module")
def served(
    make_app: MakeApp, serve: Callable[[Flask], str], tmp_path_factory: pytest.TempPathFactory
) -> Site:
    app = make_app(tmp_path_factory.mktemp("served"))
    return Site(serve(app), samples.load(app.extensions[EXTENSION]))


def opened(page: Page, event: Event) -> Any:
    """Open an event from the list and return its evidence."""
    page.locator(f"[data-event='{event.id}']").first.click()
    box = page.locator("#opened")
    expect(box.get_by_role("link", name="Its own page")).to_be_visible()
    return box


# --------------------------------------------------------------------------- regions


def test_regions_are_shaded_by_what_the_table_says(visit: Open, site: Site) -> None:
    page = visit("/regions?level=admin1&measure=count&start=2025-01-01")
    rows = page.locator(".regions tbody tr")
    expect(page.locator("path.step")).to_have_count(rows.count())
    assert page.locator("path.step-0").count() == 0
    steps = page.locator("#legend .step").evaluate_all(
        "steps => new Set(steps.map(step => step.className.baseVal)).size"
    )
    assert steps == page.locator("#legend li").count()
    page.locator("path.step-1").first.click()
    expect(page.locator(".leaflet-popup")).to_contain_text("1 event")
    page.get_by_role("link", name="What happened there").click()
    page.wait_for_selector(READY)
    expect(page.locator("path.boundary")).to_have_count(1)
    expect(page.get_by_label("From")).to_have_value("2025-01-01")


def test_the_table_of_regions_is_a_drawer_on_a_phone(visit: Open) -> None:
    page = visit("/regions", size=PHONE)
    row = page.locator(".regions tbody tr").first
    expect(row).to_be_hidden()
    page.locator("#table > summary").click()
    expect(row).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_the_regions_without_scripts_are_a_table(visit: Open, size: dict[str, int]) -> None:
    page = visit("/regions?measure=fatalities", size=size, ready=False, java_script_enabled=False)
    expect(page.locator(".regions tbody tr").first).to_be_visible()
    page.get_by_role("link", name="Region", exact=True).click()
    expect(page.locator("th[aria-sort=ascending]")).to_have_text("Region")


# --------------------------------------------------------------------------- the map's parts together


def test_the_list_leads_to_an_events_evidence_and_its_page(visit: Open, site: Site) -> None:
    page = visit("/")
    box = opened(page, site.events["clash"])
    for words in ("Reported: Armed clash", "Pokrovsk, Donetsk", "10 Jan 2025", "5 killed", "Sample Wire"):
        expect(box).to_contain_text(words)
    expect(box.locator("mark.trigger")).to_have_text("clashed")
    expect(box.locator("mark.place").first).to_have_text("Pokrovsk")
    box.get_by_role("link", name="Its own page").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Reported: Armed clash")


def test_the_list_is_the_keyboards_way_to_an_event(visit: Open, site: Site) -> None:
    page = visit("/")
    first = page.locator("#event-list button").first
    first.focus()
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    expect(page.locator("#opened h2")).to_contain_text("Peaceful protest")
    page.keyboard.press("Escape")
    expect(page.locator("#opened")).to_be_hidden()
    expect(page.locator(f"button[data-event='{site.events['undated'].id}']")).to_be_focused()


def test_a_filter_changes_map_list_and_counts_alike(visit: Open) -> None:
    page = visit("/")
    page.get_by_role("checkbox", name="Protests").check()
    page.wait_for_url("**/?*type=Protests*")
    others = len(samples.TOLD) - 1
    expect(page.locator("#counts")).to_contain_text(re.compile(rf"1 shown\s+\+ {others} filtered out"))
    expect(page.locator("#event-list button")).to_have_count(1)
    expect(page.locator(".mark")).to_have_count(1)
    page.go_back()


def test_a_filter_keeps_the_view_and_a_link_shares_it(visit: Open) -> None:
    page = visit("/#7/48.2/37.2")
    page.get_by_role("checkbox", name="Riots").check()
    page.wait_for_url(re.compile("type=Riots.*#7/48.2"))
    expect(page.locator("#list-note")).to_contain_text("passes all filters")
    expect(page.locator(".mark")).to_have_count(0)


# --------------------------------------------------------------------------- the other pages


def test_an_event_page_draws_its_place(visit: Open, site: Site) -> None:
    page = visit(f"/events/{site.events['clash'].id}")
    expect(page.locator(".mark")).to_have_count(1)
    expect(page.locator(".rivals .chosen")).to_contain_text("Pokrovsk, Donetsk, UA")
    assert page.locator(".rivals tbody tr").count() == 3


@pytest.mark.parametrize(("name", "drawn"), [("near", "path.disc"), ("region", "path.region-only")])
def test_an_event_page_draws_the_doubt(visit: Open, site: Site, name: str, drawn: str) -> None:
    page = visit(f"/events/{site.events[name].id}")
    expect(page.locator(drawn)).to_have_count(1)


def test_a_report_goes_from_the_form_to_the_map(
    browser: Browser,
    make_app: MakeApp,
    serve: Callable[[Flask], str],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    site = Site(serve(make_app(tmp_path_factory.mktemp("form"))), {})
    page = browser.new_page(base_url=site.url, reduced_motion="reduce")
    site.watch(page)
    page.goto("/")
    page.get_by_role("link", name="Add report").click()
    page.get_by_label("Text of the report").fill(REPORT)
    page.get_by_label("Published on").fill("2025-01-31")
    page.get_by_label("Title").fill("A village changes hands")
    page.get_by_role("button", name="Read it").click()
    expect(page.locator("#summary")).to_contain_text("1 read = 1 mapped")
    page.locator(".report a").first.click()
    expect(page.locator(".evidence")).to_contain_text("A village changes hands")
    expect(page.locator(".evidence mark.trigger")).to_have_text("captured")
    page.get_by_role("link", name="Map", exact=True).click()
    page.wait_for_selector(READY)
    expect(page.locator("#event-list button")).to_contain_text(["Novovasylivka"])
    expect(page.locator(".mark")).to_have_count(1)
    page.close()
    assert site.complaints == []


# --------------------------------------------------------------------------- hostile text


def test_hostile_text_is_only_ever_text(visit: Open, site: Site) -> None:
    page = visit("/?stance=all#&list=unplaced")
    expect(page.locator("#event-list")).to_contain_text(samples.HOSTILE_NAME)
    page = visit("/?stance=all")
    box = opened(page, site.events["hostile"])
    for hostile in ("<script>alert(1)</script> ${alert(2)} `alert(3)`", samples.HOSTILE_SOURCE):
        expect(box).to_contain_text(hostile)
    expect(box).to_contain_text(samples.HOSTILE_URL)
    assert box.locator("a[href^=javascript]").count() == 0
    for mark in page.locator(".mark[title]").all():
        mark.hover(force=True)
    regions = page.locator("path.region")
    for region in regions.all():
        region.dispatch_event("mouseover")
    expect(page.locator(".leaflet-tooltip")).to_have_count(regions.count())

    for name in ("hostile", "hostile place"):
        page = visit(f"/events/{site.events[name].id}")
        expect(page.locator(".evidence")).to_contain_text(samples.HOSTILE_TITLE)
        assert page.locator("main img, main iframe, main a[href^=javascript]").count() == 0
    page = visit("/near?place=Odesa&km=5")
    expect(page.locator("ol.hits").first).to_contain_text(samples.HOSTILE_SOURCE)
    visit("/data")
    page = visit("/near?place=%3Cscript%3Ealert(20)%3C/script%3E")
    expect(page.locator(".complaint").first).to_contain_text("<script>alert(20)</script>")
    assert "422" in site.complaints.pop()


# --------------------------------------------------------------------------- themes and widths


def test_the_dark_theme_follows_the_system(visit: Open) -> None:
    page = visit("/", color_scheme="dark")
    expect(page.locator("body")).to_have_css("background-color", "rgb(21, 24, 27)")
    expect(page.locator(".brand")).to_have_css("color", "rgb(228, 231, 233)")
    expect(page.locator(".folium-map")).to_have_css("background-color", "rgb(26, 33, 38)")
    expect(page.locator("path.land").first).to_have_css("fill", "rgb(34, 39, 43)")
    assert len(page.screenshot()) > 20_000


@pytest.mark.parametrize("address", ["/", "/near?place=Pokrovsk", "/data", "/ingest", "event"])
def test_no_page_is_wider_than_a_phone(visit: Open, site: Site, address: str) -> None:
    page = visit(f"/events/{site.events['hostile'].id}" if address == "event" else address, size=PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_every_field_has_a_label(visit: Open) -> None:
    for address in ("/", "/near", "/ingest"):
        unlabelled = visit(address).evaluate(
            """() => [...document.querySelectorAll('input:not([type=hidden]), select, textarea')]
                .filter(field => !field.labels.length && !field.getAttribute('aria-label'))
                .map(field => field.outerHTML)"""
        )
        assert unlabelled == []
