"""Who acts and who is struck, by the voice of the trigger and the order of the parties around it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from spacy.tokens import Span

from extract.actors import AS_FORCES, Party, acting_as, enemy, is_civilian, side_as, side_of
from extract.stance import Attribution, is_success
from extract.triggers import VIOLENT, Trigger, clause_of, weapon_words
from extract.vocabulary import event_words

AGENT_REACH = 8
"""Tokens after a passive or a noun within which "by" names who did it."""


class Sides:
    """The parties of one sentence, and who of them speaks."""

    def __init__(self, sentence: Span, parties: Sequence[Party], said: Attribution | None) -> None:
        self._span = sentence
        self._parties = parties
        self._said = said

    def of(self, trigger: Trigger, acted_before: str | None) -> tuple[str | None, str | None]:
        """Return actor and target; a pronoun stands for the one who acted before."""
        clause, family = clause_of(self._span, trigger.start), trigger.kind.family
        speaker = self._speaker_only(trigger)
        acting = [party for party in self._parties if party is not speaker]
        pool = [party for party in acting if clause_of(self._span, party.start) == clause] or acting
        actor = self._actor(trigger, pool)
        if actor is None and speaker is not None and self._refers_back(trigger):
            actor = speaker
        deed = trigger.kind.name if trigger.kind.name in AS_FORCES else family
        name = acting_as(actor, deed) if actor else None
        other = next((party for party in reversed(pool) if actor is None or party.side != actor.side), None)
        target = acting_as(other, deed) if other else None
        if name is None and family in VIOLENT and self._goes_on(trigger):
            name = acted_before
        if family not in VIOLENT and family not in ("Strategic developments", "Diplomatic"):
            return name, target
        if self._civilians_near(trigger):
            target = "Civilians"
        if target is None and name is not None and family != "Diplomatic":
            target = _only_opponent(side_of(name), deed)
        if name is None and target is not None and family in VIOLENT:
            name = _only_opponent(side_of(target), deed)
        return name, target

    def said(self, trigger: Trigger) -> Attribution | None:
        """Who says what the trigger tells: "declared a truce" is no speech but the deed itself."""
        deed = self._said is not None and trigger.start <= self._said.index < trigger.end
        return None if deed else self._said

    def _actor(self, trigger: Trigger, pool: Sequence[Party]) -> Party | None:
        """Return who of the pool acts: named after "by" or "of", or the subject of an active verb."""
        before = [party for party in pool if party.end <= trigger.start]
        after = [party for party in pool if party.start >= trigger.end]
        noun = trigger.form == "noun"
        for party in pool:
            # "Rioters" names both the deed and who did it.
            if noun and party.start < trigger.end and trigger.start < party.end:
                return party
        for party in after:
            near = party.start - trigger.end <= AGENT_REACH
            if (noun or trigger.passive) and near and self._preceded_by(party, ("by",)):
                return party
        moved = noun and (not before or trigger.kind.family == "Troop movement")
        if moved and after and self._preceded_by(after[0], ("of",)):
            return after[0]
        if trigger.passive and trigger.kind.family in VIOLENT:
            # "Russian missiles were fired": whose weapons they are says who did it.
            return next((party for party in before if self._owns_weapon(party)), None)
        if not before:
            return None
        return before[-1] if noun else self._subject(before)

    def _owns_weapon(self, party: Party) -> bool:
        following = self._span.doc[party.end : min(party.end + 2, self._span.end)]
        return any(token.lower_ in weapon_words() for token in following)

    def _subject(self, before: list[Party]) -> Party:
        """The last party that stands free acts: not one that only owns or follows a preposition."""
        free = [
            party
            for party in before
            if not party.possessive and not self._preceded_by(party, event_words()["prepositions"])
        ]
        return free[-1] if free else before[0]

    def _speaker_only(self, trigger: Trigger) -> Party | None:
        """The party that speaks, where the sentence names another one that acts."""
        said = self.said(trigger)
        if said is None or said.party is None:
            return None
        name, at = said.party, said.index
        speaking = [party for party in self._parties if party.side == name]
        return min(speaking, key=lambda party: abs(party.start - at), default=None)

    def _refers_back(self, trigger: Trigger) -> bool:
        """Whether the one who acts may be the speaker: "its forces", "we", or what one tells of oneself."""
        words = {token.lower_ for token in self._span.doc[self._span.start : trigger.start]}
        return is_success(trigger) or bool(words & event_words()["speaker_acts"])

    def _goes_on(self, trigger: Trigger) -> bool:
        """Whether the subject is a pronoun for the one who acted before; a passive has no such subject."""
        clause = clause_of(self._span, trigger.start)
        before = [
            t.lower_
            for t in self._span.doc[self._span.start : trigger.start]
            if clause_of(self._span, t.i) == clause
        ]
        return not trigger.passive and bool(event_words()["pronouns"] & set(before))

    def _preceded_by(self, party: Party, words: Collection[str]) -> bool:
        before = self._span.doc[max(self._span.start, party.start - 2) : party.start]
        return any(token.lower_ in words for token in before)

    def _civilians_near(self, trigger: Trigger) -> bool:
        clause = clause_of(self._span, trigger.start)
        return any(
            is_civilian(token.text)
            for token in self._span
            if abs(clause_of(self._span, token.i) - clause) <= 1
        )


def _only_opponent(side: str, family: str) -> str | None:
    """Return whom a side fights where it has one enemy alone."""
    other = enemy(side)
    return side_as(other, family) if other else None
