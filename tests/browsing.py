"""A site in a real browser, for the tests of pages: what the browser complains of fails the test.

A test file makes a fixture ``served`` of its own, and takes the others from here by name.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Dialog, Page, Request

from domain import Event

DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
READY = ".folium-map[data-ready=yes]"


@dataclass(slots=True)
class Site:
    """A served app, and what the browser complained of while it was visited."""

    url: str
    events: Mapping[str, Event]
    complaints: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        def off_host(request: Request) -> None:
            if not request.url.startswith((self.url, "data:", "blob:")):
                self.complaints.append(f"request to {request.url}")

        def said(message: ConsoleMessage) -> None:
            if message.type in ("error", "warning"):
                self.complaints.append(f"console: {message.text}")

        def asked(dialog: Dialog) -> None:
            self.complaints.append(f"dialog: {dialog.message}")
            dialog.dismiss()

        page.on("request", off_host)
        page.on("console", said)
        page.on("dialog", asked)
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))


Open = Callable[..., Page]


@pytest.fixture
def site(served: Site) -> Iterator[Site]:
    """The samples, served; whatever the browser complained of fails the test."""
    served.complaints.clear()
    yield served
    assert served.complaints == []


@pytest.fixture(scope="module")
def contexts(browser: Browser) -> Iterator[dict[str, BrowserContext]]:
    """Browsing contexts by what they were made with; tests share them, and so their caches."""
    made: dict[str, BrowserContext] = {}
    yield made
    for context in made.values():
        context.close()


@pytest.fixture
def visit(browser: Browser, contexts: dict[str, BrowserContext], site: Site) -> Iterator[Open]:
    """Open an address of the site and wait until its map, if it has one, is drawn."""
    pages = []

    def open_page(address: str, *, size: dict[str, int] = DESK, ready: bool = True, **options: Any) -> Page:
        options = {"viewport": size, "color_scheme": "light", "reduced_motion": "reduce", **options}
        if str(options) not in contexts:
            contexts[str(options)] = browser.new_context(base_url=site.url, **options)
            contexts[str(options)].set_default_timeout(15_000)
        page = contexts[str(options)].new_page()
        pages.append(page)
        site.watch(page)
        page.goto(address)
        if ready and page.locator(".folium-map").count():
            page.wait_for_selector(READY)
        return page

    yield open_page
    for page in pages:
        page.close()


def keep(page: Page, name: str) -> None:
    """Keep a screenshot for people to look at, in ``SITMAP_SHOTS`` or the folder ``screenshots``."""
    folder = Path(os.environ.get("SITMAP_SHOTS") or Path(__file__).parent.parent / "screenshots")
    folder.mkdir(exist_ok=True)
    page.screenshot(path=folder / f"{name}.png")
