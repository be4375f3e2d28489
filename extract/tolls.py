"""Which event the killed, wounded and captured of a sentence belong to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from spacy.tokens import Span

from domain import EventMention, Mention
from extract.casualties import Casualties, Casualty, find_casualties, sum_casualties
from extract.triggers import VIOLENT, Trigger, clause_of

RECENT = 4
"""Among so many event mentions before it stands the one that a sentence about its victims is about."""


class Tolls:
    """The casualties that one sentence tells of."""

    def __init__(self, sentence: Span, mentions: Sequence[Mention]) -> None:
        self._span, self._mentions = sentence, mentions
        self._casualties = find_casualties(sentence.text)

    def among(self, harmful: Sequence[Trigger]) -> dict[int, list[Casualty]]:
        """Return the casualties of each harmful trigger by its first token: those that are nearest to it.

        That nobody was hurt is said of all of them.
        """
        shares: dict[int, list[Casualty]] = {trigger.start: [] for trigger in harmful}
        for casualty in self._casualties:
            clause, start = self._where(casualty)
            nearest = min(harmful, key=lambda trigger: self._apart(clause, start, trigger), default=None)
            for trigger in harmful if casualty.toll.high == 0 else filter(None, [nearest]):
                shares[trigger.start].append(casualty)
        return shares

    def at(self, place: int, places: Sequence[int], casualties: Sequence[Casualty]) -> list[Casualty]:
        """Return the casualties at one of several places: those that stand nearest to it.

        That nobody was hurt is said of all of them.
        """

        def apart(casualty: Casualty, index: int) -> int:
            at = self._mentions[index].start - self._span.start_char
            return at - casualty.end if at >= casualty.end else 2 * (casualty.start - at)

        return [
            each
            for each in casualties
            if each.toll.high == 0 or min(places, key=lambda index: apart(each, index)) == place
        ]

    def add_to(self, before: list[EventMention]) -> None:
        """Add what a sentence without a harmful event says of people to the violent one just before.

        That nobody was killed holds for all before of which no deaths are told.
        """
        toll = sum_casualties(self._casualties)
        recent = range(len(before) - 1, max(-1, len(before) - 1 - RECENT), -1)
        last = next((index for index in recent if before[index].event_type in VIOLENT), None)
        if last is None:
            return
        before[last] = with_toll(before[last], toll)
        if toll.killed is not None and toll.killed.high == 0:
            for index in range(last - 1, -1, -1):
                if before[index].event_type in VIOLENT:
                    if before[index].fatalities is not None:
                        return
                    before[index] = with_toll(before[index], Casualties(toll.killed))

    def _where(self, casualty: Casualty) -> tuple[int, int]:
        """Return the clause of a casualty and its first character in the document."""
        start, end = (self._span.start_char + offset for offset in (casualty.start, casualty.end))
        words = self._span.doc.char_span(start, end, alignment_mode="expand")
        return clause_of(self._span, words.start) if words is not None else 0, start

    def _apart(self, clause: int, start: int, trigger: Trigger) -> tuple[int, int]:
        """Return how many clauses and characters lie between; numbers mostly follow what they are of."""
        apart = start - self._span.doc[trigger.start].idx
        return abs(clause - clause_of(self._span, trigger.start)), apart if apart >= 0 else -2 * apart


def harms(trigger: Trigger) -> bool:
    """Whether people may come to harm in such an event."""
    return trigger.kind.family in VIOLENT or "disaster" in trigger.kind.family


def with_casualties(event: EventMention, casualties: Iterable[Casualty]) -> EventMention:
    """Return an event with what became of people in it."""
    return with_toll(event, sum_casualties(casualties))


def with_toll(event: EventMention, toll: Casualties) -> EventMention:
    """Return an event with the numbers that it does not have yet."""
    return replace(
        event,
        fatalities=event.fatalities or toll.killed,
        wounded=event.wounded or toll.wounded,
        captured=event.captured or toll.captured,
    )
