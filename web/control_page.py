"""The page about who holds what: areas over time, latest changes of hands, two days or sources compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Any

import shapely
from flask import Blueprint, render_template, request, url_for
from shapely.geometry.base import BaseGeometry

from domain import ControlFact
from frontlines import (
    Change,
    Difference,
    Series,
    Turn,
    days_to_draw,
    explaining,
    series,
    steps,
    turns,
)
from geo.gazetteer import Gazetteer
from geo.shapes import area_km2
from web import naming, params
from web.control import between, known_source, parties, two_sources
from web.map import control_map
from web.services import Services, services

COLOURS = 6
"""As many as ``control.css`` has."""

DAYS, MOST_DAYS = 5, 24
"""Days drawn for one page: each that nobody has asked for before takes a third of a second."""

LEAST_KM2 = 1.0
"""A party whose ground has changed by less has no chart of its own."""

MOST_TURNS, SHOWN_TURNS = 200, 20
MOST_PIECES = 8
MOST_LEFT_OUT = 50
NEAR_KM = 100.0

blueprint = Blueprint("control_page", __name__)


@blueprint.get("/control")
def page() -> str:
    """Show who holds what. Raises SitmapError naming the parameter."""
    parts = services()
    record, arguments = parts.record, params.Arguments(request.args, params.CONTROL_PAGE)
    source = known_source(arguments, "source", record) or record.newest_source()
    days = int(arguments.number("days", 2, MOST_DAYS) or DAYS)
    question = (record.version, "history", source, days)
    history = parts.kept.get(question, lambda: _history(parts, source, days))
    known = record.days(source)
    day = arguments.day("date") or max(known, default=date.min)
    shown = record.on(day, source)
    drawn: dict[str, Any] = {"date": day.isoformat(), "source": source}
    slim = url_for("control.control", properties="slim", **drawn)
    colours = {party: at % COLOURS for at, party in enumerate(parties(record, shown))}
    return render_template(
        "control.html",
        known=known,
        sources=record.sources(),
        source=source,
        day=day,
        shown=shown,
        colours=colours,
        charts=[chart(history.series, party) for party in _moving(history.series)],
        history=history,
        turns=(history.turns[:SHOWN_TURNS], history.turns[SHOWN_TURNS:]),
        compared=_compared(arguments, parts, history, source),
        one_other=two_sources(arguments, record),
        differing=_differing(arguments, parts, day) if arguments.text("other") else None,
        most_days=MOST_DAYS,
        left_out=shown.territory.left_out[:MOST_LEFT_OUT],
        map=control_map(control=slim) if shown.km2 else None,
        geojson=url_for("control.control", **drawn),
    )


@blueprint.app_template_global("evidence_of")
def evidence_of(facts: Sequence[ControlFact]) -> list[tuple[ControlFact, str]]:
    """Return facts, the newest first and each event once, with the address of the event's page or ""."""
    newest = {(fact.event_id or fact.source, fact.date): fact for fact in facts}
    return [
        (fact, url_for("pages.event", event_id=fact.event_id) if fact.event_id else "")
        for fact in reversed(newest.values())
    ]


# --------------------------------------------------------------------------- over time


@dataclass(frozen=True, slots=True)
class History:
    """What was held over time, and the places that changed hands, newest first."""

    series: Series
    turns: tuple[Turn, ...]


def _history(parts: Services, source: str, most: int) -> History:
    record = parts.record
    days = days_to_draw(record, source, most)
    changes = steps(record, days, source)
    found = chain.from_iterable(turns(change, record, parts.gazetteer, source) for change in changes)
    ordered = sorted(found, key=lambda turn: turn.since, reverse=True)
    held = series(changes, record.on(days[-1], source).km2) if days else Series((), {})
    return History(held, tuple(ordered[:MOST_TURNS]))


def _moving(held: Series) -> list[str]:
    """Return the parties whose ground has changed, that of most change first."""
    moved = {party: max(km2) - min(km2) for party, km2 in held.km2.items()}
    return sorted((party for party in moved if moved[party] >= LEAST_KM2), key=lambda party: -moved[party])


@dataclass(frozen=True, slots=True)
class Chart:
    """A line of one party's ground over time, in a box of ``WIDE`` by ``HIGH``."""

    party: str
    points: tuple[tuple[float, float, date, float], ...]
    """x and y, and the day and km² that they stand for."""
    low: float
    high: float


WIDE, HIGH = 320.0, 110.0


def chart(held: Series, party: str) -> Chart:
    """Return the chart of one party; its scale runs from its least ground to its most."""
    values = held.km2[party]
    low, high = min(values), max(values)
    first, span = held.days[0].toordinal(), max(1, (held.days[-1] - held.days[0]).days)
    points = tuple(
        (
            round(WIDE * (day.toordinal() - first) / span, 1),
            round(HIGH * (high - value) / (high - low), 1) if high > low else HIGH / 2,
            day,
            value,
        )
        for day, value in zip(held.days, values, strict=True)
    )
    return Chart(party, points, low, high)


# --------------------------------------------------------------------------- two days, two sources


@dataclass(frozen=True, slots=True)
class Compared:
    """What two days differ in: each piece of ground with the facts that explain it, and the places."""

    change: Change
    areas: tuple[tuple[Difference, tuple[ControlFact, ...]], ...]
    turns: tuple[Turn, ...]
    known: bool
    """Whether anything is known of the first day."""


def _compared(arguments: params.Arguments, parts: Services, history: History, source: str) -> Compared:
    record = parts.record
    first, last, _ = between(arguments, record)
    if arguments.day("from") is None and history.series.days:
        first = min(history.series.days[0], last)
    change = record.change(first, last, source)
    areas = tuple((moved, explaining(moved, change, record.facts())) for moved in change.areas)
    known = bool(record.on(first, source).territory.areas)
    return Compared(change, areas, turns(change, record, parts.gazetteer, source), known)


@dataclass(frozen=True, slots=True)
class Differing:
    """Where two sources do not agree: how much in all by what they say, and the largest pieces."""

    totals: Mapping[tuple[str, str], float]
    pieces: tuple[tuple[Difference, str], ...]
    """Each with where it lies."""


def _differing(arguments: params.Arguments, parts: Services, day: date) -> Differing:
    record = parts.record
    one, other = two_sources(arguments, record)
    found = record.disagreement(day, one, other)
    pieces = [
        Difference(each.before, each.after, part, area_km2(part))
        for each in found
        for part in shapely.get_parts(each.area)
    ]
    largest = sorted(pieces, key=lambda piece: -piece.km2)[:MOST_PIECES]
    return Differing(
        {(each.before, each.after): each.km2 for each in found},
        tuple((piece, _where(piece.area, parts.gazetteer)) for piece in largest),
    )


def _where(area: BaseGeometry, gazetteer: Gazetteer) -> str:
    spot = area.representative_point()
    near = gazetteer.nearby(lat=spot.y, lon=spot.x, km=NEAR_KM, limit=1)
    return naming.label(near[0]) if near else f"{spot.y:.2f}, {spot.x:.2f}"
