"""Frames: which words of a sentence act, are struck and say where, by their way to the trigger in its tree.

The ontology gives the ways, as steps over relations of Universal Dependencies.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from spacy.tokens import Span, Token

from extract.triggers import Trigger
from ontology import Step, load_ontology

CLAUSES = frozenset(
    {"acl", "acl:relcl", "advcl", "advcl:relcl", "ccomp", "csubj", "csubj:pass", "parataxis", "xcomp"}
)
"""Relations whose dependent is a clause of its own."""

_OF_VERBS = frozenset({"nsubj", "nsubj:pass", "obj", "aux", "aux:pass", "obl:agent"})

MAX_PHRASE = 60
"""Words of one phrase that are looked at."""

MAX_DEPTH = 40
"""Steps up a tree that are taken."""


def head_of(trigger: Trigger, sentence: Span) -> Token:
    """Return the word of a trigger that the others hang on."""
    span = sentence.doc[trigger.start : trigger.end]
    return next((token for token in span if not trigger.start <= token.head.i < trigger.end), span[-1])


def voice_of(head: Token) -> str:
    """Return ``noun``, ``passive`` or ``verb``: the form in which a trigger takes its roles."""
    relations = {child.dep_ for child in head.children}
    # The tree tells a verb even where its tag does not.
    acts = "cop" not in relations and not relations.isdisjoint(_OF_VERBS)
    if head.pos_ not in ("VERB", "AUX") and not acts:
        return "noun"
    if relations & {"aux:pass", "nsubj:pass", "obl:agent"}:
        return "passive"
    # "Villagers killed in the raid": a participle that hangs on a noun is passive without an object.
    participle = head.dep_ == "acl" and not head.lower_.endswith("ing") and "obj" not in relations
    return "passive" if participle else "verb"


def role(trigger: Trigger, sentence: Span, name: str) -> list[Token]:
    """Return the heads of the phrases in a role (actor, target, place), the likeliest first."""
    head = head_of(trigger, sentence)
    return [
        _referent(token)
        for path in load_ontology().frame(trigger.kind, voice_of(head), name)
        for token in _follow(head, path)
        if sentence.start <= token.i < sentence.end
    ]


def phrase(head: Token, sentence: Span) -> list[Token]:
    """Return the words of the phrase of a head in order, without the clauses that hang on it."""
    found: list[Token] = []
    waiting = [head]
    while waiting and len(found) < MAX_PHRASE:
        token = waiting.pop()
        found.append(token)
        waiting += [
            child
            for child in token.children
            if child.dep_ not in CLAUSES and sentence.start <= child.i < sentence.end
        ]
    return sorted(found, key=lambda token: token.i)


def _follow(head: Token, path: Sequence[Step]) -> list[Token]:
    at = [head]
    for step in path:
        at = [found for token in at for found in _steps(token, step)]
    return at


def _steps(token: Token, step: Step) -> Iterator[Token]:
    if step.up:
        if token.dep_ == step.relation and token.head.i != token.i and _fits(token, step):
            yield token.head
        return
    for child in token.children:
        if child.dep_ == step.relation and _fits(child, step):
            yield child


def _fits(token: Token, step: Step) -> bool:
    return not step.prepositions or any(
        child.dep_ == "case" and child.lower_ in step.prepositions for child in token.children
    )


def _referent(token: Token) -> Token:
    """Return what a relative pronoun stands for: the noun on which its clause hangs."""
    if token.lower_ in ("who", "which", "that", "whom") and token.head.dep_ == "acl:relcl":
        return token.head.head
    return token


def way(token: Token, goal: Token) -> tuple[list[str], list[str]]:
    """Return the relations upwards from a token, and those downwards from there to another one.

    Both are empty where the token is the goal.
    """
    above = [token, *_ancestors(token)]
    places = {other.i: index for index, other in enumerate(above)}
    below: list[Token] = []
    for at in (goal, *_ancestors(goal)):
        if at.i in places:
            up = [other.dep_ for other in above[: places[at.i]]]
            return up, [other.dep_ for other in reversed(below)]
        below.append(at)
    return [other.dep_ for other in above], [other.dep_ for other in reversed(below)]


def _ancestors(token: Token) -> Iterator[Token]:
    for _ in range(MAX_DEPTH):
        if token.head.i == token.i:
            return
        token = token.head
        yield token
