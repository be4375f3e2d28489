"""The pages in Ukrainian and Russian, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests import browsing
from tests import web_samples as samples
from tests.browsing import DESK, PHONE, Open, Site
from tests.web_samples import MakeApp
from web.services import EXTENSION

contexts, site, visit = browsing.contexts, browsing.site, browsing.visit

OURS = "header.top, #filters summary, #filters legend, #timebar, footer.foot, #events > summary"
"""What holds words of ours alone, not of the reports."""
PROPER = re.compile(r"Sitmap|GeoJSON|CSV|PNG|English|UTC|\bWire\b|Sample|Atom")


@pytest.fixture(scope="module")
def served(
    make_app: MakeApp, serve: Callable[[Flask], str], tmp_path_factory: pytest.TempPathFactory
) -> Site:
    app = make_app(tmp_path_factory.mktemp("served"))
    return Site(serve(app), samples.load(app.extensions[EXTENSION]))


def idle(page: Page) -> None:
    page.wait_for_selector("body[data-loading=no]")


@pytest.mark.parametrize(
    ("code", "size", "scheme", "counted", "kind"),
    [
        ("uk", DESK, "dark", "показано", "Збройне зіткнення"),
        ("ru", PHONE, "light", "показано", "Вооружённое столкновение"),
    ],
    ids=["Ukrainian, dark, at a desk", "Russian, light, on a phone"],
)
def test_the_map_speaks_the_readers_language(
    visit: Open, code: str, size: dict[str, int], scheme: str, counted: str, kind: str
) -> None:
    page = visit(f"/?lang={code}", size=size, color_scheme=scheme, locale=code)
    idle(page)
    assert page.locator("html").get_attribute("lang") == code
    expect(page.locator("#counts")).to_contain_text(counted)
    expect(page.locator("#event-list")).to_contain_text(kind)
    said = " ".join(page.locator(OURS).all_inner_texts())
    assert re.findall(r"[A-Za-z]{3,}", PROPER.sub("", said)) == []
    browsing.keep(page, f"map-{code}-{scheme}")


def test_a_language_is_chosen_in_the_settings_and_stays(visit: Open) -> None:
    page = visit("/?type=Battles", locale="en")
    page.locator("[popovertarget=settings]").click()
    page.get_by_role("link", name="Українська").click()
    page.wait_for_selector("html[lang=uk]")
    assert "type=Battles" in page.url
    page.goto("/data")
    expect(page.get_by_role("heading", level=1)).to_have_text("Дані")
    page.goto("/data?lang=en")
    expect(page.get_by_role("heading", level=1)).to_have_text("Data")


def test_an_opened_event_is_told_in_the_readers_language(visit: Open, site: Site) -> None:
    page = visit(f"/?lang=uk#7/48.3/37.2&event={site.events['clash'].id}")
    idle(page)
    panel = page.locator("#events")
    expect(panel).to_contain_text("Повідомлено: Збройне зіткнення")
    expect(panel).to_contain_text("Покровськ, Донецька область, Україна")
    expect(panel).to_contain_text("Чому це місце")
    expect(panel).to_contain_text("clashed")
    browsing.keep(page, "event-uk")
