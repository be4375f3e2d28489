"""Trigger words: which words of a text tell of which type of event.

The word lists of the ontology become one spaCy ``Matcher``; what stands around a match decides
whether it is used as the verb or noun that the list means.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import accumulate, product
from operator import itemgetter

from spacy.matcher import Matcher, PhraseMatcher
from spacy.tokens import Doc, Span, Token
from spacy.vocab import Vocab

from extract.inflect import noun_forms, verb_forms
from extract.patterns import load_patterns
from ontology import EventType, Ontology, load_ontology

VIOLENT = frozenset(
    {"Battles", "Explosions/Remote violence", "Violence against civilians", "Riots", "Protests"}
)
"""The event types in which people fight, are struck or take to the streets."""

MAX_GAP = 3
"""Words that a ``*`` of the ontology may stand for."""


@dataclass(frozen=True, slots=True)
class Trigger:
    """Tokens ``start`` to ``end`` tell of ``kind``; ``form`` is verb, noun, phrase or strike."""

    start: int
    end: int
    kind: EventType
    form: str
    passive: bool = False


@dataclass(frozen=True, slots=True)
class _Grammar:
    """The small words by which verb, noun and clause are told apart."""

    breaks: frozenset[str]
    breaks_after_and: frozenset[str]
    prepositions: frozenset[str]
    determiners: frozenset[str]
    after_verb: frozenset[str]
    before_verb: frozenset[str]
    passive: frozenset[str]
    adverbs: frozenset[str]
    unchanged: frozenset[str]
    not_fought: frozenset[str]
    idioms: frozenset[str]


@cache
def _grammar() -> _Grammar:
    return _Grammar(**{key: frozenset(words) for key, words in load_patterns("triggers").items()})


def find_triggers(sentence: Span) -> list[Trigger]:
    """Return the triggers of a sentence in order, the best type for each, none overlapping."""
    known: dict[tuple[int, int], list[Trigger]] = sentence.doc.user_data.setdefault("triggers", {})
    key = sentence.start, sentence.end
    if key not in known:
        known[key] = _triggers(sentence)
    return known[key]


def _triggers(sentence: Span) -> list[Trigger]:
    doc = sentence.doc
    ontology = load_ontology()
    found: list[Trigger] = []
    hits: list[tuple[int, int]] = []
    weapons: list[tuple[int, int, EventType]] = []
    for name, form, start, end in _lexicon(doc.vocab).matches(sentence):
        if form in ("verb", "hit") and not _used_as_verb(doc, sentence, start, end):
            continue
        if _is_idiom(sentence, form, end):
            continue
        if form == "hit":
            hits.append((start, end))
        elif form == "weapon":
            weapons.append((start, end, ontology.types[name]))
        else:
            found.append(Trigger(start, end, ontology.types[name], form, _passive(doc, sentence, start)))
    found.extend(_strikes(doc, sentence, hits, weapons))
    found.sort(key=lambda trigger: (-trigger.kind.priority, -(trigger.end - trigger.start), trigger.start))
    kept: list[Trigger] = []
    for trigger in found:
        if not any(trigger.start < other.end and other.start < trigger.end for other in kept):
            kept.append(trigger)
    return sorted(kept, key=lambda trigger: trigger.start)


def clause_of(sentence: Span, index: int) -> int:
    """Return the number of the clause of ``sentence`` in which token ``index`` stands."""
    known: dict[tuple[int, int], list[int]] = sentence.doc.user_data.setdefault("clauses", {})
    key = sentence.start, sentence.end
    if key not in known:
        known[key] = list(accumulate(_breaks_clause(sentence, token) for token in sentence))
    return known[key][index - sentence.start]


def _breaks_clause(sentence: Span, token: Token) -> bool:
    if token.i == sentence.start:
        return False
    before = sentence.doc[token.i - 1]
    if token.text in (";", "–", "—") or token.text == ":":
        return True
    following = sentence.doc[token.i + 1].lower_ if token.i + 2 < sentence.end else ""
    if token.lower_ in _grammar().breaks:
        # "As well as", "as far as", "as many as", "such as" join words, not clauses.
        joins = {"well", "far", "many", "much", "such"} & {before.lower_, following}
        return token.lower_ != "as" or not joins
    if token.lower_ != "and":
        return False
    if before.text == ",":
        return True
    return following in _grammar().breaks_after_and


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
    grammar, token = _grammar(), doc[start]
    if start == sentence.start:
        return token.lower_.endswith(("ed", "ing")) or end - start > 1
    before = doc[start - 1]
    while before.i > sentence.start and (before.lower_.endswith("ly") or before.lower_ in grammar.adverbs):
        before = doc[before.i - 1]
    following = doc[end].text if end < sentence.end else ""
    if token.lower_.endswith("ing"):
        # "The shelling of", but "accused of shelling a market".
        takes_object = following[:1].isupper() or following.lower() in grammar.after_verb
        noun = before.lower_ in ("a", "an", "the") or (before.lower_ == "of" and not takes_object)
        return end - start > 1 or not noun
    if token.lower_.endswith("ed") or not _looks_base(token.lower_) or token.lower_ in grammar.unchanged:
        adjective = before.lower_ in grammar.determiners and re.match(r"[A-Za-z]+$", following)
        if adjective and following not in grammar.after_verb | grammar.prepositions:
            return False
        return before.lower_ not in ("the", "a", "an", "its", "their")
    if before.lower_ in grammar.before_verb:
        return True
    named = before.text[0].isupper() and before.i > sentence.start
    if named or before.lower_ in grammar.determiners or before.text in ("'s", "’s"):
        return False
    plural_subject = before.lower_.endswith("s") or before.lower_ in ("people", "men", "police", "troops")
    takes_object = following[:1].isupper() or following.lower() in grammar.after_verb | grammar.prepositions
    return plural_subject and takes_object


def _is_idiom(sentence: Span, form: str, end: int) -> bool:
    """Whether what follows takes a trigger's meaning away: "fighting the flames", "has taken place"."""
    doc, grammar = sentence.doc, _grammar()
    following = [token.lower_ for token in doc[end : min(end + 2, sentence.end)]]
    last = doc[end - 1].lower_
    if last == "taken":
        return following[:1] != [] and following[0] in grammar.idioms
    if last.startswith("fight") and grammar.not_fought & set(following):
        return True
    # A noun in -ing before an article is a verb with its object.
    return form == "noun" and last.endswith("ing") and following[:1] in (["the"], ["a"], ["an"])


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
    return any(token.lower_ in _grammar().passive for token in doc[max(sentence.start, start - 3) : start])


