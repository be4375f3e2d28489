"""Where an event of a sentence was: which of the places named there, or before, it is told of."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property

from spacy.tokens import Span, Token

from domain import Mention, MentionKind, NameIndex, Relation
from extract.frames import CLAUSES, head_of, phrase, role, way
from extract.links import same_list
from extract.triggers import Trigger, clause_of
from extract.vocabulary import event_words

MAX_PLACES = 20
"""Places of one list that become events of their own."""

UP, UP_CLAUSE, DOWN = 1.0, 3.0, 1.0
"""What a step in the tree costs: from a place upwards, out of a clause, and down to the trigger."""

DOWN_CLAUSE = {
    "ccomp": 3.0, "acl": 2.0, "acl:relcl": 3.0, "advcl": 2.0, "parataxis": 4.0, "xcomp": 0.5, "conj": 1.5,
}  # fmt: skip
"""What a step down to the trigger costs where it leads into another clause."""

FRAMED = 1.0
"""What it takes off the cost that a place stands where the type's frame has it."""

LETTERS = 40.0
"""So many letters between a place and a trigger cost as much as a step."""

OTHER_CLAUSE, WIDE, WIDE_IF_DEFINITE, DATELINE = 2.0, 2.0, 20.0, 20.0

_ELSEWHERE = re.compile(r"\b(?:elsewhere|other (?:areas|parts|places|sectors|towns|villages))\b")
_ORIGIN = re.compile(r"\b(?:from|launched from|fired from)\s+(?:the\s+)?(?:\w+\s+of\s+)?$")


_AND_THERE = re.compile(
    r",?\s+and\s+(?:[\w-]+\s+){0,3}?(?:in|at|near|on|outside|over)\s+(?:the\s+)?(?:[a-z]+\s+of\s+)?"
)
"""What joins two places of one list, the second with a preposition and maybe a number of its own."""


