"""What a place is called in Ukrainian and in Russian, chosen out of all names that sources list for it.

The sources do not say which language a name is in, but its letters and endings do: "Київ" is Ukrainian,
"Сумы" is Russian, and "Алеппо" will do for both.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, partial

from babel import Locale
from babel.core import get_global

from geo.folding import fold
from geo.romanise import romanised
from geo.spellings import similarity

LANGUAGES = ("uk", "ru")
"""The languages that names are chosen for."""


@dataclass(frozen=True, slots=True)
class _Look:
    """How a language looks: all its letters, what speaks for it, and what for a neighbour of it."""

    letters: re.Pattern[str]
    typical: re.Pattern[str]
    foreign: re.Pattern[str]
    own: frozenset[str]
    """Countries whose places have names of their own in it, which the gazetteer has romanised."""


_CONSONANT = "[бвгджзклмнпрстфхцчшщ]"
_LOOKS = {
    "uk": _Look(
        re.compile("[А-ЩЬЮЯҐЄІЇ][А-ЩЬЮЯҐЄІЇа-щьюяґєії'’ʼ -]*"),
        re.compile("[єії'’ʼ]|[сцз]ьк|[лнтдсз]ь", re.IGNORECASE),
        re.compile(rf"[сц]к\b|[оеи]в\b|ое\b|{_CONSONANT}ї|[бпвмфчшщ]ь| (?:ош|хот)$", re.IGNORECASE),
        frozenset({"UA"}),
    ),
    "ru": _Look(
        re.compile("[А-ЯЁ][А-ЯЁа-яё -]*"),
        re.compile(r"[ыё]|ь(?!о|к)|\bэ", re.IGNORECASE),
        # A hard sign stands before a few vowels only, elsewhere the name is Bulgarian; [кгх]ы and a
        # consonant before э are Belarusian or Turkic.
        re.compile(
            rf"[сцз]ьк|ьо|ив\b|ъ(?![еёюя])|\Bйо|[жшчщкгх]ы|{_CONSONANT}э|[нр]ьск| (?:ош|хот)$",
            re.IGNORECASE,
        ),
        frozenset({"RU", "BY"}),
    ),
}
_SPEAKS = 0.1
"""What a typical look weighs against likeness to the place's own name, which is 1 at most."""

_SPEAKS_AGAINST = 0.3
_AS_ROMANISED = 0.3


def chosen_names(name: str, others: Iterable[str], country: str = "") -> dict[str, str]:
    """Return the name of a place by language, where one of its ``others`` may be in that language.

    Of several the one most like ``name``, which sets former names and bynames apart. ``country`` is
    ISO 3166-1 alpha-2.
    """
    candidates = [other for other in others if not other.isascii()]
    found = {}
    for language, look in _LOOKS.items():
        fitting = [other for other in candidates if look.letters.fullmatch(other)]
        if fitting:
            fit = partial(_fit, name=fold(name), look=look, own=country in look.own)
            found[language] = max(fitting, key=lambda other: (fit(other), -len(other), other))
    return found


def _fit(other: str, name: str, look: _Look, own: bool) -> float:
    forms = [fold(form) for form in romanised(other)]
    fit = max((similarity(form, name) for form in forms), default=0.0)
    fit += _SPEAKS if look.typical.search(other) else 0.0
    fit -= _SPEAKS_AGAINST if look.foreign.search(other) else 0.0
    return fit + (_AS_ROMANISED if own and name in forms else 0.0)


@cache
def cities() -> dict[tuple[str, str], dict[str, str]]:
    """Return the names by language of the few hundred cities that time zones are called after.

    They are found by country and folded English name. Unicode's CLDR has them, checked by speakers.
    """
    english, zones = Locale("en").time_zones, get_global("zone_territories")
    found = {}
    for zone, country in zones.items():
        name = english.get(zone, {}).get("city") or zone.rpartition("/")[2].replace("_", " ")
        found[country, fold(name)] = {
            language: translated
            for language in LANGUAGES
            if (translated := Locale(language).time_zones.get(zone, {}).get("city"))
        }
    return found
