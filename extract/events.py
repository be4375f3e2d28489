"""Events in a text: what happened, where, when, to whom, and who says so.

Each trigger of a sentence becomes an event mention with the actor, target, place, date and deaths
that stand nearest in its clause, then in its sentence, then in the sentence before.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain

from spacy.tokens import Doc, Span

from domain import (
    DateRange,
    EventMention,
    Mention,
    MentionKind,
    NameIndex,
    Relation,
    Stance,
    TextSpan,
)
from extract.actors import Party, find_parties
from extract.casualties import Casualties, read_casualties
from extract.dates import DateMention, find_dates
from extract.language import is_headline, sentences
from extract.links import same_list
from extract.sides import Sides
from extract.stance import attribution, stance_of
from extract.triggers import VIOLENT, Trigger, clause_of, find_triggers
from extract.vocabulary import event_words

CARRIED_CONFIDENCE = 0.7
"""How much less sure an event is whose place only the sentences before it name."""

MAX_PLACES = 20
"""Places of one list that become events of their own."""

DATELINE_CHARS = 45
"""Characters at the start of a report within which a date belongs to its dateline."""

OUTWEIGHS = 4
"""By how much the priority of one violent type must exceed another's to displace it in a clause."""

FORM_CONFIDENCE = {"phrase": 0.85, "noun": 0.75, "verb": 0.8, "strike": 0.8}
"""How sure a trigger is by its form. Set by hand."""

_ELSEWHERE = re.compile(r"\b(?:elsewhere|other (?:areas|parts|places|sectors|towns|villages))\b")


@dataclass(slots=True)
class _Carried:
    """What the sentences before leave open for the next one."""

    places: tuple[int, ...] = ()
    when: DateRange | None = None
    actor: str | None = None


