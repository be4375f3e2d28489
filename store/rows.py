"""Domain objects to rows and back: what is read equals what was written.

A report's source, title, link and date are its document's and are read from there.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import MISSING, astuple, fields
from datetime import date
from functools import lru_cache
from operator import attrgetter
from typing import Any

import shapely

from domain import (
    BBox,
    Candidate,
    DateRange,
    Document,
    Event,
    EventReport,
    InvalidInput,
    Mention,
    MentionKind,
    Place,
    Relation,
    Resolution,
    Spot,
    Stance,
    TextSpan,
    Toll,
)
from store.extents import extent_of

Row = tuple[Any, ...]

_PLACE_FIELDS = tuple(field.name for field in fields(Place))
_PLACE_VALUES = attrgetter(*_PLACE_FIELDS)
_PLACE_DEFAULTS = tuple(field.default for field in fields(Place))
_NO_PLACE = (None,) * len(_PLACE_FIELDS)

DOCUMENT_COLUMNS = ("id", "title", "source", "url", "published", "text")

MENTION_COLUMNS = (
    "document_id", "position", "start_offset", "end_offset", "text", "name", "kind", "asked", "relation",
    "offset_km", "bearing", "near_mention", "inside_mention", "other_mention", "spot", "confidence",
    "geo_precision", "uncertainty_km", "reason", "lat", "lon", "place", "anchor", "other", "candidates",
)  # fmt: skip

EVENT_COLUMNS = (
    "id", "event_type", "sub_event_type", "disorder_type", "stance", "confidence", "actor", "target",
    "claimed_by", "date_start", "date_end", "time_precision", "place_text", "lat", "lon", "geo_precision",
    "uncertainty_km", "fatalities_stated", "fatalities_low", "fatalities_best", "fatalities_high",
    "geometry", *(f"place_{name}" for name in _PLACE_FIELDS), "region_id", "geometry_type",
)  # fmt: skip

REPORT_COLUMNS = (
    "event_id", "document_id", "sentence", "sentence_start", "sentence_end", "trigger_text",
    "trigger_start", "trigger_end", "mention_position",
)  # fmt: skip


def insert(table: str, columns: Sequence[str], *, unless_same: Sequence[str] = ()) -> str:
    """Return an INSERT of one row, which does nothing where ``unless_same`` columns are there already."""
    sql = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
    return f"{sql} ON CONFLICT ({', '.join(unless_same)}) DO NOTHING" if unless_same else sql


# --------------------------------------------------------------------------- documents


def document_row(document: Document) -> Row:
    """Return the values of DOCUMENT_COLUMNS."""
    published = document.date.isoformat() if document.date else None
    return document.id, document.title, document.source, document.url, published, document.text


def read_document(row: Row) -> Document:
    """Make a document from DOCUMENT_COLUMNS."""
    _, title, source, url, published, text = row
    return Document(text=text, date=_day(published), title=title, source=source, url=url)


# --------------------------------------------------------------------------- mentions


def mention_rows(document_id: str, resolutions: Iterable[Resolution]) -> list[Row]:
    """Return the values of MENTION_COLUMNS for each resolution. Raises InvalidInput for NaN."""
    rows = []
    for position, found in enumerate(resolutions):
        mention = found.mention
        row = (
            document_id, position, mention.start, mention.end, mention.text, mention.name,
            mention.kind.value, mention.asked, mention.relation.value, mention.offset_km, mention.bearing,
            mention.near, mention.inside, mention.other,
            _json(astuple(mention.spot), "spot") if mention.spot else None,
            found.confidence, found.geo_precision, found.uncertainty_km,
            found.reason, found.lat, found.lon,
            _place_json(found.place), _place_json(found.anchor), _place_json(found.other),
            _json([
                {"score": one.score, "contributions": dict(one.contributions), "place": _short(one.place)}
                for one in found.candidates
            ], "candidates"),
        )  # fmt: skip
        rows.append(_finite(row, MENTION_COLUMNS))
    return rows


def read_resolution(row: Row) -> Resolution:
    """Make a resolution from MENTION_COLUMNS."""
    (
        _, _, start, end, text, name, kind, asked, relation, offset_km, bearing, near, inside, other,
        spot, confidence, geo_precision, uncertainty_km, reason, lat, lon, place, anchor, second, candidates,
    ) = row  # fmt: skip
    return Resolution(
        mention=Mention(
            start,
            end,
            text,
            name,
            MentionKind(kind),
            asked,
            Relation(relation),
            offset_km,
            bearing,
            near,
            inside,
            other,
            Spot(*json.loads(spot)) if spot else None,
        ),  # fmt: skip
        place=_read_place(place),
        confidence=confidence,
        geo_precision=geo_precision,
        uncertainty_km=uncertainty_km,
        reason=reason,
        candidates=tuple(
            Candidate(Place(**one["place"]), one["score"], one["contributions"])
            for one in json.loads(candidates)
        ),
        anchor=_read_place(anchor),
        lat=lat,
        lon=lon,
        other=_read_place(second),
    )


@lru_cache(maxsize=4096)
def _short(place: Place) -> dict[str, Any]:
    # Without the fields that have their default value: half the size. Cached, for news tells of the
    # same places over and over; nobody changes the dict.
    return {
        name: value
        for name, value, default in zip(_PLACE_FIELDS, _PLACE_VALUES(place), _PLACE_DEFAULTS, strict=True)
        if default is MISSING or value != default
    }


def _place_json(place: Place | None) -> str | None:
    return None if place is None else _json(_short(place), "place")


def _read_place(text: str | None) -> Place | None:
    return Place(**json.loads(text)) if text else None


def _json(value: object, field: str) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except ValueError as error:
        raise InvalidInput("holds a number that is not finite", field=field) from error


# --------------------------------------------------------------------------- events


def event_row(event: Event) -> Row:
    """Return the values of EVENT_COLUMNS. Raises InvalidInput naming what cannot be kept."""
    when, deaths, place, shape = event.when, event.fatalities, event.place, event.geometry
    row = (
        event.id, event.event_type, event.sub_event_type, event.disorder_type, event.stance.value,
        event.confidence, event.actor, event.target, event.claimed_by,
        *((when.start.isoformat(), when.end.isoformat(), when.precision) if when else (None, None, None)),
        event.place_text, event.lat, event.lon, event.geo_precision, event.uncertainty_km,
        deaths is not None, *((deaths.low, deaths.best, deaths.high) if deaths else (None, None, None)),
        None if shape is None else shapely.to_wkb(shape),
        *(_NO_PLACE if place is None else _PLACE_VALUES(place)),
        None if place is None else _region_id(place),
        None if shape is None else shape.geom_type,
    )  # fmt: skip
    return _finite(row, EVENT_COLUMNS)


def extent_row(event: Event) -> Row | None:
    """Return west, east, south, north of the event's box for the index, ``None`` if not placed."""
    extent: BBox | None = extent_of(event)
    return None if extent is None else (extent.west, extent.east, extent.south, extent.north)


