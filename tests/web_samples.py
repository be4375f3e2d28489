"""A few events about real places, told without the extraction, for the tests of the pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from flask import Flask
from shapely.geometry import Point

from domain import (
    Analysis,
    Candidate,
    DateRange,
    Document,
    Event,
    EventReport,
    Mention,
    Place,
    Relation,
    Resolution,
    Stance,
    TextSpan,
    Toll,
    stable_id,
)
from geo.shapes import disc
from ontology import load_ontology
from web.services import Services

MakeApp = Callable[..., Flask]
"""Makes an app over the prepared parts; takes the folder of its store, and settings."""

HOSTILE_TEXT = (
    "Drones hit <script>alert(1)</script> ${alert(2)} `alert(3)` </script><script>alert(4)</script>"
    ' "><img src=x onerror=alert(5)> in Odesa.'
)
HOSTILE_TITLE = '</title><script>alert(6)</script>"><img src=x onerror=alert(7)>${alert(8)}'
HOSTILE_SOURCE = "<svg onload=alert(9)>`${alert(10)}`</textarea>"
HOSTILE_URL = "javascript:alert(11)"
HOSTILE_NAME = "<img src=x onerror=alert(12)>Nowhere${alert(13)}"


@dataclass(frozen=True, slots=True)
class Told:
    """One event and the sentence that tells of it."""

    text: str
    trigger: str
    kind: str
    place: str = ""
    day: date | None = None
    stance: Stance = Stance.REPORTED
    claimed_by: str | None = None
    near_km: float = 0.0
    asked: str = ""
    killed: int | None = None
    title: str = ""
    source: str = "Sample Wire"
    url: str = "https://example.org/report"


TOLD = {
    "clash": Told(
        "Rain fell all week. Five soldiers were killed when the armies clashed in Pokrovsk, officials said. "
        "Trains still ran.",
        "clashed",
        "Armed clash",
        "Pokrovsk",
        date(2025, 1, 10),
        killed=5,
        title="A week of rain",
    ),
    "strike": Told(
        "The Russian military said that a drone had struck a depot in Odesa.",
        "struck",
        "Air/drone strike",
        "Odesa",
        date(2025, 1, 20),
        Stance.CLAIMED,
        "the Russian military",
    ),
    "near": Told(
        "Fighting went on near Pokrovsk.",
        "Fighting",
        "Armed clash",
        "Pokrovsk",
        date(2025, 1, 12),
        near_km=14,
    ),
    "region": Told(
        "Shells fell in the Kursk region.",
        "Shells",
        "Shelling/artillery/missile attack",
        "Kursk",
        date(2025, 1, 11),
        asked="ADM1",
    ),
    "unplaced": Told(
        "A drone hit a warehouse, reports said.", "hit", "Air/drone strike", day=date(2025, 1, 15)
    ),
    "denied": Told(
        "Kyiv denied that its men had attacked Bryansk.",
        "attacked",
        "Armed clash",
        "Bryansk",
        date(2025, 1, 14),
        Stance.DENIED,
    ),
    "undated": Told("Thousands marched in Tbilisi.", "marched", "Peaceful protest", "Tbilisi"),
    "hostile": Told(
        HOSTILE_TEXT,
        "hit",
        "Air/drone strike",
        "Odesa",
        date(2025, 1, 21),
        Stance.CLAIMED,
        claimed_by=HOSTILE_SOURCE,
        title=HOSTILE_TITLE,
        source=HOSTILE_SOURCE,
        url=HOSTILE_URL,
    ),
    "hostile place": Told(
        f"Drones hit {HOSTILE_NAME}.",
        "hit",
        "Air/drone strike",
        HOSTILE_NAME,
        date(2025, 1, 22),
        title=HOSTILE_TITLE,
    ),
}
SHOWN = {"clash", "strike", "near", "undated", "hostile"}
REGION_ONLY = {"region"}
UNPLACED = {"unplaced", "hostile place"}
FILTERED = {"denied"}


def load(parts: Services) -> Mapping[str, Event]:
    """Put the events into the store; return them by the names that they have in ``TOLD``."""
    events = {}
    for name, told in TOLD.items():
        analysis = _analysis(told, parts)
        parts.store.add(analysis)
        events[name] = analysis.events[0]
    return events


def _analysis(told: Told, parts: Services) -> Analysis:
    document = Document(told.text, told.day, told.title, told.source, told.url)
    dead = Toll(None, told.killed, None) if told.killed else None
    resolution = _resolution(told, parts)
    kind = load_ontology().types[told.kind]
    event = Event(
        stable_id(document.id, told.kind),
        kind.family,
        kind.name,
        kind.disorder,
        told.stance,
        0.8,
        (
            EventReport(
                document.id,
                _sentence(told),
                _span(told.text, told.trigger),
                0 if resolution else None,
                told.source,
                told.title,
                told.url,
                told.day,
                told.stance,
                told.claimed_by,
                dead,
            ),
        ),
        claimed_by=told.claimed_by,
        when=DateRange(told.day, told.day, 1) if told.day else None,
        place_text=told.place,
        fatalities=dead,
    )
    place = resolution.place if resolution else None
    if resolution and place:
        outline = parts.regions.outline(place.id) if told.asked else Point(place.lon, place.lat)
        event = replace(
            event,
            place=parts.regions.with_district(place),
            lat=place.lat,
            lon=place.lon,
            geometry=disc(lat=place.lat, lon=place.lon, km=told.near_km) if told.near_km else outline,
            geo_precision=resolution.geo_precision,
            uncertainty_km=resolution.uncertainty_km,
        )
    return Analysis(document, (resolution,) if resolution else (), (), (event,))


def _resolution(told: Told, parts: Services) -> Resolution | None:
    if not told.place:
        return None
    named = parts.gazetteer.lookup(told.place)
    ranked: list[Place] = sorted(
        named, key=lambda place: bool(told.asked) and place.feature_code != told.asked
    )
    candidates = tuple(
        Candidate(place, round(6 - rank * 1.5, 2), {"population": 4.0, "own name": 2 - rank * 1.5})
        for rank, place in enumerate(ranked[:5])
    )
    at = told.text.find(told.place)
    relation = Relation.NEAR if told.near_km else Relation.IN
    mention = Mention(at, at + len(told.place), told.place, told.place, relation=relation)
    if not candidates:
        return Resolution(mention, None, 0.0, None, None, "Not placed: nobody knows it.")
    precision = 3 if told.asked else 2 if told.near_km else 1
    reach = told.near_km or candidates[0].place.radius_km
    reason = f"{candidates[0].place.label} is the largest place of that name."
    return Resolution(mention, candidates[0].place, 0.8, precision, reach, reason, candidates)


def _sentence(told: Told) -> TextSpan:
    at = told.text.find(told.trigger)
    start = told.text.rfind(". ", 0, at) + 2 if ". " in told.text[:at] else 0
    end = told.text.find(". ", at) + 1 or len(told.text)
    return TextSpan(start, end, told.text[start:end])


def _span(text: str, part: str) -> TextSpan:
    start = text.find(part)
    return TextSpan(start, start + len(part), part)
