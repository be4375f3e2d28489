"""What parties are read from: where in a text stand states, the names and words of the file, and persons."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from spacy.tokens import Doc

from domain import Level, Mention, MentionKind, NameIndex, Place
from extract.actor_names import START, Entry, Kind, key_of, letters_of, load_actors
from extract.recognise import Entity

MAX_NAME_WORDS = 8
"""Words of a group's name that is told by its shape alone."""

MAX_WORD = 40
"""Characters from which on a word is no part of a name."""

POSSESSIVE = frozenset({"'s", "’s", "'", "’"})
_SMALL_IN_NAMES = frozenset({"of", "for", "the", "and", "de", "del", "la", "al", "e", "to"})


@dataclass(frozen=True, slots=True)
class State:
    """A state that is named at some tokens, by its people or not; ``locates`` where it is a place."""

    end: int
    name: str
    people: bool
    capital: bool
    locates: bool


@dataclass(frozen=True, slots=True)
class Match:
    """An entry of the file at tokens up to ``end``."""

    end: int
    entry: Entry


@dataclass(frozen=True, slots=True)
class Shape:
    """A group that no list has, named by the tokens up to ``end``."""

    end: int
    kind: Kind


class ActorText:
    """A document's words and what of them names a party.

    ``texts`` and ``keys`` are those of its tokens, ``sentences`` the number of each one's sentence;
    ``states``, ``matches`` and ``shapes`` stand at the tokens that they begin with. ``home`` is the name of
    the country in which most of the places of the text lie, where one has the most.
    """

    def __init__(
        self, doc: Doc, mentions: Sequence[Mention], names: NameIndex, entities: Sequence[Entity]
    ) -> None:
        self.doc = doc
        self._actors = load_actors()
        self._words = self._actors.words
        self._names = names
        words = [(token.text, token.idx) for token in doc]
        self.texts = [text for text, _ in words]
        self.keys = [key_of(text) if len(text) < MAX_WORD else "" for text in self.texts]
        self._begins = [begin for _, begin in words]
        self.sentences = _sentence_numbers(doc)
        self._places: set[int] = set()
        self.states = self._find_states(mentions)
        self.home = self._find_home(mentions)
        self._persons = self._find_persons(entities)
        self.matches = self._find_matches()
        self.shapes = self._find_shapes()

    def _tokens(self, span: Mention | Entity) -> tuple[int, int]:
        """Return the tokens that a stretch of text touches."""
        first = max(0, bisect_right(self._begins, span.start) - 1)
        return first, max(first + 1, bisect_left(self._begins, span.end))

    def _find_states(self, mentions: Sequence[Mention]) -> dict[int, State]:
        found: dict[int, State] = {}
        for mention in mentions:
            start, end = self._tokens(mention)
            place = self._state_place(mention)
            if mention.locates and (place is not None or self._names.best(mention.name) is not None):
                self._places.update(range(start, end))
            if place is not None and start not in found:
                country = self._country(place)
                people = mention.kind is MentionKind.DEMONYM
                capital = place.level is not Level.COUNTRY
                found[start] = State(end, country.name, people, capital, mention.locates)
        return found

    def _state_place(self, mention: Mention) -> Place | None:
        """Return the country or capital that a mention names."""
        if mention.kind is MentionKind.DEMONYM:
            people = self._names.demonym(mention.name)
            return people if people is not None and people.level is Level.COUNTRY else None
        use = self._names.best(mention.name)
        if use is None or not use.place.country:
            return None
        return use.place if use.place.level is Level.COUNTRY or use.place.feature_code == "PPLC" else None

    def _country(self, place: Place) -> Place:
        return place if place.level is Level.COUNTRY else self._names.get(f"country:{place.country}")

    def _find_home(self, mentions: Sequence[Mention]) -> str | None:
        """Return the country in which most of the places of the text lie, where one has the most."""
        counts: Counter[str] = Counter()
        for name, times in Counter(mention.name for mention in mentions if mention.literal).items():
            use = self._names.best(name)
            if use is not None and use.place.country:
                counts[use.place.country] += times
        most = counts.most_common(2)
        if not most or (len(most) > 1 and most[0][1] == most[1][1]):
            return None
        return self._names.get(f"country:{most[0][0]}").name

    def _find_persons(self, entities: Sequence[Entity]) -> set[int]:
        """Return the tokens of persons' full names, and of their last names where they stand alone."""
        spans = [self._tokens(entity) for entity in entities if entity.label == "PER"]
        last = {self.keys[end - 1] for start, end in spans if end > start + 1}
        return {
            index
            for start, end in spans
            if end > start + 1 or self.keys[start] in last
            for index in range(start, end)
        }

    def _find_matches(self) -> dict[int, Match]:
        """Return the names and words of the file in the text, the longest from each token on."""
        found: dict[int, Match] = {}
        in_full: set[str] = set()
        vague: list[int] = []
        starts, entries, keys = self._actors.starts, self._actors.entries, self.keys
        at, count = 0, len(keys)
        while at < count:
            best = None
            key = keys[at]
            if key and (key[:START] in starts or len(key) < START):
                for end in range(at + 1, min(count, at + self._actors.longest) + 1):
                    if end > at + 1:
                        key += keys[end - 1]
                        if not keys[end - 1]:
                            if self.texts[end - 1] in ",;:.!?\n":
                                break
                            continue
                    entry = entries.get(key)
                    if entry is not None and self._fits(entry, at, end):
                        closes = end < count and self.texts[end] == ")" and "(" in self.texts[at:end]
                        best = Match(end + closes, entry)
            if best is None:
                at += 1
                continue
            found[at] = best
            if best.entry.in_full:
                vague.append(at)
            elif best.entry.name:
                in_full.add("".join(keys[at : best.end]))
            at = best.end
        for start in vague:
            if found[start].entry.in_full not in in_full:
                del found[start]
        return found

    def _fits(self, entry: Entry, start: int, end: int) -> bool:
        """Whether the words of an entry are written as it asks and name no place or person."""
        words = self.texts[start:end]
        if entry.capital and not any(word[0].isupper() for word in words):
            return False
        if entry.exact and not all(part in letters_of("".join(words)) for part in entry.exact):
            return False
        if entry.role:
            return True
        # A name of several words is hardly that of anybody else.
        alone = end == start + 1 and entry.kind is not Kind.STATE and not entry.exact
        return not (alone and (start in self._places or start in self._persons))

    def _find_shapes(self) -> dict[int, Shape]:
        """Return the groups that are told by the shape of their names, "the Azania Liberation Front"."""
        found: dict[int, Shape] = {}
        at = 0
        while at < len(self.texts):
            end = self._run(at)
            if end > at:
                shape = self._shaped(at, end)
                if shape is not None:
                    start, stop, kind = shape
                    found[start] = Shape(stop, kind)
            at = max(at + 1, end)
        return found

    def _run(self, at: int) -> int:
        """Return the end of the capitalised words that begin with a token, "of" and the like between them."""
        end = at
        while end < min(len(self.texts), at + MAX_NAME_WORDS):
            text = self.texts[end]
            follows = self.texts[end + 1] if end + 1 < len(self.texts) else ""
            links = text in _SMALL_IN_NAMES or self._is_inner_genitive(end)
            if text[0].isupper() or (end == at and text.isdigit()):
                end += 1
            elif end > at and follows[:1].isupper() and links:
                end += 2
            else:
                break
        return end

    def _is_inner_genitive(self, at: int) -> bool:
        """Whether a genitive is within a name, "People's Front", and not that of an owner."""
        return self.texts[at] in POSSESSIVE and at - 1 not in self.states

    def _shaped(self, start: int, end: int) -> tuple[int, int, Kind] | None:
        """Return start, end and kind of the group that capitalised words name, if they do."""
        keys, words = self.keys, self._words
        kind, stop = None, end
        if end < len(keys) and self.texts[end].islower():
            tail = ((words["gang_shapes"], Kind.GANG), (words["militia_shapes"], Kind.MILITIA))
            kind = next((kind for listed, kind in tail if keys[end] in listed), None)
            stop = end + 1 if kind is not None else end
        head = end
        while kind is None and stop > start + 1:
            if keys[stop - 1] in words["party_shapes"]:
                kind, head = Kind.POLITICAL, stop - 1
            elif keys[stop - 1] in words["shapes"]:
                kind, head = Kind.REBELS, stop - 1
            elif stop > start + 2 and keys[stop - 2] + keys[stop - 1] in words["shapes"]:
                kind, head = Kind.REBELS, stop - 2
            else:
                stop -= 1
        while start < head and (keys[start] in words["plain"] or not self._opens(start)):
            start += 1
        if kind is None or all(keys[index] in words["plain"] for index in range(start, head)):
            return None
        own = self.states.get(start)
        if own is not None and (own.end >= head or keys[head] in ("brigade", "brigades")):
            return None
        if keys[head:stop] == ["front"] and self._places.issuperset(range(start, head)):
            # "The Kursk front" is a place.
            return None
        known = any(self._is_listed(index, peoples=stop > end) for index in range(start, head))
        return None if known else (start, stop, kind)

    def _opens(self, at: int) -> bool:
        """Whether a name may begin with a word: not with "Soldiers", nor with "of"."""
        match = self.matches.get(at)
        noun = match is not None and match.entry.role not in ("", "ethnic", "faiths")
        inner = at + 1 < len(self.texts) and self.texts[at + 1] in POSSESSIVE
        return (not noun or inner) and not self.texts[at].islower()

    def _is_listed(self, at: int, *, peoples: bool) -> bool:
        """Whether a group, state or force of the file is named at a token, or with ``peoples`` a people."""
        match = self.matches.get(at)
        return match is not None and (not match.entry.role or (peoples and bool(match.entry.name)))


def _sentence_numbers(doc: Doc) -> list[int]:
    """Return the number of the sentence that each token is in."""
    starts: Any = doc.to_array(["SENT_START"]) if len(doc) else []
    return [number - 1 for number in accumulate(int(start == 1) for start in starts)]
