"""Analysed reports to keep in a store, made without the extraction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from shapely.geometry import Point

import merging
from domain import (
    Analysis,
    Candidate,
    DateRange,
    Document,
    Event,
    EventReport,
    Mention,
    MentionKind,
    Neighbourhood,
    Place,
    Relation,
    Resolution,
    Stance,
    TextSpan,
    Toll,
    stable_id,
)

BACKENDS: dict[str, Callable[[Path], str]] = {
    "sqlite": lambda folder: f"sqlite:///{folder / 'events.db'}",
}
"""Every kind of store, as a way from an empty folder to the URL of a new one."""

DAY = date(2025, 1, 10)


class ByName:
    """Merges what `event` gave the same name, near by; so that a test says itself what is one event."""

    def neighbourhood(self, telling: Event) -> Neighbourhood | None:
        """Look for any event at the place."""
        if telling.lat is None or telling.lon is None:
            return None
        return Neighbourhood(telling.lat, telling.lon, 1.0)

    def joins(self, tellings: Sequence[Event], known: Sequence[Sequence[Event]]) -> list[Event | None]:
        """Choose the event of the same name."""
        return [
            next((each for each in events if name_of(each) == name_of(telling)), None)
            for telling, events in zip(tellings, known, strict=True)
        ]

    def fold(self, tellings: Sequence[Event]) -> Event:
        """Fold as Sitmap does."""
        return merging.fold(tellings)


def name_of(event: Event) -> str:
    """Return what stands for the name in the id of an event that `event` made."""
    return event.id.partition("-")[0]


POKROVSK = Place(
    id="geonames:700646",
    name="Pokrovsk",
    lat=48.28,
    lon=37.18,
    feature_code="PPLA2",
    country="UA",
    admin1="Donetsk",
    admin1_id="adm1:UA.05",
    admin2="Pokrovskyi Raion",
    population=60_127,
    radius_km=4.5,
    source="GeoNames",
)
LYMAN = replace(
    POKROVSK,
    id="geonames:704204",
    name="Lyman",
    lat=48.98,
    lon=37.81,
    admin2="Kramatorskyi Raion",
    admin2_id="adm2:UA.05.kramatorskyi-raion",
)
KURSK_REGION = Place("adm1:RU.41", "Kursk Oblast", 51.75, 36.2, "ADM1", "RU", radius_km=120.0)
UKRAINE = Place("country:UA", "Ukraine", 49.0, 32.0, "PCLI", "UA", radius_km=600.0)
BLACK_SEA = Place("sitmap:black-sea", "Black Sea", 43.0, 34.0, "SEA", radius_km=500.0)


def document(number: int = 0, **changes: Any) -> Document:
    """Return a report that differs from those of other numbers."""
    text = f"Report {number}. Russian forces shelled Pokrovsk on Friday, officials said."
    made = Document(text, DAY, f"Title {number}", "Sitmap Wire", f"https://example.org/{number}")
    return replace(made, **changes)


def report(of: Document, *, start: int = 0, **changes: Any) -> EventReport:
    """Return the evidence in a document, in the sentence that begins at ``start``."""
    end = len(of.text)
    return replace(
        EventReport(
            of.id,
            TextSpan(start, end, of.text[start:end]),
            TextSpan(start + 1, start + 4, of.text[start + 1 : start + 4]),
            0,
            of.source,
            of.title,
            of.url,
            of.date,
        ),
        **changes,
    )


def event(of: Document, name: str = "event", **changes: Any) -> Event:
    """Return an event at Pokrovsk, told by the document."""
    return replace(
        Event(
            id=f"{stable_id(name)}-{of.id}",
            event_type="Explosions/Remote violence",
            sub_event_type="Shelling/artillery/missile attack",
            disorder_type="Political violence",
            stance=Stance.REPORTED,
            confidence=0.8,
            reports=(report(of),),
            actor="Russia",
            target="Ukraine",
            when=DateRange(DAY, DAY, 1),
            place_text="Pokrovsk",
            place=POKROVSK,
            lat=POKROVSK.lat,
            lon=POKROVSK.lon,
            geometry=Point(POKROVSK.lon, POKROVSK.lat),
            geo_precision=1,
            uncertainty_km=4.5,
        ),
        **changes,
    )


def at(of: Document, name: str, *, lat: float, lon: float, km: float | None = 0.0, **changes: Any) -> Event:
    """Return an event at a position, with the uncertainty in km."""
    placed: dict[str, Any] = {"lat": lat, "lon": lon, "geometry": Point(lon, lat), "uncertainty_km": km}
    return event(of, name, **(placed | changes))


def unplaced(of: Document, name: str, **changes: Any) -> Event:
    """Return an event that nobody can put on a map."""
    nowhere: dict[str, Any] = {
        "place": None, "lat": None, "lon": None, "geometry": None, "geo_precision": None,
        "uncertainty_km": None,
    }  # fmt: skip
    return event(of, name, **(nowhere | changes))


def resolution(**changes: Any) -> Resolution:
    """Return a mention of Pokrovsk with two candidates."""
    return replace(
        Resolution(
            mention=Mention(36, 44, "Pokrovsk", "Pokrovsk"),
            place=POKROVSK,
            confidence=0.9,
            geo_precision=1,
            uncertainty_km=4.5,
            reason="the largest of that name",
            candidates=(
                Candidate(POKROVSK, 1.5, {"population": 1.0, "country": 0.5}),
                Candidate(replace(POKROVSK, id="geonames:1", lat=62.0, lon=129.0, country="RU"), -0.25, {}),
            ),
            lat=POKROVSK.lat,
            lon=POKROVSK.lon,
        ),
        **changes,
    )


def analysis(of: Document, *events: Event, resolutions: tuple[Resolution, ...] = ()) -> Analysis:
    """Return what was read out of a document."""
    return Analysis(of, resolutions, (), events)


def numbered(number: int) -> Analysis:
    """Return one of a long row of analyses: an event of its own, and one shared with its neighbours."""
    told = document(number)
    day = DateRange(DAY + timedelta(days=number % 30), DAY + timedelta(days=number % 30), 1)
    own = at(
        told,
        f"own {number}",
        lat=45 + number % 7,
        lon=25 + number % 13,
        km=2.0,
        when=day,
        fatalities=Toll(1, 2, number),
    )
    lon, lat = divmod(number // 5, 100)
    shared = at(told, f"shared {number // 5}", lat=lat - 60.0, lon=lon * 1.0, stance=Stance.CLAIMED)
    second = replace(
        resolution(),
        mention=Mention(
            0, 6, "Report", "Report", MentionKind.SPEAKER, "", Relation.OFFSET, 12.0, 270.0, 0
        ),
        place=None,
        anchor=UKRAINE,
    )  # fmt: skip
    return analysis(told, own, shared, resolutions=(resolution(), second))
