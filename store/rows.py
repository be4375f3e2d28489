"""Domain objects to rows and back: what is read equals what was written.

A report's source, title, link and date are its document's and are read from there. An event that is
shown and one as a document tells it have the same columns.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import MISSING, astuple, fields, replace
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
from store.extents import extent_of, years

Row = tuple[Any, ...]

_PLACE_FIELDS = tuple(field.name for field in fields(Place))
_PLACE_VALUES = attrgetter(*_PLACE_FIELDS)
_PLACE_DEFAULTS = tuple(field.default for field in fields(Place))

# An event's region_id tells the district too.
_PLACE_COLUMNS = tuple(name for name in _PLACE_FIELDS if name != "admin2_id")
_PLACE_COLUMN_VALUES = attrgetter(*_PLACE_COLUMNS)
_NO_PLACE = (None,) * len(_PLACE_COLUMNS)

DOCUMENT_COLUMNS = ("id", "title", "source", "url", "published", "text")

MENTION_COLUMNS = (
    "document_id", "position", "start_offset", "end_offset", "text", "name", "kind", "asked", "relation",
    "offset_km", "bearing", "near_mention", "inside_mention", "other_mention", "spot", "confidence",
    "geo_precision", "uncertainty_km", "reason", "lat", "lon", "place", "anchor", "other", "candidates",
)  # fmt: skip

EVENT_COLUMNS = (
    "id", "event_type", "sub_event_type", "disorder_type", "stance", "confidence", "actor", "target",
    "claimed_by", "date_start", "date_end", "time_precision", "place_text", "lat", "lon", "geo_precision",
    "uncertainty_km", *(f"{people}_{part}" for people in ("fatalities", "wounded", "captured")
    for part in ("stated", "low", "best", "high")), "weapon", "count",
    "geometry", *(f"place_{name}" for name in _PLACE_COLUMNS), "region_id", "geometry_type",
)  # fmt: skip

TELLING_COLUMNS = ("event_key", "document_id", *EVENT_COLUMNS)

EXTENT_COLUMNS = ("west", "east", "south", "north", "since", "until")

REPORT_COLUMNS = (
    "telling_id", "sentence", "sentence_start", "sentence_end", "trigger_text", "trigger_start",
    "trigger_end", "mention_position", "stance", "claimed_by", "fatalities_stated", "fatalities_low",
    "fatalities_best", "fatalities_high",
)  # fmt: skip


def update(table: str, columns: Sequence[str], *, where: str) -> str:
    """Return an UPDATE of all the columns in the rows that have a value in the column ``where``."""
    return f"UPDATE {table} SET {', '.join(f'{column} = ?' for column in columns)} WHERE {where} = ?"


def insert(table: str, columns: Sequence[str], *, unless_same: Sequence[str] = ()) -> str:
    """Return an INSERT of one row, which does nothing where ``unless_same`` columns are there already."""
    sql = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
    return f"{sql} ON CONFLICT ({', '.join(unless_same)}) DO NOTHING" if unless_same else sql


def marks(values: Sequence[object]) -> str:
    """Return a ``?`` for each of the values."""
    return ", ".join("?" * len(values))


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
    when, place, shape = event.when, event.place, event.geometry
    row = (
        event.id, event.event_type, event.sub_event_type, event.disorder_type, event.stance.value,
        event.confidence, event.actor, event.target, event.claimed_by,
        *((when.start.isoformat(), when.end.isoformat(), when.precision) if when else (None, None, None)),
        event.place_text, event.lat, event.lon, event.geo_precision, event.uncertainty_km,
        *_toll_values(event.fatalities), *_toll_values(event.wounded), *_toll_values(event.captured),
        event.weapon, event.count,
        None if shape is None else shapely.to_wkb(shape),
        *(_NO_PLACE if place is None else _PLACE_COLUMN_VALUES(place)),
        None if place is None else _region_id(place),
        None if shape is None else shape.geom_type,
    )  # fmt: skip
    return _finite(row, EVENT_COLUMNS)


def extent_row(event: Event) -> Row | None:
    """Return the values of EXTENT_COLUMNS, the event's box for the index, ``None`` if not placed."""
    extent: BBox | None = extent_of(event)
    if extent is None:
        return None
    days = (years(event.when.start), years(event.when.end)) if event.when else (-1.0, -1.0)
    return (extent.west, extent.east, extent.south, extent.north, *days)


