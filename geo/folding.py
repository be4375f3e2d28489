"""The form under which names are compared: without case, accents, apostrophes and hyphens.

"Sana'a", "Sanaa" and "SANAʼA" are one name. Files of places keep names folded.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

MAX_NAME = 200
"""Characters that a name may have; the ceremonial name of Bangkok has nearly as many."""

_FOLD_LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ə": "a"}
    | dict.fromkeys("'’ʼ‘`´ʻʹʾʿ′\"“”.", "")
)
_SEPARATORS = re.compile(r"[\s\-‐-―_,/()&]+")

# A generic word in a division's name ("Kursk Oblast", "Shan State"); the text says it its own way.
_GENERIC = re.compile(
    r"\b(oblast['’]?|region|province|governorate|state|kray|krai|department|district|municipality|"
    r"prefecture|county|raion|republic|muhafazat|wilaya|voivodeship|canton|autonomous)\b|\bof\b",
    re.IGNORECASE,
)


def fold(name: str) -> str:
    """Return the form under which names are compared; it is empty where there is no name in it."""
    return _folded(name) if len(name) <= MAX_NAME else ""


@lru_cache(maxsize=100_000)
def _folded(name: str) -> str:
    text = name.casefold().translate(_FOLD_LETTERS)
    if not text.isascii():
        # Half of a surrogate pair, which a terminal or JSON may let in, is no letter.
        text = unicodedata.normalize("NFKD", text).encode(errors="ignore").decode()
        text = "".join(letter for letter in text if not unicodedata.combining(letter))
        text = text.translate(_FOLD_LETTERS)
    return _SEPARATORS.sub(" ", text).strip()


def is_code(name: str, place: str) -> bool:
    """Whether a name is that of an airport or a plate: "FLA" is Florencia, but "NYC" is New York."""
    if not name.isascii() or len(name) > 3:
        return False
    return len(name) < 3 or (
        name.isupper() and name[0] + name[1] != "".join(re.findall(r"\b[A-Z]", place))[:2]
    )


def without_generic(name: str) -> str:
    """Return the name of a division without the word for what it is: "Kursk" of "Kursk Oblast"."""
    return " ".join(_GENERIC.sub(" ", name).split()) or name
