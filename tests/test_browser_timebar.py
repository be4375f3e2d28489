"""The time bar in a real browser: what is dragged, clicked, pressed and played moves the page's window."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Page, Route, expect

from tests import browsing
from tests import small_war as samples
from tests.browsing import DESK, PHONE, Open, Site
from tests.web_samples import MakeApp
from web.services import EXTENSION

contexts, site, visit = browsing.contexts, browsing.site, browsing.visit

FIRST, LAST = date(2024, 12, 1), date(2025, 1, 15)
"""What the bar reaches over."""

WEEK = "/?start=2025-01-01&end=2025-01-07"


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


def middle_of(page: Page, day: date) -> tuple[float, float]:
    """Return where on the screen a day's bar stands."""
    box = page.locator(".track canvas").bounding_box()
    assert box is not None
    share = ((day - FIRST).days + 0.5) / ((LAST - FIRST).days + 1)
    return box["x"] + share * box["width"], box["y"] + box["height"] / 2


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(*end, steps=4)
    page.mouse.up()


def painted(page: Page, day: date) -> bool:
    """Whether a bar stands over a day."""
    return bool(
        page.evaluate(
            """([first, day, length]) => {
                const canvas = document.querySelector(".track canvas");
                const copy = new OffscreenCanvas(canvas.width, canvas.height);
                const pen = copy.getContext("2d", { willReadFrequently: true });
                pen.drawImage(canvas, 0, 0);
                const at = Math.round(((day - first + 0.5) / length) * canvas.width);
                return pen.getImageData(at, canvas.height - 18 * devicePixelRatio, 1, 1).data[3] > 0;
            }""",
            [FIRST.toordinal(), day.toordinal(), (LAST - FIRST).days + 1],
        )
    )


def test_a_bar_stands_where_events_are_and_says_how_many(visit: Open) -> None:
    page = visit("/")
    days = [FIRST + timedelta(days=at) for at in range((LAST - FIRST).days + 1)]
    expect(page.locator("#event-list button").first).to_be_visible()
    assert [day for day in days if painted(page, day)] == [date(2025, 1, 5), date(2025, 1, 15)]
    page.mouse.move(*middle_of(page, date(2025, 1, 5)))
    words = page.locator(".bar-words")
    expect(words).to_be_visible()
    assert words.inner_text().split("\n")[0] == "5 Jan 2025"
    expect(words.locator("li:visible")).to_have_text(
        re.compile(r"^\s*Strategic developments 1\s*$|^\s*Battles 1\s*$")
    )
    page.mouse.move(*middle_of(page, date(2025, 1, 3)))
    expect(words).to_contain_text("no events")
    browsing.keep(page, "timebar")


def test_bars_are_those_of_the_filters_whatever_the_window(visit: Open) -> None:
    page = visit("/?type=Protests&start=2025-01-01&end=2025-01-07")
    expect(page.locator("#event-list button")).to_have_count(0)
    assert not painted(page, date(2025, 1, 5)) and not painted(page, date(2025, 1, 15))
    page = visit("/?type=Battles&start=2025-01-01&end=2025-01-02")
    expect(page.locator("#event-list button")).to_have_count(0)
    assert painted(page, date(2025, 1, 5))


def test_the_window_is_dragged_as_a_whole_and_stays_on_the_bar(visit: Open) -> None:
    page = visit(WEEK)
    drag(page, middle_of(page, date(2025, 1, 4)), middle_of(page, date(2025, 1, 1)))
    page.wait_for_url(re.compile("start=2024-12-29&end=2025-01-04"))
    drag(page, middle_of(page, date(2025, 1, 1)), (5, 850))
    page.wait_for_url(re.compile("start=2024-12-01&end=2024-12-07"))


def test_dragging_over_bars_chooses_a_window_and_a_click_one_bar(visit: Open) -> None:
    page = visit("/")
    drag(page, middle_of(page, date(2025, 1, 10)), middle_of(page, date(2024, 12, 20)))
    page.wait_for_url(re.compile("start=2024-12-20&end=2025-01-10"))
    page.mouse.click(*middle_of(page, date(2024, 12, 10)))
    page.wait_for_url(re.compile("start=2024-12-10&end=2024-12-10"))
    expect(page.locator("#timebar output")).to_have_text("10 Dec 2024")
    expect(page.get_by_role("button", name="24 h")).to_have_attribute("aria-pressed", "true")


