"""Filters, the count line, the search and the keys, as a reader uses them."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Locator, Page, expect
from shapely.geometry import Point

from domain import Analysis, Document, Event, EventReport, Stance, TextSpan, stable_id
from tests import browsing
from tests import web_samples as samples
from tests.browsing import PHONE, Open, Site, keep
from tests.web_samples import MakeApp
from web.services import EXTENSION, Services

contexts, site, visit = browsing.contexts, browsing.site, browsing.visit

GROUP = "Wagner Group"
FOUGHT = (GROUP, GROUP, samples.HOSTILE_SOURCE)
ALL = len(samples.TOLD) + len(FOUGHT)
SHOWN = len(samples.SHOWN) + len(FOUGHT)
DONETSK_OBLAST = "/#7/48.2000/37.2000"


@pytest.fixture(scope="module")
def served(
    make_app: MakeApp, serve: Callable[[Flask], str], tmp_path_factory: pytest.TempPathFactory
) -> Site:
    app = make_app(tmp_path_factory.mktemp("served"))
    parts = app.extensions[EXTENSION]
    for number, actor in enumerate(FOUGHT):
        parts.store.add(fight(f"{actor} fought in Bakhmut for the day {number}.", actor, parts))
    return Site(serve(app), samples.load(parts))


def fight(text: str, actor: str, parts: Services) -> Analysis:
    """Return what a report of one clash says that names who fought."""
    document = Document(text)
    report = EventReport(
        document.id, TextSpan(0, len(text), text), TextSpan(0, 1, text[0]), stance=Stance.REPORTED
    )
    place = parts.gazetteer.lookup("Bakhmut")[0]
    event = Event(
        stable_id(text),
        "Battles",
        "Armed clash",
        "Political violence",
        Stance.REPORTED,
        0.8,
        (report,),
        actor=actor,
        place_text="Bakhmut",
        place=place,
        lat=place.lat,
        lon=place.lon,
        geometry=Point(place.lon, place.lat),
        geo_precision=1,
        uncertainty_km=place.radius_km,
    )
    return Analysis(document, (), (), (event,))


def chips(page: Page) -> Locator:
    return page.locator("#chips .chip")


def choice(page: Page, value: str) -> Locator:
    return page.locator(f"#filter-form input[value='{value}']")


def row(page: Page, value: str) -> Locator:
    return page.locator(f"#filter-form label:has(input[value='{value}'])")


def number_of(page: Page, value: str) -> Locator:
    return row(page, value).locator(".count")


def expect_shown(page: Page, number: int) -> None:
    expect(page.locator("[data-count=shown]")).to_have_text(f"{number} shown")


# --------------------------------------------------------------------------- choices


def test_a_tick_asks_at_once_and_its_chip_takes_it_back(visit: Open) -> None:
    page = visit(DONETSK_OBLAST)
    choice(page, "Protests").check()
    expect_shown(page, 1)
    assert re.search(r"\?type=Protests#7/48\.2", page.url)
    expect(page.locator("[data-count=filtered]")).to_have_text(f"{ALL - 1} filtered out")
    expect(page.locator("#filters .badge")).to_have_text("1")
    choice(page, "denied").check()
    expect(chips(page)).to_have_text(
        [re.compile("Protests"), re.compile("Reported, Claimed, Confirmed, Denied")]
    )
    keep(page, "filters")
    chips(page).first.press("Enter")
    expect(chips(page)).to_have_count(1)
    expect(chips(page)).to_be_focused()
    page.get_by_role("link", name="Show all").click()
    expect_shown(page, SHOWN)
    expect(choice(page, "denied")).not_to_be_checked()
    expect(page.locator("#filters .badge")).to_be_hidden()


def test_a_family_stands_for_all_of_its_kinds(visit: Open) -> None:
    page = visit("/?type=Riots")
    family, kinds = choice(page, "Riots"), ("Violent demonstration", "Mob violence")
    for kind in kinds:
        expect(choice(page, kind)).to_be_checked()
    page.locator(".family:has([value=Riots]) summary").click()
    choice(page, kinds[0]).uncheck()
    expect(chips(page)).to_have_text(re.compile(kinds[1]))
    assert family.evaluate("box => box.indeterminate") is True
    choice(page, kinds[0]).check()
    expect(chips(page)).to_have_text(re.compile("Riots"))
    assert page.url.endswith("?type=Riots") or "?type=Riots#" in page.url


def test_each_choice_says_how_many_events_it_would_give(visit: Open) -> None:
    page = visit("/?type=Battles")
    expect(number_of(page, "Protests")).to_have_text("1")
    expect(number_of(page, "denied")).to_have_text("1")
    expect(number_of(page, "confirmed")).to_have_text("0")
    expect(row(page, "confirmed")).to_have_class(re.compile("none"))
    choice(page, "Protests").check()
    expect(number_of(page, "denied")).to_have_text("1")
    page.locator("[name=precision][value='1']").check()
    expect(number_of(page, "Protests")).to_have_text("1")
    expect(number_of(page, "Explosions/Remote violence")).to_have_text("2")


def test_actors_are_ticked_or_named(visit: Open) -> None:
    page = visit("/")
    page.locator("#facet-actor > summary").click()
    expect(number_of(page, GROUP)).to_have_text("2")
    choice(page, GROUP).check()
    expect_shown(page, 2)
    field = page.get_by_label("Another actor")
    field.fill("Nobody of that name")
    field.press("Enter")
    expect(chips(page)).to_have_text([re.compile(GROUP), re.compile("Nobody of that name")])
    expect(field).to_have_value("")
    choice(page, GROUP).uncheck()
    expect_shown(page, 0)
    expect(number_of(page, GROUP)).to_have_text("2")


def test_what_a_report_calls_an_actor_is_only_text(visit: Open) -> None:
    page = visit("/")
    page.locator("#facet-actor > summary").click()
    page.locator("[data-names=actor] label", has_text="<svg onload").click()
    expect(chips(page)).to_contain_text(samples.HOSTILE_SOURCE)
    expect_shown(page, 1)


def test_words_dates_and_deaths_narrow_and_are_refused_by_the_form(visit: Open) -> None:
    page = visit("/")
    page.locator("#facet-text > summary").click()
    page.get_by_label("Words in the reports").fill("armies clashed")
    expect_shown(page, 1)
    page.get_by_label("Words in the reports").fill("")
    expect_shown(page, SHOWN)
    page.get_by_label("At least so many killed").fill("0")
    page.get_by_label("At least so many killed").press("Enter")
    expect(chips(page)).to_have_count(0)
    page.get_by_label("At least so many killed").fill("5")
    expect(chips(page)).to_have_text(re.compile("At least 5 killed"))
    expect_shown(page, 1)
    page.locator("#facet-start > summary").click()
    page.get_by_label("From", exact=True).fill("2025-02-01")
    expect(chips(page).first).to_have_text(re.compile("From 1 Feb 2025"))
    page.get_by_label("To", exact=True).fill("2025-01-01")
    assert page.get_by_label("From", exact=True).evaluate("field => field.validationMessage") != ""
    assert "end=" not in page.url


# --------------------------------------------------------------------------- places


def test_an_area_is_drawn_shown_and_taken_away(visit: Open) -> None:
    page = visit("/#5/48.0000/35.0000")
    page.locator("#facet-region > summary").click()
    page.get_by_role("button", name="Draw an area").click()
    box = page.locator(".folium-map").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    for across, down in ((-150, -150), (200, -200), (200, 200), (-100, 150)):
        page.mouse.click(x + across, y + down)
    expect(page.locator(".drawing-bar")).to_contain_text("4 corners")
    page.keyboard.press("Backspace")
    expect(page.locator(".drawing-bar")).to_contain_text("3 corners")
    keep(page, "filters-drawing")
    page.keyboard.press("Enter")
    expect(chips(page)).to_have_text(re.compile("Drawn area"))
    expect(page.locator("path.area-outline")).to_have_count(1)
    expect_shown(page, 2 + len(FOUGHT))
    page.get_by_role("button", name="Take this area away").click()
    expect(page.locator("path.area-outline")).to_have_count(0)
    expect_shown(page, SHOWN)
    page.get_by_role("button", name="Draw an area").click()
    page.keyboard.press("Escape")
    expect(page.locator(".drawing-bar")).to_have_count(0)
    expect(page.get_by_role("button", name="Draw an area")).to_be_focused()


def test_what_the_map_shows_becomes_an_area_by_keyboard(visit: Open) -> None:
    page = visit("/#8/48.2000/37.2000")
    page.locator("#facet-region > summary").press("Enter")
    page.get_by_role("button", name="Use what the map shows").press("Enter")
    expect_shown(page, 2 + len(FOUGHT))
    expect(page.locator("path.area-outline")).to_have_count(1)


def test_a_distance_is_measured_from_a_named_place(visit: Open) -> None:
    page = visit("/")
    page.locator("#facet-region > summary").click()
    place = page.get_by_role("combobox", name="Distance from")
    place.press_sequentially("odes")
    expect(page.locator("#distance-places [role=option]").first).to_contain_text("Odesa")
    place.press("ArrowDown")
    place.press("Enter")
    expect(chips(page)).to_have_text(re.compile(r"Within 50 km of 46\.\d+, 30\.\d+"))
    expect_shown(page, 2)
    page.locator("#distance-reach").press("ArrowRight")
    expect(chips(page)).to_have_text(re.compile("Within 75 km"))
    chips(page).click()
    expect_shown(page, SHOWN)


# --------------------------------------------------------------------------- the count line


def test_the_count_line_reconciles_and_opens_what_no_map_shows(visit: Open) -> None:
    page = visit("/?stance=all")
    expect_shown(page, SHOWN + len(samples.FILTERED))
    numbers = [int(number) for number in re.findall(r"\d+", page.locator("#counts").inner_text())]
    assert sum(numbers[:-1]) == numbers[-1] == ALL
    tray = page.get_by_role("button", name="2 not placed")
    tray.click()
    assert "list=unplaced" in page.url
    expect(tray).to_have_attribute("aria-pressed", "true")
    page.go_back()
    expect(tray).to_have_attribute("aria-pressed", "false")


def test_an_empty_map_says_what_to_widen(visit: Open) -> None:
    page = visit("/?type=Riots&start=2025-01-01")
    box = page.locator("#empty")
    expect(box).to_contain_text("No event in this window passes all filters.")
    keep(page, "filters-empty")
    box.get_by_role("button", name="Without the event type: 5").click()
    expect(box).to_be_hidden()
    expect_shown(page, 4)
    expect(chips(page)).to_have_text(re.compile("From 1 Jan 2025"))


# --------------------------------------------------------------------------- search and keys


def test_the_search_goes_to_a_place_an_actor_or_words(visit: Open) -> None:
    page = visit("/")
    page.keyboard.press("/")
    box = page.get_by_role("combobox", name="Search places, actors and reports")
    expect(box).to_be_focused()
    box.press_sequentially("pokrovsk")
    options = page.get_by_role("option")
    expect(options.first).to_contain_text("Pokrovsk, Donetsk, UA")
    keep(page, "search")
    box.press("ArrowDown")
    box.press("Enter")
    page.wait_for_url(re.compile(r"#11/48\.2\d+/37\.1"))
    box.fill("wagn")
    expect(page.get_by_role("option", name=f"Actor: {GROUP}")).to_contain_text("2")
    page.get_by_role("option", name=f"Actor: {GROUP}").click()
    expect(chips(page)).to_have_text(re.compile(GROUP))
    box.fill("bakhmut day")
    box.press("Enter")
    expect(chips(page)).to_have_text([re.compile(GROUP), re.compile("“bakhmut day”")])
    expect_shown(page, 2)


def test_the_search_of_other_pages_leads_to_what_is_near_and_to_the_map(visit: Open) -> None:
    page = visit("/data?")
    box = page.get_by_role("combobox", name="Search places, actors and reports")
    box.fill("pokrovs")
    expect(page.get_by_role("option").first).to_contain_text("Near Pokrovsk, Donetsk, UA")
    box.press("ArrowDown")
    box.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Pokrovsk, Donetsk, UA")
    box.fill("armies clashed")
    box.press("Enter")
    page.wait_for_url("**/?text=armies+clashed*")
    expect_shown(page, 1)


def test_a_question_mark_lists_the_keys(visit: Open) -> None:
    page = visit("/data")
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keys")
    expect(keys).to_contain_text("move the window of days")
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    page.get_by_role("combobox").press_sequentially("?")
    expect(keys).to_be_hidden()
    page.get_by_role("button", name="List the keys").click()
    keys.get_by_role("button", name="Close").click()
    expect(keys).to_be_hidden()


def test_a_phone_has_the_search_and_the_pages(visit: Open) -> None:
    page = visit("/data", size=PHONE, has_touch=True)
    expect(page.get_by_role("combobox", name="Search places, actors and reports")).to_be_visible()
    pages = page.get_by_role("navigation", name="Pages")
    expect(pages).to_be_hidden()
    page.get_by_role("button", name="Pages").tap()
    expect(pages.get_by_role("link", name="Add report")).to_be_visible()
    keep(page, "header-phone")
    pages.get_by_role("link", name="Map").tap()
    page.wait_for_selector(browsing.READY)
    page.locator("#filters > summary").tap()
    row(page, "Protests").tap()
    expect_shown(page, 1)
    keep(page, "filters-phone")


# --------------------------------------------------------------------------- bad links


@pytest.mark.parametrize(
    ("address", "wrong"),
    [
        ("/?type=Nonsense&text=clashed", "type"),
        ("/?text=clashed&start=2025-02-01&end=2025-01-01", "start"),
        ("/?text=clashed&colour=red", "colour"),
        ("/?text=clashed&_scheme=javascript&endpoint=x", "_scheme"),
    ],
    ids=["type", "window", "parameter", "hostile-parameter"],
)
def test_a_bad_link_says_what_is_wrong_and_offers_the_page_without_it(
    visit: Open, site: Site, address: str, wrong: str
) -> None:
    page = visit(address, ready=False)
    expect(page.locator("main code").first).to_have_text(wrong)
    link = page.get_by_role("link", name=f"Show the page without {wrong}")
    assert wrong not in (link.get_attribute("href") or "")
    assert (link.get_attribute("href") or "").startswith("?text=clashed")
    assert "400" in site.complaints.pop()


def test_the_map_without_what_was_wrong_is_shown(visit: Open, site: Site) -> None:
    page = visit("/?type=Nonsense&text=clashed", ready=False)
    site.complaints.clear()
    page.get_by_role("link", name="Show the page without type").click()
    expect_shown(page, 1)
    expect(chips(page)).to_have_text(re.compile("“clashed”"))
