"""How often something happened and with what: the count and the weapon that stand with a trigger."""

from __future__ import annotations

from functools import cache

from spacy.tokens import Span, Token

from extract.frames import head_of
from extract.inflect import noun_forms
from extract.numbers import read_number
from extract.triggers import Trigger, clause_of
from ontology import load_ontology

MAX_COUNT = 10_000
"""More events of a kind than this no report sums up."""


def count_of(trigger: Trigger, sentence: Span) -> int | None:
    """Return how many events of its kind a trigger sums up ("97 clashes"), ``None`` where it is one."""
    head = head_of(trigger, sentence)
    nouns = [head] if head.pos_ == "NOUN" else [child for child in head.children if child.dep_ == "obj"]
    for noun in nouns:
        if noun.lower_ in _happenings():
            for child in noun.children:
                number = read_number(child.lower_) if child.dep_ == "nummod" else None
                if number is not None and 1 < number <= MAX_COUNT:
                    return int(number)
    return None


def weapon_of(trigger: Trigger, sentence: Span) -> str | None:
    """Return the weapon that the clause of a trigger names, the nearest of several, ``None`` if none."""
    clause = clause_of(sentence, trigger.start)
    named = [token for token in sentence if token.lower_ in _weapons()]
    same = [token for token in named if clause_of(sentence, token.i) == clause]
    nearest = min(same, key=lambda token: _apart(token, trigger), default=None)
    return _weapons()[nearest.lower_] if nearest is not None else None


def _apart(token: Token, trigger: Trigger) -> int:
    return max(trigger.start - token.i, token.i - trigger.end + 1, 0)


@cache
def _happenings() -> frozenset[str]:
    """Return the plurals of the nouns that name events."""
    nouns = {entry.split()[-1] for kind in load_ontology().types.values() for entry in kind.nouns}
    return frozenset(form for noun in nouns for form in noun_forms(noun) if form != noun)


@cache
def _weapons() -> dict[str, str]:
    """Return the name of each weapon by the forms of the words for it."""
    return {
        form: name
        for name, words in load_ontology().weapons.items()
        for word in words
        for form in noun_forms(word)
    }