@pytest.mark.parametrize(
    ("edge", "to", "shown"),
    [
        ("First day", date(2024, 12, 28), ("2024-12-28", "2025-01-07")),
        ("Last day", date(2025, 1, 10), ("2025-01-01", "2025-01-10")),
        ("First day", date(2025, 1, 12), ("2025-01-07", "2025-01-07")),
    ],
    ids=["first", "last", "the first does not pass the last"],
)
def test_an_edge_is_dragged(visit: Open, edge: str, to: date, shown: tuple[str, str]) -> None:
    page = visit(WEEK)
    beside = {"First day": (date(2025, 1, 1), -1), "Last day": (date(2025, 1, 7), 1)}[edge]
    x, y = middle_of(page, beside[0])
    half = middle_of(page, FIRST + timedelta(days=1))[0] - middle_of(page, FIRST)[0]
    grip = (x + beside[1] * (half / 2 + 5), y - 7)
    drag(page, grip, (grip[0] + middle_of(page, to)[0] - x, y - 7))
    page.wait_for_url(re.compile(f"start={shown[0]}&end={shown[1]}"))
    expect(page.get_by_label(edge)).to_be_focused()


def test_a_window_beside_all_events_is_told_as_it_is(visit: Open) -> None:
    page = visit("/?start=2030-01-01&end=2030-01-31")
    expect(page.locator("#timebar output")).to_have_text("1 – 31 Jan 2030")
    expect(page.locator(".track")).to_have_attribute("data-window", "after")
    expect(page.get_by_label("First day")).to_have_attribute("aria-valuetext", "1 Jan 2030")
    page.get_by_role("button", name="The window before").click()
    page.wait_for_url(re.compile("start=2029-12-01&end=2029-12-31"))
    page.mouse.click(*middle_of(page, date(2025, 1, 10)))
    page.wait_for_url(re.compile("start=2025-01-10&end=2025-01-10"))


def test_undated_events_are_said_to_show_with_all_days_only(visit: Open) -> None:
    page = visit("/near", ready=False)

    def with_undated(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(json=answer.json() | {"undated": 1200})

    page.route("**/histogram.json*", with_undated)
    page.goto("/")
    expect(page.locator("#timebar .undated")).to_have_text("+ 1,200 undated, shown with all days")


def test_playing_goes_to_the_end_and_stops_where_the_reader_takes_over(visit: Open) -> None:
    page = visit("/?start=2024-12-20&end=2025-01-12")
    page.get_by_label("Speed of playing").select_option("4×")
    page.get_by_role("button", name="Play").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    # Three days a step, and no further than there are days.
    page.wait_for_url(re.compile("start=2024-12-23&end=2025-01-15"))
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    page.locator("#main").evaluate("() => document.activeElement.blur()")
    page.keyboard.press("Space")
    page.wait_for_url(re.compile("start=2024-12-01&end=2024-12-24"))
    page.get_by_role("button", name="7 d").click()
    page.wait_for_url(re.compile("start=2024-12-(2|1)"))
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    assert (date.fromisoformat(window(page)[1]) - date.fromisoformat(window(page)[0])).days == 6


def test_a_step_of_playing_waits_for_the_one_before(visit: Open) -> None:
    page = visit("/")
    held: list[Route] = []
    page.route("**/counts.json?*end=2024-12-08*", lambda route: held.append(route))
    page.get_by_label("Speed of playing").select_option("4×")
    page.get_by_role("button", name="Play").click()
    page.wait_for_url(re.compile("start=2024-12-02&end=2024-12-08"))
    # Long enough for three steps.
    page.wait_for_timeout(600)
    assert window(page) == ("2024-12-02", "2024-12-08") and len(held) == 1
    held[0].continue_()
    page.wait_for_url(re.compile("start=2024-12-03"))
    page.get_by_role("button", name="Pause").click()


def test_the_space_key_in_a_field_writes_a_space(visit: Open) -> None:
    page = visit(WEEK)
    page.locator("#search").press_sequentially("a b")
    expect(page.locator("#search")).to_have_value("a b")
    expect(page.get_by_role("button", name="Play")).to_be_visible()


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_finger_moves_the_window(visit: Open, size: dict[str, int]) -> None:
    page = visit(WEEK, size=size, has_touch=True)
    touch = page.context.new_cdp_session(page)
    (x, y), (to, _) = middle_of(page, date(2025, 1, 4)), middle_of(page, date(2024, 12, 25))
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for share in (0.3, 0.7, 1):
        point = {"x": x + share * (to - x), "y": y}
        touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    page.wait_for_url(re.compile("start=2024-12-22&end=2024-12-28"))
    browsing.keep(page, f"timebar-{'phone' if size == PHONE else 'touch'}")
