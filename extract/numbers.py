"""Numbers as news writes them: digits, words, and mixtures such as "two dozen" and "1.5 lakh"."""

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
_SCALES = {
    "dozen": 12,
    "hundred": 100,
    "thousand": 1000,
    "lakh": 100_000,
    "million": 1_000_000,
    "crore": 10_000_000,
    "billion": 1_000_000_000,
}
_SCALE = "|".join(_SCALES)
_WORD = "|".join([*_VALUES, *_SCALES])
# "And" belongs to a number only after a scale: "two hundred and six", but "killed two and six fled".
_AND = "|".join(rf"(?<={scale})\s{{1,3}}and" for scale in _SCALES)

_GAP = r"[,\u00a0\u202f ]"
# By thousands, or as in India by a thousand and then by hundreds: "1,50,000".
_FIGURES = (
    rf"(?:\d{{1,3}}(?:{_GAP}\d{{3}}){{1,3}}(?!\d)|\d{{1,2}}(?:,\d{{2}}){{1,3}},\d{{3}}(?!\d)"
    r"|\d{1,12}(?:\.\d{1,6})?)"
)
MAX_NUMBER = 1e12
NUMBER = (
    rf"(?:{_FIGURES}(?:\s{{1,3}}(?:{_SCALE})s?\b)?"
    rf"|half\s{{1,3}}an?\s{{1,3}}(?:{_SCALE})\b"
    r"|an?\s{1,3}score(?=\s{1,3}of\s)"
    rf"|(?:an?\s{{1,3}})?(?:{_WORD})(?:(?:{_AND})?[\s-]{{1,3}}(?:{_WORD})){{0,7}})"
    r"(?:[\s-]odd\b)?"
)
"""A regular expression (lower case) for one number."""

_IN_FIGURES = re.compile(rf"(?P<figures>{_FIGURES})(?:\s{{1,3}}(?P<scale>{_SCALE})s?)?")


def read_number(text: str) -> float | None:
    """Return the number that ``text`` is ("1,200", "two dozen", "half a million", "20-odd"), else ``None``.

    "a" counts one only before a scale ("a hundred"): "a man" is no number. "A score" is twenty.
    """
    lowered = re.sub(r"[\s-]odd$", "", text.strip().lower())
    figures = _IN_FIGURES.fullmatch(lowered)
    if figures:
        number = float(re.sub(_GAP, "", figures["figures"])) * _SCALES.get(figures["scale"], 1)
        return number if number < MAX_NUMBER else None
    halved = re.sub(r"^half\s+an?\s", "", lowered)
    value: float | None = 20.0 if re.fullmatch(r"an?\s+score", lowered) else _in_words(halved)
    return value if value is None or halved == lowered else value / 2


def _in_words(text: str) -> float | None:
    total, current, seen = 0.0, 0.0, False
    for word in re.split(r"[\s-]+", text):
        if word in _VALUES:
            current += _VALUES[word]
            seen = True
        elif word in _SCALES:
            current = (current or 1.0) * _SCALES[word]
            seen = True
            if _SCALES[word] >= 1000:
                total, current = total + current, 0.0
        elif word not in ("and", "a", "an"):
            return None
    value = total + current
    return value if seen and value < MAX_NUMBER else None