class _Lexicon:
    """The word lists of the ontology, compiled.

    Entries without a gap are written out in all their forms for the phrase matcher, which takes
    thousands of them at no cost; the few with a gap go to the slower token matcher.
    """

    def __init__(self, vocab: Vocab) -> None:
        self._phrases = PhraseMatcher(vocab, attr="LOWER")
        self._gapped = Matcher(vocab)
        self._heads: set[str] = set()
        self._vocab = vocab
        ontology = load_ontology()
        for kind in ontology.types.values():
            for form, entries in (("verb", kind.verbs), ("noun", kind.nouns), ("phrase", kind.phrases)):
                self._add(f"{kind.name}|{form}", form, entries, ontology)
            self._add(f"{kind.name}|weapon", "noun", kind.strikes, ontology)
        self._add("|hit", "verb", ontology.hit_verbs, ontology)

    def matches(self, sentence: Span) -> Iterator[tuple[str, str, int, int]]:
        """Yield type name, form, start and end (tokens of the document) of each match."""
        found = self._written_out(sentence)
        if any(token.lower_ in self._heads for token in sentence):
            first = sentence.start
            found += [(key, start + first, end + first) for key, start, end in self._gapped(sentence)]
        for key, start, end in found:
            name, _, form = self._vocab.strings[key].rpartition("|")
            yield name, form, start, end

    def _written_out(self, sentence: Span) -> list[tuple[int, int, int]]:
        """Return the matches in a sentence out of those in its document, which are found all at once."""
        memory, start = sentence.doc.user_data, itemgetter(1)
        if "phrases" not in memory:
            memory["phrases"] = sorted(self._phrases(sentence.doc), key=start)
        found: list[tuple[int, int, int]] = memory["phrases"]
        first = bisect_left(found, sentence.start, key=start)
        beyond = bisect_left(found, sentence.end, key=start)
        return [match for match in found[first:beyond] if match[2] <= sentence.end]

    def _add(self, key: str, form: str, entries: tuple[str, ...], ontology: Ontology) -> None:
        written: list[Doc] = []
        for entry in entries:
            words = _forms(entry, form, ontology)
            if "*" in entry:
                self._heads.update(words[0])
                self._gapped.add(key, [_pattern(words)], greedy="LONGEST")
            else:
                written += [Doc(self._vocab, words=list(choice)) for choice in product(*words)]
        if written:
            self._phrases.add(key, written)


@cache
def _lexicon(vocab: Vocab) -> _Lexicon:
    return _Lexicon(vocab)


@cache
def weapon_words() -> frozenset[str]:
    """Return the weapons of the ontology by the last word of each, singular and plural."""
    entries = [entry for kind in load_ontology().types.values() for entry in kind.strikes]
    return frozenset(form for entry in entries for form in noun_forms(entry.split()[-1]))


def _forms(entry: str, form: str, ontology: Ontology) -> list[tuple[str, ...]]:
    """Return the forms of each word of an entry; a gap is the empty tuple."""
    words = entry.split()
    # The head of a noun entry is its last word, or the one before its preposition.
    head = 0 if form == "verb" else len(words) - 1
    if form == "noun" and len(words) > 1 and words[-1] in _grammar().prepositions:
        head = len(words) - 2
    listed: list[tuple[str, ...]] = []
    for index, word in enumerate(words):
        alternatives = () if word == "*" else tuple(word.split("|"))
        if index == head and form == "verb":
            alternatives = tuple(f for base in alternatives for f in verb_forms(base, ontology.irregular))
        elif index == head and form == "noun":
            alternatives = tuple(f for base in alternatives for f in noun_forms(base))
        listed.append(alternatives)
    return listed


def _pattern(words: list[tuple[str, ...]]) -> list[dict[str, object]]:
    pattern: list[dict[str, object]] = []
    for forms in words:
        gap = [{"IS_PUNCT": False, "OP": "?"}] * MAX_GAP
        pattern += [{"LOWER": {"IN": list(forms)}}] if forms else gap
    return pattern
