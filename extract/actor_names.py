"""The names and words of ``data/actors.toml``: read once, checked, and made ready for matching."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from domain import BadData
from extract.language import blank

ACTORS_FILE = Path(__file__).parent.parent / "data" / "actors.toml"
START = 3
"""Characters of a key by which it is seen whether any name can begin with a word."""


class Kind(StrEnum):
    """What a party is."""

    STATE = "state"
    MILITARY = "military"
    POLICE = "police"
    GOVERNMENT = "government"
    REBELS = "rebels"
    MILITIA = "militia"
    MERCENARIES = "mercenaries"
    GANG = "gang"
    POLITICAL = "political"
    BODY = "body"
    UNIDENTIFIED = "unidentified"
    PROTESTERS = "protesters"
    RIOTERS = "rioters"
    CIVILIANS = "civilians"


GROUP_KINDS = frozenset(
    {
        Kind.REBELS,
        Kind.MILITIA,
        Kind.MERCENARIES,
        Kind.GANG,
        Kind.POLITICAL,
        Kind.BODY,
        Kind.PROTESTERS,
    }
)
"""The kinds that an entry of ``[groups]`` may have."""

FORCES = {
    Kind.MILITARY: "Military Forces of ",
    Kind.POLICE: "Police Forces of ",
    Kind.GOVERNMENT: "Government of ",
}
"""How the forces and offices of a state are named."""

_WORD_LISTS = (
    *("military", "police", "government", "own", "fighters", "unnamed", "militia", "communal", "gangs"),
    *("vigilantes", "protesters", "rioters", "groups", "foes", "members", "modifiers", "deeds", "shapes"),
    *("gang_shapes", "militia_shapes", "party_shapes", "plain", "shared_codes"),
)
_ROLES = (
    *("military", "police", "government", "fighters", "unnamed", "militia", "communal", "gangs"),
    *("vigilantes", "protesters", "rioters", "groups", "foes"),
)
_PEOPLE_LISTS = ("ethnic", "faiths")
_CIVILIAN_LISTS = ("people", "things", "not_actors")
_STATE_LISTS = ("state", "military", "police", "government")
_GROUP_KEYS = frozenset({"kind", "country", "side", "aliases"})

_SHORT = re.compile(r" \(([^()]+)\)$")


@dataclass(frozen=True, slots=True)
class Entry:
    """What a name or word stands for.

    ``role`` is that of a common noun ("fighters", "people") and empty for a name. ``exact`` are parts
    that the text must have letter for letter, ``capital`` asks for a capital, and ``in_full`` is a name
    that the text must have besides, for a short form that may mean other things.
    """

    name: str
    kind: Kind | None = None
    side: str = ""
    role: str = ""
    exact: tuple[str, ...] = ()
    capital: bool = False
    in_full: str = ""


@dataclass(frozen=True, slots=True)
class Actors:
    """The file, ready for matching: ``entries`` by key, the beginnings and most words of the keys."""

    entries: Mapping[str, Entry]
    starts: frozenset[str]
    longest: int
    words: Mapping[str, frozenset[str]]
    opponents: Mapping[str, tuple[str, ...]]
    enemies: Mapping[str, tuple[str, ...]]
    states: frozenset[str]
    sides: Mapping[str, str]


@lru_cache(maxsize=50_000)
def key_of(text: str) -> str:
    """Return the letters and digits of a text in lower case, without accents."""
    return letters_of(text).lower()


def letters_of(text: str) -> str:
    """Return the letters and digits of a text without accents."""
    if not text.isascii():
        text = "".join(
            char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char)
        )
    return "".join(char for char in text if char.isalnum())


@cache
def load_actors(path: Path = ACTORS_FILE) -> Actors:
    """Read and check the file. Raises BadData naming the entry."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadData(str(error), field=path.name) from error
    tables = ("words", "civilians", "peoples", "groups", "states", "wars", "rebellions")
    _only(raw, tables, "the file")
    for name in tables:
        if not isinstance(raw.get(name), dict):
            raise BadData(f"is not a [{name}] table", field=name)
    words = {name: _words(raw["words"], name, "words") for name in _WORD_LISTS}
    words |= {name: _words(raw["civilians"], name, "civilians") for name in _CIVILIAN_LISTS}
    peoples = {name: _words(raw["peoples"], name, "peoples") for name in _PEOPLE_LISTS}
    _only(raw["words"], _WORD_LISTS, "words")
    _only(raw["civilians"], _CIVILIAN_LISTS, "civilians")
    _only(raw["peoples"], _PEOPLE_LISTS, "peoples")
    sides = _sides(raw)
    wars = _opponents(raw["wars"], sides, mutual=True)
    collected = _Collected()
    for name, group in raw["groups"].items():
        for alias, entry in _group(name, group, sides, frozenset(words["shared_codes"])):
            collected.add(alias, entry, owner=name)
    for name, state in raw["states"].items():
        _only(state, _STATE_LISTS, name)
        for listed in _STATE_LISTS:
            kind = Kind(listed)
            for alias in _words(state, listed, name, missing=()):
                shown = FORCES.get(kind, "") + name
                collected.add(alias, Entry(shown, kind, name), owner=f"{name}, {listed}")
    for role in (*_ROLES, "people"):
        for alias in words[role]:
            collected.add(alias, Entry("", None, "", role), owner=role)
    for role, listed_names in peoples.items():
        for alias in listed_names:
            collected.add(alias, Entry(alias, None, "", role), owner=role)
    return Actors(
        collected.entries,
        frozenset(key[:START] for key in collected.entries),
        collected.longest,
        {name: frozenset(map(key_of, listed)) for name, listed in words.items()},
        _joined(wars, _opponents(raw["rebellions"], sides, mutual=True)),
        _joined(wars, _opponents(raw["rebellions"], sides, mutual=False)),
        frozenset(raw["states"]),
        {name: sides[group.get("side", name)] for name, group in raw["groups"].items()},
    )


