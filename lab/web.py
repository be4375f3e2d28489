"""How the map feels in a browser over very many events: the part ``web`` of ``lab.bench``.

Chromium is driven as a person would drive it. What it shows is timed inside the page, from the last press of
a key or button (of a fresh page: from its address) until the next frame after the first sign of the answer.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import cycle, islice
from operator import ne
from urllib.parse import quote

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright
from playwright.sync_api import TimeoutError as TooSlow

from domain import NotPrepared, SitmapError
from lab.serving import Server
from lab.synthetic import CENTRES

DESK: ViewportSize = {"width": 1440, "height": 900}
PAN_PIXELS = (700, 450)
"""Farther than what is asked for around the view."""
PLAYED = 20
"""Steps of the time bar that are played."""

LONG_MS = 100
"""A task of the page that takes longer is felt."""

WAIT_MS = 120_000

CLOSE_UP = "#9/48.28/37.18"
"""A view where much happens."""

SIGNS = {"marks": ".mark", "evidence": "#opened .report", "near": "#answer .hits li"}
"""What of the page says that an answer is shown."""

AT_REST = "body:not([data-loading=yes])"

_WATCH = """
(signs) => {
  let since = 0;
  const shown = (name) => `data-shown-${name}`;
  const begin = ({ timeStamp }) => {
    since = timeStamp;
    for (const name of Object.keys(signs)) document.documentElement.removeAttribute(shown(name));
  };
  for (const input of ["pointerup", "click", "keydown"]) window.addEventListener(input, begin, true);
  const now = (name) => document.documentElement.setAttribute(shown(name), performance.now() - since);
  const holds = (node, sign) => node.nodeType === 1 && (node.matches(sign) || node.querySelector(sign));
  new MutationObserver((changes) => {
    const added = changes.flatMap((change) => [...change.addedNodes]);
    const awaited = Object.keys(signs).filter((name) => !document.documentElement.hasAttribute(shown(name)));
    for (const name of awaited) {
      if (added.some((node) => holds(node, signs[name]))) requestAnimationFrame(() => now(name));
    }
    // An answer may hold nothing but what is drawn already.
    const loaded = changes.some(({ oldValue }) => oldValue === "yes");
    const answered = loaded && document.body.dataset.loading === "no";
    if (answered && awaited.includes("marks")) requestAnimationFrame(() => now("marks"));
  }).observe(document, {
    childList: true, subtree: true, attributeFilter: ["data-loading"], attributeOldValue: true,
  });
  window.longTasks = [];
  const tasks = (list) => window.longTasks.push(...list.getEntries().map(({ duration }) => duration));
  new PerformanceObserver(tasks).observe({ type: "longtask" });
}
"""


@dataclass(slots=True)
class Felt:
    """What was measured: milliseconds each time, and what a first view took in kB."""

    first: list[float] = field(default_factory=list)
    kilobytes: list[float] = field(default_factory=list)
    pan: list[float] = field(default_factory=list)
    zoom: list[float] = field(default_factory=list)
    window: list[float] = field(default_factory=list)
    evidence: list[float] = field(default_factory=list)
    near: list[float] = field(default_factory=list)
    long_tasks: list[float] = field(default_factory=list)


def feel(server: Server, runs: int, *, km: float) -> Felt:
    """Use the pages of a server, each in ``runs`` ways; what is near within ``km``.

    Raises NotPrepared without a Chromium, SitmapError for a page that does not answer.
    """
    felt = Felt()
    with _chromium() as browser:
        try:
            for _ in range(runs + 1):
                _first_view(browser, server, felt)
            # The server has just met each file and question for the first time.
            del felt.first[0], felt.kilobytes[0]
            page = _page(browser)
            _look(page, server)
            _move(page, felt, runs)
            # Dragged, the map may have come to rest where nothing happens.
            _look(page, server)
            _open(page, felt, runs)
            _choose_window(page, felt, runs)
            _play(page, felt)
            for name in islice(cycle(CENTRES), runs):
                page.goto(f"{server.url}/near?place={quote(name)}&km={km:g}")
                felt.near.append(_shown(page, "near"))
        except TooSlow as error:
            raise SitmapError(f"the page did not answer: {error.message.splitlines()[0]}") from error
    return felt


@contextmanager
def _chromium() -> Iterator[Browser]:
    names = ("chromium", "chromium-browser", "google-chrome")
    path = next(filter(None, map(shutil.which, names)), None)
    if path is None:
        raise NotPrepared(f"none of {', '.join(names)} on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


def _page(browser: Browser) -> Page:
    """Open a page in a context of its own, whose cache is empty."""
    page = browser.new_context(viewport=DESK).new_page()
    page.set_default_timeout(WAIT_MS)
    page.add_init_script(f"({_WATCH})({SIGNS!r})")
    return page


def _shown(page: Page, sign: str) -> float:
    """Wait until a sign is shown and nothing is loaded any more; return after how many ms it was shown."""
    page.wait_for_selector(f"html[data-shown-{sign}]", state="attached")
    milliseconds = float(page.get_attribute("html", f"data-shown-{sign}") or "nan")
    page.wait_for_selector(AT_REST, state="attached")
    return milliseconds


def _look(page: Page, server: Server) -> None:
    """Load the map anew, close up."""
    page.goto("about:blank")
    page.goto(f"{server.url}/{CLOSE_UP}")
    _shown(page, "marks")


def _first_view(browser: Browser, server: Server, felt: Felt) -> None:
    page = _page(browser)
    sizes: list[float] = []
    network = page.context.new_cdp_session(page)
    network.on("Network.loadingFinished", lambda done: sizes.append(done["encodedDataLength"] / 1000))
    network.send("Network.enable")
    page.goto(server.url)
    felt.first.append(_shown(page, "marks"))
    felt.kilobytes.append(sum(sizes))
    page.context.close()


def _move(page: Page, felt: Felt, runs: int) -> None:
    """Drag the map to and fro in a cross, and zoom out and in."""
    box = page.locator(".folium-map").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    directions = ((1, 0), (0, 1), (-1, 0), (-1, 0), (0, -1), (0, -1), (1, 0), (1, 0))
    for right, up in islice(cycle(directions), runs):
        across, along = (side * pixels / 2 for side, pixels in zip((right, up), PAN_PIXELS, strict=True))
        page.mouse.move(x - across, y - along)
        page.mouse.down()
        page.mouse.move(x + across, y + along, steps=5)
        # Held still, so that the map does not glide on.
        page.wait_for_timeout(150)
        page.mouse.up()
        felt.pan.append(_shown(page, "marks"))
    page.locator(".folium-map").focus()
    for key in islice(cycle("--++"), runs):
        page.keyboard.press(key)
        felt.zoom.append(_shown(page, "marks"))


def _open(page: Page, felt: Felt, runs: int) -> None:
    """Open one event of the list after the other."""
    rows = page.locator("#event-list [data-event]")
    for number in range(runs):
        rows.nth(number).click()
        felt.evidence.append(_shown(page, "evidence"))
        page.keyboard.press("Escape")
        rows.nth(number).wait_for()


def _choose_window(page: Page, felt: Felt, runs: int) -> None:
    """Choose 30 days, and move them back."""
    page.locator("#timebar [data-days='30']").click()
    felt.window.append(_shown(page, "marks"))
    for _ in range(runs - 1):
        page.locator("#timebar [data-step='-1']").click()
        felt.window.append(_shown(page, "marks"))


def _play(page: Page, felt: Felt) -> None:
    """Play the window forward and note the tasks that block the page for long."""
    page.evaluate("longTasks.length = 0")
    page.locator("#timebar .play").click()
    for _ in range(PLAYED):
        page.wait_for_url(partial(ne, page.url))
    page.locator("#timebar .play").click()
    page.wait_for_selector(AT_REST, state="attached")
    felt.long_tasks = [task for task in page.evaluate("longTasks") if task > LONG_MS]
