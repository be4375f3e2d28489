"""Who holds what as GeoJSON (RFC 7946): areas, contested ground and front lines of any day, what has changed
between two days, and where two sources differ."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import shapely
from flask import Blueprint, Response, request
from flask_babel import gettext as _
from shapely.geometry.base import BaseGeometry

from domain import NotFound, Unprocessable
from frontlines import FACTS, OUTLINES_FROM, Control, Difference, Record, Turn, drawn, features, turns
from web import naming, params, wording
from web.geojson import GEOJSON, dumps
from web.languages import language
from web.services import Services, services

PLACES_FROM = "Places: GeoNames, CC BY 4.0."

blueprint = Blueprint("control", __name__)


@blueprint.get("/control.geojson")
def control() -> Response:
    """Return who holds the ground on a day: features of the kinds control, contested and frontline."""
    arguments = params.Arguments(request.args, params.CONTROL)
    slim = params.slim(arguments)
    asked = on_day(arguments, services())

    def make() -> str:
        return dumps(asked.described | {"features": list(features(asked.control.territory, slim=slim))})

    return services().kept.response(
        (asked.version, language(), "control", asked.day, asked.source, slim), make, GEOJSON
    )


@blueprint.get("/frontlines.geojson")
def front_lines() -> Response:
    """Return the front lines alone of a day."""
    asked = on_day(params.Arguments(request.args, params.LINES), services())

    def make() -> str:
        known = features(asked.control.territory)
        lines = [feature for feature in known if feature["properties"]["kind"] == "frontline"]
        return dumps(asked.described | {"features": lines})

    return services().kept.response(
        (asked.version, language(), "lines", asked.day, asked.source), make, GEOJSON
    )


@blueprint.get("/changes.geojson")
def changes() -> Response:
    """Return the ground and the places that changed hands between two days: kinds change and place."""
    arguments = params.Arguments(request.args, params.CHANGES)
    slim, parts = params.slim(arguments), services()
    first, last, source = between(arguments, parts.record)

    def make() -> str:
        change = parts.record.change(first, last, source)
        areas = [_moved(moved, slim) for moved in change.areas]
        places = [_place(turn) for turn in turns(change, parts.record, parts.gazetteer, source)]
        before = parts.record.on(first, source)
        described: dict[str, Any] = {"from": first.isoformat(), "to": last.isoformat()}
        described |= _described(parts.record, parts.record.on(last, source))
        if not before.territory.areas:
            unknown = _("Nothing is known of who held what on %(day)s.", day=wording.day(first))
            described.setdefault("note", unknown)
        return dumps(described | {"features": areas + places})

    question = (parts.record.version, language(), "changes", first, last, source, slim)
    return parts.kept.response(question, make, GEOJSON)


@blueprint.get("/disagreements.geojson")
def disagreements() -> Response:
    """Return the ground of which two sources say on a day that different parties hold it."""
    arguments = params.Arguments(request.args, params.DISAGREEMENTS)
    parts = services()
    asked = on_day(arguments, parts)
    one, other = two_sources(arguments, parts.record)

    def make() -> str:
        found = parts.record.disagreement(asked.day or date.min, one, other)
        features = [
            _feature(
                "disagreement", each.area, False,
                km2=round(each.km2, 1), source=one, says=each.before, other=other, other_says=each.after,
            )
            for each in found
        ]  # fmt: skip
        return dumps(asked.described | {"source": one, "other": other, "features": features})

    return parts.kept.response((asked.version, language(), "differ", asked.day, one, other), make, GEOJSON)


# --------------------------------------------------------------------------- what is asked


@dataclass(frozen=True, slots=True)
class OnDay:
    """Who holds what on the day that a request asks for, ``None`` if nothing is known of any day."""

    version: tuple[object, ...]
    day: date | None
    source: str
    record: Record

    @property
    def control(self) -> Control:
        """Who holds the ground then."""
        return self.record.on(self.day or date.min, self.source)

    @property
    def described(self) -> dict[str, Any]:
        """The members of the collection beside its features."""
        day = {"date": self.day.isoformat() if self.day else None}
        return day | _described(self.record, self.control)


def on_day(arguments: params.Arguments, parts: Services) -> OnDay:
    """Return the day and source that a request asks for. Raises InvalidInput, NotFound naming the field."""
    record, source = parts.record, known_source(arguments, "source", parts.record)
    day = arguments.day("date") or max(record.days(source), default=None)
    return OnDay(record.version, day, source, record)


def between(arguments: params.Arguments, record: Record) -> tuple[date, date, str]:
    """Return the first day, the last and the source. Raises Unprocessable for days in no order."""
    source = known_source(arguments, "source", record)
    known = record.days(source) or (date.min,)
    first, last = arguments.day("from"), arguments.day("to")
    last = last or max(known[-1], first or known[-1])
    first = first or min(known[0], last)
    if first > last:
        raise Unprocessable(f"{first} lies after {last}", field="from")
    return first, last, source


def two_sources(arguments: params.Arguments, record: Record) -> tuple[str, str]:
    """Return the two sources to compare: that of the newest drawing with the facts, if nothing is said."""
    one = known_source(arguments, "source", record) or record.newest_source()
    other = known_source(arguments, "other", record)
    return one, other or next((name for name in record.sources() if name != one), FACTS)


def known_source(arguments: params.Arguments, name: str, record: Record) -> str:
    """Return the source given under a name, "" if none is. Raises NotFound for one that drew nothing."""
    source = arguments.text(name) or ""
    if source and source not in record.sources():
        raise NotFound(f"nothing drawn by {source[:60]!r} is kept", field=name)
    return source


# --------------------------------------------------------------------------- what is answered


def parties(record: Record, *known: Control) -> list[str]:
    """Return all parties in the order by which they get their colours, the same on every page."""
    named = record.parties()
    unnamed = {party for control in known for party in control.territory.areas} - set(named)
    return [*named, *sorted(unnamed)]


def _described(record: Record, control: Control) -> dict[str, Any]:
    sources = dict.fromkeys(f"Areas: {each.source}, {each.date}." for each in control.drawn)
    called = parties(record, control)
    told = [fact for holding in control.territory.holdings for fact in holding.facts]
    note = (
        {}
        if control.territory.areas or control.drawn
        else {"note": _("nothing is known of who held what on that day")}
    )
    return {
        "type": "FeatureCollection",
        "attribution": " ".join((OUTLINES_FROM, PLACES_FROM, *sources)),
        "source": control.drawn[0].source if control.drawn else FACTS,
        "drawn_from": [
            {"id": each.id, "date": each.date.isoformat(), "source": each.source, "party": each.party}
            for each in control.drawn
        ],
        "facts": len(told),
        "parties": called,
        "names": {party: naming.party(party) for party in called},
    } | note


def _moved(moved: Difference, slim: bool) -> dict[str, Any]:
    parties = {"from_party": moved.before, "to_party": moved.after}
    return _feature("change", moved.area, slim, **parties, km2=round(moved.km2, 1))


def _place(turn: Turn) -> dict[str, Any]:
    return _feature(
        "place",
        shapely.Point(turn.lon, turn.lat),
        False,
        name=naming.name_at(turn.name, lat=turn.lat, lon=turn.lon),
        party=turn.party,
        claimant=turn.claimant,
        before=turn.before,
        since=turn.since.isoformat(),
        stance=turn.stance.value if turn.stance else None,
        said=wording.stance_name(turn.stance) if turn.stance else None,
        sources="; ".join(turn.sources),
        events="; ".join(turn.events),
    )


def _feature(kind: str, shape: BaseGeometry, slim: bool, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "geometry": drawn(shape, slim), "properties": {"kind": kind} | properties}
