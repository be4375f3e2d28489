"""Toponyms in a text: which words name places, and what they do in their sentence.

Names are runs of capitalised words, cut by what the gazetteer knows; the words around a run decide
whether it is a place, a speaker ("Moscow said"), an institution ("the Kyiv Brigade") or a person.
All word lists are in ``data/patterns/toponyms.toml``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache

from spacy.tokens import Doc, Span, Token

from domain import Level, Mention, MentionKind, NameIndex, NameUse, Place, Relation
from extract.language import is_headline, load_patterns, sentences
from extract.numbers import read_number

MAX_NAME_TOKENS = 6
PROMINENT_POPULATION = 100_000
"""From this size on a name needs no preposition before it to be taken for a place."""

_CONNECTORS = frozenset("of de del da do dos di la le les du des al el bin ibn".split())
_ARABIC_ARTICLE = re.compile(r"^(?:a[dlnrstz]|ash|e[dlnrstz]|esh)-[A-Z]")
_BEFORE_UNKNOWN = frozenset("in near outside towards toward around captured seized entered liberated retaken shelled".split())
_APPOSITION = re.compile(
    r",? (?:a|an|the) (?:[\w-]+ ){0,4}(?:town|village|city|settlement|suburb|slum|hamlet|neighbou?rhood|district|port)\b"
)
_OWNER = ("'s ", "’s ")
_LIES = re.compile(
    r",? (?:about|some|just) \d|, (?:in|near|north|south|east|west)\b"
    r"| in the (?:[\w-]+ern part|(?:north|south)?-?(?:east|west)|north|south) of\b"
)
_POSSESSIVE = frozenset({"'s", "’s", "'", "’"})
_LISTING = re.compile(r"^\s*(?:,|and|or|&|;|,\s*and|,\s*or|as well as|and also)\s*(?:the\s|in\s|near\s|at\s)*$")
_OFFSET = re.compile(
    r"(?P<number>\d+(?:[.,]\d+)?|[a-z]+(?:-[a-z]+)?)[\s-]*(?P<unit>kilomet(?:re|er)s?|km|miles?|metres?|meters?)"
    r"(?:\s*\([^)]*\))?\s+(?:to the\s+)?(?P<compass>(?:north|south)?-?(?:east|west)|north|south)"
    r"(?:ern)?\s+(?:of|from)\s+(?:the\s+)?(?:\w+\s+of\s+)?$",
    re.IGNORECASE,
)
# "In the west of X" lies in X, "west of X" beside it.
_PART_OF = re.compile(r"\bthe\s+(?:far\s+)?(?:(?:north|south)?-?(?:east|west)|north|south)\s+of$")
_BEARINGS = {
    "north": 0.0,
    "northeast": 45.0,
    "east": 90.0,
    "southeast": 135.0,
    "south": 180.0,
    "southwest": 225.0,
    "west": 270.0,
    "northwest": 315.0,
}
_BESIDE = re.compile(
    r"^(?:,\s+(?:an?|the|which|located|situated|just|some|about|not|near|outside|close|\d+)\b"
    r"|\s+(?:is|was|lies|lying|situated|located|which)\b|(?=\s+(?:near|outside|close to|not far from)\b))[^.;]{0,60}"
    r"\b(?:near|close to|outside|beside|adjacent to|not far from|(?:km|kilomet(?:re|er)s|miles)\b[^.;]{0,30}\bof)"
    r"\b[^.;]{0,40}$"
)
_WITHIN = re.compile(
    r"^(?:,?\s+(?:(?:a|an|the)\s[^.;]{0,60}?)?(?:in|of)\s+(?:the\s+)?"
    r"(?:(?:far\s+)?(?:[\w-]+ern|(?:north|south|east|west|centre|center|heart|middle)(?:-?(?:east|west))?\s+of)\s+(?:the\s+)?)?|,\s+)$"
)
_DATELINE = re.compile(
    r"\s*(?P<place>[A-Z][\w’'’.-]*(?:[ -][A-Z][\w’'.-]*){0,3})"
    r"(?:,\s*(?P<parent>[A-Z][\w.’' -]{1,30}?))?"
    r"(?:,?\s+[A-Z][a-z]{2,8}\.?\s+\d{1,2}(?:,?\s+\d{4})?)?"
    r"\s*(?P<agency>\([A-Z][^)\n]{1,40}\))?\s*(?:-{1,2}|–|—)\s"
)


@dataclass(frozen=True, slots=True)
class _Words:
    """The pattern table as sets, and its phrases with the longest first."""

    after: dict[str, str]
    before: tuple[tuple[str, str], ...]
    near: tuple[str, ...]
    part: tuple[str, ...]
    direction: frozenset[str]
    adjectives: frozenset[str]
    locative: frozenset[str]
    locative_of: frozenset[str]
    land: frozenset[str]
    speaks: frozenset[str]
    state_nouns: frozenset[str]
    upon: frozenset[str]
    people: frozenset[str]
    offices: frozenset[str]
    units: frozenset[str]
    facility: frozenset[str]
    in_name: frozenset[str]
    institutions: frozenset[str]
    titles: frozenset[str]
    never: frozenset[str]
    metonyms: frozenset[str]


@cache
def _words() -> _Words:
    table = load_patterns("toponyms")
    before = [(phrase, asked) for asked, listed in table["generic_before"].items() for phrase in listed]
    context, names, relations = table["context"], table["names"], table["relations"]
    return _Words(
        after={word: asked for asked, listed in table["generic_after"].items() for word in listed},
        before=tuple(sorted(before, key=lambda pair: -len(pair[0]))),
        near=tuple(sorted(relations["near"], key=len, reverse=True)),
        part=tuple(relations["part"]),
        direction=frozenset(relations["direction_after"]),
        adjectives=frozenset(relations["adjectives"]) | frozenset(relations["compass"]),
        locative=frozenset(context["locative"]),
        locative_of=frozenset(context["locative_of"]),
        land=frozenset(context["land"]),
        speaks=frozenset(context["speaks"]),
        state_nouns=frozenset(context["state_nouns"]),
        upon=frozenset(context["upon"]),
        people=frozenset(context["people"]),
        offices=frozenset(context["offices"]),
        units=frozenset(names["units"]),
        facility=frozenset(table["forms"]["facility"]),
        in_name=frozenset(table["forms"]["in_name"]),
        institutions=frozenset(names["institutions"]),
        titles=frozenset(names["titles"]),
        never=frozenset(names["never"]),
        metonyms=frozenset(names["metonyms"]),
    )


def find_mentions(doc: Doc, names: NameIndex) -> tuple[Mention, ...]:
    """Return the toponyms of a text in order, demonyms and speakers included and marked as such."""
    found: list[Mention] = []
    dateline = _dateline(doc, names)
    if dateline:
        found.append(dateline)
    reader = _Reader(doc, names)
    for sentence in sentences(doc):
        found.extend(m for m in reader.read(sentence) if not dateline or m.start >= dateline.end)
    return tuple(_linked(doc.text, found, names))


def span_mentions(doc: Doc, spans: Iterable[tuple[int, int]], names: NameIndex) -> tuple[Mention, ...]:
    """Return a mention for exactly each of the spans, in their order, with its generic words read."""
    text = doc.text
    found = [_given(text, start, end, names) for start, end in spans]
    in_order = sorted(range(len(found)), key=lambda index: found[index].start)
    linked = _linked(text, [found[index] for index in in_order], names)
    position = {old: new for new, old in enumerate(in_order)}

    def moved(index: int | None) -> int | None:
        return None if index is None else in_order[index]

    return tuple(
        replace(linked[position[i]], near=moved(linked[position[i]].near), inside=moved(linked[position[i]].inside))
        for i in range(len(found))
    )


def same_list(text: str, first: Mention, second: Mention) -> bool:
    """Whether two mentions are neighbours in one list ("A, B and C")."""
    return bool(_LISTING.match(text[first.end : second.start]))


def _dateline(doc: Doc, names: NameIndex) -> Mention | None:
    match = _DATELINE.match(doc.text[:200])
    if not match:
        return None
    place = match["place"]
    if not (place.isupper() or match["agency"]) or names.best(place) is None:
        return None
    start, end = match.span("place")
    return Mention(start, end, place, place, MentionKind.DATELINE)


class _Reader:
    """Reads the sentences of one document; remembers which names belong to persons."""

    def __init__(self, doc: Doc, names: NameIndex) -> None:
        self.doc = doc
        self.text = doc.text
        self.shouted = self.text.isupper()
        self.names = names
        self.words = _words()
        self.persons = self._person_names()

    def read(self, sentence: Span) -> Iterator[Mention]:
        if is_headline(sentence):
            yield from self._read_headline(sentence)
            return
        previous: Mention | None = None
        for first, last in self._runs(sentence):
            for mention in self._read_run(sentence, first, last, previous):
                yield mention
                previous = mention

    def _runs(self, sentence: Span) -> Iterator[tuple[int, int]]:
        """Yield token ranges of capitalised words, joined by words such as "of" and "de"."""
        i = sentence.start
        while i < sentence.end:
            if not self._is_name(self.doc[i], sentence):
                i += 1
                continue
            j = i + 1
            while j < sentence.end:
                if self._is_name(self.doc[j], sentence):
                    j += 1
                elif (
                    self.doc[j].lower_ in _CONNECTORS
                    and j + 1 < sentence.end
                    and self._is_name(self.doc[j + 1], sentence)
                ):
                    j += 2
                else:
                    break
            yield i, j
            i = j

    def _is_name(self, token: Token, sentence: Span) -> bool:
        text = token.text
        if not (text[0].isupper() or _ARABIC_ARTICLE.match(text)):
            return False
        # The first word of a sentence is capitalised whatever it is.
        is_function_word = token.lower_ in self.words.never or token.lower_ in self.words.locative
        return not (token.i == sentence.start and is_function_word and not self._opens_name(token, sentence))

    def _opens_name(self, token: Token, sentence: Span) -> bool:
        """Whether a first word such as "North" or "New" begins a known name of two words."""
        following = token.i + 1
        if following >= sentence.end or not self.doc[following].text[0].isupper():
            return False
        two = self.doc[token.i : following + 1].text
        return self.names.best(two) is not None or self.names.demonym(two) is not None

    def _person_names(self) -> frozenset[str]:
        """Words of runs that no gazetteer explains: "Sullivan" in "Jake Sullivan"."""
        surnames = set()
        for sentence in sentences(self.doc):
            if is_headline(sentence):
                continue
            for first, last in self._runs(sentence):
                run = self.doc[first:last]
                if 2 <= last - first <= 4 and not any(
                    token.lower_ in self.words.institutions
                    or token.lower_ in self.words.after
                    or token.lower_ in self.words.never
                    or token.lower_ in self.words.adjectives
                    or token.lower_ in _CONNECTORS
                    for token in run
                ):
                    bare = run[1:] if run[0].lower_ in self.words.titles else run
                    if self.names.best(bare.text) is None and not self._known_parts(bare):
                        surnames.update(token.lower_ for token in bare)
        return frozenset(surnames)

    def _known_parts(self, run: Span) -> bool:
        """Whether a run begins with a country, a people or another well-known place."""
        for end in range(len(run), 0, -1):
            part = run[:end].text
            use = self.names.best(part)
            if self.names.demonym(part) or (use and use.place.level is Level.COUNTRY):
                return True
        return False

    def _read_run(
        self, sentence: Span, first: int, last: int, previous: Mention | None
    ) -> Iterator[Mention]:
        i, any_found = first, False
        while i < last:
            end, use = self._longest(i, last)
            demonym_end = self._demonym_end(i, last)
            if demonym_end and demonym_end >= end:
                yield self._mention(i, demonym_end, MentionKind.DEMONYM)
                i, any_found = demonym_end, True
                continue
            if use is None:
                i += 1
                continue
            mention = self._judge(sentence, first, last, i, end, use.place, previous)
            any_found = True
            if mention:
                yield mention
                previous = mention
            if mention is None or mention.kind is MentionKind.INSTITUTION:
                # The rest of the run goes with the person or institution that this one names.
                return
            i = end
        if not any_found:
            unknown = self._unknown(sentence, first, last, previous)
            if unknown:
                yield unknown

    def _longest(self, first: int, last: int) -> tuple[int, NameUse | None]:
        """Return the end of the longest known name that begins at ``first``, and its use."""
        facility = self._facility_end(first, last)
        if facility:
            use = self.names.best(self.doc[first:facility].text)
            return facility, use
        for end in range(min(last, first + MAX_NAME_TOKENS), first, -1):
            if self.doc[end - 1].lower_ in _CONNECTORS:
                continue
            text = self.doc[first:end].text
            if end - first == 1 and (text.lower().rstrip(".") in self.words.never or len(text) < 2):
                return first, None
            if text.lower() in self.words.metonyms:
                return first, None
            use = self.names.best(text)
            if use and not (self._is_acronym(text) and use.place.level is not Level.COUNTRY):
                return end, use
        return first, None

    def _facility_end(self, first: int, last: int) -> int | None:
        """Return the end of a known name that goes on in lower case: "Saky air base"."""
        end = last
        while end < min(last + 4, len(self.doc)) and self.doc[end].is_alpha:
            end += 1
        if end == last or self.doc[last].lower_ not in self.words.facility:
            return None
        for stop in range(end, last, -1):
            if self.names.best(self.doc[first:stop].text):
                return stop
        return None

    def _is_acronym(self, text: str) -> bool:
        return text.isupper() and len(text.replace(".", "")) <= 5 and not self.shouted

    def _demonym_end(self, first: int, last: int) -> int | None:
        for end in range(min(last, first + 3), first, -1):
            if self.names.demonym(self.doc[first:end].text):
                return end
        return None

    def _judge(
        self,
        sentence: Span,
        first: int,
        last: int,
        start: int,
        end: int,
        place: Place,
        previous: Mention | None,
    ) -> Mention | None:
        """Decide what the known name ``doc[start:end]`` in the run ``first`` to ``last`` is."""
        words, doc = self.words, self.doc
        asked, whole_end = self._generic_after(sentence, end)
        before = doc[start - 1].lower_ if start > sentence.start else ""
        left = doc[start - 1] if start > first else None
        beyond = whole_end if whole_end > end or not asked else end + 1
        right = doc[beyond] if beyond < sentence.end else None
        in_run = right is not None and beyond < last
        mention = self._mention(start, whole_end, MentionKind.PLACE, name_end=end, asked=asked)

        if right is not None:
            following = right.lower_
            if following in words.titles or following in words.units or (in_run and following in words.institutions):
                return replace(mention, kind=MentionKind.INSTITUTION)
            if in_run and following == "of":
                return None
            if in_run and following not in words.direction and following not in _CONNECTORS:
                return None
        if left is not None and left.lower_ not in words.adjectives and not asked:
            if left.lower_ in _CONNECTORS:
                head = {token.lower_ for token in doc[first : start - 1]}
                if head & (words.institutions | words.titles):
                    return replace(mention, kind=MentionKind.INSTITUTION)
            elif left.lower_ in words.institutions:
                return replace(mention, kind=MentionKind.INSTITUTION)
            elif self.names.demonym(left.text) is None:
                return None

        listed = previous is not None and bool(_LISTING.match(self.text[previous.end : mention.start]))
        if place.level is Level.COUNTRY or place.feature_code == "PPLC":
            kind = self._state_kind(sentence, mention, place, before, left, right, listed, previous)
            return replace(mention, kind=kind)
        if end - start == 1 and doc[start].lower_ in self.persons and not asked and before not in ("in", "near"):
            return None
        small = place.population < PROMINENT_POPULATION and place.level in (Level.SETTLEMENT, Level.ADMIN2)
        if small and not self._notable(place) and not asked and not self._placed(before, left, right, listed, mention):
            return None
        if right is not None and right.text in _POSSESSIVE and self._state_noun(sentence, whole_end + 1):
            return replace(mention, kind=MentionKind.INSTITUTION)
        return mention

    def _placed(
        self, before: str, left: Token | None, right: Token | None, listed: bool, mention: Mention
    ) -> bool:
        """Whether the words around a little-known name speak for a place."""
        if before in self.words.locative or listed or mention.relation is not Relation.IN or mention.asked:
            return True
        if left is not None and left.lower_ in self.words.adjectives:
            return True
        if _LIES.match(self.text[mention.end : mention.end + 60]):
            return True
        return right is not None and right.lower_ in {"was", "were", "is", "came", "remains", "direction", "lies"}

    def _notable(self, place: Place) -> bool:
        """Whether somebody put the place into our own tables because news names it."""
        return place.source != "GeoNames"

    def _state_kind(
        self,
        sentence: Span,
        mention: Mention,
        place: Place,
        before: str,
        left: Token | None,
        right: Token | None,
        listed: bool,
        previous: Mention | None,
    ) -> MentionKind:
        """Tell a country or capital as a place from the state of that name."""
        words, doc = self.words, self.doc
        start = mention.start
        country = place.level is Level.COUNTRY
        if right is not None and right.text in _POSSESSIVE:
            following = doc[right.i + 1] if right.i + 1 < sentence.end else None
            if following is not None and (following.lower_ in words.state_nouns or following.text[0].isdigit()):
                return MentionKind.SPEAKER
            return MentionKind.PLACE
        if left is not None and left.lower_ in words.adjectives:
            return MentionKind.PLACE
        if before == "of":
            of = doc.char_span(start, start + 1, alignment_mode="expand")
            head = doc[of.start - 2].lower_ if of is not None and of.start - 2 >= sentence.start else ""
            return MentionKind.PLACE if head in words.locative_of else MentionKind.INSTITUTION
        earlier = self._word_before(sentence, start, 2)
        if before in ("in", "from") and right is not None and right.lower_ in words.speaks:
            if earlier in words.offices:
                return MentionKind.SPEAKER
        if before == "from" and earlier in words.people:
            return MentionKind.SPEAKER
        if before in words.land or mention.asked or mention.relation is not Relation.IN:
            return MentionKind.PLACE
        beside_border = before in ("with", "and") and "border" in self.text[max(0, start - 30) : start]
        if beside_border:
            return MentionKind.PLACE
        if before == "the":
            phrase = self.text[max(0, start - 25) : start].lower().split()
            if len(phrase) > 1 and phrase[-2] in words.land:
                return MentionKind.PLACE
        acts = country and right is not None and right.lower_ in words.speaks
        if listed and previous is not None and not (acts and self.text[previous.end : start] == ", "):
            return previous.kind if previous.kind is not MentionKind.DEMONYM else MentionKind.SPEAKER
        if previous is not None and previous.literal and self.text[previous.end : start] == ", ":
            holder = self.names.best(previous.name)
            if holder is not None and holder.place.country == place.country and not acts:
                return MentionKind.PLACE
        if country or before in words.upon or self._list_speaks(sentence, right):
            return MentionKind.SPEAKER
        # "Moscow annexed": a capital that opens a sentence and does something is the state.
        if not before and right is not None and right.lower_.endswith("ed"):
            return MentionKind.SPEAKER
        return MentionKind.PLACE

    def _word_before(self, sentence: Span, start: int, back: int) -> str:
        """Return the lower-case word ``back`` tokens before character ``start``, "" outside the sentence."""
        token = self.doc.char_span(start, start + 1, alignment_mode="expand")
        index = token.start - back if token is not None else -1
        return self.doc[index].lower_ if index >= sentence.start else ""

    def _list_speaks(self, sentence: Span, right: Token | None) -> bool:
        """Whether the verb after a name, or after the list that it begins, is one of speech."""
        index = right.i if right is not None else sentence.end
        while index < sentence.end and (self.doc[index].text in (",", "and") or self.doc[index].text[0].isupper()):
            index += 1
        verb = self.doc[index].lower_ if index < sentence.end else ""
        return verb in self.words.speaks and (right is None or index == right.i or verb != "was")

    def _state_noun(self, sentence: Span, index: int) -> bool:
        return index < sentence.end and self.doc[index].lower_ in self.words.titles

    def _generic_after(self, sentence: Span, end: int) -> tuple[str, int]:
        """Return the kind of place that the next word asks for, and the end of the whole name.

        "Kursk region" and "Crawford County" are names with their generic word, "Ituri province" is
        a name before one.
        """
        if end < sentence.end:
            word = self.doc[end].lower_
            asked = self.words.after.get(word, "")
            # "state media" and "community leaders" are not about a state or a community.
            followed = end + 1 < sentence.end and self.doc[end + 1].lower_ in self.words.state_nouns
            if asked and not (word in {"state", "city", "community", "department"} and followed):
                belongs = word in self.words.in_name or self.doc[end].text[0].isupper()
                return asked, end + 1 if belongs else end
        return "", end

    def _unknown(self, sentence: Span, first: int, last: int, previous: Mention | None) -> Mention | None:
        """Return a name that the gazetteer lacks where the text says plainly that it is a place."""
        doc, words = self.doc, self.words
        asked, end = self._generic_after(sentence, last)
        mention = self._mention(first, end, MentionKind.PLACE, name_end=last, asked=asked)
        run = doc[first:last]
        barred = words.never | words.institutions | words.titles
        if any(token.lower_.rstrip(".") in barred or len(token.text) < 3 for token in run) or last - first > 3:
            return None
        if run[-1].lower_ in self.persons or self._is_acronym(run.text):
            return None
        before = doc[first - 1].lower_ if first > sentence.start else ""
        listed = previous is not None and previous.kind is MentionKind.PLACE and bool(
            _LISTING.match(self.text[previous.end : mention.start])
        )
        told = asked in ("admin1", "admin2", "settlement") or mention.asked == "settlement"
        right = doc[end] if end < sentence.end else None
        speaks = right is not None and right.lower_ in words.speaks and right.lower_ != "and"
        placed = before in _BEFORE_UNKNOWN and not speaks
        told = told or bool(_APPOSITION.match(self.text[mention.end : mention.end + 60]))
        return mention if told or placed or (listed and not speaks) else None

    def _read_headline(self, sentence: Span) -> Iterator[Mention]:
        """In a headline each word is capitalised; only names that stand out are taken."""
        i = sentence.start
        while i < sentence.end:
            demonym_end = self._demonym_end(i, sentence.end)
            end, use = self._longest(i, sentence.end)
            if demonym_end and demonym_end >= end:
                yield self._mention(i, demonym_end, MentionKind.DEMONYM)
                i = demonym_end
            elif use and self._stands_out(use.place):
                asked, whole_end = self._generic_after(sentence, end)
                mention = self._mention(i, whole_end, MentionKind.PLACE, name_end=end, asked=asked)
                before = self.doc[i - 1].lower_ if i > sentence.start else ""
                state = use.place.level is Level.COUNTRY or use.place.feature_code == "PPLC"
                if state and before not in self.words.land:
                    mention = replace(mention, kind=MentionKind.SPEAKER)
                yield mention
                i = whole_end
            else:
                i += 1

    def _stands_out(self, place: Place) -> bool:
        known = place.level in (Level.COUNTRY, Level.ADMIN1, Level.AREA)
        return known or place.population >= PROMINENT_POPULATION or self._notable(place)

    def _mention(
        self, start: int, end: int, kind: MentionKind, *, name_end: int | None = None, asked: str = ""
    ) -> Mention:
        doc = self.doc
        name = doc[start : name_end or end].text
        first = doc[start].idx
        last = doc[end - 1].idx + len(doc[end - 1])
        mention = Mention(first, last, self.text[first:last], name, kind, asked)
        return mention if kind is MentionKind.DEMONYM else _with_relation(self.text, mention)


def _with_relation(text: str, mention: Mention) -> Mention:
    """Read "near", "12 km west of", "the X direction" and "the city of" around a name."""
    words = _words()
    left = re.split(r"[.;:!?\n]\s", text[max(0, mention.start - 80) : mention.start])[-1].lower()
    bare = re.sub(r"\s*\b(?:the|a|an)\s*$", "", left.rstrip())
    asked = mention.asked
    for phrase, kind in words.before:
        if not asked and re.search(rf"\b{phrase},?$", left.rstrip()):
            asked = kind
            bare = left.rstrip().removesuffix(",")[: -len(phrase)].rstrip()
            bare = re.sub(r"\s*\b(?:the|a|an)(?:\s+[\w-]+){0,3}\s*$", "", bare)
            break
    offset = _OFFSET.search(left if left.endswith(" ") else left + " ")
    if offset:
        distance = _distance_km(offset["number"], offset["unit"])
        bearing = _BEARINGS[offset["compass"].replace("-", "").lower()]
        if distance is not None:
            return replace(
                mention, asked=asked, relation=Relation.OFFSET, offset_km=distance, bearing=bearing
            )
    right = text[mention.end : mention.end + 20].lower()
    after = re.match(r"\s+([\w-]+)", right)
    if after and after[1] in words.direction:
        return replace(mention, asked=asked, relation=Relation.DIRECTION)
    if _PART_OF.search(left.rstrip().removesuffix(" the")):
        return replace(mention, asked=asked, relation=Relation.PART)
    for phrase in words.near:
        if re.search(rf"\b{phrase}$", bare):
            return replace(mention, asked=asked, relation=Relation.NEAR)
    last_word = bare.rsplit(" ", 1)[-1].strip("(\"'“‘")
    if last_word in words.adjectives or any(bare.endswith(phrase) for phrase in words.part):
        return replace(mention, asked=asked, relation=Relation.PART)
    return replace(mention, asked=asked)


def _distance_km(number: str, unit: str) -> float | None:
    value = {"several": 3.0, "a": 1.0}.get(number.lower()) or read_number(number.replace(",", "."))
    if value is None or value > 2000:
        return None
    if unit.lower().startswith("mile"):
        return value * 1.609344
    return value / 1000 if unit.lower().startswith("met") else value


def _given(text: str, start: int, end: int, names: NameIndex) -> Mention:
    """Make a mention of a span that somebody else found."""
    words = _words()
    span = text[start:end]
    if names.demonym(span):
        return Mention(start, end, span, span, MentionKind.DEMONYM)
    name, asked = span, ""
    tokens = span.split()
    if len(tokens) > 1 and tokens[-1].lower() in words.after:
        asked, name = words.after[tokens[-1].lower()], " ".join(tokens[:-1])
    for phrase, kind in words.before:
        if span.lower().startswith(phrase + " "):
            asked, name = kind, span[len(phrase) + 1 :]
            break
    return _with_relation(text, Mention(start, end, span, name, MentionKind.PLACE, asked))


def _linked(text: str, found: list[Mention], names: NameIndex) -> list[Mention]:
    """Let list members share their relation, and tie names to the places the text puts them by."""
    linked: list[Mention] = []
    for index, mention in enumerate(found):
        previous = linked[-1] if linked else None
        if (
            previous
            and mention.relation is Relation.IN
            and previous.relation is Relation.NEAR
            and _LISTING.match(text[previous.end : mention.start])
        ):
            mention = replace(mention, relation=Relation.NEAR)
        if index + 1 < len(found) and mention.literal and found[index + 1].literal:
            following = found[index + 1]
            between = text[mention.end : following.start]
            if between in _OWNER and following.inside is None and _is_wider(following, mention, names, False):
                found[index + 1] = replace(following, inside=index)
            elif _BESIDE.match(between):
                mention = replace(mention, near=index + 1)
            elif _WITHIN.match(between) and _is_wider(mention, following, names, between.strip() == ","):
                mention = replace(mention, inside=index + 1)
        linked.append(mention)
    # "A and B in the C region": what holds for the last of a list holds for all of it.
    for index in range(len(linked) - 2, -1, -1):
        mention, following = linked[index], linked[index + 1]
        if mention.inside is None and following.inside is not None and mention.literal:
            if _LISTING.match(text[mention.end : following.start]):
                linked[index] = replace(mention, inside=following.inside)
    return linked


def _is_wider(mention: Mention, container: Mention, names: NameIndex, only_comma: bool) -> bool:
    """Whether ``container`` is a kind of place that can hold what ``mention`` names.

    A comma alone may as well stand in a list or between clauses: then the two must be known to
    belong together ("Paris, Texas" does not need it, "in Jeddah, Ukraine agreed" shows why).
    """
    if container.asked in ("admin1", "admin2", "area"):
        return True
    use = names.best(container.name)
    if use is None or container.asked:
        return False
    own = names.best(mention.name)
    if use.place.level is Level.COUNTRY:
        if only_comma and (own is None or own.place.country != use.place.country):
            return False
        return own is None or own.place.level is not Level.COUNTRY
    if use.place.level is Level.ADMIN1:
        return not only_comma or (own is not None and own.place.level is Level.SETTLEMENT)
    return use.place.level is Level.AREA and not only_comma