def find_event_mentions(
    doc: Doc, mentions: Sequence[Mention], names: NameIndex, published: date | None
) -> tuple[EventMention, ...]:
    """Return the event mentions of a parsed text in order.

    ``mentions`` are those of ``find_mentions`` over the same text; ``published`` is the date that
    relative dates are read against.
    """
    parties = [party for party in find_parties(doc, mentions, names) if party.acts]
    sents = sentences(doc)
    # A headline says again what the text says, unless there is no more than the headline.
    telling = [sent for sent in sents if not is_headline(sent)] or sents
    carried = _Carried()
    found: list[EventMention] = []
    text = doc.text
    starts = [sentence.start_char for sentence in telling]
    parties_in = _by_sentence(starts, [doc[party.start].idx for party in parties])
    mentions_in = _by_sentence(starts, [mention.start for mention in mentions])
    for number, sentence in enumerate(telling):
        places = [index for index in mentions_in[number] if mentions[index].start < sentence.end_char]
        own = [parties[i] for i in parties_in[number] if parties[i].start < sentence.end]
        read = _Sentence(sentence, text, mentions, places, own, names, published)
        found.extend(read.events(carried, found))
    return tuple(found)


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
        whole_text: str,
        mentions: Sequence[Mention],
        inside: Sequence[int],
        parties: Sequence[Party],
        names: NameIndex,
        published: date | None,
    ) -> None:
        self.span = sentence
        self.whole_text = whole_text
        self.doc = sentence.doc
        self.all_mentions = mentions
        self.published = published
        self.parties = parties
        self.places = [index for index in inside if mentions[index].locates]
        self.wide = frozenset(index for index in self.places if _is_wide(mentions[index], names))
        self.capitals = frozenset(index for index in self.places if _is_capital(mentions[index], names))
        # The date of a dateline is that of the report.
        dateline = any(mentions[index].kind is MentionKind.DATELINE for index in self.places)
        found = find_dates(sentence.text, published)
        self.dates = [day for day in found if not dateline or day.start >= DATELINE_CHARS]
        self.sides = Sides(sentence, parties, attribution(sentence, parties))
        self.text = TextSpan(sentence.start_char, sentence.end_char, sentence.text)

    def events(self, carried: _Carried, before: list[EventMention]) -> list[EventMention]:
        triggers = self._chosen(find_triggers(self.span))
        toll = read_casualties(self.span.text)
        found: list[EventMention] = []
        if not triggers and before and before[-1].event_type in VIOLENT:
            self._add_toll(before, toll)
        for trigger in triggers:
            if self._refers_to_told(trigger, chain(found, before)):
                continue
            if self._only_toll(trigger, before):
                self._add_toll(before, toll)
                continue
            found.extend(self._tell(trigger, carried, toll))
        told = [event.place for event in found if event.place is not None]
        named = [index for index in self._settled() if index not in self.wide]
        if told:
            carried.places = (told[-1],)
        elif named and not found:
            # The text has gone elsewhere. What comes next is there, if that is one town; a capital
            # is where people are and talk, and nothing need happen in it.
            carried.places = (named[0],) if len(named) == 1 and named[0] not in self.capitals else ()
        acting = [event.actor for event in found if event.actor and event.event_type in VIOLENT]
        carried.actor = acting[-1] if acting else carried.actor
        recent = [mention.when for mention in self.dates if mention.when and mention.when.precision == 1]
        if recent:
            carried.when = recent[0]
        return found

    def _chosen(self, triggers: list[Trigger]) -> list[Trigger]:
        """Keep the weightiest trigger of each family in each clause; deaths go with what caused them."""
        violent = [trigger for trigger in triggers if trigger.kind.family in VIOLENT]
        deadly = [*violent, *(trigger for trigger in triggers if "disaster" in trigger.kind.family)]
        kept: dict[tuple[int, str], Trigger] = {}
        for trigger in triggers:
            if trigger.kind.gain and not self._takes_ground(trigger):
                continue
            if trigger.kind.needs_party and not self.parties:
                continue
            if self._is_toll(trigger) and any(other.kind.name != "Attack" for other in deadly):
                continue
            clause = clause_of(self.span, trigger.start)
            # "Attacked" and "raid" are a clash only where the clause has no better word for it.
            if trigger.kind.family in VIOLENT and any(
                other.kind.family != trigger.kind.family
                and other.kind.priority >= trigger.kind.priority + OUTWEIGHS
                and clause_of(self.span, other.start) == clause
                for other in violent
            ):
                continue
            key = (clause, trigger.kind.family)
            if key not in kept or trigger.kind.priority > kept[key].kind.priority:
                kept[key] = trigger
        return sorted(kept.values(), key=lambda trigger: trigger.start)

    def _refers_to_told(self, trigger: Trigger, told: Iterable[EventMention]) -> bool:
        """Whether "their deployment" only names again what was told before."""
        if trigger.form != "noun" or trigger.start == self.span.start:
            return False
        following = self.doc[trigger.end].lower_ if trigger.end < self.span.end else ""
        # "The capture of X" says itself which one it is.
        whole = following == "of" or self.doc[trigger.end - 1].lower_ == "of"
        anaphoric = self.doc[trigger.start - 1].lower_ in event_words()["anaphoric"] and not whole
        return anaphoric and any(event.sub_event_type == trigger.kind.name for event in told)

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
        for index in self.places:
            mention = self.all_mentions[index]
            between = self.whole_text[min(end, mention.start) : max(end, mention.start)]
            if len(between) < 80 and mention.relation is not Relation.DIRECTION:
                return True
        return False

    def _is_toll(self, trigger: Trigger) -> bool:
        """Whether a trigger says that people died, and not what they died of."""
        return (
            trigger.kind.name == "Attack" and self.doc[trigger.start].lower_ in event_words()["consequence"]
        )

    def _only_toll(self, trigger: Trigger, before: list[EventMention]) -> bool:
        """Whether "N were killed" tells of deaths at an event that was told already."""
        told = bool(before) and before[-1].event_type in VIOLENT
        return self._is_toll(trigger) and told and not self.places

    def _add_toll(self, before: list[EventMention], toll: Casualties) -> None:
        last = before[-1]
        before[-1] = replace(
            last,
            fatalities=last.fatalities or toll.killed,
            wounded=last.wounded or toll.wounded,
            captured=last.captured or toll.captured,
        )

    def _tell(self, trigger: Trigger, carried: _Carried, toll: Casualties) -> list[EventMention]:
        actor, target = self.sides.of(trigger, carried.actor)
        when = self._when(trigger, carried)
        stance, claimed_by = stance_of(
            trigger, self.span, self.sides.said(trigger), actor=actor, when=when, published=self.published
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
            FORM_CONFIDENCE[trigger.form],
            None,
            when,
            actor,
            target,
            claimed_by,
        )
        if trigger.kind.family in VIOLENT or "disaster" in trigger.kind.family:
            event = replace(event, fatalities=toll.killed, wounded=toll.wounded, captured=toll.captured)
        places = self._where(trigger, carried)
        if places and not self.places:
            event = replace(event, confidence=round(event.confidence * CARRIED_CONFIDENCE, 3))
        return [replace(event, place=place) for place in places] or [event]

    def _text_of(self, trigger: Trigger) -> TextSpan:
        span = self.doc[trigger.start : trigger.end]
        return TextSpan(span.start_char, span.end_char, span.text)

    # ---------------------------------------------------------------- where

    def _settled(self) -> list[int]:
        """The sentence's places without those that only say where another one lies."""
        containers = {self.all_mentions[index].inside for index in self.places}
        besides = {self.all_mentions[index].near for index in self.places}
        others = {self.all_mentions[index].other for index in self.places}
        settled = [index for index in self.places if index not in containers | besides | others]
        local = [i for i in settled if self.all_mentions[i].kind is not MentionKind.DATELINE]
        return local or settled

    def _where(self, trigger: Trigger, carried: _Carried) -> list[int]:
        candidates = self._settled() or self.places
        start = self.doc[trigger.start].idx
        clause = clause_of(self.span, trigger.start)
        following = self.doc[trigger.end : min(trigger.end + 8, self.span.end)].text.lower()
        if _ELSEWHERE.search(following):
            return []
        usable = [index for index in candidates if not self._is_origin(index, trigger)]
        if not usable:
            return [] if self.places else list(carried.places[:1])
        antecedent = self._antecedent(clause)
        if antecedent is not None:
            return [antecedent]
        definite = self._names_definite_ground(clause)
        ranked = sorted(usable, key=lambda index: self._distance(index, start, clause, definite))
        return self._whole_list(ranked[0])[:MAX_PLACES]

    def _antecedent(self, clause: int) -> int | None:
        """Return the place that a clause beginning with "which" or "where" is about, if it names none."""
        tokens = [token for token in self.span if clause_of(self.span, token.i) == clause]
        if not tokens or tokens[0].lower_ not in ("which", "where"):
            return None
        start = tokens[0].idx
        end = tokens[-1].idx
        if any(start <= self.all_mentions[index].start <= end for index in self.places):
            return None
        before = [index for index in self.places if self.all_mentions[index].end <= start]
        near = [index for index in before if start - self.all_mentions[index].end <= 3]
        return near[-1] if near else None

    def _names_definite_ground(self, clause: int) -> bool:
        """Whether a clause speaks of "the city" or "the village" that is named elsewhere."""
        return any(
            token.lower_ in event_words()["settlements"]
            and token.i > self.span.start
            and self.doc[token.i - 1].lower_ == "the"
            and clause_of(self.span, token.i) == clause
            for token in self.span
        )

    def _distance(self, index: int, start: int, clause: int, definite: bool) -> tuple[int, int, int]:
        """Rank a place by clause, then by grain, then by distance; what follows the trigger is nearer."""
        mention = self.all_mentions[index]
        span = self.doc.char_span(mention.start, mention.end, alignment_mode="expand")
        own = clause_of(self.span, span.start) if span is not None else 0
        apart = mention.start - start if mention.start >= start else 2 * (start - mention.end)
        dateline = 1000 if mention.kind is MentionKind.DATELINE else 0
        wide = int(index in self.wide)
        # "Captured the city, the largest in eastern X": the city was named before.
        return (
            (wide, abs(own - clause), apart + dateline)
            if definite
            else (abs(own - clause), wide, apart + dateline)
        )

    def _is_origin(self, index: int, trigger: Trigger) -> bool:
        """Whether a strike was launched "from" this place rather than hit it."""
        if trigger.kind.family != "Explosions/Remote violence":
            return False
        mention = self.all_mentions[index]
        if mention.relation in (Relation.OFFSET, Relation.BETWEEN):
            # "12 km from X" and "on the road from X to Y" say where it was.
            return False
        left = self.whole_text[max(0, mention.start - 40) : mention.start].lower()
        return bool(re.search(r"\b(?:from|launched from|fired from)\s+(?:the\s+)?(?:\w+\s+of\s+)?$", left))

    def _whole_list(self, chosen: int) -> list[int]:
        listed = [chosen]
        usable = self._settled()
        text = self.whole_text
        for index in [i for i in usable if i > chosen]:
            if not same_list(text, self.all_mentions[listed[-1]], self.all_mentions[index]):
                break
            listed.append(index)
        for index in reversed([i for i in usable if i < chosen]):
            if not same_list(text, self.all_mentions[index], self.all_mentions[listed[0]]):
                break
            listed.insert(0, index)
        return listed

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
        at = self.doc[trigger.start].idx - self.span.start_char
        clause = clause_of(self.span, trigger.start)

        def rank(mention: DateMention) -> tuple[bool, int]:
            token = self.doc.char_span(
                self.span.start_char + mention.start,
                self.span.start_char + mention.end,
                alignment_mode="expand",
            )
            other = token is not None and clause_of(self.span, token.start) != clause
            return other, abs(mention.start - at)

        return min(self.dates, key=rank, default=None)


def _is_capital(mention: Mention, names: NameIndex) -> bool:
    use = names.best(mention.name)
    return use is not None and use.place.feature_code == "PPLC"


def _is_wide(mention: Mention, names: NameIndex) -> bool:
    """Whether a mention names a region or country, which yields to a settlement as an event's place."""
    if mention.asked:
        return mention.asked in ("admin1", "admin2", "area", "water")
    if mention.relation is Relation.DIRECTION:
        return True
    use = names.best(mention.name)
    return use is not None and not use.place.level.is_point