def report_rows(telling: Event) -> list[Row]:
    """Return the values of REPORT_COLUMNS for each report.

    Raises InvalidInput where there is none, or one of another document than the first.
    """
    if not telling.reports:
        raise InvalidInput("an event without a report", field=f"event {telling.id}")
    if len({report.document_id for report in telling.reports}) > 1:
        raise InvalidInput("told by more than one document", field=f"event {telling.id}")
    return [
        (
            telling.id,
            report.sentence.text, report.sentence.start, report.sentence.end,
            report.trigger.text, report.trigger.start, report.trigger.end, report.place,
            report.stance.value, report.claimed_by, *_toll_values(report.fatalities),
        )
        for report in telling.reports
    ]  # fmt: skip


def read_report(row: Row) -> EventReport:
    """Make a report from REPORT_COLUMNS and its document's id, source, title, url and published."""
    (
        _, sentence, sentence_start, sentence_end, trigger, trigger_start, trigger_end, place, stance,
        claimed_by, *deaths, document_id, source, title, url, published,
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
        Stance(stance),
        claimed_by,
        _read_toll(deaths),
    )


def read_events(rows: Sequence[Row], reports: Sequence[Sequence[EventReport]]) -> list[Event]:
    """Make events from EVENT_COLUMNS and the reports of each."""
    geometry_at, place_at = EVENT_COLUMNS.index("geometry"), EVENT_COLUMNS.index("place_id")
    place_end = EVENT_COLUMNS.index("region_id") + 1
    shapes = shapely.from_wkb([row[geometry_at] for row in rows])
    return [
        _read_event(row[:geometry_at], row[place_at:place_end], shape, tuple(told))
        for row, shape, told in zip(rows, shapes, reports, strict=True)
    ]


def _read_event(row: Row, place: Row, shape: Any, reports: tuple[EventReport, ...]) -> Event:
    (
        event_id, event_type, sub_event_type, disorder_type, stance, confidence, actor, target, claimed_by,
        start, end, precision, place_text, lat, lon, geo_precision, uncertainty_km, *tolls, weapon, count,
    ) = row  # fmt: skip
    killed, wounded, captured = (_read_toll(tolls[at : at + 4]) for at in (0, 4, 8))
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
        place=_event_place(place),
        lat=lat,
        lon=lon,
        geometry=shape,
        geo_precision=geo_precision,
        uncertainty_km=uncertainty_km,
        fatalities=killed,
        wounded=wounded,
        captured=captured,
        weapon=weapon,
        count=count,
    )


def _toll_values(toll: Toll | None) -> Row:
    return (False, None, None, None) if toll is None else (True, toll.low, toll.best, toll.high)


def _read_toll(values: Sequence[Any]) -> Toll | None:
    stated, low, best, high = values
    return Toll(low, best, high) if stated else None


def _region_id(place: Place) -> str | None:
    """Return the id of the smallest division that is known: a district, a first-order one, a country."""
    if place.admin2_id:
        return place.admin2_id
    if place.admin1_id or place.id.startswith("adm1:"):
        return place.admin1_id or place.id
    return f"country:{place.country}" if place.country else None


def _event_place(row: Row) -> Place | None:
    """Make a place from its own columns and the region_id."""
    *values, region_id = row
    if values[0] is None:
        return None
    place = Place(*values)
    return place if region_id == _region_id(place) else replace(place, admin2_id=region_id)


def _finite(row: Row, columns: Sequence[str]) -> Row:
    # SQLite turns NaN into NULL without a word.
    for column, value in zip(columns, row, strict=True):
        if isinstance(value, float) and not math.isfinite(value):
            raise InvalidInput(f"{value} is not a number that can be kept", field=column)
    return row


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