class _Collected:
    """Gathers the aliases by their keys; an alias may not stand for two."""

    def __init__(self) -> None:
        self.entries: dict[str, Entry] = {}
        self.longest = 0
        self._owners: dict[str, str] = {}
        self._tokenize = blank().tokenizer

    def add(self, alias: str, entry: Entry, owner: str) -> None:
        key = key_of(alias)
        if not key:
            raise BadData(f"{alias!r} has neither letters nor digits", field=owner)
        if self._owners.setdefault(key, owner) != owner:
            raise BadData(f"{alias!r} stands for {self._owners[key]} as well", field=owner)
        words = map(letters_of, alias.split())
        exact = tuple(word for word in words if sum(map(str.isupper, word)) > 1)
        new = Entry(
            entry.name, entry.kind, entry.side, entry.role, exact, alias != alias.lower(), entry.in_full
        )
        old = self.entries.get(key)
        # "Nato" finds what "NATO" finds and more.
        if old is None or (len(new.exact), new.capital) < (len(old.exact), old.capital):
            self.entries[key] = new
        self.longest = max(self.longest, len(self._tokenize(alias)))


def _sides(raw: Mapping[str, Any]) -> dict[str, str]:
    """Return the names of all states and groups, with and without short forms, each with the whole name."""
    sides = {name: name for name in (*raw["groups"], *raw["states"])}
    for name in raw["groups"]:
        if _code(name):
            sides.setdefault(_SHORT.sub("", name), name)
    return sides


def _code(name: str) -> str:
    """Return the short form in brackets: "ELN", but of "Islamic State (Sahel)" none."""
    match = _SHORT.search(name)
    code = match[1] if match else ""
    return code if sum(char.isupper() or char.isdigit() for char in code) > 1 and " " not in code else ""


def _group(
    name: str, group: Any, sides: Mapping[str, str], shared: frozenset[str]
) -> Iterator[tuple[str, Entry]]:
    """Yield the aliases of a group with what they stand for."""
    if not isinstance(group, dict):
        raise BadData("is not a table", field=name)
    _only(group, _GROUP_KEYS, name)
    if group.get("kind") not in GROUP_KINDS:
        raise BadData(f"kind {group.get('kind')!r} is none of {', '.join(sorted(GROUP_KINDS))}", field=name)
    for country in _words(group, "country", name):
        if not re.fullmatch("[A-Z]{2}", country):
            raise BadData(f"country {country!r} is not like UA", field=name)
    side = group.get("side", name)
    if side not in sides:
        raise BadData(f"side {side!r} is neither a state nor a group", field=name)
    entry = Entry(name, Kind(group["kind"]), sides[side])
    code = _code(name)
    full = _SHORT.sub("", name) if code else name
    yield full, entry
    for alias in _words(group, "aliases", name, missing=()):
        yield alias, entry
    for short in code.split("/") if code else ():
        vague = len(short) < 3 or short in shared
        yield short, Entry(entry.name, entry.kind, entry.side, in_full=key_of(full) if vague else "")


def _opponents(
    conflicts: Mapping[str, Any], sides: Mapping[str, str], *, mutual: bool
) -> dict[str, tuple[str, ...]]:
    """Return whom each first side fights, with ``mutual`` each other one too."""
    opponents: dict[str, tuple[str, ...]] = {}
    for name in conflicts:
        listed = _words(conflicts, name, "conflicts")
        unknown = [side for side in listed if side not in sides]
        if unknown:
            raise BadData(f"side {unknown[0]!r} is neither a state nor a group", field=name)
        if len(listed) != 2:
            raise BadData("has not two sides", field=name)
        one, other = (sides[side] for side in listed)
        opponents[one] = (*opponents.get(one, ()), other)
        if mutual:
            opponents[other] = (*opponents.get(other, ()), one)
    return opponents


def _joined(*tables: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    names = dict.fromkeys(name for table in tables for name in table)
    return {name: tuple(other for table in tables for other in table.get(name, ())) for name in names}


def _words(
    table: Mapping[str, Any], key: str, name: str, *, missing: tuple[str, ...] | None = None
) -> tuple[str, ...]:
    """Return a list of texts. Raises BadData, with the name of what holds it."""
    listed = table.get(key, missing)
    if not isinstance(listed, list | tuple) or not all(isinstance(word, str) and word for word in listed):
        raise BadData(f"{key} is not a list of words", field=name)
    return tuple(listed)


def _only(table: Any, known: Any, name: str) -> None:
    """Raises BadData where a table has another key."""
    if not isinstance(table, dict):
        raise BadData("is not a table", field=name)
    for key in table:
        if key not in known:
            raise BadData(f"{key} is not known", field=name)
