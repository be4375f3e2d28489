"""The inflected forms of the base forms that the data files list."""

from __future__ import annotations

from collections.abc import Mapping

_VOWELS = "aeiou"


def verb_forms(base: str, irregular: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Return base, third person, past, participle and -ing form. Irregular ones are added."""
    forms = {base, _with_s(base), _with_ed(base), _with_ing(base)}
    if base in irregular:
        regular_past = _with_ed(base)
        forms.update(irregular[base])
        if regular_past not in irregular[base]:
            forms.discard(regular_past)
    return tuple(sorted(forms))


def noun_forms(base: str) -> tuple[str, ...]:
    """Return singular and plural."""
    return base, _with_s(base)


def _with_s(word: str) -> str:
    if word.endswith("y") and word[-2:-1] not in _VOWELS:
        return f"{word[:-1]}ies"
    return f"{word}es" if word.endswith(("s", "x", "z", "ch", "sh", "o")) else f"{word}s"


def _doubles(word: str) -> bool:
    """Whether a short verb doubles its last letter: "bomb" does not, "rob" does."""
    short = len(word) <= 4 and word not in ("open", "enter")
    ending = word[-3:]
    return (
        short
        and len(ending) == 3
        and ending[0] not in _VOWELS
        and ending[1] in _VOWELS
        and ending[2] not in "aeiouwxy"
    )


def _with_ed(word: str) -> str:
    if word.endswith("e"):
        return f"{word}d"
    if word.endswith("y") and word[-2:-1] not in _VOWELS:
        return f"{word[:-1]}ied"
    return f"{word}{word[-1]}ed" if _doubles(word) else f"{word}ed"


def _with_ing(word: str) -> str:
    if word.endswith("e") and not word.endswith(("ee", "oe", "ye")):
        return f"{word[:-1]}ing"
    return f"{word}{word[-1]}ing" if _doubles(word) else f"{word}ing"
