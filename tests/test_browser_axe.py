"""Every kind of page as axe-core sees it: nothing that keeps people out, light and dark, wide and narrow."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests import browsing
from tests import web_samples as samples
from tests.browsing import DESK, PHONE, Open, Site
from tests.web_samples import MakeApp
from web.services import EXTENSION

contexts, site, visit = browsing.contexts, browsing.site, browsing.visit

GRAVE = ("serious", "critical")


@pytest.fixture(scope="module")
def served(
    make_app: MakeApp, serve: Callable[[Flask], str], tmp_path_factory: pytest.TempPathFactory
) -> Site:
    app = make_app(tmp_path_factory.mktemp("served"))
    return Site(serve(app), samples.load(app.extensions[EXTENSION]))


@pytest.fixture(scope="module")
def axe(prepared: dict[str, str]) -> str:
    """The source of axe-core."""
    return (Path(prepared["SITMAP_VENDOR"]) / "axe-core" / "axe.min.js").read_text("utf-8")


def grave_faults(page: Page, axe: str) -> list[str]:
    """Return what axe-core finds that is serious or critical: the rule and the first elements."""
    page.evaluate(axe)
    found: dict[str, Any] = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    assert found["passes"]
    return [
        f"{fault['id']}: {', '.join(str(node['target'][0]) for node in fault['nodes'][:4])}"
        for fault in found["violations"]
        if fault["impact"] in GRAVE
    ]


LOOKS: dict[str, dict[str, Any]] = {
    "light, wide": {"size": DESK, "color_scheme": "light"},
    "dark, narrow": {"size": PHONE, "color_scheme": "dark"},
}
ADDRESSES = {
    "map": "/",
    "opened event": "/#event={event}",
    "table": "/table",
    "near": "/near?place=Pokrovsk&km=50",
    "control": "/control",
    "regions": "/regions",
    "data": "/data",
    "form for a report": "/ingest",
    "event": "/events/{event}",
    "refusal": "/events/none",
}


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("name", ADDRESSES)
def test_axe_finds_nothing_grave(visit: Open, site: Site, axe: str, name: str, look: str) -> None:
    event = next(iter(site.events.values())).id
    page = visit(ADDRESSES[name].format(event=event), **LOOKS[look])
    if name == "opened event":
        expect(page.locator("#opened .report").first).to_be_visible()
    if name == "refusal":
        # The console tells of the status.
        site.complaints.clear()
    assert grave_faults(page, axe) == []
    browsing.keep(page, f"axe, {name}, {look}")


@pytest.mark.parametrize(
    ("fault", "rule"),
    [
        ("document.querySelector('main').append(document.createElement('input'))", "label"),
        (
            "document.querySelector('.count-line, #counts').style.color = 'rgb(230, 230, 230)'",
            "color-contrast",
        ),
    ],
    ids=["a field without a name", "words hardly to be seen"],
)
def test_axe_finds_what_is_grave(visit: Open, axe: str, fault: str, rule: str) -> None:
    page = visit("/")
    page.evaluate(fault)
    assert any(found.startswith(rule) for found in grave_faults(page, axe))