class Places:
    """The places of one sentence: ``inside`` indexes those of the document's mentions that it holds."""

    def __init__(
        self, sentence: Span, text: str, mentions: Sequence[Mention], inside: Sequence[int], names: NameIndex
    ) -> None:
        self._span, self._doc, self._text, self._mentions = sentence, sentence.doc, text, mentions
        self.named = list(inside)
        self.wide = frozenset(index for index in inside if _is_wide(mentions[index], names))
        self.capitals = frozenset(index for index in inside if _is_capital(mentions[index], names))

    @cached_property
    def settled(self) -> list[int]:
        """The places without those that only say where another one lies."""
        mentions = [self._mentions[index] for index in self.named]
        helping = {at for each in mentions for at in (each.inside, each.near, each.other)}
        settled = [index for index in self.named if index not in helping]
        local = [index for index in settled if self._mentions[index].kind is not MentionKind.DATELINE]
        return local or settled

    def hanging_on(self, head: Token) -> frozenset[int]:
        """Return the places that stand in the phrase of a word."""
        words = {token.idx for token in phrase(head, self._span)}
        return frozenset(index for index in self.settled if self._mentions[index].start in words)

    def of(self, trigger: Trigger, carried: Sequence[int]) -> list[int]:
        """Return where a trigger's event was: one place, all of a list, or what was carried over."""
        clause = clause_of(self._span, trigger.start)
        following = self._doc[trigger.end : min(trigger.end + 8, self._span.end)].text.lower()
        if _ELSEWHERE.search(following):
            return []
        usable = [index for index in self.settled or self.named if not self._is_origin(index, trigger)]
        if not usable:
            return [] if self.named else list(carried[:1])
        antecedent = self._antecedent(clause)
        if antecedent is not None:
            return [antecedent]
        definite = self._names_definite_ground(clause)
        head = head_of(trigger, self._span)
        framed = {index for place in role(trigger, self._span, "place") for index in self.hanging_on(place)}
        best = min(
            usable,
            key=lambda index: self._cost(index, trigger, head, definite) - FRAMED * (index in framed),
        )
        return self._whole_list(best)[:MAX_PLACES]

    def moved_to(self) -> tuple[int, ...] | None:
        """Return where the text has gone in a sentence without an event, ``None`` if nowhere.

        What comes next is there, if that is one town; a capital is where people are and talk, and
        nothing need happen in it.
        """
        local = [index for index in self.settled if index not in self.wide]
        if not local:
            return None
        return (local[0],) if len(local) == 1 and local[0] not in self.capitals else ()

    def _antecedent(self, clause: int) -> int | None:
        """Return the place that a clause beginning with "which" or "where" is about, if it names none."""
        tokens = [token for token in self._span if clause_of(self._span, token.i) == clause]
        if not tokens or tokens[0].lower_ not in ("which", "where"):
            return None
        start, end = tokens[0].idx, tokens[-1].idx
        if any(start <= self._mentions[index].start <= end for index in self.named):
            return None
        before = [index for index in self.named if self._mentions[index].end <= start]
        near = [index for index in before if start - self._mentions[index].end <= 3]
        return near[-1] if near else None

    def _names_definite_ground(self, clause: int) -> bool:
        """Whether a clause speaks of "the city" or "the village" that is named elsewhere."""
        return any(
            token.lower_ in event_words()["settlements"]
            and token.i > self._span.start
            and self._doc[token.i - 1].lower_ == "the"
            and clause_of(self._span, token.i) == clause
            for token in self._span
        )

    def _cost(self, index: int, trigger: Trigger, head: Token, definite: bool) -> float:
        """Return how far a place stands from a trigger: by their way in the tree, by grain, by letters."""
        mention = self._mentions[index]
        span = self._doc.char_span(mention.start, mention.end, alignment_mode="expand")
        if span is None:
            return float("inf")
        up, down = way(span.root, head)
        cost = sum(UP_CLAUSE if relation in CLAUSES else UP for relation in up)
        cost += sum(DOWN_CLAUSE.get(relation, DOWN) for relation in down)
        # What follows a trigger is nearer than what stands before it.
        start = self._doc[trigger.start].idx
        apart = mention.start - start if mention.start >= start else 1.5 * (start - mention.end)
        cost += apart / LETTERS
        cost += OTHER_CLAUSE * abs(clause_of(self._span, span.start) - clause_of(self._span, trigger.start))
        if index in self.wide:
            # "Captured the city, the largest in eastern X": the city was named before.
            cost += WIDE_IF_DEFINITE if definite else WIDE
        return cost + (DATELINE if mention.kind is MentionKind.DATELINE else 0.0)

    def _is_origin(self, index: int, trigger: Trigger) -> bool:
        """Whether a strike was launched "from" this place rather than hit it."""
        mention = self._mentions[index]
        if trigger.kind.family != "Explosions/Remote violence":
            return False
        if mention.relation in (Relation.OFFSET, Relation.BETWEEN):
            # "12 km from X" and "on the road from X to Y" say where it was.
            return False
        return bool(_ORIGIN.search(self._text[max(0, mention.start - 40) : mention.start].lower()))

    def _whole_list(self, chosen: int) -> list[int]:
        listed = [chosen]
        for index in [index for index in self.settled if index > chosen]:
            if not self._goes_on(listed[-1], index):
                break
            listed.append(index)
        for index in reversed([index for index in self.settled if index < chosen]):
            if not self._goes_on(index, listed[0]):
                break
            listed.insert(0, index)
        return listed

    def _goes_on(self, first: int, second: int) -> bool:
        """Whether two places are of one list: "A and B", "nine in A and four in B"."""
        one, other = self._mentions[first], self._mentions[second]
        if same_list(self._text, one, other):
            return True
        end = one.end
        if one.inside is not None and one.end <= self._mentions[one.inside].start < other.start:
            end = self._mentions[one.inside].end
        return bool(_AND_THERE.fullmatch(self._text[end : other.start]))


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