def report_rows(event: Event) -> list[Row]:
    """Return the values of REPORT_COLUMNS for each report. Raises InvalidInput where there is none."""
    if not event.reports:
        raise InvalidInput("an event without a report", field=f"event {event.id}")
    return [
        (
            event.id, report.document_id,
            report.sentence.text, report.sentence.start, report.sentence.end,
            report.trigger.text, report.trigger.start, report.trigger.end, report.place,
        )
        for report in event.reports
    ]  # fmt: skip


def read_report(row: Row) -> EventReport:
    """Make a report from REPORT_COLUMNS and its document's source, title, url and published."""
    (
        _, document_id, sentence, sentence_start, sentence_end, trigger, trigger_start, trigger_end, place,
        source, title, url, published,
    ) = row  # fmt: skip
    return EventReport(
        document_id,
        TextSpan(sentence_start, sentence_end, sentence),
        TextSpan(trigger_start, trigger_end, trigger),
        place,
        source,
        title,
        url,
        _day(published),
    )


def read_events(rows: Sequence[Row], reports: Mapping[str, Sequence[EventReport]]) -> list[Event]:
    """Make events from EVENT_COLUMNS and their reports by event id."""
    geometry_at, place_at = EVENT_COLUMNS.index("geometry"), EVENT_COLUMNS.index("place_id")
    place_end = place_at + len(_PLACE_FIELDS)
    shapes = shapely.from_wkb([row[geometry_at] for row in rows])
    return [
        _read_event(row[:geometry_at], row[place_at:place_end], shape, tuple(reports[row[0]]))
        for row, shape in zip(rows, shapes, strict=True)
    ]


def _read_event(row: Row, place: Row, shape: Any, reports: tuple[EventReport, ...]) -> Event:
    (
        event_id, event_type, sub_event_type, disorder_type, stance, confidence, actor, target, claimed_by,
        start, end, precision, place_text, lat, lon, geo_precision, uncertainty_km, deaths, low, best, high,
    ) = row  # fmt: skip
    return Event(
        id=event_id,
        event_type=event_type,
        sub_event_type=sub_event_type,
        disorder_type=disorder_type,
        stance=Stance(stance),
        confidence=confidence,
        reports=reports,
        actor=actor,
        target=target,
        claimed_by=claimed_by,
        when=DateRange(date.fromisoformat(start), date.fromisoformat(end), precision) if start else None,
        place_text=place_text,
        place=None if place[0] is None else Place(*place),
        lat=lat,
        lon=lon,
        geometry=shape,
        geo_precision=geo_precision,
        uncertainty_km=uncertainty_km,
        fatalities=Toll(low, best, high) if deaths else None,
    )


def _region_id(place: Place) -> str | None:
    if place.admin1_id or place.id.startswith("adm1:"):
        return place.admin1_id or place.id
    return f"country:{place.country}" if place.country else None


def _finite(row: Row, columns: Sequence[str]) -> Row:
    # SQLite turns NaN into NULL without a word.
    for column, value in zip(columns, row, strict=True):
        if isinstance(value, float) and not math.isfinite(value):
            raise InvalidInput(f"{value} is not a number that can be kept", field=column)
    return row


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
