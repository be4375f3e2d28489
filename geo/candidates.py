"""What each toponym of a document might mean: its candidates, and how each was found.

Mentions that the text uses alike ("Paris" three times) are one *toponym*: one sense per document.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum
from functools import cache, partial

from domain import Level, Mention, MentionKind, Place, PlaceFinder
from geo.gazetteer import fold

MAX_WITHIN = 6
"""Places kept of each name within a name ("Manila" in "Manila Cathedral")."""

CITY = 50_000
"""From so many people on a town is meant by its bare name."""

MAX_WORDS = 8
"""Names of more words than that are not searched for names within them."""

_WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*\.?")


class Found(IntEnum):
    """How the gazetteer was asked for a place."""

    NAME = 0
    """By the name as the text has it."""
    ALIKE = 1
    """By another spelling, or one that comes close."""
    WITHIN = 2
    """By a name within the name: the cathedral itself is not in the gazetteer, but Manila is."""
    PEOPLE = 3
    """By the people that the word names."""
    AROUND = 4
    """As the place that the text speaks of where it names a building or street nobody knows."""


@dataclass(frozen=True, slots=True)
class Option:
    """A place that a toponym may mean. ``likeness`` is 1 for its very name, lower for one like it."""

    place: Place
    found: Found = Found.NAME
    likeness: float = 1.0
    whole: bool = True
    """Whether it is found by the whole wording, not by what is left of it without its generic word."""


@dataclass(slots=True)
class Toponym:
    """A name as a document uses it: its first mention, all their indexes, and its options."""

    mention: Mention
    indexes: list[int]
    options: list[Option]
    names: frozenset[str] = field(default_factory=frozenset)
    """The name folded, and the words of the text folded."""


def toponyms(mentions: Sequence[Mention], places: PlaceFinder) -> tuple[list[Toponym], list[int]]:
    """Return the toponyms of a document and, for each mention, the number of its own."""
    finder = _Finder(places)
    hints = _inherited(mentions, finder)
    numbers: dict[tuple[object, ...], int] = {}
    found: list[Toponym] = []
    of_mention = []
    for index, mention in enumerate(hints):
        key = _sense(mention, hints)
        number = numbers.setdefault(key, len(found))
        if number == len(found):
            names = frozenset((fold(mention.name), fold(mention.text)))
            found.append(Toponym(mention, [], finder.options(mention), names))
        found[number].indexes.append(index)
        of_mention.append(number)
    _name_in_short(found)
    return found, of_mention


def _name_in_short(found: Sequence[Toponym]) -> None:
    """Let a first word mean what the text elsewhere names in full: "Belaya" the Belaya air base.

    A bare "Zaporizhzhia" is the city all the same, whatever the text says of its power plant.
    """
    begun: defaultdict[str, list[Option]] = defaultdict(list)
    for toponym in found:
        for name in toponym.names:
            first, _, rest = name.partition(" ")
            if rest:
                spots = (option for option in toponym.options if option.place.level is Level.FACILITY)
                begun[first] += (replace(option, whole=False) for option in spots)
    for toponym in found:
        if any(option.place.population >= CITY for option in toponym.options):
            continue
        known = {option.place.id for option in toponym.options}
        fuller = {option.place.id: option for name in toponym.names for option in begun.get(name, ())}
        toponym.options += (option for place_id, option in fuller.items() if place_id not in known)


def _sense(mention: Mention, mentions: Sequence[Mention]) -> tuple[object, ...]:
    """Return what two mentions must share to mean the same place."""
    beside = None if mention.near is None else fold(mentions[mention.near].name)
    inside = None if mention.inside is None else fold(mentions[mention.inside].name)
    people = mention.kind is MentionKind.DEMONYM
    return fold(mention.name), fold(mention.text), mention.asked, people, beside, inside


class _Finder:
    """Asks the gazetteer for each name once."""

    def __init__(self, places: PlaceFinder) -> None:
        # Texts do not mean Italy by "IT".
        self.lookup = cache(partial(places.lookup, codes=False))
        self._demonym = cache(places.demonym)
        self._alike = cache(places.alike)

    def options(self, mention: Mention) -> list[Option]:
        """Return what a mention may mean, by its name or, failing that, by what comes close to it."""
        if mention.spot is not None:
            return []
        if mention.kind is MentionKind.DEMONYM:
            return self._people(mention.name)
        found = self._named(mention)
        if not found:
            found = [Option(place, Found.ALIKE, likeness) for place, likeness in self._alike(mention.name)]
        if mention.asked == "facility" or (not found and not mention.asked):
            found += self._within(mention.text, {option.place.id for option in found})
        return found

    def _named(self, mention: Mention) -> list[Option]:
        whole = {place.id: Option(place) for place in self.lookup(mention.text)}
        if mention.text == mention.name:
            return list(whole.values())
        # "Belaya air base" is near some Belaya, but is none.
        found = Found.WITHIN if mention.asked == "facility" else Found.NAME
        share = len(mention.name) / len(mention.text) if found is Found.WITHIN else 1.0
        bare = (place for place in self.lookup(mention.name) if place.id not in whole)
        return [*whole.values(), *(Option(place, found, share, whole=False) for place in bare)]

    def _people(self, word: str) -> list[Option]:
        place = self._demonym(word)
        return [Option(place, Found.PEOPLE)] if place else []

    def _within(self, text: str, known: set[str]) -> list[Option]:
        """Return the places of the longest names within a name, each word used once."""
        words = [match.span() for match in _WORD.finditer(text)][:MAX_WORDS]
        free = [True] * len(words)
        found: list[Option] = []
        for length in range(len(words) - 1, 0, -1):
            for first in range(len(words) - length + 1):
                if not all(free[first : first + length]):
                    continue
                name = text[words[first][0] : words[first + length - 1][1]]
                # Within a name its own words are written large: "of" and "and" are not.
                if not name[0].isupper():
                    continue
                named = [*self.lookup(name)[:MAX_WITHIN], *(each.place for each in self._people(name))]
                if named:
                    free[first : first + length] = [False] * length
                share = len(name) / len(text)
                found += [Option(place, Found.WITHIN, share) for place in named if place.id not in known]
                known |= {place.id for place in named}
        return found


def _inherited(mentions: Sequence[Mention], finder: _Finder) -> list[Mention]:
    """Let other mentions of a name share what the text says of its place at one of them.

    One that the text itself puts in a region or beside a town shares nothing: it may be another
    place. One that it only puts in a country shares what can be true in that country.
    """
    told: dict[str, Mention] = {}
    for mention in mentions:
        if _is_told(mention, mentions):
            known = told.get(fold(mention.name))
            if known is None or (known.near is None and mention.near is not None):
                told[fold(mention.name)] = mention
    shared = []
    for mention in mentions:
        source = told.get(fold(mention.name))
        if source and not _is_told(mention, mentions) and _agree(mention, source, mentions, finder):
            inside = mention.inside if source.inside is None else source.inside
            mention = replace(mention, near=source.near, inside=inside)
        shared.append(mention)
    return shared


def _is_told(mention: Mention, mentions: Sequence[Mention]) -> bool:
    """Whether the text says where a mention lies, more closely than by its country."""
    return mention.near is not None or (mention.inside is not None and mentions[mention.inside].asked != "")


def _agree(mention: Mention, source: Mention, mentions: Sequence[Mention], finder: _Finder) -> bool:
    """Whether what the text says of ``source`` can hold in the country it puts ``mention`` in, if any."""
    country = _first(mention.inside, mentions, finder)
    told = source.inside if source.near is None else source.near
    if country is None or told is None:
        return True
    return any(place.country == country.country for place in finder.lookup(mentions[told].name))


def _first(index: int | None, mentions: Sequence[Mention], finder: _Finder) -> Place | None:
    found: Iterable[Place] = () if index is None else finder.lookup(mentions[index].name)
    return next(iter(found), None)
