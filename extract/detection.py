"""Detection: which words of a sentence tell of an event, by the ontology's word lists and by what was learnt.

Both see what the other misses: the lists know every word that they have, whoever wrote the sentence; what
was learnt knows the sentence, whichever words it has.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import exp, log

from spacy.tokens import Span

from domain import Stance
from extract.signs import Sign, Signs
from extract.triggers import Trigger, find_triggers
from ontology import load_ontology

LISTED = {"phrase": 1.5, "noun": 0.5, "verb": 1.0, "strike": 1.5}
"""What a match of the word lists adds to the log odds of an event, by its form."""

LISTED_WORDS = 1.2
"""What a noun of several words adds instead: "cross-border offensive" says more than "offensive"."""

LISTS_ALONE = {"phrase": 0.85, "noun": 0.75, "verb": 0.8, "strike": 0.8}
"""The probability of a match where nothing was learnt, by its form. Set by hand."""

UNLISTED, WEIGHT, UNHEARD = -0.3, 0.5, -2.0
"""Log odds without a match, the weight of the learnt log odds, and these where no word gives a sign."""

LISTED_SHARE, ARMED_SHARE = 0.5, 1.0
"""What the word lists' type gets on top of the learnt share of each type; a weapon in the clause decides."""

ACCEPTED = 0.5
"""The probability from which on words count as telling of an event."""

SHORT, LEAST_WORDS, ACCEPTED_IF_SHORT = 3, 9, 0.4
"""In a text of so few sentences, with so many words, the surest count from this probability on, if no others
do."""

CLEAR = 0.5
"""The learnt probability of a type from which on it is clear."""

MAX_RUN = 6
"""Words of one trigger that is learnt."""


@dataclass(frozen=True, slots=True)
class Detected:
    """A trigger with the probability that it tells of an event, and of each stance if that was learnt."""

    trigger: Trigger
    probability: float
    stances: dict[Stance, float]
    clear: bool
    """Whether what was learnt is sure enough for no rule of words to gainsay it."""
    all_there_is: bool = False
    """Whether a short text has nothing surer to tell."""

    @property
    def accepted(self) -> bool:
        """Whether it counts."""
        return self.probability >= (ACCEPTED_IF_SHORT if self.all_there_is else ACCEPTED)


def surest(found: Sequence[Sequence[Detected]], words: int) -> list[list[Detected]]:
    """Return what was detected in each sentence of a text; in a short one the surest counts in any case.

    Who writes a few sentences and no more has something to tell; of ``words`` too few there is no saying.
    """
    every = [one for sentence in found for one in sentence]
    best = max(every, key=lambda one: one.probability, default=None)
    short = len(found) <= SHORT and words >= LEAST_WORDS
    if best is None or not short or not ACCEPTED_IF_SHORT <= best.probability < ACCEPTED:
        return [list(sentence) for sentence in found]
    return [
        [replace(one, all_there_is=True) if one is best else one for one in sentence] for sentence in found
    ]


def detect(sentence: Span, signs: Signs | None) -> list[Detected]:
    """Return all words of a sentence that may tell of an event, in order, none overlapping.

    Without ``signs``, as from a recogniser that gives none, the word lists alone decide.
    """
    listed = find_triggers(sentence)
    if signs is None:
        return [Detected(each, LISTS_ALONE[each.form], {}, clear=False) for each in listed]
    found = [_listed(trigger, signs.within(trigger.start, trigger.end)) for trigger in listed]
    taken = {index for one in found for index in range(one.trigger.start, one.trigger.end)}
    for run in _runs(signs.within(sentence.start, sentence.end)):
        words = [sign.word for sign in run]
        if not taken & set(words):
            found.append(_learnt(run))
    return sorted(found, key=lambda one: one.trigger.start)


def _listed(trigger: Trigger, signs: Sequence[Sign]) -> Detected:
    shares = _shares(signs)
    odds = WEIGHT * _log_odds(sum(shares.values())) if signs else UNHEARD
    total = sum(shares.values()) or 1.0
    scores = {name: share / total for name, share in shares.items()}
    share = ARMED_SHARE if trigger.form == "strike" else LISTED_SHARE
    scores[trigger.kind.name] = scores.get(trigger.kind.name, 0.0) + share
    best = max(scores, key=lambda name: scores[name])
    kind = load_ontology().types[best]
    return Detected(
        replace(trigger, kind=kind),
        _share(odds + _listed_odds(trigger)),
        _stances(signs),
        clear=shares.get(best, 0.0) >= CLEAR,
    )


def _listed_odds(trigger: Trigger) -> float:
    several = trigger.form == "noun" and trigger.end - trigger.start > 1
    return LISTED_WORDS if several else LISTED[trigger.form]


def _learnt(run: Sequence[Sign]) -> Detected:
    shares = _shares(run)
    kind = load_ontology().types[max(shares, key=lambda name: shares[name])]
    trigger = Trigger(run[0].word, run[-1].word + 1, kind, "learnt")
    odds = UNLISTED + WEIGHT * _log_odds(sum(shares.values()))
    return Detected(trigger, _share(odds), _stances(run), clear=True)


def _runs(signs: Sequence[Sign]) -> list[list[Sign]]:
    """Return the signs of words that follow one another."""
    runs: list[list[Sign]] = []
    for sign in signs:
        if not sign.kinds:
            continue
        if runs and sign.word == runs[-1][-1].word + 1 and len(runs[-1]) < MAX_RUN:
            runs[-1].append(sign)
        else:
            runs.append([sign])
    return runs


def _shares(signs: Sequence[Sign]) -> dict[str, float]:
    """Return how likely the words tell of each type: as the one of them that is surest of any."""
    surest = max(signs, key=lambda sign: sum(sign.kinds.values()), default=None)
    return surest.kinds if surest else {}


def _stances(signs: Sequence[Sign]) -> dict[Stance, float]:
    surest = max(signs, key=lambda sign: sum(sign.kinds.values()), default=None)
    return surest.stances if surest else {}


def _log_odds(share: float) -> float:
    bounded = min(max(share, 0.001), 0.999)
    return log(bounded / (1 - bounded))


def _share(log_odds: float) -> float:
    return 1 / (1 + exp(-log_odds))
