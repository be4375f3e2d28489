"""Events in a text: what happened, where, when, to whom, and who says so.

Each trigger of a sentence becomes an event mention with the actor, target, place, date and deaths
that stand nearest in its clause, then in its sentence, then in the sentence before.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from spacy.tokens import Doc, Span

from domain import (
    Considered,
    DateRange,
    EventMention,
    Mention,
    MentionKind,
    NameIndex,
    Relation,
    SentenceRead,
    Stance,
    TextSpan,
)
from extract.actor_names import GROUP_KINDS
from extract.actors import Party, find_parties
from extract.casualties import Casualties, Casualty
from extract.dates import DateMention, find_dates
from extract.detection import Detected, detect, surest
from extract.frames import head_of, way
from extract.language import is_headline, sentences
from extract.particulars import count_of, weapon_of
from extract.placing import Places
from extract.recognise import Entities
from extract.sides import Sides
from extract.stance import attribution, stance_of
from extract.tolls import Tolls, harms, with_casualties, with_toll
from extract.triggers import VIOLENT, Trigger, clause_of
from extract.vocabulary import event_words

CARRIED_CONFIDENCE = 0.7
"""How much less sure an event is whose place only the sentences before it name."""

DATELINE_CHARS = 45
"""Characters at the start of a report within which a date belongs to its dateline."""

MANY = 20
"""From more events than this on a count is a sum over a front or a country."""

ASIDES = frozenset({"acl", "acl:relcl", "advcl", "advcl:relcl"})
"""Relations of clauses whose dates say nothing of what stands outside them."""

OUTWEIGHS = 4
"""By how much the priority of one violent type must exceed another's to displace it in a clause."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The event mentions of a text, and its sentences with all that was considered; both in order.

    ``sides`` are those that the text names.
    """

    told: tuple[EventMention, ...]
    sentences: tuple[SentenceRead, ...]
    sides: frozenset[str]


@dataclass(slots=True)
class _Carried:
    """What the sentences before leave open for the next one."""

    places: tuple[int, ...] = ()
    when: DateRange | None = None
    actor: str | None = None


def read_events(
    doc: Doc, mentions: Sequence[Mention], names: NameIndex, published: date | None, entities: Entities
) -> Reading:
    """Return the event mentions of a parsed text.

    ``mentions`` are those of ``find_mentions`` over the same text, ``entities`` what is named in it and
    what its words seem to tell of; ``published`` is the date that relative dates are read against.
    """
    parties = find_parties(doc, mentions, names, entities.found)
    sents = sentences(doc)
    # A headline says again what the text says, unless there is no more than the headline.
    telling = [sent for sent in sents if not is_headline(sent)] or sents
    told = {sentence.start for sentence in telling}
    left_out = [sent for sent in sents if sent.start not in told]
    carried = _Carried()
    found: list[EventMention] = []
    looked_at = [SentenceRead(_span(sent), note="a headline; the text says it again") for sent in left_out]
    starts = [sentence.start_char for sentence in telling]
    parties_in = _by_sentence(starts, [doc[party.start].idx for party in parties])
    mentions_in = _by_sentence(starts, [mention.start for mention in mentions])
    found_in = [detect(sentence, entities.signs) for sentence in telling]
    detected = surest(found_in, sum(len(sentence) for sentence in telling))
    text = doc.text  # spaCy puts it together anew each time
    for number, sentence in enumerate(telling):
        inside = [index for index in mentions_in[number] if mentions[index].start < sentence.end_char]
        own = [parties[i] for i in parties_in[number] if parties[i].start < sentence.end]
        # "Moro" in a front of that name is no place.
        taken = [(doc[party.start].idx, doc[party.end - 1].idx) for party in own if party.kind in GROUP_KINDS]
        placed = [
            index
            for index in inside
            if mentions[index].locates
            and not any(start <= mentions[index].start <= end for start, end in taken)
        ]
        places = Places(sentence, text, mentions, placed, names)
        read = _Sentence(sentence, mentions, places, own, published, carried.when)
        found.extend(read.events(detected[number], carried, found))
        looked_at.append(SentenceRead(read.text, tuple(read.considered)))
    looked_at.sort(key=lambda each: each.sentence.start)
    return Reading(tuple(found), tuple(looked_at), frozenset(party.side for party in parties))


def _told_again(event: EventMention, found: list[EventMention]) -> bool:
    """Whether an event is one that its sentence told already: "a missile fired at noon hit a house".

    What it says of people is then added to that one.
    """
    for index, other in enumerate(found):
        alike = event.sub_event_type == other.sub_event_type or (
            event.event_type == other.event_type
            and event.event_type in VIOLENT
            and (event.weapon == other.weapon or None in (event.weapon, other.weapon))
        )
        if alike and (event.place, event.stance) == (other.place, other.stance):
            found[index] = with_toll(other, Casualties(event.fatalities, event.wounded, event.captured))
            return True
    return False


def _span(span: Span) -> TextSpan:
    return TextSpan(span.start_char, span.end_char, span.text)


def _by_sentence(starts: Sequence[int], positions: Iterable[int]) -> defaultdict[int, list[int]]:
    """Return the indices of the positions by the number of the last sentence that begins before them."""
    numbers: defaultdict[int, list[int]] = defaultdict(list)
    for index, position in enumerate(positions):
        numbers[bisect_right(starts, position) - 1].append(index)
    return numbers


class _Sentence:
    """One sentence with all that was found in it."""

    def __init__(
        self,
        sentence: Span,
        mentions: Sequence[Mention],
        places: Places,
        parties: Sequence[Party],
        published: date | None,
        told_before: DateRange | None,
    ) -> None:
        self.span = sentence
        self.doc = sentence.doc
        self.mentions = mentions
        self.published = published
        self.parties = parties
        self.places = places
        # The date of a dateline is that of the report.
        dateline = any(mentions[index].kind is MentionKind.DATELINE for index in places.named)
        found = find_dates(sentence.text, published, told_before)
        self.dates = [day for day in found if not dateline or day.start >= DATELINE_CHARS]
        self.sides = Sides(sentence, parties, attribution(sentence, [each for each in parties if each.acts]))
        self.text = _span(sentence)
        self.considered: list[Considered] = []

    def events(
        self, detected: Sequence[Detected], carried: _Carried, before: list[EventMention]
    ) -> list[EventMention]:
        """Return the events of the sentence, given those of the sentences before."""
        chosen = self._chosen(detected)
        tolls = Tolls(self.span, self.mentions)
        telling: list[Detected] = []
        for one in chosen:
            names = {event.sub_event_type for event in before} | {each.trigger.kind.name for each in telling}
            if self._refers_to_told(one.trigger, names):
                self._note(one, "names again what was told before")
            elif self._only_toll(one, before):
                self._note(one, "tells of the deaths at the event before")
            else:
                telling.append(one)
        harmful = [one.trigger for one in telling if harms(one.trigger)]
        if not harmful:
            tolls.add_to(before)
        shares = tolls.among(harmful)
        found: list[EventMention] = []
        for one in telling:
            told = self._tell(one, carried, tolls, shares.get(one.trigger.start, []))
            if not self.places.named and told[0].count and told[0].count > MANY:
                self._note(one, "a sum over places that are not named")
                continue
            new = [event for event in told if not _told_again(event, found)]
            self._note(one, f"an event, {told[0].stance}" if new else "tells again what its sentence tells")
            found += new
        self._carry(found, carried)
        return found

    def _note(self, one: Detected, verdict: str) -> None:
        words, kind = self._text_of(one.trigger), one.trigger.kind.name
        self.considered.append(Considered(words, kind, round(one.probability, 3), verdict))

    def _carry(self, found: Sequence[EventMention], carried: _Carried) -> None:
        """Leave open for the next sentence what this one has told."""
        told = [event.place for event in found if event.place is not None]
        moved = self.places.moved_to() if not found else None
        if told:
            carried.places = (told[-1],)
        elif moved is not None:
            carried.places = moved
        acting = [event.actor for event in found if event.actor and event.event_type in VIOLENT]
        carried.actor = acting[-1] if acting else carried.actor
        recent = [mention.when for mention in self.dates if mention.when and mention.when.precision == 1]
        if recent:
            carried.when = recent[0]

    # ---------------------------------------------------------------- what

    def _chosen(self, detected: Sequence[Detected]) -> list[Detected]:
        """Keep the surest trigger of each family in each clause; deaths go with what caused them."""
        likely = [one for one in detected if one.accepted]
        for one in detected:
            if not one.accepted:
                self._note(one, "too unlikely")
        kept: dict[tuple[int, str, str, frozenset[int]], Detected] = {}
        for one in sorted(likely, key=lambda one: -one.probability):
            objection = self._objection(one, likely)
            kind = one.trigger.kind
            # What was learnt tells two strikes of one sentence apart, and so do the places that hang on them.
            own = self.places.hanging_on(head_of(one.trigger, self.span))
            key = clause_of(self.span, one.trigger.start), kind.family, kind.name if one.clear else "", own
            if objection is None and key in kept:
                objection = f"said once: {self._text_of(kept[key].trigger).text}"
            if objection is None:
                kept[key] = one
            else:
                self._note(one, objection)
        return sorted(kept.values(), key=lambda one: one.trigger.start)

    def _objection(self, one: Detected, likely: Sequence[Detected]) -> str | None:
        """Return why the words around say that this is no event of its own, ``None`` if they do not."""
        if one.clear:
            return None
        trigger = one.trigger
        if trigger.kind.gain and not self._takes_ground(trigger):
            return "what is taken is no ground"
        if trigger.kind.needs_party and not self.parties:
            return "no party is named"
        causes = [
            other
            for other in likely
            if other.trigger.kind.family in VIOLENT or "disaster" in other.trigger.kind.family
        ]
        if self._is_toll(trigger) and any(other.trigger.kind.name != "Attack" for other in causes):
            return "tells of the deaths at another event"
        clause = clause_of(self.span, trigger.start)
        # "Attacked" and "raid" are a clash only where the clause has no better word for it.
        if trigger.kind.family in VIOLENT and any(
            other.trigger.kind.family in VIOLENT
            and other.trigger.kind.family != trigger.kind.family
            and other.trigger.kind.priority >= trigger.kind.priority + OUTWEIGHS
            and clause_of(self.span, other.trigger.start) == clause
            for other in causes
        ):
            return "its clause has a better word"
        return None

    def _refers_to_told(self, trigger: Trigger, told: Collection[str]) -> bool:
        """Whether "their deployment" only names again what was told before."""
        if self.doc[trigger.end - 1].pos_ == "VERB" or trigger.start == self.span.start:
            return False
        if self._is_said_of_it(trigger):
            return trigger.kind.name in told
        following = self.doc[trigger.end].lower_ if trigger.end < self.span.end else ""
        # "The capture of X" says itself which one it is.
        whole = following == "of" or self.doc[trigger.end - 1].lower_ == "of"
        anaphoric = self.doc[trigger.start - 1].lower_ in event_words()["anaphoric"] and not whole
        return anaphoric and trigger.kind.name in told

    def _is_said_of_it(self, trigger: Trigger) -> bool:
        """Whether a noun says what "it" was: "It was the first such attack"."""
        children = {child.dep_: child.lower_ for child in head_of(trigger, self.span).children}
        return "cop" in children and children.get("nsubj") in ("it", "this", "that")

    def _takes_ground(self, trigger: Trigger) -> bool:
        """Whether what was captured is ground and not men: a place or a word for one follows."""
        end = self.doc[trigger.end - 1].idx
        following = self.doc[trigger.end : min(trigger.end + 7, self.span.end)]
        if any(token.lower_ in event_words()["men"] for token in following):
            return False
        clause = clause_of(self.span, trigger.start)
        words = [token for token in self.span if clause_of(self.span, token.i) == clause]
        if any(token.lower_ in event_words()["ground"] for token in words):
            return True
        for index in self.places.named:
            mention = self.mentions[index]
            near = max(mention.start - end, end - mention.end) < 80
            if near and mention.relation is not Relation.DIRECTION:
                return True
        return False

    def _is_toll(self, trigger: Trigger) -> bool:
        """Whether a trigger says that people died, and not what they died of."""
        return (
            trigger.kind.name == "Attack" and self.doc[trigger.start].lower_ in event_words()["consequence"]
        )

    def _only_toll(self, one: Detected, before: list[EventMention]) -> bool:
        """Whether "N were killed" tells of deaths at an event that was told already."""
        told = bool(before) and before[-1].event_type in VIOLENT
        return self._is_toll(one.trigger) and told and not self.places.named

    def _tell(
        self, one: Detected, carried: _Carried, tolls: Tolls, casualties: Sequence[Casualty]
    ) -> list[EventMention]:
        trigger = one.trigger
        actor, target = self.sides.of(trigger, carried.actor)
        when = self._when(trigger, carried)
        stance, claimed_by = stance_of(
            trigger,
            self.span,
            self.sides.said(trigger),
            one.stances,
            actor=actor,
            when=when,
            published=self.published,
        )
        if stance is Stance.PLANNED:
            # The date of the sentence is that of the plan, not of what is planned.
            when = None
        event = EventMention(
            trigger.kind.family,
            trigger.kind.name,
            self._text_of(trigger),
            self.text,
            stance,
            round(one.probability, 3),
            None,
            when,
            actor,
            target,
            claimed_by,
            weapon=weapon_of(trigger, self.span) if trigger.kind.family in VIOLENT else None,
            count=count_of(trigger, self.span),
        )
        places = self.places.of(trigger, carried.places)
        if places and not self.places.named:
            event = replace(event, confidence=round(event.confidence * CARRIED_CONFIDENCE, 3))
        if len(places) < 2:
            return [with_casualties(replace(event, place=next(iter(places), None)), casualties)]
        return [
            with_casualties(replace(event, place=place), tolls.at(place, places, casualties))
            for place in places
        ]

    def _text_of(self, trigger: Trigger) -> TextSpan:
        return _span(self.doc[trigger.start : trigger.end])

    # ---------------------------------------------------------------- when

    def _when(self, trigger: Trigger, carried: _Carried) -> DateRange | None:
        own = self._nearest_date(trigger)
        if own is not None and own.when is not None:
            return own.when
        if carried.when and self.published and 0 <= (self.published - carried.when.end).days <= 7:
            return carried.when
        if self.published is None:
            return None
        # Nothing is said: news is of its day, give or take; the precision says so.
        return DateRange(self.published, self.published, 2)

    def _nearest_date(self, trigger: Trigger) -> DateMention | None:
        """Return the date that a trigger is told with: one in its clause, else one that holds for all."""
        at = self.doc[trigger.start].idx - self.span.start_char
        head, clause = head_of(trigger, self.span), clause_of(self.span, trigger.start)
        ranked: list[tuple[bool, bool, int, int]] = []
        for number, mention in enumerate(self.dates):
            words = self.doc.char_span(
                self.span.start_char + mention.start,
                self.span.start_char + mention.end,
                alignment_mode="expand",
            )
            if words is None:
                continue
            aside = not ASIDES.isdisjoint(way(words.root, head)[0])
            vague = mention.when is not None and mention.when.precision == 3
            # The month of "where fighting began in August" is that of the fighting alone.
            if not (aside and vague):
                other = clause_of(self.span, words.start) != clause
                ranked.append((aside, other, abs(mention.start - at), number))
        return self.dates[min(ranked)[-1]] if ranked else None
