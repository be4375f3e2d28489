"""Numbers as news writes them: digits, words, and mixtures such as "two dozen"."""

from __future__ import annotations

import re

_SMALL = (
    "zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen"
    "|seventeen|eighteen|nineteen"
)
_TENS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
_VALUES = {word: value for value, word in enumerate(_SMALL.split("|"))} | {
    word: 10 * value for value, word in enumerate(_TENS.split("|"), start=2)
}
_SCALES = {"dozen": 12, "hundred": 100, "thousand": 1000, "million": 1_000_000}
_WORD = "|".join([*_VALUES, *_SCALES])
# "And" belongs to a number only after a scale: "two hundred and six", but "killed two and six fled".
_AND = "|".join(rf"(?<={scale})\s+and" for scale in _SCALES)

_GAP = r"[,\u00a0\u202f ]"
MAX_NUMBER = 1e12
NUMBER = rf"(?:\d{{1,3}}(?:{_GAP}\d{{3}})+|\d+|(?:an?\s+)?(?:{_WORD})(?:(?:{_AND})?[\s-]+(?:{_WORD})){{0,7}})"
"""A regular expression (lower case) for one number."""


def read_number(text: str) -> float | None:
    """Return the number that ``text`` is ("1,200", "two dozen", "thirty-eight"), else ``None``.

    "a" counts one only before a scale ("a hundred"): "a man" is no number.
    """
    if re.fullmatch(rf"\d{{1,12}}(?:\.\d{{1,6}})?|\d{{1,3}}(?:{_GAP}\d{{3}}){{1,3}}", text):
        return float(re.sub(_GAP, "", text))
    total, current, seen = 0.0, 0.0, False
    for word in re.split(r"[\s-]+", text.strip().lower()):
        if word in _VALUES:
            current += _VALUES[word]
            seen = True
        elif word in _SCALES:
            current = (current or 1.0) * _SCALES[word]
            seen = True
            if word in ("thousand", "million"):
                total, current = total + current, 0.0
        elif word not in ("and", "a", "an"):
            return None
    value = total + current
    return value if seen and value < MAX_NUMBER else None
