"""Stance: whether a sentence reports an event, or claims, denies, plans, recalls or negates it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from spacy.tokens import Span, Token

from domain import DateRange, Stance
from extract.actors import Party, opponents, side_of
from extract.inflect import verb_forms
from extract.patterns import load_patterns
from extract.triggers import Trigger, clause_of

SCOPE = 8
"""Tokens before a trigger in its clause in which a negation or a plan reaches it."""

WORDS_SHARE = {
    Stance.REPORTED: 0.8,
    Stance.CLAIMED: 1.1,
    Stance.CONFIRMED: 1.1,
    Stance.DENIED: 0.6,
    Stance.PLANNED: 0.6,
    Stance.HISTORICAL: 1.1,
    Stance.NEGATED: 0.7,
}
"""What the stance that the words tell gets on top of its learnt probability; above 1 the words decide."""

_IRREGULAR = {"say": ("said",), "tell": ("told",), "write": ("wrote",), "show": ("shown",), "put": ("put",)}

_FAILED = re.compile(
    r"(?:\S+ ){0,3}(?:did not|has not|was not|were not|failed|never) "
    r"(?:take|happen|occur|succeed|materiali|affected)"
)


@dataclass(frozen=True, slots=True)
class Attribution:
    """Who says what a sentence says: the kind of speech and the party, ``None`` for a neutral source."""

    kind: str
    party: str | None
    index: int


@dataclass(frozen=True, slots=True)
class _Cues:
    speech: dict[str, str]
    speech_bases: frozenset[str]
    before_noun: frozenset[str]
    sources: tuple[str, ...]
    hearsay: frozenset[str]
    denial: re.Pattern[str]
    negation: frozenset[str]
    negating: re.Pattern[str]
    exceptions: re.Pattern[str]
    lasting: re.Pattern[str]
    plan_verbs: frozenset[str]
    plan_words: frozenset[str]
    background: re.Pattern[str]
    background_days: int


@cache
def _cues() -> _Cues:
    raw = load_patterns("stance")

    def phrases(items: list[str]) -> re.Pattern[str]:
        return re.compile(r"\b(?:" + "|".join(sorted(map(re.escape, items), key=len, reverse=True)) + r")\b")

    speech = {
        form: kind
        for kind in ("says", "claims", "denies", "confirms")
        for verb in raw["speech"][kind]
        for form in verb_forms(verb, _IRREGULAR)
    }
    plans = {
        form for verb in raw["plan"]["verbs"] for form in verb_forms(verb.split()[0], {"seek": ("sought",)})
    }
    bases = frozenset(
        verb for kind in ("says", "claims", "denies", "confirms") for verb in raw["speech"][kind]
    )
    return _Cues(
        speech,
        bases,
        frozenset(raw["speech"]["before_noun"]),
        tuple(raw["speech"]["sources"]),
        frozenset(raw["speech"]["hearsay"]),
        phrases(raw["denial"]["phrases"]),
        frozenset(raw["negation"]["words"]),
        phrases(raw["negation"]["phrases"]),
        phrases(raw["negation"]["exceptions"]),
        re.compile(r"(?:\b(?:not|never)|n[’']t)\s+" + phrases(raw["negation"]["lasting"]).pattern),
        frozenset(plans),
        frozenset(raw["plan"]["words"]),
        phrases(raw["background"]["phrases"]),
        raw["background"]["days"],
    )


def attribution(sentence: Span, parties: Sequence[Party]) -> Attribution | None:
    """Return who the sentence is attributed to, ``None`` where the writer says it."""
    cues, doc = _cues(), sentence.doc
    inside = [party for party in parties if sentence.start <= party.start < sentence.end]
    neutral: Attribution | None = None
    for source in cues.sources:
        at = sentence.text.lower().find(source)
        if at >= 0:
            first = sentence.start_char + at
            span = doc.char_span(first, first + 1, alignment_mode="expand")
            index = span.start if span is not None else sentence.start
            after = [party for party in inside if party.start >= index]
            if after:
                return Attribution("says", after[0].side, index)
            neutral = Attribution("says", None, index)
    for token in sentence:
        kind = cues.speech.get(token.lower_)
        if kind is None or _is_noun(sentence, token.i) or _is_denied(sentence, token.i):
            continue
        # The speaker stands right before the verb, or right after it at the end of a sentence.
        before = [party for party in inside if token.i - 8 <= party.start < token.i]
        after = [party for party in inside if token.i < party.start <= token.i + 3] if not before else []
        closest = before[-1:] or after[:1]
        if closest or neutral is None:
            return Attribution(kind, closest[0].side if closest else None, token.i)
    return neutral


def _is_denied(sentence: Span, index: int) -> bool:
    """Whether a speech verb is itself negated: "was never acknowledged by"."""
    before = {token.lower_ for token in sentence.doc[max(sentence.start, index - 3) : index]}
    return bool(before & _cues().negation)


def _is_noun(sentence: Span, index: int) -> bool:
    """Whether a speech word is a noun or an adjective here: "the claim", "reports of", "two suspected"."""
    before = sentence.doc[index - 1].lower_ if index > sentence.start else ""
    following = sentence.doc[index + 1].lower_ if index + 1 < sentence.end else ""
    if before in _cues().before_noun or following == "of":
        return True
    # "Zamfara state", but "Russians state".
    named = before != "" and sentence.doc[index - 1].text[0].isupper() and not before.endswith("s")
    return named and sentence.doc[index].lower_ in _cues().speech_bases and before != "i"


def stance_of(
    trigger: Trigger,
    sentence: Span,
    said: Attribution | None,
    learnt: Mapping[Stance, float],
    *,
    actor: str | None,
    when: DateRange | None,
    published: date | None,
) -> tuple[Stance, str | None]:
    """Return the stance of a trigger, and who claims it where it is a claim.

    ``learnt`` is how likely each stance is by what was learnt, empty where nothing was.
    """
    days = _days_before(trigger, when, published)
    old = days is not None and days > _cues().background_days
    stance, claimed_by = _by_words(trigger, sentence, said, actor=actor, old=old)
    if learnt:
        # A date says more than words whether something is history.
        possible = [each for each in Stance if each is not Stance.HISTORICAL or old or days is None]
        if stance is Stance.REPORTED and said is not None and said.kind == "says":
            # What a party merely says of others, or of what it suffered, is reported.
            possible.remove(Stance.CLAIMED)
        if stance is Stance.REPORTED and _cues().lasting.search(sentence.text.lower()):
            possible.remove(Stance.NEGATED)
        scores = {each: learnt[each] + (WORDS_SHARE[each] if each is stance else 0.0) for each in possible}
        stance = max(scores, key=lambda each: scores[each])
    if stance is not Stance.CLAIMED:
        return stance, None
    return stance, claimed_by or (said.party if said is not None else None)


def _days_before(trigger: Trigger, when: DateRange | None, published: date | None) -> int | None:
    """Return how many days before the news something was, ``None`` where that is not told."""
    if when is None or published is None or (when.start == when.end == published):
        return None
    # Ground is taken at one time: "occupied since 2022" is of 2022, a siege since then is of today.
    return (published - (when.start if trigger.kind.gain else when.end)).days


def _by_words(
    trigger: Trigger, sentence: Span, said: Attribution | None, *, actor: str | None, old: bool
) -> tuple[Stance, str | None]:
    """Return the stance that the words around a trigger tell; ``old``: long before the news."""
    cues, doc = _cues(), sentence.doc
    clause = clause_of(sentence, trigger.start)
    before = [
        token
        for token in doc[max(sentence.start, trigger.start - SCOPE) : trigger.start]
        if clause_of(sentence, token.i) == clause
    ]
    own = doc[trigger.start : trigger.end].text.lower()
    left = (
        (" ".join(token.lower_ for token in before) + " " + own).replace(" n't", "n't").replace(" n’t", "n't")
    )
    whole = sentence.text.lower()
    if cues.denial.search(whole) and _follows(whole, cues.denial, trigger, sentence):
        return Stance.DENIED, None
    if _negated(left, own, trigger, sentence):
        return Stance.NEGATED, None
    if _planned(before, own):
        return Stance.PLANNED, None
    if old or cues.background.search(whole):
        return Stance.HISTORICAL, None
    if any(token.lower_ in cues.hearsay for token in before):
        return Stance.CLAIMED, said.party if said else None
    return _attributed(trigger, said, actor)


def _follows(whole: str, pattern: re.Pattern[str], trigger: Trigger, sentence: Span) -> bool:
    match = pattern.search(whole)
    place = sentence.doc[trigger.start].idx - sentence.start_char
    return match is not None and 0 <= place - match.start() < 120


def _negated(left: str, own: str, trigger: Trigger, sentence: Span) -> bool:
    cues = _cues()
    cleaned = cues.exceptions.sub(" ", left)
    words = cleaned.split()
    if any(word in cues.negation or word.endswith("n't") for word in words[-6:] + own.split()):
        return True
    if cues.negating.search(cleaned):
        return True
    right = " ".join(token.lower_ for token in sentence.doc[trigger.end : min(trigger.end + 6, sentence.end)])
    return bool(_FAILED.match(right))


def _planned(before: Sequence[Token], own: str) -> bool:
    cues = _cues()
    words = [token.lower_ for token in before] + own.split()[:1]
    for index, word in enumerate(words):
        if word in cues.plan_words:
            return True
        if word in cues.plan_verbs and index + 1 < len(words) and "to" in words[index + 1 : index + 4]:
            return True
    return False


def is_success(trigger: Trigger) -> bool:
    """Whether a trigger tells of what a side likes to tell of itself: ground gained, drones downed."""
    return bool(trigger.kind.gain) or trigger.kind.name == "Disrupted weapons use"


def _attributed(trigger: Trigger, said: Attribution | None, actor: str | None) -> tuple[Stance, str | None]:
    if said is None or said.kind == "denies":
        return Stance.REPORTED, None
    side = side_of(actor) if actor else None
    if said.kind == "confirms":
        # A side that admits what its enemy did, or that a third party confirms.
        own_side = said.party is not None and said.party == side
        return (Stance.REPORTED if own_side else Stance.CONFIRMED), None
    if said.party is None:
        return Stance.REPORTED, None
    if said.kind == "claims":
        return Stance.CLAIMED, said.party
    # A party's word for its own gains is a claim; its word on what was done to it counts as reported.
    if side == said.party and is_success(trigger) and opponents(said.party):
        return Stance.CLAIMED, said.party
    return Stance.REPORTED, None
