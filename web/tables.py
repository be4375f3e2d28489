"""What the map shows, as a table: a page for reading, and CSV for spreadsheets."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for
from flask_babel import gettext as _

import export
from domain import BBox, Circle, Event, Order, Toll
from web import params, said, wording
from web.filters import filter_choices
from web.near import asked_centre, look_around
from web.services import services

blueprint = Blueprint("tables", __name__)

ROWS = 100
SOURCES = 3
"""Sources of an event that are named; of more only the number is told."""

CSV = "text/csv"
MAP_PIXELS = 1000
"""The width of a map on which a part of the table's is to be seen."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column's head. ``link`` sorts by it, ``sorted`` says how it does: "ascending", "descending" or ""."""

    name: str
    link: str = ""
    sorted: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """An event in words."""

    event: Event
    place: str
    date: str
    kind: str
    stance: str
    precision: str
    killed: str
    sources: str


@blueprint.get("/table")
def table() -> str:
    """Show the events that the map shows for the same filters, of a part of it where ``view`` names one."""
    parts = services()
    arguments = params.Arguments(request.args, params.LISTING)
    query = replace(params.event_query(arguments, parts.ontology), limit=None)
    order = Order(arguments.choice("order", tuple(Order)))
    skip = arguments.whole("skip", 0, params.MAX_SKIP) or 0
    limit = arguments.whole("limit", 1, params.MAX_PAGE) or ROWS
    found = parts.store.listing(query, order, skip=skip, limit=limit, around=_middle(query.view))
    whole = replace(query, view=None)
    counts = parts.store.counts(whole)
    asked: dict[str, Any] = {name: values for name, values in request.args.lists() if name in params.LISTING}
    sheets: dict[str, Any] = params.to_arguments(query)
    shown: dict[str, Any] = params.to_arguments(whole)
    return render_template(
        "table.html",
        order=order,
        columns=_columns(order, asked),
        rows=[_row(parts.store.event(event.id)) for event in found.events],
        total=found.total,
        first=skip + 1,
        before=_page(asked, max(0, skip - limit)) if skip else "",
        after=_page(asked, skip + limit) if skip + limit < found.total else "",
        start=_page(asked, 0),
        counts=counts,
        window=said.window(query),
        filters=said.filters(query, parts),
        part=said.box(query.view) if query.view else "",
        everywhere=url_for(".table", **_without(asked, "view", "skip")),
        only={grain: _narrowed(asked, grain) for grain in ("0", "3")},
        on_map=url_for("pages.index", **shown, _anchor=_anchor(query.view)),
        csv=url_for(".events", **sheets),
        geojson=url_for("features.events", **sheets),
        **filter_choices(parts, whole, counts),
    )


@blueprint.get("/events.csv")
def events() -> Response:
    """Return the events that the request asks for, newest first."""
    arguments = params.Arguments(request.args, params.SHEET)
    found = services().store.events(params.event_query(arguments, services().ontology))
    # The first is read at once, so that what fails then is still answered with its own status.
    first = list(islice(found, 1))
    return _sheet(export.write(chain(first, found), "csv"), "sitmap-events.csv")


@blueprint.get("/near.csv")
def near() -> Response:
    """Return the events near a place, nearest first, with ``distance_km`` and ``certain``."""
    around = look_around(asked_centre(), services())
    return _sheet(export.write_near(around.found.hits), "sitmap-near.csv")


def _sheet(lines: Iterator[str], name: str) -> Response:
    response = Response(lines, mimetype=CSV)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


# --------------------------------------------------------------------------- the table's parts


def _columns(order: Order, asked: Mapping[str, Any]) -> list[Column]:
    def column(name: str, **directions: Order) -> Column:
        """``directions`` are the orders that it sorts by; the next after the present one is offered."""
        orders = list(directions.values())
        at = orders.index(order) if order in orders else -1
        following = orders[(at + 1) % len(orders)]
        link = url_for(".table", **_without(asked, "skip", "order"), order=following.value)
        return Column(name, link, list(directions)[at] if at >= 0 else "")

    return [
        column(_("Date"), descending=Order.NEWEST, ascending=Order.OLDEST),
        column(_("Type"), ascending=Order.TYPE),
        Column(_("Stance")),
        column(_("Place"), ascending=Order.PLACE),
        Column(_("Precision")),
        Column(_("Actor")),
        Column(_("Target")),
        column(_("Killed"), descending=Order.DEADLIEST),
        Column(_("Sources")),
    ]


def _row(event: Event) -> Row:
    return Row(
        event,
        wording.short_place(event),
        wording.dates(event),
        wording.kind(event),
        wording.stance(event),
        wording.precision_name(event.geo_precision or 0),
        _killed(event.fatalities),
        _sources(event),
    )


def _killed(toll: Toll | None) -> str:
    """Return "5", "5 (3–9)", "≥ 3", "≤ 9", "?" for deaths of unknown number, "" where none are told of."""
    if toll is None:
        return ""
    say, low, best, high = wording.number, toll.low, toll.best, toll.high
    if best is None:
        return f"≥ {say(low)}" if low is not None else f"≤ {say(high)}" if high is not None else "?"
    ends = [best if low is None else low, best if high is None else high]
    return say(best) if ends == [best, best] else f"{say(best)} ({say(ends[0])}–{say(ends[1])})"


def _sources(event: Event) -> str:
    names = list(dict.fromkeys(report.source for report in event.reports if report.source))
    more = [_("%(number)s more", number=len(names) - SOURCES)] if len(names) > SOURCES else []
    return ", ".join([*names[:SOURCES], *more])


def _page(asked: Mapping[str, Any], skip: int) -> str:
    return url_for(".table", **_without(asked, "skip") | ({"skip": skip} if skip else {}))


def _narrowed(asked: Mapping[str, Any], precision: str) -> str:
    return url_for(".table", **_without(asked, "skip", "view", "precision"), precision=precision)


def _without(asked: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: values for name, values in asked.items() if name not in names}


def _middle(view: BBox | None) -> Circle | None:
    """Return what the nearest are the nearest to."""
    if view is None:
        return Circle(0.0, 0.0, 0.0)
    lon = view.west + _width(view) / 2
    return Circle((view.south + view.north) / 2, lon - 360 if lon > 180 else lon, 0.0)


def _width(view: BBox) -> float:
    return (view.east - view.west) % 360 or 360.0


def _anchor(view: BBox | None) -> str | None:
    """Return how the map's address names about the same part: "6/48.2000/37.2000"."""
    middle = _middle(view)
    if view is None or middle is None:
        return None
    zoom = math.floor(math.log2(360 * MAP_PIXELS / (256 * _width(view))))
    return f"{max(0, min(zoom, params.MAX_ZOOM))}/{middle.lat:.4f}/{middle.lon:.4f}"
