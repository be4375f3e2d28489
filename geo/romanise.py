"""Cyrillic names in Latin letters, as the official systems for Ukrainian, Russian and Belarusian have it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

CYRILLIC = frozenset({"UA", "RU", "BY"})
"""Countries whose names the news romanises in several ways."""

_MAX_LETTERS = 200


@dataclass(frozen=True)
class _System:
    """One document's table. ``letters`` may hold pairs of letters, which go before single ones.

    ``begun`` is what stands instead where a word begins and after any letter of ``after``.
    """

    letters: Mapping[str, str]
    begun: Mapping[str, str] = field(default_factory=dict)
    after: str = ""

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        return re.compile("|".join(sorted(self.letters, key=len, reverse=True)))

    def write(self, word: str) -> str:
        """Return a lower-case word in Latin letters."""

        def latin(match: re.Match[str]) -> str:
            start, letters = match.start(), match.group()
            if letters in self.begun and (start == 0 or word[start - 1] in self.after):
                return self.begun[letters]
            return self.letters[letters]

        return self.pattern.sub(latin, word)


def _table(cyrillic: str, latin: str, **more: str) -> dict[str, str]:
    """Join two rows of a table; ``-`` stands for a letter that is not written."""
    pairs = zip(cyrillic.split(), latin.replace("-", "").split(" "), strict=True)
    return {**dict(pairs), **more}


_UKRAINIAN = "а б в г ґ д е є ж з и і ї й к л м н о п р с т у ф х ц ч ш щ ь ю я '"
_RUSSIAN = "а б в г д е ё ж з и й к л м н о п р с т у ф х ц ч ш щ ъ ы ь э ю я"
_BELARUSIAN = "а б в г д е ё ж з і й к л м н о п р с т у ў ф х ц ч ш ы ь э ю я '"
_VOWELS = "аеёєиіїоуыэюя"

_SYSTEMS: tuple[tuple[str, _System], ...] = (
    # Cabinet of Ministers of Ukraine, resolution 55 of 27 January 2010; UN resolution X/9 (2012) and
    # BGN/PCGN 2019 agreement have taken it over.
    (
        _UKRAINIAN,
        _System(
            _table(
                _UKRAINIAN, "a b v h g d e ie zh z y i i i k l m n o p r s t u f kh ts ch sh shch - iu ia -"
            )
            | {"зг": "zgh"},
            begun={"є": "ye", "ї": "yi", "й": "y", "ю": "yu", "я": "ya"},
        ),
    ),
    # BGN/PCGN 1965 system for Ukrainian, which older maps and GeoNames follow.
    (
        _UKRAINIAN,
        _System(
            _table(
                _UKRAINIAN,
                "a b v h g d e ye zh z y i yi y k l m n o p r s t u f kh ts ch sh shch ’ yu ya ”",
            )
        ),
    ),
    # BGN/PCGN 1947 system for Russian.
    (
        _RUSSIAN,
        _System(
            _table(_RUSSIAN, "a b v g d e ë zh z i y k l m n o p r s t u f kh ts ch sh shch ” y ’ e yu ya"),
            begun={"е": "ye", "ё": "yë"},
            after=_VOWELS + "йъь",
        ),
    ),
    # ICAO Doc 9303 part 3, by which Russian passports have been written since 2013.
    (
        _RUSSIAN,
        _System(
            _table(_RUSSIAN, "a b v g d e e zh z i i k l m n o p r s t u f kh ts ch sh shch ie y - e iu ia")
        ),
    ),
    # GOST R 52535.1-2006, the passports before that.
    (
        _RUSSIAN,
        _System(
            _table(_RUSSIAN, "a b v g d e e zh z i i k l m n o p r s t u f kh tc ch sh shch - y - e iu ia")
        ),
    ),
    # GOST 7.79-2000 system B (ISO 9:1995 with digraphs).
    (
        _RUSSIAN,
        _System(
            _table(_RUSSIAN, "a b v g d e yo zh z i j k l m n o p r s t u f x cz ch sh shh ” y’ ’ e’ yu ya")
            | {"це": "ce", "ци": "ci", "цы": "cy’", "цй": "cj"}
        ),
    ),
    # State Property Committee of Belarus, instruction of 23 November 2000 as of 11 June 2007.
    (
        _BELARUSIAN,
        _System(
            _table(_BELARUSIAN, "a b v h d ie io ž z i j k l m n o p r s t u ŭ f ch c č š y - e iu ia -")
            | {"ль": "ĺ", "нь": "ń", "сь": "ś", "зь": "ź", "ць": "ć"},
            begun={"е": "je", "ё": "jo", "ю": "ju", "я": "ja"},
            after=_VOWELS + "ўь'",
        ),
    ),
    # BGN/PCGN 1979 system for Belarusian.
    (
        _BELARUSIAN,
        _System(
            _table(
                _BELARUSIAN,
                "a b v h d ye yo zh z i y k l m n o p r s t u w f kh ts ch sh y ’ e yu ya ”",
            )
        ),
    ),
)
_WORD_OR_GAP = re.compile(r"[^ -]+|[ -]+")
_APOSTROPHES = str.maketrans(dict.fromkeys("’ʼ‘`´", "'"))


@lru_cache(maxsize=10_000)
def romanised(cyrillic: str) -> frozenset[str]:
    """Return the official Latin forms of a Ukrainian, Russian or Belarusian name, eight at most.

    The letters tell which languages it may be in: "Київ" is Ukrainian, "Гори" may be Russian too. It is
    empty for a name of more than 200 letters, or with a letter that none of the three has.
    """
    name = cyrillic.translate(_APOSTROPHES)
    if len(name) > _MAX_LETTERS:
        return frozenset()
    letters = set(name.lower()) - set(" -")
    return frozenset(
        "".join(_written(part, system) for part in _WORD_OR_GAP.findall(name))
        for alphabet, system in _SYSTEMS
        if letters and letters <= set(alphabet.split())
    )


def _written(word: str, system: _System) -> str:
    latin = system.write(word.lower())
    if len(word) > 1 and word.isupper():
        return latin.upper()
    return latin[:1].upper() + latin[1:] if word[0].isupper() else latin
