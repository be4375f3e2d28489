"""The features by which a candidate is weighed: the same function in training and in service.

All candidates of a document are one table, a row each; every toponym also has a row that says "none
of these". What the places of a document tell of one another is filled in by ``geo.context``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from domain import Level, Mention, Place, Relation
from geo.candidates import Found, Option, Toponym
from geo.folding import fold
from geo.romanise import CYRILLIC
from geo.spellings import counterparts, skeleton

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SURE = 0.6
"""How likely a place has to be for others to be refused on its account."""

PEOPLE_WEIGHT = 0.25
"""What a people, speaker or institution tells of where a report plays, beside the 1 of a place."""

NEXT_CHARACTERS = 4
AROUND_CHARACTERS = 200
"""How far apart two names stand that may be one address ("Paris, Texas"), or belong together."""

DISTRICT_KM, LEAST_DISTRICT_KM = 60.0, 25.0
"""How far a district may reach around the town that it is named after, and what one reaches at least."""

OF_TOWNS = (Relation.NEAR, Relation.OFFSET, Relation.CENTRE, Relation.BETWEEN, Relation.SIDE)
"""What is said of towns rather than of the regions that share their names."""

LEVELS = (Level.COUNTRY, Level.ADMIN1, Level.ADMIN2, Level.AREA, Level.SETTLEMENT, Level.FACILITY)
_ASKED = {
    "admin1": (Level.ADMIN1,),
    "admin2": (Level.ADMIN2,),
    "settlement": (Level.SETTLEMENT, Level.FACILITY),
    "facility": (Level.FACILITY,),
    "water": (Level.AREA,),
    "area": (Level.AREA,),
}
_ALLOWED = {"admin1": (Level.ADMIN1, Level.COUNTRY, Level.AREA), "water": (Level.AREA,)}
"""A town is no sea and no province, though it may lie in a district that is named after it."""

FEATURES = (
    # What is known of the place itself.
    "population",
    "a great city",
    "size among its namesakes",
    "country",
    "region",
    "district",
    "area",
    "building or base",
    "capital",
    "a place that news of wars names",
    # How the text names it.
    "own name",
    "the whole wording is its name",
    "a town of that name lies in it",
    "another spelling",
    "only part of the name",
    "its people",
    "named elsewhere in the text",
    "named right there",
    "the only one of that name",
    "kind asked for",
    "other kind than asked for",
    # Where the other places are.
    "same country as the other places",
    "alone in its country",
    "same region as the other places",
    "its country is named",
    "its region is named",
    "within 15 km of another place",
    "within 60 km of another place",
    "within 250 km of another place",
    "close to most places",
    "kilometres to the nearest place",
    "how far apart the places are",
    "close to what stands next to it",
    "inside what stands next to it",
    "holds what stands next to it",
    "inside the place named",
    "outside the place named",
    "beside the place named",
    "far from the place named",
    "a place put beside it",
    "holds what the text puts in it",
    "outside the country of the other places",
    # None of these.
    "none: always",
    "none: no large place bears the name",
    "none: how many small places bear it",
    "none: a building or street",
    "none: a water or mountain",
    "none: put inside a place",
    "none: put beside a place",
    "none: only part of the name is known",
    "none: only another spelling is known",
)
"""What each column of a table tells. Names beginning with "none:" are those of the row for that."""

COLUMN = {name: number for number, name in enumerate(FEATURES)}
ABOUT_PLACES = COLUMN["none: always"]
"""Features before this one are about a place, the others about "none of these"."""

CONTEXT = frozenset(FEATURES[COLUMN["same country as the other places"] : ABOUT_PLACES])
"""What is not known in the first round."""


class Table:
    """All candidates of a document, and what they have to do with one another.

    ``owner`` is the number of the toponym of each row. The last rows, one for each toponym, say "none
    of these".
    """

    def __init__(self, toponyms: Sequence[Toponym], mentions: Sequence[Mention], of_mention: Sequence[int]):
        self.toponyms = toponyms
        self.options = [option for toponym in toponyms for option in toponym.options]
        counts = np.array([len(toponym.options) for toponym in toponyms], np.int64)
        self.size = len(self.options)
        self.starts: Ints = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        every = np.arange(len(toponyms))
        self.owner: Ints = np.concatenate([np.repeat(every, counts), every])
        self.mentions = mentions
        self.of_mention = of_mention
        self._describe([option.place for option in self.options])
        self.reaches = self._reaches(
            np.repeat(np.array([each.mention.asked == "admin2" for each in toponyms], bool), counts)
        )
        self.weights = np.array([_tells(toponym, mentions) for toponym in toponyms])
        regions = (toponym.names for toponym in toponyms if toponym.mention.asked == "admin1")
        self._regions = frozenset[str]().union(*regions)
        self._unlike = np.array(
            [
                _is_unlike(option, toponym.mention)
                or (option.place.level.is_point and self._is_region(toponym))
                for toponym in toponyms
                for option in toponym.options
            ],
            bool,
        )
        self.names: Ints = _codes([min(toponym.names) for toponym in toponyms])
        self.neighbours, self.side_by_side = _neighbours(mentions, of_mention)
        self.fixed = self._first()

    def _describe(self, places: Sequence[Place]) -> None:
        lat, lon = np.radians([(place.lat, place.lon) for place in places]).reshape(-1, 2).T
        self.sphere = np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
        numbers: dict[str, int] = {"": -1}

        def coded(names: Iterable[str]) -> Ints:
            return np.array([numbers.setdefault(name, len(numbers)) for name in names], np.int64)

        self.ids = coded(place.id for place in places)
        self.admin1 = coded(place.admin1_id for place in places)
        self.countries = coded(f"country:{place.country}" if place.country else "" for place in places)
        self.levels = np.array([LEVELS.index(place.level) for place in places], np.int64)
        self.radii = np.array([place.radius_km for place in places])
        self.people = np.log10(np.array([place.population for place in places], float) + 10)

    def _reaches(self, districts: NDArray[np.bool_]) -> Floats:
        """Return how far in km each place reaches, where ``districts`` are asked for as such."""
        least = np.where(self.levels == LEVELS.index(Level.ADMIN2), LEAST_DISTRICT_KM, 0)
        # Of a district that the gazetteer lacks it has the town that it is named after.
        least = np.where(districts & (self.levels >= LEVELS.index(Level.SETTLEMENT)), DISTRICT_KM, least)
        reaches: Floats = np.maximum(self.radii, least)
        return reaches

    # ------------------------------------------------------------------ what needs no context

    def _first(self) -> Floats:
        table = np.zeros((self.size + len(self.toponyms), len(FEATURES)))
        level, rows = self.levels, slice(0, self.size)

        def put(name: str, values: ArrayLike) -> None:
            table[rows, COLUMN[name]] = np.asarray(values, np.float64)

        settled = level == LEVELS.index(Level.SETTLEMENT)
        put("population", np.where(level <= 1, 0.5, 1.0) * self.people)
        put("a great city", np.where(settled, np.maximum(0, self.people - 5), 0))
        put("the whole wording is its name", [option.whole for option in self.options])
        for name, grain in (("country", Level.COUNTRY), ("region", Level.ADMIN1), ("district", Level.ADMIN2)):
            put(name, level == LEVELS.index(grain))
        put("area", level == LEVELS.index(Level.AREA))
        put("building or base", level == LEVELS.index(Level.FACILITY))
        put("capital", [option.place.feature_code == "PPLC" for option in self.options])
        put("a place that news of wars names", [option.place.in_war_news for option in self.options])
        found = np.array([option.found for option in self.options], np.int64)
        likeness = np.array([option.likeness for option in self.options])
        put("another spelling", (found == Found.ALIKE) * (0.5 + 5 * (1 - likeness)))
        put("only part of the name", (found == Found.WITHIN) * (1.5 - likeness))
        put("its people", found == Found.PEOPLE)
        put("named elsewhere in the text", found == Found.AROUND)
        put("named right there", (found == Found.AROUND) * likeness)
        for number in range(len(self.toponyms)):
            self._named(table, number, settled)
        return table

    def _is_townlike(self, toponym: Toponym) -> float:
        """Return 2 where something is near, between or so far from a place, as it is of towns; else 1."""
        return 2.0 if any(self.mentions[index].relation in OF_TOWNS for index in toponym.indexes) else 1.0

    def _is_region(self, toponym: Toponym) -> bool:
        """Whether a name means the region: "in the Kursk direction", in a report on the Kursk region."""
        relations = (self.mentions[index].relation for index in toponym.indexes)
        return bool(toponym.names & self._regions) and Relation.DIRECTION in relations

    def _named(self, table: Floats, number: int, settled: NDArray[np.bool_]) -> None:
        """Fill in how the text names each candidate of one toponym, and what speaks for none of them."""
        rows = slice(self.starts[number], self.starts[number + 1])
        toponym, level = self.toponyms[number], self.levels
        mention, options = toponym.mention, toponym.options
        named = [option for option in options if option.found is Found.NAME]
        if options:
            people = self.people[rows]
            towns = settled[rows]
            size = np.where(towns, people - people.max(where=towns, initial=0), 0)
            table[rows, COLUMN["size among its namesakes"]] = size
            table[rows, COLUMN["the only one of that name"]] = len(options) == 1
            own = np.array([_own(option, toponym) for option in options])
            # "Zaporizhzhya" is spelled like the region that is named after it.
            own |= towns & np.isin(self.admin1[rows], self.ids[rows][own & (level[rows] == 1)])
            table[rows, COLUMN["own name"]] = own
            namesake = (level[rows] == 1) & np.isin(self.ids[rows], self.admin1[rows][towns])
            alone = mention.asked == "" and not self._is_region(toponym)
            table[rows, COLUMN["a town of that name lies in it"]] = (
                namesake * alone * self._is_townlike(toponym)
            )
        if mention.asked:
            fits = np.isin(level[rows], [LEVELS.index(level) for level in _ASKED[mention.asked]])
            # A district may be missing from the gazetteer while the town it is named after is in it.
            excused = settled[rows] & (mention.asked == "admin2")
            table[rows, COLUMN["kind asked for"]] = fits
            table[rows, COLUMN["other kind than asked for"]] = ~fits & ~excused
        none = table[self.size + number]
        none[COLUMN["none: always"]] = 1
        largest = max((option.place.population for option in named), default=0)
        small = max(0.0, 5 - math.log10(largest + 10)) if named else 0.0
        none[COLUMN["none: no large place bears the name"]] = small
        # In a country of many Ivanivkas it may well be one that the gazetteer lacks.
        none[COLUMN["none: how many small places bear it"]] = min(1.0, small) * np.log1p(len(named))
        none[COLUMN["none: a building or street"]] = mention.asked == "facility"
        none[COLUMN["none: a water or mountain"]] = mention.asked in ("water", "area")
        none[COLUMN["none: put inside a place"]] = mention.inside is not None
        none[COLUMN["none: put beside a place"]] = mention.near is not None
        kinds = {option.found for option in options}
        none[COLUMN["none: only part of the name is known"]] = kinds == {Found.WITHIN}
        none[COLUMN["none: only another spelling is known"]] = Found.ALIKE in kinds

    def refused(self, table: Floats) -> NDArray[np.bool_]:
        """Return which rows cannot be meant: the text puts them elsewhere, or asks for another kind."""
        elsewhere = table[:, COLUMN["far from the place named"]] > SURE
        told = np.array([self._is_told(toponym) for toponym in self.toponyms], bool)[self.owner]
        elsewhere |= told & (table[:, COLUMN["outside the place named"]] > SURE)
        elsewhere[: self.size] |= self._unlike
        return elsewhere

    def _is_told(self, toponym: Toponym) -> bool:
        """Whether the text puts a place in a region that it calls one: a comma alone may deceive."""
        inside = toponym.mention.inside
        return inside is not None and self.mentions[inside].asked in ("admin1", "admin2")


def _codes(names: Sequence[str]) -> Ints:
    numbers: dict[str, int] = {}
    return np.array([numbers.setdefault(name, len(numbers)) for name in names], np.int64)


def _tells(toponym: Toponym, mentions: Sequence[Mention]) -> float:
    """Return how much a toponym tells of where the text plays."""
    return 1.0 if any(mentions[index].literal for index in toponym.indexes) else PEOPLE_WEIGHT


def _neighbours(
    mentions: Sequence[Mention], of_mention: Sequence[int]
) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Return the pairs of toponyms that stand near each other, and of those that stand side by side."""
    order = sorted(range(len(mentions)), key=lambda index: mentions[index].start)
    near: dict[tuple[int, int], None] = {}
    side: dict[tuple[int, int], None] = {}
    for first, second in zip(order, order[1:], strict=False):
        gap = mentions[second].start - mentions[first].end
        pair = of_mention[first], of_mention[second]
        if gap <= AROUND_CHARACTERS:
            near[pair] = None
        if 0 <= gap <= NEXT_CHARACTERS:
            side[pair] = None
    for number, mention in zip(of_mention, mentions, strict=True):
        # "Between A and B" puts the two beside each other.
        if mention.other is not None:
            near[number, of_mention[mention.other]] = None
    return list(near), list(side)


