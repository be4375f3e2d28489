"""Who acts and who is struck: by the tree of the sentence, else by the order of the parties in it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from spacy.tokens import Span, Token

from extract.actors import AS_FORCES, Party, acting_as, enemy, is_civilian, side_as, side_of
from extract.frames import head_of, phrase, role, voice_of
from extract.stance import Attribution, is_success
from extract.triggers import VIOLENT, Trigger, clause_of, weapon_words
from extract.vocabulary import event_words

AGENT_REACH = 8
"""Tokens after a passive or a noun within which "by" names who did it."""

MUTUAL = frozenset({"Armed clash", "Agreement", "Diplomatic", "Mob violence"})
"""Types that two sides may do together: "A and B exchanged fire"."""

ONE_SIDED = frozenset({"Explosions/Remote violence", "Violence against civilians"})
"""Families in which those near the trigger who belong to no side are struck."""

WITH_TARGETS = VIOLENT | {"Strategic developments", "Diplomatic"}
"""Families whose events are done to somebody."""


class Sides:
    """The parties of one sentence, and who of them speaks."""

    def __init__(self, sentence: Span, parties: Sequence[Party], said: Attribution | None) -> None:
        self._span = sentence
        self._parties = parties
        self._said = said

    def of(self, trigger: Trigger, acted_before: str | None) -> tuple[str | None, str | None]:
        """Return actor and target; a pronoun stands for the one who acted before."""
        clause, family = clause_of(self._span, trigger.start), trigger.kind.family
        deed = trigger.kind.name if trigger.kind.name in AS_FORCES else family
        speaker = self._speaker_only(trigger)
        others = [party for party in self._parties if party is not speaker]
        pool = [party for party in others if clause_of(self._span, party.start) == clause] or others
        actor = self._in_role(trigger, "actor", [party for party in others if party.acts])
        actor = actor or self._by_order(trigger, [party for party in pool if party.acts])
        if actor is None and speaker is not None and self._refers_back(trigger):
            actor = speaker
        name = acting_as(actor, deed) if actor else None
        if name is None and family in VIOLENT and self._goes_on(trigger):
            name = acted_before
        target = self._target(trigger, actor, others, pool)
        if family not in WITH_TARGETS:
            return name, acting_as(target, deed) if target else None
        struck = acting_as(target, deed) if target else None
        if family in ONE_SIDED and struck is None and self._civilians_near(trigger):
            struck = "Civilians"
        if struck is None and name is not None and family != "Diplomatic":
            struck = _only_opponent(side_of(name), deed)
        if name is None and struck is not None and family in VIOLENT:
            name = _only_opponent(side_of(struck), deed)
        return name, struck

    def said(self, trigger: Trigger) -> Attribution | None:
        """Who says what the trigger tells: "declared a truce" is no speech but the deed itself."""
        deed = self._said is not None and trigger.start <= self._said.index < trigger.end
        return None if deed else self._said

    # ---------------------------------------------------------------- by the tree

    def _in_role(self, trigger: Trigger, name: str, parties: Sequence[Party]) -> Party | None:
        """Return the party that the sentence's tree puts into a role."""
        for head in role(trigger, self._span, name):
            inside = self._inside(head, parties)
            if inside:
                return inside[0]
        return None

    def _inside(self, head: Token, parties: Sequence[Party]) -> list[Party]:
        """Return the parties that the phrase of a word names, the one that is nearest to the word first."""
        words = {token.i for token in phrase(head, self._span)}
        inside = [party for party in parties if any(i in words for i in range(party.start, party.end))]
        return sorted(
            inside, key=lambda party: (not party.start <= head.i < party.end, abs(party.start - head.i))
        )

    def _target(
        self, trigger: Trigger, actor: Party | None, others: Sequence[Party], pool: Sequence[Party]
    ) -> Party | None:
        """Return who is struck, or who the other side is of what two sides do together."""
        against = [party for party in others if actor is None or party.side != actor.side]
        found = self._in_role(trigger, "target", against)
        if found is None and trigger.kind.name in MUTUAL:
            heads = role(trigger, self._span, "actor")
            found = next((party for head in heads for party in self._inside(head, against)), None)
        if found is not None or trigger.kind.family in ONE_SIDED:
            return found
        return next((party for party in reversed(pool) if party in against and party.acts), None)

    # ---------------------------------------------------------------- by the order

    def _by_order(self, trigger: Trigger, pool: Sequence[Party]) -> Party | None:
        """Return who of the pool acts: named after "by" or "of", or the subject of an active verb."""
        before = [party for party in pool if party.end <= trigger.start]
        after = [party for party in pool if party.start >= trigger.end]
        voice = voice_of(head_of(trigger, self._span))
        noun, passive = voice == "noun", voice == "passive" or trigger.passive
        for party in pool:
            # "Rioters" names both the deed and who did it.
            if noun and party.start < trigger.end and trigger.start < party.end:
                return party
        for party in after:
            near = party.start - trigger.end <= AGENT_REACH
            if (noun or passive) and near and self._preceded_by(party, ("by",)):
                return party
        moved = noun and (not before or trigger.kind.family == "Troop movement")
        if moved and after and self._preceded_by(after[0], ("of",)):
            return after[0]
        if passive and trigger.kind.family in VIOLENT:
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

    def _preceded_by(self, party: Party, words: Collection[str]) -> bool:
        before = self._span.doc[max(self._span.start, party.start - 2) : party.start]
        return any(token.lower_ in words for token in before)

    # ---------------------------------------------------------------- who is meant

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
