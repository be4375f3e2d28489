"""Toponyms in a text: which words name places, and what they do in their sentence.

A recogniser says which words name something and what; the gazetteer says which of these names, and of
the names within them, are known places; the words around a name decide whether the place itself is
meant, or a speaker ("Moscow said") or an institution ("the Kyiv Brigade"). All word lists are in
``data/patterns/toponyms.toml``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice

from spacy.tokens import Doc, Span

from domain import Level, Mention, MentionKind, NameIndex, Relation
from extract.coordinates import find_coordinates
from extract.language import sentences
from extract.links import linked, lists
from extract.names import Known, Names, stands_out
from extract.recognise import Entities, Entity
from extract.relations import bearing_of, with_relation
from extract.states import POSSESSIVE, Around, state_kind
from extract.vocabulary import FACILITY, toponym_words

UNKNOWN = 0.7
"""How likely a name that the gazetteer lacks has to be a place: drugs and diseases have such names too."""

LIKELY, POSSIBLE = 0.4, 0.1
"""How likely a known name that the recogniser passed over has to be a place: any, and one that is well
known, stands after a word such as "in", or is a place elsewhere in the text."""

_ARABIC_ARTICLE = re.compile(r"^(?:a[dlnrstz]|ash|e[dlnrstz]|esh)-[A-Z]")
_HOME = re.compile(r"-(?:based|born|area|wide|style)\b", re.IGNORECASE)
"""What makes of "Berlin-based" the place still; in "Moscow-installed" it is its rulers."""

_SHELLED = re.compile(
    r"(?:(?:,| and|, and) [A-Z][\w’'-]+(?: [A-Z][\w’'-]+)?){0,4}"
    r"(?: (?:was|were|has been|have been|had been|is being|are being) (?:\w+ly |again |also )*"
    r"(?:shelled|bombarded|besieged|overrun)\b"
    r"| (?:came|is|was|were) under (?:\w+ )?(?:shelling|bombardment|siege|occupation|fire(?! for| over))\b)"
)
"""What is said of places alone, though a name that nobody knows looks like that of a person."""

_FOLLOWING = re.compile(r"[ \u00a0]([A-Za-z]+)(?: ([A-Za-z]+))?")
_ALSO_ADJECTIVES = frozenset({"state", "city", "community", "department"})

MAX_SMALL_WORDS = 3
_SMALL_WORD = re.compile(r"[ -]([a-z]+)\b")

_DATELINE = re.compile(
    r"\s*(?P<place>[A-Z][\w’'’.-]*(?:[ -][A-Z][\w’'.-]*){0,3})"
    r"(?:,\s*(?P<parent>[A-Z][\w.’' -]{1,30}?))?"
    r"(?:,?\s+[A-Z][a-z]{2,8}\.?\s+\d{1,2}(?:,?\s+\d{4})?)?"
    r"\s*(?P<agency>\([A-Z][^)\n]{1,40}\))?\s*(?:-{1,2}|–|—)\s"
)


def find_mentions(doc: Doc, entities: Entities, names: NameIndex) -> tuple[Mention, ...]:
    """Return the toponyms of a text in order, demonyms and speakers included and marked as such."""
    found: list[Mention] = []
    dateline = _dateline(doc, names)
    if dateline:
        found.append(dateline)
    reader = _Reader(doc, entities, names)
    for sentence in sentences(doc):
        found.extend(m for m in reader.read(sentence) if not dateline or m.start >= dateline.end)
    spots = find_coordinates(doc.text)
    # The letters of a grid reference and of "48° N" name nothing.
    apart = [m for m in found if not any(s.start < m.end and m.start < s.end for s in spots)]
    return tuple(linked(doc.text, sorted([*apart, *spots], key=lambda m: m.start), names))


def span_mentions(doc: Doc, spans: Iterable[tuple[int, int]], names: NameIndex) -> tuple[Mention, ...]:
    """Return a mention for exactly each of the spans, in their order, with its generic words read."""
    spots = {(spot.start, spot.end): spot for spot in find_coordinates(doc.text)}
    found = [spots.get((start, end)) or _given(doc.text, start, end, names) for start, end in spans]
    # What ties mentions together is read in the order of the text, whatever the order of the spans.
    order = sorted(range(len(found)), key=lambda index: found[index].start)
    tied = linked(doc.text, [found[index] for index in order], names)
    for index, mention in zip(order, tied, strict=True):
        near = None if mention.near is None else order[mention.near]
        inside = None if mention.inside is None else order[mention.inside]
        other = None if mention.other is None else order[mention.other]
        found[index] = replace(mention, near=near, inside=inside, other=other)
    return tuple(found)


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
    """Reads the sentences of one document; remembers which names belong to persons and to places."""

    def __init__(self, doc: Doc, entities: Entities, index: NameIndex) -> None:
        self.doc = doc
        self.text = doc.text
        self.entities = entities
        self.index = index
        self.names = Names(doc, index)
        self.words = toponym_words()
        named = [(entity.label, self.text[entity.start : entity.end]) for entity in entities.found]
        self.persons = frozenset(
            word for label, name in named if label == "PER" and " " in name for word in name.lower().split()
        )
        self.places = frozenset(name for label, name in named if label == "LOC")

    def read(self, sentence: Span) -> Iterator[Mention]:
        """Yield the mentions of a sentence in order."""
        previous: Mention | None = None
        at = sentence.start_char
        for entity in (*self.entities.within(sentence.start_char, sentence.end_char), None):
            stop = entity.start if entity else sentence.end_char
            for mention in self._passed_over(sentence, at, stop, previous):
                yield mention
                previous, at = mention, mention.end
            if entity and entity.start >= at:
                at = min(entity.end, sentence.end_char)
                for mention in self._named(sentence, replace(entity, end=at), previous):
                    yield mention
                    previous, at = mention, max(at, mention.end)

    def _named(self, sentence: Span, entity: Entity, previous: Mention | None) -> Iterator[Mention]:
        """Yield what an entity has of places."""
        name = self.text[entity.start : entity.end].lower()
        nobody = entity.label == "PER" and (" " in name or name not in self.persons)
        told = (nobody or entity.label == "LOC") and bool(_SHELLED.match(self.text, entity.end))
        if told or entity.label in ("LOC", "FAC"):
            for start, end in self.names.separate(entity.start, entity.end):
                words = self.text[start:end]
                if self.index.best(words) is None and self.index.demonym(words):
                    mention: Mention | None = self._bare(Known(start, end, None), MentionKind.DEMONYM)
                else:
                    mention = self._place(sentence, start, end, entity.label, previous, told=told)
                if mention and (previous is None or mention.start >= previous.end):
                    yield mention
                    previous = mention
        elif entity.label in ("ORG", "NORP", "MISC"):
            for known in self.names.known(entity.start, entity.end):
                if known.use is None:
                    yield self._bare(known, MentionKind.DEMONYM)
                elif self._lends_name(known, entity.start):
                    yield self._bare(known, MentionKind.INSTITUTION)

    def _lends_name(self, known: Known, start: int) -> bool:
        """Whether a known name within another is the place's: "Drug" is not, nor "Nile" after "West"."""
        before = self.text[start : known.start].lower().split()[-1:]
        use = known.use
        own = use is not None and (use.own or use.place.level is Level.COUNTRY)
        return use is not None and own and stands_out(use.place) and not self.words.adjectives & set(before)

    def _bare(self, known: Known, kind: MentionKind) -> Mention:
        name = self.text[known.start : known.end]
        return Mention(known.start, known.end, name, name, kind)

    def _place(
        self,
        sentence: Span,
        start: int,
        end: int,
        label: str,
        previous: Mention | None,
        *,
        told: bool = False,
    ) -> Mention | None:
        """Decide what the name of a place is in its sentence; ``told`` that it is one, known or not."""
        words, text = self.words, self.text
        mention = self._mention(sentence, *self.names.longer(start, end, sentence.end_char), label)
        if mention is None or mention.name.lower() in words.metonyms:
            return None
        use = self.index.best(mention.name)
        little = use is None or not stands_out(use.place)
        if little and mention.text.lower() in words.never:
            return None
        if use is None and not told and self.entities.place_probability(start, end) < UNKNOWN:
            return None
        around = self._around(sentence, mention, previous)
        right = around.right
        if right is not None and (
            right.lower_ in words.titles | words.units
            or (right.text[0].isupper() and right.lower_ in words.institutions)
        ):
            return replace(mention, kind=MentionKind.INSTITUTION)
        hyphen = (
            text[mention.end : mention.end + 1] in ("-", "‑", "–")
            and text[mention.end + 1 : mention.end + 2].isalpha()
        )
        if hyphen and not _HOME.match(text, mention.end):
            return replace(mention, kind=MentionKind.SPEAKER)
        if use and (use.place.level is Level.COUNTRY or use.place.feature_code == "PPLC"):
            return replace(mention, kind=state_kind(sentence, mention, use.place, around, self.index))
        if around.before == "of" and around.office in words.titles | words.offices:
            return replace(mention, kind=MentionKind.INSTITUTION)
        if not told and self._is_person(mention, around):
            return None
        owner = right is not None and right.text in POSSESSIVE
        owned = text[mention.end + 2 : mention.end + 40].lower().split()[:2] if owner else []
        return replace(mention, kind=MentionKind.INSTITUTION) if words.titles & set(owned) else mention

    def _is_person(self, mention: Mention, around: Around) -> bool:
        """Whether a name of one word is that of somebody whom the text names in full elsewhere."""
        known = " " not in mention.text and mention.text.lower() in self.persons
        return known and not mention.asked and around.before not in self.words.locative

    def _mention(self, sentence: Span, start: int, end: int, label: str) -> Mention | None:
        """Make the mention with the word that says what kind of place it is: "the Kursk region"."""
        text, words = self.text, self.words
        span = self.doc.char_span(start, end, alignment_mode="expand")
        if span is None:
            return None
        name, asked = text[start:end], ""
        if label == "FAC" and self.index.best(name) is None:
            end, name = self._facility(start, end)
            asked = FACILITY if len(name) < end - start else ""
        head, _, last = name.rpartition(" ")
        generic = words.after.get(last.lower(), "") if head and not asked else ""
        if generic and (last.lower() in words.in_name or self.index.best(name) is None):
            asked, name = generic, _capitalised(head)
            if last.islower() and last not in words.in_name:
                end = start + len(name)
        elif not asked and span.end < sentence.end and end == span.end_char:
            asked, stop = _kind_that_follows(text, end)
            word = text[end:stop].strip()
            if asked and (word.lower() in words.in_name or word[0].isupper()):
                end = stop
        mention = with_relation(text, Mention(start, end, text[start:end], name, MentionKind.PLACE, asked))
        first, _, rest = name.partition(" ")
        if rest and first.lower() in words.adjectives and self.index.best(name) is None:
            # "Western Wales" is a part of Wales that no gazetteer has.
            mention = replace(mention, name=rest)
            if mention.relation is Relation.IN:
                bearing = bearing_of(first.lower().removesuffix("ern"))
                mention = replace(mention, relation=Relation.PART, bearing=bearing)
        return mention

    def _facility(self, start: int, end: int) -> tuple[int, str]:
        """Return the end of what names a building or base ("Belaya air base"), and what to look up."""
        name = _capitalised(self.text[start:end])
        within = self.names.known(start, start + len(name))
        known = next((known for known in within if self._lends_name(known, start)), None)
        return start + len(name), self.text[known.start : known.end] if known else name

    def _around(self, sentence: Span, mention: Mention, previous: Mention | None) -> Around:
        span = self.doc.char_span(mention.start, mention.end, alignment_mode="expand")
        start, end = (span.start, span.end) if span is not None else (sentence.start, sentence.end)
        if mention.asked and end < sentence.end and self.doc[end].lower_ in self.words.after:
            end += 1
        left = self.doc[start - 1] if start > sentence.start else None
        return Around(
            text=self.text,
            before=left.lower_ if left is not None else "",
            office=self.doc[start - 2].lower_ if start - 2 >= sentence.start else "",
            left=left if left is not None and left.text[0].isupper() else None,
            right=self.doc[end] if end < sentence.end else None,
            previous=previous,
            listed=previous is not None and lists(self.text[previous.end : mention.start]),
        )

    def _passed_over(
        self, sentence: Span, start: int, end: int, previous: Mention | None
    ) -> Iterator[Mention]:
        """Yield the known places and peoples where the recogniser found nothing."""
        for first, last in self._runs(start, end):
            for known in self.names.known(first, last):
                if known.use is None:
                    mention: Mention | None = self._bare(known, MentionKind.DEMONYM)
                elif self._may_be(sentence, known, previous):
                    mention = self._place(sentence, known.start, known.end, "LOC", previous)
                else:
                    continue
                if mention and (previous is None or mention.start >= previous.end):
                    yield mention
                    previous = mention

    def _runs(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Yield the stretches of capitalised words between two characters."""
        span = self.doc.char_span(start, end, alignment_mode="contract")
        first: int | None = None
        for token in span if span is not None else ():
            if token.text[0].isupper() or _ARABIC_ARTICLE.match(token.text):
                first = token.idx if first is None else first
            elif token.lower_ not in self.words.connectors and first is not None:
                yield first, token.idx
                first = None
        if first is not None and span is not None:
            yield first, span.end_char

    def _may_be(self, sentence: Span, known: Known, previous: Mention | None) -> bool:
        """Whether a known name that the recogniser passed over is a place all the same."""
        mention = with_relation(self.text, self._bare(known, MentionKind.PLACE))
        around = self._around(sentence, mention, previous)
        told = (
            mention.text in self.places
            or (known.use is not None and stands_out(known.use.place))
            or around.before in self.words.locative
            or around.listed
            or bool(mention.asked)
        )
        likely = self.entities.place_probability(known.start, known.end)
        return likely >= (POSSIBLE if told else LIKELY)


def _capitalised(name: str) -> str:
    """Return a name up to its last word with a capital: of "Belaya air base" the first."""
    words = name.split(" ")
    while len(words) > 1 and words[-1].islower():
        words.pop()
    return " ".join(words)


def _kind_that_follows(text: str, end: int) -> tuple[str, int]:
    """Return what kind of place the word after a name asks for, or nothing, and where that word ends."""
    words, match = toponym_words(), _FOLLOWING.match(text, end)
    if match is None:
        return "", end
    word = match[1].lower()
    # "State media" and "community leaders" are not about a state or a community.
    if word in _ALSO_ADJECTIVES and (match[2] or "").lower() in words.state_nouns:
        return "", end
    return words.after.get(word, ""), match.end(1)


def _known_with_what_follows(text: str, start: int, end: int, names: NameIndex) -> str:
    """Return the longest known name that goes on in small letters: "Belaya air base"; empty without."""
    longest, facility = "", toponym_words().facility
    for word in islice(_SMALL_WORD.finditer(text, end), MAX_SMALL_WORDS):
        if word.start() != end or word[1] not in facility:
            break
        end = word.end()
        longest = text[start:end] if names.best(text[start:end]) else longest
    return longest


def _given(text: str, start: int, end: int, names: NameIndex) -> Mention:
    """Make a mention of a span that somebody else found."""
    words = toponym_words()
    span = text[start:end]
    if names.demonym(span):
        return Mention(start, end, span, span, MentionKind.DEMONYM)
    known = _known_with_what_follows(text, start, end, names)
    if known:
        return with_relation(text, Mention(start, end, span, known))
    name, asked = span, ""
    tokens = span.split()
    if len(tokens) > 1 and tokens[-1].lower() in words.after:
        asked, name = words.after[tokens[-1].lower()], " ".join(tokens[:-1])
    elif len(tokens) > 1 and tokens[-1].lower() in words.buildings and names.best(span) is None:
        asked = FACILITY
    else:
        asked, _ = _kind_that_follows(text, end)
    # Of "village" and "village of" the longer counts.
    leading = [phrase for phrase in words.before if span.lower().startswith(phrase + " ")]
    if leading:
        phrase = max(leading, key=len)
        asked, name = words.before[phrase], span[len(phrase) + 1 :]
    return with_relation(text, Mention(start, end, span, name, MentionKind.PLACE, asked))
