"""The page of what happened near a place, and the table, as people use them: mouse, touch size, keyboard."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests import browsing
from tests import web_samples as samples
from tests.browsing import DESK, PHONE, Open, Site, keep
from tests.web_samples import MakeApp
from web.services import EXTENSION

contexts, site, visit = browsing.contexts, browsing.site, browsing.visit

RADIUS = "document.querySelector('path.radius').getBoundingClientRect().width"


@pytest.fixture(scope="module")
def served(
    make_app: MakeApp, serve: Callable[[Flask], str], tmp_path_factory: pytest.TempPathFactory
) -> Site:
    app = make_app(tmp_path_factory.mktemp("near"))
    return Site(serve(app), samples.load(app.extensions[EXTENSION]))


def asked(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def test_the_answer_splits_into_certain_and_possible(visit: Open, site: Site) -> None:
    page = visit("/near?place=Pokrovsk&km=10")
    expect(page.get_by_role("heading", name="Certainly within 10 km 1")).to_be_visible()
    expect(page.get_by_role("heading", name=re.compile("Possibly within 10 km"))).to_be_visible()
    certain, possible = page.locator(".hits").all()
    expect(certain.get_by_role("link")).to_have_attribute("href", f"/events/{site.events['clash'].id}")
    near = possible.locator(f"a[href='/events/{site.events['near'].id}']")
    expect(near).to_have_count(1)
    expect(page.locator("path.radius")).to_have_count(1)
    keep(page, "near")


def test_a_place_is_typed_and_chosen_with_the_keyboard(visit: Open) -> None:
    page = visit("/near")
    before = page.evaluate("performance.timeOrigin")
    box = page.get_by_role("combobox", name="Place", exact=True)
    box.fill("pokrovs")
    expect(page.get_by_role("option").first).to_contain_text("Pokrovsk, Donetsk, UA")
    box.press("ArrowDown")
    box.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Within 50 km of Pokrovsk, Donetsk, UA")
    expect(page).to_have_title(re.compile("Near Pokrovsk, Donetsk, UA"))
    assert asked(page)["place_id"] == ["geonames:704422"] and asked(page)["km"] == ["50"]
    assert page.evaluate("performance.timeOrigin") == before, "the page was loaded anew"


def test_a_click_on_the_map_asks_for_that_spot(visit: Open) -> None:
    page = visit("/near?place=Pokrovsk&km=50&type=Battles")
    page.locator(".folium-map").click(position={"x": 60, "y": 420})
    title = page.get_by_role("heading", level=1)
    expect(title).not_to_contain_text("Pokrovsk")
    expect(title).to_have_text(re.compile(r"^Within 50 km of \d\d\.\d{4}, \d\d\.\d{4}$"))
    assert asked(page).keys() == {"lat", "lon", "km", "type"}
    expect(page.get_by_label("Latitude")).to_have_value(asked(page)["lat"][0])
    page.reload()
    expect(title).to_contain_text(asked(page)["lat"][0])


def test_the_slider_widens_the_circle_and_the_lists(visit: Open) -> None:
    page = visit("/near?lat=48.28&lon=37.18&km=5")
    expect(page.get_by_role("heading", name="Certainly within 5.0 km")).to_be_visible()
    slider = page.get_by_role("slider", name="Radius")
    slider.focus()
    small = page.evaluate(RADIUS)
    for _ in range(20):
        slider.press("ArrowRight")
    expect(page.get_by_role("heading", name="Certainly within 17 km")).to_be_visible()
    expect(page.get_by_label("Radius in km")).to_have_value("17")
    expect(slider).to_have_attribute("aria-valuetext", "17 km")
    assert asked(page)["km"] == ["17"]
    assert small > 0


def test_what_is_wrong_is_said_where_it_was_asked(visit: Open, site: Site) -> None:
    page = visit("/near?place=Pokrovsk&km=50")
    page.get_by_role("combobox", name="Place", exact=True).fill("Nowhereville")
    page.get_by_role("button", name="Look").click()
    expect(page.locator("#answer .complaint")).to_contain_text("no place called 'Nowhereville' is known")
    expect(page.locator("path.radius")).to_have_count(0)
    assert site.complaints and all("422" in words for words in site.complaints)
    site.complaints.clear()


def test_an_empty_answer_widens(visit: Open) -> None:
    page = visit("/near?lat=41.7&lon=43.0&km=60")
    expect(page.locator("#answer")).to_contain_text("No events within 60 km.")
    page.get_by_role("link", name="1 lies within 240 km").click()
    expect(page.locator(".hits a")).to_contain_text("Peaceful protest")


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_near_works_without_scripts(visit: Open, size: dict[str, int]) -> None:
    page = visit("/near", size=size, ready=False, java_script_enabled=False)
    page.get_by_label("Place", exact=True).fill("Pokrovsk")
    page.get_by_label("Radius in km").fill("10")
    page.get_by_role("button", name="Look").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Within 10 km of Pokrovsk, Donetsk, UA")
    expect(page.locator(".hits")).to_have_count(2)
    expect(page.get_by_role("slider")).to_be_hidden()


def test_near_fits_a_phone(visit: Open) -> None:
    page = visit("/near?place=Pokrovsk&km=50", size=PHONE, color_scheme="dark")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    expect(page.locator(".near-map")).to_be_in_viewport()
    keep(page, "near-phone-dark")


# --------------------------------------------------------------------------- the table


def test_the_table_is_sorted_by_its_heads_without_scripts(visit: Open) -> None:
    page = visit("/table", ready=False, java_script_enabled=False)
    expect(page.locator("th[aria-sort=descending]")).to_have_text("Date")
    page.get_by_role("link", name="Killed").click()
    expect(page.locator("th[aria-sort=descending]")).to_have_text("Killed")
    expect(page.locator("tbody tr").first).to_contain_text("Armed clash")
    expect(page.get_by_role("table", name="8 events")).to_be_visible()
    keep(page, "table")


def test_the_table_scrolls_in_itself_on_a_phone(visit: Open) -> None:
    page = visit("/table", size=PHONE)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    keep(page, "table-phone")
