"""Themes and outlines in a real browser: as the system or the reader wants them, as fine as they are seen."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, Route, expect

from tests import browsing
from tests import small_war as samples
from tests.browsing import PHONE, Open, Site
from tests.web_samples import MakeApp
from web.services import EXTENSION

contexts, site, visit = browsing.contexts, browsing.site, browsing.visit

LIGHT, DARK = "rgb(247, 247, 245)", "rgb(21, 24, 27)"
"""The grounds of the pages."""


@pytest.fixture(scope="module")
def served(
    make_app: MakeApp, serve: Callable[[Flask], str], tmp_path_factory: pytest.TempPathFactory
) -> Site:
    folder = tmp_path_factory.mktemp("war")
    app = make_app(folder, SITMAP_CONTROL=samples.table(folder))
    return Site(serve(app), samples.load(app.extensions[EXTENSION]))


def choose(page: Page, theme: str) -> None:
    page.get_by_role("button", name="Settings").click()
    page.get_by_role("radio", name=theme).check()
    page.keyboard.press("Escape")
    expect(page.locator("#settings")).to_be_hidden()


def colours_of_bars(page: Page) -> str:
    """Return what the time bar's canvas shows, once it has been painted."""
    page.wait_for_function("() => document.querySelector('.track canvas').width > 300")
    return str(page.evaluate("document.querySelector('.track canvas').toDataURL()"))


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
@pytest.mark.parametrize(("scheme", "ground"), [("light", LIGHT), ("dark", DARK)], ids=["light", "dark"])
def test_pages_follow_the_system(visit: Open, scheme: str, ground: str, scripts: bool) -> None:
    page = visit("/data", color_scheme=scheme, java_script_enabled=scripts)
    expect(page.locator("body")).to_have_css("background-color", ground)


def test_a_chosen_theme_goes_before_the_systems_and_stays(visit: Open) -> None:
    page = visit("/", color_scheme="light")
    light = colours_of_bars(page)
    choose(page, "dark")
    expect(page.locator("body")).to_have_css("background-color", DARK)
    expect(page.locator("path.land").first).to_have_css("fill", "rgb(34, 39, 43)")
    page.wait_for_function(
        "before => document.querySelector('.track canvas').toDataURL() !== before", arg=light
    )
    browsing.keep(page, "theme-dark")
    page.goto("/data")
    expect(page.locator("body")).to_have_css("background-color", DARK)
    expect(page.get_by_role("radio", name="dark", include_hidden=True)).to_be_checked()
    choose(page, "as the system")
    expect(page.locator("body")).to_have_css("background-color", LIGHT)
    page.emulate_media(color_scheme="dark")
    expect(page.locator("body")).to_have_css("background-color", DARK)


def test_the_menu_fits_a_phone(visit: Open) -> None:
    page = visit("/", size=PHONE)
    page.get_by_role("button", name="Settings").click()
    box = page.locator("#settings").bounding_box()
    assert box is not None and box["x"] >= 0 and box["x"] + box["width"] <= PHONE["width"]
    browsing.keep(page, "settings-phone")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_countries_are_named_in_the_readers_language(visit: Open) -> None:
    page = visit("/?lang=uk#5/48/33")
    expect(page.locator(".name span", has_text="Україна")).to_be_visible()
    page = visit("/?lang=en#5/48/33")
    expect(page.locator(".name span", has_text="Ukraine").first).to_be_visible()


def test_outlines_become_finer_where_the_reader_comes_close(visit: Open) -> None:
    drawn = """() => [...document.querySelectorAll("path.land")]
        .reduce((sum, path) => sum + path.getAttribute("d").length, 0)"""
    page = visit("/data")
    held: list[Route] = []
    page.route("**/basemap.json?*detail=fine*", lambda route: held.append(route))
    page.goto("/#6/45/35")
    page.wait_for_function(f"() => ({drawn})() > 0")
    assert held == []
    with page.expect_request(re.compile("detail=fine")):
        page.get_by_role("button", name="Zoom in").click()
    coarse = page.evaluate(drawn)
    assert coarse > 0 and len(held) == 1
    held[0].continue_()
    page.wait_for_function(f"before => ({drawn})() > 1.3 * before", arg=coarse)
