"""Toponyms in a text: which words name places, and what they do in their sentence.

Names are runs of capitalised words, cut by what the gazetteer knows; the words around a run decide
whether it is a place, a speaker ("Moscow said"), an institution ("the Kyiv Brigade") or a person.
All word lists are in ``data/patterns/toponyms.toml``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from enum import Enum, auto

from spacy.tokens import Doc, Span, Token

from domain import Level, Mention, MentionKind, NameIndex, NameUse, Place, Relation
from extract.language import is_headline, sentences
from extract.relations import linked, lists, with_relation
from extract.states import POSSESSIVE, Around, state_kind
from extract.vocabulary import toponym_words

MAX_NAME_TOKENS = 6
PROMINENT_POPULATION = 100_000
"""From this size on a name needs no preposition before it to be taken for a place."""

_ARABIC_ARTICLE = re.compile(r"^(?:a[dlnrstz]|ash|e[dlnrstz]|esh)-[A-Z]")
_APPOSITION = re.compile(
    r"(?:,| is| was)? (?:a|an|the) (?:[\w-]+ ){0,4}"
    r"(?:town|village|city|settlement|suburb|slum|hamlet|neighbou?rhood|district|port)\b"
)
_LIES = re.compile(
    r",? (?:about|some|just) \d|, (?:in|near|north|south|east|west)\b"
    r"| in the (?:[\w-]+ern part|(?:north|south)?-?(?:east|west)|north|south) of\b"
)
_SUFFERS = re.compile(
    r" (?:was|were|has been|had been|is being) (?:\w+ly |again |also )*"
    r"(?:hit|struck|attacked|captured|seized|taken|destroyed|damaged|rocked|surrounded|encircled|stormed|shaken)\b"
    r"| (?:came|remains|is|was|lies) (?:under|in|near|about|some)\b"
)
"""What is said of a known place rather than of a thing: it was shelled, it came under fire."""

_SHELLED = re.compile(
    r" (?:was|were|has been|had been|is being) (?:\w+ly |again |also )*"
    r"(?:shelled|bombed|bombarded|liberated|occupied|overrun|evacuated|besieged)\b"
    r"| (?:came|is|was) under (?:fire|shelling|attack|bombardment|siege|occupation)\b"
)
"""What is said of a place alone, so that an unknown name must be one."""

_DATELINE = re.compile(
    r"\s*(?P<place>[A-Z][\w’'’.-]*(?:[ -][A-Z][\w’'.-]*){0,3})"
    r"(?:,\s*(?P<parent>[A-Z][\w.’' -]{1,30}?))?"
    r"(?:,?\s+[A-Z][a-z]{2,8}\.?\s+\d{1,2}(?:,?\s+\d{4})?)?"
    r"\s*(?P<agency>\([A-Z][^)\n]{1,40}\))?\s*(?:-{1,2}|–|—)\s"
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
    return tuple(linked(doc.text, found, names))


def span_mentions(doc: Doc, spans: Iterable[tuple[int, int]], names: NameIndex) -> tuple[Mention, ...]:
    """Return a mention for exactly each of the spans, in their order, with its generic words read."""
    found = [_given(doc.text, start, end, names) for start, end in spans]
    # What ties mentions together is read in the order of the text, whatever the order of the spans.
    order = sorted(range(len(found)), key=lambda index: found[index].start)
    tied = linked(doc.text, [found[index] for index in order], names)
    for index, mention in zip(order, tied, strict=True):
        near = None if mention.near is None else order[mention.near]
        inside = None if mention.inside is None else order[mention.inside]
        found[index] = replace(mention, near=near, inside=inside)
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


class _Part(Enum):
    """What a known name is part of: nothing else, an institution, or another name."""

    NONE = auto()
    INSTITUTION = auto()
    OTHER = auto()


class _Reader:
    """Reads the sentences of one document; remembers which names belong to persons."""

    def __init__(self, doc: Doc, names: NameIndex) -> None:
        self.doc = doc
        self.text = doc.text
        self.shouted = self.text.isupper()
        self.names = names
        self.words = toponym_words()
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
                    self.doc[j].lower_ in self.words.connectors
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
        surnames: set[str] = set()
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
                    or token.lower_ in self.words.connectors
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

    def _read_run(self, sentence: Span, first: int, last: int, previous: Mention | None) -> Iterator[Mention]:
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
            mention = self._judge(sentence, (first, last), (i, end), use.place, previous)
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
            if self.doc[end - 1].lower_ in self.words.connectors:
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
        run: tuple[int, int],
        name: tuple[int, int],
        place: Place,
        previous: Mention | None,
    ) -> Mention | None:
        """Decide what the known name at tokens ``name`` in the run of capitalised words ``run`` is."""
        (first, last), (start, end) = run, name
        words, doc = self.words, self.doc
        asked, whole_end = self._generic_after(sentence, end)
        mention = self._mention(start, whole_end, MentionKind.PLACE, name_end=end, asked=asked)
        beyond = whole_end if whole_end > end or not asked else end + 1
        around = Around(
            text=self.text,
            before=doc[start - 1].lower_ if start > sentence.start else "",
            left=doc[start - 1] if start > first else None,
            right=doc[beyond] if beyond < sentence.end else None,
            previous=previous,
            listed=previous is not None and lists(self.text[previous.end : mention.start]),
        )
        part_of = self._part_of_name(around, first, last, asked)
        if part_of is not _Part.NONE:
            return replace(mention, kind=MentionKind.INSTITUTION) if part_of is _Part.INSTITUTION else None
        if place.level is Level.COUNTRY or place.feature_code == "PPLC":
            return replace(mention, kind=state_kind(sentence, mention, place, around, self.names))
        alone = end - start == 1 and not asked and around.before not in ("in", "near")
        if alone and doc[start].lower_ in self.persons:
            return None
        small = place.population < PROMINENT_POPULATION and place.level in (Level.SETTLEMENT, Level.ADMIN2)
        if small and not asked and not self._notable(place) and not self._placed(mention, around):
            return None
        owner = around.right is not None and around.right.text in POSSESSIVE
        owned = {token.lower_ for token in doc[whole_end + 1 : min(whole_end + 3, sentence.end)]}
        if owner and owned & words.titles:
            return replace(mention, kind=MentionKind.INSTITUTION)
        return mention

    def _part_of_name(self, around: Around, first: int, last: int, asked: str) -> _Part:
        """Whether a name is only part of that of an institution or of something else."""
        words, left, right = self.words, around.left, around.right
        if right is not None:
            following, in_run = right.lower_, right.i < last
            if following in words.titles | words.units or (in_run and following in words.institutions):
                return _Part.INSTITUTION
            if in_run and following not in words.direction | (words.connectors - {"of"}):
                return _Part.OTHER
        if left is None or left.lower_ in words.adjectives or asked:
            return _Part.NONE
        if left.lower_ in words.connectors:
            head = {token.lower_ for token in self.doc[first : left.i]}
            return _Part.INSTITUTION if head & (words.institutions | words.titles) else _Part.NONE
        if left.lower_ in words.institutions:
            return _Part.INSTITUTION
        return _Part.OTHER if self.names.demonym(left.text) is None else _Part.NONE

    def _placed(self, mention: Mention, around: Around) -> bool:
        """Whether the words around a little-known name speak for a place."""
        if around.listed or mention.relation is not Relation.IN or mention.asked:
            return True
        if around.before in self.words.locative:
            return True
        if around.left is not None and around.left.lower_ in self.words.adjectives:
            return True
        following = self.text[mention.end : mention.end + 60]
        return any(pattern.match(following) for pattern in (_LIES, _APPOSITION, _SUFFERS, _SHELLED))

    def _notable(self, place: Place) -> bool:
        """Whether somebody put the place into our own tables because news names it."""
        return place.source != "GeoNames"

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
        if last - first > 3 or any(t.lower_.rstrip(".") in barred or len(t.text) < 3 for t in run):
            return None
        if run[-1].lower_ in self.persons or self._is_acronym(run.text):
            return None
        before = doc[first - 1].lower_ if first > sentence.start else ""
        listed = (
            previous is not None
            and previous.kind is MentionKind.PLACE
            and lists(self.text[previous.end : mention.start])
        )
        told = asked in ("admin1", "admin2", "settlement") or mention.asked == "settlement"
        right = doc[end] if end < sentence.end else None
        speaks = right is not None and right.lower_ in words.speaks and right.lower_ != "and"
        placed = before in words.before_unknown and not speaks
        following = self.text[mention.end : mention.end + 60]
        told = told or bool(_APPOSITION.match(following) or _SHELLED.match(following))
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
        return mention if kind is MentionKind.DEMONYM else with_relation(self.text, mention)


def _given(text: str, start: int, end: int, names: NameIndex) -> Mention:
    """Make a mention of a span that somebody else found."""
    words = toponym_words()
    span = text[start:end]
    if names.demonym(span):
        return Mention(start, end, span, span, MentionKind.DEMONYM)
    name, asked = span, ""
    tokens = span.split()
    if len(tokens) > 1 and tokens[-1].lower() in words.after:
        asked, name = words.after[tokens[-1].lower()], " ".join(tokens[:-1])
    # Of "village" and "village of" the longer counts.
    leading = [phrase for phrase in words.before if span.lower().startswith(phrase + " ")]
    if leading:
        phrase = max(leading, key=len)
        asked, name = words.before[phrase], span[len(phrase) + 1 :]
    return with_relation(text, Mention(start, end, span, name, MentionKind.PLACE, asked))