def _is_unlike(option: Option, mention: Mention) -> bool:
    """Whether a place is of a kind that the text's word excludes, and that word is no part of its name."""
    allowed = _ALLOWED.get(mention.asked)
    named = option.whole and mention.text != mention.name
    if allowed is None or named:
        return False
    # "The Amur region" is no river.
    river = mention.asked == "admin1" and not option.place.feature_code.startswith(
        ("ADM", "PCL", "RGN", "TERR")
    )
    return river or option.place.level not in allowed


def _own(option: Option, toponym: Toponym) -> bool:
    """Whether it is the place's own name, in whatever spelling; those of countries and areas are all own."""
    if option.found is not Found.NAME or option.place.level in (Level.COUNTRY, Level.AREA):
        return option.found is Found.NAME
    own = fold(option.place.name)
    if own in toponym.names or _sound(own) in {_sound(name) for name in toponym.names}:
        return True
    # "Volchansk" is how Russian has "Vovchansk".
    return option.place.country in CYRILLIC and any(own in _spellings(name) for name in toponym.names)


@lru_cache(maxsize=10_000)
def _spellings(folded: str) -> frozenset[str]:
    """Return how a name may be spelled in its neighbours' languages."""
    return frozenset(counterparts(folded))


@lru_cache(maxsize=50_000)
def _sound(folded: str) -> str:
    """Return what a name shares with its other spellings."""
    return skeleton(folded) or folded
