"""Made-up documents for the ranker of places: which names a report would mention, and where they are.

There is no text, only the mentions that a recogniser would find in one: a town and its neighbours, its
region, now and then a city far away. Some of the places are hidden from the gazetteer, as most villages
of the world are missing from it, so that "none of these" is learnt as well.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from domain import Level, Mention, MentionKind, Place, PlaceFinder, Relation
from geo.folding import fold
from geo.gazetteer import Gazetteer
from geo.spellings import counterparts
from lab.cases import Case, Gold

HIDDEN = 0.15
"""The share of the small places that the gazetteer is made not to know."""

MISSPELT = 0.06
"""The share of mentions that are not spelled as the gazetteer has them."""

SMALL, GREAT = 20_000, 300_000
AROUND_KM = 60.0
DETAILED = "UA"
"""The country whose every village is in a gazetteer that comes with the corpora."""

LOCAL = ("US", "US", "US", "GB", "CA", "AU", "IE", "IN", "NG", "ZA", "DE", "FR", "MX", "BR", "PH")
EMBATTLED = (
    *("UA", "UA", "RU", "SY", "IQ", "IL", "PS", "LB", "YE", "SD", "SS", "ML", "BF", "NE", "ET", "SO"),
    *("CD", "MM", "AF", "PK", "LY", "HT", "CO", "AZ", "AM", "MZ", "CM", "TD"),
)


class Hiding:
    """A gazetteer that does not know some of its places."""

    def __init__(self, places: PlaceFinder, hidden: Iterable[str]) -> None:
        self._places, self._hidden = places, frozenset(hidden)

    def lookup(self, name: str, *, codes: bool) -> Sequence[Place]:
        found = self._places.lookup(name, codes=codes)
        return [place for place in found if place.id not in self._hidden]

    def alike(self, name: str) -> Sequence[tuple[Place, float]]:
        return [found for found in self._places.alike(name) if found[0].id not in self._hidden]

    def demonym(self, word: str) -> Place | None:
        return self._places.demonym(word)

    def get(self, place_id: str) -> Place:
        return self._places.get(place_id)


@dataclass(slots=True)
class _Draft:
    """A document in the making."""

    mentions: list[Mention] = field(default_factory=list)
    gold: list[Gold | None] = field(default_factory=list)
    at: int = 0

    def add(self, place: Place, gap: int, name: str = "", bare: str = "", **told: Any) -> int:
        """Write a name down; return its number."""
        name = name or place.name
        self.at += gap
        mention = Mention(self.at, self.at + len(name), name, bare or name, **told)
        self.mentions.append(mention)
        wide = place.level in (Level.COUNTRY, Level.ADMIN1, Level.AREA)
        self.gold.append(Gold(place.lat, place.lon, 161.0 if wide else 20.0))
        self.at += len(name)
        return len(self.mentions) - 1


class Simulator:
    """Writes documents about the places of a gazetteer, the same ones for the same seed.

    ``truth`` has the places that there are, ``known`` those that the resolver is told of.
    """

    def __init__(self, truth: Gazetteer, known: Gazetteer, seed: int = 5) -> None:
        self._truth, self._known = truth, known
        self._random = random.Random(seed)
        self._countries = {place.country: place for place in known.countries()}
        self._divisions = {each.id: each for code in self._countries for each in known.divisions(code)}
        self._spots = {code: known.settlements(code) for code in self._countries}
        self._cities = self._large()
        self._seats = self._of_their_regions_name()

    def cases(self, count: int, weight: float) -> Iterator[Case]:
        """Yield documents that count so much each: local news, news of wars, news of anywhere."""
        for number in range(count):
            dice = self._random.random()
            kinds = LOCAL if dice < 0.35 else EMBATTLED if dice < 0.6 else list(self._countries)
            country = DETAILED if dice > 0.75 else self._random.choice(kinds)
            if self._spots[country]:
                # Some of those who read news of Ukraine have all its villages.
                known = self._truth if country == DETAILED and self._random.random() < 0.35 else self._known
                yield self._case(country, known, weight, number)

    def _large(self) -> list[Place]:
        found: dict[str, Place] = {}
        for spots in self._spots.values():
            for lon, lat, _ in self._random.sample(spots, min(len(spots), 15)):
                for place in self._known.nearby(lat=lat, lon=lon, km=100, limit=200):
                    if place.population > GREAT:
                        found[place.id] = place
        return list(found.values())

    def _of_their_regions_name(self) -> dict[str, list[Place]]:
        """Return by country the towns that share their names with the regions around them."""
        found: dict[str, list[Place]] = {}
        for division in self._divisions.values():
            best = self._known.best(division.name)
            if best is not None and best.place.level.is_point and best.place.admin1_id == division.id:
                found.setdefault(division.country, []).append(best.place)
        return found

    def _case(self, country: str, known: Gazetteer, weight: float, number: int) -> Case:
        dice, draft = self._random, _Draft()
        lon, lat, _ = dice.choice(self._spots[country])
        near = self._truth.nearby(lat=lat, lon=lon, km=AROUND_KM, limit=400)
        around = [place for place in near if place.country == country]
        home = dice.choices(around, [(place.population + 100) ** 0.4 for place in around])[0]
        sizes = [(place.population + 100) ** 0.3 for place in around]
        local = dice.choices(around, sizes, k=dice.randint(1, 8))
        region = self._divisions.get(home.admin1_id)
        for place in dict.fromkeys([home, *local]):
            self._mention(draft, place, region if place.admin1_id == home.admin1_id else None)
            if dice.random() < 0.25:
                self._aside(draft, country)
        seats = [seat for seat in self._seats.get(country, ()) if seat.admin1_id == home.admin1_id]
        if seats and dice.random() < 0.6:
            draft.add(seats[0], dice.randint(5, 160))
        small = (place.id for place in (home, *local) if place.population < SMALL)
        hidden = [place_id for place_id in small if dice.random() < HIDDEN]
        return Case(draft.mentions, draft.gold, Hiding(known, hidden), weight, number)

    def _mention(self, draft: _Draft, place: Place, region: Place | None) -> None:
        """Mention a place in one of the ways in which news do."""
        dice, gap = self._random, self._random.randint(5, 160)
        style = dice.random()
        if style < MISSPELT:
            draft.add(place, gap, self._misspelt(place.name))
        elif region is None or style < 0.55:
            draft.add(place, gap)
        elif style < 0.7:
            index = draft.add(place, gap)
            draft.add(region, 2)
            if dice.random() < 0.8:
                draft.mentions[index] = replace(draft.mentions[index], inside=index + 1)
        elif style < 0.85:
            index = draft.add(place, gap)
            draft.add(region, 8, f"{region.name} region", asked="admin1", bare=region.name)
            draft.mentions[index] = replace(draft.mentions[index], inside=index + 1)
        elif style < 0.92 and draft.mentions:
            before = dice.randrange(len(draft.mentions))
            gold = draft.gold[before]
            near = gold is not None and gold.tolerance_km < 100 and gold.km(lat=place.lat, lon=place.lon) < 25
            draft.add(place, gap, near=before if near else None)
        else:
            draft.add(place, gap, relation=Relation.DIRECTION)
        if dice.random() < 0.3:
            draft.add(place, dice.randint(50, 300))

    def _misspelt(self, name: str) -> str:
        """Return a name as another language or a hasty writer has it."""
        others = counterparts(fold(name))
        if others and self._random.random() < 0.5:
            return self._random.choice(others[:5]).title()
        at = self._random.randrange(len(name))
        return name[:at] + name[at + 1 :] if len(name) > 5 else name

    def _aside(self, draft: _Draft, country: str) -> None:
        """Mention something wider or farther: a country, its people, a great city, a region."""
        dice, gap = self._random, self._random.randint(20, 200)
        style = dice.random()
        own = self._countries[country]
        if style < 0.3:
            draft.add(own, gap, kind=dice.choice((MentionKind.PLACE, MentionKind.SPEAKER)))
        elif style < 0.45:
            draft.add(dice.choice(list(self._countries.values())), gap)
        elif style < 0.75:
            cities = [place for place in self._cities if place.country == country] or self._cities
            draft.add(dice.choices(cities, [place.population for place in cities])[0], gap)
        elif style < 0.85 and country in self._seats:
            draft.add(dice.choice(self._seats[country]), gap)
        elif style < 0.93:
            draft.add(dice.choices(self._cities, [place.population for place in self._cities])[0], gap)
        else:
            regions = [place for place in self._divisions.values() if place.country == country]
            if regions:
                region = dice.choice(regions)
                # A bare "Kherson" is the town; where a region shares its name with none it needs no word.
                best = self._known.best(region.name)
                if best is not None and best.place.id == region.id:
                    draft.add(region, gap)
                else:
                    draft.add(region, gap, f"{region.name} region", asked="admin1", bare=region.name)
