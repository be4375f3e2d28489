"""How one place name is spelled in several languages and systems: other forms, a key, a likeness.

All three take names as ``geo.gazetteer.fold`` leaves them. They are steps from sure to unsure: look the
``counterparts`` up as names; then find names of the same ``skeleton``, and keep those of enough
``similarity``.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from heapq import nlargest, nsmallest
from operator import itemgetter

from domain import BadData
from geo import tables

ALIKE = 0.82
"""The least ``similarity`` of two spellings of one name: one slip in six letters, none in five."""

MAX_COUNTERPARTS = 20
"""How many other spellings a name may have."""

LONG_SKELETON = 4
"""Names of so many consonants may have one too many, or two swapped, and still be known."""

BY_RULE = 0.95
"""How like a name another spelling by rule is."""

_MAX_LETTERS = 200
_SHORT = 4
_BEAM = 24
"""How many half-rewritten forms of a name are kept from rule to rule."""

# --------------------------------------------------------------------------- counterparts


@dataclass(frozen=True, slots=True)
class _Rule:
    pattern: re.Pattern[str]
    replacement: str
    applied: float
    left: float


@lru_cache(maxsize=10_000)
def counterparts(folded: str) -> tuple[str, ...]:
    """Return how else the name may be spelled, folded, the likeliest first, 20 at most.

    The rules of ``data/gazetteer/spellings.toml`` lead from Russian to Ukrainian and back, from one
    system of romanisation, and one country's press, to another. Most results are names of nothing:
    what a gazetteer has among them is what may be meant. Raises BadData where a rule is wrong.
    """
    if not folded.isascii() or len(folded) > _MAX_LETTERS:
        return ()
    costs: dict[str, float] = {}
    for chain in _chains():
        for form, cost in _rewritten(folded, chain).items():
            form = " ".join(form.split())
            costs[form] = min(cost, costs.get(form, cost))
    costs.pop(folded, None)
    costs.pop("", None)
    return tuple(nsmallest(MAX_COUNTERPARTS, costs, key=lambda form: (costs[form], form)))


def _rewritten(name: str, chain: tuple[_Rule, ...]) -> Mapping[str, float]:
    """Return what a chain makes of a name, with what each form costs: a beam search, rule by rule."""
    beam = {name: 0.0}
    for rule in chain:
        grown: dict[str, float] = {}
        for form, cost in beam.items():
            changed = rule.pattern.sub(rule.replacement, form)
            left = cost if changed == form else cost + rule.left
            grown[form] = min(left, grown.get(form, left))
            if changed != form:
                applied = cost + rule.applied
                grown[changed] = min(applied, grown.get(changed, applied))
        beam = dict(nsmallest(_BEAM, grown.items(), key=itemgetter(1, 0)))
    return beam


@cache
def _chains() -> tuple[tuple[_Rule, ...], ...]:
    path = tables.FOLDER / "spellings.toml"
    try:
        chains = tomllib.loads(path.read_text(encoding="utf-8"))["chain"]
        return tuple(
            tuple(
                _Rule(re.compile(pattern, re.ASCII), replacement, float(applied), float(left))
                for pattern, replacement, applied, left in chain["rules"]
            )
            for chain in chains
        )
    except (OSError, KeyError, TypeError, ValueError, re.error) as error:
        raise BadData(f"not as its head says: {error}", field=path.name) from error


# --------------------------------------------------------------------------- sounds

_SOUND_OF = {
    # One letter for each sound: S is sh and shch, C is ch, c is ts, j is zh, h is h, kh and g.
    **dict.fromkeys(("shch", "schtsch", "szcz", "shh", "sch", "sh", "sz"), "S"),
    **dict.fromkeys(("tsch", "tch", "ch", "cz", "tsh"), "C"),
    **dict.fromkeys(("tts", "ts", "tz", "tc"), "c"),
    **{f"c{vowel}": f"c{vowel}" for vowel in "eiy"},
    **dict.fromkeys(("ck", "c", "q", "k"), "k"),
    **dict.fromkeys(("kh", "gh", "g", "x", "h"), "h"),
    **dict.fromkeys(("dzh", "dj", "zh", "j"), "j"),
    **{"ph": "f", "w": "v", "th": "t", "dh": "d"},
    **dict.fromkeys(("yi", "iy", "ii", "yy", "ee", "y"), "i"),
    **dict.fromkeys(("yie", "iie", "iye", "ie", "ye"), "e"),
    **dict.fromkeys(("iia", "iya", "ia", "ya"), "ia"),
    **dict.fromkeys(("iiu", "iyu", "iu", "yu"), "iu"),
    **dict.fromkeys(("yo", "io"), "io"),
    **dict.fromkeys(("ou", "oo"), "u"),
    **dict.fromkeys(("ei", "ey", "ay", "ai"), "ai"),
}
_SOUND = re.compile(r"aw(?![aeiouy])|[iy]j\b|" + "|".join(sorted(_SOUND_OF, key=len, reverse=True)))
_SOUND_OF |= {"aw": "o", "ij": "i", "yj": "i"}
_SILENT = re.compile(
    # Articles; all of "Saint" but its first and last letter; the v of Vuhledar; the h of Raqqah.
    r"\b(?:al|el|as|ash|ad|ar|at|az|es|ed|er|et|ez|esh) (?=\w)"
    r"|(?<=\bs)ain(?=te?\b)|(?:(?<=\bst)|(?<=\bsaint))e\b"
    r"|\bv(?=u[gh])|(?<=[ae])h\b"
)
_DOUBLED = re.compile(r"(.)\1+")
_VOWELS = "aeiou"
_LATER_VOWELS = re.compile(f"(?<=.)[{_VOWELS}]+")
_ANY_VOWEL = str.maketrans(_VOWELS, "aaaaa")


@lru_cache(maxsize=100_000)
def _sounded(folded: str) -> str:
    """Return the name by its sounds, without spaces, so that regular spellings of it are the same."""
    text = _SOUND.sub(lambda match: _SOUND_OF[match.group()], _SILENT.sub("", folded))
    return _DOUBLED.sub(r"\1", text.replace(" ", ""))


def skeleton(folded: str) -> str:
    """Return a key that regular spellings of one name share: its sounds without the vowels.

    A vowel in the beginning leaves its trace, whichever it is. Empty for what is not in Latin letters.
    """
    if not folded.isascii() or len(folded) > _MAX_LETTERS:
        return ""
    sounds = _sounded(folded)
    return _LATER_VOWELS.sub("", sounds[:1].translate(_ANY_VOWEL) + sounds[1:])


def slips(folded: str) -> list[str]:
    """Return the key of a name, and in long ones those with a consonant less or two swapped; itself first."""
    key = skeleton(folded)
    others = set()
    if len(key) >= LONG_SKELETON:
        others |= {key[:at] + key[at + 1 :] for at in range(1, len(key))}
        others |= {key[:at] + key[at + 1] + key[at] + key[at + 2 :] for at in range(1, len(key) - 1)}
    return [key, *sorted(others - {key})] if key else []


def likest(folded: str, sounding: Iterable[str]) -> list[tuple[str, float]]:
    """Return other spellings of a name, and those of ``sounding`` that are much like it, the likest first.

    With each comes how like it is, from ``ALIKE`` to 1; 20 at most.
    """
    found = dict.fromkeys(counterparts(folded), BY_RULE)
    for other in sounding:
        likeness = similarity(folded, other)
        if other != folded and likeness >= ALIKE:
            found[other] = max(likeness, found.get(other, 0))
    return nlargest(MAX_COUNTERPARTS, found.items(), key=lambda pair: pair[1])


def similarity(one: str, other: str) -> float:
    """Return how alike two names are, from 0 to 1; from ``ALIKE`` on they may be the same.

    It is the share of sounds that stay where one is turned into the other by the fewest insertions,
    deletions, changes and swaps of neighbours, the first sound counted twice. Another vowel in the same
    place counts three fifths, but fully in a name of up to four sounds, and a difference in letters
    without one in sound a tenth. Names of more than 200 letters are like nothing.
    """
    if max(len(one), len(other)) > _MAX_LETTERS:
        return 0.0
    first, second = _sounded(one), _sounded(other)
    if not first or not second:
        return float(one == other)
    slips = _distance(first, second)
    rough_first, rough_second = first.translate(_ANY_VOWEL), second.translate(_ANY_VOWEL)
    size = max(len(first), len(second))
    vowels = slips - _distance(rough_first, rough_second) if slips and size > _SHORT else 0
    spelled = max(0, _distance(one, other) - slips)
    cost = slips - 0.4 * vowels + 0.1 * spelled + (rough_first[0] != rough_second[0])
    return max(0.0, 1 - cost / size)


def _distance(one: str, other: str) -> int:
    """Return the optimal string alignment distance, a column of the table at a time in the bits of numbers.

    Hyyrö, "A bit-vector algorithm for computing Levenshtein and Damerau edit distances", 2003, figure 5.
    """
    where: dict[str, int] = {}
    for position, letter in enumerate(one):
        where[letter] = where.get(letter, 0) | 1 << position
    full = (1 << len(one)) - 1
    last = 1 << len(one) >> 1
    distance = len(one)
    # Whether a cell is one more or one less than that above it, and no more than that above to the left.
    down_more, down_less, diagonal, matched = full, 0, 0, 0
    for letter in other:
        matches = where.get(letter, 0)
        swapped = (~diagonal & matches) << 1 & matched
        diagonal = ((matches & down_more) + down_more ^ down_more | matches | down_less | swapped) & full
        right_more = down_less | ~(diagonal | down_more) & full
        right_less = diagonal & down_more
        distance += bool(right_more & last) - bool(right_less & last)
        right_more = right_more << 1 | 1
        down_more = (right_less << 1 | ~(diagonal | right_more)) & full
        down_less = right_more & diagonal
        matched = matches
    return distance if one else len(other)
