"""Made-up reports for measuring: they read like nothing, but weigh on store and map as real ones do.

Their events lie around real places of the gazetteer, thickest near a few centres, as those of wars do, and
each kind is about as frequent as in ACLED's data on such wars. The same numbers and seed over the same
gazetteer give the same reports.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from itertools import accumulate
from typing import Generic, TypeVar

from shapely.geometry.base import BaseGeometry

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
    Toll,
    stable_id,
)
from geo.gazetteer import Gazetteer
from geo.regions import Regions
from geo.relations import drawn
from ontology import load_ontology

SEED = 20250131
FIRST_DAY, DAYS = date(2022, 3, 1), 3 * 365

PRECISIONS = {1: 68, 2: 20, 3: 10, None: 2}
"""Of a hundred events, how many have which geo precision."""

STANCES = {
    Stance.REPORTED: 58, Stance.CLAIMED: 33, Stance.CONFIRMED: 5, Stance.DENIED: 2, Stance.PLANNED: 2,
}  # fmt: skip
"""Of a hundred events, how many are told how."""

KINDS = {
    "Shelling/artillery/missile attack": (400, "shelled positions {where}"),
    "Armed clash": (200, "clashed with {target} {where}"),
    "Air/drone strike": (180, "struck {target} from the air {where}"),
    "Attack": (70, "attacked civilians {where}"),
    "Peaceful protest": (40, "demonstrated {where}"),
    "Remote explosive/landmine/IED": (25, "detonated a mine {where}"),
    "Disrupted weapons use": (15, "intercepted a drone of {target} {where}"),
    "Abduction/forced disappearance": (12, "abducted a teacher {where}"),
    "Troop movement": (12, "withdrew from positions {where}"),
    "Looting/property destruction": (9, "looted shops {where}"),
    "Mob violence": (8, "beat a trader {where}"),
    "Non-state actor overtakes territory": (7, "captured the settlement {where}"),
    "Government regains territory": (6, "retook the settlement {where}"),
    "Violent demonstration": (6, "rioted {where}"),
    "Arrests": (6, "arrested two men {where}"),
    "Other": (4, "held an exercise {where}"),
    "Grenade": (3, "threw a grenade {where}"),
    "Organised crime": (3, "robbed a convoy {where}"),
    "Sexual violence": (2, "assaulted a woman {where}"),
}
"""Of a thousand events, how many are of which sub-type, and the words for it: the first tells it."""

WITHOUT_DEAD = {"Protests", "Troop movement", "Strategic developments"}
"""Families whose events tell of no casualties; of the others every third does."""

SENTENCES = (
    "{who} {deed} on {day}{toll}, officials said.",
    "On {day} {who} {deed}{toll}.",
    "Officials said that {who} {deed} on {day}{toll}.",
    "Residents reported that {who} {deed} early on {day}{toll}.",
)


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class War:
    """Two sides, that of the state first; and around which places its events lie, with their weights."""

    sides: tuple[str, str]
    centres: Mapping[str, int]


_UKRAINE = {
    "Pokrovsk": 20, "Bakhmut": 14, "Kupiansk": 10, "Orikhiv": 8, "Kherson": 8, "Sumy": 6, "Kharkiv": 5,
    "Kyiv": 3, "Belgorod": 4, "Kursk": 3,
}  # fmt: skip
WARS = (
    War(("Military Forces of Ukraine", "Military Forces of Russia"), _UKRAINE),
    War(("Military Forces of Israel", "Hamas"), {"Gaza": 5}),
    War(("Military Forces of Israel", "Hezbollah"), {"Beirut": 2}),
    War(("Military Forces of Syria", "Hayat Tahrir al-Sham (HTS)"), {"Aleppo": 3}),
    War(("Military Forces of Yemen", "Houthis"), {"Sanaa": 2}),
    War(("Military Forces of Sudan", "Rapid Support Forces (RSF)"), {"Khartoum": 3, "El Fasher": 2}),
    War(("Military Forces of Congo - Kinshasa", "March 23 Movement (M23)"), {"Goma": 3}),
    War(("Military Forces of Myanmar", "People's Defence Force (PDF)"), {"Mandalay": 3}),
    War(("Military Forces of Mali", "Jama'at Nusrat al-Islam wal-Muslimin (JNIM)"), {"Gao": 2}),
    War(("Military Forces of Somalia", "Al Shabaab"), {"Mogadishu": 2}),
    War(("Military Forces of Nigeria", "Boko Haram"), {"Maiduguri": 2}),
)
CENTRES = {name: weight for war in WARS for name, weight in war.centres.items()}
"""What events cluster around, and of about a hundred how many."""

SOURCES = 40
"""Made-up wires, the first ones the busiest."""

REACH_KM = 80.0
NEAR_KM = (5, 25)
"""Bounds of the uncertainty of what is only known to be near a place."""

FILLER = (
    " Officials said that the situation in the area remained tense. Residents were told to stay at home."
    " Power and water were cut in several streets until the evening. The account could not be checked at"
    " once. Aid groups called for a pause, so that the wounded could be brought out. The road to the"
    " nearest hospital was reported open in the morning."
)


@dataclass(frozen=True, slots=True)
class _Incident:
    """What one sentence tells: of whom, what, where and when."""

    kind: str
    stance: Stance
    sentence: str
    trigger: str
    day: date
    sides: tuple[str, str]
    killed: Toll | None
    answer: Resolution


def synthetic_reports(
    gazetteer: Gazetteer, regions: Regions, *, count: int, each: int = 1, seed: int = SEED
) -> Iterator[Analysis]:
    """Yield ``count`` analysed reports that tell of ``each`` events, dated over three years.

    Raises NotFound for a gazetteer without one of the centres.
    """
    maker = _Maker(gazetteer, regions, random.Random(seed))
    for number in range(count):
        yield maker.report(number, each)


class _Maker:
    """Makes up one report after another. What many events share, such as an outline, is kept."""

    def __init__(self, gazetteer: Gazetteer, regions: Regions, rng: random.Random) -> None:
        self._gazetteer, self._regions, self._rng = gazetteer, regions, rng
        self._towns = _Choice(
            ((war, _around(name, gazetteer)), weight) for war in WARS for name, weight in war.centres.items()
        )
        self._kinds = _Choice((name, share) for name, (share, _) in KINDS.items())
        self._precisions, self._stances = _Choice(PRECISIONS.items()), _Choice(STANCES.items())
        self._region_of, self._others = cache(self._find_region), cache(self._namesakes)
        self._with_district = cache(regions.with_district)
        self._shape = cache(self._draw)

    def report(self, number: int, each: int) -> Analysis:
        """Make up a report that tells of so many events of one day."""
        day = FIRST_DAY + timedelta(days=self._rng.randrange(DAYS))
        incidents = [self._incident(day) for _ in range(each)]
        title = f"Report {number}"
        source = f"Wire {1 + int(SOURCES * self._rng.random() ** 2)}"
        text = f"{title}. {' '.join(one.sentence for one in incidents)}{FILLER}"
        told = Document(text, day, title, source, f"https://example.org/{number}")
        answers, events, at = [], [], len(title) + 2
        for position, incident in enumerate(incidents):
            answers.append(_moved(incident.answer, at))
            events.append(self._event(told, incident, position, at))
            at += len(incident.sentence) + 1
        return Analysis(told, tuple(answers), (), tuple(events))

    def _incident(self, day: date) -> _Incident:
        rng = self._rng
        war, near_centre = self._towns.draw(rng)
        # Squared: the nearer to the centre, the more happens.
        town = near_centre[int(len(near_centre) * rng.random() ** 2)]
        kind = self._kinds.draw(rng)
        precision = self._precisions.draw(rng)
        place = self._region_of(town) if precision == 3 else town
        told_of = load_ontology().types[kind]
        regained = told_of.gain == "regained" or (not told_of.gain and rng.random() < 0.5)
        sides = war.sides if regained else war.sides[::-1]
        killed = self._toll() if told_of.family not in WITHOUT_DEAD else None
        deed = KINDS[kind][1].format(
            where=f"{'near' if precision == 2 else 'in'} {place.name}", target=sides[1]
        )
        sentence = rng.choice(SENTENCES).format(
            who=sides[0], deed=deed, day=f"{day:%A}", toll=f", killing {killed.best} people" if killed else ""
        )
        stance = self._stances.draw(rng)
        answer = self._answer(place, precision, sentence.index(place.name, sentence.index(deed)))
        return _Incident(kind, stance, sentence, deed.partition(" ")[0], day, sides, killed, answer)

    def _toll(self) -> Toll | None:
        if self._rng.random() > 1 / 3:
            return None
        best = 1 + int(self._rng.expovariate(1 / 3))
        return Toll(max(1, best - 1), best, best + 2) if best > 4 else Toll(best, best, best)

    def _answer(self, place: Place, precision: int | None, at: int) -> Resolution:
        """Return the place as the sentence's only mention, with its namesakes as the other candidates."""
        near = Relation.NEAR if precision == 2 else Relation.IN
        mention = Mention(at, at + len(place.name), place.name, place.name, relation=near)
        rivals = (place, *self._others(place))
        candidates = tuple(
            Candidate(rival, 6.0 - rank, {"population": 4.0, "own name": 2.0 - rank})
            for rank, rival in enumerate(rivals)
        )
        if precision is None:
            reason = f"No place of the name {place.name} fits."
            return Resolution(mention, None, 0.0, None, None, reason, candidates)
        reach = float(self._rng.randint(*NEAR_KM)) if precision == 2 else round(place.radius_km, 3)
        reason = f"{place.label} is the most prominent place of that name."
        return Resolution(
            mention, place, 0.8, precision, reach, reason, candidates, lat=place.lat, lon=place.lon
        )

    def _event(self, told: Document, incident: _Incident, position: int, at: int) -> Event:
        kind, answer, place = load_ontology().types[incident.kind], incident.answer, incident.answer.place
        sentence, stance = incident.sentence, incident.stance
        trigger = at + sentence.index(f" {incident.trigger} ") + 1
        shape = None
        if place and answer.geo_precision and answer.uncertainty_km is not None:
            shape = self._shape(place, answer.geo_precision, answer.uncertainty_km)
        claimed_by = incident.sides[0] if stance is Stance.CLAIMED else None
        report = EventReport(
            told.id,
            TextSpan(at, at + len(sentence), sentence),
            TextSpan(trigger, trigger + len(incident.trigger), incident.trigger),
            position,
            told.source,
            told.title,
            told.url,
            told.date,
            stance,
            claimed_by,
            incident.killed,
        )
        return Event(
            id=stable_id(told.id, str(position)),
            event_type=kind.family,
            sub_event_type=kind.name,
            disorder_type=kind.disorder,
            stance=stance,
            confidence=0.6,
            reports=(report,),
            actor=incident.sides[0],
            target=incident.sides[1],
            claimed_by=claimed_by,
            when=DateRange(incident.day, incident.day, 1),
            place_text=answer.mention.text,
            place=self._with_district(place) if place else None,
            lat=answer.lat,
            lon=answer.lon,
            geometry=shape,
            geo_precision=answer.geo_precision,
            uncertainty_km=answer.uncertainty_km,
            fatalities=incident.killed,
        )

    def _find_region(self, town: Place) -> Place:
        return self._gazetteer.get(town.admin1_id or f"country:{town.country}")

    def _namesakes(self, place: Place) -> tuple[Place, ...]:
        return tuple(other for other in self._gazetteer.lookup(place.name, limit=5) if other.id != place.id)

    def _draw(self, place: Place, precision: int, km: float) -> BaseGeometry | None:
        near = Relation.NEAR if precision == 2 else Relation.IN
        mention = Mention(0, len(place.name), place.name, place.name, relation=near)
        answer = Resolution(mention, place, 0.8, precision, km, "", lat=place.lat, lon=place.lon)
        shape = drawn(answer, self._regions)
        return shape.geometry if shape else None


class _Choice(Generic[T]):
    """Things to draw at random, each with its weight."""

    def __init__(self, weights: Iterable[tuple[T, int]]) -> None:
        weighted = list(weights)
        self._things = [thing for thing, _ in weighted]
        self._up_to = list(accumulate(weight for _, weight in weighted))

    def draw(self, rng: random.Random) -> T:
        """Draw one of the things."""
        return rng.choices(self._things, cum_weights=self._up_to)[0]


def _around(name: str, gazetteer: Gazetteer) -> tuple[Place, ...]:
    """Return the settlements around the place of that name, nearest first."""
    use = gazetteer.best(name)
    if use is None:
        raise NotFound(f"the gazetteer has no {name}", field="CENTRES")
    return gazetteer.nearby(lat=use.place.lat, lon=use.place.lon, km=REACH_KM, limit=300)


def _moved(answer: Resolution, at: int) -> Resolution:
    """Return a sentence's answer as one of the text that the sentence stands in."""
    mention = answer.mention
    return replace(answer, mention=replace(mention, start=at + mention.start, end=at + mention.end))
