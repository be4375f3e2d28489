"""Deaths that a sentence states: how many people, and how sure the text is of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from domain import Toll
from extract.language import load_patterns
from extract.numbers import NUMBER, read_number

_ONLY_BELOW = ("up to", "no more")
_ONLY_ABOVE = ("at least", "more than", "over", "no fewer")
_HEDGE = (
    r"(?P<hedge>(?:at least|more than|over|up to|about|around|some|nearly|almost|no fewer than|as many as"
    r"|a total of)\s+)?"
)
_NONE_DEAD = re.compile(
    r"\b(?:no|without)\s+(?:immediate\s+)?(?:reports of\s+)?(?:any\s+)?"
    r"(?:casualties|deaths|fatalities|victims|losses|one was (?:hurt|killed|injured))"
    r"|\b(?:nobody|no one|none(?:\s+of\s+(?:[\w-]+\s+){1,4}?)?)\s*\b(?:was|were|had been|is|died)\b"
    r"\s*(?:killed|hurt|injured|wounded|harmed)?"
    r"|\b(?:killed|hurt|injured|harmed)\s+(?:nobody|no one)\b"
)


@dataclass(frozen=True, slots=True)
class _Patterns:
    """The phrasings of deaths, each with the groups ``hedge`` and ``count``, and the words for people."""

    dead: tuple[re.Pattern[str], ...]
    people: tuple[tuple[re.Pattern[str], int], ...]


@cache
def _patterns() -> _Patterns:
    table = load_patterns("fatalities")
    one, two, others = ("|".join(map(re.escape, table[key])) for key in ("one", "two", "others"))
    someone = rf"an?\s+(?:[\w-]+\s+){{0,3}}?(?:{one}|{two})"
    count = rf"(?P<count>{someone}|{NUMBER})\b"
    who = rf"(?:,?\s+(?!(?:{others})\b)[\w’'-]+){{0,7}}?,?"
    phrasings = (
        rf"\b(?:killing|killed|kills|claimed the lives of|shooting dead|shot dead|executed|massacred|left)\s+"
        rf"{_HEDGE}{count}(?!\s+(?:(?!and\b)[\w-]+\s+)?(?:{others})\b)",
        rf"\b{_HEDGE}{count}{who}\s+(?:were|was|had been|have been|has been)?\s*(?:reported\s+)?"
        r"(?:killed|dead|shot dead|executed)\b",
        rf"\b{_HEDGE}{count}{who}\s+(?:have\s+|had\s+)?"
        r"(?:died|dead|lost their lives|perished|(?:were )?\w+ to death)\b",
        r"\bdeath toll\b.{0,160}?\b(?:to|at|passed|reached|of|is|stands at)\s+"
        rf"{_HEDGE}(?P<count>{NUMBER})\b",
        rf"\b{_HEDGE}(?P<count>{NUMBER})\s+(?:deaths|fatalities|dead|bodies)\b",
    )
    people = ((re.compile(rf"\b(?:{one})\b"), 1), (re.compile(rf"\b(?:{two})\b"), 2))
    return _Patterns(tuple(map(re.compile, phrasings)), people)


def read_fatalities(text: str) -> Toll | None:
    """Return the deaths that a sentence states, ``None`` where it is silent, 0 where it rules them out."""
    lowered = text.lower()
    if _NONE_DEAD.search(lowered):
        return Toll(0, 0, 0)
    for pattern in _patterns().dead:
        for match in pattern.finditer(lowered):
            count = _people(match["count"])
            if count is not None:
                hedge = match["hedge"] or ""
                low = None if hedge.startswith(_ONLY_BELOW) else count
                high = None if hedge.startswith(_ONLY_ABOVE) else count
                return Toll(low, count, high)
    return None


def _people(words: str) -> int | None:
    number = read_number(words.strip())
    if number is not None:
        return int(number)
    return next((count for pattern, count in _patterns().people if pattern.search(words)), None)
