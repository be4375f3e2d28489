"""Trigger words: which words of a text tell of which type of event.

The word lists of the ontology become one spaCy ``Matcher``; what stands around a match decides
whether it is used as the verb or noun that the list means.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from spacy.matcher import Matcher
from spacy.tokens import Doc, Span, Token
from spacy.vocab import Vocab

from extract.inflect import noun_forms, verb_forms
from ontology import EventType, Ontology, load_ontology

MAX_GAP = 3
"""Words that a ``*`` of the ontology may stand for."""

CLAUSE_BREAKS = frozenset("but while whereas which who whom where after before although though because when as if since".split())
_PREPOSITIONS = frozenset("of on by in for over against with to at from under into about near".split())
_DETERMINERS = frozenset(
    "the a an this that these those any another its their his her our your my no every each some several of"
    " by in for with first second third latest new recent further more alleged massive heavy major from on"
    " two three four five six seven eight nine ten many against during under despite following".split()
)
_AFTER_NOUN = frozenset("the a an its their his her our all two three four five six seven several some many".split())
_VERB_BEFORE = frozenset("to will would could can may might must should not n't and or did does do they we you i".split())


@dataclass(frozen=True, slots=True)
class Trigger:
    """Tokens ``start`` to ``end`` tell of ``kind``; ``form`` is verb, noun, phrase or strike."""

    start: int
    end: int
    kind: EventType
    form: str
    passive: bool = False


def find_triggers(sentence: Span) -> list[Trigger]:
    """Return the triggers of a sentence in order, the best type for each, none overlapping."""
    doc = sentence.doc
    matcher, strikes = _matchers(doc.vocab)
    ontology = load_ontology()
    found: list[Trigger] = []
    hits: list[tuple[int, int]] = []
    weapons: list[tuple[int, int, EventType]] = []
    for key, start, end in matcher(sentence):
        name, _, form = doc.vocab.strings[key].rpartition("|")
        start, end = start + sentence.start, end + sentence.start
        if form == "verb" and not _used_as_verb(doc, sentence, start, end):
            continue
        if form == "hit":
            if _used_as_verb(doc, sentence, start, end):
                hits.append((start, end))
        else:
            found.append(Trigger(start, end, ontology.types[name], form, _passive(doc, sentence, start)))
    for key, start, end in strikes(sentence):
        weapons.append((start + sentence.start, end + sentence.start, ontology.types[doc.vocab.strings[key]]))
    found.extend(_strikes(doc, sentence, hits, weapons))
    found.sort(key=lambda trigger: (-trigger.kind.priority, -(trigger.end - trigger.start), trigger.start))
    kept: list[Trigger] = []
    for trigger in found:
        if not any(trigger.start < other.end and other.start < trigger.end for other in kept):
            kept.append(trigger)
    return sorted(kept, key=lambda trigger: trigger.start)


def clause_of(sentence: Span, index: int) -> int:
    """Return the number of the clause of ``sentence`` in which token ``index`` stands."""
    return sum(_breaks_clause(sentence, token) for token in sentence.doc[sentence.start : index + 1])


def _breaks_clause(sentence: Span, token: Token) -> bool:
    if token.i == sentence.start:
        return False
    before = sentence.doc[token.i - 1]
    if token.text in (";", "–", "—") or token.text == ":":
        return True
    if token.lower_ in CLAUSE_BREAKS:
        return not (token.lower_ == "as" and before.lower_ in ("well", "far", "such", "as"))
    if token.lower_ == "and" and before.text == ",":
        return True
    # ", killing five" and "and wounded three" hang on; "and Kyiv said" begins anew.
    return token.lower_ == "and" and token.i + 2 < sentence.end and sentence.doc[token.i + 1].lower_ in (
        "the",
        "that",
        "there",
        "in",
        "it",
        "they",
        "he",
        "she",
    )


def _strikes(
    doc: Doc, sentence: Span, hits: list[tuple[int, int]], weapons: list[tuple[int, int, EventType]]
) -> list[Trigger]:
    """Join each verb of hitting with the nearest weapon of its clause."""
    found = []
    for start, end in hits:
        clause = clause_of(sentence, start)
        near = [
            (abs(weapon_start - start), weapon_start, weapon_end, kind)
            for weapon_start, weapon_end, kind in weapons
            if clause_of(sentence, weapon_start) == clause and abs(weapon_start - start) <= 14
        ]
        if near:
            kind = min(near, key=lambda item: item[:2])[3]
            found.append(Trigger(start, end, kind, "strike", _passive(doc, sentence, start)))
    return found


def _used_as_verb(doc: Doc, sentence: Span, start: int, end: int) -> bool:
    """Tell "troops attack" and "attacked the" from "the attack" and "the captured men"."""
    token = doc[start]
    if start == sentence.start:
        return token.lower_.endswith(("ed", "ing")) or end - start > 1
    before = doc[start - 1]
    if token.lower_.endswith("ing"):
        return before.lower_ not in ("a", "an", "the", "of") or end - start > 1
    past = token.lower_.endswith("ed") or not _looks_base(token.lower_)
    following = doc[end].lower_ if end < sentence.end else ""
    if past:
        # "four captured servicemen": an adjective between a determiner and a noun.
        adjective = before.lower_ in _DETERMINERS and re.match(r"[a-z]+$", doc[end].text if end < sentence.end else "")
        if adjective and following not in _AFTER_NOUN and following not in _PREPOSITIONS:
            return False
        return not (before.lower_ in ("the", "a", "an", "its", "their") and before.i > sentence.start)
    if before.lower_ in _VERB_BEFORE:
        return True
    if before.lower_ in _DETERMINERS or before.text in ("'s", "’s") or before.text[0].isupper():
        return False
    plural_subject = before.lower_.endswith("s") or before.lower_ in ("people", "men", "police", "troops")
    return plural_subject and (following in _AFTER_NOUN or doc[min(end, len(doc) - 1)].text[0].isupper() or following in _PREPOSITIONS)


@cache
def _base_forms() -> frozenset[str]:
    ontology = load_ontology()
    bases = {entry.split()[0] for kind in ontology.types.values() for entry in kind.verbs} | {
        entry.split()[0] for entry in ontology.hit_verbs
    }
    singular = {form for base in bases for form in verb_forms(base, {}) if form.endswith("s")}
    return frozenset(bases | singular)


def _looks_base(word: str) -> bool:
    return word in _base_forms()


def _passive(doc: Doc, sentence: Span, start: int) -> bool:
    window = [token.lower_ for token in doc[max(sentence.start, start - 4) : start]]
    return bool({"was", "were", "been", "being", "is", "are", "be", "get", "got"} & set(window[-3:]))


@cache
def _matchers(vocab: Vocab) -> tuple[Matcher, Matcher]:
    ontology = load_ontology()
    triggers, strikes = Matcher(vocab), Matcher(vocab)
    for kind in ontology.types.values():
        for form, entries in (("verb", kind.verbs), ("noun", kind.nouns), ("phrase", kind.phrases)):
            patterns = [_pattern(entry, form, ontology) for entry in entries]
            if patterns:
                triggers.add(f"{kind.name}|{form}", patterns, greedy="LONGEST")
        if kind.strikes:
            strikes.add(kind.name, [_pattern(entry, "noun", ontology) for entry in kind.strikes], greedy="LONGEST")
    triggers.add("|hit", [_pattern(entry, "verb", ontology) for entry in ontology.hit_verbs], greedy="LONGEST")
    return triggers, strikes


def _pattern(entry: str, form: str, ontology: Ontology) -> list[dict[str, object]]:
    words = entry.split()
    # The head of a noun entry is its last word, or the one before its preposition.
    head = 0 if form == "verb" else len(words) - 1
    if form == "noun" and len(words) > 1 and words[-1] in _PREPOSITIONS:
        head = len(words) - 2
    pattern: list[dict[str, object]] = []
    for index, word in enumerate(words):
        if word == "*":
            pattern += [{"IS_PUNCT": False, "OP": "?"}] * MAX_GAP
            continue
        alternatives = word.split("|")
        forms = set(alternatives)
        if index == head and form == "verb":
            forms = {f for alternative in alternatives for f in verb_forms(alternative, ontology.irregular)}
        elif index == head and form == "noun":
            forms = {f for alternative in alternatives for f in noun_forms(alternative)}
        pattern.append({"LOWER": {"IN": sorted(forms)}})
    return pattern
