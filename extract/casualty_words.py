"""The words of a sentence that matter for counting people, each as one letter, and groups of people.

``casualties.py`` reads who was killed or hurt off the letters by expressions.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from string import ascii_lowercase, ascii_uppercase
from typing import Any, Literal

from domain import Toll
from extract.numbers import NUMBER, read_number
from extract.patterns import load_patterns

Kind = Literal["killed", "wounded", "captured", "missing"]
KINDS: tuple[Kind, ...] = ("killed", "wounded", "captured", "missing")

MAX_PEOPLE = 10_000_000
"""More than these are no casualties of news."""

# Letters of a word. Harm: K killed (active or passive), E killing, D died, S dead, N deaths, O death (of).
# Numbers: h hedge, n number, v "dozens of". Nouns: i one person, c two, m people, g family, x things,
# y "24-year-old". Small words: a an, q the or his, A another, b be, f have, o of, r other prepositions,
# & and, W who or when, I including, L death toll, U casualties, T to, "!" not, t a date. Any other is k if
# capitalised and else w. Marks are themselves.
_SMALL = {
    "a": "a an",
    "A": "another",
    "q": "the his her its their my our your this that these those",
    "b": "was were been being be is are got get gets getting remain remains remained",
    "f": "has have had having",
    "o": "of",
    "r": "in at by from with on near for against into under among during between outside inside through amid"
    " towards toward along across behind beside per above below around since until upon within despite via"
    " following",
    "&": "and or & plus nor",
    "W": "who whom whose which when while where after before because but as if though although whereas that",
    "T": "to",
    "!": "not never without denied deny denies denying would could might should can may will must cannot"
    " wouldn't couldn't didn't wasn't weren't avoid avoided avoiding instead threatened unless",
}
_AND = ("as well as", "along with", "together with", "besides", "in addition to")
_MONTHS = (
    "january|february|march|april|may|june|july|august|september|october|november|december"
    "|jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec"
)
_WEEKDAYS = "monday|tuesday|wednesday|thursday|friday|saturday|sunday"
_MARKS = {"—": "-", "–": "-", "!": ".", "?": ".", ";": "."}
_SHORT_FORM = re.compile(r"\([A-Z][\w.&-]{0,12}(?:\s[A-Z][\w.&-]{0,12}){0,2}\)")
_LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)


@dataclass(slots=True)
class Word:
    """A word or phrase of the sentence; ``kinds`` are those of harm that it may tell of."""

    start: int
    end: int
    text: str
    letter: str
    kinds: frozenset[Kind] = frozenset()
    toll: Toll | None = None


@dataclass(slots=True)
class Group:
    """So many people, or things (``letter`` X); ``who`` is the noun, empty without one."""

    start: int
    end: int
    letter: str
    toll: Toll
    who: str = ""
    known: bool = False
    """Whether the noun is a known one for people."""
    one: bool = False
    kinds: frozenset[Kind] = field(default_factory=frozenset)
    """That it is told as "three wounded men"."""


@dataclass(frozen=True, slots=True)
class _Lexicon:
    """All words with their letters, and the expression that cuts a sentence into them."""

    letters: Mapping[str, str]
    harm: Mapping[str, Mapping[str, frozenset[Kind]]]
    only_people: frozenset[str]
    above: frozenset[str]
    below: frozenset[str]
    vague: Mapping[str, int]
    exact: Mapping[str, int]
    words: re.Pattern[str]
    any_harm: re.Pattern[str]


def words_of(text: str) -> list[Word]:
    """Return the words of a sentence in order; none where it has no word of harm."""
    # "Ten Central Reserve Police Force (CRPF) personnel": what is short for a name is left out.
    spelled_out = _SHORT_FORM.sub(lambda match: " " * len(match[0]), text)
    lexicon, lowered = _lexicon(), spelled_out.translate(_LOWER).replace("’", "'")
    if not lexicon.any_harm.search(lowered):
        return []
    return [_word(match, lexicon, text) for match in lexicon.words.finditer(lowered)]


def only_of_people(word: str) -> bool:
    """Whether a verb is said of things as well, so that it counts only where people are named."""
    return word in _lexicon().only_people


def _word(match: re.Match[str], lexicon: _Lexicon, text: str) -> Word:
    start, end, said = match.start(), match.end(), re.sub(r"\s+", " ", match[0])
    kind = match.lastgroup or ""
    word = Word(start, end, said, "w")
    if kind == "number":
        word.letter, word.toll = "n", _number(match)
        if word.toll is None:
            word.letter = "w"
    elif kind == "vague":
        if said in lexicon.vague:
            word.letter, word.toll = "v", Toll(lexicon.vague[said] or None, None, None)
        else:
            count = lexicon.exact.get(said, 0)
            word.letter, word.toll = "n", Toll(count, count, count)
    elif kind == "lives":
        word.letter, word.kinds = "E", frozenset({"killed"})
    elif kind in ("age", "time", "thing"):
        word.letter = {"age": "y", "time": "t", "thing": "x"}[kind]
    elif kind == "mark":
        word.letter = _MARKS.get(said.strip(), said.strip())
    elif said.endswith(("'s", "s'")):
        word.letter = "q"
    else:
        default = "k" if text[start].isupper() else "w"
        word.letter = lexicon.letters.get(said, default)
        if word.letter == "w" and said.endswith(("man", "woman", "person")) and len(said) > 6:
            word.letter = "i"
        elif word.letter in "wk" and said.endswith(("men", "women", "people")) and len(said) > 5:
            word.letter = "m"
        word.kinds = lexicon.harm.get(word.letter, {}).get(said, frozenset())
    return word


def _number(match: re.Match[str]) -> Toll | None:
    bounds = [part for part in match.group("low", "high", "from", "to") if part] or [match["number"]]
    counts = [read_number(bound) for bound in bounds]
    if any(count is None or count > MAX_PEOPLE or count % 1 for count in counts):
        return None
    low, high = int(counts[0] or 0), int(counts[-1] or 0)
    # Of a range ACLED takes the lower number.
    return Toll(low, low, high) if low <= high else Toll(low, low, low)


def _either(phrases: Iterable[str]) -> str:
    ordered = sorted(phrases, key=len, reverse=True)
    return "|".join(re.escape(phrase).replace(r"\ ", r"\s{1,3}") for phrase in ordered)


@cache
def _lexicon() -> _Lexicon:
    table = load_patterns("casualties")
    people, counts, told = table["people"], table["counts"], table["told"]
    one = {word.lower() for word in people["one"]}
    letters = {
        word: "x" for word in [*people_plurals(people["things"]), *people["things"], *people["uncounted"]]
    }
    letters |= dict.fromkeys(people["groups"], "g")
    letters |= dict.fromkeys(people_plurals(one), "m") | dict.fromkeys(one, "i")
    letters |= dict.fromkeys(people["two"], "c") | {word.lower(): "m" for word in people["many"]}
    for letter, small in _SMALL.items():
        letters |= dict.fromkeys(small.split(), letter)
    letters |= dict.fromkeys(_AND, "&") | dict.fromkeys(told["parts"], "I")
    letters |= dict.fromkeys([*counts["above"], *counts["below"], *counts["about"]], "h")
    letters |= dict.fromkeys([*told["toll"], *told["toll_wounded"]], "L")
    letters |= dict.fromkeys(told["none_of_both"], "U")
    harm = _harm(table)
    for letter, words_of_it in harm.items():
        letters |= dict.fromkeys(words_of_it, letter)
    vague = table["vague"]
    phrases = [phrase for phrase in letters if " " in phrase or "-" in phrase]
    words = re.compile(
        rf"(?P<age>(?:\d{{1,3}}|{NUMBER})[\s-](?:years?|months?)[\s-]olds?\b"
        rf"|\baged\s(?:between\s)?{NUMBER}(?:(?:\s?[-–]\s?|\sto\s|\sand\s){NUMBER})?\b)"
        rf"|(?P<time>\b(?:{_MONTHS})\.?\s(?:\d{{1,2}}(?!\d)(?:,?\s\d{{4}}\b)?|(?:19|20)\d\d\b)"
        rf"|\b\d{{1,2}}(?:st|nd|rd|th)?\s(?:of\s)?(?:{_MONTHS})\b(?:,?\s\d{{4}}\b)?"
        r"|\b(?:in|since|until|of|from|by|after|before)\s(?:early\s|late\s)?(?:19|20)\d\d\b(?!\s[a-z]+s\b)"
        r"|\b\d{1,2}(?:[:.]\d\d)?\s?(?:[ap]\.?m\b\.?|o'clock|hours\b|hrs\b)|\b\d{1,2}:\d\d\b"
        rf"|\b(?:{_WEEKDAYS})\b(?!'s))"
        r"|(?P<thing>\b\d+(?:st|nd|rd|th)\b|[$€£₹]\s?\d[\d.,]*|\b\d[\d.,]*\s?(?:%|km\b|mm\b|cm\b|kg\b|m\b)"
        rf"|\b\d+-(?!odd\b)[a-z][\w-]*|\b(?:no\.|number)\s\d+)"
        rf"|(?P<phrase>\b(?:{_either(phrases)})(?![\w-]))"
        rf"|(?P<vague>\b(?:{_either([*vague, *table['exact']])})(?![\w-])"
        rf"|\bwithout(?=\s(?:\w+\s){{0,3}}(?:{_either([*harm['U'], *harm['N']])})\b))"
        r"|(?P<lives>\b(?:claim(?:s|ed|ing)|cost(?:s|ing)?|took|taking)(?=\s(?:[\w,-]+\s){1,4}lives\b))"
        rf"|(?P<number>\b(?:between\s(?P<low>{NUMBER})\sand\s(?P<high>{NUMBER})"
        rf"|(?P<from>{NUMBER})(?:(?<=\d)\s?[-–]\s?(?=\d)|\sto\s|\sor\s)(?P<to>{NUMBER})|{NUMBER})(?![\w.]*\w))"
        r"|(?P<word>[^\W\d_][\w'-]*)|(?P<mark>[,;:()—–.!?]|\s-\s)"
    )
    only_people = frozenset(word for kind in KINDS for word in table[kind]["of_people"])
    tally = [*told["none_of_both"], *told["toll"], *told["toll_wounded"]]
    any_harm = re.compile(
        rf"\b(?:{_either({*tally, 'lives', *(w for each in harm.values() for w in each)})})\b"
    )
    above, below = frozenset(counts["above"]), frozenset(counts["below"])
    return _Lexicon(letters, harm, only_people, above, below, vague, table["exact"], words, any_harm)


def _harm(table: Mapping[str, Any]) -> dict[str, dict[str, frozenset[Kind]]]:
    """Return the words of harm by their letter, each with what it may tell of."""
    lists = {"K": "either", "E": "active", "D": "died", "S": "state", "N": "counted", "O": "of"}
    found: dict[str, dict[str, frozenset[Kind]]] = {letter: {} for letter in lists}
    for kind in KINDS:
        for letter, name in lists.items():
            for word in table[kind][name]:
                found[letter][word] = found[letter].get(word, frozenset()) | {kind}
    told = table["told"]
    both: frozenset[Kind] = frozenset({"killed", "wounded"})
    found["U"] = dict.fromkeys(told["none_of_both"], both)
    found["L"] = dict.fromkeys(told["toll"], frozenset({"killed"})) | dict.fromkeys(
        told["toll_wounded"], frozenset({"wounded"})
    )
    # "The killing of" and "the deaths of" are told from "killing" and "30 deaths" by what follows.
    for word in found["O"].keys() & (found["E"].keys() | found["N"].keys()):
        del found["O"][word]
    return found


def people_plurals(nouns: Iterable[str]) -> set[str]:
    """Return the regular plurals of nouns."""
    return {
        noun[:-1] + "ies" if noun.endswith("y") and noun[-2] not in "aeiou"
        else noun + "es" if noun.endswith(("s", "sh", "ch", "x"))
        else noun + "s"
        for noun in map(str.lower, nouns)
    }  # fmt: skip


# --------------------------------------------------------------------------- groups

_HEAD = r"(?:[imcx]+|g(?=ok))"
# "Central Reserve", "armed Anti Talks Faction of United Liberation Front of Asom".
_NAME = r"[wky]{0,4}k{0,3}(?:ok{1,5}){0,3}"
_GROUPS = re.compile(
    # "At least three of the five young soldiers", "a family of five", "dozens".
    rf"(?P<counted>(?:a?q?[wk]?go)?[hAq]{{0,3}}(?P<count>[nv])h?(?:oq?n?|q)?(?P<noun>[KS]?{_NAME}{_HEAD}(?:o?k{{1,5}}{_HEAD}){{0,3}})?)"
    rf"|(?P<single>[aA][KS]?[wky]{{0,4}}m?[icx]+|a[wk]?y|ak(?=f?bK)|A)"
    r"|(?P<definite>q[KS]?[wky]{0,2}m?[ic]+(?![mx]))"
    r"|(?P<titled>i+(?=k))"
    r"|(?P<plural>m)"
)


def groups_of(words: list[Word]) -> list[Word | Group]:
    """Return the words with those that make up a group of people, or of things, put together."""
    letters = "".join(word.letter[0] for word in words)
    items: list[Word | Group] = []
    at = 0
    for match in _GROUPS.finditer(letters):
        if _is_age(letters, match):
            continue
        items.extend(words[at : match.start()])
        group, at = _group(words, letters, match)
        items.append(group)
    return [*items, *words[at:]]


def _is_age(letters: str, match: re.Match[str]) -> bool:
    """Whether a bare number stands after a person as "Ivan, 24, was"."""
    return (
        match[0] in ("n", "nq")
        and bool(
            re.search(r"[ikm][,(]$|[ikm],n&$|[ikm],n,$", letters[max(0, match.start() - 4) : match.start()])
        )
        and letters[match.end() : match.end() + 1] in (",", ")", ".", "&", "")
    )


def _group(words: list[Word], letters: str, match: re.Match[str]) -> tuple[Group, int]:
    """Return the group of a match and the index of the first word after it."""
    start, end = match.span()
    toll = Toll(None, None, None)
    if match["counted"]:
        counted = match.start("count")
        number = words[counted].toll
        assert number is not None
        toll = _hedged(number, [word.text for word in words[start:counted] if word.letter == "h"])
        if not match["noun"]:
            end = _unknown_noun(words, letters, end)
        noun = counted + 1
    else:
        noun = start + (0 if match["titled"] or match["plural"] else 1)
        heads = letters[start:end]
        if not match["plural"]:
            count = 2 if heads.endswith("c") else 1
            toll = Toll(count, count, count)
    head = letters[end - 1]
    kinds = next((word.kinds for word in words[noun:end] if word.letter in "KS"), frozenset())
    group = Group(
        words[start].start,
        words[end - 1].end,
        "X" if head == "x" or head == "t" else "G",
        toll,
        " ".join(word.text for word in words[noun:end]),
        head in "imcyk" and end > noun,
        toll.high == 1,
        kinds if match["counted"] else frozenset(),
    )
    return group, end


def _unknown_noun(words: list[Word], letters: str, end: int) -> int:
    """Return where a number's noun ends that is in no list: at a plural that follows, if any."""
    for index in range(end, min(end + 3, len(words))):
        if letters[index] not in "wk":
            break
        if words[index].text.endswith("s") and not words[index].text.endswith(("ss", "ous")):
            return index + 1
    return end


def _hedged(toll: Toll, hedges: list[str]) -> Toll:
    lexicon = _lexicon()
    if any(hedge in lexicon.above for hedge in hedges):
        return Toll(toll.low, toll.best, None)
    if any(hedge in lexicon.below for hedge in hedges):
        return Toll(None, toll.best, toll.high)
    return toll
