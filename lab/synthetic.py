"""Made-up reports for measuring: they read like nothing, but weigh on store and map as real ones do.

Their events lie around real places of the gazetteer, thickest near a few centres, as those of wars
do. The same count and seed over the same gazetteer give the same reports.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta

from domain import (
    Analysis,
    Candidate,
    DateRange,
    Document,
    Event,
    EventReport,
    Mention,
    NotFound,
    Place,
    Relation,
    Resolution,
    Stance,
    TextSpan,
    stable_id,
)
from geo.gazetteer import Gazetteer
from geo.regions import Regions
from geo.relations import drawn
from ontology import EventType, load_ontology

SEED = 20250131
FIRST_DAY, DAYS = date(2022, 3, 1), 3 * 365

PRECISIONS = {1: 70, 2: 20, 3: 10}
"""Of a hundred events, how many have which geo precision."""

STANCES = {Stance.REPORTED: 60, Stance.CLAIMED: 35, Stance.CONFIRMED: 5}
"""Only those that the map draws, so that a view of all events has them all."""

CENTRES = {
    "Pokrovsk": 20, "Bakhmut": 14, "Kupiansk": 10, "Orikhiv": 8, "Kherson": 8, "Sumy": 6, "Kharkiv": 5,
    "Kyiv": 3, "Belgorod": 4, "Kursk": 3, "Gaza": 5, "Beirut": 2, "Aleppo": 3, "Sanaa": 2, "Khartoum": 3,
    "El Fasher": 2, "Goma": 3, "Mandalay": 3, "Gao": 2, "Mogadishu": 2, "Maiduguri": 2,
}  # fmt: skip
"""What events cluster around, and of about a hundred how many."""

REACH_KM = 80.0
NEAR_KM = (5.0, 25.0)
"""Bounds of the uncertainty of what is only known to be near a place."""

FREQUENT = {"Explosions/Remote violence": 6, "Battles": 5}
"""How much more frequent each type of a family is than those of other families."""

FILLER = (
    " Officials said that the situation in the area remained tense. Residents were told to stay at home."
    " Power and water were cut in several streets until the evening. The account could not be checked at"
    " once. Aid groups called for a pause, so that the wounded could be brought out. The road to the"
    " nearest hospital was reported open in the morning."
)


def synthetic_reports(
    gazetteer: Gazetteer, regions: Regions, *, count: int, seed: int = SEED
) -> Iterator[Analysis]:
    """Yield ``count`` analysed reports with one placed event each, dated over three years."""
    rng = random.Random(seed)
    towns = [_around(name, gazetteer) for name in CENTRES]
    kinds = list(load_ontology().types.values())
    frequencies = [FREQUENT.get(kind.family, 1) for kind in kinds]
    for number in range(count):
        near_centre = rng.choices(towns, list(CENTRES.values()))[0]
        # Squared: the nearer to the centre, the more happens.
        town = near_centre[int(len(near_centre) * rng.random() ** 2)]
        precision = rng.choices(list(PRECISIONS), list(PRECISIONS.values()))[0]
        place = _region_of(town, gazetteer) if precision == 3 else town
        reach = rng.uniform(*NEAR_KM) if precision == 2 else place.radius_km
        yield _report(
            number,
            kind=rng.choices(kinds, frequencies)[0],
            day=FIRST_DAY + timedelta(days=rng.randrange(DAYS)),
            stance=rng.choices(list(STANCES), list(STANCES.values()))[0],
            answer=_resolution(number, place, precision, reach, gazetteer),
            regions=regions,
        )


def _around(name: str, gazetteer: Gazetteer) -> tuple[Place, ...]:
    """Return the settlements around the place of that name, nearest first."""
    use = gazetteer.best(name)
    if use is None:
        raise NotFound(f"the gazetteer has no {name}", field="CENTRES")
    return gazetteer.nearby(lat=use.place.lat, lon=use.place.lon, km=REACH_KM, limit=300)


def _region_of(town: Place, gazetteer: Gazetteer) -> Place:
    return gazetteer.get(town.admin1_id or f"country:{town.country}")


def _opening(number: int) -> str:
    return f"Report {number}. Fighters attacked "


def _resolution(number: int, place: Place, precision: int, reach: float, gazetteer: Gazetteer) -> Resolution:
    """Return the place as the report's only mention, with its namesakes as the other candidates."""
    others = [other for other in gazetteer.lookup(place.name, limit=5) if other.id != place.id]
    at = len(_opening(number))
    return Resolution(
        Mention(
            at,
            at + len(place.name),
            place.name,
            place.name,
            relation=Relation.NEAR if precision == 2 else Relation.IN,
        ),
        place,
        confidence=0.8,
        geo_precision=precision,
        uncertainty_km=round(reach, 3),
        reason=f"{place.label} is the most prominent place of that name.",
        candidates=tuple(
            Candidate(each, 6.0 - rank, {"population": 4.0, "own name": 2.0 - rank})
            for rank, each in enumerate((place, *others))
        ),
        lat=place.lat,
        lon=place.lon,
    )


def _report(
    number: int, *, kind: EventType, day: date, stance: Stance, answer: Resolution, regions: Regions
) -> Analysis:
    place, opening, shape = answer.place, _opening(number), drawn(answer, regions)
    sentence = f"{opening}{answer.mention.text} on {day:%A}, officials said."
    told = Document(sentence + FILLER, day, f"Report {number}", "Synthetic", f"https://example.org/{number}")
    trigger = opening.index("attacked")
    event = Event(
        id=stable_id(told.id, kind.name),
        event_type=kind.family,
        sub_event_type=kind.name,
        disorder_type=kind.disorder,
        stance=stance,
        confidence=0.6,
        reports=(
            EventReport(
                told.id,
                TextSpan(0, len(sentence), sentence),
                TextSpan(trigger, trigger + len("attacked"), "attacked"),
                0,
                told.source,
                told.title,
                told.url,
                told.date,
            ),
        ),
        actor="Fighters",
        claimed_by="officials" if stance is Stance.CLAIMED else None,
        when=DateRange(day, day, 1),
        place_text=answer.mention.text,
        place=regions.with_district(place) if place else None,
        lat=answer.lat,
        lon=answer.lon,
        geometry=shape.geometry if shape else None,
        geo_precision=answer.geo_precision,
        uncertainty_km=answer.uncertainty_km,
    )
    return Analysis(told, (answer,), (), (event,))
